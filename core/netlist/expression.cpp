// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/expression.h"

#include "core/base/text.h"
#include "core/netlist/expressionfunctions.h"
#include "core/netlist/expressionlexer.h"

#include <array>
#include <cmath>
#include <cstdint>

namespace ohm::netlist {
namespace {

class EmptyScope : public Scope {
public:
    std::optional<double> lookup(std::string_view) const override { return std::nullopt; }
};

/// The arguments of a user function in front of the names around the definition.
class CallScope : public Scope {
public:
    CallScope(const Scope& outer, const UserFunction& function, std::span<const double> values)
        : m_outer(outer)
        , m_function(function)
        , m_values(values) {}
    std::optional<double> lookup(std::string_view name) const override {
        for (std::size_t i = 0; i < m_values.size(); ++i)
            if (m_function.arguments[i] == name)
                return m_values[i];
        return m_outer.lookup(name);
    }
    const UserFunction* function(std::string_view name) const override {
        return m_outer.function(name);
    }
    Dialect dialect() const override { return m_outer.dialect(); }

private:
    const Scope& m_outer;
    const UserFunction& m_function;
    std::span<const double> m_values;
};

/// Lower case without allocating for names of usual length.
class FoldedName {
public:
    FoldedName(std::string_view name, bool keepCase)
        : m_view(name) {
        bool upper = false;
        for (const char c : name)
            upper = upper || (c >= 'A' && c <= 'Z');
        if (keepCase || !upper)
            return;
        if (name.size() > m_buffer.size()) {
            m_long = toLower(name);
            m_view = m_long;
            return;
        }
        for (std::size_t i = 0; i < name.size(); ++i)
            m_buffer[i] =
                name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] + 32) : name[i];
        m_view = {m_buffer.data(), name.size()};
    }
    FoldedName(const FoldedName&) = delete;
    FoldedName& operator=(const FoldedName&) = delete;
    std::string_view view() const { return m_view; }

private:
    std::string_view m_view;
    std::array<char, 64> m_buffer;
    std::string m_long;
};

/// What one call of evaluate() may still spend, user functions included.
struct Budget {
    int steps = kMaxExpressionSteps;
    int depth = kMaxExpressionDepth;
};

enum class Fault : std::uint8_t { None, Syntax, Name, Function, Limit, Value, Circuit };

struct Failure {
    Fault fault = Fault::None;
    std::size_t column = 0;
    std::string text;
};

/// Evaluates while parsing: no tree is built. Parts that must not count (a branch not taken) are
/// parsed with `live` false, which looks nothing up.
class Evaluator {
public:
    Evaluator(std::string_view text, const Scope& scope, const Scope& root, Budget& budget)
        : m_lexer(text, scope.dialect())
        , m_scope(scope)
        , m_root(root)
        , m_budget(budget)
        , m_dialect(scope.dialect()) {
        advance();
    }

    double run(Failure& failure) {
        double value = conditional(true);
        if (!failed() && m_token.kind != TokenKind::End)
            unexpected();
        if (failed()) {
            failure = std::move(m_failure);
            value = 0;
        }
        return value;
    }

private:
    bool failed() const { return m_failure.fault != Fault::None; }
    void advance() { m_token = m_lexer.next(); }

    double failWith(Fault fault, std::size_t column, std::string text) {
        if (!failed()) {
            m_failure.fault = fault;
            m_failure.column = column;
            m_failure.text = std::move(text);
        }
        m_token = Token{}; // the end: every loop above stops
        return 0;
    }
    double unexpected() {
        if (m_token.kind == TokenKind::End)
            return failWith(Fault::Syntax, m_token.column, "the expression ends too early");
        return failWith(Fault::Syntax, m_token.column,
                        "unexpected '" + std::string(m_token.text) + "'");
    }
    bool spend() {
        if (--m_budget.steps >= 0)
            return true;
        failWith(Fault::Limit, m_token.column, "the expression takes too many steps");
        return false;
    }

    bool truth(double value) const {
        return m_dialect == Dialect::Ltspice ? value > 0.5 : value != 0.0;
    }

