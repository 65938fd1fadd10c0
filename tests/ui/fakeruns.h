// SPDX-License-Identifier: GPL-3.0-or-later
// Folders of runs as programs leave them, without any training.
#pragma once

#include "core/learn/run.h"

#include <filesystem>
#include <fstream>
#include <string>

namespace ohm::ui::testing {

inline void writeFile(const std::filesystem::path& path, const std::string& text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
}

/// A finished training; without `network` its result is there, but no file to load.
inline void makeTraining(const std::filesystem::path& folder, int layers, int seed, double accuracy,
                         bool network = true) {
    writeFile(folder / "recipe.yaml", "name: small\nnetwork: {layers: " + std::to_string(layers) +
                                          ", hidden: 16}\ndata: ['ladder:1-3:20:seed=1']\nsteps: "
                                          "40\nseed: " +
                                          std::to_string(seed) + "\n");
    std::string log;
    learn::RegressionMetrics m;
    for (int step = 20; step <= 40; step += 20) {
        learn::TrainingReport report;
        report.step = step;
        report.steps = 40;
        report.seconds = 1.5;
        report.trainLoss = 1.0 / step;
        m.accAt = {{50, accuracy + 0.1}, {100, accuracy}};
        m.mae = 0.01;
        m.mse = 0.001;
        m.r2 = 0.9;
        m.count = 60;
        report.validation = m;
        log += learn::reportLine(report) + "\n";
    }
    writeFile(folder / "log.jsonl", log);
    writeFile(folder / "result.json", "{\"command\": \"ohmscape-cli train <x>\", \"validation\": " +
                                          learn::metricsText(m) + "}");
    if (network)
        writeFile(folder / "model.safetensors", "x");
}

} // namespace ohm::ui::testing
