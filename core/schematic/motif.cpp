// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/motif.h"

#include <cmath>
#include <numeric>

namespace ohm::schematic::draw {
namespace {

using netlist::DeviceKind;
using netlist::kNone;

/// From this many on, capacitors to ground are drawn apart, by net name.
constexpr std::size_t kManyShunts = 6;

/// A transistor, or two-terminal devices in series with nothing hanging between them.
struct Item {
    std::vector<Link> links; ///< top to bottom once `oriented`
    bool transistor = false;
    bool capacitive = false;
    bool oriented = false;       ///< certainly vertical: a transistor or an end at a supply
    bool candidate = false;      ///< vertical only if stacked at both ends
    std::uint32_t above = kNone; ///< item stacked on top of this one
    std::uint32_t below = kNone;
    bool topTaken = false; ///< its top end joins a tail instead
    bool bottomTaken = false;
    bool paired = false;
};

class Finder {
public:
    explicit Finder(const Model& model)
        : m(model)
        , m_itemOf(model.devices.size(), kNone) {}

    Structure run() {
        m_out.style.assign(m.devices.size(), Style::Block);
        m_out.chainOf.assign(m.devices.size(), kNone);
        findSources();
        collectTransistors();
        collectBranches();
        findPairs();
        stack();
        emitLines();
        emitForks();
        return std::move(m_out);
    }

private:
    std::uint32_t topNet(const Item& i) const { return netOf(i.links.front(), true); }
    std::uint32_t bottomNet(const Item& i) const { return netOf(i.links.back(), false); }
    std::uint32_t netOf(const Link& l, bool first) const {
        return m.devices[l.device].nets[first ? l.first : l.last];
    }

    void findSources() {
        for (std::uint32_t d = 0; d < m.devices.size(); ++d) {
            const Device& device = m.devices[d];
            if (device.block)
                m_out.blocks.push_back(d);
            else if (isStimulus(device)) {
                m_out.style[d] = Style::Source;
                m_out.sources.push_back(d);
            }
        }
        // Load and wiring capacitors on every other net would tear the drawing apart.
        std::vector<std::uint32_t> shunts;
        for (std::uint32_t d = 0; d < m.devices.size(); ++d) {
            const Device& device = m.devices[d];
            if (device.kind != DeviceKind::Capacitor || !isTwoTerminal(device))
                continue;
            const Net& a = m.nets[device.nets[0]];
            const Net& b = m.nets[device.nets[1]];
            const Net& live = a.rail() ? b : a;
            if (a.rail() != b.rail() ? live.pins.size() > 3 && !live.output : a.rail())
                shunts.push_back(d);
        }
        if (shunts.size() >= kManyShunts)
            for (const std::uint32_t d : shunts) {
                m_out.style[d] = Style::Source;
                m_out.sources.push_back(d);
            }
    }

    /// A voltage source that holds a net against a supply and is better named than wired.
    bool isStimulus(const Device& d) const {
        if (!isTwoTerminal(d) || d.kind != DeviceKind::VoltageSource)
            return false;
        const Net& p = m.nets[d.nets[0]];
        const Net& n = m.nets[d.nets[1]];
        if (p.rail() && n.rail())
            return true;
        if (!p.rail() && !n.rail())
            return false;
        const Net& driven = p.rail() ? n : p;
        std::size_t drawing = 0; // terminals that a wire from the source would serve
        for (const PinRef& ref : driven.pins) {
            std::uint32_t a = 0;
            std::uint32_t b = 0;
            const Device& other = m.devices[ref.device];
            if (&other == &d)
                continue;
            if ((conduction(other, a, b) && (ref.pin == a || ref.pin == b)) ||
                other.kind == DeviceKind::Capacitor)
                ++drawing;
        }
        return drawing == 0 || driven.pins.size() > 4;
    }

    void collectTransistors() {
        for (std::uint32_t d = 0; d < m.devices.size(); ++d) {
            const Device& device = m.devices[d];
            if (!isTransistor(device))
                continue;
            Item item;
            item.transistor = item.oriented = true;
            item.links.push_back(transistorLink(d));
            m_itemOf[d] = static_cast<std::uint32_t>(m_items.size());
            m_items.push_back(std::move(item));
        }
    }

