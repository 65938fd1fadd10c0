// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/blockshape.h"

#include "core/base/text.h"
#include "core/schematic/drawmodel.h"

#include <array>

namespace ohm::schematic::draw {
namespace {

constexpr std::int32_t kLead = 10;
constexpr std::int32_t kPinPitch = 20;
constexpr std::int32_t kPinText = 9;
constexpr int kMaxDepth = 8; ///< how deep into the hierarchy a port's role is looked up

std::int32_t evenGrid(std::int32_t v) {
    return (v + 19) / 20 * 20;
}

} // namespace

bool namesInput(std::string_view name) {
    static constexpr std::array<std::string_view, 16> kHeads{
        "in", "vin", "vip",  "vim",  "clk", "ck",    "en",   "ibias",
        "vb", "vcm", "vref", "bias", "rst", "reset", "addr", "din"};
    static constexpr std::array<std::string_view, 6> kWords{"a", "b", "c", "d", "vn", "vp"};
    const std::string word = toLower(name);
    return std::any_of(kHeads.begin(), kHeads.end(), [&](auto h) { return word.starts_with(h); }) ||
           std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

bool namesOutput(std::string_view name) {
    static constexpr std::array<std::string_view, 5> kHeads{"out", "vout", "iout", "dout", "rdy"};
    static constexpr std::array<std::string_view, 13> kWords{
        "o", "y", "z", "q", "vo", "von", "vop", "op", "on", "qb", "zn", "q_n", "qn"};
    const std::string word = toLower(name);
    return std::any_of(kHeads.begin(), kHeads.end(), [&](auto h) { return word.starts_with(h); }) ||
           std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

const std::vector<PortRole>& PortRoles::of(netlist::CellId cell, int depth) {
    if (const auto it = m_known.find(cell); it != m_known.end())
        return it->second;
    const auto ports = static_cast<std::uint32_t>(m_circuit.cellPortCount(cell));
    std::vector<PortRole> roles(ports, PortRole::Either);
    std::vector<bool> sure(ports);
    for (std::uint32_t p = 0; p < ports; ++p) {
        const std::string_view name = m_circuit.cellNetName(cell, p);
        sure[p] = true;
        if (looksPositive(name))
            roles[p] = PortRole::Supply;
        else if (looksGround(name))
            roles[p] = PortRole::Ground;
        else if (namesOutput(name))
            roles[p] = PortRole::Output;
        else
            sure[p] = false;
    }
    m_known[cell] = roles; // also stops a definition that contains itself
    struct Seen {
        int read = 0, drive = 0, pBody = 0, nBody = 0;
        int in = 0, out = 0, supply = 0, ground = 0;
    };
    std::vector<Seen> seen(ports);
    const auto count = static_cast<std::uint32_t>(m_circuit.cellInstanceCount(cell));
    for (std::uint32_t i = 0; i < count; ++i) {
        const netlist::InstanceView instance = m_circuit.cellInstance(cell, i);
        const bool transistor = instance.kind == netlist::DeviceKind::Mosfet ||
                                instance.kind == netlist::DeviceKind::Bjt ||
                                instance.kind == netlist::DeviceKind::Jfet;
        for (std::size_t t = 0; t < instance.nets.size(); ++t) {
            const std::uint32_t n = instance.nets[t];
            if (n >= ports || sure[n])
                continue;
            Seen& s = seen[n];
            if (instance.child != netlist::kNone) {
                if (depth >= kMaxDepth)
                    continue;
                const std::vector<PortRole>& inner = of(instance.child, depth + 1);
                if (t >= inner.size())
                    continue;
                switch (inner[t]) {
                case PortRole::Input:
                    ++s.in;
                    break;
                case PortRole::Output:
                    ++s.out;
                    break;
                case PortRole::Supply:
                    ++s.supply;
                    break;
                case PortRole::Ground:
                    ++s.ground;
                    break;
                case PortRole::Either:
                    break;
                }
            } else if (transistor && t == 1) {
                ++s.read;
            } else if (transistor && t == 3) {
                ++(instance.polarity == 'p' ? s.pBody : s.nBody);
            } else {
                ++s.drive;
            }
        }
    }
    for (std::uint32_t p = 0; p < ports; ++p) {
        if (sure[p])
            continue;
        const Seen& s = seen[p];
        const bool plain = s.read + s.in + s.out == 0;
        if (plain && (s.supply > 0 || (s.pBody > 0 && s.nBody == 0)) && s.ground == 0)
            roles[p] = PortRole::Supply;
        else if (plain && (s.ground > 0 || (s.nBody > 0 && s.pBody == 0)) && s.supply == 0)
            roles[p] = PortRole::Ground;
        else if (s.drive + s.out == 0 && s.read + s.in > 0)
            roles[p] = PortRole::Input;
        else if (namesInput(m_circuit.cellNetName(cell, p)))
            roles[p] = PortRole::Input;
        else if (s.read == 0 && (s.drive > 1 || s.out > 0))
            roles[p] = PortRole::Output;
    }
    // Where nothing is read, "driven" says nothing about the direction.
    if (std::find(roles.begin(), roles.end(), PortRole::Input) == roles.end())
        for (std::uint32_t p = 0; p < ports; ++p)
            if (!sure[p] && roles[p] == PortRole::Output)
                roles[p] = PortRole::Either;
    return m_known[cell] = std::move(roles);
}

Symbol cellSymbol(std::string_view name, const std::vector<std::string>& pins,
                  const std::vector<PortRole>& roles, std::string_view caption) {
    std::vector<std::size_t> left;
    std::vector<std::size_t> right;
    std::vector<std::size_t> top;
    std::vector<std::size_t> bottom;
    for (std::size_t i = 0; i < pins.size(); ++i)
        switch (i < roles.size() ? roles[i] : PortRole::Either) {
        case PortRole::Input:
            left.push_back(i);
            break;
        case PortRole::Output:
            right.push_back(i);
            break;
        case PortRole::Supply:
            top.push_back(i);
            break;
        case PortRole::Ground:
            bottom.push_back(i);
            break;
        case PortRole::Either:
            break;
        }
    // Who may be either fills the sides up evenly, in the order of the netlist.
    std::vector<std::size_t> either;
    for (std::size_t i = 0; i < pins.size(); ++i)
        if (i >= roles.size() || roles[i] == PortRole::Either)
            either.push_back(i);
    const std::size_t half = (either.size() + left.size() + right.size() + 1) / 2;
    for (const std::size_t i : either)
        (left.size() < half ? left : right).push_back(i);

    const auto widest = [&](const std::vector<std::size_t>& side) {
        std::int32_t w = 0;
        for (const std::size_t i : side)
            w = std::max(w, textWidth(pins[i], kPinText));
        return w;
    };
    std::int32_t pitchX = 40;
    pitchX = std::max({pitchX, evenGrid(widest(top) + 8), evenGrid(widest(bottom) + 8)});
    const auto across = static_cast<std::int32_t>(std::max(top.size(), bottom.size()));
    const std::int32_t width = evenGrid(
        std::max({60, widest(left) + widest(right) + 20, across * pitchX,
                  caption.empty() ? 0 : widest(left) + widest(right) + textWidth(caption) + 24}));
    const auto rows =
        static_cast<std::int32_t>(std::max({left.size(), right.size(), std::size_t{1}}));
    const std::int32_t headroom = (top.empty() ? 0 : 10) + 20;
    const std::int32_t footroom = (bottom.empty() ? 0 : 10) + 20;
    const std::int32_t firstRow = -(rows - 1) / 2 * kPinPitch;
    const std::int32_t y0 = firstRow - headroom;
    const std::int32_t y1 = firstRow + (rows - 1) * kPinPitch + footroom;

    Symbol symbol;
    symbol.name = std::string(name);
    const auto text = [&](Pt at, std::string_view t, TextAnchor anchor) {
        Shape shape;
        shape.kind = Shape::Kind::Text;
        shape.points = {at};
        shape.text = std::string(t);
        shape.size = kPinText;
        shape.anchor = anchor;
        symbol.shapes.push_back(std::move(shape));
    };
    const auto line = [&](Pt a, Pt b) {
        Shape shape;
        shape.points = {a, b};
        symbol.shapes.push_back(std::move(shape));
    };
    Shape frame;
    frame.kind = Shape::Kind::Rectangle;
    frame.points = {{-width / 2, y0}, {width / 2, y1}};
    symbol.shapes.push_back(std::move(frame));
    symbol.pins.resize(pins.size());
    const auto pin = [&](std::size_t i, Pt edge, Pt out, Pt label, TextAnchor anchor) {
        const Pt at{edge.x + out.x * kLead, edge.y + out.y * kLead};
        symbol.pins[i] = {at, pins[i], static_cast<std::uint16_t>(i)};
        line(at, edge);
        text(label, pins[i], anchor);
    };
    // A short side stands in the middle of the long one, so that a chain of stages runs straight.
    const auto start = [&](std::size_t count) {
        return firstRow + (rows - static_cast<std::int32_t>(count)) / 2 * kPinPitch;
    };
    for (std::size_t k = 0; k < left.size(); ++k) {
        const std::int32_t y = start(left.size()) + static_cast<std::int32_t>(k) * kPinPitch;
        pin(left[k], {-width / 2, y}, {-1, 0}, {-width / 2 + 4, y}, TextAnchor::Left);
    }
    for (std::size_t k = 0; k < right.size(); ++k) {
        const std::int32_t y = start(right.size()) + static_cast<std::int32_t>(k) * kPinPitch;
        pin(right[k], {width / 2, y}, {1, 0}, {width / 2 - 4, y}, TextAnchor::Right);
    }
    const auto column = [&](std::size_t k, std::size_t count) {
        const std::int32_t first = -(static_cast<std::int32_t>(count) - 1) * pitchX / 2;
        return (first + static_cast<std::int32_t>(k) * pitchX) / kGrid * kGrid;
    };
    for (std::size_t k = 0; k < top.size(); ++k) {
        const std::int32_t x = column(k, top.size());
        pin(top[k], {x, y0}, {0, -1}, {x, y0 + 3}, TextAnchor::Top);
    }
    for (std::size_t k = 0; k < bottom.size(); ++k) {
        const std::int32_t x = column(k, bottom.size());
        pin(bottom[k], {x, y1}, {0, 1}, {x, y1 - 3}, TextAnchor::Bottom);
    }
    if (!caption.empty())
        text({(widest(left) - widest(right)) / 2, (y0 + y1) / 2}, caption, TextAnchor::Center);
    symbol.nameSlot = {{-width / 2, y0 - 4}, TextAnchor::BottomLeft};
    symbol.valueSlot = {{-width / 2, y1 + 4}, TextAnchor::TopLeft};
    return symbol;
}

} // namespace ohm::schematic::draw
