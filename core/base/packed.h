// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace ohm {

/// The program that packed a file ("gzip", "zip", "xz", "zstd", "bzip2"), by its first bytes and
/// whatever its name; empty: none of them. Thread: any.
std::string_view packedBy(std::string_view bytes);

} // namespace ohm
