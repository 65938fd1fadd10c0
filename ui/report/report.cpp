// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/report.h"

#include "core/base/files.h"
#include "core/base/units.h"
#include "core/runs/comparison.h"
#include "ui/services/text.h"
#include "widgets/plot/plotview.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QImage>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QSaveFile>
#include <QTextDocument>
#include <QUrl>

#include <cmath>
#include <memory>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int kFigureWidth = 760;
constexpr int kFigureHeight = 420;
constexpr int kPdfDpi = 300;

/// A figure with what it shows, or why it shows nothing.
struct Figure {
    QString name, title, missing;
    std::unique_ptr<widgets::PlotView> view;
};

QString tr(const char* text) {
    return QObject::tr(text);
}

QString number(double value) {
    return std::isfinite(value) ? QString::number(value, 'g', 5) : u"\u2013"_s;
}

Figure figure(const QString& name, const QString& title, const QString& x, const QString& y,
              QVector<widgets::PlotSeries> series, bool logarithmic, const QString& missing) {
    series.removeIf([](const widgets::PlotSeries& s) { return s.x.isEmpty(); });
    Figure f;
    f.name = name;
    f.title = title;
    if (series.isEmpty()) {
        f.missing = missing;
        return f;
    }
    f.view = std::make_unique<widgets::PlotView>(title);
    // Laid out as if it were seen: only then has the chart within it its size.
    f.view->setAttribute(Qt::WA_DontShowOnScreen);
    f.view->resize(kFigureWidth, kFigureHeight);
    f.view->show();
    f.view->setAxes(x, y);
    f.view->setLogarithmic(false, logarithmic);
    f.view->setSeries(series);
    f.view->fit();
    return f;
}

/// A bar for each run and split at one K; as series of points, so that names stand in the legend.
std::vector<Figure> figuresOf(const QVector<learn::RunInfo>& infos, const QStringList& names) {
    QVector<widgets::PlotSeries> loss, accuracy, rate, curve;
    int k = 0;
    for (const auto& info : infos) {
        for (const auto& report : info.log) {
            if (k == 0 && report.validation && !report.validation->accAt.empty())
                k = report.validation->accAt.contains(info.recipe.k)
                        ? info.recipe.k
                        : report.validation->accAt.begin()->first;
        }
    }
    for (qsizetype i = 0; i < infos.size(); ++i) {
        const auto& info = infos[i];
        widgets::PlotSeries l, a, r, c;
        l.name = a.name = r.name = c.name = names[i];
        l.colour = a.colour = r.colour = c.colour = static_cast<int>(i);
        c.markers = true;
        const learn::RegressionMetrics* last = nullptr;
        for (const auto& report : info.log) {
            const auto step = static_cast<double>(report.step);
            l.x << step;
            l.y << report.trainLoss;
            r.x << step;
            r.y << report.rate;
            if (!report.validation)
                continue;
            last = &*report.validation;
            const auto at = report.validation->accAt.find(k);
            if (at != report.validation->accAt.end()) {
                a.x << step;
                a.y << at->second;
            }
        }
        if (info.test)
            last = &*info.test;
        else if (info.validation)
            last = &*info.validation;
        if (last) {
            for (const auto& [at, value] : last->accAt) {
                c.x << at;
                c.y << value;
            }
        }
        loss << l;
        accuracy << a;
        rate << r;
        curve << c;
    }
    std::vector<Figure> all;
    all.push_back(figure(u"loss"_s, tr("Training loss"), tr("step"), tr("loss (normalised units)"),
                         loss, true, tr("no run has reported a step yet")));
    all.push_back(figure(u"accuracy"_s, tr("Acc@%1 on the validation split").arg(k), tr("step"),
                         tr("Acc@%1").arg(k), accuracy, false,
                         tr("no run has been validated yet")));
    all.push_back(figure(
        u"acc-at-k"_s, tr("Acc@K against K"), tr("K (a larger K is a narrower band)"),
        tr("share of labels within the band"), curve, false, tr("no run has been measured yet")));
    all.push_back(figure(u"rate"_s, tr("Learning rate"), tr("step"), tr("rate"), rate, false,
                         tr("no run has reported a step yet")));
    return all;
}

