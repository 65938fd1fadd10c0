// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/bench.h"

#include "core/base/parallel.h"
#include "core/dataset/random.h"
#include "core/deep/product.h"
#include "core/deep/train.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <sstream>

#include <sys/resource.h>

namespace ohm::deep {
namespace {

constexpr int kInputs = 8;

double since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

std::string number(const char* format, double value) {
    char text[64];
    std::snprintf(text, sizeof(text), format, value);
    return text;
}

/// A value in kB of a file of /proc, in bytes; 0 where there is none.
std::size_t procBytes(const char* file, const std::string& key) {
    std::ifstream in(file);
    std::string line;
    while (std::getline(in, line)) {
        if (line.rfind(key, 0) != 0)
            continue;
        std::istringstream rest(line.substr(key.size() + 1));
        std::size_t kilobytes = 0;
        rest >> kilobytes;
        return kilobytes * 1024;
    }
    return 0;
}

struct Processors {
    double all = 0, kernel = 0; ///< seconds of this process
};
Processors processors() {
    rusage use{};
    ::getrusage(RUSAGE_SELF, &use);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return {seconds(use.ru_utime) + seconds(use.ru_stime), seconds(use.ru_stime)};
}

/// From here on the process's peak is counted anew (Linux).
void resetPeak() {
    std::ofstream("/proc/self/clear_refs") << "5";
}

struct Result {
    double seconds = 0;      ///< of the layers asked for
    double processor = 0;    ///< the same in time of all processors, whatever else runs
    double kernel = 0;       ///< of this the system's (new pages)
    std::size_t peak = 0;    ///< of the layers asked for
    std::size_t ran = 0;     ///< measured, of the layers that ran
    std::size_t process = 0; ///< that the process grew by
    int repetitions = 0;
    int layers = 0; ///< that ran
    int from = 0;   ///< a smaller number that ran too, 0 = none
    std::string skipped;
};

/// One method at `layersToRun` layers: median step of the repetitions after one that warms up.
Expected<Result> measureAt(NetworkConfig config, int layersToRun, const Incidence& graph,
                           const std::vector<float>& features, const std::vector<float>& labels,
                           int repetitions, StopToken stop) {
    Result result;
    const int layers = config.layers;
    config.layers = layersToRun;
    const auto possible = checkConfig(config);
    if (!possible)
        return possible.failure();
    const std::size_t resident = procBytes("/proc/self/status", "VmRSS");
    const auto plan = makePlan<float>(graph, config);
    const std::size_t needs = predictedBytes(config, plan.size);
    const std::size_t left = procBytes("/proc/meminfo", "MemAvailable");
    const bool onDevice = config.device == Device::Cuda; // it says itself when it is too small
    if (!onDevice && left > 0 && needs > left / 10 * 9) {
        result.skipped = "not run: needs " + number("%.1f", static_cast<double>(needs) / 1e9) +
                         " GB, the machine has " + number("%.1f", static_cast<double>(left) / 1e9) +
                         " GB left";
    } else {
        resetPeak();
        auto made = makeModel<float>(config, plan.size);
        if (!made && onDevice && made.error().code == "DEEP-005") {
            result.skipped = "not run: " + made.error().message();
            result.layers = layersToRun;
            result.peak = needs;
            return result;
        }
        if (!made)
            return made.failure();
        Model<float>& model = **made;
        model.bind(plan);
        std::vector<float> predictions(labels.size()), derivatives(labels.size());
        std::vector<double> times;
        std::vector<double> busy, system;
        // A slow method shows its time at once: no warming up, which costs it little.
        for (int i = 0; i <= repetitions; ++i) {
            const auto start = std::chrono::steady_clock::now();
            const Processors began = processors();
            const auto forth = model.forward(features.data(), predictions.data(), stop);
            if (!forth)
                return forth.failure();
            lossOf<float>({}, predictions, labels, {}, 1, derivatives);
            const auto back = model.backward(features.data(), derivatives.data(), stop);
            if (!back)
                return back.failure();
            adamStep(model, {}, i + 1, 1e-3);
            const double seconds = since(start);
            if (i > 0 || seconds > 10) {
                times.push_back(seconds);
                const Processors now = processors();
                // With a GPU the processor waits.
                busy.push_back(onDevice ? 0 : now.all - began.all);
                system.push_back(onDevice ? 0 : now.kernel - began.kernel);
            }
            if (i == 0 && seconds > 60)
                break;
        }
        result.seconds = median(times);
        result.processor = median(busy);
        result.kernel = median(system);
        result.repetitions = static_cast<int>(times.size());
        result.ran = model.memory().peak;
        const std::size_t peak = procBytes("/proc/self/status", "VmHWM");
        result.process = !onDevice && peak > resident ? peak - resident : 0;
    }
    result.layers = config.layers;
    config.layers = layers;
    result.peak =
        layers == result.layers && result.ran > 0 ? result.ran : predictedBytes(config, plan.size);
    return result;
}

/// One method with all its layers, or from two smaller numbers of layers along a line.
Expected<Result> measure(const NetworkConfig& config, int layersToRun, const Incidence& graph,
                         const std::vector<float>& features, const std::vector<float>& labels,
                         int repetitions, StopToken stop) {
    if (layersToRun <= 0 || layersToRun >= config.layers)
        return measureAt(config, config.layers, graph, features, labels, repetitions, stop);
    auto high = measureAt(config, layersToRun, graph, features, labels, repetitions, stop);
    if (!high || !high->skipped.empty())
        return high;
    const int fewer = layersToRun / 2;
    Result low;
    if (fewer > 0) {
        auto measured = measureAt(config, fewer, graph, features, labels, repetitions, stop);
        if (!measured)
            return measured;
        low = *measured;
    }
    const auto extend = [&](double Result::*value) {
        const double slope = ((*high).*value - low.*value) / (layersToRun - fewer);
        (*high).*value += std::max(0.0, slope) * (config.layers - layersToRun);
    };
    extend(&Result::seconds);
    extend(&Result::processor);
    extend(&Result::kernel);
    high->from = fewer;
    return high;
}

/// Seconds of one product [nodes, width] x [width, width] on all threads.
double productSeconds(std::int64_t nodes, int width, int threads) {
    const auto n = static_cast<std::size_t>(nodes), c = static_cast<std::size_t>(width);
    std::vector<float> a(n * c, 0.5f), out(n * c), w(c * c, 0.25f), packed(c * c);
    Product<float>::pack(w.data(), width, width, false, packed.data());
    std::vector<double> times;
    for (int i = 0; i < 7; ++i) {
        const auto start = std::chrono::steady_clock::now();
        parallelBlocks(n, 256, threadCount(threads), [&](std::size_t begin, std::size_t end) {
            Product<float>::multiply(a.data() + begin * c, static_cast<std::int64_t>(end - begin),
                                     width, packed.data(), width, nullptr, out.data() + begin * c);
        });
        times.push_back(since(start));
    }
    return median(times);
}

class Reporter {
public:
    Reporter(int layers, const std::function<void(const BenchMeasure&)>& report)
        : m_layers(layers)
        , m_report(report) {}

