// SPDX-License-Identifier: GPL-3.0-or-later
// What the nets of a cell are: supplies, ground, inputs and outputs, and a rough DC picture.
#include "core/schematic/drawmodel.h"

#include "core/base/text.h"
#include "core/schematic/blockshape.h"
#include "core/schematic/symbols.h"

#include <array>
#include <cctype>

namespace ohm::schematic::draw {
namespace {

using netlist::DeviceKind;

/// "avdd1!" -> "avdd": the word of a net's name without decoration and path.
std::string nameWord(std::string_view name) {
    std::string word = toLower(name);
    if (const auto dot = word.rfind('.'); dot != std::string::npos)
        word.erase(0, dot + 1);
    while (!word.empty() && (std::isdigit(static_cast<unsigned char>(word.back())) != 0 ||
                             word.back() == '!' || word.back() == '_' || word.back() == '#'))
        word.pop_back();
    while (!word.empty() && (word.front() == '_' || word.front() == '!'))
        word.erase(0, 1);
    return word;
}

bool hasWord(std::string_view word, std::span<const std::string_view> heads) {
    // A short prefix or suffix names the domain: avdd, vdda, vdd_ota, dvcc.
    for (const std::string_view head : heads) {
        const auto at = word.find(head);
        if (at == std::string_view::npos)
            continue;
        const std::string_view rest = word.substr(at + head.size());
        const bool tail = rest.size() <= 2 || rest.front() == '_';
        const bool lead = at <= 1 || (at == 2 && word[1] == '_');
        if (lead && tail)
            return true;
    }
    return false;
}

struct Uses {
    int pSource = 0, nSource = 0; ///< sources and emitters by polarity
    int pDrain = 0, nDrain = 0;
    int pBody = 0, nBody = 0;
    int control = 0;
    int passive = 0; ///< ends of R, L, D, I
    int capacitor = 0;
    int voltage = 0;
    int block = 0;
    int conducting() const { return pSource + nSource + pDrain + nDrain + passive; }
    int total() const {
        return conducting() + pBody + nBody + control + capacitor + voltage + block;
    }
};

Uses usesOf(const Model& model, const Net& net) {
    Uses u;
    for (const PinRef& ref : net.pins) {
        const Device& d = model.devices[ref.device];
        if (isTransistor(d)) {
            const bool p = d.polarity == 'p';
            switch (ref.pin) {
            case 0:
                ++(p ? u.pDrain : u.nDrain);
                break;
            case 1:
                ++u.control;
                break;
            case 2:
                ++(p ? u.pSource : u.nSource);
                break;
            default:
                ++(p ? u.pBody : u.nBody);
            }
        } else if (!isTwoTerminal(d)) {
            // The supply pins of a cell's box are on top, its ground pins at the bottom.
            const Symbol& symbol = model.symbols[d.symbol];
            const SymbolBounds bounds = symbolBounds(symbol);
            const Pt at = d.box && ref.pin < symbol.pins.size() ? symbol.pins[ref.pin].at : Pt{};
            if (d.box && at.y == bounds.min.y)
                ++u.pBody;
            else if (d.box && at.y == bounds.max.y)
                ++u.nBody;
            else
                ++u.block;
        } else if (ref.pin >= 2) {
            ++u.control; // what a controlled source looks at
        } else if (d.nets.size() > 2 || d.kind == DeviceKind::Behavioural) {
            ++u.block; // the output of a controlled source is a signal
        } else if (d.kind == DeviceKind::VoltageSource) {
            ++u.voltage;
        } else if (d.kind == DeviceKind::Capacitor) {
            ++u.capacitor;
        } else {
            ++u.passive;
        }
    }
    return u;
}

/// Nets that a constant voltage source holds against ground or another supply.
void findDrivenSupplies(Model& model, const std::vector<Uses>& uses) {
    for (const Device& d : model.devices) {
        if (d.kind != DeviceKind::VoltageSource || d.block || d.nets.size() != 2 || d.timeVarying)
            continue;
        for (int side = 0; side < 2; ++side) {
            Net& net = model.nets[d.nets[side]];
            const Net& other = model.nets[d.nets[1 - side]];
            if (net.rail() || other.role != NetRole::Ground)
                continue;
            const Uses& u = uses[d.nets[side]];
            const int rails = u.conducting() + u.pBody + u.nBody;
            const bool called = looksPositive(d.name) || looksGround(d.name);
            const bool held = u.control == 0 && rails >= (called ? 1 : 2) && u.voltage == 1;
            const bool crowded = rails >= 3 && rails > u.control && u.voltage == 1;
            if (!held && !crowded)
                continue;
            double volts = d.dc.value_or(0.0) * (side == 0 ? 1.0 : -1.0);
            if (volts == 0.0) // not known: whoever sits on it tells
                volts = u.pSource + u.pBody + u.nDrain >= u.nSource + u.nBody + u.pDrain ? 1 : -1;
            net.role = volts > 0 ? NetRole::Positive : NetRole::Negative;
        }
    }
}

/// Supplies that come in through ports: sources of many transistors, bodies.
void findBodySupplies(Model& model, const std::vector<Uses>& uses) {
    for (std::size_t n = 0; n < model.nets.size(); ++n) {
        Net& net = model.nets[n];
        const Uses& u = uses[n];
        if (net.rail() || u.control > 0)
            continue;
        const bool pSide = u.pBody > 0 && u.nBody == 0 && u.pDrain == 0 &&
                           (u.pSource > 0 || u.pBody + u.block == u.total());
        const bool nSide = u.nBody > 0 && u.pBody == 0 && u.nDrain == 0 &&
                           (u.nSource > 0 || u.nBody + u.block == u.total());
        // A well tied to its own source is no supply: only nets that others share are.
        if (pSide && (net.port || u.pSource + u.pBody > 2 * 2) && u.pBody >= u.pSource)
            net.role = NetRole::Positive;
        else if (nSide && (net.port || u.nSource + u.nBody > 2 * 2) && u.nBody >= u.nSource)
            net.role = NetRole::Negative;
    }
}

/// A cell with no named supply: ports that feed collectors, or take what emitters give, through
/// resistors and current sources.
void findPassiveSupplies(Model& model, const std::vector<Uses>& uses) {
    const auto has = [&](auto wanted) {
        return std::any_of(model.nets.begin(), model.nets.end(), wanted);
    };
    const bool positive = has([](const Net& n) { return n.role == NetRole::Positive; });
    // Ground alone does not count where a macromodel only refers to it.
    bool negative = true;
    for (std::size_t n = 0; n < model.nets.size(); ++n)
        negative &= uses[n].nSource + uses[n].pDrain + uses[n].nDrain + uses[n].pSource == 0;
    for (std::size_t n = 0; n < model.nets.size(); ++n)
        if (model.nets[n].rail() && model.nets[n].role != NetRole::Positive)
            negative |= uses[n].nSource + uses[n].pDrain + uses[n].nBody > 0;
    if (positive && negative)
        return;
    for (std::size_t n = 0; n < model.nets.size(); ++n) {
        Net& net = model.nets[n];
        const Uses& u = uses[n];
        if (!net.port || net.rail() || u.control + u.block + u.capacitor > 0 || u.conducting() < 2)
            continue;
        int high = u.nDrain + u.pSource;
        int low = u.nSource + u.pDrain;
        for (const PinRef& ref : net.pins) {
            const Device& d = model.devices[ref.device];
            if (isTransistor(d) || !isTwoTerminal(d))
                continue;
            if (d.kind == DeviceKind::CurrentSource)
                ++(ref.pin == 0 ? high : low);
            const Uses& far = uses[d.nets[1 - ref.pin]];
            high += far.nDrain + far.pSource > far.nSource + far.pDrain;
            low += far.nDrain + far.pSource < far.nSource + far.pDrain;
        }
        if (!positive && high > low && high >= 2)
            net.role = NetRole::Positive;
        else if (!negative && low > high)
            net.role = NetRole::Negative;
    }
}

/// Ground is the bottom rail, but the top one where all supplies are negative, and neither where
/// there are both.
void rankRails(Model& model) {
    bool positive = false;
    bool negative = false;
    for (const Net& net : model.nets) {
        positive |= net.role == NetRole::Positive && !net.pins.empty();
        negative |= net.role == NetRole::Negative && !net.pins.empty();
    }
    for (Net& net : model.nets) {
        net.top =
            net.role == NetRole::Positive || (net.role == NetRole::Ground && negative && !positive);
        net.middle = net.role == NetRole::Ground && negative && positive;
    }
}

void relaxPotentials(Model& model) {
    std::vector<std::vector<std::uint32_t>> across(model.nets.size());
    for (const Device& d : model.devices) {
        std::uint32_t a = 0;
        std::uint32_t b = 0;
        if (conduction(d, a, b) && d.nets[a] != d.nets[b]) {
            across[d.nets[a]].push_back(d.nets[b]);
            across[d.nets[b]].push_back(d.nets[a]);
        }
    }
    for (Net& net : model.nets)
        net.potential = !net.rail() ? 0.5 : net.top ? 1.0 : net.middle ? 0.5 : 0.0;
    const int rounds = 60;
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t n = 0; n < model.nets.size(); ++n) {
            if (model.nets[n].rail() || across[n].empty())
                continue;
            double sum = 0;
            for (const std::uint32_t other : across[n])
                sum += model.nets[other].potential;
            model.nets[n].potential = sum / static_cast<double>(across[n].size());
        }
    }
}

} // namespace

