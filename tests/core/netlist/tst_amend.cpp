// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/amend.h"
#include "netlisttest.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

using namespace ohm;
using namespace ohm::netlist;
using netlisttest::read;
using netlisttest::wiring;

namespace {

constexpr const char* kCards = "cpar1 x1.mid 0 1f\n";

std::string amended(const std::string& text, const Amendment& what,
                    const ReadOptions& options = {}) {
    const auto circuit = read(text, options);
    if (!circuit)
        return circuit.error().code;
    const auto out = amendNetlist(text, **circuit, what);
    return out ? *out : out.error().code;
}

} // namespace

class TestAmend : public QObject {
    Q_OBJECT
private slots:
    void places_data() {
        QTest::addColumn<QString>("before");
        QTest::addColumn<QString>("after");
        const QString cell = QStringLiteral(".subckt cell a b\nr1 a mid 1k\nr2 mid b 1k\n");
        // What stands around the cards, and that all else is as it was.
        QTest::newRow("deck with end")
            << "* t\n" + cell + ".ends\nx1 in 0 cell\nv1 in 0 1\n.END\nwhat follows\n"
            << "* t\n" + cell + ".ends\nx1 in 0 cell\nv1 in 0 1\n@$.END\nwhat follows\n";
        QTest::newRow("deck without end, last line open")
            << "* t\n" + cell + ".ends\nx1 in 0 cell"
            << "* t\n" + cell + ".ends\nx1 in 0 cell\n@$";
        QTest::newRow("before alterations")
            << "* t\n" + cell + ".ends\nx1 in 0 cell\n.alter\nv1 in 0 2\n.end\n"
            << "* t\n" + cell + ".ends\nx1 in 0 cell\n@$.alter\nv1 in 0 2\n.end\n";
        QTest::newRow("control block kept")
            << "* t\n" + cell + ".ends\nx1 in 0 cell\n.control\nop\n.endc\n.end\n"
            << "* t\n" + cell + ".ends\nx1 in 0 cell\n.control\nop\n.endc\n@$.end\n";
        QTest::newRow("subcircuit as top")
            << cell + ".ends cell\n.subckt top in\nx1 in 0 cell\nxu in sky130_x w=1\n.ends top\n"
            << cell + ".ends cell\n.subckt top in\nx1 in 0 cell\nxu in sky130_x w=1\n@.ends top\n$";
        QTest::newRow("definition inside the top")
            << ".macro top in\n" + cell + ".eom\nx1 in 0 cell\n.eom\n"
            << ".macro top in\n" + cell + ".eom\nx1 in 0 cell\n@.eom\n$";
        QTest::newRow("cut short") << cell + ".ends\n.subckt top in\nx1 in 0 cell\n"
                                   << cell + ".ends\n.subckt top in\nx1 in 0 cell\n@.ends\n$";
    }
    void places() {
        QFETCH(QString, before);
        QFETCH(QString, after);
        Amendment what;
        what.cards = kCards;
        what.globals = ".param p=0\n";
        const std::string out = amended(before.toStdString(), what);
        QCOMPARE(QString::fromStdString(out), after.replace(u'@', QString::fromLatin1(kCards))
                                                  .replace(u'$', QStringLiteral(".param p=0\n")));
        // The name inside the instance is the net inside the instance.
        const auto again = read(out);
        QVERIFY(again);
        QCOMPARE(wiring(**again, "cpar1"), std::string("cpar1 x1.mid 0"));
        QCOMPARE((*again)->deviceNets(*(*again)->findDevice("cpar1"))[0],
                 (*again)->deviceNets(*(*again)->findDevice("x1.r1"))[1]);
    }

    void includes() {
        QTemporaryDir folder;
        QVERIFY(QDir(folder.path()).mkpath(QStringLiteral("in/models")));
        QVERIFY(QDir(folder.path()).mkpath(QStringLiteral("out")));
        const auto write = [&](const char* name, const std::string& text) {
            QFile file(folder.filePath(QString::fromLatin1(name)));
            return file.open(QIODevice::WriteOnly) &&
                   file.write(text.data(), qint64(text.size())) > 0;
        };
        QVERIFY(write("in/models/n.lib", ".lib tt\n.model n nmos\n.endl\n"));
        QVERIFY(write("in/models/cell.sp", ".subckt cell a b\nr1 a mid 1\nr2 mid b 1\n.ends\n"));
        QVERIFY(write("in/main.sp", "* t\n.include \"models/cell.sp\" $ the cell\n"
                                    ".lib models/n.lib tt\n.inc not/there.sp\nx1 in 0 cell\n"
                                    "m1 in in 0 0 n w=1u l=1u\n.end\n"));
        const std::filesystem::path root(folder.path().toStdString());
        const auto circuit = readNetlist(root / "in/main.sp");
        QVERIFY(circuit);
        Amendment what;
        what.cards = kCards;
        what.folder = root / "out";
        const auto out = amendNetlistFile(**circuit, what);
        QVERIFY(out);
        QCOMPARE(QString::fromStdString(*out),
                 QStringLiteral("* t\n.include \"../in/models/cell.sp\" $ the cell\n"
                                ".lib ../in/models/n.lib tt\n.inc not/there.sp\nx1 in 0 cell\n"
                                "m1 in in 0 0 n w=1u l=1u\ncpar1 x1.mid 0 1f\n.end\n"));
        QVERIFY(write("out/main.sp", *out));
        ReadOptions options;
        options.searchPath = {root / "in"};
        const auto again = readNetlist(root / "out/main.sp", options);
        QVERIFY(again);
        QCOMPARE((*again)->deviceCount(), (*circuit)->deviceCount() + 1);

        // A top that the opened file does not define.
        ReadOptions inner;
        inner.top = "cell";
        const auto cell = readNetlist(root / "in/main.sp", inner);
        QVERIFY(cell);
        const auto elsewhere = amendNetlistFile(**cell, what);
        QVERIFY(!elsewhere);
        QCOMPARE(elsewhere.error().code, std::string("NET-046"));
    }

    void refuses() {
        QCOMPARE(amended("simulator lang=spectre\nr1 (a 0) resistor r=1\n", {}),
                 std::string("NET-045"));
        const auto circuit = read(".subckt top a\nr1 a 0 1\n.ends\n");
        QVERIFY(circuit);
        const auto changed = amendNetlist("* another file\n* now\n", **circuit, {});
        QVERIFY(!changed);
        QCOMPARE(changed.error().code, std::string("NET-047"));
    }
};

QTEST_GUILESS_MAIN(TestAmend)
#include "tst_amend.moc"
