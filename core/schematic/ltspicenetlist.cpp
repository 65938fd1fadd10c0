// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/ltspicenetlist.h"

#include "core/base/text.h"
#include "core/schematic/connectivity.h"

#include <array>
#include <cctype>

namespace ohm::schematic::ltspice {
namespace {

char upper(char c) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
}

/// Two-letter prefixes mark LTspice's built-in symbols.
bool isBuiltinTransistor(const Part& part, char letter) {
    const std::string_view prefix = part.prefix();
    return part.letter() == letter && prefix.size() == 2 &&
           (upper(prefix[1]) == 'N' || upper(prefix[1]) == 'P');
}

std::vector<std::string> nodeList(const Part& part, const std::vector<Node>& nodes) {
    if (part.letter() == 'A') {
        constexpr int kTerminals = 8;
        const std::vector<int>& order = part.symbol->spiceOrder;
        std::vector<std::string> out(kTerminals);
        for (std::size_t i = 0; i < nodes.size(); ++i)
            if (order[i] >= 1 && order[i] <= kTerminals && !nodes[i].open)
                out[static_cast<std::size_t>(order[i] - 1)] = nodes[i].name;
        if (out.back().empty())
            out.back() = "0";
        for (std::string& node : out)
            if (node.empty())
                node = out.back();
        return out;
    }
    std::vector<std::string> out;
    for (const Node& node : nodes)
        out.push_back(node.name);
    if (nodes.size() == 3 && isBuiltinTransistor(part, 'M'))
        out.push_back(nodes[2].name);
    else if (nodes.size() == 3 && isBuiltinTransistor(part, 'Q'))
        out.emplace_back("0");
    return out;
}

} // namespace

std::string_view Part::attribute(std::string_view key) const {
    const auto it = attributes.find(key);
    if (it == attributes.end() || it->second == "\"\"")
        return {};
    return it->second;
}

char Part::letter() const {
    if (!childCell.empty())
        return 'X';
    const std::string_view own = prefix();
    return own.empty() || std::isalpha(static_cast<unsigned char>(own[0])) == 0 ? '\0'
                                                                                : upper(own[0]);
}

std::string elementName(const Part& part) {
    const std::string name = netlistName(std::string(part.attribute("instname")));
    const char letter = part.letter();
    const bool block = !part.childCell.empty() && part.prefix().empty();
    if (block || name.empty() || upper(name[0]) != letter)
        return letter + name;
    return name;
}

std::string_view defaultModel(const Part& part) {
    struct Entry {
        std::string_view prefix;
        std::string_view model;
    };
    static constexpr std::array<Entry, 7> kModels{{{"MN", "NMOS"},
                                                   {"MP", "PMOS"},
                                                   {"QN", "NPN"},
                                                   {"QP", "PNP"},
                                                   {"JN", "NJF"},
                                                   {"JP", "PJF"},
                                                   {"D", "D"}}};
    for (const Entry& entry : kModels)
        if (equalsIgnoreCase(part.prefix(), entry.prefix))
            return entry.model;
    return {};
}

std::string elementLine(const Part& part, const std::string& name, const std::vector<Node>& nodes) {
    std::string line = name;
    for (const std::string& node : nodeList(part, nodes))
        line += " " + node;
    const auto append = [&](std::string_view text) {
        if (!text.empty())
            line.append(" ").append(text);
    };
    const bool child = !part.childCell.empty();
    append(child ? part.childCell : part.attribute("spicemodel"));
    if (!child && part.attribute("spicemodel").empty() && part.attribute("value").empty())
        append(defaultModel(part));
    std::string rest;
    for (const char* key : {"value", "value2", "spiceline", "spiceline2"})
        if (const std::string_view text = part.attribute(key); !text.empty())
            rest.append(" ").append(text);
    if (child && !rest.empty())
        append("params:");
    line += rest;
    return line;
}

} // namespace ohm::schematic::ltspice
