// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/behavioural.h"

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/netlist/expressionfunctions.h"
#include "core/netlist/expressionlexer.h"

#include <array>
#include <cmath>

namespace ohm::netlist {
namespace {

constexpr int kMaxDepth = 100;
constexpr std::size_t kMaxResult = std::size_t{256} << 10; ///< characters
constexpr int kMaxSteps = 100000;
constexpr const char* kTiny = "1e-30"; ///< keeps roots off zero

/// Ranks of ngspice's own grammar, for as few parentheses as possible.
enum Rank { kOr = 1, kAnd, kEqual, kCompare, kSum, kProduct, kSign, kPower, kAtom };

/// A part already translated.
struct Piece {
    std::string text;
    int rank = kAtom;
    std::optional<double> value; ///< if it is a number
};

struct Frame {
    const UserFunction* function = nullptr;
    std::vector<Piece> arguments;
};

struct Work {
    int depth = kMaxDepth;
    int steps = kMaxSteps;
    std::optional<Error> error;
};

Piece number(double value) {
    return {deckNumber(value), kAtom, value};
}
std::string wrapped(const Piece& piece, int least) {
    return piece.rank >= least ? piece.text : "(" + piece.text + ")";
}
Piece call(const char* name, std::initializer_list<std::string_view> arguments) {
    std::string text = name;
    char before = '(';
    for (const std::string_view argument : arguments) {
        text += before;
        text += argument;
        before = ',';
    }
    return {text + ")", kAtom, std::nullopt};
}

class Translator {
public:
    Translator(std::string_view text, const Scope& scope, const References& references,
               const Frame& frame, Work& work)
        : m_lexer(text, scope.dialect())
        , m_scope(scope)
        , m_references(references)
        , m_frame(frame)
        , m_work(work)
        , m_dialect(scope.dialect()) {
        advance();
    }

    Piece run() {
        Piece piece = conditional();
        if (!failed() && m_token.kind != TokenKind::End)
            unexpected();
        return failed() ? Piece{} : piece;
    }

private:
    bool failed() const { return m_work.error.has_value(); }
    void advance() { m_token = m_lexer.next(); }

    Piece refuse(const char* code, std::string text) {
        if (!failed())
            m_work.error = Error{code, std::move(text), {}, {}, {}};
        m_token = Token{};
        return {};
    }
    Piece unexpected() {
        if (m_token.kind == TokenKind::End)
            return refuse("NET-101", "The expression ends too early");
        return refuse("NET-101", "Unexpected '" + std::string(m_token.text) + "' in an expression");
    }
    Piece checked(Piece piece) {
        if (piece.text.size() > kMaxResult)
            return refuse("NET-104", "The expression is too long once its functions are expanded");
        return piece;
    }
    std::string folded(std::string_view name) const {
        return m_dialect == Dialect::Spectre ? std::string(name) : toLower(name);
    }

    Piece conditional() {
        if (--m_work.depth < 0) {
            ++m_work.depth;
            return refuse("NET-104", "The expression is nested too deeply");
        }
        Piece piece = binary(1);
        if (m_token.kind == TokenKind::Question) {
            advance();
            const Piece yes = conditional();
            if (m_token.kind != TokenKind::Colon)
                piece = unexpected();
            else {
                advance();
                const Piece no = conditional();
                piece = call("ternary_fcn", {condition(piece).text, yes.text, no.text});
            }
        }
        ++m_work.depth;
        return checked(std::move(piece));
    }

    /// LTspice takes a value above a half for true.
    Piece condition(const Piece& piece) const {
        const bool logic = piece.rank < kSum;
        if (m_dialect != Dialect::Ltspice || logic)
            return piece;
        return {wrapped(piece, kSum) + ">0.5", kCompare, std::nullopt};
    }

    Piece binary(int least) {
        Piece left = unary();
        while (m_token.kind == TokenKind::Operator && !failed()) {
            const Operator op = m_token.op;
            const int level = bindingStrength(op);
            if (level < least)
                break;
            if (level == 0)
                return unexpected();
            advance();
            const Piece right = binary(level + 1);
            if (failed())
                return {};
            left = checked(combine(op, left, right));
        }
        return left;
    }

    static Piece joined(const Piece& a, const char* sign, const Piece& b, int rank) {
        return {wrapped(a, rank) + sign + wrapped(b, rank + 1), rank, std::nullopt};
    }

