// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/reader.h"
#include "ui/models/hierarchymodel.h"
#include "ui/models/objecttable.h"
#include "ui/panes/sourcepane.h"
#include "ui/services/text.h"
#include "uitesting.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>

#include <cmath>

using namespace ohm;
using namespace ohm::ui;
using namespace ohm::ui::testing;

namespace {
netlist::CircuitPtr read(const std::string& text) {
    Expected<netlist::CircuitPtr> circuit = netlist::readNetlistText(text, "test.sp", {});
    return circuit ? *circuit : nullptr;
}

OperatingPointPtr voltages(const netlist::Circuit& circuit) {
    auto point = std::make_shared<sim::OperatingPoint>();
    for (std::size_t i = 0; i < circuit.netCount(); ++i)
        point->netVoltages.push_back(i % 3 == 2 ? std::nan("")
                                                : static_cast<double>(i) * (i % 2 ? -1.0 : 1.0));
    point->devices.resize(circuit.deviceCount());
    if (circuit.deviceCount() > 1)
        point->devices[1].current = 1e-3;
    return point;
}
} // namespace

class TestModels : public QObject {
    Q_OBJECT
private slots:
    void naturalOrder_data() {
        QTest::addColumn<QString>("a");
        QTest::addColumn<QString>("b");
        QTest::addColumn<bool>("less");
        QTest::newRow("numbers") << u"x2"_s << u"x10"_s << true;
        QTest::newRow("numbers back") << u"x10"_s << u"x2"_s << false;
        QTest::newRow("same") << u"x1"_s << u"x1"_s << false;
        QTest::newRow("prefix") << u"x1"_s << u"x1.m1"_s << true;
        QTest::newRow("zeros") << u"n007"_s << u"n8"_s << true;
        QTest::newRow("letters") << u"a9"_s << u"b1"_s << true;
        QTest::newRow("long digits")
            << u"n99999999999999999999998"_s << u"n99999999999999999999999"_s << true;
        QTest::newRow("empty") << QString() << u"a"_s << true;
    }
    void naturalOrder() {
        QFETCH(QString, a);
        QFETCH(QString, b);
        QFETCH(bool, less);
        QCOMPARE(naturalLess(ss(a), ss(b)), less);
    }

    void tableKeepsModelRules() {
        JobService jobs;
        const auto circuit = read("* t\nV1 a 0 1\nR10 a b 1k\nR2 b c 2k\nR1 c 0 3k\nM1 a b c 0 nch "
                                  "W=1u L=1u\n.model nch nmos\n");
        QVERIFY(circuit);
        for (const TableKind kind : {TableKind::Nets, TableKind::Devices}) {
            ObjectTable table(kind, jobs);
            const QAbstractItemModelTester tester(
                &table, QAbstractItemModelTester::FailureReportingMode::QtTest);
            table.setCircuit(circuit);
            QTRY_VERIFY(table.rowCount() > 0);
            table.setValues({voltages(*circuit), nullptr, nullptr});
            table.sort(0, Qt::DescendingOrder);
            QTRY_VERIFY(jobs.isIdle());
            table.setFilter(u"r"_s);
            QTRY_VERIFY(jobs.isIdle());
            table.setValues({});
            table.setCircuit(nullptr);
            QCOMPARE(table.rowCount(), 0);
            QTRY_VERIFY(jobs.isIdle());
        }
    }

    void tableSortsAndFilters() {
        JobService jobs;
        const auto circuit = read("* t\nV1 a 0 1\nR10 a b 1k\nR2 b c 2k\nR1 c 0 3k\n");
        QVERIFY(circuit);
        const auto names = [&](const TableQuery& query, TableKind kind,
                               const OperatingPointPtr& point = nullptr) {
            const Expected<TableRows> rows =
                queryTable(*circuit, {point, nullptr, nullptr}, kind, query, 1000, {});
            QStringList list;
            for (const std::uint32_t id : rows->rows)
                list.push_back(
                    qs(kind == TableKind::Nets ? circuit->netName(id) : circuit->deviceName(id)));
            return list;
        };
        QCOMPARE(names({{}, ObjectTable::DeviceName, Qt::AscendingOrder}, TableKind::Devices),
                 (QStringList{u"r1"_s, u"r2"_s, u"r10"_s, u"v1"_s}));
        QCOMPARE(names({{}, ObjectTable::DeviceName, Qt::DescendingOrder}, TableKind::Devices),
                 (QStringList{u"v1"_s, u"r10"_s, u"r2"_s, u"r1"_s}));
        QCOMPARE(names({u"RESIST 2k"_s, -1, Qt::AscendingOrder}, TableKind::Devices),
                 QStringList{u"r2"_s});
        QCOMPARE(names({u"zzz"_s, -1, Qt::AscendingOrder}, TableKind::Devices), QStringList{});
        // Missing values stay last whichever way it is sorted.
        const auto point = voltages(*circuit);
        for (const Qt::SortOrder order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
            const QStringList sorted =
                names({{}, ObjectTable::NetVoltage, order}, TableKind::Nets, point);
            const auto last = *circuit->findNet(ss(sorted.last()));
            QVERIFY(std::isnan(point->netVoltages[last]));
        }
        const Expected<TableRows> cut = queryTable(*circuit, {}, TableKind::Devices, {}, 2, {});
        QCOMPARE(cut->rows.size(), std::size_t{2});
        QCOMPARE(cut->matches, std::size_t{4});
        StopSource stop;
        stop.requestStop();
        const Expected<TableRows> stopped = queryTable(
            *circuit, {}, TableKind::Devices, {u"r"_s, -1, Qt::AscendingOrder}, 2, stop.token());
        QCOMPARE(stopped.error().code, std::string("UI-002"));
    }

