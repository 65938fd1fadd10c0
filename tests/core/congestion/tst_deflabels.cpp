// SPDX-License-Identifier: GPL-3.0-or-later
// DEF, LEF and guides, and the congestion that they hold, against the known answers of real
// layouts.
#include "core/congestion/bytes.h"
#include "core/congestion/def.h"
#include "core/congestion/features.h"
#include "core/congestion/graph.h"
#include "core/congestion/labels.h"

#include "shareddata.h"

#include <QFile>
#include <QRegularExpression>
#include <QTest>

#include <cmath>
#include <map>
#include <random>

using namespace ohm::congestion;
using namespace std::string_literals;

namespace {

constexpr auto kRouted = "congestion/r2g_openroad_nangate45";
constexpr auto kTests = "congestion/openroad_tests";

ohm::Expected<Def> defOf(const std::filesystem::path& path) {
    const auto bytes = readPlain(path);
    if (!bytes)
        return bytes.failure();
    return readDef(bytes->view(), path.string());
}

ohm::Expected<Guides> guidesOf(const std::filesystem::path& path) {
    const auto bytes = readPlain(path);
    if (!bytes)
        return bytes.failure();
    return readGuides(bytes->view(), path.string());
}

QList<QStringList> table(const std::filesystem::path& path) {
    QFile file(QString::fromStdString(path.string()));
    QList<QStringList> rows;
    if (file.open(QIODevice::ReadOnly)) {
        while (!file.atEnd())
            rows << QString::fromUtf8(file.readLine().trimmed()).split(QLatin1Char('\t'));
    }
    return rows;
}

const std::string kSmall = R"(VERSION 5.8 ;
DIVIDERCHAR "/" ;
DESIGN small ;
UNITS DISTANCE MICRONS 1000 ;
DIEAREA ( 0 0 ) ( 450 350 ) ;
TRACKS X 0 DO 45 STEP 10 LAYER metal2 ;
TRACKS Y 0 DO 35 STEP 20 LAYER metal3 ;
GCELLGRID X 0 DO 4 STEP 100 ;
GCELLGRID Y 0 DO 3 STEP 100 ;
COMPONENTS 3 ;
 - u1 INV + PLACED ( 10 10 ) N ;
 - u2 INV + SOURCE TIMING + FIXED ( 210 110 ) E ;   # turned
 - u3 OTHER + UNPLACED ;
END COMPONENTS
PINS 1 ;
 - p + NET a + DIRECTION INPUT ;
END PINS
SPECIALNETS 1 ;
 - VDD ( * VDD ) + ROUTED metal7 100 + SHAPE STRIPE ( 0 0 ) ( 450 0 ) ;
END SPECIALNETS
NETS 2 ;
 - a ( PIN p ) ( u1 A ) ( u2 A ) + USE SIGNAL
   + ROUTED metal3 ( 50 100 ) ( 250 * ) via2_1
   NEW metal2 TAPER ( 250 100 30 ) ( * 340 ) via1_4 FN
   NEW metal3 ( 250 340 ) RECT ( -5 -5 5 5 )
   NEW metal2 ( 0 0 ) ( 30 * )
   NEW metal3 ( 0 0 ) VIRTUAL ( 10 10 ) ( 20 10 ) ;
 - b ( u1 Z ) ( u2 Z + SYNTHESIZED ) ( gone X ) + PROPERTY note "a ; b" ;
END NETS
END DESIGN
)";

const std::string kLef = R"(VERSION 5.7 ;
UNITS
  DATABASE MICRONS 1000 ;
END UNITS
SITE core
  SIZE 0.1 BY 0.2 ;
END core
LAYER metal2
  TYPE ROUTING ;
  DIRECTION VERTICAL ;
  PITCH 0.01 0.02 ;
END metal2
VIA v DEFAULT
  LAYER metal2 ;
    RECT 0 0 1 1 ;
END v
MACRO INV
  CLASS CORE ;
  SIZE 0.04 BY 0.02 ;
  PIN A
    DIRECTION INPUT ;
    USE SIGNAL ;
    PORT
      LAYER metal1 ;
        RECT 0.01 0.002 0.012 0.004 ;
        RECT 0.02 0.001 0.03 0.002 ;
    END
  END A
  OBS
    LAYER metal1 ;
    RECT 0 0 0.04 0.02 ;
  END
