// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/optimize/algorithm.h"

namespace ohm::optimize {

/// "bayes": one Gaussian process per spec learns how far designs are from its limit. Simulated next
/// are, in turn, the design with the least expected violation of the specs and the one with the
/// greatest probability to meet them all, in batches by the kriging believer (Ginsbourger et al.,
/// Kriging is well-suited to parallelize optimization, 2010). "bayes-graph" gives the
/// processes the node voltages that a pretrained graph network predicts, beside the values.
/// Errors as makeAlgorithm.
Expected<std::unique_ptr<Algorithm>> makeBayes(const Problem& problem,
                                               const AlgorithmOptions& options);

} // namespace ohm::optimize
