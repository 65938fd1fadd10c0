// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/mapimagespane.h"

#include "core/deep/loss.h"
#include "ui/pages/maptrainform.h"
#include "ui/pages/pageparts.h"
#include "ui/services/text.h"
#include "widgets/common/exportview.h"
#include "widgets/common/icons.h"
#include "widgets/map/mapview.h"
#include "widgets/plot/plotview.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSplitter>
#include <QTabWidget>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int kBins = 40;

QString figure(const congestion::Figure& value) {
    return value ? QString::number(*value, 'f', 3) : u"\u2013"_s;
}

} // namespace

QVector<widgets::PlotBars> errorBars(std::span<const float> predicted, std::span<const float> truth,
                                     std::span<const std::uint8_t> marked) {
    double most = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        const double e = std::fabs(static_cast<double>(predicted[i]) - truth[i]);
        if (std::isfinite(e))
            most = std::max(most, e);
    }
    if (!(most > 0))
        return {};
    widgets::PlotBars all, chosen;
    all.name = MapImagesPane::tr("all");
    chosen.name = MapImagesPane::tr("selected by MPGD");
    for (int b = 0; b <= kBins; ++b)
        all.edges << most * b / kBins;
    all.counts.fill(0, kBins);
    chosen.edges = all.edges;
    chosen.counts.fill(0, kBins);
    for (std::size_t i = 0; i < truth.size(); ++i) {
        const double e = std::fabs(static_cast<double>(predicted[i]) - truth[i]);
        if (!std::isfinite(e))
            continue;
        const int bin = std::min(kBins - 1, static_cast<int>(e / most * kBins));
        all.counts[bin] += 1;
        if (i < marked.size() && marked[i] != 0)
            chosen.counts[bin] += 1;
    }
    all.colour = 0;
    chosen.colour = 1;
    return {all, chosen};
}

