// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/setup.h"

#include "core/base/text.h"
#include "core/project/projectyaml.h"

#include <algorithm>
#include <map>
#include <set>

namespace ohm::project {
namespace {

constexpr std::size_t kLongestLine = 110;
constexpr const char* kIndent = "  ";

bool isBlankOrComment(std::string_view line) {
    const std::size_t first = line.find_first_not_of(" \t\r");
    return first == std::string_view::npos || line[first] == '#';
}

std::size_t indentOf(std::string_view line) {
    return std::min(line.find_first_not_of(' '), line.size());
}

std::vector<std::string> linesOf(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// "name" of a line "  name: ..."; empty if it is not one. Quotes are taken off.
std::string keyOf(std::string_view line) {
    line.remove_prefix(indentOf(line));
    if (!line.empty() && (line.front() == '"' || line.front() == '\'')) {
        const std::size_t end = line.find(line.front(), 1);
        if (end == std::string_view::npos || end + 1 >= line.size() || line[end + 1] != ':')
            return {};
        return std::string(line.substr(1, end - 1));
    }
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == ':' && (i + 1 == line.size() || line[i + 1] == ' ' || line[i + 1] == '\r'))
            return std::string(trimmed(line.substr(0, i)));
    }
    return {};
}

/// The comment behind a line's values, with the blanks before it; empty without one.
std::string trailingComment(std::string_view line) {
    char quote = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (quote != 0) {
            if (line[i] == '\\' && quote == '"')
                ++i;
            else if (line[i] == quote)
                quote = 0;
        } else if ((line[i] == '"' || line[i] == '\'') &&
                   (i == 0 ||
                    std::string_view(" [{,:").find(line[i - 1]) != std::string_view::npos)) {
            quote = line[i];
        } else if (line[i] == '#' && i > 0 && (line[i - 1] == ' ' || line[i - 1] == '\t')) {
            const std::size_t last = line.find_last_not_of(" \t", i - 1);
            const std::size_t from = last == std::string_view::npos ? i : last + 1;
            std::string comment(line.substr(from));
            if (!comment.empty() && comment.back() == '\r')
                comment.pop_back();
            return comment;
        }
    }
    return {};
}

/// A scalar as YAML: plain where that reads back, else in double quotes.
std::string scalar(const std::string& text) {
    const auto plain = [&] {
        if (text.empty() || trimmed(text).size() != text.size())
            return false;
        if (std::string_view("-?:,[]{}#&*!|>'\"%@`~").find(text.front()) !=
                std::string_view::npos &&
            !(text.size() > 1 && text.front() == '-' &&
              std::isalnum(static_cast<unsigned char>(text[1]))))
            return false;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const auto c = static_cast<unsigned char>(text[i]);
            if (c < 0x20 || c == 0x7f ||
                std::string_view(",[]{}#\"\\").find(text[i]) != std::string_view::npos)
                return false;
            if (c == ':' && (i + 1 == text.size() || text[i + 1] == ' '))
                return false;
        }
        return text != "null" && text != "~";
    };
    if (plain())
        return text;
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        if (c == '\n')
            quoted += "\\n";
        else if (c == '\t')
            quoted += "\\t";
        else if (static_cast<unsigned char>(c) >= 0x20)
            quoted += c;
    }
    return quoted + '"';
}

std::string valueText(const SetupField& field) {
    return field.isPlain ? scalar(field.text) : field.text;
}

/// The lines of an entry, without indentation before the first.
std::string entryText(const SetupRow& row, const std::string& indent, const std::string& comment) {
    const std::string head = indent + scalar(row.name) + ":";
    if (row.fields.size() == 1 && row.fields.front().key == "value" && row.fields.front().isPlain)
        return head + " " + scalar(row.fields.front().text) + comment + "\n"; // name: 10k
    std::string flow;
    for (const SetupField& field : row.fields)
        flow += (flow.empty() ? "" : ", ") + scalar(field.key) + ": " + valueText(field);
    if (head.size() + flow.size() + 3 <= kLongestLine)
        return head + " {" + flow + "}" + comment + "\n";
    std::string block = head + comment + "\n";
    for (const SetupField& field : row.fields)
        block += indent + kIndent + scalar(field.key) + ": " + valueText(field) + "\n";
    return block;
}

