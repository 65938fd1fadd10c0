// SPDX-License-Identifier: GPL-3.0-or-later
// Counts of real files against those of an independent reader (docs/netlist-coverage.md).
#include "netlisttest.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace ohm;
using namespace ohm::netlist;

namespace {

QString dataFolder() {
    const QString shared = qEnvironmentVariable("OHMSCAPE_SHARED",
                                                QStringLiteral(OHMSCAPE_SOURCE_DIR "/../shared"));
    return shared + QStringLiteral("/data/netlists/");
}

/// Files whose counts differ from the independent reader's, with the reason told in
/// docs/netlist-coverage.md.
const QStringList kExplained{};

/// "m4 r2": element letters; what has a master instead of a letter counts as 'x'. Spectre's port and
/// iprobe are the elements P and V here, as the simulators have them.
QString expectedLetters(const QJsonObject& devices) {
    QMap<QString, int> byLetter;
    for (auto it = devices.begin(); it != devices.end(); ++it) {
        const QString key = it.key();
        const QString letter = key == QStringLiteral("port")     ? QStringLiteral("p")
                               : key == QStringLiteral("iprobe") ? QStringLiteral("v")
                               : key.size() > 1                  ? QStringLiteral("x")
                                                                 : key.toLower();
        byLetter[letter] += it.value().toInt();
    }
    QStringList all;
    for (auto it = byLetter.begin(); it != byLetter.end(); ++it)
        all << it.key() + QString::number(it.value());
    return all.join(QLatin1Char(' '));
}

QString found(const Circuit& circuit) {
    const CircuitCounts counts = countCircuit(circuit);
    return QStringLiteral("%1 | nets %2/%3 terminals %4 graph %5 %6")
        .arg(QString::fromStdString(netlisttest::letters(circuit)))
        .arg(counts.nets)
        .arg(counts.netsWithGround)
        .arg(counts.terminals)
        .arg(counts.graphNodes)
        .arg(counts.graphEdges);
}

QString expected(const QJsonObject& facts) {
    return QStringLiteral("%1 | nets %2/%3 terminals %4 graph %5 %6")
        .arg(expectedLetters(facts[QStringLiteral("devices")].toObject()))
        .arg(facts[QStringLiteral("nets_excl_ground")].toInt())
        .arg(facts[QStringLiteral("nets_incl_ground")].toInt())
        .arg(facts[QStringLiteral("terminals")].toInt())
        .arg(facts[QStringLiteral("graph_nodes")].toInt())
        .arg(facts[QStringLiteral("graph_edges")].toInt());
}

} // namespace

class TestCoverage : public QObject {
    Q_OBJECT

private slots:
    void counts_data();
    void counts();
    void confinement();
};

void TestCoverage::counts_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("facts");
    QFile list(dataFolder() + QStringLiteral("expected.jsonl"));
    if (!list.open(QIODevice::ReadOnly))
        QSKIP("no real netlists here");
    while (!list.atEnd()) {
        const QJsonObject entry = QJsonDocument::fromJson(list.readLine()).object();
        const QString file = entry[QStringLiteral("file")].toString();
        if (entry.contains(QStringLiteral("devices")))
            QTest::newRow(qPrintable(file)) << file << expected(entry);
        // Drawings come with the netlist that their own tool wrote.
        for (const auto& [facts, pattern] :
             {std::pair(QStringLiteral("golden_facts"), QStringLiteral("*.golden.*")),
              std::pair(QStringLiteral("golden_facts_xschem348"), QStringLiteral("*.xschem348.*"))}) {
            if (!entry[facts].isObject())
                continue;
            const QFileInfo drawing(dataFolder() + file);
            for (const QFileInfo& golden : drawing.dir().entryInfoList({pattern}, QDir::Files)) {
                const QString suffix = golden.completeSuffix();
                if (suffix.contains(QStringLiteral("geda")) ||
                    (file.endsWith(QStringLiteral(".kicad_sch")) &&
                     suffix.endsWith(QStringLiteral("net"))))
                    continue; // a board netlist
                const QString name = golden.filePath().mid(dataFolder().size());
                QTest::newRow(qPrintable(name)) << name << expected(entry[facts].toObject());
            }
        }
    }
}

void TestCoverage::counts() {
    QFETCH(QString, file);
    QFETCH(QString, facts);
    ReadOptions options;
    // The folder of the case, so that "../models/x" of a test bench is found, as a user would set it.
    options.searchPath.emplace_back(
        (dataFolder() + file.section(QLatin1Char('/'), 0, 1)).toStdString());
    const auto circuit = readNetlist((dataFolder() + file).toStdString(), options);
    QVERIFY2(circuit.ok(), circuit ? "" : circuit.error().message().c_str());
    if (kExplained.contains(file))
        QVERIFY(found(**circuit) != facts); // else the list is out of date
    else
        QCOMPARE(found(**circuit), facts);
}

void TestCoverage::confinement() {
    const QString file = dataFolder() +
                         QStringLiteral("spice/analoggym__TB_Amplifier_ACDC/amp_spice_testbench/"
                                        "TB_Amplifier_ACDC.cir");
    if (!QFile::exists(file))
        QSKIP("no real netlists here");
    const auto circuit = readNetlist(file.toStdString());
    QVERIFY(circuit.ok());
    // Its models lie in "../", outside its own folder: not read without the user's word.
    QCOMPARE((*circuit)->files().size(), std::size_t{1});
    QVERIFY(netlisttest::codes(**circuit).find("NET-012") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestCoverage)
#include "tst_coverage.moc"
