// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What CUDA kernels need, on the CPU, for tests: blocks run one after the other, the threads of a
// block as fibers that switch where they wait for each other. In which order they run is chosen by
// emulation::order; a kernel without races gives the same bits in any. A wait that cannot end
// (lanes that take different branches around a shuffle or a barrier) stops the program.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <csetjmp>
#include <ucontext.h>

#define __global__
#define __device__
#define __launch_bounds__(threads)
#define OHM_UNROLL
#define OHM_UNROLL4
#define OHM_SHARED(T, name) T* const name = reinterpret_cast<T*>(emulation::machine().shared.data())

namespace emulation {

struct Dim {
    unsigned x = 0;
};

[[noreturn]] inline void stop(const char* why) {
    std::fprintf(stderr, "emulated kernel: %s\n", why);
    std::abort();
}

/// Threads that wait for each other: all of a warp, or all of a block.
struct Meeting {
    unsigned members = 0, arrived = 0, rounds = 0;
    std::uint64_t values[2][32] = {};
};

struct Fiber {
    ucontext_t context{}; ///< of its first start; from then on `here`, which asks no kernel
    jmp_buf here;
    bool started = false;
    std::unique_ptr<char[]> stack;
    const Meeting* waits = nullptr;
    unsigned round = 0;
    bool done = true;
};

/// Memory that the device has for one block.
inline std::size_t memoryBytes = static_cast<std::size_t>(-1);

enum class Order { Ascending, Descending, Mixed };

struct Machine {
    static constexpr std::size_t kStack = 65536;
    static constexpr std::size_t kSharedBytes = 48 * 1024;

    Order order = Order::Ascending;
    std::size_t launches = 0;
    Dim block, grid, blockSize;
    unsigned thread = 0; ///< that runs
    std::vector<unsigned char> shared;
    std::vector<std::unique_ptr<Fiber>> fibers;
    std::vector<Meeting> warps;
    Meeting whole;
    jmp_buf scheduler;
    std::function<void()> body;

