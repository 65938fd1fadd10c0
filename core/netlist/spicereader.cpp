// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/spicereader.h"

#include "core/base/text.h"

#include <algorithm>

namespace ohm::netlist {
namespace {

constexpr std::size_t kMaxIncludeDepth = 40;
constexpr std::size_t kMaxIncludes = 5000;
constexpr std::size_t kMaxReadBytes = std::size_t{3} << 30; ///< of includes, each reading counts
constexpr std::size_t kLookEvery = 4096; ///< cards between looks at the stop token
constexpr std::size_t kMaxDoubts = 2000;

std::string quoted(std::string_view name) {
    return "\"" + std::string(name) + "\"";
}

/// COUNTING rule: the first line is the title unless it begins like a card or comment.
bool isTitle(std::string_view line) {
    line = trimmed(line);
    return !line.empty() && line.front() != '.' && line.front() != '*' && line.front() != '+' &&
           !equalsIgnoreCase(line.substr(0, 9), "simulator");
}

} // namespace

SpiceReader::SpiceReader(SourceFiles& sources, const ReadOptions& options, Dialect dialect,
                         const StopToken& stop, ProgressSink& progress)
    : m_sources(sources)
    , m_options(options)
    , m_stop(stop)
    , m_progress(progress)
    , m_builder(dialect, false) {
    if (dialect != Dialect::Cdl)
        m_builder.addGroundName("gnd");
}

TextRef SpiceReader::ref(std::string_view piece) const {
    const Frame& frame = m_frames.back();
    return TextRef::make(frame.base + static_cast<std::uint64_t>(piece.data() - frame.text),
                         piece.size());
}

void SpiceReader::note(Severity severity, const char* code, std::string text, int column) {
    m_builder.diagnostics().add(severity, code, std::move(text), here(), column);
}

Expected<void> SpiceReader::read(const SpiceKnowledge* known) {
    m_known = known;
    m_builder.setMaxDevices(m_options.maxDevices);
    CircuitData& data = m_builder.data();
    SourceText main = m_sources.takeMain();
    LoadedFile loaded;
    loaded.text = main.text.get();
    loaded.size = main.size;
    loaded.base = data.text.addBlock(std::move(main.text), main.size);
    loaded.file = m_builder.addFile(m_sources.mainName());
    m_mainBase = loaded.base;
    m_mainSize = loaded.size;
    Frame frame{CardLexer(loaded.text, loaded.size, data.dialect)};
    frame.file = loaded.file;
    frame.base = loaded.base;
    frame.text = loaded.text;
    frame.folder = m_sources.folder();
    frame.key = m_sources.mainKey();
    frame.main = true;
    m_frames.push_back(std::move(frame));

    const std::string_view text(loaded.text, loaded.size);
    const std::string_view firstLine = text.substr(0, text.find('\n'));
    if (isTitle(firstLine)) {
        data.title = std::string(trimmed(firstLine).substr(0, 1000));
        lexer().jump(std::min(firstLine.size() + 1, text.size()), 2);
    } else if (firstLine.substr(0, 1) == "*") {
        data.title = std::string(trimmed(firstLine.substr(1)).substr(0, 1000));
    }
    m_progress.report(0, "Reading");
    while (!m_frames.empty()) {
        if (++m_cardsSinceLook >= kLookEvery) {
            m_cardsSinceLook = 0;
            if (m_stop.shouldStop())
                return fail("NET-002", "Reading was stopped");
            const CardLexer& at = m_frames.front().lexer;
            m_progress.report(0.85 * static_cast<double>(at.offset()) /
                                  static_cast<double>(at.size() + 1),
                              "Reading");
        }
        if (!card())
            closeFrame();
    }
    if (m_builder.inSubcircuit())
        m_builder.diagnostics().add(Severity::Error, "NET-036",
                                    "A subcircuit is not closed by .ends", {0, 0});
    if (!m_conditions.empty())
        m_builder.diagnostics().add(Severity::Error, "NET-037", "An .if has no .endif", {0, 0});
    return {};
}

SourceText SpiceReader::giveBackMain() {
    SourceText main;
    main.text = m_builder.data().text.release(m_mainBase);
    main.size = m_mainSize;
    return main;
}

bool SpiceReader::card() {
    CardLexer& cards = lexer();
    if (!cards.nextCard())
        return false;
    if (cards.starDirective()) {
        starDirective();
        return true;
    }
    const char c = cards.first();
    if (c == '.') {
        dotCard();
        return true;
    }
    if (!m_conditions.empty() && !m_conditions.back().active) {
        cards.skipCard();
        return true;
    }
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
        element();
        return true;
    }
    if (c == '+')
        note(Severity::Warning, "NET-023", "This line continues nothing", 1);
    else
        note(Severity::Warning, "NET-021", "This line is not understood",
             cards.column(cards.position()));
    cards.skipCard();
    return true;
}

