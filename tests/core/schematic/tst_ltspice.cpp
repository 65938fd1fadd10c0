// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/schematic/importer.h"
#include "core/schematic/ltspicesheet.h"
#include "core/schematic/symbolfinder.h"

#include <QTest>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>

using namespace ohm;
using namespace ohm::schematic;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

std::string utf16(const std::string& ascii) {
    std::string out;
    for (const char c : ascii) {
        out += c;
        out += '\0';
    }
    return out;
}

bool hasCode(const Diagnostics& diagnostics, const std::string& code) {
    return std::any_of(diagnostics.begin(), diagnostics.end(),
                       [&](const Diagnostic& d) { return d.code == code; });
}

/// The netlist's line that begins with `name`, or nothing.
std::string lineOf(const ImportedSchematic& imported, const std::string& name) {
    std::istringstream text(imported.netlistText);
    for (std::string line; std::getline(text, line);)
        if (line.rfind(name + " ", 0) == 0)
            return line;
    return {};
}

const std::string kDivider = "Version 4\n"
                             "SHEET 1 880 680\n"
                             "WIRE 208 80 128 80\n"
                             "WIRE 208 96 208 80\n"
                             "WIRE 128 96 128 80\n"
                             "FLAG 128 176 0\n"
                             "FLAG 208 256 0\n"
                             "FLAG 208 176 mid\n"
                             "SYMBOL voltage 128 80 R0\n"
                             "SYMATTR InstName V1\n"
                             "SYMATTR Value 5\n"
                             "SYMBOL res 192 80 R0\n"
                             "SYMATTR InstName R1\n"
                             "SYMATTR Value 10k\n"
                             "SYMBOL res 192 160 R0\n"
                             "SYMATTR InstName R2\n"
                             "SYMATTR Value 4k\n"
                             "TEXT 100 300 Left 2 !.op\n"
                             "TEXT 100 330 Left 2 ;a comment\\nof two lines\n";

} // namespace

class TestLtspice : public QObject {
    Q_OBJECT
private slots:
    void init() {
        auto made = TemporaryDirectory::create("tst_ltspice");
        QVERIFY(made.ok());
        m_dir.emplace(std::move(*made));
    }

