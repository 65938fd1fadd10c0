// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parasitics/names.h"

#include <algorithm>
#include <array>

namespace ohm::parasitics {
namespace {

char folded(char c) {
    switch (c) {
    case '/':
        return '.';
    case '<':
        return '[';
    case '>':
        return ']';
    default:
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
}

std::string lastComponent(std::string_view name) {
    std::string text = foldedName(name);
    const std::size_t dot = text.rfind('.');
    if (dot != std::string::npos && dot + 1 < text.size())
        text.erase(0, dot + 1);
    while (!text.empty() && (text.back() == '!' || text.back() == '#'))
        text.pop_back();
    return text;
}

} // namespace

std::string foldedName(std::string_view name) {
    std::string text;
    text.reserve(name.size());
    for (const char c : name) {
        if (c != '\\')
            text.push_back(folded(c));
    }
    return text;
}

std::string canonicalName(std::string_view name) {
    std::string text = foldedName(name);
    std::string out;
    out.reserve(text.size());
    std::size_t begin = 0;
    while (true) {
        const std::size_t end = text.find('.', begin);
        if (end == std::string::npos) { // the net itself keeps its letters
            out.append(text, begin);
            return out;
        }
        std::size_t first = begin;
        while (first < end && text[first] == 'x')
            ++first;
        out.append(text, first < end ? first : begin, end - (first < end ? first : begin));
        out.push_back('.');
        begin = end + 1;
    }
}

bool isGroundName(std::string_view name) {
    static constexpr std::array<std::string_view, 17> kNames{
        "0",    "vss", "gnd", "vgnd", "avss",  "dvss", "vssa",      "vssd", "agnd",
        "dgnd", "vnb", "sub", "vsub", "vsubs", "$sub", "substrate", "vssio"};
    return std::find(kNames.begin(), kNames.end(), lastComponent(name)) != kNames.end();
}

bool isSupplyName(std::string_view name) {
    static constexpr std::array<std::string_view, 13> kNames{
        "vdd",  "avdd", "dvdd", "vdda",  "vddd",  "vcc",  "vccd",
        "vcca", "vpwr", "vpb",  "vdpwr", "vapwr", "vddio"};
    return std::find(kNames.begin(), kNames.end(), lastComponent(name)) != kNames.end();
}

} // namespace ohm::parasitics
