// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/expression.h"
#include "core/netlist/expressionlexer.h"

#include <QTest>

#include <cmath>
#include <map>
#include <numbers>
#include <random>

using ohm::netlist::Dialect;
using ohm::netlist::evaluate;
using ohm::netlist::UserFunction;

namespace {

class MapScope : public ohm::netlist::Scope {
public:
    std::optional<double> lookup(std::string_view name) const override {
        ++lookups;
        const auto at = values.find(std::string(name));
        return at == values.end() ? std::nullopt : std::optional<double>(at->second);
    }
    const UserFunction* function(std::string_view name) const override {
        const auto at = functions.find(std::string(name));
        return at == functions.end() ? nullptr : &at->second;
    }
    Dialect dialect() const override { return language; }

    std::map<std::string, double> values{{"wn", 2e-6}, {"x", 3}, {"zero", 0}, {"a.b", 7}};
    std::map<std::string, UserFunction> functions{
        {"double", {{"x"}, "{2*x}"}},
        {"sum", {{"a", "b"}, "'a+b+x'"}},
        {"fact", {{"n"}, "n<=1 ? 1 : n*fact(n-1)"}},
        {"endless", {{"n"}, "endless(n)+1"}},
        {"bomb", {{"n"}, "n<=0 ? 1 : bomb(n-1)+bomb(n-1)"}},
        {"broken", {{}, "1+"}},
        {"min", {{"a", "b"}, "100"}},
    };
    Dialect language = Dialect::Spice;
    mutable int lookups = 0;
};

void row(const char* text, double value, Dialect dialect = Dialect::Spice) {
    const std::string tag = std::string(text) + " " + std::to_string(static_cast<int>(dialect));
    QTest::newRow(tag.c_str()) << QByteArray(text) << value << static_cast<int>(dialect);
}
void bad(const char* text, const char* code, int column, Dialect dialect = Dialect::Spice) {
    const std::string tag = std::string(text) + " " + std::to_string(static_cast<int>(dialect));
    QTest::newRow(tag.c_str()) << QByteArray(text) << QByteArray(code) << column
                               << static_cast<int>(dialect);
}
std::string_view view(const QByteArray& bytes) {
    return {bytes.data(), static_cast<std::size_t>(bytes.size())};
}

} // namespace

