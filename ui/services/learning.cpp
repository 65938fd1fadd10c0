// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/learning.h"

#include "core/generate/request.h"
#include "core/learn/evaluate.h"
#include "core/project/installation.h"
#include "ui/services/text.h"

#include <QStandardPaths>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
Expected<PredictorPtr> shared(Expected<std::unique_ptr<learn::Predictor>> made) {
    if (!made)
        return made.failure();
    return PredictorPtr(std::move(*made));
}
} // namespace

std::filesystem::path Learning::shippedModels() {
    const std::filesystem::path data = project::dataFolder();
    if (data.empty())
        return {};
    // In the source tree they lie under resources/, in an installation beside the projects.
    for (const char* place : {"models", "resources/models"}) {
        std::error_code ignored;
        if (std::filesystem::is_directory(data / place, ignored))
            return data / place;
    }
    return {};
}

std::filesystem::path Learning::ownModels() {
    return toPath(QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) +
                  u"/ohmscape/models"_s);
}

Learning Learning::standard() {
    Learning made;
    made.listModels = learn::listModels;
    made.load = [](const std::vector<std::filesystem::path>& checkpoints) {
        return shared(learn::Predictor::load(checkpoints));
    };
    made.make = [](std::vector<learn::Checkpoint> checkpoints) {
        return shared(learn::Predictor::make(std::move(checkpoints)));
    };
    made.readCheckpoint = learn::readCheckpoint;
    made.writeCheckpoint = learn::writeCheckpoint;
    made.train = [](const learn::Recipe& recipe, const learn::TrainingData& data,
                    const learn::TrainingOptions& options, StopToken stop,
                    ProgressSink& progress) -> Expected<learn::TrainingResult> {
        const auto engine = learn::engine();
        if (!engine)
            return engine.failure();
        return (*engine)->train(recipe, data, options, std::move(stop), progress);
    };
    made.evaluate = [](const learn::Checkpoint& checkpoint, const dataset::GraphSet& set,
                       const std::vector<int>& ks, StopToken stop) -> Expected<SampleScores> {
        const auto engine = learn::engine();
        if (!engine)
            return engine.failure();
        const auto model = (*engine)->load(checkpoint);
        if (!model)
            return model.failure();
        learn::EvaluationOptions options;
        options.ks = ks;
        auto found = learn::evaluate(**model, set, options, std::move(stop));
        if (!found)
            return found.failure();
        return SampleScores{found->all, std::move(found->predicted), std::move(found->truth),
                            std::move(found->graphOf)};
    };
    made.readData = [](const std::filesystem::path& path, StopToken stop) {
        return generate::loadOrGenerate(path.string(), std::move(stop));
    };
    made.makeTunable = [](const std::filesystem::path& circuit, const netlist::ReadOptions& options,
                          const project::Project* project, StopToken stop) {
        return generate::makeTunable(circuit, options, project, std::move(stop));
    };
    made.runStudy = [](sim::SimulatorPool& pool, const generate::Study& study,
                       const std::filesystem::path& journal, StopToken stop,
                       ProgressSink& progress) {
        return generate::runStudy(pool, study, journal, std::move(stop), progress);
    };
    return made;
}

} // namespace ohm::ui
