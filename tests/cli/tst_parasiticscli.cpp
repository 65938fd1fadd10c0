// SPDX-License-Identifier: GPL-3.0-or-later
// `parasitics` as its users meet it: as processes.
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

using namespace Qt::StringLiterals;

class TestParasiticsCli : public QObject {
    Q_OBJECT
private:
    struct Result {
        int code = -1;
        QJsonObject object; ///< the last line
        QString error;
    };
    QTemporaryDir m_folder;

    static Result run(const QStringList& arguments) {
        QProcess process;
        process.start(QStringLiteral(OHMSCAPE_CLI), QStringList{u"--json"_s} + arguments);
        Result result;
        if (!process.waitForFinished(240000))
            return result;
        result.code = process.exitCode();
        result.error = QString::fromUtf8(process.readAllStandardError());
        const QList<QByteArray> lines = process.readAllStandardOutput().trimmed().split('\n');
        result.object = QJsonDocument::fromJson(lines.last()).object();
        return result;
    }
    void write(const QString& name, const QByteArray& text) {
        QDir().mkpath(QFileInfo(m_folder.filePath(name)).path());
        QFile file(m_folder.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    }
    /// A chain of inverters whose layout is known.
    void chain(const QString& name, int length, double scale) {
        QByteArray schematic = ".subckt top in vdd vss\n", extraction = schematic;
        for (int i = 0; i < length; ++i) {
            const QByteArray from = i ? "n" + QByteArray::number(i) : QByteArray("in");
            const QByteArray to = "n" + QByteArray::number(i + 1);
            const QByteArray w = QByteArray::number(0.5 + 0.1 * (i % 7), 'f', 2) + "u";
            schematic += "m" + QByteArray::number(2 * i) + " " + to + " " + from +
                         " vss vss n w=" + w + " l=0.15u\nm" + QByteArray::number(2 * i + 1) + " " +
                         to + " " + from + " vdd vdd p w=" + w + " l=0.15u\n";
            extraction += "C" + QByteArray::number(2 * i) + " " + from + " " + to + " " +
                          QByteArray::number(scale * (1 + i % 7), 'g', 6) + "f\nC" +
                          QByteArray::number(2 * i + 1) + " " + to + " vss " +
                          QByteArray::number(3 * scale * (1 + i % 7), 'g', 6) + "f\n";
        }
        write(name + u"/schematic.sp"_s, schematic + ".ends\n");
        write(name + u"/extracted.sp"_s, extraction + ".ends\n");
    }

private slots:
    void initTestCase() { qputenv("OHMSCAPE_RUNS", m_folder.filePath(u"listed"_s).toLocal8Bit()); }
    void whole() {
        chain(u"designs/one"_s, 40, 0.004);
        chain(u"designs/two"_s, 24, 0.004);
        const QString file = m_folder.filePath(u"d.h5"_s);
        Result r =
            run({u"parasitics"_s, u"import"_s, m_folder.filePath(u"designs"_s), u"-o"_s, file});
        QVERIFY2(r.code == 0, qPrintable(r.error));
        const QJsonArray designs = r.object[u"designs"_s].toArray();
        QCOMPARE(designs.size(), 2);
        QCOMPARE(designs[0].toObject()[u"couplings"_s].toObject()[u"paired"_s].toInt(), 40);
        r = run({u"parasitics"_s, u"info"_s, file});
        QCOMPARE(r.object[u"designs"_s].toArray()[1].toObject()[u"nets"_s].toInt(), 25);

        const QString models = m_folder.filePath(u"models"_s);
        for (const QString& task : {u"coupling"_s, u"ground"_s}) {
            r = run({u"parasitics"_s, u"train"_s,
                     u"--data"_s,     file,
                     u"--designs"_s,  u"one"_s,
                     u"--task"_s,     task,
                     u"--loss"_s,     u"mse"_s,
                     u"--set"_s,      u"steps=40"_s,
                     u"--set"_s,      u"encoder_steps=10"_s,
                     u"--set"_s,      u"hidden=48"_s,
                     u"--set"_s,      u"layers=2"_s,
                     u"-o"_s,         m_folder.filePath(task)});
            QVERIFY2(r.code == 0, qPrintable(r.error));
            const QJsonObject test =
                r.object[u"results"_s].toArray()[0].toObject()[u"test"_s].toObject();
            QVERIFY(test.contains(u"two"_s)); // the design that was not trained on
            QVERIFY(QFile::exists(m_folder.filePath(task + u"/result.json"_s)));
            QDir().mkpath(models);
            QVERIFY(QFile::copy(m_folder.filePath(task + u"/model.safetensors"_s),
                                models + u'/' + task + u".safetensors"_s));
        }
        r = run({u"parasitics"_s, u"eval"_s, models + u"/coupling.safetensors"_s, u"--data"_s, file,
                 u"--designs"_s, u"two"_s, u"-o"_s, m_folder.filePath(u"e.csv"_s)});
        QVERIFY2(r.code == 0, qPrintable(r.error));
        QFile csv(m_folder.filePath(u"e.csv"_s));
        QVERIFY(csv.open(QIODevice::ReadOnly));
        QCOMPARE(csv.readAll().count('\n'), qsizetype{25}); // a heading and 24 couplings

        r = run({u"parasitics"_s, u"embed"_s, models + u"/ground.safetensors"_s, u"--data"_s, file,
                 u"--steps"_s, u"50"_s, u"--perplexity"_s, u"5"_s, u"-o"_s,
                 m_folder.filePath(u"t.csv"_s)});
        QVERIFY2(r.code == 0, qPrintable(r.error));
        QFile points(m_folder.filePath(u"t.csv"_s));
        QVERIFY(points.open(QIODevice::ReadOnly));
        QCOMPARE(points.readAll().count('\n'), qsizetype{r.object[u"points"_s].toInt() + 1});

        const QString schematic = m_folder.filePath(u"designs/two/schematic.sp"_s);
        r = run({u"parasitics"_s, u"predict"_s, schematic, u"--models"_s, models});
        QVERIFY2(r.code == 0, qPrintable(r.error));
        const QJsonArray all = r.object[u"capacitances"_s].toArray();
        QVERIFY(all.size() >= 25);
        for (const auto& entry : all)
            QVERIFY(entry.toObject()[u"farad"_s].toDouble() > 0);
        const QString out = m_folder.filePath(u"annotated.sp"_s);
        r = run({u"parasitics"_s, u"annotate"_s, schematic, u"--models"_s, models, u"--bound"_s,
                 u"high"_s, u"-o"_s, out});
        QVERIFY2(r.code == 0, qPrintable(r.error));
        r = run({u"netlist"_s, u"info"_s, out}); // our own reader takes what was written
        QCOMPARE(r.object[u"devices"_s].toObject()[u"c"_s].toInt(), static_cast<int>(all.size()));
    }

    void badInput_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("error");
        const QString none = m_folder.filePath(u"none"_s);
        QTest::newRow("nothing to import")
            << QStringList{u"import"_s, m_folder.path() + u"/none"_s} << 3 << u"PAR-006"_s;
        QTest::newRow("no file") << QStringList{u"info"_s, none} << 3 << u"BASE-001"_s;
        QTest::newRow("no bound") << QStringList{u"annotate"_s, none,    u"--bound"_s,
                                                 u"vague"_s,    u"-o"_s, none}
                                  << 2 << u"CLI-005"_s;
        QTest::newRow("nowhere to write") << QStringList{u"annotate"_s, none} << 2 << u"CLI-005"_s;
        QTest::newRow("no model") << QStringList{u"predict"_s, none, u"--models"_s, none} << 1
                                  << u"LEARN-045"_s;
        QTest::newRow("unknown setting")
            << QStringList{u"train"_s,   u"--data"_s, none, u"--designs"_s, u"a"_s, u"--set"_s,
                           u"magic=1"_s, u"-o"_s,     none}
            << 3 << u"LEARN-021"_s;
    }
    void badInput() {
        QFETCH(QStringList, arguments);
        QFETCH(int, code);
        QFETCH(QString, error);
        const Result r = run(QStringList{u"parasitics"_s} + arguments);
        QCOMPARE(r.code, code);
        QCOMPARE(r.object[u"error"_s].toObject()[u"code"_s].toString(), error);
    }
};

QTEST_GUILESS_MAIN(TestParasiticsCli)
#include "tst_parasiticscli.moc"
