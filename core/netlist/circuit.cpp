// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/circuit.h"

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/netlist/circuitdata.h"
#include "core/netlist/elementtext.h"
#include "core/netlist/evaluator.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

namespace ohm::netlist {

const char* dialectName(Dialect dialect) {
    switch (dialect) {
    case Dialect::Spice:
        return "spice";
    case Dialect::Hspice:
        return "hspice";
    case Dialect::Cdl:
        return "cdl";
    case Dialect::Pspice:
        return "pspice";
    case Dialect::Ltspice:
        return "ltspice";
    case Dialect::Spectre:
        break;
    }
    return "spectre";
}

Circuit::Circuit(std::unique_ptr<const CircuitData> data)
    : m_data(std::move(data)) {}
Circuit::~Circuit() = default;

const std::string& Circuit::title() const {
    return m_data->title;
}
const std::vector<std::string>& Circuit::files() const {
    return m_data->files;
}
Dialect Circuit::dialect() const {
    return m_data->dialect;
}
const Diagnostics& Circuit::diagnostics() const {
    return m_data->diagnostics;
}
bool Circuit::isDeck() const {
    return m_data->deck;
}

std::size_t Circuit::cellCount() const {
    return m_data->cells.size();
}
CellId Circuit::topCell() const {
    return m_data->top;
}
std::optional<CellId> Circuit::findCell(std::string_view name) const {
    if (name.empty())
        return kTopLevel;
    const auto symbol = m_data->symbols.find(m_data->fold(name));
    if (!symbol)
        return std::nullopt;
    const auto found = m_data->cellByName.find(*symbol);
    if (found == m_data->cellByName.end())
        return std::nullopt;
    return found->second;
}
std::string_view Circuit::cellName(CellId cell) const {
    return m_data->symbols.name(m_data->cells[cell].name);
}
std::size_t Circuit::cellPortCount(CellId cell) const {
    return m_data->cells[cell].portCount;
}
std::size_t Circuit::cellNetCount(CellId cell) const {
    return m_data->cells[cell].netNames.size();
}
std::string_view Circuit::cellNetName(CellId cell, std::uint32_t net) const {
    const Cell& owner = m_data->cells[cell];
    if (const std::uint32_t global = owner.globalOf(net); global != kNone)
        return m_data->globals[global];
    return m_data->text.view(owner.netNames[net]);
}
std::size_t Circuit::cellInstanceCount(CellId cell) const {
    return m_data->cells[cell].instances.size();
}

InstanceView Circuit::cellInstance(CellId cell, std::uint32_t index) const {
    const Instance& instance = m_data->cells[cell].instances[index];
    InstanceView view;
    view.name = m_data->text.view(instance.name);
    view.letter = instance.letter;
    view.kind = instance.kind();
    view.polarity = m_data->polarity(instance);
    view.master = m_data->masterName(instance);
    view.child = instance.targetKind() == TargetKind::Cell ? instance.target : kNone;
    view.nets = m_data->cells[cell].instanceNets(index);
    view.location = {instance.file, instance.line};
    return view;
}

std::vector<Parameter> Circuit::cellInstanceParameters(CellId cell, std::uint32_t index) const {
    Evaluator evaluator(*m_data);
    return evaluator.cellParameters(cell, m_data->cells[cell].instances[index]);
}

std::size_t Circuit::deviceCount() const {
    return m_data->deviceTotal;
}
std::size_t Circuit::netCount() const {
    return m_data->netTotal;
}
std::size_t Circuit::terminalCount() const {
    return m_data->terminalNets.size();
}
std::optional<NetId> Circuit::ground() const {
    if (m_data->globalNets.empty() || m_data->globalNets[0] == kNone)
        return std::nullopt;
    return m_data->globalNets[0];
}

std::string Circuit::deviceName(DeviceId device) const {
    const auto place = m_data->place(device);
    std::string name = m_data->scopePrefix(place.scope);
    name += m_data->text.view(m_data->instance(place).name);
    return name;
}
char Circuit::deviceLetter(DeviceId device) const {
    return m_data->instance(m_data->place(device)).letter;
}
DeviceKind Circuit::deviceKind(DeviceId device) const {
    return m_data->instance(m_data->place(device)).kind();
}
Polarity Circuit::devicePolarity(DeviceId device) const {
    return m_data->polarity(m_data->instance(m_data->place(device)));
}
std::string_view Circuit::deviceMaster(DeviceId device) const {
    return m_data->masterName(m_data->instance(m_data->place(device)));
}
SourceLocation Circuit::deviceLocation(DeviceId device) const {
    const Instance& instance = m_data->instance(m_data->place(device));
    return {instance.file, instance.line};
}
std::uint32_t Circuit::firstTerminal(DeviceId device) const {
    const auto place = m_data->place(device);
    return m_data->scopes[place.scope].firstTerminal +
           m_data->cells[place.cell].deviceTerminal(place.index);
}
std::span<const NetId> Circuit::deviceNets(DeviceId device) const {
    const auto place = m_data->place(device);
    const Cell& cell = m_data->cells[place.cell];
    const std::size_t first =
        m_data->scopes[place.scope].firstTerminal + cell.deviceTerminal(place.index);
    const std::size_t count =
        cell.terminalsEnd(place.instance) - cell.instances[place.instance].firstNet;
    return m_data->terminalNets.span(first, count);
}

std::vector<Parameter> Circuit::deviceParameters(DeviceId device) const {
    const auto place = m_data->place(device);
    Evaluator evaluator(*m_data);
    return evaluator.parameters(place.scope, m_data->instance(place));
}

std::optional<double> Circuit::deviceParameter(DeviceId device, std::string_view name) const {
    for (const auto& parameter : deviceParameters(device)) {
        if (parameter.name == name)
            return parameter.value;
    }
    return std::nullopt;
}

namespace {

/// What a label shows of a text: its value where it has one, else the text without its quotes.
class LabelValues {
public:
    LabelValues(const CircuitData& data, std::uint32_t scope)
        : m_data(data)
        , m_scope(scope)
        , m_plain(data.dialect) {}

