// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/devices.h"
#include "core/deep/loss.h"
#include "core/deep/model.h"
#include "core/deep/reversible.h"
#include "core/deep/train.h"
#include "fixtures.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace ohm::deep;

namespace {

constexpr int kNodes = 150;

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

/// A model with everything about it that a step needs.
template <typename T>
struct Bench {
    NetworkConfig config;
    Incidence graph;
    GraphPlan<T> plan;
    std::unique_ptr<Model<T>> model;
    std::vector<T> features, labels, predictions, derivatives;

    Bench(const NetworkConfig& c, Incidence g)
        : config(c)
        , graph(std::move(g))
        , plan(makePlan<T>(graph, config)) {
        auto made = makeModel<T>(config, plan.size);
        if (!made)
            qFatal("%s", made.error().message().c_str());
        model = std::move(made).value();
        model->bind(plan);
        const auto n = static_cast<std::size_t>(graph.nodes);
        features = deeptest::randomValues<T>(n * static_cast<std::size_t>(config.inputs), 21);
        labels = deeptest::randomValues<T>(n * static_cast<std::size_t>(config.outputs), 22);
        predictions.resize(labels.size());
        derivatives.resize(labels.size());
        // Gains, biases and all else away from their first values.
        const auto noise = deeptest::randomValues<T>(model->weights().size(), 23, -0.1, 0.1);
        for (std::size_t i = 0; i < noise.size(); ++i)
            model->weights()[i] += noise[i];
    }
    double loss() {
        const auto done = model->forward(features.data(), predictions.data());
        if (!done)
            qFatal("%s", done.error().message().c_str());
        return lossOf<T>({}, predictions, labels, {}, config.outputs, derivatives).loss;
    }
    std::vector<T> gradient() {
        loss();
        const auto done = model->backward(features.data(), derivatives.data());
        if (!done)
            qFatal("%s", done.error().message().c_str());
        return {model->gradients().begin(), model->gradients().end()};
    }
};

template <typename T>
double relative(const std::vector<T>& a, const std::vector<T>& b) {
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference += std::pow(static_cast<double>(a[i] - b[i]), 2);
        size += std::pow(static_cast<double>(b[i]), 2);
    }
    return std::sqrt(difference / size);
}

struct Variant {
    const char* name;
    NetworkConfig config;
};

