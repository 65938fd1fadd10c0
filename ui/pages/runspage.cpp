// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/runspage.h"

#include "ui/models/runtable.h"
#include "ui/pages/pageparts.h"
#include "ui/services/text.h"
#include "widgets/common/emptyhint.h"
#include "widgets/common/icons.h"
#include "widgets/common/messagebar.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QDesktopServices>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QShortcut>
#include <QShowEvent>
#include <QSlider>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QTabWidget>
#include <QTableView>
#include <QTableWidget>
#include <QToolButton>
#include <QUrl>

#include <algorithm>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

/// Rows that have all words of the filter; "#good" is a tag.
class RunFilter : public QSortFilterProxyModel {
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;
    void setWords(const QString& text) {
        m_words = text.split(u' ', Qt::SkipEmptyParts);
        invalidateFilter();
    }

protected:
    bool filterAcceptsRow(int row, const QModelIndex&) const override {
        const auto* model = static_cast<const RunTable*>(sourceModel());
        const QString text = RunTable::searchText(model->at(row));
        return std::all_of(m_words.begin(), m_words.end(), [&](const QString& word) {
            return text.contains(word, Qt::CaseInsensitive);
        });
    }

private:
    QStringList m_words;
};

QString number(double value) {
    return std::isfinite(value) ? QString::number(value, 'g', 5) : u"\u2013"_s;
}

} // namespace

RunsPage::RunsPage(JobService& jobs, QWidget* parent)
    : QWidget(parent)
    , m_list(jobs)
    , m_bar(new widgets::MessageBar(this)) {
    setObjectName(u"runsPage"_s);
    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->addWidget(buildList());
    m_tabs = new QTabWidget;
    m_tabs->setDocumentMode(true);
    m_tabs->setAccessibleName(tr("Views of the chosen runs"));
    m_tabs->addTab(buildCurves(), tr("Curves"));
    m_tabs->addTab(buildComparison(), tr("Comparison"));
    splitter->addWidget(m_tabs);
    splitter->setStretchFactor(0, 2);
    splitter->setStretchFactor(1, 3);
    splitter->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_bar);
    layout->addWidget(splitter, 1);
    connect(&m_list, &RunList::changed, this, &RunsPage::showRuns);
    connect(m_bar, &widgets::MessageBar::actionTriggered, this, &RunsPage::restore);
    connect(&m_list, &RunList::detailsChanged, this, [this] {
        showCurves();
        showComparison();
    });
    connect(&m_list, &RunList::failed, this,
            [this](const ohm::Error& error) { m_bar->showError(error); });
    showRuns();
    showCurves();
    showComparison();
}

