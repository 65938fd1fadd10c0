// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/launch.h"

#include "core/runs/runstore.h"
#include "ui/dialogs/aboutdialog.h"
#include "ui/report/report.h"
#include "ui/report/reportviews.h"
#include "ui/services/plurals.h"
#include "ui/services/singleinstance.h"
#include "ui/services/text.h"
#include "ui/window/mainwindow.h"
#include "ui/window/tour.h"
#include "widgets/common/theme.h"

#include <QApplication>
#include <QFileInfo>
#include <QIcon>
#include <QTemporaryDir>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>

/// Resources of a static library are not there until asked for; outside any namespace by Qt's rule.
static void initResources() {
    Q_INIT_RESOURCE(ui);
}

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr int kOk = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;
/// How long the program waits at its end for work that cannot be interrupted (a Graphviz layout).
constexpr std::chrono::milliseconds kGrace{3000};

void print(FILE* stream, const QString& text) {
    std::fputs(qUtf8Printable(text), stream);
}

bool hasDisplay() {
    return !qEnvironmentVariableIsEmpty("DISPLAY") ||
           !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY") ||
           !qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM");
}

bool namesPlatform(const QStringList& arguments) {
    return arguments.contains(u"-platform"_s);
}

/// Ends the program without waiting for threads that do not listen.
int finish(std::unique_ptr<MainWindow> window, int code) {
    window->hide();
    if (!window->shutdown(kGrace)) {
        std::fflush(nullptr);
        std::_Exit(code); // settings are written, nothing else is left to save
    }
    window.reset();
    return code;
}

QtMessageHandler g_messages = nullptr;

/// What the offscreen platform cannot do is no news on a tour; anything else is.
void withoutPlatformNoise(QtMsgType type, const QMessageLogContext& context, const QString& text) {
    const bool noise =
        QByteArrayView(context.category ? context.category : "").startsWith("qt.qpa") ||
        text.startsWith(u"This plugin does not support"_s);
    if (g_messages && (!noise || type == QtFatalMsg))
        g_messages(type, context, text);
}

int runTour(const LaunchOptions& options) {
    g_messages = qInstallMessageHandler(withoutPlatformNoise);
    // The tour shows defaults and leaves no trace in the user's own settings and recent files.
    const QTemporaryDir scratch;
    qputenv("XDG_STATE_HOME", scratch.path().toLocal8Bit());
    auto window = std::make_unique<MainWindow>(scratch.filePath(u"settings.ini"_s));
    Tour tour(*window, options.tourFolder, options.files.first());
    QObject::connect(
        &tour, &Tour::finished, qApp, [](bool ok) { QCoreApplication::exit(ok ? kOk : kFailed); },
        Qt::QueuedConnection);
    tour.start();
    const int code = QApplication::exec();
    if (code == kOk)
        print(stdout, QObject::tr("%1 pictures written to %2\n")
                          .arg(tour.pictures().size())
                          .arg(options.tourFolder));
    else
        print(stderr, u"ohmscape: "_s + tour.error() + u'\n');
    return finish(std::move(window), code);
}

/// Runs by folder, or by name in the list of runs.
int runReport(const LaunchOptions& options, const QString& command) {
    g_messages = qInstallMessageHandler(withoutPlatformNoise);
    // A report is printed on white, whatever the desktop looks like.
    widgets::Theme::instance().apply(widgets::ThemeMode::Light);
    const auto failed = [](const Error& error) {
        print(stderr, u"ohmscape: "_s + qs(error.message()) + u'\n');
        return kFailed;
    };
    ReportRequest request;
    request.folder = options.reportFolder;
    request.title = options.reportTitle;
    request.command = command;
    auto store = runs::RunStore::open(runs::RunStore::defaultFolder());
    if (!store)
        return failed(store.error());
    if (const auto read = store->refresh(); !read)
        return failed(read.error());
    for (const QString& name : options.files) {
        const auto run = store->find(name.toStdString());
        if (!run)
            return failed(run.error());
        request.runs << *run;
    }
    request.views = options.reportViews;
    const auto written = writeReport(request);
    if (!written) {
        failed(written.error());
        return written.error().code == "RPT-003" ? kUsage : kFailed;
    }
    print(stdout, QObject::tr("%1 figures written to %2\n")
                      .arg(written->figures.size())
                      .arg(options.reportFolder));
    for (const QString& missing : written->missing)
        print(stderr, QObject::tr("not shown: %1\n").arg(missing));
    return kOk;
}

int runWindow(const LaunchOptions& options) {
    QStringList files;
    for (const QString& file : options.files)
        files.push_back(QFileInfo(file).absoluteFilePath());
    SingleInstance instance;
    if (!options.newWindow && instance.sendToRunning(files))
        return kOk;
    instance.listen();
    auto window = std::make_unique<MainWindow>();
    QObject::connect(&instance, &SingleInstance::openRequested, window.get(),
                     [&window](const QStringList& paths) {
                         window->openPaths(paths);
                         window->setWindowState(window->windowState() & ~Qt::WindowMinimized);
                         window->raise();
                         window->activateWindow();
                     });
    window->show();
    if (files.isEmpty())
        window->restoreSession();
    else
        window->openPaths(files);
    const int code = QApplication::exec();
    return finish(std::move(window), code);
}
} // namespace

