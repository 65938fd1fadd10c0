// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/reportitems.h"

#include "core/base/units.h"
#include "ui/pages/pageparts.h"
#include "ui/report/reportbuilder.h"
#include "ui/report/reportdrawings.h"
#include "ui/services/text.h"

#include <QCoreApplication>
#include <QDateTime>

#include <algorithm>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("Report", text);
}

QString limitsOf(const runs::SizingRun::Spec& spec) {
    QStringList parts;
    if (spec.min)
        parts << tr("at least %1").arg(qs(formatSi(*spec.min, spec.unit)));
    if (spec.max)
        parts << tr("at most %1").arg(qs(formatSi(*spec.max, spec.unit)));
    return parts.join(u", "_s);
}

} // namespace

QString reportNumber(double value) {
    return std::isfinite(value) ? QString::number(value, 'g', 5) : u"\u2013"_s;
}

QString fileName(const QString& name) {
    QString out;
    for (const QChar c : name.toLower())
        out += c.isLetterOrNumber() && c.unicode() < 128 ? c : u'-';
    return out.isEmpty() ? u"run"_s : out;
}

ReportBuilder::ReportBuilder(std::shared_ptr<const ReportData> data, const QStringList& views)
    : m_data(std::move(data))
    , m_views(views) {
    for (const ReportRun& run : m_data->runs)
        m_records << run.record;
}

std::vector<ReportItem> ReportBuilder::build() {
    overview();
    metrics();
    curves();
    sizings();
    networks();
    again();
    return std::move(m_items);
}

bool ReportBuilder::wanted(const QString& view) {
    if (!m_views.isEmpty() && !m_views.contains(view))
        return false;
    const ReportView* known = reportView(view);
    const QString reason = whyNot(*known, m_records);
    if (reason.isEmpty())
        return true;
    const bool ofKind = std::any_of(m_records.begin(), m_records.end(), [&](const auto& record) {
        return known->kinds.contains(record.kind);
    });
    // Of its own accord a report leaves out only what its runs have nothing to do with.
    if (!m_views.isEmpty() || (ofKind && view != u"differences"_s))
        missing(view, known->title, reason);
    return false;
}

void ReportBuilder::heading(const QString& text) {
    Item item;
    item.kind = Kind::Heading;
    item.title = text;
    m_items.push_back(item);
}

void ReportBuilder::text(const QString& text) {
    Item item;
    item.kind = Kind::Text;
    item.text = text;
    m_items.push_back(item);
}

void ReportBuilder::missing(const QString& view, const QString& title, const QString& reason) {
    Item item;
    item.kind = Kind::Missing;
    item.view = view;
    item.title = title;
    item.text = reason;
    m_items.push_back(item);
}

QString ReportBuilder::ownName(const QString& name) {
    QString own = name;
    for (int i = 2; !own.isEmpty() && m_names.contains(own); ++i)
        own = name + u'-' + QString::number(i);
    m_names << own;
    return own;
}

void ReportBuilder::figure(const QString& view, const QString& name, const QString& title,
                           const QString& caption, std::function<widgets::Renderable()> draw) {
    Item item;
    item.kind = Kind::Figure;
    item.view = view;
    item.name = ownName(name);
    item.title = title;
    item.text = caption;
    item.draw = std::move(draw);
    m_items.push_back(item);
}

void ReportBuilder::table(const QString& view, const QString& name, const QString& title,
                          const QString& caption, const QStringList& head,
                          QVector<QStringList> rows, QVector<bool> right) {
    Item item;
    item.kind = Kind::Table;
    item.view = view;
    item.name = ownName(name);
    item.title = title;
    item.text = caption;
    item.head = head;
    item.rows = std::move(rows);
    item.right = std::move(right);
    m_items.push_back(item);
}

void ReportBuilder::noteGaps(const QString& view) {
    const ReportView* known = reportView(view);
    for (const auto& record : m_records) {
        const QString reason =
            known->kinds.contains(record.kind) ? whyNot(*known, record) : QString();
        if (!reason.isEmpty())
            missing(view, tr("%1 of %2").arg(known->title, qs(record.name)), reason);
    }
}

