// SPDX-License-Identifier: GPL-3.0-or-later
// deep train and deep predict, against the real process, on tiny designs that are made here.
#include "core/congestion/congestionset.h"

#include <QDateTime>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <QtEndian>

#include <cmath>

using namespace Qt::StringLiterals;

namespace {

struct Result {
    int code = -1;
    QByteArray out, err;
    QList<QJsonObject> lines() const {
        QList<QJsonObject> all;
        for (const QByteArray& line : out.split('\n')) {
            if (!line.isEmpty())
                all << QJsonDocument::fromJson(line).object();
        }
        return all;
    }
    QString error() const {
        return lines().isEmpty() ? QString()
                                 : lines().last()[u"error"_s].toObject()[u"code"_s].toString();
    }
};

bool writeDesigns(const QString& path) {
    ohm::congestion::CongestionSet set = ohm::congestion::emptyCongestionSet();
    constexpr int kSide = 6, kNodes = 120;
    for (int d = 0; d < 4; ++d) {
        ohm::congestion::CongestionSample s;
        s.name = s.family = "d" + std::to_string(d);
        s.format = "def";
        s.labelSource = "maps";
        s.grid.columns = s.grid.rows = kSide;
        s.pins.nodes = s.pins.nets = kNodes;
        for (int n = 0; n < kNodes; ++n) {
            for (const int step : {0, 1, 7}) {
                s.pins.pinNode.push_back((n + step * (d + 1)) % kNodes);
                s.pins.pinNet.push_back(n);
            }
            const float wave = 0.5f + 0.4f * std::sin(static_cast<float>(n + 3 * d));
            for (std::size_t f = 0; f < set.featureNames.size(); ++f)
                s.x.push_back(f % 2 == 0 ? wave : static_cast<float>(n % 5));
            s.y.push_back(wave);
            s.y.push_back(0.1f);
            s.mask.push_back(1);
            s.gcell.push_back(n % (kSide - 1)); // the last column stays empty
            s.gcell.push_back((n / (kSide - 1)) % kSide);
        }
        s.mapX.assign(s.grid.count() * set.mapFeatureNames.size(), 0);
        s.mapY.assign(s.grid.count() * 2, 0);
        set.samples.push_back(std::move(s));
    }
    return ohm::congestion::writeCongestionSet(set, path.toStdString()).ok();
}

} // namespace

