// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/schematic/schematicview.h"

#include "widgets/schematic/schematicview_p.h"

#include <algorithm>
#include <cmath>

namespace ohm::widgets {
namespace {

constexpr double kMostFit = 2.4; // a small drawing is not blown up beyond this
constexpr double kLeastScale = 1e-4;
constexpr double kMostScale = 24;
constexpr double kZoomStep = 1.25;
constexpr double kPointsPerUnit = 0.75; // a 10-unit text is 7.5 pt on paper
constexpr double kReadable = 0.9;       // pixels per unit that a revealed object has at least

} // namespace

SchematicView::SchematicView(QWidget* parent)
    : QWidget(parent)
    , d(std::make_unique<Private>(this)) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Schematic"));
    setAccessibleDescription(tr("No schematic is open."));
    grabGesture(Qt::PinchGesture);
    d->placeholder = tr("No schematic is open.");
}

SchematicView::~SchematicView() = default;

void SchematicView::setDocument(std::shared_ptr<const schematic::SchematicDoc> document) {
    if (document == d->document)
        return;
    // The same sheet drawn anew (a changed file, a new netlist) keeps the place one looks at.
    const bool same = document && d->document && !document->path.empty() &&
                      document->path == d->document->path && document->title == d->document->title;
    d->document = std::move(document);
    d->placed.reset(); // before the scene it speaks of
    d->scene = d->document ? std::make_unique<SchematicScene>(d->document) : nullptr;
    d->hover = {};
    d->joined.clear();
    d->hoveredLink = -1;
    if (d->scene && !d->current.empty()) {
        const bool there = d->current.device.isEmpty()
                               ? d->scene->netIndex(d->current.net) >= 0
                               : d->scene->instanceIndex(d->current.device) >= 0;
        if (!there)
            d->current = {};
    }
    if (!d->scene)
        d->current = {};
    if (!same) {
        d->autoFit = true;
        d->fitNow();
    }
    d->setCurrent(d->current, false);
    d->placementChanged();
}

std::shared_ptr<const schematic::SchematicDoc> SchematicView::document() const {
    return d->document;
}

void SchematicView::setPlaceholder(const QString& text) {
    d->placeholder = text;
    if (!d->scene || d->scene->empty()) {
        setAccessibleDescription(text);
        update();
    }
}

void SchematicView::setSelection(const QSet<QString>& nets, const QSet<QString>& devices) {
    d->selectedNets = nets;
    d->selectedDevices = devices;
    update();
}

void SchematicView::setHover(const QString& net, const QString& device) {
    const SceneHit object{net, device};
    if (object == d->hover)
        return;
    d->hover = object;
    update();
}

void SchematicView::setNetAnnotations(const QHash<QString, Annotation>& byNet) {
    d->netAnnotations = byNet;
    d->placementChanged();
}

void SchematicView::setDeviceAnnotations(const QHash<QString, Annotation>& byDevice) {
    d->deviceAnnotations = byDevice;
    d->placementChanged();
}

void SchematicView::setLegend(const ValueLegend& legend) {
    d->legend = legend;
    update();
}

void SchematicView::setTooltipProvider(
    std::function<QString(const QString& net, const QString& device)> provider) {
    d->tooltips = std::move(provider);
}

void SchematicView::zoomIn() {
    d->zoomAt(QRectF(rect()).center(), kZoomStep);
}

void SchematicView::zoomOut() {
    d->zoomAt(QRectF(rect()).center(), 1 / kZoomStep);
}

void SchematicView::fit() {
    d->autoFit = true;
    d->fitNow();
    d->viewChanged();
}

void SchematicView::reveal(const QString& net, const QString& device) {
    const QRectF box = d->boxOf({net, device});
    if (!d->scene || box.isNull())
        return;
    const QRectF view = QRectF(rect()).adjusted(kMargin, kMargin, -kMargin, -kMargin);
    const QRectF shown = d->map().map(box);
    const bool large = shown.width() > view.width() || shown.height() > view.height();
    if (view.contains(shown) && d->scale >= std::min(kReadable, d->scale * 2))
        return;
    if (large)
        d->scale = std::min(d->scale, d->mapFor(box, view, d->scale).scale);
    else if (d->scale < kReadable)
        d->scale = std::min(kReadable, d->mapFor(box, view, kReadable).scale);
    d->offset = QRectF(rect()).center() - box.center() * d->scale;
    d->autoFit = false;
    d->viewChanged();
}

QSizeF SchematicView::drawingSize() const {
    if (!d->scene || d->scene->empty())
        return {};
    const QRectF box = d->scene->bounds().adjusted(-15, -15, 15, 15);
    return box.size() * kPointsPerUnit;
}

double SchematicView::zoom() const {
    return d->scale;
}

QPointF SchematicView::toWidget(schematic::Pt at) const {
    return d->map().map(QPointF(at.x, at.y));
}

void SchematicView::objectAt(const QPointF& position, QString& net, QString& device) const {
    const SceneHit object = d->hit(position);
    net = object.net;
    device = object.device;
}

QString SchematicView::currentNet() const {
    return d->current.net;
}

QString SchematicView::currentDevice() const {
    return d->current.device;
}

QHash<QString, QRectF> SchematicView::netTags() const {
    QHash<QString, QRectF> boxes;
    if (!d->scene || d->scene->empty())
        return boxes;
    for (const PlacedTag& tag : d->shownTags())
        if (tag.net >= 0 && tag.box.intersects(QRectF(rect())))
            boxes.insert(d->scene->nets()[static_cast<std::size_t>(tag.net)].name, tag.box);
    return boxes;
}

QStringList SchematicView::shownTexts() const {
    QStringList texts;
    if (d->scene && !d->scene->empty())
        for (const TextLayout::Placed& text : d->placement().texts.texts())
            texts.append(text.text);
    return texts;
}

