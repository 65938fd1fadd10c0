// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/reportassembly.h"

#include "core/base/files.h"
#include "ui/report/reportitems.h"
#include "ui/report/reportpdf.h"
#include "ui/services/text.h"
#include "widgets/common/csvwriter.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <filesystem>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("Report", text);
}

QJsonObject runJson(const ReportRun& run) {
    QJsonObject configuration, metrics;
    for (const auto& [key, value] : run.settings)
        configuration[qs(key)] = qs(value);
    for (const auto& [key, value] : run.record.metrics)
        metrics[qs(key)] = value;
    QJsonObject result = run.result;
    result.remove(u"history"_s); // it is behind the figures
    return {{u"name"_s, qs(run.record.name)},
            {u"kind"_s, qs(runs::nameOf(run.record.kind))},
            {u"folder"_s, fromPath(run.record.folder)},
            {u"configuration"_s, configuration},
            {u"metrics"_s, metrics},
            {u"result"_s, result}};
}

} // namespace

ReportAssembly::ReportAssembly(const ReportRequest& request, std::shared_ptr<const ReportData> data)
    : m_request(request)
    , m_data(std::move(data))
    , m_folder(request.folder)
    , m_items(reportItems(m_data, request.views))
    , m_drawings(m_items.size()) {
    QStringList names;
    for (const auto& run : request.runs)
        names << qs(run.name);
    m_head.title = request.title.isEmpty() ? names.join(u", "_s) : request.title;
    m_head.when = tr("Written by Ohmscape %1 on %2")
                      .arg(QStringLiteral(OHMSCAPE_VERSION),
                           QDateTime::currentDateTimeUtc().toString(u"yyyy-MM-dd hh:mm 'UTC'"_s));
    for (std::size_t i = 0; i < m_items.size(); ++i) {
        if (m_items[i].kind == ReportItem::Kind::Figure)
            m_figures.push_back(i);
    }
}

ReportAssembly::~ReportAssembly() {
    if (m_phase != Phase::Written)
        takeAway();
}

Expected<bool> ReportAssembly::makeFolder(const QString& folder) {
    const QDir dir(folder);
    const bool made = !dir.exists();
    // Another page of that name is not ours to write over.
    if (dir.exists(u"index.html"_s) && !dir.exists(u"report.json"_s))
        return fail("RPT-004", "The folder holds a page that is no report", {},
                    ss(dir.filePath(u"index.html"_s)), "Choose another folder");
    if (!dir.mkpath(u"."_s))
        return fail("RPT-002", "The folder of the report cannot be made", {}, ss(folder),
                    "Choose another place");
    return made;
}

QString ReportAssembly::nextFigure() const {
    return drawn() ? QString() : m_items[m_figures[m_nextFigure]].title;
}

double ReportAssembly::shareDrawn() const {
    return m_figures.empty()
               ? 1
               : static_cast<double>(m_nextFigure) / static_cast<double>(m_figures.size());
}

void ReportAssembly::drawNext() {
    const std::size_t i = m_figures[m_nextFigure++];
    ReportItem& item = m_items[i];
    m_drawings[i] = item.draw();
    item.draw = {};
    if (m_drawings[i].size.isEmpty()) { // named like any other that is missing
        item.kind = ReportItem::Kind::Missing;
        item.text = tr("there is no value to draw");
    }
}

void ReportAssembly::takeAway() {
    m_pdf.reset();
    m_staging.reset();
    if (m_made)
        QDir().rmdir(m_folder.absolutePath());
}

Expected<ReportFiles> ReportAssembly::write(StopToken stop, ProgressSink& progress) {
    Phase before = Phase::Before;
    if (!m_phase.compare_exchange_strong(before, Phase::Writing))
        return fail("UI-002", "Stopped");
    auto files = writeAll(stop, progress);
    Phase now = Phase::Writing;
    if (!files)
        abandon();
    else if (!m_phase.compare_exchange_strong(now, Phase::Written))
        return fail("UI-002", "Stopped");
    return files;
}

Expected<ReportFiles> ReportAssembly::writeAll(StopToken& stop, ProgressSink& progress) {
    m_staging = std::make_unique<QTemporaryDir>(m_folder.filePath(u".report-XXXXXX"_s));
    if (!m_staging->isValid())
        return fail("RPT-002", "Nothing can be written into the folder of the report",
                    ss(m_staging->errorString()), ss(m_folder.path()), "Choose another place");
    plan();
    for (std::size_t i = 0; i < m_steps.size(); ++i) {
        if (stop.shouldStop() || m_phase == Phase::Abandoned)
            return fail("UI-002", "Stopped");
        progress.report(static_cast<double>(i) / static_cast<double>(m_steps.size()),
                        ss(m_steps[i].what));
        const auto work = std::move(m_steps[i].work); // it may add others behind it
        if (const auto did = work(); !did)
            return did.failure();
    }
    if (const auto moved = moveIntoPlace(); !moved)
        return moved.failure();
    return m_files;
}