MapImagesPane::MapImagesPane(JobService& jobs, QWidget* parent)
    : QWidget(parent)
    , m_work(jobs) {
    m_network = new QPushButton(widgets::themedIcon(u"open"_s), tr("Network\u2026"));
    m_network->setToolTip(tr("The model.safetensors of a run of \u201cmaps train\u201d"));
    m_maps = new QPushButton(widgets::themedIcon(u"open"_s), tr("Maps\u2026"));
    m_maps->setToolTip(tr("A file of \u201clitho simulate\u201d or \u201ccongestion maps\u201d"));
    m_image = choiceField(tr("Image"));
    m_image->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_target = choiceField(tr("Target"));
    m_target->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_threshold = thresholdField(tr("Threshold of MPGD"), 1000,
                                 tr("Errors above it are those that MPGD learns from"));
    m_file = new QLabel;
    m_file->setWordWrap(true);
    m_figures = makeFiguresLabel();
    auto* row = new QHBoxLayout;
    row->addWidget(m_network);
    row->addWidget(m_maps);
    row->addWidget(m_image);
    row->addWidget(m_target);
    auto* name = new QLabel(tr("&Threshold"));
    name->setBuddy(m_threshold);
    row->addWidget(name);
    row->addWidget(m_threshold);
    row->addStretch(1);

    m_map = new widgets::MapView(tr("Map predicted, true and error"));
    m_map->setEmptyText(tr("Open a network and maps: what it predicts, the truth and the error "
                           "appear here"));
    m_histogram = new widgets::PlotView(tr("Histogram of the errors"));
    m_histogram->setAxes(tr("error"), tr("pixels"));
    m_histogram->setLogarithmic(false, true);
    m_histogram->setEmptyText(tr("How the errors are spread appears here"));
    const auto exported = [this](auto* view) {
        auto* actions = new widgets::ExportActions([view] { return view->renderable(); }, view);
        connect(actions, &widgets::ExportActions::failed, this, &MapImagesPane::failed);
        return actions->button(tr("Export"));
    };
    auto* views = new QSplitter(Qt::Vertical);
    views->addWidget(titledPane(tr("Predicted, true, error"), m_map, exported(m_map)));
    views->addWidget(titledPane(tr("Errors of the pixels"), m_histogram, exported(m_histogram)));
    views->setStretchFactor(0, 3);
    views->setStretchFactor(1, 2);
    views->setSizes({3000, 1800}); // shares
    views->setChildrenCollapsible(false);
    auto* predictions = new QWidget;
    auto* column = new QVBoxLayout(predictions);
    column->addLayout(row);
    column->addWidget(m_file);
    column->addWidget(m_figures);
    column->addWidget(views, 1);
    m_form = new MapTrainForm(jobs, this);
    m_tabs = new QTabWidget;
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(predictions, tr("Predicted and true"));
    m_tabs->addTab(m_form->curves(), tr("Curves of the training"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_tabs);
    connect(m_form, &MapTrainForm::failed, this, &MapImagesPane::failed);
    connect(&m_form->work(), &MapTraining::seedStarted, this,
            [this] { m_tabs->setCurrentIndex(1); });
    // What was just trained is there to be looked at, unless somebody looks at another one.
    connect(&m_form->work(), &MapTraining::trained, this, [this] {
        const auto outcome = m_form->work().outcome();
        m_threshold->setValue(m_form->thresholdBox()->value());
        if (!m_work.model() || m_work.networkName().startsWith(u"maps-"_s))
            m_work.openBoth(outcome->model, outcome->maps);
    });

    connect(m_network, &QPushButton::clicked, this, [this] {
        const QString file = QFileDialog::getOpenFileName(this, tr("A network on maps"), {},
                                                          tr("Networks (*.safetensors)"));
        if (!file.isEmpty())
            m_work.openNetwork(file);
    });
    connect(m_maps, &QPushButton::clicked, this, [this] {
        const QString file = QFileDialog::getOpenFileName(this, tr("Maps"), {}, tr("Maps (*.h5)"));
        if (!file.isEmpty())
            m_work.openMaps(file);
    });
    for (QComboBox* box : {m_image, m_target})
        connect(box, &QComboBox::currentIndexChanged, this, &MapImagesPane::ask);
    connect(m_threshold, &QDoubleSpinBox::valueChanged, this, &MapImagesPane::showAnswer);
    connect(&m_work, &MapWork::filesChanged, this, &MapImagesPane::showFiles);
    connect(&m_work, &MapWork::answered, this, &MapImagesPane::showAnswer);
    connect(&m_work, &MapWork::failed, this, &MapImagesPane::failed);
    connect(&m_work, &MapWork::stateChanged, this, [this] {
        m_network->setEnabled(!m_work.isBusy());
        m_maps->setEnabled(!m_work.isBusy());
    });
    showFiles();
}

void MapImagesPane::showFiles() {
    const auto model = m_work.model();
    const auto images = m_work.images();
    QString text;
    if (model)
        text = tr("Network %1.").arg(m_work.networkName());
    if (images)
        text += (text.isEmpty() ? QString() : u" "_s) +
                tr("%1: %Ln image(s) of %2 x %3 pixels.", nullptr, int(images->count()))
                    .arg(m_work.mapsName())
                    .arg(images->columns)
                    .arg(images->rows);
    if (!model || !images)
        text += (text.isEmpty() ? QString() : u" "_s) +
                tr("Networks are made with \u201cohmscape-cli maps train\u201d, maps with "
                   "\u201clitho simulate\u201d and \u201ccongestion maps\u201d.");
    m_file->setText(text);
    const bool both = model && images;
    {
        const QSignalBlocker quietImage(m_image), quietTarget(m_target);
        m_image->clear();
        m_target->clear();
        if (both) {
            for (const std::string& name : images->names)
                m_image->addItem(qs(name));
            for (const std::string& name : images->targetNames)
                m_target->addItem(qs(name));
        }
    }
    m_image->setEnabled(both);
    m_target->setEnabled(both);
    m_figures->clear();
    m_map->setMaps(0, 0, {});
    m_histogram->setBars({});
    ask();
}

void MapImagesPane::ask() {
    m_work.ask(m_image->currentIndex(), m_target->currentIndex());
}

void MapImagesPane::showAnswer() {
    const auto answer = m_work.answer();
    const auto images = m_work.images();
    if (!answer || !images)
        return;
    const maps::TargetFigures& f = answer->figures;
    m_figures->setText(tr("NRMSE %1, SSIM %2, peakNRMSE %3, greatest error %4, mean squared error "
                          "%5.")
                           .arg(figure(f.nrmse), figure(f.ssim), figure(f.peakNrmse),
                                QString::number(f.maxError, 'g', 3),
                                QString::number(f.mse, 'g', 3)));
    m_map->setComparison(static_cast<int>(images->columns), static_cast<int>(images->rows),
                         answer->predicted, answer->truth);
    deep::Loss loss;
    loss.kind = deep::LossKind::Mpgd;
    loss.threshold = m_threshold->value();
    std::vector<std::uint8_t> chosen(answer->truth.size());
    deep::lossOf<float>(loss, answer->predicted, answer->truth, {}, 1, {}, chosen);
    m_histogram->setBars(errorBars(answer->predicted, answer->truth, chosen));
    m_histogram->setMark(m_threshold->value(), tr("threshold"));
}

} // namespace ohm::ui
