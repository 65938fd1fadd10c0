// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/congestion/design.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ohm::congestion {

/// The files of one CircuitNet netlist, gzip or plain. Either pickled NumPy arrays or tables:
///   nodes       (2, nodes) instance, cell            | #node_id instance cell
///   nets        (1, nets) name                       | #net_id name
///   pins        (3, pins) pin, net or list of nets, node  | #node_id pin net_ids
///   placement   dictionary instance -> left, bottom, right, top   | #node_id instance l b r t
/// `nodes` may be empty for a netlist without names (then it has as many nodes as its pins name),
/// `placement` for one that is not placed.
struct CircuitNetFiles {
    std::string name;
    std::filesystem::path nodes, nets, pins, placement;
};

/// Finds the files that belong to any one of them, in the same folder or, for the arrays as
/// upstream lays them out, in graph_information/{node,net,pin}_attr beside the placements. The
/// names decide what belongs together, the contents what each is. Nothing if it is none of them.
/// Errors: CONG-022 a needed file is missing. Thread: any.
Expected<std::optional<CircuitNetFiles>> findCircuitNet(const std::filesystem::path& file);

/// Reads a netlist. Placements are GCell indices with both ends inclusive: boxes run from left to
/// right + 1, the GCell of a node is ((left + right) / 2, (bottom + top) / 2) rounded down.
/// Errors: BASE-00x, CONG-001..002, 010..016, CONG-020 a line of a table is not understood,
/// CONG-021 a number points outside its table, CONG-023 a placement is no box. Thread: any.
Expected<Design> readCircuitNet(const CircuitNetFiles& files);

} // namespace ohm::congestion
