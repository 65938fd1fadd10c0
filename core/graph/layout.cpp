// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/layout.h"

#include "core/graph/components.h"
#include "core/graph/graphvizlayout.h"
#include "core/graph/quicklayout.h"

#include <string>

namespace ohm::graph {

namespace {

constexpr float kGap = 30;      ///< between components, points
constexpr float kNodeRoom = 17; ///< between the centres of two nodes, points
constexpr std::size_t kSeparatedUpTo = 5000;

/// Stress majorisation reads best, but costs the square of the nodes; above 100 ms the quick layout
/// takes over, which on circuits reads better than sfdp and can be stopped.
constexpr std::size_t kNeatoUpTo = 160;
/// Many components of a size that Graphviz would take one by one.
constexpr std::size_t kManyComponents = 40;

LayoutEngine engineFor(std::size_t nodes, std::size_t components) {
    return components > kManyComponents || nodes > kNeatoUpTo ? LayoutEngine::Quick
                                                              : LayoutEngine::Neato;
}

} // namespace

Expected<std::vector<Point>> layoutGraph(std::size_t nodes, std::span<const std::uint32_t> edges,
                                         LayoutEngine engine, StopToken stop,
                                         ProgressSink& progress, std::span<const Point> initial) {
    if (engine == LayoutEngine::Quick)
        return quickLayout(nodes, edges, {}, stop, progress, initial);
    const std::vector<Component> components = splitComponents(nodes, edges);
    std::vector<std::vector<Point>> local(components.size());
    std::size_t done = 0;
    for (std::size_t i = 0; i < components.size(); ++i) {
        if (stop.shouldStop())
            return fail("GRAPH-002", "The layout was stopped.");
        const Component& component = components[i];
        const std::size_t size = component.nodes.size();
        progress.report(static_cast<double>(done) / static_cast<double>(nodes),
                        "Laying out the graph");
        done += size;
        std::vector<Point> start;
        if (initial.size() == nodes)
            for (std::uint32_t node : component.nodes)
                start.push_back(initial[node]);
        LayoutEngine chosen =
            engine == LayoutEngine::Auto ? engineFor(size, components.size()) : engine;
        if (size <= 3)
            chosen = LayoutEngine::Quick;
        // Stress majorisation finds a better drawing from a good start than from a random one.
        if (chosen == LayoutEngine::Neato && start.empty())
            if (auto first = quickLayout(size, component.edges, {}, stop))
                start = std::move(*first);
        Expected<std::vector<Point>> result =
            chosen == LayoutEngine::Quick
                ? quickLayout(size, component.edges, {}, stop, noProgress(), start)
                : graphvizLayout(size, component.edges, chosen, stop, start);
        // Graphviz missing or defeated is no reason to show nothing.
        if (!result && engine == LayoutEngine::Auto && result.error().code == "GRAPH-001")
            result = quickLayout(size, component.edges, {}, stop, noProgress(), start);
        if (!result)
            return result.failure();
        local[i] = std::move(*result);
        if (chosen != LayoutEngine::Dot && size <= kSeparatedUpTo)
            separateNodes(local[i], kNodeRoom);
    }
    progress.report(1, "Laying out the graph");
    return packComponents(nodes, components, local, kGap);
}

} // namespace ohm::graph
