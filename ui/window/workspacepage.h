// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "ui/workbench.h"
#include "widgets/common/messagebar.h"

#include <QWidget>

#include <functional>

class QSplitter;
class QTabWidget;

namespace ohm::widgets {
class NoticeBar;
}

namespace ohm::ui {

class SchematicPane;
class GraphPane;
class SourcePane;
class FinetunePage;
class CouplingBar;

/// The page of an open circuit: message bar, line of parasitics, schematic on the left, graph and
/// source on the right. Thread: GUI.
class WorkspacePage : public QWidget {
    Q_OBJECT
public:
    explicit WorkspacePage(const Workbench& workbench, QWidget* parent = nullptr);

    SchematicPane* schematic() const { return m_schematic; }
    GraphPane* graph() const { return m_graph; }
    SourcePane* source() const { return m_source; }
    FinetunePage* finetune() const { return m_finetune; }
    CouplingBar* couplings() const { return m_couplings; }
    widgets::MessageBar* bar() const { return m_bar; }
    widgets::NoticeBar* notices() const { return m_notices; }
    void showSource();
    void showGraph();
    void showFinetune();
    bool isSourceShown() const;

    /// An error with a button that may solve it.
    void showError(const Error& error, const QString& action = {}, std::function<void()> run = {});
    void showMessage(widgets::MessageBar::Kind kind, const QString& text,
                     const QString& action = {}, std::function<void()> run = {});

    QByteArray saveState() const;
    void restoreState(const QByteArray& state);
    void resetLayout();

private:
    Workbench m_bench;
    widgets::MessageBar* m_bar;
    widgets::NoticeBar* m_notices;
    CouplingBar* m_couplings;
    QSplitter* m_splitter;
    QTabWidget* m_tabs;
    SchematicPane* m_schematic;
    GraphPane* m_graph;
    SourcePane* m_source;
    FinetunePage* m_finetune;
    std::function<void()> m_action;
};

} // namespace ohm::ui
