// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFile>
#include <QString>

#include <filesystem>
#include <string>
#include <string_view>

namespace ohm::ui {

/// core speaks UTF-8 std::string, the window QString. Invalid bytes become U+FFFD.
inline QString qs(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}
/// A name or value to be shown. Names of a hostile file may be megabytes long; laying out one of
/// them would hold up the window, and nobody could read it.
inline QString shownText(std::string_view text) {
    constexpr std::size_t kMost = 400;
    if (text.size() <= kMost)
        return qs(text);
    return qs(text.substr(0, kMost * 3 / 4)) + QStringLiteral(" \u2026 ") +
           qs(text.substr(text.size() - kMost / 4));
}
inline std::string ss(const QString& text) {
    return text.toStdString();
}

/// Paths keep their bytes: a file name that is not UTF-8 must still open.
inline std::filesystem::path toPath(const QString& path) {
    const QByteArray bytes = QFile::encodeName(path);
    return std::filesystem::path(
        std::string(bytes.constData(), static_cast<std::size_t>(bytes.size())));
}
inline QString fromPath(const std::filesystem::path& path) {
    return QFile::decodeName(QByteArray::fromStdString(path.string()));
}

} // namespace ohm::ui
