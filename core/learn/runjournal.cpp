// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/runjournal.h"

#include "core/base/files.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <iterator>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace ohm::learn {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* kFile = "attempts.jsonl";
constexpr std::size_t kLargest = std::size_t{1} << 20;

const std::pair<RunState, const char*> kNames[] = {
    {RunState::Unknown, "unknown"}, {RunState::Running, "running"},
    {RunState::Stopped, "stopped"}, {RunState::Killed, "killed"},
    {RunState::Failed, "failed"},   {RunState::Finished, "finished"}};

/// A lock of the open file, not of the process: trainings of one process see each other, too, and
/// whether it is held can be asked without taking it.
struct flock wholeFile(short type) {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    return lock;
}

std::int64_t now() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

bool writeAll(int file, const std::string& text) {
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t n = ::write(file, text.data() + done, text.size() - done);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
    return true;
}

/// A line that a kill cut short does not spoil the next one.
bool endsInside(const fs::path& file) {
    const auto bytes = readFile(file, kLargest);
    return bytes && !bytes->view().empty() && bytes->view().back() != '\n';
}

} // namespace

std::string nameOf(RunState state) {
    for (const auto& [known, name] : kNames) {
        if (known == state)
            return name;
    }
    return kNames[0].second;
}

bool RunAttempts::goingOnHelps() const {
    static constexpr const char* kAgain[] = {"LEARN-003", "LEARN-011", "LEARN-013", "LEARN-047",
                                             "DEEP-007",  "DEEP-010",  "MAPS-007",  "MAPS-008"};
    return state != RunState::Failed ||
           std::find(std::begin(kAgain), std::end(kAgain), code) == std::end(kAgain);
}

RunAttempts attemptsOf(const fs::path& folder) {
    RunAttempts out;
    const auto bytes = readFile(folder / kFile, kLargest);
    if (!bytes)
        return out;
    std::string_view text = bytes->view();
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const Json line = Json::parse(text.substr(0, end), nullptr, false);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (!line.is_object())
            continue;
        if (line.contains("begin")) {
            ++out.attempts;
            out.resumed += line.contains("from") && line["from"].is_number() && line["from"] > 0;
            out.state = RunState::Killed; // unless an end follows, or it is at work
            out.why.clear();
            out.code.clear();
        } else if (line.contains("end") && line["end"].is_string()) {
            for (const auto& [state, name] : kNames) {
                if (line["end"] == name)
                    out.state = state;
            }
            if (line.contains("why") && line["why"].is_string())
                out.why = line["why"].get<std::string>();
            if (line.contains("code") && line["code"].is_string())
                out.code = line["code"].get<std::string>();
        }
    }
    if (out.state != RunState::Killed)
        return out;
    const int file = ::open((folder / kFile).c_str(), O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        struct flock lock = wholeFile(F_RDLCK);
        if (::fcntl(file, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_WRLCK)
            out.state = RunState::Running;
        ::close(file);
    }
    return out;
}

bool failedAtOnce(const fs::path& folder) {
    std::error_code code;
    return !fs::exists(folder / "snapshot.safetensors", code) &&
           attemptsOf(folder).state == RunState::Failed;
}

RunJournal::RunJournal(RunJournal&& other) noexcept
    : m_folder(std::move(other.m_folder))
    , m_lock(std::move(other.m_lock))
    , m_file(std::exchange(other.m_file, -1)) {}

RunJournal::~RunJournal() {
    end(RunState::Failed, {});
}

Expected<RunJournal> RunJournal::open(const fs::path& folder) {
    RunJournal journal(folder);
    journal.m_lock = PathLock(folder);
    if (!journal.m_lock.isHeld())
        return fail("LEARN-014", "Another training is at work in this folder", {}, folder.string(),
                    "Wait for it, or name another folder");
    return journal;
}

Expected<void> RunJournal::begin(std::int64_t from) {
    const fs::path path = m_folder / kFile;
    const bool cut = endsInside(path);
    m_file = ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    const std::string line = (cut ? "\n" : "") +
                             Json{{"begin", now()}, {"from", from}, {"pid", ::getpid()}}.dump() +
                             "\n";
    if (m_file >= 0) {
        struct flock lock = wholeFile(F_WRLCK);
        (void)::fcntl(m_file, F_OFD_SETLK, &lock); // without locks it looks killed while at work
    }
    if (m_file < 0 || !writeAll(m_file, line))
        return fail("BASE-010", "The run's journal could not be written", std::strerror(errno),
                    path.string());
    return {};
}

void RunJournal::failed(const Error& error, bool stopped) {
    if (m_file < 0) // it failed before it could begin
        (void)begin(0);
    end(stopped ? RunState::Stopped : RunState::Failed,
        stopped ? std::string() : error.text + (error.detail.empty() ? "" : ": " + error.detail),
        stopped ? std::string() : error.code);
}

void RunJournal::end(RunState state, const std::string& why, const std::string& code) {
    if (m_file < 0)
        return;
    Json line{{"end", nameOf(state)}, {"at", now()}};
    if (!why.empty())
        line["why"] = why;
    if (!code.empty())
        line["code"] = code;
    (void)writeAll(m_file, line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
    ::close(std::exchange(m_file, -1));
}

} // namespace ohm::learn
