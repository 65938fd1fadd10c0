// SPDX-License-Identifier: GPL-3.0-or-later
// Bars with a direction: order, keys, export, both themes.
#include "widgets/common/palette.h"
#include "widgets/common/signedbars.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace ohm::widgets;
using namespace Qt::StringLiterals;

class TestSignedBars : public QObject {
    Q_OBJECT
private slots:
    void longestFirst() {
        SignedBars bars(u"importance"_s);
        bars.resize(400, 200);
        bars.setEmptyText(u"nothing yet"_s);
        QCOMPARE(bars.accessibleDescription(), u"nothing yet"_s);
        QVERIFY(!bars.grab().isNull());
        QVERIFY(!bars.renderable().paint);
        bars.setBars({{u"a"_s, 0.1, 0.5}, {u"b"_s, 0.7, -0.9}, {u"c"_s, 0.2, 0}});
        QCOMPARE(bars.bars()[0].name, u"b"_s);
        QCOMPARE(bars.accessibleDescription(), u"b 70 %, c 20 %, a 10 %"_s);
    }

    void keysAndPointer() {
        SignedBars bars(u"importance"_s);
        bars.resize(400, 200);
        bars.show();
        bars.setBars({{u"a"_s, 0.1, 0.5}, {u"b"_s, 0.7, -0.9}});
        QSignalSpy spy(&bars, &SignedBars::barClicked);
        QTest::keyClick(&bars, Qt::Key_Down);
        QTest::keyClick(&bars, Qt::Key_Down);
        QTest::keyClick(&bars, Qt::Key_Down); // stays at the end
        QCOMPARE(bars.current(), 1);
        QCOMPARE(spy.last()[0].toString(), u"a"_s);
        QTest::keyClick(&bars, Qt::Key_Up);
        QCOMPARE(bars.current(), 0);
        QTest::mouseClick(&bars, Qt::LeftButton, {}, QPoint(100, 8));
        QCOMPARE(spy.last()[0].toString(), u"b"_s);
        const auto clicks = spy.count();
        QTest::mouseClick(&bars, Qt::LeftButton, {}, QPoint(100, 190)); // below them
        QCOMPARE(spy.count(), clicks);
    }

    void themesAndExport() {
        SignedBars bars(u"importance"_s);
        bars.resize(400, 200);
        bars.setTitles(u"raises"_s, u"lowers"_s);
        bars.setBars({{u"a"_s, 0.1, 0.5}, {u"b"_s, 0.7, -0.9}});
        bars.setPalette(darkPalette());
        QVERIFY(bars.grab().toImage().pixelColor(395, 195).lightness() < 100);
        const QTemporaryDir dir;
        for (const QString& suffix : {u"png"_s, u"svg"_s, u"csv"_s})
            QVERIFY(exportTo(bars.renderable(), dir.filePath(u"b."_s + suffix)));
        QFile csv(dir.filePath(u"b.csv"_s));
        QVERIFY(csv.open(QIODevice::ReadOnly));
        QVERIFY(csv.readAll().contains("b,0.7,-0.9"));
    }
};

QTEST_MAIN(TestSignedBars)
#include "tst_signedbars.moc"
