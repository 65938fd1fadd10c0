// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/csvwriter.h"

#include "core/base/units.h"

#include <cmath>

namespace ohm::widgets {

CsvWriter& CsvWriter::cell(const QString& text) {
    if (!m_first)
        m_bytes += ',';
    m_first = false;
    QByteArray utf8 = text.toUtf8();
    bool quote = utf8.startsWith(' ') || utf8.endsWith(' ');
    for (const char c : std::as_const(utf8))
        quote = quote || c == ',' || c == '"' || c == '\n' || c == '\r';
    if (quote) {
        utf8.replace("\"", "\"\"");
        m_bytes += '"' + utf8 + '"';
    } else {
        m_bytes += utf8;
    }
    return *this;
}

CsvWriter& CsvWriter::cell(double value) {
    return cell(std::isfinite(value) ? QString::fromStdString(formatExact(value)) : QString());
}

CsvWriter& CsvWriter::row(const QStringList& cells) {
    for (const QString& text : cells)
        cell(text);
    return endRow();
}

CsvWriter& CsvWriter::endRow() {
    m_bytes += "\r\n";
    m_first = true;
    return *this;
}

} // namespace ohm::widgets