Expected<void> ReportAssembly::moveIntoPlace() {
    for (const QString& name : m_written) {
        std::error_code error;
        std::filesystem::rename(toPath(m_staging->filePath(name)), toPath(m_folder.filePath(name)),
                                error);
        if (error)
            return fail("RPT-002", "A file of the report cannot be put into its folder",
                        error.message(), ss(m_folder.filePath(name)), "Choose another place");
    }
    m_staging.reset();
    return {};
}

QString ReportAssembly::path(const QString& name) {
    m_written << name;
    return m_staging->filePath(name);
}

Expected<void> ReportAssembly::writeBytes(const QString& name, const QByteArray& bytes) {
    return writeFileAtomically(
        toPath(path(name)),
        std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
}

void ReportAssembly::plan() {
    for (std::size_t i = 0; i < m_items.size(); ++i) {
        const ReportItem& item = m_items[i];
        const QString what = tr("writing %1").arg(item.title);
        if (item.kind == ReportItem::Kind::Figure) {
            m_files.figures << item.name;
            for (const QString& suffix : {u".svg"_s, u".png"_s, u".csv"_s})
                m_steps.push_back({what, [this, i, suffix] {
                                       return widgets::exportTo(m_drawings[i],
                                                                path(m_items[i].name + suffix));
                                   }});
        } else if (item.kind == ReportItem::Kind::Table && !item.name.isEmpty()) {
            m_steps.push_back({what, [this, i] { return writeTable(m_items[i]); }});
        } else if (item.kind == ReportItem::Kind::Missing) {
            m_files.missing << item.title + u": "_s + item.text;
        }
    }
    // The page last of both: a page without its report.json would be taken for somebody else's.
    m_steps.push_back({tr("writing the page"), [this] { return writeJson(); }});
    m_steps.push_back({tr("writing the page"), [this] {
                           m_files.page = m_folder.filePath(u"index.html"_s);
                           return writeBytes(
                               u"index.html"_s,
                               reportHtml(m_head, m_items, m_staging->path()).toUtf8());
                       }});
    m_steps.push_back({tr("setting the PDF"), [this]() -> Expected<void> {
                           m_files.pdf = m_folder.filePath(u"report.pdf"_s);
                           m_pdf = std::make_unique<ReportPdf>(path(u"report.pdf"_s), m_head);
                           if (const auto opened = m_pdf->open(); !opened)
                               return opened;
                           setPdf();
                           return {};
                       }});
}

Expected<void> ReportAssembly::writeTable(const ReportItem& item) {
    widgets::CsvWriter writer;
    writer.row(item.head);
    for (const QStringList& row : item.rows)
        writer.row(row);
    return writeBytes(item.name + u".csv"_s, writer.bytes());
}

Expected<void> ReportAssembly::writeJson() {
    QJsonArray runs, tables;
    for (const ReportRun& run : m_data->runs)
        runs << runJson(run);
    for (const ReportItem& item : m_items) {
        if (item.kind == ReportItem::Kind::Table)
            tables << item.name;
    }
    const QJsonObject whole{{u"title"_s, m_head.title},
                            {u"version"_s, QStringLiteral(OHMSCAPE_VERSION)},
                            {u"command"_s, m_request.command},
                            {u"views"_s, QJsonArray::fromStringList(m_request.views)},
                            {u"figures"_s, QJsonArray::fromStringList(m_files.figures)},
                            {u"tables"_s, tables},
                            {u"missing"_s, QJsonArray::fromStringList(m_files.missing)},
                            {u"runs"_s, runs}};
    return writeBytes(u"report.json"_s, QJsonDocument(whole).toJson());
}

void ReportAssembly::setPdf() {
    const auto labels = std::make_shared<const QStringList>(itemLabels(m_items));
    const QString what = tr("setting the PDF");
    for (std::size_t i = 0; i < m_items.size(); ++i)
        m_steps.push_back({what, [this, i, labels]() -> Expected<void> {
                               const bool figure = m_items[i].kind == ReportItem::Kind::Figure;
                               m_pdf->add(m_items[i], labels->value(static_cast<qsizetype>(i)),
                                          figure ? &m_drawings[i] : nullptr);
                               return {};
                           }});
    m_steps.push_back({what, [this]() -> Expected<void> {
                           drawPages();
                           return {};
                       }});
}

void ReportAssembly::drawPages() {
    for (int page = 0; page < m_pdf->pageCount(); ++page)
        m_steps.push_back({tr("setting page %1 of %2").arg(page + 1).arg(m_pdf->pageCount()),
                           [this, page]() -> Expected<void> {
                               m_pdf->drawPage(page);
                               return {};
                           }});
    m_steps.push_back({tr("setting the PDF"), [this] { return m_pdf->close(); }});
}

} // namespace ohm::ui
