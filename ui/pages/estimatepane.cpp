// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/estimatepane.h"

#include "core/base/units.h"
#include "core/optimize/measure.h"
#include "ui/pages/couplingpane.h"
#include "ui/pages/pageparts.h"
#include "ui/panes/couplingbar.h"
#include "ui/services/selectionhub.h"
#include "ui/services/text.h"
#include "ui/session/couplingdisplay.h"
#include "ui/session/voltagedisplay.h"
#include "widgets/common/emptyhint.h"
#include "widgets/common/exportview.h"
#include "widgets/common/icons.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QSplitter>
#include <QTableView>
#include <QTableWidget>
#include <QToolButton>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_set>

namespace ohm::ui {

using namespace Qt::StringLiterals;
using Task = ParasiticWork::Task;

namespace {

constexpr int kMostTotals = 500;
constexpr int kMostSelected = 200;    ///< nets of selected rows
constexpr std::size_t kMostLit = 200; ///< rows of what is selected elsewhere

/// Percent with a sign; what no simulator resolves is no change.
QString changeText(double change) {
    if (!std::isfinite(change))
        return u"\u2013"_s;
    if (std::abs(change) < 1e-6)
        return u"0 %"_s;
    return u"%1%2 %"_s.arg(change > 0 ? u"+"_s : QString()).arg(100 * change, 0, 'g', 3);
}

} // namespace

EstimatePane::EstimatePane(ParasiticWork& work, CircuitSession& session, SelectionHub& hub,
                           VoltageDisplay& display, CouplingDisplay& shared, QWidget* parent)
    : QWidget(parent)
    , m_work(work)
    , m_session(session)
    , m_hub(hub)
    , m_display(display)
    , m_shared(shared) {
    m_model = new CapacitanceTable(this);
    m_view = new QTableView;
    m_view->setModel(m_model);
    styleTable(m_view, tr("Estimated capacitances"));
    widgets::setEmptyHint(
        m_view,
        tr("Press Estimate: capacitances of the open circuit, from the threshold on, appear here"));
    m_view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_view->setSortingEnabled(true);
    m_view->sortByColumn(CapacitanceTable::Value, Qt::DescendingOrder);
    m_view->horizontalHeader()->setSectionResizeMode(CapacitanceTable::First, QHeaderView::Stretch);
    m_view->horizontalHeader()->setSectionResizeMode(CapacitanceTable::Second,
                                                     QHeaderView::Stretch);
    m_totals = new QTableWidget(0, 2);
    m_totals->setHorizontalHeaderLabels({tr("Net"), tr("Total")});
    styleTable(m_totals, tr("Capacitance per net"));
    m_totals->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_measures = new QTableWidget(0, 5);
    m_measures->setHorizontalHeaderLabels(
        {tr("Measurement"), tr("Schematic"), tr("With parasitics"), tr("Change"), tr("Bounds")});
    styleTable(m_measures, tr("Measurements without and with parasitics"));
    widgets::setEmptyHint(m_measures,
                          tr("Press Simulate with and without: a project's measurements "
                             "appear here"));
    m_measures->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_measures->horizontalHeader()->setStretchLastSection(true);

    const auto exported = [this](QTableView* view, const QString& name) {
        auto* actions =
            new widgets::ExportActions([view, name] { return tableRenderable(view, name); }, view);
        connect(actions, &widgets::ExportActions::failed, this, &EstimatePane::failed);
        return actions->button(tr("Export"));
    };
    m_couplings = new CouplingPane;
    m_couplings->setTooltips(
        [this](const CouplingLines::Line& line) { return m_shared.tooltip(line); });
    connect(m_couplings, &CouplingPane::failed, this, &EstimatePane::failed);
    auto* right = new QSplitter(Qt::Vertical);
    right->addWidget(
        titledPane(tr("Around the selection"), m_couplings, m_couplings->exportButton()));
    right->addWidget(
        titledPane(tr("Total per net"), m_totals, exported(m_totals, u"net-totals"_s)));
    right->addWidget(titledPane(tr("What it does to the measurements"), m_measures,
                                exported(m_measures, u"measurements"_s)));
    auto* splitter = new QSplitter(Qt::Horizontal);
    splitter->addWidget(buildSide());
    splitter->addWidget(
        titledPane(tr("Capacitances, largest first"), m_view, exported(m_view, u"capacitances"_s)));
    splitter->addWidget(right);
    splitter->setStretchFactor(1, 3);
    splitter->setStretchFactor(2, 2);
    splitter->setChildrenCollapsible(false);
    const int letter = fontMetrics().averageCharWidth();
    splitter->setSizes({40 * letter, 90 * letter, 70 * letter});
    right->setStretchFactor(0, 3);
    right->setStretchFactor(1, 1);
    right->setStretchFactor(2, 1);
    right->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(splitter);

    connect(&m_work, &ParasiticWork::annotationChanged, this, &EstimatePane::showAnnotation);
    connect(&m_work, &ParasiticWork::measuresChanged, this, &EstimatePane::showMeasures);
    connect(&m_work, &ParasiticWork::stateChanged, this, &EstimatePane::showState);
    connect(&m_session, &CircuitSession::circuitChanged, this, &EstimatePane::showState);
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &EstimatePane::selectRows);
    connect(m_view, &QTableView::doubleClicked, this, [this] { emit circuitRequested(); });
    connect(m_totals, &QTableWidget::itemSelectionChanged, this, [this] {
        const int row = m_totals->currentRow();
        if (row >= 0 && m_totals->item(row, 0))
            m_hub.select(
                ObjectId{ObjectKind::Net, m_totals->item(row, 0)->data(Qt::UserRole).toUInt()},
                SelectionSource::Tables);
    });
    connect(&m_hub, &SelectionHub::selectionChanged, this, &EstimatePane::follow);
    connect(m_couplings, &CouplingPane::netClicked, this, [this](netlist::NetId net) {
        m_mine = true; // the picture stays as it is
        m_hub.select(ObjectId{ObjectKind::Net, net}, SelectionSource::Tables);
        m_mine = false;
    });
    connect(m_couplings, &CouplingPane::centreRequested, this, [this](netlist::NetId net) {
        m_centre = {net};
        m_couplings->setCentre(m_centre);
        narrow();
        m_hub.select(ObjectId{ObjectKind::Net, net}, SelectionSource::Tables);
    });
    connect(m_couplings, &CouplingPane::hopsChanged, this, [this] {
        m_shared.setHops(m_couplings->hops());
        narrow();
    });
    connect(m_couplings, &CouplingPane::couplingClicked, this,
            [this](const CouplingLines::Line& line, Qt::KeyboardModifiers modifiers) {
                m_mine = true;
                m_shared.select(line, modifiers, SelectionSource::Tables);
                m_mine = false;
                lightRows();
            });
    connect(&m_shared, &CouplingDisplay::changed, this, &EstimatePane::showShared);
    connect(m_totals, &QTableWidget::itemDoubleClicked, this, [this] { emit circuitRequested(); });
    showAnnotation();
    showMeasures();
}

