// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/config.h"

#include "core/base/parallel.h"
#include "core/deep/devicelayout.h"
#include "core/deep/model.h"
#include "core/deep/names.h"

#include <algorithm>
#include <cmath>

namespace ohm::deep {
namespace {

constexpr int kWidestRow = 2048; // what the row kernels take

Unexpected impossible(const std::string& setting, const std::string& why) {
    return fail("DEEP-002", "This network cannot be built", why, setting);
}

constexpr Names<Block, 4> kBlocks{
    {{Block::Gsr, "gsr"}, {Block::RevGnn, "revgnn"}, {Block::Gcn, "gcn"}, {Block::Sage, "sage"}}};
constexpr Names<Skip, 2> kSkips{{{Skip::Full, "full"}, {Skip::Paper, "paper"}}};
constexpr Names<Storage, 5> kStorages{{{Storage::A, "a"},
                                       {Storage::B, "b"},
                                       {Storage::C, "c"},
                                       {Storage::D, "d"},
                                       {Storage::E, "e"}}};
constexpr Names<Method, 5> kMethods{{{Method::Fused, "fused"},
                                     {Method::GatherScatter, "b0"},
                                     {Method::Spmm, "b1"},
                                     {Method::StoreAll, "b2"},
                                     {Method::Factorised, "b3"}}};
constexpr Names<Norm, 4> kNorms{
    {{Norm::Sum, "sum"}, {Norm::Mean, "mean"}, {Norm::Gcn, "gcn"}, {Norm::Softmax, "softmax"}}};

constexpr Names<Device, 2> kDevices{{{Device::Cpu, "cpu"}, {Device::Cuda, "cuda"}}};
constexpr int kWidestOnDevice = 512; // a warp holds a row in registers

} // namespace

std::string nameOf(Block block) {
    return nameIn(block, kBlocks);
}
std::string nameOf(Skip skip) {
    return nameIn(skip, kSkips);
}
std::string nameOf(Storage storage) {
    return nameIn(storage, kStorages);
}
std::string nameOf(Method method) {
    return nameIn(method, kMethods);
}
std::string nameOf(Norm norm) {
    return nameIn(norm, kNorms);
}
std::string nameOf(Device device) {
    return nameIn(device, kDevices);
}
Expected<Device> deviceOf(const std::string& text) {
    return valueIn(text, "device", kDevices);
}
Expected<Block> blockOf(const std::string& text) {
    return valueIn(text, "block", kBlocks);
}
Expected<Skip> skipOf(const std::string& text) {
    return valueIn(text, "skip", kSkips);
}
Expected<Storage> storageOf(const std::string& text) {
    return valueIn(text, "storage option", kStorages);
}
Expected<Method> methodOf(const std::string& text) {
    return valueIn(text, "method", kMethods);
}
Expected<Norm> normOf(const std::string& text) {
    return valueIn(text, "norm", kNorms);
}

Expected<void> checkDevice(const NetworkConfig& config) {
    if (config.device == Device::Cpu)
        return {};
    const bool baseline = config.method == Method::GatherScatter || config.method == Method::Spmm;
    if (config.method != Method::Fused && !(baseline && config.block == Block::RevGnn))
        return impossible("device", "A GPU runs our layer loop, and of the baselines B0 and B1 of "
                                    "RevGNN; the others run on the CPU");
    if (config.halfMoments)
        return impossible("moments", "Moments in 16 bits run on the CPU");
    if (config.storage == Storage::E)
        return impossible("storage", "Streams in 24 bits run on the CPU");
    if (!config.reversible())
        return impossible("device", "A GPU runs GSR and RevGNN; GCN and GraphSAGE run on the CPU");
    if (config.norm == Norm::Softmax)
        return impossible("norm", "A GPU sums by sum, mean or gcn; softmax runs on the CPU");
    if (config.halfValues)
        return impossible("values", "bfloat16 values run on the CPU");
    if (config.groupWidth() > kWidestOnDevice)
        return impossible("channels", "On a GPU a group has at most 512 channels");
    return {};
}

Expected<void> checkConfig(const NetworkConfig& config) {
    if (config.inputs < 1 || config.inputs > 4096)
        return impossible("inputs", "A node has 1 to 4096 features");
    if (config.outputs < 1 || config.outputs > 64)
        return impossible("outputs", "A node has 1 to 64 labels");
    if (config.layers < 1 || config.layers > 10'000)
        return impossible("layers", "Layers go from 1 to 10,000");
    if (config.channels < 1 || config.channels > kWidestRow)
        return impossible("channels", "Channels go from 1 to 2048");
    if (!(config.gain > 0) || !std::isfinite(config.gain))
        return impossible("gain", "The initial gain is a positive number");
    if (config.norm == Norm::Softmax) {
        if (config.block != Block::RevGnn)
            return impossible("norm", "Softmax is for RevGNN's block, whose rows are normalised");
        // A normalised row has no entry above the root of its width.
        if (!(std::fabs(config.temperature) * std::sqrt(config.channels) <= 70))
            return impossible("temperature", "The softmax would leave the range of its numbers");
    }
    if (const auto device = checkDevice(config); !device)
        return device.failure();
    if (config.halfMoments && (!config.reversible() || config.method != Method::Fused))
        return impossible("moments", "Moments in 16 bits are for GSR and RevGNN by our layer loop");
    if (!config.reversible()) {
        if (config.k != 0)
            return impossible("k", "GCN and GraphSAGE are dense: k is 0");
        return {};
    }
    if (config.groups < 2 || config.groups > 8 || config.channels % config.groups != 0)
        return impossible("groups", "Groups go from 2 to 8 and divide the channels");
    if (config.block == Block::RevGnn && config.k != 0)
        return impossible("k", "RevGNN's block is dense: k is 0");
    if (config.k < 0 || config.k > config.groupWidth())
        return impossible("k", "k goes from 0 (dense) to the channels of a group, " +
                                   std::to_string(config.groupWidth()));
    if (config.k > 0 && config.groupWidth() > 256)
        return impossible("channels",
                          "Columns are stored as bytes: at most 256 channels per group");
    if (config.skip == Skip::Paper && (config.groups != 2 || !config.sparse()))
        return impossible("skip", "The paper's skip is for two groups and selected entries");
    if (config.method == Method::Fused) {
        if (!config.sparse() && (config.storage == Storage::A || config.storage == Storage::B))
            return impossible("storage",
                              "Without selected entries there is nothing to store: C, D or E");
        if (config.storage == Storage::B && config.skip != Skip::Paper)
            return impossible("storage",
                              "B is for the paper's skip; with the full one take C or D");
        if (config.skip == Skip::Paper && (config.storage == Storage::C || config.fixedPoint()))
            return impossible(
                "storage", "The paper's skip drops entries that C, D and E cannot rebuild: A or B");
    } else if (config.skip == Skip::Paper && config.method != Method::StoreAll) {
        return impossible("skip", "The paper's skip cannot be inverted: baseline B2 alone has it");
    }
    const bool stores = config.method == Method::Fused &&
                        (config.storage == Storage::A || config.storage == Storage::B);
    if (config.halfValues && !stores)
        return impossible("values", "bfloat16 values are for storage A and B");
    return {};
}

// --- weights
// --------------------------------------------------------------------------------------

ParameterLayout::ParameterLayout(const NetworkConfig& config)
    : m_inputs(static_cast<std::size_t>(config.inputs))
    , m_groups(config.reversible() ? static_cast<std::size_t>(config.groups) : 1)
    , m_matrices(config.block == Block::Sage ? 2 : 1) {
    m_width = static_cast<std::size_t>(config.channels) / m_groups;
    m_block = m_matrices * m_width * m_width + (config.reversible() ? 2 : 1) * m_width;
    m_output = m_groups * (m_inputs + 1) * m_width +
               static_cast<std::size_t>(config.layers) * m_groups * m_block;
    m_outputSize = static_cast<std::size_t>(config.outputs) * m_width * m_groups;
    m_size = m_output + m_outputSize + static_cast<std::size_t>(config.outputs);
}

std::size_t ParameterLayout::inputWeight(int group) const {
    return static_cast<std::size_t>(group) * (m_inputs + 1) * m_width;
}
std::size_t ParameterLayout::inputBias(int group) const {
    return inputWeight(group) + m_inputs * m_width;
}
std::size_t ParameterLayout::weight(int layer, int group) const {
    return m_groups * (m_inputs + 1) * m_width +
           (static_cast<std::size_t>(layer) * m_groups + static_cast<std::size_t>(group)) * m_block;
}
std::size_t ParameterLayout::ownWeight(int layer, int group) const {
    return weight(layer, group) + m_width * m_width;
}
std::size_t ParameterLayout::bias(int layer, int group) const {
    return weight(layer, group) + m_matrices * m_width * m_width;
}
std::size_t ParameterLayout::gain(int layer, int group) const {
    return bias(layer, group) + m_width;
}

std::size_t parameterCount(const NetworkConfig& config) {
    return ParameterLayout(config).size();
}

// --- memory
// ---------------------------------------------------------------------------------------

GraphSize overEdges(const GraphSize& size, Norm norm) {
    const auto n = static_cast<std::size_t>(size.nodes);
    const std::size_t scales = norm == Norm::Mean ? 1 : norm == Norm::Gcn ? 2 : 0;
    GraphSize out = size;
    out.netRows = 0;
    // Where a node's edges begin, the empty lists of nets, weights and scales of nodes, the edges.
    out.indexBytes = 8 * (n + 1) + 4 * (n + 1) + 4 + 4 * n * (1 + scales) +
                     4 * static_cast<std::size_t>(size.edges);
    return out;
}

PredictedMemory predictedMemory(const NetworkConfig& config, const GraphSize& size) {
    constexpr std::size_t kReal = sizeof(float);
    const auto n = static_cast<std::size_t>(size.nodes);
    const auto d = static_cast<std::size_t>(config.channels);
    const auto layers = static_cast<std::size_t>(config.layers);
    const auto edges = static_cast<std::size_t>(size.edges);
    const std::size_t groups = config.reversible() ? static_cast<std::size_t>(config.groups) : 1;
    const std::size_t c = d / groups;
    const auto k = static_cast<std::size_t>(config.k);
    PredictedMemory memory;
    // w, g, and Adam's m and v
    memory.weights = (config.halfMoments ? 2 * kReal + 2 * 2 : 4 * kReal) * parameterCount(config);
    memory.graph = size.indexBytes;
    if (config.device == Device::Cuda)
        return predictedDeviceMemory(config, size);
    if (config.method == Method::Fused && config.reversible()) {
        const auto pieces = static_cast<std::size_t>((size.nodes + pieceRows(size.nodes) - 1) /
                                                     pieceRows(size.nodes));
        const auto inputs = static_cast<std::size_t>(config.inputs);
        const auto outputs = static_cast<std::size_t>(config.outputs);
        // values and gradients
        memory.streams = n * d * ((config.storage == Storage::E ? 3 : kReal) + kReal);
        memory.work =
            n * c * kReal + static_cast<std::size_t>(size.netRows) * c * kReal +
            (std::max(c, inputs) + c) * c * kReal +
            pieces * kReal * std::max({c * c + 2 * c, (inputs + 1) * c, outputs * (d + 1)}) +
            threadCount(config.threads) * static_cast<std::size_t>(kBlockRows) * kReal *
                std::max(5 * c, 2 * d);
        const std::size_t value = config.halfValues ? 2 : kReal;
        if (config.norm == Norm::Softmax)
            memory.work += (3 * n + static_cast<std::size_t>(size.netRows)) * c * kReal;
        if (!config.sparse()) {
            memory.work += 2 * n * c * kReal;
        } else if (config.storage == Storage::A) {
            memory.stored = layers * groups * n * k * (value + 1);
            memory.work += config.halfValues ? 2 * n * k * kReal : 0;
        } else if (config.storage == Storage::B) {
            memory.stored = layers * n * k * (value + 2);
            memory.work += (config.halfValues ? 2 : 1) * n * k * kReal;
        } else if (config.storage == Storage::C) {
            memory.stored = layers * groups * n * k;
            memory.work += 2 * n * k * kReal;
        } else {
            memory.work += 2 * n * k * (kReal + 1);
        }
        return memory;
    }
    // The baselines come and go in tensors of n x c. On the way back, beside streams and their
    // gradients: the selection, the gradients of what was gathered and of the selection, and the
    // messages (self loops are edges here); or four tensors without messages.
    const std::size_t tensor = n * c * kReal;
    const std::size_t nets = static_cast<std::size_t>(size.netRows) * c * kReal;
    memory.streams = 2 * n * d * kReal;
    if (config.method == Method::GatherScatter)
        memory.messages = (config.norm == Norm::Gcn ? 2 : 1) * (edges + n) * c * kReal;
    if (!config.reversible()) {
        memory.stored = layers * 2 * tensor; // what was gathered, and the result
        memory.work = (config.block == Block::Sage ? 3 : 2) * tensor + nets;
        return memory;
    }
    const bool softmax = config.norm == Norm::Softmax;
    const std::size_t columns = config.sparse() ? n * k : 0;
    if (config.method == Method::StoreAll) {
        memory.stored = layers * groups *
                        ((softmax                         ? 5
                          : config.block == Block::RevGnn ? 4
                                                          : 3) *
                             tensor +
                         columns);
        memory.work = softmax ? 2 * tensor + nets : tensor; // on the way back, beside what was kept
    } else {
        const std::size_t three = (softmax ? 6 : 3) * tensor + memory.messages + nets;
        memory.work = std::max(three, 4 * tensor) - memory.messages + columns;
    }
    return memory;
}

} // namespace ohm::deep
