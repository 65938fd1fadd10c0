// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVector>
#include <QWidget>

#include <memory>

namespace ohm::widgets {

struct LogLine {
    enum class Level { Debug, Info, Warning, Error };
    Level level = Level::Info;
    QString room; ///< who speaks, e.g. "sim"
    QString text;
    qint64 time = 0; ///< ms since the epoch, 0 = now
};

/// The log: level and text filter, copy, clear, a bounded number of lines. It follows the newest
/// line unless the user has scrolled up. Thread: GUI (feed it from other threads by queued calls).
class LogView : public QWidget {
    Q_OBJECT
public:
    explicit LogView(QWidget* parent = nullptr);
    ~LogView() override;

    void append(const LogLine& line);
    void append(const QVector<LogLine>& lines); ///< cheaper for many
    void clear();
    void setMaximumLines(int lines); ///< default 20000
    int lineCount() const;           ///< before the filter
    int visibleLineCount() const;
    void setLeastLevel(LogLine::Level level);
    void setFilterText(const QString& text);
    bool following() const;
    QString visibleText() const;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ohm::widgets
