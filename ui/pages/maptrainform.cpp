// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/maptrainform.h"

#include "ui/pages/pageparts.h"
#include "ui/services/text.h"
#include "widgets/common/exportview.h"
#include "widgets/common/icons.h"
#include "widgets/plot/plotview.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QSplitter>
#include <QToolButton>

#include <limits>
#include <utility>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

QString figure(const congestion::Figure& value) {
    return value ? QString::number(*value, 'f', 3) : u"\u2013"_s;
}

/// A line of epochs.jsonl, for the curves of a training that goes on.
maps::EpochFigures epochOf(const QJsonObject& line) {
    const auto number = [&](const QString& key) {
        return line[key].isDouble() ? line[key].toDouble() : kNaN;
    };
    maps::EpochFigures e;
    e.epoch = line[u"epoch"_s].toInt();
    e.loss = number(u"loss"_s);
    e.trainSquare = number(u"train_mse"_s);
    e.validationSquare = number(u"validation_mse"_s);
    e.validationMax = number(u"validation_max_error"_s);
    e.validationP99 = number(u"validation_p99"_s);
    if (line[u"selected"_s].isDouble())
        e.selected = number(u"selected"_s);
    if (line[u"overlap"_s].isDouble())
        e.overlap = number(u"overlap"_s);
    e.seconds = number(u"seconds"_s);
    return e;
}

} // namespace

MapTrainForm::MapTrainForm(JobService& jobs, QWidget* parent)
    : QWidget(parent)
    , m_work(jobs) {
    buildForm();
    buildCurves();
    connect(&m_work, &MapTraining::dataChanged, this, &MapTrainForm::showData);
    connect(&m_work, &MapTraining::stateChanged, this, &MapTrainForm::showState);
    connect(&m_work, &MapTraining::trained, this, &MapTrainForm::showResult);
    connect(&m_work, &MapTraining::failed, this, &MapTrainForm::failed);
    connect(&m_work, &MapTraining::epochReported, this, &MapTrainForm::addEpoch);
    connect(&m_work, &MapTraining::seedStarted, this, [this](quint64 seed) {
        const auto seeds = setup().seeds;
        if (seeds.size() > 1)
            m_live->setText(tr("Seed %1 begins (%2 of %3).")
                                .arg(seed)
                                .arg(seeds.indexOf(seed) + 1)
                                .arg(seeds.size()));
        // Curves are those of one seed; of one that goes on they are there already.
        if (!std::exchange(m_resumable, false))
            clearCurves();
    });
    showState();
}

