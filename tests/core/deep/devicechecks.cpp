// SPDX-License-Identifier: GPL-3.0-or-later
#include "devicechecks.h"

#include "core/deep/cuda/devicemodel.h"
#include "core/deep/loss.h"
#include "core/deep/reversible.h"
#include "core/deep/train.h"
#include "fixtures.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <numeric>

using namespace ohm::deep;

namespace deeptest {
namespace {

std::string text(const char* format, double a, double b = 0, double c = 0) {
    char line[200];
    std::snprintf(line, sizeof(line), format, a, b, c);
    return line;
}

/// |a - b| / |b|, infinite where one is not a number.
template <typename A, typename B>
double relative(const std::vector<A>& a, const std::vector<B>& b) {
    if (a.size() != b.size())
        return std::numeric_limits<double>::infinity();
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference += std::pow(static_cast<double>(a[i]) - static_cast<double>(b[i]), 2);
        size += std::pow(static_cast<double>(b[i]), 2);
    }
    const double result = std::sqrt(difference / std::max(size, 1e-300));
    return std::isfinite(result) ? result : std::numeric_limits<double>::infinity();
}

NetworkConfig small() {
    NetworkConfig config;
    config.inputs = 5;
    config.outputs = 2;
    config.channels = 16;
    config.layers = 3;
    config.k = 3;
    config.gain = 0.5;
    config.storage = Storage::C;
    config.threads = 1;
    return config;
}

template <typename T, typename F>
std::vector<T> as(const std::vector<F>& values) {
    return std::vector<T>(values.begin(), values.end());
}

/// A network with its graph, on the CPU or on the device, from the same numbers.
template <typename T>
struct Side {
    NetworkConfig config;
    Incidence graph;
    GraphPlan<T> plan;
    std::unique_ptr<Model<T>> model;
    std::vector<T> features, labels, predictions, derivatives;
    std::string wrong;

