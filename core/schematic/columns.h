// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schematic/placement.h"

#include <utility>

namespace ohm::schematic::draw {

/// The columns of a drawing: chains with their rows, joined by differential pairs into symmetrical
/// trees. A tree's origin is its axis of symmetry. Thread: owner only.
class Columns {
public:
    Columns(const Model& model, const Structure& structure);

    using ChainAt = std::pair<std::uint32_t, std::int32_t>; ///< chain, x of its axis
    std::uint32_t treeCount() const { return static_cast<std::uint32_t>(m_trees.size()); }
    const std::vector<ChainAt>& tree(std::uint32_t t) const { return m_trees[t]; }
    std::vector<Box> treeBoxes(std::uint32_t t) const;
    Box treeBox(std::uint32_t t) const;
    Box bounds() const; ///< y range of all columns
    void mirror(std::uint32_t t);

    /// -1: gate to the left, 1: to the right, 0: not yet decided.
    int side(std::uint32_t device) const { return m_side[device]; }
    /// Turns the gates not yet decided towards what they are connected with.
    void chooseSides(const std::vector<std::int32_t>& x);

    Orientation orientation(std::uint32_t device) const;
    Pt at(std::uint32_t device, std::int32_t axis) const; ///< origin for a chain axis at `axis`
    std::int32_t pinY(std::uint32_t device, std::uint32_t pin) const;

private:
    struct ForkGroup { ///< one pair of chains and all the tails on it
        std::uint32_t left, right;
        std::vector<std::uint32_t> tails;
    };
    bool crossedPair(const ForkGroup& group) const;
    void decidePairSides();
    void buildTrees();
    std::vector<ChainAt> layoutGroup(std::size_t group, std::uint32_t from);
    std::vector<ChainAt> layoutChain(std::uint32_t chain, std::size_t from);
    void appendBoxes(const ChainAt& chain, std::vector<Box>& boxes) const;
    void pairSide(std::uint32_t a, std::uint32_t b);

    const Model& m;
    const Structure& s;
    std::vector<int> m_row;
    std::vector<Link> m_link; ///< per device
    std::vector<int> m_side;
    std::vector<bool> m_lone; ///< per net: one pin only, so it is named there
    std::vector<ForkGroup> m_groups;
    std::vector<bool> m_groupDone;
    std::vector<bool> m_chainDone;
    std::vector<std::vector<ChainAt>> m_trees;
};

} // namespace ohm::schematic::draw
