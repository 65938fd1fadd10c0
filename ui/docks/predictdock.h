// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "ui/services/selectionhub.h"
#include "ui/workbench.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QPushButton;
class QSlider;
class QSpinBox;
class QTableView;
class QToolButton;

namespace ohm::widgets {
class MessageBar;
}

namespace ohm::ui {

class ErrorTable;

/// Chooses the network, tells how well it does on the open circuit, and lists the nets by error or
/// uncertainty; cross-probed. Thread: GUI.
class PredictDock : public QWidget {
    Q_OBJECT
public:
    explicit PredictDock(const Workbench& workbench, QWidget* parent = nullptr);

    QComboBox* models() const { return m_models; }
    ErrorTable* errors() const { return m_errors; }
    QTableView* table() const { return m_table; }
    QSlider* kSlider() const { return m_slider; }
    widgets::MessageBar* bar() const { return m_bar; }
    /// "Acc@100 0.93 ...": the figures as text.
    QString figures() const;
    int k() const;

signals:
    void finetuneRequested();
    void whatIfRequested();
    void simulateRequested();

private:
    void showModels();
    void showModel();
    void showResult();
    void showFigures();
    void showSelection(SelectionSource source);
    void pushSelection();
    void addModelFile();

    Workbench m_bench;
    QComboBox* m_models;
    QToolButton* m_more;
    QLabel* m_about;
    widgets::MessageBar* m_bar;
    QPushButton* m_run;
    QLabel* m_state;
    QLabel* m_figures;
    QPushButton* m_simulate;
    QWidget* m_kRow;
    QSlider* m_slider;
    QSpinBox* m_k;
    ErrorTable* m_errors;
    QTableView* m_table;
    bool m_syncing = false;
};

} // namespace ohm::ui
