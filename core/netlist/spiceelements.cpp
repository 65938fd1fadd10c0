// SPDX-License-Identifier: GPL-3.0-or-later
// Element cards of the SPICE family: how many nodes, where the model name stands.
#include "core/netlist/spicereader.h"

#include "core/base/text.h"
#include "core/base/units.h"

#include <algorithm>
#include <array>

namespace ohm::netlist {
namespace {

constexpr std::array<std::string_view, 24> kLtspiceGates{
    "and",     "or",         "xor",      "inv",         "buf",          "buf1",
    "schmitt", "schmtbuf",   "schmtinv", "diffschmitt", "diffschmtbuf", "diffschmtinv",
    "dflop",   "srflop",     "counter",  "phasedet",    "phidet",       "sampleHold",
    "sample",  "samplehold", "modulate", "modulator",   "ota",          "varistor"};

bool among(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

bool SpiceReader::isNumber(std::string_view text) {
    const char c = text.empty() ? 'x' : text.front();
    if (!((c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+'))
        return false;
    return parseSi(text).has_value();
}

void SpiceReader::begin(char letter, DeviceKind kind) {
    m_builder.beginInstance(letter, kind, ref(m_name.view()), {}, here());
}

void SpiceReader::terminal(const Word& word) {
    m_builder.addTerminal(ref(word.view()), word.view());
}

void SpiceReader::terminals(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
        terminal(m_words[i]);
}

void SpiceReader::finishTail() {
    const std::string_view rest = lexer().rest();
    m_builder.lastInstance().tail = ref(rest);
}

void SpiceReader::tooFew(std::size_t wanted, std::size_t found) {
    note(Severity::Error, "NET-024",
         "Element \"" + std::string(m_name.view()) + "\" has " + std::to_string(found) +
             " nodes where " + std::to_string(wanted) + " are needed",
         lexer().column(m_name.text));
}

/// Reads positional words into m_words: up to "name=", a quoted text, the card's end or `limit`.
std::size_t SpiceReader::readWords(std::size_t limit) {
    m_words.clear();
    Word word;
    while (m_words.size() < limit && lexer().word(word)) {
        if (word.assigned || word.quoted) {
            lexer().back(word);
            break;
        }
        m_words.push_back(word);
    }
    return m_words.size();
}

void SpiceReader::element() {
    CardLexer& cards = lexer();
    if (!cards.word(m_name) || m_name.assigned) {
        note(Severity::Warning, "NET-021", "This line is not understood",
             cards.column(cards.cardBegin()));
        cards.skipCard();
        return;
    }
    const char letter = m_name.text[0];
    if (m_builder.data().dialect == Dialect::Cdl && letter != 'x' && cards.hasSlashWord()) {
        m_letter = 'x'; // "name nodes / master" is an instance whatever its name
        instance();
        return;
    }
    m_letter = letter;
    switch (letter) {
    case 'r':
        return twoNodes(letter, DeviceKind::Resistor);
    case 'c':
        return twoNodes(letter, DeviceKind::Capacitor);
    case 'l':
        return twoNodes(letter, DeviceKind::Inductor);
    case 'v':
        return fixedNodes(letter, DeviceKind::VoltageSource, 2, false);
    case 'i':
        return fixedNodes(letter, DeviceKind::CurrentSource, 2, false);
    case 'b':
        return fixedNodes(letter, DeviceKind::Behavioural, 2, false);
    case 'f':
        return fixedNodes(letter, DeviceKind::Cccs, 2, false);
    case 'h':
        return fixedNodes(letter, DeviceKind::Ccvs, 2, false);
    case 'd':
        return fixedNodes(letter, DeviceKind::Diode, 2, true);
    case 'e':
        return controlled(letter, DeviceKind::Vcvs);
    case 'g':
        return controlled(letter, DeviceKind::Vccs);
    case 'j':
        return fixedNodes(letter, DeviceKind::Jfet, 3, true);
    case 'z':
        return fixedNodes(letter, DeviceKind::Mesfet, 3, true);
    case 'u':
        return fixedNodes(letter, DeviceKind::TransmissionLine, 3, true);
    case 's':
        return switchCard();
    case 't':
        return fixedNodes(letter, DeviceKind::TransmissionLine, 4, false);
    case 'o':
    case 'y':
        return fixedNodes(letter, DeviceKind::TransmissionLine, 4, true);
    case 'w':
        return currentSwitch();
    case 'q':
        return transistor(letter, DeviceKind::Bjt);
    case 'm':
        return transistor(letter, DeviceKind::Mosfet);
    case 'x':
        return instance();
    case 'a':
        return xspice();
    case 'n':
        return nodesBeforeModel(letter, DeviceKind::Other);
    case 'p':
        return nodesBeforeModel(letter, DeviceKind::TransmissionLine);
    case 'k':
        begin(letter, DeviceKind::Coupling);
        return finishTail();
    default:
        break;
    }
    cards.skipCard();
}

void SpiceReader::twoNodes(char letter, DeviceKind kind) {
    const std::size_t found = readWords(2);
    begin(letter, kind);
    terminals(found);
    if (found < 2) {
        tooFew(2, found);
        return finishTail();
    }
    // A third word that begins with a letter may be a model; `finish` finds out.
    const char c = lexer().peek();
    Word word;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$') {
        if (lexer().word(word)) {
            lexer().back(word);
            std::string_view name = word.view();
            if (name.size() > 3 && name.substr(0, 2) == "$[") // CDL: $[model]
                name = name.substr(2, name.find(']') - 2);
            else if (c == '$')
                name = {};
            if (!word.assigned && !name.empty())
                m_builder.setMaster(name);
        }
    } else if (m_builder.data().dialect == Dialect::Cdl && c != '\0') {
        Word value;
        lexer().word(value);
        if (lexer().word(word) && word.size > 3 && word.view().substr(0, 2) == "$[")
            m_builder.setMaster(word.view().substr(2, word.view().find(']') - 2));
        lexer().back(value);
    }
    finishTail();
}

void SpiceReader::fixedNodes(char letter, DeviceKind kind, std::size_t nodes, bool model) {
    const std::size_t found = readWords(nodes);
    begin(letter, kind);
    terminals(found);
    if (found < nodes) {
        tooFew(nodes, found);
        return finishTail();
    }
    Word word;
    if (model && lexer().word(word)) {
        if (word.assigned || word.quoted)
            lexer().back(word);
        else
            m_builder.setMaster(word.view());
    }
    finishTail();
}

/// S: a switch has four nodes; the S-parameter element of HSPICE ("mname=") has any number.
void SpiceReader::switchCard() {
    const std::size_t found = readWords(64);
    const bool sParameters = found < 5 && lexer().restHasAssignment("mname");
    const std::size_t nodes = sParameters ? found : std::min<std::size_t>(found, 4);
    begin('s', sParameters ? DeviceKind::Other : DeviceKind::Switch);
    terminals(nodes);
    if (!sParameters) {
        if (found < 4)
            tooFew(4, found);
        else if (found > 4) {
            m_builder.setMaster(m_words[4].view());
            if (found > 5)
                lexer().back(m_words[5]);
        }
    }
    finishTail();
}

/// W: a current-controlled switch has two nodes, a source name and a model; the transmission line
/// of HSPICE says "N=" and lists all its nodes first.
void SpiceReader::currentSwitch() {
    const std::size_t found = readWords(200);
    const bool line = lexer().restHasAssignment("rlgcmodel") ||
                      lexer().restHasAssignment("rlgcfile") ||
                      lexer().restHasAssignment("tabmodel") ||
                      (lexer().restHasAssignment("n") && lexer().restHasAssignment("l"));
    if (line) {
        begin('w', DeviceKind::TransmissionLine);
        terminals(found);
        return finishTail();
    }
    begin('w', DeviceKind::Switch);
    terminals(std::min<std::size_t>(found, 2));
    if (found < 2)
        tooFew(2, found);
    if (found > 3)
        m_builder.setMaster(m_words[3].view());
    if (found > 2)
        lexer().back(m_words[2]);
    finishTail();
}

void SpiceReader::controlled(char letter, DeviceKind kind) {
    CardLexer& cards = lexer();
    const std::size_t found = readWords(2);
    begin(letter, kind);
    terminals(found);
    if (found < 2) {
        tooFew(2, found);
        return finishTail();
    }
    Word word;
    if (!cards.word(word)) {
        tooFew(4, 2);
        return finishTail();
    }
    const Word keyword = word;
    const std::string_view name = keyword.view();
    const auto behavioural = [&] {
        m_builder.lastInstance().setKind(DeviceKind::Behavioural);
        cards.back(keyword);
        finishTail();
    };
    if (keyword.quoted || keyword.assigned)
        return behavioural();
    std::size_t pairs = 1;
    bool skipWord = false;
    if (name == "poly") {
        Word order;
        skipWord = true;
        if (cards.word(order)) {
            const auto n = parseSi(order.view());
            pairs = n && *n >= 1 && *n <= 10000 ? static_cast<std::size_t>(*n) : 1;
        }
    } else if (among(name, {"value", "vol", "cur", "table", "laplace", "freq", "chebyshev"})) {
        // HSPICE writes "LAPLACE in+ in- ..." where PSpice writes "LAPLACE {expr} = ...".
        const char c = cards.peek();
        if (!(name == "laplace" || name == "freq") || c == '{' || c == '\'' || c == '"' ||
            c == '=' || c == '\0' || m_builder.data().dialect != Dialect::Hspice)
            return behavioural();
        skipWord = true;
    } else if (among(name, {"vcvs", "vccs", "opamp", "transformer", "delay", "pole", "foster"})) {
        skipWord = true;
    } else if (among(name, {"vcr", "vccap", "pwl", "npwl", "ppwl"})) {
        skipWord = true;
        Word next;
        if (name == "vcr" || name == "vccap") {
            // "VCR PWL(1) in+ in-", "VCR POLY(1) in+ in-" or "VCR in+ in- factor"
            if (cards.word(next) && among(next.view(), {"pwl", "npwl", "ppwl", "poly"}))
                cards.word(next);
            else
                cards.back(next);
        } else if (cards.word(next) && !isNumber(next.view())) {
            cards.back(next);
        }
    } else if (among(name, {"and", "or", "nand", "nor"}) && cards.peek() != '\0') {
        Word order;
        cards.word(order);
        const auto n = parseSi(order.view());
        pairs = n && *n >= 1 && *n <= 1000 ? static_cast<std::size_t>(*n) : 1;
        skipWord = true;
    }
    if (!skipWord)
        cards.back(keyword);
    const char* tail = skipWord ? keyword.text : nullptr;
    const std::size_t inputs = readWords(2 * pairs);
    terminals(inputs);
    if (inputs < 2 * pairs)
        tooFew(2 + 2 * pairs, 2 + inputs);
    finishTail();
    if (tail) {
        // Keep the keyword ("poly(2) ...") in the text: it says how the rest is meant.
        Instance& instance = m_builder.lastInstance();
        const std::string_view rest = m_builder.data().text.view(instance.tail);
        const char* end = rest.empty() ? cards.position() : rest.data() + rest.size();
        instance.tail = ref({tail, static_cast<std::size_t>(end - tail)});
    }
}

/// M and Q: the number of nodes follows from where the model name stands.
void SpiceReader::transistor(char letter, DeviceKind kind) {
    const std::size_t usual = letter == 'm' ? 4 : 3;
    const std::size_t most = letter == 'm' ? 7 : 5;
    const std::size_t found = readWords(most + 3);
    begin(letter, kind);
    if (found < 4) {
        // Without a model there are at most as many nodes as words.
        tooFew(usual, found);
        terminals(found);
        return finishTail();
    }
    std::size_t model = 0;
    const auto known = [&](std::size_t i) {
        return i < found && model == 0 && isKnownModel(m_words[i].view());
    };
    if (known(usual))
        model = usual;
    for (std::size_t i = 3; i <= most && model == 0; ++i) {
        if (known(i))
            model = i;
    }
    if (model == 0) {
        std::size_t last = found - 1;
        while (last > usual &&
               (isNumber(m_words[last].view()) || among(m_words[last].view(), {"off", "thermal"})))
            --last;
        model = std::min(last, most);
        if (found > usual + 1 || (letter == 'm' && found > 4)) {
            std::vector<std::string> others;
            for (std::size_t i = 3; i < found && i <= most; ++i) {
                if (i != model)
                    others.emplace_back(m_words[i].view());
            }
            doubt(std::string(m_words[model].view()), std::move(others));
        }
    }
    terminals(model);
    m_builder.setMaster(m_words[model].view());
    if (found > model + 1)
        lexer().back(m_words[model + 1]);
    finishTail();
}

/// X: nodes, then the subcircuit's name before the first "name=" (CDL: after a '/').
void SpiceReader::instance() {
    CardLexer& cards = lexer();
    m_words.clear();
    Word word;
    bool slash = false;
    std::size_t master = 0;
    bool named = false;
    bool byName = false;
    while (cards.word(word)) {
        if (word.assigned || word.quoted) {
            cards.back(word);
            break;
        }
        const std::string_view name = word.view();
        if (name == "params:" || name == "params") {
            break;
        }
        if (name == "/") {
            slash = true;
            continue;
        }
        if (name == "$pins") {
            byName = true;
            break;
        }
        if (slash && !named) {
            named = true;
            master = m_words.size();
        }
        m_words.push_back(word);
    }
    if (!named)
        master = m_words.empty() ? 0 : m_words.size() - 1;
    begin('x', DeviceKind::Subcircuit);
    if (m_words.empty()) {
        tooFew(1, 0);
        m_builder.dropInstance();
        return cards.skipCard();
    }
    terminals(master);
    m_builder.setMaster(m_words[master].view());
    if (byName) {
        std::vector<std::string> pins;
        Word pin;
        Word net;
        while (cards.word(pin)) {
            if (!pin.assigned || !cards.word(net)) {
                cards.back(pin);
                break;
            }
            pins.emplace_back(pin.view());
            terminal(net);
        }
        m_builder.setPinNames(std::move(pins));
    }
    finishTail();
}

/// A: XSPICE code models list their ports before the model; LTspice's gates have eight nodes.
void SpiceReader::xspice() {
    CardLexer& cards = lexer();
    m_words.clear();
    Word word;
    while (cards.portWord(word)) {
        if (word.assigned || word.quoted) {
            cards.back(word);
            break;
        }
        m_words.push_back(word);
    }
    begin('a', DeviceKind::Xspice);
    if (m_words.size() >= 9 && (m_builder.data().dialect == Dialect::Ltspice ||
                                std::find(kLtspiceGates.begin(), kLtspiceGates.end(),
                                          m_words[8].view()) != kLtspiceGates.end())) {
        terminals(8);
        m_builder.setMaster(m_words[8].view());
        m_builder.lastInstance().setKind(DeviceKind::Xspice);
        if (m_words.size() > 9)
            cards.back(m_words[9]);
        return finishTail();
    }
    if (m_words.empty()) {
        tooFew(1, 0);
        return finishTail();
    }
    for (std::size_t i = 0; i + 1 < m_words.size(); ++i) {
        Word node = m_words[i];
        while (node.size > 0 && *node.text == '~') {
            ++node.text;
            --node.size;
        }
        if (node.size == 0 || *node.text == '%' || node.view() == "null")
            continue;
        terminal(node);
    }
    m_builder.setMaster(m_words.back().view());
    finishTail();
}

void SpiceReader::nodesBeforeModel(char letter, DeviceKind kind) {
    const std::size_t found = readWords(10000);
    begin(letter, kind);
    // HSPICE's port element "P1 in 0 port=1" has no model.
    const bool port = letter == 'p' && lexer().restHasAssignment("port");
    if (found == 0) {
        tooFew(1, 0);
        return finishTail();
    }
    terminals(port ? found : found - 1);
    if (!port)
        m_builder.setMaster(m_words[found - 1].view());
    if (found < 2)
        tooFew(1, 0);
    finishTail();
}

} // namespace ohm::netlist
