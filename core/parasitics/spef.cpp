// SPDX-License-Identifier: GPL-3.0-or-later
// SPEF (IEEE 1481): *D_NET sections with *CONN, *CAP and *RES.
#include "core/parasitics/collector.h"

#include "core/base/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace ohm::parasitics {
namespace {

constexpr std::uint64_t kTickLines = 1 << 14;

class SpefReader {
public:
    SpefReader(std::string_view text, const std::string& name, const ExtractionOptions& options,
               StopToken stop, ProgressSink& progress)
        : m_text(text)
        , m_collector(name, options, std::move(stop), progress, text.size())
        , m_sections(m_collector, true) {}

    Expected<Extraction> read() {
        m_collector.out.format = ExtractionFormat::Spef;
        CardReader reader(m_text, false);
        std::string_view line;
        std::uint64_t count = 0;
        std::uint64_t opened = 0;
        while (reader.next(line)) {
            if (++count % kTickLines == 0 && m_collector.tick(reader.offset()))
                break;
            if (line.starts_with("//"))
                continue;
            std::string_view rest = line;
            const std::string_view first = nextWord(rest);
            if (first.size() > 1 && first[0] == '*' && !isDigit(first[1])) {
                keyword(first, rest, reader.number(), opened);
                continue;
            }
            switch (m_section) {
            case Section::Map:
                if (first.size() > 1 && first[0] == '*')
                    mapName(first.substr(1), nextWord(rest));
                break;
            case Section::Caps:
                capacitor(first, rest, line, reader.number());
                break;
            default:
                break;
            }
        }
        if (m_inNet)
            m_collector.find(Severity::Warning, "PAR-012",
                             "The last net has no *END: the file may be cut short", opened);
        m_sections.resolve(std::string_view(&m_delimiter, 1));
        return m_collector.finish();
    }

private:
    enum class Section { Head, Map, Conn, Caps, Other };

    static bool isDigit(char c) { return c >= '0' && c <= '9'; }

    void keyword(std::string_view word, std::string_view rest, std::uint64_t number,
                 std::uint64_t& opened) {
        if (word == "*D_NET") {
            if (!m_hasUnit)
                m_collector.find(Severity::Warning, "PAR-011",
                                 "The file names no capacitance unit; picofarad is assumed",
                                 number);
            m_hasUnit = true;
            m_inNet = true;
            opened = number;
            ++m_netNumber;
            m_section = Section::Other;
            openNet(nextWord(rest));
        } else if (word == "*CONN") {
            m_section = Section::Conn;
        } else if (word == "*CAP") {
            m_section = Section::Caps;
        } else if (word == "*RES" || word == "*INDUC") {
            m_section = Section::Other;
        } else if (word == "*END") {
            m_section = Section::Other;
            m_inNet = false;
        } else if (word == "*NAME_MAP") {
            m_section = Section::Map;
        } else if (word == "*PORTS" || word == "*DEFINE" || word == "*PDEFINE") {
            m_section = Section::Other;
        } else if (word == "*I" && m_section == Section::Conn) {
            pin(nextWord(rest));
        } else if (word == "*P" && m_section == Section::Conn) {
            m_sections.setNode(m_sections.place(expanded(nextWord(rest))), m_net);
        } else if (word == "*N" && m_section == Section::Conn) {
            m_sections.setNode(m_sections.place(expanded(nextWord(rest))), m_net);
        } else if (word == "*C_UNIT") {
            unit(rest, number);
        } else if (word == "*DESIGN") {
            std::string_view name = nextWord(rest);
            if (name.size() >= 2 && name.front() == '"')
                name = name.substr(1, name.size() - 2);
            m_collector.out.top = std::string(name);
        } else if (word == "*DELIMITER") {
            const std::string_view text = nextWord(rest);
            if (!text.empty())
                m_delimiter = text.front();
        }
    }

    void openNet(std::string_view word) {
        m_net = m_sections.net(expanded(word));
        std::uint32_t id = 0;
        const char* const last = word.data() + word.size();
        if (word.size() < 2 || word[0] != '*')
            return;
        const auto [end, error] = std::from_chars(word.data() + 1, last, id);
        if (error != std::errc{} || end != last || id >= m_map.size())
            return;
        m_netOf.resize(m_map.size(), NetSections::kUnknown);
        m_netOf[id] = m_net;
    }

    void unit(std::string_view rest, std::uint64_t number) {
        const std::string_view factorText = nextWord(rest);
        const std::string name = toLower(nextWord(rest));
        double factor = 0;
        const auto [end, error] =
            std::from_chars(factorText.data(), factorText.data() + factorText.size(), factor);
        const double scale = name == "ff" ? 1e-15 : name == "pf" ? 1e-12 : name == "nf" ? 1e-9 : 0;
        if (error != std::errc{} || end != factorText.data() + factorText.size() || !(factor > 0) ||
            scale == 0) {
            m_collector.find(Severity::Error, "PAR-011",
                             "The capacitance unit \"" + std::string(factorText) + " " + name +
                                 "\" is not understood; picofarad is assumed",
                             number);
            m_hasUnit = true; // said once is enough
            return;
        }
        m_unit = factor * scale;
        m_hasUnit = true;
    }

    void mapName(std::string_view index, std::string_view name) {
        std::uint32_t id = 0;
        const auto [end, error] = std::from_chars(index.data(), index.data() + index.size(), id);
        if (error != std::errc{} || end != index.data() + index.size())
            return;
        // Names are numbered one after the other; a number far beyond them shall not cost memory.
        if (id > std::max(kDense, 4 * ++m_mapped)) {
            m_farMap[id] = name;
            return;
        }
        if (m_map.size() <= id)
            m_map.resize(id + 1);
        m_map[id] = name;
    }

