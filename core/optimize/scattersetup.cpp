// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/scattersetup.h"

#include "core/base/text.h"
#include "core/base/units.h"

#include <algorithm>

#include <yaml-cpp/yaml.h>

namespace ohm::optimize {
namespace {

using project::SetupRow;

std::string textOf(const SetupRow& row, const char* key) {
    const std::string* text = row.find(key);
    return text ? *text : std::string();
}

Unexpected unknown(const std::string& what) {
    return fail("OPT-002", "The scatter in the file is not understood", what, "monte_carlo",
                "Correct it in project.yaml");
}

SetupRow rowOf(const char* kind, const std::string& model, const std::string& parameter,
               const std::string& value) {
    SetupRow row;
    row.set("kind", kind);
    row.set("model", model);
    row.set("parameter", parameter);
    row.set("value", value);
    return row;
}

/// One parameter's scatter: "8m", "3%" or {sigma: 20m, distribution: uniform}.
Expected<SetupRow> spreadOf(const char* kind, const std::string& model,
                            const std::string& parameter, const YAML::Node& value) {
    if (value.IsScalar())
        return rowOf(kind, model, parameter, value.Scalar());
    if (!value.IsMap())
        return unknown(parameter);
    SetupRow row = rowOf(kind, model, parameter, {});
    bool relative = false;
    for (const auto& entry : value) {
        const std::string key = entry.first.Scalar();
        if (!entry.second.IsScalar())
            return unknown(parameter + "." + key);
        const std::string text = entry.second.Scalar();
        if (key == "sigma" || key == "area") {
            row.set("value", text);
            row.set("area", key == "area" ? "yes" : "");
        } else if (key == "relative") {
            relative = entry.second.as<bool>();
        } else if (key == "distribution") {
            row.set("distribution", text == "normal" ? "" : text);
        } else {
            return unknown(parameter + "." + key);
        }
    }
    if (relative && !textOf(row, "value").ends_with('%')) {
        const auto share = parseSi(textOf(row, "value"));
        if (!share)
            return unknown(parameter);
        row.set("value", formatSpice(*share * 100) + "%");
    }
    return row;
}

Expected<void> spreadsOf(const char* kind, const std::string& model, const YAML::Node& map,
                         std::vector<SetupRow>& rows) {
    if (!map.IsMap())
        return unknown(model.empty() ? "parameters" : model);
    for (const auto& entry : map) {
        auto row = spreadOf(kind, model, entry.first.Scalar(), entry.second);
        if (!row)
            return row.failure();
        rows.push_back(std::move(*row));
    }
    return {};
}

YAML::Node nodeOf(const SetupRow& row) {
    const std::string value = textOf(row, "value"), shape = textOf(row, "distribution");
    const bool area = !textOf(row, "area").empty();
    if (!area && shape.empty())
        return YAML::Node(value);
    YAML::Node map(YAML::NodeType::Map);
    map[area ? "area" : "sigma"] = value;
    if (!shape.empty())
        map["distribution"] = shape;
    return map;
}

std::string flow(const YAML::Node& node) {
    YAML::Emitter out;
    out.SetSeqFormat(YAML::Flow);
    out.SetMapFormat(YAML::Flow);
    out << node;
    std::string text = out.c_str();
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

} // namespace

Expected<std::vector<SetupRow>> scatterRows(const std::vector<SetupRow>& section) {
    std::vector<SetupRow> rows;
    try {
        for (const SetupRow& entry : section) {
            if (entry.name == "count" || entry.name == "seed") {
                rows.push_back(rowOf(entry.name == "count" ? "samples" : "seed", {}, {},
                                     textOf(entry, "value")));
                continue;
            }
            if (entry.name != "process" && entry.name != "mismatch" && entry.name != "parameters")
                return unknown(entry.name);
            for (const project::SetupField& field : entry.fields) {
                const YAML::Node value =
                    field.isPlain ? YAML::Node(field.text) : YAML::Load(field.text);
                if (entry.name == "parameters") {
                    auto row = spreadOf("parameter", {}, field.key, value);
                    if (!row)
                        return row.failure();
                    rows.push_back(std::move(*row));
                } else if (const auto done = spreadsOf(entry.name.c_str(), field.key, value, rows);
                           !done) {
                    return done.failure();
                }
            }
        }
    } catch (const YAML::Exception& e) {
        return unknown(e.msg);
    }
    for (SetupRow& row : rows)
        row.name = scatterName(row);
    return rows;
}

std::vector<SetupRow> scatterSection(const std::vector<SetupRow>& rows) {
    std::vector<SetupRow> section;
    const auto entry = [&](const std::string& name) -> SetupRow& {
        const auto found = std::find_if(section.begin(), section.end(),
                                        [&](const SetupRow& row) { return row.name == name; });
        if (found != section.end())
            return *found;
        SetupRow made;
        made.name = made.origin = name;
        section.push_back(made);
        return section.back();
    };
    for (const SetupRow& row : rows) {
        const std::string kind = textOf(row, "kind");
        if (kind == "samples" || kind == "seed") {
            entry(kind == "samples" ? "count" : "seed").set("value", textOf(row, "value"));
            continue;
        }
        const std::string parameter = textOf(row, "parameter");
        const YAML::Node value = nodeOf(row);
        if (kind == "parameter") {
            entry("parameters")
                .set(parameter, value.IsScalar() ? value.Scalar() : flow(value), value.IsScalar());
            continue;
        }
        SetupRow& part = entry(kind);
        const std::string model = textOf(row, "model");
        const std::string* before = part.find(model);
        YAML::Node map = before ? YAML::Load(*before) : YAML::Node(YAML::NodeType::Map);
        map[parameter] = value;
        part.set(model, flow(map), false);
    }
    return section;
}

std::string scatterPlace(const SetupRow& row) {
    const std::string kind = textOf(row, "kind");
    if (kind == "samples" || kind == "seed")
        return kind == "samples" ? "monte_carlo.count" : "monte_carlo.seed";
    const std::string parameter = toLower(textOf(row, "parameter"));
    if (kind == "parameter")
        return "monte_carlo.parameters." + parameter;
    return "monte_carlo." + kind + "." + toLower(textOf(row, "model")) + "." + parameter;
}

std::string scatterName(const SetupRow& row) {
    const std::string kind = textOf(row, "kind");
    if (kind == "samples" || kind == "seed")
        return kind;
    const std::string model = textOf(row, "model");
    return kind + " " + (model.empty() ? "" : model + ".") + textOf(row, "parameter");
}

} // namespace ohm::optimize
