// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ohm::schematic {

/// Coordinates in schematic units; an importer scales so that one grid step of its tool is 10
/// units (LTspice: 16 -> 10). x right, y down.
struct Pt {
    std::int32_t x = 0;
    std::int32_t y = 0;
    bool operator==(const Pt&) const = default;
    auto operator<=>(const Pt&) const = default;
};

/// Orientation of a symbol: mirror first (x -> -x), then rotate clockwise on screen by quarter
/// turns: 0 (x,y), 1 (-y,x), 2 (-x,-y), 3 (y,-x).
struct Orientation {
    std::uint8_t quarterTurns = 0;
    bool mirror = false;
    Pt apply(Pt p) const {
        if (mirror)
            p.x = -p.x;
        switch (quarterTurns & 3) {
        case 1:
            return {-p.y, p.x};
        case 2:
            return {-p.x, -p.y};
        case 3:
            return {p.y, -p.x};
        default:
            return p;
        }
    }
    bool operator==(const Orientation&) const = default;
};

enum class TextAnchor : std::uint8_t {
    Left,
    Center,
    Right,
    TopLeft,
    Top,
    TopRight,
    BottomLeft,
    Bottom,
    BottomRight
};

/// Drawing primitive in symbol coordinates.
struct Shape {
    enum class Kind : std::uint8_t {
        Line,
        Rectangle,
        Circle,
        Arc,
        Polygon,
        Text
    } kind = Kind::Line;
    std::vector<Pt> points; ///< Line: polyline; Rectangle/Circle/Arc: two corners of the box
    double startAngle = 0;  ///< Arc: degrees, counter-clockwise, 0 = right
    double spanAngle = 0;
    bool filled = false;
    std::string text;       ///< Text
    std::int32_t size = 10; ///< Text: height in units
    /// Text: which point of the text lies at points[0]; it turns with the symbol, the text itself
    /// stays upright.
    TextAnchor anchor = TextAnchor::Center;
    /// Units per step of `points` and `size`: imported artwork is finer than the grid.
    float scale = 1.0F;
};

struct Pin {
    Pt at;
    std::string name;
    std::uint16_t order = 0; ///< place in the netlist line, 0-based
};

/// Where a symbol's texts go by default, in symbol coordinates. `at` and `anchor` turn with the
/// symbol (anchor Left at 90 degrees becomes Top: the text hangs below the point), while the text
/// itself is always drawn upright. symbols.h placeTexts() finds slots for any orientation.
struct TextSlot {
    Pt at;
    TextAnchor anchor = TextAnchor::Left;
};

struct Symbol {
    std::string name; ///< library name, e.g. "nmos4"
    std::vector<Shape> shapes;
    std::vector<Pin> pins;
    TextSlot nameSlot;
    TextSlot valueSlot;
};

using Attributes = std::vector<std::pair<std::string, std::string>>;

struct SymbolInstance {
    std::uint32_t symbol = 0; ///< index into SchematicDoc::symbols
    Pt at;
    Orientation orientation;
    std::string name;  ///< reference designator as drawn, e.g. "M3"
    std::string value; ///< value line as drawn, e.g. "10k"
    std::string
        device; ///< flat or cell-local device name this stands for (lower case), may be empty
    TextSlot nameSlot; ///< final positions in symbol coordinates (before orientation)
    TextSlot valueSlot;
    Attributes attributes;
    std::string sheet; ///< hierarchical symbol: file of the child sheet, or cell name
    int line = 0;
    bool placeholder = false; ///< symbol was not found; drawn as a box
};

struct Wire {
    Pt a;
    Pt b;
    std::string net; ///< filled by the connectivity engine: the net's name in the netlist
};

/// A net name put on a point: label, ground, supply or port.
struct Label {
    enum class Kind : std::uint8_t {
        Local,
        Global,
        Ground,
        Supply,
        PortIn,
        PortOut,
        PortBi
    } kind = Kind::Local;
    Pt at;
    std::string name;
    std::string net;
    /// Local labels in the middle of a wire: where the text stands (Bottom: above the wire). At a
    /// wire's end `quarterTurns` says it all and the anchor stays Left.
    TextAnchor anchor = TextAnchor::Left;
    /// Clockwise. Ground and Supply: 0 = upright (the sign hangs down, the bar stands up). Others:
    /// the flag grows to the right (0), down (1), left (2), up (3).
    std::uint8_t quarterTurns = 0;
    int line = 0;
};

struct Note {
    Pt at;
    std::string text;
    std::int32_t size = 10;
    bool directive = false; ///< SPICE text, not a comment
    TextAnchor anchor = TextAnchor::Left;
};

/// One drawn sheet, tool-neutral: what an importer fills, the connectivity engine completes and the
/// schematic view draws. A plain value. Thread: any for const access.
struct SchematicDoc {
    std::string title;
    std::string path;       ///< file it came from, or empty
    bool generated = false; ///< drawn by the program from a bare netlist
    std::vector<Symbol> symbols;
    std::vector<SymbolInstance> instances;
    std::vector<Wire> wires;
    std::vector<Label> labels;
    std::vector<Note> notes;
    std::vector<Shape> drawings; ///< decorations, sheet coordinates
    std::vector<Pt> junctions;   ///< dots, filled by the connectivity engine
    /// Per instance, per pin: net name in the netlist, filled by the connectivity engine.
    std::vector<std::vector<std::string>> pinNets;
};

} // namespace ohm::schematic
