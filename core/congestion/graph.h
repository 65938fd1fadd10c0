// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"
#include "core/congestion/design.h"

namespace ohm::congestion {

/// Sizes of the graphs that a netlist stands for. Nets are expanded to cliques: with d pins of a
/// net and m of one node on it, a net has d^2 - sum m^2 ordered pin pairs of different nodes. This
/// is the graph of the GSR-GNN paper, uncapped and with pin multiplicity.
struct GraphCounts {
    std::size_t nodes = 0, nets = 0, pins = 0;
    std::size_t distinctPairs = 0; ///< (node, net) pairs
    std::size_t cliqueEdges = 0;   ///< ordered, with multiplicity
    std::size_t withSelfLoops = 0; ///< and one loop per node
    std::size_t perNetUnique = 0;  ///< each ordered node pair once per net
    std::size_t capped8 = 0;       ///< perNetUnique with at most 7 partners per node of a net
    std::size_t hyperTerms = 0;    ///< 2 pins: node to net and net to node
    std::size_t directTerms = 0;   ///< the same with nets of 2 and 3 pins as edges ...
    std::size_t directNets = 0;    ///< ... and the nets that remain
    std::size_t largestNet = 0;    ///< pins
    double meanNetPins = 0;
    double shareOfTwo = 0; ///< of nets with 2 pins
    double shareUpTo8 = 0; ///< of nets with at most 8
};

/// Counts without building any edge. Thread: any.
GraphCounts countGraphs(const Incidence& incidence);

/// A graph as rows of neighbours. Row i is neighbours[rowPtr[i]] .. neighbours[rowPtr[i + 1]].
struct Neighbours {
    std::vector<std::int64_t> rowPtr; ///< [nodes + 1]
    std::vector<std::int32_t> column;
};

enum class CliqueKind {
    Multiplicity, ///< every ordered pin pair of different nodes, in order of the nets
    Simple        ///< each neighbour once, in order
};

/// The clique graph, no self loops. Errors: CONG-050 more than `maxEdges` edges (the count is known
/// before memory is asked for). Thread: any.
Expected<Neighbours> cliqueGraph(const Incidence& incidence, CliqueKind kind,
                                 std::size_t maxEdges = std::size_t{1} << 28);

/// Both directions of the incidence H, for exact aggregation by node -> net -> node:
/// A = H H^T - diag(self), with A the clique graph with multiplicity.
struct FactorisedGraph {
    Neighbours netsOfNode;          ///< a net once per pin
    Neighbours nodesOfNet;          ///< a node once per pin
    std::vector<std::int64_t> self; ///< [nodes] sum over nets of m^2
};
FactorisedGraph factorisedGraph(const Incidence& incidence);

} // namespace ohm::congestion
