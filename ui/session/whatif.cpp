// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/whatif.h"

#include "ui/services/text.h"
#include "ui/session/circuitsession.h"
#include "ui/session/voltagedisplay.h"

#include <QTimer>
#include <QUndoCommand>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr int kRestMs = 250;

struct Answer {
    PredictionPtr variant, nominal;
};
} // namespace

/// Knobs turned at once, with what they stood at before.
class WhatIf::Turn : public QUndoCommand {
public:
    using Values = std::vector<std::pair<std::size_t, double>>;

    Turn(WhatIf& owner, Values before, Values after, quint64 gesture, const QString& text)
        : QUndoCommand(text)
        , m_owner(owner)
        , m_before(std::move(before))
        , m_after(std::move(after))
        , m_gesture(gesture) {}
    void undo() override { m_owner.apply(m_before); }
    void redo() override { m_owner.apply(m_after); }
    int id() const override { return 1; }
    bool mergeWith(const QUndoCommand* other) override {
        const auto* next = static_cast<const Turn*>(other);
        if (next->m_gesture != m_gesture || next->m_after.size() != 1 || m_after.size() != 1 ||
            next->m_after.front().first != m_after.front().first)
            return false;
        m_after = next->m_after;
        return true;
    }

private:
    WhatIf& m_owner;
    Values m_before, m_after;
    quint64 m_gesture;
};

