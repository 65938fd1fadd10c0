// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/encoderpane.h"

#include "core/base/units.h"
#include "core/project/installation.h"
#include "core/runs/runstore.h"
#include "ui/pages/accuracypane.h"
#include "ui/pages/pageparts.h"
#include "ui/services/text.h"
#include "widgets/common/icons.h"
#include "widgets/common/palette.h"
#include "widgets/common/ramp.h"
#include "widgets/scatter/scatterview.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QDir>
#include <QEvent>
#include <QFormLayout>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSpinBox>
#include <QSplitter>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;
using Task = ParasiticWork::Task;

void fillEstimators(QComboBox* box) {
    const QString current = box->currentData().toString();
    box->clear();
    const QString shipped = qs((project::networkFolder() / "parasitics").string());
    for (const auto& [where, folder] :
         {std::pair{AccuracyPane::tr("shipped"), shipped},
          std::pair{AccuracyPane::tr("trained here"), AccuracyPane::folder()}}) {
        for (const QFileInfo& file :
             QDir(folder).entryInfoList({u"*.safetensors"_s}, QDir::Files, QDir::Name))
            box->addItem(u"%1 (%2)"_s.arg(file.completeBaseName(), where), file.absoluteFilePath());
    }
    // Of runs: those of this page, and those of `parasitics train` beside them.
    const QDir runs(qs(runs::RunStore::defaultFolder().string()));
    const auto add = [box](const QDir& folder, const QString& name) {
        const auto has = [&](const QString& file) { return folder.exists(file); };
        if (!has(u"settings.yaml"_s) || !has(u"log.jsonl"_s) || !has(u"result.json"_s) ||
            !has(u"model.safetensors"_s))
            return false;
        box->addItem(AccuracyPane::tr("%1 (run)").arg(name),
                     folder.absoluteFilePath(u"model.safetensors"_s));
        return true;
    };
    for (const QString& name : runs.entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name)) {
        const QDir folder(runs.filePath(name));
        if (add(folder, name))
            continue;
        for (const QString& seed : folder.entryList({u"seed-*"_s}, QDir::Dirs, QDir::Name))
            add(QDir(folder.filePath(seed)), name + u'/' + seed);
    }
    const int at = box->findData(current);
    if (at >= 0)
        box->setCurrentIndex(at);
}

EncoderPane::EncoderPane(ParasiticWork& work, QWidget* parent)
    : QWidget(parent)
    , m_work(work) {
    m_trained = view(tr("Embedding after representation scattering"));
    m_untrained = view(tr("Embedding before any training"));
    auto* pictures = new QSplitter(Qt::Horizontal);
    const auto add = [&](const QString& title, widgets::ScatterView* scatter) {
        auto* actions =
            new widgets::ExportActions([scatter] { return scatter->renderable(); }, scatter);
        connect(actions, &widgets::ExportActions::failed, this, &EncoderPane::failed);
        pictures->addWidget(titledPane(title, scatter, actions->button(tr("Export"))));
    };
    add(tr("With representation scattering"), m_trained);
    add(tr("Without: the encoder before training"), m_untrained);
    pictures->setChildrenCollapsible(false);
    auto* splitter = new QSplitter(Qt::Horizontal);
    splitter->addWidget(buildSide());
    splitter->addWidget(pictures);
    splitter->setStretchFactor(1, 1);
    splitter->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(splitter);
    connect(&m_work, &ParasiticWork::designsChanged, this, &EncoderPane::showDesigns);
    connect(&m_work, &ParasiticWork::stateChanged, this, &EncoderPane::showState);
    connect(&m_work, &ParasiticWork::embeddedChanged, this, &EncoderPane::showLayouts);
    connect(&m_work, &ParasiticWork::trained, this, [this] { fillEstimators(m_model); });
    fillEstimators(m_model);
    showDesigns();
}

widgets::ScatterView* EncoderPane::view(const QString& name) {
    auto* scatter = new widgets::ScatterView(name);
    scatter->setAccessibleName(name);
    scatter->setEmptyText(tr("Choose designs and a network, then lay out"));
    scatter->setDescription([this](int point) {
        const auto& e = m_work.embedded();
        const auto i = static_cast<std::size_t>(point);
        if (i >= e.names.size())
            return QString();
        QString text = u"%1, %2"_s.arg(
            e.names[i], qs(formatSi(static_cast<double>(e.trained.farad[i]), "F", 3)));
        if (e.trained.members[i] > 1)
            text += tr(" (%1 nets alike)").arg(e.trained.members[i]);
        return text;
    });
    connect(scatter, &widgets::ScatterView::selectionChanged, this,
            [this, scatter](const QVector<int>& points) {
                // The same nets in the other picture.
                (scatter == m_trained ? m_untrained : m_trained)->setSelection(points);
            });
    return scatter;
}

