// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/docks/whatifdock.h"

#include "core/base/units.h"
#include "ui/pages/exportmenu.h"
#include "ui/services/text.h"
#include "ui/session/circuitsession.h"
#include "ui/session/prediction.h"
#include "ui/session/voltagedisplay.h"
#include "ui/session/whatif.h"
#include "widgets/common/icons.h"
#include "widgets/common/messagebar.h"
#include "widgets/common/sispinbox.h"

#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSlider>
#include <QTableWidget>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr int kSettleMs = 60;
constexpr std::size_t kMostRows = 60;    ///< knobs with a slider at a time; the filter finds others
constexpr std::size_t kMostChanges = 12; ///< nets listed when none is chosen

bool isLogarithmic(const generate::Knob& knob) {
    return knob.logarithmic && knob.low > 0 && knob.high > knob.low;
}
} // namespace

int sliderPosition(const generate::Knob& knob, double value, int steps) {
    if (!(knob.high > knob.low))
        return 0;
    const double part = isLogarithmic(knob) && value > 0
                            ? std::log(value / knob.low) / std::log(knob.high / knob.low)
                            : (value - knob.low) / (knob.high - knob.low);
    return static_cast<int>(std::lround(std::clamp(part, 0.0, 1.0) * steps));
}

double sliderValue(const generate::Knob& knob, int position, int steps) {
    const double part = static_cast<double>(position) / steps;
    double value = isLogarithmic(knob) ? knob.low * std::pow(knob.high / knob.low, part)
                                       : knob.low + (knob.high - knob.low) * part;
    if (knob.step > 0)
        value = knob.low + std::round((value - knob.low) / knob.step) * knob.step;
    else if (value != 0 && position > 0 &&
             position < steps) { // no more digits than a hand can mean
        const double unit = std::pow(10.0, std::floor(std::log10(std::fabs(value))) - 3);
        value = std::round(value / unit) * unit;
    }
    return std::clamp(value, std::min(knob.low, knob.high), std::max(knob.low, knob.high));
}

