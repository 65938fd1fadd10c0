// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schematic/schematicdoc.h"
#include "widgets/common/annotation.h"
#include "widgets/common/links.h"

#include <QHash>
#include <QRectF>
#include <QSet>
#include <QString>
#include <QStringList>
#include <QWidget>

#include <functional>
#include <memory>
#include <vector>

namespace ohm::widgets {

/// Draws a SchematicDoc and lets the user look around in it. Knows no project and no selection hub:
/// it takes names, and says what was clicked. Thread: GUI.
///
/// Mouse: wheel or pinch zooms at the cursor, drag pans, click picks, double click descends. Keys:
/// arrows pan (Shift: farther), + and - zoom, F or Home fit, Tab and Shift+Tab next and previous
/// device, then net (leaving the view after the last), Return clicks it, Ctrl+Return descends,
/// Escape lets go.
class SchematicView : public QWidget {
    Q_OBJECT
public:
    explicit SchematicView(QWidget* parent = nullptr);
    ~SchematicView() override;

    /// Shows a drawing (shared, immutable). nullptr shows the empty state.
    void setDocument(std::shared_ptr<const schematic::SchematicDoc> document);
    std::shared_ptr<const schematic::SchematicDoc> document() const;
    /// Text of the empty state, or of a drawing in the making.
    void setPlaceholder(const QString& text);

    /// Names (as in the doc) that are lit as selected / under the mouse elsewhere.
    void setSelection(const QSet<QString>& nets, const QSet<QString>& devices);
    void setHover(const QString& net, const QString& device);

    /// Values drawn at nets and devices, by name. Empty hash: none.
    void setNetAnnotations(const QHash<QString, Annotation>& byNet);
    void setDeviceAnnotations(const QHash<QString, Annotation>& byDevice);
    /// Lines between nets over the drawing, in this order; those of nets that are not on it are not
    /// drawn. Each net has one place where they meet.
    void setLinks(std::vector<Link<QString>> links);
    void setLinkTooltipProvider(std::function<QString(int)> provider);
    /// Explains the values; empty: none.
    void setLegend(const ValueLegend& legend);
    /// Tooltip text per net and device name, asked on hover.
    void
    setTooltipProvider(std::function<QString(const QString& net, const QString& device)> provider);

    void zoomIn();
    void zoomOut();
    void fit();
    void reveal(const QString& net, const QString& device); ///< scrolls it into view
    /// Paints the whole drawing (not only what is visible) into `target`, light background when
    /// `forPrint`.
    void render(QPainter& painter, const QRectF& target, bool forPrint) const;
    QSizeF drawingSize() const; ///< natural size in points

    double zoom() const; ///< pixels per sheet unit
    QPointF toWidget(schematic::Pt at) const;
    /// What is at a place of the widget; both empty: nothing.
    void objectAt(const QPointF& position, QString& net, QString& device) const;
    int linkAt(const QPointF& position) const; ///< -1: none
    QPointF linkPosition(int link) const;      ///< halfway, in widget coordinates
    /// What the keyboard is at.
    QString currentNet() const;
    QString currentDevice() const;
    /// Nets whose annotation is in sight, with its box in widget coordinates. Those that found no
    /// room at this zoom are not among them.
    QHash<QString, QRectF> netTags() const;
    /// Names and values of devices that are drawn at this zoom.
    QStringList shownTexts() const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    void netClicked(const QString& net, Qt::KeyboardModifiers modifiers);
    void deviceClicked(const QString& device, Qt::KeyboardModifiers modifiers);
    void deviceDoubleClicked(const QString& device); ///< e.g. descend into a block
    void linkClicked(int link, Qt::KeyboardModifiers modifiers);
    void backgroundClicked();
    void hovered(const QString& net, const QString& device); ///< both empty: nothing
    void contextMenuRequested(const QPoint& globalPosition, const QString& net,
                              const QString& device);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ohm::widgets
