// SPDX-License-Identifier: GPL-3.0-or-later
// `optimize` and `sim measure` as their users meet them: as processes.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

class TestOptimizeCli : public QObject {
    Q_OBJECT
private:
    struct Result {
        int code = -1;
        QList<QJsonObject> lines;
        QString error;
    };
    const QString m_amplifier = QStringLiteral(OHMSCAPE_SOURCE_DIR "/projects/two-stage-opamp");

    static Result run(const QStringList& arguments) {
        QProcess process;
        process.start(QStringLiteral(OHMSCAPE_CLI), arguments);
        Result result;
        if (!process.waitForFinished(240000))
            return result;
        result.code = process.exitCode();
        result.error = QString::fromUtf8(process.readAllStandardError());
        for (const QByteArray& line : process.readAllStandardOutput().split('\n')) {
            if (!line.trimmed().isEmpty())
                result.lines << QJsonDocument::fromJson(line).object();
        }
        return result;
    }
    QStringList optimize(const QString& folder, const QString& cache, int most,
                         const QString& algorithm) const {
        return {QStringLiteral("optimize"),   m_amplifier,
                QStringLiteral("-a"),         algorithm,
                QStringLiteral("--initial"),  QStringLiteral("24"),
                QStringLiteral("--max-sims"), QString::number(most),
                QStringLiteral("--seed"),     QStringLiteral("5"),
                QStringLiteral("--steps"),    QStringLiteral("3"),
                QStringLiteral("--threads"),  QStringLiteral("1"),
                QStringLiteral("--cache"),    cache,
                QStringLiteral("-o"),         folder,
                QStringLiteral("--json")};
    }

    QTemporaryDir m_runs;

private slots:
    void initTestCase() { qputenv("OHMSCAPE_RUNS", m_runs.path().toLocal8Bit()); }
    void measure() {
        const Result result =
            run({QStringLiteral("sim"), QStringLiteral("measure"), m_amplifier,
                 QStringLiteral("--set"), QStringLiteral("cc=2p"), QStringLiteral("--json")});
        QCOMPARE(result.code, 0);
        QCOMPARE(result.lines.size(), 1);
        const QJsonObject measured = result.lines[0][QStringLiteral("measurements")].toObject();
        QVERIFY(qAbs(measured[QStringLiteral("gain")].toDouble() - 343.5) < 1);
        QVERIFY(measured[QStringLiteral("ugbw")].toDouble() > 20e6); // less capacitance is faster
        QCOMPARE(result.lines[0][QStringLiteral("specs")].toArray().size(), 8);
    }

    /// `optimize corners` and `sim measure --corners` say the same.
    void corners() {
        const Result a = run({QStringLiteral("optimize"), QStringLiteral("corners"), m_amplifier,
                              QStringLiteral("--json")});
        const Result b = run({QStringLiteral("sim"), QStringLiteral("measure"), m_amplifier,
                              QStringLiteral("--corners"), QStringLiteral("--json")});
        QVERIFY2(a.code == 0, qPrintable(a.error));
        QCOMPARE(b.code, 0);
        QCOMPARE(a.lines, b.lines);
        const QJsonArray corners = a.lines[0][QStringLiteral("corners")].toArray();
        QCOMPARE(corners.size(), 11);
        const auto gain = [&](int i) {
            return corners[i][QStringLiteral("measurements")][QStringLiteral("gain")].toDouble();
        };
        QCOMPARE(corners[0][QStringLiteral("name")].toString(), QStringLiteral("nominal"));
        QVERIFY(qAbs(gain(0) - 343.5) < 1);
        QCOMPARE(corners[3][QStringLiteral("name")].toString(), QStringLiteral("slow-hot"));
        QVERIFY(gain(3) < 330); // heat takes gain
        QCOMPARE(a.lines[0][QStringLiteral("specs")].toArray().size(), 8);
        QVERIFY(!a.lines[0][QStringLiteral("pass")].toBool());
    }

