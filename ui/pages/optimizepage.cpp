// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/optimizepage.h"

#include "core/base/files.h"
#include "core/base/units.h"
#include "core/optimize/measure.h"
#include "core/project/installation.h"
#include "core/project/project.h"
#include "core/runs/sizingrun.h"
#include "ui/pages/pageparts.h"
#include "ui/services/text.h"
#include "widgets/common/icons.h"
#include "widgets/common/messagebar.h"
#include "widgets/plot/plotview.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QCryptographicHash>
#include <QDir>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QSplitter>
#include <QStandardPaths>
#include <QTabWidget>
#include <QTableWidget>

#include <algorithm>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t kShownDesigns = 100;
constexpr double kNear = 0.1; ///< a penalty up to here is "near"

QTableWidget* table(const QString& name, const QStringList& headers) {
    auto* t = new QTableWidget(0, static_cast<int>(headers.size()));
    t->setHorizontalHeaderLabels(headers);
    t->setAccessibleName(name);
    t->verticalHeader()->hide();
    t->horizontalHeader()->setStretchLastSection(true);
    t->setSelectionBehavior(QAbstractItemView::SelectRows);
    t->setSelectionMode(QAbstractItemView::SingleSelection);
    t->setAlternatingRowColors(true);
    return t;
}

QTableWidgetItem* fixedItem(const QString& text) {
    auto* item = new QTableWidgetItem(text);
    item->setFlags(item->flags() & ~Qt::ItemIsEditable);
    return item;
}

widgets::PlotView* plot(const QString& name, const QString& x, const QString& y,
                        const QString& empty) {
    auto* view = new widgets::PlotView(name);
    view->setAxes(x, y);
    view->setEmptyText(empty);
    return view;
}

} // namespace

OptimizePage::OptimizePage(JobService& jobs, QWidget* parent)
    : QWidget(parent)
    , m_jobs(jobs)
    , m_bar(new widgets::MessageBar(this)) {
    setObjectName(u"optimizePage"_s);
    auto* side = buildSetup();
    framePage(this, m_bar, side, buildResults());
    m_timer.setInterval(100);
    connect(&m_timer, &QTimer::timeout, this, &OptimizePage::takeUp);
    showStatus();
}

QWidget* OptimizePage::buildSetup() {
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    m_title = new QLabel(tr("Open a project with benches and specs."));
    m_title->setWordWrap(true);
    column->addWidget(m_title);
    m_demo = new QPushButton(tr("Open the op-amp demo"));
    m_demo->setAutoDefault(false);
    connect(m_demo, &QPushButton::clicked, this, [this] {
        emit openRequested(fromPath(project::dataFolder() / "projects" / "two-stage-opamp"));
    });
    column->addWidget(m_demo);
    column->addWidget(new QLabel(tr("What may vary")));
    m_variables =
        table(tr("Parameters"), {tr("Name"), tr("Min"), tr("Max"), tr("Step"), tr("Unit")});
    column->addWidget(m_variables, 2);
    column->addWidget(new QLabel(tr("What must hold")));
    m_specs = table(tr("Specs"), {tr("Name"), tr("Min"), tr("Max"), tr("Weight"), tr("Best 20")});
    column->addWidget(m_specs, 2);
    for (QTableWidget* t : {m_variables, m_specs}) // all columns in sight, evenly
        t->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    auto* form = new QFormLayout;
    m_algorithm = new QComboBox;
    m_algorithm->setAccessibleName(tr("Algorithm"));
    for (const std::string& name : optimize::algorithmNames())
        m_algorithm->addItem(qs(optimize::algorithmTitle(name)), qs(name));
    m_algorithm->setCurrentIndex(m_algorithm->findData(u"bagnet-fc"_s));
    form->addRow(tr("Algorithm"), m_algorithm);
    m_budget = new QSpinBox;
    m_budget->setRange(20, 1000000);
    m_budget->setValue(2000);
    m_budget->setAccessibleName(tr("Most simulated designs"));
    form->addRow(tr("Most designs"), m_budget);
    m_seed = new QSpinBox;
    m_seed->setRange(0, 1000000);
    m_seed->setAccessibleName(tr("Seed"));
    form->addRow(tr("Seed"), m_seed);
    column->addLayout(form);
    auto* buttons = new QHBoxLayout;
    m_start = new QPushButton(tr("Start"));
    m_pause = new QPushButton(tr("Pause"));
    m_stop = new QPushButton(tr("Stop"));
    for (QPushButton* button : {m_start, m_pause, m_stop})
        buttons->addWidget(button);
    column->addLayout(buttons);
    m_status = new QLabel;
    m_status->setWordWrap(true);
    column->addWidget(m_status);
    connect(m_start, &QPushButton::clicked, this, &OptimizePage::start);
    connect(m_pause, &QPushButton::clicked, this, [this] {
        m_paused = !m_paused;
        m_jobs.setPaused(m_job, m_paused);
        showStatus();
    });
    connect(m_stop, &QPushButton::clicked, this, [this] { m_jobs.stop(m_job); });
    connect(m_algorithm, &QComboBox::currentIndexChanged, this, &OptimizePage::showStatus);
    connect(m_seed, &QSpinBox::valueChanged, this, &OptimizePage::showStatus);
    return content;
}

