// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/reportdrawings.h"

#include "widgets/common/csvwriter.h"
#include "widgets/common/palette.h"
#include "widgets/common/ramp.h"
#include "widgets/map/mapview.h"

#include <QCoreApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int kFigureWidth = 760;
constexpr int kFigureHeight = 400;
constexpr int kMapHeight = 330;
constexpr double kBarWidth = 540, kBarRow = 20; ///< points
constexpr double kMatrixSide = 300;

QString tr(const char* text) {
    return QCoreApplication::translate("Report", text);
}

/// Laid out as if it were seen: only then has what is within it its size.
void layOut(QWidget* view, int height) {
    view->setAttribute(Qt::WA_DontShowOnScreen);
    view->resize(kFigureWidth, height);
    view->show();
}

QFont drawingFont() {
    QFont font(u"DejaVu Sans"_s);
    font.setPixelSize(10);
    return font;
}

const QColor kInk(0x1c, 0x24, 0x30);

} // namespace

widgets::Renderable drawPlot(const PlotPlan& plan) {
    auto view = std::make_unique<widgets::PlotView>(plan.title);
    layOut(view.get(), kFigureHeight);
    view->setAxes(plan.x, plan.y);
    view->setLogarithmic(plan.logarithmicX, plan.logarithmicY);
    view->setYRange(plan.low, plan.high);
    view->setLegendAt(plan.legend);
    view->setSeries(plan.series);
    view->setBars(plan.bars);
    view->fit();
    return widgets::recorded(view->renderable());
}

widgets::Renderable drawScatter(const ScatterPlan& plan) {
    auto view = std::make_unique<widgets::ScatterView>(plan.title);
    layOut(view.get(), kFigureHeight);
    if (plan.hasAxes)
        view->setAxes(plan.axes);
    view->setLegendAt(Qt::AlignTop | Qt::AlignLeft);
    view->setPoints(plan.points);
    view->setColours(plan.colours, plan.legend);
    const auto count = static_cast<int>(view->count());
    view->setCsv([count, columns = plan.columns, row = plan.row] {
        widgets::CsvWriter writer;
        writer.row(columns);
        for (int i = 0; i < count; ++i)
            writer.row(row(i));
        return writer.bytes();
    });
    view->fit();
    return widgets::recorded(view->renderable());
}

widgets::Renderable drawMaps(const ReportMap& map) {
    auto view = std::make_unique<widgets::MapView>(map.design);
    layOut(view.get(), kMapHeight);
    view->setComparison(map.columns, map.rows, map.predicted, map.truth);
    view->fit();
    return widgets::recorded(view->renderable());
}

widgets::Renderable drawBars(const BarPlan& plan) {
    widgets::Renderable out;
    out.name = plan.title;
    out.size = QSizeF(kBarWidth, kBarRow * (1.5 + static_cast<double>(plan.names.size())));
    out.paint = [plan](QPainter& painter, const QRectF& rect) {
        painter.save();
        painter.translate(rect.topLeft());
        painter.scale(rect.width() / kBarWidth,
                      rect.height() / (kBarRow * (1.5 + static_cast<double>(plan.names.size()))));
        painter.fillRect(QRectF(0, 0, kBarWidth, kBarRow * (2.0 + plan.names.size())), Qt::white);
        painter.setFont(drawingFont());
        const double names = kBarWidth * 0.3, numbers = kBarWidth * 0.16;
        const double bars = kBarWidth - names - numbers;
        double most = 0;
        for (const double value : plan.values)
            most = std::max(most, std::isfinite(value) ? value : most);
        const QFontMetricsF metrics(drawingFont());
        for (qsizetype i = 0; i < plan.names.size(); ++i) {
            const double y = kBarRow * static_cast<double>(i);
            painter.setPen(kInk);
            painter.drawText(QRectF(0, y, names - 8, kBarRow), Qt::AlignVCenter | Qt::AlignRight,
                             metrics.elidedText(plan.names[i], Qt::ElideRight, names - 8));
            const double share =
                most > 0 && std::isfinite(plan.values[i]) ? plan.values[i] / most : 0;
            painter.fillRect(QRectF(names, y + 4, std::max(0.5, bars * share), kBarRow - 8),
                             widgets::seriesColour(0, false));
            painter.drawText(QRectF(names + bars * share + 6, y, numbers, kBarRow),
                             Qt::AlignVCenter | Qt::AlignLeft, plan.shown.value(i));
        }
        const double end = kBarRow * static_cast<double>(plan.names.size());
        painter.setPen(QPen(QColor(0x8a, 0x96, 0xa6), 0.8));
        painter.drawLine(QPointF(names, 0), QPointF(names, end));
        painter.setPen(QColor(0x55, 0x60, 0x70));
        painter.drawText(QRectF(names, end, bars + numbers, kBarRow * 1.4),
                         Qt::AlignVCenter | Qt::AlignLeft, plan.unit);
        painter.restore();
    };
    out.csv = [plan] {
        widgets::CsvWriter writer;
        writer.row({tr("name"), plan.unit});
        for (qsizetype i = 0; i < plan.names.size(); ++i)
            writer.row({plan.names[i], QString::number(plan.values[i], 'g', 9)});
        return writer.bytes();
    };
    return out;
}

