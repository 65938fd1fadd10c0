// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/optimize/algorithm.h"

namespace ohm::optimize {

/// The evolutionary core that Evolutionary, Oracle and BagNet share (Hakhamaneshi et al., BagNet):
/// critical specs chosen one by one, parents from the leaders of all other critical specs and from
/// those of the present one. Thread: owner only.
class Breeder {
public:
    /// Chooses the critical spec (appending to population.critical) and the parents.
    Breeder(const Problem& problem, Population& population, dataset::Random& random);

    bool converged() const { return m_converged; } ///< the best 20 meet every spec
    const Member& reference() const { return m_population.members[m_reference]; }
    /// One or two children, within the grid.
    std::vector<Design> offspring();

private:
    std::vector<std::size_t> best(const std::vector<std::size_t>& specs) const;
    std::size_t byRank(const std::vector<std::size_t>& parents);

    const Problem& m_problem;
    Population& m_population;
    dataset::Random& m_random;
    bool m_converged = false;
    std::size_t m_reference = 0;
    std::vector<std::size_t> m_parentsA, m_parentsB;
};

/// Makes a BagNet (bagnet.cpp). Errors as makeAlgorithm.
Expected<std::unique_ptr<Algorithm>> makeBagnet(const Problem& problem,
                                                const AlgorithmOptions& options);

} // namespace ohm::optimize
