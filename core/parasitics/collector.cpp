// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parasitics/collector.h"

#include "core/base/units.h"
#include "core/parasitics/names.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

namespace ohm::parasitics {
namespace {

constexpr std::size_t kMostFindings = 100;
constexpr double kLargest = 1e-6; ///< F; no wire on a chip has more, so the unit must be wrong
constexpr double kMedianBound = 1e-9;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Eight letters at a time; setting bit 5 makes both cases of a letter alike.
std::uint32_t hashOf(std::string_view name) {
    constexpr std::uint64_t kCase = 0x2020202020202020ull;
    std::uint64_t h = 0x9E3779B97F4A7C15ull ^ name.size();
    const char* at = name.data();
    std::size_t left = name.size();
    for (; left >= 8; left -= 8, at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        h = (h ^ (word | kCase)) * 0xD6E8FEB86659FD93ull;
        h ^= h >> 32;
    }
    std::uint64_t word = 0;
    std::memcpy(&word, at, left);
    h = (h ^ (word | kCase)) * 0xD6E8FEB86659FD93ull;
    return static_cast<std::uint32_t>(h ^ (h >> 32));
}

bool sameName(std::string_view a, std::string_view b) {
    return a.size() == b.size() && (std::memcmp(a.data(), b.data(), a.size()) == 0 ||
                                    std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
                                        return x == y || lower(x) == lower(y);
                                    }));
}

/// Both halves of a pair count in the low bits.
std::size_t mixed(std::uint64_t key) {
    key *= 0x9E3779B97F4A7C15ull;
    return static_cast<std::size_t>(key ^ (key >> 32));
}

bool isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

} // namespace

double& PairSums::at(std::uint32_t a, std::uint32_t b) {
    if (m_used * 10 >= m_slots.size() * 7)
        grow();
    const std::uint64_t key = (static_cast<std::uint64_t>(a) << 32) | b;
    std::size_t slot = mixed(key) & (m_slots.size() - 1);
    while (m_slots[slot].key != kFree && m_slots[slot].key != key)
        slot = (slot + 1) & (m_slots.size() - 1);
    if (m_slots[slot].key == kFree) {
        m_slots[slot].key = key;
        ++m_used;
    }
    return m_slots[slot].value;
}

void PairSums::grow() {
    std::vector<Slot> old = std::move(m_slots);
    m_slots.assign(std::max<std::size_t>(1024, old.size() * 2), Slot{});
    for (const Slot& entry : old) {
        if (entry.key == kFree)
            continue;
        std::size_t slot = mixed(entry.key) & (m_slots.size() - 1);
        while (m_slots[slot].key != kFree)
            slot = (slot + 1) & (m_slots.size() - 1);
        m_slots[slot] = entry;
    }
}

std::string_view TextArena::keep(std::string_view text) {
    constexpr std::size_t kBlock = 1 << 16;
    if (text.size() > m_left) {
        m_left = std::max(kBlock, text.size());
        m_blocks.push_back(std::make_unique<char[]>(m_left));
        m_next = m_blocks.back().get();
    }
    std::copy(text.begin(), text.end(), m_next);
    const std::string_view kept(m_next, text.size());
    m_next += text.size();
    m_left -= text.size();
    return kept;
}

std::size_t NameIndex::slotOf(std::string_view name, std::uint32_t hash) const {
    std::size_t slot = hash & (m_slots.size() - 1);
    while (m_slots[slot] != 0) {
        if ((m_slots[slot] >> 32) == hash &&
            sameName(m_names[(m_slots[slot] & 0xFFFFFFFFu) - 1], name))
            break;
        slot = (slot + 1) & (m_slots.size() - 1);
    }
    return slot;
}

void NameIndex::grow() {
    std::vector<std::uint64_t> old = std::move(m_slots);
    m_slots.assign(std::max<std::size_t>(16, old.size() * 2), 0);
    for (const std::uint64_t entry : old) {
        if (entry == 0)
            continue;
        std::size_t slot = (entry >> 32) & (m_slots.size() - 1);
        while (m_slots[slot] != 0)
            slot = (slot + 1) & (m_slots.size() - 1);
        m_slots[slot] = entry;
    }
}

std::uint32_t NameIndex::add(std::string_view name, TextArena* arena) {
    if (m_names.size() * 10 >= m_slots.size() * 6)
        grow();
    const std::uint32_t hash = hashOf(name);
    const std::size_t slot = slotOf(name, hash);
    if (m_slots[slot] == 0) {
        m_names.push_back(arena ? arena->keep(name) : name);
        m_slots[slot] = (std::uint64_t{hash} << 32) | m_names.size();
    }
    return static_cast<std::uint32_t>(m_slots[slot] & 0xFFFFFFFFu) - 1;
}

std::optional<std::uint32_t> NameIndex::find(std::string_view name) const {
    if (m_slots.empty())
        return {};
    const std::size_t slot = slotOf(name, hashOf(name));
    if (m_slots[slot] == 0)
        return {};
    return static_cast<std::uint32_t>(m_slots[slot] & 0xFFFFFFFFu) - 1;
}