    Link transistorLink(std::uint32_t d) const {
        const Device& device = m.devices[d];
        const Net& drain = m.nets[device.nets[0]];
        const Net& source = m.nets[device.nets[2]];
        bool drainOnTop = device.polarity != 'p';
        const bool drainHigh = drain.top;
        const bool sourceHigh = source.top;
        const bool drainLow = drain.rail() && !drainHigh && !drain.middle;
        const bool sourceLow = source.rail() && !sourceHigh && !source.middle;
        if ((drainHigh && !sourceHigh) || (sourceLow && !drainLow))
            drainOnTop = true;
        else if ((sourceHigh && !drainHigh) || (drainLow && !sourceLow))
            drainOnTop = false;
        else if (std::abs(drain.potential - source.potential) > 0.12 && !drain.rail())
            drainOnTop = drain.potential > source.potential;
        return drainOnTop ? Link{d, 0, 2} : Link{d, 2, 0};
    }

    bool branchDevice(std::uint32_t d) const {
        return isTwoTerminal(m.devices[d]) && m_out.style[d] != Style::Source;
    }

    /// The other device at a net that only two branch devices share.
    std::uint32_t seriesPartner(std::uint32_t d, std::uint32_t net) const {
        const Net& n = m.nets[net];
        if (n.rail() || n.port || n.pins.size() != 2)
            return kNone;
        const PinRef& ref = n.pins[0].device == d ? n.pins[1] : n.pins[0];
        return ref.device != d && ref.pin < 2 && branchDevice(ref.device) ? ref.device : kNone;
    }

    void collectBranches() {
        for (std::uint32_t start = 0; start < m.devices.size(); ++start) {
            if (!branchDevice(start) || m_itemOf[start] != kNone)
                continue;
            // Back to one end of the series line, then forward along it.
            std::uint32_t d = start;
            std::uint32_t enter = 0;
            for (std::size_t steps = 0; steps < m.devices.size(); ++steps) {
                const std::uint32_t previous = seriesPartner(d, m.devices[d].nets[enter]);
                if (previous == kNone || previous == start)
                    break;
                enter = m.devices[previous].nets[0] == m.devices[d].nets[enter] ? 1U : 0U;
                d = previous;
            }
            Item item;
            const auto id = static_cast<std::uint32_t>(m_items.size());
            while (d != kNone && m_itemOf[d] == kNone) {
                m_itemOf[d] = id;
                item.links.push_back({d, enter, 1U - enter});
                const std::uint32_t net = m.devices[d].nets[1U - enter];
                const std::uint32_t next = seriesPartner(d, net);
                if (next != kNone)
                    enter = m.devices[next].nets[0] == net ? 0U : 1U;
                d = next;
            }
            addBranch(std::move(item));
        }
    }

    /// A signal source at the foot of a series line: what follows it carries the signal onwards.
    bool signalSource(std::uint32_t d) const {
        const Device& device = m.devices[d];
        if (device.kind != DeviceKind::VoltageSource && device.kind != DeviceKind::Vcvs &&
            device.kind != DeviceKind::Behavioural && device.kind != DeviceKind::Ccvs)
            return false;
        if (device.kind != DeviceKind::VoltageSource || bearsSignal(device))
            return true;
        // "v1" is the input only where no other source says that it is.
        const bool plain = device.name == "v1" || device.name == "vs" || device.name == "v";
        return plain && std::none_of(m.devices.begin(), m.devices.end(),
                                     [](const Device& other) { return bearsSignal(other); });
    }

