// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parasitics/quotient.h"

#include <QtTest>

#include <cmath>

using namespace ohm::parasitics;

namespace {

/// `layers` rounds of h_i <- tanh(a h_i + b mean of neighbours) on the nodes themselves.
std::vector<double> onNodes(const CircuitGraph& g, int layers) {
    const Adjacency a = adjacencyOf(g);
    std::vector<double> h(g.nodes());
    for (std::uint32_t n = 0; n < g.nodes(); ++n)
        h[n] = static_cast<double>(g.kind(n)) +
               (n < g.nets ? static_cast<double>(g.netStats[n * kNetStats + 1]) : 0);
    for (int l = 0; l < layers; ++l) {
        std::vector<double> next(h.size());
        for (std::uint32_t n = 0; n < g.nodes(); ++n) {
            double sum = 0;
            for (const std::uint32_t m : a.of(n))
                sum += h[m];
            const auto degree = static_cast<double>(a.of(n).size());
            next[n] = std::tanh(0.7 * h[n] + (degree > 0 ? 0.9 * sum / degree : 0));
        }
        h = next;
    }
    return h;
}

/// The same on the classes.
std::vector<double> onClasses(const Quotient& q, int layers) {
    std::vector<double> h(q.classes);
    for (std::uint32_t c = 0; c < q.classes; ++c)
        h[c] = q.kind[c] + (q.kind[c] == 0 ? static_cast<double>(q.stats[c * kNetStats + 1]) : 0);
    for (int l = 0; l < layers; ++l) {
        std::vector<double> next(h.size());
        for (std::uint32_t c = 0; c < q.classes; ++c) {
            double sum = 0;
            for (auto e = q.rows[c]; e < q.rows[c + 1]; ++e)
                sum += static_cast<double>(q.counts[static_cast<std::size_t>(e)]) *
                       h[static_cast<std::size_t>(q.columns[static_cast<std::size_t>(e)])];
            const auto degree = static_cast<double>(q.degree[c]);
            next[c] = std::tanh(0.7 * h[c] + (degree > 0 ? 0.9 * sum / degree : 0));
        }
        h = next;
    }
    return h;
}

} // namespace

class TestQuotient : public QObject {
    Q_OBJECT
private slots:
    void exact_data() {
        QTest::addColumn<int>("nodes");
        QTest::addColumn<int>("layers");
        QTest::newRow("small") << 200 << 3;
        QTest::newRow("large") << 20000 << 4;
    }
    void exact() {
        QFETCH(int, nodes);
        QFETCH(int, layers);
        const CircuitGraph one = generateGraph(static_cast<std::uint32_t>(nodes), 3);
        const CircuitGraph other = generateGraph(static_cast<std::uint32_t>(nodes) / 2, 4);
        const CircuitGraph* const graphs[] = {&one, &other};
        const Quotient q = refine(graphs, layers);
        QVERIFY(q.classes < one.nodes() + other.nodes());
        double members = 0;
        for (const double m : q.members)
            members += m;
        QCOMPARE(members, static_cast<double>(one.nodes() + other.nodes()));
        const auto classes = onClasses(q, layers);
        for (std::size_t i = 0; i < 2; ++i) {
            const auto reference = onNodes(*graphs[i], layers);
            for (std::uint32_t n = 0; n < reference.size(); ++n)
                QVERIFY(std::abs(reference[n] - classes[q.classOf[i][n]]) < 1e-12);
        }
    }

    void clones() {
        // A graph beside itself adds no class.
        const CircuitGraph g = generateGraph(3000, 5);
        const CircuitGraph* const twice[] = {&g, &g};
        const Quotient q = refine({twice, 1}, 4), both = refine(twice, 4);
        QCOMPARE(both.classes, q.classes);
        QCOMPARE(both.members[0], 2 * q.members[0]);
    }

    void kindsAreCoarser() {
        const CircuitGraph g = generateGraph(5000, 6);
        const CircuitGraph* one = &g;
        const Quotient fine = refine({&one, 1}, 6);
        const Quotient coarse = refine({&one, 1}, 3, Likeness::Kinds);
        const Quotient apart = refine({&one, 1}, 3, Likeness::Nothing);
        QVERIFY(coarse.classes < fine.classes);
        QCOMPARE(apart.classes, g.nodes());
        const auto of = coarsen(fine, coarse);
        for (std::uint32_t n = 0; n < g.nodes(); ++n)
            QCOMPARE(of[fine.classOf[0][n]], coarse.classOf[0][n]);
    }
};

QTEST_APPLESS_MAIN(TestQuotient)
#include "tst_quotient.moc"
