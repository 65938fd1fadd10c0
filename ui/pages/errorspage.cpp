// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/errorspage.h"

#include "core/base/units.h"
#include "core/dataset/statistics.h"
#include "ui/models/labelerrors.h"
#include "ui/pages/pageparts.h"
#include "ui/services/text.h"
#include "ui/session/datasets.h"
#include "ui/session/samplelink.h"
#include "ui/session/trainings.h"
#include "widgets/common/icons.h"
#include "widgets/common/messagebar.h"
#include "widgets/common/palette.h"
#include "widgets/scatter/scatterview.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QDir>
#include <QEvent>
#include <QFileInfo>
#include <QFormLayout>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QLabel>
#include <QPushButton>
#include <QShowEvent>
#include <QSignalBlocker>
#include <QSlider>
#include <QSplitter>
#include <QTableView>
#include <QTableWidget>
#include <QToolButton>

#include <algorithm>
#include <cmath>
#include <map>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMostRowsSelected = 500; ///< of the table, for a selection made elsewhere
constexpr int kMostClasses = 8;        ///< colours; what is rarer shares one

QString number(double value) {
    return std::isfinite(value) ? qs(formatSi(value, "", 4)) : u"\u2013"_s;
}

} // namespace

ErrorsPage::ErrorsPage(JobService& jobs, Datasets& datasets, Trainings& trainings, SampleLink& link,
                       QWidget* parent)
    : QWidget(parent)
    , m_datasets(datasets)
    , m_trainings(trainings)
    , m_link(link)
    , m_inspection(jobs)
    , m_bar(new widgets::MessageBar(this)) {
    setObjectName(u"errorsPage"_s);
    auto* side = buildSide();
    framePage(this, m_bar, side, buildMain());
    connect(&m_inspection, &ErrorInspection::failed, this,
            [this](const Error& error) { m_bar->showError(error); });
    connect(&m_inspection, &ErrorInspection::stateChanged, this, &ErrorsPage::showState);
    connect(&m_inspection, &ErrorInspection::reportChanged, this, &ErrorsPage::showReport);
    connect(&m_datasets, &Datasets::changed, this, &ErrorsPage::fillChoices);
    connect(&m_trainings, &Trainings::changed, this, &ErrorsPage::fillChoices);
    connect(&m_link, &SampleLink::selectionChanged, this, &ErrorsPage::selectOpen);
    fillChoices();
    showReport();
}

QWidget* ErrorsPage::buildSide() {
    auto* side = new QWidget;
    auto* layout = new QVBoxLayout(side);
    auto* form = new QFormLayout;
    m_model = choiceField(tr("Network"));
    form->addRow(tr("Network"), m_model);
    m_data = choiceField(tr("Data"));
    m_data->addItem(tr("what it was trained on"), QString());
    form->addRow(tr("Data"), m_data);
    m_part = choiceField(tr("Part of the data"));
    for (const auto& [text, part] : {std::pair{tr("all of it"), learn::Part::All},
                                     std::pair{tr("training split"), learn::Part::Training},
                                     std::pair{tr("validation split"), learn::Part::Validation},
                                     std::pair{tr("test split"), learn::Part::Test}})
        m_part->addItem(text, static_cast<int>(part));
    m_part->setToolTip(tr("Divided as the network's training divided its own data"));
    form->addRow(tr("Part"), m_part);
    layout->addLayout(form);
    m_start = new QPushButton(widgets::themedIcon(u"play"_s), tr("Inspect"));
    layout->addWidget(m_start);
    m_summary = makeFiguresLabel();
    layout->addSpacing(fontMetrics().height());
    layout->addWidget(m_summary);
    layout->addStretch(1);
    side->setMinimumWidth(fontMetrics().averageCharWidth() * 38);
    connect(m_model, &QComboBox::activated, this, [this] { m_wanted.clear(); });
    connect(m_start, &QPushButton::clicked, this, [this] {
        m_bar->dismiss();
        if (m_inspection.isRunning())
            m_inspection.stop();
        else
            m_inspection.start(setup());
    });
    return side;
}