QWidget* EstimatePane::buildSide() {
    auto* side = new QWidget;
    auto* layout = new QVBoxLayout(side);
    m_start = new QPushButton(widgets::themedIcon(u"predict"_s), tr("Estimate"));
    m_start->setToolTip(tr("Asks the networks for every coupling and ground capacitance"));
    layout->addWidget(m_start);
    auto* form = new QFormLayout;
    m_chance = new QDoubleSpinBox;
    m_chance->setRange(0, 1);
    m_chance->setSingleStep(0.05);
    m_chance->setValue(0.5);
    m_chance->setAccessibleName(tr("Least chance of a coupling"));
    m_chance->setToolTip(tr("Pairs that couple less probably are left out"));
    form->addRow(tr("Least chance"), m_chance);
    m_least = new CapacitanceSlider(m_shared);
    form->addRow(tr("Show from"), m_least);
    layout->addLayout(form);
    m_around = new QCheckBox(tr("Only around the selection"));
    m_around->setToolTip(
        tr("Narrows the table to what lies as many hops around the selected nets"));
    layout->addWidget(m_around);
    m_summary = new QLabel;
    m_summary->setWordWrap(true);
    layout->addWidget(m_summary);
    m_draw = new QPushButton(widgets::themedIcon(u"capacitor"_s), tr("Draw on the schematic"));
    m_draw->setCheckable(true);
    m_draw->setToolTip(
        tr("Draws the couplings as lines on schematic and graph, and each net's total "
           "in place of voltages"));
    layout->addWidget(m_draw);
    layout->addSpacing(fontMetrics().height());
    m_measure = new QPushButton(widgets::themedIcon(u"play"_s), tr("Simulate with and without"));
    m_measure->setToolTip(tr("Measures the project's benches without and with the capacitances"));
    layout->addWidget(m_measure);
    auto* write = new QHBoxLayout;
    m_bound = choiceField(tr("Bound of the capacitances"));
    m_bound->addItem(tr("estimates"), int(learn::Bound::Middle));
    m_bound->addItem(tr("lower bounds"), int(learn::Bound::Low));
    m_bound->addItem(tr("upper bounds"), int(learn::Bound::High));
    m_bound->addItem(tr("all, by parameter"), -1);
    m_bound->setItemData(3, tr(".param parasitic_bound picks: -1 lower, 0 estimate, 1 upper"),
                         Qt::ToolTipRole);
    m_write = new QPushButton(tr("Back-annotate\u2026"));
    m_write->setToolTip(tr("Writes a netlist with the capacitors"));
    write->addWidget(m_write, 1);
    write->addWidget(m_bound);
    layout->addLayout(write);
    layout->addStretch(1);
    side->setMinimumWidth(fontMetrics().averageCharWidth() * 38);
    connect(m_start, &QPushButton::clicked, this, [this] {
        if (m_work.isRunning(Task::Estimate))
            m_work.stop(Task::Estimate);
        else
            m_work.estimate(m_chance->value());
    });
    connect(m_measure, &QPushButton::clicked, this, [this] {
        if (m_work.isRunning(Task::Measure))
            m_work.stop(Task::Measure);
        else
            m_work.measure(m_chance->value());
    });
    connect(m_write, &QPushButton::clicked, this, [this] {
        const QString path = QFileDialog::getSaveFileName(
            this, tr("Netlist with parasitics"), u"annotated.sp"_s, tr("Netlists (*.sp *.cir)"));
        if (!path.isEmpty())
            writeTo(path);
    });
    connect(m_around, &QCheckBox::toggled, this, &EstimatePane::narrow);
    connect(m_draw, &QPushButton::toggled, this, [this](bool on) {
        m_shared.setOn(on);
        m_shared.setTotals(on);
        if (on)
            emit circuitRequested();
    });
    return side;
}

