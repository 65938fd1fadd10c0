// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/writerdevices.h"

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/netlist/spectrelexer.h"

#include <algorithm>
#include <cmath>

namespace ohm::netlist {
namespace {

bool contains(std::initializer_list<std::string_view> list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

/// Geometry that ".option scale" multiplies, and how often.
int scaleOrder(char letter, std::string_view name) {
    if (letter != 'm' && letter != 'r' && letter != 'c' && letter != 'd')
        return 0;
    if (contains({"w", "l", "pd", "ps", "pj"}, name))
        return 1;
    return letter == 'm' && contains({"ad", "as"}, name) ? 2 : 0;
}

/// How many nodes an element may have in the deck. A broken card can have any number.
struct NodeCount {
    std::size_t least;
    std::size_t most;
};
NodeCount nodeCount(char letter) {
    constexpr std::size_t kMany = 100000;
    switch (letter) {
    case 'd':
        return {2, 3};
    case 'e':
    case 'g':
        return {2, kMany};
    case 'j':
    case 'z':
    case 'u':
        return {3, 3};
    case 'q':
        return {3, 5};
    case 'm':
        return {3, 7};
    case 's':
    case 't':
    case 'o':
    case 'y':
        return {4, 4};
    case 'p':
        return {2, kMany};
    case 'a':
    case 'k':
    case 'x':
        return {0, kMany};
    default:
        return {2, 2};
    }
}

} // namespace

DeviceComposer::DeviceComposer(const Circuit& circuit, Evaluator& evaluator, WriterNames& names,
                               WriterModels& models, WriterFindings& findings,
                               const std::vector<std::string>& deviceNames, double scale)
    : m_circuit(circuit)
    , m_data(circuit.data())
    , m_evaluator(evaluator)
    , m_names(names)
    , m_models(models)
    , m_findings(findings)
    , m_deviceNames(deviceNames)
    , m_scale(scale) {}

std::string DeviceComposer::compose(DeckDevice& device) {
    m_device = &device;
    // CDL hides sizes and models from SPICE: "$W=1u", "$[rpoly]".
    for (auto item = device.items.begin(); item != device.items.end();) {
        if (!item->name.empty() && item->name.front() == '$')
            item->name.erase(0, 1);
        const bool hidden = item->name.empty() && !item->text.empty() && item->text.front() == '$';
        item = hidden ? device.items.erase(item) : item + 1;
    }
    if (m_prefixScope != device.scope) {
        m_prefixScope = device.scope;
        m_prefix = m_data.scopePrefix(device.scope);
    }
    const NodeCount nodes = nodeCount(device.letter);
    if (device.nets.size() < nodes.least || device.nets.size() > nodes.most)
        return leaveOut("NET-204", "it has " + std::to_string(device.nets.size()) +
                                       " nodes where " + std::to_string(nodes.least) +
                                       " are needed");
    switch (device.letter) {
    case 'r':
    case 'c':
    case 'l':
        return passive();
    case 'v':
    case 'i':
        return source();
    case 'e':
    case 'g':
        return controlledByVoltage();
    case 'f':
    case 'h':
        return controlledByCurrent();
    case 'b':
        return behaviouralSource();
    case 'k':
        return coupling();
    case 'd':
    case 'q':
    case 'j':
    case 'z':
    case 'm':
        return semiconductor();
    case 's':
    case 'w':
        return switchElement();
    case 't':
    case 'o':
    case 'u':
    case 'y':
        return line();
    case 'p':
        return device.instance->targetKind() == TargetKind::Model ? line() : port();
    case 'a':
        return xspice();
    case 'x':
        return leaveOut("NET-201", "its subcircuit \"" +
                                       std::string(m_data.masterName(*device.instance)) +
                                       "\" is not defined");
    default:
        return leaveOut("NET-209", "ngspice has no such element");
    }
}

// --- texts and numbers ------------------------------------------------------------------------

std::optional<double> DeviceComposer::number(std::string_view text) {
    auto value = m_evaluator.value(m_device->scope, text);
    if (value)
        return *value;
    m_reason = value.error().text;
    m_code = value.error().code;
    return std::nullopt;
}

std::optional<std::string> DeviceComposer::literal(std::string_view text) {
    const auto value = number(text);
    return value ? std::optional(deckLiteral(text, *value, m_data.dialect)) : std::nullopt;
}

std::optional<std::string> DeviceComposer::expression(std::string_view text) {
    auto translated =
        translateBehavioural(unquoted(text), m_evaluator.scope(m_device->scope), *this);
    if (translated)
        return std::move(*translated);
    m_reason = translated.error().text;
    m_code = translated.error().code;
    return std::nullopt;
}

/// After `number` failed: the expression, if it failed because it depends on the circuit.
std::optional<std::string> DeviceComposer::behaviourInstead(std::string_view text) {
    return m_code == "NET-106" ? expression(text) : std::nullopt;
}

void DeviceComposer::note(const char* code, const std::string& text, Severity severity) {
    m_findings.add(severity, code, text, {m_device->instance->file, m_device->instance->line},
                   m_device->path);
}

std::string DeviceComposer::leaveOut(const char* code, const std::string& why, Severity severity) {
    note(code, "\"" + m_device->path + "\" is left out of the simulation: " + why, severity);
    return {};
}

const TailItem* DeviceComposer::named(std::string_view name) const {
    const TailItem* found = nullptr;
    for (const TailItem& item : m_device->items)
        if (item.name == name)
            found = &item; // the last one counts
    return found;
}

/// Texts without a name, those that belong to a list before them ("ic=1,2") excepted.
std::vector<std::string_view> DeviceComposer::positional() const {
    std::vector<std::string_view> texts;
    bool list = false;
    for (const TailItem& item : m_device->items) {
        if (!item.name.empty())
            list = item.name == "ic" || item.name == "tc" || item.text.starts_with("[");
        else if (!list)
            texts.push_back(item.text);
    }
    return texts;
}

std::string DeviceComposer::head() const {
    std::string text = m_device->name;
    for (const std::string& net : m_device->nets)
        text += " " + net;
    return text;
}

std::string DeviceComposer::multiplied(const std::string& line) {
    double m = m_evaluator.multiplier(m_device->scope);
    if (const TailItem* item = named("m")) {
        if (const auto own = number(item->text))
            m *= *own;
        else
            note("NET-204",
                 "The multiplier of \"" + m_device->path + "\" is not a number: " + m_reason,
                 Severity::Warning);
    }
    return m == 1.0 ? line : line + " m=" + formatExact(m);
}

std::string DeviceComposer::parameters(std::initializer_list<std::string_view> allowed,
                                       std::initializer_list<std::string_view> handled) {
    std::string text;
    for (const TailItem& item : m_device->items) {
        if (item.name.empty()) {
            if (contains(allowed, "off") && equalsIgnoreCase(item.text, "off"))
                text += " off";
            continue;
        }
        if (item.name == "m" || item.name == "ic" || contains(handled, item.name))
            continue;
        if (!contains(allowed, item.name)) {
            note("NET-208", "Parameter \"" + item.name.substr(0, 60) + "\" of \"" + m_device->path +
                                "\" is not used in the simulation");
            continue;
        }
        const auto value = number(item.text);
        if (!value) {
            note("NET-204",
                 "Parameter \"" + item.name + "\" of \"" + m_device->path +
                     "\" is left out: " + m_reason,
                 Severity::Warning);
            continue;
        }
        text += " " + item.name + "=";
        int order = m_scale == 1 ? 0 : scaleOrder(m_device->letter, item.name);
        if (order == 0)
            text += deckLiteral(item.text, *value, m_data.dialect);
        else
            text += formatExact(*value * std::pow(m_scale, order));
    }
    return text;
}

/// "ic=0.5,2": one number or several.
std::string DeviceComposer::initialConditions() {
    std::string text;
    bool list = false;
    for (const TailItem& item : m_device->items) {
        if (!item.name.empty())
            list = item.name == "ic";
        if (!list)
            continue;
        if (const auto value = literal(item.text))
            text += (text.empty() ? " ic=" : ",") + *value;
    }
    return text;
}

// --- elements ---------------------------------------------------------------------------------

std::string DeviceComposer::passive() {
    const char letter = m_device->letter;
    const std::string_view longName = letter == 'r'   ? "resistance"
                                      : letter == 'c' ? "capacitance"
                                                      : "inductance";
    const std::string_view shortName(&m_device->letter, 1);
    std::string valueText;
    for (const std::string_view name : {shortName, longName, std::string_view("value")})
        if (const TailItem* item = named(name))
            valueText = item->text;
    const std::string_view master = m_data.masterName(*m_device->instance);
    std::vector<std::string_view> rest;
    for (const std::string_view text : positional()) {
        if (m_data.fold(text) == master)
            continue;
        if (valueText.empty())
            valueText = text;
        else
            rest.push_back(text);
    }
    std::string model;
    if (m_device->instance->targetKind() == TargetKind::Model) {
        const WrittenModel& written = m_models.use(*m_device->instance, m_device->scope);
        if (written.name.empty() && valueText.empty())
            return leaveOut("NET-202", "ngspice cannot use its model");
        model = written.name.empty() ? "" : " " + written.name;
    }
    if (valueText.empty() && model.empty())
        return leaveOut("NET-204", m_device->instance->targetKind() == TargetKind::Symbol
                                       ? "its model is not defined"
                                       : "it has no value");
    std::string text = head();
    if (!valueText.empty()) {
        if (const auto value = literal(valueText)) {
            text += " " + *value;
        } else {
            const std::string reason = m_reason;
            const auto behaviour = letter != 'l' ? behaviourInstead(valueText) : std::nullopt;
            if (!behaviour)
                return leaveOut("NET-204", "its value is not a number: " + reason);
            text += " " + std::string(shortName) + "='" + *behaviour + "'";
        }
    }
    text += model;
    // Temperature coefficients in a list: "tc=1m,2u".
    if (const TailItem* item = named("tc")) {
        const auto at = static_cast<std::size_t>(item - m_device->items.data());
        std::vector<std::string_view> list{item->text};
        if (at + 1 < m_device->items.size() && m_device->items[at + 1].name.empty())
            list.push_back(m_device->items[at + 1].text);
        rest.insert(rest.begin(), list.begin(), list.end());
    }
    int order = 0;
    for (const std::string_view coefficient : rest)
        if (const auto value = literal(coefficient); value && ++order <= 2)
            text += " tc" + std::to_string(order) + "=" + *value;
    const std::initializer_list<std::string_view> done{
        shortName, longName, "value", "tc", "rser", "rpar", "cpar", "lser", "rlshunt"};
    if (letter == 'r')
        text += parameters({"w", "l", "temp", "dtemp", "tc1", "tc2", "tce", "scale", "ac", "noisy"},
                           done);
    else if (letter == 'c')
        text += parameters({"w", "l", "temp", "dtemp", "tc1", "tc2", "scale"}, done);
    else
        text += parameters({"temp", "dtemp", "tc1", "tc2", "scale", "nt"}, done);
    if (letter != 'r')
        text += initialConditions();
    return withParasitics(multiplied(text) + "\n");
}

/// LTspice gives a device resistances and capacitances of its own: elements beside it here.
std::string DeviceComposer::withParasitics(std::string line) {
    const auto positive = [&](const char* name) -> std::optional<double> {
        const TailItem* item = named(name);
        const auto value = item ? number(item->text) : std::nullopt;
        return value && *value > 0 ? value : std::nullopt;
    };
    const auto parallel = [&](const char* name, char letter) {
        if (const auto value = positive(name))
            line += m_names.device(letter, m_device->path + "." + name) + " " + m_device->nets[0] +
                    " " + m_device->nets[1] + " " + formatExact(*value) + "\n";
    };
    parallel("rpar", 'r');
    parallel("cpar", 'c');
    if (const auto series = positive("rser")) {
        const std::string inner = m_names.freshNet(m_device->path + ".rser");
        const std::string start = m_device->name + " " + m_device->nets[0] + " ";
        if (line.starts_with(start)) {
            line = start + inner + line.substr(start.size() + m_device->nets[1].size());
            line += m_names.device('r', m_device->path + ".rser") + " " + inner + " " +
                    m_device->nets[1] + " " + formatExact(*series) + "\n";
        }
    }
    return line;
}

std::string DeviceComposer::coupling() {
    std::vector<std::string> coils;
    std::optional<double> factor;
    std::vector<std::string_view> parts = positional();
    for (const char* name : {"ind1", "ind2"}) // Spectre
        if (const TailItem* item = named(name))
            parts.push_back(item->text);
    for (const std::string_view text : parts) {
        const auto device = deviceIn(text);
        if (device && m_circuit.deviceLetter(*device) == 'l' && !m_deviceNames[*device].empty())
            coils.push_back(m_deviceNames[*device]);
        else if (const auto value = number(text))
            factor = value;
        else
            return leaveOut("NET-205", "it couples \"" + std::string(text) +
                                           "\", which is not an inductor beside it");
    }
    for (const char* name : {"k", "coupling", "coefficient", "value"})
        if (const TailItem* item = named(name))
            factor = number(item->text);
    if (coils.size() < 2 || !factor)
        return leaveOut("NET-204", "it needs two inductors and a coupling factor");
    std::string text;
    for (std::size_t i = 0; i < coils.size(); ++i)
        for (std::size_t j = i + 1; j < coils.size(); ++j) {
            const std::string name =
                text.empty()
                    ? m_device->name
                    : m_names.device('k', m_device->path + "_" + std::to_string(i * 100 + j));
            text += name + " " + coils[i] + " " + coils[j] + " " + formatExact(*factor) + "\n";
        }
    return text;
}

std::string DeviceComposer::semiconductor() {
    const WrittenModel& model = m_models.use(*m_device->instance, m_device->scope);
    if (model.name.empty())
        return leaveOut("NET-202", m_device->instance->targetKind() == TargetKind::Model
                                       ? "ngspice cannot use its model"
                                       : "its model \"" +
                                             std::string(m_data.masterName(*m_device->instance)) +
                                             "\" is not defined");
    if (m_device->letter == 'm')
        return mosfet(model);
    if (model.ideal)
        return idealDiode(*model.ideal);
    std::string text = head() + " " + model.name;
    for (const std::string_view item : positional()) {
        if (const auto area = literal(item)) {
            // By name: after a bare number ngspice may not find the model.
            text += " area=" + *area;
            break;
        }
    }
    switch (m_device->letter) {
    case 'd':
        text +=
            parameters({"area", "pj", "w", "l", "lm", "wm", "lp", "wp", "temp", "dtemp", "off"});
        break;
    case 'q':
        text += model.family == ModelFamily::Vbic
                    ? parameters({"area", "temp", "dtemp", "off"})
                    : parameters({"area", "areab", "areac", "temp", "dtemp", "off"});
        break;
    case 'j':
        text += parameters({"area", "temp", "dtemp", "off"});
        break;
    default:
        text += model.type.ends_with("hfet") ? parameters({"w", "l", "temp", "dtemp", "off"})
                                             : parameters({"area", "off"});
        break;
    }
    return multiplied(text + initialConditions()) + "\n";
}

/// Straight lines joined by parabolas (LTspice: "Ron, Roff, Vfwd, Vrev, epsilon, Ilimit").
std::string DeviceComposer::idealDiode(const IdealDiode& diode) {
    const std::string v = "v(" + m_device->nets[0] + "," + m_device->nets[1] + ")";
    // What flows beyond a knee, in addition to the leakage.
    const auto branch = [&](const std::string& beyond, double resistance, double epsilon,
                            double limit) {
        const std::string x = "max(0," + beyond + ")";
        std::string text = x;
        if (epsilon > 0)
            text = "ternary_fcn(" + beyond + "<" + deckNumber(epsilon) + "," + x + "*" + x + "/" +
                   deckNumber(2 * epsilon) + "," + beyond + "-" + deckNumber(epsilon / 2) + ")";
        text += "*" + deckNumber(std::max(1 / std::max(resistance, 1e-12) - 1 / diode.roff, 0.0));
        return limit > 0 ? deckNumber(limit) + "*tanh((" + text + ")/" + deckNumber(limit) + ")"
                         : text;
    };
    std::string text = v + "/" + deckNumber(diode.roff) + "+" +
                       branch("(" + v + "-" + deckNumber(diode.vfwd) + ")", diode.ron,
                              diode.epsilon, diode.ilimit);
    if (diode.vrev < 1e30)
        text += "-" + branch("(-" + v + "-" + deckNumber(diode.vrev) + ")",
                             diode.rrev > 0 ? diode.rrev : diode.ron, diode.revEpsilon,
                             diode.revIlimit);
    m_device->name = m_names.device('b', m_device->path);
    return behaviouralText(head(), 'i', text);
}

std::string DeviceComposer::mosfet(const WrittenModel& model) {
    if (m_device->nets.size() == 3 && model.family != ModelFamily::Vdmos)
        m_device->nets.push_back(m_device->nets[2]); // no bulk given: it is tied to the source
    std::string text = head() + " " + model.name;
    switch (model.family) {
    case ModelFamily::Vdmos:
        text += parameters({"temp", "dtemp", "off", "thermal"});
        break;
    case ModelFamily::Bsim1:
        text += parameters({"l", "w", "ad", "as", "pd", "ps", "nrd", "nrs", "off"});
        break;
    case ModelFamily::Bsim3:
        text += parameters({"l", "w", "ad", "as", "pd", "ps", "nrd", "nrs", "off", "nqsmod",
                            "acnqsmod", "geo", "delvto", "mulu0"});
        break;
    case ModelFamily::Bsim4:
        text +=
            parameters({"l",        "w",        "nf",       "sa",       "sb",     "sd",     "sca",
                        "scb",      "scc",      "sc",       "min",      "ad",     "as",     "pd",
                        "ps",       "nrd",      "nrs",      "off",      "rbdb",   "rbsb",   "rbpb",
                        "rbps",     "rbpd",     "delvto",   "delvt0",   "mulu0",  "xgw",    "ngcon",
                        "trnqsmod", "acnqsmod", "rbodymod", "rgatemod", "geomod", "rgeomod"});
        break;
    case ModelFamily::Soi:
        text += parameters({"l",     "w",     "nf",    "sa",     "sb",      "sd",   "ad",
                            "as",    "pd",    "ps",    "nrd",    "nrs",     "off",  "bjtoff",
                            "rth0",  "cth0",  "nrb",   "frbody", "nbc",     "nseg", "pdbcp",
                            "psbcp", "agbcp", "aebcp", "vbsusr", "tnodeout"});
        break;
    case ModelFamily::Hisim:
        text +=
            parameters({"l",   "w",  "ad", "as", "pd", "ps",  "nrd", "nrs",   "temp",    "dtemp",
                        "off", "nf", "sa", "sb", "sd", "xgw", "xgl", "ngcon", "corbnet", "corg"});
        break;
    default:
        text +=
            parameters({"l", "w", "ad", "as", "pd", "ps", "nrd", "nrs", "off", "temp", "dtemp"});
        break;
    }
    return multiplied(text + initialConditions()) + "\n";
}

std::string DeviceComposer::switchElement() {
    const WrittenModel& model = m_models.use(*m_device->instance, m_device->scope);
    if (model.name.empty())
        return leaveOut("NET-202", "its model is not defined or ngspice cannot use it");
    std::string state;
    std::string control;
    const std::string_view master = m_data.masterName(*m_device->instance);
    for (const std::string_view text : positional()) {
        if (equalsIgnoreCase(text, "on") || equalsIgnoreCase(text, "off"))
            state = " " + toLower(text);
        else if (m_device->letter == 'w' && control.empty() && m_data.fold(text) != master)
            control = std::string(text);
    }
    if (m_device->letter == 's') {
        if (model.family == ModelFamily::SwappedSwitch)
            std::swap(m_device->nets[2], m_device->nets[3]);
        return head() + " " + model.name + state + "\n";
    }
    const auto source = branchDevice(control);
    if (!source)
        return leaveOut("NET-205", "its controlling source \"" + control + "\" is not found");
    if (model.family == ModelFamily::SwappedSwitch)
        return leaveOut("NET-209", "ngspice has no switch that closes when the current falls");
    return head() + " " + *source + " " + model.name + state + "\n";
}

/// Transmission lines.
std::string DeviceComposer::line() {
    if (m_device->letter != 't') {
        const WrittenModel& model = m_models.use(*m_device->instance, m_device->scope);
        if (model.name.empty())
            return leaveOut("NET-202", "its model is not defined or ngspice cannot use it");
        std::string text = head() + " " + model.name;
        if (m_device->letter == 'u')
            text += parameters({"l", "n"});
        else if (m_device->letter == 'y')
            text += parameters({"length", "len"});
        else if (m_device->letter == 'p')
            text += parameters({"length", "len"}, {"dimension"});
        else
            text += initialConditions();
        return text + "\n";
    }
    const bool lossy = named("len") || named("r") || named("l");
    if (!lossy)
        return head() + parameters({"z0", "zo", "td", "f", "nl"}, {"rel"}) + initialConditions() +
               "\n";
    // PSpice's lossy line is ngspice's LTRA, which is an element of its own.
    std::string params = "ltra";
    for (const char* name : {"r", "l", "g", "c", "len"}) {
        const TailItem* item = named(name);
        const auto value = item ? number(item->text) : std::nullopt;
        if (value)
            params += std::string(" ") + name + "=" + formatExact(*value);
    }
    const std::string model = m_models.add("line_" + m_device->path, params);
    m_device->name = m_names.device('o', m_device->path);
    return head() + " " + model + "\n";
}

// --- references -------------------------------------------------------------------------------

std::optional<std::string> DeviceComposer::nodeIn(std::uint32_t scope,
                                                  std::string_view name) const {
    std::string text(trimmed(name));
    if (m_data.dialect == Dialect::Spectre)
        text = unescaped(text);
    if (text.empty())
        return std::nullopt;
    const std::string prefix = scope == m_prefixScope ? m_prefix : m_data.scopePrefix(scope);
    if (text == "0")
        return "0";
    auto net = m_circuit.findNet(prefix + text);
    if (!net)
        net = m_circuit.findNet(text); // a path from the top, a global
    if (!net && m_data.dialect != Dialect::Spectre && m_data.dialect != Dialect::Cdl &&
        equalsIgnoreCase(text, "gnd"))
        return "0";
    return net ? std::optional(m_names.net(*net)) : std::nullopt;
}

std::optional<std::string> DeviceComposer::node(std::string_view name) const {
    return nodeIn(m_device->scope, name);
}

std::optional<DeviceId> DeviceComposer::deviceIn(std::string_view name) const {
    const std::string text(trimmed(name));
    auto device = m_circuit.findDevice(m_prefix + text);
    if (!device)
        device = m_circuit.findDevice(text);
    return device;
}

std::optional<std::string> DeviceComposer::branchDevice(std::string_view name) const {
    const auto device = deviceIn(name);
    if (!device || m_deviceNames[*device].empty())
        return std::nullopt;
    switch (m_circuit.deviceLetter(*device)) {
    case 'v':
    case 'e':
    case 'h':
    case 'l':
    case 'b':
        return m_deviceNames[*device];
    default:
        return std::nullopt;
    }
}

std::optional<std::string> DeviceComposer::current(std::string_view name) const {
    if (const auto branch = branchDevice(name))
        return "i(" + *branch + ")";
    // The current of a resistor is its voltage by its value.
    const auto device = deviceIn(name);
    if (!device || m_circuit.deviceLetter(*device) != 'r')
        return std::nullopt;
    const auto nets = m_circuit.deviceNets(*device);
    auto value = m_circuit.deviceParameter(*device, "value");
    if (!value)
        value = m_circuit.deviceParameter(*device, "r");
    if (!value || *value == 0 || nets.size() != 2)
        return std::nullopt;
    return "(v(" + m_names.net(nets[0]) + "," + m_names.net(nets[1]) + ")/" + deckNumber(*value) +
           ")";
}

} // namespace ohm::netlist