void MapTrainForm::buildForm() {
    auto* layout = new QVBoxLayout(this);
    m_data = new QPushButton(widgets::themedIcon(u"open"_s), tr("Maps to learn from\u2026"));
    m_data->setToolTip(tr("A file of \u201clitho simulate\u201d or \u201ccongestion maps\u201d"));
    m_example = new QPushButton(tr("Example"));
    m_example->setToolTip(tr("Made-up masks and what light and resist make of them, to try things "
                             "on"));
    auto* sources = new QHBoxLayout;
    sources->addWidget(m_data, 1);
    sources->addWidget(m_example);
    layout->addLayout(sources);
    m_test = new QPushButton(tr("Maps to test on\u2026"));
    m_test->setToolTip(tr("Another file of the same kind; without one a tenth is tested on"));
    layout->addWidget(m_test);
    m_file = new QLabel;
    m_file->setWordWrap(true);
    layout->addWidget(m_file);
    auto* form = new QFormLayout;
    m_target = choiceField(tr("Target"));
    form->addRow(tr("Target"), m_target);
    m_loss = lossField();
    form->addRow(tr("Loss"), m_loss);
    m_threshold = thresholdField(tr("Threshold"), 1000,
                                 tr("In the target's unit. MPGD: errors up to it are left out. "
                                    "Shrinkage: errors below it count little"));
    form->addRow(tr("Threshold"), m_threshold);
    m_per = choiceField(tr("Entries are chosen per"));
    m_per->setToolTip(tr("Among the pixels of all images of a step, or in each image by itself"));
    m_per->addItem(tr("batch"), false);
    m_per->addItem(tr("sample"), true);
    m_quantile = thresholdField(tr("Quantile of MPGD"), 0.9999,
                                tr("This quantile of the errors is the threshold: 0.9 chooses the "
                                   "worst tenth. 0 = the fixed threshold"));
    m_floor = thresholdField(tr("Floor of MPGD"), 1,
                             tr("The sum is divided by at least this share of the pixels, so that "
                                "few chosen ones make no huge gradient. 0 = off"));
    for (QDoubleSpinBox* box : {m_quantile, m_floor}) {
        box->setValue(0);
        box->setSingleStep(0.01);
    }
    form->addRow(tr("Chosen per"), m_per);
    form->addRow(tr("Quantile"), m_quantile);
    form->addRow(tr("Floor"), m_floor);
    m_form = form;
    m_width = spinField(tr("Channels at full resolution"), 1, 256, 16);
    m_width->setToolTip(tr("Twice as many at half, four times at a quarter of the resolution"));
    form->addRow(tr("Width"), m_width);
    m_norm = choiceField(tr("Normalisation"));
    m_norm->addItem(tr("none (keeps the brightness)"), false);
    m_norm->addItem(tr("per image, as CircuitNet"), true);
    m_norm->setToolTip(tr("Per image suits labels that were normalised per map, as congestion; "
                          "none suits physical units, as aerial images"));
    form->addRow(tr("Norm"), m_norm);
    m_epochs = spinField(tr("Epochs"), 1, 1'000'000, 20);
    form->addRow(tr("Epochs"), m_epochs);
    m_batch = spinField(tr("Images per step"), 1, 1024, 8);
    form->addRow(tr("Batch"), m_batch);
    m_rate = new QDoubleSpinBox;
    m_rate->setDecimals(5);
    m_rate->setRange(1e-5, 1);
    m_rate->setSingleStep(1e-4);
    m_rate->setValue(1e-3);
    m_rate->setAccessibleName(tr("Learning rate"));
    m_rate->setToolTip(tr("It falls to 0 as a half cosine"));
    form->addRow(tr("Rate"), m_rate);
    m_seeds = new QLineEdit(u"1"_s);
    m_seeds->setAccessibleName(tr("Seeds"));
    m_seeds->setToolTip(tr("By commas; each is a run of its own"));
    form->addRow(tr("Seeds"), m_seeds);
    m_flips = new QCheckBox(tr("Mirror images at random"));
    form->addRow(QString(), m_flips);
    layout->addLayout(form);
    m_train = new QPushButton(widgets::themedIcon(u"play"_s), tr("Train"));
    m_pause = new QPushButton(widgets::themedIcon(u"pause"_s), tr("Pause"));
    m_anew = makeAnewButton();
    auto* starts = new QHBoxLayout;
    starts->addWidget(m_train, 1);
    starts->addWidget(m_pause);
    starts->addWidget(m_anew);
    layout->addLayout(starts);
    m_live = new QLabel;
    m_live->setWordWrap(true);
    layout->addWidget(m_live);
    m_result = makeFiguresLabel();
    layout->addWidget(m_result);
    layout->addStretch(1);

    const auto ask = [this](const QString& title) {
        return QFileDialog::getOpenFileName(this, title, {}, tr("Maps (*.h5)"));
    };
    connect(m_data, &QPushButton::clicked, this, [this, ask] {
        const QString file = ask(tr("Maps to learn from"));
        if (!file.isEmpty())
            m_work.open(file);
    });
    connect(m_example, &QPushButton::clicked, this, [this] { m_work.makeExample(); });
    connect(m_test, &QPushButton::clicked, this, [this, ask] {
        if (!m_testData.isEmpty()) // it says so
            return setTestData({});
        const QString file = ask(tr("Maps to test on"));
        if (!file.isEmpty())
            setTestData(file);
    });
    connect(m_train, &QPushButton::clicked, this, [this] {
        if (m_work.isTraining())
            m_work.stop();
        else
            start(false);
    });
    connect(m_anew, &QPushButton::clicked, this, [this] { start(true); });
    connect(m_pause, &QPushButton::clicked, this, [this] { m_work.setPaused(!m_work.isPaused()); });
    for (QComboBox* box : {m_target, m_loss, m_norm, m_per})
        connect(box, &QComboBox::currentIndexChanged, this, &MapTrainForm::showState);
    for (QSpinBox* box : {m_width, m_epochs, m_batch})
        connect(box, &QSpinBox::valueChanged, this, &MapTrainForm::showState);
    for (QDoubleSpinBox* box : {m_threshold, m_quantile, m_floor, m_rate})
        connect(box, &QDoubleSpinBox::valueChanged, this, &MapTrainForm::showState);
    connect(m_flips, &QCheckBox::toggled, this, &MapTrainForm::showState);
    connect(m_seeds, &QLineEdit::textChanged, this, &MapTrainForm::showState);
}

