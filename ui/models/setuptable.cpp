// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/setuptable.h"

#include "core/base/units.h"
#include "ui/services/text.h"
#include "widgets/common/icons.h"
#include "widgets/common/palette.h"

#include <QGuiApplication>
#include <QIcon>
#include <QPalette>
#include <QRegularExpression>

#include <algorithm>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

using Entry = SetupTable::Entry;

constexpr auto kPoints = "#points"; ///< how many values a parameter may take
constexpr auto kNote = "#note";
constexpr auto kDrawn = "#drawn";

/// What stands in the file where a box is checked.
QString checkedText(const SetupTable::Column& column) {
    return column.key == u"area"_s ? u"yes"_s : u"log"_s;
}

QVector<SetupTable::Column> columnsOf(SetupKind kind) {
    const auto say = [](const char* text) { return SetupTable::tr(text); };
    const QString number = say("A number with an SI suffix: 10u, 4.7k, 2meg. M and m are milli, "
                               "as in SPICE; 10 MHz is understood.");
    switch (kind) {
    case SetupKind::Parameters:
        return {{{}, say("Name"), Entry::Name, say("A .param of the bench circuits")},
                {u"value"_s, say("Value"), Entry::Number, number},
                {u"min"_s, say("Min"), Entry::Number, number},
                {u"max"_s, say("Max"), Entry::Number, number},
                {u"step"_s, say("Step"), Entry::Number,
                 say("Distance of two values; empty: a hundredth of the range")},
                {u"unit"_s, say("Unit"), Entry::Text, say("m, F, ohm, A ... or nothing")},
                {u"scale"_s, say("Log"), Entry::Check, say("Values even in the logarithm")},
                {u"matches"_s, say("Matches"), Entry::Text,
                 say("Follows another parameter in place of values of its own: w1, or 2*w1")},
                {QLatin1String(kPoints), say("Points"), Entry::Fixed,
                 say("How many values it may take; 1 does not vary")}};
    case SetupKind::Specs:
        return {{{}, say("Measurement"), Entry::Choice, say("What must hold")},
                {QLatin1String(kNote), say("Best 20"), Entry::Fixed,
                 say("How many of the best 20 designs meet it")},
                {QLatin1String(kDrawn), say("As drawn"), Entry::Fixed,
                 say("Its nominal value: measured with the parameters' own values (Measure)")},
                {u"min"_s, say("Min"), Entry::Number, number},
                {u"max"_s, say("Max"), Entry::Number, number},
                {u"target"_s, say("Target"), Entry::Number,
                 say("A value to be met within the tolerance, in place of min and max")},
                {u"tolerance"_s, say("Tolerance"), Entry::Number,
                 say("Of the target, as a part of it; 0.05 where nothing is given")},
                {u"weight"_s, say("Weight"), Entry::Number, say("In the cost; 1 by default")},
                {u"corners"_s, say("Corners"), Entry::List,
                 say("Where it must hold while sizing: all, or names such as nominal, hot; empty: "
                     "as drawn")}};
    case SetupKind::Measurements:
        return {{{}, say("Name"), Entry::Name, {}},
                {u"kind"_s, say("Kind"), Entry::Choice, say("What is measured")},
                {u"bench"_s, say("Bench"), Entry::Choice, say("Where it is simulated")},
                {u"of"_s, say("Net"), Entry::Text, say("The net it is taken of")},
                {u"input"_s, say("Input"), Entry::Text, say("The net that drives it")},
                {u"against"_s, say("Against"), Entry::Choice,
                 say("The bench whose gain is divided by")},
                {u"source"_s, say("Source"), Entry::Text, say("The voltage source whose current")},
                {u"tolerance"_s, say("Tolerance"), Entry::Number,
                 say("Of the settled value, as a part of the step")},
                {u"at"_s, say("At"), Entry::Number, say("Noise: the density at this frequency")},
                {u"from"_s, say("From"), Entry::Number,
                 say("Noise over a band begins here; empty: the lowest simulated")},
                {u"to"_s, say("To"), Entry::Number,
                 say("Noise over a band ends here; empty: the highest simulated")},
                {u"meas"_s, say(".meas"), Entry::Text,
                 say("A .meas line without its first word: tran rise trig ...")},
                {u"expr"_s, say("Expression"), Entry::Text,
                 say("Of other measurements and parameters, such as gain*ugbw")},
                {u"unit"_s, say("Unit"), Entry::Text, say("Where the kind does not give one")}};
    case SetupKind::Benches:
        return {
            {{}, say("Name"), Entry::Name, {}},
            {u"circuit"_s, say("Circuit"), Entry::Choice, say("A netlist in the project's folder")},
            {u"analyses"_s, say("Analyses"), Entry::List,
             say("Separated by commas: op, ac dec 10 1 1g, tran 500p 600n")},
            {u"timeout"_s, say("Timeout"), Entry::Number, say("s of one simulation; 30 s")}};
    case SetupKind::Scatter:
        return {
            {u"kind"_s, say("What"), Entry::Choice,
             say("samples and seed; process: one draw for all devices of a model; mismatch: one "
                 "for each device; parameter: of the circuit")},
            {u"model"_s, say("Model"), Entry::Text, say("nmos, pmos ...: a model card")},
            {u"parameter"_s, say("Parameter"), Entry::Text,
             say("vth0, u0 ... of the model, or a .param")},
            {u"value"_s, say("Value"), Entry::Number,
             say("Standard deviation: 8m, or a share such as 3%; by area in mV \u00b5m")},
            {u"area"_s, say("By area"), Entry::Check,
             say("Mismatch that falls with the root of W L m (Pelgrom)")},
            {u"distribution"_s, say("Shape"), Entry::Choice, say("normal or uniform")}};
    case SetupKind::Corners:
        break;
    }
    const QString table = say("A table in braces, such as {supply: 1.08}");
    return {{{}, say("Name"), Entry::Name, {}},
            {u"temperature"_s, say("Temperature"), Entry::List,
             say("\u00b0C; several, separated by commas, are a sweep")},
            {u"parameters"_s, say("Parameters"), Entry::Text, table},
            {u"models"_s, say("Models"), Entry::Text,
             say("{nmos: {vth0: {add: 15m}}}: a value, {add: } or {scale: }")},
            {u"with"_s, say("With"), Entry::List, say("Corners above that are taken over")},
            {u"sections"_s, say("Sections"), Entry::Text, say("{process.lib: ss}")},
            {u"files"_s, say("Files"), Entry::Text, say("{cards.lib: cards-slow.lib}")}};
}

} // namespace

