// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>
#include <QString>
#include <QStringList>

namespace ohm::widgets {

/// An icon of the product's own line set (resources/icons/NAME.svg), drawn in the colour of the
/// present palette at any size and pixel ratio, so it follows a theme change by itself. An unknown
/// name gives a null icon. Thread: GUI.
QIcon themedIcon(const QString& name);
/// The same in a fixed colour, e.g. a severity.
QIcon colouredIcon(const QString& name, const QColor& colour);
/// All names, sorted.
QStringList iconNames();

} // namespace ohm::widgets
