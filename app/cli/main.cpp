// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/context.h"
#include "app/cli/maps.h"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <thread>

#include <CLI/CLI.hpp>
#include <unistd.h>

namespace {

int g_wake = -1; ///< write end of the pipe that a signal handler may use

extern "C" void onSignal(int) {
    const char byte = 1;
    [[maybe_unused]] const ssize_t n = ::write(g_wake, &byte, 1);
}

/// Turns the first Ctrl-C or SIGTERM into a stop request and the second into an exit.
class Interrupt {
public:
    explicit Interrupt(ohm::StopSource& source) {
        if (::pipe(m_pipe) != 0)
            return;
        g_wake = m_pipe[1];
        m_thread = std::thread([this, &source] {
            char byte = 0;
            for (int count = 0; ::read(m_pipe[0], &byte, 1) == 1 && byte == 1; ++count) {
                if (count > 0)
                    ::_exit(ohm::cli::kFailed);
                source.requestStop();
            }
        });
        struct sigaction action {};
        action.sa_handler = onSignal;
        ::sigaction(SIGINT, &action, nullptr);
        ::sigaction(SIGTERM, &action, nullptr);
    }
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    ~Interrupt() {
        if (!m_thread.joinable())
            return;
        const char byte = 0;
        if (::write(m_pipe[1], &byte, 1) == 1)
            m_thread.join();
        else
            m_thread.detach();
    }

private:
    int m_pipe[2] = {-1, -1};
    std::thread m_thread;
};

} // namespace

int main(int argc, char** argv) {
    // Threads of LibTorch that wait for each other sleep instead of spinning: beside anything else
    // that wants a core, spinning makes a training twenty times slower. OpenMP reads this once,
    // when LibTorch is loaded.
    ::setenv("OMP_WAIT_POLICY", "passive", 0);
    std::signal(SIGPIPE, SIG_IGN);
    ohm::StopSource source;
    const Interrupt interrupt(source);
    ohm::cli::Context context;
    context.stop = source.token();
    for (int i = 0; i < argc; ++i)
        context.command += (i > 0 ? " " : "") + std::string(argv[i]);

    CLI::App app{"Explore analog circuit designs from the command line.", "ohmscape-cli"};
    app.set_version_flag("--version", "ohmscape-cli " OHMSCAPE_VERSION);
    app.add_flag("--json", context.json, "Print one JSON object instead of text");
    app.add_option("--threads", context.threads, "Processor cores to use at most (default: all)")
        ->check(CLI::PositiveNumber);
    app.add_option("--seed", context.seed, "Makes every random step repeatable");
    app.footer("Exit codes: 0 ok, 1 failed, 2 usage, 3 bad input.");
    app.require_subcommand(1);
    app.fallthrough();
    ohm::cli::addNetlist(app, context);
    ohm::cli::addGraph(app, context);
    ohm::cli::addSim(app, context);
    ohm::cli::addProject(app, context);
    ohm::cli::addDataset(app, context);
    ohm::cli::addTrain(app, context);
    ohm::cli::addEval(app, context);
    ohm::cli::addPredict(app, context);
    ohm::cli::addEmbed(app, context);
    ohm::cli::addModels(app, context);
    ohm::cli::addOptimize(app, context);
    ohm::cli::addParasitics(app, context);
    ohm::cli::addRuns(app, context);
    ohm::cli::addCongestion(app, context);
    ohm::cli::addLitho(app, context);
    ohm::cli::addDeep(app, context);
    ohm::cli::addMaps(app, context);
    ohm::cli::addBench(app, context);
    for (CLI::App* noun : app.get_subcommands({})) {
        noun->fallthrough();
        for (CLI::App* verb : noun->get_subcommands({}))
            verb->fallthrough();
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? ohm::cli::kOk : ohm::cli::kUsage;
    } catch (const std::exception& e) {
        context.fail({"CLI-002", "The command ended unexpectedly", e.what(), {}, {}});
    }
    return context.exitCode;
}
