// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace deeptest {

/// What must hold of the networks on a device, whether it is a GPU or its emulation: every kernel
/// and the whole step against the CPU's double precision. `run` returns what is wrong, or nothing.
struct DeviceCheck {
    std::string name;
    std::function<std::string()> run;
};
std::vector<DeviceCheck> deviceChecks();

/// Weights, predictions and streams after three steps of a small network: what must repeat to the
/// bit.
std::vector<double> deviceFingerprint(bool paper);

} // namespace deeptest
