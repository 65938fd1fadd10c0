// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/sizingruntable.h"

#include "ui/pages/sizingrunpane.h"
#include "widgets/common/icons.h"
#include "widgets/common/palette.h"

#include <QGuiApplication>
#include <QPainter>
#include <QPixmap>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int kSwatch = 12;

QPixmap swatch(int place) {
    QPixmap pixmap(kSwatch, kSwatch);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(widgets::seriesColour(place, widgets::isDark(QGuiApplication::palette())));
    painter.drawRoundedRect(pixmap.rect(), 3, 3);
    return pixmap;
}

std::pair<QString, QString> stateOf(const SizingRun& run) {
    const auto say = [](const char* text) { return SizingRunTable::tr(text); };
    switch (run.state) {
    case SizingRun::State::Queued:
        return {say("waits"), u"queued"_s};
    case SizingRun::State::Running:
        return {say("running"), u"play"_s};
    case SizingRun::State::Paused:
        return {say("paused"), u"pause"_s};
    case SizingRun::State::Stopping:
        return {say("stopping"), u"stop"_s};
    case SizingRun::State::Ended:
        return {say("ended"), u"ok"_s};
    case SizingRun::State::Stopped:
        return {say("stopped"), u"stop"_s};
    case SizingRun::State::Failed:
        break;
    }
    return {say("failed"), u"error"_s};
}

} // namespace

SizingRunTable::SizingRunTable(SizingRuns& runs, QObject* parent)
    : QAbstractTableModel(parent)
    , m_runs(runs)
    , m_rows(static_cast<int>(runs.runs().size())) {
    connect(&runs, &SizingRuns::listChanged, this, [this] {
        const int rows = static_cast<int>(m_runs.runs().size());
        if (rows == m_rows) {
            if (rows > 0)
                emit dataChanged(index(0, 0), index(rows - 1, kColumns - 1));
            return;
        }
        beginResetModel();
        m_rows = rows;
        endResetModel();
    });
    connect(&runs, &SizingRuns::updated, this, [this](int run) {
        if (run < m_rows)
            emit dataChanged(index(run, 0), index(run, kColumns - 1));
    });
}

int SizingRunTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : m_rows;
}

int SizingRunTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(kColumns);
}

QVariant SizingRunTable::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= m_runs.runs().size())
        return {};
    const SizingRun& run = m_runs.runs()[index.row()];
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter |
                                   (index.column() > State ? Qt::AlignRight : Qt::AlignLeft));
    if (role == Qt::CheckStateRole && index.column() == Title)
        return run.shown ? Qt::Checked : Qt::Unchecked;
    if (role == Qt::DecorationRole) {
        if (index.column() == Title)
            return swatch(m_runs.placeOf(index.row()));
        if (index.column() == State)
            return widgets::themedIcon(stateOf(run).second);
        return {};
    }
    if (role == Qt::ToolTipRole)
        return index.column() == Title ? run.folder : run.outcome;
    if (role != Qt::DisplayRole)
        return {};
    if (index.column() == Title)
        return run.title;
    if (index.column() == State)
        return stateOf(run).first;
    if (run.history.empty())
        return {};
    const auto& r = run.history.back();
    switch (index.column()) {
    case Designs:
        return QString::number(r.sims);
    case Meeting:
        return QString::number(r.meetingAll);
    case Cost:
        return QString::number(r.meanCost, 'g', 4);
    case Seconds:
        return durationText(r.seconds);
    case Left:
        if (!run.isActive())
            return QStringLiteral("\u2014");
        return r.outlook.secondsLeft ? durationText(*r.outlook.secondsLeft) : tr("not known");
    default:
        return {};
    }
}

bool SizingRunTable::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (!index.isValid() || index.column() != Title || role != Qt::CheckStateRole)
        return false;
    m_runs.setShown(index.row(), value.toInt() == Qt::Checked);
    return true;
}

Qt::ItemFlags SizingRunTable::flags(const QModelIndex& index) const {
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (index.isValid() && index.column() == Title)
        flags |= Qt::ItemIsUserCheckable;
    return flags;
}

QVariant SizingRunTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter |
                                   (section > State ? Qt::AlignRight : Qt::AlignLeft));
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Title:
        return tr("Session");
    case State:
        return tr("State");
    case Designs:
        return tr("Designs");
    case Meeting:
        return tr("Meet all");
    case Cost:
        return tr("Mean cost");
    case Seconds:
        return tr("Time");
    case Left:
        return tr("Left");
    default:
        return {};
    }
}

} // namespace ohm::ui
