// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"

#include <string>
#include <string_view>
#include <vector>

namespace ohm::netlist {

/// One item of a card's text: "name = text", or positional text (empty name) such as "10k", "dc",
/// "pulse(0 1 1n)", "{expr}", "poly(2)".
struct TailItem {
    std::string name;       ///< lower case, in Spectre as written
    std::string text;       ///< as written, quotes or braces included, inner line breaks removed
    std::size_t column = 0; ///< offset of the item in the cleaned text
};

/// The raw text of a card as one line: continuations joined, comments and line ends removed.
std::string tailText(std::string_view raw, Dialect dialect);

/// Splits a card's raw text. Values may hold blanks inside quotes, braces and parentheses, and
/// around operators ("r = a * (b + 1)"). Parentheses around the whole list (as in .model) and
/// commas between items are dropped. Thread: any.
std::vector<TailItem> tailItems(std::string_view raw, Dialect dialect);

/// What the text would be without quotes or braces around the whole.
std::string_view unquoted(std::string_view text);

} // namespace ohm::netlist
