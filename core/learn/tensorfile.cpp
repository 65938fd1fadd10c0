// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/tensorfile.h"

#include "core/base/files.h"

#include <cstring>
#include <limits>

#include <nlohmann/json.hpp>

namespace ohm::learn {
namespace {

using nlohmann::json;
constexpr std::uint64_t kMostHeader = std::uint64_t{64} << 20;

nn::NamedArray arrayFrom(const std::string& name, const json& entry, std::string_view data) {
    nn::NamedArray array;
    array.name = name;
    array.shape = entry.at("shape").get<std::vector<std::int64_t>>();
    const auto begin = entry.at("data_offsets").at(0).get<std::uint64_t>();
    const auto end = entry.at("data_offsets").at(1).get<std::uint64_t>();
    std::uint64_t count = 1;
    for (const std::int64_t n : array.shape) {
        if (n < 0 || (n > 0 && count > std::numeric_limits<std::uint32_t>::max() /
                                           static_cast<std::uint64_t>(n)))
            throw std::runtime_error("array " + name + " has an impossible shape");
        count *= static_cast<std::uint64_t>(n);
    }
    if (entry.at("dtype").get<std::string>() != "F32" || begin > end || end > data.size() ||
        end - begin != count * sizeof(float))
        throw std::runtime_error("array " + name + " does not fit the file");
    array.values.resize(count);
    std::memcpy(array.values.data(), data.data() + begin, end - begin);
    return array;
}

/// The file's bytes, put together once; `taken` hears of every array that is in.
template <typename Taken>
std::string bytesOf(const TensorFile& file, Taken taken) {
    json header;
    std::size_t size = 0;
    for (const auto& array : file.arrays) {
        const std::size_t begin = size;
        size += array.values.size() * sizeof(float);
        header[array.name] = {
            {"dtype", "F32"}, {"shape", array.shape}, {"data_offsets", {begin, size}}};
    }
    // safetensors allows text values only in the metadata: ours is one JSON text.
    header["__metadata__"] = {{"ohmscape", file.about}};
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    std::string bytes;
    bytes.reserve(8 + text.size() + size);
    const std::uint64_t length = text.size();
    for (std::size_t i = 0; i < 8; ++i)
        bytes += static_cast<char>((length >> (8 * i)) & 0xFF);
    bytes += text;
    for (std::size_t i = 0; i < file.arrays.size(); ++i) {
        const std::vector<float>& values = file.arrays[i].values;
        bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
        taken(i);
    }
    return bytes;
}

} // namespace

Expected<void> writeTensorFile(const TensorFile& file, const std::filesystem::path& path) {
    return writeFileAtomically(path, bytesOf(file, [](std::size_t) {}));
}

Expected<void> writeTensorFile(TensorFile&& file, const std::filesystem::path& path) {
    return writeFileAtomically(path, bytesOf(file, [&](std::size_t i) {
                                   std::vector<float>().swap(file.arrays[i].values);
                               }));
}

Expected<TensorFile> readTensorFile(const std::filesystem::path& path, bool withArrays) {
    const auto file = readFile(path);
    if (!file)
        return file.failure();
    const std::string_view bytes = file->view();
    const auto foreign = [&](const std::string& detail) {
        return fail("LEARN-001", "This is not a checkpoint of Ohmscape", detail, path.string());
    };
    if (bytes.size() < 8)
        return foreign("it is too short");
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < 8; ++i)
        length |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    if (length > kMostHeader || length > bytes.size() - 8)
        return foreign("it has no readable header");
    try {
        const json header = json::parse(bytes.substr(8, length));
        if (!header.contains("__metadata__") || !header.at("__metadata__").contains("ohmscape"))
            return foreign("its header lacks the description");
        TensorFile out;
        out.about = header.at("__metadata__").at("ohmscape").get<std::string>();
        const std::string_view data = bytes.substr(8 + length);
        for (const auto& [name, entry] : header.items()) {
            if (withArrays && name != "__metadata__")
                out.arrays.push_back(arrayFrom(name, entry, data));
        }
        return out;
    } catch (const std::exception& error) {
        return fail("LEARN-003", "The checkpoint is damaged", error.what(), path.string());
    }
}

} // namespace ohm::learn
