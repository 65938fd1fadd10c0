// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/features.h"
#include "core/graph/neighbourhood.h"
#include "core/graph/nodekind.h"
#include "core/graph/terminalgraph.h"
#include "graphtexts.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <algorithm>
#include <set>

using namespace ohm;
using namespace ohm::graph;
using ohm::graphtest::circuitOf;
using ohm::graphtest::ladderText;
using ohm::graphtest::OpAmp;
using ohm::graphtest::opAmpText;

namespace {

std::uint32_t nodeNamed(const TerminalGraph& graph, const std::string& name) {
    for (std::uint32_t node = 0; node < graph.nodeCount(); ++node)
        if (graph.nodeName(node) == name)
            return node;
    qFatal("no node %s", name.c_str());
}

float feature(const TerminalGraph& graph, const NodeFeatures& features, const std::string& node,
              const std::string& column) {
    const auto at = std::find(features.columns.begin(), features.columns.end(), column);
    if (at == features.columns.end())
        qFatal("no column %s", column.c_str());
    return features.values[nodeNamed(graph, node) * features.width +
                           static_cast<std::size_t>(at - features.columns.begin())];
}

/// Edges and compressed rows say the same, are simple, sorted and symmetric.
void checkStructure(const TerminalGraph& graph) {
    std::set<std::pair<std::uint32_t, std::uint32_t>> edges;
    for (std::size_t e = 0; e < graph.edges().size(); e += 2) {
        const auto u = graph.edges()[e];
        const auto v = graph.edges()[e + 1];
        QVERIFY(u < v && v < graph.nodeCount());
        QVERIFY2(edges.insert({u, v}).second, "an edge appears twice");
    }
    QCOMPARE(graph.rows().size(), graph.nodeCount() + 1);
    QCOMPARE(graph.columns().size(), 2 * edges.size());
    for (std::uint32_t u = 0; u < graph.nodeCount(); ++u) {
        for (std::uint32_t k = graph.rows()[u]; k < graph.rows()[u + 1]; ++k) {
            const std::uint32_t v = graph.columns()[k];
            QVERIFY(k == graph.rows()[u] || graph.columns()[k - 1] < v);
            QVERIFY(edges.contains({std::min(u, v), std::max(u, v)}));
        }
    }
}

} // namespace

class TestTerminalGraph : public QObject {
    Q_OBJECT

private slots:
    void ladderCounts() {
        for (int n = 1; n <= 128; ++n) {
            const auto circuit = circuitOf(ladderText(n));
            QVERIFY(circuit);
            const TerminalGraph graph(circuit);
            QCOMPARE(graph.nodeCount(), std::size_t(8 * n + 4));
            QCOMPARE(graph.edgeCount(), std::size_t(9 * n + 3));
            const auto counts = netlist::countCircuit(*circuit);
            QCOMPARE(counts.graphNodes, graph.nodeCount());
            QCOMPARE(counts.graphEdges, graph.edgeCount());
        }
    }

    void opAmpCounts_data() {
        QTest::addColumn<int>("variant");
        QTest::addColumn<int>("nodes");
        QTest::addColumn<int>("edges");
        QTest::newRow("pretraining") << int(OpAmp::Pretraining) << 59 << 104;
        QTest::newRow("biased pmos") << int(OpAmp::BiasedPmos) << 62 << 107;
        QTest::newRow("cc only") << int(OpAmp::CcOnly) << 56 << 101;
    }
    void opAmpCounts() {
        QFETCH(int, variant);
        QFETCH(int, nodes);
        QFETCH(int, edges);
        const auto circuit = circuitOf(opAmpText(static_cast<OpAmp>(variant)));
        QVERIFY(circuit);
        const TerminalGraph graph(circuit);
        QCOMPARE(int(graph.nodeCount()), nodes);
        QCOMPARE(int(graph.edgeCount()), edges);
        checkStructure(graph);
    }

