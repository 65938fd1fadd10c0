// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVector>
#include <QWidget>

#include <memory>

namespace ohm::widgets {

struct RecentEntry {
    QString path;  ///< id given back by the signals; shown as tooltip
    QString title; ///< e.g. "two-stage-opamp"
    QString place; ///< shown small: the folder, a date
    bool pinned = false;
    bool missing = false; ///< the file is gone
};

struct DemoEntry {
    enum class Picture { Circuit, Ladder, OpAmp, Ota, Bandgap, Regulator, Sheet };
    QString id; ///< given back by the signal, e.g. the project file
    QString title;
    QString description; ///< one line
    Picture picture = Picture::Circuit;
};

/// What is seen before a circuit is open: open buttons and a drop hint, recent files with pins and
/// missing marks, demo cards. Everything by keyboard: arrows within a list, Return opens, P pins,
/// Delete removes. Thread: GUI.
class StartPage : public QWidget {
    Q_OBJECT
public:
    explicit StartPage(QWidget* parent = nullptr);
    ~StartPage() override;

    void setRecent(const QVector<RecentEntry>& entries); ///< in the order to show
    void setDemos(const QVector<DemoEntry>& entries);
    void setVersion(const QString& text); ///< shown small at the bottom

signals:
    void openRequested();
    void openProjectRequested();
    void recentActivated(const QString& path);
    void pinToggled(const QString& path, bool pinned);
    void removeRequested(const QString& path);
    void demoActivated(const QString& id);
    void filesDropped(const QStringList& paths); ///< local files only

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ohm::widgets
