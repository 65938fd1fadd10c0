// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/placement.h"

#include "core/schematic/columns.h"
#include "core/schematic/ordering.h"
#include "core/schematic/symbols.h"

#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace ohm::schematic::draw {
namespace {

using netlist::kNone;

std::int32_t onGrid(std::int32_t v) {
    return (v >= 0 ? (v + kGrid / 2) / kGrid : -((-v + kGrid / 2) / kGrid)) * kGrid;
}
std::int32_t upToGrid(std::int32_t v) {
    return v >= 0 ? (v + kGrid - 1) / kGrid * kGrid : -(-v / kGrid * kGrid);
}

/// Keeps the order of groups, and packs them: what stands in different rows may share a column.
class Packer {
public:
    /// Least x >= `least` at which `boxes` keep clear of all that is placed, `margin` to each side.
    std::int32_t fit(const std::vector<Box>& boxes, std::int32_t least, std::int32_t margin) const {
        std::int32_t x = least;
        for (bool moved = true; moved;) {
            moved = false;
            for (const Box& b : boxes)
                for (const Box& q : m_placed)
                    if (b.y0 < q.y1 + kClear && q.y0 < b.y1 + kClear && b.x0 + x < q.x1 + margin &&
                        q.x0 < b.x1 + x + margin) {
                        x = upToGrid(q.x1 + margin - b.x0);
                        moved = true;
                    }
        }
        return x;
    }
    void add(const std::vector<Box>& boxes, std::int32_t x) {
        for (const Box& b : boxes)
            m_placed.push_back(b.moved({x, 0}));
    }
    Box bounds() const {
        Box all;
        for (const Box& b : m_placed)
            all.include(b);
        return all;
    }

private:
    static constexpr std::int32_t kClear = 8;
    std::vector<Box> m_placed;
};

/// A drawing wider than `widest` is cut into bands of about `band`.
struct PageWidth {
    std::int32_t widest;
    std::int32_t band;
};
constexpr PageWidth kTallPage{2600, 2000};
constexpr PageWidth kFlatPage{1900, 1600}; ///< one row of low columns fills a page badly
constexpr std::int32_t kFlat = 5;          ///< width to height from which a drawing is flat

class Placer {
public:
    Placer(const Model& model, const Structure& structure, const StopToken& stop)
        : m(model)
        , s(structure)
        , m_stop(stop)
        , m_columns(model, structure) {
        m_result.parts.resize(m.devices.size());
        m_result.footprints.resize(m.devices.size());
        m_result.texts.resize(m.devices.size());
        m_result.apart.resize(m.devices.size());
        m_result.band.resize(m.devices.size());
        for (const std::uint32_t d : s.sources)
            m_result.apart[d] = true;
    }

    Placement run() {
        collectGroups();
        const Order order = arrange(problem(), m_stop);
        for (std::size_t g = 0; g < m_groups.size(); ++g)
            if (order.flipped[g])
                flip(m_groups[g]);
        m_columns.chooseSides(roughPositions(order));
        pack(order);
        placeSources();
        return std::move(m_result);
    }

private:
    struct Group {
        enum class Kind : std::uint8_t { Columns, Bridge, Block } kind = Kind::Columns;
        std::uint32_t index = 0; ///< tree, bridge or device
        bool flipped = false;
    };

    void collectGroups() {
        for (std::uint32_t t = 0; t < m_columns.treeCount(); ++t)
            m_groups.push_back({Group::Kind::Columns, t});
        for (std::uint32_t b = 0; b < s.bridges.size(); ++b)
            m_groups.push_back({Group::Kind::Bridge, b});
        for (const std::uint32_t d : s.blocks)
            m_groups.push_back({Group::Kind::Block, d});
    }

    void flip(Group& group) {
        if (group.kind == Group::Kind::Columns)
            m_columns.mirror(group.index);
        else if (group.kind == Group::Kind::Bridge)
            group.flipped = true;
    }

