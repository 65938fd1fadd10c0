// SPDX-License-Identifier: GPL-3.0-or-later
// The widgets of the finetune page.
#include "ui/pages/exportmenu.h"
#include "ui/pages/finetunepage.h"
#include "ui/session/circuitsession.h"
#include "widgets/common/icons.h"
#include "widgets/common/messagebar.h"
#include "widgets/plot/plotview.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QFormLayout>
#include <QGroupBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QStackedWidget>
#include <QTableWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
/// A rate as people write it: 0.0003 or 3e-4.
class RateBox : public QDoubleSpinBox {
public:
    using QDoubleSpinBox::QDoubleSpinBox;
    QString textFromValue(double value) const override { return QString::number(value, 'g', 4); }
    double valueFromText(const QString& text) const override {
        bool ok = false;
        const double number = QString(text).replace(u',', u'.').toDouble(&ok);
        return ok ? number : value();
    }
    QValidator::State validate(QString& text, int&) const override {
        bool ok = false;
        const double number = QString(text).replace(u',', u'.').toDouble(&ok);
        return ok && number >= minimum() && number <= maximum() ? QValidator::Acceptable
                                                                : QValidator::Intermediate;
    }
    void stepBy(int steps) override { setValue(value() * std::pow(10.0, steps / 4.0)); }
};

void plain(QTableWidget* table, const QStringList& headers, const QString& name) {
    table->setColumnCount(static_cast<int>(headers.size()));
    table->setHorizontalHeaderLabels(headers);
    table->setAccessibleName(name);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setShowGrid(false);
    table->setAlternatingRowColors(true);
    table->setTabKeyNavigation(false);
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + 8);
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
}
} // namespace

FinetunePage::FinetunePage(const Workbench& workbench, QWidget* parent)
    : QWidget(parent)
    , m_bench(workbench)
    , m_bar(new widgets::MessageBar(this)) {
    setObjectName(u"finetunePage"_s);
    m_bar->hide();
    auto* inside = new QWidget;
    auto* column = new QVBoxLayout(inside);
    m_fold = new QToolButton(inside);
    m_fold->setText(tr("Setup"));
    m_fold->setCheckable(true);
    m_fold->setChecked(true);
    m_fold->setAutoRaise(true);
    m_fold->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_fold->setArrowType(Qt::DownArrow);
    m_fold->setFocusPolicy(Qt::TabFocus);
    m_fold->setToolTip(tr("Shows or hides what the training starts from"));
    column->addWidget(m_fold, 0, Qt::AlignLeft);
    column->addWidget(buildSetup());
    connect(m_fold, &QToolButton::toggled, this, [this](bool on) {
        m_form->setVisible(on);
        m_fold->setArrowType(on ? Qt::DownArrow : Qt::RightArrow);
    });

    m_train = new QPushButton(widgets::themedIcon(u"finetune"_s), tr("Finetune"), inside);
    m_train->setToolTip(tr("Collects the samples if need be, and trains"));
    m_collect = new QPushButton(inside);
    m_pause = new QPushButton(inside);
    m_stop = new QPushButton(widgets::themedIcon(u"stop"_s), tr("Stop"), inside);
    m_status = new QLabel(inside);
    m_status->setTextFormat(Qt::PlainText);
    auto* actions = new QHBoxLayout;
    for (QPushButton* button : {m_train, m_collect, m_pause, m_stop})
        actions->addWidget(button);
    actions->addWidget(m_status, 1);
    column->addLayout(actions);

    m_loss = new widgets::PlotView(tr("Loss"), inside);
    m_loss->setAxes(tr("step"), tr("loss"));
    m_loss->setLogarithmic(false, true);
    m_loss->setLegendAt(Qt::AlignBottom | Qt::AlignLeft);
    m_loss->setEmptyText(tr("The loss appears here while it trains."));
    m_accuracy = new widgets::PlotView(tr("Acc@K"), inside);
    m_accuracy->setAxes(tr("step"), tr("Acc@K"));
    m_accuracy->setYRange(0, 1.02);
    m_accuracy->setLegendAt(Qt::AlignBottom | Qt::AlignRight);
    m_accuracy->setEmptyText(tr("The accuracy on the validation samples appears here."));
    for (widgets::PlotView* plot : {m_loss, m_accuracy}) {
        plot->setMinimumSize(fontMetrics().averageCharWidth() * 18, fontMetrics().height() * 10);
        plot->setMaximumHeight(fontMetrics().height() * 16);
        offerExport(plot);
    }
    auto* curves = new QHBoxLayout;
    curves->addWidget(m_loss);
    curves->addWidget(m_accuracy);
    column->addLayout(curves);
    column->addWidget(buildResult());
    column->addStretch(1);

    auto* scroll = new QScrollArea(this);
    scroll->setWidget(inside);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto* page = new QVBoxLayout(this);
    page->setContentsMargins(0, 0, 0, 0);
    page->setSpacing(0);
    page->addWidget(m_bar);
    page->addWidget(scroll, 1);
    connectAll();
    showModels();
    showKnobs();
    showReports();
    showResult();
}

