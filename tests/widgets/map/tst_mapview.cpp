// SPDX-License-Identifier: GPL-3.0-or-later
// Maps side by side: colours, linked places, reading, exports.
#include "widgets/common/palette.h"
#include "widgets/common/ramp.h"
#include "widgets/map/mapview.h"

#include <QFile>
#include <QMouseEvent>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QWheelEvent>

#include <cmath>

using namespace ohm::widgets;

namespace {

std::vector<float> ramp(int columns, int rows, float step = 0.01F) {
    std::vector<float> values;
    for (int k = 0; k < columns * rows; ++k)
        values.push_back(static_cast<float>(k) * step);
    return values;
}

QColor pixel(MapView& view, QPointF at) {
    return view.grab().toImage().pixelColor(at.toPoint());
}

bool close(const QColor& a, const QColor& b) {
    return std::abs(a.red() - b.red()) < 6 && std::abs(a.green() - b.green()) < 6 &&
           std::abs(a.blue() - b.blue()) < 6;
}

} // namespace

class TestMapView : public QObject {
    Q_OBJECT
private:
    static void fill(MapView& view) {
        view.resize(900, 360);
        view.setPalette(lightPalette());
        auto truth = ramp(10, 6);
        auto predicted = truth;
        predicted[12] += 0.2F; // column 2, row 1
        predicted[59] -= 0.1F;
        view.setComparison(10, 6, predicted, truth);
        view.show();
    }

private slots:
    void scalesAreShared() {
        MapView view(QStringLiteral("Maps"));
        fill(view);
        QCOMPARE(view.panels().size(), std::size_t{3});
        const MapScale values = view.scale(false);
        QCOMPARE(values.low, 0.0);
        QVERIFY(std::abs(values.high - 0.59) < 1e-6);
        const MapScale errors = view.scale(true);
        QVERIFY(std::abs(errors.high - 0.2) < 1e-6);
        QCOMPARE(errors.low, -errors.high);
        view.setValueScale(0, 2);
        QCOMPARE(view.scale(false).high, 2.0);
        view.setValueScale(0, 0); // back to the data
        QVERIFY(std::abs(view.scale(false).high - 0.59) < 1e-6);
        view.setDeviationScale(1);
        QCOMPARE(view.scale(true).low, -1.0);
    }
    void coloursAreThoseOfTheScale() {
        MapView view(QStringLiteral("Maps"));
        fill(view);
        // The true map: the last cell has the greatest value and lies top right, the first is 0.
        QVERIFY(close(pixel(view, view.cellRect(1, {9, 5}).center()), rampColour(1, false)));
        QVERIFY(close(pixel(view, view.cellRect(1, {0, 0}).center()), rampColour(0, false)));
        QVERIFY(view.cellRect(1, {0, 5}).top() < view.cellRect(1, {0, 0}).top());
        // The error: one end, the middle of the other side, nothing.
        QVERIFY(close(pixel(view, view.cellRect(2, {2, 1}).center()), deviationColour(1, false)));
        QVERIFY(
            close(pixel(view, view.cellRect(2, {9, 5}).center()), deviationColour(-0.5, false)));
        QVERIFY(close(pixel(view, view.cellRect(2, {5, 3}).center()), deviationColour(0, false)));
        view.setRowZeroAtTop(true);
        QVERIFY(view.cellRect(1, {0, 5}).top() > view.cellRect(1, {0, 0}).top());
        QVERIFY(close(pixel(view, view.cellRect(1, {9, 5}).center()), rampColour(1, false)));
    }
    void valuesThatAreUnknownAreGrey() {
        MapView view(QStringLiteral("Maps"));
        view.resize(400, 300);
        view.setPalette(lightPalette());
        view.setMaps(2, 2, {{QStringLiteral("a"), {1, std::nanf(""), 3}, false}});
        view.show();
        QVERIFY(close(pixel(view, view.cellRect(0, {1, 0}).center()), QColor(200, 200, 206)));
        QVERIFY(close(pixel(view, view.cellRect(0, {1, 1}).center()), QColor(200, 200, 206)));
        QVERIFY(view.describe({1, 0}).contains(QStringLiteral("unknown")));
        view.setMaps(3, 3, {{QStringLiteral("flat"), std::vector<float>(9, 5), false}});
        QCOMPARE(view.scale(false).low, 5.0); // no division by nothing
        view.grab();
    }
    void zoomAndPanAreLinked() {
        MapView view(QStringLiteral("Maps"));
        fill(view);
        QSignalSpy changed(&view, &MapView::viewChanged);
        const double whole = view.cellSide();
        const QPointF over = view.cellRect(2, {7, 4}).center();
        QWheelEvent wheel(over, view.mapToGlobal(over), {}, {0, 600}, {}, {}, Qt::NoScrollPhase,
                          false);
        QApplication::sendEvent(&view, &wheel);
        QVERIFY(view.cellSide() > whole * 2);
        QVERIFY(!changed.isEmpty());
        QCOMPARE(*view.cellAt(over), QPoint(7, 4)); // what was under the pointer stays there
        // The same cell is at the same place of every panel.
        for (int p = 0; p < 3; ++p) {
            const QPointF place = view.cellRect(p, {7, 4}).center() - view.panelRect(p).topLeft();
            const QPointF third = view.cellRect(2, {7, 4}).center() - view.panelRect(2).topLeft();
            QVERIFY((place - third).manhattanLength() < 1e-6);
        }
        const QPoint from = view.panelRect(0).center().toPoint();
        const QPointF before = view.cellRect(1, {5, 3}).center();
        QTest::mousePress(&view, Qt::LeftButton, {}, from);
        QTest::mouseMove(&view, from + QPoint(30, 10));
        QTest::mouseMove(&view, from + QPoint(40, 20));
        QTest::mouseRelease(&view, Qt::LeftButton, {}, from + QPoint(40, 20));
        QVERIFY((view.cellRect(1, {5, 3}).center() - before - QPointF(40, 20)).manhattanLength() <
                1e-6);
        QTest::keyClick(&view, Qt::Key_0);
        QCOMPARE(view.cellSide(), whole);
        QTest::keyClick(&view, Qt::Key_Plus);
        QVERIFY(view.cellSide() > whole);
        QTest::keyClick(&view, Qt::Key_Right);
        view.setComparison(10, 6, ramp(10, 6), ramp(10, 6));
        QVERIFY(view.cellSide() > whole); // a view that was moved stays
        QTest::mouseDClick(&view, Qt::LeftButton, {}, from);
        QCOMPARE(view.cellSide(), whole);
        for (int k = 0; k < 200; ++k)
            view.zoom(2, from);
        view.grab();
        for (int k = 0; k < 400; ++k)
            view.zoom(0.5, from);
        view.grab();
        QVERIFY(view.cellSide() > 0);
    }
    void thePointerReadsAllMaps() {
        MapView view(QStringLiteral("Maps"));
        fill(view);
        QSignalSpy hovered(&view, &MapView::hovered);
        const QPointF at = view.cellRect(1, {2, 1}).center();
        QMouseEvent move(QEvent::MouseMove, at, view.mapToGlobal(at), Qt::NoButton, {}, {});
        QApplication::sendEvent(&view, &move);
        QVERIFY(view.current().has_value());
        QCOMPARE(*view.current(), QPoint(2, 1));
        QCOMPARE(hovered.last(), (QList<QVariant>{2, 1}));
        QCOMPARE(view.describe({2, 1}),
                 QStringLiteral("column 2, row 1: predicted 0.32, true 0.12, error +0.2"));
        QCOMPARE(view.accessibleDescription(), view.describe({2, 1}));
        QVERIFY(!view.cellAt({2, 2}));
        // By keys as well.
        QTest::keyClick(&view, Qt::Key_Escape);
        QVERIFY(!view.current());
        QTest::keyClick(&view, Qt::Key_Right, Qt::ShiftModifier);
        const QPoint first = *view.current();
        QTest::keyClick(&view, Qt::Key_Up, Qt::ShiftModifier);
        QCOMPARE(*view.current(), first + QPoint(0, 1)); // up is a higher row
        for (int k = 0; k < 30; ++k)
            QTest::keyClick(&view, Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(view.current()->x(), 9);
        view.setMaps(4, 4, {{QStringLiteral("a"), ramp(4, 4), false}});
        QVERIFY(!view.current()); // not a cell of the new map
    }
    void emptyViews() {
        MapView view(QStringLiteral("Maps"));
        view.resize(300, 200);
        view.setEmptyText(QStringLiteral("Nothing predicted yet"));
        view.show();
        view.grab();
        QTest::keyClick(&view, Qt::Key_Plus);
        QTest::keyClick(&view, Qt::Key_Right, Qt::ShiftModifier);
        QTest::mouseMove(&view, {150, 100});
        QVERIFY(!view.current());
        QCOMPARE(exportTo(view.renderable(), QStringLiteral("/tmp/none.png")).error().code,
                 std::string("WID-002"));
        view.setMaps(0, 0, {});
        view.setMaps(-3, 2, {{QStringLiteral("a"), {}, false}});
        view.grab();
    }
    void exportsEverything_data() {
        QTest::addColumn<QString>("suffix");
        for (const char* suffix : {"png", "svg", "pdf", "csv"})
            QTest::newRow(suffix) << suffix;
    }
    void exportsEverything() {
        QFETCH(QString, suffix);
        MapView view(QStringLiteral("Congestion maps"));
        fill(view);
        view.setPalette(darkPalette());
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("map.") + suffix);
        QCOMPARE(view.renderable().name, QStringLiteral("congestion-maps"));
        const auto done = exportTo(view.renderable(), path);
        QVERIFY2(done.ok(), done.ok() ? "" : done.error().message().c_str());
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray bytes = file.readAll();
        QVERIFY(bytes.size() > 100);
        if (suffix == QLatin1String("csv")) {
            QVERIFY(bytes.startsWith("column,row,Predicted,True,Error"));
            QCOMPARE(bytes.count('\n'), 61);
            view.zoom(5, view.panelRect(0).center());
            QVERIFY(view.renderable().csv().count('\n') < 61); // what is visible
        } else if (suffix == QLatin1String("png")) {
            const QImage picture = renderImage(view.renderable(), 1); // for print: light
            QCOMPARE(picture.pixelColor(2, 2), QColor(Qt::white));
        }
    }
    void darkThemesAreFollowed() {
        MapView view(QStringLiteral("Maps"));
        fill(view);
        const QPointF at = view.cellRect(2, {5, 3}).center();
        const QColor light = pixel(view, at);
        view.setPalette(darkPalette());
        const QColor dark = pixel(view, at);
        QVERIFY(light.lightness() > 200 && dark.lightness() < 80);
        for (const bool night : {false, true}) { // both ends are told from the middle
            const QColor middle = deviationColour(0, night);
            QVERIFY(contrastRatio(deviationColour(1, night), middle) > 2.5);
            QVERIFY(contrastRatio(deviationColour(-1, night), middle) > 2.5);
        }
    }
    void largeMapsAreQuick() {
        MapView view(QStringLiteral("Maps"));
        view.resize(1200, 500);
        view.setComparison(2048, 2048, ramp(2048, 2048, 1e-6F), ramp(2048, 2048, 1e-6F));
        view.show();
        view.grab();
        for (int k = 0; k < 10; ++k) { // a gliding view does not make its pictures anew
            view.zoom(1.1, view.panelRect(0).center());
            view.grab();
        }
        QVERIFY(view.cellSide() > 0);
    }
};

QTEST_MAIN(TestMapView)
#include "tst_mapview.moc"
