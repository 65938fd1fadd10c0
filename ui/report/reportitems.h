// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/report/reportdata.h"
#include "widgets/common/exportview.h"

#include <functional>
#include <memory>
#include <vector>

namespace ohm::ui {

/// One piece of a report, in its order. A plain value.
struct ReportItem {
    enum class Kind { Heading, Subheading, Figure, Table, Text, Code, Missing } kind = Kind::Text;
    QString view;  ///< that it belongs to
    QString name;  ///< Figure, Table: of its files, without suffix; empty: no file of its own
    QString title; ///< a heading's text; the first sentence of a caption
    QString text;  ///< caption, paragraph, command, or why the figure is missing
    std::function<widgets::Renderable()> draw; ///< Figure; in the GUI thread, the drawing in any
    QStringList head;                          ///< Table
    QVector<QStringList> rows;
    QVector<bool> right; ///< columns of numbers
};

/// What a report consists of: the views that were asked for (all if none), a Missing for each that
/// a run of its kind cannot give. Where views were named, one that none of the runs can give is
/// Missing, too; else it is left out as none of their business. Thread: any; `draw` GUI.
std::vector<ReportItem> reportItems(const std::shared_ptr<const ReportData>& data,
                                    const QStringList& views);

/// What will be made, without reading or drawing anything: title, and figures, tables or reasons.
/// For a preview. Thread: any.
struct ReportOutline {
    QString view, title, text; ///< text: what it shows
    QString missing;           ///< why not
};
QVector<ReportOutline> reportOutline(const QVector<runs::RunRecord>& runs,
                                     const QStringList& views);

} // namespace ohm::ui