QWidget* FinetunePage::buildSetup() {
    m_form = new QWidget;
    auto* form = new QFormLayout(m_form);
    form->setContentsMargins(0, 0, 0, 0);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_model = new QComboBox(m_form);
    m_model->setAccessibleName(tr("Network to start from"));
    form->addRow(tr("Start from"), m_model);

    m_bySimulation = new QRadioButton(tr("Simulate now"), m_form);
    m_byFile = new QRadioButton(tr("Dataset file"), m_form);
    m_bySimulation->setChecked(true);
    auto* choice = new QWidget(m_form);
    auto* row = new QHBoxLayout(choice);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_bySimulation);
    row->addWidget(m_byFile);
    row->addStretch(1);
    form->addRow(tr("Samples"), choice);
    m_sources = new QStackedWidget(m_form);
    m_sources->addWidget(buildSimulate());
    m_sources->addWidget(buildFile());
    form->addRow(QString(), m_sources);

    m_validation = new QSpinBox(m_form);
    m_validation->setRange(0, 50);
    m_validation->setValue(15);
    m_validation->setSuffix(tr(" % validate"));
    m_validation->setAccessibleName(tr("Share that validates"));
    m_validation->setToolTip(tr("Watched while it trains; the best step is kept"));
    m_heldOut = new QSpinBox(m_form);
    m_heldOut->setRange(0, 80);
    m_heldOut->setValue(30);
    m_heldOut->setSuffix(tr(" % held out"));
    m_heldOut->setAccessibleName(tr("Share that is held out"));
    m_heldOut->setToolTip(tr("Never seen by the training; before and after are compared on them"));
    auto* shares = new QHBoxLayout;
    shares->addWidget(m_validation);
    shares->addWidget(m_heldOut);
    shares->addStretch(1);
    form->addRow(tr("Split"), shares);
    m_split = new QLabel(m_form);
    m_split->setTextFormat(Qt::PlainText);
    m_split->setWordWrap(true);
    form->addRow(QString(), m_split);

    m_steps = new QSpinBox(m_form);
    m_steps->setRange(1, 100'000);
    m_steps->setValue(120);
    m_steps->setSingleStep(100);
    m_steps->setSuffix(tr(" steps"));
    m_steps->setAccessibleName(tr("Steps"));
    m_rate = new RateBox(m_form);
    m_rate->setDecimals(12);
    m_rate->setRange(1e-8, 1);
    m_rate->setValue(3e-5);
    m_rate->setPrefix(tr("rate "));
    m_rate->setAccessibleName(tr("Learning rate"));
    m_rate->setToolTip(tr("Falls to a twentieth of this by the last step"));
    m_freeze = new QComboBox(m_form);
    m_freeze->addItem(tr("Train all layers"), u"none"_s);
    m_freeze->addItem(tr("Train the head alone"), u"backbone"_s);
    m_freeze->addItem(tr("Keep the first 5 blocks"), u"blocks:5"_s);
    m_freeze->addItem(tr("Keep the first 10 blocks"), u"blocks:10"_s);
    m_freeze->setAccessibleName(tr("Layers that are trained"));
    m_k = new QSpinBox(m_form);
    m_k->setRange(10, 400);
    m_k->setValue(100);
    m_k->setPrefix(tr("K = "));
    m_k->setAccessibleName(tr("K of Acc@K"));
    auto* recipe = new QHBoxLayout;
    recipe->addWidget(m_steps);
    recipe->addWidget(m_rate);
    recipe->addWidget(m_k);
    recipe->addStretch(1);
    form->addRow(tr("Training"), recipe);
    form->addRow(tr("Layers"), m_freeze);
    return m_form;
}

