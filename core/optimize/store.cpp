// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/store.h"

#include "core/base/files.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace ohm::optimize {

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

} // namespace ohm::optimize
