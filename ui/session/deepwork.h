// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/deeptrain/training.h"
#include "ui/services/jobservice.h"

#include <QObject>
#include <QString>

#include <memory>

namespace ohm::ui {

/// Designs of a file and how large a graph training on them is. A plain value.
struct DeepDesigns {
    QString title; ///< of the file
    congestion::CongestionSet set;
    deep::GraphSize size; ///< of the labelled ones
    int labelled = 0;
};

/// What a training left behind. A plain value.
struct DeepOutcome {
    deeptrain::Task task;
    deeptrain::TrainingResult result;
    double seconds = 0; ///< with validation and figures
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

    void train(const deep::TrainConfig& config, const deeptrain::TaskOptions& options);
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
    void read(const QString& title,
              std::function<Expected<congestion::CongestionSet>(StopToken)> source);

    JobService& m_jobs;
    std::shared_ptr<const DeepDesigns> m_designs;
    std::shared_ptr<const DeepOutcome> m_outcome;
    JobId m_reading = 0, m_training = 0;
};

} // namespace ohm::ui