    /// The last step of a ladder: the line is one more element in front of what its neighbour at
    /// the same net has down to the rail.
    bool ladderEnd(const Item& item, bool railFirst) const {
        std::string kinds;
        for (const Link& l : item.links)
            kinds += static_cast<char>('a' + static_cast<int>(m.devices[l.device].kind));
        if (railFirst)
            std::reverse(kinds.begin(), kinds.end()); // from the signal to the rail
        const Link& head = railFirst ? item.links.back() : item.links.front();
        const auto kind = m.devices[head.device].kind;
        if (kind != DeviceKind::Resistor && kind != DeviceKind::Inductor)
            return false;
        const std::uint32_t net = netOf(head, !railFirst);
        for (const PinRef& ref : m.nets[net].pins) {
            if (ref.device == head.device || ref.pin > 1 || !branchDevice(ref.device))
                continue;
            std::string other;
            std::uint32_t d = ref.device;
            std::uint32_t enter = ref.pin;
            for (std::size_t i = 0; i < kinds.size() && d != kNone; ++i) {
                other += static_cast<char>('a' + static_cast<int>(m.devices[d].kind));
                const std::uint32_t next = m.devices[d].nets[1U - enter];
                if (m.nets[next].rail() && other == kinds.substr(1))
                    return true;
                d = seriesPartner(d, next);
                if (d != kNone)
                    enter = m.devices[d].nets[0] == next ? 0U : 1U;
            }
        }
        return false;
    }

    /// Cuts a series line where a designer would bend it, and takes the pieces as items.
    void addBranch(Item item) {
        std::vector<std::size_t> cuts; // before these links
        const std::size_t count = item.links.size();
        const bool railFirst = m.nets[topNet(item)].rail();
        const bool railLast = m.nets[bottomNet(item)].rail();
        const bool loop =
            railFirst && railLast && m.nets[topNet(item)].top == m.nets[bottomNet(item)].top;
        if (count > 1 && (railFirst && (loop || signalSource(item.links.front().device))))
            cuts.push_back(1);
        if (count > 1 && (railLast && (loop || signalSource(item.links.back().device))) &&
            (cuts.empty() || count > 2))
            cuts.push_back(count - 1);
        if (cuts.empty() && count > 1 && railFirst != railLast && ladderEnd(item, railFirst))
            cuts.push_back(railFirst ? count - 1 : 1);
        // An output in the middle of the line, as behind a coupling capacitor.
        for (std::size_t i = 1; i < count && cuts.empty() && railFirst != railLast; ++i)
            if (m.nets[netOf(item.links[i], true)].output)
                cuts.push_back(i);
        cuts.push_back(count);
        std::size_t from = 0;
        for (const std::size_t to : cuts) {
            Item piece;
            const auto id = static_cast<std::uint32_t>(m_items.size());
            for (std::size_t i = from; i < to; ++i) {
                const Link& l = item.links[i];
                piece.links.push_back(l);
                piece.capacitive |= m.devices[l.device].kind == DeviceKind::Capacitor;
                m_itemOf[l.device] = id;
            }
            orient(piece);
            m_items.push_back(std::move(piece));
            from = to;
        }
    }

    void orient(Item& item) const {
        const Net& a = m.nets[topNet(item)];
        const Net& b = m.nets[bottomNet(item)];
        // Capacitors and sources stand on ground even where it is the upper rail.
        bool grounded = true;
        for (const Link& l : item.links)
            grounded &= m.devices[l.device].kind == DeviceKind::Capacitor ||
                        m.devices[l.device].kind == DeviceKind::VoltageSource;
        const auto height = [grounded](const Net& net) {
            if (!net.rail())
                return net.potential;
            return net.top && !(grounded && net.role == NetRole::Ground) ? 2.0
                   : net.role == NetRole::Ground                         ? -1.0
                                                                         : -2.0;
        };
        bool flip = height(b) > height(a);
        if (item.links.size() == 1 && m.devices[item.links[0].device].nets.size() > 2) {
            item.oriented = true; // a controlled source has its inputs at the side
            flip = item.links[0].first != 0 && !a.rail() && !b.rail() ? true : flip;
        } else if (!a.rail() && !b.rail()) {
            // A diode and a current source say themselves where the current goes.
            const double difference = std::abs(a.potential - b.potential);
            item.candidate = !item.capacitive && difference > 1e-3;
        } else {
            item.oriented = true;
        }
        if (flip) {
            std::reverse(item.links.begin(), item.links.end());
            for (Link& link : item.links)
                std::swap(link.first, link.last);
        }
    }

