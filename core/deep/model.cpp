// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/model.h"

#include "core/dataset/random.h"
#include "core/deep/baseline.h"
#ifdef OHMSCAPE_CUDA
#include "core/deep/cuda/devicemodel.h"
#endif
#include "core/deep/devices.h"
#include "core/deep/plain.h"
#include "core/deep/reversible.h"

#include <cmath>
#include <new>

namespace ohm::deep {
namespace {

/// Glorot's uniform weights, zero biases, the configured gain. One stream of numbers per matrix.
template <typename T>
void initialise(const NetworkConfig& config, std::span<T> weights) {
    const ParameterLayout layout(config);
    const int groups = config.reversible() ? config.groups : 1;
    const auto width = static_cast<std::size_t>(config.channels / groups);
    std::uint64_t stream = 0;
    const auto draw = [&](std::size_t at, std::size_t in, std::size_t out) {
        dataset::Random random(config.seed, ++stream);
        const double bound = std::sqrt(6.0 / static_cast<double>(in + out));
        for (std::size_t i = 0; i < in * out; ++i)
            weights[at + i] = static_cast<T>(random.uniform(-bound, bound));
    };
    for (int g = 0; g < groups; ++g)
        draw(layout.inputWeight(g), static_cast<std::size_t>(config.inputs), width);
    for (int layer = 0; layer < config.layers; ++layer) {
        for (int g = 0; g < groups; ++g) {
            draw(layout.weight(layer, g), width, width);
            if (config.block == Block::Sage)
                draw(layout.ownWeight(layer, g), width, width);
            for (std::size_t i = 0; config.reversible() && i < width; ++i)
                weights[layout.gain(layer, g) + i] = static_cast<T>(config.gain);
        }
    }
    draw(layout.outputWeight(), static_cast<std::size_t>(config.outputs),
         static_cast<std::size_t>(config.channels));
}

template <typename T>
Expected<std::unique_ptr<Model<T>>> onDevice(const NetworkConfig& config, const GraphSize& size) {
#ifdef OHMSCAPE_CUDA
    return cuda::makeDeviceModel<T>(config, size);
#else
    (void)config, (void)size;
    return cudaUsable().failure();
#endif
}

} // namespace

template <typename T>
GraphPlan<T> makePlan(const Incidence& graph, const NetworkConfig& config) {
    const bool factorised = config.method == Method::Factorised ||
                            (config.method == Method::Fused && config.factorised);
    typename Aggregator<T>::Options options{config.norm, factorised};
    if (config.device == Device::Cuda)
        options.piecePins = 32; // a warp each: shorter ones, and more of them
    GraphPlan<T> plan{&graph, Aggregator<T>(graph, options), {}};
    plan.size.nodes = graph.nodes;
    plan.size.edges = cliqueEdges(graph);
    plan.size.netRows = plan.aggregator.netRows();
    plan.size.indexBytes = plan.aggregator.bytes();
    return plan;
}

template <typename T>
Expected<std::unique_ptr<Model<T>>> makeModel(const NetworkConfig& config, const GraphSize& size) {
    const auto checked = checkConfig(config);
    if (!checked)
        return checked.failure();
    try {
        std::unique_ptr<Model<T>> model;
        if (config.device == Device::Cuda) {
            auto made = onDevice<T>(config, size);
            if (!made)
                return made.failure();
            model = std::move(made).value();
        } else if (!config.reversible())
            model = std::make_unique<Plain<T>>(config, size);
        else if (config.method == Method::Fused)
            model = std::make_unique<Reversible<T>>(config, size);
        else
            model = std::make_unique<Baseline<T>>(config, size);
        initialise(config, model->weights());
        return model;
    } catch (const std::bad_alloc&) {
        return fail("DEEP-005", "There is not enough memory for this network",
                    std::to_string(predictedBytes(config, size) >> 20) + " MiB are needed", {},
                    "Use storage D, fewer channels or layers");
    }
}

template GraphPlan<float> makePlan(const Incidence&, const NetworkConfig&);
template GraphPlan<double> makePlan(const Incidence&, const NetworkConfig&);
template Expected<std::unique_ptr<Model<float>>> makeModel(const NetworkConfig&, const GraphSize&);
template Expected<std::unique_ptr<Model<double>>> makeModel(const NetworkConfig&, const GraphSize&);

} // namespace ohm::deep
