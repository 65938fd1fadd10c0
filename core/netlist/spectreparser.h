// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuitbuilder.h"
#include "core/netlist/elementtext.h"
#include "core/netlist/reader.h"
#include "core/netlist/sourcefiles.h"
#include "core/netlist/spectrelexer.h"

#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace ohm::netlist {

/// Names of masters that a first reading found, in whatever order they stand in the file.
struct SpectreKnowledge {
    std::unordered_map<std::string, std::string> models; ///< name and type
    std::unordered_set<std::string> cells;
};

/// Reads a Spectre netlist into a CircuitBuilder. Thread: owner only.
class SpectreParser {
public:
    SpectreParser(SourceFiles& sources, const StopToken& stop, ProgressSink& progress);

    /// Reads `text` (the main file) and what it includes. Errors: NET-002 stopped.
    Expected<void> read(std::string_view text, const SpectreKnowledge* known);
    /// True when a model or subcircuit stands after its first use, so that `known` would help.
    bool wantsSecondReading() const;
    const SpectreKnowledge& knowledge() const { return m_met; }
    CircuitBuilder& builder() { return m_builder; }

private:
    /// A branch of if/else that is open.
    struct Condition {
        bool active = true; ///< statements of this branch count
        bool taken = false; ///< some branch was chosen already
        bool outer = true;  ///< the if itself stands in an active place
        bool braced = false;
    };
    /// Where the present statement comes from.
    struct Place {
        std::filesystem::path folder;
        std::string section; ///< only this part of the file counts; empty = outside of sections
        std::string current; ///< section we are in
        std::uint16_t file = 0;
        std::uint32_t line = 0;
        std::size_t conditions = 0; ///< open when the file began
        bool spice = false;
    };

    Expected<void> readFile(std::string_view text, Place& place);
    void statement(std::string_view text);
    void active(std::string_view text);
    bool keyword(std::string_view word, SpectreWords& words);
    Condition ifBranch(SpectreWords& words);
    Condition elseBranch(SpectreWords& words);
    void closeBranches();
    bool isActive() const { return m_conditions.empty() || m_conditions.back().active; }
    std::optional<bool> conditionValue(std::string_view text);
    void simulator(SpectreWords& words);
    void subckt(SpectreWords& words, bool inlined);
    void ends();
    void parameters(SpectreWords& words);
    void model(SpectreWords& words);
    void addModel(const std::string& name, const std::string& type, std::string_view params);
    void function(SpectreWords& words);
    void include(SpectreWords& words);
    void includeFile(std::string_view name, std::string_view section);
    void conditions(std::string_view keyword, std::string_view text);
    void options(std::string_view text);

    // spectreelements.cpp
    void instance(std::string_view text);
    void emit(std::string_view name, const std::vector<std::string>& nodes,
              const std::string& master, std::string_view tail);
    // spectrespice.cpp: parts in "lang=spice"
    void spiceStatement(std::string_view text);
    void spiceElement(std::string_view text);
    void spiceSubckt(std::string_view text);
    std::string spiceTail(std::string_view text) const;

    SourceLocation here() const { return {m_place->file, m_place->line}; }
    void note(Severity severity, const char* code, std::string text, std::string object = {});
    TextRef keep(std::string_view text) { return m_builder.data().text.add(text); }

    SourceFiles& m_sources;
    const StopToken& m_stop;
    ProgressSink& m_progress;
    CircuitBuilder m_builder;
    Place* m_place = nullptr;
    std::vector<Condition> m_conditions;
    bool m_elseAllowed = false;  ///< the statement before closed an if
    Condition m_closed;          ///< that if
    bool m_awaitsBranch = false; ///< "if (...)" without its statement yet
    const SpectreKnowledge* m_known = nullptr;
    SpectreKnowledge m_met;
    std::unordered_set<std::string> m_doubts; ///< masters taken for something else so far
    std::set<std::string> m_open;             ///< files being read, to find circles
    std::unordered_map<std::string, std::uint16_t> m_files;
    std::size_t m_depth = 0;
    std::size_t m_includes = 0;
    std::size_t m_bytes = 0;
    std::size_t m_statements = 0;
    std::size_t m_skippedCells = 0; ///< definitions that could not be opened
    bool m_stopped = false;
};

/// The SPICE element letter of a Spectre primitive or model type, '\0' if it is none.
char primitiveLetter(std::string_view master);
/// True for analyses, options and other statements that name no device.
bool isControlMaster(std::string_view master);
DeviceKind kindOfLetter(char letter);

} // namespace ohm::netlist
