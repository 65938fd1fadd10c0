// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/problem.h"

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/optimize/cornersyaml.h"
#include "core/optimize/measure.h"
#include "core/project/installation.h"
#include "core/project/projectyaml.h"
#include "core/sim/deckcheck.h"

#include <algorithm>
#include <map>
#include <sstream>

namespace ohm::optimize {
namespace {

namespace fs = std::filesystem;

using Kind = Measure::Kind;

const std::map<std::string, Kind>& kinds() {
    static const std::map<std::string, Kind> all{{"gain", Kind::Gain},
                                                 {"ugbw", Kind::UnityGain},
                                                 {"bandwidth", Kind::Bandwidth},
                                                 {"phase_margin", Kind::PhaseMargin},
                                                 {"cmrr", Kind::Rejection},
                                                 {"psrr", Kind::Rejection},
                                                 {"current", Kind::Current},
                                                 {"voltage", Kind::Voltage},
                                                 {"offset", Kind::Offset},
                                                 {"settling", Kind::Settling},
                                                 {"slew", Kind::Slew},
                                                 {"meas", Kind::Meas},
                                                 {"output_noise", Kind::OutputNoise},
                                                 {"input_noise", Kind::InputNoise}};
    return all;
}

const char* unitOf(Kind kind) {
    switch (kind) {
    case Kind::UnityGain:
    case Kind::Bandwidth:
        return "Hz";
    case Kind::PhaseMargin:
        return "deg";
    case Kind::Rejection:
        return "dB";
    case Kind::Current:
        return "A";
    case Kind::Voltage:
    case Kind::Offset:
        return "V";
    case Kind::Settling:
        return "s";
    case Kind::Slew:
        return "V/s";
    default:
        return "";
    }
}

/// "ac dec 10 1 10g", "tran 500p 600n", "op", "dc vin 0 1 0.1".
Expected<sim::Analysis> analysisOf(const std::string& text, const std::string& where) {
    std::istringstream stream(toLower(text));
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    const auto bad = [&] {
        return fail(
            "OPT-002", "An analysis is not understood", text, where,
            "Write op, \"ac dec 10 1 1g\", \"tran STEP STOP [START [MOST]]\", \"dc SOURCE A B "
            "STEP\" or \"noise NET [AGAINST] SOURCE dec 10 1 1g\"");
    };
    std::vector<double> numbers;
    for (const std::string& word : words)
        numbers.push_back(parseSi(word).value_or(std::nan("")));
    sim::Analysis analysis;
    if (words == std::vector<std::string>{"op"})
        return analysis;
    if (words.size() == 5 && words[0] == "ac") {
        analysis.kind = sim::Analysis::Kind::Ac;
        analysis.sweep = words[1];
        analysis.points = std::isfinite(numbers[2]) ? static_cast<int>(numbers[2]) : 0;
        analysis.start = numbers[3];
        analysis.stop = numbers[4];
    } else if (words.size() >= 3 && words.size() <= 5 && words[0] == "tran") {
        analysis.kind = sim::Analysis::Kind::Tran;
        analysis.step = numbers[1];
        analysis.stop = numbers[2];
        analysis.start = words.size() > 3 ? numbers[3] : 0;
        analysis.most = words.size() > 4 ? numbers[4] : 0;
    } else if ((words.size() == 7 || words.size() == 8) && words[0] == "noise") {
        const std::size_t source = words.size() - 5;
        analysis.kind = sim::Analysis::Kind::Noise;
        analysis.output = words[1];
        analysis.reference = source == 3 ? words[2] : std::string();
        analysis.source = words[source];
        analysis.sweep = words[source + 1];
        analysis.points =
            std::isfinite(numbers[source + 2]) ? static_cast<int>(numbers[source + 2]) : 0;
        analysis.start = numbers[source + 3];
        analysis.stop = numbers[source + 4];
    } else if (words.size() == 5 && words[0] == "dc") {
        analysis.kind = sim::Analysis::Kind::Dc;
        analysis.source = words[1];
        analysis.start = numbers[2];
        analysis.stop = numbers[3];
        analysis.step = numbers[4];
    } else {
        return bad();
    }
    if (!sim::analysisCommand(analysis))
        return bad();
    return analysis;
}

/// Reads the sizing keys of one project.
class Builder {
public:
    Builder(const project::Project& project, const YAML::Node& root)
        : m_project(project)
        , m_root(root) {}