QWidget* OptimizePage::buildResults() {
    auto* splitter = new QSplitter(Qt::Vertical);
    auto* tabs = new QTabWidget;
    m_cost = plot(tr("Cost"), tr("simulated designs"), tr("mean cost of the best 20"),
                  tr("The cost falls here once a sizing runs."));
    m_met = plot(tr("Specs met"), tr("simulated designs"), tr("of the best 20"),
                 tr("How many of the best 20 designs meet each spec."));
    auto* scatter = new QWidget;
    auto* scatterColumn = new QVBoxLayout(scatter);
    auto* axes = new QHBoxLayout;
    m_scatterX = new QComboBox;
    m_scatterX->setAccessibleName(tr("Horizontal axis"));
    m_scatterY = new QComboBox;
    m_scatterY->setAccessibleName(tr("Vertical axis"));
    axes->addWidget(m_scatterX);
    axes->addWidget(m_scatterY);
    axes->addStretch(1);
    scatterColumn->addLayout(axes);
    m_scatter = plot(tr("Trade-off"), {}, {}, tr("Designs against two measurements."));
    scatterColumn->addWidget(m_scatter, 1);
    tabs->addTab(m_cost, tr("Cost"));
    tabs->addTab(m_met, tr("Specs"));
    tabs->addTab(scatter, tr("Trade-off"));
    splitter->addWidget(tabs);
    auto* lower = new QWidget;
    auto* column = new QVBoxLayout(lower);
    m_designs = table(tr("Designs"), {});
    m_designs->setEditTriggers(QAbstractItemView::NoEditTriggers);
    column->addWidget(m_designs, 1);
    m_netlist = new QPushButton(tr("Open as netlist"));
    m_netlist->setToolTip(
        tr("Writes the chosen design as a netlist beside the session and opens it."));
    column->addWidget(m_netlist, 0, Qt::AlignLeft);
    splitter->addWidget(lower);
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 1);
    for (QComboBox* box : {m_scatterX, m_scatterY})
        connect(box, &QComboBox::currentIndexChanged, this, &OptimizePage::showScatter);
    connect(m_netlist, &QPushButton::clicked, this, &OptimizePage::sendToNetlist);
    connect(m_designs, &QTableWidget::itemSelectionChanged, this, &OptimizePage::showStatus);
    return splitter;
}

void OptimizePage::openProject(const QString& path) {
    if (isRunning() || path == m_path)
        return;
    m_path = path;
    m_hasProblem = false;
    m_members.clear();
    m_runs.clear();
    const auto project = project::readProject(toPath(path));
    if (project) {
        auto problem = optimize::problemOf(*project);
        if (problem) {
            m_problem = std::move(*problem);
            m_hasProblem = true;
            m_bar->hide();
        } else {
            m_title->setText(qs(problem.error().text));
            if (problem.error().code != "OPT-001" && problem.error().code != "OPT-003")
                m_bar->showError(problem.error()); // it tried to be one
        }
    }
    showProblem();
}

