// SPDX-License-Identifier: GPL-3.0-or-later
// Dot cards of the SPICE family.
#include "core/netlist/spicereader.h"

#include "core/base/text.h"
#include "core/netlist/elementtext.h"
#include "core/netlist/masters.h"
#include "core/netlist/stackguard.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ohm::netlist {
namespace {

/// Cards that are kept as they are for those who simulate, sorted.
constexpr std::array<std::string_view, 71> kKnownCards{
    "ac",      "acmodel", "alias",   "autostop", "backanno",     "biaschk", "connect", "csdf",
    "data",    "dc",      "dcvolt",  "disto",    "distribution", "dout",    "env",     "fft",
    "four",    "fourier", "graph",   "hb",       "hdl",          "ic",      "lin",     "lotid",
    "machine", "malias",  "mc",      "meas",     "measure",      "net",     "nodeset", "noise",
    "op",      "opt",     "option",  "options",  "param_check",  "pat",     "plot",    "pre_osdi",
    "print",   "probe",   "probe64", "protect",  "ps",           "pss",     "pz",      "result",
    "rusage",  "sample",  "save",    "savebias", "sens",         "sp",      "step",    "stim",
    "tdisto",  "temp",    "temper",  "text",     "tf",           "tran",    "tranop",  "unprotect",
    "vary",    "vector",  "verilog", "view",     "wave",         "wcase",   "width"};

bool among(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// Names visible at a place of the file while it is read.
class ReadingScope : public Scope {
public:
    ReadingScope(const CircuitBuilder& builder,
                 const std::unordered_map<std::string, double>* known, Dialect dialect)
        : m_builder(builder)
        , m_known(known)
        , m_dialect(dialect) {}

    std::optional<double> lookup(std::string_view name) const override {
        const ParamDef* def = m_builder.findParam(name);
        if (!def) {
            if (m_known) {
                const auto found = m_known->find(std::string(name));
                if (found != m_known->end())
                    return found->second;
            }
            m_missing = true;
            return std::nullopt;
        }
        const auto memo = m_values.find(def);
        if (memo != m_values.end())
            return memo->second;
        const StackGuard guard;
        if (!guard.enough() || m_depth > kMaxParamDepth || --m_budget < 0) {
            m_missing = true;
            return std::nullopt;
        }
        ++m_depth;
        const auto value = evaluate(m_builder.textOf(def->text), *this);
        --m_depth;
        if (!value)
            return std::nullopt;
        m_values.emplace(def, *value);
        return *value;
    }
    const UserFunction* function(std::string_view name) const override {
        return m_builder.findFunction(name);
    }
    Dialect dialect() const override { return m_dialect; }
    bool missing() const { return m_missing; }

private:
    static constexpr int kMaxParamDepth = 1000;
    static constexpr int kMaxLookups = 200'000; ///< circles and long chains end here
    const CircuitBuilder& m_builder;
    const std::unordered_map<std::string, double>* m_known;
    Dialect m_dialect;
    mutable std::unordered_map<const ParamDef*, double> m_values;
    mutable int m_depth = 0;
    mutable int m_budget = kMaxLookups;
    mutable bool m_missing = false;
};

} // namespace

void SpiceReader::dotCard() {
    CardLexer& cards = lexer();
    Word word;
    cards.word(word);
    // ".if(x)" loses its parenthesis to the separators, which is fine; ".param=" is not.
    const std::string_view keyword = word.view().substr(1);
    const bool active = m_conditions.empty() || m_conditions.back().active;
    if (among(keyword, {"if", "elseif", "elif", "else", "endif"})) {
        ifCard(keyword);
        return;
    }
    if (keyword == "endl") {
        cards.skipCard();
        if (m_frames.back().section)
            closeFrame();
        return;
    }
    if (!active) {
        cards.skipCard();
        return;
    }
    if (keyword == "subckt" || keyword == "macro") {
        subckt();
    } else if (keyword == "ends" || keyword == "eom") {
        if (m_skippedCells > 0)
            --m_skippedCells;
        else if (m_builder.inSubcircuit())
            m_builder.endCell();
        else
            note(Severity::Warning, "NET-035", "This .ends closes no subcircuit", 1);
    } else if (among(keyword,
                     {"param", "params", "parameter", "parameters", "csparam", "global_param"})) {
        params(false);
    } else if (keyword == "model") {
        model();
    } else if (keyword == "func" || keyword == "function") {
        function();
    } else if (keyword == "global") {
        global();
    } else if (among(keyword, {"include", "inc", "incl", "incpslt"})) {
        include();
        return;
    } else if (keyword == "lib") {
        library();
        return;
    } else if (keyword == "title") {
        const std::string text = tailText(cards.rest(), m_builder.data().dialect);
        m_builder.data().title = std::string(unquoted(text).substr(0, 1000));
        return;
    } else if (keyword == "control") {
        skipBlock(".endc", {}, ".control");
        return;
    } else if (keyword == "data") {
        skipBlock(".enddata", ".endd", ".data");
        return;
    } else if (keyword == "aliases") {
        skipBlock(".endaliases", {}, ".aliases"); // PSpice: names of the drawing
        return;
    } else if (keyword == "alter") {
        note(Severity::Note, "NET-025",
             "What follows .alter describes further runs: it is not read", 1);
        for (Frame& frame : m_frames)
            frame.lexer.stop();
    } else if (keyword == "end" || keyword == "enddata") {
        if (keyword == "end")
            cards.stop();
    } else if (among(keyword,
                     {"del", "endc", "prot", "unprot", "protect", "unprotect", "encrypt"})) {
        // Nothing here changes the circuit.
    } else {
        if (!std::binary_search(kKnownCards.begin(), kKnownCards.end(), keyword))
            note(Severity::Note, "NET-022",
                 "The card \"." + std::string(keyword) + "\" is not known and has no effect",
                 cards.column(word.text));
        else if (keyword == "connect")
            note(Severity::Warning, "NET-026", "Nets joined by .connect stay separate", 1);
        const std::string name(keyword);
        const SourceLocation at = here();
        const std::string_view rest = cards.rest();
        m_builder.addCard(name, ref(rest), at);
        return;
    }
    cards.skipCard();
}

void SpiceReader::subckt() {
    CardLexer& cards = lexer();
    Word word;
    if (m_skippedCells > 0 || !cards.word(word)) {
        if (m_skippedCells > 0)
            ++m_skippedCells;
        else
            note(Severity::Error, "NET-027", "This .subckt has no name", 1);
        return;
    }
    if (!m_builder.beginCell(word.view(), here())) {
        ++m_skippedCells;
        return;
    }
    bool optional = false;
    while (cards.word(word)) {
        const std::string_view name = word.view();
        if (name == "params:" || name == "param:")
            break;
        if (name == "text:")
            break;
        if (name == "optional:") {
            optional = true;
            continue;
        }
        if (word.assigned && optional) {
            Word net;
            m_builder.addPort(ref(name), here());
            if (cards.word(net))
                m_builder.setPortDefault(net.view());
            continue;
        }
        if (word.assigned) {
            cards.back(word);
            break;
        }
        if (name == "/")
            continue; // CDL separates groups of pins so
        m_builder.addPort(ref(name), here());
    }
    params(true);
}

/// The rest of the card as parameters of the current cell.
void SpiceReader::params(bool formal) {
    CardLexer& cards = lexer();
    const SourceLocation at = here();
    const std::string_view rest = cards.rest();
    for (const auto& item : tailItems(rest, m_builder.data().dialect)) {
        if (item.name.empty()) {
            const std::string text = toLower(item.text);
            if (text != "params:" && text != "text:" && !formal)
                m_builder.diagnostics().add(Severity::Note, "NET-028",
                                            "\"" + item.text + "\" is no parameter definition", at);
            continue;
        }
        const std::size_t open = item.name.find('(');
        if (open != item.name.npos)
            addFunctionText(item.name, item.text);
        else
            m_builder.addParam(item.name, m_builder.data().text.add(item.text), formal, at);
    }
}

void SpiceReader::model() {
    CardLexer& cards = lexer();
    Word name;
    Word type;
    if (!cards.word(name) || !cards.word(type)) {
        note(Severity::Error, "NET-029", "This .model has no name or no type", 1);
        return;
    }
    std::string base;
    std::string_view typeName = type.view();
    Word second;
    if (typeName.substr(0, 4) == "ako:") {
        base = typeName.substr(4);
        if (base.empty() && cards.word(second))
            base = second.view();
        typeName = {};
        if (cards.word(second)) {
            if (second.assigned)
                cards.back(second);
            else
                typeName = second.view();
        }
    } else if (type.assigned) {
        cards.back(type);
        typeName = {};
    }
    const SourceLocation at = here();
    const std::string modelName(name.view());
    const std::string typeText(typeName);
    const std::string_view rest = cards.rest();
    ModelCard& card = m_builder.addModel(modelName, typeText, ref(rest), at);
    if (!base.empty())
        card.base = m_builder.data().symbols.intern(base);
    const MasterKind kind = modelTypeKind(typeText);
    card.kind = kind.kind;
    card.polarity = kind.polarity;
    if (typeText == "vdmos" || typeText.empty()) {
        for (const auto& item : tailItems(rest, m_builder.data().dialect)) {
            const std::string word = item.name.empty() ? toLower(item.text) : std::string();
            if (word == "pchan")
                card.polarity = 'p';
        }
    }
    m_models.intern(modelName);
    const std::size_t dot = modelName.rfind('.');
    if (dot != modelName.npos && dot > 0 &&
        modelName.find_first_not_of("0123456789", dot + 1) == modelName.npos)
        m_models.intern(modelName.substr(0, dot));
}

void SpiceReader::addFunctionText(std::string_view head, std::string_view body) {
    const std::size_t open = head.find('(');
    if (open == head.npos || open == 0)
        return;
    UserFunction function;
    const std::size_t close = head.find(')', open);
    std::string_view list =
        head.substr(open + 1, (close == head.npos ? head.size() : close) - open - 1);
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        const auto argument = trimmed(list.substr(0, comma));
        if (!argument.empty())
            function.arguments.push_back(toLower(argument));
        list = comma == list.npos ? std::string_view() : list.substr(comma + 1);
    }
    function.body = std::string(body);
    m_builder.addFunction(toLower(trimmed(head.substr(0, open))), std::move(function));
}

