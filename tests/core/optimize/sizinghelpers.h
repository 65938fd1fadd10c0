// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/files.h"
#include "core/optimize/session.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <QtTest>

namespace ohm::optimize::testing {

inline const std::filesystem::path kProjects =
    std::filesystem::path(OHMSCAPE_SOURCE_DIR) / "projects";

inline Problem problemIn(const std::filesystem::path& folder) {
    const auto project = project::readProject(folder);
    if (!project)
        qFatal("%s", project.error().message().c_str());
    const auto problem = problemOf(*project);
    if (!problem)
        qFatal("%s", problem.error().message().c_str());
    return *problem;
}

/// A divider that is sized in milliseconds: out = 1 V * r2 / (r1 + r2).
inline std::filesystem::path dividerIn(const std::filesystem::path& folder,
                                       const std::string& sizing = {}) {
    std::ofstream(folder / "divider.cir") << "* divider\n.param r1=1k r2=1k\n"
                                             "v1 in 0 dc 1\nr1 in out {r1}\nr2 out 0 {r2}\n.end\n";
    std::ofstream(folder / "project.yaml")
        << "name: divider\ncircuits: [divider.cir]\nparameters:\n"
           "  r1: {value: 1k, min: 100, max: 10k, step: 100, unit: ohm}\n"
           "  r2: {value: 1k, min: 100, max: 10k, step: 100, unit: ohm}\n"
        << (sizing.empty() ? "benches:\n  op: {circuit: divider.cir, analyses: [op]}\n"
                             "measurements:\n"
                             "  vout: {kind: voltage, bench: op, of: out}\n"
                             "  supply: {kind: current, bench: op, source: v1}\n"
                             "specs:\n  vout: {target: 0.25, tolerance: 0.08}\n"
                             "  supply: {max: 0.2m}\n"
                           : sizing);
    return folder;
}

inline SessionOptions optionsFor(const std::string& algorithm, std::uint64_t seed = 1) {
    SessionOptions options;
    options.algorithm.name = algorithm;
    options.algorithm.seed = seed;
    options.algorithm.initial = 40;
    options.mostSims = 1500;
    return options;
}

inline std::shared_ptr<sim::SimulatorPool> pool() {
    static const auto shared = std::make_shared<sim::SimulatorPool>();
    return shared;
}

} // namespace ohm::optimize::testing
