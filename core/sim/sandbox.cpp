// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/sandbox.h"

#include <algorithm>
#include <cerrno>
#include <initializer_list>
#include <utility>

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ohm::sim {
namespace {

// Landlock's numbers, so that the program builds on systems whose headers predate it (Linux ABI,
// documented in the kernel's userspace-api/landlock).
constexpr long kSysLandlockCreateRuleset = 444;
constexpr long kSysLandlockAddRule = 445;
constexpr long kSysLandlockRestrictSelf = 446;
constexpr std::uint32_t kRulesetVersion = 1;
constexpr int kRulePathBeneath = 1;
constexpr std::uint64_t kExecute = 1U << 0, kWriteFile = 1U << 1, kReadFile = 1U << 2,
                        kReadDir = 1U << 3, kRemoveFile = 1U << 5, kMakeReg = 1U << 8,
                        kTruncate = 1U << 14;

struct RulesetAttributes {
    std::uint64_t accessFs = 0;
    std::uint64_t accessNet = 0; ///< from version 4
    std::uint64_t scoped = 0;    ///< from version 6
};

struct [[gnu::packed]] PathBeneath {
    std::uint64_t allowed;
    std::int32_t fd;
};

/// All file rights a version knows: 13 at first, then refer, truncate and device ioctl.
std::uint64_t allFileRights(int version) {
    std::uint64_t rights = (1U << 13) - 1;
    if (version >= 2)
        rights |= 1U << 13;
    if (version >= 3)
        rights |= kTruncate;
    if (version >= 5)
        rights |= 1U << 15;
    return rights;
}

/// Allows `rights` at and below `path`; a path that is not there needs no rule.
void allow(int ruleset, const std::filesystem::path& path, std::uint64_t rights) {
    const int fd = ::open(path.c_str(), O_PATH | O_CLOEXEC);
    if (fd < 0)
        return;
    struct stat info {};
    if (::fstat(fd, &info) == 0) {
        constexpr std::uint64_t kFileRights = kExecute | kWriteFile | kReadFile | kTruncate;
        if (!S_ISDIR(info.st_mode))
            rights &= kFileRights;
        const PathBeneath rule{rights, fd};
        ::syscall(kSysLandlockAddRule, ruleset, kRulePathBeneath, &rule, 0);
    }
    ::close(fd);
}

constexpr std::uint32_t kArgumentLow(unsigned index) {
    return static_cast<std::uint32_t>(offsetof(struct seccomp_data, args) + index * 8);
}
constexpr std::uint32_t kArgumentHigh(unsigned index) {
    return kArgumentLow(index) + 4;
}

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArchitecture = 0;
#endif

/// System calls ngspice and the dynamic linker need; none of them reaches another process or
/// the network. What they may open is Landlock's business.
constexpr int kAllowed[] = {
    SYS_read,
    SYS_write,
    SYS_readv,
    SYS_writev,
    SYS_pread64,
    SYS_pwrite64,
    SYS_close,
    SYS_fstat,
    SYS_newfstatat,
    SYS_statx,
    SYS_faccessat,
    SYS_lseek,
    SYS_mmap,
    SYS_mprotect,
    SYS_munmap,
    SYS_mremap,
    SYS_brk,
    SYS_madvise,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_dup,
    SYS_dup3,
    SYS_getpid,
    SYS_gettid,
    SYS_getppid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_getrusage,
    SYS_times,
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_clock_nanosleep,
    SYS_nanosleep,
    SYS_gettimeofday,
    SYS_getcwd,
    SYS_unlinkat,
    SYS_readlinkat,
    SYS_getdents64,
    SYS_set_tid_address,
    SYS_set_robust_list,
    SYS_getrandom,
    SYS_futex,
    SYS_exit,
    SYS_exit_group,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_uname,
    SYS_sysinfo,
    SYS_ppoll,
    SYS_pselect6,
    SYS_fadvise64,
    SYS_ftruncate,
    SYS_fsync,
    SYS_fdatasync,
    SYS_umask,
    SYS_getpgid,
    SYS_restart_syscall,
    SYS_fchmod,
    SYS_getitimer,
    SYS_setitimer,
#ifdef SYS_rseq
    SYS_rseq,
#endif
#ifdef SYS_faccessat2
    SYS_faccessat2,
#endif
#if defined(__x86_64__)
    SYS_open,
    SYS_stat,
    SYS_lstat,
    SYS_access,
    SYS_readlink,
    SYS_unlink,
    SYS_dup2,
    SYS_poll,
    SYS_select,
    SYS_getpgrp,
    SYS_time,
    SYS_arch_prctl,
    SYS_alarm,
    SYS_getdents,
#endif
};

constexpr std::uint32_t kRefuse = SECCOMP_RET_ERRNO | EPERM;

/// Builds the program block by block; every block either returns or falls through with the
/// system call's number loaded.
class FilterBuilder {
public:
    void statement(unsigned code, std::uint32_t value) {
        m_program.push_back({static_cast<std::uint16_t>(code), 0, 0, value});
    }
    void jump(unsigned code, std::uint32_t value, unsigned whenTrue, unsigned whenFalse) {
        m_program.push_back({static_cast<std::uint16_t>(code), static_cast<std::uint8_t>(whenTrue),
                             static_cast<std::uint8_t>(whenFalse), value});
    }
    void load(std::uint32_t offset) { statement(BPF_LD | BPF_W | BPF_ABS, offset); }
    void finish(std::uint32_t result) { statement(BPF_RET | BPF_K, result); }

    void result(int call, std::uint32_t value) {
        jump(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1);
        finish(value);
    }
    /// Allows `call` only when the low word of argument `index` is one of `values`.
    void allowWith(int call, unsigned index, std::initializer_list<std::uint32_t> values) {
        const auto count = static_cast<unsigned>(values.size());
        jump(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 2 * count + 2);
        load(kArgumentLow(index));
        for (const std::uint32_t value : values) {
            jump(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
            finish(SECCOMP_RET_ALLOW);
        }
        finish(kRefuse);
    }
    /// Allows `call` only when argument `index` is the pointer `wanted`.
    void allowWithPointer(int call, unsigned index, const void* wanted) {
        const auto address = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(wanted));
        jump(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 6);
        load(kArgumentLow(index));
        jump(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(address), 0, 3);
        load(kArgumentHigh(index));
        jump(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(address >> 32), 0, 1);
        finish(SECCOMP_RET_ALLOW);
        finish(kRefuse);
    }
    std::vector<FilterInstruction> take() { return std::move(m_program); }

private:
    std::vector<FilterInstruction> m_program;
};

} // namespace

Sandbox::Sandbox(const std::filesystem::path& program, const std::filesystem::path& folder) {
    const long version =
        ::syscall(kSysLandlockCreateRuleset, nullptr, std::size_t{0}, kRulesetVersion);
    if (version < 1)
        return;
    m_landlockVersion = static_cast<int>(version);
    RulesetAttributes attributes;
    attributes.accessFs = allFileRights(m_landlockVersion);
    std::size_t size = sizeof attributes.accessFs;
    if (m_landlockVersion >= 4) {
        attributes.accessNet = 3; // bind, connect
        size = 2 * sizeof(std::uint64_t);
    }
    if (m_landlockVersion >= 6) {
        attributes.scoped = 3; // abstract sockets, signals
        size = sizeof attributes;
    }
    m_ruleset = static_cast<int>(::syscall(kSysLandlockCreateRuleset, &attributes, size, 0));
    if (m_ruleset < 0)
        return;
    ::fcntl(m_ruleset, F_SETFD, FD_CLOEXEC);
    // The loader of dynamic programs is opened for execution too.
    constexpr std::uint64_t kReadTree = kReadFile | kReadDir;
    for (const char* path : {"/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64"})
        allow(m_ruleset, path, kReadTree);
    for (const char* path : {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"})
        allow(m_ruleset, path, kReadFile | kExecute);
    for (const char* path : {"/etc/ld.so.cache", "/dev/urandom", "/proc/meminfo", "/proc/cpuinfo",
                             "/proc/stat", "/sys/devices/system/cpu/possible"})
        allow(m_ruleset, path, kReadFile);
    allow(m_ruleset, "/dev/null", kReadFile | kWriteFile);
    allow(m_ruleset, program, kReadFile | kExecute);
    // A simulator installed elsewhere brings its libraries and scripts beside its bin folder.
    const auto prefix = program.parent_path().parent_path();
    for (const char* below : {"lib", "lib64", "share/ngspice"})
        allow(m_ruleset, prefix / below, kReadTree);
    allow(m_ruleset, "/usr/share/ngspice", kReadTree);
    std::uint64_t own = kReadTree | kWriteFile | kMakeReg | kRemoveFile;
    if (m_landlockVersion >= 3)
        own |= kTruncate;
    allow(m_ruleset, folder, own);
}

Sandbox::Sandbox(Sandbox&& other) noexcept
    : m_ruleset(std::exchange(other.m_ruleset, -1))
    , m_landlockVersion(other.m_landlockVersion) {}

Sandbox::~Sandbox() {
    if (m_ruleset >= 0)
        ::close(m_ruleset);
}

std::vector<FilterInstruction> seccompFilter(const void* programPath, const void* message,
                                             bool notify) {
    static_assert(sizeof(FilterInstruction) == sizeof(struct sock_filter));
    if (kArchitecture == 0)
        return {};
    FilterBuilder filter;
    filter.load(offsetof(struct seccomp_data, arch));
    filter.jump(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0);
    filter.finish(SECCOMP_RET_KILL_PROCESS);
    filter.load(offsetof(struct seccomp_data, nr));
    for (const int call : kAllowed)
        filter.result(call, SECCOMP_RET_ALLOW);
#ifdef SYS_clone3
    filter.result(SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);
#endif
    filter.allowWith(SYS_ioctl, 1, {TCGETS, TIOCGWINSZ, FIONREAD});
    filter.allowWith(SYS_fcntl, 1, {F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD, F_DUPFD_CLOEXEC});
    // Its own limits only, and those it may but lower.
    filter.allowWith(SYS_prlimit64, 0, {0});
    filter.result(static_cast<int>(kSysLandlockRestrictSelf), SECCOMP_RET_ALLOW); // only tightens
    constexpr std::uint32_t kNamelessFile = O_TMPFILE & ~O_DIRECTORY;
    filter.jump(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 4);
    filter.load(kArgumentLow(2));
    filter.jump(BPF_JMP | BPF_JSET | BPF_K, kNamelessFile, 0, 1);
    filter.finish(notify ? SECCOMP_RET_USER_NOTIF : SECCOMP_RET_ALLOW);
    filter.finish(SECCOMP_RET_ALLOW);
    // By address: the memory of the program after exec does not have these texts.
    filter.allowWithPointer(SYS_execve, 0, programPath);
    filter.allowWithPointer(SYS_sendmsg, 1, message);
    filter.finish(kRefuse);
    return filter.take();
}

std::size_t workerMemoryLimit() {
    const auto pages = static_cast<std::size_t>(std::max(::sysconf(_SC_PHYS_PAGES), 0L));
    const auto page = static_cast<std::size_t>(std::max(::sysconf(_SC_PAGESIZE), 4096L));
    return std::max(std::size_t{2} << 30, pages / 4 * 3 * page);
}

} // namespace ohm::sim
