// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/autodraw.h"

#include "core/schematic/blockview.h"
#include "core/schematic/motif.h"
#include "core/schematic/placement.h"
#include "core/schematic/wiring.h"

namespace ohm::schematic {
namespace {

/// Between blocks only short wires help: the rest is read by name.
constexpr draw::WiringOptions kBlockWiring{420};

} // namespace

Expected<SchematicDoc> drawCell(const netlist::Circuit& circuit,
                                std::span<const std::uint32_t> path, StopToken stop,
                                ProgressSink& progress) {
    const auto place = draw::findPlace(circuit, path);
    if (!place)
        return fail("SCH-021", "There is nothing to draw at this place of the hierarchy.");
    if (circuit.cellInstanceCount(place->cell) == 0)
        return fail("SCH-021", "The cell has no devices to draw.", {},
                    std::string(circuit.cellName(place->cell)));
    progress.report(0.0, "Reading the cell");
    const bool blocks = circuit.cellInstanceCount(place->cell) > kReadableDevices;
    draw::Model model;
    if (blocks) {
        Expected<draw::Model> built = draw::buildBlocks(circuit, path, *place, stop);
        if (!built)
            return built.failure();
        model = *std::move(built);
    } else {
        model = draw::buildModel(circuit, path, *place);
    }
    if (model.devices.empty())
        return fail("SCH-021", "The cell has no devices to draw.", {},
                    std::string(circuit.cellName(place->cell)));
    progress.report(0.1, "Placing the devices");
    const draw::Structure structure = draw::findStructure(model);
    const draw::Placement placement = draw::placeDevices(model, structure, stop);
    if (stop.shouldStop())
        return fail("SCH-020", "The drawing was stopped.");
    progress.report(0.6, "Routing the wires");
    SchematicDoc doc =
        draw::wire(model, placement, blocks ? kBlockWiring : draw::WiringOptions{}, stop);
    if (stop.shouldStop())
        return fail("SCH-020", "The drawing was stopped.");
    progress.report(1.0, "Done");
    return doc;
}

} // namespace ohm::schematic