    void add(const std::string& name, const Result& result) {
        const std::string part = std::to_string(result.layers) + " layers";
        const std::string parts =
            (result.from > 0 ? std::to_string(result.from) + " and " : std::string()) + part;
        const bool scaled = result.layers != m_layers;
        if (result.skipped.empty())
            row(name + ", step", result.seconds, "s", result.repetitions,
                (result.processor > 0 ? number("processors %.4g s", result.processor) +
                                            number(" (system %.4g)", result.kernel)
                                      : std::string()) +
                    (scaled ? "; measured at " + parts + ", extended" : std::string()) +
                    ratio(m_base.seconds, result.seconds, "x B0's speed") +
                    (result.processor == m_base.processor
                         ? std::string()
                         : ratio(m_base.processor - m_base.kernel, result.processor,
                                 "x by processors, B0's system time left out")));
        else
            row(name + ", step", 0, "s", 0, result.skipped);
        std::string note;
        if (scaled || !result.skipped.empty())
            note = "by the formula; ";
        if (result.skipped.empty()) {
            if (scaled)
                note += number("%.1f MB", static_cast<double>(result.ran) / 1e6) + " measured at " +
                        part + "; ";
            if (result.process > 0)
                note += number("process %.1f MB; ", static_cast<double>(result.process) / 1e6);
        }
        if (m_base.peak > 0 && m_base.peak != result.peak)
            note += number(
                "%+.1f %% of B0's",
                100 * (static_cast<double>(result.peak) / static_cast<double>(m_base.peak) - 1));
        row(name + ", peak memory", static_cast<double>(result.peak) / 1e6, "MB",
            result.repetitions, note);
    }
    void setBase(const Result& base) { m_base = base; }
    void row(const std::string& name, double value, const std::string& unit, int repetitions,
             const std::string& note) {
        m_report({name, value, unit, repetitions, note});
    }

private:
    static std::string ratio(double base, double own, const char* what) {
        return base > 0 && own > 0 && base != own ? "; " + number("%.1f", base / own) + what
                                                  : std::string();
    }
    const int m_layers;
    const std::function<void(const BenchMeasure&)>& m_report;
    Result m_base;
};

} // namespace

Expected<void> benchDeep(const BenchOptions& options,
                         const std::function<void(const BenchMeasure&)>& report, StopToken stop) {
    const auto graph = syntheticCircuit({options.nodes, options.edges, options.seed});
    if (!graph)
        return graph.failure();
    const auto n = static_cast<std::size_t>(graph->nodes);
    dataset::Random random(options.seed, 99);
    std::vector<float> features(n * kInputs), labels(n);
    for (float& f : features)
        f = static_cast<float>(random.uniform(-1, 1));
    for (float& l : labels)
        l = static_cast<float>(random.uniform());
    Reporter reporter(options.layers, report);
    reporter.row("clique edges", static_cast<double>(cliqueEdges(*graph)), "edges", 1,
                 std::to_string(graph->pins()) + " pins, " + std::to_string(graph->nets) + " nets");

    NetworkConfig config;
    config.inputs = kInputs;
    config.channels = options.channels;
    config.layers = options.layers;
    config.norm = options.norm;
    config.threads = options.threads;
    config.seed = options.seed;
    const bool onDevice = options.device == Device::Cuda;
    config.device = options.device;
    config.tf32 = options.tf32;
    const auto run = [&](const std::string& name, bool baseline) -> Expected<Result> {
        auto result = measure(config, baseline ? options.baselineLayers : 0, *graph, features,
                              labels, options.repetitions, stop);
        if (result) {
            if (config.method == Method::GatherScatter)
                reporter.setBase(*result);
            reporter.add(name, *result);
        }
        return result;
    };
    config.block = Block::RevGnn;
    config.k = 0;
    for (const Method method : options.baselines) {
        if (onDevice && method != Method::GatherScatter && method != Method::Spmm)
            continue;
        config.method = method;
        std::string name = nameOf(method);
        name[0] = 'B';
        const auto done = run(name + ", RevGNN", true);
        if (!done)
            return done.failure();
    }
    config.method = Method::Fused;
    const auto dense = run("ours, RevGNN dense, D", false);
    if (!dense)
        return dense.failure();
    if (options.norm == Norm::Softmax)
        return {}; // not for selected entries
    config.block = Block::Gsr;
    if (!onDevice) {
        const double product = productSeconds(graph->nodes, config.groupWidth(), options.threads);
        // Of every group's step: z W on the way forth and again on the way back.
        const double floor = 2 * product * config.groups * config.layers;
        reporter.row("matrix products of a GSR step (floor)", floor, "s", 7,
                     number("%.0f GFLOP/s", 2e-9 * static_cast<double>(graph->nodes) *
                                                config.groupWidth() * config.groupWidth() /
                                                product));
    }
    for (const int k : options.ks) {
        if (k < 1 || k > std::min(256, config.groupWidth()))
            continue;
        config.k = k;
        const std::string name = "ours, GSR k=" + std::to_string(k) + ", ";
        for (const Storage storage : {Storage::D, Storage::C, Storage::A, Storage::B}) {
            // All ways to store at one k; elsewhere the extremes.
            if (k != options.ks[options.ks.size() / 2] && storage != Storage::D &&
                storage != Storage::A)
                continue;
            config.storage = storage;
            config.skip = storage == Storage::B ? Skip::Paper : Skip::Full;
            for (const bool half : {false, true}) {
                config.halfValues = half;
                if (half && (storage != Storage::A || onDevice))
                    continue;
                std::string text = nameOf(storage);
                text[0] = static_cast<char>(text[0] - 'a' + 'A');
                const auto done = run(name + text + (half ? " bfloat16" : ""), false);
                if (!done)
                    return done.failure();
            }
            config.halfValues = false;
            if (storage != Storage::D || onDevice)
                continue;
            // What takes least: moments in 16 bits, then streams in 24 too.
            config.halfMoments = true;
            for (const Storage least : {Storage::D, Storage::E}) {
                config.storage = least;
                const auto done =
                    run(name + (least == Storage::D ? "D" : "E") + ", moments in 16 bits", false);
                if (!done)
                    return done.failure();
            }
            config.halfMoments = false;
        }
    }
    return {};
}

} // namespace ohm::deep
