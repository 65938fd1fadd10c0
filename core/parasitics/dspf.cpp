// SPDX-License-Identifier: GPL-3.0-or-later
// DSPF (detailed standard parasitic format): nets as sections of comment records with C cards.
#include "core/parasitics/collector.h"

#include "core/base/text.h"

namespace ohm::parasitics {
namespace {

constexpr std::uint64_t kTickLines = 1 << 14;

class DspfReader {
public:
    DspfReader(std::string_view text, const std::string& name, const ExtractionOptions& options,
               StopToken stop, ProgressSink& progress)
        : m_text(text)
        , m_collector(name, options, std::move(stop), progress, text.size())
        , m_sections(m_collector, false) {}

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
                directive(line, reader.number());
        }
        if (m_open && m_collector.out.top.size() > 0)
            m_collector.find(Severity::Warning, "PAR-012",
                             "The subcircuit " + m_collector.out.top +
                                 " has no end: the file may be cut short",
                             m_opened);
        m_sections.resolve(":#");
        return m_collector.finish();
    }

private:
    void directive(std::string_view line, std::uint64_t number) {
        std::string_view rest = line;
        const std::string_view keyword = nextWord(rest);
        if (equalsIgnoreCase(keyword, ".subckt") && m_collector.out.top.empty()) {
            m_collector.out.top = std::string(nextWord(rest));
            m_open = true;
            m_opened = number;
        } else if (equalsIgnoreCase(keyword, ".ends")) {
            m_open = false;
        }
    }

    static std::string_view unparenthesised(std::string_view word) {
        while (!word.empty() && (word.front() == '(' || word.front() == ' '))
            word.remove_prefix(1);
        while (!word.empty() && (word.back() == ')' || word.back() == ' '))
            word.remove_suffix(1);
        return word;
    }

    void record(std::string_view line, std::uint64_t number) {
        std::string_view rest = line;
        const std::string keyword = toLower(nextWord(rest));
        if (keyword == "net") {
            m_net = m_sections.net(nextWord(rest));
            const auto total = capacitance(nextWord(rest));
            if (!total)
                m_collector.find(Severity::Warning, "PAR-010",
                                 "This net has no total capacitance that can be read", number);
        } else if (keyword == "ground_net") {
            m_sections.makeGround(nextWord(rest));
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
            m_sections.pin(full, instance, pin, m_net);
        } else if (keyword == "p" || keyword == "s") {
            // Ports and sub-nodes are parts of the section's net.
            rest = unparenthesised(rest);
            const std::string_view full = nextWord(rest);
            if (!full.empty())
                m_sections.setNode(m_sections.place(full), m_net);
        }
    }

    void capacitor(std::string_view line, std::uint64_t number) {
        std::string_view rest = line;
        nextWord(rest);
        const std::string_view a = nextWord(rest);
        const std::string_view b = nextWord(rest);
        const std::string_view value = nextWord(rest);
        const auto farad = m_collector.value(value, line, number);
        if (farad)
            m_sections.capacitor(m_sections.place(a), m_sections.place(b), *farad);
    }

    std::string_view m_text;
    Collector m_collector;
    NetSections m_sections;
    std::uint32_t m_net = NetSections::kUnknown;
    bool m_open = false;
    std::uint64_t m_opened = 0;
};

} // namespace

Expected<Extraction> readDspf(std::string_view text, const std::string& name,
                              const ExtractionOptions& options, StopToken stop,
                              ProgressSink& progress) {
    return DspfReader(text, name, options, std::move(stop), progress).read();
}

} // namespace ohm::parasitics
