// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/cornersyaml.h"

#include "core/base/text.h"
#include "core/base/units.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace ohm::optimize {
namespace {

constexpr std::size_t kMostCorners = 500;
constexpr std::size_t kMostSamples = 100'000;

/// Reads the two keys of one project.
class CornerReader {
public:
    CornerReader(const std::string& file, Problem& problem)
        : m_file(file)
        , m_problem(problem) {}

    Expected<void> corners(const YAML::Node& node) {
        if (!node)
            return {};
        if (!node.IsMap())
            return bad("corners", "Corners are rows, each with a name");
        for (const auto& entry : node) {
            if (const auto done = row(entry.first.Scalar(), entry.second); !done)
                return done;
        }
        std::set<std::string> names;
        for (const Corner& c : m_problem.corners) {
            if (!names.insert(c.name).second)
                return bad("corners." + c.name, "Two corners have one name");
        }
        return {};
    }

    Expected<void> monteCarlo(const YAML::Node& node) {
        if (!node)
            return {};
        const std::string object = "monte_carlo";
        if (const auto known =
                keys(node, object, {"count", "seed", "process", "mismatch", "parameters"});
            !known)
            return known;
        MonteCarlo& mc = m_problem.monteCarlo;
        if (const YAML::Node count = node["count"]) {
            const auto number = numberOf(count, object + ".count");
            if (!number)
                return number.failure();
            if (!(*number >= 2 && *number <= static_cast<double>(kMostSamples)))
                return bad(object + ".count", "A count of samples is from 2 to 100000");
            mc.count = static_cast<std::size_t>(*number);
        }
        if (const YAML::Node seed = node["seed"])
            mc.seed = seed.as<std::uint64_t>();
        for (const char* part : {"process", "mismatch"}) {
            const YAML::Node models = node[part];
            if (!models)
                continue;
            if (!models.IsMap())
                return bad(object + "." + part, "Models with their parameters are expected");
            for (const auto& model : models) {
                if (const auto done =
                        spreads(model.second, object + "." + part, toLower(model.first.Scalar()),
                                std::string(part) == "mismatch");
                    !done)
                    return done;
            }
        }
        if (const YAML::Node parameters = node["parameters"])
            return spreads(parameters, object + ".parameters", {}, false);
        return {};
    }

private:
    Unexpected bad(const std::string& object, const std::string& text, std::string detail = {}) {
        return fail("OPT-002", text, std::move(detail), m_file + ": " + object);
    }
    Expected<double> numberOf(const YAML::Node& value, const std::string& object) {
        if (value.IsScalar()) {
            if (const auto number = parseSi(trimmed(value.Scalar())))
                return *number;
        }
        return bad(object, "A number is expected");
    }
    Expected<void> keys(const YAML::Node& map, const std::string& object,
                        const std::set<std::string>& known) {
        if (!map.IsMap())
            return bad(object, "Keys with values are expected");
        for (const auto& entry : map) {
            if (!known.count(entry.first.Scalar()))
                return bad(object, "This key is not known here", entry.first.Scalar());
        }
        return {};
    }

    Expected<void> spreads(const YAML::Node& map, const std::string& object,
                           const std::string& model, bool mismatch) {
        const std::string place = model.empty() ? object : object + "." + model;
        if (!map.IsMap())
            return bad(place, "Parameters with their scatter are expected");
        for (const auto& entry : map) {
            Spread spread;
            spread.model = model;
            spread.parameter = toLower(entry.first.Scalar());
            spread.mismatch = mismatch;
            const std::string at = place + "." + spread.parameter;
            const YAML::Node value = entry.second;
            YAML::Node sigma = value;
            if (value.IsMap()) {
                if (const auto known =
                        keys(value, at, {"sigma", "area", "relative", "distribution"});
                    !known)
                    return known;
                spread.area = value["area"].IsDefined();
                sigma.reset(spread.area ? value["area"] : value["sigma"]);
                if (!sigma.IsDefined() || (spread.area && value["sigma"].IsDefined()))
                    return bad(at, "A scatter has either a sigma or an area");
                if (spread.area && !mismatch)
                    return bad(at, "Only mismatch goes by area");
                if (value["relative"])
                    spread.relative = value["relative"].as<bool>();
                if (const YAML::Node shape = value["distribution"]) {
                    spread.uniform = shape.Scalar() == "uniform";
                    if (!spread.uniform && shape.Scalar() != "normal")
                        return bad(at, "A distribution is normal or uniform", shape.Scalar());
                }
            }
            // "3%" is a relative scatter.
            if (sigma.IsScalar() && !sigma.Scalar().empty() && sigma.Scalar().back() == '%') {
                const auto percent = parseSi(sigma.Scalar().substr(0, sigma.Scalar().size() - 1));
                if (!percent)
                    return bad(at, "A number is expected");
                spread.sigma = *percent / 100;
                spread.relative = true;
            } else {
                const auto number = numberOf(sigma, at);
                if (!number)
                    return number.failure();
                spread.sigma = *number;
            }
            if (!(spread.sigma > 0) || (spread.relative && !spread.area && spread.sigma >= 1))
                return bad(at, "A scatter is above zero, a relative one below 100 %");
            m_problem.monteCarlo.spreads.push_back(std::move(spread));
        }
        return {};
    }