    Expected<Problem> build() {
        m_problem.name = m_project.name;
        m_problem.folder = m_project.folder();
        m_problem.searchPath = project::modelSearchPath(m_project);
        for (const auto step : {&Builder::variables, &Builder::benches, &Builder::measures,
                                &Builder::specs, &Builder::sizing, &Builder::corners}) {
            if (const auto done = (this->*step)(); !done)
                return done.failure();
        }
        return std::move(m_problem);
    }

private:
    std::string where(const std::string& object) const {
        return m_project.file.string() + ": " + object;
    }
    Unexpected bad(const std::string& object, const std::string& text, std::string detail = {}) {
        return fail("OPT-002", text, std::move(detail), where(object));
    }
    static std::string textOf(const YAML::Node& map, const char* key) {
        const YAML::Node value = map[key];
        return value && value.IsScalar() ? std::string(trimmed(value.Scalar())) : std::string();
    }
    /// A number if the key is there. Errors: OPT-002.
    Expected<std::optional<double>> numberOf(const YAML::Node& map, const char* key,
                                             const std::string& object) {
        const YAML::Node value = map[key];
        if (!value)
            return std::optional<double>();
        if (value.IsScalar()) {
            if (const auto number = parseSi(trimmed(value.Scalar())))
                return number;
        }
        return bad(object + "." + key, "A number is expected");
    }

    Expected<void> variables() {
        std::vector<std::string> held; // conditions, not parts of the design
        YAML::Node fixed(YAML::NodeType::Sequence);
        if (const YAML::Node sizing = m_root["sizing"]; sizing && sizing.IsMap()) {
            if (const YAML::Node list = sizing["fixed"]; list && list.IsSequence())
                fixed.reset(list);
        }
        for (const auto& name : fixed) {
            held.push_back(name.Scalar());
            if (std::none_of(m_project.parameters.begin(), m_project.parameters.end(),
                             [&](const auto& p) { return p.name == held.back(); }))
                return fail("OPT-005", "sizing.fixed names a parameter that is not there",
                            held.back(), where("sizing"));
        }
        const YAML::Node more = m_root["parameters"]; // keys that a project alone does not read
        for (const project::ParameterSpec& p : m_project.parameters) {
            if (const YAML::Node row = more && more.IsMap() ? more[p.name] : YAML::Node();
                row && row.IsMap() && row["matches"]) {
                if (p.max > p.min)
                    return bad("parameters." + p.name,
                               "A matched parameter follows others and has no range of its own");
                m_problem.matches.push_back({p.name, p.unit, textOf(row, "matches")});
                continue;
            }
            if (!(p.max > p.min))
                continue; // fixed
            if (std::find(held.begin(), held.end(), p.name) != held.end())
                continue;
            if (p.step < 0 || (p.logarithmic && p.min <= 0))
                return fail("OPT-003", "The range of a parameter makes no sense", {}, where(p.name),
                            "A step is above zero, a logarithmic range begins above zero");
            Variable v{p.name, p.unit, p.min, p.max, p.step, p.logarithmic, p.value};
            if (v.count() < 2)
                return fail("OPT-003", "The step of a parameter is larger than its range", {},
                            where(p.name), "Make the step smaller");
            m_problem.variables.push_back(std::move(v));
        }
        if (m_problem.variables.empty())
            return fail("OPT-003", "The design space is empty: no parameter may vary", {},
                        m_project.file.string(), "Give parameters a min and a max");
        for (const Match& match : m_problem.matches) {
            const auto value = matchedValue(m_problem, match, m_problem.nominal());
            if (value)
                continue;
            Error error = value.error();
            error.where = where("parameters." + match.name);
            return Unexpected{error};
        }
        return {};
    }

