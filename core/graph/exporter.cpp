// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/exporter.h"

#include "core/base/files.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/graph/hdf5export.h"
#include "core/graph/nodekind.h"

#include <charconv>
#include <cmath>
#include <string_view>
#include <vector>

namespace ohm::graph {

using netlist::Circuit;
using netlist::DeviceId;

namespace {

std::string utf8(std::string_view text) {
    return isUtf8(text) ? std::string(text) : toUtf8(text, TextEncoding::Windows1252);
}

/// Shortest text that reads back to the same float, '.' as decimal point in every locale.
void appendFloat(std::string& out, float value) {
    char buffer[32];
    const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
    out.append(buffer, result.ptr);
}

// --- JSON ---------------------------------------------------------------------------------------

void appendJsonString(std::string& out, std::string_view raw) {
    const std::string text = utf8(raw);
    out += '"';
    for (const char c : text) {
        switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            if (static_cast<unsigned char>(c) < 0x20) {
                constexpr char kHex[] = "0123456789abcdef";
                out += "\\u00";
                out += kHex[(static_cast<unsigned char>(c) >> 4) & 15];
                out += kHex[static_cast<unsigned char>(c) & 15];
            } else {
                out += c;
            }
        }
    }
    out += '"';
}

void appendJsonMember(std::string& out, const char* name, std::string_view value) {
    out += '"';
    out += name;
    out += "\":";
    appendJsonString(out, value);
}

void appendJsonDevice(std::string& out, const Circuit& circuit, DeviceId device) {
    out += "{";
    appendJsonMember(out, "name", circuit.deviceName(device));
    out += ",";
    appendJsonMember(out, "kind", netlist::kindName(circuit.deviceKind(device)));
    out += ",";
    appendJsonMember(out, "letter", std::string(1, circuit.deviceLetter(device)));
    if (circuit.devicePolarity(device)) {
        out += ",";
        appendJsonMember(out, "polarity", std::string(1, circuit.devicePolarity(device)));
    }
    if (!circuit.deviceMaster(device).empty()) {
        out += ",";
        appendJsonMember(out, "master", circuit.deviceMaster(device));
    }
    out += ",\"terminals\":[";
    const std::uint32_t first = circuit.firstTerminal(device);
    const std::size_t count = circuit.deviceNets(device).size();
    for (std::size_t i = 0; i < count; ++i) {
        out += i ? "," : "";
        out += std::to_string(first + i);
    }
    out += "],\"parameters\":{";
    bool more = false;
    for (const netlist::Parameter& parameter : circuit.deviceParameters(device)) {
        out += more ? "," : "";
        more = true;
        appendJsonString(out, parameter.name);
        out += ':';
        if (parameter.value && std::isfinite(*parameter.value))
            out += formatExact(*parameter.value);
        else
            appendJsonString(out, parameter.text);
    }
    out += "}}";
}

std::string toJson(const TerminalGraph& graph, const NodeFeatures& features) {
    const Circuit& circuit = graph.circuit();
    const std::vector<NodeKind> kinds = nodeKinds(graph);
    std::string out = "{\"format\":\"ohmscape-graph\",\"version\":1,\"directed\":false,"
                      "\"multigraph\":false,\"graph\":{";
    appendJsonMember(out, "title", circuit.title());
    out += ",";
    appendJsonMember(out, "dialect", netlist::dialectName(circuit.dialect()));
    out += ",\"terminals\":" + std::to_string(graph.terminalCount());
    out += ",\"nets\":" + std::to_string(graph.netCount());
    out += ",\"incomplete_devices\":" + std::to_string(graph.incompleteDevices());
    out += ",";
    appendJsonMember(out, "schema", schemaName(features.schema));
    out += ",\"columns\":[";
    for (std::size_t c = 0; c < features.columns.size(); ++c) {
        out += c ? "," : "";
        appendJsonString(out, features.columns[c]);
    }
    out += "]},\n\"devices\":[";
    for (DeviceId d = 0; d < circuit.deviceCount(); ++d) {
        out += d ? ",\n" : "\n";
        appendJsonDevice(out, circuit, d);
    }
    out += "],\n\"nodes\":[";
    for (std::uint32_t i = 0; i < graph.nodeCount(); ++i) {
        out += i ? ",\n{\"id\":" : "\n{\"id\":";
        out += std::to_string(i) + ",";
        appendJsonMember(out, "name", graph.nodeName(i));
        out += graph.isNet(i) ? ",\"type\":\"net\"," : ",\"type\":\"terminal\",";
        appendJsonMember(out, "kind", nodeKindName(kinds[i]));
        if (!graph.isNet(i))
            out += ",\"device\":" + std::to_string(graph.deviceOf(i));
        out += features.known[i] ? ",\"known\":true" : ",\"known\":false";
        out += features.outputMask[i] ? ",\"output\":true,\"x\":[" : ",\"output\":false,\"x\":[";
        for (std::size_t c = 0; c < features.width; ++c) {
            const float value = features.values[i * features.width + c];
            out += c ? "," : "";
            if (std::isfinite(value))
                appendFloat(out, value);
            else
                out += "null";
        }
        out += "]}";
    }
    out += "],\n\"edges\":[";
    const auto edges = graph.edges();
    for (std::size_t e = 0; e < edges.size(); e += 2) {
        out += e ? ",\n{\"source\":" : "\n{\"source\":";
        out += std::to_string(edges[e]) + ",\"target\":" + std::to_string(edges[e + 1]) + "}";
    }
    out += "]}\n";
    return out;
}

// --- DOT ----------------------------------------------------------------------------------------

/// A quoted label that Graphviz shows as written: it interprets backslashes and HTML entities.
void appendDotString(std::string& out, std::string_view raw) {
    const std::string text = utf8(raw);
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        if (c == '&')
            out += "&amp;";
        else if (static_cast<unsigned char>(c) < 0x20)
            out += ' ';
        else
            out += c;
    }
    out += '"';
}

