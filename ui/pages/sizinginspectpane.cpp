// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/sizinginspectpane.h"

#include "core/base/units.h"
#include "core/optimize/measure.h"
#include "ui/models/designtable.h"
#include "ui/pages/pageparts.h"
#include "ui/pages/sizingrobustpane.h"
#include "ui/services/text.h"
#include "ui/session/voltagedisplay.h"
#include "widgets/common/icons.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QTabWidget>
#include <QTableWidget>
#include <QToolButton>

#include <algorithm>
#include <cmath>
#include <complex>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMostCurves = 8;                   ///< of nets that no measurement reads
constexpr auto kOutputNoise = "onoise_spectrum"; ///< as the simulator calls them
constexpr auto kInputNoise = "inoise_spectrum";

QString curveName(const QString& vector) {
    if (vector == QLatin1String(kOutputNoise))
        return SizingInspectPane::tr("at the output");
    return vector == QLatin1String(kInputNoise) ? SizingInspectPane::tr("at the input") : vector;
}

QTableWidget* table(const QString& name, const QStringList& headers) {
    auto* t = new QTableWidget(0, static_cast<int>(headers.size()));
    t->setHorizontalHeaderLabels(headers);
    styleTable(t, name);
    t->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    t->horizontalHeader()->setStretchLastSection(true);
    return t;
}

QString analysisName(sim::Analysis::Kind kind) {
    switch (kind) {
    case sim::Analysis::Kind::Ac:
        return SizingInspectPane::tr("AC");
    case sim::Analysis::Kind::Tran:
        return SizingInspectPane::tr("transient");
    case sim::Analysis::Kind::Dc:
        return SizingInspectPane::tr("DC sweep");
    case sim::Analysis::Kind::Noise:
        return SizingInspectPane::tr("noise");
    case sim::Analysis::Kind::Op:
        break;
    }
    return SizingInspectPane::tr("operating point");
}

} // namespace

SizingInspectPane::SizingInspectPane(JobService& jobs, DesignInspection& inspection,
                                     QWidget* parent)
    : QWidget(parent)
    , m_inspection(inspection)
    , m_title(new QLabel)
    , m_values(table(tr("Values of the design"), {tr("Name"), tr("Value"), tr("Spec")}))
    , m_nets(
          table(tr("Operating point"), {tr("Net"), tr("Simulated"), tr("Predicted"), tr("Error")}))
    , m_devices(table(tr("Devices"), {tr("Device"), tr("Region"), tr("Current")}))
    , m_note(new QLabel)
    , m_curve(choiceField(tr("Curve")))
    , m_plot(new widgets::PlotView(tr("Curves of the design")))
    , m_phase(new widgets::PlotView(tr("Phase of the design")))
    , m_robust(new SizingRobustPane(jobs))
    , m_simulate(new QPushButton(widgets::themedIcon(u"simulate"_s), tr("Simulate")))
    , m_schematic(new QPushButton(widgets::themedIcon(u"schematic"_s), tr("Show on schematic"))) {
    m_title->setWordWrap(true);
    m_note->setWordWrap(true);
    m_simulate->setToolTip(tr("Simulates all benches of this design."));
    m_schematic->setToolTip(tr("Turns the knobs of the open circuit to these values; voltages and "
                               "predictions follow."));
    auto* head = new QHBoxLayout;
    head->addWidget(m_title, 1);
    head->addWidget(m_simulate);
    head->addWidget(m_schematic);
    auto* left = new QSplitter(Qt::Vertical);
    left->addWidget(titledPane(tr("Parameters and measurements"), m_values, new QLabel));
    auto* points = new QTabWidget;
    points->setDocumentMode(true);
    points->addTab(m_nets, tr("Nets"));
    points->addTab(m_devices, tr("Devices"));
    auto* point = titledPane(tr("Operating point"), points, new QLabel);
    point->layout()->addWidget(m_note);
    left->addWidget(point);
    left->setChildrenCollapsible(false);
    auto* curves = new QWidget;
    auto* column = new QVBoxLayout(curves);
    auto* choice = new QHBoxLayout;
    auto* label = new QLabel(tr("Curve"));
    label->setBuddy(m_curve);
    choice->addWidget(label);
    choice->addWidget(m_curve, 1);
    auto* actions = new widgets::ExportActions([this] { return m_plot->renderable(); }, m_plot);
    choice->addWidget(actions->button(tr("Export this plot")));
    column->addLayout(choice);
    m_plot->setEmptyText(tr("Curves of the benches stand here once the design is simulated."));
    column->addWidget(m_plot, 2);
    column->addWidget(m_phase, 1);
    m_phase->hide();
    auto* splitter = new QSplitter(Qt::Horizontal);
    splitter->addWidget(left);
    auto* right = new QSplitter(Qt::Vertical);
    right->addWidget(curves);
    right->addWidget(m_robust);
    right->setStretchFactor(0, 3);
    right->setStretchFactor(1, 2);
    right->setSizes({3000, 2000}); // curves are looked at more than an empty table
    right->setChildrenCollapsible(false);
    splitter->addWidget(right);
    splitter->setStretchFactor(0, 2);
    splitter->setStretchFactor(1, 3);
    splitter->setChildrenCollapsible(false);
    splitter->setSizes(
        {fontMetrics().averageCharWidth() * 48, fontMetrics().averageCharWidth() * 66});
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(head);
    layout->addWidget(splitter, 1);
    connect(m_simulate, &QPushButton::clicked, this, &SizingInspectPane::simulateRequested);
    connect(m_schematic, &QPushButton::clicked, this, &SizingInspectPane::schematicRequested);
    connect(&inspection, &DesignInspection::changed, this, &SizingInspectPane::showResult);
    connect(m_curve, &QComboBox::currentIndexChanged, this, &SizingInspectPane::showCurve);
    showDesign(std::nullopt, nullptr, 0);
}

