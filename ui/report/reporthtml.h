// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/report/reportitems.h"

namespace ohm::ui {

/// What stands at the head of a report. A plain value.
struct ReportHead {
    QString title;
    QString when; ///< "Written by Ohmscape 1.0 on ..."
};

/// "Figure 3", "Table 1" of each item; empty for others.
QStringList itemLabels(const std::vector<ReportItem>& items);

/// The page. Figures stand in it as drawings, read from their .svg in `folder`. Thread: any.
QString reportHtml(const ReportHead& head, const std::vector<ReportItem>& items,
                   const QString& folder);

} // namespace ohm::ui
