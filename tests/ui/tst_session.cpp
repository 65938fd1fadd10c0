// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/selectionhub.h"
#include "ui/services/text.h"
#include "ui/session/circuitsession.h"
#include "ui/session/describe.h"
#include "ui/session/graphnavigator.h"
#include "ui/session/loader.h"
#include "uitesting.h"

#include <QSignalSpy>

#include <sys/stat.h>

using namespace ohm;
using namespace ohm::ui;
using namespace ohm::ui::testing;

class TestSession : public QObject {
    Q_OBJECT

    struct Fixture {
        JobService jobs;
        SelectionHub hub;
        CircuitSession session{jobs, hub};
        bool open(const QString& path) {
            session.open(path);
            return QTest::qWaitFor([this] { return jobs.isIdle(); }, 20000);
        }
    };

private slots:
    void sniffs_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("result");
        QTest::newRow("netlist") << QByteArray("* t\nR1 a b 1k\n") << u"a.sp"_s << u"netlist"_s;
        QTest::newRow("schematic under a wrong suffix")
            << QByteArray("Version 4\nSHEET 1 880 680\nWIRE 0 0 16 0\n") << u"a.sp"_s
            << u"schematic"_s;
        QTest::newRow("project under another name")
            << QByteArray("name: x\ncircuits:\n  - a.sp\n") << u"thing.txt"_s << u"project"_s;
        QTest::newRow("yaml") << QByteArray("name: x\n") << u"p.yaml"_s << u"project"_s;
        QTest::newRow("binary") << QByteArray("\x7f"
                                              "ELF\0\0\0\1",
                                              8) +
                                       QByteArray(64, '\1') + '\0'
                                << u"a.sp"_s << u"UI-012"_s;
        QTest::newRow("empty") << QByteArray() << u"a.sp"_s << u"netlist"_s;
    }
    void sniffs() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, name);
        QFETCH(QString, result);
        QTemporaryDir dir;
        QVERIFY(write(dir.filePath(name), bytes));
        const Expected<FileKind> kind = sniffFile(toPath(dir.filePath(name)));
        const QString got = !kind                          ? qs(kind.error().code)
                            : *kind == FileKind::Netlist   ? u"netlist"_s
                            : *kind == FileKind::Schematic ? u"schematic"_s
                                                           : u"project"_s;
        QCOMPARE(got, result);
    }

    void sniffsPlaces() {
        QTemporaryDir dir;
        QCOMPARE(sniffFile(toPath(dir.path())).error().code, std::string("UI-011"));
        QCOMPARE(sniffFile(toPath(dir.filePath(u"gone"_s))).error().code, std::string("UI-010"));
        const QString fifo = dir.filePath(u"fifo"_s);
        QCOMPARE(mkfifo(qPrintable(fifo), 0600), 0);
        QCOMPARE(sniffFile(toPath(fifo)).error().code,
                 std::string("BASE-002")); // and does not hang
        QCOMPARE(sniffFile("/dev/zero").error().code, std::string("BASE-002"));
        QVERIFY(write(dir.filePath(u"project.yaml"_s), "name: x\n"));
        QCOMPARE(*sniffFile(toPath(dir.path())), FileKind::Project);
    }

    void opensInParts() {
        Fixture f;
        QSignalSpy circuit(&f.session, &CircuitSession::circuitChanged);
        QSignalSpy drawing(&f.session, &CircuitSession::drawingReady);
        QSignalSpy graph(&f.session, &CircuitSession::graphReady);
        QSignalSpy index(&f.session, &CircuitSession::indexReady);
        f.session.open(sample(u"divider.sp"_s));
        QVERIFY(!f.session.isOpen()); // nothing is read in the caller's turn
        QVERIFY(f.session.isLoading());
        QTRY_COMPARE(index.count(), 1);
        QTRY_COMPARE(graph.count(), 1);
        QTRY_COMPARE(drawing.count(), 1);
        QCOMPARE(circuit.count(), 1);
        QCOMPARE(f.session.circuit()->deviceCount(), std::size_t{6});
        QCOMPARE(f.session.graph()->nodeCount(), std::size_t{12 + 4});
        QVERIFY(f.session.drawing()->doc->generated);
        QVERIFY(!f.session.isLoading());
    }

    void failedOpeningKeepsTheOldOne() {
        Fixture f;
        QVERIFY(f.open(sample(u"divider.sp"_s)));
        QSignalSpy failed(&f.session, &CircuitSession::openFailed);
        QVERIFY(f.open(sample(u"nothing.sp"_s)));
        QCOMPARE(failed.count(), 1);
        QCOMPARE(failed.first().at(1).value<Error>().code, std::string("UI-010"));
        QVERIFY(f.session.isOpen());
        QCOMPARE(f.session.circuit()->deviceCount(), std::size_t{6});
    }

    void lastOpeningWins() {
        Fixture f;
        QSignalSpy circuit(&f.session, &CircuitSession::circuitChanged);
        f.session.open(sample(u"divider.sp"_s));
        f.session.open(sample(u"missing.sp"_s));
        f.session.open(sample(u"mos.sp"_s));
        QTRY_VERIFY(f.jobs.isIdle());
        QCOMPARE(circuit.count(), 1);
        QVERIFY(f.session.circuitPath().endsWith(u"mos.sp"_s));
    }

    void opensProjects() {
        Fixture f;
        QVERIFY(f.open(sample(u"demo"_s)));
        QVERIFY(f.session.isProject());
        QCOMPARE(f.session.circuitPaths().size(), 2);
        QVERIFY(f.session.circuitPath().endsWith(u"first.sp"_s));
        f.session.openCircuit(f.session.circuitPaths().at(1));
        QTRY_VERIFY(f.jobs.isIdle());
        QVERIFY(f.session.circuitPath().endsWith(u"second.sp"_s));
        QVERIFY(f.session.isProject());
        QVERIFY(f.session.title().contains(u"Test demo"_s));
    }

    void walksTheHierarchy() {
        Fixture f;
        QVERIFY(f.open(sample(u"divider.sp"_s)));
        const auto inner = f.session.find(u"x1.r2"_s);
        QVERIFY(inner);
        QCOMPARE(inner->kind, ObjectKind::Device);
        const CellDrawingPtr top = f.session.drawing();
        const QString block = top->deviceName(*f.session.circuit(), inner->index);
        QVERIFY2(!block.isEmpty(), "a device inside a block lights the block");
        QVERIFY(!top->shows(inner->index));
        f.session.goTo(*inner);
        QTRY_VERIFY(f.session.drawing() != nullptr);
        QCOMPARE(f.session.place().size(), std::size_t{1});
        QVERIFY(f.session.drawing()->shows(inner->index));
        // The inner port "top" is the outer net "in".
        const auto in = f.session.find(u"in"_s);
        QVERIFY(in && !f.session.drawing()->netNames(in->index).isEmpty());
        f.session.leave();
        QTRY_VERIFY(f.session.drawing() != nullptr);
        QVERIFY(f.session.place().empty());
        f.session.enter({0}); // a leaf: not a place
        QVERIFY(f.session.place().empty());
        f.session.enter({99999});
        QVERIFY(f.session.place().empty());
        const auto cell = f.session.circuit()->findCell("div");
        QVERIFY(cell);
        f.session.enterCell(*cell);
        QCOMPARE(f.session.place().size(), std::size_t{1});
    }

    void namesAndIdsAgree() {
        Fixture f;
        QVERIFY(f.open(sample(u"divider.sp"_s)));
        for (const QString& name : {u"x1.r1"_s, u"out"_s, u"v1"_s, u"x2"_s}) {
            const auto id = f.session.find(name);
            QVERIFY2(id, qPrintable(name));
            QCOMPARE(f.session.nameOf(*id), name);
            QCOMPARE(objectOf(linkOf(*id)), id);
        }
        QVERIFY(!f.session.find(u"nobody"_s));
        QVERIFY(!f.session.find(QString()));
        QVERIFY(!objectOf(u"net:"_s));
        QVERIFY(!objectOf(u"rubbish"_s));
        QVERIFY(!objectOf(u"net:-1"_s));
    }

    void reloadKeepsSelectionAndPlace() {
        QTemporaryDir dir;
        const QString path = dir.filePath(u"c.sp"_s);
        QVERIFY(QFile::copy(sample(u"divider.sp"_s), path));
        QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner);
        Fixture f;
        QVERIFY(f.open(path));
        f.session.goTo(*f.session.find(u"x2.r1"_s));
        f.hub.select({*f.session.find(u"x2.r2"_s), *f.session.find(u"out"_s)},
                     SelectionSource::Program);
        QTRY_VERIFY(f.jobs.isIdle());
        QSignalSpy changed(&f.session, &CircuitSession::fileChangedOnDisk);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QByteArray text = file.readAll();
        file.close();
        text.replace("V1 in", "Rnew in 0 5k\nV1 in"); // all ids shift
        QVERIFY(write(path, text));
        QTRY_COMPARE(changed.count(), 1);
        f.session.reload();
        QTRY_VERIFY(f.jobs.isIdle());
        QCOMPARE(f.session.circuit()->deviceCount(), std::size_t{7});
        QCOMPARE(placeName(*f.session.circuit(), f.session.place()), u"x2"_s);
        QCOMPARE(f.hub.selection().size(), 2);
        QCOMPARE(f.session.nameOf(f.hub.selection().first()), u"x2.r2"_s);
    }

    void noticesReplacedFiles() {
        QTemporaryDir dir;
        const QString path = dir.filePath(u"c.sp"_s);
        QVERIFY(write(path, "* a\nR1 a 0 1k\n"));
        Fixture f;
        QVERIFY(f.open(path));
        QSignalSpy changed(&f.session, &CircuitSession::fileChangedOnDisk);
        for (int round = 1; round <= 2; ++round) { // as editors do: write beside, rename over
            QVERIFY(write(dir.filePath(u"tmp"_s),
                          QByteArray("* a\nR1 a 0 1k\n") + QByteArray(round, '*') + '\n'));
            QCOMPARE(rename(qPrintable(dir.filePath(u"tmp"_s)), qPrintable(path)), 0);
            QTRY_COMPARE(changed.count(), round);
        }
        QVERIFY(QFile::remove(path));
        QTRY_COMPARE(changed.count(), 3);
    }

    void closesAndForgets() {
        Fixture f;
        QVERIFY(f.open(sample(u"divider.sp"_s)));
        f.hub.select(*f.session.find(u"out"_s), SelectionSource::Graph);
        f.session.close();
        QVERIFY(!f.session.isOpen());
        QVERIFY(f.hub.selection().isEmpty());
        QVERIFY(!f.hub.canGoBack());
        f.session.open(sample(u"divider.sp"_s));
        f.session.close(); // while reading
        QTRY_VERIFY(f.jobs.isIdle());
        QVERIFY(!f.session.isOpen());
    }

    void navigatorWalks() {
        Fixture f;
        GraphNavigator navigator(f.jobs);
        QSignalSpy pictures(&navigator, &GraphNavigator::pictureChanged);
        QSignalSpy positions(&navigator, &GraphNavigator::positionsChanged);
        QVERIFY(f.open(sample(u"divider.sp"_s)));
        navigator.setGraph(f.session.graph());
        QTRY_VERIFY(f.jobs.isIdle());
        QCOMPARE(navigator.mode(), GraphNavigator::Mode::Whole);
        QVERIFY(positions.count() >= 1);
        QVERIFY(positions.last().at(2).toBool());
        QCOMPARE(navigator.picture()->size(), f.session.graph()->nodeCount());
        const std::uint32_t out =
            f.session.graph()->nodeOfNet(*f.session.circuit()->findNet("out"));
        const std::uint32_t tail =
            f.session.graph()->nodeOfNet(*f.session.circuit()->findNet("tail"));
        navigator.focus({out});
        navigator.setHops(1);
        navigator.setMode(GraphNavigator::Mode::Neighbourhood);
        QTRY_VERIFY(f.jobs.isIdle());
        QVERIFY(!navigator.picture()->whole);
        QVERIFY(navigator.picture()->toScene(out));
        QCOMPARE(navigator.picture()->toGraph(*navigator.picture()->toScene(out)), out);
        QVERIFY(!navigator.picture()->toScene(tail));
        navigator.focus({tail});
        QTRY_VERIFY(f.jobs.isIdle());
        QVERIFY(navigator.picture()->toScene(tail));
        QVERIFY(navigator.canGoBack());
        navigator.goBack();
        QTRY_VERIFY(f.jobs.isIdle());
        QCOMPARE(navigator.focused(), std::vector<std::uint32_t>{out});
        navigator.focus({4'000'000'000U}); // not a node
        QCOMPARE(navigator.focused(), std::vector<std::uint32_t>{out});
        navigator.setGraph(nullptr);
        QVERIFY(!navigator.picture());
    }
};

QTEST_MAIN(TestSession)
#include "tst_session.moc"
