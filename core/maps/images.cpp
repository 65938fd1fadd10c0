// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/maps/images.h"

#include "core/dataset/graphset.h"
#include "core/dataset/mapset.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace ohm::maps {
namespace {

constexpr std::size_t kMostFloats = std::size_t{2} << 30; ///< 8 GiB
constexpr std::size_t kCoarsest = 4;                      ///< what the network divides sides by
constexpr std::size_t kAtOnce = 16;

std::string listed(const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names)
        all += (all.empty() ? "" : ", ") + name;
    return all;
}

} // namespace

std::size_t Images::count(Part part) const {
    return static_cast<std::size_t>(std::count(parts.begin(), parts.end(), part));
}

std::span<const float> Images::input(std::size_t image) const {
    const std::size_t size = inputNames.size() * pixels();
    return std::span(inputs).subspan(image * size, size);
}

std::span<const float> Images::target(std::size_t image) const {
    const std::size_t size = targetNames.size() * pixels();
    return std::span(targets).subspan(image * size, size);
}

Expected<Images> readImages(const std::filesystem::path& path,
                            const std::vector<std::string>& targets, StopToken stop) {
    auto reader = dataset::MapSetReader::open(path);
    if (!reader)
        return reader.failure();
    const dataset::MapSetInfo& info = reader->info();
    std::vector<std::size_t> wanted;
    for (const std::string& name : targets.empty() ? info.targetNames : targets) {
        const auto at = std::find(info.targetNames.begin(), info.targetNames.end(), name);
        if (at == info.targetNames.end())
            return fail("MAPS-001", "The file has no target of this name",
                        "It has " + listed(info.targetNames), name, "Choose one of them");
        wanted.push_back(static_cast<std::size_t>(at - info.targetNames.begin()));
    }
    if (info.rows % kCoarsest != 0 || info.columns % kCoarsest != 0 || info.pixels() == 0)
        return fail("MAPS-002", "These maps have sides that a network cannot take",
                    std::to_string(info.rows) + " x " + std::to_string(info.columns), path.string(),
                    "Make maps whose sides are multiples of 4");
    Images out;
    out.rows = info.rows;
    out.columns = info.columns;
    out.inputNames = info.inputNames;
    for (const std::size_t t : wanted)
        out.targetNames.push_back(info.targetNames[t]);
    out.names = info.sampleNames;
    out.families = info.families;
    out.parts.assign(out.names.size(), Part::Train);
    const std::size_t channels = info.inputNames.size() + wanted.size();
    if (info.samples() > kMostFloats / std::max<std::size_t>(channels * info.pixels(), 1))
        return fail("MAPS-002", "These maps do not fit into memory", {}, path.string(),
                    "Make fewer or smaller ones");
    std::vector<float> x, y;
    for (std::size_t first = 0; first < info.samples(); first += kAtOnce) {
        if (stop.shouldStop())
            return fail("MAPS-009", "Reading the maps was stopped");
        const std::size_t count = std::min(kAtOnce, info.samples() - first);
        if (const auto read = reader->read(first, count, x, y); !read)
            return read.failure();
        out.inputs.insert(out.inputs.end(), x.begin(), x.end());
        for (std::size_t s = 0; s < count; ++s) {
            for (const std::size_t t : wanted) {
                const auto from =
                    y.begin() +
                    static_cast<std::ptrdiff_t>((s * info.targetNames.size() + t) * info.pixels());
                out.targets.insert(out.targets.end(), from,
                                   from + static_cast<std::ptrdiff_t>(info.pixels()));
            }
        }
    }
    for (const std::vector<float>* values : {&out.inputs, &out.targets}) {
        if (!std::all_of(values->begin(), values->end(), [](float v) { return std::isfinite(v); }))
            return fail("MAPS-002", "A map holds a value that is not a number", {}, path.string());
    }
    return out;
}

Expected<void> divide(Images& images, const SplitOptions& options) {
    if (!(options.validationShare >= 0 && options.testShare >= 0 &&
          options.validationShare + options.testShare < 1))
        return fail("MAPS-003", "The shares leave nothing to train on");
    std::vector<std::string> families; // in the order of the file
    std::map<std::string, Part> parts;
    for (const std::string& family : images.families) {
        if (parts.emplace(family, Part::Train).second)
            families.push_back(family);
    }
    for (const std::string& name : options.testFamilies) {
        const auto at = parts.find(name);
        if (at == parts.end())
            return fail(
                "MAPS-003", "There is no such family to test on", {}, name,
                "There are " +
                    listed({families.begin(),
                            families.begin() + static_cast<std::ptrdiff_t>(
                                                   std::min<std::size_t>(families.size(), 12))}));
        at->second = Part::Test;
    }
    // Shares are of the images; families are taken until a share is reached.
    std::map<std::string, std::size_t> sizes;
    for (const std::string& family : images.families)
        ++sizes[family];
    const auto wanted = [&](double share) {
        return static_cast<std::size_t>(std::llround(share * static_cast<double>(images.count())));
    };
    const bool shares = options.testFamilies.empty();
    std::size_t tests = shares ? wanted(options.testShare) : 0;
    std::size_t validates = wanted(options.validationShare);
    for (const std::size_t at : dataset::permutation(families.size(), options.seed)) {
        const std::string& family = families[at];
        if (parts[family] == Part::Test)
            continue;
        if (tests > 0) {
            parts[family] = Part::Test;
            tests -= std::min(tests, sizes[family]);
        } else if (validates > 0) {
            parts[family] = Part::Validate;
            validates -= std::min(validates, sizes[family]);
        }
    }
    for (std::size_t i = 0; i < images.count(); ++i)
        images.parts[i] = parts[images.families[i]];
    if (images.count(Part::Train) == 0)
        return fail("MAPS-003", "The split leaves nothing to train on",
                    std::to_string(families.size()) + " families", {},
                    "Use smaller shares, or more images");
    return {};
}

Expected<void> addTests(Images& images, Images tests) {
    if (tests.rows != images.rows || tests.columns != images.columns ||
        tests.inputNames != images.inputNames || tests.targetNames != images.targetNames)
        return fail("MAPS-001", "The images to test on are of another kind or size",
                    listed(tests.inputNames) + " to " + listed(tests.targetNames) + ", " +
                        std::to_string(tests.rows) + " x " + std::to_string(tests.columns));
    images.names.insert(images.names.end(), tests.names.begin(), tests.names.end());
    images.families.insert(images.families.end(), tests.families.begin(), tests.families.end());
    images.parts.insert(images.parts.end(), tests.count(), Part::Test);
    images.inputs.insert(images.inputs.end(), tests.inputs.begin(), tests.inputs.end());
    images.targets.insert(images.targets.end(), tests.targets.begin(), tests.targets.end());
    return {};
}

} // namespace ohm::maps
