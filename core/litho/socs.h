// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/litho/clip.h"
#include "core/litho/optics.h"

#include <memory>
#include <span>

namespace ohm::litho {

/// What light makes of a mask: sums of coherent systems,
///   I = dose^2 sum_k scale_k |IFFT(F K_k)|^2,  F the spectrum of the mask over 2048^2,
/// and the resist 1 / (1 + exp(-steepness (I - threshold))).
struct Exposure {
    double dose = 1;
    double threshold = 0.225; ///< of the resist, clear field about 1
    double steepness = 50;
};

/// The Fourier coefficients -half .. half of a mask, [width, width] by (fy, fx), over the field:
/// F = 1/2048^2 sum mask exp(-2 pi i (fy y + fx x) / 2048). A plain value.
struct MaskSpectrum {
    int half = 0;
    std::vector<std::complex<double>> values;
};

/// Exact, from rectangles that do not overlap, by geometric series. Moved by (dx, dy) nm, periodic.
MaskSpectrum spectrumOf(std::span<const Rect> cover, int dx, int dy, int half);
/// From a mask of 2048 x 2048 values, row by row.
MaskSpectrum spectrumOf(std::span<const float> mask, int half);

/// The shift that puts the middle of the clip in the middle of the field, as floor((2048 - w) / 2).
/// Errors: LITHO-004 larger than the field.
Expected<std::array<int, 2>> centring(const Clip& clip, int bias = 0);

/// Shares of covered area of pixels of 2048 / side nm, [side, side]; side 2048 gives 0 and 1.
std::vector<float> rasterOf(std::span<const Rect> cover, int dx, int dy, int side);

/// Images of masks through one optical system, with all memory it needs. Sides are powers of two
/// from 128 to 2048; values are taken at the middle of the pixels (at whole nanometres for 2048).
/// The images hold no frequency above 2 half, so they are exact at any side: the coherent systems
/// are summed on the smallest sufficient grid and interpolated once.
/// Thread: owner only; make one per thread (plans are made under a lock).
class Imager {
public:
    /// `optics` must outlive it. Errors: LITHO-022 the side.
    static Expected<Imager> create(const Optics& optics, int side);
    Imager(Imager&&) noexcept;
    ~Imager();

    /// The aerial image for dose 1, [side, side]. The view holds until the next call.
    std::span<const double> image(const MaskSpectrum& mask);
    /// The same at one place, nm, from the last image: the trigonometric polynomial itself.
    double valueAt(double x, double y) const;

private:
    struct State;
    explicit Imager(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

/// Resist of an aerial intensity.
double resistOf(double intensity, const Exposure& exposure);

} // namespace ohm::litho
