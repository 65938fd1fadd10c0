// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/commands.h"
#include "ui/services/plurals.h"
#include "ui/services/selectionhub.h"
#include "ui/services/settings.h"
#include "ui/services/singleinstance.h"

#include <QAction>
#include <QFile>
#include <QLocalSocket>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace ohm::ui;
using namespace Qt::StringLiterals;

namespace {
constexpr ObjectId net(quint32 i) {
    return {ObjectKind::Net, i};
}
constexpr ObjectId device(quint32 i) {
    return {ObjectKind::Device, i};
}
} // namespace

class TestServices : public QObject {
    Q_OBJECT
private slots:
    void countsReadAsEnglish() {
        QCOMPARE(tr("%1 of %n run(s) ticked", nullptr, 1).arg(1), u"1 of 1 run(s) ticked"_s);
        Plurals plurals;
        QVERIFY(QCoreApplication::installTranslator(&plurals));
        QCOMPARE(tr("%1 of %n run(s) ticked", nullptr, 1).arg(1), u"1 of 1 run ticked"_s);
        QCOMPARE(tr("%n run(s) of %n", nullptr, 0), u"0 runs of 0"_s);
        QCOMPARE(tr("%n run(s)", nullptr, 12), u"12 runs"_s);
        QCOMPARE(tr("file(s)"), u"file(s)"_s); // no count
        QCOMPARE(tr("%n more", nullptr, 3), u"3 more"_s);
        QCoreApplication::removeTranslator(&plurals);
    }

    void hubSelects() {
        SelectionHub hub;
        QSignalSpy spy(&hub, &SelectionHub::selectionChanged);
        hub.select({net(1), device(1), net(1)}, SelectionSource::Graph);
        QCOMPARE(hub.selection().size(), 2);
        QCOMPARE(hub.current(), device(1));
        QVERIFY(hub.isHot(net(1)));
        QVERIFY(!hub.isHot(net(2)));
        hub.select({net(1), device(1)}, SelectionSource::Schematic);
        QCOMPARE(spy.count(), 1); // nothing changed, nothing said
        hub.toggle(net(1), SelectionSource::Graph);
        QCOMPARE(hub.selection(), QVector<ObjectId>{device(1)});
        hub.toggle(net(3), SelectionSource::Graph);
        QCOMPARE(hub.current(), net(3));
        QCOMPARE(spy.count(), 3);
        QCOMPARE(spy.last().first().value<SelectionSource>(), SelectionSource::Graph);
    }

    void hubHovers() {
        SelectionHub hub;
        QSignalSpy spy(&hub, &SelectionHub::hoverChanged);
        hub.setHover(net(4), SelectionSource::Graph);
        hub.setHover(net(4), SelectionSource::Schematic);
        QCOMPARE(spy.count(), 1);
        QVERIFY(hub.isHot(net(4)));
        QVERIFY(!hub.isSelected(net(4)));
        hub.setHover(std::nullopt, SelectionSource::Graph);
        QVERIFY(!hub.isHot(net(4)));
    }

    void hubWalksHistory() {
        SelectionHub hub;
        QVERIFY(!hub.canGoBack());
        hub.select(net(1), SelectionSource::Graph);
        hub.select(net(2), SelectionSource::Graph);
        hub.select(device(3), SelectionSource::Graph);
        hub.goBack();
        QCOMPARE(hub.current(), net(2));
        hub.goBack();
        QCOMPARE(hub.current(), net(1));
        QVERIFY(!hub.canGoBack());
        hub.goForward();
        QCOMPARE(hub.current(), net(2));
        hub.select(net(9), SelectionSource::Graph); // cuts what lay ahead
        QVERIFY(!hub.canGoForward());
        hub.clear();
        QVERIFY(!hub.canGoBack());
        QVERIFY(!hub.current());
        for (quint32 i = 0; i < 500; ++i)
            hub.select(net(i), SelectionSource::Graph);
        int steps = 0;
        while (hub.canGoBack()) {
            hub.goBack();
            ++steps;
        }
        QCOMPARE(steps, 99);
    }

