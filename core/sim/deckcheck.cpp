// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/deckcheck.h"

#include "core/base/text.h"
#include "core/base/units.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace ohm::sim {
namespace {

/// Elements of ngspice. N is left out: it needs compiled code from a file.
constexpr std::string_view kElements = "abcdefghijklmopqrstuvwxyz";

constexpr std::string_view kCards[] = {
    ".else",    ".elseif", ".endif",   ".ends", ".func",  ".global", ".ic",     ".if",  ".model",
    ".nodeset", ".option", ".options", ".opt",  ".param", ".params", ".subckt", ".temp"};

/// Device models and XSPICE code models that neither read nor write files nor start programs.
constexpr std::string_view kModelTypes[] = {"adc_bridge",  "c",
                                            "cap",         "capacitor",
                                            "capacitoric", "climit",
                                            "core",        "cpl",
                                            "csw",         "d",
                                            "d_and",       "d_buffer",
                                            "d_dff",       "d_dlatch",
                                            "d_fdiv",      "d_genlut",
                                            "d_inverter",  "d_jkff",
                                            "d_lut",       "d_nand",
                                            "d_nor",       "d_open_c",
                                            "d_open_e",    "d_or",
                                            "d_osc",       "d_pulldown",
                                            "d_pullup",    "d_ram",
                                            "d_srff",      "d_srlatch",
                                            "d_tff",       "d_to_real",
                                            "d_tristate",  "d_xnor",
                                            "d_xor",       "dac_bridge",
                                            "divide",      "d_dt",
                                            "gain",        "hyst",
                                            "ilimit",      "ind",
                                            "inductor",    "inductoric",
                                            "int",         "l",
                                            "lcouple",     "limit",
                                            "lmeter",      "cmeter",
                                            "ltra",        "memristor",
                                            "mult",        "multi_input_pwl",
                                            "nchan",       "nhfet",
                                            "njf",         "nmf",
                                            "nmos",        "npn",
                                            "nsoi",        "oneshot",
                                            "pchan",       "phfet",
                                            "pjf",         "pmf",
                                            "pmos",        "pnp",
                                            "psoi",        "potentiometer",
                                            "pswitch",     "pwl",
                                            "pwlts",       "r",
                                            "real_delay",  "real_gain",
                                            "real_to_v",   "res",
                                            "resistor",    "s_xfer",
                                            "sidiode",     "sine",
                                            "slew",        "spice2poly",
                                            "square",      "summer",
                                            "sw",          "switch",
                                            "triangle",    "txl",
                                            "urc",         "vdmos",
                                            "vdmosn",      "vdmosp",
                                            "zener",       "aswitch",
                                            "astate",      "delay",
                                            "bidi_bridge", "hfet"};

/// Options of the numerical engine. Others set variables of ngspice's command interpreter.
constexpr std::string_view kOptions[] = {
    "abstol",       "acct",        "autostop",  "badmos3",    "bypass",         "chgtol",
    "cshunt",       "convabsstep", "convlimit", "convstep",   "defad",          "defas",
    "defl",         "defm",        "defw",      "delmax",     "diode_recovery", "gmin",
    "gmindc",       "gminsteps",   "gramin",    "gshunt",     "indverbosity",   "interp",
    "itl1",         "itl2",        "itl3",      "itl4",       "itl5",           "itl6",
    "keepopinfo",   "klu",         "list",      "lte",        "maxevtiter",     "maxopalter",
    "maxord",       "maxwarns",    "method",    "mindrlimit", "minbreak",       "newtrunc",
    "node",         "noacct",      "noinit",    "nomod",      "noopac",         "noopalter",
    "noopiter",     "nopage",      "numdgt",    "opts",       "oldlimit",       "pivrel",
    "pivtol",       "probe",       "ramptime",  "reltol",     "rseries",        "rshunt",
    "savecurrents", "scale",       "scalm",     "seed",       "seedinfo",       "sollim",
    "sparse",       "srcsteps",    "temp",      "tnom",       "trtol",          "trytocompact",
    "trygmin",      "vntol",       "warn",      "xmu",        "xtrtol"};

template <std::size_t N>
bool isOneOf(std::string_view word, const std::string_view (&list)[N]) {
    return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

Unexpected unsafe(std::string text, std::string_view line, std::size_t number) {
    constexpr std::size_t kShown = 120;
    std::string shown(line.substr(0, kShown));
    std::string where = number == 0 ? std::string() : "line " + std::to_string(number);
    return fail("SIM-010", std::move(text), std::move(shown), std::move(where),
                "Only elements, models and their parameters are simulated; commands and files are "
                "not");
}

std::string_view firstWord(std::string_view line) {
    return line.substr(0, line.find_first_of(" \t=("));
}

/// Words of a card; blanks, '=', parentheses and commas separate them.
std::vector<std::string_view> words(std::string_view line) {
    static constexpr std::string_view kSeparators = " \t=(),";
    std::vector<std::string_view> result;
    for (std::size_t start = 0;
         (start = line.find_first_not_of(kSeparators, start)) != std::string_view::npos;) {
        const auto end = std::min(line.find_first_of(kSeparators, start), line.size());
        result.push_back(line.substr(start, end - start));
        start = end;
    }
    return result;
}

/// True if a parameter names a file, as some dialects and code models spell it.
bool namesFile(std::string_view line) {
    static constexpr std::string_view kNames[] = {
        "file", "filename", "ic.file", "input_file", "process_file", "state_file", "wavefile"};
    for (std::size_t at = 0; (at = line.find("file", at)) != std::string_view::npos;) {
        const auto next = line.find_first_of(" \t=(),", at);
        if (next == std::string_view::npos)
            return false;
        const auto before = line.find_last_of(" \t=(),", at);
        const auto start = before == std::string_view::npos ? 0 : before + 1;
        const bool assigned = trimmed(line.substr(next)).starts_with('=');
        if (assigned && isOneOf(line.substr(start, next - start), kNames))
            return true;
        at = next;
    }
    return false;
}

bool isNumber(std::string_view word) {
    return parseSi(word).has_value();
}

Expected<void> checkOptions(std::string_view line, std::size_t number) {
    const auto parts = words(line);
    for (std::size_t i = 1; i < parts.size(); ++i) {
        if (isOneOf(parts[i], kOptions) || isNumber(parts[i]))
            continue;
        // What stands after '=' is a value.
        auto before = line.substr(0, static_cast<std::size_t>(parts[i].data() - line.data()));
        before = trimmed(before);
        const std::string_view previous = parts[i - 1];
        const bool isValue = !before.empty() && before.back() == '=';
        const bool harmless = isValue && (previous == "method" || parts[i].front() == '{' ||
                                          parts[i].front() == '\'');
        if (!harmless)
            return unsafe("The option \"" + std::string(parts[i]) + "\" is not accepted", line,
                          number);
    }
    return {};
}

/// One whole card, lower case.
Expected<void> checkCard(std::string_view line, std::size_t number) {
    const char first = line.front();
    if (first != '.') {
        if (kElements.find(first) == std::string_view::npos)
            return unsafe("This line is neither an element nor a model", line, number);
        if (namesFile(line))
            return unsafe("An element may not read a file", line, number);
        return {};
    }
    const auto card = firstWord(line);
    if (!isOneOf(card, kCards))
        return unsafe("The card \"" + std::string(card) + "\" is not accepted", line, number);
    if (card == ".model") {
        const auto parts = words(line);
        if (parts.size() < 3)
            return unsafe("This model has no type", line, number);
        if (!isOneOf(parts[2], kModelTypes))
            return unsafe("The model type \"" + std::string(parts[2]) + "\" is not accepted", line,
                          number);
        if (namesFile(line))
            return unsafe("A model may not read a file", line, number);
    }
    if (card.starts_with(".opt"))
        return checkOptions(line, number);
    return {};
}

} // namespace

Expected<std::string> checkedDeck(std::string_view deck) {
    std::string result = "* ohmscape\n";
    result.reserve(deck.size() + 64);
    std::string card;
    std::size_t cardLine = 0, number = 0;
    const auto flush = [&]() -> Expected<void> {
        if (card.empty())
            return {};
        if (auto checked = checkCard(card, cardLine); !checked)
            return checked;
        result += card;
        result += '\n';
        card.clear();
        return {};
    };
    bool ended = false;
    while (!deck.empty() && !ended) {
        const auto end = deck.find('\n');
        auto line = deck.substr(0, end);
        deck.remove_prefix(end == std::string_view::npos ? deck.size() : end + 1);
        ++number;
        for (const char c : line)
            if (!((c >= ' ' && c < 0x7F) || c == '\t' || c == '\r'))
                return unsafe("The deck has a character that is not plain text", {}, number);
        line = trimmed(line);
        // The first line is the title whatever it holds; comments may be commands in disguise
        // ("*#", "*ng_script"), so none is passed on.
        if (number == 1 || line.empty() || line.front() == '*')
            continue;
        if (line.front() == '+') {
            if (!card.empty()) {
                card += ' ';
                card += toLower(line.substr(1));
            }
            continue;
        }
        if (auto flushed = flush(); !flushed)
            return flushed.failure();
        auto lower = toLower(line);
        ended = firstWord(lower) == ".end";
        if (!ended) {
            card = std::move(lower);
            cardLine = number;
        }
    }
    if (auto flushed = flush(); !flushed)
        return flushed.failure();
    result += ".end\n";
    return result;
}

Expected<std::string> analysisCommand(const Analysis& analysis) {
    const auto bad = [](const char* text) {
        return fail("SIM-011", text, {}, {}, "Correct the values of the analysis");
    };
    for (const double value : {analysis.start, analysis.stop, analysis.step, analysis.most})
        if (!std::isfinite(value))
            return bad("An analysis has a value that is not a number");
    const auto number = [](double value) { return ' ' + formatExact(value); };
    switch (analysis.kind) {
    case Analysis::Kind::Op:
        return std::string("op");
    case Analysis::Kind::Dc:
        if (auto name = checkVectorName(analysis.source); !name)
            return name.failure();
        if (analysis.step == 0 || (analysis.stop - analysis.start) * analysis.step < 0)
            return bad("A DC sweep needs a step towards its end");
        return "dc " + toLower(analysis.source) + number(analysis.start) + number(analysis.stop) +
               number(analysis.step);
    case Analysis::Kind::Noise:
        for (const std::string* name : {&analysis.source, &analysis.output}) {
            if (auto fine = checkVectorName(*name); !fine)
                return fine.failure();
        }
        if (!analysis.reference.empty())
            if (auto fine = checkVectorName(analysis.reference); !fine)
                return fine.failure();
        [[fallthrough]];
    case Analysis::Kind::Ac:
        if (analysis.sweep != "dec" && analysis.sweep != "oct" && analysis.sweep != "lin")
            return bad("An AC sweep is one of dec, oct and lin");
        if (analysis.points < 1)
            return bad("An AC sweep needs at least one point");
        if (analysis.stop < analysis.start || analysis.start < 0 ||
            (analysis.sweep != "lin" && analysis.start <= 0))
            return bad("An AC sweep needs frequencies above zero in rising order");
        if (analysis.kind == Analysis::Kind::Noise) {
            const std::string against =
                analysis.reference.empty() ? "" : "," + toLower(analysis.reference);
            return "noise v(" + toLower(analysis.output) + against + ") " +
                   toLower(analysis.source) + ' ' + analysis.sweep + ' ' +
                   std::to_string(analysis.points) + number(analysis.start) + number(analysis.stop);
        }
        return "ac " + analysis.sweep + ' ' + std::to_string(analysis.points) +
               number(analysis.start) + number(analysis.stop);
    case Analysis::Kind::Tran:
        if (analysis.step <= 0 || analysis.start < 0 || analysis.stop <= analysis.start)
            return bad("A transient analysis needs a step and an end after its start");
        if (analysis.most < 0)
            return bad("The greatest step of a transient is above zero");
        return "tran" + number(analysis.step) + number(analysis.stop) +
               (analysis.start > 0 || analysis.most > 0 ? number(analysis.start) : std::string()) +
               (analysis.most > 0 ? number(analysis.most) : std::string());
    }
    return bad("This analysis is not known");
}

Expected<void> checkVectorName(std::string_view name) {
    static constexpr std::string_view kPunctuation = "_.:@[]#()+-/";
    const bool fine = !name.empty() && name.size() <= 512 && name.front() != '-' &&
                      std::all_of(name.begin(), name.end(), [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                 (c >= '0' && c <= '9') ||
                                 kPunctuation.find(c) != std::string_view::npos;
                      });
    if (!fine)
        return unsafe("This is not the name of a vector", name, 0);
    return {};
}

Expected<Measurement> parseMeasurement(std::string_view body) {
    // The command interpreter gives meaning to $ ` ; < > | & ! { } and line ends.
    static constexpr std::string_view kPunctuation = " _.:@[]#()+-*/^,='\"%";
    for (const char c : body) {
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && kPunctuation.find(c) == std::string_view::npos)
            return unsafe("A measurement has a character that is not accepted", body, 0);
    }
    const std::string lower = toLower(trimmed(body));
    std::string_view rest = lower;
    const auto takeWord = [&rest] {
        rest = trimmed(rest);
        const auto word = rest.substr(0, rest.find(' '));
        rest.remove_prefix(word.size());
        return word;
    };
    auto kindWord = takeWord();
    if (kindWord == ".meas" || kindWord == ".measure" || kindWord == "meas")
        kindWord = takeWord();
    Measurement result;
    if (kindWord == "tran")
        result.kind = Analysis::Kind::Tran;
    else if (kindWord == "ac")
        result.kind = Analysis::Kind::Ac;
    else if (kindWord == "dc")
        result.kind = Analysis::Kind::Dc;
    else
        return fail("SIM-012", "A measurement begins with tran, ac or dc", std::string(body));
    result.name = takeWord();
    const bool plainName =
        !result.name.empty() && std::all_of(result.name.begin(), result.name.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        });
    if (!plainName || (result.name.front() >= '0' && result.name.front() <= '9') ||
        trimmed(rest).empty())
        return fail("SIM-012", "A measurement needs a name and what to measure", std::string(body));
    rest = trimmed(rest);
    if (rest.starts_with("param") && trimmed(rest.substr(5)).starts_with('=')) {
        // The command "meas" does not know "param='2*x'": its results are vectors to compute with.
        auto expression = trimmed(trimmed(rest.substr(5)).substr(1));
        if (expression.size() >= 2 && expression.front() == expression.back() &&
            (expression.front() == '\'' || expression.front() == '"'))
            expression = expression.substr(1, expression.size() - 2);
        if (trimmed(expression).empty() || expression.find_first_of("='\"@#%:") != expression.npos)
            return fail("SIM-012", "A computed measurement needs an expression", std::string(body));
        result.command =
            "let " + result.name + " = " + std::string(expression) + "\nprint " + result.name;
        return result;
    }
    result.command = "meas " + std::string(kindWord) + ' ' + result.name + ' ' + std::string(rest);
    return result;
}

} // namespace ohm::sim
