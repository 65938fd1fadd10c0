// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/exportview.h"

#include "core/base/files.h"
#include "widgets/common/icons.h"

#include <QActionGroup>
#include <QApplication>
#include <QBuffer>
#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFontInfo>
#include <QImageWriter>
#include <QMenu>
#include <QPainter>
#include <QPdfWriter>
#include <QPicture>
#include <QStandardPaths>
#include <QSvgGenerator>
#include <QToolButton>

#include <cmath>
#include <memory>

namespace ohm::widgets {
namespace {

constexpr double kDotsPerInch = 96;
constexpr double kPointsPerInch = 72;
constexpr double kMostPixels = 64e6;

bool hasArea(const Renderable& r) {
    return r.paint && std::isfinite(r.size.width()) && std::isfinite(r.size.height()) &&
           r.size.width() >= 1 && r.size.height() >= 1;
}

QSizeF pixelSize(const Renderable& r, double scale) {
    return r.size * (kDotsPerInch / kPointsPerInch * std::clamp(scale, 0.25, 8.0));
}

Unexpected nothing() {
    return fail("WID-002", "There is nothing to export yet");
}

QByteArray svgBytes(const Renderable& r) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setResolution(static_cast<int>(kPointsPerInch));
    generator.setSize(r.size.toSize());
    generator.setViewBox(QRectF(QPointF(), r.size));
    generator.setTitle(r.name);
    QPainter painter(&generator);
    r.paint(painter, QRectF(QPointF(), r.size));
    painter.end();
    return buffer.data();
}

QByteArray pdfBytes(const Renderable& r) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setPageSize(QPageSize(r.size, QPageSize::Point, r.name, QPageSize::ExactMatch));
    writer.setPageMargins({});
    writer.setTitle(r.name);
    writer.setCreator(QStringLiteral("Ohmscape"));
    // Draw in points whatever the device's resolution.
    const double unit = writer.logicalDpiX() / kPointsPerInch;
    QPainter painter(&writer);
    painter.scale(unit, unit);
    r.paint(painter, QRectF(QPointF(), r.size));
    painter.end();
    return buffer.data();
}

std::string nativePath(const QString& path) {
    return QFile::encodeName(path).toStdString();
}

} // namespace

QFont inPixels(const QFont& font) {
    QFont sized = font;
    sized.setPixelSize(std::max(1, QFontInfo(font).pixelSize()));
    return sized;
}

QImage renderImage(const Renderable& renderable, double scale) {
    if (!hasArea(renderable))
        return {};
    const QSizeF size = pixelSize(renderable, scale);
    if (size.width() * size.height() > kMostPixels || std::max(size.width(), size.height()) > 30000)
        return {};
    QImage image(size.toSize().expandedTo({1, 1}), QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::white);
    const int dotsPerMetre = static_cast<int>(kDotsPerInch * std::clamp(scale, 0.25, 8.0) / 0.0254);
    image.setDotsPerMeterX(dotsPerMetre);
    image.setDotsPerMeterY(dotsPerMetre);
    QPainter painter(&image);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    // Fonts and pens are in points of the drawing: scale the painter, not the target.
    painter.scale(size.width() / renderable.size.width(), size.height() / renderable.size.height());
    renderable.paint(painter, QRectF(QPointF(), renderable.size));
    return image;
}

Renderable recorded(const Renderable& renderable) {
    if (!hasArea(renderable))
        return {};
    Renderable out;
    out.name = renderable.name;
    out.size = renderable.size;
    const auto picture = std::make_shared<QPicture>();
    QPainter recorder(picture.get());
    renderable.paint(recorder, QRectF(QPointF(), renderable.size));
    recorder.end();
    // Playing enlarges by the resolution of the device, which the rectangle already counts.
    const QPointF own(picture->logicalDpiX(), picture->logicalDpiY());
    out.paint = [picture, own, size = out.size](QPainter& painter, const QRectF& rect) {
        painter.save();
        painter.translate(rect.topLeft());
        painter.scale(rect.width() / size.width(), rect.height() / size.height());
        painter.scale(own.x() / painter.device()->logicalDpiX(),
                      own.y() / painter.device()->logicalDpiY());
        picture->play(&painter);
        painter.restore();
    };
    if (renderable.csv)
        out.csv = [bytes = renderable.csv()] { return bytes; };
    return out;
}

