// SPDX-License-Identifier: GPL-3.0-or-later
// Parallel coordinates: brushing with pointer and keys, order and flips, export, many rows.
#include "widgets/common/palette.h"
#include "widgets/parallel/parallelview.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace ohm::widgets;
using namespace Qt::StringLiterals;

class TestParallelView : public QObject {
    Q_OBJECT
private:
    /// Rows 0..9 with x = row, y = 9 - row, z = 10^row.
    static void fill(ParallelView& view) {
        ParallelAxis x{u"x"_s, u"V"_s}, y{u"y"_s}, z{u"z"_s, u"Hz"_s};
        x.low = 0;
        x.high = 9;
        y.from = 5;
        view.setAxes({x, y, z});
        std::vector<float> rows;
        for (int i = 0; i < 10; ++i) {
            rows.push_back(static_cast<float>(i));
            rows.push_back(static_cast<float>(9 - i));
            rows.push_back(std::pow(10.0F, static_cast<float>(i)));
        }
        view.setRows(rows);
    }
    static QVector<int> brushedRows(const ParallelView& view) {
        QVector<int> rows;
        for (int r = 0; r < view.rowCount(); ++r) {
            if (view.isBrushed(r))
                rows << r;
        }
        return rows;
    }
    static QPoint onAxis(const ParallelView& view, int row, int axis, double up = 0) {
        return (view.placeOf(row, axis) - QPointF(0, up)).toPoint();
    }
    static void drag(QWidget& view, QPoint from, QPoint to) {
        QTest::mousePress(&view, Qt::LeftButton, {}, from);
        for (int i = 1; i <= 4; ++i) {
            const QPoint at = from + (to - from) * i / 4;
            QMouseEvent move(QEvent::MouseMove, at, view.mapToGlobal(at), Qt::NoButton,
                             Qt::LeftButton, {});
            QApplication::sendEvent(&view, &move);
        }
        QTest::mouseRelease(&view, Qt::LeftButton, {}, to);
    }

private slots:
    void brushesByDragging() {
        ParallelView view(u"designs"_s);
        view.resize(600, 300);
        view.show();
        fill(view);
        QCOMPARE(view.brushedCount(), 10);
        QSignalSpy spy(&view, &ParallelView::brushed);
        drag(view, onAxis(view, 2, 0, -8), onAxis(view, 6, 0, 8)); // x from 2 to 6
        QVERIFY(spy.count() > 0);
        QCOMPARE(brushedRows(view), (QVector<int>{2, 3, 4, 5, 6}));
        drag(view, onAxis(view, 5, 1, -8), onAxis(view, 0, 1, 8)); // and y from 4 upwards
        QCOMPARE(brushedRows(view), (QVector<int>{2, 3, 4, 5}));
        drag(view, onAxis(view, 8, 1, -8), onAxis(view, 6, 1, 8)); // or y from 1 to 3
        QCOMPARE(brushedRows(view), (QVector<int>{2, 3, 4, 5, 6}));
        QVERIFY(view.accessibleDescription().contains(u"5 of 10"_s));
        // The first brush is moved up by one row, then its lower end pulled down to row 1.
        const double step = onAxis(view, 0, 0).y() - onAxis(view, 1, 0).y();
        drag(view, onAxis(view, 4, 0), onAxis(view, 4, 0) - QPoint(0, int(std::lround(step))));
        QCOMPARE(brushedRows(view), (QVector<int>{3, 4, 5, 6, 7}));
        // A click takes a brush away.
        QTest::mouseClick(&view, Qt::LeftButton, {}, onAxis(view, 5, 0));
        QCOMPARE(view.brushes().size(), 2);
        QTest::keyClick(&view, Qt::Key_Escape);
        QVERIFY(view.brushes().isEmpty());
        QCOMPARE(view.brushedCount(), 10);
    }

