// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/reportwork.h"

#include "core/deeptrain/training.h"
#include "core/explore/pca.h"
#include "core/explore/tsne.h"
#include "core/learn/prepare.h"
#include "ui/services/text.h"

#include <QCoreApplication>
#include <QJsonArray>

#include <algorithm>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t kMostGraphs = 2000; ///< of the test part, evenly chosen
constexpr std::size_t kMostPoints = 4000; ///< of an embedding
constexpr int kSteps = 500;               ///< of its layout
constexpr std::size_t kMostMaps = 4;

QString tr(const char* text) {
    return QCoreApplication::translate("Report", text);
}

QString reasonOf(const Error& error) {
    QString text = qs(error.text);
    if (!error.where.empty())
        text += u": "_s + qs(error.where);
    return error.detail.empty() ? text : text + u" ("_s + qs(error.detail) + u')';
}

void layOut(ReportWork& out, learn::Model& model, const dataset::GraphSet& set,
            const StopToken& stop) {
    explore::EmbeddingRequest request;
    request.most = kMostPoints;
    auto table = explore::embed(model, set, request, stop);
    if (!table) {
        out.noEmbedding = reasonOf(table.error());
        return;
    }
    out.embedding = std::move(*table);
    explore::TsneOptions options;
    options.steps = kSteps;
    options.perplexity =
        std::min(options.perplexity, std::max(2.0, static_cast<double>(out.embedding.count) / 4));
    auto tsne = explore::Tsne::create(out.embedding.points(), options, stop);
    if (!tsne) { // few or equal points: principal components say what there is to say
        const auto pca = explore::fitPca(out.embedding.points(), 2);
        if (!pca || pca->kept() < 2) {
            out.noEmbedding = reasonOf(tsne.error());
            return;
        }
        out.layout = explore::project(*pca, out.embedding.points());
        out.divergence = std::nan("");
        return;
    }
    while (!tsne->finished() && !stop.shouldStop())
        tsne->step();
    out.layout = tsne->layout();
    out.divergence = tsne->divergence();
}

/// A training's network on what its training held back.
ReportWork ofTraining(const ReportRun& run, bool embed, const StopToken& stop) {
    ReportWork out;
    const auto checkpoint = learn::readCheckpoint(run.record.folder / "model.safetensors");
    if (!checkpoint) {
        out.missing = reasonOf(checkpoint.error());
        return out;
    }
    const auto recipe = learn::readRecipe(run.record.folder / "recipe.yaml");
    if (!recipe) {
        out.missing = reasonOf(recipe.error());
        return out;
    }
    auto data = learn::prepareData(*recipe, {}, stop);
    if (!data) {
        out.missing = tr("its data cannot be had: %1").arg(reasonOf(data.error()));
        return out;
    }
    const auto engine = learn::engine();
    if (!engine) {
        out.missing = reasonOf(engine.error());
        return out;
    }
    const auto model = (*engine)->load(*checkpoint);
    if (!model) {
        out.missing = reasonOf(model.error());
        return out;
    }
    const std::string label = recipe->target == "voltages" ? std::string() : recipe->target;
    for (const auto& [set, name] :
         {std::pair{&data->training, tr("training")},
          std::pair{&data->validation, tr("validation")}, std::pair{&data->test, tr("test")}}) {
        if (set->graphCount() == 0)
            continue;
        auto samples = dataset::labelSamples(*set, ss(name), label);
        for (auto& sample : samples ? *samples : std::vector<dataset::LabelSample>{})
            out.labels.push_back(std::move(sample));
    }
    const bool tested = data->test.graphCount() > 0;
    const bool validated = data->validation.graphCount() > 0;
    const dataset::GraphSet& set = tested      ? data->test
                                   : validated ? data->validation
                                               : data->training;
    out.part = tested ? tr("test") : validated ? tr("validation") : tr("training");
    std::vector<std::size_t> graphs;
    const std::size_t every = std::max<std::size_t>(1, set.graphCount() / kMostGraphs);
    for (std::size_t g = 0; g < set.graphCount() && graphs.size() < kMostGraphs; g += every)
        graphs.push_back(g);
    const dataset::GraphSet chosen = graphs.size() == set.graphCount() ? set : set.subset(graphs);
    auto errors = learn::inspectErrors(**model, chosen, {}, stop);
    if (!errors) {
        out.missing = reasonOf(errors.error());
        return out;
    }
    out.errors = std::move(*errors);
    if (embed)
        layOut(out, **model, chosen, stop);
    return out;
}

