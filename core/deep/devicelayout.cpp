// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/devicelayout.h"

namespace ohm::deep {
namespace {

struct Counter {
    PredictedMemory memory;
    template <typename V>
    std::span<V> take(std::size_t count, Share share) {
        std::size_t& to = share == Share::Weights    ? memory.weights
                          : share == Share::Streams  ? memory.streams
                          : share == Share::Stored   ? memory.stored
                          : share == Share::Messages ? memory.messages
                          : share == Share::Graph    ? memory.graph
                                                     : memory.work;
        to += DeviceArrays<float>::rounded(count * sizeof(V));
        return {};
    }
};

} // namespace

PredictedMemory predictedDeviceMemory(const NetworkConfig& config, const GraphSize& size) {
    Counter counter;
    DeviceArrays<float>{}.layOut(config, size, counter);
    return counter.memory;
}

} // namespace ohm::deep
