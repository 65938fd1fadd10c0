// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/finetunepage.h"

#include "core/base/units.h"
#include "ui/models/objecttable.h"
#include "ui/pages/pageparts.h"
#include "ui/services/text.h"
#include "ui/session/circuitsession.h"
#include "ui/session/whatif.h"
#include "widgets/common/icons.h"
#include "widgets/common/messagebar.h"
#include "widgets/common/sispinbox.h"
#include "widgets/plot/plotview.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QStackedWidget>
#include <QTableWidget>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;
using Phase = Finetuning::Phase;

namespace {
constexpr std::size_t kMostNets = 300;
} // namespace

FinetuneSetup FinetunePage::setup() const {
    FinetuneSetup made;
    made.start = toPath(m_model->currentData().toString());
    made.startName = m_model->currentText();
    made.source =
        m_byFile->isChecked() ? FinetuneSetup::Source::File : FinetuneSetup::Source::Simulate;
    if (const TunablePtr& tunable = m_bench.finetuning.tunable()) {
        for (int row = 0; row < m_knobs->rowCount(); ++row) {
            if (m_knobs->item(row, 0)->checkState() != Qt::Checked)
                continue;
            const std::size_t index = m_knobs->item(row, 0)->data(Qt::UserRole).toUInt();
            if (index >= tunable->knobs().size())
                continue;
            generate::Knob knob = tunable->knobs()[index];
            const auto box = [&](int column) {
                return static_cast<widgets::SiSpinBox*>(m_knobs->cellWidget(row, column))->value();
            };
            knob.low = std::min(box(1), box(2));
            knob.high = std::max(box(1), box(2));
            made.varied.push_back(std::move(knob));
        }
    }
    made.count = static_cast<std::size_t>(m_count->value());
    made.file = toPath(m_file->text());
    made.choose = m_byChoice->isChecked();
    made.fraction = m_fraction->value() / 100;
    if (made.choose && m_bench.finetuning.samples())
        made.chosen = parseSamples(m_chosen->text(), m_bench.finetuning.samples()->graphCount())
                          .value_or(std::vector<std::size_t>());
    made.validationShare = m_validation->value() / 100.0;
    made.testShare = m_heldOut->value() / 100.0;
    made.steps = m_steps->value();
    made.rate = m_rate->value();
    made.freeze = m_freeze->currentData().toString();
    made.k = m_k->value();
    return made;
}

