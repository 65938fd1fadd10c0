// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ohm::congestion {

/// How nodes are divided among training, validation and test.
struct SplitOptions {
    enum class By {
        Design, ///< whole designs, and those of one family together: nothing leaks
        Node    ///< nodes of each design at random, as in the GSR-GNN paper: nodes of one GCell
                ///< share their label, so this flatters every network
    } by = By::Design;
    double validationShare = 0.1;
    double testShare = 0.1;
    std::uint64_t seed = 0;
    std::vector<std::string> testDesigns;       ///< by name, instead of a share (by design)
    std::vector<std::string> validationDesigns; ///< likewise
};

enum class Part : std::uint8_t { Training, Validation, Test };

/// One design of the set that is divided.
struct SplitDesign {
    std::string name;
    std::string family; ///< designs of one family stay together; empty: its name
    std::size_t nodes = 0;
};

/// The part of each node, [sum of nodes], design after design. By design each share is reached as
/// nearly as whole families allow, counted in designs, at least one family each where the share is
/// not 0. Errors: CONG-051 a share is not in [0, 1], nothing is left to train on, fewer families
/// than parts, or a named design does not exist. Thread: any.
Expected<std::vector<Part>> splitNodes(const std::vector<SplitDesign>& designs,
                                       const SplitOptions& options);

/// A family as far as a name tells: without the number of the layout and what follows its netlist
/// ("7157-zero-riscy-a-1-c2-u0.8-m1-p1-f0" -> "zero-riscy"), else the name.
std::string familyOf(const std::string& name);

} // namespace ohm::congestion