    Side(NetworkConfig c, bool device, const Incidence& g)
        : config([&] {
            c.device = device ? Device::Cuda : Device::Cpu;
            return c;
        }())
        , graph(g)
        , plan(makePlan<T>(graph, config)) {
        NetworkConfig onCpu = config;
        onCpu.device = Device::Cpu;
        auto cpu = makeModel<T>(onCpu, plan.size);
        if (!cpu) {
            wrong = cpu.error().message();
            return;
        }
        const auto n = static_cast<std::size_t>(graph.nodes);
        features = as<T>(randomValues<float>(n * static_cast<std::size_t>(config.inputs), 21));
        labels = as<T>(randomValues<float>(n * static_cast<std::size_t>(config.outputs), 22));
        predictions.resize(labels.size());
        derivatives.resize(labels.size());
        // Gains, biases and all else away from their first values; the same for float and double.
        const auto noise = randomValues<float>((*cpu)->weights().size(), 23, -0.1, 0.1);
        for (std::size_t i = 0; i < noise.size(); ++i) {
            T& w = (*cpu)->weights()[i];
            w = static_cast<T>(static_cast<float>(w) + noise[i]);
        }
        if (!device) {
            model = std::move(cpu).value();
        } else {
            auto made = cuda::makeDeviceModel<T>(config, plan.size);
            if (!made) {
                wrong = made.error().message();
                return;
            }
            model = std::move(made).value();
            std::copy((*cpu)->weights().begin(), (*cpu)->weights().end(), model->weights().begin());
        }
        model->bind(plan);
    }
    double loss() {
        const auto done = model->forward(features.data(), predictions.data());
        if (!done) {
            wrong = done.error().message();
            return std::numeric_limits<double>::quiet_NaN();
        }
        return lossOf<T>({}, predictions, labels, {}, config.outputs, derivatives).loss;
    }
    std::vector<T> gradient() {
        loss();
        const auto done = model->backward(features.data(), derivatives.data());
        if (!done)
            wrong = done.error().message();
        return {model->gradients().begin(), model->gradients().end()};
    }
    cuda::DeviceReversible<T>& onDevice() {
        return dynamic_cast<cuda::DeviceReversible<T>&>(*model);
    }
};

/// Predictions and gradient on the device in T against the CPU in double.
template <typename T>
std::string againstCpu(const NetworkConfig& config, const Incidence& graph, double tolerance) {
    Side<double> cpu(config, false, graph);
    Side<T> device(config, true, graph);
    if (!cpu.wrong.empty() || !device.wrong.empty())
        return cpu.wrong + device.wrong;
    // Twice: the second starts from what the first has left behind.
    for (int round = 0; round < 2; ++round) {
        const auto expected = cpu.gradient();
        const auto gradient = device.gradient();
        if (!device.wrong.empty())
            return device.wrong;
        const double p = relative(device.predictions, cpu.predictions);
        const double g = relative(gradient, expected);
        if (!(p < tolerance) || !(g < 10 * tolerance))
            return text("predictions %.3g, gradient %.3g apart (of %.3g)", p, g, tolerance);
        // Kinds of weights one by one, so that a small one cannot hide.
        const ParameterLayout layout(config);
        const auto c = static_cast<std::size_t>(config.groupWidth());
        for (const std::size_t at : {layout.inputWeight(0), layout.inputBias(1), layout.bias(0, 0),
                                     layout.gain(0, 0), layout.gain(config.layers - 1, 1)}) {
            const auto part = [&](const auto& all) {
                return std::vector(all.begin() + static_cast<std::ptrdiff_t>(at),
                                   all.begin() + static_cast<std::ptrdiff_t>(at + c));
            };
            const double apart = relative(part(gradient), part(expected));
            if (!(apart < 100 * tolerance))
                return text("weights at %.0f: %.3g apart", static_cast<double>(at), apart);
        }
    }
    if (!device.onDevice().gapsUntouched())
        return "written between the arrays";
    return {};
}

struct Variant {
    const char* name;
    std::function<void(NetworkConfig&)> change;
};

std::vector<Variant> variants() {
    return {
        {"gsr, C", [](auto&) {}},
        {"gsr, D", [](auto& c) { c.storage = Storage::D; }},
        {"gsr, A", [](auto& c) { c.storage = Storage::A; }},
        {"gsr, paper skip, A",
         [](auto& c) {
             c.storage = Storage::A;
             c.skip = Skip::Paper;
         }},
        {"gsr, paper skip, B",
         [](auto& c) {
             c.storage = Storage::B;
             c.skip = Skip::Paper;
         }},
        {"gsr, k of all columns", [](auto& c) { c.k = 8; }},
        {"gsr, k = 1, sum",
         [](auto& c) {
             c.k = 1;
             c.norm = Norm::Sum;
             c.layers = 2; // sums of long nets grow
         }},
        {"gsr, gcn, D",
         [](auto& c) {
             c.norm = Norm::Gcn;
             c.storage = Storage::D;
         }},
        {"gsr, wide rows, k = 40",
         [](auto& c) {
             c.channels = 90;
             c.k = 40;
             c.layers = 2;
         }},
        {"gsr, four groups",
         [](auto& c) {
             c.groups = 4;
             c.k = 2;
         }},
        {"gsr, three groups, D",
         [](auto& c) {
             c.groups = 3;
             c.channels = 24;
             c.storage = Storage::D;
         }},
        {"gsr, three groups, A",
         [](auto& c) {
             c.groups = 3;
             c.channels = 24;
             c.storage = Storage::A;
         }},
        {"gsr, over cliques", [](auto& c) { c.factorised = false; }},
        {"gsr, dense, D",
         [](auto& c) {
             c.k = 0;
             c.storage = Storage::D;
         }},
        {"revgnn, mean, D",
         [](auto& c) {
             c.block = Block::RevGnn;
             c.k = 0;
             c.storage = Storage::D;
         }},
        {"revgnn, gcn, three groups",
         [](auto& c) {
             c.block = Block::RevGnn;
             c.k = 0;
             c.groups = 3;
             c.channels = 24;
             c.norm = Norm::Gcn;
         }},
        {"revgnn, B0",
         [](auto& c) {
             c.block = Block::RevGnn;
             c.k = 0;
             c.method = Method::GatherScatter;
             c.norm = Norm::Gcn;
         }},
        {"revgnn, B1",
         [](auto& c) {
             c.block = Block::RevGnn;
             c.k = 0;
             c.method = Method::Spmm;
         }},
        {"revgnn, wide rows",
         [](auto& c) {
             c.block = Block::RevGnn;
             c.k = 0;
             c.channels = 140;
             c.layers = 2;
         }},
    };
}

// --- single kernels -----------------------------------------------------------------------------

template <typename T>
std::vector<T> rowsWithTies(std::int64_t rows, int c, std::uint64_t seed) {
    auto x = randomValues<T>(static_cast<std::size_t>(rows * c), seed, -2, 2);
    for (std::int64_t r = 0; r < rows; ++r) {
        for (int j = 0; j < c; ++j) {
            T& v = x[static_cast<std::size_t>(r * c + j)];
            if (r % 6 == 1)
                v = std::round(2 * v) / 2; // few values: many ties, 0 and -0
            else if (r % 6 == 2)
                v = T{-1.25}; // all equal
            else if (r % 6 == 3)
                v = j % 3 == 0 ? v * T(1e30) : v * T(1e-30); // far apart
            else if (r % 6 == 4)
                v = -std::fabs(v);
        }
    }
    return x;
}

/// On a device: memory that lives as long as this.
class Scratch {
public:
    explicit Scratch(cuda::Device& device)
        : m_device(device) {}
    ~Scratch() {
        for (void* memory : m_all)
            m_device.release(memory);
    }
    template <typename V>
    V* put(const std::vector<V>& values) {
        V* at = make<V>(values.size());
        m_device.upload(at, values.data(), values.size() * sizeof(V));
        return at;
    }
    template <typename V>
    V* make(std::size_t count) {
        m_all.push_back(m_device.allocate(std::max<std::size_t>(1, count * sizeof(V))));
        m_device.fill(m_all.back(), 0xff, count * sizeof(V));
        return static_cast<V*>(m_all.back());
    }
    template <typename V>
    std::vector<V> get(const V* at, std::size_t count) {
        std::vector<V> values(count);
        m_device.download(values.data(), at, count * sizeof(V));
        m_device.wait();
        return values;
    }

private:
    cuda::Device& m_device;
    std::vector<void*> m_all;
};

template <typename T>
std::string selection() {
    auto device = cuda::Device::open(false);
    if (!device)
        return device.error().message();
    Scratch scratch(**device);
    for (const int c : {1, 5, 31, 32, 33, 64, 100, 192, 256}) {
        const std::int64_t rows = 19;
        const auto x = rowsWithTies<T>(rows, c, static_cast<std::uint64_t>(c));
        const auto n = static_cast<std::size_t>(rows * c);
        cuda::Streams<T> streams;
        streams.groups = 2;
        streams.real[0] = scratch.put(x);
        for (const int k : {1, 3, 16, 33, 64, c}) {
            if (k > c)
                continue;
            const std::size_t entries = static_cast<std::size_t>(rows * k);
            cuda::Rows<T> to{scratch.make<T>(entries), scratch.make<std::uint8_t>(entries), nullptr,
                             k};
            cuda::selectInput(streams, 1, T{1}, rows, c, cuda::Select::Top, to,
                              cuda::normalGuess(c, k), (*device)->stream());
            const auto values = scratch.get(to.values, entries);
            const auto indices = scratch.get(to.indices, entries);
            // Picking the same columns again gives the same.
            cuda::Rows<T> again{scratch.make<T>(entries), to.indices, nullptr, k};
            cuda::selectInput(streams, 1, T{1}, rows, c, cuda::Select::Pick, again, {},
                              (*device)->stream());
            const auto picked = scratch.get(again.values, entries);
            for (std::int64_t r = 0; r < rows; ++r) {
                std::vector<int> order(static_cast<std::size_t>(c));
                std::iota(order.begin(), order.end(), 0);
                const T* row = x.data() + r * c;
                std::stable_sort(order.begin(), order.end(),
                                 [&](int a, int b) { return row[a] > row[b]; });
                std::sort(order.begin(), order.begin() + k);
                for (int j = 0; j < k; ++j) {
                    const auto at = static_cast<std::size_t>(r * k + j);
                    if (indices[at] != order[static_cast<std::size_t>(j)] ||
                        values[at] != row[order[static_cast<std::size_t>(j)]] ||
                        picked[at] != values[at])
                        return text("c %.0f, k %.0f, row %.0f", c, k, static_cast<double>(r));
                }
            }
        }
        // LayerNorm and ReLU.
        cuda::Rows<T> dense;
        dense.dense = scratch.make<T>(n);
        cuda::selectInput(streams, 1, T{1}, rows, c, cuda::Select::LayerRelu, dense, {},
                          (*device)->stream());
        const auto s = scratch.get(dense.dense, n);
        std::vector<double> expected(n);
        const auto wide = as<double>(x);
        kernels::best<double>().layerRelu(wide.data(), rows, c, expected.data());
        for (std::size_t i = 0; i < n; ++i) {
            const std::size_t row = i / static_cast<std::size_t>(c);
            const double most = row % 6 == 3 && sizeof(T) == 4 ? 1e30 : 1e-4; // overflows float
            if (!(std::fabs(static_cast<double>(s[i]) - expected[i]) < most) && row % 6 != 3)
                return text("LayerNorm: c %.0f, row %.0f: %.3g", c, static_cast<double>(row),
                            static_cast<double>(s[i]) - expected[i]);
        }
    }
    return {};
}

/// Sums over nets of sparse and dense rows against the CPU's, by all norms and both ways.
template <typename T>
std::string sums() {
    auto device = cuda::Device::open(false);
    if (!device)
        return device.error().message();
    const Incidence graph = randomGraph(131, 150, 4, 300);
    const double tolerance = sizeof(T) == 4 ? 2e-6 : 1e-14;
    for (const Norm norm : {Norm::Sum, Norm::Mean, Norm::Gcn}) {
        for (const int c : {7, 70, 192}) {
            for (const int k : {0, 1, 5, 16, 40}) {
                if (k > c)
                    continue;
                NetworkConfig config = small();
                config.channels = 2 * c;
                config.k = k;
                config.block = k == 0 ? Block::RevGnn : Block::Gsr;
                config.norm = norm;
                config.device = Device::Cuda;
                const auto plan = makePlan<T>(graph, config);
                if (plan.aggregator.index().splits.empty())
                    return "no net in pieces";
                const Aggregator<double> cpu(graph, {norm, false});
                Scratch scratch(**device);
                const auto index = plan.aggregator.index();
                const auto put = [&](auto span) {
                    using V = std::remove_const_t<typename decltype(span)::element_type>;
                    return span.empty() ? nullptr
                                        : scratch.put(std::vector<V>(span.begin(), span.end()));
                };
                cuda::Graph<T> g;
                g.nodes = graph.nodes;
                g.pieces = plan.aggregator.netRows();
                g.splitCount = static_cast<std::int64_t>(index.splits.size() / 2);
                g.pieceStart = put(index.pieceStart);
                g.pieceNodes = put(index.pieceNodes);
                g.splits = put(index.splits);
                g.nodeStart = put(index.nodeStart);
                g.nodeRows = put(index.nodeRows);
                g.directStart = put(index.directStart);
                g.direct = put(index.direct);
                g.self = put(index.self);
                g.left = put(index.left);
                g.right = put(index.right);
                const auto n = static_cast<std::size_t>(graph.nodes * c);
                const auto x = as<T>(randomValues<float>(n, 31));
                std::vector<T> values;
                std::vector<std::uint8_t> indices;
                std::vector<double> wide(as<double>(x));
                if (k > 0) {
                    values.resize(static_cast<std::size_t>(graph.nodes * k));
                    indices.resize(values.size());
                    kernels::best<T>().topK(x.data(), graph.nodes, c, k, values.data(),
                                            indices.data());
                    std::fill(wide.begin(), wide.end(), 0.0);
                    for (std::size_t e = 0; e < values.size(); ++e)
                        wide[e / static_cast<std::size_t>(k) * static_cast<std::size_t>(c) +
                             indices[e]] = static_cast<double>(values[e]);
                }
                cuda::Rows<T> rows;
                rows.k = k;
                rows.values = put(std::span<const T>(values));
                rows.indices = put(std::span<const std::uint8_t>(indices));
                rows.dense = k > 0 ? nullptr : scratch.put(x);
                T* nets = scratch.make<T>(static_cast<std::size_t>(g.pieces * c));
                for (const bool transposed : {false, true}) {
                    T* out = scratch.make<T>(n);
                    cuda::aggregate(g, rows, c, transposed, nets, out, (*device)->stream());
                    const auto result = scratch.get(out, n);
                    std::vector<double> expected(n);
                    cpu.nets(wide.data(), c, transposed, nullptr, 1);
                    cpu.rows(wide.data(), c, transposed, nullptr, 0, graph.nodes, expected.data());
                    // Sums over cliques cancel nothing, those over nets do: up to 300 times.
                    const double apart = relative(result, expected);
                    if (!(apart < 20 * tolerance))
                        return text("c %.0f, k %.0f: %.3g apart", c, k, apart);
                }
            }
        }
    }
    return {};
}

// --- whole steps --------------------------------------------------------------------------------

std::string reconstruction(int groups, bool dense, bool tf32 = false) {
    NetworkConfig config = small();
    config.channels = 16 * groups;
    config.groups = groups;
    config.layers = 60;
    config.gain = 0.1;
    config.k = dense ? 0 : 4;
    config.block = dense ? Block::RevGnn : Block::Gsr;
    config.storage = Storage::D;
    config.tf32 = tf32;
    const Incidence graph = randomGraph(45, 50, 8, 40);
    // The streams at the start: a network of one layer whose block gives nothing.
    NetworkConfig none = config;
    none.layers = 1;
    Side<float> whole(config, true, graph), start(none, true, graph);
    const ParameterLayout many(config), one(none);
    const auto weights = whole.model->weights();
    std::copy_n(weights.begin(), many.weight(0, 0), start.model->weights().begin());
    for (int g = 0; g < groups; ++g)
        std::fill_n(start.model->weights().begin() + static_cast<std::ptrdiff_t>(one.gain(0, g)),
                    config.groupWidth(), 0.0f);
    start.loss();
    whole.gradient();
    if (!start.wrong.empty() || !whole.wrong.empty())
        return start.wrong + whole.wrong;
    const auto first = start.onDevice().streams(), rebuilt = whole.onDevice().streams();
    double size = 0;
    for (const float v : first)
        size = std::max(size, std::fabs(static_cast<double>(v)));
    if (!(size > 0.1))
        return "the streams are empty";
    if (std::memcmp(first.data(), rebuilt.data(), first.size() * sizeof(float)) != 0)
        return text("streams are %.3g apart", relative(rebuilt, first));
    return {};
}

std::string training() {
    NetworkConfig config = small();
    config.layers = 2;
    const Incidence graph = randomGraph(61, 70, 6, 30);
    Side<double> cpu(config, false, graph), device(config, true, graph);
    AdamOptions options;
    options.decay = 0.01;
    for (const double clip : {0.0, 1e-3, 100.0}) {
        options.clipNorm = clip;
        for (int step = 1; step <= 3; ++step) {
            cpu.gradient();
            device.gradient();
            if (!device.wrong.empty())
                return device.wrong;
            const double a = adamStep(*cpu.model, options, step, 1e-2);
            const double b = adamStep(*device.model, options, step, 1e-2);
            if (!(std::fabs(a - b) < 1e-9 * a))
                return text("norm %.9g in place of %.9g", b, a);
        }
        const auto all = [](std::span<double> s) {
            return std::vector<double>(s.begin(), s.end());
        };
        const double w = relative(all(device.model->weights()), all(cpu.model->weights()));
        const double m =
            relative(all(device.model->firstMoments()), all(cpu.model->firstMoments()));
        const double v =
            relative(all(device.model->secondMoments()), all(cpu.model->secondMoments()));
        if (!(w < 1e-9) || !(m < 1e-8) || !(v < 1e-8))
            return text("weights %.3g, moments %.3g and %.3g apart", w, m, v);
    }
    // A gradient that is not finite changes nothing.
    const auto before =
        std::vector<double>(device.model->weights().begin(), device.model->weights().end());
    device.model->gradients()[7] = std::numeric_limits<double>::quiet_NaN();
    if (std::isfinite(adamStep(*device.model, options, 9, 1e-2)))
        return "the norm of what is not a number is finite";
    if (!std::equal(before.begin(), before.end(), device.model->weights().begin()))
        return "a gradient that is not a number changed the weights";
    return {};
}

std::string leavesRange() {
    NetworkConfig config = small();
    config.storage = Storage::D;
    Side<float> side(config, true, randomGraph(50, 60, 9, 30));
    const auto features = side.features;
    for (float& f : side.features)
        f *= 1e5f;
    const auto done = side.model->forward(side.features.data(), side.predictions.data());
    if (done || done.error().code != "DEEP-004")
        return "DEEP-004 did not come";
    side.features = features;
    side.loss(); // the next is well again
    return side.wrong;
}

std::string memory() {
    for (const Variant& variant : variants()) {
        NetworkConfig config = small();
        variant.change(config);
        config.device = Device::Cuda;
        Side<float> side(config, true, randomGraph(70, 80, 2, 40));
        if (!side.wrong.empty())
            return side.wrong;
        const MemoryUse use = side.model->memory();
        if (use.peak != predictedBytes(config, side.plan.size) || use.reserved < use.peak)
            return std::string(variant.name) + ": not as predicted";
    }
    return {};
}

/// Smaller graphs than the one the network was made for, one after the other.
std::string otherGraphs() {
    const NetworkConfig config = small();
    const Incidence large = randomGraph(90, 100, 3, 40), little = randomGraph(33, 40, 5, 35);
    Side<double> device(config, true, large), cpu(config, false, little);
    const auto expected = cpu.gradient();
    device.gradient();
    NetworkConfig onDevice = config;
    onDevice.device = Device::Cuda;
    const auto plan = makePlan<double>(little, onDevice);
    device.model->bind(plan);
    device.features = cpu.features;
    device.labels = cpu.labels;
    device.predictions.resize(cpu.predictions.size());
    device.derivatives.resize(cpu.derivatives.size());
    const double apart = relative(device.gradient(), expected);
    return apart < 1e-10 ? device.wrong : text("%.3g apart", apart);
}

} // namespace

