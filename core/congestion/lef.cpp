// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/congestion/lef.h"

#include "core/congestion/words.h"

#include <algorithm>

namespace ohm::congestion {
namespace {

constexpr double kMostMicrons = 1e6;

class LefReader {
public:
    LefReader(std::string_view text, const std::string& where, Lef& into)
        : m_words(text)
        , m_where(where)
        , m_lef(into) {}

    Expected<void> read() {
        for (std::string_view word; !(word = m_words.next()).empty();) {
            Expected<void> done;
            if (word == "MACRO")
                done = macro(std::string(m_words.next()));
            else if (word == "LAYER")
                done = layer(std::string(m_words.next()));
            else if (word == "END" && m_words.next() == "LIBRARY")
                return {};
            else if (isBlock(word))
                done = skipBlock(word);
            else if (word != "END" && word != ";")
                done = skipStatement();
            if (!done)
                return done;
        }
        return {};
    }

private:
    Unexpected wrong(const char* what) const {
        return fail("CONG-032", "The LEF file is not understood", what,
                    m_where + ":" + std::to_string(m_words.line()));
    }

    static bool isBlock(std::string_view word) {
        return word == "UNITS" || word == "PROPERTYDEFINITIONS" || word == "SITE" ||
               word == "VIA" || word == "VIARULE" || word == "SPACING" || word == "NOISETABLE" ||
               word == "NONDEFAULTRULE" || word == "BEGINEXT" || word == "IRDROP" ||
               word == "ARRAY";
    }

    Expected<void> skipStatement() {
        for (std::string_view word; (word = m_words.next()) != ";";) {
            if (word.empty())
                return wrong("a statement is cut short");
        }
        return {};
    }

    /// To "END name" (SITE, VIA, ...) or "END kind" (UNITS, ...), or ENDEXT.
    Expected<void> skipBlock(std::string_view kind) {
        std::string_view name = kind;
        if (kind == "SITE" || kind == "VIA" || kind == "VIARULE" || kind == "NONDEFAULTRULE" ||
            kind == "ARRAY")
            name = m_words.next();
        for (std::string_view word; !(word = m_words.next()).empty();) {
            if (word == "ENDEXT" || (word == "END" && m_words.next() == name))
                return {};
        }
        return wrong("a block has no end");
    }

    Expected<void> layer(const std::string& name) {
        LefLayer layer;
        double x = 0, y = 0;
        for (std::string_view word; (word = m_words.next()) != "END";) {
            if (word.empty())
                return wrong("a layer has no end");
            if (word == "TYPE") {
                layer.routing = m_words.next() == "ROUTING";
            } else if (word == "DIRECTION") {
                const auto direction = m_words.next();
                layer.direction = direction == "HORIZONTAL" ? LefLayer::Direction::Horizontal
                                  : direction == "VERTICAL" ? LefLayer::Direction::Vertical
                                                            : LefLayer::Direction::Unknown;
            } else if (word == "PITCH") {
                // One number, or that of x and that of y.
                x = y = toNumber(m_words.next()).value_or(0);
                const auto next = m_words.next();
                if (next == ";")
                    continue;
                y = toNumber(next).value_or(x);
            }
            if (const auto done = skipStatement(); !done)
                return done;
        }
        if (m_words.next() != name)
            return wrong("a layer ends with another name");
        layer.pitch = layer.direction == LefLayer::Direction::Vertical ? x : y;
        m_lef.layers[name] = layer;
        return {};
    }

    Expected<void> macro(const std::string& name) {
        LefMacro macro;
        for (std::string_view word;;) {
            word = m_words.next();
            if (word.empty())
                return wrong("a macro has no end");
            if (word == "END") {
                if (m_words.next() != name)
                    return wrong("a macro ends with another name");
                break;
            }
            Expected<void> done;
            if (word == "SIZE") {
                const auto width = toNumber(m_words.next());
                const bool by = m_words.next() == "BY";
                const auto height = toNumber(m_words.next());
                if (!width || !by || !height || *width < 0 || *height < 0 ||
                    *width > kMostMicrons || *height > kMostMicrons)
                    return wrong("the size of a macro");
                macro.width = *width;
                macro.height = *height;
                done = skipStatement();
            } else if (word == "PIN") {
                done = pin(std::string(m_words.next()), macro);
            } else if (word == "OBS") {
                while ((word = m_words.next()) != "END") {
                    if (word.empty())
                        return wrong("obstructions have no end");
                }
            } else if (word == "DENSITY") {
                while ((word = m_words.next()) != "END") {
                    if (word.empty())
                        return wrong("a density has no end");
                }
            } else if (word != ";") {
                done = skipStatement();
            }
            if (!done)
                return done;
        }
        m_lef.macros[name] = std::move(macro);
        return {};
    }

    Expected<void> pin(const std::string& name, LefMacro& macro) {
        LefMacro::Pin pin;
        pin.name = name;
        bool first = true;
        int ports = 0;
        for (std::string_view word;;) {
            word = m_words.next();
            if (word.empty())
                return wrong("a pin has no end");
            if (word == "END") {
                if (ports > 0) {
                    --ports;
                    continue;
                }
                if (m_words.next() != name)
                    return wrong("a pin ends with another name");
                break;
            }
            if (word == "PORT") {
                ++ports;
                continue;
            }
            if (word == "DIRECTION") {
                pin.direction = m_words.next();
            } else if (word == "USE") {
                pin.use = m_words.next();
            } else if (word == "RECT") {
                double at[4];
                std::string_view number = m_words.next();
                if (number == "MASK") {
                    m_words.next();
                    number = m_words.next();
                }
                for (double& value : at) {
                    const auto read = toNumber(number);
                    if (!read)
                        return wrong("a rectangle of a pin");
                    value = *read;
                    if (&value != at + 3)
                        number = m_words.next();
                }
                const Box box{std::min(at[0], at[2]), std::min(at[1], at[3]),
                              std::max(at[0], at[2]), std::max(at[1], at[3])};
                pin.box =
                    first ? box
                          : Box{std::min(pin.box.left, box.left),
                                std::min(pin.box.bottom, box.bottom),
                                std::max(pin.box.right, box.right), std::max(pin.box.top, box.top)};
                first = false;
            }
            if (word != ";") {
                if (const auto done = skipStatement(); !done)
                    return done;
            }
        }
        macro.pins.push_back(std::move(pin));
        return {};
    }

    Words m_words;
    const std::string& m_where;
    Lef& m_lef;
};

} // namespace

Expected<void> readLef(std::string_view text, const std::string& where, Lef& into) {
    return LefReader(text, where, into).read();
}

} // namespace ohm::congestion
