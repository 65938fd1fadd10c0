// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/reader.h"

#include "core/netlist/dialect.h"
#include "core/netlist/overrides.h"
#include "core/netlist/spectrereader.h"
#include "core/netlist/spicereader.h"

namespace ohm::netlist {
namespace {

Expected<std::unique_ptr<CircuitData>> readSpice(SourceFiles& sources, const ReadOptions& options,
                                                 const StopToken& stop, ProgressSink& progress) {
    const Dialect dialect =
        options.dialect.value_or(detectDialect(sources.mainText(), sources.mainName()));
    auto reader = std::make_unique<SpiceReader>(sources, options, dialect, stop, progress);
    auto done = reader->read(nullptr);
    if (!done)
        return done.failure();
    if (reader->wantsSecondReading()) {
        const SpiceKnowledge known = reader->knowledge();
        sources.putMain(reader->giveBackMain());
        reader = std::make_unique<SpiceReader>(sources, options, dialect, stop, progress);
        done = reader->read(&known);
        if (!done)
            return done.failure();
    }
    return reader->builder().finish(options.top, stop, progress);
}

Expected<CircuitPtr> readSources(SourceFiles& sources, const ReadOptions& options,
                                 const StopToken& stop, ProgressSink& progress) {
    if (!options.dialect) {
        switch (textKind(sources.mainText())) {
        case TextKind::Schematic:
            return fail("NET-004", "This file is a drawing, not a netlist", {}, sources.mainName(),
                        "Open it as a schematic");
        case TextKind::OtherNetlist:
            return fail("NET-004", "This netlist is in a format for board layout, not SPICE", {},
                        sources.mainName(), "Export a SPICE netlist instead");
        case TextKind::Netlist:
            break;
        }
    }
    const bool spectre = options.dialect ? *options.dialect == Dialect::Spectre
                                         : looksLikeSpectre(sources.mainText());
    auto data = spectre ? readSpectre(sources, options, stop, progress)
                        : readSpice(sources, options, stop, progress);
    if (!data)
        return data.failure();
    applyOverrides(**data, options);
    return CircuitPtr(std::make_shared<Circuit>(std::move(*data)));
}

/// Memory is the one thing that may run out on honest input.
template <typename Read>
Expected<CircuitPtr> guarded(const std::string& name, const Read& read) {
    try {
        return read();
    } catch (const std::bad_alloc&) {
        return fail("NET-007", "The memory does not suffice for this netlist", {}, name);
    }
}

} // namespace

Expected<CircuitPtr> readNetlist(const std::filesystem::path& path, const ReadOptions& options,
                                 StopToken stop, ProgressSink& progress) {
    return guarded(path.string(), [&]() -> Expected<CircuitPtr> {
        auto folder = path.parent_path();
        SourceFiles sources(folder.empty() ? std::filesystem::path(".") : folder,
                            options.searchPath);
        sources.setStop(stop);
        const auto opened = sources.openMain(path);
        if (!opened)
            return opened.failure();
        return readSources(sources, options, stop, progress);
    });
}

Expected<CircuitPtr> readNetlistText(std::string text, const std::string& name,
                                     const std::filesystem::path& folder,
                                     const ReadOptions& options, StopToken stop,
                                     ProgressSink& progress) {
    return guarded(name, [&]() -> Expected<CircuitPtr> {
        SourceFiles sources(folder, options.searchPath);
        sources.setStop(stop);
        const auto opened = sources.openMain(std::move(text), name);
        if (!opened)
            return opened.failure();
        return readSources(sources, options, stop, progress);
    });
}

} // namespace ohm::netlist