    Expected<void> benches() {
        const YAML::Node node = m_root["benches"];
        if (!node || !node.IsMap() || node.size() == 0)
            return fail("OPT-001", "The project declares no test benches, so nothing can be sized",
                        {}, m_project.file.string(),
                        "Add benches, measurements and specs (docs/sizing.md)");
        for (const auto& entry : node) {
            Bench bench;
            bench.name = entry.first.Scalar();
            const YAML::Node map = entry.second;
            if (!map.IsMap())
                return bad("benches." + bench.name, "A bench needs a circuit and analyses");
            const std::string file = textOf(map, "circuit");
            std::error_code ignored;
            const fs::path root = fs::weakly_canonical(m_project.folder(), ignored);
            bench.circuit = fs::weakly_canonical(m_project.folder() / file, ignored);
            const fs::path relative = bench.circuit.lexically_relative(root);
            if (file.empty() || relative.empty() || *relative.begin() == ".." ||
                !fs::is_regular_file(bench.circuit, ignored))
                return fail("OPT-005", "The circuit of a bench is not in the project's folder",
                            file, where("benches." + bench.name));
            const YAML::Node analyses = map["analyses"];
            if (!analyses || !analyses.IsSequence() || analyses.size() == 0)
                return bad("benches." + bench.name, "A bench needs a list of analyses");
            for (const auto& item : analyses) {
                auto analysis = analysisOf(item.IsScalar() ? item.Scalar() : std::string(),
                                           where("benches." + bench.name));
                if (!analysis)
                    return analysis.failure();
                bench.analyses.push_back(std::move(*analysis));
            }
            const auto timeout = numberOf(map, "timeout", "benches." + bench.name);
            if (!timeout)
                return timeout.failure();
            bench.timeoutSeconds = timeout->value_or(bench.timeoutSeconds);
            if (!(bench.timeoutSeconds > 0))
                return bad("benches." + bench.name, "A timeout is above zero");
            m_problem.benches.push_back(std::move(bench));
        }
        return {};
    }

    Expected<std::size_t> benchNamed(const std::string& name, const std::string& object) {
        for (std::size_t b = 0; b < m_problem.benches.size(); ++b) {
            if (m_problem.benches[b].name == name)
                return b;
        }
        return fail("OPT-005", "A measurement names a bench that is not there", name,
                    where(object));
    }

    bool has(std::size_t bench, sim::Analysis::Kind kind) const {
        return std::any_of(m_problem.benches[bench].analyses.begin(),
                           m_problem.benches[bench].analyses.end(),
                           [kind](const auto& a) { return a.kind == kind; });
    }

