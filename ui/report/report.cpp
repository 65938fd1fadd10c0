// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/report.h"

#include "core/base/files.h"
#include "ui/report/reportdata.h"
#include "ui/report/reporthtml.h"
#include "ui/report/reportitems.h"
#include "ui/report/reportpdf.h"
#include "ui/report/reportviews.h"
#include "ui/services/jobservice.h"
#include "ui/services/text.h"
#include "widgets/common/csvwriter.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTimer>

#include <algorithm>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr double kCollected = 0.5; ///< of the progress, where networks are run

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

/// A report on its way to the disk: one piece of work to each call.
class Assembly {
public:
    Assembly(const ReportRequest& request, std::shared_ptr<const ReportData> data)
        : m_request(request)
        , m_data(std::move(data))
        , m_folder(request.folder)
        , m_items(reportItems(m_data, request.views)) {
        QStringList names;
        for (const auto& run : request.runs)
            names << qs(run.name);
        m_head.title = request.title.isEmpty() ? names.join(u", "_s) : request.title;
        m_head.when =
            tr("Written by Ohmscape %1 on %2")
                .arg(QStringLiteral(OHMSCAPE_VERSION),
                     QDateTime::currentDateTimeUtc().toString(u"yyyy-MM-dd hh:mm 'UTC'"_s));
        plan();
    }

    Expected<void> begin() {
        m_made = !m_folder.exists();
        // Another page of that name is not ours to write over.
        if (m_folder.exists(u"index.html"_s) && !m_folder.exists(u"report.json"_s))
            return fail("RPT-004", "The folder holds a page that is no report", {},
                        m_folder.filePath(u"index.html"_s).toStdString(), "Choose another folder");
        if (!m_folder.mkpath(u"."_s))
            return fail("RPT-002", "The folder of the report cannot be made", {},
                        m_request.folder.toStdString(), "Choose another place");
        return {};
    }
    bool done() const { return m_next >= m_steps.size(); }
    double share() const {
        return m_steps.empty() ? 1
                               : static_cast<double>(m_next) / static_cast<double>(m_steps.size());
    }
    QString what() const { return done() ? QString() : m_steps[m_next].what; }
    Expected<void> step() {
        const auto work = m_steps[m_next++].work; // a step may add others behind it
        return work();
    }
    const ReportFiles& files() const { return m_files; }
    void takeAway() {
        m_pdf.reset();
        for (const QString& file : m_written)
            QFile::remove(file);
        if (m_made)
            QDir().rmdir(m_folder.absolutePath());
    }

private:
    struct Step {
        QString what;
        std::function<Expected<void>()> work;
    };

