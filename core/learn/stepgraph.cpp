// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/learn/stepgraph.h"

#include "core/base/log.h"

#include <cstdlib>
#include <cstring>

#ifdef OHMSCAPE_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#endif

namespace ohm::learn {
namespace {

constexpr int kPlainStepsFirst = 3; ///< libraries choose their algorithms meanwhile

std::vector<torch::Tensor*> tensorsOf(nn::DeviceBatch& b) {
    return {&b.x,
            &b.adjacency.rows,
            &b.adjacency.columns,
            &b.adjacency.degree,
            &b.outputs,
            &b.labels,
            &b.starts,
            &b.padded};
}

bool sameShapes(nn::DeviceBatch& a, nn::DeviceBatch& b) {
    if (a.graphs != b.graphs || a.mostNodes != b.mostNodes)
        return false;
    const auto left = tensorsOf(a);
    const auto right = tensorsOf(b);
    for (std::size_t i = 0; i < left.size(); ++i) {
        if (left[i]->defined() != right[i]->defined() ||
            (left[i]->defined() && left[i]->sizes() != right[i]->sizes()))
            return false;
    }
    return true;
}

} // namespace

#ifdef OHMSCAPE_CUDA

class StepGraph::Recording {
public:
    Recording(const std::function<void(const nn::DeviceBatch&)>& step,
              const nn::DeviceBatch& inputs) {
        torch::cuda::synchronize();
        const auto stream = c10::cuda::getStreamFromPool();
        {
            const c10::cuda::CUDAStreamGuard guard(stream);
            m_graph.capture_begin({0, 0}, cudaStreamCaptureModeRelaxed);
            try {
                step(inputs);
            } catch (...) {
                m_graph.capture_end();
                throw;
            }
            m_graph.capture_end();
        }
        torch::cuda::synchronize();
    }
    void replay() { m_graph.replay(); }

private:
    at::cuda::CUDAGraph m_graph;
};

#else

class StepGraph::Recording {
public:
    void replay() {}
};

#endif

StepGraph::StepGraph(const torch::Device& device, bool allowed,
                     std::function<void(const nn::DeviceBatch&)> step)
    : m_step(std::move(step))
    , m_allowed(allowed && device.is_cuda()) {
    const char* wish = std::getenv("OHMSCAPE_CUDA_GRAPHS");
    if (wish && std::strcmp(wish, "0") == 0)
        m_allowed = false;
#ifndef OHMSCAPE_CUDA
    m_allowed = false;
#endif
}

StepGraph::~StepGraph() = default;

bool StepGraph::replays() const {
    return m_recording != nullptr;
}

void StepGraph::run(const nn::DeviceBatch& given, const std::function<void()>& quiet) {
    nn::DeviceBatch batch = given;
    if (!m_allowed) {
        m_step(batch);
        return;
    }
    if (m_recording) {
        if (!sameShapes(m_inputs, batch)) {
            m_step(batch);
            return;
        }
        const torch::NoGradGuard noGradients;
        const auto targets = tensorsOf(m_inputs);
        const auto sources = tensorsOf(batch);
        for (std::size_t i = 0; i < targets.size(); ++i) {
            if (targets[i]->defined())
                targets[i]->copy_(*sources[i], true);
        }
        m_recording->replay();
        return;
    }
    m_step(batch);
    if (++m_plainSteps < kPlainStepsFirst)
        return;
#ifdef OHMSCAPE_CUDA
    quiet();
    m_inputs = batch;
    for (torch::Tensor* tensor : tensorsOf(m_inputs)) {
        if (tensor->defined())
            *tensor = tensor->clone();
    }
    try {
        m_recording = std::make_unique<Recording>(m_step, m_inputs);
    } catch (const std::exception& error) {
        log::warning("learn", std::string("the step cannot be recorded: ") + error.what());
        m_allowed = false;
    }
#else
    (void)quiet;
#endif
}

} // namespace ohm::learn
