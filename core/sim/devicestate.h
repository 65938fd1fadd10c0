// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sim/operatingpoint.h"

#include <span>

namespace ohm::sim {

/// What a device's row of the `show` table means, with the signs a designer expects: ngspice
/// counts some voltages and currents of p devices as if they were n.
///
/// `terminals` are the voltages of the device's nets in V. `polarity` is 'n', 'p' or '\0'.
/// Currents flow into the first terminal (A); vgs, vds, vbs, vbe, vbc, vce come from the terminal
/// voltages; vth and vdsat are negative for p devices.
///
/// Regions. MOSFET (exchanging drain and source where vds is reversed): below threshold it is Off
/// with less than 100 pA, else Subthreshold; above, Triode while vds < vdsat, else Saturation.
/// BJT: Off with less than 100 pA; a junction counts as open from 0.4 V: both Saturation, the
/// base-emitter one alone Active, the base-collector one alone Reverse. JFET: the square law, where
/// vds = 2 id/gm divides Triode from Saturation. Others: Unknown. Thread: any.
DeviceState deviceState(const DeviceRow& row, char letter, char polarity,
                        std::span<const double> terminals);

} // namespace ohm::sim