void OptimizePage::showProblem() {
    m_demo->setVisible(!m_hasProblem);
    m_filling = true;
    m_variables->setRowCount(0);
    m_specs->setRowCount(0);
    m_scatterX->clear();
    m_scatterY->clear();
    if (m_hasProblem) {
        m_title->setText(qs(m_problem.name));
        for (const optimize::Variable& v : m_problem.variables) {
            const int row = m_variables->rowCount();
            m_variables->insertRow(row);
            m_variables->setItem(row, 0, fixedItem(qs(v.name)));
            m_variables->setItem(row, 1, new QTableWidgetItem(qs(formatSpice(v.low))));
            m_variables->setItem(row, 2, new QTableWidgetItem(qs(formatSpice(v.high))));
            m_variables->setItem(row, 3, new QTableWidgetItem(qs(formatSpice(v.step))));
            m_variables->setItem(row, 4, fixedItem(qs(v.unit)));
        }
        for (const optimize::Spec& s : m_problem.specs) {
            const int row = m_specs->rowCount();
            m_specs->insertRow(row);
            const auto limit = [](const std::optional<double>& value) {
                return new QTableWidgetItem(value ? qs(formatSpice(*value)) : QString());
            };
            m_specs->setItem(row, 0, fixedItem(qs(s.name)));
            m_specs->setItem(row, 1, limit(s.min));
            m_specs->setItem(row, 2, limit(s.max));
            m_specs->setItem(row, 3, new QTableWidgetItem(qs(formatSpice(s.weight))));
            m_specs->setItem(row, 4, fixedItem({}));
        }
        for (const optimize::Measure& m : m_problem.measures) {
            const QString text = m.unit.empty() ? qs(m.name) : qs(m.name + " (" + m.unit + ")");
            m_scatterX->addItem(text);
            m_scatterY->addItem(text);
        }
        m_scatterY->setCurrentIndex(std::min(1, m_scatterY->count() - 1));
    }
    m_filling = false;
    showPlots();
    showDesigns();
    showStatus();
}

bool OptimizePage::readTables() {
    optimize::Problem changed = m_problem;
    const auto complain = [this](const QString& name, const QString& why) {
        m_bar->showMessage(widgets::MessageBar::Kind::Error, tr("%1: %2").arg(name, why));
        return false;
    };
    const auto number = [](QTableWidget* t, int row, int column) {
        return parseSi(ss(t->item(row, column)->text().trimmed()));
    };
    for (std::size_t v = 0; v < changed.variables.size(); ++v) {
        optimize::Variable& variable = changed.variables[v];
        const int row = static_cast<int>(v);
        const auto low = number(m_variables, row, 1);
        const auto high = number(m_variables, row, 2);
        const auto step = number(m_variables, row, 3);
        if (!low || !high || !step)
            return complain(qs(variable.name), tr("min, max and step must be numbers, e.g. 10u"));
        if (!(*low <= *high) || *step < 0 || (variable.logarithmic && *low <= 0))
            return complain(qs(variable.name), tr("this range makes no sense"));
        variable.low = *low;
        variable.high = *high;
        variable.step = *step;
    }
    if (std::all_of(changed.variables.begin(), changed.variables.end(),
                    [](const auto& v) { return v.count() < 2; }))
        return complain(tr("What may vary"), tr("nothing varies, so there is nothing to search"));
    for (std::size_t s = 0; s < changed.specs.size(); ++s) {
        optimize::Spec& spec = changed.specs[s];
        const int row = static_cast<int>(s);
        const auto limit = [&](int column, std::optional<double>& out) {
            const bool empty = m_specs->item(row, column)->text().trimmed().isEmpty();
            out = empty ? std::nullopt : number(m_specs, row, column);
            return empty || out.has_value();
        };
        const auto weight = number(m_specs, row, 3);
        if (!limit(1, spec.min) || !limit(2, spec.max) || !weight || !(*weight > 0))
            return complain(qs(spec.name), tr("limits and weight must be numbers, e.g. 10meg"));
        if (!spec.min && !spec.max)
            return complain(qs(spec.name), tr("it needs a min or a max"));
        if (spec.min && spec.max && *spec.min > *spec.max)
            return complain(qs(spec.name), tr("its min is above its max, so nothing can meet it"));
        spec.weight = *weight;
    }
    m_problem = std::move(changed);
    return true;
}