LaunchOptions parseArguments(const QStringList& arguments) {
    LaunchOptions options;
    const auto usage = [&](const QString& text) {
        options.action = LaunchOptions::Action::UsageError;
        options.error = text;
        return options;
    };
    bool files = false;
    for (qsizetype i = 1; i < arguments.size(); ++i) {
        const QString& argument = arguments.at(i);
        if (files || !argument.startsWith(u'-') || argument == u"-"_s) {
            options.files.push_back(argument);
        } else if (argument == u"--"_s) {
            files = true;
        } else if (argument == u"--help"_s || argument == u"-h"_s) {
            options.action = LaunchOptions::Action::Help;
            return options;
        } else if (argument == u"--version"_s || argument == u"-v"_s) {
            options.action = LaunchOptions::Action::Version;
            return options;
        } else if (argument == u"--new-window"_s) {
            options.newWindow = true;
        } else if (argument == u"--tour"_s) {
            if (i + 1 >= arguments.size())
                return usage(QObject::tr("--tour needs a folder and a project."));
            options.action = LaunchOptions::Action::Tour;
            options.tourFolder = arguments.at(++i);
        } else if (argument == u"--report"_s) {
            options.action = LaunchOptions::Action::Report;
        } else if (argument == u"-o"_s || argument == u"--output"_s) {
            if (i + 1 >= arguments.size())
                return usage(QObject::tr("%1 needs a folder.").arg(argument));
            options.reportFolder = arguments.at(++i);
        } else if (argument == u"--views"_s) {
            if (i + 1 >= arguments.size())
                return usage(QObject::tr("--views needs names, with commas between them."));
            options.reportViews = arguments.at(++i).split(u',', Qt::SkipEmptyParts);
        } else if (argument == u"--title"_s) {
            if (i + 1 >= arguments.size())
                return usage(QObject::tr("--title needs a text."));
            options.reportTitle = arguments.at(++i);
        } else if (argument == u"-platform"_s || argument == u"-style"_s) {
            ++i; // Qt's own
        } else {
            return usage(QObject::tr("Unknown option %1.").arg(argument));
        }
    }
    if (options.action == LaunchOptions::Action::Tour && options.files.size() != 1)
        return usage(QObject::tr("--tour needs a folder and one project or circuit."));
    const bool report = options.action == LaunchOptions::Action::Report;
    if (report && (options.files.isEmpty() || options.reportFolder.isEmpty()))
        return usage(QObject::tr("--report needs a run and a folder: --report RUN -o DIR."));
    if (!report && (!options.reportFolder.isEmpty() || !options.reportTitle.isEmpty() ||
                    !options.reportViews.isEmpty()))
        return usage(QObject::tr("-o, --title and --views belong to --report."));
    return options;
}

QString helpText() {
    QString views;
    QString line = u"                      "_s;
    for (const ReportView& view : reportViews()) {
        if (line.size() + view.id.size() > 92) {
            views += line + u'\n';
            line = u"                      "_s;
        }
        line += view.id + u' ';
    }
    views += line;
    return QObject::
        tr("Usage: ohmscape [FILE|PROJECT]...\n"
           "       ohmscape --tour DIR PROJECT\n"
           "       ohmscape --report RUN... -o DIR [--views NAME,...] [--title TEXT]\n"
           "\n"
           "Opens a netlist, a schematic, a project.yaml or a project's folder in the workbench.\n"
           "A window that is already open is used.\n"
           "\n"
           "  --new-window        open a further window\n"
           "  --tour DIR PROJECT  open every page on real content and write one PNG of each into "
           "DIR\n"
           "  --report RUN...     write a report of trainings, sizings, deep networks and "
           "estimators, "
           "named or\n"
           "                      by folder, into the folder of -o\n"
           "  --views NAME,...    what it shows (default: all that the runs can give):\n"
           "%1\n"
           "  -h, --help          show this\n"
           "  -v, --version       show the version\n"
           "\n"
           "Exit codes: 0 ok, 1 failed, 2 usage.\n")
            .arg(views);
}

int runWorkbench(int argc, char** argv) {
    QStringList arguments;
    for (int i = 0; i < argc; ++i)
        arguments.push_back(QString::fromLocal8Bit(argv[i]));
    const LaunchOptions options = parseArguments(arguments);
    switch (options.action) {
    case LaunchOptions::Action::Help:
        print(stdout, helpText());
        return kOk;
    case LaunchOptions::Action::Version:
        print(stdout, AboutDialog::versionLine() + u'\n');
        return kOk;
    case LaunchOptions::Action::UsageError:
        print(stderr, u"ohmscape: "_s + options.error + u"\nTry ohmscape --help.\n"_s);
        return kUsage;
    default:
        break;
    }
    if (!hasDisplay() && !namesPlatform(arguments)) {
        if (options.action != LaunchOptions::Action::Tour &&
            options.action != LaunchOptions::Action::Report) {
            print(stderr,
                  QObject::tr("ohmscape: There is no display. Use --tour DIR PROJECT for pictures, "
                              "or ohmscape-cli.\n"));
            return kFailed;
        }
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    // Simulator processes may die while they are written to.
    std::signal(SIGPIPE, SIG_IGN);
    QCoreApplication::setApplicationName(u"ohmscape"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(OHMSCAPE_VERSION));
    QGuiApplication::setApplicationDisplayName(u"Ohmscape"_s);
    QGuiApplication::setDesktopFileName(u"org.ohmscape.Ohmscape"_s);
    QApplication app(argc, argv);
    Plurals plurals;
    QApplication::installTranslator(&plurals);
    initResources();
    QGuiApplication::setWindowIcon(QIcon(u":/ohmscape/org.ohmscape.Ohmscape.svg"_s));
    if (options.action == LaunchOptions::Action::Report)
        return runReport(options, arguments.join(u' '));
    return options.action == LaunchOptions::Action::Tour ? runTour(options) : runWindow(options);
}

} // namespace ohm::ui
