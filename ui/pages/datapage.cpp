// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/datapage.h"

#include "core/base/units.h"
#include "core/dataset/split.h"
#include "core/dataset/statistics.h"
#include "core/generate/request.h"
#include "core/learn/evaluate.h"
#include "core/project/installation.h"
#include "ui/pages/distributionpane.h"
#include "ui/pages/exportmenu.h"
#include "ui/pages/pageparts.h"
#include "ui/services/text.h"
#include "ui/session/circuitsession.h"
#include "widgets/common/emptyhint.h"
#include "widgets/common/exportview.h"
#include "widgets/common/icons.h"
#include "widgets/common/messagebar.h"
#include "widgets/plot/plotview.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDropEvent>
#include <QFileDialog>
#include <QFormLayout>
#include <QGroupBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMimeData>
#include <QPushButton>
#include <QSpinBox>
#include <QSplitter>
#include <QTabWidget>
#include <QTableWidget>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int kBins = 40;
constexpr int kMostSamples = 2000; ///< rows of the table
constexpr std::size_t kMostClasses = 8;

QString number(double value) {
    return qs(formatSi(value, "", 4));
}

/// Labels with the graph each belongs to.
struct Labels {
    std::vector<float> values;
    std::vector<std::size_t> graphs;
};
Labels labelsOf(const dataset::GraphSet& set, const QString& target) {
    Labels out;
    const auto values = learn::targetsOf(set, target.toStdString());
    if (!values)
        return out;
    out.values = *values;
    for (std::size_t g = 0; g < set.graphCount(); ++g) {
        const std::size_t count =
            target == u"voltages"_s
                ? static_cast<std::size_t>(std::count(set.outputMask.begin() + set.nodePtr[g],
                                                      set.outputMask.begin() + set.nodePtr[g + 1],
                                                      std::uint8_t{1}))
                : 1;
        out.graphs.insert(out.graphs.end(), count, g);
    }
    return out;
}

QString topologyName(std::int32_t topology) {
    return qs(dataset::topologyName(topology));
}

} // namespace

DataPage::DataPage(JobService& jobs, Datasets& datasets, CircuitSession& session, QWidget* parent)
    : QWidget(parent)
    , m_datasets(datasets)
    , m_session(session)
    , m_bar(new widgets::MessageBar(this)) {
    setObjectName(u"dataPage"_s);
    setAcceptDrops(true);
    auto* side = buildSide();
    m_distributions = new DistributionPane(jobs, datasets);
    m_tabs = new QTabWidget;
    m_tabs->setDocumentMode(true);
    m_tabs->setAccessibleName(tr("Views of the data"));
    m_tabs->addTab(buildMain(), tr("One dataset"));
    m_tabs->addTab(m_distributions, tr("Compare distributions"));
    framePage(this, m_bar, side, m_tabs);
    connect(m_distributions, &DistributionPane::failed, this,
            [this](const Error& error) { m_bar->showError(error); });
    connect(&m_datasets, &Datasets::changed, this, &DataPage::showFiles);
    connect(&m_datasets, &Datasets::loaded, this, [this](const QString& file) {
        if (file == currentFile())
            showSet();
    });
    connect(&m_datasets, &Datasets::failed, this,
            [this](const Error& error) { m_bar->showError(error); });
    connect(&m_datasets, &Datasets::generated, this,
            [this](const QString& file, const QString& summary) {
                m_bar->showMessage(widgets::MessageBar::Kind::Success,
                                   tr("%1 is ready: %2.").arg(QFileInfo(file).fileName(), summary));
                for (int i = 0; i < m_list->count(); ++i) {
                    if (m_list->item(i)->data(Qt::UserRole).toString() == file)
                        m_list->setCurrentRow(i);
                }
                m_datasets.load(file);
            });
    connect(&m_datasets, &Datasets::generatingChanged, this, [this] {
        m_generate->setText(m_datasets.isGenerating() ? tr("Stop generating") : tr("Generate"));
        m_generate->setIcon(widgets::themedIcon(m_datasets.isGenerating() ? u"stop"_s : u"play"_s));
    });
    showKind();
    showFiles();
    showSet();
}

