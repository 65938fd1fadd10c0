// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/docks/projectdock.h"

#include "ui/models/hierarchymodel.h"
#include "ui/session/circuitsession.h"

#include <QHeaderView>
#include <QTreeView>
#include <QVBoxLayout>

namespace ohm::ui {

using namespace Qt::StringLiterals;

ProjectDock::ProjectDock(const Workbench& workbench, QWidget* parent)
    : QWidget(parent)
    , m_bench(workbench)
    , m_model(new HierarchyModel(this))
    , m_tree(new QTreeView(this)) {
    setObjectName(u"projectDock"_s);
    m_tree->setModel(m_model);
    m_tree->setAccessibleName(tr("Project"));
    m_tree->setUniformRowHeights(true); // a million rows are scrolled without measuring each
    m_tree->setExpandsOnDoubleClick(false);
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setTextElideMode(Qt::ElideMiddle);
    m_tree->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_tree->header()->setStretchLastSection(true);
    m_tree->header()->resizeSection(0, fontMetrics().averageCharWidth() * 22);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_tree);

    connect(&m_bench.session, &CircuitSession::circuitChanged, this, &ProjectDock::rebuild);
    connect(&m_bench.session, &CircuitSession::indexReady, this, [this] {
        m_model->setCircuit(m_bench.session.circuit(), m_bench.session.index());
        m_tree->expand(m_model->openFileIndex());
        showSelection(SelectionSource::Program);
    });
    connect(&m_bench.hub, &SelectionHub::selectionChanged, this, &ProjectDock::showSelection);
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &ProjectDock::pushSelection);
    connect(m_tree, &QTreeView::activated, this, &ProjectDock::activate);
    rebuild();
}

void ProjectDock::rebuild() {
    m_syncing = true;
    m_model->setFiles(m_bench.session.circuitPaths(), m_bench.session.circuitPath());
    m_syncing = false;
}

void ProjectDock::showSelection(SelectionSource source) {
    const netlist::CircuitPtr circuit = m_bench.session.circuit();
    const auto current = m_bench.hub.current();
    if (source == SelectionSource::Tree || !circuit || !current)
        return;
    CellPath path;
    if (current->kind == ObjectKind::Block)
        path = m_bench.session.blockPath(*current);
    else if (current->kind == ObjectKind::Device)
        path = circuit->devicePath(current->index);
    else if (current->kind == ObjectKind::Terminal)
        path = circuit->devicePath(circuit->terminalDevice(current->index));
    else
        return;
    m_syncing = true;
    const QModelIndex index = m_model->indexOf(path);
    m_tree->setCurrentIndex(index);
    m_tree->scrollTo(index);
    m_syncing = false;
}

void ProjectDock::pushSelection() {
    const QModelIndex index = m_tree->currentIndex();
    if (m_syncing || !index.isValid())
        return;
    switch (m_model->itemAt(index)) {
    case HierarchyModel::Item::Block:
        m_bench.hub.select(m_bench.session.blockId(m_model->pathAt(index)), SelectionSource::Tree);
        break;
    case HierarchyModel::Item::Leaf:
        if (const auto device = m_model->deviceAt(index))
            m_bench.hub.select(ObjectId{ObjectKind::Device, *device}, SelectionSource::Tree);
        break;
    default:
        break;
    }
}

void ProjectDock::activate(const QModelIndex& index) {
    switch (m_model->itemAt(index)) {
    case HierarchyModel::Item::File:
        m_bench.session.openCircuit(m_model->fileAt(index));
        break;
    case HierarchyModel::Item::Block:
        m_bench.session.enter(m_model->pathAt(index));
        break;
    case HierarchyModel::Item::Leaf:
        if (const auto device = m_model->deviceAt(index))
            m_bench.hub.reveal({ObjectKind::Device, *device}, SelectionSource::Tree);
        break;
    case HierarchyModel::Item::Cell:
        if (const auto cell = m_model->cellAt(index))
            m_bench.session.enterCell(*cell);
        break;
    case HierarchyModel::Item::Cells:
        m_tree->setExpanded(index, !m_tree->isExpanded(index));
        break;
    }
}

} // namespace ohm::ui