void SizingInspectPane::showDesign(const std::optional<optimize::Problem>& problem,
                                   const optimize::Member* member, int number) {
    m_problem = problem;
    m_design = member ? member->design : optimize::Design();
    m_simulate->setEnabled(member != nullptr);
    m_schematic->setEnabled(member != nullptr);
    m_values->setRowCount(0);
    m_robust->setDesign(member ? problem : std::nullopt, m_design);
    if (!member || !problem) {
        m_title->setText(tr("No design is chosen yet."));
        showResult();
        return;
    }
    m_title->setText(tr("Design %1: %2, cost %3")
                         .arg(number)
                         .arg(verdictText(verdictOf(*member)))
                         .arg(member->cost, 0, 'g', 4));
    const auto add = [this](const QString& name, const QString& value, const QString& spec,
                            const QString& icon) {
        const int row = m_values->rowCount();
        m_values->insertRow(row);
        m_values->setItem(row, 0, tableCell(name, false));
        m_values->setItem(row, 1, tableCell(value, true));
        m_values->setItem(row, 2, tableCell(spec, false));
        if (!icon.isEmpty())
            m_values->item(row, 2)->setIcon(widgets::themedIcon(icon));
    };
    for (std::size_t i = 0; i < problem->measures.size() && i < member->values.size(); ++i) {
        const optimize::Measure& m = problem->measures[i];
        QString text, icon;
        for (std::size_t s = 0; s < problem->specs.size(); ++s) {
            if (problem->measureOf[s] != i)
                continue;
            const optimize::Spec& spec = problem->specs[s];
            QStringList limits;
            if (spec.min)
                limits << u"\u2265 "_s + qs(optimize::formatMeasure(m, *spec.min));
            if (spec.max)
                limits << u"\u2264 "_s + qs(optimize::formatMeasure(m, *spec.max));
            const double penalty = spec.penalty(member->values[i]) / spec.weight;
            const Verdict v = penalty == 0     ? Verdict::Pass
                              : penalty <= 0.1 ? Verdict::Near
                                               : Verdict::Fail;
            text = verdictText(v) + u": "_s + limits.join(u", "_s);
            icon = verdictIcon(v);
        }
        add(qs(m.name), qs(optimize::formatMeasure(m, member->values[i])), text, icon);
    }
    for (std::size_t v = 0; v < problem->variables.size(); ++v) {
        const optimize::Variable& variable = problem->variables[v];
        const double value = variable.value(member->design[v]);
        add(qs(variable.name),
            variable.unit.empty()
                ? QString::number(value, 'g', 6)
                : qs(formatSi(value, variable.unit)).replace(u"ohm"_s, u"\u03a9"_s),
            tr("varies"), {});
    }
    const auto parameters = problem->parameters(member->design);
    for (std::size_t i = 0; i < problem->matches.size(); ++i) {
        const optimize::Match& match = problem->matches[i];
        const double value = parameters[problem->variables.size() + i].second;
        add(qs(match.name),
            match.unit.empty() ? QString::number(value, 'g', 6)
                               : qs(formatSi(value, match.unit)).replace(u"ohm"_s, u"\u03a9"_s),
            tr("matches %1").arg(qs(match.body)), {});
    }
    showResult();
}

