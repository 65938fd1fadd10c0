// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dataset/distribution.h"
#include "core/dataset/statistics.h"
#include "ui/services/jobservice.h"
#include "ui/session/datasets.h"

#include <QObject>
#include <QStringList>

#include <map>
#include <memory>
#include <optional>

namespace ohm::ui {

/// Which labels are compared. A plain value.
struct DistributionSetup {
    QVector<std::pair<QString, QString>> sets; ///< name, and dataset file or request
    QString label;                             ///< of graphs; empty: node voltages
    dataset::DivideBy by = dataset::DivideBy::Nothing;
    int against = 0; ///< number of the sample that the others are compared with
};

/// One set or part with all that is drawn of it. A plain value.
struct Distribution {
    QString name;
    dataset::LabelStatistics statistics; ///< histogram over the common range
    dataset::Curve density, cumulative;
    std::optional<dataset::Shift> shift; ///< from the one compared with; nothing for itself
};

/// Reads sets and compares their labels in the background; sets stay in memory while they are
/// among the chosen. Thread: GUI.
class Distributions : public QObject {
    Q_OBJECT
public:
    static constexpr int kBins = 40;

    explicit Distributions(JobService& jobs, QObject* parent = nullptr);

    void show(const DistributionSetup& setup);
    bool isRunning() const { return m_job != 0; }
    const DistributionSetup& setup() const { return m_setup; } ///< asked for last
    const std::vector<Distribution>& shown() const { return m_shown; }
    std::pair<double, double> range() const { return m_range; }
    /// Graph labels of the chosen sets, each once.
    const QStringList& labels() const { return m_labels; }

signals:
    void changed();
    void failed(const ohm::Error& error);

private:
    struct Result {
        std::map<QString, GraphSetPtr> sets;
        std::vector<Distribution> shown;
        std::pair<double, double> range;
        QStringList labels;
    };
    static Expected<Result> compare(const DistributionSetup& setup,
                                    std::map<QString, GraphSetPtr> known, const StopToken& stop,
                                    ProgressSink& sink);

    JobService& m_jobs;
    DistributionSetup m_setup;
    JobId m_job = 0;
    int m_run = 0;
    std::map<QString, GraphSetPtr> m_sets;
    std::vector<Distribution> m_shown;
    std::pair<double, double> m_range;
    QStringList m_labels;
};

} // namespace ohm::ui
