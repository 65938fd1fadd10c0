// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/docks/predictdock.h"

#include "core/base/units.h"
#include "ui/models/errortable.h"
#include "ui/pages/exportmenu.h"
#include "ui/services/text.h"
#include "ui/session/circuitsession.h"
#include "ui/session/prediction.h"
#include "ui/session/simulation.h"
#include "ui/session/voltagedisplay.h"
#include "widgets/common/icons.h"
#include "widgets/common/messagebar.h"

#include <QComboBox>
#include <QDesktopServices>
#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QRegularExpression>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QTableView>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>

#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr int kLeastK = 10;
constexpr int kMostK = 400;
constexpr int kDefaultK = 100;
constexpr int kMaxSynced = 200;

/// "validation Acc@100 0.962" from a checkpoint's provenance, in whatever detail it has.
QString trainedTo(const learn::ModelInfo& model) {
    QStringList parts;
    for (const auto& [key, value] : model.provenance) {
        // "validation.acc_at_100"
        static const QRegularExpression pattern(u"^(?:(.*)\\.)?acc(?:_at_|@)(\\d+)$"_s);
        const QRegularExpressionMatch found = pattern.match(qs(key));
        bool number = false;
        const double reached = QString::fromStdString(value).toDouble(&number);
        if (found.hasMatch() && number)
            if (found.captured(2).toInt() >= 100)
                parts.push_back(
                    (found.captured(1).isEmpty() ? QString() : found.captured(1) + u' ') +
                    PredictDock::tr("Acc@%1 %2")
                        .arg(found.captured(2), QString::number(reached, 'f', 3)));
        if (parts.size() == 2)
            break;
    }
    return parts.join(u", "_s);
}
} // namespace

