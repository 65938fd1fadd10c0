// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph/graphview_p.h"

#include <algorithm>

namespace ohm::widgets {

std::vector<PlacedLink> GraphView::Private::placedLinks(double by, const QPointF& from,
                                                        bool plain) const {
    std::vector<PlacedLink> placed;
    placed.reserve(links.size());
    const auto at = [&](std::uint32_t node) { return QPointF(x[node], y[node]) * by + from; };
    const auto marked = [&](std::uint32_t node) {
        return selectedFlags[node] == 1 || hovered == static_cast<std::int64_t>(node);
    };
    for (std::size_t i = 0; i < links.size(); ++i) {
        const auto& link = links[i];
        if (link.from == link.to || hidden[link.from] || hidden[link.to])
            continue;
        PlacedLink made{at(link.from),           at(link.to), link.strength,
                        PlacedLink::Look::Plain, false,       static_cast<int>(i)};
        if (!plain) {
            made.hovered = hoveredLink == made.number;
            if (marked(link.from) || marked(link.to))
                made.look = PlacedLink::Look::Lit;
            else if (!selection.empty())
                made.look = PlacedLink::Look::Faded;
        }
        placed.push_back(made);
    }
    return placed;
}

void GraphView::Private::drawLinks(QPainter& painter, const GraphPainter& detail, bool plain,
                                   bool onDark, double grow) const {
    const std::vector<PlacedLink> placed = placedLinks(detail.scale, detail.offset, plain);
    paintLinks(painter, placed, onDark, grow);
    std::vector<std::uint32_t> ends; // the nodes lie above
    for (const PlacedLink& link : placed) {
        if (link.look == PlacedLink::Look::Faded)
            continue;
        const auto& joins = links[static_cast<std::size_t>(link.number)];
        ends.insert(ends.end(), {joins.from, joins.to});
    }
    std::sort(ends.begin(), ends.end());
    ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
    detail.nodes(painter, ends);
    detail.marks(painter, ends, q->font());
}

int GraphView::Private::pickLink(const QPointF& at) const {
    if (!has() || links.empty() || pick(at) >= 0)
        return -1;
    return linkUnder(placedLinks(scale, offset, false), at);
}

void GraphView::Private::setHoveredLink(int link) {
    if (link == hoveredLink)
        return;
    hoveredLink = link;
    q->update();
}

void GraphView::setLinks(std::vector<Link<std::uint32_t>> links) {
    // A link of nodes that are not there hangs on nothing; the others keep their numbers.
    for (auto& link : links)
        if (link.from >= d->x.size() || link.to >= d->x.size())
            link = {};
    if (d->x.empty())
        links.clear();
    d->links = std::move(links);
    d->hoveredLink = -1;
    d->describe();
    update();
}

void GraphView::setLinkTooltipProvider(std::function<QString(int)> provider) {
    d->linkTooltips = std::move(provider);
}

int GraphView::linkAt(const QPointF& position) const {
    return d->pickLink(position);
}

QPointF GraphView::linkPosition(int link) const {
    for (const PlacedLink& placed : d->placedLinks(d->scale, d->offset, false))
        if (placed.number == link)
            return linkMiddle(placed);
    return {};
}

} // namespace ohm::widgets
