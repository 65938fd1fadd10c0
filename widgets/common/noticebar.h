// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QPair>
#include <QString>
#include <QVector>

class QLabel;
class QScrollArea;
class QToolButton;

namespace ohm::widgets {

/// Reservations about what is shown: one sentence, and on demand a list with the objects concerned
/// as links. Hidden while there are none; Escape or the close button hides it until other notices
/// are set. Thread: GUI.
class NoticeBar : public QFrame {
    Q_OBJECT
public:
    struct Notice {
        QString text;
        QVector<QPair<QString, QString>> objects; ///< name and link
    };

    explicit NoticeBar(QWidget* parent = nullptr);

    /// An empty list hides the bar. The same notices again do not bring a closed bar back.
    void setNotices(const QString& summary, const QVector<Notice>& notices);
    void setDetailsShown(bool shown);
    bool areDetailsShown() const;
    QString summary() const;
    QString detailsText() const; ///< as plain text

signals:
    void linkActivated(const QString& link);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void restyle();
    void write();

    QVector<Notice> m_notices;
    QString m_key; ///< of what was shown last
    QLabel* m_icon;
    QLabel* m_text;
    QToolButton* m_more;
    QToolButton* m_close;
    QScrollArea* m_scroll;
    QLabel* m_details;
};

} // namespace ohm::widgets