END INV
END LIBRARY
)";

} // namespace

class TestDefLabels : public QObject {
    Q_OBJECT
private slots:
    void aSmallLayout() {
        const auto def = readDef(kSmall, "small.def");
        QVERIFY2(def.ok(), def.ok() ? "" : def.error().message().c_str());
        QCOMPARE(def->components.size(), std::size_t{3});
        QCOMPARE(def->ports, std::size_t{1});
        QCOMPARE(def->portPins, std::size_t{1});
        QCOMPARE(def->pins.pins(), std::size_t{4});
        QCOMPARE(def->wires.size(), std::size_t{4});
        QCOMPARE(def->vias, std::size_t{2});
        QCOMPARE(def->findings.size(), std::size_t{1}); // the component that is not there
        QCOMPARE(def->findings[0].object, "gone"s);
        QCOMPARE(def->grid.columns, 4);
        QCOMPARE(def->grid.rows, 3);
        const GCellGrid grid = def->grid;
        const auto maps = labelsFromWires(*def, nullptr, grid);
        QVERIFY2(maps.ok(), maps.ok() ? "" : maps.error().message().c_str());
        QCOMPARE(maps->capacityHorizontal, 100.0 / 20 * 100);
        QCOMPARE(maps->capacityVertical, 100.0 / 10 * 100);
        // The wire at y = 100 lies on a border: it belongs to row 1.
        QCOMPARE(maps->horizontal[grid.index(0, 1)], 0.1F);
        QCOMPARE(maps->horizontal[grid.index(1, 1)], 0.2F);
        QCOMPARE(maps->horizontal[grid.index(2, 1)], 0.1F);
        QCOMPARE(maps->horizontal[grid.index(0, 0)], 0.02F); // behind the virtual piece
        QCOMPARE(maps->vertical[grid.index(2, 1)], 0.1F);
        QCOMPARE(maps->vertical[grid.index(2, 2)], 0.1F);
        QCOMPARE(maps->beyondGrid, 40.0);
        QCOMPARE(maps->wrongWay, 30.0);
        Lef lef;
        QVERIFY(readLef(kLef, "small.lef", lef).ok());
        QCOMPARE(lef.macros.at("INV").pins.at(0).box.right, 0.03);
        QCOMPARE(lef.layers.at("metal2").pitch, 0.01);
        Def copy = *def;
        const Design design = designOf(std::move(copy), &lef, grid);
        QCOMPARE(design.boxes[0].right, 50.0);
        QCOMPARE(design.boxes[1].right, 230.0); // turned: 20 wide, 40 high
        QCOMPARE(design.boxes[1].top, 150.0);
        QCOMPARE(design.cells[1][0], 2);
        QCOMPARE(design.cells[2][0], -1);
        QCOMPARE(design.findings.size(), std::size_t{2});
        const auto labels = labelNodes(design, *maps);
        QCOMPARE(labels.values[2], 0.1F);
        QCOMPARE(labels.mask, (std::vector<std::uint8_t>{1, 1, 0}));
        QCOMPARE(combined(0.1F, 0.3F, Combine::Sum), 0.4F);
        QCOMPARE(combined(0.1F, 0.3F, Combine::Maximum), 0.3F);
    }
    void brokenLayouts_data() {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::addColumn<QString>("code");
        const auto row = [](const char* name, const QByteArray& from, const QByteArray& to,
                            const char* code) {
            QTest::newRow(name) << from << to << QString::fromLatin1(code);
        };
        row("no end", "END DESIGN", "", "CONG-030");
        row("no units", "UNITS DISTANCE MICRONS 1000 ;", "", "CONG-031");
        row("units", "UNITS DISTANCE MICRONS 1000 ;", "UNITS DISTANCE 1000 ;", "CONG-030");
        for (const char* units : {"nan", "inf", "-5", "0", "1e300", "1e-300"})
            row(units, "MICRONS 1000 ;", QByteArray("MICRONS ") + units + " ;", "CONG-031");
        row("flat die", "( 450 350 )", "( 450 0 )", "CONG-031");
        row("die", "( 450 350 )", "( 450 x )", "CONG-030");
        row("place", "( 10 10 ) N", "( 10 nan ) N", "CONG-030");
        row("far place", "( 10 10 ) N", "( 10 1e300 ) N", "CONG-030");
        row("orientation", "( 10 10 ) N", "( 10 10 ) Q", "CONG-030");
        row("star first", "( 50 100 ) ( 250 * )", "( * 100 ) ( 250 * )", "CONG-030");
        row("via first", "metal2 TAPER ( 250", "metal2 via9 ( 250", "CONG-030");
        row("no layer", "NEW metal2 ( 0 0 ) ( 30 * )", "NEW ;", "CONG-030");
        row("tracks", "DO 45 STEP 10", "DO 45 STEP 0", "CONG-030");
        row("entry", " - u1 INV", " u1 INV", "CONG-030");
        row("section", "END COMPONENTS", "END NETS", "CONG-030");
        row("terminal", "( u1 A )", "( u1 )", "CONG-030");
        row("cut in a net", "( u2 Z + SYNTHESIZED", "", "CONG-030");
    }
    void brokenLayouts() {
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        QFETCH(QString, code);
        QByteArray text = QByteArray::fromStdString(kSmall);
        QVERIFY(text.contains(from));
        text.replace(from, to);
        const auto def = readDef(text.toStdString(), "small.def");
        QVERIFY(!def.ok());
        QCOMPARE(QString::fromStdString(def.error().code), code);
    }
    void everyCutIsToldAndNoFlipHurts() {
        const std::size_t whole = kSmall.find("END DESIGN") + 10;
        for (std::size_t n = 0; n < whole - 1; ++n)
            QVERIFY(!readDef(std::string_view(kSmall).substr(0, n), "cut.def").ok());
        std::mt19937 random(3);
        int good = 0;
        for (int round = 0; round < 5000; ++round) {
            std::string text = kSmall;
            for (int k = 0; k < 2; ++k)
                text[random() % text.size()] = static_cast<char>(32 + random() % 95);
            if (auto def = readDef(text, "flip.def")) {
                ++good;
                if (def->grid.columns > 0)
                    (void)labelsFromWires(*def, nullptr, def->grid);
                const GCellGrid grid = def->grid;
                const Design design = designOf(std::move(*def), nullptr, grid);
                QCOMPARE(nodeFeatures(design).size(),
                         design.pins.nodes * nodeFeatureNames().size());
                (void)featureMaps(design);
            }
        }
        QVERIFY(good > 100);
        for (std::size_t n = 0; n < kLef.size() - 20; n += 3) {
            Lef lef;
            (void)readLef(std::string_view(kLef).substr(0, n), "cut.lef", lef);
        }
        Lef lef;
        QCOMPARE(readLef("MACRO A SIZE 1 BY x ; END A", "x.lef", lef).error().code, "CONG-032"s);
        QCOMPARE(readLef("MACRO A SIZE 1 BY 1 ; END B", "x.lef", lef).error().code, "CONG-032"s);
        QCOMPARE(readLef("MACRO A PIN p", "x.lef", lef).error().code, "CONG-032"s);
    }
    void brokenGuides_data() {
        QTest::addColumn<QByteArray>("text");
        for (const char* text :
             {"a", "a (", "a ( 0 0 10", "a ( 0 0 10 10 )", "a ( 0 0 10 x m1 )", "a ( 0 0 0 10 m1 )",
              "a ( 5 0 1 10 m1 )", "a 0 0 10 10 m1", "a ( 0 0 10 10 7 )", "a ( 0 0 inf 10 m1 )"})
            QTest::newRow(text) << QByteArray(text);
    }
    void brokenGuides() {
        QFETCH(QByteArray, text);
        const auto guides = readGuides(text.toStdString(), "x.guide");
        QVERIFY(!guides.ok());
        QCOMPARE(guides.error().code, "CONG-033"s);
    }
    void guidesCrossEdges() {
        const auto def = readDef(kSmall, "small.def");
        const auto guides = readGuides("a\n(\n0 100 400 200 metal3\n200 100 300 350 metal2\n)\n"
                                       "b\n(\n0 0 100 100 metal2\n)\n",
                                       "x.guide");
        QVERIFY2(guides.ok(), guides.ok() ? "" : guides.error().message().c_str());
        QCOMPARE(cellSideOf(*guides, def->die), 100.0);
        const auto maps = labelsFromGuides(*guides, *def, nullptr, def->grid, false);
        QVERIFY(maps.ok());
        const GCellGrid& g = maps->grid;
        for (int i = 0; i < 4; ++i)
            QCOMPARE(maps->horizontal[g.index(i, 1)], i < 3 ? 1.0F : 0.0F);
        QCOMPARE(maps->vertical[g.index(2, 1)], 1.0F);
        QCOMPARE(maps->vertical[g.index(2, 2)], 0.0F); // the last row takes the stretched rest
        QCOMPARE(maps->layers.size(), std::size_t{2});
        const auto shares = labelsFromGuides(*guides, *def, nullptr, def->grid);
        QVERIFY(shares.ok());
        QCOMPARE(shares->horizontal[g.index(0, 1)], 1.0F / 5);
        QCOMPARE(shares->vertical[g.index(2, 1)], 1.0F / 10);
    }

