// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/deeppage.h"

#include "ui/pages/depthpane.h"
#include "ui/pages/mapimagespane.h"
#include "ui/pages/maptrainform.h"
#include "ui/pages/pageparts.h"
#include "ui/services/text.h"
#include "widgets/common/exportview.h"
#include "widgets/common/icons.h"
#include "widgets/common/messagebar.h"
#include "widgets/map/mapview.h"
#include "widgets/plot/plotview.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QSplitter>
#include <QStackedWidget>
#include <QStandardItemModel>
#include <QTabWidget>
#include <QToolButton>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr double kMebi = 1048576.0;
constexpr double kRate = 3e-3; ///< of Adam

double valueOr(const std::optional<double>& value) {
    return value.value_or(std::numeric_limits<double>::quiet_NaN());
}

QString mebibytes(std::size_t bytes) {
    return DeepPage::tr("%L1 MiB").arg(static_cast<double>(bytes) / kMebi, 0, 'f', 1);
}

QString figure(const congestion::Figure& value) {
    return value ? QString::number(*value, 'f', 3) : u"\u2013"_s;
}

} // namespace

DeepPage::DeepPage(JobService& jobs, QWidget* parent)
    : QWidget(parent)
    , m_work(jobs)
    , m_bar(new widgets::MessageBar(this)) {
    setObjectName(u"deepPage"_s);
    QWidget* side = buildSide();
    QWidget* main = buildMain();
    m_depth = new DepthPane(jobs, [this] {
        return DepthPane::Setup{m_work.designs(), options(), config(),
                                deviceChoice() == deep::DeviceChoice::Auto};
    });
    m_images = new MapImagesPane(jobs);
    m_tabs = new QTabWidget;
    m_tabs->setMinimumWidth(fontMetrics().averageCharWidth() * 60); // maps and plots can shrink
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(main, tr("Training"));
    m_tabs->addTab(m_depth, tr("Depth sweep"));
    m_tabs->addTab(m_images, tr("Networks on maps"));
    m_sides = new QStackedWidget;
    m_sides->addWidget(side);
    m_sides->addWidget(scrolled(m_images->trainForm(), tr("Network on maps and training")));
    connect(m_tabs, &QTabWidget::currentChanged, this,
            [this] { m_sides->setCurrentIndex(m_tabs->currentWidget() == m_images ? 1 : 0); });
    framePage(this, m_bar, m_sides, m_tabs);
    connect(m_depth, &DepthPane::failed, this,
            [this](const Error& error) { m_bar->showError(error); });
    connect(m_images, &MapImagesPane::failed, this,
            [this](const Error& error) { m_bar->showError(error); });
    connect(&m_work, &DeepWork::designsChanged, this, &DeepPage::showDesigns);
    connect(&m_work, &DeepWork::stateChanged, this, &DeepPage::showState);
    connect(&m_work, &DeepWork::epochReported, this, &DeepPage::showEpoch);
    connect(&m_work, &DeepWork::trained, this, &DeepPage::showResult);
    connect(&m_work, &DeepWork::failed, this,
            [this](const Error& error) { m_bar->showError(error); });
    setGpu(Error{"DEEP-011", ss(tr("Looking for a GPU")), {}, {}, {}});
    askForGpu(jobs);
    adapt();
    showState();
}

