// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/graphvizlayout.h"

#include "core/base/units.h"

#include <graphviz/cgraph.h>
#include <graphviz/gvc.h>
#include <locale.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <mutex>
#include <string>

namespace ohm::graph {

namespace {

/// Graphviz reads and writes numbers by the C library, whose decimal point follows the locale of
/// the thread.
class ClassicLocale {
public:
    ClassicLocale()
        : m_locale(newlocale(LC_ALL_MASK, "C", nullptr)) {
        if (m_locale)
            m_before = uselocale(m_locale);
    }
    ~ClassicLocale() {
        if (m_locale) {
            uselocale(m_before);
            freelocale(m_locale);
        }
    }
    ClassicLocale(const ClassicLocale&) = delete;
    ClassicLocale& operator=(const ClassicLocale&) = delete;

private:
    locale_t m_locale;
    locale_t m_before = nullptr;
};

std::timed_mutex& turn() {
    static std::timed_mutex mutex;
    return mutex;
}

/// The plugins are loaded once; the context lives as long as the program.
GVC_t* context() {
    static GVC_t* const gvc = [] {
        agseterr(AGMAX); // Graphviz's own messages do not belong on the user's terminal
        return gvContext();
    }();
    return gvc;
}

const char* engineName(LayoutEngine engine) {
    switch (engine) {
    case LayoutEngine::Dot:
        return "dot";
    case LayoutEngine::Sfdp:
        return "sfdp";
    default:
        return "neato";
    }
}

void set(Agraph_t* graph, int kind, const char* name, const std::string& value) {
    std::string key = name;
    std::string text = value;
    agattr(graph, kind, key.data(), text.data());
}

/// cgraph's attribute calls want writable text.
void setOf(void* object, const char* name, const std::string& value) {
    std::string key = name;
    std::string text = value;
    std::string none;
    agsafeset(object, key.data(), text.data(), none.data());
}

/// Per edge, 1 if its ends have a common neighbour or no other neighbour than one each: that is how
/// the terminals of one device look, which belong together.
std::vector<std::uint8_t> belongTogether(std::size_t nodes, std::span<const std::uint32_t> edges) {
    std::vector<std::vector<std::uint32_t>> near(nodes);
    for (std::size_t e = 0; e + 1 < edges.size(); e += 2) {
        near[edges[e]].push_back(edges[e + 1]);
        near[edges[e + 1]].push_back(edges[e]);
    }
    for (auto& row : near)
        std::sort(row.begin(), row.end());
    std::vector<std::uint8_t> result(edges.size() / 2, 0);
    std::vector<std::uint32_t> common;
    for (std::size_t e = 0; e + 1 < edges.size(); e += 2) {
        const auto& a = near[edges[e]];
        const auto& b = near[edges[e + 1]];
        common.clear();
        std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(common));
        result[e / 2] = !common.empty() || (a.size() == 2 && b.size() == 2) ? 1 : 0;
    }
    return result;
}

Agraph_t* makeGraph(std::size_t nodes, std::span<const std::uint32_t> edges, LayoutEngine engine,
                    std::span<const Point> initial, std::vector<Agnode_t*>& made) {
    std::string name = "g";
    Agraph_t* graph = agopen(name.data(), Agstrictundirected, nullptr);
    if (!graph)
        return nullptr;
    set(graph, AGRAPH, "splines", "");
    set(graph, AGRAPH, "outputorder", "nodesfirst");
    set(graph, AGRAPH, "overlap", "true");
    set(graph, AGRAPH, "normalize", "false");
    set(graph, AGNODE, "shape", "point");
    set(graph, AGNODE, "label", "");
    set(graph, AGNODE, "width", "0.11");
    set(graph, AGNODE, "height", "0.11");
    if (engine == LayoutEngine::Neato) {
        set(graph, AGRAPH, "mode", "major");
        set(graph, AGRAPH, "maxiter", "400");
        set(graph, AGRAPH, "start", initial.empty() ? "self" : "1");
        set(graph, AGEDGE, "len", "0.42");
    } else if (engine == LayoutEngine::Sfdp) {
        set(graph, AGRAPH, "K", "0.36");
        set(graph, AGRAPH, "start", "1");
        set(graph, AGRAPH, "repulsiveforce", "1.2");
    } else {
        set(graph, AGRAPH, "nodesep", "0.18");
        set(graph, AGRAPH, "ranksep", "0.35");
        set(graph, AGRAPH, "nslimit", "2");
        set(graph, AGRAPH, "nslimit1", "2");
        set(graph, AGRAPH, "mclimit", "0.5");
    }
    made.resize(nodes);
    for (std::size_t i = 0; i < nodes; ++i) {
        std::string id = "n" + std::to_string(i);
        made[i] = agnode(graph, id.data(), 1);
        if (!made[i])
            continue;
        if (!initial.empty())
            setOf(made[i], "pos",
                  formatExact(initial[i].x / 72.0) + "," + formatExact(-initial[i].y / 72.0));
    }
    const std::vector<std::uint8_t> close =
        engine == LayoutEngine::Neato ? belongTogether(nodes, edges) : std::vector<std::uint8_t>();
    for (std::size_t e = 0; e + 1 < edges.size(); e += 2) {
        Agedge_t* edge = agedge(graph, made[edges[e]], made[edges[e + 1]], nullptr, 1);
        if (edge && !close.empty() && close[e / 2])
            setOf(edge, "len", "0.3");
    }
    return graph;
}

} // namespace

