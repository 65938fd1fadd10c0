// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/voltagedisplay.h"

#include "core/base/units.h"
#include "ui/services/text.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ohm::ui {

using namespace Qt::StringLiterals;
using widgets::Annotation;

namespace {
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
} // namespace

QString predictedText(double value) {
    return std::isfinite(value) ? u'~' + qs(formatSi(value, "V", 3)) : QString();
}

QString signedText(double value, const char* unit, int digits) {
    if (!std::isfinite(value))
        return {};
    return (value < 0 ? QString() : u"+"_s) + qs(formatSi(value, unit, digits));
}

double Comparison::accAt(int k) const {
    if (errors.empty() || k <= 0)
        return kNaN;
    const double limit = tolerance(k);
    const auto right = std::count_if(errors.begin(), errors.end(), [&](const learn::NetError& e) {
        return std::fabs(e.error) <= limit;
    });
    return static_cast<double>(right) / static_cast<double>(errors.size());
}

ComparisonPtr compare(const PredictedCircuit& prediction, const std::vector<double>& simulated) {
    auto made = std::make_shared<Comparison>();
    made->errorOf.assign(prediction.values.voltages.size(), kNaN);
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (std::size_t i = 0; i < prediction.values.voltages.size() && i < simulated.size(); ++i) {
        const auto net = static_cast<netlist::NetId>(i);
        const double predicted = prediction.voltage(net);
        if (!std::isfinite(predicted) || !std::isfinite(simulated[i]) ||
            (i < prediction.driven.size() && prediction.driven[i]))
            continue;
        const double error = predicted - simulated[i];
        made->errorOf[i] = error;
        made->errors.push_back({net, predicted, simulated[i], error, prediction.deviation(net)});
        made->mae += std::fabs(error);
        low = std::min(low, simulated[i]);
        high = std::max(high, simulated[i]);
    }
    if (made->errors.empty())
        return nullptr;
    made->mae /= static_cast<double>(made->errors.size());
    made->range = high - low;
    std::stable_sort(made->errors.begin(), made->errors.end(),
                     [](const learn::NetError& a, const learn::NetError& b) {
                         return std::fabs(a.error) > std::fabs(b.error);
                     });
    return made;
}

VoltageDisplay::VoltageDisplay(Simulation& simulation, Prediction& prediction, Settings& settings,
                               QObject* parent)
    : QObject(parent)
    , m_simulation(simulation)
    , m_predictor(prediction)
    , m_settings(settings) {
    connect(&simulation, &Simulation::resultChanged, this, &VoltageDisplay::update);
    connect(&prediction, &Prediction::resultChanged, this, &VoltageDisplay::update);
    connect(&settings, &Settings::annotationsChanged, this, &VoltageDisplay::update);
    update();
}

bool VoltageDisplay::isOn() const {
    return showsCapacitances() || m_settings.showVoltages();
}

void VoltageDisplay::setVariantPoint(OperatingPointPtr point) {
    m_variantPoint = std::move(point);
    update();
}

void VoltageDisplay::setWatched(std::vector<netlist::NetId> nets) {
    if (nets == m_watched)
        return;
    m_watched = std::move(nets);
    emit changed();
}

void VoltageDisplay::setCapacitances(std::vector<double> farads) {
    m_capacitances = std::move(farads);
    m_least = m_most = 0;
    for (const double farad : m_capacitances) {
        if (farad > 0 && (m_least == 0 || farad < m_least))
            m_least = farad;
        m_most = std::max(m_most, farad);
    }
    emit changed();
}

void VoltageDisplay::setDark(bool dark) {
    if (dark == m_dark)
        return;
    m_dark = dark;
    emit changed();
}

void VoltageDisplay::update() {
    m_prediction = m_predictor.shown();
    m_predictionStale = m_predictor.isStale() && !m_predictor.variant();
    // What was simulated of the file's circuit says nothing about turned knobs.
    m_point = m_predictor.variant() ? m_variantPoint : m_simulation.operatingPoint();
    m_pointStale = m_simulation.isStale() && !m_predictor.variant();
    m_comparison = m_prediction && m_point && m_pointStale == m_predictionStale
                       ? compare(*m_prediction, m_point->netVoltages)
                       : nullptr;
    m_scale =
        m_comparison ? widgets::niceCeiling(std::fabs(m_comparison->errors.front().error)) : 0;
    m_mode = m_settings.voltages();
    if (m_mode == Mode::Error && !m_comparison)
        m_mode = Mode::Both; // nothing to compare: show what there is
    emit changed();
}

double VoltageDisplay::change(netlist::NetId net) const {
    const PredictionPtr& variant = m_predictor.variant();
    const PredictionPtr& nominal = m_predictor.variantNominal();
    return variant && nominal ? variant->voltage(net) - nominal->voltage(net) : kNaN;
}