QWidget* ErrorsPage::buildMain() {
    m_k = new QSlider(Qt::Horizontal);
    m_k->setRange(10, 400);
    m_k->setValue(100);
    m_k->setAccessibleName(tr("K of Acc@K"));
    m_k->setToolTip(tr("A prediction is right if its error is at most the range of all labels "
                       "divided by K: the tinted band"));
    m_kText = new QLabel;
    m_colour = new QComboBox;
    m_colour->setAccessibleName(tr("Colour"));
    for (const auto& [id, text] :
         {std::pair{u"band"_s, tr("within the band or not")},
          std::pair{u"topology"_s, tr("circuit")},
          std::pair{u"devices"_s, tr("devices on the net")},
          std::pair{u"kind"_s, tr("kind of net")}, std::pair{u"error"_s, tr("size of the error")},
          std::pair{u"distance"_s, tr("distance to the training")}})
        m_colour->addItem(text, id);
    m_against = new QComboBox;
    m_against->setAccessibleName(tr("Residual against"));
    m_against->addItem(tr("label"), u"label"_s);
    m_against->addItem(tr("prediction"), u"predicted"_s);
    m_against->addItem(tr("distance to the training"), u"distance"_s);
    auto* header = new QHBoxLayout;
    header->addWidget(new QLabel(tr("Colour by")));
    header->addWidget(m_colour);
    header->addSpacing(fontMetrics().height());
    header->addWidget(m_kText);
    header->addWidget(m_k, 1);
    m_predicted = new widgets::ScatterView(tr("Predicted against true"));
    m_predicted->setEmptyText(
        tr("Choose a network and labelled data on the left and press Inspect. Each point is then "
           "a label: its true value across, what the network predicts upwards."));
    m_predicted->setLegendAt(Qt::AlignTop | Qt::AlignLeft); // the diagonal goes the other way
    m_residual = new widgets::ScatterView(tr("Residual"));
    auto* charts = new QSplitter(Qt::Horizontal);
    for (widgets::ScatterView* view : {m_predicted, m_residual}) {
        view->setDescription([this](int label) { return describe(label); });
        view->setCsv([this] {
            return m_inspection.report()
                       ? QByteArray::fromStdString(learn::toCsv(*m_inspection.report()))
                       : QByteArray();
        });
        auto* exports = new widgets::ExportActions([view] { return view->renderable(); }, view);
        connect(exports, &widgets::ExportActions::failed, this,
                [this](const Error& error) { m_bar->showError(error); });
        auto* row = new QHBoxLayout;
        if (view == m_predicted) {
            row->addWidget(new QLabel(tr("Predicted against true")));
        } else {
            row->addWidget(new QLabel(tr("Residual against")));
            row->addWidget(m_against);
        }
        row->addStretch(1);
        row->addWidget(exports->button(tr("Copy or export this chart")));
        auto* holder = new QWidget;
        auto* column = new QVBoxLayout(holder);
        column->setContentsMargins(0, 0, 0, 0);
        column->addLayout(row);
        column->addWidget(view, 1);
        charts->addWidget(holder);
        connect(view, &widgets::ScatterView::selectionChanged, this,
                [this](const QVector<int>& labels) { select(labels, From::Chart); });
        connect(view, &widgets::ScatterView::activated, this, &ErrorsPage::openNet);
    }
    charts->setChildrenCollapsible(false);
    auto* upper = new QWidget;
    auto* upperLayout = new QVBoxLayout(upper);
    upperLayout->addLayout(header);
    upperLayout->addWidget(charts, 1);
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(upper);
    splitter->addWidget(buildTables());
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    splitter->setSizes({600, 360});
    splitter->setChildrenCollapsible(false);
    connect(m_k, &QSlider::valueChanged, this, [this] {
        showBand();
        if (m_colour->currentData().toString() == u"band"_s)
            showColours();
        showGroups();
    });
    connect(m_colour, &QComboBox::currentIndexChanged, this, &ErrorsPage::showColours);
    connect(m_against, &QComboBox::currentIndexChanged, this, [this] {
        showResidual();
        showColours();
    });
    return splitter;
}

