// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/rawfile.h"

#include "core/base/text.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <utility>

namespace ohm::sim {
namespace {

Unexpected malformed(const char* what) {
    return fail("SIM-008", "The simulator's result file is malformed", what);
}

/// The next line of `bytes`, which loses it; nothing at the end.
std::optional<std::string_view> takeLine(std::string_view& bytes) {
    const auto end = bytes.find('\n');
    if (end == std::string_view::npos)
        return std::nullopt;
    const auto line = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    return line;
}

std::optional<std::size_t> count(std::string_view text) {
    text = trimmed(text);
    std::size_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// The next field of a line whose fields are set apart by tabs; a name may hold blanks
/// ("m1#body diode").
std::string_view takeField(std::string_view& line) {
    const auto start = line.find_first_not_of('\t');
    line.remove_prefix(std::min(start, line.size()));
    const auto field = line.substr(0, line.find('\t'));
    line.remove_prefix(field.size());
    return trimmed(field);
}

std::string commandName(std::string_view name) {
    const bool wrapped = name.size() > 3 && name[1] == '(' && name.back() == ')';
    if (wrapped && name[0] == 'v')
        return std::string(name.substr(2, name.size() - 3));
    if (wrapped && name[0] == 'i') {
        const auto inner = name.substr(2, name.size() - 3);
        return inner.front() == '@' ? std::string(inner) : std::string(inner) + "#branch";
    }
    return std::string(name);
}

std::string unitOf(std::string_view type) {
    static constexpr std::pair<std::string_view, std::string_view> kUnits[] = {
        {"voltage", "V"},     {"current", "A"},    {"time", "s"},    {"frequency", "Hz"},
        {"temp-sweep", "°C"}, {"res-sweep", "Ω"},  {"v-sweep", "V"}, {"i-sweep", "A"},
        {"power", "W"},       {"admittance", "S"}, {"charge", "C"},  {"capacitance", "F"}};
    for (const auto& [name, unit] : kUnits)
        if (name == type)
            return std::string(unit);
    return {};
}

} // namespace

Expected<RawPlot> readRawPlot(std::string_view bytes) {
    RawPlot plot;
    bool isComplex = false;
    std::size_t variables = 0;
    for (;;) {
        const auto line = takeLine(bytes);
        if (!line)
            return malformed("it ends inside the header");
        const auto colon = line->find(':');
        if (colon == std::string_view::npos)
            continue;
        const auto key = line->substr(0, colon);
        const auto value = trimmed(line->substr(colon + 1));
        if (key == "Plotname") {
            plot.plotName = value;
        } else if (key == "Flags") {
            isComplex = value.find("complex") != std::string_view::npos;
            if (value.find("unpadded") != std::string_view::npos)
                return malformed("vectors of unequal length");
        } else if (key == "No. Variables") {
            const auto n = count(value);
            if (!n)
                return malformed("the number of variables is missing");
            variables = *n;
        } else if (key == "No. Points") {
            const auto n = count(value.substr(0, value.find(' ')));
            if (!n)
                return malformed("the number of points is missing");
            plot.points = *n;
        } else if (key == "Variables") {
            break;
        } else if (key == "Binary" || key == "Values") {
            return malformed("the list of variables is missing");
        }
    }
    if (variables > bytes.size())
        return malformed("it is shorter than its header says");
    plot.vectors.reserve(variables);
    for (std::size_t i = 0; i < variables; ++i) {
        auto line = takeLine(bytes);
        if (!line)
            return malformed("it ends inside the list of variables");
        takeField(*line);
        const auto name = takeField(*line);
        Vector vector;
        vector.name = commandName(name);
        // "frequency grid=3" and the like
        const auto type = takeField(*line);
        vector.unit = unitOf(type.substr(0, type.find(' ')));
        vector.complex = isComplex;
        plot.vectors.push_back(std::move(vector));
    }
    const auto last = takeLine(bytes);
    if (!last || !last->starts_with("Binary:"))
        return malformed("it is not binary");

    const std::size_t width = isComplex ? 2 * sizeof(double) : sizeof(double);
    const std::size_t row = variables * width;
    if (row != 0 && plot.points > bytes.size() / row)
        return malformed("it is shorter than its header says");
    for (auto& vector : plot.vectors) {
        vector.real.resize(plot.points);
        if (isComplex)
            vector.imag.resize(plot.points);
    }
    const char* at = bytes.data();
    const auto take = [&at] {
        double value;
        std::memcpy(&value, at, sizeof value);
        at += sizeof value;
        return value;
    };
    for (std::size_t point = 0; point < plot.points; ++point)
        for (auto& vector : plot.vectors) {
            vector.real[point] = take();
            if (isComplex)
                vector.imag[point] = take();
        }
    return plot;
}

} // namespace ohm::sim
