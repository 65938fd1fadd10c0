// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/sizingdesignspane.h"

#include "core/base/units.h"
#include "core/optimize/measure.h"
#include "ui/pages/pageparts.h"
#include "ui/services/text.h"
#include "widgets/common/icons.h"
#include "widgets/common/palette.h"
#include "widgets/common/signedbars.h"
#include "widgets/parallel/parallelview.h"
#include "widgets/scatter/scatterview.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QTabWidget>
#include <QTableView>
#include <QTimer>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int kLaterMs = 400;
constexpr int kMostImportance = 5000; ///< designs the importance is computed from

QPushButton* button(const QString& icon, const QString& text, const QString& tip) {
    auto* made = new QPushButton(widgets::themedIcon(icon), text);
    made->setToolTip(tip);
    made->setAutoDefault(false);
    return made;
}

QColor verdictColour(Verdict verdict, bool dark) {
    return widgets::semanticColour(verdict == Verdict::Pass   ? widgets::Semantic::Pass
                                   : verdict == Verdict::Near ? widgets::Semantic::Near
                                                              : widgets::Semantic::Muted,
                                   dark);
}

QVector<QPair<QString, QColor>> verdictClasses(bool dark) {
    QVector<QPair<QString, QColor>> classes;
    for (const Verdict v : {Verdict::Fail, Verdict::Near, Verdict::Pass})
        classes << qMakePair(verdictText(v), verdictColour(v, dark));
    return classes;
}

} // namespace

SizingDesignsPane::SizingDesignsPane(JobService& jobs, SizingRuns& runs, QWidget* parent)
    : QWidget(parent)
    , m_jobs(jobs)
    , m_runs(runs)
    , m_tabs(new QTabWidget)
    , m_table(new QTableView)
    , m_model(new DesignTable(this))
    , m_filter(choiceField(tr("Designs that are shown")))
    , m_clear(new QPushButton(tr("Clear brushes")))
    , m_count(new QLabel)
    , m_scatter(new widgets::ScatterView(tr("Trade-off")))
    , m_scatterX(choiceField(tr("Horizontal axis")))
    , m_scatterY(choiceField(tr("Vertical axis")))
    , m_parallel(new widgets::ParallelView(tr("Parallel coordinates")))
    , m_importance(new widgets::SignedBars(tr("Importance of the parameters")))
    , m_output(choiceField(tr("What is explained")))
    , m_importanceNote(new QLabel)
    , m_later(new QTimer(this))
    , m_members(std::make_shared<const std::vector<optimize::Member>>()) {
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(buildParallel(), tr("Parallel coordinates"));
    m_tabs->addTab(buildScatter(), tr("Trade-off"));
    m_tabs->addTab(buildImportance(), tr("Importance"));
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(m_tabs);
    splitter->addWidget(buildTable());
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    splitter->setSizes({fontMetrics().height() * 24, fontMetrics().height() * 16});
    splitter->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(splitter);

    m_later->setSingleShot(true);
    m_later->setInterval(kLaterMs);
    connect(m_later, &QTimer::timeout, this, &SizingDesignsPane::refresh);
    connect(&runs, &SizingRuns::updated, this, [this](int run) {
        if (run == m_runs.chosen() && !m_later->isActive())
            m_later->start();
    });
    connect(&runs, &SizingRuns::ended, this, &SizingDesignsPane::refresh);
    connect(&runs, &SizingRuns::chosenChanged, this, [this] {
        m_followsBest = true;
        m_design = -1;
        m_parallel->clearBrushes();
        refresh();
    });
    connect(m_tabs, &QTabWidget::currentChanged, this, [this] { showImportance(); });
    refresh();
}

QWidget* SizingDesignsPane::buildScatter() {
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    auto* axes = new QHBoxLayout;
    axes->addWidget(m_scatterX);
    axes->addWidget(new QLabel(tr("against")));
    axes->addWidget(m_scatterY);
    axes->addStretch(1);
    auto* actions =
        new widgets::ExportActions([this] { return m_scatter->renderable(); }, m_scatter);
    axes->addWidget(actions->button(tr("Export this plot")));
    column->addLayout(axes);
    m_scatter->setEmptyText(tr("Designs against two measurements, with the best trade-offs."));
    m_scatter->setDescription([this](int member) { return describe(member); });
    column->addWidget(m_scatter, 1);
    for (QComboBox* b : {m_scatterX, m_scatterY})
        connect(b, &QComboBox::currentIndexChanged, this, &SizingDesignsPane::showScatter);
    connect(m_scatter, &widgets::ScatterView::selectionChanged, this,
            [this](const QVector<int>& points) {
                if (!points.isEmpty())
                    choose(points.back());
            });
    connect(m_scatter, &widgets::ScatterView::activated, this,
            [this](int member) { emit inspectRequested(member); });
    return box;
}

