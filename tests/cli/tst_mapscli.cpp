// SPDX-License-Identifier: GPL-3.0-or-later
// litho simulate --made and maps train, eval, predict, against the real process.
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

class TestMapsCli : public QObject {
    Q_OBJECT
private:
    QTemporaryDir m_dir;
    int m_code = -1;
    QByteArray m_out, m_err;
    QList<QJsonObject> run(const QString& command) {
        QProcess process;
        process.setWorkingDirectory(m_dir.path());
        process.setStandardInputFile(QProcess::nullDevice());
        process.start(QStringLiteral(OHMSCAPE_CLI), command.split(u' ', Qt::SkipEmptyParts));
        m_code = -1;
        if (!process.waitForFinished(120000)) {
            process.kill();
            process.waitForFinished();
            return {};
        }
        if (process.exitStatus() == QProcess::NormalExit)
            m_code = process.exitCode();
        m_out = process.readAllStandardOutput();
        m_err = process.readAllStandardError();
        QList<QJsonObject> lines;
        for (const QByteArray& line : m_out.split('\n')) {
            if (!line.isEmpty())
                lines << QJsonDocument::fromJson(line).object();
        }
        return lines;
    }
    QString error(const QString& command) {
        const auto lines = run(command + u" --json"_s);
        return lines.isEmpty() ? QString()
                               : lines.last()[u"error"_s].toObject()[u"code"_s].toString();
    }

private slots:
    void masksAreMadeAndLearned() {
        const auto made = run(u"litho simulate --made 12 --seed 3 --pixels 128 -o made.h5 --json "
                              "--threads 1"_s);
        QVERIFY2(m_code == 0, m_err.constData());
        QCOMPARE(made.first()[u"samples"_s].toInt(), 12);
        const QString train =
            u"maps train --data made.h5 --target aerial_nominal --width 2 --norm none --epochs 2 "
            "--batch 4 --rate 0.003 --loss mpgd --threshold 0.01 --threads 1 "_s;
        const auto lines = run(train + u"-o run --json"_s);
        QVERIFY2(m_code == 0, m_err.constData());
        QCOMPARE(lines.size(), 3);
        QVERIFY(lines[0][u"selected"_s].isDouble());
        QVERIFY(lines[0][u"overlap"_s].isNull());
        QVERIFY(lines[1][u"overlap"_s].isDouble());
        const QJsonObject test = lines[2][u"test"_s].toObject()[u"aerial_nominal"_s].toObject();
        for (const auto& name : {u"mse"_s, u"nrmse"_s, u"ssim"_s, u"max_error"_s, u"p99_error"_s})
            QVERIFY2(test[name].isDouble(), qPrintable(name));
        QCOMPARE(error(train + u"-o run"_s), u"LEARN-014"_s);

        const auto eval = run(u"maps eval run/model.safetensors --data made.h5 --hotspot 0.225 "
                              "--json --threads 1"_s);
        QVERIFY2(m_code == 0, m_err.constData());
        QCOMPARE(eval.first()[u"images"_s].toInt(), 12);
        QVERIFY(eval.first()[u"zero"_s].toObject().contains(u"aerial_nominal"_s));
        const auto first = run(u"maps predict run/model.safetensors --data made.h5 --sample "
                               "made/wires-0 -o a.npy --json"_s);
        if (m_code != 0) // it may be one of contacts
            run(u"maps predict run/model.safetensors --data made.h5 --sample made/contacts-0 -o "
                "a.npy --json"_s);
        QVERIFY2(m_code == 0, m_err.constData());
        QCOMPARE(QFileInfo(m_dir.filePath(u"a.npy"_s)).size(), 128 + 128 * 128 * 4);
        QVERIFY(QFileInfo::exists(m_dir.filePath(u"run/result.json"_s)));
        QVERIFY(QFileInfo::exists(m_dir.filePath(u"run/settings.yaml"_s)));
    }

    void wrongUseIsTold() {
        run(u"litho simulate --made 4 --pixels 128 -o few.h5 --threads 1"_s);
        QCOMPARE(m_code, 0);
        QCOMPARE(error(u"maps train --data few.h5 --target heat -o x"_s), u"MAPS-001"_s);
        QCOMPARE(error(u"maps train --data none.h5 -o x"_s), u"BASE-001"_s);
        QCOMPARE(error(u"maps train --data few.h5 --test-families a -o x"_s), u"MAPS-003"_s);
        QCOMPARE(error(u"maps train --data few.h5 --loss l1 -o x"_s), u"DEEP-002"_s);
        QCOMPARE(error(u"maps train --data few.h5 --quantile 3 -o x"_s), u"DEEP-002"_s);
        run(u"maps train --data few.h5"_s);
        QCOMPARE(m_code, 2);
        run(u"maps eval few.h5 --data few.h5"_s);
        QCOMPARE(m_code, 3);
        QCOMPARE(error(u"litho simulate -o y.h5"_s), u"CLI-005"_s);
        QCOMPARE(m_code, 2);
    }
};

QTEST_GUILESS_MAIN(TestMapsCli)
#include "tst_mapscli.moc"
