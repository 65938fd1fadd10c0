// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/palette.h"

#include <array>
#include <cmath>

namespace ohm::widgets {
namespace {

double linear(double channel) {
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& colour) {
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
           0.0722 * linear(colour.blueF());
}

struct Pair {
    QRgb light;
    QRgb dark;
};

// Okabe and Ito's hues in their order of use (blue first: the calmest), each moved in lightness
// until it stands out 3:1 on the window and base colours of its theme.
constexpr std::array<Pair, kSeriesColours> kSeries{{
    {0xff0072b2, 0xff56a8e0}, // blue
    {0xffd55e00, 0xfff0803c}, // vermillion
    {0xff008a66, 0xff23b58d}, // bluish green
    {0xffb5609a, 0xffe08fc0}, // reddish purple
    {0xffb87b00, 0xffe69f00}, // orange
    {0xff2b8bbf, 0xff7cc9f2}, // sky blue
    {0xff8a8000, 0xfff0e442}, // yellow
    {0xff4a4f57, 0xffc3c8d0}, // black / grey
}};

constexpr Pair pairOf(Semantic semantic) {
    switch (semantic) {
    case Semantic::Pass:
        return {0xff00704f, 0xff3ecf9d};
    case Semantic::Near:
        return {0xff8a5a00, 0xfff0b43c};
    case Semantic::Fail:
    case Semantic::Error:
        return {0xffb3261e, 0xffff8a7a};
    case Semantic::Simulated:
        return {0xff005f95, 0xff7cc0f0};
    case Semantic::Predicted:
        return {0xff8b3f78, 0xffe39acb};
    case Semantic::Selection:
        return {0xff1f5fc4, 0xff7aaefc};
    case Semantic::Hover:
        return {0xff9c4a00, 0xffffb070};
    case Semantic::Note:
        return {0xff2a5b9c, 0xff8ab8f5};
    case Semantic::Warning:
        return {0xff8a5a00, 0xfff0b43c};
    case Semantic::Muted:
        break;
    }
    return {0xff59616c, 0xff9aa4b1};
}

QPalette makePalette(QRgb window, QRgb base, QRgb alternate, QRgb button, QRgb text, QRgb disabled,
                     QRgb highlight, QRgb link, QRgb mid, QRgb dark) {
    QPalette p;
    const QColor textColour(text);
    p.setColor(QPalette::Window, window);
    p.setColor(QPalette::WindowText, textColour);
    p.setColor(QPalette::Base, base);
    p.setColor(QPalette::AlternateBase, alternate);
    p.setColor(QPalette::Text, textColour);
    p.setColor(QPalette::Button, button);
    p.setColor(QPalette::ButtonText, textColour);
    p.setColor(QPalette::BrightText, Qt::white);
    p.setColor(QPalette::ToolTipBase, base);
    p.setColor(QPalette::ToolTipText, textColour);
    p.setColor(QPalette::Highlight, highlight);
    p.setColor(QPalette::HighlightedText, Qt::white);
    p.setColor(QPalette::Link, link);
    p.setColor(QPalette::LinkVisited, link);
    p.setColor(QPalette::PlaceholderText, disabled);
    p.setColor(QPalette::Light, QColor(button).lighter(110));
    p.setColor(QPalette::Midlight, QColor(button).lighter(104));
    p.setColor(QPalette::Mid, mid);
    p.setColor(QPalette::Dark, dark);
    p.setColor(QPalette::Shadow, QColor(0, 0, 0, 160));
    for (auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, disabled);
    p.setColor(QPalette::Disabled, QPalette::Highlight, mid);
    p.setColor(QPalette::Disabled, QPalette::HighlightedText, disabled);
    return p;
}

} // namespace

bool isDark(const QPalette& palette) {
    return luminance(palette.color(QPalette::WindowText)) >
           luminance(palette.color(QPalette::Window));
}

QColor seriesColour(int index, bool dark) {
    const int i = ((index % kSeriesColours) + kSeriesColours) % kSeriesColours;
    const Pair& pair = kSeries[static_cast<std::size_t>(i)];
    return QColor(dark ? pair.dark : pair.light);
}

QColor semanticColour(Semantic semantic, bool dark) {
    const Pair pair = pairOf(semantic);
    return QColor(dark ? pair.dark : pair.light);
}

QColor semanticTint(Semantic semantic, bool dark) {
    const QColor ground = dark ? QColor(0x22262c) : QColor(0xffffff);
    const QColor colour = semanticColour(semantic, dark);
    const double part = dark ? 0.13 : 0.09;
    const auto mix = [part](int a, int b) { return static_cast<int>(a + (b - a) * part + 0.5); };
    return {mix(ground.red(), colour.red()), mix(ground.green(), colour.green()),
            mix(ground.blue(), colour.blue())};
}

double contrastRatio(const QColor& a, const QColor& b) {
    const double la = luminance(a);
    const double lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

QPalette lightPalette() {
    return makePalette(0xfff3f4f6, 0xffffffff, 0xfff7f8fa, 0xfff9fafb, 0xff1c2128, 0xff7d8590,
                       0xff2563c9, 0xff1f5fc4, 0xffc9ced6, 0xffa9b0ba);
}

QPalette darkPalette() {
    return makePalette(0xff22262c, 0xff1a1d21, 0xff1f2227, 0xff2d323a, 0xffe3e7ec, 0xff7f8995,
                       0xff2f66c4, 0xff7aaefc, 0xff3a4049, 0xff15171a);
}

} // namespace ohm::widgets
