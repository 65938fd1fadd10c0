// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>

namespace ohm::widgets {

/// Colours and faces of a drawn schematic on a light or dark ground, or on paper.
struct SchematicStyle {
    QColor background, grid, wire, symbol, symbolFill, name, value, label, labelGround, note,
        directive, decoration, muted, selection, hover, placeholder;
    bool dark = false;
    QFont font;     ///< names, values, labels
    QFont monoFont; ///< directives

    static SchematicStyle of(const QPalette& palette, const QFont& font);
    static SchematicStyle forPrint(const QFont& font);
};

} // namespace ohm::widgets
