// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/quicklayout.h"

#include "core/base/parallel.h"
#include "core/graph/coarsen.h"
#include "core/graph/components.h"
#include "core/graph/repulsion.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>
#include <string>

namespace ohm::graph {

namespace {

using Clock = std::chrono::steady_clock;

constexpr float kLength = 26;      ///< natural length of a spring, points
constexpr float kRepulsion = 0.2f; ///< C of Hu's model
constexpr std::size_t kThreadsFrom = 4000;
constexpr std::size_t kCoarsest = 24;

/// Nothing to simulate for very small components.
std::vector<Point> tinyLayout(std::size_t nodes) {
    if (nodes == 1)
        return {{0, 0}};
    if (nodes == 2)
        return {{0, 0}, {kLength, 0}};
    return {{0, 0}, {kLength, 0}, {kLength / 2, kLength * 0.866f}};
}

unsigned threadsFor(std::size_t nodes, unsigned wanted) {
    if (nodes < kThreadsFrom)
        return 1;
    return wanted > 0 ? wanted : std::max(1u, std::thread::hardware_concurrency());
}

/// What the levels of all components share: whom to tell, when to stop.
class Run {
public:
    Run(const QuickOptions& options, StopToken stop, ProgressSink& progress, double totalWork)
        : m_options(options)
        , m_stop(std::move(stop))
        , m_progress(progress)
        , m_total(totalWork) {}

    const QuickOptions& options() const { return m_options; }
    const StopToken& stop() const { return m_stop; }
    bool shouldStop() const { return m_stop.shouldStop(); }
    void worked(double amount) {
        m_done += amount;
        m_progress.report(std::min(1.0, m_done / m_total), "Laying out the graph");
    }
    bool previewDue() {
        if (!m_options.preview || Clock::now() - m_lastPreview < std::chrono::milliseconds(250))
            return false;
        m_lastPreview = Clock::now();
        return true;
    }

private:
    const QuickOptions& m_options;
    StopToken m_stop;
    ProgressSink& m_progress;
    double m_total;
    double m_done = 0;
    Clock::time_point m_lastPreview = Clock::now();
};

/// Moves the nodes of one level down the energy: damped Newton steps per node, no longer than a
/// step that shrinks from `first` to `last`. False when stopped.
bool relax(const SpringGraph& graph, std::vector<Point>& positions, int iterations, float first,
           float last, Run& run) {
    const std::size_t n = graph.size();
    const unsigned threads = threadsFor(n, run.options().threads);
    Repulsion repulsion(1.0f, threads);
    std::vector<Point> forces(n);
    std::vector<Point> next(n);
    const float softening = 1e-3f * kLength * kLength;
    const float strength = kRepulsion * kLength * kLength;
    for (int it = 0; it < iterations; ++it) {
        if (run.shouldStop())
            return false;
        const float t =
            iterations > 1 ? static_cast<float>(it) / static_cast<float>(iterations - 1) : 1;
        const float step = first * std::pow(last / first, t);
        repulsion.compute(positions, graph.masses, softening, forces, run.stop());
        parallelBlocks(n, 2048, threads, [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i) {
                const float mass = graph.masses[i];
                float fx = strength * mass * forces[i].x;
                float fy = strength * mass * forces[i].y;
                float stiffness = 0;
                for (std::uint32_t k = graph.rows[i]; k < graph.rows[i + 1]; ++k) {
                    const Point& other = positions[graph.columns[k]];
                    const float dx = other.x - positions[i].x;
                    const float dy = other.y - positions[i].y;
                    const float pull =
                        graph.weights[k] * std::sqrt(dx * dx + dy * dy) * (1.0f / kLength);
                    fx += pull * dx;
                    fy += pull * dy;
                    stiffness += pull;
                }
                const float size = std::sqrt(fx * fx + fy * fy);
                const float longest = step * std::sqrt(mass);
                float move = 1.0f / (2.0f * stiffness + 1e-6f);
                if (move * size > longest)
                    move = longest / size;
                next[i] = {positions[i].x + move * fx, positions[i].y + move * fy};
            }
        });
        positions.swap(next);
        run.worked(static_cast<double>(n));
    }
    return true;
}

int iterationsFor(std::size_t nodes) {
    if (nodes > 200000)
        return 24;
    if (nodes > 50000)
        return 32;
    if (nodes > 5000)
        return 48;
    return nodes > 500 ? 90 : 160;
}

double workOf(std::size_t nodes) {
    double work = 0;
    for (double n = static_cast<double>(nodes); n > kCoarsest; n *= 0.55)
        work += n * iterationsFor(static_cast<std::size_t>(n));
    return work + 1;
}

/// Turns the drawing so that its longer axis lies flat.
void layFlat(std::vector<Point>& points) {
    double cx = 0, cy = 0;
    for (const Point& p : points) {
        cx += p.x;
        cy += p.y;
    }
    cx /= static_cast<double>(points.size());
    cy /= static_cast<double>(points.size());
    double xx = 0, xy = 0, yy = 0;
    for (const Point& p : points) {
        xx += (p.x - cx) * (p.x - cx);
        xy += (p.x - cx) * (p.y - cy);
        yy += (p.y - cy) * (p.y - cy);
    }
    const double angle = 0.5 * std::atan2(2 * xy, xx - yy);
    const auto c = static_cast<float>(std::cos(angle));
    const auto s = static_cast<float>(std::sin(angle));
    for (Point& p : points)
        p = {c * p.x + s * p.y, c * p.y - s * p.x};
}

class ComponentLayout {
public:
    ComponentLayout(Run& run, std::function<void(const std::vector<Point>&)> show)
        : m_run(run)
        , m_show(std::move(show)) {}

