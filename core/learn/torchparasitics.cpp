// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/learn/torchparasitics.h"

#include "core/dataset/random.h"
#include "core/learn/calibration.h"
#include "core/learn/parasiticlosses.h"
#include "core/learn/parasiticsamples.h"
#include "core/learn/regressionlosses.h"
#include "core/learn/selection.h"
#include "core/learn/torchparasiticstate.h"
#include "core/parasitics/pairs.h"

#include <chrono>
#include <cmath>
#include <numeric>

namespace ohm::learn {
namespace {

using torch::Tensor;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMixture = 8;  ///< components of the labels' density
constexpr int kBins = 50;            ///< of BNI
constexpr double kScattered = -0.99; ///< both losses below: the encoder is done
constexpr double kClip = 5;
constexpr double kShrink = 2; ///< a times c of the shrinkage loss, as Lu et al. have it (10, 0.2)

double since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Pretrains an encoder by representation scattering on the classes of the training graphs.
class Scattering {
public:
    Scattering(const ParasiticSpec& spec, const ClassGraph& graph)
        : m_spec(spec)
        , m_graph(graph)
        , m_online(spec.encoderHidden, spec.encoderLayers, spec.dropout)
        , m_target(spec.encoderHidden, spec.encoderLayers, spec.dropout)
        , m_predictor(torch::nn::Linear(spec.encoderHidden, spec.encoderHidden), torch::nn::PReLU(),
                      torch::nn::Linear(spec.encoderHidden, spec.encoderHidden)) {}

    /// `keep(now, step, seconds, arrays)` keeps what goes with a step that is done.
    using Keep = std::function<Expected<void>(bool, std::int64_t, double,
                                              const std::function<std::vector<nn::NamedArray>()>&)>;

    Expected<ScatterEncoder> run(std::int64_t member, const ParasiticState* from,
                                 const std::function<void(const ParasiticReport&)>& report,
                                 const Keep& keep, const StopToken& stop, ProgressSink& progress) {
        const auto begin = Clock::now();
        const double spent = from ? from->seconds : 0;
        std::vector<Tensor> online = m_online->parameters();
        for (const Tensor& p : m_predictor->parameters())
            online.push_back(p);
        torch::optim::Adam onlineAdam(online, torch::optim::AdamOptions(m_spec.encoderRate));
        torch::optim::Adam targetAdam(m_target->parameters(),
                                      torch::optim::AdamOptions(m_spec.encoderRate / 5));
        if (from && !(restoreModule(*m_online, "online.", from->phase) &&
                      restoreModule(*m_target, "target.", from->phase) &&
                      restoreModule(*m_predictor, "predictor.", from->phase) &&
                      restoreAdam(onlineAdam, online, "online_adam.", from->phase) &&
                      restoreAdam(targetAdam, m_target->parameters(), "target_adam.", from->phase)))
            return fail("LEARN-047", "The snapshot to go on from belongs to another training");
        const auto arrays = [&] {
            std::vector<nn::NamedArray> out;
            storeModule(*m_online, "online.", out);
            storeModule(*m_target, "target.", out);
            storeModule(*m_predictor, "predictor.", out);
            storeAdam(onlineAdam, online, "online_adam.", out);
            storeAdam(targetAdam, m_target->parameters(), "target_adam.", out);
            return out;
        };
        for (std::int64_t step = from ? from->step : 0; step < m_spec.encoderSteps; ++step) {
            const bool stopped = stop.shouldStop();
            if (const auto kept = keep(stopped, step, spent + since(begin), arrays); !kept)
                return kept.failure();
            if (stopped)
                return fail("LEARN-012", "The training was stopped");
            Tensor target;
            {
                const torch::NoGradGuard noGradients;
                target = m_target->forward(m_graph);
            }
            Tensor h = m_online->forward(m_graph);
            if (m_spec.topologyConstraint)
                h = h + sparseProduct(h, m_graph.gcn);
            const Tensor align = alignmentLoss(m_predictor->forward(h), target, m_graph.share);
            onlineAdam.zero_grad();
            align.backward();
            onlineAdam.step();
            {
                const torch::NoGradGuard noGradients;
                const auto fast = m_online->parameters();
                const auto slow = m_target->parameters();
                for (std::size_t i = 0; i < slow.size(); ++i)
                    slow[i].mul_(m_spec.momentum).add_(fast[i], 1 - m_spec.momentum);
            }
            const Tensor scatter = scatteringLoss(m_target->forward(m_graph), m_graph.share);
            targetAdam.zero_grad();
            scatter.backward();
            targetAdam.step();
            const double a = align.item<double>(), s = scatter.item<double>();
            if (!std::isfinite(a) || !std::isfinite(s))
                return fail("LEARN-011", "The pretraining's loss is not finite", {}, {},
                            "Lower encoder_rate");
            progress.report(static_cast<double>(step) / static_cast<double>(m_spec.encoderSteps),
                            "Pretraining the encoder");
            const bool done = a < kScattered && s < kScattered;
            if (report &&
                (step % m_spec.validateEvery == 0 || done || step + 1 == m_spec.encoderSteps)) {
                ParasiticReport r;
                r.phase = "pretrain";
                r.member = member;
                r.step = step + 1;
                r.steps = m_spec.encoderSteps;
                r.loss = a;
                r.otherLoss = s;
                r.seconds = spent + since(begin);
                report(r);
            }
            if (done)
                break;
        }
        m_online->eval();
        return m_online;
    }

private:
    const ParasiticSpec& m_spec;
    const ClassGraph& m_graph;
    ScatterEncoder m_online, m_target;
    torch::nn::Sequential m_predictor;
};

class ParasiticTrainer {
public:
    ParasiticTrainer(const ParasiticTraining& training, const ParasiticKeeping* keeping,
                     StopToken stop, ProgressSink& progress)
        : m_training(training)
        , m_spec(training.spec)
        , m_keeper(keeping)
        , m_stop(std::move(stop))
        , m_progress(progress) {}

