// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parasitics/sampler.h"
#include "core/parasitics/subgraphclasses.h"

#include <QtTest>

#include <cmath>
#include <set>

using namespace ohm::parasitics;

class TestSampler : public QObject {
    Q_OBJECT
private:
    CircuitGraph m_graph = generateGraph(4000, 1);
    Adjacency m_adjacency = adjacencyOf(m_graph);

    bool isEdge(std::uint32_t a, std::uint32_t b) const {
        const auto row = m_adjacency.of(a);
        return std::find(row.begin(), row.end(), b) != row.end();
    }

private slots:
    void whole() {
        // Without a limit everything within the hops is there, with all edges among it.
        NeighbourSampler sampler(m_adjacency, {{-1, -1}, false, false});
        const std::vector<std::uint32_t> seeds{5, 9};
        const Subgraph s = sampler.sample(seeds, 1);
        std::set<std::uint32_t> expected(seeds.begin(), seeds.end());
        for (int hop = 0; hop < 2; ++hop) {
            for (const std::uint32_t n : std::set<std::uint32_t>(expected))
                expected.insert(m_adjacency.of(n).begin(), m_adjacency.of(n).end());
        }
        QCOMPARE(std::set<std::uint32_t>(s.nodes.begin(), s.nodes.end()), expected);
        std::size_t edges = 0;
        for (const std::uint32_t a : expected) {
            for (const std::uint32_t b : m_adjacency.of(a))
                edges += expected.contains(b) ? 1 : 0;
        }
        QCOMPARE(s.columns.size(), edges);
        QCOMPARE(s.hops.size(), std::size_t{3});
        QCOMPARE(s.nodes[s.seeds[1]], 9u);
    }

    /// Messages over classes are messages over nodes, to the last bit of a sum.
    void joined() {
        NeighbourSampler sampler(m_adjacency, {{-1, -1}, true, false});
        std::vector<std::uint32_t> a, b;
        for (std::uint32_t net = 0; net + 1 < m_graph.nets; net += 3) {
            a.push_back(net);
            b.push_back(net + 1);
        }
        const Subgraph s = sampler.sampleLinks(a, b, 1);
        const AnchorDistances d = anchorDistances(s, a.size(), 20);
        std::vector<std::uint64_t> colour;
        for (std::size_t i = 0; i < s.nodes.size(); ++i)
            colour.push_back((d.toSource[i] * 1000u + d.toTarget[i]) * 4u +
                             static_cast<unsigned>(m_graph.kind(s.nodes[i])));
        constexpr int kRounds = 3;
        const SubgraphClasses classes = joinEqual(s, colour, kRounds);
        QVERIFY2(classes.count() * 2 < s.nodes.size(),
                 qPrintable(QString::number(classes.count())));
        std::vector<double> nodes, joint;
        for (const std::uint64_t c : colour)
            nodes.push_back(std::sin(static_cast<double>(c)));
        for (const std::uint32_t member : classes.member)
            joint.push_back(nodes[member]);
        for (int round = 0; round < kRounds; ++round) {
            std::vector<double> next(nodes.size()), nextJoint(joint.size());
            for (std::size_t i = 0; i < nodes.size(); ++i) {
                double sum = 0;
                for (std::uint64_t e = s.rows[i]; e < s.rows[i + 1]; ++e)
                    sum += nodes[s.columns[e]];
                next[i] = std::tanh(nodes[i] + 0.3 * sum);
            }
            for (std::size_t i = 0; i < joint.size(); ++i) {
                double sum = 0;
                for (std::uint64_t e = classes.rows[i]; e < classes.rows[i + 1]; ++e)
                    sum += static_cast<double>(classes.counts[e]) * joint[classes.columns[e]];
                nextJoint[i] = std::tanh(joint[i] + 0.3 * sum);
            }
            nodes = next;
            joint = nextJoint;
        }
        for (std::size_t i = 0; i < nodes.size(); ++i)
            QVERIFY(std::abs(nodes[i] - joint[classes.classOf[i]]) < 1e-9);
    }

    void limits() {
        const int fanout = 5;
        NeighbourSampler sampler(m_adjacency, {{fanout, fanout}, false, true});
        const std::vector<std::uint32_t> seeds{0, 1, 2};
        const Subgraph s = sampler.sample(seeds, 3);
        for (std::size_t n = 0; n < s.nodes.size(); ++n) {
            const std::size_t count = s.rows[n + 1] - s.rows[n];
            QVERIFY(count <= static_cast<std::size_t>(fanout));
            std::set<std::uint32_t> chosen;
            for (std::uint64_t e = s.rows[n]; e < s.rows[n + 1]; ++e) {
                QVERIFY(isEdge(s.nodes[n], s.nodes[s.columns[e]]));
                chosen.insert(s.columns[e]);
            }
            QCOMPARE(chosen.size(), count); // without replacement
        }
        // The same seed gives the same sample, scratch memory left clean.
        const Subgraph again = sampler.sample(seeds, 3);
        QCOMPARE(again.nodes, s.nodes);
        QCOMPARE(again.columns, s.columns);
        QVERIFY(sampler.sample(seeds, 4).nodes != s.nodes);
    }

    void disjoint() {
        NeighbourSampler sampler(m_adjacency, {{8, 8}, true, false});
        const std::vector<std::uint32_t> a{3, 3, 7}, b{4, 5, 8};
        const Subgraph s = sampler.sampleLinks(a, b, 2);
        QCOMPARE(s.seeds.size(), std::size_t{6});
        for (std::size_t n = 0; n < s.nodes.size(); ++n) {
            for (std::uint64_t e = s.rows[n]; e < s.rows[n + 1]; ++e)
                QCOMPARE(s.tree[s.columns[e]], s.tree[n]); // no edge between subgraphs
        }
        QCOMPARE(s.tree[s.seeds[1]], s.tree[s.seeds[4]]);
        QVERIFY(s.seeds[0] != s.seeds[1]); // one node, two links, two copies
        const auto d = anchorDistances(s, 3, 350);
        for (std::size_t i = 0; i < 3; ++i) {
            QCOMPARE(int(d.toSource[s.seeds[i]]), 0);
            QCOMPARE(int(d.toTarget[s.seeds[3 + i]]), 0);
        }
        for (std::size_t n = 0; n < s.nodes.size(); ++n) {
            for (std::uint64_t e = s.rows[n]; e < s.rows[n + 1]; ++e)
                QVERIFY(std::abs(int(d.toSource[n]) - int(d.toSource[s.columns[e]])) <= 1 ||
                        d.toSource[n] == 350 || d.toSource[s.columns[e]] == 350);
        }
    }
};

QTEST_APPLESS_MAIN(TestSampler)
#include "tst_sampler.moc"