QWidget* RunsPage::buildList() {
    m_filter = new QLineEdit;
    m_filter->setAccessibleName(tr("Filter runs"));
    m_filter->setPlaceholderText(tr("Filter by name, recipe, note or #tag"));
    m_filter->setClearButtonEnabled(true);
    m_filter->addAction(widgets::themedIcon(u"filter"_s), QLineEdit::LeadingPosition);
    m_count = new QLabel;
    m_tag = new QLineEdit;
    m_tag->setAccessibleName(tr("Add a tag to the chosen runs"));
    m_tag->setPlaceholderText(tr("Add tag"));
    m_tag->setToolTip(tr("Return gives the tag to all chosen runs"));
    m_tag->setMaximumWidth(fontMetrics().averageCharWidth() * 20);
    const auto button = [this](const char* icon, const QString& text, const QString& tip) {
        auto* b = new QPushButton(widgets::themedIcon(QString::fromLatin1(icon)), text, this);
        b->setAutoDefault(false);
        b->setToolTip(tip);
        return b;
    };
    m_pin = button("pin", tr("Pin as baseline"), tr("What the others are compared with"));
    m_remove = button("close", tr("Remove"), tr("Off the list; the files stay (Delete)"));
    m_restore = button("undo", tr("Bring back"), tr("The runs removed last (Ctrl+Z)"));
    m_folder = button("folder", tr("Folder"), tr("Recipe, log, network and result as files"));
    m_folder->setAccessibleName(tr("Open folder"));
    m_errors = button("issues", tr("Inspect errors"), tr("Where the run's network is wrong"));
    m_report = button("export", tr("Report\u2026"),
                      tr("A folder with a page, figures and tables of the chosen runs"));
    auto* row = new QHBoxLayout;
    row->addWidget(m_filter, 1);
    row->addWidget(m_count);
    for (QWidget* w : {static_cast<QWidget*>(m_tag), static_cast<QWidget*>(m_pin),
                       static_cast<QWidget*>(m_remove), static_cast<QWidget*>(m_restore),
                       static_cast<QWidget*>(m_folder), static_cast<QWidget*>(m_errors),
                       static_cast<QWidget*>(m_report)})
        row->addWidget(w);
    m_model = new RunTable(this);
    auto* filter = new RunFilter(this);
    m_proxy = filter;
    filter->setSourceModel(m_model);
    filter->setSortRole(RunTable::kSortRole);
    filter->setDynamicSortFilter(true);
    m_table = new QTableView;
    m_table->setModel(filter);
    styleTable(m_table, tr("Runs"));
    widgets::setEmptyHint(m_table, tr("Trainings, sizings and estimators appear here, those of the "
                                      "command line too"));
    m_table->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(RunTable::Changed, Qt::DescendingOrder);
    m_table->horizontalHeader()->setSectionResizeMode(RunTable::Note, QHeaderView::Stretch);
    const int em = fontMetrics().averageCharWidth();
    const QList<int> widths{34, 12, 26, 11, 10, 13, 10, 28, 13, 7, 18, 28, 26};
    for (int c = 0; c < widths.size(); ++c)
        m_table->setColumnWidth(c, widths[c] * em);
    auto* exports =
        new widgets::ExportActions([this] { return tableRenderable(m_table, u"runs"_s); }, m_table);
    connect(exports, &widgets::ExportActions::failed, this,
            [this](const ohm::Error& error) { m_bar->showError(error); });
    row->addWidget(exports->button(tr("Copy or export the list")));
    auto* holder = new QWidget;
    auto* column = new QVBoxLayout(holder);
    column->addLayout(row);
    column->addWidget(m_table, 1);

    connect(m_filter, &QLineEdit::textChanged, this, [this, filter](const QString& text) {
        filter->setWords(text);
        showButtons();
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &RunsPage::showChosen);
    connect(m_tag, &QLineEdit::returnPressed, this, [this] {
        QString tag = m_tag->text().trimmed();
        while (tag.startsWith(u'#'))
            tag.remove(0, 1);
        if (tag.isEmpty() || chosen().empty())
            return;
        m_list.addTag(chosen(), ss(tag));
        m_tag->clear();
    });
    connect(m_model, &RunTable::tagsEdited, this, [this](int at, const QStringList& tags) {
        std::set<std::string> names;
        for (const QString& tag : tags)
            names.insert(ss(tag));
        m_list.setTags({m_model->at(at)}, names);
    });
    connect(m_model, &RunTable::noteEdited, this,
            [this](int at, const QString& note) { m_list.setNote(m_model->at(at), ss(note)); });
    connect(m_pin, &QPushButton::clicked, this, [this] {
        if (const auto runs = chosen(); runs.size() == 1)
            m_list.setBaseline(runs.front(), !runs.front().baseline);
    });
    connect(m_remove, &QPushButton::clicked, this, &RunsPage::remove);
    connect(m_restore, &QPushButton::clicked, this, &RunsPage::restore);
    connect(m_folder, &QPushButton::clicked, this, [this] {
        for (const auto& run : chosen())
            QDesktopServices::openUrl(QUrl::fromLocalFile(fromPath(run.folder)));
    });
    connect(m_errors, &QPushButton::clicked, this, [this] {
        if (const auto runs = chosen(); runs.size() == 1)
            emit inspectRequested(fromPath(runs.front().folder / "model.safetensors"));
    });
    connect(m_report, &QPushButton::clicked, this, [this] {
        std::vector<std::filesystem::path> folders;
        for (const auto& run : chosen())
            folders.push_back(run.folder);
        emit reportRequested(folders);
    });
    auto* del = new QShortcut(QKeySequence(Qt::Key_Delete), m_table);
    del->setContext(Qt::WidgetShortcut);
    connect(del, &QShortcut::activated, this, &RunsPage::remove);
    return holder;
}

QWidget* RunsPage::buildCurves() {
    m_curve = new widgets::PlotView(tr("Accuracy against K"));
    m_curve->setAxes(tr("K"), tr("Acc@K"));
    m_curve->setLogarithmic(true, false);
    m_curve->setYRange(0, 1);
    m_curve->setLegendAt(Qt::AlignBottom | Qt::AlignLeft);
    m_curve->setEmptyText(tr("Choose runs above: Ctrl adds one, Shift a range. Their accuracies "
                             "are drawn over one another."));
    m_accuracy = new widgets::PlotView(tr("Accuracy"));
    m_accuracy->setYRange(0, 1);
    m_accuracy->setLegendAt(Qt::AlignBottom | Qt::AlignRight);
    m_loss = new widgets::PlotView(tr("Loss"));
    m_loss->setAxes(tr("step"), tr("training loss"));
    m_loss->setLogarithmic(false, true);
    m_cost = new widgets::PlotView(tr("Cost of the best design"));
    m_cost->setAxes(tr("simulated designs"), tr("best cost"));
    m_met = new widgets::PlotView(tr("Designs that meet every spec"));
    m_met->setAxes(tr("simulated designs"), tr("designs that meet every spec"));
    m_met->setLegendAt(Qt::AlignTop | Qt::AlignLeft);
    m_pearson = new widgets::PlotView(tr("Correlation"));
    m_pearson->setAxes(tr("epoch"), tr("Pearson, validation"));
    m_pearson->setLegendAt(Qt::AlignBottom | Qt::AlignRight);
    m_validation = new widgets::PlotView(tr("Validation error"));
    m_validation->setLogarithmic(false, true);
    m_score = new widgets::PlotView(tr("R2 or F1"));
    m_score->setAxes(tr("step"), tr("R2 or F1, validation"));
    m_score->setLegendAt(Qt::AlignBottom | Qt::AlignRight);
    m_tail = new widgets::PlotView(tr("Large errors"));
    m_tail->setAxes(tr("epoch"), tr("error, validation"));
    m_tail->setLogarithmic(false, true);
    auto* charts = new QSplitter(Qt::Horizontal);
    for (widgets::PlotView* plot :
         {m_curve, m_accuracy, m_loss, m_validation, m_score, m_tail, m_cost, m_met, m_pearson}) {
        auto* exports = new widgets::ExportActions([plot] { return plot->renderable(); }, plot);
        connect(exports, &widgets::ExportActions::failed, this,
                [this](const ohm::Error& error) { m_bar->showError(error); });
        plot->setCorner(exports->button(tr("Copy or export this chart"), plot));
        plot->setMinimumWidth(fontMetrics().averageCharWidth() * 18); // five may be in sight
        charts->addWidget(plot);
    }
    // What the chosen runs have nothing for is not there (showCurves).
    for (widgets::PlotView* plot : {m_validation, m_score, m_tail, m_cost, m_met, m_pearson})
        plot->setVisible(false);
    charts->setChildrenCollapsible(false);
    m_k = new QSlider(Qt::Horizontal);
    m_k->setRange(10, 400);
    m_k->setValue(100);
    m_k->setAccessibleName(tr("K of Acc@K"));
    m_k->setToolTip(tr("A prediction is right if its error is at most the range of all labels "
                       "divided by K"));
    m_kText = new QLabel;
    m_bands = new QCheckBox(tr("Seeds as a band"));
    m_bands->setChecked(true);
    m_bands->setToolTip(tr("Runs that differ in nothing but the seed become one curve: their mean, "
                           "with a band from the least to the greatest"));
    auto* row = new QHBoxLayout;
    row->addWidget(m_bands);
    row->addSpacing(fontMetrics().height());
    row->addWidget(m_kText);
    row->addWidget(m_k, 1);
    auto* holder = new QWidget;
    auto* column = new QVBoxLayout(holder);
    column->addLayout(row);
    column->addWidget(charts, 1);
    connect(m_k, &QSlider::valueChanged, this, [this](int k) {
        m_model->setK(k);
        showCurves();
    });
    connect(m_bands, &QCheckBox::toggled, this, &RunsPage::showCurves);
    return holder;
}

QWidget* RunsPage::buildComparison() {
    m_settings = new QTableWidget;
    styleTable(m_settings, tr("Configuration"));
    m_metrics = new QTableWidget;
    styleTable(m_metrics, tr("Metrics"));
    m_settingsTitle = new QLabel;
    auto* splitter = new QSplitter(Qt::Horizontal);
    const auto pane = [&](QLabel* title, QTableWidget* table, const QString& file) {
        auto* exports = new widgets::ExportActions(
            [table, file] { return tableRenderable(table, file); }, table);
        connect(exports, &widgets::ExportActions::failed, this,
                [this](const ohm::Error& error) { m_bar->showError(error); });
        auto* row = new QHBoxLayout;
        row->addWidget(title, 1);
        row->addWidget(exports->button(tr("Copy or export this table")));
        auto* holder = new QWidget;
        auto* column = new QVBoxLayout(holder);
        column->addLayout(row);
        column->addWidget(table, 1);
        splitter->addWidget(holder);
    };
    pane(m_settingsTitle, m_settings, u"run-settings"_s);
    pane(new QLabel(tr("Metrics, with the difference from the run compared with (*)")), m_metrics,
         u"run-metrics"_s);
    splitter->setChildrenCollapsible(false);
    return splitter;
}

std::vector<runs::RunRecord> RunsPage::chosen() const {
    std::vector<runs::RunRecord> out;
    QModelIndexList rows = m_table->selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end(),
              [](const QModelIndex& a, const QModelIndex& b) { return a.row() < b.row(); });
    for (const QModelIndex& row : rows)
        out.push_back(m_model->at(m_proxy->mapToSource(row).row()));
    return out;
}

