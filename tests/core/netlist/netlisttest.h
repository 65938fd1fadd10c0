// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/reader.h"

#include <QtTest>

#include <algorithm>
#include <string>

/// Helpers the tests of this room share.
namespace netlisttest {

inline ohm::Expected<ohm::netlist::CircuitPtr>
read(const std::string& text, const ohm::netlist::ReadOptions& options = {}) {
    return ohm::netlist::readNetlistText(text, "test.sp", {}, options);
}

/// "c1 m4 r2": devices by letter.
inline std::string letters(const ohm::netlist::Circuit& circuit) {
    std::string all;
    for (const auto& [letter, count] : ohm::netlist::countCircuit(circuit).devices)
        all += (all.empty() ? "" : " ") + std::string(1, letter) + std::to_string(count);
    return all;
}

/// "m1 d g s b": a device and the names of its nets.
inline std::string wiring(const ohm::netlist::Circuit& circuit, const std::string& name) {
    const auto device = circuit.findDevice(name);
    if (!device)
        return "no " + name;
    std::string all = circuit.deviceName(*device);
    for (const auto net : circuit.deviceNets(*device))
        all += " " + circuit.netName(net);
    return all;
}

/// Codes of the findings, sorted, without repetition: "NET-021 NET-030".
inline std::string codes(const ohm::netlist::Circuit& circuit) {
    std::vector<std::string> found;
    for (const auto& diagnostic : circuit.diagnostics())
        found.push_back(diagnostic.code);
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    std::string all;
    for (const auto& code : found)
        all += (all.empty() ? "" : " ") + code;
    return all;
}

/// Value of a device's parameter, NaN if it has none.
inline double value(const ohm::netlist::Circuit& circuit, const std::string& device,
                    const std::string& parameter) {
    const auto id = circuit.findDevice(device);
    if (!id)
        return std::nan("");
    return circuit.deviceParameter(*id, parameter).value_or(std::nan(""));
}

} // namespace netlisttest
