// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"
#include "core/netlist/circuitdata.h"
#include "core/netlist/diagnosticlist.h"
#include "core/netlist/nametable.h"

#include <array>

namespace ohm::netlist {

/// Builds a CircuitData: readers open cells, add ports, elements, parameters and models, and
/// `finish` resolves names and flattens. Names given here are folded already (lower case unless the
/// dialect is case-sensitive). Thread: owner only.
class CircuitBuilder {
public:
    CircuitBuilder(Dialect dialect, bool caseSensitive);

    CircuitData& data() { return *m_data; }
    DiagnosticList& diagnostics() { return m_diagnostics; }
    /// Registers a file's path; the index goes into locations. [0] is the file opened.
    std::uint16_t addFile(std::string path);

    // --- cells ---------------------------------------------------------------------------------
    CellId currentCell() const { return m_open.back().id; }
    /// Opens a definition inside the current one. Fails (returns false and reports) beyond the
    /// limits. A second definition of a name is read and dropped (the first wins, as in ngspice).
    bool beginCell(std::string_view name, SourceLocation location);
    void addPort(std::string_view name, SourceLocation location);
    void addPort(TextRef name, SourceLocation location);
    /// Net that the last port has when an instance leaves it out (PSpice OPTIONAL:).
    void setPortDefault(std::string_view net);
    void endCell();
    bool inSubcircuit() const { return m_open.size() > 1; }
    std::size_t depth() const { return m_open.size() - 1; }

    // --- contents of the current cell ----------------------------------------------------------
    /// Index of the net in the current cell, made when new. `name` must be a piece of `data().text`
    /// and `text` its view.
    std::uint32_t net(TextRef name, std::string_view text) {
        flush();
        return net(name, text, hashName(text, m_seed));
    }
    std::uint32_t net(std::string_view name); ///< copies the name

    /// Begins an element; then `addTerminal` for each terminal in order. `tail` as in Instance.
    Instance& beginInstance(char letter, DeviceKind kind, TextRef name, TextRef tail,
                            SourceLocation location);
    void addTerminal(std::uint32_t net) { m_open.back().cell.nets.push(net); }
    /// The same by name, for speed: the look-up waits a little so that memory can be fetched ahead.
    void addTerminal(TextRef name, std::string_view text) {
        OpenCell& open = m_open.back();
        const std::uint64_t hash = hashName(text, m_seed);
        open.names.prefetch(hash);
        if (m_pendingCount == kPending)
            resolveOldest();
        m_pending[(m_pendingFirst + m_pendingCount++) % kPending] = {name, text, hash,
                                                                     open.cell.nets.size()};
        open.cell.nets.push(kNone);
    }
    Instance& lastInstance() { return m_open.back().cell.instances.back(); }
    /// Forgets the last element begun (it must have no terminals yet).
    void dropInstance() { m_open.back().cell.instances.pop(); }
    /// The last element's terminals are connected to these ports by name (CDL $PINS).
    void setPinNames(std::vector<std::string> pins);
    /// Model, subcircuit or black box of the last element begun: resolved by `finish`.
    void setMaster(std::string_view name);

    void addParam(std::string_view name, TextRef text, bool formal, SourceLocation location);
    void addFunction(std::string_view name, UserFunction function);
    /// Looks a parameter or function up in the cells open now, innermost first; nullptr if unknown.
    const ParamDef* findParam(std::string_view name) const;
    const UserFunction* findFunction(std::string_view name) const;
    const std::vector<ParamDef>& openParams() const { return m_open.back().cell.params; }
    std::string_view textOf(TextRef ref) const { return m_data->text.view(ref); }
    /// Returns the card for the reader to complete.
    ModelCard& addModel(std::string_view name, std::string_view type, TextRef params,
                        SourceLocation location);
    void addCard(std::string_view keyword, TextRef text, SourceLocation location);
    void addGlobal(std::string_view name);
    /// Further names of ground besides "0", before any net is added.
    void addGroundName(std::string_view name) { m_groundNames.emplace_back(name); }

    void setMaxDevices(std::uint64_t devices) { m_maxDevices = devices; } ///< see ReadOptions

    /// Closes open cells, chooses the top (`top` may be empty: the file's own elements, else the
    /// subcircuit that no other uses, the largest of several), resolves masters, flattens.
    /// Errors: NET-002 stopped, NET-006 no such subcircuit.
    Expected<std::unique_ptr<CircuitData>> finish(const std::string& top, const StopToken& stop,
                                                  ProgressSink& progress);

private:
    struct OpenCell {
        CellId id = 0;
        bool dropped = false; ///< a second definition of its name
        Cell cell;
        NameTable names;
    };
    std::uint32_t net(TextRef name, std::string_view text, std::uint64_t hash) {
        OpenCell& open = m_open.back();
        const auto fresh = static_cast<std::uint32_t>(open.cell.netNames.size());
        const std::uint32_t local = open.names.insert(text, hash, name, fresh, m_data->text);
        if (local == fresh) {
            open.cell.netNames.push(name);
            markNewNet(open, text, local);
        }
        return local;
    }
    /// Terminals whose net is still to be looked up, in order.
    struct Pending {
        TextRef name;
        std::string_view text;
        std::uint64_t hash = 0;
        std::size_t position = 0;
    };
    static constexpr std::size_t kPending = 16;
    void resolveOldest() {
        const Pending& oldest = m_pending[m_pendingFirst];
        const std::uint32_t local = net(oldest.name, oldest.text, oldest.hash);
        m_open.back().cell.nets[oldest.position] = local;
        m_pendingFirst = (m_pendingFirst + 1) % kPending;
        --m_pendingCount;
    }
    /// Before anything that needs all nets of the current cell, or another cell.
    void flush() {
        while (m_pendingCount > 0)
            resolveOldest();
    }
    static std::uint64_t scopedKey(CellId cell, SymbolId name) {
        return (static_cast<std::uint64_t>(cell) << 32) | name;
    }
    void markNewNet(OpenCell& open, std::string_view text, std::uint32_t local);
    void markGlobals();
    void resolve();
    CellId chooseTop() const;
    void matchPorts(CellId id);
    struct NamedPins {
        std::uint32_t instance = 0;
        std::vector<std::string> pins;
    };
    std::optional<CellId> findCell(SymbolId name, CellId from) const;

    std::unique_ptr<CircuitData> m_data;
    DiagnosticList m_diagnostics;
    std::vector<OpenCell> m_open; ///< [0] is the top level
    NameTable m_topNames;
    std::vector<std::string> m_groundNames{"0"};
    std::unordered_map<std::string, std::uint32_t> m_globalIndex;
    std::unordered_map<std::uint64_t, CellId> m_cellByScope; ///< by enclosing cell and name
    std::vector<CellId> m_dropped;
    std::unordered_map<CellId, std::vector<NamedPins>> m_namedPins;
    std::vector<std::uint32_t> m_firsts;
    std::vector<SymbolId> m_masters; ///< small direct-mapped cache of recent masters
    std::array<Pending, kPending> m_pending{};
    std::size_t m_pendingFirst = 0;
    std::size_t m_pendingCount = 0;
    std::uint64_t m_seed = hashSeed();
    std::uint64_t m_maxDevices = 60'000'000;
};

} // namespace ohm::netlist
