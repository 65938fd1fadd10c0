// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/sizingruntable.h"
#include "widgets/plot/plotview.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QTableView;
class QTimer;
class QToolButton;

namespace ohm::ui {

/// How sessions go: cost of several over each other (those that differ in their seed alone as a
/// mean with a band from the least to the greatest), convergence per spec, designs that meet the
/// specs, the judge; over simulations or over time. Thread: GUI.
class SizingProgressPane : public QWidget {
    Q_OBJECT
public:
    explicit SizingProgressPane(SizingRuns& runs, QWidget* parent = nullptr);

    widgets::PlotView* costPlot() const { return m_cost; }
    widgets::PlotView* specPlot() const { return m_specs; }
    widgets::PlotView* feasiblePlot() const { return m_feasible; }
    widgets::PlotView* judgePlot() const { return m_judge; }
    QComboBox* axisBox() const { return m_axis; }   ///< 0 simulations, 1 time
    QCheckBox* bandsBox() const { return m_bands; } ///< seeds as a band
    QTableView* table() const { return m_table; }
    QToolButton* goOnButton() const { return m_goOn; }
    QToolButton* removeButton() const { return m_remove; }

signals:
    void goOnRequested(int run);

private:
    widgets::PlotView* addPlot(const QString& name, const QString& y, const QString& empty);
    void redraw();
    void drawSessions();
    void showButtons();
    double place(const optimize::IterationReport& r) const;

    SizingRuns& m_runs;
    QComboBox* m_axis;
    QCheckBox* m_bands;
    widgets::PlotView* m_cost;
    widgets::PlotView* m_specs;
    widgets::PlotView* m_feasible;
    widgets::PlotView* m_judge;
    QTableView* m_table;
    QToolButton* m_goOn;
    QToolButton* m_remove;
    QTimer* m_redraw; ///< not more often than this, however fast reports come
};

} // namespace ohm::ui
