// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/parasiticwork.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QListWidget;
class QPushButton;
class QSpinBox;

namespace ohm::widgets {
class ScatterView;
}

namespace ohm::ui {

/// What a contrastive encoder makes of the nets of designs, as t-SNE, coloured by capacitance;
/// beside it what the same encoder made of them before it was trained (Fig. 3 of CircuitGCL). Both
/// show the same points and select together. Thread: GUI.
class EncoderPane : public QWidget {
    Q_OBJECT
public:
    EncoderPane(ParasiticWork& work, QWidget* parent);

    QListWidget* designList() const { return m_list; }
    QComboBox* modelBox() const { return m_model; }
    QSpinBox* perplexityBox() const { return m_perplexity; }
    QSpinBox* stepsBox() const { return m_steps; }
    QPushButton* startButton() const { return m_start; }
    QLabel* summary() const { return m_summary; }
    widgets::ScatterView* trained() const { return m_trained; }
    widgets::ScatterView* untrained() const { return m_untrained; }

signals:
    void failed(const ohm::Error& error);

protected:
    void changeEvent(QEvent* event) override;

private:
    QWidget* buildSide();
    widgets::ScatterView* view(const QString& name);
    void showDesigns();
    void showState();
    void showLayouts();
    void colour();
    QStringList chosen() const;

    ParasiticWork& m_work;
    QListWidget* m_list = nullptr;
    QComboBox* m_model = nullptr;
    QSpinBox* m_perplexity = nullptr;
    QSpinBox* m_steps = nullptr;
    QPushButton* m_start = nullptr;
    QLabel* m_summary = nullptr;
    widgets::ScatterView* m_trained = nullptr;
    widgets::ScatterView* m_untrained = nullptr;
};

/// The shipped estimators and those trained here; keeps what is chosen. The data of an entry is its
/// file.
void fillEstimators(QComboBox* box);

} // namespace ohm::ui
