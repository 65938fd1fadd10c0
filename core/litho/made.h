// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/litho/clip.h"

#include <cstdint>

namespace ohm::litho {

/// Clips that are made up, to learn from before the real ones are asked for.
struct MadeOptions {
    int count = 100;           ///< at most 100,000
    std::uint64_t seed = 1;    ///< clip i depends on (seed, i) alone
    double contactShare = 0.3; ///< of clips of contacts; the others are wires of one layer
};

/// Wires: tracks of one direction with a common width (55 to 120 nm) and space (60 to 200 nm), cut
/// at random places and joined here and there by jogs of the same width. Contacts: squares of 60 to
/// 140 nm on a grid with gaps. All on 5 nm, within 1280 x 1280 nm. Clip i is `made/wires-i` or
/// `made/contacts-i`, and its own family. Errors: LITHO-024 the count or the share. Thread: any.
Expected<std::vector<Clip>> madeClips(const MadeOptions& options);

} // namespace ohm::litho
