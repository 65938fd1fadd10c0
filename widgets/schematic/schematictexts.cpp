// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/schematic/schematictexts.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace ohm::widgets {
namespace {

using schematic::TextAnchor;
using LabelKind = schematic::Label::Kind;

constexpr qsizetype kLongest = 44;
constexpr double kGap = 2; // pixels between a symbol and a text that had to move

bool isPort(LabelKind kind) {
    return kind == LabelKind::PortIn || kind == LabelKind::PortOut || kind == LabelKind::PortBi;
}

} // namespace

namespace {

/// The index's cells suit symbols; texts in pixels are smaller and denser.
QRectF finer(const QRectF& box) {
    constexpr double kFiner = 4;
    return {box.topLeft() * kFiner, box.size() * kFiner};
}

} // namespace

void BoxSet::add(const QRectF& box) {
    grid.insert(static_cast<std::uint32_t>(boxes.size()), finer(box));
    boxes.push_back(box);
}

bool BoxSet::meets(const QRectF& box) const {
    const std::vector<std::uint32_t> near = grid.query(finer(box));
    return std::any_of(near.begin(), near.end(),
                       [&](std::uint32_t i) { return boxes[i].intersects(box); });
}

QString TextLayout::shortened(const QString& text) {
    return text.size() <= kLongest ? text : text.left(kLongest - 1) + QChar(0x2026);
}

TextLayout::TextLayout(const SchematicScene& scene, const SheetMap& map, const QRectF& target,
                       const QFont& font, const QFont& nameFont)
    : m_scene(scene)
    , m_map(map)
    , m_target(target)
    , m_font(font)
    , m_natural(map.scale >= kLeastTextScale)
    , m_labels(scene.labels().size(), false)
    , m_taken(target)
    , m_bodies(target)
    , m_wires(target) {
    if (map.scale < kLeastScale)
        return;
    QFont name = nameFont;
    const int pixels = static_cast<int>(std::lround(kTextSize * textScale(map.scale)));
    m_font.setPixelSize(pixels);
    name.setPixelSize(pixels);
    if (!m_natural) {
        const QRectF area = map.unmap(target);
        for (const std::uint32_t i : scene.instancesIn(area))
            m_bodies.add(map.map(scene.instances()[i].body.adjusted(1, 1, -1, -1)));
        for (const std::uint32_t w : scene.wiresIn(area)) {
            const QLineF& wire = scene.wires()[w];
            m_wires.add(QRectF(map.map(wire.p1()), map.map(wire.p2()))
                            .normalized()
                            .adjusted(-0.5, -0.5, 0.5, 0.5));
        }
        for (const SchematicScene::Label& label : scene.labels())
            if (label.kind == LabelKind::Ground)
                m_bodies.add(map.map(label.box));
    }
    addLabels(m_font);
    addNames(name);
}

QRectF TextLayout::labelBox(const SchematicScene::Label& label, const SheetMap& map,
                            double textWidth, double textHeight) {
    const QPointF at = map.map(label.at);
    const double unit = textScale(map.scale);
    const QSizeF size(textWidth, textHeight);
    if (label.kind == LabelKind::Supply) {
        const bool below = label.quarterTurns == 2;
        return {SchematicScene::anchored(at + QPointF(0, (below ? 11 : -11) * map.scale),
                                         below ? TextAnchor::Top : TextAnchor::Bottom, size),
                size};
    }
    if (label.kind == LabelKind::Local && label.anchor == TextAnchor::Bottom) {
        const bool below = label.quarterTurns == 1;
        return {SchematicScene::anchored(at + QPointF(0, (below ? 2 : -2) * map.scale),
                                         below ? TextAnchor::Top : TextAnchor::Bottom, size),
                size};
    }
    const double nib = label.kind == LabelKind::PortBi ? 12 : isPort(label.kind) ? 6 : 0;
    const bool upright = (label.quarterTurns & 1) != 0;
    const double along =
        4 * map.scale + (nib + (upright ? 11 : 6)) * unit + (upright ? 0 : textWidth);
    const double across = upright ? textWidth / 2 + 5 * unit : 7 * unit;
    switch (label.quarterTurns & 3) {
    case 1:
        return {at.x() - across, at.y(), 2 * across, along};
    case 2:
        return {at.x() - along, at.y() - across, along, 2 * across};
    case 3:
        return {at.x() - across, at.y() - along, 2 * across, along};
    default:
        return {at.x(), at.y() - across, along, 2 * across};
    }
}

