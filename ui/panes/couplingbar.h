// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QCheckBox;
class QLabel;
class QSlider;
class QToolButton;

namespace ohm::ui {

class CouplingDisplay;

/// A capacitance of wires: below one attofarad there is no prefix that anybody reads.
QString capacitanceText(double farad);

/// The least capacitance that is shown, on a scale of decades; every one of them stands alike.
/// Thread: GUI.
class CapacitanceSlider : public QWidget {
    Q_OBJECT
public:
    explicit CapacitanceSlider(CouplingDisplay& couplings, QWidget* parent = nullptr);

    QSlider* slider() const { return m_slider; }

private:
    void showLeast();

    CouplingDisplay& m_couplings;
    QSlider* m_slider;
    QLabel* m_text;
};

/// The line above schematic and graph while parasitics are estimated: couplings and totals on or
/// off, the threshold, what is drawn, the way to the table. Thread: GUI.
class CouplingBar : public QFrame {
    Q_OBJECT
public:
    explicit CouplingBar(CouplingDisplay& couplings, QWidget* parent = nullptr);

    QCheckBox* linesBox() const { return m_lines; }
    QCheckBox* totalsBox() const { return m_totals; }
    QSlider* slider() const { return m_least->slider(); }
    QLabel* summary() const { return m_summary; }
    QToolButton* tableButton() const { return m_table; }

signals:
    void tableRequested();

private:
    void showState();

    CouplingDisplay& m_couplings;
    QCheckBox* m_lines;
    QCheckBox* m_totals;
    CapacitanceSlider* m_least;
    QLabel* m_summary;
    QToolButton* m_table;
};

} // namespace ohm::ui
