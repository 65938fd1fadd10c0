// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/hierarchymodel.h"

#include "ui/services/text.h"
#include "ui/session/describe.h"
#include "widgets/common/icons.h"

#include <QFileInfo>
#include <QFont>

#include <algorithm>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr std::size_t kPortion = 256;
constexpr std::size_t kReachable = 20'000; ///< rows fetched at most to show one far down
} // namespace

struct HierarchyModel::Node {
    Item item = Item::File;
    Node* parent = nullptr;
    int row = 0;
    QString file;                          ///< File
    CellPath path;                         ///< File (empty), Block, Leaf
    netlist::CellId cell = netlist::kNone; ///< what it contains: File, Block; which: Cell
    std::vector<std::unique_ptr<Node>> children;
};

HierarchyModel::HierarchyModel(QObject* parent)
    : QAbstractItemModel(parent)
    , m_root(std::make_unique<Node>()) {}

HierarchyModel::~HierarchyModel() = default;

void HierarchyModel::setFiles(const QStringList& paths, const QString& open) {
    beginResetModel();
    m_root = std::make_unique<Node>();
    m_open = open;
    m_circuit.reset();
    m_index.reset();
    for (const QString& path : paths) {
        auto node = std::make_unique<Node>();
        node->parent = m_root.get();
        node->row = static_cast<int>(m_root->children.size());
        node->file = path;
        m_root->children.push_back(std::move(node));
    }
    endResetModel();
}

void HierarchyModel::setCircuit(netlist::CircuitPtr circuit, CircuitIndexPtr index) {
    beginResetModel();
    m_circuit = std::move(circuit);
    m_index = std::move(index);
    for (const auto& file : m_root->children) {
        file->children.clear();
        file->cell =
            file->file == m_open && m_circuit && m_index ? m_circuit->topCell() : netlist::kNone;
    }
    endResetModel();
}

HierarchyModel::Node* HierarchyModel::nodeOf(const QModelIndex& index) const {
    return index.isValid() ? static_cast<Node*>(index.internalPointer()) : m_root.get();
}

QModelIndex HierarchyModel::indexOfNode(Node* node, int column) const {
    return node == m_root.get() ? QModelIndex() : createIndex(node->row, column, node);
}

std::size_t HierarchyModel::total(const Node& node) const {
    if (&node == m_root.get())
        return node.children.size();
    if (!m_index || !m_circuit)
        return 0;
    if (node.item == Item::Cells)
        return m_circuit->cellCount();
    if (node.cell == netlist::kNone || node.item == Item::Cell)
        return 0;
    const CircuitIndex::Cell& entry = m_index->cells[node.cell];
    const std::size_t cells = node.item == Item::File && m_circuit->cellCount() > 1 ? 1 : 0;
    return entry.blocks.size() + entry.leaves.size() + cells;
}

netlist::InstanceView HierarchyModel::instanceOf(const Node& node) const {
    return m_circuit->cellInstance(node.parent->cell, node.path.back());
}

std::unique_ptr<HierarchyModel::Node> HierarchyModel::makeChild(Node& parent,
                                                                std::size_t row) const {
    auto node = std::make_unique<Node>();
    node->parent = &parent;
    node->row = static_cast<int>(row);
    if (parent.item == Item::Cells) {
        node->item = Item::Cell;
        node->cell = static_cast<netlist::CellId>(row);
        return node;
    }
    // The list of subcircuits stands last, where a flat million of devices does not matter.
    const CircuitIndex::Cell& entry = m_index->cells[parent.cell];
    node->path = parent.path;
    if (row < entry.blocks.size()) {
        node->item = Item::Block;
        node->path.push_back(entry.blocks[row]);
        node->cell = m_circuit->cellInstance(parent.cell, entry.blocks[row]).child;
    } else if (row - entry.blocks.size() < entry.leaves.size()) {
        node->item = Item::Leaf;
        node->path.push_back(entry.leaves[row - entry.blocks.size()]);
    } else {
        node->item = Item::Cells;
    }
    return node;
}

void HierarchyModel::fetch(Node& node, std::size_t upTo) {
    const std::size_t from = node.children.size();
    const std::size_t to = std::min(upTo, total(node));
    if (to <= from)
        return;
    beginInsertRows(indexOfNode(&node), static_cast<int>(from), static_cast<int>(to - 1));
    node.children.reserve(to);
    for (std::size_t row = from; row < to; ++row)
        node.children.push_back(makeChild(node, row));
    endInsertRows();
}

HierarchyModel::Item HierarchyModel::itemAt(const QModelIndex& index) const {
    return nodeOf(index)->item;
}

QString HierarchyModel::fileAt(const QModelIndex& index) const {
    return nodeOf(index)->file;
}

CellPath HierarchyModel::pathAt(const QModelIndex& index) const {
    return nodeOf(index)->path;
}

std::optional<netlist::DeviceId> HierarchyModel::deviceAt(const QModelIndex& index) const {
    const Node* node = nodeOf(index);
    if (!index.isValid() || node->item != Item::Leaf)
        return std::nullopt;
    return m_circuit->findDevice(ss(placeName(*m_circuit, node->path)));
}

