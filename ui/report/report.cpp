// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/report.h"

#include "ui/report/reportassembly.h"
#include "ui/report/reportviews.h"
#include "ui/services/jobservice.h"
#include "ui/services/text.h"

#include <QCoreApplication>
#include <QDir>
#include <QTimer>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr double kCollected = 0.5, kDrawn = 0.65; ///< of the progress

QString tr(const char* text) {
    return QCoreApplication::translate("Report", text);
}

using Collected = std::shared_ptr<ReportAssembly>;

/// Reads, and makes the folder first: nobody waits for networks to learn that there is no place.
Expected<Collected> collect(const ReportRequest& request, StopToken stop, ProgressSink& progress) {
    if (request.runs.isEmpty())
        return fail("RPT-001", "A report needs at least one run");
    const auto made = ReportAssembly::makeFolder(request.folder);
    if (!made)
        return made.failure();
    auto data = collectReport(request, stop, progress);
    if (!data) {
        if (*made)
            QDir().rmdir(request.folder);
        return data.failure();
    }
    auto assembly = std::make_shared<ReportAssembly>(
        request, std::make_shared<const ReportData>(std::move(*data)));
    assembly->ownFolder(*made);
    return assembly;
}

} // namespace

QString reportCommand(const ReportRequest& request) {
    const auto quoted = [](QString text) {
        static const QString plain = u"/._-+=:,"_s;
        const bool simple = !text.isEmpty() && std::all_of(text.begin(), text.end(), [](QChar c) {
            return (c.isLetterOrNumber() && c.unicode() < 128) || plain.contains(c);
        });
        return simple ? text : u'\'' + text.replace(u'\'', u"'\\''"_s) + u'\'';
    };
    QString command = u"ohmscape --report"_s;
    for (const auto& run : request.runs)
        command += u' ' + quoted(fromPath(run.folder));
    if (!request.views.isEmpty())
        command += u" --views "_s + request.views.join(u',');
    if (!request.title.isEmpty())
        command += u" --title "_s + quoted(request.title);
    return command + u" -o "_s + quoted(request.folder);
}

class ReportWriter::Private {
public:
    explicit Private(JobService& service)
        : jobs(service) {}
    JobService& jobs;
    JobId job = 0;
    int number = 0;                     ///< of the latest start
    std::weak_ptr<ReportAssembly> left; ///< of a stopped one, until it has taken itself away
    double from = 0, to = 1;            ///< of the whole, what the job is
    std::shared_ptr<ReportAssembly> assembly;
    QTimer timer;

    void drop() {
        timer.stop();
        if (job != 0)
            jobs.stop(job);
        job = 0;
        ++number;
        if (assembly) {
            assembly->abandon();
            left = assembly;
        }
        letGo();
    }
    /// What it wrote goes away with it, unless it was finished.
    void letGo() {
        if (assembly)
            jobs.release(std::exchange(assembly, {}));
    }
};

ReportWriter::ReportWriter(JobService& jobs, QObject* parent)
    : QObject(parent)
    , d(std::make_unique<Private>(jobs)) {
    d->timer.setInterval(0);
    connect(&d->timer, &QTimer::timeout, this, &ReportWriter::draw);
    connect(&jobs, &JobService::changed, this, [this] {
        if (d->job == 0)
            return;
        const JobStatus status = d->jobs.job(d->job);
        if (status.state == JobState::Running)
            emit progressed(status.fraction < 0 ? -1
                                                : d->from + (d->to - d->from) * status.fraction,
                            status.step);
    });
}

ReportWriter::~ReportWriter() {
    d->drop();
}

bool ReportWriter::isRunning() const {
    return d->job != 0 || d->assembly;
}

void ReportWriter::start(const ReportRequest& request) {
    if (isRunning())
        return;
    const bool work =
        std::any_of(reportViews().begin(), reportViews().end(), [&](const auto& view) {
            return view.work && (request.views.isEmpty() || request.views.contains(view.id)) &&
                   whyNot(view, request.runs).isEmpty();
        });
    const int number = ++d->number;
    d->from = 0;
    d->to = kCollected;
    d->job = d->jobs.start<Collected>(
        {QObject::tr("Reading the runs of a report"), work ? Pool::Torch : Pool::Io, {}},
        [request, left = d->left](StopToken stop, ProgressSink& sink) -> Expected<Collected> {
            while (!left.expired() && !stop.shouldStop()) // its files may bear the same names
                std::this_thread::sleep_for(std::chrono::milliseconds(2));
            return collect(request, stop, sink);
        },
        this,
        [this, number](const Expected<Collected>& collected) {
            if (number != d->number)
                return; // it was stopped, and that was told
            d->job = 0;
            if (!collected) {
                emit failed(collected.error());
                return;
            }
            d->assembly = *collected;
            d->timer.start();
        });
}

void ReportWriter::cancel() {
    if (!isRunning())
        return;
    d->drop();
    emit failed({"UI-002", ss(QObject::tr("The report was stopped")), {}, {}, {}});
}

void ReportWriter::draw() {
    if (d->assembly->drawn()) {
        d->timer.stop();
        write();
        return;
    }
    emit progressed(kCollected + (kDrawn - kCollected) * d->assembly->shareDrawn(),
                    tr("drawing %1").arg(d->assembly->nextFigure()));
    if (d->assembly) // nobody stopped it
        d->assembly->drawNext();
}

void ReportWriter::write() {
    d->from = kDrawn;
    d->to = 1;
    d->job = d->jobs.start<ReportFiles>(
        {QObject::tr("Writing a report"), Pool::Cpu, {}},
        [assembly = d->assembly](StopToken stop, ProgressSink& sink) {
            return assembly->write(stop, sink);
        },
        this,
        [this, number = d->number](const Expected<ReportFiles>& files) {
            if (number != d->number)
                return;
            d->job = 0;
            if (!files)
                d->assembly->abandon(); // stopped from elsewhere, it may have come to its end
            d->letGo();
            if (files)
                emit finished(*files);
            else
                emit failed(files.error());
        });
}

Expected<ReportFiles> writeReport(const ReportRequest& request, StopToken stop,
                                  ProgressSink& progress) {
    const auto collected = collect(request, stop, progress);
    if (!collected)
        return collected.failure();
    ReportAssembly& assembly = **collected;
    while (!assembly.drawn()) {
        progress.report(-1, ss(tr("drawing %1").arg(assembly.nextFigure())));
        assembly.drawNext();
    }
    return assembly.write(stop, progress);
}

} // namespace ohm::ui
