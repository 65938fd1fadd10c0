// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/device.h"

#include <array>

namespace ohm::netlist {

const char* kindName(DeviceKind kind) {
    switch (kind) {
    case DeviceKind::Resistor:
        return "resistor";
    case DeviceKind::Capacitor:
        return "capacitor";
    case DeviceKind::Inductor:
        return "inductor";
    case DeviceKind::Coupling:
        return "coupling";
    case DeviceKind::VoltageSource:
        return "voltage_source";
    case DeviceKind::CurrentSource:
        return "current_source";
    case DeviceKind::Vcvs:
        return "vcvs";
    case DeviceKind::Vccs:
        return "vccs";
    case DeviceKind::Ccvs:
        return "ccvs";
    case DeviceKind::Cccs:
        return "cccs";
    case DeviceKind::Behavioural:
        return "behavioural";
    case DeviceKind::Diode:
        return "diode";
    case DeviceKind::Bjt:
        return "bjt";
    case DeviceKind::Jfet:
        return "jfet";
    case DeviceKind::Mesfet:
        return "mesfet";
    case DeviceKind::Mosfet:
        return "mosfet";
    case DeviceKind::Switch:
        return "switch";
    case DeviceKind::TransmissionLine:
        return "transmission_line";
    case DeviceKind::Xspice:
        return "xspice";
    case DeviceKind::Subcircuit:
        return "subcircuit";
    case DeviceKind::Other:
        break;
    }
    return "other";
}

std::string_view terminalRole(DeviceKind kind, unsigned index, unsigned count) {
    using namespace std::string_view_literals;
    static constexpr std::array kMos{"d"sv, "g"sv, "s"sv, "b"sv, "e"sv, "p"sv, "t"sv};
    static constexpr std::array kBjt{"c"sv, "b"sv, "e"sv, "s"sv, "t"sv};
    static constexpr std::array kDiode{"a"sv, "k"sv};
    static constexpr std::array kPair{"p"sv, "n"sv};
    static constexpr std::array kControlled{"p"sv, "n"sv, "cp"sv, "cn"sv};
    static constexpr std::array kNumbers{"1"sv,  "2"sv,  "3"sv,  "4"sv,  "5"sv,  "6"sv,
                                         "7"sv,  "8"sv,  "9"sv,  "10"sv, "11"sv, "12"sv,
                                         "13"sv, "14"sv, "15"sv, "16"sv};
    const auto pick = [&](const auto& roles) {
        return index < roles.size() ? roles[index] : "?"sv;
    };
    switch (kind) {
    case DeviceKind::Mosfet:
    case DeviceKind::Jfet:
    case DeviceKind::Mesfet:
        if (count <= kMos.size() && index < kMos.size())
            return kMos[index];
        break;
    case DeviceKind::Bjt:
        if (index < kBjt.size())
            return kBjt[index];
        break;
    case DeviceKind::Diode:
        if (index < kDiode.size())
            return kDiode[index];
        break;
    case DeviceKind::Resistor:
    case DeviceKind::Capacitor:
    case DeviceKind::Inductor:
    case DeviceKind::VoltageSource:
    case DeviceKind::CurrentSource:
    case DeviceKind::Behavioural:
    case DeviceKind::Ccvs:
    case DeviceKind::Cccs:
        if (index < kPair.size())
            return kPair[index];
        break;
    case DeviceKind::Vcvs:
    case DeviceKind::Vccs:
    case DeviceKind::Switch:
        if (index < kControlled.size())
            return kControlled[index];
        break;
    default:
        break;
    }
    return pick(kNumbers);
}

} // namespace ohm::netlist
