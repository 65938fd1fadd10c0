// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/sourceview.h"

#include "widgets/common/findbar.h"
#include "widgets/common/icons.h"
#include "widgets/common/palette.h"
#include "widgets/common/spicehighlighter.h"
#include "widgets/common/theme.h"

#include <QAction>
#include <QApplication>
#include <QFontDatabase>
#include <QHelpEvent>
#include <QPainter>
#include <QPlainTextEdit>
#include <QTextBlock>
#include <QTimer>
#include <QToolTip>
#include <QVBoxLayout>

namespace ohm::widgets {
namespace {

constexpr qsizetype kColourUpTo = qsizetype{4} << 20;
constexpr int kMostMatches = 100000;
constexpr int kFlashMilliseconds = 1200;

/// Editor with a margin for line numbers and marks.
class Editor : public QPlainTextEdit {
public:
    class Margin : public QWidget {
    public:
        explicit Margin(Editor* editor)
            : QWidget(editor)
            , m_editor(editor) {}
        QSize sizeHint() const override { return {m_editor->marginWidth(), 0}; }

    protected:
        void paintEvent(QPaintEvent* event) override { m_editor->paintMargin(event); }
        bool event(QEvent* event) override {
            if (event->type() == QEvent::ToolTip) {
                const auto* help = static_cast<QHelpEvent*>(event);
                QToolTip::showText(help->globalPos(), m_editor->markTextAt(help->pos().y()), this);
                return true;
            }
            return QWidget::event(event);
        }

    private:
        Editor* m_editor;
    };

    explicit Editor(QWidget* parent)
        : QPlainTextEdit(parent)
        , m_margin(new Margin(this)) {
        setReadOnly(true);
        setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        setLineWrapMode(QPlainTextEdit::NoWrap);
        setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
        setFrameShape(QFrame::NoFrame);
        setCursorWidth(2);
        connect(this, &QPlainTextEdit::blockCountChanged, this, [this] { updateMargins(); });
        connect(this, &QPlainTextEdit::updateRequest, this, [this](const QRect& rect, int dy) {
            if (dy)
                m_margin->scroll(0, dy);
            else
                m_margin->update(0, rect.y(), m_margin->width(), rect.height());
        });
        updateMargins();
    }

    QHash<int, SourceMark> marks; ///< worst per line
    int firstLine = 1;            ///< number of the first line shown

    int marginWidth() const {
        const int digits =
            std::max(3, static_cast<int>(QString::number(blockCount() + firstLine - 1).size()));
        return fontMetrics().horizontalAdvance(QLatin1Char('9')) * digits + fontMetrics().height() +
               12;
    }

    void updateMargins() {
        setViewportMargins(marginWidth(), 0, 0, 0);
        m_margin->update();
    }

    QString markTextAt(int y) const {
        const int line = cursorForPosition({1, y}).blockNumber() + 1;
        return marks.value(line).text;
    }

    void paintMargin(QPaintEvent* event) {
        QPainter painter(m_margin);
        const bool dark = isDark(palette());
        painter.fillRect(event->rect(), palette().alternateBase());
        QTextBlock block = firstVisibleBlock();
        qreal top = blockBoundingGeometry(block).translated(contentOffset()).top();
        const int side = fontMetrics().height() * 4 / 5;
        const int current = textCursor().blockNumber();
        while (block.isValid() && top <= event->rect().bottom()) {
            const qreal height = blockBoundingRect(block).height();
            if (block.isVisible() && top + height >= event->rect().top()) {
                const int line = block.blockNumber() + 1;
                if (const auto it = marks.constFind(line); it != marks.constEnd()) {
                    const bool error = it->severity == Severity::Error;
                    const Semantic semantic = error ? Semantic::Error
                                              : it->severity == Severity::Warning
                                                  ? Semantic::Warning
                                                  : Semantic::Note;
                    const QString icon = error ? QStringLiteral("error")
                                         : it->severity == Severity::Warning
                                             ? QStringLiteral("warning")
                                             : QStringLiteral("note");
                    colouredIcon(icon, semanticColour(semantic, dark))
                        .paint(&painter,
                               QRect(2, static_cast<int>(top + (height - side) / 2), side, side));
                }
                painter.setFont(font());
                painter.setPen(block.blockNumber() == current
                                   ? palette().color(QPalette::Text)
                                   : semanticColour(Semantic::Muted, dark));
                painter.drawText(QRectF(0, top, m_margin->width() - 6, height),
                                 Qt::AlignRight | Qt::AlignVCenter,
                                 QString::number(line + firstLine - 1));
            }
            top += height;
            block = block.next();
        }
    }

protected:
    void resizeEvent(QResizeEvent* event) override {
        QPlainTextEdit::resizeEvent(event);
        const QRect area = contentsRect();
        m_margin->setGeometry(area.left(), area.top(), marginWidth(), area.height());
    }

private:
    Margin* m_margin;
};

} // namespace

class SourceView::Private {
public:
    Editor* editor = nullptr;
    FindBar* find = nullptr;
    std::unique_ptr<SpiceHighlighter> highlighter;
    QVector<int> matches; ///< positions
    int matchLength = 0;
    int current = -1;
    int lastLine = 1;
    int flashLine = -1;
    bool quiet = false;