    /// The values of a scalar or of a list.
    Expected<std::vector<double>> valuesOf(const YAML::Node& node, const std::string& object) {
        std::vector<double> values;
        if (!node.IsSequence()) {
            const auto one = numberOf(node, object);
            if (!one)
                return one.failure();
            return std::vector<double>{*one};
        }
        for (const auto& item : node) {
            const auto one = numberOf(item, object);
            if (!one)
                return one.failure();
            values.push_back(*one);
        }
        if (values.empty())
            return bad(object, "A sweep has no values");
        return values;
    }

    Expected<void> models(const YAML::Node& node, const std::string& object, Corner& corner) {
        if (!node.IsMap())
            return bad(object, "Models with their parameters are expected");
        for (const auto& model : node) {
            const std::string name = toLower(model.first.Scalar());
            if (!model.second.IsMap())
                return bad(object + "." + name, "Parameters with values are expected");
            for (const auto& entry : model.second) {
                ModelChange change{name, toLower(entry.first.Scalar()), ModelChange::How::Set, 0};
                const std::string at = object + "." + name + "." + change.parameter;
                YAML::Node value = entry.second;
                if (value.IsMap()) {
                    const bool add = value["add"].IsDefined();
                    if (value.size() != 1 || (!add && !value["scale"].IsDefined()))
                        return bad(at, "A change is a value, {add: ...} or {scale: ...}");
                    change.how = add ? ModelChange::How::Add : ModelChange::How::Scale;
                    value.reset(add ? value["add"] : value["scale"]);
                }
                const auto number = numberOf(value, at);
                if (!number)
                    return number.failure();
                change.value = *number;
                corner.models.push_back(std::move(change));
            }
        }
        return {};
    }

    Expected<void> names(const YAML::Node& node, const std::string& object,
                         std::map<std::string, std::string>& out) {
        if (!node.IsMap())
            return bad(object, "Files with what takes their place are expected");
        for (const auto& entry : node) {
            const std::string value = entry.second.IsScalar() ? entry.second.Scalar() : "";
            const bool plain =
                !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
                    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' ||
                           c == '.' || c == '/';
                });
            if (!plain || value.find("..") != std::string::npos)
                return bad(object, "This is not the name of a section or file", value);
            out[entry.first.Scalar()] = value;
        }
        return {};
    }

    Expected<void> row(const std::string& name, const YAML::Node& map) {
        const std::string object = "corners." + name;
        if (name == kNominalCorner)
            return bad(object, "\"nominal\" is the circuit as drawn and is always there");
        if (const auto known = keys(
                map, object, {"temperature", "parameters", "models", "sections", "files", "with"});
            !known)
            return known;
        Corner corner;
        corner.name = name;
        if (const YAML::Node with = map["with"]) {
            for (const auto& other :
                 with.IsSequence() ? with : YAML::Load("[" + with.Scalar() + "]")) {
                const auto found =
                    std::find_if(m_problem.corners.begin(), m_problem.corners.end(),
                                 [&](const Corner& c) { return c.name == other.Scalar(); });
                if (found == m_problem.corners.end())
                    return fail("OPT-005", "A corner is taken over that no row above has",
                                other.Scalar(), m_file + ": " + object);
                if (found->temperature)
                    corner.temperature = found->temperature;
                for (const auto& [key, value] : found->parameters)
                    corner.parameters[key] = value;
                corner.models.insert(corner.models.end(), found->models.begin(),
                                     found->models.end());
                for (const auto& [key, value] : found->sections)
                    corner.sections[key] = value;
                for (const auto& [key, value] : found->files)
                    corner.files[key] = value;
            }
        }
        if (const YAML::Node node = map["models"]) {
            if (const auto done = models(node, object + ".models", corner); !done)
                return done;
        }
        if (const YAML::Node node = map["sections"]) {
            if (const auto done = names(node, object + ".sections", corner.sections); !done)
                return done;
        }
        if (const YAML::Node node = map["files"]) {
            if (const auto done = names(node, object + ".files", corner.files); !done)
                return done;
        }
        // A list is a sweep: one corner per combination.
        std::vector<Corner> rows{std::move(corner)};
        const auto cross = [&](const std::string& what, const std::vector<double>& values,
                               const auto& set) -> Expected<void> {
            std::vector<Corner> next;
            if (rows.size() * values.size() > kMostCorners)
                return bad(object, "A sweep has more than 500 corners");
            for (const Corner& base : rows) {
                for (const double value : values) {
                    Corner c = base;
                    set(c, value);
                    if (values.size() > 1)
                        c.name += (c.name == name ? " " : ", ") + what + "=" + formatSpice(value);
                    next.push_back(std::move(c));
                }
            }
            rows = std::move(next);
            return {};
        };
        if (const YAML::Node node = map["temperature"]) {
            const auto values = valuesOf(node, object + ".temperature");
            if (!values)
                return values.failure();
            if (std::any_of(values->begin(), values->end(),
                            [](double t) { return !(t > -273.15 && t < 1000); }))
                return bad(object + ".temperature",
                           "A temperature is in degrees Celsius, from -273.15 to 1000");
            if (const auto done =
                    cross("temp", *values, [](Corner& c, double v) { c.temperature = v; });
                !done)
                return done;
        }
        if (const YAML::Node parameters = map["parameters"]) {
            if (!parameters.IsMap())
                return bad(object + ".parameters", "Parameters with values are expected");
            for (const auto& entry : parameters) {
                const std::string key = entry.first.Scalar();
                const auto values = valuesOf(entry.second, object + ".parameters." + key);
                if (!values)
                    return values.failure();
                if (const auto done =
                        cross(key, *values, [&](Corner& c, double v) { c.parameters[key] = v; });
                    !done)
                    return done;
            }
        }
        if (m_problem.corners.size() + rows.size() > kMostCorners)
            return bad("corners", "There are more than 500 corners");
        m_problem.corners.insert(m_problem.corners.end(), rows.begin(), rows.end());
        return {};
    }

    const std::string& m_file;
    Problem& m_problem;
};

