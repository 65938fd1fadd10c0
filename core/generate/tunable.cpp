// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/tunable.h"

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/netlist/circuitdata.h"
#include "core/schematic/importer.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace ohm::generate {
namespace {

using netlist::Circuit;
using netlist::CircuitPtr;
using netlist::DeviceId;
using netlist::DeviceKind;

constexpr std::size_t kMostProbed = 2000; ///< devices up to which a .param's effect is looked for
constexpr std::size_t kMostKnobs = 500;

using Read = std::function<Expected<CircuitPtr>(const netlist::ReadOptions&, StopToken)>;

class Tunable : public TunableCircuit {
public:
    Tunable(CircuitPtr nominal, Read read, netlist::ReadOptions options)
        : m_nominal(std::move(nominal))
        , m_read(std::move(read))
        , m_options(std::move(options)) {}
    const CircuitPtr& nominal() const override { return m_nominal; }
    const std::vector<Knob>& knobs() const override { return m_knobs; }

    Expected<CircuitPtr> at(std::span<const std::size_t> knobs,
                            std::span<const double> values) const override {
        netlist::ReadOptions options = m_options;
        for (std::size_t i = 0; i < knobs.size(); ++i) {
            if (knobs[i] >= m_knobs.size() || i >= values.size() || !std::isfinite(values[i]))
                return fail("GEN-001", "A value of the circuit cannot be set");
            const Knob& knob = m_knobs[knobs[i]];
            if (knob.isParameter)
                options.parameters[knob.name] = values[i];
            else
                options.deviceValues[deviceOf(knob)][fieldOf(knob)] = values[i];
        }
        auto circuit = m_read(options, {});
        if (!circuit)
            return circuit;
        if ((*circuit)->deviceCount() != m_nominal->deviceCount() ||
            (*circuit)->terminalCount() != m_nominal->terminalCount() ||
            (*circuit)->netCount() != m_nominal->netCount())
            return fail("GEN-001", "With these values the circuit has another structure");
        return circuit;
    }

    /// "rz" -> "rz", "value"; "mn1.m" -> "mn1", "m"; "vdd.dc" -> "vdd", "value".
    static std::string deviceOf(const Knob& knob) {
        return knob.name.substr(0, knob.name.find('.'));
    }
    static std::string fieldOf(const Knob& knob) {
        const std::size_t dot = knob.name.find('.');
        const std::string field = dot == std::string::npos ? "value" : knob.name.substr(dot + 1);
        return field == "dc" ? "value" : field;
    }

