// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// For sources that have included torch/torch.h already. Networks on circuit graphs whose equal
// nodes are joined (core/parasitics/quotient.h).

#include "core/learn/parasitics.h"
#include "core/parasitics/quotient.h"

namespace ohm::learn {

/// Statistics as logarithms, or as they are divided by their greatest (CircuitGCL).
inline bool logarithmic(const ParasiticSpec& spec) {
    return spec.method == "ohmscape";
}
inline bool usesEncoder(const ParasiticSpec& spec) {
    return (spec.method == "circuitgcl" || spec.method == "ohmscape") && spec.contrastive;
}
/// Hops that a network looks at: what equal nodes must agree on.
inline int reach(const ParasiticSpec& spec) {
    return static_cast<int>(spec.layers + (usesEncoder(spec) ? spec.encoderLayers : 0));
}

/// A sparse matrix and its transpose, for products that need gradients.
struct SparseMatrix {
    torch::Tensor rows, columns, weights;    ///< int64 [n + 1], int32 [entries], float [entries]
    torch::Tensor rowsT, columnsT, weightsT; ///< of the transpose
};
/// y = M x, differentiable in x. x [n, channels] float32 on the CPU.
torch::Tensor sparseProduct(const torch::Tensor& x, const SparseMatrix& matrix);

/// A quotient as tensors, its statistics scaled.
struct ClassGraph {
    std::int64_t classes = 0;
    SparseMatrix mean;    ///< D^-1 A
    SparseMatrix cluster; ///< (D + I)^-1 (A + I), ClusterGCN
    SparseMatrix gcn;     ///< (D + I)^-1/2 (A + I) (D + I)^-1/2
    torch::Tensor kind, detail,
        role;            ///< int64 [classes]: NodeKind; kind with type or rail; pin role
    torch::Tensor stats; ///< [classes, kNetStats]
    torch::Tensor share; ///< [classes] of all nodes, sums to 1
};
/// Which matrices are made; those left out stay undefined.
struct MatrixNeeds {
    bool mean = false, cluster = false, gcn = false;
};
/// Transposes are made only while gradients are recorded.
ClassGraph classGraph(const parasitics::Quotient& quotient, const ParasiticCheckpoint& scales,
                      bool logarithmic, MatrixNeeds needs);
/// Statistics as the networks see them, [nodes, kNetStats] in place: logarithms of counts and of
/// micrometres, or as they are; then (x - mean) / scale of their kind.
void scaleStatistics(std::vector<float>& stats, const std::vector<std::uint8_t>& kinds,
                     const ParasiticCheckpoint& scales, bool logarithmic);
/// Measures mean and scale on a training quotient: of the logarithms mean and deviation over nodes,
/// else 0 and the greatest value, as in CircuitGCL.
void measureStatistics(const parasitics::Quotient& quotient, bool logarithmic,
                       ParasiticCheckpoint& scales);

/// Node types and topology alone: Embedding, then ClusterGCN, tanh and dropout per layer.
struct ScatterEncoderImpl : torch::nn::Module {
    ScatterEncoderImpl(std::int64_t hidden, std::int64_t layers, double dropoutShare);
    torch::Tensor forward(const ClassGraph& graph); ///< [classes, hidden]

    torch::nn::Embedding types{nullptr};
    std::vector<torch::nn::Linear> out, root;
    double dropout;
};
TORCH_MODULE(ScatterEncoder);

/// What turns nodes, then nodes and pairs, into estimates; one member of an ensemble.
struct ParasiticNetImpl : torch::nn::Module {
    explicit ParasiticNetImpl(const ParasiticSpec& networkSpec);