QWidget* FinetunePage::buildSimulate() {
    auto* panel = new QWidget(m_form);
    auto* column = new QVBoxLayout(panel);
    column->setContentsMargins(0, 0, 0, 0);
    m_count = new QSpinBox(panel);
    m_count->setRange(4, 100'000);
    m_count->setValue(24);
    m_count->setSuffix(tr(" samples"));
    m_count->setAccessibleName(tr("Samples to simulate"));
    m_count->setToolTip(tr("Each draws the checked values from their ranges"));
    m_spread = new QComboBox(panel);
    m_spread->addItem(tr("within 10 % of the present values"), 0.1);
    m_spread->addItem(tr("within 30 % of the present values"), 0.3);
    m_spread->addItem(tr("up to twice the present values"), 1.0);
    m_spread->addItem(tr("over the full ranges"), 0.0);
    m_spread->setCurrentIndex(1);
    m_spread->setAccessibleName(tr("Where the samples lie"));
    m_spread->setToolTip(
        tr("Near by, the network gets better at this very circuit; far off, at its "
           "whole family"));
    auto* first = new QHBoxLayout;
    first->addWidget(m_count);
    first->addWidget(m_spread, 1);
    column->addLayout(first);
    m_knobsHint = new QLabel(panel);
    m_knobsHint->setWordWrap(true);
    column->addWidget(m_knobsHint);
    m_knobs = new QTableWidget(panel);
    plain(m_knobs, {tr("Varied"), tr("From"), tr("To")}, tr("Values that vary"));
    m_knobs->setFixedHeight(fontMetrics().height() * 9);
    offerExport(m_knobs, QStringLiteral("varied-values"));
    column->addWidget(m_knobs);
    return panel;
}

QWidget* FinetunePage::buildFile() {
    auto* panel = new QWidget(m_form);
    auto* column = new QVBoxLayout(panel);
    column->setContentsMargins(0, 0, 0, 0);
    m_file = new QLineEdit(panel);
    m_file->setPlaceholderText(tr("Dataset (*.h5)"));
    m_file->setAccessibleName(tr("Dataset file"));
    auto* browseButton =
        new QPushButton(widgets::themedIcon(u"folder"_s), tr("Browse\u2026"), panel);
    connect(browseButton, &QPushButton::clicked, this, &FinetunePage::browse);
    auto* path = new QHBoxLayout;
    path->addWidget(m_file, 1);
    path->addWidget(browseButton);
    column->addLayout(path);
    m_byFraction = new QRadioButton(tr("Train on a share"), panel);
    m_byChoice = new QRadioButton(tr("Train on samples"), panel);
    m_byFraction->setChecked(true);
    m_fraction = new QDoubleSpinBox(panel);
    m_fraction->setRange(0.01, 100);
    m_fraction->setDecimals(2);
    m_fraction->setValue(10);
    m_fraction->setSuffix(tr(" % of the rest"));
    m_fraction->setAccessibleName(tr("Share to train on"));
    m_fraction->setToolTip(tr("Of what neither validates nor is held out"));
    m_chosen = new QLineEdit(panel);
    m_chosen->setPlaceholderText(tr("0-4, 9"));
    m_chosen->setAccessibleName(tr("Samples to train on"));
    auto* grid = new QGridLayout;
    grid->addWidget(m_byFraction, 0, 0);
    grid->addWidget(m_fraction, 0, 1);
    grid->addWidget(m_byChoice, 1, 0);
    grid->addWidget(m_chosen, 1, 1);
    grid->setColumnStretch(1, 1);
    column->addLayout(grid);
    column->addStretch(1);
    return panel;
}

QWidget* FinetunePage::buildResult() {
    m_results = new QWidget;
    auto* column = new QVBoxLayout(m_results);
    column->setContentsMargins(0, 0, 0, 0);
    m_figures = new QTableWidget(m_results);
    plain(m_figures, {tr("Measured on"), tr("Before"), tr("After"), QString()},
          tr("Before and after"));
    m_figures->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_figures->horizontalHeader()->setStretchLastSection(true);
    column->addWidget(m_figures);
    m_nets = new QTableWidget(m_results);
    plain(m_nets,
          {tr("Net"), tr("Before"), tr("After"), tr("Simulated"), tr("Error before"),
           tr("Error after")},
          tr("Nets of the open circuit, before and after"));
    m_nets->setMinimumHeight(fontMetrics().height() * 8);
    column->addWidget(m_nets, 1);
    offerExport(m_figures, QStringLiteral("before-and-after"));
    offerExport(m_nets, QStringLiteral("nets-before-and-after"));

    auto* show = new QHBoxLayout;
    m_before = new QToolButton(m_results);
    m_after = new QToolButton(m_results);
    m_before->setText(tr("Before"));
    m_after->setText(tr("After"));
    show->addWidget(new QLabel(tr("Show"), m_results));
    auto* group = new QButtonGroup(m_results);
    for (QToolButton* button : {m_before, m_after}) {
        button->setCheckable(true);
        button->setFocusPolicy(Qt::TabFocus);
        button->setToolTip(tr("On schematic, graph and tables"));
        group->addButton(button);
        show->addWidget(button);
    }
    show->addStretch(1);
    column->addLayout(show);
    auto* keep = new QHBoxLayout;
    m_name = new QLineEdit(m_results);
    m_name->setPlaceholderText(tr("Name"));
    m_name->setMinimumWidth(fontMetrics().averageCharWidth() * 22);
    m_name->setAccessibleName(tr("Name of the finetuned network"));
    m_keep = new QPushButton(widgets::themedIcon(u"save"_s), tr("Keep"), m_results);
    m_keep->setToolTip(tr("Saves it into your models and uses it from now on"));
    m_discard = new QPushButton(tr("Discard"), m_results);
    m_discard->setToolTip(tr("Forgets it; the former network predicts again"));
    keep->addWidget(m_name, 1);
    keep->addWidget(m_keep);
    keep->addWidget(m_discard);
    column->addLayout(keep);
    return m_results;
}

} // namespace ohm::ui
