// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuitbuilder.h"
#include "core/netlist/reader.h"
#include "core/netlist/sourcefiles.h"

namespace ohm::netlist {

/// True if the text is in Spectre syntax: a "simulator lang=spectre" line, or the majority of its
/// first statements look like Spectre instances, parameters, subckt or include statements.
bool looksLikeSpectre(std::string_view text);

/// Reads a Spectre netlist that `sources` has loaded as its main file (UTF-8). Errors as
/// `readNetlist`. Thread: any.
Expected<std::unique_ptr<CircuitData>> readSpectre(SourceFiles& sources, const ReadOptions& options,
                                                   const StopToken& stop, ProgressSink& progress);

} // namespace ohm::netlist
