// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/trainpage.h"

#include "core/base/files.h"
#include "core/learn/predictor.h"
#include "core/project/installation.h"
#include "ui/pages/exportmenu.h"
#include "ui/pages/pageparts.h"
#include "ui/services/learning.h"
#include "ui/services/text.h"
#include "widgets/common/emptyhint.h"
#include "widgets/common/exportview.h"
#include "widgets/common/icons.h"
#include "widgets/common/messagebar.h"
#include "widgets/plot/plotview.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFontDatabase>
#include <QFormLayout>
#include <QGroupBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QShowEvent>
#include <QSlider>
#include <QSpinBox>
#include <QSplitter>
#include <QTableWidget>
#include <QToolButton>

#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;
using State = TrainingRun::State;

namespace {

enum Column { Shown, Name, Status, Progress, Accuracy, MeanError, Seed, Columns };
constexpr int kMostShown = 8; ///< runs drawn without being asked to

QString stateText(State state) {
    switch (state) {
    case State::Waiting:
        return TrainPage::tr("waiting");
    case State::Running:
        return TrainPage::tr("running");
    case State::Paused:
        return TrainPage::tr("paused");
    case State::Finished:
        return TrainPage::tr("finished");
    case State::Interrupted:
        return TrainPage::tr("interrupted");
    case State::Failed:
        return TrainPage::tr("failed");
    }
    return {};
}

QString duration(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0)
        return {};
    const auto s = static_cast<qint64>(seconds);
    return s < 60     ? TrainPage::tr("%1 s").arg(s)
           : s < 3600 ? TrainPage::tr("%1 min %2 s").arg(s / 60).arg(s % 60)
                      : TrainPage::tr("%1 h %2 min").arg(s / 3600).arg(s / 60 % 60);
}

QDoubleSpinBox* rateBox(const QString& name, const QString& help) {
    auto* box = new QDoubleSpinBox;
    box->setDecimals(7);
    box->setRange(0, 1);
    box->setSingleStep(1e-4);
    box->setAccessibleName(name);
    box->setToolTip(help);
    return box;
}

QSpinBox* countBox(const QString& name, int low, int high, const QString& help) {
    auto* box = new QSpinBox;
    box->setRange(low, high);
    box->setGroupSeparatorShown(true);
    box->setAccessibleName(name);
    box->setToolTip(help);
    return box;
}

} // namespace

TrainPage::TrainPage(Trainings& trainings, JobService& jobs, QWidget* parent)
    : QWidget(parent)
    , m_trainings(trainings)
    , m_jobs(jobs)
    , m_bar(new widgets::MessageBar(this)) {
    setObjectName(u"trainPage"_s);
    auto* side = buildForm();
    framePage(this, m_bar, side, buildRuns());
    connect(&m_trainings, &Trainings::changed, this, &TrainPage::showRuns);
    connect(&m_trainings, &Trainings::reported, this, &TrainPage::showRuns);
    connect(&m_trainings, &Trainings::failed, this,
            [this](const ohm::Error& error) { m_bar->showError(error); });
    loadRecipes();
    showRuns();
}

