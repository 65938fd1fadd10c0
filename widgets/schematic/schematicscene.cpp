// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/schematic/schematicscene.h"

#include "core/schematic/symbols.h"

#include <algorithm>
#include <cmath>

namespace ohm::widgets {
namespace {

/// Longer texts are cut: laying out a name of a megabyte would hold up the window.
constexpr qsizetype kMostCharacters = 400;
constexpr qsizetype kMostNoteCharacters = 20000; // of all its lines

QString drawnText(const std::string& text, qsizetype most = kMostCharacters) {
    const auto size = static_cast<qsizetype>(text.size());
    return size <= most ? QString::fromStdString(text)
                        : QString::fromUtf8(text.data(), most) + QChar(0x2026);
}

using schematic::Orientation;
using schematic::Pt;
using schematic::Shape;
using schematic::TextAnchor;

QPointF toPoint(Pt p) {
    return {static_cast<qreal>(p.x), static_cast<qreal>(p.y)};
}

QPointF turned(const QPointF& p, Orientation o) {
    const double x = o.mirror ? -p.x() : p.x();
    switch (o.quarterTurns & 3) {
    case 1:
        return {-p.y(), x};
    case 2:
        return {-x, -p.y()};
    case 3:
        return {p.y(), -x};
    default:
        return {x, p.y()};
    }
}

/// A rectangle that also holds points (QRectF::united ignores empty ones).
void grow(QRectF& box, const QPointF& p, bool& any) {
    if (!any) {
        box = QRectF(p, QSizeF(0, 0));
        any = true;
        return;
    }
    box.setCoords(std::min(box.left(), p.x()), std::min(box.top(), p.y()),
                  std::max(box.right(), p.x()), std::max(box.bottom(), p.y()));
}

void grow(QRectF& box, const QRectF& other, bool& any) {
    grow(box, other.topLeft(), any);
    grow(box, other.bottomRight(), any);
}

void addShape(SymbolArt& art, const Shape& shape, Orientation o) {
    if (shape.points.empty())
        return;
    const auto at = [&](std::size_t i) {
        return turned(toPoint(shape.points[i]) * static_cast<qreal>(shape.scale), o);
    };
    if (shape.kind == Shape::Kind::Text) {
        art.texts.push_back({at(0), drawnText(shape.text),
                             static_cast<double>(shape.size) * static_cast<double>(shape.scale),
                             schematic::turnedAnchor(shape.anchor, o)});
        return;
    }
    QPainterPath path;
    switch (shape.kind) {
    case Shape::Kind::Line:
    case Shape::Kind::Polygon:
        path.moveTo(at(0));
        for (std::size_t i = 1; i < shape.points.size(); ++i)
            path.lineTo(at(i));
        if (shape.kind == Shape::Kind::Polygon)
            path.closeSubpath();
        break;
    case Shape::Kind::Rectangle:
    case Shape::Kind::Circle:
    case Shape::Kind::Arc: {
        if (shape.points.size() < 2)
            return;
        const QRectF box = QRectF(at(0), at(1)).normalized();
        if (shape.kind == Shape::Kind::Rectangle) {
            path.addRect(box);
        } else if (shape.kind == Shape::Kind::Circle) {
            path.addEllipse(box);
        } else {
            // Turning clockwise lowers counter-clockwise angles; mirroring reverses their sense.
            double start = shape.startAngle;
            double span = shape.spanAngle;
            if (o.mirror) {
                start = 180 - start;
                span = -span;
            }
            start -= 90.0 * (o.quarterTurns & 3);
            path.arcMoveTo(box, start);
            path.arcTo(box, start, span);
        }
        break;
    }
    case Shape::Kind::Text:
        return;
    }
    if (shape.filled)
        art.fills.addPath(path);
    else
        art.strokes.addPath(path);
}

void finishArt(SymbolArt& art) {
    bool any = false;
    if (!art.strokes.isEmpty())
        grow(art.body, art.strokes.boundingRect(), any);
    if (!art.fills.isEmpty())
        grow(art.body, art.fills.boundingRect(), any);
    for (const QPainterPath* path : {&art.strokes, &art.fills})
        for (const QPolygonF& polygon : path->toSubpathPolygons())
            for (qsizetype i = 1; i < polygon.size(); ++i)
                art.rough.emplace_back(polygon[i - 1], polygon[i]);
}

} // namespace

SchematicScene::SchematicScene(std::shared_ptr<const schematic::SchematicDoc> doc)
    : m_doc(std::move(doc)) {
    m_art.resize(m_doc->symbols.size() * 8);
    for (const Shape& shape : m_doc->drawings)
        addShape(m_drawings, shape, {});
    finishArt(m_drawings);
    addInstances();
    addNets();
    addTexts();

    bool any = false;
    if (!m_drawings.rough.empty())
        grow(m_bounds, m_drawings.body, any);
    for (const Instance& i : m_instances) {
        grow(m_bounds, i.box, any);
        if (!i.name.isEmpty())
            grow(m_bounds, textBox(i.nameAt, i.nameAnchor, i.name, 10), any);
        if (!i.value.isEmpty())
            grow(m_bounds, textBox(i.valueAt, i.valueAnchor, i.value, 10), any);
    }
    for (const QLineF& wire : m_wires) {
        grow(m_bounds, wire.p1(), any);
        grow(m_bounds, wire.p2(), any);
    }
    for (const auto& label : m_labels)
        grow(m_bounds, label.box, any);
    for (const Note& note : m_notes)
        grow(m_bounds, note.box, any);

    m_instanceGrid = SchematicIndex(m_bounds);
    m_wireGrid = SchematicIndex(m_bounds);
    for (std::size_t i = 0; i < m_instances.size(); ++i) {
        const Instance& instance = m_instances[i];
        QRectF box = instance.box;
        bool some = true;
        if (!instance.name.isEmpty())
            grow(box, textBox(instance.nameAt, instance.nameAnchor, instance.name, 10), some);
        if (!instance.value.isEmpty())
            grow(box, textBox(instance.valueAt, instance.valueAnchor, instance.value, 10), some);
        m_instanceGrid.insert(static_cast<std::uint32_t>(i), box);
    }
    for (std::size_t i = 0; i < m_wires.size(); ++i)
        m_wireGrid.insert(static_cast<std::uint32_t>(i), m_wires[i]);
}

bool SchematicScene::empty() const {
    return m_instances.empty() && m_wires.empty() && m_labels.empty() && m_notes.empty() &&
           m_drawings.rough.empty();
}

const SymbolArt* SchematicScene::artFor(std::uint32_t symbol, Orientation o) {
    const std::size_t key = symbol * 8 + (o.quarterTurns & 3U) + (o.mirror ? 4U : 0U);
    std::unique_ptr<SymbolArt>& art = m_art[key];
    if (!art) {
        art = std::make_unique<SymbolArt>();
        const schematic::Symbol& source = m_doc->symbols[symbol];
        for (const Shape& shape : source.shapes)
            addShape(*art, shape, o);
        finishArt(*art);
        bool any = !art->strokes.isEmpty() || !art->fills.isEmpty();
        art->box = art->body;
        for (const schematic::Pin& pin : source.pins)
            grow(art->box, turned(toPoint(pin.at), o), any);
        if (!any)
            art->box = art->body = QRectF(-10, -10, 20, 20); // nothing drawn: still to be seen
    }
    return art.get();
}

void SchematicScene::addInstances() {
    m_instances.reserve(m_doc->instances.size());
    for (std::size_t index = 0; index < m_doc->instances.size(); ++index) {
        const schematic::SymbolInstance& source = m_doc->instances[index];
        Instance i;
        if (source.symbol >= m_doc->symbols.size())
            continue;
        i.art = artFor(source.symbol, source.orientation);
        i.at = toPoint(source.at);
        i.box = i.art->box.translated(i.at);
        i.body = i.art->body.translated(i.at);
        i.name = drawnText(source.name);
        i.value = drawnText(source.value);
        i.device = QString::fromStdString(source.device);
        i.nameAt = i.at + turned(toPoint(source.nameSlot.at), source.orientation);
        i.valueAt = i.at + turned(toPoint(source.valueSlot.at), source.orientation);
        i.nameAnchor = schematic::turnedAnchor(source.nameSlot.anchor, source.orientation);
        i.valueAnchor = schematic::turnedAnchor(source.valueSlot.anchor, source.orientation);
        i.placeholder = source.placeholder;
        i.descends = !source.sheet.empty();
        const auto& pins = m_doc->symbols[source.symbol].pins;
        for (std::size_t p = 0; p < pins.size(); ++p) {
            i.pins.push_back(i.at + turned(toPoint(pins[p].at), source.orientation));
            const bool known = index < m_doc->pinNets.size() && p < m_doc->pinNets[index].size();
            i.pinNets.push_back(known ? netFor(m_doc->pinNets[index][p]) : -1);
        }
        if (!i.device.isEmpty())
            m_deviceIndex.insert(i.device, static_cast<int>(m_instances.size()));
        m_instances.push_back(std::move(i));
    }
}

int SchematicScene::netFor(const std::string& name) {
    if (name.empty())
        return -1;
    const QString key = QString::fromStdString(name);
    const auto it = m_netIndex.constFind(key);
    if (it != m_netIndex.constEnd())
        return *it;
    const int index = static_cast<int>(m_nets.size());
    m_netIndex.insert(key, index);
    m_nets.push_back({key, {}, {}, {}, {}});
    return index;
}

void SchematicScene::addNets() {
    std::vector<bool> any;
    const auto extend = [&](int net, const QPointF& p) {
        if (net < 0)
            return;
        any.resize(m_nets.size());
        bool some = any[static_cast<std::size_t>(net)];
        grow(m_nets[static_cast<std::size_t>(net)].box, p, some);
        any[static_cast<std::size_t>(net)] = some;
    };
    for (const schematic::Wire& wire : m_doc->wires) {
        const int net = netFor(wire.net);
        m_wires.emplace_back(toPoint(wire.a), toPoint(wire.b));
        m_wireNets.push_back(net);
        if (net >= 0)
            m_nets[static_cast<std::size_t>(net)].wires.push_back(
                static_cast<std::uint32_t>(m_wires.size() - 1));
        extend(net, m_wires.back().p1());
        extend(net, m_wires.back().p2());
    }
    for (const Instance& instance : m_instances) {
        for (std::size_t p = 0; p < instance.pins.size(); ++p) {
            const int net = instance.pinNets[p];
            if (net >= 0)
                m_nets[static_cast<std::size_t>(net)].pins.push_back(instance.pins[p]);
            extend(net, instance.pins[p]);
        }
    }
    for (const schematic::Label& source : m_doc->labels) {
        const int net = netFor(source.net);
        SchematicScene::Label label{
            source.kind, toPoint(source.at), drawnText(source.name),
            net,         source.anchor,      source.quarterTurns & 3,
            {}};
        if (net >= 0)
            m_nets[static_cast<std::size_t>(net)].labels.push_back(
                static_cast<std::uint32_t>(m_labels.size()));
        extend(net, label.at);
        m_labels.push_back(std::move(label));
    }
    for (const Pt& dot : m_doc->junctions)
        m_junctions.push_back(toPoint(dot));
}

void SchematicScene::addTexts() {
    for (SchematicScene::Label& label : m_labels) {
        if (label.kind == schematic::Label::Kind::Ground) {
            label.box = QRectF(label.at.x() - 10, label.at.y(), 20, 20);
        } else {
            const QSizeF size = textBox({}, TextAnchor::TopLeft, label.name, 10).size();
            if (label.anchor == TextAnchor::Bottom) { // lying on its wire
                const bool below = label.quarterTurns == 1;
                label.box = QRectF(
                    label.at + QPointF(-size.width() / 2, below ? 2 : -size.height() - 2), size);
                continue;
            }
            const bool upright = (label.quarterTurns & 1) != 0;
            const QPointF corner =
                label.quarterTurns == 0   ? QPointF(0, -size.height() / 2)
                : label.quarterTurns == 2 ? QPointF(-size.width() - 12, -size.height() / 2)
                : label.quarterTurns == 1 ? QPointF(-size.width() / 2, 0)
                                          : QPointF(-size.width() / 2, -size.height() - 12);
            label.box = QRectF(label.at + corner, size + (upright ? QSizeF(0, 12) : QSizeF(12, 0)));
        }
    }
    for (const schematic::Note& source : m_doc->notes) {
        Note note{toPoint(source.at),
                  drawnText(source.text, kMostNoteCharacters).split(QLatin1Char('\n')),
                  static_cast<double>(source.size),
                  source.directive,
                  source.anchor,
                  {}};
        qsizetype longest = 0;
        for (const QString& line : note.lines)
            longest = std::max(longest, line.size());
        const QSizeF size(static_cast<qreal>(longest) * note.size * 0.6,
                          note.size * 1.4 * static_cast<qreal>(note.lines.size()));
        note.box = QRectF(anchored(note.at, note.anchor, size), size);
        m_notes.push_back(std::move(note));
    }
}

QPointF SchematicScene::anchored(const QPointF& at, TextAnchor anchor, const QSizeF& size) {
    double x = at.x();
    double y = at.y();
    switch (anchor) {
    case TextAnchor::Center:
    case TextAnchor::Top:
    case TextAnchor::Bottom:
        x -= size.width() / 2;
        break;
    case TextAnchor::Right:
    case TextAnchor::TopRight:
    case TextAnchor::BottomRight:
        x -= size.width();
        break;
    default:
        break;
    }
    switch (anchor) {
    case TextAnchor::Left:
    case TextAnchor::Center:
    case TextAnchor::Right:
        y -= size.height() / 2;
        break;
    case TextAnchor::BottomLeft:
    case TextAnchor::Bottom:
    case TextAnchor::BottomRight:
        y -= size.height();
        break;
    default:
        break;
    }
    return {x, y};
}

QRectF SchematicScene::textBox(const QPointF& at, TextAnchor anchor, const QString& text,
                               double size) {
    const QSizeF extent(static_cast<qreal>(std::min<qsizetype>(text.size(), 40)) * size * 0.58,
                        size * 1.25);
    return {anchored(at, anchor, extent), extent};
}

std::vector<std::uint32_t> SchematicScene::instancesIn(const QRectF& area) const {
    return m_instanceGrid.query(area);
}

std::vector<std::uint32_t> SchematicScene::wiresIn(const QRectF& area) const {
    return m_wireGrid.query(area);
}

SceneHit SchematicScene::hit(const QPointF& at, double reach) const {
    const QRectF area(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach);
    double nearest = reach;
    int net = -1;
    for (const std::uint32_t w : wiresIn(area)) {
        const QLineF& wire = m_wires[w];
        const double length2 = wire.dx() * wire.dx() + wire.dy() * wire.dy();
        const QPointF to = at - wire.p1();
        const double t =
            length2 == 0
                ? 0
                : std::clamp((to.x() * wire.dx() + to.y() * wire.dy()) / length2, 0.0, 1.0);
        const double distance = QLineF(wire.pointAt(t), at).length();
        if (m_wireNets[w] >= 0 && distance <= nearest) {
            nearest = distance;
            net = m_wireNets[w];
        }
    }
    const std::vector<std::uint32_t> near = instancesIn(area);
    for (const std::uint32_t i : near) {
        const Instance& instance = m_instances[i];
        for (std::size_t p = 0; p < instance.pins.size() && net < 0; ++p)
            if (instance.pinNets[p] >= 0 && area.contains(instance.pins[p]))
                net = instance.pinNets[p];
    }
    if (net >= 0)
        return {m_nets[static_cast<std::size_t>(net)].name, {}};
    for (const auto& label : m_labels)
        if (label.net >= 0 && label.box.contains(at))
            return {m_nets[static_cast<std::size_t>(label.net)].name, {}};
    // The smallest body under the point, so that a part drawn inside a frame can be reached.
    const Instance* best = nullptr;
    for (const std::uint32_t i : near) {
        const Instance& instance = m_instances[i];
        const QRectF body = instance.body.adjusted(-reach, -reach, reach, reach);
        const bool inText =
            (!instance.name.isEmpty() &&
             textBox(instance.nameAt, instance.nameAnchor, instance.name, 10).contains(at)) ||
            (!instance.value.isEmpty() &&
             textBox(instance.valueAt, instance.valueAnchor, instance.value, 10).contains(at));
        if (instance.device.isEmpty() || (!body.contains(at) && !inText))
            continue;
        if (best == nullptr || instance.body.width() * instance.body.height() <
                                   best->body.width() * best->body.height())
            best = &instance;
    }
    return best == nullptr ? SceneHit{} : SceneHit{{}, best->device};
}

} // namespace ohm::widgets
