// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/sizingprogresspane.h"

#include "ui/pages/pageparts.h"
#include "ui/services/text.h"
#include "widgets/common/icons.h"
#include "widgets/common/palette.h"

#include <QBoxLayout>
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
    , m_table(new QTableView)
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
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(top);
    splitter->addWidget(titledPane(tr("Sessions"), m_table, m_remove));
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
    QVector<widgets::PlotSeries> costs, specs, feasible, judge;
    const auto& runs = m_runs.runs();
    const SizingRun* current = m_runs.current();
    const auto shown =
        std::count_if(runs.begin(), runs.end(), [](const auto& r) { return r.shown; });
    for (const SizingRun& run : runs) {
        if (!run.shown || run.history.empty())
            continue;
        auto cost =
            curve(run, run.title, [](const auto& r) { return std::max(kLeastCost, r.meanCost); });
        cost.colour = run.place;
        cost.dashed = run.place >= widgets::kSeriesColours;
        costs << cost;
        auto all = curve(run, shown > 1 ? run.title : tr("all specs"),
                         [](const auto& r) { return static_cast<double>(r.meetingAll); });
        all.colour = run.place;
        all.dashed = cost.dashed;
        feasible << all;
    }
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
    m_cost->setSeries(costs);
    m_specs->setSeries(specs);
    m_feasible->setSeries(feasible);
    m_judge->setSeries(judge);
}

} // namespace ohm::ui