void FinetunePage::connectAll() {
    Finetuning& tuning = m_bench.finetuning;
    connect(&tuning, &Finetuning::knobsReady, this, &FinetunePage::showKnobs);
    connect(&tuning, &Finetuning::samplesChanged, this, &FinetunePage::showSamples);
    connect(&tuning, &Finetuning::phaseChanged, this, &FinetunePage::showPhase);
    connect(&tuning, &Finetuning::reported, this, &FinetunePage::showReports);
    connect(&tuning, &Finetuning::resultChanged, this, &FinetunePage::showResult);
    connect(&tuning, &Finetuning::failed, this, [this](const Error& error) {
        m_bar->showError(error);
        showPhase();
    });
    connect(&m_bench.prediction, &Prediction::modelsChanged, this, &FinetunePage::showModels);
    connect(&m_bench.prediction, &Prediction::modelChanged, this, &FinetunePage::showModels);
    connect(&m_bench.session, &CircuitSession::circuitChanged, this, [this] {
        m_bar->dismiss();
        if (isVisible())
            m_bench.finetuning.findKnobs();
        showSamples();
    });
    connect(m_bySimulation, &QRadioButton::toggled, this, [this](bool on) {
        m_sources->setCurrentIndex(on ? 0 : 1);
        showSamples();
    });
    connect(m_spread, &QComboBox::currentIndexChanged, this, &FinetunePage::fillRanges);
    for (QSpinBox* box : {m_count, m_validation, m_heldOut})
        connect(box, &QSpinBox::valueChanged, this, &FinetunePage::showSamples);
    connect(m_fraction, &QDoubleSpinBox::valueChanged, this, &FinetunePage::showSamples);
    connect(m_byChoice, &QRadioButton::toggled, this, &FinetunePage::showSamples);
    connect(m_chosen, &QLineEdit::textChanged, this, &FinetunePage::showSamples);
    connect(m_file, &QLineEdit::textChanged, this, &FinetunePage::showSamples);
    connect(m_knobs, &QTableWidget::itemChanged, this, [this] {
        if (!m_filling)
            showSamples();
    });
    connect(m_k, &QSpinBox::valueChanged, this, [this] {
        showReports();
        showResult();
    });
    connect(m_train, &QPushButton::clicked, this, [this] { start(true); });
    connect(m_collect, &QPushButton::clicked, this, [this] { start(false); });
    connect(m_pause, &QPushButton::clicked, this,
            [this] { m_bench.finetuning.setPaused(!m_bench.finetuning.isPaused()); });
    connect(m_stop, &QPushButton::clicked, &tuning, &Finetuning::stop);
    connect(m_keep, &QPushButton::clicked, this, &FinetunePage::keep);
    connect(m_name, &QLineEdit::returnPressed, this, &FinetunePage::keep);
    connect(m_discard, &QPushButton::clicked, &tuning, &Finetuning::discard);
    connect(m_before, &QToolButton::clicked, this, [this] { m_bench.finetuning.showAfter(false); });
    connect(m_after, &QToolButton::clicked, this, [this] { m_bench.finetuning.showAfter(true); });
    connect(m_nets, &QTableWidget::itemSelectionChanged, this, [this] {
        if (m_filling)
            return;
        QVector<ObjectId> ids;
        for (const QModelIndex& index : m_nets->selectionModel()->selectedRows())
            ids.push_back(
                {ObjectKind::Net, m_nets->item(index.row(), 0)->data(Qt::UserRole).toUInt()});
        if (!ids.isEmpty())
            m_bench.hub.select(ids, SelectionSource::Tables);
    });
}

void FinetunePage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    m_bench.finetuning.findKnobs();
}

void FinetunePage::showModels() {
    const QSignalBlocker quiet(m_model);
    const QString before = m_model->currentData().toString();
    m_model->clear();
    for (const learn::ModelInfo& model : m_bench.prediction.models())
        if (m_bench.prediction.fits(model) && !Prediction::isEnsemble(model))
            m_model->addItem(widgets::themedIcon(u"predict"_s), shownText(model.name),
                             fromPath(model.path));
    const learn::ModelInfo* used = m_bench.prediction.model();
    int row = used && !m_bench.finetuning.isBusy() && !m_bench.finetuning.result()
                  ? m_model->findData(fromPath(used->path))
                  : m_model->findData(before);
    if (row < 0 && m_model->count() > 0)
        row = 0;
    m_model->setCurrentIndex(row);
    if (m_model->count() == 0)
        m_model->setPlaceholderText(tr("No model fits this circuit"));
    showPhase();
}