SetupTable::SetupTable(SizingSetup& setup, SetupKind kind, QObject* parent)
    : QAbstractTableModel(parent)
    , m_setup(setup)
    , m_kind(kind)
    , m_columns(columnsOf(kind)) {
    connect(&setup, &SizingSetup::aboutToReset, this, [this] { beginResetModel(); });
    connect(&setup, &SizingSetup::reset, this, [this] { endResetModel(); });
    connect(&setup, &SizingSetup::rowChanged, this, [this](SetupKind changed, int row) {
        if (changed == m_kind)
            emit dataChanged(index(row, 0), index(row, columnCount() - 1));
    });
    connect(&setup, &SizingSetup::rowToBeInserted, this, [this](SetupKind changed, int row) {
        if (changed == m_kind)
            beginInsertRows({}, row, row);
    });
    connect(&setup, &SizingSetup::rowInserted, this, [this](SetupKind changed, int) {
        if (changed == m_kind)
            endInsertRows();
    });
    connect(&setup, &SizingSetup::rowToBeRemoved, this, [this](SetupKind changed, int row) {
        if (changed == m_kind)
            beginRemoveRows({}, row, row);
    });
    connect(&setup, &SizingSetup::rowRemoved, this, [this](SetupKind changed, int) {
        if (changed == m_kind)
            endRemoveRows();
    });
    connect(&setup, &SizingSetup::checked, this, [this] { // units and faults elsewhere, too
        if (rowCount() > 0)
            emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
    });
}

int SetupTable::columnOf(const QString& key) const {
    const auto found = std::find_if(m_columns.begin(), m_columns.end(),
                                    [&](const Column& column) { return column.key == key; });
    return found == m_columns.end() ? -1 : static_cast<int>(found - m_columns.begin());
}

void SetupTable::setLocked(bool locked) {
    m_locked = locked;
}

