// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/context.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

#include <unistd.h>

namespace ohm::cli {
namespace {

constexpr std::size_t kMostShown = 100;
constexpr int kBarWidth = 30;

/// Text from files goes to a terminal: no control characters that could steer it.
std::string printable(std::string_view text) {
    std::string out(text);
    std::replace_if(
        out.begin(), out.end(),
        [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; },
        '?');
    return out;
}

void toStderr(const std::string& line) {
    std::fprintf(stderr, "%s\n", line.c_str());
}

std::string dump(const Json& object) {
    return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace

TerminalProgress::TerminalProgress()
    : m_terminal(::isatty(STDERR_FILENO) == 1) {}

void TerminalProgress::report(double fraction, const std::string& text) {
    if (!m_terminal)
        return;
    const std::lock_guard lock(m_mutex);
    const auto now = std::chrono::steady_clock::now();
    if (m_drawn && now - m_last < std::chrono::milliseconds(100))
        return;
    m_last = now;
    m_drawn = true;
    const std::string step = printable(text).substr(0, 40);
    if (fraction < 0) {
        std::fprintf(stderr, "\r\033[K%s ...", step.c_str());
    } else {
        const double part = std::clamp(fraction, 0.0, 1.0);
        const int filled = static_cast<int>(part * kBarWidth);
        const std::string bar = std::string(static_cast<std::size_t>(filled), '#') +
                                std::string(static_cast<std::size_t>(kBarWidth - filled), '.');
        std::fprintf(stderr, "\r\033[K[%s] %3d %% %s", bar.c_str(), static_cast<int>(part * 100),
                     step.c_str());
    }
    std::fflush(stderr);
}

void TerminalProgress::clear() {
    const std::lock_guard lock(m_mutex);
    if (m_drawn)
        std::fputs("\r\033[K", stderr);
    m_drawn = false;
}

void Context::fail(const Error& error) {
    progress.clear();
    toStderr("ohmscape-cli: " + printable(error.message()));
    exitCode = stop.stopRequested() ? kFailed : exitCodeOf(error); // Ctrl-C is no bad input
    if (json)
        print(Json{{"ok", false},
                   {"error",
                    {{"code", error.code},
                     {"text", error.text},
                     {"detail", error.detail},
                     {"where", error.where},
                     {"hint", error.hint}}}});
}

void Context::show(const Diagnostics& diagnostics) {
    progress.clear();
    for (std::size_t i = 0; i < std::min(diagnostics.size(), kMostShown); ++i)
        toStderr(printable(toString(diagnostics[i])));
    if (diagnostics.size() > kMostShown)
        toStderr("... and " + std::to_string(diagnostics.size() - kMostShown) +
                 " more (all of them with --json)");
}

void Context::print(const Json& object) {
    print(dump(object) + "\n");
}

void Context::print(const std::string& text) {
    progress.clear();
    // A full disk or a closed pipe must not look like success.
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() ||
        std::fflush(stdout) != 0) {
        if (exitCode == kOk)
            toStderr("ohmscape-cli: The output cannot be written [CLI-003]");
        exitCode = std::max<int>(exitCode, kFailed);
    }
}

Json toJson(const Diagnostics& diagnostics) {
    Json array = Json::array();
    for (const Diagnostic& d : diagnostics)
        array.push_back({{"severity", severityName(d.severity)},
                         {"code", d.code},
                         {"text", d.text},
                         {"file", d.file},
                         {"line", d.line}});
    return array;
}

Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

int exitCodeOf(const Error& error) {
    const std::string_view code = error.code;
    // SIM-010: unsafe deck; SIM-020: definitions missing; BASE-01x: output could not be written.
    constexpr std::array kInput{
        "BASE-00",   "NET-",      "SCH-",     "PROJ-00",  "GRAPH-010", "SIM-010",   "SIM-020",
        "CLI-001",   "CLI-004",   "DATA-00",  "DATA-01",  "DATA-02",   "DATA-04",   "LEARN-07",
        "GEN-02",    "GEN-00",    "GEN-010",  "GEN-015",  "LEARN-00",  "LEARN-010", "LEARN-013",
        "LEARN-014", "LEARN-015", "LEARN-02", "EXPL-001", "EXPL-002",  "EXPL-004",  "EXPL-005",
        "LEARN-05",  "NN-01",     "NN-02",    "OPT-00",   "OPT-010",   "OPT-021",   "OPT-022",
        "OPT-03",    "RUN-001",   "RUN-002",  "RUN-003",  "RUN-005",   "PAR-00",    "PAR-02",
        "CONG-00",   "CONG-01",   "CONG-02",  "CONG-03",  "CONG-04",   "CONG-05",   "CONG-061",
        "CONG-070",  "CONG-071",  "LITHO-00", "LITHO-01", "LITHO-020", "LITHO-021", "LITHO-022",
        "LITHO-023", "DATA-051",  "DEEP-001", "DEEP-002", "DEEP-006",  "DEEP-008",  "DEEP-009"};
    const bool input = std::any_of(kInput.begin(), kInput.end(),
                                   [&](const char* p) { return code.starts_with(p); });
    return input ? kBadInput : kFailed;
}

} // namespace ohm::cli