    // --- differential pairs -------------------------------------------------------------------
    void itemsAt(std::uint32_t net, std::vector<std::uint32_t>& above,
                 std::vector<std::uint32_t>& below) const {
        above.clear();
        below.clear();
        std::vector<std::uint32_t> seen;
        for (const PinRef& ref : m.nets[net].pins) {
            const std::uint32_t i = m_itemOf[ref.device];
            if (i == kNone || std::find(seen.begin(), seen.end(), i) != seen.end())
                continue;
            seen.push_back(i);
            const Item& item = m_items[i];
            if (item.capacitive || (!item.oriented && !item.candidate) ||
                topNet(item) == bottomNet(item))
                continue;
            if (bottomNet(item) == net)
                above.push_back(i);
            else if (topNet(item) == net)
                below.push_back(i);
        }
    }

    void findPairs() {
        std::vector<std::uint32_t> above;
        std::vector<std::uint32_t> below;
        for (std::uint32_t n = 0; n < m.nets.size(); ++n) {
            if (m.nets[n].rail())
                continue;
            itemsAt(n, above, below);
            tryPair(n, above, below, true);
            tryPair(n, below, above, false);
        }
    }

    /// Without one tail, sources of both polarities or a gate on the net tell of switches, not of a
    /// differential pair.
    bool switched(std::uint32_t net, bool nType) const {
        return std::any_of(
            m.nets[net].pins.begin(), m.nets[net].pins.end(), [&](const PinRef& ref) {
                const Device& d = m.devices[ref.device];
                return isTransistor(d) &&
                       (ref.pin == 1 || (ref.pin == 2 && (d.polarity != 'p') != nType));
            });
    }

    void tryPair(std::uint32_t net, const std::vector<std::uint32_t>& members,
                 const std::vector<std::uint32_t>& tails, bool tailBelow) {
        std::vector<std::uint32_t> group; // transistors with their source on this net
        for (const std::uint32_t i : members) {
            const Item& item = m_items[i];
            if (!item.transistor || item.paired)
                continue;
            const Device& d = m.devices[item.links[0].device];
            if (d.nets[2] == net && (d.polarity != 'p') == tailBelow && !m.nets[d.nets[1]].rail() &&
                d.nets[1] != net)
                group.push_back(i);
        }
        double best = 0;
        std::pair<std::uint32_t, std::uint32_t> pair{kNone, kNone};
        for (std::size_t i = 0; i < group.size(); ++i)
            for (std::size_t j = i + 1; j < group.size(); ++j) {
                const Device& a = m.devices[m_items[group[i]].links[0].device];
                const Device& b = m.devices[m_items[group[j]].links[0].device];
                if (a.kind != b.kind || a.nets[1] == b.nets[1] || a.nets[0] == b.nets[0])
                    continue;
                const bool crossed = a.nets[1] == b.nets[0] && b.nets[1] == a.nets[0];
                double score = 1.0 + (a.value == b.value ? 1.0 : 0.0) +
                               (a.master == b.master ? 1.0 : 0.0) + (crossed ? 2.0 : 0.0) +
                               (m.nets[a.nets[1]].input ? 0.5 : 0.0) +
                               (m.nets[b.nets[1]].input ? 0.5 : 0.0) -
                               (diodeConnected(a) != diodeConnected(b) ? 1.5 : 0.0);
                // A device whose drain sits on a supply is half a pair at best.
                score -= m.nets[a.nets[0]].rail() != m.nets[b.nets[0]].rail() ? 0.25 : 0.0;
                if (score > best) {
                    best = score;
                    pair = {group[i], group[j]};
                }
            }
        if (pair.first == kNone || (tails.size() != 1 && switched(net, tailBelow)))
            return;
        std::uint32_t tail = kNone;
        if (tails.size() == 1 && !m_items[tails[0]].candidate &&
            !(tailBelow ? m_items[tails[0]].topTaken : m_items[tails[0]].bottomTaken))
            tail = tails[0];
        for (const std::uint32_t i : {pair.first, pair.second}) {
            m_items[i].paired = true;
            (tailBelow ? m_items[i].bottomTaken : m_items[i].topTaken) = true;
        }
        if (tail != kNone)
            (tailBelow ? m_items[tail].topTaken : m_items[tail].bottomTaken) = true;
        m_pairs.push_back({pair.first, pair.second, tail, tailBelow});
    }

