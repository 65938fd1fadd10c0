// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/runfolder.h"
#include "core/runs/curves.h"
#include "ui/dialogs/importdialog.h"
#include "ui/models/capacitancetable.h"
#include "ui/models/runtable.h"
#include "ui/pages/accuracypane.h"
#include "ui/pages/couplingpane.h"
#include "ui/pages/designspane.h"
#include "ui/pages/encoderpane.h"
#include "ui/pages/estimatepane.h"
#include "ui/pages/parasiticspage.h"
#include "ui/pages/runspage.h"
#include "ui/panes/couplingbar.h"
#include "ui/panes/graphpane.h"
#include "ui/panes/schematicpane.h"
#include "ui/services/commands.h"
#include "ui/services/selectionhub.h"
#include "ui/session/couplingdisplay.h"
#include "ui/session/ownruns.h"
#include "ui/session/voltagedisplay.h"
#include "ui/window/workspacepage.h"
#include "uitesting.h"
#include "widgets/common/messagebar.h"
#include "widgets/graph/graphview.h"
#include "widgets/plot/plotview.h"
#include "widgets/scatter/scatterview.h"
#include "widgets/schematic/schematicview.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableView>
#include <QTableWidget>
#include <QToolButton>

#include <algorithm>
#include <cmath>
#include <set>

using namespace ohm;
using namespace ohm::ui;
using namespace ohm::ui::testing;

namespace {

constexpr const char* kSchematic =
    "* two inverters\n.subckt top in out vdd vss\n"
    "xmp1 n1 in vdd vdd sky130_fd_pr__pfet_01v8 w=1u l=0.15u\n"
    "xmn1 n1 in vss vss sky130_fd_pr__nfet_01v8 w=0.65u l=0.15u\n"
    "xmp2 out n1 vdd vdd sky130_fd_pr__pfet_01v8 w=1u l=0.15u\n"
    "xmn2 out n1 vss vss sky130_fd_pr__nfet_01v8 w=0.65u l=0.15u\n.ends\n";
constexpr const char* kExtraction =
    ".subckt top in out vdd vss\nC0 in n1 0.05f\nC1 n1 out 0.06f\n"
    "C2 in out 0.004f\nC3 n1 vss 0.2f\nC4 fill n1 0.3f\nC5 in vss -1f\n.ends\n";

} // namespace

class TestParasiticsPage : public QObject {
    Q_OBJECT
private:
    Sandbox m_sandbox;
    QTemporaryDir m_folder;

private slots:
    void initTestCase() { qputenv("OHMSCAPE_RUNS", m_folder.filePath(u"runs"_s).toLocal8Bit()); }
    void cleanupTestCase() { qunsetenv("OHMSCAPE_RUNS"); }

