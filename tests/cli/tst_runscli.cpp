// SPDX-License-Identifier: GPL-3.0-or-later
// Sizings enter the list of runs by themselves; `runs` shows, compares and draws them.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

using namespace Qt::StringLiterals;

class TestRunsCli : public QObject {
    Q_OBJECT
private:
    QTemporaryDir m_dir;

    static QJsonObject run(const QStringList& arguments, int* code = nullptr) {
        QProcess process;
        process.start(QStringLiteral(OHMSCAPE_CLI), arguments + QStringList{u"--json"_s});
        if (!process.waitForFinished(240000))
            return {};
        if (code)
            *code = process.exitCode();
        const QList<QByteArray> lines = process.readAllStandardOutput().trimmed().split('\n');
        return QJsonDocument::fromJson(lines.last()).object();
    }

private slots:
    void initTestCase() { qputenv("OHMSCAPE_RUNS", m_dir.filePath(u"runs"_s).toLocal8Bit()); }

    void sizingsAreListed() {
        const QString project = QStringLiteral(OHMSCAPE_SOURCE_DIR "/projects/two-stage-opamp");
        for (const QString& seed : {u"1"_s, u"2"_s}) {
            int code = -1;
            run({u"optimize"_s, project, u"-a"_s, u"evo"_s, u"--initial"_s, u"20"_s,
                 u"--max-sims"_s, u"26"_s, u"--seed"_s, seed, u"--cache"_s,
                 m_dir.filePath(u"cache.jsonl"_s), u"-o"_s, m_dir.filePath(u"size-"_s + seed)},
                &code);
            QCOMPARE(code, 0);
        }
        const QJsonArray runs = run({u"runs"_s, u"list"_s})[u"runs"_s].toArray();
        QCOMPARE(runs.size(), 2);
        for (const QJsonValue& value : runs) {
            const QJsonObject listed = value.toObject();
            QCOMPARE(listed[u"kind"_s].toString(), u"sizing"_s);
            QCOMPARE(listed[u"recipe"_s].toString(), u"Two-stage op-amp, evo"_s);
            QVERIFY(listed[u"finished"_s].toBool());
            const QJsonObject metrics = listed[u"metrics"_s].toObject();
            QVERIFY(metrics[u"sims"_s].toDouble() >= 26);
            QVERIFY(metrics[u"queries"_s].toDouble() > 0);
            QVERIFY(metrics.contains(u"best_cost"_s) && metrics.contains(u"designs_met"_s));
        }
        const QJsonObject shown = run({u"runs"_s, u"show"_s, u"size-1"_s});
        const QJsonObject settings = shown[u"configuration"_s].toObject();
        QCOMPARE(settings[u"algorithm"_s].toString(), u"evo"_s);
        QVERIFY(settings.contains(u"specs.gain.min"_s));
        const QJsonObject compared = run({u"runs"_s, u"compare"_s, u"size-1"_s, u"size-2"_s});
        QCOMPARE(compared[u"settings"_s].toObject().keys(), QStringList{u"seed"_s});
        const QJsonObject curves = run({u"runs"_s, u"curves"_s, u"size-1"_s, u"size-2"_s});
        const QJsonArray cost = curves[u"cost"_s].toArray();
        QCOMPARE(cost.size(), 1); // one band of two seeds
        QCOMPARE(cost[0].toObject()[u"runs"_s].toArray().size(), 2);
        QVERIFY(cost[0].toObject().contains(u"low"_s));
        // What is best so far never gets worse.
        const QJsonArray mean = cost[0].toObject()[u"mean"_s].toArray();
        for (qsizetype i = 1; i < mean.size(); ++i)
            QVERIFY(mean[i].toDouble() <= mean[i - 1].toDouble() + 1e-12);
    }
};

QTEST_GUILESS_MAIN(TestRunsCli)
#include "tst_runscli.moc"
