// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <filesystem>
#include <string>
#include <vector>

namespace ohm::optimize {

/// Whole lines of an append-only file; what follows the last newline (cut short by a kill) is left
/// out. Errors: BASE-001.. Thread: any.
Expected<std::vector<std::string>> readLines(const std::filesystem::path& path);

/// Appends one line with one write, on a line of its own even after a broken one; with `durable` it
/// is on the disk when this returns. Errors: BASE-010. Thread: any.
Expected<void> appendLine(const std::filesystem::path& path, const std::string& line, bool durable);

} // namespace ohm::optimize
