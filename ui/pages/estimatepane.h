// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/parasiticwork.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QSlider;
class QTableView;
class QTableWidget;

namespace ohm::ui {

class CapacitanceSlider;
class CouplingDisplay;
class CouplingPane;
class SelectionHub;
class VoltageDisplay;
enum class SelectionSource : quint8;

/// Estimates for the open circuit: all capacitances, totals per net, the change of every
/// measurement. A row selects its nets everywhere, and what is selected elsewhere lights up its
/// rows; what lies around the selection is drawn, and the table can be narrowed to it. Thread: GUI.
class EstimatePane : public QWidget {
    Q_OBJECT
public:
    EstimatePane(ParasiticWork& work, CircuitSession& session, SelectionHub& hub,
                 VoltageDisplay& display, CouplingDisplay& shared, QWidget* parent);

    QPushButton* estimateButton() const { return m_start; }
    QPushButton* measureButton() const { return m_measure; }
    QPushButton* writeButton() const { return m_write; }
    QPushButton* drawButton() const { return m_draw; }
    QSlider* leastSlider() const;
    QTableView* table() const { return m_view; }
    CapacitanceTable* model() const { return m_model; }
    CouplingPane* couplings() const { return m_couplings; }
    QCheckBox* aroundBox() const { return m_around; }
    QTableWidget* totals() const { return m_totals; }
    QTableWidget* measures() const { return m_measures; }
    /// Writes the annotated netlist and tells.
    void writeTo(const QString& path);

signals:
    void circuitRequested();
    void told(const QString& text);
    void failed(const ohm::Error& error);

private:
    QWidget* buildSide();
    void showState();
    void showAnnotation();
    void showMeasures();
    void showShared();    ///< what the pages share: threshold, what is drawn
    double least() const; ///< F, of the slider
    void selectRows();
    void follow(SelectionSource source); ///< the selection, wherever it came from
    void lightRows();                    ///< rows of what is selected elsewhere
    void narrow();                       ///< the table to what lies around the centre, or no longer
    void draw();                         ///< on schematic and graph, or no longer

    ParasiticWork& m_work;
    CircuitSession& m_session;
    SelectionHub& m_hub;
    VoltageDisplay& m_display;
    CouplingDisplay& m_shared;
    QPushButton* m_start = nullptr;
    QPushButton* m_measure = nullptr;
    QPushButton* m_write = nullptr;
    QPushButton* m_draw = nullptr;
    QComboBox* m_bound = nullptr;
    QDoubleSpinBox* m_chance = nullptr;
    CapacitanceSlider* m_least = nullptr;
    QLabel* m_summary = nullptr;
    CapacitanceTable* m_model = nullptr;
    QTableView* m_view = nullptr;
    QCheckBox* m_around = nullptr;
    CouplingPane* m_couplings = nullptr;
    std::shared_ptr<const CouplingIndex> m_index;
    std::vector<netlist::NetId> m_centre; ///< of the narrowed table
    double m_shownLeast = -1;             ///< F, of table and picture
    bool m_mine = false;                  ///< the selection changes because of this table
    QTableWidget* m_totals = nullptr;
    QTableWidget* m_measures = nullptr;
};

} // namespace ohm::ui
