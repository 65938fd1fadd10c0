// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/operatingpoint.h"

#include "core/base/text.h"
#include "core/netlist/writer.h"
#include "core/sim/devicestate.h"
#include "core/sim/devicetable.h"
#include "core/sim/ngspicelog.h"

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>

namespace ohm::sim {
namespace {

constexpr double kTimeLimit = 600; ///< seconds; the user can stop it before
/// Beyond this many devices their table would take hundreds of megabytes.
constexpr std::size_t kMaxTableDevices = 200'000;
constexpr std::string_view kShortMark = "_ohm";
/// Elements whose row of the table is used, and to whose names no other card refers.
constexpr std::string_view kShortened = "mqdjzribgf";

/// ngspice cuts names in its tables, so long ones get short stand-ins for the run.
class NameShortener {
public:
    NameShortener(netlist::FlatDeck& deck);
    /// Puts the names of the deck back into a message.
    std::string restored(const std::string& text) const;
    /// The device behind a name in the table.
    std::optional<netlist::DeviceId> find(const std::string& name) const {
        const auto it = m_devices.find(name);
        return it == m_devices.end() ? std::nullopt : std::optional(it->second);
    }

private:
    void rewrite(std::string& text) const;

    std::unordered_map<std::string, netlist::DeviceId> m_devices; ///< by name in the run
    std::unordered_map<std::string, std::string> m_short, m_long; ///< each way
};

NameShortener::NameShortener(netlist::FlatDeck& deck) {
    m_devices.reserve(deck.deviceNames.size());
    // A behavioural expression may name a device ("@m.x1.m2[id]"); then all keep their names.
    const bool named = deck.text.find('@') != std::string::npos;
    for (std::size_t i = 0; i < deck.deviceNames.size(); ++i) {
        std::string name = toLower(deck.deviceNames[i]);
        if (name.empty())
            continue;
        if (!named && name.size() > kTableNameLength &&
            kShortened.find(name.front()) != std::string_view::npos) {
            std::string shorter = name.front() + std::string(kShortMark) + std::to_string(i);
            m_long.emplace(shorter, name);
            m_short.emplace(name, shorter);
            name = std::move(shorter);
        }
        m_devices.emplace(std::move(name), static_cast<netlist::DeviceId>(i));
    }
    if (!m_short.empty())
        rewrite(deck.text);
}

void NameShortener::rewrite(std::string& text) const {
    std::string result;
    result.reserve(text.size());
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        auto line = rest.substr(0, end == std::string_view::npos ? end : end + 1);
        rest.remove_prefix(line.size());
        const auto word = line.substr(0, line.find_first_of(" \t\n"));
        const auto it =
            word.size() > kTableNameLength ? m_short.find(toLower(word)) : m_short.end();
        if (it != m_short.end()) {
            result += it->second;
            line.remove_prefix(word.size());
        }
        result += line;
    }
    text = std::move(result);
}

std::string NameShortener::restored(const std::string& text) const {
    if (m_long.empty())
        return text;
    std::string result;
    std::size_t done = 0;
    for (std::size_t at = 0; (at = text.find(kShortMark, at)) != std::string::npos;) {
        const std::size_t start = at == 0 ? 0 : at - 1;
        at += kShortMark.size();
        std::size_t end = at;
        while (end < text.size() && text[end] >= '0' && text[end] <= '9')
            ++end;
        const auto it = m_long.find(text.substr(start, end - start));
        if (it == m_long.end() || start < done)
            continue;
        result.append(text, done, start - done);
        result += it->second;
        done = end;
    }
    return result.append(text, done, std::string::npos);
}

/// What the writer had to leave out.
struct Missing {
    std::size_t count = 0;
    bool onlyBlackBoxes = true;
    std::string text; ///< "nfet_01v8 (12 times), magic", with the reason where it is another
};

Missing missingIn(const netlist::Circuit& circuit, const netlist::FlatDeck& deck) {
    Missing missing;
    std::map<std::string, std::size_t> names;
    for (std::size_t i = 0; i < deck.deviceNames.size(); ++i) {
        if (!deck.deviceNames[i].empty())
            continue;
        const auto device = static_cast<netlist::DeviceId>(i);
        const std::string deviceName = circuit.deviceName(device);
        std::string name(circuit.deviceMaster(device));
        ++missing.count;
        if (circuit.deviceLetter(device) != 'x') {
            missing.onlyBlackBoxes = false;
            name = deviceName;
            const auto reason =
                std::find_if(deck.diagnostics.begin(), deck.diagnostics.end(),
                             [&](const Diagnostic& found) { return found.object == deviceName; });
            if (reason != deck.diagnostics.end())
                name += " (" + reason->text + ")";
        }
        ++names[name.empty() ? deviceName : name];
    }
    constexpr std::size_t kNamed = 8;
    std::size_t named = 0;
    for (const auto& [name, uses] : names) {
        if (named++ == kNamed) {
            missing.text += " and " + std::to_string(names.size() - kNamed) + " more";
            break;
        }
        missing.text += (missing.text.empty() ? "" : ", ") + name +
                        (uses > 1 ? " (" + std::to_string(uses) + " times)" : "");
    }
    return missing;
}

/// The error that names what is missing.
Unexpected refusal(const Missing& missing, const netlist::Circuit& circuit) {
    const std::string devices =
        missing.count == 1 ? std::string("A device cannot be simulated")
                           : std::to_string(missing.count) + " devices cannot be simulated";
    const std::string why = missing.onlyBlackBoxes
                                ? (missing.count == 1 ? " because its definition is missing"
                                                      : " because their definitions are missing")
                                : "";
    return fail("SIM-020", devices + why, missing.text,
                circuit.files().empty() ? std::string() : circuit.files().front(),
                missing.onlyBlackBoxes ? "Add the folder of their models to the search path"
                                       : "Correct them or simulate without them");
}

Diagnostic finding(Severity severity, std::string code, std::string text, std::string object = {}) {
    Diagnostic diagnostic;
    diagnostic.severity = severity;
    diagnostic.code = std::move(code);
    diagnostic.text = std::move(text);
    diagnostic.object = std::move(object);
    return diagnostic;
}

class Reader {
public:
    Reader(const netlist::Circuit& circuit, const netlist::FlatDeck& deck,
           const NameShortener& names, const Outcome& outcome)
        : m_circuit(circuit)
        , m_deck(deck)
        , m_names(names)
        , m_outcome(outcome) {
        m_point.log = names.restored(outcome.log);
        m_point.seconds = outcome.seconds;
        for (const auto& vector : outcome.plots.front().vectors)
            m_values.emplace(vector.name, vector.real.front());
    }

