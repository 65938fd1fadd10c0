// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/schematic/schematicpainter.h"

#include "core/schematic/symbols.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace ohm::widgets {
namespace {

using schematic::TextAnchor;
using LabelKind = schematic::Label::Kind;

constexpr double kTextSize = TextLayout::kTextSize;

QColor withAlpha(QColor colour, int alpha) {
    colour.setAlpha(alpha);
    return colour;
}

/// Unit vector in which a label's flag grows.
QPointF direction(int quarterTurns) {
    switch (quarterTurns & 3) {
    case 1:
        return {0, 1};
    case 2:
        return {-1, 0};
    case 3:
        return {0, -1};
    default:
        return {1, 0};
    }
}

} // namespace

SchematicPainter::SchematicPainter(QPainter& painter, const SchematicScene& scene,
                                   const SchematicStyle& style, const SheetMap& map, bool exact)
    : m_painter(painter)
    , m_scene(scene)
    , m_style(style)
    , m_map(map)
    , m_exact(exact)
    , m_textUnit(exact ? map.scale : TextLayout::textScale(map.scale)) {}

double SchematicPainter::lineWidth() const {
    return m_exact ? 1.1 * m_map.scale : std::clamp(1.15 * m_map.scale, 0.8, 2.4);
}

QFont SchematicPainter::sized(const QFont& font, double size) const {
    QFont out = font;
    out.setPixelSize(std::max(1, static_cast<int>(std::lround(size * m_map.scale))));
    return out;
}

void SchematicPainter::grid(const QRectF& target) {
    constexpr double kLeastPixels = 12;
    double step = 10;
    if (step * m_map.scale < kLeastPixels)
        step = 50;
    if (step * m_map.scale < kLeastPixels)
        return;
    // Plain pixels: smoothed round dots would cost more than the whole drawing.
    m_painter.setRenderHint(QPainter::Antialiasing, false);
    m_painter.setPen(QPen(m_style.grid, 1));
    const QRectF area = m_map.unmap(target);
    QList<QPointF> dots;
    const double x0 = std::floor(area.left() / step) * step;
    const double y0 = std::floor(area.top() / step) * step;
    for (double x = x0; x <= area.right() + step; x += step)
        for (double y = y0; y <= area.bottom() + step; y += step)
            dots.append(m_map.map(QPointF(x, y)));
    m_painter.drawPoints(dots.constData(), static_cast<int>(dots.size()));
    m_painter.setRenderHint(QPainter::Antialiasing, true);
}

void SchematicPainter::drawing(const QRectF& area, const TextLayout* texts) {
    m_texts = texts;
    m_painter.setRenderHint(QPainter::Antialiasing, true);
    decorations();
    wires(area);
    symbols(area);
    junctions(area);
    labels(area);
    notes(area);
    names(area);
}

void SchematicPainter::enter(const QPointF& origin) {
    const QPointF at = m_map.map(origin);
    m_painter.save();
    m_painter.translate(at);
    m_painter.scale(m_map.scale, m_map.scale);
}

void SchematicPainter::decorations() {
    if (m_scene.drawings().rough.empty())
        return;
    enter({});
    QPen pen(m_style.decoration, lineWidth() * 0.8, Qt::DashLine);
    pen.setCosmetic(true);
    m_painter.setPen(pen);
    m_painter.setBrush(Qt::NoBrush);
    m_painter.drawPath(m_scene.drawings().strokes);
    m_painter.restore();
}

void SchematicPainter::wires(const QRectF& area) {
    QPen pen(m_style.wire, lineWidth() * 1.15, Qt::SolidLine, Qt::RoundCap);
    m_painter.setPen(pen);
    // Level and upright lines need no smoothing when thin, and are several times faster without.
    const bool smooth = m_exact || m_map.scale > kRoughScale;
    m_painter.setRenderHint(QPainter::Antialiasing, smooth);
    QList<QLineF> lines;
    for (const std::uint32_t w : m_scene.wiresIn(area)) {
        const QLineF& wire = m_scene.wires()[w];
        lines.append({m_map.map(wire.p1()), m_map.map(wire.p2())});
    }
    m_painter.drawLines(lines);
    m_painter.setRenderHint(QPainter::Antialiasing, true);
}

