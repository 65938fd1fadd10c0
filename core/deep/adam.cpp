// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/kernels/kernels.h"
#include "core/deep/train.h"

#include <algorithm>
#include <cmath>

namespace ohm::deep {
namespace {

template <typename T>
double normOf(std::span<const T> g) {
    constexpr std::size_t kBlock = 4096;
    double square = 0;
    for (std::size_t first = 0; first < g.size(); first += kBlock) {
        T sums[16] = {};
        const std::size_t last = std::min(g.size(), first + kBlock);
        for (std::size_t i = first; i < last; ++i)
            sums[i % 16] += g[i] * g[i];
        for (const T sum : sums)
            square += static_cast<double>(sum);
    }
    return std::sqrt(square);
}

} // namespace

template <typename T>
AdamFactors<T>::AdamFactors(std::span<const T> g, const AdamOptions& options, std::int64_t step,
                            double stepRate)
    : norm(normOf(g))
    , rate(static_cast<T>(stepRate))
    , decay(static_cast<T>(options.decay))
    , beta1(static_cast<T>(options.beta1))
    , beta2(static_cast<T>(options.beta2))
    , correction1(static_cast<T>(1 / (1 - std::pow(options.beta1, static_cast<double>(step)))))
    , correction2(static_cast<T>(1 / (1 - std::pow(options.beta2, static_cast<double>(step)))))
    , epsilon(static_cast<T>(options.epsilon))
    , scale(static_cast<T>(options.clipNorm > 0 && norm > options.clipNorm ? options.clipNorm / norm
                                                                           : 1)) {}

template <typename T>
double adamStep(Model<T>& model, const AdamOptions& options, std::int64_t step, double rate) {
    if (const auto norm = model.adam(options, step, rate))
        return *norm;
    const std::span<const T> g = model.gradients();
    const AdamFactors<T> f(g, options, step, rate);
    if (std::isfinite(f.norm))
        kernels::best<T>().adam(model.weights().data(), g.data(), model.firstMoments().data(),
                                model.secondMoments().data(), static_cast<std::int64_t>(g.size()),
                                f.rate, f.decay, f.beta1, f.beta2, f.correction1, f.correction2,
                                f.epsilon, f.scale);
    return f.norm;
}

template <typename T>
void Model<T>::readMoments(std::vector<T>& first, std::vector<T>& second) {
    first.assign(firstMoments().begin(), firstMoments().end());
    second.assign(secondMoments().begin(), secondMoments().end());
}
template <typename T>
void Model<T>::writeMoments(std::span<const T> first, std::span<const T> second) {
    std::copy(first.begin(), first.end(), firstMoments().begin());
    std::copy(second.begin(), second.end(), secondMoments().begin());
}

template struct AdamFactors<float>;
template struct AdamFactors<double>;
template double adamStep(Model<float>&, const AdamOptions&, std::int64_t, double);
template double adamStep(Model<double>&, const AdamOptions&, std::int64_t, double);
template void Model<float>::readMoments(std::vector<float>&, std::vector<float>&);
template void Model<double>::readMoments(std::vector<double>&, std::vector<double>&);
template void Model<float>::writeMoments(std::span<const float>, std::span<const float>);
template void Model<double>::writeMoments(std::span<const double>, std::span<const double>);

} // namespace ohm::deep