std::vector<double> deviceFingerprint(bool paper) {
    NetworkConfig config = small();
    config.storage = paper ? Storage::A : Storage::D;
    config.skip = paper ? Skip::Paper : Skip::Full;
    config.channels = 80;
    config.k = 5;
    config.layers = 2;
    Side<float> side(config, true, randomGraph(101, 110, 4, 90));
    for (int step = 1; step <= 3; ++step) {
        side.gradient();
        adamStep(*side.model, {}, step, 1e-2);
    }
    std::vector<double> all(side.model->weights().begin(), side.model->weights().end());
    all.insert(all.end(), side.predictions.begin(), side.predictions.end());
    const auto streams = side.onDevice().streams();
    all.insert(all.end(), streams.begin(), streams.end());
    return all;
}

std::vector<DeviceCheck> deviceChecks() {
    std::vector<DeviceCheck> all;
    const auto add = [&](std::string name, std::function<std::string()> run) {
        all.push_back({std::move(name), std::move(run)});
    };
    add("selection, float", selection<float>);
    add("selection, double", selection<double>);
    add("sums, float", sums<float>);
    add("sums, double", sums<double>);
    for (const Variant& variant : variants()) {
        NetworkConfig config = small();
        variant.change(config);
        add(std::string("step in double: ") + variant.name,
            [config] { return againstCpu<double>(config, randomGraph(75, 90, 9, 70), 1e-10); });
        // Steps of 1e-6 in D may turn a selection over; in C and A rounding of 1e-7 does not here.
        add(std::string("step in float: ") + variant.name, [config] {
            return againstCpu<float>(config, randomGraph(75, 90, 9, 70),
                                     config.storage == Storage::D ? 2e-3 : 2e-4);
        });
    }
    // Rows that are no whole number of blocks or pieces, and nets of 2, 3 and 300 pins.
    for (const int nodes : {1, 9, 1024, 1500}) {
        NetworkConfig config = small();
        config.layers = 1;
        config.storage = Storage::D;
        add("step on " + std::to_string(nodes) + " nodes", [config, nodes] {
            return againstCpu<double>(config, randomGraph(nodes, nodes + 3, 9, nodes > 9 ? 300 : 4),
                                      1e-10);
        });
    }
    add("no nets", [] {
        const auto graph = makeIncidence(20, 3, std::span<const Pin>{});
        return againstCpu<double>(small(), *graph, 1e-10);
    });
    add("streams rebuilt to the bit, gsr", [] { return reconstruction(2, false); });
    add("streams rebuilt to the bit, gsr, three groups", [] { return reconstruction(3, false); });
    add("streams rebuilt to the bit, revgnn", [] { return reconstruction(2, true); });
    add("streams rebuilt to the bit, tf32", [] { return reconstruction(2, false, true); });
    add("step in float: tf32", [] {
        NetworkConfig config = small();
        config.block = Block::RevGnn; // where nothing is selected, so that nothing turns over
        config.k = 0;
        config.tf32 = true;
        return againstCpu<float>(config, randomGraph(75, 90, 9, 70), 1e-2);
    });
    add("training", training);
    add("leaving the range", leavesRange);
    add("memory as predicted", memory);
    add("other graphs", otherGraphs);
    for (const bool paper : {false, true}) {
        add(paper ? "same bits again, paper skip" : "same bits again", [paper] {
            const auto a = deviceFingerprint(paper), b = deviceFingerprint(paper);
            return std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0
                       ? std::string()
                       : std::string("two runs differ");
        });
    }
    return all;
}

} // namespace deeptest
