// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/learn/torchengine.h"

#include "core/base/log.h"
#include "core/learn/torchjudge.h"
#include "core/learn/torchmaps.h"
#include "core/learn/torchparasitics.h"
#include "core/learn/trainer.h"
#include "core/nn/bench.h"
#include "core/nn/bufferpool.h"
#include "core/nn/network.h"

#include <dlfcn.h>

namespace ohm::learn {
namespace {

#if TORCH_VERSION_MAJOR < 2
/// What LibTorch warns of is for programmers: it goes to the log, not to the user's terminal.
class WarningsToLog : public c10::WarningHandler {
public:
    void process(const c10::SourceLocation&, const std::string& text, const bool) override {
        log::debug("learn", text);
    }
};

void quietWarnings() {
    static WarningsToLog handler;
    c10::Warning::set_warning_handler(&handler);
}
#else
void quietWarnings() {}
#endif

/// The widest vectors of this processor.
std::string cpuName() {
    return __builtin_cpu_supports("avx512f") ? "AVX-512"
           : __builtin_cpu_supports("avx2")  ? "AVX2"
                                             : "SSE";
}

/// The library that stands behind LibTorch's matrix products; the reference one is thirty times
/// slower than the others.
std::string blasLibrary() {
    void* symbol = dlsym(RTLD_DEFAULT, "sgemm_");
    Dl_info info{};
    if (!symbol || !dladdr(symbol, &info) || !info.dli_fname)
        return {};
    std::error_code ignored;
    return std::filesystem::canonical(info.dli_fname, ignored).string();
}

/// Threads of our own kernels: without OpenMP at::parallel_for is a plain loop.
int computingThreads() {
#ifdef _OPENMP
    return at::get_num_threads();
#else
    return 1;
#endif
}

class TorchModel : public Model {
public:
    TorchModel(Checkpoint checkpoint, nn::Network network)
        : m_checkpoint(std::move(checkpoint))
        , m_network(std::move(network)) {}
    const Checkpoint& checkpoint() const override { return m_checkpoint; }
    std::int64_t parameterCount() const override { return m_network.parameterCount(); }

    Expected<std::vector<float>> predict(const nn::GraphBatch& batch) override {
        return inUnits(m_network.predict(scaled(batch)));
    }
    Expected<std::vector<float>> sample(const nn::GraphBatch& batch, std::uint64_t seed) override {
        return inUnits(m_network.sample(scaled(batch), seed));
    }
    Expected<std::vector<float>> embed(const nn::GraphBatch& batch, int layer) override {
        return m_network.embed(scaled(batch), layer);
    }
    Expected<std::vector<float>> embedGraphs(const nn::GraphBatch& batch, int layer) override {
        const auto nodes = m_network.embed(scaled(batch), layer);
        if (!nodes)
            return nodes;
        return pooled(batch, *nodes);
    }
    Expected<EmbeddedPrediction> predictEmbedded(const nn::GraphBatch& batch, bool pools) override {
        auto both = m_network.predictEmbedded(scaled(batch));
        if (!both)
            return both.failure();
        auto values = inUnits(std::move(both->values));
        const bool means = pools && !both->nodes.empty();
        return EmbeddedPrediction{std::move(*values),
                                  means ? pooled(batch, both->nodes) : std::move(both->nodes)};
    }

private:
    /// Means over the nodes of each graph.
    std::vector<float> pooled(const nn::GraphBatch& batch, const std::vector<float>& nodes) const {
        const auto width = static_cast<std::size_t>(m_checkpoint.spec.hidden);
        std::vector<float> means(static_cast<std::size_t>(batch.graphs) * width, 0.0F);
        for (std::size_t g = 0; g < static_cast<std::size_t>(batch.graphs); ++g) {
            const auto first = static_cast<std::size_t>(batch.graphPtr[g]);
            const auto last = static_cast<std::size_t>(batch.graphPtr[g + 1]);
            for (std::size_t n = first; n < last; ++n) {
                for (std::size_t c = 0; c < width; ++c)
                    means[g * width + c] += nodes[n * width + c];
            }
            for (std::size_t c = 0; c < width && last > first; ++c)
                means[g * width + c] /= static_cast<float>(last - first);
        }
        return means;
    }
    nn::GraphBatch scaled(nn::GraphBatch batch) const {
        if (batch.width > 0)
            m_checkpoint.normalization.applyFeatures(batch.x,
                                                     static_cast<std::size_t>(batch.width));
        return batch;
    }
    Expected<std::vector<float>> inUnits(Expected<std::vector<float>> values) const {
        if (values) {
            for (float& value : *values)
                value = static_cast<float>(m_checkpoint.normalization.toUnit(value));
        }
        return values;
    }
    nn::TrimAtEnd m_trim;
    Checkpoint m_checkpoint;
    nn::Network m_network;
};

class TorchEngine : public Engine, public KeepsParasitics {
public:
    TorchEngine() {
        quietWarnings();
        nn::keepBuffers();
        nn::setThreads(0);
        if (torch::cuda::is_available())
            at::globalContext().setAllowTF32CuBLAS(true);
    }
    std::string description() const override {
        std::string text = "LibTorch " TORCH_VERSION ", " + cpuName() + ", " +
                           std::to_string(computingThreads()) + " threads";
        if (torch::cuda::is_available())
            text += ", CUDA";
        const std::string blas = blasLibrary();
        if (blas.find("/blas/") != std::string::npos)
            text += "; matrix products use the slow reference BLAS (" + blas +
                    "): install libopenblas0-pthread";
        return text;
    }
    bool cudaAvailable() const override { return nn::cudaAvailable(); }
    void setThreads(int threads) override { nn::setThreads(threads); }

