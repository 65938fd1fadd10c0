// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/schematic/schematictags.h"

#include <QFontInfo>
#include <QFontMetricsF>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ohm::widgets {
namespace {

constexpr double kGap = 3;      // between a tag and its wire
constexpr int kLeastPixels = 9; // that can be read

} // namespace

TagLayout::TagLayout(const SchematicScene& scene, const SheetMap& map, const QRectF& target,
                     const QFont& font, const TextLayout* texts)
    : m_scene(scene)
    , m_map(map)
    , m_target(target)
    , m_font(font)
    , m_strict(texts != nullptr)
    , m_texts(target)
    , m_bodies(target)
    , m_wires(target)
    , m_taken(target) {
    const QRectF area = map.unmap(target);
    const auto addText = [&](const QPointF& at, schematic::TextAnchor anchor, const QString& text) {
        if (!text.isEmpty())
            m_texts.add(map.map(SchematicScene::textBox(at, anchor, text, TextLayout::kTextSize)));
    };
    for (const std::uint32_t i : scene.instancesIn(area)) {
        const SchematicScene::Instance& instance = scene.instances()[i];
        m_bodies.add(map.map(instance.body.adjusted(2, 2, -2, -2)));
        if (texts == nullptr) {
            addText(instance.nameAt, instance.nameAnchor, instance.name);
            addText(instance.valueAt, instance.valueAnchor, instance.value);
        }
    }
    for (const std::uint32_t w : scene.wiresIn(area)) {
        const QLineF& wire = scene.wires()[w];
        m_wires.add(
            QRectF(map.map(wire.p1()), map.map(wire.p2())).normalized().adjusted(-1, -1, 1, 1));
    }
    for (const auto& label : scene.labels()) {
        const bool ground = label.kind == schematic::Label::Kind::Ground;
        if ((texts == nullptr || ground) && label.box.intersects(area))
            (ground ? m_bodies : m_texts).add(map.map(label.box));
    }
    for (const auto& note : scene.notes())
        if (note.box.intersects(area))
            m_texts.add(map.map(note.box));
    if (texts != nullptr)
        for (const QRectF& box : texts->boxes())
            m_texts.add(box.adjusted(0, 1, 0, -1));
}

QFont TagLayout::fontFor(const QFont& font, double scale, bool exact) {
    QFont face = font;
    if (exact) {
        face.setPixelSize(std::max(1, static_cast<int>(std::lround(9.5 * scale))));
        return face;
    }
    const int pixels = QFontInfo(font).pixelSize();
    face.setPixelSize(std::max(kLeastPixels, pixels - (pixels > 11 ? 2 : 1)));
    return face;
}

QSizeF TagLayout::sizeOf(const Annotation& annotation) const {
    return annotationSize(annotation, m_font);
}

bool TagLayout::leadsClear(const Spot& spot) const {
    const QLineF line(spot.target, spot.box.center());
    for (const double t : {0.3, 0.5, 0.7}) {
        const QPointF p = line.pointAt(t);
        const QRectF dot(p.x() - 2, p.y() - 2, 4, 4);
        if (m_texts.meets(dot) || m_bodies.meets(dot) || m_taken.meets(dot))
            return false;
    }
    return true;
}

const TagLayout::Spot* TagLayout::roomIn(const std::vector<Spot>& spots) const {
    // A tag never covers another one; on paper a text and a body when there is no other room at
    // all, on the screen a part of a body.
    for (const int care : {3, 2, 1, 0}) {
        if (care == 0 && m_strict)
            break;
        for (const Spot& spot : spots) {
            const QRectF core = spot.box.adjusted(3, 3, -3, -3);
            if (!m_target.contains(spot.box) || m_taken.meets(spot.box.adjusted(-1, -1, 1, 1)) ||
                (care >= 1 && m_texts.meets(spot.box)) ||
                (care >= 1 && m_bodies.meets(care == 1 ? core : spot.box)) ||
                (care == 3 && m_wires.meets(spot.box)) ||
                (care >= 2 && spot.leader && !leadsClear(spot)))
                continue;
            return &spot;
        }
    }
    return nullptr;
}

void TagLayout::place(const std::vector<Spot>& spots, PlacedTag tag) {
    const Spot* spot = roomIn(spots);
    if (spot == nullptr)
        return;
    m_taken.add(spot->box);
    tag.box = spot->box;
    tag.target = spot->target;
    tag.leader = spot->leader;
    m_tags.push_back(tag);
}

void TagLayout::addNets(const QHash<QString, Annotation>& byNet) {
    if (byNet.isEmpty())
        return;
    std::vector<int> order(m_scene.nets().size());
    std::iota(order.begin(), order.end(), 0);
    const auto rank = [&](int index) -> std::size_t {
        const SchematicScene::Net& net = m_scene.nets()[static_cast<std::size_t>(index)];
        return net.name == QLatin1String("0") ? 0 : 1 + net.pins.size();
    };
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return rank(a) > rank(b); });
    for (const int index : order) {
        const SchematicScene::Net& net = m_scene.nets()[static_cast<std::size_t>(index)];
        const auto it = byNet.constFind(net.name);
        if (it == byNet.constEnd() ||
            !m_map.map(net.box).adjusted(-1, -1, 1, 1).intersects(m_target))
            continue;
        PlacedTag tag;
        tag.annotation = &*it;
        tag.net = index;
        place(spotsOf(net, sizeOf(*it)), tag);
    }
}

