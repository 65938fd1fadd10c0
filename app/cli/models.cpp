// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/context.h"
#include "core/learn/predictor.h"
#include "core/project/installation.h"

#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {

void addModels(CLI::App& app, Context& context) {
    CLI::App* noun = app.add_subcommand("models", "Pretrained networks");
    noun->require_subcommand(1);
    auto folders = std::make_shared<std::vector<std::string>>();
    CLI::App* list = noun->add_subcommand("list", "The shipped networks and those in more folders");
    list->add_option("FOLDER", *folders, "Further folders");
    list->callback([folders, &context] {
        std::vector<std::filesystem::path> places{project::networkFolder()};
        places.insert(places.end(), folders->begin(), folders->end());
        Diagnostics findings;
        const auto models = learn::listModels(places, findings);
        context.show(findings);
        Json array = Json::array();
        std::string text;
        for (const auto& model : models) {
            Json provenance = Json::object();
            for (const auto& [key, value] : model.provenance)
                provenance[key] = value;
            array.push_back({{"name", model.name},
                             {"path", model.path.string()},
                             {"task", model.task},
                             {"features", model.featureSchema},
                             {"architecture", model.architecture},
                             {"trained_on", model.trainedOn},
                             {"provenance", provenance}});
            text += model.name + "  (" + model.architecture + "; " + model.trainedOn + ")  " +
                    model.path.string() + "\n";
        }
        if (context.json)
            return context.print(Json{{"models", array}});
        context.print(text.empty() ? "There are no networks.\n" : text);
    });
}

} // namespace ohm::cli
