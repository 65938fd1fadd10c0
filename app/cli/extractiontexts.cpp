// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/extractiontexts.h"

#include "core/dataset/random.h"

#include <algorithm>

namespace ohm::cli::texts {
namespace {

std::string number(std::size_t i) {
    return std::to_string(i);
}

std::string femto(dataset::Random& random) {
    return "0.0" + number(1000 + random.below(9000));
}

std::string row(std::size_t net) {
    return "core/row" + number(net / 64) + "/n" + number(net % 64);
}

/// Another net nearby.
std::size_t beside(std::size_t net, std::size_t nets, dataset::Random& random) {
    return (net + 1 + random.below(40)) % nets;
}

} // namespace

std::string magic(std::size_t lines, std::size_t window) {
    std::string text = ".subckt big a b\n";
    dataset::Random random(1, 0);
    const std::size_t rows = lines / 20;
    for (std::size_t i = 0; i < lines; ++i) {
        text += "C" + number(i);
        for (int end = 0; end < 2; ++end)
            text += " core.row" + number((i / 20 + random.below(window)) % rows) + ".n" +
                    number(random.below(4));
        text += " " + femto(random) + "f\n";
    }
    return text + ".ends\n";
}

std::string calibre(std::size_t nets) {
    dataset::Random random(2, 0);
    std::string text;
    for (std::size_t n = 0; n < nets; ++n) {
        text += ".subckt PM_BIG%NET_" + number(n) + " 2 5 7 9 12\n";
        for (std::size_t c = 0; c < 6; ++c)
            text += "c" + number(c) + " " + number(2 + 2 * c) + " 0 " + femto(random) + "f\n";
        for (std::size_t r = 1; r < 6; ++r)
            text += "r" + number(r) + " " + number(2 * r) + " " + number(2 + 2 * r) + " 3." +
                    number(random.below(99999)) + "\n";
        text += ".ends\n";
    }
    text += ".subckt BIG VDD VSS\n";
    const auto gate = [](std::size_t net, std::size_t which) {
        return "N_NET_" + number(net) + "_XI" + number(net) + "/M" + number(which);
    };
    for (std::size_t n = 0; n < nets; ++n)
        text += "mXI" + number(n) + "/M0 " + gate((n + 1) % nets, 1) + "_d " + gate(n, 0) +
                "_g N_VSS_XI" + number(n) + "/M0_s N_VSS_XI" + number(n) +
                "/M0_b n L=6e-08 W=1.2e-07\n";
    for (std::size_t n = 0; n < nets; ++n)
        text += "x_PM_BIG%NET_" + number(n) + " " + gate(n, 0) + "_g " + gate(n, 1) + "_d N_NET_" +
                number(n) + "_c_1_p N_NET_" + number(n) + "_c_2_p N_NET_" + number(n) +
                "_c_3_n PM_BIG%NET_" + number(n) + "\n";
    for (std::size_t n = 0, k = 0; n < nets; ++n) {
        for (int c = 0; c < 6; ++c)
            text += "cc_" + number(++k) + " N_NET_" + number(n) + "_c_" +
                    number(1 + random.below(2)) + "_p N_NET_" + number(beside(n, nets, random)) +
                    "_c_" + number(1 + random.below(2)) + "_p " + femto(random) + "f\n";
    }
    return text + ".ends\n";
}

std::string dspf(std::size_t nets) {
    dataset::Random random(3, 0);
    std::string text =
        "*|DSPF 1.5\n*|DIVIDER /\n*|DELIMITER :\n*|GROUND_NET VSS\n.subckt big a b\n";
    std::size_t k = 0;
    for (std::size_t n = 0; n < nets; ++n) {
        const std::string net = row(n);
        text += "*|NET " + net + " " + femto(random) + "PF\n";
        for (const char* pin : {"g", "d", "s"})
            text += "*|I (M" + number(n) + ":" + pin + " M" + number(n) + " " + pin +
                    " I 0 12.345 67.891)\n";
        for (int s = 1; s < 5; ++s)
            text += "*|S (" + net + ":" + number(s) + " 12.345 67.891)\n";
        for (int s = 1; s < 4; ++s)
            text += "R" + number(++k) + " " + net + ":" + number(s) + " " + net + ":" +
                    number(s + 1) + " 12." + number(random.below(99999)) + "\n";
        for (int s = 1; s < 5; ++s)
            text +=
                "C" + number(++k) + " " + net + ":" + number(s) + " VSS " + femto(random) + "f\n";
        for (int c = 0; c < 4; ++c)
            text += "C" + number(++k) + " " + net + ":" + number(1 + random.below(4)) + " " +
                    row(n - (n > 0 ? 1 + random.below(std::min<std::size_t>(n, 40)) : 0)) + ":" +
                    number(1 + random.below(4)) + " " + femto(random) + "f\n";
    }
    return text + ".ends\n";
}

std::string spef(std::size_t nets) {
    dataset::Random random(4, 0);
    std::string text = "*SPEF \"IEEE 1481-1998\"\n*DESIGN \"big\"\n*DIVIDER /\n*DELIMITER :\n"
                       "*T_UNIT 1 NS\n*C_UNIT 1 FF\n*R_UNIT 1 OHM\n*L_UNIT 1 HENRY\n*NAME_MAP\n";
    for (std::size_t n = 0; n < nets; ++n)
        text += "*" + number(2 * n + 1) + " " + row(n) + "\n*" + number(2 * n + 2) + " core/u" +
                number(n) + "\n";
    for (std::size_t n = 0; n < nets; ++n) {
        const std::string net = "*" + number(2 * n + 1), cell = "*" + number(2 * n + 2);
        text += "*D_NET " + net + " " + femto(random) + "\n*CONN\n";
        for (const char* pin : {"A", "B", "Y"})
            text += "*I " + cell + ":" + pin + " I *C 12.345 67.891\n";
        text += "*CAP\n";
        std::size_t k = 0;
        for (int s = 1; s < 5; ++s)
            text += number(++k) + " " + net + ":" + number(s) + " " + femto(random) + "\n";
        for (int c = 0; c < 4; ++c)
            text += number(++k) + " " + net + ":" + number(1 + random.below(4)) + " *" +
                    number(2 * beside(n, nets, random) + 1) + ":" + number(1 + random.below(4)) +
                    " " + femto(random) + "\n";
        text += "*RES\n";
        for (int s = 1; s < 4; ++s)
            text += number(s) + " " + net + ":" + number(s) + " " + net + ":" + number(s + 1) +
                    " 12." + number(random.below(99999)) + "\n";
        text += "*END\n";
    }
    return text;
}

} // namespace ohm::cli::texts
