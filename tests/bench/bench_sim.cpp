// SPDX-License-Identifier: GPL-3.0-or-later
// Simulations per second on a two-stage op-amp with BSIM4 transistors, .op and .ac (101 points):
// the pool of long-lived workers against one "ngspice -b" per simulation with files, as scripts
// do it. Each simulation has its own transistor sizes, so nothing can be reused.
#include "core/base/files.h"
#include "core/sim/simulator.h"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <fstream>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace ohm;
using namespace ohm::sim;

namespace {

constexpr int kBatch = 100;

/// BSIM4 of a 45 nm class process: round values, enough for realistic evaluation cost.
const char* const kModels =
    ".model nch nmos level=14 version=4.5 toxe=1.4n vth0=0.4 u0=0.04 vsat=1.2e5 k1=0.4 k2=0.01 "
    "lpe0=0 "
    "voff=-0.1 nfactor=1.5 eta0=0.006 rdsw=150 cgso=0.1n cgdo=0.1n pclm=0.1 pdiblc2=0.001\n"
    ".model pch pmos level=14 version=4.5 toxe=1.5n vth0=-0.4 u0=0.012 vsat=8e4 k1=0.4 k2=0.01 "
    "lpe0=0 "
    "voff=-0.1 nfactor=1.5 eta0=0.006 rdsw=150 cgso=0.1n cgdo=0.1n pclm=0.1 pdiblc2=0.001\n";

std::string opAmp(int variant) {
    const auto m = [&](int base) { return std::to_string(base + variant % 7); };
    return "two-stage op-amp\n"
           "vdd vdd 0 1.2\nibias vdd nb 30u\n"
           "ein inp cm src 0 0.5\neinn inn cm src 0 -0.5\nvcm cm 0 0.6\nvsrc src 0 dc 0 ac 1\n"
           "mp1 n1 n1 vdd vdd pch w=0.5u l=90n m=" +
           m(20) +
           "\n"
           "mp2 n2 n1 vdd vdd pch w=0.5u l=90n m=" +
           m(20) +
           "\n"
           "mn1 n1 inp tail 0 nch w=0.5u l=90n m=" +
           m(20) +
           "\n"
           "mn2 n2 inn tail 0 nch w=0.5u l=90n m=" +
           m(20) +
           "\n"
           "mn3 tail nb 0 0 nch w=0.5u l=90n m=" +
           m(20) +
           "\n"
           "mn4 nb nb 0 0 nch w=0.5u l=90n m=10\n"
           "mp3 out n2 vdd vdd pch w=0.5u l=90n m=" +
           m(60) +
           "\n"
           "mn5 out nb 0 0 nch w=0.5u l=90n m=" +
           m(30) +
           "\n"
           "cc n2 nz 3p\nrz nz out 500\ncl out 0 10p\n" +
           kModels;
}

Job jobOf(int variant) {
    Job job;
    job.deck = opAmp(variant);
    job.analyses = {{Analysis::Kind::Op}, {Analysis::Kind::Ac, "", "dec", 10, 1, 1e10}};
    return job;
}

void pool(benchmark::State& state) {
    PoolOptions options;
    options.workers = static_cast<int>(state.range(0));
    SimulatorPool simulators(options);
    std::vector<Job> jobs;
    for (int i = 0; i < kBatch; ++i)
        jobs.push_back(jobOf(i));
    simulators.runAll(jobs); // starts the workers
    for (auto _ : state)
        for (const auto& result : simulators.runAll(jobs))
            if (!result || result->plots.at(1).vectors.at(0).real.size() != 101)
                state.SkipWithError("a simulation failed");
    state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(pool)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

/// One process with a deck of its own that writes its results to files.
bool runProcess(const std::filesystem::path& folder, int variant) {
    const auto deck = folder / "deck.cir";
    const auto raw = folder / "ac.raw";
    std::filesystem::remove(raw);
    std::ofstream(deck) << opAmp(variant) << ".control\nset filetype=binary\nop\nwrite "
                        << (folder / "op.raw").string() << "\nac dec 10 1 1e10\nwrite "
                        << raw.string() << "\nquit 0\n.endc\n.end\n";
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    std::string program = "ngspice", batch = "-b", file = deck.string();
    char* arguments[] = {program.data(), batch.data(), file.data(), nullptr};
    pid_t pid = -1;
    const bool started = posix_spawnp(&pid, "ngspice", &actions, nullptr, arguments, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    if (!started)
        return false;
    int status = 0;
    waitpid(pid, &status, 0);
    return std::filesystem::exists(raw);
}

/// Argument: OpenMP threads inside ngspice (its default is 2).
void processPerSimulation(benchmark::State& state) {
    setenv("OMP_NUM_THREADS", std::to_string(state.range(0)).c_str(), 1);
    const auto folder = TemporaryDirectory::create("ohmscape-bench");
    std::ofstream(folder->path() / ".spiceinit") << "set num_threads=" << state.range(0) << '\n';
    setenv("HOME", folder->path().c_str(), 1);
    int variant = 0;
    for (auto _ : state)
        if (!runProcess(folder->path(), variant++))
            state.SkipWithError("a simulation failed");
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(processPerSimulation)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

void operatingPointOnly(benchmark::State& state) {
    PoolOptions options;
    options.workers = 1;
    SimulatorPool simulators(options);
    auto job = jobOf(0);
    job.analyses.resize(1);
    for (auto _ : state)
        if (!simulators.run(job))
            state.SkipWithError("a simulation failed");
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(operatingPointOnly)->UseRealTime()->Unit(benchmark::kMillisecond);

/// Starting a worker with its fences until it has run a job.
void startWorker(benchmark::State& state) {
    for (auto _ : state) {
        PoolOptions options;
        options.workers = 1;
        SimulatorPool simulators(options);
        if (!simulators.version())
            state.SkipWithError("ngspice did not start");
    }
}
BENCHMARK(startWorker)->UseRealTime()->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
