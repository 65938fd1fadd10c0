// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/context.h"
#include "core/dataset/graphset.h"
#include "core/learn/engine.h"

#include <memory>

namespace ohm::cli {

/// A network and the set it is to look at.
struct LoadedModel {
    std::unique_ptr<learn::Model> model;
    dataset::GraphSet set;
};
/// `data` is a dataset file or a request such as "ladder:12:1000:seed=5". Errors: those of
/// readCheckpoint, loadOrGenerate, engine and Engine::load.
Expected<LoadedModel> loadModel(const std::string& checkpoint, const std::string& data,
                                const std::string& device, Context& context);

/// One line of `bench`, as JSON or text.
void printBenchRow(const learn::BenchRow& row, Context& context);

} // namespace ohm::cli
