// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/learn/runjournal.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>

namespace ohm::learn {

/// The folder of a training that is no `runTraining` (deep networks, networks on maps, estimators
/// of parasitics): `settings.yaml`, a log of lines, `snapshot.safetensors` while it is not done,
/// `model.safetensors` and `result.json` at the end, and `attempts.jsonl` (RunJournal). No second
/// training gets into it. Thread: owner only.
class RunFolder {
public:
    /// Makes the folder or goes on in it. Errors: BASE-010, LEARN-014 it holds a finished run, one
    /// by another recipe, or a training is at work in it.
    static Expected<RunFolder> open(const std::filesystem::path& folder, const std::string& recipe,
                                    const std::string& logName = "epochs.jsonl");

    std::filesystem::path snapshot() const { return m_folder / "snapshot.safetensors"; }
    std::filesystem::path model() const { return m_folder / "model.safetensors"; }
    /// An attempt begins: keeps the first `lines` lines of the log, those that the snapshot knows
    /// of. Errors: BASE-010, LEARN-014 there are fewer.
    Expected<void> begin(std::size_t lines);
    /// Adds a line, to be on disk at once. Errors: BASE-010.
    Expected<void> append(const std::string& line);
    /// Writes result.json and drops the snapshot. Errors: BASE-010.
    Expected<void> finish(const std::string& result);
    /// The attempt ended in an error, or because it was asked to stop; also before `begin`.
    void failed(const Error& error, bool stopped) { m_journal.failed(error, stopped); }

private:
    RunFolder(std::filesystem::path folder, std::string logName, RunJournal journal)
        : m_folder(std::move(folder))
        , m_logName(std::move(logName))
        , m_journal(std::move(journal)) {}
    Expected<void> keepLines(std::size_t lines);
    std::filesystem::path m_folder;
    std::string m_logName;
    RunJournal m_journal;
    std::ofstream m_log;
};

/// Trains in a folder, epoch by epoch: goes on from its snapshot if there is one, and adds a line
/// per epoch. `read(path)` gives Expected<State>, with an `epoch`; `line(epoch)` its line;
/// `train(from, told)` Expected<Result>, `from` being null at the beginning. Errors: theirs,
/// BASE-010, LEARN-014.
template <typename State, typename Result, typename Read, typename Line, typename Train>
Expected<Result> trainInFolder(RunFolder& folder, const StopToken& stop, Read&& read, Line&& line,
                               Train&& train) {
    std::optional<State> from;
    std::error_code code;
    if (std::filesystem::exists(folder.snapshot(), code)) {
        Expected<State> state = read(folder.snapshot());
        if (!state) {
            folder.failed(state.error(), false);
            return state.failure();
        }
        from = std::move(*state);
    }
    if (const auto kept = folder.begin(from ? static_cast<std::size_t>(from->epoch) : 0); !kept)
        return kept.failure();
    std::optional<Error> problem;
    const auto told = [&](const auto& epoch) {
        if (const auto added = folder.append(line(epoch)); !added && !problem)
            problem = added.error();
    };
    Expected<Result> result = train(from ? &*from : nullptr, told);
    if (result && problem)
        result = Unexpected{*problem};
    if (!result)
        folder.failed(result.error(), stop.stopRequested());
    return result;
}

} // namespace ohm::learn