std::string toDot(const TerminalGraph& graph) {
    const Circuit& circuit = graph.circuit();
    const std::vector<NodeKind> kinds = nodeKinds(graph);
    std::string out = "graph terminals {\n  label=";
    appendDotString(out, circuit.title());
    out += ";\n  node [shape=circle];\n";
    for (std::uint32_t i = 0; i < graph.nodeCount(); ++i) {
        out += "  n" + std::to_string(i) + " [label=";
        appendDotString(out, graph.nodeName(i));
        out += std::string(",kind=\"") + nodeKindName(kinds[i]) + '"';
        if (graph.isNet(i)) {
            out += ",shape=box";
        } else {
            out += ",device=" + std::to_string(graph.deviceOf(i)) + ",tooltip=";
            appendDotString(out, circuit.deviceLabel(graph.deviceOf(i)));
        }
        out += "];\n";
    }
    const auto edges = graph.edges();
    for (std::size_t e = 0; e < edges.size(); e += 2) {
        out += "  n" + std::to_string(edges[e]) + " -- n" + std::to_string(edges[e + 1]);
        out += graph.isNet(edges[e + 1]) ? ";\n" : " [style=bold];\n";
    }
    out += "}\n";
    return out;
}

// --- GraphML ------------------------------------------------------------------------------------

/// Text and attribute content; characters that XML 1.0 cannot hold become U+FFFD.
void appendXml(std::string& out, std::string_view raw) {
    const std::string text = utf8(raw);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else if (c == '\t' || c == '\n' || c == '\r')
            out += "&#" + std::to_string(c) + ";";
        else if (c < 0x20)
            out += "\xEF\xBF\xBD";
        else if (c == 0xEF &&
                 text.compare(i, 3, "\xEF\xBF\xBE") * text.compare(i, 3, "\xEF\xBF\xBF") == 0) {
            out += "\xEF\xBF\xBD";
            i += 2;
        } else
            out += text[i];
    }
}

void appendData(std::string& out, const char* key, std::string_view value) {
    out += std::string("<data key=\"") + key + "\">";
    appendXml(out, value);
    out += "</data>";
}

