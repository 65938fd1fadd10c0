// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/reportwork.h"

#include "core/deeptrain/training.h"
#include "core/explore/pca.h"
#include "core/explore/tsne.h"
#include "core/learn/prepare.h"
#include "core/maps/training.h"
#include "ui/services/text.h"

#include <QCoreApplication>
#include <QJsonArray>

#include <algorithm>
#include <cmath>
#include <span>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t kMostGraphs = 2000; ///< of the test part, evenly chosen
constexpr std::size_t kMostPoints = 4000; ///< of an embedding
constexpr int kSteps = 500;               ///< of its layout
constexpr std::size_t kMostMaps = 4;
constexpr std::size_t kMostTested = 16; ///< designs or images of a network, evenly chosen

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

/// At most kMostTested of them, evenly chosen.
template <typename T>
std::vector<T> thinned(const std::vector<T>& all) {
    std::vector<T> out;
    const std::size_t kept = std::min(all.size(), kMostTested);
    for (std::size_t i = 0; i < kept; ++i)
        out.push_back(all[i * all.size() / kept]);
    return out;
}

/// Adds what is known on both sides.
void addPairs(ReportWork& out, std::span<const float> predicted, std::span<const float> truth) {
    for (std::size_t i = 0; i < predicted.size(); ++i) {
        if (std::isfinite(predicted[i]) && std::isfinite(truth[i])) {
            out.predicted.push_back(predicted[i]);
            out.truth.push_back(truth[i]);
        }
    }
}

/// The designs that a deep network was tested on; all if it does not say which.
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
    out.label = qs(deeptrain::nameOf(model->label));
    QStringList tested;
    for (const auto& value : run.result[u"designs"_s].toArray()) {
        const QJsonObject design = value.toObject();
        if (design[u"part"_s].toString() == u"test"_s)
            tested << design[u"name"_s].toString();
    }
    std::vector<const congestion::CongestionSample*> samples;
    for (const auto& sample : set->samples) {
        if (deeptrain::hasLabel(sample, model->label) &&
            (tested.isEmpty() || tested.contains(qs(sample.name))))
            samples.push_back(&sample);
    }
    for (const auto* sample : thinned(samples)) {
        if (stop.stopRequested())
            break;
        const auto nodes = deeptrain::predictNodes(*model, *sample, set->featureNames, stop);
        if (!nodes) {
            out.missing = reasonOf(nodes.error());
            return out;
        }
        const auto labels = deeptrain::labelsOf(*sample, model->label);
        addPairs(out, *nodes, labels);
        out.designs << qs(sample->name);
        ReportMap map;
        map.design = qs(sample->name);
        map.columns = sample->grid.columns;
        map.rows = sample->grid.rows;
        map.predicted = deeptrain::cellMeans(*nodes, sample->gcell, sample->grid);
        map.truth = deeptrain::cellMeans(labels, sample->gcell, sample->grid);
        if (!map.predicted.empty() && out.maps.size() < kMostMaps)
            out.maps.push_back(std::move(map));
    }
    if (out.predicted.empty())
        out.missing = tr("none of the designs it was tested on has labels");
    return out;
}

/// The images of a run of `maps train`, divided as it divided them.
Expected<maps::Images> imagesOf(const ReportRun& run, const maps::MapModel& model,
                                const StopToken& stop) {
    const auto setting = [&](const char* key) {
        const auto at = run.settings.find(key);
        return at == run.settings.end() ? std::string() : at->second;
    };
    auto images = maps::readImages(setting("data"), model.targetNames, stop);
    if (!images)
        return images;
    maps::SplitOptions split;
    const auto numberOf = [&](const char* key, double otherwise) {
        bool ok = false;
        const double value = qs(setting(key)).toDouble(&ok);
        return ok ? value : otherwise;
    };
    split.seed = static_cast<std::uint64_t>(numberOf("split_seed", 1));
    split.validationShare = numberOf("validation_share", split.validationShare);
    split.testShare = numberOf("test_share", split.testShare);
    for (const QString& family : qs(setting("test_families")).split(u", "_s, Qt::SkipEmptyParts))
        split.testFamilies.push_back(ss(family));
    if (const auto divided = maps::divide(*images, split); !divided)
        return divided.failure();
    if (const std::string file = setting("test_data"); !file.empty()) {
        auto tests = maps::readImages(file, model.targetNames, stop);
        if (!tests)
            return tests;
        if (const auto added = maps::addTests(*images, std::move(*tests)); !added)
            return added.failure();
    }
    return images;
}

/// A network on maps at the images that its training held back; its first target.
ReportWork ofMaps(const ReportRun& run, const StopToken& stop) {
    ReportWork out;
    const auto model = maps::readMapModel(run.record.folder / "model.safetensors");
    if (!model) {
        out.missing = reasonOf(model.error());
        return out;
    }
    const auto images = imagesOf(run, *model, stop);
    if (!images) {
        out.missing = tr("its maps cannot be had: %1").arg(reasonOf(images.error()));
        return out;
    }
    const auto network = maps::loadNetwork(*model);
    if (!network) {
        out.missing = reasonOf(network.error());
        return out;
    }
    out.label = qs(model->targetNames.front());
    std::vector<std::size_t> which;
    for (const auto& [part, name] : {std::pair{maps::Part::Test, tr("test")},
                                     std::pair{maps::Part::Validate, tr("validation")},
                                     std::pair{maps::Part::Train, tr("training")}}) {
        which = thinned(maps::imagesOf(*images, part));
        out.part = name;
        if (!which.empty())
            break;
    }
    const auto predicted = maps::predictImages(**network, *model, *images, which, stop);
    if (!predicted) {
        out.missing = reasonOf(predicted.error());
        return out;
    }
    for (std::size_t i = 0; i < which.size(); ++i) {
        const auto said = std::span((*predicted)[i]).first(images->pixels());
        const auto truth = images->target(which[i]).first(images->pixels());
        addPairs(out, said, truth);
        out.designs << qs(images->names[which[i]]);
        if (out.maps.size() < kMostMaps)
            out.maps.push_back({out.designs.last(),
                                static_cast<int>(images->columns),
                                static_cast<int>(images->rows),
                                {said.begin(), said.end()},
                                {truth.begin(), truth.end()}});
    }
    if (out.predicted.empty())
        out.missing = tr("none of its maps has a value that is known");
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
    case runs::RunKind::Maps:
        return ofMaps(run, stop);
    case runs::RunKind::Parasitics:
        return ofEstimator(run, stop);
    case runs::RunKind::Training:
        return ofTraining(run, embed, stop);
    default:
        return {};
    }
}

} // namespace ohm::ui
