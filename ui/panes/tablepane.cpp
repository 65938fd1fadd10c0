// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panes/tablepane.h"

#include "ui/panes/paneheader.h"
#include "ui/session/circuitsession.h"
#include "ui/session/simulation.h"
#include "ui/session/voltagedisplay.h"
#include "widgets/common/icons.h"

#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPainter>
#include <QTableView>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr int kFilterDelayMs = 150;
constexpr int kMaxSynced = 1000; ///< rows selected for a large selection made elsewhere

} // namespace

TablePane::TablePane(TableKind kind, const Workbench& workbench, QWidget* parent)
    : QWidget(parent)
    , m_bench(workbench)
    , m_model(new ObjectTable(kind, workbench.jobs, this))
    , m_filter(new QLineEdit(this))
    , m_count(new QLabel(this))
    , m_table(new QTableView(this)) {
    const bool nets = kind == TableKind::Nets;
    setObjectName(nets ? u"netsPane"_s : u"devicesPane"_s);
    m_filter->setPlaceholderText(nets ? tr("Filter nets")
                                      : tr("Filter by name, kind, model or value"));
    m_filter->setAccessibleName(nets ? tr("Filter nets") : tr("Filter devices"));
    m_filter->setClearButtonEnabled(true);
    m_filter->addAction(widgets::themedIcon(u"filter"_s), QLineEdit::LeadingPosition);

    m_table->setModel(m_model);
    m_table->setAccessibleName(nets ? tr("Nets") : tr("Devices"));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->setMouseTracking(true);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setStretchLastSection(kind == TableKind::Devices);
    m_table->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    m_table->horizontalHeader()->setSortIndicatorClearable(true);
    m_table->setSortingEnabled(true);
    const int em = fontMetrics().averageCharWidth();
    const QList<int> widths =
        nets ? QList<int>{40, 18, 20, 20, 20, 20} : QList<int>{26, 26, 20, 34, 16, 16};
    for (int i = 0; i < widths.size(); ++i)
        m_table->setColumnWidth(i, widths.at(i) * em);

    auto* header = new PaneHeader(this);
    header->setLead(m_filter);
    header->addGap();
    header->addWidget(m_count);
    auto* exports = new widgets::ExportActions([this] { return renderable(); }, this);
    header->addMenuButton(u"export"_s, nets ? tr("Export nets") : tr("Export devices"),
                          exports->menu());
    connect(exports, &widgets::ExportActions::exported, this, &TablePane::exported);
    connect(exports, &widgets::ExportActions::failed, this, &TablePane::exportFailed);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header);
    column->addWidget(m_table, 1);

    auto* delay = new QTimer(this);
    delay->setSingleShot(true);
    delay->setInterval(kFilterDelayMs);
    connect(m_filter, &QLineEdit::textChanged, delay, qOverload<>(&QTimer::start));
    connect(m_filter, &QLineEdit::returnPressed, this, [this] {
        if (m_model->rowCount() > 0) {
            m_table->setFocus();
            m_table->selectRow(0);
        }
    });
    connect(delay, &QTimer::timeout, this, [this] { m_model->setFilter(m_filter->text()); });
    connect(m_model, &ObjectTable::rowsReady, this, [this] {
        showCount();
        showSelection(SelectionSource::Program);
    });
    connect(&m_bench.session, &CircuitSession::circuitChanged, this, [this] {
        m_model->setCircuit(m_bench.session.circuit());
        showColumns();
        showCount();
    });
    connect(&m_bench.voltages, &VoltageDisplay::changed, this, &TablePane::showValues);
    connect(&m_bench.hub, &SelectionHub::selectionChanged, this, &TablePane::showSelection);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &TablePane::pushSelection);
    connect(m_table, &QTableView::activated, this, [this](const QModelIndex& index) {
        m_bench.hub.reveal(m_model->objectAt(index.row()), SelectionSource::Tables);
    });
    connect(m_table, &QTableView::entered, this, [this](const QModelIndex& index) {
        m_bench.hub.setHover(m_model->objectAt(index.row()), SelectionSource::Tables);
    });
    m_model->setCircuit(m_bench.session.circuit());
    showColumns();
    showCount();
}

void TablePane::showValues() {
    const VoltageDisplay& shown = m_bench.voltages;
    TableValues values;
    // Devices have simulated values alone, whatever is predicted.
    const bool nets = m_model->kind() == TableKind::Nets;
    values.point = nets ? shown.point() : m_bench.simulation.operatingPoint();
    values.pointStale = nets ? shown.isPointStale() : m_bench.simulation.isStale();
    if (nets) {
        values.prediction = shown.prediction();
        values.predictionStale = shown.isPredictionStale();
        values.comparison = shown.comparison();
    }
    const TableValues& before = m_model->values();
    if (before.point == values.point && before.prediction == values.prediction &&
        before.pointStale == values.pointStale && before.predictionStale == values.predictionStale)
        return;
    m_model->setValues(values);
    showColumns();
}

