// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/ngspicelog.h"

#include "core/base/text.h"

#include <algorithm>
#include <charconv>

namespace ohm::sim {
namespace {

template <typename Use>
void forEachLine(std::string_view text, Use use) {
    while (!text.empty()) {
        const auto end = text.find('\n');
        use(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// Lines that announce an error but do not tell its cause, or are about no error at all.
bool isNoise(std::string_view line) {
    return contains(line, "no graphics interface") || contains(line, "x11") ||
           contains(line, "simulation interrupted due to error") ||
           contains(line, "circuit not parsed") || contains(line, "there aren't any circuits") ||
           contains(line, "no circuit loaded") || contains(line, "no matching instances");
}

} // namespace

LogFindings readLog(std::string_view log) {
    LogFindings findings;
    int linesOfError = 0;
    forEachLine(log, [&](std::string_view raw) {
        const std::string lower = toLower(trimmed(raw));
        const std::string_view line = lower;
        constexpr std::string_view kSingular = "singular matrix:  check node";
        if (const auto at = line.find(kSingular); at != std::string_view::npos) {
            findings.singular = true;
            std::string node(trimmed(line.substr(at + kSingular.size())));
            // "check nodes a and b"
            if (node.starts_with("s "))
                node.erase(0, 2);
            if (!node.empty() && findings.suspectNodes.size() < 20 &&
                std::find(findings.suspectNodes.begin(), findings.suspectNodes.end(), node) ==
                    findings.suspectNodes.end())
                findings.suspectNodes.push_back(std::move(node));
        }
        if (contains(line, "matrix is singular") || contains(line, "no dc path"))
            findings.singular = true;
        if (contains(line, "iteration limit") || contains(line, "timestep too small") ||
            contains(line, "no convergence") || contains(line, "dc solution failed") ||
            contains(line, "convergence problem") || contains(line, "last node voltages"))
            findings.noConvergence = true;
        if (contains(line, "can't allocate") || contains(line, "cannot allocate") ||
            contains(line, "out of memory") || contains(line, "std::bad_alloc"))
            findings.outOfMemory = true;

        const bool complaint = contains(line, "error") || contains(line, "could not find") ||
                               contains(line, "undefined parameter") ||
                               contains(line, "unable to find definition of model");
        if (linesOfError > 0 && linesOfError < 4 && !line.empty() && !isNoise(line)) {
            // An error in the deck is told in up to three further lines: the card and the reason.
            findings.firstError += "; " + std::string(trimmed(raw));
            ++linesOfError;
        } else if (linesOfError > 0) {
            linesOfError = 4;
        } else if (complaint && !isNoise(line)) {
            findings.firstError = trimmed(raw);
            linesOfError = 1;
        }
    });
    return findings;
}

std::optional<double> measuredValue(std::string_view log, std::string_view name) {
    std::optional<double> result;
    forEachLine(log, [&](std::string_view line) {
        line = trimmed(line);
        if (result || !line.starts_with(name))
            return;
        line = trimmed(line.substr(name.size()));
        if (!line.starts_with('='))
            return;
        line = trimmed(line.substr(1));
        double value = 0;
        const auto [end, code] = std::from_chars(line.data(), line.data() + line.size(), value);
        if (code == std::errc() && end != line.data())
            result = value;
    });
    return result;
}

std::string withoutPrompts(std::string_view log) {
    std::string result;
    result.reserve(log.size());
    forEachLine(log, [&](std::string_view line) {
        while (line.starts_with("ngspice ")) {
            const auto arrow = line.find(" -> ");
            const auto digits = line.substr(8, arrow == std::string_view::npos ? 0 : arrow - 8);
            const bool prompt =
                !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
            if (!prompt)
                break;
            line.remove_prefix(arrow + 4);
        }
        result += line;
        result += '\n';
    });
    return result;
}

} // namespace ohm::sim
