// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/annotation.h"

#include "widgets/common/links.h"
#include "widgets/common/palette.h"

#include <QFontMetricsF>
#include <QLinearGradient>
#include <QPainter>
#include <QPalette>
#include <QPolygonF>

#include <algorithm>
#include <array>
#include <cmath>

namespace ohm::widgets {
namespace {

using Style = Annotation::Style;

constexpr double kPadX = 4;
constexpr double kPadY = 1;
constexpr double kLegendPad = 7;
constexpr double kBarWidth = 130;

QFont faceOf(const QFont& font, Style style) {
    QFont face = font;
    face.setItalic(style == Style::Predicted);
    return face;
}

Semantic meaningOf(Style style) {
    switch (style) {
    case Style::Predicted:
        return Semantic::Predicted;
    case Style::Error:
        return Semantic::Error;
    case Style::Simulated:
    case Style::Scaled:
        break;
    }
    return Semantic::Simulated;
}

QSizeF partSize(const QString& text, Style style, const QFont& font) {
    const QFontMetricsF metrics(faceOf(font, style));
    const QSizeF size = metrics.size(0, text);
    return {size.width() + 2 * kPadX, std::max(size.height(), metrics.height()) + 2 * kPadY};
}

void paintPart(QPainter& painter, const QRectF& box, const QString& text, Style style, QRgb scaled,
               const QFont& font, bool dark) {
    const Semantic meaning = meaningOf(style);
    QColor ink = semanticColour(meaning, dark);
    QColor ground = semanticTint(meaning, dark);
    ground.setAlpha(238);
    QPen frame(ink, 1);
    if (style == Style::Predicted)
        frame.setDashPattern({3, 2});
    if (style == Style::Scaled) {
        ground = QColor::fromRgb(scaled);
        ink = inkOn(ground);
        frame.setColor(dark ? QColor(0xc3, 0xc8, 0xd0) : QColor(0x4a, 0x4f, 0x57));
    }
    painter.setPen(frame);
    painter.setBrush(ground);
    const double radius = std::min(5.0, box.height() / 2.5);
    painter.drawRoundedRect(box, radius, radius);
    painter.setPen(ink);
    painter.setFont(faceOf(font, style));
    painter.drawText(box, Qt::AlignCenter, text);
}

struct LegendLayout {
    QRectF box;
    double rowHeight = 0;
    double sampleWidth = 0;
};

/// Of a title, a bar, and the texts at its ends.
double scaleHeight(const QFontMetricsF& metrics) {
    return 2 * metrics.height() + metrics.height() * 0.9;
}

LegendLayout layOut(const QRectF& area, const ValueLegend& legend, const QFont& font) {
    LegendLayout made;
    if (legend.empty())
        return made;
    const QFontMetricsF metrics(font);
    made.rowHeight = metrics.height() * 1.4;
    double width = 0;
    for (const ValueLegend::Row& row : legend.rows)
        made.sampleWidth = std::max(made.sampleWidth, annotationSize(row.sample, font).width());
    for (const ValueLegend::Row& row : legend.rows)
        width =
            std::max(width, made.sampleWidth + kLegendPad + metrics.horizontalAdvance(row.text));
    double height = made.rowHeight * static_cast<double>(legend.rows.size());
    const auto scale = [&](const QString& title, const QString& low, const QString& high) {
        if (title.isEmpty())
            return;
        width = std::max({width, kBarWidth, metrics.horizontalAdvance(title),
                          metrics.horizontalAdvance(low + high) + 12});
        height += scaleHeight(metrics);
    };
    scale(legend.scaleTitle, legend.low, legend.high);
    scale(legend.linkTitle, legend.linkLow, legend.linkHigh);
    const QSizeF size(width + 2 * kLegendPad, height + 2 * kLegendPad);
    if (size.width() > area.width() * 0.6 || size.height() > area.height() * 0.5)
        return made;
    made.box =
        QRectF(QPointF(area.right() - 10 - size.width(), area.bottom() - 10 - size.height()), size);
    return made;
}

} // namespace

QSizeF annotationSize(const Annotation& annotation, const QFont& font) {
    QSizeF size = partSize(annotation.text, annotation.style, font);
    if (!annotation.second.isEmpty()) {
        const QSizeF more = partSize(annotation.second, annotation.secondStyle, font);
        size = {size.width() + more.width(), std::max(size.height(), more.height())};
    }
    return size;
}

QColor annotationInk(const Annotation& annotation, bool dark) {
    if (annotation.style == Style::Scaled)
        return dark ? QColor(0xc3, 0xc8, 0xd0) : QColor(0x4a, 0x4f, 0x57);
    return semanticColour(meaningOf(annotation.style), dark);
}

void paintAnnotation(QPainter& painter, const QRectF& box, const Annotation& annotation,
                     const QFont& font, bool dark) {
    painter.setRenderHint(QPainter::Antialiasing, true);
    if (annotation.second.isEmpty()) {
        paintPart(painter, box, annotation.text, annotation.style, annotation.ground, font, dark);
        return;
    }
    const double first = partSize(annotation.text, annotation.style, font).width();
    const double all = annotationSize(annotation, font).width();
    QRectF left = box;
    left.setWidth(box.width() * first / all);
    QRectF right = box;
    right.setLeft(left.right() + 1);
    paintPart(painter, left, annotation.text, annotation.style, annotation.ground, font, dark);
    paintPart(painter, right, annotation.second, annotation.secondStyle, annotation.ground, font,
              dark);
}

QRectF legendBox(const QRectF& area, const ValueLegend& legend, const QFont& font) {
    return layOut(area, legend, font).box;
}

QRectF paintLegend(QPainter& painter, const QRectF& area, const ValueLegend& legend,
                   const QFont& font, const QPalette& palette) {
    const LegendLayout made = layOut(area, legend, font);
    if (made.box.isNull())
        return {};
    const bool dark = isDark(palette);
    const QColor text = palette.color(QPalette::Text);
    QColor border = text;
    border.setAlpha(40);
    QColor ground = palette.color(QPalette::Base);
    ground.setAlpha(230);
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setPen(QPen(border, 1));
    painter.setBrush(ground);
    painter.drawRoundedRect(made.box, 6, 6);
    const QRectF inner = made.box.adjusted(kLegendPad, kLegendPad, -kLegendPad, -kLegendPad);
    double y = inner.top();
    for (const ValueLegend::Row& row : legend.rows) {
        const QSizeF size = annotationSize(row.sample, font);
        const QRectF sample(inner.left() + made.sampleWidth - size.width(),
                            y + (made.rowHeight - size.height()) / 2, size.width(), size.height());
        paintAnnotation(painter, sample, row.sample, font, dark);
        painter.setFont(font);
        painter.setPen(text);
        painter.drawText(
            QRectF(inner.left() + made.sampleWidth + kLegendPad, y, inner.width(), made.rowHeight),
            Qt::AlignLeft | Qt::AlignVCenter, row.text);
        y += made.rowHeight;
    }
    const QFontMetricsF metrics(font);
    const auto scale = [&](const QString& title, const QString& low, const QString& high,
                           const auto& paintBar) {
        if (title.isEmpty())
            return;
        painter.setFont(font);
        painter.setPen(text);
        painter.drawText(QRectF(inner.left(), y, inner.width(), metrics.height()),
                         Qt::AlignLeft | Qt::AlignVCenter, title);
        const QRectF bar(inner.left(), y + metrics.height() + 2, inner.width(),
                         metrics.height() * 0.6);
        paintBar(bar);
        painter.setPen(text);
        const QRectF ends(inner.left(), bar.bottom() + 2, inner.width(), metrics.height());
        painter.drawText(ends, Qt::AlignLeft | Qt::AlignTop, low);
        if (high != low)
            painter.drawText(ends, Qt::AlignRight | Qt::AlignTop, high);
        painter.setBrush(Qt::NoBrush);
        y += scaleHeight(metrics);
    };
    scale(legend.scaleTitle, legend.low, legend.high, [&](const QRectF& bar) {
        QLinearGradient gradient(bar.topLeft(), bar.topRight());
        constexpr int kStops = 16;
        for (int i = 0; i <= kStops; ++i)
            gradient.setColorAt(i / double(kStops), sequentialColour(i / double(kStops), dark));
        painter.setPen(QPen(border, 1));
        painter.setBrush(gradient);
        painter.drawRect(bar);
    });
    scale(legend.linkTitle, legend.linkLow, legend.linkHigh, [&](const QRectF& bar) {
        const double thin = linkWidth(legend.linkLow == legend.linkHigh ? 1 : 0) / 2;
        const double thick = std::min(linkWidth(1), bar.height()) / 2;
        const QPointF left(bar.left(), bar.center().y()), right(bar.right(), bar.center().y());
        painter.setPen(Qt::NoPen);
        painter.setBrush(linkColour(dark));
        painter.drawPolygon(QPolygonF({left - QPointF(0, thin), right - QPointF(0, thick),
                                       right + QPointF(0, thick), left + QPointF(0, thin)}));
    });
    return made.box;
}

QColor sequentialColour(double value, bool dark) {
    // Nunez, Anderton and Renslow, "Optimizing colormaps with consideration for color vision
    // deficiency", at nine places.
    static constexpr std::array<std::array<int, 3>, 9> kStops{{{0, 34, 78},
                                                               {28, 54, 108},
                                                               {66, 77, 108},
                                                               {96, 100, 112},
                                                               {125, 124, 120},
                                                               {156, 149, 119},
                                                               {189, 176, 110},
                                                               {223, 204, 93},
                                                               {254, 232, 56}}};
    if (!std::isfinite(value))
        value = 0;
    value = std::clamp(value, 0.0, 1.0);
    const double at = (dark ? value : 1 - value) * (kStops.size() - 1);
    const auto i = std::min<std::size_t>(static_cast<std::size_t>(at), kStops.size() - 2);
    const double part = at - static_cast<double>(i);
    const auto mix = [&](std::size_t channel) {
        return static_cast<int>(kStops[i][channel] +
                                (kStops[i + 1][channel] - kStops[i][channel]) * part + 0.5);
    };
    return {mix(0), mix(1), mix(2)};
}

QColor inkOn(const QColor& ground) {
    return contrastRatio(ground, Qt::black) >= contrastRatio(ground, Qt::white) ? QColor(Qt::black)
                                                                                : QColor(Qt::white);
}

double niceCeiling(double value) {
    if (!(value > 0) || !std::isfinite(value))
        return 0;
    const double decade = std::pow(10.0, std::floor(std::log10(value)));
    for (const double step : {1.0, 1.5, 2.0, 3.0, 5.0, 7.0})
        if (value <= step * decade * (1 + 1e-12))
            return step * decade;
    return 10 * decade;
}

} // namespace ohm::widgets
