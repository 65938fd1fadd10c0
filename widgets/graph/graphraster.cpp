// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph/graphraster.h"

#include "widgets/graph/graphindex.h"
#include "widgets/graph/graphpainter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <thread>

namespace ohm::widgets {

namespace {

constexpr std::uint32_t kOneLine = 256; ///< coverage of one line through the middle of a pixel
constexpr std::size_t kThreadsFrom = 30000;
constexpr double kSmallestRadius = 0.75; ///< logical pixels
constexpr double kGreatestRadius = 13;

/// Coverage of anti-aliased lines, added to the band's buffer. The value at a pixel follows from
/// the whole line in exact integer steps, not from where it was clipped, so that bands and strips
/// meet without a seam.
class LineBuffer {
public:
    LineBuffer(std::vector<std::uint16_t>& coverage, const QRect& band)
        : m_data(coverage.data())
        , m_width(band.width())
        , m_band(band) {}

    void line(double x0, double y0, double x1, double y1, std::uint32_t weight) {
        m_weight = weight;
        // Pixel centres lie at half coordinates.
        x0 -= 0.5;
        x1 -= 0.5;
        y0 -= 0.5;
        y1 -= 0.5;
        const double dx = x1 - x0;
        const double dy = y1 - y0;
        if (std::abs(dx) >= std::abs(dy))
            run<false>(x0, y0, x1, y1, std::abs(dx) > 1e-9 ? dy / dx : 0.0);
        else
            run<true>(y0, x0, y1, x1, dx / dy);
    }

private:
    template <bool Steep>
    void run(double major0, double minor0, double major1, double minor1, double slope) {
        const int majorLow = Steep ? m_band.top() : m_band.left();
        const int majorHigh = Steep ? m_band.bottom() : m_band.right();
        const int minorLow = Steep ? m_band.left() : m_band.top();
        const int minorHigh = Steep ? m_band.right() : m_band.bottom();
        double from = std::max<double>(std::round(std::min(major0, major1)), majorLow);
        double to = std::min<double>(std::round(std::max(major0, major1)), majorHigh);
        if (std::max(minor0, minor1) < minorLow - 1.0 || std::min(minor0, minor1) > minorHigh + 1.0)
            return;
        if (std::abs(slope) > 1e-9) { // the stretch within the band, and a little more
            double a = major0 + (minorLow - 1.0 - minor0) / slope;
            double b = major0 + (minorHigh + 1.0 - minor0) / slope;
            if (a > b)
                std::swap(a, b);
            from = std::max(from, std::floor(a) - 1);
            to = std::min(to, std::ceil(b) + 1);
        }
        const double intercept = minor0 - major0 * slope;
        if (!(from <= to) || !(std::abs(intercept) < 1e9))
            return;
        const int first = static_cast<int>(from);
        const int last = static_cast<int>(to);
        constexpr double kOne = 4294967296.0; // 32.32 fixed point
        const auto step = static_cast<std::int64_t>(std::llround(slope * kOne));
        std::int64_t minor =
            static_cast<std::int64_t>(std::llround(intercept * kOne)) + first * step;
        for (int i = first; i <= last; ++i, minor += step) {
            const auto at = static_cast<int>(minor >> 32);
            const auto part = static_cast<std::uint32_t>(minor >> 24) & 0xFFu;
            const std::ptrdiff_t cell =
                Steep ? static_cast<std::ptrdiff_t>(i - majorLow) * m_width + (at - minorLow)
                      : static_cast<std::ptrdiff_t>(at - minorLow) * m_width + (i - majorLow);
            if (at >= minorLow && at <= minorHigh)
                add(m_data[cell], kOneLine - part);
            if (at + 1 >= minorLow && at + 1 <= minorHigh)
                add(m_data[cell + (Steep ? 1 : m_width)], part);
        }
    }
    void add(std::uint16_t& cell, std::uint32_t value) const {
        cell = static_cast<std::uint16_t>(
            std::min<std::uint32_t>(cell + (value * m_weight >> 8), 65535u));
    }

