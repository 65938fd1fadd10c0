// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/nn/modules.h"
#include "core/nn/network.h"

#include <algorithm>
#include <thread>

namespace ohm::nn {
namespace {

/// Names and tensors of the state: parameters, then running statistics.
std::vector<std::pair<std::string, torch::Tensor>> stateTensors(const NetworkModule& module) {
    std::vector<std::pair<std::string, torch::Tensor>> all;
    for (const auto& item : module.named_parameters())
        all.emplace_back(item.key(), item.value());
    for (const auto& item : module.named_buffers()) { // running statistics; counters are left out
        if (item.value().is_floating_point())
            all.emplace_back(item.key(), item.value());
    }
    return all;
}

Expected<torch::Device> deviceOf(const std::string& name) {
    try {
        const torch::Device device(name);
        if (device.is_cuda() && !torch::cuda::is_available())
            return fail("NN-003", "No CUDA device is available", {}, name, "Use the cpu");
        if (!device.is_cuda() && !device.is_cpu())
            return fail("NN-003", "Only the cpu and CUDA devices are supported", {}, name);
        return device;
    } catch (const c10::Error&) {
        return fail("NN-003", "There is no such device", {}, name, "Use cpu or cuda");
    }
}

Expected<void> checkBatch(const NetworkModule& module, const GraphBatch& batch) {
    const NetworkSpec& spec = module.spec;
    if (batch.width != spec.inputWidth)
        return fail("NN-010", "The circuit has other features than the network was trained on",
                    std::to_string(batch.width) + " columns instead of " +
                        std::to_string(spec.inputWidth));
    if (spec.architecture == "mlp") {
        std::size_t output = 0;
        bool fits = true;
        for (std::size_t g = 0; g + 1 < batch.graphPtr.size(); ++g) {
            const std::size_t before = output;
            while (output < batch.outputs.size() && batch.outputs[output] < batch.graphPtr[g + 1])
                ++output;
            fits = fits && batch.graphPtr[g + 1] - batch.graphPtr[g] == spec.nodesPerGraph &&
                   (spec.task == "graph" ||
                    static_cast<std::int64_t>(output - before) == spec.outputsPerGraph);
        }
        if (!fits)
            return fail("NN-020", "This network knows one topology only, and this is another",
                        std::to_string(spec.nodesPerGraph) + " nodes per graph");
    }
    return {};
}

std::vector<float> valuesOf(const torch::Tensor& tensor) {
    const torch::Tensor host = tensor.to(torch::kCPU, torch::kFloat32).contiguous();
    const float* data = host.data_ptr<float>();
    return {data, data + host.numel()};
}

/// What the heads make of node embeddings.
torch::Tensor answered(NetworkModule& module, const torch::Tensor& nodes,
                       const DeviceBatch& batch) {
    torch::Tensor out;
    if (module.spec.task == "node")
        out = module.head(nodes.index_select(0, batch.outputs));
    else
        out =
            module.head(module.readout ? module.readout(nodes, batch) : meanReadout(nodes, batch));
    return module.spec.sigmoid ? torch::sigmoid(out) : out;
}

/// `compute` makes the result from the batch on the module's device.
template <typename Result, typename Compute>
Expected<Result> evaluatedAs(NetworkModule& module, const GraphBatch& batch, Compute&& compute) {
    const auto checked = checkBatch(module, batch);
    if (!checked)
        return checked.failure();
    if (batch.nodes == 0)
        return Result{};
    try {
        const torch::NoGradGuard noGradients;
        module.eval();
        return compute(toDevice(batch, module.device));
    } catch (const std::exception& error) {
        return fail("NN-012", "The network could not be evaluated", error.what());
    }
}

template <typename Compute>
Expected<std::vector<float>> evaluated(NetworkModule& module, const GraphBatch& batch,
                                       Compute&& compute) {
    return evaluatedAs<std::vector<float>>(
        module, batch, [&](const DeviceBatch& b) { return valuesOf(compute(b)); });
}

} // namespace

NetworkModule::NetworkModule(const NetworkSpec& networkSpec, torch::Device networkDevice)
    : spec(networkSpec)
    , device(networkDevice) {
    if (spec.architecture == "mlp") {
        mlp = register_module("mlp", FixedMlp(spec));
        return;
    }
    backbone = register_module("backbone", makeBackbone(spec));
    std::int64_t width = spec.hidden;
    if (spec.task == "graph" && spec.readout == "attention") {
        readout =
            register_module("readout", AttentionReadout(spec.hidden, spec.latents, spec.latentWidth,
                                                        spec.readoutLayers, spec.trainLatents));
        width = spec.latents * spec.latentWidth;
    }
    head = register_module("head", Head(width, spec.hidden, spec.headLayers, spec.dropout));
}

torch::Tensor NetworkModule::embed(const DeviceBatch& batch, std::int64_t layer) {
    return backbone->forward(batch.x, batch.adjacency, layer);
}

torch::Tensor NetworkModule::forward(const DeviceBatch& batch) {
    if (!mlp)
        return answered(*this, embed(batch), batch);
    const torch::Tensor out = mlp(batch);
    return spec.sigmoid ? torch::sigmoid(out) : out;
}

void NetworkModule::activateDropout(bool on) {
    for (const auto& part : modules(false)) {
        if (part->as<torch::nn::Dropout>())
            part->train(on);
    }
}

DeviceBatch toDevice(const GraphBatch& batch, const torch::Device& device, torch::ScalarType type) {
    // To a CUDA device from page-locked copies, so that nothing waits for the stream.
    const auto upload = [&](const void* data, at::IntArrayRef shape, torch::ScalarType stored,
                            torch::ScalarType wanted) {
        torch::Tensor host = torch::from_blob(const_cast<void*>(data), shape, stored);
        if (device.is_cuda())
            host = torch::empty(shape, torch::TensorOptions().dtype(wanted).pinned_memory(true))
                       .copy_(host);
        return host.to(device, wanted, true, true);
    };
    const auto floats = [&](const std::vector<float>& values, at::IntArrayRef shape) {
        return upload(values.data(), shape, torch::kFloat32, type);
    };
    const auto ints = [&](const std::vector<std::int32_t>& values) {
        return upload(values.data(), {static_cast<std::int64_t>(values.size())}, torch::kInt32,
                      torch::kInt32);
    };
    const auto longs = [&](const std::vector<std::int64_t>& values) {
        return upload(values.data(), {static_cast<std::int64_t>(values.size())}, torch::kInt64,
                      torch::kInt64);
    };
    DeviceBatch out;
    out.graphs = batch.graphs;
    out.x = floats(batch.x, {batch.nodes, batch.width});
    out.adjacency.rows = ints(batch.rows);
    out.adjacency.columns = ints(batch.columns);
    std::vector<float> degree(static_cast<std::size_t>(batch.nodes));
    for (std::size_t i = 0; i < degree.size(); ++i)
        degree[i] = static_cast<float>(batch.rows[i + 1] - batch.rows[i]);
    out.adjacency.degree = floats(degree, {batch.nodes, 1});
    for (std::int64_t g = 0; g < batch.graphs; ++g)
        out.mostNodes = std::max(out.mostNodes, batch.graphPtr[static_cast<std::size_t>(g) + 1] -
                                                    batch.graphPtr[static_cast<std::size_t>(g)]);
    std::vector<std::int64_t> padded(static_cast<std::size_t>(batch.nodes));
    for (std::int64_t g = 0; g < batch.graphs; ++g) {
        const std::int64_t first = batch.graphPtr[static_cast<std::size_t>(g)];
        for (std::int64_t n = first; n < batch.graphPtr[static_cast<std::size_t>(g) + 1]; ++n)
            padded[static_cast<std::size_t>(n)] = g * out.mostNodes + n - first;
    }
    out.starts = longs(batch.graphPtr);
    out.padded = longs(padded);
    out.outputs = longs(batch.outputs);
    if (!batch.labels.empty())
        out.labels = floats(batch.labels, {static_cast<std::int64_t>(batch.labels.size())});
    return out;
}

Network::Network(std::unique_ptr<NetworkModule> module)
    : m_module(std::move(module)) {}
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

Expected<Network> Network::create(const NetworkSpec& spec, std::uint64_t seed,
                                  const std::string& device) {
    constexpr const char* kKnown[] = {"deepgen", "gcn", "gat", "sage", "clustergcn", "mlp"};
    if (std::find(std::begin(kKnown), std::end(kKnown), spec.architecture) == std::end(kKnown))
        return fail("NN-001", "This network architecture is not known", {}, spec.architecture);
    const bool sizesFit = spec.heads >= 1 && spec.heads <= 64 && spec.headLayers >= 1 &&
                          spec.headLayers <= 64 && spec.latents >= 1 && spec.latents <= 1024 &&
                          spec.latentWidth >= 1 && spec.latentWidth <= 1024 &&
                          spec.readoutLayers >= 1 && spec.readoutLayers <= 64 &&
                          spec.dropout >= 0 && spec.dropout < 1;
    if (!sizesFit || (spec.architecture == "mlp" &&
                      (spec.nodesPerGraph < 1 || spec.nodesPerGraph > 1'000'000 ||
                       spec.outputsPerGraph < 1 || spec.outputsPerGraph > spec.nodesPerGraph)))
        return fail("NN-002", "The sizes of the network make no sense");
    if (spec.inputWidth < 1 || spec.hidden < 1 || spec.hidden > 8192 || spec.layers < 1 ||
        spec.layers > 1000 || spec.inputWidth > 65536)
        return fail("NN-002", "The sizes of the network make no sense");
    const auto where = deviceOf(device);
    if (!where)
        return where.failure();
    try {
        // Weights are drawn on the CPU, so that a seed means the same network on every device.
        torch::manual_seed(seed);
        auto module = std::make_unique<NetworkModule>(spec, *where);
        module->to(*where);
        return Network(std::move(module));
    } catch (const std::exception& error) {
        return fail("NN-002", "The network cannot be built", error.what());
    }
}

const NetworkSpec& Network::spec() const {
    return m_module->spec;
}

std::int64_t Network::parameterCount() const {
    std::int64_t count = 0;
    for (const auto& parameter : m_module->parameters())
        count += parameter.numel();
    return count;
}

Expected<std::vector<float>> Network::predict(const GraphBatch& batch) {
    return evaluated(*m_module, batch, [&](const DeviceBatch& b) { return m_module->forward(b); });
}

Expected<Network::EmbeddedValues> Network::predictEmbedded(const GraphBatch& batch) {
    return evaluatedAs<EmbeddedValues>(*m_module, batch, [&](const DeviceBatch& b) {
        if (!m_module->backbone)
            return EmbeddedValues{valuesOf(m_module->forward(b)), {}};
        const torch::Tensor nodes = m_module->embed(b);
        return EmbeddedValues{valuesOf(answered(*m_module, nodes, b)), valuesOf(nodes)};
    });
}

Expected<std::vector<float>> Network::sample(const GraphBatch& batch, std::uint64_t seed) {
    return evaluated(*m_module, batch, [&](const DeviceBatch& b) {
        torch::manual_seed(seed);
        m_module->activateDropout(true);
        return m_module->forward(b);
    });
}

Expected<std::vector<float>> Network::embed(const GraphBatch& batch, std::int64_t layer) {
    if (!m_module->backbone)
        return fail("NN-013", "This network has no embeddings", {}, spec().architecture);
    return evaluated(*m_module, batch,
                     [&](const DeviceBatch& b) { return m_module->embed(b, layer); });
}

std::vector<NamedArray> Network::state() const {
    std::vector<NamedArray> arrays;
    for (const auto& [name, tensor] : stateTensors(*m_module)) {
        const torch::Tensor host = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
        const float* data = host.data_ptr<float>();
        arrays.push_back({name, host.sizes().vec(), std::vector<float>(data, data + host.numel())});
    }
    return arrays;
}

Expected<void> Network::loadState(const std::vector<NamedArray>& state) {
    const auto tensors = stateTensors(*m_module);
    if (tensors.size() != state.size())
        return fail("NN-011", "The weights do not fit the network",
                    std::to_string(state.size()) + " arrays instead of " +
                        std::to_string(tensors.size()));
    std::vector<const NamedArray*> ordered;
    for (const auto& [name, tensor] : tensors) {
        const auto found = std::find_if(state.begin(), state.end(),
                                        [&, &key = name](const auto& a) { return a.name == key; });
        if (found == state.end() || tensor.sizes().vec() != found->shape ||
            static_cast<std::int64_t>(found->values.size()) != tensor.numel())
            return fail("NN-011", "The weights do not fit the network", {}, name);
        ordered.push_back(&*found);
    }
    const torch::NoGradGuard noGradients;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        torch::Tensor target = tensors[i].second;
        target.copy_(torch::from_blob(const_cast<float*>(ordered[i]->values.data()), target.sizes(),
                                      torch::kFloat32));
    }
    return {};
}