void MapTrainForm::buildCurves() {
    auto* plots = new QSplitter(Qt::Horizontal);
    const auto add = [&](const QString& title, const QString& unit, const QString& empty) {
        auto* plot = new widgets::PlotView(title);
        plot->setAxes(tr("epoch"), unit);
        plot->setEmptyText(empty);
        auto* actions = new widgets::ExportActions([plot] { return plot->renderable(); }, plot);
        connect(actions, &widgets::ExportActions::failed, this, &MapTrainForm::failed);
        plots->addWidget(titledPane(title, plot, actions->button(tr("Export"))));
        plots->setStretchFactor(plots->count() - 1, 1);
        return plot;
    };
    m_error = add(tr("Mean squared error"), tr("error"),
                  tr("Choose maps and press Train: errors appear here, epoch by epoch"));
    m_error->setLogarithmic(false, true);
    m_tail = add(tr("Large errors, validation"), tr("error"), tr("Large errors appear here"));
    m_tail->setLogarithmic(false, true);
    m_selected = add(tr("Selected by MPGD"), tr("share"), tr("Shares appear here with MPGD"));
    m_selected->setYRange(0, 1.05);
    m_selected->setLegendAt(Qt::AlignBottom | Qt::AlignRight);
    plots->setChildrenCollapsible(false);
    m_curves = plots;
}

MapTrainingSetup MapTrainForm::setup() const {
    MapTrainingSetup setup;
    setup.data = m_work.file();
    setup.testData = m_testData;
    if (const QString target = m_target->currentData().toString(); !target.isEmpty())
        setup.targets = {ss(target)};
    maps::TrainConfig& c = setup.config;
    c.network.width = m_width->value();
    c.network.instanceNorm = m_norm->currentData().toBool();
    c.loss.kind = static_cast<deep::LossKind>(m_loss->currentData().toInt());
    c.loss.threshold = m_threshold->value();
    if (c.loss.kind == deep::LossKind::Shrinkage)
        c.loss.shrinkC = m_threshold->value();
    if (c.loss.kind == deep::LossKind::Mpgd) {
        c.loss.perSample = m_per->currentData().toBool();
        c.loss.quantile = m_quantile->value();
        c.loss.floor = m_floor->value();
    }
    c.epochs = m_epochs->value();
    c.batch = m_batch->value();
    c.rate = m_rate->value();
    c.flips = m_flips->isChecked();
    setup.seeds.clear();
    for (const QString& piece : m_seeds->text().split(u',')) {
        bool good = false;
        const quint64 seed = piece.trimmed().toULongLong(&good);
        if (!good)
            return setup.seeds.clear(), setup;
        if (!setup.seeds.contains(seed))
            setup.seeds << seed;
    }
    return setup;
}

void MapTrainForm::setTestData(const QString& file) {
    m_testData = file.isEmpty() ? QString() : QFileInfo(file).absoluteFilePath();
    m_test->setText(m_testData.isEmpty() ? tr("Maps to test on\u2026")
                                         : tr("Leave %1 out").arg(QFileInfo(file).fileName()));
    showData();
    showState();
}

void MapTrainForm::showData() {
    const auto info = m_work.info();
    if (!info)
        return;
    const QString before = m_target->currentData().toString();
    {
        const QSignalBlocker quiet(m_target);
        m_target->clear();
        if (info->targetNames.size() > 1)
            m_target->addItem(tr("all %1").arg(info->targetNames.size()), QString());
        for (const std::string& name : info->targetNames)
            m_target->addItem(qs(name), qs(name));
        m_target->setCurrentIndex(std::max(0, m_target->findData(before)));
    }
    m_file->setText(tr("%1: %Ln image(s) of %2 x %3 pixels.", nullptr, int(info->samples()))
                        .arg(QFileInfo(m_work.file()).fileName())
                        .arg(info->columns)
                        .arg(info->rows) +
                    (m_testData.isEmpty()
                         ? QString()
                         : u" "_s + tr("Tested on %1.").arg(QFileInfo(m_testData).fileName())));
    showState();
}