widgets::Renderable drawMatrix(const MatrixPlan& plan) {
    widgets::Renderable out;
    out.name = plan.title;
    out.size = QSizeF(kMatrixSide * 1.5, kMatrixSide);
    out.paint = [plan](QPainter& painter, const QRectF& rect) {
        painter.save();
        painter.translate(rect.topLeft());
        painter.scale(rect.width() / (kMatrixSide * 1.5), rect.height() / kMatrixSide);
        painter.fillRect(QRectF(0, 0, kMatrixSide * 1.5, kMatrixSide), Qt::white);
        painter.setFont(drawingFont());
        const auto classes = static_cast<double>(std::max<qsizetype>(1, plan.names.size()));
        const double left = kMatrixSide * 0.4, top = kMatrixSide * 0.12;
        const double side = (kMatrixSide - top - 4) / classes;
        painter.setPen(QColor(0x55, 0x60, 0x70));
        painter.drawText(QRectF(left, 0, side * classes, top * 0.5), Qt::AlignCenter,
                         plan.columnTitle);
        painter.drawText(QRectF(0, top, left * 0.45, side * classes),
                         Qt::AlignCenter | Qt::TextWordWrap, plan.rowTitle);
        for (qsizetype r = 0; r < plan.names.size(); ++r) {
            double sum = 0;
            for (const double count : plan.counts[r])
                sum += count;
            const double y = top + side * static_cast<double>(r);
            painter.setPen(kInk);
            painter.drawText(QRectF(0, y, left - 8, side), Qt::AlignVCenter | Qt::AlignRight,
                             plan.names[r]);
            painter.drawText(
                QRectF(left + side * static_cast<double>(r), top * 0.5, side, top * 0.5),
                Qt::AlignCenter, plan.names[r]);
            for (qsizetype c = 0; c < plan.names.size(); ++c) {
                const double share = sum > 0 ? plan.counts[r][c] / sum : 0;
                const QRectF cell(left + side * static_cast<double>(c), y, side, side);
                const QColor base = widgets::seriesColour(0, false);
                const auto mix = [share](int of) {
                    return static_cast<int>(255 - share * (255 - of));
                };
                painter.fillRect(cell.adjusted(0.5, 0.5, -0.5, -0.5),
                                 QColor(mix(base.red()), mix(base.green()), mix(base.blue())));
                painter.setPen(share > 0.6 ? Qt::white : kInk);
                painter.drawText(
                    cell, Qt::AlignCenter,
                    u"%L1\n%2 %"_s.arg(plan.counts[r][c], 0, 'f', 0).arg(100 * share, 0, 'f', 0));
            }
        }
        painter.restore();
    };
    out.csv = [plan] {
        widgets::CsvWriter writer;
        writer.row(QStringList{plan.rowTitle} + plan.names);
        for (qsizetype r = 0; r < plan.names.size(); ++r) {
            QStringList cells{plan.names[r]};
            for (const double count : plan.counts[r])
                cells << QString::number(count);
            writer.row(cells);
        }
        return writer.bytes();
    };
    return out;
}

} // namespace ohm::ui
