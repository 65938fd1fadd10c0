// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/parasiticsdata.h"

#include <algorithm>

namespace ohm::cli {

Expected<learn::Engine*> parasiticEngine(const Context& context) {
    auto engine = learn::engine();
    if (engine && context.threads > 0)
        (*engine)->setThreads(context.threads);
    return engine;
}

Expected<DesignList> designsNamed(const std::vector<parasitics::Design>& designs,
                                  const std::vector<std::string>& names) {
    DesignList out;
    for (const std::string& name : names) {
        bool found = false;
        for (const auto& design : designs) {
            const bool fits = name == "all" || design.graph.name == name ||
                              (name.ends_with('*') &&
                               design.graph.name.starts_with(name.substr(0, name.size() - 1)));
            if (fits && std::find(out.begin(), out.end(), &design) == out.end())
                out.push_back(&design);
            found = found || fits;
        }
        if (!found)
            return fail("PAR-007", "There is no such design in the file", {}, name,
                        "ohmscape-cli parasitics info lists them");
    }
    return out;
}

Expected<DesignGroups> designGroups(const std::vector<parasitics::Design>& designs,
                                    const std::vector<std::string>& names) {
    DesignGroups groups;
    for (const std::string& name : names) {
        const auto found = designsNamed(designs, {name});
        if (!found)
            return found.failure();
        if (name == "all") {
            for (const auto* design : *found)
                groups.push_back({design->graph.name, {design}});
        } else {
            groups.push_back({name, *found});
        }
    }
    return groups;
}

Expected<Estimator> loadEstimator(const std::string& file, const Context& context) {
    auto checkpoint = learn::readParasiticCheckpoint(file);
    if (!checkpoint)
        return checkpoint.failure();
    const auto engine = parasiticEngine(context);
    if (!engine)
        return engine.failure();
    auto model = (*engine)->loadParasitics(*checkpoint);
    if (!model)
        return model.failure();
    return Estimator{std::move(*checkpoint), std::move(*model)};
}

} // namespace ohm::cli