std::string toGraphMl(const TerminalGraph& graph, const NodeFeatures& features) {
    const Circuit& circuit = graph.circuit();
    const std::vector<NodeKind> kinds = nodeKinds(graph);
    std::string out =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\" "
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
        "xsi:schemaLocation=\"http://graphml.graphdrawing.org/xmlns "
        "http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd\">\n"
        "<key id=\"title\" for=\"graph\" attr.name=\"title\" attr.type=\"string\"/>\n"
        "<key id=\"schema\" for=\"graph\" attr.name=\"schema\" attr.type=\"string\"/>\n"
        "<key id=\"name\" for=\"node\" attr.name=\"name\" attr.type=\"string\"/>\n"
        "<key id=\"kind\" for=\"node\" attr.name=\"kind\" attr.type=\"string\"/>\n"
        "<key id=\"device\" for=\"node\" attr.name=\"device\" attr.type=\"string\"/>\n"
        "<key id=\"value\" for=\"node\" attr.name=\"value\" attr.type=\"string\"/>\n"
        "<key id=\"output\" for=\"node\" attr.name=\"output\" attr.type=\"boolean\"/>\n"
        "<key id=\"within\" for=\"edge\" attr.name=\"within_device\" attr.type=\"boolean\"/>\n";
    for (std::size_t c = 0; c < features.width; ++c) {
        out += "<key id=\"x" + std::to_string(c) + "\" for=\"node\" attr.name=\"x:";
        appendXml(out, features.columns[c]);
        out += "\" attr.type=\"float\"><default>0</default></key>\n";
    }
    out += "<graph id=\"terminals\" edgedefault=\"undirected\">\n";
    appendData(out, "title", circuit.title());
    appendData(out, "schema", schemaName(features.schema));
    out += '\n';
    for (std::uint32_t i = 0; i < graph.nodeCount(); ++i) {
        out += "<node id=\"n" + std::to_string(i) + "\">";
        appendData(out, "name", graph.nodeName(i));
        appendData(out, "kind", nodeKindName(kinds[i]));
        if (!graph.isNet(i)) {
            const DeviceId device = graph.deviceOf(i);
            appendData(out, "device", circuit.deviceName(device));
            appendData(out, "value", circuit.deviceLabel(device));
        }
        appendData(out, "output", features.outputMask[i] ? "true" : "false");
        for (std::size_t c = 0; c < features.width; ++c) {
            const float value = features.values[i * features.width + c];
            if (value == 0.0f || !std::isfinite(value)) // the key's default; keeps the file small
                continue;
            out += "<data key=\"x" + std::to_string(c) + "\">";
            appendFloat(out, value);
            out += "</data>";
        }
        out += "</node>\n";
    }
    const auto edges = graph.edges();
    for (std::size_t e = 0; e < edges.size(); e += 2) {
        out += "<edge source=\"n" + std::to_string(edges[e]) + "\" target=\"n" +
               std::to_string(edges[e + 1]) + "\"><data key=\"within\">" +
               (graph.isNet(edges[e + 1]) ? "false" : "true") + "</data></edge>\n";
    }
    out += "</graph>\n</graphml>\n";
    return out;
}

} // namespace

Expected<ExportFormat> exportFormatOf(const std::filesystem::path& path) {
    const std::string suffix = toLower(path.extension().string());
    if (suffix == ".json")
        return ExportFormat::Json;
    if (suffix == ".dot" || suffix == ".gv")
        return ExportFormat::Dot;
    if (suffix == ".graphml")
        return ExportFormat::GraphMl;
    if (suffix == ".h5" || suffix == ".hdf5")
        return ExportFormat::Hdf5;
    return fail("GRAPH-010", "The file's suffix names no graph format.", {}, path.string(),
                "Use .json, .dot, .gv, .graphml or .h5.");
}

std::string exportText(const TerminalGraph& graph, const NodeFeatures& features,
                       ExportFormat format) {
    switch (format) {
    case ExportFormat::Dot:
        return toDot(graph);
    case ExportFormat::GraphMl:
        return toGraphMl(graph, features);
    case ExportFormat::Json:
        return toJson(graph, features);
    case ExportFormat::Hdf5:
        break;
    }
    return {};
}

Expected<void> exportGraph(const TerminalGraph& graph, const NodeFeatures& features,
                           const std::filesystem::path& path) {
    const Expected<ExportFormat> format = exportFormatOf(path);
    if (!format)
        return format.failure();
    if (*format == ExportFormat::Hdf5)
        return exportHdf5(graph, features, path);
    return writeFileAtomically(path, exportText(graph, features, *format));
}

} // namespace ohm::graph