    Expected<ParasiticCheckpoint> run() {
        const auto prepared = prepare();
        if (!prepared)
            return prepared.failure();
        auto from = m_keeper.read();
        if (!from)
            return from.failure();
        std::optional<ParasiticState> state = std::move(*from);
        if (state) {
            m_out.weights = std::move(state->weights);
            m_predictions = std::move(state->predictions);
            m_reports = state->reports;
            if (state->member != static_cast<std::int64_t>(m_predictions.size()) ||
                state->member >= m_spec.members)
                return foreign();
        }
        for (std::int64_t member = state ? state->member : 0; member < m_spec.members; ++member) {
            auto done = trainMember(member, state ? &*state : nullptr);
            if (!done)
                return done.failure();
            m_predictions.push_back(std::move(*done));
            state.reset();
        }
        calibrate(m_predictions);
        return std::move(m_out);
    }

private:
    bool anchors() const { return m_spec.method == "circuitgps"; }
    bool isLink() const { return m_spec.task == "link"; }
    static Unexpected foreign() {
        return fail("LEARN-047", "The snapshot to go on from belongs to another training");
    }
    void tell(const ParasiticReport& report) {
        ++m_reports;
        if (m_training.report)
            m_training.report(report);
    }
    /// What every snapshot holds.
    ParasiticState common(std::int64_t member, bool pretraining, std::int64_t step,
                          double seconds) const {
        ParasiticState state;
        state.member = member;
        state.pretraining = pretraining;
        state.step = step;
        state.seconds = seconds;
        state.reports = m_reports;
        state.weights = m_out.weights;
        state.predictions = m_predictions;
        state.generator = generatorState();
        return state;
    }

