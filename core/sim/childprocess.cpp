// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/childprocess.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace ohm::sim {
namespace {

constexpr long kSysLandlockRestrictSelf = 446;
constexpr long kSysCloseRange = 436;
constexpr std::chrono::seconds kStartLimit{10}; ///< for what a child does before exec
constexpr int kReportFd = 3; ///< where the child tells how its start went, closed by exec

enum class Step : std::int32_t { Started, Landlock, Seccomp, Limits, Folder, Exec };

/// What the child sends before exec: which fences stand, or the step that failed.
struct Report {
    Step failed = Step::Started;
    std::int32_t error = 0;
    std::int32_t landlocked = 0;
    std::int32_t filtered = 0;
};

/// A message that carries a Report and, if `listener` is not negative, that descriptor. Its
/// address is made before the fork: the filter lets exactly this one message out.
struct ReportMessage {
    Report report;
    int listener = -1;
    struct iovec part {};
    alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    struct msghdr header {};

    void prepare() {
        part = {&report, sizeof report};
        header.msg_iov = &part;
        header.msg_iovlen = 1;
        if (listener < 0)
            return;
        header.msg_control = control;
        header.msg_controllen = sizeof control;
        auto* rights = reinterpret_cast<struct cmsghdr*>(control);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int));
        *reinterpret_cast<int*>(CMSG_DATA(rights)) = listener;
    }
};

/// Everything the child reads, made by the parent: it may not allocate.
struct ChildPlan {
    const char* program;
    char* const* arguments;
    char* const* environment;
    const char* folder;
    int socket;
    int report;
    int ruleset;
    int parentPid;
    const sock_fprog* filter;      ///< nullptr = none
    const sock_fprog* plainFilter; ///< without user notification
    ReportMessage* message;
    std::uint64_t memoryLimit;
};

void limit(int resource, std::uint64_t value) {
    const struct rlimit limits { value, value };
    ::syscall(SYS_prlimit64, 0, resource, &limits, nullptr);
}

void send(ReportMessage& message) {
    message.prepare();
    ::syscall(SYS_sendmsg, kReportFd, &message.header, MSG_NOSIGNAL);
}

[[noreturn]] void giveUp(ReportMessage& message, Step step) {
    message.report.failed = step;
    message.report.error = errno;
    message.listener = -1;
    message.header = {};
    send(message);
    ::syscall(SYS_exit_group, 127);
    __builtin_unreachable();
}

/// Makes `from` the descriptor `to` without close-on-exec.
bool moveFd(int from, int to) {
    return ::syscall(SYS_dup3, from, to, 0) == to;
}

