// SPDX-License-Identifier: GPL-3.0-or-later
// DSPF (detailed standard parasitic format): nets as sections of comment records with C cards.
#include "core/parasitics/collector.h"

#include "core/base/text.h"

#include <charconv>

namespace ohm::parasitics {
namespace {

constexpr std::uint64_t kTickLines = 1 << 14;

class DspfReader {
public:
    DspfReader(std::string_view text, const std::string& name, const ExtractionOptions& options,
               StopToken stop, ProgressSink& progress)
        : m_text(text)
        , m_collector(name, options, std::move(stop), progress, text.size()) {}

    Expected<Extraction> read() {
        m_collector.out.format = ExtractionFormat::Dspf;
        CardReader reader(m_text, false);
        std::string_view line;
        std::uint64_t count = 0;
        while (reader.next(line)) {
            if (++count % kTickLines == 0 && m_collector.tick(reader.offset()))
                break;
            if (line.starts_with("*|"))
                record(line.substr(2), reader.number());
            else if (line.front() == 'c' || line.front() == 'C')
                capacitor(line, reader.number());
            else if (line.front() == '.')
                directive(line);
        }
        resolve();
        return m_collector.finish();
    }

private:
    static constexpr std::uint32_t kUnknown = 0xFFFFFFFDu;
    struct Cap {
        std::uint32_t a, b;
        float farad;
    };

    void directive(std::string_view line) {
        std::string_view rest = line;
        if (equalsIgnoreCase(nextWord(rest), ".subckt") && m_collector.out.top.empty())
            m_collector.out.top = std::string(nextWord(rest));
    }

    static std::string_view unparenthesised(std::string_view word) {
        while (!word.empty() && (word.front() == '(' || word.front() == ' '))
            word.remove_prefix(1);
        while (!word.empty() && (word.back() == ')' || word.back() == ' '))
            word.remove_suffix(1);
        return word;
    }

    std::uint32_t netNode(std::string_view name) {
        const std::uint32_t id = m_nets.add(name);
        if (id == m_netNodes.size())
            m_netNodes.push_back(
                m_collector.isGround(name)
                    ? Collector::kGround
                    : m_collector.node({std::string(name), {}, {}, ExtractedNode::kNoNet}));
        return m_netNodes[id];
    }

    std::uint32_t placeOf(std::string_view name) {
        const std::uint32_t id = m_names.add(name);
        if (id == m_places.size())
            m_places.push_back(kUnknown);
        return id;
    }

    void record(std::string_view line, std::uint64_t number) {
        std::string_view rest = line;
        const std::string keyword = toLower(nextWord(rest));
        if (keyword == "net") {
            m_net = netNode(nextWord(rest));
            const auto total = capacitance(nextWord(rest));
            if (!total)
                m_collector.find(Severity::Warning, "PAR-010",
                                 "This net has no total capacitance that can be read", number);
        } else if (keyword == "ground_net") {
            const std::string_view name = nextWord(rest);
            const std::uint32_t id = m_nets.add(name);
            if (id == m_netNodes.size())
                m_netNodes.push_back(Collector::kGround);
            else
                m_netNodes[id] = Collector::kGround;
        } else if (keyword == "i") {
            // *|I (instancePin instance pin type cap x y)
            rest = unparenthesised(rest);
            const std::string_view full = nextWord(rest);
            const std::string_view instance = nextWord(rest);
            const std::string_view pin = nextWord(rest);
            if (pin.empty()) {
                m_collector.find(Severity::Warning, "PAR-013",
                                 "This pin record is not complete: (node instance pin ...)",
                                 number);
                return;
            }
            const std::uint32_t place = placeOf(full);
            if (m_places[place] == kUnknown)
                m_places[place] = m_collector.node(
                    {std::string(full), std::string(instance), std::string(pin),
                     m_net < m_collector.out.nodes.size() ? m_net : ExtractedNode::kNoNet});
        } else if (keyword == "p" || keyword == "s") {
            // Ports and sub-nodes are parts of the section's net.
            rest = unparenthesised(rest);
            const std::string_view full = nextWord(rest);
            if (!full.empty())
                m_places[placeOf(full)] = m_net;
        }
    }

    void capacitor(std::string_view line, std::uint64_t number) {
        std::string_view rest = line;
        nextWord(rest);
        const std::string_view a = nextWord(rest);
        const std::string_view b = nextWord(rest);
        const auto farad = capacitance(nextWord(rest));
        if (!farad || *farad < 0) {
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
        m_caps.push_back({placeOf(a), placeOf(b), static_cast<float>(*farad)});
    }

    /// Nodes that no record declares: a net itself, or "net:7" and "net#7" of one.
    std::uint32_t nodeOf(std::uint32_t place) {
        std::uint32_t& node = m_places[place];
        if (node != kUnknown)
            return node;
        const std::string_view name = m_names.name(place);
        if (m_collector.isGround(name))
            return node = Collector::kGround;
        if (const auto net = m_nets.find(name))
            return node = m_netNodes[*net];
        const std::size_t cut = name.find_last_of(":#");
        if (cut != std::string_view::npos) {
            if (const auto net = m_nets.find(name.substr(0, cut)))
                return node = m_netNodes[*net];
        }
        m_collector.find(Severity::Warning, "PAR-015",
                         "A capacitor ends at a node that no record names", 0, std::string(name));
        return node = netNode(name);
    }

    void resolve() {
        for (const Cap& cap : m_caps)
            m_collector.add(nodeOf(cap.a), nodeOf(cap.b), static_cast<double>(cap.farad));
    }

    std::string_view m_text;
    Collector m_collector;
    NameIndex m_nets, m_names;
    std::vector<std::uint32_t> m_netNodes;
    std::vector<std::uint32_t> m_places; ///< node of each name
    std::vector<Cap> m_caps;
    std::uint32_t m_net = kUnknown;
};

} // namespace

Expected<Extraction> readDspf(std::string_view text, const std::string& name,
                              const ExtractionOptions& options, StopToken stop,
                              ProgressSink& progress) {
    return DspfReader(text, name, options, std::move(stop), progress).read();
}

} // namespace ohm::parasitics
