// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dataset/h5tools.h"
#include "core/parasitics/design.h"

#include <cmath>
#include <numeric>

#include <nlohmann/json.hpp>

namespace ohm::parasitics {
namespace {

namespace h5 = dataset::h5;
constexpr const char* kFormat = "ohmscape-parasitics";
constexpr const char* kVersion = "1";

/// Sizes of a design, one row of "design_ptr" each.
constexpr std::size_t kSizes = 5; // nets, devices, pins, couplings, pins with ground (0 or pins)

template <typename T>
void append(std::vector<T>& all, const std::vector<T>& part) {
    all.insert(all.end(), part.begin(), part.end());
}

template <typename T>
std::vector<T> cut(const std::vector<T>& all, std::size_t first, std::size_t count) {
    return {all.begin() + static_cast<std::ptrdiff_t>(first),
            all.begin() + static_cast<std::ptrdiff_t>(first + count)};
}

/// All designs, array by array, as they lie in the file.
struct Columns {
    std::vector<std::int64_t> sizes;
    std::vector<std::uint8_t> names, deviceType, pinRole, pinRail, couplingKind;
    std::vector<std::uint32_t> netIds, pinDevice, pinNet, couplingNodes;
    std::vector<float> netStats, deviceStats, couplingFarad, ground, pinGround;
};

bool soundDesign(const Design& d) {
    const CircuitGraph& g = d.graph;
    for (std::uint32_t p = 0; p < g.pins; ++p) {
        if (g.pinDevice[p] >= g.devices ||
            (g.pinNet[p] >= g.nets && g.pinNet[p] != CircuitGraph::kNoNet) || g.pinRole[p] > 16)
            return false;
    }
    for (const Coupling& c : d.couplings) {
        if (c.a >= c.b || c.b >= g.nodes() || g.kind(c.a) == NodeKind::Device ||
            g.kind(c.b) == NodeKind::Device || !std::isfinite(c.farad) || c.farad < 0 ||
            c.kind > CouplingKind::PinPin)
            return false;
    }
    const auto finite = [](const std::vector<float>& values) {
        return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
    };
    return finite(g.netStats) && finite(g.deviceStats) && finite(d.ground) && finite(d.pinGround);
}

} // namespace

Expected<void> writeDesigns(const std::vector<Design>& designs, const std::filesystem::path& path) {
    Columns c;
    nlohmann::json about = nlohmann::json::array();
    for (const Design& d : designs) {
        const CircuitGraph& g = d.graph;
        for (const std::size_t size : {std::size_t{g.nets}, std::size_t{g.devices},
                                       std::size_t{g.pins}, d.couplings.size(), d.pinGround.size()})
            c.sizes.push_back(static_cast<std::int64_t>(size));
        for (std::uint32_t n = 0; n < g.nets; ++n) {
            if (n < g.netNames.size())
                c.names.insert(c.names.end(), g.netNames[n].begin(), g.netNames[n].end());
            c.names.push_back('\n');
        }
        append(c.netIds, g.netIds);
        append(c.pinDevice, g.pinDevice);
        append(c.pinNet, g.pinNet);
        append(c.pinRole, g.pinRole);
        append(c.pinRail, g.pinRail);
        append(c.deviceType, g.deviceType);
        append(c.netStats, g.netStats);
        append(c.deviceStats, g.deviceStats);
        append(c.ground, d.ground);
        append(c.pinGround, d.pinGround);
        for (const Coupling& coupling : d.couplings) {
            c.couplingNodes.push_back(coupling.a);
            c.couplingNodes.push_back(coupling.b);
            c.couplingFarad.push_back(coupling.farad);
            c.couplingKind.push_back(static_cast<std::uint8_t>(coupling.kind));
        }
        about.push_back({{"name", g.name}, {"provenance", d.provenance}});
    }
    return h5::writeFile(path, [&](hid_t file) {
        return h5::writeText(file, "format", kFormat) &&
               h5::writeText(file, "format_version", kVersion) &&
               h5::writeText(file, "designs", about.dump()) &&
               h5::writeArray(file, "design_sizes", c.sizes, kSizes) &&
               h5::writeArray(file, "net_names", c.names, 1) &&
               h5::writeArray(file, "net_id", c.netIds, 1) &&
               h5::writeArray(file, "net_x", c.netStats, kNetStats) &&
               h5::writeArray(file, "net_y", c.ground, 1) &&
               h5::writeArray(file, "device_x", c.deviceStats, kDeviceStats) &&
               h5::writeArray(file, "device_type", c.deviceType, 1) &&
               h5::writeArray(file, "pin_device", c.pinDevice, 1) &&
               h5::writeArray(file, "pin_net", c.pinNet, 1) &&
               h5::writeArray(file, "pin_x", c.pinRole, 1) &&
               h5::writeArray(file, "pin_rail", c.pinRail, 1) &&
               h5::writeArray(file, "pin_y", c.pinGround, 1) &&
               h5::writeArray(file, "coupling_index", c.couplingNodes, 2) &&
               h5::writeArray(file, "coupling_y", c.couplingFarad, 1) &&
               h5::writeArray(file, "coupling_kind", c.couplingKind, 1);
    });
}

Expected<std::vector<Design>> readDesigns(const std::filesystem::path& path) {
    const h5::Session session;
    std::error_code code;
    if (!std::filesystem::is_regular_file(path, code))
        return fail("BASE-001", "The file does not exist", {}, path.string());
    const h5::Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    if (!file.ok())
        return fail("DATA-002", "This is not a readable HDF5 file", {}, path.string(),
                    "It may be damaged or cut short");
    const auto wrong = [&](const std::string& detail) {
        return fail("PAR-005", "This file of parasitics is damaged or contradicts itself", detail,
                    path.string(), "Import the designs again");
    };
    try {
        auto texts = h5::attributes(file.id());
        if (!texts || (*texts)["format"] != kFormat)
            return fail("DATA-003", "This HDF5 file holds no designs with parasitics", {},
                        path.string(), "Make one with: ohmscape-cli parasitics import");
        if ((*texts)["format_version"] != kVersion)
            return fail("DATA-003", "This file was made by another version of the format",
                        "version " + (*texts)["format_version"], path.string());
        const auto about = nlohmann::json::parse((*texts)["designs"]);
        Columns c;
        hsize_t width = 0;
        if (!h5::readArray(file.id(), "design_sizes", c.sizes, about.size(), &width) ||
            width != kSizes)
            return wrong("design_sizes");
        std::array<std::uint64_t, kSizes> total{};
        for (std::size_t i = 0; i < c.sizes.size(); ++i) {
            if (c.sizes[i] < 0 || c.sizes[i] > std::numeric_limits<std::int32_t>::max())
                return wrong("design_sizes");
            total[i % kSizes] += static_cast<std::uint64_t>(c.sizes[i]);
        }
        const auto [nets, devices, pins, couplings, grounds] = total;
        hsize_t netWidth = 0, deviceWidth = 0, two = 0;
        const hid_t f = file.id();
        if (!h5::readArray(f, "net_names", c.names, {}) ||
            !h5::readArray(f, "net_id", c.netIds, nets) ||
            !h5::readArray(f, "net_x", c.netStats, nets, &netWidth) ||
            !h5::readArray(f, "net_y", c.ground, nets) ||
            !h5::readArray(f, "device_x", c.deviceStats, devices, &deviceWidth) ||
            !h5::readArray(f, "device_type", c.deviceType, devices) ||
            !h5::readArray(f, "pin_device", c.pinDevice, pins) ||
            !h5::readArray(f, "pin_net", c.pinNet, pins) ||
            !h5::readArray(f, "pin_x", c.pinRole, pins) ||
            !h5::readArray(f, "pin_rail", c.pinRail, pins) ||
            !h5::readArray(f, "pin_y", c.pinGround, grounds) ||
            !h5::readArray(f, "coupling_index", c.couplingNodes, couplings, &two) ||
            !h5::readArray(f, "coupling_y", c.couplingFarad, couplings) ||
            !h5::readArray(f, "coupling_kind", c.couplingKind, couplings) ||
            netWidth != kNetStats || deviceWidth != kDeviceStats || two != 2)
            return wrong("an array is missing or has another size");
        std::vector<Design> designs;
        std::size_t net = 0, device = 0, pin = 0, coupling = 0, ground = 0, letter = 0;
        for (std::size_t i = 0; i < about.size(); ++i) {
            Design d;
            CircuitGraph& g = d.graph;
            g.name = about[i].at("name").get<std::string>();
            d.provenance = about[i].at("provenance").get<std::map<std::string, std::string>>();
            const auto* size = c.sizes.data() + i * kSizes;
            g.nets = static_cast<std::uint32_t>(size[0]);
            g.devices = static_cast<std::uint32_t>(size[1]);
            g.pins = static_cast<std::uint32_t>(size[2]);
            const auto links = static_cast<std::size_t>(size[3]);
            const auto pinGrounds = static_cast<std::size_t>(size[4]);
            if (pinGrounds != 0 && pinGrounds != g.pins)
                return wrong("pin_y");
            for (std::uint32_t n = 0; n < g.nets; ++n) {
                std::string name;
                while (letter < c.names.size() && c.names[letter] != '\n')
                    name.push_back(static_cast<char>(c.names[letter++]));
                if (letter++ >= c.names.size())
                    return wrong("net_names");
                g.netNames.push_back(std::move(name));
            }
            g.netIds = cut(c.netIds, net, g.nets);
            g.netStats = cut(c.netStats, net * kNetStats, std::size_t{g.nets} * kNetStats);
            g.deviceStats =
                cut(c.deviceStats, device * kDeviceStats, std::size_t{g.devices} * kDeviceStats);
            g.deviceType = cut(c.deviceType, device, g.devices);
            g.pinDevice = cut(c.pinDevice, pin, g.pins);
            g.pinNet = cut(c.pinNet, pin, g.pins);
            g.pinRole = cut(c.pinRole, pin, g.pins);
            g.pinRail = cut(c.pinRail, pin, g.pins);
            d.ground = cut(c.ground, net, g.nets);
            d.pinGround = cut(c.pinGround, ground, pinGrounds);
            for (std::size_t k = coupling; k < coupling + links; ++k)
                d.couplings.push_back({c.couplingNodes[2 * k], c.couplingNodes[2 * k + 1],
                                       c.couplingFarad[k],
                                       static_cast<CouplingKind>(c.couplingKind[k])});
            if (!soundDesign(d))
                return wrong(g.name);
            net += g.nets;
            device += g.devices;
            pin += g.pins;
            coupling += links;
            ground += pinGrounds;
            designs.push_back(std::move(d));
        }
        return designs;
    } catch (const std::bad_alloc&) {
        return fail("DATA-004", "The file is too large for the memory of this machine", {},
                    path.string());
    } catch (const nlohmann::json::exception& error) {
        return wrong(error.what());
    }
}

} // namespace ohm::parasitics