Expected<std::vector<SetupRow>> rowsOf(const YAML::Node& section, const std::string& key,
                                       const std::string& where) {
    std::vector<SetupRow> rows;
    if (!section || section.IsNull())
        return rows;
    if (!section.IsMap())
        return fail("PROJ-011", "\"" + key + "\" must be a table of names with their values", {},
                    where);
    const auto flowText = [](const YAML::Node& value) {
        YAML::Emitter out;
        out.SetSeqFormat(YAML::Flow);
        out.SetMapFormat(YAML::Flow);
        out << value;
        std::string text = out.c_str();
        std::replace(text.begin(), text.end(), '\n', ' ');
        return text;
    };
    for (const auto& entry : section) {
        if (!entry.first.IsScalar())
            return fail("PROJ-011", "An entry of \"" + key + "\" needs a name", {}, where);
        SetupRow row;
        row.name = row.origin = entry.first.Scalar();
        if (entry.second.IsMap()) {
            for (const auto& field : entry.second) {
                if (!field.first.IsScalar())
                    return fail("PROJ-011", "A value of \"" + key + "\" needs a name", row.name,
                                where);
                const bool plain = field.second.IsScalar() || field.second.IsNull();
                // Copies: emitting styles would stick to the document's nodes.
                row.fields.push_back(
                    {field.first.Scalar(),
                     plain ? field.second.IsNull() ? std::string() : field.second.Scalar()
                           : flowText(YAML::Clone(field.second)),
                     plain});
            }
        } else if (entry.second.IsScalar()) {
            row.fields.push_back({"value", entry.second.Scalar(), true});
        } else if (!entry.second.IsNull()) {
            row.fields.push_back({"value", flowText(YAML::Clone(entry.second)), false});
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

/// One section's part of the file's lines: [begin, end), the line of its key first.
struct Place {
    std::size_t begin = 0, end = 0;
    bool found = false;
};

Place placeOf(const std::vector<std::string>& lines, const std::string& key) {
    Place place;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (isBlankOrComment(lines[i]) || indentOf(lines[i]) != 0 || keyOf(lines[i]) != key)
            continue;
        place = {i, i + 1, true};
        for (std::size_t next = i + 1; next < lines.size(); ++next) {
            if (isBlankOrComment(lines[next]))
                continue; // belongs to what follows, unless more of the section does
            if (indentOf(lines[next]) == 0)
                break;
            place.end = next + 1;
        }
        break;
    }
    return place;
}

/// Lead (comments above) and lines of each entry of a section in block style.
struct OldEntry {
    std::string lead, body, comment;
};

std::map<std::string, OldEntry> entriesOf(const std::vector<std::string>& lines, const Place& place,
                                          std::string& indent) {
    std::map<std::string, OldEntry> entries;
    std::size_t child = 0;
    std::string lead;
    OldEntry* last = nullptr;
    for (std::size_t i = place.begin + 1; i < place.end; ++i) {
        if (isBlankOrComment(lines[i])) {
            lead += lines[i] + "\n";
            continue;
        }
        if (child == 0)
            child = indentOf(lines[i]);
        if (indentOf(lines[i]) > child && last) {
            last->body += lead + lines[i] + "\n"; // comments within the entry
            lead.clear();
            continue;
        }
        last = &entries[keyOf(lines[i])];
        *last = {lead, lines[i] + "\n", trailingComment(lines[i])};
        lead.clear();
    }
    if (child > 0)
        indent = std::string(child, ' ');
    return entries;
}

Expected<std::string> withSection(const std::string& text, const SetupSection& section,
                                  const std::vector<SetupRow>& before) {
    std::vector<std::string> lines = linesOf(text);
    const Place place = placeOf(lines, section.key);
    std::string indent = kIndent;
    std::map<std::string, OldEntry> old;
    std::string head = section.key + ":";
    if (place.found) {
        const std::string& line = lines[place.begin];
        const std::string rest(trimmed(std::string_view(line).substr(line.find(':') + 1)));
        if (rest.empty() || rest.front() == '#') {
            old = entriesOf(lines, place, indent);
            head = line;
        }
    }
    std::string made;
    if (!section.rows.empty() || !place.found)
        made = head + "\n";
    for (const SetupRow& row : section.rows) {
        const auto was = std::find_if(before.begin(), before.end(), [&](const SetupRow& r) {
            return !row.origin.empty() && r.name == row.origin;
        });
        const auto entry = old.find(row.origin);
        if (was != before.end() && entry != old.end()) {
            made += entry->second.lead;
            made +=
                *was == row ? entry->second.body : entryText(row, indent, entry->second.comment);
            old.erase(entry);
        } else {
            made += entryText(row, indent, {});
        }
    }
    std::string result;
    for (std::size_t i = 0; i < (place.found ? place.begin : lines.size()); ++i)
        result += lines[i] + "\n";
    if (!place.found) {
        if (section.rows.empty())
            return text;
        return result + made;
    }
    result += made;
    for (std::size_t i = place.end; i < lines.size(); ++i)
        result += lines[i] + "\n";
    return result;
}

/// Written anew from the parsed document, which loses its comments.
std::string anew(YAML::Node root, const std::vector<SetupSection>& sections) {
    for (const SetupSection& section : sections) {
        std::string block;
        for (const SetupRow& row : section.rows)
            block += entryText(row, "", {});
        root[section.key] = block.empty() ? YAML::Node(YAML::NodeType::Map) : YAML::Load(block);
    }
    YAML::Emitter out;
    out.SetMapFormat(YAML::Block);
    out << root;
    return std::string(out.c_str()) + "\n";
}

/// Everything but the sections, and the sections' rows, are what they shall be.
bool readsBack(const std::string& text, const YAML::Node& before,
               const std::vector<SetupSection>& sections, const std::string& where) {
    const auto root = loadYaml(text, where);
    if (!root || !root->IsMap())
        return false;
    std::set<std::string> known;
    for (const SetupSection& section : sections) {
        const auto rows = rowsOf((*root)[section.key], section.key, where);
        if (!rows || *rows != section.rows)
            return false;
        known.insert(section.key);
    }
    std::size_t others = 0, kept = 0;
    for (const auto& entry : *root)
        others += known.count(entry.first.Scalar()) == 0 ? 1 : 0;
    if (before.IsMap()) {
        for (const auto& entry : before) {
            if (known.count(entry.first.Scalar()) != 0)
                continue;
            ++kept;
            const YAML::Node now = (*root)[entry.first.Scalar()];
            if (!now || emitYaml(now) != emitYaml(entry.second))
                return false;
        }
    }
    return others == kept;
}

} // namespace

const std::string* SetupRow::find(std::string_view key) const {
    const auto at = std::find_if(fields.begin(), fields.end(),
                                 [&](const SetupField& field) { return field.key == key; });
    return at == fields.end() ? nullptr : &at->text;
}

void SetupRow::set(std::string_view key, std::string text, bool isPlain) {
    const auto at = std::find_if(fields.begin(), fields.end(),
                                 [&](const SetupField& field) { return field.key == key; });
    if (text.empty()) {
        if (at != fields.end())
            fields.erase(at);
    } else if (at == fields.end()) {
        fields.push_back({std::string(key), std::move(text), isPlain});
    } else {
        at->text = std::move(text);
        at->isPlain = isPlain;
    }
}

bool SetupRow::operator==(const SetupRow& other) const {
    return name == other.name && fields == other.fields;
}

Expected<std::vector<SetupRow>> readSetup(std::string_view text, const std::string& key,
                                          const std::string& where) {
    const auto root = loadYaml(text, where);
    if (!root)
        return root.failure();
    if (!root->IsMap())
        return std::vector<SetupRow>();
    return rowsOf((*root)[key], key, where);
}

Expected<std::string> writeSetup(std::string_view text, const std::vector<SetupSection>& sections,
                                 const std::string& where) {
    const auto root = loadYaml(text, where);
    if (!root)
        return root.failure();
    std::string result(text);
    std::vector<SetupSection> changed;
    for (const SetupSection& section : sections) {
        std::set<std::string> names;
        for (const SetupRow& row : section.rows) {
            if (!names.insert(row.name).second)
                return fail("PROJ-015", "A name is given twice in \"" + section.key + "\"",
                            row.name, where);
        }
        auto before = root->IsMap() ? rowsOf((*root)[section.key], section.key, where)
                                    : Expected<std::vector<SetupRow>>(std::vector<SetupRow>());
        if (!before)
            before = std::vector<SetupRow>();
        else if (*before == section.rows)
            continue;
        changed.push_back(section);
        const auto made = withSection(result, section, *before);
        if (!made)
            return made.failure();
        result = *made;
    }
    if (changed.empty())
        return result;
    try {
        if (readsBack(result, *root, changed, where))
            return result;
        result = anew(YAML::Clone(*root), changed);
        if (readsBack(result, *root, changed, where))
            return result;
    } catch (const YAML::Exception& e) {
        return fail("PROJ-016", "An entry cannot be written to the project file", e.msg, where);
    }
    return fail("PROJ-016", "An entry cannot be written to the project file",
                "it would read back as something else", where, "Use simpler names and values");
}

} // namespace ohm::project