QWidget* SizingDesignsPane::buildParallel() {
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    auto* head = new QHBoxLayout;
    auto* hint = new QLabel(tr("Drag on an axis to brush designs; drag a title to move its axis, "
                               "double-click it to flip it."));
    hint->setWordWrap(true);
    hint->setEnabled(false);
    head->addWidget(hint, 1);
    m_clear->setAutoDefault(false);
    head->addWidget(m_clear);
    auto* actions =
        new widgets::ExportActions([this] { return m_parallel->renderable(); }, m_parallel);
    head->addWidget(actions->button(tr("Export this plot")));
    column->addLayout(head);
    m_parallel->setEmptyText(tr("Every design as a line over its parameters and measurements."));
    m_parallel->setDescription([this](int member) { return describe(member); });
    column->addWidget(m_parallel, 1);
    connect(m_parallel, &widgets::ParallelView::brushed, this, &SizingDesignsPane::applyBrushes);
    connect(m_parallel, &widgets::ParallelView::rowClicked, this,
            [this](int member) { choose(member); });
    connect(m_clear, &QPushButton::clicked, m_parallel, &widgets::ParallelView::clearBrushes);
    return box;
}

QWidget* SizingDesignsPane::buildImportance() {
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    auto* head = new QHBoxLayout;
    auto* label = new QLabel(tr("What moves"));
    label->setBuddy(m_output);
    head->addWidget(label);
    head->addWidget(m_output);
    head->addStretch(1);
    auto* actions =
        new widgets::ExportActions([this] { return m_importance->renderable(); }, m_importance);
    head->addWidget(actions->button(tr("Export this plot")));
    column->addLayout(head);
    m_importance->setTitles(tr("raises it"), tr("lowers it"));
    m_importance->setEmptyText(tr("Which parameters matter, once some designs are simulated."));
    column->addWidget(m_importance, 1);
    m_importanceNote->setWordWrap(true);
    m_importanceNote->setEnabled(false);
    m_importanceNote->setText(
        tr("Length: how much a model of regression trees needs the parameter; arrow: the sign of "
           "the rank correlation."));
    column->addWidget(m_importanceNote);
    connect(m_output, &QComboBox::currentIndexChanged, this, &SizingDesignsPane::showImportance);
    return box;
}

QWidget* SizingDesignsPane::buildTable() {
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(4, 0, 4, 4);
    auto* head = new QHBoxLayout;
    auto* label = new QLabel(tr("Show"));
    label->setBuddy(m_filter);
    head->addWidget(label);
    m_filter->addItem(tr("all designs"), static_cast<int>(Verdict::Fail));
    m_filter->addItem(widgets::themedIcon(u"warning"_s), tr("pass or near"),
                      static_cast<int>(Verdict::Near));
    m_filter->addItem(widgets::themedIcon(u"ok"_s), tr("pass"), static_cast<int>(Verdict::Pass));
    head->addWidget(m_filter);
    head->addWidget(m_count, 1);
    auto* actions = new widgets::ExportActions(
        [this] { return tableRenderable(m_table, tr("designs")); }, m_table);
    head->addWidget(actions->button(tr("Export the table")));
    column->addLayout(head);
    styleTable(m_table, tr("Designs"));
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setModel(m_model);
    m_table->setSortingEnabled(true);
    m_table->horizontalHeader()->setSortIndicator(DesignTable::Cost, Qt::AscendingOrder);
    m_table->horizontalHeader()->setDefaultSectionSize(fontMetrics().averageCharWidth() * 12);
    column->addWidget(m_table, 1);
    auto* buttons = new QHBoxLayout;
    m_inspect = button(u"search"_s, tr("Inspect"),
                       tr("Simulates the design again: operating point, plots, corners."));
    m_netlist = button(u"netlist"_s, tr("Open as netlist"),
                       tr("Writes the design as a netlist beside the session and opens it."));
    m_copy = button(u"copy"_s, tr("Copy values"), tr("Copies the parameters as .param lines."));
    m_restart = button(u"play"_s, tr("Start from here"),
                       tr("Starts a new session whose first designs lie around this one."));
    for (QPushButton* b : {m_inspect, m_netlist, m_copy, m_restart})
        buttons->addWidget(b);
    buttons->addStretch(1);
    column->addLayout(buttons);
    connect(m_filter, &QComboBox::currentIndexChanged, this, [this] {
        m_model->setLeast(static_cast<Verdict>(m_filter->currentData().toInt()));
        markChosen();
        showState();
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& now) {
                if (now.isValid() && !m_filling)
                    choose(m_model->memberAt(now.row()));
            });
    connect(m_model, &QAbstractItemModel::modelReset, this, [this] { markChosen(); });
    connect(m_table, &QTableView::doubleClicked, this,
            [this](const QModelIndex& at) { emit inspectRequested(m_model->memberAt(at.row())); });
    connect(m_inspect, &QPushButton::clicked, this, [this] { emit inspectRequested(m_design); });
    connect(m_netlist, &QPushButton::clicked, this, [this] { emit netlistRequested(m_design); });
    connect(m_copy, &QPushButton::clicked, this, [this] { emit copyRequested(m_design); });
    connect(m_restart, &QPushButton::clicked, this, [this] { emit restartRequested(m_design); });
    return box;
}