    // --- the order from left to right ---------------------------------------------------------
    OrderProblem problem() const {
        OrderProblem p;
        p.nets.resize(m.nets.size());
        std::vector<bool> driven(m.nets.size());
        for (const std::uint32_t d : s.sources)
            for (const std::uint32_t n : m.devices[d].nets)
                driven[n] = true;
        for (std::size_t n = 0; n < m.nets.size(); ++n) {
            const Net& net = m.nets[n];
            auto& w = p.nets[n];
            const std::size_t pins = net.pins.size();
            w.span = net.rail() ? 0.0 : pins <= 3 ? 1.0 : pins <= 6 ? 0.7 : 0.35;
            if (driven[n])
                w.span *= 0.3; // named, not wired
            const bool fed = !net.rail() &&
                             std::any_of(net.pins.begin(), net.pins.end(), [&](const PinRef& ref) {
                                 return bearsSignal(m.devices[ref.device]);
                             });
            if (fed && !driven[n])
                w.toLeft = 0.5;
            else if (net.input || (driven[n] && !net.rail()))
                w.toLeft = 0.15;
            else if (net.output)
                w.toRight = 0.3;
        }
        for (const Group& g : m_groups)
            p.groups.push_back(describe(g));
        return p;
    }

    OrderProblem::Group describe(const Group& g) const {
        OrderProblem::Group out;
        const auto tap = [&](std::uint32_t d, std::uint32_t pin, std::int32_t dx, bool drives,
                             bool receives, int outward = 0) {
            const std::uint32_t n = m.devices[d].nets[pin];
            if (!m.nets[n].rail())
                out.taps.push_back({n, dx, drives, receives, outward});
        };
        switch (g.kind) {
        case Group::Kind::Columns: {
            const Box box = m_columns.treeBox(g.index);
            out.width = std::max(120, box.x1 - box.x0 + 40);
            for (const auto& [chain, dx] : m_columns.tree(g.index))
                for (const Link& l : s.chains[chain].links) {
                    const Device& d = m.devices[l.device];
                    if (!isTransistor(d)) {
                        const bool source = d.nets.size() == 4;
                        tap(l.device, l.first, dx, source, false);
                        tap(l.device, l.last, dx, source, false);
                        for (std::uint32_t pin = 2; pin < d.nets.size(); ++pin)
                            tap(l.device, pin, dx - 40, false, true);
                        continue;
                    }
                    const bool follower = m.nets[d.nets[0]].rail();
                    tap(l.device, 0, dx, true, false);
                    tap(l.device, 2, dx, follower, false);
                    tap(l.device, 1, dx + (m_columns.side(l.device) > 0 ? 40 : -40), false, true);
                }
            break;
        }
        case Group::Kind::Bridge: {
            const auto& links = s.bridges[g.index].links;
            out.width = static_cast<std::int32_t>(links.size()) * 80 + 40;
            tap(links.front().device, links.front().first, -out.width / 2 + 20, false, false, -1);
            tap(links.back().device, links.back().last, out.width / 2 - 20, false, false, 1);
            for (const Link& l : links) {
                const Device& d = m.devices[l.device];
                if (isTransistor(d))
                    tap(l.device, 1, 0, false, true);
                else if (d.kind == netlist::DeviceKind::Diode) // forward is to the right
                    for (const Link* end : {&links.front(), &links.back()}) {
                        const bool anode = (end == &links.front()) == (l.first == 0);
                        tap(end->device, end == &links.front() ? end->first : end->last,
                            end == &links.front() ? -20 : 20, !anode, anode);
                    }
                for (std::uint32_t pin = 2; pin < d.nets.size() && !isTransistor(d); ++pin)
                    tap(l.device, pin, 0, false, true);
            }
            break;
        }
        case Group::Kind::Block: {
            const Footprint f = footprint(m.symbols[m.devices[g.index].symbol], {});
            out.width = f.body.x1 - f.body.x0 + 80;
            const bool controlled = m.devices[g.index].nets.size() == 4 && f.pins.size() == 4;
            for (std::uint32_t p = 0; p < f.pins.size() && p < m.devices[g.index].nets.size(); ++p)
                tap(g.index, p, f.pins[p].x, controlled ? p < 2 : f.pins[p].x > 0, f.pins[p].x < 0);
            break;
        }
        }
        return out;
    }

