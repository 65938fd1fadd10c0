// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QTableView;
class QString;

namespace ohm::widgets {
class ExportActions;
class PlotView;
} // namespace ohm::widgets

namespace ohm::ui {

/// Copy as image, PNG, SVG, PDF and CSV of a table that has no room for a button: by right click
/// and the menu key. What goes wrong is told in the message bar of the page. Thread: GUI.
widgets::ExportActions* offerExport(QTableView* view, const QString& name);
/// The same of a chart, with a button in its corner as well.
widgets::ExportActions* offerExport(widgets::PlotView* view);

} // namespace ohm::ui
