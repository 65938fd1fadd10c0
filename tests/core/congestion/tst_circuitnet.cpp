// SPDX-License-Identifier: GPL-3.0-or-later
// CircuitNet netlists and the graphs they stand for, against the published counts and brute force.
#include "core/congestion/circuitnet.h"
#include "core/congestion/features.h"
#include "core/congestion/graph.h"
#include "core/congestion/split.h"

#include "shareddata.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <set>

using namespace ohm::congestion;
using namespace std::string_literals;

namespace {

constexpr auto kDemo = "congestion/circuitnet_n28_demo";

Incidence randomIncidence(unsigned seed, std::size_t nodes, std::size_t nets, std::size_t pins) {
    std::mt19937 random(seed);
    Incidence h;
    h.nodes = nodes;
    h.nets = nets;
    for (std::size_t p = 0; p < pins; ++p) {
        h.pinNode.push_back(static_cast<std::int32_t>(random() % nodes));
        // A few large nets and many small ones.
        h.pinNet.push_back(static_cast<std::int32_t>((random() % nets) * (random() % 3) / 2));
    }
    return h;
}

std::size_t column(const QStringList& header, const char* name) {
    const qsizetype at = header.indexOf(QString::fromLatin1(name));
    return at < 0 ? 0 : static_cast<std::size_t>(at);
}

} // namespace

