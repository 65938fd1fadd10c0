// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/sizingruns.h"

#include "core/base/files.h"
#include "core/base/units.h"
#include "core/optimize/measure.h"
#include "core/optimize/store.h"
#include "core/project/installation.h"
#include "core/runs/sizingrun.h"
#include "ui/services/text.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

#include <algorithm>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int kTakeUpMs = 100;
constexpr int kMostRecalled = 40; ///< earlier sessions, the newest
constexpr std::size_t kMostNetlist = std::size_t{4} << 20;

/// Sessions that begin with other designs lie in other folders.
QString startsOf(const optimize::SessionOptions& options) {
    if (options.first.empty())
        return {};
    QCryptographicHash hash(QCryptographicHash::Sha1);
    for (const optimize::Design& d : options.first)
        hash.addData(QByteArrayView(reinterpret_cast<const char*>(d.data()),
                                    static_cast<qsizetype>(d.size() * sizeof(int))));
    return u"-from-"_s + QString::fromLatin1(hash.result().toHex().left(8));
}

/// What of an algorithm is not as usual, for people: "pool of 480".
QStringList unusual(const optimize::AlgorithmOptions& a) {
    const optimize::AlgorithmOptions usual;
    QStringList parts;
    if (a.initial != usual.initial)
        parts << SizingRuns::tr("%1 first designs").arg(a.initial);
    if (a.perIteration != usual.perIteration)
        parts << SizingRuns::tr("%1 per iteration").arg(a.perIteration);
    if (a.gradientSteps != usual.gradientSteps)
        parts << SizingRuns::tr("%1 training steps").arg(a.gradientSteps);
    if (a.designsPerStep != usual.designsPerStep)
        parts << SizingRuns::tr("%1 designs per step").arg(a.designsPerStep);
    if (a.pool != usual.pool)
        parts << SizingRuns::tr("pool of %1").arg(a.pool);
    if (a.meetsHeads != usual.meetsHeads)
        parts << SizingRuns::tr("original heads");
    if (!a.backbone.empty())
        parts << fromPath(a.backbone.filename());
    return parts;
}

/// Sessions of other settings lie in other folders.
QString settingsOf(const optimize::AlgorithmOptions& a) {
    const QStringList parts = unusual(a);
    if (parts.isEmpty())
        return {};
    QCryptographicHash hash(QCryptographicHash::Sha1);
    for (const double value :
         {static_cast<double>(a.initial), static_cast<double>(a.perIteration),
          static_cast<double>(a.gradientSteps), static_cast<double>(a.designsPerStep),
          static_cast<double>(a.pool), a.meetsHeads ? 1.0 : 0.0})
        hash.addData(QByteArray::number(value, 'g', 17) + '/');
    hash.addData(QByteArray::fromStdString(a.backbone.filename().string()));
    return u"-with-"_s + QString::fromLatin1(hash.result().toHex().left(8));
}

/// Where the network lies that a session was begun with: its record has the place, a shipped one
/// may have moved with the installation. Empty: gone.
std::filesystem::path backboneOf(const std::filesystem::path& folder,
                                 const std::filesystem::path& name) {
    std::vector<std::filesystem::path> places{project::networkFolder() / name};
    const auto record = runs::readSizingRun(folder);
    if (record && record->backbone.is_absolute() && record->backbone.filename() == name)
        places.insert(places.begin(), record->backbone);
    for (const auto& place : places) {
        std::error_code ignored;
        if (std::filesystem::is_regular_file(place, ignored))
            return place;
    }
    return {};
}

/// Whether the store tells how BagNet learns and chooses.
bool knowsItsJudge(const SizingRun& run) {
    if (!run.options.algorithm.name.starts_with("bagnet"))
        return true;
    const auto lines = optimize::readLines(toPath(run.folder) / "session.jsonl");
    return lines && optimize::judgeSettingsOf(*lines).complete();
}

bool sameSpecNames(const optimize::Problem& a, const optimize::Problem& b) {
    return std::equal(a.specs.begin(), a.specs.end(), b.specs.begin(), b.specs.end(),
                      [](const auto& s, const auto& t) { return s.name == t.name; });
}

} // namespace

/// What the running session leaves for the window, and what the window wants of it.
struct SizingRuns::Feed {
    std::mutex mutex;
    std::vector<optimize::IterationReport> history;
    MembersPtr members;
    bool fresh = false;
    std::optional<optimize::Problem> problem;
    std::optional<optimize::StopCriteria> criteria;
};

