// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panes/schematicpane.h"

#include "ui/panes/breadcrumbs.h"
#include "ui/panes/paneheader.h"
#include "ui/services/commands.h"
#include "ui/services/settings.h"
#include "ui/services/text.h"
#include "ui/session/circuitsession.h"
#include "ui/session/couplingdisplay.h"
#include "ui/session/describe.h"
#include "ui/session/simulation.h"
#include "ui/session/voltagedisplay.h"
#include "widgets/common/findbar.h"
#include "widgets/common/icons.h"
#include "widgets/common/messagebar.h"
#include "widgets/schematic/schematicview.h"

#include <QClipboard>
#include <QFileInfo>
#include <QGuiApplication>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

SchematicPane::SchematicPane(const Workbench& workbench, QWidget* parent)
    : QWidget(parent)
    , m_bench(workbench)
    , m_crumbs(new BreadCrumbs(this))
    , m_bar(new widgets::MessageBar(this))
    , m_find(new widgets::FindBar(this))
    , m_view(new widgets::SchematicView(this)) {
    setObjectName(u"schematicPane"_s);
    m_view->setObjectName(u"schematicView"_s);
    m_view->setAccessibleName(tr("Schematic"));

    auto* header = new PaneHeader(this);
    m_up = header->addButton(u"up"_s, tr("Up one level"), tr("Leave this subcircuit"));
    header->setLead(m_crumbs);
    QToolButton* fit = header->addButton(u"fit"_s, tr("Fit schematic"));
    QToolButton* in = header->addButton(u"zoom-in"_s, tr("Zoom into the schematic"));
    QToolButton* out = header->addButton(u"zoom-out"_s, tr("Zoom out of the schematic"));
    auto* exports = new widgets::ExportActions([this] { return renderable(); }, this);
    header->addMenuButton(u"export"_s, tr("Export schematic"), exports->menu());
    connect(exports, &widgets::ExportActions::exported, this, &SchematicPane::exported);
    connect(exports, &widgets::ExportActions::failed, this, &SchematicPane::exportFailed);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header);
    column->addWidget(m_bar);
    column->addWidget(m_view, 1);
    column->addWidget(m_find);
    m_bar->hide();
    m_find->hide();

    connect(m_up, &QToolButton::clicked, &m_bench.session, &CircuitSession::leave);
    connect(fit, &QToolButton::clicked, m_view, &widgets::SchematicView::fit);
    connect(in, &QToolButton::clicked, m_view, &widgets::SchematicView::zoomIn);
    connect(out, &QToolButton::clicked, m_view, &widgets::SchematicView::zoomOut);
    connect(m_crumbs, &BreadCrumbs::stepClicked, this, [this](int level) {
        const CellPath& place = m_bench.session.place();
        m_bench.session.enter(CellPath(
            place.begin(), place.begin() + std::min<std::ptrdiff_t>(level, std::ssize(place))));
    });

    connect(&m_bench.session, &CircuitSession::circuitChanged, this, &SchematicPane::showPlace);
    connect(&m_bench.session, &CircuitSession::placeChanged, this, &SchematicPane::showPlace);
    connect(&m_bench.session, &CircuitSession::drawingReady, this, &SchematicPane::showDrawing);
    connect(&m_bench.session, &CircuitSession::drawingFailed, this, [this](const Error& error) {
        m_ready = true;
        m_view->setPlaceholder(tr("No drawing"));
        m_bar->showError(error);
    });
    connect(&m_bench.hub, &SelectionHub::selectionChanged, this, &SchematicPane::showSelection);
    connect(&m_bench.hub, &SelectionHub::hoverChanged, this, &SchematicPane::showHover);
    connect(&m_bench.hub, &SelectionHub::revealRequested, this,
            [this](ObjectId id, SelectionSource source) {
                if (source != SelectionSource::Schematic)
                    reveal(id);
            });
    connect(&m_bench.voltages, &VoltageDisplay::changed, this, &SchematicPane::annotate);

    connect(&m_bench.couplings, &CouplingDisplay::changed, this, &SchematicPane::drawCouplings);
    connect(m_view, &widgets::SchematicView::linkClicked, this,
            [this](int link, Qt::KeyboardModifiers modifiers) {
                // What is clicked may be drawn anew because of it.
                const CouplingLines::Line line = m_couplings[static_cast<std::size_t>(link)];
                m_bench.couplings.select(line, modifiers, SelectionSource::Schematic);
            });
    m_view->setLinkTooltipProvider([this](int link) {
        return m_bench.couplings.tooltip(m_couplings[static_cast<std::size_t>(link)]);
    });

    connect(m_view, &widgets::SchematicView::netClicked, this,
            [this](const QString& net, Qt::KeyboardModifiers modifiers) {
                click(idOf(net, {}), modifiers);
            });
    connect(m_view, &widgets::SchematicView::deviceClicked, this,
            [this](const QString& device, Qt::KeyboardModifiers modifiers) {
                click(idOf({}, device), modifiers);
            });
    connect(m_view, &widgets::SchematicView::backgroundClicked, this,
            [this] { m_bench.hub.clear(SelectionSource::Schematic); });
    connect(m_view, &widgets::SchematicView::hovered, this,
            [this](const QString& net, const QString& device) {
                m_bench.hub.setHover(idOf(net, device), SelectionSource::Schematic);
            });
    connect(m_view, &widgets::SchematicView::deviceDoubleClicked, this,
            [this](const QString& device) {
                const auto id = idOf({}, device);
                if (id && id->kind == ObjectKind::Block)
                    m_bench.session.enter(m_bench.session.blockPath(*id));
                else if (id)
                    m_bench.hub.reveal(*id, SelectionSource::Schematic);
            });
    connect(m_view, &widgets::SchematicView::contextMenuRequested, this,
            &SchematicPane::contextMenu);
    m_view->setTooltipProvider(
        [this](const QString& net, const QString& device) { return tooltip(net, device); });
    connect(m_find, &widgets::FindBar::searchChanged, this, &SchematicPane::search);
    connect(m_find, &widgets::FindBar::nextRequested, this, [this] { step(1); });
    connect(m_find, &widgets::FindBar::previousRequested, this, [this] { step(-1); });
    connect(m_find, &widgets::FindBar::closed, m_view, qOverload<>(&QWidget::setFocus));
    showPlace();
}

