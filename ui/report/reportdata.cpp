// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/reportdata.h"

#include "ui/report/reportviews.h"
#include "ui/report/reportwork.h"
#include "ui/services/text.h"

#include <QCoreApplication>
#include <QFile>
#include <QJsonDocument>

#include <algorithm>
#include <set>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

/// More networks are not run again for one report; the reader is told.
constexpr int kMostNetworks = 6;

QString tr(const char* text) {
    return QCoreApplication::translate("Report", text);
}

QJsonObject readObject(const std::filesystem::path& path) {
    QFile file(fromPath(path));
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object()
                                          : QJsonObject();
}

/// Each run once, and no name twice: figures and their files bear them.
QVector<runs::RunRecord> distinct(const QVector<runs::RunRecord>& chosen) {
    QVector<runs::RunRecord> out;
    std::set<std::filesystem::path> folders;
    std::set<std::string> names;
    for (runs::RunRecord record : chosen) {
        if (!folders.insert(record.folder).second)
            continue;
        auto around = record.folder.parent_path();
        for (auto parts = std::count(record.name.begin(), record.name.end(), '/'); parts > 0;
             --parts)
            around = around.parent_path();
        while (!names.insert(record.name).second && around.has_filename()) {
            record.name = around.filename().string() + "/" + record.name;
            around = around.parent_path();
        }
        out << record;
    }
    return out;
}

Expected<ReportRun> readOne(const runs::RunRecord& record) {
    ReportRun run;
    run.record = record;
    auto settings = runs::settingsOf(record.folder);
    if (!settings)
        return settings.failure();
    run.settings = std::move(*settings);
    if (record.kind == runs::RunKind::Sizing) {
        auto sizing = runs::readSizingRun(record.folder);
        if (!sizing)
            return sizing.failure();
        run.sizing = std::move(*sizing);
        run.result = readObject(record.folder / runs::kSizingFile);
    } else {
        run.result = readObject(record.folder / "result.json");
    }
    if (record.kind == runs::RunKind::Training) {
        const auto info = learn::readRun(record.folder);
        for (const auto& report : info ? info->log : std::vector<learn::TrainingReport>{})
            run.rate.emplace_back(report.step, report.rate);
    }
    return run;
}

} // namespace

Expected<ReportData> collectReport(const ReportRequest& request, StopToken stop,
                                   ProgressSink& progress) {
    if (request.runs.isEmpty())
        return fail("RPT-001", "A report needs at least one run");
    for (const QString& id : request.views) {
        if (reportView(id))
            continue;
        QStringList names;
        for (const ReportView& view : reportViews())
            names << view.id;
        return fail("RPT-003", "A report has no such view", {}, ss(id),
                    ss(tr("There are %1").arg(names.join(u", "_s))));
    }
    ReportData data;
    progress.report(-1, ss(tr("reading runs")));
    const auto chosen = distinct(request.runs);
    for (const auto& record : chosen) {
        if (stop.shouldStop())
            return fail("UI-002", "Stopped");
        auto run = readOne(record);
        if (!run)
            return run.failure();
        auto history = runs::readHistory(record.folder);
        if (!history)
            return history.failure();
        history->name = record.name;
        data.histories.push_back(std::move(*history));
        data.runs.push_back(std::move(*run));
    }
    for (const auto kind : {runs::RunKind::Training, runs::RunKind::Sizing, runs::RunKind::Deep,
                            runs::RunKind::Parasitics, runs::RunKind::Maps}) {
        std::vector<runs::RunRecord> alike;
        std::copy_if(chosen.begin(), chosen.end(), std::back_inserter(alike),
                     [kind](const auto& record) { return record.kind == kind; });
        if (alike.empty())
            continue;
        auto comparison = runs::compare(alike);
        if (!comparison)
            return comparison.failure();
        data.comparisons.emplace_back(kind, std::move(*comparison));
    }
    for (const auto& history : data.histories) {
        for (const auto& report : history.log) {
            if (report.validation && !report.validation->accAt.empty() &&
                !report.validation->accAt.contains(data.k))
                data.k = report.validation->accAt.begin()->first;
        }
    }
    // Which networks are run again, and for what.
    const auto wanted = [&](const ReportView& view) {
        return view.work && (request.views.isEmpty() || request.views.contains(view.id));
    };
    int networks = 0;
    std::vector<std::size_t> work;
    for (std::size_t i = 0; i < data.runs.size(); ++i) {
        ReportRun& run = data.runs[i];
        const bool any =
            std::any_of(reportViews().begin(), reportViews().end(), [&](const auto& v) {
                return wanted(v) && whyNot(v, run.record).isEmpty();
            });
        if (!any)
            continue;
        const auto alike = [&](std::size_t other) {
            return data.histories[other].family == data.histories[i].family;
        };
        const auto first = std::find_if(work.begin(), work.end(), alike);
        if (first != work.end()) {
            auto seeds =
                std::count_if(data.histories.begin(), data.histories.end(),
                              [&](const auto& h) { return h.family == data.histories[i].family; });
            data.runs[*first].standsFor =
                tr("seed %1, one of %2").arg(data.runs[*first].record.seed).arg(seeds);
        } else if (networks < kMostNetworks) {
            work.push_back(i);
            ++networks;
        } else {
            run.leftOut =
                tr("a report runs at most %1 networks again; choose fewer runs").arg(kMostNetworks);
        }
    }
    int done = 0;
    for (const std::size_t i : work) {
        if (stop.shouldStop())
            return fail("UI-002", "Stopped");
        ReportRun& run = data.runs[i];
        progress.report(static_cast<double>(done++) / static_cast<double>(work.size()),
                        ss(tr("running the network of %1").arg(qs(run.record.name))));
        run.work = runAgain(run, wanted(*reportView(u"embedding"_s)), stop);
        if (stop.stopRequested())
            return fail("UI-002", "Stopped");
    }
    return data;
}

} // namespace ohm::ui
