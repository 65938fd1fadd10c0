// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dataset/nodetext.h"

#include <set>

namespace ohm::dataset {
namespace {

constexpr std::size_t kResistive = 9;
constexpr std::size_t kAnalog = 15;
// Columns of core/graph/features.h.
enum Resistive { Ground = 1, Resistor, Minus, InputNet, OutputNet, Plus };
enum Analog { LevelM = 3, LevelI, LevelV, LevelR, LevelC, LevelNet, First, Second, Drain };
constexpr const char* kPins[] = {" drain", " gate", " source", " bulk"};

std::string resistiveText(const float* row) {
    if (row[Ground] != 0)
        return "ground";
    if (row[InputNet] != 0)
        return "input net";
    if (row[OutputNet] != 0)
        return "net";
    return row[Resistor] != 0 ? "R" : "V";
}

std::string analogText(const float* row) {
    if (row[LevelNet] != 0)
        return row[Second] != 0 ? "ground" : "net";
    if (row[LevelM] != 0) {
        std::string text = row[Second] != 0 ? "PMOS" : "NMOS";
        for (std::size_t pin = 0; pin < 4; ++pin) {
            if (row[Drain + pin] != 0)
                text += kPins[pin];
        }
        return text;
    }
    if (row[LevelR] != 0)
        return "R";
    if (row[LevelC] != 0)
        return "C";
    if (row[LevelV] != 0)
        return "V";
    return row[LevelI] != 0 ? "I" : "other";
}

std::string join(const std::set<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

bool isNet(const std::string& text) {
    return text == "ground" || text == "net" || text == "input net";
}

} // namespace

std::string nodeText(const GraphSet& set, std::size_t node) {
    const float* row = set.x.data() + node * set.featureWidth;
    if (set.featureWidth == kResistive)
        return resistiveText(row);
    if (set.featureWidth == kAnalog)
        return analogText(row);
    std::string text;
    for (std::size_t c = 0; c < set.featureWidth; ++c) {
        if (row[c] == 1.0F)
            text += (text.empty() ? "" : " ") +
                    (c < set.featureNames.size() ? set.featureNames[c] : "x" + std::to_string(c));
    }
    return text.empty() ? "net" : text;
}

GraphText graphText(const GraphSet& set, std::size_t graph) {
    const auto first = static_cast<std::size_t>(set.nodePtr[graph]);
    const auto count = static_cast<std::size_t>(set.nodePtr[graph + 1]) - first;
    GraphText out;
    out.nodes.reserve(count);
    for (std::size_t n = 0; n < count; ++n)
        out.nodes.push_back(nodeText(set, first + n));
    out.terminals.assign(count, 0);
    std::vector<std::set<std::string>> touched(count);
    for (auto e = set.edgePtr[graph]; e < set.edgePtr[graph + 1]; ++e) {
        const auto u = static_cast<std::size_t>(set.edges[static_cast<std::size_t>(2 * e)]);
        const auto v = static_cast<std::size_t>(set.edges[static_cast<std::size_t>(2 * e + 1)]);
        ++out.terminals[u];
        ++out.terminals[v];
        touched[u].insert(out.nodes[v]);
        touched[v].insert(out.nodes[u]);
    }
    std::set<std::string> kinds;
    for (std::size_t n = 0; n < count; ++n) {
        out.devices.push_back(join(touched[n]));
        if (!isNet(out.nodes[n]))
            kinds.insert(out.nodes[n].substr(0, out.nodes[n].find(' ')));
    }
    out.circuit = join(kinds);
    return out;
}

} // namespace ohm::dataset
