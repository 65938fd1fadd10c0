// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <complex>
#include <filesystem>
#include <vector>

namespace ohm::litho {

/// Side of the periodic field that the kernels hold for, nm.
inline constexpr int kField = 2048;

/// An imaging system as a sum of coherent systems (Cobb, 1998): kernel k has the amplitude
/// kernels[k][row][column] at the spatial frequency (column - half, row - half) in cycles per
/// field. A plain value. Thread: any for const access.
struct Optics {
    int half = 0;                              ///< frequencies -half .. half
    int count = 0;                             ///< kernels
    std::vector<std::complex<double>> kernels; ///< [count, 2 half + 1, 2 half + 1]
    std::vector<double> scales;                ///< [count] weights

    int width() const { return 2 * half + 1; }
    /// Intensity where the mask is clear everywhere: sum of scale |kernel(0, 0)|^2.
    double clearField() const;
};

/// Reads kernels (complex64, little endian, [count, n, n], n odd) and scales (float32). The sizes
/// follow from the files. Errors: BASE-00x, LITHO-010 sizes that do not fit, LITHO-011 a value that
/// is not finite. Thread: any.
Expected<Optics> readOptics(const std::filesystem::path& kernels,
                            const std::filesystem::path& scales);

/// The systems in focus and out of it.
struct OpticsPair {
    Optics focus, defocus;
};
/// Reads kernels_focus_*.bin, scales_focus_*.bin and the same of defocus from a folder. Errors:
/// LITHO-010 a file is missing or there are several, and those of readOptics.
Expected<OpticsPair> readOpticsFolder(const std::filesystem::path& folder);

/// A projection lens with a ring of light, for use without kernel files.
struct Lens {
    double wavelength = 193; ///< nm
    double aperture = 1.35;  ///< numerical aperture, in water
    double index = 1.44;     ///< of the medium above the wafer
    double innerSigma = 0.5; ///< of the annular source, shares of the aperture
    double outerSigma = 0.8;
    double defocus = 0; ///< nm
    int count = 24;     ///< kernels that are kept
};

/// Kernels of a lens by Hopkins' theory: the strongest eigenvectors of the transmission cross
/// coefficients, scaled so that a clear field of the whole system has the intensity 1. Frequencies
/// end at aperture (1 + sigma) / wavelength. Errors: LITHO-012 a lens that does not exist or needs
/// more than 40 cycles per field. Thread: any.
Expected<Optics> opticsOf(const Lens& lens);

} // namespace ohm::litho
