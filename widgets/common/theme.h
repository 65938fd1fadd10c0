// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

class QDBusVariant;

namespace ohm::widgets {

enum class ThemeMode { System, Light, Dark };

/// The application's look: Fusion style with the product's light or dark palette, switched at run
/// time. One per application; `apply` before the first window. Thread: GUI.
class Theme : public QObject {
    Q_OBJECT
public:
    static Theme& instance();

    /// Applies and remembers for this run (the caller keeps the setting). `System` follows the
    /// desktop's colour-scheme setting and its changes, else the palette the desktop started with.
    void apply(ThemeMode mode);
    ThemeMode mode() const { return m_mode; }
    bool dark() const { return m_dark; }
    /// False when the style hints ask for no animation.
    static bool animationsWanted();

signals:
    /// From the event loop, once the widgets have the new palette.
    void changed(bool dark);

private:
    Theme();
    void refresh();
    void watchDesktop();

    ThemeMode m_mode = ThemeMode::System;
    bool m_dark = false;
    bool m_applied = false;
    bool m_startedDark = false;
    int m_desktopScheme = 0; ///< XDG portal: 0 no preference, 1 dark, 2 light

private slots:
    void desktopSettingChanged(const QString& group, const QString& key, const QDBusVariant& value);
};

} // namespace ohm::widgets
