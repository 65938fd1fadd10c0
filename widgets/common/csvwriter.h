// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace ohm::widgets {

/// Writes CSV (RFC 4180, UTF-8, '.' as decimal point whatever the locale). Thread: a plain value.
class CsvWriter {
public:
    CsvWriter& cell(const QString& text);
    CsvWriter& cell(double value); ///< shortest text that reads back; NaN and infinities: empty
    CsvWriter& row(const QStringList& cells);
    CsvWriter& endRow();
    const QByteArray& bytes() const { return m_bytes; }

private:
    QByteArray m_bytes;
    bool m_first = true;
};

} // namespace ohm::widgets
