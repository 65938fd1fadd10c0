// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/icons.h"
#include "widgets/common/issuesview.h"
#include "widgets/common/palette.h"

#include <QApplication>
#include <QFileInfo>

namespace ohm::widgets {
namespace {

QString severityWord(Severity severity) {
    switch (severity) {
    case Severity::Note:
        return IssuesModel::tr("Note");
    case Severity::Warning:
        return IssuesModel::tr("Warning");
    case Severity::Error:
        break;
    }
    return IssuesModel::tr("Error");
}

QIcon severityIcon(Severity severity) {
    const bool dark = isDark(QGuiApplication::palette());
    switch (severity) {
    case Severity::Note:
        return colouredIcon(QStringLiteral("note"), semanticColour(Semantic::Note, dark));
    case Severity::Warning:
        return colouredIcon(QStringLiteral("warning"), semanticColour(Semantic::Warning, dark));
    case Severity::Error:
        break;
    }
    return colouredIcon(QStringLiteral("error"), semanticColour(Semantic::Error, dark));
}

QString place(const Diagnostic& d, bool full) {
    if (d.file.empty())
        return d.line > 0 ? IssuesModel::tr("line %1").arg(d.line) : QString();
    const QString path = QString::fromStdString(d.file);
    QString text = full ? path : QFileInfo(path).fileName();
    if (d.line > 0)
        text += QStringLiteral(":%1").arg(d.line);
    if (full && d.line > 0 && d.column > 0)
        text += QStringLiteral(":%1").arg(d.column);
    return text;
}

} // namespace

IssuesModel::IssuesModel(QObject* parent)
    : QAbstractTableModel(parent) {}

void IssuesModel::setDiagnostics(Diagnostics diagnostics) {
    beginResetModel();
    m_diagnostics = std::move(diagnostics);
    m_counts.fill(0);
    for (const Diagnostic& d : m_diagnostics)
        ++m_counts[static_cast<std::size_t>(d.severity)];
    endResetModel();
}

int IssuesModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_diagnostics.size());
}

int IssuesModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : kColumnCount;
}

QVariant IssuesModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const Diagnostic& d = m_diagnostics[static_cast<std::size_t>(index.row())];
    if (role == SeverityRole)
        return static_cast<int>(d.severity);
    if (role == Qt::ToolTipRole) {
        QString tip = QString::fromStdString(d.text);
        const QString where = place(d, true);
        if (!where.isEmpty())
            tip += QLatin1Char('\n') + where;
        if (!d.object.empty())
            tip += QLatin1Char('\n') + QString::fromStdString(d.object);
        return tip;
    }
    if (role == Qt::AccessibleTextRole && index.column() == TextColumn)
        return tr("%1: %2").arg(severityWord(d.severity), QString::fromStdString(d.text));
    switch (index.column()) {
    case SeverityColumn:
        if (role == Qt::DisplayRole)
            return severityWord(d.severity);
        if (role == Qt::DecorationRole)
            return severityIcon(d.severity);
        if (role == SortRole)
            return -static_cast<int>(d.severity); // ascending = worst first
        break;
    case TextColumn:
        if (role == Qt::DisplayRole || role == SortRole)
            return QString::fromStdString(d.text);
        break;
    case PlaceColumn:
        if (role == Qt::DisplayRole)
            return place(d, false);
        if (role == SortRole)
            return QStringLiteral("%1:%2")
                .arg(QString::fromStdString(d.file))
                .arg(d.line, 9, 10, QLatin1Char('0'));
        break;
    case CodeColumn:
        if (role == Qt::DisplayRole || role == SortRole)
            return QString::fromStdString(d.code);
        break;
    default:
        break;
    }
    return {};
}

QVariant IssuesModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case SeverityColumn:
        return tr("Severity");
    case TextColumn:
        return tr("Finding");
    case PlaceColumn:
        return tr("Place");
    case CodeColumn:
        return tr("Code");
    default:
        return {};
    }
}

} // namespace ohm::widgets
