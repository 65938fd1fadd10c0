// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/selectionhub.h"

#include <QSet>

namespace ohm::ui {

namespace {
constexpr qsizetype kHistory = 100;
}

SelectionHub::SelectionHub(QObject* parent)
    : QObject(parent) {}

std::optional<ObjectId> SelectionHub::current() const {
    if (m_selection.isEmpty())
        return std::nullopt;
    return m_selection.last();
}

void SelectionHub::select(QVector<ObjectId> ids, SelectionSource source) {
    QSet<ObjectId> seen;
    seen.reserve(ids.size());
    QVector<ObjectId> unique;
    unique.reserve(ids.size());
    for (const ObjectId id : ids) {
        if (!seen.contains(id)) {
            seen.insert(id);
            unique.push_back(id);
        }
    }
    if (unique == m_selection)
        return;
    apply(std::move(unique), source);
    remember();
}

void SelectionHub::toggle(ObjectId id, SelectionSource source) {
    QVector<ObjectId> ids = m_selection;
    if (ids.removeAll(id) == 0)
        ids.push_back(id);
    select(std::move(ids), source);
}

void SelectionHub::clear(SelectionSource source) {
    if (source == SelectionSource::Program) { // another circuit: old ids mean nothing any more
        m_history.clear();
        m_position = -1;
        emit historyChanged();
        setHover(std::nullopt, source);
    }
    select(QVector<ObjectId>{}, source);
}

void SelectionHub::setHover(std::optional<ObjectId> id, SelectionSource source) {
    if (m_hover == id)
        return;
    m_hover = id;
    emit hoverChanged(source);
}

void SelectionHub::reveal(ObjectId id, SelectionSource source) {
    select(id, source);
    emit revealRequested(id, source);
}

void SelectionHub::apply(QVector<ObjectId> ids, SelectionSource source) {
    m_selection = std::move(ids);
    emit selectionChanged(source);
}

void SelectionHub::remember() {
    const auto now = current();
    if (!now || (m_position >= 0 && m_history.at(m_position) == *now))
        return;
    m_history.resize(m_position + 1);
    m_history.push_back(*now);
    if (m_history.size() > kHistory)
        m_history.removeFirst();
    m_position = m_history.size() - 1;
    emit historyChanged();
}

void SelectionHub::goBack() {
    if (!canGoBack())
        return;
    const ObjectId id = m_history.at(--m_position);
    apply({id}, SelectionSource::Program);
    emit revealRequested(id, SelectionSource::Program);
    emit historyChanged();
}

void SelectionHub::goForward() {
    if (!canGoForward())
        return;
    const ObjectId id = m_history.at(++m_position);
    apply({id}, SelectionSource::Program);
    emit revealRequested(id, SelectionSource::Program);
    emit historyChanged();
}

} // namespace ohm::ui