std::optional<PlacedTag> TagLayout::forced(int net, const Annotation& annotation,
                                           const QRectF& sight) const {
    std::vector<Spot> spots =
        spotsOf(m_scene.nets()[static_cast<std::size_t>(net)], sizeOf(annotation));
    std::erase_if(spots, [&](const Spot& spot) { return !sight.contains(spot.box); });
    if (spots.empty())
        return std::nullopt;
    const Spot* spot = roomIn(spots);
    if (spot == nullptr)
        spot = &spots.front();
    return PlacedTag{spot->box, spot->target, &annotation, spot->leader, net, -1};
}

std::vector<TagLayout::Spot> TagLayout::spotsOf(const SchematicScene::Net& net,
                                                const QSizeF& size) const {
    std::vector<QLineF> lines;
    for (const std::uint32_t w : net.wires) {
        const QLineF& wire = m_scene.wires()[w];
        const QLineF line(m_map.map(wire.p1()), m_map.map(wire.p2()));
        if (QRectF(line.p1(), line.p2()).normalized().adjusted(-1, -1, 1, 1).intersects(m_target))
            lines.push_back(line);
    }
    std::stable_sort(lines.begin(), lines.end(),
                     [](const QLineF& a, const QLineF& b) { return a.length() > b.length(); });
    if (lines.size() > 12)
        lines.resize(12);
    std::vector<Spot> spots;
    for (const QLineF& line : lines) {
        for (const double t : {0.5, 0.25, 0.75, 0.1, 0.9}) {
            const QPointF p = line.pointAt(t);
            const bool level = std::abs(line.dx()) >= std::abs(line.dy());
            if (level) {
                spots.push_back({p,
                                 {p.x() - size.width() / 2, p.y() - size.height() - kGap,
                                  size.width(), size.height()}});
                spots.push_back(
                    {p, {p.x() - size.width() / 2, p.y() + kGap, size.width(), size.height()}});
            } else {
                spots.push_back(
                    {p, {p.x() + kGap, p.y() - size.height() / 2, size.width(), size.height()}});
                spots.push_back({p,
                                 {p.x() - kGap - size.width(), p.y() - size.height() / 2,
                                  size.width(), size.height()}});
            }
        }
    }
    std::vector<QPointF> points = net.pins;
    for (const std::uint32_t l : net.labels)
        points.push_back(m_scene.labels()[l].at);
    if (points.size() > 12)
        points.resize(12);
    for (const QPointF& point : points) {
        const QPointF p = m_map.map(point);
        for (const double x : {kGap + 2, -kGap - 2 - size.width(), -size.width() / 2})
            for (const double y : {-size.height() - kGap, kGap})
                spots.push_back({p, {p.x() + x, p.y() + y, size.width(), size.height()}});
    }
    // Farther off, with a line that leads there.
    for (const QPointF& point : points) {
        const QPointF p = m_map.map(point);
        for (const double far : {2.2 * size.height(), 3.6 * size.height()})
            for (const QPointF& d : {QPointF(0, -1), QPointF(0, 1), QPointF(1, -1), QPointF(-1, -1),
                                     QPointF(1, 1), QPointF(-1, 1)})
                spots.push_back(
                    {p,
                     {p.x() + d.x() * far - size.width() * (1 - d.x()) / 2,
                      p.y() + d.y() * far - size.height() / 2, size.width(), size.height()},
                     true});
    }
    return spots;
}

void TagLayout::addDevices(const QHash<QString, Annotation>& byDevice) {
    for (std::size_t index = 0; index < m_scene.instances().size(); ++index) {
        const SchematicScene::Instance& instance = m_scene.instances()[index];
        const auto it = byDevice.constFind(instance.device);
        if (instance.device.isEmpty() || it == byDevice.constEnd())
            continue;
        const QRectF body = m_map.map(instance.body);
        if (!body.intersects(m_target))
            continue;
        const QSizeF size = sizeOf(*it);
        const double w = size.width();
        const double h = size.height();
        const QPointF c = body.center();
        std::vector<Spot> spots;
        const double left = body.left() - w - kGap;
        const double right = body.right() + kGap;
        for (const double x : {right, left}) {
            for (const double y : {c.y() + h * 0.9, c.y() - h / 2, c.y() - h * 1.9, c.y() + h * 1.9,
                                   c.y() - h * 2.9})
                spots.push_back({c, {x, y, w, h}});
        }
        for (const double y : {body.bottom() + kGap, body.top() - h - kGap,
                               body.bottom() + 2 * kGap + h, body.top() - 2 * (h + kGap)})
            for (const double x : {c.x() - w / 2, c.x() + 4, c.x() - w - 4})
                spots.push_back({c, {x, y, w, h}});
        PlacedTag tag;
        tag.annotation = &*it;
        tag.instance = static_cast<int>(index);
        place(spots, tag);
    }
}

void TagLayout::paint(QPainter& painter, const PlacedTag& tag, const QFont& font, bool dark) {
    painter.setRenderHint(QPainter::Antialiasing, true);
    if (tag.leader) {
        const QColor ink = annotationInk(*tag.annotation, dark);
        QPen line(ink, 1);
        if (tag.annotation->style == Annotation::Style::Predicted)
            line.setDashPattern({3, 2});
        painter.setPen(line);
        painter.drawLine(tag.target, tag.box.center());
        painter.setBrush(ink);
        painter.drawEllipse(tag.target, 1.2, 1.2);
    }
    paintAnnotation(painter, tag.box, *tag.annotation, font, dark);
}

} // namespace ohm::widgets
