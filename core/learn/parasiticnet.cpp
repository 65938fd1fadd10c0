// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/learn/parasiticnet.h"

#include "core/parasitics/pairs.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace ohm::learn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::tensor_list;

constexpr std::int64_t kGrain = 64;
constexpr std::int64_t kRowBlock = 1 << 16; ///< of layers without gradients
constexpr float kMostDeviations = 3;
constexpr std::int64_t kRoles = 17;
constexpr std::int64_t kDeviceTypes = 7;
constexpr std::int64_t kRails = 3;

Tensor multiply(const Tensor& x, const Tensor& rows, const Tensor& columns, const Tensor& weights) {
    const Tensor in = x.contiguous();
    const std::int64_t channels = in.size(1), count = rows.size(0) - 1;
    Tensor out = torch::empty({count, channels}, in.options());
    const auto* r = rows.data_ptr<std::int64_t>();
    const auto* c = columns.data_ptr<std::int32_t>();
    const auto* w = weights.data_ptr<float>();
    const auto* from = in.data_ptr<float>();
    auto* to = out.data_ptr<float>();
    at::parallel_for(0, count, kGrain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            float* y = to + i * channels;
            std::fill(y, y + channels, 0.0F);
            for (std::int64_t e = r[i]; e < r[i + 1]; ++e) {
                const float* v = from + static_cast<std::int64_t>(c[e]) * channels;
                const float weight = w[e];
                for (std::int64_t k = 0; k < channels; ++k)
                    y[k] += weight * v[k];
            }
        }
    });
    return out;
}

// The matrix is no differentiable input; its tensors travel in saved_data.
struct SparseProduct : Function<SparseProduct> {
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& rows,
                          const Tensor& columns, const Tensor& weights, const Tensor& rowsT,
                          const Tensor& columnsT, const Tensor& weightsT) {
        context->saved_data["rows"] = rowsT;
        context->saved_data["columns"] = columnsT;
        context->saved_data["weights"] = weightsT;
        return multiply(x, rows, columns, weights);
    }
    static tensor_list backward(AutogradContext* context, tensor_list gradients) {
        auto& saved = context->saved_data;
        return {multiply(gradients[0], saved["rows"].toTensor(), saved["columns"].toTensor(),
                         saved["weights"].toTensor()),
                Tensor(),
                Tensor(),
                Tensor(),
                Tensor(),
                Tensor(),
                Tensor()};
    }
};

SparseMatrix sparseMatrix(const std::vector<std::int64_t>& rows,
                          const std::vector<std::int32_t>& columns,
                          const std::vector<float>& weights) {
    if (!torch::GradMode::is_enabled())
        return {torch::tensor(rows),
                torch::tensor(columns, torch::kInt32),
                torch::tensor(weights),
                {},
                {},
                {}};
    const std::size_t count = rows.size() - 1;
    std::vector<std::int64_t> rowsT(count + 1, 0);
    for (const std::int32_t c : columns)
        ++rowsT[static_cast<std::size_t>(c) + 1];
    for (std::size_t i = 1; i <= count; ++i)
        rowsT[i] += rowsT[i - 1];
    std::vector<std::int32_t> columnsT(columns.size());
    std::vector<float> weightsT(columns.size());
    std::vector<std::int64_t> next(rowsT.begin(), rowsT.end() - 1);
    for (std::size_t i = 0; i < count; ++i) {
        for (auto e = static_cast<std::size_t>(rows[i]); e < static_cast<std::size_t>(rows[i + 1]);
             ++e) {
            const auto at = static_cast<std::size_t>(next[static_cast<std::size_t>(columns[e])]++);
            columnsT[at] = static_cast<std::int32_t>(i);
            weightsT[at] = weights[e];
        }
    }
    return {torch::tensor(rows),  torch::tensor(columns, torch::kInt32),  torch::tensor(weights),
            torch::tensor(rowsT), torch::tensor(columnsT, torch::kInt32), torch::tensor(weightsT)};
}