    Piece combine(Operator op, const Piece& a, const Piece& b) {
        // Between voltages "&" and "|" can only mean logic, except in Spectre's language.
        const bool logic = m_dialect != Dialect::Spectre;
        switch (op) {
        case Operator::Plus:
            return joined(a, "+", b, kSum);
        case Operator::Minus:
            return joined(a, "-", b, kSum);
        case Operator::Times:
            return joined(a, "*", b, kProduct);
        case Operator::Divide:
            return joined(a, "/", b, kProduct);
        case Operator::Less:
            return joined(a, "<", b, kCompare);
        case Operator::LessEqual:
            return joined(a, "<=", b, kCompare);
        case Operator::Greater:
            return joined(a, ">", b, kCompare);
        case Operator::GreaterEqual:
            return joined(a, ">=", b, kCompare);
        case Operator::Equal:
            return joined(a, "==", b, kEqual);
        case Operator::NotEqual:
            return joined(a, "!=", b, kEqual);
        case Operator::And:
            return joined(condition(a), "&&", condition(b), kAnd);
        case Operator::Or:
            return joined(condition(a), "||", condition(b), kOr);
        case Operator::BitAnd:
            if (logic)
                return joined(condition(a), "&&", condition(b), kAnd);
            break;
        case Operator::BitOr:
            if (logic)
                return joined(condition(a), "||", condition(b), kOr);
            break;
        case Operator::BitXor:
            if (logic)
                return call(
                    "ne0", {"gt0(" + wrapped(a, kSum) + "-0.5)-gt0(" + wrapped(b, kSum) + "-0.5)"});
            break;
        case Operator::Modulo: {
            const std::string x = wrapped(a, kSign), y = wrapped(b, kSign);
            return {x + "-" + wrapped(b, kPower) + "*" +
                        truncated({x + "/" + y, kProduct, {}}).text,
                    kSum, std::nullopt};
        }
        case Operator::IntegerDivide:
            return truncated(joined(a, "/", b, kProduct));
        default:
            break;
        }
        return refuse("NET-203",
                      "Bit operations on voltages and currents have no ngspice equivalent");
    }

    static Piece truncated(const Piece& x) {
        return {"sgn(" + x.text + ")*floor(abs(" + x.text + "))", kProduct, std::nullopt};
    }

    Piece unary() {
        if (m_token.kind != TokenKind::Operator)
            return power();
        const Operator op = m_token.op;
        if (op != Operator::Plus && op != Operator::Minus && op != Operator::Not &&
            op != Operator::BitNot)
            return unexpected();
        if (--m_work.depth < 0) {
            ++m_work.depth;
            return refuse("NET-104", "The expression is nested too deeply");
        }
        advance();
        const Piece piece = unary();
        ++m_work.depth;
        if (failed() || op == Operator::Plus)
            return piece;
        if (op == Operator::Minus) {
            if (piece.value)
                return number(-*piece.value);
            return {"-" + wrapped(piece, kPower), kSign, std::nullopt};
        }
        if (op == Operator::BitNot && m_dialect == Dialect::Spectre)
            return refuse("NET-203",
                          "Bit operations on voltages and currents have no ngspice equivalent");
        return call("eq0", {condition(piece).text});
    }

    Piece power() {
        Piece base = primary();
        while (m_token.kind == TokenKind::Operator && m_token.op == Operator::Power && !failed()) {
            advance();
            bool negative = false;
            while (m_token.kind == TokenKind::Operator &&
                   (m_token.op == Operator::Minus || m_token.op == Operator::Plus)) {
                negative = negative != (m_token.op == Operator::Minus);
                advance();
            }
            Piece exponent = primary();
            if (negative)
                exponent = exponent.value
                               ? number(-*exponent.value)
                               : Piece{"-" + wrapped(exponent, kPower), kSign, std::nullopt};
            base = checked(raised(base, exponent));
        }
        return base;
    }

    /// ngspice's "^" takes the magnitude of the base; pwr keeps the sign, which is what the others
    /// mean by an odd power.
    Piece raised(const Piece& base, const Piece& exponent) const {
        const bool odd = exponent.value && std::fabs(std::fmod(*exponent.value, 2.0)) == 1.0;
        if (m_dialect != Dialect::Spice && odd)
            return call("pwr", {base.text, exponent.text});
        // ngspice cannot take the slope of x^0.5 at zero, where iterations begin.
        const bool steep = exponent.value && *exponent.value != 0 && *exponent.value < 1;
        const std::string foot =
            steep ? "max(abs(" + base.text + ")," + kTiny + ")" : wrapped(base, kAtom);
        return {foot + "^" + wrapped(exponent, kAtom), kPower, std::nullopt};
    }

