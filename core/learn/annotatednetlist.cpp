// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/annotatednetlist.h"

#include "core/base/text.h"
#include "core/netlist/amend.h"
#include "core/netlist/writer.h"

#include <algorithm>
#include <cstdio>

namespace ohm::learn {
namespace {

constexpr const char* kSwitch = "parasitic_bound";

const char* wordFor(Bound bound) {
    return bound == Bound::Low    ? "lower bounds"
           : bound == Bound::High ? "upper bounds"
                                  : "estimates";
}

std::string valueOf(const Annotation::Entry& entry, const AnnotatedNetlistOptions& options) {
    char text[160];
    if (options.bound)
        std::snprintf(text, sizeof(text), "%.6g", boundOf(entry, *options.bound));
    else
        std::snprintf(text, sizeof(text), "'(%s < 0) ? %.6g : (%s > 0) ? %.6g : %.6g'", kSwitch,
                      entry.low, kSwitch, entry.high, entry.farad);
    return text;
}

/// A prefix of element names that no element of the circuit begins with.
std::string freePrefix(const netlist::Circuit& circuit) {
    const netlist::CellId top = circuit.topCell();
    std::string prefix = "cpar";
    for (std::size_t i = 0; i < circuit.cellInstanceCount(top); ++i) {
        const auto name = circuit.cellInstance(top, static_cast<std::uint32_t>(i)).name;
        if (equalsIgnoreCase(name.substr(0, prefix.size()), prefix)) {
            prefix += '_';
            i = 0;
        }
    }
    return prefix;
}

} // namespace

Expected<AnnotatedNetlist> annotatedNetlist(const netlist::Circuit& circuit,
                                            const Annotation& annotation,
                                            const AnnotatedNetlistOptions& options) {
    AnnotatedNetlist out;
    out.capacitors = annotation.entries.size();
    const std::string prefix = freePrefix(circuit);
    const std::string title =
        std::string("* ") + std::to_string(out.capacitors) + " estimated parasitics, " +
        (options.bound ? wordFor(*options.bound) : "switched by the bound") + "\n";
    const auto cardsFor = [&](const auto& nameOf) {
        std::string cards = title;
        std::size_t number = 0;
        for (const Annotation::Entry& entry : annotation.entries)
            cards += prefix + std::to_string(++number) + " " + nameOf(entry.a) + " " +
                     (entry.toGround() ? options.reference : nameOf(entry.b)) + " " +
                     valueOf(entry, options) + "\n";
        return cards;
    };
    netlist::Amendment amendment;
    if (!options.bound)
        amendment.globals = std::string("* which bound: -1 lower, 0 estimate, 1 upper\n.param ") +
                            kSwitch + " = 0\n";
    if (circuit.dialect() == netlist::Dialect::Spectre) {
        const netlist::FlatDeck deck = netlist::writeFlatDeck(circuit);
        out.flat = true;
        out.left = static_cast<std::size_t>(
            std::count(deck.deviceNames.begin(), deck.deviceNames.end(), std::string()));
        out.diagnostics = deck.diagnostics;
        out.text = deck.text + amendment.globals +
                   cardsFor([&](netlist::NetId net) { return deck.netNames[net]; }) + ".end\n";
        return out;
    }
    amendment.cards = cardsFor([&](netlist::NetId net) { return circuit.netName(net); });
    amendment.folder = options.folder;
    auto text = options.source.empty() ? netlist::amendNetlistFile(circuit, amendment)
                                       : netlist::amendNetlist(options.source, circuit, amendment);
    if (!text)
        return text.failure();
    out.text = std::move(*text);
    return out;
}

} // namespace ohm::learn
