// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/services/selectionhub.h"
#include "ui/session/datasets.h"

#include <QObject>
#include <QString>
#include <QVector>

namespace ohm::ui {

class CircuitSession;

/// Ties the samples of data sets to the circuit that is open: opens a sample as a circuit and
/// selects nets of it, and says which nodes of which sample are selected on its schematic. Pages
/// that show labels, errors or embeddings share one. Thread: GUI.
class SampleLink : public QObject {
    Q_OBJECT
public:
    SampleLink(CircuitSession& session, SelectionHub& hub, QObject* parent = nullptr);

    /// Writes the sample as a netlist and asks for it to be opened (`openRequested`); `nodes` of it
    /// are selected as soon as it has been read. The sample that is open already is not read again.
    /// Errors: those of writeSample.
    Expected<void> open(const GraphSetPtr& set, std::size_t graph, const QString& name,
                        const QVector<int>& nodes = {});
    /// Whether this sample is the open circuit.
    bool isOpen(const GraphSetPtr& set, std::size_t graph) const;
    /// Number of the sample of `set` that is open; -1 if none of it is.
    qint64 openGraph(const GraphSetPtr& set) const;
    /// Selects nodes of the open sample on its schematic; others are none of it.
    void select(const QVector<int>& nodes);
    /// Nodes of the open sample that are selected in other views.
    QVector<int> selectedNodes() const;

signals:
    void openRequested(const QString& path);
    void showRequested(); ///< the circuit that is open already
    /// The selection was changed in another view (not by `select`), while a sample is open.
    void selectionChanged();

private:
    void circuitChanged();
    QVector<ObjectId> idsOf(const QVector<int>& nodes) const;

    CircuitSession& m_session;
    SelectionHub& m_hub;
    GraphSetPtr m_set;
    std::size_t m_graph = 0;
    QString m_path;
    QVector<int> m_wanted; ///< to be selected when the sample has been read
    bool m_selecting = false;
};

} // namespace ohm::ui
