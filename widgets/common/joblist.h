// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/common/jobstrip.h"

#include <QHash>
#include <QProgressBar>
#include <QScrollArea>

class QLabel;
class QToolButton;
class QVBoxLayout;

namespace ohm::widgets {

/// Icon for a state, in its colour.
QIcon jobStateIcon(JobInfo::State state);
/// "12 s, about 3 min left".
QString jobTimeText(const JobInfo& job);
/// Shows the fraction, or a busy bar while it is unknown.
void showJobProgress(QProgressBar* bar, const JobInfo& job);

/// One job in the popup: title, step, progress, buttons. Private to the strip. Thread: GUI.
class JobRow : public QWidget {
    Q_OBJECT
public:
    explicit JobRow(QWidget* parent = nullptr);
    void setJob(const JobInfo& job);

signals:
    void stopRequested(quint64 id);
    void pauseRequested(quint64 id, bool paused);
    void logRequested(quint64 id);

private:
    JobInfo m_job;
    QLabel* m_icon;
    QLabel* m_title;
    QLabel* m_state;
    QLabel* m_text;
    QProgressBar* m_bar;
    QToolButton* m_log;
    QToolButton* m_pause;
    QToolButton* m_stop;
};

/// The popup's list of rows. Private to the strip. Thread: GUI.
class JobList : public QScrollArea {
    Q_OBJECT
public:
    explicit JobList(QWidget* parent = nullptr);
    void setJobs(const QVector<JobInfo>& jobs);
    int rowHeight() const;

signals:
    void stopRequested(quint64 id);
    void pauseRequested(quint64 id, bool paused);
    void logRequested(quint64 id);

private:
    QVBoxLayout* m_column;
    QLabel* m_empty;
    QHash<quint64, JobRow*> m_rows;
    QVector<quint64> m_order;
};

} // namespace ohm::widgets