std::vector<Variant> variants() {
    std::vector<Variant> all;
    const auto add = [&](const char* name, auto change) {
        NetworkConfig config = small();
        change(config);
        all.push_back({name, config});
    };
    add("gsr, full skip, C", [](auto&) {});
    add("gsr, full skip, A", [](auto& c) { c.storage = Storage::A; });
    add("gsr, paper skip, A", [](auto& c) {
        c.storage = Storage::A;
        c.skip = Skip::Paper;
    });
    add("gsr, paper skip, B", [](auto& c) {
        c.storage = Storage::B;
        c.skip = Skip::Paper;
    });
    add("gsr, moments in 16 bits", [](auto& c) { c.halfMoments = true; });
    add("gsr, large k", [](auto& c) { c.k = 7; }); // other products on the way back
    add("gsr, paper skip, A, large k", [](auto& c) {
        c.storage = Storage::A;
        c.skip = Skip::Paper;
        c.k = 7;
    });
    add("gsr, four groups", [](auto& c) {
        c.groups = 4;
        c.k = 2;
    });
    add("gsr, three groups, A", [](auto& c) {
        c.groups = 3;
        c.channels = 24;
        c.storage = Storage::A;
    });
    add("gsr, sum over cliques", [](auto& c) {
        c.factorised = false;
        c.norm = Norm::Sum;
    });
    add("gsr, gcn norm", [](auto& c) { c.norm = Norm::Gcn; });
    add("gsr, dense", [](auto& c) { c.k = 0; });
    add("revgnn, fused", [](auto& c) {
        c.block = Block::RevGnn;
        c.k = 0;
        c.norm = Norm::Gcn;
    });
    for (const Method method :
         {Method::Fused, Method::GatherScatter, Method::StoreAll, Method::Factorised}) {
        static std::vector<std::string> names;
        names.reserve(16);
        names.push_back(nameOf(method) + ", revgnn, softmax");
        add(names.back().c_str(), [&](auto& c) {
            c.method = method;
            c.block = Block::RevGnn;
            c.k = 0;
            c.norm = Norm::Softmax;
            c.temperature = 0.7;
        });
    }
    add("revgnn, fused, softmax, three groups", [](auto& c) {
        c.block = Block::RevGnn;
        c.k = 0;
        c.groups = 3;
        c.channels = 24;
        c.norm = Norm::Softmax;
    });
    add("revgnn, fused, three groups", [](auto& c) {
        c.block = Block::RevGnn;
        c.k = 0;
        c.groups = 3;
        c.channels = 24;
    });
    for (const Method method :
         {Method::GatherScatter, Method::Spmm, Method::StoreAll, Method::Factorised}) {
        static std::vector<std::string> names;
        names.reserve(16);
        names.push_back(nameOf(method) + ", gsr");
        add(names.back().c_str(), [&](auto& c) { c.method = method; });
        names.push_back(nameOf(method) + ", revgnn, gcn norm, three groups");
        add(names.back().c_str(), [&](auto& c) {
            c.method = method;
            c.block = Block::RevGnn;
            c.k = 0;
            c.norm = Norm::Gcn;
            c.groups = 3;
            c.channels = 24;
        });
    }
    add("b2, paper skip", [](auto& c) {
        c.method = Method::StoreAll;
        c.skip = Skip::Paper;
    });
    add("gcn", [](auto& c) {
        c.block = Block::Gcn;
        c.k = 0;
        c.norm = Norm::Gcn;
        c.method = Method::Factorised;
    });
    add("sage, b0", [](auto& c) {
        c.block = Block::Sage;
        c.k = 0;
        c.method = Method::GatherScatter;
    });
    return all;
}

} // namespace

class TestDeepNetwork : public QObject {
    Q_OBJECT
private slots:
    void finiteDifferences_data() {
        QTest::addColumn<int>("variant");
        const auto all = variants();
        for (std::size_t i = 0; i < all.size(); ++i)
            QTest::newRow(all[i].name) << static_cast<int>(i);
    }
    /// Central differences in double of the loss by single weights, of every kind of weight.
    void finiteDifferences() {
        QFETCH(int, variant);
        Bench<double> bench(variants()[static_cast<std::size_t>(variant)].config,
                            deeptest::randomGraph(kNodes, 170, 9, 30));
        const auto gradient = bench.gradient();
        double size = 0;
        for (const double g : gradient)
            size = std::max(size, std::fabs(g));
        QVERIFY(size > 1e-6);
        ohm::dataset::Random random(5, 1);
        int wrong = 0, checked = 0;
        double worst = 0;
        const auto weights = bench.model->weights();
        // Every 7th weight: input, all layers, head. A step may flip a selection or a ReLU, where
        // there is no derivative; smaller steps then agree, unless the gradient is wrong.
        for (std::size_t i = random.below(7); i < weights.size(); i += 7) {
            const double kept = weights[i];
            double best = 1e9;
            for (const double h : {1e-5, 1e-6, 1e-7}) {
                weights[i] = kept + h;
                const double up = bench.loss();
                weights[i] = kept - h;
                const double down = bench.loss();
                best = std::min(best, std::fabs((up - down) / (2 * h) - gradient[i]));
                if (best < 1e-7 * size)
                    break;
            }
            weights[i] = kept;
            worst = std::max(worst, best);
            wrong += best > 1e-5 * size;
            ++checked;
        }
        QVERIFY(checked > 50);
        QVERIFY2(
            wrong == 0,
            qPrintable(
                QString("%1 of %2, worst %3 of %4").arg(wrong).arg(checked).arg(worst).arg(size)));
    }

