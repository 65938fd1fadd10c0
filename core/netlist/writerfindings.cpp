// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/writerfindings.h"

namespace ohm::netlist {

void WriterFindings::add(Severity severity, const char* code, std::string text,
                         SourceLocation where, std::string object) {
    if (++m_counts[code] > kPerCode)
        return;
    Diagnostic finding;
    finding.severity = severity;
    finding.code = code;
    finding.text = std::move(text);
    if (where.file < m_circuit.files().size())
        finding.file = m_circuit.files()[where.file];
    finding.line = static_cast<int>(where.line);
    finding.object = std::move(object);
    m_list.push_back(std::move(finding));
}

Diagnostics WriterFindings::take() {
    for (const auto& [code, count] : m_counts) {
        if (count <= kPerCode)
            continue;
        Diagnostic rest;
        rest.severity = Severity::Note;
        rest.code = code;
        rest.text = std::to_string(count - kPerCode) + " more findings of this kind";
        m_list.push_back(std::move(rest));
    }
    return std::move(m_list);
}

} // namespace ohm::netlist
