// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <QElapsedTimer>
#include <QObject>
#include <QStringList>
#include <QVector>

#include <functional>

class QTimer;

namespace ohm::ui {

class MainWindow;

/// Opens every page on real content and writes one picture of each: a list of steps, each with what
/// to do, what to wait for and the picture's name. Never blocks the event loop. Thread: GUI.
class Tour : public QObject {
    Q_OBJECT
public:
    Tour(MainWindow& window, const QString& folder, const QString& project,
         QObject* parent = nullptr);
    ~Tour() override;

    void start();
    const QStringList& pictures() const { return m_pictures; }
    QString error() const { return m_error; } ///< one sentence; empty when all went well

signals:
    void finished(bool ok);

private:
    struct Step {
        QString picture; ///< empty: none
        std::function<void()> act;
        std::function<bool()> ready;
        std::function<void()> finish = {}; ///< once, after it was ready; empty: nothing
    };
    void addSteps();
    void addWorkspaceSteps(const QString& look);
    void next();
    void poll();
    bool grab(const QString& name);
    void stop(const QString& error);

    MainWindow& m_window;
    QString m_folder;
    QString m_project;
    QVector<Step> m_steps;
    qsizetype m_step = -1;
    QTimer* m_timer;
    QElapsedTimer m_clock;
    int m_settled = 0;
    bool m_finished = false;
    QStringList m_pictures;
    QString m_error;
    QString m_failure; ///< told by the session; a circuit that cannot be simulated is shown as such
};

} // namespace ohm::ui
