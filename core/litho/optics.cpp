// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/litho/optics.h"

#include "core/base/files.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numbers>
#include <numeric>
#include <optional>

namespace ohm::litho {
namespace {

namespace fs = std::filesystem;
using Complex = std::complex<double>;

constexpr std::size_t kMostBytes = std::size_t{64} << 20;
constexpr int kMostHalf = 40; ///< frequencies
constexpr int kMostKernels = 256;
constexpr double kSourceStep = 1; ///< cycles per field between points of the source
constexpr double kPrecision = 1e-12;
constexpr int kMostSweeps = 30;

std::vector<float> floatsOf(std::string_view bytes) {
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
    return values;
}

/// The only file of a folder with this beginning.
Expected<fs::path> only(const fs::path& folder, const std::string& beginning) {
    std::error_code code;
    std::optional<fs::path> found;
    for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
        if (!it->path().filename().string().starts_with(beginning))
            continue;
        if (found)
            return fail("LITHO-010", "There are several kernel files of one kind", beginning,
                        folder.string());
        found = it->path();
    }
    if (!found)
        return fail("LITHO-010", "A kernel file is missing", beginning + "*", folder.string());
    return *found;
}

/// Eigenvalues and eigenvectors (columns of v) of a Hermitian matrix by Jacobi's rotations; `a` is
/// used up and holds the eigenvalues on its diagonal.
void eigen(std::vector<Complex>& a, std::vector<Complex>& v, std::size_t n) {
    v.assign(n * n, 0);
    double whole = 0;
    for (std::size_t i = 0; i < n; ++i)
        v[i * n + i] = 1;
    for (const Complex& value : a)
        whole += std::norm(value);
    for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
        double off = 0;
        for (std::size_t p = 0; p < n; ++p) {
            for (std::size_t q = p + 1; q < n; ++q)
                off += std::norm(a[p * n + q]);
        }
        if (off <= kPrecision * kPrecision * whole)
            return;
        for (std::size_t p = 0; p < n; ++p) {
            for (std::size_t q = p + 1; q < n; ++q) {
                const double size = std::abs(a[p * n + q]);
                if (size * size <= kPrecision * kPrecision * whole / static_cast<double>(n * n))
                    continue;
                const double middle = std::real(a[q * n + q] - a[p * n + p]) / (2 * size);
                const double t = (middle >= 0 ? 1.0 : -1.0) /
                                 (std::abs(middle) + std::sqrt(middle * middle + 1));
                const double c = 1 / std::sqrt(t * t + 1);
                const Complex s = t * c * a[p * n + q] / size;
                // Columns, then rows: a = R^H a R with R = [c, s; -conj(s), c] at p, q.
                for (std::size_t i = 0; i < n; ++i) {
                    const Complex x = a[i * n + p], y = a[i * n + q];
                    a[i * n + p] = c * x - std::conj(s) * y;
                    a[i * n + q] = s * x + c * y;
                }
                for (std::size_t i = 0; i < n; ++i) {
                    const Complex x = a[p * n + i], y = a[q * n + i];
                    a[p * n + i] = c * x - s * y;
                    a[q * n + i] = std::conj(s) * x + c * y;
                }
                for (std::size_t i = 0; i < n; ++i) {
                    const Complex x = v[i * n + p], y = v[i * n + q];
                    v[i * n + p] = c * x - std::conj(s) * y;
                    v[i * n + q] = s * x + c * y;
                }
            }
        }
    }
}

} // namespace

double Optics::clearField() const {
    double sum = 0;
    const auto n = static_cast<std::size_t>(width());
    for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k)
        sum += scales[k] * std::norm(kernels[(k * n + n / 2) * n + n / 2]);
    return sum;
}

Expected<Optics> readOptics(const fs::path& kernelFile, const fs::path& scaleFile) {
    const auto kernels = readFile(kernelFile, kMostBytes), scales = readFile(scaleFile, kMostBytes);
    if (!kernels)
        return kernels.failure();
    if (!scales)
        return scales.failure();
    const std::size_t count = scales->view().size() / sizeof(float);
    const std::size_t values = kernels->view().size() / (2 * sizeof(float));
    const std::size_t area = count > 0 ? values / count : 0;
    const auto width = static_cast<std::size_t>(std::llround(std::sqrt(static_cast<double>(area))));
    if (count == 0 || count > kMostKernels || scales->view().size() != count * sizeof(float) ||
        kernels->view().size() != count * width * width * 2 * sizeof(float) || width % 2 == 0 ||
        width / 2 > kMostHalf)
        return fail("LITHO-010", "The sizes of the kernel files do not fit together",
                    std::to_string(kernels->view().size()) + " and " +
                        std::to_string(scales->view().size()) + " bytes",
                    kernelFile.string(),
                    "Kernels are complex64 [count, n, n] with n odd, scales float32 [count]");
    Optics optics;
    optics.half = static_cast<int>(width / 2);
    optics.count = static_cast<int>(count);
    const auto parts = floatsOf(kernels->view());
    for (std::size_t i = 0; i < parts.size(); i += 2)
        optics.kernels.emplace_back(parts[i], parts[i + 1]);
    for (const float scale : floatsOf(scales->view()))
        optics.scales.push_back(static_cast<double>(scale));
    const bool finite =
        std::all_of(parts.begin(), parts.end(), [](float v) { return std::isfinite(v); }) &&
        std::all_of(optics.scales.begin(), optics.scales.end(),
                    [](double v) { return std::isfinite(v) && v >= 0; });
    if (!finite)
        return fail("LITHO-011", "A kernel or a scale is no finite number", {},
                    kernelFile.string());
    return optics;
}

