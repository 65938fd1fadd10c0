// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ohm::runs {
namespace {

/// Digits by their number: acc_at_20 before acc_at_100.
struct NaturalLess {
    bool operator()(const std::string& a, const std::string& b) const {
        const auto digit = [](char c) { return c >= '0' && c <= '9'; };
        std::size_t i = 0, j = 0;
        while (i < a.size() && j < b.size()) {
            std::size_t p = i, q = j;
            while (p < a.size() && digit(a[p]))
                ++p;
            while (q < b.size() && digit(b[q]))
                ++q;
            if (p > i && q > j && p - i != q - j)
                return p - i < q - j;
            if (a[i] != b[j])
                return a[i] < b[j];
            ++i;
            ++j;
        }
        return a.size() - i < b.size() - j;
    }
};

} // namespace

Expected<Comparison> compare(const std::vector<RunRecord>& runs) {
    Comparison out;
    std::vector<std::map<std::string, std::string>> settings;
    std::set<std::string, NaturalLess> keys, metrics;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        out.names.push_back(runs[i].name);
        if (runs[i].baseline)
            out.reference = i;
        auto of = settingsOf(runs[i].folder);
        if (!of)
            return of.failure();
        for (const auto& [key, value] : *of)
            keys.insert(key);
        settings.push_back(std::move(*of));
        for (const auto& [name, value] : runs[i].metrics)
            metrics.insert(name);
    }
    for (const std::string& key : keys) {
        Comparison::Setting row{key, {}};
        for (const auto& of : settings) {
            const auto at = of.find(key);
            row.values.push_back(at == of.end() ? std::string() : at->second);
        }
        if (std::any_of(row.values.begin(), row.values.end(),
                        [&](const std::string& v) { return v != row.values.front(); }))
            out.settings.push_back(std::move(row));
    }
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    for (const std::string& name : metrics) {
        Comparison::Metric row{name, {}, {}};
        for (const RunRecord& run : runs) {
            const auto at = run.metrics.find(name);
            row.values.push_back(at == run.metrics.end() ? kNone : at->second);
        }
        for (const double value : row.values)
            row.differences.push_back(value - row.values[out.reference]);
        out.metrics.push_back(std::move(row));
    }
    return out;
}

} // namespace ohm::runs