    void add(Knob knob) {
        if (m_knobs.size() < kMostKnobs)
            m_knobs.push_back(std::move(knob));
    }

private:
    CircuitPtr m_nominal;
    Read m_read;
    netlist::ReadOptions m_options;
    std::vector<Knob> m_knobs;
};

/// A range that makes sense where nobody declared one.
void setRange(Knob& knob, DeviceKind kind, const std::string& field) {
    const double v = knob.nominal;
    if (kind == DeviceKind::VoltageSource) {
        const double half = std::max(0.2 * std::fabs(v), 0.1);
        knob.low = v - half;
        knob.high = v + half;
    } else if (field == "m") {
        knob.low = 1;
        knob.high = std::max(100.0, 2 * v);
        knob.step = 1;
    } else if (v > 0) {
        const double factor = kind == DeviceKind::CurrentSource ? 3 : 10;
        knob.low = v / factor;
        knob.high = v * factor;
        knob.logarithmic = true;
    } else {
        knob.low = v < 0 ? 10 * v : 0;
        knob.high = v < 0 ? v / 10 : 1;
    }
}

/// Ranges of the project file where it declares the parameter.
void declare(Knob& knob, const project::Project* project) {
    if (!project)
        return;
    for (const auto& spec : project->parameters) {
        if (toLower(spec.name) != knob.name || !(spec.max > spec.min))
            continue;
        knob.low = spec.min;
        knob.high = spec.max;
        knob.step = spec.step;
        knob.logarithmic = spec.logarithmic;
        if (!spec.unit.empty())
            knob.unit = spec.unit;
    }
}

const char* unitOf(DeviceKind kind) {
    switch (kind) {
    case DeviceKind::Resistor:
        return "ohm";
    case DeviceKind::Capacitor:
        return "F";
    case DeviceKind::Inductor:
        return "H";
    case DeviceKind::VoltageSource:
        return "V";
    case DeviceKind::CurrentSource:
        return "A";
    default:
        return "";
    }
}

/// Devices that change with a parameter: those whose values differ after a nudge.
std::vector<DeviceId> driven(const Tunable& circuit, std::size_t knob) {
    std::vector<DeviceId> out;
    const Circuit& before = *circuit.nominal();
    if (before.deviceCount() > kMostProbed)
        return out;
    const double v = circuit.knobs()[knob].nominal;
    const double nudged = v == 0 ? 1 : v * 1.5;
    const std::size_t which[] = {knob};
    const double value[] = {nudged};
    const auto after = circuit.at(which, value);
    if (!after)
        return out;
    for (DeviceId d = 0; d < before.deviceCount(); ++d) {
        const auto a = before.deviceParameters(d);
        const auto b = (*after)->deviceParameters(d);
        const bool same =
            std::equal(a.begin(), a.end(), b.begin(), b.end(),
                       [](const auto& x, const auto& y) { return x.value == y.value; });
        if (!same)
            out.push_back(d);
    }
    return out;
}

void addParameters(Tunable& tunable, const project::Project* project) {
    const auto& data = tunable.nominal()->data();
    const auto& cell = data.cells[netlist::kTopLevel];
    for (std::size_t i = 0; i < cell.params.size(); ++i) {
        const auto& def = cell.params[i];
        if (def.formal || cell.paramIndex.at(def.name) != i)
            continue;
        const auto value = parseSi(data.text.view(def.text)); // an expression follows others
        if (!value)
            continue;
        Knob knob;
        knob.name = toLower(data.symbols.name(def.name));
        knob.nominal = *value;
        knob.isParameter = true;
        setRange(knob, DeviceKind::Other, "");
        declare(knob, project);
        tunable.add(std::move(knob));
    }
}

void addDevices(Tunable& tunable, const project::Project* project) {
    const Circuit& circuit = *tunable.nominal();
    for (DeviceId d = 0; d < circuit.deviceCount(); ++d) {
        const std::string name = circuit.deviceName(d);
        if (name.find('.') != std::string::npos)
            continue; // inside a subcircuit, which may stand several times
        const DeviceKind kind = circuit.deviceKind(d);
        const bool mos = kind == DeviceKind::Mosfet;
        const bool source = kind == DeviceKind::VoltageSource || kind == DeviceKind::CurrentSource;
        if (!mos && !source && kind != DeviceKind::Resistor && kind != DeviceKind::Capacitor &&
            kind != DeviceKind::Inductor)
            continue;
        bool hasMultiplier = false;
        for (const auto& parameter : circuit.deviceParameters(d)) {
            const bool main = parameter.name == "value" && !mos;
            const bool size =
                mos && (parameter.name == "m" || parameter.name == "w" || parameter.name == "l");
            hasMultiplier = hasMultiplier || parameter.name == "m";
            if ((!main && !size) || !parseSi(parameter.text)) // literal values only
                continue;
            Knob knob;
            knob.name = toLower(name) + (main ? (source ? ".dc" : "") : "." + parameter.name);
            knob.unit = main ? unitOf(kind) : parameter.name == "m" ? "" : "m";
            knob.nominal = *parameter.value;
            knob.devices = {d};
            setRange(knob, kind, parameter.name);
            declare(knob, project);
            tunable.add(std::move(knob));
        }
        if (mos && !hasMultiplier) {
            Knob knob;
            knob.name = toLower(name) + ".m";
            knob.nominal = 1;
            knob.devices = {d};
            setRange(knob, kind, "m");
            declare(knob, project);
            tunable.add(std::move(knob));
        }
    }
}

/// The knobs with the devices that each drives.
class Complete : public TunableCircuit {
public:
    Complete(std::shared_ptr<const Tunable> inner, std::vector<Knob> knobs)
        : m_inner(std::move(inner))
        , m_knobs(std::move(knobs)) {}
    const CircuitPtr& nominal() const override { return m_inner->nominal(); }
    const std::vector<Knob>& knobs() const override { return m_knobs; }
    Expected<CircuitPtr> at(std::span<const std::size_t> knobs,
                            std::span<const double> values) const override {
        return m_inner->at(knobs, values);
    }

private:
    std::shared_ptr<const Tunable> m_inner;
    std::vector<Knob> m_knobs;
};

} // namespace

Expected<std::shared_ptr<const TunableCircuit>> makeTunable(const std::filesystem::path& path,
                                                            const netlist::ReadOptions& options,
                                                            const project::Project* project,
                                                            StopToken stop) {
    netlist::ReadOptions base = options;
    Read read = [path](const netlist::ReadOptions& changed, StopToken token) {
        return netlist::readNetlist(path, changed, token);
    };
    if (schematic::looksLikeSchematic(path)) {
        auto sheet = schematic::importSchematic(path, {options.searchPath, options.searchPath});
        if (!sheet)
            return sheet.failure();
        base.dialect = netlist::Dialect::Ltspice;
        read = [text = std::move(sheet->netlistText), path](const netlist::ReadOptions& changed,
                                                            StopToken token) {
            return netlist::readNetlistText(text, path.string(), path.parent_path(), changed,
                                            token);
        };
    }
    auto nominal = read(base, stop);
    if (!nominal)
        return nominal.failure();
    const auto tunable = std::make_shared<Tunable>(*nominal, read, base);
    addParameters(*tunable, project);
    addDevices(*tunable, project);
    std::vector<Knob> knobs = tunable->knobs();
    for (std::size_t i = 0; i < knobs.size(); ++i) {
        if (stop.stopRequested())
            return fail("GEN-012", "Stopped");
        if (knobs[i].isParameter)
            knobs[i].devices = driven(*tunable, i);
    }
    return std::shared_ptr<const TunableCircuit>(
        std::make_shared<Complete>(tunable, std::move(knobs)));
}

} // namespace ohm::generate
