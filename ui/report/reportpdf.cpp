// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/reportpdf.h"

#include <QCoreApplication>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QSaveFile>
#include <QTextLayout>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int kDpi = 600;
constexpr double kPerInch = 72;
constexpr double kBody = 9.5, kSmall = 8, kCode = 7.5; // points
constexpr double kPad = 9;                             ///< between columns, points
constexpr double kMostFigure = 0.42;                   ///< of the page's height
constexpr double kWholeTable = 0.3; ///< of the page's height: shorter ones are not broken
constexpr std::size_t kFirstRows = 4;
constexpr double kLeastColumn = 0.09, kMostFirst = 0.3; ///< of the page's width
constexpr const char* kSerif = "DejaVu Serif";
constexpr const char* kSans = "DejaVu Sans";
constexpr const char* kMono = "DejaVu Sans Mono";

const QColor kInk(0x1c, 0x24, 0x30), kMuted(0x55, 0x60, 0x70), kRule(0xd5, 0xdb, 0xe3),
    kHeadRule(0x8a, 0x96, 0xa6), kGround(0xf3, 0xf5, 0xf8), kWarning(0xc8, 0xa0, 0x4a);

QString tr(const char* text) {
    return QCoreApplication::translate("Report", text);
}

} // namespace

ReportPdf::ReportPdf(const QString& path, const ReportHead& head)
    : m_path(path)
    , m_head(head) {}

ReportPdf::~ReportPdf() = default;

double ReportPdf::points(double pt) const {
    return pt * kDpi / kPerInch;
}

QFont ReportPdf::font(const char* family, double pt, bool bold) const {
    QFont made(QString::fromLatin1(family));
    made.setPointSizeF(pt);
    made.setBold(bold);
    return made;
}

Expected<void> ReportPdf::open() {
    m_file = std::make_unique<QSaveFile>(m_path);
    if (!m_file->open(QIODevice::WriteOnly))
        return fail("BASE-010", "The report could not be written",
                    m_file->errorString().toStdString(), m_path.toStdString());
    m_writer = std::make_unique<QPdfWriter>(m_file.get());
    m_writer->setPageSize(QPageSize(QPageSize::A4));
    m_writer->setPageMargins(QMarginsF(22, 20, 22, 24), QPageLayout::Millimeter);
    m_writer->setResolution(kDpi);
    m_writer->setTitle(m_head.title);
    m_writer->setCreator(u"Ohmscape"_s);
    const QRectF paper = m_writer->pageLayout().paintRectPixels(kDpi);
    m_width = paper.width();
    m_height = paper.height();
    const auto title = set({m_head.title}, font(kSans, 19, true), m_width);
    paragraph(title, kInk, 0);
    space(points(3));
    paragraph(set({m_head.when}, font(kSans, kSmall), m_width), kMuted, 0);
    space(points(8));
    return {};
}

std::shared_ptr<QTextLayout> ReportPdf::set(const Words& words, const QFont& font, double width,
                                            Qt::Alignment side) const {
    QString text = words.text;
    text.replace(u'\n', QChar::LineSeparator);
    auto layout = std::make_shared<QTextLayout>(text, font, m_writer.get());
    QTextOption option(side);
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    layout->setTextOption(option);
    if (words.bold > 0) {
        QTextLayout::FormatRange bold;
        bold.start = 0;
        bold.length = words.bold;
        bold.format.setFontWeight(QFont::Bold);
        layout->setFormats({bold});
    }
    layout->beginLayout();
    double y = 0;
    for (QTextLine line = layout->createLine(); line.isValid(); line = layout->createLine()) {
        line.setLineWidth(width);
        line.setPosition(QPointF(0, y));
        y += line.height() * 1.12;
    }
    layout->endLayout();
    return layout;
}

double ReportPdf::heightOf(const QTextLayout& layout) {
    const int lines = layout.lineCount();
    return lines == 0 ? 0 : layout.lineAt(lines - 1).y() + layout.lineAt(lines - 1).height() * 1.12;
}