    std::string show(std::string_view text, bool count) {
        const Expected<double> value = valueOf(text);
        if (!value || !std::isfinite(*value))
            return std::string(unquoted(text));
        return count ? formatExact(rounded(*value)) : formatSpice(rounded(*value));
    }

private:
    struct Numbers : Scope {
        explicit Numbers(Dialect spoken)
            : m_dialect(spoken) {}
        std::optional<double> lookup(std::string_view) const override { return std::nullopt; }
        Dialect dialect() const override { return m_dialect; }
        Dialect m_dialect;
    };

    Expected<double> valueOf(std::string_view text) {
        // Most values are plain numbers: they need no names.
        const bool plain = !text.empty() && text[0] >= '0' && text[0] <= '9' &&
                           std::all_of(text.begin(), text.end(), [](unsigned char c) {
                               return std::isalnum(c) != 0 || c == '.';
                           });
        if (plain)
            return evaluate(text, m_plain);
        if (!m_evaluator)
            m_evaluator.emplace(m_data);
        return m_evaluator->value(m_scope, text);
    }

    /// Six significant digits: 3*0.1 is 0.3 to people.
    static double rounded(double value) {
        std::array<char, 32> text{};
        const auto end = std::to_chars(text.data(), text.data() + text.size(), value,
                                       std::chars_format::scientific, 5)
                             .ptr;
        std::from_chars(text.data(), end, value);
        return value;
    }

