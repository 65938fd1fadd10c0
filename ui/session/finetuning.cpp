// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/finetuning.h"

#include "core/learn/recipe.h"
#include "ui/services/text.h"
#include "ui/session/circuitsession.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QRegularExpression>
#include <QTimer>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <set>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr int kDrainMs = 100;
constexpr int kReports = 40; ///< of a training
constexpr std::size_t kLargestBatch = 64;
constexpr std::size_t kMostValidated = 400; ///< samples, where the file has very many
const std::vector<int> kReportedKs{10, 20, 50, 100, 200, 400};

std::vector<int> ksWith(int k) {
    std::set<int> ks(kReportedKs.begin(), kReportedKs.end());
    ks.insert(k);
    return {ks.begin(), ks.end()};
}
} // namespace

std::pair<double, double> rangeAround(const generate::Knob& knob, double spread) {
    if (!(spread > 0) || knob.nominal == 0)
        return {knob.low, knob.high};
    const double reach = std::max(std::fabs(knob.nominal) * spread, knob.step);
    double low = std::max(knob.low, knob.nominal - reach);
    double high = std::min(knob.high, knob.nominal + reach);
    if (knob.step > 0) { // whole steps, the nearest ones inside
        low = knob.nominal - std::floor((knob.nominal - low) / knob.step + 1e-9) * knob.step;
        high = knob.nominal + std::floor((high - knob.nominal) / knob.step + 1e-9) * knob.step;
    }
    return low < high ? std::pair(low, high) : std::pair(knob.low, knob.high);
}

std::optional<std::vector<std::size_t>> parseSamples(const QString& text, std::size_t count) {
    std::set<std::size_t> found;
    static const QRegularExpression part(u"^(\\d{1,9})(?:\\s*-\\s*(\\d{1,9}))?$"_s);
    for (const QString& piece : text.split(u',', Qt::SkipEmptyParts)) {
        const QRegularExpressionMatch match = part.match(piece.trimmed());
        if (!match.hasMatch())
            return std::nullopt;
        const std::size_t first = match.captured(1).toULongLong();
        const std::size_t last =
            match.captured(2).isEmpty() ? first : match.captured(2).toULongLong();
        if (last < first || last >= count)
            return std::nullopt;
        for (std::size_t i = first; i <= last; ++i)
            found.insert(i);
    }
    if (found.empty())
        return std::nullopt;
    return std::vector<std::size_t>(found.begin(), found.end());
}

Expected<dataset::Split> splitFor(const FinetuneSetup& setup, const dataset::GraphSet& set) {
    dataset::SplitSpec spec;
    spec.validationShare = setup.validationShare;
    spec.testShare = setup.testShare;
    spec.seed = setup.seed;
    if (setup.source == FinetuneSetup::Source::File && !setup.choose)
        spec.fraction = setup.fraction;
    if (setup.source == FinetuneSetup::Source::Simulate || !setup.choose) {
        Expected<dataset::Split> split = dataset::splitSet(set, spec);
        if (split && split->validation.size() > kMostValidated)
            split->validation.resize(kMostValidated);
        return split;
    }
    // Chosen by hand: the others validate and test.
    dataset::Split split;
    std::vector<bool> taken(set.graphCount());
    for (const std::size_t sample : setup.chosen) {
        if (sample >= taken.size())
            return fail("DATA-020", "A chosen sample is not in the file.", std::to_string(sample));
        taken[sample] = true;
        split.training.push_back(sample);
    }
    if (split.training.empty())
        return fail("DATA-020", "No samples are chosen.");
    std::vector<std::size_t> others;
    for (const std::size_t i : dataset::permutation(set.graphCount(), setup.seed))
        if (!taken[i])
            others.push_back(i);
    const double shares = setup.validationShare + setup.testShare;
    const auto validation = static_cast<std::size_t>(
        shares > 0 ? static_cast<double>(others.size()) * setup.validationShare / shares : 0);
    split.validation.assign(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                 validation, kMostValidated)));
    split.test.assign(others.begin() + static_cast<std::ptrdiff_t>(validation), others.end());
    return split;
}