/// What a raw statistic is multiplied with before its logarithm: lengths in micrometres.
double unitOf(std::uint8_t kind, std::size_t column) {
    static constexpr std::array<bool, parasitics::kNetStats> kNetLength{
        false, false, false, false, true,  true, false, true, true,
        false, false, true,  false, false, true, false, false};
    static constexpr std::array<bool, parasitics::kNetStats> kDeviceLength{
        false, true, true,  false, true, false, true,  true, false,
        false, true, false, false, true, false, false, false};
    const bool net = kind == static_cast<std::uint8_t>(parasitics::NodeKind::Net);
    if ((net && column == 13) || (!net && (column == 3 || column == 12)))
        return 1e12;
    return (net ? kNetLength[column] : kDeviceLength[column]) ? 1e6 : 1;
}

void logarithms(std::vector<float>& stats, const std::vector<std::uint8_t>& kinds) {
    for (std::size_t i = 0; i < stats.size(); ++i) {
        const std::size_t column = i % parasitics::kNetStats;
        const double value =
            static_cast<double>(stats[i]) * unitOf(kinds[i / parasitics::kNetStats], column);
        stats[i] = static_cast<float>(std::log1p(std::max(0.0, value)));
    }
}

std::vector<std::pair<std::string, Tensor>> tensorsOf(torch::nn::Module& module) {
    std::vector<std::pair<std::string, Tensor>> all;
    for (const auto& item : module.named_parameters())
        all.emplace_back(item.key(), item.value());
    for (const auto& item : module.named_buffers()) {
        if (item.value().is_floating_point())
            all.emplace_back(item.key(), item.value());
    }
    return all;
}

} // namespace

Tensor sparseProduct(const Tensor& x, const SparseMatrix& m) {
    if (!torch::GradMode::is_enabled())
        return multiply(x, m.rows, m.columns, m.weights);
    return SparseProduct::apply(x, m.rows, m.columns, m.weights, m.rowsT, m.columnsT, m.weightsT);
}

void scaleStatistics(std::vector<float>& stats, const std::vector<std::uint8_t>& kinds,
                     const ParasiticCheckpoint& scales, bool logarithmic) {
    if (logarithmic)
        logarithms(stats, kinds);
    for (std::size_t i = 0; i < stats.size(); ++i) {
        const std::size_t slot =
            kinds[i / parasitics::kNetStats] * parasitics::kNetStats + i % parasitics::kNetStats;
        stats[i] = (stats[i] - scales.statMean[slot]) / scales.statScale[slot];
        if (logarithmic) // beyond what training saw, a network's answer means little
            stats[i] = std::clamp(stats[i], -kMostDeviations, kMostDeviations);
    }
}

void measureStatistics(const parasitics::Quotient& q, bool logarithmic,
                       ParasiticCheckpoint& scales) {
    constexpr std::size_t kSlots = 3 * parasitics::kNetStats;
    std::vector<float> stats = q.stats;
    if (logarithmic)
        logarithms(stats, q.kind);
    std::vector<double> sum(kSlots, 0), square(kSlots, 0), most(kSlots, 0), count(kSlots, 0);
    for (std::size_t i = 0; i < stats.size(); ++i) {
        const std::size_t c = i / parasitics::kNetStats;
        const std::size_t slot = q.kind[c] * parasitics::kNetStats + i % parasitics::kNetStats;
        const auto value = static_cast<double>(stats[i]);
        sum[slot] += q.members[c] * value;
        square[slot] += q.members[c] * value * value;
        count[slot] += q.members[c];
        most[slot] = std::max(most[slot], std::abs(value));
    }
    scales.statMean.assign(kSlots, 0);
    scales.statScale.assign(kSlots, 1);
    for (std::size_t slot = 0; slot < kSlots; ++slot) {
        if (!(count[slot] > 0) || !(most[slot] > 0))
            continue;
        if (!logarithmic) {
            scales.statScale[slot] = static_cast<float>(most[slot]);
            continue;
        }
        const double mean = sum[slot] / count[slot];
        const double variance = square[slot] / count[slot] - mean * mean;
        scales.statMean[slot] = static_cast<float>(mean);
        // A column that hardly varies in training must not shout elsewhere.
        scales.statScale[slot] =
            static_cast<float>(std::max(0.1, std::sqrt(std::max(0.0, variance))));
    }
}

