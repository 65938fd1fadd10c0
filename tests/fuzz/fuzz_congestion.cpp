// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes, taken for each kind of file that the congestion and lithography rooms read, must give
// sound data or a clear error.
#include "core/congestion/bytes.h"
#include "core/congestion/congestionset.h"
#include "core/congestion/features.h"
#include "core/congestion/graph.h"
#include "core/congestion/pickle.h"
#include "core/litho/socs.h"

#include <cstdlib>

using namespace ohm::congestion;

namespace {

constexpr std::size_t kFewValues = 100'000;

void require(bool condition) {
    if (!condition)
        std::abort();
}

void visit(const ObjectArray& array) {
    std::size_t seen = 0;
    for (const auto value : array.elements()) {
        if (array.kind(value) == ObjectArray::Kind::Text)
            seen += array.text(value).size();
        else if (array.kind(value) == ObjectArray::Kind::List)
            seen += array.items(value).size();
    }
    require(seen < std::size_t{1} << 40);
}

void visit(Def&& def) {
    const GCellGrid grid = def.grid;
    for (const Wire& wire : def.wires)
        require(wire.net >= 0 && static_cast<std::size_t>(wire.net) < def.nets.size());
    if (grid.count() > 1'000'000)
        return;
    LabelledDesign labelled;
    if (auto labels = labelsFromWires(def, nullptr, grid))
        labelled.labels = std::move(*labels);
    labelled.design = placedPart(designOf(std::move(def), nullptr, grid));
    const CongestionSample sample = sampleOf(labelled);
    require(sample.y.size() == 2 * sample.pins.nodes);
    require(countGraphs(sample.pins).pins == sample.pins.pins());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    // The last byte chooses the reader, so that the rest stays a plain file.
    const std::string_view bytes(reinterpret_cast<const char*>(data), size - 1);
    switch (data[size - 1] % 7) {
    case 0:
        if (const auto array = readObjectNpy(bytes, kFewValues))
            visit(*array);
        break;
    case 1:
        if (const auto header = readNpyHeader(bytes); header && header->count <= size)
            (void)readNumericNpy(bytes);
        break;
    case 2:
        if (auto def = readDef(bytes, "fuzz.def"))
            visit(std::move(*def));
        break;
    case 3: {
        Lef lef;
        (void)readLef(bytes, "fuzz.lef", lef);
        break;
    }
    case 4:
        if (const auto guides = readGuides(bytes, "fuzz.guide"))
            (void)cellSideOf(*guides, Box{});
        break;
    case 5:
        (void)gunzip(bytes, std::size_t{1} << 20);
        (void)kindOf(bytes);
        break;
    default:
        if (const auto clip = ohm::litho::readClip(bytes, "fuzz")) {
            const auto cover = ohm::litho::coverOf(*clip);
            if (cover && ohm::litho::centring(*clip))
                (void)ohm::litho::spectrumOf(*cover, 0, 0, 3);
        }
        break;
    }
    return 0;
}
