// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/worker.h"

#include "core/base/log.h"
#include "core/base/text.h"
#include "core/sim/devicetable.h"
#include "core/sim/ngspicelog.h"
#include "core/sim/rawfile.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>

#include <poll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ohm::sim {
namespace {

constexpr std::size_t kLogHead = std::size_t{256}
                                 << 10; ///< of a talkative run, kept from its start
constexpr std::size_t kLogTail = std::size_t{256} << 10; ///< and from its end
constexpr std::size_t kMaxRaw = std::size_t{2} << 30;
constexpr int kPollMilliseconds = 20;         ///< how often a waiting job looks at its stop token
constexpr std::size_t kNamesPerCommand = 500; ///< ngspice takes up to 1000 words

const char* const kInstallHint = "Install it with \"sudo apt install ngspice\" or choose another "
                                 "program in the settings";

std::string randomWord() {
    unsigned char bytes[12] = {};
    if (::getrandom(bytes, sizeof bytes, 0) != static_cast<ssize_t>(sizeof bytes))
        std::memcpy(bytes, "ohmscape-mrk", sizeof bytes);
    std::string word = "OHM";
    for (const unsigned char byte : bytes) {
        char text[3];
        std::snprintf(text, sizeof text, "%02X", static_cast<unsigned>(byte));
        word += text;
    }
    return word;
}

const char* plotName(Analysis::Kind kind) {
    switch (kind) {
    case Analysis::Kind::Op:
        return "Operating Point";
    case Analysis::Kind::Dc:
        return "DC transfer characteristic";
    case Analysis::Kind::Ac:
        return "AC Analysis";
    case Analysis::Kind::Tran:
        return "Transient Analysis";
    case Analysis::Kind::Noise:
        return "Noise Spectral Density Curves";
    }
    return "";
}

/// A text that keeps the head and the tail of what is appended.
class CappedLog {
public:
    void append(std::string_view text) {
        m_text += text;
        if (m_text.size() > kLogHead + 2 * kLogTail) {
            const std::size_t cut = m_text.size() - kLogHead - kLogTail;
            m_text.erase(kLogHead, cut);
            m_cut += cut;
        }
    }
    std::string take() {
        if (m_cut > 0)
            m_text.insert(kLogHead, "\n[" + std::to_string(m_cut) + " bytes left out]\n");
        m_cut = 0;
        return std::exchange(m_text, {});
    }

private:
    std::string m_text;
    std::size_t m_cut = 0;
};

std::string statusText(int status) {
    if (status >= 0 && WIFSIGNALED(status)) {
        const int signal = WTERMSIG(status);
        if (signal == SIGXFSZ)
            return "its result file grew beyond the limit";
        if (signal == SIGXCPU)
            return "it used more processor time than the job allows";
        return std::string("signal ") + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
    }
    if (status >= 0 && WIFEXITED(status))
        return "exit code " + std::to_string(WEXITSTATUS(status));
    return "no status";
}

bool writeDeck(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    file.close();
    return !file.fail();
}

} // namespace

Expected<std::filesystem::path> findNgspice(const std::filesystem::path& name) {
    std::vector<std::filesystem::path> candidates;
    if (name.has_parent_path()) {
        candidates.push_back(name);
    } else if (!name.empty()) {
        const char* path = std::getenv("PATH");
        std::string_view rest = path ? path : "/usr/local/bin:/usr/bin:/bin";
        while (!rest.empty()) {
            const auto end = rest.find(':');
            if (const auto folder = rest.substr(0, end); !folder.empty())
                candidates.push_back(std::filesystem::path(folder) / name);
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        }
    }
    for (const auto& candidate : candidates) {
        std::error_code code;
        if (!std::filesystem::is_regular_file(candidate, code) ||
            ::access(candidate.c_str(), X_OK) != 0)
            continue;
        auto program = std::filesystem::canonical(candidate, code);
        if (code)
            continue;
        char magic[2] = {};
        std::ifstream(program, std::ios::binary).read(magic, 2);
        if (magic[0] == '#' && magic[1] == '!')
            return fail("SIM-001", "The simulator is a script, not the ngspice program itself", {},
                        program.string(), "Choose the program that the script starts");
        return program;
    }
    return fail("SIM-001", "ngspice was not found", {}, name.string(), kInstallHint);
}