SchematicPane::~SchematicPane() {
    m_view->setTooltipProvider(nullptr);
    m_view->setLinkTooltipProvider(nullptr);
}

void SchematicPane::showPlace() {
    m_ready = false;
    m_bar->dismiss();
    QStringList steps;
    const netlist::CircuitPtr circuit = m_bench.session.circuit();
    if (m_bench.session.isOpen()) {
        steps.push_back(QFileInfo(m_bench.session.circuitPath()).fileName());
        if (circuit && !m_bench.session.place().empty())
            steps += placeName(*circuit, m_bench.session.place()).split(u'.');
        // Instance names may hold dots themselves; the number of levels is what counts.
        const auto levels = static_cast<qsizetype>(m_bench.session.place().size()) + 1;
        while (steps.size() > levels)
            steps.removeLast();
    }
    m_crumbs->setSteps(steps);
    m_up->setVisible(m_bench.session.canLeave());
    m_view->setDocument(nullptr);
    m_view->setPlaceholder(m_bench.session.isOpen() ? tr("Drawing\u2026") : QString());
}

void SchematicPane::showDrawing() {
    const CellDrawingPtr& drawing = m_bench.session.drawing();
    m_ready = true;
    m_view->setDocument(drawing->doc);
    m_view->setPlaceholder(tr("This cell holds no devices"));
    annotate();
    drawCouplings();
    showSelection();
    if (m_pendingReveal) {
        const ObjectId id = *std::exchange(m_pendingReveal, std::nullopt);
        const auto [net, device] = namesOf(id);
        if (!net.isEmpty() || !device.isEmpty())
            m_view->reveal(net, device);
    }
}

std::optional<ObjectId> SchematicPane::idOf(const QString& net, const QString& device) const {
    const CellDrawingPtr& drawing = m_bench.session.drawing();
    if (!drawing)
        return std::nullopt;
    if (!device.isEmpty()) {
        if (const auto id = drawing->device(device))
            return ObjectId{ObjectKind::Device, *id};
        if (const auto instance = drawing->block(device)) {
            CellPath path = drawing->path;
            path.push_back(*instance);
            return m_bench.session.blockId(path);
        }
        return std::nullopt;
    }
    if (const auto id = drawing->net(net))
        return ObjectId{ObjectKind::Net, *id};
    return std::nullopt;
}

std::pair<QString, QString> SchematicPane::namesOf(ObjectId id) const {
    const CellDrawingPtr& drawing = m_bench.session.drawing();
    const netlist::CircuitPtr circuit = m_bench.session.circuit();
    if (!drawing || !circuit)
        return {};
    switch (id.kind) {
    case ObjectKind::Net:
        return {drawing->netNames(id.index).value(0), {}};
    case ObjectKind::Device:
        return {{}, drawing->deviceName(*circuit, id.index)};
    case ObjectKind::Terminal:
        return {{}, drawing->deviceName(*circuit, circuit->terminalDevice(id.index))};
    case ObjectKind::Block: {
        const CellPath path = m_bench.session.blockPath(id);
        if (path.size() > drawing->path.size() &&
            std::equal(drawing->path.begin(), drawing->path.end(), path.begin()))
            return {{}, drawing->blockName(path[drawing->path.size()])};
        return {};
    }
    default:
        return {};
    }
}

