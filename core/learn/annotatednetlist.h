// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/diagnostic.h"
#include "core/learn/annotation.h"

#include <filesystem>
#include <optional>
#include <string>

namespace ohm::learn {

/// How estimates are written into a netlist. Thread: a plain value.
struct AnnotatedNetlistOptions {
    /// The value of every capacitor; none: all three, picked by `.param parasitic_bound` (-1 lower
    /// bound, 0 estimate, 1 upper bound).
    std::optional<Bound> bound = Bound::Middle;
    std::string reference = "0"; ///< node that capacitances to ground end at
    std::filesystem::path
        folder; ///< of the file to be written; included files are found from there
    /// Text of the circuit's first file in place of the file itself (a schematic's netlist).
    std::string source;
};

struct AnnotatedNetlist {
    std::string text;
    std::size_t capacitors = 0;
    /// The user's netlist could not be kept (Spectre): a flat deck was composed, and `left` devices
    /// of undefined models are not in it.
    bool flat = false;
    std::size_t left = 0;
    Diagnostics diagnostics;
};

/// The circuit's own netlist with the estimated capacitors added to its top: all devices stay,
/// whatever their models. Errors: those of amendNetlistFile. Thread: any.
Expected<AnnotatedNetlist> annotatedNetlist(const netlist::Circuit& circuit,
                                            const Annotation& annotation,
                                            const AnnotatedNetlistOptions& options = {});

} // namespace ohm::learn
