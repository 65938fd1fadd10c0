// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/whole.h"

#include "core/deep/ends.h"
#include "core/deep/product.h"

#include <algorithm>
#include <cstring>

namespace ohm::deep {
namespace {

constexpr std::int64_t kSumRows = 2048; ///< rows per partial sum of a gradient
constexpr int kColumns = 32;            ///< of a slice that one thread scatters

std::size_t sized(std::int64_t n) {
    return static_cast<std::size_t>(n);
}

} // namespace

template <typename T>
Whole<T>::Whole(const NetworkConfig& config, Ledger& ledger)
    : m_config(config)
    , m_ledger(ledger)
    , m_kernels(kernels::best<T>())
    , m_threads(threadCount(config.threads)) {}

template <typename T>
Buffer<T> Whole<T>::tensor(int width) const {
    return Buffer<T>(m_ledger, sized(nodes()) * sized(width));
}

template <typename T>
void Whole<T>::aggregate(const T* x, int width, bool transposed, T* out) const {
    if (m_config.method == Method::GatherScatter)
        return transposed ? messagesBack(x, width, out) : messages(x, width, out);
    const Aggregator<T>& a = m_plan->aggregator;
    Buffer<T> nets(m_ledger, sized(a.netRows()) * sized(width));
    a.nets(x, width, transposed, nets.data(), m_threads);
    forRows([&](std::int64_t begin, std::int64_t end) {
        a.rows(x, width, transposed, nets.data(), begin, end, out + begin * width);
    });
}

template <typename T>
void Whole<T>::aggregateSoftmax(const T* s, int width, T* out, T* sums) const {
    Buffer<T> exponentials = tensor(width), weighted = tensor(width);
    forRows([&](std::int64_t begin, std::int64_t end) {
        const std::int64_t at = begin * width;
        m_kernels.softmaxTerms(s + at, (end - begin) * width, static_cast<T>(m_config.temperature),
                               exponentials.data() + at, weighted.data() + at);
    });
    aggregate(weighted.data(), width, false, out);
    aggregate(exponentials.data(), width, false, sums);
    forRows([&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin * width; i < end * width; ++i)
            out[i] /= sums[i];
    });
}

template <typename T>
void Whole<T>::aggregateSoftmaxBack(const T* s, int width, const T* out, const T* sums,
                                    Buffer<T> dOut, T* ds) const {
    Buffer<T> dSums = tensor(width);
    forRows([&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin * width; i < end * width; ++i) {
            dOut.data()[i] /= sums[i];
            dSums.data()[i] = -dOut.data()[i] * out[i];
        }
    });
    aggregate(dOut.data(), width, true, ds);
    dOut.reset();
    Buffer<T> spread = tensor(width);
    aggregate(dSums.data(), width, true, spread.data());
    forRows([&](std::int64_t begin, std::int64_t end) {
        const std::int64_t at = begin * width;
        m_kernels.softmaxBackward(s + at, ds + at, spread.data() + at, (end - begin) * width,
                                  static_cast<T>(m_config.temperature), ds + at);
    });
}

/// A message per edge and self loop is gathered, weighed (GCN) and summed at its destination, each
/// a pass over [edges, width].
template <typename T>
void Whole<T>::messages(const T* x, int width, T* out) const {
    const Aggregator<T>& a = m_plan->aggregator;
    const auto& start = a.edgeStart();
    const auto& sources = a.edges();
    const auto w = sized(width);
    const std::size_t bytes = w * sizeof(T);
    // Row i's messages begin at start[i] + i; its own comes last.
    const std::size_t count = sources.size() + sized(nodes());
    Buffer<T> gathered(m_ledger, count * w);
    forRows([&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            T* to = gathered.data() + (start[sized(i)] + i) * width;
            for (auto e = start[sized(i)]; e < start[sized(i) + 1]; ++e, to += width)
                std::memcpy(to, x + static_cast<std::int64_t>(sources[sized(e)]) * width, bytes);
            std::memcpy(to, x + i * width, bytes);
        }
    });
    Buffer<T> weighed;
    const auto& left = a.left();
    if (!a.right().empty()) {
        weighed = Buffer<T>(m_ledger, count * w);
        forRows([&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin; i < end; ++i) {
                for (auto e = start[sized(i)]; e <= start[sized(i) + 1]; ++e) {
                    const auto j = e < start[sized(i) + 1] ? sized(sources[sized(e)]) : sized(i);
                    const T weight = left[sized(i)] * a.right()[j];
                    const T* from = gathered.data() + (e + i) * width;
                    T* to = weighed.data() + (e + i) * width;
                    for (int c = 0; c < width; ++c)
                        to[c] = weight * from[c];
                }
            }
        });
    }
    const T* from = weighed ? weighed.data() : gathered.data();
    forRows([&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            T* to = out + i * width;
            const std::int64_t first = start[sized(i)] + i, last = start[sized(i) + 1] + i;
            std::memcpy(to, from + first * width, bytes);
            for (std::int64_t e = first + 1; e <= last; ++e)
                m_kernels.axpy(to, from + e * width, T{1}, width);
            if (!weighed && !left.empty()) {
                for (int c = 0; c < width; ++c)
                    to[c] *= left[sized(i)];
            }
        }
    });
}

