// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/spectrelexer.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>

namespace ohm::netlist {
namespace {

constexpr std::size_t kMaxStatement = std::size_t{16} << 20; ///< characters
constexpr std::array<std::string_view, 8> kBlocks{
    "model", "statistics", "montecarlo", "sweep", "altergroup", "real", "paramset", "correlate"};

bool isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v' || c == '\0';
}

std::string_view firstWord(std::string_view text) {
    const std::size_t end = text.find_first_of(" \t({");
    return text.substr(0, std::min(end, text.size()));
}

/// Braces left open by the text, quotes respected.
int openBraces(std::string_view text) {
    int depth = 0;
    bool quoted = false;
    for (const char c : text) {
        if (c == '"')
            quoted = !quoted;
        else if (!quoted)
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    }
    return depth;
}

/// "mc1 montecarlo numruns=10 {": the second word may be the one that opens a block.
bool takesBlock(std::string_view statement) {
    const std::string_view first = firstWord(statement);
    if (std::find(kBlocks.begin(), kBlocks.end(), first) != kBlocks.end())
        return true;
    const std::string_view second = firstWord(trimmed(statement.substr(first.size())));
    return first != "if" && first != "else" && !second.empty() &&
           std::find(kBlocks.begin() + 1, kBlocks.end(), second) != kBlocks.end();
}

} // namespace

std::string_view SpectreLexer::takeLine() {
    const std::size_t feed = m_text.find('\n', m_at);
    const std::string_view line = m_text.substr(m_at, feed == m_text.npos ? feed : feed - m_at);
    m_at = feed == m_text.npos ? m_text.size() : feed + 1;
    ++m_line;
    return line;
}

std::string_view SpectreLexer::withoutComment(std::string_view line, bool spice) const {
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '"') {
            quoted = !quoted;
        } else if (!quoted) {
            const bool slashes = c == '/' && i + 1 < line.size() && line[i + 1] == '/';
            const bool dollar = spice && c == '$' && i > 0 && isBlank(line[i - 1]);
            if (slashes || dollar || (spice && c == ';'))
                return trimmed(line.substr(0, i));
        }
    }
    return trimmed(line);
}

bool SpectreLexer::next(bool spice) {
    std::string_view line;
    do {
        if (m_at >= m_text.size())
            return false;
        line = trimmed(takeLine());
        m_first = m_line;
        if (!line.empty() && line.front() == '*')
            continue;
        line = withoutComment(line, spice);
        if (line.empty() || line.front() == '*' || (spice && line.front() == '+'))
            line = {};
    } while (line.empty() || line.front() == '*');

    m_statement = line;
    bool joined = false;
    const auto append = [&](std::string_view more) {
        if (!joined)
            m_joined.assign(m_statement);
        joined = true;
        m_joined += ' ';
        m_joined += more;
        m_statement = m_joined;
    };
    const auto dropLast = [&] {
        m_statement.remove_suffix(1);
        m_statement = trimmed(m_statement);
        if (joined) {
            m_joined.resize(m_statement.size());
            m_statement = m_joined;
        }
    };
    const bool block = !spice && takesBlock(m_statement);
    int depth = block ? openBraces(m_statement) : 0;
    while (m_statement.size() < kMaxStatement) {
        bool continues = depth > 0;
        if (!m_statement.empty() && m_statement.back() == '\\') {
            dropLast();
            continues = true;
        }
        if (m_at >= m_text.size())
            break;
        if (!continues) {
            // A '+' in the next line that is neither empty nor a comment goes on, too.
            std::size_t at = m_at;
            while (at < m_text.size() && isBlank(m_text[at]))
                ++at;
            if (at >= m_text.size() || m_text[at] != '+')
                break;
            const std::string_view raw = trimmed(takeLine());
            append(withoutComment(raw.substr(1), spice));
            continue;
        }
        std::string_view more = trimmed(takeLine());
        if (!more.empty() && more.front() == '*' && !spice && depth > 0)
            continue;
        if (!more.empty() && more.front() == '+')
            more.remove_prefix(1);
        more = withoutComment(more, spice);
        if (depth > 0)
            depth += openBraces(more);
        append(more);
    }
    return true;
}

char SpectreWords::peek() {
    while (m_at < m_text.size() && isBlank(m_text[m_at]))
        ++m_at;
    return m_at < m_text.size() ? m_text[m_at] : '\0';
}

std::string_view SpectreWords::word() {
    const char first = peek();
    const std::size_t begin = m_at;
    if (first == '"') {
        const std::size_t close = m_text.find('"', begin + 1);
        m_at = close == m_text.npos ? m_text.size() : close + 1;
        return m_text.substr(begin, m_at - begin);
    }
    while (m_at < m_text.size()) {
        const char c = m_text[m_at];
        if (c == '\\' && m_at + 1 < m_text.size()) {
            m_at += 2;
            continue;
        }
        if (isBlank(c) || c == '(' || c == ')' || c == '=' || c == ',')
            break;
        ++m_at;
    }
    m_at = std::min(m_at, m_text.size());
    return m_text.substr(begin, m_at - begin);
}

std::string_view SpectreWords::rest() {
    peek();
    return trimmed(m_text.substr(std::min(m_at, m_text.size())));
}

std::string_view SpectreWords::group() {
    const char open = peek();
    const char close = open == '(' ? ')' : '}';
    if (open != '(' && open != '{')
        return {};
    const std::size_t begin = m_at + 1;
    int depth = 0;
    for (; m_at < m_text.size(); ++m_at) {
        const char c = m_text[m_at];
        if (c == '\\' && m_at + 1 < m_text.size()) {
            ++m_at;
            continue;
        }
        depth += c == open ? 1 : c == close ? -1 : 0;
        if (depth == 0) {
            ++m_at;
            return m_text.substr(begin, m_at - 1 - begin);
        }
    }
    m_at = m_text.size();
    return m_text.substr(std::min(begin, m_text.size()));
}

std::string unescaped(std::string_view name) {
    std::string text;
    text.reserve(name.size());
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] == '\\' && i + 1 < name.size())
            ++i;
        text += name[i];
    }
    return text;
}

} // namespace ohm::netlist
