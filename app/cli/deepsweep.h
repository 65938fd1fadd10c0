// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace CLI {
class App;
}

namespace ohm::cli {

struct Context;

/// Of --device with every verb of `deep`.
inline constexpr const char* kDeviceHelp =
    "cpu, cuda: an NVIDIA GPU, or auto: a GPU where there is one that runs the network";

/// deep sweep
void addDeepSweep(CLI::App& noun, Context& context);

} // namespace ohm::cli
