// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/optimize/algorithm.h"

#include <QDialog>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace ohm::ui {

/// How an algorithm works beyond its name and seed; every change counts at once for sessions that
/// are started afterwards. Thread: GUI.
class SizingSettings : public QDialog {
    Q_OBJECT
public:
    explicit SizingSettings(QWidget* parent = nullptr);

    void applyTo(optimize::AlgorithmOptions& options) const;
    void reset();
    /// The file named as backbone is there, or the algorithm does not look at it, or none is named.
    /// Whether it is a network is told when a session begins.
    bool isUsableFor(const QString& algorithm) const;
    /// Fields that the algorithm does not look at are out of use, and it says so.
    void setAlgorithm(const QString& name);

    QSpinBox* initialBox() const { return m_initial; }
    QSpinBox* perIterationBox() const { return m_perIteration; }
    QSpinBox* stepsBox() const { return m_steps; }
    QSpinBox* designsPerStepBox() const { return m_designsPerStep; }
    QSpinBox* poolBox() const { return m_pool; }
    QCheckBox* meetsBox() const { return m_meets; }
    QLineEdit* backboneField() const { return m_backbone; }
    QLabel* note() const { return m_note; }

signals:
    void changed();

private:
    void showState();

    QSpinBox* m_initial;
    QSpinBox* m_perIteration;
    QSpinBox* m_steps;
    QSpinBox* m_designsPerStep;
    QSpinBox* m_pool;
    QCheckBox* m_meets;
    QLineEdit* m_backbone;
    QPushButton* m_browse;
    QLabel* m_note;
    QString m_algorithm;
};

} // namespace ohm::ui