QString OptimizePage::sessionFolder() const {
    QString root = qEnvironmentVariable("OHMSCAPE_SIZINGS");
    if (root.isEmpty())
        root = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) +
               u"/ohmscape/sizings"_s;
    // Projects of one name in several folders keep apart.
    const QByteArray place = QCryptographicHash::hash(
        QByteArray::fromStdString(m_problem.folder.string()), QCryptographicHash::Sha1);
    return root + u'/' + fromPath(m_problem.folder.filename()) + u'-' +
           QString::fromLatin1(place.toHex().left(8)) + u'/' +
           m_algorithm->currentData().toString() + u"-seed"_s + QString::number(m_seed->value());
}

void OptimizePage::start() {
    if (!m_hasProblem || isRunning() || !readTables())
        return;
    m_bar->hide();
    optimize::SessionOptions options;
    options.algorithm.name = ss(m_algorithm->currentData().toString());
    options.algorithm.seed = static_cast<std::uint64_t>(m_seed->value());
    options.mostSims = static_cast<std::size_t>(m_budget->value());
    m_feed = std::make_shared<Feed>();
    m_runs.push_back({m_algorithm->currentText() + tr(", seed %1").arg(m_seed->value()), {}});
    m_members.clear();
    m_paused = false;
    const auto feed = m_feed;
    const auto folder = toPath(sessionFolder());
    const JobSpec spec{tr("Sizing %1").arg(qs(m_problem.name)), Pool::Train, {}, 0, false};
    m_job = m_jobs.start<optimize::Ending>(
        spec,
        [problem = m_problem, options, feed, folder, project = toPath(m_path)](
            StopToken stop, ProgressSink& progress) -> Expected<optimize::Ending> {
            auto session = optimize::Session::open(problem, options, folder,
                                                   std::make_shared<sim::SimulatorPool>(),
                                                   optimize::defaultCacheFile());
            if (!session)
                return session.failure();
            const auto tell = [&] {
                const std::lock_guard lock(feed->mutex);
                feed->history = (*session)->history();
                feed->members = (*session)->population().members;
                feed->fresh = true;
            };
            if ((*session)->resumedIterations() > 0)
                tell();
            runs::SizingRecorder recorder(folder, project, "the Optimize page of ohmscape");
            recorder.update(**session);
            auto ending = (*session)->run(
                [&](const optimize::IterationReport& r) {
                    tell();
                    progress.report(static_cast<double>(r.sims) /
                                        static_cast<double>(options.mostSims),
                                    std::to_string(r.sims) + " designs");
                    recorder.update(**session);
                },
                stop);
            if (ending)
                recorder.finish(**session, *ending);
            return ending;
        },
        this, [this](Expected<optimize::Ending> ending) { ended(ending); });
    m_timer.start();
    showStatus();
}

void OptimizePage::ended(const Expected<optimize::Ending>& ending) {
    m_job = 0;
    m_paused = false;
    m_timer.stop();
    takeUp();
    if (ending)
        m_bar->showMessage(*ending == optimize::Ending::Converged
                               ? widgets::MessageBar::Kind::Success
                               : widgets::MessageBar::Kind::Note,
                           tr("Ended: %1.").arg(qs(optimize::endingText(*ending))));
    else if (ending.error().code == "UI-002")
        m_bar->showMessage(widgets::MessageBar::Kind::Note,
                           tr("Stopped. Start goes on where it was."));
    else
        m_bar->showError(ending.error());
    showStatus();
}