void SchematicPainter::symbols(const QRectF& area) {
    const std::vector<std::uint32_t> visible = m_scene.instancesIn(area);
    QPen pen(m_style.symbol, lineWidth(), Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);
    if (!m_exact && m_map.scale < kRoughScale) {
        m_painter.setRenderHint(QPainter::Antialiasing, false);
        m_painter.setPen(pen);
        QList<QLineF> lines;
        for (const std::uint32_t i : visible) {
            const SchematicScene::Instance& instance = m_scene.instances()[i];
            for (const QLineF& line : instance.art->rough)
                lines.append(
                    {m_map.map(line.p1() + instance.at), m_map.map(line.p2() + instance.at)});
        }
        m_painter.drawLines(lines);
        m_painter.setRenderHint(QPainter::Antialiasing, true);
        return;
    }
    pen.setCosmetic(true);
    QPen missing(m_style.placeholder, lineWidth(), Qt::DashLine);
    missing.setCosmetic(true);
    for (const std::uint32_t i : visible) {
        const SchematicScene::Instance& instance = m_scene.instances()[i];
        const QColor ink = instance.placeholder ? m_style.placeholder : m_style.symbol;
        enter(instance.at);
        m_painter.setPen(instance.placeholder ? missing : pen);
        m_painter.setBrush(Qt::NoBrush);
        m_painter.drawPath(instance.art->strokes);
        if (!instance.art->fills.isEmpty())
            m_painter.fillPath(instance.art->fills, ink);
        m_painter.restore();
        if (m_exact || m_map.scale >= kTextScale)
            for (const SymbolArt::Text& t : instance.art->texts)
                text(instance.at + t.at, t.anchor, t.text, t.size, ink, m_style.font);
    }
}

void SchematicPainter::names(const QRectF& area) {
    QFont bold = m_style.font;
    bold.setWeight(QFont::DemiBold);
    if (m_texts != nullptr) {
        const QRectF target = m_map.map(area);
        const double size = kTextSize * m_textUnit / m_map.scale;
        for (const TextLayout::Placed& placed : m_texts->texts()) {
            const QRectF box = placed.box.translated(m_map.offset);
            if (box.intersects(target))
                text(m_map.unmap(box.topLeft()), TextAnchor::TopLeft, placed.text, size,
                     placed.value ? m_style.value : m_style.name,
                     placed.value ? m_style.font : bold);
        }
        return;
    }
    for (const std::uint32_t i : m_scene.instancesIn(area)) {
        const SchematicScene::Instance& instance = m_scene.instances()[i];
        if (!instance.name.isEmpty())
            text(instance.nameAt, instance.nameAnchor, instance.name, kTextSize, m_style.name,
                 bold);
        if (!instance.value.isEmpty())
            text(instance.valueAt, instance.valueAnchor, TextLayout::shortened(instance.value),
                 kTextSize, m_style.value, m_style.font);
    }
}

void SchematicPainter::junctions(const QRectF& area) {
    const double r = m_exact ? 2.6 * m_map.scale : std::clamp(2.6 * m_map.scale, 1.2, 6.0);
    m_painter.setPen(Qt::NoPen);
    m_painter.setBrush(m_style.wire);
    for (const QPointF& dot : m_scene.junctions())
        if (area.contains(dot))
            m_painter.drawEllipse(m_map.map(dot), r, r);
}

void SchematicPainter::labels(const QRectF& area) {
    // A flag of constant size reaches farther on the sheet when that is small.
    const double reach = 10 * m_textUnit / m_map.scale;
    for (std::size_t i = 0; i < m_scene.labels().size(); ++i) {
        const SchematicScene::Label& l = m_scene.labels()[i];
        const double wide = l.box.width() * m_textUnit / m_map.scale;
        if (l.box.adjusted(-wide, -reach, wide, reach).intersects(area))
            label(l, m_texts == nullptr || m_texts->labelShown(i));
    }
}

