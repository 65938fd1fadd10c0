// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/sourcefiles.h"

#include "core/base/packed.h"
#include "core/base/text.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ohm::netlist {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxBytes = std::size_t{4} << 30; ///< terminals are counted in 32 bits
constexpr std::size_t kChunk = std::size_t{8} << 20;    ///< bytes between looks at the stop token

/// Reads into a private buffer rather than mapping: the circuit keeps referring to the text, names
/// are folded in place, and a file rewritten or cut on disk meanwhile cannot hurt.
Expected<SourceText> readWhole(const fs::path& path, const StopToken& stop) {
    const auto failed = [&](std::string code, std::string text, int number) {
        return fail(std::move(code), std::move(text),
                    number ? std::generic_category().message(number) : std::string(),
                    path.string());
    };
    // O_NONBLOCK keeps a FIFO from blocking the open.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return failed("NET-001", "The netlist cannot be opened", errno);
    struct Closer {
        int fd;
        ~Closer() { ::close(fd); }
    } closer{fd};
    struct stat info {};
    if (::fstat(fd, &info) != 0)
        return failed("NET-001", "The netlist cannot be opened", errno);
    if (!S_ISREG(info.st_mode))
        return failed("NET-001", "This is not a regular file", 0);
    const auto size = static_cast<std::size_t>(info.st_size);
    if (size > kMaxBytes)
        return failed("NET-005", "The netlist is larger than 4 GiB", 0);
    SourceText out;
    out.text = std::make_unique_for_overwrite<char[]>(size + 1);
    while (out.size < size) {
        if (stop.shouldStop())
            return failed("NET-002", "Reading was stopped", 0);
        const ssize_t n = ::read(fd, out.text.get() + out.size, std::min(size - out.size, kChunk));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failed("NET-001", "The netlist cannot be read", errno);
        if (n == 0)
            break;
        out.size += static_cast<std::size_t>(n);
    }
    return out;
}

SourceText fromString(std::string_view text) {
    SourceText out;
    out.text = std::make_unique_for_overwrite<char[]>(text.size() + 1);
    std::memcpy(out.text.get(), text.data(), text.size());
    out.size = text.size();
    return out;
}

/// True for bytes that no text has: NULs or many control characters near the beginning.
bool looksBinary(std::string_view text) {
    const std::string_view head = text.substr(0, 65536);
    if (head.find('\0') != head.npos)
        return true;
    const auto odd = std::count_if(head.begin(), head.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != '\v';
    });
    return static_cast<std::size_t>(odd) * 20 > head.size();
}

bool isAscii(std::string_view text) {
    std::uint64_t bits = 0;
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + i, 8);
        bits |= word;
    }
    for (; i < text.size(); ++i)
        bits |= static_cast<std::uint64_t>(text[i]);
    return (bits & 0x8080808080808080ull) == 0;
}

bool isInside(const fs::path& path, const fs::path& root) {
    const auto [left, right] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
    (void)right;
    return left == root.end();
}

} // namespace

Expected<SourceText> textOf(SourceText bytes, const std::string& name, const StopToken& stop) {
    if (const std::string_view packer = packedBy(bytes.view()); !packer.empty())
        return fail("NET-003", "This file is compressed", std::string(packer), name,
                    "Unpack it and open what is inside");
    bool plain = bytes.view().substr(0, 16).find('\0') == std::string_view::npos;
    for (std::size_t at = 0; at < bytes.size && plain; at += kChunk) {
        plain = isAscii(bytes.view().substr(at, kChunk));
        if (stop.shouldStop())
            return fail("NET-002", "Reading was stopped");
    }
    const TextEncoding encoding = plain ? TextEncoding::Utf8 : detectEncoding(bytes.view());
    if (encoding != TextEncoding::Utf8) {
        bytes = fromString(toUtf8(bytes.view(), encoding));
    } else if (bytes.view().substr(0, 3) == "\xEF\xBB\xBF") {
        bytes.size -= 3;
        std::memmove(bytes.text.get(), bytes.text.get() + 3, bytes.size);
    }
    if (looksBinary(bytes.view()))
        return fail("NET-003", "This is not a text file", {}, name,
                    "Open a SPICE, CDL or Spectre netlist");
    const std::string_view head = bytes.view();
    const std::size_t feed = head.find('\n');
    if (feed == head.npos && head.find('\r') != head.npos)
        std::replace(bytes.text.get(), bytes.text.get() + bytes.size, '\r', '\n');
    return bytes;
}

