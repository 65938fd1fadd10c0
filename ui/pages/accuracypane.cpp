// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/accuracypane.h"

#include "core/base/units.h"
#include "core/parasitics/labels.h"
#include "core/project/installation.h"
#include "ui/pages/encoderpane.h"
#include "ui/pages/pageparts.h"
#include "ui/services/text.h"
#include "widgets/common/icons.h"
#include "widgets/common/palette.h"
#include "widgets/common/theme.h"
#include "widgets/plot/plotview.h"
#include "widgets/scatter/scatterview.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QFile>
#include <QFormLayout>
#include <QHeaderView>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSpinBox>
#include <QSplitter>
#include <QStandardPaths>
#include <QTableWidget>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;
using Task = ParasiticWork::Task;

AccuracyPane::AccuracyPane(ParasiticWork& work, QWidget* parent)
    : QWidget(parent)
    , m_work(work) {
    auto* splitter = new QSplitter(Qt::Horizontal);
    splitter->addWidget(buildSide());
    splitter->addWidget(buildMain());
    splitter->setStretchFactor(1, 1);
    splitter->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(splitter);
    connect(&m_work, &ParasiticWork::designsChanged, this, &AccuracyPane::showDesigns);
    connect(&m_work, &ParasiticWork::stateChanged, this, &AccuracyPane::showState);
    connect(&m_work, &ParasiticWork::checked, this, &AccuracyPane::showChecked);
    connect(&m_work, &ParasiticWork::trained, this, [this](const QString& model) {
        fillEstimators(m_model);
        m_model->setCurrentIndex(m_model->findData(model));
    });
    connect(&m_work, &ParasiticWork::trainingReported, this, &AccuracyPane::report);
    fillEstimators(m_model);
    fillLosses();
    showDesigns();
    showState();
}

/// Losses of values, and for ground capacitances of classes; links have their own.
void AccuracyPane::fillLosses() {
    const QString task = m_task->currentData().toString();
    const QString current = m_loss->currentData().toString();
    m_loss->clear();
    if (task == u"link") {
        m_loss->addItem(tr("cross entropy of links"), u"gai"_s);
    } else {
        for (const auto& [text, id] : {std::pair{tr("mean square"), u"mse"_s},
                                       std::pair{tr("balanced, by a mixture (GAI)"), u"gai"_s},
                                       std::pair{tr("balanced, by the batch (BMC)"), u"bmc"_s},
                                       std::pair{tr("balanced, by bins (BNI)"), u"bni"_s},
                                       std::pair{tr("large errors only (MPGD)"), u"mpgd"_s},
                                       std::pair{tr("shrinkage"), u"shrinkage"_s}})
            m_loss->addItem(text, id);
    }
    if (task == u"ground") {
        for (const auto& [text, id] : {std::pair{tr("classes: cross entropy"), u"ce"_s},
                                       std::pair{tr("classes: focal"), u"focal"_s},
                                       std::pair{tr("classes: balanced softmax"), u"balanced"_s}})
            m_loss->addItem(text, id);
    }
    const int at = m_loss->findData(current);
    m_loss->setCurrentIndex(std::max(0, at));
}

void AccuracyPane::report(const QString& phase, double step, double loss, double score) {
    const auto add = [step](Curve& curve, double value) {
        // The next network of an ensemble, or what a training that goes on tells again.
        while (!curve.x.isEmpty() && step <= curve.x.last()) {
            curve.x.removeLast();
            curve.y.removeLast();
        }
        curve.x << step;
        curve.y << value;
    };
    if (phase == u"pretrain") {
        add(m_alignment, loss);
        add(m_scattering, score);
    } else {
        add(m_trainingLoss, loss);
        add(m_score, score);
    }
    const auto line = [](const QString& name, const Curve& curve, int colour) {
        widgets::PlotSeries series;
        series.name = name;
        series.x = curve.x;
        series.y = curve.y;
        series.colour = colour;
        return series;
    };
    QVector<widgets::PlotSeries> losses;
    if (!m_alignment.x.isEmpty())
        losses << line(tr("pretraining: alignment"), m_alignment, 1)
               << line(tr("pretraining: scattering"), m_scattering, 2);
    if (!m_trainingLoss.x.isEmpty())
        losses << line(tr("training"), m_trainingLoss, 0);
    m_lossCurve->setSeries(losses);
    if (!m_score.x.isEmpty())
        m_curve->setSeries({line(m_task->currentData() == u"link"_s ? tr("validation loss")
                                                                    : tr("validation R2 or F1"),
                                 m_score, 0)});
}

