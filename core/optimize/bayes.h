// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/optimize/algorithm.h"

namespace ohm::optimize {

/// "bayes": one Gaussian process per spec learns how far designs are from its limit, and the
/// designs with the greatest chance to meet all specs are simulated next (constrained Bayesian
/// optimisation by the probability of feasibility, in batches by the kriging believer: Ginsbourger
/// et al., Kriging is well-suited to parallelize optimization, 2010). "bayes-graph" gives the
/// processes the node voltages that a pretrained graph network predicts, beside the values.
/// Errors as makeAlgorithm.
Expected<std::unique_ptr<Algorithm>> makeBayes(const Problem& problem,
                                               const AlgorithmOptions& options);

} // namespace ohm::optimize
