// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/netlist/circuit.h"
#include "core/netlist/reader.h"
#include "core/project/project.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace ohm::generate {

/// Something of a circuit that may vary: a `.param` of the netlist (which may drive several
/// devices), or one value of one device.
struct Knob {
    std::string name; ///< "mp1", or "rz", "mn1.m", "vdd.dc" for a device's own value
    std::string unit; ///< "ohm", "F", "V", "A", "" ...
    double nominal = 0;
    double low = 0, high = 0; ///< sensible range; from project.yaml where it declares the parameter
    double step = 0;          ///< 0 = continuous
    bool logarithmic = false;
    bool isParameter = false;               ///< a .param of the netlist
    std::vector<netlist::DeviceId> devices; ///< those it drives
};

/// A circuit with knobs: what sliders move and generators sample. Immutable. Thread: any.
class TunableCircuit {
public:
    virtual ~TunableCircuit() = default;
    virtual const netlist::CircuitPtr& nominal() const = 0;
    virtual const std::vector<Knob>& knobs() const = 0;
    /// The circuit with the knobs (indices into knobs()) at these values; topology and flat ids are
    /// those of nominal(). Errors: GEN-001 the values change the topology or cannot be evaluated.
    virtual Expected<netlist::CircuitPtr> at(std::span<const std::size_t> knobs,
                                             std::span<const double> values) const = 0;
};

/// Finds the knobs of a circuit read from `path`, a netlist or a schematic (whose symbols are
/// looked for in `options.searchPath` too). `project` gives ranges where it declares them. Errors:
/// as readNetlist and importSchematic.
Expected<std::shared_ptr<const TunableCircuit>>
makeTunable(const std::filesystem::path& path, const netlist::ReadOptions& options = {},
            const project::Project* project = nullptr, StopToken stop = {});

} // namespace ohm::generate
