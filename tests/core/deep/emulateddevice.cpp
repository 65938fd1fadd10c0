// SPDX-License-Identifier: GPL-3.0-or-later
// The device that kernels run on in tests without a GPU: the memory and processor of this machine.
#include "core/deep/cuda/device.h"

#include "emulation.h"

namespace ohm::deep::cuda {

struct Device::State {};

Device::Device()
    : m(std::make_unique<State>()) {}
Device::~Device() = default;

Expected<std::unique_ptr<Device>> Device::open(bool) {
    return std::unique_ptr<Device>(new Device);
}
std::string Device::name() const {
    return "emulation";
}
Stream Device::stream() const {
    return nullptr;
}
void* Device::allocate(std::size_t bytes) {
    if (bytes > emulation::memoryBytes)
        return nullptr;
    return std::aligned_alloc(256, (bytes + 255) / 256 * 256);
}
void Device::release(void* memory) {
    std::free(memory);
}
void Device::upload(void* to, const void* from, std::size_t bytes) {
    std::memcpy(to, from, bytes);
}
void Device::download(void* to, const void* from, std::size_t bytes) {
    std::memcpy(to, from, bytes);
}
void Device::fill(void* to, int byte, std::size_t bytes) {
    std::memset(to, byte, bytes);
}
void Device::setWorkspace(void*, std::size_t) {}

template <typename T>
void Device::multiply(const T* a, std::int64_t rows, int k, const T* w, int n, bool transposed,
                      T* out) {
    for (std::int64_t r = 0; r < rows; ++r) {
        for (int j = 0; j < n; ++j) {
            T sum = 0;
            for (int i = 0; i < k; ++i)
                sum += a[r * k + i] * (transposed ? w[j * k + i] : w[i * n + j]);
            out[r * n + j] = sum;
        }
    }
}

template <typename T>
void Device::multiplyPieces(const T* a, int p, const T* b, int q, std::int64_t rows,
                            std::int64_t pieceRows, T* pieces) {
    for (std::int64_t first = 0; first < rows; first += pieceRows, pieces += std::int64_t{p} * q) {
        std::fill(pieces, pieces + std::int64_t{p} * q, T{0});
        for (std::int64_t r = first; r < std::min(rows, first + pieceRows); ++r) {
            for (int i = 0; i < p; ++i) {
                for (int j = 0; j < q; ++j)
                    pieces[i * q + j] += a[r * p + i] * b[r * q + j];
            }
        }
    }
}

template void Device::multiply(const float*, std::int64_t, int, const float*, int, bool, float*);
template void Device::multiply(const double*, std::int64_t, int, const double*, int, bool, double*);
template void Device::multiplyPieces(const float*, int, const float*, int, std::int64_t,
                                     std::int64_t, float*);
template void Device::multiplyPieces(const double*, int, const double*, int, std::int64_t,
                                     std::int64_t, double*);

void Device::replay(int, std::uint64_t, const std::function<void()>& enqueue) {
    enqueue();
}
bool Device::wait() {
    return true;
}
Expected<void> Device::finish() {
    return {};
}

} // namespace ohm::deep::cuda
