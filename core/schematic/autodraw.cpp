// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/autodraw.h"

#include "core/schematic/motif.h"
#include "core/schematic/placement.h"
#include "core/schematic/wiring.h"

namespace ohm::schematic {

Expected<SchematicDoc> drawCell(const netlist::Circuit& circuit,
                                std::span<const std::uint32_t> path, StopToken stop,
                                ProgressSink& progress) {
    const auto place = draw::findPlace(circuit, path);
    if (!place)
        return fail("SCH-021", "There is nothing to draw at this place of the hierarchy.");
    if (circuit.cellInstanceCount(place->cell) == 0)
        return fail("SCH-021", "The cell has no devices to draw.", {},
                    std::string(circuit.cellName(place->cell)));
    if (circuit.cellInstanceCount(place->cell) > kReadableDevices)
        return fail("SCH-022", "The cell is too large to be drawn.", {},
                    std::string(circuit.cellName(place->cell)));
    progress.report(0.0, "Reading the cell");
    const draw::Model model = draw::buildModel(circuit, path, *place);
    progress.report(0.1, "Placing the devices");
    const draw::Structure structure = draw::findStructure(model);
    const draw::Placement placement = draw::placeDevices(model, structure, stop);
    if (stop.shouldStop())
        return fail("SCH-020", "The drawing was stopped.");
    progress.report(0.6, "Routing the wires");
    SchematicDoc doc = draw::wire(model, placement, {}, stop);
    if (stop.shouldStop())
        return fail("SCH-020", "The drawing was stopped.");
    progress.report(1.0, "Done");
    return doc;
}

} // namespace ohm::schematic
