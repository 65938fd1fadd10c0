// SPDX-License-Identifier: GPL-3.0-or-later
// Independent and behavioural sources of the flat deck.
#include "core/netlist/writerdevices.h"

#include "core/base/text.h"
#include "core/base/units.h"

#include <algorithm>
#include <array>

namespace ohm::netlist {
namespace {

struct FunctionRule {
    std::string_view name;
    std::string_view deck;
    std::size_t arguments; ///< at most
};
constexpr std::array kFunctions{FunctionRule{"pulse", "pulse", 7},
                                FunctionRule{"pul", "pulse", 7},
                                FunctionRule{"sin", "sin", 6},
                                FunctionRule{"sine", "sin", 6},
                                FunctionRule{"exp", "exp", 6},
                                FunctionRule{"sffm", "sffm", 6},
                                FunctionRule{"am", "am", 6},
                                FunctionRule{"trnoise", "trnoise", 7},
                                FunctionRule{"trrandom", "trrandom", 5},
                                FunctionRule{"pwl", "pwl", 100000},
                                FunctionRule{"pl", "pwl", 100000}};

const FunctionRule* findRule(std::string_view lower) {
    for (const FunctionRule& rule : kFunctions)
        if (rule.name == lower)
            return &rule;
    return nullptr;
}

/// True for "sin(0 1 1k)", "pulse", "ac": a word that begins the next part of a source.
bool startsPart(std::string_view text) {
    const std::string lower = toLower(text);
    const std::string_view word = trimmed(std::string_view(lower).substr(0, lower.find('(')));
    return word == "ac" || findRule(word);
}

/// Splits "0 {a*(b+1)} (1n,2) r=0" at blanks, commas and the parentheses around pairs.
std::vector<std::string> arguments(std::string_view text) {
    std::vector<std::string> list;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t begin = text.find_first_not_of(" ,()", at);
        if (begin == text.npos)
            break;
        std::size_t end = begin;
        int depth = 0;
        char quote = 0;
        for (; end < text.size(); ++end) {
            const char c = text[end];
            if (quote != 0) {
                quote = c == quote ? '\0' : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == '{' || (c == '(' && end > begin)) {
                ++depth;
            } else if (c == '}' || c == ')') {
                if (depth == 0)
                    break;
                --depth;
            } else if (depth == 0 && (c == ' ' || c == ',')) {
                break;
            }
        }
        list.emplace_back(text.substr(begin, std::max(end, begin + 1) - begin));
        at = std::max(end, begin + 1);
    }
    return list;
}

} // namespace

/// What a source card says.
struct DeviceComposer::Waveform {
    std::string dc;        ///< number as text
    std::string behaviour; ///< expression for a B source instead of `dc`
    std::string ac;
    std::string function;
};

std::string DeviceComposer::source() {
    Waveform wave;
    if (!takeWaveform(wave))
        return leaveOut("NET-204", m_reason);
    const char letter = m_device->letter;
    if (!wave.behaviour.empty()) {
        if (letter == 'i') {
            m_device->name = m_names.device('b', m_device->path);
            return behaviouralText(head(), 'i', wave.behaviour);
        }
        // A voltage source of no voltage keeps the name and carries the current.
        const std::string inner = m_names.freshNet(m_device->path + ".source");
        const std::string body = m_names.device('b', m_device->path);
        return m_device->name + " " + m_device->nets[0] + " " + inner + " 0\n" +
               behaviouralText(body + " " + inner + " " + m_device->nets[1], 'v', wave.behaviour);
    }
    std::string text = head();
    if (!wave.dc.empty())
        text += " dc " + wave.dc;
    else if (wave.function.empty())
        text += " dc 0";
    text += wave.ac + wave.function;
    return withParasitics((letter == 'i' ? multiplied(text) : text) + "\n");
}