QWidget* DataPage::buildSide() {
    auto* side = new QWidget;
    auto* layout = new QVBoxLayout(side);
    auto* title = new QHBoxLayout;
    title->addWidget(new QLabel(tr("Datasets")), 1);
    auto* add = new QToolButton;
    add->setIcon(widgets::themedIcon(u"open"_s));
    add->setToolTip(tr("Add dataset files"));
    add->setAccessibleName(add->toolTip());
    add->setAutoRaise(true);
    auto* forget = new QToolButton;
    forget->setIcon(widgets::themedIcon(u"close"_s));
    forget->setToolTip(tr("Take the selected file off the list; the file stays"));
    forget->setAccessibleName(forget->toolTip());
    forget->setAutoRaise(true);
    title->addWidget(add);
    title->addWidget(forget);
    layout->addLayout(title);
    m_list = new QListWidget;
    m_list->setAccessibleName(tr("Datasets"));
    widgets::setEmptyHint(m_list, tr("Datasets appear here: make one below, or drop an HDF5 file"));
    layout->addWidget(m_list, 1);

    auto* box = new QGroupBox(tr("Make a dataset"));
    auto* form = new QFormLayout(box);
    m_kind = new QComboBox;
    m_kind->setAccessibleName(tr("Kind of circuit"));
    const std::pair<const char*, QString> kinds[] = {
        {"ladder", tr("Resistor ladders")},
        {"ladder-series", tr("Series divider")},
        {"ladder-parallel", tr("Parallel divider")},
        {"divider", tr("Loaded divider")},
        {"bridge", tr("Wheatstone bridge")},
        {"rout", tr("Ladders with output resistance")},
        {"opamp", tr("Two-stage op-amp (ngspice)")},
        {"opamp-biased-pmos", tr("Biased op-amp with gain (ngspice)")},
        {"circuit", tr("The open circuit")}};
    for (const auto& [id, text] : kinds)
        m_kind->addItem(text, QString::fromLatin1(id));
    form->addRow(tr("Circuits"), m_kind);
    m_low = spinField(tr("Least branches"), 1, 100'000, 2);
    m_high = spinField(tr("Most branches"), 1, 100'000, 10);
    auto* branches = new QHBoxLayout;
    branches->addWidget(m_low, 1);
    branches->addWidget(new QLabel(tr("to")));
    branches->addWidget(m_high, 1);
    form->addRow(tr("Branches"), branches);
    m_count = spinField(tr("Number of circuits"), 1, 10'000'000, 1000);
    form->addRow(tr("Number"), m_count);
    m_seed = spinField(tr("Seed"), 0, 1'000'000'000, 0);
    form->addRow(tr("Seed"), m_seed);
    m_file = new QLineEdit;
    m_file->setAccessibleName(tr("File"));
    form->addRow(tr("File"), m_file);
    m_generate = new QPushButton(widgets::themedIcon(u"play"_s), tr("Generate"));
    form->addRow(m_generate);
    layout->addWidget(box);
    side->setMinimumWidth(fontMetrics().averageCharWidth() * 38);

    connect(m_list, &QListWidget::currentItemChanged, this, [this] {
        showSet();
        if (!currentFile().isEmpty())
            m_datasets.load(currentFile());
    });
    connect(add, &QToolButton::clicked, this, [this] {
        auto* dialog = new QFileDialog(this, tr("Add datasets"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::ExistingFiles);
        dialog->setNameFilters({tr("Datasets (*.h5)"), tr("All files (*)")});
        connect(dialog, &QFileDialog::filesSelected, this, [this](const QStringList& files) {
            for (const QString& file : files)
                m_datasets.add(file);
        });
        dialog->open();
    });
    connect(forget, &QToolButton::clicked, this, [this] { m_datasets.forget(currentFile()); });
    connect(m_kind, &QComboBox::currentIndexChanged, this, &DataPage::showKind);
    connect(m_generate, &QPushButton::clicked, this, &DataPage::generate);
    for (QSpinBox* b : {m_low, m_high, m_count, m_seed})
        connect(b, &QSpinBox::valueChanged, this, &DataPage::showKind);
    return side;
}

QWidget* DataPage::buildMain() {
    m_details = makeFiguresLabel();
    m_train = new QPushButton(widgets::themedIcon(u"play"_s), tr("Train on it"));
    m_labels = new QComboBox;
    m_labels->setAccessibleName(tr("Label"));
    m_labels->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_by = new QComboBox;
    m_by->setAccessibleName(tr("Compare"));
    m_by->addItem(tr("all labels"), u"all"_s);
    m_by->addItem(tr("training against test"), u"split"_s);
    m_by->addItem(tr("by topology"), u"topology"_s);
    m_logarithmic = new QCheckBox(tr("Logarithmic"));
    m_shift = new QLabel;
    m_shift->setToolTip(
        tr("Wasserstein distance of the two distributions, in units of the training "
           "labels' standard deviation: 0 means alike"));
    auto* choose = new QHBoxLayout;
    choose->addWidget(new QLabel(tr("Labels")));
    choose->addWidget(m_labels);
    choose->addWidget(m_by);
    choose->addWidget(m_logarithmic);
    choose->addWidget(m_shift, 1);
    choose->addWidget(m_train);
    m_histogram = new widgets::PlotView(tr("Label histogram"));
    m_histogram->setAxes(tr("label"), tr("count"));
    m_histogram->setEmptyText(
        tr("Choose a dataset on the left, drop one here, or make one below the list."));
    auto* exports =
        new widgets::ExportActions([this] { return m_histogram->renderable(); }, m_histogram);
    auto* menu = exports->button(tr("Copy or export this chart"), m_histogram);
    m_histogram->setCorner(menu);
    m_samplesTitle = new QLabel(tr("Click a bar to list its samples."));
    m_samples = new QTableWidget(0, 4);
    m_samples->setAccessibleName(tr("Samples"));
    m_samples->setHorizontalHeaderLabels({tr("Sample"), tr("Topology"), tr("Nodes"), tr("Label")});
    m_samples->verticalHeader()->hide();
    m_samples->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_samples->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_samples->setEditTriggers(QAbstractItemView::NoEditTriggers);
    offerExport(m_samples, u"samples"_s);
    m_samples->setToolTip(tr("Double-click to open the sample as a circuit"));
    auto* upper = new QWidget;
    auto* upperLayout = new QVBoxLayout(upper);
    upperLayout->addWidget(m_details);
    upperLayout->addLayout(choose);
    upperLayout->addWidget(m_histogram, 1);
    auto* lower = new QWidget;
    auto* lowerLayout = new QVBoxLayout(lower);
    lowerLayout->addWidget(m_samplesTitle);
    lowerLayout->addWidget(m_samples, 1);
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(upper);
    splitter->addWidget(lower);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    splitter->setChildrenCollapsible(false);

    connect(m_labels, &QComboBox::currentIndexChanged, this, &DataPage::showHistogram);
    connect(m_by, &QComboBox::currentIndexChanged, this, &DataPage::showHistogram);
    connect(m_logarithmic, &QCheckBox::toggled, this,
            [this](bool on) { m_histogram->setLogarithmic(false, on); });
    connect(m_histogram, &widgets::PlotView::barClicked, this,
            [this](int, double low, double high) { showSamples(low, high); });
    connect(m_samples, &QTableWidget::cellActivated, this, [this](int row) { openSample(row); });
    connect(m_samples, &QTableWidget::cellDoubleClicked, this,
            [this](int row) { openSample(row); });
    connect(m_train, &QPushButton::clicked, this, [this] { emit trainRequested(currentFile()); });
    m_finetune = new QPushButton(widgets::themedIcon(u"finetune"_s), tr("Finetune on selection"));
    m_finetune->setToolTip(
        tr("Finetunes the open circuit's network on the selected samples, or on a share of all"));
    lowerLayout->addWidget(m_finetune, 0, Qt::AlignLeft);
    const auto showFinetune = [this] {
        m_finetune->setEnabled(m_session.isOpen() && !currentFile().isEmpty());
    };
    connect(&m_session, &CircuitSession::circuitChanged, m_finetune, showFinetune);
    connect(m_list, &QListWidget::currentItemChanged, m_finetune, showFinetune);
    showFinetune();
    connect(m_finetune, &QPushButton::clicked, this, [this] {
        QStringList numbers;
        for (const QModelIndex& index : m_samples->selectionModel()->selectedRows())
            numbers.push_back(
                QString::number(m_samples->item(index.row(), 0)->data(Qt::UserRole).toULongLong()));
        emit finetuneRequested(currentFile(), numbers.join(u", "_s));
    });
    return splitter;
}

QString DataPage::currentFile() const {
    const QListWidgetItem* item = m_list->currentItem();
    return item ? item->data(Qt::UserRole).toString() : QString();
}

QString DataPage::details() const {
    return m_details->text();
}

void DataPage::showFiles() {
    const QString current = currentFile();
    const QSignalBlocker blocked(m_list);
    m_list->clear();
    for (const QString& file : m_datasets.files()) {
        const QFileInfo info(file);
        auto* item = new QListWidgetItem(info.exists() ? info.fileName()
                                                       : tr("%1 (missing)").arg(info.fileName()));
        item->setData(Qt::UserRole, file);
        item->setToolTip(file);
        if (!info.exists())
            item->setForeground(palette().placeholderText());
        m_list->addItem(item);
        if (file == current)
            m_list->setCurrentItem(item);
    }
    if (current != currentFile())
        showSet();
}

void DataPage::showSet() {
    const GraphSetPtr set = m_datasets.set(currentFile());
    m_train->setEnabled(set != nullptr);
    m_samples->setRowCount(0);
    m_samplesTitle->setText(tr("Click a bar to list its samples."));
    {
        const QSignalBlocker blocked(m_labels);
        const QString before = m_labels->currentData().toString();
        m_labels->clear();
        if (set) {
            m_labels->addItem(tr("node voltages"), u"voltages"_s);
            for (const auto& name : set->graphLabelNames)
                m_labels->addItem(qs(name), qs(name));
            m_labels->setCurrentIndex(std::max(0, m_labels->findData(before)));
        }
    }
    if (!set) {
        m_details->setText(currentFile().isEmpty()
                               ? QString()
                               : tr("%1 is being read.").arg(QFileInfo(currentFile()).fileName()));
    } else {
        QString text = tr("%L1 graphs, %L2 nodes, %L3 edges, %4 features")
                           .arg(set->graphCount())
                           .arg(set->nodeCount())
                           .arg(set->edgeCount())
                           .arg(set->featureWidth);
        for (const auto& [key, value] : set->attributes) {
            if (key == "generator" || key == "seed" || key == "simulator" || key == "branches" ||
                key == "circuit")
                text += u" \u00b7 "_s + qs(key) + u": "_s + qs(value);
        }
        m_details->setText(text);
    }
    showHistogram();
}

void DataPage::showHistogram() {
    const GraphSetPtr set = m_datasets.set(currentFile());
    m_shift->clear();
    if (!set) {
        m_histogram->setBars({});
        return;
    }
    const Labels labels = labelsOf(*set, m_labels->currentData().toString());
    if (labels.values.empty()) {
        m_histogram->setBars({});
        return;
    }
    std::vector<std::pair<QString, std::vector<float>>> parts;
    const QString by = m_by->currentData().toString();
    if (by == u"split"_s) {
        dataset::SplitSpec spec;
        spec.validationShare = 0;
        spec.testShare = 0.1;
        std::vector<std::uint8_t> test(set->graphCount(), 0);
        if (const auto split = dataset::splitSet(*set, spec)) {
            for (const std::size_t g : split->test)
                test[g] = 1;
        }
        parts = {{tr("training"), {}}, {tr("test"), {}}};
        for (std::size_t i = 0; i < labels.values.size(); ++i)
            parts[test[labels.graphs[i]]].second.push_back(labels.values[i]);
        if (const auto shift = dataset::shiftBetween(parts[0].second, parts[1].second))
            m_shift->setText(tr("shift %1").arg(shift->relative, 0, 'f', 3));
    } else if (by == u"topology"_s) {
        std::map<std::int32_t, std::vector<float>> classes;
        for (std::size_t i = 0; i < labels.values.size(); ++i)
            classes[set->topology[labels.graphs[i]]].push_back(labels.values[i]);
        for (auto& [topology, values] : classes) {
            if (parts.size() == kMostClasses) {
                parts.back().first = tr("further");
                parts.back().second.insert(parts.back().second.end(), values.begin(), values.end());
            } else {
                parts.emplace_back(topologyName(topology), std::move(values));
            }
        }
    } else {
        parts = {{tr("labels"), labels.values}};
    }
    const auto [low, high] = std::minmax_element(labels.values.begin(), labels.values.end());
    const double from = *low;
    const double width = *high > *low ? (static_cast<double>(*high) - from) / kBins : 1;
    QVector<widgets::PlotBars> bars;
    for (const auto& [name, values] : parts) {
        widgets::PlotBars b;
        b.name = name;
        for (int i = 0; i <= kBins; ++i)
            b.edges << from + width * i;
        b.counts.fill(0, kBins);
        for (const float v : values)
            b.counts[std::clamp(static_cast<int>((v - from) / width), 0, kBins - 1)] += 1;
        bars << b;
    }
    m_histogram->setAxes(m_labels->currentData().toString() == u"voltages"_s
                             ? tr("node voltage (V)")
                             : m_labels->currentText(),
                         tr("count"));
    m_histogram->fit();
    m_histogram->setBars(bars);
}

void DataPage::showSamples(double low, double high) {
    const GraphSetPtr set = m_datasets.set(currentFile());
    if (!set)
        return;
    const Labels labels = labelsOf(*set, m_labels->currentData().toString());
    const auto greatest = *std::max_element(labels.values.begin(), labels.values.end());
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < labels.values.size(); ++i) {
        const double v = labels.values[i];
        if (v >= low && (v < high || (v == greatest && high >= v)))
            found.push_back(i);
    }
    m_samplesTitle->setText(
        static_cast<int>(found.size()) > kMostSamples
            ? tr("%L1 labels from %2 to %3; the first %L4:")
                  .arg(found.size())
                  .arg(number(low), number(high))
                  .arg(kMostSamples)
            : tr("%L1 labels from %2 to %3:").arg(found.size()).arg(number(low), number(high)));
    found.resize(std::min<std::size_t>(found.size(), kMostSamples));
    m_samples->setRowCount(static_cast<int>(found.size()));
    for (int row = 0; row < static_cast<int>(found.size()); ++row) {
        const std::size_t i = found[static_cast<std::size_t>(row)];
        const std::size_t g = labels.graphs[i];
        auto* sample = new QTableWidgetItem(QString::number(g));
        sample->setData(Qt::UserRole, static_cast<qulonglong>(g));
        m_samples->setItem(row, 0, sample);
        m_samples->setItem(row, 1, new QTableWidgetItem(topologyName(set->topology[g])));
        m_samples->setItem(
            row, 2, new QTableWidgetItem(QString::number(set->nodePtr[g + 1] - set->nodePtr[g])));
        m_samples->setItem(row, 3,
                           new QTableWidgetItem(number(static_cast<double>(labels.values[i]))));
    }
}

void DataPage::openSample(int row) {
    const GraphSetPtr set = m_datasets.set(currentFile());
    const QTableWidgetItem* item = m_samples->item(row, 0);
    if (!set || !item)
        return;
    const auto g = static_cast<std::size_t>(item->data(Qt::UserRole).toULongLong());
    const auto path = writeSample(*set, g, QFileInfo(currentFile()).completeBaseName());
    if (!path) {
        m_bar->showError(path.error());
        return;
    }
    emit openRequested(*path);
}

void DataPage::showKind() {
    const QString kind = m_kind->currentData().toString();
    const bool ladder = kind == u"ladder"_s;
    m_low->setEnabled(ladder);
    m_high->setEnabled(ladder);
    const QString name =
        kind + (ladder ? u"-%1-%2"_s.arg(m_low->value()).arg(m_high->value()) : QString()) +
        u"-%1-seed%2.h5"_s.arg(m_count->value()).arg(m_seed->value());
    m_file->setText(QDir(m_datasets.folder()).filePath(name));
}

GenerateRequest DataPage::request() const {
    GenerateRequest request;
    request.kind = m_kind->currentData().toString();
    request.low = m_low->value();
    request.high = m_high->value();
    if (request.kind == u"rout"_s)
        request.low = request.high = 10;
    request.count = static_cast<std::size_t>(m_count->value());
    request.seed = static_cast<quint64>(m_seed->value());
    request.file = m_file->text().trimmed();
    return request;
}

void DataPage::generate() {
    if (m_datasets.isGenerating()) {
        m_datasets.stopGenerating();
        return;
    }
    m_bar->dismiss();
    GenerateRequest wanted = request();
    if (wanted.kind == u"ladder"_s && wanted.high < wanted.low) {
        m_bar->showMessage(widgets::MessageBar::Kind::Warning,
                           tr("The greatest number of branches is below the least one."));
        return;
    }
    if (wanted.file.isEmpty()) {
        m_bar->showMessage(widgets::MessageBar::Kind::Warning, tr("Name a file to write."));
        return;
    }
    if (wanted.kind == u"circuit"_s) {
        if (!m_session.isOpen()) {
            m_bar->showMessage(widgets::MessageBar::Kind::Warning,
                               tr("Open a circuit first; its parameters are then varied."));
            return;
        }
        netlist::ReadOptions options;
        options.searchPath = project::modelSearchPath(m_session.project());
        const project::Project* project = m_session.isProject() ? &m_session.project() : nullptr;
        const auto circuit =
            generate::makeTunable(m_session.circuitPath().toStdString(), options, project);
        if (!circuit) {
            m_bar->showError(circuit.error());
            return;
        }
        wanted.study.circuit = *circuit;
        for (const auto& knob : (*circuit)->knobs()) {
            // What the project declares is what it means to vary; otherwise everything.
            const bool declared =
                !project || project->parameters.empty() ||
                std::any_of(project->parameters.begin(), project->parameters.end(),
                            [&](const auto& p) { return p.name == knob.name; });
            if (declared)
                wanted.study.varied.push_back(knob);
        }
        wanted.study.count = wanted.count;
        wanted.study.seed = wanted.seed;
    }
    m_datasets.generate(wanted);
}

void DataPage::dragEnterEvent(QDragEnterEvent* event) {
    for (const QUrl& url : event->mimeData()->urls()) {
        if (url.isLocalFile() && url.toLocalFile().endsWith(u".h5"_s))
            event->acceptProposedAction();
    }
}

void DataPage::dropEvent(QDropEvent* event) {
    for (const QUrl& url : event->mimeData()->urls()) {
        if (url.isLocalFile() && url.toLocalFile().endsWith(u".h5"_s))
            m_datasets.add(url.toLocalFile());
    }
    event->acceptProposedAction();
}

void DataPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    showFiles();
}

} // namespace ohm::ui
