// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/writernames.h"

#include "core/base/text.h"
#include "core/base/units.h"

#include <algorithm>
#include <array>

namespace ohm::netlist {
namespace {

constexpr std::size_t kMaxName = 200;

/// Words that ngspice takes for something else where a node may stand.
constexpr std::array<std::string_view, 10> kReserved{"gnd",    "null", "time", "frequency", "all",
                                                     "params", "poly", "off",  "on",        "0"};

bool isSafe(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

} // namespace

std::string safeName(std::string_view name) {
    std::string text = toLower(name.substr(0, kMaxName));
    for (char& c : text)
        if (!isSafe(c))
            c = '_';
    if (text.empty() || text.front() == '.')
        text.insert(text.begin(), '_');
    return text;
}

std::string deckLiteral(std::string_view text, double value, Dialect dialect) {
    const auto digit = [&](std::size_t at) {
        return at < text.size() && text[at] >= '0' && text[at] <= '9';
    };
    std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    const std::size_t first = at;
    while (digit(at))
        ++at;
    if (at < text.size() && text[at] == '.')
        ++at;
    while (digit(at))
        ++at;
    if (!digit(first) && !digit(first + 1))
        return formatExact(value);
    bool exponent = false;
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        std::size_t after = at + 1;
        if (after < text.size() && (text[after] == '-' || text[after] == '+'))
            ++after;
        exponent = digit(after);
        if (exponent)
            for (at = after; digit(at);)
                ++at;
    }
    if (dialect == Dialect::Spectre || at > 30)
        return formatExact(value);
    std::string number = toLower(text.substr(0, at));
    const std::string suffix = toLower(text.substr(at));
    if (suffix.find_first_not_of("abcdefghijklmnopqrstuvwxyz") != suffix.npos ||
        suffix.starts_with("mil") || suffix.starts_with("x") || (exponent && !suffix.empty()))
        return formatExact(value);
    if (suffix.starts_with("meg"))
        number += "meg";
    else if (!suffix.empty() && std::string_view("tgkmunpfa").find(suffix[0]) != suffix.npos)
        number += suffix[0];
    return number;
}

WriterNames::WriterNames(const Circuit& circuit)
    : m_circuit(circuit)
    , m_foldsNames(circuit.dialect() != Dialect::Spectre) {
    m_nets.resize(circuit.netCount());
    std::vector<NetId> renamed;
    for (NetId net = 0; net < m_nets.size(); ++net) {
        if (circuit.isGround(net)) {
            m_nets[net] = "0";
            continue;
        }
        std::string name = circuit.netName(net);
        // In a file that folds names they are unique as they are; only odd ones need care.
        const bool reserved =
            std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
        const bool plain = !name.empty() && name.size() <= kMaxName && name.front() != '.' &&
                           std::all_of(name.begin(), name.end(), isSafe);
        if (plain && !reserved && (m_foldsNames || m_netNames.insert(name).second))
            m_nets[net] = std::move(name);
        else
            renamed.push_back(net);
    }
    for (const NetId net : renamed)
        m_nets[net] = freshNet(circuit.netName(net));
}

template <typename Taken>
std::string WriterNames::unique(std::string wanted, const Taken& taken) {
    if (!taken(wanted))
        return wanted;
    // Numbers go on where they stopped, so that many alike names stay cheap.
    unsigned long& number = m_suffixes.try_emplace(wanted, 1UL).first->second;
    for (;;) {
        std::string next = wanted + "_" + std::to_string(++number);
        if (!taken(next))
            return next;
    }
}

std::string WriterNames::freshNet(std::string_view wanted) {
    std::string name = unique(safeName(wanted), [&](const std::string& text) {
        return m_netNames.contains(text) ||
               std::find(kReserved.begin(), kReserved.end(), text) != kReserved.end() ||
               (m_foldsNames && m_circuit.findNet(text).has_value());
    });
    m_netNames.insert(name);
    return name;
}

std::string WriterNames::device(char letter, std::string_view path) {
    std::string name = safeName(path);
    if (name.front() != letter || name.find('.') != name.npos)
        name = std::string(1, letter) + "." + name;
    name = unique(std::move(name),
                  [&](const std::string& text) { return m_deviceNames.contains(text); });
    m_deviceNames.insert(name);
    return name;
}

std::string WriterNames::model(std::string_view wanted) {
    std::string name = safeName(wanted);
    // A trailing ".1" would make it one of a set of binned models.
    std::replace(name.begin(), name.end(), '.', '_');
    name = unique(std::move(name), [&](const std::string& text) {
        return m_modelNames.contains(text) || m_netNames.contains(text) ||
               m_circuit.findNet(text).has_value();
    });
    m_modelNames.insert(name);
    return name;
}

} // namespace ohm::netlist
