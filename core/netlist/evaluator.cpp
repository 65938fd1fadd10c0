// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/evaluator.h"

#include "core/base/text.h"
#include "core/netlist/elementtext.h"
#include "core/netlist/stackguard.h"

#include <algorithm>
#include <unordered_set>

namespace ohm::netlist {

/// The names visible in one scope of the flat form (or in a cell that is not instantiated).
class Evaluator::Environment : public Scope {
public:
    Environment(const CircuitData& data, CellId cell, std::shared_ptr<Environment> parent,
                const Instance* call)
        : m_data(data)
        , m_cell(cell)
        , m_parent(std::move(parent)) {
        if (!call)
            return;
        for (auto& item : tailItems(data.text.view(call->tail), data.dialect)) {
            if (!item.name.empty())
                m_overrides[data.fold(item.name)] = std::move(item.text);
        }
    }

    std::optional<double> lookup(std::string_view name) const override {
        const std::string key(name);
        const auto known = m_values.find(key);
        if (known != m_values.end())
            return known->second;
        const StackGuard guard;
        if (!guard.enough() || !m_busy.insert(key).second)
            return std::nullopt; // circular or too deep
        const auto value = find(key);
        m_busy.erase(key);
        m_values.emplace(key, value);
        return value;
    }

    const UserFunction* function(std::string_view name) const override {
        if (const auto symbol = m_data.symbols.find(name)) {
            for (CellId cell = m_cell; cell != kNone; cell = m_data.cells[cell].parent) {
                const auto found = m_data.cells[cell].functions.find(*symbol);
                if (found != m_data.cells[cell].functions.end())
                    return &found->second;
            }
        }
        return m_parent ? m_parent->function(name) : nullptr;
    }

    Dialect dialect() const override { return m_data.dialect; }

    Expected<double> value(std::string_view text) const { return evaluate(text, *this); }

private:
    std::optional<double> of(const Expected<double>& value) const {
        return value ? std::optional(*value) : std::nullopt;
    }

    std::optional<double> find(const std::string& name) const {
        const Cell& cell = m_data.cells[m_cell];
        const ParamDef* def = nullptr;
        if (const auto symbol = m_data.symbols.find(name)) {
            const auto at = cell.paramIndex.find(*symbol);
            if (at != cell.paramIndex.end())
                def = &cell.params[at->second];
        }
        if (!def || def->formal) {
            const auto override = m_overrides.find(name);
            if (override != m_overrides.end() && m_parent)
                return of(m_parent->value(override->second));
        }
        if (def)
            return of(value(m_data.text.view(def->text)));
        return m_parent ? m_parent->lookup(name) : std::nullopt;
    }

    const CircuitData& m_data;
    CellId m_cell;
    std::shared_ptr<Environment> m_parent;
    std::unordered_map<std::string, std::string> m_overrides;
    mutable std::unordered_map<std::string, std::optional<double>> m_values;
    mutable std::unordered_set<std::string> m_busy;
};

namespace {
constexpr std::size_t kRemembered = 64; ///< environments kept alive
}

Evaluator::Evaluator(const CircuitData& data)
    : m_data(data) {}
Evaluator::~Evaluator() = default;

std::shared_ptr<Evaluator::Environment> Evaluator::environment(std::uint32_t scope) {
    const auto known = m_byScope.find(scope);
    if (known != m_byScope.end()) {
        m_recent.splice(m_recent.begin(), m_recent, known->second);
        return known->second->second;
    }
    // From the top down, without recursion: the chain may be long.
    std::vector<std::uint32_t> chain;
    std::shared_ptr<Environment> parent;
    for (std::uint32_t at = scope; at != kNone; at = m_data.scopes[at].parent) {
        const auto found = m_byScope.find(at);
        if (found != m_byScope.end()) {
            parent = found->second->second;
            break;
        }
        chain.push_back(at);
    }
    if (!parent && m_data.top != kTopLevel) {
        if (!m_global)
            m_global = std::make_shared<Environment>(m_data, kTopLevel, nullptr, nullptr);
        parent = m_global;
    }
    for (auto at = chain.rbegin(); at != chain.rend(); ++at) {
        const FlatScope& flat = m_data.scopes[*at];
        const Instance* call = nullptr;
        if (flat.parent != kNone)
            call = &m_data.cells[m_data.scopes[flat.parent].cell].instances[flat.instance];
        auto made = std::make_shared<Environment>(m_data, flat.cell, parent, call);
        m_recent.emplace_front(*at, made);
        m_byScope[*at] = m_recent.begin();
        parent = std::move(made);
    }
    while (m_recent.size() > kRemembered && m_recent.back().first != scope) {
        m_byScope.erase(m_recent.back().first);
        m_recent.pop_back();
    }
    return parent;
}

Expected<double> Evaluator::value(std::uint32_t scope, std::string_view expression) {
    return environment(scope)->value(expression);
}

const Scope& Evaluator::scope(std::uint32_t scope) {
    m_current = environment(scope);
    return *m_current;
}

const Scope& Evaluator::cellScope(CellId cell) {
    const auto known = m_cells.find(cell);
    if (known != m_cells.end())
        return *known->second;
    std::vector<CellId> chain;
    for (CellId at = cell; at != kNone && !m_cells.contains(at); at = m_data.cells[at].parent)
        chain.push_back(at);
    for (auto at = chain.rbegin(); at != chain.rend(); ++at) {
        const CellId parent = m_data.cells[*at].parent;
        m_cells[*at] = std::make_shared<Environment>(
            m_data, *at, parent == kNone ? nullptr : m_cells[parent], nullptr);
    }
    return *m_cells[cell];
}

double Evaluator::multiplier(std::uint32_t scope) {
    const auto known = m_multipliers.find(scope);
    if (known != m_multipliers.end())
        return known->second;
    std::vector<std::uint32_t> chain;
    double product = 1;
    for (std::uint32_t at = scope; m_data.scopes[at].parent != kNone;
         at = m_data.scopes[at].parent) {
        const auto found = m_multipliers.find(at);
        if (found != m_multipliers.end()) {
            product = found->second;
            break;
        }
        chain.push_back(at);
    }
    for (auto at = chain.rbegin(); at != chain.rend(); ++at) {
        const FlatScope& flat = m_data.scopes[*at];
        const Instance& call =
            m_data.cells[m_data.scopes[flat.parent].cell].instances[flat.instance];
        for (const auto& item : tailItems(m_data.text.view(call.tail), m_data.dialect)) {
            if (item.name != "m")
                continue;
            const auto m = environment(flat.parent)->value(item.text);
            if (m)
                product *= *m;
        }
        m_multipliers[*at] = product;
    }
    return product;
}

namespace {

/// The name a positional value has, or what stays of a keyword.
class TailNames {
public:
    TailNames(char letter, bool hasModel)
        : m_letter(letter)
        , m_hasModel(hasModel) {}

