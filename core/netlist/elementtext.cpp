// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/elementtext.h"

#include "core/base/text.h"
#include "core/netlist/cardlexer.h"

#include <algorithm>

namespace ohm::netlist {
namespace {

/// Appends one line of a card without its comment; `quote` is the quote open across lines.
/// Returns true when a trailing backslash continues it.
bool appendLine(std::string& out, std::string_view line, Dialect dialect, char& quote,
                int& braces) {
    bool blank = true; // what precedes is white space
    std::size_t end = line.size();
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quote != 0) {
            if (c == quote)
                quote = 0;
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == '{') {
            ++braces;
        } else if (c == '}') {
            braces -= braces > 0;
        } else if (braces == 0 && dialect != Dialect::Spectre) {
            const bool dollar =
                c == '$' && (blank || i == 0) &&
                dollarIsComment(line.data() + i, line.data() + line.size(), dialect);
            if (c == ';' || dollar ||
                (c == '/' && blank && i + 1 < line.size() && line[i + 1] == '/')) {
                end = i;
                break;
            }
        }
        blank = is(c, kBlank | kSeparator);
    }
    if (end < line.size()) {
        quote = 0;
        braces = 0;
    }
    line = trimmed(line.substr(0, end));
    bool more = false;
    if (!line.empty() && line.back() == '\\') {
        more = true;
        while (!line.empty() && line.back() == '\\')
            line.remove_suffix(1);
        line = trimmed(line);
    }
    if (!out.empty() && !line.empty())
        out += ' ';
    const std::size_t first = out.size();
    out += line;
    for (std::size_t i = first; i < out.size(); ++i) {
        if (is(out[i], kBlank))
            out[i] = ' ';
    }
    return more;
}

bool isNameChar(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '$' || c == '#' || c == '@' || c == '[' || c == ']' || c == '%' ||
           c == ':' || c == '!' || (static_cast<unsigned char>(c) & 0x80u) != 0;
}

/// Scans a value from `at`: up to white space (or a comma) outside quotes, braces and parentheses,
/// and on across blanks around operators. Returns its end.
class ItemScanner {
public:
    explicit ItemScanner(std::string_view text)
        : m_text(text) {}

    std::size_t skipBlank(std::size_t at) const {
        while (at < m_text.size() && (m_text[at] == ' ' || m_text[at] == ','))
            ++at;
        return at;
    }
    std::size_t skipSpace(std::size_t at) const {
        while (at < m_text.size() && m_text[at] == ' ')
            ++at;
        return at;
    }
    /// The end of one bracketed or quoted group that begins at `at`.
    std::size_t group(std::size_t at) const {
        const char open = m_text[at];
        if (open == '\'' || open == '"') {
            const std::size_t close = m_text.find(open, at + 1);
            return close == m_text.npos ? m_text.size() : close + 1;
        }
        int depth = 0;
        for (std::size_t i = at; i < m_text.size(); ++i) {
            const char c = m_text[i];
            if (c == '(' || c == '{' || c == '[') {
                ++depth;
            } else if (c == ')' || c == '}' || c == ']') {
                if (--depth == 0)
                    return i + 1;
            } else if (c == '\'' || c == '"') {
                const std::size_t close = m_text.find(c, i + 1);
                if (close == m_text.npos)
                    return m_text.size();
                i = close;
            }
        }
        return m_text.size();
    }
    /// One word: groups and other characters up to a blank, comma, ')' or, at the top, '='.
    std::size_t word(std::size_t at, bool stopAtAssign) const {
        while (at < m_text.size()) {
            const char c = m_text[at];
            if (c == ' ' || c == ',' || c == ')' || c == '}')
                break;
            if (c == '=' && stopAtAssign) {
                // "a=b" ends the name; "==", "<=", ">=" and "!=" are operators.
                const char before = at > 0 ? m_text[at - 1] : ' ';
                const char after = at + 1 < m_text.size() ? m_text[at + 1] : ' ';
                if (after == '=' && before != ' ') {
                    at += 2;
                    continue;
                }
                if (before != '<' && before != '>' && before != '!')
                    break;
            }
            if (c == '(' || c == '{' || c == '\'' || c == '"') {
                at = group(at);
                continue;
            }
            ++at;
        }
        return at;
    }
    /// A value after '=': words joined by operators with blanks around them.
    std::size_t value(std::size_t at) const {
        std::size_t end = word(at, false);
        for (;;) {
            const std::size_t next = skipSpace(end);
            if (next >= m_text.size() || next == end)
                break;
            const char before = end > at ? m_text[end - 1] : ' ';
            const char c = m_text[next];
            const bool binary = isOperator(c) && !beginsNumber(next);
            if (!binary && !isOperator(before))
                break;
            std::size_t from = next;
            while (from < m_text.size() && isOperator(m_text[from]))
                ++from;
            const std::size_t after = word(skipSpace(from), false);
            if (after <= end)
                break;
            end = after;
        }
        return end;
    }
    std::string_view text() const { return m_text; }

private:
    static bool isOperator(char c) {
        return c == '+' || c == '-' || c == '*' || c == '/' || c == '?' || c == ':' || c == '<' ||
               c == '>' || c == '&' || c == '|' || c == '^' || c == '=';
    }
    /// "-1" after a blank is a further value ("pwl 0 -1"), "- 1" an operator.
    bool beginsNumber(std::size_t at) const {
        const char c = m_text[at];
        return (c == '+' || c == '-') && at + 1 < m_text.size() && m_text[at + 1] != ' ';
    }
    std::string_view m_text;
};