    void routedOracles() {
        const auto folder = sharedData(QString::fromLatin1(kRouted));
        if (folder.empty())
            QSKIP("no real data beside the checkout");
        const auto rows = table(folder / "gcell_utilisation.tsv");
        const QStringList head = rows[0];
        int seen = 0;
        for (qsizetype r = 1; r < rows.size(); ++r) {
            const auto path = folder / "routed" / (rows[r][0].toStdString() + ".def.gz");
            if (!std::filesystem::exists(path))
                continue;
            ++seen;
            const auto want = [&](const char* name) {
                return rows[r][head.indexOf(QString::fromLatin1(name))].toDouble();
            };
            const auto def = defOf(path);
            QVERIFY2(def.ok(), def.ok() ? "" : def.error().message().c_str());
            QCOMPARE(static_cast<double>(def->components.size()), want("components"));
            QCOMPARE(static_cast<double>(def->ports), want("io_pins"));
            QCOMPARE(static_cast<double>(def->nets.size()), want("nets"));
            QCOMPARE(static_cast<double>(def->wires.size()), want("segments"));
            QCOMPARE(static_cast<double>(def->vias), want("vias"));
            QCOMPARE(static_cast<double>(def->grid.columns), want("gcells_x"));
            QCOMPARE(static_cast<double>(def->grid.rows), want("gcells_y"));
            QCOMPARE(def->diagonals, std::size_t{0});
            for (const bool strict : {false, true}) {
                WireLabelOptions options;
                options.capacityLayersOnly = strict;
                const auto maps = labelsFromWires(*def, nullptr, def->grid, options);
                QVERIFY(maps.ok());
                QVERIFY(std::abs(maps->capacityHorizontal - 94500) < 1e-6);
                QVERIFY(std::abs(maps->capacityVertical - 109421.0526) < 1e-3);
                const auto h = statisticsOf(maps->horizontal, maps->grid);
                const auto v = statisticsOf(maps->vertical, maps->grid);
                const auto near = [&](double got, const char* name) {
                    const double expected = want(name);
                    if (std::abs(got - expected) > 1.5e-6)
                        qWarning() << rows[r][0] << name << got << expected;
                    return std::abs(got - expected) <= 1.5e-6;
                };
                QVERIFY(near(h.mean, strict ? "Hs_mean" : "H_mean"));
                QVERIFY(near(h.p99, strict ? "Hs_p99" : "H_p99"));
                QVERIFY(near(h.maximum, strict ? "Hs_max" : "H_max"));
                QVERIFY(near(v.mean, strict ? "Vs_mean" : "V_mean"));
                QVERIFY(near(v.p99, strict ? "Vs_p99" : "V_p99"));
                QVERIFY(near(v.maximum, strict ? "Vs_max" : "V_max"));
                if (strict)
                    continue;
                QCOMPARE(static_cast<double>(h.maxColumn), want("Hmax_i"));
                QCOMPARE(static_cast<double>(h.maxRow), want("Hmax_j"));
                QCOMPARE(static_cast<double>(v.maxColumn), want("Vmax_i"));
                QCOMPARE(static_cast<double>(v.maxRow), want("Vmax_j"));
                QVERIFY(std::abs(maps->wrongWay / def->unitsPerMicron - want("wrong_way_um")) <
                        1e-3);
                QVERIFY(std::abs(maps->beyondGrid / def->unitsPerMicron - want("beyond_grid_um")) <
                        1e-3);
                QVERIFY(std::abs((maps->wireLength) / def->unitsPerMicron - want("wire_um")) <
                        1e-3);
            }
        }
        QVERIFY(seen >= 10);
    }
    void placedCounts() {
        const auto folder = sharedData(QString::fromLatin1(kRouted));
        if (folder.empty())
            QSKIP("no real data beside the checkout");
        const auto rows = table(folder / "designs.tsv");
        const QStringList head = rows[0];
        int seen = 0;
        for (qsizetype r = 1; r < rows.size(); ++r) {
            const auto path = folder / "placed" / (rows[r][0].toStdString() + ".def.gz");
            if (!std::filesystem::exists(path))
                continue;
            ++seen;
            const auto want = [&](const char* name) {
                return rows[r][head.indexOf(QString::fromLatin1(name))].toULongLong();
            };
            const auto def = defOf(path);
            QVERIFY2(def.ok(), def.ok() ? "" : def.error().message().c_str());
            QCOMPARE(def->components.size(), want("components"));
            QCOMPARE(def->ports, want("io_pins"));
            QCOMPARE(def->nets.size(), want("nets"));
            QCOMPARE(def->pins.pins() + def->portPins, want("net_terminals"));
            std::vector<std::size_t> size(def->nets.size(), 0);
            for (const auto& list : {def->pins.pinNet, def->portPinNet}) {
                for (const std::int32_t net : list)
                    ++size[static_cast<std::size_t>(net)];
            }
            QCOMPARE(*std::max_element(size.begin(), size.end()), want("max_net_terminals"));
        }
        QVERIFY(seen >= 20);
    }
    void openroadCounts() {
        const auto folder = sharedData(QString::fromLatin1(kTests));
        if (folder.empty())
            QSKIP("no real data beside the checkout");
        const auto rows = table(folder / "designs.tsv");
        const QStringList head = rows[0];
        for (qsizetype r = 1; r < rows.size(); ++r) {
            const auto def = defOf(folder / rows[r][0].toStdString() / rows[r][1].toStdString());
            QVERIFY2(def.ok(), def.ok() ? "" : def.error().message().c_str());
            const auto want = [&](const char* name) {
                return rows[r][head.indexOf(QString::fromLatin1(name))].toULongLong();
            };
            QCOMPARE(def->components.size(), want("comps"));
            QCOMPARE(def->ports, want("io_pins"));
            QCOMPARE(def->nets.size(), want("nets"));
            QCOMPARE(def->pins.pins() + def->portPins, want("net_terminals"));
            QCOMPARE(static_cast<std::size_t>(
                         std::count_if(def->components.begin(), def->components.end(),
                                       [](const auto& c) { return c.placed; })),
                     want("with_position"));
            QCOMPARE(static_cast<std::size_t>(
                         std::count_if(def->components.begin(), def->components.end(),
                                       [](const auto& c) { return c.placed && !c.fixed; })),
                     want("movable"));
        }
        const auto bytes =
            readPlain(folder / "uart_i2c_usb_sky130hd/sky130hd_tech_and_cells.lef.gz");
        QVERIFY(bytes.ok());
        QCOMPARE(kindOf(bytes->view()), FileKind::Lef);
        Lef lef;
        const auto read = readLef(bytes->view(), "sky130", lef);
        QVERIFY2(read.ok(), read.ok() ? "" : read.error().message().c_str());
        QCOMPARE(lef.macros.size(), std::size_t{441});
        QCOMPARE(lef.layers.size(), std::size_t{13});
        QVERIFY(!isHorizontal("li1", &lef) && isHorizontal("met1", &lef));
        auto def = defOf(folder / "uart_i2c_usb_sky130hd/placed.def.gz");
        const GCellGrid grid = def->grid;
        QCOMPARE(grid.columns, 57);
        QCOMPARE(grid.rows, 101);
        const Design design = designOf(std::move(*def), &lef, grid);
        QVERIFY(design.findings.empty()); // the LEF has all 133 masters
    }
    void guideOracles() {
        const auto folder = sharedData(QString::fromLatin1(kTests));
        if (folder.empty())
            QSKIP("no real data beside the checkout");
        const auto rows = table(folder / "demand.tsv");
        std::map<QString, std::map<std::string, double>> wanted;
        for (qsizetype r = 1; r < rows.size(); ++r)
            wanted[rows[r][0]][rows[r][1].toStdString()] = rows[r][5].toDouble();
        for (const auto& [run, layers] : wanted) {
            const bool uart = run.startsWith(QLatin1String("uart"));
            const auto place = folder / (uart ? "uart_i2c_usb_sky130hd" : "gcd_nangate45");
            const auto def = defOf(place / "placed.def.gz");
            const auto guides =
                guidesOf(place / (uart ? "route.guide.gz"
                                       : "route_" + run.section(QLatin1Char('/'), 1).toStdString() +
                                             ".guide.gz"));
            QVERIFY(def.ok());
            QVERIFY2(guides.ok(), guides.ok() ? "" : guides.error().message().c_str());
            QCOMPARE(guides->nets.size(), std::size_t{uart ? 7064U : 563U});
            GCellGrid grid = def->grid;
            const double side = cellSideOf(*guides, def->die);
            QCOMPARE(side, uart ? 6900.0 : 5700.0);
            const auto over = gridOver(def->die, side);
            QVERIFY(over.ok());
            if (uart)
                QVERIFY(*over == grid);
            grid = *over;
            const auto maps = labelsFromGuides(*guides, *def, nullptr, grid, false);
            QVERIFY(maps.ok());
            std::map<std::string, double> got;
            for (const auto& total : maps->layers)
                got[total.layer] = total.amount;
            for (const auto& [layer, amount] : layers)
                QCOMPARE(got[layer], amount);
            double sum = 0;
            for (const float value : maps->horizontal)
                sum += static_cast<double>(value);
            const auto edges = static_cast<double>((grid.columns - 1) * grid.rows);
            const double mean = run.endsWith(QLatin1String("default"))          ? 1.061
                                : run.endsWith(QLatin1String("light_overflow")) ? 1.218
                                : run.endsWith(QLatin1String("heavy_overflow")) ? 1.608
                                                                                : 3.486;
            QVERIFY(std::abs(sum / edges - mean) < 6e-4);
            QVERIFY(labelsFromGuides(*guides, *def, nullptr, grid).ok());
        }
    }
    void overflowedEdgesOneByOne() {
        const auto folder = sharedData(QString::fromLatin1(kTests));
        if (folder.empty())
            QSKIP("no real data beside the checkout");
        const auto place = folder / "gcd_nangate45";
        const auto def = defOf(place / "placed.def.gz");
        const auto guides = guidesOf(place / "route_heavy_overflow.guide.gz");
        const auto grid = gridOver(def->die, cellSideOf(*guides, def->die));
        const auto maps = labelsFromGuides(*guides, *def, nullptr, *grid, false);
        QVERIFY(maps.ok());
        const auto report = readPlain(place / "route_heavy_overflow.report.gz");
        QVERIFY(report.ok());
        const QString text =
            QString::fromUtf8(report->view().data(), static_cast<qsizetype>(report->view().size()));
        const QRegularExpression entry(QStringLiteral(
            "violation type: (\\w)\\w+ congestion\\s+srcs:[^\\n]*\\n\\s*comment: capacity:(\\d+) "
            "usage:(\\d+) congestion:(\\d+)\\s+bbox = \\(([\\d.]+), ([\\d.]+)\\)"));
        int seen = 0;
        for (auto it = entry.globalMatch(text); it.hasNext(); ++seen) {
            const auto m = it.next();
            const int i = grid->column(m.captured(5).toDouble() * def->unitsPerMicron + 1);
            const int j = grid->row(m.captured(6).toDouble() * def->unitsPerMicron + 1);
            const auto& map =
                m.captured(1) == QLatin1String("H") ? maps->horizontal : maps->vertical;
            QCOMPARE(map[grid->index(i, j)], m.captured(3).toFloat());
        }
        QCOMPARE(seen, 738);
    }
};

QTEST_GUILESS_MAIN(TestDefLabels)
#include "tst_deflabels.moc"
