// SPDX-License-Identifier: GPL-3.0-or-later
// The views for which networks were run again.
#include "core/base/units.h"
#include "core/parasitics/labels.h"
#include "ui/report/reportbuilder.h"
#include "ui/report/reportdrawings.h"
#include "ui/services/text.h"
#include "widgets/common/palette.h"
#include "widgets/common/ramp.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t kMostPoints = 8000; ///< of a scatter; more say no more on paper
constexpr std::size_t kMostBars = 16;
constexpr double kDecades = 6; ///< of the normalised scale of capacitances

QString tr(const char* text) {
    return QCoreApplication::translate("Report", text);
}

} // namespace

std::vector<std::size_t> thinnedPoints(std::size_t count) {
    std::vector<std::size_t> out;
    const std::size_t kept = std::min(count, kMostPoints);
    for (std::size_t i = 0; i < kept; ++i)
        out.push_back(i * count / kept);
    return out;
}

QString thinnedWords(std::size_t shown, std::size_t all) {
    return shown < all ? tr(" An even choice of %L1 of %L2 is drawn.").arg(shown).arg(all)
                       : QString();
}

void ReportBuilder::networks() {
    const QStringList works{u"predicted"_s, u"residuals"_s, u"kinds"_s,     u"labels"_s,
                            u"embedding"_s, u"maps"_s,      u"histogram"_s, u"capacitances"_s,
                            u"decades"_s,   u"confusion"_s};
    QStringList asked;
    for (const QString& view : works) {
        if (wanted(view))
            asked << view;
    }
    if (asked.isEmpty())
        return;
    const auto several = std::count_if(m_data->runs.begin(), m_data->runs.end(),
                                       [](const auto& run) { return run.work.has_value(); }) > 1;
    for (const ReportRun& run : m_data->runs) {
        QStringList views;
        for (const QString& view : asked) {
            if (reportView(view)->kinds.contains(run.record.kind))
                views << view;
        }
        if (views.isEmpty())
            continue;
        const QString name = qs(run.record.name);
        const QString reason = !run.leftOut.isEmpty() ? run.leftOut
                               : run.work             ? run.work->missing
                                                      : QString();
        const bool alone = run.work && run.work->missing.isEmpty();
        if (alone) {
            heading(tr("The network of %1").arg(name));
            if (!run.standsFor.isEmpty())
                text(tr("It stands for the runs that differ in the seed alone: %1.")
                         .arg(run.standsFor));
        }
        // What was asked for and is not there, with the reason, before what is.
        for (const QString& view : views) {
            const QString why = whyNot(*reportView(view), run.record);
            if (!why.isEmpty())
                missing(view, tr("%1 of %2").arg(reportView(view)->title, name), why);
            else if (!reason.isEmpty())
                missing(view, tr("%1 of %2").arg(reportView(view)->title, name), reason);
        }
        if (!alone)
            continue;
        const QString suffix = several ? u'-' + fileName(name) : QString();
        if (run.record.kind == runs::RunKind::Training) {
            errors(run, suffix);
            if (views.contains(u"labels"_s))
                labels(run, suffix);
            if (views.contains(u"embedding"_s))
                embedding(run, suffix);
        } else if (run.record.kind != runs::RunKind::Parasitics) {
            nodes(run, suffix, views);
        } else {
            capacitances(run, suffix);
        }
    }
}

