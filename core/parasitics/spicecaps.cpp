// SPDX-License-Identifier: GPL-3.0-or-later
// Extracted SPICE: only hierarchy, ports and C cards are looked at. In Calibre's netlists nodes are
// parts of nets by their names (CalibreNames).
#include "core/parasitics/calibrenames.h"
#include "core/parasitics/collector.h"
#include "core/parasitics/names.h"

#include "core/base/text.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace ohm::parasitics {
namespace {

constexpr std::uint64_t kTickLines = 1 << 14;
constexpr int kMostDepth = 200;

struct Cap {
    std::uint32_t a, b; ///< local nets
    float farad;
};

/// An instance card, looked at again when its master turns out to be a cell of the file.
struct Call {
    std::uint64_t offset; ///< of the card in the text
    std::uint32_t master;
};

struct CellData {
    std::string_view name;
    NameIndex nets; ///< ports first
    std::size_t ports = 0;
    std::vector<Cap> caps;
    std::vector<Call> calls;
    bool used = false;
    bool open = false; ///< being expanded
};

class SpiceReader {
public:
    SpiceReader(std::string_view text, const std::string& name, const ExtractionOptions& options,
                StopToken stop, ProgressSink& progress)
        : m_text(text)
        , m_options(options)
        , m_collector(name, options, std::move(stop), progress, text.size())
        , m_name(name) {
        m_cells.emplace_back(); // elements outside any subcircuit
    }

    Expected<Extraction> read() {
        readCards();
        if (m_collector.stopped())
            return m_collector.finish();
        const auto top = findTop();
        if (!top)
            return top.failure();
        for (std::size_t port = 0; port < m_cells[*top].ports; ++port)
            m_calibre.learnNet(m_cells[*top].nets.name(static_cast<std::uint32_t>(port)));
        if (m_calibre.used()) {
            for (const CellData& cell : m_cells) {
                for (std::uint32_t net = 0; net < cell.nets.size(); ++net)
                    m_calibre.learnNode(cell.nets.name(net));
            }
        }
        m_collector.out.format = ExtractionFormat::Spice;
        m_collector.out.top = std::string(m_cells[*top].name);
        std::vector<std::uint32_t> nodes(m_cells[*top].nets.size(), kUnset);
        const auto done = expand(*top, "", nodes, 0);
        if (!done)
            return done.failure();
        return m_collector.finish();
    }

private:
    static constexpr std::uint32_t kUnset = 0xFFFFFFFEu;

    void readCards() {
        CardReader reader(m_text, true);
        std::string_view line;
        std::uint32_t cell = 0;
        std::uint64_t count = 0;
        std::uint64_t opened = 0;
        std::uint64_t begin = 0;
        while (true) {
            begin = reader.offset();
            if (!reader.next(line))
                break;
            if (++count % kTickLines == 0 && m_collector.tick(begin))
                return;
            switch (line.front()) {
            case '*':
                break;
            case '.':
                directive(line, reader.number(), cell, opened);
                break;
            case 'c':
            case 'C':
                capacitor(line, reader.number(), cell);
                break;
            case 'x':
            case 'X':
                call(line, begin, cell);
                break;
            default:
                break;
            }
        }
        if (cell != 0)
            m_collector.find(Severity::Warning, "PAR-012",
                             "The subcircuit " + std::string(m_cells[cell].name) +
                                 " has no end: the file may be cut short",
                             opened);
    }

    void directive(std::string_view line, std::uint64_t number, std::uint32_t& cell,
                   std::uint64_t& opened) {
        std::string_view rest = line;
        const std::string keyword = toLower(nextWord(rest));
        if (keyword == ".subckt") {
            const std::string_view name = stable(nextWord(rest), line);
            if (name.empty()) {
                m_collector.find(Severity::Warning, "PAR-013", "A subcircuit has no name", number);
                return;
            }
            const std::uint32_t id = m_masters.add(name);
            m_cellOf.resize(m_masters.size(), 0);
            if (m_cellOf[id] != 0) {
                m_collector.find(Severity::Warning, "PAR-013",
                                 "The subcircuit " + std::string(name) +
                                     " is defined twice; the first definition counts",
                                 number);
                m_cells.emplace_back(); // read and not used
            } else {
                m_cellOf[id] = static_cast<std::uint32_t>(m_cells.size());
                m_cells.emplace_back();
            }
            cell = static_cast<std::uint32_t>(m_cells.size() - 1);
            m_cells[cell].name = name;
            opened = number;
            for (std::string_view port = nextWord(rest); !port.empty(); port = nextWord(rest)) {
                if (port.find('=') != std::string_view::npos || equalsIgnoreCase(port, "params:"))
                    break;
                m_cells[cell].nets.add(stable(port, line));
            }
            m_cells[cell].ports = m_cells[cell].nets.size();
        } else if (keyword == ".ends") {
            cell = 0;
        }
    }

