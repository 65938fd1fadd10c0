// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/netlist/reader.h"
#include "core/parasitics/importing.h"
#include "core/parasitics/labels.h"
#include "core/parasitics/pairs.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>

using namespace ohm;
using namespace ohm::parasitics;

namespace {

constexpr const char* kSchematic =
    "* schematic\n"
    ".subckt inv a y vdd vss\n"
    "xmp y a mid vdd sky130_fd_pr__pfet_01v8 w=1000000u l=150000u\n"
    "xmn mid a vss vss sky130_fd_pr__nfet_01v8 w=650000u l=150000u m=2\n"
    ".ends\n"
    ".subckt top in<1> in<0> out vdd vss\n"
    "xi1 in<1> n1 vdd vss inv\n"
    "xi2 n1 out vdd vss inv\n"
    "xr in<0> n1 vss sky130_fd_pr__res_high_po w=1 l=5\n"
    ".ends\n";
constexpr const char* kExtraction =
    ".subckt top in[1] in[0] out VDD VSS\n"
    "C0 in[1] n1 0.5f\nC1 n1 i1/mid 0.2f\nC2 n1 VSS 1f\nC3 out VDD 3f\nC4 w_1_2# n1 0.7f\n"
    "C5 in[1] in[0] 0.1f\nC6 i2/mid VSS 0.3f\nC7 i2/y in[0] 0.25f\n.ends\n";

std::filesystem::path sharedParasitics() {
    const QString given = qEnvironmentVariable("OHMSCAPE_SHARED");
    return (given.isEmpty() ? QStringLiteral(OHMSCAPE_SOURCE_DIR "/../shared") : given)
               .toStdString() +
           std::string("/data/parasitics");
}

netlist::CircuitPtr schematic() {
    const auto circuit = netlist::readNetlistText(kSchematic, "schematic", {});
    return circuit ? *circuit : nullptr;
}

std::uint32_t netOf(const CircuitGraph& g, const std::string& name) {
    return static_cast<std::uint32_t>(std::find(g.netNames.begin(), g.netNames.end(), name) -
                                      g.netNames.begin());
}

float stat(const CircuitGraph& g, const std::string& net, std::size_t column) {
    return g.netStats[netOf(g, net) * kNetStats + column];
}

} // namespace

class TestDesign : public QObject {
    Q_OBJECT
private slots:
    /// Rails of names that nobody knows are found by the bulks on them; never among known ones.
    void railsByBulk() {
        const char* text = ".subckt top in out vhot vcold\n"
                           "m1 n1 in vhot vhot p w=1u l=1u\nm2 n1 in vcold vcold n w=1u l=1u\n"
                           "m3 out n1 vhot vhot p w=1u l=1u\nm4 out n1 vcold vcold n w=1u l=1u\n"
                           ".model n nmos\n.model p pmos\n.ends\n";
        const auto circuit = netlist::readNetlistText(text, "t", {});
        QVERIFY(circuit);
        const auto g = buildGraph(**circuit);
        QVERIFY(g.ok());
        QCOMPARE(g->netNames, (std::vector<std::string>{"in", "out", "n1"}));
        QCOMPARE(g->pinRail[2], std::uint8_t{2}); // source of m1
        QCOMPARE(g->pinRail[5], std::uint8_t{1});
        GraphOptions options;
        options.supply = {"out"};
        const auto told = buildGraph(**circuit, options);
        QVERIFY(told.ok()); // a supply is named: no other is guessed
        QCOMPARE(told->netNames, (std::vector<std::string>{"in", "vhot", "n1"}));
    }

    /// What couples to a supply is left out, or counts as capacitance to ground.
    void supplies() {
        QTemporaryDir folder;
        const std::filesystem::path path(folder.path().toStdString());
        QVERIFY(writeFileAtomically(path / "schematic.sp", kSchematic).ok());
        QVERIFY(writeFileAtomically(path / "extracted.sp", kExtraction).ok());
        ImportRequest request;
        request.paths = {path};
        const auto left = importDesigns(request);
        request.suppliesAreGround = true;
        const auto grounded = importDesigns(request);
        QVERIFY(left.ok() && grounded.ok());
        const auto& a = left->front().paired;
        const auto& b = grounded->front().paired;
        const auto out = netOf(a.design.graph, "out");
        QCOMPARE(a.design.ground[out], 0.0F);
        QCOMPARE(b.design.ground[out], 3e-15F);
        QCOMPARE(a.report.couplingsSupply, std::size_t{1});
        QCOMPARE(b.report.couplingsSupply, std::size_t{0});
        QCOMPARE(a.design.couplings.size(), b.design.couplings.size());
        QCOMPARE(b.design.provenance.at("supplies"), std::string("ground"));
    }