    /// Empty when stopped.
    std::vector<Point> fromScratch(const Component& component) {
        m_levels.clear();
        m_levels.push_back({springGraph(component.nodes.size(), component.edges), {}});
        while (m_levels.back().graph.size() > kCoarsest) {
            if (m_run.shouldStop())
                return {};
            Level coarse;
            Level& fine = m_levels.back();
            coarse.graph = coarsen(fine.graph, m_run.options().seed + m_levels.size(), fine.parent);
            if (coarse.graph.size() > fine.graph.size() * 9 / 10)
                break;
            m_levels.push_back(std::move(coarse));
        }
        Random random(m_run.options().seed);
        const SpringGraph& top = m_levels.back().graph;
        float mass = 0;
        for (float m : top.masses)
            mass += m;
        const float extent = kLength * std::sqrt(mass);
        std::vector<Point> positions(top.size());
        for (Point& p : positions)
            p = {extent * random.uniform(), extent * random.uniform()};
        const float perNode = extent / std::sqrt(static_cast<float>(top.size()));
        const float topStep = kLength;
        if (!relax(top, positions, 300, std::max(topStep, perNode / 4), topStep / 100, m_run))
            return {};
        for (std::size_t level = m_levels.size() - 1; level-- > 0;) {
            const Level& fine = m_levels[level];
            const SpringGraph& coarse = m_levels[level + 1].graph;
            std::vector<Point> finer(fine.graph.size());
            for (std::size_t i = 0; i < finer.size(); ++i) {
                const Point& from = positions[fine.parent[i]];
                const float spread = 0.5f * kLength * std::sqrt(coarse.masses[fine.parent[i]]);
                finer[i] = {from.x + spread * (random.uniform() - 0.5f),
                            from.y + spread * (random.uniform() - 0.5f)};
            }
            positions = std::move(finer);
            if (m_show && m_run.previewDue())
                m_show(expanded(positions, level));
            if (!relax(fine.graph, positions, iterationsFor(fine.graph.size()), kLength * 0.6f,
                       kLength * 0.02f, m_run))
                return {};
        }
        layFlat(positions);
        return positions;
    }

    /// Empty when stopped.
    std::vector<Point> refine(const Component& component, std::vector<Point> positions) {
        const SpringGraph graph = springGraph(component.nodes.size(), component.edges);
        if (!relax(graph, positions, iterationsFor(graph.size()), kLength * 0.5f, kLength * 0.02f,
                   m_run))
            return {};
        return positions;
    }

private:
    struct Level {
        SpringGraph graph;
        std::vector<std::uint32_t> parent; ///< per node, its node in the next level
    };

    /// Positions of a coarse level carried to the nodes of the finest.
    std::vector<Point> expanded(std::vector<Point> positions, std::size_t level) const {
        while (level-- > 0) {
            const auto& parent = m_levels[level].parent;
            std::vector<Point> finer(parent.size());
            for (std::size_t i = 0; i < finer.size(); ++i)
                finer[i] = positions[parent[i]];
            positions = std::move(finer);
        }
        return positions;
    }

    Run& m_run;
    std::function<void(const std::vector<Point>&)> m_show;
    std::vector<Level> m_levels;
};

Unexpected stopped() {
    return fail("GRAPH-002", "The layout was stopped.");
}

} // namespace

Expected<std::vector<Point>> quickLayout(std::size_t nodes, std::span<const std::uint32_t> edges,
                                         const QuickOptions& options, StopToken stop,
                                         ProgressSink& progress, std::span<const Point> initial) {
    const std::vector<Component> components = splitComponents(nodes, edges);
    const bool refining =
        initial.size() == nodes && std::all_of(initial.begin(), initial.end(), [](const Point& p) {
            return std::isfinite(p.x) && std::isfinite(p.y);
        });
    double work = 1;
    for (const Component& component : components)
        work += workOf(component.nodes.size());
    Run run(options, stop, progress, work);

    // The largest comes last, so that its previews can show it among the others.
    std::vector<std::vector<Point>> local(components.size());
    for (std::size_t i = components.size(); i-- > 0;) {
        const Component& component = components[i];
        if (component.nodes.size() <= 3) {
            if (i % 4096 == 0 && run.shouldStop())
                return stopped();
            local[i] = tinyLayout(component.nodes.size());
            continue;
        }
        std::function<void(const std::vector<Point>&)> show;
        if (i == 0 && options.preview)
            show = [&](const std::vector<Point>& positions) {
                local[0] = positions;
                options.preview(packComponents(nodes, components, local, kLength));
            };
        ComponentLayout layout(run, std::move(show));
        if (refining) {
            std::vector<Point> start(component.nodes.size());
            for (std::size_t k = 0; k < start.size(); ++k)
                start[k] = initial[component.nodes[k]];
            local[i] = layout.refine(component, std::move(start));
        } else {
            local[i] = layout.fromScratch(component);
        }
        if (local[i].empty())
            return stopped();
    }
    if (run.shouldStop())
        return stopped();
    return packComponents(nodes, components, local, kLength);
}

} // namespace ohm::graph
