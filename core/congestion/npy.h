// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ohm::congestion {

/// What the header of a NumPy file says (format versions 1 to 3).
struct NpyHeader {
    std::string type; ///< e.g. "<f4", "|u1", "|O"
    bool fortranOrder = false;
    std::vector<std::size_t> shape;
    std::size_t count = 1; ///< product of the shape
    std::size_t begin = 0; ///< where the data start
};

/// Reads the header as data: it is a Python literal and is never evaluated. Errors: CONG-010 not a
/// NumPy file or a header that is not understood. Thread: any.
Expected<NpyHeader> readNpyHeader(std::string_view bytes);

/// Numbers in C order (last index fastest), whatever the file's order and type.
struct NumericArray {
    std::vector<std::size_t> shape;
    std::vector<double> values;
};

/// Reads booleans, integers and floating-point numbers of any size and byte order. Errors:
/// CONG-010, CONG-011 another type (objects, text, records, complex numbers), CONG-012 shorter than
/// its header says. Thread: any.
Expected<NumericArray> readNumericNpy(std::string_view bytes);

} // namespace ohm::congestion
