// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/pathlock.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace ohm {

PathLock::PathLock(const std::filesystem::path& path)
    : m_file(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    m_held = m_file < 0 || ::flock(m_file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

PathLock::PathLock(PathLock&& other) noexcept
    : m_file(std::exchange(other.m_file, -1))
    , m_held(std::exchange(other.m_held, false)) {}

PathLock& PathLock::operator=(PathLock&& other) noexcept {
    std::swap(m_file, other.m_file);
    std::swap(m_held, other.m_held);
    return *this;
}

PathLock::~PathLock() {
    if (m_file >= 0)
        ::close(m_file);
}

} // namespace ohm
