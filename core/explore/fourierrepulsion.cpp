// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/explore/repulsion.h"

#include <array>
#include <cmath>
#include <complex>
#include <mutex>

#include <fftw3.h>

namespace ohm::explore {
namespace {

constexpr double kCoarsest = 1.0 / 3; ///< node spacing at most; the kernels' own width is 1
constexpr double kFewestNodes = 96;   ///< across a small layout
constexpr std::size_t kMargin = 4;    ///< nodes beside the outermost points
constexpr std::size_t kGrain = 2048;  ///< points of a block

/// FFTW's planner is not safe to call from several threads.
std::mutex& planner() {
    static std::mutex mutex;
    return mutex;
}

struct Plan {
    fftwf_plan plan = nullptr;
    Plan() = default;
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;
    ~Plan() { reset(nullptr); }
    void reset(fftwf_plan next) {
        if (plan)
            fftwf_destroy_plan(plan);
        plan = next;
    }
};

template <typename T>
struct Buffer {
    T* data = nullptr;
    std::size_t size = 0;
    Buffer() = default;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { fftwf_free(data); }
    void resize(std::size_t count) {
        fftwf_free(data);
        data = static_cast<T*>(fftwf_malloc(count * sizeof(T)));
        size = count;
        std::fill(data, data + size, T{});
    }
};

using Complex = std::complex<float>;

fftwf_complex* raw(Complex* p) {
    return reinterpret_cast<fftwf_complex*>(p);
}

/// The next size of the form 2^a 3^b 5^c, even.
std::size_t goodSize(std::size_t least) {
    for (std::size_t n = least + least % 2;; n += 2) {
        std::size_t rest = n;
        for (const std::size_t f : {std::size_t{2}, std::size_t{3}, std::size_t{5}}) {
            while (rest % f == 0)
                rest /= f;
        }
        if (rest == 1)
            return n;
    }
}

/// Cubic Lagrange weights of the nodes -1, 0, 1, 2 at t in [0, 1).
std::array<float, 4> weights(float t) {
    const float a = t + 1, b = t - 1, c = t - 2;
    return {-t * b * c / 6, a * b * c / 2, -a * t * c / 2, a * t * b / 6};
}

/// A node of the least corner of the 4 x 4 and the weights of a point.
struct Place {
    std::uint32_t at;
    std::array<float, 4> wx, wy;
};

class Fourier : public Repulsion {
public:
    explicit Fourier(int threads)
        : m_threads(threadCount(threads)) {}

    double evaluate(const float* y, std::size_t count, float* force) override {
        float low[2] = {y[0], y[1]}, high[2] = {y[0], y[1]};
        for (std::size_t i = 0; i < count; ++i) {
            for (int k = 0; k < 2; ++k) {
                low[k] = std::min(low[k], y[2 * i + k]);
                high[k] = std::max(high[k], y[2 * i + k]);
            }
        }
        const double range =
            std::max({static_cast<double>(high[0]) - static_cast<double>(low[0]),
                      static_cast<double>(high[1]) - static_cast<double>(low[1]), 1e-12});
        prepare(range);
        spread(y, count, low);
        forward();
        const double z = filter() - static_cast<double>(count);
        backward();
        gather(count, force);
        return z;
    }

private:
    /// A grid for the range: the spacing in steps of the fourth root of 2, so that the kernels'
    /// transforms serve many evaluations.
    void prepare(double range) {
        double spacing = kCoarsest;
        if (range / kCoarsest < kFewestNodes)
            spacing = kCoarsest *
                      std::exp2(-std::floor(4 * std::log2(kCoarsest * kFewestNodes / range)) / 4);
        const auto nodes = static_cast<std::size_t>(std::ceil(range / spacing)) + 2 * kMargin;
        std::size_t size = goodSize(2 * nodes);
        // A grid that is only a little too large stays.
        if (spacing == m_spacing && size <= m_size && 5 * m_size <= 6 * size)
            size = m_size;
        if (spacing == m_spacing && size == m_size)
            return;
        const bool resized = size != m_size;
        m_spacing = spacing;
        m_size = size;
        m_half = size / 2 + 1;
        m_nodes = size / 2;
        if (resized)
            plan();
        transformKernels();
    }

