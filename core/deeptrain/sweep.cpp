// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deeptrain/sweep.h"

#include "core/deep/names.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace ohm::deeptrain {
namespace {

constexpr deep::Names<SweepNetwork, 8> kNames{{{SweepNetwork::Gsr, "gsr"},
                                               {SweepNetwork::RevGnn, "revgnn"},
                                               {SweepNetwork::B0, "b0"},
                                               {SweepNetwork::B1, "b1"},
                                               {SweepNetwork::B2, "b2"},
                                               {SweepNetwork::B3, "b3"},
                                               {SweepNetwork::Gcn, "gcn"},
                                               {SweepNetwork::Sage, "sage"}}};

bool isBaseline(SweepNetwork network) {
    return network == SweepNetwork::B0 || network == SweepNetwork::B1 ||
           network == SweepNetwork::B2 || network == SweepNetwork::B3;
}

/// The progress of one network as part of the whole.
class Share : public ProgressSink {
public:
    Share(ProgressSink& whole, double first, double size, std::string name)
        : m_whole(whole)
        , m_first(first)
        , m_size(size)
        , m_name(std::move(name)) {}
    void report(double fraction, const std::string& step) override {
        m_whole.report(m_first + m_size * fraction, m_name + ", " + step);
    }

private:
    ProgressSink& m_whole;
    double m_first, m_size;
    std::string m_name;
};

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.9g", value);
    return std::isfinite(value) ? text : "";
}
std::string number(const congestion::Figure& value) {
    return value ? number(*value) : "";
}

} // namespace

std::string nameOf(SweepNetwork network) {
    return deep::nameIn(network, kNames);
}
Expected<SweepNetwork> sweepNetworkOf(const std::string& name) {
    return deep::valueIn(name, "network", kNames);
}

namespace {

deep::TrainConfig anywhere(const SweepOptions& options, SweepNetwork network, int layers) {
    deep::TrainConfig config = options.base;
    deep::NetworkConfig& n = config.network;
    n.layers = layers;
    n.method = deep::Method::Fused;
    if (network == SweepNetwork::Gsr) {
        n.block = deep::Block::Gsr;
        return config;
    }
    n.block = network == SweepNetwork::Gcn    ? deep::Block::Gcn
              : network == SweepNetwork::Sage ? deep::Block::Sage
                                              : deep::Block::RevGnn;
    n.k = 0;
    n.halfValues = false;
    n.skip = deep::Skip::Full;
    if (!n.fixedPoint())
        n.storage = deep::Storage::D; // nothing is selected that could be stored
    n.method = network == SweepNetwork::B0   ? deep::Method::GatherScatter
               : network == SweepNetwork::B1 ? deep::Method::Spmm
               : network == SweepNetwork::B2 ? deep::Method::StoreAll
               : network == SweepNetwork::B3 ? deep::Method::Factorised
                                             : deep::Method::Fused;
    n.halfMoments = n.halfMoments && network == SweepNetwork::RevGnn;
    if (isBaseline(network))
        config.epochs = options.baselineEpochs;
    return config;
}

} // namespace

deep::TrainConfig configOf(const SweepOptions& options, SweepNetwork network, int layers) {
    deep::TrainConfig config = anywhere(options, network, layers);
    if (options.elseCpu && !deep::checkDevice(config.network))
        config.network.device = deep::Device::Cpu;
    return config;
}