QString AccuracyPane::folder() {
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + u"/parasitics"_s;
}

QWidget* AccuracyPane::buildSide() {
    auto* side = new QWidget;
    auto* layout = new QVBoxLayout(side);
    layout->addWidget(new QLabel(tr("Designs")));
    m_list = new QListWidget;
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->setAccessibleName(tr("Designs to learn from or to check on"));
    layout->addWidget(m_list, 1);
    auto* form = new QFormLayout;
    m_task = choiceField(tr("What is learned"));
    m_task->addItem(tr("couplings"), u"coupling"_s);
    m_task->addItem(tr("ground capacitances"), u"ground"_s);
    m_task->addItem(tr("which pairs couple"), u"link"_s);
    form->addRow(tr("Learn"), m_task);
    m_method = choiceField(tr("Method"));
    for (const auto& [text, id] :
         {std::pair{tr("Ohmscape (contrastive, pairs)"), u"ohmscape"_s},
          std::pair{u"CircuitGCL"_s, u"circuitgcl"_s}, std::pair{u"GraphSAGE"_s, u"sage"_s},
          std::pair{u"GCN"_s, u"gcn"_s}, std::pair{u"ParaGraph"_s, u"paragraph"_s},
          std::pair{u"DLPL-Cap"_s, u"dlplcap"_s}, std::pair{u"CircuitGPS"_s, u"circuitgps"_s}})
        m_method->addItem(text, id);
    form->addRow(tr("Method"), m_method);
    m_loss = choiceField(tr("Loss"));
    form->addRow(tr("Loss"), m_loss);
    connect(m_task, &QComboBox::currentIndexChanged, this, &AccuracyPane::fillLosses);
    m_pretraining = spinField(tr("Steps of pretraining the encoder"), 0, 100000, 150);
    m_pretraining->setToolTip(tr("By representation scattering; 0: the encoder as it is drawn"));
    form->addRow(tr("Pretraining"), m_pretraining);
    connect(m_method, &QComboBox::currentIndexChanged, this, [this] {
        const QString method = m_method->currentData().toString();
        m_pretraining->setEnabled(method == u"ohmscape" || method == u"circuitgcl");
    });
    m_steps = spinField(tr("Steps"), 10, 100000, 300);
    form->addRow(tr("Steps"), m_steps);
    m_seed = spinField(tr("Seed"), 0, 1'000'000, 0);
    form->addRow(tr("Seed"), m_seed);
    layout->addLayout(form);
    m_train = new QPushButton(widgets::themedIcon(u"play"_s), tr("Train on the chosen designs"));
    m_pause = new QPushButton(widgets::themedIcon(u"pause"_s), tr("Pause"));
    m_pause->setToolTip(tr("Holds the training after its step; what it learned stays in memory"));
    m_anew = makeAnewButton();
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_train, 1);
    buttons->addWidget(m_pause);
    buttons->addWidget(m_anew);
    layout->addLayout(buttons);
    connect(m_pause, &QPushButton::clicked, this,
            [this] { m_work.setPaused(Task::Train, !m_work.isPaused(Task::Train)); });
    layout->addSpacing(fontMetrics().height());
    m_model = choiceField(tr("Network"));
    layout->addWidget(m_model);
    m_check = new QPushButton(widgets::themedIcon(u"issues"_s), tr("Check on the chosen designs"));
    layout->addWidget(m_check);
    m_summary = makeFiguresLabel();
    layout->addWidget(m_summary);
    side->setMinimumWidth(fontMetrics().averageCharWidth() * 38);
    connect(m_list, &QListWidget::itemSelectionChanged, this, &AccuracyPane::showState);
    connect(m_train, &QPushButton::clicked, this, [this] {
        if (m_work.isRunning(Task::Train))
            return m_work.stop(Task::Train);
        start(false);
    });
    connect(m_anew, &QPushButton::clicked, this, [this] { start(true); });
    for (QComboBox* box : {m_method, m_loss})
        connect(box, &QComboBox::currentIndexChanged, this, &AccuracyPane::showInterrupted);
    for (QSpinBox* box : {m_pretraining, m_steps, m_seed})
        connect(box, &QSpinBox::valueChanged, this, &AccuracyPane::showInterrupted);
    connect(m_check, &QPushButton::clicked, this, [this] {
        if (m_work.isRunning(Task::Check))
            m_work.stop(Task::Check);
        else
            m_work.check(m_model->currentData().toString(), chosen());
    });
    return side;
}

