// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/litho/clip.h"

#include "core/base/files.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>

namespace ohm::litho {
namespace {

namespace fs = std::filesystem;

constexpr int kMostCoordinate = 1'000'000;
constexpr std::size_t kMostBytes = std::size_t{16} << 20;
constexpr std::size_t kMostRects = 1'000'000;
constexpr int kMostBias = 500;

class Reader {
public:
    explicit Reader(std::string_view text)
        : m_text(text) {}
    std::string_view next() {
        while (m_at < m_text.size() && isSpace(m_text[m_at])) {
            m_line += m_text[m_at] == '\n';
            ++m_at;
        }
        const std::size_t begin = m_at;
        while (m_at < m_text.size() && !isSpace(m_text[m_at]))
            ++m_at;
        return m_text.substr(begin, m_at - begin);
    }
    /// The next word if it is an integer in range; stays before it if not.
    bool integer(int& value) {
        const std::size_t at = m_at;
        const int line = m_line;
        const std::string_view word = next();
        const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
        if (!word.empty() && code == std::errc() && end == word.data() + word.size() &&
            std::abs(value) <= kMostCoordinate)
            return true;
        m_at = at;
        m_line = line;
        return false;
    }
    int line() const { return m_line; }

private:
    static bool isSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
    std::string_view m_text;
    std::size_t m_at = 0;
    int m_line = 1;
};

/// AND2_X4__0_0 -> AND2_X4
std::string familyOf(const std::string& name) {
    const std::size_t at = name.rfind("__");
    return at == std::string::npos || at == 0 ? name : name.substr(0, at);
}

using Intervals = std::vector<std::array<int, 2>>;

/// Where a horizontal line at `y` + 1/2 runs inside a polygon: even-odd.
void cross(const std::vector<std::array<int, 2>>& shape, int y, Intervals& out) {
    std::vector<int> at;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const auto& a = shape[i];
        const auto& b = shape[(i + 1) % shape.size()];
        if (a[0] == b[0] && std::min(a[1], b[1]) <= y && y < std::max(a[1], b[1]))
            at.push_back(a[0]);
    }
    std::sort(at.begin(), at.end());
    for (std::size_t i = 0; i + 1 < at.size(); i += 2)
        out.push_back({at[i], at[i + 1]});
}

void merge(Intervals& intervals) {
    std::sort(intervals.begin(), intervals.end());
    std::size_t kept = 0;
    for (const auto& next : intervals) {
        if (next[0] >= next[1])
            continue;
        if (kept > 0 && next[0] <= intervals[kept - 1][1])
            intervals[kept - 1][1] = std::max(intervals[kept - 1][1], next[1]);
        else
            intervals[kept++] = next;
    }
    intervals.resize(kept);
}

/// Rectangles of slabs: the union, slab after slab between the heights `ys`; fill(y) gives the
/// intervals of a slab.
template <typename Fill>
bool slabs(std::vector<int> ys, std::vector<Rect>& out, Fill&& fill) {
    std::sort(ys.begin(), ys.end());
    ys.erase(std::unique(ys.begin(), ys.end()), ys.end());
    Intervals intervals;
    for (std::size_t s = 0; s + 1 < ys.size(); ++s) {
        intervals.clear();
        fill(ys[s], intervals);
        merge(intervals);
        if (out.size() + intervals.size() > kMostRects)
            return false;
        for (const auto& [x0, x1] : intervals)
            out.push_back({x0, ys[s], x1, ys[s + 1]});
    }
    return true;
}

} // namespace

