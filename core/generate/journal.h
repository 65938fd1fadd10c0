// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ohm::generate {

/// Results of simulations as they come, append-only, beside the dataset that is being made: after
/// a kill the same command goes on, nothing lost or counted twice. One record per sample: its
/// number, what became of it, its values, a checksum; a record that a kill cut short is dropped. A
/// journal without records removes itself.
/// Thread: owner only.
class Journal {
public:
    struct Entry {
        std::string failure; ///< error code, at most 15 characters; empty when it succeeded
        std::vector<double> values;
    };

    /// Opens or makes `path` for records of `width` values. `key` says what is being made.
    /// Errors: GEN-013 it belongs to something else, GEN-019 another process writes it, BASE-010
    /// cannot write.
    static Expected<Journal> open(const std::filesystem::path& path, const std::string& key,
                                  std::size_t width);
    Journal(Journal&&) noexcept;
    Journal& operator=(Journal&&) noexcept;
    ~Journal();

    const std::map<std::uint64_t, Entry>& entries() const { return m_entries; }
    bool has(std::uint64_t sample) const { return m_entries.count(sample) > 0; }
    void add(std::uint64_t sample, Entry entry);
    /// Puts what was added on the disk. Errors: BASE-010.
    Expected<void> flush();

private:
    Journal() = default;
    std::filesystem::path m_path;
    std::size_t m_width = 0;
    int m_file = -1;
    bool m_ready = false; ///< opened and ours
    std::string m_pending;
    std::map<std::uint64_t, Entry> m_entries;
};

} // namespace ohm::generate