/// A port: a source behind its resistance.
std::string DeviceComposer::port() {
    Waveform wave;
    if (!takeWaveform(wave))
        return leaveOut("NET-204", m_reason);
    std::string resistance = "50";
    if (const TailItem* item = named("r"))
        if (const auto value = literal(item->text))
            resistance = *value;
    const std::string inner = m_names.freshNet(m_device->path + ".source");
    m_device->name = m_names.device('v', m_device->path);
    return m_device->name + " " + inner + " " + m_device->nets[1] + " dc " +
           (wave.dc.empty() ? "0" : wave.dc) + wave.ac + wave.function + "\n" +
           m_names.device('r', m_device->path) + " " + m_device->nets[0] + " " + inner + " " +
           resistance + "\n";
}

/// Spectre names everything: "dc=1 mag=1 type=pulse val0=0 val1=1 period=1u".
bool DeviceComposer::takeSpectreWaveform(Waveform& wave) {
    const auto value = [&](std::string_view name) -> std::optional<std::string> {
        const TailItem* item = named(name);
        return item ? literal(item->text) : std::nullopt;
    };
    for (const char* name : {"dc", "mag"})
        if (const TailItem* item = named(name); item && !number(item->text)) {
            m_reason = "its value is not a number: " + m_reason;
            return false;
        }
    const TailItem* item = named("type");
    const std::string type = item ? std::string(unquoted(item->text)) : "dc";
    wave.dc = value("dc").value_or("");
    if (const auto magnitude = value("mag"))
        wave.ac = " ac " + *magnitude + " " + value("phase").value_or("0");
    std::string list;
    const auto take = [&](std::initializer_list<std::string_view> names) {
        for (const std::string_view name : names)
            list += (list.empty() ? "" : " ") + value(name).value_or("0");
    };
    if (type == "pulse") {
        take({"val0", "val1", "delay", "rise", "fall", "width", "period"});
        wave.function = " pulse(" + list + ")";
        if (wave.dc.empty())
            wave.dc = value("val0").value_or("0");
    } else if (type == "sine") {
        take({"sinedc", "ampl", "freq", "delay", "damp"});
        wave.function = " sin(" + list + ")";
        if (wave.dc.empty())
            wave.dc = value("sinedc").value_or("0");
    } else if (type == "exp") {
        take({"val0", "val1", "td1", "tau1", "td2", "tau2"});
        wave.function = " exp(" + list + ")";
    } else if (type == "pwl") {
        const TailItem* points = named("wave");
        if (!points) {
            note(named("file") ? "NET-206" : "NET-204",
                 "The waveform of source \"" + m_device->path +
                     "\" is not written: it keeps its dc value",
                 Severity::Warning);
            return true;
        }
        std::string text = points->text;
        for (const TailItem* more = points + 1;
             more < m_device->items.data() + m_device->items.size() && more->name.empty(); ++more)
            text += " " + more->text;
        std::replace(text.begin(), text.end(), '[', ' ');
        std::replace(text.begin(), text.end(), ']', ' ');
        wave.function = piecewiseLinear(arguments(text));
    }
    return true;
}