void SchematicPainter::label(const SchematicScene::Label& l, bool named) {
    const double size = kTextSize * m_textUnit / m_map.scale;
    QPen pen(m_style.wire, lineWidth() * 1.1, Qt::SolidLine, Qt::RoundCap);
    if (l.kind == LabelKind::Ground || l.kind == LabelKind::Supply) {
        enter(l.at);
        m_painter.rotate(90 * l.quarterTurns);
        pen.setCosmetic(true);
        m_painter.setPen(pen);
        if (l.kind == LabelKind::Ground) {
            m_painter.drawLines(
                QList<QLineF>{{0, 0, 0, 8}, {-9, 8, 9, 8}, {-5.5, 12, 5.5, 12}, {-2, 16, 2, 16}});
        } else {
            m_painter.drawLines(QList<QLineF>{{0, 0, 0, -8}, {-9, -8, 9, -8}});
        }
        m_painter.restore();
        if (l.kind == LabelKind::Supply && named) {
            const bool below = l.quarterTurns == 2;
            text(l.at + QPointF(0, below ? 11 : -11), below ? TextAnchor::Top : TextAnchor::Bottom,
                 l.name, size, m_style.label, m_style.font);
        }
        return;
    }
    if (named)
        flag(l);
}

void SchematicPainter::flag(const SchematicScene::Label& l) {
    const double k = m_textUnit / m_map.scale; // the flag is as large as its text
    const double size = kTextSize * k;
    const bool port =
        l.kind == LabelKind::PortIn || l.kind == LabelKind::PortOut || l.kind == LabelKind::PortBi;
    const bool amid = l.kind == LabelKind::Local && l.anchor == TextAnchor::Bottom;
    if (amid) { // a name lying on its wire
        text(l.at + QPointF(0, l.quarterTurns == 1 ? 2 : -2),
             l.quarterTurns == 1 ? TextAnchor::Top : TextAnchor::Bottom, l.name, size,
             m_style.label, m_style.font);
        return;
    }
    const QFontMetricsF metrics(sized(m_style.font, size));
    const double width = metrics.horizontalAdvance(l.name) / m_map.scale;
    const double half = 7 * k;
    const QPointF d = direction(l.quarterTurns);
    const bool upright = d.x() == 0;
    const double along = (upright ? 2 * half - 3 * k : width + 6 * k);
    const double across = upright ? width / 2 + 5 * k : half;
    // A small tag that begins with a short stem; ports point in, out or both ways.
    const double stem = 4;
    const double nib = port ? 6 * k : 0;
    const QPointF n(-d.y(), d.x());
    const auto at = [&](double a, double c) { return m_map.map(l.at + d * a + n * c); };
    const bool pointIn = l.kind == LabelKind::PortOut || l.kind == LabelKind::PortBi;
    const bool pointOut = l.kind == LabelKind::PortIn || l.kind == LabelKind::PortBi;
    const double begin = stem + (pointOut ? nib : 0);
    const double end = begin + along;
    QPolygonF outline;
    outline << at(begin, -across) << at(end, -across);
    if (pointIn)
        outline << at(end + nib, 0);
    outline << at(end, across) << at(begin, across);
    if (pointOut)
        outline << at(stem, 0);
    m_painter.setPen(QPen(m_style.label, lineWidth() * 0.8,
                          l.kind == LabelKind::Global ? Qt::DashLine : Qt::SolidLine, Qt::RoundCap,
                          Qt::RoundJoin));
    m_painter.drawLine(m_map.map(l.at), at(stem, 0));
    m_painter.setBrush(m_style.labelGround);
    if (port || l.kind == LabelKind::Global) {
        m_painter.drawPolygon(outline);
    } else {
        m_painter.setPen(Qt::NoPen);
        m_painter.drawPolygon(outline);
    }
    text(l.at + d * ((begin + end) / 2), TextAnchor::Center, l.name, size, m_style.label,
         m_style.font);
}

void SchematicPainter::notes(const QRectF& area) {
    for (const SchematicScene::Note& note : m_scene.notes()) {
        if (!note.box.adjusted(-20, -20, 20, 20).intersects(area) ||
            (!m_exact && note.size * m_map.scale < 4))
            continue;
        const double size = note.directive ? note.size * 0.9 : note.size;
        const double pitch = note.size * 1.45;
        const double height = pitch * static_cast<double>(note.lines.size());
        // LTspice-like anchors speak of the whole text; lines are then set from its top.
        const QPointF corner = SchematicScene::anchored(note.at, note.anchor, {0, height});
        TextAnchor side = TextAnchor::Left;
        if (note.anchor == TextAnchor::Center || note.anchor == TextAnchor::Top ||
            note.anchor == TextAnchor::Bottom)
            side = TextAnchor::Center;
        else if (note.anchor == TextAnchor::Right || note.anchor == TextAnchor::TopRight ||
                 note.anchor == TextAnchor::BottomRight)
            side = TextAnchor::Right;
        double y = corner.y() + pitch / 2;
        for (const QString& line : note.lines) {
            text({note.at.x(), y}, side, line, size,
                 note.directive ? m_style.directive : m_style.note,
                 note.directive ? m_style.monoFont : m_style.font);
            y += pitch;
        }
    }
}

