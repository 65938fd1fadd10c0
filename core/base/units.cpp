// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/units.h"

#include <array>
#include <charconv>
#include <cmath>

namespace ohm {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
bool isLetter(char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

struct Prefix {
    double scale;
    const char* text;
};
constexpr std::array<Prefix, 11> kPrefixes{{{1e12, "T"},
                                            {1e9, "G"},
                                            {1e6, "M"},
                                            {1e3, "k"},
                                            {1.0, ""},
                                            {1e-3, "m"},
                                            {1e-6, "\xC2\xB5"},
                                            {1e-9, "n"},
                                            {1e-12, "p"},
                                            {1e-15, "f"},
                                            {1e-18, "a"}}};

/// Scale of the suffix at the start of `rest`, and how many characters it takes.
double suffixScale(std::string_view rest, std::size_t& length) {
    length = 1;
    const auto at = [&](std::size_t i) { return i < rest.size() ? lower(rest[i]) : '\0'; };
    switch (at(0)) {
    case 't':
        return 1e12;
    case 'g':
        return 1e9;
    case 'x':
        return 1e6;
    case 'k':
        return 1e3;
    case 'm':
        if (at(1) == 'e' && at(2) == 'g') {
            length = 3;
            return 1e6;
        }
        if (at(1) == 'i' && at(2) == 'l') {
            length = 3;
            return 25.4e-6;
        }
        return 1e-3;
    case 'u':
        return 1e-6;
    case 'n':
        return 1e-9;
    case 'p':
        return 1e-12;
    case 'f':
        return 1e-15;
    case 'a':
        return 1e-18;
    default:
        break;
    }
    // The micro sign in UTF-8 (C2 B5, CE BC) and latin-1 (B5).
    if (rest.size() >= 2 && (rest.substr(0, 2) == "\xC2\xB5" || rest.substr(0, 2) == "\xCE\xBC")) {
        length = 2;
        return 1e-6;
    }
    if (!rest.empty() && rest[0] == '\xB5')
        return 1e-6;
    length = 0;
    return 1.0;
}

} // namespace

std::optional<double> parseSiPrefix(std::string_view text, std::size_t& used) {
    used = 0;
    const char* begin = text.data();
    const char* end = begin + text.size();
    const char* p = begin;
    const bool plus = p != end && *p == '+';
    if (plus)
        ++p;
    if (p == end || (plus && *p == '-'))
        return std::nullopt;
    const char* digits = p + (*p == '-' ? 1 : 0);
    // from_chars would also take "inf" and "nan", which are names in a netlist.
    if (digits == end || !((*digits >= '0' && *digits <= '9') || *digits == '.'))
        return std::nullopt;
    double value = 0;
    const auto [rest, status] = std::from_chars(p, end, value);
    if (status == std::errc::result_out_of_range) {
        const std::string_view number(p, static_cast<std::size_t>(rest - p));
        const bool tiny = number.find("e-") != number.npos || number.find("E-") != number.npos;
        value = tiny ? 0.0 : HUGE_VAL;
        if (*p == '-')
            value = -value;
    } else if (status != std::errc()) {
        return std::nullopt;
    }
    std::size_t suffix = 0;
    std::size_t at = static_cast<std::size_t>(rest - begin);
    const double scale = suffixScale(text.substr(at), suffix);
    // "1e-15" and "1f" must be the same double: divide by the exact power instead of
    // multiplying with an inexact one.
    if (scale >= 1.0)
        value *= scale;
    else if (scale == 25.4e-6)
        value = value * 25.4 / 1e6;
    else
        value /= std::round(1.0 / scale);
    at += suffix;
    while (at < text.size() && isLetter(text[at]))
        ++at;
    used = at;
    return value;
}

std::optional<double> parseSi(std::string_view text) {
    std::size_t used = 0;
    const auto value = parseSiPrefix(text, used);
    if (!value || used != text.size())
        return std::nullopt;
    return value;
}

std::string formatExact(double value) {
    std::array<char, 40> buffer{};
    const auto [end, status] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return status == std::errc() ? std::string(buffer.data(), end) : std::string("nan");
}

std::string formatSi(double value, std::string_view unit, int digits) {
    if (std::isnan(value))
        return "\xE2\x80\x94";
    std::string tail = unit.empty() ? std::string() : " " + std::string(unit);
    if (value == 0.0)
        return "0" + tail;
    if (std::isinf(value))
        return (value < 0 ? "-\xE2\x88\x9E" : "\xE2\x88\x9E") + tail;
    const double magnitude = std::fabs(value);
    if (magnitude >= 1e15 || magnitude < 1e-18) {
        std::array<char, 40> buffer{};
        const auto [end, ok] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                             std::chars_format::general, digits);
        (void)ok;
        return std::string(buffer.data(), end) + tail;
    }
    std::size_t index = 0;
    while (index + 1 < kPrefixes.size() && magnitude < kPrefixes[index].scale * (1 - 1e-12))
        ++index;
    double scaled = value / kPrefixes[index].scale;
    // 999.99 rounds to 1000 at four digits: take the next larger prefix then.
    const double rounding = std::pow(10.0, 3 - digits) * 0.5;
    if (index > 0 && std::fabs(scaled) >= 1000.0 - rounding) {
        --index;
        scaled = value / kPrefixes[index].scale;
    }
    const int before = std::fabs(scaled) >= 100 - 1e-9 ? 3 : std::fabs(scaled) >= 10 - 1e-9 ? 2 : 1;
    std::array<char, 40> buffer{};
    const auto [end, ok] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), scaled,
                                         std::chars_format::fixed, std::max(0, digits - before));
    (void)ok;
    std::string number(buffer.data(), end);
    if (number.find('.') != number.npos) {
        while (number.back() == '0')
            number.pop_back();
        if (number.back() == '.')
            number.pop_back();
    }
    const std::string prefix = kPrefixes[index].text;
    if (unit.empty())
        return number + (prefix.empty() ? "" : prefix);
    return number + " " + prefix + std::string(unit);
}

std::string formatSpice(double value) {
    struct Suffix {
        double scale;
        const char* text;
    };
    static constexpr std::array<Suffix, 10> kSuffixes{{{1e12, "t"},
                                                       {1e9, "g"},
                                                       {1e6, "meg"},
                                                       {1e3, "k"},
                                                       {1.0, ""},
                                                       {1e-3, "m"},
                                                       {1e-6, "u"},
                                                       {1e-9, "n"},
                                                       {1e-12, "p"},
                                                       {1e-15, "f"}}};
    if (value == 0.0 || !std::isfinite(value))
        return formatExact(value);
    const double magnitude = std::fabs(value);
    for (const auto& suffix : kSuffixes) {
        if (magnitude < suffix.scale * (1 - 1e-12))
            continue;
        const double scaled =
            suffix.scale >= 1 ? value / suffix.scale : value * std::round(1 / suffix.scale);
        std::string text = formatExact(scaled) + suffix.text;
        if (text.find('e') == text.npos || suffix.scale == 1e6) {
            const auto back = parseSi(text);
            if (back && *back == value && text.size() < 12)
                return text;
        }
        break;
    }
    return formatExact(value);
}

} // namespace ohm
