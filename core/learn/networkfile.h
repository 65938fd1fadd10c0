// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// For sources of core: it brings a JSON library along.

#include "core/learn/tensorfile.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

namespace ohm::learn {

/// Reads a file of named arrays whose description says what kind it is and by which version it was
/// made, as those of deep networks, of networks on maps and of their trainings do.
/// `read(about, arrays)` makes a Model of it, or an Error; it may throw. What does not fit is
/// `wrong(detail)`, the caller's error. Errors: that, BASE-00x, LEARN-001, LEARN-003. Thread: any.
template <typename Model, typename Wrong, typename Read>
Expected<Model> readNetworkFile(const std::filesystem::path& path, const char* kind, int version,
                                const Wrong& wrong, const Read& read) {
    auto file = readTensorFile(path);
    if (!file)
        return file.failure();
    try {
        const auto about = nlohmann::json::parse(file->about);
        if (!about.is_object() || about.value("kind", "") != kind)
            return wrong("it is another kind of checkpoint");
        if (about.at("version").template get<int>() != version)
            return wrong("it was made by another version");
        for (const nn::NamedArray& array : file->arrays) {
            if (!std::all_of(array.values.begin(), array.values.end(),
                             [](float v) { return std::isfinite(v); }))
                return wrong("array " + array.name + " holds what is not a number");
        }
        return read(about, file->arrays);
    } catch (const std::exception& error) {
        return wrong(error.what());
    }
}

} // namespace ohm::learn