QWidget* ErrorsPage::buildTables() {
    m_by = new QComboBox;
    m_by->setAccessibleName(tr("Errors by"));
    for (const auto& [text, by] :
         {std::pair{tr("devices on the net"), learn::ErrorBy::Devices},
          std::pair{tr("kind of net"), learn::ErrorBy::Kind},
          std::pair{tr("circuit"), learn::ErrorBy::Topology},
          std::pair{tr("distance to the training"), learn::ErrorBy::Distance}})
        m_by->addItem(text, static_cast<int>(by));
    m_groups = new QTableWidget(0, 5);
    styleTable(m_groups, tr("Errors by group"));
    m_groups->setItemDelegateForColumn(1, new BarDelegate(m_groups));
    m_groups->setHorizontalHeaderLabels(
        {tr("Group"), tr("Mean error"), tr("Worst"), tr("Acc@K"), tr("Labels")});
    for (int c = 1; c < 5; ++c)
        m_groups->horizontalHeaderItem(c)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_groups->horizontalHeaderItem(0)->setTextAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_groups->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_groups->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_groups->setToolTip(tr("Choose groups to see their labels alone"));
    m_labels = new LabelErrors(this);
    m_labelTable = new QTableView;
    m_labelTable->setModel(m_labels);
    styleTable(m_labelTable, tr("Worst labels"));
    m_labelTable->horizontalHeader()->setSortIndicator(LabelErrors::Error, Qt::DescendingOrder);
    m_labelTable->setSortingEnabled(true);
    m_labelTable->horizontalHeader()->setStretchLastSection(true);
    m_labelTable->setToolTip(tr("Double-click to see the net on its schematic"));
    m_tableTitle = new QLabel;
    m_all = new QPushButton(tr("Show all"));
    m_all->setAutoDefault(false);
    const int em = fontMetrics().averageCharWidth();
    const QList<int> widths{15, 9, 10, 16, 22, 14, 14, 10};
    for (int c = 0; c < widths.size(); ++c)
        m_labelTable->setColumnWidth(c, widths[c] * em);

    auto* lower = new QSplitter(Qt::Horizontal);
    const auto pane = [&](QHBoxLayout* row, QTableView* table, const QString& file) {
        auto* exports = new widgets::ExportActions(
            [table, file] { return tableRenderable(table, file); }, table);
        connect(exports, &widgets::ExportActions::failed, this,
                [this](const Error& error) { m_bar->showError(error); });
        row->addStretch(1);
        row->addWidget(exports->button(tr("Copy or export this table")));
        auto* holder = new QWidget;
        auto* column = new QVBoxLayout(holder);
        column->addLayout(row);
        column->addWidget(table, 1);
        lower->addWidget(holder);
    };
    auto* groupRow = new QHBoxLayout;
    groupRow->addWidget(new QLabel(tr("Errors by")));
    groupRow->addWidget(m_by);
    pane(groupRow, m_groups, u"errors-by-group"_s);
    auto* labelRow = new QHBoxLayout;
    labelRow->addWidget(m_tableTitle);
    labelRow->addWidget(m_all);
    pane(labelRow, m_labelTable, u"worst-labels"_s);
    lower->setStretchFactor(0, 2);
    lower->setStretchFactor(1, 3);
    lower->setChildrenCollapsible(false);

    connect(m_by, &QComboBox::currentIndexChanged, this, &ErrorsPage::showGroups);
    connect(m_by, &QComboBox::activated, this, [this] { m_byChosen = true; });
    connect(m_groups, &QTableWidget::itemSelectionChanged, this, [this] {
        if (m_showing)
            return;
        QVector<int> labels;
        for (const QModelIndex& row : m_groups->selectionModel()->selectedRows()) {
            const auto of = m_groups->item(row.row(), 0)->data(Qt::UserRole + 1);
            labels += of.value<QVector<int>>();
        }
        std::sort(labels.begin(), labels.end());
        select(labels, From::Groups);
    });
    connect(m_labelTable->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        if (m_showing)
            return;
        QVector<int> labels;
        for (const QModelIndex& row : m_labelTable->selectionModel()->selectedRows())
            labels << m_labels->labelAt(row.row());
        select(labels, From::Table);
    });
    connect(m_labelTable, &QTableView::activated, this,
            [this](const QModelIndex& index) { openNet(m_labels->labelAt(index.row())); });
    connect(m_all, &QPushButton::clicked, this, [this] { select({}, From::Chart); });
    return lower;
}