    void graph() {
        const auto circuit = schematic();
        QVERIFY(circuit);
        const auto g = buildGraph(*circuit);
        QVERIFY(g.ok());
        // Nets: in[1], in[0], out, n1 and two mid; VDD and VSS are rails.
        QCOMPARE(g->nets, 6u);
        QCOMPARE(g->devices, 5u);
        QCOMPARE(g->pins, 4u * 3 + 3); // no bulk pins
        QCOMPARE(g->edgeCount(),
                 std::size_t{15 + 15 - 2 - 1}); // two sources and the well on a rail
        // n1 is the output of one inverter and the input of the other: drain, two gates, a
        // resistor.
        QCOMPARE(stat(*g, "n1", 0), 1.0F + 1.0F + 2.0F);
        QCOMPARE(stat(*g, "n1", 1), 1.0F + 2.0F);
        QCOMPARE(stat(*g, "n1", 2), 1.0F);
        QVERIFY(std::abs(stat(*g, "n1", 4) - 1e-6F) < 1e-12F); // micrometres became metres
        QVERIFY(std::abs(stat(*g, "n1", 5) - 3 * 0.15e-6F) < 1e-12F);
        QCOMPARE(stat(*g, "n1", 6), 1.0F);
        QCOMPARE(stat(*g, "n1", 15), 0.0F);
        QCOMPARE(stat(*g, "out", 15), 1.0F);
        QCOMPARE(stat(*g, "i1.mid", 16), 0.5F);
        const Adjacency a = adjacencyOf(*g);
        QCOMPARE(a.nodes(), std::size_t{g->nodes()});
        QCOMPARE(a.columns.size(), 2 * g->edgeCount());
    }

    void pairing() {
        const auto circuit = schematic();
        const auto extraction = readExtractionText(kExtraction, "extraction");
        QVERIFY(extraction.ok());
        const auto paired = pairDesign(*circuit, *extraction);
        QVERIFY2(paired.ok(), paired.ok() ? "" : paired.error().message().c_str());
        const auto& r = paired->report;
        const auto& d = paired->design;
        QCOMPARE(r.couplings, std::size_t{4});
        QCOMPARE(r.couplingsSupply, std::size_t{1});
        QCOMPARE(r.couplingsLost, std::size_t{1});
        QCOMPARE(r.unpairedTotal, std::size_t{1});
        QCOMPARE(r.unpaired[0].name, std::string("w_1_2#"));
        QVERIFY(std::abs(r.unpaired[0].farad - 0.7e-15) < 1e-21);
        QCOMPARE(r.groundNets, std::size_t{2});
        QVERIFY(std::abs(d.ground[netOf(d.graph, "n1")] - 1e-15F) < 1e-20F);
        // "i2/y" is the port of an instance: it means out.
        const auto out = netOf(d.graph, "out"), in0 = netOf(d.graph, "in[0]");
        QVERIFY(std::any_of(d.couplings.begin(), d.couplings.end(), [&](const Coupling& c) {
            return c.a == std::min(out, in0) && c.b == std::max(out, in0) &&
                   std::abs(c.farad - 0.25e-15F) < 1e-21F;
        }));
    }

    void unrelated() {
        const auto extraction =
            readExtractionText(".subckt t p q\nC1 p q 1f\nC2 p vss 1f\n.ends\n", "other");
        const auto paired = pairDesign(*schematic(), *extraction);
        QVERIFY(!paired.ok());
        QCOMPARE(paired.error().code, std::string("PAR-021"));
    }

