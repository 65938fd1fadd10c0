// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/annotation.h"

#include "core/learn/engine.h"
#include "core/parasitics/pairs.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace ohm::learn {

Expected<ParasiticModels> loadParasiticModels(const std::filesystem::path& folder) {
    ParasiticModels models;
    const auto loader = engine();
    if (!loader)
        return loader.failure();
    struct Part {
        const char* name;
        std::unique_ptr<ParasiticModel>* model;
    };
    bool any = false;
    for (const Part& part :
         {Part{"ground", &models.ground}, {"coupling", &models.coupling}, {"link", &models.link}}) {
        const std::filesystem::path path = folder / (std::string(part.name) + ".safetensors");
        std::error_code code;
        if (!std::filesystem::exists(path, code))
            continue;
        const auto checkpoint = readParasiticCheckpoint(path);
        if (!checkpoint)
            return checkpoint.failure();
        if (checkpoint->spec.task != part.name)
            return fail("LEARN-003", "The checkpoint is for another task", checkpoint->spec.task,
                        path.string());
        auto model = (*loader)->loadParasitics(*checkpoint);
        if (!model)
            return model.failure();
        *part.model = std::move(*model);
        any = any || std::string(part.name) != "link";
    }
    if (!any)
        return fail("LEARN-045", "There are no networks for parasitics in this folder", {},
                    folder.string(), "Train them with: ohmscape-cli parasitics train");
    return models;
}

double boundOf(const Annotation::Entry& entry, Bound bound) {
    return bound == Bound::Low ? entry.low : bound == Bound::High ? entry.high : entry.farad;
}

Expected<Annotation> annotate(const netlist::Circuit& circuit, const ParasiticModels& models,
                              const AnnotationOptions& options, StopToken stop) {
    const auto begin = std::chrono::steady_clock::now();
    if (!models.ground && !models.coupling)
        return fail("LEARN-045", "There are no networks to annotate with");
    const auto graph = parasitics::buildGraph(circuit, options.graph);
    if (!graph)
        return graph.failure();
    Annotation out;
    out.total.assign(circuit.netCount(), 0);
    const auto add = [&](std::uint32_t a, std::uint32_t b, const ParasiticEstimate& e,
                         std::size_t i, parasitics::Quantity quantity, double chance) {
        const auto value = static_cast<double>(e.value[i]);
        const double d = e.deviation.empty() ? 0 : static_cast<double>(e.deviation[i]);
        const Annotation::Entry entry{graph->netIds[a],
                                      graph->netIds[b],
                                      parasitics::farads(value, quantity),
                                      parasitics::farads(value - d, quantity),
                                      parasitics::farads(value + d, quantity),
                                      chance};
        out.entries.push_back(entry);
        out.total[entry.a] += entry.farad;
        if (!entry.toGround())
            out.total[entry.b] += entry.farad;
    };
    if (models.ground) {
        const auto estimate = models.ground->nets(*graph, stop);
        if (!estimate)
            return estimate.failure();
        for (std::uint32_t n = 0; n < graph->nets; ++n)
            add(n, n, *estimate, n, parasitics::Quantity::Ground, 1);
    }
    if (models.coupling) {
        auto pairs = parasitics::PairContext(*graph).candidates(options.fanout);
        out.candidates = pairs.size();
        std::vector<double> chance(pairs.size(), 1);
        if (models.link && !pairs.empty()) {
            const auto links = models.link->pairs(*graph, pairs, stop);
            if (!links)
                return links.failure();
            std::size_t kept = 0;
            for (std::size_t i = 0; i < pairs.size(); ++i) {
                if (static_cast<double>(links->value[i]) < options.chance)
                    continue;
                pairs[kept] = pairs[i];
                chance[kept++] = static_cast<double>(links->value[i]);
            }
            pairs.resize(kept);
        }
        if (!pairs.empty()) {
            const auto estimate = models.coupling->pairs(*graph, pairs, stop);
            if (!estimate)
                return estimate.failure();
            for (std::size_t i = 0; i < pairs.size(); ++i)
                add(pairs[i].first, pairs[i].second, *estimate, i, parasitics::Quantity::Coupling,
                    chance[i]);
        }
    }
    std::sort(out.entries.begin(), out.entries.end(), [](const auto& x, const auto& y) {
        return x.farad != y.farad ? x.farad > y.farad : x.a != y.a ? x.a < y.a : x.b < y.b;
    });
    out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return out;
}

std::string annotationCards(const Annotation& annotation, const std::vector<std::string>& netNames,
                            Bound bound) {
    std::string text;
    std::size_t number = 0;
    for (const auto& entry : annotation.entries) {
        char value[32];
        std::snprintf(value, sizeof(value), " %.6g\n", boundOf(entry, bound));
        text += "cpar" + std::to_string(++number) + " " + netNames[entry.a] + " " +
                (entry.toGround() ? std::string("0") : netNames[entry.b]) + value;
    }
    return text;
}

} // namespace ohm::learn
