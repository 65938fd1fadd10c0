// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/encoder.h"

#include "core/graph/features.h"
#include "core/netlist/reader.h"

#include <cmath>

namespace ohm::optimize {

Encoder Encoder::values(const Problem& problem) {
    Encoder e;
    e.m_problem = problem;
    return e;
}

Expected<Encoder> Encoder::graph(const Problem& problem) {
    if (problem.judgeCircuit.empty())
        return fail("OPT-022", "The project does not say which circuit the graph network sees", {},
                    problem.name, "Add sizing: {graph: FILE} to the project");
    Encoder e;
    e.m_problem = problem;
    e.m_graph = true;
    const Design nominal = problem.nominal();
    if (const auto built = e.build(nominal, &e.m_topology, e.m_base); !built)
        return built.failure();
    // Most entries are a variable's value as it stands: found by moving one variable at a time.
    for (std::size_t v = 0; v < problem.variables.size(); ++v) {
        Design moved = nominal;
        moved[v] = moved[v] > 0 ? 0 : problem.variables[v].count() - 1;
        std::vector<float> x;
        if (const auto built = e.build(moved, nullptr, x); !built)
            return built.failure();
        if (x.size() != e.m_base.size())
            return fail("OPT-022", "The parameters change the structure of the graph", {},
                        problem.variables[v].name);
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (x[i] == e.m_base[i])
                continue;
            e.m_places.emplace_back(i, v);
            e.m_direct = e.m_direct &&
                         x[i] == static_cast<float>(problem.variables[v].value(moved[v])) &&
                         e.m_base[i] == static_cast<float>(problem.variables[v].value(nominal[v]));
        }
    }
    return e;
}

Expected<std::vector<float>> Encoder::encode(const Design& design) const {
    std::vector<float> row;
    if (m_graph && !m_direct) {
        if (const auto built = build(design, nullptr, row); !built)
            return built.failure();
        return row;
    }
    if (m_graph) {
        row = m_base;
        for (const auto& [place, v] : m_places)
            row[place] = static_cast<float>(m_problem.variables[v].value(design[v]));
        return row;
    }
    for (std::size_t v = 0; v < design.size(); ++v) {
        const Variable& variable = m_problem.variables[v];
        const double value = variable.value(design[v]);
        row.push_back(static_cast<float>(variable.logarithmic ? std::log(value) : value));
    }
    return row;
}

Expected<void> Encoder::build(const Design& design, nn::GraphBatch* batch,
                              std::vector<float>& x) const {
    netlist::ReadOptions options;
    options.searchPath = m_problem.searchPath;
    for (const auto& [name, value] : m_problem.parameters(design))
        options.parameters[name] = value;
    const auto circuit = netlist::readNetlist(m_problem.judgeCircuit, options);
    if (!circuit)
        return circuit.failure();
    const graph::TerminalGraph graph(*circuit);
    const auto features = graph::nodeFeatures(graph, graph::FeatureSchema::Analog);
    x = features.values;
    if (!batch)
        return {};
    batch->nodes = static_cast<std::int64_t>(graph.nodeCount());
    batch->graphs = 1;
    batch->width = static_cast<std::int64_t>(features.width);
    batch->rows.assign(graph.rows().begin(), graph.rows().end());
    batch->columns.assign(graph.columns().begin(), graph.columns().end());
    batch->graphPtr = {0, batch->nodes};
    for (std::size_t node = 0; node < features.outputMask.size(); ++node) {
        if (features.outputMask[node])
            batch->outputs.push_back(static_cast<std::int64_t>(node));
    }
    return {};
}

} // namespace ohm::optimize
