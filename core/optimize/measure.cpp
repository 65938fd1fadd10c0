// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/measure.h"

#include "core/base/units.h"
#include "core/optimize/settling.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace ohm::optimize {
namespace {

using Kind = Measure::Kind;

const sim::Plot* plotOf(const sim::Outcome& outcome, sim::Analysis::Kind kind) {
    for (const sim::Plot& plot : outcome.plots) {
        if (plot.kind == kind)
            return &plot;
    }
    return nullptr;
}

Unexpected missing(const Measure& m, const std::string& what) {
    return fail("OPT-010", "The simulation has no such net or source", what, m.name,
                "Correct the measurement in the project file");
}

/// Frequencies and the complex response of one net.
struct Response {
    const std::vector<double>* frequency = nullptr;
    std::vector<double> magnitude, phase; ///< phase unwrapped, degrees
};

Expected<Response> responseOf(const Measure& m, const sim::Outcome& outcome) {
    const sim::Plot* plot = plotOf(outcome, sim::Analysis::Kind::Ac);
    const sim::Vector* v = plot ? plot->find(m.of) : nullptr;
    if (!v || v->real.empty() || v->imag.size() != v->real.size())
        return missing(m, m.of);
    Response r;
    r.frequency = &plot->vectors.front().real;
    double turn = 0;
    for (std::size_t i = 0; i < v->real.size(); ++i) {
        r.magnitude.push_back(std::hypot(v->real[i], v->imag[i]));
        double phase = std::atan2(v->imag[i], v->real[i]) * 180 / M_PI + turn;
        if (i > 0) {
            while (phase - r.phase.back() > 180) {
                phase -= 360;
                turn -= 360;
            }
            while (phase - r.phase.back() < -180) {
                phase += 360;
                turn += 360;
            }
        }
        r.phase.push_back(phase);
    }
    return r;
}

struct Crossing {
    std::size_t before = 0;
    double share = 0; ///< of the interval, in the logarithm of frequency
    double frequency = 0;
};
std::optional<Crossing> fallsTo(const Response& r, double level) {
    for (std::size_t i = 0; i + 1 < r.magnitude.size(); ++i) {
        const double a = r.magnitude[i];
        const double b = r.magnitude[i + 1];
        if (a < level || b >= level || a <= 0 || b <= 0)
            continue;
        Crossing c;
        c.before = i;
        c.share = std::log(a / level) / std::log(a / b);
        const double f0 = (*r.frequency)[i];
        c.frequency = f0 * std::pow((*r.frequency)[i + 1] / f0, c.share);
        return c;
    }
    return std::nullopt;
}

/// As in the published benches: the phase at unity gain, a half turn away.
double phaseMargin(const Response& r) {
    const auto c = fallsTo(r, 1);
    if (!c)
        return -180;
    const double phase =
        r.phase[c->before] + c->share * (r.phase[c->before + 1] - r.phase[c->before]);
    return phase > 0 ? phase - 180 : phase + 180;
}

Expected<double> acMeasure(const Measure& m, const std::vector<const sim::Outcome*>& benches) {
    const auto r = responseOf(m, *benches[m.bench]);
    if (!r)
        return r.failure();
    switch (m.kind) {
    case Kind::Gain:
        return r->magnitude.front();
    case Kind::UnityGain: {
        const auto c = fallsTo(*r, 1);
        return c ? c->frequency : r->frequency->front();
    }
    case Kind::Bandwidth: {
        const auto c = fallsTo(*r, r->magnitude.front() / std::sqrt(2.0));
        return c ? c->frequency : r->frequency->back();
    }
    case Kind::PhaseMargin:
        return phaseMargin(*r);
    default:
        break;
    }
    const auto other = responseOf(m, *benches[m.against]);
    if (!other)
        return other.failure();
    const double ratio = r->magnitude.front() / std::max(other->magnitude.front(), 1e-300);
    return 20 * std::log10(std::max(ratio, 1e-300));
}

Expected<double> opMeasure(const Measure& m, const sim::Outcome& outcome) {
    const sim::Plot* plot = plotOf(outcome, sim::Analysis::Kind::Op);
    const std::string name = m.kind == Kind::Current ? m.source + "#branch" : m.of;
    const sim::Vector* v = plot ? plot->find(name) : nullptr;
    if (!v || v->real.empty())
        return missing(m, name);
    return m.kind == Kind::Current ? -v->real.front() : v->real.front();
}

/// Density at a frequency, a straight line in the logarithms of both.
double densityAt(const std::vector<double>& f, const std::vector<double>& v, double at) {
    if (at <= f.front())
        return v.front();
    for (std::size_t i = 0; i + 1 < f.size(); ++i) {
        if (at > f[i + 1])
            continue;
        if (v[i] <= 0 || v[i + 1] <= 0)
            return v[i + 1];
        const double share = std::log(at / f[i]) / std::log(f[i + 1] / f[i]);
        return v[i] * std::pow(v[i + 1] / v[i], share);
    }
    return v.back();
}

/// Root of the integral of density squared, whose logarithm is taken as straight in that of
/// frequency between two points.
double noiseOver(const std::vector<double>& f, const std::vector<double>& v, double from,
                 double to) {
    std::vector<double> edges{from};
    for (const double each : f) {
        if (each > from && each < to)
            edges.push_back(each);
    }
    edges.push_back(to);
    double sum = 0;
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
        const double f0 = edges[i], f1 = edges[i + 1];
        const double s0 = std::pow(densityAt(f, v, f0), 2);
        const double s1 = std::pow(densityAt(f, v, f1), 2);
        if (s0 <= 0 || s1 <= 0 || f0 <= 0) {
            sum += (s0 + s1) / 2 * (f1 - f0);
            continue;
        }
        const double slope = std::log(s1 / s0) / std::log(f1 / f0);
        sum += std::fabs(slope + 1) > 1e-9 ? (s1 * f1 - s0 * f0) / (slope + 1)
                                           : s0 * f0 * std::log(f1 / f0);
    }
    return std::sqrt(sum);
}

