// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace ohm::netlist {

/// Names a deck may carry without danger of being read as anything else: lower-case letters,
/// digits, '_' and '.', everything else replaced, kept unique. Thread: owner only.
class WriterNames {
public:
    explicit WriterNames(const Circuit& circuit);

    const std::string& net(NetId net) const { return m_nets[net]; }
    /// Name of a device of element letter `letter` whose path is `path`: the path itself when it
    /// begins with the letter at the top level, else "m.x1.m3".
    std::string device(char letter, std::string_view path);
    /// A name for a model, unlike any net or other model.
    std::string model(std::string_view wanted);
    /// A new net, for a resistance inside a source.
    std::string freshNet(std::string_view wanted);
    std::vector<std::string> takeNets() { return std::move(m_nets); }

private:
    template <typename Taken>
    std::string unique(std::string wanted, const Taken& taken);

    std::vector<std::string> m_nets;
    std::unordered_set<std::string> m_netNames; ///< only those that are not the circuit's own
    std::unordered_set<std::string> m_deviceNames;
    std::unordered_set<std::string> m_modelNames;
    std::unordered_map<std::string, unsigned long> m_suffixes;
    const Circuit& m_circuit;
    bool m_foldsNames;
};

/// The text with everything but [a-z0-9_.] replaced by '_', lower case, of bounded length.
std::string safeName(std::string_view name);

/// A number for the deck: as the netlist writes it where that is plainly a number to ngspice too
/// ("50u"; the last bit of what it reads depends on the notation), else the shortest exact form.
std::string deckLiteral(std::string_view text, double value, Dialect dialect);

} // namespace ohm::netlist
