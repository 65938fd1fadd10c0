// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/trainings.h"

#include "core/learn/runjournal.h"
#include "core/runs/runstore.h"

#include "ui/services/text.h"

#include <QDateTime>
#include <QPointer>
#include <QStandardPaths>

#include <algorithm>

namespace ohm::ui {

using namespace Qt::StringLiterals;
namespace fs = std::filesystem;

namespace {

constexpr const char* kRemoved = ".removed";
constexpr int kLookMs = 2000; ///< between looks at what other processes train

/// K of the reports: a curve to look at while it trains.
std::vector<int> curveKs(int own) {
    std::vector<int> ks{10, 20, 50, 75, 100, 150, 200, 300, 400};
    if (std::find(ks.begin(), ks.end(), own) == ks.end())
        ks.push_back(own);
    std::sort(ks.begin(), ks.end());
    return ks;
}

} // namespace

std::optional<learn::RegressionMetrics> TrainingRun::last() const {
    if (validation)
        return validation;
    for (auto it = log.crbegin(); it != log.crend(); ++it) {
        if (it->validation)
            return it->validation;
    }
    return std::nullopt;
}

Trainings::Trainings(JobService& jobs, fs::path folder, Run run, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_folder(folder.empty() ? runs::RunStore::defaultFolder() : std::move(folder))
    , m_run(run ? std::move(run) : Run(&learn::runTraining)) {
    m_look.setInterval(kLookMs);
    connect(&m_look, &QTimer::timeout, this, &Trainings::lookAgain);
}

int Trainings::find(const QString& name) const {
    for (int i = 0; i < m_runs.size(); ++i) {
        if (m_runs[i].name == name)
            return i;
    }
    return -1;
}

TrainingRun* Trainings::at(const QString& name) {
    const int i = find(name);
    return i < 0 ? nullptr : &m_runs[i];
}

TrainingRun Trainings::describe(const learn::RunInfo& info, const fs::path& root) {
    TrainingRun run;
    run.folder = info.folder;
    // Several seeds of one folder are named by it, too: "many/seed-0".
    const fs::path within = info.folder.lexically_relative(root);
    run.name = qs(within.empty() || *within.begin() == ".." ? info.folder.filename().string()
                                                            : within.string());
    run.recipe = info.recipe;
    run.log = {info.log.begin(), info.log.end()};
    run.validation = info.validation;
    run.test = info.test;
    if (info.finished) {
        run.state = TrainingRun::State::Finished;
        return run;
    }
    const learn::RunAttempts attempts = learn::attemptsOf(info.folder);
    run.kept = info.resumable && attempts.goingOnHelps();
    if (attempts.state == learn::RunState::Running) { // by another window, or on a command line
        run.state = TrainingRun::State::Running;
    } else if (attempts.state == learn::RunState::Failed) {
        run.state = TrainingRun::State::Failed;
        run.error.text = attempts.why;
    }
    return run;
}

void Trainings::refresh() {
    m_jobs.start<std::vector<learn::RunInfo>>(
        {tr("Looking for runs"), Pool::Io, u"runs"_s, 0, true},
        [folder = m_folder](StopToken, ProgressSink&) -> Expected<std::vector<learn::RunInfo>> {
            return learn::listRuns(folder);
        },
        this,
        [this](Expected<std::vector<learn::RunInfo>> found) {
            if (!found)
                return;
            QVector<TrainingRun> runs;
            for (const TrainingRun& run : m_runs) {
                if (run.job != 0)
                    runs.push_back(run); // what runs is known better here
            }
            for (const learn::RunInfo& info : *found) {
                TrainingRun run = describe(info, m_folder);
                const auto known = std::find_if(runs.begin(), runs.end(),
                                                [&](const auto& r) { return r.name == run.name; });
                if (known == runs.end())
                    runs.push_back(std::move(run));
            }
            m_runs = std::move(runs);
            emit changed();
            lookAgain();
        });
}

void Trainings::lookAgain() {
    const auto elsewhere = [](const TrainingRun& run) {
        return run.job == 0 && run.state == TrainingRun::State::Running;
    };
    bool over = false;
    for (TrainingRun& run : m_runs) {
        if (!elsewhere(run) || learn::attemptsOf(run.folder).state == learn::RunState::Running)
            continue;
        if (const auto info = learn::readRun(run.folder)) {
            run = describe(*info, m_folder);
            over = true;
        }
    }
    if (std::any_of(m_runs.cbegin(), m_runs.cend(), elsewhere))
        m_look.start();
    else
        m_look.stop();
    if (over)
        emit changed();
}

QStringList Trainings::start(const TrainingSetup& setup) {
    QStringList names;
    const QString stamp = QDateTime::currentDateTime().toString(u"yyyyMMdd-HHmmss"_s);
    for (const quint64 seed : setup.seeds) {
        TrainingRun run;
        run.recipe = setup.recipe;
        run.recipe.seed = seed;
        run.from = setup.from;
        run.device = setup.device;
        const QString base = qs(setup.recipe.name.empty() ? "run" : setup.recipe.name) + u'-' +
                             stamp + (setup.seeds.size() > 1 ? u"-seed%1"_s.arg(seed) : QString());
        run.name = base;
        for (int i = 2; find(run.name) >= 0; ++i)
            run.name = base + u'-' + QString::number(i);
        run.folder = m_folder / run.name.toStdString();
        names.push_back(run.name);
        launch(std::move(run));
    }
    return names;
}

void Trainings::launch(TrainingRun run) {
    learn::RunRequest request;
    request.recipe = run.recipe;
    if (!run.from.isEmpty())
        request.from = run.from.toStdString();
    request.device = run.device.isEmpty() ? "cpu" : run.device.toStdString();
    request.folder = run.folder;
    request.ks = curveKs(run.recipe.k);
    request.command = "the Train page of ohmscape";
    const QString name = run.name;
    request.report = [guard = QPointer<Trainings>(this), name](const learn::TrainingReport& told) {
        if (!guard)
            return;
        QMetaObject::invokeMethod(
            guard.data(),
            [guard, name, told] {
                TrainingRun* known = guard ? guard->at(name) : nullptr;
                if (!known)
                    return;
                known->log.push_back(told);
                known->state = known->state == TrainingRun::State::Waiting
                                   ? TrainingRun::State::Running
                                   : known->state;
                emit guard->reported(name);
            },
            Qt::QueuedConnection);
    };
    run.state = TrainingRun::State::Running;
    run.error = {};
    run.job = m_jobs.start<learn::TrainingResult>(
        {tr("Training %1").arg(name), Pool::Train},
        [request, work = m_run](StopToken stop, ProgressSink& sink) {
            return work(request, stop, sink);
        },
        this,
        [this, name](Expected<learn::TrainingResult> result) {
            TrainingRun* known = at(name);
            if (!known)
                return;
            known->job = 0;
            if (result) {
                known->state = TrainingRun::State::Finished;
                known->validation = result->last.validation;
                known->test = result->test;
            } else if (result.error().code == "UI-002" || result.error().code == "LEARN-012") {
                known->state = TrainingRun::State::Interrupted;
            } else {
                known->state = TrainingRun::State::Failed;
                std::error_code ignored;
                known->kept = fs::exists(known->folder / "snapshot.safetensors", ignored) &&
                              learn::attemptsOf(known->folder).goingOnHelps();
                known->error = result.error();
                emit failed(result.error());
            }
            emit changed();
        });
    if (TrainingRun* known = at(name))
        *known = std::move(run);
    else
        m_runs.push_front(std::move(run));
    emit changed();
}

void Trainings::setPaused(const QString& name, bool paused) {
    TrainingRun* run = at(name);
    if (!run || run->job == 0)
        return;
    m_jobs.setPaused(run->job, paused);
    run->state = paused ? TrainingRun::State::Paused : TrainingRun::State::Running;
    emit changed();
}

void Trainings::stop(const QString& name) {
    TrainingRun* run = at(name);
    if (run && run->job != 0)
        m_jobs.stop(run->job);
}

void Trainings::resume(const QString& name) {
    TrainingRun* run = at(name);
    if (!run || !run->canResume())
        return;
    TrainingRun again = *run;
    // The log goes on from the snapshot, which the run reads itself.
    if (const auto info = learn::readRun(again.folder))
        again.log = {info->log.begin(), info->log.end()};
    launch(std::move(again));
}

void Trainings::remove(const QString& name) {
    TrainingRun* run = at(name);
    if (!run || run->job != 0)
        return;
    std::error_code error;
    const fs::path bin = m_folder / kRemoved;
    const fs::path to = bin / run->name.toStdString();
    fs::create_directories(to.parent_path(), error);
    fs::rename(run->folder, to, error);
    if (error) {
        Error told;
        told.code = "UI-030";
        told.text = "The run could not be removed";
        told.detail = error.message();
        told.where = run->folder.string();
        emit failed(told);
        return;
    }
    m_removed.push_back(name);
    m_runs.removeAt(find(name));
    emit changed();
}

void Trainings::restore() {
    if (m_removed.isEmpty())
        return;
    const std::string name = m_removed.takeLast().toStdString();
    std::error_code error;
    fs::create_directories((m_folder / name).parent_path(), error);
    fs::rename(m_folder / kRemoved / name, m_folder / name, error);
    refresh();
}

} // namespace ohm::ui