    void settingsKeepValues() {
        QTemporaryDir dir;
        const QString file = dir.filePath(u"s.ini"_s);
        {
            Settings settings(file);
            QCOMPARE(settings.theme(), Settings::Theme::System);
            QVERIFY(settings.showVoltages());
            QSignalSpy theme(&settings, &Settings::themeChanged);
            QSignalSpy notes(&settings, &Settings::annotationsChanged);
            settings.setTheme(Settings::Theme::Dark);
            settings.setTheme(Settings::Theme::Dark);
            settings.setShowCurrents(true);
            QCOMPARE(theme.count(), 1);
            QCOMPARE(notes.count(), 1);
            settings.setWindow("geometry", "state", 3);
            settings.setShortcuts(u"a.b"_s, QList<QKeySequence>{QKeySequence(u"Ctrl+J"_s)});
            settings.setShortcuts(u"a.none"_s, QList<QKeySequence>{});
        }
        Settings settings(file);
        QCOMPARE(settings.theme(), Settings::Theme::Dark);
        QVERIFY(settings.showCurrents());
        QCOMPARE(settings.windowState(3), QByteArray("state"));
        QVERIFY(settings.windowState(4).isEmpty()); // of another layout: not used
        QCOMPARE(settings.shortcuts(u"a.b"_s).value(),
                 QList<QKeySequence>{QKeySequence(u"Ctrl+J"_s)});
        QVERIFY(settings.shortcuts(u"a.none"_s).has_value());
        QVERIFY(settings.shortcuts(u"a.none"_s)->isEmpty());
        QVERIFY(!settings.shortcuts(u"a.other"_s));
    }

    void settingsSurviveNonsense() {
        QTemporaryDir dir;
        const QString file = dir.filePath(u"s.ini"_s);
        QFile out(file);
        QVERIFY(out.open(QIODevice::WriteOnly));
        out.write("[settings]\nversion=banana\n[look]\ntheme=\xff\xfe\x01\n[annotations]\nvoltages="
                  "@Variant(\\0)\n"
                  "[window]\nstate=@ByteArray(zzz\nlayout=x\n[shortcuts]\nx=Ctrl+@@@, \n]]]]");
        out.close();
        Settings settings(file);
        QCOMPARE(settings.theme(), Settings::Theme::System);
        QVERIFY(settings.windowState(1).isEmpty());
        QVERIFY(settings.version() >= 1);
        settings.shortcuts(u"x"_s);
    }

    void settingsMigrateInOrder() {
        QTemporaryDir dir;
        const QString file = dir.filePath(u"s.ini"_s);
        QStringList steps;
        const std::vector<Settings::Migration> ladder{
            [&](QSettings& s) {
                steps << u"0"_s;
                s.setValue(u"old/dark"_s, true);
            },
            [&](QSettings& s) {
                steps << u"1"_s;
                s.setValue(u"look/theme"_s,
                           s.value(u"old/dark"_s).toBool() ? u"dark"_s : u"light"_s);
                s.remove(u"old"_s);
            }};
        {
            Settings settings(file, ladder);
            QCOMPARE(settings.version(), 2);
            QCOMPARE(settings.theme(), Settings::Theme::Dark);
        }
        QCOMPARE(steps, (QStringList{u"0"_s, u"1"_s}));
        { Settings again(file, ladder); }
        QCOMPARE(steps.size(), 2);              // once only
        Settings older(file, {ladder.front()}); // a newer file keeps its stamp
        QCOMPARE(older.version(), 2);
        QCOMPARE(steps.size(), 2);
    }