void RunsPage::showRuns() {
    m_model->setRuns(m_list.runs());
    if (m_table->selectionModel()->selectedRows().isEmpty() && m_proxy->rowCount() > 0)
        m_table->selectRow(0);
    showChosen();
}

void RunsPage::showChosen() {
    showButtons();
    std::vector<runs::RunRecord> runs = chosen();
    const auto same = [](const runs::RunRecord& a, const runs::RunRecord& b) {
        return a.folder == b.folder && a.changed == b.changed && a.baseline == b.baseline;
    };
    const auto& shown = m_list.details().runs;
    if (runs.size() != shown.size() || !std::equal(runs.begin(), runs.end(), shown.begin(), same))
        m_list.readDetails(runs);
}

void RunsPage::showButtons() {
    const auto runs = chosen();
    const bool one = runs.size() == 1;
    m_pin->setEnabled(one);
    m_pin->setText(one && runs.front().baseline ? tr("Unpin") : tr("Pin as baseline"));
    m_remove->setEnabled(!runs.empty());
    m_restore->setVisible(m_list.canRestore());
    m_folder->setEnabled(one);
    m_errors->setEnabled(one && runs.front().finished &&
                         runs.front().kind == runs::RunKind::Training);
    m_report->setEnabled(!runs.empty());
    m_tag->setEnabled(!runs.empty());
    const int all = m_model->rowCount();
    const int seen = m_proxy->rowCount();
    m_count->setText(!m_list.isLoaded() ? tr("reading")
                     : all == 0         ? tr("no runs yet")
                     : seen == all      ? tr("%n run(s)", nullptr, all)
                                        : tr("%1 of %2 runs").arg(seen).arg(all));
}

