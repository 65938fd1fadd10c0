// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/congestion/bytes.h"

#include "core/congestion/words.h"

#include <algorithm>
#include <limits>
#include <memory>

#include <zlib.h>

namespace ohm::congestion {
namespace {

constexpr std::size_t kStep = std::size_t{1} << 20; ///< bytes unpacked at once

} // namespace

bool isGzip(std::string_view bytes) {
    return bytes.size() > 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b';
}

Expected<std::string> gunzip(std::string_view bytes, std::size_t maxBytes) {
    const auto damaged = [] {
        return fail("CONG-001", "The compressed file is damaged or cut short", {}, {},
                    "Fetch or copy it again");
    };
    z_stream stream{};
    constexpr int kGzipOnly = 16;
    if (inflateInit2(&stream, MAX_WBITS + kGzipOnly) != Z_OK)
        return fail("CONG-001", "The compressed file cannot be unpacked", "zlib");
    const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
    std::string text;
    std::size_t done = 0, taken = 0;
    for (;;) {
        if (done > maxBytes)
            return fail("CONG-002", "The unpacked file is too large",
                        "more than " + std::to_string(maxBytes) + " bytes");
        if (text.size() < done + kStep)
            text.resize(done + std::max(kStep, done / 2));
        const std::size_t room = text.size() - done;
        const std::size_t left = bytes.size() - taken;
        const std::size_t give = std::min<std::size_t>(left, std::numeric_limits<uInt>::max());
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + taken));
        stream.avail_in = static_cast<uInt>(give);
        stream.next_out = reinterpret_cast<Bytef*>(text.data() + done);
        const std::size_t take = std::min<std::size_t>(room, std::numeric_limits<uInt>::max());
        stream.avail_out = static_cast<uInt>(take);
        const int state = inflate(&stream, Z_NO_FLUSH);
        const std::size_t read = give - stream.avail_in, written = take - stream.avail_out;
        taken += read;
        done += written;
        if (state == Z_STREAM_END) {
            if (taken == bytes.size())
                break;
            if (!isGzip(bytes.substr(taken)) || inflateReset(&stream) != Z_OK)
                return damaged(); // something follows that is not a further member
            continue;
        }
        if ((state != Z_OK && state != Z_BUF_ERROR) || (read == 0 && written == 0))
            return damaged();
    }
    if (done > maxBytes)
        return fail("CONG-002", "The unpacked file is too large",
                    "more than " + std::to_string(maxBytes) + " bytes");
    text.resize(done);
    return text;
}

Expected<PlainBytes> readPlain(const std::filesystem::path& path, std::size_t maxBytes) {
    auto file = readFile(path, maxBytes);
    if (!file)
        return file.failure();
    PlainBytes bytes;
    if (isGzip(file->view())) {
        auto text = gunzip(file->view(), maxBytes);
        if (!text) {
            Error error = text.error();
            error.where = path.string();
            return Unexpected{error};
        }
        bytes.m_text = std::move(*text);
        bytes.m_packed = true;
        return bytes;
    }
    bytes.m_file = std::move(*file);
    return bytes;
}

Expected<std::string> peek(const std::filesystem::path& path, std::size_t bytes) {
    const auto file = readFile(path);
    if (!file)
        return file.failure();
    const std::string_view view = file->view();
    if (!isGzip(view))
        return std::string(view.substr(0, bytes));
    z_stream stream{};
    std::string text(bytes, '\0');
    if (inflateInit2(&stream, MAX_WBITS + 16) != Z_OK)
        return std::string();
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(view.data()));
    stream.avail_in = static_cast<uInt>(std::min<std::size_t>(view.size(), 2 * bytes + 65536));
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(bytes);
    inflate(&stream, Z_SYNC_FLUSH);
    text.resize(bytes - stream.avail_out);
    inflateEnd(&stream);
    return text;
}

FileKind kindOf(std::string_view bytes) {
    if (bytes.starts_with("\x93NUMPY"))
        return FileKind::Npy;
    if (bytes.starts_with("\x89HDF\r\n"))
        return FileKind::Hdf5;
    if (bytes.starts_with("#node_id\t") || bytes.starts_with("#net_id\t"))
        return FileKind::Table;
    // DEF and LEF share their first statements; guides have a name and a bracket.
    constexpr int kLook = 4000;
    Words words(bytes.substr(0, std::size_t{1} << 20));
    std::string_view first = words.next(), word = first;
    if (words.next() == "(" && isNumber(words.next()) && isNumber(words.next()))
        return FileKind::Guides;
    Words again(bytes.substr(0, std::size_t{1} << 20));
    bool start = true;
    for (int i = 0; i < kLook && !(word = again.next()).empty(); ++i) {
        if (word.find('\0') != std::string_view::npos)
            return FileKind::Unknown;
        if (start && (word == "DESIGN" || word == "DIEAREA" || word == "COMPONENTS"))
            return FileKind::Def;
        if (start && (word == "MACRO" || word == "LAYER" || word == "SITE" ||
                      word == "MANUFACTURINGGRID" || word == "PROPERTYDEFINITIONS"))
            return FileKind::Lef;
        if (start && word == "UNITS")
            return again.next() == "DISTANCE" ? FileKind::Def : FileKind::Lef;
        start = word == ";";
    }
    return FileKind::Unknown;
}

} // namespace ohm::congestion