    /// The same mathematics by every method and storage: loss to 1e-5, gradients to rounding.
    void methodsAgree_data() {
        QTest::addColumn<bool>("revgnn");
        QTest::addColumn<int>("norm");
        QTest::newRow("gsr, mean") << false << static_cast<int>(Norm::Mean);
        QTest::newRow("gsr, gcn") << false << static_cast<int>(Norm::Gcn);
        QTest::newRow("revgnn, mean") << true << static_cast<int>(Norm::Mean);
        QTest::newRow("revgnn, gcn") << true << static_cast<int>(Norm::Gcn);
        QTest::newRow("revgnn, softmax") << true << static_cast<int>(Norm::Softmax);
    }
    void methodsAgree() {
        QFETCH(bool, revgnn);
        QFETCH(int, norm);
        NetworkConfig config = small();
        config.channels = 64;
        config.layers = 12;
        config.gain = 0.1;
        config.norm = static_cast<Norm>(norm);
        config.k = revgnn ? 0 : 8;
        config.block = revgnn ? Block::RevGnn : Block::Gsr;
        const auto graph = syntheticCircuit({1000, 20'000, 3});
        Bench<float> reference(config, *graph);
        const double loss = reference.loss();
        const auto gradient = reference.gradient();
        for (const Method method : {Method::GatherScatter, Method::Spmm, Method::StoreAll,
                                    Method::Factorised, Method::Fused}) {
            for (const Storage storage : {Storage::A, Storage::C, Storage::D}) {
                config.method = method;
                config.storage = storage;
                if (!checkConfig(config) || (method != Method::Fused && storage != Storage::C))
                    continue;
                Bench<float> other(config, *graph);
                const double l = other.loss();
                // Fixed point rounds at 1e-6: among so many rows a selection may flip where two
                // values are as close as that.
                const bool flips = storage == Storage::D && !revgnn;
                QVERIFY2(std::fabs(l - loss) < (flips ? 1e-3 : 1e-5) * loss,
                         qPrintable(QString("%1 %2: %3 of %4")
                                        .arg(nameOf(method).c_str(), nameOf(storage).c_str())
                                        .arg(l - loss)
                                        .arg(loss)));
                const double apart = relative(other.gradient(), gradient);
                QVERIFY2(apart < (flips ? 5e-2 : 2e-3),
                         qPrintable(QString("%1 %2: %3")
                                        .arg(nameOf(method).c_str(), nameOf(storage).c_str())
                                        .arg(apart)));
            }
        }
    }
    /// D rebuilds the first layer's streams to the bit through 100 layers; C to rounding.
    void reconstruction() {
        for (const int groups : {2, 4}) {
            for (const Storage storage : {Storage::D, Storage::E, Storage::C}) {
                NetworkConfig config = small();
                config.channels = 128;
                config.groups = groups;
                config.layers = 100;
                config.gain = 0.1;
                config.k = 8;
                config.storage = storage;
                const auto graph = syntheticCircuit({1500, 40'000, 8});
                NetworkConfig none = config;
                none.layers = 1;
                Bench<float> bench(config, *graph);
                auto& network = dynamic_cast<Reversible<float>&>(*bench.model);
                // The streams at the start: a network of one layer whose block gives nothing.
                Bench<float> start(none, *graph);
                const ParameterLayout many(config), one(none);
                std::copy_n(bench.model->weights().begin(), many.weight(0, 0),
                            start.model->weights().begin());
                for (int g = 0; g < groups; ++g)
                    std::fill_n(start.model->weights().begin() +
                                    static_cast<std::ptrdiff_t>(one.gain(0, g)),
                                config.groupWidth(), 0.0f);
                start.loss();
                const auto first = dynamic_cast<Reversible<float>&>(*start.model).streams();
                bench.gradient();
                const auto rebuilt = network.streams();
                QCOMPARE(rebuilt.size(), first.size());
                if (config.fixedPoint())
                    QVERIFY(std::memcmp(rebuilt.data(), first.data(),
                                        first.size() * sizeof(float)) == 0);
                else
                    QVERIFY2(relative(rebuilt, first) < 1e-4,
                             qPrintable(QString::number(relative(rebuilt, first))));
            }
        }
    }
    void sameBitsOnAnyThreads() {
        NetworkConfig config = small();
        config.channels = 64;
        config.storage = Storage::D;
        const auto graph = syntheticCircuit({9000, 100'000, 3});
        config.threads = 1;
        Bench<float> one(config, *graph);
        const auto a = one.gradient();
        config.threads = 3;
        Bench<float> three(config, *graph);
        const auto b = three.gradient();
        QVERIFY(std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
    }
    /// bfloat16 values: the gradient is that of the rounded network, close to the unrounded one.
    void halfValues() {
        NetworkConfig config = small();
        config.channels = 64;
        config.layers = 10;
        config.gain = 0.1;
        config.k = 8;
        config.storage = Storage::A;
        const auto graph = syntheticCircuit({2000, 60'000, 3});
        Bench<float> whole(config, *graph);
        const auto gradient = whole.gradient();
        config.halfValues = true;
        Bench<float> half(config, *graph);
        const auto rounded = half.gradient();
        const double apart = relative(rounded, gradient);
        QVERIFY2(apart > 1e-6 && apart < 0.1, qPrintable(QString::number(apart)));
        QVERIFY(half.model->memory().peak < whole.model->memory().peak);
        // Paper skip: A and B compute the same, B from a rebuilt stream.
        config.skip = Skip::Paper;
        Bench<float> a(config, *graph);
        const auto ga = a.gradient();
        config.storage = Storage::B;
        Bench<float> b(config, *graph);
        QVERIFY(relative(b.gradient(), ga) < 2e-3);
    }
    /// Moments in 16 bits follow a gradient that repeats to its mean and its square, which nearest
    /// rounding would not: a step changes a second moment by less than half of the distance to the
    /// next number there is.
    void halfMomentsAreRightInTheMean() {
        NetworkConfig config = small();
        config.channels = 64;
        config.storage = Storage::D;
        config.halfMoments = true;
        Bench<float> bench(config, deeptest::randomGraph(kNodes, 170, 9, 30));
        Model<float>& model = *bench.model;
        QVERIFY(model.firstMoments().empty() && model.secondMoments().empty());
        const auto values = deeptest::randomValues<float>(model.weights().size(), 5, -0.02, 0.02);
        AdamOptions options;
        options.clipNorm = 0;
        constexpr int kSteps = 4000;
        for (int step = 1; step <= kSteps; ++step) {
            std::copy(values.begin(), values.end(), model.gradients().begin());
            adamStep(model, options, step, 1e-6);
        }
        std::vector<float> first, second;
        model.readMoments(first, second);
        const double whole = 1 - std::pow(options.beta2, kSteps);
        double bias1 = 0, bias2 = 0, most = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double g = static_cast<double>(values[i]);
            const double a = static_cast<double>(first[i]) / g - 1;
            const double b = static_cast<double>(second[i]) / (g * g * whole) - 1;
            bias1 += a;
            bias2 += b;
            most = std::max(most, std::max(std::fabs(a), std::fabs(b)));
        }
        bias1 /= static_cast<double>(values.size());
        bias2 /= static_cast<double>(values.size());
        QVERIFY2(std::fabs(bias1) < 1e-3 && std::fabs(bias2) < 2e-3 && most < 0.15,
                 qPrintable(QString("%1 %2 %3").arg(bias1).arg(bias2).arg(most)));
        // What was read and is written back is the same.
        model.writeMoments(first, second);
        std::vector<float> again1, again2;
        model.readMoments(again1, again2);
        QVERIFY(again1 == first && again2 == second);
        // A gradient that is no number changes nothing.
        const std::vector<float> before(model.weights().begin(), model.weights().end());
        model.gradients()[3] = std::nanf("");
        QVERIFY(!std::isfinite(adamStep(model, options, kSteps + 1, 1e-3)));
        model.readMoments(again1, again2);
        QVERIFY(again1 == first && again2 == second &&
                std::equal(before.begin(), before.end(), model.weights().begin()));
    }
    /// Steps with them go nearly where steps in full go, and repeat to the bit.
    void halfMomentsTrain() {
        const auto graph = syntheticCircuit({1500, 40'000, 8});
        const auto losses = [&](bool half, int threads) {
            NetworkConfig config = small();
            config.channels = 64;
            config.layers = 8;
            config.k = 8;
            config.gain = 0.1;
            config.storage = Storage::D;
            config.halfMoments = half;
            config.threads = threads;
            Bench<float> bench(config, *graph);
            const auto whole = predictedMemory(config, bench.plan.size).weights;
            if (half && whole * 4 != parameterCount(config) * 48)
                qFatal("weights of %zu bytes", whole);
            std::vector<double> all;
            for (int step = 1; step <= 150; ++step) {
                bench.gradient();
                adamStep(*bench.model, {}, step, 3e-3);
                all.push_back(bench.loss());
            }
            return all;
        };
        const auto full = losses(false, 1), half = losses(true, 1);
        QVERIFY(full.back() < 0.5 * full.front());
        QVERIFY2(std::fabs(half.back() / full.back() - 1) < 0.1,
                 qPrintable(QString("%1 %2").arg(half.back()).arg(full.back())));
        QVERIFY(half != full);
        QVERIFY(losses(true, 2) == half);
    }
    void memoryAsPredicted_data() { finiteDifferences_data(); }
    /// Measured peak against the formula, for float.
    void memoryAsPredicted() {
        QFETCH(int, variant);
        NetworkConfig config = variants()[static_cast<std::size_t>(variant)].config;
        config.channels *= 8;
        const auto graph = syntheticCircuit({4000, 50'000, 3});
        Bench<float> bench(config, *graph);
        bench.gradient();
        const MemoryUse use = bench.model->memory();
        const double predicted = static_cast<double>(predictedBytes(config, bench.plan.size));
        QVERIFY2(std::fabs(static_cast<double>(use.peak) / predicted - 1) < 0.005,
                 qPrintable(QString("%1 of %2").arg(use.peak).arg(predicted)));
        QVERIFY(use.reserved >= use.peak);
        if (config.method == Method::Fused && config.reversible())
            QVERIFY(static_cast<double>(use.reserved) < 1.005 * predicted);
    }
    void sizesOverEdges() {
        const auto graph = syntheticCircuit({4000, 50'000, 3});
        for (const Norm norm : {Norm::Sum, Norm::Mean, Norm::Gcn}) {
            NetworkConfig config = small();
            config.norm = norm;
            const GraphSize nets = makePlan<float>(*graph, config).size;
            config.factorised = false;
            const GraphSize edges = makePlan<float>(*graph, config).size;
            const GraphSize told = overEdges(nets, norm);
            QVERIFY(nets.netRows > 0 && edges.netRows == 0);
            QCOMPARE(told.netRows, edges.netRows);
            QCOMPARE(told.edges, edges.edges);
            QCOMPARE(told.indexBytes, edges.indexBytes);
        }
    }
    void memoryDoesNotGrowWithDepth() {
        NetworkConfig config = small();
        config.channels = 128;
        config.storage = Storage::D;
        GraphSize size{49000, 11'700'000, 9000, 2'000'000};
        const auto without = [&](int layers) {
            config.layers = layers;
            const auto memory = predictedMemory(config, size);
            return memory.total() - memory.weights;
        };
        QCOMPARE(without(10), without(100));
    }
    /// The goal at 49,000 nodes, 100 layers, 384 channels: a thirtieth of B0's peak and less.
    void threePercentOfTheBaseline() {
        const auto graph = syntheticCircuit({49000, 11'700'000, 1});
        NetworkConfig config;
        config.inputs = 8;
        config.threads = 2;
        config.halfMoments = true;
        config.storage = Storage::E;
        const GraphSize size = makePlan<float>(*graph, config).size;
        NetworkConfig base = config;
        base.halfMoments = false;
        base.block = Block::RevGnn;
        base.k = 0;
        base.method = Method::GatherScatter;
        const auto most = static_cast<double>(predictedBytes(base, overEdges(size, config.norm)));
        for (const int k : {4, 16})
            QVERIFY((config.k = k, predictedBytes(config, size)) < 0.03 * most);
    }
    void devices() {
        const auto none = []() -> ohm::Expected<void> { return ohm::fail("DEEP-011", "none"); };
        const auto some = []() -> ohm::Expected<void> { return {}; };
        const NetworkConfig gsr = small();
        QVERIFY(*deviceFor(DeviceChoice::Cpu, gsr, some) == Device::Cpu);
        QVERIFY(*deviceFor(DeviceChoice::Auto, gsr, some) == Device::Cuda);
        QVERIFY(*deviceFor(DeviceChoice::Auto, gsr, none) == Device::Cpu);
        QVERIFY(*deviceFor(DeviceChoice::Cuda, gsr, some) == Device::Cuda);
        QCOMPARE(deviceFor(DeviceChoice::Cuda, gsr, none).error().code, std::string("DEEP-011"));
        NetworkConfig gcn = small();
        gcn.block = Block::Gcn;
        gcn.k = 0;
        QVERIFY(*deviceFor(DeviceChoice::Auto, gcn, some) == Device::Cpu);
        QCOMPARE(deviceFor(DeviceChoice::Cuda, gcn, some).error().code, std::string("DEEP-002"));
        NetworkConfig half = small();
        half.halfMoments = true;
        QVERIFY(*deviceFor(DeviceChoice::Auto, half, some) == Device::Cpu);
        QVERIFY(*deviceChoiceOf("auto") == DeviceChoice::Auto);
        QCOMPARE(deviceChoiceOf("tpu").error().hint, std::string("Choose one of auto, cpu, cuda"));
    }
    void leavesRange() {
        for (const Storage storage : {Storage::D, Storage::E}) {
            NetworkConfig config = small();
            config.channels = 64;
            config.storage = storage;
            Bench<float> bench(config, deeptest::randomGraph(kNodes, 170, 9, 30));
            for (float& f : bench.features)
                f *= storage == Storage::D ? 1e5f : 500.0f;
            const auto done = bench.model->forward(bench.features.data(), bench.predictions.data());
            QVERIFY(!done);
            QCOMPARE(done.error().code, std::string("DEEP-004"));
            QVERIFY2(done.error().detail.find(storage == Storage::D ? "2048" : "128") !=
                         std::string::npos,
                     done.error().detail.c_str());
        }
    }
    /// Streams in 24 bits: a gradient close to that of streams in 32, a byte less per value.
    void shortStreams() {
        NetworkConfig config = small();
        config.channels = 64;
        config.layers = 20;
        config.gain = 0.1;
        config.k = 8;
        config.storage = Storage::D;
        const auto graph = syntheticCircuit({2000, 60'000, 3});
        Bench<float> whole(config, *graph);
        const auto gradient = whole.gradient();
        config.storage = Storage::E;
        Bench<float> shorter(config, *graph);
        const double apart = relative(shorter.gradient(), gradient);
        QVERIFY2(apart > 0 && apart < 0.02, qPrintable(QString::number(apart)));
        const auto saved = whole.model->memory().peak - shorter.model->memory().peak;
        QCOMPARE(saved, std::size_t{2000} * 64);
        const double ratio = static_cast<double>(shorter.model->memory().peak) /
                             static_cast<double>(predictedBytes(config, shorter.plan.size));
        QVERIFY2(std::fabs(ratio - 1) < 0.005, qPrintable(QString::number(ratio)));
        config.threads = 3;
        Bench<float> three(config, *graph);
        const auto a = shorter.gradient(), b = three.gradient();
        QVERIFY(std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
    }
    void stops() {
        ohm::StopSource source;
        source.requestStop();
        for (const Method method : {Method::Fused, Method::Spmm}) {
            NetworkConfig config = small();
            config.method = method;
            Bench<float> bench(config, deeptest::randomGraph(kNodes, 170, 9, 30));
            const auto done = bench.model->forward(bench.features.data(), bench.predictions.data(),
                                                   source.token());
            QVERIFY(!done);
            QCOMPARE(done.error().code, std::string("DEEP-003"));
        }
    }
    void impossibleSettings() {
        const auto wrong = [](auto change) {
            NetworkConfig config = small();
            change(config);
            const auto checked = checkConfig(config);
            return checked ? std::string("none") : checked.error().where;
        };
        QCOMPARE(wrong([](auto&) {}), std::string("none"));
        QCOMPARE(wrong([](auto& c) { c.inputs = 0; }), std::string("inputs"));
        QCOMPARE(wrong([](auto& c) { c.layers = 0; }), std::string("layers"));
        QCOMPARE(wrong([](auto& c) { c.k = 9; }), std::string("k"));
        QCOMPARE(wrong([](auto& c) { c.groups = 3; }), std::string("groups"));
        QCOMPARE(wrong([](auto& c) { c.channels = 1024; }), std::string("channels"));
        QCOMPARE(wrong([](auto& c) { c.storage = Storage::B; }), std::string("storage"));
        QCOMPARE(wrong([](auto& c) { c.skip = Skip::Paper; }), std::string("storage"));
        QCOMPARE(wrong([](auto& c) { c.halfValues = true; }), std::string("values"));
        QCOMPARE(wrong([](auto& c) {
                     c.halfMoments = true;
                     c.method = Method::Spmm;
                 }),
                 std::string("moments"));
        QCOMPARE(wrong([](auto& c) {
                     c.halfMoments = true;
                     c.device = Device::Cuda;
                 }),
                 std::string("moments"));
        QCOMPARE(wrong([](auto& c) { c.block = Block::RevGnn; }), std::string("k"));
        QCOMPARE(wrong([](auto& c) { c.norm = Norm::Softmax; }), std::string("norm"));
        QCOMPARE(wrong([](auto& c) {
                     c.norm = Norm::Softmax;
                     c.block = Block::RevGnn;
                     c.k = 0;
                     c.temperature = 50;
                 }),
                 std::string("temperature"));
        NetworkConfig config = small();
        config.k = 99;
        const auto model = makeModel<float>(config, {});
        QVERIFY(!model);
        QCOMPARE(model.error().code, std::string("DEEP-002"));
    }
    void names() {
        for (const Method method : {Method::Fused, Method::GatherScatter, Method::Spmm,
                                    Method::StoreAll, Method::Factorised})
            QVERIFY(*methodOf(nameOf(method)) == method);
        for (const Storage storage : {Storage::A, Storage::B, Storage::C, Storage::D, Storage::E})
            QVERIFY(*storageOf(nameOf(storage)) == storage);
        QVERIFY(*blockOf("gsr") == Block::Gsr && *skipOf("paper") == Skip::Paper &&
                *normOf("gcn") == Norm::Gcn);
        const auto none = storageOf("f");
        QVERIFY(!none && none.error().hint == "Choose one of a, b, c, d, e");
    }
};

QTEST_APPLESS_MAIN(TestDeepNetwork)
#include "tst_deepnetwork.moc"
