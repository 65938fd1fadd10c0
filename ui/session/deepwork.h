// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/deeptrain/run.h"
#include "ui/services/jobservice.h"
#include "ui/session/ownruns.h"

#include <QObject>
#include <QString>

#include <memory>

namespace ohm::ui {

/// Designs of a file and how large a graph training on them is. A plain value.
struct DeepDesigns {
    QString title; ///< of the file
    QString file;  ///< empty: made up
    congestion::CongestionSet set;
    deep::GraphSize size; ///< of the labelled ones
    int labelled = 0;
    deep::GraphSize timedSize; ///< of those with arrival times
    int timed = 0;

    bool has(deeptrain::Label label) const {
        return (label == deeptrain::Label::Arrival ? timed : labelled) > 0;
    }
    const deep::GraphSize& sizeOf(deeptrain::Label label) const {
        return label == deeptrain::Label::Arrival ? timedSize : size;
    }
};

/// What a training left behind. A plain value.
struct DeepOutcome {
    deeptrain::Task task;
    deeptrain::TrainingResult result;
    double seconds = 0; ///< with validation and figures
    deep::Loss loss;
    std::filesystem::path folder; ///< of the run
};

/// The background work of the Deep page: designs are read, networks trained. Thread: GUI.
class DeepWork : public QObject {
    Q_OBJECT
public:
    explicit DeepWork(JobService& jobs, QObject* parent = nullptr);
    ~DeepWork() override;

    void open(const QString& file);
    /// Designs that are made up (deeptrain::exampleDesigns).
    void makeExample();
    /// Null until there are some.
    const std::shared_ptr<const DeepDesigns>& designs() const { return m_designs; }

    /// Where runs are kept; $OHMSCAPE_RUNS, else $XDG_DATA_HOME/ohmscape/runs.
    void setFolder(std::filesystem::path folder) { m_folder = std::move(folder); }
    const std::filesystem::path& folder() const { return m_folder; }
    void setKeepSeconds(double seconds) { m_keepSeconds = seconds; } ///< between snapshots
    /// A training of these very settings on these designs that has not ended.
    std::optional<InterruptedRun> interrupted(const deep::TrainConfig& config,
                                              const deeptrain::TaskOptions& options) const;
    /// Trains in a folder of its own; with `from` an interrupted training goes on.
    void train(const deep::TrainConfig& config, const deeptrain::TaskOptions& options,
               const std::optional<InterruptedRun>& from = {});
    /// Of the last training that ended; null before.
    const std::shared_ptr<const DeepOutcome>& outcome() const { return m_outcome; }
    /// Writes the trained network. Errors: UI-042 there is none, BASE-010.
    Expected<void> save(const QString& file) const;

    bool isReading() const { return m_reading != 0; }
    bool isTraining() const { return m_training != 0; }
    void stop(); ///< the training

signals:
    void designsChanged();
    void epochReported(const ohm::deeptrain::EpochFigures& epoch);
    void trained();
    void stateChanged();
    void failed(const ohm::Error& error);

private:
    void read(const QString& title, const QString& file,
              std::function<Expected<congestion::CongestionSet>(StopToken)> source);

    JobService& m_jobs;
    std::shared_ptr<const DeepDesigns> m_designs;
    std::shared_ptr<const DeepOutcome> m_outcome;
    std::filesystem::path m_folder;
    double m_keepSeconds = 2;
    JobId m_reading = 0, m_training = 0;
};

} // namespace ohm::ui