Collector::Collector(std::string file, const ExtractionOptions& options, StopToken stop,
                     ProgressSink& progress, std::uint64_t bytes)
    : m_file(std::move(file))
    , m_stop(std::move(stop))
    , m_progress(progress)
    , m_bytes(bytes) {
    out.bytes = bytes;
    for (const std::string& name : options.ground)
        m_ground.insert(foldedName(name));
}

void Collector::find(Severity severity, const char* code, std::string text, std::uint64_t line,
                     std::string object) {
    if (out.findings.size() >= kMostFindings) {
        ++m_leftOut;
        return;
    }
    out.findings.push_back({severity, code, std::move(text), m_file,
                            static_cast<int>(std::min<std::uint64_t>(line, 1u << 30)), 0,
                            std::move(object)});
}

bool Collector::tick(std::uint64_t offset) {
    m_progress.report(m_bytes > 0 ? static_cast<double>(offset) / static_cast<double>(m_bytes) : -1,
                      "Reading capacitances");
    m_stopped = m_stopped || m_stop.shouldStop();
    return m_stopped;
}

bool Collector::isGround(std::string_view name) const {
    return isGroundName(name) || (!m_ground.empty() && m_ground.contains(foldedName(name)));
}

std::optional<double> Collector::value(std::string_view word, std::string_view card,
                                       std::uint64_t line, double unit) {
    const auto farad = capacitance(word, unit);
    if (!farad || *farad < 0) {
        find(Severity::Warning, "PAR-010",
             farad ? "This capacitor is negative: it is left out"
                   : "This capacitor has no value that can be read",
             line, std::string(card.substr(0, 80)));
        return {};
    }
    ++out.elements;
    if (*farad == 0) {
        ++out.zeros;
        return {};
    }
    return farad;
}

std::uint32_t Collector::node(ExtractedNode node) {
    out.nodes.push_back(std::move(node));
    out.ground.push_back(0);
    return static_cast<std::uint32_t>(out.nodes.size() - 1);
}

void Collector::add(std::uint32_t a, std::uint32_t b, double farad) {
    if (a == b)
        return;
    if (a == kGround || b == kGround)
        out.ground[a == kGround ? b : a] += farad;
    else
        m_couplings.push_back({std::min(a, b), std::max(a, b), farad});
}

/// Puts the couplings in order of their nodes, one entry a pair: by the first node in one pass of
/// counting, the few of each by the second.
void Collector::addUp() {
    std::vector<std::size_t> first(out.nodes.size() + 1, 0);
    for (const ExtractedCoupling& c : m_couplings)
        ++first[c.a + 1];
    for (std::size_t i = 1; i < first.size(); ++i)
        first[i] += first[i - 1];
    std::vector<ExtractedCoupling> sorted(m_couplings.size());
    for (const ExtractedCoupling& c : m_couplings)
        sorted[first[c.a]++] = c;
    m_couplings = {};
    std::size_t kept = 0, begin = 0;
    for (std::size_t node = 0; node + 1 < first.size(); ++node) {
        const std::size_t end = first[node]; // moved on by the pass above
        std::sort(sorted.begin() + static_cast<std::ptrdiff_t>(begin),
                  sorted.begin() + static_cast<std::ptrdiff_t>(end),
                  [](const auto& x, const auto& y) { return x.b < y.b; });
        for (std::size_t i = begin; i < end;) {
            ExtractedCoupling sum = sorted[i++];
            for (; i < end && sorted[i].b == sum.b; ++i)
                sum.farad += sorted[i].farad;
            if (sum.farad > 0)
                sorted[kept++] = sum;
        }
        begin = end;
    }
    sorted.resize(kept);
    out.couplings = std::move(sorted);
}

Expected<Extraction> Collector::finish() {
    if (m_stopped)
        return fail("PAR-002", "Reading was stopped", {}, m_file);
    addUp();
    if (out.elements == 0) {
        std::string why; // what was found instead
        if (!out.findings.empty()) {
            const Diagnostic& first = out.findings.front();
            why = first.text + (first.line > 0 ? ", line " + std::to_string(first.line) : "") +
                  (out.findings.size() > 1
                       ? "; " + std::to_string(out.findings.size() - 1) + " more findings"
                       : "");
        }
        return fail("PAR-001", "No capacitance was found in this file", why, m_file,
                    "An extraction is SPICE with C lines, DSPF or SPEF");
    }
    std::vector<double> values;
    for (const auto& coupling : out.couplings)
        values.push_back(coupling.farad);
    for (const double farad : out.ground) {
        if (farad > 0)
            values.push_back(farad);
    }
    if (!values.empty()) {
        const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
        std::nth_element(values.begin(), middle, values.end());
        const double largest = *std::max_element(values.begin(), values.end());
        if (*middle > kMedianBound || largest > kLargest)
            find(Severity::Warning, "PAR-011",
                 "The capacitances are too large for wires (median " + formatSi(*middle, "F") +
                     ", largest " + formatSi(largest, "F") + "): the unit may be wrong",
                 0);
    }
    if (m_leftOut > 0) {
        out.findings.push_back({Severity::Note,
                                "PAR-019",
                                std::to_string(m_leftOut) + " further findings are not listed",
                                m_file,
                                0,
                                0,
                                {}});
    }
    m_progress.report(1, "Reading capacitances");
    return std::move(out);
}

