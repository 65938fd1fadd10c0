// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QKeySequence>
#include <QObject>
#include <QString>
#include <QStringList>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

class QSettings;

namespace ohm::ui {

/// The user's preferences and the window's memory, typed over QSettings (an INI file below
/// $XDG_CONFIG_HOME). Reading a value that is missing or makes no sense gives the default.
/// Thread: GUI.
class Settings : public QObject {
    Q_OBJECT
public:
    enum class Theme { System, Light, Dark };
    Q_ENUM(Theme)

    /// One step of the ladder from one layout of the file to the next.
    using Migration = std::function<void(QSettings&)>;

    /// `file` empty: the user's own. `migrations[i]` leads from version i to i+1; a file of a newer
    /// version than known is read as it is and its stamp is kept.
    explicit Settings(const QString& file = {}, QObject* parent = nullptr);
    Settings(const QString& file, const std::vector<Migration>& migrations,
             QObject* parent = nullptr);
    ~Settings() override;

    static const std::vector<Migration>& migrations();
    int version() const;
    QString file() const;

    Theme theme() const;
    void setTheme(Theme theme);

    bool showVoltages() const;
    void setShowVoltages(bool on);
    /// Which voltages are shown where both are known.
    enum class Voltages { Simulated, Predicted, Both, Error };
    Q_ENUM(Voltages)
    Voltages voltages() const;
    void setVoltages(Voltages which);
    bool showCurrents() const;
    void setShowCurrents(bool on);
    bool showRegions() const;
    void setShowRegions(bool on);

    /// Program that simulates; default "ngspice" from the search path.
    QString simulator() const;
    void setSimulator(const QString& path);

    /// The network chosen for circuits of a feature schema; empty: the program chooses.
    QString predictionModel(const QString& schema) const;
    void setPredictionModel(const QString& schema, const QString& path);

    /// Folders that netlists may include files from besides their own, absolute.
    QStringList includeFolders() const;
    void setIncludeFolders(const QStringList& folders);

    bool restoreSession() const; ///< open the last file at start
    void setRestoreSession(bool on);
    QString lastFile() const;
    void setLastFile(const QString& path);
    QString lastFolder() const; ///< of the open dialog
    void setLastFolder(const QString& path);

    QByteArray windowGeometry() const;
    QByteArray windowState(int layoutVersion) const; ///< empty if saved by another layout
    void setWindow(const QByteArray& geometry, const QByteArray& state, int layoutVersion);
    void forgetWindow();
    QByteArray viewState(const QString& view) const; ///< e.g. a header's or splitter's state
    void setViewState(const QString& view, const QByteArray& state);

    /// Nothing: the command keeps its default. An empty list: the user took its shortcut away.
    std::optional<QList<QKeySequence>> shortcuts(const QString& command) const;
    void setShortcuts(const QString& command, const std::optional<QList<QKeySequence>>& keys);

    void sync();

signals:
    void themeChanged();
    void annotationsChanged();
    void simulatorChanged();
    void includeFoldersChanged();

private:
    void migrate(const std::vector<Migration>& steps);
    std::unique_ptr<QSettings> m_store;
};

} // namespace ohm::ui
