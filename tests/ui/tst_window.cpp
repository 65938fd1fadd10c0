// SPDX-License-Identifier: GPL-3.0-or-later
// The real window, offscreen, through real events.
#include "ui/dialogs/shortcutsdialog.h"
#include "ui/docks/inspectordock.h"
#include "ui/docks/projectdock.h"
#include "ui/models/hierarchymodel.h"
#include "ui/panes/sourcepane.h"
#include "ui/panes/tablepane.h"
#include "ui/services/commands.h"
#include "ui/services/settings.h"
#include "ui/services/text.h"
#include "uitesting.h"
#include "widgets/common/commandpalette.h"
#include "widgets/common/inspectorview.h"
#include "widgets/common/issuesview.h"
#include "widgets/common/messagebar.h"
#include "widgets/common/sourceview.h"
#include "widgets/graph/graphview.h"
#include "widgets/schematic/schematicview.h"

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QDropEvent>
#include <QKeySequenceEdit>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTableView>
#include <QTextEdit>
#include <QTreeView>
#include <QTreeWidget>

using namespace ohm;
using namespace ohm::ui;
using namespace ohm::ui::testing;

class TestWindow : public QObject {
    Q_OBJECT
    std::unique_ptr<Sandbox> m_box;
    std::unique_ptr<MainWindow> m_window;