bool DeviceComposer::takeWaveform(Waveform& wave) {
    // Parts in lang=spice have positional values even in a Spectre netlist.
    if (m_data.dialect == Dialect::Spectre && positional().empty())
        return takeSpectreWaveform(wave);
    const auto& items = m_device->items;
    const auto take = [&](std::string_view text) {
        if (const auto value = literal(text)) {
            wave.dc = *value;
            return true;
        }
        const std::string reason = m_reason;
        if (auto behaviour = behaviourInstead(text)) {
            wave.behaviour = std::move(*behaviour);
            return true;
        }
        m_reason = "its value is not a number: " + reason;
        return false;
    };
    for (std::size_t i = 0; i < items.size(); ++i) {
        const TailItem& item = items[i];
        const std::string lower = toLower(item.name.empty() ? item.text : item.name);
        const auto next = [&]() -> const TailItem* {
            return i + 1 < items.size() && items[i + 1].name.empty() ? &items[i + 1] : nullptr;
        };
        if (lower == "ac") {
            std::string_view magnitude = item.name.empty() ? std::string_view() : item.text;
            if (magnitude.empty() && next() && number(next()->text))
                magnitude = items[++i].text;
            wave.ac = " ac";
            if (const auto value = literal(magnitude); value && !magnitude.empty()) {
                wave.ac += " " + *value;
                if (next())
                    if (const auto phase = literal(next()->text)) {
                        wave.ac += " " + *phase;
                        ++i;
                    }
            }
            continue;
        }
        if (!item.name.empty()) {
            if (lower == "dc" || lower == "value" || lower == std::string(1, m_device->letter)) {
                if (!take(item.text))
                    return false;
            } else if (const FunctionRule* rule = findRule(lower)) {
                takeFunction(wave, rule->name, arguments(item.text));
            }
            continue;
        }
        if (lower == "dc") {
            // "dc sin(...)": the keyword without a value, as schematic editors write it.
            const TailItem* value = next();
            if (value && value->name.empty() && !startsPart(value->text)) {
                if (!take(items[++i].text))
                    return false;
            }
            continue;
        }
        const std::size_t open = lower.find('(');
        const std::string word(trimmed(std::string_view(lower).substr(0, open)));
        if (findRule(word)) {
            std::vector<std::string> list;
            if (open != lower.npos) {
                list = arguments(std::string_view(item.text).substr(open));
            } else {
                // Without parentheses the arguments reach to the next keyword; "r=0" and "td=1n"
                // belong to pwl.
                while (i + 1 < items.size()) {
                    const TailItem& more = items[i + 1];
                    const std::string key = toLower(more.name.empty() ? more.text : more.name);
                    if (key == "ac" || key == "dc" || findRule(key))
                        break;
                    if (!more.name.empty() && key != "r" && key != "td" && key != "file")
                        break;
                    list.push_back(more.name.empty() ? more.text : key + "=" + more.text);
                    ++i;
                }
            }
            while (i + 1 < items.size() && word.starts_with("p") && word != "pulse" &&
                   (items[i + 1].name == "r" || items[i + 1].name == "td")) {
                ++i;
                list.push_back(items[i].name + "=" + items[i].text);
            }
            takeFunction(wave, word, list);
            continue;
        }
        if (word == "external" || word == "pat" || word == "lfsr" || word == "file" ||
            word == "wavefile") {
            note(word == "file" || word == "wavefile" ? "NET-206" : "NET-209",
                 "The function \"" + word + "\" of source \"" + m_device->path +
                     "\" is not written: it keeps its dc value",
                 Severity::Warning);
            break;
        }
        if (word == "distof1" || word == "distof2" || word == "portnum")
            continue;
        if (wave.dc.empty() && wave.behaviour.empty() && !take(item.text))
            return false;
    }
    return true;
}

void DeviceComposer::takeFunction(Waveform& wave, std::string_view function,
                                  const std::vector<std::string>& list) {
    const FunctionRule* rule = findRule(function);
    if (rule->deck == "pwl") {
        wave.function = piecewiseLinear(list);
        return;
    }
    std::string text = " " + std::string(rule->deck) + "(";
    std::size_t count = 0;
    for (const std::string& argument : list) {
        if (count == rule->arguments) {
            note("NET-208", "The " + std::string(rule->deck) + " function of \"" + m_device->path +
                                "\" has more arguments than ngspice takes");
            break;
        }
        const auto value = literal(argument);
        if (!value) {
            note("NET-204",
                 "The " + std::string(rule->deck) + " function of \"" + m_device->path +
                     "\" is not written: " + m_reason,
                 Severity::Warning);
            return;
        }
        text += (count++ > 0 ? " " : "") + *value;
    }
    if (count > 0)
        wave.function = text + ")";
}

