// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/symbolfinder.h"

#include "core/base/text.h"

#include <algorithm>
#include <system_error>

namespace ohm::schematic {
namespace {

namespace fs = std::filesystem;

/// Folders with more entries than this are not symbol libraries.
constexpr std::size_t kMaxEntries = 100'000;

bool isInside(const fs::path& file, const fs::path& root) {
    std::error_code error;
    const fs::path realRoot = fs::canonical(root, error);
    if (error)
        return false;
    const fs::path realFile = fs::canonical(file, error);
    if (error)
        return false;
    const auto [rootEnd, fileEnd] =
        std::mismatch(realRoot.begin(), realRoot.end(), realFile.begin(), realFile.end());
    return rootEnd == realRoot.end();
}

} // namespace

SymbolFinder::SymbolFinder(std::vector<fs::path> folders)
    : m_folders(std::move(folders)) {}

std::vector<std::string> SymbolFinder::parts(std::string_view reference) {
    std::vector<std::string> out;
    bool climbs = false;
    std::size_t at = 0;
    while (at <= reference.size()) {
        const std::size_t end = std::min(reference.find_first_of("/\\", at), reference.size());
        const std::string_view part = reference.substr(at, end - at);
        if (part == "..")
            climbs = true;
        else if (!part.empty() && part != "." && part.find(':') == std::string_view::npos &&
                 part.find('\0') == std::string_view::npos)
            out.emplace_back(part);
        at = end + 1;
    }
    if (climbs && out.size() > 1)
        out.erase(out.begin(), out.end() - 1);
    return out;
}

const SymbolFinder::Listing& SymbolFinder::listing(const fs::path& folder) {
    const auto [it, fresh] = m_listings.try_emplace(folder);
    if (!fresh)
        return it->second;
    std::error_code error;
    fs::directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error);
    for (; !error && entry != fs::directory_iterator() && it->second.size() < kMaxEntries;
         entry.increment(error)) {
        std::string name = entry->path().filename().string();
        std::string key = toLower(name);
        const auto [known, added] = it->second.emplace(key, name);
        if (!added && name < known->second)
            known->second = std::move(name); // two spellings: always the same one wins
    }
    return it->second;
}

std::optional<fs::path> SymbolFinder::lookUp(const fs::path& root,
                                             const std::vector<std::string>& parts) {
    fs::path at = root;
    for (const std::string& part : parts) {
        const Listing& here = listing(at);
        const auto entry = here.find(toLower(part));
        if (entry == here.end())
            return std::nullopt;
        at /= entry->second;
    }
    std::error_code error;
    if (!fs::is_regular_file(at, error) || error || !isInside(at, root))
        return std::nullopt;
    return at;
}

std::optional<fs::path> SymbolFinder::find(std::string_view reference, std::string_view suffix,
                                           const fs::path& first) {
    std::vector<std::string> path = parts(reference);
    if (path.empty())
        return std::nullopt;
    path.back() += suffix;
    const std::vector<std::string> bare{path.back()};
    const auto lookIn = [&](const fs::path& root) -> std::optional<fs::path> {
        if (auto found = lookUp(root, path))
            return found;
        return path.size() > 1 ? lookUp(root, bare) : std::nullopt;
    };
    if (!first.empty())
        if (auto found = lookIn(first))
            return found;
    for (const fs::path& folder : m_folders)
        if (folder != first)
            if (auto found = lookIn(folder))
                return found;
    return std::nullopt;
}

} // namespace ohm::schematic
