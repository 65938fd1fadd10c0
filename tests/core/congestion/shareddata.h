// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFileInfo>
#include <QString>

#include <filesystem>

/// A file or folder of the real data beside the checkout, or an empty path.
inline std::filesystem::path sharedData(const QString& name) {
    const QString given = qEnvironmentVariable("OHMSCAPE_SHARED");
    const QString base = given.isEmpty() ? QStringLiteral(OHMSCAPE_SOURCE_DIR "/../shared") : given;
    const QString path = base + QStringLiteral("/data/") + name;
    return QFileInfo::exists(path) ? std::filesystem::path(path.toStdString())
                                   : std::filesystem::path();
}
