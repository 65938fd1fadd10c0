// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/curves.h"

#include "core/base/files.h"
#include "core/runs/sizingrun.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include <nlohmann/json.hpp>

namespace ohm::runs {
namespace {

using Points = std::map<double, double>;

/// Values at every place of any run, the last one held; nothing before a run's first, nor after the
/// last of one that goes on.
void holdValues(std::vector<Points>& all, const std::vector<bool>& goesOn) {
    std::set<double> places;
    for (const Points& points : all) {
        for (const auto& [x, y] : points)
            places.insert(x);
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        Points& points = all[i];
        if (points.empty())
            continue;
        Points held;
        const double last = points.rbegin()->first;
        auto next = points.begin();
        double value = next->second;
        for (const double x : places) {
            while (next != points.end() && next->first <= x)
                value = (next++)->second;
            if (x >= points.begin()->first && (x <= last || !goesOn[i]))
                held[x] = value;
        }
        points = std::move(held);
    }
}

/// One curve of the points of one run, or of several.
RunCurve join(const std::string& name, const std::vector<std::string>& runs,
              std::vector<Points> all, const std::vector<bool>& goesOn, bool held) {
    RunCurve curve;
    curve.name = name;
    curve.runs = runs;
    if (held && all.size() > 1)
        holdValues(all, goesOn);
    std::map<double, std::vector<double>> at;
    for (const Points& points : all) {
        for (const auto& [x, y] : points) {
            if (std::isfinite(y))
                at[x].push_back(y);
        }
    }
    for (const auto& [x, values] : at) {
        double sum = 0;
        for (const double v : values)
            sum += v;
        curve.x.push_back(x);
        curve.mean.push_back(sum / static_cast<double>(values.size()));
        if (all.size() > 1) {
            const auto [low, high] = std::minmax_element(values.begin(), values.end());
            curve.low.push_back(*low);
            curve.high.push_back(*high);
        }
    }
    return curve;
}

} // namespace

namespace {

/// The settings as text without the seed: alike for runs that differ in nothing else.
std::string familyOf(std::map<std::string, std::string> settings) {
    settings.erase("seed");
    settings.erase("network.seed");
    settings.erase("spec.seed");
    settings.erase("provenance.seed");
    std::string text;
    for (const auto& [key, value] : settings)
        text += key + "=" + value + "\n";
    return text;
}

/// Lines of JSON objects; what a kill cut short is left out.
template <typename Each>
void eachLine(const std::filesystem::path& path, Each each) {
    const auto bytes = readFile(path, std::size_t{256} << 20);
    if (!bytes)
        return;
    std::string_view text = bytes->view();
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const auto line = nlohmann::json::parse(text.substr(0, end), nullptr, false);
        if (line.is_object())
            each(line);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    }
}

void sizingSeries(RunHistory& out, const SizingRun& run) {
    for (const auto& r : run.history) {
        const auto sims = static_cast<double>(r.sims);
        out.series["cost"][sims] = r.bestCost;
        out.series["mean_cost"][sims] = r.meanCost;
        out.series["met"][sims] = static_cast<double>(r.meetingAll);
    }
}

void put(Points& points, double x, const nlohmann::json& line, const char* key) {
    const auto at = line.find(key);
    if (at != line.end() && at->is_number())
        points[x] = at->get<double>();
}

} // namespace

RunHistory historyOf(const learn::RunInfo& info) {
    RunHistory out;
    out.name = shownName(info.folder);
    out.recipeName = info.recipe.name;
    learn::Recipe recipe = info.recipe;
    recipe.seed = 0;
    out.family = learn::recipeText(recipe);
    for (const auto& [name, hash] : info.inputs)
        out.family += name + " " + hash + "\n";
    out.log = info.log;
    if (const auto* last = info.last())
        out.accAt = last->accAt;
    return out;
}

Expected<RunHistory> readHistory(const std::filesystem::path& run) {
    const auto kind = kindOf(run);
    if (!kind || *kind == RunKind::Training) {
        const auto info = learn::readRun(run);
        if (!info)
            return info.failure();
        return historyOf(*info);
    }
    const auto facts = factsOf(run);
    if (!facts)
        return facts.failure();
    auto settings = settingsOf(run);
    if (!settings)
        return settings.failure();
    RunHistory out;
    out.kind = *kind;
    out.name = shownName(run);
    out.recipeName = facts->recipe;
    out.family = nameOf(*kind) + "\n" + familyOf(std::move(*settings));
    if (*kind == RunKind::Sizing) {
        const auto sizing = readSizingRun(run);
        if (!sizing)
            return sizing.failure();
        sizingSeries(out, *sizing);
    } else if (*kind == RunKind::Deep || *kind == RunKind::Maps) {
        eachLine(run / "epochs.jsonl", [&](const nlohmann::json& line) {
            const double epoch = line.value("epoch", 0.0);
            put(out.series["loss"], epoch, line, "loss");
            for (const auto& [series, key] :
                 {std::pair{"pearson", "pearson"}, std::pair{"selected", "selected"},
                  std::pair{"overlap", "overlap"}, std::pair{"validation", "validation_mse"},
                  std::pair{"p99", "validation_p99"},
                  std::pair{"greatest", "validation_max_error"}})
                put(out.series[series], epoch, line, key);
        });
    } else {
        eachLine(run / "log.jsonl", [&](const nlohmann::json& line) {
            if (line.value("phase", "") != "train" || line.value("member", 0) != 0)
                return;
            const double step = line.value("step", 0.0);
            put(out.series["loss"], step, line, "loss");
            put(out.series["validation"], step, line, "validation_mse");
            for (const char* key : {"r2", "f1"})
                put(out.series["score"], step, line, key);
        });
    }
    return out;
}