    void structure() {
        const TerminalGraph graph(circuitOf(ladderText(5)));
        checkStructure(graph);
        // Terminals first, in the order of the file; each tied to its net.
        QCOMPARE(graph.nodeName(0), std::string("vin:p"));
        QCOMPARE(graph.nodeName(1), std::string("vin:n"));
        const std::uint32_t ground = nodeNamed(graph, "0");
        QVERIFY(graph.isNet(ground));
        QCOMPARE(graph.nodeOfNet(graph.netOf(ground)), ground);
        const auto row =
            graph.columns().subspan(graph.rows()[1], graph.rows()[2] - graph.rows()[1]);
        QCOMPARE(row.size(), std::size_t(2));
        QCOMPARE(row[0], 0u);
        QCOMPARE(row[1], ground);
        QCOMPARE(graph.rows()[ground + 1] - graph.rows()[ground], 6u);
    }

    void edgeCases_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("nodes");
        QTest::addColumn<int>("edges");
        QTest::newRow("both ends on one net") << "t\nr1 a a 1\n.end\n" << 3 << 3;
        QTest::newRow("couplings have no terminals")
            << "t\nl1 a 0 1u\nl2 b 0 1u\nk1 l1 l2 0.9\n.end\n"
            << 7 << 6;
        QTest::newRow("black box with one terminal") << "t\nx1 a box\n.end\n" << 2 << 1;
        QTest::newRow("nothing") << "only a title\n.end\n" << 0 << 0;
    }
    void edgeCases() {
        QFETCH(QString, text);
        QFETCH(int, nodes);
        QFETCH(int, edges);
        const auto circuit = circuitOf(text.toStdString());
        if (!circuit && nodes == 0)
            return; // an empty deck may be refused by the reader
        QVERIFY(circuit);
        const TerminalGraph graph(circuit);
        QCOMPARE(int(graph.nodeCount()), nodes);
        QCOMPARE(int(graph.edgeCount()), edges);
        checkStructure(graph);
        QCOMPARE(nodeKinds(graph).size(), graph.nodeCount());
        for (FeatureSchema schema : {FeatureSchema::Resistive, FeatureSchema::Analog}) {
            const NodeFeatures features = nodeFeatures(graph, schema);
            QCOMPARE(features.values.size(), features.width * graph.nodeCount());
        }
    }

    void hugeDevicesGetARing() {
        std::string text = "t\nr1 n0 n1 1\nx1";
        for (int i = 0; i < 40; ++i)
            text += " n" + std::to_string(i);
        text += " box\nx2 n0 n1 n2 n3 n4 small\n.end\n";
        const auto circuit = circuitOf(text);
        QVERIFY(circuit);
        const TerminalGraph whole(circuit);
        QCOMPARE(whole.edgeCount(), std::size_t(1 + 780 + 10 + 47));
        QCOMPARE(whole.incompleteDevices(), std::size_t(0));
        const TerminalGraph limited(circuit, 200);
        checkStructure(limited);
        QCOMPARE(limited.incompleteDevices(), std::size_t(1));
        QCOMPARE(limited.edgeCount(), std::size_t(1 + 40 + 10 + 47));
        const TerminalGraph tight(circuit, 10);
        checkStructure(tight);
        QCOMPARE(tight.incompleteDevices(), std::size_t(2));
        QCOMPARE(tight.edgeCount(), std::size_t(1 + 40 + 5 + 47));
    }

    void expectedFiles() {
        const QString folder =
            qEnvironmentVariable("OHMSCAPE_SHARED",
                                 QStringLiteral(OHMSCAPE_SOURCE_DIR "/../shared")) +
            QStringLiteral("/data/netlists/");
        QFile expected(folder + QStringLiteral("expected.jsonl"));
        if (!expected.open(QIODevice::ReadOnly))
            QSKIP("the sample netlists are not here");
        int total = 0;
        int exact = 0;
        while (!expected.atEnd()) {
            const QJsonObject entry = QJsonDocument::fromJson(expected.readLine()).object();
            if (!entry.contains(QStringLiteral("graph_nodes")) ||
                entry[QStringLiteral("facts_status")].toString().startsWith(QStringLiteral("not")))
                continue;
            const QString file = entry[QStringLiteral("file")].toString();
            netlist::ReadOptions options;
            if (entry[QStringLiteral("kind")].toString() != QStringLiteral("deck"))
                options.top = entry[QStringLiteral("top")].toString().toStdString();
            const auto circuit = netlist::readNetlist((folder + file).toStdString(), options);
            ++total;
            if (!circuit) {
                qWarning("%s: %s", qPrintable(file), circuit.error().message().c_str());
                continue;
            }
            const TerminalGraph graph(*circuit);
            const auto nodes = entry[QStringLiteral("graph_nodes")].toInteger();
            const auto edges = entry[QStringLiteral("graph_edges")].toInteger();
            // The graph follows the circuit exactly; the reader's own differences are its tests'.
            const auto counts = netlist::countCircuit(**circuit);
            QCOMPARE(graph.nodeCount(), counts.graphNodes);
            QCOMPARE(graph.edgeCount(), counts.graphEdges);
            if (qint64(graph.nodeCount()) == nodes && qint64(graph.edgeCount()) == edges)
                ++exact;
            else
                qInfo("%s: %zu nodes and %zu edges, expected %lld and %lld", qPrintable(file),
                      graph.nodeCount(), graph.edgeCount(), nodes, edges);
        }
        qInfo("%d of %d exact", exact, total);
        QVERIFY(total > 50);
        QVERIFY2(exact * 100 >= total * 98, "fewer than 98 % of the graphs have the expected size");
    }

    void resistiveFeatures() {
        const auto circuit = circuitOf(ladderText(3));
        QVERIFY(naturalSchema(*circuit) == FeatureSchema::Resistive);
        const TerminalGraph graph(circuit);
        const NodeFeatures f = nodeFeatures(graph, FeatureSchema::Resistive);
        QCOMPARE(f.width, std::size_t(9));
        const std::vector<std::string> columns{"value",   "gnd", "rt",    "vn",   "vnode_i",
                                               "vnode_o", "vp",  "vsrcm", "vsrcp"};
        QVERIFY(f.columns == columns);
        QCOMPARE(feature(graph, f, "vin:p", "vsrcp"), 1.0f);
        QCOMPARE(feature(graph, f, "vin:n", "vsrcm"), 1.0f);
        QCOMPARE(feature(graph, f, "vin:n", "value"), 0.5f);
        QCOMPARE(feature(graph, f, "v2:p", "vp"), 1.0f);
        QCOMPARE(feature(graph, f, "v2:n", "vn"), 1.0f);
        QCOMPARE(feature(graph, f, "v2:n", "value"), 0.125f);
        QCOMPARE(feature(graph, f, "rh1:p", "rt"), 1.0f);
        QCOMPARE(feature(graph, f, "rv3:n", "value"), 0.75f);
        QCOMPARE(feature(graph, f, "0", "gnd"), 1.0f);
        QCOMPARE(feature(graph, f, "n0", "vnode_i"), 1.0f);
        QCOMPARE(feature(graph, f, "s2", "vnode_i"), 1.0f);
        QCOMPARE(feature(graph, f, "o2", "vnode_o"), 1.0f);
        QCOMPARE(feature(graph, f, "o2", "value"), 0.0f);
        int outputs = 0;
        for (std::uint32_t node = 0; node < graph.nodeCount(); ++node) {
            float ones = 0;
            for (std::size_t c = 1; c < f.width; ++c)
                ones += f.values[node * f.width + c];
            QCOMPARE(ones, 1.0f);
            QCOMPARE(f.known[node], std::uint8_t(1));
            outputs += f.outputMask[node];
            QCOMPARE(f.outputMask[node] != 0, graph.nodeName(node)[0] == 'o');
        }
        QCOMPARE(outputs, 3);
    }

    void drivenNetsFollowChainsOfSources() {
        // b is fixed through a; d hangs between unknown nets only.
        const TerminalGraph graph(
            circuitOf("t\nv1 a 0 1\nv2 b a 1\nr1 b c 1\nr2 c 0 1\nv3 c d 1\nr3 d 0 1\n.end\n"));
        const NodeFeatures f = nodeFeatures(graph, FeatureSchema::Resistive);
        QCOMPARE(feature(graph, f, "b", "vnode_i"), 1.0f);
        QCOMPARE(feature(graph, f, "c", "vnode_o"), 1.0f);
        QCOMPARE(feature(graph, f, "d", "vnode_o"), 1.0f);
        QCOMPARE(feature(graph, f, "v1:p", "vsrcp"), 1.0f); // the first source, none is called vin
        QCOMPARE(feature(graph, f, "v3:p", "vp"), 1.0f);
    }

    void analogFeatures() {
        const auto circuit = circuitOf(opAmpText(OpAmp::Pretraining));
        QVERIFY(naturalSchema(*circuit) == FeatureSchema::Analog);
        const TerminalGraph graph(circuit);
        const NodeFeatures f = nodeFeatures(graph, FeatureSchema::Analog);
        QCOMPARE(f.width, std::size_t(15));
        QCOMPARE(f.columns.size(), std::size_t(15));
        for (const char* node : {"mn1:d", "mn1:g", "mn1:s", "mn1:b"}) {
            QCOMPARE(feature(graph, f, node, "p0"), 11.0f);
            QCOMPARE(feature(graph, f, node, "M"), 1.0f);
            QCOMPARE(feature(graph, f, node, "N|PLUS|NGND"), 1.0f);
        }
        QCOMPARE(feature(graph, f, "mp3:g", "p0"), 23.0f);
        QCOMPARE(feature(graph, f, "mp3:g", "P|MINUS|GND"), 1.0f);
        QCOMPARE(feature(graph, f, "mp3:g", "G"), 1.0f);
        QCOMPARE(feature(graph, f, "mp3:b", "B"), 1.0f);
        QCOMPARE(feature(graph, f, "vin1:p", "V"), 1.0f);
        QCOMPARE(feature(graph, f, "vin1:n", "P|MINUS|GND"), 1.0f);
        QCOMPARE(feature(graph, f, "vin1:n", "p0"), 1.0f);
        QCOMPARE(feature(graph, f, "vin1:n", "p1"), 180.0f);
        QCOMPARE(feature(graph, f, "vin1:p", "p2"), 0.6f);
        QCOMPARE(feature(graph, f, "ibias:p", "I"), 1.0f);
        QCOMPARE(feature(graph, f, "ibias:n", "p2"), 30e-6f);
        QCOMPARE(feature(graph, f, "cc:p", "C"), 1.0f);
        QCOMPARE(feature(graph, f, "cc:p", "p0"), 3e-12f);
        QCOMPARE(feature(graph, f, "rz:n", "p0"), 500.0f);
        QCOMPARE(feature(graph, f, "net6", "VNode"), 1.0f);
        QCOMPARE(feature(graph, f, "net6", "N|PLUS|NGND"), 1.0f);
        QCOMPARE(feature(graph, f, "0", "P|MINUS|GND"), 1.0f);
        int outputs = 0;
        for (std::uint32_t node = 0; node < graph.nodeCount(); ++node) {
            float ones = 0;
            for (std::size_t c = 3; c < f.width; ++c)
                ones += f.values[node * f.width + c];
            const bool mos = graph.nodeName(node)[0] == 'm';
            QCOMPARE(ones, mos ? 3.0f : 2.0f);
            outputs += f.outputMask[node];
        }
        QCOMPARE(outputs, 10);
    }

    void unknownDevicesHaveNoCode() {
        const TerminalGraph graph(circuitOf(
            "t\nd1 a 0 dm\nm1 a b 0 0 nothing w=1u l=1u\nr1 b 0 1k\n.model dm d\n.end\n"));
        const NodeFeatures f = nodeFeatures(graph, FeatureSchema::Analog);
        const std::uint32_t node = nodeNamed(graph, "d1:a");
        QCOMPARE(f.known[node], std::uint8_t(0));
        for (std::size_t c = 0; c < f.width; ++c)
            QCOMPARE(f.values[node * f.width + c], 0.0f);
        QCOMPARE(f.known[nodeNamed(graph, "r1:p")], std::uint8_t(1));
        const NodeFeatures r = nodeFeatures(graph, FeatureSchema::Resistive);
        QCOMPARE(r.known[nodeNamed(graph, "m1:d")], std::uint8_t(0));
    }

    void kinds() {
        const TerminalGraph graph(circuitOf(opAmpText(OpAmp::Pretraining)));
        const auto all = nodeKinds(graph);
        for (std::uint32_t node = 0; node < graph.nodeCount(); ++node)
            QVERIFY(all[node] == nodeKind(graph, node));
        const auto kindOf = [&](const char* name) { return all[nodeNamed(graph, name)]; };
        QVERIFY(kindOf("0") == NodeKind::Ground);
        QVERIFY(kindOf("vdd") == NodeKind::SupplyNet);
        QVERIFY(kindOf("vss") == NodeKind::SupplyNet);
        QVERIFY(kindOf("net1") == NodeKind::InputNet);
        QVERIFY(kindOf("net6") == NodeKind::Net);
        QVERIFY(kindOf("mn1:g") == NodeKind::MosGate);
        QVERIFY(kindOf("mn1:b") == NodeKind::MosBulk);
        QVERIFY(kindOf("cc:p") == NodeKind::Capacitor);
        QVERIFY(kindOf("ibias:p") == NodeKind::CurrentSource);
        std::set<std::string> names;
        for (int k = 0; k < kNodeKindCount; ++k) {
            QVERIFY(names.insert(nodeKindName(static_cast<NodeKind>(k))).second);
            QVERIFY(*nodeKindText(static_cast<NodeKind>(k)) != '\0');
        }
    }

    void neighbourhoodOfANet() {
        const TerminalGraph graph(circuitOf(ladderText(50)));
        const std::uint32_t seed = nodeNamed(graph, "o25");
        const std::uint32_t seeds[] = {seed, seed, 999999};
        const Neighbourhood zero = neighbourhood(graph, seeds, 0, 100);
        QCOMPARE(zero.nodes.size(), std::size_t(1));
        QVERIFY(!zero.truncated);
        QCOMPARE(zero.hidden[0], 3u);

        const Neighbourhood one = neighbourhood(graph, seeds, 1, 100);
        // Three terminals and, for the devices to be whole, their three siblings.
        QCOMPARE(one.nodes.size(), std::size_t(7));
        QCOMPARE(one.edges.size(), std::size_t(2 * 6));
        QCOMPARE(one.nodes[0], seed);
        QCOMPARE(*one.indexOf(seed), 0u);
        QVERIFY(!one.indexOf(nodeNamed(graph, "o40")));
        for (std::size_t e = 0; e < one.edges.size(); e += 2)
            QVERIFY(one.edges[e] < 7 && one.edges[e + 1] < 7);

        const Neighbourhood all = neighbourhood(graph, seeds, 1000, 100000);
        QCOMPARE(all.nodes.size(), graph.nodeCount());
        QCOMPARE(all.edges.size(), graph.edges().size());
        QVERIFY(!all.truncated);
        QVERIFY(std::all_of(all.hidden.begin(), all.hidden.end(), [](auto h) { return h == 0; }));
    }

    void neighbourhoodKeepsItsLimit() {
        const TerminalGraph graph(circuitOf(ladderText(128)));
        const std::uint32_t ground = nodeNamed(graph, "0");
        for (std::size_t limit : {0, 1, 2, 3, 10, 57, 200}) {
            const Neighbourhood part = neighbourhood(graph, std::span(&ground, 1), 6, limit);
            QVERIFY(part.nodes.size() <= limit);
            QVERIFY(part.truncated);
            std::set<std::uint32_t> unique(part.nodes.begin(), part.nodes.end());
            QCOMPARE(unique.size(), part.nodes.size());
            // hidden + shown edges give each node's degree
            std::vector<std::uint32_t> shown(part.nodes.size(), 0);
            for (std::uint32_t i : part.edges)
                ++shown[i];
            for (std::size_t i = 0; i < part.nodes.size(); ++i)
                QCOMPARE(shown[i] + part.hidden[i],
                         graph.rows()[part.nodes[i] + 1] - graph.rows()[part.nodes[i]]);
        }
        // A supply does not crowd out the signal: around an output, the ladder comes first.
        const std::uint32_t seed = nodeNamed(graph, "o64");
        const Neighbourhood near = neighbourhood(graph, std::span(&seed, 1), 8, 60);
        QVERIFY(near.indexOf(nodeNamed(graph, "o63")));
        QVERIFY(near.indexOf(nodeNamed(graph, "o65")));
    }
};

QTEST_GUILESS_MAIN(TestTerminalGraph)
#include "tst_terminalgraph.moc"