/// ".func f(x, y) {body}", also "f(x)=body" and "f(x) 'body'".
void SpiceReader::function() {
    const std::string text = tailText(lexer().rest(), m_builder.data().dialect);
    const std::size_t close = text.find(')');
    if (text.find('(') == text.npos || close == text.npos)
        return;
    std::string_view body = trimmed(std::string_view(text).substr(close + 1));
    if (!body.empty() && body.front() == '=')
        body = trimmed(body.substr(1));
    addFunctionText(std::string_view(text).substr(0, close + 1), body);
}

void SpiceReader::global() {
    Word word;
    while (lexer().word(word))
        m_builder.addGlobal(word.view());
}

namespace {
/// A file name as written: quotes go, blanks inside quotes stay.
std::vector<std::string> fileWords(std::string_view rest, Dialect dialect) {
    std::vector<std::string> words;
    // A comment sign may be part of a path: only blanks and quotes split here.
    const std::string text = tailText(rest, dialect == Dialect::Cdl ? Dialect::Spice : dialect);
    std::size_t at = 0;
    while (at < text.size()) {
        if (text[at] == ' ') {
            ++at;
            continue;
        }
        if (text[at] == '"' || text[at] == '\'') {
            const std::size_t close = text.find(text[at], at + 1);
            words.push_back(text.substr(at + 1, close == text.npos ? close : close - at - 1));
            at = close == text.npos ? text.size() : close + 1;
            continue;
        }
        const std::size_t end = std::min(text.find(' ', at), text.size());
        words.push_back(text.substr(at, end - at));
        at = end;
    }
    return words;
}
} // namespace