    double conditional(bool live) {
        if (--m_budget.depth < 0) {
            failWith(Fault::Limit, m_token.column, "the expression is nested too deeply");
            ++m_budget.depth;
            return 0;
        }
        double value = binary(1, live);
        if (m_token.kind == TokenKind::Question) {
            const bool yes = truth(value);
            advance();
            const double first = conditional(live && yes);
            if (m_token.kind != TokenKind::Colon) {
                unexpected();
            } else {
                advance();
                const double second = conditional(live && !yes);
                value = yes ? first : second;
            }
        }
        ++m_budget.depth;
        return value;
    }

    double binary(int least, bool live) {
        double left = unary(live);
        while (m_token.kind == TokenKind::Operator) {
            const Operator op = m_token.op;
            const int level = bindingStrength(op);
            if (level < least)
                break;
            if (level == 0 || !spend())
                return unexpected();
            const std::size_t column = m_token.column;
            advance();
            bool rightLive = live;
            if (op == Operator::And)
                rightLive = live && truth(left);
            else if (op == Operator::Or)
                rightLive = live && !truth(left);
            const double right = binary(level + 1, rightLive);
            if (failed())
                return 0;
            left = live ? apply(op, left, right, column) : 0.0;
        }
        return left;
    }

    double unary(bool live) {
        if (m_token.kind != TokenKind::Operator)
            return power(live);
        const Operator op = m_token.op;
        if (op != Operator::Plus && op != Operator::Minus && op != Operator::Not &&
            op != Operator::BitNot)
            return unexpected();
        if (--m_budget.depth < 0) {
            ++m_budget.depth;
            return failWith(Fault::Limit, m_token.column, "the expression is nested too deeply");
        }
        const std::size_t column = m_token.column;
        advance();
        const double value = unary(live);
        ++m_budget.depth;
        switch (op) {
        case Operator::Minus:
            return -value;
        case Operator::Not:
            return !truth(value);
        case Operator::BitNot:
            if (logicDialect())
                return !truth(value);
            return live ? static_cast<double>(~integer(value, column)) : 0.0;
        default:
            return value;
        }
    }

    /// Binds tighter than a sign before it: -2**2 is -4. Several are taken from the left.
    double power(bool live) {
        double value = primary(live);
        while (m_token.kind == TokenKind::Operator && m_token.op == Operator::Power) {
            if (!spend())
                return 0;
            advance();
            bool negative = false;
            while (m_token.kind == TokenKind::Operator &&
                   (m_token.op == Operator::Minus || m_token.op == Operator::Plus)) {
                negative = negative != (m_token.op == Operator::Minus);
                advance();
            }
            const double exponent = primary(live);
            value = live ? raise(value, negative ? -exponent : exponent, m_dialect) : 0.0;
        }
        return value;
    }

    double primary(bool live) {
        if (!spend())
            return 0;
        const Token token = m_token;
        switch (token.kind) {
        case TokenKind::Number:
            advance();
            return token.value;
        case TokenKind::Name:
            advance();
            if (m_token.kind == TokenKind::Open && m_token.text == "(")
                return call(token, live);
            return live ? name(token) : 0.0;
        case TokenKind::Open:
        case TokenKind::Quote: {
            advance();
            const double value = conditional(live);
            if (failed())
                return 0;
            const bool closed = token.kind == TokenKind::Quote
                                    ? m_token.kind == TokenKind::Quote && m_token.text == token.text
                                    : m_token.kind == TokenKind::Close &&
                                          (m_token.text[0] == ')') == (token.text[0] == '(');
            if (!closed)
                return unexpected();
            advance();
            return value;
        }
        case TokenKind::Bad:
            return failWith(Fault::Syntax, token.column,
                            "'" + std::string(token.text) + "' is not part of an expression");
        default:
            return unexpected();
        }
    }

    double name(const Token& token) {
        const FoldedName folded(token.text, m_dialect == Dialect::Spectre);
        if (const auto value = m_scope.lookup(folded.view()))
            return *value;
        if (const auto value = findConstant(folded.view(), m_dialect))
            return *value;
        if (isCircuitVariable(folded.view()) || token.text[0] == '@')
            return failWith(Fault::Circuit, token.column,
                            "'" + std::string(token.text) + "' is known only during a simulation");
        return failWith(Fault::Name, token.column,
                        "unknown parameter '" + std::string(token.text) + "'");
    }