/// Runs in the child between fork and exec: system calls only.
[[noreturn]] void runChild(const ChildPlan& plan) {
    ReportMessage& message = *plan.message;
    Report& report = message.report;
    // Handlers of the parent must not run here; exec keeps ignored signals, so reset them all.
    for (int signal = 1; signal < NSIG; ++signal) {
        struct {
            void* handler;
            unsigned long flags;
            void* restorer;
            std::uint64_t mask;
        } standard{};
        ::syscall(SYS_rt_sigaction, signal, &standard, nullptr, sizeof(std::uint64_t));
    }
    const std::uint64_t none = 0;
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, sizeof none);

    // Out of the way of 0 to 4, then into place.
    const int socket = static_cast<int>(::syscall(SYS_fcntl, plan.socket, F_DUPFD, 10));
    const int pipe = static_cast<int>(::syscall(SYS_fcntl, plan.report, F_DUPFD, 10));
    const int ruleset =
        plan.ruleset < 0 ? -1 : static_cast<int>(::syscall(SYS_fcntl, plan.ruleset, F_DUPFD, 10));
    constexpr int kRulesetFd = kReportFd + 1;
    if (!moveFd(pipe, kReportFd))
        ::syscall(SYS_exit_group, 127);
    ::syscall(SYS_fcntl, kReportFd, F_SETFD, FD_CLOEXEC);
    if (!moveFd(socket, 0) || !moveFd(socket, 1) || !moveFd(socket, 2))
        giveUp(message, Step::Exec);
    if (ruleset >= 0 && moveFd(ruleset, kRulesetFd))
        ::syscall(SYS_fcntl, kRulesetFd, F_SETFD, FD_CLOEXEC);
    const int firstOther = ruleset >= 0 ? kRulesetFd + 1 : kRulesetFd;
    if (::syscall(kSysCloseRange, firstOther, ~0U, 0) != 0) {
        struct rlimit open {};
        ::syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, nullptr, &open);
        const int last = open.rlim_cur > 65536 ? 65536 : static_cast<int>(open.rlim_cur);
        for (int fd = firstOther; fd < last; ++fd)
            ::syscall(SYS_close, fd);
    }

    // No orphan: the kernel kills this process when the parent goes; if it went already, leave.
    ::syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (::syscall(SYS_getppid) != plan.parentPid)
        ::syscall(SYS_exit_group, 127);
    ::syscall(SYS_setsid); // away from the terminal and its Ctrl-C
    if (::syscall(SYS_chdir, plan.folder) != 0)
        giveUp(message, Step::Folder);

    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, 64);
    limit(RLIMIT_FSIZE, std::uint64_t{2} << 30);
    limit(RLIMIT_MEMLOCK, 0);
    limit(RLIMIT_MSGQUEUE, 0);
    limit(RLIMIT_NPROC, 0);
    if (plan.memoryLimit > 0)
        limit(RLIMIT_AS, plan.memoryLimit);
    for (int capability = 0; capability < 64; ++capability)
        ::syscall(SYS_prctl, PR_CAPBSET_DROP, capability, 0, 0, 0);

    // The filter first: Landlock forbids the temporary file that ngspice makes at its start, so it
    // may only come where the parent can hand out another file instead (see Sandbox).
    if (::syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && plan.filter) {
        const long listener = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                                        SECCOMP_FILTER_FLAG_NEW_LISTENER, plan.filter);
        report.filtered = listener >= 0;
        if (listener >= 0)
            message.listener = static_cast<int>(listener);
        else
            report.filtered =
                ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, plan.plainFilter) == 0;
        if (listener >= 0 && ruleset >= 0)
            report.landlocked = ::syscall(kSysLandlockRestrictSelf, kRulesetFd, 0) == 0;
    }
    send(message);
    ::syscall(SYS_execve, plan.program, plan.arguments, plan.environment);
    giveUp(message, Step::Exec);
}

std::vector<char*> pointers(const std::vector<std::string>& texts, const std::string* first) {
    std::vector<char*> result;
    result.reserve(texts.size() + 2);
    if (first)
        result.push_back(const_cast<char*>(first->c_str()));
    for (const auto& text : texts)
        result.push_back(const_cast<char*>(text.c_str()));
    result.push_back(nullptr);
    return result;
}

sock_fprog asProgram(const std::vector<FilterInstruction>& filter) {
    return {static_cast<unsigned short>(filter.size()),
            reinterpret_cast<sock_filter*>(const_cast<FilterInstruction*>(filter.data()))};
}

/// Waits until the channel can be read or the time is up.
bool readable(int channel, std::chrono::steady_clock::time_point until) {
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        struct pollfd waiting {
            channel, POLLIN, 0
        };
        const int n = ::poll(&waiting, 1, static_cast<int>(std::max<long>(0, left.count())));
        if (n >= 0 || errno != EINTR)
            return n > 0;
    }
}

/// Reads the child's reports until exec closes the channel or the child gives up. One that does
/// neither in time has failed: other starts wait behind it.
Report readReports(int channel, int& listener) {
    Report last;
    const auto until = std::chrono::steady_clock::now() + kStartLimit;
    for (;;) {
        if (!readable(channel, until)) {
            last.failed = Step::Exec;
            last.error = ETIME;
            return last;
        }
        Report next;
        struct iovec part {
            &next, sizeof next
        };
        alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
        struct msghdr header {};
        header.msg_iov = &part;
        header.msg_iovlen = 1;
        header.msg_control = control;
        header.msg_controllen = sizeof control;
        const ssize_t n = ::recvmsg(channel, &header, MSG_CMSG_CLOEXEC);
        if (n < 0 && errno == EINTR)
            continue;
        if (n != static_cast<ssize_t>(sizeof next))
            return last;
        last = next;
        const auto* rights = CMSG_FIRSTHDR(&header);
        if (rights && rights->cmsg_type == SCM_RIGHTS && listener < 0)
            std::memcpy(&listener, CMSG_DATA(rights), sizeof listener);
    }
}

Unexpected cannotStart(const std::string& program, int error) {
    return fail("SIM-001", "The simulator cannot be started",
                std::generic_category().message(error), program,
                "Install it with \"sudo apt install ngspice\" or choose another program in the "
                "settings");
}

} // namespace

