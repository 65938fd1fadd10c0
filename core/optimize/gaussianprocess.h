// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace ohm::optimize {

/// Regression by a Gaussian process with a Matern 5/2 kernel, one length scale per input and noise
/// (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, eqs. 2.25, 2.26, 4.17,
/// 5.9), its hyperparameters those of the greatest posterior density under weak log-normal priors.
/// Thread: owner only.
class GaussianProcess {
public:
    /// `x` [count, width] row-major, inputs of about unit range; `y` [count], at least 2. The
    /// hyperparameters are sought in `steps` gradient steps from a fixed start. Non-finite values
    /// must not occur. O(steps * count^3).
    GaussianProcess(std::vector<double> x, std::vector<double> y, std::size_t width, int steps);
    ~GaussianProcess();
    GaussianProcess(GaussianProcess&&) noexcept;
    GaussianProcess& operator=(GaussianProcess&&) noexcept;

    struct Estimate {
        std::vector<double> mean, deviation; ///< of the function, without noise
    };
    /// `x` [count, width]. O(count * observations^2).
    Estimate predict(const std::vector<double>& x) const;
    /// Adds an observation with the hyperparameters as they are. O(observations^2).
    void observe(const std::vector<double>& x, double y);

    const std::vector<double>& lengthScales() const; ///< [width]
    double noise() const;                            ///< deviation, in the unit of y
    /// Log of the marginal likelihood of the standardised y: what processes over other inputs are
    /// compared by (eq. 2.30).
    double evidence() const;
    std::size_t observations() const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace ohm::optimize