    /// A net that no rail and no further current reaches.
    bool deadEnd(std::uint32_t net) const {
        if (m.nets[net].rail())
            return false;
        int conducting = 0;
        for (const PinRef& ref : m.nets[net].pins) {
            std::uint32_t a = 0;
            std::uint32_t b = 0;
            const Device& d = m.devices[ref.device];
            conducting += d.block || (conduction(d, a, b) && (ref.pin == a || ref.pin == b));
        }
        return conducting < 2;
    }

    // --- stacking -----------------------------------------------------------------------------
    double stackScore(const Item& upper, const Item& lower, std::uint32_t net) const {
        double score = 4;
        if (upper.transistor && lower.transistor) {
            const Device& a = m.devices[upper.links[0].device];
            const Device& b = m.devices[lower.links[0].device];
            const bool cascode = a.polarity == b.polarity && a.kind == b.kind;
            score = cascode ? 10 : 8;
            score += diodeConnected(a) || diodeConnected(b) ? 0.5 : 0.0;
            // A pass gate leads nowhere: it does not stand in a direct-current path.
            if (deadEnd(topNet(upper)) || deadEnd(bottomNet(lower)))
                score -= 6;
        } else if (upper.transistor || lower.transistor) {
            const Item& branch = upper.transistor ? lower : upper;
            score = branch.candidate ? 5 : 7;
        }
        score += upper.paired || lower.paired ? 1.0 : 0.0;
        score += m.nets[net].pins.size() == 2 ? 3.0 : 0.0;
        return score;
    }

    void stack() {
        for (bool again = true; again;) {
            for (Item& item : m_items)
                item.above = item.below = kNone;
            matchAll();
            again = false;
            for (Item& item : m_items)
                if (item.candidate && !item.oriented &&
                    (item.above == kNone || item.below == kNone)) {
                    item.candidate = false; // it does not stand in a path after all: a bridge
                    again = true;
                }
        }
    }

    void matchAll() {
        struct Match {
            double score;
            std::uint32_t upper, lower;
        };
        std::vector<Match> matches;
        std::vector<std::uint32_t> above;
        std::vector<std::uint32_t> below;
        for (std::uint32_t n = 0; n < m.nets.size(); ++n) {
            if (m.nets[n].rail())
                continue;
            itemsAt(n, above, below);
            for (const std::uint32_t u : above)
                for (const std::uint32_t l : below)
                    // Both ends in common: a transmission gate, no path from rail to rail.
                    if (!m_items[u].bottomTaken && !m_items[l].topTaken &&
                        topNet(m_items[u]) != bottomNet(m_items[l]))
                        matches.push_back({stackScore(m_items[u], m_items[l], n), u, l});
            if (matches.size() > 200000)
                break; // hostile: one net with thousands of devices on both sides
        }
        std::stable_sort(matches.begin(), matches.end(),
                         [](const Match& a, const Match& b) { return a.score > b.score; });
        std::vector<std::uint32_t> root(m_items.size());
        std::iota(root.begin(), root.end(), 0U);
        const auto find = [&](std::uint32_t i) {
            while (root[i] != i)
                i = root[i] = root[root[i]];
            return i;
        };
        for (const Match& match : matches) {
            Item& u = m_items[match.upper];
            Item& l = m_items[match.lower];
            if (u.below != kNone || l.above != kNone || find(match.upper) == find(match.lower))
                continue;
            u.below = match.lower;
            l.above = match.upper;
            root[find(match.upper)] = find(match.lower);
        }
    }

    // --- result -------------------------------------------------------------------------------
    bool atRail(const Item& item) const {
        return m.nets[topNet(item)].rail() || m.nets[bottomNet(item)].rail();
    }