    OperatingPoint read() {
        readNets();
        readDevices();
        tellSuspects();
        return std::move(m_point);
    }

private:
    const double* value(const std::string& name) const {
        const auto it = m_values.find(name);
        return it == m_values.end() ? nullptr : &it->second;
    }
    void readNets();
    void readDevices();
    void readDevice(netlist::DeviceId device, const DeviceRow* row);
    void tellSuspects();

    const netlist::Circuit& m_circuit;
    const netlist::FlatDeck& m_deck;
    const NameShortener& m_names;
    const Outcome& m_outcome;
    std::unordered_map<std::string, double> m_values;
    OperatingPoint m_point;
};

void Reader::readNets() {
    m_point.netVoltages.assign(m_circuit.netCount(), std::numeric_limits<double>::quiet_NaN());
    std::size_t unknown = 0;
    std::string example;
    for (std::size_t i = 0; i < m_point.netVoltages.size(); ++i) {
        const auto net = static_cast<netlist::NetId>(i);
        if (m_circuit.isGround(net) || m_deck.netNames[i] == "0") {
            m_point.netVoltages[i] = 0;
        } else if (const double* found = value(toLower(m_deck.netNames[i]))) {
            m_point.netVoltages[i] = *found;
        } else {
            if (unknown++ == 0)
                example = m_circuit.netName(net);
        }
    }
    if (unknown > 0)
        m_point.diagnostics.push_back(
            finding(Severity::Note, "SIM-022",
                    unknown == 1 ? "The simulator gave no voltage for the net " + example
                                 : "The simulator gave no voltage for " + std::to_string(unknown) +
                                       " nets, " + example + " among them",
                    example));
}

void Reader::readDevice(netlist::DeviceId device, const DeviceRow* row) {
    auto& state = m_point.devices[device];
    std::vector<double> terminals;
    for (const auto net : m_circuit.deviceNets(device))
        terminals.push_back(m_point.netVoltages[net]);
    const std::string name = toLower(m_deck.deviceNames[device]);
    if (row)
        state = deviceState(*row, name.front(), m_circuit.devicePolarity(device), terminals);
    // Sources, inductors and controlled voltage sources have their current among the unknowns.
    if (const double* current = value(name + "#branch")) {
        state.current = *current;
        state.values.clear();
        state.values.emplace_back("i", *current);
        if (terminals.size() >= 2) {
            const double voltage = terminals[0] - terminals[1];
            state.values.emplace_back("v", voltage);
            state.values.emplace_back("p", voltage * *current);
        }
    } else if (name.front() == 'c' && terminals.size() >= 2) {
        state.current = 0; // at DC
        state.values.emplace_back("v", terminals[0] - terminals[1]);
    }
}

void Reader::readDevices() {
    m_point.devices.resize(m_circuit.deviceCount());
    std::vector<const DeviceRow*> rows(m_circuit.deviceCount(), nullptr);
    for (const auto& row : m_outcome.devices)
        if (const auto device = m_names.find(row.name))
            rows[*device] = &row;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (!m_deck.deviceNames[i].empty())
            readDevice(static_cast<netlist::DeviceId>(i), rows[i]);
}

void Reader::tellSuspects() {
    if (!m_outcome.singular)
        return;
    std::unordered_map<std::string, std::string> netNames;
    for (std::size_t i = 0; i < m_deck.netNames.size(); ++i)
        netNames.emplace(toLower(m_deck.netNames[i]),
                         m_circuit.netName(static_cast<netlist::NetId>(i)));
    const auto suspects = readLog(m_outcome.log).suspectNodes;
    for (const auto& node : suspects) {
        const auto it = netNames.find(node);
        const std::string name = it == netNames.end() ? node : it->second;
        m_point.diagnostics.push_back(
            finding(Severity::Warning, "SIM-021",
                    "The voltage at " + name + " is not determined: it has no DC path to ground",
                    it == netNames.end() ? std::string() : name));
    }
    if (suspects.empty())
        m_point.diagnostics.push_back(
            finding(Severity::Warning, "SIM-021",
                    "The circuit's equations are singular: some node has no "
                    "DC path to ground"));
}

} // namespace