void rescore(const optimize::Problem& problem, std::vector<optimize::Member>& members,
             std::vector<optimize::IterationReport>& history,
             const optimize::StopCriteria& criteria) {
    for (optimize::Member& m : members) {
        m.penalties = problem.penalties(m.values);
        m.cost = 0;
        for (const double p : m.penalties)
            m.cost += p;
    }
    constexpr std::size_t kBest = optimize::Population::kReference;
    std::vector<std::size_t> best; // the best 20 so far, by cost, earlier ones first
    std::size_t taken = 0, meeting = 0;
    for (optimize::IterationReport& r : history) {
        const std::size_t upTo = std::min(r.sims - std::min(r.sims, r.failures), members.size());
        for (; taken < upTo; ++taken) {
            meeting += members[taken].cost == 0 ? 1 : 0;
            const auto at = std::upper_bound(
                best.begin(), best.end(), taken,
                [&](std::size_t a, std::size_t b) { return members[a].cost < members[b].cost; });
            if (at == best.end() && best.size() >= kBest)
                continue;
            best.insert(at, taken);
            if (best.size() > kBest)
                best.pop_back();
        }
        r.meetingAll = meeting;
        r.meeting.assign(problem.specs.size(), 0);
        r.worstPenalty.assign(problem.specs.size(), 0);
        double sum = 0;
        for (const std::size_t i : best) {
            sum += members[i].cost;
            for (std::size_t s = 0; s < problem.specs.size(); ++s) {
                r.meeting[s] += members[i].penalties[s] == 0 ? 1 : 0;
                r.worstPenalty[s] = std::max(r.worstPenalty[s], members[i].penalties[s]);
            }
        }
        if (!best.empty()) {
            r.bestCost = members[best.front()].cost;
            r.meanCost = sum / static_cast<double>(best.size());
            r.bestValues = members[best.front()].values;
        }
    }
    if (!history.empty())
        history.back().outlook = optimize::lookAhead(history, criteria);
}

/// Another problem gets another folder.
QString sizingSignature(const optimize::Problem& problem) {
    QCryptographicHash hash(QCryptographicHash::Sha1);
    const auto add = [&](const std::string& text) {
        hash.addData(QByteArrayView(text.data(), static_cast<qsizetype>(text.size())));
        hash.addData(QByteArrayView("\0", 1));
    };
    const auto number = [&](double value) {
        add(std::to_string(value) + '/' + formatExact(value));
    };
    for (const auto& v : problem.variables) {
        add(v.name);
        number(v.low);
        number(v.high);
        number(v.step);
        number(v.logarithmic ? 1 : 0);
    }
    for (const auto& match : problem.matches) {
        add(match.name);
        add(match.body);
    }
    for (const auto& b : problem.benches) {
        add(b.name);
        if (const auto text = readFile(b.circuit, kMostNetlist))
            add(std::string(text->view()));
        for (const auto& a : b.analyses) {
            add(a.source + ' ' + a.sweep + ' ' + a.output + ' ' + a.reference);
            for (const double value : {static_cast<double>(a.kind), static_cast<double>(a.points),
                                       a.start, a.stop, a.step, a.most})
                number(value);
        }
    }
    for (const auto& m : problem.measures) {
        add(m.name + ' ' + m.of + ' ' + m.input + ' ' + m.source + ' ' + m.body);
        for (const double value : {static_cast<double>(m.kind), static_cast<double>(m.bench),
                                   static_cast<double>(m.against), m.tolerance})
            number(value);
    }
    return QString::fromLatin1(hash.result().toHex().left(8));
}

QString sizingTitle(const optimize::SessionOptions& options) {
    const QString title = SizingRuns::tr("%1, seed %2")
                              .arg(qs(optimize::algorithmTitle(options.algorithm.name)))
                              .arg(options.algorithm.seed);
    return (QStringList{title} + unusual(options.algorithm)).join(u", "_s);
}

QString sizingFamily(const optimize::SessionOptions& options) {
    QStringList parts{qs(optimize::algorithmTitle(options.algorithm.name))};
    parts += unusual(options.algorithm);
    if (!options.first.empty()) // each of those is one of its kind
        parts << startsOf(options);
    return parts.join(u", "_s);
}

SizingRuns::SizingRuns(JobService& jobs, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs) {
    m_timer.setInterval(kTakeUpMs);
    connect(&m_timer, &QTimer::timeout, this, &SizingRuns::takeUp);
}

SizingRuns::~SizingRuns() {
    if (m_job)
        m_jobs.stop(m_job);
}

