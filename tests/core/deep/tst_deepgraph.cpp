// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/aggregate.h"
#include "fixtures.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include <zlib.h>

using namespace ohm::deep;

namespace {

/// The dense normalised adjacency, from its definition: pairs of pins of one net.
std::vector<double> denseAdjacency(const Incidence& graph, Norm norm) {
    const auto n = static_cast<std::size_t>(graph.nodes);
    std::vector<double> a(n * n, 0);
    for (std::size_t e = 0; e < static_cast<std::size_t>(graph.nets); ++e) {
        for (auto p = graph.netStart[e]; p < graph.netStart[e + 1]; ++p) {
            for (auto q = graph.netStart[e]; q < graph.netStart[e + 1]; ++q) {
                const auto i =
                    static_cast<std::size_t>(graph.netNodes[static_cast<std::size_t>(p)]);
                const auto j =
                    static_cast<std::size_t>(graph.netNodes[static_cast<std::size_t>(q)]);
                if (i != j)
                    a[i * n + j] += 1;
            }
        }
    }
    std::vector<double> degree(n, 1);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j)
            degree[i] += a[i * n + j];
        a[i * n + i] += 1;
    }
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            if (norm == Norm::Mean)
                a[i * n + j] /= degree[i];
            else if (norm == Norm::Gcn)
                a[i * n + j] /= std::sqrt(degree[i] * degree[j]);
        }
    }
    return a;
}

/// Lines of a compressed table but for its heading; none without the file.
QList<QByteArray> lines(const QString& path) {
    QByteArray text;
    if (gzFile file = gzopen(path.toLocal8Bit().constData(), "rb")) {
        char part[65536];
        for (int count = gzread(file, part, sizeof(part)); count > 0;
             count = gzread(file, part, sizeof(part)))
            text.append(part, count);
        gzclose(file);
    }
    auto all = text.split('\n');
    all.removeIf([](const QByteArray& line) { return line.isEmpty() || line.startsWith('#'); });
    return all;
}

template <typename T>
std::vector<T> product(const Aggregator<T>& a, const std::vector<T>& x, int c, bool transposed,
                       unsigned threads) {
    std::vector<T> nets(static_cast<std::size_t>(a.netRows() * c));
    std::vector<T> out(static_cast<std::size_t>(a.nodes() * c));
    a.nets(x.data(), c, transposed, nets.data(), threads);
    for (std::int64_t i = 0; i < a.nodes(); i += 7)
        a.rows(x.data(), c, transposed, nets.data(), i, std::min(a.nodes(), i + 7),
               out.data() + i * c);
    return out;
}

} // namespace

