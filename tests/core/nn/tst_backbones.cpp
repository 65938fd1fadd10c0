// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/dataset/resistive.h"
#include "core/nn/modules.h"
#include "core/nn/network.h"
#include "core/nn/ops.h"

#undef slots
#include <QTest>

#include <numeric>

using namespace ohm;

namespace {

nn::GraphBatch mixed(std::size_t count = 5) {
    const auto set = dataset::generateLadders(1, 5, count, 3);
    std::vector<std::size_t> all(count);
    std::iota(all.begin(), all.end(), std::size_t{0});
    return nn::makeBatch(set, all);
}

torch::Tensor denseOf(const nn::GraphBatch& batch) {
    auto dense = torch::zeros({batch.nodes, batch.nodes}, torch::kFloat64);
    for (std::int64_t i = 0; i < batch.nodes; ++i) {
        for (auto e = batch.rows[static_cast<std::size_t>(i)];
             e < batch.rows[static_cast<std::size_t>(i) + 1]; ++e)
            dense[i][batch.columns[static_cast<std::size_t>(e)]] += 1;
    }
    return dense;
}

torch::Tensor parameter(const nn::Backbone& net, const std::string& name) {
    return net.named_parameters()[name];
}

/// One layer by its textbook definition on a dense matrix.
torch::Tensor reference(const std::string& kind, const nn::Backbone& net, const torch::Tensor& h,
                        const torch::Tensor& a, std::int64_t heads) {
    const auto n = a.size(0);
    const auto eye = torch::eye(n, torch::kFloat64);
    const auto p = [&](const char* name) { return parameter(net, std::string("block0.") + name); };
    if (kind == "gcn") {
        const auto loops = a + eye;
        const auto d = loops.sum(1).rsqrt();
        return torch::relu(
            (d.unsqueeze(1) * loops * d.unsqueeze(0)).matmul(h.matmul(p("linear.weight").t())) +
            p("bias"));
    }
    if (kind == "sage") {
        const auto mean = (a / a.sum(1, true).clamp_min(1)).matmul(h);
        return torch::relu(mean.matmul(p("neighbours.weight").t()) + p("neighbours.bias") +
                           h.matmul(p("root.weight").t()));
    }
    if (kind == "clustergcn") {
        const auto loops = a + eye;
        const auto mean = (loops / loops.sum(1, true)).matmul(h);
        return torch::relu(mean.matmul(p("out.weight").t()) + p("out.bias") +
                           h.matmul(p("root.weight").t()));
    }
    const auto width = h.size(1);
    auto out = torch::zeros_like(h);
    for (std::int64_t k = 0; k < heads; ++k) {
        const auto values = h.matmul(p("linear.weight").narrow(0, k * width, width).t());
        const auto from = (values * p("source")[k]).sum(1);
        const auto to = (values * p("target")[k]).sum(1);
        auto scores = torch::leaky_relu(to.unsqueeze(1) + from.unsqueeze(0), 0.2);
        scores = scores.masked_fill((a + eye) == 0, -1e300);
        out = out + torch::softmax(scores, 1).matmul(values);
    }
    return torch::relu(out / static_cast<double>(heads) + p("bias"));
}

void addArchitectures() {
    QTest::addColumn<QString>("architecture");
    for (const char* name : {"deepgen", "gcn", "gat", "sage", "clustergcn"})
        QTest::newRow(name) << name;
}

nn::NetworkSpec small(const QString& architecture) {
    nn::NetworkSpec spec;
    spec.architecture = architecture.toStdString();
    spec.hidden = 6;
    spec.layers = 2;
    spec.heads = 3;
    spec.latents = 3;
    spec.latentWidth = 4;
    return spec;
}

} // namespace