    /// Where each device is, more or less, once the order is known.
    std::vector<std::int32_t> roughPositions(const Order& order) const {
        std::vector<std::int32_t> x(m.devices.size(), std::numeric_limits<std::int32_t>::min());
        std::int32_t at = 0;
        for (const std::uint32_t gi : order.sequence) {
            const Group& g = m_groups[gi];
            const std::int32_t width = describe(g).width;
            const std::int32_t middle = at + width / 2;
            at += width;
            if (g.kind == Group::Kind::Columns) {
                for (const auto& [chain, dx] : m_columns.tree(g.index))
                    for (const Link& l : s.chains[chain].links)
                        x[l.device] = middle + dx;
            } else if (g.kind == Group::Kind::Bridge) {
                for (const Link& l : s.bridges[g.index].links)
                    x[l.device] = middle;
            } else {
                x[g.index] = middle;
            }
        }
        return x;
    }

    // --- packing ------------------------------------------------------------------------------
    void put(std::uint32_t d, Pt at, Orientation o) {
        m_result.parts[d] = {at, o, true};
        m_result.band[d] = m_band;
        m_result.footprints[d] = footprint(m.symbols[m.devices[d].symbol], o);
        m_result.texts[d] = layoutTexts(m, m.devices[d], o).boxes;
        for (Box& box : m_result.texts[d])
            if (!box.empty())
                box = box.moved(at);
    }

    /// Places where a net can be met at height y without a bend: the vertical wires of columns.
    struct Span {
        std::int32_t y0, y1;
    };
    void collectSpans() {
        m_spans.assign(m.nets.size(), {});
        for (std::uint32_t t = 0; t < m_columns.treeCount(); ++t)
            for (const auto& [chain, dx] : m_columns.tree(t)) {
                const auto& links = s.chains[chain].links;
                for (std::size_t i = 0; i <= links.size(); ++i) {
                    const std::int32_t above =
                        i == 0 ? m_columns.pinY(links[0].device, links[0].first)
                               : m_columns.pinY(links[i - 1].device, links[i - 1].last);
                    const std::int32_t below =
                        i == links.size() ? above : m_columns.pinY(links[i].device, links[i].first);
                    const std::uint32_t net =
                        i < links.size() ? m.devices[links[i].device].nets[links[i].first]
                                         : m.devices[links[i - 1].device].nets[links[i - 1].last];
                    m_spans[net].push_back({std::min(above, below), std::max(above, below)});
                }
                for (const Link& l : links)
                    if (isTransistor(m.devices[l.device])) {
                        const std::int32_t y = m_columns.pinY(l.device, 1);
                        m_spans[m.devices[l.device].nets[1]].push_back({y, y});
                    }
            }
    }
    std::int32_t distance(std::uint32_t net, std::int32_t y) const {
        std::int32_t best = std::numeric_limits<std::int32_t>::max();
        for (const Span& span : m_spans[net])
            best = std::min(best, y < span.y0 ? span.y0 - y : y > span.y1 ? y - span.y1 : 0);
        return best == std::numeric_limits<std::int32_t>::max() ? 0 : best;
    }
    /// How far y is from the middle of the wire it would meet: a weak wish.
    double offCentre(std::uint32_t net, std::int32_t y) const {
        double best = 1e9;
        for (const Span& span : m_spans[net])
            if (y >= span.y0 && y <= span.y1)
                best = std::min(best, std::abs(y - (span.y0 + span.y1) / 2.0));
        return best < 1e9 ? best : 0;
    }

    /// A small step between neighbours is no harm, a long way is.
    static double bendCost(std::int32_t away) {
        return away <= 60 ? 0.25 * away : std::min(away - 45, 200);
    }

