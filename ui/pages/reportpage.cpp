// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/reportpage.h"

#include "ui/models/runtable.h"
#include "ui/pages/pageparts.h"
#include "ui/report/reportitems.h"
#include "ui/report/reportviews.h"
#include "ui/services/text.h"
#include "widgets/common/icons.h"
#include "widgets/common/messagebar.h"
#include "widgets/common/palette.h"

#include <QBoxLayout>
#include <QDateTime>
#include <QDesktopServices>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QShowEvent>
#include <QSignalBlocker>
#include <QSplitter>
#include <QStandardPaths>
#include <QTableWidget>
#include <QTextBrowser>
#include <QUrl>

#include <algorithm>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

enum RunColumn { Name, Kind, Recipe, Seed, State, Changed, kRunColumns };
constexpr int kFolderRole = Qt::UserRole + 1;
constexpr int kIdRole = Qt::UserRole + 2;
constexpr int kBarSteps = 1000;

QTableWidgetItem* ticked(const QString& text, bool on) {
    QTableWidgetItem* item = tableCell(text, false);
    item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
    item->setCheckState(on ? Qt::Checked : Qt::Unchecked);
    return item;
}

QString proposedFolder() {
    return QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation) +
           u"/ohmscape-report-"_s + QDateTime::currentDateTime().toString(u"yyyyMMdd-hhmm"_s);
}

} // namespace

ReportPage::ReportPage(JobService& jobs, QWidget* parent)
    : QWidget(parent)
    , m_list(jobs)
    , m_writer(jobs)
    , m_bar(new widgets::MessageBar(this)) {
    setObjectName(u"reportPage"_s);
    framePage(this, m_bar, buildRuns(), buildRight());
    const int em = fontMetrics().averageCharWidth();
    findChild<QSplitter*>()->setSizes({em * 84, em * 120});
    connect(&m_list, &RunList::changed, this, &ReportPage::showRuns);
    connect(&m_list, &RunList::failed, this,
            [this](const ohm::Error& error) { m_bar->showError(error); });
    connect(&m_writer, &ReportWriter::progressed, this, [this](double share, const QString& what) {
        m_progress->setRange(0, share < 0 ? 0 : kBarSteps);
        m_progress->setValue(static_cast<int>(share * kBarSteps));
        m_step->setText(what);
    });
    connect(&m_writer, &ReportWriter::finished, this, [this](const ReportFiles& files) {
        m_files = files;
        showButtons();
        showPreview();
        m_bar->showMessage(
            widgets::MessageBar::Kind::Success,
            files.missing.isEmpty()
                ? tr("%n figure(s) and the page are in %1.", nullptr,
                     static_cast<int>(files.figures.size()))
                      .arg(QFileInfo(files.page).path())
                : tr("%n figure(s) and the page are in %1; what could not be shown is named there.",
                     nullptr, static_cast<int>(files.figures.size()))
                      .arg(QFileInfo(files.page).path()));
        emit written(files.page);
    });
    connect(&m_writer, &ReportWriter::failed, this, [this](const ohm::Error& error) {
        showButtons();
        if (error.code == "UI-002")
            m_bar->showMessage(widgets::MessageBar::Kind::Note,
                               tr("The report was stopped; nothing of it is left."));
        else
            m_bar->showError(error);
    });
    showRuns();
}

