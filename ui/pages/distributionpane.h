// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/distributions.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QListWidget;
class QTableWidget;

namespace ohm::widgets {
class PlotView;
}

namespace ohm::ui {

/// How the labels of several sets, or of the splits of one, are spread: histograms, densities or
/// distribution functions over one another, and how far each lies from one of them. Thread: GUI.
class DistributionPane : public QWidget {
    Q_OBJECT
public:
    DistributionPane(JobService& jobs, Datasets& datasets, QWidget* parent = nullptr);

    DistributionSetup setup() const; ///< what the form says now
    Distributions& distributions() { return m_distributions; }
    QListWidget* sets() const { return m_sets; }
    QComboBox* labelBox() const { return m_label; }
    QComboBox* divideBox() const { return m_divide; }
    QComboBox* shapeBox() const { return m_shape; }
    QComboBox* againstBox() const { return m_against; }
    QCheckBox* logarithmicBox() const { return m_logarithmic; }
    widgets::PlotView* chart() const { return m_chart; }
    QTableWidget* table() const { return m_table; }

signals:
    void failed(const ohm::Error& error);

protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void fillSets();
    void ask();
    void showAll();
    void showChart();

    Datasets& m_datasets;
    Distributions m_distributions;
    bool m_filling = false;
    QListWidget* m_sets;
    QComboBox* m_label;
    QComboBox* m_divide;
    QComboBox* m_shape;
    QComboBox* m_against;
    QCheckBox* m_logarithmic;
    widgets::PlotView* m_chart;
    QTableWidget* m_table;
};

} // namespace ohm::ui
