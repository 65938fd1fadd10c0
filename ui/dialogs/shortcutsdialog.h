// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QKeySequenceEdit;
class QLabel;
class QLineEdit;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace ohm::ui {

class Commands;

/// Overview of all commands and their shortcuts, by group, with a filter and an editor for the
/// chosen one. Not modal. Thread: GUI.
class ShortcutsDialog : public QDialog {
    Q_OBJECT
public:
    explicit ShortcutsDialog(Commands& commands, QWidget* parent = nullptr);
    QTreeWidget* list() const { return m_list; }
    QKeySequenceEdit* editor() const { return m_edit; }

private:
    void fill();
    void filter(const QString& text);
    void showCurrent();
    void assign();
    QString currentId() const;

    Commands& m_commands;
    QLineEdit* m_filter;
    QTreeWidget* m_list;
    QKeySequenceEdit* m_edit;
    QPushButton* m_assign;
    QPushButton* m_default;
    QPushButton* m_clear;
    QLabel* m_note;
};

} // namespace ohm::ui