class TestDeepCli : public QObject {
    Q_OBJECT
private:
    QTemporaryDir m_dir;
    Result run(const QString& command) const {
        QProcess process;
        process.setWorkingDirectory(m_dir.path());
        process.setStandardInputFile(QProcess::nullDevice());
        process.start(QStringLiteral(OHMSCAPE_CLI), command.split(u' ', Qt::SkipEmptyParts));
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
    const QString m_small =
        u"deep train --data d.h5 --layers 3 --channels 16 --select 4 --rate 0.01 "_s;

private slots:
    void initTestCase() {
        qputenv("OHMSCAPE_RUNS", m_dir.filePath(u"listed"_s).toLocal8Bit());
        QVERIFY(writeDesigns(m_dir.filePath(u"d.h5"_s)));
    }

    void trainsAndPredicts() {
        const Result r = run(m_small + u"--loss mpgd --epochs 12 --seed 5 -o run --json"_s);
        QVERIFY2(r.code == 0, r.err.constData());
        const auto lines = r.lines();
        QCOMPARE(lines.size(), 13);
        for (int e = 0; e < 12; ++e) {
            const QJsonObject& line = lines[e];
            QCOMPARE(line[u"epoch"_s].toInt(), e + 1);
            QCOMPARE(line[u"seed"_s].toInt(), 5);
            for (const auto& name : {u"loss"_s, u"validation_mse"_s, u"selected"_s, u"seconds"_s})
                QVERIFY2(line[name].isDouble(), qPrintable(name));
            QCOMPARE(line[u"overlap"_s].isDouble(), e > 0);
            const double ratio =
                line[u"peak_bytes"_s].toDouble() / line[u"predicted_bytes"_s].toDouble();
            QVERIFY2(std::fabs(ratio - 1) < 0.02, qPrintable(QString::number(ratio)));
        }
        QVERIFY(lines[11][u"train_mse"_s].toDouble() < 0.5 * lines[0][u"train_mse"_s].toDouble());
        const QJsonObject end = lines[12];
        QVERIFY(end[u"ok"_s].toBool());
        QVERIFY(end[u"test"_s].toObject()[u"mse"_s].toDouble() <
                0.5 * end[u"zero"_s].toObject()[u"mse"_s].toDouble());
        QVERIFY(end[u"zero"_s].toObject()[u"pearson"_s].isNull());
        QVERIFY(QFileInfo::exists(m_dir.filePath(u"run/model.safetensors"_s)));
        QVERIFY(QFileInfo::exists(m_dir.filePath(u"run/epochs.jsonl"_s)));
        QVERIFY(QFileInfo::exists(m_dir.filePath(u"run/result.json"_s)));

        const Result p = run(u"deep predict run/model.safetensors --data d.h5 --design d2 "
                             "-o map.npy --json"_s);
        QVERIFY2(p.code == 0, p.err.constData());
        const QJsonObject map = p.lines().first();
        QCOMPARE(map[u"shape"_s].toArray(), (QJsonArray{6, 6}));
        QCOMPARE(map[u"empty_cells"_s].toInt(), 6);
        QVERIFY(map[u"figures"_s].toObject()[u"prediction"_s].toObject()[u"pearson"_s].isDouble());
        QFile file(m_dir.filePath(u"map.npy"_s));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray bytes = file.readAll();
        QVERIFY(bytes.startsWith("\x93NUMPY"));
        QCOMPARE(bytes.size(), 128 + 36 * 4);
        QCOMPARE(run(u"congestion info map.npy --json"_s)
                     .lines()
                     .first()[u"map"_s]
                     .toObject()[u"finite"_s]
                     .toInt(),
                 30);
        QCOMPARE(run(u"deep predict run/model.safetensors --data d.h5 --design d2 --nodes "
                     "-o nodes.npy --json"_s)
                     .lines()
                     .first()[u"shape"_s]
                     .toArray(),
                 QJsonArray{120});
    }

    void sameSeedSameFigures() {
        const auto first = run(m_small + u"--epochs 3 --seed 2 -o a --json"_s).lines();
        const auto second = run(m_small + u"--epochs 3 --seed 2 -o b --json --threads 1"_s).lines();
        const auto third = run(m_small + u"--epochs 3 --seed 3 -o c --json"_s).lines();
        QCOMPARE(first.size(), 4);
        QCOMPARE(second.size(), 4);
        QCOMPARE(second[2][u"loss"_s].toDouble(), first[2][u"loss"_s].toDouble());
        QVERIFY(third[2][u"loss"_s].toDouble() != first[2][u"loss"_s].toDouble());
    }

    void severalSeedsAndBaselines() {
        const Result r = run(u"deep train --data d.h5 --layers 2 --channels 8 --block sage --loss "
                             "shrinkage --shrink-c 0.02 --epochs 2 --split node --seeds 1,2 "
                             "-o many --json"_s);
        QVERIFY2(r.code == 0, r.err.constData());
        QCOMPARE(r.lines().size(), 6);
        QVERIFY(r.lines()[0][u"selected"_s].isNull());
        QVERIFY(QFileInfo::exists(m_dir.filePath(u"many/seed-1/model.safetensors"_s)));
        QVERIFY(QFileInfo::exists(m_dir.filePath(u"many/seed-2/model.safetensors"_s)));
        const Result text = run(m_small + u"--storage A --epochs 1 -o text"_s);
        QCOMPARE(text.code, 0);
        QVERIFY(text.out.contains("all zeros: MSE"));
    }

    /// kill -9 at several moments; in the end the same weights as without.
    void whatWasKilledGoesOn() {
        const QString options = m_small + u"--loss mpgd --epochs 400 --seed 7 --threads 1 "_s;
        QVERIFY(run(options + u"-o whole"_s).code == 0);
        const QString snapshot = m_dir.filePath(u"killed/snapshot.safetensors"_s);
        int killed = 0;
        for (int attempt = 0; attempt < 2; ++attempt) {
            QProcess process;
            process.setWorkingDirectory(m_dir.path());
            process.setStandardInputFile(QProcess::nullDevice());
            process.start(QStringLiteral(OHMSCAPE_CLI),
                          (options + u"-o killed"_s).split(u' ', Qt::SkipEmptyParts));
            const QDateTime before = QFileInfo(snapshot).lastModified();
            QTRY_VERIFY_WITH_TIMEOUT(process.state() == QProcess::NotRunning ||
                                         QFileInfo(snapshot).lastModified() > before ||
                                         (!before.isValid() && QFileInfo::exists(snapshot)),
                                     60'000);
            if (process.state() == QProcess::Running) {
                process.kill();
                ++killed;
            }
            process.waitForFinished();
        }
        const QString result = m_dir.filePath(u"killed/result.json"_s);
        if (!QFileInfo::exists(result)) {
            const Result rest = run(options + u"-o killed --json"_s);
            QVERIFY2(rest.code == 0, rest.err.constData());
            QVERIFY(rest.lines().size() < 401 || killed == 0);
        }
        const auto weights = [&](const QString& folder) {
            QFile file(m_dir.filePath(folder + u"/model.safetensors"_s));
            if (!file.open(QIODevice::ReadOnly))
                return QByteArray();
            const QByteArray all = file.readAll(); // the header names the folder
            const auto size = qFromLittleEndian<quint64>(all.constData());
            return all.mid(8 + static_cast<qsizetype>(size));
        };
        QVERIFY(!weights(u"whole"_s).isEmpty());
        QCOMPARE(weights(u"killed"_s), weights(u"whole"_s));
        QVERIFY(!QFileInfo::exists(snapshot));
        QCOMPARE(run(options + u"-o killed --json"_s).error(), u"LEARN-014"_s);
    }

    void depthIsSwept() {
        const Result r = run(u"deep sweep --data d.h5 --depths 3,1 --networks gsr,b0,b2,gcn "
                             "--channels 16 --select 4 --epochs 2 -o depth.csv --json"_s);
        QVERIFY2(r.code == 0, r.err.constData());
        const auto lines = r.lines();
        QCOMPARE(lines.size(), 8);
        QCOMPARE(lines[0][u"layers"_s].toInt(), 1);
        QCOMPARE(lines[7][u"layers"_s].toInt(), 3);
        QVERIFY(lines[0][u"pearson"_s].isDouble());
        QVERIFY(lines[1][u"pearson"_s].isNull()); // a baseline, for time and memory alone
        // What is stored for every layer grows with them.
        QVERIFY(lines[6][u"peak_bytes"_s].toDouble() > lines[2][u"peak_bytes"_s].toDouble());
        QFile csv(m_dir.filePath(u"depth.csv"_s));
        QVERIFY(csv.open(QIODevice::ReadOnly));
        QCOMPARE(csv.readAll().count('\n'), 9);
        const Result large = run(u"deep sweep --data d.h5 --depths 50 --channels 16 --select 4 "
                                 "--most-memory 0.01 --json"_s);
        QCOMPARE(large.code, 0);
        QVERIFY(!large.lines().first()[u"ran"_s].toBool());
        QCOMPARE(run(u"deep sweep --data d.h5 --networks cnn --json"_s).error(), u"DEEP-002"_s);
        // These designs tell no pin's role.
        QCOMPARE(run(m_small + u"--label arrival -o x --json"_s).error(), u"DEEP-009"_s);
    }

    /// No test may depend on a GPU: `auto` does what is possible, `cuda` says so or trains.
    void devicesAreChosen() {
        const QString sweep = u"deep sweep --data d.h5 --depths 2 --networks gsr,gcn --channels 16 "
                              "--select 4 --epochs 1 --json --device "_s;
        const Result automatic = run(sweep + u"auto"_s);
        QVERIFY2(automatic.code == 0, automatic.err.constData());
        const auto points = automatic.lines();
        QCOMPARE(points.size(), 2);
        QCOMPARE(points[1][u"device"_s].toString(), u"cpu"_s); // GCN, wherever there is a GPU
        const QString at = points[0][u"device"_s].toString();
        QVERIFY(at == u"cpu"_s || at == u"cuda"_s);
        const Result forced = run(sweep + u"cuda"_s);
        const Result trained = run(m_small + u"--epochs 1 --device cuda -o on-cuda --json"_s);
        if (at == u"cpu"_s) {
            for (const Result& r : {forced, trained}) {
                QCOMPARE(r.error(), u"DEEP-011"_s);
                const QString text = r.lines().last()[u"error"_s].toObject()[u"text"_s].toString();
                QVERIFY2(text.contains(u"GPU"_s), qPrintable(text));
            }
            QVERIFY(trained.code == 1 && forced.code == 1);
            QVERIFY(!QFileInfo::exists(m_dir.filePath(u"on-cuda"_s))); // before anything is made
            QCOMPARE(run(u"bench deep --nodes 100 --edges 0 --layers 1 --channels 8 --device cuda "
                         "--json"_s)
                         .error(),
                     u"DEEP-011"_s);
        } else {
            QCOMPARE(forced.error(), u"DEEP-002"_s); // GCN
            QCOMPARE(forced.code, 3);
            QCOMPARE(trained.code, 0);
        }
        QVERIFY(run(m_small + u"--epochs 1 --device auto -o on-auto"_s).code == 0);
        QCOMPARE(run(m_small + u"--device tpu -o x --json"_s).error(), u"DEEP-002"_s);
        QCOMPARE(run(sweep + u"tpu"_s).error(), u"DEEP-002"_s);
    }

    /// Moments in 16 bits: 4 bytes less per weight, another recipe, stopped and gone on as usual.
    void momentsInSixteenBits() {
        const Result whole = run(m_small + u"--epochs 2 -o m32 --json"_s);
        const Result half = run(m_small + u"--epochs 2 --half-moments -o m16 --json"_s);
        QVERIFY2(half.code == 0, half.err.constData());
        const auto bytes = [](const Result& r) {
            return r.lines().first()[u"peak_bytes"_s].toDouble();
        };
        const double weights = whole.lines().last()[u"weights"_s].toDouble();
        const double saved = bytes(whole) - bytes(half);
        QVERIFY2(std::fabs(saved - 4 * weights) < 256, qPrintable(QString::number(saved)));
        QFile recipe(m_dir.filePath(u"m16/settings.yaml"_s));
        QVERIFY(recipe.open(QIODevice::ReadOnly) &&
                recipe.readAll().contains("half_moments: true"));
        QCOMPARE(
            run(u"deep train --data d.h5 --layers 2 --channels 16 --block gcn --half-moments -o x "
                "--json"_s)
                .error(),
            u"DEEP-002"_s);
    }

    void wrongUseIsTold() {
        QCOMPARE(run(m_small + u"--block cnn -o x --json"_s).error(), u"DEEP-002"_s);
        const Result impossible = run(m_small + u"--storage B --skip full -o x --json"_s);
        QCOMPARE(impossible.error(), u"DEEP-002"_s);
        QCOMPARE(impossible.code, 3);
        QCOMPARE(run(u"deep train --data none.h5 -o x"_s).code, 3);
        QCOMPARE(run(m_small + u"--test-designs nobody -o x --json"_s).error(), u"CONG-051"_s);
        QCOMPARE(run(u"deep train"_s).code, 2);
        QVERIFY(run(m_small + u"--epochs 1 -o run1"_s).code == 0);
        const Result nobody =
            run(u"deep predict run1/model.safetensors --data d.h5 --design x -o y.npy --json"_s);
        QCOMPARE(nobody.error(), u"DEEP-009"_s);
        QCOMPARE(nobody.code, 3);
        QCOMPARE(run(u"deep predict d.h5 --data d.h5 --design d1 -o y.npy"_s).code, 3);
        QVERIFY(!QFileInfo::exists(m_dir.filePath(u"y.npy"_s)));
    }
};

QTEST_GUILESS_MAIN(TestDeepCli)
#include "tst_deepcli.moc"