    Expected<std::unique_ptr<Model>> load(const Checkpoint& checkpoint,
                                          const std::string& device) override {
        auto network = nn::Network::create(checkpoint.spec, 0, device);
        if (!network)
            return network.failure();
        const auto loaded = network->loadState(checkpoint.weights);
        if (!loaded)
            return loaded.failure();
        return std::unique_ptr<Model>(
            std::make_unique<TorchModel>(checkpoint, std::move(*network)));
    }
    Expected<TrainingResult> train(const Recipe& recipe, const TrainingData& data,
                                   const TrainingOptions& options, StopToken stop,
                                   ProgressSink& progress) override {
        const nn::TrimAtEnd trim;
        return learn::train(recipe, data, options, std::move(stop), progress);
    }
    Expected<std::unique_ptr<Judge>> makeJudge(const JudgeSpec& spec,
                                               const std::string& device) override {
        return makeTorchJudge(spec, device);
    }
    Expected<ParasiticCheckpoint> trainParasitics(const ParasiticTraining& training, StopToken stop,
                                                  ProgressSink& progress) override {
        const nn::TrimAtEnd trim;
        return learn::trainParasitics(training, nullptr, std::move(stop), progress);
    }
    Expected<ParasiticCheckpoint> trainParasitics(const ParasiticTraining& training,
                                                  const ParasiticKeeping& keeping, StopToken stop,
                                                  ProgressSink& progress) override {
        const nn::TrimAtEnd trim;
        return learn::trainParasitics(training, &keeping, std::move(stop), progress);
    }
    Expected<std::unique_ptr<ParasiticModel>>
    loadParasitics(const ParasiticCheckpoint& checkpoint) override {
        return learn::loadParasitics(checkpoint);
    }
    Expected<std::unique_ptr<MapNetwork>> makeMapNetwork(const MapNetworkSpec& spec) override {
        return makeTorchMapNetwork(spec);
    }
    Expected<void> bench(const std::string& name, const std::string& device,
                         const std::function<void(const BenchRow&)>& report,
                         StopToken stop) override {
        if (name != "gnn")
            return fail("LEARN-030", "There is no such measurement", {}, name, "Try gnn");
        return nn::benchGnn(
            device,
            [&](const nn::BenchLine& line) {
                report({line.name, line.median, line.unit, line.repetitions, line.note});
            },
            stop);
    }
};

} // namespace

std::unique_ptr<Engine> makeTorchEngine() {
    return std::make_unique<TorchEngine>();
}

} // namespace ohm::learn
