// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QAbstractItemView;

namespace ohm::widgets {

/// What stands in a list or table while it has no rows: how rows get there. Set its model first; a
/// second call replaces the words. Screen readers get them as the view's description while they
/// are seen. Thread: GUI.
void setEmptyHint(QAbstractItemView* view, const QString& text);

} // namespace ohm::widgets