Expected<ChildProcess> ChildProcess::start(const ChildSetup& setup) {
    int sockets[2], report[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
        return cannotStart(setup.program, errno);
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, report) != 0) {
        const int error = errno;
        ::close(sockets[0]);
        ::close(sockets[1]);
        return cannotStart(setup.program, error);
    }
    const auto arguments = pointers(setup.arguments, &setup.program);
    const auto environment = pointers(setup.environment, nullptr);
    ReportMessage message;
    const auto filter = setup.fenced ? seccompFilter(setup.program.c_str(), &message.header, true)
                                     : std::vector<FilterInstruction>{};
    const auto plainFilter = setup.fenced
                                 ? seccompFilter(setup.program.c_str(), &message.header, false)
                                 : std::vector<FilterInstruction>{};
    const auto program = asProgram(filter), plainProgram = asProgram(plainFilter);
    const ChildPlan plan{setup.program.c_str(),
                         arguments.data(),
                         environment.data(),
                         setup.folder.c_str(),
                         sockets[1],
                         report[1],
                         setup.fenced ? setup.rulesetFd : -1,
                         static_cast<int>(::getpid()),
                         filter.empty() ? nullptr : &program,
                         &plainProgram,
                         &message,
                         setup.memoryLimit};

    // A plain fork without the C library's at-fork handlers: those of other libraries (thread
    // pools of a BLAS) must not run for a child that only calls exec. Signals wait meanwhile.
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const long pid = ::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        runChild(plan);
    const int error = errno;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::close(sockets[1]);
    ::close(report[1]);
    ChildProcess child;
    child.m_socket = sockets[0];
    if (pid < 0) {
        ::close(report[0]);
        return cannotStart(setup.program, error);
    }
    child.m_pid = static_cast<pid_t>(pid);

    const Report last = readReports(report[0], child.m_listener);
    ::close(report[0]);
    if (last.failed != Step::Started)
        return cannotStart(setup.program, last.error);
    child.m_landlocked = last.landlocked != 0;
    child.m_filtered = last.filtered != 0;
    return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept {
    *this = std::move(other);
}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    if (this == &other)
        return *this;
    kill();
    m_pid = std::exchange(other.m_pid, -1);
    m_socket = std::exchange(other.m_socket, -1);
    m_listener = std::exchange(other.m_listener, -1);
    m_landlocked = other.m_landlocked;
    m_filtered = other.m_filtered;
    return *this;
}

ChildProcess::~ChildProcess() {
    kill();
}

void ChildProcess::serveTemporaryFile() {
    struct seccomp_notif request {};
    if (::ioctl(m_listener, SECCOMP_IOCTL_NOTIF_RECV, &request) != 0)
        return;
    struct seccomp_notif_resp response {};
    response.id = request.id;
    const int file = static_cast<int>(::syscall(SYS_memfd_create, "ohmscape", 1U /* cloexec */));
    struct seccomp_notif_addfd add {};
    add.id = request.id;
    add.srcfd = static_cast<std::uint32_t>(file);
    add.newfd_flags = O_CLOEXEC;
    const int there = file < 0 ? -1 : ::ioctl(m_listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
    if (there >= 0)
        response.val = there;
    else
        response.error = -EACCES;
    if (file >= 0)
        ::close(file);
    ::ioctl(m_listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

int ChildProcess::kill() {
    if (m_socket >= 0)
        ::close(std::exchange(m_socket, -1));
    if (m_listener >= 0)
        ::close(std::exchange(m_listener, -1));
    if (m_pid <= 0)
        return -1;
    // Not reaped yet, so the number is still this child's.
    ::kill(m_pid, SIGKILL);
    int status = -1;
    while (::waitpid(m_pid, &status, 0) < 0 && errno == EINTR) {
    }
    m_pid = -1;
    return status;
}

int ChildProcess::reap(int milliseconds) {
    for (int waited = 0; m_pid > 0 && waited <= milliseconds; ++waited) {
        int status = -1;
        const pid_t done = ::waitpid(m_pid, &status, WNOHANG);
        if (done == m_pid) {
            m_pid = -1;
            kill();
            return status;
        }
        if (done < 0 && errno != EINTR)
            break;
        const struct timespec pause { 0, 1000000 };
        ::nanosleep(&pause, nullptr);
    }
    return kill();
}

} // namespace ohm::sim