bool looksPositive(std::string_view name) {
    static constexpr std::array<std::string_view, 6> kHeads{"vdd", "vcc", "vpwr",
                                                            "vpb", "pwr", "vps"};
    if (name == "+v" || name == "+V" || name == "v+" || name == "V+")
        return true;
    return hasWord(nameWord(name), kHeads);
}

bool looksGround(std::string_view name) {
    static constexpr std::array<std::string_view, 5> kHeads{"vss", "gnd", "vee", "vnb", "vgnd"};
    if (name == "0" || name == "-v" || name == "-V")
        return true;
    return hasWord(nameWord(name), kHeads);
}

void classifyNets(Model& model) {
    std::vector<Uses> uses;
    uses.reserve(model.nets.size());
    for (const Net& net : model.nets)
        uses.push_back(usesOf(model, net));

    for (std::size_t n = 0; n < model.nets.size(); ++n) {
        Net& net = model.nets[n];
        if (net.rail())
            continue;
        const bool numeric = std::all_of(net.text.begin(), net.text.end(),
                                         [](unsigned char c) { return std::isdigit(c) != 0; });
        // A name alone does not make a supply: something must draw current from it.
        const Uses& u = uses[n];
        if (numeric || u.total() == u.control + u.capacitor)
            continue;
        if (looksPositive(net.text))
            net.role = NetRole::Positive;
        else if (looksGround(net.text))
            net.role = nameWord(net.text).find("gnd") != std::string::npos ? NetRole::Ground
                                                                           : NetRole::Negative;
    }
    findDrivenSupplies(model, uses);
    findBodySupplies(model, uses);
    findPassiveSupplies(model, uses);
    rankRails(model);

    for (std::size_t n = 0; n < model.nets.size(); ++n) {
        Net& net = model.nets[n];
        if (net.rail())
            continue;
        const Uses& u = uses[n];
        const bool onlyRead = u.conducting() == 0 && u.block == 0;
        net.output = namesOutput(net.text) && !onlyRead;
        net.input = !net.output && ((onlyRead && u.control > 0 && (net.port || u.voltage > 0)) ||
                                    (net.port && namesInput(net.text)));
        if (net.port && !net.input && !net.output && u.control == 0 && u.block == 0)
            net.output = u.pDrain + u.nDrain > 0;
    }
    relaxPotentials(model);
}

} // namespace ohm::schematic::draw