void ReportBuilder::errors(const ReportRun& run, const QString& suffix) {
    const learn::ErrorReport& e = *run.work->errors;
    const auto asked = [&](const QString& view) {
        return m_views.isEmpty() || m_views.contains(view);
    };
    const int k = m_data->k;
    const double band = e.band(k);
    const bool volts = e.target == "voltages";
    const auto titled = [&](const QString& what) {
        return volts ? tr("%1 (V)").arg(what) : tr("%1, %2").arg(qs(e.target), what);
    };
    const auto chosen = thinnedPoints(e.count);
    std::size_t within = 0;
    for (std::size_t i = 0; i < e.count; ++i)
        within += std::fabs(e.error(i)) <= band ? 1 : 0;
    const double share =
        e.count > 0 ? static_cast<double>(within) / static_cast<double>(e.count) : 0;
    ScatterPlan plan;
    plan.legend.title = tr("Acc@%1").arg(k);
    plan.legend.classes = {{tr("within the band"), widgets::seriesColour(0, false)},
                           {tr("outside"), widgets::seriesColour(1, false)}};
    for (const std::size_t i : chosen)
        plan.colours << widgets::seriesColour(std::fabs(e.error(i)) <= band ? 0 : 1, false).rgb();
    const auto [low, high] = std::minmax_element(e.truth.begin(), e.truth.end());
    const double from = e.count > 0 ? static_cast<double>(*low) - 10 * e.range - 1 : -1;
    const double to = e.count > 0 ? static_cast<double>(*high) + 10 * e.range + 1 : 1;
    plan.columns = {tr("circuit"), tr("node"), tr("true"), tr("predicted"), tr("error")};
    plan.row = [data = m_data, errors = &e, chosen](int point) {
        const std::size_t i = chosen[static_cast<std::size_t>(point)];
        const auto n = [](double v) { return QString::number(v, 'g', 9); };
        return QStringList{QString::number(errors->graph[i]), QString::number(errors->node[i]),
                           n(static_cast<double>(errors->truth[i])),
                           n(static_cast<double>(errors->predicted[i])), n(errors->error(i))};
    };
    const QString words = tr("%L1 labels of the %2 part; the band of Acc@%3 is tinted, %4 of them "
                             "lie within.")
                              .arg(e.count)
                              .arg(run.work->part)
                              .arg(k)
                              .arg(share, 0, 'f', 4) +
                          thinnedWords(chosen.size(), e.count);
    if (asked(u"predicted"_s)) {
        ScatterPlan p = plan;
        p.title = tr("Predicted against true");
        p.axes.x = titled(tr("true"));
        p.axes.y = titled(tr("predicted"));
        p.axes.lines = {{{from, from}, {to, to}}};
        p.axes.area =
            QPolygonF({{from, from - band}, {to, to - band}, {to, to + band}, {from, from + band}});
        for (const std::size_t i : chosen) {
            p.points.push_back(e.truth[i]);
            p.points.push_back(e.predicted[i]);
        }
        figure(u"predicted"_s, u"predicted"_s + suffix, p.title, words,
               [p] { return drawScatter(p); });
    }
    if (asked(u"residuals"_s)) {
        ScatterPlan p = plan;
        p.title = tr("Residuals");
        p.axes.x = titled(tr("true"));
        p.axes.y = titled(tr("predicted \u2212 true"));
        p.axes.lines = {{{from, 0}, {to, 0}}};
        p.axes.area = QPolygonF({{from, -band}, {to, -band}, {to, band}, {from, band}});
        for (const std::size_t i : chosen) {
            p.points.push_back(e.truth[i]);
            p.points.push_back(static_cast<float>(e.error(i)));
        }
        figure(u"residuals"_s, u"residuals"_s + suffix, p.title, words,
               [p] { return drawScatter(p); });
    }
    if (!asked(u"kinds"_s))
        return;
    const bool nodes = e.count > 0 && e.node.front() >= 0;
    auto groups =
        learn::groupErrors(e, nodes ? learn::ErrorBy::Devices : learn::ErrorBy::Topology, k);
    BarPlan bars;
    bars.title = tr("Errors by kind");
    bars.unit = titled(tr("mean error"));
    QVector<QStringList> rows;
    const auto valued = [&](double v) {
        return std::isfinite(v) ? qs(formatSi(v, volts ? "V" : "", 3)) : u"\u2013"_s;
    };
    for (const auto& g : groups) {
        if (static_cast<std::size_t>(bars.names.size()) < kMostBars) {
            bars.names << qs(g.name);
            bars.values << g.mae;
            bars.shown << valued(g.mae);
        }
        rows << QStringList{qs(g.name),      u"%L1"_s.arg(g.labels.size()),
                            valued(g.mae),   valued(g.bias),
                            valued(g.worst), QString::number(g.within, 'f', 3)};
    }
    const QString what = nodes ? tr("by what the net is tied to") : tr("by circuit");
    figure(u"kinds"_s, u"kinds"_s + suffix, bars.title,
           tr("Mean error %1, the greatest first.").arg(what) +
               (groups.size() > kMostBars
                    ? u' ' + tr("%1 further ones are in the table.").arg(groups.size() - kMostBars)
                    : QString()),
           [bars] { return drawBars(bars); });
    table(
        u"kinds"_s, u"kinds-table"_s + suffix, tr("Errors by kind"), {},
        {tr("kind"), tr("labels"), tr("mean error"), tr("bias"), tr("worst"), tr("Acc@%1").arg(k)},
        rows, {false, true, true, true, true, true});
}

