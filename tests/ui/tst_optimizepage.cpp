// SPDX-License-Identifier: GPL-3.0-or-later
// The page on sizing: set-up tables with undo and saving, whole runs through its buttons, refused
// set-ups, sessions that go on, several of them compared.
#include "sizinghelpers.h"

using namespace ohm;
using namespace ohm::ui;
using namespace ohm::ui::testing;
using namespace Qt::StringLiterals;

class TestOptimizePage : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        QVERIFY(m_cache.isValid());
        useOwnFolders(m_cache);
    }

    void offersTheDemoWhereThereIsNothing() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.show();
        QVERIFY(page.demoButton()->isVisible());
        QVERIFY(!page.runPane()->startButton()->isEnabled());
        QSignalSpy opened(&page, &OptimizePage::openRequested);
        QTest::mouseClick(page.demoButton(), Qt::LeftButton);
        QCOMPARE(opened.size(), 1);
        QVERIFY(QFileInfo(opened[0][0].toString() + u"/project.yaml"_s).exists());
        page.openProject(divider(folder->path()));
        QVERIFY(!page.demoButton()->isVisible());
        QVERIFY(page.runPane()->startButton()->isEnabled());
    }

    // --- the set-up -----------------------------------------------------------------------------

    void tablesAreProperModels() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        std::vector<std::unique_ptr<QAbstractItemModelTester>> testers;
        for (int k = 0; k < kSetupKinds; ++k)
            testers.push_back(std::make_unique<QAbstractItemModelTester>(
                page.setupPane()->model(static_cast<SetupKind>(k)),
                QAbstractItemModelTester::FailureReportingMode::QtTest));
        testers.push_back(std::make_unique<QAbstractItemModelTester>(
            page.designsPane()->model(), QAbstractItemModelTester::FailureReportingMode::QtTest));
        testers.push_back(std::make_unique<QAbstractItemModelTester>(
            page.progressPane()->table()->model(),
            QAbstractItemModelTester::FailureReportingMode::QtTest));
        page.openProject(divider(folder->path()));
        for (int k = 0; k < kSetupKinds; ++k) {
            const auto kind = static_cast<SetupKind>(k);
            const int before = page.setupPane()->model(kind)->rowCount();
            const int row = page.setup().add(kind);
            page.setup().duplicate(kind, row);
            QCOMPARE(page.setupPane()->model(kind)->rowCount(), before + 2);
            page.setup().remove(kind, 0);
            page.setup().undo();
            page.setup().undo();
            page.setup().redo();
        }
        DesignTable* table = page.designsPane()->model();
        page.openProject({});
        const auto project = project::readProject(folder->path());
        const auto problem = optimize::problemOf(*project);
        QVERIFY(problem);
        auto some = *members(*problem, 300);
        std::vector<optimize::IterationReport> none;
        rescore(*problem, some, none, {});
        table->set(*problem, std::make_shared<const std::vector<optimize::Member>>(some));
        QCOMPARE(table->rowCount(), 300);
        table->sort(table->measureColumn(0), Qt::DescendingOrder);
        QVERIFY(some[static_cast<std::size_t>(table->memberAt(0))].values[0] >=
                some[static_cast<std::size_t>(table->memberAt(299))].values[0]);
        table->setLeast(Verdict::Pass);
        for (int row = 0; row < table->rowCount(); ++row)
            QCOMPARE(table->index(row, DesignTable::State).data().toString(), u"pass"_s);
        QVERIFY(table->rowCount() > 0 && table->rowCount() < 300);
        table->setMask(std::vector<char>(300, 0));
        QCOMPARE(table->rowCount(), 0);
    }

    void showsAndTakesUnits() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.openProject(divider(folder->path()));
        QCOMPARE(shown(page, SetupKind::Parameters, 0, u"max"_s), u"10 k\u03a9"_s);
        QCOMPARE(shown(page, SetupKind::Parameters, 0, u"#points"_s), u"100"_s);
        QCOMPARE(shown(page, SetupKind::Specs, 1, u"max"_s), u"200 \u00b5A"_s);
        edit(page, SetupKind::Specs, 1, u"max"_s, u"150 \u00b5A"_s);
        QCOMPARE(shown(page, SetupKind::Specs, 1, u"max"_s), u"150 \u00b5A"_s);
        QCOMPARE(*page.setup().problem()->specs[1].max, 150e-6);
        QCOMPARE(numberForFile(u"10 MHz"_s), u"10meg"_s);
        QCOMPARE(numberForFile(u"4.7k"_s), u"4.7k"_s);
        QCOMPARE(numberForFile(u"2 k\u03a9"_s), u"2k"_s);
        QCOMPARE(numberForFile(u"10M"_s), u"10M"_s); // milli, as in a deck; the cell shows it
        QCOMPARE(numberForFile(u"nonsense"_s), u"nonsense"_s);
        // Analyses are typed without brackets.
        edit(page, SetupKind::Benches, 0, u"analyses"_s, u"op,  ac dec 10 1 1meg"_s);
        QCOMPARE(shown(page, SetupKind::Benches, 0, u"analyses"_s), u"op, ac dec 10 1 1meg"_s);
        QVERIFY(page.setup().problem());
        QCOMPARE(page.setup().problem()->benches[0].analyses[1].stop, 1e6);
    }

    void editsUndoAndSave() {
        const auto folder = TemporaryDirectory::create();
        const QString file = divider(folder->path());
        const QByteArray before = bytesOf(file);
        JobService jobs;
        OptimizePage page(jobs);
        page.resize(1200, 800);
        page.show();
        page.openProject(file);
        QVERIFY(!page.setup().isModified());
        QVERIFY(!page.setupPane()->saveButton()->isEnabled());
        // Typed into the cell, through the view.
        page.setupPane()->tabs()->setCurrentIndex(0);
        QTableView* table = page.setupPane()->table(SetupKind::Parameters);
        table->setCurrentIndex(table->model()->index(
            0, page.setupPane()->model(SetupKind::Parameters)->columnOf(u"max"_s)));
        table->edit(table->currentIndex());
        QWidget* editor = table->viewport()->findChild<QLineEdit*>();
        QVERIFY(editor);
        QTest::keyClick(editor, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClicks(editor, u"5k"_s);
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_COMPARE(shown(page, SetupKind::Parameters, 0, u"max"_s), u"5 k\u03a9"_s);
        QVERIFY(page.setup().isModified());
        page.setupPane()->duplicateButton()->click();
        QCOMPARE(table->model()->rowCount(), 3);
        QCOMPARE(shown(page, SetupKind::Parameters, 1, {}), u"r1_copy"_s);
        page.setupPane()->removeButton()->click();
        QCOMPARE(table->model()->rowCount(), 2);
        for (int i = 0; i < 3; ++i)
            page.setupPane()->undoButton()->click();
        QVERIFY(!page.setup().isModified());
        QVERIFY(!page.setupPane()->undoButton()->isEnabled());
        QCOMPARE(shown(page, SetupKind::Parameters, 0, u"max"_s), u"10 k\u03a9"_s);
        page.setupPane()->redoButton()->click();
        page.setupPane()->saveButton()->click();
        QVERIFY(!page.setup().isModified());
        QByteArray wanted = before;
        wanted.replace("r1: {value: 1k, min: 100, max: 10k", "r1: {value: 1k, min: 100, max: 5k");
        QCOMPARE(bytesOf(file), wanted); // comments and all else as they were
        // Back beyond the saving: modified again.
        page.setup().undo();
        QVERIFY(page.setup().isModified());
    }

    void renamesTakeAlong() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.openProject(divider(folder->path()));
        edit(page, SetupKind::Measurements, 0, {}, u"output"_s);
        QCOMPARE(page.setup().text(SetupKind::Specs, 0, {}), u"output"_s);
        edit(page, SetupKind::Benches, 0, {}, u"point"_s);
        QCOMPARE(page.setup().text(SetupKind::Measurements, 1, u"bench"_s), u"point"_s);
        QVERIFY(page.setup().problem());
        page.setup().undo();
        page.setup().undo();
        QVERIFY(!page.setup().isModified());
        QCOMPARE(page.setup().text(SetupKind::Specs, 0, {}), u"vout"_s);
    }

    void othersChangedTheFile() {
        const auto folder = TemporaryDirectory::create();
        const QString file = divider(folder->path());
        JobService jobs;
        OptimizePage page(jobs);
        page.show();
        page.openProject(file);
        edit(page, SetupKind::Specs, 1, u"weight"_s, u"3"_s);
        std::ofstream(toPath(file), std::ios::app) << "extra: 7\n";
        page.save();
        QVERIFY(page.setup().isModified());
        QVERIFY(page.bar()->isVisible());
        page.save(); // knowing it
        QVERIFY(!page.setup().isModified());
        QVERIFY(bytesOf(file).contains("extra: 7"));
        QVERIFY(bytesOf(file).contains("weight: 3"));
    }

    void leavingAsks() {
        const auto folder = TemporaryDirectory::create();
        const auto other = TemporaryDirectory::create();
        const QString file = divider(folder->path());
        JobService jobs;
        OptimizePage page(jobs);
        page.show();
        page.openProject(file);
        QVERIFY(page.mayLeave());
        edit(page, SetupKind::Specs, 1, u"weight"_s, u"3"_s);
        page.openProject(divider(other->path())); // does not throw the changes away
        QCOMPARE(fromPath(page.setup().file()), file);
        QVERIFY(page.bar()->isVisible());
        const auto answer = [](const QString& text) {
            QTimer::singleShot(50, qApp, [text] {
                auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
                QVERIFY(box);
                for (QAbstractButton* button : box->buttons()) {
                    if (button->text() == text)
                        return button->click();
                }
                box->reject();
            });
        };
        answer(u"Cancel"_s);
        QVERIFY(!page.mayLeave());
        answer(u"Save"_s);
        QVERIFY(page.mayLeave());
        QVERIFY(bytesOf(file).contains("weight: 3"));
        page.openProject(fromPath(other->path() / "project.yaml"));
        QCOMPARE(page.setup().file(), other->path() / "project.yaml");
    }

    void refuses_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("row");
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("says");
        const int parameters = static_cast<int>(SetupKind::Parameters);
        const int specs = static_cast<int>(SetupKind::Specs);
        const int measurements = static_cast<int>(SetupKind::Measurements);
        const int benches = static_cast<int>(SetupKind::Benches);
        QTest::newRow("no number") << specs << 1 << u"max"_s << u"much"_s << u"not a number"_s;
        QTest::newRow("contradiction") << specs << 1 << u"min"_s << u"9"_s << u"nothing can meet"_s;
        QTest::newRow("weight") << specs << 1 << u"weight"_s << u"0"_s << u"above zero"_s;
        QTest::newRow("no limit") << specs << 1 << u"max"_s << QString() << u"needs a min"_s;
        QTest::newRow("both") << specs << 0 << u"max"_s << u"1"_s << u"not both"_s;
        QTest::newRow("of nothing") << specs << 1 << QString() << u"speed"_s << u"no measurement"_s;
        QTest::newRow("range") << parameters << 0 << u"min"_s << u"20k"_s << u"above the max"_s;
        QTest::newRow("step") << parameters << 0 << u"step"_s << u"1meg"_s
                              << u"nothing could vary"_s;
        QTest::newRow("log") << parameters << 0 << u"min"_s << u"-1"_s << u"#log"_s;
        QTest::newRow("twice") << parameters << 1 << QString() << u"r1"_s << u"given twice"_s;
        QTest::newRow("name") << parameters << 1 << QString() << u"a b: {"_s << u"begins with"_s;
        QTest::newRow("net") << measurements << 0 << u"of"_s << QString() << u"needs it"_s;
        QTest::newRow("bench") << measurements << 0 << u"bench"_s << u"x"_s << u"no bench"_s;
        QTest::newRow("kind") << measurements << 0 << u"kind"_s << u"speed"_s << u"not known"_s;
        QTest::newRow("analysis of another kind")
            << measurements << 0 << u"kind"_s << u"settling"_s << u"needs"_s;
        QTest::newRow("analysis") << benches << 0 << u"analyses"_s << u"fft"_s
                                  << u"not understood"_s;
        QTest::newRow("file") << benches << 0 << u"circuit"_s << u"../x.cir"_s << u"folder"_s;
        QTest::newRow("timeout") << benches << 0 << u"timeout"_s << u"-2"_s << u"above zero"_s;
    }
    void refuses() {
        QFETCH(int, kind);
        QFETCH(int, row);
        QFETCH(QString, key);
        QFETCH(QString, text);
        QFETCH(QString, says);
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.show();
        page.openProject(divider(folder->path()));
        QVERIFY(page.runPane()->startButton()->isEnabled());
        if (says == u"#log"_s) {
            SetupTable* model = page.setupPane()->model(SetupKind::Parameters);
            model->setData(model->index(0, model->columnOf(u"scale"_s)), Qt::Checked,
                           Qt::CheckStateRole);
            says = u"above zero"_s;
        }
        edit(page, static_cast<SetupKind>(kind), row, key, text);
        QVERIFY(!page.setup().problem());
        QVERIFY(!page.runPane()->startButton()->isEnabled());
        QVERIFY(page.setupPane()->findings()->isVisible());
        QVERIFY2(page.setupPane()->findings()->text().contains(says),
                 qPrintable(page.setupPane()->findings()->text()));
        // The link leads to the cell.
        emit page.setupPane()->findings()->linkActivated(u"0"_s);
        QCOMPARE(page.setupPane()->tabs()->currentIndex(), kind);
        page.runPane()->startButton()->click();
        QVERIFY(!page.isRunning());
        QVERIFY(jobs.isIdle()); // nothing was simulated
        while (page.setup().canUndo())
            page.setup().undo();
        QVERIFY(page.runPane()->startButton()->isEnabled());
        QVERIFY(!page.setupPane()->findings()->isVisible());
    }

    void checksTheCircuits() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.show();
        page.openProject(divider(folder->path()));
        edit(page, SetupKind::Measurements, 0, u"of"_s, u"nowhere"_s);
        QVERIFY(page.setup().problem()); // only the circuit tells
        QTRY_VERIFY_WITH_TIMEOUT(page.bar()->isVisible(), 10000);
        page.setup().undo();
        QTRY_VERIFY_WITH_TIMEOUT(!page.bar()->isVisible(), 10000);
    }

    void inTheWindow() {
        const auto folder = TemporaryDirectory::create();
        const QString file = divider(folder->path());
        const testing::Sandbox box;
        MainWindow window(box.settings());
        window.resize(1280, 800);
        window.show();
        QVERIFY(testing::openAndWait(window, file));
        window.showPage(MainWindow::Page::Optimize);
        OptimizePage* page = window.optimizePage();
        QVERIFY(page->setup().isOpen());
        Commands& commands = window.bench().commands;
        QVERIFY(!commands.action(u"sizing.save"_s)->isEnabled());
        edit(*page, SetupKind::Specs, 1, u"weight"_s, u"3"_s);
        QVERIFY(commands.action(u"edit.undo"_s)->text().contains(u"weight"_s));
        QVERIFY(commands.trigger(u"edit.undo"_s));
        QCOMPARE(page->setup().text(SetupKind::Specs, 1, u"weight"_s), QString());
        QVERIFY(commands.trigger(u"edit.redo"_s));
        QVERIFY(commands.trigger(u"sizing.save"_s));
        QVERIFY(bytesOf(file).contains("weight: 3"));
        QVERIFY(!commands.action(u"sizing.save"_s)->isEnabled());
        // Values of a design on the schematic: the knobs turn, voltages are simulated.
        emit page->schematicRequested({{"r1", 3000.0}, {"r2", 1000.0}}, u"Design 1"_s);
        QCOMPARE(window.page(), MainWindow::Page::Circuit);
        WhatIf& knobs = window.bench().whatIf;
        QTRY_VERIFY_WITH_TIMEOUT(knobs.isAnyMoved() && testing::settled(window), 30000);
        QCOMPARE(knobs.undoStack()->undoText(), u"Design 1"_s);
        // A window with unsaved changes does not close unasked.
        edit(*page, SetupKind::Specs, 1, u"weight"_s, u"4"_s);
        QTimer::singleShot(50, qApp, [] {
            auto* question = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
            QVERIFY(question);
            question->reject();
        });
        QVERIFY(!window.close());
        QCOMPARE(window.page(), MainWindow::Page::Optimize);
        commands.trigger(u"edit.undo"_s);
        QVERIFY(window.close());
    }

    /// Before anything is sized: what the circuit is with the values it has.
    void measuresAsDrawn() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.show();
        QVERIFY(!page.setupPane()->measureButton()->isEnabled());
        page.openProject(divider(folder->path()));
        QCOMPARE(shown(page, SetupKind::Specs, 0, u"#drawn"_s), QString());
        const auto measure = [&] {
            page.setupPane()->measureButton()->click();
            QVERIFY(!page.setupPane()->measureButton()->isEnabled());
            QTRY_VERIFY_WITH_TIMEOUT(page.setupPane()->measureButton()->isEnabled(), 30000);
        };
        measure();
        QCOMPARE(shown(page, SetupKind::Specs, 0, u"#drawn"_s), u"500 mV, fail"_s);
        QCOMPARE(shown(page, SetupKind::Specs, 1, u"#drawn"_s), u"500 µA, fail"_s);
        SetupTable* specs = page.setupPane()->model(SetupKind::Specs);
        QVERIFY(!specs->index(0, specs->columnOf(u"#drawn"_s)).data(Qt::DecorationRole).isNull());
        // Other limits judge the same value; other values are another circuit.
        edit(page, SetupKind::Specs, 1, u"max"_s, u"0.6m"_s);
        QCOMPARE(shown(page, SetupKind::Specs, 1, u"#drawn"_s), u"500 µA, pass"_s);
        edit(page, SetupKind::Parameters, 0, u"value"_s, u"3k"_s);
        QCOMPARE(shown(page, SetupKind::Specs, 0, u"#drawn"_s), QString());
        measure();
        QCOMPARE(shown(page, SetupKind::Specs, 0, u"#drawn"_s), u"250 mV, pass"_s);
        QVERIFY(page.runs().runs().isEmpty()); // no session
        // Another netlist is another circuit, too.
        std::ofstream(folder->path() / "divider.cir")
            << "* divider\n.param r1=1k r2=1k\nv1 in 0 dc 2\nr1 in out {r1}\nr2 out 0 {r2}\n.end\n";
        edit(page, SetupKind::Specs, 1, u"max"_s, u"0.7m"_s);
        QCOMPARE(shown(page, SetupKind::Specs, 0, u"#drawn"_s), QString());
        // What is still measured of a project that was left is not shown of the next.
        const auto other = TemporaryDirectory::create();
        const QString next = divider(other->path());
        OptimizePage leaving(jobs);
        leaving.show();
        leaving.openProject(fromPath(folder->path() / "project.yaml"));
        leaving.setupPane()->measureButton()->click();
        leaving.openProject(next);
        QVERIFY(leaving.setupPane()->measureButton()->isEnabled());
        QTest::qWait(500);
        QTRY_VERIFY(jobs.isIdle());
        QCOMPARE(shown(leaving, SetupKind::Specs, 0, u"#drawn"_s), QString());
        // What cannot be measured is told.
        std::ofstream(folder->path() / "divider.cir")
            << "* not to be solved\n.param r1=1k r2=1k\nv1 in 0 dc 1\n"
               "b1 out 0 v=ln(-1-v(out)*{r1})\nr2 out 0 {r2}\nv2 in 0 dc 2\n.end\n";
        measure();
        QVERIFY(page.bar()->isVisible());
        QVERIFY2(page.bar()->text().contains(u"as drawn"_s), qPrintable(page.bar()->text()));
    }

    /// Commands of a netlist are never run, and the user is told that they are left out.
    void commandsOfANetlist() {
        const auto folder = TemporaryDirectory::create();
        const QString file = divider(folder->path());
        const QString mark = fromPath(folder->path() / "was-here");
        std::ofstream(folder->path() / "divider.cir")
            << "* divider\n.param r1=1k r2=1k\nv1 in 0 dc 1 ac 1\nr1 in out {r1}\n"
               "r2 out 0 {r2}\n.control\nshell touch "
            << mark.toStdString() << "\nrun\nquit\n.endc\n.end\n";
        JobService jobs;
        OptimizePage page(jobs);
        page.show();
        page.openProject(file);
        QTRY_VERIFY_WITH_TIMEOUT(page.bar()->isVisible(), 10000);
        QVERIFY2(page.bar()->text().contains(u"divider.cir, line 6"_s) &&
                     page.bar()->text().contains(u".control"_s),
                 qPrintable(page.bar()->text()));
        page.bar()->dismiss();
        edit(page, SetupKind::Specs, 1, u"weight"_s, u"3"_s); // checked again, told once
        QTest::qWait(800);
        QTRY_VERIFY(jobs.isIdle());
        QVERIFY(!page.bar()->isVisible());
        chooseAlgorithm(page, u"random"_s);
        page.runPane()->budgetBox()->setValue(100);
        page.runPane()->startButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 60000);
        QCOMPARE(page.runs().runs()[0].history.back().failures, std::size_t{0});
        QVERIFY(!QFile::exists(mark));
        // Taken out, the warning goes.
        JobService others;
        OptimizePage fresh(others);
        fresh.show();
        fresh.openProject(file);
        QTRY_VERIFY_WITH_TIMEOUT(fresh.bar()->isVisible(), 10000);
        std::ofstream(folder->path() / "divider.cir")
            << "* divider\n.param r1=1k r2=1k\nv1 in 0 dc 1 ac 1\nr1 in out {r1}\n"
               "r2 out 0 {r2}\n.end\n";
        edit(fresh, SetupKind::Specs, 1, u"weight"_s, u"4"_s);
        QTRY_VERIFY_WITH_TIMEOUT(!fresh.bar()->isVisible(), 10000);
        // Nor those that are smuggled into a measurement or an analysis.
        page.setup().add(SetupKind::Measurements);
        const int row = page.setupPane()->model(SetupKind::Measurements)->rowCount() - 1;
        edit(page, SetupKind::Measurements, row, u"kind"_s, u"meas"_s);
        edit(page, SetupKind::Measurements, row, u"meas"_s,
             u"ac x find v(out) at=10 ; shell touch "_s + mark);
        QVERIFY(!page.setup().problem());
        QVERIFY2(page.setupPane()->findings()->text().contains(u"character"_s),
                 qPrintable(page.setupPane()->findings()->text()));
        QVERIFY(!page.runPane()->startButton()->isEnabled());
    }

    void emptySpace() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.show();
        page.openProject(divider(folder->path()));
        page.setup().remove(SetupKind::Parameters, 0);
        page.setup().remove(SetupKind::Parameters, 0);
        QVERIFY(!page.runPane()->startButton()->isEnabled());
        QVERIFY2(page.setupPane()->findings()->text().contains(u"design space is empty"_s),
                 qPrintable(page.setupPane()->findings()->text()));
    }

    void neverConverges() {
        const auto folder = TemporaryDirectory::create();
        const QString file = divider(folder->path());
        std::ofstream(folder->path() / "divider.cir")
            << "* not to be solved\n.param r1=1k r2=1k\nv1 in 0 dc 1\nb1 out 0 v=ln(-1-v(out)*{r1})"
               "\nr2 out 0 {r2}\nv2 in 0 dc 2\n.end\n";
        JobService jobs;
        OptimizePage page(jobs);
        page.show();
        page.openProject(file);
        chooseAlgorithm(page, u"random"_s);
        page.runPane()->startButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 120000);
        QVERIFY(page.bar()->isVisible());
        QVERIFY2(page.bar()->text().contains(u"could be simulated"_s),
                 qPrintable(page.bar()->text()));
        QVERIFY(page.runPane()->startButton()->isEnabled()); // it can be corrected and tried again
    }

    // --- sessions -------------------------------------------------------------------------------

    void wholeRun() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.resize(1200, 800);
        page.show();
        page.openProject(divider(folder->path()));
        chooseAlgorithm(page, u"evo"_s);
        page.runPane()->startButton()->click();
        QVERIFY(page.isRunning());
        QVERIFY(page.runPane()->stopButton()->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 60000);
        DesignTable* designs = page.designsPane()->model();
        QVERIFY(designs->rowCount() >= 20);
        QCOMPARE(designs->index(0, DesignTable::State).data().toString(), u"pass"_s);
        QVERIFY(!designs->index(0, DesignTable::State).data(Qt::DecorationRole).isNull());
        SizingProgressPane* progress = page.progressPane();
        QCOMPARE(progress->costPlot()->series().size(), 1);
        QVERIFY(progress->costPlot()->series()[0].x.size() >= 1);
        QCOMPARE(progress->specPlot()->series().size(), 2);
        QCOMPARE(progress->feasiblePlot()->series().size(), 3);
        const double last = progress->costPlot()->series()[0].x.back();
        progress->axisBox()->setCurrentIndex(1);
        QVERIFY(progress->costPlot()->series()[0].x.back() < last); // seconds, not designs
        QCOMPARE(page.runPane()->startButton()->text(), u"Go on"_s);
        QCOMPARE(shown(page, SetupKind::Specs, 0, u"#note"_s), u"20 met"_s);
        // Take it home.
        QSignalSpy opened(&page, &OptimizePage::openRequested);
        page.designsPane()->netlistButton()->click();
        QCOMPARE(opened.count(), 1);
        QVERIFY(QFile::exists(opened[0][0].toString()));
        page.designsPane()->copyButton()->click();
        QVERIFY(QGuiApplication::clipboard()->text().startsWith(u".param r1="_s));
        QSignalSpy schematic(&page, &OptimizePage::schematicRequested);
        page.inspectPane()->schematicButton()->click();
        QCOMPARE(schematic.count(), 1);
    }

    void stopsAndGoesOn() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.openProject(divider(folder->path()));
        chooseAlgorithm(page, u"random"_s);
        page.runPane()->targetBox()->setValue(10000); // chance alone would meet 20 soon
        page.runPane()->budgetBox()->setValue(1000000);
        page.runPane()->startButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.designsPane()->model()->rowCount() > 0, 60000);
        QTRY_VERIFY(page.runPane()->status()->text().contains(u"left in the budget"_s));
        page.runPane()->pauseButton()->click();
        QCOMPARE(page.runPane()->pauseButton()->text(), u"Resume"_s);
        page.runPane()->pauseButton()->click();
        page.runPane()->stopButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 5000);
        const auto before = page.progressPane()->costPlot()->series()[0].x.size();
        jobs.shutdown(std::chrono::seconds(10));
        JobService others;
        OptimizePage again(others);
        again.openProject(fromPath(folder->path() / "project.yaml"));
        chooseAlgorithm(again, u"random"_s);
        QCOMPARE(again.runPane()->startButton()->text(), u"Go on"_s);
        again.runPane()->budgetBox()->setValue(20); // spent already: it only shows what there is
        again.runPane()->startButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!again.isRunning(), 60000);
        QVERIFY(again.progressPane()->costPlot()->series()[0].x.size() >= before);
    }

    void specsChangeInMidRun() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.openProject(divider(folder->path()));
        chooseAlgorithm(page, u"random"_s);
        page.runPane()->seedBox()->setValue(3);
        page.runPane()->budgetBox()->setValue(1000000);
        edit(page, SetupKind::Specs, 0, u"tolerance"_s, u"1e-9"_s); // nobody meets it
        page.runPane()->startButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.designsPane()->model()->rowCount() > 0, 60000);
        QCOMPARE(page.runs().current()->history.back().meetingAll, std::size_t{0});
        // Parameters are locked, limits are not.
        SetupTable* parameters = page.setupPane()->model(SetupKind::Parameters);
        QVERIFY(!(parameters->flags(parameters->index(0, 1)) & Qt::ItemIsEditable));
        QVERIFY(!page.setupPane()->addButton()->isEnabled());
        const int sims = static_cast<int>(page.runs().current()->history.back().sims);
        edit(page, SetupKind::Specs, 0, u"tolerance"_s, u"0.9"_s);
        edit(page, SetupKind::Specs, 1, u"max"_s, u"1"_s);
        // At once, without another simulation.
        QVERIFY(page.runs().current()->history.back().meetingAll > 20);
        QVERIFY(static_cast<int>(page.runs().current()->history.back().sims) <= sims + 50);
        // The session itself has taken them over when it ends by them.
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 60000);
        QCOMPARE(page.runs().runs()[0].state, SizingRun::State::Ended);
        QVERIFY(page.runs().current()->history.back().meetingAll >= 20);
        // Its own figures and those computed here agree.
        auto history = page.runs().current()->history;
        auto all = *page.runs().current()->members;
        rescore(*page.runs().problem(), all, history, page.runs().current()->options);
        for (std::size_t i = 0; i < history.size(); ++i) {
            const auto& theirs = page.runs().current()->history[i];
            QCOMPARE(history[i].meetingAll, theirs.meetingAll);
            QVERIFY(std::abs(history[i].meanCost - theirs.meanCost) <= 1e-12);
            QCOMPARE(history[i].meeting, theirs.meeting);
        }
        page.setup().undo();
        QVERIFY(page.setup().canUndo());
    }

    void comparesAlgorithms() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.resize(1200, 800);
        page.show();
        page.openProject(divider(folder->path()));
        page.runPane()->budgetBox()->setValue(120);
        SizingRunPane* pane = page.runPane();
        pane->compareButton()->click();
        QVERIFY(pane->compareDialog()->isVisible());
        QListWidget* list = pane->comparedAlgorithms();
        for (int i = 0; i < list->count(); ++i) {
            const QString name = list->item(i)->data(Qt::UserRole).toString();
            list->item(i)->setCheckState(name == u"random"_s || name == u"evo"_s ? Qt::Checked
                                                                                 : Qt::Unchecked);
        }
        auto* queue = pane->compareDialog()->findChild<QPushButton*>(u"queue"_s);
        pane->comparedSeeds()->setText(u"7, x"_s);
        QVERIFY(!queue->isEnabled());
        pane->comparedSeeds()->setText(u"10-11"_s);
        QVERIFY(queue->isEnabled());
        queue->click();
        QCOMPARE(page.runs().runs().size(), 4);
        QVERIFY(page.isRunning());
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 120000);
        // Two algorithms, each a mean with a band from the least to the greatest of its seeds.
        widgets::PlotView* cost = page.progressPane()->costPlot();
        QTRY_COMPARE(cost->series().size(), 2);
        for (const auto& series : cost->series()) {
            QVERIFY2(series.name.endsWith(u", 2 seeds"_s), qPrintable(series.name));
            QCOMPARE(series.low.size(), series.y.size());
            for (qsizetype i = 0; i < series.y.size(); ++i)
                QVERIFY(series.low[i] <= series.y[i] && series.y[i] <= series.high[i]);
        }
        const auto& first = page.runs().runs()[0].history.front();
        const auto& second = page.runs().runs()[2].history.front(); // the same algorithm
        QCOMPARE(page.runs().runs()[2].options.algorithm.name,
                 page.runs().runs()[0].options.algorithm.name);
        QCOMPARE(cost->series()[0].y.front(), (first.meanCost + second.meanCost) / 2);
        QCOMPARE(page.runs().placeOf(2), page.runs().placeOf(0));
        QCOMPARE(page.progressPane()->feasiblePlot()->series().size(), 2);
        QVERIFY(cost->renderable().csv().startsWith(
            "series,simulated designs,mean cost of the best 20,least,greatest"));
        grabFor(page, u"bands-light"_s);
        page.progressPane()->bandsBox()->click();
        QTRY_COMPARE(cost->series().size(), 4);
        QVERIFY(cost->series()[0].low.isEmpty());
        QVERIFY(page.runs().placeOf(2) != page.runs().placeOf(0));
        QAbstractItemModel* table = page.progressPane()->table()->model();
        QCOMPARE(table->rowCount(), 4);
        table->setData(table->index(1, 0), Qt::Unchecked, Qt::CheckStateRole);
        QTRY_COMPARE(page.progressPane()->costPlot()->series().size(), 3);
        // Another one's designs.
        page.progressPane()->table()->setCurrentIndex(table->index(2, 0));
        QCOMPARE(page.runs().chosen(), 2);
        page.runs().remove(2);
        QCOMPARE(table->rowCount(), 3);
        QCOMPARE(parseSeeds(u"0-2, 7"_s), (QVector<int>{0, 1, 2, 7}));
        for (const QString& bad : {u"-1"_s, u"2-1"_s, u"1-2-3"_s, u"0-99"_s, u"a"_s, u""_s})
            QVERIFY2(parseSeeds(bad).isEmpty(), qPrintable(bad));
    }

    void goesOnFromTheList() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.show();
        page.openProject(divider(folder->path()));
        chooseAlgorithm(page, u"random"_s);
        page.runPane()->seedBox()->setValue(30);
        page.runPane()->budgetBox()->setValue(110);
        page.runPane()->targetBox()->setValue(10000);
        QVERIFY(!page.progressPane()->goOnButton()->isEnabled());
        page.runPane()->startButton()->click();
        QVERIFY(!page.progressPane()->goOnButton()->isEnabled()); // it runs
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 60000);
        QCOMPARE(page.runs().runs()[0].history.back().sims, std::size_t{110});
        page.designsPane()
            ->restartButton()
            ->click(); // from a design, no name of its own at the side
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 60000);
        // Other settings at the side: the button goes on with what the list says.
        chooseAlgorithm(page, u"evo"_s);
        page.runPane()->seedBox()->setValue(31);
        page.runPane()->budgetBox()->setValue(130);
        QAbstractItemModel* table = page.progressPane()->table()->model();
        for (int row = 0; row < 2; ++row) {
            page.progressPane()->table()->setCurrentIndex(table->index(row, 0));
            QVERIFY(page.progressPane()->goOnButton()->isEnabled());
            page.progressPane()->goOnButton()->click();
            QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 60000);
            QCOMPARE(page.runs().runs()[row].history.back().sims, std::size_t{130});
            QCOMPARE(page.runs().runs()[row].options.algorithm.name, std::string("random"));
        }
        QCOMPARE(page.runs().runs().size(), 2);
    }

    void settingsMakeOtherSessions() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.show();
        page.openProject(divider(folder->path()));
        SizingRunPane* pane = page.runPane();
        SizingSettings* settings = pane->settings();
        pane->settingsButton()->click();
        QVERIFY(settings->isVisible());
        chooseAlgorithm(page, u"random"_s);
        QVERIFY(!settings->poolBox()->isEnabled()); // of BagNet alone
        QVERIFY(settings->initialBox()->isEnabled());
        const QString usual = page.runs().folderOf(pane->options());
        settings->initialBox()->setValue(30);
        settings->poolBox()->setValue(480);
        QCOMPARE(pane->options().algorithm.initial, std::size_t{30});
        QCOMPARE(pane->options().algorithm.pool, std::size_t{0}); // random does not look at it
        QVERIFY(page.runs().folderOf(pane->options()) != usual);
        pane->budgetBox()->setValue(30);
        pane->startButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 60000);
        QCOMPARE(page.runs().runs()[0].history.front().sims, std::size_t{30});
        QVERIFY2(page.runs().runs()[0].title.contains(u"30 first designs"_s),
                 qPrintable(page.runs().runs()[0].title));
        // A network that is not there is told before Start.
        chooseAlgorithm(page, u"bagnet-frozen"_s);
        QVERIFY(settings->poolBox()->isEnabled() && settings->backboneField()->isEnabled());
        QCOMPARE(pane->options().algorithm.pool, std::size_t{480});
        settings->backboneField()->setText(u"/nowhere.safetensors"_s);
        QVERIFY(!pane->startButton()->isEnabled());
        QVERIFY(settings->note()->text().contains(u"no file"_s));
        auto* queue = pane->compareDialog()->findChild<QPushButton*>(u"queue"_s);
        auto* missing = pane->compareDialog()->findChild<QLabel*>(u"missing"_s);
        QVERIFY(queue->isEnabled() && missing->isHidden()); // none that looks at it
        const auto graph = pane->comparedAlgorithms()->findItems(
            pane->algorithmBox()->currentText(), Qt::MatchExactly);
        QCOMPARE(graph.size(), 1);
        graph.front()->setCheckState(Qt::Checked);
        QVERIFY(!queue->isEnabled() && !missing->isHidden());
        settings->backboneField()->clear();
        QVERIFY(queue->isEnabled() && missing->isHidden());
        settings->backboneField()->setText(u"/nowhere.safetensors"_s);
        grabFor(*settings, u"settings"_s);
        settings->reset();
        QVERIFY(pane->startButton()->isEnabled());
        chooseAlgorithm(page, u"random"_s);
        QCOMPARE(page.runs().folderOf(pane->options()), usual);
        // They come back with their settings.
        JobService others;
        OptimizePage again(others);
        again.openProject(fromPath(folder->path() / "project.yaml"));
        QTRY_COMPARE(again.runs().runs().size(), 1);
        QCOMPARE(again.runs().runs()[0].options.algorithm.initial, std::size_t{30});
        again.runs().goOn(0, optimize::StopCriteria{35, 0, 10000, 0});
        QTRY_VERIFY_WITH_TIMEOUT(!again.isRunning(), 60000);
        QCOMPARE(again.runs().runs()[0].history.back().sims, std::size_t{35});
    }

    void startsFromADesign() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.openProject(divider(folder->path()));
        chooseAlgorithm(page, u"random"_s);
        page.runPane()->seedBox()->setValue(20);
        page.runPane()->budgetBox()->setValue(100);
        page.runPane()->startButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 60000);
        const int best = page.designsPane()->design();
        const optimize::Design design =
            (*page.runs().current()->members)[static_cast<std::size_t>(best)].design;
        page.designsPane()->restartButton()->click();
        QCOMPARE(page.runs().runs().size(), 2);
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 60000);
        QCOMPARE(page.runs().chosen(), 1);
        const auto& around = *page.runs().current()->members;
        QCOMPARE(around[0].design, design);
        int near = 0;
        for (const auto& m : around)
            near +=
                std::abs(m.design[0] - design[0]) < 25 && std::abs(m.design[1] - design[1]) < 25;
        QVERIFY2(near >= 45, qPrintable(QString::number(near)));
    }

private:
    QTemporaryDir m_cache;
};

QTEST_MAIN(TestOptimizePage)
#include "tst_optimizepage.moc"