/// pwl(t v t v ...) with r= and td=; LTspice's "+1n" counts from the time before.
std::string DeviceComposer::piecewiseLinear(const std::vector<std::string>& list) {
    std::string points, tail;
    std::size_t count = 0;
    double time = 0;
    for (const std::string& argument : list) {
        const std::string lower = toLower(argument);
        const std::size_t assign = lower.find('=');
        const std::string key = lower.substr(0, assign);
        const bool file = key == "file" || key == "pwlfile" || lower.front() == '"';
        if (file || key == "repeat" || lower == "r" || key == "trigger") {
            note(file ? "NET-206" : "NET-209",
                 file ? "The waveform file of source \"" + m_device->path +
                            "\" is not read: it keeps its dc value"
                      : "The repetition of source \"" + m_device->path +
                            "\" is not written: it keeps its dc value",
                 Severity::Warning);
            return {};
        }
        const auto value = number(assign == lower.npos ? argument : argument.substr(assign + 1));
        if (!value) {
            note("NET-204",
                 "The pwl function of \"" + m_device->path + "\" is not written: " + m_reason,
                 Severity::Warning);
            return {};
        }
        if (assign != lower.npos) {
            if (key == "r" || key == "td")
                tail += " " + key + "=" + formatExact(*value);
            continue;
        }
        double number = *value;
        if (count % 2 == 0) {
            number += argument.front() == '+' ? time : 0;
            time = number;
        }
        if (count > 0)
            points += count % 12 == 0 ? "\n+ " : " ";
        points += formatExact(number);
        ++count;
    }
    if (count < 2 || count % 2 != 0) {
        note("NET-204", "The pwl function of \"" + m_device->path + "\" needs pairs of numbers",
             Severity::Warning);
        return {};
    }
    return " pwl(" + points + ")" + tail;
}

std::string DeviceComposer::behaviouralText(const std::string& start, char quantity,
                                            const std::string& text) {
    const std::string line = start + " " + quantity + "=" + text;
    return (quantity == 'i' ? multiplied(line) : line) + "\n";
}

std::string DeviceComposer::behaviouralSource() {
    // The expression may hold blanks anywhere, so it is cut out of the card's text.
    const std::string text = tailText(m_data.text.view(m_device->instance->tail), m_data.dialect);
    static constexpr std::array<std::string_view, 18> kNames{
        "v",  "i",    "tc1",  "tc2",    "temp",   "dtemp", "m",       "reciproctc", "reciprocm",
        "ic", "rpar", "cpar", "tripdv", "tripdt", "r",     "laplace", "window",     "delay"};
    struct Found {
        std::string name;
        std::size_t begin;
        std::size_t end;
    };
    std::vector<Found> found;
    int depth = 0;
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote != 0) {
            quote = c == quote ? '\0' : quote;
            continue;
        }
        if (c == '\'' || c == '"') {
            quote = c;
            continue;
        }
        depth += c == '(' || c == '{' ? 1 : c == ')' || c == '}' ? -1 : 0;
        if (c != '=' || depth != 0 || i == 0)
            continue;
        const bool comparison =
            (i + 1 < text.size() && text[i + 1] == '=') ||
            std::string_view("=<>!").find(text[i - 1]) != std::string_view::npos;
        if (comparison)
            continue;
        const std::size_t last = text.find_last_not_of(' ', i - 1);
        if (last == text.npos)
            continue;
        const std::size_t before = text.find_last_of(" )}'\"", last);
        const std::size_t first = before == text.npos ? 0 : before + 1;
        const std::string name = toLower(std::string_view(text).substr(first, last - first + 1));
        if (std::find(kNames.begin(), kNames.end(), name) == kNames.end())
            continue;
        if (!found.empty())
            found.back().end = first;
        found.push_back({name, i + 1, text.size()});
    }
    std::string line;
    for (const Found& part : found) {
        if (part.name != "v" && part.name != "i" && part.name != "r")
            continue;
        const auto value =
            expression(std::string_view(text).substr(part.begin, part.end - part.begin));
        if (!value)
            return leaveOut(m_code.c_str(), m_reason);
        if (part.name == "r") { // LTspice: a resistance given by an expression
            m_device->name = m_names.device('r', m_device->path);
            return head() + " r='" + *value + "'\n";
        }
        line = behaviouralText(head(), part.name[0], *value);
    }
    if (line.empty())
        return leaveOut("NET-204", "it gives neither a voltage nor a current");
    for (const Found& part : found) {
        if (part.name == "tc1" || part.name == "tc2" || part.name == "temp" ||
            part.name == "dtemp") {
            const auto value =
                number(trimmed(std::string_view(text).substr(part.begin, part.end - part.begin)));
            if (value)
                line.insert(line.size() - 1, " " + part.name + "=" + formatExact(*value));
        }
    }
    return withParasitics(line);
}

} // namespace ohm::netlist
