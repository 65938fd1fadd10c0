// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"
#include "core/netlist/expression.h"
#include "core/netlist/podarray.h"
#include "core/netlist/textstore.h"

#include <mutex>
#include <unordered_map>

namespace ohm::netlist {

/// What Instance::target points to.
enum class TargetKind : std::uint8_t { None, Symbol, Model, Cell };

/// One element card of a cell, 32 bytes. `tail` is the card's raw text after nodes and master
/// (line ends, '+' and comments inside); read it with `tailItems` or `tailText`.
struct Instance {
    TextRef name;
    TextRef tail;
    std::uint32_t firstNet = 0; ///< index into Cell::nets; ends where the next instance's begins
    std::uint32_t line = 0;
    std::uint32_t target = kNone; ///< SymbolId, ModelId or CellId, see targetKind()
    std::uint16_t file = 0;
    char letter = 0;
    std::uint8_t bits = 0; ///< DeviceKind in the low 6 bits, TargetKind above

    DeviceKind kind() const { return static_cast<DeviceKind>(bits & 0x3F); }
    TargetKind targetKind() const { return static_cast<TargetKind>(bits >> 6); }
    void setKind(DeviceKind kind) {
        bits = static_cast<std::uint8_t>((bits & 0xC0) | static_cast<std::uint8_t>(kind));
    }
    void setTarget(TargetKind what, std::uint32_t index) {
        bits = static_cast<std::uint8_t>((bits & 0x3F) | (static_cast<std::uint8_t>(what) << 6));
        target = index;
    }
};
static_assert(sizeof(Instance) == 32);

/// ".param name = text", a formal parameter of a .subckt with its default, or a .model parameter.
struct ParamDef {
    SymbolId name = 0;
    TextRef text; ///< right-hand side as written, quotes included
    std::uint32_t line = 0;
    std::uint16_t file = 0;
    bool formal = false; ///< on the .subckt line: an instance may override it
};

using ModelId = std::uint32_t;

/// A .model card. `params` is raw text (parentheses included), see `tailItems`.
struct ModelCard {
    SymbolId name = 0;
    SymbolId type = 0;     ///< "nmos", "d", "vdmos" ...; of the base for "ako:"
    SymbolId base = kNone; ///< model whose parameters come first (PSpice "AKO:base")
    CellId cell = 0;       ///< where it is defined; kTopLevel: visible everywhere
    TextRef params;
    std::uint32_t line = 0;
    std::uint16_t file = 0;
    DeviceKind kind = DeviceKind::Other;
    Polarity polarity = 0;
};

/// Any other dot card, in the order of the file: "options", "temp", "nodeset", "ic", "tran" ...
struct Card {
    SymbolId keyword = 0; ///< without the dot, lower case
    CellId cell = 0;
    TextRef text; ///< raw text after the keyword, see `tailText`
    std::uint32_t line = 0;
    std::uint16_t file = 0;
};

/// A net of a cell that is one net in the whole circuit (ground, .global).
struct GlobalUse {
    std::uint32_t local = 0;
    std::uint32_t global = 0; ///< index into CircuitData::globals
};

/// Cell 0 is the top level of the file: its instances, global parameters, models and functions.
inline constexpr CellId kTopLevel = 0;

struct Cell {
    SymbolId name = 0;
    CellId parent = kNone; ///< cell whose definition encloses this one (kTopLevel mostly)
    std::uint32_t portCount = 0;
    std::uint32_t line = 0;
    std::uint16_t file = 0;
    PodArray<TextRef> netNames; ///< ports first
    PodArray<Instance> instances;
    PodArray<std::uint32_t> nets;   ///< of all terminals, instance by instance
    std::vector<GlobalUse> globals; ///< by local net, ascending
    std::vector<ParamDef> params;   ///< formal ones first
    std::unordered_map<SymbolId, std::uint32_t> paramIndex; ///< last definition of a name
    std::unordered_map<SymbolId, UserFunction> functions;
    std::vector<std::pair<std::uint32_t, std::string>> portDefaults; ///< PSpice OPTIONAL: port, net

    // filled by the flattener
    /// Nets that each expansion of the cell has for itself and that have terminals, ascending: the
    /// k-th is flat net `FlatScope::firstNet + k`.
    PodArray<std::uint32_t> ownNets;
    /// Nets of the top cell that are named by path and so are nets inside: local, flat.
    std::vector<std::pair<std::uint32_t, NetId>> aliases;
    PodArray<std::uint32_t> leaves;       ///< instances that are devices; see hasLeafList()
    PodArray<std::uint32_t> leafTerminal; ///< first terminal of each leaf, counted in the cell
    PodArray<std::uint32_t> calls;        ///< instances that are expanded
    std::uint32_t leafTerminals = 0;
    bool usesLeaves = false;    ///< `leaves` counts although nothing is expanded
    std::vector<bool> portUsed; ///< the port has a terminal inside