PredictDock::PredictDock(const Workbench& workbench, QWidget* parent)
    : QWidget(parent)
    , m_bench(workbench)
    , m_models(new QComboBox(this))
    , m_more(new QToolButton(this))
    , m_about(new QLabel(this))
    , m_bar(new widgets::MessageBar(this))
    , m_run(new QPushButton(widgets::themedIcon(u"predict"_s), tr("Predict"), this))
    , m_state(new QLabel(this))
    , m_figures(new QLabel(this))
    , m_simulate(
          new QPushButton(widgets::themedIcon(u"simulate"_s), tr("Simulate to compare"), this))
    , m_kRow(new QWidget(this))
    , m_slider(new QSlider(Qt::Horizontal, this))
    , m_k(new QSpinBox(this))
    , m_errors(new ErrorTable(this))
    , m_table(new QTableView(this)) {
    setObjectName(u"predictPane"_s);
    offerExport(m_table, u"prediction-errors"_s);
    m_models->setAccessibleName(tr("Model"));
    m_models->setToolTip(tr("The network that predicts"));
    m_models->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_models->setMinimumContentsLength(12);
    m_more->setIcon(widgets::themedIcon(u"more"_s));
    m_more->setAutoRaise(true);
    m_more->setAccessibleName(tr("More about models"));
    m_more->setToolTip(tr("More about models"));
    m_more->setPopupMode(QToolButton::InstantPopup);
    m_more->setFocusPolicy(Qt::TabFocus);
    auto* menu = new QMenu(m_more);
    menu->addAction(widgets::themedIcon(u"open"_s), tr("Use a checkpoint file\u2026"), this,
                    &PredictDock::addModelFile);
    menu->addAction(widgets::themedIcon(u"reload"_s), tr("Look for models again"),
                    &m_bench.prediction, &Prediction::refreshModels);
    menu->addAction(widgets::themedIcon(u"folder"_s), tr("Open the folder of my models"), this, [] {
        const QString folder = fromPath(Learning::ownModels());
        QDir().mkpath(folder);
        QDesktopServices::openUrl(QUrl::fromLocalFile(folder));
    });
    m_more->setMenu(menu);
    m_about->setWordWrap(true);
    m_about->setTextFormat(Qt::PlainText);
    m_about->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_state->setWordWrap(true);
    m_state->setTextFormat(Qt::PlainText);
    m_figures->setTextFormat(Qt::PlainText);
    m_figures->setWordWrap(true);
    m_figures->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_bar->hide();

    m_slider->setRange(kLeastK, kMostK);
    m_slider->setPageStep(50);
    m_slider->setAccessibleName(tr("K of Acc@K"));
    m_slider->setToolTip(tr("A net counts as right when its error is within the range of the "
                            "simulated voltages divided by K"));
    m_k->setRange(kLeastK, kMostK);
    m_k->setAccessibleName(tr("K of Acc@K, as a number"));
    m_k->setPrefix(tr("K = "));
    m_slider->setValue(kDefaultK);
    m_k->setValue(kDefaultK);
    auto* kRow = new QHBoxLayout(m_kRow);
    kRow->setContentsMargins(0, 0, 0, 0);
    kRow->addWidget(m_slider, 1);
    kRow->addWidget(m_k);

    m_table->setModel(m_errors);
    m_table->setAccessibleName(tr("Nets by error"));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->setMouseTracking(true);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setSortIndicator(-1, Qt::DescendingOrder);
    m_table->horizontalHeader()->setSortIndicatorClearable(true);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->setSortingEnabled(true);
    const int em = fontMetrics().averageCharWidth();
    const int widths[] = {8, 12, 10, 11, 12};
    for (int i = 0; i < ErrorTable::kColumns; ++i)
        m_table->setColumnWidth(i, widths[i] * em);
    m_table->setMinimumHeight(fontMetrics().height() * 6);

    auto* finetune =
        new QPushButton(widgets::themedIcon(u"finetune"_s), tr("Finetune\u2026"), this);
    finetune->setToolTip(tr("Corrects the network with a few simulations of this circuit"));
    auto* whatIf = new QPushButton(widgets::themedIcon(u"whatif"_s), tr("What if\u2026"), this);
    whatIf->setToolTip(tr("Turns the circuit's knobs; the prediction follows"));

    auto* modelRow = new QHBoxLayout;
    modelRow->addWidget(m_models, 1);
    modelRow->addWidget(m_more);
    auto* runRow = new QHBoxLayout;
    runRow->addWidget(m_run);
    runRow->addWidget(m_state, 1);
    auto* actions = new QHBoxLayout;
    actions->addWidget(finetune);
    actions->addWidget(whatIf);
    actions->addStretch(1);
    auto* column = new QVBoxLayout(this);
    const int gap = fontMetrics().height() / 2;
    column->setContentsMargins(gap, gap, gap, gap);
    column->addLayout(modelRow);
    column->addWidget(m_about);
    column->addLayout(runRow);
    column->addWidget(m_bar);
    column->addWidget(m_figures);
    column->addWidget(m_simulate, 0, Qt::AlignLeft);
    column->addWidget(m_kRow);
    column->addWidget(m_table, 1);
    column->addLayout(actions);

    connect(m_models, &QComboBox::activated, this, [this](int row) {
        m_bench.prediction.choose(toPath(m_models->itemData(row).toString()));
    });
    connect(m_run, &QPushButton::clicked, this, [this] {
        if (m_bench.prediction.isRunning())
            m_bench.prediction.stop();
        else
            m_bench.prediction.run();
    });
    connect(m_slider, &QSlider::valueChanged, m_k, &QSpinBox::setValue);
    connect(m_k, &QSpinBox::valueChanged, m_slider, &QSlider::setValue);
    connect(m_k, &QSpinBox::valueChanged, this, &PredictDock::showFigures);
    connect(m_simulate, &QPushButton::clicked, this, &PredictDock::simulateRequested);
    connect(finetune, &QPushButton::clicked, this, &PredictDock::finetuneRequested);
    connect(whatIf, &QPushButton::clicked, this, &PredictDock::whatIfRequested);
    connect(&m_bench.prediction, &Prediction::modelsChanged, this, &PredictDock::showModels);
    connect(&m_bench.prediction, &Prediction::modelChanged, this, &PredictDock::showModels);
    connect(&m_bench.prediction, &Prediction::runningChanged, this, &PredictDock::showResult);
    connect(&m_bench.prediction, &Prediction::failed, this,
            [this](const Error& error) { m_bar->showError(error); });
    connect(&m_bench.voltages, &VoltageDisplay::changed, this, &PredictDock::showResult);
    connect(&m_bench.session, &CircuitSession::circuitChanged, m_bar,
            &widgets::MessageBar::dismiss);
    connect(&m_bench.hub, &SelectionHub::selectionChanged, this, &PredictDock::showSelection);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &PredictDock::pushSelection);
    connect(m_table, &QTableView::activated, this, [this](const QModelIndex& index) {
        m_bench.hub.reveal(m_errors->objectAt(index.row()), SelectionSource::Tables);
    });
    connect(m_table, &QTableView::entered, this, [this](const QModelIndex& index) {
        m_bench.hub.setHover(m_errors->objectAt(index.row()), SelectionSource::Tables);
    });
    showModels();
    showResult();
}

