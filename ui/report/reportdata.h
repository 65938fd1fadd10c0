// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dataset/distribution.h"
#include "core/explore/embeddingtable.h"
#include "core/learn/errors.h"
#include "core/learn/parasitics.h"
#include "core/runs/comparison.h"
#include "core/runs/curves.h"
#include "core/runs/runstore.h"
#include "core/runs/sizingrun.h"
#include "ui/report/report.h"

#include <QJsonObject>

#include <map>
#include <optional>
#include <vector>

namespace ohm::ui {

/// What a network says of one design's GCells, or of one image. Rows from below.
struct ReportMap {
    QString design; ///< of an image its name
    int columns = 0, rows = 0;
    std::vector<float> predicted, truth; ///< NaN where there is no node
};

/// What running a network again gave, or why it gave nothing. Everything else is of log files.
struct ReportWork {
    QString missing; ///< a sentence; empty if the rest is there
    // Trainings.
    QString part; ///< of the data: "test", "validation"
    std::optional<learn::ErrorReport> errors;
    std::vector<dataset::LabelSample> labels;
    QString noEmbedding;
    explore::EmbeddingTable embedding;
    std::vector<float> layout; ///< [points, 2]
    double divergence = 0;     ///< of t-SNE; NaN for principal components
    // Deep networks and networks on maps.
    std::vector<ReportMap> maps;         ///< the first few
    std::vector<float> predicted, truth; ///< of every node, or pixel, of all that was tested
    QString label;                       ///< what they are predictions of
    // Estimators, deep networks, networks on maps.
    QStringList designs; ///< that it was tested on
    std::optional<learn::ParasiticEvaluation> capacitances;
    learn::ParasiticSpec spec;
};

/// One run as a report shows it.
struct ReportRun {
    runs::RunRecord record;
    std::map<std::string, std::string> settings;
    QJsonObject result;                          ///< result.json or sizing.json; empty without one
    std::vector<std::pair<qint64, double>> rate; ///< step, learning rate
    std::optional<runs::SizingRun> sizing;
    std::optional<ReportWork> work; ///< of the run that stands for its seeds
    QString standsFor;              ///< of such a one: "seed 0 of 3"; empty for a run alone
    QString
        leftOut; ///< why its network is not run again; empty where it is, or stands behind another
};

/// Everything that a report is drawn from. A plain value.
struct ReportData {
    std::vector<ReportRun> runs;
    std::vector<runs::RunHistory> histories; ///< of the same order
    std::vector<std::pair<runs::RunKind, runs::Comparison>>
        comparisons; ///< of the runs of each kind
    int k = 100;     ///< of Acc@K
};

/// Reads the runs, and runs their networks where a view asks for it. Of runs that differ in the
/// seed alone the first stands for all. What one network cannot give is no error: it is noted where
/// it is missing. Errors: RPT-001 no runs, RPT-003 no such view, LEARN-015, UI-002 stopped. Thread:
/// any.
Expected<ReportData> collectReport(const ReportRequest& request, StopToken stop,
                                   ProgressSink& progress);

} // namespace ohm::ui
