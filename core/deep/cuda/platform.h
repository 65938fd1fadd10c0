// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What the kernels are written in: CUDA under nvcc; under another compiler the same on the CPU,
// from the header that tests/core/deep brings (no program is built that way).

#include <cstddef>
#include <cstdint>

#ifdef __CUDACC__
#include <cuda_runtime.h>

#define OHM_UNROLL _Pragma("unroll")
#define OHM_UNROLL4 _Pragma("unroll 4")
/// Shared memory of the launch's size, as an array of T.
#define OHM_SHARED(T, name)                                                                        \
    extern __shared__ __align__(16) unsigned char sharedBytes[];                                   \
    T* const name = reinterpret_cast<T*>(sharedBytes)

namespace ohm::deep::cuda {

template <typename... Parameters, typename... Arguments>
void launch(void (*kernel)(Parameters...), std::int64_t blocks, unsigned threads,
            std::size_t shared, void* stream, Arguments... arguments) {
    if (blocks > 0)
        kernel<<<static_cast<unsigned>(blocks), threads, shared,
                 static_cast<cudaStream_t>(stream)>>>(static_cast<Parameters>(arguments)...);
}

} // namespace ohm::deep::cuda
#else
#include "emulation.h"
#endif
