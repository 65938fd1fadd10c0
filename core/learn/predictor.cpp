// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/predictor.h"

#include "core/graph/features.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <set>

namespace ohm::learn {
namespace {

constexpr int kDropoutSamples = 16;
constexpr double kRangeSlack = 0.01; ///< of the range seen, before a value counts as outside
constexpr std::size_t kMostNamed = 20;

graph::FeatureSchema schemaOf(const Checkpoint& checkpoint) {
    return checkpoint.featureSchema == "resistive" ? graph::FeatureSchema::Resistive
                                                   : graph::FeatureSchema::Analog;
}

nn::GraphBatch batchOf(const graph::TerminalGraph& graph, const graph::NodeFeatures& features) {
    nn::GraphBatch batch;
    batch.nodes = static_cast<std::int64_t>(graph.nodeCount());
    batch.graphs = 1;
    batch.width = static_cast<std::int64_t>(features.width);
    batch.x = features.values;
    batch.rows.assign(graph.rows().begin(), graph.rows().end());
    batch.columns.assign(graph.columns().begin(), graph.columns().end());
    batch.graphPtr = {0, batch.nodes};
    for (std::size_t node = 0; node < features.outputMask.size(); ++node) {
        if (features.outputMask[node])
            batch.outputs.push_back(static_cast<std::int64_t>(node));
    }
    return batch;
}

std::string plural(std::size_t count, const std::string& one, const std::string& many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

/// What of this circuit the training never saw.
class Novelty {
public:
    Novelty(const graph::TerminalGraph& graph, const graph::NodeFeatures& features,
            const Checkpoint& checkpoint)
        : m_graph(graph)
        , m_circuit(graph.circuit())
        , m_features(features)
        , m_checkpoint(checkpoint) {}

    std::vector<Notice> notices() {
        unknownDevices();
        if (!m_checkpoint.seen.byCode.empty())
            unseen();
        return std::move(m_notices);
    }

private:
    void add(Notice::Kind kind, std::string text, const std::set<std::string>& objects) {
        Notice notice{kind, std::move(text), {}};
        for (const std::string& name : objects) {
            if (notice.objects.size() == kMostNamed)
                break;
            notice.objects.push_back(name);
        }
        m_notices.push_back(std::move(notice));
    }
    std::string objectOf(std::uint32_t node) const {
        return m_graph.isNet(node) ? m_circuit.netName(m_graph.netOf(node))
                                   : m_circuit.deviceName(m_graph.deviceOf(node));
    }

    void unknownDevices() {
        std::set<std::string> names;
        for (std::uint32_t node = 0; node < m_graph.terminalCount(); ++node) {
            if (!m_features.known[node])
                names.insert(objectOf(node));
        }
        if (!names.empty())
            add(Notice::Kind::UnknownDevices,
                plural(names.size(), "device is", "devices are") +
                    " of a kind that the network cannot see; what they do is ignored",
                names);
    }
    void unseen() {
        const auto& seen = m_checkpoint.seen;
        std::set<std::string> kinds, outside;
        for (std::uint32_t node = 0; node < m_graph.nodeCount(); ++node) {
            if (!m_features.known[node])
                continue;
            const float* row = m_features.values.data() + node * m_features.width;
            const auto found = seen.byCode.find(
                dataset::Normalization::codeOf(row, seen.properties, m_features.width));
            if (found == seen.byCode.end()) {
                kinds.insert(objectOf(node));
                continue;
            }
            for (std::size_t p = 0; p < seen.properties; ++p) {
                const auto& [low, high] = found->second[p];
                const double slack = kRangeSlack * (high - low) + 1e-6 * std::fabs(high);
                if (row[p] < low - slack || row[p] > high + slack)
                    outside.insert(objectOf(node));
            }
        }
        if (!kinds.empty())
            add(Notice::Kind::UnseenKinds,
                plural(kinds.size(), "object is", "objects are") +
                    " of a kind that never occurred in training",
                kinds);
        if (!outside.empty())
            add(Notice::Kind::FeatureRange,
                plural(outside.size(), "device has a value", "devices have values") +
                    " outside the range seen in training",
                outside);
    }

    const graph::TerminalGraph& m_graph;
    const netlist::Circuit& m_circuit;
    const graph::NodeFeatures& m_features;
    const Checkpoint& m_checkpoint;
    std::vector<Notice> m_notices;
};

/// Known without any network: nets that a dc voltage source ties to a net that is known.
void fillDriven(const netlist::Circuit& circuit, std::vector<double>& voltages) {
    std::vector<double> known(circuit.netCount(), std::nan(""));
    if (const auto ground = circuit.ground())
        known[*ground] = 0;
    for (bool grown = true; grown;) {
        grown = false;
        for (netlist::DeviceId d = 0; d < circuit.deviceCount(); ++d) {
            if (circuit.deviceKind(d) != netlist::DeviceKind::VoltageSource)
                continue;
            const auto nets = circuit.deviceNets(d);
            if (nets.size() < 2 || std::isnan(known[nets[0]]) == std::isnan(known[nets[1]]))
                continue;
            const auto value = circuit.deviceParameter(d, "value");
            if (!value)
                continue;
            if (std::isnan(known[nets[0]]))
                known[nets[0]] = known[nets[1]] + *value;
            else
                known[nets[1]] = known[nets[0]] - *value;
            grown = true;
        }
    }
    for (std::size_t i = 0; i < voltages.size(); ++i) {
        if (std::isnan(voltages[i]))
            voltages[i] = known[i];
    }
}

class EnginePredictor : public Predictor {
public:
    explicit EnginePredictor(std::vector<std::unique_ptr<Model>> models)
        : m_models(std::move(models)) {}

    const Checkpoint& checkpoint(std::size_t member) const override {
        return m_models.at(member)->checkpoint();
    }
    std::size_t members() const override { return m_models.size(); }

    Expected<CircuitPrediction> predict(const netlist::Circuit& circuit, StopToken stop) override {
        // The graph holds on to its circuit; this one outlives it.
        return predictShared(netlist::CircuitPtr(netlist::CircuitPtr{}, &circuit), stop);
    }

private:
    Expected<CircuitPrediction> predictShared(const netlist::CircuitPtr& circuit, StopToken stop) {
        if (circuit->deviceCount() == 0)
            return fail("LEARN-051", "There is nothing to predict: the circuit has no devices");
        const auto start = std::chrono::steady_clock::now();
        const Checkpoint& first = checkpoint(0);
        const graph::TerminalGraph graph(circuit);
        const auto features = graph::nodeFeatures(graph, schemaOf(first));
        const nn::GraphBatch batch = batchOf(graph, features);
        CircuitPrediction out;
        out.distance = std::nan("");
        out.notices = Novelty(graph, features, first).notices();
        if (schemaOf(first) == graph::FeatureSchema::Resistive &&
            graph::naturalSchema(*circuit) != graph::FeatureSchema::Resistive)
            out.notices.push_back(
                {Notice::Kind::Schema, "The network knows resistors and voltage sources only", {}});
        if (first.spec.architecture == "mlp")
            out.notices.push_back({Notice::Kind::Schema,
                                   "An mlp knows devices by their place only: it is right for "
                                   "circuits that list them in the order of its training data",
                                   {}});
        std::vector<float> embedding; // of the pass that predicts, where that is one
        const auto samples = sample(batch, stop, embedding);
        if (!samples)
            return samples.failure();
        const auto [mean, deviation] = moments(*samples);
        if (first.spec.task == "graph") {
            out.metrics[first.target] = mean.front();
            if (samples->size() > 1)
                out.metricDeviation[first.target] = deviation.front();
        } else {
            out.voltages.assign(circuit->netCount(), std::nan(""));
            if (samples->size() > 1)
                out.deviation.assign(circuit->netCount(), std::nan(""));
            for (std::size_t i = 0; i < batch.outputs.size(); ++i) {
                const auto net = graph.netOf(static_cast<std::uint32_t>(batch.outputs[i]));
                out.voltages[net] = mean[i];
                if (samples->size() > 1)
                    out.deviation[net] = deviation[i];
            }
            fillDriven(*circuit, out.voltages);
        }
        const auto far = distance(batch, std::move(embedding));
        if (!far)
            return far.failure();
        out.distance = *far;
        if (out.distance > 1) {
            char text[120];
            std::snprintf(text, sizeof(text),
                          "The circuit is unlike those of the training: %.1f times as far from "
                          "them as 99 of 100",
                          out.distance);
            out.notices.push_back({Notice::Kind::Distance, text, {}});
        }
        out.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        return out;
    }

    /// One row per member of the ensemble, or per draw of the dropout of a single network.
    Expected<std::vector<std::vector<float>>> sample(const nn::GraphBatch& batch, StopToken stop,
                                                     std::vector<float>& embedding) {
        std::vector<std::vector<float>> rows;
        const bool dropout = m_models.size() == 1 && checkpoint(0).spec.dropout > 0;
        const std::size_t count = dropout ? kDropoutSamples : m_models.size();
        for (std::size_t i = 0; i < count; ++i) {
            if (stop.stopRequested())
                return fail("LEARN-012", "The prediction was stopped");
            if (i == 0 && !dropout && knowsDistance()) {
                auto both = m_models[0]->predictEmbedded(batch, true);
                if (!both)
                    return both.failure();
                rows.push_back(std::move(both->values));
                embedding = std::move(both->embeddings);
                continue;
            }
            auto row = dropout ? m_models[0]->sample(batch, i) : m_models[i]->predict(batch);
            if (!row)
                return row.failure();
            rows.push_back(std::move(*row));
        }
        return rows;
    }
    static std::pair<std::vector<double>, std::vector<double>>
    moments(const std::vector<std::vector<float>>& rows) {
        const std::size_t n = rows.front().size();
        std::vector<double> mean(n), deviation(n);
        for (std::size_t i = 0; i < n; ++i) {
            for (const auto& row : rows)
                mean[i] += row[i] / static_cast<double>(rows.size());
            for (const auto& row : rows)
                deviation[i] += (row[i] - mean[i]) * (row[i] - mean[i]);
            deviation[i] = rows.size() > 1
                               ? std::sqrt(deviation[i] / static_cast<double>(rows.size() - 1))
                               : 0;
        }
        return {mean, deviation};
    }
    bool knowsDistance() const {
        const auto& seen = checkpoint(0).seen;
        return !seen.embeddingMean.empty() && seen.distanceScale > 0;
    }
    Expected<double> distance(const nn::GraphBatch& batch, std::vector<float> embedding) {
        if (!knowsDistance())
            return std::nan("");
        if (embedding.empty()) {
            auto embedded = m_models[0]->embedGraphs(batch);
            if (!embedded)
                return embedded.failure();
            embedding = std::move(*embedded);
        }
        return checkpoint(0).seen.distance(embedding);
    }

    std::vector<std::unique_ptr<Model>> m_models;
};

} // namespace

Expected<std::unique_ptr<Predictor>>
Predictor::load(const std::vector<std::filesystem::path>& paths, const std::string& device) {
    std::vector<Checkpoint> checkpoints;
    for (const auto& path : paths) {
        auto checkpoint = readCheckpoint(path);
        if (!checkpoint)
            return checkpoint.failure();
        checkpoints.push_back(std::move(*checkpoint));
    }
    return make(std::move(checkpoints), device);
}

Expected<std::unique_ptr<Predictor>> Predictor::make(std::vector<Checkpoint> checkpoints,
                                                     const std::string& device) {
    if (checkpoints.empty())
        return fail("LEARN-050", "No checkpoint was named");
    for (const Checkpoint& c : checkpoints) {
        if (c.featureSchema != checkpoints.front().featureSchema ||
            c.target != checkpoints.front().target || c.spec.task != checkpoints.front().spec.task)
            return fail("LEARN-050", "These networks do not predict the same from the same",
                        c.featureSchema + " " + c.target);
    }
    const auto loaded = engine();
    if (!loaded)
        return loaded.failure();
    std::vector<std::unique_ptr<Model>> models;
    for (const Checkpoint& c : checkpoints) {
        auto model = (*loaded)->load(c, device);
        if (!model)
            return model.failure();
        models.push_back(std::move(*model));
    }
    return std::unique_ptr<Predictor>(std::make_unique<EnginePredictor>(std::move(models)));
}

std::vector<ModelInfo> listModels(const std::vector<std::filesystem::path>& folders,
                                  Diagnostics& findings) {
    std::vector<ModelInfo> models;
    for (const auto& folder : folders) {
        std::error_code ignored;
        for (std::filesystem::directory_iterator it(folder, ignored), end; it != end;
             it.increment(ignored)) {
            if (it->path().extension() != ".safetensors")
                continue;
            const auto checkpoint = readCheckpointHeader(it->path());
            if (!checkpoint) {
                findings.push_back({Severity::Warning,
                                    checkpoint.error().code,
                                    checkpoint.error().text,
                                    it->path().string(),
                                    0,
                                    0,
                                    {}});
                continue;
            }
            ModelInfo info;
            info.path = it->path();
            info.name = it->path().stem().string();
            info.task = checkpoint->spec.task;
            info.featureSchema = checkpoint->featureSchema;
            info.architecture = checkpoint->spec.architecture + ", " +
                                std::to_string(checkpoint->spec.layers) + " layers";
            info.provenance = checkpoint->provenance;
            const auto generator = info.provenance.find("data.generator");
            info.trainedOn = generator == info.provenance.end() ? "" : generator->second;
            models.push_back(std::move(info));
        }
    }
    std::sort(models.begin(), models.end(),
              [](const ModelInfo& a, const ModelInfo& b) { return a.name < b.name; });
    return models;
}

std::vector<NetError> netErrors(const CircuitPrediction& prediction,
                                const std::vector<double>& simulated) {
    std::vector<NetError> errors;
    for (std::size_t net = 0; net < std::min(prediction.voltages.size(), simulated.size()); ++net) {
        if (std::isnan(prediction.voltages[net]) || std::isnan(simulated[net]))
            continue;
        const double deviation =
            prediction.deviation.empty() ? std::nan("") : prediction.deviation[net];
        errors.push_back({static_cast<netlist::NetId>(net), prediction.voltages[net],
                          simulated[net], prediction.voltages[net] - simulated[net], deviation});
    }
    std::stable_sort(errors.begin(), errors.end(), [](const NetError& a, const NetError& b) {
        return std::fabs(a.error) > std::fabs(b.error);
    });
    return errors;
}

} // namespace ohm::learn
