// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"

#include <string>
#include <vector>

namespace ohm::netlist {

/// What the writer made of a circuit. Thread: a plain value.
struct FlatDeck {
    /// Complete ngspice deck without analyses and without .end: title, options, models (with the
    /// parameters evaluated), devices with flat nets. Only element and model cards that this
    /// program composed itself: never a control block or any text that could run a command.
    std::string text;
    /// Per flat device, the name it has in the deck ("m.x1.m3" for device "x1.m3"); empty where
    /// the device could not be written (see diagnostics).
    std::vector<std::string> deviceNames;
    /// Per flat net, its name in the deck.
    std::vector<std::string> netNames;
    /// Devices left out (black boxes, constructs ngspice cannot know) and why.
    Diagnostics diagnostics;
};

/// Writes the flattened circuit as an ngspice deck that has the same operating point.
/// Thread: any.
FlatDeck writeFlatDeck(const Circuit& circuit);

} // namespace ohm::netlist
