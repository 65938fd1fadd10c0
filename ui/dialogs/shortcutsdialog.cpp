// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/shortcutsdialog.h"

#include "ui/services/commands.h"
#include "widgets/common/icons.h"

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr int kIdRole = Qt::UserRole;

QString keysText(const QList<QKeySequence>& keys) {
    QStringList texts;
    for (const QKeySequence& key : keys)
        texts.push_back(key.toString(QKeySequence::NativeText));
    return texts.join(u", "_s);
}
} // namespace

ShortcutsDialog::ShortcutsDialog(Commands& commands, QWidget* parent)
    : QDialog(parent)
    , m_commands(commands)
    , m_filter(new QLineEdit(this))
    , m_list(new QTreeWidget(this))
    , m_edit(new QKeySequenceEdit(this))
    , m_assign(new QPushButton(tr("Assign"), this))
    , m_default(new QPushButton(tr("Use default"), this))
    , m_clear(new QPushButton(tr("Remove"), this))
    , m_note(new QLabel(this)) {
    setWindowTitle(tr("Keyboard shortcuts"));
    setObjectName(u"shortcutsDialog"_s);
    m_filter->setPlaceholderText(tr("Filter commands"));
    m_filter->setAccessibleName(tr("Filter commands"));
    m_filter->setClearButtonEnabled(true);
    m_filter->addAction(widgets::themedIcon(u"search"_s), QLineEdit::LeadingPosition);
    m_list->setAccessibleName(tr("Commands"));
    m_list->setHeaderLabels({tr("Command"), tr("Shortcut"), tr("What it does")});
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setAlternatingRowColors(true);
    m_edit->setAccessibleName(tr("New shortcut"));
    m_note->setWordWrap(true);
    m_note->setForegroundRole(QPalette::PlaceholderText);
    auto* label = new QLabel(tr("&New shortcut:"), this);
    label->setBuddy(m_edit);

    auto* row = new QHBoxLayout;
    row->addWidget(label);
    row->addWidget(m_edit, 1);
    row->addWidget(m_assign);
    row->addWidget(m_clear);
    row->addWidget(m_default);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    QPushButton* all = buttons->addButton(tr("Reset all"), QDialogButtonBox::ResetRole);
    auto* column = new QVBoxLayout(this);
    column->addWidget(m_filter);
    column->addWidget(m_list, 1);
    column->addLayout(row);
    column->addWidget(m_note);
    column->addWidget(buttons);

    connect(m_filter, &QLineEdit::textChanged, this, &ShortcutsDialog::filter);
    connect(m_list, &QTreeWidget::currentItemChanged, this, &ShortcutsDialog::showCurrent);
    connect(m_edit, &QKeySequenceEdit::keySequenceChanged, this, [this](const QKeySequence& key) {
        const QStringList others =
            key.isEmpty() ? QStringList() : m_commands.conflicts(currentId(), {key});
        m_note->setText(
            others.isEmpty()
                ? QString()
                : tr("Now used by \u201c%1\u201d; assigning takes it away there.")
                      .arg(Commands::plainText(m_commands.action(others.first())->text())));
        m_assign->setEnabled(!key.isEmpty() && !currentId().isEmpty());
    });
    connect(m_assign, &QPushButton::clicked, this, &ShortcutsDialog::assign);
    connect(m_clear, &QPushButton::clicked, this, [this] { m_commands.setKeys(currentId(), {}); });
    connect(m_default, &QPushButton::clicked, this,
            [this] { m_commands.setKeys(currentId(), m_commands.defaultKeys(currentId())); });
    connect(all, &QPushButton::clicked, &m_commands, &Commands::resetKeys);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    connect(&m_commands, &Commands::keysChanged, this, &ShortcutsDialog::fill);
    fill();
    const int em = fontMetrics().averageCharWidth();
    m_list->header()->resizeSection(0, em * 34);
    m_list->header()->resizeSection(1, em * 22);
    resize(em * 150, fontMetrics().height() * 38);
    m_filter->setFocus();
}

QString ShortcutsDialog::currentId() const {
    const QTreeWidgetItem* item = m_list->currentItem();
    return item ? item->data(0, kIdRole).toString() : QString();
}

void ShortcutsDialog::fill() {
    const QString keep = currentId();
    m_list->clear();
    QString group;
    QTreeWidgetItem* chosen = nullptr;
    for (const CommandInfo& info : m_commands.all()) {
        if (info.group != group) {
            group = info.group;
            auto* heading = new QTreeWidgetItem(m_list, {group});
            QFont font = m_list->font();
            font.setBold(true);
            heading->setFont(0, font);
            heading->setFlags(Qt::ItemIsEnabled);
            heading->setFirstColumnSpanned(true);
        }
        auto* item = new QTreeWidgetItem(m_list, {Commands::plainText(info.text),
                                                  keysText(m_commands.keys(info.id)), info.help});
        item->setData(0, kIdRole, info.id);
        item->setIcon(0, widgets::themedIcon(info.icon));
        item->setToolTip(2, info.help);
        if (info.id == keep)
            chosen = item;
    }
    if (chosen)
        m_list->setCurrentItem(chosen);
    filter(m_filter->text());
    showCurrent();
}

void ShortcutsDialog::filter(const QString& text) {
    QTreeWidgetItem* heading = nullptr;
    for (int i = 0; i < m_list->topLevelItemCount(); ++i) {
        QTreeWidgetItem* item = m_list->topLevelItem(i);
        if (item->data(0, kIdRole).toString().isEmpty()) {
            heading = item;
            heading->setHidden(true);
            continue;
        }
        bool hit = text.isEmpty();
        for (int column = 0; column < 3 && !hit; ++column)
            hit = item->text(column).contains(text, Qt::CaseInsensitive);
        item->setHidden(!hit);
        if (hit && heading)
            heading->setHidden(false);
    }
}

void ShortcutsDialog::showCurrent() {
    const QString id = currentId();
    const bool any = !id.isEmpty();
    m_edit->setEnabled(any);
    m_clear->setEnabled(any && !m_commands.keys(id).isEmpty());
    m_default->setEnabled(any && m_commands.keys(id) != m_commands.defaultKeys(id));
    m_edit->clear();
    m_assign->setEnabled(false);
    m_note->clear();
}

void ShortcutsDialog::assign() {
    const QKeySequence key = m_edit->keySequence();
    if (!key.isEmpty() && !currentId().isEmpty())
        m_commands.setKeys(currentId(), {key});
}

} // namespace ohm::ui
