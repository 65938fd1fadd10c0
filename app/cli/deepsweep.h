// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace CLI {
class App;
}

namespace ohm::cli {

struct Context;

/// deep sweep
void addDeepSweep(CLI::App& noun, Context& context);

} // namespace ohm::cli
