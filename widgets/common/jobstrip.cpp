// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/jobstrip.h"

#include "widgets/common/icons.h"
#include "widgets/common/joblist.h"
#include "widgets/common/palette.h"
#include "widgets/common/theme.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

#include <algorithm>

namespace ohm::widgets {

QString jobStateText(JobInfo::State state) {
    switch (state) {
    case JobInfo::State::Queued:
        return JobStrip::tr("Queued");
    case JobInfo::State::Running:
        return JobStrip::tr("Running");
    case JobInfo::State::Paused:
        return JobStrip::tr("Paused");
    case JobInfo::State::Stopping:
        return JobStrip::tr("Stopping");
    case JobInfo::State::Done:
        return JobStrip::tr("Done");
    case JobInfo::State::Failed:
        return JobStrip::tr("Failed");
    case JobInfo::State::Stopped:
        break;
    }
    return JobStrip::tr("Stopped");
}

QString durationText(qint64 milliseconds) {
    const qint64 seconds = std::max<qint64>(0, milliseconds) / 1000;
    if (milliseconds < 1000)
        return JobStrip::tr("under 1 s");
    if (seconds < 60)
        return JobStrip::tr("%1 s").arg(seconds);
    if (seconds < 3600)
        return JobStrip::tr("%1 min %2 s")
            .arg(seconds / 60)
            .arg(seconds % 60, 2, 10, QLatin1Char('0'));
    return JobStrip::tr("%1 h %2 min")
        .arg(seconds / 3600)
        .arg(seconds / 60 % 60, 2, 10, QLatin1Char('0'));
}

class JobStrip::Private {
public:
    QVector<JobInfo> jobs;
    JobInfo shown;
    QLabel* icon = nullptr;
    QLabel* title = nullptr;
    QProgressBar* bar = nullptr;
    QLabel* time = nullptr;
    QToolButton* pause = nullptr;
    QToolButton* stop = nullptr;
    QToolButton* toggle = nullptr;
    QFrame* popup = nullptr;
    JobList* list = nullptr;
    QPushButton* clearFinished = nullptr;

