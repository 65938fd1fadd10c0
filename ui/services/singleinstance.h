// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>

#include <memory>

class QLocalServer;
class QLocalSocket;

namespace ohm::ui {

/// One running window per user: a second start hands its files to the first one and ends.
/// Messages are one line of JSON, at most 64 KiB; anything else is dropped. Thread: GUI.
class SingleInstance : public QObject {
    Q_OBJECT
public:
    /// `name` empty: one per user and display.
    explicit SingleInstance(const QString& name = {}, QObject* parent = nullptr);
    ~SingleInstance() override;

    /// Hands absolute paths (may be none: just raise the window) to a running instance; false if
    /// there is none or it does not answer within `timeoutMs`. Blocks: for the start of the
    /// program.
    bool sendToRunning(const QStringList& paths, int timeoutMs = 1500);
    /// Becomes the instance that others find. False if another one already is.
    bool listen();

signals:
    void openRequested(const QStringList& paths);

private:
    void serve(QLocalSocket* socket);
    QString m_name;
    std::unique_ptr<QLocalServer> m_server;
};

} // namespace ohm::ui
