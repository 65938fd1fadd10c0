// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace ohm::netlist {

enum class Function : std::uint8_t;

/// A function every netlist may use.
struct BuiltinFunction {
    std::string_view name; ///< lower case
    Function function;
    std::uint8_t minimum; ///< arguments
    std::uint8_t maximum; ///< arguments; 255 = any number
};

/// nullptr if there is no such function. `name` in lower case (Spectre: as written).
const BuiltinFunction* findFunction(std::string_view name);
/// True for functions of voltages, currents, time or frequency: v, i, ddt, laplace, ...
bool isCircuitFunction(std::string_view lowerName);
/// True for "time", "hertz", "freq": names that only a running simulation gives a value.
bool isCircuitVariable(std::string_view lowerName);
/// Value of pi, e, boltz, temper, M_PI, ...
std::optional<double> findConstant(std::string_view name, Dialect dialect);

/// True for if/ternary_fcn, which evaluate only the branch that is taken.
bool isConditional(const BuiltinFunction& function);
/// Value of a function whose arguments are within minimum and maximum; may be NaN or infinite.
double callFunction(const BuiltinFunction& function, std::span<const double> arguments,
                    Dialect dialect);
/// base to the exponent, as the dialect's "**" does it with a negative base.
double raise(double base, double exponent, Dialect dialect);

} // namespace ohm::netlist