    /// What one line can show: the running job that started last, else any active one, else the
    /// newest that ended.
    static JobInfo mostInteresting(const QVector<JobInfo>& jobs) {
        const JobInfo* best = nullptr;
        const auto rank = [](const JobInfo& job) {
            switch (job.state) {
            case JobInfo::State::Running:
                return 4;
            case JobInfo::State::Stopping:
            case JobInfo::State::Paused:
                return 3;
            case JobInfo::State::Queued:
                return 2;
            default:
                return 1;
            }
        };
        for (const JobInfo& job : jobs) {
            if (!best || rank(job) > rank(*best))
                best = &job;
        }
        return best ? *best : JobInfo();
    }
};

JobStrip::JobStrip(QWidget* parent)
    : QFrame(parent)
    , d(std::make_unique<Private>()) {
    setFrameShape(QFrame::NoFrame);
    setAccessibleName(tr("Background jobs"));
    d->icon = new QLabel(this);
    d->title = new QLabel(this);
    d->title->setTextFormat(Qt::PlainText);
    d->title->setObjectName(QStringLiteral("title"));
    d->title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    d->bar = new QProgressBar(this);
    d->bar->setTextVisible(false);
    d->bar->setFixedWidth(fontMetrics().averageCharWidth() * 20);
    d->bar->setFixedHeight(std::max(6, fontMetrics().height() / 2));
    d->time = new QLabel(this);
    d->time->setObjectName(QStringLiteral("time"));
    const auto button = [this](const QString& icon, const QString& object) {
        auto* b = new QToolButton(this);
        b->setIcon(themedIcon(icon));
        b->setAutoRaise(true);
        b->setObjectName(object);
        return b;
    };
    d->pause = button(QStringLiteral("pause"), QStringLiteral("pause"));
    d->stop = button(QStringLiteral("stop"), QStringLiteral("stop"));
    d->toggle = button(QStringLiteral("up"), QStringLiteral("toggle"));
    d->toggle->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    d->toggle->setToolTip(tr("Show all jobs"));

    auto* row = new QHBoxLayout(this);
    const int gap = fontMetrics().height() / 3;
    row->setContentsMargins(2 * gap, 1, gap, 1);
    row->addWidget(d->icon);
    row->addWidget(d->title, 1);
    row->addWidget(d->time);
    row->addWidget(d->bar);
    row->addWidget(d->pause);
    row->addWidget(d->stop);
    row->addWidget(d->toggle);

    d->popup = new QFrame(this, Qt::Popup);
    d->popup->setFrameShape(QFrame::StyledPanel);
    d->popup->setAccessibleName(tr("Background jobs"));
    d->list = new JobList(d->popup);
    d->clearFinished =
        new QPushButton(themedIcon(QStringLiteral("clear")), tr("Clear finished"), d->popup);
    auto* column = new QVBoxLayout(d->popup);
    column->addWidget(d->list, 1);
    column->addWidget(d->clearFinished, 0, Qt::AlignRight);

    connect(d->toggle, &QToolButton::clicked, this, [this] { setPopupVisible(!popupVisible()); });
    connect(d->stop, &QToolButton::clicked, this, [this] { emit stopRequested(d->shown.id); });
    connect(d->pause, &QToolButton::clicked, this,
            [this] { emit pauseRequested(d->shown.id, d->shown.state != JobInfo::State::Paused); });
    connect(d->list, &JobList::stopRequested, this, &JobStrip::stopRequested);
    connect(d->list, &JobList::pauseRequested, this, &JobStrip::pauseRequested);
    connect(d->list, &JobList::logRequested, this, &JobStrip::logRequested);
    connect(d->clearFinished, &QPushButton::clicked, this, &JobStrip::clearFinishedRequested);
    connect(&Theme::instance(), &Theme::changed, this,
            [this] { setJobs(QVector<JobInfo>(d->jobs)); });
    setJobs({});
}

JobStrip::~JobStrip() = default;

void JobStrip::setJobs(const QVector<JobInfo>& jobs) {
    d->jobs = jobs;
    d->shown = Private::mostInteresting(jobs);
    const JobInfo& job = d->shown;
    const bool any = !jobs.isEmpty();
    const auto active =
        std::count_if(jobs.begin(), jobs.end(), [](const JobInfo& j) { return j.active(); });

    const int side = fontMetrics().height();
    const QIcon icon = any ? jobStateIcon(job.state)
                           : colouredIcon(QStringLiteral("check"),
                                          semanticColour(Semantic::Muted, isDark(qApp->palette())));
    d->icon->setPixmap(icon.pixmap(QSize(side, side), devicePixelRatioF()));
    QString text = tr("Ready");
    if (any) {
        text = job.state == JobInfo::State::Running
                   ? job.title
                   : QStringLiteral("%1: %2").arg(jobStateText(job.state), job.title);
        // The last step of a job that is done says nothing more.
        if (!job.text.isEmpty() && job.state != JobInfo::State::Done)
            text += QStringLiteral(" – ") + job.text;
    }
    d->title->setText(text);
    d->title->setToolTip(any ? text : QString());
    d->time->setText(any ? jobTimeText(job) : QString());
    showJobProgress(d->bar, job);
    d->bar->setVisible(any && job.active());
    d->bar->setAccessibleName(tr("Progress of %1").arg(job.title));
    const bool paused = job.state == JobInfo::State::Paused;
    d->pause->setVisible(any && job.pausable && (paused || job.state == JobInfo::State::Running));
    d->pause->setIcon(themedIcon(paused ? QStringLiteral("play") : QStringLiteral("pause")));
    const QString pauseName = (paused ? tr("Resume %1") : tr("Pause %1")).arg(job.title);
    d->pause->setAccessibleName(pauseName);
    d->pause->setToolTip(pauseName);
    d->stop->setVisible(any && job.active());
    d->stop->setEnabled(job.state != JobInfo::State::Stopping);
    d->stop->setAccessibleName(tr("Stop %1").arg(job.title));
    d->stop->setToolTip(tr("Stop %1").arg(job.title));
    d->toggle->setText(active > 1 ? tr("%1 jobs").arg(active) : tr("Jobs"));
    d->toggle->setAccessibleName(tr("Show all jobs"));
    d->toggle->setAccessibleDescription(text);
    d->clearFinished->setEnabled(active < jobs.size());
    if (popupVisible())
        d->list->setJobs(jobs);
}

const QVector<JobInfo>& JobStrip::jobs() const {
    return d->jobs;
}

void JobStrip::setPopupVisible(bool visible) {
    if (!visible) {
        d->popup->hide();
        return;
    }
    d->list->setJobs(d->jobs);
    const int rows = std::clamp(static_cast<int>(d->jobs.size()), 1, 6);
    const QSize size(std::min(std::max(width() / 2, fontMetrics().averageCharWidth() * 60),
                              std::max(width(), 1)),
                     d->list->rowHeight() * rows + fontMetrics().height() * 3);
    d->popup->resize(size);
    d->popup->move(mapToGlobal(QPoint(width() - size.width(), -size.height())));
    d->popup->show();
}

bool JobStrip::popupVisible() const {
    return d->popup->isVisible();
}

} // namespace ohm::widgets
