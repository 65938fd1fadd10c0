// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/congestion/timing.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>
#include <string>

namespace ohm::congestion {
namespace {

constexpr std::array<const char*, kTimingColumns> kNames{"arrival", "start", "fan_in", "fan_out"};
constexpr double kStrongest = 64;

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

bool oneOf(const std::string& word, std::initializer_list<const char*> words) {
    return std::any_of(words.begin(), words.end(), [&](const char* w) { return word == w; });
}

bool has(const std::string& text, std::initializer_list<const char*> parts) {
    return std::any_of(parts.begin(), parts.end(),
                       [&](const char* part) { return text.find(part) != std::string::npos; });
}

/// The kernel of a cell's name: without the library's prefix.
std::string kernelOf(std::string_view master) {
    const std::size_t at = master.rfind("__");
    return lower(at == std::string_view::npos ? master : master.substr(at + 2));
}

struct Sums {
    int drivers = 0, sinks = 0;
    double left = 0, right = 0, bottom = 0, top = 0;
    bool any = false;
};

/// Middle of a node's GCells.
std::array<double, 2> placeOf(const Design& design, std::size_t node) {
    if (node < design.boxes.size() && design.grid.stepX > 0 && design.grid.stepY > 0) {
        const Box& b = design.boxes[node];
        return {(b.left + b.right) / 2 / design.grid.stepX,
                (b.bottom + b.top) / 2 / design.grid.stepY};
    }
    return {0, 0};
}

} // namespace

std::span<const char* const> timingNames() {
    return kNames;
}

bool isSequential(std::string_view master) {
    const std::string name = kernelOf(master);
    if (name.rfind("dly", 0) == 0) // a delay cell
        return false;
    constexpr std::array kStarts{"df", "dl", "edf", "sdf"};
    return has(name, {"dff", "dlh", "dll", "latch", "ram"}) ||
           std::any_of(kStarts.begin(), kStarts.end(),
                       [&](const char* start) { return name.rfind(start, 0) == 0; });
}

double driveStrength(std::string_view master) {
    std::size_t end = master.size();
    // ASAP7 writes INVx2_ASAP7_75t_R, the others end in X4 or _4.
    const std::size_t library = master.find("_ASAP7");
    if (library != std::string_view::npos)
        end = library;
    std::size_t begin = end;
    while (begin > 0 && std::isdigit(static_cast<unsigned char>(master[begin - 1])))
        --begin;
    if (begin == end || begin == 0 || end - begin > 3)
        return 1;
    const char before = master[begin - 1];
    if (before != 'X' && before != 'x' && before != '_')
        return 1;
    return std::clamp(std::stod(std::string(master.substr(begin, end - begin))), 1.0, kStrongest);
}

PinRole pinRole(std::string_view master, std::string_view pin) {
    const std::string name = lower(pin), cell = kernelOf(master);
    if (oneOf(name, {"z", "zn", "q", "qn", "q_n", "x", "y", "co", "cout", "sum", "hi", "lo", "con",
                     "sn", "h", "l", "gclk", "gck", "cout_n"})) {
        // Set inputs of flip-flops are called SN as is the inverted sum of an adder of ASAP7.
        if (name == "sn" && isSequential(master))
            return PinRole::Control;
        return PinRole::Output;
    }
    // The sum of an adder is S, which elsewhere selects or sets.
    const bool adder = cell.rfind("fa", 0) == 0 || cell.rfind("ha", 0) == 0;
    if (name == "s" && adder)
        return PinRole::Output;
    if (name.rfind("rd_out", 0) == 0 || name.rfind("dout", 0) == 0)
        return PinRole::Output; // of a memory
    if (isSequential(master) &&
        oneOf(name, {"ck", "clk", "clk_n", "g", "gn", "gate", "gate_n", "rn", "s", "r", "reset_b",
                     "set_b", "resetn", "setn", "se", "sce"}))
        return PinRole::Control;
    return PinRole::Input;
}

std::vector<float> timingOf(const Design& design, const DelayModel& model) {
    const std::size_t nodes = design.pins.nodes, nets = design.pins.nets;
    const auto role = [&](std::size_t pin) { return static_cast<PinRole>(design.pinRoles[pin]); };
    std::vector<float> out(nodes * kTimingColumns, 0);
    for (std::size_t n = 0; n < nodes; ++n)
        out[n * kTimingColumns] = std::numeric_limits<float>::quiet_NaN();
    if (design.pinRoles.size() != design.pins.pins() || design.masters.size() != nodes)
        return out;

    std::vector<Sums> sums(nets);
    std::vector<std::uint8_t> starts(nodes);
    std::vector<std::array<double, 2>> places(nodes);
    for (std::size_t n = 0; n < nodes; ++n) {
        starts[n] = isSequential(design.masters[n]) ? 1 : 0;
        places[n] = placeOf(design, n);
    }
    for (std::size_t p = 0; p < design.pins.pins(); ++p) {
        const auto node = static_cast<std::size_t>(design.pins.pinNode[p]);
        Sums& net = sums[static_cast<std::size_t>(design.pins.pinNet[p])];
        const auto [x, y] = places[node];
        net.left = net.any ? std::min(net.left, x) : x;
        net.right = net.any ? std::max(net.right, x) : x;
        net.bottom = net.any ? std::min(net.bottom, y) : y;
        net.top = net.any ? std::max(net.top, y) : y;
        net.any = true;
        (role(p) == PinRole::Output ? net.drivers : net.sinks) += 1;
    }
    // Per node its output and data input pins, and per net its pins.
    const auto grouped = [&](std::size_t count, auto&& keyOf, auto&& wanted) {
        std::vector<std::size_t> first(count + 1), pins;
        for (std::size_t p = 0; p < design.pins.pins(); ++p)
            first[keyOf(p) + 1] += wanted(p) ? 1 : 0;
        for (std::size_t i = 0; i < count; ++i)
            first[i + 1] += first[i];
        pins.resize(first.back());
        std::vector<std::size_t> next(first.begin(), first.end() - 1);
        for (std::size_t p = 0; p < design.pins.pins(); ++p) {
            if (wanted(p))
                pins[next[keyOf(p)]++] = p;
        }
        return std::pair{first, pins};
    };
    const auto nodeOf = [&](std::size_t p) {
        return static_cast<std::size_t>(design.pins.pinNode[p]);
    };
    const auto netOf = [&](std::size_t p) {
        return static_cast<std::size_t>(design.pins.pinNet[p]);
    };
    const auto [outFirst, outPins] =
        grouped(nodes, nodeOf, [&](std::size_t p) { return role(p) == PinRole::Output; });
    const auto [sinkFirst, sinkPins] =
        grouped(nets, netOf, [&](std::size_t p) { return role(p) == PinRole::Input; });

    // An input waits for every driver of its net.
    std::vector<std::int64_t> waiting(nodes);
    std::vector<double> latest(nodes, 0); // of the data inputs
    for (std::size_t p = 0; p < design.pins.pins(); ++p) {
        const std::size_t node = nodeOf(p);
        if (role(p) == PinRole::Input) {
            waiting[node] += sums[netOf(p)].drivers;
            out[node * kTimingColumns + 2] += 1;
        } else if (role(p) == PinRole::Output) {
            out[node * kTimingColumns + 3] += static_cast<float>(sums[netOf(p)].sinks);
        }
    }
    std::vector<std::size_t> ready;
    std::vector<double> leaves(nodes); // arrival at the outputs
    for (std::size_t n = 0; n < nodes; ++n) {
        out[n * kTimingColumns + 1] = starts[n];
        if (starts[n] != 0) {
            leaves[n] = model.cell;
            ready.push_back(n);
        } else if (waiting[n] == 0) {
            leaves[n] = model.cell;
            out[n * kTimingColumns] = static_cast<float>(model.cell);
            ready.push_back(n);
        }
    }
    while (!ready.empty()) {
        const std::size_t driver = ready.back();
        ready.pop_back();
        const double resistance = model.resistance / driveStrength(design.masters[driver]);
        for (std::size_t i = outFirst[driver]; i < outFirst[driver + 1]; ++i) {
            const std::size_t net = netOf(outPins[i]);
            const Sums& s = sums[net];
            const double length = s.right - s.left + s.top - s.bottom;
            const double load = model.wire * length + s.sinks * model.pin;
            for (std::size_t k = sinkFirst[net]; k < sinkFirst[net + 1]; ++k) {
                const std::size_t sink = nodeOf(sinkPins[k]);
                const double l = std::fabs(places[driver][0] - places[sink][0]) +
                                 std::fabs(places[driver][1] - places[sink][1]);
                const double delay =
                    resistance * load + model.wireOhms * l * (model.wire * l / 2 + model.pin);
                latest[sink] = std::max(latest[sink], leaves[driver] + delay);
                if (--waiting[sink] > 0)
                    continue;
                const double arrival = latest[sink] + (starts[sink] != 0 ? 0 : model.cell);
                out[sink * kTimingColumns] = static_cast<float>(arrival);
                if (starts[sink] == 0) { // a start has left already
                    leaves[sink] = arrival;
                    ready.push_back(sink);
                }
            }
        }
    }
    // A start whose inputs all come from ports is reached at once.
    for (std::size_t n = 0; n < nodes; ++n) {
        if (starts[n] != 0 && out[n * kTimingColumns + 2] > 0 && waiting[n] == 0 &&
            std::isnan(out[n * kTimingColumns]))
            out[n * kTimingColumns] = 0;
    }
    return out;
}

} // namespace ohm::congestion
