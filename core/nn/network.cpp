// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/nn/modules.h"
#include "core/nn/network.h"

#include <thread>

namespace ohm::nn {
namespace {

/// Names and tensors of the state: parameters, then running statistics.
std::vector<std::pair<std::string, torch::Tensor>> stateTensors(const NetworkModule& module) {
    std::vector<std::pair<std::string, torch::Tensor>> all;
    for (const auto& item : module.named_parameters())
        all.emplace_back(item.key(), item.value());
    for (const auto& item : module.named_buffers()) {
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

template <typename Function>
Expected<std::vector<float>> evaluated(NetworkModule& module, const GraphBatch& batch,
                                       Function&& compute) {
    if (batch.width != module.spec.inputWidth)
        return fail("NN-010", "The circuit has other features than the network was trained on",
                    std::to_string(batch.width) + " columns instead of " +
                        std::to_string(module.spec.inputWidth));
    try {
        const torch::NoGradGuard noGradients;
        module.eval();
        const torch::Tensor out =
            compute(toDevice(batch, module.device)).to(torch::kCPU, torch::kFloat32).contiguous();
        const float* data = out.template data_ptr<float>();
        return std::vector<float>(data, data + out.numel());
    } catch (const std::exception& error) {
        return fail("NN-012", "The network could not be evaluated", error.what());
    }
}

} // namespace

NetworkModule::NetworkModule(const NetworkSpec& networkSpec, torch::Device networkDevice)
    : spec(networkSpec)
    , device(networkDevice) {
    backbone = register_module("backbone", DeepGen(spec.inputWidth, spec.hidden, spec.layers));
    head = register_module("head", VoltageHead(spec.hidden));
}

torch::Tensor NetworkModule::embed(const DeviceBatch& batch) {
    return backbone(batch.x, batch.adjacency);
}

torch::Tensor NetworkModule::forward(const DeviceBatch& batch) {
    const torch::Tensor out = head(embed(batch).index_select(0, batch.outputs));
    return spec.sigmoid ? torch::sigmoid(out) : out;
}

DeviceBatch toDevice(const GraphBatch& batch, const torch::Device& device, torch::ScalarType type) {
    const auto floats = [&](const std::vector<float>& values, at::IntArrayRef shape) {
        return torch::from_blob(const_cast<float*>(values.data()), shape, torch::kFloat32)
            .to(device, type, false, true);
    };
    DeviceBatch out;
    out.x = floats(batch.x, {batch.nodes, batch.width});
    out.adjacency = makeAdjacency(batch, device, type);
    const auto count = static_cast<std::int64_t>(batch.outputs.size());
    out.outputs =
        torch::from_blob(const_cast<std::int64_t*>(batch.outputs.data()), {count}, torch::kInt64)
            .to(device, torch::kInt64, false, true);
    if (!batch.labels.empty())
        out.labels = floats(batch.labels, {count});
    return out;
}

Network::Network(std::unique_ptr<NetworkModule> module)
    : m_module(std::move(module)) {}
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

Expected<Network> Network::create(const NetworkSpec& spec, std::uint64_t seed,
                                  const std::string& device) {
    if (spec.architecture != "deepgen")
        return fail("NN-001", "This network architecture is not known", {}, spec.architecture);
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

Expected<std::vector<float>> Network::embed(const GraphBatch& batch) {
    return evaluated(*m_module, batch, [&](const DeviceBatch& b) { return m_module->embed(b); });
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

bool cudaAvailable() {
    return torch::cuda::is_available();
}

void setThreads(int threads) {
    const int cores = static_cast<int>(std::thread::hardware_concurrency());
    at::set_num_threads(threads > 0 ? threads : std::max(1, cores));
}

} // namespace ohm::nn