void FinetunePage::showKnobs() {
    m_filling = true;
    m_knobs->setRowCount(0);
    const TunablePtr& tunable = m_bench.finetuning.tunable();
    const bool any = tunable && !tunable->knobs().empty();
    m_knobsHint->setText(tunable ? tr("This circuit has no values that could be varied.")
                                 : tr("Looking for values that can be varied\u2026"));
    m_knobsHint->setVisible(!any);
    m_knobs->setVisible(any);
    if (any) {
        const project::Project& project = m_bench.session.project();
        const auto& all = tunable->knobs();
        const bool declared = std::any_of(all.begin(), all.end(), [&](const generate::Knob& knob) {
            return WhatIf::isDeclared(knob, project);
        });
        const bool parameters = std::any_of(
            all.begin(), all.end(), [](const generate::Knob& knob) { return knob.isParameter; });
        for (const std::size_t i : WhatIf::ordered(*tunable, project)) {
            const generate::Knob& knob = all[i];
            // What the author meant to vary; else everything.
            const bool meant = declared     ? WhatIf::isDeclared(knob, project)
                               : parameters ? knob.isParameter
                                            : true;
            const int row = m_knobs->rowCount();
            m_knobs->insertRow(row);
            auto* name = new QTableWidgetItem(shownText(knob.name));
            name->setFlags(Qt::ItemIsUserCheckable | Qt::ItemIsEnabled | Qt::ItemIsSelectable);
            name->setCheckState(meant ? Qt::Checked : Qt::Unchecked);
            name->setData(Qt::UserRole, static_cast<uint>(i));
            name->setToolTip(
                tr("%1, now %2").arg(shownText(knob.name), qs(formatSi(knob.nominal, knob.unit))));
            m_knobs->setItem(row, 0, name);
            for (const int column : {1, 2}) {
                auto* box = new widgets::SiSpinBox(m_knobs);
                box->setFrame(false);
                box->setButtonSymbols(QAbstractSpinBox::NoButtons);
                box->setUnit(shownText(knob.unit));
                const auto [low, high] = rangeAround(knob, m_spread->currentData().toDouble());
                box->setValue(column == 1 ? low : high);
                box->setAccessibleName(
                    (column == 1 ? tr("Least %1") : tr("Greatest %1")).arg(shownText(knob.name)));
                connect(box, &QDoubleSpinBox::valueChanged, this, &FinetunePage::showSamples);
                m_knobs->setCellWidget(row, column, box);
            }
        }
    }
    m_filling = false;
    showSamples();
}

void FinetunePage::fillRanges() {
    const TunablePtr& tunable = m_bench.finetuning.tunable();
    if (!tunable)
        return;
    m_filling = true;
    for (int row = 0; row < m_knobs->rowCount(); ++row) {
        const std::size_t index = m_knobs->item(row, 0)->data(Qt::UserRole).toUInt();
        const auto [low, high] =
            rangeAround(tunable->knobs()[index], m_spread->currentData().toDouble());
        for (const int column : {1, 2}) {
            auto* box = static_cast<widgets::SiSpinBox*>(m_knobs->cellWidget(row, column));
            const QSignalBlocker quiet(box);
            box->setValue(column == 1 ? low : high);
        }
    }
    m_filling = false;
    showSamples();
}

QString FinetunePage::splitText() const {
    return m_split->text();
}

void FinetunePage::showSamples() {
    const Finetuning& tuning = m_bench.finetuning;
    const FinetuneSetup now = setup();
    m_fraction->setEnabled(m_byFraction->isChecked());
    m_chosen->setEnabled(m_byChoice->isChecked());
    QStringList lines;
    if (tuning.hasSamplesFor(now)) {
        const dataset::GraphSet& set = *tuning.samples();
        QString line = tr("%L1 samples").arg(set.graphCount());
        if (tuning.samplesPerSecond() > 0)
            line += tr(", %1 per second").arg(QString::number(tuning.samplesPerSecond(), 'g', 3));
        std::size_t failed = 0;
        QStringList reasons;
        for (const auto& [reason, count] : tuning.failures()) {
            failed += count;
            reasons.push_back(u"%1 \u00d7 %2"_s.arg(count).arg(shownText(reason)));
        }
        if (failed > 0)
            line += tr(", %L1 failed (%2)").arg(failed).arg(reasons.join(u", "_s));
        lines.push_back(line);
        const Expected<dataset::Split> split = splitFor(now, set);
        lines.push_back(split ? tr("%L1 to train on \u00b7 %L2 to validate \u00b7 %L3 held out")
                                    .arg(split->training.size())
                                    .arg(split->validation.size())
                                    .arg(split->test.size())
                              : qs(split.error().text));
    } else if (now.source == FinetuneSetup::Source::Simulate) {
        const auto n = static_cast<double>(now.count);
        const auto held = static_cast<int>(std::lround(n * now.testShare));
        const auto validate = static_cast<int>(std::lround(n * now.validationShare));
        lines.push_back(tr("About %L1 to train on \u00b7 %L2 to validate \u00b7 %L3 held out")
                            .arg(std::max(0, static_cast<int>(now.count) - held - validate))
                            .arg(validate)
                            .arg(held));
    } else {
        lines.push_back(now.file.empty() ? tr("Choose a dataset file.")
                                         : tr("The file is read when you start."));
    }
    m_split->setText(lines.join(u'\n'));
    showPhase();
}

