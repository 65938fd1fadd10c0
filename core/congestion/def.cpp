// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/congestion/def.h"

#include "core/congestion/timing.h"
#include "core/congestion/words.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

namespace ohm::congestion {
namespace {

constexpr double kMostUnits = 1e12; ///< of a coordinate
constexpr double kMostPerMicron = 1e9;
constexpr std::size_t kMostNames = 100'000'000;
constexpr std::size_t kMostLayers = 10'000;

bool isOrientation(std::string_view word) {
    return word == "N" || word == "S" || word == "E" || word == "W" || word == "FN" ||
           word == "FS" || word == "FE" || word == "FW";
}

class DefReader {
public:
    DefReader(std::string_view text, const std::string& where)
        : m_words(text)
        , m_where(where) {}

    Expected<Def> read() {
        bool ended = false;
        while (!ended && !next().empty()) {
            Expected<void> done;
            if (m_word == "DESIGN")
                done = take([&] { m_def.design = next(); });
            else if (m_word == "UNITS")
                done = units();
            else if (m_word == "DIEAREA")
                done = dieArea();
            else if (m_word == "TRACKS")
                done = tracks();
            else if (m_word == "GCELLGRID")
                done = gcellGrid();
            else if (m_word == "COMPONENTS")
                done = section("COMPONENTS", [&] { return component(); });
            else if (m_word == "PINS")
                done = section("PINS", [&] { return port(); });
            else if (m_word == "NETS")
                done = section("NETS", [&] { return net(); });
            else if (isSection(m_word))
                done = skipSection(m_word);
            else if (m_word == "END")
                ended = next() == "DESIGN";
            else if (m_word != ";")
                done = take([] {});
            if (!done)
                return done.failure();
        }
        if (!ended)
            return wrong("the file is cut short: END DESIGN is missing");
        const auto lacks = [&](const char* what) {
            return fail("CONG-031", "The DEF file lacks what a congestion study needs", what,
                        m_where);
        };
        if (!(m_def.unitsPerMicron >= 1 && m_def.unitsPerMicron <= kMostPerMicron))
            return lacks("UNITS DISTANCE MICRONS and a number");
        if (!(m_def.die.right > m_def.die.left) || !(m_def.die.top > m_def.die.bottom))
            return lacks("DIEAREA");
        if (m_def.components.empty())
            return lacks("COMPONENTS");
        finishGrid();
        m_def.pins.nodes = m_def.components.size();
        m_def.pins.nets = m_def.nets.size();
        if (m_unknown > 0)
            m_def.findings.push_back(
                {Severity::Warning, "CONG-035",
                 std::to_string(m_unknown) +
                     " terminals of nets name components that the file does not have",
                 m_where, 0, 0, m_unknownName});
        if (m_def.diagonals > 0)
            m_def.findings.push_back({Severity::Note, "CONG-037",
                                      std::to_string(m_def.diagonals) +
                                          " pieces of wire are neither horizontal nor vertical "
                                          "and are left out",
                                      m_where});
        return std::move(m_def);
    }

private:
    std::string_view next() { return m_word = m_words.next(); }
    Unexpected wrong(const std::string& what) const {
        return fail("CONG-030", "The DEF file is not understood", what,
                    m_where + ":" + std::to_string(m_words.line()));
    }

    /// Does something at the start of a statement, then goes to its end.
    template <typename Fn>
    Expected<void> take(Fn&& fn) {
        fn();
        while (m_word != ";") {
            if (next().empty())
                return wrong("a statement is cut short");
        }
        return {};
    }

    static bool isSection(std::string_view word) {
        return word == "SPECIALNETS" || word == "VIAS" || word == "PINPROPERTIES" ||
               word == "PROPERTYDEFINITIONS" || word == "REGIONS" || word == "BLOCKAGES" ||
               word == "FILLS" || word == "SLOTS" || word == "GROUPS" || word == "SCANCHAINS" ||
               word == "NONDEFAULTRULES" || word == "STYLES" || word == "BEGINEXT";
    }
    Expected<void> skipSection(std::string_view name) {
        while (!next().empty()) {
            if (m_word == "ENDEXT" || (m_word == "END" && next() == name))
                return {};
        }
        return wrong("section " + std::string(name) + " has no end");
    }