void OptimizePage::takeUp() {
    if (!m_feed || m_runs.isEmpty())
        return;
    {
        const std::lock_guard lock(m_feed->mutex);
        if (!m_feed->fresh)
            return;
        m_feed->fresh = false;
        m_runs.last().history = m_feed->history;
        m_members = m_feed->members;
    }
    showPlots();
    showDesigns();
    showStatus();
}

void OptimizePage::showPlots() {
    QVector<widgets::PlotSeries> costs;
    for (const Run& run : m_runs) {
        widgets::PlotSeries series;
        series.name = run.name;
        for (const auto& r : run.history) {
            series.x << static_cast<double>(r.sims);
            series.y << r.meanCost;
        }
        costs << series;
    }
    m_cost->setSeries(costs);
    QVector<widgets::PlotSeries> met;
    for (std::size_t s = 0; !m_runs.isEmpty() && s < m_problem.specs.size(); ++s) {
        widgets::PlotSeries series;
        series.name = qs(m_problem.specs[s].name);
        for (const auto& r : m_runs.last().history) {
            series.x << static_cast<double>(r.sims);
            series.y << static_cast<double>(r.meeting[s]);
        }
        met << series;
        if (!m_runs.last().history.empty())
            m_specs->item(static_cast<int>(s), 4)
                ->setText(tr("%1 met").arg(m_runs.last().history.back().meeting[s]));
    }
    m_met->setSeries(met);
    showScatter();
}

/// Designs that meet every spec and those that do not, and the best trade-offs of the two axes.
void OptimizePage::showScatter() {
    const int x = m_scatterX->currentIndex();
    const int y = m_scatterY->currentIndex();
    if (m_filling || x < 0 || y < 0)
        return;
    const auto& measures = m_problem.measures;
    m_scatter->setAxes(m_scatterX->currentText(), m_scatterY->currentText());
    // One line per class would join its points: each point is drawn by a gap after it.
    widgets::PlotSeries good, bad, front;
    good.name = tr("meets every spec");
    bad.name = tr("misses some");
    front.name = tr("best trade-offs");
    good.markers = bad.markers = front.markers = true;
    const auto add = [](widgets::PlotSeries& series, double px, double py) {
        series.x << px << px;
        series.y << py << std::nan("");
    };
    const auto wanted = [&](int axis, double value) { // the greater the better
        for (std::size_t s = 0; s < m_problem.specs.size(); ++s) {
            if (m_problem.measureOf[s] == static_cast<std::size_t>(axis))
                return m_problem.specs[s].maxType() ? -value : value;
        }
        return value;
    };
    std::vector<std::pair<double, double>> points;
    for (const optimize::Member& m : m_members) {
        const double px = m.values[static_cast<std::size_t>(x)];
        const double py = m.values[static_cast<std::size_t>(y)];
        add(m.cost == 0 ? good : bad, px, py);
        points.emplace_back(px, py);
    }
    std::sort(points.begin(), points.end(), [&](const auto& a, const auto& b) {
        return wanted(x, a.first) > wanted(x, b.first);
    });
    double best = -INFINITY;
    for (const auto& [px, py] : points) {
        if (wanted(y, py) > best) {
            best = wanted(y, py);
            front.x << px;
            front.y << py;
        }
    }
    m_scatter->setSeries(measures.empty() || m_members.empty()
                             ? QVector<widgets::PlotSeries>()
                             : QVector<widgets::PlotSeries>{bad, good, front});
}