class TestCircuitNet : public QObject {
    Q_OBJECT
private:
    QTemporaryDir m_dir;
    std::filesystem::path write(const QString& name, const QByteArray& bytes) const {
        QFile file(m_dir.filePath(name));
        if (file.open(QIODevice::WriteOnly))
            file.write(bytes);
        return m_dir.filePath(name).toStdString();
    }
    static ohm::Expected<Design> read(const std::filesystem::path& file) {
        const auto files = findCircuitNet(file);
        if (!files)
            return files.failure();
        if (!*files)
            return ohm::fail("TEST", "no netlist");
        return readCircuitNet(**files);
    }
    std::filesystem::path
    small(const QByteArray& pins = "#node_id\tpin\tnet_ids\n"
                                   "0\tA\t0\n1\tZ\t0\n2\tD\t[0,1,1]\n3\tQ\t1\n",
          const QByteArray& placements = "#node_id\tinstance\tleft\tbottom\tright\ttop\n"
                                         "0\tu0\t1\t2\t2\t2\n2\tu2\t4\t0\t5\t3\n3\tu3\t0\t0\t0\t0\n"
                                         "-1\tbuffer\t7\t7\t7\t8\n") const {
        write(QStringLiteral("s.nodes.tsv"),
              "#node_id\tinstance\tcell\n0\tu0\tINV\n1\tu1\tINV\n2\tu2\tRAM\n3\tu3\tDFF\n");
        write(QStringLiteral("s.nets.tsv"), "#net_id\tname\n0\ta\n1\tb\n2\tc\n");
        write(QStringLiteral("s.placements.tsv"), placements);
        return write(QStringLiteral("s.pins.tsv"), pins);
    }

private slots:
    void aSmallNetlist() {
        const auto design = read(small());
        QVERIFY2(design.ok(), design.ok() ? "" : design.error().message().c_str());
        QCOMPARE(design->format, "circuitnet-tsv"s);
        QCOMPARE(design->pins.pins(), std::size_t{6});
        QCOMPARE(design->pinRows, std::size_t{4});
        QCOMPARE(design->busPinRows, std::size_t{1});
        QCOMPARE(design->placementOnly, std::size_t{1});
        QCOMPARE(design->grid.columns, 8);
        QCOMPARE(design->grid.rows, 9);
        QCOMPARE(design->cells[0][0], 1); // (1 + 2) / 2 rounded down
        QCOMPARE(design->cells[2][1], 1);
        QCOMPARE(design->boxes[0].right, 3.0);
        const Design placed = placedPart(*design);
        QCOMPARE(placed.pins.nodes, std::size_t{3});
        QCOMPARE(placed.pins.nets, std::size_t{2}); // net c never had a pin
        QCOMPARE(placed.nodeNames[1], "u2"s);
        const GraphCounts counts = countGraphs(placed.pins);
        // net a: u0, u2 -> 2; net b: u2, u2, u3 -> 9 - 4 - 1 = 4.
        QCOMPARE(counts.cliqueEdges, std::size_t{6});
        QCOMPARE(counts.perNetUnique, std::size_t{4});
        const auto x = nodeFeatures(placed);
        const std::size_t width = nodeFeatureNames().size();
        QCOMPARE(x.size(), 3 * width);
        QCOMPARE(x[0], 2.0F);         // width of u0
        QCOMPARE(x[1], 1.0F);         // height
        QCOMPARE(x[2], 2.0F / 8);     // middle of columns 1 and 2
        QCOMPARE(x[4], 1.0F);         // pins
        QCOMPARE(x[width + 4], 3.0F); // pins of u2
        QCOMPARE(x[width + 5], 2.0F); // nets
        QCOMPARE(x[width + 6], 2.5F); // (2 + 3) / 2 pins
        QCOMPARE(x[width + 7], 3.0F);
        QCOMPARE(x[width + 8], 4.5F); // a spans (1,2)-(4,1), b (4,1)-(0,0)
        QCOMPARE(x[width + 9], 5.0F);
    }
    void mapsAddUp() {
        const Design placed = placedPart(*read(small()));
        const auto maps = featureMaps(placed);
        const std::size_t cells = placed.grid.count();
        QCOMPARE(maps.size(), 3 * cells);
        const auto sum = [&](std::size_t k) {
            return std::accumulate(maps.begin() + static_cast<std::ptrdiff_t>(k * cells),
                                   maps.begin() + static_cast<std::ptrdiff_t>((k + 1) * cells),
                                   0.0);
        };
        QCOMPARE(sum(0), 2.0 + 8.0 + 1.0); // areas of the three boxes
        // A net's box of w x h cells gets (1/w + 1/h) each: w + h in all.
        QVERIFY(std::abs(sum(1) - ((4.0 + 2.0) + (5.0 + 2.0))) < 1e-5);
        QCOMPARE(sum(2), 5.0);
        QCOMPARE(maps[placed.grid.index(4, 0)], 1.0F);
        QCOMPARE(maps[placed.grid.index(3, 0)], 0.0F);
        QCOMPARE(maps[2 * cells + placed.grid.index(4, 1)], 3.0F);
        QVERIFY(std::abs(maps[cells + placed.grid.index(1, 2)] - (1.0F / 4 + 1.0F / 2)) < 1e-6F);
    }
    void brokenTables_data() {
        QTest::addColumn<QByteArray>("pins");
        QTest::addColumn<QByteArray>("placements");
        QTest::addColumn<QString>("code");
        const QByteArray head = "#node_id\tpin\tnet_ids\n";
        const QByteArray good = "#node_id\tinstance\tleft\tbottom\tright\ttop\n";
        const auto row = [](const char* name, const QByteArray& pins, const QByteArray& places,
                            const char* code) {
            QTest::newRow(name) << pins << places << QString::fromLatin1(code);
        };
        row("node outside", head + "9\tA\t0\n", good, "CONG-021");
        row("node below", head + "-1\tA\t0\n", good, "CONG-021");
        row("net outside", head + "0\tA\t3\n", good, "CONG-021");
        row("net in a list", head + "0\tA\t[0,99999999999]\n", good, "CONG-021");
        row("not a number", head + "0\tA\tx\n", good, "CONG-020");
        row("overflow", head + "0\tA\t99999999999999999999\n", good, "CONG-020");
        row("open list", head + "0\tA\t[0,1\n", good, "CONG-020");
        row("columns", head + "0\tA\n", good, "CONG-020");
        row("more columns", head + "0\tA\t0\t0\n", good, "CONG-020");
        row("cut", head + "0\tA\t0", good, "CONG-020");
        row("no heading", "0\tA\t0\n", good, "CONG-010"); // then it would be an array
        row("empty", "", good, "CONG-010");
        row("box inside out", head + "0\tA\t0\n", good + "0\tu0\t5\t5\t4\t5\n", "CONG-023");
        row("box far away", head + "0\tA\t0\n", good + "0\tu0\t1\t1\t999999999\t1\n", "CONG-023");
        row("box of text", head + "0\tA\t0\n", good + "0\tu0\ta\tb\tc\td\n", "CONG-020");
    }
    void brokenTables() {
        QFETCH(QByteArray, pins);
        QFETCH(QByteArray, placements);
        QFETCH(QString, code);
        const auto design = read(small(pins, placements));
        QVERIFY(!design.ok());
        QCOMPARE(QString::fromStdString(design.error().code), code);
    }
    void aMissingFileIsNamed() {
        QTemporaryDir empty;
        const QString path = empty.filePath(QStringLiteral("x.pins.tsv"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("#node_id\tpin\tnet_ids\n");
        file.close();
        const auto design = read(path.toStdString());
        QVERIFY(!design.ok());
        QCOMPARE(design.error().code, "CONG-022"s);
        QVERIFY(design.error().detail.find("x.nets.tsv") != std::string::npos);
    }
    void nodesWithoutATableAreBounded() {
        QTemporaryDir folder;
        const auto put = [&](const char* name, const QByteArray& bytes) {
            QFile file(folder.filePath(QString::fromLatin1(name)));
            if (file.open(QIODevice::WriteOnly))
                file.write(bytes);
        };
        put("y.nets.tsv", "#net_id\tname\n0\ta\n");
        put("y.pins.tsv", "#node_id\tpin\tnet_ids\n2000000000\tA\t0\n");
        const auto design = read(folder.filePath(QStringLiteral("y.pins.tsv")).toStdString());
        QVERIFY(!design.ok());
        QCOMPARE(design.error().code, "CONG-021"s);
    }

    void countsOfARandomNetlistByBruteForce() {
        for (unsigned seed = 0; seed < 5; ++seed) {
            const Incidence h = randomIncidence(seed, 60, 40, 260);
            std::vector<std::vector<std::int32_t>> nets(h.nets);
            for (std::size_t p = 0; p < h.pins(); ++p)
                nets[static_cast<std::size_t>(h.pinNet[p])].push_back(h.pinNode[p]);
            std::map<std::pair<int, int>, int> weight;
            std::size_t unique = 0, capped = 0;
            for (const auto& net : nets) {
                for (const auto a : net) {
                    for (const auto b : net) {
                        if (a != b)
                            ++weight[{a, b}];
                    }
                }
                const std::size_t k = std::set<int>(net.begin(), net.end()).size();
                unique += k * (k - (k > 0));
                capped += k > 8 ? k * 7 : k * (k - (k > 0));
            }
            std::size_t edges = 0;
            for (const auto& [pair, count] : weight)
                edges += static_cast<std::size_t>(count);
            const GraphCounts counts = countGraphs(h);
            QCOMPARE(counts.cliqueEdges, edges);
            QCOMPARE(counts.perNetUnique, unique);
            QCOMPARE(counts.capped8, capped);
            const auto whole = cliqueGraph(h, CliqueKind::Multiplicity);
            const auto simple = cliqueGraph(h, CliqueKind::Simple);
            QVERIFY(whole.ok() && simple.ok());
            QCOMPARE(whole->column.size(), edges);
            QCOMPARE(simple->column.size(), weight.size());
            // A = H H^T - diag(sum m^2): the factorised form gives the very same sums.
            const FactorisedGraph f = factorisedGraph(h);
            std::vector<double> x(h.nodes), net(h.nets, 0), by(h.nodes, 0), direct(h.nodes, 0);
            for (std::size_t i = 0; i < h.nodes; ++i)
                x[i] = static_cast<double>((i * 7) % 13) - 5;
            for (std::size_t e = 0; e < h.nets; ++e) {
                for (auto p = f.nodesOfNet.rowPtr[e]; p < f.nodesOfNet.rowPtr[e + 1]; ++p)
                    net[e] += x[static_cast<std::size_t>(
                        f.nodesOfNet.column[static_cast<std::size_t>(p)])];
            }
            for (std::size_t i = 0; i < h.nodes; ++i) {
                for (auto p = f.netsOfNode.rowPtr[i]; p < f.netsOfNode.rowPtr[i + 1]; ++p)
                    by[i] += net[static_cast<std::size_t>(
                        f.netsOfNode.column[static_cast<std::size_t>(p)])];
                by[i] -= static_cast<double>(f.self[i]) * x[i];
                for (auto p = whole->rowPtr[i]; p < whole->rowPtr[i + 1]; ++p)
                    direct[i] +=
                        x[static_cast<std::size_t>(whole->column[static_cast<std::size_t>(p)])];
            }
            QCOMPARE(by, direct); // integers: exact
        }
    }
    void tooManyEdgesAreRefusedBeforeTheyAreMade() {
        Incidence h;
        h.nodes = 200'000;
        h.nets = 1;
        for (std::int32_t i = 0; i < 200'000; ++i) {
            h.pinNode.push_back(i);
            h.pinNet.push_back(0);
        }
        QCOMPARE(countGraphs(h).cliqueEdges, std::size_t{200'000} * 199'999);
        const auto graph = cliqueGraph(h, CliqueKind::Multiplicity);
        QVERIFY(!graph.ok());
        QCOMPARE(graph.error().code, "CONG-050"s);
    }

    void publishedCounts() {
        const auto folder = sharedData(QString::fromLatin1(kDemo));
        if (folder.empty())
            QSKIP("no real data beside the checkout");
        QFile table(QString::fromStdString((folder / "EXPECTED.tsv").string()));
        QVERIFY(table.open(QIODevice::ReadOnly));
        const QStringList header =
            QString::fromUtf8(table.readLine().trimmed()).mid(1).split(QLatin1Char('\t'));
        std::map<QString, Design> designs;
        int lines = 0;
        for (; !table.atEnd(); ++lines) {
            const QStringList f =
                QString::fromUtf8(table.readLine().trimmed()).split(QLatin1Char('\t'));
            const auto want = [&](const char* name) {
                return f[static_cast<qsizetype>(column(header, name))].toULongLong();
            };
            if (!designs.contains(f[0])) {
                auto design = read(folder / (f[0].toStdString() + ".pins.tsv.gz"));
                QVERIFY2(design.ok(), design.ok() ? "" : design.error().message().c_str());
                designs.emplace(f[0], std::move(*design));
            }
            const Design& all = designs.at(f[0]);
            const bool placed = f[1] == QLatin1String("placed");
            QCOMPARE(all.pins.nodes, want("nodes"));
            QCOMPARE(all.pins.nets, want("nets"));
            QCOMPARE(all.pinRows, want("pin_rows"));
            QCOMPARE(all.busPinRows, want("bus_pin_rows"));
            const Design part = placed ? placedPart(all) : usedPart(all);
            const GraphCounts c = countGraphs(part.pins);
            QCOMPARE(c.nodes, want("used_nodes"));
            QCOMPARE(c.nets, want("used_nets"));
            QCOMPARE(c.pins, want("incidences"));
            QCOMPARE(c.distinctPairs, want("distinct_node_net_pairs"));
            QCOMPARE(c.cliqueEdges, want("clique_edges_ordered"));
            QCOMPARE(c.withSelfLoops, want("with_self_loops"));
            QCOMPARE(c.perNetUnique, want("per_net_unique"));
            QCOMPARE(c.capped8, want("capped8"));
            QCOMPARE(c.largestNet, want("max_net_pins"));
            QCOMPARE(c.hyperTerms, want("hyper_terms"));
            QCOMPARE(c.directTerms, want("hybrid_lt4_terms"));
            QCOMPARE(c.directNets, want("hybrid_lt4_net_rows"));
            QCOMPARE(QString::number(c.shareOfTwo, 'f', 4),
                     f[static_cast<qsizetype>(column(header, "share_2pin"))]);
            QCOMPARE(QString::number(c.meanNetPins, 'f', 4),
                     f[static_cast<qsizetype>(column(header, "mean_net_pins"))]);
            if (!placed)
                continue;
            QCOMPARE(all.placementRows, want("placement_rows"));
            QCOMPARE(all.placementOnly, want("placement_only"));
            if (!f[0].startsWith(QLatin1String("7157")))
                continue;
            QCOMPARE(c.nodes, std::size_t{38'656});
            QCOMPARE(c.cliqueEdges, std::size_t{6'729'528});
            const auto simple = cliqueGraph(part.pins, CliqueKind::Simple);
            QVERIFY(simple.ok());
            QCOMPARE(simple->column.size(), want("simple_graph_ordered"));
            std::vector<std::int64_t> degrees;
            for (std::size_t i = 0; i < c.nodes; ++i)
                degrees.push_back(simple->rowPtr[i + 1] - simple->rowPtr[i]);
            QCOMPARE(static_cast<std::size_t>(*std::max_element(degrees.begin(), degrees.end())),
                     want("deg_max"));
            const auto whole = cliqueGraph(part.pins, CliqueKind::Multiplicity);
            QVERIFY(whole.ok());
            QCOMPARE(whole->column.size(), c.cliqueEdges);
        }
        QCOMPARE(lines, 8);
    }
    void arraysAndTablesAgree() {
        const auto folder = sharedData(QString::fromLatin1(kDemo));
        if (folder.empty())
            QSKIP("no real data beside the checkout");
        const auto arrays = read(folder / "raw_npy/9276-zero-riscy-b-1-c2-u0.85-m1-p1-f1.npy.gz");
        const auto tables =
            read(folder / "9276-zero-riscy-b-1-c2-u0.85-m1-p1-f1.placements.tsv.gz");
        QVERIFY2(arrays.ok(), arrays.ok() ? "" : arrays.error().message().c_str());
        QVERIFY(tables.ok());
        QCOMPARE(arrays->format, "circuitnet-npy"s);
        QCOMPARE(arrays->name, tables->name);
        QVERIFY(arrays->pins.pinNode == tables->pins.pinNode);
        QVERIFY(arrays->pins.pinNet == tables->pins.pinNet);
        QVERIFY(arrays->nodeNames == tables->nodeNames);
        QVERIFY(arrays->masters == tables->masters);
        QVERIFY(arrays->netNames == tables->netNames);
        QVERIFY(arrays->cells == tables->cells);
        QVERIFY(arrays->placed == tables->placed);
        QCOMPARE(arrays->busPinRows, tables->busPinRows);
        const auto unplaced = read(folder / "raw_npy/zero-riscy-b-1-c2_pin_attr.npy.gz");
        QVERIFY(unplaced.ok());
        QVERIFY(!unplaced->hasPlacement);
        QCOMPARE(countGraphs(usedPart(*unplaced).pins).cliqueEdges, std::size_t{926'360});
    }

    void splits() {
        std::vector<SplitDesign> designs;
        for (const char* name :
             {"7157-zero-riscy-a-1-c2-u0.8-m1-p1-f0", "9276-zero-riscy-b-1-c2-u0.85-m1-p1-f1",
              "2017-RISCY-b-1-c2-u0.7-m1-p6-f0", "RISCY-FPU-b-1-c5", "ibex", "gcd"})
            designs.push_back({name, familyOf(name), 100});
        QCOMPARE(designs[0].family, "zero-riscy"s);
        QCOMPARE(designs[3].family, "RISCY-FPU"s);
        QCOMPARE(designs[4].family, "ibex"s);
        SplitOptions options;
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            options.seed = seed;
            const auto parts = splitNodes(designs, options);
            QVERIFY(parts.ok());
            std::map<Part, int> count;
            for (std::size_t g = 0; g < designs.size(); ++g) {
                ++count[(*parts)[g * 100]];
                for (std::size_t i = 0; i < 100; ++i) // a design lies on one side
                    QCOMPARE((*parts)[g * 100 + i], (*parts)[g * 100]);
            }
            QCOMPARE((*parts)[0], (*parts)[100]); // and so does a family
            QVERIFY(count[Part::Training] > 0 && count[Part::Validation] > 0 &&
                    count[Part::Test] > 0);
            QVERIFY(*parts == *splitNodes(designs, options));
        }
        options.testDesigns = {"gcd"};
        const auto named = splitNodes(designs, options);
        QVERIFY(named.ok());
        QVERIFY(std::all_of(named->begin() + 500, named->end(),
                            [](Part part) { return part == Part::Test; }));
        QCOMPARE(std::count(named->begin(), named->end(), Part::Test), 100);
        options.testDesigns = {"nothing"};
        QCOMPARE(splitNodes(designs, options).error().code, "CONG-051"s);
        options = {};
        options.by = SplitOptions::By::Node;
        const auto nodes = splitNodes({{"one", {}, 1000}}, options);
        QVERIFY(nodes.ok());
        QCOMPARE(std::count(nodes->begin(), nodes->end(), Part::Training), 800);
        QCOMPARE(std::count(nodes->begin(), nodes->end(), Part::Test), 100);
        options.seed = 1;
        QVERIFY(*nodes != *splitNodes({{"one", {}, 1000}}, options));
        options.by = SplitOptions::By::Design; // one design cannot be kept apart from itself
        QCOMPARE(splitNodes({{"one", {}, 1000}}, options).error().code, "CONG-051"s);
        options.testShare = std::nan("");
        QVERIFY(!splitNodes(designs, options).ok());
    }
};

QTEST_GUILESS_MAIN(TestCircuitNet)
#include "tst_circuitnet.moc"