QWidget* ReportPage::buildRuns() {
    m_filter = new QLineEdit;
    m_filter->setAccessibleName(tr("Filter runs"));
    m_filter->setPlaceholderText(tr("Filter by name, recipe, note or #tag"));
    m_filter->setClearButtonEnabled(true);
    m_filter->addAction(widgets::themedIcon(u"filter"_s), QLineEdit::LeadingPosition);
    m_allRuns = new QPushButton(tr("Tick all"));
    m_allRuns->setToolTip(tr("Ticks the runs that the filter shows"));
    m_noRuns = new QPushButton(tr("None"));
    m_noRuns->setAccessibleName(tr("Tick none of the runs"));
    m_noRuns->setToolTip(tr("Takes the ticks away from the runs that the filter shows"));
    for (QPushButton* button : {m_allRuns, m_noRuns})
        button->setAutoDefault(false);
    m_runs = new QTableWidget(0, kRunColumns);
    styleTable(m_runs, tr("Runs to report"));
    m_runs->setHorizontalHeaderLabels(
        {tr("Run"), tr("Kind"), tr("Recipe"), tr("Seed"), tr("State"), tr("Changed")});
    const int em = fontMetrics().averageCharWidth();
    const QList<int> widths{26, 11, 20, 6, 10, 18};
    for (int c = 0; c < widths.size(); ++c)
        m_runs->setColumnWidth(c, widths[c] * em);
    m_count = new QLabel;
    m_count->setWordWrap(true);
    auto* row = new QHBoxLayout;
    row->addWidget(m_filter, 1);
    row->addWidget(m_allRuns);
    row->addWidget(m_noRuns);
    auto* holder = new QWidget;
    auto* column = new QVBoxLayout(holder);
    column->addLayout(row);
    column->addWidget(m_runs, 1);
    column->addWidget(m_count);
    connect(m_filter, &QLineEdit::textChanged, this, &ReportPage::showRuns);
    connect(m_allRuns, &QPushButton::clicked, this, [this] { tickShown(true); });
    connect(m_noRuns, &QPushButton::clicked, this, [this] { tickShown(false); });
    connect(m_runs, &QTableWidget::itemChanged, this, [this](QTableWidgetItem* item) {
        if (m_filling || item->column() != Name)
            return;
        const std::filesystem::path folder = toPath(item->data(kFolderRole).toString());
        if (item->checkState() == Qt::Checked)
            m_ticked.insert(folder);
        else
            m_ticked.erase(folder);
        showViews();
    });
    // A double click anywhere in the row ticks it.
    connect(m_runs, &QTableWidget::cellDoubleClicked, this, [this](int at, int) {
        QTableWidgetItem* item = m_runs->item(at, Name);
        item->setCheckState(item->checkState() == Qt::Checked ? Qt::Unchecked : Qt::Checked);
    });
    return holder;
}

