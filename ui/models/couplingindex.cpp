// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/couplingindex.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace ohm::ui {

CouplingIndex::CouplingIndex(AnnotationPtr annotation)
    : m_annotation(std::move(annotation)) {
    const auto& entries = m_annotation->entries;
    m_first.assign(m_annotation->total.size() + 1, 0);
    for (const auto& e : entries) {
        ++m_first[e.a + 1];
        if (!e.toGround())
            ++m_first[e.b + 1];
    }
    for (std::size_t i = 1; i < m_first.size(); ++i)
        m_first[i] += m_first[i - 1];
    m_entries.resize(m_first.back());
    std::vector<std::uint32_t> fill(m_first.begin(), m_first.end() - 1);
    for (std::uint32_t i = 0; i < entries.size(); ++i) { // greatest first, so each net's are too
        m_entries[fill[entries[i].a]++] = i;
        if (!entries[i].toGround())
            m_entries[fill[entries[i].b]++] = i;
    }
}

std::span<const std::uint32_t> CouplingIndex::entriesOf(netlist::NetId net) const {
    if (net + 1 >= m_first.size())
        return {};
    return {m_entries.data() + m_first[net], m_entries.data() + m_first[net + 1]};
}

CouplingIndex::Part CouplingIndex::around(std::span<const netlist::NetId> centre, int hops,
                                          double least, std::size_t mostNets) const {
    Part part;
    std::unordered_map<netlist::NetId, std::uint32_t> place;
    const auto add = [&](netlist::NetId net, std::uint8_t hop, std::uint32_t by) {
        if (!place.emplace(net, static_cast<std::uint32_t>(part.nets.size())).second)
            return;
        part.nets.push_back(net);
        part.hop.push_back(hop);
        part.by.push_back(by);
    };
    for (const netlist::NetId net : centre) {
        if (net + 1 < m_first.size())
            add(net, 0, static_cast<std::uint32_t>(part.nets.size()));
    }
    const auto& entries = m_annotation->entries;
    std::size_t begin = 0;
    for (int hop = 1; hop <= hops && begin < part.nets.size(); ++hop) {
        struct Reached {
            std::uint32_t entry, from;
        };
        std::vector<Reached> reached;
        const std::size_t end = part.nets.size();
        for (std::size_t i = begin; i < end; ++i) {
            for (const std::uint32_t e : entriesOf(part.nets[i])) {
                if (entries[e].farad < least)
                    break;
                if (!entries[e].toGround())
                    reached.push_back({e, static_cast<std::uint32_t>(i)});
            }
        }
        begin = end;
        std::sort(reached.begin(), reached.end(), [](const Reached& x, const Reached& y) {
            return x.entry != y.entry ? x.entry < y.entry : x.from < y.from;
        });
        std::unordered_map<netlist::NetId, bool> outside;
        for (const Reached& r : reached) {
            const auto& e = entries[r.entry];
            const netlist::NetId other = e.a == part.nets[r.from] ? e.b : e.a;
            if (place.contains(other))
                continue;
            if (part.nets.size() < mostNets)
                add(other, static_cast<std::uint8_t>(hop), r.from);
            else
                outside[other] = true;
        }
        part.left += outside.size();
        if (part.left > 0)
            break; // what lies beyond hangs on what did not fit
    }
    for (const netlist::NetId net : part.nets) {
        for (const std::uint32_t e : entriesOf(net)) {
            if (entries[e].farad < least)
                break;
            if (entries[e].a == net && place.contains(entries[e].b))
                part.entries.push_back(e);
        }
    }
    std::sort(part.entries.begin(), part.entries.end());
    return part;
}

CouplingLines couplingLines(const learn::Annotation& annotation,
                            std::span<const std::uint32_t> entries, std::size_t most) {
    CouplingLines made;
    for (const std::uint32_t i : entries) {
        if (made.lines.size() >= most)
            break;
        const auto& e = annotation.entries[i];
        if (!e.toGround())
            made.lines.push_back({e.a, e.b, e.farad, 1, i});
    }
    if (made.lines.empty())
        return made;
    made.high = made.lines.front().farad;
    made.low = made.lines.back().farad;
    if (made.high > made.low) {
        const double decades = std::log(made.high / made.low);
        for (auto& line : made.lines)
            line.strength = std::log(line.farad / made.low) / decades;
    }
    std::reverse(made.lines.begin(), made.lines.end());
    return made;
}

} // namespace ohm::ui