SourceFiles::SourceFiles(fs::path folder, std::vector<fs::path> searchPath) {
    const auto addRoot = [this](const fs::path& root) {
        std::error_code code;
        auto canonical = fs::canonical(root, code);
        if (!code && fs::is_directory(canonical, code))
            m_roots.push_back(std::move(canonical));
    };
    if (!folder.empty()) {
        std::error_code code;
        m_folder = fs::absolute(folder, code);
        addRoot(m_folder);
    }
    for (const auto& root : searchPath)
        addRoot(root);
}

Expected<void> SourceFiles::openMain(const fs::path& path) {
    m_mainName = path.string();
    auto text = load(path);
    if (!text)
        return text.failure();
    m_main = std::move(*text);
    return {};
}

Expected<void> SourceFiles::openMain(std::string text, const std::string& name) {
    m_mainName = name;
    auto converted = textOf(fromString(text), name);
    if (!converted)
        return converted.failure();
    m_main = std::move(*converted);
    return {};
}

std::string SourceFiles::mainKey() const {
    std::error_code code;
    const auto canonical = fs::weakly_canonical(m_mainName, code);
    return (code ? m_mainName : canonical.string()) + "\n";
}

bool SourceFiles::allowed(const fs::path& canonical) const {
    return std::any_of(m_roots.begin(), m_roots.end(),
                       [&](const fs::path& root) { return isInside(canonical, root); });
}

Expected<fs::path> SourceFiles::find(std::string_view name, const fs::path& from) const {
    std::string text(name);
    std::replace(text.begin(), text.end(), '\\', '/');
    if (text.empty() || text.size() > 4096 || text.find('\0') != text.npos || m_roots.empty())
        return fail("NET-011", "An included file was not found", {}, std::string(name));
    const fs::path wanted(text);
    std::vector<fs::path> candidates;
    if (wanted.is_absolute()) {
        candidates.push_back(wanted);
    } else {
        if (!from.empty())
            candidates.push_back(from / wanted);
        if (!m_folder.empty())
            candidates.push_back(m_folder / wanted);
        for (const auto& root : m_roots)
            candidates.push_back(root / wanted);
    }
    // A path of another machine: its last part beside the netlist is most likely what is meant.
    if (const auto last = wanted.filename(); last != wanted && !last.empty() && last != "..") {
        if (!from.empty())
            candidates.push_back(from / last);
        for (const auto& root : m_roots)
            candidates.push_back(root / last);
    }
    bool outside = false;
    for (const auto& candidate : candidates) {
        std::error_code code;
        const auto canonical = fs::canonical(candidate, code);
        if (code)
            continue;
        if (!allowed(canonical)) {
            outside = true;
            continue;
        }
        if (fs::is_regular_file(canonical, code))
            return canonical;
    }
    if (outside)
        return fail("NET-012",
                    "An included file lies outside the netlist's folder and the search path", {},
                    std::string(name), "Add its folder to the search path");
    return fail("NET-011", "An included file was not found", {}, std::string(name));
}

Expected<SourceText> SourceFiles::load(const fs::path& path) const {
    auto bytes = readWhole(path, m_stop);
    if (!bytes)
        return bytes.failure();
    return textOf(std::move(*bytes), path.string(), m_stop);
}

} // namespace ohm::netlist
