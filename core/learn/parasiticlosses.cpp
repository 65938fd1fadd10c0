// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/learn/parasiticlosses.h"

#include <cmath>

namespace ohm::learn {
namespace {

using torch::Tensor;

Tensor row(const std::vector<double>& values, const Tensor& like) {
    return torch::tensor(values, torch::kFloat64).to(like.scalar_type());
}

/// log of each class's share; absent classes get a millionth, as ln 0 is none.
Tensor logPriors(const std::vector<double>& priors, const Tensor& like) {
    std::vector<double> logs;
    for (const double share : priors)
        logs.push_back(std::log(std::max(share, 1e-6)));
    return row(logs, like);
}

Tensor balanced(const Tensor& predicted, const Tensor& label, const Tensor& evidence,
                const Tensor& variance) {
    const Tensor fit = (predicted - label).square() / (2 * variance) + 0.5 * variance.log();
    return ((fit + evidence) * (2 * variance).detach()).mean();
}

} // namespace

Tensor gaiLoss(const Tensor& predicted, const Tensor& label, const parasitics::Mixture& mixture,
               const Tensor& noise) {
    const Tensor variance = noise.square();
    const Tensor spread = row(mixture.variance, predicted) + variance;
    const Tensor terms =
        row(mixture.weight, predicted).log() - 0.5 * spread.log() -
        (predicted.unsqueeze(1) - row(mixture.mean, predicted)).square() / (2 * spread);
    return balanced(predicted, label, torch::logsumexp(terms, 1), variance);
}

Tensor bmcLoss(const Tensor& predicted, const Tensor& label, const Tensor& noise) {
    const Tensor variance = noise.square();
    const Tensor logits = -(predicted.unsqueeze(1) - label.unsqueeze(0)).square() / (2 * variance);
    const Tensor target = torch::arange(predicted.size(0), torch::kInt64);
    return torch::nn::functional::cross_entropy(logits, target) * (2 * variance).detach();
}

Tensor bniLoss(const Tensor& predicted, const Tensor& label, const std::vector<double>& centres,
               const std::vector<double>& shares, const Tensor& noise) {
    const Tensor variance = noise.square();
    const Tensor terms =
        logPriors(shares, predicted) - 0.5 * variance.log() -
        (predicted.unsqueeze(1) - row(centres, predicted)).square() / (2 * variance);
    return balanced(predicted, label, torch::logsumexp(terms, 1), variance);
}

Tensor focalLoss(const Tensor& logits, const Tensor& label, const std::vector<double>& priors) {
    std::vector<double> weights;
    double sum = 0;
    for (const double share : priors) {
        weights.push_back(share > 0 ? 1 / share : 0);
        sum += weights.back();
    }
    for (double& w : weights)
        w *= static_cast<double>(weights.size()) / sum;
    const Tensor logs = torch::log_softmax(logits, 1).gather(1, label.unsqueeze(1)).squeeze(1);
    return (row(weights, logits).index_select(0, label) * (1 - logs.exp()).square() * -logs).mean();
}

Tensor balancedSoftmaxLoss(const Tensor& logits, const Tensor& label,
                           const std::vector<double>& priors) {
    return torch::nn::functional::cross_entropy(logits + logPriors(priors, logits), label);
}

Tensor alignmentLoss(const Tensor& predicted, const Tensor& target, const Tensor& weight) {
    return -(torch::cosine_similarity(predicted, target, 1) * weight).sum();
}

Tensor scatteringLoss(const Tensor& rows, const Tensor& weight) {
    const Tensor unit = torch::nn::functional::normalize(
        rows, torch::nn::functional::NormalizeFuncOptions().dim(1));
    const Tensor centre = (unit * weight.unsqueeze(1)).sum(0, true);
    return -((unit - centre).square().sum(1) * weight).sum();
}

} // namespace ohm::learn
