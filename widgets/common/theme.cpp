// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/theme.h"

#include "widgets/common/palette.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QFile>
#include <QPainter>
#include <QProxyStyle>
#include <QStyleFactory>
#include <QStyleOption>
#include <QToolTip>

namespace ohm::widgets {
namespace {

constexpr auto kPortalService = "org.freedesktop.portal.Desktop";
constexpr auto kPortalPath = "/org/freedesktop/portal/desktop";
constexpr auto kPortalInterface = "org.freedesktop.portal.Settings";
constexpr auto kAppearance = "org.freedesktop.appearance";
constexpr auto kColourScheme = "color-scheme";

/// Fusion, calmer: flat dock titles and separators, a focus frame that can be seen.
class HouseStyle : public QProxyStyle {
public:
    HouseStyle()
        : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}

    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget) const override {
        if (element == PE_FrameFocusRect) {
            painter->save();
            painter->setRenderHint(QPainter::Antialiasing);
            painter->setBrush(Qt::NoBrush);
            painter->setPen(QPen(option->palette.color(QPalette::Link), 1.5));
            painter->drawRoundedRect(QRectF(option->rect).adjusted(1, 1, -1, -1), 3, 3);
            painter->restore();
            return;
        }
        if (element == PE_IndicatorDockWidgetResizeHandle) {
            painter->fillRect(option->rect, option->palette.window());
            return;
        }
        QProxyStyle::drawPrimitive(element, option, painter, widget);
        if (element == PE_IndicatorCheckBox && isDark(option->palette)) {
            // Fusion's outline is darker than the ground: of an empty box nothing would be seen.
            QColor outline = option->palette.color(QPalette::Text);
            outline.setAlphaF(option->state & State_Enabled ? 0.5F : 0.25F);
            painter->save();
            painter->setRenderHint(QPainter::Antialiasing);
            painter->setBrush(Qt::NoBrush);
            painter->setPen(outline);
            painter->drawRoundedRect(QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5), 2, 2);
            painter->restore();
        }
    }

    void drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                     const QWidget* widget) const override {
        if (element == CE_Splitter) {
            painter->fillRect(option->rect, option->palette.window());
            return;
        }
        if (element == CE_DockWidgetTitle) {
            const auto* dock = qstyleoption_cast<const QStyleOptionDockWidget*>(option);
            if (dock && !dock->verticalTitleBar) {
                const QRect text = subElementRect(SE_DockWidgetTitleBarText, option, widget);
                QFont font = painter->font();
                font.setWeight(QFont::DemiBold);
                painter->save();
                painter->setFont(font);
                painter->setPen(option->palette.color(QPalette::WindowText));
                painter->drawText(
                    text.adjusted(4, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                    QFontMetrics(font).elidedText(dock->title, Qt::ElideRight, text.width() - 4));
                painter->restore();
                return;
            }
        }
        QProxyStyle::drawControl(element, option, painter, widget);
    }

    int pixelMetric(PixelMetric metric, const QStyleOption* option,
                    const QWidget* widget) const override {
        switch (metric) {
        case PM_SplitterWidth:
        case PM_DockWidgetSeparatorExtent:
            return 6;
        case PM_ToolBarItemSpacing:
            return 2;
        default:
            return QProxyStyle::pixelMetric(metric, option, widget);
        }
    }
};

} // namespace

Theme& Theme::instance() {
    static Theme theme;
    return theme;
}

Theme::Theme()
    : m_startedDark(isDark(QGuiApplication::palette())) {
    watchDesktop();
}

bool Theme::animationsWanted() {
    const QStyle* style = QApplication::style();
    return style && style->styleHint(QStyle::SH_Widget_Animation_Duration) > 0;
}

void Theme::apply(ThemeMode mode) {
    m_mode = mode;
    if (!m_applied)
        QApplication::setStyle(new HouseStyle);
    refresh();
}

void Theme::refresh() {
    const bool systemDark = m_desktopScheme ? m_desktopScheme == 1 : m_startedDark;
    const bool dark = m_mode == ThemeMode::Dark || (m_mode == ThemeMode::System && systemDark);
    if (m_applied && dark == m_dark)
        return;
    m_applied = true;
    m_dark = dark;
    const QPalette palette = dark ? darkPalette() : lightPalette();
    QApplication::setPalette(palette);
    QToolTip::setPalette(palette);
    // Widgets learn of a palette through the event loop: speak after they have.
    QMetaObject::invokeMethod(
        this, [this, dark] { emit changed(dark); }, Qt::QueuedConnection);
}

void Theme::watchDesktop() {
    // Asking for a session bus where none runs would start one: look for its address first.
    const QByteArray runtime = qgetenv("XDG_RUNTIME_DIR");
    if (qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS") &&
        (runtime.isEmpty() || !QFile::exists(QFile::decodeName(runtime + "/bus"))))
        return;
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected())
        return;
    const auto service = QString::fromLatin1(kPortalService);
    const auto path = QString::fromLatin1(kPortalPath);
    const auto interface = QString::fromLatin1(kPortalInterface);
    bus.connect(service, path, interface, QStringLiteral("SettingChanged"), this,
                SLOT(desktopSettingChanged(QString, QString, QDBusVariant)));
    auto call = QDBusMessage::createMethodCall(service, path, interface, QStringLiteral("Read"));
    call << QString::fromLatin1(kAppearance) << QString::fromLatin1(kColourScheme);
    auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        const QDBusPendingReply<QDBusVariant> reply = *watcher;
        watcher->deleteLater();
        if (reply.isError())
            return;
        // The portal wraps the value twice.
        QVariant value = reply.value().variant();
        if (value.canConvert<QDBusVariant>())
            value = value.value<QDBusVariant>().variant();
        desktopSettingChanged(QString::fromLatin1(kAppearance), QString::fromLatin1(kColourScheme),
                              QDBusVariant(value));
    });
}

void Theme::desktopSettingChanged(const QString& group, const QString& key,
                                  const QDBusVariant& value) {
    if (group != QLatin1String(kAppearance) || key != QLatin1String(kColourScheme))
        return;
    m_desktopScheme = value.variant().toInt();
    if (m_applied)
        refresh();
}

} // namespace ohm::widgets
