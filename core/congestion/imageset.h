// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/congestion/congestionset.h"

namespace ohm::congestion {

/// Designs as images of one size, for networks on maps.
struct ImageOptions {
    int side = 256; ///< pixels, 16 to 1024
    /// Instead of resizing whole designs: tiles of side x side GCells as they are, so far apart;
    /// the last of a row or column ends with the design. A design that is smaller is filled up
    /// with 0. 0 = no tiles.
    int stride = 0;
    bool minMax = false; ///< every map of every sample to 0..1, as CircuitNet does; this forgets
                         ///< how congested a design is
    Combine label = Combine::Sum;
};

/// What was written.
struct ImageReport {
    std::size_t images = 0;  ///< tiles are images
    std::size_t skipped = 0; ///< designs without placement or labels, or files without a partner
    std::size_t flat = 0;    ///< images whose label is the same everywhere
};

/// Writes the feature maps of all labelled designs, resized by cubic interpolation (Catmull-Rom),
/// as a file of maps (docs/litho.md): inputs are the map features, the target is "congestion".
/// Row 0 is the lowest. Tiles are named DESIGN__ROW_COLUMN, after their lowest GCell. Errors:
/// CONG-052 no labelled design, the side or the stride, CONG-079 stopped,
/// DATA-040. Thread: any.
Expected<ImageReport> writeImages(const CongestionSet& set, const ImageOptions& options,
                                  const std::filesystem::path& file, const StopToken& stop,
                                  ProgressSink& progress);

/// The same from images that CircuitNet's scripts have made: .npy files of the same name in two
/// folders, [rows, columns, channels] or [rows, columns], all of one size. Nothing is resized.
/// Errors: CONG-010..012 with the file, CONG-052 no pairs, CONG-053 a pair of another size,
/// CONG-079, DATA-040. Thread: any.
Expected<ImageReport> importImages(const std::filesystem::path& features,
                                   const std::filesystem::path& labels,
                                   const std::filesystem::path& file, const StopToken& stop,
                                   ProgressSink& progress);

/// A map [rows, columns] as [side, side], by cubic interpolation; pixel middles map to pixel
/// middles, beyond the edge the edge's values go on.
std::vector<float> resized(std::span<const float> map, std::size_t columns, std::size_t rows,
                           std::size_t side);

} // namespace ohm::congestion
