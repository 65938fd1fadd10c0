// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/celldrawing.h"

#include "core/base/text.h"
#include "core/schematic/autodraw.h"
#include "ui/services/text.h"

#include <QSet>

#include <algorithm>
#include <filesystem>
#include <unordered_map>

namespace ohm::ui {

namespace {
/// The imported sheet of a cell: the top sheet, or the child sheet whose file is named like the
/// cell.
std::shared_ptr<const schematic::SchematicDoc> importedSheet(const LoadedCircuit& loaded,
                                                             const CellPath& path) {
    if (!loaded.schematic || loaded.schematic->sheets.empty())
        return nullptr;
    const auto& sheets = loaded.schematic->sheets;
    const auto alias = [&](const schematic::SchematicDoc& sheet) {
        return std::shared_ptr<const schematic::SchematicDoc>(loaded.schematic, &sheet);
    };
    if (path.empty())
        return alias(sheets.front());
    if (!loaded.circuit)
        return nullptr;
    const auto cell = cellAt(*loaded.circuit, path);
    if (!cell)
        return nullptr;
    const std::string wanted = toLower(loaded.circuit->cellName(*cell));
    for (const schematic::SchematicDoc& sheet : sheets) {
        const std::string stem = toLower(std::filesystem::path(sheet.path).stem().string());
        if (&sheet != &sheets.front() && (stem == wanted || toLower(sheet.title) == wanted))
            return alias(sheet);
    }
    return nullptr;
}
} // namespace

std::optional<netlist::CellId> cellAt(const netlist::Circuit& circuit, const CellPath& path) {
    netlist::CellId cell = circuit.topCell();
    for (const std::uint32_t instance : path) {
        if (instance >= circuit.cellInstanceCount(cell))
            return std::nullopt;
        cell = circuit.cellInstance(cell, instance).child;
        if (cell == netlist::kNone)
            return std::nullopt;
    }
    return cell;
}

QString placeName(const netlist::Circuit& circuit, const CellPath& path) {
    QString name;
    netlist::CellId cell = circuit.topCell();
    for (const std::uint32_t instance : path) {
        if (cell == netlist::kNone || instance >= circuit.cellInstanceCount(cell))
            break;
        const netlist::InstanceView view = circuit.cellInstance(cell, instance);
        if (!name.isEmpty())
            name += QLatin1Char('.');
        name += qs(view.name);
        cell = view.child;
    }
    return name;
}

std::optional<netlist::NetId> CellDrawing::net(const QString& name) const {
    const auto found = m_nets.constFind(name);
    return found == m_nets.constEnd() ? std::nullopt : std::optional(*found);
}

std::optional<netlist::DeviceId> CellDrawing::device(const QString& name) const {
    const auto found = m_devices.constFind(name);
    return found == m_devices.constEnd() ? std::nullopt : std::optional(*found);
}

std::optional<std::uint32_t> CellDrawing::block(const QString& name) const {
    const auto found = m_blocks.constFind(name);
    return found == m_blocks.constEnd() ? std::nullopt : std::optional(*found);
}

QString CellDrawing::deviceName(const netlist::Circuit& circuit, netlist::DeviceId device) const {
    const auto found = m_deviceNames.constFind(device);
    if (found != m_deviceNames.constEnd())
        return *found;
    const CellPath at = circuit.devicePath(device);
    if (at.size() > path.size() + 1 && std::equal(path.begin(), path.end(), at.begin()))
        return m_blockNames.value(at[path.size()]);
    return {};
}

void CellDrawing::resolve(const netlist::Circuit& circuit) {
    const auto cell = cellAt(circuit, path);
    if (!cell)
        return;
    const std::string prefix = path.empty() ? std::string() : ss(placeName(circuit, path)) + ".";

    // Names of the cell's own nets and instances; a generated sheet uses flat names, the user's own
    // sheet the names written on it.
    std::unordered_map<std::string, std::uint32_t> localNets;
    for (std::uint32_t i = 0; i < circuit.cellNetCount(*cell); ++i)
        localNets.emplace(toLower(circuit.cellNetName(*cell, i)), i);
    const auto netOf = [&](const std::string& name) -> std::optional<netlist::NetId> {
        const auto local = [&]() -> std::optional<netlist::NetId> {
            const auto found = localNets.find(toLower(name));
            return found == localNets.end() ? std::nullopt : circuit.flatNet(path, found->second);
        };
        if (doc->generated) {
            const auto flat = circuit.findNet(name);
            return flat ? flat : local();
        }
        const auto own = local();
        return own ? own : circuit.findNet(name);
    };
    const auto addNet = [&](const std::string& name) {
        const QString key = qs(name);
        if (name.empty() || m_nets.contains(key))
            return;
        if (const auto id = netOf(name)) {
            m_nets.insert(key, *id);
            m_netNames.insert(*id, key);
        }
    };
    for (const schematic::Wire& wire : doc->wires)
        addNet(wire.net);
    for (const schematic::Label& label : doc->labels)
        addNet(label.net);
    for (const auto& pins : doc->pinNets) {
        for (const std::string& name : pins)
            addNet(name);
    }

    QSet<QString> wanted; // symbols that are not leaf devices: blocks, perhaps
    for (const schematic::SymbolInstance& symbol : doc->instances) {
        if (symbol.device.empty())
            continue;
        const QString key = qs(symbol.device);
        auto id = doc->generated ? circuit.findDevice(symbol.device)
                                 : circuit.findDevice(prefix + symbol.device);
        if (!id)
            id = doc->generated ? circuit.findDevice(prefix + symbol.device)
                                : circuit.findDevice(symbol.device);
        if (id) {
            m_devices.insert(key, *id);
            m_deviceNames.insert(*id, key);
        } else {
            wanted.insert(key);
        }
    }
    if (wanted.isEmpty())
        return;
    for (std::uint32_t i = 0; i < circuit.cellInstanceCount(*cell); ++i) {
        const netlist::InstanceView view = circuit.cellInstance(*cell, i);
        if (view.child == netlist::kNone)
            continue;
        for (const std::string& name : {prefix + std::string(view.name), std::string(view.name)}) {
            const QString key = qs(toLower(name));
            const QString exact = qs(name);
            const QString& match = wanted.contains(exact) ? exact : key;
            if (wanted.contains(match) && !m_blockNames.contains(i)) {
                m_blocks.insert(match, i);
                m_blockNames.insert(i, match);
            }
        }
    }
}

Expected<CellDrawingPtr> drawPlace(const LoadedCircuit& loaded, CellPath path, StopToken stop,
                                   ProgressSink& progress) {
    auto drawing = std::make_shared<CellDrawing>();
    drawing->path = std::move(path);
    if (loaded.circuit && !cellAt(*loaded.circuit, drawing->path))
        return fail("UI-014", "This place in the hierarchy does not exist any more.");
    drawing->doc = importedSheet(loaded, drawing->path);
    if (!drawing->doc) {
        if (!loaded.circuit)
            return fail("UI-015", "The file holds no drawing and no circuit.", {},
                        loaded.path.string());
        Expected<schematic::SchematicDoc> made =
            schematic::drawCell(*loaded.circuit, drawing->path, std::move(stop), progress);
        if (!made)
            return made.failure();
        drawing->doc = std::make_shared<const schematic::SchematicDoc>(std::move(*made));
    }
    if (loaded.circuit)
        drawing->resolve(*loaded.circuit);
    return CellDrawingPtr(std::move(drawing));
}

} // namespace ohm::ui
