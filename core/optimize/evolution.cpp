// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/evolution.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ohm::optimize {
namespace {
constexpr double kCrossover = 0.6;
constexpr double kBlend = 0.5;      ///< of the crossovers
constexpr double kBlendAlpha = 0.5; ///< how far beyond the parents
constexpr double kGene = 0.5;       ///< chance of each gene to be swapped or replaced
} // namespace

Breeder::Breeder(const Problem& problem, Population& population, dataset::Random& random)
    : m_problem(problem)
    , m_population(population)
    , m_random(random) {
    const auto working = best(population.critical);
    const std::size_t watched = std::min(Population::kReference, working.size());
    double worst = 0;
    std::size_t current = 0;
    for (std::size_t s = 0; s < problem.specs.size(); ++s) {
        double penalty = 0;
        for (std::size_t i = 0; i < watched; ++i)
            penalty = std::max(penalty, population.members[working[i]].penalties[s]);
        if (penalty > worst) {
            worst = penalty;
            current = s;
        }
    }
    if (worst == 0 && watched == Population::kReference) {
        // A session may ask for more designs than those: it breeds on from the cheapest.
        m_converged = true;
        m_parentsA = m_parentsB = best({});
        m_reference = m_parentsA[std::min(Population::kReference, m_parentsA.size() - 1)];
        return;
    }
    auto& critical = population.critical;
    if (std::find(critical.begin(), critical.end(), current) == critical.end())
        critical.push_back(current);
    const auto sorted = best(critical);
    m_reference = sorted[std::min(Population::kReference, sorted.size() - 1)];
    std::vector<std::size_t> others;
    for (const std::size_t s : critical) {
        if (s != current)
            others.push_back(s);
    }
    if (!others.empty()) {
        m_parentsA = best(others);
    } else { // nothing else counts yet: any k of them
        m_parentsA.resize(population.members.size());
        std::iota(m_parentsA.begin(), m_parentsA.end(), 0u);
        for (std::size_t i = 0; i + 1 < m_parentsA.size(); ++i)
            std::swap(m_parentsA[i], m_parentsA[i + random.below(m_parentsA.size() - i)]);
        m_parentsA.resize(std::min(m_parentsA.size(), population.leaders));
    }
    m_parentsB = best({current});
}

/// The k best by the sum of the penalties of `specs`; of all when there is none.
std::vector<std::size_t> Breeder::best(const std::vector<std::size_t>& specs) const {
    const auto& members = m_population.members;
    std::vector<double> sums(members.size());
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (specs.empty())
            sums[i] = members[i].cost;
        for (const std::size_t s : specs)
            sums[i] += members[i].penalties[s];
    }
    std::vector<std::size_t> order(members.size());
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return sums[a] < sums[b]; });
    order.resize(std::min(order.size(), m_population.leaders));
    return order;
}

/// A parent by linear rank weights k, k-1, ..., 1.
std::size_t Breeder::byRank(const std::vector<std::size_t>& parents) {
    const std::size_t k = parents.size();
    double rest = m_random.uniform() * static_cast<double>(k * (k + 1)) / 2;
    for (std::size_t i = 0; i < k; ++i) {
        rest -= static_cast<double>(k - i);
        if (rest < 0)
            return parents[i];
    }
    return parents.back();
}

std::vector<Design> Breeder::offspring() {
    const auto& members = m_population.members;
    const auto clip = [&](double raw, std::size_t gene) {
        return static_cast<int>(
            std::clamp(raw, 0.0, static_cast<double>(m_problem.variables[gene].count() - 1)));
    };
    if (m_random.uniform() >= kCrossover) {
        Design child = members[byRank(m_parentsA)].design;
        for (std::size_t g = 0; g < child.size(); ++g) {
            if (m_random.uniform() < kGene)
                child[g] = static_cast<int>(
                    m_random.below(static_cast<std::uint64_t>(m_problem.variables[g].count())));
        }
        return {child};
    }
    Design a = members[byRank(m_parentsA)].design;
    Design b = members[byRank(m_parentsB)].design;
    const bool blend = m_random.uniform() < kBlend;
    for (std::size_t g = 0; g < a.size(); ++g) {
        if (blend) {
            const double gamma = (1 + 2 * kBlendAlpha) * m_random.uniform() - kBlendAlpha;
            const double first = (1 - gamma) * a[g] + gamma * b[g];
            const double second = gamma * a[g] + (1 - gamma) * b[g];
            a[g] = clip(std::floor(first), g);
            b[g] = clip(std::ceil(second), g);
        } else if (m_random.uniform() < kGene) {
            std::swap(a[g], b[g]);
        }
    }
    return {a, b};
}

} // namespace ohm::optimize