    /// Entries "- ... ;" up to "END name".
    template <typename Entry>
    Expected<void> section(std::string_view name, Entry&& entry) {
        while (m_word != ";") {
            if (next().empty())
                return wrong("a section is cut short");
        }
        for (;;) {
            next();
            if (m_word == "END") {
                if (next() != name)
                    return wrong("a section ends with another name");
                return {};
            }
            if (m_word != "-")
                return wrong("an entry of " + std::string(name) + " does not start with -");
            if (const auto done = entry(); !done)
                return done;
        }
    }

    bool coordinate(std::string_view word, double& value) const {
        const auto number = toNumber(word);
        if (!number || std::abs(*number) > kMostUnits)
            return false;
        value = *number;
        return true;
    }

    Expected<void> units() {
        if (next() != "DISTANCE" || next() != "MICRONS")
            return wrong("UNITS");
        m_def.unitsPerMicron = toNumber(next()).value_or(0);
        return take([] {});
    }

    Expected<void> dieArea() {
        bool first = true;
        while (next() == "(") {
            double x = 0, y = 0;
            if (!coordinate(next(), x) || !coordinate(next(), y) || next() != ")")
                return wrong("DIEAREA");
            Box& die = m_def.die;
            die = first ? Box{x, y, x, y}
                        : Box{std::min(die.left, x), std::min(die.bottom, y),
                              std::max(die.right, x), std::max(die.top, y)};
            first = false;
        }
        return take([] {});
    }

    std::int32_t layer(std::string_view name) {
        const auto found = m_layers.find(std::string(name));
        if (found != m_layers.end())
            return found->second;
        if (m_def.layers.size() == kMostLayers)
            return -1;
        const auto number = static_cast<std::int32_t>(m_def.layers.size());
        m_def.layers.emplace_back(name);
        m_layers.emplace(name, number);
        return number;
    }

    /// "X start DO count STEP step"
    bool series(char& axis, double& start, int& count, double& step) {
        const auto name = next();
        axis = name.empty() ? ' ' : name[0];
        const bool place = coordinate(next(), start) && next() == "DO";
        const std::int64_t many = place ? toInteger(next()).value_or(-1) : -1;
        if ((name != "X" && name != "Y") || many < 0 || many > std::numeric_limits<int>::max() ||
            next() != "STEP" || !coordinate(next(), step))
            return false;
        count = static_cast<int>(many);
        return true;
    }

    Expected<void> tracks() {
        DefTracks track;
        if (!series(track.axis, track.start, track.count, track.step) || track.step <= 0)
            return wrong("TRACKS");
        while (next() != ";" && m_word != "LAYER") {
            if (m_word.empty())
                return wrong("TRACKS");
        }
        while (m_word != ";" && next() != ";") {
            if (m_word.empty())
                return wrong("TRACKS");
            track.layer = layer(m_word);
            if (track.layer < 0)
                return wrong("too many layers");
            m_def.tracks.push_back(track);
        }
        return {};
    }

    Expected<void> gcellGrid() {
        DefTracks line;
        if (!series(line.axis, line.start, line.count, line.step))
            return wrong("GCELLGRID");
        auto& best = line.axis == 'X' ? m_gridX : m_gridY;
        if (line.count > best.count && line.step > 0)
            best = line;
        return take([] {});
    }

    /// The larger of the series of each axis makes the grid; the file's last cells are stretched.
    void finishGrid() {
        const auto cells = [](const DefTracks& line, double end) {
            const double most = std::ceil((end - line.start) / line.step);
            return most >= 1 && line.count > 0 && line.count <= kMostColumns
                       ? std::min(line.count, static_cast<int>(std::min(most, 1e6)))
                       : 0;
        };
        if (m_gridX.count == 0 || m_gridY.count == 0)
            return;
        GCellGrid grid{cells(m_gridX, m_def.die.right),
                       cells(m_gridY, m_def.die.top),
                       m_gridX.start,
                       m_gridY.start,
                       m_gridX.step,
                       m_gridY.step};
        if (grid.columns > 0 && grid.rows > 0)
            m_def.grid = grid;
        else
            m_def.findings.push_back({Severity::Warning, "CONG-034",
                                      "The GCell grid of the file is not usable", m_where});
    }

