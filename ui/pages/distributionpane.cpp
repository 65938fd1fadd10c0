// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/distributionpane.h"

#include "core/base/units.h"
#include "ui/pages/pageparts.h"
#include "ui/services/text.h"
#include "widgets/common/palette.h"
#include "widgets/plot/plotview.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QFileInfo>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QShowEvent>
#include <QSignalBlocker>
#include <QSplitter>
#include <QTableWidget>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

enum Column { Name, Count, Mean, Deviation, Wasserstein, Relative, Kolmogorov, Verdict, Columns };

QString number(double value) {
    return std::isfinite(value) ? qs(formatSi(value, "", 4)) : u"\u2013"_s;
}

} // namespace

DistributionPane::DistributionPane(JobService& jobs, Datasets& datasets, QWidget* parent)
    : QWidget(parent)
    , m_datasets(datasets)
    , m_distributions(jobs)
    , m_sets(new QListWidget)
    , m_label(choiceField(tr("Label to compare")))
    , m_divide(choiceField(tr("Divide each set")))
    , m_shape(choiceField(tr("Draw")))
    , m_against(choiceField(tr("Compare with")))
    , m_logarithmic(new QCheckBox(tr("Logarithmic heights")))
    , m_chart(new widgets::PlotView(tr("Label distributions")))
    , m_table(new QTableWidget(0, Columns)) {
    using dataset::DivideBy;
    m_sets->setAccessibleName(tr("Sets to compare"));
    m_sets->setSpacing(2);
    m_sets->setToolTip(tr("Tick the sets whose labels are to be compared"));
    m_label->addItem(tr("node voltages"), QString());
    for (const auto& [text, by] : {std::pair{tr("no: whole sets"), DivideBy::Nothing},
                                   std::pair{tr("training, validation, test"), DivideBy::Seed},
                                   std::pair{tr("the same by topology"), DivideBy::Topology},
                                   std::pair{tr("each topology"), DivideBy::Classes}})
        m_divide->addItem(text, static_cast<int>(by));
    m_divide->setToolTip(tr("A tenth each for validation and test, as the trainings divide; by "
                            "topology no circuit of the test was seen in training"));
    m_shape->addItem(tr("histograms"), u"histogram"_s);
    m_shape->addItem(tr("densities"), u"density"_s);
    m_shape->addItem(tr("distribution functions"), u"cumulative"_s);
    m_chart->setEmptyText(tr("Tick two sets or more on the left, or one and divide it. Their "
                             "labels are drawn over one another; the table says how far they lie "
                             "apart."));
    styleTable(m_table, tr("Distances of the distributions"));
    m_table->setHorizontalHeaderLabels({tr("Set"), tr("Labels"), tr("Mean"), tr("Deviation"),
                                        tr("Wasserstein"), tr("in deviations"), tr("KS"),
                                        tr("Chance?")});
    const std::pair<int, QString> tips[] = {
        {Wasserstein, tr("Wasserstein-1: how far mass must be moved on average, in the label's "
                         "unit")},
        {Relative, tr("The same over the standard deviation of the set compared with")},
        {Kolmogorov, tr("Kolmogorov-Smirnov: the greatest distance of the distribution functions, "
                        "0 to 1")},
        {Verdict, tr("Whether chance alone may explain the KS distance, at the 5 % level")}};
    for (const auto& [column, tip] : tips)
        m_table->horizontalHeaderItem(column)->setToolTip(tip);
    for (int c = 0; c < Columns; ++c)
        m_table->horizontalHeaderItem(c)->setTextAlignment(
            Qt::AlignVCenter | (c == Name || c == Verdict ? Qt::AlignLeft : Qt::AlignRight));
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setSectionResizeMode(Name, QHeaderView::Stretch);

    auto* side = new QWidget;
    auto* sideLayout = new QVBoxLayout(side);
    sideLayout->addWidget(new QLabel(tr("Sets")));
    sideLayout->addWidget(m_sets, 1);
    auto* form = new QFormLayout;
    form->addRow(tr("Label"), m_label);
    form->addRow(tr("Divide"), m_divide);
    form->addRow(tr("Draw"), m_shape);
    form->addRow(tr("Against"), m_against);
    form->addRow(m_logarithmic);
    sideLayout->addLayout(form);
    side->setMinimumWidth(fontMetrics().averageCharWidth() * 34);

    const auto exports = [this](QWidget* view, std::function<widgets::Renderable()> what) {
        auto* actions = new widgets::ExportActions(std::move(what), view);
        connect(actions, &widgets::ExportActions::failed, this, &DistributionPane::failed);
        return actions;
    };
    m_chart->setCorner(exports(m_chart, [this] {
                           return m_chart->renderable();
                       })->button(tr("Copy or export this chart"), m_chart));
    auto* tableRow = new QHBoxLayout;
    tableRow->addWidget(new QLabel(tr("How far they lie apart")), 1);
    tableRow->addWidget(exports(m_table, [this] {
                            return tableRenderable(m_table, u"label-shift"_s);
                        })->button(tr("Copy or export this table")));
    auto* lower = new QWidget;
    auto* lowerLayout = new QVBoxLayout(lower);
    lowerLayout->setContentsMargins(0, 0, 0, 0);
    lowerLayout->addLayout(tableRow);
    lowerLayout->addWidget(m_table, 1);
    auto* right = new QSplitter(Qt::Vertical);
    right->addWidget(m_chart);
    right->addWidget(lower);
    right->setStretchFactor(0, 3);
    right->setStretchFactor(1, 1);
    right->setChildrenCollapsible(false);
    auto* whole = new QSplitter(Qt::Horizontal, this);
    whole->addWidget(side);
    whole->addWidget(right);
    whole->setStretchFactor(1, 1);
    whole->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(whole);

    connect(&m_datasets, &Datasets::changed, this, &DistributionPane::fillSets);
    connect(&m_distributions, &Distributions::changed, this, &DistributionPane::showAll);
    connect(&m_distributions, &Distributions::failed, this, &DistributionPane::failed);
    connect(m_sets, &QListWidget::itemChanged, this, &DistributionPane::ask);
    for (QComboBox* box : {m_label, m_divide, m_against})
        connect(box, &QComboBox::currentIndexChanged, this, &DistributionPane::ask);
    connect(m_shape, &QComboBox::currentIndexChanged, this, &DistributionPane::showChart);
    connect(m_logarithmic, &QCheckBox::toggled, this, &DistributionPane::showChart);
    fillSets();
    showAll();
}

