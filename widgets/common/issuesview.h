// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/diagnostic.h"

#include <QAbstractTableModel>
#include <QWidget>

#include <array>
#include <memory>

namespace ohm::widgets {

/// Diagnostics as a table: severity, text, place, code. Thread: GUI.
class IssuesModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { SeverityColumn, TextColumn, PlaceColumn, CodeColumn, kColumnCount };
    enum Role { SortRole = Qt::UserRole, SeverityRole };

    explicit IssuesModel(QObject* parent = nullptr);
    void setDiagnostics(Diagnostics diagnostics);
    const Diagnostics& diagnostics() const { return m_diagnostics; }
    /// Notes, warnings, errors, by value of Severity.
    std::array<int, 3> counts() const { return m_counts; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    Diagnostics m_diagnostics;
    std::array<int, 3> m_counts{};
};

/// The Issues dock: filter by severity (with counts) and text, sort, copy, jump. Thread: GUI.
class IssuesView : public QWidget {
    Q_OBJECT
public:
    explicit IssuesView(QWidget* parent = nullptr);
    ~IssuesView() override;

    void setDiagnostics(const Diagnostics& diagnostics);
    IssuesModel* model() const;
    int visibleCount() const;
    void setFilterText(const QString& text);
    void setSeverityVisible(Severity severity, bool visible);

signals:
    /// Double click or Return on a row.
    void activated(const ohm::Diagnostic& diagnostic);
    /// After each `setDiagnostics`, e.g. for a badge on the dock's title.
    void countsChanged(int errors, int warnings, int notes);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ohm::widgets
