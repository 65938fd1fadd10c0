// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/sizingruns.h"
#include "widgets/plot/plotview.h"

#include <QTimer>
#include <QWidget>

class QComboBox;
class QLabel;
class QTableWidget;

namespace ohm::ui {

/// How far a judge can be believed, spec by spec: the probabilities that BagNet's discriminator or
/// the Gaussian processes gave to the designs they chose, against what the simulation then said. A
/// row of the table chooses whose reliability is drawn. Thread: GUI.
class SizingJudgePane : public QWidget {
    Q_OBJECT
public:
    explicit SizingJudgePane(SizingRuns& runs, QWidget* parent = nullptr);

    QComboBox* claimBox() const { return m_claim; } ///< 0 meets the spec, 1 better
    widgets::PlotView* reliabilityPlot() const { return m_reliability; }
    widgets::PlotView* rightPlot() const { return m_right; }
    QTableWidget* table() const { return m_table; } ///< row 0: all specs
    QLabel* note() const { return m_note; }

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Row {
        QString name;
        std::vector<optimize::Claim> claims; ///< in the order of their simulation
        std::vector<double> place;           ///< designs simulated by then, per claim
    };
    std::vector<Row> collect() const;
    QString emptyText() const;
    void redraw();
    void fillTable();
    void showPlots();

    SizingRuns& m_runs;
    QComboBox* m_claim;
    widgets::PlotView* m_reliability;
    widgets::PlotView* m_right;
    QTableWidget* m_table;
    QLabel* m_note;
    QTimer m_later;
    std::vector<Row> m_rows; ///< all specs, then each
    bool m_filling = false;
};

} // namespace ohm::ui
