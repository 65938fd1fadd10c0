// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/runfolder.h"

#include "core/base/files.h"

#include <utility>

namespace ohm::learn {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kLargest = std::size_t{256} << 20;

Unexpected taken(const std::string& text, const fs::path& folder) {
    return fail("LEARN-014", text, {}, folder.string(), "Name another folder");
}

} // namespace

Expected<RunFolder> RunFolder::open(const fs::path& folder, const std::string& recipe,
                                    const std::string& logName) {
    std::error_code code;
    const bool made = fs::create_directories(folder, code);
    if (code)
        return fail("BASE-010", "The run's folder cannot be made", code.message(), folder.string());
    auto journal = RunJournal::open(folder);
    if (!journal)
        return journal.failure();
    RunFolder run(folder, logName, std::move(*journal));
    if (fs::exists(folder / "result.json", code))
        return taken("This folder holds a finished run", folder);
    const fs::path recipeFile = folder / "settings.yaml";
    if (fs::exists(recipeFile, code) && !failedAtOnce(folder)) {
        const auto before = readFile(recipeFile, kLargest);
        if (!before || before->view() != recipe)
            return taken("This folder holds a run by another recipe", folder);
    } else if (const auto written = writeFileAtomically(recipeFile, recipe); !written) {
        if (made)
            fs::remove(folder, code); // if there is nothing in it
        return written.failure();
    }
    return run;
}

Expected<void> RunFolder::begin(std::size_t lines) {
    auto begun = keepLines(lines);
    if (begun)
        begun = m_journal.begin(static_cast<std::int64_t>(lines));
    if (!begun)
        m_journal.failed(begun.error(), false);
    return begun;
}

Expected<void> RunFolder::keepLines(std::size_t lines) {
    const fs::path file = m_folder / m_logName;
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
                    (m_folder / m_logName).string());
    return {};
}

Expected<void> RunFolder::finish(const std::string& result) {
    if (const auto written = writeFileAtomically(m_folder / "result.json", result); !written)
        return written;
    std::error_code ignored;
    fs::remove(snapshot(), ignored);
    m_journal.finished();
    return {};
}

} // namespace ohm::learn
