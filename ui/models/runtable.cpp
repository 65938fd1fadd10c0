// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/runtable.h"

#include "core/learn/metrics.h"
#include "ui/report/reportviews.h"
#include "ui/services/text.h"
#include "widgets/common/icons.h"

#include <QDateTime>
#include <QFont>
#include <QLocale>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int kShownNote = 80; ///< characters of a note in its cell

bool alike(const runs::RunRecord& a, const runs::RunRecord& b) {
    return a.name == b.name && a.recipe == b.recipe && a.seed == b.seed && a.steps == b.steps &&
           a.stepsDone == b.stepsDone && a.finished == b.finished && a.changed == b.changed &&
           a.metrics == b.metrics && a.tags == b.tags && a.note == b.note &&
           a.baseline == b.baseline && a.attempts.state == b.attempts.state &&
           a.attempts.attempts == b.attempts.attempts;
}

/// What a state means, and how often the run was taken up.
QVariant stateTip(const runs::RunRecord& run) {
    const learn::RunAttempts& a = run.attempts;
    QStringList lines;
    if (a.state == learn::RunState::Failed && !a.why.empty())
        lines << qs(a.why);
    else if (a.state == learn::RunState::Killed)
        lines << RunTable::tr("The program ended without a word; the run goes on from its last "
                              "snapshot when it is started again");
    else if (a.state == learn::RunState::Stopped)
        lines << RunTable::tr("Stopped on request; it goes on when it is started again");
    if (a.resumed > 0)
        lines << RunTable::tr("It was taken up again %n time(s)", nullptr, a.resumed);
    return lines.isEmpty() ? QVariant() : QVariant(lines.join(u'\n'));
}

QString tagsText(const runs::RunRecord& run) {
    QStringList tags;
    for (const std::string& tag : run.tags)
        tags << qs(tag);
    return tags.join(u", "_s);
}

bool isText(int column) {
    return column == RunTable::Name || column == RunTable::Kind || column == RunTable::Recipe ||
           column == RunTable::State || column == RunTable::Result || column == RunTable::Tags ||
           column == RunTable::Note;
}

QString duration(double seconds) {
    if (!std::isfinite(seconds))
        return {};
    const auto s = static_cast<qint64>(seconds);
    return s < 60     ? RunTable::tr("%1 s").arg(seconds, 0, 'f', 1)
           : s < 3600 ? RunTable::tr("%1 min %2 s").arg(s / 60).arg(s % 60)
                      : RunTable::tr("%1 h %2 min").arg(s / 3600).arg(s / 60 % 60);
}

} // namespace

RunTable::RunTable(QObject* parent)
    : QAbstractTableModel(parent) {}

void RunTable::setRuns(const std::vector<runs::RunRecord>& runs) {
    const auto find = [&](const std::filesystem::path& folder) {
        return std::find_if(runs.begin(), runs.end(),
                            [&](const auto& run) { return run.folder == folder; });
    };
    for (int row = rowCount() - 1; row >= 0; --row) {
        if (find(at(row).folder) != runs.end())
            continue;
        beginRemoveRows({}, row, row);
        m_runs.erase(m_runs.begin() + row);
        endRemoveRows();
    }
    bool baseline = false;
    for (int row = 0; row < rowCount(); ++row) {
        const auto now = find(at(row).folder);
        if (alike(at(row), *now))
            continue;
        baseline = baseline || at(row).baseline || now->baseline;
        m_runs[static_cast<std::size_t>(row)] = *now;
        emit dataChanged(index(row, 0), index(row, kColumns - 1));
    }
    std::vector<const runs::RunRecord*> fresh;
    for (const auto& run : runs) {
        if (rowOf(run.folder) < 0)
            fresh.push_back(&run);
    }
    if (!fresh.empty()) {
        beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(fresh.size()) - 1);
        for (const auto* run : fresh) {
            m_runs.push_back(*run);
            baseline = baseline || run->baseline;
        }
        endInsertRows();
    }
    if (baseline && rowCount() > 0) // the others are compared with it
        emit dataChanged(index(0, Difference), index(rowCount() - 1, Difference));
}

int RunTable::rowOf(const std::filesystem::path& folder) const {
    const auto found = std::find_if(m_runs.begin(), m_runs.end(),
                                    [&](const auto& run) { return run.folder == folder; });
    return found == m_runs.end() ? -1 : static_cast<int>(found - m_runs.begin());
}

void RunTable::setK(int k) {
    if (k == m_k)
        return;
    m_k = k;
    emit headerDataChanged(Qt::Horizontal, Accuracy, Accuracy);
    if (rowCount() > 0)
        emit dataChanged(index(0, Accuracy), index(rowCount() - 1, Difference));
}