    bool hasLeafList() const { return usesLeaves || !calls.empty(); }
    /// Index into CircuitData::globals of a net of the cell, or kNone.
    std::uint32_t globalOf(std::uint32_t net) const;
    std::size_t terminalsEnd(std::size_t instance) const {
        return instance + 1 < instances.size() ? instances[instance + 1].firstNet : nets.size();
    }
    std::span<const std::uint32_t> instanceNets(std::size_t instance) const {
        const std::size_t first = instances[instance].firstNet;
        return nets.span(first, terminalsEnd(instance) - first);
    }
    std::size_t deviceCount() const { return hasLeafList() ? leaves.size() : instances.size(); }
    std::uint32_t deviceInstance(std::size_t k) const {
        return hasLeafList() ? leaves[k] : static_cast<std::uint32_t>(k);
    }
    std::uint32_t deviceTerminal(std::size_t k) const {
        return hasLeafList() ? leafTerminal[k] : instances[k].firstNet;
    }
};

/// One expanded instance of a cell. Scope 0 is the top cell. Its devices, terminals and own nets
/// are contiguous in the flat form, beginning at the three `first...`.
struct FlatScope {
    std::uint32_t parent = kNone;
    CellId cell = 0;
    std::uint32_t instance = kNone; ///< in the parent's cell
    DeviceId firstDevice = 0;
    NetId firstNet = 0;
    std::uint32_t firstTerminal = 0;
};

/// Storage behind Circuit: filled by CircuitBuilder, read by Circuit, the writer and Evaluator.
/// The flat form stores only the net of each terminal; device and net names are composed from
/// scope and local name on demand. Thread: any once built.
struct CircuitData {
    Dialect dialect = Dialect::Spice;
    bool caseSensitive = false;
    bool deck = true;
    CellId top = kTopLevel;
    std::string title;
    std::vector<std::string> files;
    Diagnostics diagnostics;

    TextStore text;
    SymbolTable symbols;
    std::vector<Cell> cells;
    std::unordered_map<SymbolId, CellId> cellByName;
    std::vector<ModelCard> models;
    std::unordered_map<SymbolId, std::vector<ModelId>> modelsByName;
    std::vector<Card> cards;
    std::vector<std::string> globals; ///< [0] is ground, "0"

    // flat form
    std::vector<FlatScope> scopes;          ///< each followed by those inside it
    std::vector<std::uint32_t> scopeCounts; ///< per cell, scopes one expansion of it makes
    PodArray<NetId> terminalNets;
    PodArray<NetId> globalNets; ///< flat net of each global, kNone where it has no terminal
    std::vector<std::uint32_t>
        netGlobals; ///< the first flat nets are globals: index into `globals`
    std::uint32_t deviceTotal = 0;
    std::uint32_t netTotal = 0;

    /// Where a flat device comes from.
    struct Place {
        std::uint32_t scope = 0;
        CellId cell = 0;
        std::uint32_t instance = 0;
        std::uint32_t index = 0; ///< among the scope's devices
    };
    Place place(DeviceId device) const;
    const Instance& instance(const Place& p) const { return cells[p.cell].instances[p.instance]; }
    /// Path of a scope with a trailing '.', "" for the top.
    std::string scopePrefix(std::uint32_t scope) const;
    std::uint32_t scopeOfNet(NetId net) const; ///< `net` is not a global
    std::uint32_t scopeOfTerminal(std::uint32_t terminal) const;
    /// Model card of an instance, nullptr if it has none or the file does not define it.
    const ModelCard* model(const Instance& instance) const;
    /// Name of model, cell or undefined master, may be empty.
    std::string_view masterName(const Instance& instance) const;
    Polarity polarity(const Instance& instance) const;
    /// The model that `name` means inside `cell`: the cell's own, then those of the enclosing
    /// definitions; binned cards ("nch.1") answer to their common name.
    std::optional<ModelId> findModel(SymbolId name, CellId cell) const;
    std::string fold(std::string_view name) const; ///< lower case unless case-sensitive

    /// Look-up tables that only some users need, built on first use.
    struct LazyTables {
        std::once_flag terminalsOnce;
        PodArray<std::uint32_t> netStart;
        PodArray<std::uint32_t> netTerminals;
        std::mutex mutex; ///< guards the maps
        std::unordered_map<CellId, std::unordered_map<std::string, std::uint32_t>> instances;
        std::unordered_map<CellId, std::unordered_map<std::string, std::uint32_t>> nets;
    };
    mutable LazyTables lazy;
};

} // namespace ohm::netlist
