// SPDX-License-Identifier: GPL-3.0-or-later
// Fuzzy matching and the command palette.
#include "widgets/common/commandpalette.h"
#include "widgets/common/fuzzymatcher.h"

#include <QLineEdit>
#include <QListView>
#include <QSignalSpy>
#include <QTest>

using namespace ohm::widgets;

class TestPalette : public QObject {
    Q_OBJECT
private slots:
    void scores_data() {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<QString>("better");
        QTest::addColumn<QString>("worse");
        QTest::newRow("prefix before middle") << "net"
                                              << "net5"
                                              << "xnet5";
        QTest::newRow("word start before middle") << "out"
                                                  << "x1.out"
                                                  << "x1.layout";
        QTest::newRow("run before scattered") << "vdd"
                                              << "vdd"
                                              << "v1.d.d";
        QTest::newRow("whole before longer") << "m1"
                                             << "m1"
                                             << "m10";
        QTest::newRow("initials before inner letters") << "so"
                                                       << "Simulate operating point"
                                                       << "Resistor";
        QTest::newRow("short before long") << "ab"
                                           << "ab c"
                                           << "ab c d e f g h i j k l m n o";
        QTest::newRow("case does not matter") << "NET"
                                              << "Net5"
                                              << "not even this";
    }
    void scores() {
        QFETCH(QString, pattern);
        QFETCH(QString, better);
        QFETCH(QString, worse);
        const auto a = fuzzyScore(pattern, better);
        const auto b = fuzzyScore(pattern, worse);
        QVERIFY(a.has_value());
        QVERIFY(!b.has_value() || *a > *b);
    }

    void positions() {
        QVector<int> at;
        QVERIFY(fuzzyScore(u"vt", u"x.vout", &at));
        QCOMPARE(at, (QVector<int>{2, 5}));
        at.clear();
        QVERIFY(fuzzyScore(u"out x", u"x.out", &at)); // words in any order
        QCOMPARE(at, (QVector<int>{0, 2, 3, 4}));
        QVERIFY(!fuzzyScore(u"tuo", u"x.out"));
        QVERIFY(!fuzzyScore(u"abc", u""));
        QVERIFY(fuzzyScore(u"", u"anything"));
        QVERIFY(fuzzyScore(u"µa", u"1 µA"));
    }

    void indexAgreesWithScore() {
        FuzzyIndex index;
        const QStringList texts{QStringLiteral("vdd"), QStringLiteral("x1.vdd"),
                                QStringLiteral("vss"), QStringLiteral("bias_d"),
                                QStringLiteral("VDD2")};
        for (const QString& text : texts)
            index.add(text);
        QCOMPARE(index.size(), 5);
        const auto hits = index.best(u"vdd", 10);
        QCOMPARE(hits.size(), 3);
        QCOMPARE(hits.first().index, 0);
        for (const FuzzyHit& hit : hits)
            QCOMPARE(hit.score, *fuzzyScore(u"vdd", texts[hit.index]));
        QCOMPARE(index.best(u"", 2).size(), 2);
        QCOMPARE(index.best(u"vdd", 1).size(), 1);
        QCOMPARE(index.best(u"vdd", 0).size(), 0);
        QCOMPARE(FuzzyIndex().best(u"a", 5).size(), 0);
    }

    void indexFindsOneInManyThousand() {
        FuzzyIndex index;
        index.reserve(100000);
        for (int i = 0; i < 100000; ++i)
            index.add(QStringLiteral("xcore.xblock%1.net%2").arg(i / 100).arg(i));
        const auto hits = index.best(u"net77777", 50);
        QVERIFY(!hits.isEmpty());
        QCOMPARE(hits.first().index, 77777);
        QCOMPARE(index.best(u"x", 200).size(), 200);
    }

    void paletteChoosesByKeyboard() {
        QWidget window;
        window.resize(900, 600);
        window.show();
        CommandPalette palette(&window);
        auto commands = std::make_shared<QVector<PaletteEntry>>();
        commands->append({QStringLiteral("sim"),
                          QStringLiteral("Simulate"),
                          {},
                          QStringLiteral("F5"),
                          QStringLiteral("simulate"),
                          true});
        commands->append(
            {QStringLiteral("stop"), QStringLiteral("Stop simulation"), {}, {}, {}, false});
        auto nets = std::make_shared<QVector<PaletteEntry>>();
        for (int i = 0; i < 500; ++i)
            nets->append({QString::number(i),
                          QStringLiteral("sim%1").arg(i),
                          {},
                          {},
                          QStringLiteral("net"),
                          true});
        palette.setSources(
            {{QStringLiteral("Commands"), u'>', commands}, {QStringLiteral("Nets"), u'@', nets}});
        QSignalSpy chosen(&palette, &CommandPalette::chosen);
        QSignalSpy closed(&palette, &CommandPalette::closed);
        palette.popup(&window);
        auto* edit = palette.findChild<QLineEdit*>();
        auto* view = palette.findChild<QListView*>();
        QCOMPARE(palette.resultCount(), 200);
        QTest::keyClicks(edit, QStringLiteral(">si"));
        QCOMPARE(palette.resultCount(), 2);
        QTest::keyClick(edit, Qt::Key_Return);
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen.first(), (QVariantList{QStringLiteral("Commands"), QStringLiteral("sim")}));
        QVERIFY(!palette.isVisible());
        QCOMPARE(closed.count(), 1);

        palette.popup(&window, QStringLiteral("@sim499"));
        QCOMPARE(palette.resultCount(), 1);
        QTest::keyClick(edit, Qt::Key_Enter);
        QCOMPARE(chosen.last(), (QVariantList{QStringLiteral("Nets"), QStringLiteral("499")}));

        palette.popup(&window, QStringLiteral("@sim"));
        QTest::keyClick(edit, Qt::Key_Down);
        QCOMPARE(view->currentIndex().row(), 1);
        QTest::keyClick(edit, Qt::Key_Up);
        QTest::keyClick(edit, Qt::Key_Up); // wraps
        QCOMPARE(view->currentIndex().row(), 199);
        QTest::keyClick(edit, Qt::Key_PageUp);
        QCOMPARE(view->currentIndex().row(), 188);
        QTest::keyClick(edit, Qt::Key_Escape);
        QVERIFY(!palette.isVisible());

        palette.popup(&window, QStringLiteral(">stop"));
        QTest::keyClick(edit, Qt::Key_Return); // disabled: nothing happens
        QCOMPARE(chosen.count(), 2);
        palette.popup(&window, QStringLiteral("zzzz"));
        QCOMPARE(palette.resultCount(), 0);
        QTest::keyClick(edit, Qt::Key_Return);
        QTest::keyClick(edit, Qt::Key_Down);
        QCOMPARE(chosen.count(), 2);
    }

    void emptySourcesAreFine() {
        QWidget window;
        window.show();
        CommandPalette palette(&window);
        palette.popup(&window);
        palette.setSources({{QStringLiteral("Nothing"), QChar(), nullptr}});
        QCOMPARE(palette.resultCount(), 0);
        QVERIFY(!palette.grab().isNull());
    }
};

QTEST_MAIN(TestPalette)
#include "tst_palette.moc"
