// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/devicestate.h"

#include "core/sim/devicetable.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace ohm::sim {
namespace {

constexpr double kOffCurrent = 1e-10; ///< A: less is leakage
constexpr double kOpenJunction = 0.4; ///< V

std::optional<double> valueOf(const DeviceRow& row, std::string_view name) {
    const double* value = findValue(row, name);
    return value ? std::optional<double>(*value) : std::nullopt;
}

/// Copies the values that need no change of sign.
void copy(const DeviceRow& row, std::initializer_list<std::string_view> names, DeviceState& state) {
    for (const auto name : names)
        if (const double* value = findValue(row, name))
            state.values.emplace_back(name, *value);
}

Region mosRegion(double vgs, double vds, std::optional<double> vth, std::optional<double> vdsat,
                 double current) {
    if (!vth)
        return Region::Unknown;
    if (vds < 0) { // the drain acts as source
        vgs -= vds;
        vds = -vds;
    }
    const double overdrive = vgs - *vth;
    if (overdrive < 0)
        return std::abs(current) < kOffCurrent ? Region::Off : Region::Subthreshold;
    return vds < vdsat.value_or(overdrive) ? Region::Triode : Region::Saturation;
}

DeviceState mosfet(const DeviceRow& row, double sign, std::span<const double> v) {
    DeviceState state;
    const double vgs = v[1] - v[2], vds = v[0] - v[2];
    // Levels 1 to 9 and VDMOS tell the threshold as "von" with its real sign, the others as "vth"
    // counted as for an n device.
    std::optional<double> vth = valueOf(row, "von");
    if (const auto counted = valueOf(row, "vth"))
        vth = sign * *counted;
    auto vdsat = valueOf(row, "vdsat");
    if (vdsat)
        vdsat = sign * std::abs(*vdsat);
    if (const auto id = valueOf(row, "id")) {
        state.current = sign * *id;
        state.values.emplace_back("id", *state.current);
    }
    state.values.emplace_back("vgs", vgs);
    state.values.emplace_back("vds", vds);
    if (v.size() > 3)
        state.values.emplace_back("vbs", v[3] - v[2]);
    if (vth)
        state.values.emplace_back("vth", *vth);
    if (vdsat)
        state.values.emplace_back("vdsat", *vdsat);
    copy(row, {"gm", "gds"}, state);
    if (const auto gmb = valueOf(row, "gmbs") ? valueOf(row, "gmbs") : valueOf(row, "gmb"))
        state.values.emplace_back("gmbs", *gmb);
    copy(row, {"cgs", "cgd", "cgb", "cdb", "csb"}, state);
    if (vth)
        vth = sign * *vth;
    if (vdsat)
        vdsat = std::abs(*vdsat);
    if (state.current)
        state.region = mosRegion(sign * vgs, sign * vds, vth, vdsat, *state.current);
    return state;
}

DeviceState bjt(const DeviceRow& row, double sign, std::span<const double> v) {
    DeviceState state;
    state.current = valueOf(row, "ic");
    copy(row, {"ic", "ib", "ie"}, state);
    const double vbe = v[1] - v[2], vbc = v[1] - v[0];
    state.values.emplace_back("vbe", vbe);
    state.values.emplace_back("vbc", vbc);
    state.values.emplace_back("vce", v[0] - v[2]);
    copy(row, {"gm", "gpi", "gmu", "go", "cpi", "cmu"}, state);
    const auto ic = valueOf(row, "ic");
    if (!ic)
        return state;
    const double ie = valueOf(row, "ie").value_or(*ic);
    // Behind the terminal resistances where ngspice tells it, counted as for an n device.
    const double be = valueOf(row, "vbe").value_or(sign * vbe);
    const double bc = valueOf(row, "vbc").value_or(sign * vbc);
    if (std::max(std::abs(*ic), std::abs(ie)) < kOffCurrent)
        state.region = Region::Off;
    else if (bc > kOpenJunction)
        state.region = be > kOpenJunction ? Region::Saturation : Region::Reverse;
    else
        state.region = Region::Active;
    return state;
}

DeviceState jfet(const DeviceRow& row, double sign, std::span<const double> v) {
    DeviceState state;
    const auto id = valueOf(row, "id") ? valueOf(row, "id") : valueOf(row, "cd");
    const auto gm = valueOf(row, "gm");
    const double vds = v[0] - v[2];
    if (id) {
        state.current = sign * *id;
        state.values.emplace_back("id", *state.current);
    }
    state.values.emplace_back("vgs", v[1] - v[2]);
    state.values.emplace_back("vds", vds);
    copy(row, {"gm", "gds"}, state);
    if (!id || row.type != "JFET")
        return state;
    if (std::abs(*id) < kOffCurrent)
        state.region = Region::Off;
    else if (gm && *gm > 0)
        state.region = std::abs(vds) < 2 * std::abs(*id) / *gm * (1 - 1e-4) ? Region::Triode
                                                                            : Region::Saturation;
    return state;
}

} // namespace

const char* regionName(Region region) {
    switch (region) {
    case Region::Unknown:
        break;
    case Region::Off:
        return "off";
    case Region::Subthreshold:
        return "subthreshold";
    case Region::Triode:
        return "triode";
    case Region::Saturation:
        return "saturation";
    case Region::Active:
        return "active";
    case Region::Reverse:
        return "reverse";
    }
    return "unknown";
}

DeviceState deviceState(const DeviceRow& row, char letter, char polarity,
                        std::span<const double> terminals) {
    const double sign = polarity == 'p' ? -1 : 1;
    DeviceState state;
    switch (letter) {
    case 'm':
        if (terminals.size() >= 3)
            return mosfet(row, sign, terminals);
        break;
    case 'q':
        if (terminals.size() >= 3)
            return bjt(row, sign, terminals);
        break;
    case 'j':
    case 'z':
        if (terminals.size() >= 3)
            return jfet(row, sign, terminals);
        break;
    case 'd':
        state.current = valueOf(row, "id");
        if (terminals.size() >= 2)
            state.values.emplace_back("vd", terminals[0] - terminals[1]);
        copy(row, {"id", "gd", "cd"}, state);
        break;
    default:
        state.current = valueOf(row, "i") ? valueOf(row, "i") : valueOf(row, "current");
        if (state.current)
            state.values.emplace_back("i", *state.current);
        if (terminals.size() >= 2)
            state.values.emplace_back("v", terminals[0] - terminals[1]);
        copy(row, {"p"}, state);
    }
    return state;
}

} // namespace ohm::sim
