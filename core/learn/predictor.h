// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/learn/engine.h"
#include "core/netlist/circuit.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ohm::learn {

/// Why a prediction should be trusted less: said to the user in words.
struct Notice {
    enum class Kind {
        UnknownDevices, ///< device kinds the features have no code for
        UnseenKinds,    ///< node kinds that never occurred in training
        FeatureRange,   ///< values outside what training saw
        Distance,       ///< the embedding is far from every training circuit
        Schema,         ///< the network expects other features
    } kind;
    std::string text;                 ///< one plain sentence
    std::vector<std::string> objects; ///< devices or nets concerned, flat names
};

/// A prediction for one circuit. Thread: a plain value.
struct CircuitPrediction {
    std::vector<double> voltages;  ///< V per NetId; NaN where the network predicts none
    std::vector<double> deviation; ///< V per NetId: spread of the ensemble or of dropout; empty if
                                   ///< the model has neither
    std::map<std::string, double> metrics; ///< graph tasks: label name to value
    std::map<std::string, double> metricDeviation;
    double distance = 0; ///< to the training set in embedding space, in units of its own spread;
                         ///< above 1 is unusual; NaN if the checkpoint does not carry it
    std::vector<Notice> notices;
    double seconds = 0;
};

/// A checkpoint (or several, as an ensemble) made ready for circuits. Thread: one call at a time.
class Predictor {
public:
    /// Loads one or several checkpoint files of the same feature schema. Errors as readCheckpoint
    /// and Engine::load; LEARN-050 checkpoints that do not fit together.
    static Expected<std::unique_ptr<Predictor>>
    load(const std::vector<std::filesystem::path>& checkpoints, const std::string& device = "cpu");
    static Expected<std::unique_ptr<Predictor>> make(std::vector<Checkpoint> checkpoints,
                                                     const std::string& device = "cpu");
    virtual ~Predictor() = default;

    virtual const Checkpoint& checkpoint(std::size_t member = 0) const = 0;
    virtual std::size_t members() const = 0;
    /// Errors: LEARN-051 a circuit without devices, NN-*.
    virtual Expected<CircuitPrediction> predict(const netlist::Circuit& circuit,
                                                StopToken stop = {}) = 0;
};

/// A shipped or own checkpoint, for lists. Read from the JSON headers alone.
struct ModelInfo {
    std::filesystem::path path;
    std::string name;
    std::string task;          ///< "node" or "graph"
    std::string featureSchema; ///< "resistive" or "analog"
    std::string architecture;  ///< "deepgen, 15 layers"
    std::string trainedOn;
    std::map<std::string, std::string> provenance;
};
/// Models under resources/models and further folders, sorted by name. Unreadable files are reported
/// in `findings`.
std::vector<ModelInfo> listModels(const std::vector<std::filesystem::path>& folders,
                                  Diagnostics& findings);

/// Error of one net, for the error table. Values in V.
struct NetError {
    netlist::NetId net = 0;
    double predicted = 0, simulated = 0, error = 0;
    double deviation = 0; ///< NaN without uncertainty
};
/// Nets with both values, the greatest |error| first.
std::vector<NetError> netErrors(const CircuitPrediction& prediction,
                                const std::vector<double>& simulated);

} // namespace ohm::learn