    void emitLines() {
        m_chainOfItem.assign(m_items.size(), kNone);
        for (std::uint32_t i = 0; i < m_items.size(); ++i) {
            const Item& item = m_items[i];
            if (item.above != kNone || m_chainOfItem[i] != kNone)
                continue;
            if (passNetwork(i)) {
                for (std::uint32_t k = i; k != kNone; k = m_items[k].below) {
                    m_out.style[m_items[k].links[0].device] = Style::Bridge;
                    m_out.bridges.push_back({m_items[k].links});
                }
                continue;
            }
            const bool alone = item.below == kNone;
            const bool passGate = item.transistor && alone &&
                                  m.devices[item.links[0].device].kind != DeviceKind::Bjt &&
                                  !item.paired && !atRail(item) &&
                                  topNet(item) != bottomNet(item) && !isTail(i);
            if (passGate || (!item.transistor && !item.oriented && !item.candidate)) {
                for (const Link& link : item.links)
                    m_out.style[link.device] = Style::Bridge;
                m_out.bridges.push_back({item.links});
                continue;
            }
            const auto chain = static_cast<std::uint32_t>(m_out.chains.size());
            m_out.chains.emplace_back();
            for (std::uint32_t k = i; k != kNone; k = m_items[k].below) {
                m_chainOfItem[k] = chain;
                for (const Link& link : m_items[k].links) {
                    m_out.chains[chain].links.push_back(link);
                    m_out.chainOf[link.device] = chain;
                    m_out.style[link.device] = Style::Column;
                }
            }
        }
    }

    /// Switches one after the other, between no rails: n on top of p is no direct-current path.
    bool passNetwork(std::uint32_t first) const {
        bool inverted = false;
        std::uint32_t last = first;
        for (std::uint32_t k = first; k != kNone; k = m_items[k].below) {
            const Item& item = m_items[k];
            if (!item.transistor || item.paired || atRail(item) || isTail(k) ||
                m.devices[item.links[0].device].kind == DeviceKind::Bjt)
                return false;
            inverted |= k != first && m.devices[item.links[0].device].polarity == 'p' &&
                        m.devices[m_items[last].links[0].device].polarity != 'p';
            last = k;
        }
        return inverted;
    }

    bool isTail(std::uint32_t item) const {
        return std::any_of(m_pairs.begin(), m_pairs.end(),
                           [&](const Pair& p) { return p.tail == item; });
    }

    void emitForks() {
        std::vector<std::uint32_t> root(m_out.chains.size());
        std::iota(root.begin(), root.end(), 0U);
        const auto find = [&](std::uint32_t i) {
            while (root[i] != i)
                i = root[i] = root[root[i]];
            return i;
        };
        for (const Pair& pair : m_pairs) {
            const std::uint32_t left = m_chainOfItem[pair.a];
            const std::uint32_t right = m_chainOfItem[pair.b];
            if (left == kNone || right == kNone)
                continue;
            // Complementary pairs share both chains: the second one only adds its tail.
            const bool known =
                std::any_of(m_out.forks.begin(), m_out.forks.end(), [&](const Fork& f) {
                    return std::minmax(f.left, f.right) == std::minmax(left, right);
                });
            if (!known && find(left) == find(right))
                continue; // already joined by another pair: two centres cannot both be kept
            Fork fork{left, right, kNone, pair.tailBelow};
            root[find(left)] = find(right);
            const std::uint32_t tail = pair.tail == kNone ? kNone : m_chainOfItem[pair.tail];
            if (tail != kNone && find(tail) != find(right)) {
                fork.tail = tail;
                root[find(tail)] = find(right);
            }
            if (known && fork.tail == kNone)
                continue;
            m_out.forks.push_back(fork);
        }
    }

    struct Pair {
        std::uint32_t a, b, tail;
        bool tailBelow;
    };
    const Model& m;
    Structure m_out;
    std::vector<Item> m_items;
    std::vector<std::uint32_t> m_itemOf;
    std::vector<std::uint32_t> m_chainOfItem;
    std::vector<Pair> m_pairs;
};

} // namespace

bool bearsSignal(const Device& d) {
    return d.kind == DeviceKind::VoltageSource &&
           (d.timeVarying || d.name.find("in") != std::string::npos ||
            d.name.find("sig") != std::string::npos);
}

bool diodeConnected(const Device& d) {
    return isTransistor(d) && d.nets[0] == d.nets[1];
}

Structure findStructure(const Model& model) {
    return Finder(model).run();
}

} // namespace ohm::schematic::draw