    void encodings_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("value");
        std::string crlf;
        for (const char c : kDivider)
            crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
        const auto bytes = [](const std::string& s) {
            return QByteArray(s.data(), static_cast<qsizetype>(s.size()));
        };
        const auto with = [](std::string text, const std::string& value) {
            text.replace(text.find("Value 10k"), 9, "Value " + value);
            return text;
        };
        QTest::newRow("lf") << bytes(kDivider) << "10k";
        QTest::newRow("crlf") << bytes(crlf) << "10k";
        QTest::newRow("utf-16le without mark") << bytes(utf16(kDivider)) << "10k";
        QTest::newRow("utf-16le with mark") << bytes("\xFF\xFE" + utf16(kDivider)) << "10k";
        QTest::newRow("utf-8") << bytes(with(kDivider, "10\xC2\xB5")) << QStringLiteral("10µ");
        QTest::newRow("utf-8 mark") << bytes("\xEF\xBB\xBF" + kDivider) << "10k";
        QTest::newRow("windows-1252") << bytes(with(kDivider, "10\xB5")) << QStringLiteral("10µ");
        QTest::newRow("version 4.1") << bytes("Version 4.1" + kDivider.substr(9)) << "10k";
    }
    void encodings() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, value);
        const fs::path file = m_dir->path() / "any.name";
        write(file, bytes.toStdString());
        QVERIFY(looksLikeSchematic(file));
        const auto imported = importSchematic(file);
        QVERIFY(imported.ok());
        const SchematicDoc& doc = imported->sheets.at(0);
        QCOMPARE(doc.instances.size(), std::size_t{3});
        QCOMPARE(QString::fromStdString(doc.instances[1].value), value);
        QCOMPARE(doc.instances[1].device, std::string("r1"));
        QCOMPARE(doc.pinNets[1], (std::vector<std::string>{"n001", "mid"}));
        QCOMPARE(doc.pinNets[2], (std::vector<std::string>{"mid", "0"}));
        QCOMPARE(doc.notes.size(), std::size_t{2});
        QCOMPARE(doc.notes[0].directive, true);
        QCOMPARE(doc.notes[1].text, std::string("a comment\nof two lines"));
        QVERIFY(imported->circuit != nullptr);
        QCOMPARE(imported->circuit->deviceCount(), std::size_t{3});
    }
    void namesAreTheCircuitsNames() {
        const fs::path file = m_dir->path() / "d.asc";
        write(file, kDivider);
        const auto imported = importSchematic(file);
        QVERIFY(imported.ok() && imported->circuit);
        const SchematicDoc& doc = imported->sheets[0];
        for (std::size_t i = 0; i < doc.instances.size(); ++i) {
            const auto device = imported->circuit->findDevice(doc.instances[i].device);
            QVERIFY(device.has_value());
            const auto nets = imported->circuit->deviceNets(*device);
            QCOMPARE(nets.size(), doc.pinNets[i].size());
            for (std::size_t p = 0; p < nets.size(); ++p)
                QCOMPARE(imported->circuit->netName(nets[p]), doc.pinNets[i][p]);
        }
        // 16 of LTspice's units are 10 of ours.
        QCOMPARE(doc.wires[0].a, (Pt{130, 50}));
        QCOMPARE(doc.symbols[doc.instances[1].symbol].pins[1].at, (Pt{10, 60}));
    }

    void orientations_data() {
        QTest::addColumn<QString>("word");
        QTest::addColumn<QPoint>("turned");
        // Of the point (1, 2), as LTspice places it: turned first, mirrored then.
        QTest::newRow("R0") << "R0" << QPoint(1, 2);
        QTest::newRow("R90") << "R90" << QPoint(-2, 1);
        QTest::newRow("R180") << "R180" << QPoint(-1, -2);
        QTest::newRow("R270") << "R270" << QPoint(2, -1);
        QTest::newRow("M0") << "M0" << QPoint(-1, 2);
        QTest::newRow("M90") << "M90" << QPoint(2, 1);
        QTest::newRow("M180") << "M180" << QPoint(1, -2);
        QTest::newRow("M270") << "M270" << QPoint(-2, -1);
    }
    void orientations() {
        QFETCH(QString, word);
        QFETCH(QPoint, turned);
        const auto o = ltspice::orientationOf(word.toStdString());
        QVERIFY(o.has_value());
        const Pt p = o->apply({1, 2});
        QCOMPARE(QPoint(p.x, p.y), turned);
    }
    void badOrientations() {
        for (const char* word : {"", "R", "R45", "X0", "R900", "m0"})
            QVERIFY(!ltspice::orientationOf(word).has_value());
    }

    void elementLines_data() {
        QTest::addColumn<QString>("symbol");
        QTest::addColumn<QString>("attributes");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("line");
        QTest::newRow("order of the attributes")
            << "voltage"
            << "InstName V1|Value 1|Value2 AC 1|SpiceLine Rser=1|SpiceLine2 Cpar=1p"
            << "V1"
            << "V1 NC_01 NC_02 1 AC 1 Rser=1 Cpar=1p";
        QTest::newRow("three-pin MOS: bulk is the source") << "nmos"
                                                           << "InstName M1|Value BSS123"
                                                           << "M1"
                                                           << "M1 NC_01 NC_02 NC_03 NC_03 BSS123";
        QTest::newRow("four-pin MOS") << "pmos4"
                                      << "InstName M1|Value2 l=1u w=2u"
                                      << "M1"
                                      << "M1 NC_01 NC_02 NC_03 NC_04 PMOS l=1u w=2u";
        QTest::newRow("bipolar: substrate is ground") << "npn"
                                                      << "InstName Q7|Value 2N3904"
                                                      << "Q7"
                                                      << "Q7 NC_01 NC_02 NC_03 0 2N3904";
        QTest::newRow("bipolar with substrate") << "npn4"
                                                << "InstName Q7"
                                                << "Q7"
                                                << "Q7 NC_01 NC_02 NC_03 NC_04 NPN";
        QTest::newRow("prefix put before") << "res"
                                           << "InstName Load|Value 1k"
                                           << "RLoad"
                                           << "RLoad NC_01 NC_02 1k";
        QTest::newRow("case of the prefix") << "res"
                                            << "InstName rx|Value 1k"
                                            << "rx"
                                            << "rx NC_01 NC_02 1k";
        QTest::newRow("subcircuit of the library") << "OpAmps\\\\opamp2"
                                                   << "InstName U1|Value LT1001"
                                                   << "XU1"
                                                   << "XU1 NC_01 NC_02 NC_03 NC_04 NC_05 LT1001";
        QTest::newRow("unused terminals of an A device") << "Digital\\\\and"
                                                         << "InstName A1|Value2 Td=1n"
                                                         << "A1"
                                                         << "A1 0 0 0 0 0 0 0 0 AND Td=1n";
        QTest::newRow("empty value") << "res"
                                     << "InstName R1|Value \"\"|SpiceLine R=1"
                                     << "R1"
                                     << "R1 NC_01 NC_02 R=1";
        QTest::newRow("G lets its current out on top") << "g"
                                                       << "InstName G1|Value 1m"
                                                       << "G1"
                                                       << "G1 NC_01 NC_02 NC_03 NC_04 1m";
        QTest::newRow("blank in a name") << "res"
                                         << "InstName R 1|Value 1k"
                                         << "R_1"
                                         << "R_1 NC_01 NC_02 1k";
    }
    void elementLines() {
        QFETCH(QString, symbol);
        QFETCH(QString, attributes);
        QFETCH(QString, name);
        QFETCH(QString, line);
        QString text = "Version 4\nSHEET 1 880 680\nSYMBOL " + symbol + " 0 0 R0\n";
        for (const QString& attribute : attributes.split('|'))
            text += "SYMATTR " + attribute + '\n';
        const fs::path file = m_dir->path() / "e.asc";
        write(file, text.toStdString());
        const auto imported = importSchematic(file);
        QVERIFY(imported.ok());
        QCOMPARE(QString::fromStdString(lineOf(*imported, name.toStdString())), line);
        QCOMPARE(QString::fromStdString(imported->sheets[0].instances[0].device), name.toLower());
    }

    void defaultModels() {
        const fs::path file = m_dir->path() / "m.asc";
        write(file, "Version 4\nSHEET 1 1 1\nSYMBOL diode 0 0 R0\nSYMATTR InstName D1\n"
                    "SYMBOL nmos 200 0 R0\nSYMATTR InstName M1\n"
                    "TEXT 0 200 Left 2 !.model NMOS NMOS(kp=1m)\n");
        const auto imported = importSchematic(file);
        QVERIFY(imported.ok());
        QVERIFY(imported->netlistText.find(".model D D\n") != std::string::npos);
        // The sheet's own card is not doubled.
        QVERIFY(imported->netlistText.find(".model NMOS NMOS\n") == std::string::npos);
    }

    void userSymbolsComeFirst() {
        const fs::path file = m_dir->path() / "u.asc";
        write(file, "Version 4\nSHEET 1 1 1\nWIRE 0 0 -48 0\nFLAG -48 0 a\n"
                    "SYMBOL Lib\\\\Sub\\\\RES 0 0 R0\nSYMATTR InstName R1\nSYMATTR Value 2k\n");
        write(m_dir->path() / "lib" / "sub" / "Res.asy",
              "Version 4\nSymbolType CELL\nRECTANGLE Normal 0 -8 64 8\n"
              "WINDOW 0 32 -16 Bottom 2\nSYMATTR Prefix R\n"
              "PIN 64 0 NONE 0\nPINATTR PinName B\nPINATTR SpiceOrder 2\n"
              "PIN 0 0 NONE 0\nPINATTR PinName A\nPINATTR SpiceOrder 1\n");
        const auto imported = importSchematic(file);
        QVERIFY(imported.ok());
        QCOMPARE(lineOf(*imported, "R1"), std::string("R1 a NC_01 2k"));
        QCOMPARE(imported->sheets[0].symbols[0].pins[1].at, (Pt{40, 0}));
    }

    void missingSymbolsBecomeBoxes() {
        const fs::path file = m_dir->path() / "p.asc";
        write(file, kDivider + "SYMBOL Vendor\\\\XYZ123 400 400 M90\nSYMATTR InstName U9\n");
        const auto imported = importSchematic(file);
        QVERIFY(imported.ok());
        QVERIFY(imported->sheets[0].instances.back().placeholder);
        const auto found = std::find_if(imported->diagnostics.begin(), imported->diagnostics.end(),
                                        [](const Diagnostic& d) { return d.code == "SCH-010"; });
        QVERIFY(found != imported->diagnostics.end());
        QCOMPARE(found->line, 20);
        QCOMPARE(found->file, file.string());
        QVERIFY(imported->circuit && imported->circuit->deviceCount() == 3);
    }

    void hierarchy() {
        const fs::path file = m_dir->path() / "top.asc";
        write(file, "Version 4\nSHEET 1 1 1\nSYMBOL Cell 0 0 R0\nSYMATTR InstName X1\n"
                    "SYMATTR SpiceLine rr=2k\nFLAG 0 0 a\nFLAG 64 0 0\n"
                    "SYMBOL Cell 0 200 R0\nSYMATTR InstName X2\nFLAG 0 200 a\nFLAG 64 200 b\n");
        write(m_dir->path() / "cell.asy",
              "Version 4\nSymbolType BLOCK\nRECTANGLE Normal 0 -16 64 16\n"
              "PIN 0 0 LEFT 8\nPINATTR PinName IN\nPINATTR SpiceOrder 1\n"
              "PIN 64 0 RIGHT 8\nPINATTR PinName out\nPINATTR SpiceOrder 2\n");
        write(m_dir->path() / "cell.asc",
              "Version 4\nSHEET 1 1 1\nSYMBOL res 0 0 R0\nSYMATTR InstName R1\n"
              "SYMATTR Value {rr}\nFLAG 16 16 in\nIOPIN 16 16 In\nFLAG 16 96 OUT\n"
              "IOPIN 16 96 Out\nTEXT 0 200 Left 2 !.param rr=1k\nTEXT 0 230 Left 2 !.tran 1\n");
        const auto imported = importSchematic(file);
        QVERIFY(imported.ok());
        QCOMPARE(imported->sheets.size(), std::size_t{2});
        QCOMPARE(lineOf(*imported, "XX1"), std::string("XX1 a 0 cell params: rr=2k"));
        QCOMPARE(lineOf(*imported, "XX2"), std::string("XX2 a b cell"));
        QCOMPARE(lineOf(*imported, ".subckt"), std::string(".subckt cell in OUT"));
        // The child's own analysis is not the top sheet's.
        QVERIFY(imported->netlistText.find(".tran") == std::string::npos);
        QCOMPARE(imported->sheets[0].instances[0].sheet, imported->sheets[1].path);
        QCOMPARE(imported->sheets[1].labels[0].kind, Label::Kind::PortIn);
        QVERIFY(imported->circuit);
        QCOMPARE(imported->circuit->deviceCount(), std::size_t{2});
        QVERIFY(imported->circuit->findDevice("xx1.r1").has_value());
        QVERIFY(imported->circuit->findDevice("xx2.r1").has_value());
    }
    void aSheetThatContainsItself() {
        const std::string block = "Version 4\nSymbolType BLOCK\n"
                                  "PIN 0 0 LEFT 8\nPINATTR PinName a\nPINATTR SpiceOrder 1\n";
        write(m_dir->path() / "loop.asy", block);
        write(m_dir->path() / "back.asy", block);
        write(m_dir->path() / "loop.asc",
              "Version 4\nSHEET 1 1 1\nSYMBOL back 0 0 R0\nSYMATTR InstName X1\n");
        write(m_dir->path() / "back.asc",
              "Version 4\nSHEET 1 1 1\nSYMBOL loop 0 0 R0\nSYMATTR InstName X1\n");
        const auto imported = importSchematic(m_dir->path() / "loop.asc");
        QVERIFY(imported.ok());
        QVERIFY(hasCode(imported->diagnostics, "SCH-014"));
        QCOMPARE(imported->sheets.size(), std::size_t{2});
    }
    void deepHierarchyEnds() {
        for (int i = 0; i < 80; ++i) {
            const std::string name = "s" + std::to_string(i);
            write(m_dir->path() / (name + ".asy"),
                  "Version 4\nSymbolType BLOCK\nPIN 0 0 LEFT 8\nPINATTR PinName a\n"
                  "PINATTR SpiceOrder 1\n");
            write(m_dir->path() / (name + ".asc"), "Version 4\nSHEET 1 1 1\nSYMBOL s" +
                                                       std::to_string(i + 1) +
                                                       " 0 0 R0\nSYMATTR InstName X1\n");
        }
        const auto imported = importSchematic(m_dir->path() / "s0.asc");
        QVERIFY(imported.ok());
        QVERIFY(hasCode(imported->diagnostics, "SCH-018"));
        QVERIFY(imported->sheets.size() <= 50);
    }
    void missingChild() {
        write(m_dir->path() / "blk.asy", "Version 4\nSymbolType BLOCK\nPIN 0 0 LEFT 8\n"
                                         "PINATTR PinName a\nPINATTR SpiceOrder 1\n");
        write(m_dir->path() / "t.asc",
              "Version 4\nSHEET 1 1 1\nSYMBOL blk 0 0 R0\nSYMATTR InstName X1\n");
        const auto imported = importSchematic(m_dir->path() / "t.asc");
        QVERIFY(imported.ok());
        QVERIFY(hasCode(imported->diagnostics, "SCH-015"));
        QCOMPARE(lineOf(*imported, "XX1"), std::string("XX1 NC_01 blk"));
    }

    void nothingOutsideTheFoldersIsRead_data() {
        QTest::addColumn<QString>("reference");
        QTest::newRow("climbing") << "..\\\\secret\\\\part";
        QTest::newRow("climbing with slashes") << "../secret/part";
        QTest::newRow("absolute") << "ABSOLUTE/secret/part";
        QTest::newRow("drive letter") << "C:\\\\secret\\\\part";
        QTest::newRow("link") << "link\\\\part";
    }
    void nothingOutsideTheFoldersIsRead() {
        QFETCH(QString, reference);
        reference.replace("ABSOLUTE", QString::fromStdString(m_dir->path().string()));
        write(m_dir->path() / "secret" / "part.asy",
              "Version 4\nSymbolType CELL\nSYMATTR Prefix R\nPIN 0 0 NONE 0\n");
        const fs::path inside = m_dir->path() / "project";
        fs::create_directories(inside);
        fs::create_directory_symlink(m_dir->path() / "secret", inside / "link");
        write(inside / "a.asc", "Version 4\nSHEET 1 1 1\nSYMBOL " + reference.toStdString() +
                                    " 0 0 R0\nSYMATTR InstName R1\n");
        const auto imported = importSchematic(inside / "a.asc");
        QVERIFY(imported.ok());
        QVERIFY(imported->sheets[0].instances[0].placeholder);
        // Given as a folder of the user's symbol path, it is found.
        ImportOptions options;
        options.symbolPath = {m_dir->path() / "secret"};
        const auto allowed = importSchematic(inside / "a.asc", options);
        QVERIFY(allowed.ok());
        QVERIFY(!allowed->sheets[0].instances[0].placeholder);
    }

    void brokenFiles_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("instances");
        QTest::addColumn<QString>("code");
        QTest::newRow("no number") << QByteArray("WIRE a b c d\n") << 0 << "SCH-013";
        QTest::newRow("cut wire") << QByteArray("WIRE 1 2 3") << 0 << "SCH-013";
        QTest::newRow("huge number")
            << QByteArray("WIRE 0 0 99999999999999999999 0\n") << 0 << "SCH-013";
        QTest::newRow("out of range") << QByteArray("FLAG 2000000000 0 x\n") << 0 << "SCH-013";
        QTest::newRow("symbol without place") << QByteArray("SYMBOL res\n") << 0 << "SCH-013";
        QTest::newRow("symbol with bad turn")
            << QByteArray("SYMBOL res 0 0 R17\n") << 0 << "SCH-013";
        QTest::newRow("attribute of nothing")
            << QByteArray("SYMATTR InstName R1\n") << 0 << "SCH-013";
        QTest::newRow("unknown word") << QByteArray("WORMHOLE 1 2\n") << 0 << "SCH-012";
        QTest::newRow("bus") << QByteArray("BUSTAP 0 0 16 16\n") << 0 << "SCH-016";
        QTest::newRow("lone port") << QByteArray("IOPIN 0 0 In\n") << 0 << "SCH-017";
        QTest::newRow("part without name") << QByteArray("SYMBOL res 0 0 R0\n") << 1 << "SCH-023";
        QTest::newRow("name twice") << QByteArray("SYMBOL res 0 0 R0\nSYMATTR InstName R1\n"
                                                  "SYMBOL res 99 0 R0\nSYMATTR InstName r1\n")
                                    << 2 << "SCH-024";
        QTest::newRow("empty sheet") << QByteArray() << 0 << "SCH-011";
        QTest::newRow("binary") << QByteArray("SYMBOL \0\x01\x02 0 0 R0\n", 19) << 1 << "SCH-010";
    }
    void brokenFiles() {
        QFETCH(QByteArray, text);
        QFETCH(int, instances);
        QFETCH(QString, code);
        const fs::path file = m_dir->path() / "b.asc";
        write(file, "Version 4\nSHEET 1 880 680\n" + text.toStdString());
        const auto imported = importSchematic(file);
        QVERIFY(imported.ok());
        QCOMPARE(imported->sheets[0].instances.size(), static_cast<std::size_t>(instances));
        QVERIFY(hasCode(imported->diagnostics, code.toStdString()));
        if (code == "SCH-013" || code == "SCH-012")
            QCOMPARE(imported->diagnostics[0].line, 3);
    }
    void manyFindingsAreCounted() {
        std::string text = "Version 4\nSHEET 1 880 680\n";
        for (int i = 0; i < 5000; ++i)
            text += "WIRE x\n";
        const fs::path file = m_dir->path() / "b.asc";
        write(file, text);
        const auto imported = importSchematic(file);
        QVERIFY(imported.ok());
        QVERIFY(imported->diagnostics.size() < 220);
        QVERIFY(hasCode(imported->diagnostics, "SCH-019"));
    }
    void cutAnywhere() {
        // Every prefix of a file loads without harm.
        const fs::path file = m_dir->path() / "c.asc";
        for (std::size_t n = 12; n < kDivider.size(); n += 7) {
            write(file, kDivider.substr(0, n));
            QVERIFY(importSchematic(file).ok());
        }
    }

    void notASchematic_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("netlist") << QByteArray("* title\nR1 a b 1k\n.end\n");
        QTest::newRow("symbol") << QByteArray("Version 4\nSymbolType CELL\n");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("binary") << QByteArray(1000, '\0');
        QTest::newRow("other version word") << QByteArray("Versions 4\nSHEET 1 1 1\n");
    }
    void notASchematic() {
        QFETCH(QByteArray, bytes);
        const fs::path file = m_dir->path() / "x.asc";
        write(file, bytes.toStdString());
        QVERIFY(!looksLikeSchematic(file));
        const auto imported = importSchematic(file);
        QVERIFY(!imported.ok());
        QCOMPARE(imported.error().code, std::string("SCH-001"));
    }
    void unreadable() {
        QCOMPARE(importSchematic(m_dir->path() / "none.asc").error().code, std::string("SCH-002"));
        QCOMPARE(importSchematic(m_dir->path()).error().code, std::string("SCH-002"));
        QVERIFY(!looksLikeSchematic(m_dir->path()));
    }

    void valuesCannotAddCards() {
        // A carriage return inside an attribute must not begin a line of its own.
        const fs::path file = m_dir->path() / "i.asc";
        write(file, "Version 4\nSHEET 1 1 1\nSYMBOL res 0 0 R0\nSYMATTR InstName R1\n"
                    "SYMATTR Value 1k\r.include /etc/passwd\n");
        const auto imported = importSchematic(file);
        QVERIFY(imported.ok());
        QVERIFY(imported->netlistText.find('\r') == std::string::npos);
        QVERIFY(imported->netlistText.find("\n.include") == std::string::npos);
    }

    void findingsOfTheNetlistPointIntoTheDrawing() {
        const fs::path file = m_dir->path() / "f.asc";
        write(file, kDivider + "TEXT 0 400 Left 2 !.include nowhere.lib\n");
        const auto imported = importSchematic(file);
        QVERIFY(imported.ok());
        const auto found = std::find_if(
            imported->diagnostics.begin(), imported->diagnostics.end(),
            [](const Diagnostic& d) { return d.code.rfind("NET-", 0) == 0 && d.line == 20; });
        QVERIFY(found != imported->diagnostics.end());
        QCOMPARE(found->file, file.string());
    }

    void finderParts() {
        using Parts = std::vector<std::string>;
        QCOMPARE(SymbolFinder::parts("OpAmps\\\\opamp2"), (Parts{"OpAmps", "opamp2"}));
        QCOMPARE(SymbolFinder::parts("a/b\\c"), (Parts{"a", "b", "c"}));
        QCOMPARE(SymbolFinder::parts("../../etc/passwd"), (Parts{"passwd"}));
        QCOMPARE(SymbolFinder::parts("C:\\x\\y"), (Parts{"x", "y"}));
        QVERIFY(SymbolFinder::parts("").empty());
        QVERIFY(SymbolFinder::parts("..").empty());
    }

private:
    std::optional<TemporaryDirectory> m_dir;
};

QTEST_GUILESS_MAIN(TestLtspice)
#include "tst_ltspice.moc"
