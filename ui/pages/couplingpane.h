// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"
#include "ui/models/couplingindex.h"

#include <QWidget>

#include <functional>
#include <memory>
#include <vector>

class QLabel;
class QSpinBox;
class QToolButton;

namespace ohm::widgets {
class GraphView;
}

namespace ohm::ui {

/// The estimated couplings around some nets, drawn the thicker the greater: the nets at the centre,
/// what they couple to in rings around them. A click selects a net, or both nets of a coupling, a
/// double click (or Return) puts it into the centre. Draws at most `kMostNets`, those of the
/// greatest couplings, whatever the circuit's size. Thread: GUI.
class CouplingPane : public QWidget {
    Q_OBJECT
public:
    static constexpr std::size_t kMostNets = 80;

    explicit CouplingPane(QWidget* parent = nullptr);

    /// Null: nothing to draw.
    void setIndex(netlist::CircuitPtr circuit, std::shared_ptr<const CouplingIndex> index);
    void setCentre(std::vector<netlist::NetId> nets);
    void setLeast(double farad);
    /// What a coupling's line tells under the mouse.
    void setTooltips(std::function<QString(const CouplingLines::Line&)> text);
    const std::vector<netlist::NetId>& centre() const { return m_centre; }
    int hops() const;
    const CouplingIndex::Part& part() const { return m_part; }
    widgets::GraphView* view() const { return m_view; }
    QSpinBox* hopBox() const { return m_hops; }
    QLabel* summary() const { return m_summary; }
    QToolButton* exportButton() const { return m_export; } ///< for the head of the pane

signals:
    void netClicked(ohm::netlist::NetId net);
    void centreRequested(ohm::netlist::NetId net);
    void couplingClicked(const ohm::ui::CouplingLines::Line& line, Qt::KeyboardModifiers modifiers);
    void hopsChanged();
    void failed(const ohm::Error& error);

private:
    void draw();
    void place(std::vector<float>& x, std::vector<float>& y) const;

    netlist::CircuitPtr m_circuit;
    std::shared_ptr<const CouplingIndex> m_index;
    std::vector<netlist::NetId> m_centre;
    double m_least = 0;
    CouplingIndex::Part m_part;
    CouplingLines m_lines;
    QSpinBox* m_hops = nullptr;
    QLabel* m_summary = nullptr;
    QToolButton* m_export = nullptr;
    widgets::GraphView* m_view = nullptr;
};

} // namespace ohm::ui
