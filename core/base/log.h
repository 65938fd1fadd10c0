// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace ohm::log {

enum class Level { Debug, Info, Warning, Error };

/// Writes one line to every sink (stderr by default). Thread: any.
void write(Level level, std::string_view room, std::string_view text);

inline void debug(std::string_view room, std::string_view text) {
    write(Level::Debug, room, text);
}
inline void info(std::string_view room, std::string_view text) {
    write(Level::Info, room, text);
}
inline void warning(std::string_view room, std::string_view text) {
    write(Level::Warning, room, text);
}
inline void error(std::string_view room, std::string_view text) {
    write(Level::Error, room, text);
}

/// A further reader of the log, e.g. the window's log dock; called on the writing thread and must
/// not block. Returns an id for `removeSink`.
using Sink = std::function<void(Level, std::string_view room, std::string_view text)>;
int addSink(Sink sink);
void removeSink(int id);

/// Least level that reaches stderr (default Warning; OHMSCAPE_LOG=debug|info|warning|error).
void setConsoleLevel(Level level);

} // namespace ohm::log
