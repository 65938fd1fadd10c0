// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/runfolder.h"

#include "core/base/files.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace ohm::learn {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kLargest = std::size_t{256} << 20;

Unexpected taken(const std::string& text, const fs::path& folder) {
    return fail("LEARN-014", text, {}, folder.string(), "Name another folder");
}

} // namespace

RunFolder::RunFolder(RunFolder&& other) noexcept
    : m_folder(std::move(other.m_folder))
    , m_log(std::move(other.m_log))
    , m_lock(std::exchange(other.m_lock, -1)) {}

RunFolder::~RunFolder() {
    if (m_lock >= 0)
        ::close(m_lock);
}

Expected<RunFolder> RunFolder::open(const fs::path& folder, const std::string& recipe) {
    std::error_code code;
    fs::create_directories(folder, code);
    if (code)
        return fail("BASE-010", "The run's folder cannot be made", code.message(), folder.string());
    RunFolder run(folder);
    run.m_lock = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    // A file system without locks is no reason not to train.
    if (run.m_lock >= 0 && ::flock(run.m_lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return taken("Another training is at work in this folder", folder);
    if (fs::exists(folder / "result.json", code))
        return taken("This folder holds a finished run", folder);
    const fs::path recipeFile = folder / "settings.yaml";
    if (fs::exists(recipeFile, code)) {
        const auto before = readFile(recipeFile, kLargest);
        if (!before || before->view() != recipe)
            return taken("This folder holds a run by another recipe", folder);
    } else if (const auto written = writeFileAtomically(recipeFile, recipe); !written) {
        return written.failure();
    }
    return run;
}

Expected<void> RunFolder::keepLines(std::size_t lines) {
    const fs::path file = m_folder / "epochs.jsonl";
    std::error_code code;
    std::string kept;
    if (fs::exists(file, code)) {
        const auto bytes = readFile(file, kLargest);
        if (!bytes)
            return bytes.failure();
        kept = std::string(bytes->view());
    }
    std::size_t end = 0;
    for (std::size_t line = 0; line < lines; ++line) {
        end = kept.find('\n', end);
        if (end == std::string::npos)
            return taken("The run's log and its snapshot contradict each other", m_folder);
        ++end;
    }
    kept.resize(end);
    if (const auto written = writeFileAtomically(file, kept); !written)
        return written;
    m_log = std::ofstream(file, std::ios::app);
    return {};
}

Expected<void> RunFolder::append(const std::string& line) {
    m_log << line << '\n' << std::flush;
    if (!m_log)
        return fail("BASE-010", "The run's log could not be written", {},
                    (m_folder / "epochs.jsonl").string());
    return {};
}

Expected<void> RunFolder::finish(const std::string& result) {
    if (const auto written = writeFileAtomically(m_folder / "result.json", result); !written)
        return written;
    std::error_code ignored;
    fs::remove(snapshot(), ignored);
    return {};
}

} // namespace ohm::learn