    Expected<void> prepare() {
        m_out.spec = m_spec;
        std::vector<const parasitics::CircuitGraph*> graphs;
        for (const auto* design : m_training.designs) {
            const bool labelled = m_spec.task == "ground"
                                      ? std::any_of(design->ground.begin(), design->ground.end(),
                                                    [](float farad) { return farad > 0; })
                                      : !design->couplings.empty();
            if (!labelled)
                continue; // nothing to learn from, and its nodes would cost time
            m_designs.push_back(design);
            graphs.push_back(&design->graph);
        }
        const parasitics::Quotient q = parasitics::refine(graphs, reach(m_spec));
        measureStatistics(q, logarithmic(m_spec), m_out);
        auto samples = collectSamples(
            m_spec, m_designs, anchors() ? std::vector<std::vector<std::uint32_t>>{} : q.classOf);
        if (!samples)
            return samples.failure();
        m_samples = std::move(*samples);
        if (anchors()) {
            for (const auto* graph : graphs)
                m_anchors.push_back(std::make_unique<AnchorBatches>(*graph, m_spec, m_out));
        } else {
            m_graph = classGraph(q, m_out, logarithmic(m_spec), networkNeeds(m_spec));
            if (usesEncoder(m_spec))
                m_encoderGraph = encoderGraph(m_spec, graphs, q, m_out);
        }
        measureLabels();
        measurePairs();
        m_a = torch::tensor(m_samples.a);
        if (!m_samples.b.empty())
            m_b = torch::tensor(m_samples.b);
        m_label = torch::tensor(m_samples.label);
        m_class = torch::tensor(m_samples.klass);
        if (!m_samples.features.empty())
            m_features = scaledFeatures(m_samples.features, m_out);
        return {};
    }

    void measureLabels() {
        m_draw = ParasiticDraw(m_samples);
        m_out.priors.assign(parasitics::kClasses, 0);
        m_out.residual.assign(parasitics::kClasses, 0.1);
        std::vector<float> labels;
        std::vector<std::size_t> counts(parasitics::kClasses, 0);
        m_binCentres.clear();
        m_binShares.assign(kBins, 0);
        for (int b = 0; b < kBins; ++b)
            m_binCentres.push_back((b + 0.5) / kBins);
        for (std::size_t k = 0; k < m_samples.training.size(); ++k) {
            const std::size_t i = m_samples.training[k];
            const float y = m_samples.label[i];
            m_out.priors[static_cast<std::size_t>(m_samples.klass[i])] += m_draw.chances()[k];
            m_binShares[static_cast<std::size_t>(
                std::clamp(static_cast<int>(y * kBins), 0, kBins - 1))] += m_draw.chances()[k];
            ++counts[static_cast<std::size_t>(m_samples.klass[i])];
            labels.push_back(y);
        }
        // Of the labels themselves: figures are of labels, not of draws.
        m_out.frequentClass =
            static_cast<int>(std::max_element(counts.begin(), counts.end()) - counts.begin());
        m_mixture = parasitics::fitMixture(labels, m_draw.chances(), kMixture);
    }

    void measurePairs() {
        constexpr std::size_t kWidth = parasitics::kPairFeatures;
        m_out.pairMean.assign(kWidth, 0);
        m_out.pairScale.assign(kWidth, 1);
        if (m_samples.features.empty())
            return;
        for (std::size_t c = 0; c < kWidth; ++c) {
            double sum = 0, square = 0;
            for (const std::size_t i : m_samples.training) {
                const auto v = static_cast<double>(m_samples.features[i * kWidth + c]);
                sum += v;
                square += v * v;
            }
            const auto n = static_cast<double>(m_samples.training.size());
            const double mean = sum / n;
            m_out.pairMean[c] = static_cast<float>(mean);
            m_out.pairScale[c] = static_cast<float>(
                std::max(0.1, std::sqrt(std::max(0.0, square / n - mean * mean))));
        }
    }