Expected<void> Network::loadMatching(const std::vector<NamedArray>& state,
                                     const std::string& required) {
    std::vector<std::pair<torch::Tensor, const NamedArray*>> pairs;
    for (const auto& [name, tensor] : stateTensors(*m_module)) {
        const auto found = std::find_if(state.begin(), state.end(),
                                        [&, &key = name](const auto& a) { return a.name == key; });
        const bool fits = found != state.end() && tensor.sizes().vec() == found->shape &&
                          static_cast<std::int64_t>(found->values.size()) == tensor.numel();
        if (fits)
            pairs.emplace_back(tensor, &*found);
        else if (name.rfind(required, 0) == 0)
            return fail("NN-011", "The weights do not fit the network", {}, name,
                        "Use the architecture that the checkpoint was trained with");
    }
    const torch::NoGradGuard noGradients;
    for (auto& [tensor, array] : pairs)
        tensor.copy_(torch::from_blob(const_cast<float*>(array->values.data()), tensor.sizes(),
                                      torch::kFloat32));
    return {};
}

bool cudaAvailable() {
    return torch::cuda::is_available();
}

void setThreads(int threads) {
    const int cores = static_cast<int>(std::thread::hardware_concurrency());
    at::set_num_threads(threads > 0 ? threads : std::max(1, cores));
}

} // namespace ohm::nn
