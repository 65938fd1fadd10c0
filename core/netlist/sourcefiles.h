// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ohm::netlist {

/// A file's text as UTF-8, in a private buffer that the reader may change in place and hand over
/// to a TextStore.
struct SourceText {
    std::unique_ptr<char[]> text;
    std::size_t size = 0;
    std::string_view view() const { return {text.get(), size}; }
};

/// Finds and loads the files of a netlist. Only regular files in the main file's folder (or below)
/// and in the search path are opened, after resolving every symbolic link. Thread: owner only.
class SourceFiles {
public:
    /// Nothing may be included when both `folder` and `searchPath` are empty.
    SourceFiles(std::filesystem::path folder, std::vector<std::filesystem::path> searchPath);

    /// Loading gives up with NET-002 when this asks for it.
    void setStop(StopToken stop) { m_stop = std::move(stop); }
    /// Loads the main file. Errors: NET-001 not readable, NET-003 not a text file, NET-005 too big.
    Expected<void> openMain(const std::filesystem::path& path);
    /// Takes text from memory as the main file.
    Expected<void> openMain(std::string text, const std::string& name);
    const std::string& mainName() const { return m_mainName; }
    std::string_view mainText() const { return m_main.view(); }
    SourceText takeMain() { return std::move(m_main); }
    void putMain(SourceText text) { m_main = std::move(text); }
    /// The main file's canonical path with an empty section, to find circles of includes.
    std::string mainKey() const;

    /// The file that an .include of `name` in a file of folder `from` means: looked up beside the
    /// including file, in the main folder, then in the search path; for an absolute or foreign path
    /// that does not exist, its last parts are tried there too. Errors: NET-011 not found, NET-012
    /// outside the allowed folders.
    Expected<std::filesystem::path> find(std::string_view name,
                                         const std::filesystem::path& from) const;
    /// Loads a file that `find` returned, converted to UTF-8. Errors as `openMain`.
    Expected<SourceText> load(const std::filesystem::path& path) const;
    const std::filesystem::path& folder() const { return m_folder; }

private:
    bool allowed(const std::filesystem::path& canonical) const;
    std::filesystem::path m_folder;
    std::vector<std::filesystem::path> m_roots; ///< canonical
    std::string m_mainName;
    SourceText m_main;
    StopToken m_stop;
};

/// Reads bytes as text: byte-order marks, UTF-16 and Windows-1252 become UTF-8, a lone carriage
/// return as line end becomes a line feed. Errors: NET-002 stopped, NET-003.
Expected<SourceText> textOf(SourceText bytes, const std::string& name, const StopToken& stop = {});

} // namespace ohm::netlist
