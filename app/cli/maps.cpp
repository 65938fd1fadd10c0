// SPDX-License-Identifier: GPL-3.0-or-later
// maps train, eval, predict
#include "app/cli/maps.h"

#include "app/cli/context.h"
#include "core/deeptrain/checkpoint.h"
#include "core/learn/engine.h"
#include "core/maps/run.h"
#include "core/runs/runkind.h"
#include "core/runs/sizingrun.h"

#include <algorithm>
#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

namespace fs = std::filesystem;

struct TrainOptions {
    std::string data, testData, output, loss = "mse", per = "batch", norm = "instance";
    std::vector<std::string> targets;
    std::vector<std::uint64_t> seeds;
    maps::TrainConfig config;
    maps::SplitOptions split;
    bool constantRate = false;
};

struct UseOptions {
    std::string model, data, sample, target, output;
    double hotspot = 0.05, range = 1;
};

void setThreads(const Context& context) {
    const auto engine = learn::engine();
    if (engine && context.threads > 0)
        (*engine)->setThreads(context.threads);
}

std::string shown(const std::optional<double>& value) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.3f", value.value_or(0));
    return value ? text : "-";
}

std::string epochText(const maps::EpochFigures& e) {
    char line[300];
    std::snprintf(line, sizeof(line),
                  "epoch %d (step %lld): loss %.3g, MSE %.3g, validation MSE %.3g, greatest error "
                  "%.3f, NRMSE %s, SSIM %s, %.1f s",
                  e.epoch, static_cast<long long>(e.steps), e.loss, e.trainSquare,
                  e.validationSquare, e.validationMax, shown(e.nrmse).c_str(),
                  shown(e.ssim).c_str(), e.seconds);
    std::string text = line;
    if (e.selected)
        text += ", selected " + shown(*e.selected * 100) + " %";
    if (e.overlap)
        text += ", overlap " + shown(e.overlap);
    return text + "\n";
}

std::string figuresTable(const char* name, const std::vector<maps::TargetFigures>& all) {
    std::string text;
    for (const maps::TargetFigures& f : all) {
        char line[400];
        std::snprintf(line, sizeof(line),
                      "%s, %s (%zu images): MSE %.3g, NRMSE %s, SSIM %s, peakNRMSE %s, greatest "
                      "error %.3f, p99 %.3f, hotspot F1 %s\n",
                      name, f.target.c_str(), f.images, f.mse, shown(f.nrmse).c_str(),
                      shown(f.ssim).c_str(), shown(f.peakNrmse).c_str(), f.maxError, f.p99Error,
                      shown(f.hotspotF1).c_str());
        text += line;
    }
    return text;
}

void trainCommand(TrainOptions& o, Context& context) {
    const auto loss = deep::lossKindOf(o.loss);
    if (!loss)
        return context.fail(loss.error());
    o.config.loss.kind = *loss;
    o.config.loss.perSample = o.per == "sample";
    o.config.network.instanceNorm = o.norm == "instance";
    o.config.cosine = !o.constantRate;
    setThreads(context);
    auto images = maps::readImages(o.data, o.targets, context.stop);
    if (!images)
        return context.fail(images.error());
    if (!o.testData.empty())
        o.split.testShare = 0;
    if (const auto divided = maps::divide(*images, o.split); !divided)
        return context.fail(divided.error());
    if (!o.testData.empty()) {
        auto tests = maps::readImages(o.testData, images->targetNames, context.stop);
        if (!tests)
            return context.fail(tests.error());
        if (const auto added = maps::addTests(*images, std::move(*tests)); !added)
            return context.fail(added.error());
    }
    std::vector<std::uint64_t> seeds = o.seeds;
    if (seeds.empty())
        seeds.push_back(context.seed.value_or(1));
    for (const std::uint64_t seed : seeds) {
        o.config.network.seed = seed;
        maps::RunRequest request;
        request.folder = seeds.size() > 1 ? fs::path(o.output) / ("seed-" + std::to_string(seed))
                                          : fs::path(o.output);
        request.data = o.data;
        request.testData = o.testData;
        request.split = o.split;
        request.command = context.command;
        for (const std::string& file : {o.data, o.testData}) {
            if (!file.empty())
                request.inputs[file] = runs::fileHash(file);
        }
        request.report = [&](const maps::EpochFigures& epoch) {
            context.progress.clear();
            context.print(context.json ? maps::epochLine(epoch, seed) + "\n" : epochText(epoch));
            std::fflush(stdout);
        };
        const auto result =
            maps::runTraining(request, *images, o.config, context.stop, context.progress);
        runs::registerRun(request.folder); // an interrupted one is on the list, too
        if (!result)
            return context.fail(result.error());
        const fs::path model = request.folder / "model.safetensors";
        if (context.json)
            context.print(maps::resultText(request, *result, seed, model) + "\n");
        else
            context.print("epoch " + std::to_string(result->bestEpoch) + " is kept in " +
                          model.string() + "\n" + figuresTable("test", result->test) +
                          figuresTable("all zeros", result->testZero));
    }
}

