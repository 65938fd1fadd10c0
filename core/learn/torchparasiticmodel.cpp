// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/learn/parasiticsamples.h"
#include "core/learn/torchparasitics.h"
#include "core/nn/bufferpool.h"
#include "core/parasitics/pairs.h"

#include <chrono>
#include <cmath>
#include <numeric>
#include <optional>

namespace ohm::learn {
namespace {

using torch::Tensor;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kPairsAtOnce = 1 << 15;

class TorchParasiticModel : public ParasiticModel {
public:
    explicit TorchParasiticModel(ParasiticCheckpoint checkpoint)
        : m_checkpoint(std::move(checkpoint)) {}

    Expected<void> build() {
        const ParasiticSpec& spec = m_checkpoint.spec;
        for (std::int64_t member = 0; member < spec.members; ++member) {
            const std::string prefix = memberName(member);
            ParasiticNet net(spec);
            ScatterEncoder encoder{nullptr};
            bool good = restoreModule(*net, prefix + "net.", m_checkpoint.weights);
            if (usesEncoder(spec)) {
                encoder = ScatterEncoder(spec.encoderHidden, spec.encoderLayers, spec.dropout);
                good = good && restoreModule(*encoder, prefix + "encoder.", m_checkpoint.weights);
                encoder->eval();
            }
            if (!good)
                return fail("NN-011", "The weights do not fit the network", {}, prefix);
            net->eval();
            m_nets.push_back(net);
            m_encoders.push_back(encoder);
        }
        return {};
    }

    const ParasiticCheckpoint& checkpoint() const override { return m_checkpoint; }
    std::int64_t parameterCount() const override {
        std::int64_t count = 0;
        for (const auto& array : m_checkpoint.weights)
            count += static_cast<std::int64_t>(array.values.size());
        return count;
    }

    Expected<ParasiticEstimate>
    pairs(const parasitics::CircuitGraph& graph,
          const std::vector<std::pair<std::uint32_t, std::uint32_t>>& pairs,
          StopToken stop) override {
        if (m_checkpoint.spec.task == "ground")
            return fail("LEARN-044", "This model estimates ground capacitances, not couplings");
        std::vector<std::uint32_t> a, b;
        for (const auto& [x, y] : pairs) {
            if (x >= graph.nodes() || y >= graph.nodes())
                return fail("NN-012", "A pair names a node that the graph has not");
            a.push_back(x);
            b.push_back(y);
        }
        return guarded(graph, a, b, stop);
    }
    Expected<ParasiticEstimate> nets(const parasitics::CircuitGraph& graph,
                                     StopToken stop) override {
        if (m_checkpoint.spec.task != "ground")
            return fail("LEARN-044", "This model estimates couplings, not ground capacitances");
        std::vector<std::uint32_t> all(graph.nets);
        std::iota(all.begin(), all.end(), 0u);
        return guarded(graph, all, {}, stop);
    }

    Expected<Embedding> embed(const parasitics::CircuitGraph& graph) override {
        if (!usesEncoder(m_checkpoint.spec))
            return fail("LEARN-043", "This model has no contrastive encoder");
        try {
            const torch::NoGradGuard noGradients;
            const parasitics::CircuitGraph* one = &graph;
            const auto q =
                parasitics::refine({&one, 1}, static_cast<int>(m_checkpoint.spec.encoderLayers),
                                   parasitics::Likeness::Kinds);
            const Tensor rows =
                m_encoders.front()
                    ->forward(classGraph(q, m_checkpoint, logarithmic(m_checkpoint.spec),
                                         {false, true, false}))
                    .contiguous();
            Embedding out;
            out.width = rows.size(1);
            out.rows.assign(rows.data_ptr<float>(), rows.data_ptr<float>() + rows.numel());
            out.classOf = q.classOf.front();
            return out;
        } catch (const std::exception& e) {
            return fail("NN-012", "The network could not answer", e.what());
        }
    }

private:
    nn::TrimAtEnd m_trim;
    Expected<ParasiticEstimate> guarded(const parasitics::CircuitGraph& graph,
                                        const std::vector<std::uint32_t>& a,
                                        const std::vector<std::uint32_t>& b,
                                        const StopToken& stop) {
        try {
            return estimate(graph, a, b, stop);
        } catch (const std::exception& e) {
            return fail("NN-012", "The network could not answer", e.what());
        }
    }

