// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/parasitics.h"
#include "core/netlist/circuit.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace ohm::learn {

/// The three estimators that annotate a schematic; a missing one is left out. Thread: owner only.
struct ParasiticModels {
    std::unique_ptr<ParasiticModel> ground;   ///< capacitance of every net to ground
    std::unique_ptr<ParasiticModel> coupling; ///< of pairs that couple
    std::unique_ptr<ParasiticModel> link;     ///< which candidate pairs couple; none = all do
};
/// Loads "ground", "coupling" and "link" .safetensors of a folder. Errors: LEARN-045 none is there,
/// those of loadParasitics and readParasiticCheckpoint.
Expected<ParasiticModels> loadParasiticModels(const std::filesystem::path& folder);

/// Estimated parasitics of a flat circuit. F; low and high are bounds of one calibrated deviation.
/// Thread: any for const access.
struct Annotation {
    struct Entry {
        netlist::NetId a = 0, b = 0; ///< b = a: to ground
        double farad = 0, low = 0, high = 0;
        double chance = 1; ///< that the pair couples
        bool toGround() const { return a == b; }
    };
    std::vector<Entry> entries; ///< greatest first
    std::vector<double> total;  ///< [flat nets] to ground and to all others; 0 for rails
    std::size_t candidates = 0; ///< pairs that were asked about
    double seconds = 0;
};

enum class Bound : std::uint8_t { Low, Middle, High };

struct AnnotationOptions {
    parasitics::GraphOptions graph;
    double chance = 0.5;     ///< pairs less likely are left out
    std::size_t fanout = 32; ///< of a net whose neighbours are candidates for each other
};

/// Errors: PAR-020, LEARN-012, LEARN-045 no models. Thread: any; one call at a time per model.
Expected<Annotation> annotate(const netlist::Circuit& circuit, const ParasiticModels& models,
                              const AnnotationOptions& options = {}, StopToken stop = {});

/// Capacitor cards for a deck whose nets are called `netNames` (of writeFlatDeck), one line
/// each. Thread: any.

std::string annotationCards(const Annotation& annotation, const std::vector<std::string>& netNames,
                            Bound bound = Bound::Middle);
/// The value that a bound picks.
double boundOf(const Annotation::Entry& entry, Bound bound);

} // namespace ohm::learn