void SetupTable::setNotes(const QHash<QString, QString>& notes) {
    if (notes == m_notes)
        return;
    m_notes = notes;
    const int column = columnOf(QLatin1String(kNote));
    if (column >= 0 && rowCount() > 0)
        emit dataChanged(index(0, column), index(rowCount() - 1, column), {Qt::DisplayRole});
}

void SetupTable::setDrawn(const QHash<QString, Drawn>& drawn) {
    if (drawn == m_drawn)
        return;
    m_drawn = drawn;
    const int column = columnOf(QLatin1String(kDrawn));
    if (column >= 0 && rowCount() > 0)
        emit dataChanged(index(0, column), index(rowCount() - 1, column));
}

int SetupTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_setup.rows(m_kind).size());
}

int SetupTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

/// False for cells that the row's kind of measurement does not read.
bool SetupTable::isUsed(int row, const Column& column) const {
    static const QStringList special{u"of"_s,        u"input"_s, u"against"_s, u"source"_s,
                                     u"tolerance"_s, u"meas"_s,  u"expr"_s,    u"at"_s,
                                     u"from"_s,      u"to"_s};
    const QString kind = m_setup.text(m_kind, row, u"kind"_s);
    if (m_kind == SetupKind::Scatter) {
        if (column.key == u"model"_s)
            return kind == u"process"_s || kind == u"mismatch"_s;
        if (column.key == u"area"_s)
            return kind == u"mismatch"_s;
        return column.key == u"kind"_s || column.key == u"value"_s ||
               (kind != u"samples"_s && kind != u"seed"_s);
    }
    if (m_kind == SetupKind::Parameters && !m_setup.text(m_kind, row, u"matches"_s).isEmpty())
        return column.key.isEmpty() || column.key == u"unit"_s || column.key == u"matches"_s ||
               column.entry == Entry::Fixed;
    if (m_kind != SetupKind::Measurements)
        return true;
    if (!m_setup.text(m_kind, row, u"expr"_s).isEmpty())
        return column.key.isEmpty() || column.key == u"expr"_s || column.key == u"unit"_s;
    if (!special.contains(column.key))
        return true;
    if (!m_setup.text(m_kind, row, column.key).isEmpty() || !measureKinds().contains(kind))
        return true;
    return measureFields(kind).contains(column.key);
}

QString SetupTable::unitOf(int row, const Column& column) const {
    static const QStringList limits{u"value"_s, u"min"_s, u"max"_s, u"step"_s, u"target"_s};
    if (column.key == u"timeout"_s)
        return u"s"_s;
    if (column.key == u"at"_s || column.key == u"from"_s || column.key == u"to"_s)
        return u"Hz"_s;
    if (m_kind == SetupKind::Scatter) {
        if (m_setup.text(m_kind, row, u"kind"_s) != u"parameter"_s)
            return m_setup.text(m_kind, row, u"parameter"_s).startsWith(u"vth"_s) ? u"V"_s
                                                                                  : QString();
        const auto at =
            m_setup.names(SetupKind::Parameters).indexOf(m_setup.text(m_kind, row, u"parameter"_s));
        return at < 0 ? QString()
                      : m_setup.text(SetupKind::Parameters, static_cast<int>(at), u"unit"_s);
    }
    if (!limits.contains(column.key))
        return {};
    if (m_kind == SetupKind::Parameters)
        return m_setup.text(m_kind, row, u"unit"_s);
    const int measured = static_cast<int>(
        m_setup.names(SetupKind::Measurements).indexOf(m_setup.text(m_kind, row, {})));
    if (measured < 0)
        return {};
    const QString own = m_setup.text(SetupKind::Measurements, measured, u"unit"_s);
    if (own.isEmpty() && !m_setup.text(SetupKind::Measurements, measured, u"at"_s).isEmpty())
        return u"V/\u221aHz"_s; // noise at one frequency
    return own.isEmpty() ? measureUnit(m_setup.text(SetupKind::Measurements, measured, u"kind"_s))
                         : own;
}

