// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parasitics/labels.h"

#include <algorithm>
#include <cmath>

namespace ohm::parasitics {
namespace {

constexpr double kDecades = 6;

double unitOf(Quantity quantity) {
    return quantity == Quantity::Coupling ? 1e21 : 1e20;
}

} // namespace

double normalizedUnclipped(double farad, Quantity quantity) {
    return std::log10(farad * unitOf(quantity)) / kDecades;
}

double normalized(double farad, Quantity quantity) {
    if (!(farad > 0))
        return 0;
    return std::clamp(normalizedUnclipped(farad, quantity), 0.0, 1.0);
}

double farads(double label, Quantity quantity) {
    return std::pow(10.0, label * kDecades) / unitOf(quantity);
}

int classOf(double label) {
    int result = 0;
    for (const double bound : kClassBounds)
        result += label > bound ? 1 : 0;
    return result;
}

} // namespace ohm::parasitics