    Expected<ParasiticEstimate> estimate(const parasitics::CircuitGraph& graph,
                                         const std::vector<std::uint32_t>& a,
                                         const std::vector<std::uint32_t>& b,
                                         const StopToken& stop) {
        const torch::NoGradGuard noGradients;
        const auto begin = Clock::now();
        const ParasiticSpec& spec = m_checkpoint.spec;
        const auto count = static_cast<std::int64_t>(a.size());
        std::vector<Tensor> answers;
        std::optional<AnchorBatches> anchors;
        ClassGraph g;
        EncoderGraph encoding;
        Tensor indexA, indexB, features;
        if (spec.method == "circuitgps") {
            anchors.emplace(graph, spec, m_checkpoint);
        } else {
            const parasitics::CircuitGraph* one = &graph;
            const auto q = parasitics::refine({&one, 1}, reach(spec));
            g = classGraph(q, m_checkpoint, logarithmic(spec), networkNeeds(spec));
            if (usesEncoder(spec))
                encoding = encoderGraph(spec, {one}, q, m_checkpoint);
            std::vector<std::int64_t> ca, cb;
            for (const std::uint32_t n : a)
                ca.push_back(q.classOf.front()[n]);
            for (const std::uint32_t n : b)
                cb.push_back(q.classOf.front()[n]);
            indexA = torch::tensor(ca);
            if (!b.empty())
                indexB = torch::tensor(cb);
            if (m_nets.front()->usesPairs()) {
                const parasitics::PairContext context(graph);
                std::vector<float> raw(a.size() * parasitics::kPairFeatures);
                for (std::size_t i = 0; i < a.size(); ++i)
                    context.features(a[i], b[i], raw.data() + i * parasitics::kPairFeatures);
                if (!raw.empty())
                    features = scaledFeatures(std::move(raw), m_checkpoint);
            }
        }
        const std::int64_t step = anchors ? static_cast<std::int64_t>(kAnchorBatch) : kPairsAtOnce;
        for (std::size_t member = 0; member < m_nets.size(); ++member) {
            ParasiticNetImpl& net = *m_nets[member];
            Tensor states;
            if (!anchors)
                states = net.nodes(
                    g, usesEncoder(spec) ? m_encoders[member]->forward(encoding.graph) : Tensor(),
                    encoding.place);
            std::vector<Tensor> parts;
            for (std::int64_t first = 0; first < count; first += step) {
                if (stop.shouldStop())
                    return fail("LEARN-012", "Estimating was stopped");
                const std::int64_t last = std::min(count, first + step);
                Tensor seen;
                if (anchors) {
                    const auto f = static_cast<std::size_t>(first),
                               l = static_cast<std::size_t>(last);
                    seen = anchors->joined(net, std::span(a).subspan(f, l - f),
                                           b.empty() ? std::span<const std::uint32_t>{}
                                                     : std::span(b).subspan(f, l - f),
                                           7);
                } else {
                    seen = net.join(states, indexA.slice(0, first, last),
                                    indexB.defined() ? indexB.slice(0, first, last) : Tensor(),
                                    features.defined() ? features.slice(0, first, last) : Tensor());
                }
                Tensor out = net.answer(seen);
                if (spec.classify)
                    out = torch::softmax(out, 1);
                else if (spec.task == "link")
                    out = out.sigmoid();
                else
                    out = out.clamp(0, 1);
                parts.push_back(out);
            }
            answers.push_back(parts.empty() ? torch::zeros({0}) : torch::cat(parts));
        }
        ParasiticEstimate e;
        const Tensor all = torch::stack(answers);
        const Tensor mean = all.mean(0).contiguous();
        if (spec.classify && count > 0) {
            const Tensor best = mean.argmax(1);
            e.chances.assign(mean.data_ptr<float>(), mean.data_ptr<float>() + mean.numel());
            for (std::int64_t i = 0; i < count; ++i) {
                e.klass.push_back(static_cast<int>(best.data_ptr<std::int64_t>()[i]));
                // The middle of the class stands for a value.
                e.value.push_back(
                    static_cast<float>((e.klass.back() + 0.5) / parasitics::kClasses));
            }
        } else {
            e.value.assign(mean.data_ptr<float>(), mean.data_ptr<float>() + mean.numel());
        }
        if (!spec.classify && spec.task != "link" && count > 0) {
            const Tensor spread =
                (answers.size() > 1 ? all.var(0, true) : torch::zeros_like(mean)).contiguous();
            for (std::int64_t i = 0; i < count; ++i) {
                const auto k = static_cast<std::size_t>(
                    parasitics::classOf(static_cast<double>(e.value[static_cast<std::size_t>(i)])));
                e.deviation.push_back(static_cast<float>(std::sqrt(
                    m_checkpoint.residual[k] * m_checkpoint.residual[k] +
                    m_checkpoint.spreadFactor * static_cast<double>(spread.data_ptr<float>()[i]))));
            }
        }
        e.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        return e;
    }

    ParasiticCheckpoint m_checkpoint;
    std::vector<ParasiticNet> m_nets;
    std::vector<ScatterEncoder> m_encoders;
};

} // namespace

Expected<std::unique_ptr<ParasiticModel>> loadParasitics(ParasiticCheckpoint checkpoint) {
    try {
        auto model = std::make_unique<TorchParasiticModel>(std::move(checkpoint));
        const auto built = model->build();
        if (!built)
            return built.failure();
        return std::unique_ptr<ParasiticModel>(std::move(model));
    } catch (const std::exception& e) {
        return fail("NN-012", "The network could not be built", e.what());
    }
}

} // namespace ohm::learn
