// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/joblist.h"

#include "widgets/common/icons.h"
#include "widgets/common/palette.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QStyle>
#include <QToolButton>

namespace ohm::widgets {

QIcon jobStateIcon(JobInfo::State state) {
    const bool dark = isDark(QGuiApplication::palette());
    const auto icon = [dark](const char* name, Semantic semantic) {
        return colouredIcon(QString::fromLatin1(name), semanticColour(semantic, dark));
    };
    switch (state) {
    case JobInfo::State::Queued:
        return icon("queued", Semantic::Muted);
    case JobInfo::State::Running:
        return icon("play", Semantic::Selection);
    case JobInfo::State::Paused:
        return icon("pause", Semantic::Near);
    case JobInfo::State::Stopping:
    case JobInfo::State::Stopped:
        return icon("stop", Semantic::Muted);
    case JobInfo::State::Done:
        return icon("ok", Semantic::Pass);
    case JobInfo::State::Failed:
        break;
    }
    return icon("error", Semantic::Error);
}

QString jobTimeText(const JobInfo& job) {
    if (job.state == JobInfo::State::Queued)
        return {};
    if (job.active() && job.remainingMs >= 0)
        return JobStrip::tr("%1, about %2 left")
            .arg(durationText(job.elapsedMs), durationText(job.remainingMs));
    return durationText(job.elapsedMs);
}

void showJobProgress(QProgressBar* bar, const JobInfo& job) {
    if (!job.active()) {
        bar->hide();
        return;
    }
    bar->show();
    const bool known = job.fraction >= 0 || job.state != JobInfo::State::Running;
    bar->setRange(0, known ? 1000 : 0);
    if (known)
        bar->setValue(static_cast<int>(std::clamp(job.fraction, 0.0, 1.0) * 1000));
    bar->setEnabled(job.state == JobInfo::State::Running);
}

JobRow::JobRow(QWidget* parent)
    : QWidget(parent)
    , m_icon(new QLabel(this))
    , m_title(new QLabel(this))
    , m_state(new QLabel(this))
    , m_text(new QLabel(this))
    , m_bar(new QProgressBar(this))
    , m_log(new QToolButton(this))
    , m_pause(new QToolButton(this))
    , m_stop(new QToolButton(this)) {
    m_title->setTextFormat(Qt::PlainText);
    m_text->setTextFormat(Qt::PlainText);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    m_title->setFont(bold);
    m_bar->setTextVisible(false);
    m_bar->setFixedHeight(std::max(4, fontMetrics().height() / 3));
    // Long step texts are cut, never widen the popup.
    for (QLabel* label : {m_title, m_text})
        label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    for (QToolButton* button : {m_log, m_pause, m_stop})
        button->setAutoRaise(true);
    m_log->setIcon(themedIcon(QStringLiteral("log")));
    m_stop->setIcon(themedIcon(QStringLiteral("stop")));
    m_stop->setObjectName(QStringLiteral("stop"));
    m_pause->setObjectName(QStringLiteral("pause"));
    m_log->setObjectName(QStringLiteral("log"));

    auto* top = new QHBoxLayout;
    top->addWidget(m_title, 1);
    top->addWidget(m_state);
    auto* middle = new QVBoxLayout;
    middle->setSpacing(2);
    middle->addLayout(top);
    middle->addWidget(m_bar);
    middle->addWidget(m_text);
    auto* row = new QHBoxLayout(this);
    row->addWidget(m_icon, 0, Qt::AlignTop);
    row->addLayout(middle, 1);
    row->addWidget(m_log);
    row->addWidget(m_pause);
    row->addWidget(m_stop);

    connect(m_stop, &QToolButton::clicked, this, [this] { emit stopRequested(m_job.id); });
    connect(m_log, &QToolButton::clicked, this, [this] { emit logRequested(m_job.id); });
    connect(m_pause, &QToolButton::clicked, this,
            [this] { emit pauseRequested(m_job.id, m_job.state != JobInfo::State::Paused); });
}

void JobRow::setJob(const JobInfo& job) {
    m_job = job;
    const int side = fontMetrics().height();
    m_icon->setPixmap(jobStateIcon(job.state).pixmap(QSize(side, side), devicePixelRatioF()));
    m_icon->setToolTip(jobStateText(job.state));
    m_title->setText(job.title);
    const QString time = jobTimeText(job);
    m_state->setText(time.isEmpty() ? jobStateText(job.state)
                                    : QStringLiteral("%1 · %2").arg(jobStateText(job.state), time));
    m_text->setText(job.text);
    m_text->setToolTip(job.text);
    m_text->setVisible(!job.text.isEmpty());
    showJobProgress(m_bar, job);
    m_bar->setAccessibleName(tr("Progress of %1").arg(job.title));
    const bool paused = job.state == JobInfo::State::Paused;
    m_pause->setIcon(themedIcon(paused ? QStringLiteral("play") : QStringLiteral("pause")));
    const QString pauseText = paused ? tr("Resume %1") : tr("Pause %1");
    m_pause->setToolTip(pauseText.arg(job.title));
    m_pause->setAccessibleName(pauseText.arg(job.title));
    m_stop->setToolTip(tr("Stop %1").arg(job.title));
    m_stop->setAccessibleName(tr("Stop %1").arg(job.title));
    m_log->setToolTip(tr("Show the log of %1").arg(job.title));
    m_log->setAccessibleName(tr("Show the log of %1").arg(job.title));
    m_pause->setVisible(job.pausable && (job.state == JobInfo::State::Running || paused));
    m_stop->setVisible(job.active());
    m_stop->setEnabled(job.state != JobInfo::State::Stopping);
    m_log->setVisible(job.hasLog);
    setAccessibleName(QStringLiteral("%1, %2").arg(job.title, m_state->text()));
}

JobList::JobList(QWidget* parent)
    : QScrollArea(parent)
    , m_column(new QVBoxLayout)
    , m_empty(new QLabel(this)) {
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* page = new QWidget(this);
    m_empty->setText(tr("No background work yet"));
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setEnabled(false);
    m_column->setContentsMargins(2, 2, 2, 2);
    m_column->setSpacing(0);
    m_column->addWidget(m_empty);
    m_column->addStretch(1);
    page->setLayout(m_column);
    setWidget(page);
    setAccessibleName(tr("Background jobs"));
}

void JobList::setJobs(const QVector<JobInfo>& jobs) {
    QVector<quint64> order;
    order.reserve(jobs.size());
    for (const JobInfo& job : jobs)
        order.append(job.id);
    if (order != m_order) {
        for (const quint64 id : std::as_const(m_order)) {
            if (!order.contains(id))
                delete m_rows.take(id);
        }
        int place = 0;
        for (const quint64 id : std::as_const(order)) {
            JobRow*& row = m_rows[id];
            if (!row) {
                row = new JobRow(widget());
                connect(row, &JobRow::stopRequested, this, &JobList::stopRequested);
                connect(row, &JobRow::pauseRequested, this, &JobList::pauseRequested);
                connect(row, &JobRow::logRequested, this, &JobList::logRequested);
            }
            m_column->removeWidget(row);
            m_column->insertWidget(place++, row);
        }
        m_order = order;
    }
    for (const JobInfo& job : jobs)
        m_rows[job.id]->setJob(job);
    m_empty->setVisible(jobs.isEmpty());
}

int JobList::rowHeight() const {
    return fontMetrics().height() * 4;
}

} // namespace ohm::widgets
