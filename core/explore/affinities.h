// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/explore/neighbours.h"

namespace ohm::explore {

/// Symmetric similarities of t-SNE as compressed rows: the entries of point i are
/// rows[i] .. rows[i + 1); all of them sum to 1. A plain value.
struct Affinities {
    std::vector<std::int64_t> rows;    ///< [points + 1]
    std::vector<std::int32_t> columns; ///< ascending within a row
    std::vector<float> values;
    double entropyTerm = 0; ///< sum of p log p, the part of the divergence no layout changes
    std::size_t count() const { return rows.empty() ? 0 : rows.size() - 1; }
};

/// Gaussian similarities to the given neighbours, each width chosen for the perplexity (2 to the
/// entropy), symmetrised (van der Maaten and Hinton 2008). A perplexity above k / 3 is cut to it.
/// Thread: any.
Affinities makeAffinities(const Neighbours& neighbours, double perplexity, int threads = 0);

} // namespace ohm::explore
