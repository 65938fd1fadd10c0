// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/errorinspection.h"

#include <QVector>
#include <QWidget>

class QComboBox;
class QLabel;
class QPushButton;
class QSlider;
class QTableView;
class QTableWidget;

namespace ohm::widgets {
class MessageBar;
class ScatterView;
} // namespace ohm::widgets

namespace ohm::ui {

class Datasets;
class LabelErrors;
class SampleLink;
class Trainings;

/// Where a network is wrong: predicted against true with the band of Acc@K, residuals, the worst
/// labels, errors by kind of net, devices, topology and distance to the training. Every mark leads
/// to its net on the schematic. Needs no open circuit. Thread: GUI.
class ErrorsPage : public QWidget {
    Q_OBJECT
public:
    ErrorsPage(JobService& jobs, Datasets& datasets, Trainings& trainings, SampleLink& link,
               QWidget* parent = nullptr);

    ErrorInspection& inspection() { return m_inspection; }
    InspectionSetup setup() const; ///< what the form says now
    widgets::MessageBar* bar() const { return m_bar; }
    widgets::ScatterView* predicted() const { return m_predicted; }
    widgets::ScatterView* residual() const { return m_residual; }
    LabelErrors* labels() const { return m_labels; }
    QTableView* labelTable() const { return m_labelTable; }
    QTableWidget* groupTable() const { return m_groups; }
    QPushButton* startButton() const { return m_start; }
    QComboBox* modelBox() const { return m_model; }
    QComboBox* dataBox() const { return m_data; }
    QComboBox* partBox() const { return m_part; }
    QComboBox* colourBox() const { return m_colour; }
    QComboBox* againstBox() const { return m_against; }
    QComboBox* groupBox() const { return m_by; }
    QSlider* kSlider() const { return m_k; }
    QString summary() const;
    /// A network, on what it was trained on, its validation split; nothing is started.
    void choose(const QString& model);
    /// Labels of the report that are selected, by a click, a lasso, a row or on the schematic.
    const QVector<int>& selection() const { return m_selection; }

protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    QWidget* buildSide();
    QWidget* buildMain();
    QWidget* buildTables();
    void fillChoices();
    void showState();
    void showReport();
    void showBand();
    void showResidual();
    void showColours();
    void chooseGrouping();
    void showGroups();
    void showTitle();
    enum class From { Chart, Groups, Table, Schematic };
    void select(QVector<int> labels, From from);
    void selectOpen();
    void openNet(int label);
    QString describe(int label) const;

    Datasets& m_datasets;
    Trainings& m_trainings;
    SampleLink& m_link;
    ErrorInspection m_inspection;
    QVector<int> m_selection;
    bool m_byChosen = false; ///< the grouping, by the user
    QString m_wanted;        ///< a network chosen from elsewhere
    bool m_showing = false;  ///< a selection is being shown, not made
    widgets::MessageBar* m_bar;
    QComboBox* m_model = nullptr;
    QComboBox* m_data = nullptr;
    QComboBox* m_part = nullptr;
    QPushButton* m_start = nullptr;
    QLabel* m_summary = nullptr;
    QSlider* m_k = nullptr;
    QLabel* m_kText = nullptr;
    QComboBox* m_colour = nullptr;
    QComboBox* m_against = nullptr;
    widgets::ScatterView* m_predicted = nullptr;
    widgets::ScatterView* m_residual = nullptr;
    QComboBox* m_by = nullptr;
    QTableWidget* m_groups = nullptr;
    QLabel* m_tableTitle = nullptr;
    QPushButton* m_all = nullptr;
    LabelErrors* m_labels = nullptr;
    QTableView* m_labelTable = nullptr;
};

} // namespace ohm::ui
