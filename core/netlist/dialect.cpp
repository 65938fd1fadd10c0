// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/dialect.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <string>

namespace ohm::netlist {
namespace {

bool beginsWith(std::string_view text, std::string_view head) {
    return text.substr(0, head.size()) == head;
}

struct Sign {
    std::string_view text; ///< lower case
    Dialect dialect;
    int weight;
    bool atLineStart;
};

constexpr std::array kSigns{
    Sign{"aucdl", Dialect::Cdl, 6, false},
    Sign{"*.pininfo", Dialect::Cdl, 1, true},
    Sign{"*.bipolar", Dialect::Cdl, 3, true},
    Sign{"*.resval", Dialect::Cdl, 3, true},
    Sign{"*.capval", Dialect::Cdl, 3, true},
    Sign{"*.dioperi", Dialect::Cdl, 3, true},
    Sign{"*.dioarea", Dialect::Cdl, 3, true},
    Sign{"*.equation", Dialect::Cdl, 3, true},
    Sign{"*.megain", Dialect::Cdl, 3, true},
    Sign{"*.scale", Dialect::Cdl, 2, true},
    Sign{"*.global", Dialect::Cdl, 3, true},
    Sign{"*.ldd", Dialect::Cdl, 3, true},
    Sign{"$pins", Dialect::Cdl, 6, false},
    Sign{"$sub=", Dialect::Cdl, 3, false},
    Sign{" / ", Dialect::Cdl, 1, false},
    Sign{".tran ", Dialect::Cdl, -4, true},
    Sign{".ac ", Dialect::Cdl, -4, true},
    Sign{".dc ", Dialect::Cdl, -4, true},
    Sign{".op", Dialect::Cdl, -2, true},
    Sign{".control", Dialect::Cdl, -6, true},
    Sign{".backanno", Dialect::Ltspice, 6, true},
    Sign{"ltspice", Dialect::Ltspice, 3, false},
    Sign{".asc\n", Dialect::Ltspice, 3, false},
    Sign{".asc\r\n", Dialect::Ltspice, 3, false},
    Sign{".model nmos nmos\n", Dialect::Ltspice, 2, true},
    Sign{"\xc2\xa7", Dialect::Ltspice, 2, false},
    Sign{"rser=", Dialect::Ltspice, 2, false},
    Sign{"pspice", Dialect::Pspice, 4, false},
    Sign{"$n_0", Dialect::Pspice, 5, false},
    Sign{".stmlib", Dialect::Pspice, 5, true},
    Sign{".aliases", Dialect::Pspice, 4, true},
    Sign{"* source ", Dialect::Pspice, 2, true},
    Sign{"optional:", Dialect::Pspice, 3, false},
    Sign{"*$\n", Dialect::Pspice, 3, true},
    Sign{"*$\r\n", Dialect::Pspice, 3, true},
    Sign{"hspice", Dialect::Hspice, 4, false},
    Sign{".option post", Dialect::Hspice, 4, true},
    Sign{".options post", Dialect::Hspice, 4, true},
    Sign{"parhier", Dialect::Hspice, 4, false},
    Sign{"ingold", Dialect::Hspice, 4, false},
    Sign{".alter", Dialect::Hspice, 5, true},
    Sign{".protect", Dialect::Hspice, 3, true},
    Sign{".prot\n", Dialect::Hspice, 3, true},
    Sign{".macro", Dialect::Hspice, 3, true},
    Sign{".eom", Dialect::Hspice, 3, true},
    Sign{".endl", Dialect::Hspice, 2, true},
    Sign{".temp ", Dialect::Hspice, 1, true},
};

} // namespace

TextKind textKind(std::string_view text) {
    const std::string_view head = trimmed(text.substr(0, 512));
    for (const auto mark : {"Version 4\n", "Version 4\r", "Version 4.1", "v {xschem", "(kicad_sch",
                            "<Qucs Schematic", "EESchema Schematic", "SymbolType "}) {
        if (beginsWith(head, mark))
            return TextKind::Schematic;
    }
    if (beginsWith(head, "v 20") && head.size() > 10 &&
        head.substr(2, 8).find_first_not_of("0123456789") == head.npos)
        return TextKind::Schematic; // gEDA, Lepton
    if (beginsWith(head, "(export") || beginsWith(head, "START header"))
        return TextKind::OtherNetlist;
    return TextKind::Netlist;
}

Dialect detectDialect(std::string_view text, std::string_view name) {
    // The head says it in nearly all files; a netlist of hundreds of megabytes is not searched.
    constexpr std::size_t kProbe = std::size_t{1} << 18;
    const std::string head = "\n" + toLower(text.substr(0, kProbe));
    std::array<int, 6> score{};
    for (const Sign& sign : kSigns) {
        const std::string wanted = (sign.atLineStart ? "\n" : "") + std::string(sign.text);
        if (head.find(wanted) != head.npos)
            score[static_cast<std::size_t>(sign.dialect)] += sign.weight;
    }
    const std::size_t dot = name.rfind('.');
    if (dot != name.npos && equalsIgnoreCase(name.substr(dot), ".cdl"))
        score[static_cast<std::size_t>(Dialect::Cdl)] += 3;
    const auto best = std::max_element(score.begin(), score.end());
    return *best >= 3 ? static_cast<Dialect>(best - score.begin()) : Dialect::Spice;
}

} // namespace ohm::netlist
