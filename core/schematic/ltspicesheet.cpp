// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/ltspicesheet.h"

#include "core/base/text.h"

#include <algorithm>

namespace ohm::schematic::ltspice {
namespace {

/// LTspice writes line breaks inside a text as the two characters \n.
std::string withLineBreaks(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == 'n') {
            out += '\n';
            ++i;
        } else {
            out += text[i];
        }
    }
    return out;
}

/// LTspice writes a blank inside a symbol's name as "\\ ".
std::string withoutEscapes(std::string_view name) {
    std::string out;
    for (std::size_t i = 0; i < name.size(); ++i)
        if (name[i] != '\\' || i + 1 >= name.size() || name[i + 1] != ' ')
            out += name[i];
    return out;
}

class SheetParser {
public:
    explicit SheetParser(Findings& findings)
        : m_findings(findings) {}

    LtSheet parse(std::string_view text) {
        int line = 0;
        while (nextRecord(text, line, m_record))
            take();
        applyPorts();
        return std::move(m_sheet);
    }

private:
    void take() {
        const std::string_view word = m_record.keyword;
        if (word == "WIRE")
            takeWire();
        else if (word == "SYMBOL")
            takeSymbol();
        else if (word == "SYMATTR")
            takeAttribute();
        else if (word == "WINDOW")
            takeWindow();
        else if (word == "FLAG")
            takeFlag();
        else if (word == "IOPIN")
            takePort();
        else if (word == "TEXT")
            takeText();
        else if (isShape(word))
            takeShape();
        else if (word == "BUSTAP")
            m_findings.add(Severity::Warning, "SCH-016",
                           "Buses are not expanded: this bus tap joins nothing.", m_record.line);
        else if (word != "Version" && word != "SHEET" && word != "DATAFLAG")
            m_findings.add(Severity::Warning, "SCH-012",
                           "The keyword \"" + std::string(word.substr(0, 40)) +
                               "\" is not known; the line was left out.",
                           m_record.line);
    }

    void malformed() {
        m_findings.add(Severity::Error, "SCH-013",
                       "This " + std::string(m_record.keyword) +
                           " line is incomplete or not a number; it was left out.",
                       m_record.line);
    }

    void takeWire() {
        const auto a = point(m_record, 0);
        const auto b = point(m_record, 2);
        if (!a || !b)
            return malformed();
        m_sheet.wires.push_back({*a, *b, {}});
    }

    void takeSymbol() {
        // The name may hold blanks: the three fields at the end are fixed.
        const std::size_t n = m_record.fields.size();
        m_inSymbol = false;
        if (n < 4)
            return malformed();
        const auto at = point(m_record, n - 3);
        const auto orientation = orientationOf(m_record.fields[n - 1]);
        if (!at || !orientation)
            return malformed();
        Placement placement;
        const char* begin = m_record.fields[0].data();
        const std::string_view lastPart = m_record.fields[n - 4];
        placement.symbol = withoutEscapes(
            {begin, static_cast<std::size_t>(lastPart.data() + lastPart.size() - begin)});
        placement.at = *at;
        placement.orientation = *orientation;
        placement.line = m_record.line;
        m_sheet.placements.push_back(std::move(placement));
        m_inSymbol = true;
    }

    void takeAttribute() {
        if (!m_inSymbol || m_record.fields.empty())
            return malformed();
        m_sheet.placements.back().attributes[toLower(m_record.fields[0])] =
            std::string(m_record.restFrom(1));
    }

    void takeWindow() {
        const auto id = coordinate(m_record, 0);
        const auto at = point(m_record, 1);
        if (!m_inSymbol || !id || !at || m_record.fields.size() < 4)
            return malformed();
        m_sheet.placements.back().windows[*id] = windowOf(m_record, *id, *at);
    }