std::size_t graphvizLimit(LayoutEngine engine) {
    switch (engine) {
    case LayoutEngine::Neato:
        return 1500;
    case LayoutEngine::Dot:
        return 2500;
    default:
        return 12000;
    }
}

Expected<std::vector<Point>> graphvizLayout(std::size_t nodes, std::span<const std::uint32_t> edges,
                                            LayoutEngine engine, const StopToken& stop,
                                            std::span<const Point> initial) {
    if (nodes > graphvizLimit(engine))
        return fail("GRAPH-003",
                    "The graph is too large for the layout engine " +
                        std::string(engineName(engine)) + ".",
                    std::to_string(nodes) + " connected nodes, the engine takes " +
                        std::to_string(graphvizLimit(engine)),
                    {}, "Use the quick layout or show a neighbourhood.");
    std::unique_lock lock(turn(), std::defer_lock);
    while (!lock.try_lock_for(std::chrono::milliseconds(20)))
        if (stop.shouldStop())
            return fail("GRAPH-002", "The layout was stopped.");
    if (stop.shouldStop())
        return fail("GRAPH-002", "The layout was stopped.");

    const ClassicLocale locale;
    GVC_t* gvc = context();
    if (!gvc)
        return fail("GRAPH-001", "Graphviz could not be started.");
    std::vector<Agnode_t*> made;
    Agraph_t* graph = makeGraph(nodes, edges, engine, initial, made);
    bool good =
        graph && std::all_of(made.begin(), made.end(), [](auto* n) { return n != nullptr; });
    std::vector<Point> positions(good ? nodes : 0);
    if (good) {
        std::srand(1); // sfdp takes its start from there
        good = gvLayout(gvc, graph, engineName(engine)) == 0;
        for (std::size_t i = 0; good && i < nodes; ++i) {
            const pointf at = ND_coord(made[i]); // points, y up
            positions[i] = {static_cast<float>(at.x), static_cast<float>(-at.y)};
            good = std::isfinite(positions[i].x) && std::isfinite(positions[i].y);
        }
        gvFreeLayout(gvc, graph);
    }
    if (graph)
        agclose(graph);
    if (!good) {
        const char* message = aglasterr();
        return fail("GRAPH-001", "Graphviz could not lay out the graph.",
                    message ? std::string(message) : std::string(), engineName(engine),
                    "Use the quick layout instead.");
    }
    return positions;
}

} // namespace ohm::graph
