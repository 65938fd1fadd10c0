// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuitdata.h"
#include "core/netlist/evaluator.h"
#include "core/netlist/writerfindings.h"
#include "core/netlist/writernames.h"

#include <optional>
#include <string>
#include <unordered_map>

namespace ohm::netlist {

/// Parameter sets of ngspice's device models, which differ in what an instance may say.
enum class ModelFamily : std::uint8_t {
    Other,
    Mos1,  ///< levels 1, 2, 3, 6, 9
    Bsim1, ///< levels 4, 5
    Bsim3,
    Bsim4,
    Soi,
    Hisim,
    Vdmos,
    Vbic,         ///< BJT levels 4, 9
    SwappedSwitch ///< PSpice switch that closes downwards: its control nodes change places
};

/// LTspice's diode of straight lines, which ngspice does not know.
struct IdealDiode {
    double ron = 1, roff = 1e12;        ///< ohms
    double vfwd = 0, vrev = 1e300;      ///< V
    double rrev = 0;                    ///< ohms; 0 = as ron
    double epsilon = 0, revEpsilon = 0; ///< V: width of the parabola at each knee
    double ilimit = 0, revIlimit = 0;   ///< A, 0 = none
};

/// A model as it stands in the deck.
struct WrittenModel {
    std::string name; ///< empty if ngspice cannot have it
    std::string type; ///< "nmos", "d", "aswitch" ...
    ModelFamily family = ModelFamily::Other;
    std::optional<IdealDiode> ideal; ///< in place of a model card
};

/// Writes .model cards on demand with every parameter evaluated, each once; a card local to a
/// subcircuit once per different set of values. Thread: owner only.
class WriterModels {
public:
    WriterModels(const CircuitData& data, Evaluator& evaluator, WriterNames& names,
                 WriterFindings& findings)
        : m_data(data)
        , m_evaluator(evaluator)
        , m_names(names)
        , m_findings(findings) {}

    /// The deck model of an instance that stands in flat scope `scope`; one with an empty name if
    /// the netlist has no such model or ngspice cannot simulate it (reported once).
    const WrittenModel& use(const Instance& instance, std::uint32_t scope);
    /// Model `id` itself, for elements that name theirs otherwise.
    const WrittenModel& use(ModelId id, std::uint32_t scope, char letter);
    /// Adds a card of the program's own making.
    std::string add(std::string_view wantedName, std::string_view typeAndParams);
    std::string takeText() { return std::move(m_text); }

private:
    struct Body {
        std::string text;
        std::string type;
        ModelFamily family = ModelFamily::Other;
        std::optional<IdealDiode> ideal;
    };
    std::uint32_t owningScope(const ModelCard& card, std::uint32_t scope) const;
    const Scope& scopeOf(const ModelCard& card, std::uint32_t scope);
    std::optional<Body> compose(const ModelCard& card, const Scope& scope, char letter);
    void parameters(const ModelCard& card, const Scope& scope, Body& body, int depth);

    const CircuitData& m_data;
    Evaluator& m_evaluator;
    WriterNames& m_names;
    WriterFindings& m_findings;
    std::string m_text;
    std::unordered_map<std::uint64_t, WrittenModel> m_byPlace; ///< model and scope
    std::unordered_map<std::string, WrittenModel> m_byText;
    const WrittenModel m_none;
};

} // namespace ohm::netlist