void TablePane::showColumns() {
    if (m_model->kind() != TableKind::Nets)
        return;
    const TableValues& values = m_model->values();
    m_table->setColumnHidden(ObjectTable::NetPredicted, !values.prediction);
    m_table->setColumnHidden(ObjectTable::NetDeviation,
                             !values.prediction || values.prediction->values.deviation.empty());
    m_table->setColumnHidden(ObjectTable::NetError, !values.comparison);
}

void TablePane::showCount() {
    const std::size_t total = m_model->total();
    const std::size_t matches = m_model->matches();
    const auto shown = static_cast<std::size_t>(m_model->rowCount());
    if (total == 0)
        m_count->clear();
    else if (shown < matches)
        m_count->setText(tr("first %L1 of %L2").arg(shown).arg(matches));
    else if (matches < total)
        m_count->setText(tr("%L1 of %L2").arg(matches).arg(total));
    else
        m_count->setText(m_model->kind() == TableKind::Nets ? tr("%L1 nets").arg(total)
                                                            : tr("%L1 devices").arg(total));
}

void TablePane::showSelection(SelectionSource source) {
    if (source == SelectionSource::Tables && m_table->hasFocus())
        return; // its own click
    m_syncing = true;
    QItemSelection rows;
    int first = -1;
    const netlist::CircuitPtr circuit = m_bench.session.circuit();
    for (ObjectId id : m_bench.hub.selection()) {
        if (rows.size() >= kMaxSynced)
            break;
        if (id.kind == ObjectKind::Terminal && circuit && m_model->kind() == TableKind::Devices)
            id = {ObjectKind::Device, circuit->terminalDevice(id.index)};
        const int row = m_model->rowOf(id);
        if (row < 0)
            continue;
        rows.select(m_model->index(row, 0), m_model->index(row, 0));
        first = first < 0 ? row : first;
    }
    m_table->selectionModel()->select(rows, QItemSelectionModel::ClearAndSelect |
                                                QItemSelectionModel::Rows);
    if (first >= 0) {
        m_table->selectionModel()->setCurrentIndex(m_model->index(first, 0),
                                                   QItemSelectionModel::NoUpdate);
        m_table->scrollTo(m_model->index(first, 0));
    }
    m_syncing = false;
}

void TablePane::pushSelection() {
    if (m_syncing)
        return;
    QVector<ObjectId> ids;
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    ids.reserve(rows.size());
    for (const QModelIndex& index : rows)
        ids.push_back(m_model->objectAt(index.row()));
    if (!ids.isEmpty())
        m_bench.hub.select(ids, SelectionSource::Tables);
}

widgets::Renderable TablePane::renderable() const {
    widgets::Renderable made;
    made.name = QFileInfo(m_bench.session.circuitPath()).completeBaseName() +
                (m_model->kind() == TableKind::Nets ? u"-nets"_s : u"-devices"_s);
    made.size = m_table->viewport()->size();
    made.paint = [this](QPainter& painter, const QRectF& target) {
        // What is visible of the table, in the light colours of a printed page.
        painter.save();
        painter.translate(target.topLeft());
        painter.scale(target.width() / std::max(1, m_table->viewport()->width()),
                      target.height() / std::max(1, m_table->viewport()->height()));
        const int height = m_table->rowHeight(0);
        const QRect area = m_table->viewport()->rect();
        painter.setFont(m_table->font());
        painter.setPen(Qt::black);
        for (int row = m_table->rowAt(0); row >= 0 && row < m_model->rowCount(); ++row) {
            const int y = m_table->rowViewportPosition(row);
            if (y > area.bottom())
                break;
            for (int column = 0; column < m_model->columnCount(); ++column) {
                if (m_table->isColumnHidden(column))
                    continue;
                const QRect box(m_table->columnViewportPosition(column) + 4, y,
                                m_table->columnWidth(column) - 8, height);
                const QModelIndex index = m_model->index(row, column);
                painter.drawText(box, index.data(Qt::TextAlignmentRole).toInt(),
                                 painter.fontMetrics().elidedText(index.data().toString(),
                                                                  Qt::ElideRight, box.width()));
            }
        }
        painter.restore();
    };
    made.csv = [this] { return m_model->csv(); };
    return made;
}

} // namespace ohm::ui
