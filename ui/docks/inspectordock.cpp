// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/docks/inspectordock.h"

#include "ui/services/selectionhub.h"
#include "ui/services/text.h"
#include "ui/session/circuitsession.h"
#include "ui/session/describe.h"
#include "ui/session/voltagedisplay.h"

#include <QFileInfo>
#include <QVBoxLayout>

namespace ohm::ui {

using namespace Qt::StringLiterals;

InspectorDock::InspectorDock(const Workbench& workbench, QWidget* parent)
    : QWidget(parent)
    , m_bench(workbench)
    , m_view(new widgets::InspectorView(this)) {
    setObjectName(u"inspectorDock"_s);
    m_view->setEmptyText(tr("Open a circuit to see its properties."));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_view);
    connect(&m_bench.session, &CircuitSession::circuitChanged, this, &InspectorDock::update);
    connect(&m_bench.hub, &SelectionHub::selectionChanged, this, &InspectorDock::update);
    connect(&m_bench.voltages, &VoltageDisplay::changed, this, &InspectorDock::update);
    connect(m_view, &widgets::InspectorView::linkActivated, this, &InspectorDock::follow);
    update();
}

void InspectorDock::update() {
    const netlist::CircuitPtr circuit = m_bench.session.circuit();
    if (!circuit) {
        m_view->clear();
        return;
    }
    const DescribeContext context = m_bench.voltages.context(*circuit);
    const QVector<ObjectId>& selection = m_bench.hub.selection();
    if (selection.isEmpty()) {
        m_view->setContent(
            describeCircuit(context, QFileInfo(m_bench.session.circuitPath()).fileName()));
        return;
    }
    if (selection.size() > 1) {
        m_view->setContent(describeMany(context, selection));
        return;
    }
    const ObjectId id = selection.first();
    switch (id.kind) {
    case ObjectKind::Net:
        m_view->setContent(describeNet(context, id.index));
        break;
    case ObjectKind::Device:
        m_view->setContent(describeDevice(context, id.index));
        break;
    case ObjectKind::Terminal:
        m_view->setContent(describeDevice(context, circuit->terminalDevice(id.index), id.index));
        break;
    case ObjectKind::Block:
        m_view->setContent(describeBlock(context, m_bench.session.blockPath(id), id));
        break;
    default:
        m_view->clear();
        break;
    }
}

void InspectorDock::follow(const QString& link) {
    const netlist::CircuitPtr circuit = m_bench.session.circuit();
    if (!circuit)
        return;
    const QStringList parts = link.split(u':');
    if (parts.value(0) == u"enter"_s) {
        m_bench.session.enter(
            m_bench.session.blockPath({ObjectKind::Block, parts.value(1).toUInt()}));
    } else if (parts.value(0) == u"source"_s) {
        const std::size_t file = parts.value(1).toUInt();
        if (file < circuit->files().size())
            emit sourceRequested(qs(circuit->files()[file]), parts.value(2).toInt());
    } else if (const auto id = objectOf(link)) {
        m_bench.hub.reveal(*id, SelectionSource::Inspector);
    }
}

} // namespace ohm::ui
