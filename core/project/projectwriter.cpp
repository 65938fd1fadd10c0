// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/base/units.h"
#include "core/project/project.h"
#include "core/project/projectyaml.h"

namespace ohm::project {
namespace {

/// The comment block a person wrote above the first key, to be kept.
std::string leadingComments(const std::filesystem::path& file) {
    const auto bytes = readFile(file, kMostProjectBytes);
    if (!bytes)
        return {};
    const std::string_view text = bytes->view();
    std::size_t end = 0;
    while (end < text.size()) {
        const std::size_t newline = text.find('\n', end);
        const std::size_t next = newline == std::string_view::npos ? text.size() : newline + 1;
        const std::string_view line = text.substr(end, next - end);
        const std::size_t first = line.find_first_not_of(" \t\r\n");
        if (first != std::string_view::npos && line[first] != '#')
            break;
        end = next;
    }
    std::string comments(text.substr(0, end));
    if (!comments.empty() && comments.back() != '\n')
        comments += '\n';
    return comments;
}

void emitPaths(YAML::Emitter& out, const char* key,
               const std::vector<std::filesystem::path>& paths) {
    if (paths.empty())
        return;
    out << YAML::Key << key << YAML::Value << YAML::BeginSeq;
    for (const auto& path : paths)
        out << path.generic_string();
    out << YAML::EndSeq;
}

void emitParameter(YAML::Emitter& out, const ParameterSpec& p, const YAML::Node& unknown) {
    out << YAML::Key << p.name << YAML::Value << YAML::Flow << YAML::BeginMap;
    out << YAML::Key << "value" << YAML::Value << formatSpice(p.value);
    if (p.min != p.value || p.max != p.value) {
        out << YAML::Key << "min" << YAML::Value << formatSpice(p.min);
        out << YAML::Key << "max" << YAML::Value << formatSpice(p.max);
    }
    if (p.step != 0)
        out << YAML::Key << "step" << YAML::Value << formatSpice(p.step);
    if (!p.unit.empty())
        out << YAML::Key << "unit" << YAML::Value << p.unit;
    if (p.logarithmic)
        out << YAML::Key << "scale" << YAML::Value << "log";
    if (unknown.IsMap()) {
        for (const auto& extra : unknown)
            out << YAML::Key << extra.first << YAML::Value << extra.second;
    }
    out << YAML::EndMap;
}

} // namespace

Expected<void> writeProject(const Project& project) {
    YAML::Node unknown;
    if (!project.unknown.empty()) {
        const auto loaded = loadYaml(project.unknown, project.file.string());
        if (!loaded)
            return loaded.failure();
        unknown = *loaded;
    }
    const YAML::Node none;
    YAML::Emitter out;
    out.SetIndent(2);
    out << YAML::BeginMap;
    out << YAML::Key << "name" << YAML::Value << project.name;
    if (!project.description.empty())
        out << YAML::Key << "description" << YAML::Value << project.description;
    emitPaths(out, "circuits", project.circuits);
    emitPaths(out, "models", project.modelPath);
    emitPaths(out, "symbols", project.symbolPath);
    if (!project.outputs.empty())
        out << YAML::Key << "outputs" << YAML::Value << YAML::Flow << project.outputs;
    const YAML::Node extras = unknown.IsMap() ? unknown["parameters"] : none;
    if (!project.parameters.empty()) {
        out << YAML::Key << "parameters" << YAML::Value << YAML::BeginMap;
        for (const ParameterSpec& p : project.parameters)
            emitParameter(out, p,
                          extras && extras.IsMap() && extras[p.name] ? extras[p.name] : none);
        out << YAML::EndMap;
    }
    if (unknown.IsMap()) {
        for (const auto& entry : unknown) {
            if (entry.first.Scalar() != "parameters")
                out << YAML::Key << entry.first << YAML::Value << entry.second;
        }
    }
    out << YAML::EndMap;
    return writeFileAtomically(project.file, leadingComments(project.file) + out.c_str() + "\n");
}

} // namespace ohm::project
