// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/congestion/guides.h"

#include "core/congestion/words.h"

#include <cmath>
#include <numeric>
#include <unordered_map>

namespace ohm::congestion {
namespace {

constexpr double kMostUnits = 1e12;
constexpr std::size_t kMostLayers = 10'000;

} // namespace

Expected<Guides> readGuides(std::string_view text, const std::string& where) {
    Words words(text);
    Guides guides;
    std::unordered_map<std::string, std::int32_t> layers;
    const auto wrong = [&](const char* what) {
        return fail("CONG-033", "The guide file is not understood", what,
                    where + ":" + std::to_string(words.line()));
    };
    for (std::string_view name; !(name = words.next()).empty();) {
        const auto net = static_cast<std::int32_t>(guides.nets.size());
        guides.nets.emplace_back(name);
        if (words.next() != "(")
            return wrong("a bracket is missing after the name of a net");
        for (std::string_view word; (word = words.next()) != ")";) {
            if (word.empty())
                return wrong("the file is cut short");
            double at[4];
            for (double& value : at) {
                const auto number = toNumber(word);
                if (!number || std::abs(*number) > kMostUnits)
                    return wrong("a box needs four numbers");
                value = *number;
                word = words.next();
            }
            if (word.empty() || word == ")" || word == "(" || isNumber(word))
                return wrong("a box has no layer");
            if (!(at[2] > at[0]) || !(at[3] > at[1]))
                return wrong("a box has no area");
            const auto [layer, fresh] =
                layers.emplace(word, static_cast<std::int32_t>(guides.layers.size()));
            if (fresh) {
                if (guides.layers.size() == kMostLayers)
                    return wrong("too many layers");
                guides.layers.emplace_back(word);
            }
            guides.boxes.push_back({{at[0], at[1], at[2], at[3]}, net, layer->second});
        }
    }
    return guides;
}

double cellSideOf(const Guides& guides, const Box& die) {
    std::int64_t side = 0;
    for (const Guides::Entry& entry : guides.boxes) {
        side = std::gcd(side, std::llround(entry.box.left - die.left));
        side = std::gcd(side, std::llround(entry.box.bottom - die.bottom));
    }
    return static_cast<double>(side);
}

} // namespace ohm::congestion