void ReportPdf::place(double height, const std::function<void(QPainter&, double)>& draw,
                      double together) {
    double above = 0;
    for (const Waiting& waiting : m_waiting)
        above += waiting.height;
    if (m_y > 0 && m_y + above + std::max(height, together) > m_height) {
        ++m_page;
        m_y = 0;
    }
    for (Waiting& waiting : m_waiting) {
        m_pieces.push_back(
            {m_page, [draw = std::move(waiting.draw), y = m_y](QPainter& p) { draw(p, y); }});
        m_y += waiting.height;
    }
    m_waiting.clear();
    m_pieces.push_back({m_page, [draw, y = m_y](QPainter& p) { draw(p, y); }});
    m_y += height;
}

void ReportPdf::space(double height) {
    if (m_y > 0)
        m_y += height;
}

void ReportPdf::paragraph(const std::shared_ptr<QTextLayout>& layout, const QColor& colour,
                          double indent, const QColor& ground, bool rule) {
    const int lines = layout->lineCount();
    for (int i = 0; i < lines; ++i) {
        const double height =
            (i + 1 < lines ? layout->lineAt(i + 1).y() : heightOf(*layout)) - layout->lineAt(i).y();
        // No single line at the end of a page.
        const double together = i + 1 < lines ? 2 * height : height;
        place(
            height,
            [=, this](QPainter& painter, double y) {
                if (ground.isValid())
                    painter.fillRect(QRectF(0, y, m_width, height + 1), ground);
                if (rule)
                    painter.fillRect(QRectF(0, y, points(1.5), height + 1), kWarning);
                painter.setPen(colour);
                const QTextLine line = layout->lineAt(i);
                line.draw(&painter, QPointF(indent, y - line.y()));
            },
            together);
    }
}

void ReportPdf::heading(const QString& text, double pt, double above, bool rule) {
    const auto layout = set({text}, font(kSans, pt, true), m_width);
    const double gap = m_y > 0 || !m_waiting.empty() ? points(above) : 0;
    const double words = heightOf(*layout);
    m_waiting.push_back({gap + words + points(5), [=, this](QPainter& painter, double y) {
                             painter.setPen(kInk);
                             layout->draw(&painter, QPointF(0, y + gap));
                             if (rule)
                                 painter.fillRect(
                                     QRectF(0, y + gap + words + points(1), m_width, points(0.6)),
                                     kRule);
                         }});
}

void ReportPdf::figure(const ReportItem& item, const QString& label,
                       const widgets::Renderable& figure) {
    const QString bold = label + u". "_s + item.title + u'.';
    const auto caption = set({(bold + u' ' + item.text).trimmed(), static_cast<int>(bold.size())},
                             font(kSans, kSmall), m_width);
    double width = std::min(m_width, points(figure.size.width()));
    double height = width * figure.size.height() / figure.size.width();
    if (height > kMostFigure * m_height) {
        width *= kMostFigure * m_height / height;
        height = kMostFigure * m_height;
    }
    const double gap = points(4);
    const double whole = height + gap + heightOf(*caption) + points(10);
    place(
        whole,
        [=, this](QPainter& painter, double y) {
            painter.save();
            painter.translate((m_width - width) / 2, y);
            painter.scale(width / figure.size.width(), width / figure.size.width());
            painter.setRenderHint(QPainter::Antialiasing);
            figure.paint(painter, QRectF(QPointF(), figure.size));
            painter.restore();
            painter.setPen(kMuted);
            caption->draw(&painter, QPointF(0, y + height + gap));
        },
        whole);
}

