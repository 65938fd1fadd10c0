// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace ohm {

/// An expected failure, told to the user: what happened, where, and what to do about it.
/// `code` is a documented id such as "NET-012" (docs/error-codes.md). Thread: a plain value.
struct Error {
    std::string code;   ///< documented id, ROOM-NNN
    std::string text;   ///< one plain sentence for the user
    std::string detail; ///< technical detail (library message), may be empty
    std::string where;  ///< file, object or step, may be empty
    std::string hint;   ///< what the user can do, may be empty

    /// "text (where): detail. hint [code]" on one line, for logs and the command line.
    std::string message() const;
};

struct Unexpected {
    Error error;
};
inline Unexpected fail(Error error) {
    return Unexpected{std::move(error)};
}
Unexpected fail(std::string code, std::string text, std::string detail = {}, std::string where = {},
                std::string hint = {});

/// A value or an Error: what every core function that can fail returns. Exceptions of libraries
/// are turned into this at the border of their room.
template <typename T>
class [[nodiscard]] Expected {
public:
    Expected(T value)
        : m_state(std::in_place_index<0>, std::move(value)) {}
    Expected(Unexpected failure)
        : m_state(std::in_place_index<1>, std::move(failure.error)) {}

    bool ok() const { return m_state.index() == 0; }
    explicit operator bool() const { return ok(); }
    const T& value() const& { return (assert(ok()), *std::get_if<0>(&m_state)); }
    T& value() & { return (assert(ok()), *std::get_if<0>(&m_state)); }
    T&& value() && { return (assert(ok()), std::move(*std::get_if<0>(&m_state))); }
    const T& operator*() const& { return value(); }
    T& operator*() & { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    const T* operator->() const { return &value(); }
    T* operator->() { return &value(); }
    const Error& error() const { return (assert(!ok()), *std::get_if<1>(&m_state)); }
    /// The failure, ready to be returned from a function with another value type.
    Unexpected failure() const { return Unexpected{error()}; }

private:
    std::variant<T, Error> m_state;
};

template <>
class [[nodiscard]] Expected<void> {
public:
    Expected() = default;
    Expected(Unexpected failure)
        : m_error(std::move(failure.error)) {}
    bool ok() const { return !m_error.has_value(); }
    explicit operator bool() const { return ok(); }
    const Error& error() const { return (assert(!ok()), *m_error); }
    Unexpected failure() const { return Unexpected{error()}; }

private:
    std::optional<Error> m_error;
};

} // namespace ohm