void SizingRuns::clear() {
    ++m_generation;
    if (m_job)
        m_jobs.stop(std::exchange(m_job, 0));
    m_timer.stop();
    m_feed.reset();
    m_running = m_chosen = -1;
    m_runs.clear();
    m_problem.reset();
    m_signature.clear();
    emit listChanged();
    emit chosenChanged();
}

void SizingRuns::setProblem(const optimize::Problem& problem) {
    const QString signature = sizingSignature(problem);
    const bool same = m_problem && signature == m_signature;
    if (!same) {
        if (m_problem)
            clear(); // its designs are those of another problem
        m_signature = signature;
        m_problem = problem;
        recall();
        return;
    }
    // A judge has a pair of heads per spec: a session keeps those it began with.
    if (isRunning() && !sameSpecNames(*m_problem, problem))
        return;
    m_problem = problem;
    if (m_feed) {
        const std::lock_guard lock(m_feed->mutex);
        m_feed->problem = problem;
    }
    for (int i = 0; i < m_runs.size(); ++i) {
        SizingRun& run = m_runs[i];
        auto members = *run.members;
        rescore(problem, members, run.history, run.options);
        run.members = std::make_shared<const std::vector<optimize::Member>>(std::move(members));
        emit updated(i);
    }
}

/// Reads the sessions of this set-up that lie in the project's folder of sizings.
void SizingRuns::recall() {
    m_recalled = false;
    const QString place = QFileInfo(folderOf({})).path();
    if (!QDir(place).exists()) { // nothing to look for
        m_recalled = true;
        return;
    }
    const JobSpec spec{tr("Earlier sizings"), Pool::Io, u"sizing-recall"_s, 0, true};
    m_jobs.start<QVector<SizingRun>>(
        spec,
        [problem = *m_problem, place,
         mark = u'-' + m_signature](StopToken stop, ProgressSink&) -> Expected<QVector<SizingRun>> {
            QVector<SizingRun> found;
            const auto folders =
                QDir(place).entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Time);
            for (const QFileInfo& folder : folders) {
                if (stop.stopRequested() || found.size() >= kMostRecalled)
                    break;
                if (!folder.fileName().contains(mark))
                    continue;
                auto session = optimize::Session::read(problem, toPath(folder.filePath()));
                if (!session || (*session)->history().empty())
                    continue; // of other measurements, or damaged: Start tells
                SizingRun run;
                run.options = (*session)->options();
                auto& backbone = run.options.algorithm.backbone; // the store has its name alone
                if (!backbone.empty()) {
                    const auto there = backboneOf(toPath(folder.filePath()), backbone);
                    run.stranded = there.empty();
                    backbone = run.stranded ? backbone : there;
                }
                run.title = run.options.first.empty()
                                ? sizingTitle(run.options)
                                : tr("%1, from a design").arg(sizingTitle(run.options));
                run.folder = folder.filePath();
                run.state = SizingRun::State::Stopped;
                run.history = (*session)->history();
                run.members = std::make_shared<const std::vector<optimize::Member>>(
                    (*session)->population().members);
                const QString network = fromPath(backbone.filename());
                run.outcome =
                    run.stranded
                        ? tr("Of an earlier time; its network %1 is gone, so it cannot go on.")
                              .arg(network)
                    : knowsItsJudge(run)
                        ? tr("Of an earlier time; it can go on.")
                        : tr("Of an earlier version, which did not keep its designs per training "
                             "step and pool; it can go on, with those that are usual.");
                run.shown = false;
                found.push_back(std::move(run));
            }
            return found;
        },
        this,
        [this, generation = m_generation](Expected<QVector<SizingRun>> found) {
            if (generation != m_generation)
                return;
            m_recalled = true;
            for (SizingRun& run : found ? *found : QVector<SizingRun>()) {
                const bool there =
                    std::any_of(m_runs.begin(), m_runs.end(),
                                [&](const SizingRun& other) { return other.folder == run.folder; });
                if (there)
                    continue;
                run.place = m_places++;
                m_runs.push_back(std::move(run));
            }
            emit listChanged();
        });
}

QString SizingRuns::folderOf(const optimize::SessionOptions& options) const {
    if (!m_problem)
        return {};
    QString root = qEnvironmentVariable("OHMSCAPE_SIZINGS");
    if (root.isEmpty())
        root = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) +
               u"/ohmscape/sizings"_s;
    // Projects of one name in several folders keep apart.
    const QByteArray place = QCryptographicHash::hash(
        QByteArray::fromStdString(m_problem->folder.string()), QCryptographicHash::Sha1);
    return root + u'/' + fromPath(m_problem->folder.filename()) + u'-' +
           QString::fromLatin1(place.toHex().left(8)) + u'/' + qs(options.algorithm.name) +
           u"-seed"_s + QString::number(options.algorithm.seed) + u'-' + m_signature +
           settingsOf(options.algorithm) + startsOf(options);
}