void SchematicPane::showSelection() {
    QSet<QString> nets;
    QSet<QString> devices;
    const CellDrawingPtr& drawing = m_bench.session.drawing();
    const netlist::CircuitPtr circuit = m_bench.session.circuit();
    if (drawing && circuit) {
        for (const ObjectId id : m_bench.hub.selection()) {
            if (id.kind == ObjectKind::Net) {
                for (const QString& name : drawing->netNames(id.index))
                    nets.insert(name);
                continue;
            }
            const QString device = namesOf(id).second;
            if (!device.isEmpty())
                devices.insert(device);
            if (id.kind == ObjectKind::Terminal) {
                const auto owner = circuit->terminalDevice(id.index);
                const auto net =
                    circuit->deviceNets(owner)[id.index - circuit->firstTerminal(owner)];
                for (const QString& name : drawing->netNames(net))
                    nets.insert(name);
            }
        }
    }
    m_view->setSelection(nets, devices);
}

void SchematicPane::showHover() {
    const auto hover = m_bench.hub.hover();
    const auto [net, device] = hover ? namesOf(*hover) : std::pair<QString, QString>();
    m_view->setHover(net, device);
}

void SchematicPane::click(std::optional<ObjectId> id, Qt::KeyboardModifiers modifiers) {
    if (!id)
        return;
    if (modifiers & (Qt::ControlModifier | Qt::ShiftModifier))
        m_bench.hub.toggle(*id, SelectionSource::Schematic);
    else
        m_bench.hub.select(*id, SelectionSource::Schematic);
}

void SchematicPane::reveal(ObjectId id) {
    const CellPath before = m_bench.session.place();
    m_bench.session.goTo(id);
    if (m_bench.session.place() != before || !m_ready) {
        m_pendingReveal = id; // once the sheet is drawn
        return;
    }
    const auto [net, device] = namesOf(id);
    if (!net.isEmpty() || !device.isEmpty())
        m_view->reveal(net, device);
}

void SchematicPane::annotate() {
    QHash<QString, widgets::Annotation> nets;
    QHash<QString, widgets::Annotation> devices;
    const CellDrawingPtr& drawing = m_bench.session.drawing();
    const OperatingPointPtr& point = m_bench.simulation.operatingPoint();
    const netlist::CircuitPtr circuit = m_bench.session.circuit();
    if (drawing && circuit) {
        for (auto it = drawing->nets().begin(); it != drawing->nets().end(); ++it) {
            if (circuit->isGround(it.value()))
                continue;
            if (const auto tag = m_bench.voltages.annotation(it.value()))
                nets.insert(it.key(), *tag);
        }
    }
    if (drawing && point && circuit) {
        const auto style = m_bench.simulation.isStale() ? widgets::Annotation::Style::Error
                                                        : widgets::Annotation::Style::Simulated;
        const bool currents = m_bench.settings.showCurrents();
        const bool regions = m_bench.settings.showRegions();
        if (currents || regions) {
            for (auto it = drawing->devices().begin(); it != drawing->devices().end(); ++it) {
                if (it.value() >= point->devices.size())
                    continue;
                QStringList parts;
                if (currents)
                    parts.push_back(currentText(*point, it.value()));
                if (regions)
                    parts.push_back(regionText(point->devices[it.value()].region));
                parts.removeAll(QString());
                if (!parts.isEmpty())
                    devices.insert(it.key(), {parts.join(u'\n'), style, {}});
            }
        }
    }
    m_view->setNetAnnotations(nets);
    m_view->setDeviceAnnotations(devices);
    m_tagged = !nets.isEmpty();
    showLegend();
}

void SchematicPane::showLegend() {
    widgets::ValueLegend legend = m_tagged ? m_bench.voltages.legend() : widgets::ValueLegend();
    m_bench.couplings.explain(legend, m_couplings.size());
    m_view->setLegend(legend);
}

void SchematicPane::drawCouplings() {
    std::vector<widgets::Link<QString>> links;
    m_couplings.clear();
    if (const CellDrawingPtr& drawing = m_bench.session.drawing()) {
        for (const CouplingLines::Line& line : m_bench.couplings.lines()) {
            const QString a = drawing->netNames(line.a).value(0);
            const QString b = drawing->netNames(line.b).value(0);
            if (a.isEmpty() || b.isEmpty())
                continue; // on another sheet
            links.push_back({a, b, line.strength});
            m_couplings.push_back(line);
        }
    }
    m_view->setLinks(std::move(links));
    showLegend();
}

