// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace CLI {
class App;
}

namespace ohm::cli {

struct Context;

/// maps train, eval, predict
void addMaps(CLI::App& app, Context& context);

} // namespace ohm::cli