void RunsPage::showCurves() {
    const int k = m_k->value();
    m_kText->setText(tr("K = %1").arg(k));
    m_accuracy->setAxes(tr("step"), tr("Acc@%1, validation").arg(k));
    const auto curves = runs::curvesOf(m_list.details().histories, k, m_bands->isChecked());
    double least = 0; // at the greatest K: where there is room for the legend
    for (const auto& c : curves.accAtK)
        least = std::max(least, c.mean.back());
    m_curve->setLegendAt(least < 0.5 ? Qt::AlignTop | Qt::AlignRight
                                     : Qt::AlignBottom | Qt::AlignLeft);
    m_curve->setSeries(runSeries(curves.accAtK, true));
    m_curve->setMark(curves.accAtK.empty() ? std::nan("") : k, tr("K = %1").arg(k));
    double highest = 0;
    for (const auto& c : curves.accuracy)
        highest = std::max(highest, c.mean.back());
    m_accuracy->setLegendAt((highest < 0.5 ? Qt::AlignTop : Qt::AlignBottom) | Qt::AlignRight);
    m_accuracy->setSeries(runSeries(curves.accuracy, false));
    m_loss->setSeries(runSeries(curves.loss, false));
    const auto& shown = m_list.details().histories;
    const bool epochs =
        !shown.empty() && std::all_of(shown.begin(), shown.end(), [](const auto& h) {
            return h.kind == runs::RunKind::Deep || h.kind == runs::RunKind::Maps;
        });
    m_loss->setAxes(epochs ? tr("epoch") : tr("step"), tr("training loss"));
    m_cost->setSeries(runSeries(curves.cost, false));
    double most = 1;
    for (const auto& c : curves.met)
        most = std::max(most, c.high.empty() ? c.mean.back() : c.high.back());
    m_met->setYRange(0, 1.05 * most);
    m_met->setSeries(runSeries(curves.met, false));
    m_pearson->setSeries(runSeries(curves.pearson, false));
    // Charts that the chosen runs have something for; the first says what to do if there is none.
    const auto of = [&](runs::RunKind kind) {
        return std::any_of(shown.begin(), shown.end(),
                           [kind](const auto& h) { return h.kind == kind; });
    };
    const bool training = shown.empty() || of(runs::RunKind::Training);
    const bool sizing = of(runs::RunKind::Sizing);
    m_curve->setVisible(training);
    m_accuracy->setVisible(training);
    m_loss->setVisible(training || of(runs::RunKind::Deep) || of(runs::RunKind::Maps) ||
                       of(runs::RunKind::Parasitics));
    // Charts that some runs of a kind have nothing for go by what there is.
    m_validation->setAxes(epochs ? tr("epoch") : tr("step"), tr("mean squared error, validation"));
    m_validation->setSeries(runSeries(curves.validation, false));
    m_validation->setVisible(!curves.validation.empty());
    m_score->setSeries(runSeries(curves.score, false));
    m_score->setVisible(!curves.score.empty());
    QVector<widgets::PlotSeries> tail;
    for (const auto& [list, name] : {std::pair{&curves.p99, tr("%1: 99th percentile")},
                                     std::pair{&curves.greatest, tr("%1: greatest")}}) {
        const bool dashed = list == &curves.p99;
        for (widgets::PlotSeries& series : runSeries(*list, false)) {
            series.name = name.arg(series.name);
            series.dashed = dashed;
            tail << series;
        }
    }
    m_tail->setSeries(tail);
    m_tail->setVisible(!tail.isEmpty());
    m_cost->setVisible(sizing);
    m_met->setVisible(sizing);
    m_pearson->setVisible(of(runs::RunKind::Deep));
    m_k->setEnabled(training);
}

