// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/gaussianprocess.h"

#include <Eigen/Cholesky>
#include <Eigen/Dense>

#include <algorithm>
#include <cmath>

namespace ohm::optimize {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Eigen::VectorXd;

namespace {

constexpr double kRate = 0.1;          ///< of the gradient steps, in the logarithm
constexpr double kScalePriorWidth = 1; ///< of log length scales
constexpr double kNoisePriorCentre = -3.5, kNoisePriorWidth = 2;
constexpr double kFirstNoise = -1;   ///< begun with little, the scales shrink to fit the noise
constexpr double kLeastNoise = 1e-3; ///< of a standard deviation of y: keeps the factor regular

} // namespace

struct GaussianProcess::Impl {
    Matrix x;
    VectorXd y; ///< standardised
    double centre = 0, unit = 1;
    VectorXd logScales;
    double logSignal = 0, logNoise = kFirstNoise;
    Eigen::MatrixXd factor; ///< lower, of K + noise
    VectorXd weights;       ///< (K + noise)^-1 y
    std::vector<double> scales;

    /// Squared distances in units of the length scales, [rows of a, rows of b].
    Matrix distances(const Matrix& a, const Matrix& b) const {
        const VectorXd inverse = (-logScales).array().exp();
        const Matrix sa = a * inverse.asDiagonal(), sb = b * inverse.asDiagonal();
        Matrix d = -2 * sa * sb.transpose();
        d.colwise() += sa.rowwise().squaredNorm();
        d.rowwise() += sb.rowwise().squaredNorm().transpose();
        return d.cwiseMax(0);
    }
    /// Kernel, and its slope: d k / d log l_i = slope * (difference_i / l_i)^2.
    void kernel(const Matrix& squared, Matrix& k, Matrix* slope) const {
        const double signal = std::exp(2 * logSignal);
        const Matrix r = (5 * squared).cwiseSqrt();
        const Matrix decay = (-r).array().exp();
        k = signal * (1 + r.array() + r.array().square() / 3) * decay.array();
        if (slope)
            *slope = signal * 5.0 / 3 * (1 + r.array()) * decay.array();
    }
    double noiseVariance() const { return std::exp(2 * logNoise) + kLeastNoise * kLeastNoise; }

    void fit(int steps) {
        const Eigen::Index n = x.rows(), width = x.cols();
        // Adam on the log posterior: few parameters, smooth, and the same steps on every machine.
        VectorXd first = VectorXd::Zero(width + 2), second = VectorXd::Zero(width + 2);
        const double usual = std::log(0.5 * std::sqrt(static_cast<double>(width)));
        logScales = VectorXd::Constant(width, usual);
        Matrix k, slope;
        for (int step = 1; step <= steps; ++step) {
            kernel(distances(x, x), k, &slope);
            Eigen::MatrixXd noisy = k;
            noisy.diagonal().array() += noiseVariance();
            const Eigen::LLT<Eigen::MatrixXd> llt(noisy);
            if (llt.info() != Eigen::Success)
                break;
            const VectorXd alpha = llt.solve(y);
            const Eigen::MatrixXd inverse = llt.solve(Eigen::MatrixXd::Identity(n, n));
            // d log p / d theta = 1/2 tr((alpha alpha' - K^-1) dK / d theta)
            const Matrix outer = alpha * alpha.transpose() - inverse;
            VectorXd gradient(width + 2);
            const Matrix weighted = outer.cwiseProduct(slope);
            const VectorXd rowSums = weighted.rowwise().sum();
            for (Eigen::Index d = 0; d < width; ++d) {
                // sum_ij w_ij (x_i - x_j)^2 = 2 sum_i x_i^2 w_i. - 2 x' W x, W being symmetric
                const VectorXd c = x.col(d) * std::exp(-logScales[d]);
                gradient[d] = c.cwiseProduct(c).dot(rowSums) - c.dot(weighted * c);
                gradient[d] -= (logScales[d] - usual) / (kScalePriorWidth * kScalePriorWidth);
            }
            gradient[width] = outer.cwiseProduct(k).sum() - logSignal;
            gradient[width + 1] =
                std::exp(2 * logNoise) * outer.trace() -
                (logNoise - kNoisePriorCentre) / (kNoisePriorWidth * kNoisePriorWidth);
            first = 0.9 * first + 0.1 * gradient;
            second = 0.99 * second + 0.01 * gradient.cwiseProduct(gradient);
            const VectorXd move = (first / (1 - std::pow(0.9, step))).array() /
                                  ((second / (1 - std::pow(0.99, step))).array().sqrt() + 1e-9);
            logScales += kRate * move.head(width);
            logSignal += kRate * move[width];
            logNoise += kRate * move[width + 1];
        }
        refresh();
    }

