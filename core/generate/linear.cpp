// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/linear.h"

#include <algorithm>
#include <cmath>

namespace ohm::generate {
namespace {

using netlist::Circuit;
using netlist::DeviceId;
using netlist::DeviceKind;

/// Below this share of the largest entry of the matrix a pivot counts as zero.
constexpr double kLeastPivot = 1e-14;

std::optional<double> mainValue(const Circuit& circuit, DeviceId device) {
    const char letter = circuit.deviceLetter(device);
    if (letter == 'e' || letter == 'g') {
        const auto gain = circuit.deviceParameter(device, "gain");
        return gain ? gain : circuit.deviceParameter(device, "value");
    }
    return circuit.deviceParameter(device, "value");
}

bool known(const Circuit& circuit, DeviceId device) {
    switch (circuit.deviceLetter(device)) {
    case 'c':
    case 'l':
        return circuit.deviceNets(device).size() >= 2;
    case 'r': {
        const auto value = mainValue(circuit, device);
        return circuit.deviceNets(device).size() == 2 && circuit.deviceMaster(device).empty() &&
               value && *value != 0 && std::isfinite(*value);
    }
    case 'v':
    case 'i': { // without a dc value a source may be a waveform, whose first point we do not know
        const auto value = mainValue(circuit, device);
        return value && std::isfinite(*value);
    }
    case 'e':
    case 'g': {
        const auto value = mainValue(circuit, device);
        return circuit.deviceNets(device).size() == 4 && value && std::isfinite(*value);
    }
    default:
        return false;
    }
}

bool hasCurrent(char letter) {
    return letter == 'v' || letter == 'l' || letter == 'e';
}

class System {
public:
    explicit System(std::size_t size)
        : m_size(size)
        , m_matrix(size * (size + 1), 0.0) {}
    void add(std::size_t row, std::size_t column, double value) {
        if (row < m_size && column < m_size)
            m_matrix[row * (m_size + 1) + column] += value;
    }
    void addRight(std::size_t row, double value) {
        if (row < m_size)
            m_matrix[row * (m_size + 1) + m_size] += value;
    }
    /// Gauss-Jordan on the columns that can be pivoted; the others come back NaN. False if a row
    /// contradicts the rest.
    bool solve(std::vector<double>& solution) {
        const std::size_t width = m_size + 1;
        const auto at = [&](std::size_t r, std::size_t c) -> double& {
            return m_matrix[r * width + c];
        };
        double largest = 0, right = 0;
        for (std::size_t r = 0; r < m_size; ++r) {
            for (std::size_t c = 0; c < m_size; ++c)
                largest = std::max(largest, std::fabs(at(r, c)));
            right = std::max(right, std::fabs(at(r, m_size)));
        }
        std::vector<std::size_t> pivotRow(m_size, m_size);
        std::size_t row = 0;
        for (std::size_t c = 0; c < m_size && row < m_size; ++c) {
            std::size_t best = row;
            for (std::size_t r = row + 1; r < m_size; ++r) {
                if (std::fabs(at(r, c)) > std::fabs(at(best, c)))
                    best = r;
            }
            if (std::fabs(at(best, c)) <= kLeastPivot * largest)
                continue;
            if (best != row)
                std::swap_ranges(m_matrix.begin() + static_cast<std::ptrdiff_t>(row * width),
                                 m_matrix.begin() + static_cast<std::ptrdiff_t>((row + 1) * width),
                                 m_matrix.begin() + static_cast<std::ptrdiff_t>(best * width));
            for (std::size_t r = 0; r < m_size; ++r) {
                const double factor = r == row ? 0 : at(r, c) / at(row, c);
                if (factor == 0)
                    continue;
                for (std::size_t k = c; k < width; ++k)
                    at(r, k) -= factor * at(row, k);
                at(r, c) = 0;
            }
            pivotRow[c] = row++;
        }
        for (std::size_t r = row; r < m_size; ++r) {
            if (std::fabs(at(r, m_size)) > 1e-9 * std::max(1.0, right))
                return false;
        }
        solution.assign(m_size, std::nan(""));
        for (std::size_t c = 0; c < m_size; ++c) {
            if (pivotRow[c] == m_size)
                continue;
            bool free = false; // depends on something undetermined
            for (std::size_t k = 0; k < m_size; ++k)
                free = free || (k != c && pivotRow[k] == m_size &&
                                std::fabs(at(pivotRow[c], k)) > kLeastPivot * largest);
            if (!free)
                solution[c] = at(pivotRow[c], m_size) / at(pivotRow[c], c);
        }
        return true;
    }

private:
    std::size_t m_size;
    std::vector<double> m_matrix;
};

} // namespace

bool isLinear(const Circuit& circuit) {
    std::size_t unknowns = circuit.netCount();
    for (DeviceId d = 0; d < circuit.deviceCount(); ++d) {
        if (!known(circuit, d))
            return false;
        unknowns += hasCurrent(circuit.deviceLetter(d)) ? 1 : 0;
        if (unknowns > kMostUnknowns)
            return false;
    }
    return circuit.deviceCount() > 0 && circuit.ground().has_value();
}

std::optional<std::vector<double>> solveLinear(const Circuit& circuit) {
    if (!isLinear(circuit))
        return std::nullopt;
    const std::size_t nets = circuit.netCount();
    std::size_t size = 0;
    std::vector<std::size_t> row(nets);
    constexpr std::size_t kGround = static_cast<std::size_t>(-1);
    for (std::size_t n = 0; n < nets; ++n)
        row[n] = circuit.isGround(static_cast<netlist::NetId>(n)) ? kGround : size++;
    std::size_t current = size;
    for (DeviceId d = 0; d < circuit.deviceCount(); ++d)
        size += hasCurrent(circuit.deviceLetter(d)) ? 1 : 0;
    System system(size);
    for (DeviceId d = 0; d < circuit.deviceCount(); ++d) {
        const char letter = circuit.deviceLetter(d);
        const auto ends = circuit.deviceNets(d);
        const std::size_t p = row[ends[0]];
        const std::size_t m = row[ends[1]];
        const double value = letter == 'l' || letter == 'c' ? 0 : *mainValue(circuit, d);
        switch (letter) {
        case 'r':
            system.add(p, p, 1 / value);
            system.add(m, m, 1 / value);
            system.add(p, m, -1 / value);
            system.add(m, p, -1 / value);
            break;
        case 'i': // flows through the source from plus to minus
            system.addRight(p, -value);
            system.addRight(m, value);
            break;
        case 'g': {
            const std::size_t a = row[ends[2]], b = row[ends[3]];
            system.add(p, a, value);
            system.add(p, b, -value);
            system.add(m, a, -value);
            system.add(m, b, value);
            break;
        }
        case 'v':
        case 'l':
        case 'e':
            system.add(p, current, 1);
            system.add(m, current, -1);
            system.add(current, p, 1);
            system.add(current, m, -1);
            if (letter == 'e') {
                system.add(current, row[ends[2]], -value);
                system.add(current, row[ends[3]], value);
            } else {
                system.addRight(current, value);
            }
            ++current;
            break;
        default:
            break;
        }
    }
    std::vector<double> solution;
    if (!system.solve(solution))
        return std::nullopt;
    std::vector<double> volts(nets, 0.0);
    for (std::size_t n = 0; n < nets; ++n)
        volts[n] = row[n] == kGround ? 0 : solution[row[n]];
    return volts;
}

} // namespace ohm::generate