    void pack(const Order& order) {
        collectSpans();
        const std::vector<std::int32_t> gaps = channelGaps(order);
        const std::vector<std::size_t> breaks = bandBreaks(order);
        std::int32_t least = 0;
        std::size_t band = 0;
        for (std::size_t i = 0; i < order.sequence.size(); ++i) {
            if (band < breaks.size() && breaks[band] == i) {
                finishBand();
                least = 0;
                ++band;
                m_band = static_cast<int>(band);
            }
            const Group& g = m_groups[order.sequence[i]];
            const std::int32_t margin = gaps[i];
            switch (g.kind) {
            case Group::Kind::Columns: {
                const std::vector<Box> boxes = m_columns.treeBoxes(g.index);
                const std::int32_t x = m_packer.fit(boxes, least, margin);
                m_packer.add(boxes, x);
                for (const auto& [chain, dx] : m_columns.tree(g.index))
                    for (const Link& l : s.chains[chain].links)
                        put(l.device, m_columns.at(l.device, x + dx),
                            m_columns.orientation(l.device));
                least = x + kGrid;
                break;
            }
            case Group::Kind::Bridge:
                packBridge(g, least, margin);
                break;
            case Group::Kind::Block:
                least = packBlock(g.index, least, margin) + kGrid;
                break;
            }
        }
        finishBand();
    }

    /// Moves what was packed to its strip of the sheet, below all that stands so far.
    void finishBand() {
        const Box all = m_packer.bounds();
        if (all.empty())
            return;
        const std::int32_t down = m_all.empty() ? 0 : upToGrid(m_all.y1 + 90 - all.y0);
        for (std::uint32_t d = 0; d < m.devices.size(); ++d) {
            if (!m_result.parts[d].placed || m_result.band[d] != m_band)
                continue;
            m_result.parts[d].at.y += down;
            for (Box& text : m_result.texts[d])
                if (!text.empty())
                    text = text.moved({0, down});
        }
        m_all.include(all.moved({0, down}));
        if (m_band == 0)
            m_firstBottom = onGrid(all.y1);
        m_packer = {};
        m_lastBlock.reset();
    }

    /// Where a drawing too wide for a page goes on below: at the places that cut the fewest wires.
    std::vector<std::size_t> bandBreaks(const Order& order) const {
        std::int32_t total = 0;
        std::vector<std::int32_t> before;
        std::vector<std::size_t> place(m_groups.size());
        for (std::size_t i = 0; i < order.sequence.size(); ++i) {
            before.push_back(total);
            place[order.sequence[i]] = i;
            total += describe(m_groups[order.sequence[i]]).width;
        }
        const Box columns = m_columns.bounds();
        const std::int32_t height = columns.empty() ? 0 : columns.y1 - columns.y0;
        const PageWidth page = total > kFlat * height ? kFlatPage : kTallPage;
        if (total <= page.widest)
            return {};
        const OrderProblem weights = problem();
        std::vector<double> cut(m_groups.size() + 1);
        for (std::size_t n = 0; n < m.nets.size(); ++n) {
            std::size_t low = m_groups.size();
            std::size_t high = 0;
            for (std::size_t g = 0; g < m_groups.size(); ++g)
                for (const auto& tap : weights.groups[g].taps)
                    if (tap.net == n) {
                        low = std::min(low, place[g]);
                        high = std::max(high, place[g]);
                    }
            for (std::size_t i = low + 1; i <= high && low < high; ++i)
                cut[i] += weights.nets[n].span;
        }
        const int bands = (total + page.band - 1) / page.band;
        std::vector<std::size_t> breaks;
        for (int b = 1; b < bands; ++b) {
            const std::int32_t wish = total / bands * b;
            std::size_t best = 0;
            double least = std::numeric_limits<double>::max();
            for (std::size_t i = breaks.empty() ? 1 : breaks.back() + 1; i < before.size(); ++i) {
                const double away = std::abs(before[i] - wish) / static_cast<double>(page.band);
                const double cost = cut[i] + 12 * away * away;
                if (cost < least) {
                    least = cost;
                    best = i;
                }
            }
            if (best > 0)
                breaks.push_back(best);
        }
        return breaks;
    }

