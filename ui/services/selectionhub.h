// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QVector>

#include <compare>
#include <optional>

namespace ohm::ui {

/// What can be selected. `Block` is an instance of a defined subcircuit (a place in the hierarchy,
/// named by its path); the last three arrive with data sets, runs and sizing.
enum class ObjectKind : quint8 { Net, Device, Terminal, Block, Sample, Run, Design };

/// A typed id: index into the circuit's flat nets, devices or terminals, or of an interned block
/// path. Only meaningful for the circuit that is open; the hub is cleared when it changes.
struct ObjectId {
    ObjectKind kind = ObjectKind::Net;
    quint32 index = 0;
    auto operator<=>(const ObjectId&) const = default;
};

inline size_t qHash(const ObjectId& id, size_t seed = 0) {
    return ::qHash((quint64(id.kind) << 32) | id.index, seed);
}

/// Which view a change came from, so that it need not follow its own click.
enum class SelectionSource : quint8 {
    Program,
    Schematic,
    Graph,
    Tables,
    Tree,
    Source,
    Inspector,
    Palette,
    Issues
};

/// The one place that knows what is selected and what the mouse is over. Views subscribe once and
/// ask "is this hot?"; they never know each other. Thread: GUI.
class SelectionHub : public QObject {
    Q_OBJECT
public:
    explicit SelectionHub(QObject* parent = nullptr);

    /// In the order of selecting; the last one is what the inspector shows.
    const QVector<ObjectId>& selection() const { return m_selection; }
    std::optional<ObjectId> current() const;
    std::optional<ObjectId> hover() const { return m_hover; }
    bool isSelected(ObjectId id) const { return m_selection.contains(id); }
    /// Selected or under the mouse.
    bool isHot(ObjectId id) const { return isSelected(id) || m_hover == id; }

    /// Duplicates are dropped; nothing is emitted if nothing changes.
    void select(QVector<ObjectId> ids, SelectionSource source);
    void select(ObjectId id, SelectionSource source) { select(QVector<ObjectId>{id}, source); }
    /// Ctrl+click: adds or takes away.
    void toggle(ObjectId id, SelectionSource source);
    void clear(SelectionSource source = SelectionSource::Program);
    void setHover(std::optional<ObjectId> id, SelectionSource source);
    /// Selects and asks every view to bring it into sight (palette, issues, links).
    void reveal(ObjectId id, SelectionSource source);

    bool canGoBack() const { return m_position > 0; }
    bool canGoForward() const { return m_position + 1 < m_history.size(); }
    /// Walks through what was selected before.
    void goBack();
    void goForward();

signals:
    void selectionChanged(ohm::ui::SelectionSource source);
    void hoverChanged(ohm::ui::SelectionSource source);
    void revealRequested(ohm::ui::ObjectId id, ohm::ui::SelectionSource source);
    void historyChanged();

private:
    void apply(QVector<ObjectId> ids, SelectionSource source);
    void remember();

    QVector<ObjectId> m_selection;
    std::optional<ObjectId> m_hover;
    QVector<ObjectId> m_history;
    qsizetype m_position = -1;
};

} // namespace ohm::ui