    /// "*12:A" with the name map applied: "net:A". The view lives until the next call.
    std::string_view expanded(std::string_view word) {
        if (word.empty() || word[0] != '*')
            return word;
        std::uint32_t id = 0;
        const char* last = word.data() + word.size();
        const auto [end, error] = std::from_chars(word.data() + 1, last, id);
        if (error != std::errc{})
            return word;
        std::string_view name;
        if (id < m_map.size()) {
            name = m_map[id];
        } else if (const auto far = m_farMap.find(id); far != m_farMap.end()) {
            name = far->second;
        }
        if (name.empty())
            return word;
        m_expanded.assign(name);
        m_expanded.append(end, last);
        return m_expanded;
    }

    /// The place of a node. A part of a net, "*12:7", is known again by its numbers: its name is
    /// put together once.
    std::uint32_t placeOf(std::string_view word) {
        std::uint32_t id = 0, part = 0;
        const char* at = word.data();
        const char* const last = at + word.size();
        bool numbers = false;
        if (word.size() > 1 && *at == '*') {
            const auto first = std::from_chars(at + 1, last, id);
            numbers = first.ec == std::errc{} && first.ptr == last;
            if (first.ec == std::errc{} && last - first.ptr > 1 && *first.ptr == m_delimiter &&
                isDigit(first.ptr[1]) && (first.ptr[1] != '0' || last - first.ptr == 2)) {
                const auto second = std::from_chars(first.ptr + 1, last, part);
                numbers = second.ec == std::errc{} && second.ptr == last && part < kNoPart;
            } else {
                part = kNoPart;
            }
        }
        if (!numbers)
            return m_sections.place(expanded(word));
        std::uint32_t& known = knownPlace(id, part);
        const std::uint32_t net = id < m_netOf.size() ? m_netOf[id] : NetSections::kUnknown;
        if (known == 0) // of a net that had its section no name is needed
            known = 1 + (net != NetSections::kUnknown ? m_sections.place(net)
                                                      : m_sections.place(expanded(word)));
        else if (net != NetSections::kUnknown && !m_sections.isKnown(known - 1))
            m_sections.setNode(known - 1, net);
        return known - 1;
    }

    /// 1 + place of a part of a net, 0 before it has one. Those of one net stand together.
    std::uint32_t& knownPlace(std::uint32_t id, std::uint32_t part) {
        if (id >= m_map.size() || (part >= kParts && part != kNoPart))
            return m_farParts[(std::uint64_t{id} << 32) | part];
        m_parts.resize(m_map.size() * (kParts + 1), 0);
        return m_parts[std::size_t{id} * (kParts + 1) + (part == kNoPart ? kParts : part)];
    }

    void pin(std::string_view word) {
        const std::string_view full = expanded(word);
        const std::size_t cut = full.rfind(m_delimiter);
        if (cut != std::string_view::npos)
            m_sections.pin(full, full.substr(0, cut), full.substr(cut + 1), m_net);
    }

    void capacitor(std::string_view first, std::string_view rest, std::string_view line,
                   std::uint64_t number) {
        const std::string_view a = nextWord(rest);
        std::string_view b = nextWord(rest);
        std::string_view value = nextWord(rest);
        const bool toGround = value.empty();
        if (toGround)
            std::swap(b, value);
        if (!isDigit(first[0]) || a.empty())
            value = {};
        const auto farad = m_collector.value(value, line, number, m_unit);
        if (!farad)
            return;
        const std::uint32_t placeA = placeOf(a);
        if (toGround)
            return m_sections.capacitor(placeA, NetSections::kUnknown, *farad);
        const std::uint32_t placeB = placeOf(b);
        // The standard lets a coupling stand in the sections of both nets; it counts once.
        double& section = m_seen.at(std::min(placeA, placeB), std::max(placeA, placeB));
        if (section == 0)
            section = static_cast<double>(m_netNumber);
        if (section != static_cast<double>(m_netNumber))
            return;
        m_sections.capacitor(placeA, placeB, *farad);
    }

    std::string_view m_text;
    Collector m_collector;
    NetSections m_sections;
    Section m_section = Section::Head;
    bool m_inNet = false;
    std::uint32_t m_net = NetSections::kUnknown;
    std::uint64_t m_netNumber = 0;
    double m_unit = 1e-12;
    bool m_hasUnit = false; ///< or it was told that there is none
    char m_delimiter = ':';
    static constexpr std::size_t kDense = 1 << 16; ///< numbers that any file may use
    std::size_t m_mapped = 0;                      ///< entries of the name map
    std::vector<std::string_view> m_map;
    std::unordered_map<std::uint32_t, std::string_view> m_farMap; ///< of greater numbers
    std::vector<std::uint32_t> m_netOf; ///< node of the net with this number, once it had a section
    std::string m_expanded;
    static constexpr std::uint32_t kNoPart = 0xFFFFFFFEu;
    PairSums m_seen;
    static constexpr std::uint32_t kParts = 8; ///< of a net, found without a search
    std::vector<std::uint32_t> m_parts;
    std::unordered_map<std::uint64_t, std::uint32_t> m_farParts;
};

} // namespace

Expected<Extraction> readSpef(std::string_view text, const std::string& name,
                              const ExtractionOptions& options, StopToken stop,
                              ProgressSink& progress) {
    return SpefReader(text, name, options, std::move(stop), progress).read();
}

} // namespace ohm::parasitics