Expected<PreparedJob> prepareJob(const Job& job) {
    PreparedJob prepared;
    auto deck = checkedDeck(job.deck);
    if (!deck)
        return deck.failure();
    prepared.deck = std::move(deck).value();
    if (job.analyses.empty())
        return fail("SIM-011", "The job has no analysis", {}, {}, "Add one");
    for (const auto& analysis : job.analyses) {
        auto command = analysisCommand(analysis);
        if (!command)
            return command.failure();
        prepared.kinds.push_back(analysis.kind);
        prepared.commands.push_back(std::move(command).value());
    }
    for (const auto& name : job.save) {
        if (auto checked = checkVectorName(name); !checked)
            return checked.failure();
        prepared.save.push_back(toLower(name));
    }
    for (const auto& name : job.keep) {
        if (auto checked = checkVectorName(name); !checked)
            return checked.failure();
        prepared.keep.push_back(toLower(name));
    }
    for (const auto& body : job.measurements) {
        auto measurement = parseMeasurement(body);
        if (!measurement)
            return measurement.failure();
        const auto kind = measurement->kind;
        if (std::find(prepared.kinds.begin(), prepared.kinds.end(), kind) == prepared.kinds.end())
            return fail("SIM-012", "A measurement has no analysis of its kind", body, {},
                        "Add the analysis to the job");
        prepared.measurements.push_back(std::move(measurement).value());
    }
    constexpr double kLongest = 30.0 * 24 * 3600;
    prepared.timeoutSeconds =
        job.timeoutSeconds > 0 ? std::min(job.timeoutSeconds, kLongest) : kLongest;
    prepared.deviceTable = job.deviceTable;
    return prepared;
}

Worker::Worker(TemporaryDirectory folder, ChildProcess child)
    : m_folder(std::move(folder))
    , m_child(std::move(child))
    , m_mark(randomWord())
    , m_started(Clock::now()) {}

Expected<std::unique_ptr<Worker>> Worker::start(SpawnThread& spawner, const WorkerSetup& setup,
                                                const StopToken& stop) {
    auto folder = TemporaryDirectory::create("ohmscape-sim");
    if (!folder)
        return folder.failure();
    const std::string home = folder->path().string();
    const Sandbox sandbox(setup.program, folder->path());
    ChildSetup child;
    child.program = setup.program.string();
    child.arguments = {"-p", "-n"};
    child.environment = {
        "HOME=" + home,      "TMPDIR=" + home,          "PATH=/nonexistent",        "LC_ALL=C",
        "OMP_NUM_THREADS=1", "OMP_WAIT_POLICY=passive", "NGSPICE_MEAS_PRECISION=16"};
    child.folder = home;
    child.memoryLimit = workerMemoryLimit();
    child.fenced = setup.sandbox;
    child.rulesetFd = sandbox.rulesetFd();
    auto process = spawner.start(child);
    if (!process)
        return process.failure();
    if (setup.sandbox && !(process->landlocked() && process->filtered())) {
        static std::atomic<bool> told{false};
        if (!told.exchange(true))
            log::warning("sim", std::string("This kernel does not offer ") +
                                    (process->landlocked() ? "" : "Landlock ") +
                                    (process->filtered() ? "" : "seccomp filters ") +
                                    "to fence the simulator in; decks are still checked before "
                                    "they run");
    }
    std::unique_ptr<Worker> worker(
        new Worker(std::move(folder).value(), std::move(process).value()));
    // num_threads: more than one makes BSIM4 evaluation spin (facts/performance).
    auto reply =
        worker->exchange("set num_threads=1\nset noaskquit\nset nomoremode\n"
                         "set filetype=binary\nset width=100000\nset numdgt=15\nversion -s\n",
                         Clock::now() + std::chrono::seconds(20), stop);
    if (reply.end == End::Stopped)
        return fail("SIM-006", "The simulation was stopped");
    const auto& output = reply.output;
    const auto at = output.find("ngspice-");
    if (reply.end != End::Done || at == std::string::npos) {
        auto detail = std::string(trimmed(output.substr(0, 300)));
        if (reply.end == End::Died)
            detail += (detail.empty() ? "" : "; ") + statusText(reply.status);
        return fail("SIM-001", "The simulator does not answer as ngspice does", detail,
                    setup.program.string(), kInstallHint);
    }
    worker->m_version = output.substr(at, output.find_first_of(" \t\r\n", at) - at);
    return worker;
}

