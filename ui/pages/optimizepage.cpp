// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/optimizepage.h"

#include "core/base/files.h"
#include "core/base/units.h"
#include "core/optimize/check.h"
#include "core/optimize/measure.h"
#include "core/project/installation.h"
#include "ui/models/designtable.h"
#include "ui/pages/pageparts.h"
#include "ui/pages/sizingdesignspane.h"
#include "ui/pages/sizinginspectpane.h"
#include "ui/pages/sizingjudgepane.h"
#include "ui/pages/sizingprogresspane.h"
#include "ui/pages/sizingrobustpane.h"
#include "ui/pages/sizingrunpane.h"
#include "ui/pages/sizingsetuppane.h"
#include "ui/services/text.h"
#include "widgets/common/messagebar.h"

#include <QBoxLayout>
#include <QClipboard>
#include <QDir>
#include <QGuiApplication>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QTabWidget>
#include <QTableView>

#include <utility>

namespace ohm::ui {

using namespace Qt::StringLiterals;
using Kind = widgets::MessageBar::Kind;

namespace {
constexpr std::size_t kAround = 50; ///< first designs near the chosen one; as many are random
constexpr int kCheckMs = 500;
constexpr double kSpread = 0.08; ///< of each grid
} // namespace

OptimizePage::OptimizePage(JobService& jobs, QWidget* parent)
    : QWidget(parent)
    , m_jobs(jobs)
    , m_runs(jobs)
    , m_inspection(jobs)
    , m_bar(new widgets::MessageBar(this))
    , m_setupPane(new SizingSetupPane(m_setup, this))
    , m_runPane(new SizingRunPane(m_runs, this))
    , m_progress(new SizingProgressPane(m_runs, this))
    , m_designs(new SizingDesignsPane(jobs, m_runs, this))
    , m_inspect(new SizingInspectPane(jobs, m_inspection, this))
    , m_judge(new SizingJudgePane(m_runs, this))
    , m_tabs(new QTabWidget(this)) {
    setObjectName(u"optimizePage"_s);
    m_tabs->setDocumentMode(true);
    m_tabs->setMinimumWidth(fontMetrics().averageCharWidth() * 80); // tables and plots can shrink
    m_tabs->addTab(m_progress, tr("Progress"));
    m_tabs->addTab(m_designs, tr("Designs"));
    m_tabs->addTab(m_inspect, tr("Chosen design"));
    m_tabs->addTab(m_judge, tr("Judge"));
    framePage(this, m_bar, buildSide(), m_tabs);

    connect(&m_setup, &SizingSetup::checked, this, &OptimizePage::showSetup);
    connect(&m_setup, &SizingSetup::checked, this, &OptimizePage::undoChanged);
    connect(&m_setup, &SizingSetup::modifiedChanged, this, &OptimizePage::showSetup);
    connect(&m_setup, &SizingSetup::modifiedChanged, this, &OptimizePage::undoChanged);
    connect(m_setupPane, &SizingSetupPane::saveRequested, this, &OptimizePage::save);
    connect(m_setupPane, &SizingSetupPane::measureRequested, this, &OptimizePage::measureDrawn);
    connect(m_runPane, &SizingRunPane::startRequested, this, &OptimizePage::start);
    connect(m_runPane, &SizingRunPane::compareRequested, this, &OptimizePage::compare);
    connect(m_progress, &SizingProgressPane::goOnRequested, this, [this](int run) {
        m_bar->dismiss();
        m_runs.goOn(run, m_runPane->options());
    });
    connect(&m_runs, &SizingRuns::failed, this, [this](const Error& e) { m_bar->showError(e); });
    connect(&m_runs, &SizingRuns::ended, this, &OptimizePage::ended);
    connect(&m_runs, &SizingRuns::listChanged, this, [this] {
        m_setupPane->setRunning(m_runs.isRunning());
        emit undoChanged();
    });
    const auto notes = [this] { // of the best 20, beside each spec
        QHash<QString, QString> met;
        const SizingRun* run = m_runs.current();
        if (run && !run->history.empty() && m_runs.problem()) {
            const auto& r = run->history.back();
            for (std::size_t s = 0; s < m_runs.problem()->specs.size() && s < r.meeting.size(); ++s)
                met.insert(qs(m_runs.problem()->specs[s].name), tr("%1 met").arg(r.meeting[s]));
        }
        m_setupPane->model(SetupKind::Specs)->setNotes(met);
    };
    connect(&m_runs, &SizingRuns::updated, this, notes);
    connect(&m_runs, &SizingRuns::chosenChanged, this, notes);
    connect(&m_runs, &SizingRuns::chosenChanged, this, [this] {
        if (m_runs.chosen() < 0) // of another problem, perhaps
            m_inspection.clear();
    });
    connect(m_designs, &SizingDesignsPane::designChanged, this, &OptimizePage::showDesign);
    connect(m_designs, &SizingDesignsPane::netlistRequested, this, &OptimizePage::sendToNetlist);
    connect(m_designs, &SizingDesignsPane::copyRequested, this, &OptimizePage::copyValues);
    connect(m_designs, &SizingDesignsPane::restartRequested, this, &OptimizePage::restartFrom);
    connect(m_designs, &SizingDesignsPane::inspectRequested, this, &OptimizePage::inspect);
    connect(m_inspect, &SizingInspectPane::simulateRequested, this,
            [this] { inspect(m_designs->design()); });
    connect(m_inspect, &SizingInspectPane::schematicRequested, this, [this] {
        const optimize::Member* member = memberAt(m_designs->design());
        if (!member || !m_runs.problem())
            return;
        emit schematicRequested(m_runs.problem()->parameters(member->design),
                                tr("Design %1").arg(m_designs->design() + 1));
    });
    connect(m_inspect->robust(), &SizingRobustPane::failed, this,
            [this](const Error& error) { m_bar->showError(error); });
    connect(&m_inspection, &DesignInspection::failed, this,
            [this](const Error& error) { m_bar->showError(error); });
    connect(m_tabs, &QTabWidget::currentChanged, this, [this] { // looked at: worth simulating
        if (m_tabs->currentWidget() == m_inspect)
            inspect(m_designs->design());
    });
    m_checkLater.setSingleShot(true);
    m_checkLater.setInterval(kCheckMs);
    connect(&m_checkLater, &QTimer::timeout, this, &OptimizePage::checkCircuits);
    showSetup();
}

OptimizePage::~OptimizePage() {
    // Members that tell this page of changes go after it has forgotten its panes.
    m_setup.disconnect(this);
    m_runs.disconnect(this);
    m_inspection.disconnect(this);
}

QWidget* OptimizePage::buildSide() {
    auto* side = new QWidget;
    auto* column = new QVBoxLayout(side);
    m_title = new QLabel;
    m_title->setWordWrap(true);
    column->addWidget(m_title);
    m_demo = new QPushButton(tr("Open the op-amp demo"));
    m_demo->setAutoDefault(false);
    connect(m_demo, &QPushButton::clicked, this, [this] {
        emit openRequested(fromPath(project::dataFolder() / "projects" / "two-stage-opamp"));
    });
    column->addWidget(m_demo);
    column->addWidget(m_setupPane, 1);
    column->addWidget(m_runPane);
    side->setMinimumWidth(fontMetrics().averageCharWidth() * 54);
    return side;
}

void OptimizePage::openProject(const QString& path) {
    // A project by its folder or by its file, through links or not, is the same one.
    const auto fileOf = [](const QString& named) {
        const QString file = QFileInfo(named).isDir() ? named + u"/project.yaml"_s : named;
        const QString real = QFileInfo(file).canonicalFilePath();
        return real.isEmpty() ? file : real;
    };
    if (path == m_path || (!path.isEmpty() && fileOf(path) == fileOf(m_path)))
        return;
    if (m_setup.isModified()) {
        m_bar->showMessage(Kind::Warning,
                           tr("The set-up of %1 has unsaved changes. Save or undo them, then open "
                              "this page again for the other project.")
                               .arg(QFileInfo(m_path).dir().dirName()));
        return;
    }
    if (isRunning()) {
        m_bar->showMessage(Kind::Note, tr("A sizing of %1 is running. Stop it to size another "
                                          "project.")
                                           .arg(m_title->text()));
        return;
    }
    load(path);
}

void OptimizePage::load(const QString& path) {
    m_path = path;
    m_conflict = false;
    m_benchNotes.clear();
    m_jobs.stop(std::exchange(m_drawnJob, 0));
    m_setupPane->setMeasuring(false);
    m_drawn.clear();
    m_bar->dismiss();
    m_runs.clear();
    m_inspection.clear();
    if (const auto opened = m_setup.open(path); !opened)
        m_bar->showError(opened.error());
    m_designs->refresh();
}

/// The tables' problem is the sessions' problem as soon as it is whole.
void OptimizePage::showSetup() {
    const bool open = m_setup.isOpen();
    const auto& problem = m_setup.problem();
    const bool none = !open || (m_setup.error() && m_setup.error()->code == "OPT-001" &&
                                m_setup.rows(SetupKind::Benches).empty() && !m_setup.isModified());
    m_demo->setVisible(none);
    QString title =
        open ? qs(m_setup.project().name) : tr("Open a project with benches and specs.");
    if (m_setup.isModified())
        title += tr(" (not saved)");
    m_title->setText(title);
    if (problem) {
        m_runs.setProblem(*problem);
        const int design = m_designs->design();
        m_inspect->showDesign(m_runs.problem(), memberAt(design), design + 1);
    }
    showDrawn();
    m_runPane->setReady(problem.has_value());
    if (problem && !isRunning())
        m_checkLater.start();
    else
        m_checkLater.stop();
}

/// Names that the circuits do not have are told before Start, which would refuse them.
void OptimizePage::checkCircuits() {
    const auto& problem = m_setup.problem();
    if (!problem)
        return;
    const JobSpec spec{tr("Checking the set-up"), Pool::Cpu, u"sizing-check"_s, 0, true};
    m_jobs.start<Diagnostics>(
        spec,
        [problem = *problem](StopToken, ProgressSink&) -> Expected<Diagnostics> {
            if (const auto fine = optimize::checkProblem(problem); !fine)
                return fine.failure();
            return optimize::benchNotes(problem);
        },
        this,
        [this](Expected<Diagnostics> notes) {
            if (!notes) {
                if (notes.error().code == "UI-002")
                    return;
                m_bar->showError(notes.error());
                m_checkTold = true;
                return;
            }
            if (m_checkTold)
                m_bar->dismiss();
            m_checkTold = false;
            QStringList lines;
            for (const Diagnostic& note : *notes)
                lines << qs(toString(note));
            if (lines == m_benchNotes)
                return; // told already
            m_benchNotes = lines;
            if (m_bar->isVisible() && m_bar->text() == m_benchText)
                m_bar->dismiss(); // no longer so
            if (lines.isEmpty())
                return;
            const Diagnostic& first = notes->front();
            QString text =
                u"%1, %2: %3."_s.arg(fromPath(std::filesystem::path(first.file).filename()))
                    .arg(first.line > 0 ? tr("line %1").arg(first.line) : qs(first.object))
                    .arg(qs(first.text));
            if (lines.size() > 1)
                text += u' ' + tr("%n more like this", nullptr, static_cast<int>(lines.size()) - 1);
            m_bar->showMessage(Kind::Warning, text, lines.join(u'\n'));
            m_benchText = m_bar->text();
        });
}

namespace {
/// Everything but the specs, whose limits do not change what is measured.
std::vector<SizingSetup::Rows> measuredBy(const SizingSetup& setup) {
    return {setup.rows(SetupKind::Parameters), setup.rows(SetupKind::Measurements),
            setup.rows(SetupKind::Benches), setup.rows(SetupKind::Corners)};
}
} // namespace

/// Simulates the circuit with the parameters' own values, so that one sees what is missing.
void OptimizePage::measureDrawn() {
    const auto& problem = m_setup.problem();
    if (!problem)
        return;
    m_bar->dismiss();
    m_setupPane->setMeasuring(true);
    const JobSpec spec{tr("Measuring as drawn"), Pool::Cpu, u"sizing-drawn"_s, 0, true};
    m_drawnJob = m_jobs.start<std::vector<double>>(
        spec,
        [problem = *problem](StopToken stop, ProgressSink&) -> Expected<std::vector<double>> {
            if (const auto fine = optimize::checkProblem(problem); !fine)
                return fine.failure();
            optimize::Evaluator evaluator(problem, std::make_shared<sim::SimulatorPool>(),
                                          optimize::defaultCacheFile());
            const auto all = evaluator.evaluate({problem.nominal()}, stop);
            if (!all)
                return all.failure();
            if (!all->front().valid)
                return fail("OPT-024", "The circuit as drawn could not be measured",
                            all->front().failure, problem.folder.string(),
                            "Sizing may do all the same: other values are tried");
            return all->front().values;
        },
        this,
        [this, path = m_path, tables = measuredBy(m_setup),
         signature = sizingSignature(*problem)](Expected<std::vector<double>> values) {
            if (path != m_path)
                return; // of another project
            m_setupPane->setMeasuring(false);
            if (!values) {
                if (values.error().code != "UI-002")
                    m_bar->showError(values.error());
                return;
            }
            m_drawn = std::move(*values);
            m_drawnOf = tables;
            m_drawnSignature = signature;
            m_setupPane->tabs()->setCurrentIndex(static_cast<int>(SetupKind::Specs));
            showDrawn();
        });
}

void OptimizePage::showDrawn() {
    QHash<QString, SetupTable::Drawn> drawn;
    const auto& problem = m_setup.problem();
    if (problem && m_drawn.size() == problem->measures.size() && m_drawnOf == measuredBy(m_setup) &&
        m_drawnSignature == sizingSignature(*problem)) {
        const auto penalties = problem->penalties(m_drawn);
        for (std::size_t s = 0; s < problem->specs.size(); ++s) {
            const optimize::Spec& spec = problem->specs[s];
            const std::size_t m = problem->measureOf[s];
            const double missed = penalties[s] / spec.weight;
            const Verdict v = missed == 0     ? Verdict::Pass
                              : missed <= 0.1 ? Verdict::Near
                                              : Verdict::Fail;
            drawn.insert(qs(spec.name),
                         {qs(optimize::formatMeasure(problem->measures[m], m_drawn[m])) + u", "_s +
                              verdictText(v),
                          verdictIcon(v)});
        }
    }
    m_setupPane->model(SetupKind::Specs)->setDrawn(drawn);
    if (!drawn.isEmpty())
        m_setupPane->table(SetupKind::Specs)->resizeColumnsToContents();
}

bool OptimizePage::mayLeave() {
    m_setupPane->commit();
    if (!m_setup.isModified())
        return true;
    QMessageBox box(QMessageBox::Warning, tr("Unsaved set-up"),
                    tr("The sizing set-up of \u201c%1\u201d has changes that are not saved.")
                        .arg(qs(m_setup.project().name)),
                    QMessageBox::NoButton, this);
    auto* keep = box.addButton(tr("Save"), QMessageBox::AcceptRole);
    auto* drop = box.addButton(tr("Discard changes"), QMessageBox::DestructiveRole);
    auto* stay = box.addButton(tr("Cancel"), QMessageBox::RejectRole);
    box.setDefaultButton(keep);
    box.setEscapeButton(stay);
    box.exec();
    if (box.clickedButton() == keep) {
        save();
        return !m_setup.isModified();
    }
    return box.clickedButton() == drop;
}

void OptimizePage::save() {
    m_setupPane->commit();
    if (!m_setup.isModified())
        return;
    if (const auto saved = m_setup.save(m_conflict); !saved) {
        m_conflict = saved.error().code == "UI-050";
        return m_bar->showError(saved.error());
    }
    m_conflict = false;
    m_bar->showMessage(Kind::Success, tr("Saved to %1").arg(fromPath(m_setup.file().filename())));
}

void OptimizePage::start() {
    m_setupPane->commit();
    if (!m_setup.problem())
        return;
    m_bar->dismiss();
    m_tabs->setCurrentWidget(m_progress);
    m_runs.choose(m_runs.start({}, m_runPane->options()));
}

void OptimizePage::compare(const QStringList& algorithms, const QVector<int>& seeds) {
    m_setupPane->commit();
    if (!m_setup.problem())
        return;
    m_bar->dismiss();
    m_tabs->setCurrentWidget(m_progress);
    for (const int seed : seeds) {
        for (const QString& name : algorithms)
            m_runs.start({}, m_runPane->optionsFor(name, seed));
    }
}

const optimize::Member* OptimizePage::memberAt(int member) const {
    const SizingRun* run = m_runs.current();
    return run && member >= 0 && member < static_cast<int>(run->members->size())
               ? &(*run->members)[static_cast<std::size_t>(member)]
               : nullptr;
}

void OptimizePage::restartFrom(int member) {
    const optimize::Member* chosen = memberAt(member);
    if (!chosen || !m_setup.problem())
        return;
    optimize::SessionOptions options = m_runPane->options();
    dataset::Random random(options.algorithm.seed, 1);
    options.first =
        optimize::designsAround(*m_runs.problem(), chosen->design,
                                std::min(kAround, options.algorithm.initial), kSpread, random);
    m_bar->dismiss();
    m_tabs->setCurrentWidget(m_progress);
    m_runs.choose(
        m_runs.start(tr("%1, from design %2").arg(sizingTitle(options)).arg(member + 1), options));
}

void OptimizePage::sendToNetlist(int member) {
    const optimize::Member* chosen = memberAt(member);
    if (!chosen)
        return;
    const auto netlist = optimize::designNetlist(*m_runs.problem(), chosen->design);
    if (!netlist)
        return m_bar->showError(netlist.error());
    const QString path =
        m_runs.current()->folder + u"/design-"_s + QString::number(member + 1) + u".cir"_s;
    if (const auto written = writeFileAtomically(toPath(path), *netlist); !written)
        return m_bar->showError(written.error());
    emit openRequested(path);
}

void OptimizePage::copyValues(int member) {
    const optimize::Member* chosen = memberAt(member);
    if (!chosen)
        return;
    QString text;
    for (const auto& [name, value] : m_runs.problem()->parameters(chosen->design))
        text += u".param %1=%2\n"_s.arg(qs(name), qs(formatSpice(value)));
    QGuiApplication::clipboard()->setText(text);
    m_bar->showMessage(Kind::Success,
                       tr("The parameters of design %1 are on the clipboard.").arg(member + 1));
}

void OptimizePage::showDesign() {
    const int design = m_designs->design();
    m_inspect->showDesign(m_runs.problem(), memberAt(design), design + 1);
    if (m_tabs->currentWidget() == m_inspect)
        inspect(design);
}

void OptimizePage::inspect(int member) {
    const optimize::Member* chosen = memberAt(member);
    m_inspect->showDesign(m_runs.problem(), chosen, member + 1);
    if (m_tabs->currentWidget() != m_inspect) {
        m_tabs->setCurrentWidget(m_inspect); // comes back here
        return;
    }
    if (chosen)
        m_inspection.inspect(*m_runs.problem(), chosen->design);
}

void OptimizePage::ended(int run) {
    const SizingRun& over = m_runs.runs()[run];
    if (over.state == SizingRun::State::Failed)
        return; // told already
    const bool met = over.state == SizingRun::State::Ended && !over.history.empty() &&
                     over.history.back().meetingAll >= over.options.target;
    m_bar->showMessage(met ? Kind::Success : Kind::Note, m_runs.runs().size() > 1
                                                             ? over.title + u": "_s + over.outcome
                                                             : over.outcome);
}

} // namespace ohm::ui
