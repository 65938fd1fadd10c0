// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

namespace ohm::parasitics {

/// Normalised labels of CircuitGCL: y = log10(C * 1e21) / 6 for couplings (1 zF is 0, 1 fF is 1)
/// and y = log10(C * 1e20) / 6 for ground capacitances, clipped to [0, 1]. C in F. Thread: any.
enum class Quantity : std::uint8_t { Coupling, Ground };

double normalized(double farad, Quantity quantity);
/// Without clipping: what lies outside keeps its distance.
double normalizedUnclipped(double farad, Quantity quantity);
double farads(double label, Quantity quantity);

/// Bounds of the classes on the normalised scale; class i holds bound[i - 1] < y <= bound[i].
inline constexpr std::array<double, 4> kClassBounds{0.2, 0.4, 0.6, 0.8};
inline constexpr int kClasses = 5;
int classOf(double label);

/// Couplings that are labels: 1e-21 < C < 1e-15 F, strictly.
inline constexpr double kLeastCoupling = 1e-21;
inline constexpr double kMostCoupling = 1e-15;

} // namespace ohm::parasitics
