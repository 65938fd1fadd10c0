// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ohm {
namespace {

/// Below this size a copy is as fast as a mapping, and a file that is rewritten in place while it
/// is open cannot hurt.
constexpr std::size_t kMapFrom = std::size_t{1} << 20;

struct Descriptor {
    int fd = -1;
    explicit Descriptor(int value)
        : fd(value) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd >= 0)
            ::close(fd);
    }
};

std::string systemMessage(int code) {
    return std::generic_category().message(code);
}

bool writeAll(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

} // namespace

FileBytes::FileBytes(FileBytes&& other) noexcept {
    *this = std::move(other);
}

FileBytes& FileBytes::operator=(FileBytes&& other) noexcept {
    if (this == &other)
        return *this;
    if (m_mapped)
        ::munmap(const_cast<char*>(m_data), m_size);
    m_mapped = std::exchange(other.m_mapped, false);
    m_size = std::exchange(other.m_size, 0);
    m_copy = std::move(other.m_copy);
    m_data = m_mapped ? other.m_data : m_copy.data();
    other.m_data = nullptr;
    return *this;
}

FileBytes::~FileBytes() {
    if (m_mapped)
        ::munmap(const_cast<char*>(m_data), m_size);
}

Expected<FileBytes> readFile(const std::filesystem::path& path, std::size_t maxBytes) {
    // O_NONBLOCK keeps a FIFO from blocking the open.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.fd < 0) {
        const int code = errno;
        if (code == ENOENT || code == ENOTDIR)
            return fail("BASE-001", "The file does not exist", {}, path.string());
        return fail("BASE-003", "The file cannot be read", systemMessage(code), path.string());
    }
    struct stat info {};
    if (::fstat(file.fd, &info) != 0)
        return fail("BASE-003", "The file cannot be read", systemMessage(errno), path.string());
    if (!S_ISREG(info.st_mode))
        return fail("BASE-002", "This is not a regular file", {}, path.string());
    const auto size = static_cast<std::size_t>(info.st_size);
    if (size > maxBytes)
        return fail("BASE-004", "The file is too large", std::to_string(size) + " bytes",
                    path.string());
    FileBytes bytes;
    if (size >= kMapFrom) {
        void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd, 0);
        if (memory != MAP_FAILED) {
            ::madvise(memory, size, MADV_SEQUENTIAL);
            bytes.m_data = static_cast<const char*>(memory);
            bytes.m_size = size;
            bytes.m_mapped = true;
            return bytes;
        }
    }
    bytes.m_copy.resize(size);
    std::size_t done = 0;
    while (done < size) {
        const ssize_t n = ::read(file.fd, bytes.m_copy.data() + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail("BASE-003", "The file cannot be read", systemMessage(errno), path.string());
        if (n == 0)
            break;
        done += static_cast<std::size_t>(n);
    }
    bytes.m_copy.resize(done);
    bytes.m_data = bytes.m_copy.data();
    bytes.m_size = done;
    return bytes;
}

Expected<void> writeFileAtomically(const std::filesystem::path& path, std::string_view bytes) {
    std::error_code ignored;
    const auto target = std::filesystem::is_symlink(path, ignored)
                            ? std::filesystem::weakly_canonical(path, ignored)
                            : path;
    std::string pattern = target.string() + ".XXXXXX";
    const auto failed = [&](int code) {
        return fail("BASE-010", "The file cannot be written", systemMessage(code), path.string());
    };
    int code = 0;
    {
        const Descriptor file(::mkostemp(pattern.data(), O_CLOEXEC));
        if (file.fd < 0)
            return failed(errno);
        struct stat old {};
        const mode_t mask = ::umask(0);
        ::umask(mask);
        const mode_t mode =
            ::stat(target.c_str(), &old) == 0 ? (old.st_mode & 07777) : (0666 & ~mask);
        if (::fchmod(file.fd, mode) != 0 || !writeAll(file.fd, bytes) || ::fsync(file.fd) != 0)
            code = errno;
    }
    if (code == 0 && ::rename(pattern.c_str(), target.c_str()) != 0)
        code = errno;
    if (code != 0) {
        ::unlink(pattern.c_str());
        return failed(code);
    }
    const auto folder =
        target.has_parent_path() ? target.parent_path() : std::filesystem::path(".");
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.fd >= 0)
        ::fsync(directory.fd);
    return {};
}

Expected<TemporaryDirectory> TemporaryDirectory::create(std::string_view prefix) {
    std::error_code code;
    const auto base = std::filesystem::temp_directory_path(code);
    if (code)
        return fail("BASE-011", "No temporary folder is available", code.message());
    std::string pattern = (base / (std::string(prefix) + "-XXXXXX")).string();
    if (!::mkdtemp(pattern.data()))
        return fail("BASE-011", "A temporary folder cannot be made", systemMessage(errno),
                    base.string());
    return TemporaryDirectory(pattern);
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : m_path(std::exchange(other.m_path, {})) {}

TemporaryDirectory& TemporaryDirectory::operator=(TemporaryDirectory&& other) noexcept {
    std::swap(m_path, other.m_path);
    return *this;
}

TemporaryDirectory::~TemporaryDirectory() {
    if (m_path.empty())
        return;
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
}

} // namespace ohm