void SpiceReader::starDirective() {
    CardLexer& cards = lexer();
    Word word;
    // "*.GLOBAL vdd! gnd!" of CDL names global nets, also on '+' lines; other dialects keep it a
    // comment, whose '+' lines belong to the card before and were taken there.
    const char* p = cards.position() + 2;
    const std::string_view head(p, 7);
    const bool isGlobal = m_builder.data().dialect == Dialect::Cdl &&
                          equalsIgnoreCase(head.substr(0, 6), "global") && is(head[6], kBlank);
    if (!isGlobal) {
        if (m_builder.data().dialect == Dialect::Cdl)
            cards.skipCard(); // with its '+' lines
        else
            cards.skipLine();
        return;
    }
    cards.word(word);
    while (cards.word(word)) {
        std::string_view name = word.view();
        name = name.substr(0, name.find(':')); // "vdd!:P"
        if (!name.empty())
            m_builder.addGlobal(name);
    }
    cards.skipCard();
}

bool SpiceReader::openFile(std::string_view name, std::string_view section, SourceLocation at) {
    const auto report = [&](const Error& error) {
        m_builder.diagnostics().add(
            Severity::Warning, error.code,
            error.text + ": " + quoted(name) + (error.hint.empty() ? "" : ". " + error.hint), at);
        return false;
    };
    if (m_frames.size() >= kMaxIncludeDepth || ++m_includes > kMaxIncludes)
        return report({"NET-013", "Files are included too deeply or too often", {}, {}, {}});
    const auto path = m_sources.find(name, m_frames.back().folder);
    if (!path)
        return report(path.error());
    const std::string pathText = path->string();
    const std::string key = pathText + "\n" + toLower(section);
    for (const Frame& frame : m_frames) {
        if (frame.key == key)
            return report({"NET-014", "A file includes itself", {}, {}, {}});
    }
    auto loaded = m_loaded.find(pathText);
    if (loaded == m_loaded.end()) {
        auto text = m_sources.load(*path);
        if (!text)
            return report(text.error());
        LoadedFile file;
        file.text = text->text.get();
        file.size = text->size;
        file.base = m_builder.data().text.addBlock(std::move(text->text), text->size);
        file.file = m_builder.addFile(pathText);
        loaded = m_loaded.emplace(pathText, file).first;
    }
    m_readBytes += loaded->second.size;
    if (m_readBytes > kMaxReadBytes)
        return report({"NET-013", "Files are included too deeply or too often", {}, {}, {}});
    Frame frame{CardLexer(loaded->second.text, loaded->second.size, m_builder.data().dialect)};
    frame.file = loaded->second.file;
    frame.base = loaded->second.base;
    frame.text = loaded->second.text;
    frame.folder = path->parent_path();
    frame.key = key;
    if (!section.empty()) {
        bool found = false;
        while (!found && frame.lexer.skipTo(".lib")) {
            Word word;
            frame.lexer.word(word);
            Word first;
            Word second;
            const bool one = frame.lexer.word(first);
            found =
                one && !frame.lexer.word(second) && equalsIgnoreCase(unquotedWord(first), section);
            frame.lexer.skipCard();
        }
        if (!found)
            return report({"NET-015", "The library has no section " + quoted(section), {}, {}, {}});
        frame.section = true;
    }
    m_frames.push_back(std::move(frame));
    return true;
}

std::string_view SpiceReader::unquotedWord(const Word& word) {
    std::string_view text = word.view();
    if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
        text.back() == text.front())
        text = text.substr(1, text.size() - 2);
    return text;
}

void SpiceReader::closeFrame() {
    m_frames.pop_back();
}

void SpiceReader::doubt(std::string chosen, std::vector<std::string> others) {
    if (m_known || m_doubts.size() >= kMaxDoubts)
        return;
    m_doubts.emplace(std::move(chosen), std::move(others));
}

bool SpiceReader::wantsSecondReading() const {
    if (m_openCondition)
        return true;
    return std::any_of(m_doubts.begin(), m_doubts.end(), [&](const auto& doubt) {
        return !m_models.find(doubt.first) &&
               std::any_of(doubt.second.begin(), doubt.second.end(), [&](const std::string& name) {
                   return m_models.find(name).has_value();
               });
    });
}

bool SpiceReader::isKnownModel(std::string_view name) const {
    return m_models.find(name) || (m_known && m_known->models.find(name));
}

} // namespace ohm::netlist
