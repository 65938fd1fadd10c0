// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/optimize/session.h"
#include "ui/services/jobservice.h"

#include <QObject>
#include <QString>
#include <QTimer>
#include <QVector>

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace ohm::ui {

using MembersPtr = std::shared_ptr<const std::vector<optimize::Member>>;

/// One sizing session of this window. Thread: a plain value.
struct SizingRun {
    enum class State : quint8 { Queued, Running, Paused, Stopping, Ended, Stopped, Failed };
    QString title; ///< "Evolutionary, seed 0"
    QString folder;
    optimize::SessionOptions options;
    State state = State::Queued;
    std::vector<optimize::IterationReport> history;
    MembersPtr members = std::make_shared<const std::vector<optimize::Member>>();
    QString outcome; ///< one sentence once it is over
    /// Of an earlier time, and the network that it needs is gone.
    bool stranded = false;
    bool shown = true;
    int place = 0; ///< for its colour, the same for as long as the window lives

    bool isActive() const { return state <= State::Stopping; }
};

/// What the specs say of sessions that were simulated under others: members' costs and every
/// report's figures. Needs no simulation. Thread: any.
void rescore(const optimize::Problem& problem, std::vector<optimize::Member>& members,
             std::vector<optimize::IterationReport>& history,
             const optimize::StopCriteria& criteria);

/// Sessions of one project, one after the other, and what they found so far. Thread: GUI.
class SizingRuns : public QObject {
    Q_OBJECT
public:
    explicit SizingRuns(JobService& jobs, QObject* parent = nullptr);
    ~SizingRuns() override;

    /// Another project: running sessions stop, the list is emptied.
    void clear();
    /// The problem as it is now. With the same parameters and measurements the sessions' costs are
    /// computed anew, the running one goes on under the new specs; else what was found is
    /// kept in its folder but no longer shown.
    void setProblem(const optimize::Problem& problem);
    const std::optional<optimize::Problem>& problem() const { return m_problem; }

    /// Those of earlier times with the same set-up come back by themselves, unseen until their box
    /// is checked. True once they were looked for.
    bool hasRecalled() const { return m_recalled; }

    /// Queues a session (goes on with the one in the folder); gives its place in the list, that of
    /// the same session where it is there already.
    int start(const QString& algorithm, const optimize::SessionOptions& options);
    /// Goes on with one of the list as it was begun, up to these criteria; not with one that is
    /// stranded.
    void goOn(int run, const optimize::StopCriteria& criteria);
    void setPaused(bool paused); ///< the running one
    void stop(int run);          ///< or takes it out of the queue
    void stopAll();
    void remove(int run); ///< from the list; its folder stays
    void setShown(int run, bool shown);
    /// Sessions that differ in nothing but the seed are drawn as one: a mean with a band.
    void setBanded(bool banded);
    bool isBanded() const { return m_banded; }
    /// The colour a session is drawn in: of a band, that of its first session that is shown.
    int placeOf(int run) const;
    /// Other criteria for the running session and for those that wait.
    void setCriteria(const optimize::StopCriteria& criteria);

    const QVector<SizingRun>& runs() const { return m_runs; }
    int running() const { return m_running; } ///< -1: none
    bool isRunning() const { return m_running >= 0; }
    bool isPaused() const;
    /// The one whose designs are looked at; -1: none.
    int chosen() const { return m_chosen; }
    void choose(int run);
    const SizingRun* current() const;
    /// Where a session of this algorithm, seed and set-up lies.
    QString folderOf(const optimize::SessionOptions& options) const;

signals:
    void listChanged();    ///< sessions or their states
    void updated(int run); ///< reports or designs
    void chosenChanged();
    void ended(int run);
    void failed(const ohm::Error& error);

private:
    struct Feed;
    void next();
    void takeUp();
    void finish(const Expected<optimize::Ending>& ending);
    void recall();

    JobService& m_jobs;
    std::optional<optimize::Problem> m_problem;
    QString m_signature; ///< of everything but the specs
    QVector<SizingRun> m_runs;
    int m_running = -1;
    int m_chosen = -1;
    int m_places = 0;
    bool m_recalled = false;
    bool m_banded = true;
    JobId m_job = 0;
    quint64 m_generation = 0; ///< of the list
    std::shared_ptr<Feed> m_feed;
    QTimer m_timer;
};

/// Of everything that decides what a design's measured values are, the netlists' text with it.
QString sizingSignature(const optimize::Problem& problem);
/// "Evolutionary, seed 0", with whatever else is not as usual.
QString sizingTitle(const optimize::SessionOptions& options);
/// The same without the seed; alike for sessions that differ in nothing else.
QString sizingFamily(const optimize::SessionOptions& options);

} // namespace ohm::ui