class TestDeepGraph : public QObject {
    Q_OBJECT
private slots:
    /// One net with pins on nodes 0, 0, 1, 2: ordered pairs on different nodes are 16 - (4 + 1 +
    /// 1).
    void countsByHand() {
        const std::vector<Pin> pins{{0, 0}, {0, 2}, {0, 0}, {0, 1}, {1, 1}, {1, 2}};
        const auto graph = makeIncidence(3, 2, pins);
        QVERIFY(graph.ok());
        QCOMPARE(graph->pins(), std::int64_t{6});
        QCOMPARE(cliqueEdges(*graph), std::int64_t{10 + 2});
        const auto degrees = cliqueDegrees(*graph);
        QCOMPARE(degrees, (std::vector<std::int64_t>{4, 3 + 1, 3 + 1}));
        const auto cliques = expandCliques(*graph);
        QCOMPARE(cliques.sources, (std::vector<std::int32_t>{1, 2, 1, 2, 0, 0, 2, 2, 0, 0, 1, 1}));
    }
    void rejects() {
        QCOMPARE(makeIncidence(0, 1, {}).error().code, std::string("DEEP-001"));
        const std::vector<Pin> high{{0, 3}}, negative{{-1, 0}};
        QCOMPARE(makeIncidence(3, 1, high).error().code, std::string("DEEP-001"));
        QCOMPARE(makeIncidence(3, 1, negative).error().code, std::string("DEEP-001"));
        const std::vector<std::int32_t> two{0, 1}, one{0};
        QCOMPARE(makeIncidence(3, 2, two, one).error().code, std::string("DEEP-001"));
        QCOMPARE(makeIncidence(3, 2, two, two)->netNodes, (std::vector<std::int32_t>{0, 1}));
        QCOMPARE(syntheticCircuit({8, 0, 1}).error().code, std::string("DEEP-001"));
        QCOMPARE(syntheticCircuit({100, 1'000'000, 1}).error().code, std::string("DEEP-001"));
    }
    /// Placed CircuitNet netlists beside the counts of their table (node, net and pin files of the
    /// shared folder); 7157 is graph 10 of the GSR-GNN paper, printed as 38.7k / 6.8M.
    void realCounts_data() {
        QTest::addColumn<QString>("design");
        QTest::addColumn<int>("nodes");
        QTest::addColumn<int>("pins");
        QTest::addColumn<qint64>("edges");
        QTest::addColumn<int>("netRows");
        QTest::addColumn<qint64>("terms");
        QTest::newRow("7157") << "7157-zero-riscy-a-1-c2-u0.8-m1-p1-f0" << 38656 << 156825
                              << qint64{6729528} << 8196 << qint64{270102};
        QTest::newRow("2017") << "2017-RISCY-b-1-c2-u0.7-m1-p6-f0" << 28781 << 115936
                              << qint64{1377958} << 7595 << qint64{192178};
        QTest::newRow("9276") << "9276-zero-riscy-b-1-c2-u0.85-m1-p1-f1" << 19193 << 75536
                              << qint64{803568} << 4576 << qint64{125420};
    }
    void realCounts() {
        QFETCH(QString, design);
        QFETCH(int, nodes);
        QFETCH(int, pins);
        QFETCH(qint64, edges);
        QFETCH(int, netRows);
        QFETCH(qint64, terms);
        const QString named = qEnvironmentVariable("OHMSCAPE_SHARED");
        const QString folder =
            (named.isEmpty() ? QStringLiteral(OHMSCAPE_SOURCE_DIR "/../shared") : named) +
            "/data/congestion/circuitnet_n28_demo/" + design;
        const auto placements = lines(folder + ".placements.tsv.gz");
        if (placements.isEmpty())
            QSKIP("the shared data are not here");
        std::map<int, std::int32_t> nodeOf;
        for (const QByteArray& line : placements) {
            const int id = line.split('\t')[0].toInt();
            if (id >= 0)
                nodeOf.emplace(id, 0);
        }
        std::int32_t next = 0;
        for (auto& [id, node] : nodeOf)
            node = next++;
        std::vector<Pin> all;
        std::int32_t nets = 0;
        for (const QByteArray& line : lines(folder + ".pins.tsv.gz")) {
            const auto fields = line.split('\t');
            const auto node = nodeOf.find(fields[0].toInt());
            QByteArray list = fields[2];
            list.replace('[', "").replace(']', "");
            for (const QByteArray& net : list.split(',')) {
                if (node != nodeOf.end())
                    all.push_back({net.toInt(), node->second});
                nets = std::max(nets, net.toInt() + 1);
            }
        }
        const auto graph = makeIncidence(next, nets, all);
        QVERIFY(graph.ok());
        QCOMPARE(graph->nodes, std::int64_t{nodes});
        QCOMPARE(graph->pins(), std::int64_t{pins});
        QCOMPARE(cliqueEdges(*graph), std::int64_t{edges});
        // Nets of four pins and more, and what a pass sums: their pins twice and the direct edges.
        int rows = 0;
        std::int64_t sums = 0;
        for (std::int64_t e = 0; e < graph->nets; ++e) {
            if (graph->pinsOf(e) > 3) {
                ++rows;
                sums += 2 * graph->pinsOf(e);
            }
        }
        QCOMPARE(rows, netRows);
        const Aggregator<float> a(*graph, {Norm::Mean, true, 3});
        QVERIFY(a.netRows() >= netRows && a.netRows() < netRows + 64); // large nets in pieces
        sums += static_cast<std::int64_t>(a.edges().size());
        QCOMPARE(sums, std::int64_t{terms});
    }
    void countsAgree() {
        const auto graph = deeptest::randomGraph(60, 80, 5, 40);
        const auto cliques = expandCliques(graph);
        QCOMPARE(static_cast<std::int64_t>(cliques.sources.size()), cliqueEdges(graph));
        // Every edge has its reverse, as often.
        std::map<std::pair<int, int>, int> seen;
        for (std::int32_t i = 0; i < graph.nodes; ++i) {
            for (auto e = cliques.start[static_cast<std::size_t>(i)];
                 e < cliques.start[static_cast<std::size_t>(i) + 1]; ++e)
                ++seen[{i, cliques.sources[static_cast<std::size_t>(e)]}];
        }
        for (const auto& [edge, times] : seen) {
            QVERIFY(edge.first != edge.second);
            QCOMPARE((seen[{edge.second, edge.first}]), times);
        }
    }
    void synthetic() {
        const SyntheticOptions options{20000, 3'000'000, 4};
        const auto graph = syntheticCircuit(options);
        QVERIFY(graph.ok());
        const double edges = static_cast<double>(cliqueEdges(*graph));
        QVERIFY2(std::fabs(edges / 3e6 - 1) < 0.02, qPrintable(QString::number(edges)));
        std::int64_t two = 0, upTo8 = 0;
        for (std::int64_t e = 0; e < graph->nets; ++e) {
            two += graph->pinsOf(e) == 2;
            upTo8 += graph->pinsOf(e) <= 8;
        }
        const double nets = static_cast<double>(graph->nets);
        QVERIFY(std::fabs(static_cast<double>(two) / nets - 0.546) < 0.02);
        QVERIFY(std::fabs(static_cast<double>(upTo8) / nets - 0.948) < 0.02);
        const double mean = static_cast<double>(graph->pins()) / nets;
        QVERIFY2(mean > 3.5 && mean < 4.6, qPrintable(QString::number(mean)));
        const auto again = syntheticCircuit(options);
        QCOMPARE(again->netNodes, graph->netNodes);
        const auto other = syntheticCircuit({20000, 3'000'000, 5});
        QVERIFY(other->netNodes != graph->netNodes);
    }