    void takeFlag() {
        const auto at = point(m_record, 0);
        if (!at || m_record.fields.size() < 3)
            return malformed();
        Label label;
        label.at = *at;
        label.name = std::string(m_record.restFrom(2));
        label.line = m_record.line;
        if (label.name == "0")
            label.kind = Label::Kind::Ground;
        else if (label.name.starts_with("$G_"))
            label.kind = Label::Kind::Global;
        m_sheet.labels.push_back(std::move(label));
    }

    void takePort() {
        const auto at = point(m_record, 0);
        if (!at || m_record.fields.size() < 3)
            return malformed();
        Label::Kind kind = Label::Kind::PortBi;
        if (equalsIgnoreCase(m_record.fields[2], "In"))
            kind = Label::Kind::PortIn;
        else if (equalsIgnoreCase(m_record.fields[2], "Out"))
            kind = Label::Kind::PortOut;
        m_ports.push_back({*at, kind, m_record.line});
    }

    void takeText() {
        const auto at = point(m_record, 0);
        if (!at || m_record.fields.size() < 4)
            return malformed();
        std::string_view text = m_record.restFrom(4);
        SheetText out;
        out.at = *at;
        out.anchor = justification(m_record.fields[2]).anchor;
        out.height = textHeight(m_record.fields[3]);
        out.line = m_record.line;
        if (!text.empty() && (text.front() == '!' || text.front() == ';')) {
            out.directive = text.front() == '!';
            text.remove_prefix(1);
        }
        if (text.empty())
            return;
        out.text = withLineBreaks(text);
        m_sheet.texts.push_back(std::move(out));
    }

    void takeShape() {
        m_inSymbol = false;
        if (auto shape = shapeOf(m_record))
            m_sheet.drawings.push_back(std::move(*shape));
        else
            malformed();
    }

    /// An IOPIN belongs to the flag at its point.
    void applyPorts() {
        std::map<Pt, std::vector<std::size_t>> byPlace;
        if (!m_ports.empty())
            for (std::size_t i = 0; i < m_sheet.labels.size(); ++i)
                byPlace[m_sheet.labels[i].at].push_back(i);
        for (const PortRecord& port : m_ports) {
            const auto place = byPlace.find(port.at);
            if (place == byPlace.end()) {
                m_findings.add(Severity::Warning, "SCH-017",
                               "This port has no label at its point; it was left out.", port.line);
                continue;
            }
            for (const std::size_t i : place->second)
                if (m_sheet.labels[i].kind == Label::Kind::Local)
                    m_sheet.labels[i].kind = port.kind;
        }
    }

    struct PortRecord {
        Pt at;
        Label::Kind kind;
        int line;
    };

    Findings& m_findings;
    Record m_record;
    LtSheet m_sheet;
    std::vector<PortRecord> m_ports;
    bool m_inSymbol = false;
};

} // namespace

bool looksLikeSheet(std::string_view text) {
    Record record;
    int line = 0;
    if (!nextRecord(text, line, record) || record.keyword != "Version" || record.fields.empty())
        return false;
    // A symbol begins the same way, but says its type next.
    return !nextRecord(text, line, record) || record.keyword != "SymbolType";
}

LtSheet parseSheet(std::string_view text, Findings& findings) {
    return SheetParser(findings).parse(text);
}

std::optional<Orientation> orientationOf(std::string_view word) {
    if (word.size() < 2 || (word[0] != 'R' && word[0] != 'M'))
        return std::nullopt;
    const bool mirror = word[0] == 'M';
    const std::string_view degrees = word.substr(1);
    int turns = 0;
    if (degrees == "90")
        turns = 1;
    else if (degrees == "180")
        turns = 2;
    else if (degrees == "270")
        turns = 3;
    else if (degrees != "0")
        return std::nullopt;
    // Turning before mirroring is the same as mirroring before turning the other way.
    return Orientation{static_cast<std::uint8_t>(mirror ? (4 - turns) & 3 : turns), mirror};
}

} // namespace ohm::schematic::ltspice
