// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sim/simulator.h"

#include <string>
#include <string_view>

namespace ohm::sim {

/// Longest device name that ngspice's `show` prints whole.
inline constexpr std::size_t kTableNameLength = 21;

/// Commands that write the values of all devices to `file` in the worker's folder. One `show` per
/// element letter takes 13 ms for 10,000 transistors; asking for each value by name takes 3 ms
/// per device and more.
std::string deviceTableCommands(std::string_view file);

/// Reads what these commands wrote. Thread: any.
std::vector<DeviceRow> readDeviceTable(std::string_view text);

/// The value `name` of a row, if it has it.
const double* findValue(const DeviceRow& row, std::string_view name);

} // namespace ohm::sim