Expected<Clip> readClip(std::string_view text, const std::string& name) {
    Clip clip;
    clip.name = name;
    clip.family = familyOf(name);
    Reader reader(text);
    std::size_t corners = 0;
    const auto wrong = [&](const char* code, const char* what, const char* detail) {
        return fail(code, what, detail, name + ":" + std::to_string(reader.line()));
    };
    for (std::string_view word; !(word = reader.next()).empty();) {
        if (word != "RECT" && word != "PGON")
            continue;
        reader.next(); // orientation
        reader.next(); // layer
        std::vector<std::array<int, 2>> shape;
        if (word == "RECT") {
            int x = 0, y = 0, w = 0, h = 0;
            if (!reader.integer(x) || !reader.integer(y) || !reader.integer(w) ||
                !reader.integer(h) || w <= 0 || h <= 0)
                return wrong("LITHO-001", "The clip is not understood", "a rectangle");
            shape = {{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}};
        } else {
            std::array<int, 2> at{};
            while (reader.integer(at[0])) {
                if (!reader.integer(at[1]))
                    return wrong("LITHO-001", "The clip is not understood",
                                 "a corner has one coordinate");
                if (corners + shape.size() == kMostCorners)
                    return wrong("LITHO-003", "The clip has too many corners", "");
                shape.push_back(at);
            }
            if (shape.size() < 4)
                return wrong("LITHO-001", "The clip is not understood",
                             "a polygon of fewer than four corners");
        }
        for (std::size_t i = 0; i < shape.size(); ++i) {
            const auto& a = shape[i];
            const auto& b = shape[(i + 1) % shape.size()];
            if (a[0] != b[0] && a[1] != b[1])
                return wrong("LITHO-002", "An edge of the clip is neither horizontal nor vertical",
                             "");
            clip.bounds =
                clip.shapes.empty() && i == 0
                    ? Rect{a[0], a[1], a[0], a[1]}
                    : Rect{std::min(clip.bounds.x0, a[0]), std::min(clip.bounds.y0, a[1]),
                           std::max(clip.bounds.x1, a[0]), std::max(clip.bounds.y1, a[1])};
        }
        corners += shape.size();
        if (corners > kMostCorners)
            return wrong("LITHO-003", "The clip has too many corners", "");
        clip.shapes.push_back(std::move(shape));
    }
    if (clip.shapes.empty())
        return fail("LITHO-001", "The clip is not understood", "it has no shapes", name);
    return clip;
}

Expected<std::vector<Clip>> readClips(const std::vector<fs::path>& paths) {
    std::map<std::string, fs::path> files; // sorted, each once
    std::error_code code;
    const auto add = [&](const fs::path& file) {
        const auto whole = fs::absolute(file, code).lexically_normal();
        files[whole.string()] = file;
    };
    for (const fs::path& path : paths) {
        if (!fs::is_directory(path, code)) {
            if (!fs::exists(path, code))
                return fail("BASE-001", "The file does not exist", {}, path.string());
            add(path);
            continue;
        }
        fs::recursive_directory_iterator it(path, code), end;
        for (; !code && it != end; it.increment(code)) {
            if (it.depth() >= 1)
                it.disable_recursion_pending();
            if (it->path().extension() == ".glp" && it->is_regular_file(code))
                add(it->path());
        }
    }
    std::vector<Clip> clips;
    for (const auto& [whole, file] : files) {
        const auto bytes = readFile(file, kMostBytes);
        if (!bytes)
            return bytes.failure();
        const fs::path path(whole);
        auto clip = readClip(bytes->view(), path.stem().string());
        if (!clip) {
            Error error = clip.error();
            error.where = file.string() + error.where.substr(path.stem().string().size());
            return Unexpected{error};
        }
        const std::string suite = path.parent_path().filename().string();
        clip->name = (suite.empty() ? "" : suite + "/") + clip->name;
        clip->family = (suite.empty() ? "" : suite + "/") + clip->family;
        clips.push_back(std::move(*clip));
    }
    if (clips.empty())
        return fail("LITHO-021", "There are no clips here", {},
                    paths.empty() ? "" : paths[0].string(), "Give .glp files or folders of them");
    return clips;
}

Expected<std::vector<Rect>> coverOf(const Clip& clip, int bias) {
    if (bias < 0 || bias > kMostBias)
        return fail("LITHO-020", "The bias is not between 0 and 500 nm", std::to_string(bias));
    const auto tooMany = [&] {
        return fail("LITHO-003", "The clip falls into too many rectangles", {}, clip.name);
    };
    std::vector<int> ys;
    for (const auto& shape : clip.shapes) {
        for (const auto& corner : shape)
            ys.push_back(corner[1]);
    }
    std::vector<Rect> rects;
    const bool good = slabs(std::move(ys), rects, [&](int y, Intervals& out) {
        for (const auto& shape : clip.shapes)
            cross(shape, y, out);
    });
    if (!good)
        return tooMany();
    if (bias == 0)
        return rects;
    // Grown by a square: every rectangle grows, their union is what is covered.
    std::vector<int> heights;
    for (Rect& r : rects) {
        r = {r.x0 - bias, r.y0 - bias, r.x1 + bias, r.y1 + bias};
        heights.push_back(r.y0);
        heights.push_back(r.y1);
    }
    std::sort(rects.begin(), rects.end(), [](const Rect& a, const Rect& b) { return a.y0 < b.y0; });
    std::vector<Rect> grown;
    const bool still = slabs(std::move(heights), grown, [&](int y, Intervals& out) {
        for (const Rect& r : rects) {
            if (r.y0 > y)
                break;
            if (y < r.y1)
                out.push_back({r.x0, r.x1});
        }
    });
    if (!still)
        return tooMany();
    return grown;
}

} // namespace ohm::litho
