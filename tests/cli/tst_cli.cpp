// SPDX-License-Identifier: GPL-3.0-or-later
// The contract of the command line, against the real process.
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

namespace {

struct Result {
    int code = -1;
    bool crashed = true;
    QByteArray out;
    QByteArray err;
    QJsonObject json() const { return QJsonDocument::fromJson(out).object(); }
};

const QString kDemos = QStringLiteral(OHMSCAPE_SOURCE_DIR "/projects/");

} // namespace

class TestCli : public QObject {
    Q_OBJECT
private:
    QTemporaryDir m_dir;

    Result
    run(const QStringList& arguments,
        const QProcessEnvironment& environment = QProcessEnvironment::systemEnvironment()) const {
        QProcess process;
        process.setWorkingDirectory(m_dir.path());
        process.setProcessEnvironment(environment);
        process.setStandardInputFile(QProcess::nullDevice());
        process.start(QStringLiteral(OHMSCAPE_CLI), arguments);
        Result result;
        if (!process.waitForFinished(60000)) {
            process.kill();
            process.waitForFinished();
            return result;
        }
        result.crashed = process.exitStatus() != QProcess::NormalExit;
        result.code = process.exitCode();
        result.out = process.readAllStandardOutput();
        result.err = process.readAllStandardError();
        return result;
    }
    QString path(const QString& name) const { return m_dir.filePath(name); }
    QString write(const QString& name, const QByteArray& text) const {
        QDir().mkpath(QFileInfo(path(name)).path());
        QFile file(path(name));
        if (file.open(QIODevice::WriteOnly))
            file.write(text);
        return path(name);
    }
    static bool haveNgspice() {
        return !QStandardPaths::findExecutable(QStringLiteral("ngspice")).isEmpty();
    }

private slots:
    void helpAndVersion_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char* name, const QStringList& arguments, const char* says) {
            QTest::newRow(name) << arguments << QByteArray(says);
        };
        row("--help", {QStringLiteral("--help")}, "netlist");
        row("--version", {QStringLiteral("--version")}, "ohmscape-cli 0.");
        row("noun help", {QStringLiteral("sim"), QStringLiteral("--help")}, "op");
        row("verb help", {QStringLiteral("sim"), QStringLiteral("op"), QStringLiteral("--help")},
            "--allow-missing");
    }
    void helpAndVersion() {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, says);
        const Result r = run(arguments);
        QCOMPARE(r.code, 0);
        QVERIFY2(r.out.contains(says), r.out.constData());
        QVERIFY(r.err.isEmpty());
    }

    void usageErrors_data() {
        QTest::addColumn<QStringList>("arguments");
        const auto row = [](const char* text) {
            QTest::newRow(text) << QString::fromLatin1(text).split(QLatin1Char(' '),
                                                                   Qt::SkipEmptyParts);
        };
        row("");
        row("netlist");
        row("netlist info");
        row("netlist explode x");
        row("nonsense");
        row("sim op a b c");
        row("graph export x");
        row("netlist info x --dialect klingon");
        row("netlist info x --threads zero");
        row("netlist info x --threads 0");
        row("netlist info x --seed abc");
        row("netlist info x --frobnicate");
    }
    void usageErrors() {
        QFETCH(QStringList, arguments);
        const Result r = run(arguments);
        QCOMPARE(r.code, 2);
        QVERIFY(r.out.isEmpty());
        QVERIFY(!r.err.isEmpty());
    }

    void infoKeepsTheContract() {
        const Result r =
            run({QStringLiteral("netlist"), QStringLiteral("info"),
                 kDemos + QStringLiteral("resistor-ladder/ladder.cir"), QStringLiteral("--json")});
        QCOMPARE(r.code, 0);
        QCOMPARE(r.out.count('\n'), 1); // one object on one line
        const QJsonObject j = r.json();
        QStringList keys = j.keys();
        QCOMPARE(keys,
                 (QStringList{QStringLiteral("devices"), QStringLiteral("diagnostics"),
                              QStringLiteral("graph"), QStringLiteral("nets"),
                              QStringLiteral("nets_with_ground"), QStringLiteral("terminals")}));
        QCOMPARE(j[QStringLiteral("devices")].toObject()[QStringLiteral("r")].toInt(), 20);
        QCOMPARE(j[QStringLiteral("devices")].toObject()[QStringLiteral("v")].toInt(), 11);
        QCOMPARE(j[QStringLiteral("nets")].toInt(), 21);
        QCOMPARE(j[QStringLiteral("nets_with_ground")].toInt(), 22);
        QCOMPARE(j[QStringLiteral("terminals")].toInt(), 62);
        QCOMPARE(j[QStringLiteral("graph")].toObject()[QStringLiteral("nodes")].toInt(), 84);
        QCOMPARE(j[QStringLiteral("graph")].toObject()[QStringLiteral("edges")].toInt(), 93);
        QVERIFY(j[QStringLiteral("diagnostics")].toArray().isEmpty());
        // The global options work before the noun as well.
        const Result before =
            run({QStringLiteral("--json"), QStringLiteral("--seed"), QStringLiteral("7"),
                 QStringLiteral("--threads"), QStringLiteral("2"), QStringLiteral("netlist"),
                 QStringLiteral("info"), kDemos + QStringLiteral("resistor-ladder")});
        QCOMPARE(before.out, r.out);
        const Result opamp =
            run({QStringLiteral("netlist"), QStringLiteral("info"),
                 kDemos + QStringLiteral("two-stage-opamp/opamp.cir"), QStringLiteral("--json")});
        QCOMPARE(opamp.json()[QStringLiteral("graph")].toObject()[QStringLiteral("nodes")].toInt(),
                 59);
        QCOMPARE(opamp.json()[QStringLiteral("graph")].toObject()[QStringLiteral("edges")].toInt(),
                 104);
        const Result text = run({QStringLiteral("netlist"), QStringLiteral("info"),
                                 kDemos + QStringLiteral("ldo/ldo.cir")});
        QCOMPARE(text.code, 0);
        QVERIFY(text.out.contains("graph nodes"));
        QVERIFY(!text.out.contains('{'));
    }

    void topAndBlackBoxes() {
        const QString file =
            write(QStringLiteral("top.cir"),
                  "* two cells\n.subckt a x y\nr1 x m 1\nr2 m y 1\n.ends\n"
                  ".subckt b x y\nx1 x y missing\nc1 x y 1p\n.ends\nx9 1 0 a\n.end\n");
        const auto devices = [&](const QStringList& more) {
            return run(QStringList{QStringLiteral("netlist"), QStringLiteral("info"), file,
                                   QStringLiteral("--json")} +
                       more)
                .json();
        };
        QCOMPARE(devices({})[QStringLiteral("devices")].toObject()[QStringLiteral("r")].toInt(), 2);
        const QJsonObject b = devices({QStringLiteral("--top"), QStringLiteral("b")});
        QCOMPARE(b[QStringLiteral("devices")].toObject()[QStringLiteral("x")].toInt(),
                 1); // a missing definition counts as one device
        QCOMPARE(b[QStringLiteral("devices")].toObject()[QStringLiteral("c")].toInt(), 1);
        const QJsonArray findings = b[QStringLiteral("diagnostics")].toArray();
        QVERIFY(!findings.isEmpty());
        const QJsonObject first = findings.first().toObject();
        QCOMPARE(first.keys(), (QStringList{QStringLiteral("code"), QStringLiteral("file"),
                                            QStringLiteral("line"), QStringLiteral("severity"),
                                            QStringLiteral("text")}));
        QVERIFY((QStringList{QStringLiteral("note"), QStringLiteral("warning"),
                             QStringLiteral("error")})
                    .contains(first[QStringLiteral("severity")].toString()));
    }

    void searchPathIsNeeded() {
        write(QStringLiteral("elsewhere/part.inc"), "r2 a 0 1k\n");
        const QString file = write(QStringLiteral("here/main.cir"),
                                   "* m\n.include part.inc\nr1 a 0 1k\nv1 a 0 1\n.end\n");
        const QStringList base{QStringLiteral("netlist"), QStringLiteral("info"), file,
                               QStringLiteral("--json")};
        QCOMPARE(
            run(base).json()[QStringLiteral("devices")].toObject()[QStringLiteral("r")].toInt(), 1);
        const Result found = run(
            base + QStringList{QStringLiteral("--search-path"), path(QStringLiteral("elsewhere"))});
        QCOMPARE(found.json()[QStringLiteral("devices")].toObject()[QStringLiteral("r")].toInt(),
                 2);
        QCOMPARE(run(base +
                     QStringList{QStringLiteral("--search-path"), path(QStringLiteral("nowhere"))})
                     .code,
                 3);
        // The model cards that ship are found from anywhere.
        const QString card =
            write(QStringLiteral("here/card.cir"),
                  "* m\n.include ptm45.lib\nm1 a a 0 0 nmos w=1u l=90n\ni1 0 a 10u\n.end\n");
        const Result shipped = run(
            {QStringLiteral("netlist"), QStringLiteral("info"), card, QStringLiteral("--json")});
        QVERIFY2(shipped.json()[QStringLiteral("diagnostics")].toArray().isEmpty(),
                 shipped.out.constData());
    }

    void badInput_data() {
        QTest::addColumn<QStringList>("arguments");
        const QStringList info{QStringLiteral("netlist"), QStringLiteral("info")};
        QTest::newRow("missing file") << info + QStringList{QStringLiteral("/no/such/file.cir")};
        QTest::newRow("folder") << info + QStringList{m_dir.path()};
        QTest::newRow("device") << info + QStringList{QStringLiteral("/dev/zero")};
        QTest::newRow("binary") << info + QStringList{
                                              write(QStringLiteral("binary.cir"),
                                                    QByteArray(4096, '\0') +
                                                        QByteArray::fromHex("7f454c46ffd8ffe0"))};
        QTest::newRow("broken project")
            << info + QStringList{write(QStringLiteral("p1/project.yaml"), "a: [")};
        QTest::newRow("escaping project")
            << info + QStringList{write(QStringLiteral("p2/project.yaml"),
                                        "circuits: [../../../etc/passwd]\n")};
        QTest::newRow("empty project")
            << info + QStringList{write(QStringLiteral("p3/project.yaml"), "name: x\n")};
        QTest::newRow("sim of nothing") << QStringList{QStringLiteral("sim"), QStringLiteral("op"),
                                                       QStringLiteral("/no/such/file.cir")};
        QTest::newRow("unknown export") << QStringList{
            QStringLiteral("graph"), QStringLiteral("export"),
            kDemos + QStringLiteral("ldo/ldo.cir"), QStringLiteral("-o"), QStringLiteral("x.exe")};
        QTest::newRow("project info") << QStringList{
            QStringLiteral("project"), QStringLiteral("info"), QStringLiteral("/no/such/folder")};
    }
    void badInput() {
        QFETCH(QStringList, arguments);
        const Result r = run(arguments);
        QVERIFY(!r.crashed);
        QCOMPARE(r.code, 3);
        QVERIFY2(r.err.contains('['), r.err.constData()); // says a code
        const Result json = run(arguments + QStringList{QStringLiteral("--json")});
        QCOMPARE(json.code, 3);
        QVERIFY2(!QJsonDocument::fromJson(json.out).isNull(), json.out.constData());
    }

    void hostileDecks_data() {
        QTest::addColumn<QByteArray>("deck");
        QTest::newRow("recursion") << QByteArray("* x\n.subckt a x\nx1 x a\n.ends\nx1 1 a\n.end\n");
        QTest::newRow("self include") << QByteArray("* x\n.include hostile.cir\nr1 1 0 1\n");
        QTest::newRow("deep expression")
            << "* x\nr1 1 0 '" + QByteArray(100000, '(') + "'\nr2 1 0 1\n.end\n";
        QTest::newRow("parameter loop") << QByteArray("* x\n.param a=b b=a\nr1 1 0 a\n.end\n");
        QTest::newRow("long line") << "* x\nr1 1 0 " + QByteArray(5000000, '1') + "\n.end\n";
        QTest::newRow("nul bytes") << QByteArray("* x\nr1 1 0 1\0\0\0k\n.end\n", 24);
    }
    void hostileDecks() {
        QFETCH(QByteArray, deck);
        const QString file = write(QStringLiteral("hostile.cir"), deck);
        for (const QStringList& verb :
             {QStringList{QStringLiteral("netlist"), QStringLiteral("info")},
              QStringList{QStringLiteral("netlist"), QStringLiteral("flatten")}}) {
            const Result r = run(verb + QStringList{file});
            QVERIFY(!r.crashed);
            QVERIFY2(r.code == 0 || r.code == 3, QByteArray::number(r.code).constData());
        }
    }

    void emptyFileHasNoDevices() {
        const QString file = write(QStringLiteral("empty.cir"), QByteArray());
        const Result r = run(
            {QStringLiteral("netlist"), QStringLiteral("info"), file, QStringLiteral("--json")});
        QVERIFY(!r.crashed);
        QCOMPARE(r.json()[QStringLiteral("terminals")].toInt(-1), 0);
        const Result op = run({QStringLiteral("sim"), QStringLiteral("op"), file});
        QVERIFY(!op.crashed && op.code != 2);
    }

    void controlSequencesDoNotReachTheTerminal() {
        const QString file = write(QStringLiteral("escape.cir"),
                                   "* x\n.include \x1b]0;owned\x07.inc\nr1 1 0 1\n.end\n");
        const Result r = run({QStringLiteral("netlist"), QStringLiteral("info"), file});
        QVERIFY(!r.err.contains('\x1b'));
    }

    void simKeepsTheContract() {
        if (!haveNgspice())
            QSKIP("ngspice is not installed");
        const Result r =
            run({QStringLiteral("sim"), QStringLiteral("op"),
                 kDemos + QStringLiteral("two-stage-opamp/opamp.cir"), QStringLiteral("--json")});
        QCOMPARE(r.code, 0);
        const QJsonObject j = r.json();
        QCOMPARE(j.keys(), (QStringList{QStringLiteral("ok"), QStringLiteral("seconds"),
                                        QStringLiteral("simulator"), QStringLiteral("voltages")}));
        QCOMPARE(j[QStringLiteral("ok")].toBool(), true);
        QVERIFY(j[QStringLiteral("simulator")].toString().startsWith(QStringLiteral("ngspice-")));
        QVERIFY(j[QStringLiteral("seconds")].toDouble() > 0);
        const QJsonObject v = j[QStringLiteral("voltages")].toObject();
        QCOMPARE(v.size(), 11);
        QVERIFY(std::abs(v[QStringLiteral("net6")].toDouble() - 0.4222633) < 1e-5);
        QCOMPARE(v[QStringLiteral("0")].toDouble(-1), 0.0);
        const Result text = run({QStringLiteral("sim"), QStringLiteral("op"),
                                 kDemos + QStringLiteral("two-stage-opamp")});
        QVERIFY(text.out.contains("net6"));
        QVERIFY(text.out.contains("mV"));
    }

    void numbersIgnoreTheLocale() {
        if (!haveNgspice())
            QSKIP("ngspice is not installed");
        auto german = QProcessEnvironment::systemEnvironment();
        german.insert(QStringLiteral("LC_ALL"), QStringLiteral("de_DE.UTF-8"));
        const QStringList arguments{QStringLiteral("sim"), QStringLiteral("op"),
                                    kDemos + QStringLiteral("resistor-ladder/ladder.cir"),
                                    QStringLiteral("--json")};
        const Result r = run(arguments, german);
        QCOMPARE(r.code, 0);
        QVERIFY(
            std::abs(
                r.json()[QStringLiteral("voltages")].toObject()[QStringLiteral("in")].toDouble() -
                0.75) < 1e-12);
    }

    void missingModels() {
        if (!haveNgspice())
            QSKIP("ngspice is not installed");
        const QString file = write(QStringLiteral("missing.cir"),
                                   "* m\nv1 a 0 2\nr1 a b 1k\nr2 b 0 1k\nx1 b 0 nowhere\n.end\n");
        const Result refused =
            run({QStringLiteral("sim"), QStringLiteral("op"), file, QStringLiteral("--json")});
        QCOMPARE(refused.code, 3);
        QCOMPARE(refused.json()[QStringLiteral("ok")].toBool(true), false);
        QVERIFY(
            refused.json()[QStringLiteral("error")].toObject()[QStringLiteral("code")].toString() ==
            QStringLiteral("SIM-020"));
        const Result allowed = run({QStringLiteral("sim"), QStringLiteral("op"), file,
                                    QStringLiteral("--json"), QStringLiteral("--allow-missing")});
        QCOMPARE(allowed.code, 0);
        QVERIFY(std::abs(allowed.json()[QStringLiteral("voltages")]
                             .toObject()[QStringLiteral("b")]
                             .toDouble() -
                         1.0) < 1e-9);
    }

    void simulatorMissing() {
        const Result r = run({QStringLiteral("sim"), QStringLiteral("op"),
                              kDemos + QStringLiteral("ldo/ldo.cir"), QStringLiteral("--ngspice"),
                              QStringLiteral("/no/such/ngspice"), QStringLiteral("--json")});
        QCOMPARE(r.code, 1);
        QCOMPARE(r.json()[QStringLiteral("error")].toObject()[QStringLiteral("code")].toString(),
                 QStringLiteral("SIM-001"));
    }

    void controlBlocksNeverRun() {
        const QByteArray marker = path(QStringLiteral("owned")).toUtf8();
        const QString file =
            write(QStringLiteral("attack.cir"), "* a\nv1 a 0 1\nr1 a 0 1k\n.control\nshell touch " +
                                                    marker + "\n.endc\n.param x='system(\"touch " +
                                                    marker + "\")'\n.end\n");
        const Result r = run({QStringLiteral("sim"), QStringLiteral("op"), file});
        QVERIFY(!r.crashed);
        QVERIFY(!QFile::exists(path(QStringLiteral("owned"))));
    }

    void flattenSimulatesToTheSame() {
        if (!haveNgspice())
            QSKIP("ngspice is not installed");
        const QString source = kDemos + QStringLiteral("two-stage-opamp/open-loop.cir");
        const Result flat = run({QStringLiteral("netlist"), QStringLiteral("flatten"), source,
                                 QStringLiteral("-o"), QStringLiteral("flat.cir")});
        QCOMPARE(flat.code, 0);
        QVERIFY(flat.out.isEmpty());
        const auto voltages = [&](const QString& file) {
            return run({QStringLiteral("sim"), QStringLiteral("op"), file,
                        QStringLiteral("--json")})
                .json()[QStringLiteral("voltages")]
                .toObject();
        };
        const QJsonObject a = voltages(source);
        const QJsonObject b = voltages(path(QStringLiteral("flat.cir")));
        QVERIFY(a.size() > 8);
        QVERIFY(std::abs(a[QStringLiteral("out")].toDouble() -
                         b[QStringLiteral("out")].toDouble()) < 1e-6);
        QProcess ngspice; // and by itself
        ngspice.setWorkingDirectory(m_dir.path());
        ngspice.setStandardInputFile(QProcess::nullDevice());
        ngspice.start(QStringLiteral("ngspice"),
                      {QStringLiteral("-b"), QStringLiteral("flat.cir")});
        QVERIFY(ngspice.waitForFinished(30000));
        QVERIFY(ngspice.readAllStandardOutput().contains("4.606"));
        const Result toStdout = run({QStringLiteral("netlist"), QStringLiteral("flatten"), source});
        QFile file(path(QStringLiteral("flat.cir")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(toStdout.out, file.readAll());
    }

    void graphExports_data() {
        QTest::addColumn<QString>("suffix");
        QTest::addColumn<QByteArray>("magic");
        QTest::newRow("json") << QStringLiteral("json") << QByteArray("{");
        QTest::newRow("dot") << QStringLiteral("dot") << QByteArray("graph");
        QTest::newRow("graphml") << QStringLiteral("graphml") << QByteArray("<?xml");
        QTest::newRow("h5") << QStringLiteral("h5") << QByteArray("\x89HDF");
    }
    void graphExports() {
        QFETCH(QString, suffix);
        QFETCH(QByteArray, magic);
        const QString out = path(QStringLiteral("graph.") + suffix);
        const Result r = run({QStringLiteral("graph"), QStringLiteral("export"),
                              kDemos + QStringLiteral("resistor-ladder/ladder.cir"),
                              QStringLiteral("-o"), out, QStringLiteral("--json")});
        QCOMPARE(r.code, 0);
        QCOMPARE(r.json()[QStringLiteral("nodes")].toInt(), 84);
        QCOMPARE(r.json()[QStringLiteral("edges")].toInt(), 93);
        QFile file(out);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray bytes = file.readAll();
        QVERIFY2(bytes.left(200).contains(magic), bytes.left(40).constData());
    }

    void outputsThatCannotBeWritten() {
        const QString source = kDemos + QStringLiteral("ldo/ldo.cir");
        const Result r =
            run({QStringLiteral("netlist"), QStringLiteral("flatten"), source, QStringLiteral("-o"),
                 QStringLiteral("/no/such/folder/x.cir"), QStringLiteral("--json")});
        QCOMPARE(r.code, 1);
        QCOMPARE(r.json()[QStringLiteral("error")].toObject()[QStringLiteral("code")].toString(),
                 QStringLiteral("BASE-010"));
        QProcess full; // a full disk behind standard output
        full.setStandardOutputFile(QStringLiteral("/dev/full"));
        full.start(QStringLiteral(OHMSCAPE_CLI),
                   {QStringLiteral("netlist"), QStringLiteral("info"), source});
        QVERIFY(full.waitForFinished(30000));
        QCOMPARE(full.exitCode(), 1);
    }

    void schematicsAreInputToo() {
        // A divider drawn in LTspice: source, two resistors, ground.
        const QString file =
            write(QStringLiteral("divider.asc"),
                  "Version 4\nSHEET 1 880 680\nWIRE 0 0 200 0\nWIRE 200 80 200 100\n"
                  "FLAG 0 80 0\nFLAG 200 180 0\nFLAG 200 80 mid\n"
                  "SYMBOL voltage 0 -16 R0\nSYMATTR InstName V1\nSYMATTR Value 2\n"
                  "SYMBOL res 184 -16 R0\nSYMATTR InstName R1\nSYMATTR Value 1k\n"
                  "SYMBOL res 184 84 R0\nSYMATTR InstName R2\nSYMATTR Value 1k\n");
        const Result info = run(
            {QStringLiteral("netlist"), QStringLiteral("info"), file, QStringLiteral("--json")});
        QCOMPARE(info.code, 0);
        QCOMPARE(info.json()[QStringLiteral("devices")].toObject()[QStringLiteral("r")].toInt(), 2);
        QCOMPARE(info.json()[QStringLiteral("devices")].toObject()[QStringLiteral("v")].toInt(), 1);
        if (!haveNgspice())
            QSKIP("ngspice is not installed");
        const Result op =
            run({QStringLiteral("sim"), QStringLiteral("op"), file, QStringLiteral("--json")});
        QCOMPARE(op.code, 0);
        QVERIFY2(
            std::abs(
                op.json()[QStringLiteral("voltages")].toObject()[QStringLiteral("mid")].toDouble() -
                1.0) < 1e-9,
            op.out.constData());
    }

    void projects() {
        const Result info =
            run({QStringLiteral("project"), QStringLiteral("info"),
                 kDemos + QStringLiteral("two-stage-opamp"), QStringLiteral("--json")});
        QCOMPARE(info.code, 0);
        QCOMPARE(info.json()[QStringLiteral("parameters")].toArray().size(), 8);
        const Result demos =
            run({QStringLiteral("project"), QStringLiteral("demos"), QStringLiteral("--json")});
        QVERIFY(demos.json()[QStringLiteral("demos")].toArray().size() >= 5);
    }

    void interruptStopsCleanly() {
        QByteArray deck("* big\n");
        for (int i = 0; i < 400000; ++i)
            deck += "r" + QByteArray::number(i) + " n" + QByteArray::number(i) + " n" +
                    QByteArray::number(i + 1) + " 1k\n";
        const QString file = write(QStringLiteral("big.cir"), deck + "v1 n0 0 1\n.end\n");
        QProcess process;
        process.start(QStringLiteral(OHMSCAPE_CLI),
                      {QStringLiteral("sim"), QStringLiteral("op"), file});
        QVERIFY(process.waitForStarted());
        QTest::qWait(100);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(20000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 1);
        QVERIFY(process.readAllStandardOutput().isEmpty());
    }

    void benchDeep() {
        const Result result =
            run({"bench", "deep", "--nodes", "400", "--edges", "12000", "--layers", "3",
                 "--channels", "32", "--select", "4", "--repetitions", "1", "--json"});
        QCOMPARE(result.code, 0);
        QStringList names;
        double b0 = 0, ours = 0;
        for (const QByteArray& line : result.out.split('\n')) {
            if (line.isEmpty())
                continue;
            const QJsonObject row = QJsonDocument::fromJson(line).object();
            QVERIFY2(row.contains("name") && row.contains("median") && row.contains("unit"), line);
            names << row["name"].toString();
            if (names.back() == "B0, RevGNN, peak memory")
                b0 = row["median"].toDouble();
            if (names.back() == "ours, GSR k=4, D, peak memory")
                ours = row["median"].toDouble();
        }
        for (const char* name :
             {"clique edges", "B0, RevGNN, step", "B1, RevGNN, step", "B2, RevGNN, step",
              "B3, RevGNN, step", "ours, RevGNN dense, D, step", "ours, GSR k=4, B, step"})
            QVERIFY2(names.contains(name), name);
        QVERIFY(ours > 0 && ours < b0);
        QCOMPARE(run({"bench", "deep", "--norm", "odd"}).code, 2);
        QCOMPARE(run({"bench", "deep", "--nodes", "100", "--edges", "1000000"}).code, 3);
        const Result gpu = run({"bench", "deep", "--nodes", "400", "--edges", "12000", "--layers",
                                "2", "--device", "cuda"});
        if (gpu.code != 0) // no GPU, or a build without kernels for one
            QVERIFY2(gpu.err.contains("[DEEP-011]"), gpu.err.constData());
        QVERIFY(run({"bench", "deep", "--device", "gpu"})
                    .err.contains("Choose one of auto, cpu, cuda"));
    }
};

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
