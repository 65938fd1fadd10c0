// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sim/simulator.h"

#include <optional>

namespace ohm::sim {

/// Operating region of a transistor, from the simulator's own values.
enum class Region : std::uint8_t {
    Unknown,
    Off,
    Subthreshold,
    Triode,
    Saturation,
    Active,
    Reverse
};
const char* regionName(Region region);

struct DeviceState {
    std::optional<double> current; ///< A: into the first terminal (drain, collector, plus)
    Region region = Region::Unknown;
    /// What ngspice gives, e.g. gm, gds, vth, vdsat, vgs, vds, id (SI units).
    std::vector<std::pair<std::string, double>> values;
};

/// DC operating point of a circuit, by flat ids. Thread: a plain value.
struct OperatingPoint {
    std::vector<double> netVoltages;  ///< V, per NetId; NaN where the simulator gave none
    std::vector<DeviceState> devices; ///< per DeviceId
    std::string simulator;            ///< "ngspice-39"
    double seconds = 0;
    Diagnostics diagnostics; ///< floating nodes, devices left out, ...
    std::string log;
};

/// Simulates the DC operating point. Refuses with SIM-020 when black boxes had to be left out and
/// `allowMissing` is false (the text names them). Without `deviceValues` only node voltages and the
/// currents of sources are asked for, which saves most of the time of a large circuit. Errors
/// otherwise as SimulatorPool.
Expected<OperatingPoint> operatingPoint(SimulatorPool& pool, const netlist::Circuit& circuit,
                                        StopToken stop = {}, ProgressSink& progress = noProgress(),
                                        bool allowMissing = false, bool deviceValues = true);

} // namespace ohm::sim
