// SPDX-License-Identifier: GPL-3.0-or-later
// What reports show of deep networks and of networks on maps: their depth, nodes, pixels, maps.
#include "ui/pages/mapimagespane.h"
#include "ui/report/reportbuilder.h"
#include "ui/report/reportdrawings.h"
#include "ui/services/text.h"
#include "widgets/common/palette.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr double kMebi = 1048576;

QString tr(const char* text) {
    return QCoreApplication::translate("Report", text);
}

/// Names by commas; of many the first few and how many more there are.
QString listed(const QStringList& names) {
    constexpr qsizetype kShown = 6;
    return names.size() <= kShown ? names.join(u", "_s)
                                  : tr("%1 and %2 more")
                                        .arg(names.mid(0, kShown).join(u", "_s))
                                        .arg(names.size() - kShown);
}

/// Networks that differ in their depth and seed alone.
struct Depths {
    QString name;
    std::map<int, std::vector<const ReportRun*>> byLayers;
};

std::vector<Depths> depthsOf(const std::vector<ReportRun>& runs) {
    std::map<std::map<std::string, std::string>, Depths> families;
    for (const ReportRun& run : runs) {
        const int layers = run.record.finished ? layersOf(run.record) : 0;
        if (layers == 0)
            continue;
        auto key = run.settings;
        for (const char* varies : {"network.layers", "seed", "name", "provenance.seed"})
            key.erase(varies);
        Depths& family = families[key];
        const auto block = run.settings.find("network.block");
        family.name = block == run.settings.end() ? qs(run.record.name) : qs(block->second);
        family.byLayers[layers].push_back(&run);
    }
    std::vector<Depths> out;
    for (auto& [key, family] : families) {
        const bool taken = std::any_of(
            out.begin(), out.end(), [&](const auto& other) { return other.name == family.name; });
        if (taken)
            family.name += u", "_s + qs(family.byLayers.begin()->second.front()->record.name);
        out.push_back(std::move(family));
    }
    return out;
}

} // namespace

void ReportBuilder::depths() {
    if (!wanted(u"depth"_s))
        return;
    const auto families = depthsOf(m_data->runs);
    struct Chart {
        const char* name;
        QString title, caption, unit;
        std::vector<std::string> metrics; ///< the first that a run has
        double scale;
    };
    const std::vector<Chart> charts{
        {"depth-correlation",
         tr("Correlation against depth"),
         tr("Pearson's coefficient on the test designs (validation designs where none were held "
            "back), by the number of layers."),
         tr("Pearson"),
         {"test.pearson", "validation.pearson"},
         1},
        {"depth-memory",
         tr("Memory against depth"),
         tr("Peak of the memory measured in training, by the number of layers."),
         tr("MiB"),
         {"peak_bytes"},
         kMebi},
        {"depth-time",
         tr("Time against depth"),
         tr("Median seconds per epoch, by the number of layers."),
         tr("s per epoch"),
         {"seconds_per_epoch"},
         1}};
    for (const Chart& chart : charts) {
        PlotPlan plan;
        plan.title = chart.title;
        plan.x = tr("layers");
        plan.y = chart.unit;
        plan.legend = Qt::AlignTop | Qt::AlignLeft;
        bool seeds = false;
        for (const Depths& family : families) {
            widgets::PlotSeries series;
            series.name = family.name;
            series.markers = true;
            series.colour = static_cast<int>(plan.series.size());
            for (const auto& [layers, runs] : family.byLayers) {
                std::vector<double> values;
                for (const ReportRun* run : runs) {
                    for (const std::string& metric : chart.metrics) {
                        const auto at = run->record.metrics.find(metric);
                        if (at == run->record.metrics.end())
                            continue;
                        values.push_back(at->second / chart.scale);
                        break;
                    }
                }
                if (values.empty())
                    continue;
                double sum = 0;
                for (const double value : values)
                    sum += value;
                const auto [low, high] = std::minmax_element(values.begin(), values.end());
                series.x << layers;
                series.y << sum / static_cast<double>(values.size());
                series.low << *low;
                series.high << *high;
                seeds = seeds || values.size() > 1;
            }
            if (!seeds) {
                series.low.clear();
                series.high.clear();
            }
            if (!series.x.isEmpty())
                plan.series << series;
        }
        if (plan.series.isEmpty()) {
            missing(u"depth"_s, chart.title, tr("the results of the runs hold no value of it"));
            continue;
        }
        figure(u"depth"_s, QString::fromLatin1(chart.name), chart.title,
               chart.caption + (seeds ? u' ' + tr("Seeds are one curve, their mean, with a band "
                                                  "from the least to the greatest.")
                                      : QString()),
               [plan] { return drawPlot(plan); });
    }
    noteGaps(u"depth"_s);
}

