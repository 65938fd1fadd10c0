// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/couplingdisplay.h"

#include "core/base/units.h"
#include "ui/services/text.h"
#include "ui/session/circuitsession.h"

#include <algorithm>

namespace ohm::ui {

using namespace Qt::StringLiterals;

CouplingDisplay::CouplingDisplay(CircuitSession& session, SelectionHub& hub, QObject* parent)
    : QObject(parent)
    , m_session(session)
    , m_hub(hub) {
    connect(&m_hub, &SelectionHub::selectionChanged, this, [this] {
        if (update())
            emit changed();
    });
}

void CouplingDisplay::tell() {
    update();
    emit changed();
}

void CouplingDisplay::setEstimates(netlist::CircuitPtr circuit,
                                   std::shared_ptr<const CouplingIndex> index) {
    m_circuit = std::move(circuit);
    m_index = std::move(index);
    tell();
}

void CouplingDisplay::setOn(bool on) {
    if (on == m_on)
        return;
    m_on = on;
    tell();
}

void CouplingDisplay::setTotals(bool on) {
    if (on == m_totals)
        return;
    m_totals = on;
    emit changed();
}

void CouplingDisplay::setLeast(double farad) {
    if (farad == m_least)
        return;
    m_least = farad;
    tell();
}

void CouplingDisplay::setHops(int hops) {
    if (hops == m_hops)
        return;
    m_hops = hops;
    tell();
}

std::vector<netlist::NetId> CouplingDisplay::selectedNets() const {
    std::vector<netlist::NetId> nets;
    if (!m_index || m_circuit != m_session.circuit())
        return nets;
    const auto add = [&](netlist::NetId net) {
        if (net < m_circuit->netCount() && !m_index->entriesOf(net).empty() &&
            nets.size() < kMostCentre && std::find(nets.begin(), nets.end(), net) == nets.end())
            nets.push_back(net);
    };
    const auto addDevice = [&](netlist::DeviceId device) {
        for (const netlist::NetId net : m_circuit->deviceNets(device))
            add(net);
    };
    for (const ObjectId& id : m_hub.selection()) {
        if (id.kind == ObjectKind::Net)
            add(id.index);
        else if (id.kind == ObjectKind::Device && id.index < m_circuit->deviceCount())
            addDevice(id.index);
        else if (id.kind == ObjectKind::Terminal && id.index < m_circuit->terminalCount())
            addDevice(m_circuit->terminalDevice(id.index));
    }
    return nets;
}

bool CouplingDisplay::update() {
    const auto entriesOf = [](const CouplingLines& lines) {
        std::vector<std::uint32_t> entries;
        for (const auto& line : lines.lines)
            entries.push_back(line.entry);
        return entries;
    };
    const auto before = entriesOf(m_lines);
    const bool whole = m_whole;
    m_lines = {};
    m_whole = true;
    m_left = 0;
    m_couplings = 0;
    if (m_index && m_on && m_circuit == m_session.circuit()) {
        const auto& annotation = *m_index->annotation();
        std::vector<std::uint32_t> entries; // the greatest first
        for (std::uint32_t i = 0;
             i < annotation.entries.size() && annotation.entries[i].farad >= m_least; ++i) {
            if (annotation.entries[i].toGround())
                continue;
            if (++m_couplings <= kMostWhole)
                entries.push_back(i);
        }
        m_whole = m_couplings <= kMostWhole;
        if (!m_whole) {
            auto part = m_index->around(selectedNets(), m_hops, m_least, kMostNets);
            entries = std::move(part.entries);
            m_left = part.left;
        }
        m_lines = couplingLines(annotation, entries, m_whole ? kMostWhole : kMostAround);
    }
    return entriesOf(m_lines) != before || whole != m_whole;
}

QString CouplingDisplay::summary() const {
    if (!m_index)
        return tr("Nothing is estimated yet.");
    if (!m_on)
        return tr("Couplings are not drawn.");
    if (m_couplings == 0)
        return tr("No coupling is as great as that.");
    if (m_lines.lines.empty())
        return tr("%L1 couplings: select a net to see those around it, or raise the threshold.")
            .arg(m_couplings);
    const QString range =
        m_lines.low == m_lines.high
            ? qs(formatSi(m_lines.high, "F", 2))
            : tr("%1 to %2")
                  .arg(qs(formatSi(m_lines.low, "F", 2)), qs(formatSi(m_lines.high, "F", 2)));
    if (m_whole)
        return tr("%L1 couplings, %2").arg(m_lines.lines.size()).arg(range);
    QString text = tr("%L1 of %L2 couplings, around the selection, %3")
                       .arg(m_lines.lines.size())
                       .arg(m_couplings)
                       .arg(range);
    if (m_left > 0)
        text += tr("; %L1 more nets are not drawn").arg(m_left);
    return text;
}

QString CouplingDisplay::tooltip(const CouplingLines::Line& line) const {
    if (!m_index || !m_circuit)
        return {};
    const auto& e = m_index->annotation()->entries[line.entry];
    return tr("%1 to %2: %3, estimated")
               .arg(shownText(m_circuit->netName(line.a)), shownText(m_circuit->netName(line.b)),
                    qs(formatSi(line.farad, "F", 3))) +
           u'\n' +
           tr("Bounds %1 to %2, chance %3")
               .arg(qs(formatSi(e.low, "F", 3)), qs(formatSi(e.high, "F", 3)))
               .arg(e.chance, 0, 'f', 2);
}

void CouplingDisplay::explain(widgets::ValueLegend& legend, std::size_t shown) const {
    if (shown == 0)
        return;
    legend.linkTitle =
        shown == m_lines.lines.size()
            ? tr("estimated coupling")
            : tr("estimated coupling (%1 of %2 here)").arg(shown).arg(m_lines.lines.size());
    legend.linkLow = qs(formatSi(m_lines.low, "F", 2));
    legend.linkHigh = qs(formatSi(m_lines.high, "F", 2));
}

void CouplingDisplay::select(const CouplingLines::Line& line, Qt::KeyboardModifiers modifiers,
                             SelectionSource source) {
    QVector<ObjectId> ids;
    if (modifiers & (Qt::ControlModifier | Qt::ShiftModifier))
        ids = m_hub.selection();
    ids << ObjectId{ObjectKind::Net, line.a} << ObjectId{ObjectKind::Net, line.b};
    m_hub.select(ids, source);
}

} // namespace ohm::ui
