// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/litho/socs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <numbers>

#include <fftw3.h>

namespace ohm::litho {
namespace {

using Complex = std::complex<double>;

constexpr int kLeastSide = 128;

/// FFTW's planner is not safe to call from several threads.
std::mutex& planner() {
    static std::mutex mutex;
    return mutex;
}

template <typename T>
struct Buffer {
    explicit Buffer(std::size_t count)
        : data(static_cast<T*>(fftw_malloc(count * sizeof(T))))
        , size(count) {
        std::fill(data, data + size, T{});
    }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { fftw_free(data); }
    T* data;
    std::size_t size;
};

struct Plan {
    fftw_plan plan = nullptr;
    Plan() = default;
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;
    ~Plan() {
        const std::lock_guard lock(planner());
        fftw_destroy_plan(plan);
    }
};

fftw_complex* raw(Complex* p) {
    return reinterpret_cast<fftw_complex*>(p);
}

/// exp(-2 pi i k / 2048)
const std::vector<Complex>& turns() {
    static const std::vector<Complex> table = [] {
        std::vector<Complex> t;
        for (int k = 0; k < kField; ++k)
            t.push_back(std::polar(1.0, -2 * std::numbers::pi * k / kField));
        return t;
    }();
    return table;
}

Complex turn(std::int64_t k) {
    const std::int64_t n = kField;
    return turns()[static_cast<std::size_t>(((k % n) + n) % n)];
}

/// sum over a <= x < b of exp(-2 pi i f x / 2048), f = -half .. half.
void series(int a, int b, int half, std::vector<Complex>& out) {
    for (int f = -half; f <= half; ++f) {
        out[static_cast<std::size_t>(f + half)] =
            f == 0 ? Complex(b - a)
                   : (turn(std::int64_t{f} * a) - turn(std::int64_t{f} * b)) / (1.0 - turn(f));
    }
}

/// The next size of the form 2^a 3^b 5^c.
int goodSize(int least) {
    for (int n = least;; ++n) {
        int rest = n;
        for (const int f : {2, 3, 5}) {
            while (rest % f == 0)
                rest /= f;
        }
        if (rest == 1)
            return n;
    }
}

std::size_t wrapped(int f, int n) {
    return static_cast<std::size_t>(f < 0 ? f + n : f);
}

} // namespace

MaskSpectrum spectrumOf(std::span<const Rect> cover, int dx, int dy, int half) {
    MaskSpectrum out;
    out.half = half;
    const auto width = static_cast<std::size_t>(2 * half + 1);
    out.values.assign(width * width, 0);
    std::vector<Complex> x(width), y(width);
    for (const Rect& r : cover) {
        series(r.x0 + dx, r.x1 + dx, half, x);
        series(r.y0 + dy, r.y1 + dy, half, y);
        for (std::size_t v = 0; v < width; ++v) {
            for (std::size_t u = 0; u < width; ++u)
                out.values[v * width + u] += y[v] * x[u];
        }
    }
    for (Complex& value : out.values)
        value /= static_cast<double>(kField) * kField;
    return out;
}

MaskSpectrum spectrumOf(std::span<const float> mask, int half) {
    MaskSpectrum out;
    out.half = half;
    const auto width = static_cast<std::size_t>(2 * half + 1);
    const auto side = static_cast<std::size_t>(kField);
    out.values.assign(width * width, 0);
    if (mask.size() != side * side)
        return out;
    // Rows first, the frequencies 0 .. half of real values, then columns; the rest is conjugate.
    const auto h = static_cast<std::size_t>(half);
    std::vector<Complex> row(h + 1);
    for (std::size_t y = 0; y < side; ++y) {
        std::fill(row.begin(), row.end(), Complex(0));
        bool any = false;
        for (std::size_t x = 0; x < side; ++x) {
            const double value = static_cast<double>(mask[y * side + x]);
            if (value == 0)
                continue;
            any = true;
            for (std::size_t f = 0; f <= h; ++f)
                row[f] += value * turns()[f * x % side];
        }
        if (!any)
            continue;
        for (int fy = -half; fy <= half; ++fy) {
            const Complex t = turn(std::int64_t{fy} * static_cast<std::int64_t>(y));
            Complex* to = out.values.data() + static_cast<std::size_t>(fy + half) * width + h;
            for (std::size_t f = 0; f <= h; ++f)
                to[f] += t * row[f];
        }
    }
    for (int fy = -half; fy <= half; ++fy) {
        for (int fx = 0; fx <= half; ++fx) {
            Complex& value = out.values[static_cast<std::size_t>(fy + half) * width +
                                        static_cast<std::size_t>(fx + half)];
            value /= static_cast<double>(kField) * kField;
            if (fx > 0)
                out.values[static_cast<std::size_t>(half - fy) * width +
                           static_cast<std::size_t>(half - fx)] = std::conj(value);
        }
    }
    return out;
}

Expected<std::array<int, 2>> centring(const Clip& clip, int bias) {
    const int w = clip.bounds.x1 - clip.bounds.x0, h = clip.bounds.y1 - clip.bounds.y0;
    if (w + 2 * bias > kField || h + 2 * bias > kField)
        return fail("LITHO-004", "The clip is larger than the field of 2048 nm",
                    std::to_string(w) + " x " + std::to_string(h), clip.name);
    return std::array<int, 2>{(kField - w) / 2 - clip.bounds.x0, (kField - h) / 2 - clip.bounds.y0};
}

std::vector<float> rasterOf(std::span<const Rect> cover, int dx, int dy, int side) {
    const int pixel = kField / side;
    std::vector<float> out(static_cast<std::size_t>(side) * static_cast<std::size_t>(side), 0);
    const float area = static_cast<float>(pixel) * static_cast<float>(pixel);
    for (const Rect& r : cover) {
        // The overlap with pixel i along an axis, once for the columns.
        const auto overlap = [pixel](int a, int b, int i) {
            return std::min(b, (i + 1) * pixel) - std::max(a, i * pixel);
        };
        const auto floorTo = [pixel](int v) {
            return v >= 0 ? v / pixel : -((-v + pixel - 1) / pixel);
        };
        const int x0 = r.x0 + dx, x1 = r.x1 + dx, y0 = r.y0 + dy, y1 = r.y1 + dy;
        for (int j = floorTo(y0); j <= floorTo(y1 - 1); ++j) {
            const int high = overlap(y0, y1, j);
            const auto row = static_cast<std::size_t>(((j % side) + side) % side) *
                             static_cast<std::size_t>(side);
            for (int i = floorTo(x0); i <= floorTo(x1 - 1); ++i)
                out[row + static_cast<std::size_t>(((i % side) + side) % side)] +=
                    static_cast<float>(overlap(x0, x1, i) * high) / area;
        }
    }
    return out;
}

struct Imager::State {
    State(const Optics& system, int wanted)
        : optics(system)
        , side(wanted)
        , grid(goodSize(4 * system.half + 1))
        , field(static_cast<std::size_t>(grid) * static_cast<std::size_t>(grid))
        , small(field.size)
        , smallSpectrum(static_cast<std::size_t>(grid) * static_cast<std::size_t>(grid / 2 + 1))
        , spectrum(static_cast<std::size_t>(side) * static_cast<std::size_t>(side / 2 + 1))
        , image(static_cast<std::size_t>(side) * static_cast<std::size_t>(side)) {
        // Estimated plans: the same arithmetic, and so the same numbers, on every run.
        const std::lock_guard lock(planner());
        amplitude.plan = fftw_plan_dft_2d(grid, grid, raw(field.data), raw(field.data),
                                          FFTW_BACKWARD, FFTW_ESTIMATE);
        analyse.plan =
            fftw_plan_dft_r2c_2d(grid, grid, small.data, raw(smallSpectrum.data), FFTW_ESTIMATE);
        synthesise.plan =
            fftw_plan_dft_c2r_2d(side, side, raw(spectrum.data), image.data, FFTW_ESTIMATE);
    }
    const Optics& optics;
    int side, grid;
    Buffer<Complex> field;         ///< amplitude of one system on the small grid
    Buffer<double> small;          ///< intensity there
    Buffer<Complex> smallSpectrum; ///< of the intensity, over its number of points
    Buffer<Complex> spectrum;      ///< padded
    Buffer<double> image;
    Plan amplitude, analyse, synthesise;
};

Imager::Imager(std::unique_ptr<State> state)
    : m_state(std::move(state)) {}
Imager::Imager(Imager&&) noexcept = default;
Imager::~Imager() = default;

Expected<Imager> Imager::create(const Optics& optics, int side) {
    if (side < kLeastSide || side > kField || (side & (side - 1)) != 0 ||
        side < 4 * optics.half + 1)
        return fail("LITHO-022", "The images cannot have this side",
                    std::to_string(side) + " pixels", {}, "Choose 128, 256, 512, 1024 or 2048");
    return Imager(std::make_unique<State>(optics, side));
}

std::span<const double> Imager::image(const MaskSpectrum& mask) {
    State& s = *m_state;
    const int half = std::min(s.optics.half, mask.half), n = s.grid;
    const auto width = static_cast<std::size_t>(s.optics.width());
    const auto maskWidth = static_cast<std::size_t>(2 * mask.half + 1);
    std::fill(s.small.data, s.small.data + s.small.size, 0.0);
    for (int k = 0; k < s.optics.count; ++k) {
        std::fill(s.field.data, s.field.data + s.field.size, Complex(0));
        const Complex* kernel =
            s.optics.kernels.data() + static_cast<std::size_t>(k) * width * width;
        for (int fy = -half; fy <= half; ++fy) {
            const Complex* row =
                kernel + static_cast<std::size_t>(fy + s.optics.half) * width + s.optics.half;
            const Complex* from = mask.values.data() +
                                  static_cast<std::size_t>(fy + mask.half) * maskWidth + mask.half;
            Complex* to = s.field.data + wrapped(fy, n) * static_cast<std::size_t>(n);
            for (int fx = -half; fx <= half; ++fx)
                to[wrapped(fx, n)] = row[fx] * from[fx];
        }
        fftw_execute(s.amplitude.plan);
        const double scale = s.optics.scales[static_cast<std::size_t>(k)];
        for (std::size_t i = 0; i < s.small.size; ++i)
            s.small.data[i] += scale * std::norm(s.field.data[i]);
    }
    fftw_execute(s.analyse.plan);
    for (std::size_t i = 0; i < s.smallSpectrum.size; ++i)
        s.smallSpectrum.data[i] /= static_cast<double>(n) * n;
    // Frequencies to the larger grid, moved by half a pixel less half a nanometre: to the middle.
    std::fill(s.spectrum.data, s.spectrum.data + s.spectrum.size, Complex(0));
    const int most = 2 * half;
    const double shift = (static_cast<double>(kField) / s.side - 1) / 2 / kField;
    const auto smallRow = static_cast<std::size_t>(n / 2 + 1);
    const auto row = static_cast<std::size_t>(s.side / 2 + 1);
    for (int fy = -most; fy <= most; ++fy) {
        for (int fx = 0; fx <= most; ++fx) {
            const Complex turned = std::polar(1.0, 2 * std::numbers::pi * (fy + fx) * shift);
            s.spectrum.data[wrapped(fy, s.side) * row + static_cast<std::size_t>(fx)] =
                s.smallSpectrum.data[wrapped(fy, n) * smallRow + static_cast<std::size_t>(fx)] *
                turned;
        }
    }
    fftw_execute(s.synthesise.plan);
    return {s.image.data, s.image.size};
}

double Imager::valueAt(double x, double y) const {
    const State& s = *m_state;
    const int most = 2 * s.optics.half, n = s.grid;
    const auto smallRow = static_cast<std::size_t>(n / 2 + 1);
    double sum = 0;
    for (int fy = -most; fy <= most; ++fy) {
        for (int fx = 0; fx <= most; ++fx) {
            const Complex c =
                s.smallSpectrum.data[wrapped(fy, n) * smallRow + static_cast<std::size_t>(fx)];
            sum +=
                (fx == 0 ? 1 : 2) *
                std::real(c * std::polar(1.0, 2 * std::numbers::pi * (fy * y + fx * x) / kField));
        }
    }
    return sum;
}

double resistOf(double intensity, const Exposure& exposure) {
    return 1 / (1 + std::exp(-exposure.steepness * (intensity - exposure.threshold)));
}

} // namespace ohm::litho
