// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/depthsweep.h"

#include <QWidget>

#include <functional>

class QAction;
class QComboBox;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace ohm::widgets {
class PlotView;
} // namespace ohm::widgets

namespace ohm::ui {

/// Depth swept in the background: memory (predicted and measured), time and correlations of
/// networks and baselines against the number of layers. Thread: GUI.
class DepthPane : public QWidget {
    Q_OBJECT
public:
    /// What the page says now: designs (null: none yet), how they are divided, the configuration.
    struct Setup {
        std::shared_ptr<const DeepDesigns> designs;
        deeptrain::TaskOptions split;
        deep::TrainConfig base;
        bool elseCpu = false; ///< what the base's GPU does not run runs on the CPU
    };
    DepthPane(JobService& jobs, std::function<Setup()> setup, QWidget* parent = nullptr);

    DepthSweep& work() { return m_work; }
    QLineEdit* depthsEdit() const { return m_depths; }
    QSpinBox* epochsBox() const { return m_epochs; }
    QPushButton* startButton() const { return m_start; }
    QComboBox* figureBox() const { return m_figure; }
    widgets::PlotView* memoryPlot() const { return m_memory; }
    widgets::PlotView* timePlot() const { return m_time; }
    widgets::PlotView* figurePlot() const { return m_figures; }
    widgets::PlotView* tradePlot() const { return m_trade; }
    const QVector<QAction*>& networkActions() const { return m_networks; }
    void designsChanged(); ///< there are others, or some at last
    void labelChanged() { showState(); }

signals:
    void failed(const ohm::Error& error);

private:
    void start();
    void showState();
    void showPoints();

    DepthSweep m_work;
    std::function<Setup()> m_setup;
    QLineEdit* m_depths = nullptr;
    QSpinBox* m_epochs = nullptr;
    QPushButton* m_start = nullptr;
    QComboBox* m_figure = nullptr;
    QVector<QAction*> m_networks;
    widgets::PlotView *m_memory = nullptr, *m_time = nullptr, *m_figures = nullptr,
                      *m_trade = nullptr;
};

} // namespace ohm::ui