    /// Room between neighbours grows with the nets that pass.
    std::vector<std::int32_t> channelGaps(const Order& order) const {
        std::vector<std::size_t> place(m_groups.size());
        for (std::size_t i = 0; i < order.sequence.size(); ++i)
            place[order.sequence[i]] = i;
        std::vector<std::size_t> low(m.nets.size(), m_groups.size());
        std::vector<std::size_t> high(m.nets.size(), 0);
        std::vector<bool> seen(m.nets.size());
        for (std::size_t g = 0; g < m_groups.size(); ++g)
            for (const auto& tap : describe(m_groups[g]).taps) {
                low[tap.net] = std::min(low[tap.net], place[g]);
                high[tap.net] = std::max(high[tap.net], place[g]);
                seen[tap.net] = true;
            }
        std::vector<std::int32_t> gaps(m_groups.size(), 30);
        for (std::size_t n = 0; n < m.nets.size(); ++n)
            if (seen[n] && high[n] - low[n] < 5)
                for (std::size_t i = low[n] + 1; i <= high[n]; ++i)
                    gaps[i] += 5;
        for (std::int32_t& gap : gaps)
            gap = std::min(onGrid(gap), 70);
        return gaps;
    }

    Orientation lying(const Link& l) const {
        const Device& d = m.devices[l.device];
        Orientation best;
        for (std::uint8_t q = 0; q < 4; ++q)
            for (const bool mirror : {false, true}) {
                const Orientation o{q, mirror};
                const Footprint f = footprint(m.symbols[d.symbol], o);
                if (f.pins[l.first].x >= f.pins[l.last].x || f.pins[l.first].y != f.pins[l.last].y)
                    continue;
                if (!isTransistor(d)) {
                    if (!mirror)
                        return o;
                } else if ((f.leaving[1].y < 0) == (d.polarity == 'p')) {
                    return o;
                }
            }
        return best;
    }

    void packBridge(const Group& g, std::int32_t least, std::int32_t margin) {
        std::vector<Link> links = s.bridges[g.index].links;
        if (g.flipped) {
            std::reverse(links.begin(), links.end());
            for (Link& l : links)
                std::swap(l.first, l.last);
        }
        struct Seat {
            std::uint32_t device;
            Pt at;
            Orientation o;
        };
        std::vector<Seat> seats;
        std::vector<Box> boxes;
        std::int32_t x = 0;
        for (const Link& l : links) {
            const Orientation o = lying(l);
            const Footprint f = footprint(m.symbols[m.devices[l.device].symbol], o);
            Box box = f.body;
            box.include(layoutTexts(m, m.devices[l.device], o).box());
            std::int32_t shift = x - f.pins[l.first].x;
            if (!seats.empty()) // texts of neighbours side by side
                shift = std::max(shift, upToGrid(boxes.back().x1 + 10 - box.x0));
            const Pt at{shift, -f.pins[l.first].y};
            seats.push_back({l.device, at, o});
            boxes.push_back(box.moved(at));
            x = at.x + f.pins[l.last].x;
        }
        const std::uint32_t left = m.devices[links.front().device].nets[links.front().first];
        const std::uint32_t right = m.devices[links.back().device].nets[links.back().last];
        // Try every height: bends of the wires against distance from the place in the order.
        double best = std::numeric_limits<double>::max();
        Pt place;
        const Box all = m_columns.bounds();
        const std::int32_t top = all.empty() ? 0 : onGrid(all.y0) - 60;
        const std::int32_t bottom = all.empty() ? 0 : onGrid(all.y1) + 60;
        for (std::int32_t y = top; y <= bottom; y += kGrid) {
            std::vector<Box> moved = boxes;
            for (Box& b : moved)
                b = b.moved({0, y});
            const std::int32_t at = m_packer.fit(moved, least, margin);
            const double cost =
                1.5 * distance(left, y) + 1.5 * distance(right, y) +
                3.0 * (std::min(distance(left, y), 10) + std::min(distance(right, y), 10)) +
                0.1 * (offCentre(left, y) + offCentre(right, y)) + 0.4 * (at - least) +
                (y == top || y == bottom ? 30 : 0);
            if (cost < best) {
                best = cost;
                place = {at, y};
            }
        }
        for (Box& b : boxes)
            b = b.moved({0, place.y});
        m_packer.add(boxes, place.x);
        for (const Seat& seat : seats)
            put(seat.device, {seat.at.x + place.x, seat.at.y + place.y}, seat.o);
        m_spans[left].push_back({place.y, place.y});
        m_spans[right].push_back({place.y, place.y});
        // What hangs between the links of a line can be met at this height, too.
    }

