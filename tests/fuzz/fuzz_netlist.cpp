// SPDX-License-Identifier: GPL-3.0-or-later
// Any text, in any dialect, must give a circuit or a clear error, and a circuit must be consistent.
#include "core/netlist/reader.h"

#include <cstdlib>

using namespace ohm;
using namespace ohm::netlist;

namespace {

void require(bool condition) {
    if (!condition)
        std::abort();
}

void visit(const Circuit& circuit) {
    const CircuitCounts counts = countCircuit(circuit);
    require(counts.deviceTotal == circuit.deviceCount());
    std::size_t terminals = 0;
    const std::size_t some = circuit.deviceCount() < 40 ? circuit.deviceCount() : 40;
    for (DeviceId device = 0; device < circuit.deviceCount(); ++device) {
        require(circuit.firstTerminal(device) == terminals);
        terminals += circuit.deviceNets(device).size();
        for (const NetId net : circuit.deviceNets(device))
            require(net < circuit.netCount());
        if (device >= 2000)
            break;
    }
    require(circuit.deviceCount() > 2000 || terminals == circuit.terminalCount());
    for (DeviceId device = 0; device < some; ++device) {
        const std::string name = circuit.deviceName(device);
        circuit.findDevice(name);
        circuit.deviceLabel(device);
        circuit.deviceParameters(device);
        circuit.deviceMaster(device);
        circuit.devicePolarity(device);
        const auto path = circuit.devicePath(device);
        require(!path.empty());
        for (std::uint32_t i = 0; i < circuit.deviceNets(device).size(); ++i)
            require(circuit.terminalDevice(circuit.firstTerminal(device) + i) == device);
        circuit.flatNet({path.data(), path.size() - 1}, 0);
    }
    for (NetId net = 0; net < circuit.netCount() && net < 40; ++net) {
        circuit.findNet(circuit.netName(net));
        require(!circuit.netTerminals(net).empty());
    }
    for (CellId cell = 0; cell < circuit.cellCount() && cell < 40; ++cell) {
        for (std::uint32_t i = 0; i < circuit.cellInstanceCount(cell) && i < 20; ++i) {
            circuit.cellInstance(cell, i);
            circuit.cellInstanceParameters(cell, i);
        }
        for (std::uint32_t n = 0; n < circuit.cellNetCount(cell) && n < 20; ++n)
            circuit.cellNetName(cell, n);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    ReadOptions options;
    options.maxDevices = 20000;
    // The last byte chooses the dialect, so that the text itself stays a plain file.
    const unsigned choice = data[size - 1] % 12;
    if (choice < 6)
        options.dialect = static_cast<Dialect>(choice);
    const auto circuit = readNetlistText(
        std::string(reinterpret_cast<const char*>(data), size), "fuzz.sp", {}, options);
    if (circuit)
        visit(**circuit);
    return 0;
}