void ReportBuilder::overview() {
    heading(tr("Runs"));
    QVector<QStringList> rows;
    for (const auto& record : m_records) {
        QStringList tags;
        for (const std::string& tag : record.tags)
            tags << u'#' + qs(tag);
        const QString state = record.finished ? tr("finished")
                              : record.steps > 0
                                  ? tr("%1 of %2").arg(record.stepsDone).arg(record.steps)
                                  : tr("not finished");
        rows << QStringList{
            qs(record.name) + (record.baseline ? tr(" (baseline)") : QString()),
            kindTitle(record.kind),
            qs(record.recipe),
            QString::number(record.seed),
            state,
            QDateTime::fromSecsSinceEpoch(record.changed, Qt::UTC).toString(u"yyyy-MM-dd hh:mm"_s),
            (tags + QStringList{qs(record.note)}).join(u' ').simplified()};
    }
    table({}, u"runs"_s, tr("Runs of this report"), tr("Times are in UTC."),
          {tr("run"), tr("kind"), tr("recipe"), tr("seed"), tr("state"), tr("changed"),
           tr("tags and note")},
          rows, {false, false, false, true, false, false, false});
}

namespace {

QStringList namesOf(const runs::Comparison& c) {
    QStringList names;
    for (std::size_t i = 0; i < c.names.size(); ++i)
        names << qs(c.names[i]) + (c.names.size() > 1 && i == c.reference ? u" *"_s : QString());
    return names;
}

QVector<QStringList> metricRows(const runs::Comparison& c) {
    QVector<QStringList> rows;
    for (const auto& metric : c.metrics) {
        QStringList cells{qs(metric.name)};
        for (std::size_t i = 0; i < metric.values.size(); ++i) {
            QString cell = reportNumber(metric.values[i]);
            if (i != c.reference && std::isfinite(metric.differences[i]))
                cell += u" (%1%2)"_s.arg(metric.differences[i] >= 0 ? u"+"_s : QString(),
                                         QString::number(metric.differences[i], 'g', 3));
            cells << cell;
        }
        rows << cells;
    }
    return rows;
}

QVector<QStringList> settingRows(const runs::Comparison& c) {
    QVector<QStringList> rows;
    for (const auto& setting : c.settings) {
        QStringList cells{qs(setting.key)};
        for (const std::string& value : setting.values)
            cells << qs(value);
        rows << cells;
    }
    return rows;
}

} // namespace

void ReportBuilder::metrics() {
    const auto& all = m_data->comparisons;
    const auto suffix = [&](runs::RunKind kind) {
        return all.size() > 1 ? u'-' + qs(runs::nameOf(kind)) : QString();
    };
    const auto titled = [&](const QString& title, runs::RunKind kind) {
        return all.size() > 1 ? tr("%1: %2").arg(title, kindTitle(kind)) : title;
    };
    if (wanted(u"metrics"_s)) {
        heading(tr("Results"));
        for (const auto& [kind, c] : all) {
            QVector<bool> right(static_cast<qsizetype>(c.names.size()) + 1, true);
            right[0] = false;
            if (c.metrics.empty())
                missing(u"metrics"_s, titled(tr("Results"), kind),
                        tr("no run has been measured yet"));
            else
                table(u"metrics"_s, u"metrics"_s + suffix(kind), titled(tr("Metrics"), kind),
                      c.names.size() > 1
                          ? tr("In brackets the difference from the run marked with *.")
                          : QString(),
                      QStringList{tr("metric")} + namesOf(c), metricRows(c), right);
        }
    }
    if (!wanted(u"differences"_s))
        return;
    heading(tr("What differs"));
    for (const auto& [kind, c] : all) {
        if (c.names.size() < 2)
            continue; // nothing of its kind to differ from
        if (c.settings.empty())
            text(tr("The configurations are alike: %1.").arg(namesOf(c).join(u", "_s)));
        else
            table(u"differences"_s, u"differences"_s + suffix(kind),
                  titled(tr("Settings that differ"), kind), {},
                  QStringList{tr("setting")} + namesOf(c), settingRows(c),
                  QVector<bool>(static_cast<qsizetype>(c.names.size()) + 1, false));
    }
}

void ReportBuilder::curve(const QString& view, const QString& name, const QString& title,
                          const QString& caption, const QString& x, const QString& y,
                          const std::vector<runs::RunCurve>& curves, bool markers,
                          bool logarithmicY, double low, double high, Qt::Alignment legend) {
    if (!wanted(view))
        return;
    if (curves.empty()) {
        missing(view, title, tr("the logs of the runs hold no value of it"));
        return;
    }
    PlotPlan plan;
    plan.title = title;
    plan.x = x;
    plan.y = y;
    plan.series = runSeries(curves, markers);
    plan.logarithmicX = view == u"acc-at-k"_s;
    plan.logarithmicY = logarithmicY;
    plan.low = low;
    plan.high = high;
    plan.legend = legend;
    QString words = caption;
    if (std::any_of(curves.begin(), curves.end(), [](const auto& c) { return c.runs.size() > 1; }))
        words += u' ' + tr("Runs that differ in the seed alone are one curve, their mean, with a "
                           "band from the least to the greatest.");
    figure(view, name, title, words.trimmed(), [plan] { return drawPlot(plan); });
    noteGaps(view);
}

