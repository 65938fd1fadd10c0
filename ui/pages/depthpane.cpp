// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/depthpane.h"

#include "ui/pages/pageparts.h"
#include "ui/services/text.h"
#include "widgets/common/exportview.h"
#include "widgets/common/icons.h"
#include "widgets/plot/plotview.h"

#include <QAction>
#include <QBoxLayout>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSpinBox>
#include <QSplitter>
#include <QToolButton>

#include <algorithm>
#include <array>
#include <limits>

namespace ohm::ui {

using namespace Qt::StringLiterals;
using deeptrain::SweepNetwork;
using deeptrain::SweepPoint;

namespace {

constexpr double kMebi = 1048576.0;
constexpr int kDeepest = 10'000;
constexpr int kNetworks = std::size(deeptrain::kSweepNetworks);

QString titleOf(SweepNetwork network) {
    switch (network) {
    case SweepNetwork::Gsr:
        return DepthPane::tr("GSR");
    case SweepNetwork::RevGnn:
        return DepthPane::tr("RevGNN, our loop");
    case SweepNetwork::B0:
        return DepthPane::tr("B0: RevGNN, a message per edge");
    case SweepNetwork::B1:
        return DepthPane::tr("B1: RevGNN, sums over rows");
    case SweepNetwork::B2:
        return DepthPane::tr("B2: RevGNN, all stored");
    case SweepNetwork::B3:
        return DepthPane::tr("B3: RevGNN, sums over nets");
    case SweepNetwork::Gcn:
        return u"GCN"_s;
    case SweepNetwork::Sage:
        return u"GraphSAGE"_s;
    }
    return {};
}

/// What legends have room for.
QString shortOf(SweepNetwork network) {
    return network == SweepNetwork::RevGnn ? u"RevGNN"_s : titleOf(network).section(u':', 0, 0);
}

using Member = congestion::Figure deeptrain::PartFigures::*;
constexpr std::array<Member, 4> kFigures{
    &deeptrain::PartFigures::pearson, &deeptrain::PartFigures::spearman,
    &deeptrain::PartFigures::kendall, &deeptrain::PartFigures::r2};

} // namespace

DepthPane::DepthPane(JobService& jobs, std::function<Setup()> setup, QWidget* parent)
    : QWidget(parent)
    , m_work(jobs)
    , m_setup(std::move(setup)) {
    m_depths = new QLineEdit(u"2, 4, 8, 16"_s);
    m_depths->setAccessibleName(tr("Depths"));
    m_depths->setToolTip(tr("Numbers of layers, separated by commas"));
    m_epochs = spinField(tr("Epochs of the sweep"), 1, 100'000, 20);
    m_epochs->setToolTip(tr("Of the networks that are trained; B0 to B3 compute what RevGNN does "
                            "and take two, for time and memory alone"));
    auto* networks = new QToolButton;
    networks->setText(tr("Networks"));
    networks->setAccessibleName(tr("Networks of the sweep"));
    networks->setPopupMode(QToolButton::InstantPopup);
    networks->setToolButtonStyle(Qt::ToolButtonTextOnly);
    auto* menu = new QMenu(networks);
    for (const SweepNetwork network : deeptrain::kSweepNetworks) {
        QAction* action = menu->addAction(titleOf(network));
        action->setCheckable(true);
        action->setChecked(network == SweepNetwork::Gsr || network == SweepNetwork::RevGnn ||
                           network == SweepNetwork::B0 || network == SweepNetwork::B2 ||
                           network == SweepNetwork::Sage);
        connect(action, &QAction::toggled, this, &DepthPane::showState);
        m_networks << action;
    }
    networks->setMenu(menu);
    m_start = new QPushButton(widgets::themedIcon(u"play"_s), tr("Sweep"));
    m_figure = choiceField(tr("Figure against depth"));
    m_figure->addItems({u"Pearson"_s, u"Spearman"_s, u"Kendall"_s, u"R2"_s});
    auto* row = new QHBoxLayout;
    const auto label = [&](const QString& text, QWidget* field) {
        auto* name = new QLabel(text);
        name->setBuddy(field);
        row->addWidget(name);
        row->addWidget(field);
    };
    label(tr("&Depths"), m_depths);
    label(tr("&Epochs"), m_epochs);
    row->addWidget(networks);
    row->addWidget(m_start);
    row->addStretch(1);
    label(tr("&Figure"), m_figure);

    m_memory = new widgets::PlotView(tr("Memory against depth"));
    m_memory->setAxes(tr("layers"), tr("peak memory, MiB"));
    m_memory->setLogarithmic(true, true);
    m_memory->setEmptyText(tr("Peak memory, measured and predicted, appears here"));
    m_time = new widgets::PlotView(tr("Time against depth"));
    m_time->setAxes(tr("layers"), tr("seconds per epoch"));
    m_time->setLogarithmic(true, true);
    m_time->setEmptyText(tr("Time per epoch appears here"));
    m_figures = new widgets::PlotView(tr("Test designs against depth"));
    m_figures->setEmptyText(tr("Correlations of the test designs appear here"));
    m_figures->setLogarithmic(true, false);
    m_trade = new widgets::PlotView(tr("Correlation against memory"));
    m_trade->setEmptyText(tr("What memory buys appears here"));
    m_trade->setLogarithmic(true, false);
    // Between what stores everything and what does not.
    m_memory->setLegendAt(Qt::AlignVCenter | Qt::AlignRight);
    m_time->setLegendAt(Qt::AlignTop | Qt::AlignLeft);
    for (widgets::PlotView* plot : {m_figures, m_trade})
        plot->setLegendAt(Qt::AlignBottom | Qt::AlignRight);
    const auto pane = [this](widgets::PlotView* plot, const QString& title) {
        auto* exports = new widgets::ExportActions([plot] { return plot->renderable(); }, plot);
        connect(exports, &widgets::ExportActions::failed, this, &DepthPane::failed);
        return titledPane(title, plot, exports->button(tr("Export")));
    };
    auto* upper = new QSplitter(Qt::Horizontal);
    upper->addWidget(pane(m_memory, tr("Memory: points measured, lines predicted")));
    upper->addWidget(pane(m_time, tr("Time per epoch")));
    auto* lower = new QSplitter(Qt::Horizontal);
    lower->addWidget(pane(m_figures, tr("Test designs against depth")));
    lower->addWidget(pane(m_trade, tr("Test designs against memory")));
    auto* plots = new QSplitter(Qt::Vertical);
    plots->addWidget(upper);
    plots->addWidget(lower);
    for (QSplitter* s : {upper, lower, plots}) {
        s->setStretchFactor(0, 1);
        s->setStretchFactor(1, 1);
        s->setChildrenCollapsible(false);
    }
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(row);
    layout->addWidget(plots, 1);

    connect(m_start, &QPushButton::clicked, this, [this] {
        if (m_work.isRunning())
            m_work.stop();
        else
            start();
    });
    connect(m_depths, &QLineEdit::returnPressed, this, [this] {
        if (!m_work.isRunning() && m_start->isEnabled())
            start();
    });
    connect(m_figure, &QComboBox::currentIndexChanged, this, &DepthPane::showPoints);
    connect(&m_work, &DepthSweep::pointReported, this, &DepthPane::showPoints);
    connect(&m_work, &DepthSweep::stateChanged, this, &DepthPane::showState);
    connect(&m_work, &DepthSweep::failed, this, &DepthPane::failed);
    showState();
    showPoints();
}

void DepthPane::designsChanged() {
    m_work.clear();
    showState();
}

void DepthPane::start() {
    const Setup setup = m_setup();
    deeptrain::SweepOptions options;
    options.base = setup.base;
    options.base.epochs = m_epochs->value();
    options.elseCpu = setup.elseCpu;
    options.depths.clear();
    for (const QString& piece : m_depths->text().split(u',', Qt::SkipEmptyParts)) {
        bool good = false;
        const int layers = piece.trimmed().toInt(&good);
        if (!good || layers < 1 || layers > kDeepest) {
            emit failed({"DEEP-002",
                         ss(tr("A depth is a number of layers from 1 to 10,000")),
                         {},
                         ss(piece.trimmed()),
                         ss(tr("Write depths as 2, 4, 8, 16"))});
            return;
        }
        options.depths.push_back(layers);
    }
    options.networks.clear();
    for (int i = 0; i < kNetworks; ++i) {
        if (m_networks[i]->isChecked())
            options.networks.push_back(deeptrain::kSweepNetworks[i]);
    }
    m_work.start(setup.designs, setup.split, options);
}

void DepthPane::showState() {
    const bool running = m_work.isRunning();
    m_start->setText(running ? tr("Stop") : tr("Sweep"));
    m_start->setIcon(widgets::themedIcon(running ? u"stop"_s : u"play"_s));
    const bool any = std::any_of(m_networks.begin(), m_networks.end(),
                                 [](const QAction* action) { return action->isChecked(); });
    const Setup setup = m_setup();
    const bool possible = setup.designs && setup.designs->has(setup.split.label);
    m_start->setEnabled(running || (possible && any));
    m_start->setToolTip(possible ? tr("Trains every network at every depth")
                                 : tr("Choose designs with labels first"));
}

void DepthPane::showPoints() {
    const auto which = static_cast<std::size_t>(std::max(0, m_figure->currentIndex()));
    QVector<widgets::PlotSeries> memory, predicted, time, figures, trade;
    for (int i = 0; i < kNetworks; ++i) {
        const SweepNetwork network = deeptrain::kSweepNetworks[i];
        widgets::PlotSeries measured, formula, seconds, figure, bought;
        for (const SweepPoint& point : m_work.points()) {
            if (point.network != network)
                continue;
            formula.x << point.layers;
            formula.y << static_cast<double>(point.predictedBytes) / kMebi;
            if (!point.ran)
                continue;
            measured.x << point.layers;
            measured.y << static_cast<double>(point.measuredBytes) / kMebi;
            seconds.x << point.layers;
            seconds.y << point.secondsPerEpoch;
            if (const auto value = point.test.*kFigures[which]) {
                figure.x << point.layers;
                figure.y << *value;
                bought.x << measured.y.last();
                bought.y << *value;
            }
        }
        for (widgets::PlotSeries* series : {&measured, &formula, &seconds, &figure, &bought}) {
            series->name = shortOf(network);
            series->colour = i;
            series->markers = series != &formula;
        }
        // In brackets: the pane's title says what it is, the legend is short of room.
        formula.name = tr("(%1, predicted)").arg(formula.name);
        formula.dashed = true;
        const auto add = [](QVector<widgets::PlotSeries>& to, const widgets::PlotSeries& series) {
            if (!series.x.isEmpty())
                to << series;
        };
        add(memory, measured);
        add(predicted, formula);
        add(time, seconds);
        add(figures, figure);
        add(trade, bought);
    }
    m_memory->setSeries(memory + predicted);
    m_time->setSeries(time);
    m_figures->setAxes(tr("layers"), m_figure->currentText());
    m_figures->setSeries(figures);
    m_trade->setAxes(tr("peak memory, MiB"), m_figure->currentText());
    m_trade->setSeries(trade);
}

} // namespace ohm::ui