Expected<std::vector<SweepPoint>> sweep(const Task& task, const SweepOptions& options,
                                        StopToken stop, ProgressSink& progress,
                                        const std::function<void(const SweepPoint&)>& told) {
    if (options.depths.empty() || options.networks.empty())
        return fail("DEEP-002", "There is nothing to sweep", {}, {},
                    "Name at least one depth and one network");
    std::vector<int> depths = options.depths;
    std::sort(depths.begin(), depths.end());
    depths.erase(std::unique(depths.begin(), depths.end()), depths.end());
    // Told before hours have passed.
    for (const int layers : depths) {
        for (const SweepNetwork network : options.networks) {
            deep::NetworkConfig config = configOf(options, network, layers).network;
            config.inputs = task.features();
            if (const auto possible = deep::checkConfig(config); !possible) {
                Error error = possible.error();
                if (!deep::checkDevice(config))
                    error.hint = "Leave it out, or choose the device auto: what a GPU does not run "
                                 "then takes the CPU";
                return Unexpected{std::move(error)};
            }
        }
    }
    // Deeper networks take longer in proportion.
    double whole = 0, done = 0;
    for (const int layers : depths)
        whole += layers * static_cast<double>(options.networks.size());
    std::vector<SweepPoint> points;
    for (const int layers : depths) {
        for (const SweepNetwork network : options.networks) {
            deep::TrainConfig config = configOf(options, network, layers);
            config.network.inputs = task.features();
            SweepPoint point;
            point.network = network;
            point.layers = layers;
            point.device = config.network.device;
            point.predictedBytes =
                deep::predictedBytes(config.network, largestSize(task.designs, config.network));
            if (point.predictedBytes <= options.mostBytes) {
                Share share(progress, done / whole, layers / whole,
                            nameOf(network) + ", " + std::to_string(layers) + " layers");
                const auto result = trainOn(task, config, stop, share);
                if (!result)
                    return result.failure();
                point.ran = true;
                point.epochs = config.epochs;
                point.measuredBytes = result->measuredBytes;
                point.secondsPerEpoch = result->secondsPerEpoch;
                if (!isBaseline(network))
                    point.test = result->test;
            }
            done += layers;
            points.push_back(point);
            if (told)
                told(point);
        }
    }
    return points;
}

std::string toCsv(const std::vector<SweepPoint>& points) {
    std::string out = "network,layers,epochs,ran,predicted_bytes,measured_bytes,seconds_per_epoch,"
                      "mse,pearson,spearman,kendall,r2,max_error,device\n";
    for (const SweepPoint& p : points) {
        const bool judged = p.test.designs > 0;
        out += nameOf(p.network) + "," + std::to_string(p.layers) + "," + std::to_string(p.epochs) +
               "," + (p.ran ? "1" : "0") + "," + std::to_string(p.predictedBytes) + "," +
               (p.ran ? std::to_string(p.measuredBytes) : "") + "," +
               (p.ran ? number(p.secondsPerEpoch) : "") + "," + (judged ? number(p.test.mse) : "") +
               "," + number(p.test.pearson) + "," + number(p.test.spearman) + "," +
               number(p.test.kendall) + "," + number(p.test.r2) + "," +
               (judged ? number(p.test.maxError) : "") + "," + deep::nameOf(p.device) + "\n";
    }
    return out;
}

std::string sweepLine(const SweepPoint& p) {
    using Json = nlohmann::ordered_json;
    const auto value = [](const congestion::Figure& f) { return f ? Json(*f) : Json(nullptr); };
    const bool judged = p.test.designs > 0;
    const Json line{{"network", nameOf(p.network)},
                    {"layers", p.layers},
                    {"epochs", p.epochs},
                    {"ran", p.ran},
                    {"predicted_bytes", p.predictedBytes},
                    {"peak_bytes", p.ran ? Json(p.measuredBytes) : Json(nullptr)},
                    {"seconds_per_epoch", p.ran ? Json(p.secondsPerEpoch) : Json(nullptr)},
                    {"mse", judged ? Json(p.test.mse) : Json(nullptr)},
                    {"pearson", value(p.test.pearson)},
                    {"spearman", value(p.test.spearman)},
                    {"kendall", value(p.test.kendall)},
                    {"r2", value(p.test.r2)},
                    {"max_error", judged ? Json(p.test.maxError) : Json(nullptr)},
                    {"device", deep::nameOf(p.device)}};
    return line.dump();
}

} // namespace ohm::deeptrain