void ReportBuilder::curves() {
    const auto of = [&](std::initializer_list<runs::RunKind> kinds) {
        std::vector<runs::RunHistory> chosen;
        for (const auto& history : m_data->histories) {
            if (std::find(kinds.begin(), kinds.end(), history.kind) != kinds.end())
                chosen.push_back(history);
        }
        return chosen;
    };
    using runs::RunKind;
    const auto trainings = of({RunKind::Training}), deep = of({RunKind::Deep, RunKind::Maps}),
               estimators = of({RunKind::Parasitics});
    const Qt::Alignment below = Qt::AlignBottom | Qt::AlignRight,
                        above = Qt::AlignTop | Qt::AlignRight;
    const int k = m_data->k;
    if (!trainings.empty()) {
        heading(tr("Training"));
        const auto all = runs::curvesOf(trainings, k, true);
        curve(u"loss"_s, u"loss"_s, tr("Training loss"), {}, tr("step"),
              tr("loss (normalised units)"), all.loss, false, true, 0, 0, above);
        double highest = 0;
        for (const auto& c : all.accuracy)
            highest = std::max(highest, c.mean.back());
        curve(u"accuracy"_s, u"accuracy"_s, tr("Acc@%1 on the validation split").arg(k),
              tr("A prediction is right if its error is at most the range of all labels divided "
                 "by %1.")
                  .arg(k),
              tr("step"), tr("Acc@%1").arg(k), all.accuracy, false, false, 0, 1,
              highest < 0.5 ? above : below);
        double least = 0; // of the widest band: where there is room for the legend
        for (const auto& c : all.accAtK)
            least = std::max(least, c.mean.back());
        curve(u"acc-at-k"_s, u"acc-at-k"_s, tr("Acc@K against K"),
              tr("Measured last; a larger K is a narrower band."), tr("K"),
              tr("share of labels within the band"), all.accAtK, true, false, 0, 1,
              least < 0.5 ? above : Qt::AlignBottom | Qt::AlignLeft);
        if (wanted(u"rate"_s)) {
            PlotPlan plan;
            plan.title = tr("Learning rate");
            plan.x = tr("step");
            plan.y = tr("rate");
            for (const ReportRun& run : m_data->runs) {
                widgets::PlotSeries series;
                series.name = qs(run.record.name);
                series.colour = static_cast<int>(plan.series.size());
                for (const auto& [step, rate] : run.rate) {
                    series.x << static_cast<double>(step);
                    series.y << rate;
                }
                if (!series.x.isEmpty())
                    plan.series << series;
            }
            if (plan.series.isEmpty())
                missing(u"rate"_s, plan.title, tr("the logs of the runs hold no value of it"));
            else
                figure(u"rate"_s, u"rate"_s, plan.title, {}, [plan] { return drawPlot(plan); });
            noteGaps(u"rate"_s);
        }
    }
    if (!deep.empty()) {
        heading(tr("Deep networks"));
        const auto all = runs::curvesOf(deep, k, true);
        curve(u"loss"_s, u"deep-loss"_s, tr("Training loss of deep networks"), {}, tr("epoch"),
              tr("loss"), all.loss, false, true, 0, 0, above);
        curve(u"correlation"_s, u"correlation"_s, tr("Correlation on the validation designs"),
              tr("Pearson's coefficient of prediction and label, the mean over designs."),
              tr("epoch"), tr("Pearson"), all.pearson, false, false, 0, 0, below);
        depths();
    }
    if (!estimators.empty()) {
        heading(tr("Estimators of parasitics"));
        const auto all = runs::curvesOf(estimators, k, true);
        curve(u"loss"_s, u"parasitics-loss"_s, tr("Training loss of estimators"), {}, tr("step"),
              tr("loss"), all.loss, false, true, 0, 0, above);
    }
    // Views of kinds that none of the runs has are named only if they were asked for.
    if (trainings.empty()) {
        for (const QString& view : {u"accuracy"_s, u"acc-at-k"_s, u"rate"_s})
            (void)wanted(view);
    }
    if (deep.empty()) {
        (void)wanted(u"correlation"_s);
        (void)wanted(u"depth"_s);
    }
    if (trainings.empty() && deep.empty() && estimators.empty())
        (void)wanted(u"loss"_s);
}

