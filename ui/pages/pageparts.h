// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QSpinBox;
class QWidget;

namespace ohm::widgets {
class MessageBar;
}

namespace ohm::ui {

/// The frame that pages share: messages above, a form at the side, the rest beside it. Thread: GUI.
void framePage(QWidget* page, widgets::MessageBar* bar, QWidget* side, QWidget* main);

/// A box for a whole number, with a name for screen readers.
QSpinBox* spinField(const QString& name, int low, int high, int value);

} // namespace ohm::ui
