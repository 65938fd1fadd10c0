// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/netlist/circuit.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ohm::netlist {

/// How a netlist is read. Thread: a plain value.
struct ReadOptions {
    /// Dialect to assume; nothing = decided from the content (never from the suffix alone).
    std::optional<Dialect> dialect;
    /// Root subcircuit; empty = the deck's own elements, else the subcircuit no other one uses
    /// (the largest of several).
    std::string top;
    /// Further folders that .include and .lib may read from, besides the file's own folder and
    /// what lies below it. Nothing outside is ever opened.
    std::vector<std::filesystem::path> searchPath;
    /// Devices the flat form may have: a few lines of nested instances could ask for more than any
    /// memory holds. What goes beyond is shown as black boxes (NET-043).
    std::uint64_t maxDevices = 60'000'000;
    /// Values in place of the file's: of its top-level .param, and of devices of the root (names
    /// folded as the circuit's; "value" is the main value of R, C, L and sources).
    std::map<std::string, double> parameters;
    std::map<std::string, std::map<std::string, double>> deviceValues;
};

/// Reads any SPICE-family or Spectre netlist and flattens it. Fails only when nothing can be shown
/// (missing file, not a text file: NET-001..NET-009); anything not understood inside becomes a
/// diagnostic and the rest loads. Stops within 50 ms of a stop request with NET-002.
/// Thread: any.
Expected<CircuitPtr> readNetlist(const std::filesystem::path& path, const ReadOptions& options = {},
                                 StopToken stop = {}, ProgressSink& progress = noProgress());

/// The same from text in memory (a schematic's netlist, a test). `name` stands for the file in
/// diagnostics; includes are looked up in `folder` (none if empty).
Expected<CircuitPtr> readNetlistText(std::string text, const std::string& name,
                                     const std::filesystem::path& folder,
                                     const ReadOptions& options = {}, StopToken stop = {},
                                     ProgressSink& progress = noProgress());

} // namespace ohm::netlist
