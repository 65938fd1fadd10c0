// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/ltspicerecords.h"

#include "core/base/files.h"
#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numbers>

namespace ohm::schematic::ltspice {
namespace {

constexpr std::size_t kMaxFindings = 200;

bool isBlank(char c) {
    return c == ' ' || c == '\t';
}

} // namespace

std::string_view Record::restFrom(std::size_t index) const {
    if (index >= fields.size())
        return {};
    const char* begin = fields[index].data();
    return trimmed({begin, static_cast<std::size_t>(body.data() + body.size() - begin)});
}

Findings::Findings(Diagnostics& sink, std::string file)
    : m_sink(sink)
    , m_file(std::move(file)) {}

Findings::~Findings() {
    if (m_count > kMaxFindings)
        m_sink.push_back(
            {Severity::Note,
             "SCH-019",
             std::to_string(m_count - kMaxFindings) + " more findings in this file are not listed.",
             m_file,
             0,
             0,
             {}});
}

void Findings::add(Severity severity, const char* code, std::string text, int line,
                   std::string object) {
    if (++m_count <= kMaxFindings)
        m_sink.push_back({severity, code, std::move(text), m_file, line, 0, std::move(object)});
}

Expected<std::string> readText(const std::filesystem::path& path, std::size_t maxBytes) {
    const auto bytes = readFile(path, maxBytes);
    if (!bytes)
        return fail("SCH-002", "The schematic file cannot be read.", bytes.error().text,
                    path.string(), bytes.error().hint);
    return toUtf8(bytes->view(), detectEncoding(bytes->view()));
}

bool nextRecord(std::string_view& text, int& line, Record& record) {
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view row = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        ++line;
        row = trimmed(row);
        if (row.empty())
            continue;
        record.line = line;
        record.fields.clear();
        std::size_t at = 0;
        while (at < row.size() && !isBlank(row[at]))
            ++at;
        record.keyword = row.substr(0, at);
        record.body = row.substr(at);
        while (at < row.size()) {
            while (at < row.size() && isBlank(row[at]))
                ++at;
            const std::size_t begin = at;
            while (at < row.size() && !isBlank(row[at]))
                ++at;
            if (at > begin)
                record.fields.push_back(row.substr(begin, at - begin));
        }
        return true;
    }
    return false;
}

std::optional<int> coordinate(const Record& record, std::size_t index) {
    if (index >= record.fields.size())
        return std::nullopt;
    const std::string_view field = record.fields[index];
    int value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc() || end != field.data() + field.size() || value > kMaxCoordinate ||
        value < -kMaxCoordinate)
        return std::nullopt;
    return value;
}

std::optional<Pt> point(const Record& record, std::size_t index) {
    const auto x = coordinate(record, index);
    const auto y = coordinate(record, index + 1);
    if (!x || !y)
        return std::nullopt;
    return Pt{*x, *y};
}

bool isShape(std::string_view keyword) {
    return keyword == "LINE" || keyword == "RECTANGLE" || keyword == "CIRCLE" || keyword == "ARC";
}

std::optional<Shape> shapeOf(const Record& record) {
    const auto a = point(record, 1); // field 0 is the line style
    const auto b = point(record, 3);
    if (!a || !b)
        return std::nullopt;
    Shape shape;
    shape.scale = kScale;
    shape.points = {*a, *b};
    if (record.keyword == "LINE") {
        shape.kind = Shape::Kind::Line;
    } else if (record.keyword == "RECTANGLE") {
        shape.kind = Shape::Kind::Rectangle;
    } else if (record.keyword == "CIRCLE") {
        shape.kind = Shape::Kind::Circle;
    } else {
        const auto from = point(record, 5);
        const auto to = point(record, 7);
        if (!from || !to)
            return std::nullopt;
        shape.kind = Shape::Kind::Arc;
        const double cx = (a->x + b->x) / 2.0;
        const double cy = (a->y + b->y) / 2.0;
        const auto degrees = [&](Pt p) {
            return std::atan2(cy - p.y, p.x - cx) * 180.0 / std::numbers::pi;
        };
        shape.startAngle = degrees(*from);
        shape.spanAngle = degrees(*to) - shape.startAngle; // counter-clockwise to the end
        if (shape.spanAngle <= 0)
            shape.spanAngle += 360;
    }
    return shape;
}

Justification justification(std::string_view word) {
    // "V" texts run upwards beside the symbol: in its frame they hang by their side.
    struct Entry {
        std::string_view word;
        TextAnchor anchor;
    };
    static constexpr std::array<Entry, 10> kWords{{{"left", TextAnchor::Left},
                                                   {"right", TextAnchor::Right},
                                                   {"center", TextAnchor::Center},
                                                   {"top", TextAnchor::Top},
                                                   {"bottom", TextAnchor::Bottom},
                                                   {"vleft", TextAnchor::Bottom},
                                                   {"vright", TextAnchor::Top},
                                                   {"vcenter", TextAnchor::Center},
                                                   {"vtop", TextAnchor::Left},
                                                   {"vbottom", TextAnchor::Right}}};
    for (const Entry& entry : kWords)
        if (equalsIgnoreCase(word, entry.word))
            return {entry.anchor, true};
    return {TextAnchor::Left, !equalsIgnoreCase(word, "invisible")};
}

int textHeight(std::string_view sizeField) {
    static constexpr std::array<int, 8> kHeights{5, 7, 10, 13, 17, 23, 33, 47};
    if (sizeField.size() != 1 || sizeField[0] < '0' || sizeField[0] > '7')
        return kHeights[2];
    return kHeights[static_cast<std::size_t>(sizeField[0] - '0')];
}

} // namespace ohm::schematic::ltspice