WhatIfDock::WhatIfDock(const Workbench& workbench, QWidget* parent)
    : QWidget(parent)
    , m_bench(workbench)
    , m_filter(new QLineEdit(this))
    , m_empty(new QLabel(this))
    , m_bar(new widgets::MessageBar(this))
    , m_scroll(new QScrollArea(this))
    , m_undo(new QToolButton(this))
    , m_redo(new QToolButton(this))
    , m_reset(new QPushButton(tr("Reset"), this))
    , m_simulate(new QPushButton(widgets::themedIcon(u"simulate"_s), tr("Simulate this"), this))
    , m_watch(new QPushButton(widgets::themedIcon(u"pin"_s), tr("Watch selected nets"), this))
    , m_state(new QLabel(this))
    , m_changesTitle(new QLabel(this))
    , m_changes(new QTableWidget(this)) {
    setObjectName(u"whatIfPane"_s);
    m_filter->setPlaceholderText(tr("Filter knobs"));
    m_filter->setAccessibleName(tr("Filter knobs"));
    m_filter->setClearButtonEnabled(true);
    m_filter->addAction(widgets::themedIcon(u"filter"_s), QLineEdit::LeadingPosition);
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_bar->hide();
    const auto tool = [](QToolButton* button, const QString& icon, const QString& name) {
        button->setIcon(widgets::themedIcon(icon));
        button->setAutoRaise(true);
        button->setAccessibleName(name);
        button->setToolTip(name);
        button->setFocusPolicy(Qt::TabFocus);
    };
    tool(m_undo, u"undo"_s, tr("Turn back the last knob"));
    tool(m_redo, u"redo"_s, tr("Turn it again"));
    m_reset->setToolTip(tr("Puts all knobs back to what the file says"));
    m_simulate->setToolTip(tr("Simulates the circuit with these values, to compare"));
    m_watch->setToolTip(tr("Lists how the selected nets change and shows it on the drawings"));
    m_state->setTextFormat(Qt::PlainText);
    m_changesTitle->setTextFormat(Qt::PlainText);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    m_changesTitle->setFont(bold);

    m_changes->setColumnCount(4);
    m_changes->setHorizontalHeaderLabels(
        {tr("Net"), tr("Change"), tr("Predicted"), tr("Simulated")});
    m_changes->setAccessibleName(tr("Changes of voltages"));
    offerExport(m_changes, u"what-if"_s);
    m_changes->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_changes->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_changes->setShowGrid(false);
    m_changes->setAlternatingRowColors(true);
    m_changes->setTabKeyNavigation(false);
    m_changes->verticalHeader()->hide();
    m_changes->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    m_changes->horizontalHeader()->setHighlightSections(false);
    m_changes->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_changes->setMinimumHeight(fontMetrics().height() * 6);

    auto* top = new QHBoxLayout;
    top->addWidget(m_filter, 1);
    top->addWidget(m_undo);
    top->addWidget(m_redo);
    top->addWidget(m_reset);
    auto* middle = new QHBoxLayout;
    middle->addWidget(m_simulate);
    middle->addWidget(m_state, 1);
    auto* titles = new QHBoxLayout;
    titles->addWidget(m_changesTitle, 1);
    titles->addWidget(m_watch);
    auto* column = new QVBoxLayout(this);
    const int gap = fontMetrics().height() / 2;
    column->setContentsMargins(gap, gap, gap, gap);
    column->addLayout(top);
    column->addWidget(m_bar);
    column->addWidget(m_empty);
    column->addWidget(m_scroll, 3);
    column->addLayout(middle);
    column->addLayout(titles);
    column->addWidget(m_changes, 2);

    WhatIf& whatIf = m_bench.whatIf;
    connect(&whatIf, &WhatIf::knobsChanged, this, &WhatIfDock::rebuild);
    connect(&whatIf, &WhatIf::valuesChanged, this, &WhatIfDock::showValues);
    connect(&whatIf, &WhatIf::busyChanged, this, &WhatIfDock::showState);
    connect(&whatIf, &WhatIf::failed, this,
            [this](const Error& error) { m_bar->showError(error); });
    connect(&whatIf, &WhatIf::predicted, m_bar, &widgets::MessageBar::dismiss);
    connect(&m_bench.voltages, &VoltageDisplay::changed, this, &WhatIfDock::showChanges);
    connect(whatIf.undoStack(), &QUndoStack::canUndoChanged, m_undo, &QToolButton::setEnabled);
    connect(whatIf.undoStack(), &QUndoStack::canRedoChanged, m_redo, &QToolButton::setEnabled);
    connect(m_undo, &QToolButton::clicked, whatIf.undoStack(), &QUndoStack::undo);
    connect(m_redo, &QToolButton::clicked, whatIf.undoStack(), &QUndoStack::redo);
    connect(m_reset, &QPushButton::clicked, &whatIf, &WhatIf::reset);
    connect(m_simulate, &QPushButton::clicked, &whatIf, &WhatIf::simulate);
    connect(m_watch, &QPushButton::clicked, this, &WhatIfDock::watchSelection);
    connect(&m_bench.hub, &SelectionHub::selectionChanged, this, &WhatIfDock::showState);
    connect(m_filter, &QLineEdit::textChanged, this, &WhatIfDock::applyFilter);
    connect(m_changes, &QTableWidget::itemSelectionChanged, this, [this] {
        if (m_syncing)
            return;
        QVector<ObjectId> ids;
        for (const QModelIndex& index : m_changes->selectionModel()->selectedRows())
            ids.push_back(
                {ObjectKind::Net, m_changes->item(index.row(), 0)->data(Qt::UserRole).toUInt()});
        if (!ids.isEmpty())
            m_bench.hub.select(ids, SelectionSource::Tables);
    });
    m_undo->setEnabled(false);
    m_redo->setEnabled(false);
    rebuild();
}

void WhatIfDock::setShown(bool shown) {
    m_shown = shown;
    // Restoring a layout shows every panel for a moment.
    QTimer::singleShot(shown ? kSettleMs : 0, this, [this] { m_bench.whatIf.setActive(m_shown); });
}

