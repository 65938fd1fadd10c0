// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/litho/example.h"

#include "core/litho/simulate.h"

#include <system_error>

namespace ohm::litho {

namespace fs = std::filesystem;

Expected<void> writeExamplePairs(const fs::path& file, const MadeOptions& made, StopToken stop,
                                 ProgressSink& progress) {
    const auto clips = madeClips(made);
    if (!clips)
        return clips.failure();
    const auto optics = opticsOf(Lens{});
    if (!optics)
        return optics.failure();
    std::error_code code;
    fs::create_directories(file.parent_path(), code); // what is wrong shows when it is written
    const fs::path half = file.string() + ".part";
    SimulateOptions options;
    options.side = 128;
    const auto done = simulateClips(*clips, {*optics, *optics}, options, half, stop, progress);
    if (done)
        fs::rename(half, file, code);
    if (!done || code) {
        std::error_code ignored;
        fs::remove(half, ignored);
    }
    if (!done)
        return done.failure();
    if (code)
        return fail("BASE-010", "The file cannot be written", code.message(), file.string());
    return {};
}

} // namespace ohm::litho
