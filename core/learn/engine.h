// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/dataset/graphset.h"
#include "core/learn/checkpoint.h"
#include "core/learn/judge.h"
#include "core/learn/mapnetwork.h"
#include "core/learn/metrics.h"
#include "core/learn/parasitics.h"
#include "core/learn/recipe.h"
#include "core/nn/graphbatch.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ohm::learn {

/// What a training tells while it runs. Values in the label's unit unless said otherwise.
struct TrainingReport {
    std::int64_t step = 0;
    std::int64_t steps = 0; ///< planned
    double epoch = 0;       ///< passes over the training split so far
    double rate = 0;
    double trainLoss = 0; ///< mean since the last report, in normalised units
    double seconds = 0;   ///< since the training (or its resumption) began
    double remainingSeconds = 0;
    double graphsPerSecond = 0;
    std::optional<RegressionMetrics> validation; ///< with accAt for 10..400 when asked for
    std::optional<double> validationLoss;        ///< in normalised units
    std::int64_t skipped = 0;                    ///< steps left out by the NaN guard so far
    /// mpgd, since the last report: the share |E|/n of the entries that the loss looked at, and
    /// |E and E'| / |E or E'| with those of the visit before to the same entries.
    std::optional<double> selected, overlap;
};

struct TrainingOptions {
    std::string device = "cpu";
    std::filesystem::path snapshot; ///< written atomically at every validation and on stop or
                                    ///< pause; resumed from if it exists
    std::optional<Checkpoint> from; ///< start from these weights (finetuning)
    std::vector<int> ks;            ///< Acc@K of the reports; empty = the recipe's k
    std::function<void(const TrainingReport&)> report; ///< called on the training thread
};

/// Raw (not normalised) graphs of the three splits; the engine measures the normalisation on
/// `training` alone, or takes it from `TrainingOptions::from`.
struct TrainingData {
    dataset::GraphSet training, validation, test;
};

struct TrainingResult {
    Checkpoint checkpoint;
    TrainingReport last;
    std::optional<RegressionMetrics> test;
};

/// Predictions and the embeddings that they were made from.
struct EmbeddedPrediction {
    std::vector<float> values;
    std::vector<float> embeddings; ///< [nodes, hidden] or [graphs, hidden]; empty: there are none
};

/// A network ready to answer. Thread: one call at a time.
class Model {
public:
    virtual ~Model() = default;
    virtual const Checkpoint& checkpoint() const = 0;
    virtual std::int64_t parameterCount() const = 0;
    /// Values of output nodes [outputs] (node task) or graphs [graphs] (graph task), in the label's
    /// unit. `batch` holds raw features. Errors: NN-010 other feature width, NN-012.
    virtual Expected<std::vector<float>> predict(const nn::GraphBatch& batch) = 0;
    /// The same with dropout active: one sample. Only of use where the network has dropout.
    virtual Expected<std::vector<float>> sample(const nn::GraphBatch& batch,
                                                std::uint64_t seed) = 0;
    /// Embedding of every node after block `layer` (0 = input layer, -1 = last, as the head sees
    /// it), [nodes, hidden] row-major.
    virtual Expected<std::vector<float>> embed(const nn::GraphBatch& batch, int layer = -1) = 0;
    /// The same pooled over each graph (mean), [graphs, hidden].
    virtual Expected<std::vector<float>> embedGraphs(const nn::GraphBatch& batch,
                                                     int layer = -1) = 0;
    /// `predict` and, of the same pass over the batch, the embeddings as the head sees them, of
    /// every node or (`pooled`) of every graph: to the bit what `embed` and `embedGraphs` return,
    /// empty where the architecture has none (mlp). Errors: as predict.
    virtual Expected<EmbeddedPrediction> predictEmbedded(const nn::GraphBatch& batch, bool pooled);
};

/// One line of `bench`.
struct BenchRow {
    std::string name;
    double median = 0;
    std::string unit;
    int repetitions = 0;
    std::string note;
};

/// Everything that needs LibTorch, behind one interface: LibTorch costs 0.4 s and 165 MB to load,
/// so it lives in a module of its own that is loaded when first asked for. Thread: any; trainings
/// and models of one engine may run side by side.
class Engine {
public:
    virtual ~Engine() = default;
    /// "LibTorch 1.13.1, AVX-512, 2 threads".
    virtual std::string description() const = 0;
    virtual bool cudaAvailable() const = 0;
    virtual void setThreads(int threads) = 0; ///< 0 = all cores

    /// Errors: NN-001.. of Network::create, LEARN-003.
    virtual Expected<std::unique_ptr<Model>> load(const Checkpoint& checkpoint,
                                                  const std::string& device = "cpu") = 0;
    /// Errors: LEARN-010 empty or unfit data, LEARN-011 the loss is not finite, LEARN-012 stopped
    /// (the snapshot is written first), LEARN-013 the snapshot belongs to another recipe.
    virtual Expected<TrainingResult> train(const Recipe& recipe, const TrainingData& data,
                                           const TrainingOptions& options, StopToken stop = {},
                                           ProgressSink& progress = noProgress()) = 0;
    /// A fresh judge of designs. Errors: NN-* of Network::create, NN-011 the checkpoint's weights
    /// do not fit, LEARN-042 this engine makes none.
    virtual Expected<std::unique_ptr<Judge>> makeJudge(const JudgeSpec& spec,
                                                       const std::string& device = "cpu");
    /// Learns to estimate parasitics. Errors: LEARN-010 too few labels, LEARN-011, LEARN-012,
    /// LEARN-021, LEARN-042 this engine cannot.
    virtual Expected<ParasiticCheckpoint> trainParasitics(const ParasiticTraining& training,
                                                          StopToken stop = {},
                                                          ProgressSink& progress = noProgress());
    /// Errors: NN-011 the weights do not fit, LEARN-042.
    virtual Expected<std::unique_ptr<ParasiticModel>>
    loadParasitics(const ParasiticCheckpoint& checkpoint);
    /// A fresh network on maps. Errors: LEARN-046 it cannot be built, LEARN-042.
    virtual Expected<std::unique_ptr<MapNetwork>> makeMapNetwork(const MapNetworkSpec& spec);
    /// Measurements by name ("gnn"); `report` is called per row. Errors: LEARN-030 unknown name.
    virtual Expected<void> bench(const std::string& name, const std::string& device,
                                 const std::function<void(const BenchRow&)>& report,
                                 StopToken stop = {}) = 0;
};

/// The engine of this program, loaded on first use from the module beside it. Errors: LEARN-040
/// this build has none, LEARN-041 it cannot be loaded (detail has the reason). Thread: any.
Expected<Engine*> engine();

} // namespace ohm::learn
