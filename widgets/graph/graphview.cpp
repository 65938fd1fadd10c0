// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph/graphview_p.h"

#include "widgets/common/palette.h"
#include "widgets/common/theme.h"

#include <QAccessible>
#include <QEvent>
#include <QLocale>
#include <QStyle>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ohm::widgets {

namespace {

constexpr double kFitMargin = 34; ///< pixels around a fitted drawing, room for labels
constexpr double kMostFitScale = 3.0;
constexpr double kLeastScale = 1e-4;
constexpr double kMostScale = 40;
constexpr std::size_t kMostAnimated = 6000;

float finite(float v) {
    return std::isfinite(v) ? v : 0.0f;
}

/// A scene as it may be drawn: whatever does not fit the number of nodes is made to fit.
std::shared_ptr<const GraphScene> sound(std::shared_ptr<const GraphScene> scene) {
    const std::size_t n = std::min(scene->x.size(), scene->y.size());
    bool good = scene->x.size() == n && scene->y.size() == n && scene->kind.size() == n &&
                scene->edges.size() % 2 == 0 && !scene->kinds.empty() &&
                (scene->group.empty() || scene->group.size() == n);
    good = good && std::all_of(scene->edges.begin(), scene->edges.end(),
                               [n](std::uint32_t node) { return node < n; });
    good = good && std::all_of(scene->kind.begin(), scene->kind.end(),
                               [&](std::uint8_t k) { return k < scene->kinds.size(); });
    good = good &&
           std::all_of(scene->x.begin(), scene->x.end(), [](float v) { return std::isfinite(v); });
    good = good &&
           std::all_of(scene->y.begin(), scene->y.end(), [](float v) { return std::isfinite(v); });
    if (good)
        return scene;
    auto copy = std::make_shared<GraphScene>(*scene);
    copy->x.resize(n);
    copy->y.resize(n);
    std::transform(copy->x.begin(), copy->x.end(), copy->x.begin(), finite);
    std::transform(copy->y.begin(), copy->y.end(), copy->y.begin(), finite);
    copy->kind.resize(n, 0);
    if (copy->kinds.empty())
        copy->kinds.emplace_back();
    for (std::uint8_t& k : copy->kind)
        k = k < copy->kinds.size() ? k : 0;
    if (!copy->group.empty())
        copy->group.resize(n, GraphScene::kNoGroup);
    std::vector<std::uint32_t> edges;
    for (std::size_t e = 0; e + 1 < copy->edges.size(); e += 2)
        if (copy->edges[e] < n && copy->edges[e + 1] < n)
            edges.insert(edges.end(), {copy->edges[e], copy->edges[e + 1]});
    copy->edges = std::move(edges);
    return copy;
}

} // namespace

GraphView::Private::Private(GraphView* view)
    : q(view) {
    settle.setSingleShot(true);
    settle.setInterval(90);
    QObject::connect(&settle, &QTimer::timeout, view, [this] { q->update(); });
    animation.setInterval(15);
    QObject::connect(&animation, &QTimer::timeout, view, [this] {
        const double t =
            std::min(1.0, static_cast<double>(animationClock.elapsed()) / std::max(1, animationMs));
        const auto eased = static_cast<float>(t * t * (3 - 2 * t));
        for (std::size_t i = 0; i < x.size(); ++i) {
            x[i] = fromX[i] + (toX[i] - fromX[i]) * eased;
            y[i] = fromY[i] + (toY[i] - fromY[i]) * eased;
        }
        if (t >= 1) {
            animation.stop();
            x = toX;
            y = toY;
        }
        positionsChanged();
    });
}

