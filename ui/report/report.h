// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"
#include "core/runs/runstore.h"

#include <QObject>
#include <QString>
#include <QStringList>
#include <QVector>

#include <memory>

namespace ohm::ui {

class JobService;

/// What a report shows. A plain value.
struct ReportRequest {
    QVector<runs::RunRecord> runs; ///< at least one
    QStringList views;             ///< ids of reportViews(); empty: all that the runs can give
    QString title;                 ///< empty: made from the runs' names
    QString folder;                ///< made if missing
    QString command;               ///< how the program was called
};

/// The command that writes the same report.
QString reportCommand(const ReportRequest& request);

/// What was written.
struct ReportFiles {
    QString page; ///< index.html
    QString pdf;
    QStringList figures; ///< names without suffix; each as .svg, .png and .csv
    QStringList missing; ///< "TITLE: reason" of each figure that could not be made
};

/// Writes a report of finished or unfinished runs into a folder: index.html (nothing outside it is
/// needed to read it), figures as SVG, PNG and CSV, tables as CSV, report.pdf, and report.json with
/// the configuration, seeds, versions, hashes of the inputs and the commands. Always on white. A
/// figure without data is named with the reason. Everything happens in the background but the
/// drawing of figures, one to a turn of the event loop. Thread: GUI.
class ReportWriter : public QObject {
    Q_OBJECT
public:
    explicit ReportWriter(JobService& jobs, QObject* parent = nullptr);
    ~ReportWriter() override;

    void start(const ReportRequest& request);
    /// At once; what was written so far is taken away again in the background.
    void cancel();
    bool isRunning() const;

signals:
    void progressed(double fraction, const QString& what); ///< fraction < 0: unknown
    void finished(const ohm::ui::ReportFiles& files);
    /// Errors: RPT-001 no runs, RPT-002 the folder cannot be made, RPT-003 no such view, RPT-004
    /// the folder holds another page, LEARN-015, WID-*, BASE-010; UI-002 cancelled.
    void failed(const ohm::Error& error);

private:
    void draw();
    void write();
    class Private;
    std::unique_ptr<Private> d;
};

/// The same at one go, for the command line. Thread: GUI (it draws).
Expected<ReportFiles> writeReport(const ReportRequest& request, StopToken stop = {},
                                  ProgressSink& progress = noProgress());

} // namespace ohm::ui