    Expected<void> component() {
        m_byName.clear(); // its views do not outlive a growing list
        Def::Component c;
        c.name = next();
        c.master = next();
        if (c.master.empty() || c.master == ";" || m_def.components.size() == kMostNames)
            return wrong("a component");
        while (next() != ";") {
            if (m_word.empty())
                return wrong("a component is cut short");
            if (m_word != "+")
                continue;
            next();
            if (m_word != "PLACED" && m_word != "FIXED" && m_word != "COVER")
                continue;
            c.fixed = m_word != "PLACED";
            if (next() != "(" || !coordinate(next(), c.x) || !coordinate(next(), c.y) ||
                next() != ")")
                return wrong("the place of a component");
            const auto turn = next();
            if (!isOrientation(turn))
                return wrong("the orientation of a component");
            c.turned = turn == "E" || turn == "W" || turn == "FE" || turn == "FW";
            c.placed = true;
        }
        m_def.components.push_back(std::move(c));
        return {};
    }

    Expected<void> port() {
        ++m_def.ports;
        return take([&] { next(); });
    }

    void indexComponents() {
        if (!m_byName.empty())
            return;
        m_byName.reserve(m_def.components.size());
        for (std::size_t i = 0; i < m_def.components.size(); ++i)
            m_byName.emplace(m_def.components[i].name, static_cast<std::int32_t>(i));
    }

    Expected<void> net() {
        indexComponents();
        const auto number = static_cast<std::int32_t>(m_def.nets.size());
        if (m_def.nets.size() == kMostNames)
            return wrong("too many nets");
        m_def.nets.emplace_back(next());
        next();
        while (m_word == "(") {
            const std::string_view instance = next(), pin = next();
            if (pin.empty() || pin == ")" || instance == ")")
                return wrong("a terminal of a net");
            while (next() != ")") {
                if (m_word.empty() || m_word == ";")
                    return wrong("a terminal of a net");
            }
            if (instance == "PIN") {
                ++m_def.portPins;
                m_def.portPinNet.push_back(number);
            } else if (const auto found = m_byName.find(instance); found != m_byName.end()) {
                m_def.pins.pinNode.push_back(found->second);
                m_def.pins.pinNet.push_back(number);
                m_def.pinRoles.push_back(static_cast<std::uint8_t>(pinRole(
                    m_def.components[static_cast<std::size_t>(found->second)].master, pin)));
            } else {
                if (m_unknown++ == 0)
                    m_unknownName = instance;
            }
            next();
        }
        if (m_word != "+" && m_word != ";")
            return wrong("a terminal of a net");
        while (m_word != ";") {
            if (m_word.empty())
                return wrong("a net is cut short");
            if (m_word != "+") {
                next();
                continue;
            }
            next();
            if (m_word == "ROUTED" || m_word == "FIXED" || m_word == "COVER") {
                if (const auto done = wiring(number); !done)
                    return done;
            }
        }
        return {};
    }

    /// Paths "layer ( x y ) ( x y ) via ... NEW layer ..." up to the next + or ;.
    Expected<void> wiring(std::int32_t net) {
        for (;;) {
            Wire wire;
            wire.net = net;
            wire.layer = layer(next());
            if (m_word.empty() || m_word == ";" || wire.layer < 0)
                return wrong("the layer of a wire");
            bool havePoint = false, joined = true;
            double x = 0, y = 0;
            std::string_view before;
            for (next(); m_word != "NEW" && m_word != "+" && m_word != ";"; next()) {
                if (m_word.empty())
                    return wrong("a wire is cut short");
                if (m_word == "(") {
                    double atX = x, atY = y;
                    const auto wordX = next(), wordY = next();
                    if ((wordX == "*" ? !havePoint : !coordinate(wordX, atX)) ||
                        (wordY == "*" ? !havePoint : !coordinate(wordY, atY)))
                        return wrong("a point of a wire");
                    while (next() != ")") { // the extension
                        if (!isNumber(m_word))
                            return wrong("a point of a wire");
                    }
                    if (havePoint && joined && (atX != x || atY != y)) {
                        wire.x0 = x;
                        wire.y0 = y;
                        wire.x1 = atX;
                        wire.y1 = atY;
                        if (atX != x && atY != y)
                            ++m_def.diagonals;
                        else
                            m_def.wires.push_back(wire);
                    }
                    x = atX;
                    y = atY;
                    havePoint = joined = true;
                } else if (m_word == "RECT") {
                    while (next() != ")") {
                        if (m_word.empty() || m_word == ";")
                            return wrong("a patch of a wire");
                    }
                } else if (m_word == "TAPERRULE" || m_word == "STYLE" || m_word == "MASK" ||
                           m_word == "SHAPE") {
                    next();
                } else if (m_word == "VIRTUAL") {
                    joined = false;
                } else if (m_word != "TAPER" && !(before == "via" && isOrientation(m_word))) {
                    if (!havePoint)
                        return wrong("a via without a place");
                    ++m_def.vias;
                    before = "via";
                    continue;
                }
                before = {};
            }
            if (m_word != "NEW")
                return {};
        }
    }

