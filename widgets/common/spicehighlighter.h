// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSyntaxHighlighter>
#include <QTextCharFormat>

namespace ohm::widgets {

/// Colours SPICE text: comments, dot commands, element names, numbers with suffixes, parameters,
/// quoted expressions, continuations. Follows the palette. Thread: GUI.
class SpiceHighlighter : public QSyntaxHighlighter {
    Q_OBJECT
public:
    explicit SpiceHighlighter(QTextDocument* document);
    void setDark(bool dark);

protected:
    void highlightBlock(const QString& text) override;

private:
    QTextCharFormat m_comment, m_command, m_element, m_number, m_parameter, m_expression;
};

} // namespace ohm::widgets
