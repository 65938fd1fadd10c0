// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/request.h"

#include "core/dataset/h5file.h"
#include "core/dataset/resistive.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace ohm::generate {
namespace {

constexpr std::size_t kMostGraphs = 50'000'000;

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
    for (const std::string& kind : resistiveKinds())
        kinds += (kinds.empty() ? "" : ", ") + kind;
    return fail("GEN-020", "The request for data is not understood", detail, request,
                "Name a dataset file, or KIND[:BRANCHES]:COUNT[:seed=N] with one of " + kinds);
}

} // namespace

const std::vector<std::string>& resistiveKinds() {
    static const std::vector<std::string> kinds = {"ladder",  "ladder-series", "ladder-parallel",
                                                   "divider", "bridge",        "rout"};
    return kinds;
}

Expected<dataset::GraphSet> generateKind(const std::string& kind, int low, int high,
                                         std::size_t count, std::uint64_t seed) {
    using dataset::ResistiveKind;
    if (count < 1 || count > kMostGraphs)
        return fail("GEN-020", "The number of graphs makes no sense", {}, std::to_string(count));
    dataset::GraphSet set;
    if (kind == "ladder" || kind == "rout") {
        if (low < 1 || high < low || high > 100'000)
            return fail("GEN-020", "The number of branches makes no sense",
                        std::to_string(low) + " to " + std::to_string(high), kind);
        set = dataset::generateLadders(low, high, count, seed);
    } else if (kind == "ladder-series") {
        set = dataset::generateResistive(ResistiveKind::Series, count, seed);
    } else if (kind == "ladder-parallel") {
        set = dataset::generateResistive(ResistiveKind::Parallel, count, seed);
    } else if (kind == "divider") {
        set = dataset::generateResistive(ResistiveKind::Divider, count, seed);
    } else if (kind == "bridge") {
        set = dataset::generateResistive(ResistiveKind::Bridge, count, seed);
    } else {
        return notUnderstood(kind, "no such kind");
    }
    set.attributes["generator"] = kind;
    return set;
}

Expected<dataset::GraphSet> loadOrGenerate(const std::string& request, StopToken stop) {
    std::error_code ignored;
    if (std::filesystem::exists(request, ignored) || request.ends_with(".h5"))
        return dataset::readGraphSet(request);
    if (stop.stopRequested())
        return fail("GEN-012", "Stopped");
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
    return generateKind(kind, low, high, count, seed);
}

} // namespace ohm::generate
