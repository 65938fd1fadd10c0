// SPDX-License-Identifier: GPL-3.0-or-later
// Predictions in the real window, with a network whose answers are known.
#include "fakelearning.h"
#include "ui/docks/inspectordock.h"
#include "ui/docks/predictdock.h"
#include "ui/models/errortable.h"
#include "ui/panes/tablepane.h"
#include "ui/services/commands.h"
#include "ui/services/settings.h"
#include "ui/session/prediction.h"
#include "ui/session/voltagedisplay.h"
#include "uitesting.h"
#include "widgets/common/inspectorview.h"
#include "widgets/common/messagebar.h"
#include "widgets/common/noticebar.h"
#include "widgets/common/palette.h"
#include "widgets/graph/graphview.h"
#include "widgets/schematic/schematicview.h"

#include <QAccessible>
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QStandardPaths>
#include <QTableView>
#include <QToolButton>

using namespace ohm;
using namespace ohm::ui;
using namespace ohm::ui::testing;
using widgets::Annotation;

class TestPrediction : public QObject {
    Q_OBJECT
    std::unique_ptr<Sandbox> m_box;
    std::unique_ptr<FakeWorld> m_world;
    std::unique_ptr<MainWindow> m_window;

    Workbench& bench() { return m_window->bench(); }
    netlist::NetId net(const char* name) { return *bench().session.circuit()->findNet(name); }
    static bool hasSimulator() { return !QStandardPaths::findExecutable(u"ngspice"_s).isEmpty(); }

