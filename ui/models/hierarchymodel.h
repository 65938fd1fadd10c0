// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"
#include "ui/session/celldrawing.h"
#include "ui/session/loader.h"

#include <QAbstractItemModel>
#include <QStringList>

#include <memory>
#include <optional>
#include <vector>

namespace ohm::ui {

/// The project as a tree: its circuit files; below the open one the instances of its top cell,
/// blocks first, each with its own contents, and the list of subcircuits. Rows are made in portions
/// as they are looked at, so a flat million of devices costs nothing until it is scrolled.
/// Thread: GUI.
class HierarchyModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum class Item { File, Block, Leaf, Cells, Cell };
    enum Column { NameColumn, KindColumn, kColumns };

    explicit HierarchyModel(QObject* parent = nullptr);
    ~HierarchyModel() override;

    void setFiles(const QStringList& paths, const QString& open);
    /// Contents of the open file; null: not known (yet).
    void setCircuit(netlist::CircuitPtr circuit, CircuitIndexPtr index);

    Item itemAt(const QModelIndex& index) const;
    QString fileAt(const QModelIndex& index) const;  ///< of a File
    CellPath pathAt(const QModelIndex& index) const; ///< of a Block or Leaf
    std::optional<netlist::DeviceId> deviceAt(const QModelIndex& index) const; ///< of a Leaf
    std::optional<netlist::CellId> cellAt(const QModelIndex& index) const;     ///< of a Cell
    QModelIndex openFileIndex() const;
    /// The row of an instance, fetched if need be; the nearest ancestor if it lies too deep in a
    /// very long list.
    QModelIndex indexOf(const CellPath& path);

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    bool hasChildren(const QModelIndex& parent = {}) const override;
    bool canFetchMore(const QModelIndex& parent) const override;
    void fetchMore(const QModelIndex& parent) override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Node;
    Node* nodeOf(const QModelIndex& index) const;
    QModelIndex indexOfNode(Node* node, int column = 0) const;
    std::size_t total(const Node& node) const;
    void fetch(Node& node, std::size_t upTo);
    std::unique_ptr<Node> makeChild(Node& parent, std::size_t row) const;
    netlist::InstanceView instanceOf(const Node& node) const;

    std::unique_ptr<Node> m_root;
    QString m_open;
    netlist::CircuitPtr m_circuit;
    CircuitIndexPtr m_index;
};

} // namespace ohm::ui