    std::int32_t packBlock(std::uint32_t d, std::int32_t least, std::int32_t margin) {
        const Device& device = m.devices[d];
        const Footprint f = footprint(m.symbols[device.symbol], {});
        Box box = f.body;
        box.include(layoutTexts(m, device, {}).box());
        // Supply signs and names of nets that are not wired stand around the box.
        for (std::uint32_t pin = 0; pin < device.nets.size(); ++pin) {
            const Net& net = m.nets[device.nets[pin]];
            const Pt end{f.pins[pin].x +
                             f.leaving[pin].x * (net.rail() ? 30 + textWidth(net.text) : 40),
                         f.pins[pin].y + f.leaving[pin].y * 35};
            box.include(end);
        }
        double best = std::numeric_limits<double>::max();
        Pt place;
        const Box all = m_packer.bounds();
        const std::int32_t wish = m_lastBlock ? *m_lastBlock : onGrid((all.y0 + all.y1) / 2);
        const std::int32_t top = all.empty() ? 0 : onGrid(all.y0) - 200;
        const std::int32_t bottom = all.empty() ? 0 : onGrid(all.y1) + 200;
        for (std::int32_t y = top; y <= bottom; y += kGrid) {
            const std::int32_t at = m_packer.fit({box.moved({0, y})}, least, margin);
            double cost = 0.2 * (at - least) + 0.3 * std::abs(y - wish);
            for (std::uint32_t p = 0; p < device.nets.size(); ++p)
                if (const std::uint32_t n = device.nets[p]; !m.nets[n].rail())
                    cost += bendCost(distance(n, y + f.pins[p].y));
            if (cost < best) {
                best = cost;
                place = {at, y};
            }
        }
        m_packer.add({box.moved({0, place.y})}, place.x);
        m_lastBlock = place.y;
        put(d, place, {});
        for (std::uint32_t p = 0; p < device.nets.size(); ++p)
            m_spans[device.nets[p]].push_back({place.y + f.pins[p].y, place.y + f.pins[p].y});
        return place.x;
    }

    /// Where the block of stimuli and supplies stands, and how many stand side by side in it.
    struct SourceGrid {
        std::size_t columns = 1;
        bool below = false;
    };
    static constexpr std::int32_t kSourceRow = 130;

    /// The block that leaves the drawing largest on a page of 4:3, at the left of the circuit or
    /// below it; of equal ones that with the least paper.
    SourceGrid sourceGrid(std::size_t count, std::int32_t pitch) const {
        constexpr std::size_t kMaxColumns = 40;
        const std::int64_t width = m_all.empty() ? 0 : m_all.x1 - m_all.x0;
        const std::int64_t height = m_all.empty() ? 0 : m_all.y1 - m_all.y0;
        SourceGrid best;
        auto least = std::pair(std::numeric_limits<std::int64_t>::max(), std::int64_t{0});
        for (std::size_t c = 1; c <= std::min(count, kMaxColumns); ++c) {
            const std::int64_t w = pitch * static_cast<std::int64_t>(c);
            const std::int64_t h = kSourceRow * static_cast<std::int64_t>((count + c - 1) / c);
            for (const bool below : {false, true}) {
                const std::int64_t x = below ? std::max(width, w) : width + 40 + w;
                const std::int64_t y = below ? height + 50 + h : std::max(height, h);
                const auto cost = std::pair(std::max(3 * x, 4 * y), x * y);
                if (cost < least) {
                    least = cost;
                    best = {c, below};
                }
            }
        }
        return best;
    }

