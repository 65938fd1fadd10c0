// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"
#include "core/schematic/schematicdoc.h"

#include <unordered_map>
#include <vector>

namespace ohm::schematic::draw {

enum class PortRole : std::uint8_t { Input, Output, Either, Supply, Ground };

/// What the ports of cells are, from their names and from what hangs on them inside; remembers the
/// cells it has seen. Thread: owner only; the circuit must outlive it.
class PortRoles {
public:
    explicit PortRoles(const netlist::Circuit& circuit)
        : m_circuit(circuit) {}
    const std::vector<PortRole>& of(netlist::CellId cell, int depth = 0);

private:
    const netlist::Circuit& m_circuit;
    std::unordered_map<netlist::CellId, std::vector<PortRole>> m_known;
};

/// A box with inputs at the left, outputs at the right, supplies on top and ground at the bottom;
/// pins in netlist order, on the grid. `caption` (e.g. "x128") is written inside.
Symbol cellSymbol(std::string_view name, const std::vector<std::string>& pins,
                  const std::vector<PortRole>& roles, std::string_view caption = {});

/// Port names that say where a signal goes.
bool namesInput(std::string_view name);
bool namesOutput(std::string_view name);

} // namespace ohm::schematic::draw
