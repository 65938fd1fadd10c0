// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/exportmenu.h"

#include "ui/pages/pageparts.h"
#include "widgets/common/messagebar.h"

#include <QCoreApplication>
#include <QMenu>
#include <QTableView>
#include <QToolButton>

namespace ohm::ui {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("ExportMenu", text);
}

widgets::ExportActions* offer(QWidget* view, std::function<widgets::Renderable()> provider) {
    auto* actions = new widgets::ExportActions(std::move(provider), view);
    view->setContextMenuPolicy(Qt::CustomContextMenu);
    QObject::connect(
        view, &QWidget::customContextMenuRequested, actions,
        [actions, view](const QPoint& at) { actions->menu()->popup(view->mapToGlobal(at)); });
    QObject::connect(actions, &widgets::ExportActions::failed, view, [view](const Error& error) {
        for (QWidget* up = view->parentWidget(); up; up = up->parentWidget()) {
            if (auto* bar = up->findChild<widgets::MessageBar*>()) {
                bar->showError(error);
                return;
            }
        }
    });
    return actions;
}

} // namespace

widgets::ExportActions* offerExport(QTableView* view, const QString& name) {
    return offer(view, [view, name] { return tableRenderable(view, name); });
}

widgets::ExportActions* offerExport(widgets::PlotView* view) {
    auto* actions = offer(view, [view] { return view->renderable(); });
    view->setCorner(actions->button(tr("Copy or export this chart"), view));
    return actions;
}

} // namespace ohm::ui