    void aggregation_data() {
        QTest::addColumn<int>("norm");
        QTest::addColumn<bool>("factorised");
        for (const bool factorised : {false, true}) {
            const char* how = factorised ? "nets" : "cliques";
            QTest::addRow("sum, %s", how) << static_cast<int>(Norm::Sum) << factorised;
            QTest::addRow("mean, %s", how) << static_cast<int>(Norm::Mean) << factorised;
            QTest::addRow("gcn, %s", how) << static_cast<int>(Norm::Gcn) << factorised;
        }
    }
    /// Against the dense matrix of the definition, product and adjoint, dense and sparse rows; a
    /// net of 700 pins is summed in pieces.
    void aggregation() {
        QFETCH(int, norm);
        QFETCH(bool, factorised);
        const auto graph = deeptest::randomGraph(120, 150, 11, 700);
        const auto dense = denseAdjacency(graph, static_cast<Norm>(norm));
        const Aggregator<double> a(graph, {static_cast<Norm>(norm), factorised, 3});
        QCOMPARE(a.netRows() > 0, factorised);
        const auto n = static_cast<std::size_t>(graph.nodes);
        constexpr int kWidth = 21, kKept = 5;
        // Sparse rows: 5 entries each.
        std::vector<double> x(n * kWidth, 0.0);
        std::vector<double> values = deeptest::randomValues<double>(n * kKept, 2);
        std::vector<std::uint8_t> columns;
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < kKept; ++j) {
                columns.push_back(static_cast<std::uint8_t>(j * 4 + i % 4));
                x[i * kWidth + columns.back()] = values[i * kKept + j];
            }
        }
        for (const bool transposed : {false, true}) {
            std::vector<double> expected(n * kWidth, 0.0);
            for (std::size_t i = 0; i < n; ++i) {
                for (std::size_t j = 0; j < n; ++j) {
                    const double w = transposed ? dense[j * n + i] : dense[i * n + j];
                    for (std::size_t c = 0; c < kWidth; ++c)
                        expected[i * kWidth + c] += w * x[j * kWidth + c];
                }
            }
            const auto full = product(a, x, kWidth, transposed, 2);
            std::vector<double> nets(static_cast<std::size_t>(a.netRows()) * kWidth);
            std::vector<double> sparse(n * kWidth);
            const SparseRows<double> rows{values.data(), columns.data(), kKept};
            a.nets(rows, kWidth, transposed, nets.data(), 2);
            a.rows(rows, kWidth, transposed, nets.data(), 0, graph.nodes, sparse.data());
            double size = 0;
            for (const double v : expected)
                size = std::max(size, std::fabs(v));
            for (std::size_t i = 0; i < expected.size(); ++i) {
                QVERIFY(std::fabs(full[i] - expected[i]) < 1e-12 * size);
                QVERIFY(std::fabs(sparse[i] - expected[i]) < 1e-12 * size);
            }
        }
    }
    /// <y, A x> = <A^T y, x>.
    void adjoint() {
        const auto graph = syntheticCircuit({3000, 200'000, 2});
        const Aggregator<double> a(*graph, {Norm::Mean, true, 3});
        const auto x = deeptest::randomValues<double>(3000 * 4, 1);
        const auto y = deeptest::randomValues<double>(3000 * 4, 2);
        const auto ax = product(a, x, 4, false, 1), ay = product(a, y, 4, true, 1);
        double left = 0, right = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            left += y[i] * ax[i];
            right += ay[i] * x[i];
        }
        QVERIFY(std::fabs(left - right) < 1e-10 * std::fabs(left) + 1e-10);
    }
    void sameBitsOnAnyThreads() {
        const auto graph = syntheticCircuit({3000, 200'000, 2});
        const Aggregator<float> a(*graph, {Norm::Gcn, true, 3});
        const auto x = deeptest::randomValues<float>(3000 * 48, 1);
        const auto one = product(a, x, 48, false, 1), five = product(a, x, 48, false, 5);
        QVERIFY(std::memcmp(one.data(), five.data(), one.size() * sizeof(float)) == 0);
    }
    /// The index is small and the clique graph's is not.
    void indexBytes() {
        const auto graph = syntheticCircuit({3000, 400'000, 2});
        const Aggregator<float> nets(*graph, {Norm::Mean, true, 3});
        const Aggregator<float> cliques(*graph, {Norm::Mean, false, 3});
        QVERIFY(cliques.bytes() >= static_cast<std::size_t>(cliqueEdges(*graph)) * 4);
        QVERIFY(nets.bytes() * 5 < cliques.bytes());
    }
};

QTEST_APPLESS_MAIN(TestDeepGraph)
#include "tst_deepgraph.moc"
