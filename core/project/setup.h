// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/project.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ohm::project {

/// One value of an entry, as a person wrote it. Thread: a plain value.
struct SetupField {
    std::string key;
    std::string text;    ///< "10u", "tran rise trig v(out) ..."; a list or map as "[op, ac ...]"
    bool isPlain = true; ///< false: `text` is a YAML list or map in one line
    auto operator<=>(const SetupField&) const = default;
};

/// One entry of a section such as `parameters`, `specs` or `benches`, with every field that stands
/// there, known or not. Thread: a plain value.
struct SetupRow {
    std::string name;
    std::vector<SetupField> fields; ///< in the order of the file; `name: 10k` has one, "value"
    std::string origin;             ///< its name in the file; empty: it is new

    const std::string* find(std::string_view key) const; ///< text of a field; null without it
    /// Sets a field; an empty text takes it away.
    void set(std::string_view key, std::string text, bool isPlain = true);
    bool operator==(const SetupRow& other) const; ///< `origin` does not count
};

struct SetupSection {
    std::string key;
    std::vector<SetupRow> rows;
    bool operator==(const SetupSection&) const = default;
};

/// The entries of one section of a project file's text; none if it is not there. Errors: PROJ-002,
/// PROJ-011 the section is not a table of entries. Thread: any.
Expected<std::vector<SetupRow>> readSetup(std::string_view text, const std::string& key,
                                          const std::string& where);

/// The text with these sections in place of its own. Entries that are as they were keep their
/// lines; changed ones keep the comments above and behind them; everything else stays byte for
/// byte. A section in one line, or a file that is one YAML map in braces, is written anew. Errors:
/// PROJ-002, PROJ-015 a name is given twice, PROJ-016 the result would not read back. Thread: any.
Expected<std::string> writeSetup(std::string_view text, const std::vector<SetupSection>& sections,
                                 const std::string& where);

/// As readProject, of a text that stands for `file` (absolute). Errors: PROJ-002, PROJ-003.
Expected<Project> parseProject(std::string_view text, const std::filesystem::path& file);

} // namespace ohm::project