void SpiceReader::include() {
    const SourceLocation at = here();
    const auto words = fileWords(lexer().rest(), m_builder.data().dialect);
    if (words.empty())
        return m_builder.diagnostics().add(Severity::Warning, "NET-011",
                                           "An .include names no file", at);
    // A path with blanks may stand unquoted.
    std::string name = words.front();
    for (std::size_t i = 1; i < words.size() && words.size() < 10; ++i)
        name += " " + words[i];
    openFile(name, {}, at);
}

void SpiceReader::library() {
    CardLexer& cards = lexer();
    const SourceLocation at = here();
    const std::string_view rest = cards.rest();
    const auto words = fileWords(rest, m_builder.data().dialect);
    if (words.empty()) {
        // PSpice: ".LIB" alone means its standard library.
        return m_builder.diagnostics().add(Severity::Note, "NET-011",
                                           "The standard library is not available", at);
    }
    if (words.size() >= 2) {
        openFile(words[0], words[1], at);
        return;
    }
    // One word: a section of a library when an .endl follows, else a file to include.
    const std::size_t offset = cards.nextLineOffset();
    const std::uint32_t line = cards.nextLine();
    const bool looksLikeFile = words[0].find_first_of("./\\") != std::string::npos;
    if (!looksLikeFile && cards.skipTo(".endl", ".endlib")) {
        cards.skipCard(); // a section that nobody asked for here
        return;
    }
    cards.jump(offset, line);
    openFile(words[0], {}, at);
}

