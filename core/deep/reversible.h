// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/parallel.h"
#include "core/deep/model.h"

#include <array>
#include <atomic>
#include <mutex>

namespace ohm::deep {

/// Our own layer loop for reversible networks (Method::Fused). All memory lies in one arena. A step
/// of a layer runs as few passes over the rows as its data allow: net sums; then, 72 rows at a time
/// in cache, gather, product, norm, addition to the stream and the selection for the next step. On
/// the way back the block's input is rebuilt in the same manner. Sums over rows run in fixed
/// pieces. Thread: owner only.
template <typename T>
class Reversible final : public Model<T> {
public:
    Reversible(const NetworkConfig& config, const GraphSize& size);

    void bind(const GraphPlan<T>& plan) override;
    Expected<void> forward(const T* features, T* predictions, StopToken stop) override;
    Expected<void> backward(const T* features, const T* derivatives, StopToken stop) override;
    std::span<T> weights() override { return m_weights; }
    std::span<T> gradients() override { return m_gradients; }
    std::span<T> firstMoments() override { return m_first; }
    std::span<T> secondMoments() override { return m_second; }
    void readMoments(std::vector<T>& first, std::vector<T>& second) override;
    void writeMoments(std::span<const T> first, std::span<const T> second) override;
    std::optional<double> adam(const AdamOptions& options, std::int64_t step, double rate) override;
    MemoryUse memory() const override;
    const NetworkConfig& config() const override { return m_config; }

    /// The streams as they are, [nodes, groups * width]: for tests of reconstruction.
    std::vector<T> streams() const;

private:
    static constexpr std::int64_t kTaskRows = 4 * kBlockRows;

    /// What a step reads: selected entries or dense rows.
    struct Selection {
        T* values = nullptr;
        std::uint8_t* indices = nullptr;
        T* dense = nullptr;
    };
    struct Counter {
        std::size_t bytes = 0;
        template <typename V>
        std::span<V> take(std::size_t count) {
            bytes += Arena::rounded(count, sizeof(V));
            return {};
        }
    };

    template <typename Source>
    void layOut(Source& source);
    bool storesValues(int step) const;
    bool storesIndices() const;
    Selection selection(int layer, int step);
    std::uint16_t* storedHalves(int layer, int step);

    // --- streams ---
    void readGroup(int group, std::int64_t begin, std::int64_t end, T* out) const;
    void readInput(int step, std::int64_t begin, std::int64_t end, T* out, T* spare) const;
    void readAll(std::int64_t begin, std::int64_t end, T* out) const;
    void clearGroup(int group, std::int64_t begin, std::int64_t end);
    void addToGroup(int group, std::int64_t begin, std::int64_t end, const T* m, int sign);

    // --- passes ---
    void startStreams(const T* features);
    void head(T* predictions);
    void headBackward(const T* derivatives);
    void inputBackward(const T* features);
    void step(int layer, int index);
    void stepBackward(int layer, int index);
    void recompute(int layer, int index, const Selection& in);
    void spread(int layer, int index, const Selection& in);
    void select(const T* x, std::int64_t begin, std::int64_t end, int layer, int step, bool back);
    void selectPass(int layer, int step, bool back);
    void expandHalves(int layer, int step);
    void keepSelected(int layer, int step, std::int64_t begin, std::int64_t end, T* x);
    void netSums(const Selection& in);
    void gather(const Selection& in, std::int64_t begin, std::int64_t end, T* out, T* sums) const;
    void block(int layer, int index, const Selection& in, std::int64_t begin, std::int64_t end,
               T* z, T* u, T* sums) const;
    void post(int layer, int index, std::int64_t rows, T* u) const;
    bool sampled() const { return m_sparse && 3 * m_config.k <= m_width; }

    template <typename Fn>
    void forRows(Fn&& fn);
    template <typename Fn>
    void forPieces(Fn&& fn);
    void addPieces(std::size_t offset, std::size_t count, std::size_t to);

    const NetworkConfig m_config;
    const ParameterLayout m_layout;
    const kernels::Table<T>& m_kernels;
    const int m_width;
    const bool m_sparse, m_fixed, m_short, m_softmax; ///< short: 24 bits
    const unsigned m_threads;
    GraphSize m_size; ///< the largest graph
    const GraphPlan<T>* m_plan = nullptr;
    std::int64_t m_nodes = 0;
    T m_scale = 0; ///< of fixed point
    std::unique_ptr<Arena> m_arena;

    std::span<T> m_weights, m_gradients, m_first, m_second;
    std::span<std::uint16_t> m_firstHalves, m_secondHalves; ///< in place of the moments
    std::array<std::span<std::int32_t>, 8> m_fixedStreams;
    std::array<std::span<std::int16_t>, 8> m_upperStreams; ///< of 24 bits the upper
    std::array<std::span<std::uint8_t>, 8> m_lowerStreams; ///< and the lower
    std::array<std::span<T>, 8> m_streams, m_streamGradients;
    std::array<std::span<T>, 2> m_values, m_dense;
    std::array<std::span<std::uint8_t>, 2> m_indices;
    std::span<T> m_exponentials, m_weighted, m_backSums; ///< Softmax
    std::span<T> m_nets, m_back, m_packed, m_packedBack, m_pieces, m_scratch;
    std::span<T> m_storedValues;
    std::span<std::uint16_t> m_storedHalves;
    std::span<std::uint8_t> m_storedIndices;
    std::size_t m_pieceSize = 0, m_scratchSize = 0;

    std::mutex m_slotMutex;
    std::vector<int> m_slots;
    std::atomic<bool> m_leftRange{false};
};

template <typename T>
template <typename Fn>
void Reversible<T>::forRows(Fn&& fn) {
    parallelBlocks(static_cast<std::size_t>(m_nodes), kTaskRows, m_threads,
                   [&](std::size_t first, std::size_t last) {
                       int slot;
                       {
                           const std::lock_guard lock(m_slotMutex);
                           slot = m_slots.back();
                           m_slots.pop_back();
                       }
                       T* scratch =
                           m_scratch.data() + static_cast<std::size_t>(slot) * m_scratchSize;
                       const auto end = static_cast<std::int64_t>(last);
                       for (auto b = static_cast<std::int64_t>(first); b < end; b += kBlockRows)
                           fn(b, std::min(end, b + kBlockRows), scratch);
                       const std::lock_guard lock(m_slotMutex);
                       m_slots.push_back(slot);
                   });
}

/// fn(begin, end, scratch, piece's sums, first block of the piece?)
template <typename T>
template <typename Fn>
void Reversible<T>::forPieces(Fn&& fn) {
    const std::int64_t rows = pieceRows(m_nodes);
    parallelBlocks(static_cast<std::size_t>(m_nodes), static_cast<std::size_t>(rows), m_threads,
                   [&](std::size_t first, std::size_t last) {
                       int slot;
                       {
                           const std::lock_guard lock(m_slotMutex);
                           slot = m_slots.back();
                           m_slots.pop_back();
                       }
                       T* scratch =
                           m_scratch.data() + static_cast<std::size_t>(slot) * m_scratchSize;
                       T* sums =
                           m_pieces.data() + first / static_cast<std::size_t>(rows) * m_pieceSize;
                       const auto end = static_cast<std::int64_t>(last);
                       for (auto b = static_cast<std::int64_t>(first); b < end; b += kBlockRows)
                           fn(b, std::min(end, b + kBlockRows), scratch, sums,
                              b == static_cast<std::int64_t>(first));
                       const std::lock_guard lock(m_slotMutex);
                       m_slots.push_back(slot);
                   });
}

} // namespace ohm::deep
