// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/log.h"

#include <cstdlib>
#include <map>
#include <mutex>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace ohm::log {
namespace {

spdlog::level::level_enum toSpdlog(Level level) {
    switch (level) {
    case Level::Debug:
        return spdlog::level::debug;
    case Level::Info:
        return spdlog::level::info;
    case Level::Warning:
        return spdlog::level::warn;
    case Level::Error:
        break;
    }
    return spdlog::level::err;
}

/// The learning engine is a module with a copy of this room: whoever comes second shares the logger.
std::shared_ptr<spdlog::logger> consoleLogger() {
    auto logger = spdlog::get("ohmscape");
    return logger ? logger : spdlog::stderr_color_mt("ohmscape");
}

struct Hub {
    std::mutex mutex;
    std::map<int, Sink> sinks;
    int next = 1;
    std::shared_ptr<spdlog::logger> console = consoleLogger();

    Hub() {
        const char* wanted = std::getenv("OHMSCAPE_LOG");
        console->set_level(wanted ? spdlog::level::from_str(wanted) : spdlog::level::warn);
        console->set_pattern("%^%l%$: %v");
    }
};

Hub& hub() {
    static Hub instance;
    return instance;
}

} // namespace

void write(Level level, std::string_view room, std::string_view text) {
    Hub& h = hub();
    h.console->log(toSpdlog(level), "{}: {}", room, text);
    std::lock_guard lock(h.mutex);
    for (const auto& [id, sink] : h.sinks)
        sink(level, room, text);
}

int addSink(Sink sink) {
    Hub& h = hub();
    std::lock_guard lock(h.mutex);
    h.sinks.emplace(h.next, std::move(sink));
    return h.next++;
}

void removeSink(int id) {
    Hub& h = hub();
    std::lock_guard lock(h.mutex);
    h.sinks.erase(id);
}

void setConsoleLevel(Level level) {
    hub().console->set_level(toSpdlog(level));
}

} // namespace ohm::log