ClassGraph classGraph(const parasitics::Quotient& q, const ParasiticCheckpoint& scales,
                      bool logarithmic, MatrixNeeds needs) {
    ClassGraph g;
    g.classes = q.classes;
    std::vector<std::int64_t> kind, detail, role;
    double total = 0;
    for (const double members : q.members)
        total += members;
    std::vector<float> share, mean;
    std::vector<std::int64_t> rows{0};
    std::vector<std::int32_t> columns;
    std::vector<float> cluster, gcn;
    for (std::uint32_t c = 0; c < q.classes; ++c) {
        kind.push_back(q.kind[c]);
        role.push_back(q.role[c]);
        // 0: a net; then devices by type; then pins by role and rail.
        detail.push_back(q.kind[c] == 0   ? 0
                         : q.kind[c] == 1 ? 1 + q.deviceType[c]
                                          : 1 + kDeviceTypes + q.role[c] * kRails + q.rail[c]);
        share.push_back(static_cast<float>(q.members[c] / total));
        const float degree = q.degree[c];
        bool self = false;
        const auto add = [&](std::int32_t column, float count, bool own) {
            columns.push_back(column);
            if (needs.cluster)
                cluster.push_back((count + (own ? 1.0F : 0.0F)) / (degree + 1));
            if (!needs.gcn)
                return;
            gcn.push_back(
                (count + (own ? 1.0F : 0.0F)) /
                std::sqrt((degree + 1) * (q.degree[static_cast<std::size_t>(column)] + 1)));
        };
        for (auto e = static_cast<std::size_t>(q.rows[c]);
             e < static_cast<std::size_t>(q.rows[c + 1]); ++e) {
            if (needs.mean)
                mean.push_back(q.counts[e] / degree);
            if (!needs.cluster && !needs.gcn)
                continue;
            const bool own = q.columns[e] == static_cast<std::int32_t>(c);
            self = self || own;
            add(q.columns[e], q.counts[e], own);
        }
        if (!self && (needs.cluster || needs.gcn))
            add(static_cast<std::int32_t>(c), 0, true);
        rows.push_back(static_cast<std::int64_t>(columns.size()));
    }
    if (needs.mean)
        g.mean = sparseMatrix(q.rows, q.columns, mean);
    if (needs.cluster)
        g.cluster = sparseMatrix(rows, columns, cluster);
    if (needs.gcn)
        g.gcn = sparseMatrix(rows, columns, gcn);
    g.kind = torch::tensor(kind);
    g.detail = torch::tensor(detail);
    g.role = torch::tensor(role);
    std::vector<float> stats = q.stats;
    scaleStatistics(stats, q.kind, scales, logarithmic);
    g.stats =
        torch::tensor(stats).view({g.classes, static_cast<std::int64_t>(parasitics::kNetStats)});
    g.share = torch::tensor(share);
    return g;
}

ScatterEncoderImpl::ScatterEncoderImpl(std::int64_t hidden, std::int64_t layers,
                                       double dropoutShare)
    : dropout(dropoutShare) {
    types = register_module("types", torch::nn::Embedding(3, hidden));
    for (std::int64_t i = 0; i < layers; ++i) {
        out.push_back(
            register_module("out" + std::to_string(i), torch::nn::Linear(hidden, hidden)));
        root.push_back(register_module(
            "root" + std::to_string(i),
            torch::nn::Linear(torch::nn::LinearOptions(hidden, hidden).bias(false))));
    }
}

Tensor ScatterEncoderImpl::forward(const ClassGraph& graph) {
    Tensor x = types(graph.kind);
    for (std::size_t i = 0; i < out.size(); ++i) {
        x = torch::tanh(out[i](sparseProduct(x, graph.cluster)) + root[i](x));
        x = torch::dropout(x, dropout, is_training());
    }
    return x;
}

Tensor ParasiticNetImpl::Mlp::forward(Tensor x) {
    for (std::size_t i = 0; i < linears.size(); ++i) {
        x = linears[i](x);
        if (i + 1 < linears.size()) {
            if (i < norms.size())
                x = norms[i](x);
            x = torch::relu(x);
        }
    }
    return x;
}