RunCurves curvesOf(const std::vector<RunHistory>& runs, int k, bool bands) {
    std::vector<std::vector<const RunHistory*>> groups;
    for (const RunHistory& run : runs) {
        const auto known = std::find_if(groups.begin(), groups.end(), [&](const auto& group) {
            return bands && group.front()->family == run.family;
        });
        if (known == groups.end())
            groups.push_back({&run});
        else
            known->push_back(&run);
    }
    RunCurves out;
    for (std::size_t place = 0; place < groups.size(); ++place) {
        const auto& group = groups[place];
        std::vector<std::string> names;
        std::vector<bool> goesOn;
        std::vector<Points> loss, accuracy, accAtK, cost, meanCost, met, pearson, selected, overlap,
            validation, p99, greatest, score;
        for (const RunHistory* run : group) {
            names.push_back(run->name);
            goesOn.push_back(run->goesOn);
            Points l, a, c, s, o;
            for (const auto& report : run->log) {
                l[static_cast<double>(report.step)] = report.trainLoss;
                if (report.selected)
                    s[static_cast<double>(report.step)] = *report.selected;
                if (report.overlap)
                    o[static_cast<double>(report.step)] = *report.overlap;
                if (report.validation)
                    a[static_cast<double>(report.step)] =
                        learn::accuracyAt(report.validation->accAt, k);
            }
            for (const auto& [at, value] : run->accAt)
                c[at] = value;
            const auto of = [&](const char* series) {
                const auto at = run->series.find(series);
                return at == run->series.end() ? Points() : at->second;
            };
            if (run->kind != RunKind::Training) {
                l = of("loss");
                s = of("selected");
                o = of("overlap");
            }
            validation.push_back(of("validation"));
            p99.push_back(of("p99"));
            greatest.push_back(of("greatest"));
            score.push_back(of("score"));
            cost.push_back(of("cost"));
            meanCost.push_back(of("mean_cost"));
            met.push_back(of("met"));
            pearson.push_back(of("pearson"));
            loss.push_back(std::move(l));
            accuracy.push_back(std::move(a));
            accAtK.push_back(std::move(c));
            selected.push_back(std::move(s));
            overlap.push_back(std::move(o));
        }
        const std::string name = names.size() == 1 ? names.front()
                                                   : group.front()->recipeName + ", " +
                                                         std::to_string(names.size()) + " seeds";
        const bool held = group.front()->kind == RunKind::Sizing;
        for (const auto& [curves, points] :
             {std::pair{&out.loss, &loss}, std::pair{&out.accuracy, &accuracy},
              std::pair{&out.accAtK, &accAtK}, std::pair{&out.cost, &cost},
              std::pair{&out.meanCost, &meanCost}, std::pair{&out.met, &met},
              std::pair{&out.pearson, &pearson}, std::pair{&out.selected, &selected},
              std::pair{&out.overlap, &overlap}, std::pair{&out.validation, &validation},
              std::pair{&out.p99, &p99}, std::pair{&out.greatest, &greatest},
              std::pair{&out.score, &score}}) {
            RunCurve curve = join(name, names, std::move(*points), goesOn, held);
            curve.place = place;
            if (!curve.x.empty())
                curves->push_back(std::move(curve));
        }
    }
    return out;
}

std::string toCsv(const RunCurves& curves) {
    std::string out = "curve,name,x,mean,low,high\n";
    for (const auto& [title, list] :
         {std::pair{"loss", &curves.loss}, std::pair{"accuracy", &curves.accuracy},
          std::pair{"acc_at_k", &curves.accAtK}, std::pair{"cost", &curves.cost},
          std::pair{"mean_cost", &curves.meanCost}, std::pair{"designs_met", &curves.met},
          std::pair{"pearson", &curves.pearson}, std::pair{"selected", &curves.selected},
          std::pair{"overlap", &curves.overlap}, std::pair{"validation_mse", &curves.validation},
          std::pair{"validation_p99", &curves.p99},
          std::pair{"validation_max_error", &curves.greatest}, std::pair{"score", &curves.score}}) {
        for (const RunCurve& c : *list) {
            for (std::size_t i = 0; i < c.x.size(); ++i) {
                char line[160];
                std::snprintf(line, sizeof(line), "\",%.10g,%.9g,%.9g,%.9g\n", c.x[i], c.mean[i],
                              c.low.empty() ? c.mean[i] : c.low[i],
                              c.high.empty() ? c.mean[i] : c.high[i]);
                out += std::string(title) + ",\"" + c.name + line;
            }
        }
    }
    return out;
}

} // namespace ohm::runs