QWidget* TrainPage::buildForm() {
    auto* content = new QWidget;
    auto* form = new QFormLayout(content);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->setRowWrapPolicy(QFormLayout::WrapLongRows);

    m_recipes = new QComboBox;
    m_recipes->setAccessibleName(tr("Recipe"));
    m_recipes->setMinimumContentsLength(18);
    m_recipes->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    auto* open = new QToolButton;
    open->setIcon(widgets::themedIcon(u"open"_s));
    open->setToolTip(tr("Open a recipe file"));
    open->setAccessibleName(open->toolTip());
    auto* save = new QToolButton;
    save->setIcon(widgets::themedIcon(u"export"_s));
    save->setToolTip(tr("Save this form as a recipe file"));
    save->setAccessibleName(save->toolTip());
    auto* choose = new QHBoxLayout;
    choose->addWidget(m_recipes, 1);
    choose->addWidget(open);
    choose->addWidget(save);
    form->addRow(tr("Recipe"), choose);
    m_description = new QLabel;
    m_description->setWordWrap(true);
    m_description->setForegroundRole(QPalette::PlaceholderText);
    form->addRow(m_description);

    m_data = new QLineEdit;
    m_data->setAccessibleName(tr("Data"));
    m_data->setToolTip(tr("Dataset files or requests such as ladder:2-10:20000:seed=1, separated "
                          "by commas"));
    auto* browse = new QToolButton;
    browse->setIcon(widgets::themedIcon(u"open"_s));
    browse->setToolTip(tr("Choose a dataset file"));
    browse->setAccessibleName(browse->toolTip());
    auto* dataRow = new QHBoxLayout;
    dataRow->addWidget(m_data, 1);
    dataRow->addWidget(browse);
    form->addRow(tr("Data"), dataRow);
    m_fraction = new QDoubleSpinBox;
    m_fraction->setRange(0.01, 100);
    m_fraction->setDecimals(2);
    m_fraction->setSuffix(u" %"_s);
    m_fraction->setAccessibleName(tr("Share of the training split"));
    m_fraction->setToolTip(tr("How much of the training split is used: few-shot learning"));
    form->addRow(tr("Of it"), m_fraction);
    m_from = new QComboBox;
    m_from->setAccessibleName(tr("Start from"));
    m_from->setMinimumContentsLength(18);
    m_from->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_from->setToolTip(tr("A pretrained network to finetune, or fresh weights"));
    form->addRow(tr("Start from"), m_from);

    m_architecture = new QComboBox;
    m_architecture->setAccessibleName(tr("Architecture"));
    const std::pair<const char*, const char*> kinds[] = {{"deepgen", "DeepGEN"},
                                                         {"gcn", "GCN"},
                                                         {"gat", "GAT"},
                                                         {"sage", "GraphSAGE"},
                                                         {"clustergcn", "ClusterGCN"},
                                                         {"mlp", "MLP (one topology)"}};
    for (const auto& [id, text] : kinds)
        m_architecture->addItem(QString::fromLatin1(text), QString::fromLatin1(id));
    form->addRow(tr("Network"), m_architecture);
    m_layers = countBox(tr("Layers"), 1, 1000, tr("Message-passing blocks: how far a net sees"));
    form->addRow(tr("Layers"), m_layers);
    m_hidden = countBox(tr("Channels"), 1, 8192, tr("Width of the embedding"));
    form->addRow(tr("Channels"), m_hidden);
    m_steps = countBox(tr("Steps"), 1, 1'000'000'000,
                       tr("Optimiser steps; the schedule is tied to them"));
    form->addRow(tr("Steps"), m_steps);
    m_warmup = countBox(tr("Warm-up"), 0, 1'000'000, tr("Steps of rising learning rate"));
    form->addRow(tr("Warm-up"), m_warmup);
    m_batch = countBox(tr("Batch"), 1, 1'000'000, tr("Graphs per step"));
    form->addRow(tr("Batch"), m_batch);
    m_peak = rateBox(tr("Learning rate"), tr("The greatest learning rate"));
    form->addRow(tr("Rate"), m_peak);
    m_end = rateBox(tr("Final rate"), tr("Learning rate at the last step"));
    form->addRow(tr("Final rate"), m_end);
    m_schedule = new QComboBox;
    m_schedule->setAccessibleName(tr("Schedule"));
    for (const char* id : {"linear", "cosine", "constant"})
        m_schedule->addItem(QString::fromLatin1(id));
    form->addRow(tr("Schedule"), m_schedule);
    m_lossKind = new QComboBox;
    m_lossKind->setAccessibleName(tr("Loss"));
    for (const char* id : {"mse", "mae", "huber", "mpgd", "shrinkage"})
        m_lossKind->addItem(QString::fromLatin1(id));
    form->addRow(tr("Loss"), m_lossKind);
    const auto part = [](const QString& name, double most, const QString& help) {
        auto* box = new QDoubleSpinBox;
        box->setDecimals(6);
        box->setRange(0, most);
        box->setSingleStep(0.01);
        box->setAccessibleName(name);
        box->setToolTip(help);
        return box;
    };
    m_threshold = part(tr("Threshold of MPGD"), 1e6,
                       tr("Entries whose error, in scaled labels, is above it are learned from; "
                          "all of them where none is"));
    m_per = new QComboBox;
    m_per->setAccessibleName(tr("Entries are chosen per"));
    m_per->setToolTip(tr("Among all entries of a batch, or in each graph by itself"));
    m_per->addItem(tr("batch"), u"batch"_s);
    m_per->addItem(tr("sample"), u"sample"_s);
    m_quantile = part(tr("Quantile of MPGD"), 0.9999,
                      tr("This quantile of the errors is the threshold: 0.9 chooses the worst "
                         "tenth. 0 = the fixed threshold"));
    m_floor = part(tr("Floor of MPGD"), 1,
                   tr("The sum is divided by at least this share of the entries, so that few "
                      "chosen ones make no huge gradient. 0 = off"));
    m_shrinkA = part(tr("Steepness of shrinkage"), 1e6, tr("a of 1 / (1 + exp(a (c - |e|)))"));
    m_shrinkC = part(tr("Place of shrinkage"), 1e6, tr("Errors below c count little"));
    form->addRow(tr("Threshold"), m_threshold);
    form->addRow(tr("Chosen per"), m_per);
    form->addRow(tr("Quantile"), m_quantile);
    form->addRow(tr("Floor"), m_floor);
    form->addRow(tr("a"), m_shrinkA);
    form->addRow(tr("c"), m_shrinkC);
    const auto adapt = [this, form] {
        const QString kind = m_lossKind->currentText();
        for (QWidget* field : {static_cast<QWidget*>(m_threshold), static_cast<QWidget*>(m_per),
                               static_cast<QWidget*>(m_quantile), static_cast<QWidget*>(m_floor)})
            form->setRowVisible(field, kind == u"mpgd"_s);
        for (QWidget* field : {m_shrinkA, m_shrinkC})
            form->setRowVisible(field, kind == u"shrinkage"_s);
        m_threshold->setEnabled(m_quantile->value() == 0);
    };
    connect(m_lossKind, &QComboBox::currentIndexChanged, this, adapt);
    connect(m_quantile, &QDoubleSpinBox::valueChanged, this, adapt);
    adapt();
    m_validate = countBox(tr("Validate every"), 1, 1'000'000, tr("Steps between two measurements"));
    form->addRow(tr("Measure every"), m_validate);
    m_seeds = new QLineEdit(u"0"_s);
    m_seeds->setAccessibleName(tr("Seeds"));
    m_seeds->setToolTip(tr("One run for each, e.g. 0, 1, 2"));
    form->addRow(tr("Seeds"), m_seeds);
    m_device = new QComboBox;
    m_device->setAccessibleName(tr("Device"));
    m_device->addItems({u"cpu"_s, u"cuda"_s});
    form->addRow(tr("Device"), m_device);

    m_start = new QPushButton(widgets::themedIcon(u"play"_s), tr("Start training"));
    m_start->setDefault(true);
    auto* scroll = new QScrollArea;
    scroll->setAccessibleName(tr("Training to start"));
    scroll->setWidget(content);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* side = new QWidget;
    auto* layout = new QVBoxLayout(side);
    layout->addWidget(scroll, 1);
    layout->addWidget(m_start);
    side->setMinimumWidth(fontMetrics().averageCharWidth() * 38);

    connect(m_recipes, &QComboBox::activated, this,
            [this](int i) { openRecipe(m_recipes->itemData(i).toString()); });
    connect(open, &QToolButton::clicked, this, [this] {
        auto* dialog = new QFileDialog(this, tr("Open recipe"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setNameFilters({tr("Recipes (*.yaml *.yml)"), tr("All files (*)")});
        connect(dialog, &QFileDialog::fileSelected, this, &TrainPage::openRecipe);
        dialog->open();
    });
    connect(save, &QToolButton::clicked, this, &TrainPage::saveRecipe);
    connect(browse, &QToolButton::clicked, this, [this] {
        auto* dialog = new QFileDialog(this, tr("Choose dataset"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setNameFilters({tr("Datasets (*.h5)"), tr("All files (*)")});
        connect(dialog, &QFileDialog::fileSelected, this, &TrainPage::setData);
        dialog->open();
    });
    connect(m_start, &QPushButton::clicked, this, &TrainPage::start);
    return side;
}

QWidget* TrainPage::buildRuns() {
    m_runs = new QTableWidget(0, Columns);
    offerExport(m_runs, u"trainings"_s);
    m_runs->setAccessibleName(tr("Runs"));
    widgets::setEmptyHint(m_runs, tr("Choose a recipe and press Start training: runs appear here"));
    m_runs->setHorizontalHeaderLabels(
        {QString(), tr("Run"), tr("State"), tr("Progress"), tr("Acc@K"), tr("MAE"), tr("Seed")});
    m_runs->verticalHeader()->hide();
    m_runs->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_runs->setSelectionMode(QAbstractItemView::SingleSelection);
    m_runs->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_runs->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_runs->horizontalHeader()->setSectionResizeMode(Name, QHeaderView::Stretch);
    const auto button = [this](const char* icon, const QString& text) {
        auto* b = new QPushButton(widgets::themedIcon(QString::fromLatin1(icon)), text, this);
        b->setAutoDefault(false);
        return b;
    };
    m_pause = button("pause", tr("Pause"));
    m_resume = button("play", tr("Resume"));
    m_stop = button("stop", tr("Stop"));
    m_remove = button("close", tr("Remove"));
    m_undo = button("undo", tr("Bring back"));
    m_report = button("export", tr("Report..."));
    m_report->setToolTip(
        tr("A page, a PDF and every figure of the runs shown, with all that makes them again"));
    m_status = new QLabel;
    m_status->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* buttons = new QHBoxLayout;
    for (QPushButton* b : {m_pause, m_resume, m_stop, m_remove, m_undo})
        buttons->addWidget(b);
    buttons->addWidget(m_status, 1);
    buttons->addWidget(m_report);
    auto* top = new QWidget;
    auto* topLayout = new QVBoxLayout(top);
    topLayout->addWidget(m_runs, 1);
    topLayout->addLayout(buttons);

    m_loss = new widgets::PlotView(tr("Loss"));
    m_loss->setAxes(tr("step"), tr("training loss"));
    m_loss->setLogarithmic(false, true);
    m_loss->setEmptyText(tr("The loss of the runs that are ticked above."));
    m_accuracy = new widgets::PlotView(tr("Accuracy"));
    m_accuracy->setYRange(0, 1);
    m_accuracy->setLegendAt(Qt::AlignBottom | Qt::AlignRight);
    m_accuracy->setEmptyText(tr("Acc@K on the validation split, over the steps."));
    m_curve = new widgets::PlotView(tr("Accuracy against K"));
    m_curve->setAxes(tr("K"), tr("Acc@K"));
    m_curve->setLogarithmic(true, false);
    m_curve->setYRange(0, 1);
    m_curve->setLegendAt(Qt::AlignBottom | Qt::AlignLeft);
    m_curve->setEmptyText(tr("How the accuracy falls as the band gets narrower."));
    m_selected = new widgets::PlotView(tr("Selected by MPGD"));
    m_selected->setAxes(tr("step"), tr("share of the entries"));
    m_selected->setYRange(0, 1.05);
    m_selected->setLegendAt(Qt::AlignBottom | Qt::AlignRight);
    m_selected->hide();
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
    connect(m_bands, &QCheckBox::toggled, this, &TrainPage::showPlots);
    auto* slider = new QHBoxLayout;
    slider->addWidget(m_bands);
    slider->addWidget(m_kText);
    slider->addWidget(m_k, 1);
    auto* curve = new QWidget;
    auto* curveLayout = new QVBoxLayout(curve);
    curveLayout->setContentsMargins(0, 0, 0, 0);
    curveLayout->addWidget(m_curve, 1);
    curveLayout->addLayout(slider);
    m_log = new QPlainTextEdit;
    m_log->setReadOnly(true);
    m_log->setAccessibleName(tr("Log of the run"));
    m_log->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_log->setPlaceholderText(tr("The reports of the selected run."));
    m_log->setLineWrapMode(QPlainTextEdit::NoWrap);

    auto* upper = new QSplitter(Qt::Horizontal);
    upper->addWidget(m_loss);
    upper->addWidget(m_accuracy);
    upper->addWidget(m_selected);
    auto* lower = new QSplitter(Qt::Horizontal);
    lower->addWidget(curve);
    lower->addWidget(m_log);
    for (QSplitter* s : {upper, lower}) {
        s->setStretchFactor(0, 1);
        s->setStretchFactor(1, 1);
        s->setChildrenCollapsible(false);
    }
    upper->setStretchFactor(2, 1);
    for (widgets::PlotView* plot : {m_loss, m_accuracy, m_curve, m_selected}) {
        offerExport(plot);
    }
    auto* vertical = new QSplitter(Qt::Vertical);
    vertical->addWidget(top);
    vertical->addWidget(upper);
    vertical->addWidget(lower);
    vertical->setStretchFactor(0, 2);
    vertical->setStretchFactor(1, 3);
    vertical->setStretchFactor(2, 3);
    vertical->setChildrenCollapsible(false);

    connect(m_pause, &QPushButton::clicked, this, [this] {
        const int i = m_trainings.find(currentRun());
        if (i >= 0)
            m_trainings.setPaused(currentRun(), m_trainings.runs()[i].state != State::Paused);
    });
    connect(m_resume, &QPushButton::clicked, this, [this] { m_trainings.resume(currentRun()); });
    connect(m_stop, &QPushButton::clicked, this, [this] { m_trainings.stop(currentRun()); });
    connect(m_remove, &QPushButton::clicked, this, [this] { m_trainings.remove(currentRun()); });
    connect(m_undo, &QPushButton::clicked, this, [this] { m_trainings.restore(); });
    connect(m_report, &QPushButton::clicked, this, [this] {
        std::vector<std::filesystem::path> folders;
        for (const TrainingRun* run : shownRuns())
            folders.push_back(run->folder);
        emit reportRequested(folders);
    });
    connect(m_runs, &QTableWidget::itemSelectionChanged, this, &TrainPage::showStatus);
    connect(m_runs, &QTableWidget::itemChanged, this, [this](QTableWidgetItem* item) {
        if (m_filling || item->column() != Shown)
            return;
        const QString name = m_runs->item(item->row(), Name)->text();
        if (item->checkState() == Qt::Checked)
            m_hiddenRuns.remove(name);
        else
            m_hiddenRuns.insert(name);
        showPlots();
    });
    connect(m_k, &QSlider::valueChanged, this, [this] {
        showPlots();
        showRuns();
    });
    return vertical;
}

void TrainPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (event->spontaneous())
        return;
    m_trainings.refresh();
    const QString chosen = m_from->currentData().toString();
    m_from->clear();
    m_from->addItem(tr("fresh weights"), QString());
    Diagnostics ignored;
    for (const auto& model :
         learn::listModels({Learning::shippedModels(), Learning::ownModels()}, ignored))
        m_from->addItem(qs(model.name), qs(model.path.string()));
    m_from->setCurrentIndex(std::max(0, m_from->findData(chosen)));
}

void TrainPage::loadRecipes() {
    std::error_code ignored;
    std::vector<std::filesystem::path> files;
    for (std::filesystem::directory_iterator it(project::recipeFolder(), ignored), end; it != end;
         it.increment(ignored)) {
        if (it->path().extension() == ".yaml")
            files.push_back(it->path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files)
        m_recipes->addItem(qs(file.stem().string()), qs(file.string()));
    const int ladder = m_recipes->findText(u"ladder"_s);
    if (ladder >= 0) {
        m_recipes->setCurrentIndex(ladder);
        openRecipe(m_recipes->itemData(ladder).toString());
    } else {
        setRecipe({});
    }
}

void TrainPage::openRecipe(const QString& path) {
    const auto recipe = learn::readRecipe(path.toStdString());
    if (!recipe) {
        m_bar->showError(recipe.error());
        return;
    }
    m_bar->dismiss();
    if (m_recipes->findData(path) < 0)
        m_recipes->addItem(qs(recipe->name), path);
    m_recipes->setCurrentIndex(m_recipes->findData(path));
    setRecipe(*recipe);
}

void TrainPage::setRecipe(const learn::Recipe& recipe) {
    m_recipe = recipe;
    m_description->setText(qs(recipe.description));
    m_description->setVisible(!recipe.description.empty());
    QStringList names;
    for (const auto& name : recipe.data)
        names << qs(name);
    m_data->setText(names.join(u", "_s));
    m_fraction->setValue(recipe.fraction * 100);
    m_architecture->setCurrentIndex(
        std::max(0, m_architecture->findData(qs(recipe.network.architecture))));
    m_layers->setValue(static_cast<int>(recipe.network.layers));
    m_hidden->setValue(static_cast<int>(recipe.network.hidden));
    m_steps->setValue(static_cast<int>(std::min<std::int64_t>(recipe.steps, 1'000'000'000)));
    m_warmup->setValue(static_cast<int>(recipe.warmup));
    m_batch->setValue(static_cast<int>(recipe.batch));
    m_peak->setValue(recipe.peakRate);
    m_end->setValue(recipe.endRate);
    m_schedule->setCurrentText(qs(recipe.schedule));
    m_lossKind->setCurrentText(qs(recipe.loss));
    m_threshold->setValue(recipe.lossThreshold);
    m_per->setCurrentIndex(std::max(0, m_per->findData(qs(recipe.lossPer))));
    m_quantile->setValue(recipe.lossQuantile);
    m_floor->setValue(recipe.lossFloor);
    m_shrinkA->setValue(recipe.shrinkA);
    m_shrinkC->setValue(recipe.shrinkC);
    m_validate->setValue(static_cast<int>(recipe.validateEvery));
    m_seeds->setText(QString::number(recipe.seed));
    m_k->setValue(recipe.k);
}

void TrainPage::setData(const QString& names) {
    m_data->setText(names);
}

TrainingSetup TrainPage::setup() const {
    TrainingSetup setup;
    learn::Recipe& r = setup.recipe;
    r = m_recipe;
    if (r.name.empty())
        r.name = "run";
    r.data.clear();
    for (const QString& piece : m_data->text().split(u',', Qt::SkipEmptyParts))
        r.data.push_back(piece.trimmed().toStdString());
    r.fraction = m_fraction->value() / 100;
    r.network.architecture = m_architecture->currentData().toString().toStdString();
    r.network.layers = m_layers->value();
    r.network.hidden = m_hidden->value();
    r.steps = m_steps->value();
    r.warmup = m_warmup->value();
    r.batch = m_batch->value();
    r.peakRate = m_peak->value();
    r.endRate = m_end->value();
    r.schedule = m_schedule->currentText().toStdString();
    r.loss = m_lossKind->currentText().toStdString();
    r.lossThreshold = m_threshold->value();
    r.lossPer = m_per->currentData().toString().toStdString();
    r.lossQuantile = m_quantile->value();
    r.lossFloor = m_floor->value();
    r.shrinkA = m_shrinkA->value();
    r.shrinkC = m_shrinkC->value();
    r.validateEvery = m_validate->value();
    setup.from = m_from->currentData().toString();
    setup.device = m_device->currentText();
    setup.seeds.clear();
    for (const QString& piece : m_seeds->text().split(u',', Qt::SkipEmptyParts)) {
        bool good = false;
        const quint64 seed = piece.trimmed().toULongLong(&good);
        if (good && !setup.seeds.contains(seed))
            setup.seeds.push_back(seed);
    }
    return setup;
}

void TrainPage::start() {
    m_bar->dismiss();
    const TrainingSetup wanted = setup();
    if (wanted.seeds.isEmpty()) {
        m_bar->showMessage(widgets::MessageBar::Kind::Warning,
                           tr("A seed is a number, e.g. 0, or several: 0, 1, 2."));
        return;
    }
    const auto checked = learn::checkRecipe(wanted.recipe);
    if (!checked) {
        m_bar->showError(checked.error());
        return;
    }
    if (wanted.recipe.data.empty()) {
        m_bar->showMessage(widgets::MessageBar::Kind::Warning,
                           tr("Name a dataset to train on, or a request such as "
                              "ladder:2-10:20000."));
        return;
    }
    m_trainings.start(wanted);
    m_runs->selectRow(0);
}

void TrainPage::saveRecipe() {
    auto* dialog = new QFileDialog(this, tr("Save recipe"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(u"yaml"_s);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        learn::Recipe recipe = setup().recipe;
        recipe.name = QFileInfo(path).completeBaseName().toStdString();
        const auto written = writeFileAtomically(path.toStdString(), learn::recipeText(recipe));
        if (!written)
            m_bar->showError(written.error());
        else
            openRecipe(path);
    });
    dialog->open();
}

QString TrainPage::currentRun() const {
    const int row = m_runs->currentRow();
    return row < 0 || !m_runs->item(row, Name) ? QString() : m_runs->item(row, Name)->text();
}

int TrainPage::shownK() const {
    return m_k->value();
}

void TrainPage::showRuns() {
    const QString current = currentRun();
    m_filling = true;
    const auto& runs = m_trainings.runs();
    for (int i = 0; i < runs.size(); ++i) {
        if (m_seenRuns.contains(runs[i].name))
            continue;
        m_seenRuns.insert(runs[i].name);
        if (i >= kMostShown)
            m_hiddenRuns.insert(runs[i].name);
    }
    m_runs->setRowCount(static_cast<int>(runs.size()));
    for (int i = 0; i < runs.size(); ++i) {
        const TrainingRun& run = runs[i];
        const auto set = [&](int column, const QString& text, bool right = false) {
            QTableWidgetItem* item = m_runs->item(i, column);
            if (!item) {
                item = new QTableWidgetItem;
                m_runs->setItem(i, column, item);
            }
            item->setText(text);
            if (right)
                item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        };
        set(Shown, {});
        m_runs->item(i, Shown)->setFlags(Qt::ItemIsEnabled | Qt::ItemIsUserCheckable |
                                         Qt::ItemIsSelectable);
        m_runs->item(i, Shown)->setCheckState(m_hiddenRuns.contains(run.name) ? Qt::Unchecked
                                                                              : Qt::Checked);
        set(Name, run.name);
        set(Status, stateText(run.state));
        const std::int64_t step = run.log.isEmpty() ? 0 : run.log.last().step;
        const double share = static_cast<double>(step) /
                             static_cast<double>(std::max<std::int64_t>(1, run.recipe.steps));
        set(Progress,
            run.state == State::Finished ? tr("100 %")
                                         : tr("%1 %").arg(static_cast<int>(100 * share)),
            true);
        const auto last = run.last();
        const double accuracy = last ? learn::accuracyAt(last->accAt, shownK()) : std::nan("");
        set(Accuracy, std::isfinite(accuracy) ? QString::number(accuracy, 'f', 4) : QString(),
            true);
        set(MeanError, last ? QString::number(last->mae, 'g', 3) : QString(), true);
        set(Seed, QString::number(run.recipe.seed), true);
    }
    m_runs->setHorizontalHeaderItem(Accuracy, new QTableWidgetItem(tr("Acc@%1").arg(shownK())));
    const int row = m_trainings.find(current);
    if (row >= 0)
        m_runs->selectRow(row);
    else if (!runs.isEmpty())
        m_runs->selectRow(0);
    m_filling = false;
    showPlots();
    showStatus();
}

QVector<const TrainingRun*> TrainPage::shownRuns() const {
    QVector<const TrainingRun*> shown;
    for (const TrainingRun& run : m_trainings.runs()) {
        if (!m_hiddenRuns.contains(run.name))
            shown.push_back(&run);
    }
    return shown;
}

void TrainPage::showPlots() {
    const int k = shownK();
    std::vector<runs::RunHistory> histories;
    for (const TrainingRun* run : shownRuns()) {
        runs::RunHistory history;
        history.name = ss(run->name);
        history.recipeName = run->recipe.name;
        learn::Recipe recipe = run->recipe;
        recipe.seed = 0;
        history.family = learn::recipeText(recipe) + ss(run->from);
        history.log = {run->log.begin(), run->log.end()};
        if (const auto last = run->last())
            history.accAt = last->accAt;
        histories.push_back(std::move(history));
    }
    const auto curves = runs::curvesOf(histories, k, m_bands->isChecked());
    m_kText->setText(tr("K = %1").arg(k));
    m_accuracy->setAxes(tr("step"), tr("Acc@%1, validation").arg(k));
    m_loss->setSeries(runSeries(curves.loss, false));
    m_accuracy->setSeries(runSeries(curves.accuracy, false));
    m_curve->setSeries(runSeries(curves.accAtK, true));
    auto selected = runSeries(curves.selected, false);
    const auto overlap = runSeries(curves.overlap, false);
    for (widgets::PlotSeries series : overlap) {
        series.name = tr("%1, overlap").arg(series.name);
        series.dashed = true;
        selected << series;
    }
    m_selected->setSeries(selected);
    m_selected->setVisible(!selected.isEmpty());
    m_curve->setMark(curves.accAtK.empty() ? std::nan("") : k, tr("K = %1").arg(k));
}

void TrainPage::showStatus() {
    const int i = m_trainings.find(currentRun());
    const TrainingRun* run = i < 0 ? nullptr : &m_trainings.runs()[i];
    const bool active = run && run->job != 0;
    const bool paused = run && run->state == State::Paused;
    m_pause->setEnabled(active);
    m_pause->setText(paused ? tr("Continue") : tr("Pause"));
    m_stop->setEnabled(active);
    m_resume->setVisible(run && run->canResume());
    m_remove->setEnabled(run && !active && run->state != State::Running);
    m_undo->setVisible(m_trainings.canRestore());
    m_report->setEnabled(!shownRuns().isEmpty());
    QString text;
    if (run && run->state == State::Failed && !run->error.text.empty()) {
        text = qs(run->error.text);
    } else if (run && !run->log.isEmpty()) {
        const auto& last = run->log.last();
        text = tr("step %L1 of %L2, %3 graphs/s")
                   .arg(last.step)
                   .arg(last.steps)
                   .arg(last.graphsPerSecond, 0, 'f', 0);
        if (active && last.remainingSeconds > 0)
            text += tr(", %1 left").arg(duration(last.remainingSeconds));
    } else if (active) {
        text = tr("preparing the data");
    }
    m_status->setText(text);
    QStringList lines;
    for (qsizetype k = 0; run && k < run->log.size(); ++k) {
        const auto& r = run->log[k];
        QString line = tr("step %1  loss %2").arg(r.step, 7).arg(r.trainLoss, 0, 'g', 4);
        if (r.selected)
            line += tr("  selected %1 %").arg(100 * *r.selected, 0, 'f', 1);
        if (r.overlap)
            line += tr("  overlap %1").arg(*r.overlap, 0, 'f', 2);
        if (r.validation)
            line += tr("  Acc@%1 %2  MAE %3")
                        .arg(shownK())
                        .arg(learn::accuracyAt(r.validation->accAt, shownK()), 0, 'f', 4)
                        .arg(r.validation->mae, 0, 'g', 4);
        lines << line;
    }
    const QString whole = lines.join(u'\n');
    if (m_log->toPlainText() != whole)
        m_log->setPlainText(whole);
}

} // namespace ohm::ui
