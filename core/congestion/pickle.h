// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace ohm::congestion {

/// A NumPy array of Python objects, as CircuitNet's netlists and placements are kept: a pickle
/// inside a .npy file. A pickle is a program; this reader knows the few of its instructions that
/// texts, integers, lists, tuples, dictionaries and the array around them need, builds plain data
/// from them and refuses every other. Nothing is imported, called or executed. Values never nest
/// deeper here than they are asked for, so a file that contains itself does no harm.
/// The texts lie in the bytes that were read: these must outlive the object. Thread: any (const).
class ObjectArray {
public:
    enum class Kind : std::uint8_t {
        None,
        Bool,
        Int,
        Float,
        Text,
        Bytes,
        List,
        Tuple,
        Dict,
        Other
    };
    using Value = std::uint32_t;

    const std::vector<std::size_t>& shape() const { return m_shape; }
    /// The elements in C order.
    std::span<const Value> elements() const { return items(m_list); }

    Kind kind(Value value) const { return m_nodes[value].kind; }
    std::int64_t integer(Value value) const { return m_nodes[value].integer; } ///< Int, Bool
    std::string_view text(Value value) const;                                  ///< Text
    /// Of a List or Tuple; of a Dict key, value, key, value, ...
    std::span<const Value> items(Value value) const;

private:
    friend class Unpickler;
    friend Expected<ObjectArray> readObjectNpy(std::string_view, std::size_t);
    struct Node {
        Kind kind = Kind::None;
        std::uint8_t detail = 0;  ///< of Other
        std::uint32_t length = 0; ///< Text, Bytes
        std::int64_t integer = 0; ///< value, offset into the bytes, or index of a list
    };
    std::string_view m_bytes;
    std::vector<std::size_t> m_shape;
    Value m_list = 0;
    std::vector<Node> m_nodes;
    std::vector<std::vector<Value>> m_lists;
};

/// Values that one file may hold at most: 24 bytes each, 48 for an empty list.
inline constexpr std::size_t kMostValues = 32'000'000;

/// Reads such a file. Errors: CONG-010 not a NumPy file, CONG-011 not an array of objects,
/// CONG-013 the pickle asks for something that is never done here, CONG-014 the pickle is damaged
/// or cut short, CONG-016 too many values. Thread: any.
Expected<ObjectArray> readObjectNpy(std::string_view bytes, std::size_t maxValues = kMostValues);

} // namespace ohm::congestion
