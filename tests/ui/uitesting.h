// SPDX-License-Identifier: GPL-3.0-or-later
// Helpers of the window's tests.
#pragma once

#include "ui/panes/graphpane.h"
#include "ui/panes/schematicpane.h"
#include "ui/services/jobservice.h"
#include "ui/session/circuitsession.h"
#include "ui/session/graphnavigator.h"
#include "ui/session/simulation.h"
#include "ui/window/mainwindow.h"
#include "ui/window/workspacepage.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

namespace ohm::ui::testing {

using namespace Qt::StringLiterals;

inline QString sample(const QString& name) {
    return QStringLiteral(OHMSCAPE_SOURCE_DIR "/tests/ui/samples/") + name;
}

inline QString sharedFolder() {
    const QString named = qEnvironmentVariable("OHMSCAPE_SHARED");
    const QString folder =
        named.isEmpty() ? QStringLiteral(OHMSCAPE_SOURCE_DIR "/../shared") : named;
    return QDir(folder).exists() ? QDir(folder).absolutePath() : QString();
}

inline bool write(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
}

/// Nothing is being read, drawn, laid out or simulated any more.
inline bool settled(MainWindow& window) {
    return window.bench().jobs.isIdle();
}

inline bool waitSettled(MainWindow& window, int timeoutMs = 30'000) {
    return QTest::qWaitFor([&] { return settled(window); }, timeoutMs);
}

inline bool openAndWait(MainWindow& window, const QString& path, int timeoutMs = 30'000) {
    window.openPath(path);
    return waitSettled(window, timeoutMs) && window.bench().session.isOpen();
}

/// Settings and recent files that are not the user's.
class Sandbox {
public:
    Sandbox() {
        qputenv("XDG_STATE_HOME", m_dir.path().toLocal8Bit());
        qputenv("XDG_CONFIG_HOME", m_dir.path().toLocal8Bit());
    }
    QString path(const QString& name) const { return m_dir.filePath(name); }
    QString settings() const { return m_dir.filePath(u"settings.ini"_s); }

private:
    QTemporaryDir m_dir;
};

/// Longest time the event loop did not come round.
class StallMeter : public QObject {
public:
    StallMeter() {
        m_timer.setInterval(1);
        m_timer.setTimerType(Qt::PreciseTimer);
        connect(&m_timer, &QTimer::timeout, this, [this] { note(); });
        m_clock.start();
        m_timer.start();
    }
    /// Counts the time since the last turn, too.
    qint64 worst() {
        note();
        return m_worst;
    }

private:
    void note() { m_worst = std::max(m_worst, m_clock.restart()); }
    QTimer m_timer;
    QElapsedTimer m_clock;
    qint64 m_worst = 0;
};

} // namespace ohm::ui::testing