    double call(const Token& token, bool live) {
        const FoldedName folded(token.text, m_dialect == Dialect::Spectre);
        const UserFunction* user = m_scope.function(folded.view());
        const BuiltinFunction* builtin = user ? nullptr : findFunction(folded.view());
        if (!user && !builtin) {
            if (folded.view() == "defined")
                return defined();
            const std::string name(token.text);
            if (isCircuitFunction(folded.view()))
                return failWith(Fault::Circuit, token.column,
                                "'" + name + "(...)' is known only during a simulation");
            return failWith(Fault::Function, token.column, "unknown function '" + name + "'");
        }
        std::array<double, 8> few;
        std::vector<double> many;
        std::size_t count = 0;
        const bool choice = builtin && isConditional(*builtin);
        advance();
        if (m_token.kind != TokenKind::Close) {
            while (true) {
                bool argumentLive = live;
                if (choice && count == 1)
                    argumentLive = live && truth(few[0]);
                else if (choice && count == 2)
                    argumentLive = live && !truth(few[0]);
                const double value = conditional(argumentLive);
                if (failed())
                    return 0;
                if (count < few.size()) {
                    few[count] = value;
                } else {
                    if (many.empty())
                        many.assign(few.begin(), few.end());
                    many.push_back(value);
                }
                ++count;
                if (m_token.kind != TokenKind::Comma)
                    break;
                advance();
            }
        }
        if (m_token.kind != TokenKind::Close || m_token.text != ")")
            return unexpected();
        const std::span<const double> values = many.empty()
                                                   ? std::span<const double>(few.data(), count)
                                                   : std::span<const double>(many);
        const std::size_t least = user ? user->arguments.size() : builtin->minimum;
        const std::size_t most = user                      ? user->arguments.size()
                                 : builtin->maximum == 255 ? SIZE_MAX
                                                           : builtin->maximum;
        if (count < least || count > most)
            return failWith(Fault::Function, token.column,
                            "'" + std::string(token.text) + "' takes " + std::to_string(least) +
                                (most == least      ? ""
                                 : most == SIZE_MAX ? " or more"
                                                    : " to " + std::to_string(most)) +
                                (most == 1 ? " argument, not " : " arguments, not ") +
                                std::to_string(count));
        advance();
        if (!live)
            return 0;
        if (builtin)
            return choice && truth(values[0]) != (values[0] != 0)
                       ? values[truth(values[0]) ? 1 : 2]
                       : callFunction(*builtin, values, m_dialect);
        return callUser(token, *user, values);
    }

    double callUser(const Token& token, const UserFunction& user, std::span<const double> values) {
        if (m_budget.depth < 4 || user.body.size() > kMaxExpressionLength)
            return failWith(Fault::Limit, token.column,
                            "'" + std::string(token.text) + "' calls itself too deeply");
        m_budget.depth -= 4; // a call takes more stack than a parenthesis
        const CallScope scope(m_root, user, values);
        Failure inner;
        const double value = Evaluator(user.body, scope, m_root, m_budget).run(inner);
        m_budget.depth += 4;
        if (inner.fault == Fault::None)
            return value;
        const std::string prefix = "in '" + std::string(token.text) + "': ";
        // Deep chains repeat the prefix; one level says enough.
        return failWith(inner.fault, token.column,
                        inner.text.starts_with("in '") ? inner.text : prefix + inner.text);
    }

    /// defined(name): 1 if the parameter exists.
    double defined() {
        advance();
        const Token token = m_token;
        if (token.kind != TokenKind::Name)
            return unexpected();
        advance();
        if (m_token.kind != TokenKind::Close)
            return unexpected();
        advance();
        const FoldedName folded(token.text, m_dialect == Dialect::Spectre);
        return m_scope.lookup(folded.view()).has_value();
    }

    /// PSpice and LTspice take & | ~ for logic, the others for bits.
    bool logicDialect() const {
        return m_dialect == Dialect::Pspice || m_dialect == Dialect::Ltspice;
    }

    std::int64_t integer(double value, std::size_t column) {
        if (!(std::fabs(value) < 9e15)) {
            failWith(Fault::Value, column, "a bit operation needs a whole number");
            return 0;
        }
        return static_cast<std::int64_t>(value);
    }

