// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/optimize/corner.h"
#include "core/project/project.h"
#include "core/sim/simulator.h"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ohm::optimize {

/// A design: one grid index per variable.
using Design = std::vector<int>;

/// One thing that may vary: a `.param` of the bench circuits on a grid of values. Values in SI
/// units. Thread: a plain value.
struct Variable {
    std::string name;
    std::string unit;
    double low = 0, high = 0, step = 0; ///< step 0 = a hundredth of the range
    bool logarithmic = false;           ///< the grid is even in the logarithm
    double nominal = 0;

    int count() const; ///< grid points, at least 1
    double value(int index) const;
    int nearest(double value) const; ///< index of the nearest grid point
};

/// A parameter that follows those that vary, such as the width of a matched device. Thread: a plain
/// value.
struct Match {
    std::string name;
    std::string unit;
    std::string body; ///< "mp1", "2*mp1": an expression of variables
};

/// What must hold of one measurement. Thread: a plain value.
struct Spec {
    std::string name;               ///< of the measurement
    std::optional<double> min, max; ///< either or both, in the measurement's unit
    double weight = 1;
    /// Where it must hold while sizing: names of corners, "nominal" among them; empty = as drawn.
    std::vector<std::string> corners;
    std::vector<std::size_t> everywhere = {}; ///< the measurement in each of them

    /// weight * |value - limit| / |limit| where the limit is missed, else 0 (Hakhamaneshi et al.,
    /// BagNet). max-type divides by |value|, as the published code does.
    double penalty(double value) const;
    bool maxType() const { return max && !min; }
};

/// A circuit that is simulated for each design.
struct Bench {
    std::string name;
    std::filesystem::path circuit; ///< absolute
    std::vector<sim::Analysis> analyses;
    std::string cards; ///< further element cards for the flat deck, such as estimated parasitics
    double timeoutSeconds = 30;
    int corner = -1; ///< index into Problem::corners; -1 = as drawn
};

/// A number taken from a bench's results.
struct Measure {
    enum class Kind {
        Gain,        ///< |V(of)| at the first frequency of the AC analysis
        UnityGain,   ///< frequency where |V(of)| falls to 1, Hz; the first frequency without one
        Bandwidth,   ///< frequency where |V(of)| has fallen by 3 dB, Hz
        PhaseMargin, ///< degrees at the unity-gain frequency, -180 without one
        Rejection,   ///< 20 log10 of gain(bench) / gain(against): CMRR, PSRR in dB
        Current,     ///< -i(source) at the operating point, A
        Voltage,     ///< V(of) at the operating point
        Offset,      ///< |V(of) - V(input)| at the start of the transient, V
        Settling,    ///< s until V(of) stays within `tolerance` of the step of V(input)
        Slew,        ///< greatest |dV(of)/dt| between 10 % and 90 % of the step, V/s
        Meas,        ///< a .meas body
        Worst,       ///< the worst of `inputs`, over corners
        Expression,  ///< `body`, of other measurements and of parameters
        OutputNoise, ///< at `at` Hz in V/sqrt(Hz), else over the band in V
        InputNoise   ///< the same referred to the input source
    } kind = Kind::Gain;
    std::string name;
    std::string unit;
    std::size_t bench = 0;
    std::size_t against = 0;         ///< Rejection
    std::string of, input;           ///< nets
    std::string source;              ///< Current
    double tolerance = 0.01;         ///< Settling
    std::string body;                ///< Meas: "tran rise trig ..."
    std::string measuredName;        ///< Meas: the name within the body
    double at = 0, from = 0, to = 0; ///< noise: one frequency or a band, Hz; 0, 0 = all simulated
    std::vector<std::size_t> inputs; ///< derived: measurements it is taken from
    std::vector<std::string> names;  ///< Expression: what the body calls each of the inputs
    bool lowest = false;             ///< Worst: the least is the worst, else the greatest

    bool derived() const { return kind == Kind::Worst || kind == Kind::Expression; }
};

/// A sizing problem. Immutable once made. Thread: a plain value.
struct Problem {
    std::string name;
    std::filesystem::path folder;
    std::vector<std::filesystem::path> searchPath; ///< model cards
    std::vector<Variable> variables;
    std::vector<Match> matches;
    std::vector<Bench> benches;
    std::vector<Measure> measures;
    std::vector<Spec> specs;
    std::vector<std::size_t> measureOf; ///< per spec, its measurement (in corners: the worst)
    std::vector<Corner> corners;        ///< rows of `corners`, sweeps taken apart
    MonteCarlo monteCarlo;
    std::size_t drawnBenches = 0, drawnMeasures = 0; ///< those that follow are for corners
    std::filesystem::path judgeCircuit; ///< what a graph network looks at; may be empty

    Design nominal() const;
    /// What the benches' .param are for a design: every variable, then every match, by name.
    std::vector<std::pair<std::string, double>> parameters(const Design& design) const;
    /// Penalties per spec of measured values (per measure).
    std::vector<double> penalties(const std::vector<double>& values) const;
    /// The problem without what was added for corners: every spec where it is drawn.
    Problem asDrawn() const;
};

/// Takes the sizing part of a project (`parameters`, `benches`, `measurements`, `specs`, `corners`,
/// `monte_carlo`, `sizing`) and checks it before anything is simulated. Errors: OPT-001 the project
/// has no such part, OPT-002 an entry is not understood, OPT-003 nothing may vary, OPT-004 specs
/// that exclude each other, OPT-005 a name that is not there. Thread: any.
Expected<Problem> problemOf(const project::Project& project);

} // namespace ohm::optimize