void SizingDesignsPane::refresh() {
    m_later->stop();
    const SizingRun* run = m_runs.current();
    m_members = run ? run->members : std::make_shared<const std::vector<optimize::Member>>();
    showProblem();
    const auto& members = *m_members;
    if (m_followsBest || m_design >= static_cast<int>(members.size())) {
        const auto best =
            std::min_element(members.begin(), members.end(),
                             [](const auto& a, const auto& b) { return a.cost < b.cost; });
        const int design = best == members.end() ? -1 : static_cast<int>(best - members.begin());
        const bool other = design != m_design;
        m_design = design;
        if (other)
            emit designChanged(m_design);
    }
    m_filling = true;
    m_model->set(m_runs.problem(), m_members);
    m_filling = false;
    showParallel();
    showScatter();
    applyBrushes();
    markChosen();
    showImportance();
    showState();
}

/// Names of axes and outputs, when they are others than before.
void SizingDesignsPane::showProblem() {
    QStringList names;
    const auto& problem = m_runs.problem();
    if (problem) {
        for (const auto& m : problem->measures)
            names << qs(m.unit.empty() ? m.name : m.name + " (" + m.unit + ")");
        names << QString(); // measurements end
        for (const auto& v : problem->variables)
            names << qs(v.name);
    }
    if (names == m_axisNames)
        return;
    m_axisNames = names;
    m_filling = true;
    for (QComboBox* box : {m_scatterX, m_scatterY, m_output})
        box->clear();
    m_output->addItem(tr("the cost"), -1);
    for (int m = 0; problem && m < static_cast<int>(problem->measures.size()); ++m) {
        m_scatterX->addItem(names[m], m);
        m_scatterY->addItem(names[m], m);
        m_output->addItem(names[m], m);
    }
    m_scatterY->setCurrentIndex(std::min(1, m_scatterY->count() - 1));
    m_filling = false;
}

QString SizingDesignsPane::describe(int member) const {
    const auto& problem = m_runs.problem();
    if (!problem || member < 0 || member >= static_cast<int>(m_members->size()))
        return {};
    const optimize::Member& m = (*m_members)[static_cast<std::size_t>(member)];
    QStringList lines{tr("Design %1: %2, cost %3")
                          .arg(member + 1)
                          .arg(verdictText(verdictOf(m)))
                          .arg(m.cost, 0, 'g', 3)};
    for (std::size_t i = 0; i < problem->measures.size() && i < m.values.size(); ++i)
        lines << qs(problem->measures[i].name) + u": "_s +
                     qs(optimize::formatMeasure(problem->measures[i], m.values[i]));
    return lines.join(u'\n');
}

/// The greater the better.
double SizingDesignsPane::wanted(int measure, double value) const {
    const auto& problem = *m_runs.problem();
    for (std::size_t s = 0; s < problem.specs.size(); ++s) {
        if (static_cast<int>(problem.measureOf[s]) == measure)
            return problem.specs[s].maxType() ? -value : value;
    }
    return value;
}