void GraphView::Private::setScene(std::shared_ptr<const GraphScene> newScene) {
    animation.stop();
    settle.stop();
    scene = newScene ? sound(std::move(newScene)) : nullptr;
    topology.reset();
    selection.clear();
    selectedFlags.clear();
    emphasised.clear();
    emphasisedEdges.clear();
    customColours.clear();
    links.clear();
    hoveredLink = -1;
    hovered = current = -1;
    hoveredKind = -1;
    drag = Drag::None;
    x.clear();
    y.clear();
    kindCount.clear();
    if (scene) {
        x = scene->x;
        y = scene->y;
        topology.emplace(*scene);
        kindCount.assign(scene->kinds.size(), 0);
        for (std::uint8_t k : scene->kind)
            ++kindCount[k];
    }
    selectedFlags.assign(x.size(), 0);
    kindVisible.assign(kindCount.size(), 1);
    refreshColours();
    refreshHidden();
    layoutLegend(); // fitting leaves room for it
    positionsChanged();
    fit();
    describe();
}

void GraphView::Private::positionsChanged() {
    index.build(x, y,
                scene ? std::span<const std::uint32_t>(scene->edges)
                      : std::span<const std::uint32_t>());
    if (fitted)
        fit();
    invalidate();
}

void GraphView::Private::setTargetPositions(std::vector<float> newX, std::vector<float> newY) {
    if (!scene || newX.size() != x.size() || newY.size() != y.size())
        return;
    std::transform(newX.begin(), newX.end(), newX.begin(), finite);
    std::transform(newY.begin(), newY.end(), newY.begin(), finite);
    const int duration = q->style()->styleHint(QStyle::SH_Widget_Animation_Duration, nullptr, q);
    if (q->isVisible() && duration > 0 && Theme::animationsWanted() && x.size() <= kMostAnimated) {
        fromX = x;
        fromY = y;
        toX = std::move(newX);
        toY = std::move(newY);
        animationMs = duration;
        animationClock.start();
        animation.start();
        return;
    }
    animation.stop();
    x = std::move(newX);
    y = std::move(newY);
    positionsChanged();
}

void GraphView::Private::refreshColours() {
    dark = isDark(q->palette());
    colours = GraphColours::of(q->palette());
    nodeColours.resize(x.size());
    std::vector<QRgb> byKind;
    if (scene)
        for (const GraphScene::Kind& kind : scene->kinds)
            byKind.push_back(seriesColour(kind.paletteIndex, dark).rgb());
    for (std::size_t i = 0; i < x.size(); ++i)
        nodeColours[i] = i < customColours.size() && customColours[i] != 0
                             ? customColours[i] | 0xFF000000u
                             : byKind[scene->kind[i]];
    invalidate();
}

