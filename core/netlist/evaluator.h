// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuitdata.h"

#include <list>
#include <memory>

namespace ohm::netlist {

/// Evaluates parameters in the scope of their instance: the instance's own overrides, the cell's
/// defaults and .param, then those of the calling scopes up to the top level of the file. Values
/// are remembered; circular definitions have none. Use one Evaluator for many devices.
/// Thread: owner only; any number of Evaluators on one circuit.
class Evaluator {
public:
    explicit Evaluator(const CircuitData& data);
    ~Evaluator();
    Evaluator(const Evaluator&) = delete;
    Evaluator& operator=(const Evaluator&) = delete;

    /// Value of an expression (quotes and braces allowed) in flat scope `scope`.
    Expected<double> value(std::uint32_t scope, std::string_view expression);
    /// The names visible in a flat scope, for `evaluate`. Valid until the next call.
    const Scope& scope(std::uint32_t scope);
    /// The names visible inside a cell when it is not instantiated: its defaults.
    const Scope& cellScope(CellId cell);
    /// Product of the m= of the instances from the top down to the scope (1 where it has no
    /// number).
    double multiplier(std::uint32_t scope);
    /// Parameters of a device or model text with their values; positional values get the names
    /// ngspice gives them ("value", "dc", "gain" ...).
    std::vector<Parameter> parameters(std::uint32_t scope, const Instance& instance);
    /// The same in a cell that is not instantiated: values from its defaults.
    std::vector<Parameter> cellParameters(CellId cell, const Instance& instance);

private:
    class Environment;
    using Recent = std::list<std::pair<std::uint32_t, std::shared_ptr<Environment>>>;
    std::shared_ptr<Environment> environment(std::uint32_t scope);
    std::vector<Parameter> list(const Scope& scope, const Instance& instance);

    const CircuitData& m_data;
    Recent m_recent; ///< most recently used first
    std::unordered_map<std::uint32_t, Recent::iterator> m_byScope;
    std::unordered_map<CellId, std::shared_ptr<Environment>> m_cells;
    std::unordered_map<std::uint32_t, double> m_multipliers;
    std::shared_ptr<Environment> m_global;  ///< the file's top level, when a subcircuit is the top
    std::shared_ptr<Environment> m_current; ///< what `scope` returned last
};

} // namespace ohm::netlist