int PredictDock::k() const {
    return m_k->value();
}

void PredictDock::showModels() {
    const QSignalBlocker quiet(m_models);
    m_models->clear();
    const Prediction& prediction = m_bench.prediction;
    // Those that fit first; the others can be chosen, and will say why they are unsure.
    for (const bool fitting : {true, false}) {
        for (const learn::ModelInfo& model : prediction.models()) {
            if (model.task != "node" || prediction.fits(model) != fitting)
                continue;
            m_models->addItem(widgets::themedIcon(fitting ? u"predict"_s : u"warning"_s),
                              fitting ? shownText(model.name)
                                      : tr("%1 (other features)").arg(shownText(model.name)),
                              fromPath(model.path));
            m_models->setItemData(m_models->count() - 1,
                                  shownText(model.architecture) + u'\n' + fromPath(model.path),
                                  Qt::ToolTipRole);
        }
    }
    if (prediction.isTrial())
        m_models->insertItem(0, widgets::themedIcon(u"finetune"_s),
                             tr("%1 (on trial)").arg(prediction.modelName()), QString());
    const learn::ModelInfo* used = prediction.model();
    m_models->setCurrentIndex(prediction.isTrial() ? 0
                              : used               ? m_models->findData(fromPath(used->path))
                                                   : -1);
    if (m_models->count() == 0)
        m_models->setPlaceholderText(prediction.areModelsKnown() ? tr("No models")
                                                                 : tr("Looking\u2026"));
    m_models->setEnabled(m_models->count() > 0);
    showModel();
}

void PredictDock::showModel() {
    const Prediction& prediction = m_bench.prediction;
    const learn::ModelInfo* used = prediction.model();
    if (prediction.isTrial()) {
        m_about->setText(tr("Finetuned, not kept yet."));
    } else if (used) {
        QStringList lines{shownText(used->architecture)};
        if (!used->trainedOn.empty())
            lines[0] += u" \u00b7 "_s + tr("trained on %1").arg(shownText(used->trainedOn));
        if (const QString reached = trainedTo(*used); !reached.isEmpty())
            lines.push_back(reached);
        m_about->setText(lines.join(u'\n'));
    } else if (!prediction.circuit()) {
        m_about->setText(tr("Open a circuit to predict its voltages."));
    } else if (prediction.areModelsKnown()) {
        m_about->setText(tr("There is no model for this kind of circuit yet."));
    } else {
        m_about->clear();
    }
    m_about->setVisible(!m_about->text().isEmpty());
    showResult();
}

