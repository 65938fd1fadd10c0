// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"

#include <map>
#include <string>

namespace ohm::netlist {

/// What the writer has to say, at most kPerCode times the same code. Thread: owner only.
class WriterFindings {
public:
    explicit WriterFindings(const Circuit& circuit)
        : m_circuit(circuit) {}

    void add(Severity severity, const char* code, std::string text, SourceLocation where,
             std::string object = {});
    Diagnostics take();

private:
    static constexpr std::size_t kPerCode = 100;
    const Circuit& m_circuit;
    Diagnostics m_list;
    std::map<std::string, std::size_t> m_counts;
};

} // namespace ohm::netlist