class TestExpression : public QObject {
    Q_OBJECT
private slots:
    void values_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<double>("value");
        QTest::addColumn<int>("dialect");
        constexpr auto kHspice = Dialect::Hspice;
        constexpr auto kPspice = Dialect::Pspice;
        constexpr auto kLtspice = Dialect::Ltspice;
        constexpr auto kSpectre = Dialect::Spectre;
        // Numbers.
        row("1", 1);
        row("-1.5e-3", -1.5e-3);
        row("+4", 4);
        row(".5", 0.5);
        row("10k", 1e4);
        row("10MEGohm", 1e7);
        row("2.2kOhm*2", 4400);
        row("-3p", -3e-12);
        row("1mil", 25.4e-6);
        row("  7  ", 7);
        row("4k7", 4700, kLtspice);
        row("4K7*2", 9400, kLtspice);
        row("-2u2", -2.2e-6, kLtspice);
        row("1M", 1e-3);
        row("1M", 1e6, kSpectre);
        row("1m", 1e-3, kSpectre);
        row("10K+1G", 1e4 + 1e9, kSpectre);
        row("5%", 0.05, kSpectre);
        row("3pF", 3e-12, kSpectre);
        // Quotes, braces, names.
        row("'wn*2'", 4e-6);
        row("{WN*2}", 4e-6);
        row("\"wn*2\"", 4e-6);
        row("{ (wn) + {wn} }", 4e-6);
        row("'a.b'", 7);
        row("par('x+1')", 4);
        // Operators as ngspice ranks them.
        row("-2^2", -4);
        row("-2**2", -4);
        row("2^3^2", 64);
        row("2**-1", 0.5);
        row("1+2*3^2", 19);
        row("10-2-3", 5);
        row("2/2/2", 0.5);
        row("-3--2", -1);
        row("2*-3", -6);
        row("7%4", 3);
        row("-7%4", -3);
        row("7\\2", 3);
        row("-7\\2", -3);
        row("3==3", 1);
        row("3=3", 1);
        row("3!=2", 1);
        row("3<>2", 1);
        row("1<=1", 1);
        row("1>=2", 0);
        row("1<2 && 2>3", 0);
        row("1||0", 1);
        row("!0", 1);
        row("!x", 0);
        row("1?2:3", 2);
        row("0?2:1?4:5", 4);
        row("x>2 ? 'wn' : 0", 2e-6);
        row("6&3", 2);
        row("6|3", 7);
        row("~5", -6);
        row("1<<4", 16);
        row("17>>2", 4);
        row("6^3", 5, kSpectre);
        row("6~^3", -6, kSpectre);
        row("2**3", 8, kSpectre);
        row("1^1", 0, kLtspice);
        row("2**3", 8, kLtspice);
        row("0.4 ? 1 : 2", 2, kLtspice);
        row("0.4 ? 1 : 2", 1);
        row("if(0.4,1,2)", 2, kLtspice);
        row("5&2", 1, kPspice);
        row("~(5>2)", 0, kPspice);
        // Negative bases: each simulator has its own rule.
        row("(-2)**3", 8);
        row("(-2)**3", -8, kHspice);
        row("(-2)**3.7", -8, kHspice);
        row("(-2)**3", -8, kLtspice);
        row("(-2)**0.5", 0, kLtspice);
        row("(-2)**3", -8, kSpectre);
        row("pwr(-2,3)", 8);
        row("pwr(-2,3)", -8, kHspice);
        row("pwrs(-2,3)", -8);
        row("pow(-2,3)", -8);
        // Functions.
        row("sin(0.5)", std::sin(0.5));
        row("cos(0.5)+tan(0.5)", std::cos(0.5) + std::tan(0.5));
        row("asin(0.5)+acos(0.5)+atan(0.5)", std::asin(0.5) + std::acos(0.5) + std::atan(0.5));
        row("arctan(1)", std::numbers::pi / 4);
        row("atan2(1,-1)", std::atan2(1, -1));
        row("sinh(1)+cosh(1)+tanh(1)", std::sinh(1) + std::cosh(1) + std::tanh(1));
        row("asinh(1)+acosh(2)+atanh(0.5)", std::asinh(1) + std::acosh(2) + std::atanh(0.5));
        row("EXP(1)", std::numbers::e);
        row("ln(10)", std::log(10));
        row("log(10)", std::log(10));
        row("log10(1000)", 3);
        row("log(-10)", -std::log(10), kHspice);
        row("sqrt(-4)", -2, kHspice);
        row("sqrt(16)", 4);
        row("db(100)", 40);
        row("db(-100)", -40, kHspice);
        row("abs(-3)", 3);
        row("sgn(-3)", -1);
        row("sgn(0)", 0);
        row("sign(5,-2)", -5);
        row("int(-2.7)", -2);
        row("nint(2.5)", 2);
        row("nint(3.5)", 4);
        row("round(2.5)", 3);
        row("floor(-2.1)", -3);
        row("ceil(2.1)", 3);
        row("trunc(-2.9)", -2);
        row("max(1,2,3,4,5,6,7,8,9,10)", 10);
        row("hypot(3,4)", 5);
        row("mod(7,4)", 3);
        row("limit(5,1,3)", 3);
        row("limit(5,3,1)", 3);
        row("limit(-5,1,3)", 1);
        row("if(x>2,10,20)", 10);
        row("ternary_fcn(0,4,5)", 5);
        row("table(1.5,1,10,2,20)", 15);
        row("table(0,1,10,2,20)", 10);
        row("pwl(9,1,10,2,20,3,40)", 40);
        row("table(1,1,10,1,20)", 10);
        row("u(1)+u(-1)+u(0)", 1);
        row("stp(2)", 1);
        row("uramp(2)+uramp(-2)", 2);
        row("u2(0.3)+u2(5)", 1.3);
        row("buf(0.7)+inv(0.7)", 1);
        row("sqr(3)", 9);
        row("gt0(1)+lt0(1)+eq0(0)+ne0(0)+ge0(0)+le0(0)", 4);
        row("limexp(1)", std::numbers::e);
        // Random functions give the nominal value.
        row("agauss(5,1,3)", 5);
        row("gauss(5,0.1,3)", 5);
        row("gauss(0.1)", 0, kLtspice);
        row("unif(5,0.1)+aunif(1,0.5)", 6);
        row("mc(10k,0.05)", 1e4, kLtspice);
        row("flat(3)", 0, kLtspice);
        row("limit(5,1)", 5);
        // Constants.
        row("2*pi", 2 * std::numbers::pi);
        row("e", std::numbers::e);
        row("temper", 27);
        row("boltz/echarge", 1.380649e-23 / 1.602176634e-19);
        row("M_PI", std::numbers::pi, kSpectre);
        row("k/q", 1.380649e-23 / 1.602176634e-19, kLtspice);
        // User functions.
        row("double(4)", 8);
        row("DOUBLE(x)", 6);
        row("sum(1,2)", 6);
        row("sum(double(1),double(2))", 9);
        row("fact(5)", 120);
        row("min(1,2)", 100);
        // Branches not taken are not evaluated.
        row("1 ? 2 : nowhere", 2);
        row("1 ? 2 : 1/0", 2);
        row("zero && 1/zero", 0);
        row("1 || nowhere", 1);
        row("defined(x)+defined(y)", 1);
    }
    void values() {
        QFETCH(QByteArray, text);
        QFETCH(double, value);
        QFETCH(int, dialect);
        MapScope scope;
        scope.language = static_cast<Dialect>(dialect);
        const auto result = evaluate(view(text), scope);
        QVERIFY2(result.ok(), result.ok() ? "" : result.error().message().c_str());
        QVERIFY2(std::fabs(*result - value) <= 1e-15 * std::fabs(value),
                 qPrintable(QString::number(*result, 'g', 17)));
    }

    void errors_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("code");
        QTest::addColumn<int>("column");
        QTest::addColumn<int>("dialect");
        bad("", "NET-101", 1);
        bad("   ", "NET-101", 4);
        bad("1+", "NET-101", 3);
        bad("1 2", "NET-101", 3);
        bad("2*(3", "NET-101", 5);
        bad("2*3)", "NET-101", 4);
        bad("{(1+2}", "NET-101", 6);
        bad("(1+2}", "NET-101", 5);
        bad("'1", "NET-101", 3);
        bad("'1\"", "NET-101", 3);
        bad("1?2", "NET-101", 4);
        bad("1,2", "NET-101", 2);
        bad("a;b", "NET-102", 1);
        bad("x;b", "NET-101", 2);
        bad("4k7", "NET-101", 1);
        bad("1.2.3", "NET-101", 1);
        bad("*3", "NET-101", 1);
        bad("x\n`rm`", "NET-101", 3);
        bad("2*nowhere", "NET-102", 3);
        bad("Wn", "NET-102", 1, Dialect::Spectre);
        bad("inf", "NET-102", 1);
        bad("nan", "NET-102", 1);
        bad("nowhere(1)", "NET-103", 1);
        bad("1+sin(1,2)", "NET-103", 3);
        bad("pow(1)", "NET-103", 1);
        bad("sin()", "NET-103", 1);
        bad("double(1,2)", "NET-103", 1);
        bad("endless(1)", "NET-104", 1);
        bad("1/zero", "NET-105", 2);
        bad("1%0", "NET-105", 2);
        bad("log(0)", "NET-105", 1);
        bad("sqrt(-1)", "NET-105", 1);
        bad("1e400", "NET-105", 1);
        bad("exp(1e9)", "NET-105", 1);
        bad("1e300|1", "NET-105", 6);
        bad("1<<-1", "NET-105", 2);
        bad("2*v(out)", "NET-106", 3);
        bad("i(v1)", "NET-106", 1);
        bad("time*2", "NET-106", 1);
        bad("@m1[gm]", "NET-106", 1);
        bad("broken()", "NET-101", 1);
    }
    void errors() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, code);
        QFETCH(int, column);
        QFETCH(int, dialect);
        MapScope scope;
        scope.language = static_cast<Dialect>(dialect);
        const auto result = evaluate(view(text), scope);
        QVERIFY(!result.ok());
        QCOMPARE(result.error().code, code.toStdString());
        const std::string where = "column " + std::to_string(column) + " of ";
        QVERIFY2(result.error().where.starts_with(where), result.error().where.c_str());
        QVERIFY(!result.error().text.empty());
    }

    void limits() {
        const MapScope scope;
        // Nesting, length and work are bounded, whatever the text.
        for (const std::string_view piece :
             {"(", "-", "!", "sin(", "'", "{", "1?", "max(1,", "2**-"}) {
            std::string text;
            for (int i = 0; i < 100000; ++i)
                text += piece;
            QVERIFY(!evaluate(text, scope).ok());
        }
        std::string fine = "1";
        for (int i = 0; i < 150; ++i)
            fine = "(" + fine + ")";
        QCOMPARE(*evaluate(fine, scope), 1.0);
        std::string sum = "1";
        for (int i = 0; i < 50000; ++i)
            sum += "+1";
        QCOMPARE(*evaluate(sum, scope), 50001.0);
        const auto bomb = evaluate("bomb(40)", scope);
        QCOMPARE(bomb.error().code, std::string("NET-104"));
        const auto longText =
            evaluate(std::string(ohm::netlist::kMaxExpressionLength + 1, ' '), scope);
        QCOMPARE(longText.error().code, std::string("NET-104"));
        QVERIFY(longText.error().where.size() < 200);
    }

    void plainNumbersAskNobody() {
        const MapScope scope;
        QCOMPARE(*evaluate("1.5k", scope), 1500.0);
        QCOMPARE(scope.lookups, 0);
        QCOMPARE(*evaluate("1.5k", ohm::netlist::emptyScope()), 1500.0);
    }

    void longNames() {
        MapScope scope;
        const std::string name(300, 'A');
        scope.values[std::string(300, 'a')] = 5;
        QCOMPARE(*evaluate(name + "*2", scope), 10.0);
    }

    void randomTextNeverBreaks() {
        std::mt19937 random(20240601);
        const std::string_view alphabet =
            "0123456789.eEkumx+-*/^%&|!~<>=?:()(){}'\",@[]# \\\tsinmax\xC3";
        const MapScope scope;
        int good = 0;
        for (int round = 0; round < 20000; ++round) {
            std::string text;
            const std::size_t length = random() % 24;
            for (std::size_t i = 0; i < length; ++i)
                text += alphabet[random() % alphabet.size()];
            const auto result = evaluate(text, scope);
            if (result) {
                ++good;
                QVERIFY(std::isfinite(*result));
            } else {
                QVERIFY(result.error().code.starts_with("NET-10"));
            }
        }
        QVERIFY(good > 0);
    }

    void lexerKeepsReferencesWhole() {
        ohm::netlist::ExpressionLexer lexer("v(/net+[3],out-) * 2", Dialect::Spice);
        QCOMPARE(lexer.next().text, std::string_view("v"));
        lexer.next();
        QCOMPARE(lexer.takeReference(), std::string_view("/net+[3]"));
        QCOMPARE(lexer.next().text, std::string_view(","));
        QCOMPARE(lexer.takeReference(), std::string_view("out-"));
        QCOMPARE(lexer.next().text, std::string_view(")"));
        QCOMPARE(lexer.next().text, std::string_view("*"));
        QCOMPARE(lexer.next().value, 2.0);
        QVERIFY(lexer.next().kind == ohm::netlist::TokenKind::End);
    }
};

QTEST_APPLESS_MAIN(TestExpression)
#include "tst_expression.moc"
