// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"
#include "core/schematic/schematicdoc.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// What the automatic drawing works on: one cell, its nets classified, its symbols chosen. Internal
/// to the room. Thread: plain values.
namespace ohm::schematic::draw {

inline constexpr std::int32_t kGrid = 10;

struct Box {
    std::int32_t x0 = 0, y0 = 0, x1 = -1, y1 = -1;
    bool empty() const { return x1 < x0; }
    void include(Pt p) {
        if (empty()) {
            *this = {p.x, p.y, p.x, p.y};
            return;
        }
        x0 = std::min(x0, p.x);
        y0 = std::min(y0, p.y);
        x1 = std::max(x1, p.x);
        y1 = std::max(y1, p.y);
    }
    void include(const Box& b) {
        if (b.empty())
            return;
        include(Pt{b.x0, b.y0});
        include(Pt{b.x1, b.y1});
    }
    Box moved(Pt d) const { return {x0 + d.x, y0 + d.y, x1 + d.x, y1 + d.y}; }
    bool overlaps(const Box& b) const {
        return !empty() && !b.empty() && x0 < b.x1 && b.x0 < x1 && y0 < b.y1 && b.y0 < y1;
    }
};

enum class NetRole : std::uint8_t { Signal, Ground, Positive, Negative };

struct PinRef {
    std::uint32_t device = 0;
    std::uint32_t pin = 0;
};

struct Net {
    std::string name; ///< flat name, what Wire::net and Label::net carry
    std::string text; ///< the cell's own name of it, as drawn
    NetRole role = NetRole::Signal;
    bool port = false;
    bool input = false; ///< drives the cell: only gates and bases hang on it, or its name says so
    bool output = false;
    bool top = false;       ///< a rail that stands above the circuit
    bool middle = false;    ///< ground between a positive and a negative supply
    double potential = 0.5; ///< 1 = positive supply, 0 = ground: a rough DC picture for ordering
    std::vector<PinRef> pins;
    bool rail() const { return role != NetRole::Signal; }
};

struct Device {
    std::string name;  ///< reference as drawn
    std::string flat;  ///< flat device (or instance) name
    std::string value; ///< short value text
    netlist::DeviceKind kind = netlist::DeviceKind::Other;
    netlist::Polarity polarity = 0;
    std::string master;
    std::string sheet; ///< child cell of a subcircuit instance
    std::string label; ///< the full value text, for the inspector
    std::vector<std::uint32_t> nets;
    std::uint32_t symbol = 0;
    std::optional<double> dc; ///< of a source
    bool timeVarying = false; ///< a source with ac, sin, pulse ...
    bool block = false;       ///< neither transistor nor two-terminal: drawn with pins all around
    bool box = false;         ///< a block with named pins, not a symbol of its own
};

struct Model {
    std::string title;
    std::string prefix; ///< flat names of this place start with it ("x1." or "")
    std::vector<Device> devices;
    std::vector<Net> nets;
    std::vector<Symbol> symbols;
};

/// Name of a place in the hierarchy and the cell found there.
struct Place {
    netlist::CellId cell = 0;
    std::string prefix;
};
/// Follows `path` from the top cell; nothing if an index is out of range or leads into no cell.
std::optional<Place> findPlace(const netlist::Circuit& circuit,
                               std::span<const std::uint32_t> path);

/// Flat name of a net of the cell at `path`.
std::string flatNetName(const netlist::Circuit& circuit, std::span<const std::uint32_t> path,
                        const Place& place, std::uint32_t net);

/// Reads the cell at `path` into a model: nets classified, symbols chosen.
Model buildModel(const netlist::Circuit& circuit, std::span<const std::uint32_t> path,
                 const Place& place);

/// One instance of the cell without nets and symbol.
Device readDevice(const netlist::Circuit& circuit, const Place& place, std::uint32_t instance);
/// The symbol of a device whose nets are known; sets what follows from it.
Symbol deviceSymbol(Device& device);

/// Finds supplies, ground, inputs and outputs from names, sources and the terminals on each net.
void classifyNets(Model& model);

/// Short value text for a drawing: "1u/90n x4" for a MOSFET, "10k" for a resistor.
std::string shortValue(const Device& device, const std::vector<netlist::Parameter>& parameters);

/// `name` looks like a positive supply ("vdd", "avcc", "vpwr"), ground ("vss", "gnd", "vee").
bool looksPositive(std::string_view name);
bool looksGround(std::string_view name);

/// True for a MOSFET, BJT, JFET or MESFET.
bool isTransistor(const Device& device);
/// True for a symbol whose current flows from pin 0 to pin 1: R, L, C, V, I, D, controlled sources
/// ...
bool isTwoTerminal(const Device& device);
/// Pins between which direct current flows: drain and source, collector and emitter, both ends of a
/// resistor, an inductor, a diode, a source. False for capacitors and blocks.
bool conduction(const Device& device, std::uint32_t& a, std::uint32_t& b);
/// Pin that controls the current: gate or base.
std::optional<std::uint32_t> controlPin(const Device& device);

/// A symbol in one orientation, offsets from the instance's origin.
struct Footprint {
    Box body;                ///< all shapes and pins
    std::vector<Box> solid;  ///< where no wire may run: the drawing, and the leads to the pins
    std::vector<Pt> pins;    ///< in netlist order
    std::vector<Pt> leaving; ///< unit step away from the body at each pin
};
Footprint footprint(const Symbol& symbol, Orientation orientation);

/// Width of a text of `size` units height, as the view draws it, rounded up.
std::int32_t textWidth(std::string_view utf8, std::int32_t size = 10);

} // namespace ohm::schematic::draw
