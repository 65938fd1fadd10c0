// SPDX-License-Identifier: GPL-3.0-or-later
// `parasitics calibrate`: bounds that hold on designs the network has not seen.
#include "app/cli/parasitics.h"
#include "app/cli/parasiticsdata.h"
#include "core/learn/calibration.h"

#include <algorithm>
#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

struct CalibrateOptions {
    std::string model, data, output;
    std::vector<std::string> designs, held;
};

/// A network and the designs whose errors it is asked for.
struct Witness {
    std::string model;
    std::vector<std::string> designs;
};

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> out;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i == text.size() || text[i] == at) {
            if (i > begin)
                out.push_back(text.substr(begin, i - begin));
            begin = i + 1;
        }
    }
    return out;
}

/// Errors of a witness, with the spread of its members bare.
Expected<void> collect(const Witness& witness, const std::vector<parasitics::Design>& designs,
                       const learn::ParasiticSpec& spec, const Context& context,
                       learn::BoundSamples& samples, std::vector<std::string>& names) {
    const auto list = designsNamed(designs, witness.designs);
    if (!list)
        return list.failure();
    auto checkpoint = learn::readParasiticCheckpoint(witness.model);
    if (!checkpoint)
        return checkpoint.failure();
    if (checkpoint->spec.task != spec.task || checkpoint->spec.classify != spec.classify)
        return fail("LEARN-044", "The networks estimate different things", checkpoint->spec.task,
                    witness.model);
    std::fill(checkpoint->residual.begin(), checkpoint->residual.end(), 0.0);
    checkpoint->spreadFactor = 1;
    const auto engine = parasiticEngine(context);
    if (!engine)
        return engine.failure();
    auto model = (*engine)->loadParasitics(*checkpoint);
    if (!model)
        return model.failure();
    for (const auto* design : *list) {
        const auto e = learn::evaluateParasitics(**model, {design}, context.stop);
        if (!e) {
            if (e.error().code == "LEARN-010")
                continue; // no labels of this kind
            return e.failure();
        }
        for (std::size_t i = 0; i < e->label.size(); ++i) {
            samples.predicted.push_back(e->predicted[i]);
            samples.label.push_back(e->label[i]);
            samples.spread.push_back(e->deviation[i] * e->deviation[i]);
            samples.group.push_back(static_cast<std::uint32_t>(names.size()));
        }
        names.push_back(design->graph.name);
    }
    return {};
}

Json toJson(const learn::Coverage& coverage) {
    return {{"one_deviation", number(coverage.one)}, {"ninety", number(coverage.ninety)}};
}

learn::Coverage coverageWith(const learn::Bounds& bounds, const learn::BoundSamples& samples) {
    std::vector<float> deviation;
    for (std::size_t i = 0; i < samples.size(); ++i)
        deviation.push_back(static_cast<float>(
            learn::deviationOf(bounds, samples.predicted[i], samples.spread[i])));
    return learn::coverageOf(samples.predicted, samples.label, deviation);
}

void calibrateCommand(const CalibrateOptions& options, Context& context) {
    auto checkpoint = learn::readParasiticCheckpoint(options.model);
    if (!checkpoint)
        return context.fail(checkpoint.error());
    if (checkpoint->spec.classify || checkpoint->spec.task == "link")
        return context.fail({"LEARN-044",
                             "This network gives chances, not values with bounds",
                             checkpoint->spec.task,
                             options.model,
                             {}});
    const auto designs = parasitics::readDesigns(options.data);
    if (!designs)
        return context.fail(designs.error());
    std::vector<Witness> witnesses;
    for (const std::string& text : options.held) {
        const std::size_t cut = text.rfind('=');
        if (cut == std::string::npos || cut == 0 || cut + 1 == text.size()) {
            context.fail({"CLI-005",
                          "Not a network and designs it has not seen",
                          {},
                          text,
                          "Write MODEL=DESIGN,DESIGN"});
            context.exitCode = kUsage;
            return;
        }
        witnesses.push_back({text.substr(0, cut), split(text.substr(cut + 1), ',')});
    }
    if (!options.designs.empty())
        witnesses.push_back({options.model, options.designs});
    if (witnesses.empty()) {
        context.fail({"CLI-005",
                      "There are no designs to calibrate on",
                      {},
                      {},
                      "Name designs the network has not seen: --designs, or --held of others"});
        context.exitCode = kUsage;
        return;
    }
    learn::BoundSamples samples;
    std::vector<std::string> names;
    for (const Witness& witness : witnesses) {
        const auto done = collect(witness, *designs, checkpoint->spec, context, samples, names);
        if (!done)
            return context.fail(done.error());
    }
    if (samples.size() < 10)
        return context.fail({"LEARN-010",
                             "There are too few labels to calibrate on",
                             std::to_string(samples.size()),
                             options.data,
                             {}});
    const learn::Bounds before{checkpoint->residual, checkpoint->spreadFactor};
    const learn::Bounds after = learn::fitBounds(samples);
    const auto was = coverageWith(before, samples), is = coverageWith(after, samples),
               unseen = learn::coverageLeftOut(samples);
    checkpoint->residual = after.residual;
    checkpoint->spreadFactor = after.spreadFactor;
    std::string list;
    for (const std::string& name : names)
        list += (list.empty() ? "" : ",") + name;
    checkpoint->provenance["calibrated_on"] = list;
    if (!options.output.empty()) {
        const auto written = learn::writeParasiticCheckpoint(*checkpoint, options.output);
        if (!written)
            return context.fail(written.error());
    }
    if (context.json)
        return context.print(
            Json{{"ok", true},
                 {"labels", samples.size()},
                 {"designs", names},
                 {"residual", after.residual},
                 {"spread_factor", after.spreadFactor},
                 {"coverage",
                  {{"before", toJson(was)}, {"after", toJson(is)}, {"left_out", toJson(unseen)}}},
                 {"file", options.output}});
    char text[400];
    std::snprintf(text, sizeof(text),
                  "%zu labels of %zu designs; within one deviation (68.3 %% wanted) and within "
                  "1.645 (90 %%):\n  before %.1f %% and %.1f %%, now %.1f %% and %.1f %%\n"
                  "  each design with bounds from the others alone: %.1f %% and %.1f %%\n",
                  samples.size(), names.size(), 100 * was.one, 100 * was.ninety, 100 * is.one,
                  100 * is.ninety, 100 * unseen.one, 100 * unseen.ninety);
    context.print(std::string(text));
}

} // namespace

void addParasiticsCalibrate(CLI::App& noun, Context& context) {
    auto options = std::make_shared<CalibrateOptions>();
    CLI::App* verb = noun.add_subcommand(
        "calibrate", "Fit an estimator's bounds to its errors on designs it has not seen");
    verb->add_option("MODEL", options->model, "Checkpoint of `parasitics train`")->required();
    verb->add_option("--data", options->data, "HDF5 file of `parasitics import`")->required();
    verb->add_option("--designs", options->designs, "Designs that MODEL has not seen")
        ->delimiter(',');
    verb->add_option("--held", options->held,
                     "MODEL2=DESIGN,DESIGN: errors of a network like it, trained without these")
        ->allow_extra_args(false);
    verb->add_option("-o,--output", options->output, "Checkpoint with the new bounds");
    verb->callback([options, &context] { calibrateCommand(*options, context); });
}

} // namespace ohm::cli