    void yield() {
        if (_setjmp(fibers[thread]->here) == 0)
            _longjmp(scheduler, 1);
    }
    [[gnu::noinline]] void resume(Fiber& fiber) {
        if (_setjmp(scheduler) != 0)
            return; // the fiber has yielded
        if (std::exchange(fiber.started, true))
            _longjmp(fiber.here, 1);
        setcontext(&fiber.context);
    }
    /// Waits until all members have come; `value` of lane l of this round is values[l].
    const std::uint64_t* meet(Meeting& meeting, unsigned lane, std::uint64_t value) {
        const unsigned round = meeting.rounds;
        auto* values = meeting.values[round % 2];
        if (lane < 32)
            values[lane] = value;
        if (++meeting.arrived == meeting.members) {
            meeting.arrived = 0;
            ++meeting.rounds;
            return values;
        }
        Fiber& fiber = *fibers[thread];
        fiber.waits = &meeting;
        fiber.round = round;
        yield();
        return values;
    }
    static void enter();
    void run(std::int64_t blocks, unsigned threads, std::size_t sharedBytes,
             std::function<void()> fn);
};
inline Machine& machine() {
    static Machine m;
    return m;
}

inline void Machine::enter() {
    for (;;) { // a fiber is used for many threads
        machine().body();
        machine().fibers[machine().thread]->done = true;
        machine().yield();
    }
}

inline void Machine::run(std::int64_t blocks, unsigned threads, std::size_t sharedBytes,
                         std::function<void()> fn) {
    if (threads == 0 || threads % 32 != 0 || threads > 1024 || sharedBytes > kSharedBytes ||
        blocks > 0x7fffffff)
        stop("a launch that no device takes");
    ++launches;
    body = std::move(fn);
    grid.x = static_cast<unsigned>(blocks);
    blockSize.x = threads;
    while (fibers.size() < threads) {
        auto fiber = std::make_unique<Fiber>();
        fiber->stack = std::make_unique<char[]>(kStack);
        getcontext(&fiber->context);
        fiber->context.uc_stack.ss_sp = fiber->stack.get();
        fiber->context.uc_stack.ss_size = kStack;
        makecontext(&fiber->context, &Machine::enter, 0);
        fibers.push_back(std::move(fiber));
    }
    for (std::int64_t b = 0; b < blocks; ++b) {
        block.x = static_cast<unsigned>(order == Order::Ascending ? b : blocks - 1 - b);
        shared.assign(sharedBytes, 0xff); // not a number
        warps.assign(threads / 32, {});
        for (Meeting& warp : warps)
            warp.members = 32;
        whole = {};
        whole.members = threads;
        for (unsigned t = 0; t < threads; ++t) {
            fibers[t]->done = false;
            fibers[t]->waits = nullptr;
        }
        for (unsigned left = threads; left > 0;) {
            bool ran = false;
            for (unsigned i = 0; i < threads; ++i) {
                // Mixed: by an odd stride, which visits all of a power of two.
                const unsigned t = order == Order::Ascending    ? i
                                   : order == Order::Descending ? threads - 1 - i
                                                                : (i * 37 + 11) % threads;
                Fiber& fiber = *fibers[t];
                if (fiber.done || (fiber.waits && fiber.waits->rounds == fiber.round))
                    continue;
                fiber.waits = nullptr;
                thread = t;
                resume(fiber);
                ran = true;
                left -= fiber.done ? 1 : 0;
            }
            if (!ran)
                stop("threads wait for others that have ended or wait elsewhere");
        }
    }
}

template <typename V>
std::uint64_t bitsOf(V value) {
    static_assert(sizeof(V) <= 8);
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(V));
    return bits;
}
template <typename V>
V fromBits(std::uint64_t bits) {
    V value;
    std::memcpy(&value, &bits, sizeof(V));
    return value;
}
inline unsigned lane() {
    return machine().thread % 32;
}
inline const std::uint64_t* exchange(unsigned mask, std::uint64_t value) {
    if (mask != 0xffffffffu)
        stop("a mask that is not the whole warp");
    return machine().meet(machine().warps[machine().thread / 32], lane(), value);
}

} // namespace emulation

#define threadIdx (emulation::Dim{emulation::machine().thread})
#define blockIdx (emulation::machine().block)
#define gridDim (emulation::machine().grid)
#define blockDim (emulation::machine().blockSize)

template <typename V>
V __shfl_xor_sync(unsigned mask, V value, int offset) {
    const unsigned from = emulation::lane() ^ static_cast<unsigned>(offset);
    return emulation::fromBits<V>(emulation::exchange(mask, emulation::bitsOf(value))[from]);
}
template <typename V>
V __shfl_sync(unsigned mask, V value, int from) {
    return emulation::fromBits<V>(emulation::exchange(mask, emulation::bitsOf(value))[from & 31]);
}
inline unsigned __ballot_sync(unsigned mask, bool on) {
    const std::uint64_t* all = emulation::exchange(mask, on ? 1 : 0);
    unsigned bits = 0;
    for (unsigned i = 0; i < 32; ++i)
        bits |= static_cast<unsigned>(all[i]) << i;
    return bits;
}
inline unsigned __reduce_add_sync(unsigned mask, unsigned value) {
    const std::uint64_t* all = emulation::exchange(mask, value);
    unsigned sum = 0;
    for (unsigned i = 0; i < 32; ++i)
        sum += static_cast<unsigned>(all[i]);
    return sum;
}
inline void __syncwarp() {
    emulation::exchange(0xffffffffu, 0);
}
inline void __syncthreads() {
    emulation::machine().meet(emulation::machine().whole, 32, 0);
}
inline int __popc(unsigned bits) {
    return __builtin_popcount(bits);
}

namespace ohm::deep::cuda {

template <typename... Parameters, typename... Arguments>
void launch(void (*kernel)(Parameters...), std::int64_t blocks, unsigned threads,
            std::size_t shared, void* /*stream*/, Arguments... arguments) {
    emulation::machine().run(blocks, threads, shared, [&] { kernel(arguments...); });
}

} // namespace ohm::deep::cuda