std::uint32_t NetSections::net(std::string_view name) {
    const std::uint32_t id = m_nets.add(name, arena());
    if (id == m_netNodes.size())
        m_netNodes.push_back(
            m_collector.isGround(name)
                ? Collector::kGround
                : m_collector.node({std::string(name), {}, {}, ExtractedNode::kNoNet}));
    return m_netNodes[id];
}

void NetSections::makeGround(std::string_view name) {
    const std::uint32_t id = m_nets.add(name, arena());
    m_netNodes.resize(m_nets.size());
    m_netNodes[id] = Collector::kGround;
}

std::uint32_t NetSections::place(std::string_view name) {
    const std::uint32_t id = m_names.add(name, arena());
    if (id == m_placeOf.size()) {
        m_placeOf.push_back(place(kUnknown));
        m_name.back() = id;
    }
    return m_placeOf[id];
}

std::uint32_t NetSections::place(std::uint32_t node) {
    m_nodes.push_back(node);
    m_name.push_back(kUnknown);
    return static_cast<std::uint32_t>(m_nodes.size() - 1);
}

void NetSections::pin(std::string_view full, std::string_view instance, std::string_view pin,
                      std::uint32_t net) {
    std::uint32_t& node = m_nodes[place(full)];
    if (node == kUnknown)
        node = m_collector.node({std::string(full), std::string(instance), std::string(pin),
                                 net < m_collector.out.nodes.size() ? net : ExtractedNode::kNoNet});
}

std::uint32_t NetSections::nodeOf(std::uint32_t place, std::string_view delimiters) {
    if (place == kUnknown)
        return Collector::kGround;
    std::uint32_t& node = m_nodes[place];
    if (node != kUnknown)
        return node;
    const std::string_view name = m_names.name(m_name[place]);
    if (const auto net = m_nets.find(name))
        return node = m_netNodes[*net];
    const std::size_t cut = name.find_last_of(delimiters);
    if (cut != std::string_view::npos) {
        if (const auto net = m_nets.find(name.substr(0, cut)))
            return node = m_netNodes[*net];
    }
    if (m_collector.isGround(name))
        return node = Collector::kGround;
    m_collector.find(Severity::Warning, "PAR-015",
                     "A capacitor ends at a node that nothing in the file names", 0,
                     std::string(name));
    return node = net(name);
}

void NetSections::resolve(std::string_view delimiters) {
    for (const Cap& cap : m_caps)
        m_collector.add(nodeOf(cap.a, delimiters), nodeOf(cap.b, delimiters),
                        static_cast<double>(cap.farad));
    m_caps = {};
}

std::string_view CardReader::rawLine() {
    const std::size_t end = std::min(m_text.find('\n', m_offset), m_text.size());
    const std::string_view line = m_text.substr(m_offset, end - m_offset);
    m_offset = std::min(end + 1, m_text.size());
    ++m_lines;
    return line;
}

bool CardReader::next(std::string_view& line) {
    while (m_offset < m_text.size()) {
        std::string_view raw = rawLine();
        m_number = m_lines;
        while (!raw.empty() && isBlank(raw.front()))
            raw.remove_prefix(1);
        while (!raw.empty() && isBlank(raw.back()))
            raw.remove_suffix(1);
        if (raw.empty())
            continue;
        if (!m_continuations || m_offset >= m_text.size() || m_text[m_offset] != '+') {
            line = raw;
            return true;
        }
        m_joined.assign(raw);
        while (m_offset < m_text.size() && m_text[m_offset] == '+') {
            m_joined.push_back(' ');
            m_joined.append(rawLine().substr(1));
        }
        line = m_joined;
        return true;
    }
    return false;
}

std::string_view nextWord(std::string_view& line) {
    std::size_t begin = 0;
    while (begin < line.size() && isBlank(line[begin]))
        ++begin;
    std::size_t end = begin;
    while (end < line.size() && !isBlank(line[end]))
        ++end;
    const std::string_view word = line.substr(begin, end - begin);
    line.remove_prefix(end);
    return word;
}

std::optional<double> capacitance(std::string_view word, double unit) {
    double value = 0;
    const char* const last = word.data() + word.size();
    const auto [end, error] = std::from_chars(word.data(), last, value);
    if (error != std::errc{} || !std::isfinite(value))
        return {};
    if (end == last)
        return value * unit;
    if (end + 1 == last || (end + 2 == last && lower(end[1]) == 'f')) {
        switch (lower(*end)) { // the suffixes extractors use, without a detour
        case 'f':
            return value * 1e-15 * unit;
        case 'p':
            return value * 1e-12 * unit;
        case 'a':
            return value * 1e-18 * unit;
        default:
            break;
        }
    }
    const auto general = parseSi(word);
    if (!general)
        return {};
    return *general * unit;
}

} // namespace ohm::parasitics