void DistributionPane::fillSets() {
    const QSignalBlocker quiet(m_sets);
    QStringList ticked;
    for (int i = 0; i < m_sets->count(); ++i) {
        if (m_sets->item(i)->checkState() == Qt::Checked)
            ticked << m_sets->item(i)->data(Qt::UserRole).toString();
    }
    QComboBox choices;
    fillData(&choices, m_datasets);
    m_sets->clear();
    for (int i = 0; i < choices.count(); ++i) {
        auto* item = new QListWidgetItem(choices.itemText(i), m_sets);
        const QString source = choices.itemData(i).toString();
        item->setData(Qt::UserRole, source);
        item->setToolTip(source);
        item->setFlags(item->flags() | Qt::ItemIsUserCheckable);
        item->setCheckState(ticked.contains(source) ? Qt::Checked : Qt::Unchecked);
    }
}

DistributionSetup DistributionPane::setup() const {
    DistributionSetup setup;
    for (int i = 0; i < m_sets->count(); ++i) {
        const QListWidgetItem* item = m_sets->item(i);
        if (item->checkState() == Qt::Checked)
            setup.sets.emplace_back(QFileInfo(item->text()).completeBaseName(),
                                    item->data(Qt::UserRole).toString());
    }
    setup.label = m_label->currentData().toString();
    setup.by = static_cast<dataset::DivideBy>(m_divide->currentData().toInt());
    setup.against = std::max(0, m_against->currentIndex());
    return setup;
}

void DistributionPane::ask() {
    if (!m_filling)
        m_distributions.show(setup());
}