QString RunTable::searchText(const runs::RunRecord& run) {
    QString text =
        qs(run.name) + u' ' + kindTitle(run.kind) + u' ' + qs(run.recipe) + u' ' + qs(run.note);
    for (const std::string& tag : run.tags)
        text += u" #"_s + qs(tag);
    return text;
}

double RunTable::accuracyOf(const runs::RunRecord& run, int k) {
    for (const char* split : {"test", "validation"}) {
        const std::string prefix = std::string(split) + ".acc_at_";
        std::map<int, double> accAt;
        for (auto it = run.metrics.lower_bound(prefix);
             it != run.metrics.end() && it->first.starts_with(prefix); ++it)
            accAt[std::atoi(it->first.c_str() + prefix.size())] = it->second;
        if (!accAt.empty())
            return learn::accuracyAt(accAt, k);
    }
    return std::nan("");
}

double RunTable::meanErrorOf(const runs::RunRecord& run) {
    for (const char* name : {"test.mae", "validation.mae"}) {
        const auto at = run.metrics.find(name);
        if (at != run.metrics.end())
            return at->second;
    }
    return std::nan("");
}

QString RunTable::resultOf(const runs::RunRecord& run) {
    const auto metric = [&](const char* name) {
        const auto at = run.metrics.find(name);
        return at == run.metrics.end() ? std::nan("") : at->second;
    };
    if (run.kind == runs::RunKind::Sizing) {
        const double cost = metric("best_cost"), met = metric("designs_met");
        return std::isfinite(cost) ? tr("cost %1, %2 meet all")
                                         .arg(cost, 0, 'g', 3)
                                         .arg(std::isfinite(met) ? met : 0)
                                   : QString();
    }
    if (run.kind == runs::RunKind::Deep) {
        for (const char* name : {"test.pearson", "validation.pearson"}) {
            if (std::isfinite(metric(name)))
                return tr("Pearson %1").arg(metric(name), 0, 'f', 3);
        }
    }
    if (run.kind == runs::RunKind::Maps) {
        for (const auto& [name, value] : run.metrics) {
            if (name.starts_with("test.") && name.ends_with(".nrmse"))
                return tr("NRMSE %1").arg(value, 0, 'f', 3);
        }
    }
    if (run.kind == runs::RunKind::Parasitics) {
        for (const auto& [name, value] : run.metrics) {
            if (name.ends_with(".r2"))
                return tr("R2 %1").arg(value, 0, 'f', 3);
            if (name.ends_with(".auc"))
                return tr("AUC %1").arg(value, 0, 'f', 3);
        }
    }
    return {};
}

QString RunTable::stateOf(const runs::RunRecord& run) {
    const auto percent = run.steps > 0 ? 100 * run.stepsDone / run.steps : 0;
    const auto text = [&]() -> QString {
        switch (run.attempts.state) {
        case learn::RunState::Finished:
            return tr("finished");
        case learn::RunState::Running:
            return tr("running, %1 %").arg(percent);
        case learn::RunState::Stopped:
            return tr("stopped at %1 %").arg(percent);
        case learn::RunState::Killed:
            return tr("killed at %1 %").arg(percent);
        case learn::RunState::Failed:
            return tr("failed at %1 %").arg(percent);
        case learn::RunState::Unknown:
            break;
        }
        return run.finished ? tr("finished") : tr("not finished, %1 %").arg(percent);
    }();
    return run.attempts.resumed > 0 ? tr("%1, resumed").arg(text) : text;
}

double RunTable::difference(const runs::RunRecord& run) const {
    const auto baseline =
        std::find_if(m_runs.begin(), m_runs.end(), [](const auto& r) { return r.baseline; });
    return baseline == m_runs.end() ? std::nan("")
                                    : accuracyOf(run, m_k) - accuracyOf(*baseline, m_k);
}

int RunTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_runs.size());
}

int RunTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(kColumns);
}

QString RunTable::text(const runs::RunRecord& run, int column) const {
    const auto number = [](double value, char format, int digits) {
        return std::isfinite(value) ? QString::number(value, format, digits) : QString();
    };
    switch (column) {
    case Name:
        return qs(run.name);
    case Kind:
        return kindTitle(run.kind);
    case Recipe:
        return qs(run.recipe);
    case State:
        return stateOf(run);
    case Accuracy:
        return number(accuracyOf(run, m_k), 'f', 4);
    case Difference: {
        const double d = difference(run);
        return run.baseline       ? tr("baseline")
               : std::isfinite(d) ? (d >= 0 ? u"+"_s : QString()) + number(d, 'f', 4)
                                  : QString();
    }
    case MeanError:
        return number(meanErrorOf(run), 'g', 3);
    case Result:
        return resultOf(run);
    case Time: {
        const auto at = run.metrics.find("seconds");
        return at == run.metrics.end() ? QString() : duration(at->second);
    }
    case Seed:
        return QString::number(run.seed);
    case Tags:
        return tagsText(run);
    case Note: {
        const QString note = qs(run.note).simplified();
        return note.size() > kShownNote ? note.left(kShownNote) + u"\u2026"_s : note;
    }
    case Changed:
        return QLocale().toString(QDateTime::fromSecsSinceEpoch(run.changed), QLocale::ShortFormat);
    default:
        return {};
    }
}

