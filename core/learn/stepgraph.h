// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// For sources that have included torch/torch.h already.

#include "core/nn/modules.h"

#include <functional>
#include <memory>

namespace ohm::learn {

/// A training step recorded once as a CUDA graph and replayed: a deep network on small graphs is
/// made of a thousand short kernels, which take several times longer to launch one by one than to
/// run. Works while all batches have the shapes of the first; without CUDA, or when recording
/// fails, every step is simply run. $OHMSCAPE_CUDA_GRAPHS=0 turns it off. Thread: owner only.
class StepGraph {
public:
    /// `step` trains on the batch it is given and keeps no other state that is new in every call.
    StepGraph(const torch::Device& device, bool allowed,
              std::function<void(const nn::DeviceBatch&)> step);
    ~StepGraph();
    /// `quiet` is called before recording, when nothing else may talk to the device.
    void run(const nn::DeviceBatch& batch, const std::function<void()>& quiet);
    bool replays() const;

private:
    class Recording;
    std::function<void(const nn::DeviceBatch&)> m_step;
    bool m_allowed;
    int m_plainSteps = 0;
    nn::DeviceBatch m_inputs; ///< what the recorded step reads
    std::unique_ptr<Recording> m_recording;
};

} // namespace ohm::learn
