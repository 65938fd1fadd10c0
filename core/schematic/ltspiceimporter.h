// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schematic/importer.h"

#include <string_view>

namespace ohm::schematic::ltspice {

/// True if the beginning of a file, as UTF-8, is that of an LTspice schematic.
bool sniff(std::string_view head);

/// Imports an .asc with its child sheets. Errors and diagnostics as importSchematic().
Expected<ImportedSchematic> import(const std::filesystem::path& path, const ImportOptions& options);

} // namespace ohm::schematic::ltspice