QVariant RunTable::sortKey(const runs::RunRecord& run, int column) const {
    constexpr double kLast = -std::numeric_limits<double>::infinity();
    const auto known = [](double v) { return std::isfinite(v) ? v : kLast; };
    switch (column) {
    case State:
        return run.finished ? 2.0
                            : static_cast<double>(run.stepsDone) /
                                  static_cast<double>(std::max<std::int64_t>(1, run.steps));
    case Accuracy:
        return known(accuracyOf(run, m_k));
    case Difference:
        return known(difference(run));
    case MeanError:
        return known(meanErrorOf(run));
    case Time: {
        const auto at = run.metrics.find("seconds");
        return at == run.metrics.end() ? kLast : at->second;
    }
    case Seed:
        return static_cast<qlonglong>(run.seed);
    case Changed:
        return static_cast<qlonglong>(run.changed);
    default:
        return text(run, column).toLower();
    }
}

QVariant RunTable::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    const runs::RunRecord& run = at(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return text(run, index.column());
    case Qt::EditRole:
        return index.column() == Note ? qs(run.note) : text(run, index.column());
    case kSortRole:
        return sortKey(run, index.column());
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter |
                                   (isText(index.column()) ? Qt::AlignLeft : Qt::AlignRight));
    case Qt::DecorationRole:
        return index.column() == Name && run.baseline ? widgets::themedIcon(u"pinned"_s)
                                                      : QVariant();
    case Qt::FontRole:
        if (run.baseline) {
            QFont font;
            font.setBold(true);
            return font;
        }
        return {};
    case Qt::ToolTipRole:
        if (index.column() == State)
            return stateTip(run);
        return index.column() == Name   ? qs(run.folder.string())
               : index.column() == Note ? qs(run.note)
                                        : QVariant();
    case Qt::AccessibleTextRole:
        return index.column() == Name && run.baseline ? tr("%1, the baseline").arg(qs(run.name))
                                                      : text(run, index.column());
    default:
        return {};
    }
}

bool RunTable::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (!index.isValid() || role != Qt::EditRole)
        return false;
    // Told, not changed: the row follows when the store has taken it.
    if (index.column() == Note && value.toString() != qs(at(index.row()).note)) {
        emit noteEdited(index.row(), value.toString());
        return true;
    }
    if (index.column() == Tags && value.toString() != tagsText(at(index.row()))) {
        QStringList tags;
        for (const QString& piece : value.toString().split(u',', Qt::SkipEmptyParts)) {
            QString tag = piece.trimmed();
            while (tag.startsWith(u'#'))
                tag.remove(0, 1);
            if (!tag.isEmpty() && !tags.contains(tag))
                tags << tag;
        }
        emit tagsEdited(index.row(), tags);
        return true;
    }
    return false;
}

Qt::ItemFlags RunTable::flags(const QModelIndex& index) const {
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (index.isValid() && (index.column() == Tags || index.column() == Note))
        flags |= Qt::ItemIsEditable;
    return flags;
}

QVariant RunTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter |
                                   (isText(section) ? Qt::AlignLeft : Qt::AlignRight));
    if (role == Qt::ToolTipRole) {
        if (section == Accuracy || section == MeanError)
            return tr("On the test split where the run has one, else on the validation split");
        if (section == Tags)
            return tr("Double-click to change; commas between tags");
        return section == Note ? QVariant(tr("Double-click to change")) : QVariant();
    }
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Run");
    case Kind:
        return tr("Kind");
    case Recipe:
        return tr("Recipe");
    case State:
        return tr("State");
    case Accuracy:
        return tr("Acc@%1").arg(m_k);
    case Difference:
        return tr("to baseline");
    case MeanError:
        return tr("MAE");
    case Result:
        return tr("Result");
    case Time:
        return tr("Time");
    case Seed:
        return tr("Seed");
    case Tags:
        return tr("Tags");
    case Note:
        return tr("Note");
    case Changed:
        return tr("Changed");
    default:
        return {};
    }
}

} // namespace ohm::ui