int SizingRuns::start(const QString& title, const optimize::SessionOptions& options) {
    const QString folder = folderOf(options);
    const auto there = std::find_if(m_runs.begin(), m_runs.end(),
                                    [&](const SizingRun& run) { return run.folder == folder; });
    int index = static_cast<int>(there - m_runs.begin());
    if (there != m_runs.end()) {
        if (there->isActive())
            return index;
        there->options = options;
        there->stranded = false; // these name a network of their own
        there->state = SizingRun::State::Queued;
        there->outcome.clear();
        there->shown = true;
    } else {
        SizingRun run;
        run.title = title.isEmpty() ? sizingTitle(options) : title;
        run.folder = folder;
        run.options = options;
        run.place = m_places++;
        m_runs.push_back(std::move(run));
    }
    if (!isRunning() || m_chosen < 0)
        choose(index);
    emit listChanged();
    next();
    return index;
}

void SizingRuns::next() {
    if (isRunning() || !m_problem)
        return;
    const auto waiting = std::find_if(m_runs.begin(), m_runs.end(), [](const SizingRun& run) {
        return run.state == SizingRun::State::Queued;
    });
    if (waiting == m_runs.end())
        return;
    m_running = static_cast<int>(waiting - m_runs.begin());
    waiting->state = SizingRun::State::Running;
    m_feed = std::make_shared<Feed>();
    const JobSpec spec{tr("Sizing %1").arg(qs(m_problem->name)), Pool::Train, {}, 0, false};
    m_job = m_jobs.start<optimize::Ending>(
        spec,
        [problem = *m_problem, options = waiting->options, feed = m_feed,
         folder = toPath(waiting->folder)](StopToken stop,
                                           ProgressSink& progress) -> Expected<optimize::Ending> {
            auto opened = optimize::Session::open(problem, options, folder,
                                                  std::make_shared<sim::SimulatorPool>(),
                                                  optimize::defaultCacheFile());
            if (!opened)
                return opened.failure();
            optimize::Session& session = **opened;
            const auto tell = [&] {
                std::optional<optimize::Problem> specs;
                std::optional<optimize::StopCriteria> criteria;
                {
                    const std::lock_guard lock(feed->mutex);
                    std::swap(specs, feed->problem);
                    std::swap(criteria, feed->criteria);
                }
                if (specs)
                    session.setSpecs(*specs);
                if (criteria)
                    session.setCriteria(*criteria);
                auto members = std::make_shared<const std::vector<optimize::Member>>(
                    session.population().members);
                const std::lock_guard lock(feed->mutex);
                if (feed->problem) // changed again meanwhile: next time
                    return;
                feed->history = session.history();
                feed->members = std::move(members);
                feed->fresh = true;
            };
            runs::SizingRecorder recorder(folder, problem.folder, "the Optimize page of ohmscape");
            recorder.update(session);
            if (session.resumedIterations() > 0)
                tell();
            auto ending = session.run(
                [&](const optimize::IterationReport& r) {
                    const std::size_t sims = r.sims; // the report goes away with other specs
                    recorder.update(session);
                    tell();
                    progress.report(static_cast<double>(sims) /
                                        static_cast<double>(session.options().mostSims),
                                    std::to_string(sims) + " designs");
                },
                stop);
            if (ending)
                recorder.finish(session, *ending);
            return ending;
        },
        this,
        [this, generation = m_generation](Expected<optimize::Ending> ending) {
            if (generation == m_generation)
                finish(ending);
        });
    m_timer.start();
    emit listChanged();
}

void SizingRuns::takeUp() {
    if (!m_feed || m_running < 0)
        return;
    SizingRun& run = m_runs[m_running];
    {
        const std::lock_guard lock(m_feed->mutex);
        if (!m_feed->fresh || m_feed->problem)
            return;
        m_feed->fresh = false;
        run.history = std::move(m_feed->history);
        run.members = m_feed->members;
    }
    emit updated(m_running);
}

