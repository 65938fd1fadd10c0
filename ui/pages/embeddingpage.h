// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/services/selectionhub.h"
#include "ui/session/embedding.h"

#include <QVector>
#include <QWidget>

#include <optional>

class QCheckBox;
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
class Trainings;
class CircuitSession;
class SampleLink;

/// What a network makes of nets, nodes or circuits, laid out in the plane: start, pause, go on from
/// here; colours by what is known of each point; selected points and their neighbours as tables; a
/// double click opens the circuit. What is selected here is selected on the schematic of the open
/// circuit, and the other way round. Needs no open circuit. Thread: GUI.
class EmbeddingPage : public QWidget {
    Q_OBJECT
public:
    EmbeddingPage(JobService& jobs, Datasets& datasets, Trainings& trainings,
                  CircuitSession& session, SelectionHub& hub, SampleLink& link,
                  QWidget* parent = nullptr);

    Embedding& embedding() { return m_embedding; }
    EmbeddingSetup setup() const; ///< what the form says now
    widgets::ScatterView* scatter() const { return m_scatter; }
    widgets::ScatterView* besideScatter() const { return m_besideScatter; } ///< hidden without one
    QComboBox* besideBox() const { return m_beside; }
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

    QSpinBox* exaggerationBox() const { return m_exaggeration; }
    QCheckBox* circuitBox() const { return m_circuit; }

signals:
    void circuitRequested(); ///< the open circuit is to be seen

protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    QWidget* buildSide();
    QWidget* buildMain();
    void fillChoices();
    void showState();
    void showColours();
    QWidget* buildPicture();
    void showSelection();
    void openCircuit(int point);
    void tellSelection();
    void takeSelection();
    bool circuitIsOpen() const;
    std::optional<ObjectId> objectOf(int node) const;
    QString describe(int point, bool beside) const;

    Datasets& m_datasets;
    Trainings& m_trainings;
    CircuitSession& m_session;
    SelectionHub& m_hub;
    SampleLink& m_link;
    bool m_telling = false; ///< the selection goes out: it need not come back
    Embedding m_embedding;
    widgets::MessageBar* m_bar;
    QComboBox* m_model = nullptr;
    QComboBox* m_beside = nullptr;
    QComboBox* m_data = nullptr;
    QComboBox* m_level = nullptr;
    QSpinBox* m_layer = nullptr;
    QSpinBox* m_most = nullptr;
    QComboBox* m_method = nullptr;
    QSpinBox* m_perplexity = nullptr;
    QSpinBox* m_exaggeration = nullptr;
    QSpinBox* m_steps = nullptr;
    QCheckBox* m_circuit = nullptr;
    QSpinBox* m_seed = nullptr;
    QPushButton* m_start = nullptr;
    QPushButton* m_pause = nullptr;
    QPushButton* m_restart = nullptr;
    QComboBox* m_colour = nullptr;
    QLabel* m_quality = nullptr;
    widgets::ScatterView* m_scatter = nullptr;
    widgets::ScatterView* m_besideScatter = nullptr;
    QLabel* m_pointsTitle = nullptr;
    QTableWidget* m_points = nullptr;
};

} // namespace ohm::ui
