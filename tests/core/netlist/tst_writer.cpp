// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/netlist/writer.h"
#include "netlisttest.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

#include <cmath>
#include <map>
#include <regex>
#include <set>

using namespace ohm::netlist;
using netlisttest::read;

namespace {

using Voltages = std::map<std::string, double>;

QString decks() {
    return QStringLiteral(OHMSCAPE_SOURCE_DIR "/tests/core/netlist/decks");
}
QString shared() {
    const QString given = qEnvironmentVariable("OHMSCAPE_SHARED");
    return given.isEmpty() ? QStringLiteral(OHMSCAPE_SOURCE_DIR "/../shared") : given;
}

std::string contents(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

/// Node voltages of the operating point; empty, and `log` set, where ngspice finds none.
Voltages simulate(std::string deck, QByteArray& log) {
    static const std::regex end("(^|\n)\\s*\\.end\\s*(?=\n|$)", std::regex::icase);
    deck = std::regex_replace(deck, end, "\n");
    deck += "\n.control\nset filetype=ascii\nset num_threads=1\nop\nwrite out.raw\nquit 0\n.endc\n"
            ".end\n";
    const QTemporaryDir folder;
    QFile file(folder.filePath("deck.cir"));
    if (!file.open(QIODevice::WriteOnly))
        return {};
    file.write(deck.data(), static_cast<qint64>(deck.size()));
    file.close();
    QProcess ngspice;
    ngspice.setWorkingDirectory(folder.path());
    ngspice.setProcessChannelMode(QProcess::MergedChannels);
    ngspice.setStandardInputFile(QProcess::nullDevice());
    ngspice.start("ngspice", {"-b", "deck.cir"});
    if (!ngspice.waitForFinished(60000)) {
        log = "ngspice did not finish: " + ngspice.errorString().toUtf8();
        return {};
    }
    log = ngspice.readAll();
    Voltages found;
    std::vector<std::string> names;
    std::size_t at = 0;
    enum { Head, Names, Values } part = Head;
    QFile raw(folder.filePath("out.raw"));
    if (!raw.open(QIODevice::ReadOnly))
        return {};
    for (const QByteArray& line : raw.readAll().split('\n')) {
        if (line.startsWith("Variables:"))
            part = Names;
        else if (line.startsWith("Values:"))
            part = Values;
        else if (part == Names)
            names.push_back(line.split('\t').value(2).toStdString());
        else if (part == Values && !line.trimmed().isEmpty() && at < names.size())
            found[names[at++]] = line.mid(line.lastIndexOf('\t') + 1).toDouble();
    }
    return found;
}

std::string nodeVector(const std::string& node) {
    return "v(" + node + ")";
}

bool close(double a, double b) {
    return std::fabs(a - b) <= std::max(1e-6, 1e-6 * std::fabs(a));
}

/// Only cards and characters that this program puts together itself.
std::string uncleanLine(const std::string& text) {
    static const std::regex line(
        "\\* Flat netlist written by Ohmscape"
        "|\\.model [a-z0-9_]+(\\.[0-9]+)? [a-z0-9_]+( [a-z0-9_]+(=[-+.a-z0-9]+|=\\[[-+.a-z0-9 "
        "]+\\])?"
        "| [-+.0-9e]+)*"
        "|\\+( [-+._a-z0-9]+(=[-+.a-z0-9]+|=\\[[-+.a-z0-9 ]+\\])?)+(\\)( [rtd]+=[-+.a-z0-9]+)*)?"
        "|\\.options( [a-z0-9]+(=[-+.a-z0-9]+)?)+"
        "|\\.temp [-+.0-9e]+"
        "|\\.(ic|nodeset) v\\([a-z0-9_.]+\\)=[-+.a-z0-9]+"
        "|[a-z][a-z0-9_.]* [-+a-z0-9_.,*/^()<>=!&|'{} \\[\\]~%]*");
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t feed = text.find('\n', at);
        if (feed == text.npos)
            return "no line end at the end";
        const std::string one = text.substr(at, feed - at);
        at = feed + 1;
        if (!std::regex_match(one, line))
            return one;
    }
    return {};
}

std::string codes(const FlatDeck& deck) {
    std::vector<std::string> found;
    for (const auto& finding : deck.diagnostics)
        found.push_back(finding.code);
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    std::string all;
    for (const auto& code : found)
        all += (all.empty() ? "" : " ") + code;
    return all;
}

} // namespace

