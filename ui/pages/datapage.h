// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/datasets.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;
class QSpinBox;
class QTableWidget;
class QTabWidget;

namespace ohm::widgets {
class MessageBar;
class PlotView;
} // namespace ohm::widgets

namespace ohm::ui {

class CircuitSession;
class DistributionPane;

/// Labelled circuits: what there is, how its labels are spread, single samples; and making more.
/// Needs no open circuit. Thread: GUI.
class DataPage : public QWidget {
    Q_OBJECT
public:
    DataPage(JobService& jobs, Datasets& datasets, CircuitSession& session,
             QWidget* parent = nullptr);

    GenerateRequest request() const; ///< what the form says now
    widgets::MessageBar* bar() const { return m_bar; }
    QListWidget* list() const { return m_list; }
    QTableWidget* samples() const { return m_samples; }
    widgets::PlotView* histogram() const { return m_histogram; }
    QPushButton* generateButton() const { return m_generate; }
    QPushButton* finetuneButton() const { return m_finetune; }
    QComboBox* kindBox() const { return m_kind; }
    QSpinBox* countBox() const { return m_count; }
    QLineEdit* fileEdit() const { return m_file; }
    QString details() const;
    QString currentFile() const;
    QTabWidget* tabs() const { return m_tabs; } ///< one dataset, several beside each other
    DistributionPane* distributions() const { return m_distributions; }

signals:
    /// A sample written as a netlist, to be opened.
    void openRequested(const QString& path);
    void trainRequested(const QString& file);
    /// Finetuning the open circuit's network on the selected samples, or on the file.
    void finetuneRequested(const QString& file, const QString& samples);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    QWidget* buildSide();
    QWidget* buildMain();
    void showFiles();
    void showSet();
    void showHistogram();
    void showSamples(double low, double high);
    void openSample(int row);
    void showKind();
    void generate();

    Datasets& m_datasets;
    CircuitSession& m_session;
    widgets::MessageBar* m_bar;
    QTabWidget* m_tabs = nullptr;
    DistributionPane* m_distributions = nullptr;
    QListWidget* m_list = nullptr;
    QLabel* m_details = nullptr;
    QComboBox* m_labels = nullptr;
    QComboBox* m_by = nullptr;
    QCheckBox* m_logarithmic = nullptr;
    QLabel* m_shift = nullptr;
    widgets::PlotView* m_histogram = nullptr;
    QLabel* m_samplesTitle = nullptr;
    QTableWidget* m_samples = nullptr;
    QComboBox* m_kind = nullptr;
    QSpinBox* m_low = nullptr;
    QSpinBox* m_high = nullptr;
    QSpinBox* m_count = nullptr;
    QSpinBox* m_seed = nullptr;
    QLineEdit* m_file = nullptr;
    QPushButton* m_generate = nullptr;
    QPushButton* m_train = nullptr;
    QPushButton* m_finetune = nullptr;
};

} // namespace ohm::ui
