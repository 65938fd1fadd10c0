// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/congestion/features.h"

#include "core/congestion/graph.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ohm::congestion {
namespace {

constexpr std::array kNodeFeatures{
    "width",         "height",       "x",         "y",        "pins", "nets",
    "net_pins_mean", "net_pins_max", "span_mean", "span_max", "rudy", "pin_density"};
constexpr std::array kMapFeatures{"cell_density", "rudy", "pin_density"};

/// Sums of rectangles over a grid, each at the cost of its four corners.
class RectangleSums {
public:
    explicit RectangleSums(const GCellGrid& grid)
        : m_width(static_cast<std::size_t>(grid.columns) + 1)
        , m_rows(static_cast<std::size_t>(grid.rows))
        , m_change(m_width * (m_rows + 1), 0) {}

    /// Columns i0..i1 and rows j0..j1, both ends included.
    void add(int i0, int j0, int i1, int j1, double value) {
        const auto at = [this](int i, int j) -> double& {
            return m_change[static_cast<std::size_t>(j) * m_width + static_cast<std::size_t>(i)];
        };
        at(i0, j0) += value;
        at(i1 + 1, j0) -= value;
        at(i0, j1 + 1) -= value;
        at(i1 + 1, j1 + 1) += value;
    }

    void sum(float* out) {
        for (std::size_t j = 0; j < m_rows; ++j) {
            double row = 0;
            for (std::size_t i = 0; i + 1 < m_width; ++i) {
                const std::size_t c = j * m_width + i;
                row += m_change[c];
                // The sum above this cell is kept where the change was.
                m_change[c] = row + (j > 0 ? m_change[c - m_width] : 0);
                // What cancels leaves no dust.
                out[j * (m_width - 1) + i] =
                    static_cast<float>(std::abs(m_change[c]) < 1e-9 ? 0 : m_change[c]);
            }
        }
    }

private:
    std::size_t m_width, m_rows;
    std::vector<double> m_change;
};

/// A stretch of an axis as up to three runs of cells with the share of each that it covers.
struct Run {
    int first, last;
    double share;
};
std::vector<Run> runsOf(double low, double high, double from, double step, int count) {
    const double a = std::clamp((low - from) / step, 0.0, static_cast<double>(count));
    const double b = std::clamp((high - from) / step, 0.0, static_cast<double>(count));
    std::vector<Run> runs;
    if (!(b > a))
        return runs;
    const int first = std::min(count - 1, static_cast<int>(a));
    const int last = std::min(count - 1, static_cast<int>(std::ceil(b)) - 1);
    if (first == last)
        return {{first, first, b - a}};
    runs.push_back({first, first, first + 1 - a});
    if (last - first > 1)
        runs.push_back({first + 1, last - 1, 1});
    runs.push_back({last, last, b - last});
    return runs;
}

/// The GCells around the placed nodes of a net; first > last if there are none.
struct Span {
    int i0 = kMostColumns, j0 = kMostColumns, i1 = -1, j1 = -1;
    bool any() const { return i1 >= i0; }
    double halfPerimeter() const { return any() ? i1 - i0 + j1 - j0 : 0; }
};

std::vector<Span> spansOf(const Design& design) {
    std::vector<Span> spans(design.pins.nets);
    for (std::size_t p = 0; p < design.pins.pins(); ++p) {
        const auto [i, j] = design.cells[static_cast<std::size_t>(design.pins.pinNode[p])];
        if (i < 0)
            continue;
        Span& span = spans[static_cast<std::size_t>(design.pins.pinNet[p])];
        span.i0 = std::min(span.i0, i);
        span.i1 = std::max(span.i1, i);
        span.j0 = std::min(span.j0, j);
        span.j1 = std::max(span.j1, j);
    }
    return spans;
}

bool hasGrid(const Design& design) {
    return design.hasPlacement && design.grid.columns > 0 && design.grid.rows > 0;
}

std::vector<float> mapsOf(const Design& design, const std::vector<Span>& spans) {
    const GCellGrid& grid = design.grid;
    std::vector<float> maps(kMapFeatures.size() * grid.count(), 0);
    RectangleSums cells(grid), wires(grid);
    for (std::size_t n = 0; n < design.pins.nodes; ++n) {
        if (!design.placed[n])
            continue;
        const Box& box = design.boxes[n];
        const auto across = runsOf(box.left, box.right, grid.x0, grid.stepX, grid.columns);
        const auto up = runsOf(box.bottom, box.top, grid.y0, grid.stepY, grid.rows);
        for (const Run& x : across) {
            for (const Run& y : up)
                cells.add(x.first, y.first, x.last, y.last, x.share * y.share);
        }
    }
    for (const Span& span : spans) {
        if (span.any())
            wires.add(span.i0, span.j0, span.i1, span.j1,
                      1.0 / (span.i1 - span.i0 + 1) + 1.0 / (span.j1 - span.j0 + 1));
    }
    cells.sum(maps.data());
    wires.sum(maps.data() + grid.count());
    float* pins = maps.data() + 2 * grid.count();
    for (const std::int32_t node : design.pins.pinNode) {
        const auto [i, j] = design.cells[static_cast<std::size_t>(node)];
        if (i >= 0)
            pins[grid.index(i, j)] += 1;
    }
    return maps;
}

} // namespace