    bool predict() {
        bench().commands.trigger(u"predict.run"_s);
        return QTest::qWaitFor(
            [&] { return bench().prediction.result() && !bench().prediction.isRunning(); });
    }
    bool simulate() {
        m_window->simulate();
        return QTest::qWaitFor([&] { return bench().simulation.operatingPoint() != nullptr; },
                               20'000);
    }

private slots:
    void init() {
        m_box = std::make_unique<Sandbox>();
        m_world = std::make_unique<FakeWorld>();
        m_world->models = {FakeWorld::model("ladder", "resistive"),
                           FakeWorld::model("opamp", "analog"),
                           FakeWorld::model("gain", "analog", "graph"),
                           FakeWorld::model("ladder-tuned", "resistive")};
        m_window = std::make_unique<MainWindow>(m_box->settings(), m_world->learning());
        m_window->resize(1500, 950);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void cleanup() {
        m_window.reset();
        m_world.reset();
        m_box.reset();
    }

    void choosesANetworkByTheCircuit() {
        QVERIFY(!bench().commands.action(u"predict.run"_s)->isEnabled());
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        QTRY_VERIFY(bench().prediction.model() != nullptr);
        QCOMPARE(bench().prediction.model()->name, std::string("ladder"));
        QCOMPARE(m_world->network->loads.load(), 0); // nothing is loaded before it is asked for
        // Graph-level networks predict no voltages and are not offered.
        QComboBox* chooser = m_window->predictDock()->models();
        QCOMPARE(chooser->count(), 3);
        QVERIFY(chooser->itemText(2).contains(u"other features"_s));

        QVERIFY(openAndWait(*m_window, sample(u"mos.sp"_s)));
        QTRY_COMPARE(bench().prediction.model()->name, std::string("opamp"));
    }

    void offersShippedNetworksTogether() {
        for (learn::ModelInfo& model : m_world->models)
            if (model.featureSchema == "resistive")
                model.path = Learning::shippedModels() / (model.name + ".safetensors");
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        QTRY_VERIFY(bench().prediction.model() != nullptr);
        QVERIFY(Prediction::isEnsemble(*bench().prediction.model()));
        QCOMPARE(bench().prediction.filesOf(*bench().prediction.model()).size(), std::size_t(2));
        QVERIFY(m_window->predictDock()->models()->itemText(0).contains(u"Ensemble"_s));
        QVERIFY(predict());
    }

    void remembersTheChoice() {
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        QTRY_VERIFY(bench().prediction.model() != nullptr);
        m_window->showDock(u"predictDock"_s);
        QComboBox* chooser = m_window->predictDock()->models();
        chooser->setFocus();
        const int row = chooser->findText(u"ladder-tuned"_s);
        QVERIFY(row >= 0);
        QTest::keyClick(chooser, Qt::Key_Down); // real choice by keyboard
        QTRY_COMPARE(bench().prediction.model()->name, std::string("ladder-tuned"));
        QVERIFY(openAndWait(*m_window, sample(u"mos.sp"_s)));
        QTRY_COMPARE(bench().prediction.model()->name, std::string("opamp"));
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        QTRY_COMPARE(bench().prediction.model()->name, std::string("ladder-tuned"));
    }

    void predictsByKeyAndShowsItEverywhere() {
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        QTest::keyClick(m_window.get(), Qt::Key_F6);
        QTRY_VERIFY(bench().prediction.result() != nullptr);
        const double expected =
            FakePredictor::value(*m_world->network, *bench().session.circuit(), net("out"));
        QCOMPARE(bench().prediction.result()->voltage(net("out")), expected);
        // Schematic and graph ask the same place.
        const auto tag = bench().voltages.annotation(net("out"));
        QVERIFY(tag.has_value());
        QVERIFY(tag->text.startsWith(u'~'));
        QCOMPARE(tag->style, Annotation::Style::Predicted);
        QTRY_VERIFY(m_window->workspace()->schematic()->view()->netTags().contains(u"out"_s));
        QCOMPARE(bench().voltages.legend().rows.size(), 1);
        // Table: predicted and uncertainty are there, simulated and error are not.
        TablePane* nets = m_window->nets();
        QVERIFY(!nets->view()->isColumnHidden(ObjectTable::NetPredicted));
        QVERIFY(!nets->view()->isColumnHidden(ObjectTable::NetDeviation));
        QVERIFY(nets->view()->isColumnHidden(ObjectTable::NetError));
        const int row = nets->model()->rowOf({ObjectKind::Net, net("out")});
        QCOMPARE(nets->model()->index(row, ObjectTable::NetPredicted).data().toString(), tag->text);
        QVERIFY(nets->model()
                    ->index(row, ObjectTable::NetPredicted)
                    .data(Qt::FontRole)
                    .value<QFont>()
                    .italic());
        // Inspector.
        bench().hub.select(ObjectId{ObjectKind::Net, net("out")}, SelectionSource::Program);
        QVERIFY(m_window->inspector()->view()->contentAsText().contains(u"Uncertainty"_s));
        QVERIFY(nets->model()->csv().contains("Predicted (V)"));
    }

    void sourceDrivenNetsDoNotCount() {
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        const auto driven = drivenNets(*bench().session.circuit());
        QVERIFY(driven[net("in")]);
        QVERIFY(driven[net("0")]);
        QVERIFY(!driven[net("out")]);
        QVERIFY(predict());
        const ErrorTable* table = m_window->predictDock()->errors();
        QCOMPARE(table->rowOf({ObjectKind::Net, net("in")}), -1);
        QVERIFY(table->rowOf({ObjectKind::Net, net("out")}) >= 0);
    }

    void comparesWithTheSimulation() {
        if (!hasSimulator())
            QSKIP("ngspice is not installed");
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        QVERIFY(predict());
        QVERIFY(simulate());
        const ComparisonPtr compared = bench().voltages.comparison();
        QVERIFY(compared != nullptr);
        const auto& volts = bench().simulation.operatingPoint()->netVoltages;
        for (std::size_t i = 0; i < compared->errors.size(); ++i) {
            const learn::NetError& error = compared->errors[i];
            QCOMPARE(error.error,
                     bench().prediction.result()->voltage(error.net) - volts[error.net]);
            if (i > 0)
                QVERIFY(std::fabs(compared->errors[i - 1].error) >= std::fabs(error.error));
        }
        // Acc@K by hand.
        for (const int k : {1, 10, 100}) {
            std::size_t right = 0;
            for (const learn::NetError& error : compared->errors)
                right += std::fabs(error.error) <= compared->range / k ? 1 : 0;
            QCOMPARE(compared->accAt(k), double(right) / double(compared->errors.size()));
        }
        // Both side by side, by default.
        const auto both = bench().voltages.annotation(net("out"));
        QVERIFY(!both->text.startsWith(u'~'));
        QVERIFY(both->second.startsWith(u'~'));
        QCOMPARE(both->secondStyle, Annotation::Style::Predicted);
        QCOMPARE(bench().voltages.legend().rows.size(), 2);
    }

    void switchesWhatIsShownByKey() {
        if (!hasSimulator())
            QSKIP("ngspice is not installed");
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        QVERIFY(predict());
        QVERIFY(simulate());
        QTest::keyClick(m_window.get(), Qt::Key_4, Qt::ControlModifier);
        QVERIFY(bench().voltages.annotation(net("out"))->second.isEmpty());
        QCOMPARE(bench().voltages.annotation(net("out"))->style, Annotation::Style::Simulated);
        QTest::keyClick(m_window.get(), Qt::Key_5, Qt::ControlModifier);
        QCOMPARE(bench().voltages.annotation(net("out"))->style, Annotation::Style::Predicted);
        QTest::keyClick(m_window.get(), Qt::Key_7, Qt::ControlModifier);
        const auto error = bench().voltages.annotation(net("out"));
        QCOMPARE(error->style, Annotation::Style::Scaled);
        QVERIFY(error->text.startsWith(u'+') || error->text.startsWith(u'-') ||
                error->text.startsWith(u'\u2212'));
        QCOMPARE(error->ground, bench().voltages.colour(net("out")));
        QVERIFY(!bench().voltages.legend().scaleTitle.isEmpty());
        // The greatest error has the strongest colour of all.
        const auto& errors = bench().voltages.comparison()->errors;
        QVERIFY(bench().voltages.scale() >= std::fabs(errors.front().error));
        // Held by a source: no error is claimed.
        QVERIFY(!bench().voltages.annotation(net("in")).has_value());
    }

    void sortsByErrorAndUncertaintyAndCrossProbes() {
        if (!hasSimulator())
            QSKIP("ngspice is not installed");
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        QVERIFY(predict());
        m_window->showDock(u"predictDock"_s);
        ErrorTable* table = m_window->predictDock()->errors();
        // Not simulated yet: the least certain first.
        QVERIFY(!table->hasErrors());
        QCOMPARE(table->rowCount(), 2); // the input is held by its source
        const auto uncertainty = [&](int row) {
            return bench().prediction.result()->deviation(table->objectAt(row).index);
        };
        for (int row = 1; row < table->rowCount(); ++row)
            QVERIFY(uncertainty(row - 1) >= uncertainty(row));
        QVERIFY(simulate());
        QVERIFY(table->hasErrors());
        QCOMPARE(table->objectAt(0).index, bench().voltages.comparison()->errors.front().net);
        table->sort(ErrorTable::Deviation, Qt::AscendingOrder);
        for (int row = 1; row < table->rowCount(); ++row)
            QVERIFY(uncertainty(row - 1) <= uncertainty(row));
        // A click selects everywhere.
        QTableView* view = m_window->predictDock()->table();
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {},
                          view->visualRect(table->index(1, 0)).center());
        QCOMPARE(bench().hub.current(), std::optional(table->objectAt(1)));
        // And the other way.
        bench().hub.select(table->objectAt(0), SelectionSource::Graph);
        QCOMPARE(view->selectionModel()->selectedRows().size(), 1);
        QCOMPARE(view->selectionModel()->selectedRows().first().row(), 0);
    }

    void saysAccAtKWithASlider() {
        if (!hasSimulator())
            QSKIP("ngspice is not installed");
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        QVERIFY(predict());
        QVERIFY(simulate());
        m_window->showDock(u"predictDock"_s);
        PredictDock* dock = m_window->predictDock();
        QVERIFY2(dock->figures().contains(u"Acc@100"_s), qPrintable(dock->figures()));
        dock->kSlider()->setFocus();
        QTest::keyClick(dock->kSlider(), Qt::Key_Home);
        QCOMPARE(dock->k(), 10);
        QVERIFY(dock->figures().contains(u"Acc@10 "_s));
        QTest::keyClick(dock->kSlider(), Qt::Key_End);
        QCOMPARE(dock->k(), 400);
    }

    void saysHonestlyWhatIsUnlikeTheTraining() {
        m_world->network->notices = {
            {learn::Notice::Kind::FeatureRange,
             "2 devices have values outside the range",
             {"r3", "x1.r1"}},
            {learn::Notice::Kind::Distance, "The circuit is <b>far</b> away", {}}};
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        widgets::NoticeBar* bar = m_window->workspace()->notices();
        QVERIFY(!bar->isVisible());
        QVERIFY(predict());
        QTRY_VERIFY(bar->isVisible());
        QVERIFY(bar->summary().contains(u"2 ways"_s));
        auto* more = bar->findChild<QToolButton*>(u"noticeDetails"_s);
        QTest::mouseClick(more, Qt::LeftButton);
        QVERIFY(bar->areDetailsShown());
        auto* list = bar->findChild<QLabel*>(u"noticeList"_s);
        QVERIFY(list->isVisible());
        QVERIFY(list->text().contains(u"&lt;b&gt;far"_s)); // names of a hostile file stay text
        // Objects lead to themselves, by keyboard too.
        list->setFocus();
        QTest::keyClick(list, Qt::Key_Tab);
        emit bar->linkActivated(
            linkOf({ObjectKind::Device, *bench().session.circuit()->findDevice("x1.r1")}));
        QCOMPARE(bench().session.nameOf(*bench().hub.current()), u"x1.r1"_s);
        QTest::keyClick(bar, Qt::Key_Escape);
        QVERIFY(!bar->isVisible());
        // Closed stays closed for the same reservations; without any it is gone.
        QVERIFY(predict());
        QVERIFY(!bar->isVisible());
        m_world->network->notices.clear();
    }

    void predictsAgainAfterReload() {
        const QString path = m_box->path(u"edit.sp"_s);
        QVERIFY(write(path, "* d\nV1 in 0 dc 1\nR1 in out 1k\nR2 out 0 1k\n.end\n"));
        QVERIFY(openAndWait(*m_window, path));
        QVERIFY(predict());
        const double before = bench().prediction.result()->voltage(net("out"));
        QVERIFY(write(path, "* d\nV1 in 0 dc 1\nR1 in out 1k\nR2 out 0 9k\n.end\n"));
        bench().session.reload();
        QTRY_VERIFY(bench().prediction.result() &&
                    bench().prediction.result()->voltage(net("out")) > before + 0.05);
        // Another circuit is not predicted by itself.
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        QTest::qWait(50);
        QVERIFY(bench().prediction.result() == nullptr);
    }

    void marksWhatIsOutOfDate() {
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        QVERIFY(predict());
        bench().prediction.markStale();
        QCOMPARE(bench().voltages.annotation(net("out"))->style, Annotation::Style::Error);
        QVERIFY(bench().voltages.legend().rows.first().text.contains(u"out of date"_s));
    }

    void stopsAndSupersedes() {
        m_world->network->delay = std::chrono::seconds(30);
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        QTest::keyClick(m_window.get(), Qt::Key_F6);
        QTRY_COMPARE(m_world->network->calls.load(), 1);
        QElapsedTimer clock;
        clock.start();
        QTest::keyClick(m_window.get(), Qt::Key_F6, Qt::ShiftModifier);
        QTRY_VERIFY(!bench().prediction.isRunning());
        QVERIFY2(clock.elapsed() < 1000, "stop must be instant");
        QVERIFY(!m_window->workspace()->bar()->isVisible());
        m_world->network->delay = std::chrono::milliseconds(0);
        QVERIFY(predict());
    }

    void tellsErrorsInline() {
        m_world->network->failure.code = "NN-012";
        m_world->network->failure.text = "It broke.";
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        QTest::keyClick(m_window.get(), Qt::Key_F6);
        QTRY_VERIFY(m_window->workspace()->bar()->isVisible());
        QVERIFY(m_window->workspace()->bar()->text().contains(u"It broke"_s));
        QVERIFY(qApp->activeModalWidget() == nullptr);
    }

    void saysWhenThereIsNoModel() {
        m_world->models.clear();
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        QTest::keyClick(m_window.get(), Qt::Key_F6);
        QTRY_VERIFY(m_window->workspace()->bar()->isVisible());
        QVERIFY(m_window->workspace()->bar()->details().contains(u"UI-021"_s));
    }

    void triesAFinetunedNetwork() {
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        QVERIFY(predict());
        const double before = bench().prediction.result()->voltage(net("out"));
        bench().prediction.tryOut(learn::Checkpoint{}, u"mine"_s);
        QTRY_COMPARE(bench().prediction.result()->voltage(net("out")), before - 0.5);
        QCOMPARE(bench().prediction.modelName(), u"mine"_s);
        bench().prediction.endTrial();
        QTRY_COMPARE(bench().prediction.result()->voltage(net("out")), before);
    }

    void panelsHaveNames_data() {
        QTest::addColumn<QString>("dock");
        QTest::newRow("predict") << u"predictDock"_s;
        QTest::newRow("what if") << u"whatIfDock"_s;
    }
    void panelsHaveNames() {
        QFETCH(QString, dock);
        QVERIFY(openAndWait(*m_window, sample(u"knobs.sp"_s)));
        QVERIFY(predict());
        m_window->showDock(dock);
        QTest::qWait(100);
        QVERIFY(waitSettled(*m_window));
        int seen = 0;
        for (QWidget* widget : m_window->findChild<QDockWidget*>(dock)->findChildren<QWidget*>()) {
            if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible() ||
                widget->objectName().startsWith(u"qt_"_s) || widget->inherits("QScrollArea") ||
                widget->inherits("QAbstractScrollAreaViewport") || widget->inherits("QLabel") ||
                widget->inherits("QHeaderView") ||
                (widget->inherits("QLineEdit") &&
                 widget->parentWidget()->inherits("QAbstractSpinBox")))
                continue;
            const QAccessibleInterface* access = QAccessible::queryAccessibleInterface(widget);
            QVERIFY2(access && !access->text(QAccessible::Name).isEmpty(),
                     widget->metaObject()->className());
            ++seen;
        }
        QVERIFY(seen >= 5);
    }

