// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of the column devices: levels along the direct-current paths.
#include "core/schematic/placement.h"

namespace ohm::schematic::draw {
namespace {

class Rows {
public:
    Rows(const Model& model, const Structure& structure)
        : m(model)
        , s(structure)
        , m_next(model.devices.size())
        , m_previous(model.devices.size()) {}

    std::vector<int> run() {
        for (const Chain& chain : s.chains)
            for (std::size_t i = 1; i < chain.links.size(); ++i)
                connect(chain.links[i - 1].device, chain.links[i].device);
        addForkOrder();
        addNetOrder();
        levels();
        choose();
        improve();
        return m_row;
    }

private:
    void connect(std::uint32_t upper, std::uint32_t lower) {
        if (upper == lower || reaches(lower, upper))
            return;
        m_next[upper].push_back(lower);
        m_previous[lower].push_back(upper);
    }

    bool reaches(std::uint32_t from, std::uint32_t to) const {
        std::vector<std::uint32_t> open{from};
        std::vector<bool> seen(m.devices.size());
        seen[from] = true;
        while (!open.empty()) {
            const std::uint32_t d = open.back();
            open.pop_back();
            if (d == to)
                return true;
            for (const std::uint32_t n : m_next[d])
                if (!seen[n]) {
                    seen[n] = true;
                    open.push_back(n);
                }
        }
        return false;
    }

    void addForkOrder() {
        for (const Fork& f : s.forks) {
            if (f.tail == netlist::kNone)
                continue;
            for (const std::uint32_t member : {f.left, f.right})
                if (f.tailBelow)
                    connect(s.chains[member].links.back().device,
                            s.chains[f.tail].links.front().device);
                else
                    connect(s.chains[f.tail].links.back().device,
                            s.chains[member].links.front().device);
        }
    }

    /// Whatever current comes into a net stands above what takes it out.
    void addNetOrder() {
        std::vector<std::vector<std::uint32_t>> into(m.nets.size());
        std::vector<std::vector<std::uint32_t>> out(m.nets.size());
        for (const Chain& chain : s.chains)
            for (const Link& l : chain.links) {
                const Device& d = m.devices[l.device];
                into[d.nets[l.last]].push_back(l.device);
                out[d.nets[l.first]].push_back(l.device);
            }
        for (std::size_t n = 0; n < m.nets.size(); ++n) {
            if (m.nets[n].rail() || into[n].size() * out[n].size() > 64)
                continue;
            for (const std::uint32_t a : into[n])
                for (const std::uint32_t b : out[n])
                    connect(a, b);
        }
    }

    void levels() {
        const std::size_t count = m.devices.size();
        m_early.assign(count, 0);
        m_late.assign(count, 0);
        std::vector<std::size_t> waiting(count);
        m_order.clear();
        for (std::uint32_t d = 0; d < count; ++d) {
            waiting[d] = m_previous[d].size();
            if (waiting[d] == 0)
                m_order.push_back(d);
        }
        for (std::size_t i = 0; i < m_order.size(); ++i)
            for (const std::uint32_t n : m_next[m_order[i]]) {
                m_early[n] = std::max(m_early[n], m_early[m_order[i]] + 1);
                if (--waiting[n] == 0)
                    m_order.push_back(n);
            }
        m_last = *std::max_element(m_early.begin(), m_early.end());
        for (auto it = m_order.rbegin(); it != m_order.rend(); ++it) {
            int late = m_last;
            for (const std::uint32_t n : m_next[*it])
                late = std::min(late, m_late[n] - 1);
            m_late[*it] = late;
        }
    }

    void choose() {
        m_row = m_early;
        m_fixed.assign(m.devices.size(), false);
        for (const Chain& chain : s.chains) {
            const auto& links = chain.links;
            const Net& top = m.nets[m.devices[links.front().device].nets[links.front().first]];
            const Net& bottom = m.nets[m.devices[links.back().device].nets[links.back().last]];
            // The first device at which the current is on its way down: from there on, low.
            std::size_t turn = links.size();
            for (std::size_t i = 0; i < links.size() && turn == links.size(); ++i) {
                const Device& d = m.devices[links[i].device];
                if (isTransistor(d) && d.polarity != 'p' &&
                    !(i == 0 && top.rail() && links.size() > 1))
                    turn = i;
            }
            if (turn == links.size() && top.rail() && bottom.rail() && !hasTransistor(chain))
                turn = (links.size() + 1) / 2;
            if (!top.rail() && bottom.rail() && (turn < links.size() || !hasTransistor(chain)))
                turn = 0;
            if (top.rail() && !bottom.rail())
                turn = links.size();
            for (std::size_t i = 0; i < links.size(); ++i) {
                const std::uint32_t d = links[i].device;
                m_row[d] = i < turn ? m_early[d] : m_late[d];
            }
            if (top.rail() && links.size() > 0)
                m_fixed[links.front().device] = true;
            if (bottom.rail())
                m_fixed[links.back().device] = true;
        }
        for (const std::uint32_t d : m_order)
            for (const std::uint32_t n : m_next[d])
                m_row[n] = std::max(m_row[n], m_row[d] + 1);
    }

    bool hasTransistor(const Chain& chain) const {
        return std::any_of(chain.links.begin(), chain.links.end(),
                           [&](const Link& l) { return isTransistor(m.devices[l.device]); });
    }

    /// Moves devices that no supply holds to the row where their wires are shortest.
    void improve() {
        for (int round = 0; round < 4; ++round) {
            bool changed = false;
            for (const std::uint32_t d : m_order) {
                if (m_fixed[d] || s.style[d] != Style::Column)
                    continue;
                int low = 0;
                int high = m_last;
                for (const std::uint32_t p : m_previous[d])
                    low = std::max(low, m_row[p] + 1);
                for (const std::uint32_t n : m_next[d])
                    high = std::min(high, m_row[n] - 1);
                int best = m_row[d];
                double cost = wire(d);
                const int old = m_row[d];
                for (int r = low; r <= high; ++r) {
                    m_row[d] = r;
                    const double c = wire(d);
                    if (c < cost - 1e-9) {
                        cost = c;
                        best = r;
                    }
                }
                m_row[d] = best;
                changed |= best != old;
            }
            if (!changed)
                break;
        }
    }

    double wire(std::uint32_t d) const {
        double sum = 0;
        const Device& device = m.devices[d];
        for (std::size_t p = 0; p < device.nets.size() && p < 3; ++p) {
            const Net& net = m.nets[device.nets[p]];
            if (net.rail() || net.pins.size() > 6)
                continue;
            for (const PinRef& ref : net.pins)
                if (ref.device != d && s.style[ref.device] == Style::Column && ref.pin < 3)
                    sum += std::abs(m_row[ref.device] - m_row[d]);
        }
        return sum;
    }

    const Model& m;
    const Structure& s;
    std::vector<std::vector<std::uint32_t>> m_next, m_previous;
    std::vector<std::uint32_t> m_order;
    std::vector<int> m_early, m_late, m_row;
    std::vector<bool> m_fixed;
    int m_last = 0;
};

} // namespace

std::vector<int> assignRows(const Model& model, const Structure& structure) {
    if (model.devices.empty())
        return {};
    return Rows(model, structure).run();
}

} // namespace ohm::schematic::draw