    void commandsRunAndTip() {
        QTemporaryDir dir;
        Settings settings(dir.filePath(u"s.ini"_s));
        Commands commands(&settings);
        int runs = 0;
        QAction* action = commands.add({u"sim.run"_s,
                                        u"&Simulate"_s,
                                        {},
                                        {QKeySequence(Qt::Key_F5)},
                                        u"Finds the operating point."_s,
                                        u"Simulate"_s},
                                       [&] { ++runs; });
        QVERIFY(action->toolTip().contains(u"Simulate (F5)"_s));
        QVERIFY(action->toolTip().contains(u"operating point"_s));
        QVERIFY(commands.trigger(u"sim.run"_s));
        action->setEnabled(false);
        QVERIFY(!commands.trigger(u"sim.run"_s));
        QVERIFY(!commands.trigger(u"nothing"_s));
        QCOMPARE(runs, 1);
        QCOMPARE(Commands::plainText(u"&Open && see\u2026"_s), u"Open & see"_s);
    }

    void shortcutsAreRemembered() {
        QTemporaryDir dir;
        const QString file = dir.filePath(u"s.ini"_s);
        const CommandInfo a{u"a"_s, u"A"_s, {}, {QKeySequence(u"Ctrl+1"_s)}, {}, {}};
        const CommandInfo b{u"b"_s, u"B"_s, {}, {QKeySequence(u"Ctrl+2"_s)}, {}, {}};
        {
            Settings settings(file);
            Commands commands(&settings);
            commands.add(a, [] {});
            commands.add(b, [] {});
            QCOMPARE(commands.conflicts(u"a"_s, {QKeySequence(u"Ctrl+2"_s)}), QStringList{u"b"_s});
            commands.setKeys(u"a"_s, {QKeySequence(u"Ctrl+2"_s)});
            QVERIFY(commands.keys(u"b"_s).isEmpty()); // one key, one command
        }
        Settings settings(file);
        Commands commands(&settings);
        commands.add(a, [] {});
        commands.add(b, [] {});
        QCOMPARE(commands.keys(u"a"_s), QList<QKeySequence>{QKeySequence(u"Ctrl+2"_s)});
        QVERIFY(commands.keys(u"b"_s).isEmpty());
        commands.resetKeys();
        QCOMPARE(commands.keys(u"b"_s), b.keys);
        QVERIFY(!settings.shortcuts(u"a"_s));
    }

    void secondStartHandsOver() {
        const QString name = u"ohmscape-test-%1"_s.arg(QCoreApplication::applicationPid());
        SingleInstance first(name);
        QVERIFY(!first.sendToRunning({}, 200)); // nobody there
        QVERIFY(first.listen());
        SingleInstance rival(name);
        QVERIFY(!rival.listen());
        QSignalSpy spy(&first, &SingleInstance::openRequested);
        // The sender blocks, so it needs a thread of its own here; in life it is another process.
        std::atomic<int> result{-1};
        std::unique_ptr<QThread> thread(QThread::create([&] {
            SingleInstance second(name);
            result = second.sendToRunning({u"/tmp/a b.sp"_s, u"relative.sp"_s}) ? 1 : 0;
        }));
        thread->start();
        QTRY_COMPARE(result.load(), 1);
        thread->wait();
        QCOMPARE(spy.count(), 1);
        QCOMPARE(spy.first().first().toStringList(), QStringList{u"/tmp/a b.sp"_s});
    }

    void strangersAreIgnored_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("not json") << QByteArray("hello\n");
        QTest::newRow("wrong shape") << QByteArray("{\"open\":5}\n");
        QTest::newRow("no line end, too long") << QByteArray(100 * 1024, 'x');
        QTest::newRow("deep") << QByteArray(60000, '[') + "\n";
        QTest::newRow("empty") << QByteArray("\n");
    }
    void strangersAreIgnored() {
        QFETCH(QByteArray, bytes);
        const QString name = u"ohmscape-test2-%1"_s.arg(QCoreApplication::applicationPid());
        SingleInstance server(name);
        QVERIFY(server.listen());
        QSignalSpy spy(&server, &SingleInstance::openRequested);
        QLocalSocket socket;
        socket.connectToServer(name);
        QVERIFY(socket.waitForConnected(1000));
        socket.write(bytes);
        QTRY_COMPARE(socket.state(), QLocalSocket::UnconnectedState);
        QCOMPARE(spy.count(), 0);
    }
};

QTEST_MAIN(TestServices)
#include "tst_services.moc"