    void estimatesAndSelects() {
        MainWindow window(m_folder.filePath(u"s.ini"_s));
        window.resize(1400, 900);
        window.show();
        ParasiticsPage* page = window.parasiticsPage();
        window.showPage(MainWindow::Page::Parasitics);
        EstimatePane* pane = page->estimatePane();
        QVERIFY(!pane->estimateButton()->isEnabled()); // nothing is open
        QVERIFY(
            openAndWait(window, QStringLiteral(OHMSCAPE_SOURCE_DIR "/projects/two-stage-opamp")));
        window.showPage(MainWindow::Page::Parasitics);
        QVERIFY(pane->estimateButton()->isEnabled());
        QVERIFY(!pane->writeButton()->isEnabled());
        const QAbstractItemModelTester tester(pane->model());
        QTest::mouseClick(pane->estimateButton(), Qt::LeftButton);
        QVERIFY(waitSettled(window, 120'000));
        QVERIFY2(pane->model()->rowCount() > 5, qPrintable(page->bar()->text()));
        QVERIFY(pane->totals()->rowCount() > 3);
        // Sorted by value whatever the text looks like.
        const auto value = [&](int row) {
            return pane->table()
                ->model()
                ->index(row, CapacitanceTable::Value)
                .data(CapacitanceTable::kSortRole)
                .toDouble();
        };
        for (int row = 1; row < pane->table()->model()->rowCount(); ++row)
            QVERIFY(value(row - 1) >= value(row));
        // The threshold leaves out the small ones, and brings them back.
        const int all = pane->model()->rowCount();
        pane->leastSlider()->setValue(pane->leastSlider()->maximum());
        QVERIFY(pane->model()->rowCount() < all);
        pane->leastSlider()->setValue(0);
        QCOMPARE(pane->model()->rowCount(), all);
        // A row is its nets, everywhere.
        pane->table()->selectRow(0);
        const auto& selection = window.bench().hub.selection();
        QVERIFY(!selection.isEmpty());
        QVERIFY(selection.front().kind == ObjectKind::Net);
        // Drawn on the schematic in place of voltages, as far as the threshold lets.
        auto& display = window.bench().voltages;
        const auto tagged = [&] {
            int count = 0;
            for (netlist::NetId n = 0; n < window.bench().session.circuit()->netCount(); ++n)
                count += display.annotation(n) ? 1 : 0;
            return count;
        };
        pane->drawButton()->setChecked(true);
        QVERIFY(display.showsCapacitances());
        QCOMPARE(tagged(), pane->totals()->rowCount());
        QVERIFY(display.annotation(selection.front().index)->text.endsWith(u'F'));
        pane->leastSlider()->setValue(pane->leastSlider()->maximum());
        QCOMPARE(tagged(), 0);
        pane->leastSlider()->setValue(0);
        pane->drawButton()->setChecked(false);
        QVERIFY(!display.showsCapacitances());
        // Back-annotation.
        const QString file = m_folder.filePath(u"out.sp"_s);
        pane->writeTo(file);
        QFile written(file);
        QVERIFY(written.open(QIODevice::ReadOnly));
        QCOMPARE(written.readAll().count("\ncpar"), qsizetype{all});
        pane->writeTo(u"/nowhere/at/all.sp"_s);
        QVERIFY(page->bar()->kind() == widgets::MessageBar::Kind::Error);
        // Another circuit: the estimates go.
        QVERIFY(
            openAndWait(window, QStringLiteral(OHMSCAPE_SOURCE_DIR "/projects/resistor-ladder")));
        QCOMPARE(pane->model()->rowCount(), 0);
    }

    void largeDesign() {
        const QString file =
            sharedFolder() + u"/data/parasitics/sram22_64x24m4w8/schematic.spice"_s;
        if (sharedFolder().isEmpty() || !QFile::exists(file))
            QSKIP("The large design is not here");
        MainWindow window(m_folder.filePath(u"s.ini"_s));
        window.resize(1400, 900);
        window.show();
        QElapsedTimer clock;
        const auto tell = [&](const char* what) {
            qInfo("%s: %.1f ms", what, static_cast<double>(clock.nsecsElapsed()) / 1e6);
        };
        QVERIFY(openAndWait(window, file));
        window.showPage(MainWindow::Page::Parasitics);
        EstimatePane* pane = window.parasiticsPage()->estimatePane();
        pane->estimateButton()->click();
        QVERIFY(waitSettled(window, 240'000));
        QVERIFY(pane->model()->rowCount() > 10'000);
        const auto redraw = [&](const char* what, const auto& act) {
            QCoreApplication::processEvents();
            clock.start();
            act();
            tell(what);
            clock.start();
            QCoreApplication::processEvents();
            window.repaint();
            tell(" and drawn");
        };
        redraw("annotation", [&] { emit window.parasiticsPage()->work().annotationChanged(); });
        redraw("select", [&] { pane->table()->selectRow(3); });
        redraw("threshold", [&] { pane->leastSlider()->setValue(20); });
        redraw("threshold back", [&] { pane->leastSlider()->setValue(0); });
        redraw("sort by name", [&] { pane->table()->sortByColumn(0, Qt::AscendingOrder); });
        redraw("sort by value", [&] { pane->table()->sortByColumn(2, Qt::DescendingOrder); });
        redraw("three hops", [&] { pane->couplings()->hopBox()->setValue(3); });
        redraw("only around", [&] { pane->aroundBox()->setChecked(true); });
        redraw("another net", [&] {
            window.bench().hub.select(ObjectId{ObjectKind::Net, 1000}, SelectionSource::Schematic);
        });
        // However large the circuit, the picture holds what can be read.
        QVERIFY(pane->couplings()->part().nets.size() <= CouplingPane::kMostNets);
        QVERIFY(pane->couplings()->part().left > 0);
        redraw("draw", [&] { pane->drawButton()->setChecked(true); });
        window.showPage(MainWindow::Page::Circuit);
        redraw("circuit", [] {});
        // Only what lies around the selection is drawn as lines.
        CouplingDisplay& couplings = window.bench().couplings;
        const auto& entries = window.parasiticsPage()->work().annotation()->entries;
        const auto coupled = std::find_if(entries.begin(), entries.end(),
                                          [](const auto& e) { return !e.toGround(); });
        window.bench().hub.select(ObjectId{ObjectKind::Net, coupled->a}, SelectionSource::Graph);
        QVERIFY(couplings.couplings() > CouplingDisplay::kMostWhole && !couplings.isWhole());
        QVERIFY(!couplings.lines().empty() &&
                couplings.lines().size() <= CouplingDisplay::kMostAround);
        std::set<netlist::NetId> nets;
        for (const auto& line : couplings.lines())
            nets.insert({line.a, line.b});
        QVERIFY(nets.size() <= CouplingDisplay::kMostNets);
        redraw("another net's lines", [&] {
            window.bench().hub.select(ObjectId{ObjectKind::Net, 1001}, SelectionSource::Schematic);
        });
        redraw("nothing selected", [&] { window.bench().hub.clear(); });
        QVERIFY(couplings.lines().empty() && couplings.summary().contains(u"select a net"_s));
        redraw("threshold drawn", [&] { pane->leastSlider()->setValue(20); });
        redraw("select drawn", [&] { pane->table()->selectRow(1); });
        const QString out = m_folder.filePath(u"large.sp"_s);
        redraw("written", [&] { pane->writeTo(out); });
    }

    /// The table narrows to the neighbourhood of what is selected anywhere; the picture follows.
    void neighbourhood() {
        MainWindow window(m_folder.filePath(u"s.ini"_s));
        window.resize(1400, 900);
        window.show();
        QVERIFY(
            openAndWait(window, QStringLiteral(OHMSCAPE_SOURCE_DIR "/projects/two-stage-opamp")));
        window.showPage(MainWindow::Page::Parasitics);
        EstimatePane* pane = window.parasiticsPage()->estimatePane();
        QVERIFY(pane->couplings()->part().nets.empty());
        QTest::mouseClick(pane->estimateButton(), Qt::LeftButton);
        QVERIFY(waitSettled(window, 120'000));
        const auto& annotation = *window.parasiticsPage()->work().annotation();
        // The net with the most capacitance, until something is selected.
        QCOMPARE(pane->couplings()->centre().size(), std::size_t{1});
        const int all = pane->model()->rowCount();
        pane->aroundBox()->setChecked(true);
        const auto expected = [&](netlist::NetId net, double least) {
            int rows = 0;
            std::set<netlist::NetId> beside{net};
            for (const auto& e : annotation.entries) {
                if (e.farad >= least && (e.a == net || e.b == net))
                    beside.insert({e.a, e.b});
            }
            for (const auto& e : annotation.entries)
                rows += e.farad >= least && beside.contains(e.a) && beside.contains(e.b) ? 1 : 0;
            return rows;
        };
        for (const netlist::NetId net : {annotation.entries.back().a, annotation.entries[0].a}) {
            window.bench().hub.select(ObjectId{ObjectKind::Net, net}, SelectionSource::Schematic);
            QCOMPARE(pane->couplings()->centre(), std::vector<netlist::NetId>{net});
            for (const int step : {0, 20}) {
                pane->leastSlider()->setValue(step);
                QCOMPARE(pane->model()->rowCount(),
                         expected(net, std::pow(10.0, -19 + step / 10.0)));
                QCOMPARE(pane->couplings()->part().entries.size(),
                         static_cast<std::size_t>(pane->model()->rowCount()));
            }
            pane->leastSlider()->setValue(0);
        }
        // Rows are lit as long as something is selected.
        const auto lit = [&] { return pane->table()->selectionModel()->selectedRows().size(); };
        QVERIFY(lit() > 0);
        window.bench().hub.clear();
        QCOMPARE(lit(), qsizetype{0});
        // More hops reach more; a row of the table moves the picture, never the table.
        const std::size_t one = pane->couplings()->part().nets.size();
        pane->couplings()->hopBox()->setValue(4);
        QVERIFY(pane->couplings()->part().nets.size() >= one);
        const int rows = pane->model()->rowCount();
        pane->table()->selectRow(rows - 1);
        QCOMPARE(pane->model()->rowCount(), rows);
        QVERIFY(pane->couplings()->centre() !=
                std::vector<netlist::NetId>{annotation.entries[0].a});
        // Return on a net of the picture puts it into the centre.
        auto* view = pane->couplings()->view();
        view->setFocus();
        QTest::keyClick(view, Qt::Key_Tab);
        QTest::keyClick(view, Qt::Key_Return);
        QCOMPARE(window.bench().hub.selection().size(), qsizetype{1});
        pane->aroundBox()->setChecked(false);
        QCOMPARE(pane->model()->rowCount(), all);
        // Sorted by name, as the names are, in both directions.
        pane->table()->sortByColumn(CapacitanceTable::First, Qt::AscendingOrder);
        for (int row = 1; row < all; ++row)
            QVERIFY(pane->model()->index(row - 1, 0).data().toString() <=
                    pane->model()->index(row, 0).data().toString());
        pane->table()->sortByColumn(CapacitanceTable::Low, Qt::AscendingOrder);
        for (int row = 1; row < all; ++row)
            QVERIFY(pane->model()->at(row - 1).low <= pane->model()->at(row).low);
        if (qEnvironmentVariableIsSet("OHMSCAPE_GRAB"))
            window.grab().save(qEnvironmentVariable("OHMSCAPE_GRAB"));
    }

    /// Couplings are lines on schematic and graph: a click selects both nets and lights up their
    /// row, the threshold is one for all pages.
    void onTheCircuit() {
        MainWindow window(m_folder.filePath(u"s.ini"_s));
        window.resize(1500, 950);
        window.show();
        QVERIFY(
            openAndWait(window, QStringLiteral(OHMSCAPE_SOURCE_DIR "/projects/two-stage-opamp")));
        WorkspacePage* circuit = window.workspace();
        CouplingBar* bar = circuit->couplings();
        CouplingDisplay& couplings = window.bench().couplings;
        QVERIFY(!bar->isVisible()); // nothing is estimated
        // The menu's command estimates first.
        QAction* command = window.bench().commands.action(u"predict.couplings"_s);
        command->trigger();
        QVERIFY(waitSettled(window, 120'000));
        QVERIFY(bar->isVisible() && bar->linesBox()->isChecked() && command->isChecked());
        const auto& annotation = *window.parasiticsPage()->work().annotation();
        const auto count = [&](double least) {
            return static_cast<std::size_t>(
                std::count_if(annotation.entries.begin(), annotation.entries.end(),
                              [&](const auto& e) { return !e.toGround() && e.farad >= least; }));
        };
        QVERIFY(couplings.isWhole() && count(0) > 3);
        QCOMPARE(couplings.lines().size(), count(0));
        QVERIFY(bar->summary()->text().contains(u"couplings"_s));
        // The least first, so that the greatest lie above; thickness goes by decades.
        QCOMPARE(couplings.lines().front().strength, 0.0);
        QCOMPARE(couplings.lines().back().strength, 1.0);
        for (std::size_t i = 1; i < couplings.lines().size(); ++i)
            QVERIFY(couplings.lines()[i - 1].farad <= couplings.lines()[i].farad);
        // A click on a line of either view is a click on both nets.
        EstimatePane* pane = window.parasiticsPage()->estimatePane();
        const auto check = [&](auto* view) {
            window.bench().hub.clear();
            int clicked = 0;
            for (int i = 0; i < static_cast<int>(couplings.lines().size()); ++i) {
                const QPoint at = view->linkPosition(i).toPoint();
                if (at.isNull() || view->linkAt(at) != i)
                    continue; // under another one
                QTest::mouseMove(view, at);
                QTest::mouseClick(view, Qt::LeftButton, {}, at);
                const auto& line = couplings.lines()[static_cast<std::size_t>(i)];
                const auto& selection = window.bench().hub.selection();
                if (selection.size() != 2 || selection[0].index != line.a ||
                    selection[1].index != line.b)
                    return -1;
                const auto rows = pane->table()->selectionModel()->selectedRows();
                if (rows.size() != 1 || pane->model()->entryAt(rows[0].row()) != line.entry)
                    return -2;
                ++clicked;
            }
            return clicked;
        };
        circuit->schematic()->view()->fit();
        circuit->graph()->view()->fit();
        const int onSheet = check(circuit->schematic()->view());
        QVERIFY2(onSheet > 2, qPrintable(QString::number(onSheet)));
        const int onGraph = check(circuit->graph()->view());
        QVERIFY2(onGraph > 2, qPrintable(QString::number(onGraph)));
        // Ctrl adds to what is selected; a single net lights up all its rows.
        window.bench().hub.clear();
        const CouplingLines::Line best = couplings.lines().back(); // they are made anew
        couplings.select(best, Qt::ControlModifier, SelectionSource::Graph);
        QCOMPARE(window.bench().hub.selection().size(), qsizetype{2});
        window.bench().hub.select(ObjectId{ObjectKind::Net, best.a}, SelectionSource::Schematic);
        QCOMPARE(pane->table()->selectionModel()->selectedRows().size(),
                 static_cast<qsizetype>(couplings.index()->entriesOf(best.a).size()));
        QVERIFY(couplings.tooltip(best).contains(u"Bounds"_s));
        // One threshold, wherever it is moved.
        bar->slider()->setValue(22);
        QCOMPARE(pane->leastSlider()->value(), 22);
        QCOMPARE(couplings.lines().size(), count(std::pow(10.0, -19 + 2.2)));
        pane->leastSlider()->setValue(60);
        QCOMPARE(bar->slider()->value(), 60);
        QVERIFY(couplings.lines().empty());
        QCOMPARE(pane->model()->rowCount(), 0);
        bar->slider()->setValue(0);
        // Drawn, and no longer; totals by themselves.
        const auto picture = [&] { return circuit->schematic()->view()->grab().toImage(); };
        const QImage with = picture();
        QTest::mouseClick(bar->linesBox(), Qt::LeftButton, {},
                          QPoint(8, bar->linesBox()->height() / 2));
        QVERIFY(!couplings.isOn() && couplings.lines().empty());
        QVERIFY(picture() != with);
        QVERIFY(!command->isChecked());
        bar->totalsBox()->setChecked(true);
        QVERIFY(window.bench().voltages.showsCapacitances());
        bar->totalsBox()->setChecked(false);
        QVERIFY(!window.bench().voltages.showsCapacitances());
        QTest::mouseClick(bar->tableButton(), Qt::LeftButton);
        QVERIFY(window.page() == MainWindow::Page::Parasitics);
        // Another circuit has no estimates.
        couplings.setOn(true);
        QVERIFY(
            openAndWait(window, QStringLiteral(OHMSCAPE_SOURCE_DIR "/projects/resistor-ladder")));
        QVERIFY(!couplings.isOn() && !bar->isVisibleTo(circuit) && couplings.lines().empty());
    }

    void measures() {
        MainWindow window(m_folder.filePath(u"s.ini"_s));
        QVERIFY(
            openAndWait(window, QStringLiteral(OHMSCAPE_SOURCE_DIR "/projects/two-stage-opamp")));
        EstimatePane* pane = window.parasiticsPage()->estimatePane();
        QTest::mouseClick(pane->measureButton(), Qt::LeftButton);
        QVERIFY(waitSettled(window, 180'000));
        QVERIFY2(pane->measures()->rowCount() == 8,
                 qPrintable(window.parasiticsPage()->bar()->text()));
        QVERIFY(pane->measures()->item(1, 3)->text().endsWith(u'%'));
    }

    void designs() {
        const QString folder = m_folder.filePath(u"made"_s);
        QVERIFY(QDir().mkpath(folder));
        QVERIFY(write(folder + u"/schematic.spice"_s, kSchematic));
        QVERIFY(write(folder + u"/extracted.spice"_s, kExtraction));
        MainWindow window(m_folder.filePath(u"s.ini"_s));
        ParasiticsPage* page = window.parasiticsPage();
        window.showPage(MainWindow::Page::Parasitics);
        page->tabs()->setCurrentWidget(page->designsPane());
        page->work().import({folder});
        QVERIFY(waitSettled(window));
        DesignsPane* pane = page->designsPane();
        QCOMPARE(pane->table()->rowCount(), 1);
        QCOMPARE(pane->table()->item(0, 0)->text(), u"made"_s);
        QCOMPARE(pane->unpaired()->rowCount(), 1); // the fill
        QCOMPARE(pane->unpaired()->item(0, 0)->text(), u"fill"_s);
        // What the readers found is told beside it, with file and line.
        QCOMPARE(pane->findings()->rowCount(), 1);
        QVERIFY(pane->findings()->item(0, 0)->text().contains(u"negative"_s));
        QCOMPARE(pane->findings()->item(0, 2)->text(), u"extracted.spice:7"_s);
        QCOMPARE(pane->distribution()->series().size(), 1);
        pane->quantityBox()->setCurrentIndex(1);
        QCOMPARE(pane->distribution()->series().size(), 1);
        // How many labels are in each class: two nets of 0.2 fF and more, by the bounds.
        QCOMPARE(pane->balance()->rowCount(), 1);
        int classed = 0;
        for (int c = 1; c <= 5; ++c)
            classed += pane->balance()->item(0, c)->text().contains(u'(') ? 1 : 0;
        QCOMPARE(classed, 1); // n1 alone has a capacitance to ground
        QCOMPARE(pane->balance()->item(0, 4)->text(), u"1 (100.0 %)"_s);
        // Written, read again.
        const QString file = m_folder.filePath(u"made.h5"_s);
        page->work().saveDesigns(file);
        QVERIFY(waitSettled(window));
        page->work().openDesigns(file);
        QVERIFY(waitSettled(window));
        QCOMPARE(pane->table()->rowCount(), 1);
        // Nonsense is told, and nothing is lost.
        page->work().import({m_folder.filePath(u"none"_s)});
        QVERIFY(waitSettled(window));
        QVERIFY(page->bar()->kind() == widgets::MessageBar::Kind::Error);
        QCOMPARE(pane->table()->rowCount(), 1);
        // Checked against a shipped network.
        AccuracyPane* accuracy = page->accuracyPane();
        QCOMPARE(accuracy->designList()->count(), 1);
        QVERIFY(accuracy->modelBox()->count() > 0);
        accuracy->modelBox()->setCurrentIndex(
            accuracy->modelBox()->findText(u"coupling (shipped)"_s));
        QTest::mouseClick(accuracy->checkButton(), Qt::LeftButton);
        QVERIFY(waitSettled(window, 120'000));
        QCOMPARE(accuracy->scatter()->count(), std::size_t{3});
        QVERIFY(accuracy->decades()->rowCount() > 0);
        // Three labels are too few to learn from: a sentence, no crash.
        QTest::mouseClick(accuracy->trainButton(), Qt::LeftButton);
        QVERIFY(waitSettled(window, 120'000));
        QVERIFY(page->bar()->text().contains(u"too few"_s));
        // It is listed as what it is: failed, with the reason; there is nothing to continue.
        QVERIFY(!accuracy->anewButton()->isVisibleTo(accuracy));
        QVERIFY(accuracy->trainButton()->text() != u"Continue"_s);
        window.runsPage()->list().refresh();
        QVERIFY(waitSettled(window));
        QTRY_COMPARE(window.runsPage()->list().runs().size(), std::size_t{1});
        const runs::RunRecord failed = window.runsPage()->list().runs().front();
        QVERIFY(failed.attempts.state == learn::RunState::Failed);
        QVERIFY(QString::fromStdString(failed.attempts.why).contains(u"too few"_s));
        QCOMPARE(RunTable::stateOf(failed), u"failed at 0 %"_s);
        std::filesystem::remove_all(failed.folder); // the next test counts them
    }

    /// The form of the import tells what is wrong before anything is read, and gives the reader
    /// what the files do not say; of a folder of designs the sound ones come in.
    void importForm() {
        const QString folder = m_folder.filePath(u"form"_s);
        QVERIFY(QDir().mkpath(folder));
        QVERIFY(write(folder + u"/block.sp"_s, kSchematic));
        QVERIFY(write(folder + u"/block.extracted.sp"_s, kExtraction));
        MainWindow window(m_folder.filePath(u"s.ini"_s));
        window.show();
        window.showPage(MainWindow::Page::Parasitics);
        ParasiticsPage* page = window.parasiticsPage();
        DesignsPane* pane = page->designsPane();
        page->tabs()->setCurrentWidget(pane);
        pane->openImportDialog();
        ImportDialog* dialog = pane->importDialog();
        QVERIFY(dialog->isVisible() && !dialog->importButton()->isEnabled());
        dialog->schematicEdit()->setText(folder + u"/none.sp"_s);
        QVERIFY(dialog->note()->text().contains(u"no file"_s));
        dialog->schematicEdit()->setText(folder + u"/block.sp"_s);
        emit dialog->schematicEdit()->editingFinished();
        QCOMPARE(dialog->extractionEdit()->text(), folder + u"/block.extracted.sp"_s); // beside it
        QVERIFY(dialog->importButton()->isEnabled());
        dialog->extractionEdit()->setText(folder + u"/block.sp"_s);
        QVERIFY(dialog->note()->text().contains(u"same file"_s));
        QVERIFY(!dialog->importButton()->isEnabled());
        // Dropped in any order.
        dialog->setFiles({folder + u"/block.extracted.sp"_s, folder + u"/block.sp"_s});
        QCOMPARE(dialog->schematicEdit()->text(), folder + u"/block.sp"_s);
        dialog->groundEdit()->setText(u"in"_s);
        if (qEnvironmentVariableIsSet("OHMSCAPE_GRAB"))
            dialog->grab().save(qEnvironmentVariable("OHMSCAPE_GRAB") + u".form.png"_s);
        QTest::mouseClick(dialog->importButton(), Qt::LeftButton);
        QVERIFY(waitSettled(window));
        QVERIFY(!dialog->isVisible());
        QCOMPARE(page->work().designs()->size(), std::size_t{1});
        const auto& design = page->work().designs()->front();
        const auto& names = design.graph.netNames;
        QVERIFY(std::find(names.begin(), names.end(), "in") == names.end()); // a rail now
        QCOMPARE(design.couplings.size(), std::size_t{1});                   // n1 to out
        // A folder of three: one is cut off before its first capacitance, one has no extraction.
        const QString many = m_folder.filePath(u"many"_s);
        for (const char* name : {"good", "cut"}) {
            const QString to = many + u'/' + QString::fromLatin1(name);
            QVERIFY(QDir().mkpath(to));
            QVERIFY(write(to + u"/schematic.sp"_s, kSchematic));
            QVERIFY(write(to + u"/extracted.sp"_s,
                          *name == 'g' ? QByteArray(kExtraction) : ".subckt top in out"));
        }
        QVERIFY(QDir().mkpath(many + u"/empty"_s));
        page->work().import(QStringList{many});
        QVERIFY(waitSettled(window));
        QCOMPARE(page->work().designs()->size(), std::size_t{2});
        QCOMPARE(page->work().designs()->back().graph.name, std::string("good"));
        for (int row = 0; row < 2; ++row) // how the first one paired is still known
            QVERIFY(pane->table()->item(row, 5)->text().contains(u" of "_s));
        QVERIFY(pane->balance()->horizontalHeaderItem(1)->text().contains(u"aF"_s));
        QVERIFY(page->bar()->kind() == widgets::MessageBar::Kind::Error);
        QVERIFY(page->bar()->text().contains(u"1 design"_s));
        if (qEnvironmentVariableIsSet("OHMSCAPE_GRAB")) {
            window.resize(1400, 900);
            pane->quantityBox()->setCurrentIndex(1);
            pane->balance()->parentWidget()->parentWidget()->setProperty("currentIndex", 1);
            window.grab().save(qEnvironmentVariable("OHMSCAPE_GRAB") + u".designs.png"_s);
        }
    }

    /// A second import keeps nothing of the first one's names, and none is lost: neither a design
    /// of the same name nor what is asked for while an import is at work.
    void importsOneAfterTheOther() {
        const QString one = m_folder.filePath(u"one"_s), two = m_folder.filePath(u"two"_s);
        for (const QString& folder : {one, two}) {
            QVERIFY(QDir().mkpath(folder));
            QVERIFY(write(folder + u"/block.sp"_s, kSchematic));
            QVERIFY(write(folder + u"/block.pex.sp"_s, kExtraction));
        }
        MainWindow window(m_folder.filePath(u"s.ini"_s));
        window.show();
        window.showPage(MainWindow::Page::Parasitics);
        ParasiticsPage* page = window.parasiticsPage();
        ParasiticWork& work = page->work();
        DesignsPane* pane = page->designsPane();
        page->tabs()->setCurrentWidget(pane);
        const auto names = [&] {
            QStringList list;
            for (const auto& design : *work.designs())
                list << QString::fromStdString(design.graph.name);
            return list;
        };
        pane->openImportDialog({one + u"/block.sp"_s, one + u"/block.pex.sp"_s});
        ImportDialog* dialog = pane->importDialog();
        dialog->nameEdit()->setText(u"first"_s);
        dialog->topEdit()->setText(u"top"_s);
        dialog->extractedTopEdit()->setText(u"top"_s);
        QTest::mouseClick(dialog->importButton(), Qt::LeftButton);
        QVERIFY(waitSettled(window));
        QCOMPARE(names(), QStringList{u"first"_s});
        pane->openImportDialog({two + u"/block.sp"_s, two + u"/block.pex.sp"_s});
        for (QLineEdit* edit : {dialog->nameEdit(), dialog->topEdit(), dialog->extractedTopEdit()})
            QVERIFY(edit->text().isEmpty());
        // The same while it is open: another schematic is another design.
        dialog->nameEdit()->setText(u"first"_s);
        QVERIFY2(dialog->note()->text().contains(u"replaced"_s),
                 qPrintable(dialog->note()->text()));
        dialog->schematicEdit()->setText(one + u"/block.sp"_s);
        emit dialog->schematicEdit()->editingFinished();
        QVERIFY(dialog->nameEdit()->text().isEmpty());
        QVERIFY(!dialog->note()->text().contains(u"replaced"_s));
        dialog->setFiles({two + u"/block.sp"_s, two + u"/block.pex.sp"_s});
        QTest::mouseClick(dialog->importButton(), Qt::LeftButton);
        QVERIFY(waitSettled(window));
        QCOMPARE(names(), (QStringList{u"first"_s, u"top"_s}));
        QVERIFY(!page->bar()->isVisible()); // nothing was replaced
        // A name that the files give themselves: what it replaced can be had back.
        const std::string before = work.designs()->back().provenance.at("extraction");
        QVERIFY(QFile::copy(one + u"/block.pex.sp"_s, one + u"/other.pex.sp"_s));
        work.import(QStringList{one + u"/block.sp"_s, one + u"/other.pex.sp"_s});
        QVERIFY(waitSettled(window));
        QCOMPARE(names(), (QStringList{u"first"_s, u"top"_s}));
        QVERIFY(work.designs()->back().provenance.at("extraction") != before);
        QVERIFY2(page->bar()->isVisible() && page->bar()->text().contains(u"top"_s),
                 qPrintable(page->bar()->text()));
        emit page->bar()->actionTriggered();
        QCOMPARE(work.designs()->back().provenance.at("extraction"), before);
        QVERIFY(!page->bar()->isVisible());
        // While one is at work the form waits, and what is dropped is told, not lost silently.
        QSignalSpy failed(&work, &ParasiticWork::failed);
        pane->openImportDialog({two + u"/block.sp"_s, two + u"/block.pex.sp"_s});
        QVERIFY(dialog->importButton()->isEnabled());
        work.import(QStringList{one + u"/block.sp"_s, one + u"/block.pex.sp"_s});
        QVERIFY(!dialog->importButton()->isEnabled() && !pane->importButton()->isEnabled());
        work.import(QStringList{two + u"/block.sp"_s, two + u"/block.pex.sp"_s});
        QCOMPARE(failed.size(), qsizetype{1});
        QCOMPARE(failed[0][0].value<ohm::Error>().code, std::string("UI-044"));
        QVERIFY(page->bar()->isVisible());
        QVERIFY(waitSettled(window));
        QVERIFY(dialog->importButton()->isEnabled() && pane->importButton()->isEnabled());
    }

    /// "Estimated couplings" is on where there are some to see, and off again where there will be
    /// none.
    void couplingsThatCannotBe() {
        MainWindow window(m_folder.filePath(u"s.ini"_s));
        window.show();
        QAction* command = window.bench().commands.action(u"predict.couplings"_s);
        QVERIFY(!command->isEnabled()); // without a circuit
        QVERIFY(
            openAndWait(window, QStringLiteral(OHMSCAPE_SOURCE_DIR "/projects/two-stage-opamp")));
        QVERIFY(command->isEnabled());
        window.parasiticsPage()->work().setModelFolder(m_folder.filePath(u"no-networks"_s));
        command->trigger();
        QVERIFY(command->isChecked());
        QVERIFY(waitSettled(window, 120'000));
        QVERIFY(!window.bench().couplings.isOn() && !command->isChecked());
    }

    /// A run that failed and would fail again is no run to continue.
    void whatCanGoOn() {
        const std::filesystem::path root = m_folder.filePath(u"goes-on"_s).toStdString();
        const auto attempt = [&](const Error& error, bool stopped) {
            auto run = learn::RunFolder::open(root / "x-1", "seed: 1\n");
            QVERIFY(run.ok() && run->begin(0).ok());
            QVERIFY(write(QString::fromStdString(run->snapshot().string()), "x"));
            run->failed(error, stopped);
        };
        const auto offered = [&] { return interruptedRun(root, "x-", "seed: 1\n").has_value(); };
        QVERIFY(!offered());
        attempt({"LEARN-012", "The training was stopped", {}, {}, {}}, true);
        QVERIFY(offered());
        attempt({"BASE-010", "The file could not be written", "no space left", {}, {}}, false);
        QVERIFY(offered());
        attempt({"LEARN-011", "The loss is not finite", "step 61", {}, {}}, false);
        QVERIFY(!offered());
    }

    /// A training in the window is a run: listed while it goes on, held, stopped and taken up
    /// again, with its curves, settings and network; then what its encoder knows.
    void trainsAndEmbeds() {
        MainWindow window(m_folder.filePath(u"s.ini"_s));
        window.resize(1400, 900);
        window.show();
        ParasiticsPage* page = window.parasiticsPage();
        window.showPage(MainWindow::Page::Parasitics);
        const QString folder = m_folder.filePath(u"chain"_s);
        QVERIFY(QDir().mkpath(folder));
        QByteArray schematic = ".subckt top in vdd vss\n", extraction = schematic;
        for (int i = 0; i < 60; ++i) {
            const QByteArray from = i ? "n" + QByteArray::number(i) : QByteArray("in");
            const QByteArray to = "n" + QByteArray::number(i + 1), k = QByteArray::number(i);
            const QByteArray w = QByteArray::number(0.5 + 0.1 * (i % 7), 'f', 2) + "u";
            schematic += "ma" + k + " " + to + " " + from + " vss vss n w=" + w + " l=0.15u\n";
            if ((i * 7919 >> 3) & 1) // not all stages alike
                schematic += "mc" + k + " side" + k + " " + to + " vss vss n w=" + w + " l=0.15u\n";
            if ((i * 1047 >> 4) & 1)
                schematic += "mb" + k + " " + to + " " + from + " vdd vdd p w=" + w + " l=0.15u\n";
            extraction += "C" + k + " " + from + " " + to + " " +
                          QByteArray::number(0.004 * (1 + i % 7)) + "f\nCg" + k + " " + to +
                          " vss " + QByteArray::number(0.02 * (1 + i % 3)) + "f\n";
        }
        QVERIFY(write(folder + u"/schematic.spice"_s, schematic + ".ends\n"));
        QVERIFY(write(folder + u"/extracted.spice"_s, extraction + ".ends\n"));
        page->work().import({folder});
        QVERIFY(waitSettled(window));
        AccuracyPane* pane = page->accuracyPane();
        page->tabs()->setCurrentWidget(pane);
        QCOMPARE(pane->lossBox()->findData(u"ce"_s), -1); // couplings have no classes
        pane->taskBox()->setCurrentIndex(pane->taskBox()->findData(u"ground"_s));
        QVERIFY(pane->lossBox()->findData(u"balanced"_s) >= 0);
        pane->lossBox()->setCurrentIndex(pane->lossBox()->findData(u"mpgd"_s));
        pane->methodBox()->setCurrentIndex(pane->methodBox()->findData(u"circuitgcl"_s));
        QVERIFY(pane->pretrainingBox()->isEnabled());
        pane->pretrainingBox()->setValue(12); // few, to be quick
        pane->stepsBox()->setValue(40);
        QVERIFY(!pane->pauseButton()->isVisible());
        QSignalSpy reports(&page->work(), &ParasiticWork::trainingReported);
        QSignalSpy done(&page->work(), &ParasiticWork::trained);
        QTest::mouseClick(pane->trainButton(), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(
            reports.count() > 0 || !page->work().isRunning(ParasiticWork::Task::Train), 200'000);
        QVERIFY2(reports.count() > 0, qPrintable(page->bar()->text()));
        QVERIFY(!pane->lossCurve()->series().isEmpty()); // pretraining shows at once
        QVERIFY(pane->pauseButton()->isVisible());
        QTest::mouseClick(pane->pauseButton(), Qt::LeftButton);
        QVERIFY(page->work().isPaused(ParasiticWork::Task::Train));
        QTest::qWait(300);
        QCoreApplication::processEvents();
        const auto held = reports.count();
        QTest::qWait(500);
        QCOMPARE(reports.count(), held);
        // It is on the list of runs, at work.
        RunsPage* runsPage = window.runsPage();
        const auto listed = [&]() -> runs::RunRecord {
            runsPage->list().refresh();
            waitSettled(window, 0);
            QTest::qWait(200);
            const auto& all = runsPage->list().runs();
            return all.empty() ? runs::RunRecord{} : all.front();
        };
        QTRY_VERIFY(listed().kind == runs::RunKind::Parasitics);
        QVERIFY(listed().attempts.state == learn::RunState::Running);
        QCOMPARE(listed().recipe, std::string("circuitgcl, ground"));
        QVERIFY(RunTable::stateOf(listed()).startsWith(u"running"_s));
        // Stopped: said so there, and it can go on here.
        QTest::mouseClick(pane->trainButton(), Qt::LeftButton);
        QVERIFY(waitSettled(window, 240'000));
        QCOMPARE(done.count(), 0);
        QTRY_VERIFY_WITH_TIMEOUT(listed().attempts.state == learn::RunState::Stopped, 20'000);
        QVERIFY(RunTable::stateOf(listed()).startsWith(u"stopped at"_s));
        QTRY_VERIFY(pane->anewButton()->isVisible());
        QCOMPARE(pane->trainButton()->text(), u"Continue"_s);
        pane->stepsBox()->setValue(50); // another training
        QVERIFY(!pane->anewButton()->isVisible());
        pane->stepsBox()->setValue(40);
        QTest::mouseClick(pane->trainButton(), Qt::LeftButton);
        QVERIFY(!pane->lossCurve()->series().isEmpty()); // what is known of it is in sight
        QVERIFY(waitSettled(window, 240'000));
        QVERIFY2(done.count() == 1, qPrintable(page->bar()->text()));
        QVERIFY(!pane->anewButton()->isVisible());
        QCOMPARE(pane->lossCurve()->series().size(), 3);
        QCOMPARE(pane->curve()->series()[0].x.last(), 40.0);
        const QString model = done[0][0].toString();
        QVERIFY(model.contains(u"/parasitics-"_s) && model.endsWith(u"/model.safetensors"_s));
        const runs::RunRecord finished = listed();
        QVERIFY(finished.finished && finished.attempts.resumed == 1);
        QCOMPARE(RunTable::stateOf(finished), u"finished, resumed"_s);
        QCOMPARE(finished.stepsDone, std::int64_t{40});
        const auto settings = runs::settingsOf(finished.folder);
        QVERIFY(settings.ok());
        QCOMPARE(settings->at("loss"), std::string("mpgd"));
        QCOMPARE(settings->at("designs"), std::string("chain"));
        // What was imported is kept, so that the run can be reported.
        const auto kept = parasitics::readDesigns(settings->at("data"));
        QVERIFY(kept.ok());
        QCOMPARE(kept->size(), std::size_t{1});
        const auto history = runs::readHistory(finished.folder);
        QVERIFY(history.ok());
        const auto curves = runs::curvesOf({*history}, 100, true);
        QCOMPARE(curves.loss.front().x, (std::vector<double>{20, 40}));
        QCOMPARE(curves.score.front().x, (std::vector<double>{20, 40}));
        // The Runs page draws it.
        window.showPage(MainWindow::Page::Runs);
        QTRY_VERIFY(!runsPage->scorePlot()->series().isEmpty());
        QVERIFY(runsPage->scorePlot()->isVisible() && runsPage->validationPlot()->isVisible());
        QVERIFY(!runsPage->tailPlot()->isVisible());
        window.showPage(MainWindow::Page::Parasitics);
        QCOMPARE(pane->modelBox()->currentData().toString(), model);

        EncoderPane* encoder = page->encoderPane();
        page->tabs()->setCurrentWidget(encoder);
        encoder->modelBox()->setCurrentIndex(encoder->modelBox()->findData(model));
        QCOMPARE(encoder->modelBox()->currentData().toString(), model);
        encoder->perplexityBox()->setValue(5);
        encoder->stepsBox()->setValue(100);
        QTest::mouseClick(encoder->startButton(), Qt::LeftButton);
        QVERIFY(waitSettled(window, 120'000));
        QVERIFY2(encoder->trained()->count() >= 3,
                 qPrintable(page->bar()->text() + encoder->summary()->text()));
        QCOMPARE(encoder->trained()->count(), encoder->untrained()->count());
        QVERIFY(encoder->summary()->text().contains(u"with scattering"_s));
        // A point chosen in one picture is chosen in the other.
        const QPointF at = encoder->trained()->placeOf(2);
        QTest::mouseClick(encoder->trained(), Qt::LeftButton, {}, at.toPoint());
        QCOMPARE(encoder->trained()->selection().size(), 1);
        QCOMPARE(encoder->untrained()->selection(), encoder->trained()->selection());
        if (qEnvironmentVariableIsSet("OHMSCAPE_GRAB"))
            window.grab().save(qEnvironmentVariable("OHMSCAPE_GRAB"));
    }

    void accessible() {
        MainWindow window(m_folder.filePath(u"s.ini"_s));
        for (QWidget* w : window.parasiticsPage()->findChildren<QWidget*>()) {
            if (qobject_cast<QAbstractButton*>(w) && w->objectName().startsWith(u"qt_"_s))
                continue;
            const bool control = qobject_cast<QAbstractSlider*>(w) || qobject_cast<QComboBox*>(w) ||
                                 qobject_cast<QTableView*>(w);
            if (control && !w->objectName().startsWith(u"qt_"_s) && !qobject_cast<QScrollBar*>(w))
                QVERIFY2(!w->accessibleName().isEmpty(), w->metaObject()->className());
        }
    }
};

QTEST_MAIN(TestParasiticsPage)
#include "tst_parasiticspage.moc"
