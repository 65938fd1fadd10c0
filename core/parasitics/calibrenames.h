// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/parasitics/collector.h"

#include <string_view>

namespace ohm::parasitics {

/// What the node names of Calibre's netlists (pex, pxi) say. Each net is a subcircuit
/// "PM_<cell>%<net>" of its resistors and capacitors; outside it, its parts are called
/// "N_<net>_c_<number>_<p|n>" where a coupling ends and "N_<net>_<instance>_<terminal>" at a
/// device. Nets and instances may hold underscores themselves, so a name can only be read with the
/// nets in hand. Names that are learned must outlive it; views live as long as what they were taken
/// from. Thread: owner only while it learns.
class CalibreNames {
public:
    /// Takes note of the master of an instance.
    void learn(std::string_view master);
    void learnNet(std::string_view name);
    /// Takes note of a node that names its net beyond doubt (where a coupling ends).
    void learnNode(std::string_view node);
    /// The file has such subcircuits.
    bool used() const { return m_used; }

    struct Part {
        std::string_view net;
        std::string_view instance, pin; ///< of a device terminal, else empty
        bool unknown = false;           ///< it looks like a part, and no net fits
    };
    Part partOf(std::string_view node) const;

    /// The net of a master "PM_<cell>%<net>", else empty.
    static std::string_view netOfMaster(std::string_view master);

private:
    bool m_used = false;
    NameIndex m_nets;
};

} // namespace ohm::parasitics
