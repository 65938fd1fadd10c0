// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/deep/arena.h"
#include "core/deep/config.h"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace ohm::deep {

/// Where the weights of a network lie in the flat array: input W [inputs, C] and bias [C] per
/// group; W [C, C], bias [C] and gain [C] per layer and group (Sage: a second W before the bias);
/// output W [outputs, channels] and bias [outputs].
struct ParameterLayout {
    explicit ParameterLayout(const NetworkConfig& config);
    std::size_t inputWeight(int group) const;
    std::size_t inputBias(int group) const;
    std::size_t weight(int layer, int group) const;
    std::size_t ownWeight(int layer, int group) const; ///< Sage
    std::size_t bias(int layer, int group) const;
    std::size_t gain(int layer, int group) const;
    std::size_t outputWeight() const { return m_output; }
    std::size_t outputBias() const { return m_output + m_outputSize; }
    std::size_t size() const { return m_size; }

private:
    std::size_t m_inputs, m_width, m_groups, m_block, m_matrices, m_output, m_outputSize, m_size;
};

/// A graph as a network wants it. Made once per graph. Thread: any, once made.
template <typename T>
struct GraphPlan {
    const Incidence* graph = nullptr;
    Aggregator<T> aggregator;
    GraphSize size;
};
/// The plan that fits the configuration's method and norm; `graph` must outlive it.
template <typename T>
GraphPlan<T> makePlan(const Incidence& graph, const NetworkConfig& config);

/// Adam over all weights at once; decay is decoupled (AdamW).
struct AdamOptions {
    double rate = 1e-3;
    double decay = 0;
    double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
    double clipNorm = 1; ///< of the whole gradient; 0 = never
};

/// A network that predicts `outputs` values per node. Weights, gradients and Adam's moments lie in
/// memory it counts; those of a network on a GPU are copied when asked for, and back before they
/// are next used there. Thread: owner only; it uses `config.threads` of its own.
template <typename T>
class Model {
public:
    virtual ~Model() = default;

    /// Runs on this graph from now on; no larger than the one the model was made for.
    virtual void bind(const GraphPlan<T>& plan) = 0;
    /// predictions [nodes, outputs] from features [nodes, inputs]. Errors: DEEP-003 stopped,
    /// DEEP-004 a value left the range of the fixed-point streams.
    virtual Expected<void> forward(const T* features, T* predictions, StopToken stop = {}) = 0;
    /// The gradient of a loss whose derivative by the predictions of the last `forward` is given,
    /// into `gradients()`. May be called once per forward.
    virtual Expected<void> backward(const T* features, const T* derivatives,
                                    StopToken stop = {}) = 0;

    virtual std::span<T> weights() = 0;
    virtual std::span<T> gradients() = 0;
    virtual std::span<T> firstMoments() = 0;  ///< empty where they are kept in 16 bits
    virtual std::span<T> secondMoments() = 0; ///< likewise
    /// Both as numbers, however they are kept; what was read and is written back is the same.
    virtual void readMoments(std::vector<T>& first, std::vector<T>& second);
    virtual void writeMoments(std::span<const T> first, std::span<const T> second);
    /// A step of Adam where the weights are, and the gradient's norm; nothing where the caller is
    /// to take it (`adamStep`).
    virtual std::optional<double> adam(const AdamOptions&, std::int64_t /*step*/, double /*rate*/) {
        return {};
    }
    /// Everything it holds, the graph's index included.
    virtual MemoryUse memory() const = 0;
    virtual const NetworkConfig& config() const = 0;
};

/// What a step of Adam multiplies with: of step number `step` (from 1) with gradient `g`; `norm` is
/// that of g before clipping.
template <typename T>
struct AdamFactors {
    AdamFactors(std::span<const T> g, const AdamOptions& options, std::int64_t step, double rate);
    double norm;
    T rate, decay, beta1, beta2, correction1, correction2, epsilon, scale;
};

/// A network with weights drawn from config.seed, for graphs up to `size`. Errors: DEEP-002 an
/// impossible configuration, DEEP-005 not enough memory (detail says how much it needs),
/// DEEP-011 no GPU, or none that this build can use.
template <typename T>
Expected<std::unique_ptr<Model<T>>> makeModel(const NetworkConfig& config, const GraphSize& size);

} // namespace ohm::deep
