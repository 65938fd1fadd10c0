// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPointF>

#include <span>

class QPainter;

namespace ohm::widgets {

/// A line over a drawing from one of its things to another, the thicker the stronger: a coupling of
/// two nets. `End` is how the drawing names its things. A plain value.
template <typename End>
struct Link {
    End from{}, to{};
    double strength = 0; ///< 0 (thin) to 1 (thick)
};

/// A link where it is drawn, in the painter's units. A plain value.
struct PlacedLink {
    QPointF from, to;
    double strength = 0;
    enum class Look : unsigned char {
        Plain,
        Faded, ///< something else is selected
        Lit    ///< at what is selected or under the mouse
    } look = Look::Plain;
    bool hovered = false;
    int number = 0; ///< among the drawing's links
};

/// Points.
double linkWidth(double strength);
/// Of the lines, and of the legend's sample of them.
QColor linkColour(bool dark);
/// Draws them in this order, the lit ones above the others: slightly bent, so that they are told
/// apart from wires, with a dot at each end. `grow` enlarges widths (paper). Thread: GUI.
void paintLinks(QPainter& painter, std::span<const PlacedLink> links, bool dark, double grow = 1);
/// Number of the uppermost link within `reach` of a place, its ends left out (there lie the things
/// that it joins); -1: none.
int linkUnder(std::span<const PlacedLink> links, const QPointF& at, double reach = 4);
/// A place on a link, halfway.
QPointF linkMiddle(const PlacedLink& link);

} // namespace ohm::widgets