void PredictDock::showResult() {
    const Prediction& prediction = m_bench.prediction;
    const bool running = prediction.isRunning();
    m_run->setText(running ? tr("Stop") : tr("Predict"));
    m_run->setIcon(widgets::themedIcon(running ? u"stop"_s : u"predict"_s));
    m_run->setEnabled(running ||
                      (prediction.circuit() && (prediction.model() || prediction.isTrial())));
    const PredictionPtr& shown = m_bench.voltages.prediction();
    if (running) {
        m_state->setText(tr("Predicting\u2026"));
    } else if (!shown) {
        m_state->clear();
    } else {
        QStringList parts{tr("in %1").arg(qs(formatSi(shown->values.seconds, "s", 2)))};
        if (shown->members > 1)
            parts.push_back(tr("%L1 networks").arg(shown->members));
        if (m_bench.voltages.isPredictionStale())
            parts = {tr("out of date: the file has changed")};
        else if (prediction.variant())
            parts.push_back(tr("turned knobs"));
        m_state->setText(parts.join(u" \u00b7 "_s));
    }
    if (running)
        m_bar->dismiss();
    m_syncing = true;
    m_errors->set(shown, m_bench.voltages.comparison());
    m_table->setColumnHidden(ErrorTable::Deviation, !m_errors->hasDeviation());
    m_table->setColumnHidden(ErrorTable::Simulated, !m_errors->hasErrors());
    m_table->setColumnHidden(ErrorTable::Error, !m_errors->hasErrors());
    m_syncing = false;
    showSelection(SelectionSource::Program);
    showFigures();
}

void PredictDock::showFigures() {
    const ComparisonPtr& compared = m_bench.voltages.comparison();
    const PredictionPtr& shown = m_bench.voltages.prediction();
    m_kRow->setVisible(compared != nullptr);
    m_table->setVisible(shown != nullptr);
    m_simulate->setVisible(shown && !compared && !m_bench.prediction.variant());
    m_simulate->setEnabled(!m_bench.simulation.isRunning());
    m_figures->setText(figures());
    m_figures->setVisible(!m_figures->text().isEmpty());
}

QString PredictDock::figures() const {
    const ComparisonPtr& compared = m_bench.voltages.comparison();
    const PredictionPtr& shown = m_bench.voltages.prediction();
    QStringList lines;
    if (compared) {
        const int k = m_k->value();
        const double share = compared->accAt(k);
        lines.push_back(tr("Acc@%1  %2: %L3 of %L4 nets within \u00b1 %5")
                            .arg(k)
                            .arg(QString::number(share, 'f', 3))
                            .arg(std::lround(share * static_cast<double>(compared->errors.size())))
                            .arg(compared->errors.size())
                            .arg(qs(formatSi(compared->tolerance(k), "V", 3))));
        lines.push_back(tr("Mean error %1, worst %2 at %3")
                            .arg(qs(formatSi(compared->mae, "V", 3)),
                                 signedText(compared->errors.front().error),
                                 shownText(shown->circuit->netName(compared->errors.front().net))));
    } else if (shown && m_bench.voltages.point()) {
        lines.push_back(tr("The simulation is out of date."));
    }
    if (shown && std::isfinite(shown->values.distance))
        lines.push_back(tr("Distance to the training %1 (unusual above 1)")
                            .arg(QString::number(shown->values.distance, 'f', 2)));
    return lines.join(u'\n');
}

void PredictDock::showSelection(SelectionSource source) {
    if (source == SelectionSource::Tables && m_table->hasFocus())
        return; // its own click
    m_syncing = true;
    QItemSelection rows;
    for (const ObjectId id : m_bench.hub.selection()) {
        if (rows.size() >= kMaxSynced)
            break;
        if (const int row = m_errors->rowOf(id); row >= 0)
            rows.select(m_errors->index(row, 0), m_errors->index(row, 0));
    }
    m_table->selectionModel()->select(rows, QItemSelectionModel::ClearAndSelect |
                                                QItemSelectionModel::Rows);
    if (!rows.isEmpty())
        m_table->scrollTo(rows.indexes().first());
    m_syncing = false;
}

void PredictDock::pushSelection() {
    if (m_syncing)
        return;
    QVector<ObjectId> ids;
    for (const QModelIndex& index : m_table->selectionModel()->selectedRows())
        ids.push_back(m_errors->objectAt(index.row()));
    if (!ids.isEmpty())
        m_bench.hub.select(ids, SelectionSource::Tables);
}

void PredictDock::addModelFile() {
    auto* dialog =
        new QFileDialog(this, tr("Use a checkpoint file"), m_bench.settings.lastFolder());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("Checkpoints (*.safetensors)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& file) { m_bench.prediction.addFile(toPath(file)); });
    dialog->open();
}

} // namespace ohm::ui
