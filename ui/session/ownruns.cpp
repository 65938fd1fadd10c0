// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/ownruns.h"

#include "core/base/files.h"
#include "core/learn/runjournal.h"

#include <algorithm>

namespace ohm::ui {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLargestSettings = 1 << 20;

} // namespace

std::optional<InterruptedRun> interruptedRun(const fs::path& runs, const std::string& prefix,
                                             const std::string& settings, const char* log) {
    std::error_code ignored;
    for (fs::directory_iterator it(runs, ignored), end; it != end; it.increment(ignored)) {
        const fs::path& run = it->path();
        if (run.filename().string().rfind(prefix, 0) != 0 ||
            !fs::exists(run / "snapshot.safetensors", ignored) ||
            fs::exists(run / "result.json", ignored))
            continue;
        const auto text = readFile(run / "settings.yaml", kLargestSettings);
        if (!text || text->view() != settings || !learn::attemptsOf(run).goingOnHelps())
            continue;
        InterruptedRun found{run, 0};
        if (const auto lines = readFile(run / log)) {
            const auto view = lines->view();
            found.epochs = static_cast<int>(std::count(view.begin(), view.end(), '\n'));
        }
        return found;
    }
    return {};
}

fs::path freeRunFolder(const fs::path& runs, const std::string& prefix) {
    std::error_code ignored;
    for (int number = 1;; ++number) {
        fs::path folder = runs / (prefix + std::to_string(number));
        if (!fs::exists(folder, ignored))
            return folder;
    }
}

} // namespace ohm::ui
