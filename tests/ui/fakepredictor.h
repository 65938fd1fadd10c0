// SPDX-License-Identifier: GPL-3.0-or-later
// Networks and circuits with knobs for the window's tests: known values, no LibTorch.
#pragma once

#include "core/base/units.h"
#include "core/netlist/reader.h"
#include "ui/services/learning.h"

#include <QFile>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <thread>

namespace ohm::ui::testing {

/// Predicts `offset` + the voltage a resistive divider of the samples has: simply
/// base + 0.1 * net id + gain * (sum of resistances in kilo-ohm).
class FakePredictor : public learn::Predictor {
public:
    struct Behaviour {
        double base = 0.5;
        double perNet = 0.1;
        double perKiloohm = 0.01;
        bool uncertain = true;
        std::vector<learn::Notice> notices;
        std::chrono::milliseconds delay{0};
        std::atomic<int> calls{0};
        std::atomic<int> loads{0};
        Error failure; ///< an empty code: none
    };

    FakePredictor(std::shared_ptr<Behaviour> behaviour, learn::Checkpoint checkpoint)
        : m_behaviour(std::move(behaviour))
        , m_checkpoint(std::move(checkpoint)) {}

    const learn::Checkpoint& checkpoint(std::size_t) const override { return m_checkpoint; }
    std::size_t members() const override { return m_behaviour->uncertain ? 3 : 1; }

    static double value(const Behaviour& how, const netlist::Circuit& circuit, netlist::NetId net) {
        double kiloohm = 0;
        for (std::size_t i = 0; i < circuit.deviceCount(); ++i)
            if (circuit.deviceKind(static_cast<netlist::DeviceId>(i)) ==
                netlist::DeviceKind::Resistor)
                kiloohm += circuit.deviceParameter(static_cast<netlist::DeviceId>(i), "value")
                               .value_or(0) /
                           1e3;
        return how.base + how.perNet * net + how.perKiloohm * kiloohm;
    }

    Expected<learn::CircuitPrediction> predict(const netlist::Circuit& circuit,
                                               StopToken stop) override {
        ++m_behaviour->calls;
        const auto until = std::chrono::steady_clock::now() + m_behaviour->delay;
        while (std::chrono::steady_clock::now() < until) {
            if (stop.stopRequested())
                return fail("LEARN-012", "The prediction was stopped");
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        if (!m_behaviour->failure.code.empty())
            return fail(m_behaviour->failure);
        learn::CircuitPrediction made;
        made.seconds = 0.003;
        made.distance = 0.7;
        made.notices = m_behaviour->notices;
        made.voltages.assign(circuit.netCount(), std::nan(""));
        if (m_behaviour->uncertain)
            made.deviation.assign(circuit.netCount(), std::nan(""));
        for (netlist::NetId net = 0; net < circuit.netCount(); ++net) {
            if (circuit.isGround(net))
                continue;
            made.voltages[net] = value(*m_behaviour, circuit, net);
            if (m_behaviour->uncertain)
                made.deviation[net] = 0.001 * (net + 1);
        }
        return made;
    }

private:
    std::shared_ptr<Behaviour> m_behaviour;
    learn::Checkpoint m_checkpoint;
};

/// A circuit whose knobs are .param lines: `at` writes the lines anew and reads the text.
class FakeTunable : public generate::TunableCircuit {
public:
    FakeTunable(std::string text, netlist::CircuitPtr nominal, std::vector<generate::Knob> knobs)
        : m_text(std::move(text))
        , m_nominal(std::move(nominal))
        , m_knobs(std::move(knobs)) {}
    const netlist::CircuitPtr& nominal() const override { return m_nominal; }
    const std::vector<generate::Knob>& knobs() const override { return m_knobs; }
    Expected<netlist::CircuitPtr> at(std::span<const std::size_t> knobs,
                                     std::span<const double> values) const override {
        std::string text = m_text;
        for (std::size_t i = 0; i < knobs.size(); ++i) {
            const std::string start = ".param " + m_knobs[knobs[i]].name + "=";
            const std::size_t at = text.find(start);
            if (at == std::string::npos)
                return fail("GEN-001", "There is no such parameter.");
            char number[40];
            std::snprintf(number, sizeof number, "%.12g", values[i]);
            text.replace(at + start.size(), text.find('\n', at) - at - start.size(), number);
        }
        return netlist::readNetlistText(text, "variant", {});
    }

private:
    std::string m_text;
    netlist::CircuitPtr m_nominal;
    std::vector<generate::Knob> m_knobs;
};

} // namespace ohm::ui::testing
