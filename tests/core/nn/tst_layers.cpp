// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/dataset/resistive.h"
#include "core/nn/bufferpool.h"
#include "core/nn/modules.h"
#include "core/nn/network.h"
#include "core/nn/ops.h"

#undef slots
#include <QTest>

#include <numeric>

using namespace ohm;

namespace {

nn::GraphBatch ladders(std::size_t count = 6) {
    const auto set = dataset::generateLadders(2, 7, count, 3);
    std::vector<std::size_t> all(count);
    std::iota(all.begin(), all.end(), std::size_t{0});
    return nn::makeBatch(set, all);
}

nn::Adjacency adjacencyOf(const nn::GraphBatch& batch) {
    return nn::toDevice(batch, torch::kCPU, torch::kFloat64).adjacency;
}

nn::NetworkSpec specOf(std::int64_t width, std::int64_t hidden, std::int64_t layers, bool sigmoid) {
    nn::NetworkSpec spec;
    spec.inputWidth = width;
    spec.hidden = hidden;
    spec.layers = layers;
    spec.sigmoid = sigmoid;
    return spec;
}

/// Softmax aggregation written plainly, edge by edge, as the definition says.
torch::Tensor plainAggregate(const torch::Tensor& x, const nn::GraphBatch& batch,
                             const torch::Tensor& t) {
    std::vector<torch::Tensor> rows;
    for (std::int64_t i = 0; i < batch.nodes; ++i) {
        const auto begin = batch.rows[static_cast<std::size_t>(i)];
        const auto end = batch.rows[static_cast<std::size_t>(i) + 1];
        std::vector<std::int64_t> index(batch.columns.begin() + begin, batch.columns.begin() + end);
        const auto m = torch::relu(x.index_select(0, torch::tensor(index, torch::kInt64))) + 1e-7;
        rows.push_back((m * torch::softmax(m * t, 0)).sum(0));
    }
    return torch::stack(rows);
}

} // namespace