void FinetunePage::showPhase() {
    const Finetuning& tuning = m_bench.finetuning;
    const FinetuneSetup now = setup();
    const bool busy = tuning.isBusy();
    const bool training = tuning.phase() == Phase::Training;
    const bool source = now.source == FinetuneSetup::Source::File
                            ? QFileInfo::exists(m_file->text())
                            : !now.varied.empty();
    m_form->setEnabled(!busy);
    if (tuning.phase() != m_phase) { // make room for what is to be seen
        if (tuning.phase() == Phase::Training)
            m_fold->setChecked(false);
        if (tuning.phase() == Phase::Idle)
            m_fold->setChecked(true);
        m_phase = tuning.phase();
    }
    m_train->setEnabled(!busy && source && m_model->currentIndex() >= 0);
    m_collect->setEnabled(!busy && source && !tuning.hasSamplesFor(now));
    m_collect->setText(now.source == FinetuneSetup::Source::File ? tr("Read samples")
                                                                 : tr("Simulate only"));
    m_pause->setVisible(training);
    m_pause->setText(tuning.isPaused() ? tr("Resume") : tr("Pause"));
    m_pause->setIcon(widgets::themedIcon(tuning.isPaused() ? u"play"_s : u"pause"_s));
    m_stop->setVisible(busy);
    showStatus();
}

void FinetunePage::showStatus() {
    const Finetuning& tuning = m_bench.finetuning;
    switch (tuning.phase()) {
    case Phase::Collecting:
        m_status->setText(tr("Collecting samples\u2026"));
        break;
    case Phase::Training: {
        const auto& reports = tuning.reports();
        if (tuning.isPaused())
            m_status->setText(
                tr("Paused at step %L1").arg(reports.isEmpty() ? 0 : reports.last().step));
        else if (reports.isEmpty())
            m_status->setText(tr("Starting\u2026"));
        else
            m_status->setText(tr("Step %L1 of %L2, %3 left")
                                  .arg(reports.last().step)
                                  .arg(reports.last().steps)
                                  .arg(qs(formatSi(reports.last().remainingSeconds, "s", 2))));
        break;
    }
    case Phase::Done:
        if (const FinetuneResultPtr& result = tuning.result())
            m_status->setText(tr("Trained on %L1 samples in %2")
                                  .arg(result->support)
                                  .arg(qs(formatSi(result->seconds, "s", 2))) +
                              (result->heldOut > 0 && result->after.mae > result->before.mae
                                   ? tr(": worse than before, better discard it")
                                   : QString()));
        break;
    case Phase::Idle:
        m_status->clear();
        break;
    }
}