    /// Adds `item` to `out`, or remembers a keyword ("dc") that names the next value.
    void take(const TailItem& item, std::vector<Parameter>& out) {
        Parameter parameter;
        parameter.name = item.name;
        parameter.text = item.text;
        if (item.name.empty()) {
            const std::string word = toLower(item.text);
            if (word == "params:" || word == "/")
                return;
            if (isSource() && m_pending.empty() && (word == "dc" || word == "ac")) {
                m_pending = word;
                return;
            }
            parameter.name = positional(word);
        } else if (item.name.size() == 1 && item.name[0] == m_letter &&
                   (m_letter == 'r' || m_letter == 'c' || m_letter == 'l')) {
            parameter.name = "value";
        } else if (isSource() && item.name == "dc") {
            parameter.name = "value";
        } else if (item.name.size() > 1 && item.name[0] == '$') {
            parameter.name = item.name.substr(1); // CDL: $W=1u
        }
        out.push_back(std::move(parameter));
    }

private:
    bool isSource() const { return m_letter == 'v' || m_letter == 'i'; }

    std::string positional(const std::string& word) {
        const int index = m_count++;
        if (!m_pending.empty()) {
            const std::string name = m_pending == "dc" ? "value" : m_pending;
            m_pending.clear();
            m_afterAc = name == "ac";
            return name;
        }
        const std::size_t open = word.find_first_of("( ");
        switch (m_letter) {
        case 'r':
        case 'c':
        case 'l':
            if (m_hasModel && index == 0)
                return "model";
            return index == (m_hasModel ? 1 : 0) ? "value"
                   : word.substr(0, 1) == "$"    ? "model"
                                                 : "tc";
        case 'v':
        case 'i':
            if (open != word.npos)
                return word.substr(0, open); // pulse, sin, pwl ...
            if (m_afterAc) {
                m_afterAc = false;
                return "acphase";
            }
            return index == 0 ? "value" : "word" + std::to_string(index);
        case 'e':
        case 'g':
            return open != word.npos ? word.substr(0, open)
                   : index == 0      ? "gain"
                                     : "word" + std::to_string(index);
        case 'f':
        case 'h':
            if (open != word.npos)
                return word.substr(0, open);
            return index == 0 ? "control" : index == 1 ? "gain" : "word" + std::to_string(index);
        case 'k':
            return "word" + std::to_string(index);
        case 'd':
        case 'q':
        case 'j':
        case 'z':
            return word == "off" ? word : index == 0 ? "area" : "word" + std::to_string(index);
        case 'm':
            return word == "off" ? word
                   : index == 0  ? "l"
                   : index == 1  ? "w"
                                 : "word" + std::to_string(index);
        default:
            return "word" + std::to_string(index);
        }
    }

    char m_letter;
    bool m_hasModel;
    int m_count = 0;
    bool m_afterAc = false;
    std::string m_pending;
};

} // namespace

std::vector<Parameter> Evaluator::list(const Scope& scope, const Instance& instance) {
    std::vector<Parameter> parameters;
    TailNames names(instance.letter, instance.targetKind() == TargetKind::Model);
    for (const auto& item : tailItems(m_data.text.view(instance.tail), m_data.dialect))
        names.take(item, parameters);
    if (instance.letter == 'k' && !parameters.empty())
        parameters.back().name = "value";
    for (auto& parameter : parameters) {
        const auto value = evaluate(parameter.text, scope);
        if (value)
            parameter.value = *value;
    }
    return parameters;
}

std::vector<Parameter> Evaluator::parameters(std::uint32_t flatScope, const Instance& instance) {
    return list(scope(flatScope), instance);
}

std::vector<Parameter> Evaluator::cellParameters(CellId cell, const Instance& instance) {
    return list(cellScope(cell), instance);
}

} // namespace ohm::netlist
