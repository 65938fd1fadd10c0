// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/expression.h"

#include <optional>
#include <string>
#include <string_view>

namespace ohm::netlist {

/// What node and device names in a behavioural expression mean in the deck being written.
class References {
public:
    virtual ~References();
    /// Deck name of the node that `name` means where the expression stands.
    virtual std::optional<std::string> node(std::string_view name) const = 0;
    /// Deck text that is the current of device `name`: "i(v.x1.v1)", "(v(a,b)/50)".
    virtual std::optional<std::string> current(std::string_view name) const = 0;
};

/// Rewrites an expression of voltages and currents for ngspice's B sources, token by token:
/// parameters become numbers, user functions are expanded, functions that ngspice lacks are
/// expressed by others, references become deck names. Whatever is not a known token is refused, so
/// the result can carry nothing but arithmetic.
///
/// Errors: NET-101 syntax, NET-102 unknown name, NET-103 unknown function, NET-104 too long or
/// deep, NET-203 no equivalent in ngspice, NET-205 unknown node or device. Thread: any.
Expected<std::string> translateBehavioural(std::string_view expression, const Scope& scope,
                                           const References& references);

/// A number as the deck writes it, e.g. "1e-05"; negative ones in parentheses.
std::string deckNumber(double value);

} // namespace ohm::netlist