    std::uint16_t* m_data;
    int m_width;
    QRect m_band;
    std::uint32_t m_weight = kOneLine;
};

/// Alpha for a coverage, in 4096 steps of 16: one line is well visible where there are few, and
/// many lines on one pixel still differ where there are many.
std::array<std::uint8_t, 4096> toneCurve(double linesPerPixel, double strongest) {
    std::array<std::uint8_t, 4096> tone{};
    const double single = std::clamp(0.55 / (1.0 + 2.5 * linesPerPixel), 0.10, 0.55);
    for (std::size_t i = 0; i < tone.size(); ++i) {
        const double lines = static_cast<double>(i) * 16.0 / kOneLine;
        const double alpha = 1.0 - std::pow(1.0 - single, lines);
        tone[i] = static_cast<std::uint8_t>(std::lround(255.0 * strongest * alpha));
    }
    return tone;
}

QRgb blend(QRgb below, QRgb colour, std::uint32_t alpha) {
    const std::uint32_t a = alpha + (alpha >> 7); // 0..256
    const std::uint32_t inverse = 256 - (a * qAlpha(colour) >> 8);
    const std::uint32_t rb = ((colour & 0xFF00FFu) * a >> 8 & 0xFF00FFu) +
                             ((below & 0xFF00FFu) * inverse >> 8 & 0xFF00FFu);
    const std::uint32_t ag = ((colour >> 8 & 0xFF00FFu) * a & 0xFF00FF00u) +
                             ((below >> 8 & 0xFF00FFu) * inverse & 0xFF00FF00u);
    return (rb & 0xFF00FFu) | (ag & 0xFF00FF00u);
}

/// Alpha mask of a marker, centred in a square of odd side.
struct Stamp {
    int half = 0;
    std::vector<std::uint8_t> mask;
};

Stamp makeStamp(GraphScene::Kind::Marker marker, double radius) {
    Stamp stamp;
    stamp.half = static_cast<int>(std::ceil(radius + 0.5));
    const int side = 2 * stamp.half + 1;
    stamp.mask.resize(static_cast<std::size_t>(side) * static_cast<std::size_t>(side));
    const auto inside = [&](double x, double y) {
        switch (marker) {
        case GraphScene::Kind::Marker::Square:
            return std::abs(x) <= radius * 0.886 && std::abs(y) <= radius * 0.886;
        case GraphScene::Kind::Marker::Diamond:
            return std::abs(x) + std::abs(y) <= radius * 1.2533;
        case GraphScene::Kind::Marker::Triangle:
            return y <= radius * 0.8 && std::abs(x) * 1.732 <= (y + radius * 1.5) &&
                   y >= -radius * 1.5;
        case GraphScene::Kind::Marker::Disc:
            break;
        }
        return x * x + y * y <= radius * radius;
    };
    constexpr int kSub = 4;
    for (int row = 0; row < side; ++row) {
        for (int column = 0; column < side; ++column) {
            int hits = 0;
            for (int s = 0; s < kSub * kSub; ++s) {
                const double x = column - stamp.half + (s % kSub + 0.5) / kSub - 0.5;
                const double y = row - stamp.half + (s / kSub + 0.5) / kSub - 0.5;
                hits += inside(x, y) ? 1 : 0;
            }
            stamp.mask[static_cast<std::size_t>(row * side + column)] =
                static_cast<std::uint8_t>(hits * 255 / (kSub * kSub));
        }
    }
    return stamp;
}

} // namespace

QRectF PixelMap::area(const QRect& pixels) const {
    return QRectF((pixels.left() - dx) / scale, (pixels.top() - dy) / scale, pixels.width() / scale,
                  pixels.height() / scale);
}

double markerRadius(float points, const PixelMap& map, double devicePixelRatio) {
    return std::clamp(points * map.scale, kSmallestRadius * devicePixelRatio,
                      kGreatestRadius * devicePixelRatio);
}

void GraphRaster::drawBand(const Surface& surface, const QRect& band, const PixelMap& map,
                           const RasterInput& input, std::vector<std::uint16_t>& coverage) {
    const std::size_t width = static_cast<std::size_t>(band.width());
    coverage.assign(width * static_cast<std::size_t>(band.height()), 0);
    LineBuffer lines(coverage, band);
    const auto& edges = input.scene->edges;
    const QRectF area = map.area(band.adjusted(-1, -1, 1, 1));
    input.index->visitEdges(area, [&](std::uint32_t edge) {
        const std::uint32_t u = edges[2 * edge];
        const std::uint32_t v = edges[2 * edge + 1];
        if (input.hidden[u] | input.hidden[v])
            return;
        if (!input.only.empty() && input.only[u] != 1 && input.only[v] != 1)
            return;
        if (input.faintOnly && input.edgeWeights[edge] >= GraphTopology::kFaint)
            return;
        lines.line(map.x(input.x[u]), map.y(input.y[u]), map.x(input.x[v]), map.y(input.y[v]),
                   input.edgeWeights.empty() ? kOneLine : input.edgeWeights[edge]);
    });

    // The tone follows the whole view, not this part of it.
    const double viewPixels = static_cast<double>(surface.rect.width()) * surface.rect.height();
    const QRectF view = map.area(surface.rect);
    const double linesPerPixel =
        static_cast<double>(input.index->countEdges(view)) * 12.0 / std::max(viewPixels, 1.0);
    const auto tone = toneCurve(linesPerPixel, input.edgeColour.alphaF());
    const QRgb edgeColour = input.edgeColour.rgb() | 0xFF000000u;
    for (int row = 0; row < band.height(); ++row) {
        QRgb* out = surface.row(band.top() + row) + band.left();
        const std::uint16_t* in = coverage.data() + static_cast<std::size_t>(row) * width;
        for (std::size_t i = 0; i < width; ++i)
            out[i] = in[i] ? qPremultiply((edgeColour & 0xFFFFFFu) |
                                          static_cast<QRgb>(tone[in[i] >> 4]) << 24)
                           : 0u;
    }

    if (input.faintOnly)
        return;
    std::vector<Stamp> stamps;
    int reach = 0;
    for (const GraphScene::Kind& kind : input.scene->kinds) {
        stamps.push_back(
            makeStamp(kind.marker, markerRadius(kind.radius, map, input.devicePixelRatio)));
        reach = std::max(reach, stamps.back().half);
    }
    input.index->visitNodes(
        map.area(band.adjusted(-reach, -reach, reach, reach)), [&](std::uint32_t node) {
            if (input.hidden[node] || (!input.only.empty() && !input.only[node]))
                return;
            const Stamp& stamp = stamps[input.scene->kind[node]];
            const int cx = static_cast<int>(std::floor(map.x(input.x[node])));
            const int cy = static_cast<int>(std::floor(map.y(input.y[node])));
            const int side = 2 * stamp.half + 1;
            const int fromX = std::max(cx - stamp.half, band.left());
            const int toX = std::min(cx + stamp.half, band.right());
            const int fromY = std::max(cy - stamp.half, band.top());
            const int toY = std::min(cy + stamp.half, band.bottom());
            const QRgb colour = input.colours[node];
            for (int y = fromY; y <= toY; ++y) {
                QRgb* out = surface.row(y);
                const std::uint8_t* mask = stamp.mask.data() +
                                           static_cast<std::ptrdiff_t>(y - cy + stamp.half) * side -
                                           cx + stamp.half;
                for (int x = fromX; x <= toX; ++x)
                    if (mask[x])
                        out[x] = mask[x] == 255 ? colour : blend(out[x], colour, mask[x]);
            }
        });
}

void GraphRaster::draw(QImage& image, const QRect& part, const PixelMap& map,
                       const RasterInput& input) {
    const QRect target = part & image.rect();
    if (target.isEmpty())
        return;
    const Surface surface{reinterpret_cast<QRgb*>(image.bits()),
                          image.bytesPerLine() / static_cast<qsizetype>(sizeof(QRgb)),
                          image.rect()};
    const std::size_t work = input.index->countEdges(map.area(target));
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    const int bands = work < kThreadsFrom ? 1 : static_cast<int>(std::min(cores, 8u));
    m_coverage.resize(std::max<std::size_t>(m_coverage.size(), static_cast<std::size_t>(bands)));
    const auto bandOf = [&](int i) {
        const int top = target.top() + target.height() * i / bands;
        const int bottom = target.top() + target.height() * (i + 1) / bands;
        return QRect(target.left(), top, target.width(), bottom - top);
    };
    std::vector<std::jthread> helpers;
    for (int i = 1; i < bands; ++i)
        helpers.emplace_back([&, i] {
            drawBand(surface, bandOf(i), map, input, m_coverage[static_cast<std::size_t>(i)]);
        });
    drawBand(surface, bandOf(0), map, input, m_coverage[0]);
}

} // namespace ohm::widgets
