// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace ohm::dataset {

/// What a file of map pairs holds: for each sample input maps and target maps of one size, for
/// networks on images. A plain value.
struct MapSetInfo {
    std::size_t rows = 0, columns = 0; ///< of a map, row 0 first
    std::vector<std::string> inputNames, targetNames;
    std::vector<std::string> sampleNames; ///< [samples]
    std::vector<std::string> families;    ///< [samples] what must not be on both sides of a split
    std::map<std::string, std::string> attributes; ///< provenance and units

    std::size_t samples() const { return sampleNames.size(); }
    std::size_t pixels() const { return rows * columns; }
};

/// Writes such a file sample by sample, in any order, without holding more than one.
/// Thread: owner only.
class MapSetWriter {
public:
    /// Errors: DATA-050 cannot be written, or nothing to write.
    static Expected<MapSetWriter> create(const MapSetInfo& info, const std::filesystem::path& path);
    MapSetWriter(MapSetWriter&&) noexcept;
    ~MapSetWriter(); ///< without finish() nothing stays
    /// `input` [inputs, rows, columns], `target` [targets, rows, columns].
    void write(std::size_t sample, std::span<const float> input, std::span<const float> target);
    /// The file takes its name. Errors: DATA-050, also of any write before.
    Expected<void> finish();

private:
    struct State;
    explicit MapSetWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

/// Reads such a file sample by sample. Thread: owner only.
class MapSetReader {
public:
    /// Errors: BASE-001, DATA-002 not an HDF5 file, DATA-051 not such a file, of another version or
    /// contradictory.
    static Expected<MapSetReader> open(const std::filesystem::path& path);
    MapSetReader(MapSetReader&&) noexcept;
    ~MapSetReader();
    const MapSetInfo& info() const;
    /// Samples [first, first + count): [count, inputs, rows, columns] and the same of targets.
    /// Errors: DATA-051 out of range, or damaged.
    Expected<void> read(std::size_t first, std::size_t count, std::vector<float>& inputs,
                        std::vector<float>& targets) const;

private:
    struct State;
    explicit MapSetReader(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace ohm::dataset