void ReportBuilder::labels(const ReportRun& run, const QString& suffix) {
    const auto& samples = run.work->labels;
    if (samples.empty()) {
        missing(u"labels"_s, tr("Label distribution"), tr("its data has no such label"));
        return;
    }
    const auto [low, high] = dataset::rangeOf(samples);
    PlotPlan plan;
    plan.title = tr("Label distribution");
    const bool volts = run.work->errors && run.work->errors->target == "voltages";
    plan.x = volts              ? tr("voltage (V)")
             : run.work->errors ? qs(run.work->errors->target)
                                : tr("label");
    plan.y = tr("density");
    QStringList counts;
    for (const auto& sample : samples) {
        const auto curve = dataset::densityOf(sample.values, low, high);
        widgets::PlotSeries series;
        series.name = qs(sample.name);
        series.x = {curve.places.begin(), curve.places.end()};
        series.y = {curve.heights.begin(), curve.heights.end()};
        series.dashed = plan.series.size() % 2 == 1;
        plan.series << series;
        counts << tr("%L1 in %2").arg(sample.values.size()).arg(qs(sample.name));
    }
    figure(u"labels"_s, u"labels"_s + suffix, plan.title,
           tr("Gaussian kernels of Silverman's width; labels: %1.").arg(counts.join(u", "_s)),
           [plan] { return drawPlot(plan); });
}

void ReportBuilder::embedding(const ReportRun& run, const QString& suffix) {
    const ReportWork& work = *run.work;
    if (work.layout.empty()) {
        missing(u"embedding"_s, tr("Embedding of %1").arg(qs(run.record.name)),
                work.noEmbedding.isEmpty() ? tr("nothing could be laid out") : work.noEmbedding);
        return;
    }
    const explore::EmbeddingTable& t = work.embedding;
    ScatterPlan plan;
    plan.title = tr("Embedding");
    plan.hasAxes = false;
    plan.points = work.layout;
    plan.legend.title = tr("label");
    double low = INFINITY, high = -INFINITY;
    for (const float v : t.label) {
        if (std::isfinite(v)) {
            low = std::min(low, static_cast<double>(v));
            high = std::max(high, static_cast<double>(v));
        }
    }
    if (!(low <= high))
        low = high = 0;
    plan.legend.low = low;
    plan.legend.high = high;
    for (const float v : t.label)
        plan.colours << (std::isfinite(v)
                             ? widgets::rampColour(
                                   high > low ? (static_cast<double>(v) - low) / (high - low) : 0,
                                   false)
                             : QColor(0xaa, 0xaa, 0xaa))
                            .rgb();
    plan.columns = {tr("circuit"), tr("node"), tr("kind"), tr("label"), u"x"_s, u"y"_s};
    plan.row = [data = m_data, table = &t, layout = &work.layout](int point) {
        const auto i = static_cast<std::size_t>(point);
        const auto n = [](float v) { return QString::number(static_cast<double>(v), 'g', 7); };
        return QStringList{QString::number(table->graph[i]),
                           QString::number(table->node[i]),
                           qs(table->kindName(i)),
                           n(table->label[i]),
                           n((*layout)[2 * i]),
                           n((*layout)[2 * i + 1])};
    };
    const QString how = std::isfinite(work.divergence)
                            ? tr("laid out by t-SNE; Kullback-Leibler divergence %1")
                                  .arg(work.divergence, 0, 'f', 3)
                            : tr("their first two principal components");
    figure(u"embedding"_s, u"embedding"_s + suffix, plan.title,
           tr("Last layer of the network at %L1 labelled nets of the %2 part, %3. Colour: label.")
               .arg(t.count)
               .arg(work.part, how),
           [plan] { return drawScatter(plan); });
}

