// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/litho/made.h"

#include "core/dataset/random.h"

#include <algorithm>

namespace ohm::litho {
namespace {

using dataset::Random;

constexpr int kMostClips = 100'000;
constexpr int kGrid = 5;                  ///< nm
constexpr int kLeast = 600, kMost = 1280; ///< sides of a clip, nm

/// A multiple of the grid within [low, high].
int length(Random& random, int low, int high) {
    return low + kGrid * static_cast<int>(
                             random.below(static_cast<std::uint64_t>((high - low) / kGrid + 1)));
}

class Builder {
public:
    Builder(Clip& clip, bool turned)
        : m_clip(clip)
        , m_turned(turned) {}
    /// Along the tracks and across them.
    void add(int along0, int across0, int along1, int across1) {
        const Rect r = m_turned ? Rect{across0, along0, across1, along1}
                                : Rect{along0, across0, along1, across1};
        m_clip.shapes.push_back({{r.x0, r.y0}, {r.x1, r.y0}, {r.x1, r.y1}, {r.x0, r.y1}});
        Rect& b = m_clip.bounds;
        b = m_clip.shapes.size() == 1 ? r
                                      : Rect{std::min(b.x0, r.x0), std::min(b.y0, r.y0),
                                             std::max(b.x1, r.x1), std::max(b.y1, r.y1)};
    }

private:
    Clip& m_clip;
    bool m_turned;
};

struct Stretch {
    int from, to;
};

void addWires(Builder& builder, Random& random) {
    const int width = length(random, 55, 120), space = length(random, 60, 200);
    const int along = length(random, kLeast, kMost), across = length(random, kLeast, kMost);
    const double jogs = random.uniform(0, 0.6), cuts = random.uniform(0.1, 0.7);
    std::vector<Stretch> before;
    for (int track = 0; track + width <= across; track += width + space) {
        std::vector<Stretch> wires;
        int from = random.uniform() < 0.5 ? 0 : length(random, 0, along / 2);
        while (from + 2 * width <= along) {
            const bool whole = random.uniform() > cuts;
            const int to = whole ? along : std::min(along, from + length(random, 2 * width, along));
            wires.push_back({from, to});
            builder.add(from, track, to, track + width);
            from = to + length(random, space, 3 * space);
        }
        // A jog joins two wires where both are there, or it would stand alone.
        for (const Stretch& a : before) {
            for (const Stretch& b : wires) {
                const int low = std::max(a.from, b.from), high = std::min(a.to, b.to) - width;
                if (high >= low && random.uniform() < jogs) {
                    const int at = length(random, low, high);
                    builder.add(at, track - space, at + width, track);
                }
            }
        }
        before = wires;
    }
}

void addContacts(Builder& builder, Random& random) {
    const int size = length(random, 60, 140), pitch = size + length(random, 70, 300);
    const int along = length(random, kLeast, kMost), across = length(random, kLeast, kMost);
    const double share = random.uniform(0.15, 0.9);
    for (int v = 0; v + size <= across; v += pitch) {
        for (int u = 0; u + size <= along; u += pitch) {
            if (random.uniform() < share)
                builder.add(u, v, u + size, v + size);
        }
    }
}

} // namespace

Expected<std::vector<Clip>> madeClips(const MadeOptions& options) {
    if (options.count < 1 || options.count > kMostClips)
        return fail("LITHO-024", "So many clips cannot be made", std::to_string(options.count), {},
                    "Ask for 1 to 100000");
    if (!(options.contactShare >= 0 && options.contactShare <= 1))
        return fail("LITHO-024", "The share of contacts lies between 0 and 1");
    std::vector<Clip> clips;
    for (int i = 0; i < options.count; ++i) {
        Random random(options.seed, static_cast<std::uint64_t>(i));
        const bool contacts = random.uniform() < options.contactShare;
        Clip clip;
        clip.name = (contacts ? "made/contacts-" : "made/wires-") + std::to_string(i);
        clip.family = clip.name;
        while (clip.shapes.empty()) { // a sparse grid may have none
            Builder builder(clip, random.uniform() < 0.5);
            if (contacts)
                addContacts(builder, random);
            else
                addWires(builder, random);
        }
        clips.push_back(std::move(clip));
    }
    return clips;
}

} // namespace ohm::litho
