// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/deep/config.h"

#include <functional>
#include <string>

namespace ohm::deep {

/// Where a network is asked to run. Auto: on a GPU, where there is one that this build can use and
/// that runs the network, else on the CPU.
enum class DeviceChoice { Auto, Cpu, Cuda };

/// auto, cpu, cuda; the value of a name, or DEEP-002.
std::string nameOf(DeviceChoice choice);
Expected<DeviceChoice> deviceChoiceOf(const std::string& name);

/// Nothing where networks can run on a GPU. Errors: DEEP-011 this build has no kernels for one, or
/// there is none that it can use. The driver is asked once per process, which takes up to a second.
/// Thread: any.
Expected<void> cudaUsable();

/// The device for a network that is otherwise possible. Errors: DEEP-011 a GPU is asked for and
/// `gpu` says there is none, DEEP-002 it does not run this network. Thread: any.
Expected<Device> deviceFor(DeviceChoice choice, const NetworkConfig& config,
                           const std::function<Expected<void>()>& gpu = cudaUsable);

} // namespace ohm::deep
