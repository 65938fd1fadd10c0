// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/sizingrobustpane.h"

#include "core/optimize/measure.h"
#include "ui/models/designtable.h"
#include "ui/pages/pageparts.h"
#include "ui/services/text.h"
#include "widgets/common/icons.h"
#include "widgets/plot/plotview.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableWidget>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr int kBins = 24;
constexpr int kDefaultSamples = 200;
constexpr int kWorkers = 2;
} // namespace

SizingRobustPane::SizingRobustPane(JobService& jobs, QWidget* parent)
    : QWidget(parent)
    , m_jobs(jobs)
    , m_corners(new QPushButton(widgets::themedIcon(u"simulate"_s), tr("Simulate corners")))
    , m_scatter(new QPushButton(widgets::themedIcon(u"simulate"_s), tr("Simulate samples")))
    , m_table(new QTableWidget)
    , m_cornerNote(new QLabel)
    , m_count(spinField(tr("Samples"), 2, 100000, kDefaultSamples))
    , m_seed(spinField(tr("Seed of the samples"), 0, 1000000, 1))
    , m_measure(choiceField(tr("Measurement of the histogram")))
    , m_histogram(new widgets::PlotView(tr("Scatter")))
    , m_yield(new QLabel) {
    auto* tabs = new QTabWidget;
    tabs->setDocumentMode(true);
    auto* corners = new QWidget;
    auto* column = new QVBoxLayout(corners);
    auto* head = new QHBoxLayout;
    head->addWidget(m_corners);
    m_cornerNote->setWordWrap(true);
    head->addWidget(m_cornerNote, 1);
    auto* tableActions = new widgets::ExportActions(
        [this] { return tableRenderable(m_table, tr("corners")); }, m_table);
    head->addWidget(tableActions->button(tr("Export the table")));
    column->addLayout(head);
    styleTable(m_table, tr("Corners"));
    column->addWidget(m_table, 1);
    tabs->addTab(corners, tr("Corners"));

    auto* scatter = new QWidget;
    auto* rows = new QVBoxLayout(scatter);
    auto* form = new QHBoxLayout;
    for (const auto& [text, box] :
         {std::pair{tr("Samples"), m_count}, std::pair{tr("Seed"), m_seed}}) {
        auto* label = new QLabel(text);
        label->setBuddy(box);
        form->addWidget(label);
        form->addWidget(box);
    }
    form->addWidget(m_scatter);
    form->addStretch(1);
    auto* actions =
        new widgets::ExportActions([this] { return m_histogram->renderable(); }, m_histogram);
    form->addWidget(actions->button(tr("Export this plot")));
    rows->addLayout(form);
    m_yield->setWordWrap(true);
    m_yield->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* what = new QHBoxLayout;
    what->addWidget(m_measure);
    what->addWidget(m_yield, 1);
    rows->addLayout(what);
    m_histogram->setEmptyText(tr("How the measurement scatters, with the limits of its spec."));
    rows->addWidget(m_histogram, 1);
    tabs->addTab(scatter, tr("Monte-Carlo"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(tabs);
    connect(m_corners, &QPushButton::clicked, this, &SizingRobustPane::simulateCorners);
    connect(m_scatter, &QPushButton::clicked, this, &SizingRobustPane::simulateScatter);
    connect(m_measure, &QComboBox::currentIndexChanged, this, &SizingRobustPane::showScatter);
    showState();
}

std::shared_ptr<sim::SimulatorPool> SizingRobustPane::pool() {
    if (!m_pool) {
        sim::PoolOptions options;
        options.workers = kWorkers;
        m_pool = std::make_shared<sim::SimulatorPool>(options);
    }
    return m_pool;
}

void SizingRobustPane::setDesign(const std::optional<optimize::Problem>& problem,
                                 const optimize::Design& design) {
    if (problem && m_whole && design == m_design &&
        problem->specs.size() == m_whole->specs.size() &&
        problem->corners.size() == m_whole->corners.size())
        return;
    ++m_generation;
    m_jobs.abandon(u"sizing-corners"_s);
    m_jobs.abandon(u"sizing-scatter"_s);
    m_cornerJob = m_scatterJob = 0;
    m_cornerReport.reset();
    m_scatterReport.reset();
    m_whole = problem;
    m_problem.reset();
    if (problem)
        m_problem = problem->asDrawn();
    m_design = design;
    m_measure->clear();
    for (std::size_t m = 0; m_problem && m < m_problem->measures.size(); ++m)
        m_measure->addItem(qs(m_problem->measures[m].name));
    showCorners();
    showScatter();
    showState();
}

void SizingRobustPane::simulateCorners() {
    if (!m_whole || m_design.empty())
        return;
    const JobSpec spec{tr("Simulating corners"), Pool::Cpu, u"sizing-corners"_s, 5, false};
    m_cornerJob = m_jobs.start<optimize::CornerReport>(
        spec,
        [problem = *m_whole, design = m_design, pool = pool()](StopToken stop,
                                                               ProgressSink& progress) {
            return optimize::evaluateCorners(problem, design, pool, optimize::defaultCacheFile(),
                                             stop, progress);
        },
        this,
        [this, generation = m_generation](Expected<optimize::CornerReport> report) {
            if (generation != m_generation)
                return;
            m_cornerJob = 0;
            if (report)
                m_cornerReport = std::move(*report);
            else if (report.error().code != "UI-002")
                emit failed(report.error());
            showCorners();
            showState();
        });
    showState();
}

void SizingRobustPane::simulateScatter() {
    if (!m_whole || m_design.empty())
        return;
    const JobSpec spec{tr("Simulating samples"), Pool::Cpu, u"sizing-scatter"_s, 5, false};
    m_scatterJob = m_jobs.start<optimize::MonteCarloReport>(
        spec,
        [problem = *m_whole, design = m_design, pool = pool(),
         count = static_cast<std::size_t>(m_count->value()),
         seed = static_cast<std::uint64_t>(m_seed->value())](StopToken stop,
                                                             ProgressSink& progress) {
            return optimize::monteCarlo(problem, design, count, seed, pool, stop, progress);
        },
        this,
        [this, generation = m_generation](Expected<optimize::MonteCarloReport> report) {
            if (generation != m_generation)
                return;
            m_scatterJob = 0;
            if (report)
                m_scatterReport = std::move(*report);
            else if (report.error().code != "UI-002")
                emit failed(report.error());
            showScatter();
            showState();
        });
    showState();
}

void SizingRobustPane::showCorners() {
    m_table->clear();
    m_table->setRowCount(0);
    m_table->setColumnCount(0);
    if (!m_cornerReport || !m_problem)
        return;
    QStringList headers{tr("Corner"), tr("Specs")};
    for (const auto& m : m_problem->measures)
        headers << qs(m.name);
    m_table->setColumnCount(static_cast<int>(headers.size()));
    m_table->setHorizontalHeaderLabels(headers);
    for (const optimize::ConditionResult& corner : m_cornerReport->corners) {
        const int row = m_table->rowCount();
        m_table->insertRow(row);
        m_table->setItem(row, 0, tableCell(qs(corner.name), false));
        auto* state = tableCell(!corner.evaluation.valid ? tr("not simulated")
                                : corner.pass            ? tr("pass")
                                                         : tr("fail"),
                                false);
        state->setIcon(widgets::themedIcon(corner.pass ? u"ok"_s : u"error"_s));
        state->setToolTip(qs(corner.evaluation.failure));
        m_table->setItem(row, 1, state);
        for (std::size_t m = 0; m < m_problem->measures.size(); ++m) {
            const bool known = corner.evaluation.valid && m < corner.evaluation.values.size();
            auto* cell = tableCell(known ? qs(optimize::formatMeasure(m_problem->measures[m],
                                                                      corner.evaluation.values[m]))
                                         : QString(),
                                   true);
            for (std::size_t s = 0; known && s < m_problem->specs.size(); ++s) {
                if (m_problem->measureOf[s] != m || s >= corner.holds.size())
                    continue;
                if (!corner.holds[s]) {
                    cell->setIcon(widgets::themedIcon(u"error"_s));
                    cell->setToolTip(tr("Misses its spec here"));
                }
            }
            m_table->setItem(row, static_cast<int>(m) + 2, cell);
        }
    }
    m_table->resizeColumnsToContents();
}

void SizingRobustPane::showScatter() {
    const int measure = m_measure->currentIndex();
    if (!m_scatterReport || !m_problem || measure < 0) {
        m_histogram->setBars({});
        m_histogram->setSeries({});
        m_yield->clear();
        return;
    }
    const optimize::MonteCarloReport& report = *m_scatterReport;
    const auto at = static_cast<std::size_t>(measure);
    const optimize::Measure& m = m_problem->measures[at];
    std::vector<double> values;
    for (const auto& sample : report.samples) {
        if (sample.evaluation.valid && at < sample.evaluation.values.size() &&
            std::isfinite(sample.evaluation.values[at]))
            values.push_back(sample.evaluation.values[at]);
    }
    const auto share = [](const optimize::Share& s) {
        return tr("%1 % (95 %: %2 to %3 %)")
            .arg(100 * s.rate, 0, 'f', 1)
            .arg(100 * s.low, 0, 'f', 1)
            .arg(100 * s.high, 0, 'f', 1);
    };
    QStringList lines{
        tr("Yield of %n sample(s): %1.", nullptr, static_cast<int>(report.samples.size()))
            .arg(share(report.yield))};
    if (report.failed > 0)
        lines << tr("%1 could not be simulated and count as missing.").arg(report.failed);
    if (at < report.measures.size()) {
        const auto& s = report.measures[at];
        lines << tr("%1: mean %2, sigma %3, 5 to 95 %: %4 to %5.")
                     .arg(qs(m.name), qs(optimize::formatMeasure(m, s.mean)),
                          qs(optimize::formatMeasure(m, s.sigma)),
                          qs(optimize::formatMeasure(m, s.percentile5)),
                          qs(optimize::formatMeasure(m, s.percentile95)));
    }
    QVector<widgets::PlotSeries> limits;
    widgets::PlotBars bars;
    bars.name = qs(m.name);
    double tallest = 1;
    if (!values.empty()) {
        auto [low, high] = std::minmax_element(values.begin(), values.end());
        const double from = *low, width = *high > *low ? (*high - *low) / kBins : 1;
        bars.counts.fill(0, *high > *low ? kBins : 1);
        for (int i = 0; i <= bars.counts.size(); ++i)
            bars.edges << from + width * i;
        for (const double v : values)
            ++bars.counts[std::min<qsizetype>(static_cast<qsizetype>((v - from) / width),
                                              bars.counts.size() - 1)];
        tallest = *std::max_element(bars.counts.begin(), bars.counts.end());
    }
    for (std::size_t s = 0; s < m_problem->specs.size(); ++s) {
        if (m_problem->measureOf[s] != at)
            continue;
        if (s < report.specs.size())
            lines << tr("Its spec holds in %1.").arg(share(report.specs[s]));
        for (const auto& [limit, name] : {std::pair{m_problem->specs[s].min, tr("min")},
                                          std::pair{m_problem->specs[s].max, tr("max")}}) {
            if (!limit)
                continue;
            widgets::PlotSeries line;
            line.name = name;
            line.x = {*limit, *limit};
            line.y = {0, tallest};
            line.dashed = true;
            limits << line;
        }
    }
    m_yield->setText(lines.join(u' '));
    m_histogram->setAxes(m.unit.empty() ? qs(m.name) : qs(m.name + ", " + m.unit), tr("samples"));
    m_histogram->setSeries(limits);
    m_histogram->setBars(values.empty() ? QVector<widgets::PlotBars>()
                                        : QVector<widgets::PlotBars>{bars});
}

void SizingRobustPane::showState() {
    const bool any = m_whole && !m_design.empty();
    const bool corners = any && !m_whole->corners.empty();
    const bool scatter = any && !m_whole->monteCarlo.spreads.empty();
    m_corners->setEnabled(corners && m_cornerJob == 0);
    m_scatter->setEnabled(scatter && m_scatterJob == 0);
    m_measure->setEnabled(m_scatterReport.has_value());
    if (m_cornerJob != 0)
        m_cornerNote->setText(tr("Simulating the corners."));
    else if (any && !corners)
        m_cornerNote->setText(
            tr("The project declares no corners: add rows to its Corners table."));
    else if (m_cornerReport)
        m_cornerNote->setText(m_cornerReport->pass
                                  ? tr("Every spec holds wherever it is asked for.")
                                  : tr("Some specs do not hold everywhere."));
    else
        m_cornerNote->clear();
    if (m_scatterJob != 0)
        m_yield->setText(tr("Simulating the samples."));
    else if (any && !scatter)
        m_yield->setText(tr("The project declares no scatter: add monte_carlo to project.yaml "
                            "(docs/sizing.md)."));
    else if (!m_scatterReport)
        m_yield->clear();
}

} // namespace ohm::ui
