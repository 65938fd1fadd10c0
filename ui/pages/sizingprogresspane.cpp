// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/sizingprogresspane.h"

#include "ui/pages/pageparts.h"
#include "ui/services/text.h"
#include "widgets/common/icons.h"
#include "widgets/common/palette.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QLabel>
#include <QSplitter>
#include <QTableView>
#include <QTimer>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr int kRedrawMs = 250;
constexpr double kLeastCost = 1e-4; ///< drawn for zero on the logarithmic axis
} // namespace

SizingProgressPane::SizingProgressPane(SizingRuns& runs, QWidget* parent)
    : QWidget(parent)
    , m_runs(runs)
    , m_axis(choiceField(tr("Horizontal axis of the plots")))
    , m_bands(new QCheckBox(tr("Seeds as a band")))
    , m_table(new QTableView)
    , m_goOn(new QToolButton)
    , m_remove(new QToolButton)
    , m_redraw(new QTimer(this)) {
    m_axis->addItems({tr("Simulated designs"), tr("Time")});
    m_cost = addPlot(tr("Cost"), tr("mean cost of the best 20"),
                     tr("The cost falls here once a sizing runs."));
    m_specs = addPlot(tr("Specs"), tr("worst miss of the best 20, %"),
                      tr("How far the best 20 designs are from each spec."));
    m_feasible = addPlot(tr("Feasible designs"), tr("designs"),
                         tr("How many designs meet all specs, and of the best 20 each one."));
    m_judge = addPlot(tr("Judge"), tr("%, loss"),
                      tr("How often the judge was right, its loss, and what it lets pass."));
    m_cost->setLogarithmic(false, true);

    auto* plots = new QWidget;
    auto* grid = new QGridLayout(plots);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(4);
    int cell = 0;
    for (const auto& [title, view] :
         {std::pair{tr("Cost"), m_cost}, std::pair{tr("Convergence of each spec"), m_specs},
          std::pair{tr("Designs that meet the specs"), m_feasible},
          std::pair{tr("Judge"), m_judge}}) {
        auto* actions =
            new widgets::ExportActions([view = view] { return view->renderable(); }, view);
        grid->addWidget(titledPane(title, view, actions->button(tr("Export this plot"))), cell / 2,
                        cell % 2);
        ++cell;
    }
    auto* top = new QWidget;
    auto* column = new QVBoxLayout(top);
    column->setContentsMargins(4, 4, 4, 0);
    auto* head = new QHBoxLayout;
    auto* against = new QLabel(tr("Against"));
    against->setBuddy(m_axis);
    head->addWidget(against);
    head->addWidget(m_axis);
    head->addStretch(1);
    m_bands->setChecked(runs.isBanded());
    m_bands->setToolTip(tr("Sessions that differ in nothing but the seed become one curve: their "
                           "mean, with a band from the least to the greatest"));
    head->addWidget(m_bands);
    column->addLayout(head);
    column->addWidget(plots, 1);

    styleTable(m_table, tr("Sessions"));
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setModel(new SizingRunTable(runs, this));
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_table->setMinimumHeight(fontMetrics().height() * 4);
    m_remove->setIcon(widgets::themedIcon(u"close"_s));
    m_remove->setAutoRaise(true);
    m_remove->setToolTip(tr("Take the session out of the list; its folder stays."));
    m_remove->setAccessibleName(tr("Take the session out of the list"));
    m_goOn->setIcon(widgets::themedIcon(u"play"_s));
    m_goOn->setAutoRaise(true);
    m_goOn->setAccessibleName(tr("Go on with the session"));
    auto* buttons = new QWidget;
    auto* row = new QHBoxLayout(buttons);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_goOn);
    row->addWidget(m_remove);
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(top);
    splitter->addWidget(titledPane(tr("Sessions"), m_table, buttons));
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({1000, fontMetrics().height() * 8});
    splitter->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(splitter);

    m_redraw->setSingleShot(true);
    m_redraw->setInterval(kRedrawMs);
    const auto later = [this] {
        if (!m_redraw->isActive())
            m_redraw->start();
    };
    connect(m_redraw, &QTimer::timeout, this, &SizingProgressPane::redraw);
    connect(&runs, &SizingRuns::updated, this, later);
    connect(&runs, &SizingRuns::ended, this, &SizingProgressPane::redraw);
    connect(&runs, &SizingRuns::listChanged, this, later);
    connect(&runs, &SizingRuns::listChanged, this, &SizingProgressPane::showButtons);
    connect(&runs, &SizingRuns::chosenChanged, this, &SizingProgressPane::showButtons);
    connect(m_bands, &QCheckBox::toggled, this, [this](bool on) {
        m_runs.setBanded(on);
        redraw();
    });
    connect(m_goOn, &QToolButton::clicked, this,
            [this] { emit goOnRequested(m_table->currentIndex().row()); });
    const auto mark = [this] {
        const int chosen = m_runs.chosen();
        if (chosen < 0)
            m_table->selectionModel()->clearCurrentIndex();
        else if (m_table->currentIndex().row() != chosen)
            m_table->setCurrentIndex(m_table->model()->index(chosen, 0));
    };
    connect(&runs, &SizingRuns::chosenChanged, this, [this, mark] {
        mark();
        redraw();
    });
    connect(m_table->model(), &QAbstractItemModel::modelReset, this, mark);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& now) {
                if (now.isValid())
                    m_runs.choose(now.row());
            });
    connect(m_remove, &QToolButton::clicked, this,
            [this] { m_runs.remove(m_table->currentIndex().row()); });
    connect(m_axis, &QComboBox::currentIndexChanged, this, &SizingProgressPane::redraw);
    redraw();
    showButtons();
}

