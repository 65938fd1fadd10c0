// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/generate/tunable.h"
#include "ui/workbench.h"

#include <QWidget>

#include <vector>

class QLabel;
class QLineEdit;
class QPushButton;
class QScrollArea;
class QSlider;
class QTableWidget;
class QToolButton;
class QGridLayout;

namespace ohm::widgets {
class MessageBar;
class SiSpinBox;
} // namespace ohm::widgets

namespace ohm::ui {

/// Where a slider of `steps` positions stands for a knob's value, and back. Linear or logarithmic
/// between the knob's ends; values beyond are clipped. Thread: any.
int sliderPosition(const generate::Knob& knob, double value, int steps);
double sliderValue(const generate::Knob& knob, int position, int steps);

/// Sliders for the knobs of the open circuit; the prediction follows, and the change of chosen nets
/// is listed. Thread: GUI.
class WhatIfDock : public QWidget {
    Q_OBJECT
public:
    static constexpr int kSteps = 1000;

    explicit WhatIfDock(const Workbench& workbench, QWidget* parent = nullptr);

    QSlider* slider(std::size_t knob) const;             ///< null while it has none
    widgets::SiSpinBox* spinBox(std::size_t knob) const; ///< the same
    QTableWidget* changes() const { return m_changes; }
    widgets::MessageBar* bar() const { return m_bar; }
    QPushButton* simulateButton() const { return m_simulate; }
    QLineEdit* filter() const { return m_filter; }
    /// The panel is in sight: knobs are looked for, and the file's circuit is predicted.
    void setShown(bool shown);

protected:
    /// The wheel scrolls the list; it turns only the knob that has the keyboard.
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Row {
        std::size_t knob;
        QLabel* name;
        QSlider* slider;
        widgets::SiSpinBox* box;
        QToolButton* reset;
    };
    void rebuild();
    void addRow(std::size_t knob);
    void applyFilter();
    void showValues();
    void showChanges();
    void showState();
    void watchSelection();

    Workbench m_bench;
    QLineEdit* m_filter;
    QLabel* m_empty;
    widgets::MessageBar* m_bar;
    QScrollArea* m_scroll;
    QWidget* m_panel = nullptr;
    QGridLayout* m_grid = nullptr;
    std::vector<Row> m_rows;
    QToolButton* m_undo;
    QToolButton* m_redo;
    QPushButton* m_reset;
    QPushButton* m_simulate;
    QPushButton* m_watch;
    QLabel* m_state;
    QLabel* m_changesTitle;
    QTableWidget* m_changes;
    quint64 m_gesture = 0;
    bool m_syncing = false;
    bool m_shown = false;
};

} // namespace ohm::ui
