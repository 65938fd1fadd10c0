// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace CLI {
class App;
}

namespace ohm::cli {
struct Context;

/// The verbs of `parasitics` that need networks: pretrain, train, eval, predict, annotate, bench.
void addParasiticsLearning(CLI::App& noun, Context& context);

} // namespace ohm::cli
