// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/prepare.h"

#include "core/generate/request.h"

#include <algorithm>

namespace ohm::learn {

using dataset::GraphSet;

dataset::SplitSpec splitOf(const Recipe& recipe) {
    dataset::SplitSpec spec;
    spec.by = recipe.splitBy == "topology" ? dataset::SplitSpec::By::Topology
                                           : dataset::SplitSpec::By::Seed;
    spec.validationShare = recipe.validationShare;
    spec.testShare = recipe.testShare;
    spec.fraction = recipe.fraction;
    spec.seed = dataset::kTrainingSplitSeed;
    return spec;
}

Expected<TrainingData> prepareData(const Recipe& recipe, const std::vector<std::string>& data,
                                   StopToken stop, ProgressSink& progress) {
    const std::vector<std::string>& names = data.empty() ? recipe.data : data;
    if (names.empty())
        return fail("LEARN-010", "The recipe names no data", {}, recipe.name,
                    "Add data: [FILE.h5] to it, or name a file");
    const dataset::SplitSpec spec = splitOf(recipe);
    TrainingData parts;
    bool first = true;
    for (const std::string& name : names) {
        progress.report(-1, "reading " + name);
        auto set = generate::loadOrGenerate(name, stop);
        if (!set)
            return set.failure();
        if (set->graphCount() == 0)
            return fail("LEARN-010", "The data holds no graphs", {}, name);
        if (recipe.target == "voltages") { // sets with other labels may be mixed
            set->graphLabelNames.clear();
            set->graphLabels.clear();
        }
        const auto split = splitSet(*set, spec);
        if (!split)
            return split.failure();
        const std::pair<GraphSet*, const std::vector<std::size_t>*> targets[] = {
            {&parts.training, &split->training},
            {&parts.validation, &split->validation},
            {&parts.test, &split->test}};
        for (const auto& [target, graphs] : targets) {
            GraphSet part = set->subset(*graphs);
            if (first) {
                *target = std::move(part);
                continue;
            }
            const auto joined = target->extend(part);
            if (!joined)
                return joined.failure();
        }
        first = false;
    }
    for (const std::string& name : recipe.testData) {
        auto set = generate::loadOrGenerate(name, stop);
        if (!set)
            return set.failure();
        if (recipe.target == "voltages") {
            set->graphLabelNames.clear();
            set->graphLabels.clear();
        }
        if (parts.test.graphCount() == 0) {
            parts.test = std::move(*set);
            continue;
        }
        const auto joined = parts.test.extend(*set);
        if (!joined)
            return joined.failure();
    }
    return parts;
}

Expected<Recipe> fitToData(Recipe recipe, const TrainingData& data) {
    const GraphSet& set = data.training;
    recipe.network.inputWidth = static_cast<std::int64_t>(set.featureWidth);
    if (recipe.network.architecture == "mlp") {
        const auto nodes = set.nodePtr.size() > 1 ? set.nodePtr[1] - set.nodePtr[0] : 0;
        std::int64_t outputs = 0;
        for (std::int64_t i = 0; i < nodes; ++i)
            outputs += set.outputMask[static_cast<std::size_t>(i)] ? 1 : 0;
        recipe.network.nodesPerGraph = nodes;
        recipe.network.outputsPerGraph = recipe.network.task == "graph" ? 1 : outputs;
    }
    if (recipe.network.task == "graph" &&
        std::find(set.graphLabelNames.begin(), set.graphLabelNames.end(), recipe.target) ==
            set.graphLabelNames.end())
        return fail("LEARN-010", "The data has no label of this name", {}, recipe.target);
    if (recipe.network.task == "node" && recipe.target != "voltages")
        return fail("LEARN-010", "A network of node values predicts voltages only", {},
                    recipe.target, "Set network.task to graph");
    return recipe;
}

} // namespace ohm::learn
