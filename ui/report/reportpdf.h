// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/report/reporthtml.h"

#include <functional>
#include <memory>
#include <vector>

class QPainter;
class QPdfWriter;
class QSaveFile;
class QTextLayout;

namespace ohm::ui {

/// A report set on A4 pages: headings stay with what follows, figures with their captions, rows are
/// not broken, a table's head stands on each of its pages, and a table too wide for the page goes
/// on below with its first column again. Everything is set first, then drawn page by page. Thread:
/// any one.
class ReportPdf {
public:
    ReportPdf(const QString& path, const ReportHead& head);
    ~ReportPdf();

    /// Errors: BASE-010.
    Expected<void> open();
    /// `figure` of a Figure; it must stay until the last page is drawn.
    void add(const ReportItem& item, const QString& label, const widgets::Renderable* figure);
    int pageCount() const { return m_page + 1; }
    void drawPage(int page);
    /// Errors: BASE-010.
    Expected<void> close();

private:
    using Draw = std::function<void(QPainter&)>;
    struct Piece {
        int page;
        Draw draw;
    };
    struct Words {
        QString text;
        int bold = 0; ///< characters at the beginning
    };

    double points(double pt) const; ///< in pixels of the paper
    QFont font(const char* family, double pt, bool bold = false) const;
    std::shared_ptr<QTextLayout> set(const Words& words, const QFont& font, double width,
                                     Qt::Alignment side = Qt::AlignLeft) const;
    static double heightOf(const QTextLayout& layout);
    /// Puts a piece below what is there; on the next page if `together` does not fit on this one.
    void place(double height, const std::function<void(QPainter&, double y)>& draw,
               double together);
    void space(double height);
    /// A paragraph, line by line, so that it may go over the end of a page.
    void paragraph(const std::shared_ptr<QTextLayout>& layout, const QColor& colour, double indent,
                   const QColor& ground = {}, bool rule = false);
    void heading(const QString& text, double pt, double above, bool rule);
    void figure(const ReportItem& item, const QString& label, const widgets::Renderable& figure);
    void table(const ReportItem& item, const QString& label);
    void columns(const ReportItem& item, const QVector<int>& shown, const QVector<double>& widths);

    QString m_path;
    ReportHead m_head;
    std::unique_ptr<QSaveFile> m_file;
    std::unique_ptr<QPdfWriter> m_writer;
    std::unique_ptr<QPainter> m_painter;
    double m_width = 0, m_height = 0; ///< of the text, pixels
    std::vector<Piece> m_pieces;
    struct Waiting {
        double height;
        std::function<void(QPainter&, double)> draw;
    };
    std::vector<Waiting> m_waiting; ///< headings, until what follows is placed
    int m_page = 0;
    double m_y = 0;
};

} // namespace ohm::ui
