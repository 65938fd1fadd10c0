// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/reportviews.h"

#include "core/runs/sizingrun.h"

#include <QCoreApplication>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

using runs::RunKind;

QString tr(const char* text) {
    return QCoreApplication::translate("Report", text);
}

bool has(const runs::RunRecord& run, const char* file) {
    std::error_code ignored;
    return std::filesystem::exists(run.folder / file, ignored);
}

/// Of finished deep networks.
std::size_t depthsOf(const QVector<runs::RunRecord>& runs) {
    std::set<int> depths;
    for (const auto& run : runs) {
        const int layers = run.finished ? layersOf(run) : 0;
        if (layers > 0)
            depths.insert(layers);
    }
    return depths.size();
}

} // namespace

int layersOf(const runs::RunRecord& run) {
    if (run.kind != RunKind::Deep)
        return 0;
    const auto settings = runs::settingsOf(run.folder);
    if (!settings)
        return 0;
    const auto at = settings->find("network.layers");
    return at == settings->end() ? 0 : std::max(0, std::atoi(at->second.c_str()));
}

namespace {

/// As judgeGap, by the record's file.
QString readJudgeGap(const runs::RunRecord& run) {
    const auto sizing = runs::readSizingRun(run.folder);
    if (!sizing ||
        !(sizing->algorithm.starts_with("bagnet") || sizing->algorithm.starts_with("bayes")))
        return tr("its algorithm has no judge");
    return sizing->judged.empty() ? tr("it keeps no record of what its judge said") : QString();
}

/// Why nothing can be said of a sizing's judge; empty if something can. Views are asked for again
/// and again, records hold whole histories: read once for as long as the file is the same.
QString judgeGap(const runs::RunRecord& run) {
    struct Known {
        std::filesystem::file_time_type changed;
        QString gap;
    };
    static std::mutex mutex; // reports are collected beside the window
    static std::map<std::filesystem::path, Known> all;
    std::error_code none;
    const auto changed = std::filesystem::last_write_time(run.folder / runs::kSizingFile, none);
    if (none) // its store alone, which grows
        return readJudgeGap(run);
    {
        const std::lock_guard lock(mutex);
        const auto known = all.find(run.folder);
        if (known != all.end() && known->second.changed == changed)
            return known->second.gap;
    }
    const QString gap = readJudgeGap(run);
    const std::lock_guard lock(mutex);
    all[run.folder] = {changed, gap};
    return gap;
}

} // namespace

const QVector<ReportView>& reportViews() {
    const QVector<RunKind> all{RunKind::Training, RunKind::Sizing, RunKind::Deep,
                               RunKind::Parasitics, RunKind::Maps};
    const QVector<RunKind> training{RunKind::Training}, sizing{RunKind::Sizing},
        deep{RunKind::Deep}, parasitics{RunKind::Parasitics},
        labelled{RunKind::Training, RunKind::Deep, RunKind::Maps},
        mapped{RunKind::Deep, RunKind::Maps};
    static const QVector<ReportView> views{
        {u"metrics"_s, tr("Results"),
         tr("Every metric of every run, with the differences from the baseline."), all},
        {u"differences"_s, tr("What differs"),
         tr("Settings that are not alike in all of the runs."), all},
        {u"loss"_s,
         tr("Loss curve"),
         tr("Training loss over the steps; seeds as a band."),
         {RunKind::Training, RunKind::Deep, RunKind::Parasitics, RunKind::Maps}},
        {u"accuracy"_s, tr("Accuracy over the steps"),
         tr("Acc@K on the validation split; seeds as a band."), training},
        {u"acc-at-k"_s, tr("Acc@K"), tr("Accuracy against K; seeds as a band."), training},
        {u"rate"_s, tr("Learning rate"), tr("As it was over the steps."), training},
        {u"predicted"_s, tr("Predicted against true"),
         tr("Every label of the test part beside its prediction, with the band of Acc@K; nodes of "
            "deep networks, pixels of maps."),
         labelled, true},
        {u"residuals"_s, tr("Residuals"), tr("Prediction minus true value, against the label."),
         training, true},
        {u"kinds"_s, tr("Errors by kind"), tr("Mean error by what nets are tied to."), training,
         true},
        {u"labels"_s, tr("Label distribution"),
         tr("Density of the labels in the parts that the network learned from and was tested on."),
         training, true},
        {u"embedding"_s, tr("Embedding"),
         tr("What the network makes of nets, laid out by t-SNE and coloured by label."), training,
         true},
        {u"convergence"_s, tr("Convergence of sizing"),
         tr("Cost of the best design and of the best 20 over simulated designs; seeds as a band."),
         sizing},
        {u"met"_s, tr("Designs that meet all specs"), tr("Their number over simulated designs."),
         sizing},
        {u"specs"_s, tr("Specs"), tr("Limits, and what the best design of each run reaches."),
         sizing},
        {u"design"_s, tr("Best design"), tr("The values of its parameters."), sizing},
        {u"judge"_s, tr("How far the judge can be believed"),
         tr("What the judge of a sizing said of each spec, and what came true."), sizing},
        {u"correlation"_s, tr("Correlation"),
         tr("Pearson's coefficient on the validation designs over epochs; seeds as a band."), deep},
        {u"depth"_s, tr("Results against depth"),
         tr("Correlation, memory and time of deep networks of several depths; seeds as a band."),
         deep},
        {u"maps"_s, tr("Maps"),
         tr("Predicted, true and error side by side, with common colour scales: congestion of "
            "designs, images of masks."),
         mapped, true},
        {u"histogram"_s, tr("Histogram of errors"),
         tr("How many nodes or pixels are wrong by how much."), mapped, true},
        {u"capacitances"_s, tr("Predicted against extracted"),
         tr("Every capacitance of the designs that the estimator never saw."), parasitics, true},
        {u"decades"_s, tr("Errors by decade"), tr("Mean error by the size of the capacitance."),
         parasitics, true},
        {u"confusion"_s, tr("Confusion"), tr("Class said against class extracted."), parasitics,
         true},
        {u"configuration"_s, tr("Configuration"), tr("Every setting of every run."), all},
        {u"commands"_s, tr("How to make it again"),
         tr("Commands, seeds, versions and hashes of the inputs."), all}};
    return views;
}

