// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/diagnosticlist.h"

namespace ohm::netlist {
namespace {
constexpr std::size_t kMaxAll = 1000;
constexpr std::size_t kMaxPerCode = 100;
constexpr std::size_t kMaxText = 400; // a hostile name must not fill the dock
} // namespace

void DiagnosticList::add(Severity severity, std::string code, std::string text,
                         SourceLocation location, int column, std::string object) {
    if (m_entries.size() >= kMaxAll || ++m_perCode[code] > kMaxPerCode) {
        ++m_left;
        return;
    }
    if (text.size() > kMaxText) {
        std::size_t cut = kMaxText;
        while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0u) == 0x80u)
            --cut;
        text = text.substr(0, cut) + "...";
    }
    Diagnostic diagnostic;
    diagnostic.severity = severity;
    diagnostic.code = std::move(code);
    diagnostic.text = std::move(text);
    diagnostic.line = static_cast<int>(location.line);
    diagnostic.column = column;
    diagnostic.object = std::move(object);
    m_entries.push_back({std::move(diagnostic), location.file});
}

Diagnostics DiagnosticList::take(const std::vector<std::string>& files) {
    Diagnostics all;
    all.reserve(m_entries.size() + 1);
    for (auto& entry : m_entries) {
        if (entry.file < files.size())
            entry.diagnostic.file = files[entry.file];
        all.push_back(std::move(entry.diagnostic));
    }
    if (m_left > 0) {
        Diagnostic last;
        last.severity = Severity::Note;
        last.code = "NET-090";
        last.text = std::to_string(m_left) + " more findings of these kinds were left out";
        last.file = files.empty() ? std::string() : files.front();
        all.push_back(std::move(last));
    }
    m_entries.clear();
    m_perCode.clear();
    m_left = 0;
    return all;
}

} // namespace ohm::netlist
