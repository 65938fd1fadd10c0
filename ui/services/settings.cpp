// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/settings.h"

#include <QDir>
#include <QSettings>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
const QString kVersion = QStringLiteral("settings/version");

QString viewKey(const QString& view) {
    return u"views/"_s + view;
}
QString shortcutKey(const QString& command) {
    return u"shortcuts/"_s + command;
}
} // namespace

Settings::Settings(const QString& file, QObject* parent)
    : Settings(file, migrations(), parent) {}

Settings::Settings(const QString& file, const std::vector<Migration>& steps, QObject* parent)
    : QObject(parent)
    , m_store(file.isEmpty()
                  ? std::make_unique<QSettings>(QSettings::IniFormat, QSettings::UserScope,
                                                u"ohmscape"_s, u"ohmscape"_s)
                  : std::make_unique<QSettings>(file, QSettings::IniFormat)) {
    migrate(steps);
}

Settings::~Settings() = default;

const std::vector<Settings::Migration>& Settings::migrations() {
    // 0 -> 1: the first layout; there is nothing older to carry over.
    static const std::vector<Migration> steps{[](QSettings&) {}};
    return steps;
}

void Settings::migrate(const std::vector<Migration>& steps) {
    bool ok = false;
    int now = m_store->value(kVersion, 0).toInt(&ok);
    if (!ok || now < 0)
        now = 0;
    const int last = static_cast<int>(steps.size());
    if (now >= last)
        return;
    for (; now < last; ++now)
        steps[static_cast<std::size_t>(now)](*m_store);
    m_store->setValue(kVersion, last);
}

int Settings::version() const {
    return m_store->value(kVersion, 0).toInt();
}

QString Settings::file() const {
    return m_store->fileName();
}

Settings::Theme Settings::theme() const {
    const QString word = m_store->value(u"look/theme"_s).toString();
    if (word == u"light"_s)
        return Theme::Light;
    if (word == u"dark"_s)
        return Theme::Dark;
    return Theme::System;
}

void Settings::setTheme(Theme value) {
    if (value == theme())
        return;
    m_store->setValue(u"look/theme"_s, value == Theme::Light  ? u"light"_s
                                       : value == Theme::Dark ? u"dark"_s
                                                              : u"system"_s);
    emit themeChanged();
}

bool Settings::showVoltages() const {
    return m_store->value(u"annotations/voltages"_s, true).toBool();
}
void Settings::setShowVoltages(bool on) {
    if (on == showVoltages())
        return;
    m_store->setValue(u"annotations/voltages"_s, on);
    emit annotationsChanged();
}
Settings::Voltages Settings::voltages() const {
    const QString word = m_store->value(u"annotations/voltageValues"_s).toString();
    if (word == u"simulated"_s)
        return Voltages::Simulated;
    if (word == u"predicted"_s)
        return Voltages::Predicted;
    if (word == u"error"_s)
        return Voltages::Error;
    return Voltages::Both;
}
void Settings::setVoltages(Voltages which) {
    if (which == voltages())
        return;
    static const char* const words[] = {"simulated", "predicted", "both", "error"};
    m_store->setValue(u"annotations/voltageValues"_s,
                      QString::fromLatin1(words[static_cast<std::size_t>(which)]));
    emit annotationsChanged();
}
bool Settings::showCurrents() const {
    return m_store->value(u"annotations/currents"_s, false).toBool();
}
void Settings::setShowCurrents(bool on) {
    if (on == showCurrents())
        return;
    m_store->setValue(u"annotations/currents"_s, on);
    emit annotationsChanged();
}
bool Settings::showRegions() const {
    return m_store->value(u"annotations/regions"_s, false).toBool();
}
void Settings::setShowRegions(bool on) {
    if (on == showRegions())
        return;
    m_store->setValue(u"annotations/regions"_s, on);
    emit annotationsChanged();
}