    void resizesBrushes() {
        ParallelView view(u"designs"_s);
        view.resize(600, 300);
        view.show();
        fill(view);
        view.setBrushes({{0, 6, 3}}); // ends in any order
        QCOMPARE(view.brushes()[0], (ParallelBrush{0, 3, 6}));
        QCOMPARE(brushedRows(view), (QVector<int>{3, 4, 5, 6}));
        drag(view, onAxis(view, 6, 0), onAxis(view, 8, 0, 4));
        QCOMPARE(brushedRows(view), (QVector<int>{3, 4, 5, 6, 7, 8}));
        drag(view, onAxis(view, 3, 0), onAxis(view, 5, 0, -4));
        QCOMPARE(brushedRows(view), (QVector<int>{5, 6, 7, 8}));
        view.setBrushes({{7, 0, 1}, {0, std::nan(""), 1}}); // nonsense is left out
        QVERIFY(view.brushes().isEmpty());
    }

    void keyboardAlone() {
        ParallelView view(u"designs"_s);
        view.resize(600, 300);
        view.show();
        view.setFocus();
        fill(view);
        QTest::keyClick(&view, Qt::Key_Right);
        QCOMPARE(view.focusedPlace(), 1);
        QTest::keyClick(&view, Qt::Key_Return); // what is asked for: y from 5
        QCOMPARE(brushedRows(view), (QVector<int>{0, 1, 2, 3, 4}));
        QVERIFY(view.accessibleDescription().contains(u"Axis y, 2 of 3"_s));
        QTest::keyClick(&view, Qt::Key_Delete);
        QCOMPARE(view.brushedCount(), 10);
        QTest::keyClick(&view, Qt::Key_Up); // the upper half
        QCOMPARE(view.brushes().size(), 1);
        const double before = view.brushes()[0].high;
        QTest::keyClick(&view, Qt::Key_Down, Qt::ShiftModifier);
        QVERIFY(view.brushes()[0].high < before);
        QTest::keyClick(&view, Qt::Key_Left, Qt::ControlModifier);
        QCOMPARE(view.order(), (QVector<int>{1, 0, 2}));
        QCOMPARE(view.focusedPlace(), 0);
        const double y = view.placeOf(0, 1).y();
        QTest::keyClick(&view, Qt::Key_F);
        QVERIFY(view.isFlipped(1));
        QVERIFY(view.placeOf(0, 1).y() > y + 50);
        QTest::keyClick(&view, Qt::Key_End);
        QCOMPARE(view.focusedPlace(), 2);
    }

    void reordersAndFlipsByPointer() {
        ParallelView view(u"designs"_s);
        view.resize(600, 300);
        view.show();
        fill(view);
        QSignalSpy spy(&view, &ParallelView::orderChanged);
        drag(view, view.titleRect(0).center().toPoint(), view.titleRect(2).center().toPoint());
        QCOMPARE(view.order(), (QVector<int>{1, 2, 0}));
        QTest::mouseDClick(&view, Qt::LeftButton, {}, view.titleRect(0).center().toPoint());
        QVERIFY(view.isFlipped(1));
        QCOMPARE(spy.count(), 2);
        // The same axes again keep order and brushes; others do not.
        view.setBrushes({{1, 2, 5}});
        fill(view);
        QCOMPARE(view.order(), (QVector<int>{1, 2, 0}));
        QCOMPARE(view.brushes().size(), 1);
        view.setAxes({{u"a"_s, {}}, {u"b"_s, {}}});
        QCOMPARE(view.order(), (QVector<int>{0, 1}));
        QVERIFY(view.brushes().isEmpty());
    }

    void clicksSelect() {
        ParallelView view(u"designs"_s);
        view.resize(600, 300);
        view.show();
        fill(view);
        QSignalSpy spy(&view, &ParallelView::rowClicked);
        const QPointF at = view.placeOf(7, 0) * 0.75 + view.placeOf(7, 1) * 0.25;
        QTest::mouseClick(&view, Qt::LeftButton, {}, at.toPoint());
        QCOMPARE(spy.count(), 1);
        QCOMPARE(view.selected(), 7);
        view.setBrushes({{0, 0, 3}}); // what is faded is not clicked
        QTest::mouseClick(&view, Qt::LeftButton, {}, at.toPoint());
        QCOMPARE(spy.count(), 1);
    }