    const CircuitData& m_data;
    std::uint32_t m_scope;
    Numbers m_plain;
    std::optional<Evaluator> m_evaluator;
};

bool isCount(std::string_view name) {
    return name == "m" || name == "nf" || name == "mult" || name == "nfin";
}

/// A word of a source's card that is no value: "dc", "pulse(0 1 2n)".
bool isSourceWord(std::string_view text) {
    if (text.starts_with('{') || text.starts_with('\''))
        return false;
    return text.find('(') != text.npos || equalsIgnoreCase(text, "dc") ||
           equalsIgnoreCase(text, "ac");
}

} // namespace

std::string Circuit::deviceLabel(DeviceId device) const {
    constexpr std::size_t kMaxLabel = 60;
    constexpr std::array<std::string_view, 7> kShown{"w", "l", "m", "nf", "mult", "area", "nfin"};
    const auto place = m_data->place(device);
    const Instance& instance = m_data->instance(place);
    LabelValues values(*m_data, place.scope);
    std::string label;
    const auto add = [&](std::string_view text) {
        if (text.empty())
            return;
        if (!label.empty())
            label += ' ';
        label += text;
    };
    const bool sized = instance.letter == 'm' || instance.letter == 'x' || instance.letter == 'q' ||
                       instance.letter == 'd' || instance.letter == 'j' || instance.letter == 'z';
    const bool passive = instance.letter == 'r' || instance.letter == 'c' || instance.letter == 'l';
    bool model = passive && instance.targetKind() == TargetKind::Model;
    for (const auto& item : tailItems(m_data->text.view(instance.tail), m_data->dialect)) {
        if (item.name.empty()) {
            if (model || isSourceWord(item.text))
                add(sized ? std::string_view(item.text) : unquoted(item.text));
            else
                add(values.show(item.text, false));
            model = false; // it stands first
        } else if (!sized || std::find(kShown.begin(), kShown.end(), item.name) != kShown.end()) {
            const std::string text = values.show(item.text, isCount(item.name));
            const bool isValue =
                passive && item.name.size() == 1 && item.name[0] == instance.letter;
            std::string shown = item.name;
            if (sized && (item.name == "w" || item.name == "l"))
                shown[0] = static_cast<char>(shown[0] - 32);
            add(isValue ? text : shown + "=" + text);
        }
        if (label.size() > kMaxLabel)
            break;
    }
    if (label.size() > kMaxLabel) {
        std::size_t cut = kMaxLabel - 3;
        while (cut > 0 && (static_cast<unsigned char>(label[cut]) & 0xC0u) == 0x80u)
            --cut;
        label = label.substr(0, cut) + "...";
    }
    return label;
}

std::vector<std::uint32_t> Circuit::devicePath(DeviceId device) const {
    const auto place = m_data->place(device);
    std::vector<std::uint32_t> path{place.instance};
    for (std::uint32_t at = place.scope; m_data->scopes[at].parent != kNone;
         at = m_data->scopes[at].parent)
        path.push_back(m_data->scopes[at].instance);
    std::reverse(path.begin(), path.end());
    return path;
}

std::string Circuit::netName(NetId net) const {
    if (net < m_data->netGlobals.size())
        return m_data->globals[m_data->netGlobals[net]];
    const std::uint32_t scope = m_data->scopeOfNet(net);
    const Cell& cell = m_data->cells[m_data->scopes[scope].cell];
    std::string name = m_data->scopePrefix(scope);
    name += m_data->text.view(cell.netNames[cell.ownNets[net - m_data->scopes[scope].firstNet]]);
    return name;
}

bool Circuit::isGround(NetId net) const {
    return m_data->globalNets.size() > 0 && m_data->globalNets[0] == net;
}

std::span<const std::uint32_t> Circuit::netTerminals(NetId net) const {
    auto& lazy = m_data->lazy;
    std::call_once(lazy.terminalsOnce, [&] {
        lazy.netStart.resize(m_data->netTotal + 1);
        for (const NetId n : m_data->terminalNets)
            ++lazy.netStart[n + 1];
        for (std::size_t n = 1; n < lazy.netStart.size(); ++n)
            lazy.netStart[n] += lazy.netStart[n - 1];
        PodArray<std::uint32_t> next;
        next.resize(lazy.netStart.size());
        std::copy(lazy.netStart.begin(), lazy.netStart.end(), next.begin());
        lazy.netTerminals.resize(m_data->terminalNets.size());
        for (std::uint32_t t = 0; t < m_data->terminalNets.size(); ++t)
            lazy.netTerminals[next[m_data->terminalNets[t]]++] = t;
    });
    const std::uint32_t first = lazy.netStart[net];
    return lazy.netTerminals.span(first, lazy.netStart[net + 1] - first);
}

DeviceId Circuit::terminalDevice(std::uint32_t terminal) const {
    const std::uint32_t scopeId = m_data->scopeOfTerminal(terminal);
    const FlatScope& scope = m_data->scopes[scopeId];
    const Cell& cell = m_data->cells[scope.cell];
    const std::uint32_t local = terminal - scope.firstTerminal;
    std::size_t low = 0;
    std::size_t high = cell.deviceCount();
    while (low < high) { // first device that begins after `local`
        const std::size_t middle = low + (high - low) / 2;
        if (cell.deviceTerminal(middle) <= local)
            low = middle + 1;
        else
            high = middle;
    }
    return scope.firstDevice + static_cast<DeviceId>(low - 1);
}

CircuitCounts countCircuit(const Circuit& circuit) {
    CircuitCounts counts;
    const CircuitData& data = circuit.data();
    std::array<std::size_t, 256> letters{};
    for (const FlatScope& scope : data.scopes) {
        const Cell& cell = data.cells[scope.cell];
        for (std::size_t k = 0; k < cell.deviceCount(); ++k) {
            const std::uint32_t i = cell.deviceInstance(k);
            ++letters[static_cast<unsigned char>(cell.instances[i].letter)];
            const std::size_t n = cell.terminalsEnd(i) - cell.instances[i].firstNet;
            counts.graphEdges += n * (n > 0 ? n - 1 : 0) / 2;
        }
    }
    for (std::size_t letter = 0; letter < letters.size(); ++letter) {
        if (letters[letter] > 0)
            counts.devices.emplace_back(static_cast<char>(letter), letters[letter]);
        counts.deviceTotal += letters[letter];
    }
    counts.netsWithGround = circuit.netCount();
    counts.nets = counts.netsWithGround - (circuit.ground() ? 1 : 0);
    counts.terminals = circuit.terminalCount();
    counts.graphNodes = counts.terminals + counts.netsWithGround;
    counts.graphEdges += counts.terminals;
    return counts;
}

} // namespace ohm::netlist