void ReportBuilder::sizings() {
    std::vector<runs::RunHistory> histories;
    std::vector<const ReportRun*> runs;
    for (std::size_t i = 0; i < m_data->runs.size(); ++i) {
        if (m_data->runs[i].sizing) {
            histories.push_back(m_data->histories[i]);
            runs.push_back(&m_data->runs[i]);
        }
    }
    const Qt::Alignment above = Qt::AlignTop | Qt::AlignRight;
    if (!runs.empty())
        heading(tr("Sizing"));
    const auto all = runs::curvesOf(histories, m_data->k, true);
    // The mean of the best 20 beside the best, dashed.
    if (wanted(u"convergence"_s)) {
        PlotPlan plan;
        plan.title = tr("Convergence of sizing");
        plan.x = tr("simulated designs");
        plan.y = tr("cost");
        plan.series = runSeries(all.cost, false);
        for (widgets::PlotSeries series : runSeries(all.meanCost, false)) {
            series.name = tr("%1, mean of best 20").arg(series.name);
            series.dashed = true;
            series.low.clear();
            series.high.clear();
            plan.series << series;
        }
        plan.legend = above;
        const bool bands = std::any_of(all.cost.begin(), all.cost.end(),
                                       [](const auto& c) { return c.runs.size() > 1; });
        QString words = tr("Cost of the best design so far; 0 is a design that meets every spec.");
        if (bands)
            words += u' ' + tr("Seeds are one curve, their mean, with a band from the least to the "
                               "greatest.");
        figure(u"convergence"_s, u"convergence"_s, plan.title, words,
               [plan] { return drawPlot(plan); });
        noteGaps(u"convergence"_s);
    }
    double most = 1;
    for (const auto& c : all.met)
        most = std::max(most, c.high.empty() ? c.mean.back() : c.high.back());
    curve(u"met"_s, u"met"_s, tr("Designs that meet every spec"), {}, tr("simulated designs"),
          tr("designs"), all.met, false, false, 0, 1.05 * most, Qt::AlignTop | Qt::AlignLeft);
    const auto tables = [&](const QString& view, const QString& title, const auto& rowsOf,
                            const QStringList& head, const QVector<bool>& right) {
        if (!wanted(view))
            return;
        for (const ReportRun* run : runs) {
            const QVector<QStringList> rows = rowsOf(*run->sizing);
            if (whyNot(*reportView(view), run->record).isEmpty() && !rows.isEmpty())
                table(view, view + u'-' + fileName(qs(run->record.name)),
                      tr("%1 of %2").arg(title, qs(run->record.name)),
                      run->sizing->ending.empty()
                          ? tr("The run had not ended.")
                          : tr("The run ended because %1.").arg(qs(run->sizing->ending)),
                      head, rows, right);
        }
        noteGaps(view);
    };
    tables(u"specs"_s, tr("Specs and best design"),
           [](const runs::SizingRun& sizing) {
               QVector<QStringList> rows;
               for (const auto& spec : sizing.specs)
                   rows << QStringList{qs(spec.name), limitsOf(spec),
                                       spec.best ? qs(formatSi(*spec.best, spec.unit))
                                                 : u"\u2013"_s,
                                       !spec.best ? u"\u2013"_s
                                       : spec.met ? tr("met")
                                                  : tr("missed")};
               return rows;
           },
           {tr("spec"), tr("limit"), tr("best design"), tr("state")}, {false, false, true, false});
    tables(
        u"design"_s, tr("Parameters of the best design"),
        [](const runs::SizingRun& sizing) {
            QVector<QStringList> rows;
            for (const auto& v : sizing.variables)
                rows << QStringList{
                    qs(v.name), v.best ? qs(formatSi(*v.best, v.unit)) : u"\u2013"_s,
                    tr("%1 to %2").arg(qs(formatSi(v.low, v.unit)), qs(formatSi(v.high, v.unit)))};
            return rows;
        },
        {tr("parameter"), tr("value"), tr("range")}, {false, true, true});
    tables(u"judge"_s, tr("What the judge said of the designs that it chose, against what came"),
           [](const runs::SizingRun& sizing) {
               QVector<QStringList> rows;
               const auto percent = [](double share) {
                   return u"%1 %"_s.arg(100 * share, 0, 'f', 0);
               };
               for (const auto& [spec, better, c] : sizing.judged)
                   rows << QStringList{
                       qs(spec),
                       better ? tr("better than the reference") : tr("meets the spec"),
                       QString::number(c.count),
                       percent(c.said),
                       tr("%1 (%2 to %3)")
                           .arg(percent(c.came.rate), percent(c.came.low), percent(c.came.high)),
                       percent(c.right),
                       percent(c.error)};
               return rows;
           },
           {tr("spec"), tr("claim"), tr("designs"), tr("said"), tr("came true"), tr("right"),
            tr("off by")},
           {false, false, true, true, true, true, true});
}