bool WhatIfDock::eventFilter(QObject* watched, QEvent* event) {
    auto* widget = qobject_cast<QWidget*>(watched);
    if (event->type() == QEvent::Wheel && widget && !widget->hasFocus()) {
        event->ignore();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

QSlider* WhatIfDock::slider(std::size_t knob) const {
    const auto found = std::find_if(m_rows.begin(), m_rows.end(),
                                    [knob](const Row& row) { return row.knob == knob; });
    return found == m_rows.end() ? nullptr : found->slider;
}

widgets::SiSpinBox* WhatIfDock::spinBox(std::size_t knob) const {
    const auto found = std::find_if(m_rows.begin(), m_rows.end(),
                                    [knob](const Row& row) { return row.knob == knob; });
    return found == m_rows.end() ? nullptr : found->box;
}

void WhatIfDock::rebuild() {
    m_bar->dismiss();
    const bool open = m_bench.session.circuit() != nullptr;
    const WhatIf& whatIf = m_bench.whatIf;
    // Nets of interest are those the project names, until others are chosen.
    std::vector<netlist::NetId> watched;
    if (open && whatIf.tunable()) {
        for (const std::string& name : m_bench.session.project().outputs)
            if (const auto net = m_bench.session.circuit()->findNet(name))
                watched.push_back(*net);
    }
    m_bench.voltages.setWatched(watched);
    m_empty->setText(!open                ? tr("Open a circuit to turn its knobs.")
                     : whatIf.isLooking() ? tr("Looking for knobs\u2026")
                     : !whatIf.tunable()  ? QString()
                     : whatIf.knobs().empty()
                         ? tr("This circuit has no values that could be turned.")
                         : QString());
    m_empty->setVisible(!m_empty->text().isEmpty());
    applyFilter();
}

void WhatIfDock::applyFilter() {
    m_rows.clear();
    m_panel = new QWidget;
    m_grid = new QGridLayout(m_panel);
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setColumnStretch(1, 1);
    const std::vector<generate::Knob>& knobs = m_bench.whatIf.knobs();
    const QStringList words = m_filter->text().toLower().split(u' ', Qt::SkipEmptyParts);
    std::size_t left = 0;
    const std::vector<std::size_t> order =
        m_bench.whatIf.tunable()
            ? WhatIf::ordered(*m_bench.whatIf.tunable(), m_bench.session.project())
            : std::vector<std::size_t>();
    for (const std::size_t i : order) {
        const QString name = qs(knobs[i].name).toLower();
        if (!std::all_of(words.begin(), words.end(),
                         [&](const QString& word) { return name.contains(word); }))
            continue;
        if (m_rows.size() < kMostRows)
            addRow(i);
        else
            ++left;
    }
    const int last = m_grid->rowCount();
    if (left > 0)
        m_grid->addWidget(new QLabel(tr("and %L1 more: use the filter").arg(left), m_panel), last,
                          0, 1, 4);
    m_grid->setRowStretch(last + 1, 1);
    m_scroll->setWidget(m_panel); // deletes the former
    m_scroll->setVisible(!knobs.empty());
    m_filter->setEnabled(!knobs.empty());
    showValues();
    showChanges();
}

void WhatIfDock::addRow(std::size_t index) {
    const generate::Knob& knob = m_bench.whatIf.knobs()[index];
    const QString name = shownText(knob.name);
    Row row;
    row.knob = index;
    row.name = new QLabel(name, m_panel);
    row.name->setTextFormat(Qt::PlainText);
    row.name->setMaximumWidth(fontMetrics().averageCharWidth() * 14);
    row.name->setToolTip(tr("%1: %2, from %3 to %4")
                             .arg(name, qs(formatSi(knob.nominal, knob.unit)),
                                  qs(formatSi(knob.low, knob.unit)),
                                  qs(formatSi(knob.high, knob.unit))));
    row.slider = new QSlider(Qt::Horizontal, m_panel);
    row.slider->setRange(0, kSteps);
    row.slider->setPageStep(kSteps / 10);
    row.slider->setSingleStep(
        knob.step > 0 && knob.high > knob.low
            ? std::max(1, static_cast<int>(std::ceil(knob.step / (knob.high - knob.low) * kSteps)))
            : kSteps / 100);
    row.slider->setAccessibleName(name);
    row.slider->setMinimumWidth(fontMetrics().averageCharWidth() * 8);
    row.box = new widgets::SiSpinBox(m_panel);
    row.box->setUnit(shownText(knob.unit));
    row.box->setLogarithmic(isLogarithmic(knob));
    row.box->setSingleStep(knob.step > 0 ? knob.step : std::fabs(knob.high - knob.low) / 100);
    row.box->setAccessibleName(tr("Value of %1").arg(name));
    row.box->setMinimumWidth(fontMetrics().averageCharWidth() * 12);
    row.reset = new QToolButton(m_panel);
    row.reset->setIcon(widgets::themedIcon(u"undo"_s));
    row.reset->setAutoRaise(true);
    row.reset->setFocusPolicy(Qt::TabFocus);
    row.reset->setAccessibleName(tr("Reset %1").arg(name));
    row.reset->setToolTip(tr("Back to %1").arg(qs(formatSi(knob.nominal, knob.unit))));
    QSizePolicy keep = row.reset->sizePolicy();
    keep.setRetainSizeWhenHidden(true);
    row.reset->setSizePolicy(keep);
    const int at = m_grid->rowCount();
    m_grid->addWidget(row.name, at, 0);
    m_grid->addWidget(row.slider, at, 1);
    m_grid->addWidget(row.box, at, 2);
    m_grid->addWidget(row.reset, at, 3);
    for (QWidget* widget : {static_cast<QWidget*>(row.slider), static_cast<QWidget*>(row.box)}) {
        widget->setFocusPolicy(Qt::StrongFocus);
        widget->installEventFilter(this);
    }
    // A drag is one step of undo, every key or click its own.
    connect(row.slider, &QSlider::sliderPressed, this,
            [this] { m_gesture = WhatIf::newGesture(); });
    connect(row.slider, &QSlider::sliderReleased, this, [this] { m_gesture = 0; });
    connect(row.slider, &QSlider::valueChanged, this, [this, index](int position) {
        if (!m_syncing)
            m_bench.whatIf.setValue(index,
                                    sliderValue(m_bench.whatIf.knobs()[index], position, kSteps),
                                    m_gesture != 0 ? m_gesture : WhatIf::newGesture());
    });
    connect(row.box, &QDoubleSpinBox::valueChanged, this, [this, index](double value) {
        if (!m_syncing)
            m_bench.whatIf.setValue(index, value, WhatIf::newGesture());
    });
    connect(row.reset, &QToolButton::clicked, this, [this, index] {
        m_bench.whatIf.setValue(index, m_bench.whatIf.knobs()[index].nominal, WhatIf::newGesture());
    });
    m_rows.push_back(row);
}

void WhatIfDock::showValues() {
    const WhatIf& whatIf = m_bench.whatIf;
    m_syncing = true;
    for (const Row& row : m_rows) {
        if (row.knob >= whatIf.knobs().size())
            continue;
        const double value = whatIf.value(row.knob);
        const bool moved = whatIf.isMoved(row.knob);
        row.slider->setValue(sliderPosition(whatIf.knobs()[row.knob], value, kSteps));
        row.box->setValue(value);
        row.reset->setVisible(moved);
        QFont face = font();
        face.setBold(moved);
        row.name->setFont(face);
    }
    m_syncing = false;
    showState();
}

void WhatIfDock::showState() {
    const WhatIf& whatIf = m_bench.whatIf;
    const bool moved = whatIf.isAnyMoved();
    m_reset->setEnabled(moved);
    m_simulate->setEnabled(moved && !whatIf.isSimulating());
    const bool nets = std::any_of(m_bench.hub.selection().begin(), m_bench.hub.selection().end(),
                                  [](const ObjectId& id) { return id.kind == ObjectKind::Net; });
    m_watch->setEnabled(nets && !whatIf.knobs().empty());
    if (whatIf.isSimulating())
        m_state->setText(tr("Simulating\u2026"));
    else if (moved && whatIf.lastLatency() >= 0)
        m_state->setText(tr("predicted in %1 ms").arg(std::lround(whatIf.lastLatency())));
    else
        m_state->clear();
}

void WhatIfDock::watchSelection() {
    std::vector<netlist::NetId> nets;
    for (const ObjectId id : m_bench.hub.selection())
        if (id.kind == ObjectKind::Net)
            nets.push_back(id.index);
    m_bench.voltages.setWatched(std::move(nets));
}

void WhatIfDock::showChanges() {
    showState();
    const VoltageDisplay& display = m_bench.voltages;
    const PredictionPtr& variant = m_bench.prediction.variant();
    m_syncing = true;
    m_changes->setRowCount(0);
    const bool chosen = !display.watched().empty();
    m_changesTitle->setText(chosen ? tr("Chosen nets") : tr("Largest changes"));
    const bool any = variant && m_bench.prediction.variantNominal();
    m_changes->setVisible(any);
    m_changesTitle->setVisible(any);
    m_watch->setVisible(m_bench.whatIf.tunable() != nullptr);
    if (any) {
        std::vector<netlist::NetId> nets = display.watched();
        if (!chosen) {
            for (std::size_t i = 0; i < variant->values.voltages.size(); ++i) {
                const auto net = static_cast<netlist::NetId>(i);
                if (std::isfinite(display.change(net)) && !variant->circuit->isGround(net))
                    nets.push_back(net);
            }
            const auto larger = [&](netlist::NetId a, netlist::NetId b) {
                return std::fabs(display.change(a)) > std::fabs(display.change(b));
            };
            const std::size_t most = std::min(nets.size(), kMostChanges);
            std::partial_sort(nets.begin(), nets.begin() + static_cast<std::ptrdiff_t>(most),
                              nets.end(), larger);
            nets.resize(most);
        }
        const OperatingPointPtr& point = display.point();
        for (const netlist::NetId net : nets) {
            if (net >= variant->circuit->netCount())
                continue;
            const int row = m_changes->rowCount();
            m_changes->insertRow(row);
            const auto put = [&](int column, const QString& text, bool italic) {
                auto* item = new QTableWidgetItem(text);
                item->setTextAlignment(column == 0 ? Qt::AlignLeft | Qt::AlignVCenter
                                                   : Qt::AlignRight | Qt::AlignVCenter);
                item->setData(Qt::UserRole, net);
                QFont face = font();
                face.setItalic(italic);
                item->setFont(face);
                m_changes->setItem(row, column, item);
            };
            put(0, shownText(variant->circuit->netName(net)), false);
            put(1, signedText(display.change(net)), true);
            put(2, predictedText(variant->voltage(net)), true);
            put(3, point ? voltageText(*point, net) : QString(), false);
        }
        m_changes->setColumnHidden(3, point == nullptr);
    }
    m_syncing = false;
}

} // namespace ohm::ui
