// SPDX-License-Identifier: GPL-3.0-or-later
// From files to a set that networks take, and back from its file.
#include "core/congestion/graph.h"
#include "core/congestion/imageset.h"
#include "core/dataset/mapset.h"

#include "shareddata.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <limits>
#include <numeric>

using namespace ohm::congestion;
using namespace std::string_literals;

namespace {

const QByteArray kDef = R"(VERSION 5.8 ;
DESIGN core ;
UNITS DISTANCE MICRONS 1000 ;
DIEAREA ( 0 0 ) ( 400 300 ) ;
TRACKS X 0 DO 45 STEP 10 LAYER metal2 ;
TRACKS Y 0 DO 35 STEP 10 LAYER metal3 ;
GCELLGRID X 0 DO 4 STEP 100 ;
GCELLGRID Y 0 DO 3 STEP 100 ;
COMPONENTS 3 ;
 - u1 INV + PLACED ( 10 10 ) N ;
 - u2 INV + PLACED ( 210 110 ) N ;
 - fill FILL + PLACED ( 310 110 ) N ;
END COMPONENTS
NETS 2 ;
 - a ( u1 A ) ( u2 A )
   + ROUTED metal3 ( 10 10 ) ( 210 * ) NEW metal2 ( 210 10 ) ( * 110 ) ;
 - b ( u1 Z ) ;
END NETS
END DESIGN
)";

} // namespace

