// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/cuda/device.h"

#include <array>
#include <cstdlib>
#include <type_traits>

#include <cublas_v2.h>
#include <cuda_runtime_api.h>

namespace ohm::deep::cuda {
namespace {

struct Recording {
    std::uint64_t key = 0;
    int seen = 0;
    cudaGraphExec_t graph = nullptr;
};

} // namespace

struct Device::State {
    std::string name, error;
    cudaStream_t stream = nullptr;
    cublasHandle_t blas = nullptr;
    std::array<Recording, 2> recordings;
    bool records = false;

    void check(cudaError_t status, const char* what) {
        if (status != cudaSuccess && error.empty())
            error = std::string(what) + ": " + cudaGetErrorString(status);
    }
    void check(cublasStatus_t status, const char* what) {
        if (status != CUBLAS_STATUS_SUCCESS && error.empty())
            error = std::string(what) + ": " + cublasGetStatusString(status);
    }
    ~State() {
        for (Recording& recording : recordings) {
            if (recording.graph)
                cudaGraphExecDestroy(recording.graph);
        }
        if (blas)
            cublasDestroy(blas);
        if (stream)
            cudaStreamDestroy(stream);
    }
};

Device::Device()
    : m(std::make_unique<State>()) {}
Device::~Device() = default;

namespace {

Unexpected none(const std::string& why) {
    return fail("DEEP-011", "There is no GPU that this program can use", why, {},
                "Use the device cpu, or check the driver with nvidia-smi");
}

Expected<cudaDeviceProp> firstDevice() {
    int count = 0;
    cudaError_t status = cudaGetDeviceCount(&count);
    if (status != cudaSuccess || count == 0)
        return none(status != cudaSuccess ? cudaGetErrorString(status) : "no device");
    cudaDeviceProp properties{};
    status = cudaGetDeviceProperties(&properties, 0);
    if (status != cudaSuccess)
        return none(cudaGetErrorString(status));
    if (properties.major < 8)
        return none(std::string(properties.name) + " has compute capability " +
                    std::to_string(properties.major) + "." + std::to_string(properties.minor) +
                    ", 8.0 is needed");
    return properties;
}

} // namespace

Expected<void> Device::usable() {
    const auto found = firstDevice();
    if (!found)
        return found.failure();
    return {};
}

Expected<std::unique_ptr<Device>> Device::open(bool tf32) {
    const auto properties = firstDevice();
    if (!properties)
        return properties.failure();
    std::unique_ptr<Device> device(new Device);
    State& state = *device->m;
    state.name = properties->name;
    state.check(cudaStreamCreateWithFlags(&state.stream, cudaStreamNonBlocking), "stream");
    state.check(cublasCreate(&state.blas), "cuBLAS");
    if (!state.error.empty())
        return none(state.error);
    state.check(cublasSetStream(state.blas, state.stream), "cuBLAS");
    state.check(
        cublasSetMathMode(state.blas, tf32 ? CUBLAS_TF32_TENSOR_OP_MATH : CUBLAS_DEFAULT_MATH),
        "cuBLAS");
    const char* graph = std::getenv("OHMSCAPE_CUDA_GRAPH");
    state.records = graph && *graph == '1';
    return device;
}

std::string Device::name() const {
    return m->name;
}
Stream Device::stream() const {
    return m->stream;
}

void* Device::allocate(std::size_t bytes) {
    void* memory = nullptr;
    if (cudaMalloc(&memory, bytes) != cudaSuccess) {
        cudaGetLastError(); // it is dealt with
        return nullptr;
    }
    return memory;
}
void Device::release(void* memory) {
    m->check(cudaFree(memory), "free");
}
void Device::upload(void* to, const void* from, std::size_t bytes) {
    if (bytes > 0)
        m->check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, m->stream), "copy");
}
void Device::download(void* to, const void* from, std::size_t bytes) {
    if (bytes > 0)
        m->check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, m->stream), "copy");
}
void Device::fill(void* to, int byte, std::size_t bytes) {
    if (bytes > 0)
        m->check(cudaMemsetAsync(to, byte, bytes, m->stream), "fill");
}
void Device::setWorkspace(void* memory, std::size_t bytes) {
    m->check(cublasSetWorkspace(m->blas, memory, bytes), "cuBLAS");
}