    Piece primary() {
        if (--m_work.steps < 0)
            return refuse("NET-104", "The expression is too long once its functions are expanded");
        const Token token = m_token;
        switch (token.kind) {
        case TokenKind::Number:
            advance();
            return number(token.value);
        case TokenKind::Name:
            advance();
            if (m_token.kind == TokenKind::Open && m_token.text == "(")
                return function(token);
            return name(token);
        case TokenKind::Open:
        case TokenKind::Quote: {
            advance();
            const Piece inner = conditional();
            const bool closed = token.kind == TokenKind::Quote
                                    ? m_token.kind == TokenKind::Quote && m_token.text == token.text
                                    : m_token.kind == TokenKind::Close &&
                                          (m_token.text[0] == ')') == (token.text[0] == '(');
            if (failed() || !closed)
                return unexpected();
            advance();
            return inner;
        }
        default:
            return unexpected();
        }
    }

    Piece name(const Token& token) {
        const std::string key = folded(token.text);
        if (m_frame.function)
            for (std::size_t i = 0; i < m_frame.arguments.size(); ++i)
                if (m_frame.function->arguments[i] == key)
                    return m_frame.arguments[i];
        if (key == "temper" || key == "time" || key == "hertz")
            if (!m_scope.lookup(key))
                return {key, kAtom, std::nullopt};
        const auto value = evaluate(token.text, m_scope);
        if (value)
            return number(*value);
        return refuse("NET-102", "Unknown name '" + std::string(token.text) + "' in an expression");
    }

    Piece function(const Token& token) {
        const std::string key = folded(token.text);
        if (const UserFunction* user = m_scope.function(key))
            return userFunction(token, *user);
        const std::string lower = toLower(key);
        if (lower == "v")
            return voltage();
        if (lower == "i")
            return current();
        std::vector<Piece> arguments;
        if (!takeArguments(arguments))
            return {};
        return checked(builtin(lower, arguments));
    }

    bool takeArguments(std::vector<Piece>& arguments) {
        advance();
        if (m_token.kind != TokenKind::Close) {
            while (true) {
                arguments.push_back(conditional());
                if (failed())
                    return false;
                if (m_token.kind != TokenKind::Comma)
                    break;
                advance();
            }
        }
        if (m_token.kind != TokenKind::Close || m_token.text != ")") {
            unexpected();
            return false;
        }
        advance();
        return true;
    }

    /// v(a), v(a,b): the names may hold any characters, so the lexer takes them whole.
    Piece voltage() {
        const std::string_view first = m_lexer.takeReference();
        std::string_view second;
        advance();
        if (m_token.kind == TokenKind::Comma) {
            second = m_lexer.takeReference();
            advance();
        }
        if (m_token.kind != TokenKind::Close)
            return unexpected();
        advance();
        const auto a = m_references.node(first);
        if (!a)
            return refuse("NET-205",
                          "The expression speaks of an unknown node '" + std::string(first) + "'");
        if (second.empty())
            return {*a == "0" ? "0" : "v(" + *a + ")", kAtom, std::nullopt};
        const auto b = m_references.node(second);
        if (!b)
            return refuse("NET-205",
                          "The expression speaks of an unknown node '" + std::string(second) + "'");
        return call("v", {*a, *b});
    }

    Piece current() {
        const std::string_view device = m_lexer.takeReference();
        advance();
        if (m_token.kind != TokenKind::Close)
            return unexpected();
        advance();
        const auto text = m_references.current(device);
        if (!text)
            return refuse("NET-205", "The expression speaks of the current of '" +
                                         std::string(device) + "', which ngspice cannot give");
        return {*text, kAtom, std::nullopt};
    }

