// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/spectrereader.h"

#include "core/base/text.h"
#include "core/netlist/expression.h"
#include "core/netlist/masters.h"
#include "core/netlist/spectreparser.h"

#include <algorithm>
#include <array>

namespace ohm::netlist {
namespace {

constexpr std::size_t kMaxIncludeDepth = 40;
constexpr std::size_t kMaxIncludes = 5000;
constexpr std::size_t kMaxBytes = std::size_t{8} << 30;
constexpr std::size_t kMaxConditions = 200;

/// The names an if statement may use: those defined so far, a chain of at most kMaxChain.
class ParsedScope : public Scope {
public:
    explicit ParsedScope(const CircuitBuilder& builder, int depth = 0)
        : m_builder(builder)
        , m_depth(depth) {}
    std::optional<double> lookup(std::string_view name) const override {
        constexpr int kMaxChain = 50;
        const ParamDef* def = m_depth < kMaxChain ? m_builder.findParam(name) : nullptr;
        if (!def)
            return std::nullopt;
        const ParsedScope inner(m_builder, m_depth + 1);
        const auto value = evaluate(m_builder.textOf(def->text), inner);
        return value ? std::optional(*value) : std::nullopt;
    }
    const UserFunction* function(std::string_view name) const override {
        return m_builder.findFunction(name);
    }
    Dialect dialect() const override { return Dialect::Spectre; }

private:
    const CircuitBuilder& m_builder;
    int m_depth;
};

bool among(std::string_view word, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

std::string_view withoutQuotes(std::string_view text) {
    text = trimmed(text);
    if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
        text.back() == text.front())
        return text.substr(1, text.size() - 2);
    return text;
}

/// Position of a '}' that closes a block opened before this statement, or npos.
std::size_t strayBrace(std::string_view text) {
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == '{')
            ++depth;
        else if (!quoted && c == '}' && --depth < 0)
            return i;
    }
    return text.npos;
}

} // namespace

SpectreParser::SpectreParser(SourceFiles& sources, const StopToken& stop, ProgressSink& progress)
    : m_sources(sources)
    , m_stop(stop)
    , m_progress(progress)
    , m_builder(Dialect::Spectre, true) {}

void SpectreParser::note(Severity severity, const char* code, std::string text,
                         std::string object) {
    m_builder.diagnostics().add(severity, code, std::move(text), here(), 0, std::move(object));
}

bool SpectreParser::wantsSecondReading() const {
    return std::any_of(m_doubts.begin(), m_doubts.end(), [this](const std::string& name) {
        return m_met.models.contains(name) || m_met.cells.contains(name);
    });
}

Expected<void> SpectreParser::read(std::string_view text, const SpectreKnowledge* known) {
    m_known = known;
    Place place;
    place.folder = m_sources.folder();
    place.file = m_builder.addFile(m_sources.mainName());
    m_open.insert(m_sources.mainKey());
    m_place = &place;
    auto done = readFile(text, place);
    if (done && m_builder.inSubcircuit())
        note(Severity::Warning, "NET-304", "The file ends inside a subcircuit definition");
    m_place = nullptr;
    return done;
}

Expected<void> SpectreParser::readFile(std::string_view text, Place& place) {
    Place* const outer = m_place;
    m_place = &place;
    place.conditions = m_conditions.size();
    const std::size_t cells = m_builder.depth();
    SpectreLexer lexer(text);
    while (!m_stopped && lexer.next(place.spice)) {
        if (++m_statements % 512 == 0) {
            if (m_stop.shouldStop())
                m_stopped = true;
            if (m_depth == 0 && m_statements % 65536 == 0)
                m_progress.report(static_cast<double>(lexer.offset()) /
                                      static_cast<double>(text.size() + 1),
                                  "Reading the netlist");
        }
        place.line = lexer.line();
        if (place.spice)
            spiceStatement(lexer.text());
        else
            statement(lexer.text());
    }
    if (m_conditions.size() > place.conditions) {
        note(Severity::Warning, "NET-304", "A block in braces is not closed");
        m_conditions.resize(place.conditions);
    }
    // An included file that leaves a definition open would swallow what follows.
    while (m_depth > 0 && m_builder.depth() > cells)
        m_builder.endCell();
    m_awaitsBranch = m_elseAllowed = false;
    m_place = outer;
    if (m_stopped)
        return fail("NET-002", "Reading was stopped");
    return {};
}

// --- if, else, braces -------------------------------------------------------------------------

