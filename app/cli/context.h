// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/diagnostic.h"
#include "core/base/error.h"
#include "core/base/job.h"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace CLI {
class App;
}

namespace ohm::cli {

using Json = nlohmann::ordered_json;

/// Exit codes of the contract (docs/cli.md).
enum ExitCode : int { kOk = 0, kFailed = 1, kUsage = 2, kBadInput = 3 };

/// Draws a bar on stderr when that is a terminal, else says nothing. Thread: any.
class TerminalProgress : public ProgressSink {
public:
    TerminalProgress();
    ~TerminalProgress() override { clear(); }
    void report(double fraction, const std::string& text) override;
    void clear();

private:
    std::mutex m_mutex;
    std::chrono::steady_clock::time_point m_last;
    bool m_terminal;
    bool m_drawn = false;
};

/// What every verb shares: the options before and after it, the stop token, the progress bar and
/// the way to answer. A verb sets `exitCode`. Thread: main only, but for `stop` and `progress`.
struct Context {
    bool json = false;
    int threads = 0; ///< 0 = as many as the machine has
    std::optional<std::uint64_t> seed;
    std::string command; ///< how the program was called, for provenance
    StopToken stop;
    TerminalProgress progress;
    int exitCode = kOk;

    /// Prints the error to stderr (with --json an object on stdout too) and sets the exit code.
    void fail(const Error& error);
    /// Prints findings to stderr, at most 100 of them.
    void show(const Diagnostics& diagnostics);
    /// One JSON object or a text on stdout.
    void print(const Json& object);
    void print(const std::string& text);
};

/// null for what is not finite, which JSON has no word for.
Json number(double value);

/// The findings as the contract's array of {severity, code, text, file, line}.
Json toJson(const Diagnostics& diagnostics);

/// 3 for errors in what the user gave, 1 for everything else.
int exitCodeOf(const Error& error);

// One registration per noun.
void addNetlist(CLI::App& app, Context& context);
void addGraph(CLI::App& app, Context& context);
void addSim(CLI::App& app, Context& context);
void addProject(CLI::App& app, Context& context);
void addDataset(CLI::App& app, Context& context);
void addDatasetGenerate(CLI::App& noun, Context& context);
void addTrain(CLI::App& app, Context& context);
void addEval(CLI::App& app, Context& context);
void addPredict(CLI::App& app, Context& context);
void addEmbed(CLI::App& app, Context& context);
void addModels(CLI::App& app, Context& context);
void addOptimize(CLI::App& app, Context& context);
void addParasitics(CLI::App& app, Context& context);
void addRuns(CLI::App& app, Context& context);
void addCongestion(CLI::App& app, Context& context);
void addLitho(CLI::App& app, Context& context);
void addDeep(CLI::App& app, Context& context);
void addBench(CLI::App& app, Context& context);

} // namespace ohm::cli
