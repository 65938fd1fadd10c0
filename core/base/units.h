// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ohm {

/// Reads a number with a SPICE scale suffix: "10u", "1meg", "2.2kOhm", "1e-9", "4k7" is not one.
/// Case-insensitive as in SPICE: "M" and "m" are milli, "meg" is 1e6, "mil" 25.4e-6, "x" 1e6
/// (HSPICE), "t g k u n p f a". Trailing unit letters are ignored. Locale-independent.
/// Returns nothing unless the whole text is a number with an optional suffix and unit.
std::optional<double> parseSi(std::string_view text);

/// Reads the longest leading number with suffix; `used` gets the characters consumed including
/// trailing unit letters (0 when there is none).
std::optional<double> parseSiPrefix(std::string_view text, std::size_t& used);

/// Writes an engineering number for people: 1.2e-5, "A" -> "12 µA"; 0 -> "0 A"; NaN -> "—".
/// `digits` significant digits, trailing zeros dropped. UTF-8.
std::string formatSi(double value, std::string_view unit = {}, int digits = 4);

/// Writes the shortest text that reads back to the same double, always with '.' as decimal point.
std::string formatExact(double value);

/// Writes a number a SPICE deck accepts and a person can read: 1.2e-05 -> "12u". Exact: falls back
/// to formatExact when the suffixed form would not read back to the same double.
std::string formatSpice(double value);

} // namespace ohm
