// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ohm::netlist {

/// Operators of netlist expressions, all dialects together.
enum class Operator : std::uint8_t {
    None,
    Plus,
    Minus,
    Times,
    Divide,
    Modulo,
    IntegerDivide,
    Power,
    ShiftLeft,
    ShiftRight,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    BitAnd,
    BitXor,
    BitXnor,
    BitOr,
    And,
    Or,
    Not,
    BitNot
};

/// How tightly a binary operator binds; higher is tighter, 0 for what is none (Power included: it
/// binds tighter than a sign and is parsed apart). All are taken from the left.
constexpr int bindingStrength(Operator op) {
    switch (op) {
    case Operator::Or:
        return 1;
    case Operator::And:
        return 2;
    case Operator::BitOr:
        return 3;
    case Operator::BitXor:
    case Operator::BitXnor:
        return 4;
    case Operator::BitAnd:
        return 5;
    case Operator::Equal:
    case Operator::NotEqual:
        return 6;
    case Operator::Less:
    case Operator::LessEqual:
    case Operator::Greater:
    case Operator::GreaterEqual:
        return 7;
    case Operator::ShiftLeft:
    case Operator::ShiftRight:
        return 8;
    case Operator::Plus:
    case Operator::Minus:
        return 9;
    case Operator::Times:
    case Operator::Divide:
    case Operator::Modulo:
    case Operator::IntegerDivide:
        return 10;
    default:
        return 0;
    }
}

enum class TokenKind : std::uint8_t {
    End,
    Number,
    Name,
    Operator,
    Open,  ///< "(" or "{"
    Close, ///< ")" or "}"
    Quote, ///< ' or ", opening or closing
    Comma,
    Question,
    Colon,
    Bad ///< a character no expression has
};

struct Token {
    TokenKind kind = TokenKind::End;
    Operator op = Operator::None;
    double value = 0;       ///< of a number
    std::string_view text;  ///< as written
    std::size_t column = 0; ///< 0-based offset in the expression
};

/// Splits an expression into tokens without allocating. Thread: owner only.
class ExpressionLexer {
public:
    ExpressionLexer(std::string_view text, Dialect dialect)
        : m_text(text)
        , m_dialect(dialect) {}

    Token next();
    /// The text up to (not including) the next ',' or ')' of this level: a node or device name,
    /// which may hold characters no expression token has. Trimmed.
    std::string_view takeReference();

private:
    Token operatorToken();

    std::string_view m_text;
    std::size_t m_at = 0;
    Dialect m_dialect;
};

/// A number as the dialect writes it at the start of `text` (Spectre's scale letters depend on
/// case, LTspice knows 4k7); `used` gets the characters consumed, unit letters included.
std::optional<double> numberPrefix(std::string_view text, Dialect dialect, std::size_t& used);

} // namespace ohm::netlist
