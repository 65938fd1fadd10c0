// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/workbench.h"
#include "widgets/common/commandpalette.h"

#include <QObject>

#include <memory>

namespace ohm::ui {

/// What the palette offers: commands, nets, devices, recent files. The lists of a circuit are made
/// in the background when it opens. Thread: GUI.
class PaletteFeed : public QObject {
    Q_OBJECT
public:
    static constexpr std::size_t kMaxEntries = 100'000; ///< per list; more is found in the tables
    explicit PaletteFeed(const Workbench& workbench, QObject* parent = nullptr);

    QVector<widgets::PaletteSource> sources() const;
    /// Does what was chosen.
    void choose(const QString& source, const QString& id);
    void setRecent(const QVector<widgets::PaletteEntry>& entries);

signals:
    void openRequested(const QString& path);

private:
    using List = std::shared_ptr<const QVector<widgets::PaletteEntry>>;
    struct Lists {
        List nets;
        List devices;
    };
    void rebuild();

    Workbench m_bench;
    Lists m_lists;
    List m_recent;
};

} // namespace ohm::ui
