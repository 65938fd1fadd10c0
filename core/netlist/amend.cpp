// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/amend.h"

#include "core/base/files.h"
#include "core/base/text.h"
#include "core/netlist/circuitdata.h"
#include "core/netlist/sourcefiles.h"

#include <cstring>
#include <initializer_list>

namespace ohm::netlist {
namespace {

namespace fs = std::filesystem;

bool isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
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

bool isOneOf(std::string_view word, std::initializer_list<std::string_view> words) {
    for (const std::string_view other : words) {
        if (equalsIgnoreCase(word, other))
            return true;
    }
    return false;
}

/// The path of an .include, without its quotes; a view into the line.
std::string_view quotedPath(std::string_view& rest) {
    while (!rest.empty() && isBlank(rest.front()))
        rest.remove_prefix(1);
    if (rest.empty() || (rest.front() != '"' && rest.front() != '\''))
        return nextWord(rest);
    const std::size_t end = rest.find(rest.front(), 1);
    if (end == rest.npos)
        return {};
    const std::string_view path = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    return path;
}

class Amending {
public:
    Amending(std::string_view text, const Circuit& circuit, const Amendment& amendment)
        : m_text(text)
        , m_circuit(circuit)
        , m_amendment(amendment)
        , m_from(fs::path(circuit.files().front()).parent_path()) {}

    Expected<std::string> run() {
        const Cell& top = m_circuit.data().cells[m_circuit.topCell()];
        if (m_circuit.dialect() == Dialect::Spectre)
            return fail("NET-045", "Spectre netlists cannot be added to", {},
                        m_circuit.files().front());
        const bool deck = m_circuit.isDeck();
        if (!deck && top.file != 0)
            return fail("NET-046", "The circuit is defined in another file than the one opened",
                        std::string(m_circuit.cellName(m_circuit.topCell())),
                        m_circuit.files()[top.file], "Open the file that defines it");
        m_out.reserve(m_text.size() + m_amendment.cards.size() + m_amendment.globals.size() + 64);
        std::uint32_t number = 0, depth = 0;
        while (m_at < m_text.size()) {
            const std::size_t begin = m_at;
            std::size_t end = m_text.find('\n', begin);
            end = end == m_text.npos ? m_text.size() : end + 1;
            m_at = end;
            const std::string_view line = m_text.substr(begin, end - begin);
            ++number;
            std::string_view rest = line;
            if (!rest.empty() && rest.back() == '\n')
                rest.remove_suffix(1);
            const std::string_view word = nextWord(rest);
            if (m_done || word.size() < 4 || word.front() != '.') {
                m_out += line;
                continue;
            }
            if (isOneOf(word, {".include", ".inc", ".incl", ".lib"})) {
                include(line, word, rest);
                continue;
            }
            if (isOneOf(word, {".subckt", ".macro"})) {
                if (!deck && number == top.line)
                    m_inside = depth + 1;
                ++depth;
            } else if (isOneOf(word, {".ends", ".eom"}) && depth > 0) {
                if (m_inside == depth)
                    add(m_amendment.cards);
                m_out += line;
                if (m_inside == depth--)
                    finish();
                continue;
            } else if (deck && depth == 0 && isOneOf(word, {".end", ".alter"})) {
                add(m_amendment.cards);
                finish();
            }
            m_out += line;
        }
        if (!m_done && deck) {
            add(m_amendment.cards);
            finish();
        }
        if (!m_done && m_inside > 0) { // the file ends inside its subcircuit
            add(m_amendment.cards);
            add(".ends\n");
            finish();
        }
        if (!m_done)
            return fail("NET-047", "The file has changed since it was read", {},
                        m_circuit.files().front(), "Open it again");
        return std::move(m_out);
    }

private:
    void add(std::string_view cards) {
        if (!m_out.empty() && m_out.back() != '\n')
            m_out += '\n';
        m_out += cards;
    }
    void finish() {
        add(m_amendment.globals);
        m_done = true;
    }

    /// A path that leads from the folder of the netlist is made to lead from that of the result.
    void include(std::string_view line, std::string_view word, std::string_view rest) {
        const std::string_view path = quotedPath(rest);
        const bool section = isOneOf(word, {".lib"});
        std::string_view more = rest;
        std::error_code code;
        const fs::path relative(path);
        if (path.empty() || relative.is_absolute() || m_amendment.folder.empty() ||
            (section && nextWord(more).empty()) || !fs::exists(m_from / relative, code)) {
            m_out += line;
            return;
        }
        const fs::path moved =
            fs::relative(m_from.empty() ? relative : m_from / relative, m_amendment.folder, code);
        if (code || moved.empty()) {
            m_out += line;
            return;
        }
        const auto before = static_cast<std::size_t>(path.data() - line.data());
        m_out += line.substr(0, before);
        m_out += moved.generic_string();
        m_out += line.substr(before + path.size());
    }

    std::string_view m_text;
    const Circuit& m_circuit;
    const Amendment& m_amendment;
    fs::path m_from;
    std::size_t m_at = 0;
    std::uint32_t m_inside = 0; ///< depth of the top's definition while inside it
    bool m_done = false;
    std::string m_out;
};

} // namespace

Expected<std::string> amendNetlist(std::string_view text, const Circuit& circuit,
                                   const Amendment& amendment) {
    return Amending(text, circuit, amendment).run();
}

Expected<std::string> amendNetlistFile(const Circuit& circuit, const Amendment& amendment) {
    const auto bytes = readFile(circuit.files().front());
    if (!bytes)
        return bytes.failure();
    const std::string_view view = bytes->view();
    SourceText source;
    source.text = std::make_unique<char[]>(view.size() + 1);
    source.size = view.size();
    std::memcpy(source.text.get(), view.data(), view.size());
    const auto text = textOf(std::move(source), circuit.files().front());
    if (!text)
        return text.failure();
    return amendNetlist(text->view(), circuit, amendment);
}

} // namespace ohm::netlist