std::optional<Annotation> VoltageDisplay::annotation(netlist::NetId net) const {
    if (!isOn())
        return std::nullopt;
    if (showsCapacitances()) {
        if (net >= m_capacitances.size() || !(m_capacitances[net] > 0))
            return std::nullopt;
        Annotation made;
        made.text = qs(formatSi(m_capacitances[net], "F", 3));
        made.style = Annotation::Style::Scaled;
        made.ground = colour(net);
        return made;
    }
    if (m_mode == Mode::Error) {
        const double error = net < m_comparison->errorOf.size() ? m_comparison->errorOf[net] : kNaN;
        if (!std::isfinite(error))
            return std::nullopt;
        Annotation made;
        made.text = signedText(error);
        made.style = Annotation::Style::Scaled;
        made.ground = colour(net);
        return made;
    }
    QString simulated;
    QString predicted;
    if (m_mode != Mode::Predicted && m_point && net < m_point->netVoltages.size() &&
        std::isfinite(m_point->netVoltages[net]))
        simulated = voltageText(*m_point, net);
    // What sources set is known: said once is enough.
    const bool known = m_prediction && !simulated.isEmpty() && net < m_prediction->driven.size() &&
                       m_prediction->driven[net];
    if (m_mode != Mode::Simulated && m_prediction && !known) {
        predicted = predictedText(m_prediction->voltage(net));
        const double moved = change(net);
        if (!predicted.isEmpty() && std::isfinite(moved) &&
            std::find(m_watched.begin(), m_watched.end(), net) != m_watched.end())
            predicted += u" ("_s + signedText(moved) + u')';
    }
    if (simulated.isEmpty() && predicted.isEmpty())
        return std::nullopt;
    const auto simulatedStyle =
        m_pointStale ? Annotation::Style::Error : Annotation::Style::Simulated;
    const auto predictedStyle =
        m_predictionStale ? Annotation::Style::Error : Annotation::Style::Predicted;
    Annotation made;
    made.text = simulated.isEmpty() ? predicted : simulated;
    made.style = simulated.isEmpty() ? predictedStyle : simulatedStyle;
    if (!simulated.isEmpty() && !predicted.isEmpty()) {
        made.second = predicted;
        made.secondStyle = predictedStyle;
    }
    return made;
}

QRgb VoltageDisplay::colour(netlist::NetId net) const {
    if (showsCapacitances()) {
        if (net >= m_capacitances.size() || !(m_capacitances[net] > 0))
            return 0;
        // Capacitances spread over decades.
        const double decades = std::log10(m_most / m_least);
        const double at = decades > 0 ? std::log10(m_capacitances[net] / m_least) / decades : 1;
        return widgets::sequentialColour(at, m_dark).rgb();
    }
    if (m_mode != Mode::Error || !isOn() || !m_comparison || net >= m_comparison->errorOf.size() ||
        !std::isfinite(m_comparison->errorOf[net]))
        return 0;
    const double value = m_scale > 0 ? std::fabs(m_comparison->errorOf[net]) / m_scale : 0;
    return widgets::sequentialColour(value, m_dark).rgb();
}

DescribeContext VoltageDisplay::context(const netlist::Circuit& circuit) const {
    return {circuit, m_point.get(), m_pointStale, m_prediction.get(), m_predictionStale};
}

widgets::ValueLegend VoltageDisplay::legend() const {
    widgets::ValueLegend made;
    if (showsCapacitances()) {
        made.scaleTitle = tr("estimated capacitance");
        made.low = qs(formatSi(m_least, "F", 2));
        made.high = qs(formatSi(m_most, "F", 2));
        return made;
    }
    if (!isOn() || !m_prediction)
        return made; // simulated values alone need no words
    const bool point = m_point != nullptr;
    if (m_mode == Mode::Error) {
        made.scaleTitle = tr("|predicted \u2212 simulated|");
        made.low = qs(formatSi(0, "V"));
        made.high = qs(formatSi(m_scale, "V"));
        return made;
    }
    if (point && m_mode != Mode::Predicted)
        made.rows.push_back(
            {{u"1.2 V"_s, m_pointStale ? Annotation::Style::Error : Annotation::Style::Simulated},
             m_pointStale ? tr("simulated, out of date")
                          : tr("simulated, %1").arg(qs(m_point->simulator))});
    if (m_mode != Mode::Simulated)
        made.rows.push_back({{u"~1.2 V"_s, m_predictionStale ? Annotation::Style::Error
                                                             : Annotation::Style::Predicted},
                             m_predictionStale ? tr("predicted, out of date")
                             : m_predictor.variant()
                                 ? tr("predicted, turned knobs")
                                 : tr("predicted, %1").arg(m_prediction->model)});
    return made;
}

} // namespace ohm::ui
