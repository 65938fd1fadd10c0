// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/expressionlexer.h"

#include "core/base/text.h"
#include "core/base/units.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

namespace ohm::netlist {
namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}
bool isNameStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c == '@' ||
           c == '#' || static_cast<unsigned char>(c) >= 0x80;
}
bool isNameChar(char c) {
    return isNameStart(c) || isDigit(c) || c == '.';
}
bool isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/// Spectre's scale letters are case-sensitive: M is mega, m is milli.
double spectreScale(char c) {
    switch (c) {
    case 'Y':
        return 1e24;
    case 'Z':
        return 1e21;
    case 'E':
        return 1e18;
    case 'P':
        return 1e15;
    case 'T':
        return 1e12;
    case 'G':
        return 1e9;
    case 'M':
        return 1e6;
    case 'K':
    case 'k':
        return 1e3;
    case '_':
        return 1;
    case '%':
    case 'c':
        return 1e-2;
    case 'm':
        return 1e-3;
    case 'u':
        return 1e-6;
    case 'n':
        return 1e-9;
    case 'p':
        return 1e-12;
    case 'f':
        return 1e-15;
    case 'a':
        return 1e-18;
    case 'z':
        return 1e-21;
    case 'y':
        return 1e-24;
    default:
        return 0;
    }
}

std::optional<double> spectreNumber(std::string_view text, std::size_t& used) {
    used = 0;
    double value = 0;
    const auto [rest, status] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (status == std::errc::invalid_argument)
        return std::nullopt;
    std::size_t at = static_cast<std::size_t>(rest - text.data());
    if (status == std::errc::result_out_of_range)
        value = text.substr(0, at).find("e-") != text.npos ? 0.0 : HUGE_VAL;
    if (at < text.size()) {
        const double scale = spectreScale(text[at]);
        if (scale != 0.0) {
            // Dividing by the exact power gives the double that 1e-9 itself would give.
            value = scale >= 1 ? value * scale : value / std::round(1 / scale);
            ++at;
        }
        while (at < text.size() &&
               ((text[at] >= 'a' && text[at] <= 'z') || (text[at] >= 'A' && text[at] <= 'Z')))
            ++at;
    }
    used = at;
    return value;
}

} // namespace

std::optional<double> numberPrefix(std::string_view text, Dialect dialect, std::size_t& used) {
    if (dialect == Dialect::Spectre)
        return spectreNumber(text, used);
    auto value = parseSiPrefix(text, used);
    if (!value || dialect != Dialect::Ltspice || used >= text.size() || !isDigit(text[used]))
        return value;
    // LTspice takes 4k7 for 4.7k: the letter stands for the decimal point.
    std::size_t digits = used;
    while (digits < text.size() && isDigit(text[digits]))
        ++digits;
    const double scale = parseSi("1" + std::string(1, text[used - 1])).value_or(0);
    if (used < 2 || !isDigit(text[used - 2]) || scale == 0)
        return value;
    const auto fraction = parseSi("0." + std::string(text.substr(used, digits - used)));
    used = digits;
    while (used < text.size() && isNameStart(text[used]) && text[used] != '$' && text[used] != '@')
        ++used;
    return *value + (*value < 0 ? -scale : scale) * fraction.value_or(0);
}