void ReportPdf::columns(const ReportItem& item, const QVector<int>& shown,
                        const QVector<double>& widths) {
    const QFont plain = font(kSans, kSmall), bold = font(kSans, kSmall, true);
    const double pad = points(kPad), air = points(1.8);
    struct Row {
        std::vector<std::shared_ptr<QTextLayout>> cells;
        double height = 0;
    };
    const auto rowOf = [&](const QStringList& texts, const QFont& how) {
        Row row;
        for (qsizetype i = 0; i < shown.size(); ++i) {
            row.cells.push_back(set({texts.value(shown[i])}, how, widths[i],
                                    item.right.value(shown[i]) ? Qt::AlignRight : Qt::AlignLeft));
            row.height = std::max(row.height, heightOf(*row.cells.back()));
        }
        row.height += 2 * air;
        return row;
    };
    const double whole =
        std::accumulate(widths.begin(), widths.end(), 0.0) + pad * double(widths.size() - 1);
    const auto draw = [=, this](const Row& row, bool head) {
        return [=, this](QPainter& painter, double y) {
            painter.setPen(kInk);
            double x = 0;
            for (std::size_t i = 0; i < row.cells.size(); ++i) {
                row.cells[i]->draw(&painter, QPointF(x, y + air));
                x += widths[static_cast<qsizetype>(i)] + pad;
            }
            painter.fillRect(
                QRectF(0, y + row.height - points(0.5), whole, points(head ? 0.7 : 0.4)),
                head ? kHeadRule : kRule);
        };
    };
    const Row head = rowOf(item.head, bold);
    std::vector<Row> rows;
    double all = head.height;
    for (const QStringList& texts : item.rows) {
        rows.push_back(rowOf(texts, plain));
        all += rows.back().height;
    }
    // A short table stays whole; of a long one some rows stand below its head.
    double first = all;
    if (all > kWholeTable * m_height) {
        first = head.height;
        for (std::size_t r = 0; r < std::min(kFirstRows, rows.size()); ++r)
            first += rows[r].height;
        first = std::min(first, m_height / 2);
    }
    bool fresh = true;
    for (const Row& row : rows) {
        if (!fresh && m_y + row.height > m_height) {
            ++m_page; // and the head again
            m_y = 0;
            fresh = true;
        }
        if (fresh)
            place(head.height, draw(head, true), first);
        fresh = false;
        place(row.height, draw(row, false), 0);
    }
    space(points(8));
}

void ReportPdf::table(const ReportItem& item, const QString& label) {
    const QString bold = item.title.isEmpty() ? label + u'.' : label + u". "_s + item.title + u'.';
    const auto caption = set({(bold + u' ' + item.text).trimmed(), static_cast<int>(bold.size())},
                             font(kSans, kSmall), m_width);
    space(points(4));
    m_waiting.push_back({heightOf(*caption) + points(3), [caption](QPainter& painter, double y) {
                             painter.setPen(kMuted);
                             caption->draw(&painter, QPointF(0, y));
                         }});
    const QFontMetricsF plain(font(kSans, kSmall), m_writer.get());
    const QFontMetricsF strong(font(kSans, kSmall, true), m_writer.get());
    const double pad = points(kPad);
    const qsizetype count = item.head.size();
    QVector<double> natural(count, 0.0), least(count, 0.0);
    for (qsizetype c = 0; c < count; ++c) {
        natural[c] = strong.horizontalAdvance(item.head[c]);
        double word = 0;
        for (const QStringList& row : item.rows) {
            const QString cell = row.value(c);
            natural[c] = std::max(natural[c], plain.horizontalAdvance(cell));
            for (const QString& part : cell.split(u' '))
                word = std::max(word, plain.horizontalAdvance(part));
        }
        for (const QString& part : item.head[c].split(u' '))
            word = std::max(word, strong.horizontalAdvance(part));
        natural[c] += 1; // rounding breaks no word
        const double most = (c == 0 ? kMostFirst : 0.24) * m_width;
        // Numbers stay on one line; further columns go on below.
        least[c] = item.right.value(c)
                       ? std::min(natural[c], kMostFirst * m_width)
                       : std::min(natural[c], std::clamp(word + 1, kLeastColumn * m_width, most));
    }
    // The first column and as many of the others as there is room for, again and again.
    qsizetype next = std::min<qsizetype>(1, count);
    do {
        QVector<int> shown{0};
        double sum = least.value(0);
        while (next < count && (shown.size() == 1 || sum + pad + least[next] <= m_width)) {
            sum += pad + least[next];
            shown << static_cast<int>(next++);
        }
        const double room = m_width - pad * double(shown.size() - 1);
        double wanted = 0, needed = 0;
        for (const int c : shown) {
            wanted += natural[c];
            needed += least[c];
        }
        QVector<double> widths;
        const double spare = std::max(0.0, room - needed);
        for (const int c : shown)
            widths << (wanted <= room  ? natural[c]
                       : needed > room ? least[c] * room / needed
                                       : least[c] + spare * (natural[c] - least[c]) /
                                                        std::max(1.0, wanted - needed));
        columns(item, shown, widths);
    } while (next < count);
}

