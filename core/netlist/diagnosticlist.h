// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/diagnostic.h"
#include "core/netlist/circuit.h"

#include <map>

namespace ohm::netlist {

/// Collects findings up to a cap (1000 in all, 100 of one code); what goes beyond is counted and
/// told by a last note. Thread: owner only.
class DiagnosticList {
public:
    void add(Severity severity, std::string code, std::string text, SourceLocation location,
             int column = 0, std::string object = {});
    /// All findings; `files` gives the names behind the locations.
    Diagnostics take(const std::vector<std::string>& files);

private:
    struct Entry {
        Diagnostic diagnostic;
        std::uint32_t file;
    };
    std::vector<Entry> m_entries;
    std::map<std::string, std::size_t> m_perCode;
    std::size_t m_left = 0;
};

} // namespace ohm::netlist
