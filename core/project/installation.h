// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/project.h"

#include <filesystem>
#include <vector>

namespace ohm::project {

/// The folder of the product's own files: $OHMSCAPE_DATA, else ../share/ohmscape beside the
/// program, else the source tree it was built from. Empty if none of them exists. Thread: any.
std::filesystem::path dataFolder();

/// Shipped demo projects (project.yaml files), in the order to show. Thread: any.
std::vector<std::filesystem::path> shippedDemos();

/// Model cards that ship with the product (projects/models). Every project and every single file
/// may .include from it without naming it. Empty if not installed. Thread: any.
std::filesystem::path builtInModelFolder();

/// Pretrained networks and training recipes that ship with the product (resources/models,
/// resources/recipes; share/ohmscape/... when installed). Empty if there are none. Thread: any.
std::filesystem::path networkFolder();
std::filesystem::path recipeFolder();

/// Where .include and .lib of a project's circuits may read from, besides the circuit's own folder:
/// its `models:` folders (absolute) and the built-in model cards. Thread: any.
std::vector<std::filesystem::path> modelSearchPath(const Project& project);

/// Folders with the project's symbols, absolute. Thread: any.
std::vector<std::filesystem::path> symbolSearchPath(const Project& project);

} // namespace ohm::project