QSize SchematicView::sizeHint() const {
    return {640, 480};
}

QSize SchematicView::minimumSizeHint() const {
    return {120, 90};
}

SheetMap SchematicView::Private::mapFor(const QRectF& box, const QRectF& target,
                                        double most) const {
    const double w = std::max(box.width(), 1.0);
    const double h = std::max(box.height(), 1.0);
    const double fitted = std::clamp(std::min({target.width() / w, target.height() / h, most}),
                                     kLeastScale, kMostScale);
    return {fitted, target.center() - box.center() * fitted};
}

void SchematicView::Private::fitNow() {
    if (!scene || scene->empty())
        return;
    const SheetMap fitted =
        mapFor(scene->bounds(), QRectF(q->rect()).adjusted(kMargin, kMargin, -kMargin, -kMargin),
               kMostFit);
    scale = fitted.scale;
    offset = fitted.offset;
}

void SchematicView::Private::zoomAt(const QPointF& anchor, double factor) {
    if (!scene)
        return;
    const double next = std::clamp(scale * factor, kLeastScale, kMostScale);
    const QPointF fixed = map().unmap(anchor);
    scale = next;
    offset = anchor - fixed * scale;
    autoFit = false;
    viewChanged();
}

void SchematicView::Private::pan(const QPointF& by) {
    if (!scene)
        return;
    offset += by;
    autoFit = false;
    viewChanged();
}

void SchematicView::Private::viewChanged() {
    layerValid = false;
    q->update();
}

void SchematicView::Private::placementChanged() {
    placed.reset();
    viewChanged();
}

void SchematicView::Private::invalidate() {
    style.reset();
    placementChanged();
}

QRectF SchematicView::Private::boxOf(const SceneHit& object) const {
    if (!scene)
        return {};
    if (!object.device.isEmpty()) {
        const int i = scene->instanceIndex(object.device);
        return i < 0 ? QRectF() : scene->instances()[static_cast<std::size_t>(i)].box;
    }
    const int n = scene->netIndex(object.net);
    return n < 0 ? QRectF() : scene->nets()[static_cast<std::size_t>(n)].box.adjusted(-4, -4, 4, 4);
}

SceneHit SchematicView::Private::hit(const QPointF& position) const {
    if (!scene)
        return {};
    constexpr double kReachPixels = 5;
    return scene->hit(map().unmap(position), kReachPixels / scale);
}

void SchematicView::Private::setOwnHover(const SceneHit& object) {
    if (object == hover)
        return;
    hover = object;
    q->update();
    emit q->hovered(object.net, object.device);
}

std::vector<SceneHit> SchematicView::Private::order() const {
    std::vector<SceneHit> all;
    if (!scene)
        return all;
    for (const SchematicScene::Instance& instance : scene->instances())
        if (!instance.device.isEmpty())
            all.push_back({{}, instance.device});
    for (const SchematicScene::Net& net : scene->nets())
        all.push_back({net.name, {}});
    return all;
}

bool SchematicView::Private::step(int direction) {
    const std::vector<SceneHit> all = order();
    const auto here = std::find(all.begin(), all.end(), current);
    if (all.empty())
        return false;
    if (here == all.end()) {
        setCurrent(direction > 0 ? all.front() : all.back(), true);
        return true;
    }
    const std::ptrdiff_t next = (here - all.begin()) + direction;
    if (next < 0 || next >= static_cast<std::ptrdiff_t>(all.size()))
        return false;
    setCurrent(all[static_cast<std::size_t>(next)], true);
    return true;
}

void SchematicView::Private::setCurrent(const SceneHit& object, bool show) {
    current = object;
    if (show && !object.empty())
        q->reveal(object.net, object.device);
    QString text = describe(object);
    if (text.isEmpty() && scene)
        text = SchematicView::tr("%n device(s)", nullptr,
                                 static_cast<int>(scene->instances().size())) +
               QStringLiteral(", ") +
               SchematicView::tr("%n net(s)", nullptr, static_cast<int>(scene->nets().size()));
    else if (text.isEmpty())
        text = placeholder;
    if (q->accessibleDescription() != text)
        q->setAccessibleDescription(text); // tells screen readers
    q->update();
}

QString SchematicView::Private::describe(const SceneHit& object) const {
    if (!scene || object.empty())
        return {};
    QString text;
    if (!object.device.isEmpty()) {
        const int i = scene->instanceIndex(object.device);
        if (i < 0)
            return {};
        const SchematicScene::Instance& instance = scene->instances()[static_cast<std::size_t>(i)];
        text = SchematicView::tr("Device %1")
                   .arg(instance.name.isEmpty() ? object.device : instance.name);
        if (!instance.value.isEmpty())
            text += QStringLiteral(", ") + instance.value;
        if (const auto it = deviceAnnotations.constFind(object.device);
            it != deviceAnnotations.constEnd())
            text += QStringLiteral(", ") + it->text;
        return text;
    }
    const int n = scene->netIndex(object.net);
    if (n < 0)
        return {};
    text =
        SchematicView::tr("Net %1").arg(object.net) + QStringLiteral(", ") +
        SchematicView::tr("%n pin(s)", nullptr,
                          static_cast<int>(scene->nets()[static_cast<std::size_t>(n)].pins.size()));
    if (const auto it = netAnnotations.constFind(object.net); it != netAnnotations.constEnd())
        text += QStringLiteral(", ") + it->text;
    return text;
}

QString SchematicView::Private::tooltip(const SceneHit& object) const {
    if (object.empty())
        return {};
    if (tooltips)
        if (const QString text = tooltips(object.net, object.device); !text.isEmpty())
            return text;
    return describe(object);
}

} // namespace ohm::widgets
