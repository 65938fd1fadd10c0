// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace ohm::litho {

/// An axis-parallel rectangle, nm: it covers x0 <= x < x1, y0 <= y < y1.
struct Rect {
    int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
    bool operator==(const Rect&) const = default;
};

/// A piece of layout: closed axis-parallel polygons with corners in whole nanometres. A plain
/// value.
struct Clip {
    std::string name;   ///< of its file
    std::string family; ///< tiles of one cell; they belong on one side of a split
    std::vector<std::vector<std::array<int, 2>>> shapes;
    Rect bounds; ///< around all shapes
};

/// Corners that the shapes of a clip may have together.
inline constexpr std::size_t kMostCorners = 10'000;

/// Reads a clip in the GLP format of the ICCAD 2013 mask optimisation contest: "RECT N M1 x y w h"
/// and "PGON N M1 x0 y0 x1 y1 ..." in nm; everything else is a heading. Errors: LITHO-001 not
/// understood or empty, LITHO-002 an edge is not axis-parallel, LITHO-003 too many corners. Thread:
/// any.
Expected<Clip> readClip(std::string_view text, const std::string& name);

/// The clips of files and folders (*.glp, also in folders directly below), sorted by path; names
/// are FOLDER/FILE. Errors: BASE-00x, LITHO-00x, LITHO-021 none.
Expected<std::vector<Clip>> readClips(const std::vector<std::filesystem::path>& paths);

/// The area covered by the shapes, each side moved outwards by `bias` nm (0 to 500), as rectangles
/// that do not overlap; corners stay square. Errors: LITHO-003 too many rectangles, LITHO-020 the
/// bias. Thread: any.
Expected<std::vector<Rect>> coverOf(const Clip& clip, int bias = 0);

} // namespace ohm::litho