    void plan() {
        m_charge.resize(m_nodes * m_size);
        m_fieldX.resize(m_nodes * m_size);
        m_fieldY.resize(m_nodes * m_size);
        m_spectrum.resize(m_size * m_half);
        m_spectrumX.resize(m_size * m_half);
        m_spectrumY.resize(m_size * m_half);
        m_kernelZ.resize(m_size * m_half);
        m_kernelX.resize(m_size * m_half);
        m_kernelY.resize(m_size * m_half);
        const std::lock_guard lock(planner());
        const int n = static_cast<int>(m_size), half = static_cast<int>(m_half);
        // Rows one by one and columns in strips, so that the work can be cut for the threads.
        m_rowForth.reset(fftwf_plan_dft_r2c_1d(n, m_charge.data, raw(m_spectrum.data),
                                               FFTW_ESTIMATE | FFTW_UNALIGNED));
        m_rowBack.reset(fftwf_plan_dft_c2r_1d(n, raw(m_spectrum.data), m_charge.data,
                                              FFTW_ESTIMATE | FFTW_UNALIGNED));
        const auto strip = [&](int width, int sign) {
            return fftwf_plan_many_dft(1, &n, width, raw(m_spectrum.data), nullptr, half, 1,
                                       raw(m_spectrum.data), nullptr, half, 1, sign,
                                       FFTW_ESTIMATE | FFTW_UNALIGNED);
        };
        m_stripForth.reset(strip(kStrip, FFTW_FORWARD));
        m_stripBack.reset(strip(kStrip, FFTW_BACKWARD));
        m_restForth.reset(strip(half % kStrip == 0 ? kStrip : half % kStrip, FFTW_FORWARD));
        m_restBack.reset(strip(half % kStrip == 0 ? kStrip : half % kStrip, FFTW_BACKWARD));
    }

    void columns(Complex* spectrum, const Plan& whole, const Plan& rest) {
        parallelBlocks(m_half, kStrip, m_threads, [&](std::size_t begin, std::size_t end) {
            const Plan& plan = end - begin == kStrip ? whole : rest;
            fftwf_execute_dft(plan.plan, raw(spectrum + begin), raw(spectrum + begin));
        });
    }

    void transformKernels() {
        Buffer<float> plane;
        plane.resize(m_size * m_size);
        const auto offset = [&](std::size_t g) {
            return m_spacing * (2 * g < m_size
                                    ? static_cast<double>(g)
                                    : static_cast<double>(g) - static_cast<double>(m_size));
        };
        const auto transform = [&](auto value, Complex* out) {
            for (std::size_t a = 0; a < m_size; ++a) {
                for (std::size_t b = 0; b < m_size; ++b) {
                    // The opposite point has no sign; charges never lie so far apart.
                    const bool opposite = 2 * a == m_size || 2 * b == m_size;
                    plane.data[a * m_size + b] =
                        opposite ? 0.0F : static_cast<float>(value(offset(a), offset(b)));
                }
                fftwf_execute_dft_r2c(m_rowForth.plan, plane.data + a * m_size,
                                      raw(out + a * m_half));
            }
            columns(out, m_stripForth, m_restForth);
        };
        const auto q = [](double x, double y) { return 1 / (1 + x * x + y * y); };
        transform(q, m_kernelZ.data);
        transform([&](double x, double y) { return x * q(x, y) * q(x, y); }, m_kernelX.data);
        transform([&](double x, double y) { return y * q(x, y) * q(x, y); }, m_kernelY.data);
    }

    void spread(const float* y, std::size_t count, const float* low) {
        m_places.resize(count);
        std::fill(m_charge.data, m_charge.data + m_charge.size, 0.0F);
        const auto inverse = static_cast<float>(1 / m_spacing);
        for (std::size_t i = 0; i < count; ++i) {
            const float u = (y[2 * i] - low[0]) * inverse + static_cast<float>(kMargin) - 1;
            const float v = (y[2 * i + 1] - low[1]) * inverse + static_cast<float>(kMargin) - 1;
            const auto a = static_cast<std::size_t>(u), b = static_cast<std::size_t>(v);
            Place& place = m_places[i];
            place = {static_cast<std::uint32_t>((a - 1) * m_size + b - 1),
                     weights(u - static_cast<float>(a)), weights(v - static_cast<float>(b))};
            for (std::size_t r = 0; r < 4; ++r) {
                float* row = m_charge.data + place.at + r * m_size;
                for (std::size_t c = 0; c < 4; ++c)
                    row[c] += place.wx[r] * place.wy[c];
            }
        }
    }

