// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dataset/split.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace ohm::dataset {
namespace {

std::size_t shareOf(std::size_t count, double share) {
    if (share <= 0)
        return 0;
    return std::max<std::size_t>(
        1, static_cast<std::size_t>(std::llround(share * static_cast<double>(count))));
}

} // namespace

Expected<Split> splitSet(const GraphSet& set, const SplitSpec& spec) {
    const std::size_t count = set.graphCount();
    const auto isShare = [](double share) { return share >= 0 && share <= 1; }; // not for NaN
    if (!isShare(spec.validationShare) || !isShare(spec.testShare) || !isShare(spec.fraction))
        return fail("DATA-020", "A share of the split is not between 0 and 1");
    const std::size_t validation = shareOf(count, spec.validationShare);
    const std::size_t test = shareOf(count, spec.testShare);
    if (validation + test >= count)
        return fail("DATA-020", "The shares of the split leave nothing to train on",
                    std::to_string(count) + " graphs");
    Split split;
    if (spec.by == SplitSpec::By::Seed) {
        const auto order = permutation(count, spec.seed);
        const auto training = static_cast<std::ptrdiff_t>(count - validation - test);
        split.training.assign(order.begin(), order.begin() + training);
        split.validation.assign(order.begin() + training,
                                order.begin() + training + static_cast<std::ptrdiff_t>(validation));
        split.test.assign(order.begin() + training + static_cast<std::ptrdiff_t>(validation),
                          order.end());
    } else {
        std::map<std::int32_t, std::vector<std::size_t>> classes;
        for (std::size_t g = 0; g < count; ++g)
            classes[set.topology[g]].push_back(g);
        std::vector<const std::vector<std::size_t>*> shuffled;
        for (const auto& item : classes)
            shuffled.push_back(&item.second);
        const auto order = permutation(shuffled.size(), spec.seed);
        for (std::size_t i = 0; i < order.size(); ++i) {
            const auto& members = *shuffled[order[i]];
            const bool last = i + 1 == order.size();
            auto& target = split.test.size() < test && !last               ? split.test
                           : split.validation.size() < validation && !last ? split.validation
                                                                           : split.training;
            target.insert(target.end(), members.begin(), members.end());
        }
        if ((validation > 0 && split.validation.empty()) || (test > 0 && split.test.empty()))
            return fail("DATA-020", "There are fewer kinds of circuits than parts of the split",
                        std::to_string(classes.size()) + " topology classes", {},
                        "Split by seed, or join sets of several topologies");
        const auto mixed = permutation(split.training.size(), spec.seed + 1);
        std::vector<std::size_t> training;
        training.reserve(mixed.size());
        for (const std::size_t i : mixed)
            training.push_back(split.training[i]);
        split.training = std::move(training);
    }
    if (split.training.empty())
        return fail("DATA-020", "The shares of the split leave nothing to train on",
                    std::to_string(count) + " graphs");
    split.training.resize(
        std::max<std::size_t>(1, static_cast<std::size_t>(std::llround(
                                     spec.fraction * static_cast<double>(split.training.size())))));
    return split;
}

} // namespace ohm::dataset
