// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace ohm {

/// `threads`, or all cores for 0.
inline unsigned threadCount(int threads) {
    return threads > 0 ? static_cast<unsigned>(threads)
                       : std::max(1U, std::thread::hardware_concurrency());
}

/// Calls fn(begin, end) for blocks of [0, count) on up to `threads` threads, this one included. The
/// blocks do not depend on the number of threads, so that sums per block do not either.
template <typename Fn>
void parallelBlocks(std::size_t count, std::size_t block, unsigned threads, Fn&& fn) {
    const std::size_t blocks = (count + block - 1) / block;
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t b = next.fetch_add(1); b < blocks; b = next.fetch_add(1))
            fn(b * block, std::min(count, (b + 1) * block));
    };
    const std::size_t helpers = std::min<std::size_t>(threads, blocks);
    std::vector<std::jthread> pool;
    for (std::size_t i = 1; i < helpers; ++i)
        pool.emplace_back(work);
    work();
}

} // namespace ohm
