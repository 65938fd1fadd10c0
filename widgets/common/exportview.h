// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <QFont>
#include <QImage>
#include <QObject>
#include <QSizeF>
#include <QString>

#include <functional>
#include <vector>

class QMenu;
class QPainter;
class QToolButton;
class QWidget;

namespace ohm::widgets {

/// Anything that can be exported. `paint` draws for print (dark on light) into the rectangle.
struct Renderable {
    QString name; ///< proposed file name without suffix
    QSizeF size;  ///< natural size, points
    std::function<void(QPainter&, const QRectF&)> paint;
    std::function<QByteArray()> csv; ///< what is visible as CSV; may be empty
};

/// The font with its size in pixels of the screen. A size in points would grow with the resolution
/// of what is painted on, which the scale of an export already counts.
QFont inPixels(const QFont& font);

enum class ExportKind { Png, Svg, Pdf, Csv };

/// The picture on a white background; `scale` 1..4 (1 = 96 dpi). Null if it would be larger than
/// 64 megapixels or has no area.
QImage renderImage(const Renderable& renderable, double scale);

/// The same, kept: painted once, now, and played from then on, its CSV made. Needs nothing of what
/// it came from any more. Thread: GUI, as views paint there; the copy belongs to any one thread.
Renderable recorded(const Renderable& renderable);

/// Writes atomically; the kind follows the suffix (.png, .svg, .pdf, .csv). Errors: WID-001 unknown
/// suffix, WID-002 nothing to export, WID-003 too large, BASE-010. Thread: GUI, any for recorded
/// ones.
Expected<void> exportTo(const Renderable& renderable, const QString& path, double scale = 2);

/// The export menu of a view: copy as image, PNG (scale 1x to 4x), SVG, PDF, CSV. Thread: GUI.
class ExportActions : public QObject {
    Q_OBJECT
public:
    /// `provider` is asked at the moment of export. `view` parents the file dialog.
    ExportActions(std::function<Renderable()> provider, QWidget* view);
    QMenu* menu() const { return m_menu; }
    QWidget* view() const { return m_view; }
    Renderable renderable() const { return m_provider(); } ///< as it is now
    /// A quiet button with the menu, for a view's corner or header; owned by `parent`.
    QToolButton* button(const QString& tip, QWidget* parent = nullptr) const;
    void copyImage();
    /// Asks for a file name, then exports.
    void exportWithDialog(ExportKind kind);

signals:
    void exported(const QString& path);
    void copied();
    void failed(const ohm::Error& error);

private:
    std::function<Renderable()> m_provider;
    QWidget* m_view;
    QMenu* m_menu;
    double m_scale = 2;
    QString m_folder;
};

} // namespace ohm::widgets
