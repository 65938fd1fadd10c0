// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/reader.h"

#include <string>

/// Netlists of the published few-shot data sets, written out from their descriptions.
namespace ohm::graphtest {

/// Vin to n0; branch i: series resistor from the previous output, shunt resistor to a source.
inline std::string ladderText(int branches) {
    std::string text = "* resistor ladder\nvin n0 0 0.5\n";
    for (int i = 1; i <= branches; ++i) {
        const std::string n = std::to_string(i);
        const std::string before = i == 1 ? "n0" : "o" + std::to_string(i - 1);
        text += "rh" + n + " " + before + " o" + n + " 0.25\n";
        text += "rv" + n + " o" + n + " s" + n + " 0.75\n";
        text += "v" + n + " s" + n + " 0 0.125\n";
    }
    return text + ".end\n";
}

enum class OpAmp { Pretraining, BiasedPmos, CcOnly };

inline std::string opAmpText(OpAmp variant) {
    const std::string gate = variant == OpAmp::BiasedPmos ? "netb" : "net4";
    std::string text = "* two-stage op-amp\n"
                       "mn1 net4 net2 net3 vss nmos w=0.5u l=90n m=11\n"
                       "mn2 net5 net1 net3 vss nmos w=0.5u l=90n m=11\n"
                       "mn3 net3 net7 vss vss nmos w=0.5u l=90n m=13\n"
                       "mn4 net7 net7 vss vss nmos w=0.5u l=90n m=14\n"
                       "mn5 net6 net7 vss vss nmos w=0.5u l=90n m=15\n"
                       "mp1 net4 " +
                       gate +
                       " vdd vdd pmos w=0.5u l=90n m=21\n"
                       "mp2 net5 " +
                       gate +
                       " vdd vdd pmos w=0.5u l=90n m=21\n"
                       "mp3 net6 net5 vdd vdd pmos w=0.5u l=90n m=23\n"
                       "ibias vdd net7 dc 30u\n"
                       "vvdd vdd 0 dc 1.1\n"
                       "vvss vss 0 dc 0.1\n"
                       "vin1 net1 0 dc 0.6 ac 1 180\n"
                       "vin2 net2 0 dc 0.5 ac 1\n"
                       "CL net6 0 2p\n";
    if (variant == OpAmp::CcOnly)
        text += "cc net5 net6 3p\n";
    else
        text += "rz net8 net6 500\ncc net5 net8 3p\n";
    if (variant == OpAmp::BiasedPmos)
        text += "vbias vdd netb dc 0.4\n";
    return text + ".model nmos nmos level=1\n.model pmos pmos level=1\n.end\n";
}

/// The circuit, or nothing when the text cannot be read at all.
inline netlist::CircuitPtr circuitOf(const std::string& text) {
    auto read = netlist::readNetlistText(text, "test.cir", {});
    return read ? *read : nullptr;
}

} // namespace ohm::graphtest
