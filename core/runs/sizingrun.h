// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/optimize/session.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ohm::runs {

/// The file beside a session that lists and reports read: they need neither project nor simulator.
inline constexpr const char* kSizingFile = "sizing.json";

/// A sizing run as it is shown. Values in SI units. A plain value.
struct SizingRun {
    struct Variable {
        std::string name, unit;
        double low = 0, high = 0, step = 0;
        bool logarithmic = false;
        std::optional<double> best; ///< of the best design
    };
    struct Spec {
        std::string name, unit;
        std::optional<double> min, max;
        double weight = 1;
        std::optional<double> best; ///< measured of the best design
        bool met = false;
    };
    /// What the judge said about a spec against what came; `better`: than the reference.
    struct Judged {
        std::string spec;
        bool better = false;
        optimize::Calibration figures;
    };
    std::string problem, algorithm;
    std::filesystem::path project, backbone; ///< as they were given; may have gone since
    std::uint64_t seed = 0;
    std::size_t initial = 0, perIteration = 0, gradientSteps = 0;
    std::size_t budget = 0;                   ///< of simulated designs; 0 = unknown
    std::size_t stored = 0;                   ///< designs in the store
    std::size_t designsPerStep = 0, pool = 0; ///< of BagNet, 0 = as published
    std::size_t given = 0; ///< first designs that were given, as those around another design
    bool meetsHeads = true;
    std::string command, version, ending;      ///< ending: a sentence; empty while it has not ended
    bool finished = false;                     ///< it ended by itself
    std::map<std::string, std::string> inputs; ///< hashes
    std::vector<Variable> variables;
    std::vector<Spec> specs;
    std::vector<Judged> judged; ///< "meets" of every spec, then "better"; none without a judge
    std::vector<optimize::IterationReport> history;
    std::optional<double> bestCost;

    /// "algorithm" -> "evo", "specs.gain.min" -> "1000", ...
    std::map<std::string, std::string> settings() const;
};

/// By spec, over all iterations. Thread: any.
std::vector<SizingRun::Judged> judgedOf(const std::vector<optimize::IterationReport>& history);

/// The state of a session. Thread: that of the session.
SizingRun describeSizing(const optimize::Session& session);
/// Errors: BASE-010.
Expected<void> writeSizingRun(const SizingRun& run, const std::filesystem::path& folder);
/// A session that was kept before there was such a file has no history, specs or best design.
/// Errors: LEARN-015 not a session, or a damaged file. Thread: any.
Expected<SizingRun> readSizingRun(const std::filesystem::path& folder);

/// Keeps the record of a session in step with it and enters it into the list of runs. What cannot
/// be written is left: a sizing never fails for its record. Thread: that of the session.
class SizingRecorder {
public:
    /// `store`: folder of the list; empty: RunStore::defaultFolder().
    SizingRecorder(std::filesystem::path folder, std::filesystem::path project, std::string command,
                   std::filesystem::path store = {});
    /// After opening the session and after every iteration; writes every two seconds at most.
    void update(const optimize::Session& session);
    void finish(const optimize::Session& session, optimize::Ending ending);

private:
    void write(const optimize::Session& session, const std::string& ending, bool finished);

    std::filesystem::path m_folder, m_project, m_store;
    std::string m_command;
    std::map<std::string, std::string> m_inputs;
    std::chrono::steady_clock::time_point m_written;
    bool m_listed = false;
};

/// Enters a run into the list of runs; what cannot be entered is left out. Thread: any.
void registerRun(const std::filesystem::path& folder, const std::filesystem::path& store = {});

} // namespace ohm::runs
