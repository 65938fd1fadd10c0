// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/plotview.h"

#include "widgets/common/palette.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace ohm::widgets;

class TestPlotView : public QObject {
    Q_OBJECT
private slots:
    void fitsWhatIsShown() {
        PlotView view(QStringLiteral("Test"));
        view.resize(600, 400);
        view.show();
        PlotSeries a{QStringLiteral("a"), {0, 1, 2}, {1, 5, 3}, {}, {}};
        PlotSeries b{QStringLiteral("b"), {0, 10}, {100, 200}, {}, {}};
        view.setSeries({a, b});
        QVERIFY(view.range()[1] >= 10 && view.range()[3] >= 200);
        view.setHidden(1, true); // hidden ones do not count
        QVERIFY(view.range()[1] < 5 && view.range()[3] < 10);
        view.setYRange(0, 1);
        QCOMPARE(view.range()[3], 1.0);
    }
    void keysMoveAndFit() {
        PlotView view(QStringLiteral("Test"));
        view.resize(600, 400);
        view.show();
        view.setSeries({{QStringLiteral("a"), {0, 10}, {0, 10}, {}, {}}});
        const auto before = view.range();
        QTest::keyClick(&view, Qt::Key_Plus);
        QVERIFY(view.range()[1] - view.range()[0] < before[1] - before[0]);
        QTest::keyClick(&view, Qt::Key_Right);
        QVERIFY(view.range()[0] > before[0]);
        view.setSeries({{QStringLiteral("a"), {0, 100}, {0, 10}, {}, {}}});
        QVERIFY(view.range()[1] < 20); // a view that was moved stays
        QTest::keyClick(&view, Qt::Key_0);
        QVERIFY(view.range()[1] >= 100);
    }
    void aBarTellsItsRange() {
        PlotView view(QStringLiteral("Test"));
        view.resize(600, 400);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        view.setBars({{QStringLiteral("labels"), {0, 1, 2}, {5, 10}}});
        QSignalSpy clicked(&view, &PlotView::barClicked);
        auto* inside = view.findChildren<QWidget*>().first();
        QTest::qWait(50); // laid out
        // Right half, low: within the second bar.
        QTest::mouseClick(inside, Qt::LeftButton, {}, QPoint(450, 300));
        QCOMPARE(clicked.size(), 1);
        QCOMPARE(clicked.first().at(1).toDouble(), 1.0);
        QCOMPARE(clicked.first().at(2).toDouble(), 2.0);
    }
    void exportsEverything_data() {
        QTest::addColumn<QString>("suffix");
        for (const char* suffix : {"png", "svg", "pdf", "csv"})
            QTest::newRow(suffix) << suffix;
    }
    void exportsEverything() {
        QFETCH(QString, suffix);
        PlotView view(QStringLiteral("Test"));
        view.resize(600, 400);
        view.setAxes(QStringLiteral("x"), QStringLiteral("y"));
        view.setSeries(
            {{QStringLiteral("a"), {0, 1, 2}, {1, std::nan(""), 3}, {0, 1, 2}, {2, 3, 4}}});
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("plot.") + suffix);
        const auto done = exportTo(view.renderable(), path);
        QVERIFY2(done.ok(), done.ok() ? "" : done.error().message().c_str());
        QVERIFY(QFileInfo(path).size() > 20);
    }
    void logarithmicAxesTakeZeros() {
        PlotView view(QStringLiteral("Test"));
        view.resize(600, 400);
        view.setLogarithmic(false, true);
        view.setSeries({{QStringLiteral("a"), {0, 1, 2}, {0, 1e-3, 10}, {}, {}}});
        QVERIFY(view.range()[2] > 0);
        QVERIFY(view.isLogarithmicY());
    }
};

QTEST_MAIN(TestPlotView)
#include "tst_plotview.moc"