/// Adds what a measurement needs in a corner, once.
class Expansion {
public:
    explicit Expansion(Problem& problem)
        : m_problem(problem) {}

    std::size_t measureIn(std::size_t measure, int corner) {
        if (corner < 0)
            return measure;
        if (const auto known = m_measures.find({measure, corner}); known != m_measures.end())
            return known->second;
        Measure copy = m_problem.measures[measure];
        copy.name += "@" + m_problem.corners[static_cast<std::size_t>(corner)].name;
        for (std::size_t& input : copy.inputs)
            input = measureIn(input, corner);
        if (!copy.derived()) {
            copy.bench = benchIn(copy.bench, corner);
            if (copy.kind == Measure::Kind::Rejection)
                copy.against = benchIn(copy.against, corner);
        }
        m_problem.measures.push_back(std::move(copy));
        return m_measures[{measure, corner}] = m_problem.measures.size() - 1;
    }

private:
    std::size_t benchIn(std::size_t bench, int corner) {
        if (const auto known = m_benches.find({bench, corner}); known != m_benches.end())
            return known->second;
        Bench copy = m_problem.benches[bench];
        copy.corner = corner;
        copy.name += "@" + m_problem.corners[static_cast<std::size_t>(corner)].name;
        m_problem.benches.push_back(std::move(copy));
        return m_benches[{bench, corner}] = m_problem.benches.size() - 1;
    }

    Problem& m_problem;
    std::map<std::pair<std::size_t, int>, std::size_t> m_measures, m_benches;
};

} // namespace

Expected<void> readCorners(const YAML::Node& root, const std::string& file, Problem& problem) {
    CornerReader reader(file, problem);
    if (const auto done = reader.corners(root["corners"]); !done)
        return done;
    return reader.monteCarlo(root["monte_carlo"]);
}

Expected<void> expandCorners(const std::string& file, Problem& problem) {
    problem.drawnBenches = problem.benches.size();
    problem.drawnMeasures = problem.measures.size();
    Expansion expansion(problem);
    for (std::size_t s = 0; s < problem.specs.size(); ++s) {
        Spec& spec = problem.specs[s];
        std::vector<int> where;
        for (const std::string& name : spec.corners) {
            bool found = name == "all" || name == kNominalCorner;
            if (found)
                where.push_back(-1);
            for (std::size_t c = 0; c < problem.corners.size(); ++c) {
                // A sweep is named as a whole or by one of its corners.
                const std::string& own = problem.corners[c].name;
                if (name == "all" || own == name ||
                    own.compare(0, name.size() + 1, name + " ") == 0) {
                    where.push_back(static_cast<int>(c));
                    found = true;
                }
            }
            if (!found)
                return fail("OPT-005", "A spec names a corner that is not there", name,
                            file + ": specs." + spec.name);
        }
        std::sort(where.begin(), where.end());
        where.erase(std::unique(where.begin(), where.end()), where.end());
        if (where.empty() || where == std::vector<int>{-1})
            continue;
        const std::size_t drawn = problem.measureOf[s];
        for (const int corner : where)
            spec.everywhere.push_back(expansion.measureIn(drawn, corner));
        Measure worst = problem.measures[drawn];
        worst.kind = Measure::Kind::Worst;
        worst.name += "@worst";
        worst.inputs = spec.everywhere;
        worst.lowest = !spec.maxType();
        problem.measures.push_back(std::move(worst));
        problem.measureOf[s] = problem.measures.size() - 1;
    }
    return {};
}

} // namespace ohm::optimize