// cuBLAS counts by columns: its matrices are the transposes of ours, and so is the product.
template <typename T>
void Device::multiply(const T* a, std::int64_t rows, int k, const T* w, int n, bool transposed,
                      T* out) {
    const T one = 1, zero = 0;
    const cublasOperation_t op = transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
    const int ldw = transposed ? k : n;
    const int count = static_cast<int>(rows);
    if constexpr (std::is_same_v<T, float>)
        m->check(
            cublasSgemm(m->blas, op, CUBLAS_OP_N, n, count, k, &one, w, ldw, a, k, &zero, out, n),
            "product");
    else
        m->check(
            cublasDgemm(m->blas, op, CUBLAS_OP_N, n, count, k, &one, w, ldw, a, k, &zero, out, n),
            "product");
}

template <typename T>
void Device::multiplyPieces(const T* a, int p, const T* b, int q, std::int64_t rows,
                            std::int64_t pieceRows, T* pieces) {
    const T one = 1, zero = 0;
    const std::int64_t whole = rows / pieceRows;
    const auto batch = [&](std::int64_t first, std::int64_t height, std::int64_t count) {
        if (count == 0 || height == 0)
            return;
        const T* from = b + first * pieceRows * q;
        const T* with = a + first * pieceRows * p;
        T* to = pieces + first * p * q;
        const int k = static_cast<int>(height), many = static_cast<int>(count);
        if constexpr (std::is_same_v<T, float>)
            m->check(cublasSgemmStridedBatched(m->blas, CUBLAS_OP_N, CUBLAS_OP_T, q, p, k, &one,
                                               from, q, pieceRows * q, with, p, pieceRows * p,
                                               &zero, to, q, std::int64_t{p} * q, many),
                     "products of pieces");
        else
            m->check(cublasDgemmStridedBatched(m->blas, CUBLAS_OP_N, CUBLAS_OP_T, q, p, k, &one,
                                               from, q, pieceRows * q, with, p, pieceRows * p,
                                               &zero, to, q, std::int64_t{p} * q, many),
                     "products of pieces");
    };
    batch(0, pieceRows, whole);
    batch(whole, rows - whole * pieceRows, 1);
}

template void Device::multiply(const float*, std::int64_t, int, const float*, int, bool, float*);
template void Device::multiply(const double*, std::int64_t, int, const double*, int, bool, double*);
template void Device::multiplyPieces(const float*, int, const float*, int, std::int64_t,
                                     std::int64_t, float*);
template void Device::multiplyPieces(const double*, int, const double*, int, std::int64_t,
                                     std::int64_t, double*);

void Device::replay(int slot, std::uint64_t key, const std::function<void()>& enqueue) {
    Recording& recording = m->recordings[static_cast<std::size_t>(slot)];
    if (!m->records)
        return enqueue();
    if (recording.key != key) {
        if (recording.graph)
            cudaGraphExecDestroy(recording.graph);
        recording = {key, 0, nullptr};
    }
    // The first time everything is loaded and chosen, which a recording could not.
    if (recording.seen++ == 0)
        return enqueue();
    if (!recording.graph) {
        cudaGraph_t graph = nullptr;
        m->check(cudaStreamBeginCapture(m->stream, cudaStreamCaptureModeThreadLocal), "record");
        enqueue();
        m->check(cudaStreamEndCapture(m->stream, &graph), "record");
        if (graph) {
            m->check(cudaGraphInstantiate(&recording.graph, graph, 0), "record");
            cudaGraphDestroy(graph);
        }
    }
    if (recording.graph)
        m->check(cudaGraphLaunch(recording.graph, m->stream), "replay");
}

bool Device::wait() {
    m->check(cudaGetLastError(), "launch");
    m->check(cudaStreamSynchronize(m->stream), "run");
    return m->error.empty();
}

Expected<void> Device::finish() {
    if (wait())
        return {};
    const std::string error = std::exchange(m->error, {});
    return fail("DEEP-012", "The GPU could not do it", error, m->name);
}

} // namespace ohm::deep::cuda