    QTextDocument* document() const { return editor->document(); }

    /// Line of the cursor, flashed line, matches and marks, as extra selections.
    void decorate() {
        const bool dark = isDark(editor->palette());
        QList<QTextEdit::ExtraSelection> selections;
        const auto wholeLine = [&](int line, const QColor& colour) {
            QTextEdit::ExtraSelection s;
            s.cursor = QTextCursor(document()->findBlockByNumber(line));
            s.format.setBackground(colour);
            s.format.setProperty(QTextFormat::FullWidthSelection, true);
            selections += s;
        };
        wholeLine(editor->textCursor().blockNumber(),
                  editor->palette().color(QPalette::AlternateBase));
        if (flashLine >= 0)
            wholeLine(flashLine, semanticTint(Semantic::Selection, dark));
        for (const SourceMark& mark : std::as_const(editor->marks)) {
            const QTextBlock block = document()->findBlockByNumber(mark.line - 1);
            if (!block.isValid())
                continue;
            QTextEdit::ExtraSelection s;
            s.cursor = QTextCursor(block);
            const int offset = std::clamp(mark.column - 1, 0, std::max(0, block.length() - 1));
            s.cursor.setPosition(block.position() + offset);
            if (mark.column > 0)
                s.cursor.movePosition(QTextCursor::EndOfWord, QTextCursor::KeepAnchor);
            if (!s.cursor.hasSelection())
                s.cursor.movePosition(QTextCursor::EndOfBlock, QTextCursor::KeepAnchor);
            s.format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
            s.format.setUnderlineColor(
                semanticColour(mark.severity == Severity::Error     ? Semantic::Error
                               : mark.severity == Severity::Warning ? Semantic::Warning
                                                                    : Semantic::Note,
                               dark));
            selections += s;
        }
        // Only the matches around the current one: thousands of selections make painting slow.
        const int from = std::max(0, current - 250);
        const int to = std::min(static_cast<int>(matches.size()), from + 500);
        for (int i = from; i < to; ++i) {
            QTextEdit::ExtraSelection s;
            s.cursor = QTextCursor(document());
            s.cursor.setPosition(matches[i]);
            s.cursor.setPosition(matches[i] + matchLength, QTextCursor::KeepAnchor);
            s.format.setBackground(semanticTint(Semantic::Near, dark));
            selections += s;
        }
        editor->setExtraSelections(selections);
    }

    void search(const QString& text, bool caseSensitive) {
        matches.clear();
        current = -1;
        matchLength = static_cast<int>(text.size());
        if (!text.isEmpty()) {
            const QString all = document()->toPlainText();
            const auto sensitivity = caseSensitive ? Qt::CaseSensitive : Qt::CaseInsensitive;
            for (qsizetype at = all.indexOf(text, 0, sensitivity);
                 at >= 0 && matches.size() < kMostMatches;
                 at = all.indexOf(text, at + text.size(), sensitivity))
                matches.append(static_cast<int>(at));
            const int here = editor->textCursor().selectionStart();
            const auto it = std::lower_bound(matches.begin(), matches.end(), here);
            if (!matches.isEmpty())
                show(it == matches.end() ? 0 : static_cast<int>(it - matches.begin()));
        }
        find->setMatches(current + 1, static_cast<int>(matches.size()));
        decorate();
    }

    void show(int index) {
        current = index;
        QTextCursor cursor(document());
        cursor.setPosition(matches[index]);
        cursor.setPosition(matches[index] + matchLength, QTextCursor::KeepAnchor);
        editor->setTextCursor(cursor);
        editor->ensureCursorVisible();
        find->setMatches(current + 1, static_cast<int>(matches.size()));
        decorate();
    }

