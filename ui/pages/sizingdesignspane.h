// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/explore/importance.h"
#include "ui/models/designtable.h"
#include "ui/services/jobservice.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QPushButton;
class QTabWidget;
class QTableView;
class QTimer;

namespace ohm::widgets {
class ParallelView;
class ScatterView;
class SignedBars;
} // namespace ohm::widgets

namespace ohm::ui {

/// The designs of the chosen session: table, trade-off of two measurements with its Pareto front,
/// parallel coordinates whose brushes filter both, importance of the parameters. Thread: GUI.
class SizingDesignsPane : public QWidget {
    Q_OBJECT
public:
    SizingDesignsPane(JobService& jobs, SizingRuns& runs, QWidget* parent = nullptr);

    QTabWidget* tabs() const { return m_tabs; }
    QTableView* table() const { return m_table; }
    DesignTable* model() const { return m_model; }
    QComboBox* filterBox() const { return m_filter; }
    QPushButton* clearButton() const { return m_clear; }
    widgets::ScatterView* scatter() const { return m_scatter; }
    QComboBox* scatterX() const { return m_scatterX; }
    QComboBox* scatterY() const { return m_scatterY; }
    widgets::ParallelView* parallel() const { return m_parallel; }
    widgets::SignedBars* importance() const { return m_importance; }
    QComboBox* outputBox() const { return m_output; }
    QPushButton* netlistButton() const { return m_netlist; }
    QPushButton* inspectButton() const { return m_inspect; }
    QPushButton* restartButton() const { return m_restart; }
    QPushButton* copyButton() const { return m_copy; }
    /// Index among the session's members; the best one at first. -1: there are none.
    int design() const { return m_design; }
    void choose(int member);
    /// Takes over what the session has now, without waiting for the next turn.
    void refresh();

signals:
    void designChanged(int member);
    void netlistRequested(int member);
    void inspectRequested(int member);
    void restartRequested(int member);
    void copyRequested(int member);

private:
    QWidget* buildScatter();
    QWidget* buildParallel();
    QWidget* buildImportance();
    QWidget* buildTable();
    void showProblem();
    void showScatter();
    void showParallel();
    void showImportance();
    void applyBrushes();
    void showState();
    void markChosen();
    QString describe(int member) const;
    double wanted(int measure, double value) const;

    JobService& m_jobs;
    SizingRuns& m_runs;
    QTabWidget* m_tabs;
    QTableView* m_table;
    DesignTable* m_model;
    QComboBox* m_filter;
    QPushButton* m_clear;
    QLabel* m_count;
    widgets::ScatterView* m_scatter;
    QComboBox* m_scatterX;
    QComboBox* m_scatterY;
    widgets::ParallelView* m_parallel;
    widgets::SignedBars* m_importance;
    QComboBox* m_output;
    QLabel* m_importanceNote;
    QPushButton* m_netlist;
    QPushButton* m_inspect;
    QPushButton* m_restart;
    QPushButton* m_copy;
    QTimer* m_later;
    QStringList m_axisNames; ///< to tell another problem from the same with other limits
    MembersPtr m_members;
    int m_design = -1;
    bool m_followsBest = true; ///< until the user chooses one
    bool m_filling = false;
    JobId m_importanceJob = 0;
    MembersPtr m_explained; ///< the designs that the bars are of
    QString m_explainedOutput;
};

} // namespace ohm::ui