class TestWriter : public QObject {
    Q_OBJECT
private slots:
    void sameOperatingPoint_data() {
        QTest::addColumn<QString>("path");
        for (const QFileInfo& file : QDir(decks()).entryInfoList({"*.cir"}, QDir::Files))
            QTest::newRow(qPrintable(file.baseName())) << file.filePath();
    }
    /// Every kind of element: what ngspice finds for the deck and for its flat form.
    void sameOperatingPoint() {
        QFETCH(QString, path);
        const auto circuit = readNetlist(path.toStdString());
        QVERIFY2(circuit.ok(), circuit.ok() ? "" : circuit.error().message().c_str());
        const FlatDeck deck = writeFlatDeck(**circuit);
        QCOMPARE(codes(deck), std::string());
        QCOMPARE(uncleanLine(deck.text), std::string());
        QByteArray log;
        const Voltages expected = simulate(contents(path), log);
        QVERIFY2(!expected.empty(), log.constData());
        const Voltages flat = simulate(deck.text, log);
        QVERIFY2(!flat.empty(), log.constData());
        std::size_t compared = 0;
        for (NetId net = 0; net < (*circuit)->netCount(); ++net) {
            const auto original = expected.find(nodeVector((*circuit)->netName(net)));
            if (original == expected.end())
                continue;
            const auto found = flat.find(nodeVector(deck.netNames[net]));
            QVERIFY2(found != flat.end(), deck.netNames[net].c_str());
            QVERIFY2(close(original->second, found->second),
                     qPrintable(QString("%1: %2, not %3")
                                    .arg(QString::fromStdString(original->first))
                                    .arg(found->second, 0, 'g', 12)
                                    .arg(original->second, 0, 'g', 12)));
            ++compared;
        }
        QVERIFY(compared >= 4);

        // The flat deck read back is the same circuit.
        const auto again = read(deck.text);
        QVERIFY(again.ok());
        const CircuitCounts first = countCircuit(**circuit), second = countCircuit(**again);
        QCOMPARE(second.deviceTotal, first.deviceTotal);
        QCOMPARE(second.terminals, first.terminals);
        QCOMPARE(second.netsWithGround, first.netsWithGround);
        QCOMPARE(second.graphEdges, first.graphEdges);
    }

    void otherDialects_data() {
        QTest::addColumn<QString>("path");
        const QDir folder(decks() + "/translated");
        for (const QFileInfo& file : folder.entryInfoList(QDir::Files))
            if (file.suffix() != "ref")
                QTest::newRow(qPrintable(file.baseName())) << file.filePath();
    }
    /// What ngspice cannot read itself against the same circuit written by hand.
    void otherDialects() {
        QFETCH(QString, path);
        const auto circuit = readNetlist(path.toStdString());
        QVERIFY2(circuit.ok(), circuit.ok() ? "" : circuit.error().message().c_str());
        const FlatDeck deck = writeFlatDeck(**circuit);
        QCOMPARE(uncleanLine(deck.text), std::string());
        for (const auto& finding : deck.diagnostics)
            QVERIFY2(finding.severity == ohm::Severity::Note, toString(finding).c_str());
        QByteArray log;
        const QFileInfo file(path);
        const Voltages expected =
            simulate(contents(file.path() + "/" + file.baseName() + ".ref"), log);
        QVERIFY2(expected.size() > 4, log.constData());
        const Voltages found = simulate(deck.text, log);
        QVERIFY2(!found.empty(), log.constData());
        for (const auto& [name, value] : expected) {
            if (!name.starts_with("v("))
                continue;
            const auto at = found.find(name);
            QVERIFY2(at != found.end(), name.c_str());
            QVERIFY2(close(value, at->second), qPrintable(QString("%1: %2, not %3")
                                                              .arg(QString::fromStdString(name))
                                                              .arg(at->second, 0, 'g', 12)
                                                              .arg(value, 0, 'g', 12)));
        }
    }