/// The adjoint: a gradient per edge, weighed, scattered to the sources; every thread takes a slice
/// of the columns, so that nothing collides.
template <typename T>
void Whole<T>::messagesBack(const T* x, int width, T* out) const {
    const Aggregator<T>& a = m_plan->aggregator;
    const auto& start = a.edgeStart();
    const auto& sources = a.edges();
    const auto& left = a.left();
    const auto w = sized(width);
    const std::size_t count = sources.size() + sized(nodes());
    const bool weighs = !a.right().empty();
    Buffer<T> gathered(m_ledger, count * w);
    forRows([&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            const T scale = weighs || left.empty() ? T{1} : left[sized(i)];
            T* to = gathered.data() + (start[sized(i)] + i) * width;
            for (auto e = start[sized(i)]; e <= start[sized(i) + 1]; ++e, to += width) {
                for (int c = 0; c < width; ++c)
                    to[c] = scale * x[i * width + c];
            }
        }
    });
    Buffer<T> weighed;
    if (weighs) {
        weighed = Buffer<T>(m_ledger, count * w);
        forRows([&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin; i < end; ++i) {
                for (auto e = start[sized(i)]; e <= start[sized(i) + 1]; ++e) {
                    const auto j = e < start[sized(i) + 1] ? sized(sources[sized(e)]) : sized(i);
                    const T weight = left[sized(i)] * a.right()[j];
                    const T* from = gathered.data() + (e + i) * width;
                    T* to = weighed.data() + (e + i) * width;
                    for (int c = 0; c < width; ++c)
                        to[c] = weight * from[c];
                }
            }
        });
    }
    const T* from = weighed ? weighed.data() : gathered.data();
    std::memset(out, 0, sized(nodes()) * w * sizeof(T));
    parallelBlocks(w, kColumns, m_threads, [&](std::size_t first, std::size_t last) {
        const auto columns = static_cast<std::int64_t>(last - first);
        for (std::int64_t i = 0; i < nodes(); ++i) {
            for (auto e = start[sized(i)]; e <= start[sized(i) + 1]; ++e) {
                const std::int64_t j = e < start[sized(i) + 1] ? sources[sized(e)] : i;
                m_kernels.axpy(out + j * width + first, from + (e + i) * width + first, T{1},
                               columns);
            }
        }
    });
}

template <typename T>
void Whole<T>::multiply(const T* x, int k, const T* w, bool transposed, const T* b, int n,
                        T* out) const {
    std::vector<T> packed(sized(k) * sized(n));
    Product<T>::pack(w, k, n, transposed, packed.data());
    forRows([&](std::int64_t begin, std::int64_t end) {
        Product<T>::multiply(x + begin * k, end - begin, k, packed.data(), n, b, out + begin * n);
    });
}

template <typename T>
void Whole<T>::addGradients(const T* x, int k, const T* y, int n, T* dw, T* db) const {
    const std::size_t size = sized(k) * sized(n) + sized(n);
    const std::size_t pieces = sized((nodes() + kSumRows - 1) / kSumRows);
    std::vector<T> sums(pieces * size, T{0});
    parallelBlocks(sized(nodes()), kSumRows, m_threads, [&](std::size_t first, std::size_t last) {
        T* own = sums.data() + first / kSumRows * size;
        constexpr std::size_t kBlock = 64;
        for (std::size_t b = first; b < last; b += kBlock) {
            const auto rows = static_cast<std::int64_t>(std::min(last, b + kBlock) - b);
            Product<T>::addTransposed(x + b * sized(k), k, y + b * sized(n), n, rows, own);
            m_kernels.columnSum(y + b * sized(n), rows, n, own + sized(k) * sized(n));
        }
    });
    for (std::size_t p = 0; p < pieces; ++p) {
        m_kernels.axpy(dw, sums.data() + p * size, T{1}, static_cast<std::int64_t>(k) * n);
        m_kernels.axpy(db, sums.data() + p * size + sized(k) * sized(n), T{1}, n);
    }
}

template <typename T>
void Whole<T>::head(std::span<Buffer<T>> groups, const T* w, const T* b, T* predictions) const {
    const int d = m_config.channels, outputs = m_config.outputs;
    const std::size_t width = sized(d) / groups.size();
    forRows([&](std::int64_t begin, std::int64_t end) {
        std::vector<T> x(sized(d));
        for (std::int64_t r = begin; r < end; ++r) {
            for (std::size_t g = 0; g < groups.size(); ++g)
                std::copy_n(groups[g].data() + sized(r) * width, width, x.data() + g * width);
            headRows(x.data(), 1, d, w, b, outputs, predictions + r * outputs);
        }
    });
}

template <typename T>
void Whole<T>::headBackward(std::span<Buffer<T>> groups, const T* w, const T* derivatives,
                            std::span<Buffer<T>> gradients, T* dw, T* db) const {
    const int d = m_config.channels, outputs = m_config.outputs;
    const std::size_t width = sized(d) / groups.size();
    std::vector<T> x(sized(d)), dx(sized(d));
    for (std::int64_t r = 0; r < nodes(); ++r) {
        for (std::size_t g = 0; g < groups.size(); ++g)
            std::copy_n(groups[g].data() + sized(r) * width, width, x.data() + g * width);
        headRowsBackward(x.data(), derivatives + r * outputs, 1, d, w, outputs, dx.data(), dw, db);
        for (std::size_t g = 0; g < groups.size(); ++g)
            std::copy_n(dx.data() + g * width, width, gradients[g].data() + sized(r) * width);
    }
}

template class Whole<float>;
template class Whole<double>;

} // namespace ohm::deep