void ErrorsPage::fillChoices() {
    fillNetworks(m_model, m_trainings);
    if (!m_wanted.isEmpty()) {
        if (m_model->findData(m_wanted) < 0) // a run that lies elsewhere
            m_model->addItem(tr("run %1").arg(QFileInfo(m_wanted).dir().dirName()), m_wanted);
        m_model->setCurrentIndex(m_model->findData(m_wanted));
    }
    fillData(m_data, m_datasets);
    showState();
}

void ErrorsPage::choose(const QString& model) {
    m_wanted = model;
    fillChoices();
    m_data->setCurrentIndex(0);
    m_part->setCurrentIndex(m_part->findData(static_cast<int>(learn::Part::Validation)));
}

InspectionSetup ErrorsPage::setup() const {
    InspectionSetup s;
    s.model = m_model->currentData().toString();
    s.data = m_data->currentData().toString();
    s.part = static_cast<learn::Part>(m_part->currentData().toInt());
    return s;
}

QString ErrorsPage::summary() const {
    return m_summary->text();
}

void ErrorsPage::showState() {
    const bool running = m_inspection.isRunning();
    m_start->setText(running ? tr("Stop") : tr("Inspect"));
    m_start->setIcon(widgets::themedIcon(running ? u"stop"_s : u"play"_s));
    m_start->setEnabled(running || m_model->count() > 0);
}

void ErrorsPage::showReport() {
    const ErrorReportPtr report = m_inspection.report();
    m_selection.clear();
    m_labels->setReport(report);
    std::vector<float> points;
    if (report) {
        points.reserve(2 * report->count);
        for (std::size_t i = 0; i < report->count; ++i) {
            points.push_back(report->truth[i]);
            points.push_back(report->predicted[i]);
        }
        const auto m = learn::regressionMetrics(report->predicted, report->truth, {100});
        const QString unit = report->target == "voltages" ? u"V"_s : QString();
        m_summary->setText(
            tr("%L1 labels of %2\nMean error %3\nR\u00b2 %4\nRange of the labels %5\n"
               "Predicted in %6 s")
                .arg(report->count)
                .arg(report->target == "voltages" ? tr("nets") : qs(report->target),
                     qs(formatSi(m.mae, ss(unit), 3)), QString::number(m.r2, 'f', 4),
                     qs(formatSi(report->range, ss(unit), 3)),
                     QString::number(report->seconds, 'f', 2)));
    } else {
        m_summary->clear();
    }
    m_predicted->setPoints(std::move(points));
    m_predicted->fit();
    m_predicted->setSelection({});
    showResidual();
    showBand();
    showColours();
    chooseGrouping();
    showGroups();
    showTitle();
    selectOpen();
}

/// A grouping with a single group tells nothing: the first one with more, until the user chooses.
void ErrorsPage::chooseGrouping() {
    const ErrorReportPtr report = m_inspection.report();
    if (!report || m_byChosen)
        return;
    const QSignalBlocker quiet(m_by);
    m_by->setCurrentIndex(0);
    for (int i = 0; i < m_by->count(); ++i) {
        const auto by = static_cast<learn::ErrorBy>(m_by->itemData(i).toInt());
        if (learn::groupErrors(*report, by, m_k->value()).size() > 1) {
            m_by->setCurrentIndex(i);
            return;
        }
    }
}

void ErrorsPage::showResidual() {
    const ErrorReportPtr report = m_inspection.report();
    std::vector<float> points;
    const QString against = m_against->currentData().toString();
    for (std::size_t i = 0; report && i < report->count; ++i) {
        points.push_back(against == u"label"_s       ? report->truth[i]
                         : against == u"predicted"_s ? report->predicted[i]
                                                     : report->distance[i]);
        points.push_back(static_cast<float>(report->error(i)));
    }
    m_residual->setPoints(std::move(points));
    m_residual->setEmptyText(report ? QString()
                                    : tr("What is left over: prediction minus true value."));
    m_residual->fit();
    m_residual->setSelection(m_selection);
    showBand();
}