void DistributionPane::showAll() {
    m_filling = true;
    const auto& all = m_distributions.shown();
    const QString label = m_label->currentData().toString();
    m_label->clear();
    m_label->addItem(tr("node voltages"), QString());
    QStringList labels = m_distributions.labels();
    if (!label.isEmpty() && !labels.contains(label))
        labels << label; // chosen for sets that are not ticked now
    for (const QString& name : labels)
        m_label->addItem(name, name);
    m_label->setCurrentIndex(std::max(0, m_label->findData(label)));
    const int against =
        std::min(m_distributions.setup().against, std::max(0, static_cast<int>(all.size()) - 1));
    m_against->clear();
    for (const Distribution& d : all)
        m_against->addItem(d.name);
    m_against->setCurrentIndex(all.empty() ? -1 : against);
    m_filling = false;

    m_table->setRowCount(static_cast<int>(all.size()));
    const bool dark = widgets::isDark(palette());
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const Distribution& d = all[static_cast<std::size_t>(row)];
        const auto set = [&](int column, const QString& text) {
            auto* item = new QTableWidgetItem(text);
            item->setTextAlignment(
                Qt::AlignVCenter |
                (column == Name || column == Verdict ? Qt::AlignLeft : Qt::AlignRight));
            m_table->setItem(row, column, item);
            return item;
        };
        set(Name, d.name)->setForeground(widgets::seriesColour(row, dark));
        set(Count, u"%L1"_s.arg(d.statistics.count));
        set(Mean, number(d.statistics.mean));
        set(Deviation, number(d.statistics.deviation));
        set(Wasserstein, d.shift ? number(d.shift->wasserstein) : tr("reference"));
        set(Relative, d.shift ? QString::number(d.shift->relative, 'f', 3) : QString());
        set(Kolmogorov, d.shift ? QString::number(d.shift->ks, 'f', 4) : QString());
        set(Verdict, !d.shift                            ? QString()
                     : d.shift->ks > d.shift->ksCritical ? tr("no, they differ")
                                                         : tr("may be"));
    }
    showChart();
}

void DistributionPane::showChart() {
    const auto& all = m_distributions.shown();
    const QString shape = m_shape->currentData().toString();
    const auto [low, high] = m_distributions.range();
    QVector<widgets::PlotBars> bars;
    QVector<widgets::PlotSeries> series;
    int colour = 0;
    for (const Distribution& d : all) {
        if (shape == u"histogram"_s) {
            widgets::PlotBars b;
            b.name = d.name;
            b.colour = colour++;
            const auto bins = static_cast<int>(d.statistics.histogram.size());
            const double width = high > low ? (high - low) / std::max(1, bins) : 1;
            for (int i = 0; i <= bins; ++i)
                b.edges << low + width * i;
            for (const std::size_t count : d.statistics.histogram)
                b.counts << static_cast<double>(count) / static_cast<double>(d.statistics.count);
            bars << b;
            continue;
        }
        const dataset::Curve& c = shape == u"density"_s ? d.density : d.cumulative;
        widgets::PlotSeries s;
        s.name = d.name;
        s.colour = colour++;
        s.dashed = colour > widgets::kSeriesColours;
        s.x = QVector<double>(c.places.begin(), c.places.end());
        s.y = QVector<double>(c.heights.begin(), c.heights.end());
        series << s;
    }
    const QString label = m_distributions.setup().label;
    m_chart->setAxes(label.isEmpty() ? tr("node voltage (V)") : label,
                     shape == u"histogram"_s ? tr("share of the labels")
                     : shape == u"density"_s ? tr("density")
                                             : tr("share at most"));
    m_chart->setLegendAt(shape == u"cumulative"_s ? Qt::AlignTop | Qt::AlignLeft
                                                  : Qt::AlignTop | Qt::AlignRight);
    m_chart->setLogarithmic(false, m_logarithmic->isChecked());
    m_chart->fit();
    m_chart->setSeries(series);
    m_chart->setBars(bars);
}

void DistributionPane::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        const bool dark = widgets::isDark(palette());
        for (int row = 0; row < m_table->rowCount(); ++row)
            m_table->item(row, Name)->setForeground(widgets::seriesColour(row, dark));
    }
}

void DistributionPane::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    fillSets();
}

} // namespace ohm::ui