QWidget* ReportPage::buildRight() {
    m_title = new QLineEdit;
    m_title->setAccessibleName(tr("Title"));
    m_folder = new QLineEdit(QDir::toNativeSeparators(proposedFolder()));
    m_folder->setAccessibleName(tr("Folder of the report"));
    auto* browseButton = new QPushButton(widgets::themedIcon(u"folder"_s), tr("Browse\u2026"));
    browseButton->setAutoDefault(false);
    auto* folderRow = new QHBoxLayout;
    folderRow->addWidget(m_folder, 1);
    folderRow->addWidget(browseButton);
    auto* form = new QFormLayout;
    form->addRow(tr("Title"), m_title);
    form->addRow(tr("Folder"), folderRow);

    m_views = new QTableWidget(0, 2);
    styleTable(m_views, tr("What the report shows"));
    m_views->setHorizontalHeaderLabels({tr("View"), tr("What it shows")});
    m_views->horizontalHeader()->setStretchLastSection(true);
    m_views->setColumnWidth(0, fontMetrics().averageCharWidth() * 34);
    m_preview = new QTextBrowser;
    m_preview->setAccessibleName(tr("What will be made"));
    m_preview->setOpenLinks(false);
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(m_views);
    splitter->addWidget(m_preview);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    splitter->setChildrenCollapsible(false);

    m_write = new QPushButton(widgets::themedIcon(u"export"_s), tr("Write report"));
    m_write->setDefault(false);
    m_cancel = new QPushButton(widgets::themedIcon(u"stop"_s), tr("Stop"));
    m_progress = new QProgressBar;
    m_progress->setAccessibleName(tr("Progress of the report"));
    m_progress->setTextVisible(false);
    m_step = new QLabel;
    m_openPage = new QPushButton(widgets::themedIcon(u"open"_s), tr("Open page"));
    m_openPdf = new QPushButton(widgets::themedIcon(u"open"_s), tr("Open PDF"));
    m_openFolder = new QPushButton(widgets::themedIcon(u"folder"_s), tr("Open folder"));
    auto* row = new QHBoxLayout;
    row->addWidget(m_write);
    row->addWidget(m_cancel);
    row->addWidget(m_progress, 1);
    row->addWidget(m_step, 1);
    auto* open = new QHBoxLayout;
    open->addStretch(1);
    for (QPushButton* button : {m_openPage, m_openPdf, m_openFolder})
        open->addWidget(button);
    for (QPushButton* button : {m_write, m_cancel, m_openPage, m_openPdf, m_openFolder})
        button->setAutoDefault(false);
    auto* holder = new QWidget;
    auto* column = new QVBoxLayout(holder);
    column->addLayout(form);
    column->addWidget(splitter, 1);
    column->addLayout(row);
    column->addLayout(open);

    connect(m_title, &QLineEdit::textChanged, this, &ReportPage::showPreview);
    connect(m_folder, &QLineEdit::textChanged, this, &ReportPage::showButtons);
    connect(browseButton, &QPushButton::clicked, this, &ReportPage::browse);
    connect(m_views, &QTableWidget::itemChanged, this, [this](QTableWidgetItem* item) {
        if (m_filling || item->column() != 0)
            return;
        if (item->checkState() == Qt::Checked)
            m_off.remove(item->data(kIdRole).toString());
        else
            m_off.insert(item->data(kIdRole).toString());
        showPreview();
        showButtons();
    });
    connect(m_write, &QPushButton::clicked, this, &ReportPage::write);
    connect(m_cancel, &QPushButton::clicked, this, [this] { m_writer.cancel(); });
    const auto opens = [this](QPushButton* button, const auto& path) {
        connect(button, &QPushButton::clicked, this,
                [path] { QDesktopServices::openUrl(QUrl::fromLocalFile(path())); });
    };
    opens(m_openPage, [this] { return m_files.page; });
    opens(m_openPdf, [this] { return m_files.pdf; });
    opens(m_openFolder, [this] { return QFileInfo(m_files.page).path(); });
    return holder;
}

void ReportPage::choose(const std::vector<std::filesystem::path>& folders) {
    m_ticked = {folders.begin(), folders.end()};
    m_filter->clear();
    showRuns();
    m_list.refresh();
}

QVector<runs::RunRecord> ReportPage::chosen() const {
    QVector<runs::RunRecord> out;
    for (const auto& run : m_list.runs()) {
        if (m_ticked.contains(run.folder))
            out << run;
    }
    // The baseline leads, then the others as they are named: seeds in their order.
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
        return a.baseline != b.baseline ? a.baseline : a.name < b.name;
    });
    return out;
}

QStringList ReportPage::views() const {
    const auto runs = chosen();
    QStringList out;
    for (const ReportView& view : reportViews()) {
        if (!m_off.contains(view.id) && whyNot(view, runs).isEmpty())
            out << view.id;
    }
    return out;
}

ReportRequest ReportPage::request() const {
    ReportRequest request;
    request.runs = chosen();
    request.views = views();
    request.title = m_title->text().trimmed();
    request.folder = QDir::fromNativeSeparators(m_folder->text().trimmed());
    request.command = reportCommand(request);
    return request;
}

void ReportPage::write() {
    if (isWriting() || !m_write->isEnabled())
        return;
    m_bar->dismiss();
    m_files = {};
    m_writer.start(request());
    showButtons();
}

