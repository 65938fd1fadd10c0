// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/capacitancetable.h"
#include "ui/pages/accuracypane.h"
#include "ui/pages/designspane.h"
#include "ui/pages/estimatepane.h"
#include "ui/pages/parasiticspage.h"
#include "ui/services/selectionhub.h"
#include "ui/session/voltagedisplay.h"
#include "uitesting.h"
#include "widgets/common/messagebar.h"
#include "widgets/plot/plotview.h"
#include "widgets/scatter/scatterview.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QListWidget>
#include <QPushButton>
#include <QScrollBar>
#include <QSlider>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableView>
#include <QTableWidget>

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
constexpr const char* kExtraction = ".subckt top in out vdd vss\nC0 in n1 0.05f\nC1 n1 out 0.06f\n"
                                    "C2 in out 0.004f\nC3 n1 vss 0.2f\nC4 fill n1 0.3f\n.ends\n";

} // namespace

class TestParasiticsPage : public QObject {
    Q_OBJECT
private:
    Sandbox m_sandbox;
    QTemporaryDir m_folder;

private slots:
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
        QCOMPARE(pane->distribution()->series().size(), 1);
        pane->quantityBox()->setCurrentIndex(1);
        QCOMPARE(pane->distribution()->series().size(), 1);
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