learn::Recipe recipeFor(const FinetuneSetup& setup, const learn::Checkpoint& start,
                        std::size_t support) {
    learn::Recipe recipe;
    if (!start.recipe.empty())
        if (Expected<learn::Recipe> read = learn::parseRecipe(start.recipe, "checkpoint"))
            recipe = std::move(*read);
    recipe.name = "finetune";
    recipe.description = "Finetuned from " + ss(setup.startName);
    recipe.network = start.spec;
    recipe.target = start.target;
    recipe.data.clear();
    recipe.testData.clear();
    recipe.validationShare = setup.validationShare;
    recipe.testShare = setup.testShare;
    recipe.fraction = 1;
    recipe.steps = setup.steps;
    recipe.warmup = std::min<std::int64_t>(setup.steps / 10, 100);
    recipe.peakRate = setup.rate;
    recipe.endRate = setup.rate / 20;
    recipe.decaySteps = 0;
    recipe.schedule = "linear";
    recipe.batch = static_cast<std::int64_t>(std::min(support, kLargestBatch));
    recipe.stratify = false;
    recipe.averageDecay = 0;
    recipe.freeze = ss(setup.freeze);
    // A handful of samples says little of the statistics of all circuits.
    recipe.freezeNorm = support < 256;
    recipe.validateEvery = std::max(1, setup.steps / kReports);
    recipe.keepBest = true;
    recipe.k = setup.k;
    recipe.seed = setup.seed;
    return recipe;
}

/// Reports on their way from the training's thread.
struct Finetuning::Inbox {
    std::mutex mutex;
    std::vector<learn::TrainingReport> reports;
    std::optional<learn::RegressionMetrics> start;
};