void MapTrainForm::showState() {
    const bool training = m_work.isTraining();
    const bool ready = m_work.info() != nullptr;
    const MapTrainingSetup now = setup();
    const auto interrupted = training || !ready ? std::nullopt : m_work.interrupted(now);
    m_train->setText(training ? tr("Stop") : interrupted ? tr("Continue") : tr("Train"));
    m_train->setToolTip(interrupted
                            ? tr("A training with these settings was interrupted after epoch %L1 "
                                 "of %L2; it goes on from there")
                                  .arg(interrupted->epochs)
                                  .arg(m_epochs->value())
                            : QString());
    m_train->setIcon(widgets::themedIcon(training ? u"stop"_s : u"play"_s));
    m_train->setEnabled(training || (ready && !m_work.isReading() && !now.seeds.isEmpty()));
    m_pause->setVisible(training);
    m_pause->setText(m_work.isPaused() ? tr("Go on") : tr("Pause"));
    m_anew->setVisible(interrupted.has_value());
    const deep::LossKind loss = now.config.loss.kind;
    for (QWidget* field : {static_cast<QWidget*>(m_per), static_cast<QWidget*>(m_quantile),
                           static_cast<QWidget*>(m_floor)})
        m_form->setRowVisible(field, loss == deep::LossKind::Mpgd);
    m_threshold->setEnabled(loss != deep::LossKind::Mse &&
                            (loss != deep::LossKind::Mpgd || m_quantile->value() == 0));
    m_data->setEnabled(!training && !m_work.isReading());
    m_example->setEnabled(!training && !m_work.isReading());
    m_test->setEnabled(!training);
    if (!ready)
        m_file->setText(tr("Maps are made with \u201cohmscape-cli litho simulate\u201d or "
                           "\u201ccongestion maps\u201d."));
    else if (now.seeds.isEmpty())
        m_live->setText(tr("Seeds are whole numbers, by commas."));
    else if (interrupted && !m_seen.isEmpty())
        m_live->setText(tr("Stopped. What was learned is kept; it goes on from there."));
}

void MapTrainForm::clearCurves() {
    m_seen.clear();
    for (widgets::PlotView* plot : {m_error, m_tail, m_selected})
        plot->setSeries({});
}

void MapTrainForm::start(bool anew) {
    const MapTrainingSetup now = setup();
    int place = 0;
    const auto from = anew ? std::nullopt : m_work.interrupted(now, &place);
    clearCurves();
    m_live->clear();
    m_result->clear();
    m_resumable = from.has_value();
    if (from) { // what is known of it stays in sight
        QFile log(fromPath(from->folder / "epochs.jsonl"));
        if (log.open(QIODevice::ReadOnly)) {
            while (!log.atEnd()) {
                const QJsonObject line = QJsonDocument::fromJson(log.readLine()).object();
                if (!line.isEmpty())
                    addEpoch(now.seeds[place], epochOf(line));
            }
        }
    }
    m_work.train(now, anew);
}

void MapTrainForm::addEpoch(quint64 seed, const maps::EpochFigures& epoch) {
    // The last snapshot may lie before what was reported last.
    while (!m_seen.isEmpty() && m_seen.last().epoch >= epoch.epoch)
        m_seen.removeLast();
    m_seen << epoch;
    QVector<widgets::PlotSeries> errors(2), tail(2), picks(2);
    errors[0].name = tr("training");
    errors[1].name = tr("validation");
    tail[0].name = tr("99th percentile");
    tail[1].name = tr("greatest");
    picks[0].name = tr("selected");
    picks[1].name = tr("overlap");
    for (const maps::EpochFigures& e : m_seen) {
        for (auto* set : {&errors, &tail, &picks}) {
            for (widgets::PlotSeries& series : *set)
                series.x << e.epoch;
        }
        errors[0].y << e.trainSquare;
        errors[1].y << e.validationSquare;
        tail[0].y << e.validationP99;
        tail[1].y << e.validationMax;
        picks[0].y << e.selected.value_or(kNaN);
        picks[1].y << e.overlap.value_or(kNaN);
    }
    m_error->setSeries(errors);
    m_tail->setSeries(tail);
    m_selected->setSeries(epoch.selected ? picks : QVector<widgets::PlotSeries>{});
    const QString text = tr("Epoch %L1 of %L2: %3 s, validation error %4 (mean square).")
                             .arg(epoch.epoch)
                             .arg(m_epochs->value())
                             .arg(epoch.seconds, 0, 'f', 1)
                             .arg(epoch.validationSquare, 0, 'g', 3);
    m_live->setText(setup().seeds.size() > 1 ? tr("Seed %1. %2").arg(seed).arg(text) : text);
}

void MapTrainForm::showResult() {
    const auto outcome = m_work.outcome();
    QString text = tr("Seed %1, best epoch %L2.").arg(outcome->seed).arg(outcome->result.bestEpoch);
    for (const maps::TargetFigures& f : outcome->result.test)
        text += u' ' + tr("Test, %1: NRMSE %2, SSIM %3, 99 % of errors below %4, the greatest %5.")
                           .arg(qs(f.target), figure(f.nrmse), figure(f.ssim),
                                QString::number(f.p99Error, 'g', 3),
                                QString::number(f.maxError, 'g', 3));
    m_result->setText(text);
}

} // namespace ohm::ui