std::int64_t ParasiticNetImpl::blocks() const {
    if (spec.method == "paragraph")
        return 1;
    if (spec.method == "circuitgps")
        return 3;
    const bool third =
        (spec.method == "circuitgcl" || spec.method == "ohmscape") && spec.contrastive;
    return third ? 3 : 2;
}

std::int64_t ParasiticNetImpl::outputs() const {
    return spec.classify ? parasitics::kClasses : 1;
}

ParasiticNetImpl::ParasiticNetImpl(const ParasiticSpec& networkSpec)
    : spec(networkSpec) {
    const std::int64_t h = spec.hidden, count = blocks();
    const std::int64_t block = h / count, last = h - block * (count - 1);
    const std::int64_t typeRows =
        spec.method == "ohmscape" ? 1 + kDeviceTypes + kRoles * kRails : 4;
    types = register_module("types", torch::nn::Embedding(typeRows, count == 1 ? h : block));
    if (count > 1) {
        const std::int64_t width = count == 2 ? last : block;
        constexpr auto kStats = static_cast<std::int64_t>(parasitics::kNetStats);
        netStats = register_module("net_stats", torch::nn::Linear(kStats, width));
        deviceStats = register_module("device_stats", torch::nn::Linear(kStats, width));
        roles = register_module("roles", torch::nn::Embedding(kRoles, width));
    }
    if (spec.method == "circuitgps") {
        distances = register_module("distances", torch::nn::Embedding(kMostDistance + 1, last / 2));
    } else if (count == 3) {
        embedded = register_module("embedded", torch::nn::Linear(spec.encoderHidden, last));
    }
    const bool paragraph = spec.method == "paragraph";
    for (int s = 0; s < (paragraph ? 3 : 1); ++s) {
        Stack stack;
        const std::string name = "stack" + std::to_string(s) + "_";
        for (std::int64_t i = 0; i < spec.layers; ++i) {
            stack.neighbour.push_back(
                register_module(name + "neighbour" + std::to_string(i), torch::nn::Linear(h, h)));
            if (spec.method != "gcn")
                stack.root.push_back(
                    register_module(name + "root" + std::to_string(i),
                                    torch::nn::Linear(torch::nn::LinearOptions(h, h).bias(false))));
        }
        if (paragraph || spec.method == "circuitgps")
            stack.norm = register_module(name + "norm",
                                         torch::nn::LayerNorm(torch::nn::LayerNormOptions({h})));
        stacks.push_back(std::move(stack));
    }
    const bool pair = spec.task != "ground";
    const std::int64_t joined =
        (pair ? symmetric() ? 3 * h : 2 * h : h) +
        (usesPairs() ? static_cast<std::int64_t>(parasitics::kPairFeatures) : 0);
    if (paragraph) {
        for (int s = 0; s < 3; ++s)
            heads.push_back(makeMlp("head" + std::to_string(s), joined, h, 2, outputs(), true));
    } else if (spec.method == "dlplcap") {
        const std::int64_t classes = spec.classify ? parasitics::kClasses : 3;
        heads.push_back(makeMlp("router", joined, h, 3, classes, false));
        for (int s = 0; s < 3 && !spec.classify; ++s)
            heads.push_back(makeMlp("expert" + std::to_string(s), joined,
                                    std::max<std::int64_t>(8, h / 3), 4, 1, false));
    } else {
        heads.push_back(
            makeMlp("head", joined, h, spec.method == "ohmscape" ? 3 : 2, outputs(), true));
    }
    logNoise =
        register_parameter("log_noise", torch::full({1}, std::log(spec.noise)), spec.learnNoise);
}

ParasiticNetImpl::Mlp ParasiticNetImpl::makeMlp(const std::string& name, std::int64_t in,
                                                std::int64_t hidden, std::int64_t layers,
                                                std::int64_t out, bool norm) {
    Mlp mlp;
    for (std::int64_t i = 0; i < layers; ++i) {
        mlp.linears.push_back(register_module(
            name + "_" + std::to_string(i),
            torch::nn::Linear(i == 0 ? in : hidden, i + 1 < layers ? hidden : out)));
        if (norm && i + 1 < layers)
            mlp.norms.push_back(
                register_module(name + "_norm" + std::to_string(i),
                                torch::nn::LayerNorm(torch::nn::LayerNormOptions({hidden}))));
    }
    return mlp;
}