QString escaped(const QString& text) {
    return text.toHtmlEscaped();
}

/// The tables as HTML that both a browser and QTextDocument lay out.
QString tables(const runs::Comparison& c, const QVector<QJsonObject>& results,
               const QVector<std::map<std::string, std::string>>& settings) {
    QString html = u"<h2>"_s + tr("Results") + u"</h2><table><tr><th></th>"_s;
    for (std::size_t i = 0; i < c.names.size(); ++i)
        html += u"<th>"_s + escaped(qs(c.names[i])) +
                (c.names.size() > 1 && i == c.reference ? u" *"_s : QString()) + u"</th>"_s;
    html += u"</tr>"_s;
    for (const auto& row : c.metrics) {
        html += u"<tr><td>"_s + escaped(qs(row.name)) + u"</td>"_s;
        for (std::size_t i = 0; i < row.values.size(); ++i) {
            QString cell = number(row.values[i]);
            if (i != c.reference && std::isfinite(row.differences[i]))
                cell += u" <span class=\"d\">("_s + (row.differences[i] >= 0 ? u"+"_s : QString()) +
                        number(row.differences[i]) + u")</span>"_s;
            html += u"<td>"_s + cell + u"</td>"_s;
        }
        html += u"</tr>"_s;
    }
    html += u"</table>"_s;
    if (c.names.size() > 1)
        html += u"<p>"_s + tr("* the run that the others are compared with") + u"</p>"_s;
    if (c.names.size() > 1) {
        html += u"<h2>"_s + tr("What differs") + u"</h2><table>"_s;
        for (const auto& row : c.settings) {
            html += u"<tr><td>"_s + escaped(qs(row.key)) + u"</td>"_s;
            for (const auto& value : row.values)
                html += u"<td>"_s + escaped(qs(value)) + u"</td>"_s;
            html += u"</tr>"_s;
        }
        html += u"</table>"_s;
        if (c.settings.empty())
            html += u"<p>"_s + tr("The configurations are alike.") + u"</p>"_s;
    }
    html += u"<h2>"_s + tr("How to make it again") + u"</h2>"_s;
    for (std::size_t i = 0; i < c.names.size(); ++i) {
        const QJsonObject& r = results[static_cast<qsizetype>(i)];
        html += u"<h3>"_s + escaped(qs(c.names[i])) + u"</h3>"_s;
        if (r.isEmpty()) {
            html += u"<p>"_s + tr("The run is not finished; it has left no record of its result.") +
                    u"</p>"_s;
        } else {
            html += u"<p><code>"_s + escaped(r[u"command"].toString()) + u"</code></p><table>"_s;
            for (const auto& [key, title] :
                 {std::pair{u"version"_s, tr("version")}, std::pair{u"engine"_s, tr("engine")},
                  std::pair{u"device"_s, tr("device")}, std::pair{u"seed"_s, tr("seed")}}) {
                html += u"<tr><td>"_s + title + u"</td><td>"_s +
                        escaped(r[key].toVariant().toString()) + u"</td></tr>"_s;
            }
            const QJsonObject inputs = r[u"inputs"].toObject();
            for (auto it = inputs.begin(); it != inputs.end(); ++it)
                html += u"<tr><td>"_s + tr("input %1").arg(escaped(it.key())) + u"</td><td>"_s +
                        escaped(it.value().toString()) + u"</td></tr>"_s;
            html += u"</table>"_s;
        }
        html += u"<table>"_s;
        for (const auto& [key, value] : settings[static_cast<qsizetype>(i)])
            html += u"<tr><td>"_s + escaped(qs(key)) + u"</td><td>"_s + escaped(qs(value)) +
                    u"</td></tr>"_s;
        html += u"</table>"_s;
    }
    return html;
}

const char* const kStyle =
    "body{font:15px/1.5 system-ui,'DejaVu "
    "Sans',sans-serif;color:#1c2430;background:#fff;max-width:900px;"
    "margin:2.5em auto;padding:0 1.5em}h1{font-size:1.7em;margin-bottom:.1em}h2{font-size:1.25em;"
    "margin-top:2em;border-bottom:1px solid "
    "#d5dbe3;padding-bottom:.2em}table{border-collapse:collapse;"
    "margin:.8em 0}th{text-align:left;border-bottom:1px solid #8a96a6}td,th{padding:.2em 1.2em "
    ".2em 0;"
    "vertical-align:top}td{border-bottom:1px solid #eceff3}code{background:#f3f5f8;padding:.3em "
    ".5em;"
    "display:block;overflow-wrap:anywhere}figure{margin:1.5em "
    "0}figcaption{color:#556070;font-size:.9em}"
    "figure svg{width:100%;height:auto}.d{color:#556070}.when{color:#556070}";

