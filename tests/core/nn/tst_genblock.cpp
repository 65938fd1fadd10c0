// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/dataset/resistive.h"
#include "core/nn/genblockcpu.h"
#include "core/nn/network.h"
#include "core/nn/ops.h"

#undef slots
#include <QTest>

#include <numeric>

using namespace ohm;

namespace {

nn::GraphBatch graphs(int count, bool isolated) {
    const auto set = dataset::generateLadders(1, 9, static_cast<std::size_t>(count), 3);
    std::vector<std::size_t> all(static_cast<std::size_t>(count));
    std::iota(all.begin(), all.end(), std::size_t{0});
    auto batch = nn::makeBatch(set, all);
    if (isolated) {
        ++batch.nodes;
        batch.rows.push_back(batch.rows.back());
        batch.graphPtr.back() = batch.nodes;
        batch.x.resize(static_cast<std::size_t>(batch.nodes * batch.width), 0.0F);
    }
    return batch;
}

double apart(const torch::Tensor& a, const torch::Tensor& b) {
    const auto left = a.to(torch::kFloat64);
    const auto right = b.to(torch::kFloat64);
    return ((left - right).norm() / (right.norm() + 1e-12)).item<double>();
}

struct Block {
    torch::nn::LayerNorm norm{nullptr};
    nn::GenConv conv{nullptr};
    std::vector<torch::Tensor> parameters() const {
        auto all = norm->parameters();
        for (const auto& p : conv->parameters())
            all.push_back(p);
        return all;
    }
};
Block makeBlock(std::int64_t c, double temperature) {
    torch::manual_seed(7);
    Block b{torch::nn::LayerNorm(torch::nn::LayerNormOptions({c})), nn::GenConv(c)};
    const torch::NoGradGuard noGradients;
    for (auto& p : b.parameters())
        p.add_(0.1 * torch::randn_like(p));
    b.conv->temperature.fill_(temperature);
    b.conv->norm->running_mean.normal_();
    b.conv->norm->running_var.uniform_(0.5, 2);
    return b;
}

} // namespace