Tensor ParasiticNetImpl::inputs(const Tensor& typeIndex, const Tensor& kind, const Tensor& role,
                                const Tensor& stats, const Tensor& third) {
    Tensor x = types(typeIndex);
    if (!netStats)
        return x;
    const Tensor isNet = (kind == 0).unsqueeze(1), isDevice = (kind == 1).unsqueeze(1);
    const Tensor own = torch::where(isNet, netStats(stats),
                                    torch::where(isDevice, deviceStats(stats), roles(role)));
    x = torch::cat({x, own}, 1);
    return third.defined() ? torch::cat({x, third}, 1) : x;
}

Tensor ParasiticNetImpl::convolve(Tensor x, Stack& stack, const SparseMatrix& matrix) {
    for (std::size_t i = 0; i < stack.neighbour.size(); ++i) {
        const auto layer = [&](const Tensor& sums, const Tensor& own) {
            Tensor y = stack.neighbour[i](sums);
            if (!stack.root.empty())
                y = y + stack.root[i](own);
            if (spec.method == "paragraph")
                y = torch::nn::functional::normalize(
                    y, torch::nn::functional::NormalizeFuncOptions().dim(1));
            if (stack.norm)
                y = stack.norm(y);
            return torch::relu(y);
        };
        if (torch::GradMode::is_enabled() || is_training()) {
            x = torch::dropout(layer(sparseProduct(x, matrix), x), spec.dropout, is_training());
            continue;
        }
        Tensor out = torch::empty_like(x);
        for (std::int64_t begin = 0; begin < x.size(0); begin += kRowBlock) {
            const std::int64_t end = std::min(x.size(0), begin + kRowBlock);
            out.slice(0, begin, end)
                .copy_(layer(multiply(x, matrix.rows.slice(0, begin, end + 1), matrix.columns,
                                      matrix.weights),
                             x.slice(0, begin, end)));
        }
        x = out;
    }
    return x;
}

Tensor ParasiticNetImpl::nodes(const ClassGraph& graph, const Tensor& embedding,
                               const Tensor& place) {
    Tensor third;
    if (embedded)
        third = embedded(embedding).index_select(0, place);
    const Tensor x = inputs(spec.method == "ohmscape" ? graph.detail : graph.kind, graph.kind,
                            graph.role, graph.stats, third);
    const SparseMatrix& matrix = spec.method == "gcn" ? graph.gcn : graph.mean;
    std::vector<Tensor> states;
    for (Stack& stack : stacks)
        states.push_back(convolve(x, stack, matrix));
    return states.size() == 1 ? states.front() : torch::cat(states, 1);
}

Tensor ParasiticNetImpl::nodes(const SparseMatrix& cluster, const Tensor& kind, const Tensor& role,
                               const Tensor& stats, const Tensor& toSource,
                               const Tensor& toTarget) {
    const Tensor third = torch::cat({distances(toSource), distances(toTarget)}, 1);
    return convolve(inputs(kind, kind, role, stats, third), stacks.front(), cluster);
}

Tensor ParasiticNetImpl::join(const Tensor& states, const Tensor& a, const Tensor& b,
                              const Tensor& features) const {
    const Tensor x = states.index_select(0, a);
    if (!b.defined())
        return x;
    const Tensor y = states.index_select(0, b);
    if (spec.method == "paragraph") { // each model's own states of both ends side by side
        const std::int64_t n = x.size(0);
        return torch::cat({x.view({n, 3, spec.hidden}), y.view({n, 3, spec.hidden})}, 2)
            .view({n, 6 * spec.hidden});
    }
    if (!symmetric())
        return torch::cat({x, y}, 1);
    std::vector<Tensor> parts{x + y, (x - y).abs(), x * y};
    if (usesPairs())
        parts.push_back(features);
    return torch::cat(parts, 1);
}

