// SPDX-License-Identifier: GPL-3.0-or-later
// Every drawing must say exactly what the netlist says: real circuits, demo projects, random ones.
#include "core/netlist/reader.h"
#include "core/schematic/autodraw.h"
#include "core/schematic/drawingcheck.h"

#include <QDirIterator>
#include <QTest>

#include <random>

using namespace ohm;
using namespace ohm::test;

class TestAutodrawCircuits : public QObject {
    Q_OBJECT
private slots:
    void realCircuits_data();
    void realCircuits();
    void randomCircuits_data();
    void randomCircuits();
    void textsKeepClear();

private:
    int m_cells = 0; ///< drawn by realCircuits, with their texts
    int m_texts = 0;
    int m_collisions = 0;
};

namespace {

QString sharedFolder() {
    const QString given = qEnvironmentVariable("OHMSCAPE_SHARED");
    return given.isEmpty() ? QStringLiteral(OHMSCAPE_SOURCE_DIR "/../shared") : given;
}

QStringList netlistFiles() {
    QStringList files;
    QDirIterator demos(QStringLiteral(OHMSCAPE_SOURCE_DIR "/projects"), {QStringLiteral("*.cir")},
                       QDir::Files, QDirIterator::Subdirectories);
    while (demos.hasNext())
        files << demos.next();
    for (const char* folder : {"spice", "cdl", "spectre"}) {
        QDirIterator shared(sharedFolder() + QStringLiteral("/data/netlists/") +
                                QLatin1String(folder),
                            QDir::Files, QDirIterator::Subdirectories);
        while (shared.hasNext())
            files << shared.next();
    }
    files.sort();
    return files;
}

/// A circuit of random devices on random nets: nothing sensible, which is the point.
std::string randomNetlist(unsigned seed, int devices) {
    std::mt19937 random(seed);
    const auto below = [&](unsigned n) { return random() % n; };
    const unsigned nets = 2 + static_cast<unsigned>(devices) * (2 + below(5)) / 4;
    const auto net = [&] {
        switch (below(7)) {
        case 0:
            return std::string("0");
        case 1:
            return std::string("vdd");
        default:
            return "n" + std::to_string(below(nets));
        }
    };
    std::string text = "* random\n.model nn nmos\n.model pp pmos\n.model qn npn\n.model qp pnp\n"
                       ".model dd d\n.subckt cell a b out vdd vss\nr1 a out 1k\nr2 b out 1k\n"
                       "r3 vdd vss 1k\n.ends\n";
    for (int i = 0; i < devices; ++i) {
        const std::string id = std::to_string(i);
        switch (below(12)) {
        case 0:
        case 1:
        case 2:
            text += "m" + id + " " + net() + " " + net() + " " + net() + " " + net() +
                    " nn w=1u l=1u\n";
            break;
        case 3:
        case 4:
            text += "m" + id + " " + net() + " " + net() + " " + net() + " vdd pp w=2u l=1u m=4\n";
            break;
        case 5:
            text +=
                "q" + id + " " + net() + " " + net() + " " + net() + (below(2) ? " qn\n" : " qp\n");
            break;
        case 6:
            text += "c" + id + " " + net() + " " + net() + " 1p\n";
            break;
        case 7:
            text += "d" + id + " " + net() + " " + net() + " dd\n";
            break;
        case 8:
            text += "v" + id + " " + net() + " " + net() + (below(2) ? " 1.2\n" : " dc 0 ac 1\n");
            break;
        case 9:
            text += "e" + id + " " + net() + " " + net() + " " + net() + " " + net() + " 10\n";
            break;
        case 10:
            text += "x" + id + " " + net() + " " + net() + " " + net() + " " + net() + " " + net() +
                    " cell\n";
            break;
        default:
            text += "r" + id + " " + net() + " " + net() + " 10k\n";
        }
    }
    return text + ".end\n";
}

} // namespace

void TestAutodrawCircuits::realCircuits_data() {
    QTest::addColumn<QString>("file");
    for (const QString& file : netlistFiles())
        QTest::newRow(qPrintable(file.section(QLatin1Char('/'), -2))) << file;
}

void TestAutodrawCircuits::realCircuits() {
    QFETCH(QString, file);
    const auto circuit = netlist::readNetlist(file.toStdString());
    if (!circuit)
        QSKIP("not a netlist that can be read");
    for (const auto& [cell, path] : cellPaths(**circuit)) {
        const std::size_t count = (*circuit)->cellInstanceCount(cell);
        if (count == 0 || count > schematic::kReadableDevices)
            continue;
        const auto doc = schematic::drawCell(**circuit, path);
        const std::string name((*circuit)->cellName(cell));
        QVERIFY2(doc.ok(), name.c_str());
        const QStringList wrong = faults(*doc, **circuit, path);
        QVERIFY2(wrong.isEmpty(), qPrintable(QString::fromStdString(name) + QStringLiteral(": ") +
                                             wrong.mid(0, 8).join(QStringLiteral("; "))));
        QVERIFY(doc->generated);
        ++m_cells;
        m_texts += static_cast<int>(2 * doc->instances.size() + doc->labels.size());
        m_collisions += test::textCollisions(*doc);
    }
}

void TestAutodrawCircuits::randomCircuits_data() {
    QTest::addColumn<unsigned>("seed");
    QTest::addColumn<int>("devices");
    for (unsigned seed = 1; seed <= 60; ++seed)
        QTest::addRow("%u", seed) << seed << static_cast<int>(1 + seed * seed % 67);
    QTest::newRow("large") << 1000U << 149;
}

void TestAutodrawCircuits::randomCircuits() {
    QFETCH(unsigned, seed);
    QFETCH(int, devices);
    const auto circuit = netlist::readNetlistText(randomNetlist(seed, devices), "random", {});
    QVERIFY(circuit.ok());
    const auto doc = schematic::drawCell(**circuit);
    QVERIFY(doc.ok());
    const QStringList wrong = faults(*doc, **circuit, {});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong.mid(0, 8).join(QStringLiteral("; "))));
    // The same netlist gives the same drawing.
    const auto again = schematic::drawCell(**circuit);
    QVERIFY(again.ok());
    QCOMPARE(again->wires.size(), doc->wires.size());
    for (std::size_t i = 0; i < doc->wires.size(); ++i)
        QVERIFY(doc->wires[i].a == again->wires[i].a && doc->wires[i].b == again->wires[i].b);
}

void TestAutodrawCircuits::textsKeepClear() {
    // Over all real circuits together, next to no text may touch a symbol or another text.
    if (m_cells == 0)
        QSKIP("the real circuits were not drawn in this run");
    qInfo("%d collisions among %d texts in %d cells", m_collisions, m_texts, m_cells);
    QVERIFY(m_collisions * 500 <= m_texts);
}

QTEST_GUILESS_MAIN(TestAutodrawCircuits)
#include "tst_autodrawcircuits.moc"
