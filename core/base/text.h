// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace ohm {

/// Encodings met in netlists and schematics.
enum class TextEncoding { Utf8, Utf16Le, Utf16Be, Windows1252 };

/// Guesses: byte-order mark, then NUL bytes in the first 16, then strict UTF-8, else Windows-1252
/// (a superset of latin-1).
TextEncoding detectEncoding(std::string_view bytes);

/// True if `bytes` is valid UTF-8 (pure ASCII included). Fast on ASCII.
bool isUtf8(std::string_view bytes);

/// Converts to UTF-8 without a byte-order mark; invalid sequences become U+FFFD.
std::string toUtf8(std::string_view bytes, TextEncoding encoding);

/// ASCII lower case, the way SPICE folds names. UTF-8 beyond ASCII is left alone.
std::string toLower(std::string_view text);
bool equalsIgnoreCase(std::string_view a, std::string_view b);
/// Without white space at both ends.
std::string_view trimmed(std::string_view text);

} // namespace ohm
