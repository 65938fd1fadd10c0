// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/nn/bench.h"

#include "core/dataset/random.h"
#include "core/dataset/resistive.h"
#include "core/nn/modules.h"
#include "core/nn/network.h"
#include "core/nn/ops.h"

#include <algorithm>
#include <chrono>
#include <numeric>

namespace ohm::nn {
namespace {

/// Medians of PyG 2.3 with compiled scatter and sparse on LibTorch 1.13 and two shared cores of the
/// same kind of machine, seconds: what our ratios stand beside.
struct Recorded {
    double inference, step;
};

class Bench {
public:
    Bench(torch::Device device, const std::function<void(const BenchLine&)>& report, StopToken stop)
        : m_device(device)
        , m_report(report)
        , m_stop(std::move(stop)) {}

    template <typename Work>
    double time(const std::string& name, Work&& work, double recorded = 0, int least = 5) {
        if (m_stop.stopRequested())
            return 0;
        work(); // warm
        sync();
        std::vector<double> seconds;
        const auto begin = std::chrono::steady_clock::now();
        while (static_cast<int>(seconds.size()) < least ||
               (seconds.size() < 50 && since(begin) < 2.0)) {
            const auto start = std::chrono::steady_clock::now();
            work();
            sync();
            seconds.push_back(since(start));
            if (m_stop.stopRequested())
                break;
        }
        std::sort(seconds.begin(), seconds.end());
        const double median = seconds[seconds.size() / 2];
        BenchLine line{name, median * 1e3, "ms", static_cast<int>(seconds.size()), {}};
        if (recorded > 0) {
            char text[120];
            std::snprintf(text, sizeof(text), "%.1fx PyG (recorded %.3g ms)", recorded / median,
                          recorded * 1e3);
            line.note = text;
        }
        m_report(line);
        return median;
    }
    void tell(const std::string& name, double value, const std::string& unit,
              const std::string& note) {
        m_report({name, value, unit, 1, note});
    }
    const torch::Device& device() const { return m_device; }

private:
    static double since(std::chrono::steady_clock::time_point start) {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    void sync() const {
        if (m_device.is_cuda())
            torch::cuda::synchronize();
    }
    torch::Device m_device;
    const std::function<void(const BenchLine&)>& m_report;
    StopToken m_stop;
};

GraphBatch ladders(int branches, std::size_t count) {
    const auto set = dataset::generateLadders(branches, branches, count, 7);
    std::vector<std::size_t> all(count);
    std::iota(all.begin(), all.end(), std::size_t{0});
    return makeBatch(set, all);
}

void network(Bench& bench, const std::string& name, const GraphBatch& batch, Recorded recorded,
             bool training) {
    NetworkSpec spec;
    torch::manual_seed(1);
    NetworkModule module(spec, bench.device());
    module.to(bench.device());
    const DeviceBatch onDevice = toDevice(batch, bench.device());
    module.eval();
    bench.time(
        "inference " + name,
        [&] {
            const torch::NoGradGuard noGradients;
            module.forward(onDevice);
        },
        recorded.inference);
    if (!training)
        return;
    module.train();
    std::vector<torch::Tensor> parameters = module.parameters();
    bench.time(
        "training step " + name,
        [&] {
            for (auto& p : parameters)
                p.mutable_grad() = torch::Tensor();
            torch::mse_loss(module.forward(onDevice), onDevice.labels).backward();
        },
        recorded.step);
}

/// A random graph of `nodes` nodes and `edges` edges between any two of them.
GraphBatch randomGraph(std::int64_t nodes, std::int64_t edges) {
    dataset::Random random(11, 0);
    std::vector<std::pair<std::int32_t, std::int32_t>> ends;
    GraphBatch b;
    b.nodes = nodes;
    b.graphs = 1;
    b.width = 1;
    b.x.assign(static_cast<std::size_t>(nodes), 0);
    b.rows.assign(static_cast<std::size_t>(nodes) + 1, 0);
    b.graphPtr = {0, nodes};
    for (std::int64_t e = 0; e < edges; ++e) {
        const auto u = static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(nodes)));
        const auto v = static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(nodes)));
        ends.emplace_back(u, v);
        ++b.rows[static_cast<std::size_t>(u) + 1];
        ++b.rows[static_cast<std::size_t>(v) + 1];
    }
    std::partial_sum(b.rows.begin(), b.rows.end(), b.rows.begin());
    b.columns.resize(static_cast<std::size_t>(2 * edges));
    std::vector<std::int32_t> next(b.rows.begin(), b.rows.end() - 1);
    for (const auto& [u, v] : ends) {
        b.columns[static_cast<std::size_t>(next[static_cast<std::size_t>(u)]++)] = v;
        b.columns[static_cast<std::size_t>(next[static_cast<std::size_t>(v)]++)] = u;
    }
    return b;
}