QSlider* EstimatePane::leastSlider() const {
    return m_least->slider();
}

double EstimatePane::least() const {
    return m_shared.least();
}

void EstimatePane::showShared() {
    const QSignalBlocker quiet(m_draw);
    m_draw->setChecked(m_shared.isOn() || m_shared.showsTotals());
    if (m_shownLeast != least()) {
        m_shownLeast = least();
        m_model->setLeast(least());
        m_couplings->setLeast(least());
        narrow();
    }
    draw();
}

void EstimatePane::writeTo(const QString& path) {
    const int choice = m_bound->currentData().toInt();
    const auto written = m_work.writeNetlist(
        path, choice < 0 ? std::nullopt : std::optional(static_cast<learn::Bound>(choice)));
    if (!written)
        emit failed(written.error());
    else if (written->left > 0)
        emit told(tr("Written to %1, without %2 devices whose models are not defined")
                      .arg(path)
                      .arg(written->left));
    else
        emit told(
            tr("Written to %1: your netlist and %2 capacitors").arg(path).arg(written->capacitors));
}

void EstimatePane::showState() {
    const bool open = m_session.circuit() != nullptr;
    const bool estimating = m_work.isRunning(Task::Estimate);
    const bool measuring = m_work.isRunning(Task::Measure);
    m_start->setText(estimating ? tr("Stop") : tr("Estimate"));
    m_start->setEnabled(estimating || (open && !measuring));
    m_measure->setText(measuring ? tr("Stop") : tr("Simulate with and without"));
    m_measure->setEnabled(measuring || (open && m_session.isProject() && !estimating));
    m_write->setEnabled(m_work.annotation() != nullptr);
    m_draw->setEnabled(m_work.annotation() != nullptr);
    if (!open)
        m_summary->setText(tr("Open a circuit to estimate its parasitics."));
    else if (!m_work.annotation())
        m_summary->setText(
            tr("The networks look at %1; nothing has to be laid out.").arg(m_session.title()));
}

void EstimatePane::showAnnotation() {
    const AnnotationPtr annotation = m_work.annotation();
    m_model->setAnnotation(m_work.circuit(), annotation, least());
    m_index = annotation ? std::make_shared<const CouplingIndex>(annotation) : nullptr;
    m_centre.clear();
    m_couplings->setIndex(m_work.circuit(), m_index);
    m_couplings->setLeast(least());
    m_shownLeast = least();
    m_totals->setRowCount(0);
    if (annotation) {
        std::vector<netlist::NetId> order(annotation->total.size());
        std::iota(order.begin(), order.end(), 0u);
        std::stable_sort(order.begin(), order.end(), [&](netlist::NetId x, netlist::NetId y) {
            return annotation->total[x] > annotation->total[y];
        });
        const auto used = std::count_if(annotation->total.begin(), annotation->total.end(),
                                        [](double farad) { return farad > 0; });
        const int rows = static_cast<int>(std::min<std::ptrdiff_t>(used, kMostTotals));
        m_totals->setRowCount(rows);
        for (int row = 0; row < rows; ++row) {
            const netlist::NetId net = order[static_cast<std::size_t>(row)];
            m_totals->setItem(row, 0, tableCell(qs(m_work.circuit()->netName(net)), false));
            m_totals->item(row, 0)->setData(Qt::UserRole, net);
            m_totals->setItem(row, 1,
                              tableCell(qs(formatSi(annotation->total[net], "F", 3)), true));
        }
        if (rows > 0) { // something to look at
            m_centre = {order.front()};
            m_couplings->setCentre(m_centre);
        }
        const auto couplings = std::count_if(annotation->entries.begin(), annotation->entries.end(),
                                             [](const auto& e) { return !e.toGround(); });
        m_summary->setText(
            tr("%1 of %2 candidate pairs couple; %3 nets have a capacitance to ground (%4 s).")
                .arg(couplings)
                .arg(annotation->candidates)
                .arg(annotation->entries.size() - static_cast<std::size_t>(couplings))
                .arg(annotation->seconds, 0, 'f', 2));
    }
    if (!annotation) {
        m_shared.setOn(false);
        m_shared.setTotals(false);
    }
    m_shared.setEstimates(m_work.circuit(), m_index);
    follow(SelectionSource::Program);
    narrow();
    draw();
    showState();
}

