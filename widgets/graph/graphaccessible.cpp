// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph/graphview_p.h"

#include <QAccessible>
#include <QAccessibleWidget>

namespace ohm::widgets {

namespace {

/// Reads as a picture whose value is the node that the keyboard is at.
class AccessibleGraph : public QAccessibleWidget {
public:
    explicit AccessibleGraph(GraphView* view)
        : QAccessibleWidget(view, QAccessible::Graphic) {}

    QString text(QAccessible::Text kind) const override {
        if (kind == QAccessible::Value) {
            const auto* view = static_cast<GraphView*>(object());
            return view->currentNode() >= 0 ? view->nodeText(view->currentNode()) : QString();
        }
        return QAccessibleWidget::text(kind);
    }
};

QAccessibleInterface* makeAccessible(const QString&, QObject* object) {
    if (auto* view = qobject_cast<GraphView*>(object))
        return new AccessibleGraph(view);
    return nullptr;
}

} // namespace

void installGraphAccessibility() {
    static const bool installed = [] {
        QAccessible::installFactory(makeAccessible);
        return true;
    }();
    Q_UNUSED(installed)
}

} // namespace ohm::widgets
