// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"
#include "core/netlist/circuitdata.h"
#include "core/netlist/diagnosticlist.h"

namespace ohm::netlist {

inline constexpr std::uint32_t kMaxDepth = 500; ///< levels of hierarchy

/// Devices each cell has when expanded (saturating; a recursive call counts once).
std::vector<double> flatSizes(const CircuitData& data);

/// Makes the flat form of `data.top`. Thread: owner only.
class Flattener {
public:
    /// `maxDevices` bounds the flat form (ReadOptions); terminals and scopes follow from it.
    Flattener(CircuitData& data, DiagnosticList& diagnostics, std::uint64_t maxDevices)
        : m_data(data)
        , m_diagnostics(diagnostics)
        , m_maxDevices(maxDevices) {}
    Expected<void> run(const StopToken& stop, ProgressSink& progress);

private:
    struct CellTotals {
        std::uint64_t devices = 0;
        std::uint64_t terminals = 0;
        std::uint64_t scopes = 1;
        std::uint32_t height = 1;
    };
    void order(); ///< reachable cells, called ones first; cuts recursion
    void prepare(CellId id);
    void rankNets(CellId id);
    Expected<void> expand(const StopToken& stop, ProgressSink& progress);
    void makeBlackBox(const Cell& cell, Instance& instance);

    CircuitData& m_data;
    DiagnosticList& m_diagnostics;
    std::vector<CellId> m_order;
    std::vector<CellTotals> m_totals;
    std::vector<bool> m_globalUsed;
    std::vector<std::uint8_t> m_used; ///< of the nets of the cell at hand
    std::uint64_t m_maxDevices;
    bool m_toldSize = false;
    bool m_toldDepth = false;
};

} // namespace ohm::netlist