widgets::PlotView* SizingProgressPane::addPlot(const QString& name, const QString& y,
                                               const QString& empty) {
    auto* view = new widgets::PlotView(name);
    view->setAxes(tr("simulated designs"), y);
    view->setEmptyText(empty);
    return view;
}

double SizingProgressPane::place(const optimize::IterationReport& r) const {
    return m_axis->currentIndex() == 0 ? static_cast<double>(r.sims) : r.seconds;
}

void SizingProgressPane::showButtons() {
    const int chosen = m_runs.chosen();
    const bool any = chosen >= 0 && chosen < m_runs.runs().size();
    const bool active = any && m_runs.runs()[chosen].isActive();
    const bool stranded = any && m_runs.runs()[chosen].stranded;
    m_goOn->setEnabled(any && !active && !stranded);
    m_goOn->setToolTip(
        stranded ? m_runs.runs()[chosen].outcome
                 : tr("Go on with the session as it was begun, up to the criteria at the side."));
    m_remove->setEnabled(any && chosen != m_runs.running());
}

/// The curves of all sessions that are shown, seeds of one algorithm together.
void SizingProgressPane::drawSessions() {
    std::vector<runs::RunHistory> histories;
    std::vector<int> places;
    QStringList families;
    for (int i = 0; i < m_runs.runs().size(); ++i) {
        const SizingRun& run = m_runs.runs()[i];
        if (!run.shown || run.history.empty())
            continue;
        const QString family = sizingFamily(run.options);
        runs::RunHistory h;
        h.kind = runs::RunKind::Sizing;
        h.name = ss(run.title);
        h.recipeName = h.family = ss(family);
        h.goesOn = run.isActive();
        for (const auto& r : run.history) {
            h.series["mean_cost"][place(r)] = r.meanCost;
            h.series["met"][place(r)] = static_cast<double>(r.meetingAll);
        }
        histories.push_back(std::move(h));
        if (!m_runs.isBanded() || !families.contains(family)) // one curve each
            places.push_back(m_runs.placeOf(i));
        families << family;
    }
    const auto curves = runs::curvesOf(histories, 1, m_runs.isBanded());
    const auto coloured = [&](const std::vector<runs::RunCurve>& of) {
        auto all = runSeries(of, false);
        for (int i = 0; i < all.size(); ++i) {
            all[i].colour = places[of[static_cast<std::size_t>(i)].place];
            all[i].dashed = all[i].colour >= widgets::kSeriesColours;
            all[i].markers = all[i].x.size() == 1;
        }
        return all;
    };
    auto costs = coloured(curves.meanCost);
    for (widgets::PlotSeries& series : costs) {
        for (auto* values : {&series.y, &series.low, &series.high}) {
            for (double& value : *values)
                value = std::max(kLeastCost, value);
        }
    }
    auto met = coloured(curves.met);
    if (met.size() == 1 && histories.size() == 1)
        met[0].name = tr("all specs");
    m_cost->setSeries(costs);
    m_feasible->setSeries(met);
}

