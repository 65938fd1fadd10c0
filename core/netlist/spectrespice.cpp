// SPDX-License-Identifier: GPL-3.0-or-later
// Parts of a Spectre netlist in SPICE syntax ("simulator lang=spice").
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/netlist/masters.h"
#include "core/netlist/spectreparser.h"

#include <algorithm>

namespace ohm::netlist {
namespace {

bool isNameChar(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '$' || c == '#' || c == '@';
}

/// Positional words of an element: up to "name=", quotes and braces.
std::vector<std::string> positionalWords(std::string_view text, std::size_t& end) {
    std::vector<std::string> list;
    SpectreWords words(text);
    while (words.peek() != '\0') {
        const std::size_t begin = words.position();
        const char next = words.peek();
        if (next == '(' || next == ')' || next == ',') {
            words.skip();
            continue;
        }
        if (next == '\'' || next == '"' || next == '{' || next == '=')
            break;
        const std::string_view word = words.word();
        if (words.peek() == '=') {
            words.seek(begin);
            break;
        }
        list.push_back(toLower(word));
        end = words.position();
    }
    return list;
}

} // namespace

/// Numbers with SPICE's scale letters as plain numbers: Spectre reads "1M" as mega.
std::string SpectreParser::spiceTail(std::string_view text) const {
    std::string out;
    out.reserve(text.size());
    char quote = 0;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (c == '"')
            quote = quote == c ? '\0' : c;
        const bool digit = (c >= '0' && c <= '9') || c == '.';
        const bool starts = digit && quote == 0 && (at == 0 || !isNameChar(text[at - 1]));
        std::size_t used = 0;
        const auto value = starts ? parseSiPrefix(text.substr(at), used) : std::nullopt;
        if (value && used > 0 && (at + used == text.size() || !isNameChar(text[at + used]))) {
            out += formatExact(*value);
            at += used;
            continue;
        }
        if (starts) { // "2n3904": a name, to be kept whole
            while (at < text.size() && isNameChar(text[at]))
                out += text[at++];
            continue;
        }
        out += c >= 'A' && c <= 'Z' && quote == 0 ? static_cast<char>(c + 32) : c;
        ++at;
    }
    return out;
}

void SpectreParser::spiceStatement(std::string_view text) {
    SpectreWords words(text);
    const std::string first = toLower(words.word());
    if (first == "simulator")
        return simulator(words);
    if (m_place->current != m_place->section && first != ".lib" && first != ".endl")
        return;
    if (first.empty() || first.front() != '.')
        return spiceElement(text);
    if (first == ".subckt" || first == ".macro")
        return spiceSubckt(text);
    if (first == ".ends" || first == ".eom")
        return ends();
    if (first == ".param" || first == ".parameter") {
        for (const TailItem& item : tailItems(words.rest(), Dialect::Hspice))
            if (!item.name.empty())
                m_builder.addParam(item.name, keep(spiceTail(item.text)), false, here());
        return;
    }
    if (first == ".global") {
        while (words.peek() != '\0')
            m_builder.addGlobal(toLower(words.word()));
        return;
    }
    if (first == ".model") {
        const std::string name = toLower(words.word());
        const std::string type = toLower(words.word());
        if (name.empty() || type.empty())
            return note(Severity::Error, "NET-301", "This model has no name or no type");
        ModelCard& card = m_builder.addModel(name, type, keep(spiceTail(words.rest())), here());
        const MasterKind kind = modelTypeKind(type);
        card.kind = kind.kind;
        card.polarity = kind.polarity;
        m_met.models[name] = type;
        return;
    }
    if (first == ".include" || first == ".inc" || first == ".lib" || first == ".endl") {
        std::string name(words.word());
        std::string section = toLower(words.word());
        if (name.size() >= 2 && (name.front() == '"' || name.front() == '\''))
            name = name.substr(1, name.size() - 2);
        if (first == ".endl")
            m_place->current.clear();
        else if (first == ".lib" && section.empty())
            m_place->current = toLower(name);
        else
            includeFile(name, section);
        return;
    }
    if (first == ".ic" || first == ".nodeset")
        m_builder.addCard(first.substr(1), keep(spiceTail(words.rest())), here());
    else if (first == ".option" || first == ".options" || first == ".temp")
        m_builder.addCard(first == ".temp" ? "temp" : "options", keep(spiceTail(words.rest())),
                          here());
}