WhatIf::WhatIf(JobService& jobs, CircuitSession& session, Simulation& simulation,
               Prediction& prediction, VoltageDisplay& voltages, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_session(session)
    , m_simulator(simulation)
    , m_prediction(prediction)
    , m_voltages(voltages)
    , m_rest(new QTimer(this)) {
    m_rest->setSingleShot(true);
    m_rest->setInterval(kRestMs);
    connect(m_rest, &QTimer::timeout, this, &WhatIf::refine);
    connect(&session, &CircuitSession::circuitChanged, this, [this] {
        forget();
        if (m_active)
            look();
    });
    connect(&prediction, &Prediction::modelChanged, this, [this] {
        m_quickNominal.reset();
        predictNominal();
        warmUp();
        if (isAnyMoved())
            predict();
    });
}

WhatIf::~WhatIf() = default;

const std::vector<generate::Knob>& WhatIf::knobs() const {
    static const std::vector<generate::Knob> none;
    return m_tunable ? m_tunable->knobs() : none;
}

std::vector<std::size_t> WhatIf::ordered(const generate::TunableCircuit& circuit,
                                         const project::Project& project) {
    const std::vector<generate::Knob>& knobs = circuit.knobs();
    std::vector<std::size_t> order(knobs.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto rank = [&](std::size_t i) {
        return isDeclared(knobs[i], project) ? 0 : knobs[i].isParameter ? 1 : 2;
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
    return order;
}

bool WhatIf::isDeclared(const generate::Knob& knob, const project::Project& project) {
    return std::any_of(project.parameters.begin(), project.parameters.end(),
                       [&](const project::ParameterSpec& spec) { return spec.name == knob.name; });
}

quint64 WhatIf::newGesture() {
    static quint64 last = 0;
    return ++last;
}

void WhatIf::setActive(bool active) {
    m_active = active;
    if (!active)
        return;
    if (!m_tunable && !m_looking)
        look();
    predictNominal();
}

void WhatIf::predictNominal() {
    if (m_active && m_prediction.circuit() && !m_prediction.result() && !m_prediction.isRunning() &&
        m_prediction.function())
        m_prediction.run();
}

void WhatIf::forget() {
    m_jobs.abandon(u"knobs"_s);
    m_jobs.abandon(u"whatif-simulate"_s);
    ++m_generation;
    m_inFlight = m_dirty = m_looking = false;
    m_rest->stop();
    m_quickNominal.reset();
    m_simulation = 0;
    m_latency = -1;
    m_count = 0;
    m_undo.clear();
    m_values.clear();
    m_jobs.release(std::exchange(m_tunable, nullptr));
    m_voltages.setVariantPoint(nullptr);
    m_prediction.showVariant(nullptr);
    emit knobsChanged();
    emit busyChanged();
}

void WhatIf::look() {
    const netlist::CircuitPtr circuit = m_session.circuit();
    if (!circuit || !m_prediction.learning().makeTunable)
        return;
    m_looking = true;
    emit knobsChanged();
    JobSpec spec;
    spec.title = tr("Finding the circuit's knobs");
    spec.lane = u"knobs"_s;
    spec.quiet = true;
    m_jobs.start<TunablePtr>(
        spec,
        [make = m_prediction.learning().makeTunable, path = m_session.loaded()->path,
         options = m_session.readOptions(), project = m_session.project(),
         circuit](StopToken stop, ProgressSink&) -> Expected<TunablePtr> {
            Expected<TunablePtr> made = make(path, options, &project, std::move(stop));
            if (made && ((*made)->nominal()->netCount() != circuit->netCount() ||
                         (*made)->nominal()->deviceCount() != circuit->deviceCount()))
                return fail("UI-022", "The file is not what is shown any more.", {}, path.string(),
                            "Reload it.");
            return made;
        },
        this,
        [this](Expected<TunablePtr> made) {
            m_looking = false;
            if (!made) {
                emit knobsChanged();
                if (made.error().code != "UI-002")
                    emit failed(made.error());
                return;
            }
            m_tunable = std::move(*made);
            for (const generate::Knob& knob : m_tunable->knobs())
                m_values.push_back(knob.nominal);
            emit knobsChanged();
            predictNominal();
            warmUp();
            showWanted();
        });
}

void WhatIf::warmUp() {
    const Prediction::Function ask = m_prediction.quickFunction();
    if (!m_active || !ask || !m_tunable || m_quickNominal)
        return;
    JobSpec spec;
    spec.title = tr("Predicting the nominal circuit");
    spec.lane = u"whatif-warm"_s;
    spec.pool = Pool::Torch;
    spec.quiet = true;
    m_jobs.start<PredictionPtr>(
        spec,
        [ask, tunable = m_tunable](StopToken stop, ProgressSink&) {
            return ask(tunable->nominal(), std::move(stop));
        },
        this,
        [this, generation = m_generation,
         model = m_prediction.modelName()](Expected<PredictionPtr> result) {
            if (result && generation == m_generation && model == m_prediction.modelName() &&
                !m_quickNominal)
                m_quickNominal = std::move(*result);
        });
}

bool WhatIf::isMoved(std::size_t knob) const {
    return m_values.at(knob) != knobs()[knob].nominal;
}

std::vector<std::size_t> WhatIf::moved() const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < m_values.size(); ++i)
        if (isMoved(i))
            found.push_back(i);
    return found;
}

bool WhatIf::isAnyMoved() const {
    return !moved().empty();
}

void WhatIf::setValue(std::size_t knob, double value, quint64 gesture) {
    if (knob >= m_values.size() || !std::isfinite(value) || value == m_values[knob])
        return;
    m_undo.push(new Turn(*this, {{knob, m_values[knob]}}, {{knob, value}}, gesture,
                         tr("Turn %1").arg(shownText(knobs()[knob].name))));
}

void WhatIf::showValues(const std::vector<std::pair<std::string, double>>& values,
                        const QString& text) {
    m_wanted = values;
    m_wantedText = text;
    setActive(true);
    if (m_tunable)
        showWanted();
}

void WhatIf::showWanted() {
    const auto wanted = std::exchange(m_wanted, {});
    if (wanted.empty())
        return;
    Turn::Values before, after;
    bool any = false;
    for (std::size_t k = 0; k < knobs().size(); ++k) {
        const auto named = std::find_if(wanted.begin(), wanted.end(), [&](const auto& value) {
            return value.first == knobs()[k].name;
        });
        any = any || named != wanted.end();
        const double value = named != wanted.end() ? named->second : knobs()[k].nominal;
        if (value == m_values[k])
            continue;
        before.emplace_back(k, m_values[k]);
        after.emplace_back(k, value);
    }
    if (!any)
        return emit failed(Error{"UI-051",
                                 "The open circuit has none of the design's parameters",
                                 {},
                                 m_session.circuitPath().toStdString(),
                                 "Open a circuit of the project that declares them"});
    if (!before.empty())
        m_undo.push(new Turn(*this, before, after, newGesture(), m_wantedText));
    simulate();
}

void WhatIf::reset() {
    Turn::Values before;
    Turn::Values after;
    for (const std::size_t knob : moved()) {
        before.emplace_back(knob, m_values[knob]);
        after.emplace_back(knob, knobs()[knob].nominal);
    }
    if (!before.empty())
        m_undo.push(new Turn(*this, before, after, newGesture(), tr("Reset knobs")));
}

void WhatIf::apply(const std::vector<std::pair<std::size_t, double>>& values) {
    for (const auto& [knob, value] : values)
        m_values.at(knob) = value;
    m_turned.start();
    m_voltages.setVariantPoint(nullptr); // it was of other values
    if (m_simulation != 0) {
        m_jobs.abandon(u"whatif-simulate"_s);
        m_simulation = 0;
        emit busyChanged();
    }
    emit valuesChanged();
    predict();
}

void WhatIf::predict() {
    if (m_inFlight) {
        m_dirty = true;
        return;
    }
    m_dirty = false;
    const std::vector<std::size_t> turned = moved();
    if (turned.empty()) {
        m_prediction.showVariant(nullptr);
        emit predicted();
        return;
    }
    const Prediction::Function ask = m_prediction.quickFunction();
    if (!ask || !m_tunable)
        return;
    std::vector<double> values;
    for (const std::size_t knob : turned)
        values.push_back(m_values[knob]);
    JobSpec spec;
    spec.title = tr("Predicting turned knobs");
    spec.pool = Pool::Torch;
    spec.priority = 10; // somebody holds a slider
    spec.quiet = true;
    m_inFlight = true;
    m_jobs.start<Answer>(
        spec,
        [ask, tunable = m_tunable, turned, values,
         nominal = m_quickNominal](StopToken stop, ProgressSink&) -> Expected<Answer> {
            const Expected<netlist::CircuitPtr> circuit = tunable->at(turned, values);
            if (!circuit)
                return circuit.failure();
            Answer answer{nullptr, nominal};
            if (!answer.nominal) { // the first time alone
                Expected<PredictionPtr> asked = ask(tunable->nominal(), stop);
                if (!asked)
                    return asked.failure();
                answer.nominal = std::move(*asked);
            }
            Expected<PredictionPtr> asked = ask(*circuit, std::move(stop));
            if (!asked)
                return asked.failure();
            answer.variant = std::move(*asked);
            return answer;
        },
        this,
        [this, generation = m_generation, clock = m_turned](Expected<Answer> result) {
            if (generation != m_generation)
                return; // of another circuit
            m_inFlight = false;
            if (result) {
                m_latency = static_cast<double>(clock.nsecsElapsed()) / 1e6;
                ++m_count;
                m_quickNominal = result->nominal;
                if (isAnyMoved())
                    m_prediction.showVariant(std::move(result->variant), m_quickNominal);
                emit predicted();
            } else if (result.error().code != "UI-002" && !m_dirty) {
                emit failed(result.error());
            }
            if (m_dirty)
                predict();
            else
                m_rest->start();
            emit busyChanged();
        });
    emit busyChanged();
}

void WhatIf::refine() {
    const std::vector<std::size_t> turned = moved();
    const PredictionPtr& nominal = m_prediction.result();
    if (turned.empty() || m_inFlight || !m_tunable || !nominal || !m_prediction.variant() ||
        nominal->members == m_prediction.variant()->members)
        return;
    std::vector<double> values;
    for (const std::size_t knob : turned)
        values.push_back(m_values[knob]);
    JobSpec spec;
    spec.title = tr("Predicting turned knobs");
    spec.lane = u"whatif-refine"_s;
    spec.pool = Pool::Torch;
    spec.quiet = true;
    m_jobs.start<PredictionPtr>(
        spec,
        [ask = m_prediction.function(), tunable = m_tunable, turned,
         values](StopToken stop, ProgressSink&) -> Expected<PredictionPtr> {
            const Expected<netlist::CircuitPtr> circuit = tunable->at(turned, values);
            if (!circuit)
                return circuit.failure();
            return ask(*circuit, std::move(stop));
        },
        this,
        [this, generation = m_generation, values = m_values](Expected<PredictionPtr> result) {
            if (result && generation == m_generation && values == m_values)
                m_prediction.showVariant(std::move(*result), m_prediction.result());
        });
}

void WhatIf::simulate() {
    const std::vector<std::size_t> turned = moved();
    if (!m_tunable || turned.empty())
        return;
    std::vector<double> values;
    for (const std::size_t knob : turned)
        values.push_back(m_values[knob]);
    JobSpec spec;
    spec.title = tr("Simulating turned knobs");
    spec.lane = u"whatif-simulate"_s;
    m_simulation = m_jobs.start<OperatingPointPtr>(
        spec,
        [pool = m_simulator.simulators(), tunable = m_tunable, turned,
         values](StopToken stop, ProgressSink& progress) -> Expected<OperatingPointPtr> {
            const Expected<netlist::CircuitPtr> circuit = tunable->at(turned, values);
            if (!circuit)
                return circuit.failure();
            Expected<sim::OperatingPoint> point =
                sim::operatingPoint(*pool(), **circuit, std::move(stop), progress, true);
            if (!point)
                return point.failure();
            return std::make_shared<const sim::OperatingPoint>(std::move(*point));
        },
        this,
        [this, generation = m_generation](Expected<OperatingPointPtr> point) {
            if (generation != m_generation)
                return;
            m_simulation = 0;
            if (point)
                m_voltages.setVariantPoint(std::move(*point));
            else if (point.error().code != "UI-002" && point.error().code != "SIM-006")
                emit failed(point.error());
            emit busyChanged();
        });
    emit busyChanged();
}

} // namespace ohm::ui
