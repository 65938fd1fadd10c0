// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>

namespace ohm::widgets {

/// A colour for a value from 0 (blue) to 1 (yellow), each readable on the theme's paper; anything
/// else is cut to it.
QColor rampColour(double at, bool dark);

/// A colour for a deviation from -1 (blue) over 0 (next to the theme's paper) to 1 (vermilion),
/// told apart without colour vision; anything else is cut to it.
QColor deviationColour(double at, bool dark);

} // namespace ohm::widgets
