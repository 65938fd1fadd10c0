// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/sim/sandbox.h"

#include <cstddef>
#include <string>
#include <vector>

#include <sys/types.h>

namespace ohm::sim {

/// What a child process is started with. Thread: a plain value.
struct ChildSetup {
    std::string program;                  ///< absolute path
    std::vector<std::string> arguments;   ///< without the program's own name
    std::vector<std::string> environment; ///< "NAME=value": the whole environment
    std::string folder;                   ///< working folder
    int rulesetFd = -1;                   ///< Landlock, -1 = none
    bool fenced = true;                   ///< seccomp filter and Landlock
    std::size_t memoryLimit = 0;          ///< bytes of address space, 0 = unlimited
};

/// A running child whose stdin, stdout and stderr are one local socket. Killed and reaped when the
/// object goes. Thread: owner only.
class ChildProcess {
public:
    ChildProcess() = default;
    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&& other) noexcept;
    ~ChildProcess();

    /// Starts a child with the limits and fences of `setup`. Between fork and exec only system
    /// calls are made, so it is safe in a program with many threads; no descriptor leaks in or
    /// out. The child dies with the calling *thread* (PR_SET_PDEATHSIG): call from one that lives
    /// as long as the child may. Errors: SIM-001 cannot be started.
    static Expected<ChildProcess> start(const ChildSetup& setup);

    bool running() const { return m_pid > 0; }
    pid_t pid() const { return m_pid; }
    int socket() const { return m_socket; }
    /// Readable when the child asks for a nameless temporary file (-1 = it never does): then
    /// `serveTemporaryFile` gives it one in memory.
    int listener() const { return m_listener; }
    void serveTemporaryFile();
    /// True where the kernel accepted the fence.
    bool landlocked() const { return m_landlocked; }
    bool filtered() const { return m_filtered; }

    /// Kills (SIGKILL) and reaps; returns the wait status, or -1 when there was no child. A child
    /// that has ended already keeps its own status.
    int kill();
    /// Reaps a child known to be ending (its socket is at its end) within `milliseconds`, then
    /// kills it.
    int reap(int milliseconds);

private:
    pid_t m_pid = -1;
    int m_socket = -1;
    int m_listener = -1;
    bool m_landlocked = false;
    bool m_filtered = false;
};

} // namespace ohm::sim
