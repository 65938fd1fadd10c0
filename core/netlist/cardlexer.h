// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ohm::netlist {

/// Character classes of the SPICE family.
enum CharClass : std::uint8_t {
    kBlank = 1,     ///< space, tab, form feed, carriage return, NUL
    kLineEnd = 2,   ///< line feed
    kSeparator = 4, ///< '(' ')' ',' : white space in a node list
    kAssign = 8,    ///< '='
    kComment = 16,  ///< ';'
    kQuote = 32,    ///< '\'' '"' '{'
    kTokenEnd = kBlank | kLineEnd | kSeparator | kAssign | kComment
};
extern const std::array<std::uint8_t, 256> kCharClass;
inline bool is(char c, int classes) {
    return (kCharClass[static_cast<unsigned char>(c)] & classes) != 0;
}

/// A word of a card. Lower-cased in place unless quoted.
struct Word {
    char* text = nullptr;
    std::uint32_t size = 0;
    bool assigned = false; ///< followed by '='
    bool quoted = false;   ///< an expression or string in quotes or braces
    std::string_view view() const { return {text, size}; }
};

/// Walks the logical lines ("cards") of a SPICE file: knows comments, '+' continuations (also after
/// blank and comment lines), trailing backslashes and both kinds of line end. Works in place on a
/// text that must be followed by one writable byte (it puts a line feed there). Thread: owner only.
class CardLexer {
public:
    CardLexer(char* text, std::size_t size, Dialect dialect);

    /// Moves to the first character of the next card; false at the end. Comment lines are skipped;
    /// lines beginning with "*." stop too, for CDL directives: see `starDirective`.
    bool nextCard();
    /// True when the card is a comment of the form "*.GLOBAL ..." rather than a card.
    bool starDirective() const { return m_star; }
    char first() const { return *m_at; }
    std::uint32_t line() const { return m_cardLine; } ///< of the card's first character
    int column(const char* at) const;                 ///< of a place on the card's first line
    const char* cardBegin() const { return m_card; }
    const char* position() const { return m_at; }
    std::size_t offset() const { return static_cast<std::size_t>(m_at - m_begin); }

    /// Next word of the card; false at its end. Parentheses and commas count as white space.
    bool word(Word& out);
    /// As `word`, with '[' and ']' as white space too (XSPICE ports).
    bool portWord(Word& out);
    /// The next character that is neither white space nor inside a comment, '\0' at the card's end.
    char peek();
    /// Goes back to the beginning of a word (its '=' or the card's end included).
    void back(const Word& word);
    /// Takes the rest of the card as raw text and goes to the end of the card.
    std::string_view rest();
    void skipCard() {
        if (m_inCard)
            rest();
    }
    /// Goes to the next line, leaving '+' lines alone.
    void skipLine();
    /// True if the card's first line has a '/' between blanks.
    bool hasSlashWord() const;
    /// True if the rest of the card holds "name =" (lower-case `name`), outside quotes.
    bool restHasAssignment(std::string_view name);
    /// Skips whole lines until one whose first word is `.keyword`; false when there is none.
    bool skipTo(std::string_view keyword, std::string_view orKeyword = {});
    /// Goes to the end: nothing more is read.
    void stop() { m_at = m_lineStart = m_end; }
    /// Goes to a line start found before (see `lineStart`).
    void jump(std::size_t offset, std::uint32_t line);
    std::size_t nextLineOffset() const { return static_cast<std::size_t>(m_lineStart - m_begin); }
    std::uint32_t nextLine() const { return m_line; }
    std::size_t size() const { return static_cast<std::size_t>(m_end - m_begin); }

private:
    bool advance(bool brackets); ///< to the next word's first character; false at the card's end
    bool scan(Word& out, bool brackets);
    bool continues(char*& at, std::uint32_t& line) const;
    bool comment(const char* at) const;
    bool backslashEnd(const char* at) const;

    char* m_begin = nullptr;
    char* m_end = nullptr; ///< holds a line feed
    Dialect m_dialect;
    char* m_at = nullptr;        ///< where the next word is looked for
    char* m_lineStart = nullptr; ///< next unread line, valid once the card is done
    char* m_card = nullptr;
    std::uint32_t m_line = 1; ///< line of m_lineStart / of m_at inside a card
    std::uint32_t m_cardLine = 1;
    bool m_inCard = false;
    bool m_star = false;
};

/// True if a '$' at `at` begins a comment: not in names ("$N_0012" of PSpice, "$G_" globals), not
/// CDL properties ("$[model]", "$W=1").
bool dollarIsComment(const char* at, const char* end, Dialect dialect);

} // namespace ohm::netlist
