// SPDX-License-Identifier: GPL-3.0-or-later
// train, eval, predict and models against the real process; kill -9 among them.
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <csignal>

namespace {

struct Result {
    int code = -1;
    QByteArray out, err;
    QJsonObject json() const { return QJsonDocument::fromJson(out).object(); }
    QString errorCode() const { return json()[u"error"].toObject()[u"code"].toString(); }
    /// JSON lines.
    QList<QJsonObject> lines() const {
        QList<QJsonObject> all;
        for (const QByteArray& line : out.split('\n'))
            if (!line.isEmpty())
                all << QJsonDocument::fromJson(line).object();
        return all;
    }
};

const QString kLadderNet =
    QStringLiteral(OHMSCAPE_SOURCE_DIR "/resources/models/ladder-deepgen15.safetensors");
const QString kOpampNet =
    QStringLiteral(OHMSCAPE_SOURCE_DIR "/resources/models/opamp-deepgen15.safetensors");
const QString kLadder = QStringLiteral(OHMSCAPE_SOURCE_DIR "/projects/resistor-ladder/ladder.cir");

const char* const kRecipe = "name: small\n"
                            "network: {hidden: 16, layers: 2, input_width: 9}\n"
                            "data: ['ladder:1-3:200:seed=1']\n"
                            "validation_share: 0.2\n"
                            "steps: 400\n"
                            "warmup: 10\n"
                            "batch: 16\n"
                            "validate_every: 40\n"
                            "average_decay: 0.9\n"
                            "keep_best: true\n";

QByteArray bytesOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestLearnCli : public QObject {
    Q_OBJECT
private:
    QTemporaryDir m_dir;

    Result run(const QStringList& arguments) const {
        QProcess process;
        process.setWorkingDirectory(m_dir.path());
        process.setStandardInputFile(QProcess::nullDevice());
        process.start(QStringLiteral(OHMSCAPE_CLI),
                      QStringList{QStringLiteral("--json")} + arguments);
        Result result;
        if (!process.waitForFinished(120000)) {
            process.kill();
            process.waitForFinished();
            return result;
        }
        if (process.exitStatus() == QProcess::NormalExit)
            result.code = process.exitCode();
        result.out = process.readAllStandardOutput();
        result.err = process.readAllStandardError();
        return result;
    }
    QString path(const QString& name) const { return m_dir.filePath(name); }
    QString write(const QString& name, const QByteArray& text) const {
        QFile file(path(name));
        if (file.open(QIODevice::WriteOnly))
            file.write(text);
        return path(name);
    }
    QStringList trainInto(const QString& folder) const {
        return {"train", path("small.yaml"), "-o", path(folder)};
    }
    /// The log without what depends on the clock.
    static QList<QJsonObject> logOf(const QString& folder) {
        QList<QJsonObject> log;
        for (const QByteArray& line : bytesOf(folder + "/log.jsonl").split('\n')) {
            if (line.isEmpty())
                continue;
            QJsonObject entry = QJsonDocument::fromJson(line).object();
            entry.remove("seconds");
            entry.remove("graphs_per_second");
            log << entry;
        }
        return log;
    }

private slots:
    void initTestCase() {
        qputenv("OHMSCAPE_RUNS", m_dir.filePath(QStringLiteral("listed")).toLocal8Bit());
        write("small.yaml", kRecipe);
    }

    void aRunLeavesItsFolder() {
        const Result r = run(trainInto("whole"));
        QVERIFY2(r.code == 0, r.err.constData());
        const auto lines = r.lines();
        QCOMPARE(lines.size(), 11); // ten reports and the end
        QCOMPARE(lines[0][u"step"].toInt(), 40);
        QVERIFY(lines[0].contains(u"train_loss") && lines[0].contains(u"graphs_per_second"));
        QVERIFY(lines[0][u"validation"].toObject()[u"acc_at"].toObject().contains(u"100"));
        QVERIFY(lines.back()[u"ok"].toBool());
        QCOMPARE(lines.back()[u"model"].toString(), path("whole/model.safetensors"));
        QCOMPARE(QDir(path("whole")).entryList(QDir::Files, QDir::Name),
                 (QStringList{"attempts.jsonl", "log.jsonl", "model.safetensors", "recipe.yaml",
                              "result.json"}));
        const QJsonObject result =
            QJsonDocument::fromJson(bytesOf(path("whole/result.json"))).object();
        QCOMPARE(result[u"steps"].toInt(), 400);
        QVERIFY(result[u"command"].toString().contains("small.yaml"));
        QVERIFY(result[u"inputs"].toObject().contains(u"ladder:1-3:200:seed=1"));
        QCOMPARE(result[u"validation"].toObject()[u"count"].toInt(),
                 lines[0][u"validation"].toObject()[u"count"].toInt());
        // A finished run is not trained over.
        const Result again = run(trainInto("whole"));
        QCOMPARE(again.code, 3);
        QCOMPARE(again.errorCode(), "LEARN-014");
    }

    void killedAtAnyMomentItEndsTheSame_data() {
        QTest::addColumn<quint32>("seed");
        QTest::newRow("1") << 1U;
        QTest::newRow("2") << 2U;
    }
    /// kill -9 at random moments, with anything half written: the run that is started again and
    /// again ends with the very bytes of the uninterrupted one.
    void killedAtAnyMomentItEndsTheSame() {
        QFETCH(quint32, seed);
        if (!QFile::exists(path("whole/model.safetensors")))
            QCOMPARE(run(trainInto("whole")).code, 0);
        QRandomGenerator random(seed);
        const QString folder = QStringLiteral("killed-%1").arg(seed);
        int kills = 0;
        for (int i = 0; i < 8; ++i) {
            QProcess process;
            process.start(QStringLiteral(OHMSCAPE_CLI), QStringList{"--json"} + trainInto(folder));
            QVERIFY(process.waitForStarted());
            // Some are killed while they start, others some time after a report.
            const bool atStart = random.bounded(3) == 0;
            if (!atStart)
                process.waitForReadyRead(60000);
            QTest::qSleep(static_cast<int>(random.bounded(atStart ? 300 : 60)));
            if (process.state() == QProcess::NotRunning)
                break;
            ::kill(static_cast<pid_t>(process.processId()), SIGKILL);
            process.waitForFinished();
            if (process.exitStatus() == QProcess::CrashExit)
                ++kills;
        }
        QVERIFY(kills >= 3);
        if (!QFile::exists(path(folder + "/result.json"))) {
            const Result last = run(trainInto(folder));
            QVERIFY2(last.code == 0, last.err.constData());
        }
        QVERIFY(bytesOf(path(folder + "/model.safetensors")) ==
                bytesOf(path("whole/model.safetensors")));
        QCOMPARE(logOf(path(folder)), logOf(path("whole")));
        QCOMPARE(QDir(path(folder)).entryList(QDir::Files, QDir::Name),
                 (QStringList{"attempts.jsonl", "log.jsonl", "model.safetensors", "recipe.yaml",
                              "result.json"}));
        const QJsonObject result =
            QJsonDocument::fromJson(bytesOf(path(folder + "/result.json"))).object();
        QCOMPARE(result[u"steps"].toInt(), 400);
    }
    void aStoppedRunGoesOn() {
        QProcess process;
        process.start(QStringLiteral(OHMSCAPE_CLI), QStringList{"--json"} + trainInto("stopped"));
        QVERIFY(process.waitForReadyRead(60000));
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(20000));
        QVERIFY(process.exitStatus() == QProcess::NormalExit);
        if (process.exitCode() == 0)
            QSKIP("it was done before it could be stopped");
        QCOMPARE(process.exitCode(), 1);
        QVERIFY(QFile::exists(path("stopped/snapshot.safetensors")));
        const Result r = run(trainInto("stopped"));
        QCOMPARE(r.code, 0);
        QVERIFY(r.lines().size() < 12);
        QVERIFY(bytesOf(path("stopped/model.safetensors")) ==
                bytesOf(path("whole/model.safetensors")));
    }
    void anotherTrainingDoesNotTakeOver() {
        QProcess process;
        process.start(QStringLiteral(OHMSCAPE_CLI), QStringList{"--json"} + trainInto("busy") +
                                                        QStringList{"--set", "steps=1000000"});
        QVERIFY(process.waitForReadyRead(60000));
        const Result second = run(trainInto("busy") + QStringList{"--set", "steps=1000000"});
        ::kill(static_cast<pid_t>(process.processId()), SIGKILL);
        process.waitForFinished();
        QCOMPARE(second.code, 3);
        QCOMPARE(second.errorCode(), "LEARN-014");
        const Result other = run(trainInto("busy") + QStringList{"--set", "peak_rate=0.01"});
        QCOMPARE(other.code, 3);
        QCOMPARE(other.errorCode(), "LEARN-014");
        const Result from = run(trainInto("busy") + QStringList{"--set", "steps=1000000", "--from",
                                                                path("whole/model.safetensors")});
        QCOMPARE(from.code, 3);
        QCOMPARE(from.errorCode(), "LEARN-013");
    }
    void seedsAreSummedUp() {
        const Result r = run({"train", path("small.yaml"), "-o", path("seeds"), "--seeds", "0,1,2",
                              "--set", "steps=20", "--k", "10,50"});
        QVERIFY2(r.code == 0, r.err.constData());
        for (const char* name : {"seed-0", "seed-1", "seed-2"})
            QVERIFY(QFile::exists(path(QStringLiteral("seeds/%1/model.safetensors").arg(name))));
        const QJsonObject acc =
            r.lines().back()[u"summary"].toObject()[u"validation.acc_at_50"].toObject();
        const QJsonArray values = acc[u"seeds"].toArray();
        QCOMPARE(values.size(), 3);
        const double mean =
            (values[0].toDouble() + values[1].toDouble() + values[2].toDouble()) / 3;
        QVERIFY(std::fabs(acc[u"mean"].toDouble() - mean) < 1e-12);
    }
    void finetuningOnAFraction() {
        const Result r = run({"train", path("small.yaml"), "--from", kLadderNet, "--data",
                              "ladder:12:100:seed=4", "--fraction", "0.25", "--set",
                              "network.layers=15", "--set", "network.hidden=128", "--set",
                              "steps=2", "--set", "peak_rate=1e-6", "-o", path("tuned")});
        QVERIFY2(r.code == 0, r.err.constData());
        const QJsonObject validation = r.lines()[0][u"validation"].toObject();
        QCOMPARE(validation[u"count"].toInt(), 20 * 12);
        QVERIFY(validation[u"acc_at"].toObject()[u"100"].toDouble() > 0.8); // what it knew before
        const Result models = run({"models", "list", path("tuned")});
        QCOMPARE(models.code, 0);
        QVERIFY(models.out.contains("\"training_graphs\":\"20\""));
    }

