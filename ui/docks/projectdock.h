// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/services/selectionhub.h"
#include "ui/workbench.h"

#include <QWidget>

class QTreeView;

namespace ohm::ui {

class HierarchyModel;

/// The project's files and the hierarchy of the open circuit; cross-probed. Thread: GUI.
class ProjectDock : public QWidget {
    Q_OBJECT
public:
    explicit ProjectDock(const Workbench& workbench, QWidget* parent = nullptr);
    QTreeView* view() const { return m_tree; }
    HierarchyModel* model() const { return m_model; }

private:
    void rebuild();
    void showSelection(SelectionSource source);
    void pushSelection();
    void activate(const QModelIndex& index);

    Workbench m_bench;
    HierarchyModel* m_model;
    QTreeView* m_tree;
    bool m_syncing = false;
};

} // namespace ohm::ui