void SpectreParser::statement(std::string_view text) {
    // "} else { a b resistor }" holds several steps: each turn of the loop takes one off.
    for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
        if (text.front() == '{') {
            if (!m_awaitsBranch)
                return note(Severity::Warning, "NET-301", "This block is not understood");
            m_awaitsBranch = false;
            m_conditions.back().braced = true;
            text.remove_prefix(1);
            continue;
        }
        if (text.front() == '}') {
            if (m_conditions.size() <= m_place->conditions)
                return note(Severity::Warning, "NET-304", "A closing brace has no opening one");
            m_conditions.back().braced = false;
            m_awaitsBranch = m_elseAllowed = false;
            closeBranches();
            text.remove_prefix(1);
            continue;
        }
        SpectreWords words(text);
        const std::string_view first = words.word();
        const bool isIf = first == "if" && words.peek() == '(';
        if (isIf || (first == "else" && m_elseAllowed)) {
            if (m_conditions.size() >= kMaxConditions)
                return note(Severity::Error, "NET-304", "Conditions are nested too deeply");
            m_conditions.push_back(isIf ? ifBranch(words) : elseBranch(words));
            m_awaitsBranch = true;
            m_elseAllowed = false;
            text.remove_prefix(std::min(words.position(), text.size()));
            continue;
        }
        const std::size_t brace =
            m_conditions.size() > m_place->conditions ? strayBrace(text) : text.npos;
        m_elseAllowed = false;
        m_awaitsBranch = false;
        if (isActive())
            active(text.substr(0, brace));
        closeBranches();
        text = brace == text.npos ? std::string_view() : text.substr(brace);
    }
}

/// Ends every branch that was a single statement (or whose brace was closed just now).
void SpectreParser::closeBranches() {
    while (m_conditions.size() > m_place->conditions && !m_conditions.back().braced) {
        if (!m_elseAllowed)
            m_closed = m_conditions.back();
        m_elseAllowed = true;
        m_conditions.pop_back();
    }
}

std::optional<bool> SpectreParser::conditionValue(std::string_view text) {
    const auto value = evaluate(text, ParsedScope(m_builder));
    if (value)
        return *value != 0;
    note(Severity::Warning, "NET-303",
         "This condition has no value here: its first branch is taken. " + value.error().text);
    return std::nullopt;
}

SpectreParser::Condition SpectreParser::ifBranch(SpectreWords& words) {
    Condition condition;
    condition.outer = isActive();
    const std::string_view text = words.group();
    condition.active = condition.outer && conditionValue(text).value_or(true);
    condition.taken = condition.active;
    return condition;
}

SpectreParser::Condition SpectreParser::elseBranch(SpectreWords& words) {
    Condition condition;
    condition.outer = m_closed.outer;
    const std::size_t begin = words.position();
    if (words.word() == "if" && words.peek() == '(') {
        const std::string_view text = words.group();
        condition.active =
            condition.outer && !m_closed.taken && conditionValue(text).value_or(true);
        condition.taken = m_closed.taken || condition.active;
        return condition;
    }
    words.seek(begin);
    condition.active = condition.outer && !m_closed.taken;
    condition.taken = true;
    return condition;
}

// --- statements -------------------------------------------------------------------------------

void SpectreParser::active(std::string_view text) {
    SpectreWords words(text);
    const std::string_view first = words.word();
    const bool assigned = words.peek() == '=';
    if (among(first, {"library", "endlibrary"}))
        return;
    if (first == "section") {
        if (assigned)
            words.skip();
        m_place->current = std::string(words.word());
        return;
    }
    if (first == "endsection") {
        m_place->current.clear();
        return;
    }
    if (m_place->current != m_place->section)
        return;
    if (!keyword(first, words))
        instance(text);
}

bool SpectreParser::keyword(std::string_view word, SpectreWords& words) {
    if (word == "simulator")
        return simulator(words), true;
    if (word == "global") {
        bool first = true;
        while (words.peek() != '\0') {
            const std::string name = unescaped(words.word());
            if (name.empty()) {
                words.skip();
                continue;
            }
            // The first global net is the reference.
            if (first && name != "0")
                m_builder.addGroundName(name);
            else if (!first)
                m_builder.addGlobal(name);
            first = false;
        }
        return true;
    }
    if (word == "parameters" || word == "parameter")
        return parameters(words), true;
    if (word == "subckt")
        return subckt(words, false), true;
    if (word == "inline") {
        words.word();
        return subckt(words, true), true;
    }
    if (word == "ends")
        return ends(), true;
    if (word == "model")
        return model(words), true;
    if (word == "include")
        return include(words), true;
    if (word == "real" || word == "function")
        return function(words), true;
    if (word == "ahdl_include") {
        note(Severity::Note, "NET-302",
             "The Verilog-A file " + std::string(words.word().substr(0, 200)) +
                 " is not read: its modules are shown as black boxes");
        return true;
    }
    if (word == "ic" || word == "nodeset")
        return conditions(word, words.rest()), true;
    return among(word, {"save", "print", "statistics", "paramset", "protect", "unprotect", "export",
                        "endparamset", "invisible", "return", "correlate", "process", "mismatch",
                        "truncate", "reliability", "define"});
}

