// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/diagnostic.h"
#include "core/base/error.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ohm::project {

/// One entry of `parameters:`. Values in SI units; in the file they may carry suffixes.
struct ParameterSpec {
    std::string name;
    std::string unit;
    double value = 0, min = 0, max = 0, step = 0;
    bool logarithmic = false;
};

/// projects/NAME/project.yaml, readable and editable by hand; paths relative to the file. Unknown
/// keys are reported as diagnostics and written back unchanged. Thread: a plain value.
struct Project {
    std::filesystem::path file; ///< project.yaml, absolute
    std::string name;
    std::string description;
    std::vector<std::filesystem::path> circuits;  ///< netlists and schematics, relative
    std::vector<std::filesystem::path> modelPath; ///< folders for .include/.lib, relative
    std::vector<std::filesystem::path> symbolPath;
    std::vector<std::string> outputs; ///< nets of interest
    std::vector<ParameterSpec> parameters;
    Diagnostics diagnostics;
    std::string unknown; ///< YAML of the keys this version does not know, and of the sizing keys
                         ///< (benches, measurements, specs, sizing) that core/optimize reads

    std::filesystem::path folder() const { return file.parent_path(); }
};

/// Reads project.yaml (or the folder that holds it). Errors: PROJ-001 not found, PROJ-002 not YAML,
/// PROJ-003 paths outside the project's folder.
Expected<Project> readProject(const std::filesystem::path& path);
Expected<void> writeProject(const Project& project);

/// A project that exists only in memory, for a netlist or schematic opened on its own.
Project projectForFile(const std::filesystem::path& circuit);

} // namespace ohm::project
