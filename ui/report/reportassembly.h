// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/report/reportdata.h"
#include "ui/report/reporthtml.h"

#include <QDir>
#include <QStringList>
#include <QTemporaryDir>

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

namespace ohm::ui {

class ReportPdf;

/// A report on its way to the disk. Only figures need the GUI thread: each is drawn there once, one
/// to a call, and its drawing recorded; everything else happens on any one thread at a time.
class ReportAssembly {
public:
    ReportAssembly(const ReportRequest& request, std::shared_ptr<const ReportData> data);
    ~ReportAssembly();

    /// Makes the folder. Errors: RPT-002, RPT-004. Thread: any.
    static Expected<bool> makeFolder(const QString& folder);
    /// The folder was made for this report (and goes away with it).
    void ownFolder(bool made) { m_made = made; }

    bool drawn() const { return m_nextFigure >= m_figures.size(); }
    QString nextFigure() const; ///< its title
    double shareDrawn() const;
    void drawNext(); ///< Thread: GUI

    /// Everything onto the disk, and only then in the place of an older report of that folder.
    /// Errors: UI-002, RPT-002, WID-*, BASE-010. Thread: any.
    Expected<ReportFiles> write(StopToken stop, ProgressSink& progress);
    /// Nobody wants it any more: what was written goes away with this, as it does where `write`
    /// failed. Thread: any.
    void abandon() { m_phase = Phase::Abandoned; }

private:
    struct Step {
        QString what;
        std::function<Expected<void>()> work;
    };
    enum class Phase : int { Before, Writing, Written, Abandoned };
    void takeAway();

    QString path(const QString& name);
    Expected<void> writeBytes(const QString& name, const QByteArray& bytes);
    Expected<void> writeTable(const ReportItem& item);
    Expected<void> writeJson();
    Expected<ReportFiles> writeAll(StopToken& stop, ProgressSink& progress);
    void plan();
    void setPdf();
    void drawPages();
    Expected<void> moveIntoPlace();

    ReportRequest m_request;
    std::shared_ptr<const ReportData> m_data;
    QDir m_folder; ///< of the report
    bool m_made = false;
    std::unique_ptr<QTemporaryDir> m_staging; ///< in it, until everything is written
    ReportHead m_head;
    std::vector<ReportItem> m_items;
    std::vector<std::size_t> m_figures; ///< items
    std::size_t m_nextFigure = 0;
    std::vector<widgets::Renderable> m_drawings; ///< of each item; empty for others
    std::vector<Step> m_steps;
    std::unique_ptr<ReportPdf> m_pdf;
    QStringList m_written; ///< names in the folder
    ReportFiles m_files;
    std::atomic<Phase> m_phase{Phase::Before};
};

} // namespace ohm::ui
