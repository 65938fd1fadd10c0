// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parasitics/extraction.h"

#include "core/base/files.h"
#include "core/base/packed.h"
#include "core/base/text.h"
#include "core/parasitics/collector.h"

#include <algorithm>
#include <chrono>

namespace ohm::parasitics {
namespace {

constexpr std::size_t kProbe = 1 << 16;
constexpr int kMostIncludes = 8; ///< files within files
constexpr std::size_t kMostBytes = std::size_t{64} << 30;

ExtractionFormat formatOf(std::string_view text) {
    const std::string head = toLower(text.substr(0, kProbe));
    if (head.find("*spef") != std::string::npos)
        return ExtractionFormat::Spef;
    if (head.find("*|dspf") != std::string::npos || head.find("*|net") != std::string::npos ||
        head.find("*|ground_net") != std::string::npos)
        return ExtractionFormat::Dspf;
    return ExtractionFormat::Spice;
}

/// The file that an .include card names, without quotes; empty for any other line.
std::string_view included(std::string_view line) {
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t'))
        line.remove_prefix(1);
    std::string_view rest = line;
    const std::string_view word = nextWord(rest);
    if (!equalsIgnoreCase(word, ".include") && !equalsIgnoreCase(word, ".inc"))
        return {};
    rest = trimmed(rest);
    if (rest.size() >= 2 && (rest.front() == '"' || rest.front() == '\''))
        return rest.substr(1, rest.find(rest.front(), 1) - 1);
    return nextWord(rest);
}

/// True if some line includes a file: looked at once, at the speed of a search for a character.
bool includesFiles(std::string_view text) {
    for (std::size_t at = text.find('.'); at != std::string_view::npos;
         at = text.find("\n.", at + 1)) {
        const std::size_t begin = at == 0 ? 0 : text[at] == '\n' ? at + 1 : at;
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        if ((begin == 0 || text[begin - 1] == '\n') &&
            !included(text.substr(begin, end - begin)).empty())
            return true;
    }
    return false;
}

/// Copies `text` with the files that it includes in their places. They lie beside it (the parts of
/// Calibre's netlists do), or they are not read.
void expandIncludes(std::string_view text, const std::filesystem::path& folder, int depth,
                    std::string& out, Diagnostics& findings) {
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view line = text.substr(begin, end - begin);
        begin = end + 1;
        const std::string_view name = included(line);
        if (name.empty()) {
            out.append(line);
            out += '\n';
            continue;
        }
        const std::filesystem::path beside = folder / std::filesystem::path(name).filename();
        const auto file = depth < kMostIncludes ? readFile(beside, kMostBytes)
                                                : Expected<FileBytes>(fail("PAR-017", "Too deep"));
        if (!file) {
            findings.push_back({Severity::Warning, "PAR-017",
                                "An included file is not beside the extraction, or cannot be read",
                                folder.string(), 0, 0, std::string(name)});
            continue;
        }
        expandIncludes(file->view(), folder, depth + 1, out, findings);
    }
}

} // namespace

const char* formatName(ExtractionFormat format) {
    switch (format) {
    case ExtractionFormat::Dspf:
        return "dspf";
    case ExtractionFormat::Spef:
        return "spef";
    case ExtractionFormat::Spice:
        break;
    }
    return "spice";
}

Expected<Extraction> readExtractionText(std::string_view text, const std::string& name,
                                        const ExtractionOptions& options, StopToken stop,
                                        ProgressSink& progress) {
    const auto begin = std::chrono::steady_clock::now();
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
        return fail("PAR-001", "This file is empty", {}, name,
                    "An extraction is SPICE with C lines, DSPF or SPEF");
    if (const std::string_view packer = packedBy(text); !packer.empty())
        return fail("PAR-001", "This file is compressed", std::string(packer), name,
                    "Unpack it and import what is inside");
    if (text.substr(0, kProbe).find('\0') != std::string_view::npos)
        return fail("PAR-001", "This is not a text file", {}, name,
                    "An extraction is SPICE with C lines, DSPF or SPEF");
    auto extraction = [&] {
        switch (formatOf(text)) {
        case ExtractionFormat::Dspf:
            return readDspf(text, name, options, stop, progress);
        case ExtractionFormat::Spef:
            return readSpef(text, name, options, stop, progress);
        case ExtractionFormat::Spice:
            break;
        }
        return readSpiceExtraction(text, name, options, stop, progress);
    }();
    if (extraction)
        extraction->seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return extraction;
}

Expected<Extraction> readExtraction(const std::filesystem::path& path,
                                    const ExtractionOptions& options, StopToken stop,
                                    ProgressSink& progress) {
    const auto file = readFile(path, kMostBytes);
    if (!file)
        return file.failure();
    if (formatOf(file->view()) != ExtractionFormat::Spice || !includesFiles(file->view()))
        return readExtractionText(file->view(), path.string(), options, std::move(stop), progress);
    std::string text;
    Diagnostics findings;
    expandIncludes(file->view(), path.parent_path(), 0, text, findings);
    auto extraction = readExtractionText(text, path.string(), options, std::move(stop), progress);
    if (extraction)
        extraction->findings.insert(extraction->findings.begin(), findings.begin(), findings.end());
    return extraction;
}

} // namespace ohm::parasitics
