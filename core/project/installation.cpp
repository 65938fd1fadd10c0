// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/installation.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

namespace ohm::project {
namespace {

namespace fs = std::filesystem;

/// From simple to rich: the order in which a newcomer meets them.
constexpr std::array<std::string_view, 8> kOrder{
    "resistor-ladder", "cs-amp", "two-stage-opamp", "two-stage-opamp-cc", "ota-5t",
    "bandgap",         "ldo",    "ltspice-sheet"};

std::size_t rankOf(const fs::path& projectFile) {
    const std::string name = projectFile.parent_path().filename().string();
    return static_cast<std::size_t>(std::find(kOrder.begin(), kOrder.end(), name) - kOrder.begin());
}

bool holdsData(const fs::path& folder) {
    std::error_code ignored;
    return !folder.empty() && fs::is_directory(folder / "projects", ignored);
}

std::vector<fs::path> absolutes(const Project& project, const std::vector<fs::path>& relative) {
    std::vector<fs::path> out;
    for (const fs::path& path : relative)
        out.push_back((project.folder() / path).lexically_normal());
    return out;
}

} // namespace

fs::path dataFolder() {
    std::error_code ignored;
    if (const char* chosen = std::getenv("OHMSCAPE_DATA"); chosen && holdsData(chosen))
        return chosen;
    const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
    const fs::path installed = (program.parent_path() / "../share/ohmscape").lexically_normal();
    if (holdsData(installed))
        return installed;
    if (holdsData(OHMSCAPE_SOURCE_DIR))
        return OHMSCAPE_SOURCE_DIR;
    return {};
}

std::vector<fs::path> shippedDemos() {
    std::vector<fs::path> demos;
    const fs::path data = dataFolder();
    if (data.empty())
        return demos;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(data / "projects", code)) {
        const fs::path file = entry.path() / "project.yaml";
        std::error_code ignored;
        if (fs::is_regular_file(file, ignored))
            demos.push_back(file);
    }
    std::sort(demos.begin(), demos.end(), [](const fs::path& a, const fs::path& b) {
        return rankOf(a) != rankOf(b) ? rankOf(a) < rankOf(b) : a < b;
    });
    return demos;
}

fs::path builtInModelFolder() {
    const fs::path data = dataFolder();
    std::error_code ignored;
    const fs::path models = data / "projects" / "models";
    return !data.empty() && fs::is_directory(models, ignored) ? models : fs::path();
}

namespace {

/// resources/NAME of the source tree, NAME of an installation.
fs::path resourceFolder(const char* name) {
    const fs::path data = dataFolder();
    if (data.empty())
        return {};
    std::error_code ignored;
    for (const fs::path& folder : {data / "resources" / name, data / name}) {
        if (fs::is_directory(folder, ignored))
            return folder;
    }
    return {};
}

} // namespace

fs::path networkFolder() {
    return resourceFolder("models");
}

fs::path recipeFolder() {
    return resourceFolder("recipes");
}

std::vector<fs::path> modelSearchPath(const Project& project) {
    std::vector<fs::path> path = absolutes(project, project.modelPath);
    if (const fs::path builtIn = builtInModelFolder(); !builtIn.empty())
        path.push_back(builtIn);
    return path;
}

std::vector<fs::path> symbolSearchPath(const Project& project) {
    return absolutes(project, project.symbolPath);
}

} // namespace ohm::project