void ErrorsPage::showBand() {
    const ErrorReportPtr report = m_inspection.report();
    const int k = m_k->value();
    m_kText->setText(tr("K = %1").arg(k));
    if (!report)
        return;
    const double band = report->band(k);
    std::size_t within = 0;
    for (std::size_t i = 0; i < report->count; ++i)
        within += std::fabs(report->error(i)) <= band ? 1 : 0;
    m_kText->setText(
        tr("Acc@%1 = %2")
            .arg(k)
            .arg(static_cast<double>(within) / static_cast<double>(report->count), 0, 'f', 4));
    const bool volts = report->target == "voltages";
    const auto titled = [&](const QString& what) {
        return volts ? tr("%1 (V)").arg(what) : tr("%1, %2").arg(qs(report->target), what);
    };
    const auto [low, high] = std::minmax_element(report->truth.begin(), report->truth.end());
    // Far beyond what is seen, so that zooming out meets no end.
    const double from = static_cast<double>(*low) - 10 * report->range - 1;
    const double to = static_cast<double>(*high) + 10 * report->range + 1;
    widgets::ScatterAxes axes;
    axes.x = titled(tr("true"));
    axes.y = titled(tr("predicted"));
    axes.lines = {{{from, from}, {to, to}}};
    axes.area =
        QPolygonF({{from, from - band}, {to, to - band}, {to, to + band}, {from, from + band}});
    m_predicted->setAxes(axes);
    const QString against = m_against->currentData().toString();
    widgets::ScatterAxes left;
    left.x = against == u"distance"_s
                 ? tr("distance to the training (1: its own held-out 99 %)")
                 : titled(against == u"label"_s ? tr("true") : tr("predicted"));
    left.y = titled(tr("predicted \u2212 true"));
    left.lines = {{{from, 0}, {to, 0}}};
    left.area = QPolygonF({{from, -band}, {to, -band}, {to, band}, {from, band}});
    if (against == u"distance"_s) {
        left.lines = {{{-1e3, 0}, {1e3, 0}}, {{1, from}, {1, to}, true}};
        left.area = QPolygonF({{-1e3, -band}, {1e3, -band}, {1e3, band}, {-1e3, band}});
    }
    m_residual->setAxes(left);
}