void TextLayout::addLabels(const QFont& font) {
    const QFontMetricsF metrics(font);
    for (std::size_t i = 0; i < m_labels.size(); ++i) {
        const SchematicScene::Label& label = m_scene.labels()[i];
        if (label.kind == LabelKind::Ground || !m_target.contains(m_map.map(label.at)))
            continue;
        const QRectF box =
            labelBox(label, m_map, metrics.horizontalAdvance(label.name), metrics.height());
        // A text of full height has air above and below that may be shared.
        const QRectF core = box.adjusted(0, 2, 0, -2);
        if (!m_natural && (m_taken.meets(core) || m_bodies.meets(core)))
            continue;
        m_labels[i] = true;
        m_taken.add(box);
    }
}

bool TextLayout::placeText(const SchematicScene::Instance& instance, const QString& text,
                           const QPointF& at, TextAnchor anchor, const QFont& font, bool value) {
    const QFontMetricsF metrics(font);
    const QSizeF size(metrics.horizontalAdvance(text), metrics.height());
    const QRectF wanted(SchematicScene::anchored(m_map.map(at), anchor, size), size);
    const auto put = [&](const QRectF& box) {
        m_texts.push_back({box, text, value});
        m_taken.add(box);
        return true;
    };
    if (m_natural)
        return put(wanted);
    const QRectF body = m_map.map(instance.body);
    const double w = size.width();
    const double h = size.height();
    const double middle = body.center().y() - h / 2;
    const double right = body.right() + kGap;
    const double left = body.left() - kGap - w;
    const QRectF places[] = {wanted,
                             {right, middle, w, h},
                             {left, middle, w, h},
                             {right, body.top() - h / 2, w, h},
                             {right, body.bottom() - h / 2, w, h},
                             {left, body.top() - h / 2, w, h},
                             {left, body.bottom() - h / 2, w, h},
                             {body.center().x() - w / 2, body.top() - h, w, h},
                             {body.center().x() - w / 2, body.bottom(), w, h}};
    for (const bool overWires : {false, true}) {
        if (overWires && value)
            break;
        for (const QRectF& box : places) {
            const QRectF core = box.adjusted(0, 2, 0, -2);
            if (m_target.contains(box) && !m_taken.meets(core) && !m_bodies.meets(core) &&
                (overWires || !m_wires.meets(core)))
                return put(box);
        }
    }
    return false;
}

void TextLayout::addNames(const QFont& font) {
    for (const std::uint32_t i : m_scene.instancesIn(m_map.unmap(m_target))) {
        const SchematicScene::Instance& instance = m_scene.instances()[i];
        if (!instance.name.isEmpty())
            placeText(instance, instance.name, instance.nameAt, instance.nameAnchor, font, false);
    }
}

void TextLayout::addValues(const std::vector<QRectF>& taken) {
    if (m_map.scale < kLeastScale)
        return;
    for (const QRectF& box : taken)
        m_taken.add(box);
    for (const std::uint32_t i : m_scene.instancesIn(m_map.unmap(m_target))) {
        const SchematicScene::Instance& instance = m_scene.instances()[i];
        if (!instance.value.isEmpty())
            placeText(instance, shortened(instance.value), instance.valueAt, instance.valueAnchor,
                      m_font, true);
    }
}

} // namespace ohm::widgets