void ReportPage::tickShown(bool on) {
    m_filling = true;
    for (int row = 0; row < m_runs->rowCount(); ++row) {
        QTableWidgetItem* item = m_runs->item(row, Name);
        item->setCheckState(on ? Qt::Checked : Qt::Unchecked);
        const auto folder = toPath(item->data(kFolderRole).toString());
        if (on)
            m_ticked.insert(folder);
        else
            m_ticked.erase(folder);
    }
    m_filling = false;
    showViews();
}

void ReportPage::showRuns() {
    m_filling = true;
    const QStringList words = m_filter->text().split(u' ', Qt::SkipEmptyParts);
    std::vector<const runs::RunRecord*> shown;
    for (const auto& run : m_list.runs()) {
        const QString text = RunTable::searchText(run);
        if (std::all_of(words.begin(), words.end(), [&](const QString& word) {
                return text.contains(word, Qt::CaseInsensitive);
            }))
            shown.push_back(&run);
    }
    const int current = m_runs->currentRow(), column = m_runs->currentColumn();
    m_runs->setRowCount(static_cast<int>(shown.size()));
    for (int row = 0; row < m_runs->rowCount(); ++row) {
        const runs::RunRecord& run = *shown[static_cast<std::size_t>(row)];
        QTableWidgetItem* name = ticked(qs(run.name), m_ticked.contains(run.folder));
        name->setData(kFolderRole, fromPath(run.folder));
        name->setToolTip(fromPath(run.folder));
        m_runs->setItem(row, Name, name);
        m_runs->setItem(row, Kind, tableCell(kindTitle(run.kind), false));
        m_runs->setItem(row, Recipe, tableCell(qs(run.recipe), false));
        m_runs->setItem(row, Seed, tableCell(QString::number(run.seed), true));
        m_runs->setItem(
            row, State,
            tableCell(run.finished
                          ? tr("finished")
                          : tr("%1 %").arg(run.steps > 0 ? 100 * run.stepsDone / run.steps : 0),
                      false));
        m_runs->setItem(row, Changed,
                        tableCell(QLocale().toString(QDateTime::fromSecsSinceEpoch(run.changed),
                                                     QLocale::ShortFormat),
                                  true));
    }
    if (current >= 0 && current < m_runs->rowCount())
        m_runs->setCurrentCell(current, column);
    m_filling = false;
    showViews();
}

void ReportPage::showViews() {
    m_filling = true;
    const auto runs = chosen();
    m_views->setRowCount(static_cast<int>(reportViews().size()));
    // First what there is, then what these runs cannot give.
    std::vector<std::pair<const ReportView*, QString>> ordered;
    for (const ReportView& view : reportViews())
        ordered.emplace_back(&view, whyNot(view, runs));
    std::stable_partition(ordered.begin(), ordered.end(),
                          [](const auto& entry) { return entry.second.isEmpty(); });
    for (int row = 0; row < m_views->rowCount(); ++row) {
        const auto& [view, reason] = ordered[static_cast<std::size_t>(row)];
        QTableWidgetItem* name = ticked(view->title, reason.isEmpty() && !m_off.contains(view->id));
        name->setData(kIdRole, view->id);
        QTableWidgetItem* what =
            tableCell(reason.isEmpty() ? view->what : tr("Not of these: %1").arg(reason), false);
        what->setToolTip(what->text());
        if (!reason.isEmpty()) {
            for (QTableWidgetItem* item : {name, what})
                item->setFlags(Qt::ItemIsSelectable);
        }
        m_views->setItem(row, 0, name);
        m_views->setItem(row, 1, what);
    }
    m_filling = false;
    m_count->setText(!m_list.isLoaded()      ? tr("Looking for runs")
                     : m_list.runs().empty() ? tr("There are no runs yet: train a network on the "
                                                  "Train page, or size a circuit on the Optimize "
                                                  "page.")
                                             : tr("%1 of %n run(s) ticked", nullptr,
                                                  static_cast<int>(m_list.runs().size()))
                                                   .arg(runs.size()));
    showPreview();
    showButtons();
}

