// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/model.h"

#include "core/generate/request.h"

namespace ohm::cli {

Expected<LoadedModel> loadModel(const std::string& checkpoint, const std::string& data,
                                const std::string& device, Context& context) {
    const auto read = learn::readCheckpoint(checkpoint);
    if (!read)
        return read.failure();
    auto set = generate::loadOrGenerate(data, context.stop);
    if (!set)
        return set.failure();
    const auto engine = learn::engine();
    if (!engine)
        return engine.failure();
    if (context.threads > 0)
        (*engine)->setThreads(context.threads);
    auto model = (*engine)->load(*read, device);
    if (!model)
        return model.failure();
    return LoadedModel{std::move(*model), std::move(*set)};
}

} // namespace ohm::cli
