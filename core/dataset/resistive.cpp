// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dataset/resistive.h"

#include <algorithm>
#include <array>
#include <cmath>

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

GraphSet generateLadders(int low, int high, std::size_t count, std::uint64_t seed,
                         std::size_t first) {
    GraphSet set = emptyResistiveSet();
    set.graphLabelNames = {"rout"};
    set.attributes = {{"generator", "ladder"},
                      {"branches", std::to_string(low) + ":" + std::to_string(high)},
                      {"seed", std::to_string(seed)}};
    for (std::size_t i = first; i < first + count; ++i) {
        Random random(seed, i);
        const int branches =
            low + static_cast<int>(random.below(static_cast<std::uint64_t>(high - low + 1)));
        appendLadder(set, randomLadder(branches, random));
    }
    return set;
}

std::vector<double> solveNetwork(const std::vector<Branch>& branches,
                                 std::vector<double> voltages) {
    const std::size_t nets = voltages.size();
    // Nets without a path to a driven one have no voltage; the rest make a regular system.
    std::vector<std::uint8_t> reached(nets);
    for (std::size_t i = 0; i < nets; ++i)
        reached[i] = !std::isnan(voltages[i]);
    for (bool grown = true; grown;) {
        grown = false;
        for (const Branch& branch : branches) {
            if (reached[branch.a] != reached[branch.b]) {
                reached[branch.a] = reached[branch.b] = 1;
                grown = true;
            }
        }
    }
    std::vector<std::size_t> unknown(nets, nets);
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < nets; ++i) {
        if (std::isnan(voltages[i]) && reached[i]) {
            unknown[i] = order.size();
            order.push_back(i);
        }
    }
    const std::size_t n = order.size();
    std::vector<double> matrix(n * (n + 1), 0.0);
    const auto at = [&](std::size_t row, std::size_t column) -> double& {
        return matrix[row * (n + 1) + column];
    };
    for (const Branch& branch : branches) {
        const double g = 1 / atLeast(branch.ohms);
        const auto stamp = [&](std::size_t here, std::size_t there) {
            const std::size_t row = unknown[here];
            if (row == nets)
                return;
            at(row, row) += g;
            if (unknown[there] != nets)
                at(row, unknown[there]) -= g;
            else if (!std::isnan(voltages[there]))
                at(row, n) += g * voltages[there];
        };
        stamp(branch.a, branch.b);
        stamp(branch.b, branch.a);
    }
    for (std::size_t k = 0; k < n; ++k) {
        std::size_t pivot = k;
        for (std::size_t row = k + 1; row < n; ++row) {
            if (std::fabs(at(row, k)) > std::fabs(at(pivot, k)))
                pivot = row;
        }
        for (std::size_t c = k; c <= n; ++c)
            std::swap(at(k, c), at(pivot, c));
        for (std::size_t row = k + 1; row < n; ++row) {
            const double factor = at(row, k) / at(k, k);
            for (std::size_t c = k; c <= n && factor != 0; ++c)
                at(row, c) -= factor * at(k, c);
        }
    }
    for (std::size_t k = n; k-- > 0;) {
        double value = at(k, n);
        for (std::size_t c = k + 1; c < n; ++c)
            value -= at(k, c) * voltages[order[c]];
        voltages[order[k]] = value / at(k, k);
    }
    return voltages;
}

namespace {

/// Nets and devices of a small circuit, numbered in the order they are added; solved, then turned
/// into a graph. Net 0 is ground.
class Drawing {
public:
    explicit Drawing(Random& random)
        : m_random(random) {}
    std::size_t net() { return m_nets++; }
    /// A net held by a source of random voltage; the first is the input.
    std::size_t driven() {
        const std::size_t n = net();
        m_sources.push_back({n, m_random.uniform()});
        return n;
    }
    void resistor(std::size_t a, std::size_t b) {
        m_branches.push_back({a, b, m_random.uniform()});
    }

    void appendTo(GraphSet& set, ResistiveKind kind) const {
        std::vector<double> volts(m_nets, std::nan(""));
        volts[0] = 0;
        for (const auto& [n, voltage] : m_sources)
            volts[n] = voltage;
        const std::vector<double> solved = solveNetwork(m_branches, volts);
        ResistiveGraph graph;
        std::vector<std::int32_t> nodes(m_nets);
        for (std::size_t n = 0; n < m_nets; ++n)
            nodes[n] = n == 0                 ? graph.node(Gnd)
                       : std::isnan(volts[n]) ? graph.node(VnodeO, 0, true, solved[n])
                                              : graph.node(VnodeI);
        bool input = true;
        for (const auto& [n, voltage] : m_sources) {
            graph.source(nodes[n], nodes[0], voltage, input ? Vsrcp : Vp, input ? Vsrcm : Vn);
            input = false;
        }
        for (const Branch& branch : m_branches)
            graph.resistor(nodes[branch.a], nodes[branch.b], branch.ohms);
        graph.appendTo(set, static_cast<std::int32_t>(kind));
    }

private:
    Random& m_random;
    std::size_t m_nets = 1;
    std::vector<std::pair<std::size_t, double>> m_sources;
    std::vector<Branch> m_branches;
};

Drawing draw(ResistiveKind kind, Random& random) {
    Drawing d(random);
    const std::size_t vin = d.driven();
    const std::size_t second = d.driven();
    switch (kind) {
    case ResistiveKind::Parallel: {
        const std::size_t o = d.net();
        d.resistor(vin, o);
        d.resistor(vin, o);
        d.resistor(o, second);
        break;
    }
    case ResistiveKind::Series: {
        const std::size_t o1 = d.net(), o2 = d.net();
        d.resistor(vin, o1);
        d.resistor(o1, o2);
        d.resistor(o2, second);
        break;
    }
    case ResistiveKind::Divider: {
        const std::size_t o = d.net();
        d.resistor(vin, o);
        d.resistor(o, second);
        d.resistor(o, 0);
        break;
    }
    case ResistiveKind::Bridge: {
        const std::size_t a = d.net(), b = d.net(), c = d.net(), e = d.net();
        d.resistor(vin, a);
        d.resistor(a, b);
        d.resistor(b, c);
        d.resistor(a, e);
        d.resistor(e, c);
        d.resistor(e, b);
        d.resistor(c, second);
        break;
    }
    }
    return d;
}

} // namespace

GraphSet generateResistive(ResistiveKind kind, std::size_t count, std::uint64_t seed,
                           std::size_t first) {
    GraphSet set = emptyResistiveSet();
    for (std::size_t i = first; i < first + count; ++i) {
        Random random(seed, i);
        draw(kind, random).appendTo(set, kind);
    }
    set.attributes["seed"] = std::to_string(seed);
    return set;
}

} // namespace ohm::dataset