/// Single layers on a large random graph, as PyG's were measured: 200,000 nodes of 128 channels and
/// 800,000 directed edges. The floor is the gather of all neighbours' rows alone.
void layers(Bench& bench) {
    constexpr std::int64_t kNodes = 200000, kChannels = 128;
    const DeviceBatch batch = toDevice(randomGraph(kNodes, 400000), bench.device());
    torch::manual_seed(2);
    const torch::Tensor x =
        torch::randn({kNodes, kChannels}, torch::TensorOptions().device(bench.device()));
    bench.time("floor: sum over the neighbours of a layer", [&] {
        const torch::NoGradGuard noGradients;
        neighbourSum(x, batch.adjacency);
    });
    const auto both = [&](const std::string& name, Recorded recorded, auto&& work,
                          std::vector<torch::Tensor> parameters) {
        bench.time(
            "layer " + name + ", forward",
            [&] {
                const torch::NoGradGuard noGradients;
                work(x);
            },
            recorded.inference, 3);
        const torch::Tensor input = x.detach().clone().requires_grad_();
        parameters.push_back(input);
        const torch::Tensor gradient = torch::ones_like(x);
        bench.time(
            "layer " + name + ", forward and backward",
            [&] {
                for (auto& p : parameters)
                    p.mutable_grad() = torch::Tensor();
                work(input).backward(gradient);
            },
            recorded.step, 3);
    };
    const torch::Tensor t = torch::ones({1}, x.options()).requires_grad_();
    both("softmax aggregation of GENConv", {1.16, 2.49},
         [&](const torch::Tensor& in) { return softmaxAggregate(in, t, batch.adjacency); }, {t});
    const struct {
        const char *architecture, *name;
        Recorded recorded;
    } all[] = {{"gcn", "GCNConv", {0.430, 0.910}},
               {"sage", "SAGEConv", {0.480, 1.100}},
               {"clustergcn", "ClusterGCNConv", {0.560, 1.260}},
               {"gat", "GATConv, one head", {0.390, 1.280}}};
    for (const auto& one : all) {
        NetworkSpec spec;
        spec.architecture = one.architecture;
        spec.hidden = kChannels;
        spec.inputWidth = 1;
        spec.layers = 1;
        spec.heads = 1;
        const auto layer = makeLayer(spec);
        layer->to(bench.device());
        both(
            one.name, one.recorded,
            [&](const torch::Tensor& in) { return layer->forward(in, batch.adjacency, -1); },
            layer->parameters());
    }
}

/// The matrix products of one pass alone, through LibTorch's BLAS.
void products(Bench& bench, const std::string& name, std::int64_t nodes) {
    constexpr std::int64_t kHidden = 128, kLayers = 15;
    const auto options = torch::TensorOptions().device(bench.device());
    const torch::Tensor a = torch::randn({nodes, kHidden}, options);
    const torch::Tensor b = torch::randn({nodes, 2 * kHidden}, options);
    const torch::Tensor up = torch::randn({kHidden, 2 * kHidden}, options);
    const torch::Tensor down = torch::randn({2 * kHidden, kHidden}, options);
    torch::Tensor wide = torch::empty({nodes, 2 * kHidden}, options);
    torch::Tensor narrow = torch::empty({nodes, kHidden}, options);
    const double seconds = bench.time("floor: matrix products of inference " + name, [&] {
        for (std::int64_t i = 0; i < kLayers; ++i) {
            torch::mm_out(wide, a, up);
            torch::mm_out(narrow, b, down);
        }
    });
    const double flops = 2.0 * 2 * kLayers * static_cast<double>(nodes) * kHidden * 2 * kHidden;
    if (seconds > 0)
        bench.tell("matrix products " + name, flops / seconds / 1e9, "GFLOP/s", "");
}

} // namespace

Expected<void> benchGnn(const std::string& device,
                        const std::function<void(const BenchLine&)>& report, StopToken stop) {
    auto probe = Network::create({}, 0, device);
    if (!probe)
        return probe.failure();
    try {
        Bench bench(probe->module().device, report, stop);
        const auto options = torch::TensorOptions().device(bench.device());
        const torch::Tensor from = torch::ones({64 << 20}, options);
        torch::Tensor to = torch::empty_like(from);
        const double copy = bench.time("floor: copy of 256 MB", [&] { to.copy_(from); });
        if (copy > 0)
            bench.tell("memory bandwidth", 2 * 4.0 * (64 << 20) / copy / 1e9, "GB/s",
                       "read and written");
        const GraphBatch small = ladders(10, 256);
        products(bench, "256 x R10", small.nodes);
        network(bench, "256 x R10", small, {2.3, 5.0}, true);
        const GraphBatch one = ladders(128, 1);
        products(bench, "1 x R128", one.nodes);
        network(bench, "1 x R128", one, {0.115, 0}, false);
        const auto set = dataset::generateLadders(10, 10, 256, 7);
        std::vector<std::size_t> every(256);
        std::iota(every.begin(), every.end(), std::size_t{0});
        bench.time(
            "collating 256 x R10", [&] { makeBatch(set, every); }, 0.0037);
        const GraphBatch large = ladders(128, 16);
        network(bench, "16 x R128", large, {1.9, 3.8}, true);
        layers(bench);
        if (stop.stopRequested())
            return fail("LEARN-012", "The measurement was stopped");
    } catch (const std::exception& error) {
        return fail("NN-012", "The measurement failed", error.what());
    }
    return {};
}

} // namespace ohm::nn
