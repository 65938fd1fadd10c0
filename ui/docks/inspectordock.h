// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "ui/workbench.h"

#include <QWidget>

namespace ohm::widgets {
class InspectorView;
}

namespace ohm::ui {

/// Properties of what is selected, or of the circuit. Thread: GUI.
class InspectorDock : public QWidget {
    Q_OBJECT
public:
    explicit InspectorDock(const Workbench& workbench, QWidget* parent = nullptr);
    widgets::InspectorView* view() const { return m_view; }

signals:
    void sourceRequested(const QString& path, int line);

private:
    void update();
    void follow(const QString& link);

    Workbench m_bench;
    widgets::InspectorView* m_view;
};

} // namespace ohm::ui
