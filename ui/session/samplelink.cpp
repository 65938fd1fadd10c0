// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/samplelink.h"

#include "ui/services/text.h"
#include "ui/session/circuitsession.h"

#include <QFileInfo>

#include <utility>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMostSelected = 2000; ///< nets of a lasso

/// The node behind a net of a netlist that sampleNetlist wrote ("n17"); -1 for another.
int nodeOf(const QString& net) {
    bool good = false;
    const int node = net.startsWith(u'n') ? net.mid(1).toInt(&good) : -1;
    return good ? node : -1;
}

} // namespace

SampleLink::SampleLink(CircuitSession& session, SelectionHub& hub, QObject* parent)
    : QObject(parent)
    , m_session(session)
    , m_hub(hub) {
    connect(&m_session, &CircuitSession::circuitChanged, this, &SampleLink::circuitChanged);
    connect(&m_hub, &SelectionHub::selectionChanged, this, [this] {
        if (m_set && !m_selecting && isOpen(m_set, m_graph))
            emit selectionChanged();
    });
}

Expected<void> SampleLink::open(const GraphSetPtr& set, std::size_t graph, const QString& name,
                                const QVector<int>& nodes) {
    if (isOpen(set, graph)) {
        m_wanted = nodes;
        emit showRequested();
        circuitChanged();
        return {};
    }
    const auto path = writeSample(*set, graph, name);
    if (!path)
        return path.failure();
    m_set = set;
    m_graph = graph;
    m_path = QFileInfo(*path).absoluteFilePath();
    m_wanted = nodes;
    emit openRequested(*path);
    return {};
}

bool SampleLink::isOpen(const GraphSetPtr& set, std::size_t graph) const {
    return set && set == m_set && graph == m_graph && m_session.isOpen() &&
           QFileInfo(m_session.circuitPath()).absoluteFilePath() == m_path;
}

qint64 SampleLink::openGraph(const GraphSetPtr& set) const {
    return isOpen(set, m_graph) ? static_cast<qint64>(m_graph) : -1;
}

QVector<ObjectId> SampleLink::idsOf(const QVector<int>& nodes) const {
    QVector<ObjectId> ids;
    for (const int node : nodes) {
        const auto id = node < 0 ? std::nullopt : m_session.find(u'n' + QString::number(node));
        if (id && id->kind == ObjectKind::Net && ids.size() < kMostSelected)
            ids << *id;
    }
    return ids;
}

void SampleLink::circuitChanged() {
    if (!isOpen(m_set, m_graph))
        return;
    const QVector<ObjectId> ids = idsOf(std::exchange(m_wanted, {}));
    if (ids.isEmpty())
        return;
    m_selecting = true;
    if (ids.size() == 1)
        m_hub.reveal(ids.first(), SelectionSource::Program);
    else
        m_hub.select(ids, SelectionSource::Program);
    m_selecting = false;
}

void SampleLink::select(const QVector<int>& nodes) {
    if (!isOpen(m_set, m_graph))
        return;
    m_selecting = true;
    m_hub.select(idsOf(nodes), SelectionSource::Program);
    m_selecting = false;
}

QVector<int> SampleLink::selectedNodes() const {
    QVector<int> nodes;
    if (!isOpen(m_set, m_graph))
        return nodes;
    for (const ObjectId id : m_hub.selection()) {
        const int node = id.kind == ObjectKind::Net ? nodeOf(m_session.nameOf(id)) : -1;
        if (node >= 0)
            nodes << node;
    }
    return nodes;
}

} // namespace ohm::ui
