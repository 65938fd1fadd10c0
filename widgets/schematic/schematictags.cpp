// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/schematic/schematictags.h"

#include "widgets/common/palette.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace ohm::widgets {
namespace {

constexpr double kPadX = 4;
constexpr double kPadY = 1;
constexpr double kGap = 3; // between a tag and its wire

QFont faceOf(const QFont& font, Annotation::Style style) {
    QFont face = font;
    face.setItalic(style == Annotation::Style::Predicted);
    return face;
}

Semantic meaningOf(Annotation::Style style) {
    switch (style) {
    case Annotation::Style::Predicted:
        return Semantic::Predicted;
    case Annotation::Style::Error:
        return Semantic::Error;
    case Annotation::Style::Simulated:
        break;
    }
    return Semantic::Simulated;
}

} // namespace

TagLayout::TagLayout(const SchematicScene& scene, const SheetMap& map, const QRectF& target,
                     const QFont& font)
    : m_scene(scene)
    , m_map(map)
    , m_target(target)
    , m_font(font)
    , m_solid{{}, SchematicIndex(target)}
    , m_wires{{}, SchematicIndex(target)}
    , m_taken{{}, SchematicIndex(target)} {
    const QRectF area = map.unmap(target);
    for (const std::uint32_t i : scene.instancesIn(area)) {
        const SchematicScene::Instance& instance = scene.instances()[i];
        m_solid.add(map.map(instance.body.adjusted(2, 2, -2, -2)));
        if (!instance.name.isEmpty())
            m_solid.add(map.map(
                SchematicScene::textBox(instance.nameAt, instance.nameAnchor, instance.name, 10)));
        if (!instance.value.isEmpty())
            m_solid.add(map.map(SchematicScene::textBox(instance.valueAt, instance.valueAnchor,
                                                        instance.value, 10)));
    }
    for (const std::uint32_t w : scene.wiresIn(area)) {
        const QLineF& wire = scene.wires()[w];
        m_wires.add(
            QRectF(map.map(wire.p1()), map.map(wire.p2())).normalized().adjusted(-1, -1, 1, 1));
    }
    for (const auto& label : scene.labels())
        if (label.box.intersects(area))
            m_solid.add(map.map(label.box));
    for (const auto& note : scene.notes())
        if (note.box.intersects(area))
            m_solid.add(map.map(note.box));
}

QFont TagLayout::fontFor(const QFont& font, double scale, bool exact) {
    QFont face = font;
    const double wanted = 9.5 * scale;
    if (!exact && wanted < 4.5)
        face.setPixelSize(1);
    else
        face.setPixelSize(exact ? std::max(1, static_cast<int>(std::lround(wanted)))
                                : std::clamp(static_cast<int>(std::lround(wanted)), 9, 15));
    return face;
}

QSizeF TagLayout::sizeOf(const QString& text) const {
    const QFontMetricsF metrics(m_font);
    return {metrics.horizontalAdvance(text) + 2 * kPadX, metrics.height() + 2 * kPadY};
}

void TagLayout::Boxes::add(const QRectF& box) {
    grid.insert(static_cast<std::uint32_t>(boxes.size()), box);
    boxes.push_back(box);
}

bool TagLayout::Boxes::meets(const QRectF& box) const {
    const std::vector<std::uint32_t> near = grid.query(box);
    return std::any_of(near.begin(), near.end(),
                       [&](std::uint32_t i) { return boxes[i].intersects(box); });
}

bool TagLayout::place(const std::vector<Spot>& spots, const Annotation& annotation) {
    // A tag never covers another one; texts and bodies only when there is no other room at all.
    for (const int care : {2, 1, 0}) {
        for (const Spot& spot : spots) {
            if (!m_target.contains(spot.box) || m_taken.meets(spot.box.adjusted(-1, -1, 1, 1)) ||
                (care >= 1 && m_solid.meets(spot.box)) || (care == 2 && m_wires.meets(spot.box)))
                continue;
            m_taken.add(spot.box);
            m_tags.push_back({spot.box, spot.target, &annotation, spot.leader});
            return true;
        }
    }
    return false;
}

void TagLayout::addNets(const QHash<QString, Annotation>& byNet) {
    // In the drawing's order, not the hash's: the same picture every time.
    for (const SchematicScene::Net& net : m_scene.nets()) {
        const auto it = byNet.constFind(net.name);
        if (it == byNet.constEnd())
            continue;
        const QSizeF size = sizeOf(it->text);
        std::vector<QLineF> lines;
        for (const std::uint32_t w : net.wires) {
            const QLineF& wire = m_scene.wires()[w];
            const QLineF line(m_map.map(wire.p1()), m_map.map(wire.p2()));
            if (QRectF(line.p1(), line.p2())
                    .normalized()
                    .adjusted(-1, -1, 1, 1)
                    .intersects(m_target))
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
                        {p,
                         {p.x() + kGap, p.y() - size.height() / 2, size.width(), size.height()}});
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
            const double far = 2.2 * size.height();
            for (const QPointF& d : {QPointF(0, -1), QPointF(0, 1), QPointF(1, -1), QPointF(-1, -1),
                                     QPointF(1, 1), QPointF(-1, 1)})
                spots.push_back(
                    {p,
                     {p.x() + d.x() * far - size.width() * (1 - d.x()) / 2,
                      p.y() + d.y() * far - size.height() / 2, size.width(), size.height()},
                     true});
        }
        place(spots, *it);
    }
}

void TagLayout::addDevices(const QHash<QString, Annotation>& byDevice) {
    for (const SchematicScene::Instance& instance : m_scene.instances()) {
        const auto it = byDevice.constFind(instance.device);
        if (instance.device.isEmpty() || it == byDevice.constEnd())
            continue;
        const QRectF body = m_map.map(instance.body);
        if (!body.intersects(m_target))
            continue;
        const QSizeF size = sizeOf(it->text);
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
        place(spots, *it);
    }
}

void TagLayout::paint(QPainter& painter, const PlacedTag& tag, const QFont& font, bool dark) {
    const Semantic meaning = meaningOf(tag.annotation->style);
    const QColor ink = semanticColour(meaning, dark);
    QColor ground = semanticTint(meaning, dark);
    ground.setAlpha(238);
    QPen frame(ink, 1);
    if (tag.annotation->style == Annotation::Style::Predicted)
        frame.setDashPattern({3, 2});
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setPen(frame);
    if (tag.leader)
        painter.drawLine(tag.target, tag.box.center());
    painter.setBrush(ground);
    const double radius = std::min(5.0, tag.box.height() / 2.5);
    painter.drawRoundedRect(tag.box, radius, radius);
    painter.setPen(ink);
    painter.setFont(faceOf(font, tag.annotation->style));
    painter.drawText(tag.box, Qt::AlignCenter, tag.annotation->text);
}

} // namespace ohm::widgets