QRectF SchematicPainter::text(const QPointF& at, TextAnchor anchor, const QString& text,
                              double size, const QColor& colour, const QFont& font) {
    const QFont scaled = sized(font, size);
    // Export may want text smaller than a pixel of the painter: the rest comes from its transform.
    const double rest = m_exact ? size * m_map.scale / scaled.pixelSize() : 1.0;
    const QFontMetricsF metrics(scaled);
    const QSizeF extent(metrics.horizontalAdvance(text) * rest, metrics.height() * rest);
    const QRectF box(SchematicScene::anchored(m_map.map(at), anchor, extent), extent);
    m_painter.setFont(scaled);
    m_painter.setPen(colour);
    if (!m_exact) {
        m_painter.drawText(
            QPointF(std::round(box.left()), std::round(box.top() + metrics.ascent())), text);
        return box;
    }
    m_painter.save();
    m_painter.translate(box.topLeft());
    m_painter.scale(rest, rest);
    m_painter.drawText(QPointF(0, metrics.ascent()), text);
    m_painter.restore();
    return box;
}

void SchematicPainter::litNet(int index, const QColor& colour, bool strong) {
    const SchematicScene::Net& net = m_scene.nets()[static_cast<std::size_t>(index)];
    QList<QLineF> lines;
    for (const std::uint32_t w : net.wires) {
        const QLineF& wire = m_scene.wires()[w];
        lines.append({m_map.map(wire.p1()), m_map.map(wire.p2())});
    }
    const double width = lineWidth();
    m_painter.setRenderHint(QPainter::Antialiasing, true);
    m_painter.setPen(QPen(withAlpha(colour, strong ? 75 : 55), width + (strong ? 8 : 6),
                          Qt::SolidLine, Qt::RoundCap));
    m_painter.drawLines(lines);
    m_painter.setPen(QPen(colour, width + (strong ? 1.2 : 0.6), Qt::SolidLine, Qt::RoundCap));
    m_painter.drawLines(lines);
    const double r = std::clamp(2.8 * m_map.scale, 2.0, 6.0);
    m_painter.setPen(QPen(colour, 1.4));
    m_painter.setBrush(strong ? colour : m_style.background);
    for (const QPointF& pin : net.pins)
        m_painter.drawEllipse(m_map.map(pin), r, r);
    for (const std::uint32_t l : net.labels) {
        const SchematicScene::Label& label = m_scene.labels()[l];
        m_painter.setPen(QPen(withAlpha(colour, 150), 1.4));
        m_painter.setBrush(withAlpha(colour, 30));
        m_painter.drawRoundedRect(m_map.map(label.box).adjusted(-2, -1, 2, 1), 4, 4);
    }
}

void SchematicPainter::litInstance(int index, const QColor& colour, bool strong) {
    const SchematicScene::Instance& instance = m_scene.instances()[static_cast<std::size_t>(index)];
    m_painter.setRenderHint(QPainter::Antialiasing, true);
    const double pad = std::max(2.0, 2.5 * m_map.scale);
    const QRectF box = m_map.map(instance.box).adjusted(-pad, -pad, pad, pad);
    m_painter.setPen(QPen(colour, strong ? 2.0 : 1.4));
    m_painter.setBrush(withAlpha(colour, strong ? 34 : 18));
    m_painter.drawRoundedRect(box, 5, 5);
}

void SchematicPainter::focusFrame(const QRectF& box) {
    m_painter.setRenderHint(QPainter::Antialiasing, true);
    QPen pen(m_style.selection, 1.4, Qt::DotLine);
    m_painter.setPen(pen);
    m_painter.setBrush(Qt::NoBrush);
    m_painter.drawRoundedRect(m_map.map(box).adjusted(-9, -9, 9, 9), 7, 7);
}

} // namespace ohm::widgets