void ReportBuilder::capacitances(const ReportRun& run, const QString& suffix) {
    const learn::ParasiticEvaluation& e = *run.work->capacitances;
    const QString designs = run.work->designs.join(u", "_s);
    const auto quantity = run.work->spec.task == "ground" ? parasitics::Quantity::Ground
                                                          : parasitics::Quantity::Coupling;
    const auto asked = [&](const QString& view) {
        return m_views.isEmpty() || m_views.contains(view);
    };
    if (asked(u"capacitances"_s)) {
        if (!e.values) {
            missing(u"capacitances"_s, tr("Predicted against extracted"),
                    tr("the estimator says classes or whether pairs couple, no values"));
        } else {
            const auto chosen = thinnedPoints(e.label.size());
            ScatterPlan plan;
            plan.title = tr("Predicted against extracted");
            plan.axes.x = tr("extracted, log10(C / F)");
            plan.axes.y = tr("predicted, log10(C / F)");
            const double factor = std::log10(2.0);
            plan.axes.lines = {{{-30, -30}, {0, 0}}};
            plan.axes.area =
                QPolygonF({{-30, -30 - factor}, {0, -factor}, {0, factor}, {-30, -30 + factor}});
            const auto lg = [quantity](float v) {
                return std::log10(parasitics::farads(static_cast<double>(v), quantity));
            };
            plan.legend.title = tr("predictions");
            plan.legend.classes = {{tr("within a factor of two"), widgets::seriesColour(0, false)},
                                   {tr("outside"), widgets::seriesColour(1, false)}};
            for (const std::size_t i : chosen) {
                const double x = lg(e.label[i]), y = lg(std::clamp(e.predicted[i], 0.F, 1.F));
                plan.points.push_back(static_cast<float>(x));
                plan.points.push_back(static_cast<float>(y));
                plan.colours
                    << widgets::seriesColour(std::fabs(x - y) <= factor ? 0 : 1, false).rgb();
            }
            plan.columns = {tr("extracted (F)"), tr("predicted (F)")};
            plan.row = [data = m_data, of = &e, chosen, quantity](int point) {
                const std::size_t i = chosen[static_cast<std::size_t>(point)];
                const auto n = [quantity](float v) {
                    return QString::number(parasitics::farads(static_cast<double>(v), quantity),
                                           'g', 7);
                };
                return QStringList{n(of->label[i]), n(std::clamp(of->predicted[i], 0.F, 1.F))};
            };
            figure(u"capacitances"_s, u"capacitances"_s + suffix, plan.title,
                   tr("%L1 capacitances of %2, which the training did not see. R2 %3; %4 % within "
                      "a factor of two (tinted); %5 % within the stated 90 % bounds.")
                           .arg(e.values->count)
                           .arg(designs)
                           .arg(e.values->r2.value_or(std::nan("")), 0, 'f', 3)
                           .arg(100 * e.values->within2, 0, 'f', 0)
                           .arg(100 * e.coverage90, 0, 'f', 0) +
                       thinnedWords(chosen.size(), e.label.size()),
                   [plan] { return drawScatter(plan); });
        }
    }
    if (asked(u"decades"_s)) {
        if (!e.values) {
            missing(u"decades"_s, tr("Errors by decade"),
                    tr("the estimator says classes or whether pairs couple, no values"));
        } else {
            BarPlan bars;
            bars.title = tr("Errors by decade");
            bars.unit = tr("mean error (decades)");
            QVector<QStringList> rows;
            for (const auto& d : e.values->decades) {
                const QString name = tr("1e%1 to 1e%2 F").arg(d.exponent).arg(d.exponent + 1);
                const QString mean = QString::number(kDecades * d.mae, 'f', 3);
                bars.names << name;
                bars.values << kDecades * d.mae;
                bars.shown << mean;
                rows << QStringList{name, u"%L1"_s.arg(d.count), mean,
                                    QString::number(kDecades * d.bias, 'f', 3)};
            }
            figure(u"decades"_s, u"decades"_s + suffix, bars.title,
                   tr("By the size of the extracted capacitance."),
                   [bars] { return drawBars(bars); });
            table(
                u"decades"_s, u"decades-table"_s + suffix, tr("Errors by decade"), {},
                {tr("capacitance"), tr("labels"), tr("mean error (decades)"), tr("bias (decades)")},
                rows, {false, true, true, true});
        }
    }
    if (!asked(u"confusion"_s))
        return;
    if (!e.classes) {
        missing(u"confusion"_s, tr("Confusion"),
                tr("the estimator says whether pairs couple, no classes"));
        return;
    }
    MatrixPlan matrix;
    matrix.title = tr("Confusion");
    matrix.rowTitle = tr("extracted");
    matrix.columnTitle = tr("predicted");
    for (int c = 0; c < parasitics::kClasses; ++c) {
        matrix.names << tr("class %1").arg(c);
        QVector<double> counts;
        for (const std::size_t count : e.classes->confusion[static_cast<std::size_t>(c)])
            counts << static_cast<double>(count);
        matrix.counts << counts;
    }
    figure(
        u"confusion"_s, u"confusion"_s + suffix, matrix.title,
        tr("Fifths of the logarithmic scale of capacitances; shares are of the row. Accuracy %1, "
           "macro F1 %2.")
            .arg(e.classes->accuracy, 0, 'f', 3)
            .arg(e.classes->f1, 0, 'f', 3),
        [matrix] { return drawMatrix(matrix); });
}

} // namespace ohm::ui
