// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/diagnostic.h"
#include "core/base/error.h"
#include "core/base/job.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace ohm::parasitics {

/// Formats of layout parasitics.
enum class ExtractionFormat : std::uint8_t {
    Spice, ///< subcircuits with C cards (magic ext2spice, Calibre pex netlists), hierarchical or
           ///< flat
    Dspf,  ///< *|NET, *|I, *|P, *|S records and C cards
    Spef   ///< IEEE 1481
};
const char* formatName(ExtractionFormat format);

/// A net, or a device or cell pin where the file tells them apart.
struct ExtractedNode {
    std::string name;           ///< flat, as the file writes it, instances joined by '.'
    std::string instance;       ///< of a pin, else empty
    std::string pin;            ///< of a pin, else empty
    std::uint32_t net = kNoNet; ///< of a pin: node of the net it belongs to, where the file says so
    static constexpr std::uint32_t kNoNet = 0xFFFFFFFFu;
    bool isPin() const { return !pin.empty(); }
};

/// Capacitance between two nodes, all elements between them added up. F.
struct ExtractedCoupling {
    std::uint32_t a = 0, b = 0; ///< a < b
    double farad = 0;
};

/// What an extraction file says about capacitances. Resistances are joined: all parts of a net
/// count as the net. A plain value. Thread: any for const access.
struct Extraction {
    ExtractionFormat format = ExtractionFormat::Spice;
    std::string top; ///< subcircuit or design, may be empty
    std::vector<ExtractedNode> nodes;
    std::vector<ExtractedCoupling> couplings; ///< neither end ground; ascending (a, b)
    std::vector<double> ground;               ///< [nodes] F to ground or substrate
    std::uint64_t elements = 0;               ///< capacitors read
    std::uint64_t zeros = 0;                  ///< of these, printed as 0 and left out
    std::uint64_t bytes = 0;                  ///< size of the file
    double seconds = 0;
    Diagnostics findings; ///< at most 100; a last note says how many were left out
};

struct ExtractionOptions {
    std::string top;                 ///< subcircuit to flatten; empty = the one no other uses
    std::vector<std::string> ground; ///< further names of ground nets
    std::uint64_t maxInstances = 50'000'000; ///< flat instances, so that no file eats all memory
};

/// Reads an extraction in one pass over the mapped file; memory grows with the distinct names and
/// pairs, not with the file. What cannot be understood becomes a finding and the rest is read.
/// Errors: PAR-001 no extraction (no capacitance, unknown format), PAR-002 stopped, PAR-003 the
/// subcircuit is not in the file, PAR-004 subcircuits contain themselves or expand without end,
/// BASE-00x. Thread: any.
Expected<Extraction> readExtraction(const std::filesystem::path& path,
                                    const ExtractionOptions& options = {}, StopToken stop = {},
                                    ProgressSink& progress = noProgress());
/// The same from text in memory; `name` stands for the file in findings.
Expected<Extraction> readExtractionText(std::string_view text, const std::string& name,
                                        const ExtractionOptions& options = {}, StopToken stop = {},
                                        ProgressSink& progress = noProgress());

} // namespace ohm::parasitics
