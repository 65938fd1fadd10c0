// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/schematic/schematicview_p.h"

namespace ohm::widgets {
namespace {

/// Where links meet a net: the middle of its longest wire, else its first label or pin.
QPointF meetingPoint(const SchematicScene& scene, const SchematicScene::Net& net) {
    double longest = 0;
    QPointF at = !net.labels.empty() ? scene.labels()[net.labels.front()].at
                 : !net.pins.empty() ? net.pins.front()
                                     : net.box.center();
    for (const std::uint32_t wire : net.wires) {
        const QLineF& line = scene.wires()[wire];
        if (line.length() > longest) {
            longest = line.length();
            at = line.center();
        }
    }
    return at;
}

} // namespace

std::vector<PlacedLink> SchematicView::Private::placedLinks(const SheetMap& where,
                                                            bool plain) const {
    std::vector<PlacedLink> all;
    if (!scene)
        return all;
    if (joined.size() != links.size()) {
        joined.clear();
        const auto& nets = scene->nets();
        const auto place = [&](int net) {
            return net < 0 ? QPointF() : meetingPoint(*scene, nets[static_cast<std::size_t>(net)]);
        };
        for (const auto& link : links) {
            const int from = scene->netIndex(link.from), to = scene->netIndex(link.to);
            joined.push_back({from, to, place(from), place(to)});
        }
    }
    const auto marked = [&](const QString& net) {
        return selectedNets.contains(net) || hover.net == net;
    };
    for (std::size_t i = 0; i < links.size(); ++i) {
        const auto& link = links[i];
        const Joined& at = joined[i];
        if (at.from < 0 || at.to < 0 || at.from == at.to)
            continue;
        PlacedLink made{
            where.map(at.fromAt), where.map(at.toAt), link.strength, PlacedLink::Look::Plain, false,
            static_cast<int>(i)};
        if (!plain) {
            made.hovered = hoveredLink == made.number;
            if (marked(link.from) || marked(link.to))
                made.look = PlacedLink::Look::Lit;
            else if (!selectedNets.isEmpty())
                made.look = PlacedLink::Look::Faded;
        }
        all.push_back(made);
    }
    return all;
}

void SchematicView::Private::setHoveredLink(int link) {
    if (link == hoveredLink)
        return;
    hoveredLink = link;
    q->setCursor(link >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    q->update();
}

void SchematicView::setLinks(std::vector<Link<QString>> links) {
    d->links = std::move(links);
    d->joined.clear();
    d->hoveredLink = -1;
    update();
}

void SchematicView::setLinkTooltipProvider(std::function<QString(int)> provider) {
    d->linkTooltips = std::move(provider);
}

int SchematicView::linkAt(const QPointF& position) const {
    return d->links.empty() ? -1 : linkUnder(d->placedLinks(d->map(), false), position);
}

QPointF SchematicView::linkPosition(int link) const {
    for (const PlacedLink& placed : d->placedLinks(d->map(), false))
        if (placed.number == link)
            return linkMiddle(placed);
    return {};
}

} // namespace ohm::widgets