void SpectreParser::simulator(SpectreWords& words) {
    while (words.peek() != '\0') {
        const std::string_view name = words.word();
        if (words.peek() != '=') {
            if (name.empty())
                words.skip();
            continue;
        }
        words.skip();
        const std::string value = toLower(words.word());
        if (name == "lang")
            m_place->spice = value == "spice";
    }
}

void SpectreParser::subckt(SpectreWords& words, bool inlined) {
    const std::string name = unescaped(words.word());
    if (name.empty()) {
        note(Severity::Error, "NET-301", "This subcircuit has no name");
        return;
    }
    m_met.cells.insert(name);
    if (!m_builder.beginCell(name, here())) {
        ++m_skippedCells;
        return;
    }
    // "inline subckt r (a b)" may name its own main device; that makes no difference here.
    (void)inlined;
    const auto ports = [&](SpectreWords& list) {
        while (list.peek() != '\0') {
            const std::string_view port = list.word();
            if (port.empty())
                list.skip();
            else
                m_builder.addPort(keep(unescaped(port)), here());
        }
    };
    if (words.peek() == '(') {
        SpectreWords list(words.group());
        ports(list);
    } else {
        ports(words);
    }
}

void SpectreParser::ends() {
    if (m_skippedCells > 0)
        --m_skippedCells;
    else if (m_builder.inSubcircuit())
        m_builder.endCell();
    else
        note(Severity::Warning, "NET-304", "This \"ends\" closes no subcircuit");
}

void SpectreParser::parameters(SpectreWords& words) {
    // tailItems knows where a value ends; the order of evaluation is free.
    for (const TailItem& item : tailItems(words.rest(), Dialect::Spectre)) {
        if (item.name.empty()) {
            // "parameters w" declares a parameter that every instance has to give.
            if (m_builder.inSubcircuit() && !item.text.empty())
                continue;
            note(Severity::Warning, "NET-301",
                 "\"" + item.text.substr(0, 60) + "\" is no parameter definition");
            continue;
        }
        m_builder.addParam(item.name, keep(item.text), m_builder.inSubcircuit(), here());
    }
}

void SpectreParser::model(SpectreWords& words) {
    const std::string name = unescaped(words.word());
    const std::string type(words.word());
    if (name.empty() || type.empty()) {
        note(Severity::Error, "NET-301", "This model has no name or no type");
        return;
    }
    if (words.peek() != '{')
        return addModel(name, type, words.rest());
    // Binned: "{ 1: type=n ... 2: type=n ... }".
    const std::string_view body = words.group();
    std::size_t begin = body.npos;
    std::string bin;
    const auto close = [&](std::size_t end) {
        if (begin != body.npos)
            addModel(name + "." + bin, type, body.substr(begin, end - begin));
    };
    for (std::size_t at = 0; at < body.size(); ++at) {
        const bool starts = body[at] >= '0' && body[at] <= '9' &&
                            (at == 0 || body[at - 1] == ' ' || body[at - 1] == '\t');
        if (!starts)
            continue;
        std::size_t end = at;
        while (end < body.size() && body[end] >= '0' && body[end] <= '9')
            ++end;
        std::size_t colon = end;
        while (colon < body.size() && (body[colon] == ' ' || body[colon] == '\t'))
            ++colon;
        if (colon < body.size() && body[colon] == ':') {
            close(at);
            bin = std::string(body.substr(at, std::min<std::size_t>(end - at, 9)));
            begin = colon + 1;
            at = colon;
        }
    }
    if (begin == body.npos)
        addModel(name, type, body);
    else
        close(body.size());
    m_met.models[name] = type;
}