class TestLayers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void buffersAreKept() {
#ifdef __SANITIZE_ADDRESS__
        QSKIP("the address sanitizer wants to see arrays go");
#endif
        nn::keepBuffers();
        const auto address = [](const torch::Tensor& t) {
            return reinterpret_cast<std::uintptr_t>(t.data_ptr());
        };
        torch::Tensor a = torch::ones({1000, 1000});
        const auto first = address(a);
        QVERIFY(first % 64 == 0);
        a = torch::Tensor();
        a = torch::zeros({999, 1000}); // nearly as large: the same memory, cleared
        QVERIFY(address(a) == first);
        QCOMPARE(a.sum().item<float>(), 0.0F);
        const torch::Tensor b = torch::ones({1000, 1000});
        QVERIFY(address(b) != first);
        QCOMPARE(torch::empty({0}).numel(), std::int64_t{0});
        a = torch::Tensor();
        nn::trimBuffers();
        QCOMPARE(b.sum().item<float>(), 1e6F);
        QCOMPARE(torch::ones({3}).sum().item<float>(), 3.0F); // small ones, too
    }
    void nothingIsHeldBeyondTheMostInUse() {
#ifdef __SANITIZE_ADDRESS__
        QSKIP("the address sanitizer wants to see arrays go");
#endif
        nn::keepBuffers();
        nn::trimBuffers();
        const std::size_t before = nn::bufferBytes();
        for (int i = 1; i <= 40; ++i) // sizes that do not come again, one at a time
            QVERIFY(torch::empty({i, 1000, 250}).numel() == i * 250000);
        const std::size_t most = 40 * 1000000 + (std::size_t{2} << 20);
        QVERIFY2(nn::bufferBytes() - before <= most,
                 qPrintable(QString::number(nn::bufferBytes())));
        nn::trimBuffers();
        QCOMPARE(nn::bufferBytes(), before);
    }
    void neighbourSumIsTheMatrixProduct() {
        const auto batch = ladders();
        const auto adjacency = adjacencyOf(batch);
        auto dense = torch::zeros({batch.nodes, batch.nodes}, torch::kFloat64);
        for (std::int64_t i = 0; i < batch.nodes; ++i) {
            for (auto e = batch.rows[static_cast<std::size_t>(i)];
                 e < batch.rows[static_cast<std::size_t>(i) + 1]; ++e)
                dense[i][batch.columns[static_cast<std::size_t>(e)]] += 1;
        }
        QVERIFY(torch::equal(dense, dense.t()));
        const auto x = torch::randn({batch.nodes, 5}, torch::kFloat64).requires_grad_();
        const auto sum = nn::neighbourSum(x, adjacency);
        QVERIFY(torch::allclose(sum, dense.matmul(x), 1e-12, 1e-12));
        const auto g = torch::randn_like(sum);
        const auto gradient = torch::autograd::grad({sum}, {x}, {g})[0];
        QVERIFY(torch::allclose(gradient, dense.t().matmul(g), 1e-12, 1e-12));
    }
    void genConvAggregateMatchesThePlainSoftmax() {
        const auto batch = ladders();
        const auto adjacency = adjacencyOf(batch);
        const auto t = torch::full({1}, 1.7, torch::kFloat64).requires_grad_();
        const auto x = (3 * torch::randn({batch.nodes, 8}, torch::kFloat64)).requires_grad_();
        const auto ours = nn::softmaxAggregate(x, t, adjacency);
        const auto plain = plainAggregate(x, batch, t);
        QVERIFY(torch::allclose(ours, plain, 1e-10, 1e-12));
        const auto g = torch::randn_like(ours);
        const auto a = torch::autograd::grad({ours}, {x, t}, {g});
        const auto b = torch::autograd::grad({plain}, {x, t}, {g});
        QVERIFY(torch::allclose(a[0], b[0], 1e-9, 1e-11));
        QVERIFY(torch::allclose(a[1], b[1], 1e-9, 1e-11));
    }
    void gradientsMatchFiniteDifferences() {
        const auto batch = ladders(2);
        const auto adjacency = adjacencyOf(batch);
        torch::manual_seed(1);
        nn::DeepGen net(9, 6, 2);
        net->to(torch::kFloat64);
        const auto x = torch::randn({batch.nodes, 9}, torch::kFloat64);
        const auto weight = torch::randn({batch.nodes, 6}, torch::kFloat64);
        const auto loss = [&] { return (net->forward(x, adjacency) * weight).sum(); };
        const auto parameters = net->parameters();
        const auto gradients = torch::autograd::grad({loss()}, parameters);
        const torch::NoGradGuard noGradients;
        constexpr double kStep = 1e-6;
        for (std::size_t p = 0; p < parameters.size(); ++p) {
            auto flat = parameters[p].view({-1});
            const auto i = static_cast<std::int64_t>(p * 7) % flat.size(0);
            const double value = flat[i].item<double>();
            flat[i] = value + kStep;
            const double up = loss().item<double>();
            flat[i] = value - kStep;
            const double down = loss().item<double>();
            flat[i] = value;
            const double expected = (up - down) / (2 * kStep);
            const double got = gradients[p].view({-1})[i].item<double>();
            QVERIFY2(
                std::fabs(got - expected) < 1e-5 * (1 + std::fabs(expected)),
                qPrintable(QString("parameter %1: %2 against %3").arg(p).arg(got).arg(expected)));
        }
    }
    void parameterCountIsThePublishedOne() {
        const auto ladder = nn::Network::create(specOf(9, 128, 15, true), 0);
        QCOMPARE(ladder->parameterCount(), 1035280);
        const auto opamp = nn::Network::create(specOf(15, 128, 15, false), 0);
        QCOMPARE(opamp->parameterCount(), 1036048);
    }
    void aGraphAloneGetsWhatItGetsInABatch() {
        auto network = nn::Network::create(specOf(9, 16, 3, true), 5);
        QVERIFY(network.ok());
        const auto set = dataset::generateLadders(2, 7, 5, 8);
        const std::vector<std::size_t> all{0, 1, 2, 3, 4};
        const auto together = network->predict(nn::makeBatch(set, all));
        std::size_t at = 0;
        for (std::size_t g = 0; g < 5; ++g) {
            const std::vector<std::size_t> one{g};
            const auto alone = network->predict(nn::makeBatch(set, one));
            for (const float value : *alone)
                QVERIFY(std::fabs(value - (*together)[at++]) < 1e-5F);
        }
        QCOMPARE(at, together->size());
    }
    void stateRoundTripAndMismatch() {
        auto a = nn::Network::create(specOf(9, 16, 2, true), 1);
        auto b = nn::Network::create(specOf(9, 16, 2, true), 2);
        const auto batch = ladders();
        QVERIFY(*a->predict(batch) != *b->predict(batch));
        QVERIFY(b->loadState(a->state()).ok());
        QVERIFY(*a->predict(batch) == *b->predict(batch));
        auto c = nn::Network::create(specOf(9, 16, 3, true), 2);
        QCOMPARE(c->loadState(a->state()).error().code, std::string("NN-011"));
        auto wide = nn::Network::create(specOf(15, 16, 2, true), 2);
        QCOMPARE(wide->predict(batch).error().code, std::string("NN-010"));
        nn::NetworkSpec unknown;
        unknown.architecture = "unknown";
        QCOMPARE(nn::Network::create(unknown, 0).error().code, std::string("NN-001"));
        QCOMPARE(nn::Network::create({}, 0, "quantum").error().code, std::string("NN-003"));
    }
    void anIsolatedNodeIsHarmless() {
        nn::GraphBatch batch = ladders(1);
        ++batch.nodes;
        batch.graphPtr.back() = batch.nodes;
        batch.x.resize(static_cast<std::size_t>(batch.nodes * batch.width), 0.0F);
        batch.rows.push_back(batch.rows.back());
        const auto out = nn::softmaxAggregate(torch::randn({batch.nodes, 4}), torch::ones({1}),
                                              nn::toDevice(batch, torch::kCPU).adjacency);
        QVERIFY(out.isfinite().all().item<bool>());
        QVERIFY((out[batch.nodes - 1] == 0).all().item<bool>());
    }
};

QTEST_GUILESS_MAIN(TestLayers)
#include "tst_layers.moc"