    void pins() {
        const auto extraction = readExtractionText(
            "*|DSPF 1\n*|GROUND_NET VSS\n*|NET n1 1f\n*|I (xi2/xmn:g xi2/xmn g I)\nC1 n1 VSS 1f\n"
            "C2 xi2/xmn:g VSS 0.5f\n*|NET out 1f\n*|I (xi2/xmp:d xi2/xmp d O)\nC3 xi2/xmp:d n1 "
            "0.5f\n"
            "C4 xi2/xmp:d xi2/xmn:g 0.1f\nC5 xi9/xmp:d out 1f\n",
            "dspf");
        QVERIFY(extraction.ok());
        const auto paired = pairDesign(*schematic(), *extraction);
        QVERIFY2(paired.ok(), paired.ok() ? "" : paired.error().message().c_str());
        std::size_t kinds[3] = {0, 0, 0};
        for (const Coupling& c : paired->design.couplings)
            ++kinds[static_cast<std::size_t>(c.kind)];
        QCOMPARE(kinds[1], std::size_t{1}); // pin to net
        QCOMPARE(kinds[2], std::size_t{1}); // pin to pin
        QCOMPARE(paired->design.pinGround.size(), std::size_t{paired->design.graph.pins});
        QCOMPARE(paired->report.pins, std::size_t{2});
    }

    void file() {
        QTemporaryDir folder;
        const auto path = folder.filePath(QStringLiteral("d.h5")).toStdString();
        const auto extraction = readExtractionText(kExtraction, "extraction");
        auto paired = pairDesign(*schematic(), *extraction);
        paired->design.graph.name = "one";
        Design second = paired->design;
        second.graph.name = "two";
        second.couplings.clear();
        QVERIFY(writeDesigns({paired->design, second}, path).ok());
        const auto back = readDesigns(path);
        QVERIFY2(back.ok(), back.ok() ? "" : back.error().message().c_str());
        QCOMPARE(back->size(), std::size_t{2});
        QCOMPARE((*back)[0].graph.netNames, paired->design.graph.netNames);
        QCOMPARE((*back)[0].graph.netStats, paired->design.graph.netStats);
        QCOMPARE((*back)[0].couplings.size(), paired->design.couplings.size());
        QCOMPARE((*back)[1].graph.name, std::string("two"));
        QVERIFY((*back)[1].couplings.empty());
        // Damage anywhere is an error or harmless, never a crash.
        QFile original(QString::fromStdString(path));
        QVERIFY(original.open(QIODevice::ReadOnly));
        const QByteArray bytes = original.readAll();
        for (qsizetype at = 0; at < bytes.size(); at += 97) {
            QByteArray damaged = bytes;
            damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
            QFile copy(folder.filePath(QStringLiteral("x.h5")));
            QVERIFY(copy.open(QIODevice::WriteOnly));
            copy.write(damaged);
            copy.close();
            const auto read = readDesigns(copy.fileName().toStdString());
            QVERIFY(read.ok() || !read.error().code.empty());
        }
        QCOMPARE(readDesigns(folder.filePath(QStringLiteral("none.h5")).toStdString()).error().code,
                 std::string("BASE-001"));
    }

    void candidates() {
        const auto g = buildGraph(*schematic());
        const PairContext context(*g);
        const auto pairs = context.candidates();
        const auto has = [&](const char* a, const char* b) {
            const auto x = netOf(*g, a), y = netOf(*g, b);
            return std::binary_search(pairs.begin(), pairs.end(),
                                      std::make_pair(std::min(x, y), std::max(x, y)));
        };
        QVERIFY(has("in[1]", "n1"));    // one device
        QVERIFY(has("in[1]", "in[0]")); // two bits of a bus
        float f[kPairFeatures];
        context.features(netOf(*g, "in[1]"), netOf(*g, "n1"), f);
        QVERIFY(f[6] == 1.0F && f[7] == 0.0F && f[8] == 0.0F);
        QVERIFY(f[1] > 0); // gate to drain
        context.features(netOf(*g, "in[1]"), netOf(*g, "in[0]"), f);
        QVERIFY(f[9] == 1.0F);
        float back[kPairFeatures];
        context.features(netOf(*g, "in[0]"), netOf(*g, "in[1]"), back);
        QVERIFY(std::equal(f, f + kPairFeatures, back)); // order does not count
    }