    Workbench& bench() { return m_window->bench(); }
    ObjectId id(const QString& name) {
        return bench().session.find(name).value_or(ObjectId{ObjectKind::Design, 0});
    }
    static bool hasSimulator() { return !QStandardPaths::findExecutable(u"ngspice"_s).isEmpty(); }

private slots:
    void init() {
        m_box = std::make_unique<Sandbox>();
        m_window = std::make_unique<MainWindow>(m_box->settings());
        m_window->resize(1400, 900);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void cleanup() {
        m_window.reset();
        m_box.reset();
    }

    void startsEmpty() {
        QVERIFY(!m_window->isWorkspaceShown());
        QVERIFY(!bench().commands.action(u"sim.op"_s)->isEnabled());
        QVERIFY(bench().commands.action(u"file.open"_s)->isEnabled());
    }

    void opensDroppedFiles() {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(sample(u"divider.sp"_s))});
        QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &data, Qt::LeftButton,
                              Qt::NoModifier);
        QCoreApplication::sendEvent(m_window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(300, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_window.get(), &drop);
        QTRY_VERIFY(m_window->isWorkspaceShown());
        QVERIFY(waitSettled(*m_window));
        QVERIFY(m_window->windowTitle().contains(u"divider.sp"_s));
        QVERIFY(m_window->workspace()->schematic()->isReady());
        QVERIFY(m_window->workspace()->graph()->isReady());
        QCOMPARE(m_window->devices()->model()->rowCount(), 6);
    }

    void crossProbes() {
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        // Table -> everywhere.
        QTableView* table = m_window->nets()->view();
        m_window->showDock(u"netsDock"_s);
        table->setFocus();
        const int row = m_window->nets()->model()->rowOf(id(u"out"_s));
        QVERIFY(row >= 0);
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                          table->visualRect(table->model()->index(row, 0)).center());
        QCOMPARE(bench().hub.current(), id(u"out"_s));
        QVERIFY(m_window->inspector()->view()->contentAsText().contains(u"out"_s));
        // Tree -> everywhere.
        HierarchyModel* tree = m_window->projectDock()->model();
        const QModelIndex leaf =
            tree->indexOf(bench().session.circuit()->devicePath(id(u"x1.r1"_s).index));
        m_window->projectDock()->view()->setCurrentIndex(leaf);
        QCOMPARE(bench().hub.current(), id(u"x1.r1"_s));
        // Hub -> table.
        bench().hub.select(id(u"r3"_s), SelectionSource::Graph);
        const QModelIndexList rows = m_window->devices()->view()->selectionModel()->selectedRows();
        QCOMPARE(rows.size(), 1);
        QCOMPARE(m_window->devices()->model()->objectAt(rows.first().row()), id(u"r3"_s));
        // Hub -> tree.
        QCOMPARE(tree->deviceAt(m_window->projectDock()->view()->currentIndex()),
                 std::optional(id(u"r3"_s).index));
        // A view's click, as the view says it.
        emit m_window->workspace()->schematic()->view()->netClicked(u"in"_s, Qt::NoModifier);
        QCOMPARE(bench().hub.current(), id(u"in"_s));
        emit m_window->workspace()->schematic()->view()->deviceClicked(u"r3"_s,
                                                                       Qt::ControlModifier);
        QCOMPARE(bench().hub.selection().size(), 2);
        emit m_window->workspace()->graph()->view()->nodeClicked(0, Qt::NoModifier);
        QCOMPARE(bench().hub.current(), (ObjectId{ObjectKind::Terminal, 0}));
        emit m_window->workspace()->graph()->view()->backgroundClicked();
        QVERIFY(bench().hub.selection().isEmpty());
    }

    void sourceFollowsAndLeads() {
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        m_window->workspace()->showSource();
        QTRY_VERIFY(m_window->workspace()->source()->isReady());
        bench().hub.select(id(u"r3"_s), SelectionSource::Graph);
        QTRY_COMPARE(m_window->workspace()->source()->view()->currentLine(), 9);
        emit m_window->workspace()->source()->view()->currentLineChanged(6);
        QCOMPARE(bench().hub.current(), id(u"v1"_s));
    }

    void descendsByDoubleClick() {
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        const QString block =
            bench().session.drawing()->deviceName(*bench().session.circuit(), id(u"x1.r1"_s).index);
        emit m_window->workspace()->schematic()->view()->deviceDoubleClicked(block);
        QVERIFY(waitSettled(*m_window));
        QCOMPARE(bench().session.place().size(), std::size_t{1});
        QVERIFY(bench().commands.trigger(u"view.up"_s));
        QVERIFY(waitSettled(*m_window));
        QVERIFY(bench().session.place().empty());
    }

    void simulatesOnF5() {
        if (!hasSimulator())
            QSKIP("ngspice is not installed");
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        QTest::keyClick(m_window.get(), Qt::Key_F5);
        QVERIFY(bench().simulation.isRunning());
        QTRY_VERIFY_WITH_TIMEOUT(!bench().simulation.isRunning(), 30000);
        QVERIFY2(bench().simulation.operatingPoint(),
                 qPrintable(m_window->workspace()->bar()->text()));
        // By hand: 10k to `out`; from there 10k, and 1k + (1k || 1k), to ground.
        const auto& volts = bench().simulation.operatingPoint()->netVoltages;
        QVERIFY(std::abs(volts[id(u"in"_s).index] - 2.0) < 1e-9);
        QVERIFY(std::abs(volts[id(u"out"_s).index] - 3.0 / 13.0) < 1e-6);
        bench().hub.select(id(u"in"_s), SelectionSource::Graph);
        QVERIFY(m_window->inspector()->view()->contentAsText().contains(
            QRegularExpression(u"Voltage\\s+2\\s+V"_s)));
        const int row = m_window->nets()->model()->rowOf(id(u"in"_s));
        QCOMPARE(m_window->nets()->model()->index(row, ObjectTable::NetVoltage).data().toString(),
                 u"2 V"_s);
    }

    void offersToSimulateWithoutBlackBoxes() {
        if (!hasSimulator())
            QSKIP("ngspice is not installed");
        QVERIFY(openAndWait(*m_window, sample(u"missing.sp"_s)));
        QTest::keyClick(m_window.get(), Qt::Key_F5);
        widgets::MessageBar* bar = m_window->workspace()->bar();
        QTRY_VERIFY_WITH_TIMEOUT(bar->isVisible(), 30000);
        QVERIFY2((bar->text() + bar->details()).contains(u"mystery_opamp"_s),
                 qPrintable(bar->text()));
        QPushButton* action = nullptr;
        for (QPushButton* button : bar->findChildren<QPushButton*>()) {
            if (button->text().contains(u"without"_s))
                action = button;
        }
        QVERIFY(action);
        QTest::mouseClick(action, Qt::LeftButton);
        QVERIFY(waitSettled(*m_window));
        QVERIFY2(bench().simulation.operatingPoint(), qPrintable(bar->text()));
    }

    void tellsOfAMissingSimulator() {
        bench().settings.setSimulator(u"/nowhere/ngspice"_s);
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        QTest::keyClick(m_window.get(), Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->workspace()->bar()->isVisible(), 30000);
        QVERIFY(!bench().simulation.isRunning());
    }

    void tellsOfFilesThatCannotBeOpened() {
        m_window->openPath(sample(u"nothing.sp"_s));
        QTRY_VERIFY(m_window->startBar()->isVisible());
        QVERIFY(!m_window->isWorkspaceShown());
        QVERIFY(openAndWait(*m_window, sample(u"mos.sp"_s)));
        QVERIFY(!m_window->startBar()->isVisible());
        m_window->openPath(sample(u"nothing.sp"_s));
        QTRY_VERIFY(m_window->workspace()->bar()->isVisible());
        QVERIFY(m_window->windowTitle().contains(u"mos.sp"_s));
    }

    void listsIssuesAndJumps() {
        QVERIFY(openAndWait(*m_window, sample(u"broken.sp"_s)));
        const auto findings = m_window->issues()->model()->diagnostics();
        QVERIFY(!findings.empty());
        const auto located = std::find_if(findings.begin(), findings.end(),
                                          [](const Diagnostic& d) { return d.line > 0; });
        QVERIFY(located != findings.end());
        emit m_window->issues()->activated(*located);
        QTRY_VERIFY(m_window->workspace()->isSourceShown());
        QTRY_COMPARE(m_window->workspace()->source()->view()->currentLine(), located->line);
        QVERIFY(m_window->findChild<QDockWidget*>(u"issuesDock"_s)->windowTitle().contains(u'('));
    }

    void offersReloadWhenTheFileChanges() {
        QTemporaryDir dir;
        const QString path = dir.filePath(u"c.sp"_s);
        QVERIFY(write(path, "* a\nV1 a 0 1\nR1 a 0 1k\n"));
        QVERIFY(openAndWait(*m_window, path));
        QVERIFY(write(path, "* a\nV1 a 0 1\nR1 a 0 1k\nR2 a 0 2k\n"));
        widgets::MessageBar* bar = m_window->workspace()->bar();
        QTRY_VERIFY(bar->isVisible());
        emit bar->actionTriggered();
        QTRY_COMPARE(bench().session.circuit()->deviceCount(), std::size_t{3});
        QVERIFY(!bar->isVisible());
    }

    void includesFromAFolderTheUserTrusts() {
        QTemporaryDir dir;
        QVERIFY(QDir(dir.path()).mkpath(u"main"_s) && QDir(dir.path()).mkpath(u"lib"_s));
        const QString path = dir.filePath(u"main/c.cir"_s);
        QVERIFY(write(dir.filePath(u"lib/load.inc"_s), "R9 a 0 1k\n"));
        QVERIFY(write(path, "* t\nV1 a 0 1\n.include ../lib/load.inc\n"));
        QVERIFY(openAndWait(*m_window, path));
        QCOMPARE(bench().session.circuit()->deviceCount(), std::size_t{1});
        widgets::MessageBar* bar = m_window->workspace()->bar();
        QVERIFY(bar->isVisible());
        QPushButton* action = nullptr;
        for (QPushButton* button : bar->findChildren<QPushButton*>()) {
            if (button->text().contains(u"Add include folder"_s))
                action = button;
        }
        QVERIFY(action && action->isVisible());
        m_window->addIncludeFolder(dir.filePath(u"lib"_s));
        QVERIFY(waitSettled(*m_window));
        QCOMPARE(bench().session.circuit()->deviceCount(), std::size_t{2});
        QVERIFY(!bar->isVisible());
        // Remembered by the next window, until it is told to forget.
        m_window->close();
        m_window = std::make_unique<MainWindow>(m_box->settings());
        m_window->show();
        QVERIFY(openAndWait(*m_window, path));
        QCOMPARE(bench().session.circuit()->deviceCount(), std::size_t{2});
        QVERIFY(bench().commands.trigger(u"settings.clearIncludeFolders"_s));
        QVERIFY(waitSettled(*m_window));
        QCOMPARE(bench().session.circuit()->deviceCount(), std::size_t{1});
    }

    void paletteFindsNets() {
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        QTest::keyClick(m_window.get(), Qt::Key_K, Qt::ControlModifier);
        QTRY_VERIFY(m_window->palettePopup()->isVisible());
        auto* line = m_window->palettePopup()->findChild<QLineEdit*>();
        QVERIFY(line);
        QTest::keyClicks(line, u"#tail"_s);
        QTRY_VERIFY(m_window->palettePopup()->resultCount() >= 1);
        QTest::keyClick(line, Qt::Key_Return);
        QTRY_COMPARE(bench().hub.current(), id(u"tail"_s));
    }

    void exportsAllViews() {
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        QTemporaryDir dir;
        const Expected<QStringList> files = m_window->exportAll(dir.path());
        QVERIFY2(files, files ? "" : files.error().message().c_str());
        QCOMPARE(files->size(), 8);
        for (const QString& file : *files)
            QVERIFY2(QFileInfo(file).size() > 20, qPrintable(file));
        const QImage picture(dir.filePath(u"divider-schematic.png"_s));
        QVERIFY(!picture.isNull());
        QVERIFY(!m_window->exportAll(u"/nonexistent/folder"_s));
    }

    void hidesAndShowsSidePanels() {
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        auto* dock = m_window->findChild<QDockWidget*>(u"projectDock"_s);
        QVERIFY(dock->isVisible());
        QTest::keyClick(m_window.get(), Qt::Key_F9);
        QVERIFY(!dock->isVisible());
        QTest::keyClick(m_window.get(), Qt::Key_F9);
        QVERIFY(dock->isVisible());
    }

    void remembersTheSession() {
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        m_window->findChild<QDockWidget*>(u"projectDock"_s)->hide();
        m_window->close();
        m_window.reset();
        m_window = std::make_unique<MainWindow>(m_box->settings());
        m_window->show();
        m_window->restoreSession();
        QVERIFY(waitSettled(*m_window));
        QVERIFY(bench().session.circuitPath().endsWith(u"divider.sp"_s));
        QVERIFY(!m_window->findChild<QDockWidget*>(u"projectDock"_s)->isVisible());
        QVERIFY(bench().commands.trigger(u"view.resetLayout"_s));
        QVERIFY(m_window->findChild<QDockWidget*>(u"projectDock"_s)->isVisible());
    }

    void shortcutsCanBeChanged() {
        ShortcutsDialog* dialog = m_window->shortcuts();
        dialog->show();
        QTreeWidgetItem* item =
            dialog->list()->findItems(u"Simulate operating point"_s, Qt::MatchExactly).value(0);
        QVERIFY(item);
        dialog->list()->setCurrentItem(item);
        dialog->editor()->setKeySequence(QKeySequence(u"Ctrl+Shift+F6"_s));
        for (QPushButton* button : dialog->findChildren<QPushButton*>()) {
            if (button->text() == u"Assign"_s)
                QTest::mouseClick(button, Qt::LeftButton);
        }
        QCOMPARE(bench().commands.keys(u"sim.op"_s),
                 QList<QKeySequence>{QKeySequence(u"Ctrl+Shift+F6"_s)});
        bench().commands.resetKeys();
        QCOMPARE(bench().commands.keys(u"sim.op"_s), QList<QKeySequence>{QKeySequence(Qt::Key_F5)});
    }

    void noTwoCommandsShareAShortcut() {
        QHash<QString, QString> seen;
        for (const CommandInfo& info : bench().commands.all()) {
            for (const QKeySequence& sequence : info.keys) {
                const QString text = sequence.toString();
                QVERIFY2(!seen.contains(text),
                         qPrintable(text + u": "_s + info.id + u" and "_s + seen.value(text)));
                seen.insert(text, info.id);
            }
            QVERIFY2(!info.help.isEmpty(), qPrintable(info.id));
        }
    }

    void everyControlHasAName() {
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        m_window->shortcuts()->show();
        QStringList nameless;
        for (const QWidget* widget : m_window->findChildren<QWidget*>()) {
            if (!widget->isVisible() || widget->focusPolicy() == Qt::NoFocus ||
                widget->objectName().startsWith(u"qt_"_s))
                continue;
            const auto* button = qobject_cast<const QAbstractButton*>(widget);
            if (button && !button->text().isEmpty())
                continue;
            if (widget->accessibleName().isEmpty() && widget->windowTitle().isEmpty() &&
                !widget->inherits("QAbstractScrollAreaViewport") && !widget->inherits("QTabBar") &&
                !widget->inherits("QTabWidget") && !widget->inherits("QLabel") &&
                !widget->inherits("QMenuBar") && !widget->inherits("QHeaderView") &&
                !widget->inherits("QScrollArea") &&
                !(widget->inherits("QLineEdit") &&
                  widget->parentWidget()->inherits("QAbstractSpinBox")) &&
                !(widget->inherits("QLineEdit") &&
                  widget->parentWidget()->inherits("QKeySequenceEdit")))
                nameless.push_back(
                    QLatin1String(widget->metaObject()->className()) + u' ' + widget->objectName() +
                    u" in "_s + QLatin1String(widget->parentWidget()->metaObject()->className()));
        }
        nameless.removeDuplicates();
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(u", "_s)));
    }

    void closesWithWorkUnderWay() {
        QTemporaryDir dir;
        QByteArray text("* many\n");
        for (int i = 0; i < 20000; ++i)
            text += "R" + QByteArray::number(i) + " n" + QByteArray::number(i) + " n" +
                    QByteArray::number(i / 2) + " 1k\n";
        const QString path = dir.filePath(u"many.sp"_s);
        QVERIFY(write(path, text));
        m_window->openPath(path);
        QTest::qWait(50);
        QElapsedTimer clock;
        clock.start();
        m_window->close();
        QVERIFY2(clock.elapsed() < 500, "closing must not wait for work");
        m_window.reset();
    }

    void switchesTheLook() {
        QVERIFY(openAndWait(*m_window, sample(u"divider.sp"_s)));
        bench().commands.action(u"settings.themeDark"_s)->trigger();
        QTRY_VERIFY(qApp->palette().color(QPalette::Window).lightness() < 100);
        bench().commands.action(u"settings.themeLight"_s)->trigger();
        QTRY_VERIFY(qApp->palette().color(QPalette::Window).lightness() > 155);
    }
};

QTEST_MAIN(TestWindow)
#include "tst_window.moc"