class TestGenBlock : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void fusedIsTheComposition_data() {
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("count");
        QTest::addColumn<double>("temperature");
        QTest::addColumn<bool>("training");
        QTest::newRow("one small graph") << 32 << 1 << 1.0 << true;
        QTest::newRow("usual") << 128 << 20 << 1.0 << true;
        QTest::newRow("odd width") << 96 << 7 << 0.3 << true;
        QTest::newRow("frozen statistics") << 64 << 9 << 1.5 << false;
        QTest::newRow("cold") << 64 << 9 << -2.0 << true;
        QTest::newRow("hot") << 64 << 9 << 60.0 << true;
        QTest::newRow("many pieces") << 32 << 120 << 1.0 << true;
    }
    /// Values, gradients and running statistics against a plain composition in double precision.
    void fusedIsTheComposition() {
        QFETCH(int, channels);
        QFETCH(int, count);
        QFETCH(double, temperature);
        QFETCH(bool, training);
        const auto batch = graphs(count, true);
        const auto adjacency = nn::toDevice(batch, torch::kCPU).adjacency;
        const auto exact = nn::toDevice(batch, torch::kCPU, torch::kFloat64).adjacency;
        auto fused = makeBlock(channels, temperature);
        auto plain = makeBlock(channels, temperature);
        fused.conv->train(training);
        plain.conv->train(training);
        plain.norm->to(torch::kFloat64);
        plain.conv->to(torch::kFloat64);
        const auto x = torch::randn({batch.nodes, channels}).requires_grad_();
        const auto xd = x.detach().to(torch::kFloat64).requires_grad_();
        QVERIFY(nn::cpu::takes(x));
        const auto ours = nn::genBlock(x, *fused.norm, *fused.conv, adjacency);
        const auto reference =
            xd + plain.conv->forward(torch::relu(plain.norm->forward(xd)), exact);
        QVERIFY2(apart(ours, reference) < 1e-5,
                 qPrintable(QString::number(apart(ours, reference))));
        QVERIFY(apart(fused.conv->norm->running_mean, plain.conv->norm->running_mean) < 1e-5);
        QVERIFY(apart(fused.conv->norm->running_var, plain.conv->norm->running_var) < 1e-5);
        const auto g = torch::randn_like(ours);
        auto inputs = fused.parameters();
        inputs.push_back(x);
        auto inputsExact = plain.parameters();
        inputsExact.push_back(xd);
        const auto a = torch::autograd::grad({ours}, inputs, {g});
        const auto b = torch::autograd::grad({reference}, inputsExact, {g.to(torch::kFloat64)});
        double scale = 0;
        for (const auto& gradient : b)
            scale = std::max(scale, gradient.norm().item<double>());
        for (std::size_t i = 0; i < a.size(); ++i) {
            const double off = (a[i].to(torch::kFloat64) - b[i]).norm().item<double>() /
                               (b[i].norm().item<double>() + 1e-5 * scale);
            // Exponents of hundreds cost digits.
            const double allowed = temperature > 10 ? 2e-3 : 1e-4;
            QVERIFY2(off < allowed, qPrintable(QString("gradient %1: %2").arg(i).arg(off)));
        }
    }
    void extremeMessagesStayExact() {
        const auto batch = graphs(6, true);
        const auto adjacency = nn::toDevice(batch, torch::kCPU).adjacency;
        const auto exact = nn::toDevice(batch, torch::kCPU, torch::kFloat64).adjacency;
        const auto x = 300 * torch::randn({batch.nodes, 32});
        for (const double t : {1.0, 25.0, -3.0}) {
            const auto ours = nn::softmaxAggregate(x, torch::full({1}, t), adjacency);
            const auto plain = nn::softmaxAggregatePlain(
                x.to(torch::kFloat64), torch::full({1}, t, torch::kFloat64), exact);
            QVERIFY(ours.isfinite().all().item<bool>());
            QVERIFY2(apart(ours, plain) < 1e-5, qPrintable(QString::number(apart(ours, plain))));
        }
    }
    void inferenceIsTheTrainedNetwork() {
        nn::NetworkSpec spec;
        spec.hidden = 64;
        spec.layers = 4;
        auto network = nn::Network::create(spec, 3);
        const auto batch = graphs(40, false);
        const auto onDevice = nn::toDevice(batch, torch::kCPU);
        nn::NetworkModule& module = network->module();
        module.train();
        for (int i = 0; i < 5; ++i)
            module.forward(onDevice); // moves the running statistics
        module.eval();
        const auto withGradients = module.forward(onDevice).detach();
        for (const std::int64_t layer : {0, 1, 4, -1}) {
            const auto slow = module.embed(onDevice, layer).detach();
            const torch::NoGradGuard noGradients;
            const auto fast = module.embed(onDevice, layer);
            QVERIFY2(apart(fast, slow) < 1e-5, qPrintable(QString::number(layer)));
        }
        const torch::NoGradGuard noGradients;
        QVERIFY(apart(module.forward(onDevice), withGradients) < 1e-5);
    }
    void threadsDoNotChangeResults() {
        const auto batch = graphs(60, false);
        const auto adjacency = nn::toDevice(batch, torch::kCPU).adjacency;
        const auto x = torch::randn({batch.nodes, 64});
        const auto run = [&](int threads) {
            nn::setThreads(threads);
            auto block = makeBlock(64, 1);
            const auto in = x.clone().requires_grad_();
            const auto out = nn::genBlock(in, *block.norm, *block.conv, adjacency);
            auto gradients = torch::autograd::grad({out.square().sum()}, block.parameters());
            gradients.push_back(out.detach());
            return gradients;
        };
        const auto one = run(1);
        const auto two = run(2);
        for (std::size_t i = 0; i < one.size(); ++i)
            QVERIFY2(torch::equal(one[i], two[i]), qPrintable(QString::number(i)));
    }
};

QTEST_GUILESS_MAIN(TestGenBlock)
#include "tst_genblock.moc"