    void refresh() {
        Matrix k;
        kernel(distances(x, x), k, nullptr);
        Eigen::MatrixXd noisy = k;
        double jitter = noiseVariance();
        for (;; jitter *= 10) { // repeated inputs may need more
            Eigen::MatrixXd tried = noisy;
            tried.diagonal().array() += jitter;
            const Eigen::LLT<Eigen::MatrixXd> llt(tried);
            if (llt.info() != Eigen::Success)
                continue;
            factor = llt.matrixL();
            break;
        }
        solve();
        scales.assign(static_cast<std::size_t>(x.cols()), 0);
        for (Eigen::Index d = 0; d < x.cols(); ++d)
            scales[static_cast<std::size_t>(d)] = std::exp(logScales[d]);
    }
    void solve() {
        weights = y;
        factor.triangularView<Eigen::Lower>().solveInPlace(weights);
        factor.triangularView<Eigen::Lower>().adjoint().solveInPlace(weights);
    }
};

GaussianProcess::GaussianProcess(std::vector<double> x, std::vector<double> y, std::size_t width,
                                 int steps)
    : m_impl(std::make_unique<Impl>()) {
    const auto n = static_cast<Eigen::Index>(y.size());
    m_impl->x = Eigen::Map<const Matrix>(x.data(), n, static_cast<Eigen::Index>(width));
    m_impl->y = Eigen::Map<const VectorXd>(y.data(), n);
    m_impl->centre = m_impl->y.mean();
    const double spread =
        std::sqrt((m_impl->y.array() - m_impl->centre).square().sum() / static_cast<double>(n));
    m_impl->unit = spread > 0 ? spread : 1;
    m_impl->y = (m_impl->y.array() - m_impl->centre) / m_impl->unit;
    m_impl->fit(steps);
}
GaussianProcess::~GaussianProcess() = default;
GaussianProcess::GaussianProcess(GaussianProcess&&) noexcept = default;
GaussianProcess& GaussianProcess::operator=(GaussianProcess&&) noexcept = default;

GaussianProcess::Estimate GaussianProcess::predict(const std::vector<double>& x) const {
    const Impl& m = *m_impl;
    const Eigen::Index width = m.x.cols();
    const auto count = static_cast<Eigen::Index>(x.size()) / width;
    const Matrix points = Eigen::Map<const Matrix>(x.data(), count, width);
    Matrix k;
    m.kernel(m.distances(m.x, points), k, nullptr);
    const VectorXd mean = k.transpose() * m.weights;
    Eigen::MatrixXd solved = k;
    m.factor.triangularView<Eigen::Lower>().solveInPlace(solved);
    const VectorXd explained = solved.colwise().squaredNorm().transpose();
    Estimate estimate;
    const double signal = std::exp(2 * m.logSignal);
    for (Eigen::Index i = 0; i < count; ++i) {
        estimate.mean.push_back(m.centre + m.unit * mean[i]);
        estimate.deviation.push_back(m.unit *
                                     std::sqrt(std::max(signal - explained[i], 1e-12 * signal)));
    }
    return estimate;
}

void GaussianProcess::observe(const std::vector<double>& x, double y) {
    Impl& m = *m_impl;
    const Eigen::Index n = m.x.rows(), width = m.x.cols();
    const Matrix point = Eigen::Map<const Matrix>(x.data(), 1, width);
    Matrix k;
    m.kernel(m.distances(m.x, point), k, nullptr);
    VectorXd row = k.col(0);
    m.factor.triangularView<Eigen::Lower>().solveInPlace(row);
    const double rest = std::exp(2 * m.logSignal) + m.noiseVariance() - row.squaredNorm();
    m.x.conservativeResize(n + 1, width);
    m.x.row(n) = point;
    m.y.conservativeResize(n + 1);
    m.y[n] = (y - m.centre) / m.unit;
    m.factor.conservativeResizeLike(Eigen::MatrixXd::Zero(n + 1, n + 1));
    m.factor.row(n).head(n) = row.transpose();
    m.factor(n, n) = std::sqrt(std::max(rest, m.noiseVariance()));
    m.solve();
}

const std::vector<double>& GaussianProcess::lengthScales() const {
    return m_impl->scales;
}
double GaussianProcess::noise() const {
    return m_impl->unit * std::sqrt(m_impl->noiseVariance());
}
double GaussianProcess::evidence() const {
    const Impl& m = *m_impl;
    return -0.5 * m.y.dot(m.weights) - m.factor.diagonal().array().log().sum() -
           0.5 * static_cast<double>(m.y.size()) * std::log(2 * M_PI);
}
std::size_t GaussianProcess::observations() const {
    return static_cast<std::size_t>(m_impl->x.rows());
}

} // namespace ohm::optimize
