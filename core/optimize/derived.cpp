// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/netlist/expression.h"
#include "core/optimize/measure.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace ohm::optimize {
namespace {

/// Names an expression uses, functions left out.
std::vector<std::string> namesIn(const std::string& text) {
    const auto part = [&](std::size_t i) {
        const auto c = static_cast<unsigned char>(text[i]);
        return std::isalnum(c) || c == '_' || c == '.';
    };
    std::vector<std::string> names;
    for (std::size_t i = 0; i < text.size();) {
        if (!part(i)) {
            ++i;
            continue;
        }
        const std::size_t begin = i;
        const bool number = std::isdigit(static_cast<unsigned char>(text[i])) || text[i] == '.';
        for (; i < text.size(); ++i) {
            const bool exponent =
                number && (text[i] == '+' || text[i] == '-') && std::tolower(text[i - 1]) == 'e';
            if (!part(i) && !exponent)
                break;
        }
        std::size_t next = i;
        while (next < text.size() && text[next] == ' ')
            ++next;
        if (!number && (next == text.size() || text[next] != '('))
            names.push_back(toLower(text.substr(begin, i - begin)));
    }
    return names;
}

/// The variables of a design by lower-case name.
class VariableScope : public netlist::Scope {
public:
    VariableScope(const Problem& problem, const Design& design)
        : m_problem(problem)
        , m_design(design) {}
    std::optional<double> lookup(std::string_view name) const override {
        for (std::size_t v = 0; v < m_problem.variables.size(); ++v) {
            if (toLower(m_problem.variables[v].name) == name)
                return m_problem.variables[v].value(m_design[v]);
        }
        return std::nullopt;
    }

private:
    const Problem& m_problem;
    const Design& m_design;
};

/// What an expression finds: measured values, then parameters.
class MeasureScope : public netlist::Scope {
public:
    MeasureScope(const Problem& problem, const Measure& measure, const Design* design,
                 const std::vector<double>* values)
        : m_problem(problem)
        , m_measure(measure)
        , m_design(design)
        , m_values(values) {}
    std::optional<double> lookup(std::string_view name) const override {
        for (std::size_t i = 0; i < m_measure.names.size(); ++i) {
            if (m_measure.names[i] == name)
                return m_values ? (*m_values)[m_measure.inputs[i]] : 1.0;
        }
        for (std::size_t v = 0; v < m_problem.variables.size(); ++v) {
            const Variable& variable = m_problem.variables[v];
            if (toLower(variable.name) == name)
                return variable.value(m_design ? (*m_design)[v]
                                               : variable.nearest(variable.nominal));
        }
        for (const Match& match : m_problem.matches) {
            if (toLower(match.name) != name)
                continue;
            const auto value =
                matchedValue(m_problem, match, m_design ? *m_design : m_problem.nominal());
            return value ? std::optional(*value) : std::nullopt;
        }
        return std::nullopt;
    }

private:
    const Problem& m_problem;
    const Measure& m_measure;
    const Design* m_design;
    const std::vector<double>* m_values;
};

/// Appends `measure` after what it is taken from; returns the circle if there is one.
bool visit(const Problem& problem, std::size_t measure, std::vector<int>& state,
           std::vector<std::size_t>& order, std::vector<std::size_t>& path) {
    if (state[measure] == 2)
        return true;
    path.push_back(measure);
    if (state[measure] == 1)
        return false;
    state[measure] = 1;
    for (const std::size_t input : problem.measures[measure].inputs) {
        if (!visit(problem, input, state, order, path))
            return false;
    }
    state[measure] = 2;
    path.pop_back();
    if (problem.measures[measure].derived())
        order.push_back(measure);
    return true;
}

} // namespace

std::vector<std::size_t> derivedOrder(const Problem& problem) {
    std::vector<int> state(problem.measures.size(), 0);
    std::vector<std::size_t> order, path;
    for (std::size_t m = 0; m < problem.measures.size(); ++m)
        visit(problem, m, state, order, path);
    return order;
}

Expected<void> linkExpressions(Problem& problem, const std::string& where) {
    for (Measure& m : problem.measures) {
        if (m.kind != Measure::Kind::Expression)
            continue;
        const std::string place = where + ": measurements." + m.name;
        for (const std::string& name : namesIn(m.body)) {
            if (std::find(m.names.begin(), m.names.end(), name) != m.names.end())
                continue;
            const auto found =
                std::find_if(problem.measures.begin(), problem.measures.end(),
                             [&](const Measure& other) { return toLower(other.name) == name; });
            if (found != problem.measures.end()) {
                m.names.push_back(name);
                m.inputs.push_back(static_cast<std::size_t>(found - problem.measures.begin()));
                continue;
            }
            const bool parameter =
                std::any_of(problem.variables.begin(), problem.variables.end(),
                            [&](const Variable& v) { return toLower(v.name) == name; }) ||
                std::any_of(problem.matches.begin(), problem.matches.end(),
                            [&](const Match& match) { return toLower(match.name) == name; });
            if (!parameter && !netlist::evaluate(name, netlist::emptyScope()))
                return fail("OPT-005",
                            "An expression uses a name that is neither a measurement nor a "
                            "parameter that varies",
                            name, place);
        }
        const auto tried = netlist::evaluate(m.body, MeasureScope(problem, m, nullptr, nullptr));
        // That ones give no finite value says nothing about measured ones.
        if (!tried && tried.error().code != "NET-105") {
            Error error = tried.error();
            error.where = place + (error.where.empty() ? "" : ", " + error.where);
            return Unexpected{error};
        }
    }
    std::vector<int> state(problem.measures.size(), 0);
    std::vector<std::size_t> order, path;
    for (std::size_t m = 0; m < problem.measures.size(); ++m) {
        path.clear();
        if (visit(problem, m, state, order, path))
            continue;
        std::string circle;
        const auto begin = std::find(path.begin(), path.end(), path.back());
        for (auto it = begin; it != path.end(); ++it)
            circle += (circle.empty() ? "" : " -> ") + problem.measures[*it].name;
        return fail("OPT-006", "Measurements refer to each other in a circle", circle, where,
                    "One of them needs a value of its own");
    }
    return {};
}

Expected<double> matchedValue(const Problem& problem, const Match& match, const Design& design) {
    for (const std::string& name : namesIn(match.body)) {
        const bool varies = std::any_of(problem.variables.begin(), problem.variables.end(),
                                        [&](const Variable& v) { return toLower(v.name) == name; });
        if (!varies && !netlist::evaluate(name, netlist::emptyScope()))
            return fail("OPT-005", "A matched parameter follows one that does not vary", name,
                        "parameters." + match.name,
                        "Name a parameter with a min and a max, such as 2*w1");
    }
    return netlist::evaluate(match.body, VariableScope(problem, design));
}

Expected<double> takeDerived(const Problem& problem, const Measure& m, const Design& design,
                             const std::vector<double>& values) {
    if (m.kind == Measure::Kind::Expression)
        return netlist::evaluate(m.body, MeasureScope(problem, m, &design, &values));
    if (m.inputs.empty())
        return fail("OPT-011", "A measurement found nothing", {}, m.name);
    double worst = values[m.inputs.front()];
    for (const std::size_t input : m.inputs)
        worst = m.lowest ? std::min(worst, values[input]) : std::max(worst, values[input]);
    return worst;
}

} // namespace ohm::optimize