Tensor ParasiticNetImpl::head(const Tensor& joined) {
    if (heads.size() == 1)
        return heads.front().forward(joined);
    std::vector<Tensor> all;
    const bool parts = spec.method == "paragraph";
    const std::int64_t width = joined.size(1) / 3;
    for (std::size_t i = 0; i < heads.size(); ++i)
        all.push_back(
            heads[i].forward(parts ? joined.slice(1, static_cast<std::int64_t>(i) * width,
                                                  (static_cast<std::int64_t>(i) + 1) * width)
                                   : joined));
    return torch::cat(all, 1);
}

std::pair<Tensor, Tensor> ParasiticNetImpl::route(const Tensor& joined) {
    const Tensor router = heads.front().forward(joined);
    std::vector<Tensor> experts;
    for (std::size_t i = 1; i < heads.size(); ++i)
        experts.push_back(heads[i].forward(joined.detach()));
    return {router, experts.empty() ? Tensor() : torch::cat(experts, 1)};
}

Tensor ParasiticNetImpl::answer(const Tensor& joined) {
    if (spec.method == "dlplcap") {
        const auto [router, experts] = route(joined);
        if (spec.classify)
            return router;
        return experts.gather(1, router.argmax(1, true)).squeeze(1);
    }
    const Tensor out = head(joined);
    if (spec.method == "paragraph") {
        if (spec.classify) // classes have no ranges: the models vote
            return out.view({out.size(0), 3, parasitics::kClasses}).mean(1);
        Tensor value = out.select(1, 0);
        for (int i = 1; i < 3; ++i)
            value = torch::where(out.select(1, i) > kRangeBounds[i - 1], out.select(1, i), value);
        return value;
    }
    return spec.classify ? out : out.squeeze(1);
}

void storeModule(torch::nn::Module& module, const std::string& prefix,
                 std::vector<nn::NamedArray>& arrays) {
    for (const auto& [name, tensor] : tensorsOf(module)) {
        const Tensor flat = tensor.detach().contiguous();
        arrays.push_back({prefix + name,
                          flat.sizes().vec(),
                          {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()}});
    }
}

bool restoreModule(torch::nn::Module& module, const std::string& prefix,
                   const std::vector<nn::NamedArray>& arrays) {
    std::map<std::string, const nn::NamedArray*> byName;
    for (const auto& array : arrays)
        byName[array.name] = &array;
    const torch::NoGradGuard noGradients;
    for (auto [name, tensor] : tensorsOf(module)) {
        const auto found = byName.find(prefix + name);
        if (found == byName.end() || found->second->shape != tensor.sizes().vec())
            return false;
        tensor.copy_(torch::from_blob(const_cast<float*>(found->second->values.data()),
                                      tensor.sizes(), torch::kFloat32));
    }
    return true;
}

std::string memberName(std::int64_t member) {
    std::string name = std::to_string(member); // joined so that gcc 12 does not see ghosts
    name.insert(name.begin(), 'm');
    name.push_back('.');
    return name;
}

Tensor scaledFeatures(std::vector<float> features, const ParasiticCheckpoint& scales) {
    for (std::size_t i = 0; i < features.size(); ++i) {
        const std::size_t c = i % parasitics::kPairFeatures;
        features[i] =
            std::clamp((features[i] - scales.pairMean[c]) / scales.pairScale[c], -3.0F, 3.0F);
    }
    return torch::tensor(features).view({-1, static_cast<std::int64_t>(parasitics::kPairFeatures)});
}

EncoderGraph encoderGraph(const ParasiticSpec& spec,
                          const std::vector<const parasitics::CircuitGraph*>& graphs,
                          const parasitics::Quotient& fine, const ParasiticCheckpoint& scales) {
    const auto q = parasitics::refine(graphs, static_cast<int>(spec.encoderLayers),
                                      parasitics::Likeness::Kinds);
    const auto of = parasitics::coarsen(fine, q);
    return {classGraph(q, scales, logarithmic(spec), {false, true, spec.topologyConstraint}),
            torch::tensor(std::vector<std::int64_t>(of.begin(), of.end()))};
}

} // namespace ohm::learn
