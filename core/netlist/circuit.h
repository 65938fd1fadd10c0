// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/diagnostic.h"
#include "core/netlist/device.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ohm::netlist {

enum class Dialect : std::uint8_t { Spice, Hspice, Cdl, Pspice, Ltspice, Spectre };
const char* dialectName(Dialect dialect);

/// One parameter of a device, evaluated in the scope of its instance.
struct Parameter {
    std::string name;            ///< lower case; "value" for the main value of R, C, L and dc sources
    std::string text;            ///< as written, e.g. "'wn*2'"
    std::optional<double> value; ///< nothing if it is not a number (strings, behavioural expressions)
};

/// Where a line came from.
struct SourceLocation {
    std::uint32_t file = 0; ///< index into Circuit::files()
    std::uint32_t line = 0; ///< 1-based, 0 = made by a program
};

/// One element of a cell, before flattening.
struct InstanceView {
    std::string_view name;              ///< as in the file, lower case unless case-sensitive
    char letter = 0;                    ///< SPICE element letter, lower case
    DeviceKind kind = DeviceKind::Other;
    Polarity polarity = 0;
    std::string_view master;            ///< model or subcircuit name, may be empty
    CellId child = kNone;               ///< definition of a subcircuit instance, if known
    std::span<const std::uint32_t> nets; ///< per terminal, index into CellView nets
    SourceLocation location;
};

struct CircuitData; // core/netlist/circuitdata.h: storage, filled by the readers

/// A circuit as read: the hierarchy of cells and its flattened form. Immutable after construction,
/// shared by `std::shared_ptr<const Circuit>`.
///
/// Names: lower case (SPICE) or as written (Spectre), hierarchy joined by '.', ground is "0".
/// Nets with no terminal (unused ports) are not nets of the flat form.
/// Thread: any (immutable; lazily evaluated values are computed per call).
class Circuit {
public:
    explicit Circuit(std::unique_ptr<const CircuitData> data);
    ~Circuit();
    Circuit(const Circuit&) = delete;
    Circuit& operator=(const Circuit&) = delete;

    // --- the file -----------------------------------------------------------------------------
    const std::string& title() const;
    const std::vector<std::string>& files() const; ///< [0] is the file that was opened
    Dialect dialect() const;
    const Diagnostics& diagnostics() const; ///< capped; a last note says how many were left out
    /// True when the file has elements outside any .subckt; false when `topCell()` is a .subckt
    /// chosen as the root (its ports are then the ports of the circuit).
    bool isDeck() const;

    // --- hierarchy ----------------------------------------------------------------------------
    std::size_t cellCount() const;
    CellId topCell() const;
    std::optional<CellId> findCell(std::string_view name) const;
    std::string_view cellName(CellId cell) const; ///< "" for the top level of a deck
    std::size_t cellPortCount(CellId cell) const; ///< the first nets of the cell are its ports
    std::size_t cellNetCount(CellId cell) const;
    std::string_view cellNetName(CellId cell, std::uint32_t net) const;
    std::size_t cellInstanceCount(CellId cell) const;
    InstanceView cellInstance(CellId cell, std::uint32_t instance) const;
    /// Parameters as written in the cell (values only where they need no instance).
    std::vector<Parameter> cellInstanceParameters(CellId cell, std::uint32_t instance) const;

    // --- flat form ----------------------------------------------------------------------------
    std::size_t deviceCount() const;
    std::size_t netCount() const; ///< ground included if present
    std::size_t terminalCount() const;
    std::optional<NetId> ground() const;

    std::string deviceName(DeviceId device) const; ///< path, e.g. "x1.m3"
    char deviceLetter(DeviceId device) const;      ///< SPICE element letter, lower case
    DeviceKind deviceKind(DeviceId device) const;
    Polarity devicePolarity(DeviceId device) const;
    std::string_view deviceMaster(DeviceId device) const; ///< model or undefined subcircuit
    SourceLocation deviceLocation(DeviceId device) const;
    /// Index of the device's first terminal among all terminals; its terminals are contiguous.
    std::uint32_t firstTerminal(DeviceId device) const;
    std::span<const NetId> deviceNets(DeviceId device) const; ///< one entry per terminal
    std::vector<Parameter> deviceParameters(DeviceId device) const;
    std::optional<double> deviceParameter(DeviceId device, std::string_view name) const;
    /// Value text for people: "10k", "W=1u L=90n m=4", "dc 1.2". Expressions appear as their value
    /// in the device's scope, as written only where they have none.
    std::string deviceLabel(DeviceId device) const;
    /// Where the device sits: the instance chain from the top cell, as indices into each cell's
    /// instances. The last entry is the device's own instance.
    std::vector<std::uint32_t> devicePath(DeviceId device) const;

    std::string netName(NetId net) const;
    bool isGround(NetId net) const;
    std::optional<DeviceId> findDevice(std::string_view name) const; ///< case-insensitive in SPICE
    std::optional<NetId> findNet(std::string_view name) const;
    /// The flat net that net `net` of the cell reached by `path` (instance indices) belongs to.
    std::optional<NetId> flatNet(std::span<const std::uint32_t> path, std::uint32_t net) const;

    /// Terminals of a net as (terminal index) list; built once on first use, O(terminals).
    std::span<const std::uint32_t> netTerminals(NetId net) const;
    /// The device a terminal belongs to.
    DeviceId terminalDevice(std::uint32_t terminal) const;

    /// Storage, for the writer and the readers of this room only.
    const CircuitData& data() const { return *m_data; }

private:
    std::unique_ptr<const CircuitData> m_data;
};

using CircuitPtr = std::shared_ptr<const Circuit>;

/// Counts of `netlist info` (design/cli contract), after flattening.
struct CircuitCounts {
    std::vector<std::pair<char, std::size_t>> devices; ///< by element letter, sorted
    std::size_t deviceTotal = 0;
    std::size_t nets = 0;           ///< without ground
    std::size_t netsWithGround = 0;
    std::size_t terminals = 0;
    std::size_t graphNodes = 0;     ///< terminals + nets with ground
    std::size_t graphEdges = 0;     ///< sum over devices n(n-1)/2 + terminals
};
CircuitCounts countCircuit(const Circuit& circuit);

} // namespace ohm::netlist