std::optional<netlist::CellId> HierarchyModel::cellAt(const QModelIndex& index) const {
    const Node* node = nodeOf(index);
    return index.isValid() && node->item == Item::Cell ? std::optional(node->cell) : std::nullopt;
}

QModelIndex HierarchyModel::openFileIndex() const {
    for (const auto& file : m_root->children) {
        if (file->file == m_open)
            return indexOfNode(file.get());
    }
    return {};
}

QModelIndex HierarchyModel::indexOf(const CellPath& path) {
    const QModelIndex file = openFileIndex();
    if (!file.isValid() || !m_index)
        return file;
    Node* node = nodeOf(file);
    for (const std::uint32_t instance : path) {
        if (node->cell == netlist::kNone)
            break;
        const CircuitIndex::Cell& entry = m_index->cells[node->cell];
        auto found = std::lower_bound(entry.blocks.begin(), entry.blocks.end(), instance);
        auto row = static_cast<std::size_t>(found - entry.blocks.begin());
        if (found == entry.blocks.end() || *found != instance) {
            found = std::lower_bound(entry.leaves.begin(), entry.leaves.end(), instance);
            if (found == entry.leaves.end() || *found != instance)
                break;
            row = entry.blocks.size() + static_cast<std::size_t>(found - entry.leaves.begin());
        }
        if (row >= kReachable)
            break;
        if (row >= node->children.size())
            fetch(*node, row + kPortion);
        node = node->children[row].get();
    }
    return indexOfNode(node);
}

QModelIndex HierarchyModel::index(int row, int column, const QModelIndex& parent) const {
    const Node* node = nodeOf(parent);
    if (row < 0 || column < 0 || column >= kColumns || (parent.isValid() && parent.column() != 0) ||
        static_cast<std::size_t>(row) >= node->children.size())
        return {};
    return createIndex(row, column, node->children[static_cast<std::size_t>(row)].get());
}

QModelIndex HierarchyModel::parent(const QModelIndex& child) const {
    if (!child.isValid())
        return {};
    return indexOfNode(nodeOf(child)->parent);
}

int HierarchyModel::rowCount(const QModelIndex& parent) const {
    if (parent.column() > 0)
        return 0;
    return static_cast<int>(nodeOf(parent)->children.size());
}

int HierarchyModel::columnCount(const QModelIndex&) const {
    return kColumns;
}

bool HierarchyModel::hasChildren(const QModelIndex& parent) const {
    return parent.column() <= 0 && total(*nodeOf(parent)) > 0;
}

bool HierarchyModel::canFetchMore(const QModelIndex& parent) const {
    const Node* node = nodeOf(parent);
    return parent.column() <= 0 && node->children.size() < total(*node);
}

void HierarchyModel::fetchMore(const QModelIndex& parent) {
    Node* node = nodeOf(parent);
    fetch(*node, node->children.size() + kPortion);
}

QVariant HierarchyModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    const Node& node = *nodeOf(index);
    const bool name = index.column() == NameColumn;
    switch (node.item) {
    case Item::File:
        if (role == Qt::DisplayRole)
            return name ? QVariant(QFileInfo(node.file).fileName()) : QVariant();
        if (role == Qt::ToolTipRole)
            return node.file;
        if (role == Qt::FontRole && node.file == m_open) {
            QFont font;
            font.setBold(true);
            return font;
        }
        if (role == Qt::DecorationRole && name)
            return widgets::themedIcon(
                node.file.endsWith(u".asc"_s, Qt::CaseInsensitive) ? u"schematic"_s : u"netlist"_s);
        return {};
    case Item::Block:
        if (role == Qt::DisplayRole)
            return name ? shownText(instanceOf(node).name)
                        : shownText(m_circuit->cellName(node.cell));
        if (role == Qt::DecorationRole && name)
            return widgets::themedIcon(u"opamp"_s);
        if (role == Qt::ToolTipRole)
            return tr("%1: instance of %2")
                .arg(placeName(*m_circuit, node.path), shownText(m_circuit->cellName(node.cell)));
        return {};
    case Item::Leaf: {
        const netlist::InstanceView view = instanceOf(node);
        if (role == Qt::DisplayRole)
            return name ? shownText(view.name) : kindText(view.kind, view.polarity);
        if (role == Qt::DecorationRole && name)
            return widgets::themedIcon(view.kind == netlist::DeviceKind::Mosfet     ? u"mosfet"_s
                                       : view.kind == netlist::DeviceKind::Resistor ? u"resistor"_s
                                                                                    : u"device"_s);
        if (role == Qt::ToolTipRole)
            return placeName(*m_circuit, node.path);
        return {};
    }
    case Item::Cells:
        if (role == Qt::DisplayRole && name)
            return tr("Subcircuits");
        if (role == Qt::DecorationRole && name)
            return widgets::themedIcon(u"tree"_s);
        return {};
    case Item::Cell:
        if (role == Qt::DisplayRole) {
            if (!name)
                return tr("%L1 elements").arg(m_circuit->cellInstanceCount(node.cell));
            const QString text = shownText(m_circuit->cellName(node.cell));
            return text.isEmpty() ? tr("(top level)") : text;
        }
        return {};
    }
    return {};
}

QVariant HierarchyModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    return section == NameColumn ? tr("Name") : tr("Kind");
}

} // namespace ohm::ui
