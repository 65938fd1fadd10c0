// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/columns.h"

#include <limits>

namespace ohm::schematic::draw {
namespace {

using netlist::kNone;

constexpr std::int32_t kRowPitch = 110;
constexpr std::int32_t kPairGap = 20;  ///< between the halves of a pair
constexpr std::int32_t kCrossGap = 60; ///< where gates cross over to the other half

bool overlap(const std::vector<Box>& a, const std::vector<Box>& b) {
    for (const Box& p : a)
        for (const Box& q : b)
            if (p.overlaps(q))
                return true;
    return false;
}

} // namespace

Columns::Columns(const Model& model, const Structure& structure)
    : m(model)
    , s(structure)
    , m_row(assignRows(model, structure))
    , m_link(model.devices.size())
    , m_side(model.devices.size(), 0)
    , m_chainDone(structure.chains.size()) {
    for (const Chain& chain : s.chains)
        for (const Link& l : chain.links)
            m_link[l.device] = l;
    for (const Fork& f : s.forks) {
        auto it = std::find_if(m_groups.begin(), m_groups.end(), [&](const ForkGroup& g) {
            return std::minmax(g.left, g.right) == std::minmax(f.left, f.right);
        });
        if (it == m_groups.end()) {
            m_groups.push_back({f.left, f.right, {}});
            it = std::prev(m_groups.end());
        }
        if (f.tail != kNone)
            it->tails.push_back(f.tail);
    }
    m_groupDone.assign(m_groups.size(), false);
    m_lone.resize(m.nets.size());
    for (std::size_t n = 0; n < m.nets.size(); ++n)
        m_lone[n] =
            !m.nets[n].rail() &&
            std::count_if(m.nets[n].pins.begin(), m.nets[n].pins.end(), [&](const PinRef& ref) {
                return s.style[ref.device] != Style::Source;
            }) == 1;
    decidePairSides();
    buildTrees();
}

void Columns::pairSide(std::uint32_t a, std::uint32_t b) {
    const Device& da = m.devices[a];
    const Device& db = m.devices[b];
    if (!isTransistor(da) || !isTransistor(db) || m_side[a] != 0 || m_side[b] != 0)
        return;
    const bool common = da.nets[1] == db.nets[1];
    const bool crossed = da.nets[1] == db.nets[0] || db.nets[1] == da.nets[0];
    const int inward = common || crossed ? 1 : -1;
    m_side[a] = inward;
    m_side[b] = -inward;
}

void Columns::decidePairSides() {
    for (const Fork& f : s.forks) {
        const auto& left = s.chains[f.left].links;
        const auto& right = s.chains[f.right].links;
        const std::size_t depth = std::min(left.size(), right.size());
        for (std::size_t i = 0; i < depth; ++i) {
            // From the pair outwards: position by position, the halves mirror each other.
            const std::size_t li = f.tailBelow ? left.size() - 1 - i : i;
            const std::size_t ri = f.tailBelow ? right.size() - 1 - i : i;
            if (m_row[left[li].device] == m_row[right[ri].device])
                pairSide(left[li].device, right[ri].device);
        }
        // Then whatever shares a row, such as loads on chains of different length.
        for (const Link& a : left)
            for (const Link& b : right)
                if (m_row[a.device] == m_row[b.device])
                    pairSide(a.device, b.device);
    }
}

void Columns::buildTrees() {
    for (std::size_t g = 0; g < m_groups.size(); ++g) {
        if (m_groupDone[g])
            continue;
        std::vector<ChainAt> all = layoutGroup(g, kNone);
        // Should two of its parts collide after all, they stand apart instead.
        std::vector<ChainAt> kept;
        std::vector<Box> boxes;
        for (const ChainAt& c : all) {
            std::vector<Box> own;
            appendBoxes(c, own);
            if (overlap(boxes, own)) {
                m_trees.push_back({{c.first, 0}});
                continue;
            }
            boxes.insert(boxes.end(), own.begin(), own.end());
            kept.push_back(c);
        }
        m_trees.push_back(std::move(kept));
    }
    for (std::uint32_t c = 0; c < s.chains.size(); ++c)
        if (!m_chainDone[c])
            m_trees.push_back({{c, 0}});
}

bool Columns::crossedPair(const ForkGroup& group) const {
    for (const Link& a : s.chains[group.left].links)
        for (const Link& b : s.chains[group.right].links) {
            const Device& da = m.devices[a.device];
            const Device& db = m.devices[b.device];
            if (isTransistor(da) && isTransistor(db) && m_row[a.device] == m_row[b.device] &&
                da.nets[1] == db.nets[0] && db.nets[1] == da.nets[0])
                return true;
        }
    return false;
}

std::vector<Columns::ChainAt> Columns::layoutGroup(std::size_t group, std::uint32_t from) {
    m_groupDone[group] = true;
    const ForkGroup g = m_groups[group];
    std::vector<ChainAt> left = layoutChain(g.left, group);
    std::vector<ChainAt> right = layoutChain(g.right, group);
    std::vector<Box> lb;
    std::vector<Box> rb;
    for (const ChainAt& c : left)
        appendBoxes(c, lb);
    for (const ChainAt& c : right)
        appendBoxes(c, rb);
    std::int32_t apart = 100;
    for (const Box& a : lb)
        for (const Box& b : rb)
            if (a.y0 < b.y1 && b.y0 < a.y1)
                apart = std::max(apart, a.x1 - b.x0 + (crossedPair(g) ? kCrossGap : kPairGap));
    apart = (apart + 19) / 20 * 20;
    std::vector<ChainAt> all;
    for (const ChainAt& c : left)
        all.emplace_back(c.first, c.second - apart / 2);
    for (const ChainAt& c : right)
        all.emplace_back(c.first, c.second + apart / 2);
    for (const std::uint32_t tail : g.tails)
        if (tail != from && !m_chainDone[tail])
            for (const ChainAt& c : layoutChain(tail, group))
                all.push_back(c);
    return all;
}

std::vector<Columns::ChainAt> Columns::layoutChain(std::uint32_t chain, std::size_t from) {
    m_chainDone[chain] = true;
    std::vector<ChainAt> all{{chain, 0}};
    for (std::size_t g = 0; g < m_groups.size(); ++g) {
        if (g == from || m_groupDone[g])
            continue;
        const ForkGroup& group = m_groups[g];
        const bool tail =
            std::find(group.tails.begin(), group.tails.end(), chain) != group.tails.end();
        if (tail) {
            for (const ChainAt& c : layoutGroup(g, chain))
                all.push_back(c);
        } else if (group.left == chain || group.right == chain) {
            if (m_chainDone[group.left] && m_chainDone[group.right])
                continue;
            const std::uint32_t other = group.left == chain ? group.right : group.left;
            m_groupDone[g] = true;
            // A second pair on this chain: its other half stands beside it.
            const std::int32_t step = group.left == chain ? 200 : -200;
            for (const ChainAt& c : layoutChain(other, g))
                all.emplace_back(c.first, c.second + step);
            for (const std::uint32_t t : group.tails)
                if (!m_chainDone[t])
                    for (const ChainAt& c : layoutChain(t, g))
                        all.emplace_back(c.first, c.second + step / 2);
        }
    }
    return all;
}

Orientation Columns::orientation(std::uint32_t device) const {
    const Device& d = m.devices[device];
    const Link& l = m_link[device];
    const bool right = m_side[device] > 0;
    for (const std::uint8_t q : {0, 2})
        for (const bool mirror : {false, true}) {
            const Orientation o{q, mirror};
            const Symbol& symbol = m.symbols[d.symbol];
            Pt first;
            Pt last;
            Pt control;
            for (const Pin& pin : symbol.pins) {
                if (pin.order == l.first)
                    first = o.apply(pin.at);
                if (pin.order == l.last)
                    last = o.apply(pin.at);
                if (pin.order == (isTransistor(d) ? 1 : 2))
                    control = o.apply(pin.at);
            }
            if (first.y >= last.y)
                continue;
            if (d.nets.size() == 2 ? !mirror : (control.x > first.x) == right)
                return o;
        }
    return {};
}

Pt Columns::at(std::uint32_t device, std::int32_t axis) const {
    const Orientation o = orientation(device);
    Pt pin;
    for (const Pin& p : m.symbols[m.devices[device].symbol].pins)
        if (p.order == m_link[device].first)
            pin = o.apply(p.at);
    return {axis - pin.x, m_row[device] * kRowPitch};
}

std::int32_t Columns::pinY(std::uint32_t device, std::uint32_t pin) const {
    const Orientation o = orientation(device);
    for (const Pin& p : m.symbols[m.devices[device].symbol].pins)
        if (p.order == pin)
            return m_row[device] * kRowPitch + o.apply(p.at).y;
    return m_row[device] * kRowPitch;
}

void Columns::appendBoxes(const ChainAt& chain, std::vector<Box>& boxes) const {
    std::int32_t last = std::numeric_limits<std::int32_t>::min();
    for (const Link& l : s.chains[chain.first].links) {
        const Device& d = m.devices[l.device];
        const Orientation o = orientation(l.device);
        const Pt origin = at(l.device, chain.second);
        const Footprint f = footprint(m.symbols[d.symbol], o);
        Box body = f.body.moved(origin);
        if (last != std::numeric_limits<std::int32_t>::min() && last < body.y0)
            boxes.push_back({chain.second - 10, last, chain.second + 10, body.y0});
        last = body.y1;
        // Supply and ground signs stand above and below.
        for (const bool top : {true, false}) {
            const Net& net = m.nets[d.nets[top ? l.first : l.last]];
            if (!net.rail())
                continue;
            const std::int32_t half = std::max(12, textWidth(net.text) / 2);
            const std::int32_t y = origin.y + f.pins[top ? l.first : l.last].y;
            boxes.push_back(
                {chain.second - half, top ? y - 25 : y, chain.second + half, top ? y : y + 28});
        }
        if (const Box text = layoutTexts(m, d, o).box(); !text.empty())
            body.include(text.moved(origin));
        boxes.push_back(body);
        // The name of a net that no wire reaches stands before the gate.
        if (isTransistor(d) && m_lone[d.nets[1]]) {
            const Pt gate{origin.x + f.pins[1].x, origin.y + f.pins[1].y};
            const std::int32_t out = f.leaving[1].x * (textWidth(m.nets[d.nets[1]].text) + 26);
            boxes.push_back({std::min(gate.x, gate.x + out), gate.y - 8,
                             std::max(gate.x, gate.x + out), gate.y + 8});
        }
    }
}

std::vector<Box> Columns::treeBoxes(std::uint32_t t) const {
    std::vector<Box> boxes;
    for (const ChainAt& c : m_trees[t])
        appendBoxes(c, boxes);
    return boxes;
}

Box Columns::treeBox(std::uint32_t t) const {
    Box all;
    for (const Box& b : treeBoxes(t))
        all.include(b);
    return all;
}

Box Columns::bounds() const {
    Box all;
    for (std::uint32_t t = 0; t < treeCount(); ++t)
        all.include(treeBox(t));
    return all;
}

void Columns::mirror(std::uint32_t t) {
    for (ChainAt& c : m_trees[t]) {
        c.second = -c.second;
        for (const Link& l : s.chains[c.first].links)
            m_side[l.device] = -m_side[l.device];
    }
}

void Columns::chooseSides(const std::vector<std::int32_t>& x) {
    for (std::uint32_t d = 0; d < m.devices.size(); ++d) {
        if (m_side[d] != 0 || s.style[d] != Style::Column || !isTransistor(m.devices[d]))
            continue;
        const std::uint32_t n = m.devices[d].nets[1];
        const Net& net = m.nets[n];
        // The nearest neighbour on the gate's net decides; inputs come from the left.
        std::int32_t best = std::numeric_limits<std::int32_t>::max();
        int side = -1;
        if (!net.rail())
            for (const PinRef& ref : net.pins) {
                if (ref.device == d || x[ref.device] == std::numeric_limits<std::int32_t>::min() ||
                    ref.pin == 3 || x[ref.device] == x[d])
                    continue;
                // Gates face gates first: a mirror reads better than a short wire to a drain.
                const std::int32_t distance =
                    std::abs(x[ref.device] - x[d]) +
                    (controlPin(m.devices[ref.device]) == ref.pin ? 0 : 400);
                if (distance < best) {
                    best = distance;
                    side = x[ref.device] > x[d] ? 1 : -1;
                }
            }
        m_side[d] = side;
    }
}

} // namespace ohm::schematic::draw
