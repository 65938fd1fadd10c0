// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dataset/graphset.h"

#include <string>

namespace ohm::dataset {

/// The circuit of graph `index` as a SPICE deck: devices n1... with the values of the features,
/// nets n0... by node number, ground 0. Resistive features (9 wide) are complete. Analog ones (15
/// wide) hold no transistor sizes but the multiplier: every transistor is written with 0.5 um / 90
/// nm and the shipped 45 nm card. Errors: DATA-030 features of another kind, DATA-031 not a
/// terminal graph. Thread: any.
Expected<std::string> sampleNetlist(const GraphSet& set, std::size_t index);

} // namespace ohm::dataset