    void evaluation() {
        const Result r = run({"eval", kLadderNet, "--data", "ladder:2-4:60:seed=9", "--k", "10:400",
                              "--per-batch", "32"});
        QVERIFY2(r.code == 0, r.err.constData());
        const QJsonObject acc = r.json()[u"acc_at"].toObject();
        QCOMPARE(acc.size(), 391);
        double before = 1;
        for (int k = 10; k <= 400; ++k) {
            const double value = acc[QString::number(k)].toDouble(-1);
            QVERIFY(value >= 0 && value <= before);
            before = value;
        }
        QVERIFY(acc[u"100"].toDouble() > 0.9);
        QVERIFY(r.json()[u"r2"].toDouble() > 0.99 && r.json()[u"mse"].toDouble() > 0);
        QVERIFY(r.json()[u"mae"].toDouble() < 0.01);
        int count = 0;
        const QJsonObject classes = r.json()[u"by_topology"].toObject();
        QCOMPARE(classes.keys(), (QStringList{"2", "3", "4"}));
        for (const auto& part : classes)
            count += part.toObject()[u"count"].toInt();
        QCOMPARE(count, r.json()[u"count"].toInt());
        QCOMPARE(r.json()[u"acc_at_per_batch"].toObject().size(), 391);
        QVERIFY(r.err.isEmpty());
    }
    void prediction() {
        const Result r = run({"predict", kLadderNet, kLadder});
        QVERIFY2(r.code == 0, r.err.constData());
        const QJsonObject volts = r.json()[u"voltages"].toObject();
        QCOMPARE(volts[u"0"].toDouble(-1), 0.0);
        QCOMPARE(volts[u"in"].toDouble(), 0.75);
        // As ngspice has them.
        QVERIFY(std::fabs(volts[u"out1"].toDouble() - 0.50846) < 0.01);
        QVERIFY(std::fabs(volts[u"out10"].toDouble() - 0.54705) < 0.01);
        QVERIFY(!r.json().contains(u"uncertainty"));
        const Result pair = run(
            {"predict", kLadderNet, kLadder, "--ensemble",
             QStringLiteral(OHMSCAPE_SOURCE_DIR "/resources/models/ladder-deepgen20.safetensors")});
        QCOMPARE(pair.code, 0);
        const QJsonObject spread = pair.json()[u"uncertainty"].toObject();
        QVERIFY(spread[u"out1"].toDouble() > 0 && spread[u"out1"].toDouble() < 0.02);
        QVERIFY(!spread.contains(u"in"));
    }