    Expected<void> measure(const std::string& name, const YAML::Node& map) {
        const std::string object = "measurements." + name;
        if (!map.IsMap())
            return bad(object, "A measurement needs a kind and a bench");
        Measure m;
        m.name = name;
        const auto kind = kinds().find(textOf(map, "kind"));
        m.body = textOf(map, "meas");
        if (map["expr"]) {
            m.kind = Kind::Expression;
            m.body = textOf(map, "expr");
            m.unit = textOf(map, "unit");
            if (m.body.empty() || map["kind"] || map["bench"])
                return bad(object, "An expression stands alone: {expr: \"gain*ugbw\", unit: Hz}");
            m_problem.measures.push_back(std::move(m)); // linked when all are known
            return {};
        }
        if (kind != kinds().end())
            m.kind = kind->second;
        else if (!m.body.empty())
            m.kind = Kind::Meas;
        else
            return bad(object, "The kind of a measurement is not known", textOf(map, "kind"));
        m.unit = textOf(map, "unit");
        if (m.unit.empty())
            m.unit = unitOf(m.kind);
        const auto bench = benchNamed(textOf(map, "bench"), object);
        if (!bench)
            return bench.failure();
        m.bench = *bench;
        m.of = toLower(textOf(map, "of"));
        m.input = toLower(textOf(map, "input"));
        m.source = toLower(textOf(map, "source"));
        const auto tolerance = numberOf(map, "tolerance", object);
        if (!tolerance)
            return tolerance.failure();
        m.tolerance = tolerance->value_or(m.tolerance);
        if (m.kind == Kind::Rejection) {
            const auto against = benchNamed(textOf(map, "against"), object);
            if (!against)
                return against.failure();
            m.against = *against;
        }
        const bool ac = m.kind <= Kind::Rejection;
        const bool op = m.kind == Kind::Current || m.kind == Kind::Voltage;
        const bool tran = m.kind >= Kind::Offset && m.kind <= Kind::Slew;
        const bool noise = m.kind == Kind::OutputNoise || m.kind == Kind::InputNoise;
        for (auto [key, place] : {std::pair("at", &m.at), {"from", &m.from}, {"to", &m.to}}) {
            const auto given = numberOf(map, key, object);
            if (!given)
                return given.failure();
            *place = given->value_or(0);
            if (map[key] && (!noise || !(*place > 0)))
                return bad(object, "A frequency above zero belongs to a noise measurement", key);
        }
        if (m.at > 0 ? m.from > 0 || m.to > 0 : m.to > 0 && m.from >= m.to)
            return bad(object, "Noise is taken at one frequency or over a band from low to high");
        if (noise && m.unit.empty())
            m.unit = m.at > 0 ? "V/√Hz" : "V";
        using A = sim::Analysis::Kind;
        if ((ac && !has(m.bench, A::Ac)) || (op && !has(m.bench, A::Op)) ||
            (tran && !has(m.bench, A::Tran)) || (noise && !has(m.bench, A::Noise)) ||
            (m.kind == Kind::Rejection && !has(m.against, A::Ac)))
            return bad(object, "The bench has no analysis of the kind that this measurement reads",
                       ac      ? "it needs ac"
                       : op    ? "it needs op"
                       : noise ? "it needs noise"
                               : "it needs tran");
        if (m.kind == Kind::Meas) {
            const auto parsed = sim::parseMeasurement(m.body);
            if (!parsed)
                return parsed.failure();
            m.measuredName = parsed->name;
        } else if (noise) {
            m.of.clear(); // the analysis says where
        } else if (m.kind == Kind::Current ? m.source.empty() : m.of.empty()) {
            return bad(object, m.kind == Kind::Current ? "A current needs its source"
                                                       : "A measurement needs its net (of)");
        } else if (tran && m.input.empty()) {
            return bad(object, "This measurement needs the net of the input");
        }
        m_problem.measures.push_back(std::move(m));
        return {};
    }

    Expected<void> measures() {
        const YAML::Node node = m_root["measurements"];
        if (!node || !node.IsMap() || node.size() == 0)
            return fail("OPT-001", "The project declares no measurements", {},
                        m_project.file.string(), "Add measurements (docs/sizing.md)");
        for (const auto& entry : node) {
            const std::string name = entry.first.Scalar();
            if (std::any_of(m_problem.measures.begin(), m_problem.measures.end(),
                            [&](const Measure& m) { return m.name == name; }))
                return bad("measurements." + name, "Two measurements have one name");
            if (const auto done = measure(name, entry.second); !done)
                return done;
        }
        return linkExpressions(m_problem, m_project.file.string());
    }

