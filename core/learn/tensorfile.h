// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/nn/namedarray.h"

#include <filesystem>
#include <string>
#include <vector>

namespace ohm::learn {

/// Named float32 arrays and a JSON text that describes them, in the safetensors format: nothing in
/// such a file can run code. What every kind of checkpoint is stored in. A plain value.
struct TensorFile {
    std::string about;
    std::vector<nn::NamedArray> arrays;
};

/// Writes atomically. A file that is no longer wanted gives its arrays back on the way. Errors:
/// BASE-010.
Expected<void> writeTensorFile(const TensorFile& file, const std::filesystem::path& path);
Expected<void> writeTensorFile(TensorFile&& file, const std::filesystem::path& path);
/// Errors: LEARN-001 not such a file, LEARN-003 damaged.
Expected<TensorFile> readTensorFile(const std::filesystem::path& path, bool withArrays = true);

} // namespace ohm::learn