learn::ParasiticSpec AccuracyPane::spec() const {
    learn::ParasiticSpec spec;
    spec.method = m_method->currentData().toString().toStdString();
    spec.task = m_task->currentData().toString().toStdString();
    spec.encoderSteps = m_pretraining->value();
    spec.steps = m_steps->value();
    spec.seed = static_cast<std::uint64_t>(m_seed->value());
    spec.loss = m_loss->currentData().toString().toStdString();
    spec.classify = spec.loss == "ce" || spec.loss == "focal" || spec.loss == "balanced";
    return spec;
}

void AccuracyPane::start(bool anew) {
    const auto from = anew ? std::nullopt : m_interrupted;
    m_score = m_trainingLoss = m_alignment = m_scattering = {};
    m_curve->setSeries({});
    m_lossCurve->setSeries({});
    if (from) { // what is known of it stays in sight
        QFile log(fromPath(from->folder / "log.jsonl"));
        if (log.open(QIODevice::ReadOnly)) {
            while (!log.atEnd()) {
                const QJsonObject line = QJsonDocument::fromJson(log.readLine()).object();
                if (line.isEmpty())
                    continue;
                const QString phase = line[u"phase"_s].toString();
                double score = line[phase == u"pretrain" ? u"scattering"_s : u"score"_s].toDouble();
                for (const QString& key : {u"r2"_s, u"f1"_s}) {
                    if (line[key].isDouble())
                        score = line[key].toDouble();
                }
                report(phase, line[u"step"_s].toDouble(), line[u"loss"_s].toDouble(), score);
            }
        }
    }
    m_work.train(spec(), chosen(), from);
}

void AccuracyPane::showInterrupted() {
    const bool training = m_work.isRunning(Task::Train);
    m_interrupted = training ? std::nullopt : m_work.interrupted(spec(), chosen());
    m_anew->setVisible(m_interrupted.has_value());
    m_train->setText(training        ? tr("Stop")
                     : m_interrupted ? tr("Continue")
                                     : tr("Train on the chosen designs"));
    m_train->setToolTip(m_interrupted
                            ? tr("A training with these settings was interrupted; it goes on from "
                                 "there")
                            : tr("A run of its own on the Runs page, tested on the other designs"));
}

