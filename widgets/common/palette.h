// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPalette>
#include <QString>

namespace ohm::widgets {

/// True if text is lighter than its background (Qt 6.4 has no colour scheme to ask).
bool isDark(const QPalette& palette);

/// Colour of series `index` in plots, graphs and legends: Okabe and Ito's colour-blind-safe set,
/// lightened or darkened so that each reads at least 3:1 on the background; it repeats after
/// `kSeriesColours`, so pair it with a line style or marker. Any index, also negative.
inline constexpr int kSeriesColours = 8;
QColor seriesColour(int index, bool dark);

/// Colours with a meaning. Never the only carrier of it: pair with an icon, a word or a dash.
enum class Semantic {
    Pass,
    Near,
    Fail,
    Simulated, ///< values from a simulator: upright text, solid lines
    Predicted, ///< values from a network: italic text, dashed lines
    Selection,
    Hover,
    Note,
    Warning,
    Error,
    Muted ///< secondary text
};

/// Readable as text: at least 4.5:1 on the window, base and own tint of the theme.
QColor semanticColour(Semantic semantic, bool dark);
/// A quiet background tint on which both the palette's text and the semantic colour read.
QColor semanticTint(Semantic semantic, bool dark);

/// WCAG 2 contrast ratio of two opaque colours, 1..21.
double contrastRatio(const QColor& a, const QColor& b);

/// The two palettes of the product (Fusion style).
QPalette lightPalette();
QPalette darkPalette();

} // namespace ohm::widgets
