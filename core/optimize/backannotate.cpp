// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/backannotate.h"

#include "core/netlist/reader.h"
#include "core/netlist/writer.h"

#include <array>
#include <cmath>

namespace ohm::optimize {

double AnnotatedMeasure::change() const {
    return (middle - schematic) / std::abs(schematic);
}

Expected<AnnotatedMeasures> measureAnnotated(const Problem& problem,
                                             const learn::ParasiticModels& models,
                                             const learn::AnnotationOptions& options,
                                             std::shared_ptr<sim::SimulatorPool> pool,
                                             StopToken stop, ProgressSink& progress) {
    AnnotatedMeasures out;
    Problem low = problem, middle = problem, high = problem;
    for (std::size_t b = 0; b < problem.benches.size(); ++b) {
        progress.report(0.3 * static_cast<double>(b) / static_cast<double>(problem.benches.size()),
                        "Estimating " + problem.benches[b].name);
        netlist::ReadOptions how;
        how.searchPath = problem.searchPath;
        const auto circuit = netlist::readNetlist(problem.benches[b].circuit, how, stop);
        if (!circuit)
            return circuit.failure();
        const auto estimate = learn::annotate(**circuit, models, options, stop);
        if (!estimate)
            return estimate.failure();
        const auto names = netlist::writeFlatDeck(**circuit).netNames;
        low.benches[b].cards = learn::annotationCards(*estimate, names, learn::Bound::Low);
        middle.benches[b].cards = learn::annotationCards(*estimate, names, learn::Bound::Middle);
        high.benches[b].cards = learn::annotationCards(*estimate, names, learn::Bound::High);
        out.capacitances += estimate->entries.size();
    }
    std::vector<std::vector<double>> values;
    const std::array<const Problem*, 4> variants{&problem, &low, &middle, &high};
    for (const Problem* variant : variants) {
        progress.report(0.3 + 0.7 * static_cast<double>(values.size()) / 4, "Simulating");
        Evaluator evaluator(*variant, pool);
        const auto result = evaluator.evaluate({variant->nominal()}, stop);
        if (!result)
            return result.failure();
        if (!result->front().valid)
            return fail("OPT-024", "The design could not be measured", result->front().failure);
        values.push_back(result->front().values);
    }
    for (std::size_t m = 0; m < problem.measures.size(); ++m)
        out.measures.push_back(
            {problem.measures[m], values[0][m], values[1][m], values[2][m], values[3][m]});
    return out;
}

} // namespace ohm::optimize