    QString path(const QString& name) {
        const QString file = m_folder.filePath(name);
        m_written << file;
        return file;
    }
    Expected<void> write(const QString& name, const QByteArray& bytes) {
        return writeFileAtomically(
            toPath(path(name)),
            std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
    }

    void plan() {
        m_drawn.resize(m_items.size());
        for (std::size_t i = 0; i < m_items.size(); ++i) {
            const ReportItem& item = m_items[i];
            const QString what = tr("drawing %1").arg(item.title);
            if (item.kind == ReportItem::Kind::Figure) {
                m_steps.push_back({what, [this, i]() -> Expected<void> {
                                       m_drawn[i] = m_items[i].draw();
                                       if (m_drawn[i].renderable.size.isEmpty())
                                           leaveOut(m_items[i]);
                                       else
                                           m_files.figures << m_items[i].name;
                                       return {};
                                   }});
                for (const QString& suffix : {u".svg"_s, u".png"_s, u".csv"_s})
                    m_steps.push_back({what, [this, i, suffix] {
                                           if (m_items[i].kind == ReportItem::Kind::Missing)
                                               return Expected<void>();
                                           return widgets::exportTo(m_drawn[i].renderable,
                                                                    path(m_items[i].name + suffix));
                                       }});
            } else if (item.kind == ReportItem::Kind::Table && !item.name.isEmpty()) {
                m_steps.push_back({what, [this, i] { return writeTable(m_items[i]); }});
            } else if (item.kind == ReportItem::Kind::Missing) {
                m_files.missing << item.title + u": "_s + item.text;
            }
        }
        m_steps.push_back({tr("writing the page"), [this] {
                               m_files.page = m_folder.filePath(u"index.html"_s);
                               return write(u"index.html"_s,
                                            reportHtml(m_head, m_items, m_folder.path()).toUtf8());
                           }});
        m_steps.push_back({tr("writing the page"), [this] { return writeJson(); }});
        m_steps.push_back({tr("setting the PDF"), [this] { return setPdf(); }});
    }

    /// A figure that turns out to have nothing in it is named like any other that is missing.
    void leaveOut(ReportItem& item) {
        item.kind = ReportItem::Kind::Missing;
        item.text = tr("there is no value to draw");
        m_files.missing << item.title + u": "_s + item.text;
    }

    Expected<void> writeTable(const ReportItem& item) {
        widgets::CsvWriter writer;
        writer.row(item.head);
        for (const QStringList& row : item.rows)
            writer.row(row);
        return write(item.name + u".csv"_s, writer.bytes());
    }

    Expected<void> writeJson() {
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
        return write(u"report.json"_s, QJsonDocument(whole).toJson());
    }

    Expected<void> setPdf() {
        m_files.pdf = path(u"report.pdf"_s);
        m_pdf = std::make_unique<ReportPdf>(m_files.pdf, m_head);
        if (const auto opened = m_pdf->open(); !opened)
            return opened;
        const auto labels = std::make_shared<const QStringList>(itemLabels(m_items));
        const QString what = tr("setting the PDF");
        for (std::size_t i = 0; i < m_items.size(); ++i)
            m_steps.push_back({what, [this, i, labels]() -> Expected<void> {
                                   const bool figure = m_items[i].kind == ReportItem::Kind::Figure;
                                   m_pdf->add(m_items[i], labels->value(static_cast<qsizetype>(i)),
                                              figure ? &m_drawn[i].renderable : nullptr);
                                   return {};
                               }});
        m_steps.push_back({what, [this]() -> Expected<void> {
                               drawPages();
                               return {};
                           }});
        return {};
    }

    void drawPages() {
        for (int page = 0; page < m_pdf->pageCount(); ++page)
            m_steps.push_back({tr("setting page %1 of %2").arg(page + 1).arg(m_pdf->pageCount()),
                               [this, page]() -> Expected<void> {
                                   m_pdf->drawPage(page);
                                   return {};
                               }});
        m_steps.push_back({tr("setting the PDF"), [this] { return m_pdf->close(); }});
    }

    ReportRequest m_request;
    std::shared_ptr<const ReportData> m_data;
    QDir m_folder;
    bool m_made = false;
    ReportHead m_head;
    std::vector<ReportItem> m_items;
    std::vector<DrawnFigure> m_drawn;
    std::vector<Step> m_steps;
    std::size_t m_next = 0;
    std::unique_ptr<ReportPdf> m_pdf;
    QStringList m_written;
    ReportFiles m_files;
};

} // namespace

QString reportCommand(const ReportRequest& request) {
    const auto quoted = [](QString text) {
        static const QString plain = u"/._-+=:,"_s;
        const bool simple = !text.isEmpty() && std::all_of(text.begin(), text.end(), [](QChar c) {
            return (c.isLetterOrNumber() && c.unicode() < 128) || plain.contains(c);
        });
        return simple ? text : u'\'' + text.replace(u'\'', u"'\\''"_s) + u'\'';
    };
    QString command = u"ohmscape --report"_s;
    for (const auto& run : request.runs)
        command += u' ' + quoted(fromPath(run.folder));
    if (!request.views.isEmpty())
        command += u" --views "_s + request.views.join(u',');
    if (!request.title.isEmpty())
        command += u" --title "_s + quoted(request.title);
    return command + u" -o "_s + quoted(request.folder);
}