/// A model, the images it is asked about, and their predictions.
struct Asked {
    maps::MapModel model;
    maps::Images images;
    std::vector<std::size_t> which;
    std::vector<std::vector<float>> predictions;
};

Expected<Asked> ask(const UseOptions& o, Context& context) {
    Asked asked;
    auto model = maps::readMapModel(o.model);
    if (!model)
        return model.failure();
    asked.model = std::move(*model);
    setThreads(context);
    auto images = maps::readImages(o.data, asked.model.targetNames, context.stop);
    if (!images)
        return images.failure();
    asked.images = std::move(*images);
    for (std::size_t i = 0; i < asked.images.count(); ++i) {
        if (o.sample.empty() || asked.images.names[i] == o.sample)
            asked.which.push_back(i);
    }
    if (asked.which.empty())
        return fail("MAPS-001", "The file has no map of this name",
                    asked.images.names.empty()
                        ? ""
                        : "It has " + asked.images.names.front() + " and " +
                              std::to_string(asked.images.count() - 1) + " others",
                    o.sample);
    auto network = maps::loadNetwork(asked.model);
    if (!network)
        return network.failure();
    auto predictions =
        maps::predictImages(**network, asked.model, asked.images, asked.which, context.stop);
    if (!predictions)
        return predictions.failure();
    asked.predictions = std::move(*predictions);
    return asked;
}

void evalCommand(const UseOptions& o, Context& context) {
    const auto asked = ask(o, context);
    if (!asked)
        return context.fail(asked.error());
    const auto figures = [&](bool zero) {
        return maps::figuresOf(asked->images, asked->which, asked->predictions, o.hotspot, o.range,
                               zero);
    };
    const auto prediction = figures(false), zero = figures(true);
    if (!prediction || !zero)
        return context.fail(prediction ? zero.error() : prediction.error());
    if (context.json)
        return context.print(Json{{"ok", true},
                                  {"images", asked->which.size()},
                                  {"prediction", Json::parse(maps::figuresText(*prediction))},
                                  {"zero", Json::parse(maps::figuresText(*zero))}});
    context.print(figuresTable("prediction", *prediction) + figuresTable("all zeros", *zero));
}

void predictCommand(const UseOptions& o, Context& context) {
    const auto asked = ask(o, context);
    if (!asked)
        return context.fail(asked.error());
    const auto& names = asked->model.targetNames;
    const std::string target = o.target.empty() ? names.front() : o.target;
    const auto at = std::find(names.begin(), names.end(), target);
    if (at == names.end())
        return context.fail({"MAPS-001", "The network predicts no map of this name",
                             "It predicts " + names.front(), target, "Leave --target out"});
    const std::size_t pixels = asked->images.pixels();
    const auto map = std::span(asked->predictions.front())
                         .subspan(static_cast<std::size_t>(at - names.begin()) * pixels, pixels);
    const std::vector<std::size_t> shape{asked->images.rows, asked->images.columns};
    if (const auto written = deeptrain::writeNpy(map, shape, o.output); !written)
        return context.fail(written.error());
    if (context.json)
        return context.print(Json{{"ok", true},
                                  {"file", o.output},
                                  {"sample", o.sample},
                                  {"target", target},
                                  {"shape", shape}});
    context.print(target + " of " + o.sample + " is in " + o.output + "\n");
}