void SizingInspectPane::showResult() {
    const InspectedPtr& seen = m_inspection.result();
    const bool mine = seen && !m_design.empty() && seen->design == m_design;
    m_nets->setRowCount(0);
    m_devices->setRowCount(0);
    QStringList notes;
    if (m_inspection.isRunning())
        notes << tr("Simulating this design.");
    if (mine) {
        for (const auto& net : seen->nets) {
            const int row = m_nets->rowCount();
            m_nets->insertRow(row);
            m_nets->setItem(row, 0, tableCell(net.name, false));
            m_nets->setItem(row, 1,
                            tableCell(std::isfinite(net.simulated)
                                          ? qs(formatSi(net.simulated, "V"))
                                          : QString(),
                                      true));
            const bool both = std::isfinite(net.predicted) && std::isfinite(net.simulated);
            auto* predicted = tableCell(
                std::isfinite(net.predicted) ? predictedText(net.predicted) : QString(), true);
            QFont italic = predicted->font();
            italic.setItalic(true);
            predicted->setFont(italic);
            m_nets->setItem(row, 2, predicted);
            m_nets->setItem(
                row, 3,
                tableCell(both ? signedText(net.predicted - net.simulated) : QString(), true));
        }
        for (const auto& device : seen->devices) {
            const int row = m_devices->rowCount();
            m_devices->insertRow(row);
            m_devices->setItem(row, 0, tableCell(device.name, false));
            m_devices->setItem(row, 1, tableCell(device.region, false));
            m_devices->setItem(row, 2,
                               tableCell(std::isfinite(device.current)
                                             ? qs(formatSi(device.current, "A"))
                                             : QString(),
                                         true));
        }
        for (const auto& bench : seen->benches) {
            if (!bench.outcome)
                notes << tr("Bench %1: %2.").arg(bench.name, qs(bench.error.text));
        }
        if (!seen->note.isEmpty())
            notes << seen->note + u'.';
        else
            notes
                << (seen->network.isEmpty()
                        ? tr("No network predicts these voltages; open the circuit and choose one.")
                        : tr("Predicted by %1.").arg(seen->network));
    }
    m_nets->setColumnHidden(2, !mine || seen->network.isEmpty());
    m_nets->setColumnHidden(3, !mine || seen->network.isEmpty());
    m_note->setText(notes.join(u' '));
    m_note->setVisible(!notes.isEmpty());
    fillCurves();
    showCurve();
}

