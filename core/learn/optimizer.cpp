// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/learn/optimizer.h"

#include <cmath>

namespace ohm::learn {
namespace {

constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-8;
constexpr std::int64_t kPlan = 1024; ///< steps whose rates are sent to the device at a time

/// All tensors as views of one flat one, which is returned.
torch::Tensor flatten(std::vector<torch::Tensor>& tensors, const torch::Device& device) {
    std::vector<torch::Tensor> pieces{torch::empty({0}, torch::TensorOptions().device(device))};
    for (const auto& t : tensors)
        pieces.push_back(t.detach().reshape({-1}));
    torch::Tensor flat = torch::cat(pieces);
    std::int64_t at = 0;
    for (auto& t : tensors) {
        const std::int64_t n = t.numel();
        t.set_data(flat.narrow(0, at, n).view(t.sizes()));
        at += n;
    }
    return flat;
}

} // namespace

FlatAdam::FlatAdam(nn::NetworkModule& module, const Recipe& recipe)
    : m_recipe(recipe)
    , m_weightDecay(recipe.weightDecay)
    , m_clipNorm(recipe.clipNorm)
    , m_averageDecay(recipe.averageDecay) {
    const torch::NoGradGuard noGradients;
    std::vector<torch::Tensor> trained;
    for (auto& p : module.parameters()) {
        if (p.requires_grad())
            trained.push_back(p);
    }
    m_values = flatten(trained, module.device);
    m_gradients = torch::zeros_like(m_values);
    m_mean = torch::zeros_like(m_values);
    m_square = torch::zeros_like(m_values);
    m_skipped = torch::zeros({}, m_values.options());
    std::int64_t at = 0;
    for (auto& p : trained) {
        p.mutable_grad() = m_gradients.narrow(0, at, p.numel()).view(p.sizes());
        at += p.numel();
    }
    std::vector<torch::Tensor> buffers;
    for (auto& b : module.buffers()) {
        if (b.is_floating_point())
            buffers.push_back(b);
    }
    m_buffers = flatten(buffers, module.device);
    m_keptBuffers = m_buffers.clone();
    m_table = torch::zeros({kPlan, 4}, m_values.options());
    m_row = torch::zeros({1}, m_values.options().dtype(torch::kInt64));
    if (averages()) {
        m_averageValues = m_values.clone();
        m_averageBuffers = m_buffers.clone();
    }
}

void FlatAdam::plan(std::int64_t number) {
    const bool within = m_planned >= 0 && number > m_planned && number < m_planned + kPlan;
    if (within)
        return; // the row has moved on with every step
    const torch::NoGradGuard noGradients;
    const torch::Tensor table = torch::empty({kPlan, 4});
    float* out = table.data_ptr<float>();
    for (std::int64_t i = 0; i < kPlan; ++i, out += 4) {
        const double rate = learningRate(m_recipe, number + i);
        const double t = static_cast<double>(number + i + 1);
        out[0] = static_cast<float>(rate / (1 - std::pow(kBeta1, t)));
        out[1] = static_cast<float>(1 / std::sqrt(1 - std::pow(kBeta2, t)));
        out[2] = static_cast<float>(1 - rate * m_weightDecay);
        // Short averages at first, so that the start is forgotten.
        out[3] = static_cast<float>(1 - std::min(m_averageDecay, t / (t + 9)));
    }
    m_table.copy_(table);
    m_row.zero_();
    m_planned = number;
}

void FlatAdam::step() {
    const torch::NoGradGuard noGradients;
    const torch::Tensor now = m_table.index_select(0, m_row).squeeze(0);
    const torch::Tensor norm = m_gradients.norm();
    const torch::Tensor finite = norm.isfinite().logical_and(m_buffers.isfinite().all());
    m_skipped += finite.logical_not().to(m_skipped.scalar_type());
    m_buffers.copy_(torch::where(finite, m_buffers, m_keptBuffers));
    m_keptBuffers.copy_(m_buffers);
    torch::Tensor gradient = m_gradients;
    if (m_clipNorm > 0)
        gradient = gradient * (m_clipNorm / (norm + 1e-6)).clamp_max(1.0);
    gradient = torch::where(finite, gradient, torch::zeros_like(gradient));
    m_mean.mul_(kBeta1).add_(gradient, 1 - kBeta1);
    m_square.mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
    if (m_weightDecay > 0)
        m_values.mul_(now[2]);
    m_values.sub_(m_mean / m_square.sqrt().mul_(now[1]).add_(kEpsilon) * now[0]);
    if (averages()) {
        m_averageValues.add_((m_values - m_averageValues) * now[3]);
        m_averageBuffers.add_((m_buffers - m_averageBuffers) * now[3]);
    }
    m_row.add_(1);
}

std::int64_t FlatAdam::skipped() const {
    return static_cast<std::int64_t>(m_skipped.item<float>());
}

void FlatAdam::swapAverage() {
    if (!averages())
        return;
    const torch::NoGradGuard noGradients;
    // The network's tensors are views of these arrays: exchange contents, not handles.
    const torch::Tensor values = m_values.clone();
    const torch::Tensor buffers = m_buffers.clone();
    m_values.copy_(m_averageValues);
    m_buffers.copy_(m_averageBuffers);
    m_averageValues.copy_(values);
    m_averageBuffers.copy_(buffers);
}

std::vector<std::pair<const char*, torch::Tensor>> FlatAdam::arrays() const {
    std::vector<std::pair<const char*, torch::Tensor>> all{{"adam_mean", m_mean},
                                                           {"adam_square", m_square}};
    if (averages()) {
        all.emplace_back("average_values", m_averageValues);
        all.emplace_back("average_buffers", m_averageBuffers);
    }
    return all;
}

std::vector<nn::NamedArray> FlatAdam::state() const {
    std::vector<nn::NamedArray> out;
    for (const auto& [name, tensor] : arrays()) {
        const torch::Tensor host = tensor.to(torch::kCPU, torch::kFloat32).contiguous();
        const float* data = host.data_ptr<float>();
        out.push_back({name, {host.numel()}, std::vector<float>(data, data + host.numel())});
    }
    return out;
}

bool FlatAdam::load(const std::vector<nn::NamedArray>& saved) {
    const torch::NoGradGuard noGradients;
    for (auto& [name, tensor] : arrays()) {
        const auto found = std::find_if(saved.begin(), saved.end(),
                                        [&, &key = name](const auto& a) { return a.name == key; });
        if (found == saved.end() ||
            static_cast<std::int64_t>(found->values.size()) != tensor.numel())
            return false;
        tensor.copy_(torch::from_blob(const_cast<float*>(found->values.data()), tensor.sizes(),
                                      torch::kFloat32));
    }
    m_keptBuffers.copy_(m_buffers);
    return true;
}

} // namespace ohm::learn