class ReportWriter::Private {
public:
    explicit Private(JobService& service)
        : jobs(service) {}
    JobService& jobs;
    JobId job = 0;
    int number = 0; ///< of the latest start
    std::unique_ptr<Assembly> assembly;
    QTimer timer;
};

ReportWriter::ReportWriter(JobService& jobs, QObject* parent)
    : QObject(parent)
    , d(std::make_unique<Private>(jobs)) {
    d->timer.setInterval(0);
    connect(&d->timer, &QTimer::timeout, this, &ReportWriter::step);
    connect(&jobs, &JobService::changed, this, [this] {
        if (d->job == 0)
            return;
        const JobStatus status = d->jobs.job(d->job);
        if (status.state == JobState::Running)
            emit progressed(status.fraction < 0 ? -1 : kCollected * status.fraction, status.step);
    });
}

ReportWriter::~ReportWriter() {
    if (d->job != 0)
        d->jobs.stop(d->job);
}

bool ReportWriter::isRunning() const {
    return d->job != 0 || d->assembly;
}

void ReportWriter::start(const ReportRequest& request) {
    if (isRunning())
        return;
    const int number = ++d->number;
    const bool work =
        std::any_of(reportViews().begin(), reportViews().end(), [&](const auto& view) {
            return view.work && (request.views.isEmpty() || request.views.contains(view.id)) &&
                   whyNot(view, request.runs).isEmpty();
        });
    using Collected = std::shared_ptr<const ReportData>;
    d->job = d->jobs.start<Collected>(
        {QObject::tr("Reading the runs of a report"), work ? Pool::Torch : Pool::Io, {}},
        [request](StopToken stop, ProgressSink& sink) -> Expected<Collected> {
            auto data = collectReport(request, stop, sink);
            if (!data)
                return data.failure();
            return std::make_shared<const ReportData>(std::move(*data));
        },
        this,
        [this, request, number](Expected<Collected> data) {
            if (number != d->number)
                return;
            d->job = 0;
            if (!data) {
                emit failed(data.error());
                return;
            }
            d->assembly = std::make_unique<Assembly>(request, *data);
            if (const auto begun = d->assembly->begin(); !begun) {
                d->assembly.reset();
                emit failed(begun.error());
                return;
            }
            d->timer.start();
        });
}

void ReportWriter::cancel() {
    if (!isRunning())
        return;
    ++d->number;
    if (d->job != 0)
        d->jobs.stop(d->job);
    d->job = 0;
    d->timer.stop();
    if (d->assembly)
        d->assembly->takeAway();
    d->assembly.reset();
    emit failed({"UI-002", ss(QObject::tr("The report was stopped")), {}, {}, {}});
}

void ReportWriter::step() {
    const QString what = d->assembly->what();
    const auto did = d->assembly->step();
    if (!did) {
        d->timer.stop();
        d->assembly.reset();
        emit failed(did.error());
        return;
    }
    emit progressed(kCollected + (1 - kCollected) * d->assembly->share(), what);
    if (d->assembly && d->assembly->done())
        end();
}

void ReportWriter::end() {
    d->timer.stop();
    const ReportFiles files = d->assembly->files();
    d->assembly.reset();
    emit finished(files);
}

Expected<ReportFiles> writeReport(const ReportRequest& request, StopToken stop,
                                  ProgressSink& progress) {
    auto data = collectReport(request, stop, progress);
    if (!data)
        return data.failure();
    Assembly assembly(request, std::make_shared<const ReportData>(std::move(*data)));
    if (const auto begun = assembly.begin(); !begun)
        return begun.failure();
    while (!assembly.done()) {
        if (stop.stopRequested()) {
            assembly.takeAway();
            return fail("UI-002", "Stopped");
        }
        progress.report(assembly.share(), ss(assembly.what()));
        if (const auto did = assembly.step(); !did)
            return did.failure();
    }
    return assembly.files();
}

} // namespace ohm::ui
