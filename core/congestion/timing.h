// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/congestion/design.h"

#include <span>
#include <string_view>

namespace ohm::congestion {

/// The delays of the arrival label: an Elmore-like model with rounded values of a 45 nm process.
/// Not a timing sign-off: one delay and one drive for all cells, no slews, no corners. Lengths in
/// GCells. A plain value.
struct DelayModel {
    double cell = 0.02;      ///< ns from input to output, and from clock to output
    double resistance = 3;   ///< kOhm of a driver of strength 1; X2, X4 ... divide it
    double pin = 0.001;      ///< pF of an input
    double wire = 0.0003;    ///< pF per GCell
    double wireOhms = 0.004; ///< kOhm per GCell
};

/// What a pin is, from its name and its cell's, by the conventions of Nangate45, sky130 and ASAP7.
enum class PinRole : std::uint8_t { Input, Output, Control /* clock, reset, scan enable */ };
PinRole pinRole(std::string_view master, std::string_view pin);
/// A flip-flop, a latch or a memory.
bool isSequential(std::string_view master);
/// Of a cell, by its name: 4 for INV_X4 and sky130_fd_sc_hd__inv_4; 1 if it tells none.
double driveStrength(std::string_view master);

/// Columns of `timingOf`: arrival (ns), start (1 for sequential cells), fan_in (data inputs),
/// fan_out (pins that the outputs drive).
inline constexpr std::size_t kTimingColumns = 4;
std::span<const char* const> timingNames();

/// Arrival time per node by longest path, exact over the directed graph of drivers and sinks. A
/// sequential cell starts paths at its outputs; its own label is that of its latest data input. A
/// net of length L (half perimeter of its nodes) with s inputs adds to the sink at distance l
///     R (wire L + s pin) + wireOhms l (wire l / 2 + pin),
/// a net without a driver (a port) arrives at 0. Nodes on a loop of gates, or behind one, have no
/// label (NaN), nor has any node where the design tells no pin's role (empty `pinRoles`).
/// [nodes, 4]. O(pins). Thread: any.
std::vector<float> timingOf(const Design& design, const DelayModel& model = {});

} // namespace ohm::congestion
