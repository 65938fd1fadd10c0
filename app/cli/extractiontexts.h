// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>

namespace ohm::cli {

/// Made extractions for the bench, in the manner of their writers. Repeatable.
namespace texts {

/// magic's ext2spice: `lines` capacitors between a fifth as many nets; each couples within `window`
/// rows around its place, as in a file written cell by cell, or to any.
std::string magic(std::size_t lines, std::size_t window);
/// Calibre: a subcircuit of resistors and capacitors per net with two gates each, then the
/// transistors, the nets' instances and the couplings, as .pex and .pxi put into one file.
std::string calibre(std::size_t nets);
/// DSPF and SPEF: per net three pins, five parts, resistors, capacitances to ground and couplings
/// to the nets beside it.
std::string dspf(std::size_t nets);
std::string spef(std::size_t nets);

} // namespace texts
} // namespace ohm::cli