void SpectreParser::addModel(const std::string& name, const std::string& type,
                             std::string_view params) {
    struct Type {
        std::string_view spectre;
        std::string_view n, p; ///< SPICE types of both polarities
        std::string_view level;
    };
    static constexpr std::array kTypes{Type{"bsim4", "nmos", "pmos", "level=14 "},
                                       Type{"bsim3v3", "nmos", "pmos", "level=8 "},
                                       Type{"bsim3", "nmos", "pmos", "level=8 "},
                                       Type{"bsimsoi", "nmos", "pmos", "level=10 "},
                                       Type{"b3soipd", "nmos", "pmos", "level=57 "},
                                       Type{"bsim1", "nmos", "pmos", "level=4 "},
                                       Type{"bsim2", "nmos", "pmos", "level=5 "},
                                       Type{"mos0", "nmos", "pmos", "level=1 "},
                                       Type{"mos1", "nmos", "pmos", "level=1 "},
                                       Type{"mos2", "nmos", "pmos", "level=2 "},
                                       Type{"mos3", "nmos", "pmos", "level=3 "},
                                       Type{"hisim2", "nmos", "pmos", "level=68 "},
                                       Type{"hisim_hv", "nmos", "pmos", "level=73 "},
                                       Type{"bjt", "npn", "pnp", ""},
                                       Type{"vbic", "npn", "pnp", "level=4 "},
                                       Type{"jfet", "njf", "pjf", ""},
                                       Type{"gaas", "nmf", "pmf", ""},
                                       Type{"diode", "d", "d", ""},
                                       Type{"resistor", "r", "r", ""},
                                       Type{"capacitor", "c", "c", ""},
                                       Type{"inductor", "l", "l", ""}};
    bool positive = false;
    for (const TailItem& item : tailItems(params, Dialect::Spectre))
        if (item.name == "type")
            positive = item.text == "p" || item.text == "pnp" || item.text == "pmos";
    std::string spice = type;
    std::string text(params);
    for (const Type& known : kTypes) {
        if (known.spectre == type) {
            spice = positive ? known.p : known.n;
            text = std::string(known.level) + text;
        }
    }
    m_met.models[name] = type;
    ModelCard& card = m_builder.addModel(name, spice, keep(text), here());
    const MasterKind kind = modelTypeKind(spice);
    const char letter = primitiveLetter(type);
    card.kind = letter != '\0' ? kindOfLetter(letter) : kind.kind;
    const bool transistor = letter == 'm' || letter == 'q' || letter == 'j' || letter == 'z';
    card.polarity = kind.polarity != 0 ? kind.polarity : transistor ? (positive ? 'p' : 'n') : '\0';
}

/// "real f(real x, real y) { return x*y; }"
void SpectreParser::function(SpectreWords& words) {
    const std::string name = unescaped(words.word());
    if (name.empty() || words.peek() != '(')
        return note(Severity::Warning, "NET-301", "This function is not understood");
    UserFunction made;
    SpectreWords list(words.group());
    while (list.peek() != '\0') {
        const std::string_view word = list.word();
        if (word.empty())
            list.skip();
        else if (word != "real")
            made.arguments.emplace_back(word);
    }
    std::string_view body = trimmed(words.group());
    if (body.starts_with("return"))
        body.remove_prefix(6);
    body = trimmed(body);
    if (!body.empty() && body.back() == ';')
        body.remove_suffix(1);
    if (body.empty())
        return note(Severity::Warning, "NET-301", "This function is not understood");
    made.body = std::string(trimmed(body));
    m_builder.addFunction(name, std::move(made));
}

void SpectreParser::include(SpectreWords& words) {
    const std::string_view name = withoutQuotes(words.word());
    std::string section;
    while (words.peek() != '\0') {
        const std::string_view key = words.word();
        if (words.peek() == '=') {
            words.skip();
            const std::string_view value = withoutQuotes(words.word());
            if (key == "section")
                section = std::string(value);
        } else if (key.empty()) {
            words.skip();
        }
    }
    includeFile(name, section);
}

void SpectreParser::includeFile(std::string_view name, std::string_view section) {
    if (m_depth >= kMaxIncludeDepth || ++m_includes > kMaxIncludes)
        return note(Severity::Error, "NET-013", "Includes are nested too deeply or too many");
    const auto path = m_sources.find(name, m_place->folder);
    if (!path)
        return note(Severity::Warning, path.error().code.c_str(), path.error().message());
    const std::string key = path->string() + '\n' + std::string(section);
    if (!m_open.insert(key).second)
        return note(Severity::Error, "NET-014", "This include leads back to the file it stands in");
    const auto source = m_sources.load(*path);
    if (!source) {
        m_open.erase(key);
        return note(Severity::Warning, source.error().code.c_str(), source.error().message());
    }
    m_bytes += source->size;
    if (m_bytes > kMaxBytes) {
        m_open.erase(key);
        return note(Severity::Error, "NET-013", "Includes are nested too deeply or too many");
    }
    Place place;
    place.folder = path->parent_path();
    place.section = std::string(section);
    place.spice = path->extension() != ".scs" && m_place->spice;
    const auto [at, fresh] = m_files.try_emplace(path->string(), std::uint16_t{0});
    if (fresh)
        at->second = m_builder.addFile(path->string());
    place.file = at->second;
    ++m_depth;
    if (!readFile(source->view(), place))
        m_stopped = true;
    --m_depth;
    m_open.erase(key);
}