class TestBackbones : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void layersAreTheirDefinition_data() {
        QTest::addColumn<QString>("architecture");
        for (const char* name : {"gcn", "gat", "sage", "clustergcn"})
            QTest::newRow(name) << name;
    }
    void layersAreTheirDefinition() {
        QFETCH(QString, architecture);
        const auto spec = small(architecture);
        torch::manual_seed(4);
        const auto net = nn::makeBackbone(spec);
        net->to(torch::kFloat64);
        const auto batch = mixed();
        const auto adjacency = nn::toDevice(batch, torch::kCPU, torch::kFloat64).adjacency;
        const auto x = torch::randn({batch.nodes, 9}, torch::kFloat64).requires_grad_();
        const auto ours = net->forward(x, adjacency, 1);
        const auto input =
            x.matmul(parameter(*net, "input.weight").t()) + parameter(*net, "input.bias");
        const auto plain = reference(spec.architecture, *net, input, denseOf(batch), spec.heads);
        QVERIFY(torch::allclose(ours, plain, 1e-9, 1e-11));
        const auto g = torch::randn_like(ours);
        std::vector<torch::Tensor> inputs{x};
        for (const auto& item : net->named_parameters())
            if (item.key().rfind("block0", 0) == 0)
                inputs.push_back(item.value());
        const auto a = torch::autograd::grad({ours}, inputs, {g});
        const auto b = torch::autograd::grad({plain}, inputs, {g});
        for (std::size_t i = 0; i < inputs.size(); ++i)
            QVERIFY2(torch::allclose(a[i], b[i], 1e-8, 1e-10), qPrintable(QString::number(i)));
    }
    void embeddingsComeLayerByLayer_data() { addArchitectures(); }
    void embeddingsComeLayerByLayer() {
        QFETCH(QString, architecture);
        auto network = nn::Network::create(small(architecture), 1);
        QVERIFY(network.ok());
        const auto batch = mixed();
        const auto first = network->embed(batch, 0);
        const auto second = network->embed(batch, 1);
        const auto last = network->embed(batch);
        QCOMPARE(first->size(), static_cast<std::size_t>(batch.nodes * 6));
        QVERIFY(*first != *second && *second != *last);
    }
    /// One pass says what two say, to the bit: of nodes and of graphs, of every architecture.
    void predictionsBringTheirEmbeddings_data() { aGraphAloneGetsWhatItGetsInABatch_data(); }
    void predictionsBringTheirEmbeddings() {
        QFETCH(QString, architecture);
        QFETCH(QString, task);
        auto spec = small(architecture);
        if (task != "node") {
            spec.task = "graph";
            spec.readout = task.toStdString();
        }
        spec.sigmoid = task == "mean";
        auto network = nn::Network::create(spec, 5);
        QVERIFY(network.ok());
        const auto batch = mixed();
        const auto both = network->predictEmbedded(batch);
        QVERIFY2(both.ok(), both.ok() ? "" : both.error().message().c_str());
        QVERIFY(!both->values.empty() && !both->nodes.empty());
        QVERIFY(both->values == *network->predict(batch));
        QVERIFY(both->nodes == *network->embed(batch));
        const auto nothing = network->predictEmbedded({});
        QVERIFY(!nothing.ok() || nothing->values.empty());
        spec.inputWidth = 3;
        auto other = nn::Network::create(spec, 5);
        QCOMPARE(other->predictEmbedded(batch).error().code, std::string("NN-010"));
    }
    void aGraphAloneGetsWhatItGetsInABatch_data() {
        QTest::addColumn<QString>("architecture");
        QTest::addColumn<QString>("task");
        for (const char* name : {"deepgen", "gcn", "gat", "sage", "clustergcn"})
            for (const char* task : {"node", "attention", "mean"})
                QTest::newRow(qPrintable(QString("%1 %2").arg(name, task))) << name << task;
    }
    void aGraphAloneGetsWhatItGetsInABatch() {
        QFETCH(QString, architecture);
        QFETCH(QString, task);
        auto spec = small(architecture);
        if (task != "node") {
            spec.task = "graph";
            spec.readout = task.toStdString();
        }
        auto network = nn::Network::create(spec, 5);
        QVERIFY(network.ok());
        const auto set = dataset::generateLadders(1, 7, 5, 8);
        const std::vector<std::size_t> all{0, 1, 2, 3, 4};
        const auto together = network->predict(nn::makeBatch(set, all));
        QVERIFY2(together.ok(), together.ok() ? "" : together.error().message().c_str());
        std::size_t at = 0;
        for (const std::size_t g : all) {
            const std::vector<std::size_t> one{g};
            const auto alone = network->predict(nn::makeBatch(set, one));
            for (const float value : *alone)
                QVERIFY(std::fabs(value - (*together)[at++]) < 1e-5F);
        }
        QCOMPARE(at, together->size());
    }
    void stateRoundTrip_data() { addArchitectures(); }
    void stateRoundTrip() {
        QFETCH(QString, architecture);
        auto spec = small(architecture);
        spec.task = "graph";
        auto a = nn::Network::create(spec, 1);
        auto b = nn::Network::create(spec, 2);
        const auto batch = mixed();
        QVERIFY(*a->predict(batch) != *b->predict(batch));
        QVERIFY(b->loadState(a->state()).ok());
        QVERIFY(*a->predict(batch) == *b->predict(batch));
        spec.task = "node"; // another head: the backbone still fits
        auto c = nn::Network::create(spec, 3);
        QVERIFY(c->loadMatching(a->state(), "backbone.").ok());
        QVERIFY(*c->embed(batch) == *a->embed(batch));
        spec.layers = 3;
        auto d = nn::Network::create(spec, 3);
        QCOMPARE(d->loadMatching(a->state(), "backbone.").error().code, std::string("NN-011"));
    }
    void readoutIsAttentionOverEachGraph() {
        const auto batch = mixed(3);
        const auto onDevice = nn::toDevice(batch, torch::kCPU, torch::kFloat64);
        torch::manual_seed(2);
        nn::AttentionReadout readout(6, 3, 4, 2, true);
        readout->to(torch::kFloat64);
        const auto nodes = torch::randn({batch.nodes, 6}, torch::kFloat64).requires_grad_();
        const auto ours = readout(nodes, onDevice);
        std::vector<torch::Tensor> rows;
        for (std::size_t g = 0; g < 3; ++g) {
            const auto own =
                nodes.narrow(0, batch.graphPtr[g], batch.graphPtr[g + 1] - batch.graphPtr[g]);
            torch::Tensor state = readout->latents;
            for (std::size_t i = 0; i < 2; ++i) {
                const auto scores = readout->query[i](state).matmul(readout->key[i](own).t()) / 2.0;
                state = torch::softmax(scores, 1).matmul(readout->value[i](own));
            }
            rows.push_back(state.flatten());
        }
        const auto plain = torch::stack(rows);
        QVERIFY(torch::allclose(ours, plain, 1e-10, 1e-12));
        const auto g = torch::randn_like(ours);
        const auto a = torch::autograd::grad({ours}, {nodes, readout->latents}, {g});
        const auto b = torch::autograd::grad({plain}, {nodes, readout->latents}, {g});
        QVERIFY(torch::allclose(a[0], b[0], 1e-9, 1e-11));
        QVERIFY(torch::allclose(a[1], b[1], 1e-9, 1e-11));
    }
    void readoutHasThePublishedSize() {
        nn::AttentionReadout trained(128, 16, 16, 3, true);
        std::int64_t count = 0;
        for (const auto& p : trained->parameters())
            count += p.numel();
        QCOMPARE(count, 13200 + 256);
        nn::AttentionReadout frozen(128, 16, 16, 3, false);
        count = 0;
        for (const auto& p : frozen->parameters())
            count += p.numel();
        QCOMPARE(count, 13200);
    }
    void dropoutSamplesDiffer() {
        auto spec = small("deepgen");
        spec.dropout = 0.2;
        auto network = nn::Network::create(spec, 1);
        const auto batch = mixed();
        QVERIFY(*network->predict(batch) == *network->predict(batch));
        QVERIFY(*network->sample(batch, 1) != *network->sample(batch, 2));
        QVERIFY(*network->sample(batch, 1) == *network->sample(batch, 1));
        QVERIFY(*network->predict(batch) == *network->predict(batch));
    }
};

QTEST_GUILESS_MAIN(TestBackbones)
#include "tst_backbones.moc"
