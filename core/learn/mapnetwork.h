// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/nn/namedarray.h"

#include <cstdint>
#include <span>
#include <vector>

namespace ohm::learn {

/// A convolutional encoder and decoder on images, after the one of CircuitNet (Chai et al., Sci.
/// China 2022): two 3 x 3 convolutions at full, two at half and two at a quarter of the resolution,
/// back up with a skip at each, LeakyReLU 0.2 throughout. A plain value.
struct MapNetworkSpec {
    int inputs = 1, outputs = 1; ///< maps per sample
    int width = 32;              ///< channels at full resolution, 1 to 256; twice as many below
    /// Instance norm after each convolution, as CircuitNet. It forgets how bright an image is as a
    /// whole, which an aerial image must not.
    bool instanceNorm = true;
    bool sigmoid = false;   ///< predictions within 0..1
    std::uint64_t seed = 1; ///< of the fresh weights
};

/// Images as networks take them: [count, maps, rows, columns], rows and columns multiples of 4.
struct MapBatch {
    std::span<const float> values;
    std::int64_t count = 0, rows = 0, columns = 0;
};

/// One step of Adam with decoupled weight decay.
struct MapStep {
    double rate = 1e-3, decay = 0;
    double clipNorm = 0; ///< of the whole gradient; 0 = never
};

/// Such a network while it is trained or asked. The loss is not its business: it gives predictions
/// and takes their derivatives. Thread: owner only.
class MapNetwork {
public:
    virtual ~MapNetwork() = default;
    virtual std::int64_t parameterCount() const = 0;
    /// Predictions [count, outputs, rows, columns]. Errors: LEARN-046 a batch that does not fit.
    virtual Expected<std::vector<float>> predict(const MapBatch& batch) = 0;
    /// The same, and keeps what `backward` needs.
    virtual Expected<std::vector<float>> forward(const MapBatch& batch) = 0;
    /// A step by the derivatives of the loss by the last forward's predictions; returns the norm
    /// of the gradient before clipping. One that is not finite leaves the weights alone. Errors:
    /// LEARN-046 without such a forward.
    virtual Expected<double> backward(std::span<const float> derivatives, const MapStep& step) = 0;
    /// Weights ("network.*") and, if wanted, Adam's moments and count ("adam.*").
    virtual std::vector<nn::NamedArray> state(bool withOptimiser) const = 0;
    /// Takes what is there of these, the weights at least. Errors: NN-011 names or shapes differ.
    virtual Expected<void> loadState(const std::vector<nn::NamedArray>& state) = 0;
};

} // namespace ohm::learn