QWidget* AccuracyPane::buildMain() {
    m_scatter = new widgets::ScatterView(tr("Predicted against extracted"));
    m_scatter->setEmptyText(tr("Choose designs and a network, then check"));
    m_curve = new widgets::PlotView(tr("Training"));
    m_curve->setAxes(tr("step"), tr("validation"));
    m_curve->setEmptyText(tr("The curve of a training appears here"));
    m_lossCurve = new widgets::PlotView(tr("Loss"));
    m_lossCurve->setAxes(tr("step"), tr("loss"));
    m_lossCurve->setEmptyText(tr("The losses of a training appear here"));
    m_confusion = new QTableWidget(0, parasitics::kClasses);
    styleTable(m_confusion, tr("Confusion of classes: extracted down, predicted across"));
    m_confusion->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_decades = new QTableWidget(0, 4);
    m_decades->setHorizontalHeaderLabels(
        {tr("Decade"), tr("Labels"), tr("Mean error"), tr("Bias")});
    styleTable(m_decades, tr("Errors by decade"));
    m_decades->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    const auto plotExport = [&](auto* view) {
        auto* actions = new widgets::ExportActions([view] { return view->renderable(); }, view);
        return actions->button(tr("Export"));
    };
    const auto tableExport = [&](QTableView* view, const QString& name) {
        auto* actions =
            new widgets::ExportActions([view, name] { return tableRenderable(view, name); }, view);
        return actions->button(tr("Export"));
    };
    auto* left = new QSplitter(Qt::Vertical);
    left->addWidget(
        titledPane(tr("Predicted against extracted"), m_scatter, plotExport(m_scatter)));
    auto* curves = new QSplitter(Qt::Horizontal);
    curves->addWidget(titledPane(tr("Loss"), m_lossCurve, plotExport(m_lossCurve)));
    curves->addWidget(titledPane(tr("Validation"), m_curve, plotExport(m_curve)));
    left->addWidget(curves);
    left->setStretchFactor(0, 2);
    left->setStretchFactor(1, 1);
    auto* right = new QSplitter(Qt::Vertical);
    right->addWidget(
        titledPane(tr("Errors by decade"), m_decades, tableExport(m_decades, u"decades"_s)));
    right->addWidget(titledPane(tr("Classes: extracted down, predicted across"), m_confusion,
                                tableExport(m_confusion, u"confusion"_s)));
    auto* splitter = new QSplitter(Qt::Horizontal);
    splitter->addWidget(left);
    splitter->addWidget(right);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    return splitter;
}

QStringList AccuracyPane::chosen() const {
    QStringList names;
    for (const QListWidgetItem* item : m_list->selectedItems())
        names << item->text();
    return names;
}

void AccuracyPane::showDesigns() {
    const QStringList before = chosen();
    m_list->clear();
    for (const auto& design : *m_work.designs()) {
        auto* item = new QListWidgetItem(qs(design.graph.name), m_list);
        item->setSelected(before.contains(item->text()));
    }
    if (m_list->selectedItems().isEmpty())
        m_list->selectAll();
    showState();
}

void AccuracyPane::showState() {
    const bool any = !m_list->selectedItems().isEmpty();
    const bool training = m_work.isRunning(Task::Train), checking = m_work.isRunning(Task::Check);
    m_pause->setVisible(training);
    m_pause->setText(m_work.isPaused(Task::Train) ? tr("Go on") : tr("Pause"));
    showInterrupted();
    m_train->setEnabled(training || any);
    m_check->setText(checking ? tr("Stop") : tr("Check on the chosen designs"));
    m_check->setEnabled(checking || (any && m_model->count() > 0));
    if (m_list->count() == 0)
        m_summary->setText(tr("Import designs in the tab beside this one first."));
}

