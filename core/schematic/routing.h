// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schematic/drawmodel.h"

namespace ohm::schematic::draw {

/// Orthogonal wires on the grid. Edges of the grid belong to one net; two nets may cross at a right
/// angle and touch nowhere else; wires never enter a body or another net's pin. Net ids start at 0.
/// Thread: owner only.
class Router {
public:
    /// `area` is what may be used; it is clipped to a size that a search can handle.
    explicit Router(const Box& area);

    void addBody(const Box& body);
    void addText(const Box& text); ///< wires may cross it, at a price
    /// A terminal: closed to other nets, and the point before it is kept free if possible.
    void addPin(Pt at, Pt leaving, std::uint32_t net);

    struct Path {
        std::vector<Pt> points; ///< corners, from the new point to where it joined
        double cost = 0;
    };
    /// Least expensive way from `from` to any of `targets` or to a wire already laid for `net` that
    /// `joinable` names; nothing if it would cost more than `limit`.
    std::optional<Path> find(std::uint32_t net, Pt from, const std::vector<Pt>& targets,
                             double limit);
    void lay(std::uint32_t net, const std::vector<Pt>& points);
    /// Takes back all wires of a net.
    void remove(std::uint32_t net);

    /// Straight pieces of a net's wires, cut at bends, branches and `stops`.
    struct Segment {
        Pt a, b;
    };
    std::vector<Segment> segments(std::uint32_t net, const std::vector<Pt>& stops) const;
    /// All grid points of a net's wires.
    std::vector<Pt> points(std::uint32_t net) const;

    bool inside(Pt p) const;
    /// Nothing at all at this point: no body, pin, wire or label of another net.
    bool free(Pt p, std::uint32_t net) const;
    /// A wire of any net runs through or along the inside of the box.
    bool wireIn(const Box& box, std::uint32_t except) const;
    /// A point that carries a label: closed to other nets.
    void addAnchor(Pt p, std::uint32_t net);

private:
    static constexpr std::uint32_t kFree = 0xFFFFFFFFu;
    std::size_t node(Pt p) const;
    Pt at(std::size_t node) const;
    bool passable(std::size_t node, std::uint32_t net, int fromDirection, int toDirection,
                  double& price) const;
    std::uint32_t edge(std::size_t node, int direction) const;
    void setEdge(std::size_t node, int direction, std::uint32_t net);

    Pt m_origin;
    std::int32_t m_columns = 0;
    std::int32_t m_rows = 0;
    std::vector<std::uint8_t> m_body;
    std::vector<std::uint8_t> m_text;
    std::vector<std::uint32_t> m_pin;   ///< net of the terminal or label at a node
    std::vector<std::uint32_t> m_keep;  ///< net that wants this node for its terminal
    std::vector<std::uint32_t> m_right; ///< net on the edge to the right neighbour
    std::vector<std::uint32_t> m_down;
    std::vector<std::vector<std::size_t>> m_nodesOf; ///< per net: nodes touched
    // search state, reused
    std::vector<float> m_cost;
    std::vector<std::uint8_t> m_from;
    std::vector<std::uint32_t> m_stamp;
    std::vector<std::uint32_t> m_goal;
    std::uint32_t m_round = 0;
};

} // namespace ohm::schematic::draw