std::size_t Worker::memory() const {
    std::ifstream file("/proc/" + std::to_string(m_child.pid()) + "/statm");
    std::size_t total = 0, resident = 0;
    file >> total >> resident;
    return file ? resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

Worker::Reply Worker::exchange(std::string commands, Clock::time_point deadline,
                               const StopToken& stop) {
    // ngspice asks this on stdin and would take our commands for answers.
    constexpr std::string_view kQuestion = "Run Spice anyway?";
    Reply reply;
    CappedLog log;
    commands += "echo " + m_mark + '\n';
    std::string_view unsent = commands;
    std::string pending; ///< output not yet ended by a line end
    std::vector<char> buffer(std::size_t{64} << 10);
    const auto finish = [&](End end) {
        if (!pending.empty())
            log.append(pending);
        reply.output = withoutPrompts(log.take());
        reply.end = end;
        if (end == End::Died)
            reply.status = m_child.reap(200);
        else if (end != End::Done)
            m_child.kill();
        return reply;
    };
    for (;;) {
        if (stop.stopRequested())
            return finish(End::Stopped);
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0)
            return finish(End::Timeout);
        struct pollfd waits[2] = {
            {m_child.socket(), static_cast<short>(unsent.empty() ? POLLIN : POLLIN | POLLOUT), 0},
            {m_child.listener(), POLLIN, 0}};
        const auto& wait = waits[0];
        const int ready =
            ::poll(waits, 2, static_cast<int>(std::min<long long>(left, kPollMilliseconds)));
        if (ready < 0 && errno != EINTR)
            return finish(End::Died);
        if (ready <= 0)
            continue;
        if (waits[1].revents & POLLIN)
            m_child.serveTemporaryFile();
        if (wait.revents & POLLOUT) {
            const ssize_t n =
                ::send(m_child.socket(), unsent.data(), unsent.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (n > 0)
                unsent.remove_prefix(static_cast<std::size_t>(n));
            else if (n < 0 && errno != EAGAIN && errno != EINTR && !(wait.revents & POLLIN))
                return finish(End::Died);
        }
        if (!(wait.revents & (POLLIN | POLLHUP | POLLERR)))
            continue;
        const ssize_t n = ::recv(m_child.socket(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (n <= 0)
            return finish(End::Died);
        pending.append(buffer.data(), static_cast<std::size_t>(n));
        const bool asked = pending.find(kQuestion) != std::string::npos;
        std::size_t start = 0;
        for (std::size_t end; (end = pending.find('\n', start)) != std::string::npos;
             start = end + 1) {
            const std::string_view line(pending.data() + start, end - start);
            if (const auto at = line.find(m_mark); at != std::string_view::npos) {
                log.append(line.substr(0, at));
                pending.clear();
                return finish(End::Done);
            } else {
                log.append(std::string_view(pending.data() + start, end - start + 1));
            }
        }
        pending.erase(0, start);
        if (asked)
            return finish(End::Asked);
        if (pending.size() > kLogHead) { // a line without end
            log.append(pending);
            pending.clear();
        }
    }
}

Expected<std::string> Worker::runUnchecked(const std::string& commands, double timeoutSeconds) {
    const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                             std::chrono::duration<double>(timeoutSeconds));
    auto reply = exchange(commands + "\n", deadline, {});
    if (reply.end != End::Done)
        return fail(reply.end == End::Timeout ? "SIM-002" : "SIM-003", "The worker ended",
                    reply.output + statusText(reply.status));
    return std::move(reply.output);
}

Expected<Outcome> Worker::run(const PreparedJob& job, const StopToken& stop, bool& neverBegan) {
    neverBegan = false;
    const auto begin = Clock::now();
    const std::string deckName = "deck" + std::to_string(m_jobs++) + ".cir";
    const auto deckPath = m_folder.path() / deckName;
    if (!writeDeck(deckPath, job.deck))
        return fail("SIM-009", "The deck cannot be written to the temporary folder",
                    std::generic_category().message(errno), deckPath.string(),
                    "Free some disk space");

    // A processor limit for a worker nobody watches any more; the clock below is the usual guard.
    const auto age = std::chrono::duration<double>(begin - m_started).count();
    struct rlimit cpu {};
    cpu.rlim_cur = static_cast<rlim_t>(age + job.timeoutSeconds + 60);
    cpu.rlim_max = RLIM_INFINITY;
    ::prlimit(m_child.pid(), RLIMIT_CPU, &cpu, nullptr);

    std::string commands = "source " + deckName + '\n';
    for (std::size_t i = 0; i < job.save.size(); ++i) {
        if (i % kNamesPerCommand == 0)
            commands += i == 0 ? "save all" : "\nsave";
        commands += ' ' + job.save[i];
    }
    if (!job.save.empty())
        commands += '\n';
    if (job.save.empty() && !job.keep.empty()) {
        commands += "save";
        for (const std::string& name : job.keep)
            commands += ' ' + name;
        commands += '\n';
    }
    bool tableDone = false;
    for (std::size_t i = 0; i < job.commands.size(); ++i) {
        // The present plot is the built-in one unless the analysis makes its own.
        commands += job.commands[i] + '\n';
        if (job.kinds[i] == Analysis::Kind::Noise) // the spectrum lies behind the integrals
            commands += "setplot previous\n";
        commands += "write r" + std::to_string(i) + ".raw\n";
        for (const auto& measurement : job.measurements)
            if (measurement.kind == job.kinds[i])
                commands += measurement.command + '\n';
        if (job.deviceTable && job.kinds[i] == Analysis::Kind::Op && !tableDone) {
            commands += deviceTableCommands("show.txt");
            tableDone = true;
        }
        commands += "destroy all\n";
    }
    if (!job.keep.empty())
        commands += "delete all\n"; // what is kept is no matter of the next deck
    commands += "remcirc\n";

    auto reply = exchange(std::move(commands),
                          begin + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>(job.timeoutSeconds)),
                          stop);
    neverBegan = reply.end == End::Died && trimmed(reply.output).empty();
    auto outcome = judge(job, reply);
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(m_folder.path(), ignored))
        std::filesystem::remove(entry.path(), ignored);
    if (outcome)
        outcome.value().seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    return outcome;
}