class TestCongestionSet : public QObject {
    Q_OBJECT
private:
    QTemporaryDir m_dir;
    std::filesystem::path write(const QString& name, const QByteArray& bytes) const {
        const QString path = m_dir.filePath(name);
        QDir().mkpath(QFileInfo(path).path());
        QFile file(path);
        if (file.open(QIODevice::WriteOnly))
            file.write(bytes);
        return path.toStdString();
    }
    CongestionSet small() const {
        const auto sources = findSources(write(QStringLiteral("one.def"), kDef));
        const auto design = readSource(sources->at(0));
        CongestionSet set = emptyCongestionSet();
        set.samples.push_back(sampleOf(*design));
        set.attributes["command"] = "test";
        return set;
    }

private slots:
    void aDesignBecomesASample() {
        const CongestionSet set = small();
        const CongestionSample& s = set.samples[0];
        QCOMPARE(s.name, "one"s);
        QCOMPARE(s.family, "core"s);
        QCOMPARE(s.labelSource, "routed wires"s);
        QCOMPARE(s.pins.nodes, std::size_t{2}); // the filler has no pins
        QCOMPARE(s.gcell, (std::vector<std::int32_t>{0, 0, 2, 1}));
        QCOMPARE(s.y[0], 0.09F); // 90 of 1000 DBU
        QCOMPARE(s.y[3], 0.01F); // 10 of 1000 DBU at (2, 1)
        QCOMPARE(combinedLabels(s.y, Combine::Sum).size(), std::size_t{2});
        QCOMPARE(s.mapY.size(), std::size_t{24});
    }
    void roundTrip() {
        CongestionSet set = small();
        set.samples.push_back(set.samples[0]);
        set.samples[1].name = "two";
        set.samples[1].labelSource.clear();
        const auto path = write(QStringLiteral("set.h5"), {});
        QVERIFY(writeCongestionSet(set, path).ok());
        const auto read = readCongestionSet(path);
        QVERIFY2(read.ok(), read.ok() ? "" : read.error().message().c_str());
        QCOMPARE(read->samples.size(), std::size_t{2});
        QVERIFY(read->featureNames == set.featureNames);
        QVERIFY(read->attributes == set.attributes);
        for (std::size_t g = 0; g < 2; ++g) {
            const CongestionSample &a = set.samples[g], &b = read->samples[g];
            QVERIFY(a.name == b.name && a.family == b.family && a.labelSource == b.labelSource);
            QVERIFY(a.x == b.x && a.y == b.y && a.mask == b.mask && a.gcell == b.gcell);
            QVERIFY(a.mapX == b.mapX && a.mapY == b.mapY);
            QVERIFY(a.pins.pinNode == b.pins.pinNode && a.pins.pinNet == b.pins.pinNet);
            QCOMPARE(b.grid.columns, 4);
        }
        CongestionSet joined = *read;
        QVERIFY(extend(joined, *read).ok());
        QCOMPARE(joined.samples[3].name, "two#2"s);
        CongestionSet foreign = *read;
        foreign.featureNames.pop_back();
        QCOMPARE(extend(joined, foreign).error().code, "CONG-061"s);
    }
    void damageIsNoticed() {
        const auto path = write(QStringLiteral("whole.h5"), {});
        QVERIFY(writeCongestionSet(small(), path).ok());
        QFile file(QString::fromStdString(path.string()));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray whole = file.readAll();
        for (int i = 0; i < 300; ++i) {
            QByteArray bytes = whole;
            bytes[i * whole.size() / 300] ^= static_cast<char>(1 << (i % 8));
            const auto read = readCongestionSet(write(QStringLiteral("flip.h5"), bytes));
            QVERIFY(read.ok() || read.error().code == "CONG-061"s);
            const auto cut = readCongestionSet(
                write(QStringLiteral("cut.h5"), whole.left(i * whole.size() / 300)));
            QVERIFY(!cut.ok());
        }
        QCOMPARE(
            readCongestionSet(m_dir.filePath(QStringLiteral("none.h5")).toStdString()).error().code,
            "BASE-001"s);
        QCOMPARE(writeCongestionSet(small(), "/no/such/folder/x.h5").error().code, "CONG-060"s);
    }
    void foldersAreLookedThrough() {
        write(QStringLiteral("f/uart/placed.def"), kDef);
        write(QStringLiteral("f/uart/README"), "nothing to see");
        write(QStringLiteral("f/uart/cells.lef"),
              "MACRO INV SIZE 0.04 BY 0.02 ; END INV\nMACRO FILL SIZE 1 BY 1 ; END FILL\n");
        write(QStringLiteral("f/uart/route.guide"), "a\n(\n0 0 300 100 metal3\n)\n"
                                                    "b\n(\n0 0 100 200 metal2\n)\n");
        const auto sources = findSources(m_dir.filePath(QStringLiteral("f/uart")).toStdString());
        QVERIFY2(sources.ok(), sources.ok() ? "" : sources.error().message().c_str());
        QCOMPARE(sources->size(), std::size_t{1});
        QCOMPARE(sources->at(0).name, "uart"s);
        const auto design = readSource(sources->at(0));
        QVERIFY2(design.ok(), design.ok() ? "" : design.error().message().c_str());
        QCOMPARE(design->labels.source, "router guides"s);
        QCOMPARE(design->design.boxes[0].right, 50.0); // from the LEF
        const CongestionSample s = sampleOf(*design);
        QCOMPARE(s.y[0], 0.1F); // one of ten tracks
        ReadOptions options;
        options.gcell = 0.05;
        const auto finer = readSource(sources->at(0), options);
        QVERIFY(finer.ok());
        QCOMPARE(finer->design.grid.columns, 8);
        options.gcell = 1e-9;
        QCOMPARE(readSource(sources->at(0), options).error().code, "CONG-034"s);
        QCOMPARE(findSources(m_dir.filePath(QStringLiteral("f")).toStdString()).error().code,
                 "CONG-070"s);
        QCOMPARE(
            findSources(m_dir.filePath(QStringLiteral("f/uart/README")).toStdString()).error().code,
            "CONG-070"s);
        QCOMPARE(findSources(m_dir.filePath(QStringLiteral("f/uart/cells.lef")).toStdString())
                     .error()
                     .code,
                 "CONG-071"s);
        QCOMPARE(findSources("/no/such/thing").error().code, "BASE-001"s);
    }
    void labelsFromMaps() {
        const auto map = [&](const char* name, float first) {
            QByteArray header = "{'descr': '<f4', 'fortran_order': False, 'shape': (5, 3), }";
            header = header.leftJustified(117, ' ') + '\n';
            QByteArray bytes = QByteArray("\x93NUMPY\x01\x00", 8);
            bytes += static_cast<char>(header.size());
            bytes += '\0';
            bytes += header;
            for (int k = 0; k < 15; ++k) {
                const float value = first + static_cast<float>(k);
                bytes += QByteArray(reinterpret_cast<const char*>(&value), 4);
            }
            return write(QString::fromLatin1(name), bytes);
        };
        ReadOptions options;
        options.horizontal = map("h.npy", 0);
        options.vertical = map("v.npy", 100);
        const auto source = findSources(write(QStringLiteral("one.def"), kDef))->at(0);
        const auto design = readSource(source, options);
        QVERIFY2(design.ok(), design.ok() ? "" : design.error().message().c_str());
        const CongestionSample s = sampleOf(*design);
        QCOMPARE(s.grid.columns, 5);
        QCOMPARE(s.labelSource, "maps"s);
        QCOMPARE(s.y, (std::vector<float>{0, 100, 7, 107})); // cell (2, 1): 2 * 3 + 1
        // A map that says nothing of a GCell, as one of `deep predict`, is no label: said at once,
        // and where.
        for (const float first : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
            options.vertical = map("nan.npy", first);
            const auto none = readSource(source, options);
            QVERIFY(!none.ok());
            QCOMPARE(none.error().code, "CONG-041"s);
            QCOMPARE(none.error().detail, "column 0, row 0 of the vertical map"s);
        }
        options.vertical = write(QStringLiteral("bad.npy"), "nothing");
        QCOMPARE(readSource(source, options).error().code, "CONG-010"s);
    }
    void importingInParallelKeepsTheOrderAndStops() {
        std::vector<Source> sources;
        for (const char* name : {"a.def", "b.def", "c.def", "d.def"})
            sources.push_back(findSources(write(QString::fromLatin1(name), kDef))->at(0));
        ohm::Diagnostics findings;
        const auto set =
            importDesigns(sources, {}, 3, ohm::StopToken(), ohm::noProgress(), findings);
        QVERIFY(set.ok());
        QCOMPARE(set->samples.size(), std::size_t{4});
        QCOMPARE(set->samples[2].name, "c"s);
        ohm::StopSource stop;
        stop.requestStop();
        QCOMPARE(
            importDesigns(sources, {}, 3, stop.token(), ohm::noProgress(), findings).error().code,
            "CONG-079"s);
        sources[1] = findSources(write(QStringLiteral("bad.def"),
                                       QByteArray(kDef).replace("END DESIGN", "")))
                         ->at(0);
        QCOMPARE(importDesigns(sources, {}, 3, ohm::StopToken(), ohm::noProgress(), findings)
                     .error()
                     .code,
                 "CONG-030"s);
    }
    void resizing() {
        QCOMPARE(resized(std::vector<float>(12, 7), 4, 3, 5), std::vector<float>(25, 7));
        const std::vector<float> square{0, 1, 2, 0, 1, 2, 0, 1, 2};
        QVERIFY(resized(square, 3, 3, 3) == square); // the same size: the same values
        // Straight lines stay straight away from the edges.
        std::vector<float> line;
        for (int j = 0; j < 8; ++j) {
            for (int i = 0; i < 8; ++i)
                line.push_back(static_cast<float>(i));
        }
        const auto twice = resized(line, 8, 8, 16);
        for (std::size_t i = 4; i < 12; ++i)
            QVERIFY(std::abs(twice[8 * 16 + i] - ((static_cast<float>(i) + 0.5F) / 2 - 0.5F)) <
                    1e-5F);
    }
    void imagesOfDesigns() {
        CongestionSet set = small();
        set.samples.push_back(set.samples[0]);
        set.samples[1].labelSource.clear();
        const auto path = write(QStringLiteral("images.h5"), {});
        ImageOptions options;
        options.side = 16;
        const auto report = writeImages(set, options, path, {}, ohm::noProgress());
        QVERIFY2(report.ok(), report.ok() ? "" : report.error().message().c_str());
        QCOMPARE(report->images, std::size_t{1});
        QCOMPARE(report->skipped, std::size_t{1});
        const auto file = ohm::dataset::MapSetReader::open(path);
        QVERIFY(file.ok());
        QCOMPARE(file->info().inputNames, set.mapFeatureNames);
        std::vector<float> inputs, targets;
        QVERIFY(file->read(0, 1, inputs, targets).ok());
        QCOMPARE(inputs.size(), std::size_t{3 * 256});
        QVERIFY(*std::max_element(targets.begin(), targets.end()) > 0.1F);
        options.minMax = true;
        QVERIFY(writeImages(set, options, path, {}, ohm::noProgress()).ok());
        const auto scaled = ohm::dataset::MapSetReader::open(path);
        QVERIFY(scaled->read(0, 1, inputs, targets).ok());
        QCOMPARE(*std::max_element(targets.begin(), targets.end()), 1.0F);
        QCOMPARE(*std::min_element(targets.begin(), targets.end()), 0.0F);
        set.samples[0].labelSource.clear();
        QCOMPARE(writeImages(set, options, path, {}, ohm::noProgress()).error().code, "CONG-052"s);
        options.side = 3;
        QCOMPARE(writeImages(set, options, path, {}, ohm::noProgress()).error().code, "CONG-052"s);
    }
    void imagesOfOthers() {
        const auto image = [&](const char* name, const QByteArray& shape, int count, float first) {
            QByteArray header =
                "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }";
            header = header.leftJustified(117, ' ') + '\n';
            QByteArray bytes = QByteArray("\x93NUMPY\x01\x00", 8);
            bytes += static_cast<char>(header.size());
            bytes += '\0';
            bytes += header;
            for (int k = 0; k < count; ++k) {
                const float value = first + static_cast<float>(k);
                bytes += QByteArray(reinterpret_cast<const char*>(&value), 4);
            }
            write(QString::fromLatin1(name), bytes);
        };
        image("feature/7-RISCY-a-1.npy", "(2, 2, 3)", 12, 0);
        image("feature/8-RISCY-b-1.npy", "(2, 2, 3)", 12, 100);
        image("feature/9-alone.npy", "(2, 2, 3)", 12, 0);
        image("label/7-RISCY-a-1.npy", "(2, 2, 1)", 4, 0);
        image("label/8-RISCY-b-1.npy", "(2, 2, 1)", 4, 50);
        const std::filesystem::path root = m_dir.path().toStdString();
        const auto path = root / "others.h5";
        const auto report =
            importImages(root / "feature", root / "label", path, {}, ohm::noProgress());
        QVERIFY2(report.ok(), report.ok() ? "" : report.error().message().c_str());
        QCOMPARE(report->images, std::size_t{2});
        QCOMPARE(report->skipped, std::size_t{1});
        const auto file = ohm::dataset::MapSetReader::open(path);
        QVERIFY(file.ok());
        QCOMPARE(file->info().families, (std::vector<std::string>{"RISCY", "RISCY"}));
        std::vector<float> inputs, targets;
        QVERIFY(file->read(0, 2, inputs, targets).ok());
        // Channels last in their files, first in ours.
        QCOMPARE((std::vector<float>{inputs.begin(), inputs.begin() + 4}),
                 (std::vector<float>{0, 3, 6, 9}));
        QCOMPARE(targets[4], 50.0F);
        image("label/8-RISCY-b-1.npy", "(3, 2, 1)", 6, 50);
        QCOMPARE(importImages(root / "feature", root / "label", path, {}, ohm::noProgress())
                     .error()
                     .code,
                 "CONG-053"s);
        QCOMPARE(
            importImages(root / "label", root / "none", path, {}, ohm::noProgress()).error().code,
            "CONG-052"s);
    }
    void realDesigns() {
        const auto folder = sharedData(QStringLiteral("congestion"));
        if (folder.empty())
            QSKIP("no real data beside the checkout");
        CongestionSet set = emptyCongestionSet();
        const auto add = [&](const std::filesystem::path& path) {
            const auto sources = findSources(path);
            QVERIFY2(sources.ok(), sources.ok() ? "" : sources.error().message().c_str());
            for (const Source& source : *sources) {
                const auto design = readSource(source);
                QVERIFY2(design.ok(), design.ok() ? "" : design.error().message().c_str());
                set.samples.push_back(sampleOf(*design));
            }
        };
        add(folder / "r2g_openroad_nangate45/routed");
        QVERIFY(set.samples.size() >= 10);
        for (const CongestionSample& s : set.samples) {
            QVERIFY(s.labelled());
            QVERIFY(std::accumulate(s.y.begin(), s.y.end(), 0.0) > 0);
        }
        add(folder / "openroad_tests/uart_i2c_usb_sky130hd");
        QCOMPARE(set.samples.back().labelSource, "router guides"s);
        QCOMPARE(set.samples.back().name, "uart_i2c_usb_sky130hd"s);
        const std::size_t before = set.samples.size();
        add(folder / "circuitnet_n28_demo/raw_npy");
        QCOMPARE(set.samples.size(), before + 1); // one placed netlist, not four files
        const auto path = write(QStringLiteral("real.h5"), {});
        QVERIFY(writeCongestionSet(set, path).ok());
        const auto read = readCongestionSet(path);
        QVERIFY2(read.ok(), read.ok() ? "" : read.error().message().c_str());
        QCOMPARE(countGraphs(read->samples.back().pins).cliqueEdges, std::size_t{803'568});
        QVERIFY(read->samples.back().x == set.samples.back().x);
        SplitOptions options;
        const auto parts = splitNodes(read->splitDesigns(), options);
        QVERIFY(parts.ok());
    }
};

QTEST_GUILESS_MAIN(TestCongestionSet)
#include "tst_congestionset.moc"
