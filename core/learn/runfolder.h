// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>

namespace ohm::learn {

/// The folder of a training that is no `runTraining` (deep networks, networks on maps):
/// `settings.yaml`, `epochs.jsonl`, `snapshot.safetensors` while it is not done,
/// `model.safetensors` and `result.json` at the end. No second training gets into it. Thread: owner
/// only.
class RunFolder {
public:
    /// Makes the folder or goes on in it. Errors: BASE-010, LEARN-014 it holds a finished run, one
    /// by another recipe, or a training is at work in it.
    static Expected<RunFolder> open(const std::filesystem::path& folder, const std::string& recipe);
    RunFolder(RunFolder&& other) noexcept;
    RunFolder& operator=(RunFolder&&) = delete;
    ~RunFolder();

    std::filesystem::path snapshot() const { return m_folder / "snapshot.safetensors"; }
    std::filesystem::path model() const { return m_folder / "model.safetensors"; }
    /// Keeps the first `lines` lines of epochs.jsonl, those that the snapshot knows of.
    /// Errors: BASE-010, LEARN-014 there are fewer.
    Expected<void> keepLines(std::size_t lines);
    /// Adds a line, to be on disk at once. Errors: BASE-010.
    Expected<void> append(const std::string& line);
    /// Writes result.json and drops the snapshot. Errors: BASE-010.
    Expected<void> finish(const std::string& result);

private:
    explicit RunFolder(std::filesystem::path folder)
        : m_folder(std::move(folder)) {}
    std::filesystem::path m_folder;
    std::ofstream m_log;
    int m_lock = -1;
};

/// Trains in a folder, epoch by epoch: goes on from its snapshot if there is one, and adds a line
/// per epoch. `read(path)` gives Expected<State>, with an `epoch`; `line(epoch)` its line;
/// `train(from, told)` Expected<Result>, `from` being null at the beginning. Errors: theirs,
/// BASE-010, LEARN-014.
template <typename State, typename Result, typename Read, typename Line, typename Train>
Expected<Result> trainInFolder(RunFolder& folder, Read&& read, Line&& line, Train&& train) {
    std::optional<State> from;
    std::error_code code;
    if (std::filesystem::exists(folder.snapshot(), code)) {
        Expected<State> state = read(folder.snapshot());
        if (!state)
            return state.failure();
        from = std::move(*state);
    }
    if (const auto kept = folder.keepLines(from ? static_cast<std::size_t>(from->epoch) : 0); !kept)
        return kept.failure();
    std::optional<Error> problem;
    const auto told = [&](const auto& epoch) {
        if (const auto added = folder.append(line(epoch)); !added && !problem)
            problem = added.error();
    };
    Expected<Result> result = train(from ? &*from : nullptr, told);
    if (result && problem)
        return Unexpected{*problem};
    return result;
}

} // namespace ohm::learn
