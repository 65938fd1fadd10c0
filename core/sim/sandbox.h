// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ohm::sim {

/// What a worker process may do, made ready in the parent so that the forked child only has to
/// hand it to the kernel. Thread: owner only.
///
/// Three fences, each of which holds alone against what a netlist can ask of ngspice:
/// - Landlock (Linux 5.13): reads system libraries and ngspice's own folders, writes only its own
///   folder, executes only the ngspice program; no TCP, no signals to others where the kernel
///   knows how;
/// - a seccomp filter: a list of allowed system calls, without process creation, sockets, ptrace;
///   execve only with the one path pointer that the child itself uses to start ngspice;
/// - resource limits, no core files, no capabilities, no new privileges.
class Sandbox {
public:
    /// Reads what the kernel offers. `program` is the resolved ngspice, `folder` the worker's own.
    Sandbox(const std::filesystem::path& program, const std::filesystem::path& folder);
    ~Sandbox();
    Sandbox(Sandbox&& other) noexcept;
    Sandbox& operator=(Sandbox&&) = delete;

    /// Landlock rule set to restrict the child with, or -1 where the kernel has none.
    int rulesetFd() const { return m_ruleset; }
    /// Version of Landlock in the kernel, 0 = none.
    int landlockVersion() const { return m_landlockVersion; }

private:
    int m_ruleset = -1;
    int m_landlockVersion = 0;
};

/// One instruction of a seccomp filter, laid out as struct sock_filter.
struct FilterInstruction {
    std::uint16_t code;
    std::uint8_t jumpTrue;
    std::uint8_t jumpFalse;
    std::uint32_t value;
};

/// The filter program. execve passes only with the pointer `programPath`, sendmsg only with
/// `message`: both are addresses of the child before exec. Anything not listed fails with EPERM
/// (clone3 with ENOSYS, so that the C library falls back). ngspice makes a nameless file in /tmp
/// when it starts, where it may not write; with `notify` such a call is left to the listener.
/// Empty on an architecture the program does not know.
std::vector<FilterInstruction> seccompFilter(const void* programPath, const void* message,
                                             bool notify);

/// Address space a worker may use: most of the machine's memory, at least 2 GiB. Bytes.
std::size_t workerMemoryLimit();

} // namespace ohm::sim