void SizingDesignsPane::showScatter() {
    if (m_filling)
        return;
    const auto& problem = m_runs.problem();
    const int x = m_scatterX->currentIndex(), y = m_scatterY->currentIndex();
    if (!problem || x < 0 || y < 0 || m_members->empty()) {
        m_scatter->setPoints({});
        return;
    }
    std::vector<float> points;
    std::vector<std::pair<double, double>> sorted;
    for (const optimize::Member& m : *m_members) {
        const double px = m.values[static_cast<std::size_t>(x)];
        const double py = m.values[static_cast<std::size_t>(y)];
        points.push_back(static_cast<float>(px));
        points.push_back(static_cast<float>(py));
        if (std::isfinite(px) && std::isfinite(py))
            sorted.emplace_back(px, py);
    }
    widgets::ScatterAxes axes;
    axes.x = m_scatterX->currentText();
    axes.y = m_scatterY->currentText();
    // The best trade-offs: none is better in both.
    std::sort(sorted.begin(), sorted.end(), [&](const auto& a, const auto& b) {
        return std::pair(wanted(x, a.first), wanted(y, a.second)) >
               std::pair(wanted(x, b.first), wanted(y, b.second));
    });
    std::vector<QPointF> front;
    double best = -INFINITY;
    for (const auto& [px, py] : sorted) {
        if (wanted(y, py) > best) {
            best = wanted(y, py);
            front.emplace_back(px, py);
        }
    }
    for (std::size_t i = 1; i < front.size() && x != y; ++i)
        axes.lines << widgets::ScatterAxes::Line{front[i - 1], front[i], false};
    // Limits of the specs, across all designs.
    const auto [left, right] =
        std::minmax_element(sorted.begin(), sorted.end(),
                            [](const auto& a, const auto& b) { return a.first < b.first; });
    const auto [low, high] =
        std::minmax_element(sorted.begin(), sorted.end(),
                            [](const auto& a, const auto& b) { return a.second < b.second; });
    for (std::size_t s = 0; s < problem->specs.size() && !sorted.empty(); ++s) {
        for (const auto& limit : {problem->specs[s].min, problem->specs[s].max}) {
            if (!limit)
                continue;
            const int measure = static_cast<int>(problem->measureOf[s]);
            if (measure == x && *limit >= left->first && *limit <= right->first)
                axes.lines << widgets::ScatterAxes::Line{
                    {*limit, low->second}, {*limit, high->second}, true};
            if (measure == y && *limit >= low->second && *limit <= high->second)
                axes.lines << widgets::ScatterAxes::Line{
                    {left->first, *limit}, {right->first, *limit}, true};
        }
    }
    m_scatter->setAxes(axes);
    m_scatter->setPoints(std::move(points));
    const bool dark = widgets::isDark(palette());
    const QColor ground = palette().color(QPalette::Base);
    QVector<QRgb> colours;
    for (int i = 0; i < static_cast<int>(m_members->size()); ++i) {
        const QColor c = verdictColour(verdictOf((*m_members)[static_cast<std::size_t>(i)]), dark);
        const bool in = i >= m_parallel->rowCount() || m_parallel->isBrushed(i);
        constexpr double kFade = 0.85; // of what is outside the brushes
        const auto mix = [&](int a, int b) { return static_cast<int>(a + (b - a) * kFade); };
        colours << (in ? c.rgb()
                       : qRgb(mix(c.red(), ground.red()), mix(c.green(), ground.green()),
                              mix(c.blue(), ground.blue())));
    }
    m_scatter->setColours(std::move(colours),
                          {tr("line: best trade-offs"), verdictClasses(dark), 0, 1});
    m_scatter->setSelection(m_design >= 0 ? QVector<int>{m_design} : QVector<int>());
}

void SizingDesignsPane::showParallel() {
    const auto& problem = m_runs.problem();
    QVector<widgets::ParallelAxis> axes;
    if (problem) {
        for (const auto& v : problem->variables) {
            widgets::ParallelAxis a{qs(v.name), qs(v.unit)};
            a.low = v.low;
            a.high = v.high;
            a.logarithmic = v.logarithmic;
            axes << a;
        }
        for (std::size_t m = 0; m < problem->measures.size(); ++m) {
            widgets::ParallelAxis a{qs(problem->measures[m].name), qs(problem->measures[m].unit)};
            for (std::size_t s = 0; s < problem->specs.size(); ++s) {
                if (problem->measureOf[s] == m) {
                    a.from = problem->specs[s].min.value_or(a.from);
                    a.to = problem->specs[s].max.value_or(a.to);
                }
            }
            axes << a;
        }
        axes << widgets::ParallelAxis{tr("cost"), {}};
    }
    std::vector<float> rows;
    std::vector<std::uint8_t> classes;
    rows.reserve(m_members->size() * static_cast<std::size_t>(axes.size()));
    for (const optimize::Member& m : *m_members) {
        for (std::size_t v = 0; v < problem->variables.size(); ++v)
            rows.push_back(static_cast<float>(problem->variables[v].value(m.design[v])));
        for (std::size_t i = 0; i < problem->measures.size(); ++i)
            rows.push_back(static_cast<float>(m.values[i]));
        rows.push_back(static_cast<float>(m.cost));
        classes.push_back(static_cast<std::uint8_t>(verdictOf(m)));
    }
    m_filling = true;
    m_parallel->setAxes(axes);
    m_parallel->setRows(std::move(rows));
    m_parallel->setClasses(std::move(classes), verdictClasses(widgets::isDark(palette())));
    m_parallel->setSelected(m_design);
    m_filling = false;
}

