// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dataset/samplenetlist.h"

#include "core/base/units.h"

#include <algorithm>
#include <map>

namespace ohm::dataset {
namespace {

constexpr std::size_t kResistive = 9;
constexpr std::size_t kAnalog = 15;
// Columns of the analog code (core/graph/features.h).
enum Analog { LevelM = 3, LevelI, LevelV, LevelR, LevelC, LevelNet, First, Second, Drain };

/// One graph: which node is a net, which net a terminal is tied to, which terminals are a device.
class Sample {
public:
    Sample(const GraphSet& set, std::size_t index)
        : m_width(set.featureWidth)
        , m_x(set.x.data() + static_cast<std::size_t>(set.nodePtr[index]) * set.featureWidth)
        , m_nodes(static_cast<std::int32_t>(set.nodePtr[index + 1] - set.nodePtr[index])) {
        for (auto e = set.edgePtr[index]; e < set.edgePtr[index + 1]; ++e) {
            const std::int32_t u = set.edges[static_cast<std::size_t>(2 * e)];
            const std::int32_t v = set.edges[static_cast<std::size_t>(2 * e + 1)];
            if (isNet(u) != isNet(v))
                m_netOf[isNet(u) ? v : u] = isNet(u) ? u : v;
            else if (!isNet(u))
                m_first[std::max(u, v)] = std::min(
                    m_first.count(std::max(u, v)) ? m_first[std::max(u, v)] : u, std::min(u, v));
        }
    }

    Expected<std::string> deck() const {
        // Terminals of a device are all tied to its first one.
        std::map<std::int32_t, std::vector<std::int32_t>> devices;
        for (std::int32_t n = 0; n < m_nodes; ++n) {
            if (isNet(n))
                continue;
            if (!m_netOf.count(n))
                return fail("DATA-031", "The sample is not the graph of a circuit",
                            "node " + std::to_string(n) + " has no net");
            const auto first = m_first.find(n);
            devices[first == m_first.end() ? n : first->second].push_back(n);
        }
        std::string text = "* sample of a dataset\n";
        bool transistors = false;
        std::string cards;
        for (const auto& [first, terminals] : devices) {
            const auto card = m_width == kResistive ? resistive(terminals) : analog(terminals);
            if (!card)
                return card.failure();
            transistors = transistors || card->front() == 'm';
            cards += *card + "\n";
        }
        if (transistors)
            text += ".include ptm45.lib\n";
        return text + cards + ".op\n.end\n";
    }

private:
    const float* row(std::int32_t n) const { return m_x + static_cast<std::size_t>(n) * m_width; }
    bool isNet(std::int32_t n) const {
        const float* r = row(n);
        return m_width == kResistive ? r[1] != 0 || r[4] != 0 || r[5] != 0 : r[LevelNet] != 0;
    }
    std::string net(std::int32_t terminal) const {
        const std::int32_t n = m_netOf.at(terminal);
        const float* r = row(n);
        const bool ground = m_width == kResistive ? r[1] != 0 : r[Second] != 0;
        return ground ? "0" : "n" + std::to_string(n);
    }
    static std::string value(float v) { return formatSpice(static_cast<double>(v)); }
    static Unexpected strange(std::int32_t node) {
        return fail("DATA-031", "The sample is not the graph of a circuit",
                    "node " + std::to_string(node));
    }

    Expected<std::string> resistive(const std::vector<std::int32_t>& t) const {
        if (t.size() != 2)
            return strange(t.front());
        const bool resistor = row(t[0])[2] != 0;
        const bool swapped = row(t[0])[3] != 0 || row(t[0])[7] != 0; // minus first
        const std::int32_t p = swapped ? t[1] : t[0];
        const std::int32_t m = swapped ? t[0] : t[1];
        const bool input = row(p)[8] != 0;
        const std::string name = resistor ? "r" + std::to_string(t[0])
                                 : input  ? std::string("vin")
                                          : "v" + std::to_string(t[0]);
        return name + " " + net(p) + " " + net(m) + (resistor ? " " : " dc ") + value(row(p)[0]);
    }

    Expected<std::string> analog(const std::vector<std::int32_t>& t) const {
        const float* r = row(t.front());
        const std::string number = std::to_string(t.front());
        if (r[LevelM] != 0) {
            std::string nets[4];
            for (const std::int32_t n : t) {
                for (std::size_t k = 0; k < 4; ++k) {
                    if (row(n)[Drain + k] != 0)
                        nets[k] = net(n);
                }
            }
            if (std::any_of(std::begin(nets), std::end(nets),
                            [](const std::string& n) { return n.empty(); }))
                return strange(t.front());
            return "m" + number + " " + nets[0] + " " + nets[1] + " " + nets[2] + " " + nets[3] +
                   (r[First] != 0 ? " nmos" : " pmos") + " w=0.5u l=90n m=" + value(r[0]);
        }
        if (t.size() != 2)
            return strange(t.front());
        const std::int32_t p = row(t[0])[First] != 0 ? t[0] : t[1];
        const std::int32_t m = p == t[0] ? t[1] : t[0];
        const std::string ends = " " + net(p) + " " + net(m);
        if (r[LevelR] != 0 || r[LevelC] != 0)
            return (r[LevelR] != 0 ? "r" : "c") + number + ends + " " + value(r[0]);
        if (r[LevelV] == 0 && r[LevelI] == 0)
            return strange(t.front());
        std::string card = (r[LevelV] != 0 ? "v" : "i") + number + ends + " dc " + value(r[2]);
        if (r[0] != 0)
            card += " ac " + value(r[0]) + " " + value(r[1]);
        return card;
    }

    std::size_t m_width;
    const float* m_x;
    std::int32_t m_nodes;
    std::map<std::int32_t, std::int32_t> m_netOf, m_first;
};

} // namespace

Expected<std::string> sampleNetlist(const GraphSet& set, std::size_t index) {
    if (set.featureWidth != kResistive && set.featureWidth != kAnalog)
        return fail("DATA-030", "The circuit cannot be told from these features",
                    std::to_string(set.featureWidth) + " columns");
    if (index >= set.graphCount())
        return fail("DATA-031", "There is no such sample", {}, std::to_string(index));
    return Sample(set, index).deck();
}

} // namespace ohm::dataset