    /// Stimuli and supplies in a block of their own, from a named net to ground.
    void placeSources() {
        if (s.sources.empty())
            return;
        m_band = -1;
        const Box& all = m_all;
        const std::size_t count = s.sources.size();
        std::int32_t pitch = 70;
        for (const std::uint32_t d : s.sources) {
            const Device& device = m.devices[d];
            const auto name = [&](std::size_t pin) {
                return m.nets[device.nets[pin]].rail() ? 0
                                                       : textWidth(m.nets[device.nets[pin]].text);
            };
            pitch = std::max(
                pitch, upToGrid(std::max(textWidth(device.value), textWidth(device.name)) + 60));
            pitch = std::max(pitch, upToGrid(std::max(name(0), name(1)) + 40));
        }
        const SourceGrid grid = sourceGrid(count, pitch);
        const auto columns = static_cast<std::int32_t>(grid.columns);
        const auto rows = static_cast<std::int32_t>((count + grid.columns - 1) / grid.columns);
        const std::int32_t top = all.empty()  ? 0
                                 : grid.below ? onGrid(all.y1) + 110
                                              : m_firstBottom - 60 - kSourceRow * (rows - 1);
        const std::int32_t left =
            (all.empty() ? 0 : onGrid(all.x0)) + (grid.below ? 0 : -40 - pitch * columns);
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint32_t d = s.sources[i];
            const Device& device = m.devices[d];
            const Net& p = m.nets[device.nets[0]];
            const Net& n = m.nets[device.nets[1]];
            const auto rank = [](const Net& net) {
                return net.top                         ? 3
                       : net.role == NetRole::Signal   ? 2
                       : net.role == NetRole::Negative ? 1
                                                       : 0;
            };
            const bool upsideDown = rank(n) > rank(p);
            const auto row = static_cast<std::int32_t>(i / grid.columns);
            const auto column = static_cast<std::int32_t>(i % grid.columns);
            put(d, {left + 20 + pitch * column, top + kSourceRow * row},
                {static_cast<std::uint8_t>(upsideDown ? 2 : 0), false});
        }
    }

    const Model& m;
    const Structure& s;
    const StopToken& m_stop;
    Columns m_columns;
    std::vector<Group> m_groups;
    std::vector<std::vector<Span>> m_spans;
    Packer m_packer;
    std::optional<std::int32_t> m_lastBlock;
    int m_band = 0;
    Box m_all; ///< all bands
    std::int32_t m_firstBottom = 0;
    Placement m_result;
};

} // namespace

TextLayout layoutTexts(const Model& model, const Device& device, Orientation orientation) {
    const Symbol& symbol = model.symbols[device.symbol];
    SymbolInstance instance;
    instance.orientation = orientation;
    if (device.kind == netlist::DeviceKind::Mosfet && symbol.pins.size() == 4 && !device.block &&
        (orientation.quarterTurns & 1) == 0) {
        // The bulk's wire or name stands between the two lines.
        const std::int32_t out = orientation.quarterTurns == 0 ? 1 : -1;
        instance.nameSlot = {{34, -14 * out}, TextAnchor::Left};
        instance.valueSlot = {{34, 14 * out}, TextAnchor::Left};
    } else {
        placeTexts(instance, symbol);
    }
    TextLayout layout{instance.nameSlot, instance.valueSlot, {}};
    const auto measure = [&](Box& out, const TextSlot& slot, std::string_view text) {
        if (text.empty())
            return;
        const Pt at = orientation.apply(slot.at);
        const std::int32_t w = textWidth(text);
        const std::int32_t h = 12;
        Box box{at.x, at.y - h / 2, at.x + w, at.y + h / 2};
        const TextAnchor anchor = turnedAnchor(slot.anchor, orientation);
        const int ax = anchor == TextAnchor::Left || anchor == TextAnchor::TopLeft ||
                               anchor == TextAnchor::BottomLeft
                           ? 0
                       : anchor == TextAnchor::Right || anchor == TextAnchor::TopRight ||
                               anchor == TextAnchor::BottomRight
                           ? 2
                           : 1;
        const bool above = anchor == TextAnchor::Bottom || anchor == TextAnchor::BottomLeft ||
                           anchor == TextAnchor::BottomRight;
        const bool below = anchor == TextAnchor::Top || anchor == TextAnchor::TopLeft ||
                           anchor == TextAnchor::TopRight;
        box = box.moved({-w * ax / 2, above ? -h / 2 : below ? h / 2 : 0});
        out = box;
    };
    measure(layout.boxes[0], layout.name, device.name);
    measure(layout.boxes[1], layout.value, device.value);
    return layout;
}

Placement placeDevices(const Model& model, const Structure& structure, const StopToken& stop) {
    return Placer(model, structure, stop).run();
}

} // namespace ohm::schematic::draw