void RunsPage::showComparison() {
    const runs::Comparison& c = m_list.details().comparison;
    const auto runs = static_cast<int>(c.names.size());
    QStringList heads{QString()};
    for (std::size_t i = 0; i < c.names.size(); ++i)
        heads << qs(c.names[i]) + (runs > 1 && i == c.reference ? u" *"_s : QString());
    m_settingsTitle->setText(runs == 0            ? tr("Choose two runs or more to compare them")
                             : runs == 1          ? tr("Configuration")
                             : c.settings.empty() ? tr("The configurations are alike")
                                                  : tr("What differs in the configuration"));
    for (QTableWidget* table : {m_settings, m_metrics}) {
        table->clear();
        table->setColumnCount(runs + 1);
        table->setHorizontalHeaderLabels(heads);
        for (int column = 0; column <= runs; ++column)
            table->horizontalHeaderItem(column)->setTextAlignment(
                Qt::AlignVCenter |
                (table == m_metrics && column > 0 ? Qt::AlignRight : Qt::AlignLeft));
    }
    heads[0] = tr("setting");
    m_settings->setHorizontalHeaderLabels(heads);
    heads[0] = tr("metric");
    m_metrics->setHorizontalHeaderLabels(heads);
    m_settings->setRowCount(static_cast<int>(c.settings.size()));
    for (int row = 0; row < m_settings->rowCount(); ++row) {
        const auto& setting = c.settings[static_cast<std::size_t>(row)];
        m_settings->setItem(row, 0, new QTableWidgetItem(qs(setting.key)));
        for (std::size_t i = 0; i < setting.values.size(); ++i) {
            auto* item = new QTableWidgetItem(qs(setting.values[i]));
            item->setToolTip(item->text());
            m_settings->setItem(row, static_cast<int>(i) + 1, item);
        }
    }
    m_metrics->setRowCount(static_cast<int>(c.metrics.size()));
    for (int row = 0; row < m_metrics->rowCount(); ++row) {
        const auto& metric = c.metrics[static_cast<std::size_t>(row)];
        m_metrics->setItem(row, 0, new QTableWidgetItem(qs(metric.name)));
        for (std::size_t i = 0; i < metric.values.size(); ++i) {
            QString text = number(metric.values[i]);
            if (i != c.reference && std::isfinite(metric.differences[i]))
                text += u" (%1%2)"_s.arg(metric.differences[i] >= 0 ? u"+"_s : QString(),
                                         QString::number(metric.differences[i], 'g', 3));
            auto* item = new QTableWidgetItem(text);
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            m_metrics->setItem(row, static_cast<int>(i) + 1, item);
        }
    }
    for (QTableWidget* table : {m_settings, m_metrics}) {
        table->horizontalHeader()->setSectionResizeMode(runs <= 3 ? QHeaderView::Stretch
                                                                  : QHeaderView::Interactive);
        if (runs > 3)
            table->resizeColumnsToContents();
    }
}

void RunsPage::remove() {
    const auto runs = chosen();
    if (runs.empty())
        return;
    m_list.remove(runs);
    m_bar->showMessage(widgets::MessageBar::Kind::Note,
                       tr("%n run(s) taken off the list; the files stay where they are.", nullptr,
                          static_cast<int>(runs.size())));
    m_bar->setAction(tr("Bring back"), u"undo"_s);
    showButtons();
}

void RunsPage::restore() {
    m_bar->dismiss();
    m_list.restore();
    showButtons();
}

void RunsPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    m_list.refresh();
    m_list.setWatching(true);
}

void RunsPage::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    m_list.setWatching(false);
}

} // namespace ohm::ui
