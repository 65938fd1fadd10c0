// SPDX-License-Identifier: GPL-3.0-or-later
// Turning a circuit's knobs in the real window.
#include "fakelearning.h"
#include "ui/docks/whatifdock.h"
#include "ui/services/commands.h"
#include "ui/session/voltagedisplay.h"
#include "ui/session/whatif.h"
#include "uitesting.h"
#include "widgets/common/messagebar.h"
#include "widgets/common/sispinbox.h"

#include <QAction>
#include <QDockWidget>
#include <QLineEdit>
#include <QPushButton>
#include <QSlider>
#include <QStandardPaths>
#include <QStyle>
#include <QStyleOptionSlider>
#include <QTableWidget>
#include <QToolButton>

using namespace ohm;
using namespace ohm::ui;
using namespace ohm::ui::testing;

class TestWhatIf : public QObject {
    Q_OBJECT
    std::unique_ptr<Sandbox> m_box;
    std::unique_ptr<FakeWorld> m_world;
    std::unique_ptr<MainWindow> m_window;

    Workbench& bench() { return m_window->bench(); }
    WhatIf& whatIf() { return bench().whatIf; }
    WhatIfDock* dock() { return m_window->whatIfDock(); }
    netlist::NetId net(const char* name) { return *bench().session.circuit()->findNet(name); }
    bool settledPrediction() {
        return QTest::qWaitFor([&] { return !whatIf().isPredicting(); });
    }
    bool open() {
        if (!openAndWait(*m_window, sample(u"knobs.sp"_s)))
            return false;
        m_window->showDock(u"whatIfDock"_s);
        return QTest::qWaitFor(
            [&] { return whatIf().tunable() && bench().prediction.result() != nullptr; });
    }
    /// Where the handle of a slider is.
    static QPoint handle(QSlider* slider) {
        QStyleOptionSlider option;
        option.initFrom(slider);
        option.orientation = slider->orientation();
        option.minimum = slider->minimum();
        option.maximum = slider->maximum();
        option.sliderPosition = slider->sliderPosition();
        option.sliderValue = slider->value();
        option.subControls = QStyle::SC_All;
        return slider->style()
            ->subControlRect(QStyle::CC_Slider, &option, QStyle::SC_SliderHandle, slider)
            .center();
    }
    static void mouse(QWidget* widget, QEvent::Type type, const QPoint& at, bool down) {
        QMouseEvent event(type, at, widget->mapToGlobal(at),
                          type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton,
                          down ? Qt::LeftButton : Qt::NoButton, Qt::NoModifier);
        QCoreApplication::sendEvent(widget, &event);
    }

private slots:
    void init() {
        m_box = std::make_unique<Sandbox>();
        m_world = std::make_unique<FakeWorld>();
        m_world->models = {FakeWorld::model("ladder", "resistive")};
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

    void slidersMapValues_data() {
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::addColumn<double>("step");
        QTest::addColumn<bool>("logarithmic");
        QTest::newRow("linear") << 0.0 << 10.0 << 0.0 << false;
        QTest::newRow("steps") << 1.0 << 99.0 << 1.0 << false;
        QTest::newRow("decades") << 1e-12 << 1e-9 << 0.0 << true;
        QTest::newRow("negative") << -1.0 << 1.0 << 0.1 << false;
        QTest::newRow("log of zero is linear") << 0.0 << 5.0 << 0.0 << true;
    }
    void slidersMapValues() {
        generate::Knob knob;
        QFETCH(double, low);
        QFETCH(double, high);
        QFETCH(double, step);
        QFETCH(bool, logarithmic);
        knob.low = low;
        knob.high = high;
        knob.step = step;
        knob.logarithmic = logarithmic;
        QCOMPARE(sliderValue(knob, 0, 1000), low);
        QVERIFY(qFuzzyCompare(sliderValue(knob, 1000, 1000), high));
        for (int position = 0; position <= 1000; position += 50) {
            const double value = sliderValue(knob, position, 1000);
            QVERIFY(value >= low && value <= high * (1 + 1e-12));
            const int back = sliderPosition(knob, value, 1000);
            const int slack =
                step > 0 ? static_cast<int>(std::ceil(500 * step / (high - low))) + 1 : 1;
            QVERIFY2(std::abs(back - position) <= slack, qPrintable(QString::number(back)));
            if (step > 0)
                QVERIFY(std::fabs(std::remainder(value - low, step)) < 1e-9);
        }
        QCOMPARE(sliderPosition(knob, high * 100 + 1, 1000), 1000);
    }

    void findsTheKnobs() {
        QVERIFY(open());
        QCOMPARE(whatIf().knobs().size(), std::size_t(2));
        QVERIFY(dock()->slider(0) != nullptr);
        QCOMPARE(dock()->spinBox(0)->value(), 1000.0);
        QCOMPARE(dock()->spinBox(0)->text(), u"1 k\u03a9"_s);
        QVERIFY(!dock()->slider(0)->accessibleName().isEmpty());
        QVERIFY(!dock()->spinBox(0)->accessibleName().isEmpty());
    }

    void predictionFollowsASlider() {
        QVERIFY(open());
        const double nominal = bench().prediction.result()->voltage(net("out"));
        QSlider* slider = dock()->slider(1);
        slider->setFocus();
        QTest::keyClick(slider, Qt::Key_End);
        QVERIFY(settledPrediction());
        QCOMPARE(whatIf().value(1), 20e3);
        // The fake adds 10 mV per kilo-ohm.
        QCOMPARE(bench().voltages.prediction()->voltage(net("out")), nominal + 0.01 * 18);
        QCOMPARE(bench().voltages.change(net("out")), 0.18);
        QVERIFY(dock()->changes()->isVisible());
        QCOMPARE(dock()->changes()->item(0, 1)->text(), u"+180 mV"_s);
        // What was simulated of the file does not stand beside it.
        QVERIFY(bench().voltages.point() == nullptr);
        // Back at the nominal value the file's own prediction is shown.
        QPushButton* reset = nullptr;
        for (QPushButton* button : dock()->findChildren<QPushButton*>())
            if (button->text() == u"Reset"_s)
                reset = button;
        QTest::mouseClick(reset, Qt::LeftButton);
        QVERIFY(settledPrediction());
        QVERIFY(bench().prediction.variant() == nullptr);
        QCOMPARE(bench().voltages.prediction()->voltage(net("out")), nominal);
    }

    void takesSiNumbers_data() {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<double>("value");
        QTest::newRow("k") << u"3.3k"_s << 3300.0;
        QTest::newRow("meg") << u"1meg"_s << 1e6;
        QTest::newRow("M is mega") << u"2M"_s << 2e6;
        QTest::newRow("milli") << u"500m"_s << 0.5;
        QTest::newRow("plain") << u"470"_s << 470.0;
        QTest::newRow("as shown") << u"4.7 k\u03a9"_s << 4700.0;
        QTest::newRow("micro sign") << u"10 \u00b5"_s << 1e-5;
    }
    void takesSiNumbers() {
        QFETCH(QString, typed);
        QFETCH(double, value);
        QVERIFY(open());
        widgets::SiSpinBox* box = dock()->spinBox(0);
        box->setFocus();
        box->selectAll();
        box->findChild<QLineEdit*>()->insert(typed); // keyClicks knows Latin-1 alone
        QTest::keyClick(box, Qt::Key_Return);
        QVERIFY2(std::fabs(whatIf().value(0) - value) <= 1e-9 * value,
                 qPrintable(QString::number(whatIf().value(0))));
        QVERIFY(settledPrediction());
    }

    void undoesAndRedoes() {
        QVERIFY(open());
        QSlider* slider = dock()->slider(0);
        slider->setFocus();
        QTest::keyClick(slider, Qt::Key_Right);
        const double first = whatIf().value(0);
        QVERIFY(first != 1000.0);
        // A drag of many moves is one step.
        QPoint at = handle(slider);
        mouse(slider, QEvent::MouseButtonPress, at, true);
        for (int i = 0; i < 12; ++i) {
            at.rx() += 3;
            mouse(slider, QEvent::MouseMove, at, true);
        }
        mouse(slider, QEvent::MouseButtonRelease, at, false);
        const double second = whatIf().value(0);
        QVERIFY(second > first);
        QCOMPARE(whatIf().undoStack()->count(), 2);
        QVERIFY(bench().commands.action(u"edit.undo"_s)->text().contains(u"ra"_s));
        QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(whatIf().value(0), first);
        QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(whatIf().value(0), 1000.0);
        QVERIFY(!bench().commands.action(u"edit.undo"_s)->isEnabled());
        QTest::keyClick(m_window.get(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(whatIf().value(0), first);
        QVERIFY(bench().commands.trigger(u"edit.redo"_s));
        QCOMPARE(whatIf().value(0), second);
        // Reset is one step, too.
        whatIf().setValue(1, 5e3, WhatIf::newGesture());
        whatIf().reset();
        QVERIFY(!whatIf().isAnyMoved());
        whatIf().undoStack()->undo();
        QCOMPARE(whatIf().value(0), second);
        QCOMPARE(whatIf().value(1), 5e3);
        QVERIFY(settledPrediction());
    }

    void followsWithin50ms() {
        QVERIFY(open());
        m_world->network->delay = std::chrono::milliseconds(12);
        QSlider* slider = dock()->slider(1);
        m_world->network->calls = 0;
        double worst = 0;
        QObject::connect(&whatIf(), &WhatIf::predicted, this,
                         [&] { worst = std::max(worst, whatIf().lastLatency()); });
        QPoint at = handle(slider);
        mouse(slider, QEvent::MouseButtonPress, at, true);
        int moves = 0;
        QElapsedTimer clock;
        clock.start();
        while (clock.elapsed() < 800) {
            at.rx() += moves % 60 < 30 ? 1 : -1;
            mouse(slider, QEvent::MouseMove, at, true);
            ++moves;
            QTest::qWait(4);
        }
        mouse(slider, QEvent::MouseButtonRelease, at, false);
        QVERIFY(settledPrediction());
        // The latest value won, and not every one in between was asked for.
        const PredictionPtr& shown = bench().prediction.shown();
        netlist::CircuitPtr last = *whatIf().tunable()->at(std::vector<std::size_t>{1},
                                                           std::vector<double>{whatIf().value(1)});
        QCOMPARE(shown->voltage(net("out")),
                 FakePredictor::value(*m_world->network, *last, net("out")));
        QVERIFY2(m_world->network->calls < moves, qPrintable(QString::number(moves)));
        qInfo("%d moves, %d predictions, slowest %.1f ms after its value", moves,
              m_world->network->calls.load(), worst);
        QVERIFY2(worst > 0 && worst < 50, qPrintable(QString::number(worst)));
    }

    void simulatesToCompare() {
        if (QStandardPaths::findExecutable(u"ngspice"_s).isEmpty())
            QSKIP("ngspice is not installed");
        QVERIFY(open());
        QVERIFY(!dock()->simulateButton()->isEnabled());
        whatIf().setValue(0, 2e3, WhatIf::newGesture());
        QVERIFY(settledPrediction());
        QVERIFY(dock()->simulateButton()->isEnabled());
        QTest::mouseClick(dock()->simulateButton(), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(bench().voltages.point() != nullptr, 20'000);
        QCOMPARE(bench().voltages.point()->netVoltages[net("out")], 0.5);
        QVERIFY(bench().voltages.comparison() != nullptr);
        // Turned on, it says nothing any more.
        whatIf().setValue(0, 3e3, WhatIf::newGesture());
        QVERIFY(bench().voltages.point() == nullptr);
        QVERIFY(settledPrediction());
    }

    void watchesChosenNets() {
        QVERIFY(open());
        bench().hub.select(ObjectId{ObjectKind::Net, net("out")}, SelectionSource::Program);
        QPushButton* watch = nullptr;
        for (QPushButton* button : dock()->findChildren<QPushButton*>())
            if (button->text().contains(u"Watch"_s))
                watch = button;
        QVERIFY(watch && watch->isEnabled());
        QTest::mouseClick(watch, Qt::LeftButton);
        whatIf().setValue(1, 12e3, WhatIf::newGesture());
        QVERIFY(settledPrediction());
        QCOMPARE(dock()->changes()->rowCount(), 1);
        // The drawing says by how much.
        const auto tag = bench().voltages.annotation(net("out"));
        QVERIFY2(tag->text.contains(u"(+100 mV)"_s), qPrintable(tag->text));
    }

    void forgetsWithTheCircuit() {
        QVERIFY(open());
        whatIf().setValue(1, 12e3, WhatIf::newGesture());
        QVERIFY(settledPrediction());
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        QVERIFY(bench().prediction.variant() == nullptr);
        QTRY_VERIFY(whatIf().tunable() != nullptr);
        QCOMPARE(whatIf().knobs().size(), std::size_t(0));
        QCOMPARE(whatIf().undoStack()->count(), 0);
    }

    void tellsErrorsInline() {
        QVERIFY(open());
        m_world->network->failure.code = "NN-012";
        m_world->network->failure.text = "It broke.";
        whatIf().setValue(1, 12e3, WhatIf::newGesture());
        QTRY_VERIFY(dock()->bar()->isVisible());
        QVERIFY(dock()->bar()->text().contains(u"It broke"_s));
    }
};

QTEST_MAIN(TestWhatIf)
#include "tst_whatif.moc"
