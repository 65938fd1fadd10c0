// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/recipe.h"

#include <QDir>
#include <QTest>

using namespace ohm;

class TestRecipe : public QObject {
    Q_OBJECT
private slots:
    void textReadsBackEqual() {
        learn::Recipe r;
        r.name = "a name: with # signs";
        r.data = {"x.h5", "ladder:2-10:100:seed=1"};
        r.network.architecture = "gat";
        r.peakRate = 3e-4;
        r.keepBest = true;
        const auto again = learn::parseRecipe(learn::recipeText(r));
        QVERIFY2(again.ok(), again.ok() ? "" : again.error().message().c_str());
        QCOMPARE(learn::recipeText(*again), learn::recipeText(r));
        QCOMPARE(again->name, r.name);
        QVERIFY(again->data == r.data);
        QVERIFY(again->network == r.network);
    }
    void badRecipesSayWhere_data() {
        QTest::addColumn<QString>("yaml");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("where");
        QTest::newRow("not yaml") << "a: [1" << "LEARN-020" << "";
        QTest::newRow("a list") << "- 1" << "LEARN-020" << "";
        QTest::newRow("unknown key") << "stepz: 3" << "LEARN-021" << "stepz";
        QTest::newRow("unknown network key") << "network: {lairs: 3}" << "LEARN-021"
                                             << "network.lairs";
        QTest::newRow("key twice") << "steps: 3\nbatch: 2\nsteps: 4" << "LEARN-021" << "steps";
        QTest::newRow("word for number") << "steps: many" << "LEARN-021" << "steps";
        QTest::newRow("no steps") << "steps: 0" << "LEARN-021" << "steps";
        QTest::newRow("architecture") << "network: {architecture: rnn}" << "LEARN-021"
                                      << "network.architecture";
        QTest::newRow("shares") << "validation_share: 0.6\ntest_share: 0.5" << "LEARN-021"
                                << "validation_share";
    }
    void badRecipesSayWhere() {
        QFETCH(QString, yaml);
        QFETCH(QString, code);
        QFETCH(QString, where);
        const auto r = learn::parseRecipe(yaml.toStdString());
        QVERIFY(!r.ok());
        QCOMPARE(QString::fromStdString(r.error().code), code);
        QVERIFY(QString::fromStdString(r.error().where).contains(where));
    }
    void settings() {
        learn::Recipe r;
        auto changed = learn::withSetting(r, "network.layers=5");
        QVERIFY(changed.ok());
        QCOMPARE(changed->network.layers, 5);
        changed = learn::withSetting(r, "data=[a.h5, b.h5]");
        QVERIFY(changed.ok());
        QCOMPARE(changed->data.size(), std::size_t{2});
        QVERIFY(!learn::withSetting(r, "layers=5").ok());
        QVERIFY(!learn::withSetting(r, "network.layers").ok());
    }
    void shippedRecipesAreSound() {
        const QDir folder(QStringLiteral(OHMSCAPE_SOURCE_DIR "/resources/recipes"));
        const auto files = folder.entryInfoList({"*.yaml"});
        QVERIFY(!files.isEmpty());
        for (const auto& file : files) {
            const auto r = learn::readRecipe(file.filePath().toStdString());
            QVERIFY2(r.ok(), r.ok() ? "" : r.error().message().c_str());
            QCOMPARE(r->name, file.completeBaseName().toStdString());
            QVERIFY(!r->description.empty());
        }
    }
};

QTEST_GUILESS_MAIN(TestRecipe)
#include "tst_recipe.moc"
