// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runs/runstore.h"

#include <QString>
#include <QStringList>
#include <QVector>

namespace ohm::ui {

/// What a report shows. A plain value.
struct ReportRequest {
    QVector<runs::RunRecord> runs; ///< at least one
    QString title;                 ///< empty: made from the runs' names
    QString folder;                ///< made if missing
    QString command;               ///< how the program was called
};

/// What was written.
struct ReportFiles {
    QString page; ///< index.html
    QString pdf;
    QStringList figures; ///< names without suffix; each as .svg, .png and .csv
};

/// Writes a report of finished or unfinished runs into a folder: index.html (nothing outside it is
/// needed to read it), figures as SVG, PNG and CSV, report.pdf, and report.json with the
/// configuration, seeds, versions, hashes of the inputs and the commands. Always on white. A figure
/// without data is named with the reason. Errors: RPT-001 no runs, RPT-002 the folder cannot be
/// made, LEARN-015, WID-*, BASE-010. Thread: GUI (it draws).
Expected<ReportFiles> writeReport(const ReportRequest& request);

} // namespace ohm::ui
