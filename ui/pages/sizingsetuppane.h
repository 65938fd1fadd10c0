// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/setuptable.h"

#include <QWidget>

#include <array>

class QLabel;
class QTabWidget;
class QTableView;
class QToolButton;

namespace ohm::ui {

/// The tables of a sizing set-up, with rows to add, duplicate and remove, undo and saving. What is
/// wrong stands under them; a click leads there. Thread: GUI.
class SizingSetupPane : public QWidget {
    Q_OBJECT
public:
    explicit SizingSetupPane(SizingSetup& setup, QWidget* parent = nullptr);

    SetupTable* model(SetupKind kind) const { return m_models[static_cast<std::size_t>(kind)]; }
    QTableView* table(SetupKind kind) const { return m_tables[static_cast<std::size_t>(kind)]; }
    QTabWidget* tabs() const { return m_tabs; }
    QLabel* findings() const { return m_findings; }
    QToolButton* addButton() const { return m_add; }
    QToolButton* duplicateButton() const { return m_duplicate; }
    QToolButton* removeButton() const { return m_remove; }
    QToolButton* undoButton() const { return m_undo; }
    QToolButton* redoButton() const { return m_redo; }
    QToolButton* saveButton() const { return m_save; }
    QToolButton* measureButton() const { return m_measure; }
    /// The circuit as drawn is being simulated.
    void setMeasuring(bool measuring);
    /// While a session runs only the limits and weights of specs can be changed.
    void setRunning(bool running);
    /// Ends an edit that is under way, so that its value counts.
    void commit();

signals:
    void saveRequested();
    void measureRequested(); ///< of the circuit as drawn

protected:
    void changeEvent(QEvent* event) override;

private:
    SetupKind kind() const;
    int row() const; ///< of the shown table; -1: none
    void showState();
    void showFindings();
    void goTo(const QString& link);
    void select(int row);

    SizingSetup& m_setup;
    QTabWidget* m_tabs;
    QLabel* m_findings;
    QToolButton* m_add;
    QToolButton* m_duplicate;
    QToolButton* m_remove;
    QToolButton* m_undo;
    QToolButton* m_redo;
    QToolButton* m_save;
    QToolButton* m_measure;
    std::array<SetupTable*, kSetupKinds> m_models{};
    std::array<QTableView*, kSetupKinds> m_tables{};
    bool m_running = false;
    bool m_measuring = false;
};

} // namespace ohm::ui
