// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parasitics/extraction.h"

#include "core/base/files.h"
#include "core/base/text.h"
#include "core/parasitics/collector.h"

#include <chrono>

namespace ohm::parasitics {
namespace {

constexpr std::size_t kProbe = 1 << 16;
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
    return readExtractionText(file->view(), path.string(), options, std::move(stop), progress);
}

} // namespace ohm::parasitics
