// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QKeySequence>
#include <QObject>
#include <QString>
#include <QVector>

#include <functional>

class QAction;

namespace ohm::ui {

class Settings;

/// A command as people meet it. Menus, tooltips, tool bars, the palette and the shortcut window are
/// all fed from this.
struct CommandInfo {
    QString id;               ///< stable, e.g. "file.open"
    QString text;             ///< menu text with mnemonic, "..." if more input follows
    QString icon;             ///< name for widgets::themedIcon, may be empty
    QList<QKeySequence> keys; ///< defaults, the first one is shown
    QString help;             ///< one sentence: tooltip, status tip and shortcut window
    QString group;            ///< menu it belongs to, heading of the shortcut window
    bool checkable = false;
    bool inPalette = true;
};

/// Registry of all commands of a window. Thread: GUI.
class Commands : public QObject {
    Q_OBJECT
public:
    /// `settings` keeps the user's shortcuts; may be null in tests.
    explicit Commands(Settings* settings, QObject* parent = nullptr);

    /// Makes the action. Registering an id twice is a bug.
    QAction* add(const CommandInfo& info, std::function<void()> run);
    QAction* addToggle(const CommandInfo& info, std::function<void(bool)> run);

    QAction* action(const QString& id) const; ///< nullptr if unknown
    const QVector<CommandInfo>& all() const { return m_infos; }
    bool trigger(const QString& id); ///< false if unknown or disabled

    QList<QKeySequence> keys(const QString& id) const;
    QList<QKeySequence> defaultKeys(const QString& id) const;
    /// Ids of other commands that use one of `keys`.
    QStringList conflicts(const QString& id, const QList<QKeySequence>& keys) const;
    /// Takes the keys from other commands that hold them, then gives them to `id`, and remembers.
    void setKeys(const QString& id, const QList<QKeySequence>& keys);
    void resetKeys(); ///< all commands back to their defaults

    /// Menu text without mnemonic and dots.
    static QString plainText(const QString& text);

signals:
    void keysChanged();

private:
    QAction* make(const CommandInfo& info);
    void apply(const QString& id, const QList<QKeySequence>& keys);
    void retip(QAction* action, const CommandInfo& info);
    const CommandInfo* find(const QString& id) const;

    Settings* m_settings;
    QVector<CommandInfo> m_infos;
    QHash<QString, QAction*> m_actions;
};

} // namespace ohm::ui
