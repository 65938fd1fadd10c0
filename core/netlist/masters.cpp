// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/masters.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <vector>

namespace ohm::netlist {
namespace {

struct Rule {
    std::string_view text;
    bool prefix; ///< the word begins with it; else it is the whole word
    MasterKind what;
};

// Words are what '_', '.', '-', '$' and '/' leave of a name. The first rule that fits wins.
constexpr std::array kRules{
    Rule{"nfet", true, {DeviceKind::Mosfet, 'n'}},
    Rule{"pfet", true, {DeviceKind::Mosfet, 'p'}},
    Rule{"nmos", true, {DeviceKind::Mosfet, 'n'}},
    Rule{"pmos", true, {DeviceKind::Mosfet, 'p'}},
    Rule{"nch", true, {DeviceKind::Mosfet, 'n'}},
    Rule{"pch", true, {DeviceKind::Mosfet, 'p'}},
    Rule{"enfet", true, {DeviceKind::Mosfet, 'n'}},
    Rule{"epfet", true, {DeviceKind::Mosfet, 'p'}},
    Rule{"cmosn", true, {DeviceKind::Mosfet, 'n'}},
    Rule{"cmosp", true, {DeviceKind::Mosfet, 'p'}},
    Rule{"mosn", true, {DeviceKind::Mosfet, 'n'}},
    Rule{"mosp", true, {DeviceKind::Mosfet, 'p'}},
    Rule{"lvnmos", true, {DeviceKind::Mosfet, 'n'}},
    Rule{"lvpmos", true, {DeviceKind::Mosfet, 'p'}},
    Rule{"hvnmos", true, {DeviceKind::Mosfet, 'n'}},
    Rule{"hvpmos", true, {DeviceKind::Mosfet, 'p'}},
    Rule{"npn", true, {DeviceKind::Bjt, 'n'}},
    Rule{"pnp", true, {DeviceKind::Bjt, 'p'}},
    Rule{"vnpn", true, {DeviceKind::Bjt, 'n'}},
    Rule{"vpnp", true, {DeviceKind::Bjt, 'p'}},
    Rule{"lpnp", true, {DeviceKind::Bjt, 'p'}},
    Rule{"njf", true, {DeviceKind::Jfet, 'n'}},
    Rule{"pjf", true, {DeviceKind::Jfet, 'p'}},
    Rule{"res", true, {DeviceKind::Resistor, 0}},
    Rule{"rppoly", true, {DeviceKind::Resistor, 0}},
    Rule{"rnpoly", true, {DeviceKind::Resistor, 0}},
    Rule{"rhim", true, {DeviceKind::Resistor, 0}},
    Rule{"rppd", true, {DeviceKind::Resistor, 0}},
    Rule{"rsil", true, {DeviceKind::Resistor, 0}},
    Rule{"rhigh", true, {DeviceKind::Resistor, 0}},
    Rule{"rnod", true, {DeviceKind::Resistor, 0}},
    Rule{"rpod", true, {DeviceKind::Resistor, 0}},
    Rule{"rnwell", true, {DeviceKind::Resistor, 0}},
    Rule{"rnw", true, {DeviceKind::Resistor, 0}},
    Rule{"rm", false, {DeviceKind::Resistor, 0}},
    Rule{"ppolyf", true, {DeviceKind::Resistor, 0}},
    Rule{"npolyf", true, {DeviceKind::Resistor, 0}},
    Rule{"nplus", true, {DeviceKind::Resistor, 0}},
    Rule{"pplus", true, {DeviceKind::Resistor, 0}},
    Rule{"cfmom", true, {DeviceKind::Capacitor, 0}},
    Rule{"crtmom", true, {DeviceKind::Capacitor, 0}},
    Rule{"mimcap", true, {DeviceKind::Capacitor, 0}},
    Rule{"momcap", true, {DeviceKind::Capacitor, 0}},
    Rule{"moscap", true, {DeviceKind::Capacitor, 0}},
    Rule{"nmoscap", true, {DeviceKind::Capacitor, 0}},
    Rule{"cmim", true, {DeviceKind::Capacitor, 0}},
    Rule{"cmom", true, {DeviceKind::Capacitor, 0}},
    Rule{"mim", true, {DeviceKind::Capacitor, 0}},
    Rule{"vpp", false, {DeviceKind::Capacitor, 0}},
    Rule{"cap", true, {DeviceKind::Capacitor, 0}},
    Rule{"varactor", true, {DeviceKind::Capacitor, 0}},
    Rule{"ind", false, {DeviceKind::Inductor, 0}},
    Rule{"inductor", true, {DeviceKind::Inductor, 0}},
    Rule{"spiral", true, {DeviceKind::Inductor, 0}},
    Rule{"diode", true, {DeviceKind::Diode, 0}},
    Rule{"dio", false, {DeviceKind::Diode, 0}},
    Rule{"ndio", true, {DeviceKind::Diode, 0}},
    Rule{"pdio", true, {DeviceKind::Diode, 0}},
    Rule{"nwdio", true, {DeviceKind::Diode, 0}},
    Rule{"dnwell", false, {DeviceKind::Diode, 0}},
};

std::vector<std::string> wordsOf(std::string_view name) {
    std::vector<std::string> words;
    std::string word;
    for (const char c : toLower(name)) {
        if (c == '_' || c == '.' || c == '-' || c == '$' || c == '/' || c == ':') {
            if (!word.empty())
                words.push_back(std::move(word));
            word.clear();
        } else {
            word += c;
        }
    }
    if (!word.empty())
        words.push_back(std::move(word));
    return words;
}

/// "nfet", "n250", "pfet3" are fine as "res", "cap" and "ind" prefixes only when letters that make
/// another word do not follow ("reset", "capture").
bool fits(const Rule& rule, const std::string& word) {
    if (!rule.prefix)
        return word == rule.text;
    if (word.compare(0, rule.text.size(), rule.text) != 0)
        return false;
    if (rule.text.size() > 3 || word.size() == rule.text.size() || rule.text == "nch" ||
        rule.text == "pch" || rule.text == "npn" || rule.text == "pnp")
        return true;
    const std::string rest = word.substr(rule.text.size());
    if (rest.find_first_not_of("0123456789") == rest.npos)
        return true;
    return rest == "istor" || rest == "acitor" || rest == "sc" || rest == "id" || rest == "rf" ||
           rest == "hv";
}

} // namespace

MasterKind guessMaster(std::string_view name) {
    if (name.size() > 256)
        return {};
    const auto words = wordsOf(name);
    // A varactor or MOS capacitor of a foundry names a capacitor before the transistor it is.
    for (const auto& word : words) {
        if (word == "cap" || word == "moscap")
            return {DeviceKind::Capacitor, 0};
    }
    for (const auto& rule : kRules) {
        if (std::any_of(words.begin(), words.end(),
                        [&](const std::string& word) { return fits(rule, word); }))
            return rule.what;
    }
    return {};
}

MasterKind modelTypeKind(std::string_view type) {
    const std::string t = toLower(type);
    if (t == "nmos" || t == "vdmosn" || t == "nsoi")
        return {DeviceKind::Mosfet, 'n'};
    if (t == "pmos" || t == "vdmosp" || t == "psoi")
        return {DeviceKind::Mosfet, 'p'};
    if (t == "vdmos")
        return {DeviceKind::Mosfet, 'n'};
    if (t == "npn")
        return {DeviceKind::Bjt, 'n'};
    if (t == "pnp" || t == "lpnp")
        return {DeviceKind::Bjt, 'p'};
    if (t == "njf")
        return {DeviceKind::Jfet, 'n'};
    if (t == "pjf")
        return {DeviceKind::Jfet, 'p'};
    if (t == "nmf" || t == "gasfet" || t == "nhfet")
        return {DeviceKind::Mesfet, 'n'};
    if (t == "pmf" || t == "phfet")
        return {DeviceKind::Mesfet, 'p'};
    if (t == "d")
        return {DeviceKind::Diode, 0};
    if (t == "r" || t == "res")
        return {DeviceKind::Resistor, 0};
    if (t == "c" || t == "cap")
        return {DeviceKind::Capacitor, 0};
    if (t == "l" || t == "ind")
        return {DeviceKind::Inductor, 0};
    if (t == "sw" || t == "csw" || t == "vswitch" || t == "iswitch")
        return {DeviceKind::Switch, 0};
    if (t == "ltra" || t == "txl" || t == "cpl" || t == "urc" || t == "trn")
        return {DeviceKind::TransmissionLine, 0};
    return {DeviceKind::Other, 0};
}

MasterKind MasterGuess::of(SymbolId name) {
    const auto [at, fresh] = m_known.try_emplace(name);
    if (fresh)
        at->second = guessMaster(m_symbols.name(name));
    return at->second;
}

} // namespace ohm::netlist
