// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/project.h"

#include "core/base/files.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/project/projectyaml.h"
#include "core/project/setup.h"

#include <set>

namespace ohm::project {
namespace {

namespace fs = std::filesystem;

/// True if `path`, relative to `folder`, stays inside it, links followed.
bool confined(const fs::path& folder, const fs::path& path) {
    if (path.empty() || path.is_absolute())
        return false;
    std::error_code code;
    const fs::path root = fs::weakly_canonical(folder, code);
    const fs::path full = fs::weakly_canonical(folder / path, code);
    if (code)
        return false;
    const fs::path relative = full.lexically_relative(root);
    return !relative.empty() && *relative.begin() != "..";
}

/// Reads the document's entries into a Project, collecting findings.
class Reader {
public:
    explicit Reader(Project& project)
        : m_project(project) {}

    Expected<void> read(const YAML::Node& root) {
        std::set<std::string> seen;
        for (const auto& entry : root) {
            if (!entry.first.IsScalar()) {
                report(Severity::Warning, "PROJ-011", "A key must be a plain word", entry.first);
                continue;
            }
            const std::string& key = entry.first.Scalar();
            if (!seen.insert(key).second) {
                report(Severity::Warning, "PROJ-015",
                       "The key \"" + key + "\" is given twice, the first one counts", entry.first);
                continue;
            }
            const YAML::Node value = entry.second;
            Expected<void> ok;
            if (key == "name")
                readText(value, key, m_project.name);
            else if (key == "description")
                readText(value, key, m_project.description);
            else if (key == "circuits")
                ok = readPaths(value, key, m_project.circuits);
            else if (key == "models")
                ok = readPaths(value, key, m_project.modelPath);
            else if (key == "symbols")
                ok = readPaths(value, key, m_project.symbolPath);
            else if (key == "outputs")
                readNames(value, key);
            else if (key == "parameters")
                readParameters(value);
            else
                keepUnknown(entry.first, value);
            if (!ok)
                return ok;
        }
        if (m_unknownFields.size() > 0)
            m_unknown["parameters"] = m_unknownFields;
        if (m_unknown.size() > 0)
            m_project.unknown = emitYaml(m_unknown);
        return {};
    }

private:
    void report(Severity severity, std::string code, std::string text, const YAML::Node& at,
                std::string object = {}) {
        Diagnostic d;
        d.severity = severity;
        d.code = std::move(code);
        d.text = std::move(text);
        d.file = m_project.file.string();
        if (const YAML::Mark mark = at.Mark(); !mark.is_null()) {
            d.line = mark.line + 1;
            d.column = mark.column + 1;
        }
        d.object = std::move(object);
        m_project.diagnostics.push_back(std::move(d));
    }

    void keepUnknown(const YAML::Node& key, const YAML::Node& value) {
        // What core/optimize reads is kept as text here: this room knows nothing of benches.
        static const std::set<std::string> kSizing{"benches", "measurements", "specs",
                                                   "corners", "monte_carlo",  "sizing"};
        if (kSizing.count(key.Scalar())) {
            m_unknown[key.Scalar()] = value;
            return;
        }
        report(Severity::Warning, "PROJ-010",
               "The key \"" + key.Scalar() + "\" is not known to this version; it is kept as it is",
               key);
        m_unknown[key.Scalar()] = value;
    }

    void readText(const YAML::Node& value, const std::string& key, std::string& out) {
        if (value.IsScalar())
            out = std::string(trimmed(value.Scalar()));
        else if (!value.IsNull())
            report(Severity::Error, "PROJ-011", "\"" + key + "\" must be a text", value);
    }

    /// A list of texts, or a single one.
    std::vector<YAML::Node> listOf(const YAML::Node& value, const std::string& key) {
        std::vector<YAML::Node> items;
        if (value.IsScalar()) {
            items.push_back(value);
        } else if (value.IsSequence()) {
            for (const auto& item : value) {
                if (item.IsScalar())
                    items.push_back(item);
                else
                    report(Severity::Error, "PROJ-011",
                           "An entry of \"" + key + "\" must be a text", item);
            }
        } else if (!value.IsNull()) {
            report(Severity::Error, "PROJ-011", "\"" + key + "\" must be a list", value);
        }
        return items;
    }

    Expected<void> readPaths(const YAML::Node& value, const std::string& key,
                             std::vector<fs::path>& out) {
        for (const YAML::Node& item : listOf(value, key)) {
            const fs::path path(item.Scalar());
            if (!confined(m_project.folder(), path))
                return fail("PROJ-003", "The project names a path outside its own folder",
                            path.string(),
                            m_project.file.string() + ":" + std::to_string(item.Mark().line + 1),
                            "Move the file into the project's folder");
            std::error_code ignored;
            if (!fs::exists(m_project.folder() / path, ignored))
                report(Severity::Error, "PROJ-014", "\"" + path.string() + "\" does not exist",
                       item);
            out.push_back(path.lexically_normal());
        }
        return {};
    }

    void readNames(const YAML::Node& value, const std::string& key) {
        for (const YAML::Node& item : listOf(value, key))
            m_project.outputs.push_back(item.Scalar());
    }

    bool readNumber(const YAML::Node& value, const std::string& what, double& out) {
        if (value.IsScalar()) {
            if (const auto number = parseSi(trimmed(value.Scalar()))) {
                out = *number;
                return true;
            }
        }
        report(Severity::Error, "PROJ-012", what + " is not a number", value);
        return false;
    }

