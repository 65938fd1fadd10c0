// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/pathlock.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace ohm::learn {

/// What became of a training that is not finished, or whether it is at work.
enum class RunState : std::uint8_t { Unknown, Running, Stopped, Killed, Failed, Finished };
/// "unknown", "running", "stopped", "killed", "failed", "finished".
std::string nameOf(RunState state);

/// What a run's folder tells of who was at work in it. A plain value.
struct RunAttempts {
    RunState state = RunState::Unknown; ///< of the last attempt
    int attempts = 0;
    int resumed = 0;  ///< of them, how many went on from a snapshot
    std::string why;  ///< of one that failed
    std::string code; ///< of the error it failed with; empty if nobody wrote it down
    /// Going on from its snapshot can end otherwise: not after a loss that is no number or a
    /// snapshot that is refused, which would come again.
    bool goingOnHelps() const;
};
/// Reads `attempts.jsonl`; Unknown without one. Never gets in the way of a training. Thread: any.
RunAttempts attemptsOf(const std::filesystem::path& folder);
/// The last attempt failed before anything was learned: the folder is free for other settings.
bool failedAtOnce(const std::filesystem::path& folder);

/// Keeps a second training out of a run's folder and writes down when one begins and how it ends,
/// in `attempts.jsonl`. The locks of a killed process fall by themselves: an attempt without an end
/// that nobody holds was killed. Thread: owner only.
class RunJournal {
public:
    /// Takes the folder, which must be there. Errors: LEARN-014 another training is at work in it.
    static Expected<RunJournal> open(const std::filesystem::path& folder);
    RunJournal(RunJournal&& other) noexcept;
    RunJournal& operator=(RunJournal&&) = delete;
    ~RunJournal(); ///< an attempt that has not ended has failed

    /// `from`: steps or epochs that are done already. Errors: BASE-010.
    Expected<void> begin(std::int64_t from);
    void finished() { end(RunState::Finished, {}); }
    /// `stopped`: on request. What cannot be written is left out: the error itself counts.
    void failed(const Error& error, bool stopped);

private:
    explicit RunJournal(std::filesystem::path folder)
        : m_folder(std::move(folder)) {}
    void end(RunState state, const std::string& why, const std::string& code = {});
    std::filesystem::path m_folder;
    PathLock m_lock; ///< of the folder
    int m_file = -1; ///< open from begin to end
};

} // namespace ohm::learn