/// Removes parentheses around the whole list: "(is=1 n=2)", also unbalanced at the end.
std::string_view withoutList(std::string_view text, const ItemScanner& scanner) {
    if (text.empty() || text.front() != '(')
        return text;
    const std::size_t end = scanner.group(0);
    const std::string_view inside = text.substr(1, end - 1 - (text[end - 1] == ')' ? 1 : 0));
    if (inside.find('=') == inside.npos)
        return text; // a value such as "(0 1 2)"
    return end >= text.size() ? trimmed(inside) : text;
}

void splitItems(std::string_view text, std::size_t base, bool fold, std::vector<TailItem>& items,
                int depth) {
    const ItemScanner scanner(text);
    std::size_t at = scanner.skipBlank(0);
    while (at < text.size()) {
        TailItem item;
        item.column = base + at;
        const std::size_t nameEnd = scanner.word(at, true);
        const std::size_t assign = scanner.skipSpace(nameEnd);
        const std::string_view word = text.substr(at, nameEnd - at);
        if (assign < text.size() && text[assign] == '=' && !word.empty()) {
            const std::size_t begin = scanner.skipSpace(assign + 1);
            const std::size_t end = scanner.value(begin);
            item.name = fold ? toLower(word) : std::string(word);
            item.text = std::string(text.substr(begin, end - begin));
            at = end;
        } else if (word.empty()) {
            ++at; // a stray bracket or '='
            at = scanner.skipBlank(at);
            continue;
        } else if (word.front() == '(' && depth < 4 && word.find('=') != word.npos) {
            // A list of assignments in parentheses in the middle of the text.
            const std::size_t inner = word.back() == ')' ? word.size() - 2 : word.size() - 1;
            splitItems(word.substr(1, inner), base + at + 1, fold, items, depth + 1);
            at = scanner.skipBlank(nameEnd);
            continue;
        } else {
            std::size_t end = nameEnd;
            // "pulse (0 1)": the parenthesis belongs to the word before it.
            const std::size_t next = scanner.skipSpace(end);
            if (next > end && next < text.size() && text[next] == '(' && isNameChar(word.back()) &&
                !(word.front() >= '0' && word.front() <= '9') &&
                text.substr(next, scanner.group(next) - next).find('=') == text.npos)
                end = scanner.group(next);
            item.text = std::string(text.substr(at, end - at));
            at = end;
        }
        items.push_back(std::move(item));
        at = scanner.skipBlank(at);
    }
}

} // namespace

std::string tailText(std::string_view raw, Dialect dialect) {
    std::string out;
    char quote = 0;
    int braces = 0;
    bool continued = true; // the first line needs no '+'
    while (!raw.empty()) {
        const std::size_t feed = raw.find('\n');
        std::string_view line = raw.substr(0, feed);
        raw = feed == raw.npos ? std::string_view() : raw.substr(feed + 1);
        if (!continued) {
            line = trimmed(line);
            if (line.empty() || line.front() != '+')
                continue; // a comment or blank line between
            line.remove_prefix(1);
        } else if (!out.empty()) {
            const auto bare = trimmed(line);
            if (!bare.empty() && bare.front() == '+')
                line = bare.substr(1);
        }
        continued = appendLine(out, line, dialect, quote, braces);
    }
    return out;
}

std::vector<TailItem> tailItems(std::string_view raw, Dialect dialect) {
    std::vector<TailItem> items;
    const std::string clean = tailText(raw, dialect);
    const ItemScanner scanner(clean);
    const std::string_view text = withoutList(clean, scanner);
    splitItems(text, static_cast<std::size_t>(text.data() - clean.data()),
               dialect != Dialect::Spectre, items, 0);
    return items;
}

std::string_view unquoted(std::string_view text) {
    text = trimmed(text);
    if (text.size() >= 2 && ((text.front() == '\'' && text.back() == '\'') ||
                             (text.front() == '"' && text.back() == '"') ||
                             (text.front() == '{' && text.back() == '}')))
        return trimmed(text.substr(1, text.size() - 2));
    return text;
}

} // namespace ohm::netlist