QString SetupTable::shown(int row, const Column& column) const {
    if (column.key == QLatin1String(kNote))
        return m_notes.value(m_setup.text(m_kind, row, {}));
    if (column.key == QLatin1String(kDrawn))
        return m_drawn.value(m_setup.text(m_kind, row, {})).text;
    if (column.key == QLatin1String(kPoints)) {
        if (!m_setup.text(m_kind, row, u"matches"_s).isEmpty())
            return tr("follows");
        const auto number = [&](const QString& key) {
            return parseSi(ss(m_setup.text(m_kind, row, key)));
        };
        const auto min = number(u"min"_s);
        const auto max = number(u"max"_s);
        if (!min || !max || !std::isfinite(*min) || !std::isfinite(*max))
            return u"1"_s;
        optimize::Variable v;
        v.low = *min;
        v.high = *max;
        v.step = number(u"step"_s).value_or(0);
        v.logarithmic = m_setup.text(m_kind, row, u"scale"_s) == u"log"_s;
        return QString::number(v.count());
    }
    const QString text = m_setup.text(m_kind, row, column.key);
    if (column.entry == Entry::List) {
        QString inner = text.trimmed();
        if (inner.startsWith(u'[') && inner.endsWith(u']'))
            inner = inner.mid(1, inner.size() - 2).trimmed();
        return inner;
    }
    if (column.entry == Entry::Number && !text.isEmpty()) {
        const QString unit = unitOf(row, column);
        const auto value = parseSi(ss(text));
        if (value && std::isfinite(*value)) {
            if (unit == u"V"_s && !m_setup.text(m_kind, row, u"area"_s).isEmpty())
                return u"%1 mV \u00b5m"_s.arg(*value * 1e9, 0, 'g', 6); // as designers say it
            const bool scaled = !unit.isEmpty() && unit != u"deg"_s && unit != u"dB"_s;
            return scaled ? qs(formatSi(*value, ss(unit), 6)).replace(u"ohm"_s, u"\u03a9"_s)
                          : QString::number(*value, 'g', 8) +
                                (unit.isEmpty() ? QString() : u' ' + unit);
        }
    }
    return text;
}

QStringList SetupTable::choices(const Column& column) const {
    if (column.key == u"kind"_s)
        return m_kind == SetupKind::Scatter ? scatterKinds() : measureKinds();
    if (column.key == u"distribution"_s)
        return {u"normal"_s, u"uniform"_s};
    if (column.key == u"bench"_s || column.key == u"against"_s)
        return m_setup.names(SetupKind::Benches);
    if (column.key == u"circuit"_s)
        return m_setup.circuits();
    return m_setup.names(SetupKind::Measurements);
}

QVariant SetupTable::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount() || index.column() >= columnCount())
        return {};
    const Column& column = m_columns[index.column()];
    const int row = index.row();
    switch (role) {
    case Qt::DisplayRole:
        return column.entry == Entry::Check ? QString() : shown(row, column);
    case Qt::EditRole:
        return column.entry == Entry::List || column.entry == Entry::Fixed
                   ? shown(row, column)
                   : m_setup.text(m_kind, row, column.key);
    case Qt::CheckStateRole:
        if (column.entry != Entry::Check ||
            (!isUsed(row, column) && m_setup.text(m_kind, row, column.key).isEmpty()))
            return {}; // no box where there is nothing to check
        return m_setup.text(m_kind, row, column.key) == checkedText(column) ? Qt::Checked
                                                                            : Qt::Unchecked;
    case Qt::DecorationRole:
        if (column.key == QLatin1String(kDrawn)) {
            const QString icon = m_drawn.value(m_setup.text(m_kind, row, {})).icon;
            return icon.isEmpty() ? QVariant() : QVariant(widgets::themedIcon(icon));
        }
        return m_setup.issue(m_kind, row, column.key).isEmpty()
                   ? QVariant()
                   : QVariant(widgets::themedIcon(u"error"_s));
    case Qt::ToolTipRole: {
        const QString issue = m_setup.issue(m_kind, row, column.key);
        if (!issue.isEmpty())
            return issue;
        return isUsed(row, column) ? column.help : tr("This kind of measurement does not read it.");
    }
    case Qt::AccessibleTextRole:
    case Qt::AccessibleDescriptionRole: {
        const QString issue = m_setup.issue(m_kind, row, column.key);
        if (role == Qt::AccessibleDescriptionRole)
            return issue;
        if (column.entry != Entry::Check)
            return shown(row, column);
        const bool on = m_setup.text(m_kind, row, column.key) == checkedText(column);
        return column.key == u"area"_s ? (on ? tr("by area") : tr("for each device alike"))
                                       : (on ? tr("logarithmic") : tr("linear"));
    }
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter |
                                   (column.entry == Entry::Number || column.entry == Entry::Fixed
                                        ? Qt::AlignRight
                                        : Qt::AlignLeft));
    case Qt::ForegroundRole:
        if (!m_setup.issue(m_kind, row, column.key).isEmpty())
            return widgets::semanticColour(widgets::Semantic::Error,
                                           widgets::isDark(QGuiApplication::palette()));
        if (column.entry == Entry::Fixed)
            return QGuiApplication::palette().brush(QPalette::Disabled, QPalette::Text);
        return {};
    case Qt::BackgroundRole:
        if (!isUsed(row, column))
            return QBrush(QGuiApplication::palette()
                              .color(QPalette::Mid)
                              .lighter(widgets::isDark(QGuiApplication::palette()) ? 100 : 130),
                          Qt::BDiagPattern);
        return {};
    case kIssueRole:
        return m_setup.issue(m_kind, row, column.key);
    case kChoicesRole:
        return column.entry == Entry::Choice ? QVariant(choices(column)) : QVariant();
    default:
        return {};
    }
}

