// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/writer.h"

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/netlist/writerdevices.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ohm::netlist {
namespace {

/// Options that change an operating point or how it is found; numbers only.
constexpr std::string_view kOptions[] = {
    "abstol", "chgtol", "defad",  "defas",  "defl",   "defw",     "gmin",   "gminsteps", "itl1",
    "itl2",   "itl4",   "maxord", "pivrel", "pivtol", "reltol",   "rshunt", "srcsteps",  "temp",
    "tnom",   "trtol",  "vntol",  "xmu",    "cshunt", "minbreak", "gshunt", "noopiter",  "rseries"};

/// Cards that are one for the whole deck.
class DeckWriter {
public:
    explicit DeckWriter(const Circuit& circuit)
        : m_circuit(circuit)
        , m_data(circuit.data())
        , m_evaluator(m_data)
        , m_names(circuit)
        , m_findings(circuit)
        , m_models(m_data, m_evaluator, m_names, m_findings) {}

    FlatDeck run() {
        readOptions();
        FlatDeck deck;
        nameDevices(deck.deviceNames);
        DeviceComposer composer(m_circuit, m_evaluator, m_names, m_models, m_findings,
                                deck.deviceNames, m_scale);
        const std::string devices = writeDevices(composer, deck.deviceNames);
        const std::string conditions = nodeConditions(composer);
        deck.text = "* Flat netlist written by Ohmscape\n" + m_options + m_models.takeText() +
                    devices + conditions;
        deck.netNames = m_names.takeNets();
        deck.diagnostics = m_findings.take();
        return deck;
    }

private:
    double number(std::string_view text, double otherwise) {
        const auto value = evaluate(text, topScope());
        return value ? *value : otherwise;
    }
    const Scope& topScope() {
        return m_data.top == kTopLevel ? m_evaluator.scope(0) : m_evaluator.cellScope(kTopLevel);
    }

    void readOptions() {
        std::string line;
        for (const Card& card : m_data.cards) {
            const std::string_view keyword = m_data.symbols.name(card.keyword);
            const std::string_view text = m_data.text.view(card.text);
            if (keyword == "temp") {
                const auto items = tailItems(text, m_data.dialect);
                if (!items.empty())
                    if (const auto value = evaluate(items.front().text, topScope()))
                        m_options += ".temp " +
                                     deckLiteral(items.front().text, *value, m_data.dialect) + "\n";
            } else if (keyword == "option" || keyword == "options" || keyword == "opt") {
                for (const TailItem& item : tailItems(text, m_data.dialect))
                    line += option(item);
            }
        }
        if (!line.empty())
            m_options += ".options" + line + "\n";
    }

    std::string option(const TailItem& item) {
        if (item.name.empty()) {
            const std::string flag = toLower(item.text);
            return flag == "noopiter" ? " " + flag : std::string();
        }
        const auto value = evaluate(item.text, topScope());
        if (item.name == "method") {
            const std::string method = toLower(unquoted(item.text));
            return method == "gear" || method == "trap" ? " method=" + method : std::string();
        }
        if (!value)
            return {};
        if (item.name == "scale") {
            // Written into the sizes: ngspice would keep it for the decks that follow.
            m_scale = *value;
            return {};
        }
        if (std::find(std::begin(kOptions), std::end(kOptions), item.name) == std::end(kOptions))
            return {};
        return " " + item.name + "=" + deckLiteral(item.text, *value, m_data.dialect);
    }

    /// Devices in the order in which ngspice expands a netlist, instances in place: the order
    /// decides which of several solutions a bistable circuit settles in.
    template <typename Visit>
    void everyDevice(const Visit& visit, std::uint32_t scope = 0) {
        const FlatScope& flat = m_data.scopes[scope];
        const Cell& cell = m_data.cells[flat.cell];
        std::size_t call = 0;
        std::uint32_t child = scope + 1;
        const auto expandUpTo = [&](std::uint32_t instance) {
            for (; call < cell.calls.size() && cell.calls[call] < instance; ++call) {
                const std::uint32_t scopes =
                    m_data.scopeCounts[cell.instances[cell.calls[call]].target];
                if (scopes > 0)
                    everyDevice(visit, child);
                child += scopes;
            }
        };
        for (std::size_t k = 0; k < cell.deviceCount(); ++k) {
            const std::uint32_t instance = cell.deviceInstance(k);
            expandUpTo(instance);
            visit(scope, flat.firstDevice + static_cast<DeviceId>(k), cell.instances[instance]);
        }
        expandUpTo(kNone);
    }

    void nameDevices(std::vector<std::string>& names) {
        names.resize(m_circuit.deviceCount());
        std::uint32_t prefixScope = kNone;
        std::string prefix;
        everyDevice([&](std::uint32_t scope, DeviceId id, const Instance& instance) {
            if (scope != prefixScope)
                prefix = m_data.scopePrefix(prefixScope = scope);
            // Black boxes get no line, hence no name.
            if (instance.letter != 'x')
                names[id] = m_names.device(instance.letter,
                                           prefix + std::string(m_data.text.view(instance.name)));
        });
    }

    std::string writeDevices(DeviceComposer& composer, std::vector<std::string>& names) {
        std::string text;
        DeckDevice device;
        // Inductors may stand after the coupling that names them, so couplings come last.
        for (const bool coupling : {false, true}) {
            std::uint32_t prefixScope = kNone;
            std::string prefix;
            everyDevice([&](std::uint32_t scope, DeviceId id, const Instance& instance) {
                if ((instance.letter == 'k') != coupling)
                    return;
                if (scope != prefixScope)
                    prefix = m_data.scopePrefix(prefixScope = scope);
                device.id = id;
                device.scope = scope;
                device.instance = &instance;
                device.letter = instance.letter;
                device.path = prefix + std::string(m_data.text.view(instance.name));
                device.name = names[id];
                device.nets.clear();
                device.items.clear();
                if (instance.letter != 'x') { // black boxes are only counted
                    for (const NetId net : m_circuit.deviceNets(id))
                        device.nets.push_back(m_names.net(net));
                    device.items = tailItems(m_data.text.view(instance.tail), m_data.dialect);
                }
                const std::string lines = composer.compose(device);
                names[id] = lines.empty() ? std::string() : device.name;
                text += lines;
            });
        }
        return text;
    }

    /// .nodeset and .ic, those inside a subcircuit once per instance.
    std::string nodeConditions(DeviceComposer& composer) {
        std::string text;
        std::unordered_map<CellId, std::vector<std::uint32_t>> scopesOf;
        for (const Card& card : m_data.cards) {
            const std::string_view keyword = m_data.symbols.name(card.keyword);
            if (keyword != "nodeset" && keyword != "ic")
                continue;
            if (scopesOf.empty())
                for (std::uint32_t scope = 0; scope < m_data.scopes.size(); ++scope)
                    scopesOf[m_data.scopes[scope].cell].push_back(scope);
            for (const TailItem& item : tailItems(m_data.text.view(card.text), m_data.dialect)) {
                const std::size_t open = item.name.find('(');
                if (open == item.name.npos || item.name.front() != 'v' || item.name.back() != ')')
                    continue;
                const std::string node = item.name.substr(open + 1, item.name.size() - open - 2);
                for (const std::uint32_t scope : scopesOf[card.cell]) {
                    const auto name = composer.nodeIn(scope, node);
                    const auto value = m_evaluator.value(scope, item.text);
                    if (name && *name != "0" && value)
                        text += "." + std::string(keyword) + " v(" + *name +
                                ")=" + deckLiteral(item.text, *value, m_data.dialect) + "\n";
                }
            }
        }
        return text;
    }

    const Circuit& m_circuit;
    const CircuitData& m_data;
    Evaluator m_evaluator;
    WriterNames m_names;
    WriterFindings m_findings;
    WriterModels m_models;
    std::string m_options;
    double m_scale = 1;
};

} // namespace

FlatDeck writeFlatDeck(const Circuit& circuit) {
    return DeckWriter(circuit).run();
}

} // namespace ohm::netlist