/// The drawing without its XML head, to stand within the page.
QString inlineSvg(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QString text = QString::fromUtf8(file.readAll());
    return text.mid(std::max<qsizetype>(0, text.indexOf(u"<svg"_s)));
}

Expected<void> writePdf(const QString& path, const QString& title, const QString& when,
                        const QString& body, const std::vector<Figure>& figures,
                        const QDir& folder) {
    QTextDocument document;
    document.setDefaultStyleSheet(
        u"h1{font-size:20pt}h2{font-size:14pt;margin-top:18px}h3{font-size:11pt}td,th{padding:2px "
        u"10px 2px "
        "0}code{font-family:monospace;font-size:8pt}.d,.when,.c{color:#556070}"_s);
    QFont font(u"DejaVu Serif"_s);
    font.setPointSizeF(9.5);
    document.setDefaultFont(font);
    QString html = u"<h1>"_s + escaped(title) + u"</h1><p class=\"when\">"_s + when + u"</p>"_s;
    for (const Figure& f : figures) {
        if (!f.view) {
            html += u"<p><b>"_s + escaped(f.title) + u"</b>: "_s + escaped(f.missing) + u".</p>"_s;
            continue;
        }
        const QImage image(folder.filePath(f.name + u".png"_s));
        const QString url = u"figure:"_s + f.name;
        document.addResource(QTextDocument::ImageResource, QUrl(url), image);
        html += u"<p><img src=\"%1\" width=\"640\"/></p><p class=\"c\">%2</p>"_s.arg(
            url, escaped(f.title));
    }
    document.setHtml(html + body);
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return fail("BASE-010", "The report could not be written", file.errorString().toStdString(),
                    path.toStdString());
    {
        QPdfWriter writer(&file);
        writer.setPageSize(QPageSize(QPageSize::A4));
        writer.setPageMargins(QMarginsF(18, 18, 18, 20), QPageLayout::Millimeter);
        writer.setResolution(kPdfDpi);
        writer.setTitle(title);
        writer.setCreator(u"Ohmscape"_s);
        // Laid out in points at 96 dpi, drawn scaled to the paper's.
        const QRectF paper = writer.pageLayout().paintRectPixels(kPdfDpi);
        const double scale = kPdfDpi / 96.0;
        const QSizeF page(paper.width() / scale, paper.height() / scale);
        document.setPageSize(page);
        QPainter painter(&writer);
        for (int i = 0; i < document.pageCount(); ++i) {
            if (i > 0)
                writer.newPage();
            painter.save();
            painter.scale(scale, scale);
            painter.translate(0, -i * page.height());
            document.drawContents(&painter,
                                  QRectF(0, i * page.height(), page.width(), page.height()));
            painter.restore();
            QFont small = font;
            small.setPointSizeF(8);
            painter.setFont(small);
            painter.setPen(QColor(u"#556070"_s));
            painter.drawText(QRectF(0, paper.height() + 20, paper.width(), 60), Qt::AlignHCenter,
                             QObject::tr("%1 of %2").arg(i + 1).arg(document.pageCount()));
        }
    }
    if (!file.commit())
        return fail("BASE-010", "The report could not be written", file.errorString().toStdString(),
                    path.toStdString());
    return {};
}

} // namespace