Expected<OperatingPoint> operatingPoint(SimulatorPool& pool, const netlist::Circuit& circuit,
                                        StopToken stop, ProgressSink& progress, bool allowMissing,
                                        bool deviceValues) {
    progress.report(-1, "Writing the deck");
    auto deck = netlist::writeFlatDeck(circuit);
    if (const auto missing = missingIn(circuit, deck); missing.count > 0 && !allowMissing)
        return refusal(missing, circuit);
    if (stop.shouldStop())
        return fail("SIM-006", "The simulation was stopped");
    const NameShortener names(deck);
    auto version = pool.version();
    if (!version)
        return version.failure();

    Job job;
    job.deck = std::move(deck.text);
    job.analyses.push_back({});
    job.timeoutSeconds = kTimeLimit;
    job.deviceTable = deviceValues && circuit.deviceCount() <= kMaxTableDevices;
    progress.report(-1, "Simulating");
    auto outcome = pool.run(job, stop);
    if (!outcome) {
        Error error = outcome.error();
        error.detail = names.restored(error.detail);
        return fail(std::move(error));
    }
    auto point = Reader(circuit, deck, names, *outcome).read();
    point.simulator = *version;
    if (deviceValues && !job.deviceTable)
        point.diagnostics.push_back(
            finding(Severity::Note, "SIM-023",
                    "The circuit has more than " + std::to_string(kMaxTableDevices) +
                        " devices: only node voltages and currents of sources are shown"));
    point.diagnostics.insert(point.diagnostics.begin(), deck.diagnostics.begin(),
                             deck.diagnostics.end());
    progress.report(1, "Done");
    return point;
}

} // namespace ohm::sim