void ReportBuilder::nodes(const ReportRun& run, const QString& suffix, const QStringList& views) {
    const ReportWork& work = *run.work;
    const bool images = run.record.kind == runs::RunKind::Maps;
    const QString names = listed(work.designs);
    const QString what =
        images ? tr("%L1 pixels of %2 (%3 part), map %4.")
                     .arg(work.predicted.size())
                     .arg(names, work.part, work.label)
               : tr("%L1 nodes of %2, label %3.").arg(work.predicted.size()).arg(names, work.label);
    if (views.contains(u"predicted"_s)) {
        const auto chosen = thinnedPoints(work.predicted.size());
        ScatterPlan plan;
        plan.title = tr("Predicted against true");
        plan.axes.x = tr("true, %1").arg(work.label);
        plan.axes.y = tr("predicted, %1").arg(work.label);
        const auto [low, high] = std::minmax_element(work.truth.begin(), work.truth.end());
        const double wide = 10.0 * (static_cast<double>(*high) - static_cast<double>(*low)) + 1;
        const double from = static_cast<double>(*low) - wide,
                     to = static_cast<double>(*high) + wide;
        plan.axes.lines = {{{from, from}, {to, to}}};
        for (const std::size_t i : chosen) {
            plan.points.push_back(work.truth[i]);
            plan.points.push_back(work.predicted[i]);
            plan.colours << widgets::seriesColour(0, false).rgb();
        }
        plan.columns = {tr("true"), tr("predicted")};
        plan.row = [data = m_data, of = &work, chosen](int point) {
            const std::size_t i = chosen[static_cast<std::size_t>(point)];
            const auto n = [](float v) { return QString::number(static_cast<double>(v), 'g', 7); };
            return QStringList{n(of->truth[i]), n(of->predicted[i])};
        };
        figure(u"predicted"_s, u"predicted"_s + suffix, plan.title,
               what + thinnedWords(chosen.size(), work.predicted.size()),
               [plan] { return drawScatter(plan); });
    }
    if (views.contains(u"maps"_s)) {
        if (work.maps.empty())
            missing(u"maps"_s, tr("Maps of %1").arg(qs(run.record.name)),
                    tr("its designs have no grid"));
        for (const ReportMap& map : work.maps)
            figure(u"maps"_s, u"map-"_s + fileName(map.design) + suffix,
                   images ? tr("%1 of %2").arg(work.label, map.design)
                          : tr("Congestion of %1").arg(map.design),
                   (images ? tr("%1 \u00d7 %2 pixels: predicted, true, and predicted minus true. "
                                "Predicted and true share one colour scale.")
                           : tr("Means over the nodes of each of %1 \u00d7 %2 GCells: predicted, "
                                "true, and predicted minus true. Predicted and true share one "
                                "colour scale."))
                       .arg(map.columns)
                       .arg(map.rows),
                   [data = m_data, at = &map] { return drawMaps(*at); });
    }
    if (!views.contains(u"histogram"_s))
        return;
    auto bars = errorBars(work.predicted, work.truth, {});
    if (bars.isEmpty()) {
        missing(u"histogram"_s, tr("Histogram of errors of %1").arg(qs(run.record.name)),
                tr("every prediction is right to the last digit"));
        return;
    }
    double square = 0, sum = 0;
    for (std::size_t i = 0; i < work.predicted.size(); ++i) {
        const double e =
            static_cast<double>(work.predicted[i]) - static_cast<double>(work.truth[i]);
        sum += std::fabs(e);
        square += e * e;
    }
    const double n = static_cast<double>(work.predicted.size());
    PlotPlan plan;
    plan.title = tr("Histogram of errors");
    plan.x = tr("|predicted \u2212 true|, %1").arg(work.label);
    plan.y = images ? tr("pixels") : tr("nodes");
    bars[0].name = plan.y;
    plan.bars = {bars[0]};
    figure(u"histogram"_s, u"histogram"_s + suffix, plan.title,
           what + u' ' +
               tr("Mean error %1, root of the mean square %2, greatest %3.")
                   .arg(sum / n, 0, 'g', 4)
                   .arg(std::sqrt(square / n), 0, 'g', 4)
                   .arg(bars[0].edges.last(), 0, 'g', 4),
           [plan] { return drawPlot(plan); });
}

} // namespace ohm::ui
