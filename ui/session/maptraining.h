// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dataset/mapset.h"
#include "core/maps/run.h"
#include "ui/services/jobservice.h"
#include "ui/session/ownruns.h"

#include <QObject>
#include <QString>
#include <QVector>

#include <memory>
#include <optional>

namespace ohm::ui {

/// What a user asks to train on maps. A plain value.
struct MapTrainingSetup {
    QString data, testData;           ///< files; without the second a share is tested on
    std::vector<std::string> targets; ///< to learn; empty: all
    maps::TrainConfig config;         ///< its seed follows from the next
    maps::SplitOptions split;
    QVector<quint64> seeds{1}; ///< one training after the other, each a run of its own
};

/// What a training of a network on maps left behind. A plain value.
struct MapTrained {
    QString model, maps; ///< the network, and the file that it was tested on
    quint64 seed = 0;
    maps::TrainingResult result; ///< without the network
};

/// Trainings of networks on maps in the background, in the folder of runs. Thread: GUI.
class MapTraining : public QObject {
    Q_OBJECT
public:
    explicit MapTraining(JobService& jobs, QObject* parent = nullptr);
    ~MapTraining() override;

    /// Reads what a file of maps holds, without the maps.
    void open(const QString& file);
    /// Pairs of lithography that are made up (litho::writeExamplePairs): made the first time, kept
    /// as a file for trainings to read, and opened.
    void makeExample();
    /// Where that file is kept; $XDG_DATA_HOME/ohmscape/examples.
    void setExampleFolder(const QString& folder) { m_examples = folder; }
    QString file() const { return m_file; }
    /// Null until there is one.
    const std::shared_ptr<const dataset::MapSetInfo>& info() const { return m_info; }

    /// Where runs are kept; $OHMSCAPE_RUNS, else $XDG_DATA_HOME/ohmscape/runs.
    void setFolder(std::filesystem::path folder) { m_folder = std::move(folder); }
    const std::filesystem::path& folder() const { return m_folder; }
    void setKeepSeconds(double seconds) { m_keepSeconds = seconds; } ///< between snapshots
    /// The first seed with a training of these very settings that has not ended.
    std::optional<InterruptedRun> interrupted(const MapTrainingSetup& setup,
                                              int* seed = nullptr) const;
    /// Trains; unless `anew` it goes on with what was interrupted, and with the seeds after it.
    void train(const MapTrainingSetup& setup, bool anew = false);
    void setPaused(bool paused);
    void stop();
    bool isReading() const { return m_reading != 0; }
    bool isTraining() const { return m_training != 0; }
    bool isPaused() const { return m_paused; }
    /// Of the last training that ended; null before.
    const std::shared_ptr<const MapTrained>& outcome() const { return m_outcome; }

signals:
    void dataChanged();
    void seedStarted(quint64 seed);
    void epochReported(quint64 seed, const ohm::maps::EpochFigures& epoch);
    void trained(); ///< a seed is done
    void stateChanged();
    void failed(const ohm::Error& error);

private:
    maps::RunRequest requestOf(const MapTrainingSetup& setup) const;
    std::string settingsOf(const MapTrainingSetup& setup, quint64 seed) const;

    JobService& m_jobs;
    QString m_file, m_examples;
    std::shared_ptr<const dataset::MapSetInfo> m_info;
    std::shared_ptr<const MapTrained> m_outcome;
    std::filesystem::path m_folder;
    double m_keepSeconds = 2;
    bool m_paused = false;
    JobId m_reading = 0, m_training = 0;
};

} // namespace ohm::ui