void SizingProgressPane::redraw() {
    const QString x = m_axis->currentIndex() == 0 ? tr("simulated designs") : tr("seconds");
    m_cost->setAxes(x, tr("mean cost of the best 20"));
    m_specs->setAxes(x, tr("worst miss of the best 20, %"));
    m_feasible->setAxes(x, tr("designs"));
    m_judge->setAxes(x, tr("%, loss"));
    const auto curve = [this](const SizingRun& run, const QString& name, auto value) {
        widgets::PlotSeries series;
        series.name = name;
        for (const auto& r : run.history) {
            series.x << place(r);
            series.y << value(r);
        }
        series.markers = run.history.size() == 1;
        return series;
    };
    drawSessions();
    QVector<widgets::PlotSeries> specs, feasible = m_feasible->series(), judge;
    const auto& runs = m_runs.runs();
    const SizingRun* current = m_runs.current();
    const auto shown =
        std::count_if(runs.begin(), runs.end(), [](const auto& r) { return r.shown; });
    if (current && m_runs.problem() && !current->history.empty()) {
        const auto& names = m_runs.problem()->specs;
        for (std::size_t s = 0; s < names.size(); ++s) {
            if (s >= current->history.back().meeting.size())
                break;
            auto miss = curve(*current, qs(names[s].name), [s](const auto& r) {
                return s < r.worstPenalty.size() ? 100 * r.worstPenalty[s] : std::nan("");
            });
            miss.colour = static_cast<int>(s);
            specs << miss;
            if (shown <= 1) {
                auto met = curve(*current, qs(names[s].name), [s](const auto& r) {
                    return s < r.meeting.size() ? static_cast<double>(r.meeting[s]) : std::nan("");
                });
                met.colour = static_cast<int>(s) + 1;
                met.dashed = true;
                feasible << met;
            }
        }
    }
    for (const SizingRun& run : runs) {
        const bool judged = std::any_of(run.history.begin(), run.history.end(), [](const auto& r) {
            return r.accuracy >= 0 || r.loss >= 0;
        });
        if (!run.shown || !judged || (shown > 1 && current && &run != current))
            continue;
        const auto known = [](double v, double factor) {
            return v < 0 ? std::nan("") : factor * v;
        };
        judge << curve(run, tr("right, %"), [known](const auto& r) {
            return known(r.accuracy, 100);
        }) << curve(run, tr("passes, %"), [](const auto& r) {
            return 100 * r.acceptance;
        }) << curve(run, tr("loss x 100"), [known](const auto& r) { return known(r.loss, 100); });
        for (int i = 0; i < judge.size(); ++i)
            judge[i].colour = i;
    }
    m_judge->setEmptyText(
        current && !current->history.empty()
            ? tr("This algorithm keeps no figures of a judge.")
            : tr("How often the judge was right, its loss, and what it lets pass."));
    m_specs->setSeries(specs);
    m_feasible->setSeries(feasible);
    m_judge->setSeries(judge);
}

} // namespace ohm::ui