    void colourScaleIsOrdered_data() {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void colourScaleIsOrdered() {
        QFETCH(bool, dark);
        const QColor ground = dark ? widgets::darkPalette().color(QPalette::Base)
                                   : widgets::lightPalette().color(QPalette::Base);
        double last = 0;
        for (int i = 0; i <= 20; ++i) {
            const QColor colour = widgets::sequentialColour(i / 20.0, dark);
            const double contrast = widgets::contrastRatio(colour, ground);
            QVERIFY2(contrast > last, qPrintable(colour.name()));
            last = contrast;
            QVERIFY(widgets::contrastRatio(colour, widgets::inkOn(colour)) >= 4.5);
        }
        QCOMPARE(widgets::sequentialColour(7, dark), widgets::sequentialColour(1, dark));
        QCOMPARE(widgets::sequentialColour(std::nan(""), dark), widgets::sequentialColour(0, dark));
    }

    void niceCeiling() {
        QCOMPARE(widgets::niceCeiling(0), 0.0);
        QCOMPARE(widgets::niceCeiling(0.0031), 0.005);
        QCOMPARE(widgets::niceCeiling(0.005), 0.005);
        QCOMPARE(widgets::niceCeiling(1.6), 2.0);
        QCOMPARE(widgets::niceCeiling(8e-6), 1e-5);
    }
};

QTEST_MAIN(TestPrediction)
#include "tst_prediction.moc"