bool SetupTable::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (!index.isValid())
        return false;
    const Column& column = m_columns[index.column()];
    if (role == Qt::CheckStateRole && column.entry == Entry::Check) {
        m_setup.setText(m_kind, index.row(), column.key,
                        value.toInt() == Qt::Checked ? checkedText(column) : QString());
        return true;
    }
    if (role != Qt::EditRole || column.entry == Entry::Fixed || column.entry == Entry::Check)
        return false;
    QString text = value.toString().simplified();
    if (column.entry == Entry::Number)
        text = numberForFile(text);
    if (m_kind == SetupKind::Scatter && column.key == u"value"_s) {
        static const QRegularExpression pelgrom(u"^([0-9.]+)\\s*mV\\s*[*\u00b7]?\\s*u?m$"_s);
        const auto match = pelgrom.match(QString(text).replace(u'\u00b5', u'u'));
        if (match.hasMatch())
            text = match.captured(1) + u'n'; // 1 mV um = 1 nV m
    }
    if (column.key == u"distribution"_s && text == u"normal"_s)
        text.clear(); // what it is without a word
    if (column.entry == Entry::List) {
        if (text.startsWith(u'[') && text.endsWith(u']'))
            text = text.mid(1, text.size() - 2).trimmed();
        QStringList parts;
        for (const QString& part : text.split(u',', Qt::SkipEmptyParts))
            parts << part.simplified();
        const bool single = parts.size() == 1 && column.key != u"analyses"_s;
        text = parts.isEmpty() ? QString()
               : single        ? parts.front()
                               : u'[' + parts.join(u", "_s) + u']';
    }
    m_setup.setText(m_kind, index.row(), column.key, text);
    return true;
}

Qt::ItemFlags SetupTable::flags(const QModelIndex& index) const {
    if (!index.isValid())
        return Qt::NoItemFlags;
    Qt::ItemFlags flags = Qt::ItemIsSelectable | Qt::ItemIsEnabled | Qt::ItemNeverHasChildren;
    const Entry entry = m_columns[index.column()].entry;
    if (m_locked && (m_kind != SetupKind::Specs || index.column() == 0))
        return flags;
    if (entry == Entry::Check)
        flags |=
            data(index, Qt::CheckStateRole).isValid() ? Qt::ItemIsUserCheckable : Qt::NoItemFlags;
    else if (entry != Entry::Fixed)
        flags |= Qt::ItemIsEditable;
    return flags;
}

QVariant SetupTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical || section < 0 || section >= m_columns.size())
        return {};
    const Column& column = m_columns[section];
    if (role == Qt::DisplayRole)
        return column.title;
    if (role == Qt::ToolTipRole)
        return column.help;
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter |
                                   (column.entry == Entry::Number || column.entry == Entry::Fixed
                                        ? Qt::AlignRight
                                        : Qt::AlignLeft));
    return {};
}

} // namespace ohm::ui