/// "ic OUT=1 X1.n=0": as SPICE cards.
void SpectreParser::conditions(std::string_view keyword, std::string_view text) {
    std::string card;
    for (const TailItem& item : tailItems(text, Dialect::Spectre))
        if (!item.name.empty())
            card += "v(" + unescaped(item.name) + ")=" + item.text + " ";
    if (!card.empty())
        m_builder.addCard(keyword, keep(card), here());
}

void SpectreParser::options(std::string_view text) {
    std::string card;
    for (const TailItem& item : tailItems(text, Dialect::Spectre)) {
        const std::string name = item.name == "vabstol"   ? "vntol"
                                 : item.name == "iabstol" ? "abstol"
                                                          : item.name;
        if (among(name, {"reltol", "vntol", "abstol", "temp", "tnom", "gmin", "scale"}))
            card += name + "=" + item.text + " ";
    }
    if (!card.empty())
        m_builder.addCard("options", keep(card), here());
}

// --- the room's entry points ------------------------------------------------------------------

bool looksLikeSpectre(std::string_view text) {
    constexpr std::size_t kLook = std::size_t{256} << 10;
    constexpr int kLines = 400;
    text = text.substr(0, kLook);
    int spectre = 0, spice = 0, lines = 0;
    while (!text.empty() && lines < kLines) {
        const std::size_t feed = text.find('\n');
        const std::string_view line = trimmed(text.substr(0, feed));
        text = feed == text.npos ? std::string_view() : text.substr(feed + 1);
        if (line.empty())
            continue;
        ++lines;
        if (line.front() == '.' || line.front() == '+') {
            spice += line.front() == '.' ? 3 : 1;
            continue;
        }
        if (line.front() == '*')
            continue;
        if (line.starts_with("//")) {
            ++spectre;
            continue;
        }
        SpectreWords words(line);
        const std::string_view first = words.word();
        const char next = words.peek();
        if (first == "simulator") {
            words.word();
            if (words.peek() == '=') {
                words.skip();
                if (equalsIgnoreCase(words.word(), "spectre"))
                    return true;
            }
            continue;
        }
        if (lines == 1 && next != '(')
            continue; // it may be a title
        if ((first == "subckt" || first == "ends" || first == "parameters" || first == "inline") &&
            next != '\0' && next != '(' && next != '=')
            spectre += 2;
        else if (first == "include" && next == '"')
            spectre += 2;
        else if (first == "ends" || first == "subckt")
            spectre += 2;
        else if (next == '(') {
            // "M1 (d g s b) nch w=1u": a word stands after the nodes.
            const std::string_view nodes = words.group();
            const char after = words.peek();
            const bool word =
                (after >= 'a' && after <= 'z') || (after >= 'A' && after <= 'Z') || after == '_';
            spectre += word && !nodes.empty() && nodes.find('=') == nodes.npos;
        } else {
            // "R1 a b resistor r=1k", "V1 a b vsource dc=1"
            bool primitive = false;
            for (int i = 0; i < 8 && words.peek() != '\0'; ++i) {
                const std::string_view word = words.word();
                if (word.empty() || words.peek() == '=')
                    break;
                primitive = primitive || among(word, {"resistor", "capacitor", "inductor",
                                                      "vsource", "isource", "vcvs", "vccs"});
            }
            primitive ? ++spectre : ++spice;
        }
    }
    return spectre > spice;
}

Expected<std::unique_ptr<CircuitData>> readSpectre(SourceFiles& sources, const ReadOptions& options,
                                                   const StopToken& stop, ProgressSink& progress) {
    const SourceText main = sources.takeMain();
    auto parser = std::make_unique<SpectreParser>(sources, stop, progress);
    auto done = parser->read(main.view(), nullptr);
    if (!done)
        return done.failure();
    if (parser->wantsSecondReading()) {
        const SpectreKnowledge known = parser->knowledge();
        parser = std::make_unique<SpectreParser>(sources, stop, progress);
        done = parser->read(main.view(), &known);
        if (!done)
            return done.failure();
    }
    return parser->builder().finish(options.top, stop, progress);
}

} // namespace ohm::netlist
