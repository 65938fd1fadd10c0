// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/services/jobservice.h"
#include "ui/session/graphpicture.h"

#include <QObject>
#include <QVector>

#include <memory>
#include <vector>

class QTimer;

namespace ohm::ui {

/// Decides which part of the graph is shown and lets the user walk in it: all of a small circuit,
/// the surroundings of a node in a large one. Layouts run in the background; a forming layout is
/// passed on ten times a second. Thread: GUI.
class GraphNavigator : public QObject {
    Q_OBJECT
public:
    enum class Mode { Whole, Neighbourhood };
    /// Up to here a circuit is shown whole by itself.
    static constexpr std::size_t kWholeByDefault = 5000;
    /// Beyond this, drawing everything helps nobody.
    static constexpr std::size_t kWholeAtMost = 400'000;
    static constexpr std::size_t kNeighbours = 400;

    explicit GraphNavigator(JobService& jobs, QObject* parent = nullptr);
    ~GraphNavigator() override;

    void setGraph(TerminalGraphPtr graph); ///< null: nothing
    const TerminalGraphPtr& graph() const { return m_graph; }
    const GraphPicturePtr& picture() const { return m_picture; }

    Mode mode() const { return m_mode; }
    bool canShowWhole() const { return m_graph && m_graph->nodeCount() <= kWholeAtMost; }
    void setMode(Mode mode);
    unsigned hops() const { return m_hops; }
    void setHops(unsigned hops); ///< 1..6

    /// Shows the surroundings of these graph nodes; `remember` adds a step to the walk.
    void focus(std::vector<std::uint32_t> nodes, bool remember = true);
    const std::vector<std::uint32_t>& focused() const { return m_focus; }
    bool canGoBack() const { return m_step > 0; }
    bool canGoForward() const { return m_step + 1 < m_walk.size(); }
    void goBack();
    void goForward();
    bool isBusy() const { return m_busy; }

signals:
    void pictureChanged();
    /// New positions for the present picture; `final` when the layout is done.
    void positionsChanged(const std::vector<float>& x, const std::vector<float>& y, bool final);
    void stateChanged(); ///< mode, hops, busy, walk
    void failed(const ohm::Error& error);

private:
    struct Preview;
    void refresh();
    void showWhole();
    void showPart();
    void layOut();
    void setBusy(bool busy);
    void publish(const std::vector<graph::Point>& points, bool final);
    std::vector<std::uint32_t> firstFocus() const;

    JobService& m_jobs;
    TerminalGraphPtr m_graph;
    NodeKindsPtr m_kinds;
    GraphPicturePtr m_picture;
    Mode m_mode = Mode::Whole;
    unsigned m_hops = 2;
    bool m_busy = false;
    std::vector<std::uint32_t> m_focus;
    QVector<std::vector<std::uint32_t>> m_walk;
    qsizetype m_step = -1;
    std::shared_ptr<Preview> m_preview;
    QTimer* m_drain;
};

} // namespace ohm::ui
