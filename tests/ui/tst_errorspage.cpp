// SPDX-License-Identifier: GPL-3.0-or-later
// The Errors page through real events, down to the net on its schematic and back.
#include "core/dataset/h5file.h"
#include "core/generate/request.h"
#include "ui/models/labelerrors.h"
#include "ui/pages/errorspage.h"
#include "ui/services/commands.h"
#include "ui/services/selectionhub.h"
#include "uitesting.h"
#include "widgets/common/messagebar.h"
#include "widgets/scatter/scatterview.h"

#include <QAbstractItemModelTester>
#include <QAbstractSpinBox>
#include <QComboBox>
#include <QHeaderView>
#include <QPushButton>
#include <QSlider>
#include <QTableView>
#include <QTableWidget>

#include <cmath>

using namespace ohm;
using namespace ohm::ui;
using namespace ohm::ui::testing;

namespace {

/// Five labels in two circuits, the third the worst, the last without a prediction.
ErrorReportPtr report() {
    auto r = std::make_shared<learn::ErrorReport>();
    r->count = 5;
    r->target = "voltages";
    r->range = 1;
    r->truth = {0, 0.25F, 0.5F, 0.75F, 1};
    r->predicted = {0.01F, 0.25F, 0.1F, 0.8F, std::nanf("")};
    r->graph = {0, 0, 1, 1, 1};
    r->node = {3, 5, 3, 5, 7};
    r->topology = {2, 2, 201, 201, 201};
    r->distance = {0.5F, 0.5F, 2, 2, 2};
    r->kind = {0, 0, 0, 0, 0};
    r->devices = {0, 1, 0, 1, 1};
    r->kindNames = {"net, 2 terminals"};
    r->deviceNames = {"R", "R, V"};
    return r;
}

} // namespace

class TestErrorsPage : public QObject {
    Q_OBJECT
private:
    QTemporaryDir m_folder;
    static bool hasEngine() { return learn::engine().ok(); }