void SpiceReader::skipBlock(std::string_view end, std::string_view alias, const char* what) {
    CardLexer& cards = lexer();
    const SourceLocation at = here();
    if (cards.skipTo(end, alias)) {
        cards.skipCard();
    } else {
        m_builder.diagnostics().add(Severity::Warning, "NET-038",
                                    std::string("This ") + what + " block has no end", at);
        cards.stop();
    }
}

bool SpiceReader::condition(std::string_view expression) {
    const ReadingScope scope(m_builder, m_known ? &m_known->params : nullptr,
                             m_builder.data().dialect);
    const auto value = evaluate(expression, scope);
    // A name may be defined further down (and a physical constant stand in for it here).
    if (!m_known && scope.missing()) {
        m_openCondition = true;
        return value && *value != 0;
    }
    if (value)
        return *value != 0;
    note(Severity::Warning, "NET-039",
         "The condition \"" + std::string(expression) + "\" cannot be decided and counts as false");
    return false;
}

void SpiceReader::ifCard(std::string_view keyword) {
    CardLexer& cards = lexer();
    const std::string word(keyword);
    const SourceLocation at = here();
    const std::string text = tailText(cards.rest(), m_builder.data().dialect);
    if (word == "if") {
        Condition next;
        next.outer = m_conditions.empty() || m_conditions.back().active;
        next.taken = next.active = next.outer && condition(text);
        m_conditions.push_back(next);
        return;
    }
    if (m_conditions.empty()) {
        m_builder.diagnostics().add(Severity::Warning, "NET-037",
                                    "This ." + word + " belongs to no .if", at);
        return;
    }
    Condition& now = m_conditions.back();
    if (word == "endif") {
        m_conditions.pop_back();
    } else if (word == "else") {
        now.active = now.outer && !now.taken;
        now.taken = true;
    } else {
        now.active = now.outer && !now.taken && condition(text);
        now.taken = now.taken || now.active;
    }
}

SpiceKnowledge SpiceReader::knowledge() {
    constexpr std::size_t kMaxParams = 200000;
    SpiceKnowledge known;
    while (m_builder.inSubcircuit())
        m_builder.endCell();
    const ReadingScope scope(m_builder, nullptr, m_builder.data().dialect);
    for (const ParamDef& def : m_builder.openParams()) {
        if (known.params.size() >= kMaxParams)
            break;
        const auto value = evaluate(m_builder.textOf(def.text), scope);
        if (value)
            known.params[std::string(m_builder.data().symbols.name(def.name))] = *value;
    }
    known.models = std::move(m_models);
    return known;
}

} // namespace ohm::netlist
