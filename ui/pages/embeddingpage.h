// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/embedding.h"

#include <QVector>
#include <QWidget>

class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;
class QTableWidget;

namespace ohm::widgets {
class MessageBar;
class ScatterView;
} // namespace ohm::widgets

namespace ohm::ui {

class Datasets;

/// What a network makes of nets, nodes or circuits, laid out in the plane: start, pause, go on from
/// here; colours by what is known of each point; selected points and their neighbours as tables; a
/// double click opens the circuit. Needs no open circuit. Thread: GUI.
class EmbeddingPage : public QWidget {
    Q_OBJECT
public:
    EmbeddingPage(JobService& jobs, Datasets& datasets, QWidget* parent = nullptr);

    Embedding& embedding() { return m_embedding; }
    EmbeddingSetup setup() const; ///< what the form says now
    widgets::ScatterView* scatter() const { return m_scatter; }
    widgets::MessageBar* bar() const { return m_bar; }
    QPushButton* startButton() const { return m_start; }
    QPushButton* pauseButton() const { return m_pause; }
    QPushButton* restartButton() const { return m_restart; }
    QComboBox* modelBox() const { return m_model; }
    QComboBox* dataBox() const { return m_data; }
    QComboBox* colourBox() const { return m_colour; }
    QComboBox* methodBox() const { return m_method; }
    QSpinBox* stepsBox() const { return m_steps; }
    QTableWidget* points() const { return m_points; }
    QString quality() const;

signals:
    /// A sample written as a netlist, to be opened.
    void openRequested(const QString& path);

protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    QWidget* buildSide();
    QWidget* buildMain();
    void fillChoices();
    void showState();
    void showColours();
    void showSelection();
    void openCircuit(int point);
    QString describe(int point) const;

    Datasets& m_datasets;
    Embedding m_embedding;
    widgets::MessageBar* m_bar;
    QComboBox* m_model = nullptr;
    QComboBox* m_data = nullptr;
    QComboBox* m_level = nullptr;
    QSpinBox* m_layer = nullptr;
    QSpinBox* m_most = nullptr;
    QComboBox* m_method = nullptr;
    QSpinBox* m_perplexity = nullptr;
    QSpinBox* m_steps = nullptr;
    QSpinBox* m_seed = nullptr;
    QPushButton* m_start = nullptr;
    QPushButton* m_pause = nullptr;
    QPushButton* m_restart = nullptr;
    QComboBox* m_colour = nullptr;
    QLabel* m_quality = nullptr;
    widgets::ScatterView* m_scatter = nullptr;
    QLabel* m_pointsTitle = nullptr;
    QTableWidget* m_points = nullptr;
};

} // namespace ohm::ui
