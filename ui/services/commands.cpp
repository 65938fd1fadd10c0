// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/commands.h"

#include "ui/services/settings.h"

#include <QAction>

namespace ohm::ui {

using namespace Qt::StringLiterals;

Commands::Commands(Settings* settings, QObject* parent)
    : QObject(parent)
    , m_settings(settings) {}

QString Commands::plainText(const QString& text) {
    QString plain = text;
    plain.replace(u"&&"_s, u"\x01"_s).remove(u'&').replace(u"\x01"_s, u"&"_s);
    if (plain.endsWith(u"\u2026"_s))
        plain.chop(1);
    else if (plain.endsWith(u"..."_s))
        plain.chop(3);
    return plain;
}

const CommandInfo* Commands::find(const QString& id) const {
    for (const CommandInfo& info : m_infos) {
        if (info.id == id)
            return &info;
    }
    return nullptr;
}

QAction* Commands::make(const CommandInfo& info) {
    Q_ASSERT(!m_actions.contains(info.id));
    auto* made = new QAction(info.text, this);
    made->setObjectName(info.id);
    made->setCheckable(info.checkable);
    made->setShortcutContext(Qt::WindowShortcut);
    m_infos.push_back(info);
    m_actions.insert(info.id, made);
    const auto saved = m_settings ? m_settings->shortcuts(info.id) : std::nullopt;
    apply(info.id, saved.value_or(info.keys));
    return made;
}

QAction* Commands::add(const CommandInfo& info, std::function<void()> run) {
    QAction* made = make(info);
    connect(made, &QAction::triggered, this, [run = std::move(run)] { run(); });
    return made;
}

QAction* Commands::addToggle(const CommandInfo& info, std::function<void(bool)> run) {
    CommandInfo checkable = info;
    checkable.checkable = true;
    QAction* made = make(checkable);
    connect(made, &QAction::toggled, this, [run = std::move(run)](bool on) { run(on); });
    return made;
}

QAction* Commands::action(const QString& id) const {
    return m_actions.value(id);
}

bool Commands::trigger(const QString& id) {
    QAction* found = action(id);
    if (!found || !found->isEnabled())
        return false;
    found->trigger();
    return true;
}

QList<QKeySequence> Commands::keys(const QString& id) const {
    const QAction* found = action(id);
    return found ? found->shortcuts() : QList<QKeySequence>{};
}

QList<QKeySequence> Commands::defaultKeys(const QString& id) const {
    const CommandInfo* info = find(id);
    return info ? info->keys : QList<QKeySequence>{};
}

QStringList Commands::conflicts(const QString& id, const QList<QKeySequence>& wanted) const {
    QStringList others;
    for (const CommandInfo& info : m_infos) {
        if (info.id == id)
            continue;
        for (const QKeySequence& key : keys(info.id)) {
            if (wanted.contains(key)) {
                others.push_back(info.id);
                break;
            }
        }
    }
    return others;
}

void Commands::setKeys(const QString& id, const QList<QKeySequence>& wanted) {
    const CommandInfo* info = find(id);
    if (!info)
        return;
    const auto store = [this](const CommandInfo& of, const QList<QKeySequence>& list) {
        apply(of.id, list);
        if (!m_settings)
            return;
        if (list == of.keys)
            m_settings->setShortcuts(of.id, std::nullopt);
        else
            m_settings->setShortcuts(of.id, list);
    };
    for (const QString& other : conflicts(id, wanted)) {
        QList<QKeySequence> left = keys(other);
        left.removeIf([&](const QKeySequence& key) { return wanted.contains(key); });
        store(*find(other), left);
    }
    store(*info, wanted);
    emit keysChanged();
}

void Commands::resetKeys() {
    for (const CommandInfo& info : m_infos) {
        apply(info.id, info.keys);
        if (m_settings)
            m_settings->setShortcuts(info.id, std::nullopt);
    }
    emit keysChanged();
}

void Commands::apply(const QString& id, const QList<QKeySequence>& list) {
    QAction* target = action(id);
    target->setShortcuts(list);
    retip(target, *find(id));
}

void Commands::retip(QAction* target, const CommandInfo& info) {
    const QString title = plainText(info.text);
    const QString key = target->shortcut().toString(QKeySequence::NativeText);
    QString tip = key.isEmpty() ? title : u"%1 (%2)"_s.arg(title, key);
    if (!info.help.isEmpty())
        tip += u"\n"_s + info.help;
    target->setToolTip(tip);
    target->setStatusTip(info.help);
}

} // namespace ohm::ui