    /// Against the statistics that come with the real designs.
    void realDesigns_data() {
        QTest::addColumn<QString>("design");
        QTest::addColumn<int>("devices");
        QTest::addColumn<int>("couplings"); // signal to signal, both nets in the schematic
        QTest::addColumn<int>("inRange");
        QTest::addColumn<int>("supply");
        QTest::newRow("sram") << QStringLiteral("sram22_64x24m4w8") << 22911 << 29829 << -1 << 5370;
        QTest::newRow("clkgen") << QStringLiteral("iic_clkgen_edgedetect") << 3507 << 2099 << 1857
                                << 698;
        QTest::newRow("vcm") << QStringLiteral("iic_vcm_generator") << 316 << 244 << 239 << 56;
        QTest::newRow("openrcx") << QStringLiteral("iic_clkgen_openrcx_spef") << 6596 << 0 << 0
                                 << 0;
        QTest::newRow("mux4") << QStringLiteral("sky130_fd_sc_hd__mux4_1") << 26 << 72 << 72 << 36;
    }
    void realDesigns() {
        QFETCH(QString, design);
        QFETCH(int, devices);
        QFETCH(int, couplings);
        QFETCH(int, inRange);
        QFETCH(int, supply);
        const auto folder = sharedParasitics() / design.toStdString();
        if (!std::filesystem::exists(folder))
            QSKIP("the shared data is not here");
        ImportRequest request;
        request.paths = {folder};
        const auto imported = importDesigns(request);
        QVERIFY2(imported.ok(), imported.ok() ? "" : imported.error().message().c_str());
        const auto& report = imported->front().paired.report;
        QCOMPARE(static_cast<int>(imported->front().paired.design.graph.devices), devices);
        QCOMPARE(static_cast<int>(report.couplings), couplings);
        if (inRange >= 0)
            QCOMPARE(static_cast<int>(report.couplingsInRange), inRange);
        QCOMPARE(static_cast<int>(report.couplingsSupply), supply);
        if (design.contains(QStringLiteral("openrcx"))) {
            QCOMPARE(report.pairedNets, std::size_t{623});
            QCOMPARE(report.groundNets, std::size_t{623});
        }
    }

    /// Of several designs the sound ones come in, and each of the others is told with its reason.
    void soundOnesComeIn() {
        QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        const std::string schematic = ".subckt t a b vss\nM1 a b vss vss n w=1u l=0.15u\n"
                                      "M2 b a vss vss n w=1u l=0.15u\n.ends\n";
        const std::string extraction = ".subckt t a b vss\nC1 a b 1f\nC2 a vss 2f\n.ends\n";
        const auto write = [&](const char* name, const std::string& s, const std::string& e) {
            std::filesystem::create_directories(root / name);
            std::ofstream(root / name / "schematic.sp") << s;
            std::ofstream(root / name / "extracted.sp") << e;
        };
        write("a-good", schematic, extraction);
        write("b-swapped", extraction, schematic);
        write("c-empty", "", extraction);
        write("d-good", schematic, extraction);
        write("e-rails", ".subckt t vdd vss\nM1 vdd vss vss vss n w=1u l=0.15u\n.ends\n",
              extraction);
        ImportRequest request;
        request.paths = {root};
        std::vector<FailedImport> failed;
        const auto imported = importDesigns(request, {}, noProgress(), &failed);
        QVERIFY2(imported.ok(), imported.ok() ? "" : imported.error().message().c_str());
        QCOMPARE(imported->size(), std::size_t{2});
        QCOMPARE((*imported)[1].paired.design.graph.name, std::string("d-good"));
        QCOMPARE(failed.size(), std::size_t{3});
        QCOMPARE(failed[0].name, std::string("b-swapped"));
        QVERIFY2(failed[0].error.hint.find("exchanged") != std::string::npos,
                 failed[0].error.message().c_str());
        QCOMPARE(failed[1].error.code, std::string("PAR-008"));
        QVERIFY(failed[1].error.where.find("schematic.sp") != std::string::npos);
        QCOMPARE(failed[2].error.code, std::string("PAR-020"));
        QVERIFY(failed[2].error.where.find("schematic.sp") != std::string::npos);
        // Where nobody asks, or none is sound, the first failure is the answer.
        QCOMPARE(importDesigns(request).error().code, std::string("PAR-001"));
        request.paths = {root / "c-empty"};
        QCOMPARE(importDesigns(request, {}, noProgress(), &failed).error().code,
                 std::string("PAR-008"));
        // A stop ends all.
        StopSource source;
        source.requestStop();
        request.paths = {root};
        QVERIFY(!importDesigns(request, source.token(), noProgress(), &failed).ok());
    }

    void nothingToImport() {
        QTemporaryDir folder;
        ImportRequest request;
        request.paths = {folder.path().toStdString()};
        const auto imported = importDesigns(request);
        QVERIFY(!imported.ok());
        QCOMPARE(imported.error().code, std::string("PAR-006"));
    }
};

QTEST_APPLESS_MAIN(TestDesign)
#include "tst_design.moc"
