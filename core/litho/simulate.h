// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"
#include "core/litho/socs.h"

#include <filesystem>

namespace ohm::litho {

/// Conditions that a layout must survive.
enum class Corner {
    Nominal, ///< in focus, dose 1.00
    Outer,   ///< in focus, dose 1.02: prints most
    Inner    ///< out of focus, dose 0.98: prints least
};
const char* cornerName(Corner corner); ///< "nominal", "outer", "inner"

struct SimulateOptions {
    int side = 256;             ///< pixels of the written maps
    std::vector<int> biases{0}; ///< nm per side; every clip is made with each
    std::vector<Corner> corners{Corner::Nominal};
    double threshold = 0.225;
    double steepness = 50;
    int threads = 0; ///< 0 = all cores
};

/// Figures of one simulated mask.
struct MaskResult {
    std::string name, family;
    int bias = 0;
    double maskArea = 0; ///< nm^2
    struct AtCorner {
        double mean = 0;    ///< of the aerial image, exact
        double maximum = 0; ///< of its pixels
        double printed = 0; ///< nm^2, pixels above the threshold
    };
    std::vector<AtCorner> corners; ///< as in the options
};

struct SimulateReport {
    std::vector<MaskResult> masks; ///< clip after clip, bias after bias
    double clearFocus = 0, clearDefocus = 0;
};

/// Simulates clips and writes pairs for networks (docs/litho.md): input "mask" (covered share of
/// each pixel), targets "aerial_CORNER" and "resist_CORNER". With an empty `file` only the figures
/// are made. The numbers do not depend on the number of threads.
/// Errors: LITHO-003..004, LITHO-020 a bias, LITHO-022 the side, LITHO-023 no bias or corner,
/// LITHO-029 stopped, DATA-050 cannot be written. Thread: any.
Expected<SimulateReport> simulateClips(const std::vector<Clip>& clips, const OpticsPair& optics,
                                       const SimulateOptions& options,
                                       const std::filesystem::path& file, const StopToken& stop,
                                       ProgressSink& progress);

} // namespace ohm::litho
