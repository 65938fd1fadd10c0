// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/behavioural.h"
#include "core/netlist/circuitdata.h"
#include "core/netlist/elementtext.h"
#include "core/netlist/evaluator.h"
#include "core/netlist/writerfindings.h"
#include "core/netlist/writermodels.h"
#include "core/netlist/writernames.h"

#include <optional>
#include <string>
#include <vector>

namespace ohm::netlist {

/// A device on its way into the deck.
struct DeckDevice {
    DeviceId id = 0;
    std::uint32_t scope = 0;
    const Instance* instance = nullptr;
    char letter = 0;
    std::string path; ///< flat name in the circuit
    std::string name; ///< in the deck
    std::vector<std::string> nets;
    std::vector<TailItem> items;
};

/// Composes the deck lines of one device after the other. Thread: owner only.
class DeviceComposer : private References {
public:
    DeviceComposer(const Circuit& circuit, Evaluator& evaluator, WriterNames& names,
                   WriterModels& models, WriterFindings& findings,
                   const std::vector<std::string>& deviceNames, double scale);

    /// Lines for the device, each ended by '\n'; empty if it has to be left out (reported).
    /// May change `device.name` where another element letter has to stand for it.
    std::string compose(DeckDevice& device);
    /// Deck name of a node that `name` means in scope `scope`.
    std::optional<std::string> nodeIn(std::uint32_t scope, std::string_view name) const;

private:
    // Texts and numbers of the present device.
    std::optional<double> number(std::string_view text);
    std::optional<std::string> literal(std::string_view text); ///< the number as deck text
    std::optional<std::string> expression(std::string_view text);
    std::optional<std::string> behaviourInstead(std::string_view text);
    std::string leaveOut(const char* code, const std::string& why,
                         Severity severity = Severity::Warning);
    void note(const char* code, const std::string& text, Severity severity = Severity::Note);
    const TailItem* named(std::string_view name) const;
    std::vector<std::string_view> positional() const;
    std::string head() const;                        ///< "m1 d g s b"
    std::string multiplied(const std::string& line); ///< with m= of the device and its parents
    /// Every named parameter in `allowed` as " name=value"; the others are noted.
    std::string parameters(std::initializer_list<std::string_view> allowed,
                           std::initializer_list<std::string_view> handled = {});
    std::string initialConditions();
    std::string withParasitics(std::string line);

    // Elements (writerdevices.cpp).
    std::string passive();
    std::string coupling();
    std::string semiconductor();
    std::string mosfet(const WrittenModel& model);
    std::string idealDiode(const IdealDiode& diode);
    std::string switchElement();
    std::string line();

    // Independent and behavioural sources (writersources.cpp).
    struct Waveform;
    std::string source();
    std::string port();
    bool takeWaveform(Waveform& wave);
    bool takeSpectreWaveform(Waveform& wave);
    void takeFunction(Waveform& wave, std::string_view function,
                      const std::vector<std::string>& arguments);
    std::string piecewiseLinear(const std::vector<std::string>& arguments);
    std::string behaviouralSource();
    std::string behaviouralText(const std::string& name, char quantity, const std::string& text);

    // Controlled sources and code models (writercontrolled.cpp).
    std::string controlledByVoltage();
    std::string controlledByCurrent();
    std::string polynomial(const std::string& start, std::vector<std::string_view> coefficients);
    std::string limited(const std::string& gain, const std::string& input);
    std::string table(const std::string& text);
    std::string xspice();

    std::optional<std::string> node(std::string_view name) const override;
    std::optional<std::string> current(std::string_view name) const override;
    std::optional<DeviceId> deviceIn(std::string_view name) const;
    /// Deck name of a device that has a current ngspice knows: v, e, h, l, b.
    std::optional<std::string> branchDevice(std::string_view name) const;

    const Circuit& m_circuit;
    const CircuitData& m_data;
    Evaluator& m_evaluator;
    WriterNames& m_names;
    WriterModels& m_models;
    WriterFindings& m_findings;
    const std::vector<std::string>& m_deviceNames;
    DeckDevice* m_device = nullptr;
    std::string m_prefix; ///< of the scope of the present device
    std::uint32_t m_prefixScope = kNone;
    double m_scale = 1;   ///< ".option scale"
    std::string m_reason; ///< why the last number or expression failed
    std::string m_code;   ///< and its code
};

} // namespace ohm::netlist
