// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/device.h"
#include "core/netlist/textstore.h"

#include <unordered_map>

namespace ohm::netlist {

/// What a name says about a device.
struct MasterKind {
    DeviceKind kind = DeviceKind::Subcircuit;
    Polarity polarity = 0;
};

/// Reads kind and polarity from the name of a model or black box as foundries write them:
/// "sky130_fd_pr__nfet_01v8", "nch_lvt_mac", "rppolywo_rf", "cfmom_2t" ... Thread: any.
MasterKind guessMaster(std::string_view name);

/// Kind and polarity of a .model type: "nmos", "pnp", "d", "vdmos" (polarity from its parameters).
MasterKind modelTypeKind(std::string_view type);

/// `guessMaster` remembered per symbol. Thread: owner only.
class MasterGuess {
public:
    explicit MasterGuess(const SymbolTable& symbols)
        : m_symbols(symbols) {}
    MasterKind of(SymbolId name);

private:
    const SymbolTable& m_symbols;
    std::unordered_map<SymbolId, MasterKind> m_known;
};

} // namespace ohm::netlist
