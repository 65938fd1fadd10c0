// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/devicetable.h"

#include "core/base/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>

namespace ohm::sim {
namespace {

/// Switches are left out: at an operating point ngspice 39 tells the current of an open one.
struct Wanted {
    char letter;
    std::string_view names; ///< blank-separated; types that lack one answer question marks
};

constexpr Wanted kWanted[] = {
    {'m', "id is ig ib vgs vds vbs vth von vdsat gm gds gmbs gmb cgs cgd cgb cdb csb"},
    {'q', "ic ib ie vbe vbc gm gpi gmu go cpi cmu"},
    {'d', "id vd gd cd"},
    {'j', "id ig vgs vgd gm gds"},
    {'z', "cd cg vgs vgd gm gds"},
    {'r', "i p"},
    {'i', "current v p"},
    {'b', "i v"},
    {'g', "i v"},
    {'f', "i v"}};

/// Blank-separated words of a text, one after the other.
class Words {
public:
    explicit Words(std::string_view text)
        : m_rest(text) {}
    std::optional<std::string_view> peek() const {
        const auto start = m_rest.find_first_not_of(" \t\r\n");
        if (start == std::string_view::npos)
            return std::nullopt;
        const auto end = m_rest.find_first_of(" \t\r\n", start);
        return m_rest.substr(start, end == std::string_view::npos ? end : end - start);
    }
    void skip() {
        if (const auto word = peek())
            m_rest.remove_prefix(static_cast<std::size_t>(word->data() - m_rest.data()) +
                                 word->size());
    }
    /// The rest of the present line.
    std::string_view line() {
        const auto end = m_rest.find('\n');
        const auto line = m_rest.substr(0, end);
        m_rest.remove_prefix(end == std::string_view::npos ? m_rest.size() : end + 1);
        return line;
    }
    bool atEnd() const { return !peek(); }

private:
    std::string_view m_rest;
};

bool isWanted(std::string_view name) {
    return std::any_of(std::begin(kWanted), std::end(kWanted), [&](const Wanted& wanted) {
        Words words(wanted.names);
        for (auto word = words.peek(); word; words.skip(), word = words.peek())
            if (*word == name)
                return true;
        return false;
    });
}

std::optional<double> number(std::string_view word) {
    double value = 0;
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (code != std::errc() || end != word.data() + word.size())
        return std::nullopt;
    return value;
}

} // namespace

std::string deviceTableCommands(std::string_view file) {
    std::string commands;
    for (const auto& wanted : kWanted)
        commands += std::string("show ") + wanted.letter + " : " + std::string(wanted.names) +
                    " >> " + std::string(file) + '\n';
    return commands;
}

std::vector<DeviceRow> readDeviceTable(std::string_view text) {
    // Blocks of columns: " Mos1: Level 1 ...", "device m2 m1", "model nm nm", "id 1e-5 2e-5", ...
    // Some rows lack their line end, so rows are counted in words.
    std::vector<DeviceRow> rows;
    Words words(text);
    std::string type;
    while (!words.atEnd()) {
        const auto line = trimmed(words.line());
        if (!line.starts_with("device ")) {
            if (const auto colon = line.find(':'); colon != std::string_view::npos)
                type = line.substr(0, colon);
            continue;
        }
        Words names(line);
        names.skip();
        const std::size_t first = rows.size();
        for (auto name = names.peek(); name; names.skip(), name = names.peek())
            rows.push_back({toLower(*name), type, {}});
        const std::size_t count = rows.size() - first;
        if (words.peek() == "model") {
            for (std::size_t i = 0; i <= count; ++i)
                words.skip();
        }
        for (auto name = words.peek(); name && isWanted(*name); name = words.peek()) {
            const std::string key(*name);
            words.skip();
            for (std::size_t i = 0; i < count; ++i, words.skip()) {
                const auto word = words.peek();
                const auto value = word ? number(*word) : std::nullopt;
                if (value && std::isfinite(*value))
                    rows[first + i].values.emplace_back(key, *value);
            }
        }
    }
    return rows;
}

const double* findValue(const DeviceRow& row, std::string_view name) {
    for (const auto& [key, value] : row.values)
        if (key == name)
            return &value;
    return nullptr;
}

} // namespace ohm::sim
