// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace ohm::congestion {

/// Splits DEF, LEF and guide text into words at white space: no copies, no memory of its own. A
/// word that starts with # begins a comment to the end of the line; a word in double quotes is one
/// word with its quotes; a semicolon at the end of a word is a word of its own. Thread: owner only.
class Words {
public:
    explicit Words(std::string_view text)
        : m_text(text) {}

    /// The next word; empty at the end of the text.
    std::string_view next() {
        for (;;) {
            while (m_at < m_text.size() && isSpace(m_text[m_at])) {
                m_line += m_text[m_at] == '\n';
                ++m_at;
            }
            if (m_at == m_text.size() || m_text[m_at] != '#')
                break;
            while (m_at < m_text.size() && m_text[m_at] != '\n')
                ++m_at;
        }
        const std::size_t begin = m_at;
        if (m_at < m_text.size() && m_text[m_at] == '"') {
            for (++m_at; m_at < m_text.size() && m_text[m_at] != '"'; ++m_at)
                m_line += m_text[m_at] == '\n';
            m_at += m_at < m_text.size();
            return m_text.substr(begin, m_at - begin);
        }
        while (m_at < m_text.size() && !isSpace(m_text[m_at]))
            ++m_at;
        if (m_at > begin + 1 && m_text[m_at - 1] == ';')
            --m_at; // some writers leave no space before it
        return m_text.substr(begin, m_at - begin);
    }
    int line() const { return m_line; } ///< 1-based, of the last word

private:
    static bool isSpace(char c) {
        return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
    }
    std::string_view m_text;
    std::size_t m_at = 0;
    int m_line = 1;
};

/// A whole word as a finite number, in the C locale.
inline std::optional<double> toNumber(std::string_view word) {
    double value = 0;
    if (word.starts_with('+'))
        word.remove_prefix(1);
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (code != std::errc() || end != word.data() + word.size() || !std::isfinite(value))
        return {};
    return value;
}
inline bool isNumber(std::string_view word) {
    return toNumber(word).has_value();
}

/// A whole word as an integer.
inline std::optional<std::int64_t> toInteger(std::string_view word) {
    std::int64_t value = 0;
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (code != std::errc() || end != word.data() + word.size())
        return {};
    return value;
}

} // namespace ohm::congestion
