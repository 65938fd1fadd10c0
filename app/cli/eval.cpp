// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/model.h"
#include "core/base/files.h"
#include "core/learn/errors.h"
#include "core/learn/evaluate.h"
#include "core/learn/run.h"

#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

struct EvalOptions {
    std::string checkpoint;
    std::string data;
    std::string ks;
    std::string device = "cpu";
    std::string part = "all";
    std::string errors; ///< CSV to write
    std::size_t perBatch = 0;
};

constexpr int kMostKs = 2000;

/// "100", "10,50,100" or "10:400", which means every K of them.
std::optional<std::vector<int>> parseKs(const std::string& text) {
    if (text.empty())
        return std::vector<int>{50, 100, 200};
    std::vector<int> ks;
    int low = 0, high = 0;
    char rest = 0;
    if (std::sscanf(text.c_str(), "%d:%d%c", &low, &high, &rest) == 2) {
        if (low < 1 || high < low || high - low >= kMostKs)
            return std::nullopt;
        for (int k = low; k <= high; ++k)
            ks.push_back(k);
        return ks;
    }
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        int k = 0;
        if (std::sscanf(text.substr(begin, end - begin).c_str(), "%d%c", &k, &rest) != 1 || k < 1)
            return std::nullopt;
        ks.push_back(k);
        begin = end + 1;
    }
    return ks;
}

Json toJson(const learn::RegressionMetrics& m) {
    return Json::parse(learn::metricsText(m));
}

/// The errors label by label into the file, and who is worst, for the answer.
Expected<Json> inspect(const EvalOptions& options, const learn::ErrorReport& errors, int k,
                       std::string& text) {
    const learn::ErrorReport* report = &errors;
    if (const auto written = writeFileAtomically(options.errors, learn::toCsv(*report)); !written)
        return written.failure();
    Json groups = Json::object();
    for (const auto& [name, by] :
         {std::pair{"devices", learn::ErrorBy::Devices}, std::pair{"kind", learn::ErrorBy::Kind},
          std::pair{"topology", learn::ErrorBy::Topology},
          std::pair{"distance", learn::ErrorBy::Distance}}) {
        Json array = Json::array();
        text += std::string("by ") + name + "\n";
        for (const auto& group : learn::groupErrors(*report, by, k)) {
            array.push_back({{"name", group.name},
                             {"count", group.labels.size()},
                             {"mae", number(group.mae)},
                             {"bias", number(group.bias)},
                             {"worst", number(group.worst)},
                             {"acc", number(group.within)}});
            char line[200];
            std::snprintf(line, sizeof(line), "  %-32.32s MAE %-10.4g Acc@%d %.4f  (%zu)\n",
                          group.name.c_str(), group.mae, k, group.within, group.labels.size());
            text += line;
        }
        groups[name] = array;
    }
    Json worst = Json::array();
    for (const std::size_t i : learn::worstErrors(*report, 10))
        worst.push_back({{"graph", report->graph[i]},
                         {"node", report->node[i]},
                         {"label", number(static_cast<double>(report->truth[i]))},
                         {"predicted", number(static_cast<double>(report->predicted[i]))},
                         {"error", number(report->error(i))}});
    return Json{{"file", options.errors}, {"k", k}, {"by", groups}, {"worst", worst}};
}