/// Maps of the designs that a deep network was tested on; of all if it does not say which.
ReportWork ofDeep(const ReportRun& run, const StopToken& stop) {
    ReportWork out;
    const auto model = deeptrain::readDeepModel(run.record.folder / "model.safetensors");
    if (!model) {
        out.missing = reasonOf(model.error());
        return out;
    }
    const auto given = run.settings.find("data");
    if (given == run.settings.end()) {
        out.missing = tr("the run does not say which designs it was trained on");
        return out;
    }
    const auto set = congestion::readCongestionSet(given->second);
    if (!set) {
        out.missing = tr("its designs cannot be read: %1").arg(reasonOf(set.error()));
        return out;
    }
    QStringList tested;
    for (const auto& value : run.result[u"designs"_s].toArray()) {
        const QJsonObject design = value.toObject();
        if (design[u"part"_s].toString() == u"test"_s)
            tested << design[u"name"_s].toString();
    }
    for (const auto& sample : set->samples) {
        if (out.maps.size() >= kMostMaps || stop.stopRequested())
            break;
        if (!deeptrain::hasLabel(sample, model->label) ||
            (!tested.isEmpty() && !tested.contains(qs(sample.name))))
            continue;
        const auto nodes = deeptrain::predictNodes(*model, sample, set->featureNames, stop);
        if (!nodes) {
            out.missing = reasonOf(nodes.error());
            return out;
        }
        const auto labels = deeptrain::labelsOf(sample, model->label);
        ReportMap map;
        map.design = qs(sample.name);
        map.columns = sample.grid.columns;
        map.rows = sample.grid.rows;
        map.predicted = deeptrain::cellMeans(*nodes, sample.gcell, sample.grid);
        map.truth = deeptrain::cellMeans(labels, sample.gcell, sample.grid);
        if (!map.predicted.empty())
            out.maps.push_back(std::move(map));
    }
    if (out.maps.empty())
        out.missing = tr("none of the designs it was tested on has labels on a grid");
    return out;
}

/// An estimator on the designs that its training did not see.
ReportWork ofEstimator(const ReportRun& run, const StopToken& stop) {
    ReportWork out;
    const auto checkpoint = learn::readParasiticCheckpoint(run.record.folder / "model.safetensors");
    if (!checkpoint) {
        out.missing = reasonOf(checkpoint.error());
        return out;
    }
    out.spec = checkpoint->spec;
    const auto provenance = [&](const char* key) {
        const auto at = checkpoint->provenance.find(key);
        return at == checkpoint->provenance.end() ? std::string() : at->second;
    };
    const std::string file = provenance("data");
    if (file.empty()) {
        out.missing = tr("the run does not say which designs it was trained on");
        return out;
    }
    const auto designs = parasitics::readDesigns(file);
    if (!designs) {
        out.missing = tr("its designs cannot be read: %1").arg(reasonOf(designs.error()));
        return out;
    }
    const QStringList learned = qs(provenance("designs")).split(u',', Qt::SkipEmptyParts);
    std::vector<const parasitics::Design*> tests;
    for (const auto& design : *designs) {
        if (!learned.contains(qs(design.graph.name))) {
            tests.push_back(&design);
            out.designs << qs(design.graph.name);
        }
    }
    if (tests.empty()) {
        out.missing = tr("the file has no design that the training did not see");
        return out;
    }
    const auto engine = learn::engine();
    if (!engine) {
        out.missing = reasonOf(engine.error());
        return out;
    }
    const auto model = (*engine)->loadParasitics(*checkpoint);
    if (!model) {
        out.missing = reasonOf(model.error());
        return out;
    }
    auto evaluation = learn::evaluateParasitics(**model, tests, stop);
    if (evaluation)
        out.capacitances = std::move(*evaluation);
    else
        out.missing = reasonOf(evaluation.error());
    return out;
}

} // namespace

ReportWork runAgain(const ReportRun& run, bool embed, const StopToken& stop) {
    switch (run.record.kind) {
    case runs::RunKind::Deep:
        return ofDeep(run, stop);
    case runs::RunKind::Parasitics:
        return ofEstimator(run, stop);
    case runs::RunKind::Training:
        return ofTraining(run, embed, stop);
    default:
        return {};
    }
}

} // namespace ohm::ui
