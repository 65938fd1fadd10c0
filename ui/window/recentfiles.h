// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/services/jobservice.h"
#include "widgets/common/startpage.h"

#include <QObject>
#include <QVector>

namespace ohm::ui {

/// The recent list and the shipped demos for the start page and the menu; the files behind them are
/// read and written off the GUI thread. Thread: GUI.
class RecentFiles : public QObject {
    Q_OBJECT
public:
    explicit RecentFiles(JobService& jobs, QObject* parent = nullptr);

    const QVector<widgets::RecentEntry>& entries() const { return m_entries; }
    const QVector<widgets::DemoEntry>& demos() const { return m_demos; }
    void refresh();
    void loadDemos();
    void touch(const QString& path, const QString& title);
    void setPinned(const QString& path, bool pinned);
    void remove(const QString& path);
    void clear();

signals:
    void changed();
    void demosChanged();

private:
    template <typename Change>
    void apply(Change change);
    JobService& m_jobs;
    QVector<widgets::RecentEntry> m_entries;
    QVector<widgets::DemoEntry> m_demos;
};

} // namespace ohm::ui
