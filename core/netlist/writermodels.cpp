// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/writermodels.h"

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/netlist/elementtext.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ohm::netlist {
namespace {

struct KnownType {
    std::string_view name;    ///< in the netlist
    std::string_view letters; ///< elements that may use it
    std::string_view deck;    ///< what ngspice calls it
};
constexpr std::array kTypes{
    KnownType{"nmos", "m", "nmos"},     KnownType{"pmos", "m", "pmos"},
    KnownType{"vdmos", "m", "vdmos"},   KnownType{"vdmosn", "m", "vdmosn"},
    KnownType{"vdmosp", "m", "vdmosp"}, KnownType{"nsoi", "m", "nsoi"},
    KnownType{"psoi", "m", "psoi"},     KnownType{"npn", "q", "npn"},
    KnownType{"pnp", "q", "pnp"},       KnownType{"lpnp", "q", "pnp"},
    KnownType{"d", "d", "d"},           KnownType{"njf", "jz", "njf"},
    KnownType{"pjf", "jz", "pjf"},      KnownType{"nmf", "zj", "nmf"},
    KnownType{"pmf", "zj", "pmf"},      KnownType{"nhfet", "zj", "nhfet"},
    KnownType{"phfet", "zj", "phfet"},  KnownType{"r", "r", "r"},
    KnownType{"res", "r", "r"},         KnownType{"c", "c", "c"},
    KnownType{"cap", "c", "c"},         KnownType{"l", "l", "l"},
    KnownType{"ind", "l", "l"},         KnownType{"sw", "s", "sw"},
    KnownType{"vswitch", "s", "sw"},    KnownType{"csw", "w", "csw"},
    KnownType{"iswitch", "w", "csw"},   KnownType{"ltra", "o", "ltra"},
    KnownType{"urc", "u", "urc"},       KnownType{"txl", "y", "txl"},
    KnownType{"cpl", "p", "cpl"},
};

/// XSPICE code models that compute from their inputs only: none reads a file or starts a program.
constexpr std::string_view kCodeModels[] = {
    "adc_bridge", "aswitch",         "capacitor",  "climit",        "cmeter",     "core",
    "d_and",      "d_buffer",        "d_dff",      "d_dlatch",      "d_dt",       "d_fdiv",
    "d_genlut",   "d_inverter",      "d_jkff",     "d_lut",         "d_nand",     "d_nor",
    "d_open_c",   "d_open_e",        "d_or",       "d_osc",         "d_pulldown", "d_pullup",
    "d_pwm",      "d_ram",           "d_srff",     "d_srlatch",     "d_tff",      "d_tristate",
    "d_xnor",     "d_xor",           "dac_bridge", "divide",        "gain",       "hyst",
    "ilimit",     "inductor",        "int",        "lcouple",       "limit",      "lmeter",
    "mult",       "multi_input_pwl", "oneshot",    "potentiometer", "pswitch",    "pwl",
    "s_xfer",     "sidiode",         "sine",       "slew",          "square",     "summer",
    "triangle",   "zener",           "memristor"};

/// Names whose values only people and databases read.
constexpr std::string_view kSilent[] = {"mfg",     "vendor", "type", "icrating", "vceo",
                                        "package", "info",   "dev",  "lot"};

template <typename List>
bool has(const List& list, std::string_view text) {
    return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

bool isParameterName(std::string_view name) {
    return !name.empty() && name.size() < 64 &&
           ((name[0] >= 'a' && name[0] <= 'z') || name[0] == '_') &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == name.npos;
}

/// "4.8.2": a version is no number, and needs to stay as it is.
bool isVersion(std::string_view text) {
    return !text.empty() && text.size() < 16 && text.front() >= '0' && text.front() <= '9' &&
           text.find_first_not_of("0123456789.") == text.npos;
}

/// Level numbers of other simulators by those of ngspice.
double deckLevel(double level, std::string_view type, Dialect dialect) {
    if (type != "nmos" && type != "pmos")
        return level;
    const int number = static_cast<int>(level);
    if (dialect == Dialect::Hspice || dialect == Dialect::Cdl) {
        switch (number) {
        case 13:
            return 4;
        case 39:
            return 5;
        case 47:
        case 53:
            return 8;
        default:
            return level;
        }
    }
    if (dialect == Dialect::Pspice)
        return number == 7 ? 8 : number == 8 ? 14 : level;
    return level;
}

ModelFamily familyOf(std::string_view type, double level) {
    const int number = static_cast<int>(level);
    if (type.starts_with("vdmos"))
        return ModelFamily::Vdmos;
    if (type == "npn" || type == "pnp")
        return number == 4 || number == 9 ? ModelFamily::Vbic : ModelFamily::Other;
    if (type == "nsoi" || type == "psoi")
        return ModelFamily::Soi;
    if (type != "nmos" && type != "pmos")
        return ModelFamily::Other;
    switch (number) {
    case 4:
    case 5:
        return ModelFamily::Bsim1;
    case 8:
    case 49:
        return ModelFamily::Bsim3;
    case 14:
    case 54:
        return ModelFamily::Bsim4;
    case 10:
    case 55:
    case 56:
    case 57:
    case 58:
    case 60:
        return ModelFamily::Soi;
    case 68:
    case 73:
        return ModelFamily::Hisim;
    default:
        return ModelFamily::Mos1;
    }
}

/// Length of the name without the ".3" of a binned card.
std::size_t binStem(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    if (dot == name.npos || dot == 0 || dot + 1 == name.size() ||
        name.find_first_not_of("0123456789", dot + 1) != name.npos)
        return name.size();
    return dot;
}

/// "[0 {x} 2k]" with every member evaluated.
std::optional<std::string> vectorText(std::string_view text, const Scope& scope) {
    if (text.size() < 2 || text.front() != '[' || text.back() != ']')
        return std::nullopt;
    text = text.substr(1, text.size() - 2);
    std::string list = "[";
    while (true) {
        const std::size_t begin = text.find_first_not_of(" ,");
        if (begin == text.npos)
            return list + "]";
        const std::size_t end = std::min(text.find_first_of(" ,", begin), text.size());
        const auto value = evaluate(text.substr(begin, end - begin), scope);
        if (!value)
            return std::nullopt;
        list += (list.size() > 1 ? " " : "") + formatExact(*value);
        text.remove_prefix(end);
    }
}

/// Takes a parameter that only the ideal diode has; true if it was one.
bool takeIdeal(std::optional<IdealDiode>& diode, std::string_view key, double value) {
    struct Member {
        std::string_view name;
        double IdealDiode::*member;
        bool decides; ///< its presence makes the model an ideal diode
    };
    static constexpr std::array kMembers{Member{"ron", &IdealDiode::ron, true},
                                         Member{"roff", &IdealDiode::roff, true},
                                         Member{"vfwd", &IdealDiode::vfwd, true},
                                         Member{"vrev", &IdealDiode::vrev, true},
                                         Member{"rrev", &IdealDiode::rrev, true},
                                         Member{"epsilon", &IdealDiode::epsilon, false},
                                         Member{"revepsilon", &IdealDiode::revEpsilon, false},
                                         Member{"ilimit", &IdealDiode::ilimit, false},
                                         Member{"revilimit", &IdealDiode::revIlimit, false}};
    for (const Member& member : kMembers) {
        if (member.name != key)
            continue;
        if (!diode)
            diode.emplace();
        (*diode).*member.member = value;
        return true;
    }
    return false;
}

} // namespace

std::uint32_t WriterModels::owningScope(const ModelCard& card, std::uint32_t scope) const {
    for (std::uint32_t at = scope; at != kNone; at = m_data.scopes[at].parent)
        if (m_data.scopes[at].cell == card.cell)
            return at;
    return kNone;
}

const Scope& WriterModels::scopeOf(const ModelCard& card, std::uint32_t scope) {
    const std::uint32_t owner = owningScope(card, scope);
    return owner != kNone ? m_evaluator.scope(owner) : m_evaluator.cellScope(card.cell);
}

const WrittenModel& WriterModels::use(const Instance& instance, std::uint32_t scope) {
    if (instance.targetKind() == TargetKind::Model)
        return use(instance.target, scope, instance.letter);
    return m_none;
}

const WrittenModel& WriterModels::use(ModelId id, std::uint32_t scope, char letter) {
    const ModelCard& card = m_data.models[id];
    const std::uint32_t owner = card.cell == kTopLevel ? 0 : owningScope(card, scope);
    const std::uint64_t key = (std::uint64_t{id} << 32) | owner;
    const auto known = m_byPlace.find(key);
    if (known != m_byPlace.end())
        return known->second;

    const std::string_view name = m_data.symbols.name(card.name);
    const std::size_t stem = binStem(name);
    std::vector<ModelId> bins{id};
    if (stem < name.size()) {
        if (const auto symbol = m_data.symbols.find(name.substr(0, stem))) {
            const auto siblings = m_data.modelsByName.find(*symbol);
            if (siblings != m_data.modelsByName.end()) {
                bins.clear();
                for (const ModelId other : siblings->second)
                    if (m_data.models[other].cell == card.cell)
                        bins.push_back(other);
            }
        }
    }
    std::vector<Body> bodies;
    std::string whole(1, letter);
    for (const ModelId bin : bins) {
        auto body = compose(m_data.models[bin], scopeOf(card, scope), letter);
        if (!body)
            return m_byPlace[key] = m_none;
        whole += '\n' + body->text;
        bodies.push_back(std::move(*body));
    }
    // The same card in another instance mostly has the same values.
    whole += '\n' + std::string(name.substr(0, stem));
    if (const auto same = m_byText.find(whole); same != m_byText.end())
        return m_byPlace[key] = same->second;

    WrittenModel written;
    written.ideal = bodies.front().ideal;
    std::string wanted(name.substr(0, bins.size() > 1 ? stem : name.size()));
    if (letter == 'r' || letter == 'c' || letter == 'l')
        wanted = "m_" + wanted; // else "10k_model" could be taken for a value
    written.name = m_names.model(wanted);
    written.type = bodies.front().type;
    written.family = bodies.front().family;
    for (std::size_t i = 0; i < bodies.size() && !written.ideal; ++i) {
        m_text += ".model " + written.name;
        if (bins.size() > 1)
            m_text += "." + std::to_string(i + 1);
        m_text += " " + bodies[i].text + "\n";
    }
    m_byText.emplace(std::move(whole), written);
    return m_byPlace[key] = std::move(written);
}

std::string WriterModels::add(std::string_view wantedName, std::string_view typeAndParams) {
    std::string name = m_names.model(wantedName);
    m_text += ".model " + name + " " + std::string(typeAndParams) + "\n";
    return name;
}

std::optional<WriterModels::Body> WriterModels::compose(const ModelCard& card, const Scope& scope,
                                                        char letter) {
    const std::string type = toLower(m_data.symbols.name(card.type));
    const SourceLocation where{card.file, card.line};
    const std::string name(m_data.symbols.name(card.name));
    const KnownType* known = nullptr;
    for (const KnownType& candidate : kTypes)
        if (candidate.name == type)
            known = &candidate;
    Body body;
    if (known && known->letters.find(letter) != known->letters.npos) {
        body.type = known->deck;
    } else if (letter == 'a' && has(kCodeModels, type)) {
        body.type = type;
    } else {
        m_findings.add(Severity::Warning, "NET-207",
                       "Model \"" + name + "\" of type \"" + type +
                           "\" cannot be simulated with its element: what uses it is left out",
                       where);
        return std::nullopt;
    }
    body.text = body.type;
    if (type == "lpnp")
        body.text += " subs=-1";
    parameters(card, scope, body, 0);
    if (body.family == ModelFamily::Other)
        body.family = familyOf(body.type, 1);
    return body;
}

void WriterModels::parameters(const ModelCard& card, const Scope& scope, Body& body, int depth) {
    const std::string name(m_data.symbols.name(card.name));
    const SourceLocation where{card.file, card.line};
    if (card.base != kNone && depth < 8) {
        if (const auto base = m_data.findModel(card.base, card.cell))
            parameters(m_data.models[*base], scope, body, depth + 1);
        else
            m_findings.add(Severity::Warning, "NET-202",
                           "The base of model \"" + name + "\" is not defined", where, name);
    }
    const std::string type = toLower(m_data.symbols.name(card.type));
    const bool pspiceSwitch = type == "vswitch" || type == "iswitch";
    double on = type == "iswitch" ? 1e-3 : 1, off = 0;
    std::size_t column = 0;
    const auto put = [&](const std::string& text) {
        // Lines of readable length.
        body.text += ++column % 6 == 0 ? "\n+ " : " ";
        body.text += text;
    };
    const auto items = tailItems(m_data.text.view(card.params), m_data.dialect);
    for (std::size_t index = 0; index < items.size(); ++index) {
        const TailItem& item = items[index];
        const std::string key = toLower(item.name);
        const std::string lower = toLower(item.text);
        if (key.empty()) {
            if (body.type == "vdmos" && (lower == "nchan" || lower == "pchan")) {
                put(lower);
            } else if (body.type == "cpl") { // its matrices are lists without brackets
                if (const auto value = evaluate(item.text, scope))
                    put(formatExact(*value));
            }
            continue;
        }
        if (has(kSilent, key))
            continue;
        if (!isParameterName(key)) {
            m_findings.add(Severity::Note, "NET-208",
                           "Parameter \"" + key + "\" of model \"" + name + "\" is left out",
                           where);
            continue;
        }
        const std::string_view inner = unquoted(item.text);
        if (!item.text.empty() && item.text.front() == '[') {
            std::string all = item.text;
            while (all.back() != ']' && index + 1 < items.size() && items[index + 1].name.empty())
                all += " " + items[++index].text;
            if (const auto list = vectorText(all, scope))
                put(key + "=" + *list);
            else
                m_findings.add(Severity::Warning, "NET-208",
                               "Parameter \"" + key + "\" of model \"" + name +
                                   "\" is left out: it is not a list of numbers",
                               where);
            continue;
        }
        if (key == "version" && isVersion(inner)) {
            put(key + "=" + std::string(inner));
            continue;
        }
        if (lower == "true" || lower == "false") {
            put(key + "=" + lower);
            continue;
        }
        const auto value = evaluate(item.text, scope);
        if (!value) {
            m_findings.add(Severity::Warning, "NET-208",
                           "Parameter \"" + key + "\" of model \"" + name +
                               "\" is left out: " + value.error().text,
                           where);
            continue;
        }
        if (body.type == "d" && m_data.dialect == Dialect::Ltspice &&
            takeIdeal(body.ideal, key, *value)) {
            body.text += " " + key + formatExact(*value); // tells cards apart, is not written
            continue;
        }
        if (pspiceSwitch && (key == "von" || key == "ion" || key == "voff" || key == "ioff")) {
            (key == "von" || key == "ion" ? on : off) = *value;
            continue;
        }
        double number = *value;
        if (key == "level") {
            number = deckLevel(number, body.type, m_data.dialect);
            body.family = familyOf(body.type, number);
        }
        put(key + "=" +
            (number == *value ? deckLiteral(item.text, number, m_data.dialect)
                              : formatExact(number)));
    }
    if (pspiceSwitch && depth == 0) {
        // ngspice's switch turns at a threshold with hysteresis; PSpice's turns smoothly between
        // its two levels. The states at both ends agree.
        const char* unit = type == "vswitch" ? "v" : "i";
        put(std::string(unit) + "t=" + formatExact((on + off) / 2));
        put(std::string(unit) + "h=" + formatExact(std::fabs(on - off) / 2));
        if (on < off)
            body.family = ModelFamily::SwappedSwitch;
    }
}

} // namespace ohm::netlist
