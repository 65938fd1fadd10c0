// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/optimize/problem.h"
#include "core/sim/operatingpoint.h"
#include "ui/services/jobservice.h"
#include "ui/session/prediction.h"

#include <QHash>
#include <QObject>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

namespace ohm::ui {

/// One design looked at closely. Immutable. Thread: any (const).
struct InspectedDesign {
    struct Bench {
        QString name;
        std::optional<sim::Outcome> outcome;
        Error error; ///< why there is no outcome
    };
    struct Net {
        QString name;
        double simulated = 0; ///< V; NaN if the simulator gave none
        double predicted = 0; ///< V; NaN without a network
    };
    struct Device {
        QString name;
        QString region;
        double current = 0; ///< A; NaN if not known
    };
    optimize::Design design;
    std::vector<Bench> benches;
    std::vector<Net> nets; ///< of the first bench
    std::vector<Device> devices;
    QString network; ///< that predicted; empty: none
    QString note;    ///< why something is missing, one sentence
};
using InspectedPtr = std::shared_ptr<const InspectedDesign>;

/// Simulates single designs of a sizing in the background and keeps what it saw. Thread: GUI.
class DesignInspection : public QObject {
    Q_OBJECT
public:
    explicit DesignInspection(JobService& jobs, QObject* parent = nullptr);

    /// Predicts beside simulating; may be null.
    void setPrediction(const Prediction* prediction) { m_prediction = prediction; }
    /// Results of another problem are forgotten.
    void clear();
    /// Shows the design as soon as it is known; at once where it was looked at before.
    void inspect(const optimize::Problem& problem, const optimize::Design& design);
    bool isRunning() const { return m_job != 0; }
    const InspectedPtr& result() const { return m_result; }

signals:
    void changed(); ///< the result, or that one is under way
    void failed(const ohm::Error& error);

private:
    JobService& m_jobs;
    const Prediction* m_prediction = nullptr;
    std::shared_ptr<sim::SimulatorPool> m_pool; ///< its processes start with the first job
    QHash<QString, InspectedPtr> m_cache;
    QStringList m_age; ///< keys, the oldest first
    InspectedPtr m_result;
    JobId m_job = 0;
    quint64 m_generation = 0;
};

} // namespace ohm::ui
