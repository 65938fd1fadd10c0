// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/legendplace.h"
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
    /// A legend goes where it covers nothing, and above the axes where there is no such place.
    void theLegendCoversNothing() {
        const Qt::Alignment corner = Qt::AlignTop | Qt::AlignRight;
        const QSizeF size(0.3, 0.2);
        QCOMPARE(leastCovered({}, size, corner).at, corner);
        const QPolygonF rising({{0, 0}, {1, 1}}), falling({{0, 1}, {1, 0}});
        const LegendPlace low = leastCovered({rising}, size, corner);
        QVERIFY(low.at != corner);
        QCOMPARE(low.covered, 0.0);
        QCOMPARE(leastCovered({falling}, size, corner).at, corner);
        // A line through all of the chart has its length below a legend as large.
        const double all = leastCovered({rising}, QSizeF(1, 1), corner).covered;
        QVERIFY2(std::fabs(all - std::sqrt(2.0)) < 1e-9, qPrintable(QString::number(all)));

        PlotView view(QStringLiteral("Test"));
        view.resize(600, 400);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        PlotSeries up{QStringLiteral("one"), {0, 1}, {0, 1}, {}, {}};
        PlotSeries flat{QStringLiteral("two"), {0, 1}, {0.5, 0.5}, {}, {}};
        view.setSeries({up, flat});
        QTest::qWait(50);
        QVERIFY(!view.property("legendAbove").toBool());
        // Curves everywhere.
        QVector<PlotSeries> many;
        for (int i = 0; i < 4; ++i) {
            PlotSeries s;
            s.name = QStringLiteral("series %1").arg(i);
            for (int k = 0; k <= 60; ++k) {
                s.x << k;
                s.y << ((k * 7 + i * 3) % 20);
            }
            many << s;
        }
        view.setSeries(many);
        QTest::qWait(50);
        QVERIFY(view.property("legendAbove").toBool());
        // Rows that are not full, in a narrower chart; and what is drawn changes.
        view.resize(300, 400);
        for (const qsizetype count : {4, 3, 4}) {
            view.setSeries(many.first(count));
            QTest::qWait(50);
            QVERIFY(view.property("legendAbove").toBool());
        }
        // More than there is room for, and longer than the chart is wide.
        QVector<PlotSeries> crowd;
        for (int i = 0; i < 30; ++i) {
            crowd << many[i % 4];
            crowd.last().name = QStringLiteral("a name that goes on and on, as names of runs do ") +
                                QString::number(i);
        }
        view.setSeries(crowd);
        QTest::qWait(50);
        QVERIFY(view.property("legendAbove").toBool());
        QCOMPARE(view.series()[29].name, crowd[29].name);
        view.setHidden(29, true); // none of those that the legend leaves out is lost
        view.setHidden(29, false);
        QVERIFY(view.renderable().csv().contains(crowd[29].name.toUtf8()));
        view.resize(600, 400);
        QTest::qWait(50);
        view.setSeries({up, flat});
        QTest::qWait(50);
        QVERIFY(!view.property("legendAbove").toBool());
        // Drawn for print at once, as reports do.
        PlotView paper(QStringLiteral("Paper"));
        paper.setAttribute(Qt::WA_DontShowOnScreen);
        paper.resize(600, 400);
        paper.show();
        paper.setSeries(many);
        QVERIFY(!renderImage(paper.renderable(), 1).isNull());
        QVERIFY(paper.property("legendAbove").toBool());
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
