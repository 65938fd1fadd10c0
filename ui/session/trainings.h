// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/run.h"
#include "ui/services/jobservice.h"

#include <QObject>
#include <QString>
#include <QStringList>
#include <QTimer>
#include <QVector>

#include <filesystem>
#include <functional>
#include <optional>

namespace ohm::ui {

/// What a user asks to train. A plain value.
struct TrainingSetup {
    learn::Recipe recipe;
    QString from; ///< checkpoint to start from, may be empty
    QString device = QStringLiteral("cpu");
    QVector<quint64> seeds{0};
};

/// One run of the list. A plain value.
struct TrainingRun {
    enum class State { Waiting, Running, Paused, Finished, Interrupted, Failed };
    QString name; ///< of its folder, within that of all: "ladder-1", "many/seed-0"
    std::filesystem::path folder;
    learn::Recipe recipe;
    QVector<learn::TrainingReport> log;
    std::optional<learn::RegressionMetrics> validation, test;
    State state = State::Interrupted;
    QString from, device;
    Error error;
    JobId job = 0;
    bool kept = false; ///< it has a snapshot to go on from, and that can help

    /// It can be taken up again: it was interrupted, or failed after a snapshot of something that
    /// need not come again.
    bool canResume() const {
        return job == 0 && (state == State::Interrupted || (state == State::Failed && kept));
    }

    /// What was measured last.
    std::optional<learn::RegressionMetrics> last() const;
};

/// The trainings of this user: those of earlier sessions, found in a folder, and those that run now
/// in the background. Thread: GUI.
class Trainings : public QObject {
    Q_OBJECT
public:
    using Run = std::function<Expected<learn::TrainingResult>(const learn::RunRequest&, StopToken,
                                                              ProgressSink&)>;
    /// `folder` is made when the first run starts; empty: $OHMSCAPE_RUNS, else
    /// $XDG_DATA_HOME/ohmscape/runs. `run` is learn::runTraining but in tests.
    explicit Trainings(JobService& jobs, std::filesystem::path folder = {}, Run run = {},
                       QObject* parent = nullptr);

    const std::filesystem::path& folder() const { return m_folder; }
    const QVector<TrainingRun>& runs() const { return m_runs; } ///< newest first
    int find(const QString& name) const;                        ///< -1 if unknown

    void refresh(); ///< reads the folder in the background
    /// Starts one run per seed; returns their names.
    QStringList start(const TrainingSetup& setup);
    void setPaused(const QString& name, bool paused);
    void stop(const QString& name);
    void resume(const QString& name); ///< an interrupted or failed one goes on
    /// Out of the list, into a folder from which `restore` brings it back.
    void remove(const QString& name);
    void restore(); ///< the one removed last
    bool canRestore() const { return !m_removed.isEmpty(); }

signals:
    void changed(); ///< the list or a state
    void reported(const QString& name);
    void failed(const ohm::Error& error);

private:
    void launch(TrainingRun run);
    TrainingRun* at(const QString& name);
    static TrainingRun describe(const learn::RunInfo& info, const std::filesystem::path& root);

    JobService& m_jobs;
    std::filesystem::path m_folder;
    Run m_run;
    void lookAgain(); ///< at runs of other processes, until all of them are over

    QVector<TrainingRun> m_runs;
    QTimer m_look; ///< runs while another process trains
    QStringList m_removed;
};

} // namespace ohm::ui