void FinetunePage::showReports() {
    const Finetuning& tuning = m_bench.finetuning;
    const int k = m_k->value();
    widgets::PlotSeries training;
    training.name = tr("training");
    widgets::PlotSeries validation;
    validation.name = tr("validation");
    validation.dashed = true;
    widgets::PlotSeries accuracy;
    accuracy.name = tr("validation");
    accuracy.colour = 1;
    const auto accOf = [k](const learn::RegressionMetrics& metrics) {
        const auto found = metrics.accAt.find(k);
        return found == metrics.accAt.end() ? std::nan("") : found->second;
    };
    const auto add = [](widgets::PlotSeries& series, double x, double y) {
        series.x.push_back(x);
        series.y.push_back(y);
    };
    if (tuning.startValidation())
        add(accuracy, 0, accOf(*tuning.startValidation()));
    for (const learn::TrainingReport& report : tuning.reports()) {
        const auto step = static_cast<double>(report.step);
        add(training, step, report.trainLoss > 0 ? report.trainLoss : std::nan(""));
        if (report.validationLoss)
            add(validation, step, *report.validationLoss);
        if (report.validation)
            add(accuracy, step, accOf(*report.validation));
    }
    if (training.x.isEmpty()) {
        m_loss->setSeries({});
        m_accuracy->setSeries({});
        showStatus();
        return;
    }
    QVector<widgets::PlotSeries> shares{accuracy};
    if (tuning.startValidation()) {
        widgets::PlotSeries before;
        before.name = tr("before");
        before.dashed = true;
        before.colour = 7;
        add(before, 0, accOf(*tuning.startValidation()));
        add(before, static_cast<double>(tuning.reports().last().steps),
            accOf(*tuning.startValidation()));
        shares.push_back(before);
    }
    m_loss->setSeries({training, validation});
    m_accuracy->setAxes(tr("step"), tr("Acc@%1").arg(k));
    m_accuracy->setSeries(shares);
    showStatus();
}

void FinetunePage::showResult() {
    const Finetuning& tuning = m_bench.finetuning;
    const FinetuneResultPtr& result = tuning.result();
    m_results->setVisible(result != nullptr);
    showPhase();
    if (!result)
        return;
    m_filling = true;
    m_after->setChecked(tuning.isAfterShown());
    m_before->setChecked(!tuning.isAfterShown());
    m_figures->setRowCount(0);
    const int k = m_k->value();
    const auto addRow = [&](const QString& what, double before, double after, bool share) {
        if (!std::isfinite(before) && !std::isfinite(after))
            return;
        const auto text = [share](double value) {
            return share ? QString::number(value, 'f', 3) : qs(formatSi(value, "V", 3));
        };
        const int row = m_figures->rowCount();
        m_figures->insertRow(row);
        m_figures->setItem(row, 0, tableCell(what, false));
        m_figures->setItem(row, 1, tableCell(text(before), true));
        m_figures->setItem(row, 2, tableCell(text(after), true));
        const bool better = share ? after > before : after < before;
        const bool same = after == before;
        auto* change = tableCell(same ? tr("same") : better ? tr("better") : tr("worse"), false);
        change->setIcon(same ? QIcon() : widgets::themedIcon(better ? u"ok"_s : u"warning"_s));
        m_figures->setItem(row, 3, change);
    };
    const auto accOf = [k](const learn::RegressionMetrics& metrics) {
        const auto found = metrics.accAt.find(k);
        return found == metrics.accAt.end() ? std::nan("") : found->second;
    };
    if (result->heldOut > 0) {
        const QString of = tr("%L1 held-out samples").arg(result->heldOut);
        addRow(tr("%1: Acc@%2").arg(of).arg(k), accOf(result->before), accOf(result->after), true);
        addRow(tr("%1: mean error").arg(of), result->before.mae, result->after.mae, false);
        addRow(tr("%1: R\u00b2").arg(of), result->before.r2, result->after.r2, true);
    }
    if (result->errorsBefore && result->errorsAfter) {
        addRow(tr("Open circuit: Acc@%1").arg(k), result->errorsBefore->accAt(k),
               result->errorsAfter->accAt(k), true);
        addRow(tr("Open circuit: mean error"), result->errorsBefore->mae, result->errorsAfter->mae,
               false);
        addRow(tr("Open circuit: worst error"),
               std::fabs(result->errorsBefore->errors.front().error),
               std::fabs(result->errorsAfter->errors.front().error), false);
    }
    m_figures->setFixedHeight(
        m_figures->horizontalHeader()->sizeHint().height() +
        std::max(1, m_figures->rowCount()) * m_figures->verticalHeader()->defaultSectionSize() + 4);
    m_nets->setRowCount(0);
    if (result->circuitBefore && result->circuitAfter) {
        const bool errors = result->errorsBefore && result->errorsAfter;
        std::vector<netlist::NetId> nets;
        if (errors) {
            for (const learn::NetError& error : result->errorsBefore->errors)
                nets.push_back(error.net);
        } else {
            for (netlist::NetId net = 0; net < result->circuitBefore->circuit->netCount(); ++net)
                if (std::isfinite(result->circuitBefore->voltage(net)) &&
                    !result->circuitBefore->driven[net])
                    nets.push_back(net);
        }
        nets.resize(std::min(nets.size(), kMostNets));
        for (const netlist::NetId net : nets) {
            const int row = m_nets->rowCount();
            m_nets->insertRow(row);
            auto* name = tableCell(shownText(result->circuitBefore->circuit->netName(net)), false);
            name->setData(Qt::UserRole, net);
            m_nets->setItem(row, 0, name);
            const double before = result->circuitBefore->voltage(net);
            const double after = result->circuitAfter->voltage(net);
            m_nets->setItem(row, 1, tableCell(predictedText(before), true));
            m_nets->setItem(row, 2, tableCell(predictedText(after), true));
            if (errors) {
                const double errorBefore = result->errorsBefore->errorOf[net];
                m_nets->setItem(row, 3, tableCell(qs(formatSi(before - errorBefore, "V")), true));
                m_nets->setItem(row, 4, tableCell(signedText(errorBefore), true));
                m_nets->setItem(row, 5,
                                tableCell(signedText(result->errorsAfter->errorOf[net]), true));
            }
        }
        for (const int column : {3, 4, 5})
            m_nets->setColumnHidden(column, !errors);
    }
    m_nets->setVisible(m_nets->rowCount() > 0);
    if (m_name->text().isEmpty())
        m_name->setText(tuning.setup().startName + u'-' +
                        QFileInfo(m_bench.session.circuitPath()).completeBaseName());
    m_filling = false;
}

