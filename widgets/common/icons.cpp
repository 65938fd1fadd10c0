// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/icons.h"

#include <QDir>
#include <QFile>
#include <QGuiApplication>
#include <QHash>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QPixmap>
#include <QPixmapCache>
#include <QSvgRenderer>

// The resource lives in a static library, whose initialisers a linker drops unless they are named.
static void initialiseIcons() {
    Q_INIT_RESOURCE(ohmicons);
}

namespace ohm::widgets {
namespace {

/// The stroke colour every icon file is drawn with; replaced by the wanted one.
constexpr auto kDrawnColour = "#000000";

QString folder() {
    static const bool once = (initialiseIcons(), true);
    Q_UNUSED(once);
    return QStringLiteral(":/ohmscape/icons/");
}

const QByteArray& svgOf(const QString& name) {
    static QHash<QString, QByteArray> cache;
    auto it = cache.find(name);
    if (it == cache.end()) {
        QFile file(folder() + name + QStringLiteral(".svg"));
        it = cache.insert(name, file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray());
    }
    return *it;
}

class LineIcon : public QIconEngine {
public:
    LineIcon(QString name, QColor colour)
        : m_name(std::move(name))
        , m_colour(colour) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        QByteArray svg = svgOf(m_name);
        svg.replace(kDrawnColour, colourFor(mode).name().toLatin1());
        QSvgRenderer renderer(svg);
        const int side = std::min(rect.width(), rect.height());
        QRectF square(0, 0, side, side);
        square.moveCenter(QRectF(rect).center());
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        renderer.render(painter, square);
        painter->restore();
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        return scaledPixmap(size, mode, state, 1);
    }

    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State state, qreal) override {
        // `size` is in device pixels already; QIcon sets the ratio of the result.
        const QString key = QStringLiteral("ohmicon/%1/%2/%3x%4")
                                .arg(m_name, colourFor(mode).name())
                                .arg(size.width())
                                .arg(size.height());
        QPixmap pixmap;
        if (QPixmapCache::find(key, &pixmap))
            return pixmap;
        pixmap = QPixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        painter.end();
        QPixmapCache::insert(key, pixmap);
        return pixmap;
    }

    QIconEngine* clone() const override { return new LineIcon(m_name, m_colour); }
    QString key() const override { return QStringLiteral("ohmscape-line-icon"); }
    QString iconName() override { return m_name; }
    bool isNull() override { return svgOf(m_name).isEmpty(); }

private:
    QColor colourFor(QIcon::Mode mode) const {
        const QPalette palette = QGuiApplication::palette();
        switch (mode) {
        case QIcon::Disabled:
            return palette.color(QPalette::Disabled, QPalette::ButtonText);
        case QIcon::Selected:
            return palette.color(QPalette::HighlightedText);
        default:
            return m_colour.isValid() ? m_colour : palette.color(QPalette::ButtonText);
        }
    }

    QString m_name;
    QColor m_colour;
};

} // namespace

QIcon themedIcon(const QString& name) {
    return colouredIcon(name, {});
}

QIcon colouredIcon(const QString& name, const QColor& colour) {
    // A name is a name, not a path that leads elsewhere in the resources.
    if (name.isEmpty() || name.contains(QLatin1Char('/')) || svgOf(name).isEmpty())
        return {};
    return QIcon(new LineIcon(name, colour));
}

QStringList iconNames() {
    QStringList names;
    for (const QString& file : QDir(folder()).entryList({QStringLiteral("*.svg")}, QDir::Files))
        names += file.chopped(4);
    names.sort();
    return names;
}

} // namespace ohm::widgets
