// SPDX-License-Identifier: GPL-3.0-or-later
// core/learn and core/generate as the window sees them, with known answers and no LibTorch.
#pragma once

#include "fakepredictor.h"

#include <map>

namespace ohm::ui::testing {

/// What the fakes do and what they were asked.
struct FakeWorld {
    std::shared_ptr<FakePredictor::Behaviour> network =
        std::make_shared<FakePredictor::Behaviour>();
    std::vector<learn::ModelInfo> models;
    std::atomic<int> listed{0};
    std::map<std::string, learn::Checkpoint> written;
    generate::Study lastStudy;
    learn::Recipe lastRecipe;
    std::size_t trainedOn = 0;
    std::atomic<int> trainings{0};
    std::atomic<int> steps{0};
    std::chrono::microseconds sampleTime{0};
    std::chrono::microseconds stepTime{0};

    static dataset::GraphSet samples(std::size_t count, std::uint64_t seed) {
        dataset::GraphSet set;
        set.featureWidth = 2;
        set.featureNames = {"value", "code"};
        for (std::size_t i = 0; i < count; ++i) {
            const auto value = static_cast<float>(i + seed);
            set.append(std::vector<float>{value, 1, value, 0}, std::vector<std::int32_t>{0, 1},
                       std::vector<std::uint8_t>{1, 0}, std::vector<float>{value / 10, 0}, 0);
        }
        return set;
    }

    static learn::ModelInfo model(const std::string& name, const std::string& schema,
                                  const std::string& task = "node") {
        learn::ModelInfo made;
        made.path = "/models/" + name + ".safetensors";
        made.name = name;
        made.task = task;
        made.featureSchema = schema;
        made.architecture = "deepgen, 15 layers";
        made.trainedOn = schema == "resistive" ? "ladders" : "op-amps";
        made.provenance = {{"metrics.acc@100", "0.962"}};
        return made;
    }

