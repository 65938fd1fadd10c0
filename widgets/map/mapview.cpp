// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/mapview.h"

#include "widgets/common/csvwriter.h"

#include <QApplication>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace ohm::widgets {

using namespace Qt::StringLiterals;

namespace {

constexpr double kZoomStep = 1.25; ///< of a key
constexpr double kPanStep = 0.1;   ///< of a panel, of a key
constexpr double kGap = 12;        ///< between panels and at the edges
constexpr double kLargestCell = 400;

} // namespace

MapView::MapView(const QString& name, QWidget* parent)
    : QWidget(parent) {
    setAccessibleName(name);
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
}

void MapView::setMaps(int columns, int rows, std::vector<MapPanel> panels) {
    const bool same = columns == m_columns && rows == m_rows && panels.size() == m_panels.size();
    m_columns = std::max(0, columns);
    m_rows = std::max(0, rows);
    m_panels = std::move(panels);
    m_values = valueScale(m_panels);
    m_deviations = deviationScale(m_panels);
    if (!same) {
        m_moved = false;
        setCurrent({});
    }
    if (!m_moved)
        fit();
    refresh();
}

void MapView::setComparison(int columns, int rows, const std::vector<float>& predicted,
                            const std::vector<float>& truth) {
    setMaps(columns, rows,
            {{tr("Predicted"), predicted, false},
             {tr("True"), truth, false},
             deviationPanel(tr("Error"), predicted, truth)});
}

void MapView::setValueScale(double low, double high) {
    m_fixedValues = low < high ? std::optional(MapScale{low, high}) : std::nullopt;
    refresh();
}

void MapView::setDeviationScale(double most) {
    m_fixedDeviations = most > 0 ? std::optional(MapScale{-most, most}) : std::nullopt;
    refresh();
}

MapScale MapView::scale(bool deviation) const {
    return deviation ? m_fixedDeviations.value_or(m_deviations) : m_fixedValues.value_or(m_values);
}

void MapView::setRowZeroAtTop(bool top) {
    m_rowZeroAtTop = top;
    refresh();
}

void MapView::setUnit(const QString& unit) {
    m_unit = unit;
    update();
}

void MapView::setEmptyText(const QString& text) {
    m_emptyText = text;
    update();
}

void MapView::refresh() {
    m_dirty = true;
    update();
}

QRectF MapView::panelRect(int panel) const {
    const auto count = static_cast<double>(std::max<std::size_t>(1, m_panels.size()));
    const double wide = std::max(1.0, (width() - kGap) / count - kGap);
    const double high = std::max(1.0, height() - headHeight() - footHeight());
    return {kGap + panel * (wide + kGap), headHeight(), wide, high};
}

int MapView::panelAt(QPointF position) const {
    for (int p = 0; p < static_cast<int>(m_panels.size()); ++p) {
        if (panelRect(p).contains(position))
            return p;
    }
    return -1;
}

std::optional<QPoint> MapView::cellAt(QPointF position) const {
    const int panel = panelAt(position);
    if (panel < 0)
        return {};
    const QPointF at = (position - panelRect(panel).center()) / m_side + m_centre;
    const int i = static_cast<int>(std::floor(at.x())), line = static_cast<int>(std::floor(at.y()));
    if (i < 0 || i >= m_columns || line < 0 || line >= m_rows)
        return {};
    return QPoint(i, m_rowZeroAtTop ? line : m_rows - 1 - line);
}

QRectF MapView::cellRect(int panel, QPoint cell) const {
    const int line = m_rowZeroAtTop ? cell.y() : m_rows - 1 - cell.y();
    const QPointF corner =
        panelRect(panel).center() + (QPointF(cell.x(), line) - m_centre) * m_side;
    return {corner, QSizeF(m_side, m_side)};
}

void MapView::fit() {
    m_moved = false;
    const QRectF area = panelRect(0);
    m_centre = {m_columns / 2.0, m_rows / 2.0};
    m_side = std::max(
        1e-6, std::min(area.width() / std::max(1, m_columns), area.height() / std::max(1, m_rows)));
    update();
    emit viewChanged();
}

void MapView::keepInSight() {
    m_centre.setX(std::clamp(m_centre.x(), 0.0, static_cast<double>(m_columns)));
    m_centre.setY(std::clamp(m_centre.y(), 0.0, static_cast<double>(m_rows)));
    m_moved = true;
    update();
    emit viewChanged();
}

void MapView::zoom(double factor, QPointF around) {
    const int panel = std::max(0, panelAt(around));
    const QPointF offset = around - panelRect(panel).center();
    const QPointF fixed = m_centre + offset / m_side;
    const QRectF area = panelRect(0);
    const double whole =
        std::min(area.width() / std::max(1, m_columns), area.height() / std::max(1, m_rows));
    m_side = std::clamp(m_side * factor, whole / 4, std::max(whole, kLargestCell));
    m_centre = fixed - offset / m_side;
    keepInSight();
}

void MapView::pan(QPointF pixels) {
    m_centre -= pixels / m_side;
    keepInSight();
}

