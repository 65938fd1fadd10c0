// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/graph/graphview.h"

#include <QColor>
#include <QImage>
#include <QRect>

#include <cstdint>
#include <span>
#include <vector>

namespace ohm::widgets {

class GraphIndex;

/// Where scene points fall on device pixels: pixel = point * scale + offset.
struct PixelMap {
    double scale = 1;
    double dx = 0;
    double dy = 0;
    double x(float px) const { return px * scale + dx; }
    double y(float py) const { return py * scale + dy; }
    QRectF area(const QRect& pixels) const; ///< scene area of a pixel rectangle
    bool operator==(const PixelMap&) const = default;
};

/// What is drawn and in which colours; plain references, valid for one call.
struct RasterInput {
    const GraphScene* scene = nullptr;
    const GraphIndex* index = nullptr;
    std::span<const float> x, y;
    /// Per node: 0 drawn, else left out together with its edges.
    std::span<const std::uint8_t> hidden;
    /// When not empty: only nodes with 1 or 2 are drawn, and only edges with an end at a 1.
    std::span<const std::uint8_t> only;
    std::span<const QRgb> colours;              ///< per node
    std::span<const std::uint16_t> edgeWeights; ///< per edge, 256 is full; empty: all full
    bool faintOnly = false;                     ///< only the edges of hubs, and no node
    QColor edgeColour;
    double devicePixelRatio = 1;
};

/// Draws very many nodes and edges into an image: edges add up as anti-aliased coverage, which is
/// then toned, so that dense places keep their structure; nodes are small stamped shapes. Any
/// rectangle of the image can be drawn alone and fits seamlessly to the rest. Keeps its buffers.
/// Thread: GUI; uses several threads inside for large work.
class GraphRaster {
public:
    /// Draws `part` of `image` (ARGB32_Premultiplied), which is cleared first.
    void draw(QImage& image, const QRect& part, const PixelMap& map, const RasterInput& input);

private:
    struct Surface { ///< the image's memory: QImage itself may not be touched by several threads
        QRgb* bits;
        std::ptrdiff_t stride; ///< pixels
        QRect rect;
        QRgb* row(int y) const { return bits + y * stride; }
    };
    static void drawBand(const Surface& surface, const QRect& band, const PixelMap& map,
                         const RasterInput& input, std::vector<std::uint16_t>& coverage);
    std::vector<std::vector<std::uint16_t>> m_coverage;
};

/// Radius of a marker in device pixels at this scale: grows with the zoom within bounds.
double markerRadius(float points, const PixelMap& map, double devicePixelRatio);

} // namespace ohm::widgets