void SizingDesignsPane::applyBrushes() {
    if (m_filling)
        return;
    std::vector<char> mask;
    if (!m_parallel->brushes().isEmpty()) {
        for (int i = 0; i < m_parallel->rowCount(); ++i)
            mask.push_back(m_parallel->isBrushed(i) ? 1 : 0);
    }
    m_filling = true;
    m_model->setMask(std::move(mask));
    m_filling = false;
    markChosen();
    showScatter();
    showState();
}

void SizingDesignsPane::showImportance() {
    const auto& problem = m_runs.problem();
    if (m_filling || m_tabs->currentIndex() != 2 || !problem || m_importanceJob)
        return;
    const int output = m_output->currentData().toInt();
    const QString name = m_output->currentText();
    if (m_explained == m_members && m_explainedOutput == name)
        return;
    m_explained = m_members;
    m_explainedOutput = name;
    struct Columns {
        std::vector<std::vector<double>> inputs;
        std::vector<double> output;
    };
    const JobSpec spec{tr("Importance of the parameters"), Pool::Cpu, {}, 0, true};
    m_importanceJob = m_jobs.start<std::vector<explore::Importance>>(
        spec,
        [problem = *problem, members = m_members,
         output](StopToken stop, ProgressSink&) -> Expected<std::vector<explore::Importance>> {
            Columns c;
            c.inputs.resize(problem.variables.size());
            const std::size_t first =
                members->size() > kMostImportance ? members->size() - kMostImportance : 0;
            for (std::size_t i = first; i < members->size(); ++i) {
                const optimize::Member& m = (*members)[i];
                for (std::size_t v = 0; v < c.inputs.size(); ++v)
                    c.inputs[v].push_back(problem.variables[v].value(m.design[v]));
                c.output.push_back(output < 0 ? m.cost
                                              : m.values[static_cast<std::size_t>(output)]);
            }
            return explore::importanceOf(c.inputs, c.output, {}, stop);
        },
        this,
        [this, problem = *problem](Expected<std::vector<explore::Importance>> found) {
            m_importanceJob = 0;
            QVector<widgets::SignedBar> bars;
            if (found) {
                for (std::size_t v = 0; v < found->size(); ++v)
                    bars << widgets::SignedBar{qs(problem.variables[v].name), (*found)[v].share,
                                               (*found)[v].rank};
            }
            const bool any = std::any_of(bars.begin(), bars.end(),
                                         [](const auto& bar) { return bar.length > 0; });
            m_importance->setBars(any ? bars : QVector<widgets::SignedBar>());
            showImportance(); // there may be more designs by now
        });
}

void SizingDesignsPane::choose(int member) {
    if (member < 0 || member >= static_cast<int>(m_members->size()))
        return;
    m_followsBest = false;
    if (member == m_design)
        return;
    m_design = member;
    markChosen();
    showState();
    emit designChanged(member);
}

/// The chosen design in every view, without being told back.
void SizingDesignsPane::markChosen() {
    if (m_filling)
        return;
    m_filling = true;
    const int row = m_design >= 0 ? m_model->rowOf(m_design) : -1;
    if (row < 0) {
        m_table->selectionModel()->clear();
    } else {
        m_table->setCurrentIndex(
            m_model->index(row, std::max(0, m_table->currentIndex().column())));
    }
    m_parallel->setSelected(m_design);
    m_scatter->setSelection(m_design >= 0 ? QVector<int>{m_design} : QVector<int>());
    m_filling = false;
}

void SizingDesignsPane::showState() {
    const bool any = m_design >= 0;
    for (QPushButton* b : {m_netlist, m_inspect, m_restart, m_copy})
        b->setEnabled(any);
    m_clear->setEnabled(!m_parallel->brushes().isEmpty());
    const auto total = static_cast<int>(m_members->size());
    const int shown = m_model->rowCount();
    m_count->setText(total == 0       ? tr("No designs yet.")
                     : shown == total ? tr("%n design(s)", nullptr, total)
                                      : tr("%1 of %2 designs").arg(shown).arg(total));
}

} // namespace ohm::ui
