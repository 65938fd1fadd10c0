// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/ltspicewriter.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace ohm::schematic::ltspice {
namespace {

/// The first word of a line, lower case.
std::string firstWord(std::string_view line) {
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    return toLower(line.substr(0, end));
}

/// Belongs to the run of the sheet it stands on, not to a circuit that uses the sheet.
bool isAnalysis(std::string_view word) {
    static constexpr std::array<std::string_view, 13> kWords{
        ".op",   ".tran",    ".ac",   ".dc",   ".noise", ".tf", ".step",
        ".meas", ".measure", ".save", ".four", ".wave",  ".net"};
    return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

template <typename Use>
void forEachLine(std::string_view text, Use&& use) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = trimmed(text.substr(0, end));
        if (!line.empty())
            use(line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

/// Second word of a ".model" line, lower case; empty for other lines.
std::string modelDefined(std::string_view line) {
    if (firstWord(line) != ".model")
        return {};
    line.remove_prefix(6);
    return firstWord(trimmed(line));
}

} // namespace

NetlistWriter::NetlistWriter(const std::deque<CellSheet>& sheets, const std::vector<Cell>& cells)
    : m_sheets(sheets)
    , m_cells(cells) {}

std::string NetlistWriter::text(const std::string& title) {
    m_text.clear();
    m_origins.clear();
    add("* " + title);
    elements(m_sheets.front());
    for (const Cell& cell : m_cells)
        subcircuit(cell);
    models();
    directives(m_sheets.front(), false);
    add(".end");
    return m_text;
}

NetlistWriter::Origin NetlistWriter::origin(int line) const {
    if (line < 1 || static_cast<std::size_t>(line) > m_origins.size())
        return {};
    return m_origins[static_cast<std::size_t>(line - 1)];
}

void NetlistWriter::add(std::string line, const CellSheet* sheet, int at) {
    // Values come from anywhere: whatever breaks a line would begin another card.
    std::replace_if(
        line.begin(), line.end(),
        [](char c) { return c == '\n' || c == '\r' || c == '\0' || c == '\f' || c == '\v'; }, ' ');
    m_text += line;
    m_text += '\n';
    m_origins.push_back(
        {sheet != nullptr ? std::string_view(sheet->file) : std::string_view(), at});
}

void NetlistWriter::elements(const CellSheet& sheet) {
    for (std::size_t i = 0; i < sheet.parts.size(); ++i) {
        if (sheet.names[i].empty())
            continue;
        std::vector<Node> nodes;
        for (const std::uint32_t net : sheet.nets.pinNets[i])
            nodes.push_back({sheet.nets.nets[net].name, sheet.nets.nets[net].open});
        add(elementLine(sheet.parts[i], sheet.names[i], nodes), &sheet, sheet.parts[i].line);
    }
}

void NetlistWriter::subcircuit(const Cell& cell) {
    const CellSheet& sheet = m_sheets[cell.sheet];
    // A pin is the child's net of that name, also where another label names the net.
    std::unordered_map<std::string, std::uint32_t> netOfLabel;
    for (std::size_t l = 0; l < sheet.doc.labels.size(); ++l)
        netOfLabel.emplace(toLower(netlistName(sheet.doc.labels[l].name)), sheet.nets.labelNets[l]);
    std::string head = ".subckt " + cell.name;
    std::set<std::string> used;
    for (const std::string& pin : cell.pins) {
        std::string port = netlistName(pin);
        if (const auto label = netOfLabel.find(toLower(port)); label != netOfLabel.end())
            port = sheet.nets.nets[label->second].name;
        for (int n = 2; port == "0" || !used.insert(toLower(port)).second; ++n)
            port = netlistName(pin) + "_" + std::to_string(n);
        head += " " + port;
    }
    add(head, &sheet, 0);
    elements(sheet);
    directives(sheet, true);
    add(".ends " + cell.name, &sheet, 0);
}

void NetlistWriter::directives(const CellSheet& sheet, bool child) {
    for (const SheetText& text : sheet.texts) {
        if (!text.directive)
            continue;
        forEachLine(text.text, [&](std::string_view line) {
            const std::string word = firstWord(line);
            if (word == ".end" || word == ".backanno" || (child && isAnalysis(word)))
                return;
            add(std::string(line), &sheet, text.line);
        });
    }
}

void NetlistWriter::models() {
    struct Default {
        std::string_view name;
        std::string_view card;
    };
    static constexpr std::array<Default, 7> kDefaults{{{"d", ".model D D"},
                                                       {"nmos", ".model NMOS NMOS"},
                                                       {"pmos", ".model PMOS PMOS"},
                                                       {"npn", ".model NPN NPN"},
                                                       {"pnp", ".model PNP PNP"},
                                                       {"njf", ".model NJF NJF"},
                                                       {"pjf", ".model PJF PJF"}}};
    std::set<std::string> defined;
    std::set<std::string> wanted;
    std::vector<std::string> libraries;
    std::set<std::string> globals;
    for (const CellSheet& sheet : m_sheets) {
        for (const SheetText& text : sheet.texts)
            if (text.directive)
                forEachLine(text.text,
                            [&](std::string_view line) { defined.insert(modelDefined(line)); });
        for (std::size_t i = 0; i < sheet.parts.size(); ++i) {
            const Part& part = sheet.parts[i];
            if (sheet.names[i].empty())
                continue;
            const std::string_view model = defaultModel(part);
            const std::string value = firstWord(part.attribute("value"));
            if (!model.empty() && part.attribute("spicemodel").empty() &&
                (value.empty() || value == toLower(model)))
                wanted.insert(toLower(model));
            std::string file(part.attribute("modelfile"));
            std::replace(file.begin(), file.end(), '\\', '/');
            if (!file.empty() && part.childCell.empty() &&
                std::find(libraries.begin(), libraries.end(), file) == libraries.end())
                libraries.push_back(std::move(file));
        }
        for (const SheetNet& net : sheet.nets.nets)
            if (net.global)
                globals.insert(net.name);
    }
    if (!globals.empty() && m_sheets.size() > 1) {
        std::string line = ".global";
        for (const std::string& name : globals)
            line += " " + name;
        add(line);
    }
    for (const Default& entry : kDefaults)
        if (wanted.contains(std::string(entry.name)) && !defined.contains(std::string(entry.name)))
            add(std::string(entry.card));
    for (const std::string& file : libraries)
        add(".lib " + file);
}

} // namespace ohm::schematic::ltspice