void FinetunePage::start(bool train) {
    m_bar->dismiss();
    const FinetuneSetup now = setup();
    if (now.choose && now.source == FinetuneSetup::Source::File && now.chosen.empty() &&
        m_bench.finetuning.hasSamplesFor(now)) {
        m_bar->showError({"UI-026",
                          "These are not samples of the file.",
                          ss(m_chosen->text()),
                          {},
                          "Write numbers and ranges, for example 0-4, 9."});
        return;
    }
    if (train && !(now.choose && !m_bench.finetuning.hasSamplesFor(now)))
        m_bench.finetuning.train(now);
    else
        m_bench.finetuning.collect(now); // what is chosen can be checked once they are there
}

void FinetunePage::keep() {
    if (!m_bench.finetuning.result())
        return;
    const QString name = m_name->text();
    const Expected<std::filesystem::path> kept = m_bench.finetuning.keep(name);
    if (!kept) {
        m_bar->showError(kept.error());
        m_name->setFocus();
        m_name->selectAll();
        return;
    }
    m_name->clear();
    m_bar->showMessage(widgets::MessageBar::Kind::Success,
                       tr("Kept as \u201c%1\u201d. It predicts from now on.").arg(name.trimmed()),
                       fromPath(*kept));
}

void FinetunePage::chooseFile(const QString& path, const QString& samples) {
    m_byFile->setChecked(true);
    m_file->setText(QDir::toNativeSeparators(path));
    if (!samples.isEmpty()) {
        m_byChoice->setChecked(true);
        m_chosen->setText(samples);
    }
    if (!m_bench.finetuning.hasSamplesFor(setup()) && QFileInfo::exists(path))
        m_bench.finetuning.collect(setup()); // so that the split can be seen
}

void FinetunePage::browse() {
    auto* dialog = new QFileDialog(this, tr("Choose a dataset"), m_bench.settings.lastFolder());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("Datasets (*.h5)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& file) { chooseFile(file); });
    dialog->open();
}

} // namespace ohm::ui