Expected<OpticsPair> readOpticsFolder(const fs::path& folder) {
    OpticsPair pair;
    for (const bool focus : {true, false}) {
        const std::string word = focus ? "focus" : "defocus";
        const auto kernels = only(folder, "kernels_" + word + "_");
        if (!kernels)
            return kernels.failure();
        const auto scales = only(folder, "scales_" + word + "_");
        if (!scales)
            return scales.failure();
        auto optics = readOptics(*kernels, *scales);
        if (!optics)
            return optics.failure();
        (focus ? pair.focus : pair.defocus) = std::move(*optics);
    }
    return pair;
}

Expected<Optics> opticsOf(const Lens& lens) {
    const double reach = lens.aperture / lens.wavelength * kField; ///< cycles per field
    const double last = reach * (1 + lens.outerSigma);
    const bool real = lens.wavelength > 0 && lens.aperture > 0 && lens.index > lens.aperture &&
                      lens.innerSigma >= 0 && lens.outerSigma > lens.innerSigma &&
                      lens.outerSigma <= 1 && std::isfinite(lens.defocus) && lens.count >= 1 &&
                      lens.count <= kMostKernels;
    if (!real || !(last < kMostHalf + 1) || !(reach >= 1))
        return fail("LITHO-012", "There is no such lens, or it is too fine for the field",
                    std::to_string(last) + " cycles per field");
    Optics optics;
    optics.half = static_cast<int>(last);
    optics.count = lens.count;
    const int half = optics.half;
    // One column per point of the source: what the pupil lets through of a wave tilted by it. The
    // transmission cross coefficients are B B^H.
    std::vector<std::array<double, 2>> source;
    const double outer = lens.outerSigma * reach, inner = lens.innerSigma * reach;
    for (double sy = -outer; sy <= outer; sy += kSourceStep) {
        for (double sx = -outer; sx <= outer; sx += kSourceStep) {
            const double r = std::hypot(sx, sy);
            if (r <= outer && r >= inner)
                source.push_back({sx, sy});
        }
    }
    const auto width = static_cast<std::size_t>(optics.width());
    const std::size_t rows = width * width, points = source.size();
    const auto kept =
        std::min<std::size_t>(static_cast<std::size_t>(lens.count), std::min(rows, points));
    optics.count = static_cast<int>(kept);
    std::vector<Complex> b(points * rows, 0);
    const double weight = 1 / std::sqrt(static_cast<double>(points));
    for (std::size_t s = 0; s < points; ++s) {
        for (int fy = -half; fy <= half; ++fy) {
            for (int fx = -half; fx <= half; ++fx) {
                const double r = std::hypot(fx + source[s][0], fy + source[s][1]);
                if (r > reach)
                    continue;
                // The way through the medium out of focus, beyond that of the axis.
                const double sine = r / kField * lens.wavelength / lens.index;
                const double phase = 2 * std::numbers::pi * lens.defocus * lens.index /
                                     lens.wavelength * (std::sqrt(1 - sine * sine) - 1);
                const auto row = static_cast<std::size_t>(fy + half) * width +
                                 static_cast<std::size_t>(fx + half);
                b[s * rows + row] = std::polar(weight, phase);
            }
        }
    }
    // The eigenvectors of B B^H follow from those of the much smaller B^H B.
    std::vector<Complex> gram(points * points), u;
    for (std::size_t s = 0; s < points; ++s) {
        for (std::size_t t = s; t < points; ++t) {
            Complex dot = 0;
            for (std::size_t r = 0; r < rows; ++r)
                dot += std::conj(b[s * rows + r]) * b[t * rows + r];
            gram[s * points + t] = dot;
            gram[t * points + s] = std::conj(dot);
        }
    }
    eigen(gram, u, points);
    std::vector<std::size_t> order(points);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
        return std::real(gram[i * points + i]) > std::real(gram[j * points + j]);
    });
    optics.kernels.assign(kept * rows, 0);
    for (std::size_t k = 0; k < kept; ++k) {
        const double value = std::max(0.0, std::real(gram[order[k] * points + order[k]]));
        optics.scales.push_back(value);
        if (value <= kPrecision)
            continue;
        for (std::size_t s = 0; s < points; ++s) {
            const Complex share = u[s * points + order[k]] / std::sqrt(value);
            for (std::size_t r = 0; r < rows; ++r)
                optics.kernels[k * rows + r] += b[s * rows + r] * share;
        }
    }
    return optics;
}

} // namespace ohm::litho