QWidget* DeepPage::buildSide() {
    auto* side = new QWidget;
    auto* layout = new QVBoxLayout(side);
    auto* row = new QHBoxLayout;
    m_open = new QPushButton(widgets::themedIcon(u"open"_s), tr("Designs\u2026"));
    m_open->setToolTip(tr("A file of \u201ccongestion import\u201d"));
    m_example = new QPushButton(tr("Example"));
    m_example->setToolTip(tr("Made-up circuits with estimated labels, to try things on"));
    row->addWidget(m_open, 1);
    row->addWidget(m_example);
    layout->addLayout(row);
    m_file = new QLabel;
    m_file->setWordWrap(true);
    layout->addWidget(m_file);

    auto* form = m_form = new QFormLayout;
    m_block = choiceField(tr("Block"));
    m_block->addItem(tr("GSR (sparse)"), int(deep::Block::Gsr));
    m_block->addItem(u"RevGNN"_s, int(deep::Block::RevGnn));
    m_block->addItem(u"GCN"_s, int(deep::Block::Gcn));
    m_block->addItem(u"GraphSAGE"_s, int(deep::Block::Sage));
    form->addRow(tr("Block"), m_block);
    m_layers = spinField(tr("Layers"), 1, 10'000, 20);
    form->addRow(tr("Layers"), m_layers);
    m_channels = spinField(tr("Channels"), 2, 512, 96);
    m_channels->setSingleStep(2);
    form->addRow(tr("Channels"), m_channels);
    m_groups = spinField(tr("Groups of the reversible layers"), 2, 8, 2);
    m_groups->setToolTip(tr("Channels are divided into so many groups, each computed from the one "
                            "before it"));
    form->addRow(tr("Groups"), m_groups);
    m_select = spinField(tr("Entries selected per row"), 0, 256, 16);
    m_select->setToolTip(tr("k largest entries per row and half are aggregated; 0 = all"));
    form->addRow(tr("Select k"), m_select);
    m_storage = choiceField(tr("What is stored per layer"));
    m_storage->addItem(tr("A: values and columns"), int(deep::Storage::A));
    m_storage->addItem(tr("B: the paper's skip"), int(deep::Storage::B));
    m_storage->addItem(tr("C: columns"), int(deep::Storage::C));
    m_storage->addItem(tr("D: nothing, fixed point"), int(deep::Storage::D));
    m_storage->addItem(tr("E: nothing, 24 bits"), int(deep::Storage::E));
    m_storage->setCurrentIndex(3);
    form->addRow(tr("Storage"), m_storage);
    m_norm = choiceField(tr("How neighbours are weighed"));
    m_norm->addItem(tr("mean"), int(deep::Norm::Mean));
    m_norm->addItem(tr("sum"), int(deep::Norm::Sum));
    m_norm->addItem(tr("GCN"), int(deep::Norm::Gcn));
    m_norm->addItem(tr("softmax (RevGNN)"), int(deep::Norm::Softmax));
    form->addRow(tr("Neighbours"), m_norm);
    m_sums = choiceField(tr("What is summed over"));
    m_sums->addItem(tr("nets"), true);
    m_sums->addItem(tr("edges, one by one"), false);
    m_sums->setToolTip(tr("The same sums to rounding. Over nets they take two terms per pin in "
                          "place of one per edge"));
    form->addRow(tr("Sums over"), m_sums);
    m_halfMoments = new QCheckBox(tr("in 16 bits"));
    m_halfMoments->setAccessibleName(tr("Adam's moments in 16 bits"));
    m_halfMoments->setToolTip(tr("Adam's two moments take half of their memory, rounded at random "
                                 "so that they are right in the mean"));
    form->addRow(tr("Moments"), m_halfMoments);
    m_device = choiceField(tr("Device"));
    m_device->addItem(tr("automatic"), int(deep::DeviceChoice::Auto));
    m_device->addItem(tr("CPU"), int(deep::DeviceChoice::Cpu));
    m_device->addItem(tr("GPU (CUDA)"), int(deep::DeviceChoice::Cuda));
    m_device->setToolTip(tr("Automatic: a GPU where there is one that runs the network. The depth "
                            "sweep goes by it, too"));
    form->addRow(tr("Device"), m_device);
    m_deviceNote = new QLabel;
    m_deviceNote->setWordWrap(true);
    m_deviceNote->setForegroundRole(QPalette::PlaceholderText);
    form->addRow(QString(), m_deviceNote);
    m_loss = lossField();
    form->addRow(tr("Loss"), m_loss);
    m_threshold =
        thresholdField(tr("Threshold"), 10,
                       tr("MPGD: errors up to it are left out. Shrinkage: errors below it "
                          "count little"));
    form->addRow(tr("Threshold"), m_threshold);
    m_quantile = thresholdField(tr("Quantile of MPGD"), 0.9999,
                                tr("This quantile of the errors is the threshold: 0.9 chooses the "
                                   "worst tenth. 0 = the fixed threshold"));
    m_floor = thresholdField(tr("Floor of MPGD"), 1,
                             tr("The sum is divided by at least this share of the entries, so that "
                                "few chosen ones make no huge gradient. 0 = off"));
    for (QDoubleSpinBox* box : {m_quantile, m_floor}) {
        box->setValue(0);
        box->setSingleStep(0.01);
    }
    form->addRow(tr("Quantile"), m_quantile);
    form->addRow(tr("Floor"), m_floor);
    m_label = choiceField(tr("What is learned"));
    m_label->addItem(tr("congestion, sum"), int(deeptrain::Label::Sum));
    m_label->addItem(tr("congestion, greater"), int(deeptrain::Label::Max));
    m_label->addItem(tr("congestion, horizontal"), int(deeptrain::Label::Horizontal));
    m_label->addItem(tr("congestion, vertical"), int(deeptrain::Label::Vertical));
    m_label->addItem(tr("arrival time"), int(deeptrain::Label::Arrival));
    m_label->setToolTip(tr("Congestion at a cell's GCell as routed, or the time at which its "
                           "output settles, by longest path with an Elmore-like model"));
    form->addRow(tr("Label"), m_label);
    m_split = choiceField(tr("Split"));
    m_split->addItem(tr("by design"), int(congestion::SplitOptions::By::Design));
    m_split->addItem(tr("by node (leaks)"), int(congestion::SplitOptions::By::Node));
    m_split->setToolTip(tr("Nodes of one GCell share their label: divided by node, training has "
                           "seen the answers of the test"));
    form->addRow(tr("Split"), m_split);
    m_epochs = spinField(tr("Epochs"), 1, 100'000, 100);
    form->addRow(tr("Epochs"), m_epochs);
    m_rate = new QDoubleSpinBox;
    m_rate->setDecimals(5);
    m_rate->setRange(1e-5, 1);
    m_rate->setSingleStep(1e-3);
    m_rate->setValue(kRate);
    m_rate->setAccessibleName(tr("Learning rate"));
    m_rate->setToolTip(tr("Of Adam; it falls to 0 as a half cosine"));
    form->addRow(tr("Rate"), m_rate);
    m_seed = spinField(tr("Seed"), 0, 1'000'000, 1);
    form->addRow(tr("Seed"), m_seed);
    layout->addLayout(form);
    m_memory = new QLabel;
    m_memory->setWordWrap(true);
    layout->addWidget(m_memory);
    m_train = new QPushButton(widgets::themedIcon(u"play"_s), tr("Train"));
    m_anew = makeAnewButton();
    auto* starts = new QHBoxLayout;
    starts->addWidget(m_train, 1);
    starts->addWidget(m_anew);
    layout->addLayout(starts);
    m_live = new QLabel;
    m_live->setWordWrap(true);
    layout->addWidget(m_live);
    m_result = makeFiguresLabel();
    layout->addWidget(m_result);
    m_save = new QPushButton(widgets::themedIcon(u"save"_s), tr("Keep the network\u2026"));
    m_save->setToolTip(tr("A file for \u201cdeep predict\u201d"));
    layout->addWidget(m_save);
    layout->addStretch(1);

    connect(m_open, &QPushButton::clicked, this, [this] {
        const QString file = QFileDialog::getOpenFileName(this, tr("Designs to learn from"), {},
                                                          tr("Designs (*.h5)"));
        if (!file.isEmpty())
            m_work.open(file);
    });
    connect(m_example, &QPushButton::clicked, this, [this] { m_work.makeExample(); });
    connect(m_train, &QPushButton::clicked, this, [this] {
        if (m_work.isTraining())
            m_work.stop();
        else
            start(false);
    });
    connect(m_anew, &QPushButton::clicked, this, [this] { start(true); });
    connect(m_save, &QPushButton::clicked, this, [this] {
        const QString file = QFileDialog::getSaveFileName(
            this, tr("Keep the network"), u"deep.safetensors"_s, tr("Networks (*.safetensors)"));
        if (!file.isEmpty())
            saveTo(file);
    });
    connect(m_halfMoments, &QCheckBox::toggled, this, &DeepPage::adapt);
    for (QComboBox* box : {m_block, m_storage, m_loss, m_norm, m_sums, m_device})
        connect(box, &QComboBox::currentIndexChanged, this, &DeepPage::adapt);
    for (QSpinBox* box : {m_layers, m_channels, m_groups, m_select, m_epochs, m_seed})
        connect(box, &QSpinBox::valueChanged, this, &DeepPage::showMemory);
    for (QDoubleSpinBox* box : {m_rate, m_floor})
        connect(box, &QDoubleSpinBox::valueChanged, this, &DeepPage::showMemory);
    connect(m_quantile, &QDoubleSpinBox::valueChanged, this, [this] {
        adapt();
        showHistogram();
    });
    connect(m_threshold, &QDoubleSpinBox::valueChanged, this, [this] {
        showMemory();
        showHistogram();
    });
    connect(m_split, &QComboBox::currentIndexChanged, this, &DeepPage::showMemory);
    connect(m_label, &QComboBox::currentIndexChanged, this, [this] {
        showMemory();
        m_depth->labelChanged();
    });
    return scrolled(side, tr("Network and training"));
}

QWidget* DeepPage::scrolled(QWidget* form, const QString& name) const {
    auto* scroll = new QScrollArea;
    scroll->setAccessibleName(name);
    scroll->setWidget(form);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setMinimumWidth(fontMetrics().averageCharWidth() * 42);
    return scroll;
}

QWidget* DeepPage::buildMain() {
    const auto exported = [this](auto* view) {
        auto* actions = new widgets::ExportActions([view] { return view->renderable(); }, view);
        connect(actions, &widgets::ExportActions::failed, this,
                [this](const Error& error) { m_bar->showError(error); });
        return actions->button(tr("Export"));
    };
    m_lossPlot = new widgets::PlotView(tr("Mean squared error"));
    m_lossPlot->setAxes(tr("epoch"), tr("error"));
    m_lossPlot->setLogarithmic(false, true);
    m_lossPlot->setEmptyText(tr("Errors appear here, epoch by epoch"));
    m_figuresPlot = new widgets::PlotView(tr("Validation designs"));
    m_figuresPlot->setAxes(tr("epoch"), tr("correlation"));
    m_figuresPlot->setLegendAt(Qt::AlignBottom | Qt::AlignRight);
    m_figuresPlot->setYRange(-0.2, 1);
    m_figuresPlot->setEmptyText(tr("Correlations appear here"));
    m_selectedPlot = new widgets::PlotView(tr("Selected by MPGD"));
    m_selectedPlot->setAxes(tr("epoch"), tr("share"));
    m_selectedPlot->setYRange(0, 1.05);
    m_selectedPlot->setLegendAt(Qt::AlignBottom | Qt::AlignRight);
    m_selectedPlot->setEmptyText(tr("Shares appear here with MPGD"));
    auto* plots = new QSplitter(Qt::Horizontal);
    plots->addWidget(titledPane(tr("Mean squared error"), m_lossPlot, exported(m_lossPlot)));
    plots->addWidget(titledPane(tr("Validation designs"), m_figuresPlot, exported(m_figuresPlot)));
    plots->addWidget(titledPane(tr("Selected by MPGD"), m_selectedPlot, exported(m_selectedPlot)));
    for (int i = 0; i < 3; ++i)
        plots->setStretchFactor(i, 1);

    m_map = new widgets::MapView(tr("Congestion predicted, true and error"));
    m_map->setEmptyText(tr("A design's congestion appears here after a training"));
    m_design = choiceField(tr("Design on the maps"));
    m_design->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    auto* head = new QWidget;
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_design);
    row->addWidget(exported(m_map));
    connect(m_design, &QComboBox::currentIndexChanged, this, &DeepPage::showMap);
    auto* main = new QSplitter(Qt::Vertical);
    main->addWidget(plots);
    m_histogram = new widgets::PlotView(tr("Histogram of the errors"));
    m_histogram->setAxes(tr("error"), tr("cells"));
    m_histogram->setLogarithmic(false, true);
    m_histogram->setEmptyText(tr("How a design's errors are spread appears here"));
    auto* lower = new QSplitter(Qt::Horizontal);
    lower->addWidget(titledPane(tr("Congestion per GCell, mean of its cells"), m_map, head));
    lower->addWidget(titledPane(tr("Errors of the cells"), m_histogram, exported(m_histogram)));
    lower->setStretchFactor(0, 3);
    lower->setStretchFactor(1, 1);
    lower->setSizes({2800, 1200}); // shares
    lower->setChildrenCollapsible(false);
    main->addWidget(lower);
    main->setSizes({1800, 3000}); // shares
    main->setStretchFactor(0, 2);
    main->setStretchFactor(1, 3);
    plots->setMinimumHeight(fontMetrics().height() * 14);
    main->setChildrenCollapsible(false);
    return main;
}

deeptrain::TaskOptions DeepPage::options() const {
    deeptrain::TaskOptions options;
    options.split.by = static_cast<congestion::SplitOptions::By>(m_split->currentData().toInt());
    options.split.seed = 1;
    options.label = static_cast<deeptrain::Label>(m_label->currentData().toInt());
    return options;
}

deep::TrainConfig DeepPage::config() const {
    deep::TrainConfig config;
    deep::NetworkConfig& n = config.network;
    n.block = static_cast<deep::Block>(m_block->currentData().toInt());
    n.layers = m_layers->value();
    n.channels = m_channels->value();
    n.groups = m_groups->value();
    n.norm = static_cast<deep::Norm>(m_norm->currentData().toInt());
    n.factorised = m_sums->currentData().toBool();
    n.k = n.block == deep::Block::Gsr ? m_select->value() : 0;
    n.storage = static_cast<deep::Storage>(m_storage->currentData().toInt());
    if (!n.sparse() && (n.storage == deep::Storage::A || n.storage == deep::Storage::B))
        n.storage = deep::Storage::D; // nothing is selected that could be stored
    n.skip = n.storage == deep::Storage::B ? deep::Skip::Paper : deep::Skip::Full;
    n.seed = static_cast<std::uint64_t>(m_seed->value());
    n.halfMoments = n.reversible() && m_halfMoments->isChecked();
    const auto device = deep::deviceFor(deviceChoice(), n, [this]() -> Expected<void> {
        if (m_noGpu)
            return fail(*m_noGpu);
        return {};
    });
    n.device = device ? *device : deep::Device::Cuda; // whose check says why not
    if (m_work.designs())
        n.inputs = static_cast<int>(
            deeptrain::featureNamesOf(m_work.designs()->set.featureNames, options().label).size());
    config.loss.kind = static_cast<deep::LossKind>(m_loss->currentData().toInt());
    config.loss.threshold = m_threshold->value();
    if (config.loss.kind == deep::LossKind::Shrinkage)
        config.loss.shrinkC = m_threshold->value();
    if (config.loss.kind == deep::LossKind::Mpgd) {
        config.loss.quantile = m_quantile->value();
        config.loss.floor = m_floor->value();
    }
    config.adam.rate = m_rate->value();
    config.epochs = m_epochs->value();
    config.cosine = true;
    return config;
}

void DeepPage::adapt() {
    const auto block = static_cast<deep::Block>(m_block->currentData().toInt());
    const bool reversible = block == deep::Block::Gsr || block == deep::Block::RevGnn;
    m_select->setEnabled(block == deep::Block::Gsr);
    m_storage->setEnabled(reversible);
    m_groups->setEnabled(reversible);
    m_halfMoments->setEnabled(reversible);
    const auto loss = static_cast<deep::LossKind>(m_loss->currentData().toInt());
    for (QDoubleSpinBox* box : {m_quantile, m_floor})
        m_form->setRowVisible(box, loss == deep::LossKind::Mpgd);
    m_threshold->setEnabled(loss == deep::LossKind::Shrinkage ||
                            (loss == deep::LossKind::Mpgd && m_quantile->value() == 0));
    showDevice();
    showMemory();
}

deep::DeviceChoice DeepPage::deviceChoice() const {
    return static_cast<deep::DeviceChoice>(m_device->currentData().toInt());
}

void DeepPage::askForGpu(JobService& jobs) {
    JobSpec spec{tr("Looking for a GPU"), Pool::Io, {}};
    spec.quiet = true;
    using Missing = std::optional<Error>;
    jobs.start<Missing>(
        spec,
        [](StopToken, ProgressSink&) -> Expected<Missing> {
            const auto usable = deep::cudaUsable();
            return usable ? Missing{} : Missing{usable.error()};
        },
        this,
        [this](Expected<Missing> missing) {
            if (missing)
                setGpu(*missing);
        });
}

void DeepPage::setGpu(const std::optional<Error>& missing) {
    m_noGpu = missing;
    const int row = m_device->findData(int(deep::DeviceChoice::Cuda));
    if (missing && m_device->currentIndex() == row)
        m_device->setCurrentIndex(0);
    if (auto* items = qobject_cast<QStandardItemModel*>(m_device->model())) {
        items->item(row)->setEnabled(!missing);
        items->item(row)->setToolTip(missing ? qs(missing->text) : QString());
    }
    adapt();
}

/// Where the network would run, and why not on a GPU.
void DeepPage::showDevice() {
    const deep::NetworkConfig network = config().network;
    const bool there = network.device == deep::Device::Cuda;
    QString why;
    if (m_noGpu) {
        why = qs(m_noGpu->text);
        if (!m_noGpu->detail.empty())
            why += u" ("_s + qs(m_noGpu->detail) + u')';
    } else if (!there && deviceChoice() == deep::DeviceChoice::Auto) {
        deep::NetworkConfig asked = network;
        asked.device = deep::Device::Cuda;
        if (const auto runs = deep::checkDevice(asked); !runs)
            why = qs(runs.error().detail);
    }
    if (const auto runs = deep::checkDevice(network); !runs) { // chosen, not found
        m_deviceNote->setText(tr("%1. It cannot be trained so.").arg(qs(runs.error().detail)));
        return;
    }
    m_deviceNote->setText(there           ? tr("Runs on the GPU.")
                          : why.isEmpty() ? tr("Runs on the CPU.")
                                          : tr("%1. Runs on the CPU.").arg(why));
}

void DeepPage::showMemory() {
    const auto designs = m_work.designs();
    bool possible = false;
    if (!designs) {
        m_memory->setText(tr("Choose designs to see how much memory the network will need."));
    } else {
        const deep::NetworkConfig network = config().network;
        const auto checked = deep::checkConfig(network);
        if (!checked) {
            m_memory->setText(qs(checked.error().message()));
        } else {
            possible = designs->has(options().label);
            deep::GraphSize size = designs->sizeOf(options().label);
            if (!network.factorised)
                size = deep::overEdges(size, network.norm);
            const deep::PredictedMemory m = deep::predictedMemory(network, size);
            m_memory->setText(
                tr("Will need %1: weights %2, streams %3, work %4, stored per layer %5, graph %6.")
                    .arg(mebibytes(m.total()), mebibytes(m.weights), mebibytes(m.streams),
                         mebibytes(m.work), mebibytes(m.stored), mebibytes(m.graph)));
        }
    }
    m_interrupted.reset();
    if (possible && !m_work.isTraining())
        m_interrupted = m_work.interrupted(config(), options());
    if (!m_work.isTraining()) {
        m_train->setText(m_interrupted ? tr("Continue") : tr("Train"));
        m_train->setToolTip(m_interrupted
                                ? tr("A training with these settings was interrupted after epoch "
                                     "%L1 of %L2; it goes on from there")
                                      .arg(m_interrupted->epochs)
                                      .arg(m_epochs->value())
                                : QString());
    }
    m_anew->setVisible(m_interrupted.has_value());
    m_train->setEnabled(m_work.isTraining() || (possible && !m_work.isReading()));
}

void DeepPage::showState() {
    const bool training = m_work.isTraining();
    if (training)
        m_train->setText(tr("Stop"));
    else if (m_work.interrupted(config(), options()) && !m_epochsSeen.isEmpty())
        m_live->setText(tr("Stopped. What was learned is kept; it goes on from there."));
    m_train->setIcon(widgets::themedIcon(training ? u"stop"_s : u"play"_s));
    m_open->setEnabled(!training && !m_work.isReading());
    m_example->setEnabled(!training && !m_work.isReading());
    m_save->setEnabled(m_work.outcome() != nullptr);
    m_design->setEnabled(m_work.outcome() != nullptr);
    if (!m_work.designs())
        m_file->setText(tr("Routed designs to learn congestion from; made with "
                           "\u201cohmscape-cli congestion import\u201d."));
    showMemory();
}

void DeepPage::showDesigns() {
    m_bar->dismiss();
    const auto designs = m_work.designs();
    m_file->setText(tr("%1: %Ln design(s) with labels, the largest graph has %2 nodes and %3 "
                       "edges.",
                       nullptr, designs->labelled)
                        .arg(designs->title)
                        .arg(QLocale().toString(static_cast<qlonglong>(designs->size.nodes)))
                        .arg(QLocale().toString(static_cast<qlonglong>(designs->size.edges))));
    m_epochsSeen.clear();
    for (widgets::PlotView* plot : {m_lossPlot, m_figuresPlot, m_selectedPlot})
        plot->setSeries({});
    m_live->clear();
    m_result->clear();
    m_design->clear();
    m_map->setMaps(0, 0, {});
    m_histogram->setBars({});
    m_depth->designsChanged();
}

void DeepPage::start(bool anew) {
    m_bar->dismiss();
    const auto from = anew ? std::nullopt : m_interrupted;
    // What is seen of a training that goes on stays.
    const int known = from ? from->epochs : 0;
    while (!m_epochsSeen.isEmpty() && m_epochsSeen.last().epoch > known)
        m_epochsSeen.removeLast();
    for (widgets::PlotView* plot : {m_lossPlot, m_figuresPlot, m_selectedPlot})
        plot->setSeries({});
    m_live->clear();
    m_result->clear();
    m_work.train(config(), options(), from);
}

void DeepPage::showEpoch(const deeptrain::EpochFigures& epoch) {
    m_epochsSeen << epoch;
    QVector<widgets::PlotSeries> errors(2), figures(4), selected(2);
    errors[0].name = tr("training");
    errors[1].name = tr("validation");
    figures[0].name = u"Pearson"_s;
    figures[1].name = u"Spearman"_s;
    figures[2].name = u"Kendall"_s;
    figures[3].name = u"R2"_s;
    selected[0].name = tr("selected");
    selected[1].name = tr("overlap");
    bool picks = false;
    for (const deeptrain::EpochFigures& e : m_epochsSeen) {
        for (auto* set : {&errors, &figures, &selected}) {
            for (widgets::PlotSeries& series : *set)
                series.x << e.epoch;
        }
        errors[0].y << e.trainSquare;
        errors[1].y << (e.validation.designs > 0 ? e.validation.mse : valueOr({}));
        figures[0].y << valueOr(e.validation.pearson);
        figures[1].y << valueOr(e.validation.spearman);
        figures[2].y << valueOr(e.validation.kendall);
        figures[3].y << valueOr(e.validation.r2);
        selected[0].y << valueOr(e.selected);
        selected[1].y << valueOr(e.overlap);
        picks = picks || e.selected.has_value();
    }
    m_lossPlot->setSeries(errors);
    m_figuresPlot->setSeries(figures);
    m_selectedPlot->setSeries(picks ? selected : QVector<widgets::PlotSeries>{});
    m_live->setText(tr("Epoch %L1: %2 s, %3 measured, %4 predicted.")
                        .arg(epoch.epoch)
                        .arg(epoch.seconds, 0, 'f', 2)
                        .arg(mebibytes(epoch.measuredBytes), mebibytes(epoch.predictedBytes)));
}

void DeepPage::showResult() {
    const auto outcome = m_work.outcome();
    const deeptrain::TrainingResult& r = outcome->result;
    m_result->setText(
        tr("Best epoch %L1, %2 s in all. Test designs: Pearson %3, Spearman %4, Kendall %5, R2 %6, "
           "mean squared error %7 (all zeros: %8), greatest error %9.")
            .arg(r.bestEpoch)
            .arg(outcome->seconds, 0, 'f', 1)
            .arg(figure(r.test.pearson), figure(r.test.spearman), figure(r.test.kendall),
                 figure(r.test.r2), QString::number(r.test.mse, 'g', 3),
                 QString::number(r.testZero.mse, 'g', 3),
                 QString::number(r.test.maxError, 'g', 3)));
    {
        const QSignalBlocker quiet(m_design);
        m_design->clear();
        int first = -1;
        for (const deeptrain::TaskDesign& design : outcome->task.designs) {
            const deep::Part part = design.parts.empty() ? deep::Part::Unused : design.parts[0];
            const bool byDesign = m_split->currentIndex() == 0;
            const QString what = !byDesign                      ? tr("divided by node")
                                 : part == deep::Part::Train    ? tr("training")
                                 : part == deep::Part::Validate ? tr("validation")
                                                                : tr("test");
            if (first < 0 && part == deep::Part::Test)
                first = m_design->count();
            m_design->addItem(u"%1 (%2)"_s.arg(qs(design.name), what));
        }
        m_design->setCurrentIndex(std::max(first, 0));
    }
    showMap();
    showState();
}

void DeepPage::showMap() {
    const auto outcome = m_work.outcome();
    const int at = m_design->currentIndex();
    if (!outcome || at < 0 || static_cast<std::size_t>(at) >= outcome->task.designs.size()) {
        m_map->setMaps(0, 0, {});
        m_histogram->setBars({});
        return;
    }
    const auto i = static_cast<std::size_t>(at);
    const deeptrain::TaskDesign& design = outcome->task.designs[i];
    m_map->setComparison(
        design.grid.columns, design.grid.rows,
        deeptrain::cellMeans(outcome->result.predictions[i], design.gcell, design.grid),
        deeptrain::cellMeans(design.labels, design.gcell, design.grid));
    m_map->fit();
    showHistogram();
}

void DeepPage::showHistogram() {
    const auto outcome = m_work.outcome();
    const int at = m_design->currentIndex();
    if (!outcome || at < 0 || static_cast<std::size_t>(at) >= outcome->task.designs.size())
        return;
    const auto i = static_cast<std::size_t>(at);
    const std::vector<float>& predicted = outcome->result.predictions[i];
    const std::vector<float>& labels = outcome->task.designs[i].labels;
    // What MPGD looks at in these predictions, whichever loss has made them.
    deep::Loss loss = outcome->loss;
    loss.kind = deep::LossKind::Mpgd;
    loss.threshold = m_threshold->value();
    loss.quantile = m_quantile->value();
    std::vector<std::uint8_t> chosen(labels.size());
    deep::lossOf<float>(loss, predicted, labels, {}, 1, {}, chosen);
    m_histogram->setBars(errorBars(predicted, labels, chosen));
    if (loss.quantile > 0) { // then it is the least error that is looked at
        loss.threshold = std::numeric_limits<double>::max();
        for (std::size_t n = 0; n < labels.size(); ++n) {
            if (chosen[n] != 0)
                loss.threshold = std::min(loss.threshold,
                                          std::fabs(static_cast<double>(predicted[n] - labels[n])));
        }
    }
    m_histogram->setMark(loss.threshold, tr("threshold"));
}

void DeepPage::saveTo(const QString& file) {
    const auto written = m_work.save(file);
    if (written)
        m_bar->showMessage(widgets::MessageBar::Kind::Success,
                           tr("The network is kept in %1").arg(file));
    else
        m_bar->showError(written.error());
}

} // namespace ohm::ui
