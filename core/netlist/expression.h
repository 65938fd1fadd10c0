// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/netlist/circuit.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ohm::netlist {

/// A function the netlist defines: ".func f(x,y) {...}", HSPICE ".param f(x)='...'".
struct UserFunction {
    std::vector<std::string> arguments; ///< lower case (as written in Spectre)
    std::string body;                   ///< expression, quotes and braces allowed
};

/// Where an expression finds its names. Names are asked for in lower case, in Spectre as written.
/// A lookup may itself call `evaluate` (parameters that refer to others); guarding against
/// circular definitions and very long chains is then up to the scope.
class Scope {
public:
    virtual ~Scope();
    virtual std::optional<double> lookup(std::string_view lowerName) const = 0;
    virtual const UserFunction* function(std::string_view lowerName) const {
        (void)lowerName;
        return nullptr;
    }
    /// Decides what differs: "^" is power or exclusive or, powers of negative numbers, log and
    /// sqrt of negative numbers, scale letters.
    virtual Dialect dialect() const { return Dialect::Spice; }
};

/// A scope without names.
const Scope& emptyScope();

/// Untrusted text is evaluated within these bounds.
inline constexpr std::size_t kMaxExpressionLength = std::size_t{1} << 20; ///< characters
inline constexpr int kMaxExpressionDepth = 200;    ///< parentheses and function calls nested
inline constexpr int kMaxExpressionSteps = 200000; ///< operands and operators evaluated

/// Value of a parameter expression: numbers with scale suffixes and units, arithmetic, comparison,
/// logic, "?:", the functions and constants of ngspice, HSPICE, PSpice, LTspice and Spectre, user
/// functions, in quotes or braces or bare. Random functions (gauss, unif, ...) give their nominal
/// value. Branches not taken are checked for syntax only.
///
/// Errors (`where` gives the column): NET-101 syntax, NET-102 unknown parameter, NET-103 unknown
/// function or wrong number of arguments, NET-104 too long, deep or costly, NET-105 no finite
/// value (division by zero, ...), NET-106 depends on voltages, currents or time.
/// Thread: any (as far as the scope allows). Never throws but std::bad_alloc.
Expected<double> evaluate(std::string_view expression, const Scope& scope);

} // namespace ohm::netlist