    void tableExportsWhatIsShown() {
        JobService jobs;
        const auto circuit = read("* t\nV1 a 0 1\nR10 a 0 1k\n");
        ObjectTable table(TableKind::Nets, jobs);
        table.setCircuit(circuit);
        QTRY_COMPARE(table.rowCount(), 2);
        auto point = std::make_shared<sim::OperatingPoint>();
        point->netVoltages.assign(2, 0.0);
        point->netVoltages[*circuit->findNet("a")] = 1.5;
        table.setValues({point, nullptr, nullptr});
        const QByteArray csv = table.csv();
        QVERIFY2(csv.startsWith("Net,Connections,Voltage (V)\r\n"), csv.constData());
        QVERIFY2(csv.contains("a,2,1.5\r\n"), csv.constData());
    }

    void treeKeepsModelRules() {
        const auto circuit = read("* t\n.subckt inner a b\nR1 a b 1\nR2 a b 1\n.ends\n.subckt "
                                  "outer a b\nX1 a b inner\nC1 a b 1p\n.ends\n"
                                  "V1 in 0 1\nX9 in 0 outer\nX10 in 0 inner\nR1 in 0 5\n");
        QVERIFY(circuit);
        HierarchyModel model;
        model.setFiles({u"/a/one.sp"_s, u"/a/two.sp"_s}, u"/a/one.sp"_s);
        QCOMPARE(model.rowCount(), 2);
        QVERIFY(!model.hasChildren(model.index(0, 0)));
        const Expected<CircuitIndexPtr> index = indexCircuit(*circuit, {});
        model.setCircuit(circuit, *index);
        // Afterwards: the tester itself fetches rows from inside a reset, and then objects to them.
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const QModelIndex file = model.openFileIndex();
        QVERIFY(model.hasChildren(file));
        while (model.canFetchMore(file))
            model.fetchMore(file);
        QCOMPARE(model.rowCount(file), 5); // two blocks, two leaves, the list of subcircuits
        QCOMPARE(model.itemAt(model.index(0, 0, file)), HierarchyModel::Item::Block);
        QCOMPARE(model.index(0, 0, file).data().toString(), u"x9"_s);
        QCOMPARE(model.itemAt(model.index(4, 0, file)), HierarchyModel::Item::Cells);
        const CellPath path = circuit->devicePath(*circuit->findDevice("x9.x1.r2"));
        const QModelIndex deep = model.indexOf(path);
        QCOMPARE(deep.data().toString(), u"r2"_s);
        QCOMPARE(model.deviceAt(deep), circuit->findDevice("x9.x1.r2"));
        QCOMPARE(model.pathAt(deep), path);
        QVERIFY(!model.indexOf({77, 3}).parent().isValid()); // no such place: the file itself
    }

    void treeDoesNotBuildAMillionRows() {
        std::string text = "* t\n";
        for (int i = 0; i < 30000; ++i)
            text += "R" + std::to_string(i) + " n" + std::to_string(i) + " 0 1k\n";
        const auto circuit = read(text);
        const Expected<CircuitIndexPtr> index = indexCircuit(*circuit, {});
        HierarchyModel model;
        model.setFiles({u"/a"_s}, u"/a"_s);
        model.setCircuit(circuit, *index);
        const QModelIndex file = model.openFileIndex();
        model.fetchMore(file);
        QVERIFY(model.rowCount(file) < 1000);
        QCOMPARE(model.indexOf({5000}).data().toString(), u"r5000"_s);
        QCOMPARE(model.indexOf({29999}), file); // too deep: its list
    }

    void sourceParts() {
        QTemporaryDir dir;
        const QString path = dir.filePath(u"big.sp"_s);
        QByteArray text;
        for (int i = 1; i <= 50000; ++i)
            text += "* line " + QByteArray::number(i) + '\n';
        QVERIFY(write(path, text));
        const Expected<SourcePart> first = readSourcePart(path, 1, 10000);
        QVERIFY(first);
        QCOMPARE(first->firstLine, 1);
        QCOMPARE(first->totalLines, 50001);
        QVERIFY(first->text.startsWith(u"* line 1\n"_s));
        const Expected<SourcePart> middle = readSourcePart(path, 30000, 10000);
        QVERIFY(middle->firstLine < 30000 && middle->lastLine > 30000);
        QCOMPARE(middle->text.section(u'\n', 30000 - middle->firstLine, 30000 - middle->firstLine),
                 u"* line 30000"_s);
        const Expected<SourcePart> last = readSourcePart(path, 99999999, 10000);
        QVERIFY(last->text.contains(u"line 50000"_s));
        QCOMPARE(readSourcePart(dir.filePath(u"gone"_s), 1, 100).error().code,
                 std::string("BASE-001"));
        QVERIFY(write(path, QByteArray(3'000'000, 'x'))); // one endless line
        const Expected<SourcePart> endless = readSourcePart(path, 1, std::size_t{512} << 10);
        QVERIFY(endless->text.size() < 10'100);
        QVERIFY(endless->text.endsWith(u"\u2026 (line shortened)"_s));
    }
};

QTEST_MAIN(TestModels)
#include "tst_models.moc"
