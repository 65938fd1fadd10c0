// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/mapscale.h"

#include "widgets/common/ramp.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace ohm::widgets {
namespace {

constexpr int kShades = 512;
constexpr double kLeastRange = 1e-12;

} // namespace

double MapScale::place(double value, bool deviation) const {
    if (deviation)
        return std::clamp(value / std::max(high, kLeastRange), -1.0, 1.0);
    return std::clamp((value - low) / std::max(high - low, kLeastRange), 0.0, 1.0);
}

MapScale valueScale(const std::vector<MapPanel>& panels) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const MapPanel& panel : panels) {
        if (panel.deviation)
            continue;
        for (const float value : panel.values) {
            if (std::isfinite(value)) {
                low = std::min(low, static_cast<double>(value));
                high = std::max(high, static_cast<double>(value));
            }
        }
    }
    if (!(low <= high))
        return {};
    return {low, high > low ? high : low + 1};
}

MapScale deviationScale(const std::vector<MapPanel>& panels) {
    double most = 0;
    for (const MapPanel& panel : panels) {
        if (!panel.deviation)
            continue;
        for (const float value : panel.values) {
            if (std::isfinite(value))
                most = std::max(most, std::abs(static_cast<double>(value)));
        }
    }
    most = std::max(most, kLeastRange);
    return {-most, most};
}

MapPanel deviationPanel(const QString& title, const std::vector<float>& predicted,
                        const std::vector<float>& truth) {
    MapPanel panel{title, {}, true};
    const std::size_t n = std::min(predicted.size(), truth.size());
    panel.values.reserve(n);
    for (std::size_t i = 0; i < n; ++i)
        panel.values.push_back(predicted[i] - truth[i]);
    return panel;
}

QImage mapPicture(const MapPanel& panel, int columns, int rows, const MapScale& scale,
                  bool rowZeroAtTop, bool dark) {
    QImage picture(columns, rows, QImage::Format_RGB32);
    std::array<QRgb, kShades + 1> shades{};
    for (int k = 0; k <= kShades; ++k) {
        const double at = static_cast<double>(k) / kShades;
        shades[static_cast<std::size_t>(k)] =
            (panel.deviation ? deviationColour(2 * at - 1, dark) : rampColour(at, dark)).rgb();
    }
    const QRgb unknown = dark ? qRgb(90, 90, 96) : qRgb(200, 200, 206);
    for (int j = 0; j < rows; ++j) {
        auto* line = reinterpret_cast<QRgb*>(picture.scanLine(rowZeroAtTop ? j : rows - 1 - j));
        for (int i = 0; i < columns; ++i) {
            const std::size_t cell =
                static_cast<std::size_t>(j) * static_cast<std::size_t>(columns) +
                static_cast<std::size_t>(i);
            if (cell >= panel.values.size() || !std::isfinite(panel.values[cell])) {
                line[i] = unknown;
                continue;
            }
            const double at = scale.place(static_cast<double>(panel.values[cell]), panel.deviation);
            const double share = panel.deviation ? (at + 1) / 2 : at;
            line[i] = shades[static_cast<std::size_t>(std::lround(share * kShades))];
        }
    }
    return picture;
}

} // namespace ohm::widgets
