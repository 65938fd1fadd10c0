// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/packed.h"

#include <utility>

namespace ohm {

using namespace std::string_view_literals;

std::string_view packedBy(std::string_view bytes) {
    // RFC 1952, the ZIP application note, the xz and zstd format descriptions, bzip2's manual.
    static constexpr std::pair<std::string_view, std::string_view> kBegins[] = {
        {"\x1f\x8b\x08"sv, "gzip"sv},
        {"PK\x03\x04"sv, "zip"sv},
        {"\xfd"
         "7zXZ\0"sv,
         "xz"sv},
        {"\x28\xb5\x2f\xfd"sv, "zstd"sv},
        {"BZh"sv, "bzip2"sv}};
    for (const auto& [begin, name] : kBegins) {
        if (bytes.substr(0, begin.size()) != begin)
            continue;
        // The letters of bzip2 may begin a text, too: its block size and magic follow.
        if (name == "bzip2"sv && bytes.substr(4, 6) != "1AY&SY"sv)
            continue;
        return name;
    }
    return {};
}

} // namespace ohm
