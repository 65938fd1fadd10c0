// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "ui/models/objecttable.h"
#include "ui/workbench.h"
#include "widgets/common/exportview.h"

#include <QWidget>

class QLabel;
class QLineEdit;
class QTableView;

namespace ohm::ui {

/// The nets or the devices as a table with filter, sorting and export; cross-probed. Thread: GUI.
class TablePane : public QWidget {
    Q_OBJECT
public:
    TablePane(TableKind kind, const Workbench& workbench, QWidget* parent = nullptr);

    ObjectTable* model() const { return m_model; }
    QTableView* view() const { return m_table; }
    QLineEdit* filter() const { return m_filter; }
    widgets::Renderable renderable() const;

signals:
    void exported(const QString& path);
    void exportFailed(const ohm::Error& error);

private:
    void showSelection(SelectionSource source);
    void pushSelection();
    void showCount();
    void showValues();
    void showColumns(); ///< those that hold something

    Workbench m_bench;
    ObjectTable* m_model;
    QLineEdit* m_filter;
    QLabel* m_count;
    QTableView* m_table;
    bool m_syncing = false;
};

} // namespace ohm::ui
