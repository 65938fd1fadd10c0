// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/settling.h"

#include "core/base/units.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace ohm::optimize {
namespace {

using Kind = Measure::Kind;

constexpr double kFewest = 400; ///< steps of the declared transient that are worth saving some
constexpr double kFactor = 8;   ///< of the declared step in the first run
/// How near to the edge of its band, in units of the band, an output may come and still be told
/// inside or outside: in the first run, and per halving after it.
constexpr double kFirstGuard = 0.15;
constexpr std::array<double, 3> kGuards{0.1, 0.05, 0.02};
constexpr double kAgree = 0.003;      ///< of the settling time: what extrapolation may take away
constexpr double kAgreeAtLast = 0.01; ///< the same at the declared step
constexpr int kTail = 5;              ///< points at the end of the first run that are looked at

/// The cubic through four points (Lagrange).
double cubicAt(const double* t, const double* y, double at) {
    double sum = 0;
    for (int i = 0; i < 4; ++i) {
        double term = y[i];
        for (int j = 0; j < 4; ++j) {
            if (j != i)
                term *= (at - t[j]) / (t[i] - t[j]);
        }
        sum += term;
    }
    return sum;
}

/// Where the output passes `level` between two of its points, s.
double crossing(const std::vector<double>& t, const std::vector<double>& y, std::size_t before,
                double level) {
    const double y0 = y[before], y1 = y[before + 1];
    double low = t[before], high = t[before + 1];
    const double straight =
        y1 != y0 ? low + std::clamp((level - y0) / (y1 - y0), 0.0, 1.0) * (high - low) : low;
    if (t.size() < 4)
        return straight;
    const std::size_t first = std::min(before > 0 ? before - 1 : 0, t.size() - 4);
    for (std::size_t i = first; i < first + 3; ++i) {
        if (t[i + 1] <= t[i])
            return straight;
    }
    const auto above = [&](double at) { return cubicAt(&t[first], &y[first], at) > level; };
    if ((y0 > level) == (y1 > level) || above(low) != (y0 > level) || above(high) != (y1 > level))
        return straight;
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        (above(middle) == (y0 > level) ? low : high) = middle;
    }
    return (low + high) / 2;
}

/// One output of a transient, as its distance from the ideal step in units of the band.
struct Course {
    const std::vector<double>* time = nullptr;
    const std::vector<double>* out = nullptr;
    double step = 0;
    double tolerance = 0;
    std::vector<double> distance;

    std::size_t size() const { return distance.size(); }
    /// The last point outside `limit`.
    std::optional<std::size_t> lastOutside(double limit) const {
        for (std::size_t i = size(); i-- > 0;) {
            if (distance[i] > limit)
                return i;
        }
        return std::nullopt;
    }
    double settling() const { return settlingTime(*time, *out, step, tolerance); }
    /// False where the last swing out of the band, or a later one within it, comes so near to its
    /// edge that another step may tell otherwise.
    bool isClear(double guard) const {
        const auto last = lastOutside(1);
        if (!last || *last + 1 >= size())
            return false;
        bool inside = false;
        for (std::size_t i = *last + 1; i < size(); ++i) {
            if (distance[i] < 1 - guard)
                inside = true;
            else if (inside)
                return false;
        }
        double top = 0;
        for (std::size_t i = *last + 1; i-- > 0 && distance[i] > 1;)
            top = std::max(top, distance[i]);
        return inside && top > 1 + guard;
    }
};

/// `step`: of the ideal output, known from a run over the whole window; 0 = from this one.
std::optional<Course> courseOf(const sim::Outcome& outcome, const Measure& m, double step) {
    if (outcome.plots.size() != 1)
        return std::nullopt;
    const sim::Plot& plot = outcome.plots.front();
    const sim::Vector* out = plot.find(m.of);
    const sim::Vector* in = plot.find(m.input);
    if (!out || !in || out->real.size() < 4 || in->real.size() != out->real.size())
        return std::nullopt;
    Course c{&plot.vectors.front().real, &out->real, step, m.tolerance, {}};
    if (step == 0)
        c.step = in->real.back() - in->real.front();
    if (c.step == 0 || !(m.tolerance > 0))
        return std::nullopt;
    for (const double v : out->real)
        c.distance.push_back(std::fabs((v - out->real.front()) / c.step - 1) / m.tolerance);
    return c;
}

/// One settling measurement on its way through the runs.
struct Search {
    const Measure* measure = nullptr;
    double step = 0;
    double last = 0; ///< settling time by the run before
    std::optional<double> found;
};

/// Runs one bench.
class Ladder {
public:
    Ladder(sim::SimulatorPool& pool, const sim::Job& job, const StopToken& stop)
        : m_pool(pool)
        , m_job(job)
        , m_declared(job.analyses.front())
        , m_finest(std::min(m_declared.most > 0 ? m_declared.most : m_declared.step,
                            (m_declared.stop - m_declared.start) / 50))
        , m_stop(stop) {}

