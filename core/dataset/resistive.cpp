// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dataset/resistive.h"

#include <algorithm>
#include <array>

namespace ohm::dataset {
namespace {

constexpr double kLeastResistance = 1e-9;
enum Type { Gnd = 1, Rt, Vn, VnodeI, VnodeO, Vp, Vsrcm, Vsrcp };
constexpr std::size_t kWidth = 9;

/// Collects one graph of the resistive family.
class ResistiveGraph {
public:
    std::int32_t node(Type type, double value = 0, bool output = false, double label = 0) {
        std::array<float, kWidth> row{};
        row[0] = static_cast<float>(value);
        row[type] = 1;
        m_x.insert(m_x.end(), row.begin(), row.end());
        m_mask.push_back(output ? 1 : 0);
        m_y.push_back(output ? static_cast<float>(label) : 0.0F);
        return static_cast<std::int32_t>(m_mask.size()) - 1;
    }
    void edge(std::int32_t u, std::int32_t v) {
        m_edges.push_back(std::min(u, v));
        m_edges.push_back(std::max(u, v));
    }
    /// A resistor between two nets: two terminal nodes.
    void resistor(std::int32_t a, std::int32_t b, double ohms) {
        const auto ta = node(Rt, ohms);
        const auto tb = node(Rt, ohms);
        edge(ta, tb);
        edge(ta, a);
        edge(tb, b);
    }
    /// A source from net `plus` to net `minus`.
    void source(std::int32_t plus, std::int32_t minus, double volts, Type plusType,
                Type minusType) {
        const auto p = node(plusType, volts);
        const auto m = node(minusType, volts);
        edge(p, m);
        edge(p, plus);
        edge(m, minus);
    }
    void appendTo(GraphSet& set, std::int32_t topology) const {
        set.append(m_x, m_edges, m_mask, m_y, topology);
    }

private:
    std::vector<float> m_x;
    std::vector<std::int32_t> m_edges;
    std::vector<std::uint8_t> m_mask;
    std::vector<float> m_y;
};

double atLeast(double ohms) {
    return std::max(ohms, kLeastResistance);
}

} // namespace

Ladder randomLadder(int branches, Random& random) {
    Ladder l;
    l.inputVoltage = random.uniform();
    for (int i = 0; i < branches; ++i) {
        l.series.push_back(random.uniform());
        l.shunt.push_back(random.uniform());
        l.branch.push_back(random.uniform());
    }
    return l;
}

std::vector<double> solveLadder(const Ladder& ladder) {
    // Sweep from the source: what stands left of output net i is a Thevenin source (v, r). This is
    // the elimination of the tridiagonal system, free of cancellation for any ratio of resistors.
    const std::size_t n = ladder.series.size();
    std::vector<double> v(n);
    std::vector<double> r(n);
    double voltage = ladder.inputVoltage;
    double resistance = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const double left = resistance + atLeast(ladder.series[i]);
        const double shunt = atLeast(ladder.shunt[i]);
        voltage = (voltage * shunt + ladder.branch[i] * left) / (left + shunt);
        resistance = left * shunt / (left + shunt);
        v[i] = voltage;
        r[i] = resistance;
    }
    for (std::size_t i = n; i-- > 1;) {
        // The current through series resistor i is known once net i is: walk back.
        const double series = atLeast(ladder.series[i]);
        v[i - 1] = (v[i - 1] * series + v[i] * r[i - 1]) / (series + r[i - 1]);
    }
    return v;
}

double outputResistance(const Ladder& ladder) {
    double resistance = 0;
    for (std::size_t i = 0; i < ladder.series.size(); ++i) {
        const double left = resistance + atLeast(ladder.series[i]);
        const double shunt = atLeast(ladder.shunt[i]);
        resistance = left * shunt / (left + shunt);
    }
    return resistance;
}

void appendLadder(GraphSet& set, const Ladder& ladder) {
    const std::vector<double> volts = solveLadder(ladder);
    ResistiveGraph graph;
    const auto ground = graph.node(Gnd);
    const auto minus = graph.node(Vsrcm, ladder.inputVoltage);
    const auto plus = graph.node(Vsrcp, ladder.inputVoltage);
    const auto input = graph.node(VnodeI);
    graph.edge(minus, plus);
    graph.edge(plus, input);
    graph.edge(minus, ground);
    auto before = input;
    for (std::size_t i = 0; i < ladder.series.size(); ++i) {
        const auto left = graph.node(Rt, ladder.series[i]);
        const auto right = graph.node(Rt, ladder.series[i]);
        const auto output = graph.node(VnodeO, 0, true, volts[i]);
        graph.edge(left, right);
        graph.edge(left, before);
        graph.edge(right, output);
        const auto top = graph.node(Rt, ladder.shunt[i]);
        const auto bottom = graph.node(Rt, ladder.shunt[i]);
        const auto driven = graph.node(VnodeI);
        graph.edge(top, bottom);
        graph.edge(top, output);
        graph.edge(bottom, driven);
        graph.source(driven, ground, ladder.branch[i], Vp, Vn);
        before = output;
    }
    graph.appendTo(set, static_cast<std::int32_t>(ladder.series.size()));
    if (!set.graphLabelNames.empty())
        set.graphLabels.push_back(static_cast<float>(outputResistance(ladder)));
}

GraphSet emptyResistiveSet() {
    GraphSet set;
    set.featureWidth = kWidth;
    set.featureNames = {"value", "gnd", "rt", "vn", "vnode_i", "vnode_o", "vp", "vsrcm", "vsrcp"};
    return set;
}

GraphSet generateLadders(int low, int high, std::size_t count, std::uint64_t seed) {
    GraphSet set = emptyResistiveSet();
    set.graphLabelNames = {"rout"};
    set.attributes = {{"generator", "ladder"},
                      {"branches", std::to_string(low) + ":" + std::to_string(high)},
                      {"seed", std::to_string(seed)}};
    for (std::size_t i = 0; i < count; ++i) {
        Random random(seed, i);
        const int branches =
            low + static_cast<int>(random.below(static_cast<std::uint64_t>(high - low + 1)));
        appendLadder(set, randomLadder(branches, random));
    }
    return set;
}

} // namespace ohm::dataset
