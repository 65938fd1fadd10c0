// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/store.h"

#include "core/base/files.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace ohm::optimize {
namespace {

void readSettings(const nlohmann::json& line, JudgeSettings& settings) {
    const auto take = [&](const char* key, std::optional<std::size_t>& to) {
        const auto found = line.find(key);
        if (found != line.end() && found->is_number_unsigned())
            to = found->get<std::size_t>();
    };
    take(kDesignsPerStep, settings.designsPerStep);
    take(kPool, settings.pool);
}

} // namespace

Expected<std::vector<std::string>> readLines(const std::filesystem::path& path) {
    const auto bytes = readFile(path);
    if (!bytes)
        return bytes.failure();
    std::vector<std::string> lines;
    const std::string_view text = bytes->view();
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = text.find('\n', begin);
        if (end == std::string_view::npos)
            break;
        if (end > begin)
            lines.emplace_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

Expected<void> appendLine(const std::filesystem::path& path, const std::string& line,
                          bool durable) {
    const auto failed = [&] {
        return fail("BASE-010", "The file cannot be written", std::strerror(errno), path.string());
    };
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0)
        return failed();
    std::string text = line + "\n";
    // A line that a kill cut short is closed first; readers skip what is not whole JSON.
    const off_t size = ::lseek(file, 0, SEEK_END);
    char last = '\n';
    if (size > 0 && ::pread(file, &last, 1, size - 1) == 1 && last != '\n')
        text = "\n" + text;
    std::size_t done = 0;
    bool ok = true;
    while (ok && done < text.size()) {
        const ssize_t n = ::write(file, text.data() + done, text.size() - done);
        if (n > 0)
            done += static_cast<std::size_t>(n);
        else if (errno != EINTR)
            ok = false;
    }
    if (ok && durable)
        ok = ::fdatasync(file) == 0;
    const int saved = errno;
    ::close(file);
    errno = saved;
    return ok ? Expected<void>() : failed();
}

JudgeSettings judgeSettingsOf(const std::vector<std::string>& lines) {
    JudgeSettings settings;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i > 0 && lines[i].find("\"event\":\"start\"") == std::string::npos)
            continue;
        const auto line = nlohmann::json::parse(lines[i], nullptr, false);
        if (line.is_object())
            readSettings(line, settings);
        if (i == 0 && settings.complete())
            break; // as it was begun, so it goes on
    }
    return settings;
}

std::vector<SpecClaims> storedClaims(const nlohmann::json& line) {
    std::vector<SpecClaims> all;
    const auto found = line.find("claims");
    if (found == line.end())
        return all;
    const auto list = [](const nlohmann::json& of, const char* key) {
        std::vector<Claim> claims;
        for (const auto& row : of.contains(key) ? of.at(key) : nlohmann::json::array()) {
            if (!row.at(0).is_null())
                claims.push_back({row.at(0).get<double>(), row.at(1).get<bool>()});
        }
        return claims;
    };
    for (const auto& [name, of] : found->items())
        all.push_back({name, list(of, "meets"), list(of, "better")});
    return all;
}

} // namespace ohm::optimize