void evalCommand(const EvalOptions& options, Context& context) {
    const auto ks = parseKs(options.ks);
    if (!ks) {
        context.fail({"CLI-005",
                      "The list of K is not understood",
                      {},
                      options.ks,
                      "Write 100, 50,100,200 or 10:400"});
        context.exitCode = kUsage;
        return;
    }
    auto loaded = loadModel(options.checkpoint, options.data, options.device, context);
    if (!loaded)
        return context.fail(loaded.error());
    const learn::Part part = options.part == "training"     ? learn::Part::Training
                             : options.part == "validation" ? learn::Part::Validation
                             : options.part == "test"       ? learn::Part::Test
                                                            : learn::Part::All;
    const auto graphs = learn::graphsOf(loaded->set, loaded->model->checkpoint(), part);
    if (!graphs)
        return context.fail(graphs.error());
    learn::EvaluationOptions how;
    how.ks = *ks;
    std::string groupText;
    Json errors;
    double seconds = 0;
    if (!options.errors.empty()) {
        auto report = learn::inspectErrors(*loaded->model, loaded->set, *graphs, context.stop,
                                           context.progress);
        if (!report)
            return context.fail(report.error());
        auto found = inspect(options, *report, ks->front(), groupText);
        if (!found)
            return context.fail(found.error());
        errors = std::move(*found);
        seconds = report->seconds;
        how.predicted = std::move(report->predicted); // of the same labels, in the same order
    }
    if (part != learn::Part::All)
        loaded->set = loaded->set.subset(*graphs);
    how.perBatch = options.perBatch;
    const auto result =
        learn::evaluate(*loaded->model, loaded->set, how, context.stop, context.progress);
    if (!result)
        return context.fail(result.error());
    seconds += result->seconds;
    if (context.json) {
        Json out = toJson(result->all);
        Json classes = Json::object();
        for (const auto& [topology, metrics] : result->byTopology)
            classes[std::to_string(topology)] = toJson(metrics);
        out["by_topology"] = classes;
        if (!result->byPosition.empty()) {
            Json nets = Json::array();
            for (const auto& metrics : result->byPosition)
                nets.push_back(toJson(metrics));
            out["by_output"] = nets;
        }
        if (options.perBatch > 0) {
            Json acc = Json::object();
            for (const auto& [k, value] : result->accPerBatch)
                acc[std::to_string(k)] = value;
            out["acc_at_per_batch"] = acc;
        }
        if (!options.errors.empty())
            out["errors"] = errors;
        out["seconds"] = seconds;
        return context.print(out);
    }
    std::string text;
    char line[160];
    for (const auto& [k, value] : result->all.accAt) {
        std::snprintf(line, sizeof(line), "Acc@%-6d %.4f\n", k, value);
        text += line;
    }
    std::snprintf(line, sizeof(line), "MAE %.6g  MSE %.6g  R2 %.6f  over %zu labels, %.2f s\n",
                  result->all.mae, result->all.mse, result->all.r2, result->all.count, seconds);
    text += line;
    if (result->byTopology.size() > 1) {
        const int k = ks->front();
        for (const auto& [topology, metrics] : result->byTopology) {
            std::snprintf(line, sizeof(line), "  topology %-5d Acc@%d %.4f  MAE %.4g  (%zu)\n",
                          topology, k, metrics.accAt.at(k), metrics.mae, metrics.count);
            text += line;
        }
    }
    context.print(text + groupText);
}

} // namespace

void addEval(CLI::App& app, Context& context) {
    auto options = std::make_shared<EvalOptions>();
    CLI::App* verb = app.add_subcommand("eval", "Measure a network on labelled data");
    verb->add_option("CKPT", options->checkpoint, "Checkpoint file")->required();
    verb->add_option("--data", options->data,
                     "Dataset file, or a request such as ladder:12:1000:seed=5")
        ->required();
    verb->add_option("--k", options->ks, "K of Acc@K: 100, 50,100 or 10:400");
    verb->add_option("--split", options->part,
                     "The part of the data, divided as the network's training divided its own")
        ->check(CLI::IsMember({"all", "training", "validation", "test"}))
        ->capture_default_str();
    verb->add_option("--errors", options->errors,
                     "CSV file to write: every label beside its prediction; and the errors by kind "
                     "of net, devices on it, topology and distance to the training set");
    verb->add_option("--per-batch", options->perBatch,
                     "Also Acc@K as the authors' code has it: the mean over batches of N graphs, "
                     "each with its own range");
    verb->add_option("--device", options->device, "cpu, cuda or cuda:N")->capture_default_str();
    verb->callback([options, &context] { evalCommand(*options, context); });
}

} // namespace ohm::cli
