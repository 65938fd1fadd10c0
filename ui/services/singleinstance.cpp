// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/singleinstance.h"

#include <QCryptographicHash>
#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocalServer>
#include <QLocalSocket>
#include <QTimer>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr qint64 kMaxMessage = 64 * 1024;
constexpr int kIdleMs = 3000;

QString defaultName() {
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(QDir::homePath().toUtf8());
    hash.addData(qgetenv("WAYLAND_DISPLAY"));
    hash.addData(qgetenv("DISPLAY"));
    hash.addData(qgetenv("XDG_CONFIG_HOME"));
    return u"ohmscape-"_s + QString::fromLatin1(hash.result().toHex().left(16));
}
} // namespace

SingleInstance::SingleInstance(const QString& name, QObject* parent)
    : QObject(parent)
    , m_name(name.isEmpty() ? defaultName() : name) {}

SingleInstance::~SingleInstance() = default;

bool SingleInstance::sendToRunning(const QStringList& paths, int timeoutMs) {
    QLocalSocket socket;
    socket.connectToServer(m_name);
    if (!socket.waitForConnected(timeoutMs))
        return false;
    QJsonObject message;
    message.insert(u"open"_s, QJsonArray::fromStringList(paths));
    const QByteArray line = QJsonDocument(message).toJson(QJsonDocument::Compact) + '\n';
    if (line.size() > kMaxMessage || socket.write(line) != line.size())
        return false;
    if (!socket.waitForBytesWritten(timeoutMs))
        return false;
    // "ok" says that it was understood, not only that a pipe took the bytes.
    return socket.waitForReadyRead(timeoutMs) && socket.readAll().startsWith("ok");
}

bool SingleInstance::listen() {
    // With user access only, Qt moves the new socket over an existing one: ask first who is there.
    QLocalSocket probe;
    probe.connectToServer(m_name);
    if (probe.waitForConnected(500))
        return false;
    QLocalServer::removeServer(m_name); // left behind by a crash
    auto server = std::make_unique<QLocalServer>();
    server->setSocketOptions(QLocalServer::UserAccessOption);
    if (!server->listen(m_name))
        return false;
    m_server = std::move(server);
    connect(m_server.get(), &QLocalServer::newConnection, this, [this] {
        while (QLocalSocket* socket = m_server->nextPendingConnection())
            serve(socket);
    });
    return true;
}

void SingleInstance::serve(QLocalSocket* socket) {
    connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
    QTimer::singleShot(kIdleMs, socket, [socket] { socket->abort(); });
    connect(socket, &QLocalSocket::readyRead, this, [this, socket] {
        if (!socket->canReadLine()) {
            if (socket->bytesAvailable() > kMaxMessage)
                socket->abort();
            return;
        }
        const QJsonDocument message = QJsonDocument::fromJson(socket->readLine(kMaxMessage));
        if (!message.isObject() || !message.object().value(u"open"_s).isArray()) {
            socket->abort();
            return;
        }
        QStringList paths;
        for (const QJsonValue& value : message.object().value(u"open"_s).toArray()) {
            if (value.isString() && QDir::isAbsolutePath(value.toString()))
                paths.push_back(value.toString());
        }
        socket->write("ok\n");
        socket->flush();
        socket->disconnectFromServer();
        emit openRequested(paths);
    });
}

} // namespace ohm::ui
