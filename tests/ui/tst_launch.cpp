// SPDX-License-Identifier: GPL-3.0-or-later
// The command line of the window and the tour, as a program of its own.
#include "ui/window/launch.h"
#include "uitesting.h"

#include <QImage>
#include <QProcess>

using namespace ohm::ui;
using namespace ohm::ui::testing;

namespace {
struct Outcome {
    int code = -1;
    QString out;
    QString err;
};

Outcome run(const QStringList& arguments, bool display, int timeoutMs = 120'000) {
    QTemporaryDir home;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.remove(u"DISPLAY"_s);
    environment.remove(u"WAYLAND_DISPLAY"_s);
    if (!display)
        environment.remove(u"QT_QPA_PLATFORM"_s);
    for (const QString& name :
         {u"HOME"_s, u"XDG_CONFIG_HOME"_s, u"XDG_STATE_HOME"_s, u"XDG_RUNTIME_DIR"_s})
        environment.insert(name, home.path());
    QProcess process;
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(OHMSCAPE_PROGRAM), arguments);
    Outcome outcome;
    if (!process.waitForFinished(timeoutMs) || process.exitStatus() != QProcess::NormalExit)
        return outcome;
    outcome.code = process.exitCode();
    outcome.out = QString::fromUtf8(process.readAllStandardOutput());
    outcome.err = QString::fromUtf8(process.readAllStandardError());
    return outcome;
}
} // namespace

class TestLaunch : public QObject {
    Q_OBJECT
private slots:
    void parses() {
        using Action = LaunchOptions::Action;
        QCOMPARE(parseArguments({u"x"_s}).action, Action::Window);
        QCOMPARE(parseArguments({u"x"_s, u"a.sp"_s, u"b.sp"_s}).files.size(), 2);
        QCOMPARE(parseArguments({u"x"_s, u"--help"_s, u"--nonsense"_s}).action, Action::Help);
        QCOMPARE(parseArguments({u"x"_s, u"-v"_s}).action, Action::Version);
        QCOMPARE(parseArguments({u"x"_s, u"--nonsense"_s}).action, Action::UsageError);
        QCOMPARE(parseArguments({u"x"_s, u"--tour"_s}).action, Action::UsageError);
        QCOMPARE(parseArguments({u"x"_s, u"--tour"_s, u"dir"_s}).action, Action::UsageError);
        const LaunchOptions tour = parseArguments({u"x"_s, u"--tour"_s, u"dir"_s, u"p"_s});
        QCOMPARE(tour.action, Action::Tour);
        QCOMPARE(tour.tourFolder, u"dir"_s);
        QCOMPARE(parseArguments({u"x"_s, u"--"_s, u"--odd name"_s}).files,
                 QStringList{u"--odd name"_s});
    }

    void helpAndVersionNeedNoDisplay() {
        const Outcome help = run({u"--help"_s}, false);
        QCOMPARE(help.code, 0);
        QVERIFY(help.out.contains(u"--tour DIR PROJECT"_s));
        const Outcome version = run({u"--version"_s}, false);
        QCOMPARE(version.code, 0);
        QVERIFY(version.out.startsWith(u"Ohmscape 0."_s));
        const Outcome wrong = run({u"--wrong"_s}, false);
        QCOMPARE(wrong.code, 2);
        QVERIFY(wrong.err.contains(u"--wrong"_s));
        const Outcome none = run({sample(u"mos.sp"_s)}, false);
        QCOMPARE(none.code, 1);
        QVERIFY(none.err.contains(u"no display"_s));
    }

    void tourWritesEveryPage() {
        QTemporaryDir dir;
        const Outcome tour =
            run({u"--tour"_s, dir.filePath(u"pictures"_s), sample(u"demo"_s)}, false, 300'000);
        QVERIFY2(tour.code == 0, qPrintable(tour.err));
        const QStringList pictures = QDir(dir.filePath(u"pictures"_s)).entryList({u"*.png"_s});
        for (const QString& name :
             {u"start-light"_s, u"start-dark"_s, u"workspace-light"_s, u"workspace-dark"_s,
              u"source-light"_s, u"issues-dark"_s, u"palette-light"_s, u"shortcuts-dark"_s,
              u"about-light"_s, u"neighbourhood-dark"_s})
            QVERIFY2(pictures.contains(name + u".png"_s), qPrintable(name));
        for (const QString& name : pictures) {
            const QImage picture(dir.filePath(u"pictures/"_s + name));
            QVERIFY2(picture.width() > 300 && picture.height() > 150, qPrintable(name));
            QSet<QRgb> colours;
            for (int y = 0; y < picture.height(); y += 3) {
                for (int x = 0; x < picture.width(); x += 3)
                    colours.insert(picture.pixel(x, y));
            }
            QVERIFY2(colours.size() > 8, qPrintable(name + u" is blank"_s));
        }
    }

    void tourFailsWithASentence() {
        QTemporaryDir dir;
        const Outcome gone = run({u"--tour"_s, dir.filePath(u"p"_s), u"/nowhere/project"_s}, false);
        QCOMPARE(gone.code, 1);
        QVERIFY2(gone.err.contains(u"nothing at this place"_s), qPrintable(gone.err));
        const Outcome unwritable =
            run({u"--tour"_s, u"/proc/pictures"_s, sample(u"demo"_s)}, false);
        QCOMPARE(unwritable.code, 1);
        QVERIFY(unwritable.err.contains(u"/proc/pictures"_s));
    }
};

QTEST_GUILESS_MAIN(TestLaunch)
#include "tst_launch.moc"