void addTrainOptions(CLI::App& train, TrainOptions& o) {
    train.add_option("--data", o.data, "Maps of `congestion maps` or `litho simulate`")->required();
    train.add_option("--test-data", o.testData, "Maps to test on, instead of a share");
    train.add_option("--target", o.targets, "Targets to learn, by commas (all)")->delimiter(',');
    train.add_option("-o,--output", o.output, "Folder of the run")->required();
    train.add_option("--width", o.config.network.width, "Channels at full resolution")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    train.add_option("--norm", o.norm, "instance (as CircuitNet) or none (keeps the brightness)")
        ->check(CLI::IsMember({"instance", "none"}))
        ->capture_default_str();
    train.add_flag("--sigmoid", o.config.network.sigmoid, "Predictions within 0..1");
    train.add_option("--loss", o.loss, "mse, mpgd or shrinkage")->capture_default_str();
    train.add_option("--threshold", o.config.loss.threshold, "mpgd: errors up to it are left out")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    train.add_option("--per", o.per, "mpgd: choose in a batch, or in each sample by itself")
        ->check(CLI::IsMember({"batch", "sample"}))
        ->capture_default_str();
    train.add_option("--quantile", o.config.loss.quantile,
                     "mpgd: this quantile of the errors in place of the threshold, 0 = off");
    train.add_option("--floor", o.config.loss.floor,
                     "mpgd: divide by at least this share of the entries, 0 = off");
    train.add_option("--shrink-a", o.config.loss.shrinkA, "shrinkage: steepness")
        ->capture_default_str();
    train
        .add_option("--shrink-c", o.config.loss.shrinkC, "shrinkage: errors below it count little")
        ->capture_default_str();
    train.add_option("--epochs", o.config.epochs, "Passes over the training images")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    train.add_option("--batch", o.config.batch, "Images per step")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    train.add_option("--rate", o.config.rate, "Learning rate")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    train.add_flag("--constant-rate", o.constantRate, "It does not fall to 0 as a half cosine");
    train.add_option("--decay", o.config.decay, "Weight decay (AdamW)")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    train.add_option("--clip", o.config.clipNorm, "Greatest norm of the gradient, 0 = any")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    train.add_flag("--flip", o.config.flips, "Mirror images at random, both ways");
    train.add_option("--split-seed", o.split.seed, "Of the split alone")->capture_default_str();
    train.add_option("--test-share", o.split.testShare, "Share of images to test on")
        ->capture_default_str();
    train.add_option("--validation-share", o.split.validationShare, "Share to validate on")
        ->capture_default_str();
    train.add_option("--test-families", o.split.testFamilies, "Families (designs), not a share")
        ->delimiter(',');
    train.add_option("--hotspot", o.config.hotspot, "What lies above it is a hotspot")
        ->capture_default_str();
    train.add_option("--range", o.config.range, "Range of the values, for SSIM")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    train.add_option("--seeds", o.seeds, "Several trainings, each in RUN/seed-N")->delimiter(',');
}

} // namespace

void addMaps(CLI::App& app, Context& context) {
    CLI::App* noun = app.add_subcommand("maps", "Networks on maps: congestion and lithography");
    noun->require_subcommand(1);
    auto o = std::make_shared<TrainOptions>();
    CLI::App* train = noun->add_subcommand(
        "train",
        "Learn target maps from input maps; an interrupted run in the same folder goes on");
    addTrainOptions(*train, *o);
    train->callback([o, &context] { trainCommand(*o, context); });

    auto u = std::make_shared<UseOptions>();
    CLI::App* eval = noun->add_subcommand("eval", "Figures of a network on maps");
    CLI::App* predict = noun->add_subcommand("predict", "A predicted map as a .npy file");
    for (CLI::App* verb : {eval, predict}) {
        verb->add_option("MODEL", u->model, "model.safetensors of a run")->required();
        verb->add_option("--data", u->data, "Maps of the same kind")->required();
    }
    eval->add_option("--hotspot", u->hotspot, "What lies above it is a hotspot")
        ->capture_default_str();
    eval->add_option("--range", u->range, "Range of the values, for SSIM")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    eval->callback([u, &context] { evalCommand(*u, context); });
    predict->add_option("--sample", u->sample, "Its name in the file")->required();
    predict->add_option("--target", u->target, "One of several targets (the first)");
    predict->add_option("-o,--output", u->output, "A .npy file [rows, columns]")->required();
    predict->callback([u, &context] { predictCommand(*u, context); });
}

} // namespace ohm::cli
