// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/cardlexer.h"

#include "core/base/text.h"

#include <cstring>

namespace ohm::netlist {
namespace {

constexpr std::array<std::uint8_t, 256> makeClasses() {
    std::array<std::uint8_t, 256> table{};
    for (const char c : {' ', '\t', '\f', '\v', '\r', '\0'})
        table[static_cast<unsigned char>(c)] = kBlank;
    table['\n'] = kLineEnd;
    table['('] = table[')'] = table[','] = kSeparator;
    table['='] = kAssign;
    table[';'] = kComment;
    table['\''] = table['"'] = table['{'] = kQuote;
    return table;
}

constexpr std::array<char, 256> makeLower() {
    std::array<char, 256> table{};
    for (int c = 0; c < 256; ++c)
        table[static_cast<std::size_t>(c)] = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    return table;
}
constexpr auto kLower = makeLower();

char* lineFeed(char* at, const char* end) {
    // `end` holds a line feed, so this always finds one.
    return static_cast<char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at) + 1));
}

bool startsWord(std::string_view text, std::string_view word) {
    return text.size() >= word.size() && equalsIgnoreCase(text.substr(0, word.size()), word) &&
           (text.size() == word.size() || is(text[word.size()], kTokenEnd));
}

bool isAlpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

} // namespace

constexpr std::array<std::uint8_t, 256> kClasses = makeClasses();
const std::array<std::uint8_t, 256> kCharClass = kClasses;

bool dollarIsComment(const char* at, const char* end, Dialect dialect) {
    const char next = at + 1 < end ? at[1] : '\n';
    if (dialect == Dialect::Cdl && (next == '[' || isAlpha(next))) {
        if (next == '[')
            return false;
        const char* p = at + 1;
        while (p < end && (isAlpha(*p) || (*p >= '0' && *p <= '9') || *p == '_'))
            ++p;
        return !(p < end && *p == '=') &&
               !startsWord({at + 1, static_cast<std::size_t>(end - at - 1)}, "pins");
    }
    if (at + 2 < end && at[2] == '_')
        return !(next == 'N' || next == 'n' || next == 'G' || next == 'g' || next == 'D' ||
                 next == 'd');
    return true;
}

CardLexer::CardLexer(char* text, std::size_t size, Dialect dialect)
    : m_begin(text)
    , m_end(text + size)
    , m_dialect(dialect)
    , m_at(text)
    , m_lineStart(text)
    , m_card(text) {
    *m_end = '\n';
}

int CardLexer::column(const char* at) const {
    const char* start = m_card;
    while (start > m_begin && start[-1] != '\n')
        --start;
    return at < start ? 0 : static_cast<int>(std::min<std::ptrdiff_t>(at - start + 1, 1000000));
}

bool CardLexer::nextCard() {
    skipCard();
    while (m_lineStart < m_end) {
        char* p = m_lineStart;
        while (is(*p, kBlank) && p < m_end)
            ++p;
        if (*p == '\n') {
            m_lineStart = p + 1;
            ++m_line;
            continue;
        }
        m_star = *p == '*' && p[1] == '.';
        if (!m_star && (*p == '*' || comment(p) || *p == '#')) {
            m_lineStart = lineFeed(p, m_end) + 1;
            ++m_line;
            continue;
        }
        m_card = m_at = p;
        m_cardLine = m_line;
        m_inCard = true;
        return true;
    }
    m_inCard = false;
    return false;
}

bool CardLexer::comment(const char* at) const {
    if (*at == ';')
        return true;
    if (*at == '/')
        return at[1] == '/';
    return *at == '$' && dollarIsComment(at, m_end, m_dialect);
}

bool CardLexer::backslashEnd(const char* at) const {
    while (*at == '\\')
        ++at;
    while (is(*at, kBlank) && at < m_end)
        ++at;
    return *at == '\n' && at < m_end;
}

/// `at` is at a line feed. If the card goes on after it (a '+' line, perhaps behind comment and
/// blank lines) moves behind the '+'.
bool CardLexer::continues(char*& at, std::uint32_t& line) const {
    char* p = at;
    std::uint32_t l = line;
    while (p < m_end) {
        ++p;
        ++l;
        while (is(*p, kBlank) && p < m_end)
            ++p;
        if (*p == '+' && p < m_end) {
            at = p + 1;
            line = l;
            return true;
        }
        if (*p == '\n')
            continue;
        if (*p == '*' && p[1] == '.' && m_dialect == Dialect::Cdl)
            return false; // a '+' below belongs to the CDL directive
        if (*p == '*' || *p == '#' || comment(p)) {
            p = lineFeed(p, m_end);
            continue;
        }
        return false;
    }
    return false;
}

bool CardLexer::advance(bool brackets) {
    for (;;) {
        char c = *m_at;
        if (is(c, kBlank | kSeparator) || (brackets && (c == '[' || c == ']'))) {
            if (m_at >= m_end)
                break;
            ++m_at;
            continue;
        }
        if (c == '\\' && backslashEnd(m_at)) {
            m_at = lineFeed(m_at, m_end) + 1;
            ++m_line;
            if (m_at >= m_end)
                m_at = m_end;
            // A '+' after a backslash is a continuation mark all the same.
            while (is(*m_at, kBlank) && m_at < m_end)
                ++m_at;
            if (*m_at == '+')
                ++m_at;
            continue;
        }
        if (c != '\n') {
            if (c == '$' || c == ';' || c == '/') {
                if (comment(m_at)) {
                    m_at = lineFeed(m_at, m_end);
                    continue;
                }
            }
            return true;
        }
        if (!continues(m_at, m_line))
            break;
    }
    return false;
}

