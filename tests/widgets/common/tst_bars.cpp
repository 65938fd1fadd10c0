// SPDX-License-Identifier: GPL-3.0-or-later
// Message bar, find bar, job strip.
#include "widgets/common/findbar.h"
#include "widgets/common/jobstrip.h"
#include "widgets/common/messagebar.h"

#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

using namespace ohm::widgets;

namespace {

template <typename T>
T* child(const QWidget& parent, const char* name) {
    T* found = parent.findChild<T*>(QString::fromLatin1(name));
    Q_ASSERT(found);
    return found;
}

JobInfo job(quint64 id, JobInfo::State state, double fraction = -1) {
    JobInfo info;
    info.id = id;
    info.title = QStringLiteral("Job %1").arg(id);
    info.state = state;
    info.fraction = fraction;
    info.elapsedMs = 12000;
    info.pausable = true;
    info.hasLog = true;
    return info;
}

} // namespace

class TestBars : public QObject {
    Q_OBJECT
private slots:
    void messageBarShowsAnError() {
        MessageBar bar;
        QVERIFY(!bar.isVisible());
        QSignalSpy dismissed(&bar, &MessageBar::dismissed);
        QSignalSpy action(&bar, &MessageBar::actionTriggered);
        bar.showError({"SIM-004", "It did not converge", "singular matrix", "bandgap.cir",
                       "Check for floating nodes"});
        QVERIFY(bar.isVisible());
        QCOMPARE(bar.text(), QStringLiteral("It did not converge. Check for floating nodes"));
        QVERIFY(bar.details().contains(QStringLiteral("singular matrix")));
        QVERIFY(bar.details().contains(QStringLiteral("SIM-004")));
        QVERIFY(bar.accessibleName().startsWith(QStringLiteral("Error")));
        auto* details = child<QToolButton>(bar, "details");
        QVERIFY(details->isVisible());
        QTest::mouseClick(details, Qt::LeftButton);
        QVERIFY(details->isChecked());
        QVERIFY(!child<QPushButton>(bar, "action")->isVisible());
        bar.setAction(QStringLiteral("Retry"));
        QTest::mouseClick(child<QPushButton>(bar, "action"), Qt::LeftButton);
        QCOMPARE(action.count(), 1);
        QTest::keyClick(&bar, Qt::Key_Escape);
        QVERIFY(!bar.isVisible());
        QCOMPARE(dismissed.count(), 1);
        bar.dismiss(); // twice says nothing
        QCOMPARE(dismissed.count(), 1);
    }

    void messageBarForgetsTheLastAction() {
        MessageBar bar;
        bar.showMessage(MessageBar::Kind::Warning, QStringLiteral("<b>not bold</b>"));
        bar.setAction(QStringLiteral("Reload"));
        QCOMPARE(child<QLabel>(bar, "text")->textFormat(), Qt::PlainText); // user data is no markup
        bar.showMessage(MessageBar::Kind::Note, QStringLiteral("Other"));
        QVERIFY(!child<QPushButton>(bar, "action")->isVisible());
        QVERIFY(!child<QToolButton>(bar, "details")->isVisible());
        QTest::mouseClick(child<QToolButton>(bar, "close"), Qt::LeftButton);
        QVERIFY(!bar.isVisible());
    }

    void findBarKeys() {
        FindBar bar;
        QSignalSpy changed(&bar, &FindBar::searchChanged);
        QSignalSpy next(&bar, &FindBar::nextRequested);
        QSignalSpy previous(&bar, &FindBar::previousRequested);
        QSignalSpy closed(&bar, &FindBar::closed);
        bar.open();
        auto* edit = bar.findChild<QLineEdit*>();
        QTest::keyClicks(edit, QStringLiteral("net"));
        QCOMPARE(changed.count(), 3);
        QCOMPARE(changed.last().at(0).toString(), QStringLiteral("net"));
        QTest::keyClick(edit, Qt::Key_Return);
        QTest::keyClick(edit, Qt::Key_Return, Qt::ShiftModifier);
        QCOMPARE(next.count(), 1);
        QCOMPARE(previous.count(), 1);
        bar.setMatches(2, 7);
        QCOMPARE(child<QLabel>(bar, "matches")->text(), QStringLiteral("2 of 7"));
        bar.setMatches(0, 0);
        QCOMPARE(child<QLabel>(bar, "matches")->text(), QStringLiteral("No match"));
        QTest::keyClick(edit, Qt::Key_Escape);
        QVERIFY(!bar.isVisible());
        QCOMPARE(closed.count(), 1);
        bar.open(QStringLiteral("vdd"));
        QCOMPARE(bar.text(), QStringLiteral("vdd"));
        QCOMPARE(edit->selectedText(), QStringLiteral("vdd"));
    }