    Piece userFunction(const Token& token, const UserFunction& user) {
        Frame frame;
        frame.function = &user;
        if (!takeArguments(frame.arguments))
            return {};
        if (frame.arguments.size() != user.arguments.size())
            return refuse("NET-103", "'" + std::string(token.text) + "' takes " +
                                         std::to_string(user.arguments.size()) +
                                         " arguments, not " +
                                         std::to_string(frame.arguments.size()));
        if (m_work.depth < 4)
            return refuse("NET-104", "'" + std::string(token.text) + "' calls itself too deeply");
        m_work.depth -= 4;
        Piece piece = Translator(user.body, m_scope, m_references, frame, m_work).run();
        m_work.depth += 4;
        if (failed())
            m_token = Token{};
        return piece;
    }

    Piece builtin(const std::string& name, const std::vector<Piece>& a) {
        if (name == "ddt" && a.size() == 1)
            return call("ddt", {a[0].text});
        const BuiltinFunction* known = findFunction(name);
        if (!known)
            return refuse(isCircuitFunction(name) ? "NET-203" : "NET-103",
                          isCircuitFunction(name)
                              ? "'" + name + "(...)' has no ngspice equivalent in an expression"
                              : "Unknown function '" + name + "' in an expression");
        if (a.size() < known->minimum || (known->maximum != 255 && a.size() > known->maximum))
            return refuse("NET-103", "'" + name + "' has a wrong number of arguments");
        const std::string& x = a[0].text;
        // The same name and meaning in ngspice.
        static constexpr std::array<std::string_view, 33> kSame{
            "abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "cos",   "cosh",
            "exp", "ln",   "log",   "nint", "log10", "sgn",  "sin",   "sinh",  "sqrt",
            "tan", "tanh", "u",     "u2",   "ceil",  "pow",  "uramp", "floor", "eq0",
            "ne0", "gt0",  "lt0",   "ge0",  "le0",   "pwr"};
        static constexpr std::array<std::array<std::string_view, 2>, 13> kOther{
            {{"arcsin", "asin"},
             {"arccos", "acos"},
             {"arctan", "atan"},
             {"arcsinh", "asinh"},
             {"arccosh", "acosh"},
             {"arctanh", "atanh"},
             {"ceiling", "ceil"},
             {"fabs", "abs"},
             {"m", "abs"},
             {"stp", "u"},
             {"step", "u"},
             {"sqr", ""},
             {"square", ""}}};
        for (const auto& [from, to] : kOther)
            if (name == from)
                return to.empty() ? Piece{wrapped(a[0], kAtom) + "^2", kPower, std::nullopt}
                                  : call(std::string(to).c_str(), {x});
        const bool steep = a.size() == 2 && a[1].value && *a[1].value != 0 && *a[1].value < 1;
        if ((name == "pow" || name == "pwr") && (m_dialect != Dialect::Spice || steep))
            return powerFunction(name, a);
        for (const std::string_view same : kSame)
            if (name == same)
                return a.size() == 1 ? call(name.c_str(), {x}) : call(name.c_str(), {x, a[1].text});
        return composed(name, a);
    }

    /// pow and pwr outside ngspice: pow keeps the sign of odd powers, pwr is signed in HSPICE only.
    Piece powerFunction(const std::string& name, const std::vector<Piece>& a) const {
        if (name == "pow")
            return raised(a[0], a[1]);
        const bool isSigned = m_dialect == Dialect::Hspice || m_dialect == Dialect::Cdl ||
                              m_dialect == Dialect::Spice; // in ngspice's B sources
        const Piece size = raised(call("abs", {a[0].text}), a[1]);
        return isSigned ? Piece{"sgn(" + a[0].text + ")*" + size.text, kProduct, std::nullopt}
                        : size;
    }