void ReportPdf::add(const ReportItem& item, const QString& label,
                    const widgets::Renderable* renderable) {
    const double indent = points(7);
    switch (item.kind) {
    case ReportItem::Kind::Heading:
        heading(item.title, 13, 16, true);
        break;
    case ReportItem::Kind::Subheading:
        heading(item.title, 10, 10, false);
        break;
    case ReportItem::Kind::Figure:
        if (renderable)
            figure(item, label, *renderable);
        break;
    case ReportItem::Kind::Table:
        table(item, label);
        break;
    case ReportItem::Kind::Text:
        if (const auto words = set({item.text}, font(kSerif, kBody), m_width);
            words->lineCount() <= 3) { // says what follows: it stays with it
            m_waiting.push_back(
                {heightOf(*words) + points(5), [words](QPainter& painter, double y) {
                     painter.setPen(kInk);
                     words->draw(&painter, QPointF(0, y));
                 }});
        } else {
            paragraph(words, kInk, 0);
            space(points(5));
        }
        break;
    case ReportItem::Kind::Code:
        paragraph(set({item.text}, font(kMono, kCode), m_width - 2 * indent), kInk, indent,
                  kGround);
        space(points(6));
        break;
    case ReportItem::Kind::Missing:
        paragraph(
            set({item.title + u": "_s + item.text + u'.', static_cast<int>(item.title.size()) + 1},
                font(kSans, kSmall), m_width - indent),
            kMuted, indent, {}, true);
        space(points(6));
        break;
    }
}

void ReportPdf::drawPage(int page) {
    if (!m_painter) {
        // A heading with nothing below it still stands.
        if (!m_waiting.empty())
            place(
                0, [](QPainter&, double) {}, 0);
        m_painter = std::make_unique<QPainter>(m_writer.get());
    }
    if (page > 0)
        m_writer->newPage();
    QPainter& painter = *m_painter;
    for (const Piece& piece : m_pieces) {
        if (piece.page != page)
            continue;
        painter.save();
        piece.draw(painter);
        painter.restore();
    }
    const QFont small = font(kSans, 7.5);
    painter.setFont(small);
    painter.setPen(kMuted);
    const QRectF foot(0, m_height + points(14), m_width, points(14));
    painter.fillRect(QRectF(0, m_height + points(10), m_width, points(0.5)), kRule);
    painter.drawText(foot, Qt::AlignLeft | Qt::AlignVCenter,
                     QFontMetricsF(small, m_writer.get())
                         .elidedText(m_head.title, Qt::ElideRight, m_width * 0.75));
    painter.drawText(foot, Qt::AlignRight | Qt::AlignVCenter,
                     tr("%1 of %2").arg(page + 1).arg(pageCount()));
}

Expected<void> ReportPdf::close() {
    m_painter.reset();
    m_writer.reset();
    if (!m_file->commit())
        return fail("BASE-010", "The report could not be written",
                    m_file->errorString().toStdString(), m_path.toStdString());
    return {};
}

} // namespace ohm::ui