    void goldenOperatingPoints_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QJsonObject>("voltages");
        QFile golden(shared() + "/data/netlists/golden_op.jsonl");
        if (!golden.open(QIODevice::ReadOnly))
            QSKIP("the shared circuits are not here");
        for (const QByteArray& line : golden.readAll().split('\n')) {
            const QJsonObject entry = QJsonDocument::fromJson(line).object();
            const QString file = entry["file"].toString();
            const QJsonObject voltages = entry["v"].toObject();
            // Circuits that keep ngspice busy for many seconds are left to the simulation tests.
            if (file.isEmpty() || voltages.isEmpty() || entry["seconds"].toDouble() > 5 ||
                entry["singular_warning"].toBool())
                continue;
            // Its values stand one name too far: a vector there is called "m1#body diode".
            if (voltages.contains("m1#gate"))
                continue;
            QTest::newRow(qPrintable(file)) << shared() + "/data/netlists/" + file << voltages;
        }
    }
    void goldenOperatingPoints() {
        QFETCH(QString, path);
        QFETCH(QJsonObject, voltages);
        const auto circuit = readNetlist(path.toStdString());
        QVERIFY2(circuit.ok(), circuit.ok() ? "" : circuit.error().message().c_str());
        const FlatDeck deck = writeFlatDeck(**circuit);
        QCOMPARE(uncleanLine(deck.text), std::string());
        QByteArray log;
        const Voltages found = simulate(deck.text, log);
        QVERIFY2(!found.empty(), log.constData());
        std::size_t compared = 0;
        for (NetId net = 0; net < (*circuit)->netCount(); ++net) {
            const auto expected =
                voltages.find(QString::fromStdString((*circuit)->netName(net)).toLower());
            if (expected == voltages.end())
                continue;
            const auto at = found.find(nodeVector(deck.netNames[net]));
            QVERIFY2(at != found.end(), deck.netNames[net].c_str());
            QVERIFY2(close(expected->toDouble(), at->second),
                     qPrintable(QString("%1: %2, not %3")
                                    .arg(expected.key())
                                    .arg(at->second, 0, 'g', 12)
                                    .arg(expected->toDouble(), 0, 'g', 12)));
            ++compared;
        }
        QVERIFY(compared > 0);
    }

    void namesAndBlackBoxes() {
        const auto circuit = read("title\n"
                                  "r1 a b 1k\n"
                                  "x1 a b sub\n"
                                  "x2 a b nowhere w=1u\n"
                                  "m9 a b 0 0 unknown\n"
                                  "r+odd gate/1 a<3> 2k\n"
                                  ".subckt sub p q\nr1 p n 1k\nc1 n q 1p\nvdd! n 0 1\n.ends\n");
        QVERIFY(circuit.ok());
        const FlatDeck deck = writeFlatDeck(**circuit);
        const auto name = [&](const char* device) {
            return deck.deviceNames[*(*circuit)->findDevice(device)];
        };
        QCOMPARE(name("r1"), std::string("r1"));
        QCOMPARE(name("x1.r1"), std::string("r.x1.r1"));
        QCOMPARE(name("x2"), std::string());
        QCOMPARE(name("m9"), std::string());
        QCOMPARE(name("r+odd"), std::string("r_odd"));
        QCOMPARE(deck.netNames[*(*circuit)->findNet("gate/1")], std::string("gate_1"));
        QCOMPARE(deck.netNames[*(*circuit)->findNet("x1.n")], std::string("x1.n"));
        QCOMPARE(deck.netNames[*(*circuit)->findNet("0")], std::string("0"));
        QCOMPARE(codes(deck), std::string("NET-201 NET-202"));
        QCOMPARE(deck.diagnostics.size(), std::size_t{2});
        for (const auto& finding : deck.diagnostics) {
            QVERIFY(finding.object == "x2" || finding.object == "m9");
            QVERIFY(finding.line > 1);
        }
        QCOMPARE(uncleanLine(deck.text), std::string());
    }

    void alikeNamesStayApart() {
        ReadOptions spectre;
        spectre.dialect = Dialect::Spectre;
        const auto circuit = read("R1 (OUT 0) resistor r=1\n"
                                  "r1 (out 0) resistor r=2\n"
                                  "R\\-1 (out\\+ out\\-) resistor r=3\n"
                                  "R\\+1 (gnd null) resistor r=4\n",
                                  spectre);
        QVERIFY(circuit.ok());
        const FlatDeck deck = writeFlatDeck(**circuit);
        std::set<std::string> names(deck.netNames.begin(), deck.netNames.end());
        QCOMPARE(names.size(), (*circuit)->netCount());
        QVERIFY(!names.contains("gnd") && !names.contains("null"));
        names = {deck.deviceNames.begin(), deck.deviceNames.end()};
        QCOMPARE(names.size(), std::size_t{4});
        const auto again = read(deck.text);
        QVERIFY(again.ok());
        QCOMPARE((*again)->netCount(), (*circuit)->netCount());
    }

    void refusals_data() {
        QTest::addColumn<QByteArray>("card");
        QTest::addColumn<QByteArray>("code");
        const auto row = [](const char* card, const char* code) {
            const QByteArray text(card);
            QTest::newRow(text.left(text.indexOf('\n')).constData()) << text << QByteArray(code);
        };
        row("v1 a 0 pwl file=/etc/passwd", "NET-206");
        row("v1 a 0 PWL(FILE=\"secret.txt\")", "NET-206");
        row("v1 a 0 pwl file \"x\"", "NET-206");
        row("v1 a 0 wavefile=x.wav", "");
        row("v1 a 0 external", "NET-209");
        row("a1 %v [a] src\n.model src filesource(file=\"/etc/passwd\" amploffset=[0])", "NET-207");
        row("a1 [a] src\n.model src d_source(input_file=\"x\")", "NET-207");
        row("a1 [a] b [c] st\n.model st d_state(state_file=\"x\")", "NET-207");
        row("a1 [a] b [c] pr\n.model pr d_process(process_file=\"/bin/sh\")", "NET-207");
        row("a1 a b c t\n.model t table2d(file=\"x\")", "NET-207");
        row("n1 a b mod\n.model mod foreign(x=1)", "NET-209");
        row("d1 a 0 dd\n.model dd numd(x=1)", "NET-202 NET-207");
        row("d1 a 0 qq\n.model qq npn", "NET-202 NET-207");
        row("r1 a 0 {1/0}", "NET-204");
        row("r1 a 0 nowhere*2", "NET-204");
        row("r1 a 0 r='system(1)'", "NET-204");
        row("b1 a 0 v=system(v(b))", "NET-103");
        row("b1 a 0 v=v(b)*nowhere", "NET-102");
        row("b1 a 0 v=v(b)+v(nonet)", "NET-205");
        row("b1 a 0 v=i(c9)", "NET-205");
        row("b1 a 0 v=sdt(v(b))", "NET-203");
        row("b1 a 0 v=v(b)+", "NET-101");
        row("b1 a 0 v=v(b) `rm -rf`", "NET-101");
        row("b1 a 0 v=v(b);shell", "");
        row("b1 a 0 v=\"v(b)", "NET-101");
        row("b1 a 0", "NET-204");
        row("r1 a", "NET-204");
        row("v1", "NET-204");
        row("e1 a", "NET-204");
        row("s1 a 0 b", "NET-204");
        row("t1 a 0 b", "NET-204");
        row("p1 a port=1", "NET-204");
        row("q1 a b qq\n.model qq npn", "NET-202");
        row("e1 a 0 laplace {v(b)} = {1/(1+s)}", "NET-209");
        row("e1 a 0 table {v(b)} = (1,0) (0,1)", "NET-204");
        row("e1 a 0 b 0", "NET-204");
        row("f1 a 0 vmissing 2", "NET-205");
        row("f1 a 0 r9 2", "NET-205");
        row("k1 l1 l2 0.9", "NET-205");
        row("s1 a 0 b 0 nosuch", "NET-202");
        row("r1 a 0 1k speed=3", "NET-208");
        row("m1 a b 0 0 nn foo=1\n.model nn nmos", "NET-208");
        row("d1 a 0 dd\n.model dd d(is=1e-14 name=\"a b\")", "NET-208");
    }
    void refusals() {
        QFETCH(QByteArray, card);
        QFETCH(QByteArray, code);
        const auto circuit =
            read("title\nr9 a b 1k\nc9 b 0 1p\nvb b 0 1\n" + card.toStdString() + "\n");
        QVERIFY(circuit.ok());
        const FlatDeck deck = writeFlatDeck(**circuit);
        QCOMPARE(uncleanLine(deck.text), std::string());
        for (const char* word :
             {"passwd", "secret", "file", "shell", "rm -rf", "system", "/bin/sh"})
            QVERIFY2(deck.text.find(word) == std::string::npos, deck.text.c_str());
        QCOMPARE(codes(deck), code.toStdString());
        for (const auto& finding : deck.diagnostics)
            QVERIFY(finding.line >= 5 && !finding.text.empty());
    }

    void controlBlocksNeverPass() {
        const auto circuit = read("title .control\n"
                                  ".control\nshell touch hacked\nrun\n.endc\n"
                                  "r1 a 0 1k $ .control\n"
                                  "* .control\n"
                                  "r2 a.control 0 1k\n"
                                  "v1 a 0 1\n"
                                  ".save all\n.exec x\n.include '/etc/passwd'\n"
                                  ".options reltol=1e-4 method=gear numdgt=7 acct wr=`ls` scale=2\n"
                                  ".end\n.control\nquit\n.endc\n");
        QVERIFY(circuit.ok());
        const FlatDeck deck = writeFlatDeck(**circuit);
        QCOMPARE(uncleanLine(deck.text), std::string());
        QVERIFY(deck.text.find("shell") == std::string::npos);
        QVERIFY(deck.text.find("\n.control") == std::string::npos);
        QVERIFY(deck.text.find(".options reltol=1e-4 method=gear\n") != std::string::npos);
    }

    void expansionIsBounded() {
        std::string text = "title\nv1 a 0 1\n";
        for (int i = 1; i < 40; ++i)
            text += ".func f" + std::to_string(i) + "(x) {f" + std::to_string(i - 1) + "(x)+f" +
                    std::to_string(i - 1) + "(x)}\n";
        text += ".func f0(x) {x*x}\n.func g(x) {g(x)+1}\n";
        text += "b1 b 0 v=f39(v(a))\nb2 c 0 v=g(v(a))\nb3 d 0 v=";
        text += std::string(5000, '(') + "v(a)\n";
        const auto circuit = read(text);
        QVERIFY(circuit.ok());
        const FlatDeck deck = writeFlatDeck(**circuit);
        QCOMPARE(codes(deck), std::string("NET-104"));
        QCOMPARE(deck.diagnostics.size(), std::size_t{3});
        QVERIFY(deck.text.size() < 1000);
    }

    void manyAlikeNamesAreQuick() {
        ReadOptions spectre;
        spectre.dialect = Dialect::Spectre;
        std::string text;
        for (int i = 0; i < 20000; ++i) {
            // Different names that all become the same plain one.
            std::string name;
            for (int bit = 0; bit < 15; ++bit)
                name += (i >> bit) & 1 ? "\\+" : "\\-";
            text += "R" + name + " (" + name + " 0) resistor r=1\n";
        }
        const auto circuit = read(text, spectre);
        QVERIFY(circuit.ok());
        const FlatDeck deck = writeFlatDeck(**circuit);
        const std::set<std::string> names(deck.netNames.begin(), deck.netNames.end());
        QCOMPARE(names.size(), (*circuit)->netCount());
    }
};

QTEST_GUILESS_MAIN(TestWriter)
#include "tst_writer.moc"