void OptimizePage::showDesigns() {
    QStringList headers{tr("Cost"), tr("Specs")};
    for (const auto& m : m_problem.measures)
        headers << qs(m.name);
    for (const auto& v : m_problem.variables)
        headers << qs(v.name);
    if (!m_hasProblem)
        headers.clear();
    optimize::Population population;
    population.members = m_members;
    auto order = population.byCost();
    order.resize(std::min(order.size(), kShownDesigns));
    const QVector<std::size_t> rows(order.begin(), order.end());
    if (rows == m_rows && m_designs->columnCount() == headers.size() &&
        m_designs->rowCount() == rows.size())
        return;
    m_rows = rows;
    m_designs->setUpdatesEnabled(false);
    m_designs->setColumnCount(static_cast<int>(headers.size()));
    m_designs->setHorizontalHeaderLabels(headers);
    m_designs->setRowCount(static_cast<int>(rows.size()));
    for (int row = 0; row < rows.size(); ++row) {
        const optimize::Member& m = m_members[rows[row]];
        m_designs->setItem(row, 0, fixedItem(QString::number(m.cost, 'g', 4)));
        const double worst = *std::max_element(m.penalties.begin(), m.penalties.end());
        auto* state = fixedItem(worst == 0 ? tr("pass") : worst <= kNear ? tr("near") : tr("fail"));
        state->setIcon(widgets::themedIcon(worst == 0       ? u"ok"_s
                                           : worst <= kNear ? u"warning"_s
                                                            : u"error"_s));
        m_designs->setItem(row, 1, state);
        int column = 2;
        for (std::size_t i = 0; i < m_problem.measures.size(); ++i)
            m_designs->setItem(
                row, column++,
                fixedItem(qs(optimize::formatMeasure(m_problem.measures[i], m.values[i]))));
        for (std::size_t v = 0; v < m_problem.variables.size(); ++v)
            m_designs->setItem(row, column++,
                               fixedItem(qs(formatSi(m_problem.variables[v].value(m.design[v]),
                                                     m_problem.variables[v].unit))));
    }
    m_designs->setUpdatesEnabled(true);
}

void OptimizePage::showStatus() {
    const bool running = isRunning();
    const bool goesOn = m_hasProblem && QDir(sessionFolder()).exists();
    m_start->setText(goesOn ? tr("Go on") : tr("Start"));
    m_start->setEnabled(m_hasProblem && !running);
    m_pause->setEnabled(running);
    m_pause->setText(m_paused ? tr("Resume") : tr("Pause"));
    m_stop->setEnabled(running);
    for (QWidget* w :
         std::initializer_list<QWidget*>{m_variables, m_specs, m_algorithm, m_budget, m_seed})
        w->setEnabled(m_hasProblem && !running);
    m_netlist->setEnabled(m_designs->currentRow() >= 0 || !m_rows.isEmpty());
    QString text;
    if (!m_runs.isEmpty() && !m_runs.last().history.empty()) {
        const auto& r = m_runs.last().history.back();
        text =
            tr("%1 designs simulated (%2 failed), %3 judged, %4 meet every spec; mean cost of the "
               "best 20 %5; %6 s.")
                .arg(r.sims)
                .arg(r.failures)
                .arg(r.queries)
                .arg(r.meetingAll)
                .arg(r.meanCost, 0, 'g', 4)
                .arg(r.seconds, 0, 'f', 1);
        if (r.accuracy >= 0)
            text += u' ' + tr("The judge is right in %1 %, %2 % pass.")
                               .arg(100 * r.accuracy, 0, 'f', 0)
                               .arg(100 * r.acceptance, 0, 'f', 1);
    } else if (running) {
        text = tr("Simulating the first designs");
    }
    m_status->setText(text);
}

void OptimizePage::sendToNetlist() {
    const int row = std::max(0, m_designs->currentRow());
    if (row >= m_rows.size())
        return;
    const auto netlist = optimize::designNetlist(m_problem, m_members[m_rows[row]].design);
    if (!netlist)
        return m_bar->showError(netlist.error());
    const QString path = sessionFolder() + u"/design-"_s + QString::number(m_rows[row]) + u".cir"_s;
    if (const auto written = writeFileAtomically(toPath(path), *netlist); !written)
        return m_bar->showError(written.error());
    emit openRequested(path);
}

} // namespace ohm::ui