    /// What the head sees of the samples; for circuitgps they are put in order of design first.
    Tensor joined(ParasiticNetImpl& net, std::vector<std::int64_t>& chosen, std::uint64_t seed) {
        if (!anchors()) {
            const Tensor index = torch::tensor(chosen);
            const Tensor states = net.nodes(m_graph, m_embedding, m_encoderGraph.place);
            return net.join(states, m_a.index_select(0, index),
                            m_b.defined() ? m_b.index_select(0, index) : Tensor(),
                            m_features.defined() ? m_features.index_select(0, index) : Tensor());
        }
        std::stable_sort(chosen.begin(), chosen.end(), [&](std::int64_t x, std::int64_t y) {
            return m_samples.design[static_cast<std::size_t>(x)] <
                   m_samples.design[static_cast<std::size_t>(y)];
        });
        std::vector<Tensor> parts;
        for (std::size_t begin = 0; begin < chosen.size();) {
            const std::uint32_t design = m_samples.design[static_cast<std::size_t>(chosen[begin])];
            std::vector<std::uint32_t> a, b;
            std::size_t end = begin;
            for (; end < chosen.size() &&
                   m_samples.design[static_cast<std::size_t>(chosen[end])] == design;
                 ++end) {
                const auto i = static_cast<std::size_t>(chosen[end]);
                a.push_back(static_cast<std::uint32_t>(m_samples.a[i]));
                if (!m_samples.b.empty())
                    b.push_back(static_cast<std::uint32_t>(m_samples.b[i]));
            }
            parts.push_back(m_anchors[design]->joined(net, a, b, seed));
            begin = end;
        }
        return torch::cat(parts);
    }

    Tensor valueLoss(ParasiticNetImpl& net, const Tensor& predicted, const Tensor& label) const {
        if (m_spec.loss == "mse")
            return (predicted - label).square().mean();
        // The label noise is the error below which there is nothing to learn.
        if (m_spec.loss == "mpgd") {
            Recipe recipe;
            recipe.lossThreshold = m_spec.noise;
            return mpgdLoss(recipe, predicted, label).loss;
        }
        if (m_spec.loss == "shrinkage")
            return shrinkageLoss(predicted - label, kShrink / m_spec.noise, m_spec.noise);
        const Tensor noise = net.logNoise.exp();
        if (m_spec.loss == "gai")
            return gaiLoss(predicted, label, m_mixture, noise);
        if (m_spec.loss == "bmc")
            return bmcLoss(predicted, label, noise);
        return bniLoss(predicted, label, m_binCentres, m_binShares, noise);
    }
    Tensor classLoss(const Tensor& logits, const Tensor& klass) const {
        if (m_spec.loss == "ce")
            return torch::nn::functional::cross_entropy(logits, klass);
        if (m_spec.loss == "focal")
            return focalLoss(logits, klass, m_out.priors);
        return balancedSoftmaxLoss(logits, klass, m_out.priors);
    }

    Tensor lossOf(ParasiticNetImpl& net, const Tensor& seen,
                  const std::vector<std::int64_t>& chosen) {
        const Tensor index = torch::tensor(chosen);
        const Tensor label = m_label.index_select(0, index);
        const Tensor klass = m_class.index_select(0, index);
        if (isLink())
            return torch::binary_cross_entropy_with_logits(net.answer(seen), label);
        if (m_spec.classify)
            return classLoss(net.answer(seen), klass);
        if (m_spec.method == "dlplcap") {
            const auto [router, experts] = net.route(seen);
            const Tensor range = (label > kRangeBounds[0]).to(torch::kInt64) +
                                 (label > kRangeBounds[1]).to(torch::kInt64);
            return torch::nn::functional::cross_entropy(router, range) +
                   valueLoss(net, experts.gather(1, range.unsqueeze(1)).squeeze(1), label);
        }
        if (m_spec.method == "paragraph") { // each model learns what lies below its own bound
            const Tensor out = net.head(seen);
            Tensor sum = torch::zeros({1});
            for (int i = 0; i < 3; ++i) {
                const Tensor mask = i < 2 ? label <= kRangeBounds[i] : torch::ones_like(label) > 0;
                const Tensor inside = mask.nonzero().squeeze(1);
                if (inside.size(0) > 1)
                    sum = sum + valueLoss(net, out.select(1, i).index_select(0, inside),
                                          label.index_select(0, inside));
            }
            return sum.sum();
        }
        return valueLoss(net, net.answer(seen), label);
    }