void EstimatePane::draw() {
    std::vector<double> totals;
    if (m_shared.showsTotals() && m_work.annotation()) {
        totals = m_work.annotation()->total;
        for (double& farad : totals)
            farad = farad >= least() ? farad : 0;
    }
    if (totals != m_display.capacitances())
        m_display.setCapacitances(std::move(totals));
}

void EstimatePane::showMeasures() {
    m_measures->setRowCount(0);
    for (const auto& m : m_work.measures().measures) {
        const int row = m_measures->rowCount();
        m_measures->insertRow(row);
        const auto text = [&](double value) {
            return qs(optimize::formatMeasure(m.measure, value));
        };
        m_measures->setItem(row, 0, tableCell(qs(m.measure.name), false));
        m_measures->setItem(row, 1, tableCell(text(m.schematic), true));
        m_measures->setItem(row, 2, tableCell(text(m.middle), true));
        m_measures->setItem(row, 3, tableCell(changeText(m.change()), true));
        m_measures->setItem(row, 4, tableCell(tr("%1 to %2").arg(text(m.low), text(m.high)), true));
    }
}

void EstimatePane::selectRows() {
    if (m_mine)
        return; // they light up because of what is selected elsewhere
    QVector<ObjectId> nets;
    for (const QModelIndex& index : m_view->selectionModel()->selectedRows()) {
        const auto& entry = m_model->at(index.row());
        nets << ObjectId{ObjectKind::Net, entry.a};
        if (!entry.toGround())
            nets << ObjectId{ObjectKind::Net, entry.b};
        if (nets.size() > kMostSelected)
            break;
    }
    if (nets.isEmpty())
        return;
    std::vector<netlist::NetId> centre;
    for (const ObjectId& id : nets)
        centre.push_back(id.index);
    m_couplings->setCentre(std::move(centre));
    m_mine = true; // the table must not change under the mouse
    m_hub.select(nets, SelectionSource::Tables);
    m_mine = false;
}

void EstimatePane::follow(SelectionSource) {
    if (m_mine || !m_index)
        return;
    std::vector<netlist::NetId> centre = m_shared.selectedNets();
    if (centre.empty())
        return lightRows(); // the picture and the part stay, no row is lit
    m_centre = centre;
    m_couplings->setCentre(std::move(centre));
    narrow();
    lightRows();
}

void EstimatePane::lightRows() {
    const std::vector<netlist::NetId> nets = m_shared.selectedNets();
    std::unordered_set<std::uint32_t> entries;
    for (const netlist::NetId net : nets) {
        for (const std::uint32_t i : m_index->entriesOf(net)) {
            const auto& e = m_index->annotation()->entries[i];
            // Of one net all; of several what lies between them.
            const bool between = !e.toGround() &&
                                 std::find(nets.begin(), nets.end(), e.a) != nets.end() &&
                                 std::find(nets.begin(), nets.end(), e.b) != nets.end();
            if ((nets.size() == 1 || between) && entries.size() < kMostLit)
                entries.insert(i);
        }
    }
    QItemSelection lit;
    for (int row = 0; row < m_model->rowCount() && !entries.empty(); ++row) {
        if (entries.contains(m_model->entryAt(row)))
            lit.select(m_model->index(row, 0), m_model->index(row, CapacitanceTable::kColumns - 1));
    }
    m_mine = true;
    m_view->selectionModel()->select(lit, QItemSelectionModel::ClearAndSelect);
    m_mine = false;
    if (!lit.isEmpty())
        m_view->scrollTo(lit.front().topLeft());
}

void EstimatePane::narrow() {
    if (!m_index || !m_around->isChecked())
        return m_model->setPart(std::nullopt);
    m_model->setPart(
        m_index->around(m_centre, m_couplings->hops(), least(), std::numeric_limits<int>::max())
            .entries);
}

} // namespace ohm::ui
