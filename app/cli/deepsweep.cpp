// SPDX-License-Identifier: GPL-3.0-or-later
// deep sweep: memory, time and figures of networks against their depth
#include "app/cli/deepsweep.h"

#include "app/cli/context.h"
#include "core/base/files.h"
#include "core/deep/devices.h"
#include "core/deeptrain/sweep.h"

#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

namespace cong = congestion;
namespace dt = deeptrain;

struct Options {
    std::string data, output, loss = "mse", label = "sum", device = "cpu";
    std::vector<std::string> networks{"gsr", "revgnn"}, testDesigns, validationDesigns;
    dt::SweepOptions sweep;
    double mostMegabytes = 4096;
    std::uint64_t splitSeed = 1;
    int channels = 96, k = 16, epochs = 20;
    double rate = 3e-3;
    bool halfMoments = false, tf32 = false;
};

std::string pointText(const dt::SweepPoint& p) {
    char line[300];
    const double mebi = 1048576;
    if (!p.ran) {
        std::snprintf(line, sizeof(line), "%-7s %5d layers: would need %.1f MiB, not run\n",
                      dt::nameOf(p.network).c_str(), p.layers,
                      static_cast<double>(p.predictedBytes) / mebi);
        return line;
    }
    const auto shown = [](const cong::Figure& value) {
        char text[32];
        std::snprintf(text, sizeof(text), "%.3f", value.value_or(0));
        return std::string(value ? text : "-");
    };
    std::snprintf(line, sizeof(line),
                  "%-7s %5d layers, %s: %8.1f MiB (predicted %.1f), %.3f s per epoch, Pearson %s, "
                  "Spearman %s, Kendall %s\n",
                  dt::nameOf(p.network).c_str(), p.layers, deep::nameOf(p.device).c_str(),
                  static_cast<double>(p.measuredBytes) / mebi,
                  static_cast<double>(p.predictedBytes) / mebi, p.secondsPerEpoch,
                  shown(p.test.pearson).c_str(), shown(p.test.spearman).c_str(),
                  shown(p.test.kendall).c_str());
    return line;
}

void sweepCommand(Options& o, Context& context) {
    o.sweep.networks.clear();
    for (const std::string& name : o.networks) {
        const auto network = dt::sweepNetworkOf(name);
        if (!network)
            return context.fail(network.error());
        o.sweep.networks.push_back(*network);
    }
    deep::TrainConfig& base = o.sweep.base;
    const auto loss = deep::lossKindOf(o.loss);
    if (!loss)
        return context.fail(loss.error());
    base.loss.kind = *loss;
    base.network.channels = o.channels;
    base.network.k = o.k;
    base.network.threads = context.threads;
    base.network.halfMoments = o.halfMoments;
    base.network.tf32 = o.tf32;
    const auto choice = deep::deviceChoiceOf(o.device);
    if (!choice)
        return context.fail(choice.error());
    // The networks that a GPU runs decide about themselves.
    const auto device = deep::deviceFor(*choice, base.network);
    if (!device)
        return context.fail(device.error());
    base.network.device = *device;
    o.sweep.elseCpu = *choice == deep::DeviceChoice::Auto;
    base.network.seed = context.seed.value_or(1);
    base.adam.rate = o.rate;
    base.epochs = o.epochs;
    base.cosine = true;
    o.sweep.mostBytes = static_cast<std::size_t>(o.mostMegabytes * 1048576);
    const auto set = cong::readCongestionSet(o.data);
    if (!set)
        return context.fail(set.error());
    dt::TaskOptions options;
    options.split.seed = o.splitSeed;
    options.split.testDesigns = o.testDesigns;
    options.split.validationDesigns = o.validationDesigns;
    const auto label = dt::labelOf(o.label);
    if (!label)
        return context.fail(label.error());
    options.label = *label;
    const auto task = dt::makeTask(*set, options);
    if (!task)
        return context.fail(task.error());
    const auto points =
        dt::sweep(*task, o.sweep, context.stop, context.progress, [&](const dt::SweepPoint& point) {
            context.print(context.json ? dt::sweepLine(point) + "\n" : pointText(point));
        });
    if (!points)
        return context.fail(points.error());
    if (!o.output.empty()) {
        const auto written = writeFileAtomically(o.output, dt::toCsv(*points));
        if (!written)
            return context.fail(written.error());
    }
}

} // namespace

void addDeepSweep(CLI::App& noun, Context& context) {
    auto o = std::make_shared<Options>();
    CLI::App* verb = noun.add_subcommand(
        "sweep", "Memory, time and correlations of networks against their depth");
    verb->add_option("--data", o->data, "Designs of `congestion import`")->required();
    verb->add_option("-o,--output", o->output, "CSV file of all points");
    verb->add_option("--depths", o->sweep.depths, "Layers, by commas")
        ->delimiter(',')
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    verb->add_option("--networks", o->networks,
                     "gsr, revgnn, gcn, sage, and the baselines b0, b1, b2, b3")
        ->delimiter(',')
        ->capture_default_str();
    verb->add_option("--channels", o->channels, "Channels of all groups")->capture_default_str();
    verb->add_option("--select", o->k, "k of gsr")->capture_default_str();
    verb->add_option("--loss", o->loss, "mse, mpgd or shrinkage")->capture_default_str();
    verb->add_option("--epochs", o->epochs, "Epochs of those that are trained")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    verb->add_option("--baseline-epochs", o->sweep.baselineEpochs,
                     "Epochs of b0 to b3, for time and memory alone")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    verb->add_flag("--half-moments", o->halfMoments, "Adam's moments in 16 bits (gsr, revgnn)");
    verb->add_option("--device", o->device, kDeviceHelp)->capture_default_str();
    verb->add_flag("--tf32", o->tf32, "cuda: products of numbers rounded to 10 bits");
    verb->add_option("--rate", o->rate, "Learning rate")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    verb->add_option("--most-memory", o->mostMegabytes,
                     "MiB; what needs more by the formula is not run")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    verb->add_option("--label", o->label, "As of deep train")->capture_default_str();
    verb->add_option("--split-seed", o->splitSeed, "Of the split alone")->capture_default_str();
    verb->add_option("--test-designs", o->testDesigns, "Names, instead of a share")->delimiter(',');
    verb->add_option("--validation-designs", o->validationDesigns, "Names, instead of a share")
        ->delimiter(',');
    verb->callback([o, &context] { sweepCommand(*o, context); });
}

} // namespace ohm::cli