    /// Values or probabilities of samples, logits' arg max too.
    void predict(ParasiticNetImpl& net, const std::vector<std::size_t>& samples,
                 std::vector<float>& values, std::vector<int>& classes) {
        const torch::NoGradGuard noGradients;
        net.eval();
        values.assign(samples.size(), 0);
        classes.assign(samples.size(), 0);
        const std::size_t step = anchors() ? kAnchorBatch : samples.size();
        std::map<std::int64_t, std::size_t> place;
        for (std::size_t i = 0; i < samples.size(); ++i)
            place[static_cast<std::int64_t>(samples[i])] = i;
        for (std::size_t begin = 0; begin < samples.size(); begin += step) {
            std::vector<std::int64_t> chosen(samples.begin() + static_cast<std::ptrdiff_t>(begin),
                                             samples.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                   samples.size(), begin + step)));
            Tensor out = net.answer(joined(net, chosen, 7));
            Tensor klass;
            if (m_spec.classify) {
                klass = out.argmax(1);
                out = klass.to(torch::kFloat32);
            } else if (isLink()) {
                out = out.sigmoid();
            }
            const Tensor flat = out.contiguous();
            for (std::size_t k = 0; k < chosen.size(); ++k) {
                const std::size_t at = place[chosen[k]];
                values[at] = flat.data_ptr<float>()[k];
                if (m_spec.classify)
                    classes[at] = static_cast<int>(klass.data_ptr<std::int64_t>()[k]);
            }
        }
        net.train();
    }

    /// The less the better.
    double validate(ParasiticNetImpl& net, ParasiticReport& report, std::vector<float>& values) {
        std::vector<int> classes;
        std::vector<std::size_t> samples = m_samples.validation;
        if (anchors() && samples.size() > 2048) { // sampled subgraphs are dear: a fixed part
            for (std::size_t i = 0; i < 2048; ++i)
                samples[i] = samples[i * samples.size() / 2048];
            samples.resize(2048);
        }
        predict(net, samples, values, classes);
        std::vector<float> label;
        std::vector<int> klass;
        for (const std::size_t i : samples) {
            label.push_back(m_samples.label[i]);
            klass.push_back(static_cast<int>(m_samples.klass[i]));
        }
        if (isLink()) {
            double loss = 0;
            for (std::size_t i = 0; i < label.size(); ++i) {
                const double p = std::clamp(static_cast<double>(values[i]), 1e-6, 1 - 1e-6);
                loss -= (label[i] > 0.5F ? std::log(p) : std::log(1 - p)) /
                        static_cast<double>(label.size());
            }
            return loss;
        }
        if (m_spec.classify) {
            report.validationClasses =
                parasitics::measureClasses(classes, klass, m_out.frequentClass);
            return -report.validationClasses->f1;
        }
        report.validation = parasitics::measureCapacitances(values, label,
                                                            m_spec.task == "ground"
                                                                ? parasitics::Quantity::Ground
                                                                : parasitics::Quantity::Coupling);
        return report.validation->mse;
    }

    /// The encoder of a member: pretrained, or that of the snapshot.
    Expected<void> prepareEncoder(std::int64_t member, const ParasiticState* from) {
        const std::string prefix = memberName(member) + "encoder.";
        ScatterEncoder encoder(nullptr);
        if (from && !from->pretraining) {
            encoder = ScatterEncoder(m_spec.encoderHidden, m_spec.encoderLayers, m_spec.dropout);
            if (!restoreModule(*encoder, prefix, m_out.weights))
                return foreign();
            encoder->eval();
        } else {
            Scattering scattering(m_spec, m_encoderGraph.graph);
            if (from && !setGeneratorState(from->generator))
                return foreign();
            auto done = scattering.run(
                member, from, [this](const ParasiticReport& r) { tell(r); },
                [&](bool now, std::int64_t step, double seconds, const auto& arrays) {
                    return m_keeper.keep(now, [&] {
                        ParasiticState state = common(member, true, step, seconds);
                        state.phase = arrays();
                        return state;
                    });
                },
                m_stop, m_progress);
            if (!done)
                return done.failure();
            encoder = *done;
            storeModule(*encoder, prefix, m_out.weights);
        }
        const torch::NoGradGuard noGradients;
        m_embedding = encoder->forward(m_encoderGraph.graph);
        return {};
    }

