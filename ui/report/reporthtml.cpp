// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/reporthtml.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("Report", text);
}

QString escaped(const QString& text) {
    return text.toHtmlEscaped();
}

const char* const kStyle = R"(
body{font:15px/1.5 system-ui,'DejaVu Sans',sans-serif;color:#1c2430;background:#fff;max-width:920px;
margin:2.5em auto;padding:0 1.5em}
h1{font-size:1.7em;margin-bottom:.1em}
h2{font-size:1.25em;margin-top:2em;border-bottom:1px solid #d5dbe3;padding-bottom:.2em}
.when,.missing,figcaption,caption{color:#556070}
.scroll{overflow-x:auto}
table{border-collapse:collapse;margin:.8em 0}
caption{text-align:left;font-size:.9em;padding-bottom:.4em}
th{text-align:left;border-bottom:1px solid #8a96a6}
td,th{padding:.2em 1.2em .2em 0;vertical-align:top}
td{border-bottom:1px solid #eceff3;overflow-wrap:anywhere;max-width:34em}
.n{text-align:right;white-space:nowrap}
code{background:#f3f5f8;padding:.3em .5em;display:block;overflow-wrap:anywhere}
figure{margin:1.5em 0}
figcaption{font-size:.9em}
figure svg{width:100%;height:auto}
.missing{border-left:3px solid #c8a04a;padding-left:.8em}
@media print{h2{break-after:avoid}figure,tr{break-inside:avoid}thead{display:table-header-group}}
)";

/// The drawing without its XML head, to stand within the page. Marks within it get a name of their
/// own: several drawings share one page.
QString inlineSvg(const QString& path, const QString& name) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QString text = QString::fromUtf8(file.readAll());
    text = text.mid(std::max<qsizetype>(0, text.indexOf(u"<svg"_s)));
    text.replace(u"id=\""_s, u"id=\""_s + name + u'-');
    text.replace(u"url(#"_s, u"url(#"_s + name + u'-');
    text.replace(u"xlink:href=\"#"_s, u"xlink:href=\"#"_s + name + u'-');
    return text;
}

QString caption(const QString& label, const ReportItem& item) {
    QString text = u"<b>"_s + label + u"</b>"_s;
    if (!item.title.isEmpty())
        text += u". "_s + escaped(item.title) + u'.';
    return item.text.isEmpty() ? text : text + u' ' + escaped(item.text);
}

QString tableHtml(const QString& label, const ReportItem& item) {
    QString html = u"<div class=\"scroll\"><table><caption>"_s + caption(label, item);
    if (!item.name.isEmpty())
        html += u" \u00b7 <a href=\"%1.csv\">CSV</a>"_s.arg(item.name);
    html += u"</caption><thead><tr>"_s;
    const auto cell = [&](const char* tag, qsizetype column, const QString& text) {
        html += u"<%1%2>%3</%1>"_s.arg(QLatin1String(tag),
                                       item.right.value(column) ? u" class=\"n\""_s : QString(),
                                       escaped(text));
    };
    for (qsizetype c = 0; c < item.head.size(); ++c)
        cell("th", c, item.head[c]);
    html += u"</tr></thead><tbody>"_s;
    for (const QStringList& row : item.rows) {
        html += u"<tr>"_s;
        for (qsizetype c = 0; c < row.size(); ++c)
            cell("td", c, row[c]);
        html += u"</tr>"_s;
    }
    return html + u"</tbody></table></div>"_s;
}

} // namespace

QStringList itemLabels(const std::vector<ReportItem>& items) {
    QStringList labels;
    int figures = 0, tables = 0;
    for (const ReportItem& item : items)
        labels << (item.kind == ReportItem::Kind::Figure  ? tr("Figure %1").arg(++figures)
                   : item.kind == ReportItem::Kind::Table ? tr("Table %1").arg(++tables)
                                                          : QString());
    return labels;
}

QString reportHtml(const ReportHead& head, const std::vector<ReportItem>& items,
                   const QString& folder) {
    const QDir dir(folder);
    const QStringList labels = itemLabels(items);
    QString html = u"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>"_s +
                   escaped(head.title) + u"</title><style>"_s + QString::fromLatin1(kStyle) +
                   u"</style></head><body><h1>"_s + escaped(head.title) +
                   u"</h1><p class=\"when\">"_s + escaped(head.when) + u"</p>\n"_s;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const ReportItem& item = items[i];
        const QString& label = labels[static_cast<qsizetype>(i)];
        switch (item.kind) {
        case ReportItem::Kind::Heading:
            html += u"<h2>"_s + escaped(item.title) + u"</h2>"_s;
            break;
        case ReportItem::Kind::Subheading:
            html += u"<h3>"_s + escaped(item.title) + u"</h3>"_s;
            break;
        case ReportItem::Kind::Figure:
            html += u"<figure>%1<figcaption>%2 \u00b7 <a href=\"%3.csv\">CSV</a> \u00b7 <a "
                    "href=\"%3.svg\">SVG</a> \u00b7 <a "
                    "href=\"%3.png\">PNG</a></figcaption></figure>"_s.arg(
                        inlineSvg(dir.filePath(item.name + u".svg"_s), item.name),
                        caption(label, item), item.name);
            break;
        case ReportItem::Kind::Table:
            html += tableHtml(label, item);
            break;
        case ReportItem::Kind::Text:
            html += u"<p>"_s + escaped(item.text) + u"</p>"_s;
            break;
        case ReportItem::Kind::Code:
            html += u"<p><code>"_s + escaped(item.text) + u"</code></p>"_s;
            break;
        case ReportItem::Kind::Missing:
            html += u"<p class=\"missing\"><b>"_s + escaped(item.title) + u"</b>: "_s +
                    escaped(item.text) + u".</p>"_s;
            break;
        }
        html += u'\n';
    }
    return html + u"<p>"_s +
           tr("The same as %1, with everything behind it in %2.")
               .arg(u"<a href=\"report.pdf\">PDF</a>"_s,
                    u"<a href=\"report.json\">report.json</a>"_s) +
           u"</p></body></html>\n"_s;
}

} // namespace ohm::ui
