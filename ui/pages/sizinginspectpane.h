// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/optimize/algorithm.h"
#include "ui/session/designinspection.h"
#include "widgets/plot/plotview.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QPushButton;
class QTableView;
class QTableWidget;

namespace ohm::ui {

class SizingRobustPane;

/// One design closely: parameters, measurements against their specs, operating point (predicted
/// beside simulated where there is a network), curves of its benches, corners and scatter. Thread:
/// GUI.
class SizingInspectPane : public QWidget {
    Q_OBJECT
public:
    SizingInspectPane(JobService& jobs, DesignInspection& inspection, QWidget* parent = nullptr);

    /// What is known of the design without simulating. `number` counts from 1; 0: none.
    void showDesign(const std::optional<optimize::Problem>& problem, const optimize::Member* member,
                    int number);
    QTableWidget* values() const { return m_values; }
    QTableWidget* nets() const { return m_nets; }
    QTableWidget* devices() const { return m_devices; } ///< region and current of each
    QComboBox* curveBox() const { return m_curve; }
    widgets::PlotView* plot() const { return m_plot; }
    widgets::PlotView* phase() const { return m_phase; }
    QPushButton* schematicButton() const { return m_schematic; }
    QPushButton* simulateButton() const { return m_simulate; }
    SizingRobustPane* robust() const { return m_robust; }
    QLabel* title() const { return m_title; }

signals:
    void simulateRequested();
    void schematicRequested();

private:
    void showResult();
    void showCurve();
    void fillCurves();

    DesignInspection& m_inspection;
    std::optional<optimize::Problem> m_problem;
    optimize::Design m_design;
    QLabel* m_title;
    QTableWidget* m_values;
    QTableWidget* m_nets;
    QTableWidget* m_devices;
    QLabel* m_note;
    QComboBox* m_curve;
    widgets::PlotView* m_plot;
    widgets::PlotView* m_phase;
    SizingRobustPane* m_robust;
    QPushButton* m_simulate;
    QPushButton* m_schematic;
    bool m_filling = false;
};

} // namespace ohm::ui
