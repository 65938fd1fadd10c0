// SPDX-License-Identifier: GPL-3.0-or-later
// Controlled sources and XSPICE code models of the flat deck.
#include "core/netlist/writerdevices.h"

#include "core/base/text.h"
#include "core/base/units.h"

#include <algorithm>

namespace ohm::netlist {
namespace {

/// The words of a text, parentheses and commas counted as blanks; groups in quotes or braces whole.
std::vector<std::string_view> wordsOf(std::string_view text) {
    std::vector<std::string_view> words;
    std::size_t at = 0;
    while ((at = text.find_first_not_of(" ,()", at)) != text.npos) {
        std::size_t end = at;
        const char c = text[at];
        if (c == '\'' || c == '"' || c == '{') {
            const std::size_t close = text.find(c == '{' ? '}' : c, at + 1);
            end = close == text.npos ? text.size() : close + 1;
        } else {
            end = std::min(text.find_first_of(" ,()", at), text.size());
        }
        words.push_back(text.substr(at, end - at));
        at = end;
    }
    return words;
}

bool startsWith(std::string_view text, std::string_view lowerPrefix) {
    return text.size() >= lowerPrefix.size() &&
           equalsIgnoreCase(text.substr(0, lowerPrefix.size()), lowerPrefix);
}

} // namespace

std::string DeviceComposer::controlledByVoltage() {
    const char letter = m_device->letter;
    const std::string& plus = m_device->nets[0];
    const std::string text = tailText(m_data.text.view(m_device->instance->tail), m_data.dialect);
    const std::string start = m_device->name + " " + plus + " " + m_device->nets[1];
    for (const char* name : {"value", "vol", "cur", "v", "i"}) {
        const TailItem* item = named(name);
        if (!item)
            continue;
        const auto value = expression(item->text);
        if (!value)
            return leaveOut(m_code.c_str(), m_reason);
        const std::string line = start + (letter == 'e' ? " vol='" : " cur='") + *value + "'";
        return (letter == 'g' ? multiplied(line) : line) + "\n";
    }
    const auto words = wordsOf(text);
    const std::string_view keyword = words.empty() ? std::string_view() : words.front();
    if (startsWith(keyword, "value") || startsWith(keyword, "vol") || startsWith(keyword, "cur")) {
        const auto value = words.size() > 1 ? expression(words[1]) : std::nullopt;
        if (!value)
            return leaveOut("NET-204", "its expression is not understood");
        return start + (letter == 'e' ? " vol='" : " cur='") + *value + "'\n";
    }
    if (startsWith(keyword, "table") || named("table"))
        return table(text);
    for (const char* name :
         {"laplace", "freq", "chebyshev", "pole", "foster", "delay", "opamp", "transformer", "and",
          "or", "nand", "nor", "vccap", "npwl", "ppwl", "vcr"})
        if (equalsIgnoreCase(keyword, name) || named(name))
            return leaveOut("NET-209", "ngspice has no \"" + std::string(name) + "\" source");
    if (startsWith(keyword, "poly")) {
        const std::size_t pairs = m_device->nets.size() / 2 - 1;
        const std::size_t skip = 2 + 2 * pairs; // the keyword, its order, the nodes
        if (words.size() < skip)
            return leaveOut("NET-204", "its polynomial has no coefficients");
        std::string line = start + " poly(" + std::to_string(pairs) + ")";
        for (std::size_t i = 2; i < m_device->nets.size(); ++i)
            line += " " + m_device->nets[i];
        return polynomial(line, {words.begin() + static_cast<std::ptrdiff_t>(skip), words.end()});
    }
    if (m_device->nets.size() < 4)
        return leaveOut("NET-204", "its controlling nodes are missing");
    const std::string input = "v(" + m_device->nets[2] + "," + m_device->nets[3] + ")";
    if (startsWith(keyword, "pwl")) {
        // HSPICE: PWL(1) in+ in- x1,y1 x2,y2 ...
        std::string points;
        std::size_t count = 0;
        for (std::size_t i = 4; i < words.size() && words[i].find('=') == words[i].npos; ++i)
            if (const auto value = number(words[i])) {
                points += "," + formatExact(*value);
                ++count;
            }
        if (count < 4 || count % 2 != 0)
            return leaveOut("NET-204", "its table needs pairs of numbers");
        return start + (letter == 'e' ? " vol='" : " cur='") + "pwl(" + input + points + ")'\n";
    }
    std::vector<std::string_view> rest = positional();
    if (!rest.empty() && (startsWith(keyword, "vcvs") || startsWith(keyword, "vccs")))
        rest.erase(rest.begin(), rest.begin() + std::min<std::ptrdiff_t>(
                                                    3, static_cast<std::ptrdiff_t>(rest.size())));
    std::string_view gainText;
    for (const char* name : {"gain", "gm"})
        if (const TailItem* item = named(name))
            gainText = item->text;
    if (gainText.empty() && !rest.empty())
        gainText = rest.front();
    if (gainText.empty())
        return leaveOut("NET-204", "it has no gain");
    const auto gain = number(gainText);
    if (!gain) {
        const std::string reason = m_reason;
        const auto behaviour = behaviourInstead(gainText);
        if (!behaviour)
            return leaveOut("NET-204", "its gain is not a number: " + reason);
        const std::string line =
            start + (letter == 'e' ? " vol='(" : " cur='(") + *behaviour + ")*" + input + "'";
        return (letter == 'g' ? multiplied(line) : line) + "\n";
    }
    if (named("max") || named("min") || named("abs") || named("scale"))
        return start + (letter == 'e' ? " vol='" : " cur='") + limited(deckNumber(*gain), input) +
               "'\n";
    const std::string line = head() + " " + deckLiteral(gainText, *gain, m_data.dialect);
    return (letter == 'g' ? multiplied(line) : line) + "\n";
}

/// HSPICE's bounds on a linear source.
std::string DeviceComposer::limited(const std::string& gain, const std::string& input) {
    const auto value = [&](const char* name) -> std::optional<double> {
        const TailItem* item = named(name);
        return item ? number(item->text) : std::nullopt;
    };
    std::string text = gain + "*" + input;
    if (const auto scale = value("scale"))
        text = deckNumber(*scale) + "*" + text;
    if (value("abs").value_or(0) != 0)
        text = "abs(" + text + ")";
    if (const auto bound = value("max"))
        text = "min(" + text + "," + deckNumber(*bound) + ")";
    if (const auto bound = value("min"))
        text = "max(" + text + "," + deckNumber(*bound) + ")";
    return text;
}

std::string DeviceComposer::polynomial(const std::string& start,
                                       std::vector<std::string_view> coefficients) {
    std::string line = start;
    std::size_t count = 0;
    for (const std::string_view text : coefficients) {
        if (text.find('=') != text.npos || startsWith(text, "ic") || startsWith(text, "m="))
            break;
        const auto value = literal(text);
        if (!value)
            return leaveOut("NET-204", "a coefficient is not a number: " + m_reason);
        line += " " + *value;
        ++count;
    }
    if (count == 0)
        return leaveOut("NET-204", "its polynomial has no coefficients");
    return line + "\n";
}

/// "TABLE {expression} = (x,y) (x,y) ...", or LTspice's "table=(x,y,...)" of the control voltage.
std::string DeviceComposer::table(const std::string& text) {
    std::string lower = toLower(text);
    std::size_t at = lower.find("table") + 5;
    while (at < text.size() && (text[at] == ' ' || text[at] == '='))
        ++at;
    std::string input;
    const bool leading =
        at < text.size() && (text[at] == '{' || text[at] == '\'' || text[at] == '"');
    const std::size_t assign = text.find('=', at);
    if (leading || assign != text.npos) {
        std::size_t end = assign;
        if (leading) {
            const char close = text[at] == '{' ? '}' : text[at];
            end = text.find(close, at + 1);
            end = end == text.npos ? end : end + 1;
        }
        if (end == text.npos)
            return leaveOut("NET-204", "its table is not understood");
        const auto value = expression(trimmed(std::string_view(text).substr(at, end - at)));
        if (!value)
            return leaveOut(m_code.c_str(), m_reason);
        input = *value;
        at = text.find_first_not_of(" =", end);
        at = at == text.npos ? text.size() : at;
    } else if (m_device->nets.size() >= 4) {
        input = "v(" + m_device->nets[2] + "," + m_device->nets[3] + ")";
    } else {
        return leaveOut("NET-204", "its table has no input");
    }
    std::string line = m_device->name + " " + m_device->nets[0] + " " + m_device->nets[1] +
                       " table {" + input + "} =";
    std::size_t count = 0;
    double last = 0;
    for (const std::string_view word : wordsOf(std::string_view(text).substr(at))) {
        const auto value = number(word);
        if (!value)
            break;
        if (count % 2 == 0 && count > 0 && *value <= last)
            return leaveOut("NET-204", "the points of its table must be in ascending order");
        line += (count % 2 == 0 ? " (" : ",") + formatExact(*value) + (count % 2 == 1 ? ")" : "");
        last = count % 2 == 0 ? *value : last;
        ++count;
    }
    if (count < 4 || count % 2 != 0)
        return leaveOut("NET-204", "its table needs at least two pairs of numbers");
    return line + "\n";
}

std::string DeviceComposer::controlledByCurrent() {
    const char letter = m_device->letter;
    for (const char* name : {"value", "vol", "cur", "v", "i"}) {
        const TailItem* item = named(name);
        if (!item)
            continue;
        const auto value = expression(item->text);
        if (!value)
            return leaveOut(m_code.c_str(), m_reason);
        m_device->name = m_names.device('b', m_device->path);
        return behaviouralText(head(), letter == 'h' ? 'v' : 'i', *value);
    }
    const std::string text = tailText(m_data.text.view(m_device->instance->tail), m_data.dialect);
    auto words = wordsOf(text);
    if (!words.empty() &&
        (equalsIgnoreCase(words[0], "cccs") || equalsIgnoreCase(words[0], "ccvs")))
        words.erase(words.begin());
    if (words.empty())
        return leaveOut("NET-204", "it has no controlling source");
    std::size_t sources = 1, at = 0;
    std::string line = head();
    const bool poly = equalsIgnoreCase(words[0], "poly");
    if (poly && words.size() > 1) {
        const auto order = number(words[1]);
        if (!order || *order < 1 || *order > 1000)
            return leaveOut("NET-204", "its polynomial has no order");
        sources = static_cast<std::size_t>(*order);
        line += " poly(" + std::to_string(sources) + ")";
        at = 2;
    }
    if (const TailItem* probe = named("probe")) { // Spectre
        words = {probe->text};
        if (const TailItem* gain = named(letter == 'f' ? "gain" : "rm"))
            words.push_back(gain->text);
    }
    for (std::size_t i = 0; i < sources; ++i, ++at) {
        const std::string name(at < words.size() ? words[at] : std::string_view());
        const auto branch = branchDevice(name);
        if (!branch)
            return leaveOut("NET-205", "its controlling source \"" + name + "\" is not found");
        line += " " + *branch;
    }
    std::vector<std::string_view> rest(
        words.begin() + static_cast<std::ptrdiff_t>(std::min(at, words.size())), words.end());
    if (poly)
        return polynomial(line, std::move(rest));
    std::string_view gainText = rest.empty() ? std::string_view() : rest.front();
    if (const TailItem* item = named("gain"))
        gainText = item->text;
    if (gainText.empty())
        return leaveOut("NET-204", "it has no gain");
    const auto gain = literal(gainText);
    if (!gain)
        return leaveOut("NET-204", "its gain is not a number: " + m_reason);
    line += " " + *gain;
    return (letter == 'f' ? multiplied(line) : line) + "\n";
}

/// XSPICE: the ports keep their brackets and types, only the node names change.
std::string DeviceComposer::xspice() {
    if (m_device->instance->targetKind() != TargetKind::Model)
        return leaveOut("NET-202", "its code model \"" +
                                       std::string(m_data.masterName(*m_device->instance)) +
                                       "\" is not defined");
    const WrittenModel& model = m_models.use(*m_device->instance, m_device->scope);
    if (model.name.empty())
        return leaveOut("NET-207", "its code model may not be simulated");
    const Instance& instance = *m_device->instance;
    const std::uint64_t begin = instance.name.address() + instance.name.length();
    const std::uint64_t end = instance.tail.address() + instance.tail.length();
    if (end <= begin || end - begin > (1U << 20))
        return leaveOut("NET-204", "its ports are not understood");
    const std::string text =
        tailText(m_data.text.view(TextRef::make(begin, end - begin)), m_data.dialect);
    std::string line = m_device->name;
    std::size_t net = 0;
    std::size_t at = 0;
    while (at < text.size() && net <= m_device->nets.size()) {
        const char c = text[at];
        if (c == ' ' || c == ',') {
            ++at;
            continue;
        }
        if (c == '[' || c == ']' || c == '(' || c == ')') {
            line += std::string(" ") + c;
            ++at;
            continue;
        }
        const std::size_t stop = std::min(text.find_first_of(" ,[]()", at), text.size());
        std::string_view word = std::string_view(text).substr(at, stop - at);
        at = stop;
        if (word.front() == '%') {
            if (word.find_first_not_of("%abcdefghijklmnopqrstuvwxyz") != word.npos)
                return leaveOut("NET-204", "a port type is not understood");
            line += " " + std::string(word);
            continue;
        }
        std::string inverted;
        while (!word.empty() && word.front() == '~') {
            inverted = "~";
            word.remove_prefix(1);
        }
        if (word == "null") {
            line += " null";
        } else if (net < m_device->nets.size()) {
            line += " " + inverted + m_device->nets[net++];
        } else {
            break; // the model
        }
    }
    if (net != m_device->nets.size())
        return leaveOut("NET-204", "its ports are not understood");
    return line + " " + model.name + "\n";
}

} // namespace ohm::netlist
