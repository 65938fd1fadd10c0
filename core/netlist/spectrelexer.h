// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ohm::netlist {

/// Splits a Spectre file into statements: continuation by a trailing backslash or a leading '+',
/// comments by "//" and '*', blocks of a model or of statistics in braces as one statement.
/// Thread: owner only.
class SpectreLexer {
public:
    explicit SpectreLexer(std::string_view text)
        : m_text(text) {}

    /// Moves to the next statement; false at the end. `spice`: lines of a "lang=spice" part.
    bool next(bool spice);
    /// The statement without comments and line breaks. Valid until `next`.
    std::string_view text() const { return m_statement; }
    std::uint32_t line() const { return m_first; } ///< of its first character
    std::size_t offset() const { return m_at; }    ///< for progress
    /// The rest of the file as it is.
    std::string_view rest() const { return m_text.substr(m_at); }

private:
    std::string_view takeLine();
    std::string_view withoutComment(std::string_view line, bool spice) const;

    std::string_view m_text;
    std::size_t m_at = 0;
    std::uint32_t m_line = 0; ///< lines taken
    std::uint32_t m_first = 0;
    std::string_view m_statement;
    std::string m_joined; ///< behind m_statement where it spans lines
};

/// The words of a statement. Names may hold escaped characters ("Vin\-"); `name()` removes the
/// backslashes. Thread: owner only.
class SpectreWords {
public:
    explicit SpectreWords(std::string_view text)
        : m_text(text) {}

    char peek();             ///< next character that is no blank, '\0' at the end
    std::string_view word(); ///< up to a blank, '(', ')' or '='; quoted text whole; may be empty
    void skip() { ++m_at; }  ///< the character that `peek` gave
    std::string_view rest(); ///< what is left, trimmed
    std::size_t position() const { return m_at; }
    void seek(std::size_t position) { m_at = position; }
    /// The text of a group in parentheses or braces that begins at `peek()`, without them.
    std::string_view group();

private:
    std::string_view m_text;
    std::size_t m_at = 0;
};

/// Without the backslashes before special characters.
std::string unescaped(std::string_view name);

} // namespace ohm::netlist
