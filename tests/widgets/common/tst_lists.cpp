// SPDX-License-Identifier: GPL-3.0-or-later
// Issues, log, inspector.
#include "widgets/common/emptyhint.h"
#include "widgets/common/inspectorview.h"
#include "widgets/common/issuesview.h"
#include "widgets/common/logview.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QListView>
#include <QScrollBar>
#include <QSignalSpy>
#include <QStandardItemModel>
#include <QTest>
#include <QTreeView>
#include <QTreeWidget>

using namespace ohm;
using namespace ohm::widgets;

Q_DECLARE_METATYPE(ohm::Diagnostic)

namespace {

Diagnostics someIssues() {
    return {{Severity::Error, "NET-012", "The subcircuit \"amp\" is missing", "/a/b/top.sp", 7, 3,
             "x1"},
            {Severity::Warning, "NET-031", "Given twice", "/a/b/top.sp", 3, 0, ""},
            {Severity::Note, "NET-040", "Taken as HSPICE", "", 0, 0, ""},
            {Severity::Warning, "NET-050", "Unknown option", "/a/b/sub.inc", 120, 1, ""}};
}

} // namespace

class TestLists : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { qRegisterMetaType<ohm::Diagnostic>(); }

    void emptyListsSayWhatBelongsThere() {
        QStandardItemModel model;
        QTreeView view;
        view.setModel(&model);
        setEmptyHint(&view, QStringLiteral("Drop a file"));
        view.resize(300, 200);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        auto* label = view.viewport()->findChild<QLabel*>();
        QVERIFY(label && label->isVisible());
        QCOMPARE(view.accessibleDescription(), QStringLiteral("Drop a file"));
        QVERIFY(label->geometry().center().y() > 50);
        model.appendRow(new QStandardItem(QStringLiteral("a")));
        QVERIFY(!label->isVisible());
        QCOMPARE(view.accessibleDescription(), QString());
        setEmptyHint(&view, QStringLiteral("Drop another"));
        model.removeRow(0);
        QVERIFY(label->isVisible());
        QCOMPARE(label->text(), QStringLiteral("Drop another"));
        QCOMPARE(view.accessibleDescription(), QStringLiteral("Drop another"));
        model.appendRow(new QStandardItem(QStringLiteral("b")));
        model.clear();
        QVERIFY(label->isVisible());
    }

    void issuesModel() {
        IssuesModel model;
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setDiagnostics(someIssues());
        QCOMPARE(model.rowCount(), 4);
        QCOMPARE(model.counts(), (std::array{1, 2, 1}));
        QCOMPARE(model.index(0, IssuesModel::PlaceColumn).data().toString(),
                 QStringLiteral("top.sp:7"));
        QCOMPARE(model.index(0, IssuesModel::SeverityColumn).data().toString(),
                 QStringLiteral("Error"));
        QVERIFY(model.index(0, IssuesModel::TextColumn)
                    .data(Qt::ToolTipRole)
                    .toString()
                    .contains(QStringLiteral("/a/b/top.sp:7:3")));
        QCOMPARE(model.index(2, IssuesModel::PlaceColumn).data().toString(), QString());
        model.setDiagnostics({});
        QCOMPARE(model.rowCount(), 0);
    }

    void issuesViewFiltersAndJumps() {
        IssuesView view;
        view.resize(700, 300);
        view.show();
        QVERIFY(QTest::qWaitForWindowActive(&view));
        QSignalSpy counts(&view, &IssuesView::countsChanged);
        QSignalSpy activated(&view, &IssuesView::activated);
        view.setDiagnostics(someIssues());
        QCOMPARE(counts.last(), (QVariantList{1, 2, 1}));
        QCOMPARE(view.visibleCount(), 4);
        view.setFilterText(QStringLiteral("SUB.inc")); // the file counts too
        QCOMPARE(view.visibleCount(), 1);
        view.setFilterText({});
        view.setSeverityVisible(Severity::Warning, false);
        QCOMPARE(view.visibleCount(), 2);
        view.setSeverityVisible(Severity::Warning, true);
        auto* tree = view.findChild<QTreeView*>();
        tree->sortByColumn(IssuesModel::SeverityColumn, Qt::AscendingOrder);
        tree->setFocus();
        tree->setCurrentIndex(tree->model()->index(0, 0));
        QTest::keyClick(tree, Qt::Key_Return);
        QCOMPARE(activated.count(), 1);
        QCOMPARE(activated.first().first().value<ohm::Diagnostic>().code,
                 std::string("NET-012")); // worst first
        const QRect second = tree->visualRect(tree->model()->index(1, 1));
        QTest::mouseClick(tree->viewport(), Qt::LeftButton, {}, second.center());
        QTest::mouseDClick(tree->viewport(), Qt::LeftButton, {}, second.center());
        QCOMPARE(activated.count(), 2);
        QCOMPARE(activated.last().first().value<ohm::Diagnostic>().code, std::string("NET-031"));
        tree->selectAll();
        QTest::keyClick(tree, Qt::Key_C, Qt::ControlModifier);
        QTRY_VERIFY(
            QApplication::clipboard()->text().contains(QStringLiteral("top.sp:7:3: error")));
    }

    void logIsBoundedAndFiltered() {
        LogView log;
        log.setMaximumLines(100);
        QVector<LogLine> flood;
        for (int i = 0; i < 1000; ++i)
            flood.append(
                {LogLine::Level::Info, QStringLiteral("sim"), QStringLiteral("line %1").arg(i), 0});
        log.append(flood);
        QCOMPARE(log.lineCount(), 100);
        QVERIFY(log.visibleText().contains(QStringLiteral("line 999")));
        QVERIFY(!log.visibleText().contains(QStringLiteral("line 899\n")));
        log.append({LogLine::Level::Error, QStringLiteral("net"), QStringLiteral("broken"), 0});
        QCOMPARE(log.lineCount(), 100);
        log.setLeastLevel(LogLine::Level::Warning);
        QCOMPARE(log.visibleLineCount(), 1);
        log.setLeastLevel(LogLine::Level::Debug);
        log.setFilterText(QStringLiteral("line 99"));
        QCOMPARE(log.visibleLineCount(), 10);
        log.setFilterText({});
        log.setMaximumLines(10);
        QCOMPARE(log.lineCount(), 10);
        log.clear();
        QCOMPARE(log.lineCount(), 0);
    }

    void logYieldsToTheUser() {
        LogView log;
        log.resize(500, 200);
        log.show();
        QVector<LogLine> lines(
            200, {LogLine::Level::Info, QStringLiteral("sim"), QStringLiteral("x"), 1});
        log.append(lines);
        auto* list = log.findChild<QListView*>();
        QTest::qWait(10);
        QScrollBar* bar = list->verticalScrollBar();
        QVERIFY(bar->maximum() > 0);
        QCOMPARE(bar->value(), bar->maximum());
        QVERIFY(log.following());
        bar->triggerAction(QAbstractSlider::SliderPageStepSub); // as the wheel and the keys do
        QVERIFY(!log.following());
        const int place = bar->value();
        log.append(lines);
        QTest::qWait(10);
        QCOMPARE(bar->value(), place);
        bar->triggerAction(QAbstractSlider::SliderToMaximum);
        QVERIFY(log.following());
        log.append(lines);
        QTest::qWait(10);
        QCOMPARE(bar->value(), bar->maximum());
    }

    void inspectorShowsAndFollowsLinks() {
        InspectorView view;
        view.resize(300, 400);
        view.show();
        QVERIFY(QTest::qWaitForWindowActive(&view));
        QSignalSpy links(&view, &InspectorView::linkActivated);
        InspectorContent content{
            QStringLiteral("M3"), QStringLiteral("MOSFET"), QStringLiteral("mosfet"), {}};
        content.sections.append(
            {QStringLiteral("Terminals"),
             {{QStringLiteral("d"), QStringLiteral("net6"), {}, QStringLiteral("net:net6")},
              {QStringLiteral("w"), QStringLiteral("500"), QStringLiteral("nm")}}});
        view.setContent(content);
        auto* tree = view.findChild<QTreeWidget*>();
        QCOMPARE(tree->topLevelItemCount(), 1);
        QTreeWidgetItem* link = tree->topLevelItem(0)->child(0);
        QTest::mouseClick(tree->viewport(), Qt::LeftButton, {},
                          tree->visualItemRect(link).center() + QPoint(40, 0));
        QTRY_COMPARE(links.count(), 1);
        QCOMPARE(links.first().first().toString(), QStringLiteral("net:net6"));
        tree->setFocus();
        tree->setCurrentItem(link);
        QTest::keyClick(tree, Qt::Key_Return);
        QCOMPARE(links.count(), 2);
        tree->setCurrentItem(tree->topLevelItem(0)->child(1));
        QTest::keyClick(tree, Qt::Key_Return); // no link there
        QCOMPARE(links.count(), 2);
        QVERIFY(view.contentAsText().contains(QStringLiteral("w\t500 nm")));
        tree->topLevelItem(0)->setExpanded(false);
        content.sections[0].rows[1].value = QStringLiteral("600");
        view.setContent(content); // an update keeps what is collapsed
        QVERIFY(!tree->topLevelItem(0)->isExpanded());
        view.clear();
        QCOMPARE(view.contentAsText(), QString());
    }
};

QTEST_MAIN(TestLists)
#include "tst_lists.moc"