QWidget* EncoderPane::buildSide() {
    auto* side = new QWidget;
    auto* layout = new QVBoxLayout(side);
    layout->addWidget(new QLabel(tr("Designs")));
    m_list = new QListWidget;
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->setAccessibleName(tr("Designs whose nets are laid out"));
    layout->addWidget(m_list, 1);
    auto* form = new QFormLayout;
    m_model = choiceField(tr("Network with an encoder"));
    form->addRow(tr("Network"), m_model);
    m_perplexity = spinField(tr("Perplexity"), 2, 200, 30);
    form->addRow(tr("Perplexity"), m_perplexity);
    m_steps = spinField(tr("Steps of the layout"), 50, 10000, 1000);
    form->addRow(tr("Steps"), m_steps);
    layout->addLayout(form);
    m_start = new QPushButton(widgets::themedIcon(u"neighbours"_s), tr("Lay out"));
    m_start->setToolTip(tr("t-SNE of the encoder's embedding, trained and untrained"));
    layout->addWidget(m_start);
    m_summary = makeFiguresLabel();
    layout->addWidget(m_summary);
    side->setMinimumWidth(fontMetrics().averageCharWidth() * 38);
    connect(m_list, &QListWidget::itemSelectionChanged, this, &EncoderPane::showState);
    connect(m_start, &QPushButton::clicked, this, [this] {
        if (m_work.isRunning(Task::Embed))
            return m_work.stop(Task::Embed);
        explore::TsneOptions how;
        how.perplexity = m_perplexity->value();
        how.steps = m_steps->value();
        m_work.embed(m_model->currentData().toString(), chosen(), how);
    });
    return side;
}

QStringList EncoderPane::chosen() const {
    QStringList names;
    for (const QListWidgetItem* item : m_list->selectedItems())
        names << item->text();
    return names;
}

void EncoderPane::showDesigns() {
    const QStringList before = chosen();
    m_list->clear();
    for (const auto& design : *m_work.designs()) {
        const bool labelled = std::any_of(design.ground.begin(), design.ground.end(),
                                          [](float farad) { return farad > 0; });
        if (!labelled)
            continue; // the points are coloured by capacitance to ground
        auto* item = new QListWidgetItem(qs(design.graph.name), m_list);
        item->setSelected(before.contains(item->text()));
    }
    if (m_list->selectedItems().isEmpty())
        m_list->selectAll();
    showState();
}

void EncoderPane::showState() {
    const bool running = m_work.isRunning(Task::Embed);
    m_start->setText(running ? tr("Stop") : tr("Lay out"));
    m_start->setEnabled(running || (!m_list->selectedItems().isEmpty() && m_model->count() > 0));
    if (m_list->count() == 0)
        m_summary->setText(tr("Import designs with capacitances to ground first."));
}

void EncoderPane::showLayouts() {
    const auto& e = m_work.embedded();
    std::size_t nets = 0;
    for (const std::size_t members : e.trained.members)
        nets += members;
    m_trained->setPoints(e.trained.at);
    m_untrained->setPoints(e.untrained.at);
    colour();
    m_summary->setText(tr("%1 nets look like %2 kinds to the encoder. How much of log C the ten "
                          "nearest kinds tell "
                          "(R2): %3 with scattering, %4 without.")
                           .arg(nets)
                           .arg(e.names.size())
                           .arg(e.trained.neighbourR2, 0, 'f', 2)
                           .arg(e.untrained.neighbourR2, 0, 'f', 2));
}

void EncoderPane::colour() {
    const auto& e = m_work.embedded();
    if (e.names.empty())
        return;
    std::vector<float> logs;
    for (const float farad : e.trained.farad)
        logs.push_back(std::log10(farad));
    const auto [least, most] = std::minmax_element(logs.begin(), logs.end());
    const double low = static_cast<double>(*least), high = static_cast<double>(*most);
    const bool dark = widgets::isDark(palette());
    QVector<QRgb> colours;
    for (const float value : logs)
        colours << widgets::rampColour(
                       high > low ? (static_cast<double>(value) - low) / (high - low) : 0.5, dark)
                       .rgb();
    widgets::ScatterLegend legend;
    legend.title = tr("log10(C / F)");
    legend.low = low;
    legend.high = high;
    m_trained->setColours(colours, legend);
    m_untrained->setColours(colours, legend);
}

void EncoderPane::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        colour();
}

} // namespace ohm::ui