void SpectreParser::spiceSubckt(std::string_view text) {
    std::size_t end = 0;
    std::vector<std::string> list = positionalWords(text, end);
    if (list.size() < 2)
        return note(Severity::Error, "NET-301", "This subcircuit has no name");
    m_met.cells.insert(list[1]);
    if (!m_builder.beginCell(list[1], here())) {
        ++m_skippedCells;
        return;
    }
    for (std::size_t i = 2; i < list.size(); ++i)
        if (list[i] != "params:")
            m_builder.addPort(keep(list[i]), here());
    for (const TailItem& item : tailItems(text.substr(std::min(end, text.size())), Dialect::Hspice))
        if (!item.name.empty())
            m_builder.addParam(item.name, keep(spiceTail(item.text)), true, here());
}

void SpectreParser::spiceElement(std::string_view text) {
    std::size_t end = 0;
    std::vector<std::string> list = positionalWords(text, end);
    if (list.empty())
        return;
    const std::string name = list.front();
    const char letter = name.front();
    list.erase(list.begin());
    const auto known = [&](const std::string& word) {
        return m_met.models.contains(word) || (m_known && m_known->models.contains(word));
    };
    std::size_t nodes = 2;
    bool master = false;
    switch (letter) {
    case 'r':
    case 'c':
    case 'l':
        master = list.size() > 2 && known(list[2]);
        break;
    case 'v':
    case 'i':
    case 'f':
    case 'h':
    case 'b':
        break;
    case 'd':
        master = true;
        break;
    case 'e':
    case 'g':
        nodes = list.size() < 5 ? 2 : 4;
        break;
    case 's':
        nodes = 4;
        master = true;
        break;
    case 'j':
    case 'z':
        nodes = 3;
        master = true;
        break;
    case 'q':
    case 'm':
        nodes = letter == 'q' ? 3 : 4;
        for (std::size_t i = 3; i < list.size() && i <= 7; ++i)
            if (known(list[i])) {
                nodes = i;
                break;
            }
        master = true;
        break;
    case 'x':
        nodes = list.empty() ? 0 : list.size() - 1;
        master = true;
        break;
    case 'k':
        nodes = 0;
        break;
    case 't':
        nodes = 4;
        break;
    default:
        return note(Severity::Warning, "NET-307",
                    "Element \"" + name.substr(0, 100) + "\" is not understood", name);
    }
    if (list.size() < nodes + (master ? 1 : 0))
        return note(Severity::Error, "NET-306", "\"" + name.substr(0, 100) + "\" has too few nodes",
                    name);
    // The tail begins after nodes and master, counted again in the text itself.
    SpectreWords words(text);
    for (std::size_t taken = 0; taken < 1 + nodes + (master ? 1 : 0);) {
        const char next = words.peek();
        if (next == '(' || next == ')' || next == ',') {
            words.skip();
            continue;
        }
        words.word();
        ++taken;
    }
    m_builder.beginInstance(letter, kindOfLetter(letter), keep(name), keep(spiceTail(words.rest())),
                            here());
    for (std::size_t i = 0; i < nodes; ++i)
        m_builder.addTerminal(m_builder.net(std::string_view(list[i])));
    if (master) {
        m_builder.setMaster(list[nodes]);
        if (!known(list[nodes]))
            m_doubts.insert(list[nodes]);
    }
}

} // namespace ohm::netlist
