// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/parasitics/circuitgraph.h"
#include "core/parasitics/extraction.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ohm::parasitics {

/// Kinds of couplings: between two nets, a pin and a net, two pins. They are targets, never
/// messages.
enum class CouplingKind : std::uint8_t { NetNet, PinNet, PinPin };

struct Coupling {
    std::uint32_t a = 0, b = 0; ///< nodes of the graph (nets or pins), a < b
    float farad = 0;
    CouplingKind kind = CouplingKind::NetNet;
};

/// A circuit's graph with what was extracted from its layout. Thread: any for const access.
struct Design {
    CircuitGraph graph;
    std::vector<Coupling> couplings;
    std::vector<float> ground;    ///< [nets] F, 0 = none was extracted
    std::vector<float> pinGround; ///< [pins] F, empty where the extraction has no pins
    std::map<std::string, std::string> provenance; ///< files, hashes, commands
};

/// One node of an extraction without a counterpart in the schematic.
struct Unpaired {
    std::string name;
    std::string reason;
    double farad = 0; ///< capacitance that was lost with it
};

/// How an extraction and a schematic fit. A plain value.
struct PairingReport {
    std::size_t extractedNets = 0; ///< signal nets of the extraction
    std::size_t pairedNets = 0;    ///< of these, found in the schematic
    std::size_t byPins = 0;        ///< of these, found by their pins or an instance's port
    std::size_t supplies = 0;      ///< extracted nodes that are supplies
    std::size_t pins = 0;          ///< extracted device pins that were found
    std::size_t schematicNets = 0; ///< signal nets of the schematic
    std::size_t schematicPaired = 0;
    std::size_t couplings = 0;     ///< signal to signal, both ends paired
    std::size_t couplingsLost = 0; ///< signal to signal, an end without counterpart
    std::size_t couplingsSupply = 0;
    std::size_t couplingsInRange = 0; ///< of `couplings`, within the label range
    std::size_t groundNets = 0;       ///< paired nets with ground capacitance
    std::size_t groundLost = 0;
    double farad = 0, faradLost = 0, faradSupply = 0;
    std::vector<Unpaired> unpaired; ///< at most 1000, the greatest capacitance first
    std::size_t unpairedTotal = 0;
    Diagnostics findings;
};

struct PairedDesign {
    Design design;
    PairingReport report;
};

/// Finds the nets (and device pins) of the extraction in the flat schematic: by canonical path,
/// else by the port of an instance, else by the pins of the net. Couplings to supplies and what is
/// not found are left out and reported. Errors: PAR-020, PAR-021 no net of the extraction is in the
/// schematic, PAR-002. Thread: any.
Expected<PairedDesign> pairDesign(const netlist::Circuit& schematic, const Extraction& extraction,
                                  const GraphOptions& options = {}, StopToken stop = {});

/// Several designs in one HDF5 file (docs/parasitics.md). Errors: DATA-001..004, PAR-005 a file
/// that contradicts itself. Thread: any.
Expected<void> writeDesigns(const std::vector<Design>& designs, const std::filesystem::path& path);
Expected<std::vector<Design>> readDesigns(const std::filesystem::path& path);

} // namespace ohm::parasitics