    void capacitor(std::string_view line, std::uint64_t number, std::uint32_t cell) {
        std::string_view rest = line;
        nextWord(rest);
        const std::string_view a = nextWord(rest);
        const std::string_view b = nextWord(rest);
        std::string_view value = nextWord(rest);
        if (value.starts_with("C=") || value.starts_with("c="))
            value.remove_prefix(2);
        if (b.empty())
            value = {};
        const auto farad = m_collector.value(value, line, number);
        if (!farad)
            return;
        CellData& data = m_cells[cell];
        data.caps.push_back({data.nets.add(stable(a, line)), data.nets.add(stable(b, line)),
                             static_cast<float>(*farad)});
    }

    /// Remembers instances whose master may be a subcircuit of this file: the last word without
    /// '='.
    void call(std::string_view line, std::uint64_t offset, std::uint32_t cell) {
        std::string_view rest = line;
        nextWord(rest);
        std::string_view master;
        for (std::string_view word = nextWord(rest); !word.empty(); word = nextWord(rest)) {
            if (word.find('=') != std::string_view::npos || equalsIgnoreCase(word, "params:"))
                break;
            if (word != "/")
                master = word;
        }
        if (master.empty())
            return;
        master = stable(master, line);
        m_calibre.learn(master);
        const std::uint32_t id = m_masters.add(master);
        m_cellOf.resize(m_masters.size(), 0);
        // Devices of a flat file: remembered only once a cell of their name is known to exist or
        // may still come. A master seen often without a definition is a model.
        m_cells[cell].calls.push_back({offset, id});
    }

    /// A view that lives as long as the text: words of joined lines are copied.
    std::string_view stable(std::string_view word, std::string_view) {
        if (word.empty() || (word.data() >= m_text.data() &&
                             word.data() + word.size() <= m_text.data() + m_text.size()))
            return word;
        return m_arena.keep(word);
    }

    Expected<std::uint32_t> findTop() {
        for (CellData& cell : m_cells) {
            std::erase_if(cell.calls, [&](const Call& call) { return m_cellOf[call.master] == 0; });
            for (const Call& call : cell.calls)
                m_cells[m_cellOf[call.master]].used = true;
        }
        if (!m_options.top.empty()) {
            const auto id = m_masters.find(m_options.top);
            if (!id || m_cellOf[*id] == 0)
                return fail("PAR-003", "The subcircuit is not in this file", m_options.top, m_name,
                            "Leave it out to take the one that no other uses");
            return m_cellOf[*id];
        }
        if (!m_cells[0].caps.empty() || !m_cells[0].calls.empty())
            return std::uint32_t{0};
        std::optional<std::uint32_t> best;
        for (std::uint32_t i = 1; i < m_cells.size(); ++i) {
            if (!m_cells[i].used &&
                (!best || m_cells[i].caps.size() + m_cells[i].calls.size() >=
                              m_cells[*best].caps.size() + m_cells[*best].calls.size()))
                best = i;
        }
        if (!best)
            return fail("PAR-001", "No capacitance was found in this file", {}, m_name,
                        "An extraction is SPICE with C lines, DSPF or SPEF");
        return *best;
    }

    /// Node of a local net of the expansion at `path`.
    std::uint32_t nodeOf(const CellData& cell, std::uint32_t net, const std::string& path,
                         std::vector<std::uint32_t>& nodes) {
        std::uint32_t& node = nodes[net];
        if (node != kUnset)
            return node;
        const std::string_view local = cell.nets.name(net);
        if (m_calibre.used())
            node = calibreNode(local, path);
        else if (m_collector.isGround(local))
            node = Collector::kGround;
        else
            node = m_collector.node({path + std::string(local), {}, {}, ExtractedNode::kNoNet});
        return node;
    }

    /// One node for all parts of a net; device pins have their own.
    std::uint32_t calibreNode(std::string_view local, const std::string& path) {
        const CalibreNames::Part part = m_calibre.partOf(local);
        if (part.unknown)
            m_collector.find(Severity::Warning, "PAR-016",
                             "This node is part of a net that nothing in the file names", 0,
                             path + std::string(local));
        if (m_collector.isGround(part.net))
            return Collector::kGround;
        const std::uint32_t net = namedNode(path, part.net);
        if (part.pin.empty())
            return net;
        std::uint32_t& node = extra(path, local);
        if (node == kUnset)
            node = m_collector.node({path + std::string(local), path + std::string(part.instance),
                                     std::string(part.pin), net});
        return node;
    }

