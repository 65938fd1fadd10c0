// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <QFrame>
#include <QString>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QToolButton;

namespace ohm::widgets {

/// An inline bar on the page that asked: icon and word, one sentence, details on demand, one action
/// and a close button. Hidden until something is shown; Escape closes it. Thread: GUI.
class MessageBar : public QFrame {
    Q_OBJECT
public:
    enum class Kind { Note, Success, Warning, Error };

    explicit MessageBar(QWidget* parent = nullptr);

    void showError(const Error& error);
    void showMessage(Kind kind, const QString& text, const QString& details = {});
    /// The button that solves it, e.g. "Reload"; empty text: none. Reset by the next message.
    void setAction(const QString& text, const QString& iconName = {});
    void dismiss();

    Kind kind() const { return m_kind; }
    QString text() const;
    QString details() const;

signals:
    void actionTriggered();
    void dismissed();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void restyle();

    Kind m_kind = Kind::Note;
    QLabel* m_icon;
    QLabel* m_word;
    QLabel* m_text;
    QPlainTextEdit* m_details;
    QToolButton* m_detailsButton;
    QPushButton* m_action;
    QToolButton* m_close;
};

} // namespace ohm::widgets