const ReportView* reportView(const QString& id) {
    const auto& all = reportViews();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& v) { return v.id == id; });
    return found == all.end() ? nullptr : &*found;
}

QString kindTitle(RunKind kind) {
    switch (kind) {
    case RunKind::Sizing:
        return tr("sizing");
    case RunKind::Deep:
        return tr("deep network");
    case RunKind::Parasitics:
        return tr("estimator");
    case RunKind::Maps:
        return tr("network on maps");
    default:
        return tr("training");
    }
}

QString whyNot(const ReportView& view, const runs::RunRecord& run) {
    if (!view.kinds.contains(run.kind)) {
        QStringList kinds;
        for (const RunKind kind : view.kinds)
            kinds << kindTitle(kind);
        return tr("it takes a run of another kind: %1").arg(kinds.join(tr(" or ")));
    }
    switch (run.kind) {
    case RunKind::Training:
        if (view.work && (!run.finished || !has(run, "model.safetensors")))
            return tr("the training is not finished, there is no network to run");
        if ((view.id == u"loss"_s || view.id == u"rate"_s) && run.stepsDone == 0)
            return tr("no step has been reported yet");
        if (view.id == u"accuracy"_s || view.id == u"acc-at-k"_s) {
            const bool measured =
                std::any_of(run.metrics.begin(), run.metrics.end(), [](const auto& metric) {
                    return metric.first.find(".acc_at_") != std::string::npos;
                });
            if (!measured)
                return tr("it has not been validated yet");
        }
        return {};
    case RunKind::Sizing:
        if (!run.metrics.contains("best_cost") &&
            (view.id == u"convergence"_s || view.id == u"met"_s || view.id == u"specs"_s ||
             view.id == u"design"_s))
            return tr("it holds no record of its iterations; start it again, it goes on");
        if (view.id == u"judge"_s)
            return judgeGap(run);
        return {};
    case RunKind::Deep:
        if (view.id == u"depth"_s && !run.finished)
            return tr("the training is not finished");
        if (view.id == u"depth"_s && layersOf(run) == 0)
            return tr("its settings do not say how many layers it has");
        [[fallthrough]];
    case RunKind::Maps:
        if (view.work && !has(run, "model.safetensors"))
            return tr("the training is not finished, there is no network to run");
        return {};
    case RunKind::Parasitics:
        if (view.work && !has(run, "model.safetensors"))
            return tr("the training is not finished, there is no network to run");
        if (view.id == u"loss"_s && !has(run, "log.jsonl"))
            return tr("it was trained before losses were kept");
        return {};
    }
    return {};
}

QString whyNot(const ReportView& view, const QVector<runs::RunRecord>& runs) {
    if (runs.isEmpty())
        return tr("no run is chosen");
    if (view.id == u"differences"_s && runs.size() < 2)
        return tr("it takes two runs");
    if (view.id == u"depth"_s && depthsOf(runs) == 1)
        return tr("it takes deep networks of at least two depths");
    QString reason;
    for (const auto& run : runs) {
        const QString why = whyNot(view, run);
        if (why.isEmpty())
            return {};
        // What a run of the right kind lacks says more than that others are of another kind.
        if (reason.isEmpty() || view.kinds.contains(run.kind))
            reason = why;
    }
    return reason;
}

} // namespace ohm::ui