    void step(int by) {
        const int count = static_cast<int>(matches.size());
        if (count > 0)
            show((current + by + count) % count);
    }
};

SourceView::SourceView(QWidget* parent)
    : QWidget(parent)
    , d(std::make_unique<Private>()) {
    d->editor = new Editor(this);
    d->editor->setAccessibleName(tr("Netlist source"));
    d->editor->setAccessibleDescription(tr("Read-only text, Ctrl+F finds"));
    d->find = new FindBar(this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins({});
    column->setSpacing(0);
    column->addWidget(d->editor, 1);
    column->addWidget(d->find);
    setFocusProxy(d->editor);

    auto* find = new QAction(this);
    find->setShortcut(QKeySequence::Find);
    find->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    addAction(find);
    connect(find, &QAction::triggered, this, &SourceView::openFind);
    auto* next = new QAction(this);
    next->setShortcut(QKeySequence::FindNext);
    next->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    addAction(next);
    connect(next, &QAction::triggered, this, [this] { d->step(1); });
    connect(d->find, &FindBar::searchChanged, this,
            [this](const QString& text, bool sensitive) { d->search(text, sensitive); });
    connect(d->find, &FindBar::nextRequested, this, [this] { d->step(1); });
    connect(d->find, &FindBar::previousRequested, this, [this] { d->step(-1); });
    connect(d->find, &FindBar::closed, this, [this] {
        d->matches.clear();
        d->decorate();
        d->editor->setFocus();
    });
    connect(d->editor, &QPlainTextEdit::cursorPositionChanged, this, [this] {
        const int line = currentLine();
        d->decorate();
        d->editor->updateMargins();
        if (line == d->lastLine)
            return;
        d->lastLine = line;
        if (!d->quiet)
            emit currentLineChanged(line);
    });
    connect(&Theme::instance(), &Theme::changed, this, [this](bool dark) {
        if (d->highlighter)
            d->highlighter->setDark(dark);
        d->decorate();
    });
}

SourceView::~SourceView() {
    // The highlighter belongs to the document, which the editor destroys later.
    d->highlighter.reset();
}

void SourceView::setSource(const QString& text) {
    d->quiet = true;
    d->highlighter.reset();
    d->matches.clear();
    d->current = -1;
    d->editor->marks.clear();
    d->editor->setPlainText(text);
    if (text.size() <= kColourUpTo) {
        d->highlighter = std::make_unique<SpiceHighlighter>(d->document());
        d->highlighter->setDark(isDark(qApp->palette()));
    }
    d->lastLine = 1;
    d->decorate();
    d->quiet = false;
}

QString SourceView::source() const {
    return d->document()->toPlainText();
}

void SourceView::setFirstLine(int line) {
    d->editor->firstLine = std::max(1, line);
    d->editor->updateMargins();
}

void SourceView::setMarks(const QVector<SourceMark>& marks) {
    d->editor->marks.clear();
    for (const SourceMark& mark : marks) {
        SourceMark& kept = d->editor->marks[mark.line];
        if (kept.line == 0 || mark.severity > kept.severity) {
            const QString before = kept.text;
            kept = mark;
            if (!before.isEmpty())
                kept.text += QLatin1Char('\n') + before;
        } else {
            kept.text += QLatin1Char('\n') + mark.text;
        }
    }
    d->decorate();
    d->editor->updateMargins();
}

void SourceView::jumpTo(int line, int column) {
    const int last = d->document()->blockCount() - 1;
    const QTextBlock block = d->document()->findBlockByNumber(std::clamp(line - 1, 0, last));
    QTextCursor cursor(block);
    cursor.setPosition(block.position() +
                       std::clamp(column - 1, 0, std::max(0, block.length() - 1)));
    d->quiet = true;
    d->editor->setTextCursor(cursor);
    d->editor->centerCursor();
    d->quiet = false;
    d->flashLine = block.blockNumber();
    d->decorate();
    QTimer::singleShot(kFlashMilliseconds, this, [this] {
        d->flashLine = -1;
        d->decorate();
    });
}

int SourceView::currentLine() const {
    return d->editor->textCursor().blockNumber() + 1;
}

int SourceView::currentColumn() const {
    return d->editor->textCursor().positionInBlock() + 1;
}

void SourceView::openFind() {
    d->find->open(d->editor->textCursor().selectedText());
}

int SourceView::matchCount() const {
    return static_cast<int>(d->matches.size());
}

} // namespace ohm::widgets