bool CardLexer::scan(Word& out, bool brackets) {
    char* p = m_at;
    out.text = p;
    out.quoted = false;
    out.assigned = false;
    const char c = *p;
    if (c == '=') {
        // A stray '=': a word of its own, so that readers see it and go on.
        ++p;
        out.size = 1;
        m_at = p;
        return true;
    }
    if (is(c, kQuote)) {
        out.quoted = true;
        const char close = c == '{' ? '}' : c;
        int depth = 0;
        for (;; ++p) {
            if (*p == '\n') {
                char* q = p;
                std::uint32_t line = m_line;
                if (!continues(q, line))
                    break;
                m_line = line;
                p = q - 1;
                continue;
            }
            if (c == '{' && *p == '{')
                ++depth;
            else if (*p == close && (c == '{' ? --depth == 0 : p > m_at)) {
                ++p;
                break;
            }
        }
    } else if (!brackets) {
        while (!is(*p, kTokenEnd)) {
            *p = kLower[static_cast<unsigned char>(*p)];
            ++p;
        }
    } else {
        while (!is(*p, kTokenEnd) && *p != '[' && *p != ']') {
            *p = kLower[static_cast<unsigned char>(*p)];
            ++p;
        }
    }
    out.size = static_cast<std::uint32_t>(std::min<std::ptrdiff_t>(p - m_at, 0x3FFFFFF));
    m_at = p;
    if (!out.quoted && out.size > 1 && p[-1] == '\\' && backslashEnd(p - 1)) {
        // "word\" at the end of a line: the backslash continues the line.
        do {
            --p;
            --out.size;
        } while (out.size > 1 && p[-1] == '\\');
        m_at = p;
        return true;
    }
    // A following '=' belongs to this word.
    while (is(*p, kBlank) && p < m_end)
        ++p;
    if (*p == '=') {
        out.assigned = true;
        m_at = p + 1;
    }
    return true;
}

bool CardLexer::word(Word& out) {
    return advance(false) && scan(out, false);
}

bool CardLexer::portWord(Word& out) {
    return advance(true) && scan(out, true);
}

char CardLexer::peek() {
    return advance(false) ? *m_at : '\0';
}

void CardLexer::back(const Word& word) {
    if (!word.text)
        return; // the card had ended: there was no word to put back
    // The lines between have been counted; words never span lines except quoted ones.
    for (const char* p = word.text; p < m_at; ++p)
        m_line -= *p == '\n';
    m_at = word.text;
}

std::string_view CardLexer::rest() {
    char* begin = m_at;
    if (*begin != '\n')
        while (is(*begin, kBlank) && begin < m_end)
            ++begin;
    char* p = begin;
    char* last = begin;
    for (;;) {
        p = lineFeed(p, m_end);
        last = p;
        const char* tail = p;
        while (tail > begin && is(tail[-1], kBlank))
            --tail;
        if (tail > begin && tail[-1] == '\\' && p < m_end) {
            ++p;
            ++m_line;
            if (p >= m_end) {
                last = m_end;
                break;
            }
            continue;
        }
        // Fast decision on the first character of the next line.
        const char next = p < m_end ? p[1] : 'x';
        if (isAlpha(next) || next == '.')
            break;
        if (!continues(p, m_line))
            break;
    }
    m_lineStart = last < m_end ? last + 1 : m_end;
    ++m_line;
    m_at = last;
    m_inCard = false;
    while (last > begin && is(last[-1], kBlank))
        --last;
    return {begin, static_cast<std::size_t>(last - begin)};
}

void CardLexer::skipLine() {
    m_lineStart = lineFeed(m_at, m_end) + 1;
    ++m_line;
    m_inCard = false;
}

bool CardLexer::hasSlashWord() const {
    const char* feed = lineFeed(m_at, m_end);
    for (const char* p = m_at + 1; p < feed; ++p) {
        if (*p == '/' && is(p[-1], kBlank) && is(p[1], kBlank | kLineEnd))
            return true;
    }
    return false;
}

bool CardLexer::restHasAssignment(std::string_view name) {
    char* const at = m_at;
    const std::uint32_t line = m_line;
    bool found = false;
    Word next;
    while (!found && word(next))
        found = next.assigned && next.view() == name;
    m_at = at;
    m_line = line;
    return found;
}

bool CardLexer::skipTo(std::string_view keyword, std::string_view orKeyword) {
    skipCard();
    while (m_lineStart < m_end) {
        char* p = m_lineStart;
        while (is(*p, kBlank) && p < m_end)
            ++p;
        char* feed = lineFeed(p, m_end);
        const std::string_view text(p, static_cast<std::size_t>(feed - p));
        if (startsWord(text, keyword) || (!orKeyword.empty() && startsWord(text, orKeyword))) {
            m_card = m_at = p;
            m_cardLine = m_line;
            m_star = false;
            m_inCard = true;
            return true;
        }
        m_lineStart = feed + 1;
        ++m_line;
    }
    return false;
}

void CardLexer::jump(std::size_t offset, std::uint32_t line) {
    m_lineStart = m_at = m_begin + offset;
    m_line = line;
    m_inCard = false;
}

} // namespace ohm::netlist
