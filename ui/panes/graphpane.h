// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "ui/models/couplingindex.h"
#include "ui/services/selectionhub.h"
#include "ui/workbench.h"
#include "widgets/common/exportview.h"

#include <QWidget>

#include <memory>
#include <optional>
#include <vector>

class QLabel;
class QMenu;
class QSpinBox;
class QToolButton;

namespace ohm::widgets {
class FindBar;
class GraphView;
class MessageBar;
} // namespace ohm::widgets

namespace ohm::ui {

struct GraphPicture;

/// The terminal-node graph with its tools: whole or neighbourhood, walking, kinds, zoom, export;
/// wired to the selection hub, the operating point and estimated couplings. Thread: GUI.
class GraphPane : public QWidget {
    Q_OBJECT
public:
    explicit GraphPane(const Workbench& workbench, QWidget* parent = nullptr);
    ~GraphPane() override;

    widgets::GraphView* view() const { return m_view; }
    widgets::Renderable renderable() const;
    void openFind();
    bool isReady() const { return m_ready; } ///< the present picture is laid out

signals:
    void exported(const QString& path);
    void exportFailed(const ohm::Error& error);
    void sourceRequested(ohm::ui::ObjectId id);

private:
    void showPicture();
    void showState();
    void showSelection();
    void showHover();
    void annotate();
    void colourNodes();
    void drawCouplings();
    void showLegend();
    void rebuildKinds();
    std::optional<ObjectId> idOf(std::int64_t sceneNode) const;
    std::vector<std::uint32_t> graphNodes(ObjectId id) const;
    std::vector<std::uint32_t> sceneNodes(ObjectId id) const;
    void reveal(ObjectId id);
    void walkTo(std::uint32_t sceneNode);
    void contextMenu(const QPoint& at, std::int64_t node);
    QString tooltip(std::uint32_t sceneNode) const;
    void search(const QString& text, bool caseSensitive);
    void step(int direction);
    QString summary() const;

    Workbench m_bench;
    QLabel* m_summary;
    QToolButton* m_back;
    QToolButton* m_forward;
    QToolButton* m_whole;
    QToolButton* m_part;
    QSpinBox* m_hops;
    QMenu* m_kinds;
    widgets::MessageBar* m_bar;
    widgets::FindBar* m_find;
    widgets::GraphView* m_view;
    std::vector<CouplingLines::Line> m_couplings; ///< by the view's links
    bool m_valued = false;                        ///< nodes have values
    bool m_ready = false;
    bool m_fitted = false;
    bool m_coloured = false;                     ///< nodes have colours by their error
    std::shared_ptr<const GraphPicture> m_shown; ///< the picture whose scene the view has
    std::optional<ObjectId> m_pendingReveal;
    std::vector<std::uint32_t> m_matches; ///< graph nodes
    int m_match = -1;
};

} // namespace ohm::ui