void AccuracyPane::showChecked() {
    const auto& e = m_work.evaluation();
    const bool links = e.linkAuc.has_value();
    std::vector<float> xy;
    const auto quantity = m_work.checkedSpec().task == "ground" ? parasitics::Quantity::Ground
                                                                : parasitics::Quantity::Coupling;
    const auto decade = [&](float label) {
        return static_cast<float>(
            std::log10(parasitics::farads(static_cast<double>(label), quantity)));
    };
    QVector<QRgb> colours;
    widgets::ScatterLegend legend;
    legend.title = tr("design");
    const bool dark = widgets::isDark(palette());
    float low = 0, high = -30;
    for (std::size_t i = 0; i < e.label.size() && !links; ++i) {
        xy.push_back(decade(e.label[i]));
        xy.push_back(decade(std::clamp(e.predicted[i], 0.0F, 1.0F)));
        low = std::min({low, xy[2 * i], xy[2 * i + 1]});
        high = std::max({high, xy[2 * i], xy[2 * i + 1]});
        colours << widgets::seriesColour(static_cast<int>(e.design[i] % 8), dark).rgb();
    }
    for (int d = 0; d < std::min<qsizetype>(8, m_work.checkedDesigns().size()); ++d)
        legend.classes << std::pair{m_work.checkedDesigns()[d], widgets::seriesColour(d, dark)};
    widgets::ScatterAxes axes;
    axes.x = tr("extracted, log10(C / F)");
    axes.y = tr("predicted, log10(C / F)");
    if (!xy.empty())
        axes.lines << widgets::ScatterAxes::Line{QPointF(low, low), QPointF(high, high), false};
    m_scatter->setAxes(axes);
    m_scatter->setPoints(std::move(xy));
    m_scatter->setColours(colours, legend);
    m_scatter->setDescription([this](int point) {
        const auto& shown = m_work.evaluation();
        const auto i = static_cast<std::size_t>(point);
        const QString design = m_work.checkedDesigns().value(static_cast<int>(shown.design[i]));
        for (const auto& d : *m_work.designs()) {
            if (qs(d.graph.name) != design)
                continue;
            const auto name = [&](std::uint32_t node) {
                return node < d.graph.netNames.size() ? qs(d.graph.netNames[node]) : tr("a pin");
            };
            return shown.nets.empty() ? u"%1: %2, %3"_s.arg(design, name(shown.pairs[i].first),
                                                            name(shown.pairs[i].second))
                                      : u"%1: %2"_s.arg(design, name(shown.nets[i]));
        }
        return design;
    });
    m_decades->setRowCount(0);
    if (e.values) {
        for (const auto& d : e.values->decades) {
            const int row = m_decades->rowCount();
            m_decades->insertRow(row);
            m_decades->setItem(
                row, 0, tableCell(tr("1e%1 to 1e%2 F").arg(d.exponent).arg(d.exponent + 1), false));
            m_decades->setItem(row, 1, tableCell(QString::number(d.count), true));
            // Six decades to the normalised unit: say it in decades.
            m_decades->setItem(row, 2, tableCell(tr("%1 decades").arg(6 * d.mae, 0, 'f', 2), true));
            m_decades->setItem(row, 3,
                               tableCell(tr("%1 decades").arg(6 * d.bias, 0, 'f', 2), true));
        }
    }
    m_confusion->setRowCount(e.classes ? parasitics::kClasses : 0);
    QStringList names;
    for (int c = 0; c < parasitics::kClasses; ++c)
        names << tr("class %1").arg(c);
    m_confusion->setHorizontalHeaderLabels(names);
    m_confusion->setVerticalHeaderLabels(names);
    m_confusion->verticalHeader()->setVisible(true);
    for (int is = 0; e.classes && is < parasitics::kClasses; ++is) {
        for (int said = 0; said < parasitics::kClasses; ++said) {
            auto* item =
                tableCell(QString::number(e.classes->confusion[static_cast<std::size_t>(is)]
                                                              [static_cast<std::size_t>(said)]),
                          true);
            if (is == said) {
                QFont bold = font();
                bold.setBold(true);
                item->setFont(bold);
            }
            m_confusion->setItem(is, said, item);
        }
    }
    if (links)
        m_summary->setText(tr("%1 candidate pairs: AUC %2, precision %3, recall %4")
                               .arg(e.label.size())
                               .arg(*e.linkAuc, 0, 'f', 3)
                               .arg(*e.linkPrecision, 0, 'f', 3)
                               .arg(*e.linkRecall, 0, 'f', 3));
    else if (e.values)
        m_summary->setText(
            tr("%1 labels: R2 %2, mean error %3 decades, %4 % within a factor of two; %5 % within "
               "the stated 90 % bounds")
                .arg(e.values->count)
                .arg(e.values->r2.value_or(std::nan("")), 0, 'f', 3)
                .arg(6 * e.values->mae, 0, 'f', 2)
                .arg(100 * e.values->within2, 0, 'f', 0)
                .arg(100 * e.coverage90, 0, 'f', 0));
    else if (e.classes)
        m_summary->setText(tr("%1 labels: accuracy %2, macro F1 %3")
                               .arg(e.classes->count)
                               .arg(e.classes->accuracy, 0, 'f', 3)
                               .arg(e.classes->f1, 0, 'f', 3));
}

} // namespace ohm::ui
