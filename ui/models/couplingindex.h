// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/annotation.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace ohm::ui {

using AnnotationPtr = std::shared_ptr<const learn::Annotation>;

/// Which estimated capacitances meet at a net, and what lies around it. Thread: any for const
/// access.
class CouplingIndex {
public:
    explicit CouplingIndex(AnnotationPtr annotation);

    const AnnotationPtr& annotation() const { return m_annotation; }
    /// Numbers of the net's entries, the greatest first.
    std::span<const std::uint32_t> entriesOf(netlist::NetId net) const;

    struct Part {
        std::vector<netlist::NetId> nets;   ///< the centre first, then hop by hop
        std::vector<std::uint8_t> hop;      ///< [nets] couplings away from the centre
        std::vector<std::uint32_t> by;      ///< [nets] position of the net it was reached from
        std::vector<std::uint32_t> entries; ///< ascending, so the greatest capacitance first
        std::size_t left = 0;               ///< nets within reach that did not fit
    };
    /// The nets within `hops` couplings of at least `least` F, those of the greatest couplings
    /// first, at most `mostNets`; and all capacitances of at least `least` among them.
    Part around(std::span<const netlist::NetId> centre, int hops, double least,
                std::size_t mostNets) const;

private:
    AnnotationPtr m_annotation;
    std::vector<std::uint32_t> m_first, m_entries;
};

/// Couplings as lines, wherever they are drawn. A plain value.
struct CouplingLines {
    struct Line {
        netlist::NetId a = 0, b = 0;
        double farad = 0;
        double strength = 0; ///< 0 (least of the lines) to 1 (greatest), by decades
        std::uint32_t entry = 0;
    };
    std::vector<Line> lines;  ///< the least first: the greatest are drawn above the others
    double low = 0, high = 0; ///< F of the least and the greatest; 0: there are none
};
/// The couplings among some entries (ascending), at most `most`: the greatest. Thread: any.
CouplingLines couplingLines(const learn::Annotation& annotation,
                            std::span<const std::uint32_t> entries, std::size_t most);

} // namespace ohm::ui