    Learning learning() {
        Learning made;
        made.listModels = [this](const auto&, Diagnostics&) {
            ++listed;
            return models;
        };
        made.load =
            [this](const std::vector<std::filesystem::path>& paths) -> Expected<PredictorPtr> {
            ++network->loads;
            learn::Checkpoint checkpoint;
            checkpoint.provenance["path"] = paths.front().string();
            return PredictorPtr(std::make_shared<FakePredictor>(network, checkpoint));
        };
        made.make = [this](std::vector<learn::Checkpoint> checkpoints) -> Expected<PredictorPtr> {
            auto better = std::make_shared<FakePredictor::Behaviour>();
            better->base = 0;
            better->perNet = network->perNet;
            better->perKiloohm = network->perKiloohm;
            return PredictorPtr(std::make_shared<FakePredictor>(better, checkpoints.front()));
        };
        made.readCheckpoint = [](const std::filesystem::path& path) -> Expected<learn::Checkpoint> {
            learn::Checkpoint start;
            start.featureSchema = "resistive";
            start.featureNames = {"value", "code"};
            start.provenance["path"] = path.string();
            start.provenance["data.generator"] = "ladder";
            return start;
        };
        made.writeCheckpoint = [this](const learn::Checkpoint& checkpoint,
                                      const std::filesystem::path& path) -> Expected<void> {
            written[path.string()] = checkpoint;
            std::ofstream(path) << "fake";
            models.push_back(model(path.stem().string(), "resistive"));
            models.back().path = path;
            return {};
        };
        made.runStudy = [this](sim::SimulatorPool&, const generate::Study& study,
                               const std::filesystem::path&, StopToken stop,
                               ProgressSink& progress) -> Expected<generate::StudyResult> {
            lastStudy = study;
            generate::StudyResult result;
            result.set = samples(study.count - study.count / 10, study.seed);
            for (std::size_t i = 0; i < study.count; ++i) {
                progress.report(static_cast<double>(i) / static_cast<double>(study.count), "");
                if (stop.shouldStop())
                    return fail("GEN-012", "Stopped.");
                std::this_thread::sleep_for(sampleTime);
            }
            result.failures["SIM-004"] = study.count / 10;
            result.samplesPerSecond = 850;
            return result;
        };
        made.readData = [this](const std::filesystem::path& path,
                               StopToken) -> Expected<dataset::GraphSet> {
            if (path.filename() == "foreign.h5") {
                dataset::GraphSet other;
                other.featureWidth = 1;
                other.featureNames = {"other"};
                for (int i = 0; i < 20; ++i)
                    other.append(std::vector<float>{0}, {}, std::vector<std::uint8_t>{1},
                                 std::vector<float>{0}, 0);
                return other;
            }
            return samples(200, 1);
        };
        made.evaluate = [](const learn::Checkpoint& checkpoint, const dataset::GraphSet& set,
                           const std::vector<int>& ks, StopToken) -> Expected<SampleScores> {
            const bool trained = checkpoint.provenance.contains("trained");
            SampleScores scores;
            scores.all.count = set.graphCount();
            scores.all.mae = trained ? 0.002 : 0.04;
            scores.all.r2 = trained ? 0.99 : 0.6;
            for (const int k : ks)
                scores.all.accAt[k] = (trained ? 0.95 : 0.35) - 0.0005 * k;
            return scores;
        };
        made.train = [this](const learn::Recipe& recipe, const learn::TrainingData& data,
                            const learn::TrainingOptions& options, StopToken stop,
                            ProgressSink& progress) -> Expected<learn::TrainingResult> {
            lastRecipe = recipe;
            trainedOn = data.training.graphCount();
            ++trainings;
            learn::TrainingResult result;
            for (std::int64_t step = 1; step <= recipe.steps; ++step) {
                if (stop.shouldStop())
                    return fail("LEARN-012", "Stopped.");
                std::this_thread::sleep_for(stepTime);
                ++steps;
                if (step % recipe.validateEvery != 0 && step != recipe.steps)
                    continue;
                const double part = static_cast<double>(step) / static_cast<double>(recipe.steps);
                learn::TrainingReport report;
                report.step = step;
                report.steps = recipe.steps;
                report.trainLoss = std::exp(-3 * part) * 0.1;
                report.validationLoss = std::exp(-2.5 * part) * 0.13;
                report.remainingSeconds = 10 * (1 - part);
                report.validation.emplace();
                for (const int k : options.ks)
                    report.validation->accAt[k] = 0.95 - 0.6 * std::exp(-4 * part) - 0.0005 * k;
                options.report(report);
                progress.report(part, "training");
            }
            result.checkpoint = *options.from;
            result.checkpoint.provenance["trained"] = "1";
            return result;
        };
        made.makeTunable = [](const std::filesystem::path& path,
                              const netlist::ReadOptions& options, const project::Project*,
                              StopToken) -> Expected<TunablePtr> {
            std::ifstream file(path);
            const std::string text((std::istreambuf_iterator<char>(file)), {});
            auto circuit = netlist::readNetlist(path, options);
            if (!circuit)
                return circuit.failure();
            std::vector<generate::Knob> knobs;
            for (std::size_t at = text.find(".param "); at != std::string::npos;
                 at = text.find(".param ", at + 1)) {
                const std::size_t equals = text.find('=', at);
                generate::Knob knob;
                knob.name = text.substr(at + 7, equals - at - 7);
                knob.unit = "ohm";
                knob.isParameter = true;
                std::size_t used = 0;
                knob.nominal = parseSiPrefix(text.substr(equals + 1), used).value_or(0);
                knob.low = knob.nominal / 10;
                knob.high = knob.nominal * 10;
                knobs.push_back(knob);
            }
            return TunablePtr(std::make_shared<FakeTunable>(text, *circuit, knobs));
        };
        return made;
    }
};

} // namespace ohm::ui::testing
