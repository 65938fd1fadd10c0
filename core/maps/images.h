// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace ohm::maps {

/// Which side of a split an image is on.
enum class Part : std::uint8_t { Train, Validate, Test };

/// Image pairs in memory, with the targets that were asked for. A plain value; treat as immutable.
struct Images {
    std::size_t rows = 0, columns = 0;
    std::vector<std::string> inputNames, targetNames;
    std::vector<std::string> names, families; ///< [images]
    std::vector<Part> parts;                  ///< [images]
    std::vector<float> inputs;                ///< [images, inputs, rows, columns]
    std::vector<float> targets;               ///< [images, targets, rows, columns]

    std::size_t count() const { return names.size(); }
    std::size_t pixels() const { return rows * columns; }
    std::size_t count(Part part) const;
    std::span<const float> input(std::size_t image) const;
    std::span<const float> target(std::size_t image) const;
};

/// How images are divided: families as a whole, by a seeded permutation of them.
struct SplitOptions {
    double validationShare = 0.1, testShare = 0.1;
    std::uint64_t seed = 1;
    std::vector<std::string> testFamilies; ///< by name, instead of a share
};

/// Reads a file of maps (docs/litho.md) with these targets (empty: all). All images are training
/// images until they are divided. Errors: those of MapSetReader, MAPS-001 no such target, MAPS-002
/// sides that are no multiples of 4, or more than 8 GiB, MAPS-009 stopped. Thread: any.
Expected<Images> readImages(const std::filesystem::path& path,
                            const std::vector<std::string>& targets = {}, StopToken stop = {});

/// Divides. Errors: MAPS-003 nothing is left to train on, or a family is not there. Thread: any.
Expected<void> divide(Images& images, const SplitOptions& options);

/// Adds images of another file, all of them to test on. Errors: MAPS-001 other maps or sizes.
Expected<void> addTests(Images& images, Images tests);

} // namespace ohm::maps