Expected<Outcome> Worker::judge(const PreparedJob& job, Reply& reply) {
    Outcome outcome;
    outcome.log = std::move(reply.output);
    const auto findings = readLog(outcome.log);
    const auto refused = [&] {
        return fail("SIM-005", "ngspice refused the deck",
                    findings.firstError.empty() ? std::string("it gave no reason")
                                                : findings.firstError);
    };
    switch (reply.end) {
    case End::Done:
        break;
    case End::Stopped:
        return fail("SIM-006", "The simulation was stopped");
    case End::Timeout:
        return fail("SIM-002", "The simulation took longer than its time limit",
                    std::to_string(job.timeoutSeconds) + " s", {},
                    "Raise the limit or look for a time step that became very small");
    case End::Asked:
        return refused();
    case End::Died:
        if (findings.outOfMemory)
            return fail("SIM-003", "The simulator ran out of memory", statusText(reply.status));
        // ngspice leaves with a code of its own when it cannot make sense of a deck.
        if (reply.status >= 0 && WIFEXITED(reply.status) && !findings.firstError.empty())
            return refused();
        return fail("SIM-003", "The simulator died",
                    statusText(reply.status) +
                        (findings.firstError.empty() ? "" : "; " + findings.firstError));
    }
    outcome.singular = findings.singular;
    for (std::size_t i = 0; i < job.kinds.size(); ++i) {
        auto plot = readPlot(job.kinds[i], i, outcome.log);
        if (!plot)
            return plot.failure();
        outcome.plots.push_back(std::move(plot).value());
    }
    for (const auto& measurement : job.measurements)
        if (const auto value = measuredValue(outcome.log, measurement.name);
            value && std::isfinite(*value))
            outcome.measurements[measurement.name] = *value;
    if (job.deviceTable) {
        auto table = readFile(m_folder.path() / "show.txt");
        if (table)
            outcome.devices = readDeviceTable(table->view());
    }
    return outcome;
}

Expected<Plot> Worker::readPlot(Analysis::Kind kind, std::size_t index, const std::string& log) {
    const auto findings = readLog(log);
    const auto failed = [&](const std::string& what) -> Unexpected {
        if (findings.noConvergence)
            return fail("SIM-004", "The simulation did not converge",
                        findings.firstError.empty() ? what : findings.firstError, {},
                        findings.singular ? "Look for nodes without a DC path to ground"
                                          : "Look for unrealistic values or add .nodeset");
        return fail("SIM-005", "ngspice refused the deck",
                    findings.firstError.empty() ? what : findings.firstError);
    };
    const auto path = m_folder.path() / ("r" + std::to_string(index) + ".raw");
    auto bytes = readFile(path, kMaxRaw);
    if (!bytes)
        return failed("it wrote no result");
    auto raw = readRawPlot(bytes->view());
    if (!raw)
        return raw.failure();
    if (raw->plotName != plotName(kind) || raw->points == 0 || raw->vectors.empty())
        return failed("it gave no result for the analysis");
    for (const auto& vector : raw->vectors) {
        const auto finite = [](double value) { return std::isfinite(value); };
        if (!std::all_of(vector.real.begin(), vector.real.end(), finite) ||
            !std::all_of(vector.imag.begin(), vector.imag.end(), finite))
            return fail("SIM-004", "The simulation gave a value that is not a number", vector.name,
                        {}, "Look for unrealistic values in the circuit");
    }
    Plot plot;
    plot.kind = kind;
    plot.vectors = std::move(raw->vectors);
    return plot;
}

} // namespace ohm::sim
