// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/curves.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace ohm::runs {
namespace {

using Points = std::map<double, double>;

/// One curve of the points of one run, or of several.
RunCurve join(const std::string& name, const std::vector<std::string>& runs,
              const std::vector<Points>& all) {
    RunCurve curve;
    curve.name = name;
    curve.runs = runs;
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

RunHistory historyOf(const learn::RunInfo& info) {
    RunHistory out;
    out.name = info.folder.filename().string();
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
    const auto info = learn::readRun(run);
    if (!info)
        return info.failure();
    return historyOf(*info);
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
        std::vector<Points> loss, accuracy, accAtK;
        for (const RunHistory* run : group) {
            names.push_back(run->name);
            Points l, a, c;
            for (const auto& report : run->log) {
                l[static_cast<double>(report.step)] = report.trainLoss;
                if (report.validation)
                    a[static_cast<double>(report.step)] =
                        learn::accuracyAt(report.validation->accAt, k);
            }
            for (const auto& [at, value] : run->accAt)
                c[at] = value;
            loss.push_back(std::move(l));
            accuracy.push_back(std::move(a));
            accAtK.push_back(std::move(c));
        }
        const std::string name = names.size() == 1 ? names.front()
                                                   : group.front()->recipeName + ", " +
                                                         std::to_string(names.size()) + " seeds";
        for (const auto& [curves, points] :
             {std::pair{&out.loss, &loss}, std::pair{&out.accuracy, &accuracy},
              std::pair{&out.accAtK, &accAtK}}) {
            RunCurve curve = join(name, names, *points);
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
          std::pair{"acc_at_k", &curves.accAtK}}) {
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