    void durations_data() {
        QTest::addColumn<qint64>("ms");
        QTest::addColumn<QString>("text");
        QTest::newRow("none") << qint64{0} << QStringLiteral("under 1 s");
        QTest::newRow("negative") << qint64{-5} << QStringLiteral("under 1 s");
        QTest::newRow("seconds") << qint64{8400} << QStringLiteral("8 s");
        QTest::newRow("minutes") << qint64{125000} << QStringLiteral("2 min 05 s");
        QTest::newRow("hours") << qint64{4320000} << QStringLiteral("1 h 12 min");
    }
    void durations() {
        QFETCH(qint64, ms);
        QTEST(durationText(ms), "text");
    }

    void jobStripShowsTheRunningJob() {
        JobStrip strip;
        strip.resize(900, 30);
        strip.show();
        QCOMPARE(child<QLabel>(strip, "title")->text(), QStringLiteral("Ready"));
        QVERIFY(!child<QToolButton>(strip, "stop")->isVisible());
        strip.setJobs({job(3, JobInfo::State::Done, 1), job(2, JobInfo::State::Running, 0.25),
                       job(1, JobInfo::State::Queued)});
        QVERIFY(child<QLabel>(strip, "title")->text().startsWith(QStringLiteral("Job 2")));
        auto* bar = strip.findChild<QProgressBar*>();
        QCOMPARE(bar->maximum(), 1000);
        QCOMPARE(bar->value(), 250);
        QSignalSpy stop(&strip, &JobStrip::stopRequested);
        QSignalSpy pause(&strip, &JobStrip::pauseRequested);
        QTest::mouseClick(child<QToolButton>(strip, "stop"), Qt::LeftButton);
        QCOMPARE(stop.first().first().toULongLong(), 2ULL);
        QTest::mouseClick(child<QToolButton>(strip, "pause"), Qt::LeftButton);
        QCOMPARE(pause.first().at(1).toBool(), true);
        strip.setJobs({job(2, JobInfo::State::Paused, 0.25)});
        QTest::mouseClick(child<QToolButton>(strip, "pause"), Qt::LeftButton);
        QCOMPARE(pause.last().at(1).toBool(), false);
        strip.setJobs({job(2, JobInfo::State::Running, -1)});
        QCOMPARE(bar->maximum(), 0); // unknown: busy
        strip.setJobs({job(2, JobInfo::State::Stopping)});
        QVERIFY(!child<QToolButton>(strip, "stop")->isEnabled());
        strip.setJobs({job(2, JobInfo::State::Running, 7.5)}); // nonsense is clamped
        QCOMPARE(bar->value(), 1000);
    }

    void jobStripPopupHasARowPerJob() {
        JobStrip strip;
        strip.resize(900, 30);
        strip.show();
        QVector<JobInfo> jobs{job(3, JobInfo::State::Running, 0.5),
                              job(2, JobInfo::State::Running, 0.1), job(1, JobInfo::State::Failed)};
        strip.setJobs(jobs);
        QTest::mouseClick(child<QToolButton>(strip, "toggle"), Qt::LeftButton);
        QVERIFY(strip.popupVisible());
        QSignalSpy stop(&strip, &JobStrip::stopRequested);
        QSignalSpy log(&strip, &JobStrip::logRequested);
        const auto press = [&strip](const QString& name) {
            for (QToolButton* button : strip.findChildren<QToolButton*>()) {
                if (button->accessibleName() == name && button->window() != strip.window() &&
                    button->isVisible()) {
                    QTest::mouseClick(button, Qt::LeftButton);
                    return true;
                }
            }
            return false;
        };
        QVERIFY(press(QStringLiteral("Stop Job 2")));
        QCOMPARE(stop.first().first().toULongLong(), 2ULL);
        QVERIFY(!press(QStringLiteral("Stop Job 1"))); // it failed already
        QVERIFY(press(QStringLiteral("Show the log of Job 1")));
        QCOMPARE(log.first().first().toULongLong(), 1ULL);
        jobs.removeAt(1);
        strip.setJobs(jobs); // its row goes
        QVERIFY(!press(QStringLiteral("Stop Job 2")));
        QVERIFY(press(QStringLiteral("Stop Job 3")));
        strip.setPopupVisible(false);
        QVERIFY(!strip.popupVisible());
    }

    void everyButtonHasAName() {
        JobStrip strip;
        strip.setJobs({job(1, JobInfo::State::Running)});
        FindBar find;
        MessageBar message;
        message.showMessage(MessageBar::Kind::Note, QStringLiteral("x"));
        for (const QWidget* widget : {static_cast<QWidget*>(&strip), static_cast<QWidget*>(&find),
                                      static_cast<QWidget*>(&message)})
            for (const QAbstractButton* button : widget->findChildren<QAbstractButton*>()) {
                if (button->metaObject()->className() == QByteArray("QLineEditIconButton"))
                    continue; // decoration of the line edit, not focusable
                QVERIFY2(!button->accessibleName().isEmpty() || !button->text().isEmpty() ||
                             button->isHidden(),
                         qPrintable(button->objectName()));
            }
    }
};

QTEST_MAIN(TestBars)
#include "tst_bars.moc"
