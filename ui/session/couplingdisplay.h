// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"
#include "ui/models/couplingindex.h"
#include "ui/services/selectionhub.h"
#include "widgets/common/annotation.h"

#include <QObject>

#include <memory>
#include <vector>

namespace ohm::ui {

class CircuitSession;

/// Decides which estimated couplings of the open circuit are drawn as lines on schematic and graph,
/// and holds what all pages share of it: whether they are drawn, the least capacitance, how far a
/// neighbourhood reaches. Views ask it and subscribe to `changed`. Thread: GUI.
class CouplingDisplay : public QObject {
    Q_OBJECT
public:
    /// Up to so many couplings are drawn together; of more only those around the selection.
    static constexpr std::size_t kMostWhole = 250;
    static constexpr std::size_t kMostNets = 80;    ///< of a neighbourhood
    static constexpr std::size_t kMostCentre = 16;  ///< nets of a selection that are drawn around
    static constexpr std::size_t kMostAround = 400; ///< lines of a neighbourhood

    CouplingDisplay(CircuitSession& session, SelectionHub& hub, QObject* parent = nullptr);

    /// Null: there are none.
    void setEstimates(netlist::CircuitPtr circuit, std::shared_ptr<const CouplingIndex> index);
    const std::shared_ptr<const CouplingIndex>& index() const { return m_index; }
    /// Lines between nets.
    void setOn(bool on);
    bool isOn() const { return m_on; }
    /// Each net's total in place of voltages; who draws voltages asks for it.
    void setTotals(bool on);
    bool showsTotals() const { return m_totals; }
    void setLeast(double farad);
    double least() const { return m_least; } ///< F
    void setHops(int hops);                  ///< of the neighbourhood, 1 and up
    int hops() const { return m_hops; }

    /// Selected nets, and those of selected devices, that have estimates: at most kMostCentre.
    std::vector<netlist::NetId> selectedNets() const;
    /// What is to be drawn now, the least first; none when it is off.
    const std::vector<CouplingLines::Line>& lines() const { return m_lines.lines; }
    /// All couplings of at least `least` F are among the lines, not only those around the
    /// selection.
    bool isWhole() const { return m_whole; }
    std::size_t couplings() const { return m_couplings; } ///< of at least `least` F
    /// "34 couplings, 120 aF to 3 fF", or what to do to see some.
    QString summary() const;
    /// The two nets, the estimate with its bounds and its chance.
    QString tooltip(const CouplingLines::Line& line) const;
    /// Adds the lines' scale to a legend of a view that draws `shown` of them.
    void explain(widgets::ValueLegend& legend, std::size_t shown) const;
    /// Selects the two nets everywhere, with Ctrl or Shift beside what is selected.
    void select(const CouplingLines::Line& line, Qt::KeyboardModifiers modifiers,
                SelectionSource source);

signals:
    void changed();

private:
    bool update(); ///< true if the lines are others
    void tell();

    CircuitSession& m_session;
    SelectionHub& m_hub;
    netlist::CircuitPtr m_circuit;
    std::shared_ptr<const CouplingIndex> m_index;
    bool m_on = false;
    bool m_totals = false;
    double m_least = 1e-19;
    int m_hops = 1;
    bool m_whole = true;
    std::size_t m_couplings = 0;
    std::size_t m_left = 0; ///< nets around the selection that did not fit
    CouplingLines m_lines;
};

} // namespace ohm::ui
