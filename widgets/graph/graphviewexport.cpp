// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph/graphview_p.h"

#include "widgets/common/palette.h"

#include <QFontMetricsF>

#include <algorithm>
#include <numeric>

namespace ohm::widgets {

namespace {

constexpr double kMargin = 30; ///< points around the drawing
constexpr std::size_t kMostLabelled = 1500;

} // namespace

QSizeF GraphView::drawingSize() const {
    if (!d->has())
        return {};
    return d->index.bounds().size() + QSizeF(2 * kMargin, 2 * kMargin);
}

void GraphView::render(QPainter& painter, const QRectF& target, bool forPrint) const {
    if (!d->has() || target.isEmpty())
        return;
    const GraphColours colours = forPrint ? GraphColours::forPrint() : d->colours;
    const bool dark = forPrint ? false : d->dark;
    std::vector<QRgb> nodeColours = d->nodeColours;
    for (std::size_t i = 0; i < nodeColours.size(); ++i)
        if (i >= d->customColours.size() || d->customColours[i] == 0)
            nodeColours[i] =
                seriesColour(d->scene->kinds[d->scene->kind[i]].paletteIndex, dark).rgb();

    const QSizeF size = drawingSize();
    const double scale = std::min(target.width() / size.width(), target.height() / size.height());
    GraphPainter detail{
        *d->scene,   *d->topology, d->x,  d->y,
        nodeColours, colours,      scale, target.center() - d->index.bounds().center() * scale};
    painter.save();
    painter.setClipRect(target);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(target, colours.background);

    std::vector<std::uint32_t> edges;
    for (std::uint32_t e = 0; e < d->scene->edges.size() / 2; ++e)
        if (!d->hidden[d->scene->edges[2 * e]] && !d->hidden[d->scene->edges[2 * e + 1]])
            edges.push_back(e);
    std::vector<std::uint32_t> nodes;
    for (std::uint32_t node = 0; node < d->x.size(); ++node)
        if (!d->hidden[node])
            nodes.push_back(node);
    std::vector<std::uint32_t> groups(d->topology->groupNumbers.size());
    std::iota(groups.begin(), groups.end(), 0u);
    std::erase_if(groups, [&](std::uint32_t group) {
        const auto members = d->topology->nodesIn(group);
        return std::all_of(members.begin(), members.end(),
                           [&](std::uint32_t node) { return d->hidden[node] != 0; });
    });
    if (groups.size() <= kMostLabelled)
        detail.hulls(painter, groups);
    detail.edges(painter, edges);
    detail.nodes(painter, nodes);
    if (!d->links.empty())
        d->drawLinks(painter, detail, true, dark, std::clamp(scale, 0.5, 4.0));

    QFont small = font();
    small.setPixelSize(std::max(6, static_cast<int>(8.5 * scale)));
    detail.marks(painter, nodes, small);
    if (nodes.size() <= kMostLabelled) {
        LabelLayer labels(target, small, colours, d->cache);
        for (std::uint32_t node : nodes) {
            const QPointF at = detail.at(node);
            const double r = detail.radius(node);
            labels.block(QRectF(at.x() - r, at.y() - r, 2 * r, 2 * r));
        }
        d->drawValues(painter, labels, nodes, detail, 3, false);
        for (std::uint32_t node : nodes)
            if (d->topology->groupOf[node] == GraphScene::kNoGroup || !d->scene->mark ||
                !d->scene->groupLabel)
                labels.place(painter, detail.at(node), detail.radius(node) + 3, d->labelOf(node),
                             LabelLayer::Style::Node);
        if (d->scene->groupLabel)
            for (std::uint32_t group : groups) {
                QPointF middle;
                for (std::uint32_t node : d->topology->nodesIn(group))
                    middle += detail.at(node);
                middle /= static_cast<double>(d->topology->nodesIn(group).size());
                labels.place(painter, middle, 4 * scale,
                             d->scene->groupLabel(d->topology->groupNumbers[group]),
                             LabelLayer::Style::Node);
            }
    }
    if (!d->valueLegend.empty())
        paintLegend(painter, target, d->valueLegend, small, forPrint ? lightPalette() : palette());
    painter.restore();
}

} // namespace ohm::widgets
