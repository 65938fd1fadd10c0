// SPDX-License-Identifier: GPL-3.0-or-later
// SPEF (IEEE 1481): *D_NET sections with *CONN, *CAP and *RES.
#include "core/parasitics/collector.h"

#include "core/base/text.h"

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
        , m_collector(name, options, std::move(stop), progress, text.size()) {}

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
        for (const Cap& cap : m_caps)
            m_collector.add(nodeOf(cap.a), nodeOf(cap.b), static_cast<double>(cap.farad));
        return m_collector.finish();
    }

private:
    enum class Section { Head, Map, Conn, Caps, Other };
    struct Cap {
        std::uint32_t a, b;
        float farad;
    };
    static constexpr std::uint32_t kUnknown = 0xFFFFFFFDu;

    static bool isDigit(char c) { return c >= '0' && c <= '9'; }

    void keyword(std::string_view word, std::string_view rest, std::uint64_t number,
                 std::uint64_t& opened) {
        if (word == "*D_NET") {
            m_inNet = true;
            opened = number;
            ++m_netNumber;
            m_section = Section::Other;
            m_net = netNode(expanded(nextWord(rest)));
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
            m_places[placeOf(expanded(nextWord(rest)))] = m_net;
        } else if (word == "*N" && m_section == Section::Conn) {
            m_places[placeOf(expanded(nextWord(rest)))] = m_net;
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
                             "The capacitance unit is not understood; picofarad is assumed", number,
                             std::string(factorText) + " " + name);
            return;
        }
        m_unit = factor * scale;
    }

    void mapName(std::string_view index, std::string_view name) {
        std::uint32_t id = 0;
        const auto [end, error] = std::from_chars(index.data(), index.data() + index.size(), id);
        if (error != std::errc{} || end != index.data() + index.size() || id > 100'000'000)
            return;
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
        if (error != std::errc{} || id >= m_map.size() || m_map[id].empty())
            return word;
        m_expanded.assign(m_map[id]);
        m_expanded.append(end, last);
        return m_expanded;
    }

    std::string_view kept(std::string_view name) {
        m_copies.push_back(std::make_unique<std::string>(name));
        return *m_copies.back();
    }

    std::uint32_t netNode(std::string_view name) {
        if (const auto id = m_nets.find(name))
            return m_netNodes[*id];
        m_nets.add(kept(name));
        m_netNodes.push_back(
            m_collector.isGround(name)
                ? Collector::kGround
                : m_collector.node({std::string(name), {}, {}, ExtractedNode::kNoNet}));
        return m_netNodes.back();
    }

    std::uint32_t placeOf(std::string_view name) {
        if (const auto id = m_names.find(name))
            return *id;
        m_names.add(kept(name));
        m_places.push_back(kUnknown);
        return static_cast<std::uint32_t>(m_places.size() - 1);
    }

    void pin(std::string_view word) {
        const std::string_view full = expanded(word);
        const std::uint32_t place = placeOf(full);
        const std::size_t cut = full.rfind(m_delimiter);
        if (m_places[place] != kUnknown || cut == std::string_view::npos)
            return;
        m_places[place] = m_collector.node(
            {std::string(full), std::string(full.substr(0, cut)), std::string(full.substr(cut + 1)),
             m_net == Collector::kGround ? ExtractedNode::kNoNet : m_net});
    }

    void capacitor(std::string_view first, std::string_view rest, std::string_view line,
                   std::uint64_t number) {
        const std::string_view a = nextWord(rest);
        std::string_view b = nextWord(rest);
        std::string_view value = nextWord(rest);
        const bool toGround = value.empty();
        if (toGround)
            std::swap(b, value);
        const auto farad = capacitance(value, m_unit);
        if (!isDigit(first[0]) || a.empty() || !farad || *farad < 0) {
            m_collector.find(Severity::Warning, "PAR-010",
                             "This capacitor has no value that can be read", number,
                             std::string(line.substr(0, 80)));
            return;
        }
        ++m_collector.out.elements;
        if (*farad == 0) {
            ++m_collector.out.zeros;
            return;
        }
        const std::uint32_t placeA = placeOf(expanded(a));
        if (toGround) {
            m_caps.push_back({placeA, kUnknown, static_cast<float>(*farad)});
            return;
        }
        const std::uint32_t placeB = placeOf(expanded(b));
        // The standard lets a coupling stand in the sections of both nets; it counts once.
        double& section = m_seen.at(std::min(placeA, placeB), std::max(placeA, placeB));
        if (section == 0)
            section = static_cast<double>(m_netNumber);
        if (section != static_cast<double>(m_netNumber))
            return;
        m_caps.push_back({placeA, placeB, static_cast<float>(*farad)});
    }

    std::uint32_t nodeOf(std::uint32_t place) {
        if (place == kUnknown)
            return Collector::kGround;
        std::uint32_t& node = m_places[place];
        if (node != kUnknown)
            return node;
        const std::string_view name = m_names.name(place);
        if (const auto net = m_nets.find(name))
            return node = m_netNodes[*net];
        const std::size_t cut = name.rfind(m_delimiter);
        if (cut != std::string_view::npos) {
            if (const auto net = m_nets.find(name.substr(0, cut)))
                return node = m_netNodes[*net];
        }
        if (m_collector.isGround(name))
            return node = Collector::kGround;
        m_collector.find(Severity::Warning, "PAR-015",
                         "A capacitor ends at a node that no net names", 0, std::string(name));
        return node = netNode(name);
    }

    std::string_view m_text;
    Collector m_collector;
    Section m_section = Section::Head;
    bool m_inNet = false;
    std::uint32_t m_net = kUnknown;
    std::uint64_t m_netNumber = 0;
    double m_unit = 1e-12;
    char m_delimiter = ':';
    std::vector<std::string_view> m_map;
    std::string m_expanded;
    std::vector<std::unique_ptr<std::string>> m_copies;
    NameIndex m_nets, m_names;
    std::vector<std::uint32_t> m_netNodes, m_places;
    std::vector<Cap> m_caps;
    PairSums m_seen;
};

} // namespace

Expected<Extraction> readSpef(std::string_view text, const std::string& name,
                              const ExtractionOptions& options, StopToken stop,
                              ProgressSink& progress) {
    return SpefReader(text, name, options, std::move(stop), progress).read();
}

} // namespace ohm::parasitics