    /// Node states [classes, hidden] (paragraph: one after the other, [classes, 3 * hidden]).
    /// `embedding` [classes of the encoder's graph, encoderHidden] and `place` of the classes in
    /// it, or both undefined. Without gradients the layers run in blocks of rows, in the memory of
    /// two states.
    torch::Tensor nodes(const ClassGraph& graph, const torch::Tensor& embedding,
                        const torch::Tensor& place);
    /// Of sampled subgraphs (circuitgps): `types`, `roles`, `stats` per node, distances int64.
    torch::Tensor nodes(const SparseMatrix& cluster, const torch::Tensor& kind,
                        const torch::Tensor& role, const torch::Tensor& stats,
                        const torch::Tensor& toSource, const torch::Tensor& toTarget);
    /// What the head sees: of pairs (b defined), or of nets. `features` [n, kPairFeatures].
    torch::Tensor join(const torch::Tensor& states, const torch::Tensor& a, const torch::Tensor& b,
                       const torch::Tensor& features) const;
    /// Raw output of the head, [n, outputs]; paragraph and dlplcap have several.
    torch::Tensor head(const torch::Tensor& joined);
    /// Values [n] (values, links before the sigmoid) or logits [n, classes].
    torch::Tensor answer(const torch::Tensor& joined);
    /// dlplcap: router logits and experts' values on the detached state.
    std::pair<torch::Tensor, torch::Tensor> route(const torch::Tensor& joined);

    bool usesPairs() const { return spec.method == "ohmscape" && spec.task != "ground"; }
    bool symmetric() const { return spec.method == "ohmscape"; }
    std::int64_t outputs() const;

    ParasiticSpec spec;
    torch::Tensor logNoise; ///< trained with spec.learnNoise
    torch::nn::Embedding types{nullptr}, roles{nullptr}, distances{nullptr};
    torch::nn::Linear netStats{nullptr}, deviceStats{nullptr}, embedded{nullptr};
    struct Stack {
        std::vector<torch::nn::Linear> neighbour, root;
        torch::nn::LayerNorm norm{nullptr};
    };
    std::vector<Stack> stacks; ///< one; paragraph has three
    struct Mlp {
        std::vector<torch::nn::Linear> linears;
        /// Layer normalisation where the published networks normalise by batch: a batch of links is
        /// mostly clones of one cell, and statistics over it mean nothing elsewhere.
        std::vector<torch::nn::LayerNorm> norms;
        torch::Tensor forward(torch::Tensor x);
    };
    std::vector<Mlp> heads;

private:
    torch::Tensor inputs(const torch::Tensor& typeIndex, const torch::Tensor& kind,
                         const torch::Tensor& role, const torch::Tensor& stats,
                         const torch::Tensor& third);
    torch::Tensor convolve(torch::Tensor x, Stack& stack, const SparseMatrix& matrix);
    Mlp makeMlp(const std::string& name, std::int64_t in, std::int64_t hidden, std::int64_t layers,
                std::int64_t out, bool norm);
    std::int64_t blocks() const;
};
TORCH_MODULE(ParasiticNet);

// --- what the trainer and the model share
// ---------------------------------------------------------

/// What a network of this specification computes with.
inline MatrixNeeds networkNeeds(const ParasiticSpec& spec) {
    return {spec.method != "gcn", false, spec.method == "gcn"};
}

/// Adds all floating arrays of a module to `arrays`; puts them back, false if names or shapes
/// differ.
void storeModule(torch::nn::Module& module, const std::string& prefix,
                 std::vector<nn::NamedArray>& arrays);
bool restoreModule(torch::nn::Module& module, const std::string& prefix,
                   const std::vector<nn::NamedArray>& arrays);
/// Prefix of a member's arrays, "m0.".
std::string memberName(std::int64_t member);
/// Raw pair features [n * kPairFeatures] as the network sees them, [n, kPairFeatures].
torch::Tensor scaledFeatures(std::vector<float> features, const ParasiticCheckpoint& scales);

/// The encoder sees kinds alone, so its own quotient is much smaller than the network's.
struct EncoderGraph {
    ClassGraph graph;
    torch::Tensor place; ///< int64 [classes of the network's quotient]
};
EncoderGraph encoderGraph(const ParasiticSpec& spec,
                          const std::vector<const parasitics::CircuitGraph*>& graphs,
                          const parasitics::Quotient& fine, const ParasiticCheckpoint& scales);

inline constexpr std::size_t kAnchorBatch = 128; ///< links of one batch of sampled subgraphs

/// Ranges that paragraph's models and dlplcap's experts are for.
inline constexpr double kRangeBounds[2] = {0.33, 0.66};
inline constexpr std::int64_t kMostDistance = 350; ///< of circuitgps

} // namespace ohm::learn