    void forward() {
        parallelBlocks(m_nodes, 16, m_threads, [&](std::size_t begin, std::size_t end) {
            for (std::size_t r = begin; r < end; ++r)
                fftwf_execute_dft_r2c(m_rowForth.plan, m_charge.data + r * m_size,
                                      raw(m_spectrum.data + r * m_half));
        });
        // The other rows hold no charge.
        std::fill(m_spectrum.data + m_nodes * m_half, m_spectrum.data + m_size * m_half, Complex{});
        columns(m_spectrum.data, m_stripForth, m_restForth);
    }

    /// Spectra of the two fields; returns the sum over all pairs of q, each point with itself too.
    double filter() {
        std::vector<double> sums((m_size + 15) / 16, 0);
        parallelBlocks(m_size, 16, m_threads, [&](std::size_t begin, std::size_t end) {
            double sum = 0;
            for (std::size_t r = begin; r < end; ++r) {
                const Complex* w = m_spectrum.data + r * m_half;
                const Complex* z = m_kernelZ.data + r * m_half;
                const Complex* kx = m_kernelX.data + r * m_half;
                const Complex* ky = m_kernelY.data + r * m_half;
                Complex* x = m_spectrumX.data + r * m_half;
                Complex* y = m_spectrumY.data + r * m_half;
                float part = 0;
                for (std::size_t c = 0; c < m_half; ++c) {
                    const float re = w[c].real(), im = w[c].imag();
                    // Columns other than the outermost two stand for their mirror images too.
                    const float twice = c == 0 || c + 1 == m_half ? 1.0F : 2.0F;
                    part += twice * (re * re + im * im) * z[c].real();
                    // The force kernels are odd: their transforms are imaginary.
                    const float sx = kx[c].imag(), sy = ky[c].imag();
                    x[c] = {-im * sx, re * sx};
                    y[c] = {-im * sy, re * sy};
                }
                sum += static_cast<double>(part);
            }
            sums[begin / 16] = sum;
        });
        double total = 0;
        for (const double s : sums)
            total += s;
        return total / (static_cast<double>(m_size) * static_cast<double>(m_size));
    }

    void backward() {
        for (const auto& [spectrum, field] : {std::pair{m_spectrumX.data, m_fieldX.data},
                                              std::pair{m_spectrumY.data, m_fieldY.data}}) {
            columns(spectrum, m_stripBack, m_restBack);
            Complex* from = spectrum;
            float* to = field;
            parallelBlocks(m_nodes, 16, m_threads, [&](std::size_t begin, std::size_t end) {
                for (std::size_t r = begin; r < end; ++r)
                    fftwf_execute_dft_c2r(m_rowBack.plan, raw(from + r * m_half), to + r * m_size);
            });
        }
    }

    void gather(std::size_t count, float* force) {
        const float scale = 1.0F / (static_cast<float>(m_size) * static_cast<float>(m_size));
        parallelBlocks(count, kGrain, m_threads, [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i) {
                const Place& place = m_places[i];
                float fx = 0, fy = 0;
                for (std::size_t r = 0; r < 4; ++r) {
                    const float* x = m_fieldX.data + place.at + r * m_size;
                    const float* y = m_fieldY.data + place.at + r * m_size;
                    for (std::size_t c = 0; c < 4; ++c) {
                        const float w = place.wx[r] * place.wy[c];
                        fx += w * x[c];
                        fy += w * y[c];
                    }
                }
                force[2 * i] = fx * scale;
                force[2 * i + 1] = fy * scale;
            }
        });
    }

    static constexpr int kStrip = 16;
    unsigned m_threads;
    double m_spacing = 0;
    std::size_t m_size = 0, m_half = 0, m_nodes = 0;
    Buffer<float> m_charge, m_fieldX, m_fieldY;           // [nodes, size]
    Buffer<Complex> m_spectrum, m_spectrumX, m_spectrumY; // [size, half]
    Buffer<Complex> m_kernelZ, m_kernelX, m_kernelY;      // [size, half]
    Plan m_rowForth, m_rowBack, m_stripForth, m_stripBack, m_restForth, m_restBack;
    std::vector<Place> m_places;
};

} // namespace

std::unique_ptr<Repulsion> fourierRepulsion(int threads) {
    return std::make_unique<Fourier>(threads);
}

} // namespace ohm::explore
