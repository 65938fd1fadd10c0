// SPDX-License-Identifier: GPL-3.0-or-later
// deep train, predict
#include "app/cli/context.h"
#include "app/cli/deepsweep.h"
#include "core/congestion/congestionset.h"
#include "core/deep/devices.h"
#include "core/deeptrain/run.h"
#include "core/runs/runkind.h"
#include "core/runs/sizingrun.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

namespace fs = std::filesystem;
namespace cong = congestion;
namespace dt = deeptrain;

struct TrainOptions {
    std::string data, output, block = "gsr", storage, skip, norm = "mean", loss = "mse",
                              split = "design", label = "sum", device = "cpu";
    std::vector<std::string> testDesigns, validationDesigns;
    std::vector<std::uint64_t> seeds;
    std::uint64_t splitSeed = 1;
    int layers = 100, channels = 384, groups = 2, epochs = 100, warmup = 0;
    std::optional<int> k;
    double threshold = 0.007, shrinkA = 10, shrinkC = 0.2, quantile = 0, floor = 0, rate = 1e-3,
           decay = 0, clip = 1;
    double validationShare = 0.1, testShare = 0.1;
    bool bfloat16 = false, constantRate = false, tf32 = false, halfMoments = false, edges = false;
};

struct PredictOptions {
    std::string model, data, design, output, device = "cpu";
    std::optional<double> empty;
    bool nodes = false;
};

Json figure(const cong::Figure& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json toJson(const dt::PartFigures& f) {
    if (f.designs == 0)
        return nullptr;
    return {{"designs", f.designs},
            {"nodes", f.nodes},
            {"mse", f.mse},
            {"mae", f.mae},
            {"max_error", f.maxError},
            {"p99_error", f.p99Error},
            {"pearson", figure(f.pearson)},
            {"spearman", figure(f.spearman)},
            {"kendall", figure(f.kendall)},
            {"r2", figure(f.r2)},
            {"nrmse", figure(f.nrmse)},
            {"peak_nrmse", figure(f.peakNrmse)}};
}

std::string shown(const cong::Figure& value) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.3f", value.value_or(0));
    return value ? text : "-";
}

std::string epochLine(const dt::EpochFigures& e) {
    char line[300];
    std::snprintf(line, sizeof(line),
                  "epoch %d: loss %.5f, Pearson %s, Spearman %s, Kendall %s, R2 %s, %.2f s, "
                  "%.0f MiB (predicted %.0f)",
                  e.epoch, e.loss, shown(e.validation.pearson).c_str(),
                  shown(e.validation.spearman).c_str(), shown(e.validation.kendall).c_str(),
                  shown(e.validation.r2).c_str(), e.seconds,
                  static_cast<double>(e.measuredBytes) / 1048576.0,
                  static_cast<double>(e.predictedBytes) / 1048576.0);
    std::string text = line;
    if (e.selected) {
        std::snprintf(line, sizeof(line), ", selected %.1f %%", 100 * *e.selected);
        text += line;
    }
    if (e.overlap) {
        std::snprintf(line, sizeof(line), ", overlap %.2f", *e.overlap);
        text += line;
    }
    return text + "\n";
}

std::string figuresLine(const char* name, const dt::PartFigures& f) {
    char line[300];
    std::snprintf(line, sizeof(line),
                  "%s: MSE %.5f, greatest error %.3f, p99 %.3f, Pearson %s, Spearman %s, Kendall "
                  "%s, R2 %s, NRMSE %s, peakNRMSE %s\n",
                  name, f.mse, f.maxError, f.p99Error, shown(f.pearson).c_str(),
                  shown(f.spearman).c_str(), shown(f.kendall).c_str(), shown(f.r2).c_str(),
                  shown(f.nrmse).c_str(), shown(f.peakNrmse).c_str());
    return line;
}

Expected<deep::Device> deviceOf(const std::string& name, const deep::NetworkConfig& network) {
    const auto choice = deep::deviceChoiceOf(name);
    if (!choice)
        return choice.failure();
    return deep::deviceFor(*choice, network);
}