Expected<ReportFiles> writeReport(const ReportRequest& request) {
    if (request.runs.isEmpty())
        return fail("RPT-001", "A report needs at least one run");
    const QDir folder(request.folder);
    if (!folder.mkpath(u"."_s))
        return fail("RPT-002", "The folder of the report cannot be made", {},
                    request.folder.toStdString(), "Choose another place");
    QVector<learn::RunInfo> infos;
    QVector<QJsonObject> results;
    QVector<std::map<std::string, std::string>> settings;
    QStringList names;
    for (const auto& run : request.runs) {
        auto info = learn::readRun(run.folder);
        if (!info)
            return info.failure();
        infos << std::move(*info);
        auto of = runs::settingsOf(run.folder);
        if (!of)
            return of.failure();
        settings << std::move(*of);
        names << qs(run.name);
        QFile file(qs((run.folder / "result.json").string()));
        results << (file.open(QIODevice::ReadOnly)
                        ? QJsonDocument::fromJson(file.readAll()).object()
                        : QJsonObject());
    }
    const auto comparison = runs::compare({request.runs.begin(), request.runs.end()});
    if (!comparison)
        return comparison.failure();

    ReportFiles files;
    const std::vector<Figure> figures = figuresOf(infos, names);
    QString drawings;
    for (const Figure& f : figures) {
        if (!f.view) {
            drawings +=
                u"<p><b>"_s + escaped(f.title) + u"</b>: "_s + escaped(f.missing) + u".</p>"_s;
            continue;
        }
        const auto renderable = f.view->renderable();
        for (const QString& suffix : {u".svg"_s, u".png"_s, u".csv"_s}) {
            const auto written = widgets::exportTo(renderable, folder.filePath(f.name + suffix));
            if (!written)
                return written.failure();
        }
        files.figures << f.name;
        drawings +=
            u"<figure>%1<figcaption>%2 \u00b7 <a href=\"%3.csv\">CSV</a> \u00b7 <a "
            "href=\"%3.svg\">SVG</a> \u00b7 <a href=\"%3.png\">PNG</a></figcaption></figure>"_s.arg(
                inlineSvg(folder.filePath(f.name + u".svg"_s)), escaped(f.title), f.name);
    }
    const QString title = request.title.isEmpty() ? names.join(u", "_s) : request.title;
    const QString when =
        tr("Written by Ohmscape %1 on %2")
            .arg(QStringLiteral(OHMSCAPE_VERSION),
                 QDateTime::currentDateTimeUtc().toString(u"yyyy-MM-dd hh:mm 'UTC'"_s));
    const QString body = tables(*comparison, results, settings);
    const QString html =
        u"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>"_s +
        escaped(title) + u"</title><style>"_s + QString::fromLatin1(kStyle) +
        u"</style></head><body><h1>"_s + escaped(title) + u"</h1><p class=\"when\">"_s + when +
        u"</p>"_s + drawings + body + u"<p>"_s +
        tr("The same as %1, with everything behind it in %2.")
            .arg(u"<a href=\"report.pdf\">PDF</a>"_s,
                 u"<a href=\"report.json\">report.json</a>"_s) +
        u"</p></body></html>\n"_s;
    files.page = folder.filePath(u"index.html"_s);
    const auto page = writeFileAtomically(files.page.toStdString(), html.toStdString());
    if (!page)
        return page.failure();
    QJsonArray record;
    for (qsizetype i = 0; i < names.size(); ++i) {
        QJsonObject configuration;
        for (const auto& [key, value] : settings[i])
            configuration[qs(key)] = qs(value);
        QJsonObject metrics;
        for (const auto& [key, value] : request.runs[i].metrics)
            metrics[qs(key)] = value;
        record << QJsonObject{{u"name"_s, names[i]},
                              {u"folder"_s, qs(request.runs[i].folder.string())},
                              {u"configuration"_s, configuration},
                              {u"metrics"_s, metrics},
                              {u"result"_s, results[i]}};
    }
    const QJsonObject whole{{u"title"_s, title},
                            {u"version"_s, QStringLiteral(OHMSCAPE_VERSION)},
                            {u"command"_s, request.command},
                            {u"figures"_s, QJsonArray::fromStringList(files.figures)},
                            {u"runs"_s, record}};
    const auto json = writeFileAtomically(folder.filePath(u"report.json"_s).toStdString(),
                                          QJsonDocument(whole).toJson().toStdString());
    if (!json)
        return json.failure();
    files.pdf = folder.filePath(u"report.pdf"_s);
    const auto pdf = writePdf(files.pdf, title, when, body, figures, folder);
    if (!pdf)
        return pdf.failure();
    return files;
}

} // namespace ohm::ui