    /// One node for all places of a name.
    std::uint32_t namedNode(const std::string& path, std::string_view name) {
        std::uint32_t& node = extra(path, name);
        if (node == kUnset)
            node = m_collector.node({path + std::string(name), {}, {}, ExtractedNode::kNoNet});
        return node;
    }

    /// The node of a name that no cell has a number for.
    std::uint32_t& extra(const std::string& path, std::string_view name) {
        std::uint32_t id = 0;
        if (path.empty()) {
            id = m_extra.add(name, &m_arena);
        } else {
            m_joined.assign(path);
            m_joined.append(name);
            id = m_extra.add(m_joined, &m_arena);
        }
        if (id == m_extraNodes.size())
            m_extraNodes.push_back(kUnset);
        return m_extraNodes[id];
    }

    Expected<void> expand(std::uint32_t index, const std::string& path,
                          std::vector<std::uint32_t>& nodes, int depth) {
        CellData& cell = m_cells[index];
        if (cell.open || depth > kMostDepth)
            return fail("PAR-004", "A subcircuit contains itself", std::string(cell.name), m_name);
        if (++m_instances > m_options.maxInstances)
            return fail("PAR-004", "The subcircuits expand to more instances than are allowed",
                        std::to_string(m_options.maxInstances), m_name);
        if (m_instances % 4096 == 0 && m_collector.tick(m_text.size()))
            return fail("PAR-002", "Reading was stopped", {}, m_name);
        cell.open = true;
        for (const Cap& cap : cell.caps)
            m_collector.add(nodeOf(cell, cap.a, path, nodes), nodeOf(cell, cap.b, path, nodes),
                            static_cast<double>(cap.farad));
        for (const Call& call : cell.calls) {
            const std::uint32_t child = m_cellOf[call.master];
            CardReader reader(m_text.substr(call.offset), true);
            std::string_view line;
            if (!reader.next(line))
                continue;
            std::string_view rest = line;
            const std::string instance(nextWord(rest).substr(1));
            std::vector<std::uint32_t> inner(m_cells[child].nets.size(), kUnset);
            std::vector<std::string_view> words; // nodes, then the master
            for (std::string_view word = nextWord(rest);
                 !word.empty() && word.find('=') == std::string_view::npos &&
                 !equalsIgnoreCase(word, "params:");
                 word = nextWord(rest)) {
                if (word != "/")
                    words.push_back(word);
            }
            std::size_t port = 0;
            for (; port < m_cells[child].ports && port + 1 < words.size(); ++port) {
                const std::string_view word = words[port];
                const auto net = cell.nets.find(word);
                if (net) {
                    inner[port] = nodeOf(cell, *net, path, nodes);
                } else if (m_collector.isGround(word)) {
                    inner[port] = Collector::kGround;
                } else { // a net that only instances touch: one number for all of them
                    inner[port] =
                        m_calibre.used() ? calibreNode(word, path) : namedNode(path, word);
                }
            }
            // The resistors and capacitors of one net: whatever is in there is that net.
            if (const auto net = CalibreNames::netOfMaster(m_cells[child].name); !net.empty()) {
                const std::uint32_t whole = calibreNode(net, path);
                for (std::uint32_t k = 0; k < inner.size(); ++k)
                    inner[k] = m_collector.isGround(m_cells[child].nets.name(k))
                                   ? Collector::kGround
                                   : whole;
                port = m_cells[child].ports;
            }
            if (port < m_cells[child].ports)
                m_collector.find(Severity::Warning, "PAR-014",
                                 "The instance " + path + instance + " has fewer nodes than " +
                                     std::string(m_cells[child].name) + " has ports",
                                 0, path + instance);
            const auto done = expand(child, path + instance + ".", inner, depth + 1);
            if (!done)
                return done;
        }
        cell.open = false;
        return {};
    }

    std::string_view m_text;
    const ExtractionOptions& m_options;
    Collector m_collector;
    std::string m_name;
    std::vector<CellData> m_cells;
    NameIndex m_masters;
    std::vector<std::uint32_t> m_cellOf; ///< by master, 0 = not a cell of this file
    TextArena m_arena;                   ///< words of joined lines, names below the top
    CalibreNames m_calibre;
    NameIndex m_extra; ///< names that no cell has a number for, with their nodes
    std::vector<std::uint32_t> m_extraNodes;
    std::string m_joined;
    std::uint64_t m_instances = 0;
};

} // namespace

Expected<Extraction> readSpiceExtraction(std::string_view text, const std::string& name,
                                         const ExtractionOptions& options, StopToken stop,
                                         ProgressSink& progress) {
    return SpiceReader(text, name, options, std::move(stop), progress).read();
}

} // namespace ohm::parasitics
