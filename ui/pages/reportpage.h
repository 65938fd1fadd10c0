// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/report/report.h"
#include "ui/session/runlist.h"

#include <QSet>
#include <QWidget>

#include <filesystem>
#include <set>

class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QTableWidget;
class QTextBrowser;

namespace ohm::widgets {
class MessageBar;
}

namespace ohm::ui {

/// A report put together: runs ticked in the list of all, views ticked among those that the runs
/// can give (the others say why not), a title and a folder; what will be made is said before,
/// progress while it is written, and then page, PDF and folder are a click away. Needs no open
/// circuit. Thread: GUI.
class ReportPage : public QWidget {
    Q_OBJECT
public:
    explicit ReportPage(JobService& jobs, QWidget* parent = nullptr);

    /// Ticks these runs alone; those that are not on the list yet follow when it is read.
    void choose(const std::vector<std::filesystem::path>& folders);
    /// What would be written now.
    ReportRequest request() const;
    void write();

    RunList& list() { return m_list; }
    bool isWriting() const { return m_writer.isRunning(); }
    widgets::MessageBar* bar() const { return m_bar; }
    QLineEdit* filterEdit() const { return m_filter; }
    QTableWidget* runTable() const { return m_runs; }
    QTableWidget* viewTable() const { return m_views; }
    QLineEdit* titleEdit() const { return m_title; }
    QLineEdit* folderEdit() const { return m_folder; }
    QPushButton* allRunsButton() const { return m_allRuns; }
    QPushButton* noRunsButton() const { return m_noRuns; }
    QPushButton* writeButton() const { return m_write; }
    QPushButton* cancelButton() const { return m_cancel; }
    QPushButton* pageButton() const { return m_openPage; }
    QPushButton* pdfButton() const { return m_openPdf; }
    QPushButton* folderButton() const { return m_openFolder; }
    QTextBrowser* preview() const { return m_preview; }
    const ReportFiles& files() const { return m_files; } ///< of the last report; empty before

signals:
    void written(const QString& page);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    QWidget* buildRuns();
    QWidget* buildRight();
    void showRuns();
    void showViews();
    void showPreview();
    void showButtons();
    void tickShown(bool on);
    void browse();
    QVector<runs::RunRecord> chosen() const;
    QStringList views() const; ///< ticked and possible

    RunList m_list;
    ReportWriter m_writer;
    widgets::MessageBar* m_bar;
    QLineEdit* m_filter = nullptr;
    QLabel* m_count = nullptr;
    QPushButton* m_allRuns = nullptr;
    QPushButton* m_noRuns = nullptr;
    QTableWidget* m_runs = nullptr;
    QTableWidget* m_views = nullptr;
    QTextBrowser* m_preview = nullptr;
    QLineEdit* m_title = nullptr;
    QLineEdit* m_folder = nullptr;
    QPushButton* m_write = nullptr;
    QPushButton* m_cancel = nullptr;
    QProgressBar* m_progress = nullptr;
    QLabel* m_step = nullptr;
    QPushButton* m_openPage = nullptr;
    QPushButton* m_openPdf = nullptr;
    QPushButton* m_openFolder = nullptr;
    std::set<std::filesystem::path> m_ticked;
    QSet<QString> m_off; ///< views that were taken out
    ReportFiles m_files;
    bool m_filling = false;
};

} // namespace ohm::ui
