// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/parameters.h"

#include "core/netlist/circuitdata.h"
#include "core/netlist/evaluator.h"

namespace ohm::netlist {

std::vector<Parameter> topParameters(const Circuit& circuit) {
    const CircuitData& data = circuit.data();
    const Cell& top = data.cells[kTopLevel];
    Evaluator evaluator(data);
    std::vector<Parameter> all;
    for (std::size_t i = 0; i < top.params.size(); ++i) {
        const ParamDef& def = top.params[i];
        const auto last = top.paramIndex.find(def.name);
        if (last == top.paramIndex.end() || last->second != i)
            continue;
        Parameter p;
        p.name = std::string(data.symbols.name(def.name));
        p.text = std::string(data.text.view(def.text));
        if (const auto value = evaluate(p.text, evaluator.cellScope(kTopLevel)))
            p.value = *value;
        all.push_back(std::move(p));
    }
    return all;
}

} // namespace ohm::netlist