Expected<double> noiseMeasure(const Measure& m, const sim::Outcome& outcome) {
    const sim::Plot* plot = plotOf(outcome, sim::Analysis::Kind::Noise);
    const char* name = m.kind == Kind::OutputNoise ? "onoise_spectrum" : "inoise_spectrum";
    const sim::Vector* v = plot ? plot->find(name) : nullptr;
    if (!v || v->real.size() < 2)
        return missing(m, name);
    const std::vector<double>& f = plot->vectors.front().real;
    if (m.at > 0)
        return densityAt(f, v->real, m.at);
    return noiseOver(f, v->real, m.from > 0 ? m.from : f.front(), m.to > 0 ? m.to : f.back());
}

Expected<double> tranMeasure(const Measure& m, const sim::Outcome& outcome) {
    if (m.kind == Kind::Settling) {
        const auto known = outcome.measurements.find(settlingKey(m));
        if (known != outcome.measurements.end())
            return known->second;
    }
    const sim::Plot* plot = plotOf(outcome, sim::Analysis::Kind::Tran);
    const sim::Vector* out = plot ? plot->find(m.of) : nullptr;
    const sim::Vector* in = plot ? plot->find(m.input) : nullptr;
    if (!out || out->real.size() < 2)
        return missing(m, m.of);
    if (!in || in->real.size() != out->real.size())
        return missing(m, m.input);
    if (m.kind == Kind::Offset)
        return std::fabs(out->real.front() - in->real.front());
    const std::vector<double>& t = plot->vectors.front().real;
    const double step = in->real.back() - in->real.front();
    if (step == 0)
        return fail("OPT-011", "The input of the transient does not step", {}, m.name);
    if (m.kind == Kind::Settling)
        return settlingTime(t, out->real, step, m.tolerance);
    double slew = 0;
    for (std::size_t i = 0; i + 1 < t.size(); ++i) {
        const double share = (out->real[i] - out->real.front()) / step;
        if (share >= 0.1 && share <= 0.9 && t[i + 1] > t[i])
            slew = std::max(slew, std::fabs((out->real[i + 1] - out->real[i]) / (t[i + 1] - t[i])));
    }
    return slew;
}

} // namespace

Expected<double> takeMeasure(const Measure& m, const std::vector<const sim::Outcome*>& benches) {
    if (m.kind <= Kind::Rejection)
        return acMeasure(m, benches);
    if (m.kind == Kind::Current || m.kind == Kind::Voltage)
        return opMeasure(m, *benches[m.bench]);
    if (m.kind == Kind::OutputNoise || m.kind == Kind::InputNoise)
        return noiseMeasure(m, *benches[m.bench]);
    if (m.kind != Kind::Meas)
        return tranMeasure(m, *benches[m.bench]);
    const auto& found = benches[m.bench]->measurements;
    const auto value = found.find(m.measuredName);
    if (value == found.end())
        return fail("OPT-011", "A measurement found nothing", m.body, m.name);
    return value->second;
}

std::string formatMeasure(const Measure& m, double value) {
    if (!std::isfinite(value))
        return "failed";
    if (m.unit == "dB" || m.unit == "deg" || m.unit.empty()) {
        char text[48];
        std::snprintf(text, sizeof(text), "%.4g%s%s", value, m.unit.empty() ? "" : " ",
                      m.unit.c_str());
        return text;
    }
    return formatSi(value, m.unit);
}

} // namespace ohm::optimize
