// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runs/runstore.h"

#include <QString>
#include <QStringList>
#include <QVector>

namespace ohm::ui {

/// One thing that a report can show of runs. A plain value.
struct ReportView {
    QString id; ///< of --views: "loss", "predicted", "convergence", ...
    QString title;
    QString what;                 ///< one sentence
    QVector<runs::RunKind> kinds; ///< of runs that can give it
    bool work = false;            ///< networks are run for it, which takes a while
};

/// All of them, in the order of a report. Thread: any.
const QVector<ReportView>& reportViews();
/// Null if there is none of this name.
const ReportView* reportView(const QString& id);

/// Why these runs cannot give a view, as a sentence; empty if one of them can. Looks at what the
/// list and the folders say, at no data. Thread: any.
QString whyNot(const ReportView& view, const QVector<runs::RunRecord>& runs);
/// The same of one run.
QString whyNot(const ReportView& view, const runs::RunRecord& run);

/// Layers of a deep network by its settings; 0 of others, or where they do not say.
int layersOf(const runs::RunRecord& run);

/// "training" and so on, for people.
QString kindTitle(runs::RunKind kind);

} // namespace ohm::ui