    void gapsAndConstants() {
        ParallelView view(u"designs"_s);
        view.resize(400, 250);
        view.setAxes({{u"a"_s, {}}, {u"b"_s, {}}, {u"c"_s, {}}});
        const float nan = std::nanf("");
        view.setRows({1, nan, 5, 1, 2, 5, 1, INFINITY, 5});
        view.show();
        QVERIFY(!view.grab().isNull());
        QVERIFY(std::isnan(view.placeOf(0, 1).y()));
        view.setBrushes({{1, 0, 10}}); // what is not known lies in no brush
        QCOMPARE(brushedRows(view), QVector<int>{1});
        view.setRows({});
        QVERIFY(!view.grab().isNull());
        view.setAxes({});
        view.setRows({});
        QTest::keyClick(&view, Qt::Key_Return);
        QVERIFY(!view.grab().isNull());
    }

    void themesAndExport() {
        ParallelView view(u"designs"_s);
        view.resize(600, 300);
        view.show();
        fill(view);
        view.setClasses({0, 0, 0, 0, 0, 1, 1, 1, 1, 1},
                        {{u"fail"_s, seriesColour(0, false)}, {u"pass"_s, seriesColour(1, false)}});
        view.setPalette(lightPalette());
        const QImage light = view.grab().toImage();
        view.setPalette(darkPalette());
        const QImage dark = view.grab().toImage();
        QVERIFY(light.pixelColor(2, 150).lightness() > dark.pixelColor(2, 150).lightness() + 100);
        const QTemporaryDir dir;
        view.setBrushes({{0, 0, 3}});
        for (const QString& suffix : {u"png"_s, u"svg"_s, u"pdf"_s, u"csv"_s}) {
            const QString path = dir.filePath(u"p."_s + suffix);
            QVERIFY(exportTo(view.renderable(), path));
            QVERIFY(QFileInfo(path).size() > 20);
        }
        QFile csv(dir.filePath(u"p.csv"_s));
        QVERIFY(csv.open(QIODevice::ReadOnly));
        const QByteArrayList lines = csv.readAll().trimmed().split('\n');
        QCOMPARE(lines.size(), 5); // a heading and what is brushed
        QVERIFY(lines[0].contains("x (V)"));
    }

    /// The house does not assert speed; this says it, and that a drag over many rows ends well.
    void manyRows() {
        ParallelView view(u"designs"_s);
        view.resize(900, 350);
        QVector<ParallelAxis> axes;
        for (int a = 0; a < 17; ++a)
            axes << ParallelAxis{u"axis%1"_s.arg(a), {}};
        view.setAxes(axes);
        std::vector<float> rows;
        quint32 state = 1;
        for (int i = 0; i < 5000 * 17; ++i) {
            state = state * 1664525U + 1013904223U;
            rows.push_back(1 + static_cast<float>(state >> 8) / 16777216.0F);
        }
        view.setRows(rows);
        view.show();
        QElapsedTimer clock;
        clock.start();
        view.grab();
        const qint64 whole = clock.restart();
        drag(view, QPoint(view.axisRect(3).center().toPoint()) + QPoint(0, 60),
             view.axisRect(3).center().toPoint() - QPoint(0, 60));
        const qint64 dragged = clock.restart() / 4;
        view.grab();
        qInfo("5,000 rows over 17 axes: whole %lld ms, a step of a drag %lld ms, while dragging "
              "%lld ms",
              static_cast<long long>(whole), static_cast<long long>(dragged),
              static_cast<long long>(clock.elapsed()));
        QVERIFY(view.brushedCount() > 1000 && view.brushedCount() < 4000);
    }
};

QTEST_MAIN(TestParallelView)
#include "tst_parallelview.moc"
