// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>
#include <QRectF>
#include <QString>
#include <QVector>

class QPainter;
class QPalette;

namespace ohm::widgets {

/// A value drawn next to a net or a device, e.g. a simulated voltage; or two beside each other.
/// A plain value.
struct Annotation {
    QString text;
    enum class Style {
        Simulated, ///< upright, solid outline
        Predicted, ///< italic, dashed outline
        Error,     ///< no longer true
        Scaled     ///< on a ground of a colour scale
    } style = Style::Simulated;
    QString second; ///< shown to the right of `text`; empty: none
    Style secondStyle = Style::Predicted;
    QRgb ground = 0; ///< of Scaled
};

/// Size of the box that `paintAnnotation` fills.
QSizeF annotationSize(const Annotation& annotation, const QFont& font);
void paintAnnotation(QPainter& painter, const QRectF& box, const Annotation& annotation,
                     const QFont& font, bool dark);
/// The colour of its text, e.g. for a line that leads to it.
QColor annotationInk(const Annotation& annotation, bool dark);

/// Explains the annotations of a view: a sample of each with words, a colour scale, and a scale of
/// the thickness of links.
struct ValueLegend {
    struct Row {
        Annotation sample;
        QString text;
    };
    QVector<Row> rows;
    QString scaleTitle;        ///< e.g. "|error|"; empty: no scale
    QString low, high;         ///< texts at the scale's ends
    QString linkTitle;         ///< what the thickness of links tells; empty: there are none
    QString linkLow, linkHigh; ///< the thinnest and the thickest; equal: all are alike
    bool empty() const { return rows.isEmpty() && scaleTitle.isEmpty() && linkTitle.isEmpty(); }
};

/// Draws the legend into the bottom right corner of `area`, if it does not fill most of it; returns
/// the box it covers (null: none). Thread: GUI.
QRectF paintLegend(QPainter& painter, const QRectF& area, const ValueLegend& legend,
                   const QFont& font, const QPalette& palette);
/// The box that `paintLegend` will cover.
QRectF legendBox(const QRectF& area, const ValueLegend& legend, const QFont& font);

/// Sequential, colour-blind-safe scale (after cividis: only lightness and blue to yellow): 0 lies
/// close to the theme's ground, 1 stands out most. Values beyond are clipped.
QColor sequentialColour(double value, bool dark);
/// Black or white, whichever reads better on `ground`.
QColor inkOn(const QColor& ground);
/// The least of 1, 1.5, 2, 3, 5, 7 times a power of ten that is not below `value`; 0 for 0.
double niceCeiling(double value);

} // namespace ohm::widgets
