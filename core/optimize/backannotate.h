// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/annotation.h"
#include "core/optimize/evaluator.h"

#include <memory>
#include <vector>

namespace ohm::optimize {

/// A measurement of the nominal design as drawn and with the estimated parasitics. In its unit.
struct AnnotatedMeasure {
    Measure measure;
    double schematic = 0; ///< without parasitics
    double low = 0, middle = 0,
           high = 0;       ///< with the lower bounds, the estimates, the upper bounds
    double change() const; ///< (middle - schematic) / |schematic|; not finite for 0
};

struct AnnotatedMeasures {
    std::vector<AnnotatedMeasure> measures;
    std::size_t capacitances = 0; ///< over all benches
};

/// Estimates the parasitics of every bench and simulates each without and with them. Errors: those
/// of readNetlist, annotate and Evaluator::evaluate, OPT-024 a variant could not be measured.
/// Thread: any; one call at a time per model.
Expected<AnnotatedMeasures>
measureAnnotated(const Problem& problem, const learn::ParasiticModels& models,
                 const learn::AnnotationOptions& options, std::shared_ptr<sim::SimulatorPool> pool,
                 StopToken stop = {}, ProgressSink& progress = noProgress());

} // namespace ohm::optimize
