// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ohm::schematic {

/// Finds symbol and sheet files by the names that schematics give: case-insensitive, with folders
/// separated by '/' or '\', written on any system. Only files inside the given folders are ever
/// named; "..", drive letters and links that lead out are not followed. Thread: owner only.
class SymbolFinder {
public:
    explicit SymbolFinder(std::vector<std::filesystem::path> folders);

    /// `reference` without suffix, e.g. "OpAmps\\opamp2"; `suffix` like ".asy". Looks in `first`
    /// (if not empty), then in the given folders; in each for the path as written, then for the
    /// bare name.
    std::optional<std::filesystem::path> find(std::string_view reference, std::string_view suffix,
                                              const std::filesystem::path& first = {});

    /// The parts of a reference, without empty ones, "." and drive letters; only the last part if
    /// it climbs ("..").
    static std::vector<std::string> parts(std::string_view reference);

private:
    using Listing = std::unordered_map<std::string, std::string>; ///< lower case -> as on disk
    const Listing& listing(const std::filesystem::path& folder);
    std::optional<std::filesystem::path> lookUp(const std::filesystem::path& root,
                                                const std::vector<std::string>& parts);

    std::vector<std::filesystem::path> m_folders;
    std::map<std::filesystem::path, Listing> m_listings;
};

} // namespace ohm::schematic