    static void inspect(ErrorsPage* page, const QString& model, const QString& data) {
        page->modelBox()->setCurrentText(model);
        QCOMPARE(page->modelBox()->currentText(), model);
        page->dataBox()->setCurrentIndex(page->dataBox()->findData(data));
        QTest::mouseClick(page->startButton(), Qt::LeftButton);
        QVERIFY(QTest::qWaitFor([&] { return !page->inspection().isRunning(); }, 60'000));
    }

private slots:
    void initTestCase() {
        qputenv("OHMSCAPE_DATASETS", m_folder.filePath(u"datasets"_s).toLocal8Bit());
        qputenv("OHMSCAPE_RUNS", m_folder.filePath(u"runs"_s).toLocal8Bit());
        qputenv("XDG_CACHE_HOME", m_folder.filePath(u"cache"_s).toLocal8Bit());
    }
    void table() {
        LabelErrors model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(model.rowCount(), 0);
        model.setReport(report());
        QCOMPARE(model.rowCount(), 5);
        QCOMPARE(model.labelAt(0), 4); // no number is the worst of all
        QCOMPARE(model.labelAt(1), 2);
        QCOMPARE(model.rowOf(2), 1);
        model.sort(LabelErrors::Label, Qt::AscendingOrder);
        QCOMPARE(model.labelAt(0), 0);
        model.sort(LabelErrors::Circuit, Qt::DescendingOrder);
        QCOMPARE(model.index(0, LabelErrors::Circuit).data().toString(), u"parallel"_s);
        model.sort(LabelErrors::Predicted, Qt::AscendingOrder);
        QCOMPARE(model.labelAt(4), 4); // and elsewhere the last
        model.sort(LabelErrors::Predicted, Qt::DescendingOrder);
        QCOMPARE(model.labelAt(4), 4);
        model.sort(LabelErrors::Error, Qt::DescendingOrder);
        model.setLabels(QVector<int>{0, 3});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.labelAt(0), 3);
        QCOMPARE(model.rowOf(2), -1);
        QCOMPARE(model.csv().count('\n'), 3);
        QCOMPARE(model.index(0, LabelErrors::Net).data().toString(), u"n5"_s);
        model.setReport(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }
    void scatterWithAxes() {
        widgets::ScatterView view(u"axes"_s);
        view.resize(700, 500);
        view.setPoints({0, 0, 100, 0.5F, 200, 1}); // across and upwards of other sizes
        widgets::ScatterAxes axes;
        axes.x = u"x"_s;
        axes.y = u"y"_s;
        axes.lines = {{{0, 0}, {200, 1}}};
        axes.area = QPolygonF({{0, -0.1}, {200, 0.9}, {200, 1.1}, {0, 0.1}});
        view.setAxes(axes);
        QVERIFY(view.placeOf(2).x() - view.placeOf(0).x() > 400); // both axes fill the view
        QVERIFY(view.placeOf(0).y() - view.placeOf(2).y() > 300);
        for (int i = 0; i < 3; ++i)
            QCOMPARE(view.pointAt(view.placeOf(i) + QPointF(3, -3)), i);
        QCOMPARE(view.pointAt(view.placeOf(1) + QPointF(20, 0)), -1);
        const QImage with = view.grab().toImage();
        axes.area.clear();
        view.setAxes(axes);
        QVERIFY(view.grab().toImage() != with);
        const auto picture = widgets::renderImage(view.renderable(), 1);
        QVERIFY(!picture.isNull());
        // The axes are printed: something dark left of and below the points.
        int dark = 0;
        for (int x = 0; x < picture.width() / 12; ++x) {
            for (int y = 0; y < picture.height(); ++y)
                dark += qGray(picture.pixel(x, y)) < 128 ? 1 : 0;
        }
        QVERIFY(dark > 20);
    }
    /// Beside many selected points the others fade; a few get rings.
    void manySelectedStandOut() {
        widgets::ScatterView view(u"many"_s);
        view.resize(600, 500);
        std::vector<float> xy;
        for (int i = 0; i < 400; ++i) {
            xy.push_back(static_cast<float>(i % 20));
            xy.push_back(static_cast<float>(i / 20));
        }
        view.setPoints(xy);
        const QColor red(200, 30, 30);
        view.setColours(QVector<QRgb>(400, red.rgb()), {});
        QVector<int> half;
        for (int i = 0; i < 200; ++i)
            half << i;
        view.setSelection(half);
        const QImage picture = view.grab().toImage();
        QCOMPARE(picture.pixelColor(view.placeOf(7).toPoint()), red);
        const QColor other = picture.pixelColor(view.placeOf(390).toPoint());
        QVERIFY(other != red);
        QVERIFY(other.green() > 150 || view.palette().color(QPalette::Base).green() < 100);
        view.setSelection({5});
        QCOMPARE(view.grab().toImage().pixelColor(view.placeOf(390).toPoint()), red);
    }
    void controlsHaveNames() {
        Sandbox sandbox;
        MainWindow window(sandbox.settings());
        ErrorsPage* page = window.errorsPage();
        for (const QWidget* w : page->findChildren<QWidget*>()) {
            if (qobject_cast<const QComboBox*>(w) || qobject_cast<const QTableView*>(w) ||
                qobject_cast<const QSlider*>(w) || qobject_cast<const QAbstractSpinBox*>(w) ||
                qobject_cast<const widgets::ScatterView*>(w))
                QVERIFY2(!w->accessibleName().isEmpty() || w->parent()->inherits("QComboBox"),
                         w->metaObject()->className());
            if (const auto* button = qobject_cast<const QAbstractButton*>(w);
                button && button->focusPolicy() != Qt::NoFocus &&
                !button->parent()->inherits("ohm::widgets::MessageBar")) // named when it is shown
                QVERIFY2(!button->accessibleName().isEmpty() || !button->text().isEmpty() ||
                             button->parent()->inherits("QTableView"),
                         w->metaObject()->className());
        }
    }
    void inspectAndFollowToTheNet() {
        if (!hasEngine())
            QSKIP("this build has no learning engine");
        Sandbox sandbox;
        MainWindow window(sandbox.settings());
        window.resize(1500, 950);
        window.show();
        window.showPage(MainWindow::Page::Errors);
        QVERIFY(waitSettled(window));
        ErrorsPage* page = window.errorsPage();
        inspect(page, u"ladder-deepgen15"_s, u"bridge:300:seed=4"_s);
        const auto r = page->inspection().report();
        QVERIFY(r);
        QCOMPARE(r->count, std::size_t{1200});
        QCOMPARE(page->predicted()->count(), r->count);
        QCOMPARE(page->residual()->count(), r->count);
        QVERIFY(page->summary().contains(u"200"_s));
        for (QComboBox* box : {page->colourBox(), page->againstBox(), page->groupBox()}) {
            for (int i = 0; i < box->count(); ++i)
                box->setCurrentIndex(i);
        }
        page->groupBox()->setCurrentIndex(0);
        page->againstBox()->setCurrentIndex(0);
        QVERIFY(page->groupTable()->rowCount() > 0);
        // A wider band holds more.
        page->kSlider()->setValue(400);
        const double narrow = page->groupTable()->item(0, 3)->text().toDouble();
        page->kSlider()->setValue(10);
        QVERIFY(page->groupTable()->item(0, 3)->text().toDouble() > narrow);

        // The worst label heads the table; a click selects it in both charts.
        const auto worst = static_cast<int>(learn::worstErrors(*r, 1).front());
        QCOMPARE(page->labels()->labelAt(0), worst);
        QTableView* table = page->labelTable();
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                          table->visualRect(page->labels()->index(0, 0)).center());
        QCOMPARE(page->predicted()->selection(), QVector<int>{worst});
        QCOMPARE(page->residual()->selection(), QVector<int>{worst});

        // A group shows its labels alone, until all are asked for again.
        QTableWidget* groups = page->groupTable();
        QTest::mouseClick(groups->viewport(), Qt::LeftButton, {},
                          groups->visualItemRect(groups->item(0, 0)).center());
        QCOMPARE(page->labels()->rowCount(), static_cast<int>(page->selection().size()));
        QVERIFY(page->selection().size() > 10);
        QCOMPARE(page->predicted()->selection().size(), page->selection().size());
        QTest::keyClick(page->predicted(), Qt::Key_Escape);
        QCOMPARE(page->labels()->rowCount(), 1200);
        QVERIFY(groups->selectedItems().isEmpty());

        // Everything in sight is exported at once: two charts, two tables.
        const QString exported = m_folder.filePath(u"exported"_s);
        QDir().mkpath(exported);
        QVERIFY(window.bench().commands.action(u"file.exportAll"_s)->isEnabled());
        const auto files = window.exportAll(exported);
        QVERIFY2(files.ok(), files.ok() ? "" : files.error().message().c_str());
        QCOMPARE(files->size(), 16);
        for (const QString& file : *files)
            QVERIFY2(QFileInfo(file).size() > 40, qPrintable(file));

        // A click on a mark; the table follows.
        widgets::ScatterView* chart = page->residual();
        const QPointF place = chart->placeOf(worst);
        QTest::mouseClick(chart, Qt::LeftButton, {}, place.toPoint());
        QCOMPARE(page->selection().size(), 1);
        const int label = page->selection().first();
        QCOMPARE(table->selectionModel()->selectedRows().size(), 1);
        QCOMPARE(page->labels()->labelAt(table->selectionModel()->selectedRows().first().row()),
                 label);

        // A double click opens the circuit with the net selected.
        QTest::mouseDClick(chart, Qt::LeftButton, {}, place.toPoint());
        QVERIFY(QTest::qWaitFor([&] { return window.bench().session.isOpen(); }, 20'000));
        QVERIFY(waitSettled(window));
        QCOMPARE(window.page(), MainWindow::Page::Circuit);
        SelectionHub& hub = window.bench().hub;
        QCOMPARE(hub.selection().size(), 1);
        const auto i = static_cast<std::size_t>(label);
        QCOMPARE(window.bench().session.nameOf(hub.selection().first()), u"n%1"_s.arg(r->node[i]));

        // And back: another net chosen on the schematic is the point selected on the page.
        int other = -1;
        for (std::size_t k = 0; k < r->count; ++k) {
            if (r->graph[k] == r->graph[i] && k != i)
                other = static_cast<int>(k);
        }
        QVERIFY(other >= 0);
        const auto id =
            window.bench().session.find(u"n%1"_s.arg(r->node[static_cast<std::size_t>(other)]));
        QVERIFY(id.has_value());
        hub.select(*id, SelectionSource::Schematic);
        QCOMPARE(page->selection(), QVector<int>{other});
        QCOMPARE(page->predicted()->selection(), QVector<int>{other});
        // Another label of the open circuit lights up there without opening anything.
        window.showPage(MainWindow::Page::Errors);
        page->predicted()->setFocus();
        emit page->predicted()->selectionChanged({label});
        QCOMPARE(window.bench().session.nameOf(hub.selection().first()), u"n%1"_s.arg(r->node[i]));
    }
    void partsAndFailures() {
        if (!hasEngine())
            QSKIP("this build has no learning engine");
        QDir().mkpath(m_folder.filePath(u"datasets"_s));
        const QString file = m_folder.filePath(u"datasets/forty.h5"_s);
        const auto set = generate::loadOrGenerate("ladder:3:40:seed=2");
        QVERIFY(set.ok());
        QVERIFY(dataset::writeGraphSet(*set, file.toStdString()).ok());
        Sandbox sandbox;
        MainWindow window(sandbox.settings());
        window.show();
        window.showPage(MainWindow::Page::Errors);
        QVERIFY(waitSettled(window));
        ErrorsPage* page = window.errorsPage();
        inspect(page, u"ladder-deepgen15"_s, file);
        QVERIFY(page->inspection().report());
        QCOMPARE(page->inspection().report()->count, std::size_t{120});
        page->partBox()->setCurrentIndex(2); // validation: a tenth
        inspect(page, u"ladder-deepgen15"_s, file);
        QVERIFY(page->inspection().report()->count < 30);
        // A network that expects other circuits says so and leaves what was there.
        const auto before = page->inspection().report();
        page->partBox()->setCurrentIndex(0);
        inspect(page, u"opamp-deepgen15"_s, file);
        QVERIFY(page->bar()->isVisible());
        QCOMPARE(page->bar()->kind(), widgets::MessageBar::Kind::Error);
        QCOMPARE(page->inspection().report(), before);
        // Stopping keeps quiet.
        page->bar()->dismiss();
        page->modelBox()->setCurrentText(u"ladder-deepgen20"_s);
        page->dataBox()->setCurrentIndex(0); // what it was trained on: many
        QTest::mouseClick(page->startButton(), Qt::LeftButton);
        QVERIFY(page->inspection().isRunning());
        QTest::mouseClick(page->startButton(), Qt::LeftButton);
        QVERIFY(QTest::qWaitFor([&] { return !page->inspection().isRunning(); }, 10'000));
        QVERIFY(!page->bar()->isVisible());
        QCOMPARE(page->inspection().report(), before);
    }
};

QTEST_MAIN(TestErrorsPage)
#include "tst_errorspage.moc"
