// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QString>
#include <QVector>

#include <memory>

namespace ohm::widgets {

struct PaletteEntry {
    QString id;       ///< given back by `chosen`
    QString text;     ///< matched and shown
    QString detail;   ///< shown small, e.g. the menu path or device value
    QString shortcut; ///< shown at the right
    QString icon;     ///< name for themedIcon
    bool enabled = true;
};

/// A group of entries, e.g. commands, nets, devices. Typing `prefix` first searches this one only.
struct PaletteSource {
    QString name;
    QChar prefix; ///< null: none
    std::shared_ptr<const QVector<PaletteEntry>> entries;
};

/// Type-to-find popup over commands, nets, devices. Fast with 100k entries. Arrows and Page keys
/// move, Return chooses, Escape closes. Thread: GUI.
class CommandPalette : public QFrame {
    Q_OBJECT
public:
    explicit CommandPalette(QWidget* parent = nullptr);
    ~CommandPalette() override;

    void setSources(const QVector<PaletteSource>& sources);
    /// Shows it at the top centre of `window`, with `text` typed already (e.g. a prefix).
    void popup(QWidget* window, const QString& text = {});
    int resultCount() const;

signals:
    void chosen(const QString& source, const QString& id);
    void closed();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ohm::widgets