void ErrorsPage::showColours() {
    const ErrorReportPtr report = m_inspection.report();
    if (!report || m_predicted->count() != report->count)
        return;
    const bool dark = widgets::isDark(palette());
    const QString by = m_colour->currentData().toString();
    widgets::ScatterLegend legend;
    legend.title = m_colour->currentText();
    QVector<QRgb> colours(static_cast<qsizetype>(report->count));
    if (by == u"error"_s || by == u"distance"_s) {
        const auto value = [&](std::size_t i) {
            return by == u"error"_s ? std::fabs(report->error(i))
                                    : static_cast<double>(report->distance[i]);
        };
        legend.low = INFINITY;
        legend.high = -INFINITY;
        for (std::size_t i = 0; i < report->count; ++i) {
            if (std::isfinite(value(i))) {
                legend.low = std::min(legend.low, value(i));
                legend.high = std::max(legend.high, value(i));
            }
        }
        const double span = legend.high - legend.low;
        const QColor none = widgets::semanticColour(widgets::Semantic::Muted, dark);
        for (std::size_t i = 0; i < report->count; ++i)
            colours[static_cast<qsizetype>(i)] =
                std::isfinite(value(i))
                    ? widgets::rampColour(span > 0 ? (value(i) - legend.low) / span : 0, dark).rgb()
                    : none.rgb();
        if (!(legend.low <= legend.high)) {
            legend.classes.emplace_back(tr("not known"), none);
            legend.low = legend.high = 0;
        }
    } else {
        const auto classOf = [&](std::size_t i) -> std::int32_t {
            return by == u"topology"_s                                         ? report->topology[i]
                   : by == u"devices"_s                                        ? report->devices[i]
                   : by == u"kind"_s                                           ? report->kind[i]
                   : std::fabs(report->error(i)) <= report->band(m_k->value()) ? 0
                                                                               : 1;
        };
        const auto nameOf = [&](std::int32_t of) -> QString {
            const auto at = static_cast<std::size_t>(of);
            return by == u"topology"_s  ? qs(dataset::topologyName(of))
                   : by == u"devices"_s ? qs(report->deviceNames[at])
                   : by == u"kind"_s    ? qs(report->kindNames[at])
                   : of == 0            ? tr("within the band")
                                        : tr("outside");
        };
        std::map<std::int32_t, std::size_t> counts;
        for (std::size_t i = 0; i < report->count; ++i)
            ++counts[classOf(i)];
        // The most frequent have colours of their own; inside and outside keep theirs.
        std::vector<std::pair<std::size_t, std::int32_t>> ranked;
        for (const auto& [of, count] : counts)
            ranked.emplace_back(count, of);
        if (by != u"band"_s)
            std::stable_sort(ranked.begin(), ranked.end(),
                             [](const auto& a, const auto& b) { return a.first > b.first; });
        const QColor rest = widgets::semanticColour(widgets::Semantic::Muted, dark);
        std::map<std::int32_t, QRgb> chosen;
        for (std::size_t r = 0; r < ranked.size(); ++r) {
            const auto [count, of] = ranked[r];
            const int place = by == u"band"_s ? of : static_cast<int>(r);
            const QColor colour = r < kMostClasses ? widgets::seriesColour(place, dark) : rest;
            chosen[of] = colour.rgb();
            if (r < kMostClasses)
                legend.classes.emplace_back(u"%1 (%L2)"_s.arg(nameOf(of)).arg(count), colour);
        }
        if (ranked.size() > kMostClasses)
            legend.classes.emplace_back(tr("further"), rest);
        for (std::size_t i = 0; i < report->count; ++i)
            colours[static_cast<qsizetype>(i)] = chosen[classOf(i)];
    }
    m_predicted->setColours(colours, legend);
    m_residual->setColours(colours, {}); // one legend is enough
}

void ErrorsPage::showGroups() {
    const ErrorReportPtr report = m_inspection.report();
    m_showing = true;
    m_groups->clearSelection();
    m_groups->horizontalHeaderItem(3)->setText(tr("Acc@%1").arg(m_k->value()));
    m_groups->horizontalHeaderItem(0)->setText(m_by->currentText());
    const auto groups =
        report
            ? learn::groupErrors(*report, static_cast<learn::ErrorBy>(m_by->currentData().toInt()),
                                 m_k->value())
            : std::vector<learn::ErrorGroup>{};
    const auto valued = [&](double v) {
        return std::isfinite(v) ? qs(formatSi(v, report->target == "voltages" ? "V" : "", 3))
                                : u"\u2013"_s;
    };
    double most = 0;
    for (const auto& g : groups)
        most = std::max(most, std::isfinite(g.mae) ? g.mae : most);
    m_groups->setRowCount(static_cast<int>(groups.size()));
    for (int row = 0; row < m_groups->rowCount(); ++row) {
        const auto& g = groups[static_cast<std::size_t>(row)];
        auto* name = tableCell(qs(g.name), false);
        name->setToolTip(qs(g.name));
        name->setData(Qt::UserRole + 1,
                      QVariant::fromValue(QVector<int>(g.labels.begin(), g.labels.end())));
        m_groups->setItem(row, 0, name);
        auto* mean = tableCell(valued(g.mae), true);
        mean->setData(Qt::UserRole, most > 0 && std::isfinite(g.mae) ? g.mae / most : 0.0);
        mean->setToolTip(tr("predicted minus true: %1 on average").arg(valued(g.bias)));
        m_groups->setItem(row, 1, mean);
        m_groups->setItem(row, 2, tableCell(valued(g.worst), true));
        m_groups->setItem(row, 3, tableCell(QString::number(g.within, 'f', 3), true));
        m_groups->setItem(row, 4, tableCell(u"%L1"_s.arg(g.labels.size()), true));
    }
    m_showing = false;
}

