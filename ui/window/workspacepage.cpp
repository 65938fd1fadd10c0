// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/workspacepage.h"

#include "ui/pages/finetunepage.h"
#include "ui/panes/couplingbar.h"
#include "ui/panes/graphpane.h"
#include "ui/panes/schematicpane.h"
#include "ui/panes/sourcepane.h"
#include "widgets/common/icons.h"
#include "widgets/common/noticebar.h"

#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>

namespace ohm::ui {

using namespace Qt::StringLiterals;

WorkspacePage::WorkspacePage(const Workbench& workbench, QWidget* parent)
    : QWidget(parent)
    , m_bench(workbench)
    , m_bar(new widgets::MessageBar(this))
    , m_notices(new widgets::NoticeBar(this))
    , m_couplings(new CouplingBar(workbench.couplings, this))
    , m_splitter(new QSplitter(Qt::Horizontal, this))
    , m_tabs(new QTabWidget(this))
    , m_schematic(new SchematicPane(workbench, this))
    , m_graph(new GraphPane(workbench, this))
    , m_source(new SourcePane(workbench, this))
    , m_finetune(new FinetunePage(workbench, this)) {
    setObjectName(u"workspacePage"_s);
    m_bar->hide();
    auto* left = new QTabWidget(this);
    left->setDocumentMode(true);
    left->addTab(m_schematic, widgets::themedIcon(u"schematic"_s), tr("Schematic"));
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_graph, widgets::themedIcon(u"graph"_s), tr("Graph"));
    m_tabs->addTab(m_source, widgets::themedIcon(u"source"_s), tr("Source"));
    m_tabs->addTab(m_finetune, widgets::themedIcon(u"finetune"_s), tr("Finetune"));
    m_splitter->addWidget(left);
    m_splitter->addWidget(m_tabs);
    m_splitter->setChildrenCollapsible(false);
    resetLayout();

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_bar);
    column->addWidget(m_notices);
    column->addWidget(m_couplings);
    column->addWidget(m_splitter, 1);
    connect(m_bar, &widgets::MessageBar::actionTriggered, this, [this] {
        const auto run = m_action;
        m_bar->dismiss();
        if (run)
            run();
    });
}

void WorkspacePage::showSource() {
    m_tabs->setCurrentWidget(m_source);
}

void WorkspacePage::showFinetune() {
    m_tabs->setCurrentWidget(m_finetune);
    m_finetune->setFocus();
}

void WorkspacePage::showGraph() {
    m_tabs->setCurrentWidget(m_graph);
}

bool WorkspacePage::isSourceShown() const {
    return m_tabs->currentWidget() == m_source;
}

void WorkspacePage::showError(const Error& error, const QString& action,
                              std::function<void()> run) {
    m_bar->showError(error);
    m_bar->setAction(action);
    m_action = std::move(run);
}

void WorkspacePage::showMessage(widgets::MessageBar::Kind kind, const QString& text,
                                const QString& action, std::function<void()> run) {
    m_bar->showMessage(kind, text);
    m_bar->setAction(action);
    m_action = std::move(run);
}

QByteArray WorkspacePage::saveState() const {
    return m_splitter->saveState();
}

void WorkspacePage::restoreState(const QByteArray& state) {
    if (!state.isEmpty())
        m_splitter->restoreState(state);
}

void WorkspacePage::resetLayout() {
    m_splitter->setSizes({1000, 1000});
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setStretchFactor(1, 1);
}

} // namespace ohm::ui
