// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/cardlexer.h"
#include "core/netlist/circuitbuilder.h"
#include "core/netlist/reader.h"
#include "core/netlist/sourcefiles.h"

#include <map>

namespace ohm::netlist {

/// What a first reading found that lines before it needed: the names of all models and the global
/// parameters. Only files in which that matters are read twice.
struct SpiceKnowledge {
    SymbolTable models;
    std::unordered_map<std::string, double> params;
};

/// Reads the SPICE family: one pass over the text, in place. Thread: owner only.
class SpiceReader {
public:
    SpiceReader(SourceFiles& sources, const ReadOptions& options, Dialect dialect,
                const StopToken& stop, ProgressSink& progress);

    /// Reads the main file and what it includes. With `known` from a first reading, doubts are
    /// settled by it. Errors: NET-002.
    Expected<void> read(const SpiceKnowledge* known);
    /// True when a second reading with `knowledge()` would decide otherwise.
    bool wantsSecondReading() const;
    SpiceKnowledge knowledge();
    CircuitBuilder& builder() { return m_builder; }
    /// The main file's text, for a second reading; this reader is then of no more use.
    SourceText giveBackMain();

private:
    /// One open file (or one section of a library).
    struct Frame {
        CardLexer lexer;
        std::uint16_t file = 0;
        std::uint64_t base = 0; ///< address of the text in the store
        char* text = nullptr;
        std::filesystem::path folder;
        std::string key;      ///< path and section, to find circles
        bool section = false; ///< ends at .endl
        bool main = false;
    };
    struct LoadedFile {
        char* text = nullptr;
        std::size_t size = 0;
        std::uint64_t base = 0;
        std::uint16_t file = 0;
    };
    struct Condition {
        bool active = false; ///< cards of the present branch count
        bool taken = false;  ///< a branch has been chosen
        bool outer = true;   ///< the .if itself stands in an active place
    };

    // the loop
    bool card();
    void starDirective();
    void dotCard();
    void element();
    bool openFile(std::string_view name, std::string_view section, SourceLocation at);
    void closeFrame();
    CardLexer& lexer() { return m_frames.back().lexer; }
    SourceLocation here() { return {m_frames.back().file, lexer().line()}; }
    TextRef ref(std::string_view piece) const;
    void note(Severity severity, const char* code, std::string text, int column = 0);

    // elements (spiceelements.cpp)
    void twoNodes(char letter, DeviceKind kind);
    void fixedNodes(char letter, DeviceKind kind, std::size_t nodes, bool model);
    void switchCard();
    void currentSwitch();
    void controlled(char letter, DeviceKind kind);
    void transistor(char letter, DeviceKind kind);
    void instance();
    void xspice();
    void nodesBeforeModel(char letter, DeviceKind kind);
    std::size_t readWords(std::size_t limit);
    void begin(char letter, DeviceKind kind);
    void terminal(const Word& word);
    void terminals(std::size_t count);
    void finishTail();
    void tooFew(std::size_t wanted, std::size_t found);
    bool isKnownModel(std::string_view name) const;
    void doubt(std::string chosen, std::vector<std::string> others);
    static bool isNumber(std::string_view text);
    static std::string_view unquotedWord(const Word& word);

    // dot cards (spicecards.cpp)
    void subckt();
    void params(bool formal);
    void model();
    void function();
    void global();
    void include();
    void library();
    void ifCard(std::string_view keyword);
    bool condition(std::string_view expression);
    void addFunctionText(std::string_view head, std::string_view body);
    void skipBlock(std::string_view end, std::string_view alias, const char* what);

    SourceFiles& m_sources;
    const ReadOptions& m_options;
    const StopToken& m_stop;
    ProgressSink& m_progress;
    CircuitBuilder m_builder;
    std::vector<Frame> m_frames;
    std::map<std::string, LoadedFile> m_loaded;
    std::vector<Condition> m_conditions;
    std::vector<Word> m_words;
    Word m_name;
    char m_letter = 0;
    const SpiceKnowledge* m_known = nullptr;
    SymbolTable m_models;                                     ///< names met so far
    std::map<std::string, std::vector<std::string>> m_doubts; ///< model chosen, other candidates
    bool m_openCondition = false; ///< a condition used a parameter not (yet) known
    std::uint64_t m_mainBase = 0;
    std::size_t m_mainSize = 0;
    std::size_t m_includes = 0;
    std::size_t m_readBytes = 0;
    std::size_t m_cardsSinceLook = 0;
    std::size_t m_skippedCells = 0; ///< nested .subckt that could not be opened
};

} // namespace ohm::netlist
