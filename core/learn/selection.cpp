// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/learn/selection.h"

#include <algorithm>
#include <numeric>

namespace ohm::learn {
namespace {

constexpr const char* kMarks = "selection.marks";

/// The `wanted`-th smallest value (from 1) of each group of `values`, [count].
torch::Tensor orderStatistic(const torch::Tensor& values, const torch::Tensor& groups,
                             const torch::Tensor& sizes, double quantile) {
    // By value, then by group with the order of the values kept: groups lie one after another.
    const torch::Tensor byValue = values.argsort();
    const auto byGroup = torch::sort(groups.index_select(0, byValue), true, 0, false);
    const torch::Tensor order = byValue.index_select(0, std::get<1>(byGroup));
    const torch::Tensor first = sizes.cumsum(0) - sizes;
    const torch::Tensor place = (sizes * quantile).ceil().clamp_min(1) - 1;
    // An empty group has no place of its own; what it gets is not looked at.
    const torch::Tensor at = (first + place).to(torch::kLong).clamp_max(values.size(0) - 1);
    return values.index_select(0, order).index_select(0, at);
}

} // namespace

SelectiveLoss mpgdLoss(const Recipe& recipe, const torch::Tensor& out, const torch::Tensor& labels,
                       const torch::Tensor& groups, std::int64_t count) {
    const torch::Tensor error = out - labels;
    const torch::Tensor size = error.detach().abs();
    const auto real = error.scalar_type();
    if (!groups.defined()) {
        torch::Tensor threshold =
            torch::full({}, recipe.lossThreshold, size.options().requires_grad(false));
        if (recipe.lossQuantile > 0) {
            const auto n = static_cast<double>(size.numel());
            const auto place = std::max<std::int64_t>(
                1, static_cast<std::int64_t>(std::ceil(recipe.lossQuantile * n)));
            threshold = std::get<0>(torch::kthvalue(size, place));
        }
        const torch::Tensor above = size > threshold;
        const torch::Tensor chosen = above | above.any().logical_not();
        const torch::Tensor weight = chosen.to(real);
        const double least = recipe.lossFloor * static_cast<double>(size.numel());
        return {(weight * error * error).sum() / weight.sum().clamp_min(least), chosen};
    }
    const torch::Tensor none = torch::zeros({count}, error.options().requires_grad(false));
    const torch::Tensor sizes = none.index_add(0, groups, torch::ones_like(size));
    const torch::Tensor threshold =
        recipe.lossQuantile > 0
            ? orderStatistic(size, groups, sizes, recipe.lossQuantile).index_select(0, groups)
            : torch::full_like(size, recipe.lossThreshold);
    const torch::Tensor above = size > threshold;
    const torch::Tensor found = none.index_add(0, groups, above.to(real));
    const torch::Tensor chosen = above | (found == 0).index_select(0, groups);
    const torch::Tensor weight = chosen.to(real);
    const torch::Tensor taken = none.index_add(0, groups, weight);
    const torch::Tensor divisor = torch::max(taken, sizes * recipe.lossFloor).clamp_min(1);
    const torch::Tensor sums = none.index_add(0, groups, weight * error * error);
    const torch::Tensor filled = (sizes > 0).to(real).sum().clamp_min(1);
    return {(sums / divisor).sum() / filled, chosen};
}

SelectionTally::SelectionTally(const dataset::GraphSet& training, const Recipe& recipe,
                               const torch::Device& device)
    : m_order(training, recipe) {
    const bool nodes = recipe.target == "voltages";
    m_first.push_back(0);
    for (std::size_t g = 0; g < training.graphCount(); ++g) {
        const auto entries =
            nodes
                ? std::count(training.outputMask.begin() + training.nodePtr[g],
                             training.outputMask.begin() + training.nodePtr[g + 1], std::uint8_t{1})
                : 1;
        m_first.push_back(m_first.back() + static_cast<std::int64_t>(entries));
    }
    m_marks = torch::zeros({m_first.back()}, torch::TensorOptions(torch::kUInt8).device(device));
    m_counts = torch::zeros({4}, torch::TensorOptions(torch::kLong).device(device));
}

void SelectionTally::add(std::int64_t step, const torch::Tensor& chosen) {
    std::vector<std::int64_t> places;
    places.reserve(static_cast<std::size_t>(chosen.numel()));
    for (const std::size_t g : m_order.graphsOf(step)) {
        for (std::int64_t i = m_first[g]; i < m_first[g + 1]; ++i)
            places.push_back(i);
    }
    const torch::NoGradGuard noGradients;
    const torch::Tensor at = torch::tensor(places, torch::kLong).to(m_marks.device());
    const torch::Tensor now = chosen.reshape({-1});
    const torch::Tensor before = m_marks.index_select(0, at);
    const torch::Tensor was = before == 2;
    const torch::Tensor both = was & now;
    const torch::Tensor either = (was | now) & (before > 0);
    m_counts += torch::stack(
        {now.sum(), torch::full({}, now.numel(), m_counts.options()), both.sum(), either.sum()});
    m_marks.index_copy_(0, at, now.to(torch::kUInt8) + 1);
}

SelectionTally::Shares SelectionTally::take() {
    const torch::Tensor counts = m_counts.cpu().clone(); // on the CPU the first is no copy
    m_counts.zero_();
    const auto* c = counts.data_ptr<std::int64_t>();
    Shares shares;
    if (c[1] > 0)
        shares.selected = static_cast<double>(c[0]) / static_cast<double>(c[1]);
    if (c[3] > 0)
        shares.overlap = static_cast<double>(c[2]) / static_cast<double>(c[3]);
    return shares;
}

nn::NamedArray SelectionTally::state() const {
    const torch::Tensor marks = m_marks.cpu().to(torch::kFloat32).contiguous();
    const float* first = marks.data_ptr<float>();
    return {kMarks, {marks.numel()}, {first, first + marks.numel()}};
}

void SelectionTally::load(const std::vector<nn::NamedArray>& arrays) {
    for (const nn::NamedArray& array : arrays) {
        if (array.name == kMarks &&
            static_cast<std::int64_t>(array.values.size()) == m_marks.numel())
            m_marks.copy_(torch::tensor(array.values).to(torch::kUInt8));
    }
}

} // namespace ohm::learn
