// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "ui/session/loader.h"

#include <QHash>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

namespace ohm::ui {

using CellPath = std::vector<std::uint32_t>; ///< instance indices from the top cell

/// The sheet of one place in the hierarchy, with the way from names on the sheet to the circuit's
/// flat nets and devices and back. A plain value, made off the GUI thread. Thread: any (const).
class CellDrawing {
public:
    std::shared_ptr<const schematic::SchematicDoc> doc;
    CellPath path;

    std::optional<netlist::NetId> net(const QString& name) const;
    std::optional<netlist::DeviceId> device(const QString& name) const;
    /// The block (instance with a definition) a symbol stands for, as an index into the cell.
    std::optional<std::uint32_t> block(const QString& name) const;

    QStringList netNames(netlist::NetId net) const { return m_netNames.values(net); }
    /// The symbol of a device; for one inside a block of this sheet, the block.
    QString deviceName(const netlist::Circuit& circuit, netlist::DeviceId device) const;
    QString blockName(std::uint32_t instance) const { return m_blockNames.value(instance); }
    /// True if the device stands on this very sheet, not inside one of its blocks.
    bool shows(netlist::DeviceId device) const { return m_deviceNames.contains(device); }
    const QHash<QString, netlist::NetId>& nets() const { return m_nets; }
    const QHash<QString, netlist::DeviceId>& devices() const { return m_devices; }

private:
    friend Expected<std::shared_ptr<const CellDrawing>> drawPlace(const LoadedCircuit&, CellPath,
                                                                  StopToken, ProgressSink&);
    void resolve(const netlist::Circuit& circuit);

    QHash<QString, netlist::NetId> m_nets;
    QMultiHash<netlist::NetId, QString> m_netNames;
    QHash<QString, netlist::DeviceId> m_devices;
    QHash<netlist::DeviceId, QString> m_deviceNames;
    QHash<QString, std::uint32_t> m_blocks;
    QHash<std::uint32_t, QString> m_blockNames;
};
using CellDrawingPtr = std::shared_ptr<const CellDrawing>;

/// The cell reached by a path; nothing if an index is out of range or leads into a leaf.
std::optional<netlist::CellId> cellAt(const netlist::Circuit& circuit, const CellPath& path);
/// "x1.x2" of a path ("" for the top).
QString placeName(const netlist::Circuit& circuit, const CellPath& path);

/// The user's own sheet where the file has one for this cell, else a generated drawing.
/// Errors: UI-014 no such place, SCH-02x. Thread: any.
Expected<CellDrawingPtr> drawPlace(const LoadedCircuit& loaded, CellPath path, StopToken stop,
                                   ProgressSink& progress);

} // namespace ohm::ui
