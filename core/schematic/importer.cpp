// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/importer.h"

#include "core/base/text.h"
#include "core/schematic/ltspiceimporter.h"

#include <array>
#include <fstream>

namespace ohm::schematic {
namespace {

/// A schematic format: how it is told and how it is read. A further tool enters with one line here.
struct Format {
    bool (*sniff)(std::string_view head); ///< the file's first bytes, as UTF-8
    Expected<ImportedSchematic> (*import)(const std::filesystem::path&, const ImportOptions&);
};

constexpr std::array kFormats{Format{ltspice::sniff, ltspice::import}};

/// Enough for the words a format begins with.
constexpr std::streamsize kHeadBytes = 4096;

std::string headOf(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error))
        return {};
    std::ifstream file(path, std::ios::binary);
    std::string head(static_cast<std::size_t>(kHeadBytes), '\0');
    file.read(head.data(), kHeadBytes);
    head.resize(static_cast<std::size_t>(file.gcount()));
    return toUtf8(head, detectEncoding(head));
}

const Format* formatOf(const std::filesystem::path& path) {
    const std::string head = headOf(path);
    for (const Format& format : kFormats)
        if (format.sniff(head))
            return &format;
    return nullptr;
}

} // namespace

bool looksLikeSchematic(const std::filesystem::path& path) {
    return formatOf(path) != nullptr;
}

Expected<ImportedSchematic> importSchematic(const std::filesystem::path& path,
                                            const ImportOptions& options) {
    std::error_code error;
    if (!std::filesystem::exists(path, error))
        return fail("SCH-002", "The schematic file does not exist.", {}, path.string(),
                    "Check the path.");
    if (!std::filesystem::is_regular_file(path, error))
        return fail("SCH-002", "This is not a file that can be read.", {}, path.string(),
                    "Choose a schematic file.");
    const Format* format = formatOf(path);
    if (format == nullptr)
        return fail("SCH-001", "This file is not a schematic of a known format.", {}, path.string(),
                    "LTspice schematics (.asc) can be opened.");
    return format->import(path, options);
}

} // namespace ohm::schematic