    Expected<std::vector<float>> trainMember(std::int64_t member, const ParasiticState* from) {
        const std::uint64_t seed = m_spec.seed * 1000 + static_cast<std::uint64_t>(member);
        torch::manual_seed(seed);
        const std::string prefix = memberName(member);
        if (usesEncoder(m_spec)) {
            if (const auto ready = prepareEncoder(member, from); !ready)
                return ready.failure();
        }
        if (from && from->pretraining)
            from = nullptr; // its part is over
        ParasiticNet net(m_spec);
        std::vector<Tensor> trained;
        for (const Tensor& p : net->parameters()) {
            if (p.requires_grad())
                trained.push_back(p);
        }
        torch::optim::AdamW adam(
            trained, torch::optim::AdamWOptions(m_spec.rate).weight_decay(m_spec.weightDecay));
        dataset::Random random(seed, 3);
        const auto begin = Clock::now();
        double best = std::numeric_limits<double>::infinity();
        std::vector<nn::NamedArray> kept;
        std::vector<float> keptValues;
        const std::size_t batch =
            anchors() ? std::min<std::size_t>(kAnchorBatch, static_cast<std::size_t>(m_spec.batch))
                      : static_cast<std::size_t>(m_spec.batch);
        double mean = 0, spent = 0;
        std::int64_t since0 = 0;
        if (from) {
            if (!restoreModule(*net, "net.", from->phase) ||
                !restoreAdam(adam, trained, "adam.", from->phase) ||
                !setGeneratorState(from->generator))
                return foreign();
            for (std::int64_t step = 0; step < from->step; ++step)
                (void)m_draw.draw(random, batch); // as many as were drawn before
            best = from->best;
            mean = from->mean;
            since0 = from->since;
            spent = from->seconds;
            for (const nn::NamedArray& array : from->phase) {
                if (array.name == "best_values")
                    keptValues = array.values;
                else if (array.name.rfind("best.", 0) == 0)
                    kept.push_back({array.name.substr(5), array.shape, array.values});
            }
        }
        const auto state = [&](std::int64_t step) {
            ParasiticState now = common(member, false, step, spent + since(begin));
            now.best = best;
            now.mean = mean;
            now.since = since0;
            storeModule(*net, "net.", now.phase);
            storeAdam(adam, trained, "adam.", now.phase);
            for (const nn::NamedArray& array : kept)
                now.phase.push_back({"best." + array.name, array.shape, array.values});
            now.phase.push_back(
                {"best_values", {static_cast<std::int64_t>(keptValues.size())}, keptValues});
            return now;
        };
        for (std::int64_t step = from ? from->step : 0; step < m_spec.steps; ++step) {
            const bool stopped = m_stop.shouldStop();
            if (const auto written = m_keeper.keep(stopped, [&] { return state(step); }); !written)
                return written.failure();
            if (stopped)
                return fail("LEARN-012", "The training was stopped");
            // Cosine to a hundredth.
            const double rate =
                m_spec.rate *
                (0.01 + 0.99 * 0.5 *
                            (1 + std::cos(3.14159265358979 * static_cast<double>(step) /
                                          static_cast<double>(m_spec.steps))));
            static_cast<torch::optim::AdamWOptions&>(adam.param_groups()[0].options()).lr(rate);
            std::vector<std::int64_t> chosen = m_draw.draw(random, batch);
            const Tensor seen =
                joined(*net, chosen, seed * 100003 + static_cast<std::uint64_t>(step));
            const Tensor loss = lossOf(*net, seen, chosen);
            adam.zero_grad();
            loss.backward();
            const double norm = torch::nn::utils::clip_grad_norm_(trained, kClip);
            const double value = loss.item<double>();
            if (!std::isfinite(value) || !std::isfinite(norm))
                return fail("LEARN-011", "The loss is not finite", "step " + std::to_string(step),
                            {}, "Lower the rate or raise the noise");
            adam.step();
            mean += value;
            ++since0;
            m_progress.report((static_cast<double>(member) +
                               static_cast<double>(step) / static_cast<double>(m_spec.steps)) /
                                  static_cast<double>(m_spec.members),
                              "Training");
            const bool last = step + 1 == m_spec.steps;
            if (!last && (step + 1) % m_spec.validateEvery != 0)
                continue;
            ParasiticReport report;
            std::vector<float> values;
            const double score = validate(*net, report, values);
            if (score < best) {
                best = score;
                kept.clear();
                storeModule(*net, prefix + "net.", kept);
                keptValues = values;
            }
            report.phase = "train";
            report.member = member;
            report.step = step + 1;
            report.steps = m_spec.steps;
            report.loss = mean / static_cast<double>(since0);
            report.otherLoss = score;
            report.seconds = spent + since(begin);
            mean = 0;
            since0 = 0;
            tell(report);
        }
        m_out.weights.insert(m_out.weights.end(), kept.begin(), kept.end());
        return keptValues;
    }