    Words m_words;
    const std::string& m_where;
    std::string_view m_word;
    Def m_def;
    DefTracks m_gridX, m_gridY;
    std::unordered_map<std::string, std::int32_t> m_layers;
    std::unordered_map<std::string_view, std::int32_t> m_byName; ///< views into the components
    std::size_t m_unknown = 0;
    std::string m_unknownName;
};

} // namespace

Expected<Def> readDef(std::string_view text, const std::string& where) {
    return DefReader(text, where).read();
}

int layerLevel(std::string_view name) {
    std::size_t begin = name.size();
    while (begin > 0 && name[begin - 1] >= '0' && name[begin - 1] <= '9')
        --begin;
    const auto level = toInteger(name.substr(begin));
    return level && *level < 1000 ? static_cast<int>(*level) : 0;
}

bool isHorizontal(std::string_view layer, const Lef* lef) {
    if (lef) {
        const auto found = lef->layers.find(layer);
        if (found != lef->layers.end() && found->second.direction != LefLayer::Direction::Unknown)
            return found->second.direction == LefLayer::Direction::Horizontal;
    }
    return layerLevel(layer) % 2 == 1;
}

Expected<GCellGrid> gridOver(const Box& die, double step) {
    const double columns = std::floor((die.right - die.left) / step);
    const double rows = std::floor((die.top - die.bottom) / step);
    if (!(step > 0) || !(columns >= 1 && columns <= kMostColumns) ||
        !(rows >= 1 && rows <= kMostColumns))
        return fail("CONG-034", "No sensible grid of GCells results for this die",
                    std::to_string(step) + " DBU", {}, "Give the side of a GCell");
    return GCellGrid{
        static_cast<int>(columns), static_cast<int>(rows), die.left, die.bottom, step, step};
}

Design designOf(Def&& def, const Lef* lef, const GCellGrid& grid) {
    Design design;
    design.name = def.design;
    design.family = std::move(def.design);
    design.format = "def";
    design.pins = std::move(def.pins);
    design.pinRoles = std::move(def.pinRoles);
    design.netNames = std::move(def.nets);
    design.findings = std::move(def.findings);
    design.portPins = def.portPins;
    design.pinRows = design.pins.pins();
    design.grid = grid;
    const std::size_t nodes = def.components.size();
    design.placed.assign(nodes, 0);
    design.boxes.assign(nodes, {});
    design.cells.assign(nodes, {-1, -1});
    std::size_t unknown = 0;
    for (std::size_t n = 0; n < nodes; ++n) {
        Def::Component& c = def.components[n];
        double width = 0, height = 0;
        if (lef) {
            const auto macro = lef->macros.find(c.master);
            if (macro != lef->macros.end()) {
                width = macro->second.width * def.unitsPerMicron;
                height = macro->second.height * def.unitsPerMicron;
                if (c.turned)
                    std::swap(width, height);
            } else {
                ++unknown;
            }
        }
        design.nodeNames.push_back(std::move(c.name));
        design.masters.push_back(std::move(c.master));
        if (!c.placed)
            continue;
        design.hasPlacement = true;
        ++design.placementRows;
        design.placed[n] = 1;
        design.boxes[n] = {c.x, c.y, c.x + width, c.y + height};
        if (grid.columns > 0)
            design.cells[n] = {grid.column(c.x + width / 2), grid.row(c.y + height / 2)};
    }
    if (unknown > 0)
        design.findings.push_back({Severity::Warning,
                                   "CONG-036",
                                   std::to_string(unknown) +
                                       " components have a library cell that the LEF files lack; "
                                       "their size is unknown",
                                   {}});
    return design;
}

} // namespace ohm::congestion
