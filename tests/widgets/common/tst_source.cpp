// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/findbar.h"
#include "widgets/common/palette.h"
#include "widgets/common/sourceview.h"
#include "widgets/common/spicehighlighter.h"

#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTest>
#include <QTextBlock>
#include <QTextLayout>

using namespace ohm;
using namespace ohm::widgets;

namespace {

QColor colourAt(const QTextDocument& document, int position) {
    for (const auto& range : document.firstBlock().layout()->formats()) {
        if (position >= range.start && position < range.start + range.length)
            return range.format.foreground().color();
    }
    return {};
}

} // namespace

class TestSource : public QObject {
    Q_OBJECT
private slots:
    void highlights_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>(
            "coloured"); ///< a letter per character: c comment, . command, e element, n number, p
                         ///< parameter, x expression, - none
        QTest::newRow("comment") << "* m1 a b"
                                 << "cccccccc";
        QTest::newRow("element") << "r1 a b 10k"
                                 << "ee-----nnn";
        QTest::newRow("net names keep plain") << "m1 d g s b nch"
                                              << "ee------------";
        QTest::newRow("parameter") << "m1 d w=1u"
                                   << "ee---p-nn";
        QTest::newRow("command") << ".param a=1"
                                 << "......-p-n";
        QTest::newRow("expression") << "r1 a b '2*x'"
                                    << "ee-----xxxxx";
        QTest::newRow("open expression") << "r1 a b {2*x"
                                         << "ee-----xxxx";
        QTest::newRow("dollar comment") << "r1 a 1 $ hi"
                                        << "ee---n-cccc";
        QTest::newRow("dollar in a name") << "r1 a$b 1"
                                          << "ee-----n";
        QTest::newRow("continuation") << "+ w=2"
                                      << ".-p-n";
        QTest::newRow("exponent") << "c1 a 1e-12"
                                  << "ee---nnnnn";
        QTest::newRow("negative") << "v1 a -5"
                                  << "ee---nn";
        QTest::newRow("blank") << "   "
                               << "---";
        QTest::newRow("empty") << ""
                               << "";
    }
    void highlights() {
        QFETCH(QString, line);
        QFETCH(QString, coloured);
        QTextDocument document;
        SpiceHighlighter highlighter(&document);
        document.setPlainText(line);
        highlighter.setDark(false);
        QTextDocument reference;
        SpiceHighlighter other(&reference);
        const auto formatOf = [&](const QString& text, int at) {
            reference.setPlainText(text);
            other.rehighlight();
            return colourAt(reference, at);
        };
        const QHash<QChar, QColor> colours{{u'c', semanticColour(Semantic::Muted, false)},
                                           {u'.', formatOf(QStringLiteral(".op"), 0)},
                                           {u'e', formatOf(QStringLiteral("q9"), 0)},
                                           {u'n', formatOf(QStringLiteral("q 7"), 2)},
                                           {u'p', formatOf(QStringLiteral("q w=1"), 2)},
                                           {u'x', formatOf(QStringLiteral("q 'a'"), 2)},
                                           {u'-', QColor()}};
        for (int i = 0; i < line.size(); ++i)
            QVERIFY2(colourAt(document, i) == colours.value(coloured[i]),
                     qPrintable(QStringLiteral("character %1").arg(i)));
    }

    void jumpsAndMarks() {
        SourceView view;
        view.resize(600, 300);
        view.show();
        QStringList lines;
        for (int i = 1; i <= 500; ++i)
            lines += QStringLiteral("r%1 a b %1k").arg(i);
        view.setSource(lines.join(QLatin1Char('\n')));
        QSignalSpy moved(&view, &SourceView::currentLineChanged);
        view.jumpTo(250, 4);
        QCOMPARE(view.currentLine(), 250);
        QCOMPARE(view.currentColumn(), 4);
        QCOMPARE(moved.count(), 0); // only the user's own moves are told
        view.jumpTo(99999, 99999);
        QCOMPARE(view.currentLine(), 500);
        view.jumpTo(-5, -5);
        QCOMPARE(view.currentLine(), 1);
        QCOMPARE(view.currentColumn(), 1);
        auto* editor = view.findChild<QPlainTextEdit*>();
        QTest::keyClick(editor, Qt::Key_Down);
        QCOMPARE(moved.count(), 1);
        QCOMPARE(moved.first().first().toInt(), 2);
        QTest::keyClicks(editor, QStringLiteral("xyz")); // read-only
        QCOMPARE(view.source(), lines.join(QLatin1Char('\n')));
        const int before = static_cast<int>(editor->extraSelections().size());
        view.setMarks({{3, 4, Severity::Error, QStringLiteral("bad")},
                       {3, 0, Severity::Note, QStringLiteral("also")},
                       {10, 0, Severity::Warning, QStringLiteral("hm")},
                       {100000, 0, Severity::Warning, QStringLiteral("past the end")}});
        QCOMPARE(static_cast<int>(editor->extraSelections().size()), before + 2);
        QVERIFY(!view.grab().isNull());
    }

    void finds() {
        SourceView view;
        view.resize(600, 300);
        view.show();
        view.setSource(QStringLiteral("VDD a\nvdd b\nr1 vdd 0\n"));
        view.openFind();
        auto* bar = view.findChild<FindBar*>();
        auto* edit = bar->findChild<QLineEdit*>();
        QTest::keyClicks(edit, QStringLiteral("vdd"));
        QCOMPARE(view.matchCount(), 3);
        QCOMPARE(view.currentLine(), 1);
        QTest::keyClick(edit, Qt::Key_Return);
        QCOMPARE(view.currentLine(), 2);
        QTest::keyClick(edit, Qt::Key_Return, Qt::ShiftModifier);
        QTest::keyClick(edit, Qt::Key_Return, Qt::ShiftModifier); // wraps
        QCOMPARE(view.currentLine(), 3);
        QTest::keyClicks(edit, QStringLiteral("x"));
        QCOMPARE(view.matchCount(), 0);
        QTest::keyClick(edit, Qt::Key_Escape);
        QVERIFY(!bar->isVisible());
    }

    void bigAndOddTexts() {
        SourceView view;
        view.show();
        view.setSource(QString(5 << 20, QLatin1Char('a'))); // one line beyond the colouring limit
        QCOMPARE(view.currentLine(), 1);
        view.setSource({});
        view.jumpTo(7, 7);
        QCOMPARE(view.currentLine(), 1);
        view.setSource(QStringLiteral("\n\n\u2028x\u0000y"));
        QVERIFY(!view.grab().isNull());
    }
};

QTEST_MAIN(TestSource)
#include "tst_source.moc"
