// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace CLI {
class App;
}

namespace ohm::cli {
struct Context;

/// `parasitics train`, `eval` and `embed`.
void addParasiticsLearning(CLI::App& noun, Context& context);
/// `parasitics calibrate`.
void addParasiticsCalibrate(CLI::App& noun, Context& context);
/// `parasitics predict` and `annotate`.
void addParasiticsAnnotate(CLI::App& noun, Context& context);
/// `bench parasitics`: build, refine and sample a graph of the size of the largest published one,
/// and read a large extraction.
void benchParasitics(Context& context);
/// `bench parasitics-encodings`: what positional encodings of links cost against an embedding by
/// representation scattering (Table I of CircuitGCL).
void benchEncodings(Context& context);

} // namespace ohm::cli