QString SchematicPane::tooltip(const QString& net, const QString& device) const {
    const auto id = idOf(net, device);
    const netlist::CircuitPtr circuit = m_bench.session.circuit();
    if (!id || !circuit)
        return device.isEmpty() ? net : device;
    const DescribeContext context = m_bench.voltages.context(*circuit);
    switch (id->kind) {
    case ObjectKind::Net:
        return tooltipNet(context, id->index);
    case ObjectKind::Device:
        return tooltipDevice(context, id->index);
    case ObjectKind::Block: {
        const CellPath path = m_bench.session.blockPath(*id);
        const auto cell = cellAt(*circuit, path);
        return cell ? tr("%1: subcircuit %2\nDouble-click to open")
                          .arg(placeName(*circuit, path), qs(circuit->cellName(*cell)))
                    : device;
    }
    default:
        return {};
    }
}

void SchematicPane::contextMenu(const QPoint& at, const QString& net, const QString& device) {
    const auto id = idOf(net, device);
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (id) {
        m_bench.hub.select(*id, SelectionSource::Schematic);
        const ObjectId chosen = *id;
        if (chosen.kind == ObjectKind::Block)
            menu->addAction(
                widgets::themedIcon(u"down"_s), tr("Open subcircuit"), this,
                [this, chosen] { m_bench.session.enter(m_bench.session.blockPath(chosen)); });
        else
            menu->addAction(
                widgets::themedIcon(u"graph"_s), tr("Show in graph"), this,
                [this, chosen] { m_bench.hub.reveal(chosen, SelectionSource::Schematic); });
        if (chosen.kind == ObjectKind::Device)
            menu->addAction(widgets::themedIcon(u"source"_s), tr("Show in source"), this,
                            [this, chosen] { emit sourceRequested(chosen); });
        menu->addAction(widgets::themedIcon(u"copy"_s), tr("Copy name"), this, [this, chosen] {
            QGuiApplication::clipboard()->setText(m_bench.session.nameOf(chosen));
        });
        menu->addSeparator();
    }
    menu->addAction(widgets::themedIcon(u"fit"_s), tr("Fit schematic"), m_view,
                    &widgets::SchematicView::fit);
    if (m_bench.session.canLeave())
        menu->addAction(widgets::themedIcon(u"up"_s), tr("Up one level"), &m_bench.session,
                        &CircuitSession::leave);
    menu->popup(at);
}

void SchematicPane::openFind() {
    m_find->open();
}

void SchematicPane::search(const QString& text, bool caseSensitive) {
    m_matches.clear();
    m_match = -1;
    const CellDrawingPtr& drawing = m_bench.session.drawing();
    if (drawing && !text.isEmpty()) {
        const auto sensitivity = caseSensitive ? Qt::CaseSensitive : Qt::CaseInsensitive;
        QStringList devices = drawing->devices().keys();
        devices.sort();
        for (const QString& name : devices) {
            if (name.contains(text, sensitivity))
                m_matches.push_back({ObjectKind::Device, drawing->devices().value(name)});
        }
        QStringList nets = drawing->nets().keys();
        nets.sort();
        for (const QString& name : nets) {
            if (name.contains(text, sensitivity))
                m_matches.push_back({ObjectKind::Net, drawing->nets().value(name)});
        }
    }
    step(1);
}

void SchematicPane::step(int direction) {
    if (m_matches.isEmpty()) {
        m_find->setMatches(0, 0);
        return;
    }
    const int count = static_cast<int>(m_matches.size());
    m_match = (m_match + direction + count) % count;
    m_find->setMatches(m_match + 1, count);
    const ObjectId id = m_matches.at(m_match);
    m_bench.hub.select(id, SelectionSource::Schematic);
    const auto [net, device] = namesOf(id);
    m_view->reveal(net, device);
}

widgets::Renderable SchematicPane::renderable() const {
    widgets::Renderable made;
    made.name = QFileInfo(m_bench.session.circuitPath()).completeBaseName() + u"-schematic"_s;
    if (const netlist::CircuitPtr circuit = m_bench.session.circuit();
        circuit && m_bench.session.canLeave())
        made.name += u'-' + placeName(*circuit, m_bench.session.place());
    made.size = m_view->drawingSize();
    made.paint = [this](QPainter& painter, const QRectF& target) {
        m_view->render(painter, target, true);
    };
    return made;
}

} // namespace ohm::ui