QString Settings::simulator() const {
    const QString path = m_store->value(u"simulation/program"_s).toString();
    return path.isEmpty() ? u"ngspice"_s : path;
}
void Settings::setSimulator(const QString& path) {
    if (path == simulator())
        return;
    m_store->setValue(u"simulation/program"_s, path);
    emit simulatorChanged();
}

QString Settings::predictionModel(const QString& schema) const {
    return m_store->value(u"prediction/"_s + schema).toString();
}
void Settings::setPredictionModel(const QString& schema, const QString& path) {
    m_store->setValue(u"prediction/"_s + schema, path);
}

QStringList Settings::includeFolders() const {
    QStringList folders = m_store->value(u"netlists/includeFolders"_s).toStringList();
    folders.removeIf([](const QString& folder) { return QDir::isRelativePath(folder); });
    return folders;
}
void Settings::setIncludeFolders(const QStringList& folders) {
    if (folders == includeFolders())
        return;
    if (folders.isEmpty())
        m_store->remove(u"netlists/includeFolders"_s);
    else
        m_store->setValue(u"netlists/includeFolders"_s, folders);
    emit includeFoldersChanged();
}

bool Settings::restoreSession() const {
    return m_store->value(u"session/restore"_s, true).toBool();
}
void Settings::setRestoreSession(bool on) {
    m_store->setValue(u"session/restore"_s, on);
}
QString Settings::lastFile() const {
    return m_store->value(u"session/file"_s).toString();
}
void Settings::setLastFile(const QString& path) {
    m_store->setValue(u"session/file"_s, path);
}
QString Settings::lastFolder() const {
    return m_store->value(u"session/folder"_s).toString();
}
void Settings::setLastFolder(const QString& path) {
    m_store->setValue(u"session/folder"_s, path);
}

QByteArray Settings::windowGeometry() const {
    return m_store->value(u"window/geometry"_s).toByteArray();
}
QByteArray Settings::windowState(int layoutVersion) const {
    if (m_store->value(u"window/layout"_s).toInt() != layoutVersion)
        return {};
    return m_store->value(u"window/state"_s).toByteArray();
}
void Settings::setWindow(const QByteArray& geometry, const QByteArray& state, int layoutVersion) {
    m_store->setValue(u"window/geometry"_s, geometry);
    m_store->setValue(u"window/state"_s, state);
    m_store->setValue(u"window/layout"_s, layoutVersion);
}
void Settings::forgetWindow() {
    m_store->remove(u"window"_s);
    m_store->remove(u"views"_s);
}
QByteArray Settings::viewState(const QString& view) const {
    return m_store->value(viewKey(view)).toByteArray();
}
void Settings::setViewState(const QString& view, const QByteArray& state) {
    m_store->setValue(viewKey(view), state);
}

std::optional<QList<QKeySequence>> Settings::shortcuts(const QString& command) const {
    const QString key = shortcutKey(command);
    if (!m_store->contains(key))
        return std::nullopt;
    QList<QKeySequence> keys;
    for (const QString& text : m_store->value(key).toStringList()) {
        const QKeySequence sequence = QKeySequence::fromString(text, QKeySequence::PortableText);
        if (!sequence.isEmpty() && sequence[0].key() != Qt::Key_unknown)
            keys.push_back(sequence);
    }
    return keys;
}

void Settings::setShortcuts(const QString& command,
                            const std::optional<QList<QKeySequence>>& keys) {
    if (!keys) {
        m_store->remove(shortcutKey(command));
        return;
    }
    QStringList texts;
    for (const QKeySequence& sequence : *keys)
        texts.push_back(sequence.toString(QKeySequence::PortableText));
    if (texts.isEmpty())
        texts.push_back(QString()); // an empty list would be stored as nothing at all
    m_store->setValue(shortcutKey(command), texts);
}

void Settings::sync() {
    m_store->sync();
}

} // namespace ohm::ui