    double bits(Operator op, double a, double b, std::size_t column) {
        if (logicDialect() && op != Operator::ShiftLeft && op != Operator::ShiftRight) {
            const bool p = truth(a), q = truth(b);
            switch (op) {
            case Operator::BitAnd:
                return p && q;
            case Operator::BitOr:
                return p || q;
            case Operator::BitXor:
                return p != q;
            default:
                return p == q;
            }
        }
        const std::int64_t x = integer(a, column), y = integer(b, column);
        switch (op) {
        case Operator::BitAnd:
            return static_cast<double>(x & y);
        case Operator::BitOr:
            return static_cast<double>(x | y);
        case Operator::BitXor:
            return static_cast<double>(x ^ y);
        case Operator::BitXnor:
            return static_cast<double>(~(x ^ y));
        default:
            break;
        }
        if (y < 0 || y > 1000)
            return failWith(Fault::Value, column, "a shift needs a count from 0 to 1000");
        const int places = static_cast<int>(y);
        return op == Operator::ShiftLeft ? std::ldexp(static_cast<double>(x), places)
                                         : std::floor(std::ldexp(static_cast<double>(x), -places));
    }

    double apply(Operator op, double a, double b, std::size_t column) {
        switch (op) {
        case Operator::Plus:
            return a + b;
        case Operator::Minus:
            return a - b;
        case Operator::Times:
            return a * b;
        case Operator::Divide:
        case Operator::Modulo:
        case Operator::IntegerDivide:
            if (b == 0)
                return failWith(Fault::Value, column, "division by zero");
            return op == Operator::Divide   ? a / b
                   : op == Operator::Modulo ? std::fmod(a, b)
                                            : std::trunc(a / b);
        case Operator::Less:
            return a < b;
        case Operator::LessEqual:
            return a <= b;
        case Operator::Greater:
            return a > b;
        case Operator::GreaterEqual:
            return a >= b;
        case Operator::Equal:
            return a == b;
        case Operator::NotEqual:
            return a != b;
        case Operator::And:
            return truth(a) && truth(b);
        case Operator::Or:
            return truth(a) || truth(b);
        default:
            return bits(op, a, b, column);
        }
    }

    ExpressionLexer m_lexer;
    const Scope& m_scope;
    const Scope& m_root;
    Budget& m_budget;
    Dialect m_dialect;
    Token m_token;
    Failure m_failure;
};

const char* codeOf(Fault fault) {
    switch (fault) {
    case Fault::Name:
        return "NET-102";
    case Fault::Function:
        return "NET-103";
    case Fault::Limit:
        return "NET-104";
    case Fault::Value:
        return "NET-105";
    case Fault::Circuit:
        return "NET-106";
    default:
        return "NET-101";
    }
}

Unexpected report(const Failure& failure, std::string_view expression) {
    std::string text = failure.text;
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
        text[0] = static_cast<char>(text[0] - 32);
    constexpr std::size_t kShown = 80;
    std::string shown(expression.substr(0, kShown));
    if (expression.size() > kShown)
        shown += "...";
    return fail(codeOf(failure.fault), std::move(text), {},
                "column " + std::to_string(failure.column + 1) + " of \"" + shown + "\"");
}

} // namespace

Scope::~Scope() = default;

const Scope& emptyScope() {
    static const EmptyScope scope;
    return scope;
}

Expected<double> evaluate(std::string_view expression, const Scope& scope) {
    // Most parameters are plain numbers.
    if (!expression.empty() && ((expression[0] >= '0' && expression[0] <= '9') ||
                                expression[0] == '-' || expression[0] == '.')) {
        const bool minus = expression[0] == '-';
        std::size_t used = 0;
        const std::string_view digits = expression.substr(minus ? 1 : 0);
        if (!digits.empty() && ((digits[0] >= '0' && digits[0] <= '9') || digits[0] == '.')) {
            const auto value = numberPrefix(digits, scope.dialect(), used);
            if (value && used == digits.size() && std::isfinite(*value))
                return minus ? -*value : *value;
        }
    }
    Failure failure;
    if (expression.size() > kMaxExpressionLength) {
        failure.fault = Fault::Limit;
        failure.text = "the expression is too long";
        return report(failure, expression);
    }
    Budget budget;
    const double value = Evaluator(expression, scope, scope, budget).run(failure);
    if (failure.fault == Fault::None) {
        if (std::isfinite(value))
            return value;
        failure.fault = Fault::Value;
        failure.text = "the expression has no finite value";
    }
    return report(failure, expression);
}

} // namespace ohm::netlist
