// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/engine.h"

#include <string>

namespace ohm::learn {

/// What program and module must agree on: they share C++ types, so only a module of the very same
/// build of the interface will do. Sizes tell most changes apart; raise the number for the others.
inline const char* engineVersion() {
    static const std::string text = [] {
        std::string all = "ohmscape-engine 5 " OHMSCAPE_VERSION;
        for (const std::size_t size :
             {sizeof(Recipe), sizeof(Checkpoint), sizeof(TrainingReport), sizeof(TrainingOptions),
              sizeof(TrainingData), sizeof(TrainingResult), sizeof(nn::GraphBatch),
              sizeof(BenchRow), sizeof(JudgeSpec), sizeof(MapNetworkSpec), sizeof(ParasiticSpec),
              sizeof(ParasiticCheckpoint), sizeof(parasitics::Design)})
            all += " " + std::to_string(size);
        return all;
    }();
    return text.c_str();
}

// The two names that the module exports.
using EngineVersionFunction = const char* (*)();
using EngineMakeFunction = Engine* (*)();

} // namespace ohm::learn
