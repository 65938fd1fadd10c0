// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dataset/graphset.h"
#include "core/dataset/random.h"

#include <cstdint>

namespace ohm::dataset {

/// Resistor ladder with n branches (Hakhamaneshi et al., Fig. 4): Vin drives a chain of series
/// resistors Rh_i; at each output net o_i a shunt resistor Rv_i leads to a branch source V_i to
/// ground. Every R (ohm) and V (volt) is drawn uniformly from [0, 1).
struct Ladder {
    double inputVoltage = 0;
    std::vector<double> series; ///< Rh, ohm, [n]
    std::vector<double> shunt;  ///< Rv, ohm, [n]
    std::vector<double> branch; ///< V, volt, [n]
};
Ladder randomLadder(int branches, Random& random);

/// Exact DC voltages of the output nets, V, [n]: nodal analysis of the tridiagonal system, solved
/// by elimination in O(n). Resistances below 1e-9 ohm count as 1e-9.
std::vector<double> solveLadder(const Ladder& ladder);

/// Resistance seen at the last output net with all sources shorted, ohm.
double outputResistance(const Ladder& ladder);

/// The ladder as a terminal-node graph with the 9-wide resistive features: 8n+4 nodes, 9n+3
/// undirected edges. Node order: gnd, vsrcm, vsrcp, input net, then per branch: Rh, Rh, output net,
/// Rv, Rv, branch net, vp, vn. `rout` is appended as a graph label when the set has one.
void appendLadder(GraphSet& set, const Ladder& ladder);

/// An empty set with the columns of the resistive encoding: value, gnd, rt, vn, vnode_i, vnode_o,
/// vp, vsrcm, vsrcp.
GraphSet emptyResistiveSet();

/// `count` ladders from sample `first` on, branch numbers drawn with equal weight from [low, high].
/// Sample i depends only on (seed, i).
GraphSet generateLadders(int low, int high, std::size_t count, std::uint64_t seed,
                         std::size_t first = 0);

/// The other resistive circuits of the paper (Fig. 7), all values uniform in [0, 1):
/// - Parallel: Vin - (R1 || R2) - o - Rv - V2; one output; 14 nodes, 15 edges.
/// - Series: Vin - R1 - o1 - R2 - o2 - Rv - V2; two outputs; 15 nodes, 15 edges.
/// - Divider: Vin - Rh - o - Rv - V2, load RL from o to ground; one output; 14 nodes, 15 edges.
/// - Bridge: V1 - R1 - A, A - Rp1 - B, B - Rp2 - C, A - Rp3 - D, D - Rp4 - C, Rload between D and
/// B,
///   C - R2 - V2; four outputs; 25 nodes, 27 edges.
/// The published generators lack one edge of the first two and swap two labels of the bridge; these
/// do neither.
enum class ResistiveKind { Parallel = 201, Series = 202, Divider = 203, Bridge = 204 };

/// `count` circuits of a kind from sample `first` on; the topology class is the kind's number.
/// Sample i depends only on (seed, i). Voltages by nodal analysis.
GraphSet generateResistive(ResistiveKind kind, std::size_t count, std::uint64_t seed,
                           std::size_t first = 0);

/// One resistor of a network of nets 0..n-1.
struct Branch {
    std::size_t a = 0, b = 0;
    double ohms = 0;
};
/// Voltages of all nets where `driven` nets are held by ideal sources (the others are NaN in
/// `voltages` and come back solved): dense nodal analysis with pivoting. Nets that no driven net
/// reaches stay NaN. Resistances below 1e-9 ohm count as 1e-9.
std::vector<double> solveNetwork(const std::vector<Branch>& branches, std::vector<double> voltages);

} // namespace ohm::dataset
