// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/project.h"
#include "ui/services/jobservice.h"
#include "ui/services/learning.h"
#include "ui/session/prediction.h"
#include "ui/session/simulation.h"

#include <QElapsedTimer>
#include <QObject>
#include <QUndoStack>

#include <optional>
#include <vector>

class QTimer;

namespace ohm::ui {

class CircuitSession;
class VoltageDisplay;

/// The knobs of the open circuit and what the network says when they are turned. One prediction is
/// under way at a time; while it is, newer values wait and the latest wins. Of an ensemble a single
/// network follows the knobs; once they rest, all of them are asked. Thread: GUI.
class WhatIf : public QObject {
    Q_OBJECT
public:
    WhatIf(JobService& jobs, CircuitSession& session, Simulation& simulation,
           Prediction& prediction, VoltageDisplay& voltages, QObject* parent = nullptr);
    ~WhatIf() override;

    /// Looks for the knobs of the open circuit, now and whenever another one is opened.
    void setActive(bool active);
    bool isActive() const { return m_active; }
    bool isLooking() const { return m_looking; }
    /// Null until they are known.
    const TunablePtr& tunable() const { return m_tunable; }
    const std::vector<generate::Knob>& knobs() const;

    /// Knobs in the order to show: those the project declares, other parameters, devices' values.
    static std::vector<std::size_t> ordered(const generate::TunableCircuit& circuit,
                                            const project::Project& project);
    static bool isDeclared(const generate::Knob& knob, const project::Project& project);
    double value(std::size_t knob) const { return m_values.at(knob); }
    bool isMoved(std::size_t knob) const;
    bool isAnyMoved() const;
    /// Turns a knob; calls of one `gesture` (a drag) become one step of undo. Out of range values
    /// are kept: a number may be typed that no slider reaches.
    void setValue(std::size_t knob, double value, quint64 gesture);
    /// Turns the knobs of these names as one step of undo, all others back, and simulates; as soon
    /// as the knobs are known. Fails with UI-051 where the circuit has none of them.
    void showValues(const std::vector<std::pair<std::string, double>>& values, const QString& text);
    void reset(); ///< all knobs to what the file says, as one step of undo
    static quint64 newGesture();
    QUndoStack* undoStack() { return &m_undo; }

    /// Simulates the turned circuit, to compare.
    void simulate();
    bool isSimulating() const { return m_simulation != 0; }
    bool isPredicting() const { return m_inFlight; }

    /// ms from turning a knob to the prediction with that value, of the last one; negative before.
    double lastLatency() const { return m_latency; }
    std::size_t predictions() const { return m_count; } ///< made since the circuit was opened

signals:
    void knobsChanged();  ///< other knobs (or none, or looking for them)
    void valuesChanged(); ///< a knob was turned
    void predicted();
    void busyChanged();
    void failed(const ohm::Error& error);

private:
    class Turn;
    void look();
    void forget();
    void showWanted();
    void apply(const std::vector<std::pair<std::size_t, double>>& values);
    void predict();
    void warmUp(); ///< loads the network and predicts the nominal circuit ahead of the first turn
    void refine(); ///< by the whole ensemble
    void predictNominal(); ///< what changes are measured against
    std::vector<std::size_t> moved() const;

    JobService& m_jobs;
    CircuitSession& m_session;
    Simulation& m_simulator;
    Prediction& m_prediction;
    VoltageDisplay& m_voltages;
    QUndoStack m_undo;
    TunablePtr m_tunable;
    std::vector<double> m_values;
    bool m_active = false;
    bool m_looking = false;
    bool m_inFlight = false;
    PredictionPtr m_quickNominal; ///< of the single network
    QTimer* m_rest;
    bool m_dirty = false; ///< turned since the prediction under way was started
    quint64 m_generation = 0;
    QElapsedTimer m_turned; ///< since the latest value
    double m_latency = -1;
    std::size_t m_count = 0;
    std::vector<std::pair<std::string, double>> m_wanted; ///< until the knobs are known
    QString m_wantedText;
    JobId m_simulation = 0;
};

} // namespace ohm::ui
