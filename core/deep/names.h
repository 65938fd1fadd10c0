// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <array>
#include <string>
#include <utility>

namespace ohm::deep {

/// The values of an enumeration with their names in files and flags.
template <typename E, std::size_t Count>
using Names = std::array<std::pair<E, const char*>, Count>;

template <typename E, std::size_t Count>
std::string nameIn(E value, const Names<E, Count>& names) {
    for (const auto& [known, text] : names) {
        if (known == value)
            return text;
    }
    return {};
}

/// Errors: DEEP-002, which lists the names.
template <typename E, std::size_t Count>
Expected<E> valueIn(const std::string& text, const char* what, const Names<E, Count>& names) {
    std::string all;
    for (const auto& [known, name] : names) {
        if (text == name)
            return known;
        all += (all.empty() ? "" : ", ") + std::string(name);
    }
    return fail("DEEP-002", "There is no " + std::string(what) + " '" + text + "'", {}, {},
                "Choose one of " + all);
}

} // namespace ohm::deep
