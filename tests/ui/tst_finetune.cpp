// SPDX-License-Identifier: GPL-3.0-or-later
// Finetuning in the real window, with a training whose course is known.
#include "fakelearning.h"
#include "ui/docks/predictdock.h"
#include "ui/pages/datapage.h"
#include "ui/pages/finetunepage.h"
#include "ui/services/commands.h"
#include "ui/session/finetuning.h"
#include "uitesting.h"
#include "widgets/common/messagebar.h"
#include "widgets/common/sispinbox.h"

#include <QAccessible>
#include <QAction>
#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>
#include <QStandardPaths>
#include <QTableWidget>
#include <QToolButton>

#include <set>

using namespace ohm;
using namespace ohm::ui;
using namespace ohm::ui::testing;
using Phase = Finetuning::Phase;

class TestFinetune : public QObject {
    Q_OBJECT
    std::unique_ptr<Sandbox> m_box;
    std::unique_ptr<FakeWorld> m_world;
    std::unique_ptr<MainWindow> m_window;

    Workbench& bench() { return m_window->bench(); }
    Finetuning& tuning() { return bench().finetuning; }
    FinetunePage* page() { return m_window->workspace()->finetune(); }
    netlist::NetId net(const char* name) { return *bench().session.circuit()->findNet(name); }
    bool open() {
        if (!openAndWait(*m_window, sample(u"knobs.sp"_s)))
            return false;
        bench().commands.trigger(u"predict.finetune"_s);
        return QTest::qWaitFor([&] { return page()->isVisible() && tuning().tunable(); });
    }
    bool trainToTheEnd() {
        QTest::mouseClick(page()->trainButton(), Qt::LeftButton);
        return QTest::qWaitFor([&] { return tuning().phase() == Phase::Done; }, 20'000);
    }
    static bool hasSimulator() { return !QStandardPaths::findExecutable(u"ngspice"_s).isEmpty(); }

private slots:
    void init() {
        m_box = std::make_unique<Sandbox>();
        qputenv("XDG_DATA_HOME", m_box->path(u"data"_s).toLocal8Bit());
        m_world = std::make_unique<FakeWorld>();
        m_world->models = {FakeWorld::model("ladder", "resistive"),
                           FakeWorld::model("opamp", "analog")};
        m_window = std::make_unique<MainWindow>(m_box->settings(), m_world->learning());
        m_window->resize(1600, 1000);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void cleanup() {
        m_window.reset();
        m_world.reset();
        m_box.reset();
    }

    void readsSampleNumbers_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QList<int>>("numbers"); // empty: not understood
        QTest::newRow("one") << u"3"_s << QList<int>{3};
        QTest::newRow("range") << u"0-2, 9"_s << QList<int>{0, 1, 2, 9};
        QTest::newRow("twice") << u"1,1-2"_s << QList<int>{1, 2};
        QTest::newRow("beyond") << u"10"_s << QList<int>{};
        QTest::newRow("backwards") << u"4-2"_s << QList<int>{};
        QTest::newRow("words") << u"all"_s << QList<int>{};
        QTest::newRow("nothing") << u" "_s << QList<int>{};
        QTest::newRow("huge") << u"0-999999999999"_s << QList<int>{};
    }
    void readsSampleNumbers() {
        QFETCH(QString, text);
        QFETCH(QList<int>, numbers);
        const auto found = parseSamples(text, 10);
        QCOMPARE(found.has_value(), !numbers.isEmpty());
        if (!found)
            return;
        QCOMPARE(found->size(), std::size_t(numbers.size()));
        for (qsizetype i = 0; i < numbers.size(); ++i)
            QCOMPARE((*found)[std::size_t(i)], std::size_t(numbers[i]));
    }

    void rangesAroundTheCircuit_data() {
        QTest::addColumn<double>("nominal");
        QTest::addColumn<double>("step");
        QTest::addColumn<double>("spread");
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::newRow("30 %") << 50.0 << 0.0 << 0.3 << 35.0 << 65.0;
        QTest::newRow("full") << 50.0 << 0.0 << 0.0 << 1.0 << 99.0;
        QTest::newRow("at the end") << 95.0 << 0.0 << 0.3 << 66.5 << 99.0;
        QTest::newRow("steps") << 10.0 << 1.0 << 0.25 << 8.0 << 12.0;
        QTest::newRow("one step at least") << 2.0 << 1.0 << 0.1 << 1.0 << 3.0;
        QTest::newRow("zero") << 0.0 << 0.0 << 0.3 << 1.0 << 99.0;
    }
    void rangesAroundTheCircuit() {
        QFETCH(double, nominal);
        QFETCH(double, step);
        QFETCH(double, spread);
        generate::Knob knob;
        knob.nominal = nominal;
        knob.step = step;
        knob.low = 1;
        knob.high = 99;
        const auto [low, high] = rangeAround(knob, spread);
        QTEST(low, "low");
        QTEST(high, "high");
    }

    void splitsWithoutOverlap_data() {
        QTest::addColumn<bool>("choose");
        QTest::addColumn<double>("fraction");
        QTest::newRow("all") << false << 1.0;
        QTest::newRow("a tenth") << false << 0.1;
        QTest::newRow("by hand") << true << 1.0;
    }
    void splitsWithoutOverlap() {
        QFETCH(bool, choose);
        QFETCH(double, fraction);
        FinetuneSetup setup;
        setup.source = FinetuneSetup::Source::File;
        setup.choose = choose;
        setup.fraction = fraction;
        setup.chosen = {3, 5, 8};
        const dataset::GraphSet set = FakeWorld::samples(100, 0);
        const auto split = splitFor(setup, set);
        QVERIFY(split.ok());
        std::set<std::size_t> all;
        for (const auto* part : {&split->training, &split->validation, &split->test})
            for (const std::size_t i : *part)
                QVERIFY(i < 100 && all.insert(i).second);
        QVERIFY(!split->validation.empty() && !split->test.empty());
        if (choose)
            QCOMPARE(split->training, (std::vector<std::size_t>{3, 5, 8}));
        else
            QCOMPARE(split->training.size(), std::size_t(std::lround(55 * fraction)));
        // Held-out samples do not depend on how many are trained on.
        if (!choose)
            QCOMPARE(split->test.size(), std::size_t(30));
    }

    void opensFromThePanel() {
        QVERIFY(openAndWait(*m_window, sample(u"knobs.sp"_s)));
        m_window->showDock(u"predictDock"_s);
        QPushButton* button = nullptr;
        for (QPushButton* candidate : m_window->predictDock()->findChildren<QPushButton*>())
            if (candidate->text().startsWith(u"Finetune"_s))
                button = candidate;
        QVERIFY(button);
        QTest::mouseClick(button, Qt::LeftButton);
        QTRY_VERIFY(page()->isVisible());
        QTRY_COMPARE(page()->knobTable()->rowCount(), 2);
        QVERIFY(page()->trainButton()->isEnabled());
        QVERIFY(page()->splitText().contains(u"held out"_s));
    }

    void oneClickSimulatesTrainsAndCompares() {
        QVERIFY(open());
        page()->countBox()->setValue(40);
        QTest::keyClick(page()->countBox(), Qt::Key_Up); // 41, by keyboard
        bench().prediction.run();
        QTRY_VERIFY(bench().prediction.result() != nullptr);
        const double before = bench().prediction.result()->voltage(net("out"));
        QVERIFY(trainToTheEnd());
        QCOMPARE(m_world->lastStudy.count, std::size_t(41));
        QCOMPARE(m_world->lastStudy.varied.size(), std::size_t(2));
        QCOMPARE(m_world->lastStudy.varied[0].low, 700.0); // within 30 % of 1k
        QCOMPARE(m_world->lastStudy.varied[0].high, 1300.0);
        // 37 samples succeed; 15 % validate, 30 % are held out.
        const FinetuneResultPtr& result = tuning().result();
        QVERIFY(result != nullptr);
        QCOMPARE(result->support + result->validation + result->heldOut, std::size_t(37));
        QCOMPARE(m_world->trainedOn, result->support);
        QCOMPARE(m_world->lastRecipe.steps, std::int64_t(120));
        QVERIFY(m_world->lastRecipe.freezeNorm);
        QVERIFY(tuning().reports().size() >= 10);
        QVERIFY(page()->splitText().contains(u"4 failed"_s));
        // Before and after, side by side.
        QTableWidget* figures = page()->figures();
        QVERIFY(figures->isVisible());
        QVERIFY(figures->rowCount() >= 3);
        QCOMPARE(figures->item(0, 1)->text(), u"0.300"_s);
        QCOMPARE(figures->item(0, 2)->text(), u"0.900"_s);
        QCOMPARE(figures->item(0, 3)->text(), u"better"_s);
        // And on the circuit: the finetuned network predicts there now.
        QTRY_COMPARE(bench().prediction.result()->voltage(net("out")), before - 0.5);
        QVERIFY(page()->netTable()->rowCount() > 0);
        tuning().showAfter(false);
        QTRY_COMPARE(bench().prediction.result()->voltage(net("out")), before);
    }

    void keepsUnderAName() {
        QVERIFY(open());
        QVERIFY(trainToTheEnd());
        QTRY_VERIFY(page()->keepButton()->isVisible());
        page()->nameEdit()->setText(u"../evil"_s);
        QTest::mouseClick(page()->keepButton(), Qt::LeftButton);
        QVERIFY(page()->bar()->isVisible());
        QVERIFY(page()->bar()->details().contains(u"UI-023"_s));
        QVERIFY(m_world->written.empty());
        page()->nameEdit()->setText(u"my divider"_s);
        QTest::keyClick(page()->nameEdit(), Qt::Key_Return);
        const QString file = m_box->path(u"data/ohmscape/models/my divider.safetensors"_s);
        QVERIFY(QFile::exists(file));
        const learn::Checkpoint& kept = m_world->written.at(file.toStdString());
        QCOMPARE(kept.provenance.at("from"), std::string("ladder"));
        QVERIFY(kept.provenance.contains("held-out.acc_at_100"));
        QTRY_VERIFY(bench().prediction.model() && bench().prediction.model()->name == "my divider");
        QVERIFY(!bench().prediction.isTrial());
        QCOMPARE(tuning().phase(), Phase::Idle);
        // A second one of that name is refused.
        QVERIFY(trainToTheEnd());
        QVERIFY(!tuning().keep(u"my divider"_s).ok());
    }

    void discards() {
        QVERIFY(open());
        QVERIFY(trainToTheEnd());
        QVERIFY(bench().prediction.isTrial());
        QTest::mouseClick(page()->discardButton(), Qt::LeftButton);
        QVERIFY(!bench().prediction.isTrial());
        QVERIFY(tuning().result() == nullptr);
        QVERIFY(!page()->figures()->isVisible());
        QVERIFY(m_world->written.empty());
        QVERIFY(page()->trainButton()->isEnabled());
    }

    void pausesAndStops() {
        m_world->stepTime = std::chrono::milliseconds(3);
        QVERIFY(open());
        page()->stepsBox()->setValue(50'000);
        QTest::mouseClick(page()->trainButton(), Qt::LeftButton);
        QTRY_VERIFY(m_world->steps > 5);
        QVERIFY(!page()->trainButton()->isEnabled());
        QTest::mouseClick(page()->pauseButton(), Qt::LeftButton);
        QVERIFY(tuning().isPaused());
        QTest::qWait(50);
        const int paused = m_world->steps;
        QTest::qWait(150);
        QVERIFY(m_world->steps <= paused + 1);
        QTest::mouseClick(page()->pauseButton(), Qt::LeftButton);
        QTRY_VERIFY(m_world->steps > paused + 5);
        QElapsedTimer clock;
        clock.start();
        QTest::mouseClick(page()->stopButton(), Qt::LeftButton);
        QTRY_COMPARE(tuning().phase(), Phase::Idle);
        QVERIFY2(clock.elapsed() < 1000, "stop must be instant");
        QVERIFY(!page()->bar()->isVisible()); // stopping is no error
        QVERIFY(page()->trainButton()->isEnabled());
    }

    void predictsWhileItTrains() {
        m_world->stepTime = std::chrono::milliseconds(2);
        QVERIFY(open());
        page()->stepsBox()->setValue(50'000);
        QTest::mouseClick(page()->trainButton(), Qt::LeftButton);
        QTRY_VERIFY(m_world->steps > 2);
        QElapsedTimer clock;
        clock.start();
        bench().prediction.run();
        QTRY_VERIFY(bench().prediction.result() != nullptr);
        QVERIFY2(clock.elapsed() < 1000, "a training must not hold up predictions");
        tuning().stop();
        QTRY_COMPARE(tuning().phase(), Phase::Idle);
    }

    void windowStaysResponsive() {
        m_world->stepTime = std::chrono::microseconds(200);
        m_world->sampleTime = std::chrono::microseconds(200);
        QVERIFY(open());
        page()->stepsBox()->setValue(2000);
        QTest::qWait(50);
        StallMeter meter;
        QVERIFY(trainToTheEnd());
        qInfo("longest stall %lld ms", meter.worst());
    }

    void takesAFile() {
        QVERIFY(open());
        const QString file = m_box->path(u"set.h5"_s);
        QVERIFY(write(file, "fake"));
        page()->chooseFile(file);
        QTRY_VERIFY(page()->splitText().contains(u"200 samples"_s));
        QVERIFY2(page()->splitText().contains(u"11 to train on"_s), // 10 % of 110
                 qPrintable(page()->splitText()));
        for (QRadioButton* radio : page()->findChildren<QRadioButton*>())
            if (radio->text().contains(u"samples"_s))
                radio->setChecked(true);
        for (QLineEdit* edit : page()->findChildren<QLineEdit*>())
            if (edit->accessibleName().startsWith(u"Samples"_s)) {
                edit->setFocus();
                QTest::keyClicks(edit, u"0-4, 9"_s);
            }
        QVERIFY2(page()->splitText().contains(u"6 to train on"_s), qPrintable(page()->splitText()));
        QVERIFY(trainToTheEnd());
        QCOMPARE(m_world->trainedOn, std::size_t(6));
    }

    void takesSamplesFromTheDataPage() {
        QVERIFY(open());
        const QString file = m_box->path(u"set.h5"_s);
        QVERIFY(write(file, "fake"));
        bench().commands.trigger(u"page.data"_s);
        QVERIFY(!page()->isVisible());
        emit m_window->dataPage()->finetuneRequested(file, u"2, 4, 6"_s);
        QTRY_VERIFY(page()->isVisible());
        QTRY_VERIFY2(page()->splitText().contains(u"3 to train on"_s),
                     qPrintable(page()->splitText()));
    }

    void refusesForeignSamples() {
        QVERIFY(open());
        const QString file = m_box->path(u"foreign.h5"_s);
        QVERIFY(write(file, "fake"));
        page()->chooseFile(file);
        QTRY_VERIFY(!tuning().isBusy());
        QTest::mouseClick(page()->trainButton(), Qt::LeftButton);
        QTRY_VERIFY(page()->bar()->isVisible());
        QVERIFY(page()->bar()->details().contains(u"UI-025"_s));
        QCOMPARE(m_world->trainings.load(), 0);
    }

    void everythingHasAName() {
        QVERIFY(open());
        QVERIFY(trainToTheEnd());
        for (QWidget* widget : page()->findChildren<QWidget*>()) {
            if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible() ||
                widget->objectName().startsWith(u"qt_"_s) ||
                widget->inherits("QAbstractScrollAreaViewport") ||
                (widget->inherits("QLineEdit") &&
                 widget->parentWidget()->inherits("QAbstractSpinBox")) ||
                widget->inherits("QHeaderView") || widget->inherits("QLabel"))
                continue;
            const QAccessibleInterface* access = QAccessible::queryAccessibleInterface(widget);
            QVERIFY2(access && !access->text(QAccessible::Name).isEmpty(),
                     widget->metaObject()->className());
        }
    }
};

QTEST_MAIN(TestFinetune)
#include "tst_finetune.moc"
