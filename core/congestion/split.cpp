// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/congestion/split.h"

#include "core/dataset/graphset.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace ohm::congestion {
namespace {

std::size_t shareOf(std::size_t count, double share) {
    if (share <= 0)
        return 0;
    return std::max<std::size_t>(
        1, static_cast<std::size_t>(std::llround(share * static_cast<double>(count))));
}

Unexpected impossible(const std::string& text, const std::string& hint = {}) {
    return fail("CONG-051", text, {}, {}, hint);
}

Expected<std::vector<Part>> byNode(const std::vector<SplitDesign>& designs,
                                   const SplitOptions& options) {
    std::vector<Part> parts;
    for (std::size_t g = 0; g < designs.size(); ++g) {
        const std::size_t nodes = designs[g].nodes, begin = parts.size();
        parts.resize(begin + nodes, Part::Training);
        const std::size_t validation = std::min(nodes, shareOf(nodes, options.validationShare));
        const std::size_t test = shareOf(nodes, options.testShare);
        if (nodes > 0 && validation + test >= nodes)
            return impossible("The shares of the split leave nothing to train on");
        const auto order = dataset::permutation(nodes, options.seed + g);
        for (std::size_t i = 0; i < validation + test; ++i)
            parts[begin + order[i]] = i < validation ? Part::Validation : Part::Test;
    }
    return parts;
}

Expected<std::vector<Part>> byDesign(const std::vector<SplitDesign>& designs,
                                     const SplitOptions& options) {
    std::map<std::string, std::vector<std::size_t>> families;
    std::set<std::string> names;
    for (std::size_t g = 0; g < designs.size(); ++g) {
        families[designs[g].family.empty() ? designs[g].name : designs[g].family].push_back(g);
        names.insert(designs[g].name);
    }
    std::vector<Part> part(designs.size(), Part::Training);
    std::vector<std::uint8_t> named(designs.size(), 0);
    const auto assign = [&](const std::vector<std::string>& wanted, Part to) -> Expected<void> {
        for (const std::string& name : wanted) {
            if (!names.contains(name))
                return impossible("There is no design named " + name);
            for (std::size_t g = 0; g < designs.size(); ++g) {
                if (designs[g].name != name)
                    continue;
                part[g] = to;
                named[g] = 1;
            }
        }
        return {};
    };
    if (const auto done = assign(options.validationDesigns, Part::Validation); !done)
        return done.failure();
    if (const auto done = assign(options.testDesigns, Part::Test); !done)
        return done.failure();
    std::vector<const std::vector<std::size_t>*> free;
    for (const auto& [family, members] : families) {
        if (std::none_of(members.begin(), members.end(), [&](std::size_t g) { return named[g]; }))
            free.push_back(&members);
    }
    // The largest of the parts that are drawn comes last: what is left is trained on.
    const std::size_t test =
        options.testDesigns.empty() ? shareOf(designs.size(), options.testShare) : 0;
    const std::size_t validation =
        options.validationDesigns.empty() ? shareOf(designs.size(), options.validationShare) : 0;
    std::size_t tested = 0, validated = 0, next = 0;
    const auto order = dataset::permutation(free.size(), options.seed);
    const auto draw = [&](std::size_t wanted, std::size_t& drawn, Part to) {
        while (drawn < wanted && next < order.size()) {
            for (const std::size_t g : *free[order[next]])
                part[g] = to;
            drawn += free[order[next++]]->size();
        }
        return drawn >= wanted;
    };
    const bool enough =
        draw(test, tested, Part::Test) && draw(validation, validated, Part::Validation);
    if (!enough || std::count(part.begin(), part.end(), Part::Training) == 0)
        return impossible("There are fewer families of designs than parts of the split",
                          "Import more designs, set a share to 0, or split by node");
    std::vector<Part> parts;
    for (std::size_t g = 0; g < designs.size(); ++g)
        parts.insert(parts.end(), designs[g].nodes, part[g]);
    return parts;
}

} // namespace

Expected<std::vector<Part>> splitNodes(const std::vector<SplitDesign>& designs,
                                       const SplitOptions& options) {
    const auto isShare = [](double share) { return share >= 0 && share <= 1; }; // not for NaN
    if (!isShare(options.validationShare) || !isShare(options.testShare))
        return impossible("A share of the split is not between 0 and 1");
    if (designs.empty())
        return impossible("There is nothing to split");
    return options.by == SplitOptions::By::Node ? byNode(designs, options)
                                                : byDesign(designs, options);
}

std::string familyOf(const std::string& name) {
    std::string stem = name;
    const std::size_t dash = stem.find('-');
    const auto digits = [](const std::string& text) {
        return !text.empty() &&
               std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    };
    if (dash != std::string::npos && digits(stem.substr(0, dash)))
        stem = stem.substr(dash + 1);
    // RISCY-FPU-a-1-c5: the variant of the sources is one letter, followed by numbers.
    for (std::size_t at = stem.find('-'); at != std::string::npos; at = stem.find('-', at + 1)) {
        if (at + 2 < stem.size() && stem[at + 2] == '-' && stem[at + 1] >= 'a' &&
            stem[at + 1] <= 'z')
            return stem.substr(0, at);
    }
    return name;
}

} // namespace ohm::congestion