    void readParameters(const YAML::Node& value) {
        if (value.IsNull())
            return;
        if (!value.IsMap()) {
            report(Severity::Error, "PROJ-011", "\"parameters\" must list names with their values",
                   value);
            return;
        }
        std::set<std::string> seen;
        for (const auto& entry : value) {
            if (!entry.first.IsScalar() || entry.first.Scalar().empty()) {
                report(Severity::Error, "PROJ-011", "A parameter needs a name", entry.first);
                continue;
            }
            if (!seen.insert(entry.first.Scalar()).second) {
                report(Severity::Warning, "PROJ-015",
                       "The parameter \"" + entry.first.Scalar() +
                           "\" is given twice, the first one counts",
                       entry.first);
                continue;
            }
            readParameter(entry.first, entry.second);
        }
    }

    void readParameter(const YAML::Node& key, const YAML::Node& value) {
        ParameterSpec spec;
        spec.name = key.Scalar();
        const auto quoted = [&](const char* field) {
            return "\"" + spec.name + "." + field + "\"";
        };
        bool hasMin = false;
        bool hasMax = false;
        bool good = true;
        if (value.IsScalar()) { // name: 10k
            good = readNumber(value, "\"" + spec.name + "\"", spec.value);
        } else if (value.IsMap()) {
            for (const auto& field : value) {
                const std::string name =
                    field.first.IsScalar() ? field.first.Scalar() : std::string();
                if (name == "value") {
                    good = readNumber(field.second, quoted("value"), spec.value) && good;
                } else if (name == "min") {
                    hasMin = readNumber(field.second, quoted("min"), spec.min);
                } else if (name == "max") {
                    hasMax = readNumber(field.second, quoted("max"), spec.max);
                } else if (name == "step") {
                    readNumber(field.second, quoted("step"), spec.step);
                } else if (name == "unit") {
                    readText(field.second, spec.name + ".unit", spec.unit);
                } else if (name == "scale") {
                    std::string scale;
                    readText(field.second, spec.name + ".scale", scale);
                    spec.logarithmic = scale == "log";
                    if (scale != "log" && scale != "linear")
                        report(Severity::Error, "PROJ-011",
                               quoted("scale") + " is neither linear nor log", field.second);
                } else if (name == "matches") { // what sizing makes of it: core/optimize
                    m_unknownFields[spec.name][name] = field.second;
                } else {
                    report(Severity::Warning, "PROJ-010",
                           "The key " + quoted(name.c_str()) +
                               " is not known to this version; it is kept as it is",
                           field.first);
                    if (!name.empty())
                        m_unknownFields[spec.name][name] = field.second;
                }
            }
        } else {
            report(Severity::Error, "PROJ-011", "\"" + spec.name + "\" needs a value", key);
            return;
        }
        if (!good)
            return;
        if (!hasMin)
            spec.min = spec.value;
        if (!hasMax)
            spec.max = spec.value;
        if (spec.min > spec.max || spec.value < spec.min || spec.value > spec.max)
            report(Severity::Warning, "PROJ-013",
                   "The value of \"" + spec.name + "\" is not between its min and max", key,
                   spec.name);
        if (spec.step < 0 || (spec.logarithmic && spec.min <= 0))
            report(Severity::Warning, "PROJ-013",
                   "The range of \"" + spec.name + "\" is impossible for its step or scale", key,
                   spec.name);
        m_project.parameters.push_back(std::move(spec));
    }

    Project& m_project;
    YAML::Node m_unknown{YAML::NodeType::Map};
    YAML::Node m_unknownFields{YAML::NodeType::Map}; ///< of parameters
};

} // namespace

Expected<Project> readProject(const fs::path& path) {
    std::error_code ignored;
    fs::path file = fs::absolute(path, ignored).lexically_normal();
    if (fs::is_directory(file, ignored))
        file /= "project.yaml";
    const auto bytes = readFile(file, kMostProjectBytes);
    if (!bytes) {
        if (bytes.error().code == "BASE-001")
            return fail("PROJ-001", "The project file does not exist", {}, file.string());
        if (bytes.error().code == "BASE-004")
            return fail("PROJ-002", "The project file is not valid YAML", "it is larger than 1 MB",
                        file.string());
        return bytes.failure();
    }
    const std::string_view raw = bytes->view();
    return parseProject(toUtf8(raw, detectEncoding(raw)), file);
}

Expected<Project> parseProject(std::string_view text, const fs::path& file) {
    const auto root = loadYaml(text, file.string());
    if (!root)
        return root.failure();
    Project project;
    project.file = file;
    if (!root->IsNull() && !root->IsMap())
        return fail("PROJ-002", "The project file is not valid YAML",
                    "it is not a list of keys and values", file.string());
    try {
        if (auto ok = Reader(project).read(*root); !ok)
            return ok.failure();
    } catch (const YAML::Exception& e) {
        return fail("PROJ-002", "The project file is not valid YAML", e.msg, file.string());
    }
    if (project.name.empty())
        project.name = project.folder().filename().string();
    return project;
}

Project projectForFile(const fs::path& circuit) {
    std::error_code ignored;
    const fs::path full = fs::absolute(circuit, ignored).lexically_normal();
    Project project;
    // Not "project.yaml": saving must not replace a project that lives in the same folder.
    project.file = full.parent_path() / (full.stem().string() + ".project.yaml");
    project.name = full.stem().string();
    project.circuits = {full.filename()};
    return project;
}

} // namespace ohm::project