std::span<const char* const> nodeFeatureNames() {
    return kNodeFeatures;
}

std::span<const char* const> mapFeatureNames() {
    return kMapFeatures;
}

std::vector<float> featureMaps(const Design& design) {
    return hasGrid(design) ? mapsOf(design, spansOf(design)) : std::vector<float>();
}

std::vector<float> nodeFeatures(const Design& design) {
    const std::size_t width = kNodeFeatures.size();
    std::vector<float> x(design.pins.nodes * width, 0);
    const FactorisedGraph graph = factorisedGraph(design.pins);
    const auto spans = spansOf(design);
    const GCellGrid& grid = design.grid;
    const bool placed = hasGrid(design);
    const auto maps = placed ? mapsOf(design, spans) : std::vector<float>();
    std::vector<std::int32_t> nets;
    for (std::size_t n = 0; n < design.pins.nodes; ++n) {
        float* row = x.data() + n * width;
        nets.assign(graph.netsOfNode.column.begin() + graph.netsOfNode.rowPtr[n],
                    graph.netsOfNode.column.begin() + graph.netsOfNode.rowPtr[n + 1]);
        row[4] = static_cast<float>(nets.size());
        std::sort(nets.begin(), nets.end());
        nets.erase(std::unique(nets.begin(), nets.end()), nets.end());
        row[5] = static_cast<float>(nets.size());
        double pins = 0, most = 0, span = 0, longest = 0;
        for (const std::int32_t net : nets) {
            const auto e = static_cast<std::size_t>(net);
            const auto d =
                static_cast<double>(graph.nodesOfNet.rowPtr[e + 1] - graph.nodesOfNet.rowPtr[e]);
            pins += d;
            most = std::max(most, d);
            span += spans[e].halfPerimeter();
            longest = std::max(longest, spans[e].halfPerimeter());
        }
        const double count = static_cast<double>(std::max<std::size_t>(1, nets.size()));
        row[6] = static_cast<float>(pins / count);
        row[7] = static_cast<float>(most);
        const auto [i, j] = design.cells[n];
        if (!placed || i < 0)
            continue;
        const Box& box = design.boxes[n];
        row[0] = static_cast<float>((box.right - box.left) / grid.stepX);
        row[1] = static_cast<float>((box.top - box.bottom) / grid.stepY);
        row[2] = static_cast<float>(((box.left + box.right) / 2 - grid.x0) /
                                    (grid.stepX * grid.columns));
        row[3] =
            static_cast<float>(((box.bottom + box.top) / 2 - grid.y0) / (grid.stepY * grid.rows));
        row[8] = static_cast<float>(span / count);
        row[9] = static_cast<float>(longest);
        row[10] = maps[grid.count() + grid.index(i, j)];
        row[11] = maps[2 * grid.count() + grid.index(i, j)];
    }
    return x;
}

} // namespace ohm::congestion
