// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/diagnostic.h"

#include <QString>
#include <QVector>
#include <QWidget>

#include <memory>

namespace ohm::widgets {

/// A finding shown in the margin of the source.
struct SourceMark {
    int line = 0;   ///< 1-based
    int column = 0; ///< 1-based, 0 = whole line
    Severity severity = Severity::Warning;
    QString text;
};

/// Read-only SPICE text with line numbers, syntax colours, marks of diagnostics and a find bar
/// (Ctrl+F). Colouring is left out above 4 MB. Thread: GUI.
class SourceView : public QWidget {
    Q_OBJECT
public:
    explicit SourceView(QWidget* parent = nullptr);
    ~SourceView() override;

    void setSource(const QString& text);
    QString source() const;
    /// Number in the margin of the first line, for a part of a larger file (default 1). Lines given
    /// to and by the functions below stay relative to the text.
    void setFirstLine(int line);
    void setMarks(const QVector<SourceMark>& marks);
    /// Places the cursor, scrolls there and flashes the line. Out-of-range places are clamped.
    void jumpTo(int line, int column = 0);
    int currentLine() const;   ///< 1-based
    int currentColumn() const; ///< 1-based
    void openFind();
    int matchCount() const;

signals:
    /// The cursor moved to another line by the user, e.g. to light the device of that line.
    void currentLineChanged(int line);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ohm::widgets
