// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QString>

#include <memory>

namespace ohm::widgets {

/// A find line for any view: text, previous/next, match count, case switch. Return finds the next,
/// Shift+Return the previous, Escape closes. It finds nothing itself. Thread: GUI.
class FindBar : public QFrame {
    Q_OBJECT
public:
    explicit FindBar(QWidget* parent = nullptr);
    ~FindBar() override;

    /// Shows it, takes the keyboard, selects the text.
    void open(const QString& text = {});
    void close();
    QString text() const;
    bool caseSensitive() const;
    void setCaseSwitchVisible(bool visible);
    /// What the view found: `current` 1-based (0 = none); total < 0 = unknown.
    void setMatches(int current, int total);

signals:
    void searchChanged(const QString& text, bool caseSensitive);
    void nextRequested();
    void previousRequested();
    void closed();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ohm::widgets
