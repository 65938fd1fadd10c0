// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parasitics/calibrenames.h"

#include "core/base/text.h"

#include <algorithm>

namespace ohm::parasitics {
namespace {

bool beginsWith(std::string_view text, std::string_view prefix) {
    return text.size() > prefix.size() && equalsIgnoreCase(text.substr(0, prefix.size()), prefix);
}

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

/// The net of "<net>_c_<number>_<p|n>", else empty.
std::string_view netOfCoupling(std::string_view body) {
    if (body.size() < 6 || body[body.size() - 2] != '_' ||
        std::string_view("pPnN").find(body.back()) == std::string_view::npos)
        return {};
    std::size_t at = body.size() - 2;
    while (at > 0 && isDigit(body[at - 1]))
        --at;
    if (at + 2 == body.size() || at < 4 || !equalsIgnoreCase(body.substr(at - 3, 3), "_c_"))
        return {};
    return body.substr(0, at - 3);
}

} // namespace

std::string_view CalibreNames::netOfMaster(std::string_view master) {
    const std::size_t cut = master.find('%');
    if (!beginsWith(master, "PM_") || cut == std::string_view::npos)
        return {};
    return master.substr(cut + 1);
}

void CalibreNames::learn(std::string_view master) {
    const std::string_view net = netOfMaster(master);
    if (net.empty())
        return;
    m_used = true;
    learnNet(net);
}

void CalibreNames::learnNet(std::string_view name) {
    m_nets.add(name);
}

void CalibreNames::learnNode(std::string_view node) {
    if (!beginsWith(node, "N_"))
        return;
    const std::string_view net = netOfCoupling(node.substr(2));
    if (!net.empty())
        learnNet(net);
}

CalibreNames::Part CalibreNames::partOf(std::string_view node) const {
    if (!beginsWith(node, "N_") || m_nets.find(node))
        return {node, {}, {}, false};
    const std::string_view body = node.substr(2);
    if (const std::string_view net = netOfCoupling(body); !net.empty())
        return {net, {}, {}, false};
    // The longest net that fits: of nets "a" and "a_b", "N_a_b_M1_d" is of the second.
    for (std::size_t cut = body.rfind('_'); cut != std::string_view::npos && cut > 0;
         cut = body.rfind('_', cut - 1)) {
        if (!m_nets.find(body.substr(0, cut)))
            continue;
        const std::string_view rest = body.substr(cut + 1);
        const std::size_t last = rest.rfind('_');
        if (last == std::string_view::npos || last == 0 || last + 1 == rest.size())
            return {body.substr(0, cut), {}, {}, false};
        return {body.substr(0, cut), rest.substr(0, last), rest.substr(last + 1), false};
    }
    return {node, {}, {}, true};
}

} // namespace ohm::parasitics