    Expected<void> specs() {
        const YAML::Node node = m_root["specs"];
        if (!node || !node.IsMap() || node.size() == 0)
            return fail("OPT-001", "The project declares no specs", {}, m_project.file.string(),
                        "Say what must hold, e.g. specs: {gain: {min: 300}}");
        for (const auto& entry : node) {
            Spec spec;
            spec.name = entry.first.Scalar();
            const std::string object = "specs." + spec.name;
            if (!entry.second.IsMap())
                return bad(object, "A spec needs a min, a max or a target");
            const auto min = numberOf(entry.second, "min", object);
            const auto max = numberOf(entry.second, "max", object);
            const auto target = numberOf(entry.second, "target", object);
            const auto tolerance = numberOf(entry.second, "tolerance", object);
            const auto weight = numberOf(entry.second, "weight", object);
            for (const auto* each : {&min, &max, &target, &tolerance, &weight}) {
                if (!*each)
                    return each->failure();
            }
            spec.min = *min;
            spec.max = *max;
            spec.weight = weight->value_or(1);
            if (*target) {
                const double slack = std::fabs(**target) * tolerance->value_or(0.05);
                spec.min = **target - slack;
                spec.max = **target + slack;
            }
            if (!spec.min && !spec.max)
                return bad(object, "A spec needs a min, a max or a target");
            if (spec.min && spec.max && *spec.min > *spec.max)
                return fail("OPT-004", "A spec cannot be met: its min is above its max", {},
                            where(object));
            if (!(spec.weight > 0))
                return bad(object, "A weight is above zero");
            if (const YAML::Node corners = entry.second["corners"]) {
                if (corners.IsScalar())
                    spec.corners.push_back(corners.Scalar());
                for (const auto& name : corners.IsSequence() ? corners : YAML::Node())
                    spec.corners.push_back(name.Scalar());
            }
            const auto found = std::find_if(m_problem.measures.begin(), m_problem.measures.end(),
                                            [&](const Measure& m) { return m.name == spec.name; });
            if (found == m_problem.measures.end())
                return fail("OPT-005", "A spec names a measurement that is not there", spec.name,
                            where(object));
            const auto same = std::find_if(m_problem.specs.begin(), m_problem.specs.end(),
                                           [&](const Spec& s) { return s.name == spec.name; });
            if (same != m_problem.specs.end())
                return contradiction(*same, spec, object);
            m_problem.measureOf.push_back(
                static_cast<std::size_t>(found - m_problem.measures.begin()));
            m_problem.specs.push_back(std::move(spec));
        }
        return {};
    }

    /// Two rows for one measurement: either they exclude each other, or they belong in one.
    Unexpected contradiction(const Spec& a, const Spec& b, const std::string& object) {
        const double least = std::max(a.min.value_or(-INFINITY), b.min.value_or(-INFINITY));
        const double most = std::min(a.max.value_or(INFINITY), b.max.value_or(INFINITY));
        if (least > most)
            return fail("OPT-004", "Two specs of one measurement exclude each other", {},
                        where(object), "Nothing can be at least the one and at most the other");
        return bad(object, "A measurement has two specs; put both limits in one row");
    }

    Expected<void> corners() {
        if (const auto done = readCorners(m_root, m_project.file.string(), m_problem); !done)
            return done;
        return expandCorners(m_project.file.string(), m_problem);
    }

    Expected<void> sizing() {
        const YAML::Node node = m_root["sizing"];
        if (!node || !node.IsMap())
            return {};
        const std::string file = textOf(node, "graph");
        if (file.empty())
            return {};
        std::error_code ignored;
        m_problem.judgeCircuit = fs::weakly_canonical(m_project.folder() / file, ignored);
        const fs::path relative = m_problem.judgeCircuit.lexically_relative(
            fs::weakly_canonical(m_project.folder(), ignored));
        if (relative.empty() || *relative.begin() == ".." ||
            !fs::is_regular_file(m_problem.judgeCircuit, ignored))
            return fail("OPT-005", "The circuit for the graph network is not in the project", file,
                        where("sizing.graph"));
        return {};
    }

    const project::Project& m_project;
    const YAML::Node& m_root;
    Problem m_problem;
};

} // namespace

Expected<Problem> problemOf(const project::Project& project) {
    YAML::Node root{YAML::NodeType::Map};
    if (!project.unknown.empty()) {
        auto loaded = project::loadYaml(project.unknown, project.file.string());
        if (!loaded)
            return loaded.failure();
        root = *loaded;
    }
    try {
        return Builder(project, root).build();
    } catch (const YAML::Exception& e) {
        return fail("OPT-002", "The sizing part of the project is not understood", e.msg,
                    project.file.string());
    }
}

} // namespace ohm::optimize
