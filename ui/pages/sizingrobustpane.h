// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/optimize/robustness.h"
#include "ui/services/jobservice.h"

#include <QWidget>

#include <optional>

class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;
class QTableWidget;

namespace ohm::widgets {
class PlotView;
}

namespace ohm::ui {

/// The chosen design in the project's corners and under its scatter: a table of corners, a
/// histogram of each measurement with its limits, the yield. Thread: GUI.
class SizingRobustPane : public QWidget {
    Q_OBJECT
public:
    explicit SizingRobustPane(JobService& jobs, QWidget* parent = nullptr);

    /// Another design: what was found of the one before is taken away.
    void setDesign(const std::optional<optimize::Problem>& problem, const optimize::Design& design);
    QPushButton* cornersButton() const { return m_corners; }
    QPushButton* scatterButton() const { return m_scatter; }
    QTableWidget* table() const { return m_table; }
    QSpinBox* countBox() const { return m_count; }
    QSpinBox* seedBox() const { return m_seed; }
    QComboBox* measureBox() const { return m_measure; }
    widgets::PlotView* histogram() const { return m_histogram; }
    QLabel* yieldLabel() const { return m_yield; }
    bool isRunning() const { return m_cornerJob != 0 || m_scatterJob != 0; }

signals:
    void failed(const ohm::Error& error);

private:
    void simulateCorners();
    void simulateScatter();
    void showCorners();
    void showScatter();
    void showState();
    std::shared_ptr<sim::SimulatorPool> pool();

    JobService& m_jobs;
    std::optional<optimize::Problem> m_problem; ///< as drawn
    std::optional<optimize::Problem> m_whole;   ///< with its corners
    optimize::Design m_design;
    QPushButton* m_corners;
    QPushButton* m_scatter;
    QTableWidget* m_table;
    QLabel* m_cornerNote;
    QSpinBox* m_count;
    QSpinBox* m_seed;
    QComboBox* m_measure;
    widgets::PlotView* m_histogram;
    QLabel* m_yield;
    std::shared_ptr<sim::SimulatorPool> m_pool;
    std::optional<optimize::CornerReport> m_cornerReport;
    std::optional<optimize::MonteCarloReport> m_scatterReport;
    JobId m_cornerJob = 0, m_scatterJob = 0;
    quint64 m_generation = 0; ///< of the design
};

} // namespace ohm::ui
