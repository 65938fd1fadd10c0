// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/project.h"

#include "app/cli/context.h"
#include "core/base/units.h"
#include "core/project/installation.h"

#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

void info(const std::string& path, Context& context) {
    const auto project = project::readProject(path);
    if (!project)
        return context.fail(project.error());
    context.show(project->diagnostics);
    if (context.json) {
        Json circuits = Json::array();
        for (const auto& circuit : project->circuits)
            circuits.push_back(circuit.generic_string());
        Json parameters = Json::array();
        for (const auto& p : project->parameters)
            parameters.push_back({{"name", p.name},
                                  {"unit", p.unit},
                                  {"value", p.value},
                                  {"min", p.min},
                                  {"max", p.max},
                                  {"step", p.step},
                                  {"scale", p.logarithmic ? "log" : "linear"}});
        return context.print(Json{{"name", project->name},
                                  {"description", project->description},
                                  {"file", project->file.string()},
                                  {"circuits", circuits},
                                  {"outputs", project->outputs},
                                  {"parameters", parameters},
                                  {"diagnostics", toJson(project->diagnostics)}});
    }
    std::string text = project->name + "\n";
    if (!project->description.empty())
        text += project->description + "\n";
    for (const auto& circuit : project->circuits)
        text += "circuit    " + circuit.generic_string() + "\n";
    for (const std::string& output : project->outputs)
        text += "output     " + output + "\n";
    for (const auto& p : project->parameters)
        text += "parameter  " + p.name + " = " + formatSi(p.value, p.unit) + ", " +
                formatSi(p.min, p.unit) + " to " + formatSi(p.max, p.unit) + "\n";
    context.print(text);
}

void demos(Context& context) {
    Json list = Json::array();
    std::string text;
    for (const auto& file : project::shippedDemos()) {
        const auto project = project::readProject(file);
        if (!project)
            continue;
        list.push_back({{"name", project->name},
                        {"description", project->description},
                        {"file", file.string()}});
        text += file.string() + "\n    " + project->name + ": " + project->description + "\n";
    }
    if (context.json)
        context.print(Json{{"demos", list}});
    else
        context.print(text);
}

} // namespace

void addProject(CLI::App& app, Context& context) {
    CLI::App* noun = app.add_subcommand("project", "Project files");
    noun->require_subcommand(1);
    auto path = std::make_shared<std::string>();
    CLI::App* infoVerb = noun->add_subcommand("info", "Check a project file and say what it holds");
    infoVerb->add_option("PROJECT", *path, "project.yaml or the folder that holds it")->required();
    infoVerb->callback([path, &context] { info(*path, context); });
    CLI::App* demosVerb =
        noun->add_subcommand("demos", "List the demo projects that ship with the program");
    demosVerb->callback([&context] { demos(context); });
}

} // namespace ohm::cli