void ReportBuilder::again() {
    const bool commands = wanted(u"commands"_s), configuration = wanted(u"configuration"_s);
    if (!commands && !configuration)
        return;
    heading(tr("How to make it again"));
    // What all runs of a kind have in common is written once.
    std::map<runs::RunKind, std::map<std::string, std::string>> common;
    std::map<runs::RunKind, int> counts;
    for (const ReportRun& run : m_data->runs) {
        auto& shared = common[run.record.kind];
        if (counts[run.record.kind]++ == 0)
            shared = run.settings;
        std::erase_if(shared, [&](const auto& entry) {
            const auto at = run.settings.find(entry.first);
            return at == run.settings.end() || at->second != entry.second;
        });
    }
    for (const ReportRun& run : m_data->runs) {
        Item name;
        name.kind = Kind::Subheading;
        name.title = qs(run.record.name);
        m_items.push_back(name);
        QVector<QStringList> rows;
        if (commands) {
            const QString command = run.result[u"command"_s].toString();
            if (!command.isEmpty()) {
                Item code;
                code.kind = Kind::Code;
                code.view = u"commands"_s;
                code.text = command;
                m_items.push_back(code);
            } else {
                missing(u"commands"_s, tr("Command of %1").arg(qs(run.record.name)),
                        run.record.finished
                            ? tr("the run has left no record of how it was called")
                            : tr("the run is not finished, it has left no record of its result"));
            }
            rows << QStringList{tr("folder"), fromPath(run.record.folder)};
            for (const auto& [key, title] :
                 {std::pair{u"version"_s, tr("version")}, std::pair{u"engine"_s, tr("engine")},
                  std::pair{u"device"_s, tr("device")}, std::pair{u"seed"_s, tr("seed")}}) {
                if (run.result.contains(key))
                    rows << QStringList{title, run.result[key].toVariant().toString()};
            }
            const QJsonObject inputs = run.result[u"inputs"_s].toObject();
            for (auto it = inputs.begin(); it != inputs.end(); ++it)
                rows << QStringList{tr("input %1").arg(it.key()), it.value().toString()};
        }
        const bool alone = counts[run.record.kind] == 1;
        if (configuration) {
            for (const auto& [key, value] : run.settings) {
                if (alone || !common[run.record.kind].contains(key))
                    rows << QStringList{qs(key), qs(value)};
            }
        }
        table(u"configuration"_s, u"configuration-"_s + fileName(qs(run.record.name)),
              tr("Origin and settings of %1").arg(qs(run.record.name)),
              configuration && !alone
                  ? tr("What it has in common with others of its kind is below.")
                  : QString(),
              {tr("setting"), tr("value")}, rows, {false, false});
    }
    for (const auto& [kind, settings] : common) {
        if (!configuration || counts[kind] < 2 || settings.empty())
            continue;
        QVector<QStringList> rows;
        for (const auto& [key, value] : settings)
            rows << QStringList{qs(key), qs(value)};
        Item name;
        name.kind = Kind::Subheading;
        name.title = tr("Settings in common: %1").arg(kindTitle(kind));
        m_items.push_back(name);
        table(u"configuration"_s, u"configuration-common-"_s + qs(runs::nameOf(kind)),
              tr("Alike in all %1 runs").arg(counts[kind]), {}, {tr("setting"), tr("value")}, rows,
              {false, false});
    }
}

std::vector<ReportItem> reportItems(const std::shared_ptr<const ReportData>& data,
                                    const QStringList& views) {
    return ReportBuilder(data, views).build();
}

QVector<ReportOutline> reportOutline(const QVector<runs::RunRecord>& runs,
                                     const QStringList& views) {
    QVector<ReportOutline> out;
    for (const ReportView& view : reportViews()) {
        if (!views.isEmpty() && !views.contains(view.id))
            continue;
        const QString reason = whyNot(view, runs);
        const bool ofKind = std::any_of(runs.begin(), runs.end(), [&](const auto& run) {
            return view.kinds.contains(run.kind);
        });
        if (reason.isEmpty() || !views.isEmpty() || ofKind)
            out << ReportOutline{view.id, view.title, view.what, reason};
    }
    return out;
}

} // namespace ohm::ui