    void monteCarlo() {
        const QTemporaryDir dir;
        const QString table = dir.filePath(QStringLiteral("samples.csv"));
        const QStringList arguments{
            QStringLiteral("optimize"), QStringLiteral("montecarlo"), m_amplifier,
            QStringLiteral("--count"),  QStringLiteral("6"),          QStringLiteral("--seed"),
            QStringLiteral("4"),        QStringLiteral("-o"),         table,
            QStringLiteral("--json")};
        const Result first = run(arguments);
        QVERIFY2(first.code == 0, qPrintable(first.error));
        const QJsonObject yield = first.lines[0][QStringLiteral("yield")].toObject();
        QVERIFY(yield[QStringLiteral("low")].toDouble() < yield[QStringLiteral("high")].toDouble());
        QCOMPARE(first.lines[0][QStringLiteral("measurements")].toObject().size(), 8);
        QFile file(table);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll().count('\n'), 7);
        QCOMPARE(run(arguments).lines, first.lines); // seeded
    }

    void goesOnAndRepeats_data() {
        QTest::addColumn<QString>("algorithm");
        QTest::newRow("evo") << QStringLiteral("evo");
        QTest::newRow("Gaussian processes") << QStringLiteral("bayes");
#ifdef OHMSCAPE_HAS_ENGINE // judges carry weights from one iteration to the next
        QTest::newRow("fully connected judge") << QStringLiteral("bagnet-fc");
        QTest::newRow("frozen graph judge") << QStringLiteral("bagnet-frozen");
        QTest::newRow("finetuned graph judge") << QStringLiteral("bagnet-finetuned");
        QTest::newRow("processes on voltages") << QStringLiteral("bayes-graph");
#endif
    }
    void goesOnAndRepeats() {
        QFETCH(QString, algorithm);
        const QTemporaryDir dir;
        const QString cache = dir.filePath(QStringLiteral("cache.jsonl"));
        const Result first = run(optimize(dir.filePath(QStringLiteral("a")), cache, 30, algorithm));
        QVERIFY2(first.code == 0, qPrintable(first.error));
        const QJsonObject end = first.lines.last();
        QVERIFY(end[QStringLiteral("sims")].toInt() >= 30);
        QVERIFY(QFile::exists(end[QStringLiteral("netlist")].toString()));
        QCOMPARE(first.lines[0][QStringLiteral("sims")].toInt(), 24);
        QVERIFY(first.lines[0][QStringLiteral("specs_met")].toObject().size() == 8);
        // A longer budget goes on; made at one go in another folder it is the same.
        const Result more = run(optimize(dir.filePath(QStringLiteral("a")), cache, 40, algorithm));
        const Result whole = run(optimize(dir.filePath(QStringLiteral("b")), cache, 40, algorithm));
        QCOMPARE(more.code, 0);
        QCOMPARE(whole.code, 0);
        QCOMPARE(more.lines.last()[QStringLiteral("best")],
                 whole.lines.last()[QStringLiteral("best")]);
        QCOMPARE(more.lines.size(), whole.lines.size());
    }

    void badInput_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("code");
        const QTemporaryDir dir;
        const QString out = dir.filePath(QStringLiteral("x"));
        QTest::newRow("algorithm")
            << QStringList{QStringLiteral("optimize"), m_amplifier,          QStringLiteral("-a"),
                           QStringLiteral("magic"),    QStringLiteral("-o"), out}
            << QStringLiteral("OPT-021");
        QTest::newRow("no benches")
            << QStringList{QStringLiteral("optimize"),
                           QStringLiteral(OHMSCAPE_SOURCE_DIR "/projects/resistor-ladder"),
                           QStringLiteral("-o"), out}
            << QStringLiteral("OPT-003");
        QTest::newRow("no scatter")
            << QStringList{QStringLiteral("optimize"), QStringLiteral("montecarlo"),
                           QStringLiteral(OHMSCAPE_SOURCE_DIR "/projects/bandgap")}
            << QStringLiteral("OPT-00");
        QTest::newRow("outside") << QStringList{QStringLiteral("sim"), QStringLiteral("measure"),
                                                m_amplifier, QStringLiteral("--set"),
                                                QStringLiteral("cc=1")}
                                 << QStringLiteral("OPT-005");
    }
    void badInput() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, code);
        const Result result = run(arguments);
        QVERIFY(result.code == 1 || result.code == 3);
        QVERIFY2(result.error.contains(code), qPrintable(result.error));
    }
};

QTEST_GUILESS_MAIN(TestOptimizeCli)
#include "tst_optimizecli.moc"