/// The network and how it is trained, from what was given and what follows from it.
Expected<deep::TrainConfig> configOf(const TrainOptions& o, const Context& context) {
    deep::TrainConfig config;
    deep::NetworkConfig& n = config.network;
    const auto block = deep::blockOf(o.block);
    if (!block)
        return block.failure();
    n.block = *block;
    const bool sparse = n.block == deep::Block::Gsr;
    n.layers = o.layers;
    n.channels = o.channels;
    n.groups = o.groups;
    n.k = o.k.value_or(sparse ? 16 : 0);
    std::string storage = o.storage.empty() ? "d" : o.storage;
    std::transform(storage.begin(), storage.end(), storage.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto kept = deep::storageOf(storage);
    if (!kept)
        return kept.failure();
    n.storage = *kept;
    // B is for the paper's skip only.
    const auto skip = deep::skipOf(!o.skip.empty()                 ? o.skip
                                   : n.storage == deep::Storage::B ? "paper"
                                                                   : "full");
    if (!skip)
        return skip.failure();
    n.skip = *skip;
    n.halfValues = o.bfloat16;
    const auto norm = deep::normOf(o.norm);
    if (!norm)
        return norm.failure();
    n.norm = *norm;
    n.factorised = !o.edges;
    n.threads = context.threads;
    n.tf32 = o.tf32;
    n.halfMoments = o.halfMoments;
    const auto device = deviceOf(o.device, n);
    if (!device)
        return device.failure();
    n.device = *device;
    const auto loss = deep::lossKindOf(o.loss);
    if (!loss)
        return loss.failure();
    config.loss = {*loss, o.threshold, o.shrinkA, o.shrinkC, o.quantile, o.floor, false};
    if (const auto possible = deep::checkLoss(config.loss); !possible)
        return possible.failure();
    config.adam.rate = o.rate;
    config.adam.decay = o.decay;
    config.adam.clipNorm = o.clip;
    config.epochs = o.epochs;
    config.warmup = o.warmup;
    config.cosine = !o.constantRate;
    return config;
}

void trainCommand(const TrainOptions& o, Context& context) {
    auto config = configOf(o, context);
    if (!config)
        return context.fail(config.error());
    const auto set = cong::readCongestionSet(o.data);
    if (!set)
        return context.fail(set.error());
    dt::TaskOptions options;
    options.split.by =
        o.split == "node" ? cong::SplitOptions::By::Node : cong::SplitOptions::By::Design;
    options.split.seed = o.splitSeed;
    options.split.testShare = o.testShare;
    options.split.validationShare = o.validationShare;
    options.split.testDesigns = o.testDesigns;
    options.split.validationDesigns = o.validationDesigns;
    const auto label = dt::labelOf(o.label);
    if (!label)
        return context.fail(label.error());
    options.label = *label;
    const auto task = dt::makeTask(*set, options);
    if (!task)
        return context.fail(task.error());
    std::vector<std::uint64_t> seeds = o.seeds;
    if (seeds.empty())
        seeds.push_back(context.seed.value_or(1));
    for (const std::uint64_t seed : seeds) {
        config->network.seed = seed;
        dt::RunRequest request;
        request.folder = seeds.size() > 1 ? fs::path(o.output) / ("seed-" + std::to_string(seed))
                                          : fs::path(o.output);
        request.data = o.data;
        request.command = context.command;
        request.inputs = {{o.data, runs::fileHash(o.data)}};
        request.report = [&](const dt::EpochFigures& epoch) {
            context.progress.clear();
            if (context.json)
                context.print(dt::epochLine(epoch, seed) + "\n");
            else
                context.print(epochLine(epoch));
            std::fflush(stdout);
        };
        const auto result =
            dt::runTraining(request, *task, options, *config, context.stop, context.progress);
        runs::registerRun(request.folder); // an interrupted one is on the list, too
        if (!result)
            return context.fail(result.error());
        const fs::path model = request.folder / "model.safetensors";
        if (context.json)
            context.print(dt::resultText(request, *result, seed, model) + "\n");
        else
            context.print("epoch " + std::to_string(result->bestEpoch) + " is kept in " +
                          model.string() + "\n" + figuresLine("test", result->test) +
                          figuresLine("all zeros", result->testZero));
    }
}

void predictCommand(const PredictOptions& o, Context& context) {
    auto model = dt::readDeepModel(o.model);
    if (!model)
        return context.fail(model.error());
    model->network.threads = context.threads;
    const auto device = deviceOf(o.device, model->network);
    if (!device)
        return context.fail(device.error());
    model->network.device = *device;
    const auto set = cong::readCongestionSet(o.data);
    if (!set)
        return context.fail(set.error());
    const auto found =
        std::find_if(set->samples.begin(), set->samples.end(),
                     [&](const cong::CongestionSample& s) { return s.name == o.design; });
    if (found == set->samples.end()) {
        std::string names;
        for (const auto& sample : set->samples)
            names += (names.empty() ? "" : ", ") + sample.name;
        return context.fail({"DEEP-009", "The file has no design of this name", "It has " + names,
                             o.design, "Choose one of them"});
    }
    const auto nodes = dt::predictNodes(*model, *found, set->featureNames, context.stop);
    if (!nodes)
        return context.fail(nodes.error());
    std::vector<float> map = dt::cellMeans(*nodes, found->gcell, found->grid);
    const auto empty =
        std::count_if(map.begin(), map.end(), [](float v) { return !std::isfinite(v); });
    if (o.empty)
        std::replace_if(
            map.begin(), map.end(), [](float v) { return !std::isfinite(v); },
            static_cast<float>(*o.empty));
    const std::vector<std::size_t> shape =
        o.nodes ? std::vector<std::size_t>{nodes->size()}
                : std::vector<std::size_t>{static_cast<std::size_t>(found->grid.rows),
                                           static_cast<std::size_t>(found->grid.columns)};
    if (!o.nodes && map.empty())
        return context.fail(
            {"DEEP-009", "The design has no grid to make a map of", {}, o.design, "Use --nodes"});
    if (const auto written = dt::writeNpy(o.nodes ? *nodes : map, shape, o.output); !written)
        return context.fail(written.error());
    Json json{{"ok", true},        {"file", o.output},       {"design", found->name},
              {"shape", shape},    {"nodes", nodes->size()}, {"empty_cells", empty},
              {"figures", nullptr}};
    std::string text = std::to_string(nodes->size()) + " nodes, " + std::to_string(empty) +
                       " GCells without any, written to " + o.output + "\n";
    if (dt::hasLabel(*found, model->label)) {
        const auto all = dt::labelsOf(*found, model->label);
        std::vector<float> predicted, truth;
        for (std::size_t n = 0; n < all.size(); ++n) {
            if (std::isfinite(all[n])) {
                predicted.push_back((*nodes)[n]);
                truth.push_back(all[n]);
            }
        }
        const auto figures = cong::compare(predicted, truth);
        if (!figures)
            return context.fail(figures.error());
        const dt::DesignFigures one{found->name, deep::Part::Test, *figures};
        const auto prediction = dt::meanFigures({&one, 1}, deep::Part::Test, false);
        const auto zero = dt::meanFigures({&one, 1}, deep::Part::Test, true);
        json["figures"] = {{"prediction", toJson(prediction)}, {"zero", toJson(zero)}};
        text += figuresLine("at the nodes", prediction) + figuresLine("all zeros", zero);
    }
    if (context.json)
        return context.print(json);
    context.print(text);
}

} // namespace

