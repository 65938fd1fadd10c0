// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <cstdint>
#include <span>
#include <vector>

namespace ohm::deep {

/// One pin: net `net` touches node `node`. The same pair may occur several times (multiplicity m).
struct Pin {
    std::int32_t net = 0;
    std::int32_t node = 0;
};

/// Which nets touch which nodes of a circuit: the hypergraph behind the clique graph of the GSR-GNN
/// and CircuitNet papers, whose edges are all ordered pairs of pins of one net on different nodes.
/// With H [nodes, nets] the number of pins of a node on a net, the clique graph is
/// A = H H^T - diag(sum of m^2), so products with A need two passes over the pins, not one over the
/// (many more) edges. A plain value; both directions list every pin. Thread: any.
struct Incidence {
    std::int64_t nodes = 0;
    std::int64_t nets = 0;
    std::vector<std::int32_t> netStart{0};  ///< [nets + 1] into netNodes
    std::vector<std::int32_t> netNodes;     ///< node of each pin, nets in order, nodes ascending
    std::vector<std::int32_t> nodeStart{0}; ///< [nodes + 1] into nodeNets
    std::vector<std::int32_t> nodeNets;     ///< net of each pin, nodes in order, nets ascending

    std::int64_t pins() const { return static_cast<std::int64_t>(netNodes.size()); }
    std::int64_t pinsOf(std::int64_t net) const {
        const auto n = static_cast<std::size_t>(net);
        return netStart[n + 1] - netStart[n];
    }
};

/// Sorts pins into both directions. Errors: DEEP-001 a pin out of range, no nodes, or 2^31 pins.
Expected<Incidence> makeIncidence(std::int64_t nodes, std::int64_t nets, std::span<const Pin> pins);

/// The same from two arrays of one length, net and node of each pin.
Expected<Incidence> makeIncidence(std::int64_t nodes, std::int64_t nets,
                                  std::span<const std::int32_t> pinNets,
                                  std::span<const std::int32_t> pinNodes);

/// Number of edges of the uncapped clique graph (ordered, with multiplicity, without self loops):
/// sum over nets of (pins^2 - sum of m^2). Exact.
std::int64_t cliqueEdges(const Incidence& graph);
/// Edges that arrive at each node.
std::vector<std::int64_t> cliqueDegrees(const Incidence& graph);

/// The clique graph written out, by destination: sources[start[i] .. start[i + 1]] of node i, nets
/// in order. 4 bytes per edge.
struct CliqueGraph {
    std::vector<std::int64_t> start;
    std::vector<std::int32_t> sources;
};
CliqueGraph expandCliques(const Incidence& graph);

/// A circuit-like hypergraph: sizes of nets as in placed RISC cores (55 % with two pins, 95 % up to
/// eight, a tail to 100, some huge ones that hold a third of the edges), nodes near each other in
/// number as a placer's neighbours are.
struct SyntheticOptions {
    std::int64_t nodes = 49000;
    std::int64_t edges = 11'700'000; ///< of the clique graph; reached within 2 %, 0 = no huge nets
    std::uint64_t seed = 1;
};
/// The same on every machine. Errors: DEEP-001 fewer than 16 nodes, or too many.
Expected<Incidence> syntheticCircuit(const SyntheticOptions& options);

} // namespace ohm::deep
