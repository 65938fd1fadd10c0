// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/circuitbuilder.h"

#include "core/base/text.h"
#include "core/netlist/flattener.h"
#include "core/netlist/masters.h"

#include <algorithm>

namespace ohm::netlist {
namespace {

constexpr std::size_t kMaxNesting = 64;
constexpr std::size_t kMaxCells = 1'000'000;
constexpr std::size_t kMaxFiles = 60000;

std::string quoted(std::string_view name) {
    return "\"" + std::string(name) + "\"";
}

} // namespace

CircuitBuilder::CircuitBuilder(Dialect dialect, bool caseSensitive)
    : m_data(std::make_unique<CircuitData>()) {
    m_data->dialect = dialect;
    m_data->caseSensitive = caseSensitive;
    m_data->globals.emplace_back("0");
    m_globalIndex.emplace("0", 0);
    m_data->cells.emplace_back();
    m_open.emplace_back();
    m_open.back().cell.name = m_data->symbols.intern("");
    m_masters.assign(16, kNone);
}

std::uint16_t CircuitBuilder::addFile(std::string path) {
    if (m_data->files.size() >= kMaxFiles)
        return static_cast<std::uint16_t>(m_data->files.size() - 1);
    m_data->files.push_back(std::move(path));
    return static_cast<std::uint16_t>(m_data->files.size() - 1);
}

bool CircuitBuilder::beginCell(std::string_view name, SourceLocation location) {
    if (m_open.size() > kMaxNesting || m_data->cells.size() >= kMaxCells) {
        m_diagnostics.add(Severity::Error, "NET-042",
                          "Subcircuit definitions are nested too deeply or too many", location);
        return false;
    }
    flush();
    OpenCell open;
    const CellId parent = currentCell();
    open.cell.name = m_data->symbols.intern(name);
    open.cell.parent = parent;
    open.cell.line = location.line;
    open.cell.file = static_cast<std::uint16_t>(location.file);
    const std::uint64_t key = scopedKey(parent, open.cell.name);
    if (m_cellByScope.contains(key)) {
        open.dropped = true;
        m_diagnostics.add(Severity::Warning, "NET-032",
                          "Subcircuit " + quoted(name) +
                              " is defined again: the first definition is used",
                          location);
    } else {
        m_cellByScope.emplace(key, static_cast<CellId>(m_data->cells.size()));
    }
    open.id = static_cast<CellId>(m_data->cells.size());
    m_data->cells.emplace_back();
    if (!open.dropped)
        m_data->cellByName.emplace(open.cell.name, open.id);
    m_open.push_back(std::move(open));
    return true;
}

void CircuitBuilder::addPort(std::string_view name, SourceLocation location) {
    addPort(m_data->text.add(name), location);
}

void CircuitBuilder::addPort(TextRef name, SourceLocation location) {
    OpenCell& open = m_open.back();
    const std::string_view text = m_data->text.view(name);
    const auto fresh = static_cast<std::uint32_t>(open.cell.netNames.size());
    if (net(name, text) != fresh) {
        m_diagnostics.add(Severity::Warning, "NET-033",
                          "Port " + quoted(text) + " appears twice: only the first is connected",
                          location);
        open.cell.netNames.push(name);
    }
    open.cell.portCount = fresh + 1;
}

void CircuitBuilder::endCell() {
    if (m_open.size() < 2)
        return;
    flush();
    OpenCell open = std::move(m_open.back());
    m_open.pop_back();
    if (open.dropped) {
        Cell empty;
        empty.name = open.cell.name;
        empty.parent = open.cell.parent;
        m_data->cells[open.id] = std::move(empty);
        m_dropped.push_back(open.id);
        return;
    }
    m_data->cells[open.id] = std::move(open.cell);
}

std::uint32_t CircuitBuilder::net(std::string_view name) {
    flush();
    OpenCell& open = m_open.back();
    const std::uint64_t hash = hashName(name, m_seed);
    const std::uint32_t known = open.names.find(name, hash, m_data->text);
    if (known != kNone)
        return known;
    const TextRef ref = m_data->text.add(name);
    return net(ref, m_data->text.view(ref));
}

void CircuitBuilder::markNewNet(OpenCell& open, std::string_view text, std::uint32_t local) {
    if (std::find(m_groundNames.begin(), m_groundNames.end(), text) != m_groundNames.end()) {
        open.cell.globals.push_back({local, 0});
        return;
    }
    const Dialect dialect = m_data->dialect;
    const bool automatic =
        (dialect == Dialect::Cdl && text.size() > 1 && text.back() == '!') ||
        (dialect != Dialect::Spectre && text.size() > 3 && text.substr(0, 3) == "$g_");
    if (automatic)
        addGlobal(text);
}

Instance& CircuitBuilder::beginInstance(char letter, DeviceKind kind, TextRef name, TextRef tail,
                                        SourceLocation location) {
    Cell& cell = m_open.back().cell;
    Instance& instance = *cell.instances.extend(1);
    instance = Instance{};
    instance.name = name;
    instance.tail = tail;
    instance.firstNet = static_cast<std::uint32_t>(cell.nets.size());
    instance.line = location.line;
    instance.file = static_cast<std::uint16_t>(location.file);
    instance.letter = letter;
    instance.setKind(kind);
    return instance;
}

void CircuitBuilder::setMaster(std::string_view name) {
    // Neighbouring elements mostly share their master: a tiny cache spares the table.
    SymbolId& cached = m_masters[hashName(name, m_seed) & 15];
    if (cached == kNone || m_data->symbols.name(cached) != name)
        cached = m_data->symbols.intern(name);
    m_open.back().cell.instances.back().setTarget(TargetKind::Symbol, cached);
}

void CircuitBuilder::addParam(std::string_view name, TextRef text, bool formal,
                              SourceLocation location) {
    Cell& cell = m_open.back().cell;
    ParamDef def;
    def.name = m_data->symbols.intern(name);
    def.text = text;
    def.formal = formal;
    def.line = location.line;
    def.file = static_cast<std::uint16_t>(location.file);
    cell.paramIndex[def.name] = static_cast<std::uint32_t>(cell.params.size());
    cell.params.push_back(def);
}

void CircuitBuilder::addFunction(std::string_view name, UserFunction function) {
    m_open.back().cell.functions[m_data->symbols.intern(name)] = std::move(function);
}

ModelCard& CircuitBuilder::addModel(std::string_view name, std::string_view type, TextRef params,
                                    SourceLocation location) {
    ModelCard card;
    card.name = m_data->symbols.intern(name);
    card.type = m_data->symbols.intern(type);
    card.cell = currentCell();
    card.params = params;
    card.line = location.line;
    card.file = static_cast<std::uint16_t>(location.file);
    const auto id = static_cast<ModelId>(m_data->models.size());
    m_data->modelsByName[card.name].push_back(id);
    // A binned card "nch.3" also answers to "nch".
    const std::size_t dot = name.rfind('.');
    if (dot != name.npos && dot > 0 && dot + 1 < name.size() &&
        name.find_first_not_of("0123456789", dot + 1) == name.npos)
        m_data->modelsByName[m_data->symbols.intern(name.substr(0, dot))].push_back(id);
    m_data->models.push_back(card);
    return m_data->models.back();
}

void CircuitBuilder::addCard(std::string_view keyword, TextRef text, SourceLocation location) {
    Card card;
    card.keyword = m_data->symbols.intern(keyword);
    card.cell = currentCell();
    card.text = text;
    card.line = location.line;
    card.file = static_cast<std::uint16_t>(location.file);
    m_data->cards.push_back(card);
}

void CircuitBuilder::addGlobal(std::string_view name) {
    if (std::find(m_groundNames.begin(), m_groundNames.end(), name) != m_groundNames.end())
        return;
    const auto index = static_cast<std::uint32_t>(m_data->globals.size());
    if (m_globalIndex.emplace(std::string(name), index).second)
        m_data->globals.emplace_back(name);
}

void CircuitBuilder::markGlobals() {
    if (m_data->globals.size() < 2)
        return;
    // A port shadows a global net of its name in HSPICE and CDL; in ngspice the global wins.
    const bool portsShadow = m_data->dialect == Dialect::Hspice ||
                             m_data->dialect == Dialect::Cdl || m_data->dialect == Dialect::Spectre;
    std::size_t longest = 0;
    for (const auto& name : m_data->globals)
        longest = std::max(longest, name.size());
    std::unordered_map<std::string_view, std::uint32_t> byName;
    for (std::uint32_t g = 1; g < m_data->globals.size(); ++g)
        byName.emplace(m_data->globals[g], g);
    for (CellId id = kTopLevel + 1; id < m_data->cells.size(); ++id) {
        Cell& cell = m_data->cells[id];
        const std::uint32_t first = portsShadow ? cell.portCount : 0;
        for (std::uint32_t local = first; local < cell.netNames.size(); ++local) {
            if (cell.netNames[local].length() > longest)
                continue;
            const auto found = byName.find(m_data->text.view(cell.netNames[local]));
            if (found != byName.end())
                cell.globals.push_back({local, found->second});
        }
    }
    // The top level may hold millions of nets: look the few globals up in its table instead.
    for (std::uint32_t g = 1; g < m_data->globals.size(); ++g) {
        const std::string& name = m_data->globals[g];
        const std::uint32_t local = m_topNames.find(name, hashName(name, m_seed), m_data->text);
        if (local != kNone)
            m_data->cells[kTopLevel].globals.push_back({local, g});
    }
}

std::optional<CellId> CircuitBuilder::findCell(SymbolId name, CellId from) const {
    for (CellId cell = from; cell != kNone; cell = m_data->cells[cell].parent) {
        const auto found = m_cellByScope.find(scopedKey(cell, name));
        if (found != m_cellByScope.end())
            return found->second;
    }
    const auto any = m_data->cellByName.find(name);
    if (any != m_data->cellByName.end())
        return any->second;
    return std::nullopt;
}

void CircuitBuilder::resolve() {
    std::unordered_map<SymbolId, bool> told;
    MasterGuess guess(m_data->symbols);
    for (CellId id = 0; id < m_data->cells.size(); ++id) {
        Cell& cell = m_data->cells[id];
        std::unordered_map<SymbolId, std::uint32_t> models; // memo for this cell
        std::unordered_map<SymbolId, std::uint32_t> children;
        for (Instance& instance : cell.instances) {
            if (instance.targetKind() != TargetKind::Symbol)
                continue;
            const SymbolId name = instance.target;
            if (instance.letter == 'x') {
                auto [at, fresh] = children.try_emplace(name, kNone);
                if (fresh)
                    at->second = findCell(name, id).value_or(kNone);
                if (at->second != kNone) {
                    instance.setTarget(TargetKind::Cell, at->second);
                    continue;
                }
                const auto guessed = guess.of(name).kind;
                instance.setKind(guessed);
                if (told.try_emplace(name, true).second)
                    m_diagnostics.add(Severity::Warning, "NET-030",
                                      "Subcircuit " + quoted(m_data->symbols.name(name)) +
                                          " is not defined here: it is shown as a black box",
                                      {instance.file, instance.line});
                continue;
            }
            auto [at, fresh] = models.try_emplace(name, kNone);
            if (fresh)
                at->second = m_data->findModel(name, id).value_or(kNone);
            if (at->second != kNone) {
                instance.setTarget(TargetKind::Model, at->second);
                continue;
            }
            const char letter = instance.letter;
            if (letter == 'r' || letter == 'c' || letter == 'l') {
                // The word was a value or a parameter, not a model.
                instance.setTarget(TargetKind::None, kNone);
                continue;
            }
            if (told.try_emplace(name, true).second && !m_data->findModel(name, id))
                m_diagnostics.add(Severity::Warning, "NET-031",
                                  "Model " + quoted(m_data->symbols.name(name)) +
                                      " is not defined here",
                                  {instance.file, instance.line});
        }
    }
}

CellId CircuitBuilder::chooseTop() const {
    if (!m_data->cells[kTopLevel].instances.empty() || m_data->cells.size() == 1)
        return kTopLevel;
    std::vector<bool> used(m_data->cells.size(), false);
    for (CellId dropped : m_dropped)
        used[dropped] = true;
    for (CellId id = 1; id < m_data->cells.size(); ++id) {
        for (const Instance& instance : m_data->cells[id].instances) {
            if (instance.targetKind() == TargetKind::Cell && instance.target != id)
                used[instance.target] = true;
        }
        if (m_data->cells[id].parent != kTopLevel)
            used[id] = true;
    }
    const std::vector<double> sizes = flatSizes(*m_data);
    CellId best = kNone;
    for (int pass = 0; pass < 2 && best == kNone; ++pass) {
        for (CellId id = 1; id < m_data->cells.size(); ++id) {
            if ((pass == 0 && used[id]))
                continue;
            if (best == kNone || sizes[id] > sizes[best])
                best = id;
        }
    }
    return best == kNone ? kTopLevel : best;
}

Expected<std::unique_ptr<CircuitData>>
CircuitBuilder::finish(const std::string& top, const StopToken& stop, ProgressSink& progress) {
    while (inSubcircuit())
        endCell();
    flush();
    m_data->cells[kTopLevel] = std::move(m_open.back().cell);
    m_topNames = std::move(m_open.back().names);
    markGlobals();
    m_topNames = NameTable();
    if (stop.shouldStop())
        return fail("NET-002", "Reading was stopped");
    resolve();
    for (CellId id = 0; id < m_data->cells.size(); ++id) {
        matchPorts(id);
        auto& globals = m_data->cells[id].globals;
        std::sort(globals.begin(), globals.end(),
                  [](const GlobalUse& a, const GlobalUse& b) { return a.local < b.local; });
    }
    if (stop.shouldStop())
        return fail("NET-002", "Reading was stopped");

    if (top.empty()) {
        m_data->top = chooseTop();
    } else {
        const auto symbol = m_data->symbols.find(m_data->fold(top));
        const auto found = symbol ? findCell(*symbol, kTopLevel) : std::nullopt;
        if (!found)
            return fail("NET-006", "The netlist has no such subcircuit", {}, top);
        m_data->top = *found;
    }
    m_data->deck = m_data->top == kTopLevel;
    if (m_data->deck && m_data->cells[kTopLevel].instances.empty())
        m_diagnostics.add(Severity::Warning, "NET-020", "The file has no elements", {});

    Flattener flattener(*m_data, m_diagnostics, m_maxDevices);
    auto flat = flattener.run(stop, progress);
    if (!flat)
        return flat.failure();
    m_data->diagnostics = m_diagnostics.take(m_data->files);
    return std::move(m_data);
}

} // namespace ohm::netlist