void addDeep(CLI::App& app, Context& context) {
    CLI::App* noun = app.add_subcommand("deep", "Deep networks on placed and routed designs");
    noun->require_subcommand(1);

    auto o = std::make_shared<TrainOptions>();
    CLI::App* train = noun->add_subcommand(
        "train", "Learn congestion from routed designs; an interrupted run in the same "
                 "folder goes on");
    train->add_option("--data", o->data, "Designs of `congestion import`")->required();
    train->add_option("-o,--output", o->output, "Folder for the network and its figures")
        ->required();
    train->add_option("--block", o->block, "gsr, revgnn, gcn or sage")->capture_default_str();
    train->add_option("--layers", o->layers, "Layers")->capture_default_str();
    train->add_option("--channels", o->channels, "Channels of all groups")->capture_default_str();
    train->add_option("--groups", o->groups, "Groups of the reversible blocks")
        ->capture_default_str();
    train->add_option("--select", o->k, "k: entries per row and group, 0 = dense (gsr: 16)");
    train->add_option("--storage", o->storage, "A, B, C, D or E: what is kept per layer (D)");
    train->add_option("--skip", o->skip, "full, or paper (which storage B has)");
    train->add_flag("--bfloat16", o->bfloat16, "Stored values in 16 bits (A, B)");
    train->add_option("--norm", o->norm, "sum, mean, gcn or softmax")->capture_default_str();
    train->add_flag("--edges", o->edges,
                    "Sum over the clique graph's edges, not over nets: the same to rounding");
    train->add_flag("--half-moments", o->halfMoments, "Adam's moments in 16 bits");
    train->add_option("--device", o->device, kDeviceHelp)->capture_default_str();
    train->add_flag("--tf32", o->tf32, "cuda: products of numbers rounded to 10 bits");
    train->add_option("--loss", o->loss, "mse, mpgd or shrinkage")->capture_default_str();
    train->add_option("--threshold", o->threshold, "mpgd: errors up to it are left out")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    train
        ->add_option("--quantile", o->quantile,
                     "mpgd: this quantile of the errors in place of the threshold, 0 = off")
        ->capture_default_str();
    train
        ->add_option("--floor", o->floor,
                     "mpgd: divide by at least this share of the entries, 0 = off")
        ->capture_default_str();
    train->add_option("--shrink-a", o->shrinkA, "shrinkage: steepness")->capture_default_str();
    train->add_option("--shrink-c", o->shrinkC, "shrinkage: errors below it count little")
        ->capture_default_str();
    train->add_option("--epochs", o->epochs, "Epochs, a step per design each")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    train->add_option("--rate", o->rate, "Learning rate")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    train->add_flag("--constant-rate", o->constantRate, "It does not fall to 0 as a half cosine");
    train->add_option("--warmup", o->warmup, "Epochs in which it rises")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    train->add_option("--decay", o->decay, "Weight decay (AdamW)")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    train->add_option("--clip", o->clip, "Greatest norm of the gradient, 0 = any")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    train
        ->add_option("--label", o->label,
                     "sum, max, horizontal or vertical congestion, or arrival: time in ns "
                     "by longest path")
        ->capture_default_str();
    train->add_option("--split", o->split, "By design, or by node as the paper (which leaks)")
        ->check(CLI::IsMember({"design", "node"}))
        ->capture_default_str();
    train->add_option("--split-seed", o->splitSeed, "Of the split alone")->capture_default_str();
    train->add_option("--test-share", o->testShare, "Share to test on")->capture_default_str();
    train->add_option("--validation-share", o->validationShare, "Share to validate on")
        ->capture_default_str();
    train->add_option("--test-designs", o->testDesigns, "Names, instead of a share")
        ->delimiter(',');
    train->add_option("--validation-designs", o->validationDesigns, "Names, instead of a share")
        ->delimiter(',');
    train->add_option("--seeds", o->seeds, "Several trainings, each in RUN/seed-N")->delimiter(',');
    train->callback([o, &context] { trainCommand(*o, context); });

    addDeepSweep(*noun, context);

    auto p = std::make_shared<PredictOptions>();
    CLI::App* predict = noun->add_subcommand("predict", "Congestion of a design as a map");
    predict->add_option("MODEL", p->model, "model.safetensors of a run")->required();
    predict->add_option("--data", p->data, "Designs of `congestion import`")->required();
    predict->add_option("--design", p->design, "Its name in the file")->required();
    predict->add_option("-o,--output", p->output, "A .npy file [rows, columns]")->required();
    predict->add_option("--empty", p->empty, "For GCells without nodes, instead of NaN");
    predict->add_option("--device", p->device, kDeviceHelp)->capture_default_str();
    predict->add_flag("--nodes", p->nodes, "A value per node instead of a map");
    predict->callback([p, &context] { predictCommand(*p, context); });
}

} // namespace ohm::cli
