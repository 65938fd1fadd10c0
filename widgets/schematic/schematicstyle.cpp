// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/schematic/schematicstyle.h"

#include "widgets/common/palette.h"

#include <QFontDatabase>

namespace ohm::widgets {
namespace {

QColor mixed(const QColor& a, const QColor& b, double part) {
    const auto mix = [part](int from, int to) {
        return static_cast<int>(from + (to - from) * part + 0.5);
    };
    return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

SchematicStyle make(const QColor& background, const QColor& text, bool dark, const QFont& font) {
    SchematicStyle s;
    s.dark = dark;
    s.background = background;
    s.grid = mixed(background, text, dark ? 0.16 : 0.14);
    s.wire = dark ? QColor(0x4f, 0xbd, 0x97) : QColor(0x0b, 0x6e, 0x4f);
    s.symbol = mixed(text, background, 0.06);
    s.symbolFill = mixed(background, text, dark ? 0.05 : 0.035);
    s.name = text;
    s.value = mixed(text, background, 0.32);
    s.label = dark ? QColor(0xe8, 0xb0, 0x6a) : QColor(0x8a, 0x4b, 0x08);
    s.labelGround = mixed(background, s.label, dark ? 0.14 : 0.08);
    s.note = mixed(text, background, 0.25);
    s.directive = semanticColour(Semantic::Note, dark);
    s.decoration = mixed(background, text, 0.45);
    s.muted = semanticColour(Semantic::Muted, dark);
    s.selection = semanticColour(Semantic::Selection, dark);
    s.hover = semanticColour(Semantic::Hover, dark);
    s.placeholder = semanticColour(Semantic::Error, dark);
    s.font = font;
    s.monoFont = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    return s;
}

} // namespace

SchematicStyle SchematicStyle::of(const QPalette& palette, const QFont& font) {
    return make(palette.color(QPalette::Base), palette.color(QPalette::Text), isDark(palette),
                font);
}

SchematicStyle SchematicStyle::forPrint(const QFont& font) {
    return make(Qt::white, QColor(20, 22, 26), false, font);
}

} // namespace ohm::widgets
