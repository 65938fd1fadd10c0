// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/diagnostic.h"
#include "core/base/error.h"
#include "core/schematic/schematicdoc.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ohm::schematic::ltspice {

/// LTspice units per document unit are 16 per 10: its grid step is ours.
inline constexpr float kScale = 0.625F;
/// Coordinates beyond this are not those of a drawing; they keep the exact arithmetic in range.
inline constexpr int kMaxCoordinate = 100'000'000;

/// One line of an .asc or .asy file, split at blanks. Views into the file's text.
struct Record {
    std::string_view keyword;
    std::string_view body;                ///< all after the keyword
    std::vector<std::string_view> fields; ///< the same, split
    int line = 0;

    /// The rest of the line from field `index` on, without blanks at its end.
    std::string_view restFrom(std::size_t index) const;
};

/// Collects findings about one file; past a limit only their number is kept. Thread: owner only.
class Findings {
public:
    Findings(Diagnostics& sink, std::string file);
    ~Findings();
    Findings(const Findings&) = delete;
    Findings& operator=(const Findings&) = delete;
    void add(Severity severity, const char* code, std::string text, int line,
             std::string object = {});

private:
    Diagnostics& m_sink;
    std::string m_file;
    std::size_t m_count = 0;
};

/// The file's text as UTF-8. Errors: SCH-002.
Expected<std::string> readText(const std::filesystem::path& path, std::size_t maxBytes);

/// Splits the next line off `text`; false at the end. Blank lines are skipped.
bool nextRecord(std::string_view& text, int& line, Record& record);

/// A coordinate or nothing if the field is missing, no integer or out of range.
std::optional<int> coordinate(const Record& record, std::size_t index);
std::optional<Pt> point(const Record& record, std::size_t index);

/// A drawing record (LINE, RECTANGLE, CIRCLE, ARC) as a shape in LTspice units with scale set;
/// nothing if it is malformed.
std::optional<Shape> shapeOf(const Record& record);
bool isShape(std::string_view keyword);

/// How a text hangs at its point, in the frame of the symbol or sheet it belongs to.
struct Justification {
    TextAnchor anchor = TextAnchor::Left;
    bool visible = true;
};
Justification justification(std::string_view word);
/// Height in document units of LTspice's text sizes 0 to 7.
int textHeight(std::string_view sizeField);

} // namespace ohm::schematic::ltspice
