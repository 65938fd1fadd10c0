// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/deep/cuda/device.h"
#include "core/deep/devicelayout.h"

namespace ohm::deep::cuda {

/// The layer loop of reversible networks on a GPU: Reversible's mathematics, all of its memory in
/// one arena of the device. A layer's step is net sums, gathered rows, the product, and one pass
/// that does norm, addition to the stream and the selection for the next step; on the way back the
/// same with the gradient through the norm, two products, and the adjoint sums in the selected
/// columns alone. Results repeat to the bit on the same kind of GPU. Thread: owner only.
template <typename T>
class DeviceReversible final : public Model<T> {
public:
    /// Throws std::bad_alloc when the device has not enough memory.
    DeviceReversible(const NetworkConfig& config, const GraphSize& size,
                     std::unique_ptr<Device> device);
    ~DeviceReversible() override;

    void bind(const GraphPlan<T>& plan) override;
    Expected<void> forward(const T* features, T* predictions, StopToken stop) override;
    /// `features` are those of the last forward.
    Expected<void> backward(const T* features, const T* derivatives, StopToken stop) override;
    std::span<T> weights() override { return mirror(m_weights, m_arrays.weights); }
    std::span<T> gradients() override { return mirror(m_gradients, m_arrays.gradients); }
    std::span<T> firstMoments() override { return mirror(m_first, m_arrays.first); }
    std::span<T> secondMoments() override { return mirror(m_second, m_arrays.second); }
    std::optional<double> adam(const AdamOptions& options, std::int64_t step, double rate) override;
    MemoryUse memory() const override;
    const NetworkConfig& config() const override { return m_config; }
    const Device& device() const { return *m_device; }

    /// The streams as they are, [nodes, groups * width]: for tests of reconstruction.
    std::vector<T> streams();
    /// Whether nothing has written between the arrays of the arena: for tests.
    bool gapsUntouched();

private:
    /// A copy for the caller, who may have written to it.
    struct Mirror {
        std::vector<T> values;
        bool lent = false;
    };
    std::span<T> mirror(Mirror& copy, std::span<T> array);
    void returnMirrors();

    Rows<T> selection(int layer, int step) const;
    Streams<T> allStreams() const;
    Select selects(bool back) const;
    bool storesIndices() const { return m_sparse && m_config.storage != Storage::D; }
    T* weight(std::size_t at) const { return m_arrays.weights.data() + at; }
    T* gradientOf(int group) const {
        return m_arrays.streamGradients[static_cast<std::size_t>(group)].data();
    }
    Pass<T> pass(int group, std::size_t bias, std::size_t gain) const;

    void start();
    void step(int layer, int index);
    void head();
    void enqueueForward();
    void headBackward();
    void stepBackward(int layer, int index);
    void inputBackward();
    void enqueueBackward();
    std::uint64_t key() const;

    const NetworkConfig m_config;
    const ParameterLayout m_layout;
    const int m_width;
    const bool m_sparse;
    const T m_scale;
    const GraphSize m_size; ///< the largest graph
    std::unique_ptr<Device> m_device;
    DeviceArrays<T> m_arrays;
    std::byte* m_memory = nullptr;
    std::size_t m_capacity = 0;
    struct Extent {
        std::size_t begin, end;
    };
    std::vector<Extent> m_gaps;
    Graph<T> m_graph;
    NormalGuess m_guess;
    Mirror m_weights, m_gradients, m_first, m_second;
};

/// Errors: DEEP-005 the GPU has not enough memory, DEEP-011 no GPU.
template <typename T>
Expected<std::unique_ptr<Model<T>>> makeDeviceModel(const NetworkConfig& config,
                                                    const GraphSize& size);

} // namespace ohm::deep::cuda