    void embedding_data() {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<int>("points");
        QTest::addColumn<QString>("quality");
        // 40 ladders of 2 to 4 branches have 3 nets and 8n + 4 nodes each.
        QTest::newRow("nets by t-SNE") << QStringList{"--steps", "60"} << 0 << "kl";
        QTest::newRow("graphs by PCA")
            << QStringList{"--level", "graphs", "--method", "pca"} << 40 << "explained_variance";
        QTest::newRow("thinned") << QStringList{"--level", "graphs", "--method",
                                                "pca",     "--most", "10"}
                                 << 10 << "explained_variance";
        QTest::newRow("nodes of a layer")
            << QStringList{"--level", "nodes", "--layer", "2", "--method", "pca"} << 0
            << "explained_variance";
    }
    void embedding() {
        QFETCH(QStringList, options);
        QFETCH(int, points);
        QFETCH(QString, quality);
        const QStringList command =
            QStringList{"embed", kLadderNet,    "--data", "ladder:2-4:40:seed=9",
                        "-o",    path("at.csv")} +
            options;
        const Result r = run(command);
        QVERIFY2(r.code == 0, r.err.constData());
        const int count = r.json()[u"points"].toInt();
        QVERIFY(points > 0 ? count == points : count > 100);
        QCOMPARE(r.json()[u"width"].toInt(), 128);
        QVERIFY(r.json()[quality].toDouble() > 0);
        const double kept = r.json()[u"neighbours_kept"].toDouble();
        QVERIFY(kept > 0.02 && kept <= 1);
        const QByteArray first = bytesOf(path("at.csv"));
        QCOMPARE(first.count('\n'), count + 1);
        QVERIFY(first.startsWith("graph,node,kind,topology,label,predicted,x,y\n"));
        QCOMPARE(run(command).code, 0);
        QCOMPARE(bytesOf(path("at.csv")), first); // repeats to the letter
    }
    void errorsByLabel() {
        const QStringList command{"eval", kLadderNet, "--data",   "ladder:2-4:60:seed=9",
                                  "--k",  "100",      "--errors", path("errors.csv")};
        const Result r = run(command);
        QVERIFY2(r.code == 0, r.err.constData());
        const int count = r.json()[u"count"].toInt();
        const QList<QByteArray> lines = bytesOf(path("errors.csv")).split('\n');
        QCOMPARE(lines.size(), count + 2);
        QCOMPARE(lines.first(),
                 QByteArray("graph,node,kind,devices,topology,distance,label,predicted,error"));
        double sum = 0, worst = 0;
        for (qsizetype i = 1; i <= count; ++i) {
            const double error = std::fabs(lines[i].split(',').last().toDouble());
            sum += error;
            worst = std::max(worst, error);
        }
        QVERIFY(std::fabs(sum / count - r.json()[u"mae"].toDouble()) < 1e-6);
        const QJsonObject errors = r.json()[u"errors"].toObject();
        const QJsonObject first = errors[u"worst"].toArray().first().toObject();
        QVERIFY(std::fabs(std::fabs(first[u"error"].toDouble()) - worst) < 1e-6);
        for (const QJsonValue& groups : errors[u"by"].toObject()) {
            int labels = 0;
            for (const QJsonValue& group : groups.toArray())
                labels += group.toObject()[u"count"].toInt();
            QCOMPARE(labels, count);
        }
        QCOMPARE(errors[u"by"].toObject()[u"topology"].toArray().size(), 3);
        // A part of it: the network's own way of splitting.
        const Result part = run(command + QStringList{"--split", "validation"});
        QVERIFY2(part.code == 0, part.err.constData());
        QVERIFY(part.json()[u"count"].toInt() < count / 4);
        QCOMPARE(bytesOf(path("errors.csv")).count('\n'), part.json()[u"count"].toInt() + 1);
    }
    void labelsCompared() {
        const Result r = run({"dataset", "compare", "ladder:2-4:60:seed=9", "bridge:40:seed=1",
                              "--bins", "20", "-o", path("labels.csv")});
        QVERIFY2(r.code == 0, r.err.constData());
        const QJsonArray sets = r.json()[u"sets"].toArray();
        QCOMPARE(sets.size(), 2);
        QCOMPARE(sets[1].toObject()[u"count"].toInt(), 160);
        const QJsonObject shift = r.json()[u"shifts"].toArray().first().toObject();
        QVERIFY(shift[u"wasserstein"].toDouble() > 0);
        QVERIFY(shift[u"ks"].toDouble() > 0 && shift[u"ks"].toDouble() < 1);
        const QByteArray csv = bytesOf(path("labels.csv"));
        QCOMPARE(csv.count(",histogram,"), 40);
        QCOMPARE(csv.count(",density,"), 512);
        // A set beside itself lies at no distance.
        const Result same =
            run({"dataset", "compare", "ladder:2-4:60:seed=9", "ladder:2-4:60:seed=9"});
        QCOMPARE(same.json()[u"shifts"].toArray().first().toObject()[u"ks"].toDouble(), 0.0);
        const Result split = run({"dataset", "compare", "ladder:2-4:60:seed=9", "--split", "seed"});
        QCOMPARE(split.json()[u"sets"].toArray().size(), 3);
        QCOMPARE(split.json()[u"shifts"].toArray().size(), 3);
    }
    void runsRemembered() {
        if (!QFile::exists(path("whole/model.safetensors")))
            QCOMPARE(run(trainInto("whole")).code, 0);
        const QString folder = m_dir.path();
        const auto runs = [&](const QStringList& words) {
            return run(QStringList{"runs"} + words + QStringList{"--folder", folder});
        };
        QCOMPARE(runs({"tag", "whole", "good", "paper"}).code, 0);
        QCOMPARE(runs({"tag", "whole", "^paper"}).code, 0);
        QCOMPARE(runs({"note", "whole", "the first one"}).code, 0);
        const Result baseline = runs({"baseline", "whole"});
        QVERIFY2(baseline.code == 0, baseline.err.constData());
        QVERIFY(baseline.json()[u"baseline"].toBool());
        QCOMPARE(baseline.json()[u"tags"].toArray(), QJsonArray{"good"});
        QCOMPARE(baseline.json()[u"note"].toString(), QStringLiteral("the first one"));
        const Result curves = runs({"curves", "whole", "-o", path("curves.csv")});
        QVERIFY2(curves.code == 0, curves.err.constData());
        QCOMPARE(curves.json()[u"loss"].toArray().first().toObject()[u"x"].toArray().size(), 10);
        QVERIFY(bytesOf(path("curves.csv")).startsWith("curve,name,x,mean,low,high\n"));
        QCOMPARE(runs({"curves", "nothing"}).errorCode(), "RUN-002");
    }
    void badInput_data() {
        const QByteArray whole = bytesOf(kLadderNet);
        QVERIFY(whole.size() > 100000);
        write("cut.safetensors", whole.left(whole.size() / 2));
        write("stub.safetensors", whole.left(5));
        write("foreign.safetensors", QByteArray("PK\x03\x04") + QByteArray(1000, 'x'));
        QByteArray other = whole; // weights of one network under the name of another
        QVERIFY(other.contains("\\\"layers\\\":15"));
        other.replace("\\\"layers\\\":15", "\\\"layers\\\":16");
        write("mismatched.safetensors", other);
        write("cut.h5", "\x89HDF\r\n\x1a\n" + QByteArray(200, '\0'));
        write("text.h5", "not a dataset\n");
        write("typo.yaml", QByteArray(kRecipe) + "stepz: 3\n");
        write("novalue.yaml", QByteArray(kRecipe) + "k: many\n");
        write("empty.cir", "* nothing\n.end\n");
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("error");
        const auto row = [](const char* name, const QStringList& arguments, int code,
                            const char* error) {
            QTest::newRow(name) << arguments << code << error;
        };
        const QString data = "ladder:2:5:seed=1";
        row("no checkpoint", {"eval", "none.safetensors", "--data", data}, 3, "BASE-001");
        row("cut checkpoint", {"eval", "cut.safetensors", "--data", data}, 3, "LEARN-003");
        row("stub checkpoint", {"predict", "stub.safetensors", kLadder}, 3, "LEARN-001");
        row("foreign checkpoint", {"predict", "foreign.safetensors", kLadder}, 3, "LEARN-001");
        row("mismatched weights", {"predict", "mismatched.safetensors", kLadder}, 3, "NN-011");
        row("network of other circuits", {"eval", kOpampNet, "--data", data}, 3, "NN-010");
        row("networks that do not fit", {"predict", kLadderNet, kLadder, "--ensemble", kOpampNet},
            3, "LEARN-050");
        row("cut dataset", {"eval", kLadderNet, "--data", "cut.h5"}, 3, "DATA-002");
        row("no dataset", {"eval", kLadderNet, "--data", "text.h5"}, 3, "DATA-002");
        row("missing dataset", {"eval", kLadderNet, "--data", "none.h5"}, 3, "BASE-001");
        row("unknown kind", {"eval", kLadderNet, "--data", "spaghetti:5"}, 3, "GEN-020");
        row("K of nothing", {"eval", kLadderNet, "--data", data, "--k", "x"}, 2, "CLI-005");
        row("no such part", {"eval", kLadderNet, "--data", "ladder:2:5:seed=1", "--split", "test"},
            3, "LEARN-070");
        row("nothing to compare", {"dataset", "compare", data}, 2, "CLI-006");
        row("no such label", {"dataset", "compare", data, data, "--label", "gain"}, 3, "DATA-040");
        row("no such device", {"eval", kLadderNet, "--data", data, "--device", "abacus"}, 1,
            "NN-003");
        row("empty circuit", {"predict", kLadderNet, "empty.cir"}, 3, "LEARN-051");
        row("unknown key", {"train", "typo.yaml", "-o", "bad"}, 3, "LEARN-021");
        row("word for a number", {"train", "novalue.yaml", "-o", "bad"}, 3, "LEARN-021");
        row("missing recipe", {"train", "none.yaml", "-o", "bad"}, 3, "LEARN-020");
        row("unknown setting", {"train", "small.yaml", "--set", "x=1", "-o", "bad"}, 3,
            "LEARN-021");
        row("other architecture",
            {"train", "small.yaml", "--from", kLadderNet, "-o", "bad-architecture"}, 3, "NN-011");
        row("other features",
            {"train", "small.yaml", "--from", kOpampNet, "--set", "network.layers=15", "--set",
             "network.hidden=128", "-o", "bad-features"},
            3, "LEARN-010");
        row("missing label",
            {"train", "small.yaml", "--set", "network.task=graph", "--set", "target=gain", "-o",
             "bad-label"},
            3, "LEARN-010");
        row("no such layer", {"embed", kLadderNet, "--data", data, "--layer", "99", "-o", "e.csv"},
            3, "EXPL-005");
        row("perplexity of nothing",
            {"embed", kLadderNet, "--data", data, "--perplexity", "0", "-o", "e.csv"}, 3,
            "EXPL-004");
        row("no such bench", {"bench", "abacus"}, 1, "LEARN-030");
    }
    void badInput() {
        QFETCH(QStringList, arguments);
        QFETCH(int, code);
        QFETCH(QString, error);
        const Result r = run(arguments);
        QCOMPARE(r.errorCode(), error);
        QCOMPARE(r.code, code);
        QVERIFY(r.err.contains(error.toUtf8()));
    }
};

QTEST_GUILESS_MAIN(TestLearnCli)
#include "tst_learncli.moc"