void ReportPage::showPreview() {
    const auto runs = chosen();
    QStringList names;
    for (const auto& run : runs)
        names << qs(run.name);
    m_title->setPlaceholderText(names.isEmpty() ? tr("The names of the runs")
                                                : names.join(u", "_s));
    const QString muted =
        widgets::semanticColour(widgets::Semantic::Muted, widgets::isDark(palette())).name();
    const auto escaped = [](const QString& text) { return text.toHtmlEscaped(); };
    QString html = u"<h3>"_s +
                   escaped(m_title->text().trimmed().isEmpty() ? m_title->placeholderText()
                                                               : m_title->text().trimmed()) +
                   u"</h3>"_s;
    if (runs.isEmpty()) {
        html = u"<p>"_s + tr("Tick runs at the left. What the report will hold is said here.") +
               u"</p>"_s;
    } else {
        const QStringList chosenViews = views();
        html +=
            u"<p>"_s +
            escaped(tr("%1 as a page that needs nothing else, and as a PDF; every figure as "
                       "SVG, PNG and CSV:")
                        .arg(runs.size() == 1 ? tr("One run") : tr("%1 runs").arg(runs.size()))) +
            u"</p><ol>"_s;
        bool work = false;
        for (const ReportOutline& part : reportOutline(runs, chosenViews)) {
            html += u"<li>"_s + escaped(part.title) + u" <span style=\"color:"_s + muted +
                    u"\">"_s + escaped(part.text) + u"</span>"_s;
            // Runs of its kind that cannot give it, so that nothing is missed by surprise.
            const ReportView* view = reportView(part.view);
            work = work || view->work;
            for (const auto& run : runs) {
                const QString why = view->kinds.contains(run.kind) ? whyNot(*view, run) : QString();
                if (!why.isEmpty())
                    html += u"<br><i>"_s + escaped(tr("not of %1: %2").arg(qs(run.name), why)) +
                            u"</i>"_s;
            }
            html += u"</li>"_s;
        }
        html += u"</ol>"_s;
        if (work)
            html += u"<p style=\"color:"_s + muted + u"\">"_s +
                    escaped(tr("Networks are run again on their data for some of it, which takes "
                               "a while.")) +
                    u"</p>"_s;
    }
    if (!m_files.page.isEmpty()) {
        html += u"<h3>"_s + tr("Written") + u"</h3><p>"_s + escaped(m_files.figures.join(u", "_s)) +
                u"</p>"_s;
        if (!m_files.missing.isEmpty()) {
            html += u"<p>"_s + tr("Could not be shown:") + u"</p><ul>"_s;
            for (const QString& missing : m_files.missing)
                html += u"<li>"_s + escaped(missing) + u"</li>"_s;
            html += u"</ul>"_s;
        }
    }
    m_preview->setHtml(html);
}

void ReportPage::showButtons() {
    const bool writing = isWriting();
    const bool some = !views().isEmpty();
    m_write->setEnabled(!writing && some && !m_folder->text().trimmed().isEmpty());
    m_write->setToolTip(some ? tr("Writes the report into the folder")
                             : tr("Tick at least one run and one view"));
    m_cancel->setVisible(writing);
    m_progress->setVisible(writing);
    m_step->setVisible(writing);
    const bool there = !writing && !m_files.page.isEmpty();
    for (QPushButton* button : {m_openPage, m_openPdf, m_openFolder})
        button->setEnabled(there);
}

void ReportPage::browse() {
    auto* dialog = new QFileDialog(this, tr("Folder of the report"),
                                   QFileInfo(m_folder->text()).absolutePath());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& folder) { m_folder->setText(QDir::toNativeSeparators(folder)); });
    dialog->open();
}

void ReportPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    m_list.refresh();
    m_list.setWatching(true);
}

void ReportPage::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    m_list.setWatching(false);
}

} // namespace ohm::ui