void ErrorsPage::showTitle() {
    const int shown = m_labels->rowCount();
    const ErrorReportPtr report = m_inspection.report();
    const bool all = !report || static_cast<std::size_t>(shown) == report->count;
    m_tableTitle->setText(!report ? tr("Worst labels")
                          : all   ? tr("Worst of all labels")
                                  : tr("Worst of %L1 selected labels").arg(shown));
    m_all->setVisible(!all);
}

void ErrorsPage::select(QVector<int> labels, From from) {
    m_showing = true;
    m_selection = std::move(labels);
    m_predicted->setSelection(m_selection);
    m_residual->setSelection(m_selection);
    if (from == From::Chart || from == From::Schematic)
        m_groups->clearSelection();
    if (from != From::Table) {
        const bool some = m_selection.size() > 1 && from != From::Schematic;
        m_labels->setLabels(some ? std::optional(m_selection) : std::nullopt);
        showTitle();
        QItemSelection rows;
        for (const int label : m_selection) {
            const int row = some || rows.size() >= kMostRowsSelected ? -1 : m_labels->rowOf(label);
            if (row >= 0)
                rows.select(m_labels->index(row, 0),
                            m_labels->index(row, LabelErrors::kColumns - 1));
        }
        m_labelTable->selectionModel()->select(rows, QItemSelectionModel::ClearAndSelect);
        if (!rows.isEmpty())
            m_labelTable->scrollTo(rows.indexes().first(), QAbstractItemView::PositionAtCenter);
    }
    m_showing = false;
    if (from == From::Schematic)
        return;
    // Those of the circuit that is open light up on its schematic.
    const ErrorReportPtr report = m_inspection.report();
    const qint64 open = m_link.openGraph(m_inspection.set());
    QVector<int> nodes;
    for (const int label : m_selection) {
        const auto i = static_cast<std::size_t>(label);
        if (report && report->graph[i] == open)
            nodes << report->node[i];
    }
    m_link.select(nodes);
}

void ErrorsPage::selectOpen() {
    const ErrorReportPtr report = m_inspection.report();
    const qint64 open = m_link.openGraph(m_inspection.set());
    if (!report || open < 0)
        return;
    const QVector<int> nodes = m_link.selectedNodes();
    QVector<int> labels;
    for (std::size_t i = 0; i < report->count; ++i) {
        if (report->graph[i] == open && nodes.contains(report->node[i]))
            labels << static_cast<int>(i);
    }
    select(labels, From::Schematic);
}

void ErrorsPage::openNet(int label) {
    const ErrorReportPtr report = m_inspection.report();
    const auto i = static_cast<std::size_t>(label);
    if (!report || i >= report->count)
        return;
    const InspectionSetup& used = m_inspection.setup();
    const auto opened = m_link.open(
        m_inspection.set(), static_cast<std::size_t>(report->graph[i]),
        sampleName(used.data.isEmpty() ? QFileInfo(used.model).completeBaseName() : used.data),
        {report->node[i]});
    if (!opened)
        m_bar->showError(opened.error());
}

QString ErrorsPage::describe(int label) const {
    const ErrorReportPtr report = m_inspection.report();
    const auto i = static_cast<std::size_t>(label);
    if (!report || i >= report->count)
        return {};
    QString text = tr("circuit %L1, %2")
                       .arg(report->graph[i])
                       .arg(qs(dataset::topologyName(report->topology[i])));
    if (report->node[i] >= 0)
        text +=
            u'\n' + tr("net n%1, tied to %2")
                        .arg(report->node[i])
                        .arg(qs(report->deviceNames[static_cast<std::size_t>(report->devices[i])]));
    text += u'\n' + tr("true %1, predicted %2")
                        .arg(number(static_cast<double>(report->truth[i])),
                             number(static_cast<double>(report->predicted[i])));
    text += u'\n' + tr("error %1").arg(number(report->error(i)));
    return text;
}

void ErrorsPage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_predicted)
        showColours(); // each theme has its own
}

void ErrorsPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (event->spontaneous())
        return;
    m_trainings.refresh(); // finished runs are networks too
    if (!m_inspection.isRunning())
        fillChoices();
}

} // namespace ohm::ui
