// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/request.h"

#include "core/dataset/h5file.h"
#include "core/dataset/resistive.h"
#include "core/generate/opamp.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace ohm::generate {
namespace {

constexpr std::size_t kMostGraphs = 50'000'000;
constexpr int kMostBranches = 100'000;
constexpr std::size_t kChunk = 1000; ///< graphs between two looks at the stop token

std::vector<std::string> pieces(const std::string& text, char separator) {
    std::vector<std::string> out{""};
    for (const char c : text) {
        if (c == separator)
            out.emplace_back();
        else
            out.back() += c;
    }
    return out;
}

template <typename T>
bool number(const std::string& text, T& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

Unexpected notUnderstood(const std::string& request, const std::string& detail) {
    std::string kinds;
    for (const auto* list : {&resistiveKinds(), &opampKinds()}) {
        for (const std::string& kind : *list)
            kinds += (kinds.empty() ? "" : ", ") + kind;
    }
    return fail("GEN-020", "The request for data is not understood", detail, request,
                "Name a dataset file, or KIND[:BRANCHES]:COUNT[:seed=N] with one of " + kinds);
}

} // namespace

const std::vector<std::string>& resistiveKinds() {
    static const std::vector<std::string> kinds = {"ladder",  "ladder-series", "ladder-parallel",
                                                   "divider", "bridge",        "rout"};
    return kinds;
}

const std::vector<std::string>& opampKinds() {
    static const std::vector<std::string> kinds = {"opamp", "opamp-biased-pmos", "opamp-gain"};
    return kinds;
}

Expected<dataset::GraphSet> generateKind(const std::string& kind, int low, int high,
                                         std::size_t count, std::uint64_t seed, StopToken stop,
                                         ProgressSink& progress) {
    using dataset::ResistiveKind;
    const auto& kinds = resistiveKinds();
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
        return notUnderstood(kind, "no such kind");
    if (count < 1 || count > kMostGraphs)
        return fail("GEN-020", "The number of graphs makes no sense", {}, std::to_string(count));
    const bool ladder = kind == "ladder" || kind == "rout";
    if (ladder && (low < 1 || high < low || high > kMostBranches))
        return fail("GEN-020", "The number of branches makes no sense",
                    std::to_string(low) + " to " + std::to_string(high), kind);
    dataset::GraphSet set;
    for (std::size_t first = 0; first < count; first += kChunk) {
        if (stop.shouldStop())
            return fail("GEN-012", "The generation was stopped");
        const std::size_t some = std::min(kChunk, count - first);
        const auto extended = set.extend(
            ladder
                ? dataset::generateLadders(low, high, some, seed, first)
                : dataset::generateResistive(kind == "ladder-series"     ? ResistiveKind::Series
                                             : kind == "ladder-parallel" ? ResistiveKind::Parallel
                                             : kind == "divider"         ? ResistiveKind::Divider
                                                                         : ResistiveKind::Bridge,
                                             some, seed, first));
        if (!extended)
            return extended.failure();
        progress.report(static_cast<double>(first + some) / static_cast<double>(count),
                        std::to_string(first + some) + " of " + std::to_string(count) +
                            " circuits");
    }
    set.attributes["generator"] = kind;
    return set;
}

Expected<dataset::GraphSet> loadOrGenerate(const std::string& request, StopToken stop,
                                           ProgressSink& progress) {
    std::error_code ignored;
    if (std::filesystem::exists(request, ignored) || request.ends_with(".h5"))
        return dataset::readGraphSet(request);
    auto parts = pieces(request, ':');
    const std::string kind = parts.front();
    parts.erase(parts.begin());
    int low = kind == "rout" ? 10 : 2;
    int high = 10;
    std::size_t count = 1000;
    std::uint64_t seed = 0;
    if (!parts.empty() && parts.back().rfind("seed=", 0) == 0) {
        if (!number(parts.back().substr(5), seed))
            return notUnderstood(request, "the seed is not a number");
        parts.pop_back();
    }
    if (!parts.empty()) {
        if (!number(parts.back(), count))
            return notUnderstood(request, "the count is not a number");
        parts.pop_back();
    }
    if (!parts.empty()) {
        const auto range = pieces(parts.back(), '-');
        if (range.size() > 2 || !number(range.front(), low) || !number(range.back(), high))
            return notUnderstood(request, "the branches are not a number or range");
        parts.pop_back();
    }
    if (!parts.empty())
        return notUnderstood(request, "there are too many parts");
    const auto& simulated = opampKinds();
    if (std::find(simulated.begin(), simulated.end(), kind) == simulated.end())
        return generateKind(kind, low, high, count, seed, std::move(stop), progress);
    if (count < 1 || count > kMostGraphs)
        return notUnderstood(request, "the count makes no sense");
    OpampRequest opamps;
    opamps.variant = kind == "opamp" ? OpampVariant::TwoStage : OpampVariant::BiasedPmos;
    opamps.count = count;
    opamps.seed = seed;
    sim::SimulatorPool pool;
    auto made = generateOpamps(pool, opamps, std::move(stop), progress);
    if (!made)
        return made.failure();
    return std::move(made->set);
}

} // namespace ohm::generate