Token ExpressionLexer::next() {
    while (m_at < m_text.size() && isBlank(m_text[m_at]))
        ++m_at;
    Token token;
    token.column = m_at;
    if (m_at >= m_text.size())
        return token;
    const char c = m_text[m_at];
    if (isDigit(c) || (c == '.' && m_at + 1 < m_text.size() && isDigit(m_text[m_at + 1]))) {
        std::size_t used = 0;
        const auto value = numberPrefix(m_text.substr(m_at), m_dialect, used);
        token.text = m_text.substr(m_at, std::max<std::size_t>(used, 1));
        token.kind = value ? TokenKind::Number : TokenKind::Bad;
        token.value = value.value_or(0);
        m_at += token.text.size();
        // "1.2.3", "5_a": what follows would otherwise be taken for another operand.
        if (m_at < m_text.size() && isNameChar(m_text[m_at])) {
            token.kind = TokenKind::Bad;
            while (m_at < m_text.size() && isNameChar(m_text[m_at]))
                ++m_at;
            token.text = m_text.substr(token.column, m_at - token.column);
        }
        return token;
    }
    if (isNameStart(c)) {
        std::size_t end = m_at + 1;
        while (end < m_text.size() && isNameChar(m_text[end]))
            ++end;
        // @m1[gm] is one name.
        if (c == '@' && end < m_text.size() && m_text[end] == '[') {
            const std::size_t close = m_text.find(']', end);
            if (close != m_text.npos)
                end = close + 1;
        }
        token.kind = TokenKind::Name;
        token.text = m_text.substr(m_at, end - m_at);
        m_at = end;
        return token;
    }
    const auto single = [&](TokenKind kind) {
        token.kind = kind;
        token.text = m_text.substr(m_at++, 1);
        return token;
    };
    switch (c) {
    case '(':
    case '{':
        return single(TokenKind::Open);
    case ')':
    case '}':
        return single(TokenKind::Close);
    case '\'':
    case '"':
        return single(TokenKind::Quote);
    case ',':
        return single(TokenKind::Comma);
    case '?':
        return single(TokenKind::Question);
    case ':':
        return single(TokenKind::Colon);
    default:
        return operatorToken();
    }
}

Token ExpressionLexer::operatorToken() {
    Token token;
    token.column = m_at;
    token.kind = TokenKind::Operator;
    const char c = m_text[m_at];
    const char d = m_at + 1 < m_text.size() ? m_text[m_at + 1] : '\0';
    const bool spectre = m_dialect == Dialect::Spectre;
    const auto make = [&](Operator op, std::size_t length) {
        token.op = op;
        token.text = m_text.substr(m_at, length);
        m_at += length;
        return token;
    };
    switch (c) {
    case '+':
        return make(Operator::Plus, 1);
    case '-':
        return make(Operator::Minus, 1);
    case '*':
        return d == '*' ? make(Operator::Power, 2) : make(Operator::Times, 1);
    case '/':
        return make(Operator::Divide, 1);
    case '%':
        return make(Operator::Modulo, 1);
    case '\\':
        return make(Operator::IntegerDivide, 1);
    case '^':
        if (d == '~' && spectre)
            return make(Operator::BitXnor, 2);
        // Exclusive or in Spectre and LTspice, power elsewhere.
        return make(spectre || m_dialect == Dialect::Ltspice ? Operator::BitXor : Operator::Power,
                    1);
    case '<':
        if (d == '<')
            return make(Operator::ShiftLeft, 2);
        if (d == '>')
            return make(Operator::NotEqual, 2);
        return d == '=' ? make(Operator::LessEqual, 2) : make(Operator::Less, 1);
    case '>':
        if (d == '>')
            return make(Operator::ShiftRight, 2);
        return d == '=' ? make(Operator::GreaterEqual, 2) : make(Operator::Greater, 1);
    case '=':
        return make(Operator::Equal, d == '=' ? 2 : 1);
    case '!':
        return d == '=' ? make(Operator::NotEqual, 2) : make(Operator::Not, 1);
    case '~':
        return d == '^' ? make(Operator::BitXnor, 2) : make(Operator::BitNot, 1);
    case '&':
        return d == '&' ? make(Operator::And, 2) : make(Operator::BitAnd, 1);
    case '|':
        return d == '|' ? make(Operator::Or, 2) : make(Operator::BitOr, 1);
    default:
        token.kind = TokenKind::Bad;
        return make(Operator::None, 1);
    }
}

std::string_view ExpressionLexer::takeReference() {
    const std::size_t begin = m_at;
    int depth = 0;
    while (m_at < m_text.size()) {
        const char c = m_text[m_at];
        if (depth == 0 && (c == ',' || c == ')'))
            break;
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        ++m_at;
    }
    return trimmed(m_text.substr(begin, m_at - begin));
}

} // namespace ohm::netlist