    /// Bounds that hold on the validation split: by predicted fifth and by the ensemble's spread.
    void calibrate(const std::vector<std::vector<float>>& predictions) {
        if (m_spec.classify || isLink() || predictions.empty())
            return;
        std::vector<std::size_t> samples = m_samples.validation;
        if (predictions.front().size() != samples.size()) {
            for (std::size_t i = 0; i < predictions.front().size(); ++i)
                samples[i] = samples[i * samples.size() / predictions.front().size()];
            samples.resize(predictions.front().size());
        }
        BoundSamples fit;
        const auto members = static_cast<double>(predictions.size());
        for (std::size_t i = 0; i < samples.size(); ++i) {
            double sum = 0, square = 0;
            for (const auto& values : predictions) {
                const double v = std::clamp(static_cast<double>(values[i]), 0.0, 1.0);
                sum += v;
                square += v * v;
            }
            const double mean = sum / members;
            fit.predicted.push_back(static_cast<float>(mean));
            fit.label.push_back(m_samples.label[samples[i]]);
            fit.spread.push_back(static_cast<float>(
                members > 1 ? std::max(0.0, (square - sum * mean) / (members - 1)) : 0.0));
            fit.group.push_back(m_samples.design[samples[i]]);
        }
        const Bounds bounds = fitBounds(fit);
        m_out.residual = bounds.residual;
        m_out.spreadFactor = bounds.spreadFactor;
    }

    const ParasiticTraining& m_training;
    const ParasiticSpec m_spec;
    ParasiticKeeper m_keeper;
    std::int64_t m_reports = 0;
    std::vector<std::vector<float>> m_predictions; ///< of the members that are done
    StopToken m_stop;
    ProgressSink& m_progress;
    std::vector<const parasitics::Design*> m_designs; ///< those with labels of the task
    ParasiticCheckpoint m_out;
    ParasiticSamples m_samples;
    ClassGraph m_graph;
    EncoderGraph m_encoderGraph;
    Tensor m_embedding;
    std::vector<std::unique_ptr<AnchorBatches>> m_anchors;
    Tensor m_a, m_b, m_label, m_class, m_features;
    parasitics::Mixture m_mixture;
    std::vector<double> m_binCentres, m_binShares;
    ParasiticDraw m_draw;
};

} // namespace

Expected<ParasiticCheckpoint> trainParasitics(const ParasiticTraining& training,
                                              const ParasiticKeeping* keeping, StopToken stop,
                                              ProgressSink& progress) {
    const auto sound = checkParasiticSpec(training.spec);
    if (!sound)
        return sound.failure();
    if (training.designs.empty())
        return fail("LEARN-010", "There are no designs to learn from");
    try {
        return ParasiticTrainer(training, keeping, std::move(stop), progress).run();
    } catch (const std::exception& e) {
        return fail("NN-012", "The network could not be trained", e.what());
    }
}

} // namespace ohm::learn
