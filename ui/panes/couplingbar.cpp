// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panes/couplingbar.h"

#include "core/base/units.h"
#include "ui/services/text.h"
#include "ui/session/couplingdisplay.h"
#include "widgets/common/icons.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>

#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int kSteps = 60; ///< ten a decade, from 1e-19 to 1e-13 F
constexpr double kLow = -19;

} // namespace

QString capacitanceText(double farad) {
    return farad < 1e-18 ? u"%1 aF"_s.arg(farad * 1e18, 0, 'g', 2) : qs(formatSi(farad, "F", 2));
}

CapacitanceSlider::CapacitanceSlider(CouplingDisplay& couplings, QWidget* parent)
    : QWidget(parent)
    , m_couplings(couplings)
    , m_slider(new QSlider(Qt::Horizontal))
    , m_text(new QLabel) {
    m_slider->setRange(0, kSteps);
    m_slider->setPageStep(10);
    m_slider->setAccessibleName(tr("Least capacitance shown"));
    m_slider->setToolTip(
        tr("Capacitances below this are left out, here and on the other pages alike"));
    m_text->setMinimumWidth(fontMetrics().horizontalAdvance(u"0.13 aF"_s));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_slider, 1);
    row->addWidget(m_text);
    connect(m_slider, &QSlider::valueChanged, this,
            [this](int value) { m_couplings.setLeast(std::pow(10.0, kLow + value / 10.0)); });
    connect(&m_couplings, &CouplingDisplay::changed, this, &CapacitanceSlider::showLeast);
    showLeast();
}

void CapacitanceSlider::showLeast() {
    const QSignalBlocker quiet(m_slider);
    m_slider->setValue(
        static_cast<int>(std::lround((std::log10(m_couplings.least()) - kLow) * 10)));
    m_text->setText(capacitanceText(m_couplings.least()));
}

CouplingBar::CouplingBar(CouplingDisplay& couplings, QWidget* parent)
    : QFrame(parent)
    , m_couplings(couplings)
    , m_lines(new QCheckBox(tr("Estimated couplings")))
    , m_totals(new QCheckBox(tr("Totals per net")))
    , m_least(new CapacitanceSlider(couplings))
    , m_summary(new QLabel)
    , m_table(new QToolButton) {
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Window);
    m_lines->setToolTip(tr("Draws the couplings as lines, the thicker the greater; "
                           "a click selects both nets"));
    m_totals->setToolTip(tr("Shows each net's capacitance in place of its voltage"));
    m_least->slider()->setFixedWidth(fontMetrics().averageCharWidth() * 24);
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_table->setIcon(widgets::themedIcon(u"table"_s));
    m_table->setText(tr("Table"));
    m_table->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_table->setToolTip(tr("All capacitances, and what they do to the measurements"));
    m_table->setAccessibleName(tr("Table of the capacitances"));
    m_table->setAutoRaise(true);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(8, 2, 6, 2);
    row->addWidget(m_lines);
    row->addWidget(m_totals);
    row->addSpacing(fontMetrics().averageCharWidth() * 2);
    auto* from = new QLabel(tr("Show from"));
    from->setBuddy(m_least->slider());
    row->addWidget(from);
    row->addWidget(m_least);
    row->addSpacing(fontMetrics().averageCharWidth() * 2);
    row->addWidget(m_summary, 1);
    row->addWidget(m_table);
    connect(m_lines, &QCheckBox::toggled, &m_couplings, &CouplingDisplay::setOn);
    connect(m_totals, &QCheckBox::toggled, &m_couplings, &CouplingDisplay::setTotals);
    connect(m_table, &QToolButton::clicked, this, &CouplingBar::tableRequested);
    connect(&m_couplings, &CouplingDisplay::changed, this, &CouplingBar::showState);
    showState();
}

void CouplingBar::showState() {
    setVisible(m_couplings.index() != nullptr);
    const QSignalBlocker quietLines(m_lines), quietTotals(m_totals);
    m_lines->setChecked(m_couplings.isOn());
    m_totals->setChecked(m_couplings.showsTotals());
    m_summary->setText(m_couplings.summary());
    m_summary->setToolTip(m_summary->text());
}

} // namespace ohm::ui
