// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"
#include "ui/services/jobservice.h"
#include "ui/services/learning.h"

#include <QObject>
#include <QString>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace ohm::ui {

class Settings;

/// A prediction together with what it was made from. Immutable. Thread: any (const).
struct PredictedCircuit {
    netlist::CircuitPtr circuit;
    learn::CircuitPrediction values;
    /// Nets that voltage sources alone tie to ground: their voltage is known without a network, so
    /// they do not count in its favour. Per NetId.
    std::vector<bool> driven;
    QString model;                              ///< its name
    std::size_t members = 1;                    ///< networks that were asked
    double voltage(netlist::NetId net) const;   ///< V; NaN where none is predicted
    double deviation(netlist::NetId net) const; ///< V; NaN without uncertainty
};
using PredictionPtr = std::shared_ptr<const PredictedCircuit>;

/// Nets that voltage sources alone tie to ground, per NetId. Thread: any.
std::vector<bool> drivenNets(const netlist::Circuit& circuit);

/// Predicts the voltages of the open circuit in the background and keeps the last result. The
/// network is chosen by the circuit's feature schema, or by the user (remembered per schema), and
/// loaded on the torch pool when first needed; nothing of it is loaded on the GUI thread. Once
/// asked for, a prediction is made again when the circuit is read anew or another network is
/// chosen. Thread: GUI.
class Prediction : public QObject {
    Q_OBJECT
public:
    /// Larger circuits do not fit the memory of a desktop; UI-020 says so.
    static constexpr std::size_t kMaxTerminals = 400'000;

    Prediction(JobService& jobs, Settings& settings, Learning learning, QObject* parent = nullptr);
    ~Prediction() override;

    const Learning& learning() const { return m_learning; }

    /// Another circuit is open (or the same was read again: `again`).
    void setCircuit(netlist::CircuitPtr circuit, const QString& name, bool again = false);
    const netlist::CircuitPtr& circuit() const { return m_circuit; }
    void run();
    void stop();
    bool isRunning() const { return m_job != 0; }
    /// Of the circuit as it is in the file.
    const PredictionPtr& result() const { return m_result; }
    bool isStale() const { return m_stale; } ///< the file has changed since
    void markStale();

    // --- networks -----------------------------------------------------------------------------
    /// Lists shipped and own models again, in the background.
    void refreshModels();
    const std::vector<learn::ModelInfo>& models() const { return m_models; }
    const Diagnostics& modelFindings() const { return m_findings; } ///< unreadable files
    bool areModelsKnown() const { return m_modelsKnown; }
    /// "resistive" or "analog"; empty without a circuit.
    QString schema() const { return m_schema; }
    /// Predicts voltages and reads this circuit's features.
    bool fits(const learn::ModelInfo& model) const;
    /// The one that is used: the user's choice, else the best that fits; null if there is none.
    const learn::ModelInfo* model() const;
    /// Several shipped networks of a schema are offered together, too: their mean predicts, their
    /// spread is the uncertainty.
    static bool isEnsemble(const learn::ModelInfo& model);
    std::vector<std::filesystem::path> filesOf(const learn::ModelInfo& model) const;
    void choose(const std::filesystem::path& model);
    /// Uses a checkpoint file from anywhere.
    void addFile(const std::filesystem::path& model);
    /// A network that is not in any file yet (a finetuned one on trial) takes the place of the
    /// chosen one until it is taken back with `endTrial`.
    void tryOut(const learn::Checkpoint& checkpoint, const QString& name);
    void endTrial();
    bool isTrial() const { return m_trial != nullptr; }
    QString modelName() const;

    // --- what-if ------------------------------------------------------------------------------
    /// Predicts any circuit with the present network; for worker threads. Copies stay valid.
    using Function =
        std::function<Expected<PredictionPtr>(const netlist::CircuitPtr& circuit, StopToken stop)>;
    Function function() const; ///< null if there is no network
    /// The same with a single network of an ensemble: while somebody holds a slider.
    Function quickFunction() const;
    /// Shown in place of `result` while knobs are turned; null ends that. `nominal` is what the
    /// same networks say of the file's circuit.
    void showVariant(PredictionPtr variant, PredictionPtr nominal = nullptr);
    const PredictionPtr& variantNominal() const { return m_variantNominal; }
    const PredictionPtr& variant() const { return m_variant; }
    const PredictionPtr& shown() const { return m_variant ? m_variant : m_result; }

signals:
    void runningChanged();
    void resultChanged(); ///< result, shown or stale
    void modelsChanged(); ///< the list
    void modelChanged();  ///< the one that is used
    void failed(const ohm::Error& error);

private:
    struct Slot; ///< the loaded network, shared with worker threads
    std::shared_ptr<Slot> slot() const;
    void modelMayHaveChanged();
    void addEnsembles();

    JobService& m_jobs;
    Settings& m_settings;
    Learning m_learning;
    netlist::CircuitPtr m_circuit;
    QString m_name;
    QString m_schema;
    std::vector<learn::ModelInfo> m_models;
    std::vector<std::filesystem::path> m_files; ///< named one by one
    Diagnostics m_findings;
    bool m_modelsKnown = false;
    bool m_listing = false;
    bool m_waiting = false; ///< run as soon as the models are known
    mutable std::shared_ptr<Slot> m_slot;
    mutable std::shared_ptr<Slot> m_quick; ///< the first network of an ensemble
    std::shared_ptr<Slot> m_trial;
    JobId m_job = 0;
    quint64 m_run = 0;
    PredictionPtr m_result;
    PredictionPtr m_variant;
    PredictionPtr m_variantNominal;
    bool m_stale = false;
    bool m_wanted = false; ///< asked for since the circuit was opened
    QString m_lastModel;
};

} // namespace ohm::ui