void GraphView::Private::refreshHidden() {
    hidden.resize(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        hidden[i] = kindVisible[scene->kind[i]] ? 0 : 1;
    invalidate();
}

void GraphView::Private::layoutLegend() {
    std::vector<GraphLegend::Entry> entries;
    for (std::size_t k = 0; k < kindCount.size(); ++k)
        if (kindCount[k] > 0)
            entries.push_back({static_cast<int>(k), kindCount[k], kindVisible[k] != 0});
    if (scene)
        legend.layout(*scene, std::move(entries), q->font(), q->rect());
}

void GraphView::Private::setKindVisible(int kind, bool visible) {
    if (kind < 0 || static_cast<std::size_t>(kind) >= kindVisible.size())
        return;
    kindVisible[static_cast<std::size_t>(kind)] = visible ? 1 : 0;
    refreshHidden();
    layoutLegend();
}

void GraphView::Private::setSelection(const std::vector<std::uint32_t>& nodes) {
    selection.clear();
    emphasised.clear();
    emphasisedEdges.clear();
    selectedFlags.assign(x.size(), 0);
    for (std::uint32_t node : nodes) {
        if (node < x.size() && !selectedFlags[node]) {
            selectedFlags[node] = 1;
            selection.push_back(node);
        }
    }
    emphasised = selection;
    for (std::uint32_t node : selection) {
        for (std::uint32_t e : topology->edgesAt(node)) {
            const std::uint32_t u = scene->edges[2 * e];
            const std::uint32_t v = scene->edges[2 * e + 1];
            const std::uint32_t other = u == node ? v : u;
            if (selectedFlags[other] != 1 || node <= other) // an edge within appears twice
                emphasisedEdges.push_back(e);
            if (!selectedFlags[other]) {
                selectedFlags[other] = 2;
                emphasised.push_back(other);
            }
        }
    }
    emphasisValid = false;
    describe();
    q->update();
}

void GraphView::Private::setHovered(std::int64_t node, bool tell) {
    if (node < 0 || static_cast<std::size_t>(node) >= x.size())
        node = -1;
    if (hovered == node)
        return;
    hovered = node;
    q->update();
    if (tell)
        emit q->hovered(node);
}

void GraphView::Private::setCurrent(std::int64_t node) {
    current = node;
    if (usable(node)) {
        const QPointF at = toWidget(static_cast<std::uint32_t>(node));
        if (!QRectF(q->rect()).adjusted(20, 20, -20, -20).contains(at))
            reveal(static_cast<std::uint32_t>(node));
    }
    setHovered(node, true);
    describe();
    if (QAccessible::isActive()) {
        QAccessibleValueChangeEvent changed(q, labelOf(node));
        QAccessible::updateAccessibility(&changed);
    }
    q->update();
}

QString GraphView::Private::labelOf(std::int64_t node) const {
    if (!scene || node < 0 || static_cast<std::size_t>(node) >= x.size())
        return {};
    return scene->label ? scene->label(static_cast<std::uint32_t>(node)) : QLocale().toString(node);
}

void GraphView::Private::describe() {
    QString text;
    const QLocale locale;
    if (has())
        text = GraphView::tr("%1 nodes, %2 edges.")
                   .arg(locale.toString(static_cast<qulonglong>(x.size())),
                        locale.toString(static_cast<qulonglong>(scene->edges.size() / 2)));
    else
        text = placeholder;
    if (has() && !links.empty())
        text +=
            QLatin1Char(' ') +
            GraphView::tr("%1 links.").arg(locale.toString(static_cast<qulonglong>(links.size())));
    if (usable(current))
        text += QLatin1Char(' ') + GraphView::tr("At %1.").arg(labelOf(current));
    if (selection.size() == 1)
        text += QLatin1Char(' ') + GraphView::tr("Selected: %1.").arg(labelOf(selection.front()));
    else if (!selection.empty())
        text +=
            QLatin1Char(' ') + GraphView::tr("%1 nodes selected.")
                                   .arg(locale.toString(static_cast<qulonglong>(selection.size())));
    q->setAccessibleDescription(text);
}

// --- view ---------------------------------------------------------------------------------------

QRectF GraphView::Private::sceneArea(const QRectF& widget) const {
    return QRectF((widget.left() - offset.x()) / scale, (widget.top() - offset.y()) / scale,
                  widget.width() / scale, widget.height() / scale);
}

void GraphView::Private::setView(double newScale, const QPointF& newOffset, bool byUser) {
    newScale = std::clamp(newScale, kLeastScale, kMostScale);
    if (newScale != scale && layerValid)
        settle.start();
    scale = newScale;
    offset = newOffset;
    if (byUser && has()) {
        fitted = false;
        // Some of the drawing always stays in view.
        const QRectF box(index.bounds().topLeft() * scale + offset, index.bounds().size() * scale);
        const QRectF keep = QRectF(q->rect()).adjusted(40, 40, -40, -40);
        offset.rx() +=
            std::max(0.0, keep.left() - box.right()) - std::max(0.0, box.left() - keep.right());
        offset.ry() +=
            std::max(0.0, keep.top() - box.bottom()) - std::max(0.0, box.top() - keep.bottom());
    }
    q->update();
}

void GraphView::Private::zoomAt(const QPointF& at, double factor) {
    if (!has() || !std::isfinite(factor) || factor <= 0)
        return;
    const double least = std::min(fitScale() * 0.2, scale);
    const double target = std::clamp(scale * factor, least, kMostScale);
    setView(target, at - (at - offset) * (target / scale), true);
}

void GraphView::Private::pan(const QPointF& by) {
    if (has())
        setView(scale, offset + by, true);
}

QRectF GraphView::Private::fitArea() const {
    QRectF area = q->rect();
    if (!legendVisible || legend.panel().isEmpty() || !has())
        return area;
    // Beside the legend or above it, whichever leaves the graph larger.
    const QRectF box = index.bounds();
    QRectF beside = area;
    beside.setLeft(legend.panel().right());
    QRectF above = area;
    above.setBottom(legend.panel().top());
    return scaleInto(beside, box) >= scaleInto(above, box) ? beside : above;
}

double GraphView::Private::fitScale() const {
    return std::max(scaleInto(fitArea(), index.bounds()), kLeastScale);
}

double GraphView::Private::scaleInto(const QRectF& area, const QRectF& box) {
    const double width = std::max(area.width() - 2 * kFitMargin, 20.0);
    const double height = std::max(area.height() - 2 * kFitMargin, 20.0);
    double best = kMostFitScale;
    if (box.width() > 0)
        best = std::min(best, width / box.width());
    if (box.height() > 0)
        best = std::min(best, height / box.height());
    return best;
}

void GraphView::Private::fit() {
    if (has()) {
        const double s = fitScale();
        setView(s, fitArea().center() - index.bounds().center() * s, false);
        settle.stop();
    }
    fitted = true;
}

void GraphView::Private::reveal(std::uint32_t node) {
    if (node >= x.size())
        return;
    const double s = std::max(scale, std::min(1.0, 4 * fitScale()));
    setView(s, QRectF(q->rect()).center() - QPointF(x[node], y[node]) * s, true);
}

std::int64_t GraphView::Private::pick(const QPointF& at) const {
    if (!has())
        return -1;
    const GraphPainter detail = detailPainter();
    constexpr double kSlack = 4;
    const double reach = (markerRadius(64, PixelMap{scale, 0, 0}, 1) + kSlack) / scale;
    const QPointF p = (at - offset) / scale;
    double best = std::numeric_limits<double>::max();
    std::int64_t found = -1;
    index.visitNodes(QRectF(p.x() - reach, p.y() - reach, 2 * reach, 2 * reach),
                     [&](std::uint32_t node) {
                         if (hidden[node])
                             return;
                         const QPointF d = toWidget(node) - at;
                         const double distance = std::hypot(d.x(), d.y());
                         const double radius = detail.radius(node);
                         // The nearest wins; of two under the pointer, the one painted later.
                         if (distance <= radius + kSlack &&
                             (distance < best || (distance == best && node > found))) {
                             best = distance;
                             found = node;
                         }
                     });
    return found;
}

std::int64_t GraphView::Private::neighbourTowards(std::int64_t from, Qt::Key key) const {
    if (!usable(from))
        return nextNode(-1, true);
    const QPointF direction = key == Qt::Key_Left    ? QPointF(-1, 0)
                              : key == Qt::Key_Right ? QPointF(1, 0)
                              : key == Qt::Key_Up    ? QPointF(0, -1)
                                                     : QPointF(0, 1);
    const auto node = static_cast<std::uint32_t>(from);
    double best = 0.34; // cosine: within about 70 degrees of the direction
    std::int64_t found = from;
    const auto consider = [&](std::uint32_t other) {
        if (hidden[other] || other == node)
            return;
        const QPointF d(x[other] - x[node], y[other] - y[node]);
        const double length = std::hypot(d.x(), d.y());
        const double cosine = length > 0 ? QPointF::dotProduct(d, direction) / length : 0;
        if (cosine > best) {
            best = cosine;
            found = other;
        }
    };
    for (std::uint32_t e : topology->edgesAt(node))
        consider(scene->edges[2 * e] ^ scene->edges[2 * e + 1] ^ node);
    for (const auto& link : links)
        if (link.from == node || link.to == node)
            consider(link.from ^ link.to ^ node);
    return found;
}

std::int64_t GraphView::Private::nextNode(std::int64_t from, bool forward) const {
    const auto n = static_cast<std::int64_t>(x.size());
    for (std::int64_t node = from < 0 ? (forward ? 0 : n - 1) : from + (forward ? 1 : -1);
         node >= 0 && node < n; node += forward ? 1 : -1)
        if (usable(node))
            return node;
    return -1;
}

std::vector<std::uint32_t> GraphView::Private::inside(const QPolygonF& polygon) const {
    std::vector<std::uint32_t> nodes;
    if (polygon.size() < 3)
        return nodes;
    index.visitNodes(sceneArea(polygon.boundingRect()), [&](std::uint32_t node) {
        if (!hidden[node] && polygon.containsPoint(toWidget(node), Qt::OddEvenFill))
            nodes.push_back(node);
    });
    std::sort(nodes.begin(), nodes.end());
    return nodes;
}

// --- the widget ---------------------------------------------------------------------------------

GraphView::GraphView(QWidget* parent)
    : QWidget(parent)
    , d(std::make_unique<Private>(this)) {
    installGraphAccessibility();
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAttribute(Qt::WA_AcceptTouchEvents);
    grabGesture(Qt::PinchGesture);
    setAccessibleName(tr("Graph"));
    d->placeholder = tr("Nothing to show yet.");
    d->refreshColours();
    d->describe();
}

GraphView::~GraphView() = default;

void GraphView::setScene(std::shared_ptr<const GraphScene> scene) {
    d->setScene(std::move(scene));
}
void GraphView::setPositions(std::vector<float> x, std::vector<float> y) {
    d->setTargetPositions(std::move(x), std::move(y));
}
void GraphView::setPlaceholder(const QString& text) {
    d->placeholder = text;
    d->describe();
    update();
}
void GraphView::setSelection(const std::vector<std::uint32_t>& nodes) {
    if (d->topology)
        d->setSelection(nodes);
}
void GraphView::setHover(std::int64_t node) {
    d->setHovered(node, false);
}
void GraphView::setAnnotations(std::function<QString(std::uint32_t)> text) {
    d->annotations = std::move(text);
    update();
}
void GraphView::setValues(std::function<Annotation(std::uint32_t)> value) {
    d->values = std::move(value);
    update();
}
void GraphView::setValueLegend(const ValueLegend& legend) {
    d->valueLegend = legend;
    update();
}
void GraphView::setColours(std::vector<std::uint32_t> argb) {
    d->customColours = std::move(argb);
    d->refreshColours();
}
void GraphView::setKindVisible(int kind, bool visible) {
    d->setKindVisible(kind, visible);
}
bool GraphView::isKindVisible(int kind) const {
    return kind >= 0 && static_cast<std::size_t>(kind) < d->kindVisible.size() &&
           d->kindVisible[static_cast<std::size_t>(kind)] != 0;
}
void GraphView::setLegendVisible(bool visible) {
    d->legendVisible = visible;
    update();
}
void GraphView::setTooltipProvider(std::function<QString(std::uint32_t)> provider) {
    d->tooltips = std::move(provider);
}
void GraphView::zoomIn() {
    d->zoomAt(QRectF(rect()).center(), 1.3);
}
void GraphView::zoomOut() {
    d->zoomAt(QRectF(rect()).center(), 1 / 1.3);
}
void GraphView::fit() {
    d->fit();
}
void GraphView::reveal(std::uint32_t node) {
    d->reveal(node);
}
double GraphView::zoom() const {
    return d->scale;
}
QPointF GraphView::positionOf(std::uint32_t node) const {
    return node < d->x.size() ? d->toWidget(node) : QPointF();
}
std::int64_t GraphView::nodeAt(const QPointF& position) const {
    return d->pick(position);
}
std::int64_t GraphView::currentNode() const {
    return d->current;
}
QString GraphView::nodeText(std::int64_t node) const {
    return d->labelOf(node);
}
QSize GraphView::sizeHint() const {
    return {fontMetrics().averageCharWidth() * 70, fontMetrics().height() * 28};
}
QSize GraphView::minimumSizeHint() const {
    return {fontMetrics().averageCharWidth() * 16, fontMetrics().height() * 8};
}

} // namespace ohm::widgets
