// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/expressionfunctions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numbers>

namespace ohm::netlist {

enum class Function : std::uint8_t {
    Abs,
    Acos,
    Acosh,
    Agauss,
    Asin,
    Asinh,
    Atan,
    Atan2,
    Atanh,
    Buf,
    Cbrt,
    Ceil,
    Cos,
    Cosh,
    Db,
    Dnlim,
    Equal0,
    Exp,
    First,
    Floor,
    Fmod,
    Gauss,
    Greater0,
    GreaterEqual0,
    Half,
    Hypot,
    If,
    Int,
    Inv,
    Less0,
    LessEqual0,
    Limexp,
    Limit,
    Ln,
    Log,
    Log10,
    Max,
    Min,
    Nint,
    NotEqual0,
    Pow,
    Pwr,
    Pwrs,
    Round,
    Sgn,
    Sign,
    Sin,
    Sinh,
    Sqrt,
    Square,
    Step,
    Table,
    Tan,
    Tanh,
    UnitRamp,
    UnitRamp1,
    Uplim,
    Zero
};

namespace {

using F = Function;
constexpr std::uint8_t kAny = 255;

/// Sorted by name (checked below).
constexpr BuiltinFunction kFunctions[] = {
    {"abs", F::Abs, 1, 1},        {"acos", F::Acos, 1, 1},     {"acosh", F::Acosh, 1, 1},
    {"agauss", F::Agauss, 2, 4},  {"arccos", F::Acos, 1, 1},   {"arccosh", F::Acosh, 1, 1},
    {"arcsin", F::Asin, 1, 1},    {"arcsinh", F::Asinh, 1, 1}, {"arctan", F::Atan, 1, 1},
    {"arctanh", F::Atanh, 1, 1},  {"asin", F::Asin, 1, 1},     {"asinh", F::Asinh, 1, 1},
    {"atan", F::Atan, 1, 1},      {"atan2", F::Atan2, 2, 2},   {"atanh", F::Atanh, 1, 1},
    {"aunif", F::Agauss, 2, 3},   {"buf", F::Buf, 1, 1},       {"cbrt", F::Cbrt, 1, 1},
    {"ceil", F::Ceil, 1, 1},      {"ceiling", F::Ceil, 1, 1},  {"cos", F::Cos, 1, 1},
    {"cosh", F::Cosh, 1, 1},      {"db", F::Db, 1, 1},         {"dnlim", F::Dnlim, 3, 3},
    {"eq0", F::Equal0, 1, 1},     {"exp", F::Exp, 1, 1},       {"expl", F::Exp, 1, 2},
    {"fabs", F::Abs, 1, 1},       {"flat", F::Zero, 1, 1},     {"floor", F::Floor, 1, 1},
    {"fmod", F::Fmod, 2, 2},      {"gauss", F::Gauss, 1, 4},   {"ge0", F::GreaterEqual0, 1, 1},
    {"gt0", F::Greater0, 1, 1},   {"hypot", F::Hypot, 2, 2},   {"if", F::If, 3, 3},
    {"img", F::Zero, 1, 1},       {"int", F::Int, 1, 1},       {"inv", F::Inv, 1, 1},
    {"le0", F::LessEqual0, 1, 1}, {"limexp", F::Limexp, 1, 1}, {"limit", F::Limit, 2, 3},
    {"ln", F::Ln, 1, 1},          {"log", F::Log, 1, 1},       {"log10", F::Log10, 1, 1},
    {"lt0", F::Less0, 1, 1},      {"m", F::Abs, 1, 1},         {"max", F::Max, 1, kAny},
    {"mc", F::First, 2, 2},       {"min", F::Min, 1, kAny},    {"mod", F::Fmod, 2, 2},
    {"ne0", F::NotEqual0, 1, 1},  {"nint", F::Nint, 1, 1},     {"par", F::First, 1, 1},
    {"pow", F::Pow, 2, 2},        {"pwl", F::Table, 3, kAny},  {"pwr", F::Pwr, 2, 2},
    {"pwrs", F::Pwrs, 2, 2},      {"r", F::First, 1, 1},       {"rand", F::Half, 1, 1},
    {"random", F::Half, 1, 1},    {"re", F::First, 1, 1},      {"round", F::Round, 1, 1},
    {"sgn", F::Sgn, 1, 1},        {"sign", F::Sign, 1, 2},     {"sin", F::Sin, 1, 1},
    {"sinh", F::Sinh, 1, 1},      {"sqr", F::Square, 1, 1},    {"sqrt", F::Sqrt, 1, 1},
    {"square", F::Square, 1, 1},  {"step", F::Step, 1, 1},     {"stp", F::Step, 1, 1},
    {"table", F::Table, 3, kAny}, {"tan", F::Tan, 1, 1},       {"tanh", F::Tanh, 1, 1},
    {"ternary_fcn", F::If, 3, 3}, {"trunc", F::Int, 1, 1},     {"u", F::Step, 1, 1},
    {"u2", F::UnitRamp1, 1, 1},   {"unif", F::Agauss, 2, 3},   {"uplim", F::Uplim, 3, 3},
    {"uramp", F::UnitRamp, 1, 1}, {"val", F::First, 1, 1},     {"valif", F::If, 3, 3},
};
constexpr bool byName(const BuiltinFunction& a, const BuiltinFunction& b) {
    return a.name < b.name;
}
static_assert(std::is_sorted(std::begin(kFunctions), std::end(kFunctions), byName));

constexpr std::string_view kCircuitFunctions[] = {
    "absdelay", "ddt", "ddx",    "delay", "freq",       "i",    "i1", "i2", "i3",
    "i4",       "ib",  "ic",     "id",    "idt",        "ie",   "ig", "ii", "im",
    "ip",       "ir",  "is",     "isub",  "laplace",    "lv",   "lx", "n",  "p",
    "s",        "sdt", "spline", "v",     "vdb",        "vi",   "vm", "vp", "vr",
    "w",        "iw",  "idtmod", "white", "transition", "zi_nd"};
constexpr std::string_view kCircuitVariables[] = {"time",  "hertz", "freq",    "frequency",
                                                  "omega", "$time", "$abstime"};

struct Constant {
    std::string_view name;
    double value;
};
// CODATA 2019 (exact in the present SI), as far as physical.
constexpr Constant kConstants[] = {{"pi", std::numbers::pi},
                                   {"e", std::numbers::e},
                                   {"boltz", 1.380649e-23},
                                   {"echarge", 1.602176634e-19},
                                   {"charge", 1.602176634e-19},
                                   {"planck", 6.62607015e-34},
                                   {"kelvin", -273.15},
                                   {"c", 299792458.0},
                                   {"temper", 27.0},
                                   {"temp", 27.0},
                                   {"tnom", 27.0},
                                   {"vt", 1.380649e-23 * 300.15 / 1.602176634e-19},
                                   {"gmin", 1e-12},
                                   {"true", 1.0},
                                   {"yes", 1.0},
                                   {"false", 0.0},
                                   {"no", 0.0}};
constexpr Constant kLtspiceConstants[] = {{"k", 1.380649e-23}, {"q", 1.602176634e-19}};
constexpr Constant kSpectreConstants[] = {{"M_PI", std::numbers::pi},
                                          {"M_TWO_PI", 2 * std::numbers::pi},
                                          {"M_PI_2", std::numbers::pi / 2},
                                          {"M_PI_4", std::numbers::pi / 4},
                                          {"M_1_PI", std::numbers::inv_pi},
                                          {"M_2_PI", 2 * std::numbers::inv_pi},
                                          {"M_2_SQRTPI", 2 * std::numbers::inv_sqrtpi},
                                          {"M_E", std::numbers::e},
                                          {"M_LOG2E", std::numbers::log2e},
                                          {"M_LOG10E", std::numbers::log10e},
                                          {"M_LN2", std::numbers::ln2},
                                          {"M_LN10", std::numbers::ln10},
                                          {"M_SQRT2", std::numbers::sqrt2},
                                          {"M_SQRT1_2", std::numbers::sqrt2 / 2},
                                          {"M_DEGPERRAD", 180 * std::numbers::inv_pi},
                                          {"P_Q", 1.602176634e-19},
                                          {"P_C", 299792458.0},
                                          {"P_K", 1.380649e-23},
                                          {"P_H", 6.62607015e-34},
                                          {"P_EPS0", 8.8541878128e-12},
                                          {"P_U0", 4e-7 * std::numbers::pi},
                                          {"P_CELSIUS0", 273.15}};

template <typename List>
std::optional<double> findIn(const List& list, std::string_view name) {
    for (const Constant& constant : list)
        if (constant.name == name)
            return constant.value;
    return std::nullopt;
}

double signOf(double x) {
    return x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0;
}
bool hspiceRules(Dialect dialect) {
    return dialect == Dialect::Hspice || dialect == Dialect::Cdl;
}

/// Straight lines through (x1,y1), (x2,y2), ..., constant outside. A lone last value is ignored.
double interpolate(double x, std::span<const double> points) {
    const std::size_t count = points.size() / 2;
    if (x <= points[0])
        return points[1];
    for (std::size_t i = 1; i < count; ++i) {
        const double x0 = points[2 * i - 2], y0 = points[2 * i - 1];
        const double x1 = points[2 * i], y1 = points[2 * i + 1];
        if (x <= x1)
            return x1 == x0 ? y1 : y0 + (y1 - y0) * (x - x0) / (x1 - x0);
    }
    return points[2 * count - 1];
}

/// Beyond 80 the exponential goes on as its tangent, which keeps iterations finite.
double limitedExp(double x) {
    return x < 80 ? std::exp(x) : std::exp(80.0) * (1 + x - 80);
}

double oneArgument(Function function, double x, Dialect dialect) {
    const bool hspice = hspiceRules(dialect);
    switch (function) {
    case F::Abs:
        return std::fabs(x);
    case F::Acos:
        return std::acos(x);
    case F::Acosh:
        return std::acosh(x);
    case F::Asin:
        return std::asin(x);
    case F::Asinh:
        return std::asinh(x);
    case F::Atan:
        return std::atan(x);
    case F::Atanh:
        return std::atanh(x);
    case F::Buf:
        return x > 0.5;
    case F::Cbrt:
        return std::cbrt(x);
    case F::Ceil:
        return std::ceil(x);
    case F::Cos:
        return std::cos(x);
    case F::Cosh:
        return std::cosh(x);
    case F::Db:
        return (hspice ? signOf(x) : 1) * 20 * std::log10(std::fabs(x));
    case F::Equal0:
        return x == 0;
    case F::Exp:
        return std::exp(x);
    case F::Floor:
        return std::floor(x);
    case F::Greater0:
        return x > 0;
    case F::GreaterEqual0:
        return x >= 0;
    case F::Half:
        return 0.5;
    case F::Int:
        return std::trunc(x);
    case F::Inv:
        return x <= 0.5;
    case F::Less0:
        return x < 0;
    case F::LessEqual0:
        return x <= 0;
    case F::Limexp:
        return limitedExp(x);
    case F::Ln:
        return std::log(x);
    case F::Log: // HSPICE: odd around zero
        return hspice ? signOf(x) * std::log(std::fabs(x)) : std::log(x);
    case F::Log10:
        return hspice ? signOf(x) * std::log10(std::fabs(x)) : std::log10(x);
    case F::Nint:
        return std::nearbyint(x);
    case F::NotEqual0:
        return x != 0;
    case F::Round:
        return std::round(x);
    case F::Sgn:
    case F::Sign:
        return signOf(x);
    case F::Sin:
        return std::sin(x);
    case F::Sinh:
        return std::sinh(x);
    case F::Sqrt:
        return hspice && x < 0 ? -std::sqrt(-x) : std::sqrt(x);
    case F::Square:
        return x * x;
    case F::Step:
        return x > 0;
    case F::Tan:
        return std::tan(x);
    case F::Tanh:
        return std::tanh(x);
    case F::UnitRamp:
        return x > 0 ? x : 0;
    case F::UnitRamp1:
        return std::clamp(x, 0.0, 1.0);
    case F::Gauss: // LTspice's one-argument form: a deviation around zero
    case F::Zero:
        return 0;
    default:
        return x;
    }
}

} // namespace

const BuiltinFunction* findFunction(std::string_view name) {
    const auto at = std::lower_bound(
        std::begin(kFunctions), std::end(kFunctions), name,
        [](const BuiltinFunction& entry, std::string_view key) { return entry.name < key; });
    return at != std::end(kFunctions) && at->name == name ? &*at : nullptr;
}

bool isCircuitFunction(std::string_view lowerName) {
    return std::find(std::begin(kCircuitFunctions), std::end(kCircuitFunctions), lowerName) !=
           std::end(kCircuitFunctions);
}

bool isCircuitVariable(std::string_view lowerName) {
    return std::find(std::begin(kCircuitVariables), std::end(kCircuitVariables), lowerName) !=
           std::end(kCircuitVariables);
}

std::optional<double> findConstant(std::string_view name, Dialect dialect) {
    if (dialect == Dialect::Spectre)
        if (const auto value = findIn(kSpectreConstants, name))
            return value;
    if (dialect == Dialect::Ltspice)
        if (const auto value = findIn(kLtspiceConstants, name))
            return value;
    return findIn(kConstants, name);
}

bool isConditional(const BuiltinFunction& function) {
    return function.function == F::If;
}

double raise(double base, double exponent, Dialect dialect) {
    if (base >= 0)
        return std::pow(base, exponent);
    switch (dialect) {
    case Dialect::Hspice:
    case Dialect::Cdl:
        return std::pow(base, std::trunc(exponent));
    case Dialect::Spice: // as ngspice does
        return std::pow(-base, exponent);
    case Dialect::Ltspice: // the real part of a complex power is not what LTspice gives: zero is
        return exponent == std::nearbyint(exponent) ? std::pow(base, exponent) : 0.0;
    default:
        return std::pow(base, exponent);
    }
}

double callFunction(const BuiltinFunction& function, std::span<const double> a, Dialect dialect) {
    const double x = a[0];
    switch (function.function) {
    case F::Agauss: // nominal value
        return x;
    case F::Gauss:
        return a.size() == 1 ? 0.0 : x;
    case F::Atan2:
        return std::atan2(x, a[1]);
    case F::Uplim: { // LTspice: a soft bound; straight up to z before it
        const double room = (a[1] - x) / a[2];
        return room > 1 ? x : a[1] - a[2] * std::exp(room - 1);
    }
    case F::Dnlim: {
        const double room = (x - a[1]) / a[2];
        return room > 1 ? x : a[1] + a[2] * std::exp(room - 1);
    }
    case F::Exp: // expl(x,max): linear beyond max
        return a.size() == 2 && x > a[1] ? std::exp(a[1]) * (1 + x - a[1]) : std::exp(x);
    case F::Fmod:
        return std::fmod(x, a[1]);
    case F::Hypot:
        return std::hypot(x, a[1]);
    case F::If:
        return x != 0 ? a[1] : a[2];
    case F::Limit: // two arguments: a random value around x; three: x within bounds, in any order
        if (a.size() == 2)
            return x;
        return std::max(std::min(x, std::max(a[1], a[2])), std::min(a[1], a[2]));
    case F::Max:
        return *std::max_element(a.begin(), a.end());
    case F::Min:
        return *std::min_element(a.begin(), a.end());
    case F::Pow:
        return hspiceRules(dialect) ? raise(x, a[1], dialect) : std::pow(x, a[1]);
    case F::Pwr:
        return (hspiceRules(dialect) ? signOf(x) : 1.0) * std::pow(std::fabs(x), a[1]);
    case F::Pwrs:
        return signOf(x) * std::pow(std::fabs(x), a[1]);
    case F::Sign: // HSPICE: the size of x with the sign of y
        return a.size() == 2 ? std::fabs(x) * signOf(a[1]) : signOf(x);
    case F::Table:
        return interpolate(x, a.subspan(1));
    default:
        return oneArgument(function.function, x, dialect);
    }
}

} // namespace ohm::netlist
