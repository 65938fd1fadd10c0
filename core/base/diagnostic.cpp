// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/diagnostic.h"

#include <algorithm>

namespace ohm {

const char* severityName(Severity severity) {
    switch (severity) {
    case Severity::Note:
        return "note";
    case Severity::Warning:
        return "warning";
    case Severity::Error:
        break;
    }
    return "error";
}

std::string toString(const Diagnostic& d) {
    std::string line;
    if (!d.file.empty()) {
        line = d.file;
        if (d.line > 0)
            line += ":" + std::to_string(d.line);
        if (d.line > 0 && d.column > 0)
            line += ":" + std::to_string(d.column);
        line += ": ";
    }
    line += severityName(d.severity);
    line += ": " + d.text;
    if (!d.code.empty())
        line += " [" + d.code + "]";
    return line;
}

bool hasErrors(const Diagnostics& diagnostics) {
    return std::any_of(diagnostics.begin(), diagnostics.end(),
                       [](const Diagnostic& d) { return d.severity == Severity::Error; });
}

} // namespace ohm
