// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/connectivity.h"

#include "core/base/text.h"
#include "core/schematic/wiregraph.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace ohm::schematic {
namespace {

constexpr std::uint32_t kNoNet = 0xFFFFFFFFu;

/// Which of two labels names the net: ground, then global names, then ports, then the rest.
int rankOf(Label::Kind kind) {
    switch (kind) {
    case Label::Kind::Ground:
        return 0;
    case Label::Kind::Global:
    case Label::Kind::Supply:
        return 1;
    case Label::Kind::PortIn:
    case Label::Kind::PortOut:
    case Label::Kind::PortBi:
        return 2;
    case Label::Kind::Local:
        break;
    }
    return 3;
}

std::string numbered(const std::string& prefix, int number, int digits) {
    std::string text = std::to_string(number);
    if (text.size() < static_cast<std::size_t>(digits))
        text.insert(0, static_cast<std::size_t>(digits) - text.size(), '0');
    return prefix + text;
}

class Connector {
public:
    Connector(SchematicDoc& doc, const ConnectivityRules& rules, const NetNaming& naming,
              const std::string& file)
        : m_doc(doc)
        , m_rules(rules)
        , m_naming(naming)
        , m_file(file) {}

    Connectivity run() {
        collect();
        joinGeometry();
        joinNames();
        numberNets();
        nameNets();
        fillDoc();
        return std::move(m_result);
    }

private:
    void collect() {
        for (const Wire& wire : m_doc.wires) {
            const auto a = m_graph.point(wire.a, WireGraph::kWireEnd);
            m_wireNodes.push_back(a);
            m_graph.wire(a, m_graph.point(wire.b, WireGraph::kWireEnd));
        }
        m_result.pinNets.resize(m_doc.instances.size());
        m_pinNodes.resize(m_doc.instances.size());
        for (std::size_t i = 0; i < m_doc.instances.size(); ++i) {
            const SymbolInstance& instance = m_doc.instances[i];
            for (const Pin& pin : m_doc.symbols[instance.symbol].pins) {
                const Pt offset = instance.orientation.apply(pin.at);
                m_pinNodes[i].push_back(m_graph.point(
                    {instance.at.x + offset.x, instance.at.y + offset.y}, WireGraph::kPin));
            }
        }
        for (const Label& label : m_doc.labels)
            m_labelNodes.push_back(m_graph.point(label.at, WireGraph::kLabel));
        if (m_rules.junctionRequired)
            for (const Pt& dot : m_doc.junctions)
                m_graph.point(dot, WireGraph::kJunction);
    }

    void joinGeometry() {
        unsigned joining = 0;
        if (m_rules.junctionRequired) {
            joining = WireGraph::kJunction;
        } else {
            joining |= m_rules.wireEndOnSegment ? WireGraph::kWireEnd : 0U;
            joining |= m_rules.pinOnSegment ? WireGraph::kPin : 0U;
            joining |= m_rules.labelOnSegment ? WireGraph::kLabel : 0U;
        }
        const bool complete = m_graph.join(joining);
        if (!complete)
            report(Severity::Warning, "SCH-033",
                   "The sheet has slanted wires in very many directions: wires that end inside "
                   "such a wire were not looked for.",
                   0, {});
        if (!m_rules.junctionRequired)
            m_doc.junctions = m_graph.junctions();
    }

    /// Labels of the same name are one net wherever they stand; all grounds are one.
    void joinNames() {
        std::unordered_map<std::string, std::uint32_t> first;
        for (std::size_t i = 0; i < m_doc.labels.size(); ++i) {
            const Label& label = m_doc.labels[i];
            const std::string key =
                label.kind == Label::Kind::Ground ? "0" : toLower(netlistName(label.name));
            const auto [it, fresh] = first.emplace(key, m_labelNodes[i]);
            if (!fresh)
                m_graph.unite(it->second, m_labelNodes[i]);
        }
    }

    /// Nets in the order of the sheet's wires, then of its pins, then of lone labels.
    void numberNets() {
        const auto net = [&](std::uint32_t node) {
            const std::uint32_t root = m_graph.root(node);
            const auto [it, fresh] =
                m_netOfRoot.emplace(root, static_cast<std::uint32_t>(m_result.nets.size()));
            if (fresh)
                m_result.nets.emplace_back();
            return it->second;
        };
        for (const std::uint32_t node : m_wireNodes)
            m_wireNets.push_back(net(node));
        m_wired.assign(m_result.nets.size(), true);
        for (std::size_t i = 0; i < m_pinNodes.size(); ++i) {
            for (std::size_t p = 0; p < m_pinNodes[i].size(); ++p) {
                const std::uint32_t n = net(m_pinNodes[i][p]);
                m_result.pinNets[i].push_back(n);
                m_result.nets[n].pins.emplace_back(static_cast<std::uint32_t>(i),
                                                   static_cast<std::uint32_t>(p));
            }
        }
        for (const std::uint32_t node : m_labelNodes)
            m_result.labelNets.push_back(net(node));
        m_wired.resize(m_result.nets.size(), false);
    }

