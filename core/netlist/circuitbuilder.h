// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"
#include "core/netlist/circuitdata.h"
#include "core/netlist/diagnosticlist.h"
#include "core/netlist/nametable.h"

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
    void endCell();
    bool inSubcircuit() const { return m_open.size() > 1; }
    std::size_t depth() const { return m_open.size() - 1; }

    // --- contents of the current cell ----------------------------------------------------------
    /// Index of the net in the current cell, made when new. `name` must be a piece of `data().text`
    /// and `text` its view.
    std::uint32_t net(TextRef name, std::string_view text);
    std::uint32_t net(std::string_view name); ///< copies the name

    /// Begins an element; then `addTerminal` for each terminal in order. `tail` as in Instance.
    Instance& beginInstance(char letter, DeviceKind kind, TextRef name, TextRef tail,
                            SourceLocation location);
    void addTerminal(std::uint32_t net) { m_open.back().cell.nets.push(net); }
    /// Model, subcircuit or black box of the last element begun: resolved by `finish`.
    void setMaster(std::string_view name);

    void addParam(std::string_view name, TextRef text, bool formal, SourceLocation location);
    void addFunction(std::string_view name, UserFunction function);
    /// Returns the card for the reader to complete.
    ModelCard& addModel(std::string_view name, std::string_view type, TextRef params,
                        SourceLocation location);
    void addCard(std::string_view keyword, TextRef text, SourceLocation location);
    void addGlobal(std::string_view name);
    /// Further names of ground besides "0", before any net is added.
    void addGroundName(std::string_view name) { m_groundNames.emplace_back(name); }

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
    std::uint32_t addNet(OpenCell& open, TextRef name, std::string_view text);
    void markGlobals();
    void resolve();

    std::unique_ptr<CircuitData> m_data;
    DiagnosticList m_diagnostics;
    std::vector<OpenCell> m_open; ///< [0] is the top level
    std::vector<std::string> m_groundNames{"0"};
    std::unordered_map<std::string, std::uint32_t> m_globalIndex;
};

} // namespace ohm::netlist
