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
        QVERIFY(help.out.contains(u"--report RUN"_s));
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

    void reportOfTwoRuns() {
        QTemporaryDir dir;
        for (const int layers : {2, 3}) {
            const QString run = dir.filePath(u"runs/r%1/"_s.arg(layers));
            QVERIFY(QDir().mkpath(run));
            QVERIFY(write(run + u"recipe.yaml"_s,
                          "name: small\nnetwork: {layers: " + QByteArray::number(layers) +
                              "}\ndata: ['ladder:1-3:20:seed=1']\nsteps: 40\n"));
            QByteArray log;
            for (const int step : {20, 40})
                log +=
                    "{\"step\":" + QByteArray::number(step) +
                    ",\"steps\":40,\"epoch\":1,\"rate\":0.001,\"train_loss\":0.5,\"seconds\":1,"
                    "\"graphs_per_second\":9,\"skipped\":0,\"validation_loss\":0.4,\"validation\":{"
                    "\"acc_at\":{\"50\":0.6,\"100\":0.5},\"mse\":0.1,\"mae\":0.2,\"r2\":0.3,"
                    "\"count\":60}}\n";
            QVERIFY(write(run + u"log.jsonl"_s, log));
            QVERIFY(write(
                run + u"result.json"_s,
                "{\"command\":\"train <small> & so\",\"seed\":7,\"inputs\":{\"a.h5\":\"abc\"}}"));
        }
        const QString out = dir.filePath(u"report"_s);
        qputenv("OHMSCAPE_RUNS", dir.filePath(u"runs"_s).toLocal8Bit());
        const Outcome report = run({u"--report"_s, u"r2"_s, dir.filePath(u"runs/r3"_s), u"-o"_s,
                                    out, u"--title"_s, u"Depth <2> & 3"_s},
                                   false, 120'000);
        QVERIFY2(report.code == 0, qPrintable(report.err));
        for (const char* name : {"loss", "accuracy", "acc-at-k", "rate"}) {
            for (const char* suffix : {".svg", ".png", ".csv"})
                QVERIFY2(
                    QFileInfo(out + u'/' + QString::fromLatin1(name) + QString::fromLatin1(suffix))
                            .size() > 60,
                    name);
        }
        // A chart is mostly paper, with both runs' colours on it; an unlaid one is a few huge
        // letters.
        const QImage picture(out + u"/loss.png"_s);
        int dark = 0, coloured = 0, below = 0;
        for (int y = 0; y < picture.height(); ++y) {
            for (int x = 0; x < picture.width(); ++x) {
                const QColor c = picture.pixelColor(x, y);
                dark += c.lightness() < 60 ? 1 : 0;
                below +=
                    c.lightness() < 60 && y > picture.height() * 9 / 10 ? 1 : 0; // the axis' name
                coloured += c.saturation() > 120 && c.lightness() > 60 ? 1 : 0;
            }
        }
        QVERIFY2(dark < picture.width() * picture.height() / 40, qPrintable(QString::number(dark)));
        QVERIFY2(below > 30, qPrintable(QString::number(below)));
        QVERIFY2(coloured > 500, qPrintable(QString::number(coloured)));
        QFile page(out + u"/index.html"_s);
        QVERIFY(page.open(QIODevice::ReadOnly));
        const QByteArray html = page.readAll();
        QCOMPARE(html.count("<svg"), 4);
        QVERIFY(html.contains("Depth &lt;2&gt; &amp; 3"));
        QVERIFY(html.contains("train &lt;small&gt; &amp; so"));
        QVERIFY(html.contains("network.layers") && html.contains("abc"));
        QVERIFY(!html.contains("http-equiv") && !html.contains("<script"));
        QFile pdf(out + u"/report.pdf"_s);
        QVERIFY(pdf.open(QIODevice::ReadOnly));
        QVERIFY(pdf.read(5) == "%PDF-" && pdf.size() > 10'000);
        QVERIFY(QFileInfo::exists(out + u"/report.json"_s));
        // A run without a step yet has no figures, and the page says so.
        QVERIFY(QFile::remove(dir.filePath(u"runs/r2/log.jsonl"_s)));
        QVERIFY(run({u"--report"_s, u"r2"_s, u"-o"_s, out + u"2"_s}, false, 120'000).code == 0);
        QFile bare(out + u"2/index.html"_s);
        QVERIFY(bare.open(QIODevice::ReadOnly));
        const QByteArray without = bare.readAll();
        QVERIFY(without.contains("<b>Training loss</b>: ") && without.contains("hold no value"));
        QVERIFY(!without.contains("<svg"));
        const Outcome none = run({u"--report"_s, u"nothing"_s, u"-o"_s, out}, false, 60'000);
        QCOMPARE(none.code, 1);
        QVERIFY(none.err.contains(u"RUN-002"_s) || none.err.contains(u"no such run"_s));
        QCOMPARE(run({u"--report"_s, u"r2"_s}, false).code, 2);
        qunsetenv("OHMSCAPE_RUNS");
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
