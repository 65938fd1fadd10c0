// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "ui/models/couplingindex.h"
#include "ui/services/selectionhub.h"
#include "ui/workbench.h"
#include "widgets/common/exportview.h"

#include <QWidget>

#include <vector>

class QToolButton;

namespace ohm::widgets {
class FindBar;
class MessageBar;
class SchematicView;
} // namespace ohm::widgets

namespace ohm::ui {

class BreadCrumbs;

/// The schematic with its tools: bread crumbs, zoom, export, find; wired to
/// the selection hub, the operating point and estimated couplings. Thread: GUI.
class SchematicPane : public QWidget {
    Q_OBJECT
public:
    explicit SchematicPane(const Workbench& workbench, QWidget* parent = nullptr);
    ~SchematicPane() override;

    widgets::SchematicView* view() const { return m_view; }
    widgets::Renderable renderable() const;
    void openFind();
    bool isReady() const { return m_ready; } ///< the present place is drawn

signals:
    void exported(const QString& path);
    void exportFailed(const ohm::Error& error);
    void sourceRequested(ohm::ui::ObjectId id);

private:
    void showPlace();
    void showDrawing();
    void showSelection();
    void showHover();
    void annotate();
    void drawCouplings();
    void showLegend();
    void click(std::optional<ObjectId> id, Qt::KeyboardModifiers modifiers);
    std::optional<ObjectId> idOf(const QString& net, const QString& device) const;
    std::pair<QString, QString> namesOf(ObjectId id) const; ///< net, device as on the sheet
    void reveal(ObjectId id);
    void contextMenu(const QPoint& at, const QString& net, const QString& device);
    QString tooltip(const QString& net, const QString& device) const;
    void search(const QString& text, bool caseSensitive);
    void step(int direction);

    Workbench m_bench;
    BreadCrumbs* m_crumbs;
    QToolButton* m_up;
    widgets::MessageBar* m_bar;
    widgets::FindBar* m_find;
    widgets::SchematicView* m_view;
    std::vector<CouplingLines::Line> m_couplings; ///< by the view's links
    bool m_tagged = false;                        ///< nets have values
    bool m_ready = false;
    std::optional<ObjectId> m_pendingReveal;
    QVector<ObjectId> m_matches;
    int m_match = -1;
};

} // namespace ohm::ui
