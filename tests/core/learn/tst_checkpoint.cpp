// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/checkpoint.h"
#include "core/learn/torchengine.h"
#include "core/nn/network.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace ohm;

class TestCheckpoint : public QObject {
    Q_OBJECT
private:
    static learn::Checkpoint sample() {
        learn::Checkpoint c;
        c.spec.hidden = 8;
        c.spec.layers = 2;
        c.target = "gain";
        c.recipe = "name: x\n";
        c.seen.properties = 1;
        c.seen.byCode[3] = {{0.5F, 2.0F}};
        c.seen.embeddingMean = {1, 2};
        c.seen.embeddingDeviation = {3, 4};
        c.seen.distanceScale = 1.25;
        c.featureSchema = "resistive";
        c.featureNames = {"a", "b"};
        c.normalization.properties = 1;
        c.normalization.byCode[5] = {{1.5, 2e-12}};
        c.normalization.labelMean = 0.25;
        c.provenance = {{"seed", "3"}};
        c.weights = nn::Network::create(c.spec, 3)->state();
        c.training = learn::Checkpoint::Training{42, 0.5, {{"adam_mean", {2}, {1, 2}}}};
        return c;
    }
private slots:
    void roundTrip() {
        QTemporaryDir folder;
        const auto path = folder.filePath("c.safetensors").toStdString();
        const auto c = sample();
        QVERIFY(learn::writeCheckpoint(c, path).ok());
        const auto read = learn::readCheckpoint(path);
        QVERIFY2(read.ok(), read.ok() ? "" : read.error().message().c_str());
        QVERIFY(read->spec == c.spec && read->normalization == c.normalization);
        QVERIFY(read->provenance == c.provenance && read->featureNames == c.featureNames);
        QCOMPARE(read->training->step, 42);
        QCOMPARE(read->training->bestLoss, 0.5);
        QCOMPARE(read->target, c.target);
        QCOMPARE(read->recipe, c.recipe);
        QVERIFY(read->seen.byCode == c.seen.byCode);
        QCOMPARE(read->seen.distanceScale, 1.25);
        const auto header = learn::readCheckpointHeader(path);
        QVERIFY(header.ok() && header->weights.empty() && header->spec == c.spec);
        QCOMPARE(read->weights.size(), c.weights.size());
        for (const auto& array : c.weights) {
            const auto found = std::find_if(read->weights.begin(), read->weights.end(),
                                            [&](const auto& w) { return w.name == array.name; });
            QVERIFY(found != read->weights.end());
            QVERIFY(found->values == array.values && found->shape == array.shape);
        }
        QVERIFY(learn::makeTorchEngine()->load(*read).ok());
    }
    void damagedFilesAreRefused() {
        QTemporaryDir folder;
        const QString path = folder.filePath("c.safetensors");
        QVERIFY(learn::writeCheckpoint(sample(), path.toStdString()).ok());
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray whole = file.readAll();
        const auto codeOf = [&](const QByteArray& bytes) {
            QFile out(folder.filePath("bad"));
            if (!out.open(QIODevice::WriteOnly))
                return std::string("cannot write");
            out.write(bytes);
            out.close();
            const auto read = learn::readCheckpoint(out.fileName().toStdString());
            return read.ok() ? std::string("ok") : read.error().code;
        };
        QCOMPARE(codeOf(""), std::string("LEARN-001"));
        QCOMPARE(codeOf("PK\x03\x04 some other archive"), std::string("LEARN-001"));
        QCOMPARE(codeOf(whole.left(whole.size() - 8)), std::string("LEARN-003"));
        QByteArray version = whole;
        version.replace("\\\"version\\\":1", "\\\"version\\\":9");
        QCOMPARE(codeOf(version), std::string("LEARN-002"));
        for (int i = 0; i < 300; ++i) {
            QByteArray bytes = whole;
            bytes[i * 7] = static_cast<char>(bytes[i * 7] ^ 0x15);
            codeOf(bytes); // any answer but a crash
        }
    }
    void weightsOfAnotherNetworkAreRefused() {
        auto c = sample();
        c.spec.layers = 3;
        QCOMPARE(learn::makeTorchEngine()->load(c).error().code, std::string("NN-011"));
    }
};

QTEST_GUILESS_MAIN(TestCheckpoint)
#include "tst_checkpoint.moc"