    void nameNets() {
        std::vector<std::uint32_t> namer(m_result.nets.size(), kNoNet); // the label that names it
        std::unordered_set<std::string> taken;
        for (std::size_t i = 0; i < m_doc.labels.size(); ++i) {
            const Label& label = m_doc.labels[i];
            const std::uint32_t n = m_result.labelNets[i];
            taken.insert(toLower(netlistName(label.name)));
            if (namer[n] == kNoNet || rankOf(label.kind) < rankOf(m_doc.labels[namer[n]].kind))
                namer[n] = static_cast<std::uint32_t>(i);
        }
        for (std::size_t n = 0; n < namer.size(); ++n) {
            if (namer[n] == kNoNet)
                continue;
            const Label& label = m_doc.labels[namer[n]];
            SheetNet& net = m_result.nets[n];
            net.named = true;
            net.ground = label.kind == Label::Kind::Ground;
            net.global = label.kind == Label::Kind::Global || label.kind == Label::Kind::Supply;
            net.name = net.ground ? "0" : netlistName(label.name);
            if (!net.ground && net.name != label.name)
                report(Severity::Note, "SCH-032",
                       "The net name \"" + label.name + "\" is written \"" + net.name +
                           "\" in the netlist.",
                       label.line, toLower(net.name));
        }
        findAliases();
        int wired = 0;
        int contacts = 0;
        int open = 0;
        for (std::size_t n = 0; n < namer.size(); ++n) {
            SheetNet& net = m_result.nets[n];
            if (net.named)
                continue;
            net.open = !m_wired[n] && net.pins.size() <= 1;
            do {
                if (net.open)
                    net.name = numbered(m_naming.openPrefix, ++open, m_naming.openDigits);
                else if (m_wired[n])
                    net.name = numbered(m_naming.prefix, ++wired, m_naming.digits);
                else
                    net.name = numbered(m_naming.contactPrefix, ++contacts, m_naming.digits);
            } while (taken.contains(toLower(net.name)));
        }
    }

    void findAliases() {
        for (std::size_t i = 0; i < m_doc.labels.size(); ++i) {
            const Label& label = m_doc.labels[i];
            SheetNet& net = m_result.nets[m_result.labelNets[i]];
            if (label.kind == Label::Kind::Ground ||
                equalsIgnoreCase(netlistName(label.name), net.name))
                continue;
            const bool known = std::any_of(net.aliases.begin(), net.aliases.end(), [&](auto& a) {
                return equalsIgnoreCase(a, label.name);
            });
            if (known)
                continue;
            net.aliases.push_back(label.name);
            report(Severity::Warning, "SCH-031",
                   "The labels \"" + net.name + "\" and \"" + label.name +
                       "\" are on the same net; it is called \"" + net.name + "\".",
                   label.line, toLower(net.name));
        }
    }

    void fillDoc() {
        std::vector<std::string> lower;
        lower.reserve(m_result.nets.size());
        for (const SheetNet& net : m_result.nets)
            lower.push_back(toLower(net.name));
        for (std::size_t i = 0; i < m_doc.wires.size(); ++i)
            m_doc.wires[i].net = lower[m_wireNets[i]];
        for (std::size_t i = 0; i < m_doc.labels.size(); ++i)
            m_doc.labels[i].net = lower[m_result.labelNets[i]];
        m_doc.pinNets.assign(m_doc.instances.size(), {});
        for (std::size_t i = 0; i < m_result.pinNets.size(); ++i)
            for (const std::uint32_t net : m_result.pinNets[i])
                m_doc.pinNets[i].push_back(lower[net]);
    }

    void report(Severity severity, const char* code, std::string text, int line,
                std::string object) {
        m_result.diagnostics.push_back(
            {severity, code, std::move(text), m_file, line, 0, std::move(object)});
    }

    SchematicDoc& m_doc;
    const ConnectivityRules& m_rules;
    const NetNaming& m_naming;
    const std::string& m_file;
    Connectivity m_result;
    WireGraph m_graph;
    std::vector<std::uint32_t> m_wireNodes;
    std::vector<std::vector<std::uint32_t>> m_pinNodes;
    std::vector<std::uint32_t> m_labelNodes;
    std::vector<std::uint32_t> m_wireNets;
    std::unordered_map<std::uint32_t, std::uint32_t> m_netOfRoot;
    std::vector<bool> m_wired; ///< per net: has a wire
};

} // namespace

std::string netlistName(const std::string& name) {
    static constexpr std::string_view kBreaking = " \t\r\n\f\v(){}=,;\"'`\\";
    std::string out = name;
    for (char& c : out)
        if (kBreaking.find(c) != std::string_view::npos || static_cast<unsigned char>(c) < 0x20)
            c = '_';
    return out.empty() ? "_" : out;
}

Connectivity connect(SchematicDoc& doc, const ConnectivityRules& rules, const NetNaming& naming,
                     const std::string& file) {
    return Connector(doc, rules, naming, file).run();
}

} // namespace ohm::schematic
