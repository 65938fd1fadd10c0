// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/deep/cuda/kernels.h"
#include "core/deep/model.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace ohm::deep {

/// What cuBLAS may use.
inline constexpr std::size_t kProductWorkspace = std::size_t{8} << 20;
/// Rows per piece of a weight's gradient: 1024, or a 64th of a very large graph.
inline std::int64_t devicePieceRows(std::int64_t nodes) {
    return std::max<std::int64_t>(1024, (nodes + 63) / 64);
}
inline std::int64_t devicePieces(std::int64_t nodes) {
    return (nodes + devicePieceRows(nodes) - 1) / devicePieceRows(nodes);
}

/// What of a network on a device counts where in PredictedMemory.
enum class Share { Weights, Streams, Work, Stored, Messages, Graph };

/// All arrays of a reversible network on a device, in one arena. Every array is followed by a gap
/// of 256 bytes that nothing may touch: tests look there for writes out of bounds.
template <typename T>
struct DeviceArrays {
    static constexpr std::size_t kAlign = 256;
    static constexpr std::size_t rounded(std::size_t bytes) {
        return (bytes + kAlign - 1) / kAlign * kAlign + kAlign;
    }

    std::span<T> weights, gradients, first, second;
    std::array<std::span<std::int32_t>, 8> fixed;
    std::array<std::span<T>, 8> streams, streamGradients;
    std::array<std::span<T>, 2> values, dense;
    std::array<std::span<std::uint8_t>, 2> indices;
    std::span<T> storedValues;
    std::span<std::uint8_t> storedIndices;
    std::span<T> nets, messages, z, u, pieces, columnParts;
    std::span<T> features, predictions, derivatives, inverses;
    std::span<double> squares;
    std::span<std::int32_t> leftRange;
    std::span<std::byte> index, workspace;

    /// Source: take<V>(count, Share) -> span<V>.
    template <typename Source>
    void layOut(const NetworkConfig& config, const GraphSize& size, Source& source) {
        const auto n = static_cast<std::size_t>(size.nodes);
        const auto c = static_cast<std::size_t>(config.groupWidth());
        const auto k = static_cast<std::size_t>(config.k);
        const auto inputs = static_cast<std::size_t>(config.inputs);
        const auto outputs = static_cast<std::size_t>(config.outputs);
        const auto groups = static_cast<std::size_t>(config.groups);
        const auto layers = static_cast<std::size_t>(config.layers);
        const bool storesIndices = config.sparse() && config.storage != Storage::D;
        for (auto* array : {&weights, &gradients, &first, &second})
            *array = source.template take<T>(parameterCount(config), Share::Weights);
        for (std::size_t g = 0; g < groups; ++g) {
            if (config.storage == Storage::D)
                fixed[g] = source.template take<std::int32_t>(n * c, Share::Streams);
            else
                streams[g] = source.template take<T>(n * c, Share::Streams);
            streamGradients[g] = source.template take<T>(n * c, Share::Streams);
        }
        for (std::size_t i = 0; i < 2; ++i) {
            const bool stores =
                config.storage == Storage::A || (config.storage == Storage::B && i == 0);
            if (!config.sparse())
                dense[i] = source.template take<T>(n * c, Share::Work);
            else if (!stores)
                values[i] = source.template take<T>(n * k, Share::Work);
            if (config.sparse() && !storesIndices)
                indices[i] = source.template take<std::uint8_t>(n * k, Share::Work);
        }
        if (storesIndices) {
            const std::size_t valued = config.storage == Storage::A   ? groups
                                       : config.storage == Storage::B ? 1
                                                                      : 0;
            storedIndices =
                source.template take<std::uint8_t>(n * k * groups * layers, Share::Stored);
            storedValues = source.template take<T>(n * k * valued * layers, Share::Stored);
        }
        const auto pieceCount = static_cast<std::size_t>(devicePieces(size.nodes));
        nets = source.template take<T>(static_cast<std::size_t>(size.netRows) * c, Share::Work);
        if (config.method == Method::GatherScatter)
            messages =
                source.template take<T>(static_cast<std::size_t>(size.edges) * c, Share::Messages);
        z = source.template take<T>(n * c, Share::Work);
        u = source.template take<T>(n * c, Share::Work);
        pieces =
            source.template take<T>(pieceCount * c * std::max({c, inputs, outputs}), Share::Work);
        columnParts = source.template take<T>(
            static_cast<std::size_t>(cuda::kColumnParts) * std::max(2 * c, outputs), Share::Work);
        features = source.template take<T>(n * inputs, Share::Work);
        predictions = source.template take<T>(n * outputs, Share::Work);
        derivatives = source.template take<T>(n * outputs, Share::Work);
        inverses = source.template take<T>(n, Share::Work);
        squares = source.template take<double>(cuda::kColumnParts, Share::Work);
        leftRange = source.template take<std::int32_t>(1, Share::Work);
        // Ten arrays of the aggregator, each rounded up.
        index = source.template take<std::byte>(size.indexBytes + 10 * kAlign, Share::Graph);
        workspace = source.template take<std::byte>(kProductWorkspace, Share::Work);
    }
};

/// `predictedMemory` for a network on a device: exact. Thread: any.
PredictedMemory predictedDeviceMemory(const NetworkConfig& config, const GraphSize& size);

} // namespace ohm::deep