void SizingRuns::finish(const Expected<optimize::Ending>& ending) {
    m_job = 0;
    m_timer.stop();
    takeUp();
    m_feed.reset();
    const int over = std::exchange(m_running, -1);
    if (over < 0 || over >= m_runs.size())
        return;
    SizingRun& run = m_runs[over];
    if (ending && *ending != optimize::Ending::Stopped) {
        run.state = SizingRun::State::Ended;
        run.outcome = tr("Ended: %1.").arg(qs(optimize::endingText(*ending)));
    } else if (ending || ending.error().code == "UI-002") {
        run.state = SizingRun::State::Stopped;
        run.outcome = tr("Stopped. Start goes on where it was.");
    } else {
        run.state = SizingRun::State::Failed;
        run.outcome = qs(ending.error().text);
        emit failed(ending.error());
    }
    // Specs that were changed at the very end.
    if (m_problem && !run.history.empty()) {
        auto members = *run.members;
        rescore(*m_problem, members, run.history, run.options);
        run.members = std::make_shared<const std::vector<optimize::Member>>(std::move(members));
    }
    emit updated(over);
    emit listChanged();
    emit ended(over);
    next();
}

void SizingRuns::goOn(int run, const optimize::StopCriteria& criteria) {
    if (run < 0 || run >= m_runs.size() || m_runs[run].isActive() || m_runs[run].stranded ||
        !m_problem)
        return;
    SizingRun& again = m_runs[run];
    static_cast<optimize::StopCriteria&>(again.options) = criteria;
    again.state = SizingRun::State::Queued;
    again.outcome.clear();
    again.shown = true;
    emit listChanged();
    next();
}

bool SizingRuns::isPaused() const {
    return isRunning() && m_runs[m_running].state == SizingRun::State::Paused;
}

void SizingRuns::setPaused(bool paused) {
    if (!isRunning() || m_runs[m_running].state == SizingRun::State::Stopping)
        return;
    m_runs[m_running].state = paused ? SizingRun::State::Paused : SizingRun::State::Running;
    m_jobs.setPaused(m_job, paused);
    emit listChanged();
}

void SizingRuns::stop(int run) {
    if (run < 0 || run >= m_runs.size() || !m_runs[run].isActive())
        return;
    if (run == m_running) {
        m_runs[run].state = SizingRun::State::Stopping;
        m_jobs.stop(m_job);
    } else {
        m_runs[run].state = SizingRun::State::Stopped;
        m_runs[run].outcome = tr("Taken out of the queue.");
    }
    emit listChanged();
}

void SizingRuns::stopAll() {
    for (int i = 0; i < m_runs.size(); ++i) {
        if (i != m_running)
            stop(i);
    }
    stop(m_running);
}

void SizingRuns::remove(int run) {
    if (run < 0 || run >= m_runs.size() || run == m_running)
        return;
    m_runs.removeAt(run);
    m_running -= m_running > run ? 1 : 0;
    const bool wasChosen = m_chosen == run;
    m_chosen -= m_chosen >= run && m_chosen > 0 ? 1 : 0;
    if (m_runs.isEmpty())
        m_chosen = -1;
    emit listChanged();
    if (wasChosen)
        emit chosenChanged();
}

void SizingRuns::setShown(int run, bool shown) {
    if (run < 0 || run >= m_runs.size() || m_runs[run].shown == shown)
        return;
    m_runs[run].shown = shown;
    emit updated(run);
}

void SizingRuns::setBanded(bool banded) {
    if (m_banded == banded)
        return;
    m_banded = banded;
    emit listChanged();
}

int SizingRuns::placeOf(int run) const {
    if (run < 0 || run >= m_runs.size())
        return 0;
    if (m_banded && m_runs[run].shown) {
        const QString family = sizingFamily(m_runs[run].options);
        for (const SizingRun& other : m_runs) {
            if (other.shown && sizingFamily(other.options) == family)
                return other.place;
        }
    }
    return m_runs[run].place;
}

void SizingRuns::setCriteria(const optimize::StopCriteria& criteria) {
    for (SizingRun& run : m_runs) {
        if (run.isActive())
            static_cast<optimize::StopCriteria&>(run.options) = criteria;
    }
    if (m_feed) {
        const std::lock_guard lock(m_feed->mutex);
        m_feed->criteria = criteria;
    }
}

void SizingRuns::choose(int run) {
    if (run == m_chosen || run < -1 || run >= m_runs.size())
        return;
    m_chosen = run;
    emit chosenChanged();
}

const SizingRun* SizingRuns::current() const {
    return m_chosen >= 0 && m_chosen < m_runs.size() ? &m_runs[m_chosen] : nullptr;
}

} // namespace ohm::ui
