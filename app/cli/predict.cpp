// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/input.h"
#include "core/base/units.h"
#include "core/learn/predictor.h"

#include <cmath>
#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

struct PredictOptions {
    std::vector<std::string> checkpoints;
    InputOptions input;
    std::string device = "cpu";
};

const char* kindName(learn::Notice::Kind kind) {
    switch (kind) {
    case learn::Notice::Kind::UnknownDevices:
        return "unknown-devices";
    case learn::Notice::Kind::UnseenKinds:
        return "unseen-kinds";
    case learn::Notice::Kind::FeatureRange:
        return "feature-range";
    case learn::Notice::Kind::Distance:
        return "distance";
    case learn::Notice::Kind::Schema:
        return "schema";
    }
    return "";
}

std::string textOf(const netlist::Circuit& circuit, const learn::CircuitPrediction& p) {
    std::string text;
    for (netlist::NetId net = 0; net < p.voltages.size(); ++net) {
        std::string name = circuit.netName(net);
        name.resize(std::max<std::size_t>(name.size() + 1, 16), ' ');
        text += name + (std::isnan(p.voltages[net]) ? std::string("-")
                                                    : formatSi(p.voltages[net], "V", 4));
        if (!p.deviation.empty() && !std::isnan(p.deviation[net]))
            text += "  +- " + formatSi(p.deviation[net], "V", 2);
        text += "\n";
    }
    for (const auto& [name, value] : p.metrics)
        text += name + " " + formatSi(value, "", 5) + "\n";
    return text;
}

void predictCommand(const PredictOptions& options, Context& context) {
    auto loaded = loadCircuit(options.input, context);
    if (!loaded)
        return context.fail(loaded.error());
    const netlist::Circuit& circuit = *loaded->circuit;
    if (context.threads > 0) {
        const auto engine = learn::engine();
        if (!engine)
            return context.fail(engine.error());
        (*engine)->setThreads(context.threads);
    }
    const auto predictor = learn::Predictor::load(
        {options.checkpoints.begin(), options.checkpoints.end()}, options.device);
    if (!predictor)
        return context.fail(predictor.error());
    const auto prediction = (*predictor)->predict(circuit, context.stop);
    if (!prediction)
        return context.fail(prediction.error());
    for (const auto& notice : prediction->notices)
        loaded->diagnostics.push_back(
            {Severity::Warning, "LEARN-060", notice.text, options.input.file, 0, 0,
             notice.objects.empty() ? std::string() : notice.objects.front()});
    context.show(loaded->diagnostics);
    if (!context.json)
        return context.print(textOf(circuit, *prediction));
    Json out = Json::object();
    if (!prediction->voltages.empty()) {
        Json voltages = Json::object();
        Json uncertainty = Json::object();
        for (netlist::NetId net = 0; net < circuit.netCount(); ++net) {
            voltages[circuit.netName(net)] = number(prediction->voltages[net]);
            if (!prediction->deviation.empty() && std::isfinite(prediction->deviation[net]))
                uncertainty[circuit.netName(net)] = prediction->deviation[net];
        }
        out["voltages"] = voltages;
        if (!prediction->deviation.empty())
            out["uncertainty"] = uncertainty;
    } else {
        Json metrics = Json::object();
        for (const auto& [name, value] : prediction->metrics)
            metrics[name] = number(value);
        out["metrics"] = metrics;
        if (!prediction->metricDeviation.empty()) {
            Json uncertainty = Json::object();
            for (const auto& [name, value] : prediction->metricDeviation)
                uncertainty[name] = number(value);
            out["uncertainty"] = uncertainty;
        }
    }
    Json notices = Json::array();
    for (const auto& notice : prediction->notices)
        notices.push_back(
            {{"kind", kindName(notice.kind)}, {"text", notice.text}, {"objects", notice.objects}});
    out["notices"] = notices;
    out["distance"] = number(prediction->distance);
    out["seconds"] = prediction->seconds;
    context.print(out);
}

} // namespace

void addPredict(CLI::App& app, Context& context) {
    auto options = std::make_shared<PredictOptions>();
    CLI::App* verb = app.add_subcommand(
        "predict", "Ask a network for the node voltages or metrics of a circuit");
    auto first = std::make_shared<std::string>();
    verb->add_option("CKPT", *first, "Checkpoint file")->required();
    addInputOptions(*verb, options->input);
    auto further = std::make_shared<std::vector<std::string>>();
    verb->add_option("--ensemble", *further,
                     "Further checkpoints: the mean is predicted, the spread is the uncertainty")
        ->delimiter(',');
    verb->add_option("--device", options->device, "cpu, cuda or cuda:N")->capture_default_str();
    verb->callback([options, first, further, &context] {
        options->checkpoints = {*first};
        options->checkpoints.insert(options->checkpoints.end(), further->begin(), further->end());
        predictCommand(*options, context);
    });
}

} // namespace ohm::cli