Finetuning::Finetuning(JobService& jobs, CircuitSession& session, Simulation& simulation,
                       Prediction& prediction, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_session(session)
    , m_simulation(simulation)
    , m_prediction(prediction)
    , m_drain(new QTimer(this)) {
    m_drain->setInterval(kDrainMs);
    connect(m_drain, &QTimer::timeout, this, &Finetuning::drain);
    connect(&session, &CircuitSession::circuitChanged, this, [this] {
        m_jobs.abandon(u"finetune-knobs"_s);
        m_looking = false;
        m_jobs.release(std::exchange(m_tunable, nullptr));
        emit knobsReady();
    });
}

Finetuning::~Finetuning() = default;

void Finetuning::setPhase(Phase phase) {
    m_paused = false;
    m_phase = phase;
    emit phaseChanged();
}

void Finetuning::findKnobs() {
    const netlist::CircuitPtr circuit = m_session.circuit();
    if (m_tunable || m_looking || !circuit || !m_prediction.learning().makeTunable)
        return;
    m_looking = true;
    JobSpec spec;
    spec.title = tr("Finding the circuit's knobs");
    spec.lane = u"finetune-knobs"_s;
    spec.quiet = true;
    m_jobs.start<TunablePtr>(
        spec,
        [make = m_prediction.learning().makeTunable, path = m_session.loaded()->path,
         options = m_session.readOptions(),
         project = m_session.project()](StopToken stop, ProgressSink&) {
            return make(path, options, &project, std::move(stop));
        },
        this,
        [this](Expected<TunablePtr> made) {
            m_looking = false;
            if (made)
                m_tunable = std::move(*made);
            else if (made.error().code != "UI-002")
                emit failed(made.error());
            emit knobsReady();
        });
}

// --- samples
// ------------------------------------------------------------------------------------

QString Finetuning::sourceKey(const FinetuneSetup& setup) const {
    if (setup.source == FinetuneSetup::Source::File)
        return u"file:"_s + fromPath(setup.file);
    QStringList parts{u"study"_s, m_session.circuitPath(), QString::number(setup.count),
                      QString::number(setup.seed)};
    for (const generate::Knob& knob : setup.varied)
        parts.push_back(
            u"%1=%2:%3"_s.arg(qs(knob.name)).arg(knob.low, 0, 'g', 17).arg(knob.high, 0, 'g', 17));
    return parts.join(u'|');
}

bool Finetuning::hasSamplesFor(const FinetuneSetup& setup) const {
    return m_samples && m_samplesKey == sourceKey(setup);
}

void Finetuning::collect(const FinetuneSetup& setup, bool thenTrain) {
    if (isBusy())
        return;
    const Learning& learning = m_prediction.learning();
    JobSpec spec;
    spec.lane = u"finetune"_s;
    std::function<Expected<generate::StudyResult>(StopToken, ProgressSink&)> work;
    if (setup.source == FinetuneSetup::Source::File) {
        spec.title = tr("Reading samples");
        work = [read = learning.readData, file = setup.file](
                   StopToken stop, ProgressSink&) -> Expected<generate::StudyResult> {
            Expected<dataset::GraphSet> set = read(file, std::move(stop));
            if (!set)
                return set.failure();
            generate::StudyResult made;
            made.set = std::move(*set);
            return made;
        };
    } else {
        if (!m_tunable) {
            emit failed({"UI-024", "The knobs of the circuit are not known yet.", {}, {}, {}});
            return;
        }
        generate::Study study;
        study.circuit = m_tunable;
        study.varied = setup.varied;
        study.count = setup.count;
        study.seed = setup.seed;
        spec.title = tr("Simulating %L1 samples").arg(setup.count);
        work = [run = learning.runStudy, pool = m_simulation.simulators(),
                study](StopToken stop, ProgressSink& progress) {
            return run(*pool(), study, {}, std::move(stop), progress);
        };
    }
    forgetResult();
    m_samples.reset();
    m_failures.clear();
    emit samplesChanged();
    setPhase(Phase::Collecting);
    m_job = m_jobs.start<generate::StudyResult>(
        spec, work, this,
        [this, setup, thenTrain,
         generation = ++m_generation](Expected<generate::StudyResult> made) {
            if (generation != m_generation)
                return;
            m_job = 0;
            setPhase(Phase::Idle);
            if (!made) {
                if (made.error().code != "UI-002" && made.error().code != "GEN-012")
                    emit failed(made.error());
                return;
            }
            m_samples = std::make_shared<const dataset::GraphSet>(std::move(made->set));
            m_samplesKey = sourceKey(setup);
            m_failures = std::move(made->failures);
            m_rate = made->samplesPerSecond;
            emit samplesChanged();
            if (thenTrain)
                train(setup);
        });
}

// --- training
// -----------------------------------------------------------------------------------

void Finetuning::train(const FinetuneSetup& setup) {
    if (isBusy())
        return;
    if (!hasSamplesFor(setup)) {
        collect(setup, true);
        return;
    }
    const Expected<dataset::Split> split = splitFor(setup, *m_samples);
    if (!split) {
        emit failed(split.error());
        return;
    }
    forgetResult();
    m_setup = setup;
    m_inbox = std::make_shared<Inbox>();
    JobSpec spec;
    spec.title = tr("Finetuning %1").arg(setup.startName);
    spec.lane = u"finetune"_s;
    spec.pool = Pool::Train;
    const netlist::CircuitPtr circuit = m_prediction.circuit();
    const OperatingPointPtr point =
        m_simulation.isStale() ? nullptr : m_simulation.operatingPoint();
    setPhase(Phase::Training);
    m_drain->start();
    m_job = m_jobs.start<FinetuneResultPtr>(
        spec,
        [learning = m_prediction.learning(), setup, set = m_samples, split = *split,
         inbox = m_inbox, circuit,
         point](StopToken stop, ProgressSink& progress) -> Expected<FinetuneResultPtr> {
            progress.report(0, "measuring before");
            const Expected<learn::Checkpoint> start = learning.readCheckpoint(setup.start);
            if (!start)
                return start.failure();
            if (!set->featureNames.empty() && !start->featureNames.empty() &&
                set->featureNames != start->featureNames)
                return fail("UI-025", "The samples have other features than the network reads.",
                            std::to_string(set->featureWidth) + " columns instead of " +
                                std::to_string(start->featureNames.size()),
                            {}, "Choose another network or other samples.");
            learn::TrainingData data{set->subset(split.training), set->subset(split.validation),
                                     set->subset(split.test)};
            auto made = std::make_shared<FinetuneResult>();
            made->support = split.training.size();
            made->validation = split.validation.size();
            made->heldOut = split.test.size();
            const std::vector<int> ks = ksWith(setup.k);
            if (made->validation > 0) {
                const auto scores = learning.evaluate(*start, data.validation, ks, stop);
                if (!scores)
                    return scores.failure();
                const std::lock_guard lock(inbox->mutex);
                inbox->start = scores->all;
            }
            if (made->heldOut > 0) {
                const auto scores = learning.evaluate(*start, data.test, ks, stop);
                if (!scores)
                    return scores.failure();
                made->before = scores->all;
            }
            learn::TrainingOptions options;
            options.from = *start;
            options.ks = ks;
            options.report = [inbox](const learn::TrainingReport& report) {
                const std::lock_guard lock(inbox->mutex);
                inbox->reports.push_back(report);
            };
            QElapsedTimer clock;
            clock.start();
            Expected<learn::TrainingResult> trained = learning.train(
                recipeFor(setup, *start, made->support), data, options, stop, progress);
            if (!trained)
                return trained.failure();
            made->seconds = static_cast<double>(clock.elapsed()) / 1e3;
            made->checkpoint = std::move(trained->checkpoint);
            progress.report(1, "measuring after");
            if (made->heldOut > 0) {
                const auto scores = learning.evaluate(made->checkpoint, data.test, ks, stop);
                if (!scores)
                    return scores.failure();
                made->after = scores->all;
            }
            made->checkpoint.provenance["from"] = ss(setup.startName);
            made->checkpoint.provenance["support"] = std::to_string(made->support);
            made->checkpoint.provenance["held_out"] = std::to_string(made->heldOut);
            const auto reached = made->after.accAt.find(setup.k);
            if (reached != made->after.accAt.end())
                made->checkpoint.provenance["held-out.acc_at_" + std::to_string(setup.k)] =
                    std::to_string(reached->second);
            if (!circuit || circuit->terminalCount() > Prediction::kMaxTerminals)
                return FinetuneResultPtr(made);
            // The open circuit, as far as it can be predicted: its failure is no failure of this.
            const auto ask = [&](const learn::Checkpoint& checkpoint) -> PredictionPtr {
                const auto predictor = learning.make({checkpoint});
                if (!predictor)
                    return nullptr;
                auto values = (*predictor)->predict(*circuit, stop);
                if (!values)
                    return nullptr;
                auto answer = std::make_shared<PredictedCircuit>();
                answer->circuit = circuit;
                answer->values = std::move(*values);
                answer->driven = drivenNets(*circuit);
                return answer;
            };
            made->circuitBefore = ask(*start);
            made->circuitAfter = ask(made->checkpoint);
            if (point && made->circuitBefore && made->circuitAfter) {
                made->errorsBefore = compare(*made->circuitBefore, point->netVoltages);
                made->errorsAfter = compare(*made->circuitAfter, point->netVoltages);
            }
            return FinetuneResultPtr(made);
        },
        this,
        [this, generation = ++m_generation](Expected<FinetuneResultPtr> made) {
            if (generation != m_generation)
                return;
            m_job = 0;
            m_drain->stop();
            drain();
            if (!made) {
                setPhase(Phase::Idle);
                if (made.error().code != "UI-002" && made.error().code != "LEARN-012")
                    emit failed(made.error());
                return;
            }
            m_result = std::move(*made);
            setPhase(Phase::Done);
            emit resultChanged();
            showAfter(true);
        });
}

void Finetuning::drain() {
    if (!m_inbox)
        return;
    bool any = false;
    {
        const std::lock_guard lock(m_inbox->mutex);
        for (learn::TrainingReport& report : m_inbox->reports)
            m_reports.push_back(std::move(report));
        any = !m_inbox->reports.empty() || (m_inbox->start && !m_start);
        m_inbox->reports.clear();
        if (m_inbox->start)
            m_start = m_inbox->start;
    }
    if (any)
        emit reported();
}

void Finetuning::setPaused(bool paused) {
    if (m_job == 0 || m_phase != Phase::Training || paused == m_paused)
        return;
    m_jobs.setPaused(m_job, paused);
    m_paused = paused;
    emit phaseChanged();
}

void Finetuning::stop() {
    if (m_job != 0)
        m_jobs.stop(m_job);
}

// --- afterwards
// ---------------------------------------------------------------------------------

void Finetuning::forgetResult() {
    if (m_prediction.isTrial())
        m_prediction.endTrial();
    m_reports.clear();
    m_start.reset();
    m_inbox.reset();
    if (m_result) {
        m_jobs.release(std::exchange(m_result, nullptr));
        emit resultChanged();
    }
    emit reported();
}

void Finetuning::showAfter(bool after) {
    if (!m_result)
        return;
    if (after)
        m_prediction.tryOut(m_result->checkpoint, tr("finetuned %1").arg(m_setup.startName));
    else
        m_prediction.endTrial();
    if (m_prediction.circuit() && !m_prediction.isRunning())
        m_prediction.run();
    emit resultChanged();
}

bool Finetuning::isAfterShown() const {
    return m_result && m_prediction.isTrial();
}

Expected<std::filesystem::path> Finetuning::keep(const QString& name) {
    if (!m_result)
        return fail("UI-023", "There is nothing to keep.");
    const QString clean = name.trimmed();
    if (clean.isEmpty() || clean.startsWith(u'.') || clean.size() > 100 ||
        clean.contains(QRegularExpression(u"[/\\\\\\x00-\\x1f]"_s)))
        return fail("UI-023", "This is no name for a model.", ss(clean), {},
                    "Use letters, digits, spaces and hyphens.");
    const QString folder = fromPath(Learning::ownModels());
    QDir().mkpath(folder);
    const QString file = QDir(folder).filePath(clean + u".safetensors"_s);
    if (QFileInfo::exists(file))
        return fail("UI-023", "There is a model of this name already.", {}, ss(file),
                    "Choose another name.");
    const Expected<void> written =
        m_prediction.learning().writeCheckpoint(m_result->checkpoint, toPath(file));
    if (!written)
        return written.failure();
    m_prediction.addFile(toPath(file));
    m_jobs.release(std::exchange(m_result, nullptr));
    setPhase(Phase::Idle);
    emit resultChanged();
    return toPath(file);
}

void Finetuning::discard() {
    if (isBusy())
        return;
    forgetResult();
    setPhase(Phase::Idle);
}

} // namespace ohm::ui
