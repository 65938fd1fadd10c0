// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>
#include <QString>

#include <utility>
#include <vector>

namespace ohm::widgets {

/// One map of a comparison. A plain value.
struct MapPanel {
    QString title;
    std::vector<float> values; ///< [rows, columns], row by row; not finite: nothing known there
    bool deviation = false;    ///< an error about 0, with its own two-sided colours
};

/// From which value to which the colours run. A plain value.
struct MapScale {
    double low = 0, high = 1;
    /// 0..1, or -1..1 for a deviation.
    double place(double value, bool deviation) const;
};

/// Least and greatest finite value of all panels that are no deviation; of one value [v, v + 1].
MapScale valueScale(const std::vector<MapPanel>& panels);
/// Minus and plus the greatest finite size of a deviation; at least a tiny range.
MapScale deviationScale(const std::vector<MapPanel>& panels);

/// Predicted minus true, where both are finite.
MapPanel deviationPanel(const QString& title, const std::vector<float>& predicted,
                        const std::vector<float>& truth);

/// A picture of one pixel per cell. `rowZeroAtTop` false draws the first row at the bottom.
QImage mapPicture(const MapPanel& panel, int columns, int rows, const MapScale& scale,
                  bool rowZeroAtTop, bool dark);

} // namespace ohm::widgets
