// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sim/simulator.h"

#include <string_view>

namespace ohm::sim {

/// A plot as stored in ngspice's binary raw format: a text header (Title, Plotname, Flags, No.
/// Variables, No. Points, Variables, Binary) and doubles in the machine's order.
struct RawPlot {
    std::string plotName; ///< "Operating Point", "AC Analysis", ...
    std::size_t points = 0;
    std::vector<Vector> vectors;
};

/// Reads the first plot of a raw file. Names are given as ngspice's commands know them: "v(out)"
/// becomes "out", "i(v1)" becomes "v1#branch". Errors: SIM-008 malformed. Thread: any.
Expected<RawPlot> readRawPlot(std::string_view bytes);

} // namespace ohm::sim