Expected<void> exportTo(const Renderable& renderable, const QString& path, double scale) {
    const QString suffix = QFileInfo(path).suffix().toLower();
    QByteArray bytes;
    if (suffix == QLatin1String("csv")) {
        if (!renderable.csv)
            return nothing();
        bytes = renderable.csv();
    } else if (suffix == QLatin1String("png") || suffix == QLatin1String("svg") ||
               suffix == QLatin1String("pdf")) {
        if (!hasArea(renderable))
            return nothing();
        if (suffix == QLatin1String("png")) {
            const QImage image = renderImage(renderable, scale);
            if (image.isNull())
                return fail("WID-003", "The picture would be too large", {}, {},
                            "Choose a smaller scale, or SVG or PDF");
            QBuffer buffer(&bytes);
            buffer.open(QIODevice::WriteOnly);
            QImageWriter(&buffer, "png").write(image);
        } else {
            bytes = suffix == QLatin1String("svg") ? svgBytes(renderable) : pdfBytes(renderable);
        }
    } else {
        return fail("WID-001", "The file name does not say what to export", {}, path.toStdString(),
                    "End it with .png, .svg, .pdf or .csv");
    }
    return writeFileAtomically(nativePath(path),
                               {bytes.constData(), static_cast<std::size_t>(bytes.size())});
}

ExportActions::ExportActions(std::function<Renderable()> provider, QWidget* view)
    : QObject(view)
    , m_provider(std::move(provider))
    , m_view(view)
    , m_menu(new QMenu(tr("Export"), view)) {
    m_menu->setIcon(themedIcon(QStringLiteral("export")));
    connect(m_menu->addAction(themedIcon(QStringLiteral("copy")), tr("Copy as image")),
            &QAction::triggered, this, &ExportActions::copyImage);
    m_menu->addSeparator();
    const auto add = [this](const QString& icon, const QString& text, ExportKind kind) {
        QAction* action = m_menu->addAction(themedIcon(icon), text);
        connect(action, &QAction::triggered, this, [this, kind] { exportWithDialog(kind); });
        return action;
    };
    add(QStringLiteral("image"), tr("Export PNG…"), ExportKind::Png);
    add(QStringLiteral("export"), tr("Export SVG…"), ExportKind::Svg);
    add(QStringLiteral("file"), tr("Export PDF…"), ExportKind::Pdf);
    QAction* csv = add(QStringLiteral("table"), tr("Export CSV…"), ExportKind::Csv);
    QMenu* scales = m_menu->addMenu(tr("PNG scale"));
    auto* group = new QActionGroup(this);
    for (int scale = 1; scale <= 4; ++scale) {
        QAction* action = group->addAction(scales->addAction(tr("%1x").arg(scale)));
        action->setCheckable(true);
        action->setChecked(scale == static_cast<int>(m_scale));
        connect(action, &QAction::triggered, this, [this, scale] { m_scale = scale; });
    }
    connect(m_menu, &QMenu::aboutToShow, this,
            [this, csv] { csv->setVisible(static_cast<bool>(m_provider().csv)); });
}

QToolButton* ExportActions::button(const QString& tip, QWidget* parent) const {
    auto* button = new QToolButton(parent);
    button->setIcon(themedIcon(QStringLiteral("export")));
    button->setAutoRaise(true);
    button->setPopupMode(QToolButton::InstantPopup);
    button->setMenu(m_menu);
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    button->setStyleSheet(QStringLiteral("QToolButton::menu-indicator { image: none; }"));
    return button;
}

void ExportActions::copyImage() {
    const QImage image = renderImage(m_provider(), m_scale);
    if (image.isNull()) {
        emit failed(nothing().error);
        return;
    }
    QApplication::clipboard()->setImage(image);
    emit copied();
}

void ExportActions::exportWithDialog(ExportKind kind) {
    struct Format {
        const char* suffix;
        QString filter;
    };
    const auto format = [kind]() -> Format {
        switch (kind) {
        case ExportKind::Png:
            return {"png", tr("PNG picture (*.png)")};
        case ExportKind::Svg:
            return {"svg", tr("SVG drawing (*.svg)")};
        case ExportKind::Pdf:
            return {"pdf", tr("PDF document (*.pdf)")};
        case ExportKind::Csv:
            break;
        }
        return {"csv", tr("CSV table (*.csv)")};
    }();
    const Renderable now = m_provider();
    if (m_folder.isEmpty())
        m_folder = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
    QString name = now.name.isEmpty() ? QStringLiteral("ohmscape") : now.name;
    name.replace(QLatin1Char('/'), QLatin1Char('-'));
    auto* dialog = new QFileDialog(m_view, tr("Export"), m_folder, format.filter);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QString::fromLatin1(format.suffix));
    dialog->selectFile(name + QLatin1Char('.') + QString::fromLatin1(format.suffix));
    connect(dialog, &QFileDialog::fileSelected, this, [this, now](const QString& path) {
        m_folder = QFileInfo(path).absolutePath();
        const auto result = exportTo(now, path, m_scale);
        if (result)
            emit exported(path);
        else
            emit failed(result.error());
    });
    dialog->open();
}

} // namespace ohm::widgets
