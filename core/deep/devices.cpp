// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/devices.h"

#include "core/deep/names.h"
#ifdef OHMSCAPE_CUDA
#include "core/deep/cuda/device.h"
#endif

namespace ohm::deep {
namespace {

constexpr Names<DeviceChoice, 3> kChoices{
    {{DeviceChoice::Auto, "auto"}, {DeviceChoice::Cpu, "cpu"}, {DeviceChoice::Cuda, "cuda"}}};

} // namespace

std::string nameOf(DeviceChoice choice) {
    return nameIn(choice, kChoices);
}
Expected<DeviceChoice> deviceChoiceOf(const std::string& name) {
    return valueIn(name, "device", kChoices);
}

Expected<void> cudaUsable() {
#ifdef OHMSCAPE_CUDA
    static const Expected<void> usable = cuda::Device::usable();
    return usable;
#else
    return fail("DEEP-011", "This program was built without its GPU kernels", {}, {},
                "Use the device cpu, or build with -DOHMSCAPE_CUDA=ON");
#endif
}

Expected<Device> deviceFor(DeviceChoice choice, const NetworkConfig& config,
                           const std::function<Expected<void>()>& gpu) {
    if (choice == DeviceChoice::Cpu)
        return Device::Cpu;
    NetworkConfig there = config;
    there.device = Device::Cuda;
    const auto runs = checkDevice(there);
    if (choice == DeviceChoice::Auto)
        return runs && gpu() ? Device::Cuda : Device::Cpu;
    if (!runs)
        return runs.failure();
    if (const auto usable = gpu(); !usable)
        return usable.failure();
    return Device::Cuda;
}

} // namespace ohm::deep
