// SPDX-License-Identifier: GPL-3.0-or-later
// The pieces of a report by kind of run; for reportitems.cpp alone.
#pragma once

#include "ui/report/reportitems.h"
#include "ui/report/reportviews.h"

#include <QSet>

#include <functional>

namespace ohm::ui {

/// Collects the items of one report.
class ReportBuilder {
public:
    ReportBuilder(std::shared_ptr<const ReportData> data, const QStringList& views);
    std::vector<ReportItem> build();

private:
    using Item = ReportItem;
    using Kind = ReportItem::Kind;

    /// Whether a view is asked for and one of the runs can give it; where it was asked for by name
    /// and none can, it is noted as missing.
    bool wanted(const QString& view);
    /// Of a file that no other figure or table has: "a/b" and "a-b" are alike as files.
    QString ownName(const QString& name);
    void heading(const QString& text);
    void text(const QString& text);
    void missing(const QString& view, const QString& title, const QString& reason);
    void figure(const QString& view, const QString& name, const QString& title,
                const QString& caption, std::function<widgets::Renderable()> draw);
    void table(const QString& view, const QString& name, const QString& title,
               const QString& caption, const QStringList& head, QVector<QStringList> rows,
               QVector<bool> right);
    /// Runs of a kind that cannot give a view though others can, each with its reason.
    void noteGaps(const QString& view);

    void overview();
    void metrics();
    void curves();
    void curve(const QString& view, const QString& name, const QString& title,
               const QString& caption, const QString& x, const QString& y,
               const std::vector<runs::RunCurve>& curves, bool markers, bool logarithmicY,
               double low, double high, Qt::Alignment legend);
    void networks();
    void errors(const ReportRun& run, const QString& suffix);
    void labels(const ReportRun& run, const QString& suffix);
    void embedding(const ReportRun& run, const QString& suffix);
    void sizings();
    void depths();
    void nodes(const ReportRun& run, const QString& suffix, const QStringList& views);
    void capacitances(const ReportRun& run, const QString& suffix);
    void again();

    std::shared_ptr<const ReportData> m_data;
    QVector<runs::RunRecord> m_records;
    QStringList m_views;
    QSet<QString> m_names;
    std::vector<ReportItem> m_items;
};

/// An even choice of so many that a scatter on paper shows, and the sentence that says so.
std::vector<std::size_t> thinnedPoints(std::size_t count);
QString thinnedWords(std::size_t shown, std::size_t all);
/// A number as tables of a report write it.
QString reportNumber(double value);
/// A name as part of a file's.
QString fileName(const QString& name);

} // namespace ohm::ui
