// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QString>
#include <QVector>

#include <memory>

namespace ohm::widgets {

/// A background job as the strip shows it.
struct JobInfo {
    enum class State { Queued, Running, Paused, Stopping, Done, Failed, Stopped };
    quint64 id = 0;
    QString title;
    State state = State::Queued;
    double fraction = -1; ///< 0..1, negative = unknown
    qint64 elapsedMs = 0;
    qint64 remainingMs = -1; ///< negative = unknown
    QString text;            ///< present step, or why it failed
    bool pausable = false;
    bool hasLog = false;

    bool active() const { return state <= State::Stopping; }
    bool operator==(const JobInfo&) const = default;
};

/// "Running", "Stopping...": the word that goes with the icon.
QString jobStateText(JobInfo::State state);
/// "8 s", "2 min 05 s", "1 h 12 min".
QString durationText(qint64 milliseconds);

/// All background work in one line at the bottom of the window, and a popup list with a row per job
/// (stop, pause, log). Shows "Ready" when idle. Call `setJobs` at most ten times a second.
/// Thread: GUI.
class JobStrip : public QFrame {
    Q_OBJECT
public:
    explicit JobStrip(QWidget* parent = nullptr);
    ~JobStrip() override;

    void setJobs(const QVector<JobInfo>& jobs); ///< newest first
    const QVector<JobInfo>& jobs() const;
    void setPopupVisible(bool visible);
    bool popupVisible() const;

signals:
    void stopRequested(quint64 id);
    void pauseRequested(quint64 id, bool paused);
    void logRequested(quint64 id);
    void clearFinishedRequested();

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ohm::widgets
