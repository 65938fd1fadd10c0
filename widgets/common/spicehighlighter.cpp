// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/spicehighlighter.h"

#include "widgets/common/palette.h"

namespace ohm::widgets {
namespace {

bool isWordCharacter(QChar c) {
    return c.isLetterOrNumber() || c == u'_' || c == u'.' || c == u'!' || c == u'#' || c == u':' ||
           c == u'[' || c == u']' || c == u'<' || c == u'>' || c == u'@';
}

} // namespace

SpiceHighlighter::SpiceHighlighter(QTextDocument* document)
    : QSyntaxHighlighter(document) {
    setDark(false);
}

void SpiceHighlighter::setDark(bool dark) {
    const auto colour = [dark](QRgb light, QRgb onDark) { return QColor(dark ? onDark : light); };
    m_comment.setForeground(semanticColour(Semantic::Muted, dark));
    m_comment.setFontItalic(true);
    m_command.setForeground(colour(0xff7a2e8e, 0xffd9a5e8));
    m_command.setFontWeight(QFont::DemiBold);
    m_element.setForeground(colour(0xff1f5fc4, 0xff7aaefc));
    m_element.setFontWeight(QFont::DemiBold);
    m_number.setForeground(colour(0xff00704f, 0xff6fd3b0));
    m_parameter.setForeground(colour(0xff8a5a00, 0xffe5b567));
    m_expression.setForeground(colour(0xffa0410d, 0xfff0a07a));
    rehighlight();
}

void SpiceHighlighter::highlightBlock(const QString& text) {
    int i = 0;
    const int n = static_cast<int>(text.size());
    while (i < n && text[i].isSpace())
        ++i;
    if (i >= n)
        return;
    const QChar first = text[i];
    if (first == u'*' || (first == u'/' && i + 1 < n && text[i + 1] == u'/')) {
        setFormat(i, n - i, m_comment);
        return;
    }
    const auto wordEnd = [&](int from) {
        while (from < n && isWordCharacter(text[from]))
            ++from;
        return from;
    };
    if (first == u'+') {
        setFormat(i, 1, m_command);
        ++i;
    } else if (first == u'.') {
        const int end = wordEnd(i + 1);
        setFormat(i, end - i, m_command);
        i = end;
    } else if (first.isLetter()) {
        const int end = wordEnd(i);
        setFormat(i, end - i, m_element);
        i = end;
    }
    while (i < n) {
        const QChar c = text[i];
        // A '$' or ';' comments out the rest only after a blank: '$' occurs in names.
        if (c == u';' || ((c == u'$') && (i == 0 || text[i - 1].isSpace()))) {
            setFormat(i, n - i, m_comment);
            return;
        }
        if (c == u'\'' || c == u'"' || c == u'{') {
            const QChar closing = c == u'{' ? QChar(u'}') : c;
            int end = static_cast<int>(text.indexOf(closing, i + 1));
            end = end < 0 ? n : end + 1;
            setFormat(i, end - i, m_expression);
            i = end;
            continue;
        }
        if (isWordCharacter(c) ||
            ((c == u'-' || c == u'+') && i + 1 < n && text[i + 1].isDigit())) {
            const int start = i;
            i = wordEnd(i + 1);
            // An exponent's sign belongs to the number: 1e-9.
            if (i < n && (text[i] == u'-' || text[i] == u'+') && i > start &&
                text[i - 1].toLower() == u'e' && text[start].isDigit())
                i = wordEnd(i + 1);
            int next = i;
            while (next < n && text[next].isSpace())
                ++next;
            if (next < n && text[next] == u'=')
                setFormat(start, i - start, m_parameter);
            else if (text[start].isDigit() || !text[start].isLetter())
                setFormat(start, i - start, m_number);
            continue;
        }
        ++i;
    }
}

} // namespace ohm::widgets
