// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ohm {

enum class Severity : std::uint8_t { Note, Warning, Error };

/// "note", "warning", "error": the words of the command line's JSON.
const char* severityName(Severity severity);

/// A finding about the user's data, shown in the Issues dock. A broken file yields diagnostics and
/// still loads as far as it can. Thread: a plain value.
struct Diagnostic {
    Severity severity = Severity::Warning;
    std::string code;   ///< documented id, ROOM-NNN (docs/error-codes.md)
    std::string text;   ///< one plain sentence
    std::string file;   ///< path as opened, may be empty
    int line = 0;       ///< 1-based, 0 = unknown
    int column = 0;     ///< 1-based, 0 = unknown
    std::string object; ///< flat device or net name it speaks of, may be empty

    bool operator==(const Diagnostic&) const = default;
};

using Diagnostics = std::vector<Diagnostic>;

/// "file:line:col: severity: text [code]"
std::string toString(const Diagnostic& diagnostic);

/// True if any entry is an Error.
bool hasErrors(const Diagnostics& diagnostics);

} // namespace ohm