void MapView::setCurrent(std::optional<QPoint> cell) {
    if (cell == m_current)
        return;
    m_current = cell;
    setAccessibleDescription(cell ? describe(*cell) : QString());
    update();
    emit hovered(cell ? cell->x() : -1, cell ? cell->y() : -1);
}

QString MapView::number(double value, bool sign) const {
    if (!std::isfinite(value))
        return tr("unknown");
    const QString text = (sign && value > 0 ? u"+"_s : QString()) + QString::number(value, 'g', 4);
    return m_unit.isEmpty() ? text : text + u' ' + m_unit;
}

QString MapView::describe(QPoint cell) const {
    QStringList parts;
    const std::size_t at =
        static_cast<std::size_t>(cell.y()) * static_cast<std::size_t>(m_columns) +
        static_cast<std::size_t>(cell.x());
    for (const MapPanel& panel : m_panels) {
        const double value =
            at < panel.values.size() ? static_cast<double>(panel.values[at]) : std::nan("");
        parts << panel.title.toLower() + u' ' + number(value, panel.deviation);
    }
    return tr("column %1, row %2: %3").arg(cell.x()).arg(cell.y()).arg(parts.join(u", "_s));
}

bool MapView::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        if (const auto cell = cellAt(help->pos()))
            QToolTip::showText(help->globalPos(), describe(*cell), this);
        else
            QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

void MapView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (!m_moved)
        fit();
}

void MapView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        refresh();
    if (event->type() == QEvent::FontChange && !m_moved)
        fit();
}

void MapView::wheelEvent(QWheelEvent* event) {
    if (m_panels.empty())
        return event->ignore();
    zoom(std::pow(1.0015, event->angleDelta().y()), event->position());
    event->accept();
}

void MapView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    m_pressed = true;
    m_press = m_last = event->position();
}

void MapView::mouseMoveEvent(QMouseEvent* event) {
    const QPointF at = event->position();
    if (!m_pressed) {
        setCurrent(cellAt(at));
        return;
    }
    if (!m_panning && (at - m_press).manhattanLength() < QApplication::startDragDistance())
        return;
    m_panning = true;
    setCursor(Qt::ClosedHandCursor);
    pan(at - m_last);
    m_last = at;
}

void MapView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    m_pressed = m_panning = false;
    unsetCursor();
    setCurrent(cellAt(event->position()));
}

void MapView::mouseDoubleClickEvent(QMouseEvent*) {
    fit();
}

void MapView::leaveEvent(QEvent*) {
    setCurrent({});
}

void MapView::keyPressEvent(QKeyEvent* event) {
    const QRectF area = panelRect(0);
    const auto move = [&](int x, int y) {
        if (!(event->modifiers() & Qt::ShiftModifier)) {
            pan({-x * kPanStep * area.width(), -y * kPanStep * area.height()});
            return;
        }
        if (m_columns == 0 || m_rows == 0)
            return;
        QPoint cell(static_cast<int>(m_centre.x()),
                    m_rowZeroAtTop ? static_cast<int>(m_centre.y())
                                   : m_rows - 1 - static_cast<int>(m_centre.y()));
        if (m_current)
            cell = *m_current + QPoint(x, m_rowZeroAtTop ? y : -y);
        setCurrent(
            QPoint(std::clamp(cell.x(), 0, m_columns - 1), std::clamp(cell.y(), 0, m_rows - 1)));
    };
    switch (event->key()) {
    case Qt::Key_0:
        return fit();
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return zoom(kZoomStep, area.center());
    case Qt::Key_Minus:
        return zoom(1 / kZoomStep, area.center());
    case Qt::Key_Left:
        return move(-1, 0);
    case Qt::Key_Right:
        return move(1, 0);
    case Qt::Key_Up:
        return move(0, -1);
    case Qt::Key_Down:
        return move(0, 1);
    case Qt::Key_Escape:
        if (m_current)
            return setCurrent({});
        break;
    default:
        break;
    }
    QWidget::keyPressEvent(event);
}

QByteArray MapView::csv() const {
    CsvWriter csv;
    csv.cell(u"column"_s).cell(u"row"_s);
    for (const MapPanel& panel : m_panels)
        csv.cell(panel.title);
    csv.endRow();
    const QRectF area = panelRect(0);
    for (int j = 0; j < m_rows; ++j) {
        for (int i = 0; i < m_columns; ++i) {
            if (!cellRect(0, {i, j}).intersects(area))
                continue;
            csv.cell(static_cast<double>(i)).cell(static_cast<double>(j));
            const std::size_t at =
                static_cast<std::size_t>(j) * static_cast<std::size_t>(m_columns) +
                static_cast<std::size_t>(i);
            for (const MapPanel& panel : m_panels)
                csv.cell(at < panel.values.size() ? static_cast<double>(panel.values[at])
                                                  : std::nan(""));
            csv.endRow();
        }
    }
    return csv.bytes();
}

} // namespace ohm::widgets