    /// Functions that ngspice's B sources lack, expressed by those it has.
    Piece composed(const std::string& name, const std::vector<Piece>& a) {
        const std::string& x = a[0].text;
        const auto is = [&](std::string_view other) { return name == other; };
        if (is("if") || is("ternary_fcn") || is("valif"))
            return call("ternary_fcn", {condition(a[0]).text, a[1].text, a[2].text});
        if (is("min") || is("max")) {
            Piece piece = a[0];
            for (std::size_t i = 1; i < a.size(); ++i)
                piece = checked(call(name.c_str(), {piece.text, a[i].text}));
            return piece;
        }
        if (is("limit") && a.size() == 3)
            return call("max", {"min(" + x + ",max(" + a[1].text + "," + a[2].text + "))",
                                "min(" + a[1].text + "," + a[2].text + ")"});
        if (is("uplim") || is("dnlim")) {
            // Straight up to z before the bound, then towards it exponentially.
            const char* less = is("uplim") ? "" : "-";
            const std::string room =
                std::string(less) + "(" + a[1].text + "-(" + x + "))/(" + a[2].text + ")";
            return {"ternary_fcn(" + room + ">1," + x + "," + a[1].text + (*less ? "+" : "-") +
                        "(" + a[2].text + ")*exp(min(0," + room + "-1)))",
                    kAtom, std::nullopt};
        }
        if (is("table") || is("pwl"))
            return lookUpTable(a);
        if (is("pwrs"))
            return call("pwr", {x, a[1].text});
        if (is("int") || is("trunc"))
            return truncated(a[0]);
        if (is("round"))
            return {"sgn(" + x + ")*floor(abs(" + x + ")+0.5)", kProduct, std::nullopt};
        if (is("db"))
            return {"20*log10(abs(" + x + "))", kProduct, std::nullopt};
        if (is("hypot"))
            return call("sqrt", {wrapped(a[0], kAtom) + "^2+" + wrapped(a[1], kAtom) + "^2"});
        if (is("sign"))
            return a.size() == 1 ? call("sgn", {x})
                                 : Piece{"abs(" + x + ")*sgn(" + a[1].text + ")", kProduct, {}};
        if (is("buf"))
            return call("gt0", {wrapped(a[0], kSum) + "-0.5"});
        if (is("inv"))
            return call("le0", {wrapped(a[0], kSum) + "-0.5"});
        if (is("cbrt"))
            return call("pwr", {x, deckNumber(1.0 / 3)});
        if (is("limexp") || is("expl")) {
            const std::string bound = a.size() == 2 ? a[1].text : "80";
            return {"exp(min(" + x + "," + bound + "))*(1+max(0," + wrapped(a[0], kSum) + "-(" +
                        bound + ")))",
                    kProduct, std::nullopt};
        }
        if (is("atan2")) {
            const std::string y = wrapped(a[0], kProduct), b = wrapped(a[1], kPower);
            return {"atan(" + y + "/" + b + ")+" + deckNumber(std::acos(-1.0)) + "*lt0(" +
                        a[1].text + ")*ternary_fcn(lt0(" + x + "),-1,1)",
                    kSum, std::nullopt};
        }
        if (is("mod") || is("fmod"))
            return combine(Operator::Modulo, a[0], a[1]);
        if (is("gauss") && a.size() == 1)
            return number(0);
        if (is("flat") || is("img"))
            return number(0);
        if (is("agauss") || is("gauss") || is("aunif") || is("unif") || is("mc") || is("par") ||
            is("val") || is("r") || is("re") || is("limit"))
            return a[0];
        return refuse("NET-203", "'" + name + "(...)' has no ngspice equivalent in an expression");
    }

    /// ngspice's pwl wants numbers for its points.
    Piece lookUpTable(const std::vector<Piece>& a) {
        if (a.size() % 2 == 0)
            return refuse("NET-103", "A table needs pairs of numbers");
        if (a.size() == 3)
            return a[2];
        std::string text = "pwl(" + a[0].text;
        for (std::size_t i = 1; i < a.size(); ++i) {
            if (!a[i].value)
                return refuse("NET-203", "The points of a table must be numbers");
            if (i >= 3 && i % 2 == 1 && *a[i].value <= *a[i - 2].value)
                return refuse("NET-203", "The points of a table must be in ascending order");
            text += "," + formatExact(*a[i].value);
        }
        return {text + ")", kAtom, std::nullopt};
    }

    ExpressionLexer m_lexer;
    const Scope& m_scope;
    const References& m_references;
    const Frame& m_frame;
    Work& m_work;
    Dialect m_dialect;
    Token m_token;
};

} // namespace

References::~References() = default;

std::string deckNumber(double value) {
    return value < 0 ? "(" + formatExact(value) + ")" : formatExact(value);
}

Expected<std::string> translateBehavioural(std::string_view expression, const Scope& scope,
                                           const References& references) {
    if (expression.size() > kMaxResult)
        return fail("NET-104", "The expression is too long");
    Work work;
    const Frame frame;
    Piece piece = Translator(expression, scope, references, frame, work).run();
    if (work.error)
        return Unexpected{*work.error};
    return std::move(piece.text);
}

} // namespace ohm::netlist