    Expected<sim::Outcome> run(const std::vector<const Measure*>& settlings) {
        if (m_declared.stop < kFewest * m_finest)
            return m_pool.run(m_job, m_stop);
        auto coarse = transient(kFactor * m_finest, m_declared.stop);
        if (!coarse)
            return m_stop.stopRequested() ? std::move(coarse) : m_pool.run(m_job, m_stop);
        std::vector<Search> searches;
        for (const Measure* m : settlings) {
            Search search{m, 0, 0, {}};
            if (!begin(*coarse, search))
                return m_pool.run(m_job, m_stop);
            searches.push_back(search);
        }
        sim::Outcome outcome = std::move(*coarse);
        for (int halving = 0; halving < 3 && !done(searches); ++halving) {
            auto finer = transient(kFactor * m_finest / (2 << halving), m_end);
            if (!finer)
                return m_stop.stopRequested() ? std::move(finer) : m_pool.run(m_job, m_stop);
            for (Search& search : searches) {
                if (!search.found && !refine(*finer, search, halving))
                    return m_pool.run(m_job, m_stop);
            }
            outcome = std::move(*finer);
        }
        for (const Search& search : searches)
            outcome.measurements[settlingKey(*search.measure)] = *search.found;
        return outcome;
    }

private:
    Expected<sim::Outcome> transient(double step, double end) {
        sim::Job job = m_job;
        sim::Analysis& a = job.analyses.front();
        a.step = a.most = step;
        a.stop = end;
        return m_pool.run(job, m_stop);
    }
    static bool done(const std::vector<Search>& searches) {
        return std::all_of(searches.begin(), searches.end(),
                           [](const Search& s) { return s.found.has_value(); });
    }

    /// From the first run: it never settles, or when it has. False if that cannot be told.
    bool begin(const sim::Outcome& outcome, Search& search) {
        const auto c = courseOf(outcome, *search.measure, 0);
        if (!c || c->size() < kTail)
            return false;
        search.step = c->step;
        const auto [least, most] =
            std::minmax_element(c->distance.end() - kTail, c->distance.end());
        if (*least > 1 + kFirstGuard) {
            search.found = m_declared.stop;
            return true;
        }
        if (*most > 1 - kFirstGuard)
            return false;
        search.last = c->settling();
        const auto quiet = c->lastOutside(1 - kFirstGuard);
        const double until = quiet ? (*c->time)[*quiet] : 0;
        m_end = std::min(std::max(m_end, 1.1 * until + 4 * kFactor * m_finest), m_declared.stop);
        return true;
    }

    /// False if only the declared transient can tell.
    bool refine(const sim::Outcome& outcome, Search& search, int halving) {
        const auto c = courseOf(outcome, *search.measure, search.step);
        if (!c || c->distance.back() > 1)
            return false;
        const double now = c->settling();
        const double rest = (now - search.last) / 3; // of an error that goes by the square
        search.last = now;
        const bool declared = halving == 2;
        const bool clear = c->isClear(kGuards[static_cast<std::size_t>(halving)]);
        if (clear && std::fabs(rest) <= (declared ? kAgreeAtLast : kAgree) * now)
            search.found = now + rest;
        else if (declared)
            search.found = now;
        return true;
    }

    sim::SimulatorPool& m_pool;
    const sim::Job& m_job;
    const sim::Analysis m_declared;
    const double m_finest; ///< the step as declared, s
    const StopToken& m_stop;
    double m_end = 0; ///< when all outputs are quiet, s
};

} // namespace

double settlingTime(const std::vector<double>& t, const std::vector<double>& out, double step,
                    double tolerance) {
    std::vector<double> y;
    y.reserve(out.size());
    for (const double v : out)
        y.push_back((v - out.front()) / step);
    for (std::size_t i = t.size(); i-- > 0;) {
        if (std::fabs(y[i] - 1) <= tolerance)
            continue;
        if (i + 1 == t.size())
            return t.back(); // not settled within the window
        return crossing(t, y, i, y[i] < 1 ? 1 - tolerance : 1 + tolerance);
    }
    return t.front();
}

std::string settlingKey(const Measure& m) {
    return "settling " + m.of + " " + m.input + " " + formatExact(m.tolerance);
}

std::vector<const Measure*> settlingsAlone(const Problem& problem, std::size_t bench) {
    const std::vector<sim::Analysis>& analyses = problem.benches[bench].analyses;
    if (analyses.size() != 1 || analyses.front().kind != sim::Analysis::Kind::Tran ||
        analyses.front().start != 0)
        return {};
    std::vector<const Measure*> settlings;
    for (const Measure& m : problem.measures) {
        const bool reads = m.bench == bench || (m.kind == Kind::Rejection && m.against == bench);
        if (m.derived() || !reads)
            continue;
        if (m.kind == Kind::Settling)
            settlings.push_back(&m);
        else if (m.kind != Kind::Offset)
            return {};
    }
    return settlings;
}

Expected<sim::Outcome> simulateSettling(sim::SimulatorPool& pool, const sim::Job& job,
                                        const std::vector<const Measure*>& settlings,
                                        const StopToken& stop) {
    return Ladder(pool, job, stop).run(settlings);
}

} // namespace ohm::optimize