/// Nets that measurements read come first, then some others.
void SizingInspectPane::fillCurves() {
    const InspectedPtr& seen = m_inspection.result();
    const bool mine = seen && !m_design.empty() && seen->design == m_design;
    const QString chosen = m_curve->currentText();
    m_filling = true;
    m_curve->clear();
    for (std::size_t b = 0; mine && m_problem && b < seen->benches.size(); ++b) {
        if (!seen->benches[b].outcome)
            continue;
        const auto& plots = seen->benches[b].outcome->plots;
        for (std::size_t p = 0; p < plots.size(); ++p) {
            if (plots[p].kind == sim::Analysis::Kind::Op || plots[p].vectors.size() < 2)
                continue;
            QStringList wanted;
            const bool noise = plots[p].kind == sim::Analysis::Kind::Noise;
            for (const char* density : {kOutputNoise, kInputNoise}) {
                if (noise && plots[p].find(density))
                    wanted << QLatin1String(density);
            }
            for (const optimize::Measure& m : m_problem->measures) {
                if (noise || (m.bench != b && m.against != b))
                    continue;
                for (const std::string& net : {m.of, m.input}) {
                    if (!net.empty() && plots[p].find(net) && !wanted.contains(qs(net)))
                        wanted << qs(net);
                }
            }
            for (std::size_t v = 1;
                 !noise && v < plots[p].vectors.size() && wanted.size() < kMostCurves; ++v) {
                const QString name = qs(plots[p].vectors[v].name);
                if (plots[p].vectors[v].unit == "V" && !wanted.contains(name))
                    wanted << name;
            }
            for (const QString& net : wanted) {
                m_curve->addItem(u"%1, %2: %3"_s.arg(seen->benches[b].name,
                                                     analysisName(plots[p].kind), curveName(net)));
                const int at = m_curve->count() - 1;
                m_curve->setItemData(at,
                                     QVariantList{static_cast<int>(b), static_cast<int>(p), net});
            }
        }
    }
    m_curve->setCurrentIndex(std::max(m_curve->count() > 0 ? 0 : -1, m_curve->findText(chosen)));
    m_curve->setEnabled(m_curve->count() > 0);
    m_filling = false;
}

void SizingInspectPane::showCurve() {
    if (m_filling)
        return;
    const QVariantList at = m_curve->currentData().toList();
    const InspectedPtr& seen = m_inspection.result();
    m_phase->setVisible(false);
    if (at.size() != 3 || !seen) {
        m_plot->setSeries({});
        return;
    }
    const auto& plot = seen->benches[static_cast<std::size_t>(at[0].toInt())]
                           .outcome->plots[static_cast<std::size_t>(at[1].toInt())];
    const QString net = at[2].toString();
    const sim::Vector* vector = plot.find(ss(net));
    if (!vector)
        return m_plot->setSeries({});
    const sim::Vector& scale = plot.vectors.front();
    widgets::PlotSeries curve, phase;
    curve.name = curveName(net);
    phase.name = tr("phase of %1").arg(net);
    const bool ac = plot.kind == sim::Analysis::Kind::Ac;
    const bool noise = plot.kind == sim::Analysis::Kind::Noise;
    double last = 0;
    for (std::size_t i = 0; i < vector->real.size() && i < scale.real.size(); ++i) {
        curve.x << scale.real[i];
        if (!ac) {
            curve.y << vector->real[i];
            continue;
        }
        const std::complex<double> value(vector->real[i], vector->complex ? vector->imag[i] : 0.0);
        curve.y << 20 * std::log10(std::max(1e-30, std::abs(value)));
        double degrees = std::arg(value) * 180 / M_PI;
        if (i > 0) // no jumps by a whole turn
            degrees -= 360 * std::round((degrees - last) / 360);
        last = degrees;
        phase.x << scale.real[i];
        phase.y << degrees;
    }
    QVector<widgets::PlotSeries> all{curve};
    if (!ac) { // the input beside the output
        for (const optimize::Measure& m : m_problem->measures) {
            const sim::Vector* input =
                m.of == ss(net) && !m.input.empty() ? plot.find(m.input) : nullptr;
            if (!input || static_cast<int>(m.bench) != at[0].toInt())
                continue;
            widgets::PlotSeries other;
            other.name = qs(m.input);
            other.dashed = true;
            other.x = QVector<double>(scale.real.begin(), scale.real.end());
            other.y = QVector<double>(input->real.begin(), input->real.end());
            all << other;
            break;
        }
    }
    m_plot->setLogarithmic(ac || noise, noise);
    m_plot->setAxes(ac || noise                              ? tr("frequency, Hz")
                    : plot.kind == sim::Analysis::Kind::Tran ? tr("time, s")
                                                             : qs(scale.name),
                    ac      ? tr("%1, dB").arg(net)
                    : noise ? tr("%1, V/\u221aHz").arg(curveName(net))
                            : tr("V"));
    m_plot->setSeries(all);
    if (ac) {
        m_phase->setLogarithmic(true, false);
        m_phase->setAxes(tr("frequency, Hz"), tr("degrees"));
        m_phase->setSeries({phase});
        m_phase->setVisible(true);
    }
}

} // namespace ohm::ui
