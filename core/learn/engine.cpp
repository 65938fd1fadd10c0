// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/engine.h"

#include "core/base/log.h"
#include "core/learn/enginemodule.h"

#include <cstdlib>
#include <cstring>
#include <mutex>

#include <dlfcn.h>

namespace ohm::learn {
namespace {

constexpr const char* kFile = "libohmscape-engine.so";

/// $OHMSCAPE_ENGINE alone if it is set, else beside the program, where it is installed, and where
/// the build leaves it.
std::vector<std::filesystem::path> candidates() {
    if (const char* named = std::getenv("OHMSCAPE_ENGINE"); named && *named)
        return {named};
    std::error_code ignored;
    const auto folder = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
    return {folder / kFile, folder / "../lib/ohmscape" / kFile, folder / "../lib" / kFile,
            folder / "../../lib" / kFile, folder / "../../../lib" / kFile};
}

Expected<Engine*> load() {
    std::string tried;
    for (const auto& path : candidates()) {
        std::error_code ignored;
        if (!std::filesystem::exists(path, ignored)) {
            tried += (tried.empty() ? "" : ", ") + path.string();
            continue;
        }
        void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (!library)
            return fail("LEARN-041", "The learning engine cannot be loaded", dlerror(),
                        path.string(), "Install LibTorch (libtorch1.13) and its libraries");
        const auto version =
            reinterpret_cast<EngineVersionFunction>(dlsym(library, "ohmscape_engine_version"));
        const auto make =
            reinterpret_cast<EngineMakeFunction>(dlsym(library, "ohmscape_engine_make"));
        if (!version || !make || std::strcmp(version(), engineVersion()) != 0)
            return fail("LEARN-041", "The learning engine belongs to another version",
                        version ? version() : "it is no engine", path.string());
        Engine* engine = make();
        log::info("learn", engine->description());
        return engine;
    }
    return fail("LEARN-040", "This installation has no learning engine", "looked for " + tried, {},
                "Build with LibTorch (libtorch-dev), or set OHMSCAPE_ENGINE");
}

} // namespace

Expected<EmbeddedPrediction> Model::predictEmbedded(const nn::GraphBatch& batch, bool pooled) {
    auto values = predict(batch);
    if (!values)
        return values.failure();
    auto embeddings = pooled ? embedGraphs(batch) : embed(batch);
    return EmbeddedPrediction{std::move(*values),
                              embeddings ? std::move(*embeddings) : std::vector<float>{}};
}

Expected<std::unique_ptr<Judge>> Engine::makeJudge(const JudgeSpec&, const std::string&) {
    return fail("LEARN-042", "This engine has no networks that judge designs");
}

Expected<std::unique_ptr<MapNetwork>> Engine::makeMapNetwork(const MapNetworkSpec&) {
    return fail("LEARN-042", "This engine has no networks on maps");
}

Expected<ParasiticCheckpoint> Engine::trainParasitics(const ParasiticTraining&, StopToken,
                                                      ProgressSink&) {
    return fail("LEARN-042", "This engine does not learn parasitics");
}

Expected<std::unique_ptr<ParasiticModel>> Engine::loadParasitics(const ParasiticCheckpoint&) {
    return fail("LEARN-042", "This engine does not estimate parasitics");
}

Expected<Engine*> engine() {
    // Never unloaded: LibTorch does not survive that, and the program ends with it. A failure is
    // not remembered, so that what is mended works without a restart.
    static std::mutex mutex;
    static Engine* loaded = nullptr;
    const std::lock_guard lock(mutex);
    if (loaded)
        return loaded;
    auto engine = load();
    if (engine)
        loaded = *engine;
    return engine;
}

} // namespace ohm::learn
