// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/parasitics/extraction.h"

#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace ohm::parasitics {

/// Adds up capacitances by pair: open addressing, 16 bytes an entry. Thread: owner only.
class PairSums {
public:
    /// The sum of pair (a, b), a < b; 0 when new.
    double& at(std::uint32_t a, std::uint32_t b);
    template <typename Fn>
    void forEach(Fn&& fn) const {
        for (const Slot& slot : m_slots) {
            if (slot.key != kFree)
                fn(static_cast<std::uint32_t>(slot.key >> 32),
                   static_cast<std::uint32_t>(slot.key & 0xFFFFFFFFu), slot.value);
        }
    }
    std::size_t size() const { return m_used; }

private:
    static constexpr std::uint64_t kFree = ~std::uint64_t{0};
    struct Slot {
        std::uint64_t key = kFree;
        double value = 0;
    };
    void grow();
    std::vector<Slot> m_slots;
    std::size_t m_used = 0;
};

/// Texts in large blocks: a name costs its letters. Thread: owner only.
class TextArena {
public:
    /// A copy that lives as long as the arena.
    std::string_view keep(std::string_view text);

private:
    std::vector<std::unique_ptr<char[]>> m_blocks;
    char* m_next = nullptr;
    std::size_t m_left = 0;
};

/// Names to numbers, case folded as the netlist world does. Views must outlive it. Thread: owner.
class NameIndex {
public:
    /// Number of the name, new ones counted on; with `arena` a new one is copied.
    std::uint32_t add(std::string_view name, TextArena* arena = nullptr);
    std::optional<std::uint32_t> find(std::string_view name) const;
    std::size_t size() const { return m_names.size(); }
    std::string_view name(std::uint32_t id) const { return m_names[id]; }

private:
    std::size_t slotOf(std::string_view name, std::uint32_t hash) const;
    void grow();
    std::vector<std::string_view> m_names;
    std::vector<std::uint64_t> m_slots; ///< hash above, id + 1 below; 0 = free
};

/// What the three readers share: findings with a limit, values, lines. Thread: owner only.
class Collector {
public:
    Collector(std::string file, const ExtractionOptions& options, StopToken stop,
              ProgressSink& progress, std::uint64_t bytes);

    void find(Severity severity, const char* code, std::string text, std::uint64_t line,
              std::string object = {});
    /// True when the work is to end; tells the progress. Called once per many lines.
    bool tick(std::uint64_t offset);
    bool stopped() const { return m_stopped; }
    bool isGround(std::string_view name) const;

    /// The value of a capacitor card, counted; nothing when it is none (a finding) or 0.
    std::optional<double> value(std::string_view word, std::string_view card, std::uint64_t line,
                                double unit = 1);
    /// Adds a capacitor between nodes of `out`; either may be ground (kGround).
    void add(std::uint32_t a, std::uint32_t b, double farad);
    std::uint32_t node(ExtractedNode node);
    /// Sorts and checks; the result is complete afterwards.
    Expected<Extraction> finish();

    Extraction out;
    static constexpr std::uint32_t kGround = 0xFFFFFFFFu;

private:
    std::string m_file;
    StopToken m_stop;
    ProgressSink& m_progress;
    std::uint64_t m_bytes;
    std::unordered_set<std::string> m_ground;
    void addUp();
    std::vector<ExtractedCoupling> m_couplings; ///< as they came
    std::uint64_t m_leftOut = 0;
    bool m_stopped = false;
};

/// Nets, pins and capacitors of the formats that list a net's parts before its capacitors (DSPF,
/// SPEF): what a place is may be said after a capacitor ends there. Views of the text are kept
/// unless `copies`. Thread: owner only.
class NetSections {
public:
    NetSections(Collector& collector, bool copies)
        : m_collector(collector)
        , m_copies(copies) {}
    static constexpr std::uint32_t kUnknown = 0xFFFFFFFDu;

    /// Node of a net; ground nets are Collector::kGround.
    std::uint32_t net(std::string_view name);
    void makeGround(std::string_view name);
    std::uint32_t place(std::string_view name); ///< its number
    /// A place that nobody asks for by name, and its node.
    std::uint32_t place(std::uint32_t node);
    bool isKnown(std::uint32_t place) const { return m_nodes[place] != kUnknown; }
    void setNode(std::uint32_t place, std::uint32_t node) { m_nodes[place] = node; }
    /// A pin of the net `net` (or of none) at a place that nothing has named yet.
    void pin(std::string_view full, std::string_view instance, std::string_view pin,
             std::uint32_t net);
    /// `b` may be kUnknown: to ground.
    void capacitor(std::uint32_t a, std::uint32_t b, double farad) {
        m_caps.push_back({a, b, static_cast<float>(farad)});
    }
    /// Gives all capacitors to the collector. A place that nothing named is the net of its name, or
    /// of what stands before the last of `delimiters`.
    void resolve(std::string_view delimiters);

private:
    struct Cap {
        std::uint32_t a, b;
        float farad;
    };
    TextArena* arena() { return m_copies ? &m_arena : nullptr; }
    std::uint32_t nodeOf(std::uint32_t place, std::string_view delimiters);
    Collector& m_collector;
    bool m_copies;
    NameIndex m_nets, m_names;
    std::vector<std::uint32_t> m_netNodes;
    std::vector<std::uint32_t> m_placeOf;       ///< of each name
    std::vector<std::uint32_t> m_nodes, m_name; ///< of each place
    std::vector<Cap> m_caps;
    TextArena m_arena;
};

/// One line of a file, its '+' continuations joined where there are any. Thread: owner only.
class CardReader {
public:
    explicit CardReader(std::string_view text, bool continuations)
        : m_text(text)
        , m_continuations(continuations) {}
    /// The next line that is not empty; false at the end. The view lives until the next call.
    bool next(std::string_view& line);
    std::uint64_t number() const { return m_number; } ///< of the line's beginning, 1-based
    std::uint64_t offset() const { return m_offset; }

private:
    std::string_view rawLine();
    std::string_view m_text;
    bool m_continuations;
    std::size_t m_offset = 0;
    std::uint64_t m_number = 0, m_lines = 0;
    std::string m_joined;
};

/// Cuts the next word off `line`; empty at the end. Thread: any.
std::string_view nextWord(std::string_view& line);
/// "0.119f", "1e-15", "0.19fF" in farad (times `unit`); nothing if it is no number.
std::optional<double> capacitance(std::string_view word, double unit = 1);

Expected<Extraction> readSpiceExtraction(std::string_view text, const std::string& name,
                                         const ExtractionOptions& options, StopToken stop,
                                         ProgressSink& progress);
Expected<Extraction> readDspf(std::string_view text, const std::string& name,
                              const ExtractionOptions& options, StopToken stop,
                              ProgressSink& progress);
Expected<Extraction> readSpef(std::string_view text, const std::string& name,
                              const ExtractionOptions& options, StopToken stop,
                              ProgressSink& progress);

} // namespace ohm::parasitics
